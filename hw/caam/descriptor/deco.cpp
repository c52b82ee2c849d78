// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/descriptor/deco.hpp"

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
    port_.set_patience(engine.limits.question_ns, engine.limits.grace_ns);
    ccb_.set_sink([this](const Sink& sink, std::span<const std::uint8_t> bytes) {
        move_to(sink.target, sink.offset, sink.aux, bytes);
    });
}

std::uint32_t Deco::end_status(std::uint32_t status) const {
    return status | (jumped_ ? jumped_flag : 0) | command_ << 8;
}

void Deco::begin_direct(std::span<const std::uint32_t, descriptor_words> words) {
    direct_ = true;
    std::copy(words.begin(), words.end(), buffer_.begin());
}

std::optional<std::uint32_t> Deco::run() {
    try {
        if (!framed_) {
            if (direct_) {
                const auto words = buffer_;
                frame(words);
            } else {
                fetch(job_address_);
            }
            framed_ = true;
        }
        execute();
    } catch (const JobError& error) {
        return end_status(error.status);
    } catch (const JobPaused&) {
        return std::nullopt;
    }
    return halted_ ? end_status(halt_status_) : 0;
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

/** Goes from the end of a part to the beginning of the next one; false behind the last one. */
bool Deco::next_part() {
    while (pc_ == parts_[part_].end) {
        if (part_ + 1 == parts_.size()) {
            return false;
        }
        pc_ = parts_[++part_].first;
    }
    if (pc_ > parts_[part_].end) {
        throw JobError(DecoError::bad_command);  // the operands of the last command are missing
    }
    return true;
}

void Deco::execute() {
    finish_queued();
    while (!halted_ && next_part()) {
        step();
        finish_queued();
    }
    ccb_.settle();
    ccb_.finish();
}

/** What a command leaves behind that is done before the next one begins. */
void Deco::finish_queued() {
    store_random();
    if (awaited_) {
        await_move();
    }
    if (ccb_.crowded()) {
        ccb_.settle();
        if (ccb_.crowded()) {
            throw JobError(DecoError::watchdog);
        }
    }
}

/** Time that the public key engine has taken. */
void Deco::account() {
    const std::uint64_t cost = ccb_.pkha().cost();
    port_.takes(cost - cost_);
    cost_ = cost;
}

void Deco::begin_command() {
    constexpr std::uint64_t command_ns = 100;
    if (repeatable() ? port_.must_end() : port_.must_pause()) {
        throw JobPaused();
    }
    command_ = pc_;
    if (engine_.violated.load(std::memory_order_relaxed)) {
        throw JobError(DecoError::deco_reset);
    }
    if (++commands_ > engine_.limits.commands || ccb_.pkha().cost() > engine_.limits.public_key_ns) {
        throw JobError(DecoError::watchdog);
    }
    port_.takes(command_ns);
}

/** True if a command looks at what earlier ones have queued. */
bool Deco::wants_quiet(std::uint32_t word) {
    constexpr unsigned math_sources = 0xf, math_input = 0xa, math_output = 0xb;
    const unsigned number = word >> 25 & 3;
    // CHA control and CLRW
    const auto clears = [](unsigned target) { return target == 0x06 || target == 0x08; };
    switch (word >> 27) {
        case 0x00:
        case 0x01:
        case 0x0a:
        case 0x0b:
        case 0x10:
        case 0x14:
            return true;
        case 0x02:
        case 0x03:
            return number == 1 || number == 2 || (number == 0 && clears(word >> 16 & 0x7f));
        case 0x0c:
        case 0x0d:
            return (word >> 16 & 0x3f) != 0x30 &&
                   (word >> 16 & 0x3f) != 0x3f;  // messages and gaps are queued
        case 0x0e:
        case 0x0f:
            return (word >> 20 & 0xf) <= 1;  // from a context
        case 0x15:
            return (word >> 12 & math_sources) == math_input || (word >> 12 & math_sources) == math_output;
        default:
            return false;
    }
}

void Deco::step() {
    begin_command();
    try {
        command(next_word());
    } catch (const JobPaused&) {
        pc_ = command_;
        --commands_;
        throw;
    }
    account();
}

void Deco::command(std::uint32_t word) {
    if (wants_quiet(word)) {
        ccb_.settle();
    }
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

/** The KEK that a command names. The trusted one is the secure world's. */
Kek Deco::kek(bool trusted, DecoError error) {
    if (trusted && port_.owner().world == World::non_secure) {
        port_.command_refused(job_address_);
        throw JobError(error);
    }
    return trusted ? Kek::trusted : Kek::job;
}

void Sequence::exchange(Archive& archive) {
    start.exchange(archive);
    cursor.exchange(archive);
    archive.value(length);
    archive.value(variable);
}

void Deco::exchange(Archive& archive) {
    port_.exchange(archive);
    budget_.exchange(archive);
    ccb_.exchange(archive);
    for (std::uint32_t& word : buffer_) {
        archive.value(word);
    }
    archive.value(direct_);
    archive.value(framed_);
    exchange_place(archive);
    archive.value(job_first_, descriptor_words);
    archive.value(job_address_);
    archive.value(shared_address_);
    archive.value(has_shared_);
    archive.value(jumped_);
    archive.value(halted_);
    archive.value(lasting_);
    archive.value(return_to_, descriptor_words);
    archive.value(halt_status_);
    archive.value(commands_);
    archive.value(cost_, ccb_.pkha().cost());
    in_.exchange(archive);
    out_.exchange(archive);
    archive.value(sequence_output_);
    archive.value(auto_entries_);
    archive.value(rng_handle_, 1);
    archive.value(rng_ready_);
    archive.bytes(std::as_writable_bytes(std::span(math_)));
    archive.value(override_);
    for (bool* flag : {&flag_n_, &flag_z_, &flag_c_, &flag_nv_}) {
        archive.value(*flag);
    }
    unsigned awaited = awaited_ ? *awaited_ + 1 : 0;
    archive.value(awaited, 4);
    awaited_ = awaited == 0 ? std::nullopt : std::optional(awaited - 1);
    archive.value(random_left_);
    archive.value(random_to_memory_);
    random_target_.exchange(archive);
    if (random_left_ > 0 && random_to_memory_ && random_target_.remaining() != random_left_) {
        archive.fail("the stream holds a store of random numbers of another length than its memory has");
    }
}

/** Where in the descriptor the job is. */
void Deco::exchange_place(Archive& archive) {
    auto count = static_cast<std::uint32_t>(parts_.size());
    archive.value(count, 2);
    if (!archive.ok()) {
        return;
    }
    parts_.resize(count);
    for (Part& part : parts_) {
        archive.value(part.end, descriptor_words);
        archive.value(part.first, part.end);
    }
    archive.value(part_, count == 0 ? 0 : count - 1);
    archive.value(pc_, descriptor_words);
    archive.value(command_, descriptor_words);
    if (framed_ && count == 0) {
        archive.fail("the stream holds a job without commands");
    }
}

}  // namespace svp::caam
