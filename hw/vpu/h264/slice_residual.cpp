// SPDX-License-Identifier: GPL-2.0-or-later
/** The part of SliceDecoder that turns residuals and predictions into samples. */
#include <algorithm>

#include "vpu/h264/cavlc.hpp"
#include "vpu/h264/slice_decoder.hpp"
#include "vpu/h264/transform.hpp"

namespace svp::vpu::h264 {

namespace {

// Blocks of Macroblock::total: 16 of luma, then 4 of each chroma plane.
constexpr unsigned first_chroma = 16;
constexpr unsigned luma_dc = 0;

}  // namespace

/** nC of clause 9.2.1, for a block of Macroblock::total. */
int SliceDecoder::cavlc_context(unsigned index) const {
    const Neighbours& where = slice_.neighbours;
    const bool chroma = index >= first_chroma;
    const unsigned plane = (index - first_chroma) / 4;
    const int step = chroma ? 8 : 4;
    const int x = static_cast<int>(chroma ? index % 2 : index % 4) * step;
    const int y = static_cast<int>(chroma ? index % 4 / 2 : index / 4) * step;
    const auto total = [&](const Neighbours::Place& place) -> int {
        return place.mb->total[chroma ? first_chroma + 4 * plane + place.part() : place.block()];
    };
    const Neighbours::Place left = where.at(x - 1, y), above = where.at(x, y - 1);
    if (left && above) {
        return (total(left) + total(above) + 1) >> 1;
    }
    return left ? total(left) : above ? total(above) : 0;
}

/** ctxIdxInc of coded_block_flag, clause 9.3.3.1.1.9. */
unsigned SliceDecoder::coded_increment(Category category, unsigned index) const {
    const Neighbours& where = slice_.neighbours;
    const bool intra = where.current().intra();
    const auto coded = [&](int x, int y, bool of_dc) -> unsigned {
        const Neighbours::Place place = where.at(x, y);
        if (!place) {
            return intra ? 1 : 0;
        }
        if (of_dc) {
            return place.mb->dc_coded >> index & 1;
        }
        const unsigned block = category == Category::chroma_ac ? (index & ~3u) + place.part() : place.block();
        return place.mb->total[block] != 0 ? 1 : 0;
    };
    if (category == Category::luma_dc_16x16 || category == Category::chroma_dc) {
        return coded(-1, 0, true) + 2 * coded(0, -1, true);
    }
    const bool chroma = category == Category::chroma_ac;
    const int step = chroma ? 8 : 4;
    const int x = static_cast<int>(chroma ? index % 2 : index % 4) * step;
    const int y = static_cast<int>(chroma ? index % 4 / 2 : index / 4) * step;
    return coded(x - 1, y, false) + 2 * coded(x, y - 1, false);
}

/** Reads a block: @p index is 0 to 2 for DC (luma, Cb, Cr), else that of Macroblock::total. */
bool SliceDecoder::block(Category category, unsigned index, unsigned size, Levels& levels) {
    const Macroblock& mb = slice_.neighbours.current();
    if (!picture_.job.cabac) {
        const int context = category == Category::chroma_dc       ? chroma_dc_context
                            : category == Category::luma_dc_16x16 ? cavlc_context(0)
                                                                  : cavlc_context(index);
        return read_cavlc(bits_, context, size, levels);
    }
    levels.count = 0;
    if (category == Category::luma_8x8 || cabac_.coded_block(category, coded_increment(category, index))) {
        cabac_.block(category, size, mb.field || picture_.job.structure != whole_frame, levels);
    }
    return true;
}

bool SliceDecoder::read_luma() {
    Macroblock& mb = slice_.neighbours.current();
    const unsigned field = mb.field || picture_.job.structure != whole_frame ? 1 : 0;
    const int qp = mb.qp;
    const std::int32_t(&scale)[16] = picture_.tables.scale_4x4[mb.intra() ? 0 : 3][qp % 6];
    Levels levels;
    const bool separate_dc = mb.kind == Kind::intra_16x16;
    if (separate_dc) {
        if (!block(Category::luma_dc_16x16, luma_dc, 16, levels)) {
            return false;
        }
        mb.dc_coded |= levels.count != 0 ? 1 : 0;
        for (unsigned i = 0; i < levels.count; ++i) {
            residual_.luma_dc[scan_4x4[field][levels.position[i]]] = levels.level[i];
        }
    }
    const unsigned first = separate_dc ? 1 : 0;
    for (unsigned i = 0; i < 16; ++i) {
        if ((mb.pattern >> i / 4 & 1) == 0) {
            continue;
        }
        const unsigned raster = block_raster[i];
        if (mb.transform_8x8 && picture_.job.cabac) {
            if (i % 4 == 0) {
                if (!block(Category::luma_8x8, raster, 64, levels)) {
                    return false;
                }
                const std::int32_t(&scale_8x8)[64] = picture_.tables.scale_8x8[mb.intra() ? 0 : 1][qp % 6];
                for (unsigned j = 0; j < levels.count; ++j) {
                    const unsigned at = scan_8x8[field][levels.position[j]];
                    residual_.luma[16 * i + at] = scaled_8x8(levels.level[j], scale_8x8[at], qp);
                }
            }
            mb.total[raster] = static_cast<std::uint8_t>(levels.count);
            continue;
        }
        if (!block(separate_dc ? Category::luma_ac_16x16 : Category::luma_4x4, raster, 16 - first, levels)) {
            return false;
        }
        mb.total[raster] = static_cast<std::uint8_t>(levels.count);
        for (unsigned j = 0; j < levels.count; ++j) {
            if (mb.transform_8x8) {
                const std::int32_t(&scale_8x8)[64] = picture_.tables.scale_8x8[mb.intra() ? 0 : 1][qp % 6];
                const unsigned at = scan_8x8[field][4 * levels.position[j] + i % 4];
                residual_.luma[64 * (i / 4) + at] = scaled_8x8(levels.level[j], scale_8x8[at], qp);
            } else {
                const unsigned at = scan_4x4[field][levels.position[j] + first];
                residual_.luma[16 * i + at] = scaled_4x4(levels.level[j], scale[at], qp);
            }
        }
    }
    return true;
}

bool SliceDecoder::read_chroma() {
    Macroblock& mb = slice_.neighbours.current();
    const unsigned field = mb.field || picture_.job.structure != whole_frame ? 1 : 0;
    Levels levels;
    for (unsigned plane = 0; plane < 2; ++plane) {
        if (!block(Category::chroma_dc, 1 + plane, 4, levels)) {
            return false;
        }
        mb.dc_coded |= static_cast<std::uint8_t>(levels.count != 0 ? 2u << plane : 0u);
        for (unsigned i = 0; i < levels.count; ++i) {
            residual_.chroma_dc[plane][levels.position[i]] = levels.level[i];
        }
    }
    for (unsigned plane = 0; plane < 2 && (mb.pattern >> 4) == 2; ++plane) {
        const int qp = mb.qp_chroma[plane];
        const std::int32_t(&scale)[16] = picture_.tables.scale_4x4[(mb.intra() ? 1 : 4) + plane][qp % 6];
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned index = first_chroma + 4 * plane + i;
            if (!block(Category::chroma_ac, index, 15, levels)) {
                return false;
            }
            mb.total[index] = static_cast<std::uint8_t>(levels.count);
            for (unsigned j = 0; j < levels.count; ++j) {
                const unsigned at = scan_4x4[field][levels.position[j] + 1];
                residual_.chroma[plane][16 * i + at] = scaled_4x4(levels.level[j], scale[at], qp);
            }
        }
    }
    return true;
}

bool SliceDecoder::read_residual() {
    const Macroblock& mb = slice_.neighbours.current();
    return read_luma() && ((mb.pattern >> 4) == 0 || read_chroma());
}

/** What intra prediction of the macroblock may use; @p left: to the left of its upper and its lower half. */
Beside SliceDecoder::beside_macroblock(bool (&left)[2]) const {
    const Neighbours& where = slice_.neighbours;
    const auto usable = [&](int x, int y) {
        const Neighbours::Place place = where.at(x, y);
        return place && (place.mb->intra() || !picture_.job.constrained_intra);
    };
    // Of a pair beside, lines may come from both macroblocks in turn.
    left[0] = usable(-1, 0) && usable(-1, 1);
    left[1] = usable(-1, 8) && usable(-1, 9);
    return {left[0] && left[1], usable(0, -1), usable(-1, -1), usable(16, -1)};
}

bool SliceDecoder::reconstruct_luma() {
    const Macroblock& mb = slice_.neighbours.current();
    std::ptrdiff_t stride = 0;
    std::uint8_t* samples =
        picture_.samples(0, slice_.neighbours.x(), slice_.neighbours.y(), mb.field, stride);
    bool left[2] = {false, false};
    const Beside whole = mb.intra() ? beside_macroblock(left) : Beside{};
    if (mb.kind == Kind::intra_16x16) {
        if (!predict_16x16(mb.intra_mode, samples, stride, whole)) {
            return false;
        }
        const std::int32_t scale = picture_.tables.scale_4x4[0][mb.qp % 6][0];
        transform_luma_dc(residual_.luma_dc, scale, mb.qp);
        for (unsigned i = 0; i < 16; ++i) {
            residual_.luma[16 * i] = residual_.luma_dc[block_raster[i]];
        }
    }
    const unsigned size = mb.transform_8x8 ? 8 : 4;
    for (unsigned i = 0; i < 16; i += mb.transform_8x8 ? 4 : 1) {
        const unsigned raster = block_raster[i], x = raster % 4 * 4, y = raster / 4 * 4;
        std::uint8_t* at = samples + std::ptrdiff_t{y} * stride + x;
        if (mb.kind == Kind::intra_4x4 || mb.kind == Kind::intra_8x8) {
            Beside beside;
            beside.left = x > 0 || left[y / 8];
            beside.above = y > 0 || whole.above;
            beside.corner = x > 0 ? y > 0 || whole.above : y > 0 ? left[(y - 1) / 8] : whole.corner;
            if (y == 0) {
                beside.above_right = x + size < 16 ? whole.above : whole.above_right;
            } else {
                // Inside of the macroblock only what comes earlier is there.
                beside.above_right =
                    x + size < 16 && (size == 8 || (i != 3 && i != 11 && i % 4 != 3 && i != 13));
            }
            const bool good = size == 8
                                  ? predict_8x8(static_cast<unsigned>(mb.modes[raster]), at, stride, beside)
                                  : predict_4x4(static_cast<unsigned>(mb.modes[raster]), at, stride, beside);
            if (!good) {
                return false;
            }
        }
        const bool coded = (mb.pattern >> i / 4 & 1) != 0;
        if (size == 8) {
            if (coded) {
                add_8x8(residual_.luma + 16 * i, at, stride);
            }
        } else if ((coded && mb.total[raster] != 0) || residual_.luma[16 * i] != 0) {
            add_4x4(residual_.luma + 16 * i, at, stride);
        }
    }
    std::fill_n(residual_.luma_dc, 16, 0);
    return true;
}

bool SliceDecoder::reconstruct_chroma() {
    const Macroblock& mb = slice_.neighbours.current();
    bool left[2] = {false, false};
    const Beside whole = mb.intra() ? beside_macroblock(left) : Beside{};
    for (unsigned plane = 0; plane < 2; ++plane) {
        std::ptrdiff_t stride = 0;
        std::uint8_t* samples =
            picture_.samples(1 + plane, slice_.neighbours.x(), slice_.neighbours.y(), mb.field, stride);
        if (mb.intra() && !predict_chroma(mb.chroma_mode, samples, stride, whole, left)) {
            return false;
        }
        if (mb.pattern >> 4 == 0) {
            continue;
        }
        const int qp = mb.qp_chroma[plane];
        std::int32_t(&dc)[4] = residual_.chroma_dc[plane];
        transform_chroma_dc(dc, picture_.tables.scale_4x4[(mb.intra() ? 1 : 4) + plane][qp % 6][0], qp);
        for (unsigned i = 0; i < 4; ++i) {
            std::int32_t* coefficients = residual_.chroma[plane] + 16 * i;
            coefficients[0] = dc[i];
            if (dc[i] != 0 || mb.total[first_chroma + 4 * plane + i] != 0) {
                add_4x4(coefficients, samples + std::ptrdiff_t{i / 2 * 4} * stride + i % 2 * 4, stride);
            }
        }
        std::fill_n(dc, 4, 0);
    }
    return true;
}

bool SliceDecoder::reconstruct() {
    const Macroblock& mb = slice_.neighbours.current();
    if (mb.kind == Kind::pcm) {
        return true;
    }
    if (!mb.intra() && !inter_.predict(slice_)) {
        return false;
    }
    return reconstruct_luma() && (picture_.job.monochrome || reconstruct_chroma());
}

}  // namespace svp::vpu::h264
