// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Control block of the video decoders (VPU_BLK_CTRL).
 *
 * Hardware: resets and clock gates of the two Hantro decoders G1 and G2, and the copies of the fuses that say
 * which of their features work.
 *
 * Reference: Linux, imx8m-blk-ctrl.c. Bit 0 is G2, bit 1 is G1; a decoder works with its bit set in both
 * registers.
 *
 * Interface: QOM type "imx8mq.vpu-blk-ctrl", one 64 KiB window, no line, no property. Roles "g1" and "g2":
 * what loses its state when its bit in SFT_RSTN goes to 0.
 *
 * Not modelled: beyond that the decoders work whatever stands here. On silicon an access to a decoder in
 * reset hangs the bus.
 */
#pragma once

#include <array>

#include "bus/bank_device.hpp"
#include "bus/power_gated.hpp"

namespace svp {

class VpuBlkCtrl : public BankDevice {
 public:
    explicit VpuBlkCtrl(Host& host);

    bool connect(std::string_view role, Device& peer) override;

 private:
    static std::vector<Register> registers(VpuBlkCtrl& self);
    void resets_written(const WriteEvent& event);

    std::array<PowerGated*, 2> decoders_{};  ///< by their bit: G2, G1; null: not connected
};

}  // namespace svp
