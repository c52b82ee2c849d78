// SPDX-License-Identifier: GPL-2.0-or-later
/** Stands in for hw/vpu/entropy/payload_reader.hpp: bits are choices (see choices.hpp). */
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../../choices.hpp"

namespace svp::vpu {

class PayloadReader {
 public:
    PayloadReader() = default;
    explicit PayloadReader(std::span<const std::uint8_t>) {}

    std::uint32_t peek() const { return choices().peek(); }
    void skip(std::size_t count) {
        if (choices().cabac) {
            return;  // the samples are on the tape as they are
        }
        if (!raw_) {
            choices().position += count;
            return;
        }
        raw_ = false;
        for (std::size_t i = 0; i < count / 8; ++i) {
            choices().put(choices().noise()[raw_place_ + i], 8);
        }
    }
    std::uint32_t bits(unsigned count) {
        const std::uint32_t value = peek() >> (32 - count);
        choices().position += count;
        return value;
    }
    bool flag() { return bits(1) != 0; }
    std::uint32_t ue() {
        if (choices().position >= choices().fixed) {
            const std::uint32_t code = choices().number() + 1;
            choices().put(code, 2 * static_cast<unsigned>(std::bit_width(code)) - 1);
            return code - 1;
        }
        const auto zeros = static_cast<unsigned>(std::countl_zero(peek()));
        choices().position += zeros;
        return bits(zeros + 1) - 1;
    }
    std::int32_t se() {
        const std::uint32_t code = ue();
        const auto magnitude = static_cast<std::int32_t>(code / 2 + code % 2);
        return code % 2 != 0 ? magnitude : -magnitude;
    }
    /** Raw samples follow, unless a slice of arithmetic codes begins. */
    void align() {
        if (!choices().cabac) {
            choices().align();
            raw_ = true;
            raw_place_ = choices().raw_place_of_bits();
        }
    }
    std::size_t position() const { return raw_ ? 8 * raw_place_ : 0; }
    bool overrun() const { return false; }
    std::span<const std::uint8_t> data() const { return choices().noise(); }
    bool more_rbsp_data() const { return !choices().last_macroblock; }

 private:
    static test::Choices& choices() { return test::Choices::instance(); }

    bool raw_ = false;
    std::size_t raw_place_ = 0;
};

}  // namespace svp::vpu
