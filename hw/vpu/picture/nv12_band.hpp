// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The part of a picture that a decoder is at: a row of macroblocks and the one above it.
 *
 * Luma and chroma stand in planes of their own here, with room to the left for the samples that prediction
 * sees beyond the picture's edge. A finished row goes to memory as NV12: luma lines with the stride of the
 * width, lines of Cb and Cr in turn behind all of luma.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vpu/memory_port.hpp"
#include "vpu/picture/chroma_lines.hpp"

namespace svp::vpu {

class Nv12Band {
 public:
    /** A plane of the band, by samples of its current row. */
    struct Plane {
        std::uint8_t*
            current;  ///< first sample of the row that is being decoded; the one above lies before it
        std::ptrdiff_t stride;
        unsigned lines;  ///< of a row of macroblocks
    };

    /** For a picture of @p width times @p height luma samples, multiples of 16, at @p address. */
    Nv12Band(std::uint32_t address, unsigned width, unsigned height)
        : address_(address),
          width_(width),
          height_(height),
          luma_(plane_size(width, 16)),
          cb_(plane_size(width / 2, 8)),
          cr_(plane_size(width / 2, 8)),
          lines_(std::size_t{width} * 16) {}

    Plane luma() { return plane(luma_, width_, 16); }
    Plane cb() { return plane(cb_, width_ / 2, 8); }
    Plane cr() { return plane(cr_, width_ / 2, 8); }

    /** Sets the column left of the current row to @p sample. */
    void set_left_edge(std::uint8_t sample) {
        for (const Plane& where : {luma(), cb(), cr()}) {
            for (unsigned line = 0; line < where.lines; ++line) {
                where.current[std::ptrdiff_t{line} * where.stride - 1] = sample;
            }
        }
    }

    /** The current row becomes the one above. */
    void advance() {
        for (std::vector<std::uint8_t>* samples : {&luma_, &cb_, &cr_}) {
            const auto half = static_cast<std::ptrdiff_t>(samples->size() / 2);
            std::copy(samples->begin() + half, samples->end(), samples->begin());
        }
    }

    /** Writes row @p row of macroblocks of the picture from the current row, or from the one above. */
    Response write(MemoryPort& port, unsigned row, bool above) {
        const auto line_of = [above](const Plane& from, unsigned line) {
            return from.current +
                   (std::ptrdiff_t{line} - (above ? std::ptrdiff_t{from.lines} : 0)) * from.stride;
        };
        const Plane y = luma(), u = cb(), v = cr();
        for (unsigned line = 0; line < y.lines; ++line) {
            std::copy_n(line_of(y, line), width_, lines_.begin() + std::ptrdiff_t{line} * width_);
        }
        const Response answer =
            port.write_rows(Stream::picture, {address_ + row * 16 * width_, width_, width_, 16}, lines_);
        for (unsigned line = 0; line < u.lines; ++line) {
            const std::uint8_t* from_u = line_of(u, line);
            const std::uint8_t* from_v = line_of(v, line);
            std::uint8_t* to = lines_.data() + std::size_t{line} * width_;
            interleave(from_u, from_v, width_ / 2, to);
        }
        return std::max(
            answer, port.write_rows(Stream::picture,
                                    {address_ + width_ * height_ + row * 8 * width_, width_, width_, 8},
                                    std::span<const std::uint8_t>(lines_).first(std::size_t{width_} * 8)));
    }

 private:
    static constexpr unsigned margin = 16;

    static std::size_t plane_size(unsigned width, unsigned lines) {
        return std::size_t{width + margin} * lines * 2;
    }
    static Plane plane(std::vector<std::uint8_t>& samples, unsigned width, unsigned lines) {
        return {samples.data() + samples.size() / 2 + margin, static_cast<std::ptrdiff_t>(width + margin),
                lines};
    }

    std::uint32_t address_;
    unsigned width_;
    unsigned height_;
    std::vector<std::uint8_t> luma_;
    std::vector<std::uint8_t> cb_;
    std::vector<std::uint8_t> cr_;
    std::vector<std::uint8_t> lines_;  ///< on their way to memory
};

}  // namespace svp::vpu
