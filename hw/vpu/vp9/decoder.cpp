// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/decoder.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "vpu/entropy/big_endian.hpp"
#include "vpu/vp9/tile_decoder.hpp"
#include "vpu/vp9/tile_edges.hpp"

namespace svp::vpu::vp9 {

/** The decoder for a kind of samples. */
class Decoder::Engine {
 public:
    virtual ~Engine() = default;
    virtual Result decode_some() = 0;
    virtual unsigned steps() const = 0;
};

namespace {

bool possible(const Parameters& parameters) {
    const auto size = [](unsigned value, unsigned most) {
        return value >= 8 && value <= most && value % 8 == 0;
    };
    const auto count = [](unsigned value, unsigned most) { return value >= 1 && value <= most; };
    const auto reference = [](unsigned value) { return value <= altref_frame; };
    return size(parameters.width, max_width) && size(parameters.height, max_height) &&
           (parameters.bit_depth == 8 || parameters.bit_depth == 10) &&
           parameters.tx_mode <= tx_mode_select && parameters.filter <= switchable &&
           parameters.reference_mode <= reference_mode_select &&
           count(parameters.tile_columns, max_tile_columns) && count(parameters.tile_rows, max_tile_rows) &&
           std::ranges::all_of(parameters.segments,
                               [&](const Segment& segment) { return reference(segment.reference); }) &&
           // A picture cannot be predicted from none.
           (parameters.reference_mode == single_reference || parameters.intra_only ||
            (count(parameters.fixed_reference, altref_frame) &&
             count(parameters.variable_reference[0], altref_frame) &&
             count(parameters.variable_reference[1], altref_frame)));
}

Probabilities read_probabilities(const Parameters& parameters, MemoryPort& port, Response& answer) {
    std::array<std::uint8_t, Probabilities::size> table;
    answer = std::max(answer, port.read(Stream::table, parameters.probabilities, table));
    return {table, parameters.intra_only};
}

template <typename Sample>
class SampleEngine final : public Decoder::Engine {
 public:
    SampleEngine(const Parameters& parameters, MemoryPort& port)
        : parameters_(parameters),
          port_(port),
          probabilities_(read_probabilities(parameters, port, answer_)),
          counts_{},
          frame_(parameters.columns(), parameters.rows()),
          motion_(parameters, port),
          segments_(parameters, port),
          modes_(parameters, probabilities_, frame_, motion_, segments_, counts_),
          residuals_(parameters, probabilities_, counts_),
          inter_(parameters, port),
          filter_(parameters),
          edges_(parameters, port),
          planes_(make_planes()),
          tiles_(
              {parameters_, probabilities_, frame_, modes_, residuals_, inter_, filter_, planes_, counts_}),
          writer_(port, parameters.output, parameters.raster),
          stream_(parameters.stream) {
        answer_ = std::max(answer_, segments_.read());
        read_tile_sizes();
    }

    Result decode_some() override {
        const Result result = row_ < parameters_.superblock_rows() ? decode_row() : finish();
        row_ += result == Result::more ? 1 : 0;
        return worst_answer() == Response::okay ? result : Result::bus_error;
    }
    unsigned steps() const override { return parameters_.superblock_rows() + 1; }

 private:
    Planes<Sample> make_planes();
    void read_tile_sizes();
    Result begin_tiles();
    Result decode_row();
    Response worst_answer() const;
    void filter_row(unsigned row);
    Result finish();

    const Parameters& parameters_;
    MemoryPort& port_;
    Response answer_ = Response::okay;
    const Probabilities probabilities_;
    Counts counts_;
    Frame frame_;
    MotionStore motion_;
    SegmentMap segments_;
    ModeParser modes_;
    ResidualParser<Sample> residuals_;
    InterPrediction<Sample> inter_;
    LoopFilter filter_;
    TileEdges<Sample> edges_;
    std::array<JobVector<Sample>, 3> samples_;
    const Planes<Sample> planes_;
    TileDecoder<Sample> tiles_;
    PictureWriter<Sample> writer_;

    std::vector<TileColumns> tile_columns_;
    std::vector<unsigned> tile_ends_;  ///< rows of 64x64 blocks up to the end of each row of tiles
    StreamRange stream_;               ///< of tiles that have not begun
    std::vector<BoolDecoder> decoders_;
    std::size_t tile_row_ = 0;
    unsigned row_ = 0;  ///< of 64x64 blocks
};

/** Room for whole blocks of 64x64. */
template <typename Sample>
Planes<Sample> SampleEngine<Sample>::make_planes() {
    Planes<Sample> planes{};
    for (unsigned plane = 0; plane < 3; ++plane) {
        const std::size_t side = plane == 0 ? 64 : 32;
        const std::size_t width = side * parameters_.superblock_columns();
        samples_[plane].resize(width * side * parameters_.superblock_rows());
        planes.samples[plane] = samples_[plane].data();
        planes.stride[plane] = static_cast<std::ptrdiff_t>(width);
    }
    return planes;
}

/**
 * The list in memory has rows without blocks left out where there are more rows of tiles than rows of blocks,
 * by one or two; there, heights are those that section 6.4.1 has.
 */
template <typename Sample>
void SampleEngine<Sample>::read_tile_sizes() {
    const unsigned columns = parameters_.tile_columns, rows = parameters_.tile_rows;
    const unsigned all_columns = parameters_.superblock_columns(), all_rows = parameters_.superblock_rows();
    std::vector<unsigned> widths(columns, all_columns), heights(rows, all_rows);
    if (columns * rows > 1) {
        std::vector<std::uint8_t> list(std::size_t{4} * columns * rows);
        answer_ = std::max(answer_, port_.read(Stream::table, parameters_.tile_sizes, list));
        const auto number = [&](std::size_t at) { return list[at] | unsigned{list[at + 1]} << 8; };
        for (unsigned i = 0; i < columns; ++i) {
            widths[i] = number(4 * i);
        }
        for (unsigned i = 0; i < rows; ++i) {
            heights[i] = rows > all_rows ? (i + 1) * all_rows / rows - i * all_rows / rows
                                         : number(std::size_t{4} * columns * i + 2);
        }
    }
    unsigned column = 0, row = 0;
    for (const unsigned width : widths) {
        const unsigned end = std::min(column + width, all_columns);
        tile_columns_.push_back({8 * column, std::min(8 * end, parameters_.columns())});
        column = end;
    }
    for (const unsigned height : heights) {
        row = std::min(row + height, all_rows);
        tile_ends_.push_back(row);
    }
    // A list that does not cover the picture, or has empty columns, is none.
    const bool whole =
        column == all_columns && row == all_rows &&
        std::ranges::all_of(tile_columns_, [](const TileColumns& tile) { return tile.first < tile.end; });
    if (!whole) {
        tile_columns_.clear();
    }
}

/** Begins the decoders of the next row of tiles; each tile but the picture's last one has its size in front.
 */
template <typename Sample>
Result SampleEngine<Sample>::begin_tiles() {
    decoders_.resize(tile_columns_.size());
    const bool last_row = tile_row_ + 1 == tile_ends_.size();
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
        std::uint32_t size = stream_.length;
        if (!last_row || i + 1 < decoders_.size()) {
            std::array<std::uint8_t, 4> bytes{};
            if (stream_.length < bytes.size()) {
                return Result::stream_exhausted;
            }
            answer_ = std::max(answer_, port_.read(Stream::bitstream, stream_.address, bytes));
            size = big_endian_32(bytes.data());
            stream_.address += 4;
            stream_.length -= 4;
        }
        if (size == 0 || size > stream_.length) {
            return Result::stream_exhausted;
        }
        decoders_[i].start(port_, {stream_.address, size, 0});
        stream_.address += size;
        stream_.length -= size;
        if (decoders_[i].decode(128)) {
            return Result::stream_error;  // the marker is 0
        }
    }
    return Result::more;
}

template <typename Sample>
Result SampleEngine<Sample>::decode_row() {
    if (tile_columns_.empty()) {
        return Result::stream_error;
    }
    if (row_ == 0 || row_ == tile_ends_[tile_row_]) {
        tile_row_ = row_ == 0 ? 0 : tile_row_ + 1;
        // Rows without blocks have tiles in the stream all the same.
        for (;; ++tile_row_) {
            const Result begun = begin_tiles();
            if (begun != Result::more) {
                return begun;
            }
            if (tile_ends_[tile_row_] > row_) {
                break;
            }
        }
    }
    answer_ = std::max(answer_, motion_.read_row(row_));
    for (std::size_t i = 0; i < tile_columns_.size(); ++i) {
        if (!tiles_.decode_row(decoders_[i], tile_columns_[i], row_)) {
            return Result::stream_error;
        }
    }
    if (std::ranges::any_of(decoders_, &BoolDecoder::exhausted)) {
        return Result::stream_exhausted;
    }
    answer_ =
        std::max({answer_, motion_.write_row(frame_, row_), edges_.write_row(tile_columns_, row_, planes_)});
    // Prediction sees samples that are not filtered.
    if (row_ > 0) {
        filter_row(row_ - 1);
    }
    return Result::more;
}

template <typename Sample>
Response SampleEngine<Sample>::worst_answer() const {
    Response worst = std::max(answer_, inter_.answer());
    for (const BoolDecoder& decoder : decoders_) {
        worst = std::max(worst, decoder.answer());
    }
    return worst;
}

template <typename Sample>
void SampleEngine<Sample>::filter_row(unsigned row) {
    answer_ = std::max(answer_, edges_.read_row(tile_columns_, row, planes_));
    for (unsigned column = 0; parameters_.loop_filter && column < parameters_.superblock_columns();
         ++column) {
        filter_.filter(frame_, column, row, planes_);
    }
}

template <typename Sample>
Result SampleEngine<Sample>::finish() {
    filter_row(parameters_.superblock_rows() - 1);
    writer_.write(
        0, parameters_.height,
        {planes_.samples[0], planes_.samples[1], planes_.samples[2], planes_.stride[0], planes_.stride[1]});
    answer_ = std::max({answer_, writer_.answer(), segments_.write(),
                        port_.write(Stream::counts, parameters_.counts, counts_.bytes())});
    return Result::done;
}

}  // namespace

Decoder::Decoder(const Parameters& parameters, MemoryPort& port) : parameters_(parameters) {
    if (!possible(parameters)) {
        return;
    }
    if (parameters.bit_depth == 8) {
        engine_ = std::make_unique<SampleEngine<std::uint8_t>>(parameters_, port);
    } else {
        engine_ = std::make_unique<SampleEngine<std::uint16_t>>(parameters_, port);
    }
}

Decoder::~Decoder() = default;

Result Decoder::decode_some() {
    return engine_ != nullptr ? engine_->decode_some() : Result::impossible;
}

Result Decoder::decode() {
    Result result = Result::more;
    while (result == Result::more) {
        result = decode_some();
    }
    return result;
}

}  // namespace svp::vpu::vp9
