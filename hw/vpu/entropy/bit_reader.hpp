// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Bits of a stream in memory, the highest one of each byte first.
 *
 * Bytes come through the decoder's port to memory, a window at a time, and never from beyond the end; bits
 * behind that are zero, and counted.
 */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/memory_port.hpp"

namespace svp::vpu {

class BitReader {
 public:
    /** Bytes that are read at once. */
    static constexpr std::uint32_t window_size = 4096;
    /** Most bits that peek() gives. */
    static constexpr unsigned max_peek = 32;

    BitReader(MemoryPort& port, std::uint32_t address, std::uint32_t length)
        : port_(port), address_(address), left_(length) {}

    /** The next @p count bits, 1 to max_peek; they stay. */
    std::uint32_t peek(unsigned count) {
        if (valid_ < count) {
            fill();
        }
        return static_cast<std::uint32_t>(window_ >> (64 - count));
    }
    /** Drops @p count bits, at most those that were peeked at. */
    void skip(unsigned count) {
        window_ <<= count;
        valid_ -= count;
    }
    std::uint32_t get(unsigned count) {
        const std::uint32_t value = peek(count);
        skip(count);
        return value;
    }
    bool flag() { return get(1) != 0; }

    /** Goes on to the next byte, unless it is at the beginning of one. */
    void align() { skip(valid_ % 8); }

    /** At the beginning of a byte: goes on to behind the next 00 00 01. False if there is none. */
    bool find_start_code();

    /** More has been used up than there is. */
    bool exhausted() const { return padding_ > valid_; }

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    void fill();
    bool read_window();

    MemoryPort& port_;
    std::uint32_t address_;       ///< of what is not in buffer_ yet
    std::uint32_t left_;          ///< bytes from there to the end
    std::uint32_t position_ = 0;  ///< in buffer_
    std::uint32_t filled_ = 0;    ///< bytes in buffer_
    std::uint64_t window_ = 0;    ///< the next bits, from the highest one on
    unsigned valid_ = 0;          ///< bits in window_
    std::uint64_t padding_ = 0;   ///< zero bits added behind the end
    Response answer_ = Response::okay;
    std::array<std::uint8_t, window_size> buffer_;
};

}  // namespace svp::vpu
