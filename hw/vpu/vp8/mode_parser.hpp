// SPDX-License-Identifier: GPL-2.0-or-later
/** Reads macroblock headers from the first partition (RFC 6386, sections 10, 11, 16 and 17). */
#pragma once

#include "vpu/entropy/bool_decoder.hpp"
#include "vpu/vp8/macroblock.hpp"
#include "vpu/vp8/parameters.hpp"

namespace svp::vpu::vp8 {

/** Macroblocks around the current one; outside of the frame fresh ones. */
struct Neighbours {
    const Macroblock& above;
    const Macroblock& left;
    const Macroblock& above_left;
};

class ModeParser {
 public:
    ModeParser(const Parameters& parameters, const Probabilities& probabilities)
        : parameters_(parameters), probabilities_(probabilities) {}

    /** Header of the macroblock in column @p x and row @p y; @p mb.segment is what the map says, if it is. */
    void parse(BoolDecoder& decoder, unsigned x, unsigned y, const Neighbours& around, Macroblock& mb) const;

 private:
    struct Candidates;

    void intra_modes(BoolDecoder& decoder, const Neighbours& around, Macroblock& mb) const;
    void inter_modes(BoolDecoder& decoder, unsigned x, unsigned y, const Neighbours& around,
                     Macroblock& mb) const;
    void split_vectors(BoolDecoder& decoder, const Neighbours& around, MotionVector best,
                       Macroblock& mb) const;
    Candidates find_candidates(const Neighbours& around, Reference reference) const;
    MotionVector clamp(MotionVector vector, unsigned x, unsigned y) const;
    MotionVector read_vector(BoolDecoder& decoder, MotionVector base) const;
    int read_component(BoolDecoder& decoder, unsigned which) const;

    const Parameters& parameters_;
    const Probabilities& probabilities_;
};

}  // namespace svp::vpu::vp8
