// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/kernels.hpp"

#include <algorithm>

#include "dcss/wide.hpp"

namespace svp::dcss {

namespace {

constexpr std::size_t block = Row::block;
constexpr unsigned weight_bits = 10;
constexpr std::int32_t half = 1 << (weight_bits - 1);

SVP_DCSS_PART constexpr Sample rounded(std::int32_t sum) {
    return static_cast<Sample>(std::min(std::max((sum + half) >> weight_bits, 0), int{sample_max}));
}

template <unsigned Count>
SVP_DCSS_PART void add_some(const WeightedLines& from, Sample* __restrict to, std::size_t count) {
    std::int16_t weights[Count];
    const Sample* lines[Count];
    for (unsigned line = 0; line < Count; ++line) {
        weights[line] = from.weights[line];
        lines[line] = from.lines[line];
    }
    for (std::size_t x = 0; x < count; x += block) {
        std::int32_t sums[block];
        for (std::size_t i = 0; i < block; ++i) {
            sums[i] = lines[0][x + i] * weights[0];
        }
        for (unsigned line = 1; line < Count; ++line) {
            for (std::size_t i = 0; i < block; ++i) {
                sums[i] += lines[line][x + i] * weights[line];
            }
        }
        for (std::size_t i = 0; i < block; ++i) {
            to[x + i] = rounded(sums[i]);
        }
    }
}

/** To the nearest; exact as long as neither sample has more than 14 bits. */
SVP_DCSS_PART constexpr std::int32_t mixed(std::int32_t above, std::int32_t alpha, std::int32_t below) {
    const std::int32_t sum = above * alpha + below * (sample_max - alpha) + sample_max / 2;
    return (sum + (sum >> 10) + (sum >> 20) + 1) >> 10;
}

/** Calls @p each(x, count) for blocks with as many samples as the compiler knows, and for what is left. */
template <typename Each>
SVP_DCSS_PART void in_blocks(std::size_t count, const Each& each) {
    std::size_t x = 0;
    for (; x + block <= count; x += block) {
        for (std::size_t i = 0; i < block; ++i) {
            each(x + i);
        }
    }
    for (; x < count; ++x) {
        each(x);
    }
}

}  // namespace

SVP_DCSS_WIDE void add_lines(const WeightedLines& from, Sample* to, std::size_t count) {
    switch (from.count) {
        case 1:
            return add_some<1>(from, to, count);
        case 2:
            return add_some<2>(from, to, count);
        case 3:
            return add_some<3>(from, to, count);
        case 4:
            return add_some<4>(from, to, count);
        case 5:
            return add_some<5>(from, to, count);
        case 6:
            return add_some<6>(from, to, count);
        case 7:
            return add_some<7>(from, to, count);
        default:
            std::fill_n(to, count, Sample{0});
    }
}

SVP_DCSS_WIDE void filter_along(const Sample* from, const std::int32_t* first,
                                const Filter::Taps* const* taps, Sample* to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) {
        const Sample* __restrict samples = from + first[x];
        const std::int16_t* __restrict weights = taps[x]->data();
        std::int32_t sum = 0;
        for (unsigned tap = 0; tap < Filter::taps + 1; ++tap) {
            sum += samples[tap] * weights[tap];
        }
        to[x] = rounded(sum);
    }
}

SVP_DCSS_WIDE void pick(const Sample* from, const std::int32_t* which, Sample* to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) {
        to[x] = from[which[x]];
    }
}

SVP_DCSS_WIDE void blend(const Sample* __restrict above, std::int32_t alpha, Sample* __restrict below,
                         std::size_t count) {
    const auto alpha_of_all = static_cast<Sample>(alpha);
    in_blocks(count, [=](std::size_t x) {
        below[x] = static_cast<Sample>(mixed(above[x], alpha_of_all, below[x]));
    });
}

SVP_DCSS_WIDE void blend(const Sample* __restrict above, const Sample* __restrict alphas,
                         Sample* __restrict below, std::size_t count) {
    in_blocks(count,
              [=](std::size_t x) { below[x] = static_cast<Sample>(mixed(above[x], alphas[x], below[x])); });
}

SVP_DCSS_WIDE void pack(const Sample* __restrict red, const Sample* __restrict green,
                        const Sample* __restrict blue, std::uint32_t* __restrict to, std::size_t count) {
    const auto eight = [](Sample sample) {
        return static_cast<std::uint32_t>(std::min(int{sample}, int{sample_max}) >> 2);
    };
    in_blocks(count,
              [=](std::size_t x) { to[x] = eight(red[x]) << 16 | eight(green[x]) << 8 | eight(blue[x]); });
}

}  // namespace svp::dcss
