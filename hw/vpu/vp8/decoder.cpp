// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp8/decoder.hpp"

#include <algorithm>
#include <bit>

#include "vpu/vp8/inter_prediction.hpp"
#include "vpu/vp8/intra_prediction.hpp"
#include "vpu/vp8/loop_filter.hpp"

namespace svp::vpu::vp8 {

namespace {

// Section 12.2: samples where the picture has none.
constexpr std::uint8_t above_picture = 127;
constexpr std::uint8_t left_of_picture = 129;

constexpr unsigned segments_per_byte = 4;
constexpr unsigned segment_bits = 2;

bool possible(const Parameters& parameters) {
    return parameters.mb_width >= 1 && parameters.mb_width <= max_mb_width && parameters.mb_height >= 1 &&
           parameters.mb_height <= max_mb_height && parameters.control_range >= 128 &&
           parameters.control_range <= 255 && parameters.partitions >= 1 &&
           parameters.partitions <= max_partitions && std::has_single_bit(parameters.partitions);
}

/** What decoders can be made for without harm, if it is then not used. */
Parameters checked(const Parameters& parameters) {
    if (possible(parameters)) {
        return parameters;
    }
    Parameters smallest;
    smallest.mb_width = smallest.mb_height = 1;
    return smallest;
}

std::array<std::uint8_t, Probabilities::size> read_table(MemoryPort& port, std::uint32_t address, bool wanted,
                                                         Response& answer) {
    std::array<std::uint8_t, Probabilities::size> table{};
    if (wanted) {
        answer = std::max(answer, port.read(Stream::table, address, table));
    }
    return table;
}

}  // namespace

Decoder::Decoder(const Parameters& parameters, MemoryPort& port)
    : parameters_(checked(parameters)),
      port_(port),
      possible_(possible(parameters)),
      probabilities_(read_table(port, parameters.probabilities, possible_, answer_)),
      modes_(parameters_, probabilities_),
      residuals_(parameters_, probabilities_),
      segments_(std::size_t{parameters_.mb_width} * parameters_.mb_height),
      above_(parameters_.mb_width + 1),
      current_(parameters_.mb_width + 1),
      band_(parameters_.output, 16 * parameters_.mb_width, 16 * parameters_.mb_height) {
    const auto top = [this](unsigned samples) {
        return std::vector<std::uint8_t>(top_margin + samples * parameters_.mb_width + top_overhang,
                                         above_picture);
    };
    tops_ = {top(16), top(8), top(8)};
    if (possible_) {
        begin();
    }
}

void Decoder::begin() {
    control_.resume(port_, parameters_.control, parameters_.control_range, parameters_.control_value);
    for (unsigned i = 0; i < parameters_.partitions; ++i) {
        coefficients_[i].start(port_, parameters_.coefficients[i]);
    }
    if (parameters_.segmentation && !parameters_.update_segment_map) {
        read_segments();
    }
    band_.set_left_edge(left_of_picture);
}

void Decoder::read_segments() {
    std::vector<std::uint8_t> map((segments_.size() + segments_per_byte - 1) / segments_per_byte);
    answer_ = std::max(answer_, port_.read(Stream::segment_map, parameters_.segment_map, map));
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        segments_[i] =
            map[i / segments_per_byte] >> i % segments_per_byte * segment_bits & (max_segments - 1);
    }
}

Response Decoder::write_segments() {
    std::vector<std::uint8_t> map((segments_.size() + segments_per_byte - 1) / segments_per_byte);
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        map[i / segments_per_byte] |=
            static_cast<std::uint8_t>(segments_[i] << i % segments_per_byte * segment_bits);
    }
    return port_.write(Stream::segment_map, parameters_.segment_map, map);
}

ReferencePicture& Decoder::reference(Reference which) {
    std::shared_ptr<ReferencePicture>& wanted = references_[static_cast<unsigned>(which)];
    if (wanted == nullptr) {
        const std::uint32_t address = parameters_.reference[static_cast<unsigned>(which)];
        const auto same = std::find_if(references_.begin(), references_.end(), [address](const auto& other) {
            return other != nullptr && other->address() == address;
        });
        wanted = same != references_.end()
                     ? *same
                     : std::make_shared<ReferencePicture>(port_, address, 16 * parameters_.mb_width,
                                                          16 * parameters_.mb_height);
    }
    return *wanted;
}

void Decoder::add_residual(const Macroblock& mb, unsigned x, const Residual& residual) {
    const Nv12Band::Plane luma = band_.luma(), cb = band_.cb(), cr = band_.cr();
    for (unsigned i = 0; mb.mode != Mode::b_pred && i < Residual::luma_blocks; ++i) {
        residual.add(i, luma.current + std::ptrdiff_t{i / 4 * 4} * luma.stride + 16 * x + i % 4 * 4,
                     luma.stride);
    }
    for (unsigned i = 0; i < 4; ++i) {
        const std::ptrdiff_t offset = std::ptrdiff_t{i / 2 * 4} * cb.stride + 8 * x + i % 2 * 4;
        residual.add(Residual::luma_blocks + i, cb.current + offset, cb.stride);
        residual.add(Residual::luma_blocks + 4 + i, cr.current + offset, cr.stride);
    }
}

/** Subblocks are predicted from their neighbours as they are with their residual, so it is added in between.
 */
void Decoder::predict_intra(const Macroblock& mb, unsigned x, const Residual* residual) {
    const bool has_above = row_ > 0, has_left = x > 0;
    const Nv12Band::Plane luma = band_.luma(), cb = band_.cb(), cr = band_.cr();
    const auto edges = [&](const std::vector<std::uint8_t>& top, unsigned samples) {
        return Edges{top.data() + top_margin + samples * x, has_above, has_left};
    };
    predict_block(mb.chroma_mode, 8, cb.current + 8 * x, cb.stride, edges(tops_.cb, 8));
    predict_block(mb.chroma_mode, 8, cr.current + 8 * x, cr.stride, edges(tops_.cr, 8));
    std::uint8_t* samples = luma.current + 16 * x;
    const std::uint8_t* top = tops_.luma.data() + top_margin + 16 * x;
    if (mb.mode != Mode::b_pred) {
        predict_block(mb.mode, 16, samples, luma.stride, edges(tops_.luma, 16));
        return;
    }
    for (unsigned i = 0; i < Residual::luma_blocks; ++i) {
        const unsigned column = i % 4 * 4, line = i / 4 * 4;
        std::uint8_t* block = samples + std::ptrdiff_t{line} * luma.stride + column;
        std::uint8_t above[5 + 4];
        if (line == 0) {
            std::copy_n(top + column - 1, 9, above);
        } else {
            std::copy_n(block - luma.stride - 1, 9, above);
        }
        // Right of the macroblock there is nothing yet but above it.
        const std::uint8_t* above_right = column == 12 ? top + 16 : above + 5;
        predict_subblock(mb.submodes[i], block, luma.stride, above + 1, above_right);
        if (residual != nullptr) {
            residual->add(i, block, luma.stride);
        }
    }
}

void Decoder::decode_macroblock(unsigned x, BoolDecoder& coefficients) {
    Macroblock& mb = current_[x + 1];
    std::uint8_t& segment = segments_[std::size_t{row_} * parameters_.mb_width + x];
    mb.segment = segment;
    modes_.parse(control_, x, row_, {above_[x + 1], current_[x], above_[x]}, mb);
    segment = mb.segment;
    residuals_.parse(coefficients, x, mb, residual_);
    if (mb.inter()) {
        predict_inter(parameters_, mb, x, row_, reference(mb.reference), band_);
    } else {
        predict_intra(mb, x, mb.has_coefficients ? &residual_ : nullptr);
    }
    if (mb.has_coefficients) {
        add_residual(mb, x, residual_);
    }
}

void Decoder::keep_tops() {
    const auto keep = [](const Nv12Band::Plane& plane, unsigned samples, std::vector<std::uint8_t>& top) {
        const std::uint8_t* last = plane.current + std::ptrdiff_t{plane.lines - 1} * plane.stride;
        top[top_margin - 1] = left_of_picture;
        std::copy_n(last, samples, top.begin() + top_margin);
        std::fill_n(top.begin() + top_margin + samples, top_overhang, last[samples - 1]);
    };
    keep(band_.luma(), 16 * parameters_.mb_width, tops_.luma);
    keep(band_.cb(), 8 * parameters_.mb_width, tops_.cb);
    keep(band_.cr(), 8 * parameters_.mb_width, tops_.cr);
}

/** What has gone wrong up to here: more if nothing has. */
Result Decoder::trouble(const BoolDecoder& coefficients) const {
    Response worst = std::max({answer_, control_.answer(), coefficients.answer()});
    for (const auto& picture : references_) {
        worst = picture != nullptr ? std::max(worst, picture->answer()) : worst;
    }
    if (worst != Response::okay) {
        return Result::bus_error;
    }
    return control_.exhausted() || coefficients.exhausted() ? Result::stream_exhausted : Result::more;
}

/** Filters what was decoded. The filter of a row changes the one above, which is finished only then. */
Result Decoder::finish_row() {
    keep_tops();
    if (parameters_.filter) {
        filter_row(parameters_, std::span<const Macroblock>(current_).subspan(1), row_, band_);
    }
    if (row_ > 0) {
        answer_ = std::max(answer_, band_.write(port_, row_ - 1, true));
    }
    ++row_;
    if (row_ == parameters_.mb_height) {
        answer_ = std::max(answer_, band_.write(port_, row_ - 1, false));
        if (parameters_.segmentation && parameters_.update_segment_map) {
            answer_ = std::max(answer_, write_segments());
        }
        return answer_ == Response::okay ? Result::done : Result::bus_error;
    }
    band_.advance();
    std::swap(above_, current_);
    return answer_ == Response::okay ? Result::more : Result::bus_error;
}

Result Decoder::decode_some() {
    if (!possible_) {
        return Result::impossible;
    }
    BoolDecoder& coefficients = coefficients_[row_ % parameters_.partitions];
    residuals_.begin_row();
    for (unsigned x = 0; x < parameters_.mb_width; ++x) {
        decode_macroblock(x, coefficients);
    }
    const Result result = trouble(coefficients);
    return result == Result::more ? finish_row() : result;
}

Result Decoder::decode() {
    Result result = Result::more;
    while (result == Result::more) {
        result = decode_some();
    }
    return result;
}

}  // namespace svp::vpu::vp8
