// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Puts a finished picture into memory as G2 does: in tiles of 4x4 samples (tiled_format.hpp), and once more
 * line by line if that is wanted: NV12, or P010 with 10 bits at the top of 16.
 *
 * Lines of the second one have the width rounded up to 16 samples; what is beyond the picture there is left
 * as it was.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vpu/job_memory.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/picture/tiled_reference.hpp"

namespace svp::vpu {

/** Raster output beside the tiled one. */
struct RasterPicture {
    bool wanted = false;
    bool eight_bits = true;  ///< NV12; otherwise P010
    std::uint32_t luma = 0;  ///< address
    std::uint32_t chroma = 0;
};

/** Lines of a picture, planes apart; strides in samples. */
template <typename Sample>
struct PictureLines {
    const Sample* luma;
    const Sample* cb;
    const Sample* cr;
    std::ptrdiff_t luma_stride;
    std::ptrdiff_t chroma_stride;
};

/** @p Sample is std::uint8_t (8 bits) or std::uint16_t (10 bits). */
template <typename Sample>
class PictureWriter {
 public:
    /** Width and height of @p tiled in whole tiles, that is multiples of 8, and so many samples there are. */
    PictureWriter(MemoryPort& port, const TiledPicture& tiled, const RasterPicture& raster);

    /** Writes @p count lines of luma from line @p first on, both multiples of 8, and their chroma. */
    void write(unsigned first, unsigned count, const PictureLines<Sample>& lines);

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    void write_tiled(unsigned first, unsigned count, const PictureLines<Sample>& lines);
    void write_raster(unsigned first, unsigned count, const PictureLines<Sample>& lines);
    void put(std::uint32_t address, std::size_t size);

    MemoryPort& port_;
    TiledPicture tiled_;
    RasterPicture raster_;
    JobVector<std::uint8_t> bytes_;  ///< on their way to memory
    Response answer_ = Response::okay;
};

extern template class PictureWriter<std::uint8_t>;
extern template class PictureWriter<std::uint16_t>;

}  // namespace svp::vpu
