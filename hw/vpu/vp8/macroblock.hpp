// SPDX-License-Identifier: GPL-2.0-or-later
/** What a macroblock's header says, with RFC 6386's names for modes. */
#pragma once

#include <array>
#include <cstdint>

namespace svp::vpu::vp8 {

/** Prediction of a macroblock (sections 11.2, 16.2); the first four also of chroma. */
enum class Mode : std::uint8_t {
    dc_pred,
    v_pred,
    h_pred,
    tm_pred,
    b_pred,
    nearest,
    near,
    zero,
    new_vector,
    split
};

/** Prediction of a luma subblock of 4x4 (section 11.2). */
enum class SubblockMode : std::uint8_t {
    b_dc_pred,
    b_tm_pred,
    b_ve_pred,
    b_he_pred,
    b_ld_pred,
    b_rd_pred,
    b_vr_pred,
    b_vl_pred,
    b_hd_pred,
    b_hu_pred,
};
inline constexpr unsigned subblock_modes = 10;

/** How sixteen luma subblocks share vectors (section 16.4). */
enum class Split : std::uint8_t { top_bottom, left_right, quarters, sixteen };

/** What an interframe predicts from. */
enum class Reference : std::uint8_t { current, last, golden, altref };

/** Displacement of luma in quarters of a pixel. */
struct MotionVector {
    std::int16_t row = 0;
    std::int16_t column = 0;

    bool operator==(const MotionVector&) const = default;
    bool is_zero() const { return row == 0 && column == 0; }
};

/** A macroblock outside of the frame is what a fresh one says: intra, without motion. */
struct Macroblock {
    Mode mode = Mode::dc_pred;
    Mode chroma_mode = Mode::dc_pred;
    Reference reference = Reference::current;
    Split split = Split::sixteen;
    std::uint8_t segment = 0;
    bool skipped = false;                    ///< no coefficients in the stream
    bool has_coefficients = false;           ///< some block has more than an end-of-block token
    MotionVector vector;                     ///< of the whole, or of its last subblock
    std::array<MotionVector, 16> vectors{};  ///< of each luma subblock, raster order
    std::array<SubblockMode, 16>
        submodes{};  ///< of each luma subblock; implied by mode if that is not b_pred

    bool inter() const { return reference != Reference::current; }
    /** Luma's first coefficients are in a block of their own, Y2. */
    bool has_y2() const { return mode != Mode::b_pred && mode != Mode::split; }
};

}  // namespace svp::vpu::vp8
