// SPDX-License-Identifier: GPL-2.0-or-later
/** The way by memory: the write scaler's words, what RDSRC shows of them, and what firewalls leave of both.
 */
#include "../interface/counters.hpp"
#include "video.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t channel = 1, csc_a = channel * 0x4000 + 0x3000;
constexpr std::uint32_t scaler = DcssDriver::scaler + channel * 0x400;
constexpr std::uint32_t wrscl = 0x21000, rdsrc = 0x22000;
constexpr std::uint32_t enable = 1u << 0, repeat = 1u << 1, ten_bits = 2u << 2, complete = 1u << 29,
                        error = 1u << 31;
constexpr std::uint32_t read_complete = 1u << 30;
constexpr std::uint32_t to_memory = 1u << 8, from_memory = 1u << 12;
constexpr std::uint32_t memory_at = 0x60000000, memory_pitch = 256;
constexpr std::int64_t frame = 1000000000 / 120;  ///< ns

/** NV12 on channel 2, made smaller by random filters, to memory and from there to the screen. */
struct WriteBackBench {
    explicit WriteBackBench(std::uint32_t words = ten_bits, std::uint32_t mode = repeat) {
        driver.set_mode(dcss_small);
        dcss_bt601.write(driver, csc_a);
        video.width = video.fetched_width = 80;
        video.height = 60;
        video.chroma_width = 40;
        video.chroma_height = 30;
        video.x = 7;
        video.y = 3;
        video.screen_width = 48;
        video.screen_height = 37;
        video.mode = 1u << 6 | 1u << 7 | 1;
        for (DcssPlane::Taps* taps :
             {&video.vertical, &video.horizontal, &video.chroma_vertical, &video.chroma_horizontal}) {
            *taps = random_taps(random);
        }
        store();
        set_video(driver, video, channel);
        driver.write_sb(wrscl + 0x10, memory_at);
        driver.write_sb(wrscl + 0x14, memory_pitch);
        driver.write_sb(wrscl, enable | mode | words);
        driver.write_sb(rdsrc + 0x10, memory_at);
        driver.write_sb(rdsrc + 0x14, memory_pitch);
        driver.write_sb(rdsrc + 0x18, video.screen_width);
        driver.write_sb(rdsrc + 0x1c, video.screen_height);
        driver.write_sb(rdsrc, words);
        driver.write_sb(scaler, 0x11 | to_memory | from_memory);
    }

    void store() {
        picture = {random_samples(random, 80, 60, 256), random_samples(random, 40, 30, 256),
                   random_samples(random, 40, 30, 256)};
        for (std::uint32_t y = 0; y < 60; ++y) {
            std::vector<std::uint8_t> luma, chroma;
            for (std::uint32_t x = 0; x < 80; ++x) {
                luma.push_back(static_cast<std::uint8_t>(picture[0].at(x, y)));
                chroma.push_back(static_cast<std::uint8_t>(picture[1 + x % 2].at(x / 2, y / 2)));
            }
            driver.host.memory.put(video.luma_address + y * video.pitch, luma);
            driver.host.memory.put(video.chroma_address + y / 2 * video.pitch, chroma);
        }
    }
    void show() { REQUIRE(driver.run_to_event(4)); }

    std::uint32_t word(std::uint32_t x, std::uint32_t y) {
        std::uint32_t result = 0;
        const auto bytes = driver.host.memory.bytes(memory_at + y * memory_pitch + 4 * x, 4);
        for (unsigned i = 0; i < 4; ++i) {
            result |= std::uint32_t{bytes[i]} << 8 * i;
        }
        return result;
    }
    /** How many words in memory are not those of @p expected. */
    unsigned wrong_words(const Components& expected) {
        unsigned count = 0;
        for (std::uint32_t y = 0; y < video.screen_height; ++y) {
            for (std::uint32_t x = 0; x < video.screen_width; ++x) {
                const auto part = [&](std::size_t i) {
                    return static_cast<std::uint32_t>(expected[i].at(x, y));
                };
                count += word(x, y) != (3u << 30 | part(0) << 20 | part(1) << 10 | part(2)) ? 1 : 0;
            }
        }
        return count;
    }
    unsigned words_written() {
        unsigned count = 0;
        for (std::uint32_t at = 0; at < memory_pitch * video.screen_height; at += 4) {
            count += word(at % memory_pitch / 4, at / memory_pitch) != 0 ? 1 : 0;
        }
        return count;
    }
    Components expected() const { return scaled(times_four(picture), video); }

    Random random{41};
    DcssDriver driver;
    DcssVideo video;
    Components picture;
};

}  // namespace

TEST_CASE("what the scaler makes goes to memory, and a frame later from there to the screen", "[dcss]") {
    WriteBackBench bench;
    bench.show();
    bench.driver.run(3 * frame);
    CHECK(bench.wrong_words(bench.expected()) == 0);
    CHECK(bench.words_written() == 48 * 37);  // and nothing between lines
    CHECK(differences(bench.driver, screen_of(bench.expected(), bench.video, dcss_bt601)) == 0);
    CHECK((bench.driver.read(wrscl) & (enable | complete | error)) == (enable | complete));
    CHECK((bench.driver.read(rdsrc) & (read_complete | error)) == read_complete);

    // As one master, part by part; what is shown is judged as another fetch.
    const auto& accesses = bench.driver.host.memory.accesses;
    const auto writes = std::ranges::count_if(accesses, [](const auto& access) {
        return access.direction == Direction::write && access.master == Master::dcss &&
               access.world == World::non_secure && !access.observer;
    });
    CHECK(writes == std::ranges::count(accesses, Direction::write, &FakeMemory::Access::direction));
    CHECK(writes >= 2 * 13);  // parts of three lines
    CHECK(std::ranges::count(bench.driver.host.memory.judged, memory_at, &FakeMemory::Access::address) > 2);

    bench.driver.write(wrscl, complete | ten_bits | repeat | enable);
    CHECK((bench.driver.read(wrscl) & complete) == 0);
    bench.store();
    bench.driver.run(3 * frame);
    CHECK(bench.wrong_words(bench.expected()) == 0);
    CHECK((bench.driver.read(wrscl) & complete) != 0);
    CHECK(counter(bench.driver.dcss, "written-frames") >= 5);
    CHECK(bench.driver.host.unimplemented.empty());
}

TEST_CASE("a large picture is read and written in parts, each in a moment", "[dcss]") {
    constexpr std::uint32_t width = 1920, height = 300, part = 512 << 10;
    DcssDriver driver;
    driver.set_mode(dcss_1080p);
    DcssPlane plane;
    plane.pitch = 4 * width;
    plane.width = plane.screen_width = width;
    plane.height = plane.screen_height = height;
    driver.set_plane(plane, channel);
    driver.write_sb(wrscl + 0x10, memory_at);
    driver.write_sb(wrscl + 0x14, 4 * width);
    driver.write_sb(wrscl, enable | ten_bits);
    driver.write_sb(scaler, 0x11 | to_memory);
    auto& accesses = driver.host.memory.accesses;
    std::size_t moved = 0;
    const std::int64_t end = driver.host.time + 4 * 16666667;
    while (driver.host.time < end) {
        accesses.clear();
        driver.run(100000);
        std::size_t sum = 0;
        for (const FakeMemory::Access& access : accesses) {
            sum += access.size;
        }
        CHECK(sum <= part);
        moved += sum;
    }
    CHECK(moved >= 2 * 4 * width * height);
    CHECK((driver.read(wrscl) & (enable | complete | error)) == complete);
}

TEST_CASE("a frame that the emulator is late with is written to its end, and none beside it", "[dcss]") {
    WriteBackBench bench;
    bench.show();
    bench.driver.run(3 * frame);
    const std::uint64_t written = counter(bench.driver.dcss, "written-frames");
    auto& host = bench.driver.host;
    // The first step of a frame, and then nothing for longer than that.
    while (!host.deadlines.contains(2)) {
        host.advance(bench.driver.dcss, 10000);
    }
    host.time += 2 * frame;
    bench.driver.run(frame / 2);
    CHECK(counter(bench.driver.dcss, "written-frames") <= written + 1);
    bench.driver.run(3 * frame);
    CHECK(counter(bench.driver.dcss, "written-frames") >= written + 2);
    CHECK(bench.wrong_words(bench.expected()) == 0);
}

TEST_CASE("without REPEAT one frame is written", "[dcss]") {
    WriteBackBench bench(ten_bits, 0);
    bench.show();
    const Components first = bench.expected();
    bench.driver.run(2 * frame);
    CHECK(bench.wrong_words(first) == 0);
    CHECK((bench.driver.read(wrscl) & (enable | complete)) == complete);
    CHECK(counter(bench.driver.dcss, "written-frames") == 1);
    bench.store();
    bench.driver.run(3 * frame);
    CHECK(bench.wrong_words(first) == 0);
}

TEST_CASE("writes that a firewall denies change nothing, and are on record", "[dcss]") {
    for (const Response answer : {Response::okay, Response::slverr}) {
        WriteBackBench bench;
        auto& memory = bench.driver.host.memory;
        memory.fences.push_back({memory_at, memory_at + 0xffff, Direction::write, answer});
        bench.show();
        bench.driver.run(3 * frame);
        CHECK(bench.words_written() == 0);
        CHECK(memory.denied.size() > 2 * 13);
        for (const Transaction& denied : memory.denied) {
            CHECK(denied.direction == Direction::write);
            CHECK(denied.master == Master::dcss);
        }
        CHECK(((bench.driver.read(wrscl) & error) != 0) == (answer != Response::okay));
        // The rest of the screen is as it would be.
        const Components black = {Samples(48, 37), Samples(48, 37), Samples(48, 37)};
        CHECK(differences(bench.driver, screen_of(black, bench.video, dcss_bt601)) == 0);
    }
}

TEST_CASE("what the display may not read does not get out by the write scaler", "[dcss]") {
    WriteBackBench bench;
    auto& memory = bench.driver.host.memory;
    const auto deny = [&](std::uint32_t address, Response answer) {
        memory.fences.push_back({address, address + 0x7fffff, Direction::read, answer});
    };
    SECTION("denied fetches are zeros there, too") {
        deny(bench.video.luma_address, Response::okay);
        deny(bench.video.chroma_address, Response::okay);
        bench.show();
        bench.driver.run(2 * frame);
        const Components black = {Samples(48, 37), Samples(48, 37), Samples(48, 37)};
        CHECK(bench.wrong_words(black) == 0);
    }
    SECTION("after an error nothing is written") {
        deny(bench.video.luma_address, Response::slverr);
        bench.show();
        bench.driver.run(2 * frame);
        CHECK(bench.words_written() == 0);
    }
    SECTION("a frame that has not begun when its picture is closed") {
        bench.show();
        bench.driver.run(2 * frame);
        deny(bench.video.luma_address, Response::okay);
        deny(bench.video.chroma_address, Response::okay);
        bench.driver.run(3 * frame);
        CHECK(bench.wrong_words({Samples(48, 37), Samples(48, 37), Samples(48, 37)}) == 0);
    }
}

TEST_CASE("only what is set up is written, and said if it is not modelled", "[dcss]") {
    SECTION("words of other kinds") {
        WriteBackBench bench(1u << 2);
        bench.show();
        bench.driver.run(2 * frame);
        CHECK(bench.words_written() == 0);
        CHECK_FALSE(bench.driver.host.unimplemented.empty());
    }
    SECTION("no write scaler") {
        WriteBackBench bench;
        bench.driver.write_sb(wrscl, ten_bits);
        bench.show();
        bench.driver.run(2 * frame);
        CHECK(bench.words_written() == 0);
    }
    SECTION("a channel that sends to memory only") {
        WriteBackBench bench;
        bench.driver.write_sb(scaler, 0x11 | to_memory);
        bench.show();
        bench.driver.write(DcssDriver::dtg + 0x30, 0x3ffu << 10);
        bench.driver.run(2 * frame);
        CHECK(bench.wrong_words(bench.expected()) == 0);
        const dcss::Screen screen = bench.driver.dcss.compose();
        CHECK(screen.pixels[std::size_t{bench.video.y} * dcss_small.width + bench.video.x] == 0xff00);
    }
    SECTION("a reset ends it") {
        WriteBackBench bench;
        bench.show();
        bench.driver.dcss.reset();
        bench.driver.host.memory.accesses.clear();
        bench.driver.run(3 * frame);
        CHECK(bench.driver.host.memory.accesses.empty());
    }
}

TEST_CASE("the registers of the way by memory hold their fields", "[dcss]") {
    struct Row {
        std::uint32_t offset, fields;
    };
    const Row row =
        GENERATE(Row{wrscl, 0x51ffffff}, Row{wrscl + 0x10, 0xffffffff}, Row{wrscl + 0x14, 0xffffffff},
                 Row{rdsrc, 0x007fc3fd}, Row{rdsrc + 0x10, 0xffffffff}, Row{rdsrc + 0x14, 0xffffffff},
                 Row{rdsrc + 0x18, 0x1fff}, Row{rdsrc + 0x1c, 0x1fff});
    CAPTURE(row.offset);
    DcssDriver driver;
    CHECK(driver.read(row.offset) == 0);
    driver.write(row.offset, 0xffffffff);
    CHECK(driver.read(row.offset) == row.fields);
}
