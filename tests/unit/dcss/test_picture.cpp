// SPDX-License-Identifier: GPL-2.0-or-later
/** What the display controller fetches and shows, against pictures that are made another way. */
#include <cmath>
#include <functional>

#include "../every_core.hpp"
#include "../interface/counters.hpp"
#include "driver.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** A small screen: memory of these tests is slow. Its clock gives more than 120 frames a second. */
constexpr DcssMode small{96, 70, 8, 8, 16, 1, 4, 5, dcss_pll2(1, 32, 25, 25, 40), 40000000};
constexpr std::uint32_t dpr = DcssDriver::dpr, dtg = DcssDriver::dtg, scaler = DcssDriver::scaler;

/** Red, green, blue and alpha of one to ten bits. */
struct Colour {
    unsigned red, green, blue, alpha;
    bool operator==(const Colour&) const = default;
};

struct Picture {
    std::uint32_t width, height;
    std::vector<Colour> pixels;

    Picture(std::uint32_t w, std::uint32_t h) : width(w), height(h), pixels(std::size_t{w} * h) {}
    Colour& at(std::uint32_t x, std::uint32_t y) { return pixels[std::size_t{y} * width + x]; }
    const Colour& at(std::uint32_t x, std::uint32_t y) const { return pixels[std::size_t{y} * width + x]; }
};

Picture random_picture(Random& random, std::uint32_t width, std::uint32_t height, unsigned levels = 256,
                       unsigned alphas = 256) {
    Picture picture(width, height);
    for (Colour& pixel : picture.pixels) {
        pixel = {static_cast<unsigned>(random.below(levels)), static_cast<unsigned>(random.below(levels)),
                 static_cast<unsigned>(random.below(levels)), static_cast<unsigned>(random.below(alphas))};
    }
    return picture;
}

/** Where components stand in a word, as drm_fourcc.h has it. */
struct Format {
    const char* name;
    bool ten_bits;
    unsigned alpha, red, green, blue;
    bool has_alpha;
    // What the driver makes of it.
    std::array<std::uint32_t, 4> select;
    std::uint32_t order;
};

constexpr Format formats[] = {
    {"ARGB8888", false, 24, 16, 8, 0, true, {3, 2, 1, 0}, 0},
    {"XRGB8888", false, 24, 16, 8, 0, false, {3, 2, 1, 0}, 0},
    {"ABGR8888", false, 24, 0, 8, 16, true, {3, 0, 1, 2}, 0},
    {"XBGR8888", false, 24, 0, 8, 16, false, {3, 0, 1, 2}, 0},
    {"RGBA8888", false, 0, 24, 16, 8, true, {0, 3, 2, 1}, 0},
    {"RGBX8888", false, 0, 24, 16, 8, false, {0, 3, 2, 1}, 0},
    {"BGRA8888", false, 0, 8, 16, 24, true, {0, 1, 2, 3}, 0},
    {"BGRX8888", false, 0, 8, 16, 24, false, {0, 1, 2, 3}, 0},
    {"ARGB2101010", true, 30, 20, 10, 0, true, {3, 2, 1, 0}, 0},
    {"XRGB2101010", true, 30, 20, 10, 0, false, {3, 2, 1, 0}, 0},
    {"ABGR2101010", true, 30, 0, 10, 20, true, {3, 2, 1, 0}, 5},
    {"XBGR2101010", true, 30, 0, 10, 20, false, {3, 2, 1, 0}, 5},
    {"RGBA1010102", true, 0, 22, 12, 2, true, {3, 2, 1, 0}, 6},
    {"RGBX1010102", true, 0, 22, 12, 2, false, {3, 2, 1, 0}, 6},
    {"BGRA1010102", true, 0, 2, 12, 22, true, {3, 2, 1, 0}, 11},
    {"BGRX1010102", true, 0, 2, 12, 22, false, {3, 2, 1, 0}, 11},
};

std::uint32_t word_of(const Format& format, const Colour& colour) {
    return colour.alpha << format.alpha | colour.red << format.red | colour.green << format.green |
           colour.blue << format.blue;
}

/** Pixels in the order in which they lie in memory, by the words of drm_fourcc.h. */
void in_order(std::uint32_t tile, std::uint32_t width, std::uint32_t height,
              const std::function<void(std::uint32_t x, std::uint32_t y)>& each) {
    const auto small_tile = [&](std::uint32_t left, std::uint32_t top) {
        for (std::uint32_t y = 0; y < 4; ++y) {
            for (std::uint32_t x = 0; x < 4; ++x) {
                each(left + x, top + y);
            }
        }
    };
    const auto group = [&](std::uint32_t left, std::uint32_t top) {
        for (std::uint32_t y = 0; y < 16; y += 4) {
            for (std::uint32_t x = 0; x < 8; x += 4) {
                small_tile(left + x, top + y);
            }
        }
    };
    const std::uint32_t step = tile == 0 ? 1 : tile == 1 ? 4 : 64;
    for (std::uint32_t y = 0; y < height; y += step) {
        for (std::uint32_t x = 0; x < width; x += step) {
            if (tile == 0) {
                each(x, y);
            } else if (tile == 1) {
                small_tile(x, y);
            } else {
                for (std::uint32_t down = 0; down < 64; down += 16) {
                    for (std::uint32_t right = 0; right < 64; right += 8) {
                        group(x + right, y + down);
                    }
                }
            }
        }
    }
}

/** Puts @p picture into memory, with room for @p pitch bytes a line. */
void store(DcssDriver& driver, const Picture& picture, const Format& format, const DcssPlane& plane) {
    std::vector<std::uint8_t> bytes;
    const std::uint32_t lines = (picture.height + 63) / 64 * 64;
    in_order(plane.tile, plane.pitch / 4, lines, [&](std::uint32_t x, std::uint32_t y) {
        const bool inside = x < picture.width && y < picture.height;
        const std::uint32_t word = inside ? word_of(format, picture.at(x, y)) : 0xdeadbeef;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(word >> shift));
        }
    });
    driver.host.memory.put(plane.address, bytes);
}

DcssPlane plane_of(const Picture& picture, const Format& format) {
    DcssPlane plane;
    plane.width = picture.width;
    plane.height = picture.height;
    plane.pitch = (picture.width * 4 + 255) / 256 * 256;
    plane.screen_width = picture.width;
    plane.screen_height = picture.height;
    plane.select = format.select;
    plane.ten_bits = format.ten_bits;
    plane.order = format.order;
    return plane;
}

/** The screen after a mode set and a commit. */
std::vector<std::uint32_t> shown(DcssDriver& driver, const DcssPlane& plane) {
    if (!driver.shown) {
        driver.set_mode(small);
    }
    driver.set_plane(plane);
    REQUIRE(driver.run_to_event(4));
    const dcss::Screen screen = driver.dcss.compose();
    REQUIRE(screen.width == small.width);
    REQUIRE(screen.height == small.height);
    REQUIRE(screen.pixels.size() == std::size_t{small.width} * small.height);
    return {screen.pixels.begin(), screen.pixels.end()};
}

/** Eight bits are ten by repeating the upper ones. */
constexpr unsigned ten_of(unsigned eight_bits) {
    return eight_bits * 4 + eight_bits / 64;
}

/** Eight bits of each component over black. */
std::uint32_t expected_word(const Colour& colour, bool ten_bits, double alpha) {
    const auto component = [&](unsigned value) {
        const unsigned ten = ten_bits ? value : ten_of(value);
        return static_cast<std::uint32_t>(std::floor(ten * alpha + 0.5)) / 4;
    };
    return component(colour.red) << 16 | component(colour.green) << 8 | component(colour.blue);
}

/** @p picture, opaque, at a place of a black screen. */
std::vector<std::uint32_t> expected_screen(const Picture& picture, std::uint32_t left = 0,
                                           std::uint32_t top = 0, bool ten_bits = false) {
    std::vector<std::uint32_t> screen(std::size_t{small.width} * small.height);
    for (std::uint32_t y = 0; y < picture.height && top + y < small.height; ++y) {
        for (std::uint32_t x = 0; x < picture.width && left + x < small.width; ++x) {
            screen[std::size_t{top + y} * small.width + left + x] =
                expected_word(picture.at(x, y), ten_bits, 1);
        }
    }
    return screen;
}

unsigned differences(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    REQUIRE(a.size() == b.size());
    unsigned count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        count += a[i] != b[i] ? 1 : 0;
    }
    return count;
}

Picture mirrored(const Picture& from, bool x_axis) {
    Picture to(from.width, from.height);
    for (std::uint32_t y = 0; y < from.height; ++y) {
        for (std::uint32_t x = 0; x < from.width; ++x) {
            to.at(x, y) = x_axis ? from.at(from.width - 1 - x, y) : from.at(x, from.height - 1 - y);
        }
    }
    return to;
}

/** A quarter counter-clockwise: the right border becomes the upper one. */
Picture turned(const Picture& from) {
    Picture to(from.height, from.width);
    for (std::uint32_t y = 0; y < from.height; ++y) {
        for (std::uint32_t x = 0; x < from.width; ++x) {
            to.at(y, from.width - 1 - x) = from.at(x, y);
        }
    }
    return to;
}

/** Convolution in one direction by the definition, with rounding and clamping at its end. */
Picture filtered(const Picture& from, bool vertical, std::uint32_t size, const DcssPlane::Taps& taps,
                 int start) {
    Picture to(vertical ? from.width : size, vertical ? size : from.height);
    const std::uint32_t length = vertical ? from.height : from.width;
    const double increment = std::floor(length * 8192.0 / size + 0.5) / 8192.0;
    for (std::uint32_t y = 0; y < to.height; ++y) {
        for (std::uint32_t x = 0; x < to.width; ++x) {
            const double position = start / 8192.0 + (vertical ? y : x) * increment;
            const double whole = std::floor(position);
            const auto phase = static_cast<std::size_t>((position - whole) * 16);
            double sum[3] = {};
            for (int tap = 0; tap < 7; ++tap) {
                const double at = std::min(std::max(whole + tap - 3, 0.0), length - 1.0);
                const auto place = static_cast<std::uint32_t>(at);
                const Colour& sample = vertical ? from.at(x, place) : from.at(place, y);
                const double weight = taps[phase][static_cast<std::size_t>(tap)] / 1024.0;
                sum[0] += weight * sample.red;
                sum[1] += weight * sample.green;
                sum[2] += weight * sample.blue;
            }
            const auto component = [](double value) {
                return static_cast<unsigned>(std::min(std::max(std::floor(value + 0.5), 0.0), 1023.0));
            };
            to.at(x, y) = {component(sum[0]), component(sum[1]), component(sum[2]), 0};
        }
    }
    return to;
}

DcssPlane::Taps random_taps(Random& random) {
    DcssPlane::Taps taps{};
    for (auto& phase : taps) {
        for (int& tap : phase) {
            tap = static_cast<int>(random.below(700)) - 200;
        }
    }
    return taps;
}

}  // namespace

TEST_CASE("every RGB format of the driver's list, opaque and with alpha", "[dcss]") {
    Random random(1);
    for (const Format& format : formats) {
        CAPTURE(format.name);
        DcssDriver driver;
        const Picture picture =
            random_picture(random, 61, 37, format.ten_bits ? 1024 : 256, format.ten_bits ? 4 : 256);
        DcssPlane plane = plane_of(picture, format);
        store(driver, picture, format, plane);
        CHECK(differences(shown(driver, plane), expected_screen(picture, 0, 0, format.ten_bits)) == 0);
        CHECK(driver.host.guest_errors.empty());
        CHECK(driver.host.unimplemented.empty());

        plane.per_pixel_alpha = format.has_alpha;
        plane.alpha = 101;
        const auto screen = shown(driver, plane);
        unsigned wrong = 0;
        for (std::uint32_t y = 0; y < picture.height; ++y) {
            for (std::uint32_t x = 0; x < picture.width; ++x) {
                const Colour& colour = picture.at(x, y);
                const double alpha = !format.has_alpha ? ten_of(101) / 1023.0
                                     : format.ten_bits ? colour.alpha / 3.0
                                                       : ten_of(colour.alpha) / 1023.0;
                wrong +=
                    screen[std::size_t{y} * small.width + x] != expected_word(colour, format.ten_bits, alpha)
                        ? 1
                        : 0;
            }
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("linear pictures and both of Vivante's tilings", "[dcss]") {
    Random random(2);
    for (const std::uint32_t tile : {0u, 1u, 2u}) {
        for (const auto& [width, height] : {std::pair{96u, 70u}, std::pair{64u, 64u}, std::pair{33u, 17u}}) {
            CAPTURE(tile, width, height);
            DcssDriver driver;
            const Picture picture = random_picture(random, width, height);
            DcssPlane plane = plane_of(picture, formats[0]);
            plane.pitch += 256;
            plane.tile = tile;
            store(driver, picture, formats[0], plane);
            CHECK(differences(shown(driver, plane), expected_screen(picture)) == 0);
        }
    }
}

TEST_CASE("flips, then quarter turns counter-clockwise, of linear and tiled pictures", "[dcss]") {
    Random random(3);
    const Picture picture = random_picture(random, 50, 34);
    for (unsigned variant = 0; variant < 32; ++variant) {
        CAPTURE(variant);
        DcssDriver driver;
        DcssPlane plane = plane_of(picture, formats[1]);
        plane.flip_x = variant % 2 == 1;
        plane.flip_y = variant / 2 % 2 == 1;
        plane.turns = variant / 4 % 4;
        plane.tile = variant / 16;
        Picture expected = picture;
        expected = plane.flip_x ? mirrored(expected, true) : expected;
        expected = plane.flip_y ? mirrored(expected, false) : expected;
        for (unsigned turn = 0; turn < plane.turns; ++turn) {
            expected = turned(expected);
        }
        plane.screen_width = expected.width;
        plane.screen_height = expected.height;
        store(driver, picture, formats[1], plane);
        CHECK(differences(shown(driver, plane), expected_screen(expected)) == 0);
    }
}

TEST_CASE("the scaler filters as its registers say", "[dcss]") {
    struct Row {
        std::uint32_t from_width, from_height, to_width, to_height;
        int horizontal_start, vertical_start;
    };
    constexpr Row rows[] = {
        {96, 70, 96, 70, 0, 0},     {48, 35, 96, 70, 0, 0},     {12, 9, 96, 70, 0, 0},
        {96, 70, 32, 24, 0, 0},     {60, 60, 71, 41, 0, -2048}, {60, 40, 61, 39, -30000, 12345},
        {96, 70, 20, 14, 777, 555},
    };
    Random random(4);
    for (const Row& row : rows) {
        CAPTURE(row.from_width, row.to_width);
        DcssDriver driver;
        const Picture picture = random_picture(random, row.from_width, row.from_height, 1024, 4);
        DcssPlane plane = plane_of(picture, formats[9]);
        plane.screen_width = row.to_width;
        plane.screen_height = row.to_height;
        plane.horizontal_start = row.horizontal_start;
        plane.vertical_start = row.vertical_start;
        plane.horizontal = random_taps(random);
        plane.vertical = random_taps(random);
        store(driver, picture, formats[9], plane);
        const Picture lines = filtered(picture, true, row.to_height, plane.vertical, row.vertical_start);
        const Picture expected = filtered(lines, false, row.to_width, plane.horizontal, row.horizontal_start);
        CHECK(differences(shown(driver, plane), expected_screen(expected, 0, 0, true)) == 0);

        // The nearest sample, as the driver's property has it.
        plane.horizontal = plane.vertical = DcssPlane::middle();
        const Picture nearest =
            filtered(filtered(picture, true, row.to_height, plane.vertical, row.vertical_start), false,
                     row.to_width, plane.horizontal, row.horizontal_start);
        CHECK(differences(shown(driver, plane), expected_screen(nearest, 0, 0, true)) == 0);
    }
}

TEST_CASE("a picture stands where the DTG has it, with its background where it has none", "[dcss]") {
    Random random(5);
    const Picture picture = random_picture(random, 40, 30);
    DcssDriver driver;
    DcssPlane plane = plane_of(picture, formats[1]);
    store(driver, picture, formats[1], plane);
    for (const auto& [x, y] :
         {std::pair{0u, 0u}, std::pair{7u, 5u}, std::pair{70u, 60u}, std::pair{95u, 69u}}) {
        CAPTURE(x, y);
        plane.x = x;
        plane.y = y;
        CHECK(differences(shown(driver, plane), expected_screen(picture, x, y)) == 0);
    }

    SECTION("a rectangle that is larger") {
        plane.x = plane.y = 10;
        shown(driver, plane);
        driver.write(dtg + 0x2c, 0x3ffu << 20 | 0x200u << 10 | 4);
        driver.write(dtg + 0x14, (driver.top + 45) << 16 | (driver.left + 55));
        const dcss::Screen screen = driver.dcss.compose();
        auto expected = expected_screen(picture, 10, 10);
        for (std::uint32_t y_at = 10; y_at < 45; ++y_at) {
            for (std::uint32_t x_at = 10; x_at < 55; ++x_at) {
                if (x_at >= 50 || y_at >= 40) {
                    expected[std::size_t{y_at} * small.width + x_at] = 0xff8001;
                }
            }
        }
        CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, expected) == 0);
    }
    SECTION("none, where the channel or its scaler is off") {
        const std::vector<std::uint32_t> black(std::size_t{small.width} * small.height);
        plane.x = plane.y = 0;
        shown(driver, plane);
        driver.write(scaler, 0);
        dcss::Screen screen = driver.dcss.compose();
        CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, black) == 0);
        driver.write(dtg + 0x2c, 0x3ff);
        driver.write(dtg, driver.control & ~4u);
        screen = driver.dcss.compose();
        CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, black) == 0);
        driver.write(dtg, driver.control);
        screen = driver.dcss.compose();
        CHECK(screen.pixels[0] == 0xff);
    }
    SECTION("and no screen without SUBSAM or DTG") {
        driver.write(DcssDriver::ss, 0);
        CHECK(driver.dcss.compose().pixels.empty());
        driver.write(DcssDriver::ss, 1);
        CHECK_FALSE(driver.dcss.compose().pixels.empty());
        driver.write(dtg, driver.control & ~0x100u);
        CHECK(driver.dcss.compose().pixels.empty());
    }
}

TEST_CASE("a look is about the moment at which it began", "[dcss]") {
    Random random(12);
    DcssDriver driver;
    const Picture picture = random_picture(random, small.width, small.height);
    const Format format = formats[0];
    DcssPlane plane = plane_of(picture, format);
    store(driver, picture, format, plane);
    const auto before = shown(driver, plane);
    CHECK(differences(before, expected_screen(picture, 0, 0)) == 0);

    driver.dcss.begin_look();
    const std::size_t reads = driver.host.memory.accesses.size();
    driver.write(DcssDriver::ss, 0);
    driver.write(dtg, driver.control & ~4u);
    driver.dcss.reset();
    CHECK(driver.host.memory.accesses.size() == reads);  // beginning reads nothing
    const dcss::Screen screen = driver.dcss.finish_look();
    CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, before) == 0);

    driver.dcss.begin_look();
    CHECK(driver.dcss.finish_look().pixels.empty());
}

TEST_CASE("channel 1 lies over channel 2, and that over channel 3", "[dcss]") {
    Random random(10);
    DcssDriver driver;
    driver.set_mode(small);
    const std::array<Picture, 3> pictures = {random_picture(random, 50, 40), random_picture(random, 60, 44),
                                             random_picture(random, 90, 60)};
    const std::array<std::pair<std::uint32_t, std::uint32_t>, 3> places = {
        std::pair{4u, 6u}, std::pair{30u, 20u}, std::pair{1u, 2u}};
    std::array<DcssPlane, 3> planes;
    for (unsigned channel = 0; channel < 3; ++channel) {
        planes[channel] = plane_of(pictures[channel], formats[0]);
        planes[channel].address += channel * 0x100000;
        planes[channel].x = places[channel].first;
        planes[channel].y = places[channel].second;
        store(driver, pictures[channel], formats[0], planes[channel]);
    }
    /** Of the picture that channel @p number has at a place of the screen; nullptr if it has none there. */
    const auto pixel_of = [&](unsigned number, std::uint32_t x, std::uint32_t y) -> const Colour* {
        const auto [left, top] = places[number];
        const Picture& picture = pictures[number];
        const bool inside = x >= left && y >= top && x - left < picture.width && y - top < picture.height;
        return inside ? &picture.at(x - left, y - top) : nullptr;
    };
    for (const bool per_pixel : {false, true}) {
        CAPTURE(per_pixel);
        planes[0].per_pixel_alpha = per_pixel;
        planes[0].alpha = 77;
        for (unsigned channel = 0; channel < 3; ++channel) {
            driver.set_plane(planes[channel], channel);
        }
        REQUIRE(driver.run_to_event(4));
        const auto screen = driver.dcss.compose().pixels;
        unsigned wrong = 0;
        for (std::uint32_t y = 0; y < small.height; ++y) {
            for (std::uint32_t x = 0; x < small.width; ++x) {
                const Colour* video = pixel_of(1, x, y) != nullptr ? pixel_of(1, x, y) : pixel_of(2, x, y);
                const Colour* graphics = pixel_of(0, x, y);
                const double alpha =
                    graphics == nullptr ? 0 : ten_of(per_pixel ? graphics->alpha : 77) / 1023.0;
                const auto component = [&](unsigned Colour::*which) {
                    const double below = video == nullptr ? 0 : ten_of(video->*which);
                    const double above = graphics == nullptr ? 0 : ten_of(graphics->*which);
                    return static_cast<std::uint32_t>(std::floor(above * alpha + below * (1 - alpha) + 0.5)) /
                           4;
                };
                wrong += screen[std::size_t{y} * small.width + x] !=
                                 (component(&Colour::red) << 16 | component(&Colour::green) << 8 |
                                  component(&Colour::blue))
                             ? 1
                             : 0;
            }
        }
        CHECK(wrong == 0);
    }
    CHECK(driver.host.unimplemented.empty());

    SECTION("a channel whose fetch fails shows its background, and the others show on") {
        driver.host.memory.fences.push_back(
            {planes[2].address, planes[2].address + 100, Direction::read, Response::slverr});
        driver.write(dtg + 0x64, 0x3ff);
        driver.write(dtg + 0x30, 0x3ffu << 20);
        driver.run(9000000);
        CHECK((driver.read(dpr + 0x2040) & 8) != 0);
        CHECK(counter(driver.dcss, "channels.2.refused-frames") == 1);
        CHECK(counter(driver.dcss, "channels.1.refused-frames") == 0);
        const auto screen = driver.dcss.compose().pixels;
        CHECK(screen[2 * small.width + 1] == 0xff);
        CHECK(screen[60 * small.width + 60] == expected_word(*pixel_of(1, 60, 60), false, 1));
        driver.write(scaler + 0x400, 0);
        CHECK(driver.dcss.compose().pixels[60 * small.width + 60] == 0xff0000);
    }
}

TEST_CASE("flips show one picture after the other", "[dcss]") {
    Random random(6);
    DcssDriver driver;
    DcssPlane plane;
    std::vector<Picture> pictures;
    for (unsigned i = 0; i < 3; ++i) {
        pictures.push_back(random_picture(random, small.width, small.height));
        plane = plane_of(pictures[i], formats[1]);
        plane.address = 0x50000000 + i * 0x100000;
        store(driver, pictures[i], formats[1], plane);
    }
    plane.address = 0x50000000;
    CHECK(differences(shown(driver, plane), expected_screen(pictures[0])) == 0);
    for (unsigned i = 1; i < 10; ++i) {
        driver.flip(0x50000000 + i % 3 * 0x100000);
        REQUIRE(driver.run_to_event(3));
        const dcss::Screen screen = driver.dcss.compose();
        CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, expected_screen(pictures[i % 3])) ==
              0);
    }
    // What lies in memory when somebody looks is what he sees.
    store(driver, pictures[1], formats[1], plane);
    const dcss::Screen screen = driver.dcss.compose();
    CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, expected_screen(pictures[1])) == 0);
}

TEST_CASE("each frame's fetches are judged, once, and no data is read for that", "[dcss]") {
    Random random(7);
    const Picture picture = random_picture(random, 61, 37);
    DcssDriver driver;
    const DcssPlane plane = plane_of(picture, formats[1]);
    store(driver, picture, formats[1], plane);
    shown(driver, plane);
    driver.host.memory.accesses.clear();
    driver.host.memory.judged.clear();
    const unsigned before = driver.vblanks;
    driver.run(200000000);
    REQUIRE(driver.vblanks > before + 10);
    CHECK(driver.host.memory.accesses.empty());
    REQUIRE(driver.host.memory.judged.size() == driver.vblanks - before);
    for (const FakeMemory::Access& fetch : driver.host.memory.judged) {
        // Rounded up to 64 bytes and four lines.
        CHECK(fetch == FakeMemory::Access{Master::dcss, World::non_secure, Direction::read, plane.address,
                                          64 * 4 * 40});
    }
    CHECK(counter(driver.dcss, "channels.0.refused-frames") == 0);
    CHECK((driver.read(dpr + 0x40) & 0xf) == 7);
    CHECK(driver.read(dpr + 0x30) == 0);  // all are masked

    SECTION("nobody is on record for a look at the screen") {
        driver.host.memory.fences.push_back(
            {plane.address, plane.address + 0xffff, Direction::read, Response::okay});
        const dcss::Screen screen = driver.dcss.compose();
        CHECK(std::ranges::all_of(screen.pixels, [](std::uint32_t pixel) { return pixel == 0; }));
        CHECK(driver.host.memory.denied.empty());
        REQUIRE(driver.host.memory.accesses.size() == 1);
        CHECK(driver.host.memory.accesses[0].observer);
    }
    SECTION("a look finds what its frame was allowed") {
        const auto looks = [&](const std::vector<std::uint32_t>& expected) {
            const dcss::Screen screen = driver.dcss.compose();
            return differences({screen.pixels.begin(), screen.pixels.end()}, expected) == 0;
        };
        const auto right = expected_screen(picture);
        const std::vector<std::uint32_t> black(right.size());
        driver.host.memory.fences.push_back(
            {plane.address, plane.address + 0xffff, Direction::read, Response::okay});
        driver.run(20000000);
        CHECK(looks(black));
        driver.host.memory.fences.clear();
        CHECK(looks(black));
        driver.run(20000000);
        CHECK(looks(right));
        // Nothing is known of the frame that a load finds.
        driver.host.memory.fences.push_back(
            {plane.address, plane.address + 0xffff, Direction::read, Response::okay});
        driver.run(20000000);
        driver.host.memory.fences.clear();
        REQUIRE_FALSE(driver.dcss.load(driver.dcss.save()));
        CHECK(looks(right));
    }
    SECTION("one record a frame and range of denied memory, whatever the answer") {
        for (const Response answer : {Response::okay, Response::slverr}) {
            driver.host.memory.fences = {
                {plane.address + 1024, plane.address + 2047, Direction::read, answer},
                {plane.address + 4096, plane.address + 4199, Direction::read, answer}};
            driver.host.memory.denied.clear();
            const std::uint64_t frames = counter(driver.dcss, "channels.0.fetched-frames");
            const std::uint64_t refused = counter(driver.dcss, "channels.0.refused-frames");
            driver.write(dpr + 0x40, 0xff);
            driver.write(dpr + 0x20, 0xf0);
            driver.run(100000000);
            const std::uint64_t judged = counter(driver.dcss, "channels.0.fetched-frames") - frames;
            REQUIRE(judged > 5);
            CHECK(driver.host.memory.denied.size() == 2 * judged);
            CHECK(counter(driver.dcss, "channels.0.refused-frames") - refused == judged);
            const bool error = answer != Response::okay;
            CHECK(driver.read(dpr + 0x40) == (error ? 0xf : 7));
            CHECK(driver.read(dpr + 0x30) == (error ? 0xf : 7));
            // Zeros for what is denied; the background, if the bus says that something is wrong.
            driver.write(dtg + 0x2c, 0x3ffu << 10);
            const dcss::Screen screen = driver.dcss.compose();
            auto expected = expected_screen(picture);
            for (std::uint32_t at = 0; at < expected.size(); ++at) {
                const std::uint32_t x = at % small.width;
                const std::uint32_t y = at / small.width;
                const std::uint32_t byte = y * plane.pitch + x * 4;
                const bool inside = x < picture.width && y < picture.height;
                const bool denied = (byte >= 1024 && byte < 2048) || (byte >= 4096 && byte < 4200);
                expected[at] = !inside ? 0 : error ? 0xff00 : denied ? 0 : expected[at];
            }
            CHECK(differences({screen.pixels.begin(), screen.pixels.end()}, expected) == 0);
        }
    }
    SECTION("also for channels whose pictures are not shown, plane by plane") {
        driver.host.memory.judged.clear();
        driver.write(dpr + 0x1000 + 0x50, 1u << 6 | 1u << 7);
        driver.write(dpr + 0x1000 + 0x70, 128u << 16);
        driver.write(dpr + 0x1000 + 0xa0, 128);
        driver.write(dpr + 0x1000 + 0xb0, 64);
        driver.write(dpr + 0x1000 + 0xc0, 0x70000000);
        driver.write(dpr + 0x1000 + 0xf0, 128);
        driver.write(dpr + 0x1000 + 0x100, 32);
        driver.write(dpr + 0x1000 + 0x110, 0x71000000);
        driver.write(dpr + 0x1000, 1);
        driver.run(9000000);
        const auto& judged = driver.host.memory.judged;
        REQUIRE(judged.size() == 3);
        CHECK(judged[1].address == 0x70000000);
        CHECK(judged[1].size == 128 * 64);
        CHECK(judged[2].address == 0x71000000);
        CHECK(judged[2].size == 128 * 32);
        CHECK(counter(driver.dcss, "channels.1.fetched-frames") == 1);
    }
}

TEST_CASE("what is not modelled of a channel is not shown, and said", "[dcss]") {
    struct Row {
        std::uint32_t offset, value;
    };
    const Row row =
        GENERATE(Row{dpr + 0x50, 0x3e243 | 1u << 6}, Row{dpr + 0x50, 0x3e143}, Row{dpr + 0x50, 0x3e20f},
                 Row{dpr + 0x70, 0x100u << 16 | 1u << 4}, Row{scaler + 0x08, 1}, Row{scaler + 0x08, 1u << 8},
                 Row{scaler + 0x10, 0}, Row{scaler + 0x14, 1}, Row{scaler + 0x18, 0x0fff0fff});
    CAPTURE(row.offset, row.value);
    Random random(8);
    DcssDriver driver;
    const Picture picture = random_picture(random, 40, 30);
    const DcssPlane plane = plane_of(picture, formats[1]);
    store(driver, picture, formats[1], plane);
    shown(driver, plane);
    driver.write(dtg + 0x2c, 0x3ff);
    driver.write(row.offset, row.value);
    const dcss::Screen screen = driver.dcss.compose();
    CHECK(screen.pixels[0] == 0xff);
    CHECK(driver.host.unimplemented.size() == 1);
}

TEST_CASE("no settings of a channel lead out of its memory, or of the model's", "[dcss]") {
    Random random(9);
    DcssDriver driver;
    driver.set_mode(small);
    driver.run(20000000);
    unsigned pictures = 0;
    for (unsigned round = 0; round < 60; ++round) {
        const auto any = [&] { return static_cast<std::uint32_t>(random.next()); };
        driver.write(dpr, 1);
        driver.write(scaler, 1);
        driver.write(dpr + 0x50,
                     (any() & 0xff003) | static_cast<std::uint32_t>(random.below(3)) << 2 | 2u << 8);
        driver.write(dpr + 0x70, any() & (random.one_in(3) ? 0x000f000fu : 0xffff000fu));
        driver.write(dpr + 0xa0, any());
        driver.write(dpr + 0xb0, any());
        driver.write(dpr + 0xc0, random.one_in(2) ? 0xffffff00 : any());
        driver.write(scaler + 0x10, 2);
        driver.write(scaler + 0x14, 2);
        const std::uint32_t source = random.one_in(8) ? 0x0fff0fff : 0x003f007f;
        driver.write(scaler + 0x18, any() & source);
        driver.write(scaler + 0x20, any());
        for (const std::uint32_t offset : {0x48u, 0x4cu, 0x50u, 0x54u}) {
            driver.write(scaler + offset, any());
        }
        for (std::uint32_t i = 0; i < 48; ++i) {
            driver.write(scaler + 0x80 + 4 * i, any());
            driver.write(scaler + 0x140 + 4 * i, any());
        }
        driver.write(dtg + 0x10, any());
        driver.write(dtg + 0x14, any());
        driver.write(dtg, 0x104 | (any() & 0xff000400));
        driver.host.memory.accesses.clear();
        driver.host.memory.judged.clear();
        pictures += driver.dcss.compose().pixels.empty() ? 0 : 1;
        driver.host.advance(driver.dcss, 10000000);
        for (const auto* list : {&driver.host.memory.accesses, &driver.host.memory.judged}) {
            for (const FakeMemory::Access& access : *list) {
                CHECK(access.master == Master::dcss);
                CHECK(access.address < std::uint64_t{1} << 32);
            }
        }
    }
    CHECK(pictures == 60);
    // Screens of all sizes.
    for (unsigned round = 0; round < 40; ++round) {
        driver.write(dtg + 0x08, static_cast<std::uint32_t>(random.next()) & 0x00ff00ff);
        driver.write(dtg + 0x0c, static_cast<std::uint32_t>(random.next()) & 0x1fff1fff);
        driver.write(scaler + 0x18, 0x000f000f);
        const dcss::Screen screen = driver.dcss.compose();
        CHECK(screen.pixels.size() == std::size_t{screen.width} * screen.height);
        CHECK(screen.pixels.size() <= 4096 * 2304);
    }
}
