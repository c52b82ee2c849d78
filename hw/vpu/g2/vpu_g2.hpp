// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hantro G2 video decoder of the i.MX 8M Quad: the registers, and the answer "error" to every job.
 *
 * Hardware: decodes HEVC and VP9, as G1 does other formats.
 *
 * Reference: Linux, drivers/media/platform/verisilicon (hantro_g2_regs.h, hantro_g2.c).
 *
 * Interface: QOM type "imx8mq.vpu-g2", one 64 KiB window of which the first 512 words are registers, line 0
 * (SPI 8). A start (DEC_E in swreg1) ends at once with ERROR, DEC_E at 0 and, unless IRQ_DIS is set, DEC_IRQ
 * and the line. Software clears status bits by writing 0 there; it cannot set them. ABORT_E reads 0.
 *
 * Not modelled: every codec.
 */
#pragma once

#include "bus/power_gated.hpp"
#include "soc/bank_device.hpp"
#include "vpu/job/statistics.hpp"

namespace svp {

class VpuG2 : public BankDevice, public PowerGated {
 public:
    explicit VpuG2(Host& host);

    unsigned irq_lines() const override { return 1; }
    void reset() override;
    void lose_state() override;
    std::vector<Counter> counters() const override { return statistics_.told(); }

 protected:
    void exchange(Archive& archive) override;
    std::uint32_t state_version() const override { return 2; }
    void resume() override { update_irq(); }

 private:
    static std::vector<Register> registers(VpuG2& self);
    void interrupt_written(const WriteEvent& event);
    void update_irq();

    vpu::Statistics statistics_;
};

}  // namespace svp
