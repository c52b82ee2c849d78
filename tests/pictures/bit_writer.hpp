// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes streams of H.264 and HEVC: plain bits, and NAL units. */
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace svp::test {

class BitWriter {
 public:
    void put(std::uint32_t value, unsigned count) {
        while (count-- != 0) {
            if (size_ % 8 == 0) {
                bytes_.push_back(0);
            }
            bytes_.back() =
                static_cast<std::uint8_t>(bytes_.back() | (value >> count & 1) << (7 - size_ % 8));
            ++size_;
        }
    }
    void flag(bool value) { put(value ? 1 : 0, 1); }
    void ue(std::uint32_t value) { put(value + 1, 2 * static_cast<unsigned>(std::bit_width(value + 1)) - 1); }
    void se(std::int32_t value) {
        ue(value > 0 ? 2 * static_cast<std::uint32_t>(value) - 1 : 2 * static_cast<std::uint32_t>(-value));
    }
    void align(unsigned with) {
        while (size_ % 8 != 0) {
            put(with, 1);
        }
    }
    void trailing_bits() {
        put(1, 1);
        align(0);
    }
    std::size_t size() const { return size_; }
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
    std::vector<std::uint8_t> bytes_;
    std::size_t size_ = 0;
};

/** A NAL unit with start code: header byte @p header, and @p payload with emulation prevention. */
inline std::vector<std::uint8_t> nal_unit(std::uint8_t header, std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> unit{0, 0, 0, 1, header};
    unsigned zeros = 0;
    for (const std::uint8_t byte : payload) {
        if (zeros >= 2 && byte <= 3) {
            unit.push_back(3);
            zeros = 0;
        }
        unit.push_back(byte);
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    return unit;
}

}  // namespace svp::test
