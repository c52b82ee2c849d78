// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/kernels.hpp"

#include <algorithm>
#include <bit>

#include "dcss/colour.hpp"

namespace svp::dcss {

namespace {

constexpr std::size_t block = Row::block;
constexpr unsigned weight_bits = 10;
constexpr std::int32_t half = 1 << (weight_bits - 1);

constexpr Sample rounded(std::int32_t sum) {
    return static_cast<Sample>(std::min(std::max((sum + half) >> weight_bits, 0), int{sample_max}));
}

template <unsigned Count>
void add_some(const WeightedLines& from, Sample* __restrict to, std::size_t count) {
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

/** A word at any address. */
using Word [[gnu::may_alias, gnu::aligned(1)]] = std::uint32_t;

constexpr std::int32_t limited(std::int32_t value, std::int32_t low, std::int32_t high) {
    return std::min(std::max(value, low), high);
}

/** To the nearest; exact as long as neither sample has more than 14 bits. */
constexpr std::int32_t mixed(std::int32_t above, std::int32_t alpha, std::int32_t below) {
    const std::int32_t sum = above * alpha + below * (sample_max - alpha) + sample_max / 2;
    return (sum + (sum >> 10) + (sum >> 20) + 1) >> 10;
}

/** Calls @p each(x, count) for blocks with as many samples as the compiler knows, and for what is left. */
template <typename Each>
void in_blocks(std::size_t count, const Each& each) {
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

void pick(const Sample* from, const std::int32_t* which, Sample* to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) {
        to[x] = from[which[x]];
    }
}

/** The first tap that is not 0 for some output; pairs are counted up to the last one. */
unsigned Along::first_tap() {
    unsigned tap = Filter::taps, end = 0;
    for (const Filter::Taps* weights : taps) {
        for (unsigned i = 0; i < Filter::taps; ++i) {
            tap = (*weights)[i] != 0 ? std::min(tap, i) : tap;
            end = (*weights)[i] != 0 ? std::max(end, i + 1) : end;
        }
    }
    tap = std::min(tap, end);
    pairs = (end - tap + 1) / 2;
    return tap;
}

void Along::make_blocks() {
    const std::size_t count = first.size();
    blocks.clear();
    if (!wide::usable()) {
        return;
    }
    const unsigned tap = first_tap();
    blocks.resize((count + 7) / 8);
    for (std::size_t x = 0; x < 8 * blocks.size(); ++x) {
        Block& eight = blocks[x / 8];
        const std::size_t output = std::min(x, count - 1), within = x % 8;
        if (x % 4 == 0) {
            eight.first[within / 4] = first[output] + static_cast<std::int32_t>(tap);
        }
        const auto apart = static_cast<unsigned>(first[output] - first[std::min(x / 4 * 4, count - 1)]);
        if (apart > 6) {  // the pair would not be in eight samples
            blocks.clear();
            return;
        }
        for (unsigned i = 0; i < 4; ++i) {
            eight.bytes[4 * within + i] = static_cast<std::uint8_t>(2 * apart + i);
        }
        for (unsigned i = 0; i < 2 * pairs; ++i) {
            eight.weights[i / 2][2 * within + i % 2] =
                tap + i < taps[output]->size() ? (*taps[output])[tap + i] : std::int16_t{0};
        }
    }
}

namespace plain {

void add_lines(const WeightedLines& from, Sample* to, std::size_t count) {
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

void filter_along(const Sample* from, const Along& along, Sample* to, std::size_t count) {
    for (std::size_t x = 0; x < count; ++x) {
        const Sample* __restrict samples = from + along.first[x];
        const std::int16_t* __restrict weights = along.taps[x]->data();
        std::int32_t sum = 0;
        for (unsigned tap = 0; tap < Filter::taps + 1; ++tap) {
            sum += samples[tap] * weights[tap];
        }
        to[x] = rounded(sum);
    }
}

void blend(const Sample* __restrict above, std::int32_t alpha, Sample* __restrict below, std::size_t count) {
    const auto alpha_of_all = static_cast<Sample>(alpha);
    in_blocks(count, [=](std::size_t x) {
        below[x] = static_cast<Sample>(mixed(above[x], alpha_of_all, below[x]));
    });
}

void blend(const Sample* __restrict above, const Sample* __restrict alphas, Sample* __restrict below,
           std::size_t count) {
    in_blocks(count,
              [=](std::size_t x) { below[x] = static_cast<Sample>(mixed(above[x], alphas[x], below[x])); });
}

void pack(const Sample* __restrict red, const Sample* __restrict green, const Sample* __restrict blue,
          std::uint32_t* __restrict to, std::size_t count) {
    const auto eight = [](Sample sample) {
        return static_cast<std::uint32_t>(std::min(int{sample}, int{sample_max}) >> 2);
    };
    in_blocks(count,
              [=](std::size_t x) { to[x] = eight(red[x]) << 16 | eight(green[x]) << 8 | eight(blue[x]); });
}

void unpack_component(const std::uint8_t* __restrict bytes, std::size_t count, unsigned which,
                      Sample* __restrict to) {
    const unsigned shift = 8 * (std::endian::native == std::endian::little ? which : 3 - which);
    for (std::size_t x = 0; x < count; x += block) {
        const Word* words = reinterpret_cast<const Word*>(bytes + 4 * x);
        for (std::size_t i = 0; i < block; ++i) {
            const std::uint32_t eight = words[i] >> shift & 0xff;
            to[x + i] = static_cast<Sample>(eight << 2 | eight >> 6);
        }
    }
}

void convert(const ColourMatrix& matrix, const SampleRows& from, const std::array<Sample*, 3>& to,
             std::size_t count) {
    const std::int32_t half_norm = matrix.norm == 0 ? 0 : std::int32_t{1} << (matrix.norm - 1);
    for (std::size_t x = 0; x < count; x += block) {
        Sample inputs[3][block];
        for (unsigned input = 0; input < 3; ++input) {
            for (std::size_t i = 0; i < block; ++i) {
                inputs[input][i] = static_cast<Sample>(limited(from[input][x + i] + matrix.pre_offset[input],
                                                               matrix.pre_min[input], matrix.pre_max[input]));
            }
        }
        for (unsigned output = 0; output < 3; ++output) {
            const std::array<std::int16_t, 3> weights = matrix.coefficients[output];
            Sample* result = to[output] + x;
            for (std::size_t i = 0; i < block; ++i) {
                // Less than 2^27, and half of the norm less than 2^31.
                const std::int32_t sum =
                    inputs[0][i] * weights[0] + inputs[1][i] * weights[1] + inputs[2][i] * weights[2];
                const std::int32_t value = ((sum + half_norm) >> matrix.norm) + matrix.post_offset[output];
                result[i] =
                    static_cast<Sample>(limited(value, matrix.post_min[output], matrix.post_max[output]));
            }
        }
    }
}

}  // namespace plain

}  // namespace svp::dcss
