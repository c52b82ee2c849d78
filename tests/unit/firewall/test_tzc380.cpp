// SPDX-License-Identifier: GPL-2.0-or-later
/** Registers of the TZC-380, one by one, against tables written by hand from the manual. */
#include <map>

#include "../catch.hpp"
#include "tzasc_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

struct ExpectedRegister {
    std::uint32_t offset;
    const char* name;
    std::uint32_t reset;
    std::uint32_t writable;
};

std::vector<ExpectedRegister> expected_registers() {
    std::vector<ExpectedRegister> table = {
        {0x000, "configuration", 0x00001f0f, 0},
        {0x004, "action", 0x1, 0x3},
        {0x008, "lockdown_range", 0, 0x8000000f},
        {0x00c, "lockdown_select", 0, 0x7},
        {0x010, "int_status", 0, 0},
        {0x014, "int_clear", 0, 0},
        {0x020, "fail_address_low", 0, 0},
        {0x024, "fail_address_high", 0, 0},
        {0x028, "fail_control", 0, 0},
        {0x02c, "fail_id", 0, 0},
        {0x030, "speculation_control", 0, 0x3},
        {0x034, "security_inversion_en", 0, 0x1},
        {0x100, "region_setup_low_0", 0, 0},
        {0x104, "region_setup_high_0", 0, 0},
        {0x108, "region_attributes_0", 0xc0000000, 0xf0000000},
        {0xe00, "itcrg", 0, 0x1},
        {0xe04, "itip", 0, 0},
        {0xe08, "itop", 0, 0x1},
        {0xfd0, "periph_id_4", 0x04, 0},
        {0xfe0, "periph_id_0", 0x80, 0},
        {0xfe4, "periph_id_1", 0xb3, 0},
        {0xfe8, "periph_id_2", 0x1b, 0},
        {0xfec, "periph_id_3", 0x00, 0},
        {0xff0, "component_id_0", 0x0d, 0},
        {0xff4, "component_id_1", 0xf0, 0},
        {0xff8, "component_id_2", 0x05, 0},
        {0xffc, "component_id_3", 0xb1, 0},
    };
    for (std::uint32_t region = 1; region < 16; ++region) {
        table.push_back({0x100 + 0x10 * region, "region_setup_low", 0, 0xffff8000});
        table.push_back({0x104 + 0x10 * region, "region_setup_high", 0, 0xffffffff});
        table.push_back({0x108 + 0x10 * region, "region_attributes", 0x1c, 0xf000ff7f});
    }
    return table;
}

Transaction non_secure() {
    return non_secure_access();
}

}  // namespace

TEST_CASE("every TZC-380 register has its reset value and mask, everything else is a hole", "[firewall]") {
    std::map<std::uint32_t, ExpectedRegister> expected;
    for (const ExpectedRegister& row : expected_registers()) {
        expected[row.offset] = row;
    }
    for (const auto& [offset, row] : expected) {
        INFO(row.name << " at 0x" << std::hex << offset);
        TzascBoard board;
        CHECK(read32(board.tzc, offset) == row.reset);
        CHECK(write32(board.tzc, offset, 0xffffffff) == Response::okay);
        CHECK(read32(board.tzc, offset) == ((row.reset & ~row.writable) | row.writable));
        write32(board.tzc, offset, 0);
        CHECK(read32(board.tzc, offset) == (row.reset & ~row.writable));
        write32(board.tzc, offset, 0xa5a5a5a5);
        CHECK(read32(board.tzc, offset) == ((row.reset & ~row.writable) | (0xa5a5a5a5 & row.writable)));
        board.tzc.reset();
        CHECK(read32(board.tzc, offset) == row.reset);
        CHECK(board.tzc_host.irq[0] == false);
    }
    TzascBoard board;
    for (std::uint32_t offset = 0; offset < 0x10000; offset += 4) {
        if (expected.count(offset) == 0) {
            const std::size_t logged = board.tzc_host.guest_errors.size();
            write32(board.tzc, offset, 0xffffffff);
            if (read32(board.tzc, offset) != 0 || board.tzc_host.guest_errors.size() != logged + 2) {
                FAIL("offset 0x" << std::hex << offset << " is not a hole");
            }
        }
    }
}

TEST_CASE("a TZC-380 says how it was built", "[firewall]") {
    struct {
        Tzc380Parameters parameters;
        std::uint32_t configuration;
    } const rows[] = {{{8, 32}, 0x1f07}, {{16, 32}, 0x1f0f}, {{16, 33}, 0x200f}, {{2, 64}, 0x3f01}};
    for (const auto& row : rows) {
        FakeHost host;
        Tzc380 tzc(host, row.parameters);
        tzc.reset();
        CHECK(read32(tzc, 0) == row.configuration);
        // The first region that is not there is a hole.
        if (row.parameters.regions < 16) {
            write32(tzc, tzc_low(row.parameters.regions), 0xffffffff);
            CHECK(read32(tzc, tzc_low(row.parameters.regions)) == 0);
        }
    }
}

TEST_CASE("each sp code gives the rights of the manual's table", "[firewall]") {
    for (std::uint32_t sp = 0; sp < 16; ++sp) {
        for (bool inversion : {false, true}) {
            INFO("sp " << sp << ", inversion " << inversion);
            TzascBoard board;
            board.enable();
            write32(board.tzc, tzc_inversion, inversion ? 1 : 0);
            // Region 5 has the code, region 0 the opposite one, so that a wrong region would show.
            write32(board.tzc, tzc_attributes(0), ~sp << 28);
            board.region(5, 0x100000, 0x13, sp);
            const SpRow& row = sp_table[sp];
            CHECK(board.rights(dram + 0x100000) == (inversion ? row.inverted : row.normal));
            CHECK(board.rights(dram + 0x1ffffc) == (inversion ? row.inverted : row.normal));
            const SpRow& opposite = sp_table[15 - sp];
            CHECK(board.rights(dram + 0x0ffffc) == (inversion ? opposite.inverted : opposite.normal));
            CHECK(board.rights(dram + 0x200000) == (inversion ? opposite.inverted : opposite.normal));
        }
    }
}

TEST_CASE("each size code covers its bytes and no more", "[firewall]") {
    for (std::uint32_t size = 0x0e; size <= 0x1f; ++size) {
        INFO("size code " << size);
        TzascBoard board;
        board.enable();
        const std::uint64_t bytes = std::uint64_t{2} << size;
        const std::uint64_t base = bytes < 0x80000000 ? 0x80000000 : 0;
        board.region(1, static_cast<std::uint32_t>(base), size, 0xf);
        CHECK(board.rights(dram + base) == "rwrw");
        CHECK(board.rights(dram + base + bytes - 4) == "rwrw");
        if (base != 0) {
            CHECK(board.rights(dram + base - 4) == "rw--");
        }
        if (base + bytes < Firewall::dram_size) {
            CHECK(board.rights(dram + base + bytes) == "rw--");
        }
    }
}

TEST_CASE("size codes beyond 32 bits cover all of DRAM, with eighths of their own size", "[firewall]") {
    TzascBoard board;
    board.enable();
    // 8 GiB: sub-regions of 1 GiB, of which only the lower four can be reached.
    board.region(1, 0, 0x20, 0xf, 0x02);
    CHECK(board.rights(dram) == "rwrw");
    CHECK(board.rights(dram + 0x3ffffffc) == "rwrw");
    CHECK(board.rights(dram + 0x40000000) == "rw--");
    CHECK(board.rights(dram + 0x80000000) == "rwrw");
    CHECK(board.rights(dram + 0xfffffffc) == "rwrw");
    board.region(1, 0xffff8000, 0x3f, 0xf, 0xfe);
    CHECK(board.rights(dram) == "rwrw");
    CHECK(board.rights(dram + 0xfffffffc) == "rwrw");
    board.region(1, 0, 0x3f, 0xf, 0x01);
    CHECK(board.rights(dram) == "rw--");
}

TEST_CASE("reserved size codes leave a region without effect and are logged", "[firewall]") {
    for (std::uint32_t size = 0; size < 0x0e; ++size) {
        TzascBoard board;
        board.enable();
        board.region(1, 0, size, 0xf);
        CHECK(board.rights(dram) == "rw--");
        CHECK(board.tzc_host.guest_errors.size() == 1);
    }
}

TEST_CASE("base bits below the size are ignored, bits above the address width as well", "[firewall]") {
    TzascBoard board;
    board.enable();
    // NXP's own SDP code programs an unaligned base for 512 MiB.
    board.region(1, 0x8e000000, 0x1c, 0xf);
    CHECK(read32(board.tzc, tzc_low(1)) == 0x8e000000);
    CHECK(board.rights(dram + 0x80000000) == "rwrw");
    CHECK(board.rights(dram + 0x9ffffffc) == "rwrw");
    CHECK(board.rights(dram + 0xa0000000) == "rw--");
    write32(board.tzc, tzc_high(1), 0x12345678);
    CHECK(read32(board.tzc, tzc_high(1)) == 0x12345678);
    CHECK(board.rights(dram + 0x80000000) == "rwrw");
}

TEST_CASE("a wider TZC-380 compares the upper base bits", "[firewall]") {
    FakeHost host;
    Tzc380 tzc(host, {.regions = 16, .address_width = 36});
    tzc.reset();
    write32(tzc, tzc_high(1), 0x5);
    write32(tzc, tzc_low(1), 0x40000000);
    write32(tzc, tzc_attributes(1), 0xf0000001 | 0x1d << 1);
    CHECK(tzc.permission(0x5'4000'0000, Direction::read, World::non_secure).region == 1);
    CHECK(tzc.permission(0x5'8000'0000, Direction::read, World::non_secure).region == 0);
    CHECK(tzc.permission(0x0'4000'0000, Direction::read, World::non_secure).region == 0);
    Transaction denied = TzascBoard::at(0x9'1234'5678, Direction::write, World::non_secure);
    tzc.latch(denied);
    CHECK(read32(tzc, tzc_fail_address_low) == 0x12345678);
    CHECK(read32(tzc, tzc_fail_address_high) == 9);
}

TEST_CASE("each sub-region can be switched off and falls to the next lower region", "[firewall]") {
    for (std::uint32_t disabled = 0; disabled < 256; ++disabled) {
        TzascBoard board;
        board.enable();
        board.region(3, 0x200000, 0x0f, 0x3);            // 64 KiB, read and write for both worlds
        board.region(7, 0x200000, 0x0e, 0x2, disabled);  // lower 32 KiB of it, read only
        for (std::uint32_t sub = 0; sub < 8; ++sub) {
            const bool off = (disabled >> sub & 1) != 0;
            const std::uint64_t start = dram + 0x200000 + 0x1000 * sub;
            if (board.rights(start) != (off ? "rwrw" : "r-r-") ||
                board.rights(start + 0xffc) != (off ? "rwrw" : "r-r-")) {
                FAIL("sub-region " << sub << " with subregion_disable " << disabled);
            }
        }
        CHECK(board.rights(dram + 0x208000) == "rwrw");
    }
}

TEST_CASE("the highest-numbered enabled region decides, and region 0 lies under all", "[firewall]") {
    TzascBoard board;
    board.enable();
    for (unsigned number = 1; number < 16; ++number) {
        board.region(number, 0, 0x0e + number, number % 2 == 0 ? 0xf : 0x0);
    }
    Transaction probe = TzascBoard::at(dram, Direction::read, World::non_secure);
    for (unsigned number = 15; number > 0; --number) {
        const Tzc380::Permission permission = board.tzc.permission(0, probe.direction, probe.world);
        CHECK(permission.region == number);
        CHECK(permission.granted == (number % 2 == 0));
        const std::uint32_t attributes = read32(board.tzc, tzc_attributes(number));
        write32(board.tzc, tzc_attributes(number), attributes & ~1u);
    }
    CHECK(board.tzc.permission(0, probe.direction, probe.world).region == 0);
    CHECK(board.rights(dram) == "rw--");
}

TEST_CASE("lockdown_range locks registers of the highest regions and leaves memory alone", "[firewall]") {
    for (std::uint32_t no_regions = 0; no_regions < 16; ++no_regions) {
        INFO("no_regions " << no_regions);
        TzascBoard board;
        board.enable();
        for (unsigned number = 1; number < 16; ++number) {
            board.region(number, number << 20, 0x13, 0xf);
        }
        write32(board.tzc, tzc_lockdown_range, no_regions);
        for (bool enabled : {false, true}) {
            write32(board.tzc, tzc_lockdown_range, (enabled ? 0x80000000 : 0) | no_regions);
            for (unsigned number = 0; number < 16; ++number) {
                // 0 locks region 15 alone, 15 locks all sixteen.
                const bool locked = enabled && number >= 15 - no_regions;
                for (std::uint32_t offset : {tzc_low(number), tzc_high(number), tzc_attributes(number)}) {
                    const std::uint32_t before = read32(board.tzc, offset);
                    write32(board.tzc, offset, ~before);
                    const bool writable_at_all = number != 0 || offset == tzc_attributes(0);
                    CHECK((read32(board.tzc, offset) == before) == (locked || !writable_at_all));
                    write32(board.tzc, offset, before);
                    CHECK(read32(board.tzc, offset) == before);
                }
            }
        }
        for (unsigned number = 1; number < 16; ++number) {
            CHECK(board.rights(dram + (number << 20)) == "rwrw");
        }
        // Nothing keeps software from taking the lock back as long as lockdown_select is clear.
        write32(board.tzc, tzc_lockdown_range, no_regions);
        write32(board.tzc, tzc_attributes(15), 0);
        CHECK(read32(board.tzc, tzc_attributes(15)) == 0);
    }
}

TEST_CASE("more regions to lock than there are locks them all", "[firewall]") {
    for (std::uint32_t no_regions = 0; no_regions < 16; ++no_regions) {
        FakeHost host;
        Tzc380 tzc(host, {.regions = 8, .address_width = 32});
        tzc.reset();
        write32(tzc, tzc_lockdown_range, 0x80000000 | no_regions);
        for (unsigned number = 0; number < 8; ++number) {
            const std::uint32_t before = read32(tzc, tzc_attributes(number));
            write32(tzc, tzc_attributes(number), 0xf0000000);
            const bool locked = no_regions > 7 || number >= 7 - no_regions;
            CHECK((read32(tzc, tzc_attributes(number)) == before) == locked);
        }
    }
}

TEST_CASE("lockdown_select makes its registers read-only", "[firewall]") {
    struct {
        std::uint32_t offset;
        std::uint32_t mask;
        std::uint32_t select;
    } const rows[] = {{tzc_lockdown_range, 0x8000000f, 1}, {tzc_inversion, 1, 2}, {tzc_speculation, 3, 4}};
    for (std::uint32_t select = 0; select < 8; ++select) {
        for (const auto& row : rows) {
            TzascBoard board;
            write32(board.tzc, tzc_lockdown_select, select);
            write32(board.tzc, row.offset, 0xffffffff);
            CHECK(read32(board.tzc, row.offset) == ((select & row.select) != 0 ? 0 : row.mask));
        }
    }
}

TEST_CASE("secure_boot_lock freezes lockdown_select until reset", "[firewall]") {
    TzascBoard board;
    write32(board.tzc, tzc_lockdown_select, 5);
    CHECK(read32(board.tzc, tzc_itip) == 0);
    write32(board.gpr, gpr1, 1u << 23);
    CHECK(read32(board.tzc, tzc_itip) == 1);
    for (std::uint32_t value : {0u, 2u, 7u}) {
        write32(board.tzc, tzc_lockdown_select, value);
        CHECK(read32(board.tzc, tzc_lockdown_select) == 5);
    }
    write32(board.gpr, gpr1, 0);
    CHECK(read32(board.tzc, tzc_itip) == 0);
    write32(board.tzc, tzc_lockdown_select, 0);
    CHECK(read32(board.tzc, tzc_lockdown_select) == 5);
    board.reset();
    write32(board.tzc, tzc_lockdown_select, 2);
    CHECK(read32(board.tzc, tzc_lockdown_select) == 2);
}

TEST_CASE("OP-TEE's lockdown cannot be taken back once secure_boot_lock was seen", "[firewall]") {
    TzascBoard board;
    board.enable();
    board.region(1, 0x80000000, 0x1a, 0xc);
    write32(board.tzc, tzc_lockdown_range, 0x8000000f);
    write32(board.tzc, tzc_lockdown_select, 1);
    write32(board.gpr, gpr1, 1u << 23);
    write32(board.gpr, gpr1, 0);
    write32(board.tzc, tzc_lockdown_select, 0);
    write32(board.tzc, tzc_lockdown_range, 0);
    write32(board.tzc, tzc_attributes(1), 0xf0000035);
    CHECK(board.rights(dram + 0x80000000) == "rw--");
}

TEST_CASE("the non-secure world reads zero, writes nothing and gets SLVERR", "[firewall]") {
    TzascBoard board;
    board.region(1, 0x80000000, 0x1a, 0xc);
    for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
        const ReadResult result = board.tzc.read(0, offset, 4, non_secure());
        CHECK(result.value == 0);
        CHECK(result.response == Response::slverr);
        const std::uint32_t before = read32(board.tzc, offset);
        CHECK(write32(board.tzc, offset, ~before, non_secure()) == Response::slverr);
        CHECK(read32(board.tzc, offset) == before);
    }
    board.tzc.latch(board.at(4, Direction::read, World::non_secure));
    write32(board.tzc, tzc_int_clear, 1, non_secure());
    CHECK(read32(board.tzc, tzc_int_status) == 1);
}

TEST_CASE("byte and doubleword accesses to registers reach the right bits", "[firewall]") {
    TzascBoard board;
    board.enable();
    board.tzc.write(0, tzc_attributes(2) + 3, 0xf0, 1, secure_access());
    CHECK(read32(board.tzc, tzc_attributes(2)) == 0xf000001c);
    board.tzc.write(0, tzc_low(2), 0x00000007'12340000, 8, secure_access());
    CHECK(read32(board.tzc, tzc_low(2)) == 0x12340000);
    CHECK(read32(board.tzc, tzc_high(2)) == 7);
    CHECK(board.tzc.read(0, 0xfe0, 8, secure_access()).value == 0x000000b3'00000080);
    // One byte write enables the region.
    board.tzc.write(0, tzc_attributes(2), 0x1d, 1, secure_access());
    CHECK(board.rights(dram + 0x12340000) == "rwrw");
}

TEST_CASE("integration test mode drives the interrupt by hand", "[firewall]") {
    TzascBoard board;
    write32(board.tzc, tzc_itop, 1);
    CHECK(board.tzc_host.irq[0] == false);
    write32(board.tzc, tzc_itcrg, 1);
    CHECK(board.tzc_host.irq[0] == true);
    write32(board.tzc, tzc_itop, 0);
    CHECK(board.tzc_host.irq[0] == false);
    write32(board.tzc, tzc_action, 2);
    board.tzc.latch(board.at(0, Direction::read, World::non_secure));
    CHECK(board.tzc_host.irq[0] == false);
    write32(board.tzc, tzc_itcrg, 0);
    CHECK(board.tzc_host.irq[0] == true);
    write32(board.tzc, tzc_itcrg, 1);
    CHECK(board.tzc_host.irq[0] == false);
    write32(board.tzc, tzc_itop, 1);
    CHECK(board.tzc_host.irq[0] == true);
    board.reset();
    CHECK(board.tzc_host.irq[0] == false);
}

TEST_CASE("a TZC-380 takes only a GPR as its peer", "[firewall]") {
    TzascBoard board;
    CHECK_FALSE(board.tzc.connect("gpr", board.tzc));
    CHECK_FALSE(board.tzc.connect("rpg", board.gpr));
    CHECK(board.tzc.connect("gpr", board.gpr));
    CHECK(board.tzc.irq_lines() == 1);
    REQUIRE(board.tzc.regions().size() == 1);
    CHECK(board.tzc.regions()[0].size == 0x10000);
}
