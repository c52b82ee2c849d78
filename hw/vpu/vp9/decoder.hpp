// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * VP9 decoder without memory of earlier pictures (VP9 Bitstream and Decoding Process Specification, version
 * 0.6).
 *
 * Hardware: G2 decodes the tiles of a frame (profiles 0 and 2, 8 and 10 bits, 4:2:0). Software has parsed
 * both headers and adapts probabilities from the counts that the decoder writes; probabilities, segments,
 * vectors of the previous picture and references lie in memory. A decoder lives as long as one job.
 *
 * Interface: decode_some() until it does not say "more". Nothing but the port is reached; what is read lies
 * inside the ranges that the parameters name, and the work is bounded by the size of the picture, whatever
 * the stream says. The picture, the counts and the segments are written once all is decoded; vectors, and
 * samples at the sides of tiles, row by row before.
 *
 * Not modelled: what of control data the chip spills between tiles, for it is not needed.
 */
#pragma once

#include <memory>

#include "vpu/result.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

using vpu::Result;

class Decoder {
 public:
    Decoder(const Parameters& parameters, MemoryPort& port);
    ~Decoder();

    /** Goes on by a row of 64x64 blocks. */
    Result decode_some();

    /** Decodes all. */
    Result decode();

    unsigned macroblocks_per_step() const { return 16 * parameters_.superblock_columns(); }

    class Engine;

 private:
    const Parameters parameters_;
    std::unique_ptr<Engine> engine_;  ///< none if parameters are out of their ranges
};

}  // namespace svp::vpu::vp9
