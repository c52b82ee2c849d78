// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/descriptor/ccb.hpp"

#include <algorithm>

#include "caam/engines/aes_aead.hpp"
#include "caam/engines/aes_mac.hpp"
#include "caam/engines/block_stream.hpp"
#include "caam/engines/mdha.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint8_t algorithm_aes = 0x10;
constexpr std::uint8_t algorithm_des = 0x20;
constexpr std::uint8_t algorithm_triple_des = 0x21;

// CLRW. Bits that clear what this model does not keep are left out.
constexpr std::uint32_t clear_mode1 = 1u << 0;
constexpr std::uint32_t clear_data_size1 = 1u << 2;
constexpr std::uint32_t clear_icv_size1 = 1u << 3;
constexpr std::uint32_t clear_context1 = 1u << 5;
constexpr std::uint32_t clear_key1 = 1u << 6;
constexpr std::uint32_t clear_pk_sizes = 0xfu << 12;
constexpr std::uint32_t clear_mode2 = 1u << 16;
constexpr std::uint32_t clear_data_size2 = 1u << 18;
constexpr std::uint32_t clear_context2 = 1u << 21;
constexpr std::uint32_t clear_key2 = 1u << 22;
constexpr std::uint32_t reset_done2 = 1u << 26;
constexpr std::uint32_t reset_done1 = 1u << 27;
constexpr std::uint32_t reset_cha2 = 1u << 28;
constexpr std::uint32_t reset_cha1 = 1u << 29;
constexpr std::uint32_t reset_output_fifo = 1u << 30;
constexpr std::uint32_t reset_input_fifo = 1u << 31;

/** What the hardware's FIFO can hold at the end of a job without the job hanging, in bytes. */
constexpr std::uint64_t input_fifo_bytes = 256;

Work work_of_aes(std::uint16_t aai) {
    switch (aai & 0xf0) {
        case 0x00:
            return Work::aes_ctr;
        case 0x10:
            return Work::aes_cbc;
        case 0x20:
            return Work::aes_ecb;
        case 0x50:
            return Work::aes_xts;
        case 0x60:
        case 0x70:
            return Work::aes_mac;
        case 0x80:
            return Work::aes_ccm;
        case 0x90:
            return Work::aes_gcm;
        default:
            return Work::aes_feedback;
    }
}

/** SHA-512/224 and /256 count as SHA-512; codes that are no digest end the job anyway. */
Work work_of_digest(std::uint8_t algorithm, bool keyed) {
    constexpr unsigned kinds = static_cast<unsigned>(Work::sha512) - static_cast<unsigned>(Work::md5);
    const Work first = keyed ? Work::hmac_md5 : Work::md5;
    return static_cast<Work>(static_cast<unsigned>(first) + std::min(algorithm & 0xfu, kinds));
}

void wipe_key(ClassRegisters& registers) {
    registers.key.fill(0);
    registers.key_size = 0;
    registers.key_loaded = registers.key_split = registers.key_locked = registers.plain_store = false;
}

}  // namespace

InfoEntry InfoEntry::from_word(std::uint32_t word) {
    InfoEntry entry;
    entry.destination = static_cast<std::uint8_t>(word >> 30);
    entry.last2 = (word >> 29 & 1) != 0;
    entry.last1 = (word >> 28 & 1) != 0;
    entry.flush2 = (word >> 27 & 1) != 0;
    entry.flush1 = (word >> 26 & 1) != 0;
    entry.source = static_cast<EntrySource>(word >> 24 & 3);
    entry.type = static_cast<std::uint8_t>(word >> 20 & 0xf);
    entry.padding = static_cast<std::uint8_t>(word >> 16 & 7);
    entry.length = entry.source == EntrySource::padding ? word & 0x7f : word & 0xfff;
    return entry;
}

Ccb::Ccb(Port& port, Engine& engine, FlowBuffers& buffers)
    : port_(port),
      engine_(engine),
      buffers_(buffers),
      sources_(buffers.queues.sources),
      entries_(buffers.queues.entries),
      marks_(buffers.queues.marks),
      consumers_(buffers.queues.consumers) {
    buffers_.queues.clear();
    buffers_.input.clear();
    buffers_.output.clear();
    for (ByteQueue& queue : buffers_.waiting) {
        queue.clear();
    }
}

Ccb::~Ccb() {
    buffers_.queues.clear();
    wipe_key(class_[1]);
    wipe_key(class_[2]);
}

void Ccb::load(Transfer transfer) {
    if (transfer.remaining() > 0) {
        ++queued_;
        sources_.emplace_back(std::move(transfer));
    }
}

void Ccb::load(std::span<const std::uint8_t> bytes) {
    if (!bytes.empty()) {
        ++queued_;
        sources_.emplace_back(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
    }
}

void Ccb::consume(unsigned from, Consumer consumer) {
    if (consumer.remaining > 0) {
        ++queued_;
        consumers_[from].push_back(std::move(consumer));
    }
}

bool Ccb::crowded() {
    constexpr std::size_t most = 4096;
    if (queued_ <= most) {
        return false;
    }
    std::size_t waiting = sources_.size() + entries_.size();
    for (const auto& marks : marks_) {
        waiting += marks.size();
    }
    for (const auto& consumers : consumers_) {
        waiting += consumers.size();
    }
    queued_ = waiting;
    return waiting > most;
}

void Ccb::push_output(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > output().room()) {
        throw JobError(DecoError::watchdog);
    }
    output().push(bytes);
}

void Ccb::pop(ByteQueue& queue, std::span<std::uint8_t> bytes) {
    pump();
    if (queue.size() < bytes.size()) {
        throw JobError(DecoError::watchdog);
    }
    const auto data = queue.front(bytes.size());
    std::copy(data.begin(), data.end(), bytes.begin());
    queue.pop(bytes.size());
}

void Ccb::pop_deco_input(std::span<std::uint8_t> bytes) {
    pop(waiting(0), bytes);
    drop_marks(0, bytes.size());
}

std::unique_ptr<Cha> Ccb::make_aes(ClassRegisters& registers, Operation operation) {
    switch (operation.aai() & 0xff) {
        case 0x60:
        case 0x70:
            return make_aes_mac(registers, operation);
        case 0x80:
            return make_aes_ccm(registers, operation);
        case 0x90:
            return make_aes_gcm(registers, operation);
        default:
            return make_aes_stream(registers, operation, engine_.aes_class == AesClass::high_performance);
    }
}

std::unique_ptr<Cha> Ccb::make(unsigned number, Operation operation) {
    ClassRegisters& registers = class_[number];
    const std::uint8_t algorithm = operation.algorithm();
    if (number == 1 && algorithm == algorithm_aes) {
        work_[1] = work_of_aes(operation.aai());
        return make_aes(registers, operation);
    }
    if (number == 1 && (algorithm == algorithm_des || algorithm == algorithm_triple_des)) {
        work_[1] = Work::des;
        return make_des_stream(registers, operation);
    }
    if (number == 2 && (algorithm & 0xf0) == 0x40) {
        work_[2] = work_of_digest(algorithm, operation.aai() != 0);
        return make_mdha(registers, operation, engine_.knows_sha512());
    }
    throw JobError(ChaId::ccb, ChaError::invalid_cha);
}

void Ccb::start(unsigned number, Operation operation) {
    cha_[number] = make(number, operation);
    class_[number].mode = operation.word;
    class_[number].done = false;
    fed_[number] = false;
    count(number, operation);
}

void Ccb::count(unsigned number, Operation operation) {
    Counters& counters = engine_.counters;
    ++counters[work_[number]].operations;
    if (number == 1) {
        ++(operation.encrypts() ? counters.encryptions : counters.decryptions);
    }
}

void Ccb::wait_done(unsigned number) {
    if (cha_[number] != nullptr && !class_[number].done) {
        throw JobError(DecoError::watchdog);
    }
}

void Ccb::wait_result(unsigned number) {
    if (cha_[number] != nullptr && !class_[number].done && fed_[number]) {
        throw JobError(DecoError::watchdog);
    }
}

void Ccb::finish() {
    wait_result(1);
    wait_result(2);
    std::uint64_t left = buffers_.input.size();
    for (const auto& source : sources_) {
        left += std::holds_alternative<Transfer>(source) ? std::get<Transfer>(source).remaining()
                                                         : std::get<std::vector<std::uint8_t>>(source).size();
    }
    bool waiting = !entries_.empty() || left > input_fifo_bytes;
    for (const auto& consumers : consumers_) {
        waiting = waiting || !consumers.empty();
    }
    if (waiting) {
        throw JobError(DecoError::watchdog);
    }
}

void Ccb::clear(std::uint32_t bits) {
    ClassRegisters& first = class_[1];
    ClassRegisters& second = class_[2];
    if ((bits & (clear_mode1 | reset_cha1)) != 0) {
        first.mode = 0;
        cha_[1].reset();
    }
    if ((bits & (clear_mode2 | reset_cha2)) != 0) {
        second.mode = 0;
        cha_[2].reset();
    }
    if ((bits & (clear_mode1 | reset_done1 | reset_cha1)) != 0) {
        first.done = false;
    }
    if ((bits & (clear_mode2 | reset_done2 | reset_cha2)) != 0) {
        second.done = false;
    }
    if ((bits & clear_data_size1) != 0) {
        first.data_size = 0;
    }
    if ((bits & clear_data_size2) != 0) {
        second.data_size = 0;
    }
    if ((bits & clear_icv_size1) != 0) {
        first.icv_size = 0;
    }
    if ((bits & clear_context1) != 0) {
        first.context.fill(0);
    }
    if ((bits & clear_context2) != 0) {
        second.context.fill(0);
    }
    if ((bits & clear_key1) != 0) {
        wipe_key(first);
    }
    if ((bits & clear_key2) != 0) {
        wipe_key(second);
    }
    constexpr PkRegister pk_order[] = {PkRegister::a, PkRegister::b, PkRegister::n, PkRegister::e};
    for (unsigned i = 0; i < 4; ++i) {
        if ((bits & clear_pk_sizes & 1u << (12 + i)) != 0) {
            pk_order[i] == PkRegister::e ? pkha_.wipe_e() : pkha_.set_size(pk_order[i], 0);
        }
    }
    if ((bits & reset_output_fifo) != 0) {
        output().clear();
        snooped_ = 0;
    }
    if ((bits & reset_input_fifo) != 0) {
        sources_.clear();
        source_offset_ = 0;
        buffers_.input.clear();
        entries_.clear();
        for (unsigned number = 0; number < 3; ++number) {
            waiting(number).clear();
            marks_[number].clear();
        }
    }
}

void ClassRegisters::exchange(Archive& archive) {
    archive.bytes(std::as_writable_bytes(std::span(key)));
    archive.bytes(std::as_writable_bytes(std::span(context)));
    archive.value(mode);
    archive.value(key_size, key_bytes);
    archive.value(data_size);
    archive.value(icv_size);
    archive.value(key_loaded);
    archive.value(key_split);
    archive.value(key_locked);
    archive.value(plain_store);
    archive.value(done);
}

void InfoEntry::exchange(Archive& archive) {
    archive.value(destination, 3);
    archive.value(source, static_cast<std::uint64_t>(EntrySource::snoop));
    archive.value(type, 0x3f);
    archive.value(padding, 7);
    archive.value(flush1);
    archive.value(flush2);
    archive.value(last1);
    archive.value(last2);
    archive.value(pk);
    archive.value(length);
    archive.value(begun);
    archive.value(finished);
}

void Consumer::exchange(Archive& archive) {
    archive.value(kind, static_cast<std::uint64_t>(Kind::sink));
    archive.value(remaining);
    transfer.exchange(archive);
    archive.value(sink.target, 0xf);
    archive.value(sink.offset);
    archive.value(sink.aux, 3);
    if (remaining == 0 || (kind == Kind::memory && transfer.remaining() != remaining)) {
        archive.fail("the stream holds a store of no length, or of another one than its memory has");
    }
}

namespace {

/** A queue of things with a part of an archive of their own. */
template <typename Queue, typename Each>
void exchange_queue(Archive& archive, Queue& queue, const Each& each) {
    constexpr std::size_t most = 1u << 16;
    auto count = static_cast<std::uint32_t>(queue.size());
    archive.value(count, most);
    if (!archive.writing()) {
        queue.clear();
    }
    for (std::uint32_t i = 0; i < count && archive.ok(); ++i) {
        if (!archive.writing()) {
            queue.emplace_back();
        }
        each(queue[i]);
    }
}

}  // namespace

void Ccb::exchange_source(Archive& archive, Source& source) {
    bool in_memory = std::holds_alternative<Transfer>(source);
    archive.value(in_memory);
    if (in_memory) {
        if (!archive.writing()) {
            source = Transfer();
        }
        auto& transfer = std::get<Transfer>(source);
        transfer.exchange(archive);
        if (transfer.remaining() == 0) {
            archive.fail("the stream holds input of no length");
        }
        return;
    }
    if (!archive.writing()) {
        source = std::vector<std::uint8_t>();
    }
    auto& bytes = std::get<std::vector<std::uint8_t>>(source);
    archive.list(bytes, FlowBuffers::chunk);
    if (bytes.empty()) {
        archive.fail("the stream holds input of no length");
    }
}

/** The engine of a class: made by its mode, as start() did, then given its state. */
void Ccb::exchange_engine(Archive& archive, unsigned number) {
    bool there = cha_[number] != nullptr;
    archive.value(there);
    archive.value(fed_[number]);
    if (!archive.writing()) {
        cha_[number].reset();
    }
    if (!there || !archive.ok()) {
        return;
    }
    if (!archive.writing()) {
        try {
            cha_[number] = make(number, Operation{class_[number].mode});
        } catch (const JobError&) {
            return archive.fail("the stream holds an operation that there is not");
        }
    }
    cha_[number]->exchange(archive);
}

void Ccb::exchange(Archive& archive) {
    buffers_.exchange(archive);
    for (unsigned number = 1; number <= 2; ++number) {
        class_[number].exchange(archive);
        exchange_engine(archive, number);
    }
    pkha_.exchange(archive);
    queued_ = SIZE_MAX;  // counted when it is asked for
    exchange_queue(archive, sources_, [&](Source& source) { exchange_source(archive, source); });
    const auto* first =
        sources_.empty() ? nullptr : std::get_if<std::vector<std::uint8_t>>(&sources_.front());
    archive.value(source_offset_, first == nullptr || first->empty() ? 0 : first->size() - 1);
    exchange_queue(archive, entries_, [&](InfoEntry& entry) { entry.exchange(archive); });
    for (auto& marks : marks_) {
        exchange_queue(archive, marks, [&](Mark& mark) {
            archive.value(mark.type, 0xf);
            archive.value(mark.length, FlowBuffers::chunk + 4096);
            archive.value(mark.flush);
            archive.value(mark.last);
        });
    }
    for (auto& consumers : consumers_) {
        exchange_queue(archive, consumers, [&](Consumer& consumer) { consumer.exchange(archive); });
    }
    archive.value(snooped_, output().size());
}

}  // namespace svp::caam
