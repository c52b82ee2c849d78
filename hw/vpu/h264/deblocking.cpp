// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/deblocking.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "vpu/h264/edge_filters.hpp"

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

/** Bits of blocks with coefficients: a transform of 8x8 stands for all four that it covers. */
unsigned coded_blocks(const Macroblock& mb) {
    unsigned coded = 0;
    for (unsigned block = 0; block < 16; ++block) {
        if (mb.total[block] != 0) {
            coded |= 1u << block;
        }
    }
    if (mb.transform_8x8) {
        coded = (coded | coded >> 1) & 0x5555;
        coded = (coded | coded >> 4) & 0x0505;
        coded |= coded << 1;
        coded |= coded << 4;
    }
    return coded;
}

/** All blocks move alike. */
bool moves_as_one(const Macroblock& mb) {
    for (unsigned list = 0; list < 2; ++list) {
        const std::uint8_t* picture = mb.picture[list];
        if (picture[0] != picture[1] || picture[0] != picture[2] || picture[0] != picture[3] ||
            std::memcmp(mb.mv[list], mb.mv[list] + 1, sizeof mb.mv[list] - sizeof mb.mv[list][0]) != 0) {
            return false;
        }
    }
    return true;
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
          coded_(coded_blocks(mb_)),
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
        const bool inside = mb_.intra() || coded_ != 0 || !moves_as_one(mb_);
        left_edge();
        for (unsigned edge = 1; edge < 4 && inside; ++edge) {
            inner_edge(edge, true);
        }
        top_edge();
        for (unsigned edge = 1; edge < 4 && inside; ++edge) {
            inner_edge(edge, false);
        }
    }

 private:
    bool field_picture() const { return picture_.job.structure != whole_frame; }

    /** @p p_coded: coded_blocks() of @p p. */
    std::uint8_t strength(unsigned q_block, const Macroblock& p, unsigned p_coded, unsigned p_block,
                          bool mb_edge, bool vertical) const {
        const bool fields = field_picture() || mb_.field || p.field;
        if (mb_.intra() || p.intra()) {
            return mb_edge && (vertical || !fields) ? 4 : 3;
        }
        if (((coded_ >> q_block | p_coded >> p_block) & 1) != 0) {
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
        const Macroblock& p = *where_.left();
        if (p.field != mb_.field) {
            EdgeLimits luma, chroma;
            limit_left_pair(luma, chroma);
            vertical(luma, chroma, 0);
            return;
        }
        const unsigned coded = coded_blocks(p);
        std::uint8_t bs[4];
        for (unsigned i = 0; i < 4; ++i) {
            bs[i] = strength(4 * i, p, coded, 4 * i + 3, true, true);
        }
        limit(bs, p, [this](const EdgeLimits& luma, const EdgeLimits& chroma) { vertical(luma, chroma, 0); });
    }

    /** The left edge between a pair of frame macroblocks and one of fields: each line may have another one
     * beside it. */
    void limit_left_pair(EdgeLimits& luma, EdgeLimits& chroma) const {
        const Macroblock* first = where_.left_pair();
        const unsigned coded[2] = {coded_blocks(*first), coded_blocks(*(first + picture_.width))};
        Strength lines[16];
        for (int y = 0; y < 16; ++y) {
            const Neighbours::Place place = where_.at(-1, y);
            lines[y] = {strength(static_cast<unsigned>(y / 4 * 4), *place.mb,
                                 coded[place.mb == first ? 0 : 1], place.block(), true, true),
                        place.mb};
        }
        for (unsigned y = 0; y < 16; ++y) {
            put_luma(luma, y, lines[y]);
        }
        for (unsigned y = 0; y < 8; ++y) {
            put_chroma(chroma, y, lines[mb_.field ? 2 * y : 4 * (y / 2) + y % 2]);
        }
    }

    void top_edge() {
        const Neighbours::Place place = where_.at(0, -1);
        if (!place) {
            return;
        }
        const bool twice = picture_.job.mbaff && !mb_.field && where_.y() % 2 == 0 && place.mb->field;
        if (!twice) {
            top_edge(*place.mb, 0, 1);
            return;
        }
        // Fields above a frame macroblock: each of them with every second line.
        const Macroblock* field = where_.above_pair();
        top_edge(*field, 0, 2);
        top_edge(*(field + picture_.width), 1, 2);
    }

    void top_edge(const Macroblock& p, std::ptrdiff_t line, std::ptrdiff_t step) {
        const unsigned coded = coded_blocks(p);
        std::uint8_t bs[4];
        for (unsigned x = 0; x < 4; ++x) {
            bs[x] = strength(x, p, coded, 12 + x, true, false);
        }
        limit(bs, p, [&](const EdgeLimits& luma, const EdgeLimits& chroma) {
            horizontal(luma, chroma, 0, line, step);
        });
    }

    void inner_edge(unsigned edge, bool upright) {
        if (mb_.transform_8x8 && edge % 2 != 0) {
            return;
        }
        std::uint8_t bs[4];
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned block = upright ? 4 * i + edge : 4 * edge + i;
            bs[i] = strength(block, mb_, coded_, block - (upright ? 1 : 4), false, upright);
        }
        limit(bs, mb_, [&](const EdgeLimits& luma, const EdgeLimits& chroma) {
            upright ? vertical(luma, chroma, edge) : horizontal(luma, chroma, edge, 0, 1);
        });
    }

    /** Calls @p apply with the limits of an edge in four parts, all beside macroblock @p p, if any part is
     * filtered. */
    template <typename Apply>
    void limit(const std::uint8_t (&bs)[4], const Macroblock& p, const Apply& apply) const {
        if ((bs[0] | bs[1] | bs[2] | bs[3]) == 0) {
            return;
        }
        EdgeLimits luma, chroma;
        put_parts<4>(luma, 0, bs, mb_.qp + p.qp);
        for (unsigned plane = 0; plane < 2; ++plane) {
            put_parts<2>(chroma, 8 * plane, bs, mb_.qp_chroma[plane] + p.qp_chroma[plane]);
        }
        apply(luma, chroma);
    }
    template <unsigned lines>
    void put_parts(EdgeLimits& limits, unsigned first, const std::uint8_t (&bs)[4], int qp) const {
        for (unsigned part = 0; part < 4; ++part) {
            put(limits, first + lines * part, lines, bs[part], qp);
        }
    }

    void put_luma(EdgeLimits& limits, unsigned first, const Strength& strength) const {
        put(limits, first, 1, strength.bs, mb_.qp + strength.other->qp);
    }
    void put_chroma(EdgeLimits& limits, unsigned first, const Strength& strength) const {
        for (unsigned plane = 0; plane < 2; ++plane) {
            put(limits, 8 * plane + first, 1, strength.bs,
                mb_.qp_chroma[plane] + strength.other->qp_chroma[plane]);
        }
    }
    /** @p count lines from @p first on; @p qp is the sum of both sides'. */
    void put(EdgeLimits& limits, unsigned first, unsigned count, std::uint8_t bs, int qp) const {
        const int average = (qp + 1) >> 1;
        const int index = std::clamp(average + settings_.alpha_offset, 0, 51);
        const std::int16_t beta = beta_of[std::clamp(average + settings_.beta_offset, 0, 51)];
        const std::int16_t alpha = bs == 0 ? 0 : alpha_of[index];
        limits.any |= alpha != 0 && beta != 0;
        limits.strong |= bs == 4;
        std::fill_n(limits.alpha + first, count, alpha);
        std::fill_n(limits.beta + first, count, beta);
        std::fill_n(limits.strongly + first, count, static_cast<std::int16_t>(bs == 4 ? -1 : 0));
        std::fill_n(limits.clip + first, count,
                    std::int16_t{bs == 0 || bs == 4 ? std::uint8_t{0} : clip_of[index][bs - 1]});
    }

    /** Filters across the vertical edge number @p edge. */
    void vertical(const EdgeLimits& luma, const EdgeLimits& chroma, unsigned edge) {
        if (luma.any) {
            filter_luma_across(samples_[0] + 4 * edge, stride_[0], luma);
        }
        if (chroma.any && edge % 2 == 0 && !picture_.job.monochrome) {
            filter_chroma_across(samples_[1] + 2 * edge, samples_[2] + 2 * edge, stride_[1], chroma);
        }
    }

    /** Filters across a horizontal edge whose samples q begin in line @p line, @p step lines apart. */
    void horizontal(const EdgeLimits& luma, const EdgeLimits& chroma, unsigned edge, std::ptrdiff_t line,
                    std::ptrdiff_t step) {
        if (luma.any) {
            filter_luma_down(samples_[0] + (4 * std::ptrdiff_t{edge} + line) * stride_[0], step * stride_[0],
                             luma);
        }
        if (chroma.any && edge % 2 == 0 && !picture_.job.monochrome) {
            const std::ptrdiff_t first = (2 * std::ptrdiff_t{edge} + line) * stride_[1];
            filter_chroma_down(samples_[1] + first, samples_[2] + first, step * stride_[1], chroma);
        }
    }

    Picture& picture_;
    const Macroblock& mb_;
    const unsigned coded_;
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
