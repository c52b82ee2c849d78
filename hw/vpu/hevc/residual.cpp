// SPDX-License-Identifier: GPL-2.0-or-later
/* Coefficients of a transform block, clauses 7.3.8.11 and 8.6.4.2. */
#include <algorithm>
#include <array>

#include "vpu/hevc/slice_decoder.hpp"

namespace svp::vpu::hevc {

namespace {

struct Position {
    std::uint8_t x, y;
};

enum ScanOrder : unsigned { scan_diagonal = 0, scan_horizontal = 1, scan_vertical = 2 };

/** Orders of clause 6.5.3 to 6.5.5 over squares of 1, 2, 4 and 8. */
struct Scans {
    constexpr Scans() {
        for (unsigned log2_size = 0; log2_size < 4; ++log2_size) {
            const unsigned size = 1u << log2_size;
            unsigned next = 0;
            for (unsigned sum = 0; sum < 2 * size - 1; ++sum) {
                for (unsigned x = sum < size ? 0 : sum - size + 1; x <= std::min(sum, size - 1); ++x) {
                    order[scan_diagonal][log2_size][next++] = {static_cast<std::uint8_t>(x),
                                                               static_cast<std::uint8_t>(sum - x)};
                }
            }
            for (unsigned i = 0; i < size * size; ++i) {
                const auto major = static_cast<std::uint8_t>(i / size),
                           minor = static_cast<std::uint8_t>(i % size);
                order[scan_horizontal][log2_size][i] = {minor, major};
                order[scan_vertical][log2_size][i] = {major, minor};
            }
        }
    }
    Position order[3][4][64]{};
};
constexpr Scans scans;

/** sigCtx for 4x4 blocks, by (y << 2) + x. */
constexpr std::uint8_t small_contexts[16] = {0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8};

/** sigCtx within a sub-block by which of its neighbours are coded: the right one, the lower one. */
struct PatternContexts {
    constexpr PatternContexts() {
        for (unsigned y = 0; y < 4; ++y) {
            for (unsigned x = 0; x < 4; ++x) {
                const auto at = y * 4 + x;
                value[0][at] = x + y == 0 ? 2 : x + y < 3 ? 1 : 0;
                value[1][at] = y == 0 ? 2 : y == 1 ? 1 : 0;
                value[2][at] = x == 0 ? 2 : x == 1 ? 1 : 0;
                value[3][at] = 2;
            }
        }
    }
    std::uint8_t value[4][16]{};
};
constexpr PatternContexts pattern_contexts;

constexpr std::uint8_t level_scale[6] = {40, 45, 51, 57, 64, 72};

}  // namespace

/** last_sig_coeff_x_prefix and what belongs to it. */
bool SliceDecoder::last_position(unsigned component, unsigned log2_size, unsigned scan, unsigned& x,
                                 unsigned& y) {
    const unsigned offset = component == 0 ? 3 * (log2_size - 2) + ((log2_size - 1) >> 2) : 15;
    const unsigned shift = component == 0 ? (log2_size + 1) >> 2 : log2_size - 2;
    const unsigned most = 2 * log2_size - 1;
    const auto prefix = [&](unsigned first) {
        unsigned value = 0;
        while (value < most && bin(first + offset + (value >> shift))) {
            ++value;
        }
        return value;
    };
    const auto whole = [&](unsigned value) {
        return value < 4 ? value : (2 + value % 2) * (1u << (value / 2 - 1)) + bypass_bits(value / 2 - 1);
    };
    const unsigned prefix_x = prefix(context::last_x_prefix), prefix_y = prefix(context::last_y_prefix);
    x = whole(prefix_x);
    y = whole(prefix_y);
    if (scan == scan_vertical) {
        std::swap(x, y);
    }
    return x < 1u << log2_size && y < 1u << log2_size;
}

/** coeff_abs_level_remaining, clause 9.3.3.11. */
std::uint32_t SliceDecoder::remaining_level(unsigned rice) {
    unsigned prefix = 0;
    while (cabac_.bypass() != 0) {
        if (++prefix > 20) {
            failed_ = true;
            return 0;
        }
    }
    if (prefix <= 3) {
        return (prefix << rice) + bypass_bits(rice);
    }
    return (((1u << (prefix - 3)) + 3 - 1) << rice) + bypass_bits(prefix - 3 + rice);
}

/** residual_coding(), and what it adds to the picture. */
bool SliceDecoder::residual(const Unit& unit, unsigned component, unsigned block_x, unsigned block_y,
                            unsigned log2_size, unsigned mode) {
    const bool luma = component == 0;
    Residual result{.coefficients = coefficients_,
                    .transform = Transform::cosine,
                    .log2_size = log2_size,
                    .columns = 0,
                    .rows = 0};
    if (unit.bypass) {
        result.transform = Transform::bypass;
    } else if (job_.transform_skip && log2_size == 2 && bin(context::transform_skip + (luma ? 0 : 1))) {
        result.transform = Transform::skip;
    } else if (unit.intra && luma && log2_size == 2) {
        result.transform = Transform::sine;
    }
    unsigned scan = scan_diagonal;
    if (unit.intra && (log2_size == 2 || (log2_size == 3 && luma))) {
        scan = mode >= 6 && mode <= 14    ? scan_vertical
               : mode >= 22 && mode <= 30 ? scan_horizontal
                                          : scan_diagonal;
    }
    unsigned last_x, last_y;
    if (!last_position(component, log2_size, scan, last_x, last_y)) {
        return false;
    }

    const int bit_depth = static_cast<int>(job_.bit_depth);
    const int shift = bit_depth + static_cast<int>(log2_size) - 5;
    const std::int64_t scale = std::int64_t{level_scale[quantizer_[component] % 6]}
                               << quantizer_[component] / 6;
    const std::uint8_t* factors =
        job_.scaling_list ? scaling_.factors(log2_size, log2_size == 5 ? (unit.intra ? 0 : 3)
                                                                       : component + (unit.intra ? 0 : 3))
                          : nullptr;
    const std::int64_t rounding = std::int64_t{1} << (shift - 1);

    const Position* inner = scans.order[scan][2];
    const Position* blocks = scans.order[scan][log2_size - 2];
    const unsigned last_block_x = last_x / 4, last_block_y = last_y / 4;
    unsigned block = 0, position = 0;
    while (blocks[block].x != last_block_x || blocks[block].y != last_block_y) {
        ++block;
    }
    while (inner[position].x != last_x % 4 || inner[position].y != last_y % 4) {
        ++position;
    }

    std::uint8_t coded[9][9] = {};  // coded_sub_block_flag, with zeros to the right and below
    const unsigned last_block = block;
    unsigned greater1_context = 1;
    const unsigned sig_first = context::sig_coeff + (luma ? 0 : 27);
    for (unsigned left = last_block + 1; left-- > 0;) {
        const unsigned sub_x = blocks[left].x, sub_y = blocks[left].y;
        const unsigned right = coded[sub_y][sub_x + 1], below = coded[sub_y + 1][sub_x];
        bool infer_first = false, any = true;
        if (left < last_block && left > 0) {
            any = bin(context::coded_sub_block + ((right | below) != 0 ? 1 : 0) + (luma ? 0 : 2));
            infer_first = true;
        }
        coded[sub_y][sub_x] = any ? 1 : 0;
        if (!any) {
            continue;
        }
        // Which coefficients are not 0, from the last one on.
        std::uint8_t places[16];
        unsigned count = 0;
        unsigned from = 16;
        if (left == last_block) {
            places[count++] = static_cast<std::uint8_t>(position);
            from = position;
        }
        const std::uint8_t* pattern =
            log2_size == 2 ? small_contexts : pattern_contexts.value[right | below << 1];
        unsigned base = sig_first;
        if (log2_size > 2 && luma) {
            base += (left > 0 ? 3 : 0) + (log2_size > 3 ? 21 : scan == scan_diagonal ? 9 : 15);
        } else if (log2_size > 2) {
            base += log2_size > 3 ? 12 : 9;
        }
        for (unsigned n = from; n-- > 1;) {
            if (bin(base + pattern[inner[n].y * 4u + inner[n].x])) {
                places[count++] = static_cast<std::uint8_t>(n);
                infer_first = false;
            }
        }
        if (from > 0) {
            if (infer_first || bin(left == 0 ? sig_first : base + pattern[0])) {
                places[count++] = 0;
            }
        }
        if (count == 0) {
            continue;
        }

        // Levels: greater than 1 for up to eight, greater than 2 for one, then signs and the rest.
        unsigned set = left == 0 || !luma ? 0 : 2;
        if (left != last_block && greater1_context == 0) {
            ++set;
        }
        greater1_context = 1;
        std::uint32_t levels[16];
        const unsigned flags = std::min(count, 8u);
        unsigned first_greater = 16;
        const unsigned greater_first = context::greater1 + (luma ? 0 : 16) + 4 * set;
        for (unsigned i = 0; i < flags; ++i) {
            const bool greater = bin(greater_first + greater1_context);
            levels[i] = greater ? 2 : 1;
            if (greater) {
                greater1_context = 0;
                first_greater = std::min(first_greater, i);
            } else if (greater1_context > 0 && greater1_context < 3) {
                ++greater1_context;
            }
        }
        std::fill(levels + flags, levels + count, 1u);
        if (first_greater < 16 && bin(context::greater2 + (luma ? 0 : 4) + set)) {
            levels[first_greater] = 3;
        }
        const bool hidden = job_.sign_data_hiding && !unit.bypass && places[0] - places[count - 1] > 3;
        const unsigned sign_count = count - (hidden ? 1 : 0);
        std::uint32_t signs = bypass_bits(sign_count) << (16 - sign_count);
        unsigned rice = 0;
        std::uint32_t sum = 0;
        for (unsigned i = 0; i < count; ++i) {
            // Levels that the flags cannot tell go on.
            const std::uint32_t told = i >= 8 ? 1 : i == first_greater ? 3 : 2;
            if (levels[i] == told) {
                levels[i] += remaining_level(rice);
                if (levels[i] > 3u << rice) {
                    rice = std::min(rice + 1, 4u);
                }
            }
            sum += levels[i];
            std::int64_t value = levels[i];
            if ((signs >> 15 & 1) != 0) {
                value = -value;
            }
            signs <<= 1;
            if (hidden && i == count - 1 && sum % 2 != 0) {
                value = -value;
            }
            const unsigned x = sub_x * 4 + inner[places[i]].x, y = sub_y * 4 + inner[places[i]].y;
            value = std::clamp<std::int64_t>(value, -32768, 32767);
            if (!unit.bypass) {
                const int factor = factors != nullptr ? factors[(y << log2_size) + x] : 16;
                value = std::clamp<std::int64_t>((value * factor * scale + rounding) >> shift, -32768, 32767);
            }
            coefficients_[(y << log2_size) + x] = static_cast<std::int16_t>(value);
        }
        result.columns = std::max(result.columns, 4 * sub_x + 4);
        result.rows = std::max(result.rows, 4 * sub_y + 4);
        if (cabac_.exhausted()) {
            failed_ = true;
        }
    }
    if (last_x == 0 && last_y == 0) {
        result.columns = result.rows = 1;
    }
    if (!failed_) {
        reconstruction_.add(component, block_x, block_y, result);
    }
    for (unsigned y = 0; y < std::max(result.rows, 1u); ++y) {
        std::fill_n(coefficients_ + (std::size_t{y} << log2_size), std::max(result.columns, 1u),
                    std::int16_t{0});
    }
    return !failed_;
}

}  // namespace svp::vpu::hevc
