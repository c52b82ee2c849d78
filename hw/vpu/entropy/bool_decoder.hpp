// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Boolean entropy decoder of VP8 and VP9 (RFC 6386, section 7; VP9 specification, section 9.2).
 *
 * It reads its bytes through the decoder's port to memory, a window at a time, and never beyond the end that
 * it was given: bits behind that are zero, and counted.
 */
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "vpu/memory_port.hpp"

namespace svp::vpu {

/** A piece of a bitstream in memory. */
struct StreamRange {
    std::uint32_t address = 0;  ///< of its first byte
    std::uint32_t length = 0;   ///< bytes
    unsigned start_bit = 0;     ///< bits of the first byte that are not part of it, 0 to 7
};

class BoolDecoder {
 public:
    /** Bytes that are read at once. */
    static constexpr std::uint32_t window_size = 1024;
    /** Bits behind the end that a sound stream may have used up: what is looked at ahead, and no more. */
    static constexpr unsigned slack_bits = 64;

    /** Begins at the first bit of @p range, with the state that section 7.3 starts from. */
    void start(MemoryPort& port, const StreamRange& range) { start(port, range, 255, 0, 0); }

    /** Goes on where another decoder stopped: with its @p range_state (128 to 255) and the 8 bits of
     * @p value, which come before the first bit of @p range. */
    void resume(MemoryPort& port, const StreamRange& range, unsigned range_state, unsigned value) {
        start(port, range, range_state, value, 8);
    }

    /** Next decision; it is false with @p probability (0 to 255) of 256. */
    bool decode(unsigned probability) {
        if (valid_ < 8) {
            fill();
        }
        const std::uint32_t split = 1 + ((range_ - 1) * probability >> 8);
        const std::uint64_t edge = std::uint64_t{split} << 56;
        const bool bit = window_ >= edge;
        range_ = bit ? range_ - split : split;
        window_ = bit ? window_ - edge : window_;
        const int shift = std::countl_zero(range_) - 24;
        range_ <<= shift;
        window_ <<= shift;
        valid_ -= shift;
        return bit;
    }

    /** @p value, negative if the next even decision is true; without a branch, as it cannot be foreseen. */
    int with_sign(int value) {
        if (valid_ < 8) {
            fill();
        }
        const std::uint32_t split = (range_ + 1) >> 1;
        const std::uint64_t edge = std::uint64_t{split} << 56;
        const int negative = window_ >= edge ? 1 : 0;
        const auto mask = static_cast<std::uint64_t>(-std::int64_t{negative});
        range_ = split - (static_cast<std::uint32_t>(mask) & (2 * split - range_));
        const int shift = std::countl_zero(range_ | 1) - 24;
        range_ <<= shift;
        window_ = (window_ - (edge & mask)) << shift;
        valid_ -= shift;
        return (value ^ -negative) + negative;
    }

    /** @p bits (up to 32) even decisions, the highest bit first. */
    std::uint32_t literal(unsigned bits) {
        std::uint32_t value = 0;
        while (bits-- != 0) {
            value = value << 1 | (decode(128) ? 1u : 0u);
        }
        return value;
    }

    /** Leaf of a tree: positive entries of @p tree lead on, others are minus a value (section 8.1). */
    template <std::size_t N>
    unsigned tree(const std::int8_t (&tree)[N], const std::uint8_t* probabilities) {
        int node = 0;
        do {
            node = tree[node + (decode(probabilities[node >> 1]) ? 1 : 0)];
        } while (node > 0);
        return static_cast<unsigned>(-node);
    }

    /** More has been used up than there is. */
    bool exhausted() const { return padding_ > slack_bits + static_cast<unsigned>(valid_ > 0 ? valid_ : 0); }

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    void start(MemoryPort& port, const StreamRange& range, unsigned range_state, unsigned value,
               int value_bits);
    void fill();
    void read_ahead();

    std::uint64_t window_ = 0;  ///< the next bits, from the highest one on
    std::uint32_t range_ = 255;
    int valid_ = 0;               ///< bits in window_
    std::uint32_t position_ = 0;  ///< in buffer_
    std::uint32_t filled_ = 0;    ///< bytes in buffer_
    std::uint32_t address_ = 0;   ///< of what is not in buffer_ yet
    std::uint32_t left_ = 0;      ///< bytes from there to the end
    std::uint64_t padding_ = 0;   ///< zero bits added behind the end
    Response answer_ = Response::okay;
    MemoryPort* port_ = nullptr;
    std::array<std::uint8_t, window_size> buffer_;
};

}  // namespace svp::vpu
