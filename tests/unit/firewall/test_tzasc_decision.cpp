// SPDX-License-Identifier: GPL-2.0-or-later
/** The path from a transaction to a verdict, its traces, saved state and the notice of a changed policy. */
#include "../catch.hpp"
#include "tzasc_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Secure-only region 1 of 128 MiB at CPU address 0xc0000000, everything else open, as with OP-TEE. */
void protect_heap(TzascBoard& board) {
    write32(board.tzc, tzc_attributes(0), 0xf0000000);
    board.region(1, 0x80000000, 0x1a, 0xc);
    board.enable();
}

constexpr std::uint64_t heap = 0xc0000000;
constexpr std::uint64_t heap_size = 128u << 20;

std::vector<std::uint32_t> all_registers(TzascBoard& board) {
    std::vector<std::uint32_t> values;
    for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
        values.push_back(read32(board.tzc, offset));
    }
    for (std::uint32_t offset = 0; offset < 0xc0; offset += 4) {
        values.push_back(read32(board.gpr, offset));
    }
    return values;
}

}  // namespace

TEST_CASE("without TZASC_EN or without its blocks nothing is denied", "[firewall]") {
    TzascBoard board;
    CHECK(board.rights(heap) == "rwrw");
    board.enable();
    CHECK(board.rights(heap) == "rw--");
    write32(board.gpr, gpr10, 0);
    CHECK(board.rights(heap) == "rwrw");

    FakeHost host;
    Firewall alone(host);
    CHECK(alone.access(TzascBoard::at(heap, Direction::write, World::non_secure)).granted);
    CHECK(alone.connect("gpr", board.gpr));
    write32(board.gpr, gpr10, 1);
    CHECK(alone.access(TzascBoard::at(heap, Direction::write, World::non_secure)).granted);
    CHECK_FALSE(alone.connect("tzasc", board.gpr));
    CHECK_FALSE(alone.connect("gpr", board.tzc));
    CHECK_FALSE(alone.connect("csu", board.tzc));
}

TEST_CASE("only the DRAM window is judged", "[firewall]") {
    TzascBoard board;
    board.enable();
    write32(board.tzc, tzc_attributes(0), 0);
    CHECK(board.rights(0) == "rwrw");
    CHECK(board.rights(0x3ffffffc) == "rwrw");
    CHECK(board.rights(0x40000000) == "----");
    CHECK(board.rights(0x13ffffffc) == "----");
    CHECK(board.rights(0x140000000) == "rwrw");
    CHECK(board.rights(0xfffffffffffffffc) == "rwrw");
    // Straddling the window's ends, and the end of the address space.
    CHECK_FALSE(board.granted(0x3ffffffe, Direction::read, World::secure));
    CHECK_FALSE(board.granted(0x13ffffffe, Direction::read, World::secure));
    CHECK(board.granted(0xfffffffffffffffe, Direction::read, World::secure, 0xffffffff));
    CHECK(board.granted(0x40000000, Direction::read, World::secure, 0));
}

TEST_CASE("a transaction is granted only if each of its bytes is", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    CHECK(board.granted(heap - 8, Direction::write, World::non_secure, 8));
    for (std::uint32_t inside = 1; inside < 8; ++inside) {
        const Verdict verdict =
            board.firewall.decide(board.at(heap - 8 + inside, Direction::write, World::non_secure, 8));
        CHECK_FALSE(verdict.granted);
        CHECK(verdict.denier == Denier::tzc);
        CHECK(verdict.index == 1);
        CHECK(verdict.address == heap);
    }
    CHECK_FALSE(board.granted(heap + heap_size - 1, Direction::read, World::non_secure, 8));
    CHECK(board.granted(heap + heap_size, Direction::read, World::non_secure, 8));
    CHECK(board.granted(heap - 8, Direction::write, World::secure, 4096));
    CHECK_FALSE(board.granted(0x40000000, Direction::read, World::non_secure, 0x80000001));
    CHECK(board.granted(0x40000000, Direction::read, World::non_secure, 0x80000000));
}

TEST_CASE("an alias above the installed memory is judged by its own address", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    // With 1 GiB fitted these reach the cells of the heap's first word, if it lay at 0x40000000.
    board.region(2, 0, 0x1a, 0xc);
    CHECK(board.rights(0x040000000) == "rw--");
    CHECK(board.rights(0x080000000) == "rwrw");
    CHECK(board.rights(0x100000000) == "rwrw");
    CHECK(board.rights(0x13ffffffc) == "rwrw");
    // Closed by a secure-only background, as OP-TEE's CFG_TZASC_REGION0_SECURE wants it.
    write32(board.tzc, tzc_attributes(0), 0xc0000000);
    CHECK(board.rights(0x080000000) == "rw--");
    CHECK(board.rights(0x13ffffffc) == "rw--");
}

TEST_CASE("each action answers, latches and interrupts as the manual says", "[firewall]") {
    struct {
        std::uint32_t action;
        Response response;
        bool interrupt;
    } const rows[] = {{0, Response::okay, false},
                      {1, Response::decerr, false},
                      {2, Response::okay, true},
                      {3, Response::decerr, true}};
    for (const auto& row : rows) {
        INFO("action " << row.action);
        TzascBoard board;
        protect_heap(board);
        write32(board.tzc, tzc_action, row.action);

        Transaction first = board.at(heap + 0x1234, Direction::write, World::non_secure, 2);
        first.master = Master::usdhc2;
        first.privileged = false;
        Verdict verdict = board.firewall.access(first);
        CHECK_FALSE(verdict.granted);
        CHECK(verdict.response == row.response);
        CHECK(read32(board.tzc, tzc_int_status) == 1);
        CHECK(board.tzc_host.irq[0] == row.interrupt);

        Transaction second = board.at(heap + 0x200000, Direction::read, World::non_secure, 8);
        second.master = Master::gpu;
        verdict = board.firewall.access(second);
        CHECK(verdict.response == row.response);
        CHECK(read32(board.tzc, tzc_int_status) == 3);
        CHECK(read32(board.tzc, tzc_fail_address_low) == 0x80001234);
        CHECK(read32(board.tzc, tzc_fail_address_high) == 0);
        CHECK(read32(board.tzc, tzc_fail_control) == (1u << 24 | 1u << 21));
        CHECK(read32(board.tzc, tzc_fail_id) == 16);
        CHECK(board.tzc_host.irq_edges[0] == (row.interrupt ? 1 : 0));

        write32(board.tzc, tzc_int_clear, 0);
        CHECK(read32(board.tzc, tzc_int_status) == 0);
        CHECK(board.tzc_host.irq[0] == false);
        CHECK(read32(board.tzc, tzc_fail_address_low) == 0x80001234);

        board.firewall.access(second);
        CHECK(read32(board.tzc, tzc_int_status) == 1);
        CHECK(read32(board.tzc, tzc_fail_address_low) == 0x80200000);
        CHECK(read32(board.tzc, tzc_fail_control) == (1u << 21 | 1u << 20));
        CHECK(read32(board.tzc, tzc_fail_id) == 18);
        CHECK(board.tzc_host.irq[0] == row.interrupt);
        CHECK(board.tzc_host.irq_edges[0] == (row.interrupt ? 2 : 0));
    }
}

TEST_CASE("a secure violation is recorded as secure", "[firewall]") {
    TzascBoard board;
    board.enable();
    write32(board.tzc, tzc_attributes(0), 0x30000000);
    write32(board.tzc, tzc_inversion, 1);
    CHECK_FALSE(board.firewall.access(board.at(dram, Direction::read, World::secure)).granted);
    CHECK(read32(board.tzc, tzc_fail_control) == 1u << 20);
    CHECK(read32(board.tzc, tzc_int_status) == 1);
}

TEST_CASE("the interrupt follows action while a violation stands", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    board.firewall.access(board.at(heap, Direction::read, World::non_secure));
    CHECK(board.tzc_host.irq[0] == false);
    write32(board.tzc, tzc_action, 3);
    CHECK(board.tzc_host.irq[0] == true);
    write32(board.tzc, tzc_action, 1);
    CHECK(board.tzc_host.irq[0] == false);
}

TEST_CASE("an observer's, a granted and a merely judged access leave no trace", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    write32(board.tzc, tzc_action, 3);
    const auto before = all_registers(board);
    Transaction look = board.at(heap, Direction::read, World::non_secure);
    look.debug = true;
    const Verdict verdict = board.firewall.access(look);
    CHECK_FALSE(verdict.granted);
    CHECK(verdict.response == Response::decerr);
    CHECK(board.firewall.access(board.at(heap, Direction::read, World::secure)).granted);
    board.firewall.decide(board.at(heap, Direction::read, World::non_secure));
    CHECK(all_registers(board) == before);
    CHECK(board.tzc_host.irq[0] == false);
}

TEST_CASE("an access that runs into a denied page is recorded where that page starts", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    CHECK_FALSE(board.firewall.access(board.at(heap - 3, Direction::read, World::non_secure, 8)).granted);
    CHECK(read32(board.tzc, tzc_fail_address_low) == 0x80000000);
}

TEST_CASE("runs are maximal, and cut to the range asked for", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    const auto non_secure = [&](std::uint64_t first, std::uint64_t length) {
        return board.firewall.runs(World::non_secure, 0, Direction::read, first, length);
    };
    CHECK(non_secure(0x40000000, 0) == std::vector<Run>{});
    CHECK(non_secure(0x40000000, 0x100000000) ==
          std::vector<Run>{{0x40000000, 0x80000000, true},
                           {heap, heap_size, false},
                           {heap + heap_size, 0x13fffffff - (heap + heap_size) + 1, true}});
    CHECK(non_secure(heap + 5, 7) == std::vector<Run>{{heap + 5, 7, false}});
    CHECK(non_secure(heap - 5, 7) == std::vector<Run>{{heap - 5, 5, true}, {heap, 2, false}});
    CHECK(non_secure(0, 0xffffffffffffffff) ==
          std::vector<Run>{{0, heap, true},
                           {heap, heap_size, false},
                           {heap + heap_size, 0xffffffffffffffff - heap - heap_size, true}});
    CHECK(non_secure(0xfffffffffffffff0, 0x20) == std::vector<Run>{{0xfffffffffffffff0, 0x10, true}});
    CHECK(board.firewall.runs(World::secure, 0, Direction::write, 0, 0xffffffffffffffff) ==
          std::vector<Run>{{0, 0xffffffffffffffff, true}});
    // Read-only and write-only neighbours are one run each for both directions, but may join for one.
    board.region(2, 0x80000000, 0x0e, 0xa);
    board.region(3, 0x80008000, 0x0e, 0xd);
    CHECK(board.firewall.access_runs(World::non_secure, 0, heap, 0x18000) ==
          std::vector<AccessRun>{{heap, 0x8000, true, false},
                                 {heap + 0x8000, 0x8000, false, true},
                                 {heap + 0x10000, 0x8000, false, false}});
    CHECK(non_secure(heap, 0x18000) ==
          std::vector<Run>{{heap, 0x8000, true}, {heap + 0x8000, 0x10000, false}});
}

TEST_CASE("policy_changed is called when the policy changes, and only then", "[firewall]") {
    TzascBoard board;
    const unsigned start = board.host.policy_changes;
    const auto changes = [&] { return board.host.policy_changes - start; };
    board.region(1, 0x80000000, 0x1a, 0xc);
    write32(board.tzc, tzc_attributes(0), 0xf0000000);
    CHECK(changes() == 0);  // not in the path yet
    board.enable();
    CHECK(changes() == 1);
    board.enable();
    write32(board.gpr, gpr1, 1u << 23);
    write32(board.gpr, gpr11, 0x421);
    CHECK(changes() == 1);
    board.region(1, 0x80000000, 0x1a, 0xc);
    write32(board.tzc, tzc_low(1), 0x80008000);  // below the size: not an effective bit
    write32(board.tzc, tzc_low(2), 0x12340000);  // region 2 is disabled
    write32(board.tzc, tzc_action, 3);
    write32(board.tzc, tzc_speculation, 3);
    write32(board.tzc, tzc_lockdown_range, 0x80000000);
    write32(board.tzc, tzc_attributes(15), 0xf000001d);  // locked
    board.firewall.access(board.at(heap, Direction::read, World::non_secure));
    CHECK(changes() == 1);
    write32(board.tzc, tzc_inversion, 1);  // codes 0xf and 0xc mean the same with it
    CHECK(changes() == 1);
    write32(board.tzc, tzc_attributes(0), 0x30000000);
    CHECK(changes() == 2);
    write32(board.tzc, tzc_inversion, 0);
    CHECK(changes() == 3);
    board.region(2, 0, 0x0e, 0x1);
    CHECK(changes() == 4);
    board.reset();
    CHECK(changes() == 5);
    board.reset();
    CHECK(changes() == 5);
}

TEST_CASE("saved state of TZASC and GPR round-trips", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    write32(board.gpr, gpr10, 0x00030003);
    write32(board.tzc, tzc_action, 3);
    board.region(9, 0x12340000, 0x11, 0x9, 0x5a);
    write32(board.tzc, tzc_lockdown_range, 0x80000007);
    write32(board.tzc, tzc_lockdown_select, 5);
    write32(board.gpr, gpr1, 1u << 23);
    write32(board.gpr, gpr1, 0);
    board.firewall.access(board.at(heap + 4, Direction::write, World::non_secure));
    board.firewall.access(board.at(heap + 8, Direction::write, World::non_secure));

    TzascBoard twin;
    const unsigned before = twin.host.policy_changes;
    REQUIRE_FALSE(twin.gpr.load(board.gpr.save()).has_value());
    REQUIRE_FALSE(twin.tzc.load(board.tzc.save()).has_value());
    REQUIRE_FALSE(twin.firewall.load(board.firewall.save()).has_value());
    CHECK(all_registers(twin) == all_registers(board));
    CHECK(twin.tzc.save() == board.tzc.save());
    CHECK(twin.gpr.save() == board.gpr.save());
    CHECK(twin.host.policy_changes > before);
    CHECK(twin.tzc_host.irq[0] == true);
    for (World world : {World::secure, World::non_secure}) {
        CHECK(twin.firewall.access_runs(world, 0, 0, 0x200000000) ==
              board.firewall.access_runs(world, 0, 0, 0x200000000));
    }
    // secure_boot_lock had been seen, its input is low again: the catch is part of the state.
    write32(twin.tzc, tzc_lockdown_select, 0);
    CHECK(read32(twin.tzc, tzc_lockdown_select) == 5);
    write32(twin.tzc, tzc_int_clear, 1);
    CHECK(twin.tzc_host.irq[0] == false);
    SECTION("in the other order as well") {
        TzascBoard other;
        REQUIRE_FALSE(other.tzc.load(board.tzc.save()).has_value());
        REQUIRE_FALSE(other.gpr.load(board.gpr.save()).has_value());
        CHECK(other.rights(heap) == "rw--");
        CHECK(all_registers(other) == all_registers(board));
    }
}

TEST_CASE("streams cut short, too long, of another format or garbled are refused or harmless", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    board.firewall.access(board.at(heap + 4, Direction::write, World::non_secure));
    Device* const devices[] = {&board.tzc, &board.gpr, &board.firewall};
    for (Device* device : devices) {
        const std::vector<std::byte> good = device->save();
        for (std::size_t length = 0; length < good.size(); ++length) {
            CHECK(device->load(std::span(good).first(length)).has_value());
        }
        std::vector<std::byte> bad = good;
        bad.push_back(std::byte{0});
        CHECK(device->load(bad).has_value());
        bad = good;
        bad[0] ^= std::byte{0x80};
        CHECK(device->load(bad).has_value());
        CHECK_FALSE(device->load(good).has_value());
    }
    CHECK(board.rights(heap) == "rw--");

    // What a flipped bit lets through must still be a state that the registers can show.
    const std::vector<std::byte> good = board.tzc.save();
    unsigned refused = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::vector<std::byte> bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        TzascBoard victim;
        victim.enable();
        if (victim.tzc.load(bad).has_value()) {
            ++refused;
        } else {
            CHECK(victim.tzc.save() == bad);
            CHECK((read32(victim.tzc, tzc_attributes(1)) & ~0xf000ff7f) == 0);
        }
        victim.reset();
        victim.enable();
        CHECK(victim.rights(heap) == "rw--");
    }
    CHECK(refused > 8 * good.size() / 4);
    CHECK(refused < 8 * good.size());
}

TEST_CASE("rights of a refused state end with the next reset, and views hear of it", "[firewall]") {
    TzascBoard board;
    board.enable();
    TzascBoard open;
    write32(open.tzc, tzc_attributes(0), 0xf0000000);
    std::vector<std::byte> state = open.tzc.save();
    state.push_back(std::byte{0});
    REQUIRE(board.tzc.load(state).has_value());
    board.reset();
    board.enable();
    CHECK(board.rights(heap) == "rw--");
    // The refused state may be the very one that reset brings: the change from before still has to be told.
    state = TzascBoard().tzc.save();
    state.push_back(std::byte{0});
    protect_heap(board);
    REQUIRE(board.tzc.load(state).has_value());
    const unsigned changes = board.host.policy_changes;
    board.tzc.reset();
    CHECK(board.host.policy_changes == changes + 1);
}

TEST_CASE("the policy changes with a reset of either block, in any order", "[firewall]") {
    TzascBoard board;
    protect_heap(board);
    unsigned changes = board.host.policy_changes;
    board.gpr.reset();
    CHECK(board.rights(heap) == "rwrw");
    CHECK(board.host.policy_changes == changes + 1);
    protect_heap(board);
    changes = board.host.policy_changes;
    board.tzc.reset();
    CHECK(board.rights(dram) == "rw--");
    CHECK(board.host.policy_changes == changes + 1);
    board.gpr.reset();
    CHECK(board.rights(dram) == "rwrw");
    CHECK(board.host.policy_changes == changes + 2);
}
