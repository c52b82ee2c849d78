// SPDX-License-Identifier: GPL-2.0-or-later
/** RDC semaphores: locking, freeing, resetting gates, and what PDAP.SREQ makes of them. */
#include "../catch.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

Transaction by(Master master, Domain domain) {
    Transaction transaction;
    transaction.master = master;
    transaction.domain = domain;
    return transaction;
}

const Transaction cpu = by(Master::a53, 0);
const Transaction m4 = by(Master::m4, 1);
const Transaction sdma = by(Master::sdma2, 2);

unsigned gate(RdcSemaphore& semaphore, unsigned number) {
    return static_cast<unsigned>(semaphore.read(0, number, 1, cpu).value);
}

void set(RdcSemaphore& semaphore, unsigned number, unsigned value, const Transaction& master) {
    semaphore.write(0, number, value, 1, master);
}

}  // namespace

TEST_CASE("a free gate goes to the first master that writes its own number plus 1", "[firewall]") {
    FakeHost host;
    RdcSemaphore semaphore(host);
    semaphore.reset();
    for (unsigned number = 0; number < 64; ++number) {
        CHECK(gate(semaphore, number) == 0);
        for (unsigned wrong : {0u, 1u, 3u, 7u, 15u}) {
            set(semaphore, number, wrong, cpu);
            CHECK(gate(semaphore, number) == 0);
        }
        set(semaphore, number, 7, m4);
        CHECK(gate(semaphore, number) == 0x17);
        CHECK(semaphore.held_by(number, 1));
        CHECK_FALSE(semaphore.held_by(number, 0));
        // The loser reads who has it.
        set(semaphore, number, 2, cpu);
        set(semaphore, number, 0, cpu);
        CHECK(gate(semaphore, number) == 0x17);
        // Same master in another domain is not the holder.
        set(semaphore, number, 0, by(Master::m4, 2));
        CHECK(gate(semaphore, number) == 0x17);
        set(semaphore, number, 7, m4);
        CHECK(gate(semaphore, number) == 0x17);
        set(semaphore, number, 0, m4);
        CHECK(gate(semaphore, number) == 0);
        set(semaphore, number, 2, cpu);
        CHECK(gate(semaphore, number) == 0x02);
        set(semaphore, number, 0, cpu);
        set(semaphore, number, 4, sdma);
        CHECK(gate(semaphore, number) == 0x24);
        set(semaphore, number, 0, sdma);
        set(semaphore, number, 1, by(Master::gpu, 3));
        CHECK(gate(semaphore, number) == 0x31);
        set(semaphore, number, 0, by(Master::gpu, 3));
        CHECK(gate(semaphore, number) == 0);
    }
    CHECK(host.guest_errors.empty());
}

TEST_CASE("a word reaches four gates, each by itself", "[firewall]") {
    FakeHost host;
    RdcSemaphore semaphore(host);
    semaphore.reset();
    set(semaphore, 5, 7, m4);
    write32(semaphore, 4, 0x02020302, cpu);
    CHECK(read32(semaphore, 4) == 0x02021702);
    write32(semaphore, 4, 0, cpu);
    CHECK(read32(semaphore, 4) == 0x00001700);
}

TEST_CASE("RSTGT frees gates by two writes of one master", "[firewall]") {
    FakeHost host;
    RdcSemaphore semaphore(host);
    semaphore.reset();
    const auto lock_some = [&] {
        set(semaphore, 3, 7, m4);
        set(semaphore, 63, 7, m4);
    };
    const auto write_reset = [&](unsigned value, const Transaction& master) {
        semaphore.write(0, rstgt, value, 2, master);
    };
    lock_some();
    write_reset(0x00e2, cpu);
    CHECK(semaphore.read(0, rstgt, 2, cpu).value == 0x0011);
    write_reset(0x031d, cpu);
    CHECK(semaphore.read(0, rstgt, 2, cpu).value == 0x0301);
    CHECK(gate(semaphore, 3) == 0);
    CHECK(gate(semaphore, 63) == 0x17);
    SECTION("64 and above means all gates") {
        lock_some();
        write_reset(0x00e2, sdma);
        write_reset(0x401d, sdma);
        CHECK(semaphore.read(0, rstgt, 2, cpu).value == 0x4003);
        CHECK(gate(semaphore, 3) == 0);
        CHECK(gate(semaphore, 63) == 0);
    }
    SECTION("anything else in between ends the sequence") {
        lock_some();
        const auto still_locked = [&] {
            CHECK(gate(semaphore, 3) == 0x17);
            CHECK((semaphore.read(0, rstgt, 2, cpu).value & 0x30) == 0);
        };
        write_reset(0x031d, cpu);
        still_locked();
        write_reset(0x00e2, cpu);
        write_reset(0x031d, sdma);
        still_locked();
        write_reset(0x00e2, cpu);
        write_reset(0x03e2, cpu);
        write_reset(0x031d, cpu);
        still_locked();
        write_reset(0x00e2, cpu);
        semaphore.write(0, rstgt, 0x1d, 1, cpu);
        still_locked();
        semaphore.write(0, rstgt, 0xe2, 1, cpu);
        write_reset(0x031d, cpu);
        still_locked();
    }
    SECTION("the upper half of the word is not there") {
        write32(semaphore, rstgt, 0xffff00e2, cpu);
        CHECK(read32(semaphore, rstgt) == 0x0311);
        CHECK(read32(semaphore, 0x44) == 0);
    }
}

TEST_CASE("a peripheral with SREQ is for the domain that holds its gate", "[firewall]") {
    FirewallBoard board;
    board.open_peripherals();
    struct {
        std::uint64_t address;
        unsigned index;
        RdcSemaphore& semaphore;
    } const rows[] = {{0x30200000, 0, board.semaphore1},
                      {0x307f0000, 63, board.semaphore1},
                      {0x30a00000, 64, board.semaphore2},
                      {uart1, 102, board.semaphore2}};
    for (const auto& row : rows) {
        INFO("peripheral " << row.index);
        const unsigned number = row.index % 64;
        write32(board.rdc, rdc_pdap(row.index), 0x4000003f);
        CHECK(board.domain_rights(row.address) == "--------");
        const Verdict verdict =
            board.firewall.decide(board.from(1, World::secure, row.address, Direction::read));
        CHECK(verdict.denier == Denier::rdc_semaphore);
        CHECK(verdict.index == row.index);
        CHECK(board.firewall.decide(board.from(3, World::secure, row.address, Direction::read)).denier ==
              Denier::rdc_peripheral);
        unsigned changes = board.host.policy_changes;
        set(row.semaphore, number, 7, m4);
        CHECK(board.host.policy_changes == changes + 1);
        CHECK(board.domain_rights(row.address) == "--rw----");
        set(row.semaphore, number, 0, m4);
        CHECK(board.host.policy_changes == changes + 2);
        CHECK(board.domain_rights(row.address) == "--------");
        set(row.semaphore, number, 1, by(Master::dcss, 3));  // holds the gate, has no right
        CHECK(board.domain_rights(row.address) == "--------");
        set(row.semaphore, number, 0, by(Master::dcss, 3));
        write32(board.rdc, rdc_pdap(row.index), 0x0000003f);
        CHECK(board.domain_rights(row.address) == "rwrwrw--");
        // Without SREQ the gate changes nothing.
        changes = board.host.policy_changes;
        set(row.semaphore, number, 7, m4);
        CHECK(board.host.policy_changes == changes);
        CHECK(board.domain_rights(row.address) == "rwrwrw--");
        set(row.semaphore, number, 0, m4);
    }
}

TEST_CASE("saved state of the semaphores round-trips, and bad states are refused", "[firewall]") {
    FakeHost host;
    RdcSemaphore semaphore(host);
    semaphore.reset();
    set(semaphore, 3, 7, m4);
    set(semaphore, 40, 2, cpu);
    semaphore.write(0, rstgt, 0x00e2, 2, cpu);
    const std::vector<std::byte> good = semaphore.save();
    RdcSemaphore twin(host);
    REQUIRE_FALSE(twin.load(good).has_value());
    CHECK(twin.save() == good);
    CHECK(twin.held_by(3, 1));
    twin.write(0, rstgt, 0x031d, 2, cpu);
    CHECK_FALSE(twin.held_by(3, 1));
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK(twin.load(std::span(good).first(length)).has_value());
    }
    unsigned refused = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::vector<std::byte> bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        refused += twin.load(bad).has_value() ? 1 : 0;
    }
    CHECK(refused > 8 * good.size() / 4);
    CHECK(refused < 8 * good.size());
    twin.reset();
    for (unsigned number = 0; number < 64; ++number) {
        CHECK(gate(twin, number) == 0);
    }
}
