// SPDX-License-Identifier: GPL-2.0-or-later
/** What is seen of a picture that a decoder has put into memory line by line, planes apart. */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace svp::test {

/** A picture in memory: lines of luma; lines of Cb and Cr in turn, half as many. */
struct RasterLayout {
    const std::uint8_t* luma;
    const std::uint8_t* chroma;  ///< null: there is none, and grey is seen, of 8 bits
    std::size_t stride;          ///< bytes from a line to the next
    unsigned left;               ///< of what is seen, samples of luma, even
    unsigned top;
    unsigned width;  ///< of what is seen, samples of luma
    unsigned height;
    unsigned depth = 8;  ///< or 10: the upper bits of 16, the lower byte first
};

/** A line of every @p step-th sample. @p Sample is what memory has, 8 bits or 16. */
template <typename Sample, unsigned step>
std::uint8_t* put_line(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
    if constexpr (sizeof(Sample) == 1 && step == 1) {
        std::memcpy(to, from, count);
    } else {
        for (std::size_t x = 0; x < count; ++x) {
            Sample sample;
            std::memcpy(&sample, from + step * x * sizeof sample, sizeof sample);
            if constexpr (sizeof(Sample) == 2) {
                sample = static_cast<Sample>(sample >> 6);
            }
            std::memcpy(to + x * sizeof sample, &sample, sizeof sample);
        }
    }
    return to + count * sizeof(Sample);
}

template <typename Sample>
void put_planar_samples(const RasterLayout& picture, std::vector<std::uint8_t>& planes) {
    const std::size_t width = (picture.width + 1u) / 2, height = (picture.height + 1u) / 2;
    planes.resize((std::size_t{picture.width} * picture.height + 2 * width * height) * sizeof(Sample));
    std::uint8_t* to = planes.data();
    for (std::size_t y = 0; y < picture.height; ++y) {
        to = put_line<Sample, 1>(
            to, picture.luma + (picture.top + y) * picture.stride + picture.left * sizeof(Sample),
            picture.width);
    }
    if (picture.chroma == nullptr) {
        std::fill_n(to, 2 * width * height, std::uint8_t{128});
        return;
    }
    for (std::size_t plane = 0; plane < 2; ++plane) {
        for (std::size_t y = 0; y < height; ++y) {
            const std::size_t first = picture.left / 2 * 2 + plane;
            to = put_line<Sample, 2>(
                to, picture.chroma + (picture.top / 2 + y) * picture.stride + first * sizeof(Sample), width);
        }
    }
}

/** Its samples go to @p planes: luma, Cb, Cr; those of 10 bits in two bytes, the lower one first. */
inline void put_planar(const RasterLayout& picture, std::vector<std::uint8_t>& planes) {
    picture.depth == 8 ? put_planar_samples<std::uint8_t>(picture, planes)
                       : put_planar_samples<std::uint16_t>(picture, planes);
}

}  // namespace svp::test
