// SPDX-License-Identifier: GPL-2.0-or-later
/** Parameter sets of random HEVC streams (ITU-T H.265, clause 7.3.2): what a stream and a picture use. */
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "bit_writer.hpp"
#include "hevc_choices.hpp"
#include "vpu/hevc/parameters.hpp"

namespace svp::test {

inline HevcChoices& choices() {
    return HevcChoices::instance();
}
inline unsigned below(unsigned limit) {
    return choices().below(limit);
}
inline int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<unsigned>(high - low + 1)));
}
inline unsigned between(unsigned low, unsigned high) {
    return low + below(high - low + 1);
}
inline bool chance(unsigned percent) {
    return choices().chance(percent);
}

/** A short-term reference picture set: differences of the order count, nearest ones first. */
struct ReferenceSet {
    struct Entry {
        int delta;
        bool used;
        bool operator==(const Entry&) const = default;
    };
    std::vector<Entry> before;
    std::vector<Entry> after;
    bool operator==(const ReferenceSet&) const = default;
};

/** What all pictures of a stream share, and what the next ones do: `job` has it as the engine wants it. */
class HevcSets {
 public:
    HevcSets() {
        sequence();
        picture();
    }

    /** Other choices for the picture parameter set. */
    void picture() {
        const unsigned qp_offset = 6 * (job.bit_depth - 8);
        pps_id = below(3);
        job.dependent_slices = chance(50);
        job.extra_header_bits = chance(20) ? below(3) : 0;
        output_flag_present = chance(30);
        job.sign_data_hiding = chance(50);
        job.cabac_init_present = chance(50);
        job.default_ref_idx[0] = 1 + below(4);
        job.default_ref_idx[1] = 1 + below(4);
        job.init_qp = between(-static_cast<int>(qp_offset), 51);
        job.constrained_intra = chance(20);
        job.transform_skip = chance(50);
        job.cu_qp_delta = chance(60);
        job.cu_qp_delta_depth = job.cu_qp_delta ? below(job.log2_ctb - job.log2_min_cb + 1) : 0;
        for (int& offset : job.chroma_qp_offset) {
            offset = chance(50) ? between(-12, 12) : 0;
        }
        job.slice_chroma_qp_offsets = chance(40);
        job.weighted_pred = chance(40);
        job.weighted_bipred = chance(40);
        // libavcodec departs from the standard in lossless blocks of 10 bits.
        job.transquant_bypass = job.bit_depth == 8 && chance(30);
        tiles();
        job.loop_filter_across_slices = chance(60);
        job.deblocking_control = chance(60);
        job.deblocking_override = job.deblocking_control && chance(50);
        job.deblocking_disabled = job.deblocking_control && chance(30);
        job.beta_offset = job.deblocking_control && !job.deblocking_disabled ? between(-6, 6) : 0;
        job.tc_offset = job.deblocking_control && !job.deblocking_disabled ? between(-6, 6) : 0;
        job.lists_modification = chance(50);
        job.log2_parallel_merge = between(2u, job.log2_ctb);
        job.header_extension = chance(25);
    }

    BitWriter vps() const {
        BitWriter bits;
        bits.put(0, 4);
        bits.put(3, 2);
        bits.put(0, 6);
        bits.put(0, 3);
        bits.flag(true);
        bits.put(0xffff, 16);
        profile(bits);
        bits.flag(true);
        buffering(bits);
        bits.put(0, 6);
        bits.ue(0);
        bits.put(0, 2);
        bits.trailing_bits();
        return bits;
    }

    BitWriter sps() const {
        BitWriter bits;
        bits.put(0, 4);
        bits.put(0, 3);
        bits.flag(true);
        profile(bits);
        bits.ue(0);
        bits.ue(1);
        bits.ue(job.width);
        bits.ue(job.height);
        bits.flag(false);
        bits.ue(job.bit_depth - 8);
        bits.ue(job.bit_depth - 8);
        bits.ue(order_bits - 4);
        bits.flag(true);
        buffering(bits);
        bits.ue(job.log2_min_cb - 3);
        bits.ue(job.log2_ctb - job.log2_min_cb);
        bits.ue(job.log2_min_tb - 2);
        bits.ue(job.log2_max_tb - job.log2_min_tb);
        bits.ue(job.max_depth_inter);
        bits.ue(job.max_depth_intra);
        bits.flag(job.scaling_list);
        if (job.scaling_list) {
            lists(bits);
        }
        bits.flag(job.amp);
        bits.flag(job.sao);
        bits.flag(job.pcm);
        if (job.pcm) {
            bits.put(job.pcm_bit_depth - 1, 4);
            bits.put(job.pcm_chroma_bit_depth - 1, 4);
            bits.ue(job.log2_min_pcm - 3);
            bits.ue(job.log2_max_pcm - job.log2_min_pcm);
            bits.flag(job.pcm_loop_filter_disabled);
        }
        bits.ue(static_cast<unsigned>(sets.size()));
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (i > 0) {
                bits.flag(false);
            }
            write_set(bits, sets[i]);
        }
        bits.flag(long_terms);
        if (long_terms) {
            bits.ue(static_cast<unsigned>(long_term_lsb.size()));
            for (const unsigned lsb : long_term_lsb) {
                bits.put(lsb, order_bits);
                bits.flag(true);
            }
        }
        bits.flag(job.temporal_mvp);
        bits.flag(job.strong_intra_smoothing);
        bits.put(0, 2);
        bits.trailing_bits();
        return bits;
    }

    BitWriter pps() const {
        BitWriter bits;
        bits.ue(pps_id);
        bits.ue(0);
        bits.flag(job.dependent_slices);
        bits.flag(output_flag_present);
        bits.put(job.extra_header_bits, 3);
        bits.flag(job.sign_data_hiding);
        bits.flag(job.cabac_init_present);
        bits.ue(job.default_ref_idx[0] - 1);
        bits.ue(job.default_ref_idx[1] - 1);
        bits.se(job.init_qp - 26);
        bits.flag(job.constrained_intra);
        bits.flag(job.transform_skip);
        bits.flag(job.cu_qp_delta);
        if (job.cu_qp_delta) {
            bits.ue(job.cu_qp_delta_depth);
        }
        bits.se(job.chroma_qp_offset[0]);
        bits.se(job.chroma_qp_offset[1]);
        bits.flag(job.slice_chroma_qp_offsets);
        bits.flag(job.weighted_pred);
        bits.flag(job.weighted_bipred);
        bits.flag(job.transquant_bypass);
        bits.flag(job.tiles);
        bits.flag(job.entropy_sync);
        if (job.tiles) {
            bits.ue(job.tile_columns - 1);
            bits.ue(job.tile_rows - 1);
            bits.flag(false);
            for (unsigned i = 0; i + 1 < job.tile_columns; ++i) {
                bits.ue(tile_widths[i] - 1);
            }
            for (unsigned i = 0; i + 1 < job.tile_rows; ++i) {
                bits.ue(tile_heights[i] - 1);
            }
            bits.flag(job.loop_filter_across_tiles);
        }
        bits.flag(job.loop_filter_across_slices);
        bits.flag(job.deblocking_control);
        if (job.deblocking_control) {
            bits.flag(job.deblocking_override);
            bits.flag(job.deblocking_disabled);
            if (!job.deblocking_disabled) {
                bits.se(job.beta_offset);
                bits.se(job.tc_offset);
            }
        }
        bits.flag(false);  // pps_scaling_list_data_present_flag
        bits.flag(job.lists_modification);
        bits.ue(job.log2_parallel_merge - 2);
        bits.flag(job.header_extension);
        bits.flag(false);
        bits.trailing_bits();
        return bits;
    }

    static void write_set(BitWriter& bits, const ReferenceSet& set) {
        bits.ue(static_cast<unsigned>(set.before.size()));
        bits.ue(static_cast<unsigned>(set.after.size()));
        int last = 0;
        for (const auto& entry : set.before) {
            bits.ue(static_cast<unsigned>(last - entry.delta - 1));
            bits.flag(entry.used);
            last = entry.delta;
        }
        last = 0;
        for (const auto& entry : set.after) {
            bits.ue(static_cast<unsigned>(entry.delta - last - 1));
            bits.flag(entry.used);
            last = entry.delta;
        }
    }

    vpu::hevc::Parameters job;
    unsigned order_bits = 4;
    bool long_terms = false;
    bool output_flag_present = false;
    unsigned pps_id = 0;
    std::vector<unsigned> long_term_lsb;
    std::vector<ReferenceSet> sets;
    std::vector<unsigned> tile_widths, tile_heights;  ///< coding tree blocks

 private:
    void sequence() {
        job.bit_depth = job.chroma_bit_depth = chance(35) ? 10 : 8;
        job.log2_ctb = 4 + below(3);
        job.log2_min_cb = between(3u, job.log2_ctb);
        job.log2_min_tb = between(2u, std::min(job.log2_min_cb - 1, 5u));
        job.log2_max_tb = between(job.log2_min_tb, std::min(job.log2_ctb, 5u));
        job.max_depth_intra = below(job.log2_ctb - job.log2_min_tb + 1);
        job.max_depth_inter = below(job.log2_ctb - job.log2_min_tb + 1);
        const unsigned unit = 1u << job.log2_min_cb, most = 40u << (job.log2_ctb - 4);
        job.width = std::max(unit * (1 + below(2 * most / unit)), 16u);
        job.height = std::max(unit * (1 + below(2 * most / unit)), 16u);
        job.amp = chance(60);
        job.sao = chance(60);
        job.strong_intra_smoothing = chance(50);
        job.temporal_mvp = chance(70);
        job.pcm = chance(40);
        job.log2_min_pcm = between(std::min(job.log2_min_cb, 5u), std::min(job.log2_ctb, 5u));
        job.log2_max_pcm = between(job.log2_min_pcm, std::min(job.log2_ctb, 5u));
        job.pcm_bit_depth = 1 + below(job.bit_depth);
        job.pcm_chroma_bit_depth = 1 + below(job.bit_depth);
        job.pcm_loop_filter_disabled = chance(50);
        job.scaling_list = chance(40);
        order_bits = 4 + below(5);
        long_terms = chance(50);
        for (unsigned i = below(5); long_terms && i > 0; --i) {
            long_term_lsb.push_back(below(1u << order_bits));
        }
        sets.push_back({{{-1, true}}, {}});
        for (unsigned i = below(4); i > 0; --i) {
            ReferenceSet set;
            for (int delta = -1; delta > -4; --delta) {
                if (chance(60)) {
                    set.before.push_back({delta, chance(80)});
                }
            }
            for (int delta = 1; delta < 3; ++delta) {
                if (chance(40)) {
                    set.after.push_back({delta, chance(80)});
                }
            }
            sets.push_back(set);
        }
    }

    /** Tiles or wavefronts or neither: not both, which decoders disagree about. */
    void tiles() {
        const unsigned side = 1u << job.log2_ctb;
        const unsigned columns = (job.width + side - 1) / side, rows = (job.height + side - 1) / side;
        const unsigned kind = below(3);
        job.entropy_sync = kind == 1;
        job.tiles = kind == 2 && (!job.sao || choices().offsets_with_tiles) && columns * rows > 1;
        job.loop_filter_across_tiles = !job.tiles || chance(50);
        tile_widths = parts(columns, job.tiles);
        tile_heights = parts(rows, job.tiles);
        job.tile_columns = static_cast<unsigned>(tile_widths.size());
        job.tile_rows = static_cast<unsigned>(tile_heights.size());
        job.tiles = job.tile_columns * job.tile_rows > 1;
    }
    static std::vector<unsigned> parts(unsigned total, bool many) {
        std::vector<unsigned> sizes;
        while (many && total > 1 && sizes.size() < 4 && chance(70)) {
            sizes.push_back(1 + below(total - 1));
            total -= sizes.back();
        }
        sizes.push_back(total);
        return sizes;
    }

    void profile(BitWriter& bits) const {
        const unsigned idc = job.bit_depth == 8 ? 1 : 2;
        bits.put(idc, 8);
        for (unsigned i = 0; i < 32; ++i) {
            bits.flag(i == idc || i == 2);
        }
        bits.put(9, 4);  // progressive, frames only
        bits.put(0, 32);
        bits.put(0, 12);
        bits.put(186, 8);
    }
    static void buffering(BitWriter& bits) {
        bits.ue(9);
        bits.ue(4);
        bits.ue(0);
    }

    static void lists(BitWriter& bits) {
        const bool own = chance(80);
        bits.flag(own);
        for (unsigned size = 0; own && size < 4; ++size) {
            for (unsigned matrix = 0; matrix < (size == 3 ? 2u : 6u); ++matrix) {
                if (chance(40)) {
                    bits.flag(false);
                    bits.ue(below(matrix + 1));
                    continue;
                }
                bits.flag(true);
                int last = 8;
                if (size > 1) {
                    last = between(1, 255);
                    bits.se(last - 8);
                }
                for (unsigned i = 0; i < (size == 0 ? 16u : 64u); ++i) {
                    const int next = chance(10) ? between(1, 255) : std::clamp(last + between(-5, 8), 1, 255);
                    const int step = next - last;
                    bits.se(step > 127 ? step - 256 : step < -128 ? step + 256 : step);
                    last = next;
                }
            }
        }
    }
};

}  // namespace svp::test
