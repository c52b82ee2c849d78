// SPDX-License-Identifier: GPL-2.0-or-later
/** A moment of virtual time that a core waits for, as for the end of a job that faults put off, and its
 * timer. */
#pragma once

#include <cstdint>
#include <limits>

#include "svp/archive.hpp"
#include "svp/host.hpp"

namespace svp {

/** Virtual time of what never happens. */
inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

class Deadline {
 public:
    /** @p timer is the number by which Device::timer_expired() tells of it. */
    explicit Deadline(unsigned timer) : timer_(timer) {}

    /** Waits until @p time (ns, above 0); for ever, with no timer, if that is never. */
    void set(Host& host, std::int64_t time) {
        time_ = time;
        start(host);
    }

    /** Waits no more. */
    void clear(Host& host) {
        time_ = 0;
        host.cancel(timer_);
    }

    /** The same where no timer runs: it has expired, or a reset has stopped all. */
    void forget() { time_ = 0; }

    bool waits() const { return time_ != 0; }

    /** True if it waits and its time is no later than @p now. */
    bool reached(std::int64_t now) const { return waits() && time_ <= now; }

    void exchange(Archive& archive) { archive.value(time_, std::uint64_t{never}); }

    /** After a load: the timer as the state calls for it. */
    void resume(Host& host) {
        if (waits()) {
            start(host);
        }
    }

 private:
    void start(Host& host) {
        if (time_ != never) {
            host.schedule(timer_, time_);
        }
    }

    unsigned timer_;
    std::int64_t time_ = 0;  ///< 0: it does not wait
};

}  // namespace svp
