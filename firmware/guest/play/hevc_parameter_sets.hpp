// SPDX-License-Identifier: GPL-2.0-or-later
/** HEVC parameter sets and slice headers, as V4L2's stateless decoders want them (ITU-T H.265, clause 7.3).
 */
#pragma once

#include <linux/v4l2-controls.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "h264_parameter_sets.hpp"

namespace svp::play {

/** A NAL unit, whose header has two bytes here. */
struct HevcUnit : H264Unit {
    unsigned type() const { return payload[0] >> 1 & 63u; }
    unsigned layer() const { return (payload[0] & 1u) << 5 | payload[1] >> 3; }
    unsigned temporal_id() const { return (payload[1] & 7u) - 1; }
    bool slice() const { return type() < 10 || (type() >= 16 && type() <= 21); }
    bool irap() const { return type() >= 16 && type() <= 23; }
    bool idr() const { return type() == 19 || type() == 20; }
    bool rasl() const { return type() == 8 || type() == 9; }
    bool radl() const { return type() == 6 || type() == 7; }
    /** A picture that none of its sub-layer refers to. */
    bool sub_layer_non_reference() const { return type() < 16 && type() % 2 == 0; }
};

/** A short-term reference picture set: differences of the order count, nearest ones first. */
struct HevcReferenceSet {
    struct Entry {
        int delta;
        bool used;
    };
    std::vector<Entry> before;
    std::vector<Entry> after;
};

struct HevcSps {
    v4l2_ctrl_hevc_sps control{};
    bool has_lists = false;  ///< else the default ones
    v4l2_ctrl_hevc_scaling_matrix lists{};
    std::vector<HevcReferenceSet> sets;
    bool long_term = false;
    std::vector<unsigned> long_term_lsb;
    std::vector<bool> long_term_used;
    unsigned left = 0;  ///< of the visible part, luma samples
    unsigned top = 0;
    unsigned width = 0;
    unsigned height = 0;
    unsigned latency = 0;  ///< SpsMaxLatencyPictures; 0: no limit

    unsigned order_count_bits() const { return control.log2_max_pic_order_cnt_lsb_minus4 + 4u; }
    unsigned ctb() const {
        return 1u << (control.log2_min_luma_coding_block_size_minus3 + 3 +
                      control.log2_diff_max_min_luma_coding_block_size);
    }
};

struct HevcPps {
    v4l2_ctrl_hevc_pps control{};
    unsigned sps_id = 0;
    bool has_lists = false;
    v4l2_ctrl_hevc_scaling_matrix lists{};
};

/** The part of a slice segment header that is about its picture. */
struct HevcSliceHeader {
    bool first = false;  ///< first_slice_segment_in_pic_flag
    bool no_output_of_prior = false;
    unsigned pps_id = 0;
    bool output = true;  ///< pic_output_flag
    unsigned order_count_lsb = 0;
    HevcReferenceSet set;
    unsigned short_term_bits = 0;  ///< of a set in the header itself
    unsigned long_term_bits = 0;
    struct LongTerm {
        unsigned lsb;
        bool used;
        bool has_msb;
        unsigned msb_cycle;  ///< DeltaPocMsbCycleLt
    };
    std::vector<LongTerm> long_terms;
};

class HevcParameterSets {
 public:
    /** Takes a parameter set in. False, and @p problem says why: it is none, or one that the decoder lacks.
     */
    bool take(const HevcUnit& unit, std::string& problem);
    /** Header of a segment of a slice; of others than a picture's first only `first` and `pps_id`. */
    std::optional<HevcSliceHeader> slice_header(const HevcUnit& unit, std::string& problem) const;

    const HevcPps* pps(unsigned id) const { return id < 64 && pps_[id] ? &*pps_[id] : nullptr; }
    const HevcSps* sps(unsigned id) const { return id < 16 && sps_[id] ? &*sps_[id] : nullptr; }

 private:
    bool take_sps(const HevcUnit& unit, std::string& problem);
    bool take_pps(const HevcUnit& unit, std::string& problem);

    std::optional<HevcSps> sps_[16];
    std::optional<HevcPps> pps_[64];
};

/** Scaling lists where nothing else is said, raster order. */
v4l2_ctrl_hevc_scaling_matrix hevc_default_lists();

}  // namespace svp::play
