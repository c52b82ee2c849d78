// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/vpu_blk_ctrl.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;
constexpr std::uint32_t decoders = 0x3;

std::vector<Register> registers() {
    return {
        {.offset = 0x00, .name = "SFT_RSTN", .read_only = ~decoders},
        {.offset = 0x04, .name = "CLK_EN", .read_only = ~decoders},
        {.offset = 0x08, .name = "G1_FUSE_DEC"},
        {.offset = 0x0c, .name = "G1_FUSE_PP"},
        {.offset = 0x10, .name = "G2_FUSE_DEC"},
    };
}

}  // namespace

VpuBlkCtrl::VpuBlkCtrl(Host& host) : BankDevice(host, "vpu-blk-ctrl", window, registers()) {}

}  // namespace svp
