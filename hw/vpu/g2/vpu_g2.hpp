// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hantro G2 video decoder of the i.MX 8M Quad.
 *
 * Hardware: decodes HEVC and VP9, as G1 does other formats. Pictures are written in tiles of 4x4 samples,
 * from which later ones are predicted, and a second time line by line if registers ask for that.
 *
 * Reference: Linux, drivers/media/platform/verisilicon (hantro_g2_regs.h, hantro_g2.c, hantro_g2_hevc_dec.c,
 * hantro_g2_vp9_dec.c). Names of registers are that header's; no manual is public.
 *
 * Interface: QOM type "imx8mq.vpu-g2", one 64 KiB window of which the first 512 words are registers, line 0
 * (SPI 8), one timer. Jobs, interrupts and saved states: vpu/job/job_device.hpp. ABORT_E ends a job as well:
 * DEC_E reads 0 then, ABORT_INT and (unless IRQ_DIS is set) DEC_IRQ say so; ABORT_E itself reads 0.
 *
 * Not modelled: compression of references, the down-scaler, byte orders and burst lengths, time-outs.
 */
#pragma once

#include "vpu/job/job_device.hpp"

namespace svp {

class VpuG2 : public vpu::JobDevice {
 public:
    explicit VpuG2(Host& host);

 protected:
    VpuG2(Host& host, const vpu::DecoderTraits& traits);

    std::unique_ptr<vpu::Job> make_job(Words registers, vpu::MemoryPort& port) const override;
    std::size_t codec(Words registers) const override;
    bool field(Words) const override { return false; }
    std::string kind_of(Words registers) const override;
    void interrupt_written(const WriteEvent& event) override;
    std::uint32_t state_version() const override { return 3; }

 private:
    static std::vector<Register> registers(VpuG2& self);
};

/** Another register file of a G2, if the board has banks: its jobs are Master::vpu_bank1's. Role "engine":
 * the first. */
class VpuG2Bank : public VpuG2 {
 public:
    explicit VpuG2Bank(Host& host);
};

}  // namespace svp
