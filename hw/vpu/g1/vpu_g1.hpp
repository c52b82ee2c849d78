// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hantro G1 video decoder of the i.MX 8M Quad.
 *
 * Hardware: a bus master that decodes one picture, or field, for each start. Software parses headers above
 * macroblocks or slices and passes on what they say in registers; tables, references and motion lie in
 * memory. Nothing of a job is left in the decoder but its registers.
 *
 * Reference: Linux, drivers/media/platform/verisilicon (hantro_g1_regs.h, hantro_g1.c, hantro_g1_vp8_dec.c).
 * Names of registers are that header's; no manual is public.
 *
 * Interface: QOM type "imx8mq.vpu-g1", one 64 KiB window of which the first 128 words are registers, line 0
 * (SPI 7), one timer. Jobs, interrupts and saved states: vpu/job/job_device.hpp. A job runs in work(), row by
 * row or slice by slice.
 *
 * Not modelled: other modes than VP8, H.264 and MPEG-2, and the post-processor, which end in an error at
 * once; byte orders and burst lengths of swreg2, the filter taps of VP8, SOFT_RESET (swreg101), time-outs. A
 * job whose reference is its own output may see another picture there after a load.
 */
#pragma once

#include "vpu/job/job_device.hpp"

namespace svp {

class VpuG1 : public vpu::JobDevice {
 public:
    explicit VpuG1(Host& host);

 protected:
    VpuG1(Host& host, const vpu::DecoderTraits& traits);

    std::unique_ptr<vpu::Job> make_job(Words registers, vpu::MemoryPort& port) const override;
    std::size_t codec(Words registers) const override;
    bool field(Words registers) const override;
    std::string kind_of(Words registers) const override;
    std::uint32_t state_version() const override { return 2; }

 private:
    static std::vector<Register> registers(VpuG1& self);
};

/** Another register file of a G1, if the board has banks: its jobs are Master::vpu_bank1's. Role "engine":
 * the first. */
class VpuG1Bank : public VpuG1 {
 public:
    explicit VpuG1Bank(Host& host);
};

}  // namespace svp
