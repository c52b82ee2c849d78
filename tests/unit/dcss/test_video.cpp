// SPDX-License-Identifier: GPL-2.0-or-later
/** Video on the display controller: formats of luma and chroma, their filters, the conversion to red, green
 * and blue. */
#include "video.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t dpr = DcssDriver::dpr, scaler = DcssDriver::scaler;
constexpr std::uint32_t yuv = 1u << 6, two_planes = 1u << 7, swap_luma = 1u << 10, swap_chroma = 1u << 11;
constexpr std::uint32_t pixel_size_16 = 1u << 8, pixel_size_32 = 2u << 8;

using Bytes = std::vector<std::uint8_t>;

void put(DcssDriver& driver, std::uint32_t address, const Bytes& bytes) {
    driver.host.memory.put(address, bytes);
}

/** A line of samples as bytes, two bytes of which the upper ten bits count, or ten bits each without a gap.
 */
enum class Packing { bytes, high, packed };
Bytes packed(const std::vector<int>& line, Packing packing) {
    Bytes bytes;
    std::uint64_t bits = 0;
    unsigned held = 0;
    for (const int value : line) {
        switch (packing) {
            case Packing::bytes:
                bytes.push_back(static_cast<std::uint8_t>(value));
                break;
            case Packing::high:
                bytes.push_back(static_cast<std::uint8_t>(value << 6));
                bytes.push_back(static_cast<std::uint8_t>(value >> 2));
                break;
            case Packing::packed:
                bits |= static_cast<std::uint64_t>(value) << held;
                for (held += 10; held >= 8; held -= 8, bits >>= 8) {
                    bytes.push_back(static_cast<std::uint8_t>(bits));
                }
        }
    }
    if (held != 0) {
        bytes.push_back(static_cast<std::uint8_t>(bits));
    }
    return bytes;
}

std::vector<int> line_of(const Samples& samples, std::uint32_t y) {
    const auto first = samples.values.begin() + static_cast<std::ptrdiff_t>(std::size_t{y} * samples.width);
    return {first, first + samples.width};
}

std::vector<int> in_turn(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> both;
    for (std::size_t i = 0; i < a.size(); ++i) {
        both.push_back(a[i]);
        both.push_back(b[i]);
    }
    return both;
}

struct PlanarFormat {
    const char* name;
    Packing packing;
    bool cr_first;
    std::uint32_t mode;
};
constexpr PlanarFormat planar_formats[] = {
    {"NV12", Packing::bytes, false, yuv | two_planes | 1},
    {"NV21", Packing::bytes, true, yuv | two_planes | swap_chroma | 1},
    {"NV15", Packing::packed, false, yuv | two_planes | 1},
    {"P010", Packing::high, false, yuv | two_planes | pixel_size_16 | 1},
};

void store(DcssDriver& driver, const Components& picture, const PlanarFormat& format,
           const DcssVideo& video) {
    for (std::uint32_t y = 0; y < picture[0].height; ++y) {
        put(driver, video.luma_address + y * video.pitch, packed(line_of(picture[0], y), format.packing));
    }
    for (std::uint32_t y = 0; y < picture[1].height; ++y) {
        const auto cb = line_of(picture[1], y), cr = line_of(picture[2], y);
        put(driver, video.chroma_address + y * video.pitch,
            packed(format.cr_first ? in_turn(cr, cb) : in_turn(cb, cr), format.packing));
    }
}

DcssVideo video_of(std::uint32_t width, std::uint32_t height) {
    DcssVideo video;
    video.width = video.screen_width = video.fetched_width = width;
    video.height = video.screen_height = height;
    video.chroma_width = width / 2;
    video.chroma_height = height / 2;
    return video;
}

Components random_video(Random& random, const DcssVideo& video, unsigned levels) {
    return {random_samples(random, video.width, video.height, levels),
            random_samples(random, video.chroma_width, video.chroma_height, levels),
            random_samples(random, video.chroma_width, video.chroma_height, levels)};
}

/** CSC A of a channel. */
constexpr std::uint32_t csc_a(std::uint32_t channel) {
    return channel * 0x4000 + 0x3000;
}

}  // namespace

TEST_CASE("4:2:0 in two planes, as it is, mirrored and scaled, on each channel", "[dcss]") {
    Random random(20);
    std::uint32_t channel = 0;
    for (const PlanarFormat& format : planar_formats) {
        for (const auto& [width, height] : {std::pair{64u, 48u}, std::pair{90u, 34u}, std::pair{37u, 21u}}) {
            CAPTURE(format.name, width);
            channel = (channel + 1) % 3;
            DcssDriver driver;
            driver.set_mode(dcss_small);
            DcssVideo video = video_of(64, 40);
            video.mode = format.mode;
            video.ten_bits = format.packing != Packing::bytes;
            video.screen_width = width;
            video.screen_height = height;
            video.flip_x = height == 34;
            video.flip_y = height == 21;
            video.chroma_start = -2048;
            if (height != 48) {
                video.vertical = random_taps(random);
                video.horizontal = random_taps(random);
            }
            video.chroma_vertical = random_taps(random);
            video.chroma_horizontal = random_taps(random);
            const Components picture = random_video(random, video, video.ten_bits ? 1024 : 256);
            store(driver, picture, format, video);
            set_video(driver, video, channel);
            dcss_bt601.write(driver, csc_a(channel));
            REQUIRE(driver.run_to_event(4));
            const Components ten_bits = video.ten_bits ? picture : times_four(picture);
            CHECK(differences(driver, screen_of(scaled(ten_bits, video), video, dcss_bt601)) == 0);
            CHECK(driver.host.unimplemented.empty());
            CHECK(driver.host.guest_errors.empty());
        }
    }
}

TEST_CASE("the first and the last code of limited range are black and white", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    const DcssVideo video = [] {
        DcssVideo made = video_of(64, 40);
        made.mode = planar_formats[0].mode;
        return made;
    }();
    dcss_bt601.write(driver, csc_a(1));
    set_video(driver, video, 1);
    Components grey = {Samples(64, 40), Samples(32, 20), Samples(32, 20)};
    for (const std::size_t chroma : {1u, 2u}) {
        std::ranges::fill(grey[chroma].values, 128);
    }
    for (std::uint32_t x = 0; x < 64; ++x) {
        grey[0].at(x, 0) = x < 32 ? 16 : 235;
        grey[0].at(x, 1) = x < 32 ? 0 : 255;
    }
    store(driver, grey, planar_formats[0], video);
    REQUIRE(driver.run_to_event(4));
    const auto screen = driver.dcss.compose().pixels;
    for (const std::uint32_t line : {0u, 1u}) {
        CHECK(screen[line * dcss_small.width] == 0x000000);
        CHECK(screen[line * dcss_small.width + 63] == 0xffffff);
    }
}

TEST_CASE("4:2:2 in pairs of pixels, with five taps vertically", "[dcss]") {
    struct Row {
        const char* name;
        std::uint32_t swaps;
        std::array<int, 4> order;  ///< of luma 0, luma 1, Cb and Cr in four bytes
    };
    constexpr Row rows[] = {{"UYVY", 0, {2, 0, 3, 1}},
                            {"YUYV", swap_luma, {0, 2, 1, 3}},
                            {"VYUY", swap_chroma, {3, 0, 2, 1}},
                            {"YVYU", swap_luma | swap_chroma, {0, 3, 1, 2}}};
    Random random(21);
    for (const Row& row : rows) {
        CAPTURE(row.name);
        DcssDriver driver;
        driver.set_mode(dcss_small);
        DcssVideo video = video_of(48, 30);
        video.chroma_height = 30;
        video.source_format = 1;
        video.mode = yuv | pixel_size_16 | row.swaps | 3;
        video.screen_width = 70;
        video.screen_height = 52;
        video.flip_x = row.swaps == swap_luma;
        video.vertical = random_taps(random, true);
        video.horizontal = random_taps(random);
        video.chroma_vertical = random_taps(random, true);
        video.chroma_horizontal = random_taps(random);
        const Components picture = random_video(random, video, 256);
        for (std::uint32_t y = 0; y < video.height; ++y) {
            Bytes bytes;
            for (std::uint32_t pair = 0; pair < video.width / 2; ++pair) {
                const int samples[4] = {picture[0].at(2 * pair, y), picture[0].at(2 * pair + 1, y),
                                        picture[1].at(pair, y), picture[2].at(pair, y)};
                for (const int which : row.order) {
                    bytes.push_back(static_cast<std::uint8_t>(samples[which]));
                }
            }
            put(driver, video.luma_address + y * video.pitch, bytes);
        }
        set_video(driver, video, 1);
        dcss_bt601.write(driver, csc_a(1));
        REQUIRE(driver.run_to_event(4));
        CHECK(differences(driver, screen_of(scaled(times_four(picture), video), video, dcss_bt601)) == 0);
        CHECK(driver.host.unimplemented.empty());
    }
}

TEST_CASE("4:4:4 in words, without a conversion", "[dcss]") {
    Random random(22);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    DcssVideo video = video_of(40, 30);
    video.chroma_width = 40;
    video.chroma_height = 30;
    video.source_format = 2;
    video.mode = yuv | pixel_size_32 | 3;
    const Components picture = random_video(random, video, 256);
    for (std::uint32_t y = 0; y < video.height; ++y) {
        Bytes bytes;
        for (std::uint32_t x = 0; x < video.width; ++x) {
            for (const std::size_t component : {2u, 1u, 0u}) {
                bytes.push_back(static_cast<std::uint8_t>(picture[component].at(x, y)));
            }
            bytes.push_back(0x5a);
        }
        put(driver, video.luma_address + y * video.pitch, bytes);
    }
    set_video(driver, video, 2);
    REQUIRE(driver.run_to_event(4));
    constexpr DcssMatrix as_it_is = {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
                                     {0, 0, 0},
                                     {0, 0, 0},
                                     {1023, 1023, 1023},
                                     0,
                                     {0, 0, 0},
                                     {0, 0, 0},
                                     {1023, 1023, 1023}};
    const auto expected = screen_of(times_four(picture), video, as_it_is);
    CHECK(differences(driver, expected) == 0);
    as_it_is.write(driver, csc_a(2));
    CHECK(differences(driver, expected) == 0);
    CHECK(driver.host.unimplemented.empty());
}

TEST_CASE("settings of prefetch and scaler that belong to different formats are not shown, and said",
          "[dcss]") {
    struct Row {
        std::uint32_t offset, value;
    };
    const Row row =
        GENERATE(Row{dpr + 0x1050, yuv | 1}, Row{dpr + 0x1050, two_planes | 1},
                 Row{dpr + 0x1050, yuv | two_planes | pixel_size_32 | 1},
                 Row{dpr + 0x1050, yuv | two_planes | pixel_size_16 | 1},
                 Row{dpr + 0x1050, yuv | two_planes | 1u << 2 | 1}, Row{dpr + 0x1070, 256u << 16 | 1u << 2},
                 Row{scaler + 0x408, 0}, Row{scaler + 0x408, 0x11}, Row{scaler + 0x410, 1},
                 Row{scaler + 0x410, 2}, Row{scaler + 0x41c, 0x0fff0fff});
    CAPTURE(row.offset, row.value);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    DcssVideo video = video_of(64, 40);
    video.mode = planar_formats[0].mode;
    set_video(driver, video, 1);
    REQUIRE(driver.run_to_event(4));
    driver.write(DcssDriver::dtg + 0x30, 0x3ff);
    CHECK(driver.dcss.compose().pixels[0] == 0);
    CHECK(driver.host.unimplemented.empty());
    driver.write(row.offset, row.value);
    CHECK(driver.dcss.compose().pixels[0] == 0xff);
    CHECK(driver.host.unimplemented.size() == 1);
}

TEST_CASE("both planes of a video are judged for each frame", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    DcssVideo video = video_of(64, 40);
    video.mode = planar_formats[0].mode;
    set_video(driver, video, 2);
    REQUIRE(driver.run_to_event(4));
    driver.host.memory.judged.clear();
    driver.host.memory.fences = {
        {video.chroma_address + 256, video.chroma_address + 511, Direction::read, Response::okay}};
    driver.run(8500000);
    REQUIRE(driver.host.memory.judged.size() == 2);
    CHECK(driver.host.memory.judged[0].address == video.luma_address);
    CHECK(driver.host.memory.judged[0].size == 64 * 40);
    CHECK(driver.host.memory.judged[1].address == video.chroma_address);
    CHECK(driver.host.memory.judged[1].size == 64 * 20);
    CHECK(driver.host.memory.denied.size() == 1);
}
