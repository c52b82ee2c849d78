// SPDX-License-Identifier: GPL-2.0-or-later
/** Motion vectors of a macroblock: from the stream, with their prediction (section 7.6.3). */
#pragma once

#include "vpu/entropy/bit_reader.hpp"
#include "vpu/mpeg2/parameters.hpp"

namespace svp::vpu::mpeg2 {

/** How a macroblock is predicted (tables 6-17 and 6-18). */
enum class MotionType : std::uint8_t {
    frame,       ///< one vector for the frame
    field,       ///< one for each field of a frame, or for the field that the picture is
    halves,      ///< of a field: one for the upper half, one for the lower (16x8)
    dual_prime,  ///< one, and a small difference to it for the field of the other parity
};

struct Vector {
    int x = 0;  ///< half samples
    int y = 0;  ///< half lines, of a field where the prediction is by fields
};

/** Vectors as the prediction takes them: first and second; forward and backward. */
struct Motion {
    MotionType type = MotionType::frame;
    bool used[2] = {};  ///< forward, backward
    Vector vector[2][2];
    Parity field[2][2] = {};  ///< field that is referred to, where the prediction is by fields
    Vector difference;        ///< dmvector
};

class MotionParser {
 public:
    explicit MotionParser(const Parameters& parameters) : parameters_(parameters) {}

    /** Vectors are predicted from nothing again. */
    void reset();

    /** Parses the vectors of direction @p s (0 forward, 1 backward) of @p motion; false if they are none. */
    bool parse(BitReader& bits, Motion& motion, unsigned s);

    /** Vectors of a macroblock that has none of its own: those that would be predicted, or zero. */
    Vector predicted(unsigned s) const { return predictor_[0][s]; }

 private:
    bool component(BitReader& bits, unsigned f_code, int& value) const;
    bool vector(BitReader& bits, Motion& motion, unsigned r, unsigned s);

    const Parameters& parameters_;
    Vector predictor_[2][2];
};

}  // namespace svp::vpu::mpeg2
