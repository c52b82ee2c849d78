// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/iomuxc.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

std::vector<Register> registers() {
    return {
        {.offset = 0x14, .name = "SW_MUX_CTL_PAD", .fields = {{"MUX_MODE", 0, 3}, {"SION", 4}}, .count = 144},
        {.offset = 0x254,
         .name = "SW_PAD_CTL_PAD",
         .fields = {{"DSE", 0, 3},
                    {"SRE", 3, 2},
                    {"ODE", 5},
                    {"PUE", 6},
                    {"HYS", 7},
                    {"LVTTL", 8},
                    {"VSEL", 11, 3}},
         .count = 154},
        {.offset = 0x4bc, .name = "SELECT_INPUT", .fields = {{"DAISY", 0, 3}}, .count = 30},
    };
}

}  // namespace

Iomuxc::Iomuxc(Host& host) : BankDevice(host, "iomuxc", window, registers()) {}

}  // namespace svp
