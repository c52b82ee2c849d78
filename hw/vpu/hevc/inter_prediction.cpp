// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/inter_prediction.hpp"

#include <algorithm>

#include "vpu/hevc/interpolation.hpp"

namespace svp::vpu::hevc {

namespace {

constexpr unsigned max_block = 64 + 7;

}  // namespace

template <typename Sample>
TiledReference<Sample>& InterPrediction<Sample>::reference(unsigned number) {
    auto& kept = references_[number];
    if (!kept) {
        const Reference& from = job_.references[number];
        kept.emplace(port_, TiledPicture{from.luma, from.chroma, job_.width, job_.height}, max_block);
    }
    return *kept;
}

template <typename Sample>
Response InterPrediction<Sample>::answer() const {
    Response worst = Response::okay;
    for (const auto& each : references_) {
        worst = each ? std::max(worst, each->answer()) : worst;
    }
    return worst;
}

/** Predicted samples of one component, from one reference; place and size in samples of the component. */
template <typename Sample>
void InterPrediction<Sample>::fetch(unsigned component, unsigned number, Vector mv, unsigned x, unsigned y,
                                    unsigned width, unsigned height, std::int16_t* to) {
    const int shift = component == 0 ? 2 : 3, mask = (1 << shift) - 1;
    const int before = component == 0 ? 3 : 1, around = component == 0 ? 7 : 3;
    const int whole_x = static_cast<int>(x) + (mv.x >> shift),
              whole_y = static_cast<int>(y) + (mv.y >> shift);
    const auto part_x = static_cast<unsigned>(mv.x & mask), part_y = static_cast<unsigned>(mv.y & mask);
    // Only what the filters see.
    const int left = part_x != 0 ? before : 0, above = part_y != 0 ? before : 0;
    const int columns = static_cast<int>(width) + (part_x != 0 ? around : 0);
    const int rows = static_cast<int>(height) + (part_y != 0 ? around : 0);
    TiledReference<Sample>& from = reference(number);
    const auto block = component == 0   ? from.luma(whole_x - left, whole_y - above, columns, rows)
                       : component == 1 ? from.cb(whole_x - left, whole_y - above, columns, rows)
                                        : from.cr(whole_x - left, whole_y - above, columns, rows);
    const Source<Sample> source{block.samples + above * block.stride + left, block.stride};
    if (component == 0) {
        interpolate_luma(source, part_x, part_y, width, height, to);
    } else {
        interpolate_chroma(source, part_x, part_y, width, height, to);
    }
}

template <typename Sample>
void InterPrediction<Sample>::predict(std::array<Plane<Sample>, 3>& planes, unsigned x, unsigned y,
                                      unsigned width, unsigned height, const Motion& motion,
                                      const SliceHeader& slice) {
    alignas(32) std::int16_t samples[2][64 * prediction_stride];
    for (unsigned component = 0; component < 3; ++component) {
        const unsigned scale = component == 0 ? 1 : 2;
        const unsigned at_x = x / scale, at_y = y / scale, columns = width / scale, rows = height / scale;
        for (unsigned list = 0; list < 2; ++list) {
            if (motion.uses(list)) {
                fetch(component, motion.picture[list], motion.mv[list], at_x, at_y, columns, rows,
                      samples[list]);
            }
        }
        Plane<Sample>& plane = planes[component];
        Sample* to = plane.at(at_x, at_y);
        const bool both = motion.uses(0) && motion.uses(1);
        const unsigned list = motion.uses(0) ? 0 : 1;
        if (!slice.weighted) {
            if (both) {
                put_mean(to, plane.stride, samples[0], samples[1], columns, rows);
            } else {
                put(to, plane.stride, samples[list], columns, rows);
            }
            continue;
        }
        const auto weighting = [&](unsigned from) {
            const Weight& weight = slice.weights[from][motion.ref_idx[from]];
            return Weighting{weight.scale[component], weight.offset[component]};
        };
        const int shift =
            static_cast<int>(component == 0 ? slice.luma_shift : slice.chroma_shift) + 14 - depth_of<Sample>;
        if (both) {
            put_weighted(to, plane.stride, samples[0], weighting(0), samples[1], weighting(1), shift, columns,
                         rows);
        } else {
            put_weighted(to, plane.stride, samples[list], weighting(list), shift, columns, rows);
        }
    }
}

template class InterPrediction<std::uint8_t>;
template class InterPrediction<std::uint16_t>;

}  // namespace svp::vpu::hevc
