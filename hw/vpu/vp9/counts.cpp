// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/counts.hpp"

#include <array>
#include <bit>

namespace svp::vpu::vp9 {

std::vector<std::uint8_t> Counts::bytes() const {
    const auto words = std::bit_cast<std::array<std::uint32_t, size / 4>>(*this);
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> 8 * (i % 4));
    }
    return bytes;
}

}  // namespace svp::vpu::vp9
