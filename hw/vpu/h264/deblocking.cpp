// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/deblocking.hpp"

#include <algorithm>
#include <cstdlib>

namespace svp::vpu::h264 {

namespace {

// Tables 8-16 and 8-17.
constexpr std::uint8_t alpha_of[52] = {0,  0,  0,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                       0,  0,  0,  4,   4,   5,   6,   7,   8,   9,   10,  12,  13,
                                       15, 17, 20, 22,  25,  28,  32,  36,  40,  45,  50,  56,  63,
                                       71, 80, 90, 101, 113, 127, 144, 162, 182, 203, 226, 255, 255};
constexpr std::uint8_t beta_of[52] = {0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 2,  2,
                                      2,  3,  3,  3,  3,  4,  4,  4,  6,  6,  7,  7,  8,  8,  9,  9, 10, 10,
                                      11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18};
constexpr std::uint8_t clip_of[52][3] = {
    {0, 0, 0},   {0, 0, 0},    {0, 0, 0},    {0, 0, 0},    {0, 0, 0},  {0, 0, 0},  {0, 0, 0},   {0, 0, 0},
    {0, 0, 0},   {0, 0, 0},    {0, 0, 0},    {0, 0, 0},    {0, 0, 0},  {0, 0, 0},  {0, 0, 0},   {0, 0, 0},
    {0, 0, 0},   {0, 0, 1},    {0, 0, 1},    {0, 0, 1},    {0, 0, 1},  {0, 1, 1},  {0, 1, 1},   {1, 1, 1},
    {1, 1, 1},   {1, 1, 1},    {1, 1, 1},    {1, 1, 2},    {1, 1, 2},  {1, 1, 2},  {1, 1, 2},   {1, 2, 3},
    {1, 2, 3},   {2, 2, 3},    {2, 2, 4},    {2, 3, 4},    {2, 3, 4},  {3, 3, 5},  {3, 4, 6},   {3, 4, 6},
    {4, 5, 7},   {4, 5, 8},    {4, 6, 9},    {5, 7, 10},   {6, 8, 11}, {6, 8, 13}, {7, 10, 14}, {8, 11, 16},
    {9, 12, 18}, {10, 13, 20}, {11, 15, 23}, {13, 17, 25},
};

/** How an edge is filtered at one line across it. */
struct Strength {
    std::uint8_t bs = 0;
    const Macroblock* other = nullptr;  ///< the macroblock with the samples p
};

std::uint8_t sample(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

bool has_coefficients(const Macroblock& mb, unsigned block) {
    if (!mb.transform_8x8) {
        return mb.total[block] != 0;
    }
    const unsigned first = block % 4 / 2 * 2 + block / 8 * 8;
    return (mb.total[first] | mb.total[first + 1] | mb.total[first + 4] | mb.total[first + 5]) != 0;
}

bool far(const Vector& a, const Vector& b, int limit) {
    return std::abs(a.x - b.x) >= 4 || std::abs(a.y - b.y) >= limit;
}

bool motion_differs(const Macroblock& q, unsigned q_block, const Macroblock& p, unsigned p_block, int limit) {
    const auto part = [](unsigned block) { return block % 4 / 2 + block / 8 * 2; };
    const std::uint8_t q0 = q.picture[0][part(q_block)], q1 = q.picture[1][part(q_block)];
    const std::uint8_t p0 = p.picture[0][part(p_block)], p1 = p.picture[1][part(p_block)];
    if (!((q0 == p0 && q1 == p1) || (q0 == p1 && q1 == p0))) {
        return true;
    }
    const auto differ = [&](unsigned list, unsigned other) {
        return far(q.mv[list][q_block], p.mv[other][p_block], limit);
    };
    const bool straight = differ(0, 0) || differ(1, 1), crossed = differ(0, 1) || differ(1, 0);
    if (q0 == q1) {
        return straight && crossed;
    }
    return q0 == p0 ? straight : crossed;
}

class Filter {
 public:
    Filter(Picture& picture, unsigned x, unsigned y)
        : picture_(picture),
          mb_(picture.at(x, y)),
          settings_(picture.slices[mb_.slice - 1u]),
          where_(picture, settings_.disable == 2 ? mb_.slice : 0) {
        where_.move(x, y);
        for (unsigned plane = 0; plane < 3; ++plane) {
            samples_[plane] = picture.samples(plane, x, y, mb_.field, stride_[plane]);
        }
    }

    void run() {
        if (settings_.disable == 1) {
            return;
        }
        left_edge();
        for (unsigned edge = 1; edge < 4; ++edge) {
            inner_edge(edge, true);
        }
        top_edge();
        for (unsigned edge = 1; edge < 4; ++edge) {
            inner_edge(edge, false);
        }
    }

 private:
    bool field_picture() const { return picture_.job.structure != whole_frame; }

    std::uint8_t strength(unsigned q_block, const Macroblock& p, unsigned p_block, bool mb_edge,
                          bool vertical) const {
        const bool fields = field_picture() || mb_.field || p.field;
        if (mb_.intra() || p.intra()) {
            return mb_edge && (vertical || !fields) ? 4 : 3;
        }
        if (has_coefficients(mb_, q_block) || has_coefficients(p, p_block)) {
            return 2;
        }
        if (mb_.field != p.field) {
            return 1;
        }
        return motion_differs(mb_, q_block, p, p_block, fields ? 2 : 4) ? 1 : 0;
    }

    void left_edge() {
        if (!where_.at(-1, 0)) {
            return;
        }
        Strength lines[16];
        for (int y = 0; y < 16; ++y) {
            const Neighbours::Place place = where_.at(-1, y);
            lines[y].other = place.mb;
            lines[y].bs =
                y > 0 && y % 4 != 0 && place.mb == lines[y - 1].other && !picture_.job.mbaff
                    ? lines[y - 1].bs
                    : strength(static_cast<unsigned>(y / 4 * 4), *place.mb, place.block(), true, true);
        }
        const bool mixed = lines[0].other->field != mb_.field;
        for (unsigned y = 0; y < 16; ++y) {
            luma_line(samples_[0] + std::ptrdiff_t{y} * stride_[0], 1, lines[y]);
        }
        for (unsigned y = 0; y < 8; ++y) {
            const Strength& line = lines[mixed && !mb_.field ? 4 * (y / 2) + y % 2 : 2 * y];
            for (unsigned plane = 1; plane < 3; ++plane) {
                chroma_line(plane, samples_[plane] + std::ptrdiff_t{y} * stride_[plane], 1, line);
            }
        }
    }

    /** Filters a horizontal edge whose samples q begin in line @p line, @p step lines apart. */
    void horizontal(const Strength (&columns)[4], unsigned edge, std::ptrdiff_t line, std::ptrdiff_t step) {
        for (unsigned x = 0; x < 16; ++x) {
            luma_line(samples_[0] + (4 * std::ptrdiff_t{edge} + line) * stride_[0] + x, step * stride_[0],
                      columns[x / 4]);
        }
        for (unsigned plane = 1; plane < 3 && edge % 2 == 0; ++plane) {
            for (unsigned x = 0; x < 8; ++x) {
                chroma_line(plane, samples_[plane] + (2 * std::ptrdiff_t{edge} + line) * stride_[plane] + x,
                            step * stride_[plane], columns[x / 2]);
            }
        }
    }

    void top_edge() {
        const Neighbours::Place place = where_.at(0, -1);
        if (!place) {
            return;
        }
        Strength columns[4];
        const bool twice = picture_.job.mbaff && !mb_.field && where_.y() % 2 == 0 && place.mb->field;
        if (!twice) {
            for (unsigned x = 0; x < 4; ++x) {
                columns[x] = {strength(x, *place.mb, 12 + x, true, false), place.mb};
            }
            horizontal(columns, 0, 0, 1);
            return;
        }
        // Fields above a frame macroblock: each of them with every second line.
        const Macroblock* field = where_.above_pair();
        for (std::ptrdiff_t parity = 0; parity < 2; ++parity, field += picture_.width) {
            for (unsigned x = 0; x < 4; ++x) {
                columns[x] = {strength(x, *field, 12 + x, true, false), field};
            }
            horizontal(columns, 0, parity, 2);
        }
    }

    void inner_edge(unsigned edge, bool vertical) {
        if (mb_.transform_8x8 && edge % 2 != 0) {
            return;
        }
        Strength parts[4];
        bool any = false;
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned block = vertical ? 4 * i + edge : 4 * edge + i;
            parts[i] = {strength(block, mb_, block - (vertical ? 1 : 4), false, vertical), &mb_};
            any = any || parts[i].bs != 0;
        }
        if (!any) {
            return;
        }
        if (!vertical) {
            horizontal(parts, edge, 0, 1);
            return;
        }
        for (unsigned y = 0; y < 16; ++y) {
            luma_line(samples_[0] + std::ptrdiff_t{y} * stride_[0] + 4 * edge, 1, parts[y / 4]);
        }
        for (unsigned plane = 1; plane < 3 && edge % 2 == 0; ++plane) {
            for (unsigned y = 0; y < 8; ++y) {
                chroma_line(plane, samples_[plane] + std::ptrdiff_t{y} * stride_[plane] + 2 * edge, 1,
                            parts[y / 2]);
            }
        }
    }

    static bool edge_seen(int alpha, int beta, const std::uint8_t* q, std::ptrdiff_t step) {
        return std::abs(q[-step] - q[0]) < alpha && std::abs(q[-2 * step] - q[-step]) < beta &&
               std::abs(q[step] - q[0]) < beta;
    }

    void luma_line(std::uint8_t* q, std::ptrdiff_t step, const Strength& line) const {
        if (line.bs == 0) {
            return;
        }
        const int qp = (mb_.qp + line.other->qp + 1) >> 1;
        const int index = std::clamp(qp + settings_.alpha_offset, 0, 51);
        const int alpha = alpha_of[index], beta = beta_of[std::clamp(qp + settings_.beta_offset, 0, 51)];
        if (!edge_seen(alpha, beta, q, step)) {
            return;
        }
        const int p0 = q[-step], p1 = q[-2 * step], p2 = q[-3 * step];
        const int q0 = q[0], q1 = q[step], q2 = q[2 * step];
        const bool p_flat = std::abs(p2 - p0) < beta, q_flat = std::abs(q2 - q0) < beta;
        if (line.bs == 4) {
            const bool strong = std::abs(p0 - q0) < (alpha >> 2) + 2;
            if (strong && p_flat) {
                const int p3 = q[-4 * step];
                q[-step] = static_cast<std::uint8_t>((p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3);
                q[-2 * step] = static_cast<std::uint8_t>((p2 + p1 + p0 + q0 + 2) >> 2);
                q[-3 * step] = static_cast<std::uint8_t>((2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3);
            } else {
                q[-step] = static_cast<std::uint8_t>((2 * p1 + p0 + q1 + 2) >> 2);
            }
            if (strong && q_flat) {
                const int q3 = q[3 * step];
                q[0] = static_cast<std::uint8_t>((p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3);
                q[step] = static_cast<std::uint8_t>((p0 + q0 + q1 + q2 + 2) >> 2);
                q[2 * step] = static_cast<std::uint8_t>((2 * q3 + 3 * q2 + q1 + q0 + p0 + 4) >> 3);
            } else {
                q[0] = static_cast<std::uint8_t>((2 * q1 + q0 + p1 + 2) >> 2);
            }
            return;
        }
        const int clip = clip_of[index][line.bs - 1];
        const int limit = clip + (p_flat ? 1 : 0) + (q_flat ? 1 : 0);
        const int delta = std::clamp((((q0 - p0) * 4) + (p1 - q1) + 4) >> 3, -limit, limit);
        if (p_flat) {
            q[-2 * step] = static_cast<std::uint8_t>(
                p1 + std::clamp((p2 + ((p0 + q0 + 1) >> 1) - 2 * p1) >> 1, -clip, clip));
        }
        if (q_flat) {
            q[step] = static_cast<std::uint8_t>(
                q1 + std::clamp((q2 + ((p0 + q0 + 1) >> 1) - 2 * q1) >> 1, -clip, clip));
        }
        q[-step] = sample(p0 + delta);
        q[0] = sample(q0 - delta);
    }

    void chroma_line(unsigned plane, std::uint8_t* q, std::ptrdiff_t step, const Strength& line) const {
        if (line.bs == 0 || picture_.job.monochrome) {
            return;
        }
        const int qp = (mb_.qp_chroma[plane - 1] + line.other->qp_chroma[plane - 1] + 1) >> 1;
        const int index = std::clamp(qp + settings_.alpha_offset, 0, 51);
        const int alpha = alpha_of[index], beta = beta_of[std::clamp(qp + settings_.beta_offset, 0, 51)];
        if (!edge_seen(alpha, beta, q, step)) {
            return;
        }
        const int p0 = q[-step], p1 = q[-2 * step], q0 = q[0], q1 = q[step];
        if (line.bs == 4) {
            q[-step] = static_cast<std::uint8_t>((2 * p1 + p0 + q1 + 2) >> 2);
            q[0] = static_cast<std::uint8_t>((2 * q1 + q0 + p1 + 2) >> 2);
            return;
        }
        const int limit = clip_of[index][line.bs - 1] + 1;
        const int delta = std::clamp((((q0 - p0) * 4) + (p1 - q1) + 4) >> 3, -limit, limit);
        q[-step] = sample(p0 + delta);
        q[0] = sample(q0 - delta);
    }

    Picture& picture_;
    const Macroblock& mb_;
    const SliceFilter settings_;
    Neighbours where_;
    std::uint8_t* samples_[3];
    std::ptrdiff_t stride_[3];
};

}  // namespace

void deblock(Picture& picture, unsigned x, unsigned y) {
    Filter(picture, x, y).run();
}

}  // namespace svp::vpu::h264
