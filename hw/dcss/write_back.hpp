// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Write scaler (WRSCL): sends what a channel's scaler makes of its picture to memory instead of the screen;
 * RDSRC reads it from there again (channel.hpp).
 *
 * Hardware: both are there once. The channel is the one whose scaler has SCALE2MEM. A frame is written during
 * the frame that fetches the picture, and shown by RDSRC in a later one.
 *
 * Reference: NXP's driver, dcss-wrscl.c and dcss-rdsrc.c: registers, and words of 32 bits with three
 * components of ten bits as the format that is used.
 *
 * The model chooses: the upper two bits of alpha in bits 31 and 30 (3 without alpha), red or luma in 29 to
 * 20, green or Cb, blue or Cr in 9 to 0; without REPEAT one frame is written, and ENABLE reads 0 then. Of
 * several channels with SCALE2MEM the first one writes. FRAME_COMP and ERR are cleared by writing 1.
 *
 * Not modelled: other words than those of 32 bits with ten each, bursts and their frequency, FIFOs,
 * interrupts, which no driver takes. A frame that a load of saved state finds half written stays so.
 */
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dcss/channel.hpp"
#include "dcss/fetches.hpp"
#include "dcss/layer.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

class WriteBack {
 public:
    explicit WriteBack(Host& host) : host_(host) {}

    /** Begins with a new frame if registers ask for it; false if nothing is to be written. */
    bool begin(const RegisterBank& bank, const FrameExceptions& exceptions);

    /** True until the last part of a frame that has begun is written. */
    bool under_way() const { return under_way_; }

    /** Reads the next part of the picture or, if it is there, writes the next part of the result: each takes
     * a fraction of a millisecond. */
    void step();
    /** Of a frame, at most. */
    std::uint32_t steps() const { return steps_; }

    void stop() { under_way_ = false; }

    /** The worst answer to a write of this frame. */
    Response answer() const { return answer_; }

 private:
    void write_part();
    void pack(const SampleRows& rows, std::span<std::uint8_t> line) const;

    Host& host_;
    Channel channel_;
    Layer layer_;
    std::uint32_t address_ = 0, pitch_ = 0;
    bool under_way_ = false;
    bool reads_ = false;  ///< the picture is not there yet
    Source::Reading reading_;
    FetchExceptions exceptions_;  ///< of the frame
    std::uint32_t steps_ = 0;
    std::uint32_t part_ = 0;  ///< lines that are written at once
    std::uint32_t next_line_ = 0, end_line_ = 0;
    Response answer_ = Response::okay;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace svp::dcss
