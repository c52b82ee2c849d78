// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * H.264 decoder without memory of earlier pictures (ITU-T H.264).
 *
 * Hardware: G1 decodes one frame or field from its slices in memory. It parses slice headers by itself;
 * parameter sets come by registers, and CABAC's initial states, scaling lists and picture order counts by a
 * table in memory. Motion of references, which direct prediction needs, lies behind each picture in memory.
 *
 * Interface: decode_some() until it says that it is done, or decode(). Nothing but the port is reached; what
 * is read lies inside the stream, table, pictures and motion that the parameters name, and the work is
 * bounded by the size of the picture, whatever the stream says. The picture is written once it is complete.
 *
 * Not modelled: concealment of errors; slice groups and data partitions, which this decoder lacks in
 * hardware, too. Slices may come in any order.
 */
#pragma once

#include <cstdint>
#include <optional>

#include "vpu/entropy/nal_stream.hpp"
#include "vpu/h264/slice_decoder.hpp"
#include "vpu/result.hpp"

namespace svp::vpu::h264 {

using vpu::Result;

class Decoder {
 public:
    Decoder(const Parameters& parameters, MemoryPort& port);

    /** Goes on by about a row of macroblocks. */
    Result decode_some();

    /** Decodes all. */
    Result decode();
    unsigned macroblocks_per_step() const { return picture_.job.mb_width; }

 private:
    enum class Stage : std::uint8_t { slices, filter, output };

    Result decode_slices();
    Result next_slice();
    Result filter_row();
    Result write_row();
    Response answer() const;

    bool possible_;
    MemoryPort& port_;
    Picture picture_;
    NalStream stream_;
    InterPrediction inter_;
    MotionStore motion_;
    Response answer_ = Response::okay;
    std::optional<SliceDecoder> slice_;
    Stage stage_ = Stage::slices;
    unsigned decoded_ = 0;  ///< macroblocks
    unsigned row_ = 0;
    std::vector<std::uint8_t> lines_;  ///< on their way to memory
};

}  // namespace svp::vpu::h264
