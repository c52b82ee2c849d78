// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/mpeg2/motion.hpp"

#include "vpu/mpeg2/tables.hpp"

namespace svp::vpu::mpeg2 {

void MotionParser::reset() {
    for (auto& row : predictor_) {
        row[0] = row[1] = {};
    }
}

/** Adds a coded difference to @p value, within the range of @p f_code. */
bool MotionParser::component(BitReader& bits, unsigned f_code, int& value) const {
    const Code code = motions[bits.peek(motion_bits)];
    if (code.length == 0 || f_code < 1 || f_code > 9) {
        return false;
    }
    bits.skip(code.length);
    if (code.value == 0) {
        return true;
    }
    const bool negative = bits.flag();
    const unsigned residual_bits = f_code - 1;
    int difference = (code.value - 1) * (1 << residual_bits) + 1;
    if (residual_bits != 0) {
        difference += static_cast<int>(bits.get(residual_bits));
    }
    value += negative ? -difference : difference;
    const int limit = 16 << residual_bits;
    if (value < -limit) {
        value += 2 * limit;
    } else if (value >= limit) {
        value -= 2 * limit;
    }
    return true;
}

bool MotionParser::vector(BitReader& bits, Motion& motion, unsigned r, unsigned s) {
    const bool dual = motion.type == MotionType::dual_prime;
    // A predictor is of the frame's lines, where the picture is a frame.
    const bool by_fields = !parameters_.field_picture() && motion.type != MotionType::frame;
    const auto small = [&bits] { return bits.flag() ? bits.flag() ? -1 : 1 : 0; };
    Vector vector = predictor_[r][s];
    vector.y = by_fields ? vector.y >> 1 : vector.y;
    if (!component(bits, parameters_.f_code[s][0], vector.x)) {
        return false;
    }
    motion.difference.x = dual ? small() : 0;
    if (!component(bits, parameters_.f_code[s][1], vector.y)) {
        return false;
    }
    motion.difference.y = dual ? small() : 0;
    motion.vector[r][s] = vector;
    predictor_[r][s] = {vector.x, by_fields ? vector.y * 2 : vector.y};
    return true;
}

bool MotionParser::parse(BitReader& bits, Motion& motion, unsigned s) {
    const bool field_picture = parameters_.field_picture();
    const bool two =
        motion.type == MotionType::halves || (motion.type == MotionType::field && !field_picture);
    const bool selects = motion.type == MotionType::field || motion.type == MotionType::halves;
    for (unsigned r = 0; r < (two ? 2u : 1u); ++r) {
        if (selects) {
            motion.field[r][s] = bits.flag() ? Parity::bottom : Parity::top;
        }
        if (!vector(bits, motion, r, s)) {
            return false;
        }
    }
    if (!two) {
        predictor_[1][s] = predictor_[0][s];
    }
    return true;
}

}  // namespace svp::vpu::mpeg2
