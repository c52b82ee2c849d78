// SPDX-License-Identifier: GPL-2.0-or-later
#include "surface.hpp"

namespace svp::play {

namespace {

constexpr unsigned tile_side = 4;

/** Reads samples of a plane by their place. */
class Reader {
 public:
    Reader(std::span<const std::uint8_t> plane, const Surface& surface) : plane_(plane), surface_(surface) {}

    unsigned sample(unsigned x, unsigned y) const {
        const std::size_t line = std::size_t{y} * surface_.stride;
        switch (surface_.layout) {
            case Layout::nv12:
                return plane_[line + x];
            case Layout::p010:
                return two(line + 2 * std::size_t{x}) >> 6;
            case Layout::nv12_4l4:
                return plane_[tile(x, y, tile_side) + x % tile_side];
            case Layout::nv15_4l4:
                break;
        }
        const unsigned bit = 10 * (x % tile_side);
        return two(tile(x, y, 5) + bit / 8) >> bit % 8 & 0x3ff;
    }

 private:
    unsigned two(std::size_t at) const { return plane_[at] | unsigned{plane_[at + 1]} << 8; }
    /** Where the line of a tile begins whose lines have @p bytes bytes. */
    std::size_t tile(unsigned x, unsigned y, unsigned bytes) const {
        return std::size_t{y / tile_side} * tile_side * surface_.stride +
               (std::size_t{x / tile_side} * tile_side + y % tile_side) * bytes;
    }

    std::span<const std::uint8_t> plane_;
    const Surface& surface_;
};

}  // namespace

const char* name_of(Layout layout) {
    switch (layout) {
        case Layout::p010:
            return "p010";
        case Layout::nv12_4l4:
            return "nv12_4l4";
        case Layout::nv15_4l4:
            return "nv15_4l4";
        case Layout::nv12:
            break;
    }
    return "nv12";
}

std::size_t bytes_of(const Surface& surface) {
    return std::size_t{surface.stride} * surface.lines * 3 / 2;
}

std::vector<std::uint8_t> visible_planes(const Format& format, std::span<const std::uint8_t> bytes,
                                         const Surface& surface) {
    const std::size_t luma_size = std::size_t{surface.stride} * surface.lines;
    const Reader luma(bytes.first(luma_size), surface), chroma(bytes.subspan(luma_size), surface);
    const unsigned half_width = (format.visible_width + 1) / 2, half_height = (format.visible_height + 1) / 2;
    std::vector<std::uint8_t> planes;
    const auto put = [&](unsigned sample) {
        planes.push_back(static_cast<std::uint8_t>(sample));
        if (format.depth > 8) {
            planes.push_back(static_cast<std::uint8_t>(sample >> 8));
        }
    };
    for (unsigned y = 0; y < format.visible_height; ++y) {
        for (unsigned x = 0; x < format.visible_width; ++x) {
            put(luma.sample(format.left + x, format.top + y));
        }
    }
    for (unsigned plane = 0; plane < 2; ++plane) {
        for (unsigned y = 0; y < half_height; ++y) {
            for (unsigned x = 0; x < half_width; ++x) {
                put(chroma.sample(2 * (format.left / 2 + x) + plane, format.top / 2 + y));
            }
        }
    }
    return planes;
}

}  // namespace svp::play
