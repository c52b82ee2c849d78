// SPDX-License-Identifier: GPL-2.0-or-later
/** What is known of a macroblock while its picture is decoded. */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vpu/h264/parameters.hpp"
#include "vpu/h264/tables.hpp"
#include "vpu/job_memory.hpp"

namespace svp::vpu::h264 {

/** Motion vector, quarter samples. */
struct Vector {
    std::int16_t x = 0;
    std::int16_t y = 0;
    bool operator==(const Vector&) const = default;
};

enum class Kind : std::uint8_t { intra_4x4, intra_8x8, intra_16x16, pcm, inter };

/** Prediction modes of intra_4x4 and intra_8x8, tables 8-2 and 8-3. */
inline constexpr std::int8_t intra_dc = 2;

/** Blocks of 4x4 samples count in raster order (x + 4 * y), parts of 8x8 samples too (x + 2 * y). */
struct Macroblock {
    static constexpr std::uint8_t no_picture = 0xff;

    std::uint16_t slice = 0;  ///< number of its slice from 1 on; 0: not decoded
    Kind kind = Kind::inter;
    bool field = false;  ///< of a pair that is coded as fields
    bool skipped = false;
    bool direct = false;  ///< B_Skip or B_Direct_16x16
    bool transform_8x8 = false;
    std::uint8_t pattern = 0;       ///< coded_block_pattern: luma in bits 0 to 3, chroma in 4 and 5
    std::uint8_t dc_coded = 0;      ///< coded_block_flag of DC: bit 0 luma, 1 Cb, 2 Cr
    std::uint8_t chroma_mode = 0;   ///< intra_chroma_pred_mode
    std::uint8_t intra_mode = 0;    ///< Intra16x16PredMode
    std::uint8_t direct_parts = 0;  ///< bit for each 8x8 part that is predicted directly
    std::int8_t qp = 0;
    std::int8_t qp_chroma[2] = {0, 0};
    std::uint8_t total[24] = {};      ///< coefficients of each block: 16 of luma, 4 of Cb, 4 of Cr
    std::int8_t modes[16] = {};       ///< intra prediction modes of blocks
    std::int8_t ref[2][4] = {};       ///< refIdx of each list and part; -1: none
    std::uint8_t picture[2][4] = {};  ///< what they refer to: 4 * slot + structure
    Vector mv[2][16];
    std::uint8_t mvd[2][16][2] = {};  ///< magnitudes of differences, at most 255

    bool intra() const { return kind != Kind::inter; }
};

/** Order of blocks in the stream (clause 6.4.3) to raster order, and back. */
inline constexpr std::uint8_t block_raster[16] = {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15};

/** Filter settings of a slice. */
struct SliceFilter {
    std::uint8_t disable = 0;      ///< disable_deblocking_filter_idc
    std::int8_t alpha_offset = 0;  ///< FilterOffsetA
    std::int8_t beta_offset = 0;   ///< FilterOffsetB
};

/** A plane of samples of the picture that is being decoded. */
struct Plane {
    JobVector<std::uint8_t> samples;
    std::ptrdiff_t stride = 0;
};

/** The picture that a job makes: a frame, or a field on its own. */
struct Picture {
    Picture(const Parameters& parameters)
        : job(parameters),
          width(parameters.mb_width),
          height(parameters.picture_mb_height()),
          macroblocks(std::size_t{width} * height) {
        for (unsigned i = 0; i < 3; ++i) {
            const unsigned size = i == 0 ? 16 : 8;
            planes[i].stride = static_cast<std::ptrdiff_t>(size * width);
            planes[i].samples.resize(std::size_t{size} * width * size * height);
        }
    }

    Macroblock& at(unsigned x, unsigned y) { return macroblocks[std::size_t{y} * width + x]; }
    const Macroblock& at(unsigned x, unsigned y) const { return macroblocks[std::size_t{y} * width + x]; }

    /** First sample of a macroblock, and the distance of its lines. */
    std::uint8_t* samples(unsigned plane, unsigned x, unsigned y, bool field, std::ptrdiff_t& stride) {
        const unsigned size = plane == 0 ? 16 : 8;
        stride = planes[plane].stride;
        std::uint8_t* first = planes[plane].samples.data() + std::size_t{size} * x;
        if (!field) {
            return first + std::ptrdiff_t{size * y} * stride;
        }
        first += std::ptrdiff_t{size * (y & ~1u) + (y & 1u)} * stride;
        stride *= 2;
        return first;
    }

    const Parameters job;
    const unsigned width;  ///< macroblocks
    const unsigned height;
    Tables tables;
    JobVector<Macroblock> macroblocks;
    std::vector<SliceFilter> slices;  ///< by Macroblock::slice - 1
    Plane planes[3];
};

}  // namespace svp::vpu::h264
