// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/memory/transfer.hpp"

#include <algorithm>

#include "caam/byte_order.hpp"
#include "caam/job_status.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t entry_extension = 1u << 31;
constexpr std::uint32_t entry_final = 1u << 30;
constexpr std::uint32_t entry_length = 0x3fffffff;
constexpr std::uint32_t entry_offset = 0x1fff;
/** The engine's addresses have 36 bits; those of this SoC 32. */
constexpr std::uint32_t pointer_upper = 0xf;
constexpr std::uint64_t page = 4096;

/** Bounds for what a saved state may hold: more than any job can have. */
constexpr std::uint32_t most_fragments = 1u << 22;
constexpr std::uint64_t most_address = std::uint64_t{1} << 56;

}  // namespace

void Transfer::add(std::uint64_t address, std::uint32_t length) {
    if (length == 0) {
        return;
    }
    remaining_ += length;
    if (!fragments_.empty()) {
        Fragment& last = fragments_.back();
        if (last.address + last.length == address && last.length <= UINT32_MAX - length) {
            last.length += length;
            return;
        }
    }
    fragments_.push_back({address, length});
}

void Transfer::read(Port& port, std::span<std::uint8_t> data, Purpose purpose) {
    walk(data.size(), [&](std::uint64_t address, std::size_t first, std::uint32_t length) {
        port.read(address, data.subspan(first, length), purpose);
    });
}

void Transfer::write(Port& port, std::span<const std::uint8_t> data) {
    walk(data.size(), [&](std::uint64_t address, std::size_t first, std::uint32_t length) {
        port.write(address, data.subspan(first, length));
    });
}

/** What has been moved is not saved, so that a state that was loaded is saved as it was. */
void Transfer::exchange(Archive& archive) {
    auto count = static_cast<std::uint32_t>(fragments_.size() - index_);
    archive.value(count, most_fragments);
    if (!archive.writing()) {
        *this = {};
    }
    for (std::uint32_t i = 0; i < count && archive.ok(); ++i) {
        Fragment piece{};
        if (archive.writing()) {
            piece = fragments_[index_ + i];
            const std::uint32_t moved = i == 0 ? offset_ : 0;
            piece = {piece.address + moved, piece.length - moved};
        }
        archive.value(piece.address, most_address);
        archive.value(piece.length);
        if (archive.writing()) {
            continue;
        }
        if (piece.length == 0) {
            archive.fail("the stream holds a piece of memory of no length");
        }
        fragments_.push_back(piece);
        remaining_ += piece.length;
    }
}

void EntryBudget::spend_empty() {
    if (empty_left_ == 0) {
        throw JobError(DecoError::watchdog);
    }
    --empty_left_;
}

void EntryBudget::spend() {
    if (left_ == 0) {
        throw JobError(DecoError::watchdog);
    }
    --left_;
}

Transfer Cursor::take(Port& port, EntryBudget& budget, std::uint64_t length) {
    Transfer transfer;
    if (!table_) {
        while (length > 0) {
            const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, UINT32_MAX));
            transfer.add(address_, part);
            address_ += part;
            length -= part;
        }
        return transfer;
    }
    while (length > 0) {
        if (piece_left_ == 0) {
            next_entry(port, budget);
            continue;
        }
        const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, piece_left_));
        transfer.add(piece_, part);
        piece_ += part;
        piece_left_ -= part;
        length -= part;
    }
    return transfer;
}

void Cursor::next_entry(Port& port, EntryBudget& budget) {
    if (last_seen_) {
        throw JobError(DecoError::table_too_short);
    }
    budget.spend();
    const std::span<const std::uint8_t> entry = entry_at(port, address_);
    const std::uint64_t pointer = static_cast<std::uint64_t>(load_le32(entry.data()) & pointer_upper) << 32 |
                                  load_le32(entry.data() + 4);
    const std::uint32_t word = load_le32(entry.data() + 8);
    const std::uint32_t offset = load_le32(entry.data() + 12) & entry_offset;
    if ((word & entry_extension) != 0 || (word & entry_length) == 0) {
        budget.spend_empty();
    }
    if ((word & entry_extension) != 0) {
        address_ = pointer;
        return;
    }
    if (pointer == 0 && (word & entry_length) == 0) {
        throw JobError(DecoError::table_null_entry);
    }
    address_ += entry_size;
    last_seen_ = (word & entry_final) != 0;
    piece_ = pointer + offset;
    piece_left_ = word & entry_length;
}

/** Reads ahead as the hardware does, but never into another page: what lies there may be denied. */
std::span<const std::uint8_t> Cursor::entry_at(Port& port, std::uint64_t address) {
    if (address < cached_at_ || address + entry_size > cached_at_ + cached_size_) {
        const std::uint64_t to_page_end = page - address % page;
        cached_at_ = address;
        cached_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(cache_.size(), to_page_end));
        cached_size_ = std::max<std::size_t>(cached_size_ / entry_size * entry_size, entry_size);
        port.read(address, std::span(cache_).first(cached_size_));
    }
    return std::span(cache_).subspan(static_cast<std::size_t>(address - cached_at_), entry_size);
}

void Cursor::exchange(Archive& archive) {
    archive.value(address_, most_address);
    archive.value(table_);
    archive.value(last_seen_);
    archive.value(piece_, most_address);
    archive.value(piece_left_);
    archive.value(cached_at_, most_address);
    archive.value(cached_size_, cache_.size());
    archive.bytes(std::as_writable_bytes(std::span(cache_)));
}

}  // namespace svp::caam
