// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Boxes of MP4 files, and numbers in them. Nothing is read behind an end: what is not there is 0.
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace svp::film {

using Bytes = std::span<const std::uint8_t>;

/** Takes numbers from the front, big endian. */
class Reader {
 public:
    explicit Reader(Bytes bytes) : left_(bytes) {}

    std::uint64_t number(unsigned bytes) {
        std::uint64_t value = 0;
        const Bytes taken = take(bytes);
        for (const std::uint8_t byte : taken) {
            value = value << 8 | byte;
        }
        return value;
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    /** Nothing, and short() from then on, if there are not so many. */
    Bytes take(std::uint64_t count) {
        if (count > left_.size()) {
            short_ = true;
            left_ = {};
            return {};
        }
        const Bytes bytes = left_.first(static_cast<std::size_t>(count));
        left_ = left_.subspan(static_cast<std::size_t>(count));
        return bytes;
    }

    Bytes left() const { return left_; }
    bool is_short() const { return short_; }

 private:
    Bytes left_;
    bool short_ = false;
};

struct Box {
    std::string_view name;  ///< four characters
    Bytes body;
    std::uint64_t offset = 0;  ///< of its first byte in what holds it
};

/** The boxes of a range, one after the other. */
class Boxes {
 public:
    explicit Boxes(Bytes bytes) : all_(bytes) {}

    /** Nothing at the end, and where the rest is no box. */
    std::optional<Box> next() {
        Reader reader(all_.subspan(at_));
        std::uint64_t size = reader.u32();
        const Bytes name = reader.take(4);
        if (size == 1) {
            size = reader.u64();
        } else if (size == 0) {
            size = all_.size() - at_;
        }
        const std::uint64_t head = all_.size() - at_ - reader.left().size();
        if (reader.is_short() || size < head || size > all_.size() - at_) {
            return std::nullopt;
        }
        const Box box{
            {reinterpret_cast<const char*>(name.data()), name.size()},
            all_.subspan(at_ + static_cast<std::size_t>(head), static_cast<std::size_t>(size - head)),
            at_};
        at_ += static_cast<std::size_t>(size);
        return box;
    }

 private:
    Bytes all_;
    std::size_t at_ = 0;
};

/** The first box of that name right in a range; an empty range if there is none. */
inline Bytes find(Bytes bytes, std::string_view name) {
    Boxes boxes(bytes);
    while (const auto box = boxes.next()) {
        if (box->name == name) {
            return box->body;
        }
    }
    return {};
}

}  // namespace svp::film
