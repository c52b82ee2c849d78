// SPDX-License-Identifier: GPL-2.0-or-later
/* Eight lines across an edge at a time: a vector holds the samples of all eight at one distance from it. */
#include "vpu/vp9/edge_filters.hpp"

#include <cstring>

namespace svp::vpu::vp9 {

namespace {

constexpr int lines = 8;

/** One number for each line; comparisons give -1 or 0. */
using V = std::int16_t __attribute__((vector_size(16)));

V all(int value) {
    return V{} + static_cast<std::int16_t>(value);
}
V chosen(V mask, V yes, V no) {
    return (yes & mask) | (no & ~mask);
}
V magnitude(V value) {
    return value < 0 ? -value : value;
}
V clamped(V value, V least, V most) {
    value = value < least ? least : value;
    return value > most ? most : value;
}
bool any(V mask) {
    std::uint64_t halves[2];
    std::memcpy(halves, &mask, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

V load(const std::uint8_t* from) {
    std::uint8_t __attribute__((vector_size(8))) bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, V);
}
V load(const std::uint16_t* from) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
void store(V value, std::uint8_t* to) {
    using Bytes = std::uint8_t __attribute__((vector_size(8)));
    const auto bytes = __builtin_convertvector(value, Bytes);
    std::memcpy(to, &bytes, sizeof bytes);
}
void store(V value, std::uint16_t* to) {
    std::memcpy(to, &value, sizeof value);
}

/** Rows become columns: three times, rows of the upper half are interleaved with those of the lower one. */
void transpose(V* rows) {
    for (int stage = 0; stage < 3; ++stage) {
        V mixed[lines];
        for (int i = 0; i < lines / 2; ++i) {
            mixed[2 * i] = __builtin_shufflevector(rows[i], rows[i + lines / 2], 0, 8, 1, 9, 2, 10, 3, 11);
            mixed[2 * i + 1] =
                __builtin_shufflevector(rows[i], rows[i + lines / 2], 4, 12, 5, 13, 6, 14, 7, 15);
        }
        std::memcpy(rows, mixed, sizeof mixed);
    }
}

/** Samples on both sides of the edge: from the farthest before it to the farthest behind it. */
template <int reach>
struct Samples {
    V values[2 * reach];

    V& p(int i) { return values[reach - 1 - i]; }
    V& q(int i) { return values[reach + i]; }

    /** Samples @p first to @p last on both sides are near the first one. */
    V flat(int first, int last, V limit) {
        V mask = all(-1);
        for (int i = first; i <= last; ++i) {
            mask &= (magnitude(p(i) - p(0)) <= limit) & (magnitude(q(i) - q(0)) <= limit);
        }
        return mask;
    }

    V wanted(V inside, V edge) {
        V mask = magnitude(p(0) - q(0)) * std::int16_t{2} + (magnitude(p(1) - q(1)) >> 1) <= edge;
        for (int i = 0; i < 3; ++i) {
            mask &= (magnitude(p(i + 1) - p(i)) <= inside) & (magnitude(q(i + 1) - q(i)) <= inside);
        }
        return mask;
    }

    /** Section 8.8.4, for the lines of @p mask. */
    void narrow(V mask, V high, unsigned bit_depth) {
        const V least = all(-(1 << (bit_depth - 1))), most = all((1 << (bit_depth - 1)) - 1);
        const V variance = (magnitude(p(1) - p(0)) > high) | (magnitude(q(1) - q(0)) > high);
        const V p1 = p(1) + least, p0 = p(0) + least, q0 = q(0) + least, q1 = q(1) + least;
        const V outer_difference = clamped(p1 - q1, least, most) & variance;
        const V filter = clamped(outer_difference + (q0 - p0) * std::int16_t{3}, least, most) & mask;
        const V first = clamped(filter + std::int16_t{4}, least, most) >> 3;
        const V second = clamped(filter + std::int16_t{3}, least, most) >> 3;
        const V outer = ((first + std::int16_t{1}) >> 1) & ~variance;
        q(0) = clamped(q0 - first, least, most) - least;
        p(0) = clamped(p0 + second, least, most) - least;
        q(1) = clamped(q1 - outer, least, most) - least;
        p(1) = clamped(p1 + outer, least, most) - least;
    }

    /** Section 8.8.5, for the lines of @p mask: each sample becomes the mean of @p width ones around it on
     * each side; beyond the last one counts again. */
    template <int width>
    void wide(V mask) {
        constexpr int shift = width == 3 ? 3 : 4;
        constexpr int last = 2 * width + 1;
        V before[2 * width + 2];
        std::memcpy(before, values + (reach - width - 1), sizeof before);
        const auto at = [&before](int i) { return before[i < 0 ? 0 : i > last ? last : i]; };
        // Of the first one that changes: those around it, and itself once more.
        V sum = all(1 << (shift - 1));
        for (int i = 1 - width; i <= 1 + width; ++i) {
            sum += at(i);
        }
        for (int i = 1; i < last; ++i) {
            V& value = values[reach - width - 1 + i];
            value = chosen(mask, (sum + before[i]) >> shift, value);
            sum += at(i + 1 + width) - at(i - width);
        }
    }

    /** Whether anything changes. */
    bool filter(EdgeWidth width, const EdgeLimits& limits, unsigned bit_depth) {
        const unsigned shift = bit_depth - 8;
        const V mask = wanted(all(limits.inside << shift), all(limits.edge << shift));
        if (!any(mask)) {
            return false;
        }
        const V near = all(1 << shift);
        const V flat_inside = width == EdgeWidth::four ? V{} : mask & flat(1, 3, near);
        V flat_outside{};
        if constexpr (reach == 8) {
            flat_outside = any(flat_inside) ? flat_inside & flat(4, 7, near) : V{};
            if (any(flat_outside)) {
                wide<7>(flat_outside);
            }
        }
        const V middle = flat_inside & ~flat_outside;
        if (any(middle)) {
            wide<3>(middle);
        }
        const V rest = mask & ~flat_inside;
        if (any(rest)) {
            narrow(rest, all(limits.high << shift), bit_depth);
        }
        return true;
    }
};

/** The edge lies between lines of memory. */
template <int reach, typename Sample>
void filter_rows(EdgeWidth width, const EdgeLimits& limits, unsigned bit_depth, Sample* samples,
                 std::ptrdiff_t stride) {
    Samples<reach> around;
    for (int i = 0; i < 2 * reach; ++i) {
        around.values[i] = load(samples + (i - reach) * stride);
    }
    if (around.filter(width, limits, bit_depth)) {
        for (int i = 1; i + 1 < 2 * reach; ++i) {
            store(around.values[i], samples + (i - reach) * stride);
        }
    }
}

/** The edge lies within lines of memory. */
template <int reach, typename Sample>
void filter_columns(EdgeWidth width, const EdgeLimits& limits, unsigned bit_depth, Sample* samples,
                    std::ptrdiff_t stride) {
    Samples<reach> around;
    for (int part = 0; part < 2 * reach; part += lines) {
        for (int i = 0; i < lines; ++i) {
            around.values[part + i] = load(samples + i * stride + part - reach);
        }
        transpose(around.values + part);
    }
    if (around.filter(width, limits, bit_depth)) {
        for (int part = 0; part < 2 * reach; part += lines) {
            transpose(around.values + part);
            for (int i = 0; i < lines; ++i) {
                store(around.values[part + i], samples + i * stride + part - reach);
            }
        }
    }
}

}  // namespace

template <typename Sample>
void filter_edge(EdgeWidth width, const EdgeLimits& limits, unsigned bit_depth, Sample* samples,
                 std::ptrdiff_t across, std::ptrdiff_t along) {
    if (across == 1) {
        width == EdgeWidth::sixteen ? filter_columns<8>(width, limits, bit_depth, samples, along)
                                    : filter_columns<4>(width, limits, bit_depth, samples, along);
    } else {
        width == EdgeWidth::sixteen ? filter_rows<8>(width, limits, bit_depth, samples, across)
                                    : filter_rows<4>(width, limits, bit_depth, samples, across);
    }
}

template void filter_edge(EdgeWidth, const EdgeLimits&, unsigned, std::uint8_t*, std::ptrdiff_t,
                          std::ptrdiff_t);
template void filter_edge(EdgeWidth, const EdgeLimits&, unsigned, std::uint16_t*, std::ptrdiff_t,
                          std::ptrdiff_t);

}  // namespace svp::vpu::vp9
