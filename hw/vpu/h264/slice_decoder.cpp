// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/slice_decoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "vpu/h264/cavlc.hpp"

namespace svp::vpu::h264 {

namespace {

constexpr unsigned first_p_intra = 5;
constexpr unsigned first_b_intra = 23;
constexpr unsigned type_pcm = 25;
constexpr unsigned p_8x8 = 3;
constexpr unsigned p_8x8_ref0 = 4;
constexpr unsigned b_8x8 = 22;

// Lists that partitions of B macroblocks use (bit 0: list 0, bit 1: list 1), table 7-14 from type 4 on.
constexpr std::uint8_t b_lists[9][2] = {{1, 1}, {2, 2}, {1, 2}, {2, 1}, {1, 3},
                                        {2, 3}, {3, 1}, {3, 2}, {3, 3}};
// Sub-macroblocks of B, table 7-18 from type 1 on: lists and shape.
constexpr std::uint8_t b_sub[12][2] = {{1, 0}, {2, 0}, {3, 0}, {1, 1}, {1, 2}, {2, 1},
                                       {2, 2}, {3, 1}, {3, 2}, {1, 3}, {2, 3}, {3, 3}};

}  // namespace

SliceDecoder::SliceDecoder(Picture& picture, InterPrediction& inter, MotionStore& store,
                           const SliceHeader& header, PayloadReader bits, unsigned number)
    : picture_(picture),
      inter_(inter),
      slice_(picture, header, number),
      motion_(picture, slice_, store),
      bits_(bits),
      number_(number),
      address_(header.first_mb * (picture.job.mbaff ? 2 : 1)),
      qp_(header.qp) {
    if (picture.job.cabac) {
        bits_.align();
        const std::size_t first = std::min(bits_.position() / 8, bits_.data().size());
        cabac_.start(bits_.data().subspan(first), picture.tables,
                     header.type == SliceType::i ? 0 : 1 + header.cabac_init_idc, header.qp);
    }
}

/** What a pair's field flag is when neither macroblock says it (clause 7.4.4). */
bool SliceDecoder::inferred_field() const {
    const Neighbours& where = slice_.neighbours;
    if (where.left_pair() != nullptr) {
        return where.left_pair()->field;
    }
    return where.above_pair() != nullptr && where.above_pair()->field;
}

void SliceDecoder::set_qp(int qp) {
    qp_ = qp;
    Macroblock& mb = slice_.neighbours.current();
    mb.qp = static_cast<std::int8_t>(qp);
    for (unsigned i = 0; i < 2; ++i) {
        mb.qp_chroma[i] = static_cast<std::int8_t>(chroma_qp(qp + picture_.job.chroma_qp_offset[i]));
    }
}

/** Makes the macroblock in line @p y of the current column the current one. */
void SliceDecoder::start_macroblock(unsigned y) {
    const unsigned x = picture_.job.mbaff ? address_ / 2 % picture_.width : address_ % picture_.width;
    Macroblock& mb = picture_.at(x, y);
    mb.slice = static_cast<std::uint16_t>(number_);
    std::fill_n(&mb.ref[0][0], 8, std::int8_t{-1});
    std::fill_n(&mb.picture[0][0], 8, Macroblock::no_picture);
    slice_.neighbours.move(x, y);
    set_qp(qp_);
}

/** Finds the next macroblock. False: there is none, or it is decoded already. */
bool SliceDecoder::begin() {
    const bool mbaff = picture_.job.mbaff;
    if (address_ >= picture_.width * picture_.height) {
        return false;
    }
    const unsigned x = mbaff ? address_ / 2 % picture_.width : address_ % picture_.width;
    const unsigned y = mbaff ? address_ / 2 / picture_.width * 2 + address_ % 2 : address_ / picture_.width;
    if (picture_.at(x, y).slice != 0 && !(skip_known_ && y % 2 != 0)) {
        return false;
    }
    start_macroblock(y);
    if (mbaff && y % 2 == 0) {
        field_known_ = false;
        slice_.neighbours.current().field = inferred_field();
    } else if (mbaff) {
        slice_.neighbours.current().field = picture_.at(x, y - 1).field;
    }
    return true;
}

bool SliceDecoder::skip_cabac() {
    const bool b = slice_.header.type == SliceType::b;
    if (skip_known_) {
        skip_known_ = false;
        return next_skipped_;
    }
    const unsigned y = slice_.neighbours.y();
    Macroblock& mb = slice_.neighbours.current();
    const bool skipped = cabac_.skip_flag(slice_.neighbours, b);
    if (!skipped || !picture_.job.mbaff || y % 2 != 0) {
        return skipped;
    }
    // Whether a skipped macroblock is one of fields is known only with the one below.
    mb.skipped = true;
    start_macroblock(y + 1);
    slice_.neighbours.current().field = mb.field;
    next_skipped_ = cabac_.skip_flag(slice_.neighbours, b);
    skip_known_ = true;
    if (!next_skipped_) {
        mb.field = cabac_.field_flag(slice_.neighbours);
        field_known_ = true;
    }
    slice_.neighbours.move(slice_.neighbours.x(), y);
    return true;
}

bool SliceDecoder::skip_cavlc() {
    if (!run_known_) {
        run_ = bits_.ue();
        run_known_ = true;
    }
    if (run_ == 0) {
        run_known_ = false;
        return false;
    }
    --run_;
    if (picture_.job.mbaff && slice_.neighbours.y() % 2 == 0 && run_ == 0 && bits_.more_rbsp_data()) {
        slice_.neighbours.current().field = bits_.peek() >> 31 != 0;
    }
    return true;
}

bool SliceDecoder::read_skip() {
    if (slice_.header.type == SliceType::i) {
        return false;
    }
    return picture_.job.cabac ? skip_cabac() : skip_cavlc();
}

void SliceDecoder::skip_macroblock() {
    Macroblock& mb = slice_.neighbours.current();
    mb.skipped = true;
    after_delta_ = false;
    if (slice_.header.type == SliceType::p) {
        motion_.skip_p();
    } else {
        mb.direct = true;
        motion_.direct(15);
    }
}

/** What comes after a macroblock. */
SliceDecoder::Step SliceDecoder::after(bool good) {
    const bool cabac = picture_.job.cabac;
    if (!good || (cabac && cabac_.failed())) {
        return bits_.overrun() || (cabac && cabac_.failed()) ? Step::exhausted : Step::error;
    }
    if (bits_.overrun()) {
        return Step::exhausted;
    }
    const bool top = picture_.job.mbaff && address_ % 2 == 0;
    ++address_;
    if (cabac) {
        return !top && cabac_.end() ? Step::end : Step::more;
    }
    return (run_known_ && run_ > 0) || bits_.more_rbsp_data() ? Step::more : Step::end;
}

SliceDecoder::Step SliceDecoder::decode() {
    if (!begin()) {
        return Step::error;
    }
    const bool skipped = read_skip();
    if (skipped) {
        last_skipped_ = true;
        skip_macroblock();
        return after(inter_.predict(slice_));
    }
    Macroblock& mb = slice_.neighbours.current();
    const bool top = slice_.neighbours.y() % 2 == 0;
    if (picture_.job.mbaff && (top || last_skipped_) && !field_known_) {
        mb.field = picture_.job.cabac ? cabac_.field_flag(slice_.neighbours) : bits_.flag();
        field_known_ = true;
    }
    last_skipped_ = false;
    return after(layer() && reconstruct());
}

bool SliceDecoder::layer() {
    const bool cabac = picture_.job.cabac;
    if (slice_.header.type == SliceType::i) {
        return intra_layer(cabac ? cabac_.mb_type_i(slice_.neighbours) : bits_.ue());
    }
    const bool b = slice_.header.type == SliceType::b;
    const unsigned type = !cabac ? bits_.ue() : b ? cabac_.mb_type_b(slice_.neighbours) : cabac_.mb_type_p();
    const unsigned first_intra = b ? first_b_intra : first_p_intra;
    return type >= first_intra ? intra_layer(type - first_intra) : inter_layer(type);
}

bool SliceDecoder::read_pcm() {
    Macroblock& mb = slice_.neighbours.current();
    mb.kind = Kind::pcm;
    after_delta_ = false;
    std::fill_n(mb.total, 24, std::uint8_t{16});
    mb.pattern = 0x2f;
    mb.dc_coded = 7;
    std::size_t position = 0;
    std::span<const std::uint8_t> data = bits_.data();
    if (picture_.job.cabac) {
        const std::size_t first = std::min(bits_.position() / 8, data.size());
        data = data.subspan(first);
        position = cabac_.position();
    } else {
        bits_.align();
        position = bits_.position() / 8;
    }
    const std::size_t size = picture_.job.monochrome ? 256 : 384;
    if (position > data.size() || data.size() - position < size) {
        bits_.skip(8 * data.size() + 8);
        return false;
    }
    const std::uint8_t* from = data.data() + position;
    for (unsigned plane = 0; plane < (picture_.job.monochrome ? 1u : 3u); ++plane) {
        std::ptrdiff_t stride = 0;
        std::uint8_t* to =
            picture_.samples(plane, slice_.neighbours.x(), slice_.neighbours.y(), mb.field, stride);
        const unsigned side = plane == 0 ? 16 : 8;
        for (unsigned y = 0; y < side; ++y, from += side, to += stride) {
            std::copy_n(from, side, to);
        }
    }
    if (picture_.job.cabac) {
        bits_.skip(8 * (position + size));
        cabac_.resume(data.subspan(position + size));
    } else {
        bits_.skip(8 * size);
    }
    const int slice_qp = qp_;
    set_qp(0);
    qp_ = slice_qp;
    return true;
}

/** Clauses 8.3.1.1 and 8.3.2.1. */
std::int8_t SliceDecoder::predicted_mode(unsigned block) const {
    const int x = static_cast<int>(block % 4 * 4), y = static_cast<int>(block / 4 * 4);
    const Neighbours::Place left = slice_.neighbours.at(x - 1, y), above = slice_.neighbours.at(x, y - 1);
    const auto lacking = [this](const Neighbours::Place& place) {
        return !place || (!place.mb->intra() && picture_.job.constrained_intra);
    };
    if (lacking(left) || lacking(above)) {
        return intra_dc;
    }
    const auto mode = [](const Neighbours::Place& place) {
        return place.mb->kind == Kind::intra_4x4 || place.mb->kind == Kind::intra_8x8
                   ? place.mb->modes[place.block()]
                   : intra_dc;
    };
    return std::min(mode(left), mode(above));
}

bool SliceDecoder::read_intra_modes() {
    Macroblock& mb = slice_.neighbours.current();
    const bool large = mb.kind == Kind::intra_8x8;
    for (unsigned i = 0; i < 16; i += large ? 4 : 1) {
        const unsigned block = block_raster[i];
        int code = -1;
        if (picture_.job.cabac) {
            code = cabac_.intra_mode();
        } else if (!bits_.flag()) {
            code = static_cast<int>(bits_.bits(3));
        }
        const std::int8_t predicted = predicted_mode(block);
        const auto mode = static_cast<std::int8_t>(code < 0 ? predicted : code < predicted ? code : code + 1);
        for (unsigned j = 0; j < (large ? 4u : 1u); ++j) {
            mb.modes[block + j % 2 + j / 2 * 4] = mode;
        }
    }
    return true;
}

bool SliceDecoder::intra_layer(unsigned type) {
    Macroblock& mb = slice_.neighbours.current();
    const bool cabac = picture_.job.cabac;
    if (type > type_pcm) {
        return false;
    }
    if (type == type_pcm) {
        return read_pcm();
    }
    mb.kind = Kind::intra_4x4;
    if (type == 0) {
        if (picture_.job.transform_8x8) {
            mb.transform_8x8 = cabac ? cabac_.transform_8x8_flag(slice_.neighbours) : bits_.flag();
            mb.kind = mb.transform_8x8 ? Kind::intra_8x8 : Kind::intra_4x4;
        }
        read_intra_modes();
    } else {
        mb.kind = Kind::intra_16x16;
        mb.intra_mode = static_cast<std::uint8_t>((type - 1) % 4);
    }
    if (!picture_.job.monochrome) {
        const unsigned mode = cabac ? cabac_.chroma_mode(slice_.neighbours) : bits_.ue();
        if (mode > 3) {
            return false;
        }
        mb.chroma_mode = static_cast<std::uint8_t>(mode);
    }
    if (type != 0) {
        mb.pattern = static_cast<std::uint8_t>((type >= 13 ? 15 : 0) | (type - 1) / 4 % 3 << 4);
        return read_delta() && read_residual();
    }
    return rest(false);
}

/** coded_block_pattern and all behind it. */
bool SliceDecoder::rest(bool may_transform_8x8) {
    Macroblock& mb = slice_.neighbours.current();
    if (picture_.job.cabac) {
        cabac_.pattern(slice_.neighbours, picture_.job.monochrome);
    } else {
        const unsigned code = bits_.ue();
        if (code >= (picture_.job.monochrome ? 16u : 48u)) {
            return false;
        }
        mb.pattern = cavlc_pattern(code, mb.intra(), picture_.job.monochrome);
    }
    if (may_transform_8x8 && picture_.job.transform_8x8 && (mb.pattern & 15) != 0) {
        mb.transform_8x8 = picture_.job.cabac ? cabac_.transform_8x8_flag(slice_.neighbours) : bits_.flag();
    }
    if (mb.pattern == 0) {
        after_delta_ = false;
        return true;
    }
    return read_delta() && read_residual();
}

bool SliceDecoder::read_delta() {
    const int delta = picture_.job.cabac ? cabac_.qp_delta(after_delta_) : bits_.se();
    if (delta < -52 || delta > 52) {
        return false;
    }
    after_delta_ = delta != 0;
    set_qp((qp_ + delta + 52) % 52);
    return true;
}

bool SliceDecoder::read_ref(unsigned list, unsigned part, int& ref) {
    const Macroblock& mb = slice_.neighbours.current();
    const unsigned count = slice_.ref_count(list, mb);
    unsigned value = 0;
    if (count > 1) {
        value = picture_.job.cabac ? cabac_.ref_idx(slice_.neighbours, list, part)
                : count == 2       ? 1 - bits_.bits(1)
                                   : bits_.ue();
    }
    ref = static_cast<int>(value);
    return value < count;
}

int SliceDecoder::mvd_sum(unsigned list, unsigned component, unsigned x, unsigned y) const {
    const Neighbours& where = slice_.neighbours;
    const auto magnitude = [&](const Neighbours::Place& place) {
        if (!place) {
            return 0;
        }
        const int value = place.mb->mvd[list][place.block()][component];
        const bool field = where.current().field;
        if (component == 0 || field == place.mb->field) {
            return value;
        }
        return field ? value / 2 : value * 2;
    };
    const int column = static_cast<int>(x), line = static_cast<int>(y);
    return magnitude(where.at(column - 1, line)) + magnitude(where.at(column, line - 1));
}

bool SliceDecoder::read_vector(unsigned list, int ref, unsigned x, unsigned y, unsigned width,
                               unsigned height) {
    Macroblock& mb = slice_.neighbours.current();
    const Vector predicted = motion_.predict(list, ref, x, y, width, height);
    int difference[2];
    if (picture_.job.cabac) {
        const int sum[2] = {mvd_sum(list, 0, x, y), mvd_sum(list, 1, x, y)};
        for (unsigned i = 0; i < 2; ++i) {
            difference[i] = cabac_.mvd(i, static_cast<unsigned>(sum[i]));
        }
        for (unsigned i = 0; i < 16; ++i) {
            const unsigned column = i % 4 * 4, line = i / 4 * 4;
            if (column >= x && column < x + width && line >= y && line < y + height) {
                mb.mvd[list][i][0] = static_cast<std::uint8_t>(std::min(std::abs(difference[0]), 255));
                mb.mvd[list][i][1] = static_cast<std::uint8_t>(std::min(std::abs(difference[1]), 255));
            }
        }
    } else {
        difference[0] = bits_.se();
        difference[1] = bits_.se();
    }
    const auto added = [](std::int16_t base, int by) {
        return static_cast<std::int16_t>(static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(by));
    };
    motion_.set(list, ref, {added(predicted.x, difference[0]), added(predicted.y, difference[1])}, x, y,
                width, height);
    return true;
}

/** Partitions of 16x16, 16x8 and 8x16. */
bool SliceDecoder::partitions(unsigned type) {
    const bool b = slice_.header.type == SliceType::b;
    unsigned lists[2] = {1, 1};
    unsigned shape = type;  // 0: 16x16, 1: 16x8, 2: 8x16
    if (b) {
        shape = type < 4 ? 0 : type % 2 == 0 ? 1 : 2;
        lists[0] = type < 4 ? type : b_lists[type / 2 - 2][0];
        lists[1] = type < 4 ? type : b_lists[type / 2 - 2][1];
    }
    const unsigned count = shape == 0 ? 1 : 2;
    const unsigned width = shape == 2 ? 8 : 16, height = shape == 1 ? 8 : 16;
    const auto x = [shape](unsigned i) { return shape == 2 ? 8 * i : 0; };
    const auto y = [shape](unsigned i) { return shape == 1 ? 8 * i : 0; };
    int refs[2][2] = {{-1, -1}, {-1, -1}};
    for (unsigned list = 0; list < (b ? 2u : 1u); ++list) {
        for (unsigned i = 0; i < count; ++i) {
            if ((lists[i] >> list & 1) == 0) {
                continue;
            }
            if (!read_ref(list, x(i) / 8 + y(i) / 8 * 2, refs[list][i])) {
                return false;
            }
            motion_.set(list, refs[list][i], {}, x(i), y(i), width, height);
        }
    }
    for (unsigned list = 0; list < (b ? 2u : 1u); ++list) {
        for (unsigned i = 0; i < count; ++i) {
            if (refs[list][i] >= 0 && !read_vector(list, refs[list][i], x(i), y(i), width, height)) {
                return false;
            }
        }
    }
    return true;
}

/** Partitions of 8x8 and below. */
bool SliceDecoder::sub_partitions(bool zero_refs) {
    const bool b = slice_.header.type == SliceType::b, cabac = picture_.job.cabac;
    SubType types[4];
    unsigned direct = 0;
    for (unsigned part = 0; part < 4; ++part) {
        SubType& sub = types[part];
        if (!b) {
            const unsigned type = cabac ? cabac_.sub_mb_type_p() : bits_.ue();
            if (type > 3) {
                return false;
            }
            sub.used[0] = true;
            sub.shape = static_cast<std::uint8_t>(type);
            continue;
        }
        const unsigned type = cabac ? cabac_.sub_mb_type_b() : bits_.ue();
        if (type > 12) {
            return false;
        }
        if (type == 0) {
            sub.direct = true;
            direct |= 1u << part;
            continue;
        }
        sub.used[0] = (b_sub[type - 1][0] & 1) != 0;
        sub.used[1] = (b_sub[type - 1][0] & 2) != 0;
        sub.shape = b_sub[type - 1][1];
    }
    bool may_transform_8x8 = direct == 0 || picture_.job.direct_8x8_inference;
    if (direct != 0) {
        motion_.direct(direct);
    }
    int refs[2][4];
    for (unsigned list = 0; list < (b ? 2u : 1u); ++list) {
        for (unsigned part = 0; part < 4; ++part) {
            if (!types[part].used[list]) {
                continue;
            }
            refs[list][part] = 0;
            if (!zero_refs && !read_ref(list, part, refs[list][part])) {
                return false;
            }
            motion_.set(list, refs[list][part], {}, part % 2 * 8, part / 2 * 8, 8, 8);
        }
    }
    for (unsigned list = 0; list < (b ? 2u : 1u); ++list) {
        for (unsigned part = 0; part < 4; ++part) {
            const SubType& sub = types[part];
            may_transform_8x8 = may_transform_8x8 && sub.shape == 0;
            if (!sub.used[list]) {
                continue;
            }
            const unsigned width = sub.shape < 2 ? 8 : 4, height = sub.shape % 2 == 0 ? 8 : 4;
            for (unsigned y = 0; y < 8; y += height) {
                for (unsigned x = 0; x < 8; x += width) {
                    if (!read_vector(list, refs[list][part], part % 2 * 8 + x, part / 2 * 8 + y, width,
                                     height)) {
                        return false;
                    }
                }
            }
        }
    }
    return rest(may_transform_8x8);
}

bool SliceDecoder::inter_layer(unsigned type) {
    Macroblock& mb = slice_.neighbours.current();
    if (slice_.header.type == SliceType::b) {
        if (type == 0) {
            mb.direct = true;
            motion_.direct(15);
            return rest(picture_.job.direct_8x8_inference);
        }
        return type == b_8x8 ? sub_partitions(false) : partitions(type) && rest(true);
    }
    return type >= p_8x8 ? sub_partitions(type == p_8x8_ref0) : partitions(type) && rest(true);
}

}  // namespace svp::vpu::h264
