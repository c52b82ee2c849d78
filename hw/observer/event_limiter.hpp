// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keeps a stream of events slow enough for whoever listens, and tells what it kept back.
 *
 * In each period at most `burst` events go out at once; the rest is counted. When the period is over, one
 * more event tells of them, so that nothing is forgotten when a flood ends. Each event carries the number of
 * occurrences that had none of their own since the last event: over all events, 1 + dropped adds up to every
 * occurrence.
 *
 * Times are nanoseconds of any clock that does not go back. The owner takes wake_at() after each call and
 * calls expired() then.
 */
#pragma once

#include <cstdint>
#include <optional>

namespace svp {

class EventLimiter {
 public:
    static constexpr unsigned default_burst = 32;
    static constexpr std::int64_t default_period = 1'000'000'000;  ///< ns

    explicit EventLimiter(unsigned burst = default_burst, std::int64_t period = default_period)
        : burst_(burst), period_(period) {}

    struct Event {
        std::uint64_t dropped;  ///< occurrences without an event since the last one
    };

    /** Something happened; @p news is false if it only repeats what an earlier event told. */
    std::optional<Event> occurred(std::int64_t now, bool news) {
        if (now - begin_ >= period_ || !running_) {
            running_ = true;
            begin_ = now;
            sent_ = 0;
            news = news || kept_ != 0;  // expired() is late, and under a flood could be so for ever
        }
        if (!news || sent_ >= burst_) {
            ++kept_;
            return std::nullopt;
        }
        ++sent_;
        return Event{take_kept()};
    }

    /** Time at which expired() has something to do; none while nothing is kept back. */
    std::optional<std::int64_t> wake_at() const {
        return kept_ == 0 ? std::nullopt : std::optional(begin_ + period_);
    }

    /** The period may be over: one of those kept back becomes an event. */
    std::optional<Event> expired(std::int64_t now) {
        if (kept_ == 0 || now - begin_ < period_) {
            return std::nullopt;
        }
        begin_ = now;
        sent_ = 1;
        return Event{take_kept() - 1};
    }

    /** Forgets what was kept back, as after a change of the machine's state. */
    void reset() { *this = EventLimiter(burst_, period_); }

 private:
    std::uint64_t take_kept() {
        const std::uint64_t kept = kept_;
        kept_ = 0;
        return kept;
    }

    unsigned burst_;
    std::int64_t period_;
    bool running_ = false;
    std::int64_t begin_ = 0;
    unsigned sent_ = 0;
    std::uint64_t kept_ = 0;
};

}  // namespace svp
