// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What was denied on the bus, by whom to whom, and what injected faults made of accesses: a bounded record
 * and counters that lose nothing.
 *
 * Hardware: none. The chip's own latches hold one violation each and forget the rest; this is the observer's
 * record of all of them.
 *
 * Interface: record() for each denied access, query() and the counters for whoever asks. Times are virtual
 * nanoseconds. Sequence numbers start at 1, rise by one a record and never start again, not even after
 * clear().
 *
 * Merging: an access that repeats one on record (same master, stream, world, domain, direction, answer,
 * state, denier, fault, first and last 4 KiB page, 4 KiB page of the program counter, CPU) within
 * merge_window nanoseconds of that record's first time only raises its count. A loop over a denied page so
 * makes one record each merge_window, however fast it runs. The look-up is a table of fixed size: two
 * violations that fall into the same place of it and alternate are recorded one by one.
 *
 * Bounds: the record is a ring that overwrites its oldest entry; dropped() tells how many accesses the
 * overwritten ones stood for. accesses() == sum of count over the ring + dropped() at any time. Memory is
 * taken when the size is set, none by record() but for a rule's first violation.
 */
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "svp/archive.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** What became of an access that is on record. */
enum class AccessState : std::uint8_t {
    denied,   ///< by a rule: no data moved
    granted,  ///< because of a fault: data moved that some rule would have kept
    refused,  ///< by a fault alone: no data moved
    changed,  ///< it was permitted, but a fault changed its data or dropped them
    passed,   ///< it was permitted, and the fault that hit it changed nothing that it carries
};
inline constexpr AccessState last_access_state = AccessState::passed;

std::string_view name(AccessState state);

/** One access that was denied, or that a fault played a part in; or several that are told as one. */
struct Violation {
    std::uint64_t sequence = 0;    ///< set by the log
    std::int64_t first_time = 0;   ///< virtual time of the first one, ns
    std::int64_t last_time = 0;    ///< virtual time of the last one, ns
    std::uint64_t count = 1;       ///< accesses that this record stands for
    std::uint64_t address = 0;     ///< first denied byte of the first one, as the master addressed it
    std::uint64_t length = 1;      ///< bytes denied by the first one, at least 1
    std::uint64_t pc = 0;          ///< program counter if `cpu` is one, virtual address
    std::int32_t cpu = -1;         ///< number of the application core that did it, -1: no core, or not known
    std::uint32_t fault = 0;       ///< injected fault that played a part, 0: none
    std::string_view denier = {};  ///< name of the block; on record() any lifetime, in a query the log's
    std::uint16_t index = 0;       ///< region, slot or peripheral number of the denier's rule
    Master master = Master::a53;
    World world = World::secure;
    Domain domain = 0;
    Direction direction = Direction::read;
    Response answer = Response::okay;  ///< what the master saw
    AccessState state = AccessState::denied;
    Stream stream = Stream::none;  ///< what its data is to the master

    bool injected() const { return fault != 0; }
    bool operator==(const Violation&) const = default;
};

/**
 * One line without line end: "#7 1.000002000s a53 non-secure domain 0 read 0xc0000000+8 denied by tzc 3,
 * answer OKAY, cpu 1 pc 0x40081234", then "x count until time" and "injected by fault n" where they apply.
 * What no rule denied has "granted because of fault 3" or "refused by fault 3" in that place.
 */
std::string text(const Violation& violation);

class ViolationLog {
 public:
    static constexpr std::size_t default_capacity = 4096;
    static constexpr std::size_t max_capacity = std::size_t{1} << 17;
    static constexpr std::int64_t default_merge_window = 100'000'000;  ///< ns

    /** Blocks that may deny; what more there are go by the name "other". Any board has fewer. */
    static constexpr std::size_t max_deniers = 32;
    static constexpr std::size_t max_denier_name = 31;  ///< characters
    static constexpr std::uint16_t max_index = 0x0fff;  ///< larger numbers count as this one

    /** Accesses counted by what became of them and by direction. */
    struct Counter {
        std::uint64_t reads = 0;          ///< that got nothing: denied by a rule or refused by a fault
        std::uint64_t writes = 0;         ///< that changed nothing, likewise
        std::uint64_t granted_reads = 0;  ///< that a fault let through
        std::uint64_t granted_writes = 0;
        std::uint64_t changed_reads = 0;  ///< permitted ones that a fault hit: changed or passed
        std::uint64_t changed_writes = 0;
        std::uint64_t total() const {
            return reads + writes + granted_reads + granted_writes + changed_reads + changed_writes;
        }
        void add(const Violation& violation);
        bool operator==(const Counter&) const = default;
    };

    struct RuleCounter {
        std::string_view denier;  ///< lives as long as the log and until the next load()
        std::uint16_t index;
        Counter counter;
    };

    struct Filter {
        std::uint64_t since = 0;       ///< smallest sequence number to give
        std::optional<Master> master;  ///< only this one's
        std::optional<World> world;
        std::size_t limit = max_capacity;  ///< most records to give
    };

    explicit ViolationLog(std::size_t capacity = default_capacity,
                          std::int64_t merge_window = default_merge_window);
    ViolationLog(const ViolationLog&) = delete;  // records point at names in here
    ViolationLog& operator=(const ViolationLog&) = delete;

    /** Most records held, 1 to max_capacity; the newest stay. */
    void set_capacity(std::size_t capacity);
    std::size_t capacity() const { return ring_.size(); }

    /** How long a record takes repetitions, ns; 0: each access gets a record of its own. */
    void set_merge_window(std::int64_t nanoseconds) { merge_window_ = nanoseconds; }
    std::int64_t merge_window() const { return merge_window_; }

    struct Recorded {
        const Violation& violation;  ///< as it is on record now; valid until the next call
        bool merged;                 ///< an older record took it in
    };

    /**
     * Takes in one denied access. `sequence`, `last_time` and `count` of @p denied are ignored; a name that
     * is too long is cut, a `length` of 0 counts as 1.
     */
    Recorded record(const Violation& denied);

    /** Matching records, oldest first. */
    std::vector<Violation> query(const Filter& filter) const;

    /** The newest record, null if there is none. */
    const Violation* newest() const { return size_ == 0 ? nullptr : &at(next_sequence_ - 1); }

    std::size_t size() const { return size_; }
    std::uint64_t next_sequence() const { return next_sequence_; }

    std::uint64_t accesses() const { return accesses_; }  ///< put on record since the last clear()
    std::uint64_t granted() const { return granted_; }    ///< of them, those that a fault let through
    std::uint64_t merged() const { return merged_; }      ///< of them, those that raised a record's count
    std::uint64_t dropped() const { return dropped_; }    ///< of them, those whose record was overwritten

    /** Since the last clear() that took the counters along. */
    const Counter& counter(Master master) const { return masters_[static_cast<std::size_t>(master)]; }
    std::vector<RuleCounter> rule_counters() const;

    /** Forgets all records, and the counters of masters and rules if @p counters. */
    void clear(bool counters);

    /** Puts records, counters and sequence number into the archive; size and window stay this log's own. */
    void exchange(Archive& archive);

 private:
    using Rule = std::pair<std::uint8_t, std::uint16_t>;  ///< denier's place in deniers_, index
    static constexpr std::size_t merge_places = 1024;

    std::uint64_t first_sequence() const { return next_sequence_ - size_; }
    const Violation& at(std::uint64_t sequence) const { return ring_[sequence % ring_.size()]; }
    Violation& at(std::uint64_t sequence) { return ring_[sequence % ring_.size()]; }
    bool on_record(std::uint64_t sequence) const {
        return sequence >= first_sequence() && sequence < next_sequence_;
    }

    std::uint8_t denier_number(std::string_view name);
    void count(const Violation& denied, std::uint8_t denier);
    std::uint64_t& merge_place(const Violation& violation);
    Violation& append(const Violation& violation);
    void exchange_names(Archive& archive);
    void exchange_counters(Archive& archive);
    static void exchange_counter(Archive& archive, Counter& counter);
    void exchange_records(Archive& archive);
    void exchange_record(Archive& archive, Violation& violation);
    void check_loaded(Archive& archive) const;

    std::int64_t merge_window_;
    std::vector<Violation> ring_;  ///< record n is at n % ring_.size()
    std::size_t size_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t accesses_ = 0;
    std::uint64_t granted_ = 0;
    std::uint64_t merged_ = 0;
    std::uint64_t dropped_ = 0;
    std::array<Counter, master_count> masters_{};
    std::map<Rule, Counter> rules_;
    std::array<std::string, max_deniers> deniers_;
    std::size_t denier_count_ = 0;
    std::array<std::uint64_t, merge_places> merge_{};  ///< sequence of the last record of each place
};

}  // namespace svp
