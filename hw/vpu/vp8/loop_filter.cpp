// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/loop_filter.hpp"

#include <algorithm>
#include <cstdlib>

namespace svp::vpu::vp8 {

namespace {

/** Limits of a macroblock (section 15.4). */
struct Limits {
    int macroblock_edge;
    int subblock_edge;
    int interior;
    int high_variance;
};

int clamp_signed(int value) {
    return std::clamp(value, -128, 127);
}

/** Samples across an edge, @p step bytes apart; 0 is the first one behind the edge. */
class Across {
 public:
    Across(std::uint8_t* behind, std::ptrdiff_t step) : behind_(behind), step_(step) {}

    int p(int i) const { return behind_[-(i + 1) * step_]; }
    int q(int i) const { return behind_[i * step_]; }
    int signed_p(int i) const { return p(i) - 128; }
    int signed_q(int i) const { return q(i) - 128; }
    /** Moves both samples at distance @p i towards each other. */
    void adjust(int i, int up, int down) const {
        behind_[-(i + 1) * step_] = static_cast<std::uint8_t>(clamp_signed(signed_p(i) + up) + 128);
        behind_[i * step_] = static_cast<std::uint8_t>(clamp_signed(signed_q(i) - down) + 128);
    }

    bool within_edge_limit(int limit) const {
        return std::abs(p(0) - q(0)) * 2 + (std::abs(p(1) - q(1)) >> 1) <= limit;
    }
    bool within_limits(int edge, int interior) const {
        return within_edge_limit(edge) && std::abs(p(3) - p(2)) <= interior &&
               std::abs(p(2) - p(1)) <= interior && std::abs(p(1) - p(0)) <= interior &&
               std::abs(q(1) - q(0)) <= interior && std::abs(q(2) - q(1)) <= interior &&
               std::abs(q(3) - q(2)) <= interior;
    }
    bool high_variance(int threshold) const {
        return std::abs(p(1) - p(0)) > threshold || std::abs(q(1) - q(0)) > threshold;
    }

    /** Difference over the edge, with the outer samples if @p use_outer. */
    int difference(bool use_outer) const {
        const int outer = use_outer ? clamp_signed(signed_p(1) - signed_q(1)) : 0;
        return clamp_signed(outer + 3 * (q(0) - p(0)));
    }

    /** Section 15.2: adjusts the inner samples; by how much, for the others. */
    int common_adjust(bool use_outer) const {
        const int a = difference(use_outer);
        const int down = clamp_signed(a + 4) >> 3;
        adjust(0, clamp_signed(a + 3) >> 3, down);
        return down;
    }

 private:
    std::uint8_t* behind_;
    std::ptrdiff_t step_;
};

/** An edge of @p length samples; @p along leads from one to the next, @p across over the edge. */
struct Edge {
    std::uint8_t* first;
    std::ptrdiff_t along;
    std::ptrdiff_t across;
    int length;
};

template <typename Filter>
void each_sample(const Edge& edge, const Filter& filter) {
    std::uint8_t* behind = edge.first;
    for (int i = 0; i < edge.length; ++i, behind += edge.along) {
        filter(Across(behind, edge.across));
    }
}

void simple_filter(const Edge& edge, int limit) {
    each_sample(edge, [limit](const Across& at) {
        if (at.within_edge_limit(limit)) {
            at.common_adjust(true);
        }
    });
}

void subblock_filter(const Edge& edge, const Limits& limits) {
    each_sample(edge, [&limits](const Across& at) {
        if (!at.within_limits(limits.subblock_edge, limits.interior)) {
            return;
        }
        const bool high = at.high_variance(limits.high_variance);
        const int a = (at.common_adjust(high) + 1) >> 1;
        if (!high) {
            at.adjust(1, a, a);
        }
    });
}

void macroblock_filter(const Edge& edge, const Limits& limits) {
    each_sample(edge, [&limits](const Across& at) {
        if (!at.within_limits(limits.macroblock_edge, limits.interior)) {
            return;
        }
        if (at.high_variance(limits.high_variance)) {
            at.common_adjust(true);
            return;
        }
        const int w = at.difference(true);
        for (int i = 0; i < 3; ++i) {
            const int a = clamp_signed(((27 - 9 * i) * w + 63) >> 7);
            at.adjust(i, a, a);
        }
    });
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
    return {(level + 2) * 2 + interior, level * 2 + interior, interior, high_variance};
}

/** Which edges of a macroblock are filtered. */
struct Edges {
    bool left;
    bool top;
    bool inner;
};

void filter_plane(std::uint8_t* samples, std::ptrdiff_t stride, int size, const Limits& limits,
                  const Edges& edges) {
    if (edges.left) {
        macroblock_filter({samples, stride, 1, size}, limits);
    }
    for (int x = 4; edges.inner && x < size; x += 4) {
        subblock_filter({samples + x, stride, 1, size}, limits);
    }
    if (edges.top) {
        macroblock_filter({samples, 1, stride, size}, limits);
    }
    for (int y = 4; edges.inner && y < size; y += 4) {
        subblock_filter({samples + y * stride, 1, stride, size}, limits);
    }
}

void filter_simply(std::uint8_t* samples, std::ptrdiff_t stride, const Limits& limits, const Edges& edges) {
    constexpr int size = 16;
    if (edges.left) {
        simple_filter({samples, stride, 1, size}, limits.macroblock_edge);
    }
    for (int x = 4; edges.inner && x < size; x += 4) {
        simple_filter({samples + x, stride, 1, size}, limits.subblock_edge);
    }
    if (edges.top) {
        simple_filter({samples, 1, stride, size}, limits.macroblock_edge);
    }
    for (int y = 4; edges.inner && y < size; y += 4) {
        simple_filter({samples + y * stride, 1, stride, size}, limits.subblock_edge);
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
        if (parameters.simple_filter) {
            filter_simply(luma.current + 16 * x, luma.stride, limits, edges);
            continue;
        }
        filter_plane(luma.current + 16 * x, luma.stride, 16, limits, edges);
        filter_plane(cb.current + 8 * x, cb.stride, 8, limits, edges);
        filter_plane(cr.current + 8 * x, cr.stride, 8, limits, edges);
    }
}

}  // namespace svp::vpu::vp8
