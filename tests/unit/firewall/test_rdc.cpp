// SPDX-License-Identifier: GPL-2.0-or-later
/** RDC: registers, locks, domains, memory slots, violation status, saved state. */
#include "../catch.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

Transaction by_domain(Domain domain) {
    Transaction transaction;
    transaction.domain = domain;
    return transaction;
}

}  // namespace

TEST_CASE("RDC registers reset as documented", "[firewall]") {
    FakeHost host;
    Rdc rdc(host);
    rdc.reset();
    CHECK(read32(rdc, rdc_vir) == 0x040801b4);
    CHECK(read32(rdc, rdc_stat) == 0x100);
    CHECK(read32(rdc, rdc_intctrl) == 0);
    CHECK(read32(rdc, rdc_intstat) == 0);
    for (unsigned master = 0; master < 27; ++master) {
        CHECK(read32(rdc, rdc_mda(master)) == 0);
    }
    for (unsigned index = 0; index < 128; ++index) {
        CHECK(read32(rdc, rdc_pdap(index)) == 0xff);
    }
    for (unsigned slot = 0; slot < 64; ++slot) {
        CHECK(read32(rdc, rdc_mrsa(slot)) == 0);
        CHECK(read32(rdc, rdc_mrea(slot)) == 0);
        CHECK(read32(rdc, rdc_mrc(slot)) == 0xff);
        CHECK(read32(rdc, rdc_mrvs(slot)) == 0);
    }
    CHECK(host.guest_errors.empty());
    CHECK(read32(rdc, rdc_mda(27)) == 0);
    CHECK(read32(rdc, 0xc00) == 0);
    CHECK(host.guest_errors.size() == 2);
    REQUIRE(rdc.regions().size() == 1);
    CHECK(rdc.regions()[0].size == 0x10000);
    CHECK(rdc.irq_lines() == 1);
}

TEST_CASE("RDC registers store only the bits they have", "[firewall]") {
    struct {
        std::uint32_t offset;
        std::uint32_t mask;
        unsigned count;
        std::uint32_t stride;
    } const rows[] = {{0x000, 0, 1, 4},
                      {0x024, 0, 1, 4},
                      {0x028, 1, 1, 4},
                      {0x200, 0x3, 27, 4},
                      {0x400, 0x400000ff, 128, 4},
                      {0x800, 0xffffff80, 64, 16},
                      {0x804, 0xffffff80, 64, 16},
                      {0x808, 0x400000ff, 64, 16},
                      {0x80c, 0, 64, 16}};
    FakeHost host;
    Rdc rdc(host);
    for (const auto& row : rows) {
        for (unsigned index = 0; index < row.count; ++index) {
            const std::uint32_t offset = row.offset + row.stride * index;
            rdc.reset();
            const std::uint32_t before = read32(rdc, offset);
            write32(rdc, offset, 0x7fffffff);
            if (read32(rdc, offset) != ((before & ~row.mask) | (0x7fffffff & row.mask))) {
                FAIL("offset 0x" << std::hex << offset << " reads 0x" << read32(rdc, offset));
            }
            write32(rdc, offset, 0);
            CHECK(read32(rdc, offset) == (before & ~row.mask));
        }
    }
}

TEST_CASE("STAT names the reader's domain", "[firewall]") {
    FakeHost host;
    Rdc rdc(host);
    rdc.reset();
    for (Domain domain = 0; domain < 4; ++domain) {
        CHECK(read32(rdc, rdc_stat, by_domain(domain)) == (0x100u | domain));
        CHECK(rdc.read(0, rdc_stat, 1, by_domain(domain)).value == domain);
    }
    CHECK(read32(rdc, rdc_stat, by_domain(7)) == 0x103);
}

TEST_CASE("the interrupt is about restoration only", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0, 0x1000, 0);
    board.firewall.access(board.from(0, World::secure, dram, Direction::read));
    CHECK(board.rdc_host.irq[0] == false);
    board.rdc.restored();
    CHECK(read32(board.rdc, rdc_intstat) == 1);
    CHECK(board.rdc_host.irq[0] == false);
    write32(board.rdc, rdc_intctrl, 1);
    CHECK(board.rdc_host.irq[0] == true);
    write32(board.rdc, rdc_intstat, 0);
    CHECK(board.rdc_host.irq[0] == true);
    write32(board.rdc, rdc_intstat, 1);
    CHECK(board.rdc_host.irq[0] == false);
    board.rdc.restored();
    CHECK(board.rdc_host.irq[0] == true);
    write32(board.rdc, rdc_intctrl, 0);
    CHECK(board.rdc_host.irq[0] == false);
    board.rdc.reset();
    CHECK(read32(board.rdc, rdc_intstat) == 0);
}

TEST_CASE("MDA gives each master its domain until it is locked", "[firewall]") {
    FirewallBoard board;
    for (unsigned number = 0; number < 27; ++number) {
        const auto master = static_cast<Master>(number);
        for (std::uint32_t domain : {3u, 1u, 2u, 0u}) {
            write32(board.rdc, rdc_mda(number), domain);
            CHECK(board.firewall.domain_of(master) == domain);
            CHECK(board.firewall.identity(master).domain == domain);
        }
        write32(board.rdc, rdc_mda(number), 0x80000000 | (number & 3));
        for (std::uint32_t attempt : {0u, 0x7fffffffu, 0xffffffffu}) {
            write32(board.rdc, rdc_mda(number), attempt);
            CHECK(read32(board.rdc, rdc_mda(number)) == (0x80000000 | (number & 3)));
        }
        CHECK(board.firewall.domain_of(master) == (number & 3));
    }
    CHECK(board.firewall.domain_of(static_cast<Master>(200)) == 0);
    board.reset();
    write32(board.rdc, rdc_mda(4), 2);
    CHECK(board.firewall.domain_of(Master::vpu_decoder) == 2);
}

TEST_CASE("a locked PDAP is frozen byte by byte", "[firewall]") {
    FakeHost host;
    Rdc rdc(host);
    for (unsigned index = 0; index < 128; ++index) {
        rdc.reset();
        write32(rdc, rdc_pdap(index), 0x80000000 | index);
        for (unsigned byte = 0; byte < 4; ++byte) {
            rdc.write(0, rdc_pdap(index) + byte, 0xff, 1, secure_access());
            rdc.write(0, rdc_pdap(index) + byte, 0, 1, secure_access());
        }
        rdc.write(0, rdc_pdap(index) & ~7u, ~std::uint64_t{0}, 8, secure_access());
        CHECK(read32(rdc, rdc_pdap(index)) == (0x80000000 | index));
        CHECK(rdc.peripheral_rights(index) == index);
        CHECK_FALSE(rdc.semaphore_required(index));
    }
}

TEST_CASE("a locked memory slot keeps everything but ENA, which can only be set", "[firewall]") {
    for (unsigned slot = 0; slot < 64; ++slot) {
        for (bool enabled : {false, true}) {
            FakeHost host;
            Rdc rdc(host);
            rdc.reset();
            write32(rdc, rdc_mrsa(slot), 0x100000);
            write32(rdc, rdc_mrea(slot), 0x200000);
            const std::uint32_t control = 0x80000021 | (enabled ? 0x40000000 : 0);
            write32(rdc, rdc_mrc(slot), control);
            for (std::uint32_t attempt : {0u, 0x3fffffffu, 0xbfffffffu}) {
                write32(rdc, rdc_mrsa(slot), attempt);
                write32(rdc, rdc_mrea(slot), attempt);
                write32(rdc, rdc_mrc(slot), attempt);
                CHECK(read32(rdc, rdc_mrsa(slot)) == 0x100000);
                CHECK(read32(rdc, rdc_mrea(slot)) == 0x200000);
                CHECK(read32(rdc, rdc_mrc(slot)) == control);
            }
            CHECK(rdc.effective_slots()[slot].enabled == enabled);
            write32(rdc, rdc_mrc(slot), 0x40000000);
            CHECK(read32(rdc, rdc_mrc(slot)) == 0xc0000021);
            CHECK(rdc.effective_slots()[slot].enabled);
            CHECK(rdc.effective_slots()[slot].rights == 0x21);
            write32(rdc, rdc_mrc(slot), 0);
            CHECK(rdc.effective_slots()[slot].enabled);
        }
    }
}

TEST_CASE("each right of a slot belongs to one domain and direction", "[firewall]") {
    for (unsigned bit = 0; bit < 8; ++bit) {
        FirewallBoard board;
        board.slot(3, 0x100000, 0x200000, 1u << bit);
        std::string expected = "--------";
        // D0W, D0R, D1W, ... in the register; read comes first in the text.
        expected[bit ^ 1] = bit % 2 == 0 ? 'w' : 'r';
        CHECK(board.domain_rights(dram + 0x100000) == expected);
        CHECK(board.domain_rights(dram + 0x1ffffc) == expected);
        CHECK(board.domain_rights(dram + 0x0ffffc) == "rwrwrwrw");
        CHECK(board.domain_rights(dram + 0x200000) == "rwrwrwrw");
        CHECK(board.domain_rights(dram + 0x100000, World::non_secure) == expected);
    }
    CHECK_FALSE(Rdc::allows(0xff, 4, Direction::read));
    CHECK_FALSE(Rdc::allows(0xff, 255, Direction::write));
}

TEST_CASE("a slot is open while it is disabled or empty", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0x100000, 0x200000, 0);
    CHECK(board.domain_rights(dram + 0x100000) == "--------");
    write32(board.rdc, rdc_mrc(0), 0);
    CHECK(board.domain_rights(dram + 0x100000) == "rwrwrwrw");
    board.slot(0, 0x100000, 0x100000, 0);
    CHECK(board.domain_rights(dram + 0x100000) == "rwrwrwrw");
    board.slot(0, 0x200000, 0x100000, 0);
    CHECK(board.domain_rights(dram + 0x100000) == "rwrwrwrw");
    CHECK(board.domain_rights(dram + 0x200000) == "rwrwrwrw");
}

TEST_CASE("edges are rounded outwards to the granularity of the slot's memory", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0x100f80, 0x102080, 0);
    CHECK(board.domain_rights(dram + 0x0ffffc) == "rwrwrwrw");
    CHECK(board.domain_rights(dram + 0x100000) == "--------");
    CHECK(board.domain_rights(dram + 0x102ffc) == "--------");
    CHECK(board.domain_rights(dram + 0x103000) == "rwrwrwrw");
    CHECK_FALSE(board.rdc_host.guest_errors.empty());
    // On-chip RAM has 128 bytes, and no complaint.
    board.rdc_host.guest_errors.clear();
    board.slot(24, 0x900080, 0x900180, 0);
    board.slot(29, 0x180000, 0x180080, 0);
    CHECK(board.rdc_host.guest_errors.empty());
    CHECK(board.domain_rights(ocram + 0x7c) == "rwrwrwrw");
    CHECK(board.domain_rights(ocram + 0x80) == "--------");
    CHECK(board.domain_rights(ocram + 0x17c) == "--------");
    CHECK(board.domain_rights(ocram + 0x180) == "rwrwrwrw");
    CHECK(board.domain_rights(ocram_s + 0x7c) == "--------");
    CHECK(board.domain_rights(ocram_s + 0x80) == "rwrwrwrw");
    // Rounding lets a slot reach the end of the 4 GiB window.
    board.slot(7, 0xfffff000, 0xffffff80, 0);
    CHECK(board.domain_rights(dram + 0xfffffffc) == "--------");
    CHECK(board.domain_rights(dram + 0xffffeffc) == "rwrwrwrw");
}

TEST_CASE("slots reach only their own memory", "[firewall]") {
    struct {
        unsigned first, end;
        std::uint64_t address;
        std::uint64_t origin;
    } const groups[] = {{0, 8, 0x40000000, 0x40000000}, {8, 12, 0x20000000, 0},  {8, 12, 0x33c00000, 0},
                        {12, 20, 0x08000000, 0},        {20, 24, 0x18000000, 0}, {20, 24, 0x33800000, 0},
                        {24, 29, 0x900000, 0},          {29, 34, 0x180000, 0},   {34, 39, 0x7e0000, 0},
                        {34, 39, 0x800000, 0},          {39, 43, 0x38800000, 0}, {43, 47, 0x38100000, 0},
                        {43, 47, 0x38200000, 0},        {47, 51, 0x38000000, 0}, {51, 55, 0x38300000, 0},
                        {55, 59, 0x28000000, 0},        {59, 64, 0x3d400000, 0}};
    for (const auto& group : groups) {
        for (unsigned slot = 0; slot < 64; ++slot) {
            FirewallBoard board;
            board.open_peripherals();
            const auto first = static_cast<std::uint32_t>(group.address - group.origin);
            board.slot(slot, first, first + 0x1000, 0x30);
            const bool its_own = slot >= group.first && slot < group.end;
            if (board.domain_rights(group.address) != (its_own ? "----rw--" : "rwrwrwrw") ||
                board.domain_rights(group.address + 0x1000) != "rwrwrwrw") {
                FAIL("slot " << slot << " at 0x" << std::hex << group.address);
            }
        }
    }
}

TEST_CASE("where slots overlap all of them must allow, and that is logged once", "[firewall]") {
    FirewallBoard board;
    board.slot(1, 0x100000, 0x300000, 0xf3);
    board.slot(5, 0x200000, 0x400000, 0x3f);
    REQUIRE(board.rdc_host.guest_errors.size() == 1);
    CHECK(board.domain_rights(dram + 0x100000) == "rw--rwrw");
    CHECK(board.domain_rights(dram + 0x200000) == "rw--rw--");
    CHECK(board.domain_rights(dram + 0x300000) == "rwrwrw--");
    board.slot(2, 0x100000, 0x400000, 0xff);
    CHECK(board.rdc_host.guest_errors.size() == 1);
    // Both deny domain 1 nothing here, but slot 1 alone denies it, and slot 5 alone domain 3.
    CHECK(board.firewall.decide(board.from(1, World::secure, dram + 0x200000, Direction::read)).index == 1);
    CHECK(board.firewall.decide(board.from(3, World::secure, dram + 0x200000, Direction::read)).index == 5);
    // Abutting slots, and slots of different memories, do not overlap.
    FirewallBoard other;
    other.slot(0, 0, 0x100000, 0xff);
    other.slot(1, 0x100000, 0x200000, 0xff);
    other.slot(24, 0x900000, 0x910000, 0xff);
    other.slot(29, 0x900000, 0x910000, 0xff);
    CHECK(other.rdc_host.guest_errors.empty());
}

TEST_CASE("MRVS keeps the first violation until AD is cleared by writing 1", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0x100000, 0x200000, 0x03);
    board.slot(1, 0x200000, 0x300000, 0x02);
    CHECK_FALSE(
        board.firewall.access(board.from(2, World::non_secure, dram + 0x123456, Direction::read)).granted);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x123440u | 0x10 | 2));
    CHECK_FALSE(
        board.firewall.access(board.from(3, World::secure, dram + 0x180000, Direction::write)).granted);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x123440u | 0x10 | 2));
    CHECK(read32(board.rdc, rdc_mrvs(1)) == 0);
    // Another slot has a latch of its own; a read is denied nothing there.
    CHECK(board.firewall.access(board.from(0, World::secure, dram + 0x200000, Direction::read)).granted);
    CHECK_FALSE(
        board.firewall.access(board.from(0, World::secure, dram + 0x200020, Direction::write)).granted);
    CHECK(read32(board.rdc, rdc_mrvs(1)) == (0x200020u | 0x10));
    // Neither reading nor writing other bits clears it.
    for (std::uint32_t value : {0u, 0xffffffefu}) {
        write32(board.rdc, rdc_mrvs(0), value);
        CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x123440u | 0x10 | 2));
    }
    write32(board.rdc, rdc_mrvs(0), 0x10);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x123440u | 2));
    board.firewall.access(board.from(3, World::secure, dram + 0x1ffffc, Direction::write));
    CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x1fffe0u | 0x10 | 3));
    // A locked slot can still be cleared.
    write32(board.rdc, rdc_mrc(0), 0xc0000003);
    write32(board.rdc, rdc_mrvs(0), 0x10);
    CHECK((read32(board.rdc, rdc_mrvs(0)) & 0x10) == 0);
    board.reset();
    CHECK(read32(board.rdc, rdc_mrvs(0)) == 0);
}

TEST_CASE("MRVS of an on-chip RAM holds the CPU address, and of DRAM the offset", "[firewall]") {
    FirewallBoard board;
    board.slot(24, 0x910000, 0x920000, 0);
    board.slot(7, 0xc0000000, 0xffffff80, 0);
    board.firewall.access(board.from(1, World::secure, 0x910044, Direction::read));
    CHECK(read32(board.rdc, rdc_mrvs(24)) == (0x910040u | 0x10 | 1));
    board.firewall.access(board.from(1, World::secure, 0x13fffffe0, Direction::read));
    CHECK(read32(board.rdc, rdc_mrvs(7)) == (0xffffffe0u | 0x10 | 1));
}

TEST_CASE("an observer's access leaves no trace in the RDC", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0, 0x1000, 0);
    Transaction look = board.from(0, World::secure, dram, Direction::read);
    look.debug = true;
    CHECK_FALSE(board.firewall.access(look).granted);
    board.firewall.decide(board.from(0, World::secure, dram, Direction::read));
    CHECK(read32(board.rdc, rdc_mrvs(0)) == 0);
}

TEST_CASE("saved state of the RDC round-trips, and bad states are refused", "[firewall]") {
    FirewallBoard board;
    board.slot(0, 0x100000, 0x200000, 0x80000021);
    board.slot(25, 0x900080, 0x900100, 0x0f);
    write32(board.rdc, rdc_mda(17), 0x80000003);
    write32(board.rdc, rdc_pdap(102), 0x40000003);
    write32(board.rdc, rdc_intctrl, 1);
    board.rdc.restored();
    board.firewall.access(board.from(3, World::secure, dram + 0x100040, Direction::read));
    const std::vector<std::byte> good = board.rdc.save();

    FirewallBoard twin;
    const unsigned changes = twin.host.policy_changes;
    REQUIRE_FALSE(twin.rdc.load(good).has_value());
    CHECK(twin.rdc.save() == good);
    CHECK(twin.host.policy_changes == changes + 1);
    CHECK(twin.rdc_host.irq[0] == true);
    CHECK(read32(twin.rdc, rdc_mrvs(0)) == (0x100040u | 0x10 | 3));
    CHECK(twin.domain_rights(dram + 0x100000) == board.domain_rights(dram + 0x100000));
    CHECK(twin.domain_rights(ocram + 0x80) == "rwrw----");
    CHECK(twin.firewall.domain_of(Master::dcss) == 3);
    write32(twin.rdc, rdc_mda(17), 0);
    CHECK(twin.firewall.domain_of(Master::dcss) == 3);

    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK(twin.rdc.load(std::span(good).first(length)).has_value());
    }
    std::vector<std::byte> bad = good;
    bad.push_back(std::byte{0});
    CHECK(twin.rdc.load(bad).has_value());
    FirewallBoard victim;
    unsigned refused = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        if (victim.rdc.load(bad).has_value()) {
            ++refused;
        } else if (victim.rdc.save() != bad) {
            FAIL("bit " << bit << " is taken but not kept");
        }
        victim.rdc.reset();
        REQUIRE(victim.domain_rights(dram + 0x100000) == "rwrwrwrw");
    }
    CHECK(refused > 8 * good.size() / 4);
    CHECK(refused < 8 * good.size());
}
