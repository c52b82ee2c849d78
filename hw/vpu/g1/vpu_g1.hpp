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
 * (SPI 7), one timer. DEC_E in swreg1 begins a job with the registers of that moment, which then are free. It
 * runs in work(), row by row, as Master::vpu_decoder; at its end DEC_E reads 0, one of the status bits says
 * how it went, and DEC_IRQ raises the line unless DEC_IRQ_DIS is set. Software clears status bits by writing
 * 0 there; it cannot set them. Clearing DEC_E ends a job without a word. A loss of power or a reset by
 * VPU_BLK_CTRL clears all registers and ends the job; what counters() tells stays. A job that a saved state
 * holds is begun anew when that is loaded. Property "record": see vpu/job/recorder.hpp.
 *
 * Not modelled: other modes than VP8, H.264 and MPEG-2, and the post-processor, which end in an error at
 * once; byte orders and burst lengths of swreg2, the filter taps of VP8, SOFT_RESET (swreg101), time-outs. A
 * job whose reference is its own output may see another picture there after a load.
 */
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "bus/job_faults.hpp"
#include "bus/power_gated.hpp"
#include "soc/bank_device.hpp"
#include "vpu/g1/registers.hpp"
#include "vpu/job/recorder.hpp"
#include "vpu/job/statistics.hpp"

namespace svp {

class VpuG1 : public BankDevice, public PowerGated {
 public:
    explicit VpuG1(Host& host);
    ~VpuG1() override;

    unsigned irq_lines() const override { return 1; }
    unsigned timers() const override { return 1; }
    void timer_expired(unsigned timer) override;
    void reset() override;
    void lose_state() override;
    bool work() override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_text(std::string_view name, std::string_view value) override;
    std::vector<Counter> counters() const override { return statistics_.told(); }
    std::span<const DeviceFaultInfo> possible_faults() const override { return job_fault_list; }

 protected:
    void exchange(Archive& archive) override;
    std::uint32_t state_version() const override { return 2; }
    void resume() override;

 private:
    struct Running;
    using Words = std::array<std::uint32_t, vpu::g1::register_count>;

    static std::vector<Register> registers(VpuG1& self);
    void interrupt_written(const WriteEvent& event);
    void begin();
    void abort();
    void finish(std::uint32_t status, const vpu::JobEnd& done);
    vpu::JobEnd job_end(std::uint32_t status) const;
    void end(std::uint32_t status);
    void update_irq();
    std::uint32_t run();
    std::string record(std::uint32_t status);

    bool busy_ = false;                      ///< a job is under way, or done and late
    Words job_{};                            ///< its registers
    std::uint32_t late_status_ = 0;          ///< what a job has ended with whose answers faults delay
    std::int64_t late_until_ = 0;            ///< virtual time when that shows, ns; 0: it is still at work
    std::atomic<std::uint32_t> number_ = 0;  ///< changes whenever a job begins or is given up
    vpu::Statistics statistics_;
    vpu::Recorder recorder_;
    std::unique_ptr<Running> running_;  ///< only for work(), and where that does not run
};

}  // namespace svp
