// SPDX-License-Identifier: GPL-2.0-or-later
/** Prediction of a block from other pictures, clause 8.5.3.3. */
#pragma once

#include <array>
#include <optional>

#include "vpu/hevc/picture.hpp"
#include "vpu/hevc/plane.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/picture/tiled_reference.hpp"

namespace svp::vpu::hevc {

template <typename Sample>
class InterPrediction {
 public:
    InterPrediction(MemoryPort& port, const Parameters& job) : port_(port), job_(job) {}

    /** Predicts the block at @p x, @p y; place and size in luma samples. */
    void predict(std::array<Plane<Sample>, 3>& planes, unsigned x, unsigned y, unsigned width,
                 unsigned height, const Motion& motion, const SliceHeader& slice);

    Response answer() const;

 private:
    TiledReference<Sample>& reference(unsigned number);
    void fetch(unsigned component, unsigned number, Vector mv, unsigned x, unsigned y, unsigned width,
               unsigned height, std::int16_t* to);

    MemoryPort& port_;
    const Parameters& job_;
    std::array<std::optional<TiledReference<Sample>>, picture_count> references_;
};

extern template class InterPrediction<std::uint8_t>;
extern template class InterPrediction<std::uint16_t>;

}  // namespace svp::vpu::hevc
