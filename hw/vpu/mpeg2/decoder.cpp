// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/mpeg2/decoder.hpp"

#include <algorithm>

#include "vpu/mpeg2/tables.hpp"
#include "vpu/picture/chroma_lines.hpp"

namespace svp::vpu::mpeg2 {

namespace {

constexpr unsigned first_slice = 0x01, last_slice = 0xaf;
constexpr unsigned end_of_slice_bits = 23;
constexpr unsigned blocks_of_macroblock = 6;

bool possible(const Parameters& parameters) {
    return parameters.mb_width >= 1 && parameters.mb_width <= max_mb_width && parameters.mb_height >= 1 &&
           parameters.mb_height <= max_mb_height &&
           (!parameters.field_picture() || parameters.mb_height % 2 == 0);
}

/** Bytes of the stream that a picture may take: no more than its job names, nor than the picture can need. */
std::uint32_t stream_bytes(const Parameters& parameters) {
    const std::uint32_t macroblocks = parameters.mb_width * parameters.rows();
    return std::min(parameters.stream_length, macroblocks * max_macroblock_bytes + max_stuffing_bytes);
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

Matrices read_matrices(MemoryPort& port, std::uint32_t address, bool wanted, Response& answer) {
    Matrices matrices;
    if (wanted) {
        std::array<std::uint8_t, Matrices::size> table{};
        answer = std::max(answer, port.read(Stream::table, address, table));
        std::copy_n(table.begin(), 64, matrices.intra.begin());
        std::copy_n(table.begin() + 64, 64, matrices.non_intra.begin());
    }
    return matrices;
}

}  // namespace

Decoder::Decoder(const Parameters& parameters, MemoryPort& port)
    : parameters_(checked(parameters)),
      port_(port),
      possible_(possible(parameters)),
      matrices_(read_matrices(port, parameters.tables, possible_, answer_)),
      bits_(port, parameters.stream, possible_ ? stream_bytes(parameters) : 0),
      block_(parameters_, matrices_),
      motion_parser_(parameters_),
      predictor_(parameters_, port),
      luma_(std::size_t{parameters_.mb_width} * 256),
      cb_(std::size_t{parameters_.mb_width} * 64),
      cr_(std::size_t{parameters_.mb_width} * 64),
      lines_(std::size_t{parameters_.mb_width} * 256) {}

Result Decoder::decode() {
    Result result = Result::more;
    while (result == Result::more) {
        result = decode_some();
    }
    return result;
}

/** Puts in memory what is decoded, if it is the end; a bus error comes before anything else. */
Result Decoder::judge(Result result) {
    if (result != Result::more) {
        flush();
    }
    const Response worst = std::max({answer_, bits_.answer(), predictor_.answer()});
    return worst == Response::okay ? result : Result::bus_error;
}

Result Decoder::decode_some() {
    if (!possible_) {
        return Result::impossible;
    }
    if (!bits_.find_start_code()) {
        return judge(Result::stream_exhausted);
    }
    const unsigned code = bits_.get(8);
    if (code < first_slice || code > last_slice || !slice_header(code) || !macroblocks()) {
        return judge(bits_.exhausted() ? Result::stream_exhausted : Result::stream_error);
    }
    bits_.align();
    if (next_ < count()) {
        return judge(Result::more);
    }
    return judge(missing_ == 0 ? Result::done : Result::stream_error);
}

bool Decoder::slice_header(unsigned code) {
    const unsigned row = code - first_slice;
    if (row >= parameters_.rows()) {
        return false;
    }
    move_to(row, 0);
    block_.set_scale(bits_.get(5));
    while (bits_.flag()) {  // intra_slice_flag, then extra_bit_slice, each with 8 bits
        bits_.skip(bits_.peek(8) <= 0xff ? 8 : 0);
        if (bits_.exhausted()) {
            return false;
        }
    }
    block_.reset_dc();
    motion_parser_.reset();
    last_ = {};
    return true;
}

/** Goes on with another macroblock; columns that are behind it belong to another slice. */
void Decoder::move_to(unsigned row, unsigned column) {
    if (row != row_ || column != column_) {
        flush();
        row_ = row;
        column_ = first_kept_ = column;
    }
}

bool Decoder::macroblocks() {
    bool first = true;
    do {
        unsigned increment = 0;
        Code code;
        do {
            code = increments[bits_.peek(increment_bits)];
            if (code.length == 0 || increment > parameters_.mb_width) {
                return false;
            }
            bits_.skip(code.length);
            increment += static_cast<unsigned>(code.value == increment_escape ? 33 : code.value);
        } while (code.value == increment_escape);
        if (increment == 0) {
            return false;
        }
        const unsigned column = column_ + increment - 1;
        if (column >= parameters_.mb_width) {
            return false;
        }
        if (first) {
            move_to(row_, column);
            const unsigned address = row_ * parameters_.mb_width + column;
            if (address < next_) {
                return false;  // once is enough
            }
            missing_ += address - next_;
            first = false;
        } else if (!skip_to(column)) {
            return false;
        }
        if (!macroblock() || bits_.exhausted()) {
            return false;
        }
        finished_macroblock();
    } while (column_ < parameters_.mb_width && bits_.peek(end_of_slice_bits) != 0);
    return bits_.peek(end_of_slice_bits) == 0;
}

void Decoder::finished_macroblock() {
    ++column_;
    next_ = row_ * parameters_.mb_width + column_;
}

/** Macroblocks up to @p column are not in the stream (section 7.6.6). */
bool Decoder::skip_to(unsigned column) {
    if (column_ < column && parameters_.coding == Coding::intra) {
        return false;
    }
    while (column_ < column) {
        skipped();
        finished_macroblock();
    }
    return true;
}

void Decoder::skipped() {
    block_.reset_dc();
    Motion motion;
    motion.type = parameters_.field_picture() ? MotionType::field : MotionType::frame;
    const Parity same = parameters_.structure == Structure::bottom_field ? Parity::bottom : Parity::top;
    motion.field[0][0] = motion.field[0][1] = same;
    if (parameters_.coding == Coding::predictive) {
        motion_parser_.reset();
        motion.used[0] = true;
    } else {
        motion.used[0] = (last_.type & macroblock_type::forward) != 0;
        motion.used[1] = (last_.type & macroblock_type::backward) != 0;
        motion.vector[0][0] = motion_parser_.predicted(0);
        motion.vector[0][1] = motion_parser_.predicted(1);
    }
    predictor_.predict(motion, column_, row_, target());
}

bool Decoder::macroblock_modes(Macroblock& mb) {
    const Code type = types[static_cast<unsigned>(parameters_.coding) - 1][bits_.peek(type_bits)];
    if (type.length == 0) {
        return false;
    }
    bits_.skip(type.length);
    mb.type = type.value;
    const bool field_picture = parameters_.field_picture();
    motion_ = {};
    motion_.type = field_picture ? MotionType::field : MotionType::frame;
    const bool free_choice = field_picture || !parameters_.frame_pred_frame_dct;
    if ((mb.type & (macroblock_type::forward | macroblock_type::backward)) != 0 && free_choice) {
        switch (bits_.get(2)) {
            case 1:
                motion_.type = MotionType::field;
                break;
            case 2:
                motion_.type = field_picture ? MotionType::halves : MotionType::frame;
                break;
            case 3:
                motion_.type = MotionType::dual_prime;
                break;
            default:
                return false;
        }
    }
    if (!field_picture && free_choice &&
        (mb.type & (macroblock_type::intra | macroblock_type::pattern)) != 0) {
        mb.field_dct = bits_.flag();
    }
    if ((mb.type & macroblock_type::quant) != 0) {
        block_.set_scale(bits_.get(5));
    }
    return true;
}

/** Vectors of a macroblock, and what they leave for the next one's prediction. */
bool Decoder::vectors(const Macroblock& mb) {
    const bool intra = (mb.type & macroblock_type::intra) != 0;
    const bool concealment = intra && parameters_.concealment_motion_vectors;
    motion_.used[0] = (mb.type & macroblock_type::forward) != 0;
    motion_.used[1] = (mb.type & macroblock_type::backward) != 0;
    for (unsigned s = 0; s < 2; ++s) {
        if ((motion_.used[s] || (concealment && s == 0)) && !motion_parser_.parse(bits_, motion_, s)) {
            return false;
        }
    }
    if (concealment) {
        return bits_.flag();  // marker_bit
    }
    if (intra) {
        motion_parser_.reset();
    } else if (parameters_.coding == Coding::predictive && !motion_.used[0]) {
        motion_parser_.reset();
        motion_.used[0] = true;  // with the vector zero, from the same parity
        const Parity same = parameters_.structure == Structure::bottom_field ? Parity::bottom : Parity::top;
        motion_.field[0][0] = same;
    }
    return true;
}

bool Decoder::macroblock() {
    Macroblock mb;
    if (!macroblock_modes(mb) || !vectors(mb)) {
        return false;
    }
    last_ = mb;
    if ((mb.type & macroblock_type::intra) == 0) {
        block_.reset_dc();
        predictor_.predict(motion_, column_, row_, target());
    }
    return blocks(mb);
}

bool Decoder::blocks(const Macroblock& mb) {
    const bool intra = (mb.type & macroblock_type::intra) != 0;
    unsigned pattern = intra ? 63 : 0;
    if ((mb.type & macroblock_type::pattern) != 0) {
        const Code code = patterns[bits_.peek(pattern_bits)];
        if (code.length == 0 || code.value == 0) {
            return false;  // a pattern of nothing is for 4:2:2 and 4:4:4
        }
        bits_.skip(code.length);
        pattern = static_cast<unsigned>(code.value);
    }
    const Target to = target();
    for (unsigned i = 0; i < blocks_of_macroblock; ++i) {
        if ((pattern >> (blocks_of_macroblock - 1 - i) & 1) == 0) {
            continue;
        }
        const unsigned component = i < 4 ? 0 : i - 3;
        if (!(intra ? block_.parse_intra(bits_, component) : block_.parse_non_intra(bits_))) {
            return false;
        }
        std::uint8_t* samples = component == 1 ? to.cb : to.cr;
        std::ptrdiff_t stride = to.chroma_stride;
        if (component == 0) {
            const std::ptrdiff_t down = i / 2 == 0 ? 0 : mb.field_dct ? 1 : 8;
            samples = to.luma + down * to.luma_stride + i % 2 * 8;
            stride = mb.field_dct ? 2 * to.luma_stride : to.luma_stride;
        }
        if (intra) {
            block_.put(samples, stride);
        } else {
            block_.add(samples, stride);
        }
    }
    return true;
}

Target Decoder::target() {
    const std::ptrdiff_t width = parameters_.mb_width;
    return {luma_.data() + 16 * column_, cb_.data() + 8 * column_, cr_.data() + 8 * column_, 16 * width,
            8 * width};
}

/** Writes the macroblocks of this row that are not in memory yet. */
void Decoder::flush() {
    const unsigned columns = column_ - first_kept_;
    if (columns == 0) {
        return;
    }
    const std::uint32_t width = 16 * parameters_.mb_width, bytes = 16 * columns, left = 16 * first_kept_;
    const std::uint32_t stride = parameters_.field_picture() ? 2 * width : width;
    const bool whole = bytes == width;  // lies as it goes to memory
    for (std::size_t line = 0; line < 16 && !whole; ++line) {
        std::copy_n(luma_.data() + line * width + left, bytes, lines_.data() + line * bytes);
    }
    answer_ = std::max(
        answer_, port_.write_rows(
                     Stream::picture, {parameters_.output + row_ * 16 * stride + left, stride, bytes, 16},
                     std::span<const std::uint8_t>(whole ? luma_ : lines_).first(std::size_t{bytes} * 16)));
    for (std::size_t line = 0; line < 8; ++line) {
        const std::uint8_t* from_cb = cb_.data() + line * width / 2 + left / 2;
        const std::uint8_t* from_cr = cr_.data() + line * width / 2 + left / 2;
        interleave(from_cb, from_cr, bytes / 2, lines_.data() + line * bytes);
    }
    const std::uint32_t chroma = parameters_.output + width * 16 * parameters_.mb_height;
    answer_ = std::max(
        answer_, port_.write_rows(Stream::picture, {chroma + row_ * 8 * stride + left, stride, bytes, 8},
                                  std::span<const std::uint8_t>(lines_).first(std::size_t{bytes} * 8)));
    first_kept_ = column_;
}

}  // namespace svp::vpu::mpeg2
