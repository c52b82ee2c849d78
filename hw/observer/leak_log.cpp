// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/leak_log.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <limits>

namespace svp {

namespace {

/** Pieces of one transfer have gaps: rows of a picture. */
constexpr std::uint64_t joinable_gap = 64 * 1024;
constexpr std::uint64_t max_sequence = std::uint64_t{1} << 62;

bool joins(const Leak& record, const Leak& event) {
    return record.kind == event.kind && record.origin == event.origin && record.master == event.master &&
           record.world == event.world && record.stream == event.stream && event.first >= record.first &&
           (event.first <= record.last || event.first - record.last <= joinable_gap) &&
           (event.kind != LeakKind::left || event.first == record.first);
}

std::string at(std::uint64_t address) {
    char buffer[24];
    std::snprintf(buffer, sizeof buffer, "0x%08" PRIx64, address);
    return buffer;
}

std::string range(const Leak& leak) {
    return at(leak.first) + "+" + std::to_string(leak.last - leak.first + 1);
}

std::string what_happened(const Leak& leak) {
    const std::string who = std::string(name(leak.master)) + " " + std::string(name(leak.world));
    const std::string of =
        leak.stream == Stream::none ? std::string() : " of " + std::string(name(leak.stream));
    switch (leak.kind) {
        case LeakKind::written:
            return who + " wrote " + range(leak) + of + ", which non-secure CPUs read";
        case LeakKind::opened:
            return "non-secure CPUs read " + range(leak) + " from now on, data of " +
                   std::string(name(leak.master));
        case LeakKind::delivered:
            return who + " got " + range(leak) + of;
        case LeakKind::shown:
            return who + " shows data in registers at " + range(leak);
        case LeakKind::left:
            return "CPU " + std::to_string(leak.first) + " left the secure world";
    }
    return "?";
}

}  // namespace

std::string_view name(LeakKind kind) {
    switch (kind) {
        case LeakKind::written:
            return "written";
        case LeakKind::opened:
            return "opened";
        case LeakKind::delivered:
            return "delivered";
        case LeakKind::shown:
            return "shown";
        case LeakKind::left:
            return "left";
    }
    return "?";
}

std::string text(const Leak& leak, std::span<const LeakStep> path) {
    char buffer[80];
    constexpr std::int64_t billion = 1'000'000'000;
    std::snprintf(buffer, sizeof buffer, "#%" PRIu64 " %" PRId64 ".%09" PRId64 "s ", leak.sequence,
                  leak.first_time / billion, leak.first_time % billion);
    std::string line = buffer + what_happened(leak);
    if (leak.count > 1) {
        line += ", x " + std::to_string(leak.count);
    }
    const char* separator = ": ";
    for (const LeakStep& step : path) {
        line += separator + std::string(name(step.master)) + (step.arrived ? " put it to " : " read it at ") +
                at(step.address);
        separator = ", ";
    }
    return line;
}

bool LeakLog::record(Leak event) {
    ++events_;
    const std::size_t looked_at = std::min(near, leaks_.size());
    for (std::size_t i = 1; i <= looked_at; ++i) {
        Leak& known = leaks_[leaks_.size() - i];
        if (joins(known, event)) {
            ++known.count;
            known.bytes += event.bytes;
            known.last = std::max(known.last, event.last);
            known.last_time = event.first_time;
            newest_ = leaks_.size() - i;
            return false;
        }
    }
    if (leaks_.size() == capacity) {
        dropped_ += leaks_.front().count;
        leaks_.erase(leaks_.begin());
    }
    event.sequence = next_sequence_++;
    event.count = 1;
    event.last_time = event.first_time;
    leaks_.push_back(event);
    newest_ = leaks_.size() - 1;
    return true;
}

void LeakLog::clear() {
    leaks_.clear();
    events_ = dropped_ = 0;
}

void LeakLog::exchange(Archive& archive, std::uint16_t highest) {
    auto count = static_cast<std::uint32_t>(leaks_.size());
    archive.value(count, capacity);
    archive.value(next_sequence_, max_sequence);
    archive.value(events_);
    archive.value(dropped_);
    if (archive.ok() && next_sequence_ <= count) {
        archive.fail("the stream holds " + std::to_string(count) + " leaks that end before number " +
                     std::to_string(next_sequence_));
    }
    if (!archive.ok()) {
        next_sequence_ = std::max<std::uint64_t>(next_sequence_, 1);
        return;
    }
    if (!archive.writing()) {
        leaks_.assign(count, {});
        newest_ = 0;
    }
    std::uint64_t held = 0;
    for (std::uint32_t i = 0; i < count && archive.ok(); ++i) {
        leaks_[i].sequence = next_sequence_ - count + i;
        exchange_leak(archive, leaks_[i], highest);
        held += leaks_[i].count;
    }
    if (archive.ok() && held + dropped_ != events_) {
        archive.fail("the stream tells of " + std::to_string(events_) + " leaks and accounts for " +
                     std::to_string(held + dropped_));
    }
}

void LeakLog::exchange_leak(Archive& archive, Leak& leak, std::uint16_t highest) {
    constexpr auto max_time = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    archive.value(leak.first_time, max_time);
    archive.value(leak.last_time, max_time);
    archive.value(leak.count);
    archive.value(leak.bytes);
    archive.value(leak.first);
    archive.value(leak.last);
    archive.value(leak.origin, highest);
    archive.value(leak.kind, static_cast<std::uint64_t>(last_leak_kind));
    archive.value(leak.master, master_count - 1);
    archive.value(leak.world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(leak.stream, static_cast<std::uint64_t>(last_stream));
    if (!archive.writing() && archive.ok() &&
        (leak.count == 0 || leak.origin == 0 || leak.last < leak.first || name(leak.master) == "?")) {
        archive.fail("the stream holds an impossible leak");
    }
}

}  // namespace svp
