// SPDX-License-Identifier: GPL-2.0-or-later
/** What an MPEG-2 job is told: headers that software has parsed down to the picture, and addresses. */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu::mpeg2 {

/** Most macroblocks on a side: 1920 times 1088 samples. */
inline constexpr unsigned max_mb_width = 120;
inline constexpr unsigned max_mb_height = 68;

/** More bytes than a macroblock can have: six blocks of 64 codes of 24 bits, and its vectors. */
inline constexpr std::uint32_t max_macroblock_bytes = 1280;
/** Zero bytes between slices, which fill up a picture at a constant rate: at most the largest VBV buffer
 * (table 8-14, Main profile at High level). */
inline constexpr std::uint32_t max_stuffing_bytes = 9781248 / 8;

/** picture_structure (table 6-14). */
enum class Structure : std::uint8_t { top_field = 1, bottom_field = 2, frame = 3 };

/** picture_coding_type (table 6-12). */
enum class Coding : std::uint8_t { intra = 1, predictive = 2, bidirectional = 3 };

enum class Parity : std::uint8_t { top, bottom };

struct Parameters {
    unsigned mb_width = 0;   ///< macroblocks of a frame, 1 to max_mb_width
    unsigned mb_height = 0;  ///< 1 to max_mb_height
    Structure structure = Structure::frame;
    Coding coding = Coding::intra;

    bool top_field_first = false;
    bool frame_pred_frame_dct = false;
    bool concealment_motion_vectors = false;
    bool q_scale_type = false;      ///< the non-linear scale
    bool intra_vlc_format = false;  ///< intra blocks by table B.15
    bool alternate_scan = false;
    unsigned intra_dc_precision = 0;  ///< 8 bits and so many more, 0 to 3
    unsigned f_code[2][2] = {};       ///< forward and backward; horizontal and vertical; 1 to 9 where used

    std::uint32_t stream = 0;         ///< address of the slices, from their first start code on
    std::uint32_t stream_length = 0;  ///< bytes
    std::uint32_t tables = 0;         ///< address of the quantizer matrices: 64 bytes each, by rows
    std::uint32_t output = 0;         ///< address of the first line that is written
    /** Addresses of reference frames: forward and backward, by the parity of the field that is referred to.
     */
    std::uint32_t reference[2][2] = {};

    bool field_picture() const { return structure != Structure::frame; }
    /** Rows of macroblocks in this picture, which may be a field. */
    unsigned rows() const { return field_picture() ? (mb_height + 1) / 2 : mb_height; }
};

}  // namespace svp::vpu::mpeg2
