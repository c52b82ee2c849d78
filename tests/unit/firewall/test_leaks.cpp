// SPDX-License-Identifier: GPL-2.0-or-later
/** What the firewalls tell a leak oracle: which cells are protected, when that changes, and who stays behind
 * fences. */
#include "../catch.hpp"
#include "firewall_board.hpp"
#include "observer/bus_monitor.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint64_t heap = dram + 0x10000;
constexpr std::uint32_t of_usdhc1 = 1u << 15, of_vpu = 1u << 4, of_cpus = 1u << 0, of_observer = 1u << 9;

struct LeakBoard : FirewallBoard {
    explicit LeakBoard(bool follows = true) {
        REQUIRE_FALSE(monitor.set_property("leak-oracle", follows ? 1 : 0));
        REQUIRE(monitor.set_property("leak-oracle", 2));
        firewall.connect("monitor", monitor);
        enable();
        region(0, 0, 0, 0xf);
        if (follows) {
            monitor.leaks()->add_memory(dram, Firewall::dram_size, 0x40000000);
            monitor.leaks()->add_memory(ocram, 0x20000, 0x20000);
        }
    }
    bool is_protected(std::uint64_t address) { return monitor.leaks()->is_protected(address); }

    FakeHost monitor_host;
    BusMonitor monitor{monitor_host};
};

}  // namespace

TEST_CASE("protected is what no address gives to non-secure CPUs", "[firewall]") {
    LeakBoard board;
    CHECK_FALSE(board.is_protected(heap));
    board.region(1, 0x10000, 15, 0xc);
    CHECK_FALSE(board.is_protected(heap));  // the image above is open
    board.region(2, 0x40010000, 15, 0xc);
    board.region(3, 0x80010000, 15, 0xc);
    board.region(4, 0xc0010000, 15, 0xc);
    CHECK(board.is_protected(heap));
    CHECK(board.is_protected(heap + 0xffff));
    CHECK(board.is_protected(heap + 0x40000000));
    CHECK_FALSE(board.is_protected(heap - 1));
    CHECK_FALSE(board.is_protected(heap + 0x10000));
    board.region(3, 0x80010000, 15, 0xf);
    CHECK_FALSE(board.is_protected(heap));

    // The same by the RDC, which tells domains apart.
    for (unsigned image = 0; image < 4; ++image) {
        board.slot(image, image * 0x40000000 + 0x100000, image * 0x40000000 + 0x101000, 0xff & ~0x02);
    }
    CHECK(board.is_protected(dram + 0x100000));
    write32(board.rdc, rdc_mda(0), 1);
    CHECK_FALSE(board.is_protected(dram + 0x100000));
}

TEST_CASE("on-chip memory is protected if neither privilege reads it", "[firewall]") {
    LeakBoard board;
    CHECK_FALSE(board.is_protected(ocram));
    board.csl(118, 0x33);
    write32(board.gpr, gpr11, 1);
    CHECK(board.is_protected(ocram));
    board.csl(118, 0xbb);
    CHECK_FALSE(board.is_protected(ocram));
}

TEST_CASE("a region that opens is an event at once", "[firewall]") {
    LeakBoard board;
    for (unsigned image = 0; image < 4; ++image) {
        board.region(image + 1, image * 0x40000000 + 0x10000, 15, 0xc);
    }
    Transaction write;
    write.address = heap + 64;
    write.size = 8;
    write.direction = Direction::write;
    board.monitor.follow(write);
    CHECK(board.monitor.leaks()->log().events() == 0);
    board.region(2, 0x40010000, 15, 0xf);
    CHECK(board.monitor.leaks()->log().events() == 1);
    const auto told = board.monitor.counters();
    CHECK(std::ranges::any_of(told, [](const Counter& counter) {
        return counter.name == "leaks.list.0.kind" && std::get<std::string>(counter.value) == "opened";
    }));
    board.monitor.clear_log(false);
    CHECK(board.monitor.leaks()->log().events() == 1);
    board.monitor.clear_log(true);
    CHECK(board.monitor.leaks()->log().events() == 0);
    CHECK(LeakBoard(false).monitor.counters().empty());
}

TEST_CASE("masters that are not followed stay behind their fences where memory is protected", "[firewall]") {
    for (const bool follows : {true, false}) {
        LeakBoard board(follows);
        board.region(1, 0x10000, 15, 0xc);
        const auto open = [&board](std::uint32_t masters) {
            const auto runs = board.firewall.access_runs(World::secure, 0, heap, 0x10000, masters);
            return runs.size() == 1 && runs[0].read && runs[0].write;
        };
        CHECK(open(of_usdhc1) == !follows);
        CHECK(open(of_usdhc1 | of_vpu) == !follows);
        CHECK(open(of_vpu));
        CHECK(open(of_cpus));
        CHECK(open(of_observer));
        CHECK(open(0));
        CHECK(board.firewall.access_runs(World::secure, 0, dram, 0x10000, of_usdhc1).front().read);
    }
}

TEST_CASE("memory that software withholds is protected, and what CPUs do there is seen", "[firewall]") {
    LeakBoard board;
    REQUIRE_FALSE(board.monitor.set_property("withheld-base", heap + 0x1000));
    REQUIRE_FALSE(board.monitor.set_property("withheld-bytes", 0x2000));
    for (unsigned image = 1; image < 4; ++image) {
        board.region(image, image * 0x40000000 + 0x10000, 15, 0xc);
    }
    CHECK_FALSE(board.is_protected(heap + 0xfff));
    CHECK(board.is_protected(heap + 0x1000));
    CHECK(board.is_protected(heap + 0x2fff));
    CHECK_FALSE(board.is_protected(heap + 0x3000));

    const auto runs = board.firewall.access_runs(World::non_secure, 0, heap, 0x4000, of_cpus);
    REQUIRE(runs.size() == 3);
    CHECK((runs[0].read && !runs[1].read && !runs[1].write && runs[2].write));
    CHECK(runs[1].first == heap + 0x1000);
    CHECK(runs[1].length == 0x2000);
    CHECK(board.firewall.access_runs(World::secure, 0, heap, 0x4000, of_cpus).size() == 1);
    CHECK(board.firewall.access_runs(World::non_secure, 0, heap, 0x4000, of_observer).size() == 1);
    CHECK(board.firewall.access_runs(World::non_secure, 1, heap, 0x4000, of_usdhc1).size() == 3);

    Transaction access;
    access.master = Master::a53;
    access.world = World::non_secure;
    access.direction = Direction::read;
    access.address = heap + 0x1ff8;
    access.size = 8;
    board.monitor.follow(access);
    REQUIRE(board.monitor.leaks()->log().events() == 1);
    CHECK(board.monitor.leaks()->log().newest().kind == LeakKind::delivered);
    access.address = heap + 0x3000;
    board.monitor.follow(access);
    CHECK(board.monitor.leaks()->log().events() == 1);
    CHECK_FALSE(LeakBoard(false).monitor.withheld(heap));
}

TEST_CASE("a state with a leak oracle is loaded by a monitor that has one", "[firewall]") {
    LeakBoard with, without(false);
    const auto state = with.monitor.save();
    CHECK_FALSE(with.monitor.load(state));
    REQUIRE(without.monitor.load(state));
    CHECK(*without.monitor.load(state) == "the state is of a machine with a leak oracle");
    CHECK(*with.monitor.load(without.monitor.save()) == "the state is of a machine without a leak oracle");
}
