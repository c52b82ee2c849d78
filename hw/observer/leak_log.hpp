// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a leak oracle has found: a bounded record. What goes on where the newest events of its kind left off
 * is one record with them, which tells of all bytes from `first` to `last`.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** In which way protected data came to where non-secure software is. */
enum class LeakKind : std::uint8_t {
    written,    ///< a master wrote marked data to memory that non-secure CPUs read
    opened,     ///< the policy changed, and non-secure CPUs read memory with marked data now
    delivered,  ///< read by a master that is not followed: a non-secure CPU, a card, a network
    shown,      ///< registers that non-secure software reads have marked data
    left,       ///< a CPU that has read marked data has left the secure world
};
inline constexpr LeakKind last_leak_kind = LeakKind::left;

std::string_view name(LeakKind kind);

/** A step on the way of data: who read it, where. */
struct LeakStep {
    Master master;
    std::uint64_t address;  ///< as the master addressed it
    bool arrived = false;   ///< it was written there, and is protected since then; nobody has read it yet
    bool operator==(const LeakStep&) const = default;
};

struct Leak {
    std::uint64_t sequence = 0;   ///< set by the log, from 1 on
    std::int64_t first_time = 0;  ///< virtual time of the first event, ns
    std::int64_t last_time = 0;
    std::uint64_t count = 1;   ///< events that this record stands for
    std::uint64_t bytes = 0;   ///< that they were about; granules count as a whole
    std::uint64_t first = 0;   ///< first byte where the data are now; of `left`, the number of the CPU
    std::uint64_t last = 0;    ///< last one
    std::uint16_t origin = 0;  ///< mark of the data
    LeakKind kind = LeakKind::written;
    Master master = Master::a53;  ///< who did it; of `opened`, who had put the data there
    World world = World::non_secure;
    Stream stream = Stream::none;

    bool operator==(const Leak&) const = default;
};

class LeakLog {
 public:
    static constexpr std::size_t capacity = 1024;

    /** Takes in an event; `sequence`, `count` and `last_time` of it do not matter. True if it made a record
     * of its own. */
    bool record(Leak event);

    /** Oldest first; the oldest make room when there are more than `capacity`. */
    const std::vector<Leak>& list() const { return leaks_; }
    const Leak& newest() const { return leaks_[newest_]; }

    std::uint64_t events() const { return events_; }    ///< since the last clear()
    std::uint64_t dropped() const { return dropped_; }  ///< of them, those whose record had to make room

    void clear();

    /** Origins of a stream are at most @p highest. */
    void exchange(Archive& archive, std::uint16_t highest);

 private:
    /** Records that are looked at for one to join. */
    static constexpr std::size_t near = 16;

    void exchange_leak(Archive& archive, Leak& leak, std::uint16_t highest);

    std::vector<Leak> leaks_;
    std::size_t newest_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t events_ = 0;
    std::uint64_t dropped_ = 0;
};

/**
 * One line: "#1 2.500000000s vpu secure wrote 0x50000000+3072 of picture, which non-secure CPUs read: caam
 * put it to 0xc0000000, vpu read it at 0xc0000040".
 */
std::string text(const Leak& leak, std::span<const LeakStep> path);

}  // namespace svp
