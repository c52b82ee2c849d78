// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/edge_filters.hpp"

#include "vpu/picture/lanes.hpp"

namespace svp::vpu::h264 {

namespace {

/** Samples across an edge, those nearest to it first. */
struct Luma {
    Lanes p[4];
    Lanes q[4];
};
struct Chroma {
    Lanes p[2];
    Lanes q[2];
};

/** Where there is an edge of blocks, and not one of the picture. */
template <typename Samples>
Lanes filtered(const Samples& at, Lanes alpha, Lanes beta) {
    return (distance(at.p[0], at.q[0]) < alpha) & (distance(at.p[1], at.p[0]) < beta) &
           (distance(at.q[1], at.q[0]) < beta);
}

template <typename Samples>
Lanes step_across(const Samples& at, Lanes limit) {
    return clamped(((at.q[0] - at.p[0]) * 4 + (at.p[1] - at.q[1]) + 4) >> 3, -limit, limit);
}

/** One side at strength 4, where @p mask is set: @p a is the side that changes. */
void strengthen(Lanes (&a)[4], const Lanes (&b)[4], Lanes mask, Lanes flat) {
    const Lanes near = a[0] + b[0];
    const Lanes first = (a[2] + 2 * (a[1] + near) + b[1] + 4) >> 3;
    const Lanes weak = (2 * a[1] + a[0] + b[1] + 2) >> 2;
    const Lanes second = (a[2] + a[1] + near + 2) >> 2;
    const Lanes third = (2 * a[3] + 3 * a[2] + a[1] + near + 4) >> 3;
    a[0] = select(mask, select(flat, first, weak), a[0]);
    a[1] = select(mask & flat, second, a[1]);
    a[2] = select(mask & flat, third, a[2]);
}

void filter_strongly(Luma& at, Lanes alpha, Lanes beta, Lanes mask) {
    const Lanes strong = distance(at.p[0], at.q[0]) < (alpha >> 2) + 2;
    const Lanes p_flat = strong & (distance(at.p[2], at.p[0]) < beta);
    const Lanes q_flat = strong & (distance(at.q[2], at.q[0]) < beta);
    const Luma old = at;
    strengthen(at.p, old.q, mask, p_flat);
    strengthen(at.q, old.p, mask, q_flat);
}

void filter_normally(Luma& at, Lanes clip, Lanes beta, Lanes mask) {
    const Lanes p_flat = mask & (distance(at.p[2], at.p[0]) < beta);
    const Lanes q_flat = mask & (distance(at.q[2], at.q[0]) < beta);
    const Lanes delta = mask & step_across(at, clip - p_flat - q_flat);
    const Lanes middle = (at.p[0] + at.q[0] + 1) >> 1;
    const auto towards = [&](const Lanes(&side)[4]) {
        return clamped((side[2] + middle - 2 * side[1]) >> 1, -clip, clip);
    };
    const Lanes p1 = at.p[1] + (p_flat & towards(at.p)), q1 = at.q[1] + (q_flat & towards(at.q));
    at.p[0] = to_samples(at.p[0] + delta);
    at.q[0] = to_samples(at.q[0] - delta);
    at.p[1] = p1;
    at.q[1] = q1;
}

/** False: nothing changes. */
bool filter(Luma& at, const EdgeLimits& limits, unsigned first) {
    const Lanes alpha = load_lanes(limits.alpha + first), beta = load_lanes(limits.beta + first);
    const Lanes mask = filtered(at, alpha, beta);
    if (!any(mask)) {
        return false;
    }
    const Lanes strongly = load_lanes(limits.strongly + first);
    const Lanes normal = mask & ~strongly;
    if (limits.strong) {
        filter_strongly(at, alpha, beta, mask & strongly);
    }
    if (any(normal)) {
        filter_normally(at, load_lanes(limits.clip + first), beta, normal);
    }
    return true;
}

bool filter(Chroma& at, const EdgeLimits& limits, unsigned first) {
    const Lanes mask = filtered(at, load_lanes(limits.alpha + first), load_lanes(limits.beta + first));
    if (!any(mask)) {
        return false;
    }
    const Lanes strongly = load_lanes(limits.strongly + first);
    const Lanes delta = mask & step_across(at, load_lanes(limits.clip + first) + 1);
    const auto strong = [](const Lanes(&a)[2], const Lanes(&b)[2]) {
        return (2 * a[1] + a[0] + b[1] + 2) >> 2;
    };
    const Lanes p = select(mask & strongly, strong(at.p, at.q), to_samples(at.p[0] + (delta & ~strongly)));
    at.q[0] = select(mask & strongly, strong(at.q, at.p), to_samples(at.q[0] - (delta & ~strongly)));
    at.p[0] = p;
    return true;
}

void filter_chroma_down(std::uint8_t* q, std::ptrdiff_t step, const EdgeLimits& limits, unsigned first) {
    Chroma at;
    for (int i = 0; i < 2; ++i) {
        at.p[i] = load_samples(q - (i + 1) * step);
        at.q[i] = load_samples(q + i * step);
    }
    if (filter(at, limits, first)) {
        store_samples(q - step, at.p[0]);
        store_samples(q, at.q[0]);
    }
}

void filter_chroma_across(std::uint8_t* q, std::ptrdiff_t stride, const EdgeLimits& limits, unsigned first) {
    Lanes columns[4];
    load_columns(q - 2, stride, columns);
    Chroma at{{columns[1], columns[0]}, {columns[2], columns[3]}};
    if (filter(at, limits, first)) {
        columns[1] = at.p[0];
        columns[2] = at.q[0];
        store_columns(q - 2, stride, columns);
    }
}

}  // namespace

void filter_luma_down(std::uint8_t* q, std::ptrdiff_t step, const EdgeLimits& limits) {
    for (unsigned first = 0; first < 16; first += 8, q += 8) {
        Luma at;
        for (int i = 0; i < 3; ++i) {
            at.p[i] = load_samples(q - (i + 1) * step);
            at.q[i] = load_samples(q + i * step);
        }
        at.p[3] = limits.strong ? load_samples(q - 4 * step) : Lanes{};
        at.q[3] = limits.strong ? load_samples(q + 3 * step) : Lanes{};
        if (filter(at, limits, first)) {
            for (int i = 0; i < (limits.strong ? 3 : 2); ++i) {
                store_samples(q - (i + 1) * step, at.p[i]);
                store_samples(q + i * step, at.q[i]);
            }
        }
    }
}

void filter_luma_across(std::uint8_t* q, std::ptrdiff_t stride, const EdgeLimits& limits) {
    for (unsigned first = 0; first < 16; first += 8, q += 8 * stride) {
        Lanes columns[8];
        load_columns(q - 4, stride, columns);
        Luma at{{columns[3], columns[2], columns[1], columns[0]},
                {columns[4], columns[5], columns[6], columns[7]}};
        if (filter(at, limits, first)) {
            store_columns(q - 4, stride,
                          {at.p[3], at.p[2], at.p[1], at.p[0], at.q[0], at.q[1], at.q[2], at.q[3]});
        }
    }
}

void filter_chroma_down(std::uint8_t* cb, std::uint8_t* cr, std::ptrdiff_t step, const EdgeLimits& limits) {
    filter_chroma_down(cb, step, limits, 0);
    filter_chroma_down(cr, step, limits, 8);
}

void filter_chroma_across(std::uint8_t* cb, std::uint8_t* cr, std::ptrdiff_t stride,
                          const EdgeLimits& limits) {
    filter_chroma_across(cb, stride, limits, 0);
    filter_chroma_across(cr, stride, limits, 8);
}

}  // namespace svp::vpu::h264
