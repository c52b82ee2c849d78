// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Video for tests of the display controller: pictures of luma and chroma as planes of whole numbers, what a
 * driver writes for them, and what must come out, computed with real numbers by the definitions.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../every_core.hpp"
#include "driver.hpp"

namespace svp::test {

/** A small screen: memory of these tests is slow. Its clock gives more than 120 frames a second. */
constexpr DcssMode dcss_small{96, 70, 8, 8, 16, 1, 4, 5, dcss_pll2(1, 32, 25, 25, 40), 40000000};

/** Samples of one component. */
struct Samples {
    std::uint32_t width = 0, height = 0;
    std::vector<int> values;

    Samples() = default;
    Samples(std::uint32_t w, std::uint32_t h) : width(w), height(h), values(std::size_t{w} * h) {}
    int& at(std::uint32_t x, std::uint32_t y) { return values[std::size_t{y} * width + x]; }
    int at(std::uint32_t x, std::uint32_t y) const { return values[std::size_t{y} * width + x]; }
};

inline Samples random_samples(Random& random, std::uint32_t width, std::uint32_t height, unsigned levels) {
    Samples samples(width, height);
    for (int& value : samples.values) {
        value = static_cast<int>(random.below(levels));
    }
    return samples;
}

/** Luma, Cb, Cr, or red, green, blue. */
using Components = std::array<Samples, 3>;

/** The same with every sample times four: eight bits of a video as ten. */
inline Components times_four(Components components) {
    for (Samples& samples : components) {
        for (int& value : samples.values) {
            value *= 4;
        }
    }
    return components;
}

inline Samples mirrored(const Samples& from, bool x_axis) {
    Samples to(from.width, from.height);
    for (std::uint32_t y = 0; y < from.height; ++y) {
        for (std::uint32_t x = 0; x < from.width; ++x) {
            to.at(x, y) = x_axis ? from.at(from.width - 1 - x, y) : from.at(x, from.height - 1 - y);
        }
    }
    return to;
}

/** Convolution in one direction by the definition, with rounding and clamping to ten bits at its end. */
inline Samples filtered(const Samples& from, bool vertical, std::uint32_t size, const DcssPlane::Taps& taps,
                        int start) {
    Samples to(vertical ? from.width : size, vertical ? size : from.height);
    const std::uint32_t length = vertical ? from.height : from.width;
    const double increment = std::floor(length * 8192.0 / size + 0.5) / 8192.0;
    for (std::uint32_t y = 0; y < to.height; ++y) {
        for (std::uint32_t x = 0; x < to.width; ++x) {
            const double position = start / 8192.0 + (vertical ? y : x) * increment;
            const double whole = std::floor(position);
            const auto phase = static_cast<std::size_t>((position - whole) * 16);
            double sum = 0;
            for (int tap = 0; tap < 7; ++tap) {
                const double place = std::min(std::max(whole + tap - 3, 0.0), length - 1.0);
                const auto at = static_cast<std::uint32_t>(place);
                sum += taps[phase][static_cast<std::size_t>(tap)] / 1024.0 *
                       (vertical ? from.at(x, at) : from.at(at, y));
            }
            to.at(x, y) = static_cast<int>(std::min(std::max(std::floor(sum + 0.5), 0.0), 1023.0));
        }
    }
    return to;
}

inline DcssPlane::Taps random_taps(Random& random, bool five = false) {
    DcssPlane::Taps taps{};
    for (auto& phase : taps) {
        for (std::size_t tap = five ? 1 : 0; tap < (five ? 6u : 7u); ++tap) {
            phase[tap] = static_cast<int>(random.below(700)) - 200;
        }
    }
    return taps;
}

/** A conversion as the HDR10 block's registers have it; in numbers, not in bits of fields. */
struct DcssMatrix {
    std::array<std::array<int, 3>, 3> coefficients;  ///< by output, by input
    std::array<int, 3> pre_offset, pre_min, pre_max;
    unsigned norm;
    std::array<int, 3> post_offset, post_min, post_max;

    std::array<int, 3> of(const std::array<int, 3>& input) const {
        std::array<int, 3> output{};
        for (std::size_t i = 0; i < 3; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < 3; ++j) {
                sum += coefficients[i][j] * static_cast<double>(std::min(
                                                std::max(input[j] + pre_offset[j], pre_min[j]), pre_max[j]));
            }
            const double value = std::floor(sum / std::pow(2.0, norm) + 0.5) + post_offset[i];
            output[i] = std::min(std::max(static_cast<int>(value), post_min[i]), post_max[i]);
        }
        return output;
    }

    /** Writes it where a CSC has its registers. */
    void write(DcssDriver& driver, std::uint32_t at) const {
        driver.write(at, 3);
        const auto three = [&](std::uint32_t offset, const std::array<int, 3>& values) {
            for (std::uint32_t i = 0; i < 3; ++i) {
                driver.write(at + offset + 4 * i, static_cast<std::uint32_t>(values[i]));
            }
        };
        for (std::uint32_t output = 0; output < 3; ++output) {
            three(0x04 + 12 * output, coefficients[output]);
        }
        three(0x28, pre_offset);
        three(0x34, pre_min);
        three(0x40, pre_max);
        driver.write(at + 0x4c, norm);
        three(0x50, post_offset);
        three(0x5c, post_min);
        three(0x68, post_max);
    }
};

/** BT.601 from limited range to red, green and blue of full range: 1.16438, 1.59603, 0.39176,
 * 0.81297, 2.01723. */
constexpr DcssMatrix dcss_bt601 = {{{{9539, 0, 13075}, {9539, -3209, -6660}, {9539, 16525, 0}}},
                                   {-64, -512, -512},
                                   {0, -448, -448},
                                   {876, 448, 448},
                                   13,
                                   {0, 0, 0},
                                   {0, 0, 0},
                                   {1023, 1023, 1023}};

/** What a driver has to say of a video. */
struct DcssVideo {
    std::uint32_t luma_address = 0x50000000, chroma_address = 0x50800000;
    std::uint32_t pitch = 256;  ///< bytes
    std::uint32_t width = 0, height = 0, chroma_width = 0, chroma_height = 0;
    std::uint32_t fetched_width = 0;  ///< what the prefetch counts, of luma
    std::uint32_t mode = 0;           ///< MODE_CTRL0
    std::uint32_t source_format = 0;  ///< of the scaler: 0 4:2:0, 1 4:2:2, 2 4:4:4
    bool ten_bits = false;
    bool flip_x = false, flip_y = false;
    std::uint32_t x = 0, y = 0, screen_width = 0, screen_height = 0;
    DcssPlane::Taps vertical = DcssPlane::middle(), horizontal = DcssPlane::middle();
    DcssPlane::Taps chroma_vertical = DcssPlane::middle(), chroma_horizontal = DcssPlane::middle();
    int chroma_start = 0;  ///< vertical

    bool five_taps() const { return source_format == 1; }
};

/** A filter whose five middle taps stand where seven would begin. */
inline DcssPlane::Taps moved_down(DcssPlane::Taps taps) {
    for (auto& phase : taps) {
        phase = {phase[1], phase[2], phase[3], phase[4], phase[5], 0, 0};
    }
    return taps;
}

/** Shows a video on channel @p channel, counted from 0. */
inline void set_video(DcssDriver& driver, const DcssVideo& video, std::uint32_t channel) {
    const std::uint32_t fetch = DcssDriver::dpr + channel * 0x1000;
    const std::uint32_t at = DcssDriver::scaler + channel * 0x400;
    const auto size = [](std::uint32_t width, std::uint32_t height) {
        return (height - 1) << 16 | (width - 1);
    };
    driver.write_sb(fetch + 0x50, video.mode);
    driver.write_sb(fetch + 0x70, (video.flip_x ? 1 : 0) | (video.flip_y ? 2 : 0) | video.pitch << 16);
    driver.write_sb(fetch + 0xa0, video.fetched_width);
    driver.write_sb(fetch + 0xb0, video.height);
    driver.write_sb(fetch + 0xc0, video.luma_address);
    driver.write_sb(fetch + 0xf0, video.fetched_width);
    driver.write_sb(fetch + 0x100, video.height / 2);
    driver.write_sb(fetch + 0x110, video.chroma_address);
    driver.write_sb(at + 0x08, 1);
    driver.write_sb(at + 0x0c, video.ten_bits ? 0x22 : 0);
    driver.write_sb(at + 0x10, video.source_format);
    driver.write_sb(at + 0x14, 2);
    driver.write_sb(at + 0x18, size(video.width, video.height));
    driver.write_sb(at + 0x1c, size(video.chroma_width, video.chroma_height));
    driver.write_sb(at + 0x20, size(video.screen_width, video.screen_height));
    driver.write_sb(at + 0x24, size(video.screen_width, video.screen_height));
    driver.write_sb(at + 0x48, 0);
    driver.write_sb(at + 0x4c, DcssPlane::increment(video.height, video.screen_height));
    driver.write_sb(at + 0x50, 0);
    driver.write_sb(at + 0x54, DcssPlane::increment(video.width, video.screen_width));
    driver.write_sb(at + 0x58, static_cast<std::uint32_t>(video.chroma_start) & 0xffff);
    driver.write_sb(at + 0x5c, DcssPlane::increment(video.chroma_height, video.screen_height));
    driver.write_sb(at + 0x60, 0);
    driver.write_sb(at + 0x64, DcssPlane::increment(video.chroma_width, video.screen_width));
    driver.set_taps(at + 0x80, video.five_taps() ? moved_down(video.vertical) : video.vertical);
    driver.set_taps(at + 0x140, video.horizontal);
    driver.set_taps(at + 0x200,
                    video.five_taps() ? moved_down(video.chroma_vertical) : video.chroma_vertical);
    driver.set_taps(at + 0x300, video.chroma_horizontal);
    const std::uint32_t left = driver.left + video.x;
    const std::uint32_t top = driver.top + video.y;
    driver.write_dtg(0x10 + 8 * channel, top << 16 | left);
    driver.write_dtg(0x14 + 8 * channel, (top + video.screen_height) << 16 | (left + video.screen_width));
    driver.control |= 1u << (2 - channel);
    driver.write_dtg(0x00, driver.control);
    driver.write_sb(fetch, 5);
    driver.write_sb(at, 0x11);
    driver.armed = true;
    driver.event = true;
}

/** The components that the scaler makes of what is in memory, in ten bits. */
inline Components scaled(const Components& from, const DcssVideo& video) {
    Components to;
    for (std::size_t i = 0; i < 3; ++i) {
        Samples samples = from[i];
        samples = video.flip_x ? mirrored(samples, true) : samples;
        samples = video.flip_y ? mirrored(samples, false) : samples;
        samples = filtered(samples, true, video.screen_height,
                           i == 0 ? video.vertical : video.chroma_vertical, i == 0 ? 0 : video.chroma_start);
        to[i] = filtered(samples, false, video.screen_width,
                         i == 0 ? video.horizontal : video.chroma_horizontal, 0);
    }
    return to;
}

/** Words of a screen, black but for @p picture, converted by @p matrix. */
inline std::vector<std::uint32_t> screen_of(const Components& picture, const DcssVideo& video,
                                            const DcssMatrix& matrix) {
    std::vector<std::uint32_t> screen(std::size_t{dcss_small.width} * dcss_small.height);
    for (std::uint32_t y = 0; y < video.screen_height && y + video.y < dcss_small.height; ++y) {
        for (std::uint32_t x = 0; x < video.screen_width && x + video.x < dcss_small.width; ++x) {
            const auto colour = matrix.of({picture[0].at(x, y), picture[1].at(x, y), picture[2].at(x, y)});
            screen[std::size_t{y + video.y} * dcss_small.width + x + video.x] =
                static_cast<std::uint32_t>(colour[0] / 4 << 16 | colour[1] / 4 << 8 | colour[2] / 4);
        }
    }
    return screen;
}

/** How many words differ between the screen and what it should be. */
inline unsigned differences(DcssDriver& driver, const std::vector<std::uint32_t>& expected) {
    const dcss::Screen screen = driver.dcss.compose();
    REQUIRE(screen.pixels.size() == expected.size());
    unsigned count = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        count += screen.pixels[i] != expected[i] ? 1 : 0;
    }
    return count;
}

}  // namespace svp::test
