// SPDX-License-Identifier: GPL-2.0-or-later
/** Filters across an edge (clause 8.7.2), for eight lines at once. */
#pragma once

#include <cstddef>
#include <cstdint>

namespace svp::vpu::h264 {

/** What decides on 16 lines across an edge of luma, or on 8 of Cb and then 8 of Cr. */
struct EdgeLimits {
    bool any = false;           ///< one of them may be filtered
    bool strong = false;        ///< one has the strength 4
    std::int16_t alpha[16];     ///< 0: not filtered
    std::int16_t beta[16];      ///< as large as tables 8-16 have it
    std::int16_t clip[16];      ///< tC0 of table 8-17, of strengths 1 to 3
    std::int16_t strongly[16];  ///< -1 at strength 4, else 0
};

/** Lines from above to below: @p q is the first of 16 samples below the edge, @p step from each to the next
 * one below. */
void filter_luma_down(std::uint8_t* q, std::ptrdiff_t step, const EdgeLimits& limits);
/** Lines from left to right: @p q is the first sample right of the edge, @p stride from line to line. */
void filter_luma_across(std::uint8_t* q, std::ptrdiff_t stride, const EdgeLimits& limits);

/** The same for 8 samples of each component. */
void filter_chroma_down(std::uint8_t* cb, std::uint8_t* cr, std::ptrdiff_t step, const EdgeLimits& limits);
void filter_chroma_across(std::uint8_t* cb, std::uint8_t* cr, std::ptrdiff_t stride,
                          const EdgeLimits& limits);

}  // namespace svp::vpu::h264
