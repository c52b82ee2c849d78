// SPDX-License-Identifier: GPL-2.0-or-later
/** What the display controller tells observers, and what goes wrong in it when they ask for that. */
#include "../interface/counters.hpp"
#include "video.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t dpr = DcssDriver::dpr, dtg = DcssDriver::dtg, ctxld = DcssDriver::ctxld;
constexpr std::int64_t frame = 1000000000 / 120;  ///< ns

std::string text(const Device& device, std::string_view name) {
    for (const Counter& each : device.counters()) {
        if (each.name == name) {
            REQUIRE(std::holds_alternative<std::string>(each.value));
            return std::get<std::string>(each.value);
        }
    }
    FAIL("there is no text " << name);
    return {};
}

bool flag(const Device& device, std::string_view name) {
    for (const Counter& each : device.counters()) {
        if (each.name == name) {
            REQUIRE(std::holds_alternative<bool>(each.value));
            return std::get<bool>(each.value);
        }
    }
    FAIL("there is no flag " << name);
    return false;
}

/** A picture of one colour over the whole screen. */
DcssPlane plain_plane(DcssDriver& driver, std::uint8_t colour) {
    DcssPlane plane;
    plane.width = plane.screen_width = dcss_small.width;
    plane.height = plane.screen_height = dcss_small.height;
    plane.pitch = 512;
    driver.host.memory.put(plane.address, std::vector<std::uint8_t>(512 * dcss_small.height, colour));
    return plane;
}

}  // namespace

TEST_CASE("what channels show is told, and nothing of those that do not", "[dcss]") {
    DcssDriver driver;
    CHECK_FALSE(flag(driver.dcss, "sends"));
    driver.set_mode(dcss_small);
    CHECK(flag(driver.dcss, "sends"));
    DcssPlane plane = plain_plane(driver, 0);
    plane.tile = 1;
    driver.set_plane(plane);
    DcssVideo video;
    video.mode = 1u << 7 | 1u << 6 | 1;
    video.ten_bits = true;
    video.width = 80;
    video.height = 60;
    video.chroma_width = 40;
    video.chroma_height = 30;
    video.screen_width = 50;
    video.screen_height = 20;
    set_video(driver, video, 2);
    REQUIRE(driver.run_to_event(4));
    CHECK(flag(driver.dcss, "channels.0.fetches"));
    CHECK(flag(driver.dcss, "channels.0.shows"));
    CHECK(text(driver.dcss, "channels.0.format") == "rgb-8");
    CHECK(text(driver.dcss, "channels.0.tiling") == "gpu-tiles");
    CHECK(counter(driver.dcss, "channels.0.address") == plane.address);
    CHECK(counter(driver.dcss, "channels.0.pitch") == 512);
    CHECK_FALSE(flag(driver.dcss, "channels.1.fetches"));
    CHECK(text(driver.dcss, "channels.1.format").empty());
    CHECK(counter(driver.dcss, "channels.1.width") == 0);
    CHECK(text(driver.dcss, "channels.2.format") == "yuv-420-10");
    CHECK(text(driver.dcss, "channels.2.tiling") == "linear");
    CHECK(counter(driver.dcss, "channels.2.address") == video.luma_address);
    CHECK(counter(driver.dcss, "channels.2.chroma-address") == video.chroma_address);
    CHECK(counter(driver.dcss, "channels.2.width") == 80);
    CHECK(counter(driver.dcss, "channels.2.height") == 60);
    CHECK(counter(driver.dcss, "channels.2.screen-width") == 50);
    CHECK(counter(driver.dcss, "channels.2.screen-height") == 20);
    driver.write(dpr + 0x2050, 0x3e143);
    CHECK(text(driver.dcss, "channels.2.unmodelled") != "");
    CHECK(text(driver.dcss, "channels.2.format").empty());
}

TEST_CASE("the CRCs of the last frames, if they are wanted", "[dcss]") {
    constexpr std::uint32_t digits[] = {0x34333231, 0x38373635};
    CHECK(dcss::crc_of(digits) == 0x9ae0daaf);

    DcssDriver driver;
    driver.set_mode(dcss_small);
    driver.set_plane(plain_plane(driver, 0x21));
    REQUIRE(driver.run_to_event(4));
    driver.run(3 * frame);
    CHECK(counter(driver.dcss, "crcs.0.frame") == 0);
    CHECK(driver.dcss.set_property("crc", 2));
    REQUIRE_FALSE(driver.dcss.set_property("crc", 1));
    driver.run(frame);
    const std::uint64_t number = counter(driver.dcss, "crcs.0.frame");
    CHECK(number == counter(driver.dcss, "frames"));
    CHECK(counter(driver.dcss, "crcs.0.crc") ==
          dcss::crc_of(
              std::vector<std::uint32_t>(std::size_t{dcss_small.width} * dcss_small.height, 0x212121)));
    const std::uint64_t before = counter(driver.dcss, "crcs.0.crc");
    plain_plane(driver, 0x22);
    driver.run(frame);
    CHECK(counter(driver.dcss, "crcs.0.frame") == number + 1);
    CHECK(counter(driver.dcss, "crcs.0.crc") != before);
    CHECK(counter(driver.dcss, "crcs.1.frame") == number);
    CHECK(counter(driver.dcss, "crcs.1.crc") == before);
}

TEST_CASE("a CRC is made beside the frame, of what it was allowed", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    driver.set_plane(plain_plane(driver, 0x21));
    REQUIRE(driver.run_to_event(4));
    REQUIRE_FALSE(driver.dcss.set_property("crc", 1));
    driver.host.memory.accesses.clear();
    driver.host.advance(driver.dcss, frame);
    CHECK(driver.host.memory.accesses.empty());
    const std::uint64_t number = counter(driver.dcss, "frames");
    CHECK(counter(driver.dcss, "crcs.0.frame") == 0);
    // Frames that begin before it is made have none.
    driver.host.advance(driver.dcss, 2 * frame);
    CHECK(driver.host.run_work(driver.dcss));
    CHECK_FALSE(driver.host.memory.accesses.empty());
    CHECK_FALSE(driver.host.nested);
    CHECK(counter(driver.dcss, "crcs.0.frame") == number);
    CHECK(counter(driver.dcss, "crcs.1.frame") == 0);
    driver.host.advance(driver.dcss, frame);
    CHECK(driver.host.run_work(driver.dcss));
    CHECK(counter(driver.dcss, "crcs.0.frame") == number + 3);
    // The guest can read it, if it is wanted.
    CHECK(driver.read(0x2c000) == number + 3);
    CHECK(driver.read(0x2c004) == number + 3);
    CHECK(driver.read(0x2c008) == counter(driver.dcss, "crcs.0.crc"));
    REQUIRE_FALSE(driver.dcss.set_property("crc", 0));
    CHECK(driver.read(0x2c000) + driver.read(0x2c004) + driver.read(0x2c008) == 0);
    REQUIRE_FALSE(driver.dcss.set_property("crc", 1));
    // A reset forgets what is wanted.
    driver.host.advance(driver.dcss, frame);
    driver.dcss.reset();
    driver.host.run_work(driver.dcss);
    CHECK(counter(driver.dcss, "crcs.0.frame") == 0);
}

TEST_CASE("an injected underrun shows backgrounds for a frame", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    driver.set_plane(plain_plane(driver, 0x21));
    REQUIRE(driver.run_to_event(4));
    driver.write(dtg + 0x2c, 0x3ff);
    driver.write(dpr + 0x40, 0xff);
    CHECK(driver.dcss.compose().pixels[0] == 0x212121);
    driver.host.faults["underrun"] = {};
    driver.run(frame + 1000);
    CHECK(driver.dcss.compose().pixels[0] == 0xff);
    CHECK(driver.read(dpr + 0x40) == (7u | 3u << 6));
    CHECK(counter(driver.dcss, "underruns") == 1);
    driver.run(frame);
    CHECK(driver.dcss.compose().pixels[0] == 0x212121);
    CHECK(counter(driver.dcss, "underruns") == 1);
}

TEST_CASE("an injected fault loses one vertical blank, and the next ones come", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    driver.run(5 * frame);
    const unsigned vblanks = driver.vblanks, kicks = driver.kicks;
    driver.host.faults["lost-vblank"] = {};
    driver.run(10 * frame);
    CHECK(counter(driver.dcss, "lost-vblanks") == 1);
    CHECK(driver.kicks - kicks == driver.vblanks - vblanks + 1);
}

TEST_CASE("an injected error of a register's bus leaves one item out", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_small);
    driver.set_plane(plain_plane(driver, 0x21));
    REQUIRE(driver.run_to_event(4));
    driver.host.faults["ahb-error"] = {};
    driver.write_sb(dpr + 0x10c0, 0x12345000);
    driver.write_sb(dpr + 0x20c0, 0x6789a000);
    driver.armed = driver.event = true;
    driver.statuses.clear();
    REQUIRE(driver.run_to_event(4));
    CHECK(driver.read(dpr + 0x10c0) == 0);
    CHECK(driver.read(dpr + 0x20c0) == 0x6789a000);
    REQUIRE_FALSE(driver.statuses.empty());
    CHECK((driver.statuses[0] & DcssDriver::ahb_err) != 0);
    CHECK(driver.read(ctxld + 0x20) == DcssDriver::bus_base + dpr + 0x10c0);
    CHECK(counter(driver.dcss, "context-loader.failed-loads") == 1);
}
