// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Speed of the display controller's composition beside pixman's, of the same pictures.
 *
 * Both compose a screen of 1920x1080 in turns, in one process, and the best of all rounds counts: noise of
 * the machine hits both. Memory on the bus is as fast as memcpy, which the model pays for, as it would in the
 * emulator. Pixman scales with its fastest filter, and with one of as many taps as the scaler's. It takes RGB
 * where the model has video, which it has no formats for. An argument is the name of the only measurement
 * that is wanted, as for a profile. A line of output is: name, CPU time of the model, of pixman (0: there is
 * nothing to compare with), unit.
 */
#include <pixman.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <vector>

#include "bench_host.hpp"
#include "dcss/dcss.hpp"

namespace {

constexpr std::uint32_t width = 1920, height = 1080;
constexpr std::uint32_t picture_size = 16u << 20;
constexpr unsigned rounds = 12;

constexpr std::uint32_t dpr = 0x18000, subsam = 0x1b000, scaler = 0x1c000, dtg = 0x20000;

struct Picture {
    std::uint32_t x, y, source_width, source_height, screen_width, screen_height;
    bool video = false;
    unsigned alpha = 255;  ///< 256: each pixel's
};

/** Pictures, and alphas of all sizes: what is all there or not at all is easier to blend. */
std::uint8_t noise(std::size_t i) {
    return static_cast<std::uint8_t>(i * 2654435761u >> 13);
}

/** CPU time of @p section. */
double milliseconds(const std::function<void()>& section) {
    const std::clock_t begin = std::clock();
    section();
    return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

class Model {
 public:
    explicit Model(const std::vector<Picture>& pictures) {
        for (std::size_t i = 0; i < host.bytes.size(); ++i) {
            host.bytes[i] = noise(i);
        }
        dcss.reset();
        write(dtg + 0x04, 1124u << 16 | 2199);
        write(dtg + 0x08, 0);
        write(dtg + 0x0c, height << 16 | width);
        write(subsam, 1);
        std::uint32_t control = 1u << 8;
        for (std::uint32_t channel = 0; channel < pictures.size(); ++channel) {
            const Picture& picture = pictures[channel];
            show(picture, channel);
            control |= 1u << (2 - channel);
            if (channel == 0) {
                control |= picture.alpha == 256 ? 1u << 10 : picture.alpha << 24;
            }
        }
        write(dtg, control);
    }
    /** Of a frame all of whose memory has changed. */
    double frame() {
        for (std::size_t at = 0; at < host.bytes.size(); at += 1024) {
            host.bytes[at] ^= 0x10;
        }
        return milliseconds([&] { dcss.compose(); });
    }
    /** Of a look at what has not changed. */
    double look() {
        return milliseconds([&] { dcss.compose(); });
    }

 private:
    void write(std::uint32_t offset, std::uint32_t value) {
        svp::Transaction by;
        by.direction = svp::Direction::write;
        static_cast<void>(dcss.write(0, offset, value, 4, by));
    }
    static std::uint32_t size(std::uint32_t w, std::uint32_t h) { return (h - 1) << 16 | (w - 1); }
    void set_filter(std::uint32_t at, std::uint32_t start, std::uint32_t coefficients, std::uint32_t from,
                    std::uint32_t to) {
        write(at + start, 0);
        write(at + start + 4, ((from << 13) + to / 2) / to);
        // Seven taps wherever a sample lies between others.
        constexpr std::uint32_t taps[7] = {8, 60, 236, 416, 236, 60, 8};
        for (std::uint32_t phase = 0; phase < 16; ++phase) {
            const bool one = from == to;
            const auto tap = [&](unsigned i) { return one ? (i == 3 ? 1024u : 0u) : taps[i]; };
            write(at + coefficients + 4 * phase, tap(0) << 16 | tap(1) << 4 | tap(2) >> 8);
            write(at + coefficients + 0x40 + 4 * phase, (tap(2) & 0xff) << 20 | tap(3) << 8 | tap(4) >> 4);
            write(at + coefficients + 0x80 + 4 * phase, (tap(4) & 0xf) << 24 | tap(5) << 12 | tap(6));
        }
    }
    void show(const Picture& picture, std::uint32_t channel) {
        const std::uint32_t fetch = dpr + channel * 0x1000, at = scaler + channel * 0x400;
        const std::uint32_t base = svp::bench::FlatHost::base + channel * picture_size;
        write(fetch + 0x50, picture.video ? 1u << 7 | 1u << 6 | 1 : 0xe4200 | 3);
        write(fetch + 0x70, picture.source_width * (picture.video ? 1 : 4) << 16);
        write(fetch + 0xc0, base);
        write(fetch + 0x110, base + picture.source_width * picture.source_height);
        write(at + 0x08, picture.video ? 1 : 0);
        write(at + 0x10, picture.video ? 0 : 2);
        write(at + 0x14, 2);
        const std::uint32_t half = picture.video ? 2 : 1;
        const std::uint32_t w = picture.source_width, h = picture.source_height;
        write(at + 0x18, size(w, h));
        write(at + 0x1c, size(w / half, h / half));
        write(at + 0x20, size(picture.screen_width, picture.screen_height));
        write(at + 0x24, size(picture.screen_width, picture.screen_height));
        set_filter(at, 0x48, 0x80, h, picture.screen_height);
        set_filter(at, 0x50, 0x140, w, picture.screen_width);
        set_filter(at, 0x58, 0x200, h / half, picture.screen_height);
        set_filter(at, 0x60, 0x300, w / half, picture.screen_width);
        if (picture.video) {
            constexpr std::uint32_t matrix[28] = {9539,
                                                  0,
                                                  13075,
                                                  9539,
                                                  0xffff & -3209u,
                                                  0xffff & -6660u,
                                                  9539,
                                                  16525,
                                                  0,
                                                  0x3c0,
                                                  0x200,
                                                  0x200,
                                                  0,
                                                  0x240,
                                                  0x240,
                                                  876,
                                                  448,
                                                  448,
                                                  13,
                                                  0,
                                                  0,
                                                  0,
                                                  0,
                                                  0,
                                                  0,
                                                  1023,
                                                  1023,
                                                  1023};
            const std::uint32_t csc = channel * 0x4000 + 0x3000;
            write(csc, 3);
            for (std::uint32_t i = 0; i < 28; ++i) {
                write(csc + 4 + 4 * i, matrix[i]);
            }
        }
        write(dtg + 0x10 + 8 * channel, picture.y << 16 | picture.x);
        write(dtg + 0x14 + 8 * channel,
              (picture.y + picture.screen_height) << 16 | (picture.x + picture.screen_width));
        write(fetch, 5);
        write(at, 0x11);
    }

    svp::bench::FlatHost host{3 * picture_size};
    svp::Dcss dcss{host};
};

class Pixman {
 public:
    /** @p seven: with as many taps as the controller's scaler, else bilinear. */
    Pixman(const std::vector<Picture>& all, bool seven) : pictures(all) {
        screen = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, nullptr, width * 4);
        for (const Picture& picture : pictures) {
            pixman_image_t* image = pixman_image_create_bits(
                picture.alpha == 256 ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8,
                static_cast<int>(picture.source_width), static_cast<int>(picture.source_height), nullptr,
                static_cast<int>(picture.source_width * 4));
            auto* pixels = reinterpret_cast<std::uint8_t*>(pixman_image_get_data(image));
            for (std::size_t i = 0; i < std::size_t{4} * picture.source_width * picture.source_height; ++i) {
                pixels[i] = noise(i);
            }
            if (picture.source_width != picture.screen_width) {
                pixman_transform_t transform;
                pixman_transform_init_scale(
                    &transform, pixman_double_to_fixed(double(picture.source_width) / picture.screen_width),
                    pixman_double_to_fixed(double(picture.source_height) / picture.screen_height));
                pixman_image_set_transform(image, &transform);
                set_filter(image, seven);
                pixman_image_set_repeat(image, PIXMAN_REPEAT_PAD);
            }
            images.push_back(image);
        }
        const pixman_color_t half = {0, 0, 0, 0x8080};
        mask = pixman_image_create_solid_fill(&half);
    }
    double frame() {
        return milliseconds([&] {
            for (std::size_t number = pictures.size(); number-- > 0;) {
                const Picture& picture = pictures[number];
                pixman_image_composite32(picture.alpha == 255 ? PIXMAN_OP_SRC : PIXMAN_OP_OVER,
                                         images[number], picture.alpha < 255 ? mask : nullptr, screen, 0, 0,
                                         0, 0, static_cast<int>(picture.x), static_cast<int>(picture.y),
                                         static_cast<int>(picture.screen_width),
                                         static_cast<int>(picture.screen_height));
            }
        });
    }

 private:
    static void set_filter(pixman_image_t* image, bool seven) {
        if (!seven) {
            pixman_image_set_filter(image, PIXMAN_FILTER_BILINEAR, nullptr, 0);
            return;
        }
        // Seven taps each way, sixteen phases: the coefficients do not matter for the time.
        constexpr int taps = 7, phase_bits = 4;
        std::vector<pixman_fixed_t> parameters = {pixman_int_to_fixed(taps), pixman_int_to_fixed(taps),
                                                  pixman_int_to_fixed(phase_bits),
                                                  pixman_int_to_fixed(phase_bits)};
        parameters.resize(4 + 2 * taps * (1 << phase_bits), pixman_fixed_1 / taps);
        pixman_image_set_filter(image, PIXMAN_FILTER_SEPARABLE_CONVOLUTION, parameters.data(),
                                static_cast<int>(parameters.size()));
    }

    std::vector<Picture> pictures;
    std::vector<pixman_image_t*> images;
    pixman_image_t* screen;
    pixman_image_t* mask;
};

/** The measurement that is wanted; nullptr: all. */
const char* wanted = nullptr;

void measure(const char* name, const std::vector<Picture>& pictures, bool scaled = false) {
    if (wanted != nullptr && std::strcmp(wanted, name) != 0) {
        return;
    }
    Model model(pictures);
    Pixman bilinear(pictures, false), seven(pictures, true);
    double ours = 1e9, theirs = 1e9, same_taps = 1e9, look = 1e9;
    for (unsigned round = 0; round < rounds; ++round) {
        ours = std::min(ours, model.frame());
        look = std::min(look, model.look());
        theirs = std::min(theirs, bilinear.frame());
        if (scaled && round < 2) {
            same_taps = std::min(same_taps, seven.frame());
        }
    }
    std::printf("%s %.2f %.2f ms\n%s-look %.2f 0 ms\n", name, ours, theirs, name, look);
    if (scaled) {
        std::printf("%s-seven-taps %.2f %.2f ms\n", name, ours, same_taps);
    }
}

}  // namespace

int main(int count, char** arguments) {
    wanted = count > 1 ? arguments[1] : nullptr;
    const Picture desktop{0, 0, width, height, width, height};
    Picture overlay = desktop;
    overlay.alpha = 256;
    Picture faded = desktop;
    faded.alpha = 128;
    const Picture inset{1200, 600, 640, 360, 640, 360};
    const Picture scaled_inset{1200, 600, 640, 360, 600, 400};
    const Picture small_video{0, 0, 1280, 720, width, height, true};
    const Picture small_rgb{0, 0, 1280, 720, width, height};
    Picture video = desktop;
    video.video = true;
    Picture video_inset = scaled_inset;
    video_inset.video = true;
    measure("one-plane", {desktop});
    measure("global-alpha", {faded, desktop});
    measure("three-planes", {overlay, inset, desktop});
    measure("three-planes-scaled-rgb", {overlay, scaled_inset, small_rgb}, true);
    measure("video", {overlay, inset, video});
    measure("three-planes-scaled-video", {overlay, video_inset, small_video}, true);
}
