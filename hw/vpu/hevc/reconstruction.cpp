// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/reconstruction.hpp"

#include <algorithm>
#include <array>

#include "vpu/hevc/deblocking.hpp"
#include "vpu/hevc/inter_prediction.hpp"
#include "vpu/hevc/sample_offset.hpp"
#include "vpu/hevc/tile_edges.hpp"
#include "vpu/picture/picture_writer.hpp"

namespace svp::vpu::hevc {

namespace {

/** Planes of luma, Cb and Cr. */
template <typename Sample>
std::array<Plane<Sample>, 3> planes_of(unsigned width, unsigned height) {
    return {Plane<Sample>(width, height), Plane<Sample>(width / 2, height / 2),
            Plane<Sample>(width / 2, height / 2)};
}

template <typename Sample>
class SampleReconstruction final : public Reconstruction {
 public:
    SampleReconstruction(Picture& picture, MemoryPort& port)
        : picture_(picture),
          inter_(port, picture.job),
          edges_(picture, port),
          writer_(port, picture.job.output, picture.job.raster),
          planes_(planes_of<Sample>(picture.job.width, picture.job.height)),
          finished_(planes_of<Sample>(picture.job.width, 1u << picture.job.log2_ctb)) {}

    void intra(const IntraBlock& block) override { predict_intra(planes_[block.component], block); }

    void inter(unsigned x, unsigned y, unsigned width, unsigned height, const Motion& motion,
               const SliceHeader& slice) override {
        inter_.predict(planes_, x, y, width, height, motion, slice);
    }

    void add(unsigned component, unsigned x, unsigned y, const Residual& residual) override {
        Plane<Sample>& plane = planes_[component];
        add_residual(plane.at(x, y), plane.stride, residual);
    }

    void raw(unsigned component, unsigned x, unsigned y, unsigned size, PayloadReader& bits,
             unsigned depth) override {
        for (unsigned line = 0; line < size; ++line) {
            Sample* to = planes_[component].at(x, y + line);
            for (unsigned i = 0; i < size; ++i) {
                to[i] = static_cast<Sample>(bits.bits(depth) << (depth_of<Sample> - static_cast<int>(depth)));
            }
        }
    }

    void finish_row(unsigned row) override {
        if (row == 0) {
            edges_.before_deblocking(planes_);
        }
        deblock_row(picture_, planes_, row);
        if (row > 0) {
            put_out(row - 1);
        }
        if (row + 1 == picture_.tiles.height()) {
            put_out(row);
        }
    }

    Response answer() const override {
        return std::max({inter_.answer(), edges_.answer(), writer_.answer()});
    }

 private:
    void put_out(unsigned row) {
        edges_.before_offsets(planes_, row);
        for (unsigned component = 0; component < 3; ++component) {
            offset_row(picture_, component, row, planes_[component], finished_[component]);
        }
        const unsigned first = row << picture_.job.log2_ctb;
        const unsigned count = std::min(1u << picture_.job.log2_ctb, picture_.job.height - first);
        writer_.write(first, count,
                      {finished_[0].at(0, 0), finished_[1].at(0, 0), finished_[2].at(0, 0),
                       finished_[0].stride, finished_[1].stride});
    }

    Picture& picture_;
    InterPrediction<Sample> inter_;
    TileEdges edges_;
    PictureWriter<Sample> writer_;
    std::array<Plane<Sample>, 3> planes_;
    std::array<Plane<Sample>, 3> finished_;  ///< of a row of coding tree blocks
};

}  // namespace

std::unique_ptr<Reconstruction> Reconstruction::make(Picture& picture, MemoryPort& port) {
    if (picture.job.bit_depth == 8) {
        return std::make_unique<SampleReconstruction<std::uint8_t>>(picture, port);
    }
    return std::make_unique<SampleReconstruction<std::uint16_t>>(picture, port);
}

}  // namespace svp::vpu::hevc
