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
 * Interface: QOM type "imx8mq.vpu-blk-ctrl", one 64 KiB window, no line, no property.
 *
 * Not modelled: the decoders work whatever stands here. On silicon an access to a decoder in reset hangs the
 * bus.
 */
#pragma once

#include "soc/bank_device.hpp"

namespace svp {

class VpuBlkCtrl : public BankDevice {
 public:
    explicit VpuBlkCtrl(Host& host);
};

}  // namespace svp
