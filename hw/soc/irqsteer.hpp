// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Interrupt steering block of the display subsystem (IRQSTEER).
 *
 * Hardware: collects 64 interrupt lines of the display subsystem into one line to the GIC, with a mask, a
 * register to raise lines by software, and the masked state of the lines.
 *
 * Reference: MIMX8MQ6 device header (IRQ_STEER) for names; Linux, irq-imx-irqsteer.c and imx8mq.dtsi for the
 * layout with 64 lines on one channel and for the order of the words: lines 63 to 32 stand in the first word
 * of each kind, lines 31 to 0 in the second.
 *
 * Interface: QOM type "imx8mq.irqsteer", one 4 KiB window, inputs 0 to 63, output line 0 (SPI 18). The output
 * is high while channel 0 is on, not disabled by CHN_MINTDIS, and some line is high and unmasked.
 *
 * Not modelled: channels other than 0, which this instance has not got.
 */
#pragma once

#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class Irqsteer : public BankDevice {
 public:
    static constexpr unsigned input_count = 64;

    explicit Irqsteer(Host& host);

    unsigned irq_lines() const override { return 1; }
    unsigned irq_inputs() const override { return input_count; }
    void set_input(unsigned line, bool level) override;
    void reset() override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override { update(); }

 private:
    static std::vector<Register> registers(Irqsteer& self);

    std::uint32_t status(std::uint32_t word) const;
    bool pending() const;
    void update();

    std::uint64_t inputs_ = 0;  ///< bit n: level of input n; not changed by a reset of this block
};

}  // namespace svp
