// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/deblocking.hpp"

#include <cstdlib>

namespace svp::vpu::hevc {

namespace {

constexpr std::uint8_t beta_table[52] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
    16, 17, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64};
constexpr std::uint8_t tc_table[54] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,  0,  0,  0,  0,
                                       1, 1, 1, 1, 1, 1, 1, 1, 1, 2,  2,  2,  2,  3,  3,  3,  3,  4,
                                       4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24};

/** Motion of two blocks is so different that the edge between them shows (8.7.2.4). */
bool motion_differs(const Motion& p, const Motion& q) {
    const auto apart = [](Vector a, Vector b) {
        return std::abs(a.x - b.x) >= 4 || std::abs(a.y - b.y) >= 4;
    };
    const bool p_both = p.uses(0) && p.uses(1), q_both = q.uses(0) && q.uses(1);
    if (p_both != q_both) {
        return true;
    }
    if (!p_both) {
        const unsigned i = p.uses(0) ? 0 : 1, j = q.uses(0) ? 0 : 1;
        return p.picture[i] != q.picture[j] || apart(p.mv[i], q.mv[j]);
    }
    const bool straight = p.picture[0] == q.picture[0] && p.picture[1] == q.picture[1];
    const bool crossed = p.picture[0] == q.picture[1] && p.picture[1] == q.picture[0];
    const bool straight_apart = apart(p.mv[0], q.mv[0]) || apart(p.mv[1], q.mv[1]);
    const bool crossed_apart = apart(p.mv[0], q.mv[1]) || apart(p.mv[1], q.mv[0]);
    return !(straight && !straight_apart) && !(crossed && !crossed_apart);
}

template <typename Sample>
class Deblocking {
 public:
    Deblocking(const Picture& picture, std::array<Plane<Sample>, 3>& planes)
        : picture_(picture), planes_(planes) {}

    void filter_row(unsigned row) {
        const unsigned first = row << picture_.job.log2_ctb;
        const unsigned end = std::min(first + (1u << picture_.job.log2_ctb), picture_.job.height);
        for (unsigned y = first; y < end; y += 4) {
            for (unsigned x = 8; x < picture_.job.width; x += 8) {
                edge(x, y, picture_.left_edge, 1, true);
            }
        }
        for (unsigned y = std::max(first, 8u); y < end; y += 8) {
            for (unsigned x = 0; x < picture_.job.width; x += 4) {
                edge(x, y, picture_.top_edge, picture_.columns, false);
            }
        }
    }

 private:
    /** Four samples of the edge to the left of, or above, the unit at @p x, @p y; the unit before it is
     * @p back units back. */
    void edge(unsigned x, unsigned y, const JobVector<Edge>& edges, std::size_t back, bool vertical) {
        const std::size_t q = picture_.unit(x, y), p = q - back;
        if (edges[q] == Edge::none) {
            return;
        }
        const unsigned strength = strength_of(p, q, edges[q]);
        if (strength == 0 || !wanted(x, y, vertical)) {
            return;
        }
        const SliceHeader& slice = picture_.slice_at(x, y);
        const bool keep_p = (picture_.kind[p] & block::unfiltered) != 0;
        const bool keep_q = (picture_.kind[q] & block::unfiltered) != 0;
        const int mean_qp = (picture_.qp[p] + picture_.qp[q] + 1) >> 1;
        Plane<Sample>& luma = planes_[0];
        const std::ptrdiff_t across = vertical ? 1 : luma.stride, along = vertical ? luma.stride : 1;
        filter_luma(luma.at(x, y), across, along, strength, mean_qp, slice, keep_p, keep_q);
        if (strength == 2 && (vertical ? x : y) % 16 == 0) {
            for (unsigned i = 0; i < 2; ++i) {
                Plane<Sample>& chroma = planes_[1 + i];
                const std::ptrdiff_t c_across = vertical ? 1 : chroma.stride,
                                     c_along = vertical ? chroma.stride : 1;
                filter_chroma(chroma.at(x / 2, y / 2), c_across, c_along,
                              mean_qp + picture_.job.chroma_qp_offset[i], slice, keep_p, keep_q);
            }
        }
    }

    unsigned strength_of(std::size_t p, std::size_t q, Edge edge) const {
        const unsigned kinds = picture_.kind[p] | picture_.kind[q];
        if ((kinds & block::intra) != 0) {
            return 2;
        }
        if (edge == Edge::transform && (kinds & block::coded) != 0) {
            return 1;
        }
        return motion_differs(picture_.motion[p], picture_.motion[q]) ? 1 : 0;
    }

    /** Slices and tiles let the edge be filtered. */
    bool wanted(unsigned x, unsigned y, bool vertical) const {
        const unsigned current = picture_.ctb(x, y);
        const SliceHeader& slice = picture_.slices[picture_.slice[current]];
        if (slice.deblocking_disabled) {
            return false;
        }
        const unsigned mask = (1u << picture_.job.log2_ctb) - 1;
        if (((vertical ? x : y) & mask) != 0) {
            return true;
        }
        const unsigned other = current - (vertical ? 1 : picture_.tiles.width());
        if (!picture_.job.loop_filter_across_tiles &&
            picture_.tiles.tile(other) != picture_.tiles.tile(current)) {
            return false;
        }
        return picture_.slice_address[other] == picture_.slice_address[current] || slice.filter_across;
    }

    int tc_of(int qp, int strength, const SliceHeader& slice) const {
        const int index = std::clamp(qp + 2 * (strength - 1) + 2 * slice.tc_offset, 0, 53);
        return tc_table[index] << (depth_of<Sample> - 8);
    }

    static void filter_luma_line(Sample* q, std::ptrdiff_t across, bool strong, int tc, bool p1_too,
                                 bool q1_too, bool keep_p, bool keep_q) {
        const int p0 = q[-across], p1 = q[-2 * across], p2 = q[-3 * across], q0 = q[0], q1 = q[across],
                  q2 = q[2 * across];
        if (strong) {
            const int p3 = q[-4 * across], q3 = q[3 * across];
            const auto near = [tc](int value, int old) {
                return static_cast<Sample>(std::clamp(value, old - 2 * tc, old + 2 * tc));
            };
            if (!keep_p) {
                q[-across] = near((p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3, p0);
                q[-2 * across] = near((p2 + p1 + p0 + q0 + 2) >> 2, p1);
                q[-3 * across] = near((2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3, p2);
            }
            if (!keep_q) {
                q[0] = near((p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3, q0);
                q[across] = near((p0 + q0 + q1 + q2 + 2) >> 2, q1);
                q[2 * across] = near((p0 + q0 + q1 + 3 * q2 + 2 * q3 + 4) >> 3, q2);
            }
            return;
        }
        int delta = (9 * (q0 - p0) - 3 * (q1 - p1) + 8) >> 4;
        if (std::abs(delta) >= tc * 10) {
            return;
        }
        delta = std::clamp(delta, -tc, tc);
        const int half = tc >> 1;
        if (!keep_p) {
            q[-across] = clip_sample<Sample>(p0 + delta);
            if (p1_too) {
                q[-2 * across] = clip_sample<Sample>(
                    p1 + std::clamp((((p2 + p0 + 1) >> 1) - p1 + delta) >> 1, -half, half));
            }
        }
        if (!keep_q) {
            q[0] = clip_sample<Sample>(q0 - delta);
            if (q1_too) {
                q[across] = clip_sample<Sample>(
                    q1 + std::clamp((((q2 + q0 + 1) >> 1) - q1 - delta) >> 1, -half, half));
            }
        }
    }

    void filter_luma(Sample* q, std::ptrdiff_t across, std::ptrdiff_t along, unsigned strength, int qp,
                     const SliceHeader& slice, bool keep_p, bool keep_q) const {
        const int beta = beta_table[std::clamp(qp + 2 * slice.beta_offset, 0, 51)] << (depth_of<Sample> - 8);
        const int tc = tc_of(qp, static_cast<int>(strength), slice);
        const Sample* last = q + 3 * along;
        const auto bend = [across](const Sample* at, int direction) {
            const std::ptrdiff_t step = direction * across;
            const Sample* first = direction > 0 ? at : at - across;
            return std::abs(first[2 * step] - 2 * first[step] + first[0]);
        };
        const int p_0 = bend(q, -1), p_3 = bend(last, -1), q_0 = bend(q, 1), q_3 = bend(last, 1);
        const int d_0 = p_0 + q_0, d_3 = p_3 + q_3;
        if (d_0 + d_3 >= beta) {
            return;
        }
        const auto flat = [&](const Sample* at, int d) {
            return 2 * d < (beta >> 2) &&
                   std::abs(at[-4 * across] - at[-across]) + std::abs(at[0] - at[3 * across]) < (beta >> 3) &&
                   std::abs(at[-across] - at[0]) < (5 * tc + 1) >> 1;
        };
        const bool strong = flat(q, d_0) && flat(last, d_3);
        const int limit = (beta + (beta >> 1)) >> 3;
        const bool p1_too = p_0 + p_3 < limit, q1_too = q_0 + q_3 < limit;
        for (unsigned i = 0; i < 4; ++i) {
            filter_luma_line(q + std::ptrdiff_t{i} * along, across, strong, tc, p1_too, q1_too, keep_p,
                             keep_q);
        }
    }

    void filter_chroma(Sample* q, std::ptrdiff_t across, std::ptrdiff_t along, int index,
                       const SliceHeader& slice, bool keep_p, bool keep_q) const {
        constexpr std::int8_t table[13] = {29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37};
        const int qp = index < 30 ? index : index >= 43 ? index - 6 : table[index - 30];
        const int tc = tc_of(qp, 2, slice);
        for (unsigned i = 0; i < 2; ++i, q += along) {
            const int p0 = q[-across], p1 = q[-2 * across], q0 = q[0], q1 = q[across];
            const int delta = std::clamp(((((q0 - p0) * 4) + p1 - q1 + 4) >> 3), -tc, tc);
            if (!keep_p) {
                q[-across] = clip_sample<Sample>(p0 + delta);
            }
            if (!keep_q) {
                q[0] = clip_sample<Sample>(q0 - delta);
            }
        }
    }

    const Picture& picture_;
    std::array<Plane<Sample>, 3>& planes_;
};

}  // namespace

template <typename Sample>
void deblock_row(const Picture& picture, std::array<Plane<Sample>, 3>& planes, unsigned row) {
    Deblocking<Sample>(picture, planes).filter_row(row);
}

template void deblock_row(const Picture& picture, std::array<Plane<std::uint8_t>, 3>& planes, unsigned row);
template void deblock_row(const Picture& picture, std::array<Plane<std::uint16_t>, 3>& planes, unsigned row);

}  // namespace svp::vpu::hevc
