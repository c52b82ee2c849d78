// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads mode info of blocks, and counts what comes (VP9 specification, sections 6.4.5 to 6.4.21). */
#pragma once

#include "vpu/entropy/bool_decoder.hpp"
#include "vpu/vp9/counts.hpp"
#include "vpu/vp9/motion_candidates.hpp"
#include "vpu/vp9/probabilities.hpp"
#include "vpu/vp9/reference_contexts.hpp"
#include "vpu/vp9/segment_map.hpp"

namespace svp::vpu::vp9 {

class ModeParser {
 public:
    ModeParser(const Parameters& parameters, const Probabilities& probabilities, const Frame& frame,
               const MotionStore& store, SegmentMap& segments, Counts& counts)
        : parameters_(parameters),
          probabilities_(probabilities),
          frame_(frame),
          candidates_(parameters, frame, store),
          segments_(segments),
          counts_(counts) {}

    /** Mode info of @p block, whose place and size are known. False if it is none. */
    bool parse(BoolDecoder& decoder, const TileColumns& tile, Block& block);

 private:
    Neighbours neighbours(const TileColumns& tile, const Block& block) const;
    void intra_frame_mode_info(BoolDecoder& decoder, const Neighbours& around, Block& block);
    bool inter_frame_mode_info(BoolDecoder& decoder, const TileColumns& tile, const Neighbours& around,
                               Block& block);
    void segment(BoolDecoder& decoder, const Neighbours& around, Block& block);
    unsigned read_segment(BoolDecoder& decoder) const;
    void skip(BoolDecoder& decoder, const Neighbours& around, Block& block);
    bool is_inter(BoolDecoder& decoder, const Neighbours& around, const Block& block);
    void tx_size(BoolDecoder& decoder, const Neighbours& around, bool choice, Block& block);
    void intra_block_mode_info(BoolDecoder& decoder, Block& block);
    bool inter_block_mode_info(BoolDecoder& decoder, const TileColumns& tile, const Neighbours& around,
                               Block& block);
    void ref_frames(BoolDecoder& decoder, const Neighbours& around, Block& block);
    void interp_filter(BoolDecoder& decoder, const Neighbours& around, Block& block);
    Mode inter_mode(BoolDecoder& decoder, unsigned context);
    bool whole_vectors(BoolDecoder& decoder, const TileColumns& tile, Block& block);
    bool vectors_of_parts(BoolDecoder& decoder, const TileColumns& tile, unsigned context, Block& block);
    bool assign(BoolDecoder& decoder, Mode mode, bool compound, const VectorPair& best,
                const VectorPair& near, VectorPair& vectors);
    MotionVector read_vector(BoolDecoder& decoder, MotionVector best);
    int read_component(BoolDecoder& decoder, unsigned which, bool precise);

    const Parameters& parameters_;
    const Probabilities& probabilities_;
    const Frame& frame_;
    MotionCandidates candidates_;
    SegmentMap& segments_;
    Counts& counts_;
};

}  // namespace svp::vpu::vp9
