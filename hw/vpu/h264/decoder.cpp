// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/decoder.hpp"

#include <algorithm>

#include "vpu/h264/deblocking.hpp"
#include "vpu/picture/chroma_lines.hpp"

namespace svp::vpu::h264 {

namespace {

constexpr unsigned slice_unit = 1;
constexpr unsigned idr_slice_unit = 5;

// More than any legal stream has: 3200 bits for a macroblock, and headers.
constexpr std::uint32_t max_macroblock_bytes = 1024;
constexpr std::uint32_t max_other_bytes = 1u << 16;

bool possible(const Parameters& job) {
    const bool pairs = job.mbaff || job.structure != whole_frame;
    return job.mb_width >= 1 && job.mb_width <= max_mb_width && job.mb_height >= 1 &&
           job.mb_height <= max_mb_height && (!pairs || job.mb_height % 2 == 0) &&
           !(job.mbaff && job.structure != whole_frame) && job.frame_num_bits >= 4 &&
           job.frame_num_bits <= 16 && job.init_qp <= 51;
}

/** What decoders can be made for without harm, if it is then not used. */
Parameters checked(const Parameters& job) {
    if (possible(job)) {
        return job;
    }
    Parameters smallest;
    smallest.mb_width = smallest.mb_height = 1;
    return smallest;
}

}  // namespace

Decoder::Decoder(const Parameters& parameters, MemoryPort& port)
    : possible_(possible(parameters)),
      port_(port),
      picture_(checked(parameters)),
      stream_(port, picture_.job.stream, picture_.job.stream_length,
              picture_.width * picture_.height * max_macroblock_bytes + max_other_bytes),
      inter_(picture_, port),
      motion_(port, picture_.job) {
    if (possible_) {
        answer_ = picture_.tables.read(port, picture_.job);
    }
}

Response Decoder::answer() const {
    return std::max({answer_, stream_.answer(), inter_.answer(), motion_.answer()});
}

/** Begins the next slice that is not redundant. */
Result Decoder::next_slice() {
    for (;;) {
        const std::span<const std::uint8_t> unit = stream_.next();
        if (unit.empty()) {
            return Result::stream_exhausted;
        }
        const unsigned type = unit[0] & 31;
        if (type != slice_unit && type != idr_slice_unit) {
            continue;
        }
        PayloadReader bits(unit.subspan(1));
        SliceHeader header;
        if (!header.parse(bits, unit[0], picture_.job)) {
            return bits.overrun() ? Result::stream_exhausted : Result::stream_error;
        }
        if (header.redundant_pic_cnt != 0) {
            continue;
        }
        const unsigned first = header.first_mb * (picture_.job.mbaff ? 2 : 1);
        if (header.first_mb >= picture_.width * picture_.height ||
            first >= picture_.width * picture_.height) {
            return Result::stream_error;
        }
        picture_.slices.push_back({static_cast<std::uint8_t>(header.disable_deblocking),
                                   static_cast<std::int8_t>(header.alpha_offset),
                                   static_cast<std::int8_t>(header.beta_offset)});
        slice_.emplace(picture_, inter_, motion_, header, bits,
                       static_cast<unsigned>(picture_.slices.size()));
        return Result::more;
    }
}

Result Decoder::decode_slices() {
    const unsigned total = picture_.width * picture_.height;
    for (unsigned i = 0; i < picture_.width; ++i) {
        if (!slice_) {
            const Result result = next_slice();
            if (result != Result::more) {
                return result;
            }
        }
        switch (slice_->decode()) {
            case SliceDecoder::Step::error:
                return Result::stream_error;
            case SliceDecoder::Step::exhausted:
                return Result::stream_exhausted;
            case SliceDecoder::Step::end:
                slice_.reset();
                break;
            case SliceDecoder::Step::more:
                break;
        }
        if (++decoded_ == total) {
            slice_.reset();
            stage_ = Stage::filter;
            break;
        }
    }
    return Result::more;
}

Result Decoder::filter_row() {
    const unsigned rows = picture_.job.mbaff ? 2 : 1;
    for (unsigned x = 0; x < picture_.width; ++x) {
        for (unsigned y = 0; y < rows; ++y) {
            deblock(picture_, x, row_ + y);
        }
    }
    row_ += rows;
    if (row_ == picture_.height) {
        row_ = 0;
        stage_ = Stage::output;
    }
    return Result::more;
}

Result Decoder::write_row() {
    const Parameters& job = picture_.job;
    const std::uint32_t width = 16 * job.mb_width;
    const std::uint32_t stride = width * (job.structure == whole_frame ? 1 : 2);
    const Plane& luma = picture_.planes[0];
    const auto row = std::span(luma.samples).subspan(std::size_t{16} * width * row_, std::size_t{16} * width);
    answer_ = std::max(answer_, port_.write_rows(Stream::picture,
                                                 {job.output + 16 * row_ * stride, stride, width, 16}, row));
    if (!job.monochrome) {
        lines_.resize(std::size_t{width} * 8);
        const std::size_t first = std::size_t{8} * (width / 2) * row_;
        const std::uint8_t* cb = picture_.planes[1].samples.data() + first;
        const std::uint8_t* cr = picture_.planes[2].samples.data() + first;
        interleave(cb, cr, lines_.size() / 2, lines_.data());
        const std::uint32_t chroma = job.output + width * 16 * job.mb_height;
        answer_ = std::max(answer_, port_.write_rows(Stream::picture,
                                                     {chroma + 8 * row_ * stride, stride, width, 8}, lines_));
    }
    if (++row_ < picture_.height) {
        return Result::more;
    }
    if (job.write_motion) {
        answer_ = std::max(answer_, write_motion(port_, picture_));
    }
    return answer() == Response::okay ? Result::done : Result::bus_error;
}

Result Decoder::decode_some() {
    if (!possible_) {
        return Result::impossible;
    }
    const Result result = stage_ == Stage::slices   ? decode_slices()
                          : stage_ == Stage::filter ? filter_row()
                                                    : write_row();
    return answer() != Response::okay ? Result::bus_error : result;
}

Result Decoder::decode() {
    Result result = Result::more;
    while (result == Result::more) {
        result = decode_some();
    }
    return result;
}

}  // namespace svp::vpu::h264
