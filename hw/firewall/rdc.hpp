// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Resource domain controller: which of four domains may use which memory and which peripheral.
 *
 * Hardware: RDC of the i.MX 8M Quad. Every bus master is assigned to a domain (MDA). Each of 128 peripherals
 * has read and write rights for each domain (PDAP); each of 64 memory slots (MR) gives such rights for a
 * range of the memory that the slot belongs to, eight of them for DRAM. A memory that no enabled slot covers
 * is open. The first access that a slot denies is kept in its MRVS. Locks hold until reset.
 *
 * Reference: MIMX8MQ6 device header (registers, slots, granularities), MCUXpresso SDK driver (locks,
 * violation status), NXP's TF-A for 2018 secure video (coordinates, region values).
 *
 * Interface: QOM type "imx8mq.rdc", region 0 of 64 KiB, interrupt line 0 is "restoration complete", nothing
 * else. DRAM slots count from the start of DRAM, all others hold CPU addresses; see peripheral_map.hpp.
 * domain_of(), region_permission(), latch() and the like are for the firewall. STAT.DID is the domain of the
 * transaction that reads it. restored() stands for the power domain coming back.
 *
 * Not modelled: retention over power-down of the domain it lies in; STAT.PDS always says "on".
 * Assumptions where no public text decides:
 * - VIR tells 4 domains, 27 masters, 128 peripherals and 64 slots.
 * - Where enabled slots overlap, all of them must allow an access; that is logged once. The lowest-numbered
 * one that does not is the one that latches.
 * - Address bits below a slot's granularity round the range outwards, so that no byte named in the registers
 * is left open. MREA can therefore take in the last bytes of DRAM with 0xffffff80.
 * - AD of MRVS is cleared by writing 1 to it, not by reading. VDID and VADR stand until the next violation;
 *   VADR is in the slot's coordinates.
 * - LCK of MRC freezes MRSA and MREA as well.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/domain_source.hpp"
#include "bus/fault_target.hpp"
#include "bus/policy_source.hpp"

namespace svp {

class Rdc : public BankDevice, public PolicySource, public DomainSource, public FaultTarget {
 public:
    static constexpr unsigned domain_count = 4;
    static constexpr unsigned peripheral_count = 128;
    static constexpr unsigned slot_count = 64;

    /** Rights of four domains: bit 2 * domain to write, bit 2 * domain + 1 to read. */
    using Rights = std::uint8_t;

    /** What the registers of one memory slot come to; an empty or disabled one is all default. */
    struct Slot {
        bool enabled = false;
        Rights rights = 0xff;
        std::uint64_t first = 0;
        std::uint64_t end = 0;  ///< exclusive
        bool operator==(const Slot&) const = default;
    };
    using Slots = std::array<Slot, slot_count>;

    struct Permission {
        bool granted;
        unsigned slot;  ///< that denied it, if so
    };

    explicit Rdc(Host& host);

    /** True if @p rights let @p domain do it; a domain above 3 may do nothing. */
    static bool allows(Rights rights, Domain domain, Direction direction);

    /** Domain that MDA assigns to @p master; 0 for a number without a register. */
    Domain domain_of(Master master) const override;

    /** Judges one byte by slots [@p first_slot, @p first_slot + @p count), without trace. */
    Permission permission(unsigned first_slot, unsigned count, std::uint64_t address, Direction direction,
                          Domain domain) const;

    /** Last address up to which the same of these slots cover it, counted from @p address. */
    std::uint64_t last_before_edge(unsigned first_slot, unsigned count, std::uint64_t address) const;

    /** PDAP rights of a peripheral, whether or not it needs a semaphore; @p index below 128. */
    Rights peripheral_rights(unsigned index) const;

    /** PDAP.SREQ: only the domain that holds the peripheral's semaphore gate has these rights. */
    bool semaphore_required(unsigned index) const;

    /** All slots as they are in force. */
    const Slots& effective_slots() const { return slots_; }

    /** Keeps a denied access in MRVS of @p slot unless one is there; @p address is in the slot's coordinates.
     */
    void latch(unsigned slot, Domain domain, std::uint64_t address);

    /** The power domain has been restored: sets INTSTAT. */
    void restored();

    unsigned irq_lines() const override { return 1; }
    void reset() override;
    bool has_register(std::uint32_t offset) const override { return bank().holds_state(offset); }
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) override;
    void lose_state() override { reset(); }

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    std::vector<Register> declaration();
    std::vector<Register> control_rows();
    std::vector<Register> assignment_rows();
    std::vector<Register> slot_rows();
    bool slot_locked(unsigned slot) const;
    Slot decode(unsigned slot) const;
    void decode_slot(unsigned slot);
    void check_slot(unsigned slot);
    void update_irq();

    Slots slots_;
    std::array<std::uint32_t, slot_count> violations_{};  ///< MRVS
    bool overlap_reported_ = false;                       ///< not saved: one more line in the log is no harm
};

}  // namespace svp
