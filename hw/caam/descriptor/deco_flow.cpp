// SPDX-License-Identifier: GPL-2.0-or-later
/** JUMP and MATH. */
#include "caam/byte_order.hpp"
#include "caam/descriptor/deco.hpp"
#include "caam/descriptor/math.hpp"

namespace svp::caam {

namespace {

enum class JumpType : std::uint8_t {
    local = 0x0,
    local_increment = 0x1,
    call = 0x2,
    local_decrement = 0x3,
    non_local = 0x4,
    subroutine_return = 0x6,
    halt = 0x8,
    halt_user = 0xc,
};

constexpr std::uint32_t jump_selects_state = 1u << 24;  ///< JSL
constexpr std::uint8_t condition_shared = 0x40;
constexpr std::uint8_t condition_self = 0x20;
constexpr std::uint8_t condition_ring_pending = 0x80;
constexpr unsigned math_registers = 4;
constexpr unsigned math_source_immediate = 0x4;
constexpr unsigned math_source_override = 0x7;
/** CALM and the like: nothing is in flight. */
constexpr std::uint8_t conditions_quiet = 0x1f;

std::uint64_t mask_of(unsigned length) {
    return length >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * length)) - 1;
}

}  // namespace

std::uint8_t Deco::condition_codes() const {
    const PkFlags& pk = ccb_.pkha().flags();
    return static_cast<std::uint8_t>((pk.zero ? 0x80 : 0) | (pk.gcd_one ? 0x40 : 0) | (pk.prime ? 0x20 : 0) |
                                     (flag_n_ ? 0x08 : 0) | (flag_z_ ? 0x04 : 0) | (flag_c_ ? 0x02 : 0) |
                                     (flag_nv_ ? 0x01 : 0));
}

/** Evaluates the test of a JUMP. Without any condition all four tests hold or fail as over an empty set. */
bool Deco::condition(std::uint32_t word) {
    const auto selected = static_cast<std::uint8_t>(word >> 8 & 0xff);
    std::uint8_t true_ones = condition_codes();
    if ((word & jump_selects_state) != 0) {
        // Everything that can move has moved; a descriptor is never found in DECO again.
        true_ones = conditions_quiet;
        static_assert((conditions_quiet & (condition_shared | condition_self | condition_ring_pending)) == 0);
    }
    const auto held = static_cast<std::uint8_t>(selected & true_ones);
    switch (word >> 16 & 3) {
        case 0:
            return held == selected;
        case 1:
            return held == 0;
        case 2:
            return held != 0;
        default:
            return held != selected;
    }
}

void Deco::jump_to(std::int32_t target) {
    for (std::size_t i = 0; target > 0 && i < parts_.size(); ++i) {
        const auto at = static_cast<unsigned>(target);
        const std::size_t part = (part_ + i) % parts_.size();
        if (at >= parts_[part].first && at <= parts_[part].end) {
            part_ = part;
            pc_ = at;
            return;
        }
    }
    throw JobError(DecoError::jump);
}

void Deco::jump(std::uint32_t word) {
    const auto type = static_cast<JumpType>(word >> 20 & 0xf);
    const unsigned waits = word >> 25 & 3;
    const auto offset = static_cast<std::int8_t>(word & 0xff);
    for (unsigned number = 1; number <= 2; ++number) {
        if ((waits & number) != 0) {
            ccb_.wait_done(number);
        }
    }
    const std::uint64_t address = type == JumpType::non_local ? pointer() : 0;
    bool jumps;
    if (type == JumpType::local_increment || type == JumpType::local_decrement) {
        const unsigned number = word >> 12 & 0xf;
        const std::uint64_t step = type == JumpType::local_increment ? 1 : ~std::uint64_t{0};
        const std::uint64_t value = number < 4 ? math_register(number) : math_source0(number, 4, false);
        const std::uint64_t result = value + step;
        set_math_result(number, result);
        flag_z_ = result == 0;
        flag_n_ = result >> 63 != 0;
        // Bits 15:12 name the register here, so only the four MATH conditions can be tested.
        jumps = condition(word & ~0xf000u);
    } else {
        jumps = condition(word);
    }
    if (!jumps) {
        return;
    }
    switch (type) {
        case JumpType::local:
        case JumpType::local_increment:
        case JumpType::local_decrement:
            return jump_to(static_cast<std::int32_t>(command_) + offset);
        case JumpType::call:
            return_to_ = pc_;
            return jump_to(static_cast<std::int32_t>(command_) + offset);
        case JumpType::subroutine_return:
            return jump_to(static_cast<std::int32_t>(return_to_));
        case JumpType::non_local:
            jumped_ = true;
            fetch(address);
            return;
        case JumpType::halt:
            halted_ = true;
            halt_status_ = source_jump_halt | condition_codes();
            return;
        case JumpType::halt_user:
            halted_ = true;
            halt_status_ = source_jump_halt_user | (word & 0xff);
            return;
    }
    throw JobError(DecoError::jump);
}

std::uint64_t Deco::math_register(unsigned number) const {
    return load_be64(math_.data() + std::size_t{8} * number);
}

void Deco::set_math_register(unsigned number, std::uint64_t value) {
    store_be64(math_.data() + std::size_t{8} * number, value);
}

/** Eight bytes in the descriptor are two words, the upper one first. */
std::uint64_t Deco::math_immediate(unsigned length, bool short_immediate) {
    const std::uint64_t first = next_word();
    return length == 8 && !short_immediate ? first << 32 | next_word() : first;
}

std::optional<std::uint64_t> Deco::math_any_source(unsigned code, unsigned length, bool short_immediate) {
    if (code < math_registers) {
        return math_register(code);
    }
    if (code == math_source_immediate) {
        return math_immediate(length, short_immediate);
    }
    return code == math_source_override ? std::optional<std::uint64_t>(override_) : std::nullopt;
}

std::uint64_t Deco::math_source0(unsigned code, unsigned length, bool short_immediate) {
    if (const auto value = math_any_source(code, length, short_immediate)) {
        return *value;
    }
    switch (static_cast<MathSource0>(code)) {
        case MathSource0::input_length:
            return in_.length;
        case MathSource0::output_length:
            return out_.length;
        case MathSource0::input_variable:
            return in_.variable;
        case MathSource0::output_variable:
            return out_.variable;
        case MathSource0::zero:
            return 0;
        case MathSource0::one:
            return 1;
    }
    throw JobError(DecoError::math);
}

std::uint64_t Deco::math_source1(unsigned code, unsigned length, bool short_immediate) {
    std::array<std::uint8_t, 8> bytes{};
    const auto tail = std::span(bytes).last(length);
    if (const auto value = math_any_source(code, length, short_immediate)) {
        return *value;
    }
    switch (static_cast<MathSource1>(code)) {
        case MathSource1::input_variable:
            return in_.variable;
        case MathSource1::output_variable:
            return out_.variable;
        case MathSource1::input_fifo:
            ccb_.pop_deco_input(tail);
            return load_be64(bytes.data());
        case MathSource1::output_fifo:
            ccb_.pop_output(tail);
            return load_be64(bytes.data());
        case MathSource1::one:
            return 1;
        case MathSource1::zero:
            return 0;
    }
    throw JobError(DecoError::math);
}

void Deco::set_math_result(unsigned code, std::uint64_t value) {
    const auto low = static_cast<std::uint32_t>(value);
    if (code < math_registers) {
        return set_math_register(code, value);
    }
    switch (static_cast<MathTarget>(code)) {
        case MathTarget::override_length:
            override_ = low;
            return;
        case MathTarget::input_length:
            in_.length = low;
            return;
        case MathTarget::output_length:
            out_.length = low;
            return;
        case MathTarget::input_variable:
            in_.variable = low;
            return;
        case MathTarget::output_variable:
            out_.variable = low;
            return;
        case MathTarget::nowhere:
            return;
    }
    throw JobError(DecoError::math);
}

void Deco::math(std::uint32_t word, bool with_immediate_byte) {
    const unsigned length = word & 0xf;
    const auto function = static_cast<MathFunction>(word >> 20 & 0xf);
    if (length != 1 && length != 2 && length != 4 && length != 8) {
        throw JobError(DecoError::math);
    }
    const bool short_immediate = (word >> 26 & 1) != 0;
    const bool keeps_flags = (word >> 25 & 1) != 0;
    const unsigned target = with_immediate_byte ? word >> 12 & 0xf : word >> 8 & 0xf;
    const std::uint64_t mask = mask_of(length);
    const std::uint64_t a = math_source0(word >> 16 & 0xf, length, short_immediate) & mask;
    const std::uint64_t b =
        (with_immediate_byte ? word >> 4 & 0xff : math_source1(word >> 12 & 0xf, length, short_immediate)) &
        mask;
    if (function > last_math_function) {
        throw JobError(DecoError::math);
    }
    const MathResult result = compute(function, a, b, length, flag_c_);
    if (!keeps_flags) {
        flag_n_ = (result.value & ((mask >> 1) + 1)) != 0;
        flag_z_ = result.value == 0;
        flag_c_ = result.carry;
        flag_nv_ = flag_n_ != result.overflow;
    }
    set_math_result(target, result.value);
}

}  // namespace svp::caam
