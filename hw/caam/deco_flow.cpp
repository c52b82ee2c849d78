// SPDX-License-Identifier: GPL-2.0-or-later
/** JUMP and MATH. */
#include "caam/byte_order.hpp"
#include "caam/deco.hpp"

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

std::uint64_t swapped(std::uint64_t value, unsigned length) {
    std::uint64_t result = 0;
    for (unsigned i = 0; i < length; ++i) {
        result = result << 8 | (value >> (8 * i) & 0xff);
    }
    return result;
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
    switch (code) {
        case 0x8:
            return in_.length;
        case 0x9:
            return out_.length;
        case 0xa:
            return in_.variable;
        case 0xb:
            return out_.variable;
        case 0xc:
            return 0;
        case 0xf:
            return 1;
        default:
            throw JobError(DecoError::math);
    }
}

std::uint64_t Deco::math_source1(unsigned code, unsigned length, bool short_immediate) {
    std::array<std::uint8_t, 8> bytes{};
    const auto tail = std::span(bytes).last(length);
    if (const auto value = math_any_source(code, length, short_immediate)) {
        return *value;
    }
    switch (code) {
        case 0x8:
            return in_.variable;
        case 0x9:
            return out_.variable;
        case 0xa:
            ccb_.pop_deco_input(tail);
            return load_be64(bytes.data());
        case 0xb:
            ccb_.pop_output(tail);
            return load_be64(bytes.data());
        case 0xc:
            return 1;
        case 0xf:
            return 0;
        default:
            throw JobError(DecoError::math);
    }
}

void Deco::set_math_result(unsigned code, std::uint64_t value) {
    const auto low = static_cast<std::uint32_t>(value);
    switch (code) {
        case 0x0:
        case 0x1:
        case 0x2:
        case 0x3:
            return set_math_register(code, value);
        case 0x7:
            override_ = low;
            return;
        case 0x8:
            in_.length = low;
            return;
        case 0x9:
            out_.length = low;
            return;
        case 0xa:
            in_.variable = low;
            return;
        case 0xb:
            out_.variable = low;
            return;
        case 0xf:
            return;
        default:
            throw JobError(DecoError::math);
    }
}

void Deco::math(std::uint32_t word, bool with_immediate_byte) {
    const unsigned length = word & 0xf;
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
    std::uint64_t result = 0;
    bool carry = false;
    bool overflow = false;
    const std::uint64_t sign = (mask >> 1) + 1;
    switch (word >> 20 & 0xf) {
        case 0x0:
        case 0x1: {
            const std::uint64_t extra = (word >> 20 & 1) != 0 && flag_c_ ? 1 : 0;
            result = (a + b + extra) & mask;
            carry = result < a || (extra != 0 && result == a);
            overflow = ((a ^ result) & (b ^ result) & sign) != 0;
            break;
        }
        case 0x2:
        case 0x3: {
            const std::uint64_t extra = (word >> 20 & 1) != 0 && flag_c_ ? 1 : 0;
            result = (a - b - extra) & mask;
            carry = a < b || (extra != 0 && a == b);
            overflow = ((a ^ b) & (a ^ result) & sign) != 0;
            break;
        }
        case 0x4:
            result = a | b;
            break;
        case 0x5:
            result = a & b;
            break;
        case 0x6:
            result = a ^ b;
            break;
        case 0x7:
            result = b >= 8 * length ? 0 : (a << b) & mask;
            carry = b > 0 && b <= 8 * length && (a >> (8 * length - b) & 1) != 0;
            break;
        case 0x8:
            result = b >= 8 * length ? 0 : a >> b;
            carry = b > 0 && b <= 64 && (a >> (b - 1) & 1) != 0;
            break;
        case 0x9:  // the halves that meet when both are put one behind the other
            result = (a << 32 | b >> 32) & mask;
            break;
        case 0xa: {  // does any byte of both match
            bool found = false;
            for (unsigned i = 0; i < length; ++i) {
                found = found || (a >> (8 * i) & 0xff) == 0;
            }
            result = a;
            carry = found;
            break;
        }
        case 0xb:
            result = swapped(a, length);
            break;
        default:
            throw JobError(DecoError::math);
    }
    if (!keeps_flags) {
        flag_n_ = (result & sign) != 0;
        flag_z_ = result == 0;
        flag_c_ = carry;
        flag_nv_ = flag_n_ != overflow;
    }
    set_math_result(target, result);
}

}  // namespace svp::caam
