// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Derived key protocol (DKP): makes the split key of an HMAC key and loads it into class 2.
 *
 * With an immediate destination the command turns into a KEY command with the split key, wrapped, in the
 * descriptor buffer; with a sequence as destination it is written there. With a pointer for both, the silicon
 * replaces key and command in memory, so that the next job finds them derived; this model leaves memory alone
 * and derives again, which no software can tell apart but by looking.
 */
#include <algorithm>

#include "caam/byte_order.hpp"
#include "caam/engines/digest.hpp"
#include "caam/protocols/protocols.hpp"

namespace svp::caam {

namespace {

/** KEY, class 2, immediate, encrypted, split key. */
constexpr std::uint32_t key_command = 2u << 25 | 1u << 23 | 1u << 22 | 3u << 16;

}  // namespace

void Protocols::derived_key(std::uint32_t word) {
    const auto kind = static_cast<DigestKind>(word >> 16 & 7);
    const auto source = static_cast<Form>(word >> 14 & 3);
    const auto target = static_cast<Form>(word >> 12 & 3);
    const std::uint32_t length = word & 0xfff;
    if (!deco_.engine_.knows_sha512() && digest_block_size(kind) > 64) {
        throw JobError(ChaId::md, ChaError::mode);
    }
    const unsigned at = deco_.command_;
    const unsigned operand = deco_.pc_;
    std::vector<std::uint8_t> key;
    if (source == Form::immediate) {
        if (length > 4 * descriptor_words) {
            throw JobError(DecoError::protocol_size);
        }
        key = deco_.immediate(length);
    } else if (source == Form::sequence) {
        key = deco_.fetch_bytes(deco_.take_in(length, DecoError::key), Purpose::key);
    } else {
        const std::uint64_t address = deco_.pointer();
        key = deco_.fetch_bytes(deco_.from_memory(address, source == Form::table, length), Purpose::key);
    }
    ClassRegisters& registers = deco_.ccb_.registers(2);
    const auto size = static_cast<std::uint32_t>(2 * digest_state_size(kind));
    registers.key.fill(0);
    split_key(kind, key, registers.key.data());
    std::fill(key.begin(), key.end(), std::uint8_t{0});
    registers.key_size = size;
    registers.key_loaded = registers.key_split = true;
    registers.key_locked = registers.plain_store = false;
    deco_.math_.fill(0);
    ++deco_.engine_.counters[Work::derived_key].operations;

    write_derived(target, source, at, operand);
}

/** Outside of the key register a split key is black, as long as it is clear. */
void Protocols::write_derived(Form target, Form source, unsigned at, unsigned operand) {
    const ClassRegisters& registers = deco_.ccb_.registers(2);
    const std::uint32_t size = black_size(Wrapping::split_ecb, registers.key_size);
    const bool to_buffer = target == Form::immediate;
    if (to_buffer) {
        // The descriptor has room for the longer of key and split key.
        if (operand + size / 4 > descriptor_words) {
            throw JobError(DecoError::protocol_size);
        }
        deco_.pc_ = std::max(deco_.pc_, operand + size / 4);
    }
    const bool in_place = (source == Form::pointer || source == Form::table) && target != Form::sequence;
    if ((to_buffer && !deco_.engine_.keys.loaded()) || (!to_buffer && in_place)) {
        return;
    }
    const auto black = deco_.engine_.keys.wrap(
        Kek::job, Wrapping::split_ecb, std::span(registers.key).first(registers.key_size), deco_.engine_.rng);
    if (to_buffer) {
        deco_.buffer_[at] = key_command | registers.key_size;
        for (std::uint32_t i = 0; i < size; i += 4) {
            deco_.buffer_[operand + i / 4] = load_le32(black.data() + i);
        }
    } else if (target == Form::sequence) {
        deco_.take_out(size, DecoError::protocol_size).write(deco_.port_, black);
    } else {
        const std::uint64_t address = deco_.pointer();
        deco_.from_memory(address, target == Form::table, size).write(deco_.port_, black);
    }
}

}  // namespace svp::caam
