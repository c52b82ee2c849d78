// SPDX-License-Identifier: GPL-2.0-or-later
/** Inter prediction (clause 8.4.2): samples from references, and their weights. */
#pragma once

#include <memory>

#include "vpu/h264/slice.hpp"
#include "vpu/picture/reference_picture.hpp"

namespace svp::vpu::h264 {

class InterPrediction {
 public:
    InterPrediction(Picture& picture, MemoryPort& port) : picture_(picture), port_(port) {}

    /** Predicts the current macroblock of @p slice from its vectors. False: a reference is missing. */
    bool predict(const Slice& slice);

    /** Worst answer of the bus so far. */
    Response answer() const;

 private:
    /** Where the samples go that one reference predicts. */
    struct Target {
        std::uint8_t* plane[3];
        std::ptrdiff_t stride[3];
    };
    /** Lines of the second list's samples. */
    static constexpr std::ptrdiff_t other_stride = 16;
    /** Weights of both lists for a plane: ((a * w0 + b * w1 + 2^logWD) >> (logWD + 1)) + offset. */
    struct Weights {
        bool weighted = false;
        int log2_denominator = 0;
        int weight[2] = {1, 1};
        int offset[2] = {0, 0};
    };
    struct Block {
        unsigned x, y, width, height;  ///< luma samples of the macroblock
    };

    bool predict_block(const Slice& slice, const Block& block);
    void fetch(const Slice& slice, const Reference& reference, Vector mv, const Block& block,
               const Target& out);
    Weights weights(const Slice& slice, unsigned plane, const int (&ref)[2],
                    const Reference (&reference)[2]) const;
    static void weigh(const Weights& use, unsigned list, std::uint8_t* to, std::ptrdiff_t stride,
                      unsigned width, unsigned height);
    static void weigh_both(const Weights& use, std::uint8_t* to, std::ptrdiff_t stride,
                           const std::uint8_t* other, unsigned width, unsigned height);
    ReferencePicture& reference_picture(unsigned slot);

    Picture& picture_;
    MemoryPort& port_;
    std::unique_ptr<ReferencePicture> references_[slot_count];
};

}  // namespace svp::vpu::h264
