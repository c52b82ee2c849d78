// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Analogue clock block (CCM_ANALOG, "anatop"): the eleven PLLs and the chip identification.
 *
 * Hardware: six fractional PLLs (audio 1 and 2, video 1, GPU, VPU, ARM) with two registers each, five PLLs of
 * two stages (system 1 to 3, video 2, DRAM) with three registers each, oscillator and monitor settings, and
 * DIGPROG, by which software tells chip and revision.
 *
 * Reference: MIMX8MQ6 device header for names and fields; Linux, clk-frac-pll.c and clk-sscg-pll.c, for the
 * handshake and the rate of a PLL; TF-A, imx8mq_bl31_setup.c, for DIGPROG.
 *
 * Interface: QOM type "imx8mq.anatop", one 64 KiB window, no line (SPI 49 never fires), no property.
 *
 * Not modelled: lock time. LOCK reads 1 as soon as the PLL has power, because Linux allows 70 us for it,
 * which is less than an emulated CPU may need between two reads; NEWDIV_ACK follows NEWDIV_VAL at once. No
 * clock changes its rate but the display's (video PLL 2). Override bits (PD_OVERRIDE, CLKE_OVERRIDE) are
 * storage, since the GPC never enters a low-power mode. After reset the PLLs are as a boot loader for the EVK
 * leaves them: ARM 1 GHz, GPU and DRAM 800 MHz, VPU 600 MHz, system 1 to 3 at 800 MHz, 1 GHz and 1 GHz, audio
 * and video PLLs off.
 */
#pragma once

#include "bus/bank_device.hpp"

namespace svp {

class Anatop : public BankDevice {
 public:
    explicit Anatop(Host& host);

    /** Rate of video PLL 2, the display controller's pixel clock, in Hz; 0 while it has no power. */
    std::uint64_t video_pll2_rate() const;
};

}  // namespace svp
