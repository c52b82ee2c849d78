// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Versioned byte stream for saved state.
 *
 * One class both writes and reads, so that a core states its format once, in Device::exchange(). Numbers are
 * little endian whatever the host is. A stream that is too short, too long or holds a value out of range
 * makes the archive fail; a failed archive ignores all further calls, and the caller looks at error() once at
 * the end.
 */
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace svp {

class Archive {
 public:
    /** An archive that collects what is put into it. */
    Archive() = default;

    /** An archive that gives back what @p bytes holds; the bytes must outlive it. */
    explicit Archive(std::span<const std::byte> bytes) : input_(bytes), writing_(false) {}

    bool writing() const { return writing_; }
    bool ok() const { return error_.empty(); }
    const std::string& error() const { return error_; }

    /** Marks the stream as bad; the first reason is kept. */
    void fail(std::string reason) {
        if (error_.empty()) {
            error_ = reason.empty() ? "unknown failure" : std::move(reason);
        }
    }

    /** Exchanges a number, enumerator or flag. On reading, a number above @p limit makes the archive fail. */
    template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
    void value(T& number, std::uint64_t limit = std::numeric_limits<std::uint64_t>::max()) {
        if constexpr (std::is_same_v<T, bool>) {
            std::uint64_t raw = number ? 1 : 0;
            exchange(raw, 1, limit < 1 ? limit : 1);
            number = raw != 0;
        } else if constexpr (std::is_enum_v<T>) {
            auto raw = static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(number));
            exchange(raw, sizeof(T), limit);
            number = static_cast<T>(static_cast<std::underlying_type_t<T>>(raw));
        } else {
            auto raw = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<T>>(number));
            exchange(raw, sizeof(T), limit);
            number = static_cast<T>(raw);
        }
    }

    /** Exchanges a fixed number of bytes. */
    void bytes(std::span<std::byte> data) {
        if (!ok()) {
            return;
        }
        if (writing_) {
            output_.insert(output_.end(), data.begin(), data.end());
        } else if (input_.size() - position_ < data.size()) {
            fail("the stream ends early");
        } else if (!data.empty()) {
            std::memcpy(data.data(), input_.data() + position_, data.size());
            position_ += data.size();
        }
    }

    /** Exchanges a list of numbers whose length may vary up to @p max_size elements. */
    template <typename T>
    void list(std::vector<T>& items, std::size_t max_size) {
        std::uint32_t count = static_cast<std::uint32_t>(items.size());
        value(count, max_size);
        if (!ok()) {
            return;
        }
        if (!writing_) {
            items.assign(count, T{});
        }
        for (T& item : items) {
            value(item);
        }
    }

    /** True when every byte of the input was used. */
    bool exhausted() const { return position_ == input_.size(); }

    /** The bytes written so far; the archive is empty afterwards. */
    std::vector<std::byte> take() { return std::move(output_); }

 private:
    void exchange(std::uint64_t& raw, std::size_t size, std::uint64_t limit) {
        std::byte buffer[sizeof raw] = {};
        for (std::size_t i = 0; writing_ && i < size; ++i) {
            buffer[i] = static_cast<std::byte>(raw >> (8 * i));
        }
        bytes(std::span(buffer, size));
        if (writing_ || !ok()) {
            return;
        }
        std::uint64_t read = 0;
        for (std::size_t i = 0; i < size; ++i) {
            read |= static_cast<std::uint64_t>(buffer[i]) << (8 * i);
        }
        if (read > limit) {
            fail("the stream holds " + std::to_string(read) + " where at most " + std::to_string(limit) +
                 " may stand");
            return;
        }
        raw = read;
    }

    std::vector<std::byte> output_;
    std::span<const std::byte> input_;
    std::size_t position_ = 0;
    bool writing_ = true;
    std::string error_;
};

}  // namespace svp
