// SPDX-License-Identifier: GPL-2.0-or-later
/** System counter: rate, comparators and interrupts, as timer-imx-sysctr uses them. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/system_counter.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr unsigned reading = SystemCounter::read_frame;
constexpr unsigned comparing = SystemCounter::compare_frame;
constexpr unsigned controlling = SystemCounter::control_frame;
const Transaction by = secure_access();

std::uint64_t count(SystemCounter& counter) {
    return counter.read(reading, 0x08, 8, by).value;
}

void compare_with(SystemCounter& counter, unsigned comparator, std::uint64_t value) {
    const std::uint32_t base = 0x100 * comparator;
    write32(counter, base + 0x2c, 0, by, comparing);
    write32(counter, base + 0x24, static_cast<std::uint32_t>(value >> 32) & 0xfffff, by, comparing);
    write32(counter, base + 0x20, static_cast<std::uint32_t>(value), by, comparing);
    write32(counter, base + 0x2c, 1, by, comparing);
}

}  // namespace

TEST_CASE("the counter counts a tick each 120 ns of virtual time", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    CHECK(count(counter) == 0);
    for (std::int64_t time :
         {119ll, 120ll, 239ll, 1'000'000'000ll, 86'400'000'000'000ll, 600'000'000'000'000'000ll}) {
        host.time = time;
        CHECK(count(counter) == static_cast<std::uint64_t>(time) / 120);
        CHECK(read32(counter, 0x08, by, reading) == static_cast<std::uint32_t>(time / 120));
        CHECK(read32(counter, 0x0c, by, reading) == static_cast<std::uint32_t>(time / 120 >> 32));
    }
    SECTION("a reset does not set it back") {
        counter.reset();
        CHECK(count(counter) == 5'000'000'000'000'000);
    }
}

TEST_CASE("a comparator raises its interrupt at its very tick", "[soc]") {
    for (unsigned comparator : {0u, 1u}) {
        CAPTURE(comparator);
        FakeHost host;
        SystemCounter counter(host);
        counter.reset();
        host.time = 1'000'059;
        for (std::uint64_t delta : {1000ull, 255ull, 0x1'0000'0000ull}) {
            CAPTURE(delta);
            const std::uint64_t due = count(counter) + delta;
            compare_with(counter, comparator, due);
            CHECK_FALSE(host.irq[comparator]);
            CHECK((read32(counter, 0x100 * comparator + 0x2c, by, comparing) & 4) == 0);
            host.advance(counter, static_cast<std::int64_t>(due * 120) - host.time - 1);
            CHECK_FALSE(host.irq[comparator]);
            host.advance(counter, 1);
            CHECK(host.irq[comparator]);
            CHECK_FALSE(host.irq[1 - comparator]);
            CHECK(read32(counter, 0x100 * comparator + 0x2c, by, comparing) == 5);
            write32(counter, 0x100 * comparator + 0x2c, 0, by, comparing);
            CHECK_FALSE(host.irq[comparator]);
            CHECK(read32(counter, 0x100 * comparator + 0x2c, by, comparing) == 0);
            CHECK(host.deadlines.empty());
            host.advance(counter, 77);
        }
        CHECK(host.irq_edges[comparator] == 3);
    }
}

TEST_CASE("a compare value in the past is due at once, a masked one stays silent", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    host.time = 12'000'000;
    compare_with(counter, 0, 5);
    CHECK(host.irq[0]);
    write32(counter, 0x2c, 3, by, comparing);
    CHECK_FALSE(host.irq[0]);
    CHECK(read32(counter, 0x2c, by, comparing) == 7);
    write32(counter, 0x2c, 1, by, comparing);
    CHECK(host.irq[0]);
    SECTION("a later value makes it low again") {
        write32(counter, 0x20, 0xffffffff, by, comparing);
        CHECK_FALSE(host.irq[0]);
        CHECK(host.deadlines.size() == 1);
    }
}

TEST_CASE("a compare value that is never reached asks for no timer", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    write32(counter, 0x24, 0xffffff, by, comparing);
    write32(counter, 0x20, 0xffffffff, by, comparing);
    write32(counter, 0x2c, 1, by, comparing);
    CHECK(host.deadlines.empty());
    CHECK_FALSE(host.irq[0]);
}

TEST_CASE("the count wraps after 56 bits, and a comparator with it", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    write32(counter, 0x00, 0, by, controlling);
    write32(counter, 0x08, 0xffffff00, by, controlling);
    write32(counter, 0x0c, 0x00ffffff, by, controlling);
    for (unsigned comparator : {0u, 1u}) {
        write32(counter, 0x100 * comparator + 0x24, 0x00ffffff, by, comparing);
        write32(counter, 0x100 * comparator + 0x20, 0xffffff80 + comparator, by, comparing);
        write32(counter, 0x100 * comparator + 0x2c, 1, by, comparing);
    }
    write32(counter, 0x00, 0x101, by, controlling);
    host.advance(counter, 0x80 * 120);
    CHECK(host.irq[0]);
    CHECK_FALSE(host.irq[1]);
    host.advance(counter, 0x80 * 120 - 1);
    CHECK(host.irq[0]);
    CHECK(host.irq[1]);
    host.advance(counter, 1);
    CHECK(count(counter) == 0);
    CHECK_FALSE(host.irq[0]);
    CHECK_FALSE(host.irq[1]);
    host.advance(counter, 120'000'000);  // a timer that is always overdue would never let this end
    CHECK(count(counter) == 1'000'000);
    CHECK(host.deadlines.empty());
}

TEST_CASE("the counter stops, is set, and counts the slow clock", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    host.time = 1'200'000;
    write32(counter, 0x0c, 1, by, controlling);
    CHECK(host.guest_errors.size() == 1);
    CHECK(count(counter) == 10'000);

    write32(counter, 0x00, 0, by, controlling);
    host.time = 2'400'000;
    CHECK(count(counter) == 10'000);
    write32(counter, 0x08, 0x2000, by, controlling);
    write32(counter, 0x0c, 0xff000003, by, controlling);
    CHECK(count(counter) == 0x3'0000'2000);
    CHECK(counter.read(controlling, 0x08, 8, by).value == 0x3'0000'2000);

    write32(counter, 0x00, 0x101, by, controlling);
    CHECK(read32(counter, 0x04, by, controlling) == 0x100);
    host.time += 1'200;
    CHECK(count(counter) == 0x3'0000'200a);
    write32(counter, 0x00, 0x201, by, controlling);
    CHECK(read32(counter, 0x04, by, controlling) == 0x200);
    host.time += 1'000'000'000;
    CHECK(count(counter) == 0x3'0000'200a + 32768);

    SECTION("comparators follow the clock in use") {
        compare_with(counter, 1, 0x3'0000'200a + 32768 + 16384);
        host.advance(counter, 499'999'999);
        CHECK_FALSE(host.irq[1]);
        host.advance(counter, 1);
        CHECK(host.irq[1]);
    }
    SECTION("a pending comparator stops with the counter and goes on with it") {
        compare_with(counter, 0, 0x3'0000'200a + 32768 + 32768);
        write32(counter, 0x00, 0x200, by, controlling);
        CHECK(host.deadlines.empty());
        host.advance(counter, 5'000'000'000);
        CHECK_FALSE(host.irq[0]);
        write32(counter, 0x00, 0x201, by, controlling);
        host.advance(counter, 1'000'000'000);
        CHECK(host.irq[0]);
    }
}

TEST_CASE("a pending comparator survives saving and loading", "[soc]") {
    FakeHost host;
    SystemCounter counter(host);
    counter.reset();
    host.time = 5'000'000;
    compare_with(counter, 0, 100'000);
    compare_with(counter, 1, 10);

    FakeHost twin_host;
    twin_host.time = 5'000'000;
    SystemCounter twin(twin_host);
    REQUIRE(twin.load(counter.save()) == std::nullopt);
    CHECK(twin_host.irq[1]);
    CHECK_FALSE(twin_host.irq[0]);
    twin_host.advance(twin, 6'999'999);
    CHECK_FALSE(twin_host.irq[0]);
    twin_host.advance(twin, 1);
    CHECK(twin_host.irq[0]);
}
