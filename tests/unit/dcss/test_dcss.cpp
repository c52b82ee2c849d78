// SPDX-License-Identifier: GPL-2.0-or-later
/** The display controller's registers, context loader, timing and saved state; pictures are
 * test_picture.cpp's. */
#include <algorithm>

#include "../every_core.hpp"
#include "../interface/counters.hpp"
#include "driver.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t ctxld = DcssDriver::ctxld, dtg = DcssDriver::dtg, dpr = DcssDriver::dpr;
constexpr std::uint32_t enable = DcssDriver::enable, complete = DcssDriver::complete;
constexpr std::int64_t ms = 1000000;

/** Frames of the mode from start to start, ns. */
std::int64_t period(const DcssMode& mode) {
    const double frame = 1e9 * mode.total_width() * mode.total_height() / static_cast<double>(mode.clock);
    return static_cast<std::int64_t>(frame + 0.5);
}

using Items = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

}  // namespace

TEST_CASE("the display's PLL has the rate that its dividers give", "[dcss]") {
    FakeHost host;
    Anatop anatop(host);
    anatop.reset();
    CHECK(anatop.video_pll2_rate() == 0);  // without power
    write32(anatop, 0x54, 1u << 9);
    for (const DcssMode& mode : {dcss_1080p, dcss_600p}) {
        write32(anatop, 0x5c, mode.pll2);
        CHECK(anatop.video_pll2_rate() == mode.clock);
    }
    write32(anatop, 0x54, 1u << 9 | 1u << 4);
    CHECK(anatop.video_pll2_rate() == 25000000);
    write32(anatop, 0x5c, dcss_pll2(8, 64, 2, 48, 3));
    write32(anatop, 0x54, 1u << 9 | 1u << 5);
    CHECK(anatop.video_pll2_rate() == 25000000ull * 48 / 6);
    // The other crystal, which Linux takes for the display; the transmitter's clock; nothing.
    write32(anatop, 0x54, 1u << 9 | 1u << 5 | 1);
    CHECK(anatop.video_pll2_rate() == 27000000ull * 48 / 6);
    write32(anatop, 0x54, 1u << 9 | 1u << 5 | 2);
    CHECK(anatop.video_pll2_rate() == 27000000ull * 48 / 6);
    write32(anatop, 0x54, 1u << 9 | 3);
    CHECK(anatop.video_pll2_rate() == 0);
}

TEST_CASE("a mode set and flips, as Linux does them", "[dcss]") {
    for (const DcssMode& mode : {dcss_1080p, dcss_600p}) {
        CAPTURE(mode.width);
        DcssDriver driver;
        driver.set_mode(mode);
        driver.event = true;
        REQUIRE(driver.run_to_event(3));
        CHECK(driver.read(dtg + 0x0c) - driver.read(dtg + 0x08) == (mode.height << 16 | mode.width));
        for (unsigned frame = 1; frame <= 50; ++frame) {
            CAPTURE(frame);
            const std::uint32_t address = 0x50000000 + frame % 3 * 0x1000000;
            const unsigned before = driver.vblanks;
            driver.flip(address);
            REQUIRE(driver.run_to_event(3));
            CHECK(driver.vblanks == before + 1);  // one flip a frame
            CHECK(driver.read(dpr + 0xc0) == address);
            CHECK_FALSE(driver.in_use);
        }
        CHECK(driver.statuses == std::vector<std::uint32_t>(51, complete | 0x154));
        CHECK(driver.kicks == driver.vblanks);
        for (std::size_t i = 1; i < driver.vblank_times.size(); ++i) {
            CHECK(driver.vblank_times[i] - driver.vblank_times[i - 1] == period(mode));
        }
        CHECK(driver.host.guest_errors.empty());
        CHECK(driver.host.unimplemented.empty());
        CHECK(counter(driver.dcss, "frames") == driver.vblanks);
        CHECK(counter(driver.dcss, "context-loader.loads") == 51);
        CHECK(counter(driver.dcss, "context-loader.failed-loads") == 0);
    }
}

TEST_CASE("lists are read by the display controller, and by nobody else", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(40 * ms);
    REQUIRE(driver.host.memory.accesses.size() == 2);
    for (const FakeMemory::Access& access : driver.host.memory.accesses) {
        CHECK(access.master == Master::dcss);
        CHECK(access.world == World::non_secure);
        CHECK(access.never_secure);
        CHECK(access.direction == Direction::read);
    }
    CHECK(driver.host.memory.accesses[0].address == DcssDriver::list_at);
    CHECK(driver.host.memory.accesses[1].address == DcssDriver::list_at + 0x200000);
}

TEST_CASE("a load begins at the start of a frame and not in the write that asks for it", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(40 * ms);
    driver.flip(0x51000000);
    while (!driver.in_use) {
        driver.run(10000);
    }
    CHECK((driver.read(ctxld) & (enable | complete)) == enable);
    CHECK(driver.read(dpr + 0xc0) != 0x51000000);
    CHECK_FALSE(driver.host.irq[0]);
    const unsigned before = driver.vblanks;
    while (driver.vblanks == before) {
        CHECK((driver.read(ctxld) & enable) == enable);
        driver.run(10000);
    }
    CHECK(driver.read(dpr + 0xc0) == 0x51000000);
    CHECK((driver.read(ctxld) & (enable | complete)) == 0);  // handled
}

TEST_CASE("a load without an item is complete, too, run after run", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(40 * ms);
    for (unsigned run = 0; run < 3; ++run) {
        driver.statuses.clear();
        driver.armed = true;
        driver.run(2 * period(dcss_600p));
        CHECK(driver.statuses == std::vector<std::uint32_t>{complete | 0x154});
    }
}

TEST_CASE("without frames, a load is done a little later", "[dcss]") {
    DcssDriver driver;
    driver.write_sb(dpr + 0xc0, 0x52000000);
    driver.load();
    CHECK(driver.read(dpr + 0xc0) == 0);
    CHECK((driver.read(ctxld) & enable) != 0);
    driver.run(ms);
    CHECK(driver.read(dpr + 0xc0) == 0x52000000);
    CHECK_FALSE(driver.in_use);

    SECTION("also if the frames end while it waits") {
        driver.set_mode(dcss_600p);
        driver.run(40 * ms);
        driver.write_sb(dpr + 0xc0, 0x53000000);
        driver.load();
        driver.write(dtg + 0x00, 0xff005088);
        driver.run(ms);
        CHECK(driver.read(dpr + 0xc0) == 0x53000000);
        CHECK_FALSE(driver.in_use);
        CHECK(driver.host.deadlines.empty());
    }
}

TEST_CASE("the low-priority context stands behind the one with high priority", "[dcss]") {
    DcssDriver driver;
    Items items;
    for (std::uint32_t i = 0; i < 5; ++i) {
        items.emplace_back(0x1000 + i, DcssDriver::bus_base + dpr + 0xc0 + i % 2 * 0x50);
    }
    driver.put(0x60000000, items);
    driver.write(ctxld + 0x18, 0x60000000);
    driver.write(ctxld + 0x1c, 3u << 16 | 2);
    driver.write(ctxld + 4, enable);
    driver.host.advance(driver.dcss, ms);
    CHECK(driver.read(dpr + 0xc0) == 0x1004);
    CHECK(driver.read(dpr + 0x110) == 0x1003);
    CHECK(counter(driver.dcss, "context-loader.items") == 5);
}

TEST_CASE("enabled statuses raise the loader's line, each is cleared by writing 1 to CLR or to itself",
          "[dcss]") {
    for (const std::uint32_t wanted : {3u, 4u, 5u}) {
        CAPTURE(wanted);
        DcssDriver driver;
        driver.write(ctxld, 1u << wanted);
        driver.write(ctxld + 4, enable);
        driver.host.advance(driver.dcss, ms);
        CHECK(driver.read(ctxld) == (complete | 1u << wanted));
        CHECK(driver.host.irq[0]);
        driver.write(ctxld + 8, complete & ~(1u << (wanted + 14)));
        CHECK(driver.host.irq[0]);
        driver.write(wanted == 4 ? ctxld + 8 : ctxld, 1u << (wanted + 14) | 1u << wanted);
        CHECK_FALSE(driver.host.irq[0]);
        CHECK((driver.read(ctxld) & complete) == 0);
    }
    DcssDriver driver;
    driver.write(ctxld, 1u << 6);
    driver.write(ctxld + 4, enable);
    driver.host.advance(driver.dcss, ms);
    CHECK_FALSE(driver.host.irq[0]);
    CHECK(driver.host.irq_edges[0] == 0);
    driver.write(ctxld + 4, 1u << 3);
    CHECK(driver.host.irq[0]);
}

TEST_CASE("a list that cannot be read is an error and not complete; the next load works", "[dcss]") {
    DcssDriver driver;
    driver.write(ctxld, 0x154);
    driver.put(0x60000000, {{0x1000, DcssDriver::bus_base + dpr + 0xc0}});
    driver.host.memory.fences.push_back({0x60000000, 0x60000fff, Direction::read, Response::slverr});
    const auto load = [&](std::uint32_t register_base) {
        driver.write(ctxld + 0x10, register_base == 0x10 ? 0x60000000 : 0);
        driver.write(ctxld + 0x14, register_base == 0x10 ? 1 : 0);
        driver.write(ctxld + 0x18, register_base == 0x18 ? 0x60000000 : 0);
        driver.write(ctxld + 0x1c, register_base == 0x18 ? 1 : 0);
        driver.write(ctxld + 4, enable);
        driver.host.advance(driver.dcss, ms);
    };
    for (const std::uint32_t context : {0x10u, 0x18u}) {
        CAPTURE(context);
        load(context);
        CHECK(driver.read(ctxld) == (DcssDriver::rd_err | 0x154));
        CHECK(driver.host.irq[0]);
        CHECK(driver.read(dpr + 0xc0) == 0);
        driver.write(ctxld + 8, DcssDriver::rd_err);
        CHECK_FALSE(driver.host.irq[0]);
    }
    CHECK(counter(driver.dcss, "context-loader.failed-loads") == 2);

    SECTION("where the firewall gives zeros, no register is named") {
        driver.host.memory.fences[0].answer = Response::okay;
        load(0x18);
        CHECK(driver.read(ctxld) == (complete | DcssDriver::ahb_err | 0x154));
        CHECK(driver.read(ctxld + 0x20) == 0);
    }
    driver.write(ctxld + 8, ~0x1ffu);
    driver.host.memory.fences.clear();
    load(0x18);
    CHECK(driver.read(ctxld) == (complete | 0x154));
    CHECK(driver.read(dpr + 0xc0) == 0x1000);
}

TEST_CASE("a list reaches the display's registers only", "[dcss]") {
    struct Row {
        std::uint32_t address;
        bool reached;
    };
    constexpr std::uint32_t base = DcssDriver::bus_base;
    const Row row = GENERATE(
        Row{base + dpr + 0xc0, true}, Row{base + 0x2f010, true}, Row{base + 0x1b0c0, false},  // a hole
        Row{base + dpr + 0xc2, false},                                                        // no word
        Row{base + 0x2d004, false},                                                           // irqsteer
        Row{base + ctxld, false}, Row{base + ctxld + 0x1c, false}, Row{base - 4, false},
        Row{base + 0x30000, false}, Row{0x30390000, false}, Row{0, false}, Row{0xfffffffc, false});
    CAPTURE(row.address);
    DcssDriver driver;
    driver.write(ctxld, 0x154);
    driver.put(0x60000000, {{0x100, row.address}, {0x77, base + dpr + 0x110}});
    driver.write(ctxld + 0x10, 0x60000000);
    driver.write(ctxld + 0x14, 2);
    driver.write(ctxld + 4, enable);
    driver.host.advance(driver.dcss, ms);
    CHECK(driver.read(ctxld) == (complete | 0x154 | (row.reached ? 0 : DcssDriver::ahb_err)));
    CHECK(driver.read(ctxld + 0x20) == (row.reached ? 0 : row.address));
    CHECK(driver.read(dpr + 0x110) == 0x77);  // what follows is loaded all the same
    CHECK(driver.host.guest_errors.empty());
    CHECK(counter(driver.dcss, "context-loader.items") == (row.reached ? 2 : 1));
}

TEST_CASE("a list goes on at address 0 behind the last one, and not in memory above 4 GiB", "[dcss]") {
    const std::uint32_t into_item = GENERATE(0u, 4u);  // the end is between two items, or in one
    CAPTURE(into_item);
    constexpr std::uint32_t base = DcssDriver::bus_base;
    const auto list_at = 0xfffffff0 + into_item;
    const std::vector<std::uint32_t> words = {0x11, base + dpr + 0xc0,         0x22, base + dpr + 0x110,
                                              0x33, base + dpr + 0x10c0,       0x44, base + dpr + 0x1110,
                                              0x55, base + dpr + 0x2000 + 0xc0};
    DcssDriver driver;
    driver.write(ctxld, 0x154);
    for (std::uint32_t i = 0; i < words.size(); ++i) {
        for (std::uint32_t byte = 0; byte < 4; ++byte) {
            driver.host.memory.put(list_at + 4 * i + byte,
                                   std::vector{static_cast<std::uint8_t>(words[i] >> 8 * byte)});
        }
    }
    driver.write(ctxld + 0x10, list_at);
    driver.write(ctxld + 0x14, static_cast<std::uint32_t>(words.size() / 2));
    const auto load = [&] {
        driver.write(ctxld + 4, enable);
        driver.host.advance(driver.dcss, ms);
        return driver.read(ctxld);
    };
    SECTION("which is one run") {
        CHECK(load() == (complete | 0x154));
        for (std::uint32_t i = 0; i < words.size(); i += 2) {
            CHECK(driver.read(words[i + 1] - base) == words[i]);
        }
        for (const FakeMemory::Access& access : driver.host.memory.accesses) {
            CHECK(access.address + access.size <= std::uint64_t{1} << 32);
        }
    }
    SECTION("and is judged there") {
        driver.host.memory.fences.push_back({0, 0xfff, Direction::read, Response::slverr});
        CHECK(load() == (DcssDriver::rd_err | 0x154));
    }
    SECTION("and below it") {
        driver.host.memory.fences.push_back({0xfffff000, 0xffffffff, Direction::read, Response::slverr});
        CHECK(load() == (DcssDriver::rd_err | 0x154));
    }
}

TEST_CASE("a load takes a bounded part of the time, however long its lists are", "[dcss]") {
    DcssDriver driver;
    driver.write(ctxld, 0x154);
    driver.write(ctxld + 0x10, 0xfffff000);  // over the end of the address space
    driver.write(ctxld + 0x14, 0xffff);
    driver.write(ctxld + 0x1c, 0xffffffff);
    driver.write(ctxld + 4, enable);
    unsigned steps = 0;
    while ((driver.read(ctxld) & enable) != 0) {
        const std::size_t before = driver.host.memory.accesses.size();
        driver.host.advance(driver.dcss, ms);
        std::size_t bytes = 0;
        for (std::size_t i = before; i < driver.host.memory.accesses.size(); ++i) {
            bytes += driver.host.memory.accesses[i].size;
        }
        CHECK(bytes <= 8 * 1024);
        REQUIRE(++steps < 300);
    }
    CHECK(steps > 3 * 0xffff / 1024);
    CHECK((driver.read(ctxld) & (complete | DcssDriver::ahb_err)) == (complete | DcssDriver::ahb_err));

    SECTION("and can be called off") {
        driver.write(ctxld + 4, enable);
        driver.host.advance(driver.dcss, 5 * ms);
        driver.write(ctxld + 8, enable | complete | DcssDriver::ahb_err);
        const std::size_t before = driver.host.memory.accesses.size();
        driver.host.advance(driver.dcss, 500 * ms);
        CHECK(driver.host.memory.accesses.size() == before);
        CHECK((driver.read(ctxld) & complete) == 0);
    }
}

TEST_CASE("faults that delay answers put the end of a load off", "[dcss]") {
    DcssDriver driver;
    driver.write(ctxld, 0x154);
    driver.host.delay = 7 * ms;
    driver.write(ctxld + 4, enable);
    driver.host.advance(driver.dcss, 6 * ms);
    CHECK(driver.read(ctxld) == (enable | 0x154));
    driver.host.advance(driver.dcss, 2 * ms);
    CHECK(driver.read(ctxld) == (complete | 0x154));
}

TEST_CASE("lines of the DTG: latched whatever the mask says, cleared one by one", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.write(dtg + 0x68, 0);
    driver.write(dtg + 0x6c, 300u << 16);
    driver.write(dtg + 0x70, 0x1fffu << 16);  // no line of the frame
    driver.host.advance(driver.dcss, 2 * period(dcss_600p));
    CHECK(driver.read(dtg + 0x5c) == 7);
    CHECK_FALSE(driver.host.irq[1]);
    CHECK_FALSE(driver.host.irq[2]);
    driver.write(dtg + 0x68, 2);
    CHECK_FALSE(driver.host.irq[1]);
    CHECK(driver.host.irq[2]);
    driver.write(dtg + 0x68, 3);
    CHECK(driver.host.irq[1]);
    CHECK(driver.read(dtg + 0x5c) == 7);  // a mask that is written clears nothing
    driver.write(dtg + 0x68, 3);
    CHECK(driver.read(dtg + 0x5c) == 7);
    CHECK(driver.read(dtg + 0x60) == 0);
    driver.write(dtg + 0x60, 2);
    CHECK_FALSE(driver.host.irq[2]);
    CHECK(driver.host.irq[1]);
    CHECK(driver.read(dtg + 0x5c) == 5);
    driver.write(dtg + 0x60, 5);
    CHECK(driver.read(dtg + 0x5c) == 0);
    CHECK(driver.read(dtg + 0x60) == 0);
}

TEST_CASE("a line is reached when its share of the frame is over", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    const std::int64_t frame = period(dcss_600p);
    driver.write(dtg + 0x6c, 314u << 16);  // of 628
    driver.host.advance(driver.dcss, frame / 2 - 10);
    CHECK((driver.read(dtg + 0x5c) & 4) == 0);
    driver.host.advance(driver.dcss, 20);
    CHECK((driver.read(dtg + 0x5c) & 4) == 4);

    SECTION("also when it is moved on after it was reached") {
        driver.write(dtg + 0x60, 4);
        driver.write(dtg + 0x6c, 471u << 16);
        driver.host.advance(driver.dcss, frame / 4);
        CHECK((driver.read(dtg + 0x5c) & 4) == 4);
    }
}

TEST_CASE("rates have limits, whatever sizes and clocks are programmed", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    const auto frames_in_a_second = [&] {
        driver.host.advance(driver.dcss, 100 * ms);  // what is under way keeps its length
        const std::uint64_t before = counter(driver.dcss, "frames");
        driver.host.advance(driver.dcss, 1000 * ms);
        return counter(driver.dcss, "frames") - before;
    };
    CHECK(frames_in_a_second() == 60);
    driver.write(dtg + 0x04, 0);
    CHECK(frames_in_a_second() == 120);
    driver.write(dtg + 0x04, 0x1fff1fff);
    CHECK(frames_in_a_second() == 24);
    write32(driver.anatop, 0x54, 1u << 7);
    driver.write(dtg + 0x04, 627u << 16 | 1055);
    CHECK(frames_in_a_second() == 24);
    driver.write(dtg + 0x00, 0);
    CHECK(frames_in_a_second() == 0);
}

TEST_CASE("frames that the emulator is late for are not made up for, but lines come in their order",
          "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(100 * ms);
    const unsigned kicks = driver.kicks;
    const unsigned vblanks = driver.vblanks;
    // Nothing runs for a second; then timers do.
    driver.host.time += 1000 * ms;
    driver.run(1);
    CHECK(driver.kicks + driver.vblanks == kicks + vblanks + 1);
    driver.run(10 * period(dcss_600p));
    CHECK(driver.vblanks - vblanks >= 10);
    CHECK(driver.vblanks - vblanks <= 11);
    driver.flip(0x54000000);
    CHECK(driver.run_to_event(3));
}

TEST_CASE("a reset ends frames and loads", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.host.advance(driver.dcss, 40 * ms);
    driver.write(ctxld + 4, enable);
    driver.dcss.reset();
    CHECK(driver.host.deadlines.empty());
    CHECK_FALSE(driver.host.irq[1]);
    CHECK_FALSE(driver.host.irq[2]);
    CHECK(driver.read(ctxld) == 0);
    CHECK(driver.read(dtg + 0x5c) == 0);
    CHECK(counted(driver.dcss).empty());
}

TEST_CASE("what is not there says so", "[dcss]") {
    DcssDriver driver;
    for (const std::uint32_t offset : {0x3870u, 0x10000u, 0x15000u, 0x16030u, 0x24000u}) {
        CAPTURE(offset);
        driver.host.unimplemented.clear();
        driver.write(offset + 4, 5);
        CHECK(driver.host.unimplemented.size() == 1);
        CHECK(driver.read(offset + 4) == 5);
    }
}

TEST_CASE("a saved state goes on with its frame and its load", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(40 * ms);
    driver.flip(0x55000000);
    while (!driver.in_use) {
        driver.run(10000);
    }
    DcssDriver twin;
    twin.host.memory = driver.host.memory;
    twin.host.time = driver.host.time;
    write32(twin.anatop, 0x5c, dcss_600p.pll2);
    write32(twin.anatop, 0x54, 1u << 9);
    REQUIRE(twin.dcss.load(driver.dcss.save()) == std::nullopt);
    CHECK(twin.host.deadlines == driver.host.deadlines);
    twin.host.advance(twin.dcss, period(dcss_600p) / 5);
    CHECK(twin.read(dpr + 0xc0) == 0x55000000);
    CHECK(twin.host.irq[0]);
    CHECK(twin.host.irq[2]);

    SECTION("in the middle of a long load") {
        twin.write(ctxld + 0x10, 0x61000000);
        twin.write(ctxld + 0x14, 5000);
        twin.write(ctxld + 8, complete);
        twin.write(ctxld + 4, enable);
        twin.host.advance(twin.dcss, period(dcss_600p) + 2 * ms);
        REQUIRE((twin.read(ctxld) & enable) != 0);
        DcssDriver third;
        third.host.time = twin.host.time;
        REQUIRE(third.dcss.load(twin.dcss.save()) == std::nullopt);
        third.host.advance(third.dcss, 5 * ms);
        CHECK((third.read(ctxld) & (enable | complete)) == complete);
    }
}

TEST_CASE("states that no run brings about are refused", "[dcss]") {
    DcssDriver driver;
    driver.set_mode(dcss_600p);
    driver.run(40 * ms);
    driver.write(ctxld + 4, enable);
    const std::vector<std::byte> good = driver.dcss.save();
    unsigned refused = 0;
    Random random(14);
    for (unsigned round = 0; round < 800; ++round) {
        std::vector<std::byte> bad = good;
        // Behind the registers of this core stand its own numbers.
        const std::size_t at = round < 400 ? bad.size() - 1 - random.below(150) : random.below(bad.size());
        bad[at] ^= static_cast<std::byte>(1 + random.below(255));
        DcssDriver twin;
        if (twin.dcss.load(bad).has_value()) {
            ++refused;
            continue;
        }
        twin.host.advance(twin.dcss, 50 * ms);
        for (const auto& [timer, deadline] : twin.host.deadlines) {
            CHECK(timer < 2);
            CHECK(deadline > 0);
        }
    }
    CHECK(refused > 80);
}

TEST_CASE("hostile programs of registers and lists end neither the model nor its turn", "[dcss]") {
    DcssDriver driver;
    Random random(15);
    std::vector<std::uint8_t> list(64 * 1024);
    for (unsigned round = 0; round < 60; ++round) {
        for (std::size_t i = 0; i < list.size(); i += 8) {
            const std::uint32_t value = static_cast<std::uint32_t>(random.next());
            const std::uint32_t address =
                DcssDriver::bus_base + static_cast<std::uint32_t>(random.below(0x30000) & ~3u);
            for (unsigned byte = 0; byte < 4; ++byte) {
                list[i + byte] = static_cast<std::uint8_t>(value >> 8 * byte);
                list[i + 4 + byte] = static_cast<std::uint8_t>(address >> 8 * byte);
            }
        }
        driver.host.memory.put(0x60000000, std::span(list).first(1 + random.below(list.size())));
        driver.write(ctxld + 0x10, 0x60000000);
        driver.write(ctxld + 0x14, static_cast<std::uint32_t>(random.below(0x2000)));
        driver.write(ctxld + 0x18, 0x60000000 + static_cast<std::uint32_t>(random.below(0x10000)));
        driver.write(ctxld + 0x1c, static_cast<std::uint32_t>(random.below(0x1000)));
        driver.write(ctxld + 4, enable);
        for (unsigned i = 0; i < 20; ++i) {
            random_access(driver.dcss, random);
        }
        driver.host.advance(driver.dcss, 100 * ms);
        DcssDriver twin;
        REQUIRE(twin.dcss.load(driver.dcss.save()) == std::nullopt);
        driver.host.guest_errors.clear();
        driver.host.unimplemented.clear();
        driver.host.memory.accesses.clear();
    }
    CHECK(counter(driver.dcss, "frames") > 20);
    CHECK(counter(driver.dcss, "context-loader.loads") > 10);
}
