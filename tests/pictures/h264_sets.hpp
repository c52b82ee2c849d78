// SPDX-License-Identifier: GPL-2.0-or-later
/** Parameter sets of random H.264 streams (ITU-T H.264, clause 7.3.2), and what is drawn for a whole stream.
 */
#pragma once

#include <array>
#include <vector>

#include "bit_writer.hpp"
#include "choices.hpp"

namespace svp::test {

inline Choices& choices() {
    return Choices::instance();
}
inline unsigned below(unsigned limit) {
    return static_cast<unsigned>(choices().below(limit));
}
inline int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<unsigned>(high - low + 1)));
}
inline bool chance(unsigned percent) {
    return choices().chance(percent);
}

/** What all pictures of a stream share. */
struct Sequence {
    static constexpr unsigned order_bits = 8;

    unsigned mb_width, mb_height;
    bool interlaced, mbaff, monochrome, cabac, transform_8x8, constrained_intra, direct_8x8_inference;
    bool temporal;    ///< direct prediction may be temporal: every reference stays
    bool long_terms;  ///< marking that changes references
    bool weighted_pred;
    unsigned weighted_bipred;
    unsigned frame_num_bits, reference_frames;
    int chroma_offset[2];
    bool matrices;
    unsigned frames;
    // Drawn only for streams of the whole standard.
    bool standard;
    unsigned order_type = 0;  ///< pic_order_cnt_type
    bool gaps = false;        ///< frame_num may leave numbers out, between frames
    int init_qp = 26;
    unsigned pps_id = 0;
    unsigned default_ref_count[2] = {1, 1};
    std::vector<int> order_offsets;  ///< offset_for_ref_frame
    int offset_for_non_ref = 0;
    int offset_for_bottom = 0;

    /** @p whole_standard: also what libavcodec departs from. */
    explicit Sequence(bool whole_standard) : standard(whole_standard) {
        interlaced = chance(65);
        mb_width = 2 + below(5);
        mb_height = interlaced ? 2 * (1 + below(3)) : 1 + below(5);
        mbaff = interlaced && chance(60);
        monochrome = chance(12);
        cabac = chance(60);
        transform_8x8 = chance(60);
        constrained_intra = chance(20);
        direct_8x8_inference = interlaced || chance(50);
        temporal = chance(50);
        long_terms = !temporal && chance(60);
        weighted_pred = chance(50);
        weighted_bipred = below(3);
        frame_num_bits = 4 + below(3);
        reference_frames = temporal ? 16 : 2 + below(5);
        chroma_offset[0] = between(-12, 12);
        chroma_offset[1] = chance(50) ? between(-12, 12) : chroma_offset[0];
        matrices = chance(35);
        frames = 8 + below(5);
        if (standard) {
            choose_more();
        }
    }

    /** What else a picture parameter set may change between pictures. */
    void choose_picture_set() {
        pps_id = below(4);
        cabac = chance(60);
        transform_8x8 = chance(60);
        constrained_intra = chance(30);
        weighted_pred = chance(50);
        weighted_bipred = below(3);
        init_qp = between(0, 51);
        default_ref_count[0] = 1 + below(4);
        default_ref_count[1] = 1 + below(4);
        chroma_offset[0] = between(-12, 12);
        chroma_offset[1] = chance(50) ? between(-12, 12) : chroma_offset[0];
    }

    /** TopFieldOrderCnt, or that of a bottom field, that a picture has without a delta (clause 8.2.1.2). */
    int expected_order(unsigned number, bool reference) const {
        const int cycle = static_cast<int>(order_offsets.size());
        int absolute = cycle == 0 ? 0 : static_cast<int>(number);
        absolute -= !reference && absolute > 0 ? 1 : 0;
        int expected = reference ? 0 : offset_for_non_ref;
        for (int i = 0; i < absolute; ++i) {
            expected += order_offsets[static_cast<std::size_t>(i % cycle)];
        }
        return expected;
    }

 private:
    void choose_more() {
        mb_width = 1 + below(6);
        order_type = chance(50) ? 0 : 1 + below(2);
        long_terms = chance(60);
        gaps = !temporal && chance(25);
        order_offsets.resize(below(4));
        for (int& offset : order_offsets) {
            offset = between(-3, 5);
        }
        offset_for_non_ref = between(-3, 3);
        offset_for_bottom = between(-2, 2);
        choose_picture_set();
    }
};

template <typename Range>
void write_lists(BitWriter& bits, const Range& sizes) {
    for (const unsigned size : sizes) {
        const bool present = chance(60);
        bits.flag(present);
        if (!present) {
            continue;
        }
        int last = 8;
        const bool standard = chance(15);
        for (unsigned i = 0; i < size; ++i) {
            if (standard || (i > 0 && chance(5))) {
                bits.se(-last);
                break;
            }
            const int next = between(8, 36);
            bits.se(next - last);
            last = next;
        }
    }
}

inline BitWriter sequence_set(const Sequence& sequence) {
    BitWriter bits;
    bits.put(100, 8);
    bits.put(0, 8);
    bits.put(40, 8);
    bits.ue(0);
    bits.ue(sequence.monochrome ? 0 : 1);
    bits.ue(0);
    bits.ue(0);
    bits.flag(false);
    bits.flag(sequence.matrices);
    if (sequence.matrices) {
        write_lists(bits, std::array<unsigned, 8>{16, 16, 16, 16, 16, 16, 64, 64});
    }
    bits.ue(sequence.frame_num_bits - 4);
    bits.ue(sequence.order_type);
    if (sequence.order_type == 0) {
        bits.ue(Sequence::order_bits - 4);
    } else if (sequence.order_type == 1) {
        bits.flag(false);
        bits.se(sequence.offset_for_non_ref);
        bits.se(sequence.offset_for_bottom);
        bits.ue(static_cast<unsigned>(sequence.order_offsets.size()));
        for (const int offset : sequence.order_offsets) {
            bits.se(offset);
        }
    }
    bits.ue(sequence.reference_frames);
    bits.flag(sequence.gaps);
    bits.ue(sequence.mb_width - 1);
    bits.ue((sequence.interlaced ? sequence.mb_height / 2 : sequence.mb_height) - 1);
    bits.flag(!sequence.interlaced);
    if (sequence.interlaced) {
        bits.flag(sequence.mbaff);
    }
    bits.flag(sequence.direct_8x8_inference);
    bits.flag(false);
    bits.flag(true);  // video usability: nothing but how far frames are put out of their order
    bits.put(0, 4);   // aspect ratio to chroma location
    bits.put(0, 4);   // timing, both buffering periods, pic_struct_present_flag
    bits.flag(true);
    bits.flag(true);
    bits.ue(0);
    bits.ue(0);
    bits.ue(14);
    bits.ue(14);
    bits.ue(4);
    bits.ue(16);
    bits.trailing_bits();
    return bits;
}

inline BitWriter picture_set(const Sequence& sequence) {
    BitWriter bits;
    bits.ue(sequence.pps_id);
    bits.ue(0);
    bits.flag(sequence.cabac);
    bits.flag(true);  // bottom_field_pic_order_in_frame_present_flag
    bits.ue(0);
    bits.ue(sequence.default_ref_count[0] - 1);
    bits.ue(sequence.default_ref_count[1] - 1);
    bits.flag(sequence.weighted_pred);
    bits.put(sequence.weighted_bipred, 2);
    bits.se(sequence.init_qp - 26);
    bits.se(0);
    bits.se(sequence.chroma_offset[0]);
    bits.flag(true);  // deblocking_filter_control_present_flag
    bits.flag(sequence.constrained_intra);
    bits.flag(false);
    bits.flag(sequence.transform_8x8);
    const bool matrices = chance(30);
    bits.flag(matrices);
    if (matrices) {
        std::vector<unsigned> sizes(6, 16);
        if (sequence.transform_8x8) {
            sizes.insert(sizes.end(), 2, 64);
        }
        write_lists(bits, sizes);
    }
    bits.se(sequence.chroma_offset[1]);
    bits.trailing_bits();
    return bits;
}

}  // namespace svp::test
