// SPDX-License-Identifier: GPL-2.0-or-later
/** The display controller's detiler: pictures in decoders' tiles, its banks, windows and interrupts. */
#include "../interface/counters.hpp"
#include "video.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t dtg = DcssDriver::dtg;
constexpr std::uint32_t detiler = 0x16000;  ///< of channel 2; the next one 0x1000 further
constexpr std::uint32_t second_bank = 0x60, settings = 0x2c, enable_interrupt = 0xc0, frame_done = 0xc4,
                        control = 0xc8;
constexpr std::uint32_t ready = 1, eight_bits = 1u << 1, uncompressed = 1u << 17, crops = 1u << 18;
constexpr std::uint32_t g1_tiles = 1u << 3, hot_reset = 1u << 2, bypass = 2;
constexpr std::uint32_t chroma_window = 0x10000000;

struct TiledFormat {
    const char* name;
    std::uint32_t tile_width;
    bool ten_bits;
};
constexpr TiledFormat formats[] = {{"NV12_4L4", 4, false}, {"NV15_4L4", 4, true}, {"8 x 4", 8, false}};

/** Bytes of lines of samples, in the order in which tiles have them. */
std::vector<std::uint8_t> tiled(const Samples& plane, const TiledFormat& format) {
    std::vector<std::uint8_t> bytes;
    std::uint64_t bits = 0;
    unsigned held = 0;
    const unsigned depth = format.ten_bits ? 10 : 8;
    for (std::uint32_t top = 0; top < plane.height; top += 4) {
        for (std::uint32_t left = 0; left < plane.width; left += format.tile_width) {
            for (std::uint32_t y = top; y < top + 4; ++y) {
                for (std::uint32_t x = left; x < left + format.tile_width; ++x) {
                    bits |= static_cast<std::uint64_t>(plane.at(x, y)) << held;
                    for (held += depth; held >= 8; held -= 8, bits >>= 8) {
                        bytes.push_back(static_cast<std::uint8_t>(bits));
                    }
                }
            }
        }
    }
    return bytes;
}

/** A picture in memory, of which a part is shown. */
struct Tiled {
    TiledFormat format = formats[0];
    std::uint32_t width = 128, height = 64;
    std::uint32_t left = 0, top = 0, cropped_width = 0, cropped_height = 0;  ///< no crop: 0
    std::uint32_t address = 0x60000000;

    std::uint32_t line_samples() const { return cropped_width == 0 ? width : cropped_width; }
    std::uint32_t lines() const { return cropped_height == 0 ? height : cropped_height; }
    std::uint32_t bytes_of(std::uint32_t samples) const {
        return format.ten_bits ? samples * 10 / 8 : samples;
    }
    std::uint32_t chroma_address() const { return address + bytes_of(width) * height; }
};

void store(DcssDriver& driver, const Tiled& where, const Components& picture) {
    driver.host.memory.put(where.address, tiled(picture[0], where.format));
    Samples both(where.width, where.height / 2);
    for (std::uint32_t y = 0; y < both.height; ++y) {
        for (std::uint32_t x = 0; x < both.width; ++x) {
            both.at(x, y) = picture[x % 2 + 1].at(x / 2, y);
        }
    }
    driver.host.memory.put(where.chroma_address(), tiled(both, where.format));
}

Components random_video(Random& random, const Tiled& where) {
    const unsigned levels = where.format.ten_bits ? 1024 : 256;
    return {random_samples(random, where.width, where.height, levels),
            random_samples(random, where.width / 2, where.height / 2, levels),
            random_samples(random, where.width / 2, where.height / 2, levels)};
}

/** The part of @p picture that begins at a place and has the size of the video. */
Components part_of(const Components& picture, const Tiled& where, const DcssVideo& video) {
    Components part;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::uint32_t by = i == 0 ? 1 : 2;
        part[i] = Samples(video.width / by, video.height / by);
        for (std::uint32_t y = 0; y < part[i].height; ++y) {
            for (std::uint32_t x = 0; x < part[i].width; ++x) {
                part[i].at(x, y) = picture[i].at(x + where.left / by, y + where.top / by);
            }
        }
    }
    return part;
}

/** Settings of both banks, as NXP's driver writes them. */
void set_detiler(DcssDriver& driver, const Tiled& where, std::uint32_t channel) {
    const std::uint32_t at = detiler + (channel - 1) * 0x1000;
    const std::uint32_t size = where.bytes_of(where.line_samples()) * where.lines();
    for (const std::uint32_t bank : {at, at + second_bank}) {
        driver.write_sb(bank + 0x00, where.address);
        driver.write_sb(bank + 0x04, where.chroma_address());
        driver.write_sb(bank + 0x10, where.height / 8 << 16 | where.width / 8);
        driver.write_sb(bank + 0x14, 0);
        driver.write_sb(bank + 0x18, size);
        driver.write_sb(bank + 0x1c, chroma_window);
        driver.write_sb(bank + 0x20, chroma_window + size / 2);
        driver.write_sb(bank + 0x24, where.top << 16 | where.left);
        driver.write_sb(bank + 0x28, where.cropped_height << 16 | where.cropped_width);
        driver.write_sb(bank + settings, (where.cropped_width != 0 ? crops : 0) | uncompressed |
                                             (where.format.ten_bits ? 0 : eight_bits));
    }
    driver.write_sb(at + control, 1u << 30 | 1u << 28 | 0xfu << 20 | 0x10u << 4 |
                                      (where.format.tile_width == 8 ? g1_tiles : 0));
}

DcssVideo video_of(const Tiled& where, std::uint32_t width, std::uint32_t height) {
    DcssVideo video;
    video.luma_address = 0;
    video.chroma_address = chroma_window;
    video.pitch = where.bytes_of(where.line_samples());
    video.fetched_width = video.pitch;
    video.mode = 1u << 7 | 1u << 6 | 1;
    video.ten_bits = where.format.ten_bits;
    video.width = video.screen_width = width;
    video.height = video.screen_height = height;
    video.chroma_width = width / 2;
    video.chroma_height = height / 2;
    return video;
}

std::vector<std::uint32_t> expected(const Components& picture, const Tiled& where, const DcssVideo& video) {
    const Components part = part_of(picture, where, video);
    return screen_of(scaled(where.format.ten_bits ? part : times_four(part), video), video, dcss_bt601);
}

}  // namespace

TEST_CASE("pictures in decoders' tiles, whole and in part", "[dcss]") {
    Random random(30);
    std::uint32_t channel = 1;
    for (const TiledFormat& format : formats) {
        for (const bool cropped : {false, true}) {
            CAPTURE(format.name, cropped);
            channel = 3 - channel;
            DcssDriver driver;
            driver.set_mode(dcss_small);
            Tiled where;
            where.format = format;
            if (cropped) {
                where.left = 24;
                where.top = 6;
                where.cropped_width = 96;
                where.cropped_height = 48;
            }
            DcssVideo video = video_of(where, cropped ? 90 : 96, 40);
            video.screen_height = 64;
            video.flip_x = cropped;
            video.chroma_start = -2048;
            video.chroma_horizontal = random_taps(random);
            video.chroma_vertical = random_taps(random);
            const Components picture = random_video(random, where);
            store(driver, where, picture);
            set_detiler(driver, where, channel);
            set_video(driver, video, channel);
            dcss_bt601.write(driver, channel * 0x4000 + 0x3000);
            REQUIRE(driver.run_to_event(4));
            CHECK(differences(driver, expected(picture, where, video)) == 0);
            CHECK(driver.host.unimplemented.empty());
            CHECK(driver.host.guest_errors.empty());
        }
    }
}

TEST_CASE("the banks of the detiler take turns when they are ready", "[dcss]") {
    Random random(31);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    const Tiled first;
    Tiled second;
    second.address = 0x61000000;
    const DcssVideo video = video_of(first, 96, 64);
    const Components pictures[2] = {random_video(random, first), random_video(random, second)};
    store(driver, first, pictures[0]);
    store(driver, second, pictures[1]);
    set_detiler(driver, first, 1);
    set_video(driver, video, 1);
    dcss_bt601.write(driver, 0x4000 + 0x3000);
    const std::uint32_t ready_settings = ready | uncompressed | eight_bits;
    driver.write_sb(detiler + settings, ready_settings);
    REQUIRE(driver.run_to_event(4));
    CHECK(driver.read(detiler + control) >> 31 == 0);
    CHECK((driver.read(detiler + settings) & ready) == 0);  // it is in use
    CHECK(differences(driver, expected(pictures[0], first, video)) == 0);

    const auto show = [&](const Tiled& where, std::uint32_t bank) {
        driver.write_sb(detiler + bank + 0x00, where.address);
        driver.write_sb(detiler + bank + 0x04, where.chroma_address());
        driver.write_sb(detiler + bank + settings, ready_settings);
        driver.armed = driver.event = true;
        REQUIRE(driver.run_to_event(4));
    };
    show(second, second_bank);
    CHECK(driver.read(detiler + control) >> 31 == 1);
    CHECK(differences(driver, expected(pictures[1], second, video)) == 0);
    driver.run(50000000);  // none is ready: what is shown stays
    CHECK(driver.read(detiler + control) >> 31 == 1);
    show(first, 0);
    CHECK(driver.read(detiler + control) >> 31 == 0);
    CHECK(differences(driver, expected(pictures[0], first, video)) == 0);

    SECTION("software cannot choose one, but a reset begins with the first") {
        driver.write(detiler + control, driver.read(detiler + control) | 1u << 31);
        CHECK(driver.read(detiler + control) >> 31 == 0);
        show(second, second_bank);
        driver.write(detiler + control, driver.read(detiler + control) | hot_reset);
        CHECK((driver.read(detiler + control) & (hot_reset | 1u << 31)) == 0);
    }
    SECTION("each frame raises its interrupt, if that is enabled") {
        driver.write(detiler + frame_done, 1);
        driver.run(8500000);
        CHECK(driver.read(detiler + frame_done) == 1);
        CHECK_FALSE(driver.host.irq[3]);
        driver.write(detiler + enable_interrupt, 1);
        CHECK(driver.host.irq[3]);
        CHECK_FALSE(driver.host.irq[4]);
        driver.write(detiler + frame_done, 1);
        CHECK_FALSE(driver.host.irq[3]);
        driver.run(8500000);
        CHECK(driver.host.irq[3]);
    }
    SECTION("the tiles are what is judged, and nothing at the addresses of the windows") {
        driver.host.memory.judged.clear();
        driver.host.memory.fences = {
            {first.address + 128, first.address + 255, Direction::read, Response::okay}};
        driver.run(8500000);
        REQUIRE(driver.host.memory.judged.size() == 2);
        CHECK(driver.host.memory.judged[0].address == first.address);
        CHECK(driver.host.memory.judged[0].size == 128 * 64);
        CHECK(driver.host.memory.judged[1].address == first.chroma_address());
        CHECK(driver.host.memory.judged[1].size == 128 * 32);
        CHECK(counter(driver.dcss, "channels.1.refused-frames") == 1);
        // Zeros, through the conversion: green.
        CHECK(driver.dcss.compose().pixels[40] != 0);
        CHECK(driver.host.memory.denied.size() == 1);
    }
    SECTION("past it, the prefetch reads memory") {
        driver.write(detiler + control, bypass);
        driver.host.memory.judged.clear();
        driver.run(8500000);
        REQUIRE(driver.host.memory.judged.size() == 2);
        CHECK(driver.host.memory.judged[0].address == 0);
        CHECK(driver.host.memory.judged[1].address == chroma_window);
    }
}

TEST_CASE("what the detiler does not do is not shown, and said", "[dcss]") {
    struct Row {
        std::uint32_t offset, value;
    };
    const Row row = GENERATE(Row{detiler + control, 1u << 29}, Row{detiler + control, 1u << 16},
                             Row{DcssDriver::dpr + 0x1070, 64u << 16}, Row{DcssDriver::dpr + 0x10c0, 128},
                             Row{DcssDriver::scaler + 0x40c, 0x22}, Row{detiler + 0x10, 0x03ff03ff});
    CAPTURE(row.offset, row.value);
    DcssDriver driver;
    driver.set_mode(dcss_small);
    const Tiled where;
    set_detiler(driver, where, 1);
    set_video(driver, video_of(where, 96, 64), 1);
    REQUIRE(driver.run_to_event(4));
    driver.write(dtg + 0x30, 0x3ff);
    CHECK(driver.dcss.compose().pixels[0] == 0);
    driver.write(row.offset, row.value);
    CHECK(driver.dcss.compose().pixels[0] == 0xff);
    CHECK(driver.host.unimplemented.size() == 1);
}
