// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays MPEG-2 on the engine without a device around it: parser, driver, engine, and frames in output order.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "g1_mpeg2_driver.hpp"
#include "vpu/g1/mpeg2_job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/mpeg2/decoder.hpp"

namespace svp::test {

/** A port to memory from address 0 on; what is beyond its end is not there. */
template <typename Port>
class Mpeg2TestPlayer {
 public:
    static constexpr std::uint32_t table_at = 0x1000, stream_at = 0x10000, stream_room = 4u << 20,
                                   frames_at = stream_at + stream_room;
    static constexpr unsigned frame_count = 3, none = frame_count;

    using Show = std::function<void(std::vector<std::uint8_t>)>;

    /** Decodes a whole stream; every frame goes to @p show in output order, visible part, planar. False, with
     * problem set, if the stream is none or the engine does not finish a picture. */
    bool play(std::span<const std::uint8_t> stream, const Show& show) {
        play::Mpeg2Parser parser(stream);
        while (const auto picture = parser.next(problem)) {
            const auto& size = picture->sequence;
            if (size.horizontal_size == 0 || size.horizontal_size > 16 * vpu::mpeg2::max_mb_width ||
                size.vertical_size == 0 || size.vertical_size > 16 * vpu::mpeg2::max_mb_height) {
                problem = "pictures of " + std::to_string(size.horizontal_size) + "x" +
                          std::to_string(size.vertical_size) + ", at most 1920x1088 are possible";
                break;
            }
            decode(*picture, show);
        }
        if (shown_later_ != none) {
            show(frame(shown_later_));
        }
        return problem.empty();
    }

    /** Decodes one picture, frame or field. */
    void decode(const play::Mpeg2Picture& picture, const Show& show) {
        const bool field = picture.picture.picture_structure != play::mpeg2_frame;
        const bool second = field && first_field_ != 0 && first_field_ != picture.picture.picture_structure;
        const bool both = picture.picture.picture_coding_type == V4L2_MPEG2_PIC_CODING_TYPE_B;
        if (picture.sequence.horizontal_size != width || picture.sequence.vertical_size != height ||
            g1_mpeg2_mb_height(picture.sequence) != mb_height_) {
            set_size(picture);
        }
        if (!second) {
            if (!both) {
                if (shown_later_ != none) {
                    show(frame(shown_later_));
                }
                older_ = newer_;
            } else if (older_ == none || newer_ == none) {
                return;  // of an open group whose beginning is not there
            }
            current_ = 0;
            while (current_ == older_ || current_ == newer_) {
                ++current_;
            }
        }
        first_field_ = field && !second ? picture.picture.picture_structure : 0;
        run(picture, field && second, both);
        if (!both) {
            newer_ = shown_later_ = current_;
        } else if (!field || second) {
            show(frame(current_));
        }
    }

    std::string problem;
    unsigned width = 0;
    unsigned height = 0;
    std::optional<Port> port;
    std::vector<vpu::mpeg2::Result> results;  ///< of all jobs

 private:
    void set_size(const play::Mpeg2Picture& picture) {
        width = picture.sequence.horizontal_size;
        height = picture.sequence.vertical_size;
        mb_height_ = g1_mpeg2_mb_height(picture.sequence);
        frame_size_ = (width + 15) / 16 * mb_height_ * 384;
        port.emplace(frames_at + std::size_t{frame_count} * frame_size_);
        older_ = newer_ = shown_later_ = none;
    }

    std::uint32_t address(unsigned frame) const {
        return frame == none ? 0 : frames_at + frame * frame_size_;
    }

    void run(const play::Mpeg2Picture& job, bool second, bool both) {
        // A field's partner tells which comes first; the standard has the flag 0 there.
        play::Mpeg2Picture corrected = job;
        const bool field = job.picture.picture_structure != play::mpeg2_frame;
        if (field) {
            const bool top = job.picture.picture_structure == play::mpeg2_top_field;
            corrected.picture.flags &= ~std::uint32_t{V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST};
            corrected.picture.flags |= top != second ? V4L2_MPEG2_PIC_FLAG_TOP_FIELD_FIRST : 0;
        }
        if (job.slices.size() > stream_room) {
            results.push_back(vpu::mpeg2::Result::impossible);
            return;
        }
        std::ranges::copy(job.slices, port->cells.begin() + stream_at);
        std::ranges::copy(g1_quantizer_table(job.quantisation), port->cells.begin() + table_at);
        // After the first field of a reference frame, that frame is the newer one already.
        const unsigned forward = both || second ? older_ : older_;
        g1_fill_mpeg2_registers(
            corrected, {stream_at, table_at, address(current_), address(forward), both ? address(newer_) : 0},
            registers_);
        vpu::mpeg2::Decoder decoder(vpu::g1::mpeg2_parameters(registers_), *port);
        results.push_back(decoder.decode());
        if (results.back() != vpu::mpeg2::Result::done) {
            problem = "the engine ends with " + std::to_string(static_cast<int>(results.back()));
        }
    }

    std::vector<std::uint8_t> frame(unsigned number) const {
        std::vector<std::uint8_t> planes;
        const std::uint8_t* luma = port->cells.data() + address(number);
        const std::size_t stride = (width + 15u) / 16 * 16, lines = std::size_t{16} * mb_height_;
        for (std::size_t y = 0; y < height; ++y) {
            planes.insert(planes.end(), luma + y * stride, luma + y * stride + width);
        }
        for (std::size_t plane = 0; plane < 2; ++plane) {
            for (std::size_t y = 0; y < (height + 1u) / 2; ++y) {
                for (std::size_t x = 0; x < (width + 1u) / 2; ++x) {
                    planes.push_back(luma[stride * lines + y * stride + 2 * x + plane]);
                }
            }
        }
        return planes;
    }

    std::array<std::uint32_t, vpu::g1::register_count> registers_{};
    std::uint32_t mb_height_ = 0;
    std::uint32_t frame_size_ = 0;
    unsigned current_ = 0, older_ = none, newer_ = none, shown_later_ = none;
    unsigned first_field_ = 0;  ///< picture_structure of a field that waits for its second one
};

}  // namespace svp::test
