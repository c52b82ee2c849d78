// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * HEVC (ITU-T H.265), Main and Main 10: one picture from its slices.
 *
 * Hardware: what software does not tell by registers is parsed here, from slice segment headers down.
 * Pictures are read and written in tiles of 4x4 samples, motion as motion_store.hpp says.
 *
 * Not modelled: entry points of slices, which are found by decoding; other depths than 8 and 10 bits, or
 * different ones for luma and chroma; concealment: a picture that is not complete ends in an error, with
 * nothing written.
 */
#pragma once

#include <memory>
#include <optional>

#include "vpu/entropy/nal_stream.hpp"
#include "vpu/hevc/parameters.hpp"
#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/reconstruction.hpp"
#include "vpu/hevc/scaling_lists.hpp"
#include "vpu/hevc/slice_decoder.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/result.hpp"

namespace svp::vpu::hevc {

using vpu::Result;

class Decoder {
 public:
    Decoder(const Parameters& parameters, MemoryPort& port);

    /** Decodes about a row of coding tree blocks, or filters one. */
    Result decode_some();
    /** Decodes to the end. */
    Result decode();
    unsigned macroblocks_per_step() const;

 private:
    Response answer() const;
    Result next_slice();
    Result decode_slices();
    Result filter_row();

    bool possible_;
    MemoryPort& port_;
    Picture picture_;
    NalStream stream_;
    ScalingLists scaling_;
    MotionStore motion_;
    std::unique_ptr<Reconstruction> reconstruction_;
    SliceDecoder slice_;
    SliceHeader header_;
    bool in_slice_ = false;
    bool any_slice_ = false;
    unsigned covered_ = 0;  ///< coding tree blocks that have been decoded
    bool filtering_ = false;
    unsigned row_ = 0;
    Response answer_ = Response::okay;
};

}  // namespace svp::vpu::hevc
