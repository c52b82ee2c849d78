// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/descriptor/math.hpp"

namespace svp::caam {

namespace {

/** Flags of a sum or difference come from the highest bit of its size. */
struct Width {
    explicit Width(unsigned length) : bits(8 * length), mask(~std::uint64_t{0} >> (64 - bits)) {}

    std::uint64_t sign() const { return (mask >> 1) + 1; }

    unsigned bits;
    std::uint64_t mask;
};

MathResult add(Width width, std::uint64_t a, std::uint64_t b, bool extra) {
    const std::uint64_t sum = (a + b + (extra ? 1 : 0)) & width.mask;
    return {sum, sum < a || (extra && sum == a), ((a ^ sum) & (b ^ sum) & width.sign()) != 0};
}

MathResult subtract(Width width, std::uint64_t a, std::uint64_t b, bool extra) {
    const std::uint64_t difference = (a - b - (extra ? 1 : 0)) & width.mask;
    return {difference, a < b || (extra && a == b), ((a ^ b) & (a ^ difference) & width.sign()) != 0};
}

MathResult shift_left(Width width, std::uint64_t a, std::uint64_t b) {
    return {b >= width.bits ? 0 : (a << b) & width.mask,
            b > 0 && b <= width.bits && (a >> (width.bits - b) & 1) != 0};
}

MathResult shift_right(Width width, std::uint64_t a, std::uint64_t b) {
    return {b >= width.bits ? 0 : a >> b, b > 0 && b <= 64 && (a >> (b - 1) & 1) != 0};
}

bool has_zero_byte(std::uint64_t value, unsigned length) {
    bool found = false;
    for (unsigned i = 0; i < length; ++i) {
        found = found || (value >> (8 * i) & 0xff) == 0;
    }
    return found;
}

std::uint64_t swapped(std::uint64_t value, unsigned length) {
    std::uint64_t result = 0;
    for (unsigned i = 0; i < length; ++i) {
        result = result << 8 | (value >> (8 * i) & 0xff);
    }
    return result;
}

}  // namespace

MathResult compute(MathFunction function, std::uint64_t a, std::uint64_t b, unsigned length, bool carry_in) {
    const Width width(length);
    switch (function) {
        case MathFunction::add:
            return add(width, a, b, false);
        case MathFunction::add_with_carry:
            return add(width, a, b, carry_in);
        case MathFunction::subtract:
            return subtract(width, a, b, false);
        case MathFunction::subtract_with_borrow:
            return subtract(width, a, b, carry_in);
        case MathFunction::bit_or:
            return {a | b};
        case MathFunction::bit_and:
            return {a & b};
        case MathFunction::bit_xor:
            return {a ^ b};
        case MathFunction::shift_left:
            return shift_left(width, a, b);
        case MathFunction::shift_right:
            return shift_right(width, a, b);
        case MathFunction::left_double_shift:
            return {(a << 32 | b >> 32) & width.mask};
        case MathFunction::zero_byte_test:
            return {a, has_zero_byte(a, length)};
        case MathFunction::byte_swap:
            return {swapped(a, length)};
    }
    return {};
}

}  // namespace svp::caam
