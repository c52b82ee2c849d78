// SPDX-License-Identifier: GPL-2.0-or-later
#include "svp/register_bank.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace svp {

namespace {

constexpr std::uint32_t word_size = 4;

/** A wrong declaration is a bug in this program, not something a guest can cause. */
[[noreturn]] void bad_declaration(std::string_view block, std::string_view name, const char* what) {
    std::fprintf(stderr, "%.*s: register %.*s %s\n", static_cast<int>(block.size()), block.data(),
                 static_cast<int>(name.size()), name.data(), what);
    std::abort();
}

/** All ones in the byte lanes [first, first + count) of a word. */
std::uint32_t lane_mask(unsigned first, unsigned count) {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << (8 * count)) - 1) << (8 * first));
}

}  // namespace

RegisterBank::RegisterBank(Host& host, std::string_view block, std::uint32_t size, std::vector<Register> rows)
    : host_(host), block_(block), rows_(std::move(rows)), words_(size / word_size) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        derive_masks(block_, rows_[row]);
        const Register& declared = rows_[row];
        const bool aliased = declared.alias == Alias::set_clear_toggle;
        const std::uint32_t length = aliased ? 4 * word_size : word_size;
        if (declared.offset % word_size != 0 || declared.stride % word_size != 0 ||
            (declared.count > 1 && declared.stride < length)) {
            bad_declaration(block_, declared.name, "is misaligned or overlaps itself");
        }
        for (std::uint32_t index = 0; index < declared.count; ++index) {
            const auto value = static_cast<std::uint32_t>(values_.size());
            values_.push_back(declared.reset);
            for (std::uint32_t word = 0; word < length / word_size; ++word) {
                const std::size_t at = (declared.offset + index * declared.stride) / word_size + word;
                if (at >= words_.size() || words_[at].operation != Operation::hole) {
                    bad_declaration(block_, declared.name, "lies outside the window or over another one");
                }
                words_[at] = {static_cast<std::uint16_t>(row),
                              static_cast<Operation>(static_cast<std::uint32_t>(Operation::plain) + word),
                              value};
            }
        }
    }
}

void RegisterBank::derive_masks(std::string_view block, Register& row) {
    if (row.fields.empty()) {
        row.read_only |= row.access == FieldAccess::read_only ? all_bits : 0;
        row.write_1_clear |= row.access == FieldAccess::write_1_clear ? all_bits : 0;
        const bool storage = row.access != FieldAccess::unmodelled && row.kind == Kind::storage;
        row.unmodelled |= storage ? 0 : all_bits;
        return;
    }
    if ((row.read_only | row.write_1_clear | row.unmodelled) != 0) {
        bad_declaration(block, row.name, "has both fields and masks");
    }
    std::uint32_t named = 0;
    for (const Field& field : row.fields) {
        if (field.width == 0 || field.shift >= 32 || field.width > 32 - field.shift ||
            (named & field.mask()) != 0) {
            bad_declaration(block, row.name, "has a field outside of it or over another one");
        }
        named |= field.mask();
        row.read_only |= field.access == FieldAccess::read_only ? field.mask() : 0;
        row.write_1_clear |= field.access == FieldAccess::write_1_clear ? field.mask() : 0;
        row.unmodelled |= field.access == FieldAccess::unmodelled ? field.mask() : 0;
    }
    row.read_only |= ~named;
}

std::uint64_t RegisterBank::read(std::uint64_t offset, unsigned size, const Transaction& by) {
    std::uint64_t result = 0;
    unsigned done = 0;
    while (done < size) {
        const std::uint64_t at = offset + done;
        const auto lane = static_cast<unsigned>(at % word_size);
        const unsigned part = std::min(size - done, word_size - lane);
        Transaction piece = by;
        piece.address += done;
        piece.size = part;
        const std::uint32_t word = read_word(static_cast<std::uint32_t>(at - lane), piece);
        result |= static_cast<std::uint64_t>((word & lane_mask(lane, part)) >> (8 * lane)) << (8 * done);
        done += part;
    }
    return result;
}

void RegisterBank::write(std::uint64_t offset, std::uint64_t value, unsigned size, const Transaction& by) {
    unsigned done = 0;
    while (done < size) {
        const std::uint64_t at = offset + done;
        const auto lane = static_cast<unsigned>(at % word_size);
        const unsigned part = std::min(size - done, word_size - lane);
        const std::uint32_t lanes = lane_mask(lane, part);
        const auto bits = static_cast<std::uint32_t>((value >> (8 * done)) << (8 * lane)) & lanes;
        Transaction piece = by;
        piece.address += done;
        piece.size = part;
        write_word(static_cast<std::uint32_t>(at - lane), bits, lanes, piece);
        done += part;
    }
}

std::uint32_t RegisterBank::read_word(std::uint32_t offset, const Transaction& by) {
    if (offset / word_size >= words_.size() || words_[offset / word_size].operation == Operation::hole) {
        report(LogKind::guest_error, "read of a hole", offset, "-", 0);
        return 0;
    }
    const Word& word = words_[offset / word_size];
    const Register& row = rows_[word.row];
    const std::uint32_t stored = values_[word.value];
    std::uint32_t seen = stored;
    if (row.on_read) {
        seen = row.on_read({index_of(row, offset), stored, by});
    }
    const std::uint32_t allowed = rights_ ? rights_(offset, by).read : all_bits;
    if ((seen & ~allowed) != 0) {
        withheld_(offset, by);
    }
    return seen & allowed;
}

/** What becomes of the value @p wanted under the locks; the lowest rule that withholds some of it is told of.
 */
std::uint32_t RegisterBank::locked(const Register& row, std::uint32_t index, std::uint32_t before,
                                   std::uint32_t wanted, const Transaction& by) {
    const std::uint32_t changed = before ^ wanted;
    const std::uint32_t withheld =
        changed != 0 && row.lock.bits ? changed & row.lock.bits(index, before, by) : 0;
    if (withheld != 0) {
        const unsigned width = 32 / row.lock.rules;
        const unsigned rule = static_cast<unsigned>(std::countr_zero(withheld)) / width;
        host_.refused(by, {row.lock.refuser, row.lock.first + index * row.lock.rules + rule});
    }
    return wanted ^ withheld;
}

void RegisterBank::write_word(std::uint32_t offset, std::uint32_t written, std::uint32_t lanes,
                              const Transaction& by) {
    if (offset / word_size >= words_.size() || words_[offset / word_size].operation == Operation::hole) {
        report(LogKind::guest_error, "write to a hole", offset, "-", written);
        return;
    }
    const Word& word = words_[offset / word_size];
    const Register& row = rows_[word.row];
    const std::uint32_t before = values_[word.value];
    const std::uint32_t allowed = rights_ ? rights_(offset, by).write : all_bits;
    if (allowed != all_bits) {
        // SET, CLR, TGL and write-1-to-clear act where a 1 is written, a plain register where a bit differs.
        const bool plain = word.operation == Operation::plain;
        const std::uint32_t acts =
            plain ? ((before ^ written) & ~row.write_1_clear) | (written & row.write_1_clear) : written;
        const std::uint32_t fixed = row.on_write ? 0 : row.read_only;
        if ((acts & lanes & ~allowed & ~fixed) != 0) {
            withheld_(offset, by);
        }
        lanes &= allowed;
        written &= allowed;
        if (lanes == 0) {
            return;
        }
    }
    std::uint32_t wanted = before;
    switch (word.operation) {
        case Operation::set:
            wanted = before | written;
            break;
        case Operation::clear:
            wanted = before & ~written;
            break;
        case Operation::toggle:
            wanted = before ^ written;
            break;
        case Operation::plain:
        case Operation::hole:
            wanted = (before & ~lanes) | written;
            break;
    }
    const std::uint32_t kept = row.read_only | row.write_1_clear;
    std::uint32_t after = (wanted & ~kept) | (before & kept);
    after &= ~(written & row.write_1_clear);
    after = locked(row, index_of(row, offset), before, after, by);
    values_[word.value] = after;
    if (((after ^ before) & row.unmodelled) != 0) {
        report_unmodelled(row, offset, after ^ before, written);
    }
    if (row.on_write) {
        row.on_write({index_of(row, offset), before, written, lanes, after, by});
    }
}

void RegisterBank::reset() {
    for (const Word& word : words_) {
        if (word.operation == Operation::plain) {
            values_[word.value] = rows_[word.row].reset;
        }
    }
}

void RegisterBank::exchange(Archive& archive) {
    auto count = static_cast<std::uint32_t>(values_.size());
    archive.value(count);
    if (archive.ok() && count != values_.size()) {
        archive.fail("the stream holds " + std::to_string(count) + " registers, " + std::string(block_) +
                     " has " + std::to_string(values_.size()));
    }
    for (std::uint32_t& value : values_) {
        archive.value(value);
    }
}

bool RegisterBank::names(std::uint32_t offset) const {
    return offset % word_size == 0 && offset / word_size < words_.size() &&
           words_[offset / word_size].operation != Operation::hole;
}

bool RegisterBank::holds_state(std::uint32_t offset) const {
    if (offset % word_size != 0 || offset / word_size >= words_.size()) {
        return false;
    }
    const Word& word = words_[offset / word_size];
    return word.operation == Operation::plain && rows_[word.row].read_only != all_bits;
}

void RegisterBank::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    const std::uint32_t before = value(offset);
    const std::uint32_t fixed = rows_[words_[offset / word_size].row].read_only;
    set(offset, (((before & ~clear) ^ invert) & ~fixed) | (before & fixed));
}

void RegisterBank::check_read_only(Archive& archive) const {
    for (const Register& row : rows_) {
        for (std::uint32_t index = 0; index < row.count; ++index) {
            if (((value(row.offset + index * row.stride) ^ row.reset) & row.read_only) != 0) {
                archive.fail("the stream holds an impossible value for " + std::string(block_) +
                             " register " + std::string(row.name));
            }
        }
    }
}

std::uint32_t RegisterBank::value(std::uint32_t offset) const {
    const Word& word = words_.at(offset / word_size);
    if (word.operation == Operation::hole) {
        bad_declaration(block_, "(none)", "asked for by its core");
    }
    return values_[word.value];
}

void RegisterBank::set(std::uint32_t offset, std::uint32_t value) {
    const Word& word = words_.at(offset / word_size);
    if (word.operation == Operation::hole) {
        bad_declaration(block_, "(none)", "set by its core");
    }
    values_[word.value] = value;
}

std::string RegisterBank::name_at(std::uint32_t offset) const {
    const std::uint32_t at = offset - offset % word_size;
    if (!names(at)) {
        return "-";
    }
    const Word& word = words_[at / word_size];
    const Register& row = rows_[word.row];
    std::string name(row.name);
    if (row.count > 1) {
        name.append("[").append(std::to_string(index_of(row, at))).append("]");
    }
    switch (word.operation) {
        case Operation::set:
            return name + ".SET";
        case Operation::clear:
            return name + ".CLR";
        case Operation::toggle:
            return name + ".TOG";
        case Operation::plain:
        case Operation::hole:
            break;
    }
    return name;
}

/** One line for each field that has changed. */
void RegisterBank::report_unmodelled(const Register& row, std::uint32_t offset, std::uint32_t changed,
                                     std::uint32_t written) {
    if (row.fields.empty()) {
        report(LogKind::unimplemented, "write without effect", offset, row.name, written);
    }
    for (const Field& field : row.fields) {
        if (field.access == FieldAccess::unmodelled && (changed & field.mask()) != 0) {
            report(LogKind::unimplemented, "write without effect", offset,
                   std::string(row.name) + "." + std::string(field.name), field.of(written));
        }
    }
}

void RegisterBank::report(LogKind kind, const char* what, std::uint32_t offset, std::string_view name,
                          std::uint32_t number) {
    char line[160];
    std::snprintf(line, sizeof line, "%.*s: %s at offset 0x%03x (%.*s), value 0x%08x",
                  static_cast<int>(block_.size()), block_.data(), what, offset, static_cast<int>(name.size()),
                  name.data(), number);
    host_.log(kind, line);
}

std::uint32_t RegisterBank::index_of(const Register& row, std::uint32_t offset) const {
    return row.count == 1 ? 0 : (offset - row.offset) / row.stride;
}

}  // namespace svp
