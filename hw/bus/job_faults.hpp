// SPDX-License-Identifier: GPL-2.0-or-later
/** Faults that devices which do jobs have in common, and what they do to the end of one. */
#pragma once

#include <cstdint>

#include "bus/deadline.hpp"
#include "svp/device.hpp"
#include "svp/host.hpp"

namespace svp {

inline constexpr DeviceFaultInfo job_fault_list[] = {
    {"stall", "the end of a job shows `duration` ns later; without one never, until it is given up"},
    {"error-status", "a job ends with the error `value`, or a usual one without it, whatever it has done"},
};

/**
 * Virtual time when the end of a job shows that is over now, but for @p delay ns of faults on the bus: now()
 * or earlier if at once, never if it has stalled. Once for each job, inside Host::exclusive().
 */
inline std::int64_t job_end_time(Host& host, std::int64_t delay) {
    if (const auto stall = host.fault("stall")) {
        if (stall->duration == 0) {
            return never;
        }
        delay += stall->duration;
    }
    return host.now() + delay;
}

/** The status that such a job ends with: @p status, or an error out of @p errors, @p usual if none is told.
 */
inline std::uint32_t job_end_status(Host& host, std::uint32_t status, std::uint32_t errors,
                                    std::uint32_t usual) {
    const auto wrong = host.fault("error-status");
    if (!wrong) {
        return status;
    }
    const auto wanted = static_cast<std::uint32_t>(wrong->value) & errors;
    return wanted != 0 ? wanted : usual;
}

}  // namespace svp
