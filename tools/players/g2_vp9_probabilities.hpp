// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver of G2 does with VP9's probabilities: four contexts, a frame's changes to one of them, and the
 * adaptation by the counts that the decoder has written (VP9 specification, sections 8.4 and 6.1.2). It
 * stands for Linux's helper, drivers/media/v4l2-core/v4l2-vp9.c.
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "vp9_default_context.hpp"
#include "vpu/vp9/counts.hpp"
#include "vpu/vp9/probabilities.hpp"

namespace svp::test {

/** A context has the members of a frame's changes. */
using Vp9Context = v4l2_ctrl_vp9_compressed_hdr;

class G2Vp9Probabilities {
 public:
    /** Before a job: resets contexts if the frame says so, and changes the one that it uses. */
    void begin(const v4l2_ctrl_vp9_frame& frame, const Vp9Context& changes) {
        frame_ = frame;
        tx_mode_ = changes.tx_mode;
        index_ = frame.frame_context_idx;
        const bool resilient = (frame.flags & V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT) != 0;
        if (intra() || resilient) {
            if (key() || resilient || frame.reset_frame_context == V4L2_VP9_RESET_FRAME_CTX_ALL) {
                contexts_.fill(vp9_default_context);
            } else if (frame.reset_frame_context == V4L2_VP9_RESET_FRAME_CTX_SPEC) {
                contexts_[index_] = vp9_default_context;
            }
            index_ = 0;
        }
        current_ = contexts_[index_];
        change(changes);
    }

    /** The table of the hardware, for the frame that began. */
    std::vector<std::uint8_t> table() const;

    /** After a job: @p counts as the decoder has written them; @p after_key: the frame before was a key
     * frame. */
    void end(const vpu::vp9::Counts& counts, bool after_key) {
        if ((frame_.flags & V4L2_VP9_FRAME_FLAG_REFRESH_FRAME_CTX) == 0) {
            return;
        }
        if ((frame_.flags & V4L2_VP9_FRAME_FLAG_PARALLEL_DEC_MODE) == 0) {
            adapt(counts, after_key);
        }
        contexts_[index_] = current_;
    }

 private:
    bool key() const { return (frame_.flags & V4L2_VP9_FRAME_FLAG_KEY_FRAME) != 0; }
    bool intra() const {
        return (frame_.flags & (V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_INTRA_ONLY)) != 0;
    }

    /** Section 6.3.5. */
    static std::uint8_t recentered(unsigned difference, unsigned probability) {
        const auto around = [difference](unsigned middle) {
            return difference > 2 * middle ? difference
                   : difference % 2 != 0   ? middle - (difference + 1) / 2
                                           : middle + difference / 2;
        };
        return static_cast<std::uint8_t>(probability <= 128 ? 1 + around(probability - 1)
                                                            : 255 - around(255 - probability));
    }

    template <typename Member>
    static void change_all(const Member& changes, Member& probabilities, bool vectors) {
        const auto* from = reinterpret_cast<const std::uint8_t*>(&changes);
        auto* to = reinterpret_cast<std::uint8_t*>(&probabilities);
        for (std::size_t i = 0; i < sizeof changes; ++i) {
            if (from[i] != 0) {
                to[i] = vectors ? from[i] : recentered(from[i], to[i]);
            }
        }
    }
    void change(const Vp9Context& changes) {
        Vp9Context differences = changes;
        differences.tx_mode = 0;
        differences.mv = {};
        change_all(differences, current_, false);
        change_all(changes.mv, current_.mv, true);
    }

    static std::uint8_t merged(std::uint8_t before, std::uint64_t zeros, std::uint64_t ones,
                               unsigned saturation, unsigned most) {
        const std::uint64_t sum = zeros + ones;
        if (sum == 0) {
            return before;
        }
        const auto probability =
            static_cast<int>(std::clamp<std::uint64_t>((256 * zeros + sum / 2) / sum, 1, 255));
        const auto factor = static_cast<int>(most * std::min<std::uint64_t>(sum, saturation) / saturation);
        return static_cast<std::uint8_t>(before + (((probability - before) * factor + 128) >> 8));
    }
    static void merge(std::uint8_t& probability, std::uint64_t zeros, std::uint64_t ones) {
        probability = merged(probability, zeros, ones, 20, 128);
    }
    static void merge(std::uint8_t& probability, const std::uint32_t (&counts)[2]) {
        merge(probability, counts[0], counts[1]);
    }
    /** A tree as the engine's: positive entries lead on, others are minus a value. The sum of what is below.
     */
    template <std::size_t N>
    static std::uint64_t merge_tree(const std::int8_t (&tree)[N], unsigned node, std::uint8_t* probabilities,
                                    const std::uint32_t* counts) {
        std::uint64_t sums[2];
        for (unsigned i = 0; i < 2; ++i) {
            const int next = tree[node + i];
            sums[i] = next > 0 ? merge_tree(tree, static_cast<unsigned>(next), probabilities, counts)
                               : counts[-next];
        }
        merge(probabilities[node / 2], sums[0], sums[1]);
        return sums[0] + sums[1];
    }

    void adapt(const vpu::vp9::Counts& counts, bool after_key);
    void adapt_coefficients(const vpu::vp9::Counts& counts, unsigned most);
    void adapt_modes(const vpu::vp9::Counts& counts);
    void adapt_vectors(const vpu::vp9::Counts& counts);

    std::array<Vp9Context, V4L2_VP9_NUM_FRAME_CTX> contexts_{};
    Vp9Context current_{};
    v4l2_ctrl_vp9_frame frame_{};
    unsigned tx_mode_ = 0;
    unsigned index_ = 0;
};

/** Section 8.4.2: what frames without vectors do not change stays as it was saved. */
inline void G2Vp9Probabilities::adapt(const vpu::vp9::Counts& counts, bool after_key) {
    const Vp9Context changed = current_;
    current_ = contexts_[index_];
    if (intra()) {
        std::memcpy(current_.tx8, changed.tx8, sizeof current_.tx8);
        std::memcpy(current_.tx16, changed.tx16, sizeof current_.tx16);
        std::memcpy(current_.tx32, changed.tx32, sizeof current_.tx32);
        std::memcpy(current_.skip, changed.skip, sizeof current_.skip);
    }
    adapt_coefficients(counts, !intra() && after_key ? 128 : 112);
    if (!intra()) {
        adapt_modes(counts);
        adapt_vectors(counts);
    }
}

inline void G2Vp9Probabilities::adapt_coefficients(const vpu::vp9::Counts& counts, unsigned most) {
    for (unsigned i = 0; i < 4 * 2 * 2 * 6 * 6; ++i) {
        const unsigned size = i / 144, plane = i / 72 % 2, inter = i / 36 % 2, band = i / 6 % 6,
                       context = i % 6;
        if (band == 0 && context >= 3) {
            continue;
        }
        const auto& count = counts.coefficients[size][plane][inter][band][context];
        const std::uint64_t asked = counts.more_coefficients[size][plane][inter][band][context];
        auto& p = current_.coef[size][plane][inter][band][context];
        p[0] = merged(p[0], count[3], asked - std::min<std::uint64_t>(asked, count[3]), 24, most);
        p[1] = merged(p[1], count[0], std::uint64_t{count[1]} + count[2], 24, most);
        p[2] = merged(p[2], count[1], count[2], 24, most);
    }
}

inline void G2Vp9Probabilities::adapt_modes(const vpu::vp9::Counts& counts) {
    constexpr std::int8_t modes[] = {0, 2, -9, 4, -1, 6, 8, 12, -2, 10, -4, -5, -3, 14, -8, 16, -6, -7};
    constexpr std::int8_t ladder[] = {0, 2, -1, 4, -2, -3};
    const auto pairs = [](auto& probabilities, const auto& pair_counts) {
        for (std::size_t i = 0; i < std::size(probabilities); ++i) {
            merge(probabilities[i], pair_counts[i]);
        }
    };
    pairs(current_.is_inter, counts.is_inter);
    pairs(current_.comp_mode, counts.comp_mode);
    pairs(current_.comp_ref, counts.comp_ref);
    for (unsigned i = 0; i < 5; ++i) {
        pairs(current_.single_ref[i], counts.single_ref[i]);
    }
    for (unsigned i = 0; i < 7; ++i) {
        pairs(current_.inter_mode[i], counts.inter_mode[i]);
    }
    for (unsigned i = 0; i < 4; ++i) {
        merge_tree(modes, 0, current_.y_mode[i], counts.y_mode[i]);
    }
    for (unsigned i = 0; i < 10; ++i) {
        merge_tree(modes, 0, current_.uv_mode[i], counts.uv_mode[i]);
    }
    for (unsigned i = 0; i < 16; ++i) {
        merge_tree(ladder, 0, current_.partition[i], counts.partition[i]);
    }
    pairs(current_.skip, counts.skip);
    constexpr std::int8_t short_ladder[] = {0, 2, -1, -2};
    for (unsigned i = 0; frame_.interpolation_filter == V4L2_VP9_INTERP_FILTER_SWITCHABLE && i < 4; ++i) {
        merge_tree(short_ladder, 0, current_.interp_filter[i], counts.interp_filter[i]);
    }
    for (unsigned i = 0; tx_mode_ == V4L2_VP9_TX_MODE_SELECT && i < 2; ++i) {
        merge(current_.tx8[i][0], counts.tx_8x8[i]);
        merge_tree(short_ladder, 0, current_.tx16[i], counts.tx_16x16[i]);
        merge_tree(ladder, 0, current_.tx32[i], counts.tx_32x32[i]);
    }
}

inline void G2Vp9Probabilities::adapt_vectors(const vpu::vp9::Counts& counts) {
    constexpr std::int8_t ladder[] = {0, 2, -1, 4, -2, -3};
    constexpr std::int8_t classes[] = {0,  2,  -1, 4,  6,  8,  -2, -3, 10, 12,
                                       -4, -5, -6, 14, 16, 18, -7, -8, -9, -10};
    v4l2_vp9_mv_probs& p = current_.mv;
    merge_tree(ladder, 0, p.joint, counts.joint);
    for (unsigned i = 0; i < 2; ++i) {
        merge(p.sign[i], counts.sign[i]);
        merge_tree(classes, 0, p.classes[i], counts.classes[i]);
        merge(p.class0_bit[i], counts.class0[i]);
        for (unsigned k = 0; k < 10; ++k) {
            merge(p.bits[i][k], counts.bits[i][k]);
        }
        for (unsigned k = 0; k < 2; ++k) {
            merge_tree(ladder, 0, p.class0_fr[i][k], counts.class0_fraction[i][k]);
        }
        merge_tree(ladder, 0, p.fr[i], counts.fraction[i]);
        if ((frame_.flags & V4L2_VP9_FRAME_FLAG_ALLOW_HIGH_PREC_MV) != 0) {
            merge(p.class0_hp[i], counts.class0_high_precision[i]);
            merge(p.hp[i], counts.high_precision[i]);
        }
    }
}

inline std::vector<std::uint8_t> G2Vp9Probabilities::table() const {
    std::vector<std::uint8_t> table(vpu::vp9::Probabilities::size);
    const auto put = [&table](std::size_t at, const auto& from) {
        std::memcpy(table.data() + at, &from, sizeof from);
    };
    // Nine probabilities each, of which the ninth stands apart; three, with a gap behind.
    const auto put_nines = [&table](std::size_t at, std::size_t tail, const std::uint8_t(*from)[9],
                                    std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(table.data() + at + 8 * i, from[i], 8);
            table[tail + i] = from[i][8];
        }
    };
    const auto put_threes = [&table](std::size_t at, const std::uint8_t(*from)[3], std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(table.data() + at + 4 * i, from[i], 3);
        }
    };
    put_nines(0, 800, vp9_default_intra_mode[0], 100);
    put(903, frame_.seg.tree_probs);
    put(910, frame_.seg.pred_probs);
    put_nines(928, 1008, vp9_default_uv_mode, 10);
    put_threes(1024, current_.inter_mode, 7);
    put(1052, current_.is_inter);
    put_nines(1056, 1312, current_.uv_mode, 10);
    put(1136, current_.tx8);
    put(1138, current_.tx16);
    put(1142, current_.tx32);
    put_nines(1152, 1148, current_.y_mode, 4);
    put_threes(1184, vp9_key_frame_partition, 16);
    put_threes(1248, current_.partition, 16);
    put(1322, current_.interp_filter);
    put(1330, current_.comp_mode);
    put(1335, current_.skip);
    const v4l2_vp9_mv_probs& mv = current_.mv;
    put(1339, mv.joint);
    put(1342, mv.sign);
    put(1344, mv.class0_bit);
    put(1346, mv.fr);
    put(1352, mv.class0_hp);
    put(1354, mv.hp);
    put(1356, mv.classes);
    put(1376, mv.class0_fr);
    put(1388, mv.bits);
    put(1408, current_.single_ref);
    put(1418, current_.comp_ref);
    put_threes(1440, current_.coef[0][0][0][0], 4 * 2 * 2 * 6 * 6);
    return table;
}

}  // namespace svp::test
