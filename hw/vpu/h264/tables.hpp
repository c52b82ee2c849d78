// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tables that software leaves in memory for a job, 4040 bytes.
 *
 * Contents: (m, n) of 460 contexts for I slices and each cabac_init_idc (3680 bytes, four to a big-endian
 * word), 34 picture order counts (little-endian words: top and bottom of each slot, then of the current
 * picture), scaling lists (six of 16 and two of 64 in raster order, four to a big-endian word). Reference:
 * Linux, drivers/media/platform/verisilicon/hantro_h264.c.
 */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/h264/parameters.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::h264 {

inline constexpr unsigned context_count = 460;

struct Tables {
    static constexpr std::uint32_t size = 4040;

    std::int8_t contexts[4][context_count][2];
    std::int32_t order_count[slot_count][2];  ///< top, bottom
    std::int32_t current_order_count[2];      ///< MBAFF frame: top, bottom; else {that of the picture, 0}

    /** LevelScale of clause 8.5.9 by list, qp % 6, position in raster order. */
    std::int32_t scale_4x4[6][6][16];
    std::int32_t scale_8x8[2][6][64];

    /** Reads what @p parameters name. */
    Response read(MemoryPort& port, const Parameters& parameters);

 private:
    void set_scales(const std::uint8_t* lists);
};

/** Positions of coefficients in a block, raster, by their order in the stream: [field][index]. */
extern const std::uint8_t scan_4x4[2][16];
extern const std::uint8_t scan_8x8[2][64];

/** Chroma quantiser for a luma one plus offset, clause 8.5.8; @p qp -12 to 63 is clipped. */
int chroma_qp(int qp);

}  // namespace svp::vpu::h264
