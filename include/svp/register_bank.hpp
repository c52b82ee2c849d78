// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A block of 32-bit registers that is declared, not decoded.
 *
 * A core lists its registers once, each with its fields; the bank does addresses, byte lanes, reset values,
 * what software may do with each field, SET/CLR/TGL aliases, locks and saved state. Registers with effects
 * have a handler. Offsets that no row names read 0, ignore writes and are logged as guest errors; fields with
 * FieldAccess::unmodelled store what is written, and a write that changes one is logged under its name.
 *
 * Locks are part of the declaration, so that no width, lane or alias of an access gets around one, and what
 * one withholds is reported (Host::refused()) wherever it is.
 */
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "svp/archive.hpp"
#include "svp/device.hpp"
#include "svp/refusal.hpp"

namespace svp {

/** How a register is laid out next to its neighbours. */
enum class Alias : std::uint8_t {
    none,
    set_clear_toggle,  ///< +4 sets, +8 clears, +0xC inverts the bits written as 1; all four read the same
};

/** What software can do with a field. */
enum class FieldAccess : std::uint8_t {
    read_write,
    read_only,      ///< reads its reset value, or what the core makes of it
    write_1_clear,  ///< a 1 clears it, a 0 leaves it alone
    unmodelled,     ///< as read_write, but nothing else happens: a change is logged (LogKind::unimplemented)
};

/** Adjacent bits of a 32-bit register that mean one thing. */
struct Field {
    std::string_view name;  ///< as in the reference manual
    unsigned shift;         ///< number of its lowest bit
    unsigned width = 1;     ///< bits, 1 to 32
    FieldAccess access = FieldAccess::read_write;

    constexpr std::uint32_t mask() const { return (0xffffffffu >> (32 - width)) << shift; }
    /** The field's value in a register's value @p word. */
    constexpr std::uint32_t of(std::uint32_t word) const { return (word & mask()) >> shift; }
    /** A register's value @p word with the field set to @p value, of which only `width` bits count. */
    constexpr std::uint32_t in(std::uint32_t word, std::uint32_t value) const {
        return (word & ~mask()) | ((value << shift) & mask());
    }
};

/** Bits of a register that are in one of @p fields. */
constexpr std::uint32_t bits_of(std::initializer_list<Field> fields) {
    std::uint32_t bits = 0;
    for (const Field& field : fields) {
        bits |= field.mask();
    }
    return bits;
}

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
    std::uint32_t after;    ///< stored value now, after masks, aliases and locks
    const Transaction& by;  ///< the part of the access that is in this register
};

/** What keeps bits of a row's registers from being written, for a time or for some. */
struct WriteLock {
    /** Bits of the register that this write by @p by must leave as they are; none if empty. */
    std::function<std::uint32_t(std::uint32_t index, std::uint32_t stored, const Transaction& by)> bits = {};
    Refuser refuser = Refuser::csu;  ///< who a withheld write is reported for
    unsigned first = 0;              ///< Refusal::index of the first register
    unsigned rules = 1;              ///< numbers that a register has, from bit 0 up, equally wide
};

/** A read, for its handler. */
struct ReadEvent {
    std::uint32_t index;    ///< which one of a row of `count` registers
    std::uint32_t stored;   ///< value as stored
    const Transaction& by;  ///< the part of the access that is in this register
};

/** Gives the value that a register reads as: a function of ReadEvent, or of its index and stored value. */
class ReadHandler {
 public:
    ReadHandler() = default;

    template <std::invocable<const ReadEvent&> Function>
    ReadHandler(Function function) : function_(std::move(function)) {}

    template <std::invocable<std::uint32_t, std::uint32_t> Function>
    ReadHandler(Function function)
        : function_([function = std::move(function)](const ReadEvent& event) {
              return function(event.index, event.stored);
          }) {}

    explicit operator bool() const { return static_cast<bool>(function_); }
    std::uint32_t operator()(const ReadEvent& event) const { return function_(event); }

 private:
    std::function<std::uint32_t(const ReadEvent&)> function_;
};

/** Bits of one register that an access may see and change. */
struct RegisterRights {
    std::uint32_t read = 0xffffffffu;   ///< the others read 0
    std::uint32_t write = 0xffffffffu;  ///< the others stay as they are, and no handler sees them written
};

/**
 * One row of the declaration.
 *
 * The fields say what a write can change; bits in none of them are reserved and read as the reset value. A
 * row without fields is one field of 32 bits, with the register's name and `access`.
 */
struct Register {
    using ReadHandler = svp::ReadHandler;
    using WriteHandler = std::function<void(const WriteEvent&)>;

    std::uint32_t offset;     ///< bytes, multiple of 4
    std::string_view name;    ///< as in the reference manual
    std::uint32_t reset = 0;  ///< value after power-on
    std::vector<Field> fields = {};
    FieldAccess access = FieldAccess::read_write;  ///< of a row without fields
    std::uint32_t read_only = 0;      ///< bits that a write leaves alone; of rows with fields, derived
    std::uint32_t write_1_clear = 0;  ///< bits that a 1 clears and a 0 leaves alone; the same
    std::uint32_t unmodelled = 0;     ///< bits whose changes are logged; the same
    Alias alias = Alias::none;
    std::uint32_t count = 1;   ///< number of registers of this kind
    std::uint32_t stride = 4;  ///< bytes from one to the next
    Kind kind = Kind::storage;
    WriteLock lock = {};
    ReadHandler on_read = {};    ///< gives the value to read; the stored one if empty
    WriteHandler on_write = {};  ///< called after the stored value was updated
};

/** Mask for `read_only` of a register that writes never change. */
inline constexpr std::uint32_t all_bits = 0xffffffffu;

class RegisterBank {
 public:
    /** @p size is the length of the window in bytes. Overlapping or misaligned rows abort at start-up. */
    RegisterBank(Host& host, std::string_view block, std::uint32_t size, std::vector<Register> rows);

    /** Rights of an access to the register at an offset that a row names. */
    using RightsOf = std::function<RegisterRights(std::uint32_t offset, const Transaction& by)>;
    /** Told that rights withheld a part of an access: a change, or bits that are set. */
    using Withheld = std::function<void(std::uint32_t offset, const Transaction& by)>;

    /** Without this call everybody may do everything. */
    void set_rights(RightsOf rights, Withheld withheld) {
        rights_ = std::move(rights);
        withheld_ = std::move(withheld);
    }

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

    /** The stored value of one field: a number, a flag or an enumerator. */
    template <typename T = std::uint32_t>
    T get(std::uint32_t offset, const Field& field) const {
        return static_cast<T>(field.of(value(offset)));
    }

    /** Sets the stored value of one field, without masks and handlers. */
    template <typename T>
    void set(std::uint32_t offset, const Field& field, T number) {
        set(offset, field.in(value(offset), static_cast<std::uint32_t>(number)));
    }

    /** Name of the register at @p offset, with its number in the row and its alias ("CCGR[3].SET"); "-" if no
     * row names it. */
    std::string name_at(std::uint32_t offset) const;

    /** True if a row names the word at @p offset, be it a register or one of its aliases. */
    bool names(std::uint32_t offset) const;

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

    std::uint32_t locked(const Register& row, std::uint32_t index, std::uint32_t before, std::uint32_t wanted,
                         const Transaction& by);
    std::uint32_t read_word(std::uint32_t offset, const Transaction& by);
    void write_word(std::uint32_t offset, std::uint32_t written, std::uint32_t lanes, const Transaction& by);
    static void derive_masks(std::string_view block, Register& row);
    void report_unmodelled(const Register& row, std::uint32_t offset, std::uint32_t changed,
                           std::uint32_t written);
    void report(LogKind kind, const char* what, std::uint32_t offset, std::string_view name,
                std::uint32_t number);
    std::uint32_t index_of(const Register& row, std::uint32_t offset) const;

    Host& host_;
    std::string_view block_;
    std::vector<Register> rows_;
    std::vector<Word> words_;
    std::vector<std::uint32_t> values_;
    RightsOf rights_;
    Withheld withheld_;
};

}  // namespace svp
