// SPDX-License-Identifier: GPL-2.0-or-later
#include "mpeg2_parser.hpp"

#include <algorithm>
#include <iterator>

namespace svp::play {

namespace {

constexpr std::uint8_t picture_start = 0x00, first_slice = 0x01, last_slice = 0xaf, sequence_start = 0xb3,
                       extension_start = 0xb5;
constexpr unsigned sequence_extension_id = 1, matrix_extension_id = 3, picture_extension_id = 8;
constexpr unsigned chroma_420 = 1;

/** Section 6.3.11, in zigzag order as streams carry it. */
constexpr std::uint8_t default_intra[64] = {8,  16, 16, 19, 16, 19, 22, 22, 22, 22, 22, 22, 26, 24, 26, 27,
                                            27, 27, 26, 26, 26, 26, 27, 27, 27, 29, 29, 29, 34, 34, 34, 29,
                                            29, 29, 27, 27, 29, 29, 32, 32, 34, 34, 37, 38, 37, 35, 35, 34,
                                            35, 38, 38, 40, 40, 40, 48, 48, 46, 46, 56, 56, 58, 69, 69, 83};
constexpr std::uint8_t default_non_intra = 16;

}  // namespace

/** Bits of a header; zeros behind its end, which valid() tells of. */
class Mpeg2Parser::Bits {
 public:
    explicit Bits(std::span<const std::uint8_t> data) : data_(data) {}

    std::uint32_t get(unsigned count) {
        std::uint32_t value = 0;
        while (count-- != 0) {
            const std::size_t byte = position_ / 8;
            const unsigned bit = byte < data_.size() ? data_[byte] >> (7 - position_ % 8) & 1u : 0u;
            value = value << 1 | bit;
            ++position_;
        }
        return value;
    }
    bool flag() { return get(1) != 0; }
    bool valid() const { return position_ <= 8 * data_.size(); }

 private:
    std::span<const std::uint8_t> data_;
    std::size_t position_ = 0;
};

/** Where the next 00 00 01 begins. */
bool is_mpeg2(std::span<const std::uint8_t> file) {
    const auto zeros = static_cast<std::size_t>(
        std::ranges::find_if(file, [](std::uint8_t byte) { return byte != 0; }) - file.begin());
    return zeros >= 2 && zeros + 1 < file.size() && file[zeros] == 1 && file[zeros + 1] == sequence_start;
}

std::optional<std::size_t> Mpeg2Parser::find_start_code(std::size_t from) const {
    constexpr std::uint8_t prefix[] = {0, 0, 1};
    const auto found =
        std::search(stream_.begin() + static_cast<std::ptrdiff_t>(std::min(from, stream_.size())),
                    stream_.end(), std::begin(prefix), std::end(prefix));
    if (stream_.end() - found < 4) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - stream_.begin());
}

void Mpeg2Parser::matrices(Bits& bits, bool all) {
    const auto load = [&bits](auto& matrix) {
        for (std::uint8_t& weight : matrix) {
            weight = static_cast<std::uint8_t>(bits.get(8));
        }
    };
    if (bits.flag()) {
        load(quantisation_.intra_quantiser_matrix);
        std::ranges::copy(quantisation_.intra_quantiser_matrix, quantisation_.chroma_intra_quantiser_matrix);
    }
    if (bits.flag()) {
        load(quantisation_.non_intra_quantiser_matrix);
        std::ranges::copy(quantisation_.non_intra_quantiser_matrix,
                          quantisation_.chroma_non_intra_quantiser_matrix);
    }
    if (all && bits.flag()) {
        load(quantisation_.chroma_intra_quantiser_matrix);
    }
    if (all && bits.flag()) {
        load(quantisation_.chroma_non_intra_quantiser_matrix);
    }
}

bool Mpeg2Parser::sequence_header(Bits& bits) {
    sequence_ = {};
    sequence_.horizontal_size = static_cast<std::uint16_t>(bits.get(12));
    sequence_.vertical_size = static_cast<std::uint16_t>(bits.get(12));
    bits.get(4 + 4 + 18 + 1);  // aspect ratio, frame rate, bit rate, marker
    sequence_.vbv_buffer_size = bits.get(10) * 16 * 1024;
    bits.get(1);
    std::ranges::copy(default_intra, quantisation_.intra_quantiser_matrix);
    std::ranges::copy(default_intra, quantisation_.chroma_intra_quantiser_matrix);
    std::ranges::fill(quantisation_.non_intra_quantiser_matrix, default_non_intra);
    std::ranges::fill(quantisation_.chroma_non_intra_quantiser_matrix, default_non_intra);
    matrices(bits, false);
    has_header_ = bits.valid();
    has_sequence_ = false;
    return has_header_;
}

bool Mpeg2Parser::sequence_extension(Bits& bits, std::string& problem) {
    sequence_.profile_and_level_indication = static_cast<std::uint16_t>(bits.get(8));
    sequence_.flags = bits.flag() ? V4L2_MPEG2_SEQ_FLAG_PROGRESSIVE : 0;
    sequence_.chroma_format = static_cast<std::uint8_t>(bits.get(2));
    sequence_.horizontal_size = static_cast<std::uint16_t>(sequence_.horizontal_size | bits.get(2) << 12);
    sequence_.vertical_size = static_cast<std::uint16_t>(sequence_.vertical_size | bits.get(2) << 12);
    if (bits.valid() && sequence_.chroma_format != chroma_420) {
        problem = "MPEG-2 with chroma_format " + std::to_string(sequence_.chroma_format) +
                  ", only 1 (4:2:0) is known";
        return false;
    }
    has_sequence_ = bits.valid() && has_header_;
    return has_sequence_;
}

bool Mpeg2Parser::picture_header(Bits& bits) {
    bits.get(10);  // temporal_reference
    coding_type_ = bits.get(3);
    return bits.valid() && coding_type_ >= V4L2_MPEG2_PIC_CODING_TYPE_I &&
           coding_type_ <= V4L2_MPEG2_PIC_CODING_TYPE_B;
}

bool Mpeg2Parser::picture_extension(Bits& bits) {
    picture_ = {};
    picture_.picture_coding_type = static_cast<std::uint8_t>(coding_type_);
    for (auto& direction : picture_.f_code) {
        for (std::uint8_t& code : direction) {
            code = static_cast<std::uint8_t>(bits.get(4));
        }
    }
    picture_.intra_dc_precision = static_cast<std::uint8_t>(bits.get(2));
    picture_.picture_structure = static_cast<std::uint8_t>(bits.get(2));
    const auto flag = [&](std::uint32_t value) { picture_.flags |= bits.flag() ? value : 0; };
    flag(V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST);
    flag(V4L2_MPEG2_PIC_FLAG_FRAME_PRED_DCT);
    flag(V4L2_MPEG2_PIC_FLAG_CONCEALMENT_MV);
    flag(V4L2_MPEG2_PIC_FLAG_Q_SCALE_TYPE);
    flag(V4L2_MPEG2_PIC_FLAG_INTRA_VLC);
    flag(V4L2_MPEG2_PIC_FLAG_ALT_SCAN);
    flag(V4L2_MPEG2_PIC_FLAG_REPEAT_FIRST);
    bits.get(1);  // chroma_420_type
    flag(V4L2_MPEG2_PIC_FLAG_PROGRESSIVE);
    has_picture_ = bits.valid() && picture_.picture_structure != 0 && has_sequence_;
    return bits.valid() && picture_.picture_structure != 0;
}

bool Mpeg2Parser::header(std::uint8_t code, std::span<const std::uint8_t> data, std::string& problem) {
    Bits bits(data);
    bool sound = true;
    if (code == sequence_start) {
        sound = sequence_header(bits);
    } else if (code == picture_start) {
        has_picture_ = false;
        sound = picture_header(bits);
    } else if (code == extension_start) {
        const unsigned id = bits.get(4);
        if (id == sequence_extension_id && has_header_) {
            sound = sequence_extension(bits, problem);
        } else if (id == matrix_extension_id) {
            matrices(bits, true);
            sound = bits.valid();
        } else if (id == picture_extension_id && coding_type_ != 0) {
            sound = picture_extension(bits);
        }
    }
    if (!sound && problem.empty()) {
        problem = "a header that cannot be one, start code " + std::to_string(code);
    }
    return sound;
}

std::optional<Mpeg2Picture> Mpeg2Parser::next(std::string& problem) {
    problem.clear();
    while (const auto found = find_start_code(position_)) {
        const std::size_t begin = *found;
        const std::uint8_t code = stream_[begin + 3];
        std::size_t end = find_start_code(begin + 4).value_or(stream_.size());
        if (code < first_slice || code > last_slice) {
            position_ = end;
            if (!header(code, stream_.subspan(begin + 4, end - begin - 4), problem)) {
                return std::nullopt;
            }
            continue;
        }
        while (end < stream_.size() && stream_[end + 3] >= first_slice && stream_[end + 3] <= last_slice) {
            end = find_start_code(end + 4).value_or(stream_.size());
        }
        position_ = end;
        if (has_picture_) {
            has_picture_ = false;
            return Mpeg2Picture{sequence_, picture_, quantisation_, stream_.subspan(begin, end - begin)};
        }
    }
    position_ = stream_.size();
    if (!has_sequence_ && problem.empty()) {
        problem = has_header_ ? "MPEG-1, or a stream that ends with its first header"
                              : "no MPEG-2 video: it has no sequence header";
    }
    return std::nullopt;
}

}  // namespace svp::play
