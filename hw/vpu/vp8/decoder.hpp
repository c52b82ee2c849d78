// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * VP8 decoder without memory of earlier pictures (RFC 6386).
 *
 * Hardware: G1 decodes a picture from what software has parsed of the frame header, with everything else in
 * memory: probabilities, segment map, references. A decoder lives as long as one job and takes nothing from
 * earlier ones.
 *
 * Interface: decode_some() until it says that it is done, or decode(). Nothing but the port is reached; what
 * is read lies inside the ranges and pictures that the parameters name, and the work is bounded by the size
 * of the picture, whatever the stream says.
 *
 * Not modelled: filter taps of the hardware's registers; they are the standard's.
 */
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "vpu/picture/nv12_band.hpp"
#include "vpu/picture/reference_picture.hpp"
#include "vpu/result.hpp"
#include "vpu/vp8/mode_parser.hpp"
#include "vpu/vp8/parameters.hpp"
#include "vpu/vp8/residual.hpp"

namespace svp::vpu::vp8 {

using vpu::Result;

class Decoder {
 public:
    Decoder(const Parameters& parameters, MemoryPort& port);

    /** Decodes the next row of macroblocks. */
    Result decode_some();

    /** Decodes all rows. */
    Result decode();
    unsigned macroblocks_per_step() const { return parameters_.mb_width; }

 private:
    static constexpr unsigned top_margin = 16;   ///< before a line above: the corner
    static constexpr unsigned top_overhang = 4;  ///< behind it: what is above and to the right of the last

    /** Unfiltered last lines of the row above, which prediction sees. */
    struct Tops {
        std::vector<std::uint8_t> luma;
        std::vector<std::uint8_t> cb;
        std::vector<std::uint8_t> cr;
    };

    void begin();
    void read_segments();
    Response write_segments();
    void keep_tops();
    void decode_macroblock(unsigned x, BoolDecoder& coefficients);
    void predict_intra(const Macroblock& mb, unsigned x, const Residual* residual);
    void add_residual(const Macroblock& mb, unsigned x, const Residual& residual);
    ReferencePicture& reference(Reference which);
    Result trouble(const BoolDecoder& coefficients) const;
    Result finish_row();

    const Parameters parameters_;
    MemoryPort& port_;
    bool possible_;
    Response answer_ = Response::okay;
    Probabilities probabilities_;
    ModeParser modes_;
    ResidualParser residuals_;
    BoolDecoder control_;
    std::array<BoolDecoder, max_partitions> coefficients_;
    std::vector<std::uint8_t> segments_;  ///< of each macroblock
    std::vector<Macroblock> above_;       ///< row above, after one macroblock outside
    std::vector<Macroblock> current_;
    std::array<std::shared_ptr<ReferencePicture>, 4> references_;
    Nv12Band band_;
    Tops tops_;
    Residual residual_;
    unsigned row_ = 0;
};

}  // namespace svp::vpu::vp8
