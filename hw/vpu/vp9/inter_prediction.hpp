// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction from other pictures, scaled ones too (VP9 specification, section 8.5.2). */
#pragma once

#include <array>
#include <memory>

#include "vpu/picture/tiled_reference.hpp"
#include "vpu/vp9/parameters.hpp"

namespace svp::vpu::vp9 {

/** Samples of a picture that is being made; strides in samples. */
template <typename Sample>
struct Planes {
    std::array<Sample*, 3> samples;
    std::array<std::ptrdiff_t, 3> stride;
};

template <typename Sample>
class InterPrediction {
 public:
    InterPrediction(const Parameters& parameters, MemoryPort& port) : parameters_(parameters), port_(port) {}

    /** Predicts all of @p block in @p planes. False if a reference has an impossible size. */
    bool predict(const Block& block, const Planes<Sample>& planes);

    /** Worst answer of the bus so far. */
    Response answer() const;

 private:
    using Source = TiledReference<Sample>;

    /** Where in a reference a block begins, in sixteenths of a sample, and how far its samples are apart. */
    struct Start {
        int x;
        int y;
        int x_step;
        int y_step;
    };
    /** A part of a block in a plane. */
    struct Part {
        unsigned plane;
        int x;  ///< samples in the plane
        int y;
        int width;
        int height;
    };

    Source* source(unsigned reference);
    bool possible(const ReferenceParameters& reference) const;
    Start start_of(const Block& block, const ReferenceParameters& reference, const Part& part,
                   MotionVector vector) const;
    void predict_part(const Block& block, unsigned index, Source& source, const Part& part,
                      MotionVector vector, const Planes<Sample>& planes);
    void predict_parts(const Block& block, unsigned index, Source& source, const Planes<Sample>& planes);

    const Parameters& parameters_;
    MemoryPort& port_;
    std::array<std::unique_ptr<Source>, 3> sources_;
};

}  // namespace svp::vpu::vp9
