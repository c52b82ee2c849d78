// SPDX-License-Identifier: GPL-2.0-or-later
/** How drivers lay pictures out in a buffer, and the visible part of one plane by plane. */
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "target.hpp"

namespace svp::play {

enum class Layout : std::uint8_t {
    nv12,
    p010,      ///< NV12 with 10 bits at the top of 16
    nv12_4l4,  ///< NV12 in tiles of 4x4 samples
    nv15_4l4,  ///< the same with 10 bits, four samples in 5 bytes
};

struct Surface {
    Layout layout = Layout::nv12;
    unsigned stride = 0;  ///< bytes of a line; of tiles of four lines, a quarter
    unsigned lines = 0;   ///< of luma; chroma is behind them
};

/** As it is written above. */
const char* name_of(Layout layout);
/** Bytes that a buffer needs for it. */
std::size_t bytes_of(const Surface& surface);

/** The visible part of a picture without padding: Y, Cb, Cr; samples of 10 bits in two bytes, the lower one
 * first. @p bytes has at least bytes_of(@p surface), which has room for all of @p format. */
std::vector<std::uint8_t> visible_planes(const Format& format, std::span<const std::uint8_t> bytes,
                                         const Surface& surface);

}  // namespace svp::play
