// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The descriptor controller (DECO): fetches a descriptor into its buffer of 64 words and executes it.
 *
 * Words are read from the buffer when their turn comes, so a descriptor may patch itself. With a shared
 * descriptor, that one lies at word 0 and the job descriptor behind it, whichever runs first. Inside of
 * registers and of descriptor words byte order is most significant first; memory holds words little endian.
 * All registers are zero when a job begins; nothing is kept for a next job, so "the shared descriptor is
 * still here" is never true.
 *
 * A job is bounded: commands, bytes moved, table entries and time in the public key engine have limits,
 * behind which it ends as the watchdog would end it. It can stand still between two commands, between two
 * pieces of data and between two rounds of a test for primality, can be saved then, and goes on from there:
 * what a command does before its data has settled can be done again.
 *
 * Not modelled: trusted descriptors and signatures, sharing, AFHA and its key, bit-wise data, inline
 * sequences and replacement of the job descriptor by SEQ IN PTR, metadata stores, protocols other than those
 * named in protocols/operation.cpp. They answer with the error of their command and are logged.
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "caam/descriptor/ccb.hpp"
#include "caam/engine.hpp"
#include "caam/job_status.hpp"
#include "caam/memory/port.hpp"
#include "caam/memory/transfer.hpp"

namespace svp::caam {

constexpr std::size_t descriptor_words = 64;

/** An input or output sequence: what SEQ commands read or write, one after the other. */
struct Sequence {
    Cursor start;
    Cursor cursor;
    std::uint32_t length = 0;    ///< SIL, SOL: bytes that are left
    std::uint32_t variable = 0;  ///< VSIL, VSOL

    void exchange(Archive& archive);
};

class Deco {
 public:
    Deco(Port& port, Engine& engine, FlowBuffers& buffers);

    /** The job is the descriptor at @p address. */
    void begin(std::uint64_t address) { job_address_ = address; }
    /** The job is a descriptor that was written into the buffer by hand. */
    void begin_direct(std::span<const std::uint32_t, descriptor_words> words);

    /**
     * Runs the job to its end: its status word; or until it has to stand still: nothing, and the next call
     * goes on.
     */
    std::optional<std::uint32_t> run();

    /** Nothing outside of this object has changed, and enough was done for an interruption to be worth it. */
    bool repeatable() const {
        return ccb_.pkha().cost() > engine_.limits.put_back_ns && !lasting_ && port_.bytes_written() == 0;
    }

    /** A job that stands still, for saved state. */
    void exchange(Archive& archive);

    /** What the job left in the buffer, for DECO's debug registers. */
    const std::array<std::uint32_t, descriptor_words>& buffer() const { return buffer_; }
    /** Bytes that were written to the output sequence. */
    std::uint32_t sequence_output() const { return sequence_output_; }

 private:
    friend class Protocols;

    /** Words that are executed in order, from first to end. */
    struct Part {
        unsigned first;
        unsigned end;
    };

    std::uint32_t end_status(std::uint32_t status) const;

    // Frame
    void fetch(std::uint64_t address);
    void frame(std::span<const std::uint32_t> job);
    void execute();
    bool next_part();
    void step();
    void command(std::uint32_t word);
    static bool wants_quiet(std::uint32_t word);
    void account();
    void finish_queued();
    void exchange_place(Archive& archive);
    void begin_command();
    std::uint32_t next_word();
    std::uint64_t pointer() { return next_word(); }
    std::vector<std::uint8_t> immediate(std::size_t length);
    std::vector<std::uint8_t> fetch_bytes(Transfer transfer, Purpose purpose = Purpose::data);
    Transfer from_memory(std::uint64_t address, bool table, std::uint64_t length);
    Transfer take_in(std::uint64_t length, DecoError error);
    Transfer take_out(std::uint64_t length, DecoError error);
    [[noreturn]] void unimplemented(std::string_view what, DecoError error);
    Kek kek(bool trusted, DecoError error);

    // deco_load_store.cpp
    void key(std::uint32_t word, bool sequence);
    void set_key(std::uint32_t word, std::span<const std::uint8_t> plain);
    void load(std::uint32_t word, bool sequence);
    void load_register(unsigned number, unsigned target, unsigned offset, std::span<const std::uint8_t> data);
    void load_control(unsigned target, unsigned length, std::span<const std::uint8_t> data);
    void load_deco(unsigned target, unsigned offset, std::span<const std::uint8_t> data);
    void load_info_fifo(unsigned target, unsigned selector, std::span<const std::uint8_t> data);
    void cha_control(std::uint32_t bits);
    void store(std::uint32_t word, bool sequence);
    void store_descriptor(unsigned source, unsigned offset, unsigned length, bool sequence);
    std::vector<std::uint8_t> stored_register(unsigned number, unsigned source, unsigned offset,
                                              unsigned length);
    std::vector<std::uint8_t> math_words(unsigned first, unsigned offset, unsigned length) const;

    // deco_fifo.cpp
    void fifo_load(std::uint32_t word, bool sequence);
    void fifo_store(std::uint32_t word, bool sequence);
    std::vector<std::uint8_t> pk_number(unsigned type, std::uint64_t length);
    std::vector<std::uint8_t> black_key(std::uint32_t word, unsigned type, std::uint64_t length);
    void move(std::uint32_t word, std::uint32_t length);
    void move_len(std::uint32_t word);
    void await_move();
    void store_random();
    std::vector<std::uint8_t> move_source(unsigned source, unsigned offset, std::uint32_t length);
    void move_to(unsigned target, unsigned offset, unsigned aux, std::span<const std::uint8_t> bytes);
    void sequence_pointer(std::uint32_t word, Sequence& sequence, bool input);
    std::uint8_t buffer_byte(unsigned at) const {
        return static_cast<std::uint8_t>(buffer_[at / 4] >> (24 - 8 * (at % 4)));
    }
    void set_buffer_byte(unsigned at, std::uint8_t byte);

    // deco_flow.cpp
    void jump(std::uint32_t word);
    bool condition(std::uint32_t word);
    void jump_to(std::int32_t target);
    void math(std::uint32_t word, bool with_immediate_byte);
    /** What a source code means for either operand; nothing if the operands have meanings of their own. */
    std::optional<std::uint64_t> math_any_source(unsigned code, unsigned length, bool short_immediate);
    std::uint64_t math_source0(unsigned code, unsigned length, bool short_immediate);
    std::uint64_t math_source1(unsigned code, unsigned length, bool short_immediate);
    std::uint64_t math_immediate(unsigned length, bool short_immediate);
    void set_math_result(unsigned code, std::uint64_t value);
    std::uint64_t math_register(unsigned number) const;
    void set_math_register(unsigned number, std::uint64_t value);
    std::uint8_t condition_codes() const;

    // deco_operation.cpp
    void operation(std::uint32_t word);
    void rng_operation(Operation operation);

    // protocols/operation.cpp
    void protocol(std::uint32_t word);

    Port& port_;
    Engine& engine_;
    EntryBudget budget_;
    Ccb ccb_;

    std::array<std::uint32_t, descriptor_words> buffer_{};
    std::vector<Part> parts_;
    std::size_t part_ = 0;
    unsigned pc_ = 0;
    unsigned command_ = 0;  ///< index of the command being executed
    unsigned job_first_ = 0;
    std::uint64_t job_address_ = 0;
    std::uint64_t shared_address_ = 0;
    bool has_shared_ = false;
    bool jumped_ = false;
    bool halted_ = false;
    bool lasting_ = false;  ///< the generator or the keys are not what they were before the job
    unsigned return_to_ = 0;
    std::uint32_t halt_status_ = 0;
    std::uint32_t commands_ = 0;
    bool direct_ = false;
    bool framed_ = false;     ///< the descriptor is in the buffer
    std::uint64_t cost_ = 0;  ///< of public keys, as accounted for

    // What the last command has left to do.
    std::optional<unsigned> awaited_;  ///< a MOVE from there has to end
    std::uint64_t random_left_ = 0;
    bool random_to_memory_ = false;
    Transfer random_target_;

    Sequence in_;
    Sequence out_;
    std::uint32_t sequence_output_ = 0;
    bool auto_entries_ = true;
    unsigned rng_handle_ = 0;
    bool rng_ready_ = false;

    std::array<std::uint8_t, 32> math_{};  ///< MATH0 to MATH3, most significant byte first
    std::uint32_t override_ = 0;           ///< DPOVRD
    bool flag_n_ = false, flag_z_ = false, flag_c_ = false, flag_nv_ = false;
};

}  // namespace svp::caam
