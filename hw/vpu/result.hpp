// SPDX-License-Identifier: GPL-2.0-or-later
/** How a step of a decoder ends; the same for every codec. */
#pragma once

#include <cstdint>

namespace svp::vpu {

enum class Result : std::uint8_t {
    more,              ///< a part of the picture is left
    done,              ///< the picture, and what belongs to it, is in memory
    stream_exhausted,  ///< the stream ended too early
    stream_error,      ///< the stream holds what no legal one has
    bus_error,         ///< an access was answered with an error
    impossible,        ///< parameters out of their ranges; nothing was written
};

}  // namespace svp::vpu
