// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/loop_filter.hpp"

#include <algorithm>

#include "vpu/picture/lanes.hpp"

namespace svp::vpu::vp8 {

namespace {

/** Limits of a macroblock (section 15.4). */
struct Limits {
    std::int16_t macroblock_edge;
    std::int16_t subblock_edge;
    std::int16_t interior;
    std::int16_t high_variance;
};

Lanes clamp_signed(Lanes value) {
    return clamped(value, lanes_of(-128), lanes_of(127));
}

/** Samples on both sides of an edge, those nearest to it first. */
struct Across {
    Lanes p[4];
    Lanes q[4];

    Lanes within_edge_limit(std::int16_t limit) const {
        return distance(p[0], q[0]) * 2 + (distance(p[1], q[1]) >> 1) <= lanes_of(limit);
    }
    Lanes within_limits(std::int16_t edge, std::int16_t interior) const {
        const auto steps = [](const Lanes(&side)[4]) {
            return larger(larger(distance(side[3], side[2]), distance(side[2], side[1])),
                          distance(side[1], side[0]));
        };
        return within_edge_limit(edge) & (larger(steps(p), steps(q)) <= lanes_of(interior));
    }
    Lanes high_variance(std::int16_t threshold) const {
        return larger(distance(p[1], p[0]), distance(q[1], q[0])) > lanes_of(threshold);
    }

    /** Difference over the edge, with the outer samples where @p use_outer is set. */
    Lanes difference(Lanes use_outer) const {
        return clamp_signed((clamp_signed(p[1] - q[1]) & use_outer) + 3 * (q[0] - p[0]));
    }
    /** Moves the samples at distance @p i towards each other. */
    void adjust(int i, Lanes up, Lanes down) {
        p[i] = to_samples(p[i] + up);
        q[i] = to_samples(q[i] - down);
    }
};

/** How far the inner samples move for @p difference (section 15.2). */
Lanes inner_up(Lanes difference) {
    return clamp_signed(difference + 3) >> 3;
}
Lanes inner_down(Lanes difference) {
    return clamp_signed(difference + 4) >> 3;
}

/** Filters change nothing where they return false; else the @c reach samples next to the edge. */
struct SimpleFilter {
    static constexpr int reach = 1;
    std::int16_t limit;

    bool operator()(Across& at) const {
        const Lanes mask = at.within_edge_limit(limit);
        const Lanes difference = at.difference(mask);
        at.adjust(0, inner_up(difference) & mask, inner_down(difference) & mask);
        return any(mask);
    }
};

struct SubblockFilter {
    static constexpr int reach = 2;
    const Limits& limits;

    bool operator()(Across& at) const {
        const Lanes mask = at.within_limits(limits.subblock_edge, limits.interior);
        if (!any(mask)) {
            return false;
        }
        const Lanes high = at.high_variance(limits.high_variance);
        const Lanes difference = at.difference(high);
        const Lanes down = inner_down(difference);
        const Lanes outer = (down + 1) >> 1 & mask & ~high;
        at.adjust(0, inner_up(difference) & mask, down & mask);
        at.adjust(1, outer, outer);
        return true;
    }
};

struct MacroblockFilter {
    static constexpr int reach = 3;
    const Limits& limits;

    bool operator()(Across& at) const {
        const Lanes mask = at.within_limits(limits.macroblock_edge, limits.interior);
        if (!any(mask)) {
            return false;
        }
        const Lanes high = at.high_variance(limits.high_variance) & mask, low = mask & ~high;
        const Lanes w = at.difference(mask);
        const auto part = [w, low](std::int16_t factor) { return (w * factor + 63) >> 7 & low; };
        const Lanes inner = part(27), middle = part(18), outer = part(9);
        at.adjust(0, inner | (inner_up(w) & high), inner | (inner_down(w) & high));
        at.adjust(1, middle, middle);
        at.adjust(2, outer, outer);
        return true;
    }
};

/** An edge of @p length samples with @p filter: between two columns, @p q is the first sample of the right
 * one. */
template <typename Filter>
void filter_across(std::uint8_t* q, std::ptrdiff_t stride, int length, const Filter& filter) {
    for (int i = 0; i < length; i += 8, q += 8 * stride) {
        Lanes columns[8];
        load_columns(q - 4, stride, columns);
        Across at{{columns[3], columns[2], columns[1], columns[0]},
                  {columns[4], columns[5], columns[6], columns[7]}};
        if (filter(at)) {
            store_columns(q - 4, stride,
                          {at.p[3], at.p[2], at.p[1], at.p[0], at.q[0], at.q[1], at.q[2], at.q[3]});
        }
    }
}

/** Between two lines: @p q is the first sample of the lower one. */
template <typename Filter>
void filter_down(std::uint8_t* q, std::ptrdiff_t stride, int length, const Filter& filter) {
    for (int i = 0; i < length; i += 8, q += 8) {
        Across at;
        for (int line = 0; line < 4; ++line) {
            at.p[line] = load_samples(q - (line + 1) * stride);
            at.q[line] = load_samples(q + line * stride);
        }
        if (filter(at)) {
            for (int line = 0; line < Filter::reach; ++line) {
                store_samples(q - (line + 1) * stride, at.p[line]);
                store_samples(q + line * stride, at.q[line]);
            }
        }
    }
}

int level_of(const Parameters& parameters, const Macroblock& mb) {
    int level =
        parameters.level[mb.segment] + parameters.reference_delta[static_cast<unsigned>(mb.reference)];
    if (!mb.inter()) {
        level += mb.mode == Mode::b_pred ? parameters.mode_delta[0] : 0;
    } else if (mb.mode == Mode::zero) {
        level += parameters.mode_delta[1];
    } else {
        level += parameters.mode_delta[mb.mode == Mode::split ? 3 : 2];
    }
    return std::clamp(level, 0, 63);
}

Limits limits_of(const Parameters& parameters, int level) {
    int interior = level;
    if (parameters.sharpness != 0) {
        interior >>= parameters.sharpness > 4 ? 2 : 1;
        interior = std::min(interior, 9 - parameters.sharpness);
    }
    interior = std::max(interior, 1);
    int high_variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    if (!parameters.key_frame) {
        high_variance = level >= 40 ? 3 : level >= 20 ? 2 : level >= 15 ? 1 : 0;
    }
    const auto narrow = [](int value) { return static_cast<std::int16_t>(value); };
    return {narrow((level + 2) * 2 + interior), narrow(level * 2 + interior), narrow(interior),
            narrow(high_variance)};
}

/** Which edges of a macroblock are filtered. */
struct Edges {
    bool left;
    bool top;
    bool inner;
};

/** @p outer is for the edges of the macroblock, @p inner for those in it. */
template <typename Outer, typename Inner>
void filter_plane(std::uint8_t* samples, std::ptrdiff_t stride, int size, const Edges& edges,
                  const Outer& outer, const Inner& inner) {
    if (edges.left) {
        filter_across(samples, stride, size, outer);
    }
    for (int x = 4; edges.inner && x < size; x += 4) {
        filter_across(samples + x, stride, size, inner);
    }
    if (edges.top) {
        filter_down(samples, stride, size, outer);
    }
    for (int y = 4; edges.inner && y < size; y += 4) {
        filter_down(samples + y * stride, stride, size, inner);
    }
}

}  // namespace

void filter_row(const Parameters& parameters, std::span<const Macroblock> row, unsigned y, Nv12Band& band) {
    const Nv12Band::Plane luma = band.luma(), cb = band.cb(), cr = band.cr();
    for (std::size_t x = 0; x < row.size(); ++x) {
        const Macroblock& mb = row[x];
        const int level = level_of(parameters, mb);
        if (level == 0) {
            continue;
        }
        const Limits limits = limits_of(parameters, level);
        const Edges edges{x > 0, y > 0, mb.has_coefficients || !mb.has_y2()};
        std::uint8_t* const samples = luma.current + 16 * x;
        if (parameters.simple_filter) {
            filter_plane(samples, luma.stride, 16, edges, SimpleFilter{limits.macroblock_edge},
                         SimpleFilter{limits.subblock_edge});
            continue;
        }
        const MacroblockFilter outer{limits};
        const SubblockFilter inner{limits};
        filter_plane(samples, luma.stride, 16, edges, outer, inner);
        filter_plane(cb.current + 8 * x, cb.stride, 8, edges, outer, inner);
        filter_plane(cr.current + 8 * x, cr.stride, 8, edges, outer, inner);
    }
}

}  // namespace svp::vpu::vp8
