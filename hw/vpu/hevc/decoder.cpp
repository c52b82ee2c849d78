// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/decoder.hpp"

#include <algorithm>

namespace svp::vpu::hevc {

namespace {

// More than a legal stream has for 16x16 samples, and headers.
constexpr std::uint32_t max_block_bytes = 2048;
constexpr std::uint32_t max_other_bytes = 1u << 16;

constexpr unsigned first_reserved_trailing = 10;  // NAL unit types from here on are no slices, to
constexpr unsigned first_irap = 16;
constexpr unsigned last_slice_type = 21;

bool possible_blocks(const Parameters& job) {
    const unsigned mask = (1u << job.log2_min_cb) - 1;
    return job.log2_min_cb >= 3 && job.log2_ctb >= std::max(job.log2_min_cb, 4u) && job.log2_ctb <= 6 &&
           job.width >= 8 && job.width <= max_side && job.height >= 8 && job.height <= max_side &&
           job.width * job.height <= max_samples && (job.width & mask) == 0 && (job.height & mask) == 0 &&
           job.log2_min_tb >= 2 && job.log2_min_tb < job.log2_min_cb && job.log2_max_tb >= job.log2_min_tb &&
           job.log2_max_tb <= std::min(job.log2_ctb, 5u) && job.max_depth_intra <= 4 &&
           job.max_depth_inter <= 4;
}

bool possible(const Parameters& job) {
    const bool depths = (job.bit_depth == 8 || job.bit_depth == 10) && job.chroma_bit_depth == job.bit_depth;
    const bool pcm = !job.pcm || (job.log2_min_pcm >= 3 && job.log2_max_pcm <= std::min(job.log2_ctb, 5u) &&
                                  job.pcm_bit_depth >= 1 && job.pcm_bit_depth <= job.bit_depth &&
                                  job.pcm_chroma_bit_depth >= 1 && job.pcm_chroma_bit_depth <= job.bit_depth);
    const int lowest_qp = -6 * (static_cast<int>(job.bit_depth) - 8);
    return depths && possible_blocks(job) && pcm && job.init_qp >= lowest_qp && job.init_qp <= 51 &&
           job.cu_qp_delta_depth <= job.log2_ctb - job.log2_min_cb && job.total_references <= picture_count &&
           job.log2_parallel_merge >= 2 && job.log2_parallel_merge <= job.log2_ctb;
}

/** What decoders can be made for without harm, if it is then not used. */
Parameters checked(const Parameters& job) {
    Parameters good = job;
    if (!possible(job)) {
        good = {};
        good.width = good.height = 16;
        good.output.width = good.output.height = 16;
    }
    good.total_references = std::max(good.total_references, 1u);
    return good;
}

bool is_slice(unsigned type) {
    return type < first_reserved_trailing || (type >= first_irap && type <= last_slice_type);
}

}  // namespace

Decoder::Decoder(const Parameters& parameters, MemoryPort& port)
    : possible_(possible(parameters)),
      port_(port),
      picture_(checked(parameters), port),
      stream_(
          port, picture_.job.stream, picture_.job.stream_length,
          (picture_.job.width / 16 + 1) * (picture_.job.height / 16 + 1) * max_block_bytes + max_other_bytes),
      motion_(port, picture_.job),
      reconstruction_(Reconstruction::make(picture_, port)),
      slice_(picture_, *reconstruction_, scaling_, motion_) {
    if (possible_ && picture_.job.scaling_list) {
        answer_ = scaling_.read(port, picture_.job.scaling_lists);
    }
}

unsigned Decoder::macroblocks_per_step() const {
    const unsigned side = 1u << (picture_.job.log2_ctb - 4);
    return picture_.tiles.width() * side * side;
}

Response Decoder::answer() const {
    return std::max(
        {answer_, picture_.answer, stream_.answer(), motion_.answer(), reconstruction_->answer()});
}

/** Begins the next slice segment. */
Result Decoder::next_slice() {
    for (;;) {
        const std::span<const std::uint8_t> unit = stream_.next();
        if (unit.empty()) {
            return Result::stream_exhausted;
        }
        const unsigned type = unit[0] >> 1 & 63;
        if (unit.size() < 3 || !is_slice(type) || (unit[0] & 1) != 0 || unit[1] >> 3 != 0) {
            continue;  // of another kind, or of another layer
        }
        PayloadReader bits(unit.subspan(2));
        if (!header_.parse(bits, type, picture_.job)) {
            return bits.overrun() ? Result::stream_exhausted : Result::stream_error;
        }
        if (header_.dependent && !any_slice_) {
            return Result::stream_error;
        }
        if (!header_.dependent) {
            picture_.slices.push_back(header_);
        }
        any_slice_ = true;
        if (picture_.slices.size() > picture_.tiles.total() || !slice_.begin(header_, bits)) {
            return Result::stream_error;
        }
        in_slice_ = true;
        return Result::more;
    }
}

Result Decoder::decode_slices() {
    for (unsigned i = 0; i < picture_.tiles.width(); ++i) {
        if (!in_slice_) {
            const Result result = next_slice();
            if (result != Result::more) {
                return result;
            }
        }
        switch (slice_.decode()) {
            case SliceDecoder::Step::error:
                return Result::stream_error;
            case SliceDecoder::Step::exhausted:
                return Result::stream_exhausted;
            case SliceDecoder::Step::end:
                in_slice_ = false;
                break;
            case SliceDecoder::Step::more:
                break;
        }
        ++covered_;
        if (slice_.decoded() == picture_.tiles.total()) {
            filtering_ = true;
            // A gap between slices is a part of the picture that is lost.
            return covered_ == picture_.tiles.total() ? Result::more : Result::stream_exhausted;
        }
    }
    return Result::more;
}

Result Decoder::filter_row() {
    reconstruction_->finish_row(row_);
    if (++row_ < picture_.tiles.height()) {
        return Result::more;
    }
    if (picture_.job.write_motion) {
        answer_ = std::max(answer_, write_motion(port_, picture_));
    }
    return Result::done;
}

Result Decoder::decode_some() {
    if (!possible_) {
        return Result::impossible;
    }
    const Result result = filtering_ ? filter_row() : decode_slices();
    return answer() != Response::okay ? Result::bus_error : result;
}

Result Decoder::decode() {
    Result result = Result::more;
    while (result == Result::more) {
        result = decode_some();
    }
    return result;
}

}  // namespace svp::vpu::hevc
