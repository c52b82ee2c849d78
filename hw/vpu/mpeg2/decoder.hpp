// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * MPEG-2 video decoder without memory of earlier pictures (ITU-T H.262, Main profile).
 *
 * Hardware: G1 decodes the slices of a picture or field; everything above them is parsed by software. A
 * decoder lives as long as one job and takes nothing from earlier ones.
 *
 * Interface: decode_some() until it says something else than more, or decode(). Nothing but the port is
 * reached; what is read lies inside the stream, the tables and the pictures that the parameters name. Slices
 * must come in the order of their macroblocks, so that none is decoded twice, and the work is bounded by the
 * size of picture and stream.
 *
 * Not modelled: concealment. Macroblocks that no slice covers stay as they were in memory, and the job ends
 * with an error.
 */
#pragma once

#include <cstdint>
#include <vector>

#include "vpu/entropy/bit_reader.hpp"
#include "vpu/mpeg2/block.hpp"
#include "vpu/mpeg2/motion.hpp"
#include "vpu/mpeg2/parameters.hpp"
#include "vpu/mpeg2/prediction.hpp"
#include "vpu/result.hpp"

namespace svp::vpu::mpeg2 {

using vpu::Result;

class Decoder {
 public:
    Decoder(const Parameters& parameters, MemoryPort& port);

    /** Decodes the next slice. */
    Result decode_some();

    /** Decodes all slices. */
    Result decode();
    unsigned macroblocks_per_step() const { return parameters_.mb_width; }

 private:
    /** What a macroblock says of itself, beside vectors. */
    struct Macroblock {
        int type = 0;  ///< bits of macroblock_type
        bool field_dct = false;
    };

    bool slice_header(unsigned code);
    bool macroblocks();
    bool skip_to(unsigned column);
    bool macroblock();
    bool macroblock_modes(Macroblock& mb);
    bool vectors(const Macroblock& mb);
    bool blocks(const Macroblock& mb);
    void skipped();
    void move_to(unsigned row, unsigned column);
    void finished_macroblock();
    void flush();
    Target target();
    Result judge(Result result);
    unsigned count() const { return parameters_.mb_width * parameters_.rows(); }

    const Parameters parameters_;
    MemoryPort& port_;
    bool possible_;
    Response answer_ = Response::okay;
    Matrices matrices_;
    BitReader bits_;
    BlockParser block_;
    MotionParser motion_parser_;
    Predictor predictor_;
    Motion motion_;
    Macroblock last_;
    unsigned row_ = 0;  ///< of the macroblock that is next
    unsigned column_ = 0;
    unsigned next_ = 0;               ///< address of the first macroblock that may come
    unsigned missing_ = 0;            ///< macroblocks that were left out
    unsigned first_kept_ = 0;         ///< columns of row_ that are decoded and not in memory yet
    std::vector<std::uint8_t> luma_;  ///< of a row of macroblocks
    std::vector<std::uint8_t> cb_;
    std::vector<std::uint8_t> cr_;
    std::vector<std::uint8_t> lines_;  ///< on their way to memory
};

}  // namespace svp::vpu::mpeg2
