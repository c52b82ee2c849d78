// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/vpu_blk_ctrl.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;
constexpr std::string_view roles[] = {"g2", "g1"};

}  // namespace

VpuBlkCtrl::VpuBlkCtrl(Host& host) : BankDevice(host, "vpu-blk-ctrl", window, registers(*this)) {}

std::vector<Register> VpuBlkCtrl::registers(VpuBlkCtrl& self) {
    return {
        {.offset = 0x00,
         .name = "SFT_RSTN",
         .fields = {{"G2", 0}, {"G1", 1}},
         .on_write = [&self](const WriteEvent& event) { self.resets_written(event); }},
        {.offset = 0x04, .name = "CLK_EN", .fields = {{"G2", 0}, {"G1", 1}}},
        {.offset = 0x08, .name = "G1_FUSE_DEC"},
        {.offset = 0x0c, .name = "G1_FUSE_PP"},
        {.offset = 0x10, .name = "G2_FUSE_DEC"},
    };
}

bool VpuBlkCtrl::connect(std::string_view role, Device& peer) {
    for (std::size_t n = 0; n < decoders_.size(); ++n) {
        if (role == roles[n]) {
            auto* decoder = dynamic_cast<PowerGated*>(&peer);
            decoders_[n] = decoder != nullptr ? decoder : decoders_[n];
            return decoder != nullptr;
        }
    }
    return false;
}

void VpuBlkCtrl::resets_written(const WriteEvent& event) {
    for (std::size_t n = 0; n < decoders_.size(); ++n) {
        if ((event.before & ~event.after) >> n & 1 && decoders_[n] != nullptr) {
            decoders_[n]->lose_state();
        }
    }
}

}  // namespace svp
