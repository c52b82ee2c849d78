// SPDX-License-Identifier: GPL-2.0-or-later
/** Factors of the scaling process, clause 7.4.5. */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/memory_port.hpp"

namespace svp::vpu::hevc {

class ScalingLists {
 public:
    static constexpr std::uint32_t table_size = 1024;

    /** Reads the lists from @p address, in the layout of the chip's driver: 6 bytes for DC of 16x16 and 2 for
     * 32x32, 8 unused; then 4x4 (6 lists), 8x8 (6), 16x16 (6) and 32x32 (2), each column by column. */
    Response read(MemoryPort& port, std::uint32_t address);

    /** ScalingFactor of a block, line by line. @p matrix is matrixId: 0 to 2 intra, 3 to 5 inter; a block
     * of 32x32 has 0 and 3 only. */
    const std::uint8_t* factors(unsigned log2_size, unsigned matrix) const {
        return factors_.data() + offsets[log2_size - 2] + (std::size_t{matrix} << 2 * log2_size);
    }

 private:
    static constexpr std::size_t offsets[4] = {0, 6 * 16, 6 * (16 + 64), 6 * (16 + 64 + 256)};

    std::array<std::uint8_t, 6 * (16 + 64 + 256 + 1024)> factors_{};
};

}  // namespace svp::vpu::hevc
