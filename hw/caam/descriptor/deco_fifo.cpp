// SPDX-License-Identifier: GPL-2.0-or-later
/** FIFO LOAD, FIFO STORE, MOVE and the sequence pointers. */
#include <algorithm>

#include "caam/byte_order.hpp"
#include "caam/descriptor/deco.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t bit_table = 1u << 24;
constexpr std::uint32_t bit_immediate = 1u << 23;
constexpr std::uint32_t bit_extended = 1u << 22;
constexpr unsigned from_output = 3;

// FIFO LOAD types: the upper three of six bits, and flags in the lower ones.
constexpr unsigned type_no_entry = 0x0f;
constexpr unsigned type_group = 0x38;
constexpr unsigned type_message_out_snoop = 0x18;
constexpr unsigned type_iv = 0x20;
constexpr unsigned type_bit_data = 0x28;
constexpr unsigned type_aad = 0x30;
constexpr unsigned type_icv = 0x38;

// FIFO STORE types.
constexpr unsigned store_black_ccm = 0x10;
constexpr unsigned store_black_ecb = 0x20;
constexpr unsigned store_black_last = 0x29;
constexpr unsigned store_message = 0x30;
constexpr unsigned store_rng = 0x34;
constexpr unsigned store_rng_to_fifo = 0x35;
constexpr unsigned store_metadata = 0x3e;
constexpr unsigned store_skip = 0x3f;
constexpr std::size_t rng_piece = 4096;

// Ends of a MOVE.
constexpr unsigned move_context1 = 0x0;
constexpr unsigned move_context2 = 0x1;
constexpr unsigned move_output = 0x2;
constexpr unsigned move_descriptor = 0x3;
constexpr unsigned move_math0 = 0x4;
constexpr unsigned move_math3 = 0x7;
constexpr unsigned move_entry_deco = 0x8;   ///< source: by way of an entry and DECO's block
constexpr unsigned move_entry_class = 0x9;  ///< source: the same, class 1 or 2
constexpr unsigned move_block = 0xa;        ///< source: an alignment block as it is
constexpr unsigned move_input1 = 0x8;       ///< destination
constexpr unsigned move_input2 = 0x9;
constexpr unsigned move_input = 0xa;  ///< without an entry
constexpr unsigned move_pk_a = 0xc;
constexpr unsigned move_key1 = 0xd;
constexpr unsigned move_key2 = 0xe;
constexpr std::uint32_t move_wait = 1u << 24;

constexpr std::uint32_t sequence_previous = 1u << 23;
constexpr std::uint32_t sequence_restore = 1u << 21;
constexpr std::uint32_t sequence_not_modelled = 1u << 26 | 1u << 25 | 1u << 20;  ///< RBS, INL, RJD

std::uint8_t data_kind(unsigned group) {
    switch (group) {
        case type_iv:
            return static_cast<std::uint8_t>(DataKind::iv);
        case type_aad:
            return static_cast<std::uint8_t>(DataKind::aad);
        case type_icv:
            return static_cast<std::uint8_t>(DataKind::icv);
        default:
            return static_cast<std::uint8_t>(DataKind::message);
    }
}

}  // namespace

void Deco::fifo_load(std::uint32_t word, bool sequence) {
    const unsigned number = word >> 25 & 3;
    const unsigned type = word >> 16 & 0x3f;
    const bool immediate_data = (word & bit_immediate) != 0 && !sequence;
    const bool extended = (word & bit_extended) != 0;
    const std::uint64_t address = sequence || immediate_data ? 0 : pointer();
    std::uint64_t length = extended ? next_word() : word & 0xffff;
    if (sequence && (word & bit_table) != 0) {
        length = in_.variable;
    }
    if (number == 0) {
        if (!sequence) {
            throw JobError(DecoError::fifo_load);
        }
        static_cast<void>(take_in(length, DecoError::fifo_load));
        return;
    }
    const bool pk = (type & 0x30) == 0 && type != type_no_entry;
    if (pk && number != 1) {
        throw JobError(DecoError::fifo_load);
    }
    if (!pk && (type & type_group) == type_bit_data) {
        unimplemented("data that is not whole bytes", DecoError::fifo_load);
    }
    if (immediate_data) {
        if (length > 4 * descriptor_words) {
            throw JobError(DecoError::fifo_load);
        }
        ccb_.load(immediate(static_cast<std::size_t>(length)));
    } else if (sequence) {
        ccb_.load(take_in(length, DecoError::fifo_load));
    } else {
        ccb_.load(from_memory(address, (word & bit_table) != 0, length));
    }
    for (unsigned one = 1; one <= 2; ++one) {
        if ((number & one) != 0) {
            ccb_.registers(one).data_size += static_cast<std::uint32_t>(length);
        }
    }
    if (type == type_no_entry || !auto_entries_) {
        return;
    }
    InfoEntry entry;
    entry.destination = static_cast<std::uint8_t>(number);
    entry.length = length;
    entry.pk = pk;
    if (pk) {
        entry.type = static_cast<std::uint8_t>(type);
    } else {
        entry.type = data_kind(type & type_group);
        entry.source =
            (type & type_group) == type_message_out_snoop ? EntrySource::snoop : EntrySource::input;
        entry.flush1 = (type & 1) != 0;
        entry.last1 = (type & 2) != 0;
        entry.last2 = (type & 4) != 0;
    }
    ccb_.inform(entry);
}

void Deco::fifo_store(std::uint32_t word, bool sequence) {
    const unsigned type = word >> 16 & 0x3f;
    const bool extended = (word & bit_extended) != 0;
    const bool table = (word & bit_table) != 0 && !sequence;
    // The pointer stands before an extended length; RNG data for the output FIFO has none.
    const bool has_pointer = !sequence && type != store_rng_to_fifo;
    const std::uint64_t address = has_pointer ? pointer() : 0;
    std::uint64_t length = extended ? next_word() : word & 0xffff;
    if (sequence && (word & bit_table) != 0) {
        length = out_.variable;
    }
    const auto target = [&](std::uint64_t size) {
        return sequence ? take_out(size, DecoError::fifo_store) : from_memory(address, table, size);
    };
    if (type == store_message) {
        ccb_.consume(from_output,
                     {.kind = Consumer::Kind::memory, .remaining = length, .transfer = target(length)});
        return;
    }
    if (type == store_skip && sequence) {
        static_cast<void>(target(length));
        return;
    }
    if (type <= 0x0d) {
        const auto number = pk_number(type, length);
        target(number.size()).write(port_, number);
    } else if (type >= store_black_ccm && type <= store_black_last) {
        const auto black = black_key(word, type, length);
        target(black.size()).write(port_, black);
    } else if (type == store_rng || type == store_rng_to_fifo) {
        if (!rng_ready_) {
            throw JobError(RngError::not_instantiated);
        }
        random_left_ = length;
        random_to_memory_ = type == store_rng;
        random_target_ = random_to_memory_ ? target(length) : Transfer();
    } else if (type == store_metadata) {
        unimplemented("metadata stores", DecoError::fifo_store);
    } else {
        throw JobError(DecoError::fifo_store);
    }
}

/** The random numbers that a FIFO STORE has to make; a step of its own, since they may be many. */
void Deco::store_random() {
    std::array<std::uint8_t, rng_piece> piece;
    while (random_left_ > 0) {
        const auto part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), random_left_));
        engine_.rng.generate(rng_handle_, part);
        engine_.counters[Work::rng].bytes += part.size();
        random_to_memory_ ? random_target_.write(port_, part) : ccb_.push_output(part);
        random_left_ -= part.size();
        port_.takes(2 * part.size());
        if (port_.must_pause()) {
            throw JobPaused();
        }
    }
}

std::vector<std::uint8_t> Deco::pk_number(unsigned type, std::uint64_t length) {
    if (length > pk_bytes || type == 0x09 || type == 0x0a || type == 0x0b) {
        throw JobError(DecoError::fifo_store);
    }
    std::vector<std::uint8_t> number(static_cast<std::size_t>(length));
    const PkRegister which = type == 0x8               ? PkRegister::n
                             : type < 4 || type == 0xc ? PkRegister::a
                                                       : PkRegister::b;
    ccb_.pkha().get(which, type < 8 ? type & 3 : 0, number);
    return number;
}

/** A key that leaves the block wrapped: PKHA E, a class's key, a split key or what the output FIFO holds. */
std::vector<std::uint8_t> Deco::black_key(std::uint32_t word, unsigned type, std::uint64_t length) {
    const unsigned what = type & 0x0e;
    const Wrapping ecb = what == 0x6 ? Wrapping::split_ecb : Wrapping::ecb;
    const Wrapping wrapping = type >= store_black_ecb ? ecb : Wrapping::ccm;
    const Kek wraps = kek((type & 1) != 0, DecoError::fifo_store);
    std::vector<std::uint8_t> plain;
    if (what == 0x2) {
        const Pkha& pkha = ccb_.pkha();
        if (length > pk_bytes || pkha.e_locked() || (pkha.e_loaded() && length != pkha.size(PkRegister::e))) {
            throw JobError(DecoError::fifo_store);
        }
        plain.resize(static_cast<std::size_t>(length));
        ccb_.pkha().get(PkRegister::e, 0, plain);
    } else if (what == 0x4 || what == 0x6) {
        const ClassRegisters& registers = ccb_.registers(what == 0x6 || (word >> 25 & 3) == 2 ? 2 : 1);
        if (length > registers.key_size || (registers.key_loaded && length != registers.key_size) ||
            registers.key_locked || registers.key_split != (what == 0x6)) {
            throw JobError(DecoError::fifo_store);
        }
        plain.assign(registers.key.begin(), registers.key.begin() + static_cast<std::ptrdiff_t>(length));
    } else if (what == 0x8 && wrapping == Wrapping::ecb) {
        if (length > pk_bytes) {
            throw JobError(DecoError::fifo_store);
        }
        plain.resize(static_cast<std::size_t>(length));
        ccb_.pop_output(plain);
    } else {
        unimplemented("stores of AFHA's S-box", DecoError::fifo_store);
    }
    auto black = engine_.keys.wrap(wraps, wrapping, plain, engine_.rng);
    ++engine_.counters[Work::black_key].operations;
    std::fill(plain.begin(), plain.end(), std::uint8_t{0});
    return black;
}

void Deco::set_buffer_byte(unsigned at, std::uint8_t byte) {
    const unsigned shift = 24 - 8 * (at % 4);
    buffer_[at / 4] = (buffer_[at / 4] & ~(0xffu << shift)) | static_cast<std::uint32_t>(byte) << shift;
}

void Deco::move_len(std::uint32_t word) {
    // The length stands in a MATH register, so a store could go on for 4 GiB: what it may be is what MOVE
    // allows.
    const std::uint64_t length = math_register(word & 3);
    if (length > 0xffffffff) {
        throw JobError(DecoError::move);
    }
    move(word & ~0xffu, static_cast<std::uint32_t>(length));
}

void Deco::move(std::uint32_t word, std::uint32_t length) {
    const unsigned source = word >> 20 & 0xf;
    const unsigned target = word >> 16 & 0xf;
    const unsigned aux = word >> 25 & 3;
    const bool from_block = source >= move_entry_deco && source <= move_block;
    unsigned offset = word >> 8 & 0xff;
    if (from_block && target == move_output && word >> 27 == 0x0f) {
        // Nothing has an offset here: the field is the upper half of a length of 16 bits.
        length = word & 0xffff;
        offset = 0;
    }
    if (length == 0) {
        return;
    }
    if (!from_block && source != move_output) {
        const auto bytes = move_source(source, target == move_descriptor ? 0 : offset, length);
        const bool takes_offset = source > move_descriptor || target == move_descriptor;
        return move_to(target, takes_offset ? offset : 0, aux, bytes);
    }
    unsigned from = from_output;
    if (source == move_entry_deco) {
        from = 0;
    } else if (source == move_entry_class) {
        from = (aux & 1) != 0 ? 1 : 2;
    } else if (source == move_block) {
        from = aux == 3 ? 0 : aux;
    }
    if (auto_entries_ && (source == move_entry_deco || source == move_entry_class)) {
        InfoEntry entry;
        entry.destination = static_cast<std::uint8_t>(from);
        entry.length = length;
        ccb_.inform(entry);
    }
    const bool streams = target == move_output && from != from_output;
    if (!streams && length > FlowBuffers::chunk) {
        throw JobError(DecoError::move);
    }
    Consumer consumer;
    consumer.kind = streams ? Consumer::Kind::output : Consumer::Kind::sink;
    consumer.remaining = length;
    const unsigned sink_aux = from_block ? 0 : aux;
    consumer.sink = {static_cast<std::uint8_t>(target), static_cast<std::uint8_t>(offset),
                     static_cast<std::uint8_t>(sink_aux)};
    ccb_.consume(from, std::move(consumer));
    const bool to_input = target >= move_input1 && target <= move_input;
    if ((word & move_wait) != 0 || to_input) {
        awaited_ = from;
    }
}

/** A MOVE that waits for its data; a step of its own, since data may take long. */
void Deco::await_move() {
    ccb_.settle();
    if (ccb_.consumers_waiting(*awaited_)) {
        throw JobError(DecoError::watchdog);
    }
    awaited_.reset();
}

/** Bytes of a register. Key registers are no source. */
std::vector<std::uint8_t> Deco::move_source(unsigned source, unsigned offset, std::uint32_t length) {
    std::size_t limit = 0;
    switch (source) {
        case move_context1:
        case move_context2:
            limit = context_bytes;
            break;
        case move_descriptor:
            limit = 4 * descriptor_words;
            break;
        default:
            if (source < move_math0 || source > move_math3) {
                throw JobError(DecoError::move);
            }
            offset = (source - move_math0) * 8;
            limit = math_.size();
            break;
    }
    if (offset + std::uint64_t{length} > limit) {
        throw JobError(DecoError::move);
    }
    std::vector<std::uint8_t> bytes(length);
    for (std::uint32_t i = 0; i < length; ++i) {
        const unsigned at = offset + i;
        bytes[i] = source == move_context1     ? ccb_.registers(1).context[at]
                   : source == move_context2   ? ccb_.registers(2).context[at]
                   : source == move_descriptor ? buffer_byte(at)
                                               : math_[at];
    }
    return bytes;
}

void Deco::move_to(unsigned target, unsigned offset, unsigned aux, std::span<const std::uint8_t> bytes) {
    const auto fits = [&](std::size_t at, std::size_t limit) {
        if (at + bytes.size() > limit) {
            throw JobError(DecoError::move);
        }
    };
    switch (target) {
        case move_context1:
        case move_context2:
            fits(offset, context_bytes);
            std::copy(bytes.begin(), bytes.end(), ccb_.registers(target + 1).context.begin() + offset);
            return;
        case move_output:
            return ccb_.push_output(bytes);
        case move_descriptor:
            fits(offset, 4 * descriptor_words);
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                set_buffer_byte(offset + static_cast<unsigned>(i), bytes[i]);
            }
            return;
        case move_input1:
        case move_input2:
        case move_input: {
            ccb_.load(bytes);
            if (target == move_input || !auto_entries_) {
                return;
            }
            InfoEntry entry;
            entry.destination = target == move_input1 ? 1 : 2;
            entry.length = bytes.size();
            entry.last1 = target == move_input1 && (aux & 1) != 0;
            entry.last2 = target == move_input2 && (aux & 1) != 0;
            return ccb_.inform(entry);
        }
        case move_pk_a:
            return ccb_.pkha().put(PkRegister::a, 0, bytes);
        case move_key1:
        case move_key2: {
            ClassRegisters& registers = ccb_.registers(target - move_key1 + 1);
            fits(offset, registers.key_loaded ? 0 : key_bytes);
            std::copy(bytes.begin(), bytes.end(), registers.key.begin() + offset);
            registers.key_size =
                std::max(registers.key_size, offset + static_cast<std::uint32_t>(bytes.size()));
            return;
        }
        default:
            break;
    }
    if (target < move_math0 || target > move_math3) {
        throw JobError(DecoError::move);
    }
    const std::size_t at = (target - move_math0) * std::size_t{8} + offset;
    fits(at, math_.size());
    std::copy(bytes.begin(), bytes.end(), math_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Deco::sequence_pointer(std::uint32_t word, Sequence& sequence, bool input) {
    if ((word & sequence_not_modelled) != 0 && input) {
        unimplemented("inline input sequences and replaced job descriptors", DecoError::sequence);
    }
    const bool previous = (word & sequence_previous) != 0;
    const bool restore = (word & sequence_restore) != 0;
    const std::uint64_t address = previous || restore ? 0 : pointer();
    const std::uint32_t length = (word & bit_extended) != 0 ? next_word() : word & 0xffff;
    if (restore) {
        sequence.cursor = sequence.start;
        sequence.length += length;
    } else if (previous) {
        sequence.length += length;
    } else {
        sequence.start = Cursor(address, (word & bit_table) != 0);
        sequence.cursor = sequence.start;
        sequence.length = length;
    }
}

}  // namespace svp::caam
