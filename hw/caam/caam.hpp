// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Cryptographic Acceleration and Assurance Module (CAAM, SEC era 9) as in the i.MX 8M Quad.
 *
 * Hardware: a bus master that runs descriptors, little programs which load keys, move data between memory and
 * engines, and store results. Jobs come from three rings, each of which belongs to one world; DECO 0 can also
 * be run by hand. A part of it are a random number generator, keys that software never sees, blobs made with
 * them, and 32 KiB of secure memory.
 *
 * Reference: drivers of Linux 7.3.4 (drivers/crypto/caam), OP-TEE 4.10 (core/drivers/crypto/caam), U-Boot and
 * TF-A; NXP's CMSIS header for the i.MX RT1170, whose CAAM is of the same generation. The security reference
 * manual is not public.
 *
 * Interface: QOM type "imx8mq.caam". Window 0: registers, 256 KiB (page 0, rings at 0x1000 to 0x3000, DECO 0
 * at 0x8000). Window 1: secure memory, 32 KiB. Lines 0 to 2: rings (SPI 105, 106, 114); line 3: recoverable
 * errors and violations (SPI 91). Input 0: security violation from SNVS. Properties in properties(). Jobs run
 * in work(), one at a time, with the rings in turn; their bus accesses are those of Master::caam in the world
 * of the ring, or the non-secure one if that takes part (README, "Who may do what").
 *
 * Not modelled: RTIC (storage only, but with its owner), moving secure memory (JRSMVBAR), what SDIDs and
 * PAGE0_SDID do, write protection of secure memory's registers (SMWPJRR), the queue interface (absent in
 * this SoC), virtualisation, trusted descriptors; and what job_ring.hpp, deco.hpp, pkha.hpp and others name.
 */
#pragma once

#include <memory>
#include <optional>

#include "bus/deadline.hpp"
#include "bus/job_faults.hpp"
#include "bus/power_gated.hpp"
#include "caam/descriptor/ccb.hpp"
#include "caam/descriptor/deco.hpp"
#include "caam/engine.hpp"
#include "caam/memory/secure_memory.hpp"
#include "caam/registers/controller.hpp"
#include "caam/registers/job_ring.hpp"
#include "svp/device.hpp"

namespace svp {

class Caam : public Device, public PowerGated {
 public:
    explicit Caam(Host& host);
    ~Caam() override;

    std::span<const RegionInfo> regions() const override;
    unsigned irq_lines() const override { return caam::ring_count + 1; }
    unsigned irq_inputs() const override { return 1; }
    unsigned timers() const override { return 1; }
    void timer_expired(unsigned timer) override;
    void set_input(unsigned line, bool level) override;

    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;
    void lose_state() override;
    bool started_anew() const override { return !power_lost_; }
    bool work() override;

    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

    /** Other limits than those of the hardware's watchdog; for tests. */
    void set_limits(const caam::JobLimits& limits) { engine_.limits = limits; }

    /** What was done up to the end of the last job. */
    const caam::Counters& work_done() const { return published_.counters; }
    std::span<const DeviceFaultInfo> possible_faults() const override { return job_fault_list; }
    /** The same as members of the object that query-caam gives. */
    std::vector<BankPlace> banks() const override;
    std::vector<Counter> counters() const override { return published_.counters.told(); }

 protected:
    void exchange(Archive& archive) override;
    std::uint32_t state_version() const override { return 4; }
    void resume() override;

 private:
    struct Task {
        int ring = -1;  ///< -1: DECO by hand
        caam::Ticket ticket;
        caam::Owner owner;
        std::array<std::uint32_t, caam::direct_words> words{};
    };

    /** What a job has to tell its ring. */
    struct Result {
        unsigned ring = 0;
        caam::Ticket ticket;
        caam::Owner owner;
        std::uint32_t descriptor = 0;
        std::uint32_t status = 0;
        std::uint32_t written = 0;
    };

    /** A page of the register window that an access may touch. */
    struct Target {
        RegisterBank* bank = nullptr;  ///< none, or not for this access
        caam::JobRing* ring = nullptr;
    };
    Target target(std::uint64_t offset, unsigned size, const Transaction& by);
    void set_rights(RegisterBank& bank, caam::Page page, unsigned ring);
    caam::Owner ring_owner(unsigned ring) const;
    caam::ControllerEvents events();

    /** The job that DECO is at; it may stand still for a while. */
    struct Running {
        Running(Host& host, caam::SecureMemory& memory, const Task& which, caam::Engine& engine,
                caam::FlowBuffers& buffers)
            : task(which), port(host, memory, which.owner), deco(port, engine, buffers) {}

        Task task;
        caam::Port port;
        caam::Deco deco;
        bool returned = false;                   ///< it waits in its ring, and can be begun anew as well
        std::optional<caam::Counters> counters;  ///< with what a job has done that waits in its ring
        std::int64_t delay = 0;                  ///< by injected faults, ns
    };

    void draw_entropy();
    void power_on_registers();
    void power_on_engine();
    bool next_task();
    bool goes_on();
    void begin(const Task& task);
    void serve_requests();
    bool run();
    void pause();
    void end(std::uint32_t status);
    void finish(const Result& result);
    void exchange_running(Archive& archive);
    bool has_its_job(unsigned ring) const;
    void publish(const caam::Port& port, int ring, std::uint32_t status);
    void wake() { host().request_work(); }

    caam::Published published_;
    caam::SecureMemory secure_memory_;
    caam::Engine engine_;
    std::unique_ptr<caam::FlowBuffers> buffers_;
    caam::Refusals refusals_;
    caam::Controller controller_;
    std::array<caam::JobRing, caam::ring_count> rings_;
    RegisterBank assurance_;  ///< RTIC
    std::optional<Running> running_;
    unsigned turn_ = 0;        ///< ring that is looked at first
    bool violation_ = false;   ///< level of input 0
    bool working_ = false;     ///< work() is at a job and beside the lock
    bool power_lost_ = false;  ///< since that job began
    std::array<std::uint8_t, caam::Rng::entropy_bytes> entropy_{};  ///< for the next start of the generator

    /** A job whose bus accesses an injected fault has delayed: the ring is told at the deadline. */
    Result late_;
    Deadline late_end_{0};  ///< when late_ shows

    std::uint64_t seed_ = 0;
    std::uint64_t mode_ = 2;
    bool hab_locked_ = false;
};

}  // namespace svp
