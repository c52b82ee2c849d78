// SPDX-License-Identifier: GPL-2.0-or-later
/** Clocks, alarms, ON/OFF key and power-off of the SNVS, as rtc-snvs, snvs_pwrkey and TF-A use them. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/snvs.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t hpcr = 0x08, hpsr = 0x14, hprtc = 0x24, hpta = 0x2c, lpcr = 0x38, lpsr = 0x4c,
                        srtc = 0x50, lptar = 0x58, lpgpr = 0x90;
constexpr std::uint32_t runs = 1, alarm_on = 2, wake_on = 8, pmic = 1u << 5, top = 1u << 6;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t epoch = 1'800'000'000;

struct Board {
    FakeHost host;
    Snvs snvs{host};
    const Transaction by = secure_access();

    Board() {
        CHECK_FALSE(snvs.set_property("epoch", epoch));
        snvs.reset();
    }
    std::uint64_t counter(std::uint32_t high) {
        return static_cast<std::uint64_t>(get(high)) << 32 | get(high + 4);
    }
    std::uint64_t seconds() { return counter(srtc) >> 15; }
    std::uint32_t get(std::uint32_t offset) { return read32(snvs, offset, by); }
    void put(std::uint32_t offset, std::uint32_t value) { write32(snvs, offset, value, by); }
    bool alarm() { return host.irq[Snvs::alarm_line]; }
    bool key() { return host.irq[Snvs::key_line]; }
};

}  // namespace

TEST_CASE("the SRTC runs from the real time at the start, in steps of 1/32768 s", "[soc]") {
    Board board;
    CHECK(board.counter(srtc) == epoch << 15);
    board.host.time = 30'517;
    CHECK(board.counter(srtc) == epoch << 15);
    board.host.time = 30'518;
    CHECK(board.counter(srtc) == (epoch << 15) + 1);
    board.host.time = 86'400 * second;
    CHECK(board.seconds() == epoch + 86'400);
}

TEST_CASE("the SRTC is set while it stands still, and not while it runs", "[soc]") {
    Board board;
    board.put(srtc + 4, 0);
    CHECK(board.host.guest_errors.size() == 1);
    CHECK(board.seconds() == epoch);
    board.put(lpcr, 0);
    board.host.time += second;
    CHECK(board.seconds() == epoch);
    board.put(srtc + 4, 5u << 15);
    board.put(srtc, 0);
    CHECK(board.seconds() == 5);
    board.put(lpcr, runs);
    board.host.time += 3 * second;
    CHECK(board.seconds() == 8);
}

TEST_CASE("the LP alarm raises the interrupt at the second that was set", "[soc]") {
    Board board;
    board.host.time = second / 2;
    board.put(lptar, epoch + 3);
    board.put(lpcr, runs | alarm_on | wake_on);
    board.host.advance(board.snvs, 2 * second + second / 2 - 1);
    CHECK_FALSE(board.alarm());
    CHECK(board.get(lpsr) == 0);
    board.host.advance(board.snvs, 1);
    CHECK(board.alarm());
    CHECK(board.get(lpsr) == 1);

    SECTION("the handler of Linux ends it, and it does not come again") {
        board.put(lpcr, runs);
        CHECK_FALSE(board.alarm());
        board.put(lpsr, board.get(lpsr));
        CHECK(board.get(lpsr) == 0);
        board.host.advance(board.snvs, 10 * second);
        CHECK(board.get(lpsr) == 0);
    }
    SECTION("clearing the status is enough") {
        board.put(lpsr, 1);
        CHECK_FALSE(board.alarm());
    }
}

TEST_CASE("an LP alarm of the present second comes now, one of the past does not", "[soc]") {
    Board board;
    board.host.time = 5 * second + second / 3;
    for (std::uint64_t when : {epoch + 4, epoch, std::uint64_t{0}}) {
        board.put(lptar, static_cast<std::uint32_t>(when));
        board.put(lpcr, runs | alarm_on);
        CHECK_FALSE(board.alarm());
        board.put(lpcr, runs);
    }
    board.put(lptar, epoch + 5);
    CHECK_FALSE(board.alarm());
    board.put(lpcr, runs | alarm_on);
    CHECK(board.alarm());
}

TEST_CASE("moving the clock or the alarm moves the interrupt", "[soc]") {
    Board board;
    board.put(lptar, epoch + 10);
    board.put(lpcr, runs | alarm_on);
    SECTION("a later alarm") {
        board.put(lptar, epoch + 20);
        board.host.advance(board.snvs, 20 * second - 1);
        CHECK_FALSE(board.alarm());
        board.host.advance(board.snvs, 1);
        CHECK(board.alarm());
    }
    SECTION("no alarm") {
        board.put(lpcr, runs);
        board.host.advance(board.snvs, 20 * second);
        CHECK(board.get(lpsr) == 0);
    }
    SECTION("a clock that stands still") {
        board.put(lpcr, alarm_on);
        board.host.advance(board.snvs, 20 * second);
        CHECK_FALSE(board.alarm());
        board.put(lpcr, runs | alarm_on);
        board.host.advance(board.snvs, 10 * second);
        CHECK(board.alarm());
    }
}

TEST_CASE("the HP alarm compares all 47 bits of its own clock", "[soc]") {
    Board board;
    board.put(hpcr, 0);
    board.put(hprtc + 4, 100);
    board.put(hpta, 0);
    board.put(hpta + 4, 100 + 32768);
    board.put(hpcr, runs | alarm_on);
    board.host.advance(board.snvs, second - 1);
    CHECK_FALSE(board.alarm());
    board.host.advance(board.snvs, 1);
    CHECK(board.alarm());
    CHECK(board.get(hpsr) == 1);
    board.put(hpsr, 1);
    CHECK_FALSE(board.alarm());
}

TEST_CASE("HP_TS takes over the SRTC's time", "[soc]") {
    Board board;
    board.host.time = 7 * second;
    board.put(hpcr, runs | 1u << 16);
    CHECK(board.get(hpcr) == runs);
    CHECK(board.counter(hprtc) >> 15 == epoch + 7);
}

TEST_CASE("the ON/OFF key: an interrupt, pressed for a while, then released", "[soc]") {
    Board board;
    board.put(lpcr, runs | pmic);
    CHECK_FALSE(board.key());
    board.snvs.set_input(0, true);
    board.snvs.set_input(0, false);
    CHECK(board.key());
    CHECK(board.get(lpsr) == 1u << 18);
    board.put(lpsr, 1u << 18);
    CHECK_FALSE(board.key());
    board.host.advance(board.snvs, Snvs::key_press_time - 1);
    CHECK(board.get(hpsr) == 1u << 6);
    board.host.advance(board.snvs, 1);
    CHECK(board.get(hpsr) == 0);
    CHECK_FALSE(board.key());
}

TEST_CASE("nobody hears of the key without DP_EN", "[soc]") {
    Board board;
    board.snvs.set_input(0, true);
    CHECK_FALSE(board.key());
    board.put(lpcr, runs | pmic);
    CHECK(board.key());
}

TEST_CASE("TOP with DP_EN switches the power off, TOP alone does not", "[soc]") {
    Board board;
    board.put(lpcr, runs | top);
    CHECK_FALSE(board.host.irq[Snvs::power_off_line]);
    CHECK(board.get(lpcr) == runs);
    board.put(lpcr, runs | pmic | top);
    CHECK(board.host.irq[Snvs::power_off_line]);
    board.snvs.reset();
    CHECK_FALSE(board.host.irq[Snvs::power_off_line]);
    CHECK(board.get(lpcr) == (runs | pmic));
}

TEST_CASE("a reset leaves what the battery keeps", "[soc]") {
    Board board;
    board.put(lptar, epoch + 10);
    board.put(lpcr, runs | alarm_on);
    board.put(lpgpr, 0x1234);
    board.put(hpcr, runs);
    board.host.time = 4 * second;
    board.host.deadlines.clear();
    board.snvs.reset();
    CHECK(board.seconds() == epoch + 4);
    CHECK(board.get(lpgpr) == 0x1234);
    CHECK(board.get(lpgpr - 0x28) == 0x1234);
    CHECK(board.get(hpcr) == 0);
    CHECK(board.counter(hprtc) == 0);
    board.host.advance(board.snvs, 6 * second);
    CHECK(board.alarm());
}

TEST_CASE("a saved state goes on with its alarm and its key", "[soc]") {
    Board board;
    board.put(lptar, epoch + 10);
    board.put(lpcr, runs | alarm_on | pmic);
    board.host.time = 9 * second + second / 2;
    board.snvs.set_input(0, true);
    const auto state = board.snvs.save();

    Board other;
    other.host.time = board.host.time;
    REQUIRE_FALSE(other.snvs.load(state));
    CHECK(other.key());
    CHECK(other.get(hpsr) == 1u << 6);
    CHECK_FALSE(other.alarm());
    other.host.advance(other.snvs, second / 2);
    CHECK(other.alarm());
    CHECK(other.get(hpsr) == 0);
}

TEST_CASE("the epoch has 32 bits", "[soc]") {
    FakeHost host;
    Snvs snvs(host);
    CHECK(snvs.set_property("epoch", 1ull << 32));
    CHECK(snvs.set_property("century", 1));
    CHECK_FALSE(snvs.set_property("epoch", 0xffffffff));
}
