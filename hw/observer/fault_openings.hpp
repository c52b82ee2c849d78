// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What faults on the firewalls' state have opened: rights that a master did not have right before a fault,
 * and has since.
 *
 * Hardware: none.
 *
 * Interface: whoever compares rights calls add(), and cut() where later writes to the firewalls end an
 * opening. find() tells by which fault an access is granted; keeps_fence() and last_before_edge() keep views
 * behind their fence there, so that such accesses are seen at all. Memory that a fault opens was denied
 * before, so no access gets slower than it was. An opening that has ended stays on the list as such.
 *
 * Bounds: at most `limit` openings; the oldest that have ended make room, and what has none is counted in
 * lost().
 *
 * Not modelled: rights that software would have closed after the fault, had it not happened. What was open
 * right before the fault is nobody's opening.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** Addresses at which some masters may do what they could not before a fault. */
struct Opening {
    std::uint32_t fault = 0;      ///< identifier of the fault
    std::uint32_t masters = 0;    ///< bit n: master n
    std::uint8_t domains = 0;     ///< bit n: domain n, in which they come
    std::uint8_t privileges = 0;  ///< b0: user accesses, b1: privileged ones
    World world = World::secure;  ///< in which they come
    Direction direction = Direction::read;
    bool open = true;         ///< still so
    std::uint64_t first = 0;  ///< CPU address
    std::uint64_t last = 0;

    static constexpr std::uint8_t any_privilege = 3;

    bool operator==(const Opening&) const = default;
};

class FaultOpenings {
 public:
    static constexpr std::size_t limit = 512;

    bool any_open() const { return open_ != 0; }
    const std::vector<Opening>& list() const { return openings_; }
    std::uint64_t lost() const { return lost_; }

    /** Takes an opening in; one that differs in masters, domains or nothing from one on the list joins it. */
    void add(const Opening& opening);

    /**
     * Ends what @p still does not give back of each opening: it is called with an opening and appends the
     * parts of it that are open yet. True if anything has ended.
     */
    bool cut(const std::function<void(const Opening&, std::vector<Opening>&)>& still);

    /** All of them end. */
    void close();

    /** The opening by which the first byte of @p access that has one is granted; null if none has. */
    const Opening* find(const Transaction& access) const;

    bool keeps_fence(std::uint64_t address, World world, Domain domain, Direction direction,
                     std::uint32_t masters) const;
    /** Last address up to which keeps_fence() gives the same answers, counted from @p address. */
    std::uint64_t last_before_edge(std::uint64_t address) const;

    void exchange(Archive& archive, std::uint32_t next_fault);

 private:
    void exchange_opening(Archive& archive, Opening& opening, std::uint32_t next_fault);
    void insert(const Opening& opening);

    std::vector<Opening> openings_;
    std::size_t open_ = 0;  ///< of them, those that are open
    std::uint64_t lost_ = 0;
};

}  // namespace svp
