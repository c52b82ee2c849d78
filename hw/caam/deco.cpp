// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/deco.hpp"

#include <algorithm>
#include <string>

#include "caam/byte_order.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t opcode_job_header = 0x16;
constexpr std::uint32_t opcode_shared_header = 0x17;
constexpr std::uint32_t header_one = 1u << 23;
constexpr std::uint32_t header_zero = 1u << 15;
constexpr std::uint32_t header_trusted = 1u << 14;
constexpr std::uint32_t header_make_trusted = 1u << 13;
constexpr std::uint32_t header_shared = 1u << 12;
constexpr std::uint32_t header_reverse = 1u << 11;

unsigned start_index(std::uint32_t header) {
    return header >> 16 & 0x3f;
}

}  // namespace

Deco::Deco(Port& port, Engine& engine, FlowBuffers& buffers)
    : port_(port), engine_(engine), budget_(engine.limits.table_entries), ccb_(port, engine, buffers) {
    port_.set_limit(engine.limits.bytes);
}

std::uint32_t Deco::end_status(std::uint32_t status) const {
    return status | (jumped_ ? jumped_flag : 0) | command_ << 8;
}

template <typename Body>
std::uint32_t Deco::guarded(const Body& body) {
    try {
        body();
    } catch (const JobError& error) {
        return end_status(error.status);
    }
    return halted_ ? end_status(halt_status_) : 0;
}

std::uint32_t Deco::run(std::uint64_t address) {
    return guarded([&] {
        fetch(address);
        execute();
    });
}

std::uint32_t Deco::run_direct(std::span<const std::uint32_t, descriptor_words> words) {
    return guarded([&] {
        frame(words);
        execute();
    });
}

void Deco::fetch(std::uint64_t address) {
    job_address_ = address;
    std::array<std::uint8_t, 4 * descriptor_words> bytes{};
    port_.read(address, std::span(bytes).first(4), Purpose::descriptor);
    const std::uint32_t header = load_le32(bytes.data());
    const std::uint32_t length = header & 0x7f;
    if (length > descriptor_words) {
        throw JobError(DecoError::header);
    }
    if (length > 1) {
        port_.read(address + 4, std::span(bytes).subspan(4, 4 * (length - 1)), Purpose::descriptor);
    }
    std::array<std::uint32_t, descriptor_words> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = load_le32(bytes.data() + 4 * i);
    }
    frame(words);
}

/** Sets the buffer up from the words of a job descriptor; fetches its shared descriptor. */
void Deco::frame(std::span<const std::uint32_t> job) {
    const std::uint32_t header = job[0];
    const unsigned length = header & 0x7f;
    const bool shared = (header & header_shared) != 0;
    command_ = 0;
    if (header >> 27 != opcode_job_header || (header & header_one) == 0 || (header & header_zero) != 0 ||
        length == 0 || length > descriptor_words || (shared && length < 2)) {
        throw JobError(DecoError::header);
    }
    if ((header & (header_trusted | header_make_trusted)) != 0) {
        unimplemented("trusted descriptors", DecoError::signature);
    }
    parts_.clear();
    part_ = 0;
    has_shared_ = shared;
    job_first_ = shared ? start_index(header) : 0;
    const unsigned end = job_first_ + length;
    if (end > descriptor_words || (shared && job_first_ == 0)) {
        throw JobError(DecoError::header);
    }
    std::copy_n(job.begin(), length, buffer_.begin() + job_first_);
    if (!shared) {
        const unsigned first = std::max(1u, start_index(header));
        if (first > end) {
            throw JobError(DecoError::header);
        }
        parts_ = {{first, end}};
        pc_ = first;
        return;
    }
    shared_address_ = job[1];
    std::array<std::uint8_t, 4 * descriptor_words> bytes{};
    port_.read(shared_address_, std::span(bytes).first(4 * job_first_), Purpose::descriptor);
    for (unsigned i = 0; i < job_first_; ++i) {
        buffer_[i] = load_le32(bytes.data() + 4 * i);
    }
    const std::uint32_t shared_header = buffer_[0];
    const unsigned shared_length = shared_header & 0x3f;
    const unsigned first = std::max(1u, start_index(shared_header));
    if (shared_header >> 27 != opcode_shared_header || (shared_header & header_one) == 0 ||
        shared_length == 0 || shared_length > job_first_ || first > shared_length) {
        throw JobError(DecoError::shared_header);
    }
    const Part shared_part{first, shared_length};
    const Part job_part{job_first_ + 2, end};
    if ((header & header_reverse) != 0) {
        parts_ = {job_part, shared_part};
    } else {
        parts_ = {shared_part, job_part};
    }
    pc_ = parts_[0].first;
}

void Deco::execute() {
    while (!halted_) {
        if (pc_ == parts_[part_].end) {
            if (++part_ == parts_.size()) {
                break;
            }
            pc_ = parts_[part_].first;
            continue;
        }
        if (pc_ > parts_[part_].end) {
            throw JobError(DecoError::bad_command);  // the operands of the last command are missing
        }
        step();
        if (ccb_.crowded()) {
            ccb_.pump();
            if (ccb_.crowded()) {
                throw JobError(DecoError::watchdog);
            }
        }
    }
    ccb_.finish();
}

void Deco::begin_command() {
    command_ = pc_;
    if (engine_.violated.load(std::memory_order_relaxed)) {
        throw JobError(DecoError::deco_reset);
    }
    if (++commands_ > engine_.limits.commands || ccb_.pkha().cost() > engine_.limits.public_key_ns) {
        throw JobError(DecoError::watchdog);
    }
    if (ccb_.pkha().cost() > engine_.limits.put_back_ns && !lasting_ && port_.bytes_written() == 0 &&
        port_.host().work_must_end()) {
        throw JobPutBack();
    }
}

void Deco::step() {
    begin_command();
    const std::uint32_t word = next_word();
    switch (word >> 27) {
        case 0x00:
        case 0x01:
            return key(word, (word >> 27 & 1) != 0);
        case 0x02:
        case 0x03:
            return load(word, (word >> 27 & 1) != 0);
        case 0x04:
        case 0x05:
            return fifo_load(word, (word >> 27 & 1) != 0);
        case 0x0a:
        case 0x0b:
            return store(word, (word >> 27 & 1) != 0);
        case 0x0c:
        case 0x0d:
            return fifo_store(word, (word >> 27 & 1) != 0);
        case 0x0e:
            return move_len(word);
        case 0x0f:
            return move(word, word & 0xff);
        case 0x10:
            return operation(word);
        case 0x12:
            unimplemented("SIGNATURE", DecoError::signature);
        case 0x14:
            return jump(word);
        case 0x15:
            return math(word, false);
        case 0x1d:
            return math(word, true);
        case 0x1e:
            return sequence_pointer(word, in_, true);
        case 0x1f:
            return sequence_pointer(word, out_, false);
        default:
            throw JobError(DecoError::bad_command);
    }
}

std::uint32_t Deco::next_word() {
    if (pc_ >= descriptor_words) {
        throw JobError(DecoError::bad_command);
    }
    return buffer_[pc_++];
}

/** Data inside of the descriptor, in the order in which memory holds it. */
std::vector<std::uint8_t> Deco::immediate(std::size_t length) {
    std::vector<std::uint8_t> bytes(round_up(static_cast<std::uint32_t>(length), 4));
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
        store_le32(bytes.data() + i, next_word());
    }
    bytes.resize(length);
    return bytes;
}

Transfer Deco::from_memory(std::uint64_t address, bool table, std::uint64_t length) {
    return Cursor(address, table).take(port_, budget_, length);
}

std::vector<std::uint8_t> Deco::fetch_bytes(Transfer transfer, Purpose purpose) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(transfer.remaining()));
    transfer.read(port_, bytes, purpose);
    return bytes;
}

Transfer Deco::take_in(std::uint64_t length, DecoError error) {
    if (length > in_.length) {
        throw JobError(error);
    }
    in_.length -= static_cast<std::uint32_t>(length);
    return in_.cursor.take(port_, budget_, length);
}

Transfer Deco::take_out(std::uint64_t length, DecoError error) {
    if (length > out_.length) {
        throw JobError(error);
    }
    out_.length -= static_cast<std::uint32_t>(length);
    sequence_output_ += static_cast<std::uint32_t>(length);
    return out_.cursor.take(port_, budget_, length);
}

void Deco::unimplemented(std::string_view what, DecoError error) {
    const std::string line = "caam: " + std::string(what) + " not modelled";
    port_.host().exclusive([&] { port_.host().log(LogKind::unimplemented, line); });
    throw JobError(error);
}

}  // namespace svp::caam
