// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Detiler (DTRC) of channels 2 and 3: stands between memory and the prefetch of its channel, and answers
 * reads in its own windows of addresses with lines of a picture that lies in memory in a decoder's tiles.
 *
 * There are two banks of settings. At the start of a frame the other bank takes its turn if it is ready.
 *
 * Reference: NXP's kernel, drivers/gpu/drm/imx/dcss/dcss-dtrc.c. Tiles: V4L2_PIX_FMT_NV12_4L4 and
 * V4L2_PIX_FMT_NV15_4L4; for 8 x 4 samples, what was proposed for Linux as DRM_FORMAT_MOD_VSI_G1_TILED.
 *
 * Not modelled: compression. Its tables are not read, and tiles are taken to stand where they would without
 * them, as Hantro's model here writes them. Byte swaps and the order of ten bits other than the reset one.
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dcss/channel.hpp"
#include "svp/register_bank.hpp"

namespace svp::dcss {

class Dtrc {
 public:
    /** A picture as the DTRC finds it in memory. */
    struct Picture {
        Tiling tiling;
        bool ten_bits;
        std::array<Plane, 2> planes;
        std::uint32_t line_bytes;   ///< that the prefetch gets
        std::uint32_t lines;        ///< of luma
        std::uint32_t luma_window;  ///< where on the bus they begin
        std::uint32_t chroma_window;
    };

    /** What the prefetch of channel @p number (from 0) gets its lines from; empty if that is memory. */
    static std::optional<Picture> read_by(const RegisterBank& bank, unsigned number);

    /** The banks of channel @p number as they are while the frame that begins now is shown. */
    static void begin_frame(RegisterBank& bank, unsigned number);

    /** After a write to DTCTRL, which was @p before. */
    static void control_written(RegisterBank& bank, unsigned number, std::uint32_t before);
};

}  // namespace svp::dcss
