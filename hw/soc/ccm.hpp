// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Clock controller module (CCM): clock roots, clock gates, PLL gates.
 *
 * Hardware: 142 clock roots ("slices"), each with a selector and two dividers, at 0x8000 in steps of 0x80;
 * 191 gates (CCGR) at 0x4000 in steps of 0x10, each with one 2-bit setting for each of the four RDC domains;
 * 39 PLL gates at 0x800. Every register has SET, CLR and TGL forms.
 *
 * Reference: MIMX8MQ6 device header for names and fields; Linux, drivers/clk/imx/clk-imx8mq.c, for which root
 * is what and for the selectors' inputs; OP-TEE, imx_ocotp.c, for the SET form of a gate.
 *
 * Interface: QOM type "imx8mq.ccm", one 64 KiB window, no line (SPI 85 and 86 never fire), no property.
 *
 * Not modelled: no clock ever stops, so a gate that is off has no effect, and a setting is in force at once:
 * no BUSY bit is ever set. POST, PRE and ACCESS_CTRL are storage that TARGET_ROOT does not follow. After
 * reset the roots that a boot loader sets up read as it leaves them (25 MHz crystal, system PLL 1 at 800 MHz,
 * system PLL 2 at 1 GHz); every other root reads 0, the crystal. Gates read 0.
 */
#pragma once

#include "bus/bank_device.hpp"

namespace svp {

class Ccm : public BankDevice {
 public:
    explicit Ccm(Host& host);
    void reset() override;
};

}  // namespace svp
