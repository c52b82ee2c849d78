// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/violation_log.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "bus/archive_text.hpp"

namespace svp {

namespace {

constexpr unsigned page_shift = 12;
constexpr std::uint64_t max_sequence = std::uint64_t{1} << 62;  ///< no log ever gets there
constexpr std::string_view other_deniers = "other";

std::uint64_t last_byte(const Violation& violation) {
    return violation.address + (violation.length - 1);
}

/** What two violations must share to be told as one. */
bool same_record(const Violation& a, const Violation& b) {
    return a.master == b.master && a.world == b.world && a.domain == b.domain && a.direction == b.direction &&
           a.answer == b.answer && a.state == b.state && a.stream == b.stream && a.denier == b.denier &&
           a.index == b.index && a.fault == b.fault && a.cpu == b.cpu &&
           a.pc >> page_shift == b.pc >> page_shift && a.address >> page_shift == b.address >> page_shift &&
           last_byte(a) >> page_shift == last_byte(b) >> page_shift;
}

/** Ends @p violation with the address space, and gives it at least one byte. */
void limit_length(Violation& violation) {
    violation.length = std::max<std::uint64_t>(violation.length, 1);
    violation.length = std::min(violation.length - 1, ~violation.address) + 1;
}

/** Blocks are named by small letters, digits, '-' and '_'. */
bool plain(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

/** "1.000002000" seconds of a time in nanoseconds. */
std::string seconds(std::int64_t time) {
    constexpr std::int64_t billion = 1'000'000'000;
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%" PRId64 ".%09" PRId64, time / billion, time % billion);
    return buffer;
}

/** How a record's line tells what became of the access; the number of the rule or of the fault follows. */
std::string decided(const Violation& violation) {
    switch (violation.state) {
        case AccessState::denied:
            return "denied by " + std::string(violation.denier);
        case AccessState::granted:
            return "granted because of fault";
        case AccessState::refused:
        case AccessState::changed:
        case AccessState::passed:
            return std::string(name(violation.state)) + " by fault";
    }
    return "?";
}

}  // namespace

std::string_view name(AccessState state) {
    switch (state) {
        case AccessState::denied:
            return "denied";
        case AccessState::granted:
            return "granted";
        case AccessState::refused:
            return "refused";
        case AccessState::changed:
            return "changed";
        case AccessState::passed:
            return "passed";
    }
    return "?";
}

std::string text(const Violation& violation) {
    char buffer[80];
    std::snprintf(buffer, sizeof buffer, "#%" PRIu64 " %ss ", violation.sequence,
                  seconds(violation.first_time).c_str());
    std::string line = buffer;
    line.append(name(violation.master)).append(" ").append(name(violation.world));
    line.append(" domain ").append(std::to_string(violation.domain));
    line.append(" ").append(name(violation.direction));
    std::snprintf(buffer, sizeof buffer, " 0x%08" PRIx64 "+%" PRIu64, violation.address, violation.length);
    line.append(buffer);
    if (violation.stream != Stream::none) {
        line.append(" of ").append(name(violation.stream));
    }
    line.append(" ").append(decided(violation)).append(" ");
    line.append(std::to_string(violation.state == AccessState::denied ? violation.index : violation.fault));
    line.append(", answer ").append(name(violation.answer));
    if (violation.cpu >= 0) {
        std::snprintf(buffer, sizeof buffer, ", cpu %d pc 0x%" PRIx64, violation.cpu, violation.pc);
        line.append(buffer);
    }
    if (violation.count > 1) {
        std::snprintf(buffer, sizeof buffer, ", x %" PRIu64 " until ", violation.count);
        line.append(buffer).append(seconds(violation.last_time)).append("s");
    }
    if (violation.injected()) {
        line.append(", injected by fault ").append(std::to_string(violation.fault));
    }
    return line;
}

ViolationLog::ViolationLog(std::size_t capacity, std::int64_t merge_window)
    : merge_window_(merge_window), ring_(std::clamp<std::size_t>(capacity, 1, max_capacity)) {}

void ViolationLog::set_capacity(std::size_t capacity) {
    capacity = std::clamp<std::size_t>(capacity, 1, max_capacity);
    std::vector<Violation> ring(capacity);
    for (std::uint64_t sequence = first_sequence(); sequence < next_sequence_; ++sequence) {
        if (next_sequence_ - sequence > capacity) {
            dropped_ += at(sequence).count;
        } else {
            ring[sequence % capacity] = at(sequence);
        }
    }
    size_ = std::min(size_, capacity);
    ring_ = std::move(ring);
}

/** Place of @p name among the names met so far; the last place is for all that have none. */
std::uint8_t ViolationLog::denier_number(std::string_view name) {
    name = name.substr(0, max_denier_name);
    for (std::size_t i = 0; i < denier_count_; ++i) {
        if (deniers_[i] == name) {
            return static_cast<std::uint8_t>(i);
        }
    }
    if (denier_count_ == max_deniers) {
        return max_deniers - 1;
    }
    deniers_[denier_count_] = denier_count_ + 1 == max_deniers ? other_deniers : name;
    return static_cast<std::uint8_t>(denier_count_++);
}

void ViolationLog::Counter::add(const Violation& violation) {
    const bool read = violation.direction == Direction::read;
    switch (violation.state) {
        case AccessState::denied:
        case AccessState::refused:
            ++(read ? reads : writes);
            break;
        case AccessState::granted:
            ++(read ? granted_reads : granted_writes);
            break;
        case AccessState::changed:
        case AccessState::passed:
            ++(read ? changed_reads : changed_writes);
            break;
    }
}

void ViolationLog::count(const Violation& denied, std::uint8_t denier) {
    ++accesses_;
    granted_ += denied.state == AccessState::granted ? 1 : 0;
    if (const auto master = static_cast<std::size_t>(denied.master); master < master_count) {
        masters_[master].add(denied);
    }
    rules_[{denier, denied.index}].add(denied);
}

/** Where the record is noted that takes in repetitions of @p violation. */
std::uint64_t& ViolationLog::merge_place(const Violation& violation) {
    const std::uint64_t page = violation.address >> page_shift;
    const std::uint64_t who = static_cast<std::uint64_t>(violation.master) << 4 |
                              static_cast<std::uint64_t>(violation.world) << 3 |
                              static_cast<std::uint64_t>(violation.direction) << 2 | violation.domain;
    std::uint64_t hash = page ^ who << 40 ^ (violation.pc >> page_shift) << 20 ^
                         static_cast<std::uint64_t>(violation.cpu) << 52;
    hash *= 0x9e37'79b9'7f4a'7c15;  // 2^64 divided by the golden ratio spreads neighbouring pages
    static_assert(merge_places == std::size_t{1} << 10);
    return merge_[hash >> (64 - 10)];
}

Violation& ViolationLog::append(const Violation& violation) {
    Violation& place = at(next_sequence_);
    if (size_ == ring_.size()) {
        dropped_ += place.count;
    } else {
        ++size_;
    }
    place = violation;
    place.sequence = next_sequence_++;
    return place;
}

ViolationLog::Recorded ViolationLog::record(const Violation& denied) {
    Violation violation = denied;
    const std::uint8_t denier = denier_number(denied.denier);
    violation.denier = deniers_[denier];
    violation.index = std::min(denied.index, max_index);
    violation.domain = denied.domain & 3;
    violation.last_time = denied.first_time;
    violation.count = 1;
    limit_length(violation);
    count(violation, denier);

    std::uint64_t& place = merge_place(violation);
    if (on_record(place)) {
        Violation& older = at(place);
        if (same_record(older, violation) && violation.first_time - older.first_time < merge_window_) {
            ++older.count;
            ++merged_;
            older.last_time = violation.first_time;
            return {older, true};
        }
    }
    place = next_sequence_;
    return {append(violation), false};
}

std::vector<Violation> ViolationLog::query(const Filter& filter) const {
    std::vector<Violation> found;
    for (std::uint64_t sequence = std::max(filter.since, first_sequence());
         sequence < next_sequence_ && found.size() < filter.limit; ++sequence) {
        const Violation& violation = at(sequence);
        if (filter.master.value_or(violation.master) == violation.master &&
            filter.world.value_or(violation.world) == violation.world) {
            found.push_back(violation);
        }
    }
    return found;
}

std::vector<ViolationLog::RuleCounter> ViolationLog::rule_counters() const {
    std::vector<RuleCounter> counters;
    counters.reserve(rules_.size());
    for (const auto& [rule, counter] : rules_) {
        counters.push_back({deniers_[rule.first], rule.second, counter});
    }
    return counters;
}

void ViolationLog::clear(bool counters) {
    size_ = 0;
    accesses_ = 0;
    granted_ = 0;
    merged_ = 0;
    dropped_ = 0;
    if (counters) {
        masters_ = {};
        rules_.clear();
    }
}

void ViolationLog::exchange(Archive& archive) {
    if (!archive.writing()) {
        clear(true);
    }
    exchange_names(archive);
    exchange_counters(archive);
    exchange_records(archive);
    if (!archive.writing()) {
        if (archive.ok()) {
            check_loaded(archive);
        }
        if (!archive.ok()) {
            clear(true);
        }
    }
}

void ViolationLog::exchange_names(Archive& archive) {
    auto names = static_cast<std::uint8_t>(denier_count_);
    archive.value(names, max_deniers);
    if (!archive.ok()) {
        return;
    }
    denier_count_ = names;
    for (std::size_t i = 0; i < denier_count_; ++i) {
        exchange_text(archive, deniers_[i], max_denier_name);
        if (archive.ok() && !plain(deniers_[i])) {
            archive.fail("the stream holds a block's name with strange characters");
        }
    }
}

void ViolationLog::exchange_counters(Archive& archive) {
    archive.value(accesses_);
    archive.value(granted_);
    archive.value(merged_);
    archive.value(dropped_);
    for (Counter& counter : masters_) {
        exchange_counter(archive, counter);
    }
    auto count = static_cast<std::uint32_t>(rules_.size());
    archive.value(count, max_deniers * (max_index + 1));
    auto next = rules_.begin();
    for (std::uint32_t i = 0; archive.ok() && i < count; ++i) {
        Rule rule{};
        Counter counter;
        if (archive.writing()) {
            rule = next->first;
            counter = next->second;
            ++next;
        }
        archive.value(rule.first, denier_count_ == 0 ? 0 : denier_count_ - 1);
        archive.value(rule.second, max_index);
        exchange_counter(archive, counter);
        rules_[rule] = counter;
    }
}

void ViolationLog::exchange_counter(Archive& archive, Counter& counter) {
    archive.value(counter.reads);
    archive.value(counter.writes);
    archive.value(counter.granted_reads);
    archive.value(counter.granted_writes);
    archive.value(counter.changed_reads);
    archive.value(counter.changed_writes);
}

void ViolationLog::exchange_records(Archive& archive) {
    auto count = static_cast<std::uint32_t>(size_);
    archive.value(count, ring_.size());
    archive.value(next_sequence_, max_sequence);
    if (archive.ok() && next_sequence_ <= count) {
        archive.fail("the stream holds " + std::to_string(count) + " violations that end before number " +
                     std::to_string(next_sequence_));
    }
    if (!archive.ok()) {
        next_sequence_ = std::max<std::uint64_t>(next_sequence_, 1);
        return;
    }
    size_ = count;
    if (!archive.writing()) {
        merge_ = {};
    }
    for (std::uint64_t sequence = first_sequence(); archive.ok() && sequence < next_sequence_; ++sequence) {
        Violation& violation = at(sequence);
        violation.sequence = sequence;
        exchange_record(archive, violation);
        if (!archive.writing() && archive.ok()) {
            merge_place(violation) = sequence;
        }
    }
}

void ViolationLog::exchange_record(Archive& archive, Violation& violation) {
    constexpr auto max_time = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    std::uint8_t denier = archive.writing() ? denier_number(violation.denier) : std::uint8_t{0};
    archive.value(violation.first_time, max_time);
    archive.value(violation.last_time, max_time);
    archive.value(violation.count);
    archive.value(violation.address);
    archive.value(violation.length);
    archive.value(violation.pc);
    archive.value(violation.cpu);
    archive.value(violation.fault);
    archive.value(denier, denier_count_ == 0 ? 0 : denier_count_ - 1);
    archive.value(violation.index, max_index);
    archive.value(violation.master, master_count - 1);
    archive.value(violation.world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(violation.domain, 3);
    archive.value(violation.direction, static_cast<std::uint64_t>(Direction::write));
    archive.value(violation.answer, static_cast<std::uint64_t>(Response::decerr));
    archive.value(violation.state, static_cast<std::uint64_t>(last_access_state));
    archive.value(violation.stream, static_cast<std::uint64_t>(last_stream));
    if (archive.writing() || !archive.ok()) {
        return;
    }
    if (violation.length == 0 || violation.length - 1 > ~violation.address) {
        archive.fail("the stream holds a violation of an impossible length");
    } else if (name(violation.master) == "?") {
        archive.fail("the stream holds a violation by no master");
    } else if (denier_count_ == 0) {
        archive.fail("the stream holds a violation that nobody denied");
    } else {
        violation.denier = deniers_[denier];
    }
}

/** Sums that this log's own states always keep. */
void ViolationLog::check_loaded(Archive& archive) const {
    std::uint64_t held = 0;
    for (std::uint64_t sequence = first_sequence(); sequence < next_sequence_; ++sequence) {
        if (at(sequence).count == 0) {
            archive.fail("the stream holds a violation that did not happen");
            return;
        }
        held += at(sequence).count;
    }
    if (held + dropped_ != accesses_ || merged_ > accesses_ || granted_ > accesses_) {
        archive.fail("the stream tells of " + std::to_string(accesses_) +
                     " denied accesses and accounts for " + std::to_string(held + dropped_));
    }
}

}  // namespace svp
