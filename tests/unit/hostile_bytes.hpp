// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes of a fuzzer's input, one after the other. */
#pragma once

#include <cstdint>
#include <span>

namespace svp::test {

class HostileBytes {
 public:
    HostileBytes() = default;
    explicit HostileBytes(std::span<const std::uint8_t> input) : input_(input) {}

    bool empty() const { return input_.empty(); }

    /** The next one; 0 behind the end. */
    std::uint8_t byte() {
        if (input_.empty()) {
            return 0;
        }
        const std::uint8_t first = input_.front();
        input_ = input_.subspan(1);
        return first;
    }
    /** Four of them, little endian. */
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            value |= std::uint32_t{byte()} << shift;
        }
        return value;
    }

 private:
    std::span<const std::uint8_t> input_;
};

}  // namespace svp::test
