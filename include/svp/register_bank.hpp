// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A block of 32-bit registers that is declared, not decoded.
 *
 * A core lists its registers once; the bank does addresses, byte lanes, reset values, read-only and
 * write-1-to-clear bits, SET/CLR/TGL aliases and saved state. Registers with effects have a handler. Offsets
 * that no row names read 0, ignore writes and are logged as guest errors; rows with Kind::unmodelled store
 * what is written and log that nothing more happens.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "svp/archive.hpp"
#include "svp/device.hpp"

namespace svp {

/** How a register is laid out next to its neighbours. */
enum class Alias : std::uint8_t {
    none,
    set_clear_toggle,  ///< +4 sets, +8 clears, +0xC inverts the bits written as 1; all four read the same
};

enum class Kind : std::uint8_t {
    storage,     ///< reads back what was written, within the masks
    unmodelled,  ///< as storage, and every write that changes it is logged with LogKind::unimplemented
};

/** What a write did to a register, for its handler. */
struct WriteEvent {
    std::uint32_t index;    ///< which one of a row of `count` registers
    std::uint32_t before;   ///< stored value before the write
    std::uint32_t written;  ///< bits as they came, lanes not written are 0; for SET/CLR/TGL the operand
    std::uint32_t lanes;    ///< mask of the byte lanes written
    std::uint32_t after;    ///< stored value now, after masks and aliases
    const Transaction& by;
};

/** One row of the declaration. */
struct Register {
    using ReadHandler = std::function<std::uint32_t(std::uint32_t index, std::uint32_t stored)>;
    using WriteHandler = std::function<void(const WriteEvent&)>;

    std::uint32_t offset;             ///< bytes, multiple of 4
    std::string_view name;            ///< as in the reference manual
    std::uint32_t reset = 0;          ///< value after power-on
    std::uint32_t read_only = 0;      ///< bits that a write leaves alone
    std::uint32_t write_1_clear = 0;  ///< bits that a 1 clears and a 0 leaves alone
    Alias alias = Alias::none;
    std::uint32_t count = 1;   ///< number of registers of this kind
    std::uint32_t stride = 4;  ///< bytes from one to the next
    Kind kind = Kind::storage;
    ReadHandler on_read = {};    ///< gives the value to read; the stored one if empty
    WriteHandler on_write = {};  ///< called after the stored value was updated
};

/** Mask for `read_only` of a register that writes never change. */
inline constexpr std::uint32_t all_bits = 0xffffffffu;

class RegisterBank {
 public:
    /** @p size is the length of the window in bytes. Overlapping or misaligned rows abort at start-up. */
    RegisterBank(Host& host, std::string_view block, std::uint32_t size, std::vector<Register> rows);

    std::uint64_t read(std::uint64_t offset, unsigned size, const Transaction& by);
    void write(std::uint64_t offset, std::uint64_t value, unsigned size, const Transaction& by);
    void reset();
    void exchange(Archive& archive);

    /** Makes @p archive fail if a stored value has bits that no write to this bank can have brought about:
     * read-only ones that differ from the reset value. Not for banks that set() such bits themselves. */
    void check_read_only(Archive& archive) const;

    /** Stored value of the register at @p offset, without its handler; the offset must be one that a row
     * names. */
    std::uint32_t value(std::uint32_t offset) const;

    /** Sets the stored value, without masks and handlers. */
    void set(std::uint32_t offset, std::uint32_t value);

    /** True if a row names a register at @p offset that writes can change. */
    bool holds_state(std::uint32_t offset) const;

    /** The stored value loses the bits @p clear and has the bits @p invert inverted, as a fault in the cells
     * does it: without handlers, but bits that no write can change stay. The register must hold state. */
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert);

    /** The declaration, for tests that walk over all registers. */
    const std::vector<Register>& rows() const { return rows_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size() * 4); }

 private:
    enum class Operation : std::uint8_t { hole, plain, set, clear, toggle };
    struct Word {
        std::uint16_t row = 0;
        Operation operation = Operation::hole;
        std::uint32_t value = 0;  ///< index into values_
    };

    std::uint32_t read_word(std::uint32_t offset);
    void write_word(std::uint32_t offset, std::uint32_t written, std::uint32_t lanes, const Transaction& by);
    void report(LogKind kind, const char* what, std::uint32_t offset, std::string_view name,
                std::uint32_t number);
    std::uint32_t index_of(const Register& row, std::uint32_t offset) const;

    Host& host_;
    std::string_view block_;
    std::vector<Register> rows_;
    std::vector<Word> words_;
    std::vector<std::uint32_t> values_;
};

}  // namespace svp
