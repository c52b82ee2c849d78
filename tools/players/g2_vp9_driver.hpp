// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a driver does with VP9 controls: registers, tables and segment maps of a job for G2, and what it keeps
 * from job to job. Written after the register sheet, with the layout that Linux's driver has.
 */
#pragma once

#include <functional>
#include <optional>

#include "../../firmware/guest/play/target.hpp"
#include "../../firmware/guest/play/vp9_compressed_header.hpp"
#include "g2_vp9_probabilities.hpp"
#include "vpu/g2/registers.hpp"

namespace svp::test {

using G2Registers = std::array<std::uint32_t, vpu::g2::register_count>;

/** A picture in memory: tiled, its vectors behind it. */
struct G2Picture {
    std::uint32_t address = 0;
    unsigned width = 0;  ///< exact
    unsigned height = 0;
    unsigned bit_depth = 8;

    unsigned stride() const { return (width + 7) / 8 * 8; }
    unsigned lines() const { return (height + 31) / 32 * 32; }
    std::uint32_t luma_size() const { return stride() * lines() * (bit_depth == 8 ? 4 : 5) / 4; }
    std::uint32_t chroma() const { return address + luma_size(); }
    std::uint32_t motion() const { return address + (luma_size() * 3 / 2 + 15) / 16 * 16; }
    std::uint32_t motion_size() const { return (width + 63) / 64 * ((height + 63) / 64) * 64 * 16; }
    std::uint32_t size() const { return motion() - address + motion_size(); }
};

/** Addresses of a job's buffers. */
struct G2Vp9Buffers {
    std::uint32_t stream = 0;
    std::uint32_t stream_size = 0;   ///< bytes of the frame
    std::uint32_t stream_room = 0;   ///< of the buffer
    std::uint32_t misc = 0;          ///< misc_size bytes
    std::uint32_t segment_maps = 0;  ///< two of segment_map_size bytes
    std::uint32_t tile_edge = 0;
    std::uint32_t raster_luma = 0;  ///< 0: no picture line by line
    std::uint32_t raster_chroma = 0;
    G2Picture output;
    /** Of a time stamp; nothing if there is none. */
    std::function<std::optional<G2Picture>(std::uint64_t)> picture;
};

class G2Vp9Driver {
 public:
    static constexpr std::uint32_t counts_at = 3744;
    static constexpr std::uint32_t tiles_at = counts_at + vpu::vp9::Counts::size;
    static constexpr std::uint32_t misc_size = tiles_at + 3536;
    static constexpr std::uint32_t segment_map_size = 65280;
    static constexpr std::uint32_t tile_edge_size = 3'840'000;
    static constexpr std::uint32_t tile_bsd_at = 3'290'112;

    /** Fills the registers of a job over what an earlier one left there; DEC_E is not set. @p memory is all
     * of it: tables go there, and segment maps are cleared. */
    void begin(const play::Vp9Controls& controls, const G2Vp9Buffers& buffers, std::span<std::uint8_t> memory,
               G2Registers& registers);

    /** The job is done: takes its counts from memory. */
    void end(std::span<const std::uint8_t> memory);

 private:
    void set(unsigned number, unsigned shift, unsigned width, std::uint32_t value) {
        const std::uint32_t mask = (width == 32 ? 0xffffffffu : (1u << width) - 1) << shift;
        (*swreg_)[number] = ((*swreg_)[number] & ~mask) | (value << shift & mask);
    }
    void set_signed(unsigned number, unsigned shift, unsigned width, int value) {
        set(number, shift, width, static_cast<std::uint32_t>(value));
    }
    bool flag(std::uint32_t mask) const { return (frame_.flags & mask) != 0; }

    void frame(const v4l2_ctrl_vp9_compressed_hdr& compressed);
    void references();
    void compound();
    void tiles(std::span<std::uint8_t> memory);
    void segments(std::span<std::uint8_t> memory);
    void filter();
    void source();

    G2Vp9Probabilities probabilities_;
    v4l2_ctrl_vp9_frame frame_{};
    const G2Vp9Buffers* buffers_ = nullptr;
    G2Registers* swreg_ = nullptr;
    std::uint32_t counts_address_ = 0;
    std::optional<G2Picture> last_;  ///< the picture that was decoded before
    std::uint32_t last_flags_ = 0;
    G2Picture current_;
    unsigned active_map_ = 0;
    v4l2_vp9_segmentation features_{};
};

inline void G2Vp9Driver::begin(const play::Vp9Controls& controls, const G2Vp9Buffers& buffers,
                               std::span<std::uint8_t> memory, G2Registers& registers) {
    frame_ = controls.frame;
    buffers_ = &buffers;
    swreg_ = &registers;
    current_ = buffers.output;
    counts_address_ = buffers.misc + counts_at;
    probabilities_.begin(controls.frame, controls.compressed);
    const auto table = probabilities_.table();
    std::copy(table.begin(), table.end(), memory.begin() + buffers.misc);
    frame(controls.compressed);
    if (!flag(V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_INTRA_ONLY)) {
        references();
    }
    compound();
    tiles(memory);
    segments(memory);
    filter();
    source();
}

inline void G2Vp9Driver::frame(const v4l2_ctrl_vp9_compressed_hdr& compressed) {
    const bool key = flag(V4L2_VP9_FRAME_FLAG_KEY_FRAME), intra_only = flag(V4L2_VP9_FRAME_FLAG_INTRA_ONLY);
    const G2Picture& output = buffers_->output;
    const bool raster = buffers_->raster_luma != 0;
    set(2, 28, 4, 15);
    set(3, 27, 5, vpu::g2::mode_vp9);
    set(3, 17, 1, 1);
    set(3, 16, 1, raster ? 1 : 0);
    set(3, 12, 1, key ? 0 : 1);
    (*swreg_)[65] = output.address;
    (*swreg_)[99] = output.chroma();
    (*swreg_)[133] = output.motion();
    (*swreg_)[175] = buffers_->raster_luma;
    (*swreg_)[177] = buffers_->raster_chroma;
    set(4, 19, 13, (output.width + 7) / 8);
    set(4, 6, 13, (output.height + 7) / 8);
    set(20, 16, 12, (output.width + 7) / 8 * 2);
    set(20, 0, 12, (output.height + 7) / 8 * 2);
    set(8, 16, 1, key || intra_only ? 1 : 0);
    set(8, 6, 2, frame_.bit_depth - 8u);
    set(8, 4, 2, frame_.bit_depth - 8u);
    set(8, 3, 1, frame_.bit_depth == 8 ? 1 : 0);
    set(8, 0, 3, 0);
    constexpr std::uint32_t filters[] = {1, 0, 2, 3, 4};
    set(11, 27, 3, compressed.tx_mode);
    set(11, 8, 3, key || intra_only ? 0 : filters[frame_.interpolation_filter]);
    set(11, 7, 1, flag(V4L2_VP9_FRAME_FLAG_ALLOW_HIGH_PREC_MV) ? 1 : 0);
    set(11, 4, 2, frame_.reference_mode);
    set_signed(13, 23, 6, frame_.quant.delta_q_y_dc);
    set_signed(13, 17, 6, frame_.quant.delta_q_uv_dc);
    set_signed(13, 11, 6, frame_.quant.delta_q_uv_ac);
    set(13, 9, 1, play::vp9_lossless(frame_.quant) ? 1 : 0);
    const bool same_size = last_ && last_->width == output.width && last_->height == output.height;
    const bool previous = !flag(V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT) && !key && !intra_only && same_size &&
                          (last_flags_ & V4L2_VP9_FRAME_FLAG_KEY_FRAME) == 0 &&
                          (last_flags_ & V4L2_VP9_FRAME_FLAG_SHOW_FRAME) != 0;
    set(5, 11, 1, previous ? 1 : 0);
    (*swreg_)[171] = buffers_->misc + counts_at;
    (*swreg_)[173] = buffers_->misc;
}

inline void G2Vp9Driver::references() {
    constexpr unsigned numbers[] = {0, 4, 5};
    const std::uint64_t stamps[] = {frame_.last_frame_ts, frame_.golden_frame_ts, frame_.alt_frame_ts};
    const G2Picture& output = buffers_->output;
    for (unsigned i = 0; i < 3; ++i) {
        const G2Picture picture = buffers_->picture(stamps[i]).value_or(output);
        (*swreg_)[67 + 2 * numbers[i]] = picture.address;
        (*swreg_)[101 + 2 * numbers[i]] = picture.chroma();
        set(33 + i, 16, 16, picture.width);
        set(33 + i, 0, 16, picture.height);
        set(36 + i, 16, 16, (picture.width << 14) / output.width);
        set(36 + i, 0, 16, (picture.height << 14) / output.height);
    }
    const bool resilient = flag(V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT);
    (*swreg_)[135] = (resilient || !last_ ? output : *last_).motion();
}

inline void G2Vp9Driver::compound() {
    const auto bias = [this](unsigned mask) { return (frame_.ref_frame_sign_bias & mask) != 0 ? 1u : 0u; };
    const unsigned last = bias(V4L2_VP9_SIGN_BIAS_LAST), golden = bias(V4L2_VP9_SIGN_BIAS_GOLDEN),
                   altref = bias(V4L2_VP9_SIGN_BIAS_ALT);
    set(13, 10, 1, last);
    set(11, 2, 1, golden);
    set(11, 0, 1, altref);
    std::array<unsigned, 3> order{};  // the fixed one, then the others
    if (golden != last || altref != last) {
        order = last == golden   ? std::array{3u, 1u, 2u}
                : last == altref ? std::array{2u, 1u, 3u}
                                 : std::array{1u, 2u, 3u};
    }
    set(13, 3, 2, order[0]);
    set(13, 5, 2, order[1]);
    set(13, 7, 2, order[2]);
}

/** Rows of tiles without blocks are left out of the list where there are one or two more than rows of blocks.
 */
inline void G2Vp9Driver::tiles(std::span<std::uint8_t> memory) {
    const unsigned columns = 1u << frame_.tile_cols_log2, rows = 1u << frame_.tile_rows_log2;
    const unsigned block_columns = (buffers_->output.width + 63) / 64;
    const unsigned block_rows = (buffers_->output.height + 63) / 64;
    std::uint32_t at = buffers_->misc + tiles_at;
    const auto put = [&](unsigned value) {
        memory[at++] = static_cast<std::uint8_t>(value);
        memory[at++] = static_cast<std::uint8_t>(value >> 8);
    };
    const unsigned left_out = rows == block_rows + 1 ? 1 : rows == block_rows + 2 ? 2 : 0;
    for (unsigned y = left_out; y < rows; ++y) {
        const unsigned first = y == left_out ? 0 : y;
        for (unsigned x = 0; x < columns; ++x) {
            put((x + 1) * block_columns / columns - x * block_columns / columns);
            put((y + 1) * block_rows / rows - first * block_rows / rows);
        }
    }
    set(10, 19, 5, columns);
    set(10, 14, 5, rows);
    set(10, 1, 1, columns * rows > 1 ? 1 : 0);
    (*swreg_)[167] = buffers_->misc + tiles_at;
    (*swreg_)[179] = buffers_->tile_edge;
    (*swreg_)[183] = buffers_->tile_edge + tile_bsd_at;
}

inline void G2Vp9Driver::segments(std::span<std::uint8_t> memory) {
    const v4l2_vp9_segmentation& from = frame_.seg;
    const auto has = [&from](unsigned mask) { return (from.flags & mask) != 0; };
    const bool enabled = has(V4L2_VP9_SEGMENTATION_FLAG_ENABLED);
    set(13, 0, 1, enabled ? 1 : 0);
    set(13, 1, 1, has(V4L2_VP9_SEGMENTATION_FLAG_UPDATE_MAP) ? 1 : 0);
    set(13, 2, 1, has(V4L2_VP9_SEGMENTATION_FLAG_TEMPORAL_UPDATE) ? 1 : 0);
    if (enabled && has(V4L2_VP9_SEGMENTATION_FLAG_UPDATE_DATA)) {
        features_ = from;
    }
    const bool absolute = has(V4L2_VP9_SEGMENTATION_FLAG_ABS_OR_DELTA_UPDATE);
    constexpr unsigned numbers[] = {14, 15, 16, 17, 18, 19, 31, 32};
    for (unsigned i = 0; i < 8; ++i) {
        const auto feature = [&](unsigned which) {
            return enabled && (features_.feature_enabled[i] >> which & 1) != 0;
        };
        const auto resolved = [&](unsigned which, int base) {
            const int data = features_.feature_data[i][which];
            return !feature(which) ? base : absolute ? data : std::clamp(base + data, 0, 255);
        };
        const bool reference = feature(V4L2_VP9_SEG_LVL_REF_FRAME) && !flag(V4L2_VP9_FRAME_FLAG_KEY_FRAME);
        set_signed(numbers[i], 0, 8, resolved(V4L2_VP9_SEG_LVL_ALT_Q, frame_.quant.base_q_idx));
        // Linux's driver lets levels run up to 255, of which the register takes six bits.
        set_signed(numbers[i], 8, 6, resolved(V4L2_VP9_SEG_LVL_ALT_L, frame_.lf.level));
        set(numbers[i], 14, 1, feature(V4L2_VP9_SEG_LVL_SKIP) ? 1 : 0);
        set_signed(numbers[i], 15, 3,
                   reference ? features_.feature_data[i][V4L2_VP9_SEG_LVL_REF_FRAME] + 1 : 0);
    }
    const bool forget = flag(V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_INTRA_ONLY |
                             V4L2_VP9_FRAME_FLAG_ERROR_RESILIENT);
    // A map of another size is of no use (section 7.2); Linux's driver has no pictures of another size.
    const bool resized =
        last_ && (last_->width != buffers_->output.width || last_->height != buffers_->output.height);
    if (forget || resized) {
        std::fill_n(memory.begin() + buffers_->segment_maps, 2 * segment_map_size, std::uint8_t{0});
    }
    if (forget) {
        features_ = {};
    }
    (*swreg_)[81] = buffers_->segment_maps + active_map_ * segment_map_size;
    (*swreg_)[79] = buffers_->segment_maps + (1 - active_map_) * segment_map_size;
    if (has(V4L2_VP9_SEGMENTATION_FLAG_UPDATE_MAP)) {
        active_map_ = 1 - active_map_;
    }
}

inline void G2Vp9Driver::filter() {
    const v4l2_vp9_loop_filter& lf = frame_.lf;
    const bool deltas = (lf.flags & V4L2_VP9_LOOP_FILTER_FLAG_DELTA_ENABLED) != 0;
    set(14, 18, 6, lf.level);
    set(3, 14, 1, lf.level == 0 ? 1 : 0);
    set(11, 21, 3, lf.sharpness);
    for (unsigned i = 0; i < 4; ++i) {
        set_signed(46, 24 - 8 * i, 7, deltas ? lf.ref_deltas[i] : 0);
    }
    for (unsigned i = 0; i < 2; ++i) {
        set_signed(47, 24 - 8 * i, 7, deltas ? lf.mode_deltas[i] : 0);
    }
}

inline void G2Vp9Driver::source() {
    const std::uint32_t headers =
        std::uint32_t{frame_.uncompressed_header_size} + frame_.compressed_header_size;
    const std::uint32_t tiles = buffers_->stream + headers;
    (*swreg_)[169] = buffers_->stream;
    set(5, 25, 7, tiles % 16 * 8);
    (*swreg_)[6] = buffers_->stream_size + tiles % 16 - headers;
    (*swreg_)[259] = tiles - tiles % 16 - buffers_->stream;
    (*swreg_)[258] = buffers_->stream_room;
}

inline void G2Vp9Driver::end(std::span<const std::uint8_t> memory) {
    std::array<std::uint32_t, vpu::vp9::Counts::size / 4> words{};
    for (std::size_t i = 0; i < vpu::vp9::Counts::size; ++i) {
        words[i / 4] |= std::uint32_t{memory[counts_address_ + i]} << 8 * (i % 4);
    }
    vpu::vp9::Counts counts;
    std::memcpy(&counts, words.data(), sizeof counts);
    probabilities_.end(counts, !last_ || (last_flags_ & V4L2_VP9_FRAME_FLAG_KEY_FRAME) != 0);
    last_ = current_;
    last_flags_ = frame_.flags;
}

}  // namespace svp::test
