// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Pin multiplexer (IOMUXC): which signal reaches which pad, and the pads' electrical settings.
 *
 * Hardware: one SW_MUX_CTL register for each of 144 pads, one SW_PAD_CTL register for each of 154 (the ten
 * boot, test and clock pads cannot be multiplexed), one SELECT_INPUT register for each of the 30 signals that
 * more than one pad can drive.
 *
 * Reference: Linux, imx8mq-pinfunc.h, which lists the three offsets of every pad function.
 *
 * Interface: QOM type "imx8mq.iomuxc", one 64 KiB window, no line, no property.
 *
 * Not modelled: the board's wiring is fixed, so the settings are stored and nothing follows from them. The
 * reset values of SW_MUX_CTL (5, GPIO, for most pads) and SW_PAD_CTL are given as 0. IOMUXC_GPR is a block of
 * its own (hw/firewall).
 */
#pragma once

#include "bus/bank_device.hpp"

namespace svp {

class Iomuxc : public BankDevice {
 public:
    explicit Iomuxc(Host& host);
};

}  // namespace svp
