// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/inter_prediction.hpp"

#include <algorithm>

#include "vpu/vp9/convolution.hpp"

namespace svp::vpu::vp9 {

namespace {

constexpr unsigned scale_bits = 14;
constexpr unsigned unscaled = 1u << scale_bits;
/** References are at most twice as large, and at least a sixteenth. */
constexpr unsigned largest_scale = 2 * unscaled;
constexpr unsigned smallest_scale = unscaled / 16;

int scaled(int value, unsigned scale) {
    return static_cast<int>(std::int64_t{value} * scale >> scale_bits);
}

/** Section 8.5.2.1: chroma has the average of the four vectors of its parts. */
MotionVector average_of_parts(const Block& block, unsigned index) {
    int row = 0, column = 0;
    for (const VectorPair& vectors : block.vectors) {
        row += vectors[index].row;
        column += vectors[index].column;
    }
    const auto quarter = [](int sum) { return static_cast<std::int16_t>((sum < 0 ? sum - 2 : sum + 2) / 4); };
    return {quarter(row), quarter(column)};
}

}  // namespace

template <typename Sample>
bool InterPrediction<Sample>::possible(const ReferenceParameters& reference) const {
    const auto fits = [](unsigned scale, unsigned size, unsigned current) {
        return scale >= smallest_scale && scale <= largest_scale && size != 0 && size <= 2 * current;
    };
    return fits(reference.x_scale, reference.picture.width, parameters_.width) &&
           fits(reference.y_scale, reference.picture.height, parameters_.height);
}

template <typename Sample>
TiledReference<Sample>* InterPrediction<Sample>::source(unsigned reference) {
    const ReferenceParameters& wanted = parameters_.references[reference - last_frame];
    std::unique_ptr<Source>& source = sources_[reference - last_frame];
    if (source == nullptr && possible(wanted)) {
        source = std::make_unique<Source>(port_, wanted.picture, max_scaled_lines);
    }
    return source.get();
}

/** Sections 8.5.2.2 and 8.5.2.3: vectors are clamped only where there is a scale. */
template <typename Sample>
typename InterPrediction<Sample>::Start InterPrediction<Sample>::start_of(
    const Block& block, const ReferenceParameters& reference, const Part& part, MotionVector vector) const {
    const int to_sixteenths = part.plane == 0 ? 2 : 1;
    const int row = vector.row * to_sixteenths, column = vector.column * to_sixteenths;
    if (reference.x_scale == unscaled && reference.y_scale == unscaled) {
        return {16 * part.x + column, 16 * part.y + row, 16, 16};
    }
    const int subsampling = part.plane == 0 ? 0 : 1;
    const auto clamped = [&](int value, unsigned first, unsigned count, unsigned all, int border) {
        const int before = static_cast<int>(8 * first) * 16 >> subsampling;
        const int behind = static_cast<int>(8 * all) - static_cast<int>(8 * (first + count));
        return std::clamp(value, -before - border, behind * 16 / (1 << subsampling) + border - 16);
    };
    const int width = static_cast<int>(8 * width_8x8(block.size)) >> subsampling;
    const int height = static_cast<int>(8 * height_8x8(block.size)) >> subsampling;
    const int x =
        clamped(column, block.column, width_8x8(block.size), parameters_.columns(), (4 + width) * 16);
    const int y = clamped(row, block.row, height_8x8(block.size), parameters_.rows(), (4 + height) * 16);
    const auto start = [&](int position, int offset, unsigned scale) {
        const int fraction = scaled(16 * (position << subsampling), scale) & 15;
        return (scaled(position, scale) << 4) + scaled(offset, scale) + fraction;
    };
    return {start(part.x, x, reference.x_scale), start(part.y, y, reference.y_scale),
            scaled(16, reference.x_scale), scaled(16, reference.y_scale)};
}

template <typename Sample>
void InterPrediction<Sample>::predict_part(const Block& block, unsigned index, Source& source,
                                           const Part& part, MotionVector vector,
                                           const Planes<Sample>& planes) {
    const ReferenceParameters& reference = parameters_.references[block.reference[index] - last_frame];
    const Start start = start_of(block, reference, part, vector);
    const bool scaled = start.x_step != 16 || start.y_step != 16;
    const int x_sixteenths = start.x & 15, y_sixteenths = start.y & 15;
    // Without a fraction, samples beside the block are not needed.
    const bool x_filter = scaled || x_sixteenths != 0, y_filter = scaled || y_sixteenths != 0;
    const int columns = (((part.width - 1) * start.x_step + x_sixteenths) >> 4) + 1 +
                        (x_filter ? taps_before + taps_behind : 0);
    const int rows = (((part.height - 1) * start.y_step + y_sixteenths) >> 4) + 1 +
                     (y_filter ? taps_before + taps_behind : 0);
    const int x = (start.x >> 4) - (x_filter ? taps_before : 0);
    const int y = (start.y >> 4) - (y_filter ? taps_before : 0);
    const auto from = part.plane == 0   ? source.luma(x, y, columns, rows)
                      : part.plane == 1 ? source.cb(x, y, columns, rows)
                                        : source.cr(x, y, columns, rows);
    const std::ptrdiff_t stride = planes.stride[part.plane];
    const Convolution<Sample> job{
        .from = from.samples + (x_filter ? taps_before : 0) + (y_filter ? taps_before : 0) * from.stride,
        .from_stride = from.stride,
        .to = planes.samples[part.plane] + part.y * stride + part.x,
        .to_stride = stride,
        .width = part.width,
        .height = part.height,
        .filter = block.filter,
        .x_sixteenths = x_sixteenths,
        .y_sixteenths = y_sixteenths,
        .bit_depth = parameters_.bit_depth,
        .average = index == 1,
    };
    if (scaled) {
        convolve_scaled(job, start.x_step, start.y_step);
    } else {
        convolve(job);
    }
}

template <typename Sample>
void InterPrediction<Sample>::predict_parts(const Block& block, unsigned index, Source& source,
                                            const Planes<Sample>& planes) {
    const int x = 8 * block.column, y = 8 * block.row;
    if (!block.below_8x8()) {
        const int width = static_cast<int>(8 * width_8x8(block.size));
        const int height = static_cast<int>(8 * height_8x8(block.size));
        const MotionVector vector = block.vector()[index];
        predict_part(block, index, source, {0, x, y, width, height}, vector, planes);
        for (unsigned plane = 1; plane < 3; ++plane) {
            predict_part(block, index, source, {plane, x / 2, y / 2, width / 2, height / 2}, vector, planes);
        }
        return;
    }
    for (unsigned i = 0; i < 4; ++i) {
        const int part_x = x + static_cast<int>(i % 2 * 4), part_y = y + static_cast<int>(i / 2 * 4);
        predict_part(block, index, source, {0, part_x, part_y, 4, 4}, block.vectors[i][index], planes);
    }
    const MotionVector vector = average_of_parts(block, index);
    for (unsigned plane = 1; plane < 3; ++plane) {
        predict_part(block, index, source, {plane, x / 2, y / 2, 4, 4}, vector, planes);
    }
}

template <typename Sample>
bool InterPrediction<Sample>::predict(const Block& block, const Planes<Sample>& planes) {
    for (unsigned index = 0; index < (block.compound() ? 2u : 1u); ++index) {
        Source* from = source(block.reference[index]);
        if (from == nullptr) {
            return false;
        }
        predict_parts(block, index, *from, planes);
    }
    return true;
}

template <typename Sample>
Response InterPrediction<Sample>::answer() const {
    Response worst = Response::okay;
    for (const auto& source : sources_) {
        worst = source != nullptr ? std::max(worst, source->answer()) : worst;
    }
    return worst;
}

template class InterPrediction<std::uint8_t>;
template class InterPrediction<std::uint16_t>;

}  // namespace svp::vpu::vp9
