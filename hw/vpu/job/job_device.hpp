// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the decoders have in common: one window of registers, and jobs that run beside everything else.
 *
 * DEC_E in swreg1 begins a job with the registers of that moment, which then are free. It runs in work(), in
 * steps, as the master that the traits name; at its end DEC_E reads 0, status bits say how it went, and
 * DEC_IRQ raises line 0 unless DEC_IRQ_DIS is set. Software clears status bits by writing 0 there; it cannot
 * set them. Clearing DEC_E ends a job without status or interrupt. A loss of power or a reset by VPU_BLK_CTRL
 * clears all registers and ends the job; what counters() tells stays. A job that a saved state holds is begun
 * anew when that is loaded. Property "record": see recorder.hpp.
 *
 * Register banks, an extension that the chip does not have: a second device of the same decoder, connected to
 * the first one under the role "engine", is another register file before one engine. Jobs of both come one at
 * a time, who waits longest first (engine_turns.hpp), as another master each, and nothing of one shows in the
 * other. A loss of power or a reset of the first is one of both.
 */
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/deadline.hpp"
#include "bus/job_faults.hpp"
#include "bus/power_gated.hpp"
#include "vpu/job/engine_turns.hpp"
#include "vpu/job/job.hpp"
#include "vpu/job/recorder.hpp"
#include "vpu/job/statistics.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

/** What tells one decoder from the other. Texts are literals. */
struct DecoderTraits {
    std::string_view block;  ///< of the window, and in log lines
    std::string_view name;   ///< of files and counters
    DecoderKind kind;
    std::span<const std::string_view> codecs;
    unsigned registers;
    std::uint32_t status_bits;  ///< of swreg1: what the decoder sets and software clears
    std::uint32_t stream_end;   ///< of swreg1, that no other error has: the stream was too short
    Master master = Master::vpu_decoder;
    std::uint32_t window = 0x10000;  ///< bytes
    bool second_bank = false;        ///< its engine is another device's

    /** Those of a second register bank before the same engine. */
    constexpr DecoderTraits of_second_bank(std::string_view its_block, std::string_view its_name) const {
        DecoderTraits other = *this;
        other.block = its_block;
        other.name = its_name;
        other.master = Master::vpu_bank1;
        other.window = 0x8000;
        other.second_bank = true;
        return other;
    }
};

class JobDevice : public BankDevice, public PowerGated {
 public:
    JobDevice(Host& host, const DecoderTraits& traits, std::vector<Register> rows);
    ~JobDevice() override;

    unsigned irq_lines() const override { return 1; }
    unsigned timers() const override { return 1; }
    void timer_expired(unsigned timer) override;
    void reset() override;
    void lose_state() override;
    bool work() override;
    bool connect(std::string_view role, Device& peer) override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_text(std::string_view name, std::string_view value) override;
    std::vector<Counter> counters() const override { return statistics_.told(); }
    std::span<const DeviceFaultInfo> possible_faults() const override { return job_fault_list; }

 protected:
    using Words = std::span<const std::uint32_t>;

    /** The job that @p registers ask for, by @p port; null if there is no such codec or function. */
    virtual std::unique_ptr<Job> make_job(Words registers, MemoryPort& port) const = 0;
    /** Place of the registers' codec in the traits' list; past its end if it is none of them. */
    virtual std::size_t codec(Words registers) const = 0;
    /** The picture is one field of a frame. */
    virtual bool field(Words registers) const = 0;
    /** What a job is that make_job() has nothing for: "mode 3". */
    virtual std::string kind_of(Words registers) const = 0;

    /** Row of swreg1, whose writable bits beside those of all decoders are @p controls. */
    static Register interrupt_row(JobDevice& self, std::uint32_t status_bits, std::uint32_t controls = 0);
    /** What a write to swreg1 does. */
    virtual void interrupt_written(const WriteEvent& event);
    /** Ends the job that is under way; false if none is. */
    bool abort();
    void update_irq();

    void exchange(Archive& archive) override;
    void resume() override;

 private:
    struct Running;

    void begin();
    void leave_engine();
    void finish(std::uint32_t status, const JobEnd& done);
    JobEnd job_end(std::uint32_t status) const;
    void end(std::uint32_t status);
    std::uint32_t run();
    std::string record(std::uint32_t status);

    const DecoderTraits& traits_;
    bool busy_ = false;                      ///< a job is under way, or done and late
    std::vector<std::uint32_t> job_;         ///< its registers
    std::uint32_t late_status_ = 0;          ///< what a job has ended with whose answers faults delay
    Deadline late_end_{0};                   ///< when that shows; until a job has ended it does not wait
    std::atomic<std::uint32_t> number_ = 0;  ///< changes whenever a job begins or is given up
    Statistics statistics_;
    Recorder recorder_;
    EngineTurns<JobDevice> own_turns_;
    EngineTurns<JobDevice>* turns_ = &own_turns_;  ///< of the engine that does the jobs
    std::vector<JobDevice*> banks_;                ///< others that share it
    std::unique_ptr<Running> running_;             ///< only for work(), and where that does not run
};

}  // namespace svp::vpu
