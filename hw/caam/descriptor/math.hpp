// SPDX-License-Identifier: GPL-2.0-or-later
/** What the commands MATH and MATHI compute; the encodings are those of their words. */
#pragma once

#include <cstdint>

namespace svp::caam {

enum class MathFunction : std::uint8_t {
    add = 0x0,
    add_with_carry = 0x1,
    subtract = 0x2,
    subtract_with_borrow = 0x3,
    bit_or = 0x4,
    bit_and = 0x5,
    bit_xor = 0x6,
    shift_left = 0x7,
    shift_right = 0x8,
    left_double_shift = 0x9,  ///< the halves that meet when both are put one behind the other
    zero_byte_test = 0xa,
    byte_swap = 0xb,
};
constexpr MathFunction last_math_function = MathFunction::byte_swap;

/** Where operand 0 comes from, beside the MATH registers (0 to 3) and what both operands may be. */
enum class MathSource0 : std::uint8_t {
    input_length = 0x8,
    output_length = 0x9,
    input_variable = 0xa,
    output_variable = 0xb,
    zero = 0xc,
    one = 0xf,
};

/** The same for operand 1. */
enum class MathSource1 : std::uint8_t {
    input_variable = 0x8,
    output_variable = 0x9,
    input_fifo = 0xa,
    output_fifo = 0xb,
    one = 0xc,
    zero = 0xf,
};

/** Where the result goes, beside the MATH registers. */
enum class MathTarget : std::uint8_t {
    override_length = 0x7,
    input_length = 0x8,
    output_length = 0x9,
    input_variable = 0xa,
    output_variable = 0xb,
    nowhere = 0xf,
};

struct MathResult {
    std::uint64_t value = 0;
    bool carry = false;
    bool overflow = false;
};

/** Computes with operands of @p length bytes (1, 2, 4, 8), whose upper bits are 0; so are the result's. */
MathResult compute(MathFunction function, std::uint64_t a, std::uint64_t b, unsigned length, bool carry_in);

}  // namespace svp::caam
