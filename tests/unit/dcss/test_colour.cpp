// SPDX-License-Identifier: GPL-2.0-or-later
/** Colours on the display controller: conversions before and after blending, tables to linear light and back.
 */
#include "../interface/counters.hpp"
#include "video.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t dpr = DcssDriver::dpr, scaler = DcssDriver::scaler, dtg = DcssDriver::dtg;
constexpr std::uint32_t pipe_stride = 0x4000, csc_a = 0x3000, csc_b = 0x3800, table_control = 0x3080;
constexpr std::uint32_t output = 3 * pipe_stride, output_control = output + 0x3074;
constexpr std::uint32_t lookup = 3, thresholds = 6;

/** A picture of ten bits a component, XRGB2101010. */
void store(DcssDriver& driver, const Components& picture, std::uint32_t address, std::uint32_t pitch) {
    for (std::uint32_t y = 0; y < picture[0].height; ++y) {
        std::vector<std::uint8_t> bytes;
        for (std::uint32_t x = 0; x < picture[0].width; ++x) {
            const auto word = static_cast<std::uint32_t>(picture[0].at(x, y) << 20 |
                                                         picture[1].at(x, y) << 10 | picture[2].at(x, y));
            for (unsigned shift = 0; shift < 32; shift += 8) {
                bytes.push_back(static_cast<std::uint8_t>(word >> shift));
            }
        }
        driver.host.memory.put(address + y * pitch, bytes);
    }
}

DcssPlane plane_of(const Components& picture, std::uint32_t address) {
    DcssPlane plane;
    plane.address = address;
    plane.width = plane.screen_width = picture[0].width;
    plane.height = plane.screen_height = picture[0].height;
    plane.pitch = 512;
    plane.ten_bits = true;
    return plane;
}

Components random_colours(Random& random) {
    return {random_samples(random, 60, 40, 1024), random_samples(random, 60, 40, 1024),
            random_samples(random, 60, 40, 1024)};
}

DcssMatrix random_matrix(Random& random) {
    const auto number = [&](int first, int last) {
        return first + static_cast<int>(random.below(static_cast<unsigned>(last - first + 1)));
    };
    DcssMatrix matrix{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (int& coefficient : matrix.coefficients[i]) {
            coefficient = random.one_in(8) ? (random.one_in(2) ? -32768 : 32767) : number(-9000, 16000);
        }
        matrix.pre_offset[i] = number(-512, 511);
        matrix.pre_min[i] = number(-512, 0);
        matrix.pre_max[i] = number(200, 1023);
        matrix.post_offset[i] = random.one_in(4) ? number(-134217728, 134217727) : number(-500, 500);
        matrix.post_min[i] = number(0, 100);
        matrix.post_max[i] = number(900, 1023);
    }
    matrix.norm = static_cast<unsigned>(number(12, 15));
    return matrix;
}

/** Words of the small screen, whose picture stands in its corner; black goes through @p last, too. */
template <typename Colour>
std::vector<std::uint32_t> expected(const Components& picture, const Colour& colour_of) {
    std::vector<std::uint32_t> screen;
    for (std::uint32_t y = 0; y < dcss_small.height; ++y) {
        for (std::uint32_t x = 0; x < dcss_small.width; ++x) {
            const bool inside = x < picture[0].width && y < picture[0].height;
            const std::array<int, 3> colour =
                inside ? colour_of({picture[0].at(x, y), picture[1].at(x, y), picture[2].at(x, y)}, true)
                       : colour_of({0, 0, 0}, false);
            screen.push_back(
                static_cast<std::uint32_t>(colour[0] / 4 << 16 | colour[1] / 4 << 8 | colour[2] / 4));
        }
    }
    return screen;
}

/** Linear light of a code, as sRGB has it: 14 bits. */
double linear(double code) {
    const double value = code / 1023;
    return 16383 * (value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
}

/** Writes thresholds in their order into a search tree, whose node @p node has those from first on. */
void write_tree(DcssDriver& driver, std::uint32_t words, std::uint32_t node, std::uint32_t first,
                std::uint32_t count) {
    if (count != 0) {
        const std::uint32_t half = count / 2;
        const std::uint32_t code = first + half;
        driver.write(words + 4 * node, static_cast<std::uint32_t>(std::floor(linear(code - 0.5))));
        write_tree(driver, words, 2 * node, first, half);
        write_tree(driver, words, 2 * node + 1, code + 1, half);
    }
}

}  // namespace

TEST_CASE("conversions before and after blending compute what their registers say", "[dcss]") {
    Random random(40);
    for (unsigned round = 0; round < 12; ++round) {
        CAPTURE(round);
        DcssDriver driver;
        const std::uint32_t channel = round % 3;
        driver.set_mode(dcss_small);
        const Components picture = random_colours(random);
        store(driver, picture, 0x50000000, 512);
        driver.set_plane(plane_of(picture, 0x50000000), channel);
        const DcssMatrix a = random_matrix(random), b = random_matrix(random), o = random_matrix(random);
        if (round % 4 != 1) {
            a.write(driver, channel * pipe_stride + csc_a);
        }
        if (round % 4 > 1) {
            b.write(driver, channel * pipe_stride + csc_b);
        }
        if (round % 4 != 2) {
            o.write(driver, output + csc_a);
        }
        REQUIRE(driver.run_to_event(4));
        CHECK(differences(driver, expected(picture, [&](std::array<int, 3> colour, bool inside) {
                              colour = inside && round % 4 != 1 ? a.of(colour) : colour;
                              colour = inside && round % 4 > 1 ? b.of(colour) : colour;
                              return round % 4 != 2 ? o.of(colour) : colour;
                          })) == 0);
        CHECK(driver.host.unimplemented.empty());

        for (const std::uint32_t at :
             {channel * pipe_stride + csc_a, channel * pipe_stride + csc_b, output + csc_a}) {
            driver.write(at, random.one_in(2) ? 0 : 0x8003);
        }
        CHECK(differences(driver, expected(picture, [](const std::array<int, 3>& colour, bool) {
                              return colour;
                          })) == 0);
    }
}

TEST_CASE("by tables to linear light, blended there, and back", "[dcss]") {
    Random random(41);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    const Components above = random_colours(random), below = random_colours(random);
    store(driver, above, 0x50000000, 512);
    store(driver, below, 0x51000000, 512);
    DcssPlane plane = plane_of(above, 0x50000000);
    plane.alpha = 130;
    driver.set_plane(plane_of(below, 0x51000000), 2);
    driver.set_plane(plane, 0);
    REQUIRE(driver.run_to_event(4));
    for (const std::uint32_t pipe : {0u, 2u, 3u}) {
        for (std::uint32_t component = 0; component < 3; ++component) {
            const std::uint32_t words = pipe * pipe_stride + component * 0x1000;
            if (pipe == 3) {
                write_tree(driver, words, 1, 1, 1023);
                continue;
            }
            for (std::uint32_t code = 0; code < 1024; ++code) {
                driver.write(words + 4 * code, static_cast<std::uint32_t>(std::floor(linear(code) + 0.5)));
            }
        }
    }
    for (const std::uint32_t pipe : {0u, 2u}) {
        driver.write(pipe * pipe_stride + table_control, lookup);
    }
    driver.write(output_control, thresholds);
    const double alpha = (130 * 4 + 130 / 64) / 1023.0;
    const dcss::Screen screen = driver.dcss.compose();
    unsigned wrong = 0, differs = 0;
    for (std::uint32_t y = 0; y < above[0].height; ++y) {
        for (std::uint32_t x = 0; x < above[0].width; ++x) {
            for (unsigned component = 0; component < 3; ++component) {
                const int over = above[component].at(x, y), under = below[component].at(x, y);
                const double light = linear(over) * alpha + linear(under) * (1 - alpha);
                const double code = light / 16383 <= 0.0031308
                                        ? 12.92 * light / 16383
                                        : 1.055 * std::pow(light / 16383, 1 / 2.4) - 0.055;
                const int shown =
                    static_cast<int>(screen.pixels[y * screen.width + x] >> (16 - 8 * component) & 0xff);
                wrong += std::abs(shown - code * 1023 / 4 + 0.5) > 1.2 ? 1 : 0;
                differs += std::abs(shown - (over * alpha + under * (1 - alpha)) / 4) > 3 ? 1 : 0;
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(differs > 1000);  // than without the tables
    CHECK(driver.host.unimplemented.empty());

    SECTION("there and back changes nothing") {
        driver.write(dtg, (driver.control & 0x00ffffff) | 0xff000000);
        const auto as_it_is = [](const std::array<int, 3>& colour, bool) { return colour; };
        CHECK(differences(driver, expected(above, as_it_is)) == 0);
        driver.write(output_control, 7);  // passes
        CHECK(differences(driver, expected(above, as_it_is)) != 0);
        driver.write(table_control, 0x8003);
        CHECK(differences(driver, expected(above, as_it_is)) == 0);
    }
}

TEST_CASE("only lines for which memory has changed are composed again", "[dcss]") {
    Random random(42);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    const Components picture = random_colours(random);
    store(driver, picture, 0x50000000, 512);
    DcssPlane plane = plane_of(picture, 0x50000000);
    plane.y = 7;
    plane.flip_y = GENERATE(false, true);
    plane.tile = 0;
    driver.set_plane(plane, 1);
    REQUIRE(driver.run_to_event(4));
    const auto composed = [&] {
        const std::uint64_t before = counter(driver.dcss, "composed-lines");
        driver.dcss.compose();
        return counter(driver.dcss, "composed-lines") - before;
    };
    const auto changes = [&] {
        const dcss::Lines lines = driver.dcss.take_changes();
        return std::pair{lines.first, lines.end};
    };
    CHECK(composed() == dcss_small.height);
    CHECK(changes() == std::pair{0u, dcss_small.height});
    CHECK(composed() == 0);
    CHECK(changes() == std::pair{0u, 0u});
    // A pixel of line 3, and one of line 9.
    for (const std::uint32_t line : {3u, 9u}) {
        const std::uint8_t other[] = {
            static_cast<std::uint8_t>(driver.host.memory.byte(0x50000000 + line * 512 + 80) ^ 0x80)};
        driver.host.memory.put(0x50000000 + line * 512 + 80, other);
    }
    CHECK(composed() == 2);
    CHECK(changes() == (plane.flip_y ? std::pair{7 + 40u - 1 - 9, 7 + 40u - 3} : std::pair{7 + 3u, 7 + 10u}));
    CHECK(composed() == 0);
    // Behind the picture.
    driver.host.memory.put(0x50000000 + 40 * 512, std::vector<std::uint8_t>(512, 1));
    CHECK(composed() == 0);
    // A setting; one that cannot be seen.
    driver.write(dtg + 0x30, 5);
    CHECK(composed() == dcss_small.height);
    driver.write(dtg + 0x2c, 5);
    CHECK(composed() == 0);
    // Below an opaque channel nothing can be seen either.
    plane = plane_of(picture, 0x50000000);
    plane.screen_width = dcss_small.width;
    plane.screen_height = dcss_small.height;
    driver.set_plane(plane, 0);
    REQUIRE(driver.run_to_event(4));
    CHECK(composed() == dcss_small.height);
    driver.write(dpr + 0x10c0, 0x51000000);
    CHECK(composed() == 0);
    driver.host.memory.put(0x51000000, std::vector<std::uint8_t>(512, 77));
    CHECK(composed() == 0);
    // Another buffer, with the same picture but for line 5 and the two above; scaling shows each twice at
    // most.
    store(driver, picture, 0x52000000, 512);
    driver.host.memory.put(0x52000000 + 5 * 512, std::vector<std::uint8_t>(512, 77));
    driver.write(dpr + 0xc0, 0x52000000);
    const std::uint64_t lines = composed();
    CHECK(lines >= 3);
    CHECK(lines <= 6);
    driver.write(scaler, 0);
    CHECK(composed() == dcss_small.height);
}
