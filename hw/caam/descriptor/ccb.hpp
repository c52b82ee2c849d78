// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The cryptographic control block: registers of both classes, engines, and the flow of data between memory,
 * FIFOs and engines.
 *
 * Data does not move when a command asks for it but when it can: commands queue transfers, information
 * entries and stores, and pump() moves pieces of at most `chunk` bytes until nothing moves any more. So a
 * store may stand in front of the load that feeds it, a load in front of its operation, and a descriptor that
 * waits for what never comes is found out at once.
 *
 *   input transfers -> input FIFO -> information entry -> class 1, class 2, alignment block of DECO
 *   class 1 -> output FIFO -> stores and moves, in the order of the commands
 *
 * Long messages of an engine that is quick enough go straight from memory to memory, if nothing waits in the
 * FIFOs and the bus lets them (Host::bus_transform()).
 *
 * Data for a class without an engine waits in the class's alignment block for the operation, or for a MOVE
 * that takes it from there.
 */
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "caam/engine.hpp"
#include "caam/engines/cha.hpp"
#include "caam/engines/pkha.hpp"
#include "caam/memory/transfer.hpp"

namespace svp::caam {

/** Where an information entry takes its data from. */
enum class EntrySource : std::uint8_t { input = 0, output = 1, padding = 2, snoop = 3 };

/** One entry of the information FIFO. */
struct InfoEntry {
    std::uint8_t destination = 0;  ///< 0: DECO's alignment block; bit 0: class 1, bit 1: class 2
    bool last1 = false, last2 = false, flush1 = false, flush2 = false;
    EntrySource source = EntrySource::input;
    std::uint8_t type = 0xf;  ///< DataKind, or the code of a PKHA register
    bool pk = false;          ///< the type is surely a PKHA register
    std::uint8_t padding = 0;
    std::uint64_t length = 0;
    bool begun = false;
    bool finished = false;  ///< class 1's part is complete, class 2's is not

    void exchange(Archive& archive);

    /** From the word that descriptors load; the length is its low 12 bits, or 7 with padding. */
    static InfoEntry from_word(std::uint32_t word);
};

/** Where a MOVE goes: its fields. */
struct Sink {
    std::uint8_t target = 0;
    std::uint8_t offset = 0;
    std::uint8_t aux = 0;
};

/** Takes bytes from the output FIFO or an alignment block. */
struct Consumer {
    enum class Kind : std::uint8_t { memory, output, sink };
    Kind kind = Kind::memory;
    std::uint64_t remaining = 0;
    Transfer transfer;  ///< memory
    Sink sink;          ///< gets all bytes at once

    void exchange(Archive& archive);
};

/** A stretch of data of one kind that waits for its class. */
struct Mark {
    std::uint8_t type = 0;
    std::size_t length = 0;
    bool flush = false;
    bool last = false;
};

/** Where input comes from: memory, or bytes of the descriptor. */
using Source = std::variant<Transfer, std::vector<std::uint8_t>>;

/** What commands have queued. The storage is kept from job to job: most jobs are short. */
struct FlowQueues {
    std::deque<Source> sources;
    std::deque<InfoEntry> entries;
    std::array<std::deque<Mark>, 3> marks;
    std::array<std::deque<Consumer>, 4> consumers;

    void clear() {
        sources.clear();
        entries.clear();
        for (auto& queue : marks) {
            queue.clear();
        }
        for (auto& queue : consumers) {
            queue.clear();
        }
    }
};

/** The buffers between memory and engines; kept from job to job. */
struct FlowBuffers {
    static constexpr std::size_t chunk = 64 * 1024;
    /** Less is not worth the way past these buffers. */
    static constexpr std::size_t least_transform = 4096;
    ByteQueue input{chunk};
    ByteQueue output{chunk + 4096};
    std::array<ByteQueue, 3> waiting{ByteQueue{chunk + 4096}, ByteQueue{chunk + 4096},
                                     ByteQueue{chunk + 4096}};
    std::array<std::uint8_t, 256> pad{};
    FlowQueues queues;  ///< their contents are the job's to save

    void exchange(Archive& archive) {
        input.exchange(archive);
        output.exchange(archive);
        for (ByteQueue& queue : waiting) {
            queue.exchange(archive);
        }
    }
    void wipe() {
        input.wipe();
        output.wipe();
        for (ByteQueue& queue : waiting) {
            queue.wipe();
        }
    }
};

class Ccb {
 public:
    Ccb(Port& port, Engine& engine, FlowBuffers& buffers);
    ~Ccb();

    ClassRegisters& registers(unsigned number) { return class_[number]; }
    Pkha& pkha() { return pkha_; }
    const Pkha& pkha() const { return pkha_; }

    /** Queues input. */
    void load(Transfer transfer);
    void load(std::span<const std::uint8_t> bytes);
    void inform(const InfoEntry& entry) {
        ++queued_;
        entries_.push_back(entry);
    }

    /** Queues a consumer of the output FIFO (3) or of an alignment block (0: DECO, 1, 2). */
    void consume(unsigned from, Consumer consumer);
    bool consumers_waiting(unsigned from) const { return !consumers_[from].empty(); }

    /** More waits than any FIFO of the hardware holds: a loop queues what nobody takes. */
    bool crowded();

    /** Puts bytes into the output FIFO. Throws JobError if it is full. */
    void push_output(std::span<const std::uint8_t> bytes);

    /** Takes bytes that must be there once all data has moved. Throws JobError (watchdog). */
    void pop_output(std::span<std::uint8_t> bytes) { pop(output(), bytes); }
    void pop_deco_input(std::span<std::uint8_t> bytes);

    /** Begins an operation of class 1 or 2. */
    void start(unsigned number, Operation operation);

    /** Who takes what a consumer of the kind "sink" gets. */
    void set_sink(std::function<void(const Sink&, std::span<const std::uint8_t>)> sink) {
        sink_ = std::move(sink);
    }

    /** Moves data until nothing moves. */
    void pump();
    /** The same in front of a command: throws JobPaused between two pieces if the job is to stand still. */
    void settle();

    void exchange(Archive& archive);

    /** Waits for the operation of a class; throws JobError (watchdog) if it cannot come to its end. */
    void wait_done(unsigned number);
    /** The same before a command looks at results: a class that got no data is not waited for. */
    void wait_result(unsigned number);
    /** The descriptor has ended: everything queued must have moved. */
    void finish();

    /** CLRW. */
    void clear(std::uint32_t bits);
    void reset_output() { output().clear(); }

 private:
    ByteQueue& output() { return buffers_.output; }
    ByteQueue& waiting(unsigned number) { return buffers_.waiting[number]; }
    bool listens(unsigned number) const {
        return cha_[number] != nullptr && !class_[number].done && marks_[number].empty();
    }

    std::unique_ptr<Cha> make(unsigned number, Operation operation);
    std::unique_ptr<Cha> make_aes(ClassRegisters& registers, Operation operation);
    void count(unsigned number, Operation operation);

    void exchange_source(Archive& archive, Source& source);
    void exchange_engine(Archive& archive, unsigned number);

    std::span<const std::uint8_t> input(std::size_t limit);
    std::span<const std::uint8_t> entry_data(InfoEntry& entry, std::size_t limit);
    void fill_padding(const InfoEntry& entry, std::span<std::uint8_t> bytes);
    std::size_t room(const InfoEntry& entry) const;
    std::size_t class_room(unsigned number) const;
    bool move();
    bool route();
    bool route_pk(InfoEntry& entry);
    bool transform(InfoEntry& entry);
    bool enciphers() const;
    void deliver(const InfoEntry& entry, std::span<const std::uint8_t> data);
    void deliver_class(unsigned number, std::uint8_t type, std::span<const std::uint8_t> data);
    void snoop(std::size_t before, std::uint8_t type);
    void end_entry(const InfoEntry& entry);
    void end_class(unsigned number, std::uint8_t type, bool flush, bool last);
    void act(unsigned number, std::uint8_t type, bool flush, bool last);
    void feed(unsigned number, std::uint8_t type, std::span<const std::uint8_t> data);
    void count_fed(unsigned number, DataKind kind, std::size_t size);
    void finish_class(unsigned number);
    bool drain_marks(unsigned number);
    bool run_consumers(unsigned from);
    bool run_consumer(unsigned from, Consumer& consumer);
    void drop_marks(unsigned number, std::size_t count);
    void pop(ByteQueue& queue, std::span<std::uint8_t> bytes);

    Port& port_;
    Engine& engine_;
    FlowBuffers& buffers_;
    std::array<ClassRegisters, 3> class_;  ///< 0 is not used
    std::array<std::unique_ptr<Cha>, 3> cha_;
    std::array<Work, 3> work_{};
    std::array<bool, 3> fed_{};
    Pkha pkha_;

    std::deque<Source>& sources_;
    std::size_t source_offset_ = 0;
    std::deque<InfoEntry>& entries_;
    std::array<std::deque<Mark>, 3>& marks_;
    std::size_t queued_ = 0;  ///< at least as much as waits in all queues
    std::array<std::deque<Consumer>, 4>& consumers_;
    std::function<void(const Sink&, std::span<const std::uint8_t>)> sink_;
    std::size_t snooped_ = 0;  ///< bytes at the front of the output FIFO that were copied to class 2
};

}  // namespace svp::caam
