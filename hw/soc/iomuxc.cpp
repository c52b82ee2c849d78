// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/iomuxc.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

/** MUX_MODE and SION. */
constexpr std::uint32_t mux_fields = 0x17;
/** DSE, SRE, ODE, PUE, HYS, LVTTL and VSEL. */
constexpr std::uint32_t pad_fields = 0x3fff;
/** DAISY; the widest selection has four inputs. */
constexpr std::uint32_t input_fields = 0x7;

std::vector<Register> registers() {
    return {
        {.offset = 0x14, .name = "SW_MUX_CTL_PAD", .read_only = ~mux_fields, .count = 144},
        {.offset = 0x254, .name = "SW_PAD_CTL_PAD", .read_only = ~pad_fields, .count = 154},
        {.offset = 0x4bc, .name = "SELECT_INPUT", .read_only = ~input_fields, .count = 30},
    };
}

}  // namespace

Iomuxc::Iomuxc(Host& host) : BankDevice(host, "iomuxc", window, registers()) {}

}  // namespace svp
