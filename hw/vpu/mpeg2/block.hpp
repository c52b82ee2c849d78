// SPDX-License-Identifier: GPL-2.0-or-later
/** Blocks of 8 times 8 coefficients: from the stream, through the inverse quantizer and the inverse DCT. */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vpu/entropy/bit_reader.hpp"
#include "vpu/mpeg2/parameters.hpp"

namespace svp::vpu::mpeg2 {

/** Quantizer matrices as they lie in memory, by rows. */
struct Matrices {
    static constexpr std::uint32_t size = 256;  ///< bytes in memory; those for chroma are not used in 4:2:0

    std::array<std::uint8_t, 64> intra{};
    std::array<std::uint8_t, 64> non_intra{};
};

class BlockParser {
 public:
    BlockParser(const Parameters& parameters, const Matrices& matrices)
        : parameters_(parameters), matrices_(matrices) {}

    /** DC prediction starts anew (section 7.2.1). */
    void reset_dc() { dc_.fill(1 << (7 + parameters_.intra_dc_precision)); }
    /** quantiser_scale_code, 1 to 31. */
    void set_scale(unsigned code);

    /** Parses and dequantizes a block of component @p component (0 Y, 1 Cb, 2 Cr); false if it is none. */
    bool parse_intra(BitReader& bits, unsigned component);
    bool parse_non_intra(BitReader& bits);

    /** The block's samples, in place of what is at @p to or added to it. */
    void put(std::uint8_t* to, std::ptrdiff_t stride);
    void add(std::uint8_t* to, std::ptrdiff_t stride);

 private:
    bool parse_rest(BitReader& bits, unsigned table, unsigned position, bool intra);
    void transform();

    const Parameters& parameters_;
    const Matrices& matrices_;
    std::array<int, 3> dc_{};
    int scale_ = 2;
    unsigned parity_ = 0;  ///< of the sum of all coefficients
    std::array<int, 64> coefficients_{};
};

}  // namespace svp::vpu::mpeg2
