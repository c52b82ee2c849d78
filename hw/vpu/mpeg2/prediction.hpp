// SPDX-License-Identifier: GPL-2.0-or-later
/** Motion compensation of a macroblock (section 7.6). */
#pragma once

#include <array>
#include <memory>

#include "vpu/mpeg2/motion.hpp"
#include "vpu/mpeg2/parameters.hpp"
#include "vpu/picture/reference_picture.hpp"

namespace svp::vpu::mpeg2 {

/** Where a macroblock's samples go: its first ones, and the distances between lines. */
struct Target {
    std::uint8_t* luma;
    std::uint8_t* cb;
    std::uint8_t* cr;
    std::ptrdiff_t luma_stride;
    std::ptrdiff_t chroma_stride;
};

class Predictor {
 public:
    Predictor(const Parameters& parameters, MemoryPort& port) : parameters_(parameters), port_(port) {}

    /** Predicts the macroblock in column @p x and row @p y of the picture. */
    void predict(const Motion& motion, unsigned x, unsigned y, const Target& target);

    /** Worst answer of the bus so far. */
    Response answer() const;

 private:
    /** What is predicted from: all lines of a frame, or those of one parity. */
    struct Source {
        ReferencePicture* picture;
        Lines lines;
    };
    /** A part of a macroblock: luma lines of its own kind, frame or field. */
    struct Part {
        int x;      ///< of its first sample in the picture or field
        int y;      ///< of its first line
        int lines;  ///< 8 or 16
        Target target;
        bool average;  ///< with what is there already
    };
    using Fetch = ReferencePicture::Block (ReferencePicture::*)(int, int, int, int, Lines);

    Source frame(unsigned s) { return {picture(parameters_.reference[s][0]), Lines::all}; }
    Source field(unsigned s, Parity parity) {
        const auto number = static_cast<unsigned>(parity);
        return {picture(parameters_.reference[s][number]),
                parity == Parity::top ? Lines::top : Lines::bottom};
    }
    ReferencePicture* picture(std::uint32_t address);
    void predict_frame(const Motion& motion, const Part& whole);
    void predict_fields(const Motion& motion, const Part& whole);
    void predict_field_picture(const Motion& motion, const Part& whole);
    void predict_halves(const Motion& motion, const Part& whole);
    void predict_dual_prime(const Motion& motion, const Part& whole);
    void predict_part(const Source& source, const Vector& vector, const Part& part);
    void predict_plane(const Source& source, Fetch fetch, int x, int y, int columns, int lines,
                       const Vector& vector, std::uint8_t* to, std::ptrdiff_t stride, bool average);

    const Parameters& parameters_;
    MemoryPort& port_;
    std::array<std::shared_ptr<ReferencePicture>, 4> pictures_;
};

}  // namespace svp::vpu::mpeg2
