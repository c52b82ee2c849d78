// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One job ring: registers of its page, both rings' indices, interrupt, flush, park and reset.
 *
 * An entry of the input ring is a descriptor address of 4 bytes; one of the output ring that address and a
 * status word, and the number of bytes written to the output sequence if JRCFGR asks for it. Writing
 * JRCR.RESET once flushes: queued jobs come back with an error, HALT becomes "done". Writing it again resets
 * the ring. Writing JRINTR.HALT "done" back goes on. The interrupt comes with every completion; coalescing
 * (ICEN) may only make it come later, and does not.
 *
 * Not modelled: byte swapping, entries of 8 bytes, interrupt coalescing, FAIL_MODE.
 */
#pragma once

#include <cstdint>
#include <functional>

#include "caam/memory/port.hpp"
#include "svp/register_bank.hpp"

namespace svp::caam {

/** A job that was taken from a ring. */
struct Ticket {
    std::uint64_t entry = 0;  ///< where the input ring's entry lies
    std::uint32_t generation = 0;
    bool known = false;  ///< the entry was read: its place in the ring is free
    std::uint32_t descriptor = 0;

    void exchange(Archive& archive) {
        archive.value(entry);
        archive.value(generation);
        archive.value(known);
        archive.value(descriptor);
    }
};

class JobRing {
 public:
    /** @p more_rows: registers that this page shares with others; @p wake asks for work. */
    JobRing(Host& host, unsigned number, std::vector<Register> more_rows, std::function<void()> wake);

    RegisterBank& bank() { return bank_; }
    const RegisterBank& bank() const { return bank_; }
    /** A write to this page, which marks the ring if it is the non-secure world's. */
    void write(std::uint64_t offset, std::uint64_t value, unsigned size, const Transaction& by);
    /** As after power-on; the line is the caller's. */
    void reset();
    void exchange(Archive& archive);
    void update_line();

    /** A job is there and its result has a place. */
    bool can_run() const;
    Ticket take();

    /**
     * The job, whose descriptor is known, is the next one again. It takes no place of the ring's memory,
     * which software has used again perhaps.
     */
    void give_back(const Ticket& ticket);
    /** The next job is that one, which was given back. */
    bool holds(const Ticket& ticket) const {
        return returned_ && ticket.generation == generation_ && ticket.descriptor == returned_descriptor_;
    }

    /** Writes the result of the job; nothing of a ring that was reset since is touched. */
    void complete(const Ticket& ticket, Port& port, std::uint32_t address, std::uint32_t status,
                  std::uint32_t sequence_output);

    /** Flush and park take place between jobs. */
    bool has_request() const { return halting_; }
    void serve_request(Port& port);

    /** The ticket is of this ring's time. */
    bool made(const Ticket& ticket) const { return ticket.generation == generation_; }
    bool busy() const { return in_flight_; }

    /** The world with whose rights the ring acts for @p owner: the non-secure one as well if that world has
     * written any register of the ring since its reset, where jobs lie or that there are any. */
    World acts_for(World owner) const { return open_ ? World::non_secure : owner; }

 private:
    static std::vector<Register> rows(JobRing& self, std::vector<Register> more);
    void add_jobs(std::uint32_t count);
    void remove_results(std::uint32_t count);
    void command(std::uint32_t bits);
    void acknowledge(std::uint32_t bits);
    void raise(std::uint32_t bits);
    void ring_error(unsigned type);
    void write_result(Port& port, std::uint32_t address, std::uint32_t status, std::uint32_t sequence_output);
    void guard(const WriteEvent& event, std::uint32_t offset, bool input);
    std::uint32_t input_size() const;
    std::uint32_t output_size() const;
    std::uint32_t result_bytes() const;

    Host& host_;
    unsigned number_;
    std::function<void()> wake_;
    RegisterBank bank_;

    std::uint32_t waiting() const { return queued_ + (returned_ ? 1 : 0); }

    std::uint32_t queued_ = 0;   ///< added and not taken
    std::uint32_t results_ = 0;  ///< written and not removed
    std::uint32_t read_index_ = 0;
    std::uint32_t write_index_ = 0;
    std::uint32_t interrupt_ = 0;  ///< JRINTR
    std::uint32_t generation_ = 0;
    bool halting_ = false;
    bool flushing_ = false;  ///< halting_ is a flush, not a park
    bool in_flight_ = false;
    bool open_ = false;      ///< the non-secure world has written here
    bool returned_ = false;  ///< a job was given back; it is not among those queued
    std::uint32_t returned_descriptor_ = 0;
};

}  // namespace svp::caam
