// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the bytes of a command lie: one piece of memory, or the pieces that a scatter/gather table names.
 *
 * A Cursor walks along a pointer or a table; take() cuts the next bytes off as a Transfer, at the time when
 * the command is issued, so that transfers queued behind each other never disturb the sequence. Entries of a
 * table are 16 bytes in words of four: pointer (upper, lower), length with E (bit 31: another table) and F
 * (bit 30: last), offset (bits 12:0).
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "caam/memory/port.hpp"
#include "svp/archive.hpp"

namespace svp::caam {

struct Fragment {
    std::uint64_t address;
    std::uint32_t length;  ///< bytes, never 0
};

/** A list of pieces of memory that is read or written from front to back. */
class Transfer {
 public:
    void add(std::uint64_t address, std::uint32_t length);
    std::uint64_t remaining() const { return remaining_; }

    /** Reads the next bytes; @p data must not be longer than remaining(). Throws JobError. */
    void read(Port& port, std::span<std::uint8_t> data, Purpose purpose = Purpose::data);
    void write(Port& port, std::span<const std::uint8_t> data);

    /** Where the next byte lies, and how many lie there in one piece; remaining() is not 0. */
    Fragment next() const {
        const Fragment& fragment = fragments_[index_];
        return {fragment.address + offset_, fragment.length - offset_};
    }
    void exchange(Archive& archive);

    /** Goes on by @p size bytes that have been moved. */
    void skip(std::size_t size) {
        walk(size, [](std::uint64_t, std::size_t, std::uint32_t) {});
    }

 private:
    /** Calls @p move(address, first, length) for each piece of the next @p size bytes. */
    template <typename Move>
    void walk(std::size_t size, const Move& move);

    std::vector<Fragment> fragments_;
    std::size_t index_ = 0;
    std::uint32_t offset_ = 0;
    std::uint64_t remaining_ = 0;
};

template <typename Move>
void Transfer::walk(std::size_t size, const Move& move) {
    std::size_t done = 0;
    while (done < size) {
        const Fragment& fragment = fragments_[index_];
        const auto part =
            static_cast<std::uint32_t>(std::min<std::size_t>(size - done, fragment.length - offset_));
        move(fragment.address + offset_, done, part);
        done += part;
        offset_ += part;
        remaining_ -= part;
        if (offset_ == fragment.length) {
            ++index_;
            offset_ = 0;
        }
    }
}

/** How many table entries a job may still look at. */
class EntryBudget {
 public:
    explicit EntryBudget(std::uint32_t entries) : left_(entries) {}

    /** One more entry is looked at; throws JobError (watchdog) when there have been too many. */
    void spend();

    /** The same for an entry that brings no byte: few are of any use, and no length bounds them. */
    void spend_empty();

    void exchange(Archive& archive) {
        archive.value(left_);
        archive.value(empty_left_);
    }

 private:
    std::uint32_t left_;
    std::uint32_t empty_left_ = 1u << 14;
};

class Cursor {
 public:
    Cursor() = default;
    Cursor(std::uint64_t address, bool table) : address_(address), table_(table) {}

    /** Where the next byte lies; of a table, where its next entry does. */
    std::uint64_t address() const { return address_; }

    /** The next @p length bytes; the cursor stands behind them afterwards. Throws JobError. */
    Transfer take(Port& port, EntryBudget& budget, std::uint64_t length);

    void exchange(Archive& archive);

 private:
    void next_entry(Port& port, EntryBudget& budget);
    std::span<const std::uint8_t> entry_at(Port& port, std::uint64_t address);

    static constexpr std::size_t entry_size = 16;
    static constexpr std::size_t batch = 16;

    std::uint64_t address_ = 0;  ///< next byte; of a table, the next entry
    bool table_ = false;
    bool last_seen_ = false;
    std::uint64_t piece_ = 0;  ///< what is left of the entry at hand
    std::uint32_t piece_left_ = 0;

    std::uint64_t cached_at_ = 0;
    std::size_t cached_size_ = 0;
    std::array<std::uint8_t, entry_size * batch> cache_{};
};

}  // namespace svp::caam
