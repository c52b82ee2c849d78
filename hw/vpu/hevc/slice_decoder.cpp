// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/slice_decoder.hpp"

#include <algorithm>

namespace svp::vpu::hevc {

SliceDecoder::SliceDecoder(Picture& picture, Reconstruction& reconstruction, const ScalingLists& scaling,
                           MotionStore& store)
    : picture_(picture),
      job_(picture.job),
      reconstruction_(reconstruction),
      scaling_(scaling),
      available_(picture),
      motion_(picture, available_, store) {}

void SliceDecoder::reset_contexts() {
    const unsigned type = slice_.type == slice_i ? 0 : (slice_.type == slice_p) != slice_.cabac_init ? 1 : 2;
    initialise(contexts_, type, slice_.qp);
}

bool SliceDecoder::begin(const SliceHeader& segment, const PayloadReader& bits) {
    const unsigned order = picture_.tiles.order(segment.segment_address);
    if (order < next_ || bits.position() / 8 >= bits.data().size() || (segment.dependent && next_ == 0)) {
        return false;
    }
    slice_ = segment;
    address_ = static_cast<std::int32_t>(segment.slice_address);
    next_ = order;
    data_ = bits.data().subspan(bits.position() / 8);
    cabac_.start(data_);
    if (!segment.dependent) {
        qp_ = last_qp_ = slice_.qp;
        set_quantizers(qp_);
        reset_contexts();
    } else {
        contexts_ = segment_contexts_;
    }
    return true;
}

/** State for the ctb `next_`, whose arithmetic code stands at its beginning (9.3.1). */
void SliceDecoder::start_ctb() {
    ctb_ = picture_.tiles.raster(next_);
    picture_.slice_address[ctb_] = address_;
    picture_.slice[ctb_] = static_cast<std::uint16_t>(picture_.slices.size() - 1);
    available_.begin(ctb_, address_);
    const bool tile_start = picture_.tiles.first_in_tile(ctb_);
    const unsigned width = picture_.tiles.width();
    const bool row_start = job_.entropy_sync && ctb_ % width == picture_.tiles.first_column(ctb_);
    if (tile_start || row_start) {
        last_qp_ = slice_.qp;
    }
    if (tile_start) {
        reset_contexts();
    } else if (row_start) {
        if (available_.above_right()) {
            contexts_ = row_contexts_;
        } else {
            reset_contexts();
        }
    }
}

SliceDecoder::Step SliceDecoder::decode() {
    const TileLayout& tiles = picture_.tiles;
    start_ctb();
    const unsigned x = ctb_ % tiles.width() << job_.log2_ctb, y = ctb_ / tiles.width() << job_.log2_ctb;
    if (slice_.sao_luma || slice_.sao_chroma) {
        parse_sao(ctb_ % tiles.width(), ctb_ / tiles.width());
    }
    failed_ = false;
    if (!quadtree(x, y, job_.log2_ctb, 0) || failed_) {
        return cabac_.exhausted() ? Step::exhausted : Step::error;
    }
    if (job_.entropy_sync && ctb_ % tiles.width() == tiles.first_column(ctb_) + 1) {
        row_contexts_ = contexts_;
    }
    ++next_;
    const bool last = cabac_.terminate();  // end_of_slice_segment_flag
    if (cabac_.exhausted()) {
        return Step::exhausted;
    }
    if (last) {
        segment_contexts_ = contexts_;
        return Step::end;
    }
    if (next_ == tiles.total()) {
        return Step::error;
    }
    const unsigned following = tiles.raster(next_);
    if (tiles.first_in_tile(following) ||
        (job_.entropy_sync && following % tiles.width() == tiles.first_column(following))) {
        if (!cabac_.terminate()) {  // end_of_subset_one_bit
            return Step::error;
        }
        const std::size_t end = cabac_.end();
        if (end >= data_.size()) {
            return Step::exhausted;
        }
        data_ = data_.subspan(end);
        cabac_.start(data_);
    }
    return Step::more;
}

/** sao(), clause 7.3.8.3. */
void SliceDecoder::parse_sao(unsigned ctb_x, unsigned ctb_y) {
    const unsigned width = picture_.tiles.width();
    Sao* sao = &picture_.sao[3 * std::size_t{ctb_}];
    const auto copy = [&](std::size_t from) {
        const Sao* other = &picture_.sao[3 * from];
        for (unsigned i = 0; i < 3; ++i) {
            if (i == 0 ? slice_.sao_luma : slice_.sao_chroma) {
                sao[i] = other[i];
            }
        }
    };
    if (ctb_x > 0 && available_.left() && bin(context::sao_merge)) {
        copy(ctb_ - 1);
        return;
    }
    if (ctb_y > 0 && available_.above() && bin(context::sao_merge)) {
        copy(ctb_ - width);
        return;
    }
    for (unsigned component = 0; component < 3; ++component) {
        if (component == 0 ? slice_.sao_luma : slice_.sao_chroma) {
            parse_sao_offsets(sao, component);
        }
    }
}

void SliceDecoder::parse_sao_offsets(Sao* all, unsigned component) {
    Sao& sao = all[component];
    if (component == 2) {
        sao.type = all[1].type;
    } else if (!bin(context::sao_type)) {
        sao.type = SaoType::none;
    } else {
        sao.type = cabac_.bypass() == 0 ? SaoType::band : SaoType::edge;
    }
    if (sao.type == SaoType::none) {
        return;
    }
    const unsigned depth = std::min(job_.bit_depth, 10u);
    const unsigned most = (1u << (depth - 5)) - 1;
    for (std::int16_t& offset : sao.offset) {
        unsigned value = 0;
        while (value < most && cabac_.bypass() != 0) {
            ++value;
        }
        offset = static_cast<std::int16_t>(value);
    }
    if (sao.type == SaoType::band) {
        for (std::int16_t& offset : sao.offset) {
            if (offset != 0 && cabac_.bypass() != 0) {
                offset = static_cast<std::int16_t>(-offset);
            }
        }
        sao.band_or_class = static_cast<std::uint8_t>(bypass_bits(5));
    } else {
        sao.offset[2] = static_cast<std::int16_t>(-sao.offset[2]);
        sao.offset[3] = static_cast<std::int16_t>(-sao.offset[3]);
        sao.band_or_class = component == 2 ? all[1].band_or_class : static_cast<std::uint8_t>(bypass_bits(2));
    }
}

/** coding_quadtree(), clause 7.3.8.4. */
bool SliceDecoder::quadtree(unsigned x, unsigned y, unsigned log2_size, unsigned depth) {
    const unsigned size = 1u << log2_size;
    bool split = log2_size > job_.log2_min_cb;
    if (split && x + size <= job_.width && y + size <= job_.height) {
        const int left = static_cast<int>(x) - 1, above = static_cast<int>(y) - 1;
        const auto deeper = [&](int at_x, int at_y) {
            return available_(x, y, at_x, at_y) &&
                           picture_.depth[picture_.unit(static_cast<unsigned>(at_x),
                                                        static_cast<unsigned>(at_y))] > depth
                       ? 1u
                       : 0u;
        };
        split = bin(context::split_cu + deeper(left, above + 1) + deeper(left + 1, above));
    }
    if (job_.cu_qp_delta && log2_size + job_.cu_qp_delta_depth >= job_.log2_ctb) {
        qp_delta_coded_ = false;
        qp_delta_ = 0;
        group_x_ = x;
        group_y_ = y;
        predict_quantizer();
    }
    if (!split) {
        return coding_unit(x, y, log2_size, depth);
    }
    const unsigned half = size / 2;
    for (unsigned i = 0; i < 4; ++i) {
        const unsigned part_x = x + i % 2 * half, part_y = y + i / 2 * half;
        if (part_x < job_.width && part_y < job_.height &&
            !quadtree(part_x, part_y, log2_size - 1, depth + 1)) {
            return false;
        }
    }
    return !cabac_.exhausted();
}

unsigned SliceDecoder::exp_golomb(unsigned order) {
    unsigned value = 0;
    while (cabac_.bypass() != 0) {
        value += 1u << order;
        if (++order > 20) {
            failed_ = true;
            return 0;
        }
    }
    return value + bypass_bits(order);
}

}  // namespace svp::vpu::hevc
