// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Page 0 of the register window and what all pages show alike: configuration, owners of the rings, true
 * random number generator, secure memory commands, versions, counters, latched faults; and DECO 0's page.
 */
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "caam/counters.hpp"
#include "caam/engine.hpp"
#include "caam/memory/port.hpp"
#include "caam/memory/refusals.hpp"
#include "caam/memory/secure_memory.hpp"
#include "caam/registers/rights.hpp"
#include "svp/register_bank.hpp"

namespace svp::caam {

constexpr unsigned ring_count = 3;
constexpr std::size_t direct_words = 64;

/** What jobs leave behind for registers to show. Touched under the emulator's lock only. */
struct Published {
    Counters counters;
    std::uint32_t rng_status = 0;  ///< RDSTA without the constant bits
    SecurityMode mode = SecurityMode::trusted;
    bool busy = false;
    BusFault fault;                               ///< the last one
    BusFault open_fault;                          ///< the last one of a non-secure job
    std::array<BusFault, ring_count> ring_fault;  ///< REIR of each ring

    void exchange(Archive& archive);
};

/** A descriptor written by hand into DECO 0. */
struct DirectRun {
    bool wanted = false;
    World starter = World::non_secure;  ///< the weakest that asked for it
    std::uint32_t status = 0;
    bool failed = false;
};

/** What the controller tells the others. */
struct ControllerEvents {
    std::function<void()> wake;                        ///< there is work
    std::function<void(unsigned ring)> owner_changed;  ///< the ring is somebody else's now
    std::function<void()> assurance_changed;           ///< RTIC is the other world's now
};

class Controller {
 public:
    Controller(Host& host, Published& published, SecureMemory& secure_memory, const Engine& engine,
               ControllerEvents events);

    RegisterBank& page() { return page_; }
    const RegisterBank& page() const { return page_; }
    RegisterBank& deco() { return deco_; }
    const RegisterBank& deco() const { return deco_; }

    /** @p hab_locked: the boot ROM left all rings to the secure world, locked. */
    void reset(bool hab_locked);
    void exchange(Archive& archive);

    /** Registers that every page of a ring has as well. @p ring: that of the page; -1: page 0.
     */
    std::vector<Register> shared_rows(int ring);

    /** Whether only the secure world may touch a page. @p ring counts for Page::ring. */
    bool closed(Page page, unsigned ring) const;
    /** Whether a ring is the secure world's, and with it what acts on all rings. */
    bool claimed() const;
    /** What an access to a page that is not closed to it may do with one register. */
    RegisterRights rights(Page page, std::uint32_t offset, const Transaction& by) const;
    /** Puts on record that rights() kept something from an access. */
    void withheld(Page page, unsigned ring, std::uint32_t offset, const Transaction& by);

    Owner owner(unsigned ring) const;
    /** The weakest of all that take part: who wrote the descriptor, selected the ring, requested the DECO and
     * started it, the ring's owner and DECO0DID. */
    Owner direct_owner() const;

    DirectRun& direct() { return direct_; }
    std::array<std::uint32_t, direct_words> direct_descriptor() const;
    void finish_direct(std::uint32_t status, const std::array<std::uint32_t, direct_words>& buffer);

    /** MPMR as the bytes that go into a signature. */
    std::array<std::uint8_t, 32> manufacturing_message() const;

    /** SCFGR.PRIBLOB */
    std::uint8_t blob_privilege() const;

    /** A job failed on the bus, or a violation came: REIS, and its line. */
    void report(std::uint32_t error_bits);
    void update_line();

    static constexpr unsigned line = ring_count;

 private:
    std::vector<Register> page_rows();
    void add_owner_rows(std::vector<Register>& rows);
    void add_trng_rows(std::vector<Register>& rows);
    std::vector<Register> deco_rows();
    std::uint32_t identity(int ring, const Transaction& by) const;
    const BusFault& fault(int ring, const Transaction& by) const;
    void owner_written(const WriteEvent& event, unsigned ring);
    std::uint32_t locked_bits(std::uint32_t offset) const;
    void ring_selected(const WriteEvent& event);
    void deco_requested(const WriteEvent& event);
    void word_written(const WriteEvent& event);
    void start_written(const WriteEvent& event);
    void add_direct_rows(std::vector<Register>& rows);
    void config_written(const WriteEvent& event);
    void add_memory_rows(std::vector<Register>& rows, int ring);
    void add_counter_rows(std::vector<Register>& rows);
    void add_version_rows(std::vector<Register>& rows);
    void add_fault_rows(std::vector<Register>& rows, int ring);

    Host& host_;
    Published& published_;
    SecureMemory& secure_memory_;
    const Engine& engine_;
    ControllerEvents events_;
    Refusals refusals_;
    DirectRun direct_;
    World selected_by_ = World::secure;       ///< who wrote DECORSR
    World requested_by_ = World::non_secure;  ///< who wrote DECORR; secure only while the request stands
    std::uint64_t open_words_ = 0;            ///< words of DECO's buffer that the non-secure world made
    RegisterBank page_;
    RegisterBank deco_;
};

/** Offset of a ring's page in the window. */
constexpr std::uint32_t ring_page(unsigned ring) {
    return 0x1000 * (ring + 1);
}

}  // namespace svp::caam
