// SPDX-License-Identifier: GPL-2.0-or-later
/** The flow of data through FIFOs and engines; see ccb.hpp. */
#include <algorithm>

#include "caam/descriptor/ccb.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint8_t type_skip = static_cast<std::uint8_t>(DataKind::skip);
constexpr unsigned from_output = 3;
/** Codes that mean a PKHA register to any class 1 engine. 0 to 3 are AAD, IV and the like to others. */
bool always_pk(std::uint8_t type) {
    return (type >= 0x4 && type <= 0x9) || type == 0xc || type == 0xd;
}

/** What a byte takes an engine, about. */
std::uint64_t byte_ns(Work work) {
    return work == Work::des ? 75 : 2;
}

struct PkTarget {
    PkRegister which;
    unsigned segment;
};

PkTarget pk_target(std::uint8_t type) {
    switch (type) {
        case 0x8:
            return {PkRegister::n, 0};
        case 0x9:
            return {PkRegister::e, 0};
        case 0xc:
            return {PkRegister::a, 0};
        case 0xd:
            return {PkRegister::b, 0};
        default:
            return {type < 4 ? PkRegister::a : PkRegister::b, type & 3u};
    }
}

}  // namespace

/** True if anything moved. */
bool Ccb::move() {
    bool moved = drain_marks(1);
    moved = drain_marks(2) || moved;
    moved = route() || moved;
    for (unsigned from = 0; from <= from_output; ++from) {
        moved = run_consumers(from) || moved;
    }
    return moved;
}

void Ccb::pump() {
    while (move()) {
    }
}

void Ccb::settle() {
    while (move()) {
        if (engine_.violated.load(std::memory_order_relaxed)) {
            throw JobError(DecoError::deco_reset);
        }
        if (port_.must_pause()) {
            throw JobPaused();
        }
    }
}

/** The next bytes of the input FIFO, at most @p limit; empty if none are queued. */
std::span<const std::uint8_t> Ccb::input(std::size_t limit) {
    ByteQueue& staged = buffers_.input;
    if (!staged.empty() || sources_.empty()) {
        return staged.front(limit);
    }
    limit = std::min(limit, FlowBuffers::chunk);
    if (auto* transfer = std::get_if<Transfer>(&sources_.front())) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(limit, transfer->remaining()));
        transfer->read(port_, staged.grow(size));
        if (transfer->remaining() == 0) {
            sources_.pop_front();
        }
        return staged.front(limit);
    }
    const auto& bytes = std::get<std::vector<std::uint8_t>>(sources_.front());
    const std::size_t size = std::min(limit, bytes.size() - source_offset_);
    staged.push(std::span(bytes).subspan(source_offset_, size));
    source_offset_ += size;
    if (source_offset_ == bytes.size()) {
        source_offset_ = 0;
        sources_.pop_front();
    }
    return staged.front(limit);
}

void Ccb::fill_padding(const InfoEntry& entry, std::span<std::uint8_t> bytes) {
    const auto last = static_cast<std::uint8_t>(entry.length);
    switch (entry.padding) {
        case 1:  // random, no byte zero
        case 5:
        case 7:
            engine_.rng.fill(bytes);
            for (std::uint8_t& byte : bytes) {
                byte = byte == 0 ? std::uint8_t{1} : byte;
            }
            break;
        case 3:  // random
            engine_.rng.fill(bytes);
            break;
        case 2:  // 1, 2, 3, ...
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                bytes[i] = static_cast<std::uint8_t>(i + 1);
            }
            break;
        case 6:  // each byte the number of bytes
            std::fill(bytes.begin(), bytes.end(), last);
            break;
        default:  // zeros
            std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
            break;
    }
    if (bytes.size() == entry.length && !bytes.empty()) {
        if (entry.padding == 5) {
            bytes.back() = 0;
        } else if (entry.padding == 4 || entry.padding == 7) {
            bytes.back() = last;
        }
    }
}

std::span<const std::uint8_t> Ccb::entry_data(InfoEntry& entry, std::size_t limit) {
    switch (entry.source) {
        case EntrySource::padding: {
            const auto pad = std::span(buffers_.pad).first(std::min(limit, buffers_.pad.size()));
            port_.charge(pad.size());
            fill_padding(entry, pad);
            return pad;
        }
        case EntrySource::output: {
            const auto data = output().front(snooped_ + limit);
            return data.size() > snooped_ ? data.subspan(snooped_) : data.first(0);
        }
        default:
            return input(limit);
    }
}

std::size_t Ccb::class_room(unsigned number) const {
    if (cha_[number] != nullptr && !class_[number].done && marks_[number].empty()) {
        const std::size_t room = buffers_.output.room();
        return number == 2 ? SIZE_MAX : room > Cha::output_slack ? room - Cha::output_slack : 0;
    }
    return buffers_.waiting[number].room();
}

std::size_t Ccb::room(const InfoEntry& entry) const {
    if (entry.destination == 0) {
        return buffers_.waiting[0].room();
    }
    std::size_t room = FlowBuffers::chunk;
    for (unsigned number = 1; number <= 2; ++number) {
        if ((entry.destination & number) != 0) {
            room = std::min(room, class_room(number));
        }
    }
    return room;
}

/** Works on the entry in front; true if anything moved. */
bool Ccb::route() {
    if (entries_.empty()) {
        return false;
    }
    InfoEntry& entry = entries_.front();
    if (entry.pk || (entry.destination == 1 && always_pk(entry.type))) {
        return route_pk(entry);
    }
    bool moved = transform(entry);
    if (entry.length > 0) {
        const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(
            entry.length, entry.type == type_skip ? FlowBuffers::chunk : room(entry)));
        const auto data = limit == 0 ? std::span<const std::uint8_t>() : entry_data(entry, limit);
        if (data.empty()) {
            return moved;
        }
        const std::size_t size = data.size();
        if (entry.type != type_skip) {
            deliver(entry, data);
        }
        if (entry.source == EntrySource::output) {
            snooped_ += size;
        } else if (entry.source != EntrySource::padding) {
            buffers_.input.pop(size);
        }
        entry.length -= size;
        moved = true;
    }
    if (entry.length == 0) {
        const InfoEntry done = entry;
        entries_.pop_front();
        end_entry(done);
        moved = true;
    }
    return moved;
}

/** Has class 1 transform what it can of a message, from memory to memory; true if that is anything. */
bool Ccb::transform(InfoEntry& entry) {
    const auto message = static_cast<std::uint8_t>(DataKind::message);
    bool moved = false;
    port_.set_harmless(enciphers());
    while (entry.length >= FlowBuffers::least_transform && entry.destination == 1 && entry.type == message &&
           entry.source == EntrySource::input && buffers_.input.empty() && output().empty() && listens(1) &&
           !sources_.empty() && !consumers_[from_output].empty()) {
        const std::size_t unit = cha_[1]->transform_unit();
        auto* source = std::get_if<Transfer>(&sources_.front());
        Consumer& consumer = consumers_[from_output].front();
        if (unit == 0 || source == nullptr || consumer.kind != Consumer::Kind::memory ||
            std::min(source->remaining(), consumer.remaining) < FlowBuffers::least_transform) {
            break;
        }
        const Fragment from = source->next(), to = consumer.transfer.next();
        std::size_t size = std::min<std::size_t>({FlowBuffers::chunk, from.length, to.length});
        size = static_cast<std::size_t>(std::min<std::uint64_t>({size, entry.length, consumer.remaining}));
        size = size / unit * unit;
        if (size < FlowBuffers::least_transform ||
            !port_.transform(from.address, to.address, size, [&](const std::uint8_t* in, std::uint8_t* out) {
                cha_[1]->transform(size, out, in);
            })) {
            break;
        }
        fed_[1] = true;
        count_fed(1, DataKind::message, size);
        entry.length -= size;
        source->skip(size);
        if (source->remaining() == 0) {
            sources_.pop_front();
        }
        consumer.transfer.skip(size);
        consumer.remaining -= size;
        if (consumer.remaining == 0) {
            consumers_[from_output].pop_front();
        }
        moved = true;
        if (port_.must_pause()) {
            break;  // settle() asks again, and nothing has changed
        }
    }
    port_.set_harmless(false);
    return moved;
}

/**
 * What leaves the output FIFO is encrypted for the secure world, which does not hand its keys out. Only of
 * the modes in which encryption does not decrypt.
 */
bool Ccb::enciphers() const {
    constexpr std::uint8_t first_cipher = 0x10, last_cipher = 0x21;  // AES, DES, triple DES
    constexpr std::uint16_t cbc = 0x10, ecb = 0x20;
    const Operation operation{class_[1].mode};
    return cha_[1] != nullptr && port_.owner().world == World::secure && operation.encrypts() &&
           operation.algorithm() >= first_cipher && operation.algorithm() <= last_cipher &&
           (operation.aai() == cbc || operation.aai() == ecb);
}

bool Ccb::route_pk(InfoEntry& entry) {
    if (!pkha_.loading()) {
        const PkTarget target = pk_target(entry.type);
        pkha_.begin(target.which, target.segment);
    }
    while (entry.length > 0) {
        const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(entry.length, pk_bytes + 1));
        const auto data = entry_data(entry, limit);
        if (data.empty()) {
            return false;
        }
        const std::size_t size = data.size();
        pkha_.add(data);
        if (entry.source != EntrySource::padding) {
            buffers_.input.pop(size);
        }
        entry.length -= size;
    }
    if (entry.flush1 || entry.last1 || entry.pk) {
        pkha_.end();
    }
    entries_.pop_front();
    return true;
}

void Ccb::deliver(const InfoEntry& entry, std::span<const std::uint8_t> data) {
    if (entry.destination == 0) {
        deliver_class(0, entry.type, data);
        return;
    }
    if ((entry.destination & 1) != 0) {
        const std::size_t before = output().size();
        deliver_class(1, entry.type, data);
        if (entry.source == EntrySource::snoop) {
            snoop(before, entry.type);
            return;
        }
    }
    if ((entry.destination & 2) != 0) {
        deliver_class(2, entry.type, data);
    }
}

/** Class 2 gets what class 1 has just put out. */
void Ccb::snoop(std::size_t before, std::uint8_t type) {
    const std::size_t made = output().size() - before;
    if (made > 0) {
        deliver_class(2, type, output().back(made));
    }
}

void Ccb::deliver_class(unsigned number, std::uint8_t type, std::span<const std::uint8_t> data) {
    if (number != 0 && listens(number)) {
        feed(number, type, data);
        return;
    }
    waiting(number).push(data);
    auto& marks = marks_[number];
    if (marks.empty() || marks.back().type != type || marks.back().flush || marks.back().last) {
        ++queued_;
        marks.push_back({type, 0, false, false});
    }
    marks.back().length += data.size();
}

void Ccb::end_entry(const InfoEntry& entry) {
    if ((entry.destination & 1) != 0 && (entry.flush1 || entry.last1)) {
        const std::size_t before = output().size();
        end_class(1, entry.type, entry.flush1, entry.last1);
        if (entry.source == EntrySource::snoop) {
            snoop(before, entry.type);
        }
    }
    if ((entry.destination & 2) != 0 && (entry.flush2 || entry.last2)) {
        end_class(2, entry.type, entry.flush2, entry.last2);
    }
}

void Ccb::end_class(unsigned number, std::uint8_t type, bool flush, bool last) {
    if (!listens(number)) {
        ++queued_;
        marks_[number].push_back({type, 0, flush, last});
        return;
    }
    act(number, type, flush, last);
}

/** The end of a message is not the end of an operation that still waits for its ICV. */
void Ccb::act(unsigned number, std::uint8_t type, bool flush, bool last) {
    const bool icv_to_come =
        Operation{class_[number].mode}.checks_icv() && type != static_cast<std::uint8_t>(DataKind::icv);
    if (last && !icv_to_come) {
        finish_class(number);
    } else if (flush || last) {
        cha_[number]->flush(output());
    }
}

void Ccb::feed(unsigned number, std::uint8_t type, std::span<const std::uint8_t> data) {
    const auto kind = static_cast<DataKind>(type);
    fed_[number] = true;
    cha_[number]->feed(kind, data, output());
    port_.takes(data.size() * byte_ns(work_[number]));
    count_fed(number, kind, data.size());
}

void Ccb::count_fed(unsigned number, DataKind kind, std::size_t size) {
    Counters& counters = engine_.counters;
    counters[work_[number]].bytes += size;
    if (kind != DataKind::message) {
        return;
    }
    const bool encrypts = Operation{class_[number].mode}.encrypts();
    if (number == 1) {
        (encrypts ? counters.encrypted : counters.decrypted) += size;
    } else {
        (encrypts ? counters.protected_bytes : counters.validated) += size;
    }
}

void Ccb::finish_class(unsigned number) {
    fed_[number] = true;
    cha_[number]->last(output());
    class_[number].done = true;
}

/** Data that came before its operation. */
bool Ccb::drain_marks(unsigned number) {
    auto& marks = marks_[number];
    bool moved = false;
    while (!marks.empty() && cha_[number] != nullptr && !class_[number].done) {
        Mark& mark = marks.front();
        const std::size_t room = output().room();
        const std::size_t limit =
            number == 2 ? mark.length
                        : std::min(mark.length, room > Cha::output_slack ? room - Cha::output_slack : 0);
        if (mark.length > 0) {
            const auto data = waiting(number).front(limit);
            if (data.empty()) {
                return moved;
            }
            const std::size_t size = data.size();
            feed(number, mark.type, data);
            waiting(number).pop(size);
            mark.length -= size;
            moved = true;
            continue;
        }
        const Mark done = mark;
        marks.pop_front();
        act(number, done.type, done.flush, done.last);
        moved = true;
    }
    return moved;
}

/** Bytes that leave an alignment block without having been fed. */
void Ccb::drop_marks(unsigned number, std::size_t count) {
    auto& marks = marks_[number];
    while (!marks.empty() && (count > 0 || marks.front().length == 0)) {
        const std::size_t part = std::min(count, marks.front().length);
        marks.front().length -= part;
        count -= part;
        if (marks.front().length > 0) {
            break;
        }
        marks.pop_front();
    }
}

bool Ccb::run_consumers(unsigned from) {
    auto& consumers = consumers_[from];
    bool moved = false;
    while (!consumers.empty() && run_consumer(from, consumers.front())) {
        moved = true;
        if (consumers.front().remaining == 0) {
            consumers.pop_front();
        }
    }
    return moved;
}

bool Ccb::run_consumer(unsigned from, Consumer& consumer) {
    ByteQueue& queue = from == from_output ? output() : waiting(from);
    auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(consumer.remaining, SIZE_MAX));
    if (consumer.kind == Consumer::Kind::output && from != from_output) {
        limit = std::min(limit, output().room());
    }
    const auto data = queue.front(limit);
    if (data.empty() || (consumer.kind == Consumer::Kind::sink && data.size() < consumer.remaining)) {
        return false;
    }
    const std::size_t size = data.size();
    switch (consumer.kind) {
        case Consumer::Kind::memory:
            port_.set_harmless(from == from_output && enciphers());
            consumer.transfer.write(port_, data);
            port_.set_harmless(false);
            break;
        case Consumer::Kind::output:
            output().push(data);
            break;
        case Consumer::Kind::sink:
            sink_(consumer.sink, data);
            break;
    }
    queue.pop(size);
    consumer.remaining -= size;
    if (from == from_output) {
        snooped_ -= std::min(snooped_, size);
    } else {
        drop_marks(from, size);
    }
    return true;
}

}  // namespace svp::caam
