// SPDX-License-Identifier: GPL-2.0-or-later
/** All blocks together: who denies first, what the answer is, on-chip RAM, peripherals, notice of changes. */
#include <set>

#include "../catch.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

Verdict decide(const FirewallBoard& board, Domain domain, World world, std::uint64_t address,
               Direction direction, std::uint32_t size = 4, bool privileged = true) {
    return board.firewall.decide(board.from(domain, world, address, direction, size, privileged));
}

/** Rights at an address as level() in test_csu.cpp has them, for domain 0. */
std::string world_rights(const FirewallBoard& board, std::uint64_t address) {
    std::string text;
    for (World world : {World::secure, World::non_secure}) {
        for (bool privileged : {true, false}) {
            text += decide(board, 0, world, address, Direction::read, 4, privileged).granted ? 'r' : '-';
            text += decide(board, 0, world, address, Direction::write, 4, privileged).granted ? 'w' : '-';
        }
    }
    return text;
}

}  // namespace

TEST_CASE("the map of guarded ranges names each index of the fact sheet where it lies", "[firewall]") {
    struct {
        std::uint64_t address;
        unsigned index;
    } const rows[] = {
        {0x30200000, 0},   {0x30240000, 4},   {0x30260000, 6},   {0x30270000, 7},   {0x30280000, 8},
        {0x302a0000, 10},  {0x302c0000, 12},  {0x302d0000, 13},  {0x302f0000, 15},  {0x30310000, 17},
        {0x30320000, 18},  {0x30330000, 19},  {0x30340000, 20},  {0x30350000, 21},  {0x30360000, 22},
        {0x30370000, 23},  {0x30380000, 24},  {0x30390000, 25},  {0x303a0000, 26},  {0x303b0000, 27},
        {0x303c0000, 28},  {0x303d0000, 29},  {0x303e0000, 30},  {0x32e00000, 32},  {0x32e2d000, 34},
        {0x32e2f000, 34},  {0x30660000, 38},  {0x30690000, 41},  {0x306a0000, 42},  {0x306c0000, 44},
        {0x306e0000, 46},  {0x30700000, 48},  {0x32f80000, 56},  {0x307c0000, 60},  {0x307f0000, 63},
        {0x30a00000, 64},  {0x30a20000, 66},  {0x30a50000, 69},  {0x30a60000, 70},  {0x30a90000, 73},
        {0x30aa0000, 74},  {0x30ac0000, 76},  {0x30010000, 78},  {0x30030000, 80},  {0x30050000, 82},
        {0x30b40000, 84},  {0x30b50000, 85},  {0x30b60000, 86},  {0x30b80000, 88},  {0x30bb0000, 91},
        {0x30bd0000, 93},  {0x30be0000, 94},  {0x30810000, 97},  {0x30820000, 98},  {0x30840000, 100},
        {0x30860000, 102}, {0x30880000, 104}, {0x30890000, 105}, {0x308a0000, 106}, {0x308b0000, 107},
        {0x308c0000, 108}, {0x308f0000, 111}, {0x30900000, 114}, {0x30903000, 114}, {0x3d400000, 115},
        {0x3d800000, 115}, {0x38800000, 116}, {0x38880000, 116}, {0x38100000, 117}, {0x382f0040, 117},
        {0x00900000, 118}, {0x00180000, 119}, {0x38300000, 120}, {0x38320000, 120}, {0x28000000, 121},
        {0x33000000, 123}, {0x007e0000, 124}, {0x00800000, 124}, {0x08000000, 125}, {0x38000000, 126},
        {0x33800000, 127}, {0x33c00000, 127}, {0x18000000, 127}, {0x20000000, 127}, {0x00100000, 114},
        {0x00107fff, 114},
    };
    std::set<unsigned> named;
    for (const auto& row : rows) {
        const Slave* slave = place_of(row.address).slave;
        INFO("address 0x" << std::hex << row.address);
        REQUIRE(slave != nullptr);
        CHECK(slave->guard != Guard::tzasc);
        CHECK(slave->index == row.index);
        CHECK(peripheral_name(row.index) != "?");
        named.insert(row.index);
    }
    for (std::uint64_t hole : {0x0ull, 0x301f0000ull, 0x30250000ull, 0x305f0000ull, 0x32df0000ull,
                               0x3fffffffull, 0x140000000ull, ~0ull}) {
        CHECK(place_of(hole).slave == nullptr);
    }
    CHECK(peripheral_name(36) == "?");
    CHECK(peripheral_name(128) == "?");
    CHECK(place_of(0x40000000).slave->guard == Guard::tzasc);
    CHECK(place_of(0x13fffffff).slave->guard == Guard::tzasc);
}

TEST_CASE("place_of cuts the whole address space without gap or overlap", "[firewall]") {
    std::uint64_t at = 0;
    std::size_t guarded = 0;
    for (;;) {
        const Place place = place_of(at);
        REQUIRE(place.last >= at);
        CHECK(place_of(place.last).slave == place.slave);
        if (place.slave != nullptr) {
            CHECK(place.slave == &slaves()[guarded]);
            CHECK(place.slave->first == at);
            CHECK(place.last - at + 1 == place.slave->length);
            ++guarded;
        }
        if (place.last == ~std::uint64_t{0}) {
            break;
        }
        at = place.last + 1;
    }
    CHECK(guarded == slaves().size());
}

TEST_CASE("the RDC denies before the TZASC, which then sees nothing", "[firewall]") {
    FirewallBoard board;
    board.enable();
    board.slot(2, 0x100000, 0x200000, 0x0c);  // domain 1 only
    const std::uint64_t address = dram + 0x100000;
    const auto denier = [&](Domain domain, World world) {
        const Verdict verdict = board.firewall.access(board.from(domain, world, address, Direction::read));
        return verdict.denier;
    };
    CHECK(denier(0, World::non_secure) == Denier::rdc_region);
    CHECK(read32(board.tzc, tzc_int_status) == 0);
    CHECK(read32(board.rdc, rdc_mrvs(2)) == (0x100000u | 0x10));
    CHECK(denier(1, World::non_secure) == Denier::tzc);
    CHECK(read32(board.tzc, tzc_int_status) == 1);
    CHECK(read32(board.tzc, tzc_fail_address_low) == 0x100000);
    CHECK(denier(1, World::secure) == Denier::none);
    write32(board.gpr, gpr10, 0);
    CHECK(denier(1, World::non_secure) == Denier::none);
    CHECK(denier(0, World::secure) == Denier::rdc_region);
}

TEST_CASE("a denied access is recorded at its first denied byte, by the block that denied that one",
          "[firewall]") {
    FirewallBoard board;
    board.enable();
    write32(board.tzc, tzc_attributes(0), 0xf0000000);
    board.region(1, 0x100000, 0x13, 0xc);  // 1 MiB, secure only
    board.slot(0, 0x200000, 0x300000, 0);
    Verdict verdict =
        board.firewall.access(board.from(0, World::non_secure, dram + 0xffff0, Direction::write, 64));
    CHECK(verdict.denier == Denier::tzc);
    CHECK(verdict.index == 1);
    CHECK(verdict.address == dram + 0x100000);
    CHECK(read32(board.tzc, tzc_fail_address_low) == 0x100000);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == 0);
    verdict = board.firewall.access(board.from(0, World::secure, dram + 0x1ffff0, Direction::write, 64));
    CHECK(verdict.denier == Denier::rdc_region);
    CHECK(verdict.address == dram + 0x200000);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == (0x200000u | 0x10));
}

TEST_CASE("SEC_ERR_RESP_EN turns OKAY into SLVERR, except for the TZASC", "[firewall]") {
    for (std::uint32_t respond : {0u, 4u}) {
        for (std::uint32_t action = 0; action < 4; ++action) {
            FirewallBoard board;
            write32(board.gpr, gpr10, 1 | respond);
            write32(board.gpr, gpr11, 0x001);
            write32(board.tzc, tzc_action, action);
            board.slot(0, 0x100000, 0x200000, 0);
            write32(board.rdc, rdc_pdap(102), 0x3f);
            write32(board.rdc, rdc_pdap(104), 0x400000ff);
            const Response gasket = respond != 0 ? Response::slverr : Response::okay;
            struct {
                Domain domain;
                World world;
                std::uint64_t address;
                Denier denier;
                unsigned index;
                Response response;
            } const rows[] = {
                {0, World::secure, dram + 0x100000, Denier::rdc_region, 0, gasket},
                {0, World::non_secure, dram, Denier::tzc, 0,
                 (action & 1) != 0 ? Response::decerr : Response::okay},
                {0, World::non_secure, ocram, Denier::ocram, 118, gasket},
                {0, World::non_secure, uart1, Denier::csl, 102, gasket},
                {3, World::secure, uart1, Denier::rdc_peripheral, 102, gasket},
                {0, World::secure, 0x30880000, Denier::rdc_semaphore, 104, gasket},
            };
            for (const auto& row : rows) {
                const Verdict verdict = decide(board, row.domain, row.world, row.address, Direction::write);
                CHECK_FALSE(verdict.granted);
                CHECK(verdict.denier == row.denier);
                CHECK(verdict.index == row.index);
                CHECK(verdict.response == row.response);
                CHECK(verdict.address == row.address);
            }
        }
    }
}

TEST_CASE("a violation by CSU, PDAP or semaphore leaves no trace in any latch", "[firewall]") {
    FirewallBoard board;
    board.enable();
    write32(board.gpr, gpr11, 0x401);
    write32(board.rdc, rdc_pdap(102), 0);
    write32(board.rdc, rdc_pdap(104), 0x400000ff);
    const auto rdc = board.rdc.save();
    const auto tzc = board.tzc.save();
    const auto csu = board.csu.save();
    for (std::uint64_t address : {ocram, ocram_s, uart1, std::uint64_t{0x30880000}}) {
        CHECK_FALSE(
            board.firewall.access(board.from(1, World::non_secure, address, Direction::read)).granted);
        if (address >= uart1) {
            CHECK_FALSE(
                board.firewall.access(board.from(1, World::secure, address, Direction::read)).granted);
        }
    }
    CHECK(board.rdc.save() == rdc);
    CHECK(board.tzc.save() == tzc);
    CHECK(board.csu.save() == csu);
    CHECK(board.csu_host.irq[0] == false);
    CHECK(board.rdc_host.irq[0] == false);
}

TEST_CASE("GPR11 guards OCRAM from an address up by CSL 118", "[firewall]") {
    FirewallBoard board;
    CHECK(world_rights(board, ocram) == "rwrwrwrw");  // not enabled: open, whatever the CSL says
    for (unsigned page = 0; page < 32; ++page) {
        write32(board.gpr, gpr11, page << 1 | 1);
        board.csl(118, 0x33);
        const std::uint64_t edge = ocram + 0x1000 * page;
        CHECK(world_rights(board, edge) == "rwrw----");
        CHECK(world_rights(board, ocram + 0x1fffc) == "rwrw----");
        CHECK(world_rights(board, edge - 4) == "rwrwrwrw");
        CHECK(world_rights(board, ocram + 0x20000) == "rwrwrwrw");
        board.csl(118, 0x3b);
        CHECK(world_rights(board, edge) == "rwrwr---");
        board.csl(118, 0x00);
        CHECK(world_rights(board, edge) == "--------");
        const Verdict verdict = decide(board, 0, World::secure, edge - 2, Direction::read);
        CHECK(verdict.denier == Denier::ocram);
        CHECK(verdict.index == 118);
        CHECK(verdict.address == edge);
        CHECK(world_rights(board, ocram_s) == "rwrwrwrw");
    }
}

TEST_CASE("GPR11 guards OCRAM_S from an address up by CSL 119", "[firewall]") {
    FirewallBoard board;
    for (unsigned page = 0; page < 8; ++page) {
        write32(board.gpr, gpr11, page << 11 | 1 << 10);
        const std::uint64_t edge = ocram_s + 0x1000 * page;
        CHECK(world_rights(board, edge) == "rwrw----");
        CHECK(world_rights(board, ocram_s + 0x7ffc) == "rwrw----");
        CHECK(world_rights(board, edge - 4) == "rwrwrwrw");
        CHECK(world_rights(board, ocram_s + 0x8000) == "rwrwrwrw");
        CHECK(world_rights(board, ocram) == "rwrwrwrw");
    }
    // As U-Boot sets it: from BL31 up, and all of OCRAM_S; then locked.
    write32(board.gpr, gpr11, 0x421);
    write32(board.gpr, gpr11, 0x3c3f0421);
    write32(board.gpr, gpr11, 0);
    CHECK(world_rights(board, 0x90fffc) == "rwrwrwrw");
    CHECK(world_rights(board, 0x910000) == "rwrw----");
    CHECK(world_rights(board, ocram_s) == "rwrw----");
}

TEST_CASE("OCRAM meets the RDC's slots before the CSU", "[firewall]") {
    FirewallBoard board;
    write32(board.gpr, gpr11, 0x001);
    board.slot(25, 0x900000, 0x910000, 0xf3);
    CHECK(decide(board, 1, World::non_secure, ocram, Direction::read).denier == Denier::rdc_region);
    CHECK(decide(board, 1, World::non_secure, ocram, Direction::read).index == 25);
    CHECK(decide(board, 0, World::non_secure, ocram, Direction::read).denier == Denier::ocram);
    CHECK(decide(board, 0, World::secure, ocram, Direction::read).granted);
    CHECK(decide(board, 1, World::secure, ocram + 0x10000, Direction::read).granted);
    // PDAP 118 is not in the path.
    write32(board.rdc, rdc_pdap(118), 0);
    CHECK(decide(board, 0, World::secure, ocram, Direction::read).granted);
}

TEST_CASE("a peripheral meets CSL, then PDAP, then its memory slots", "[firewall]") {
    FirewallBoard board;
    board.csl(120, 0x22);
    write32(board.rdc, rdc_pdap(120), 0x0f);
    board.slot(51, 0x38300000, 0x38301000, 0x03);
    const auto denier = [&](Domain domain, World world, std::uint64_t address, bool privileged = true) {
        return decide(board, domain, world, address, Direction::write, 4, privileged).denier;
    };
    CHECK(denier(0, World::non_secure, vpu) == Denier::csl);
    CHECK(denier(3, World::non_secure, vpu) == Denier::csl);
    CHECK(denier(0, World::secure, vpu, false) == Denier::csl);
    CHECK(denier(2, World::secure, vpu) == Denier::rdc_peripheral);
    CHECK(denier(1, World::secure, vpu) == Denier::rdc_region);
    CHECK(denier(1, World::secure, vpu + 0x1000) == Denier::none);
    CHECK(denier(0, World::secure, vpu) == Denier::none);
    CHECK(board.firewall.access(board.from(1, World::secure, vpu + 0x24, Direction::read)).index == 51);
    CHECK(read32(board.rdc, rdc_mrvs(51)) == (0x38300020u | 0x10 | 1));
}

TEST_CASE("peripheral_rights agrees with decide on every index, level and domain", "[firewall]") {
    FirewallBoard board;
    for (const Slave& slave : slaves()) {
        if (slave.guard != Guard::peripheral) {
            continue;
        }
        for (std::uint32_t level : {0xffu, 0xbbu, 0x3fu, 0x3bu, 0x33u, 0x22u, 0x03u, 0x00u}) {
            board.csl(slave.index, level);
            write32(board.rdc, rdc_pdap(slave.index), level * 0x5b & 0xff);
            for (World world : {World::secure, World::non_secure}) {
                for (Domain domain = 0; domain < 4; ++domain) {
                    for (bool privileged : {false, true}) {
                        const AccessRights rights =
                            board.firewall.peripheral_rights(slave.index, world, domain, privileged);
                        for (std::uint64_t address : {slave.first, slave.first + slave.length - 4}) {
                            CHECK(rights.read ==
                                  decide(board, domain, world, address, Direction::read, 4, privileged)
                                      .granted);
                            CHECK(rights.write ==
                                  decide(board, domain, world, address, Direction::write, 4, privileged)
                                      .granted);
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("the reset state lets only the secure world at peripherals, and everyone at memory", "[firewall]") {
    FirewallBoard board;
    CHECK(world_rights(board, uart1) == "rwrw----");
    CHECK(world_rights(board, vpu) == "rwrw----");
    CHECK(world_rights(board, dram) == "rwrwrwrw");
    CHECK(world_rights(board, ocram) == "rwrwrwrw");
    CHECK(world_rights(board, 0) == "rwrwrwrw");
    CHECK(board.domain_rights(uart1) == "rwrwrwrw");
    board.open_peripherals();
    CHECK(world_rights(board, uart1) == "rwrwrwrw");
}

TEST_CASE("access_runs counts what user and privileged accesses share, runs what one of them has",
          "[firewall]") {
    FirewallBoard board;
    board.open_peripherals();
    board.csl(102, 0xbb);  // non-secure supervisor only
    board.csl(103, 0x33);
    const std::uint64_t first = 0x30850000;
    CHECK(board.firewall.access_runs(World::non_secure, 0, first, 0x30000) ==
          std::vector<AccessRun>{{first, 0x10000, true, true},
                                 {uart1, 0x10000, false, false},
                                 {uart1 + 0x10000, 0x10000, true, true}});
    CHECK(board.firewall.runs(World::non_secure, 0, Direction::read, first, 0x30000) ==
          std::vector<Run>{{first, 0x30000, true}});
    CHECK(
        board.firewall.runs(World::non_secure, 0, Direction::read, first, 0x30000, false) ==
        std::vector<Run>{{first, 0x10000, true}, {uart1, 0x10000, false}, {uart1 + 0x10000, 0x10000, true}});
}

TEST_CASE("runs of OCRAM have the RDC's 128-byte edges and the guard's 4 KiB one", "[firewall]") {
    FirewallBoard board;
    write32(board.gpr, gpr11, 0x021);
    board.slot(24, 0x900080, 0x900100, 0x02);
    CHECK(board.firewall.access_runs(World::non_secure, 0, ocram, 0x20000) ==
          std::vector<AccessRun>{{ocram, 0x80, true, true},
                                 {ocram + 0x80, 0x80, true, false},
                                 {ocram + 0x100, 0xff00, true, true},
                                 {ocram + 0x10000, 0x10000, false, false}});
    CHECK(board.firewall.access_runs(World::secure, 0, ocram, 0x20000).size() == 3);
}

TEST_CASE("policy_changed is called when the policy changes, identities included, and only then",
          "[firewall]") {
    FirewallBoard board;
    unsigned seen = board.host.policy_changes;
    const auto changed = [&] {
        const bool result = board.host.policy_changes != seen;
        seen = board.host.policy_changes;
        return result;
    };
    const auto write = [&](Device& device, std::uint32_t offset, std::uint32_t value) {
        write32(device, offset, value);
        return changed();
    };
    // Domains and slots.
    CHECK(write(board.rdc, rdc_mda(4), 2));
    CHECK_FALSE(write(board.rdc, rdc_mda(4), 0x80000002));
    CHECK_FALSE(write(board.rdc, rdc_mda(4), 1));
    CHECK_FALSE(write(board.rdc, rdc_mrsa(0), 0x100000));
    CHECK_FALSE(write(board.rdc, rdc_mrea(0), 0x200000));
    CHECK_FALSE(write(board.rdc, rdc_mrc(0), 0x0f));
    CHECK(write(board.rdc, rdc_mrc(0), 0x4000000f));
    CHECK_FALSE(write(board.rdc, rdc_mrc(0), 0x4000000f));
    CHECK_FALSE(write(board.rdc, rdc_mrsa(0), 0x100080));  // rounds to where it was
    CHECK(write(board.rdc, rdc_mrsa(0), 0x101000));
    CHECK_FALSE(write(board.rdc, rdc_mrc(0), 0xc000000f));
    CHECK_FALSE(write(board.rdc, rdc_mrea(0), 0x300000));  // locked
    CHECK_FALSE(write(board.rdc, rdc_intctrl, 1));
    board.firewall.access(board.from(3, World::secure, dram + 0x180000, Direction::read));
    CHECK_FALSE(write(board.rdc, rdc_mrvs(0), 0x10));
    // Peripherals.
    CHECK(write(board.rdc, rdc_pdap(7), 0x3f));
    CHECK_FALSE(write(board.rdc, rdc_pdap(7), 0x3f));
    CHECK(write(board.rdc, rdc_pdap(7), 0x4000003f));
    CHECK_FALSE(write(board.rdc, rdc_pdap(7), 0x400000ff));  // no gate is held: nobody has rights either way
    CHECK(write(board.csu, 0x10, 0x003300ff));
    CHECK_FALSE(write(board.csu, 0x10, 0x013301ff));
    CHECK_FALSE(write(board.csu, 0x10, 0));
    // On-chip RAM: CSL 118 matters while the guard is on, and the guard only where the CSL denies something.
    CHECK_FALSE(write(board.csu, csu_csl(118), 0x003300ff));
    CHECK_FALSE(write(board.gpr, gpr11, 0x021));
    CHECK(write(board.csu, csu_csl(118), 0x003300bb));
    CHECK(write(board.gpr, gpr11, 0x023));
    CHECK(write(board.gpr, gpr11, 0));
    // Masters.
    CHECK(write(board.csu, csu_sa0, 0x55555555 & ~(1u << 12)));
    CHECK_FALSE(write(board.csu, csu_sa0, 0xffffffff & ~(1u << 12) & ~1u));  // A53 drives its own
    CHECK_FALSE(write(board.csu, csu_sa0, 0));
    CHECK_FALSE(write(board.csu, csu_hp0, 1u << 12));  // not in use
    CHECK(write(board.csu, csu_hpcontrol0, 1u << 12));
    // Answers are no rights.
    CHECK_FALSE(write(board.gpr, gpr10, 4));
    board.reset();
    CHECK(changed());
    board.reset();
    CHECK_FALSE(changed());
}

TEST_CASE("a firewall takes only its blocks, and without one of them that one denies nothing", "[firewall]") {
    FirewallBoard board;
    FakeHost host;
    Firewall alone(host);
    Device* const blocks[] = {&board.tzc, &board.gpr, &board.rdc, &board.csu, &board.semaphore1};
    const char* const roles[] = {"tzasc", "gpr", "rdc", "csu", "semaphore1"};
    for (std::size_t role = 0; role < 5; ++role) {
        for (std::size_t block = 0; block < 5; ++block) {
            if (block != role) {
                CHECK_FALSE(alone.connect(roles[role], *blocks[block]));
            }
        }
    }
    CHECK_FALSE(alone.connect("semaphore2", board.rdc));
    CHECK_FALSE(alone.connect("aips", board.aipstz));
    write32(board.gpr, gpr10, 1);
    write32(board.gpr, gpr11, 0x401);
    board.slot(0, 0, 0xffffff80, 0);
    const auto granted = [&](std::uint64_t address) {
        return alone.decide(board.from(2, World::non_secure, address, Direction::read)).granted;
    };
    const auto all = [&] {
        std::string text;
        for (std::uint64_t address : {dram, ocram, ocram_s, uart1}) {
            text += granted(address) ? '+' : '-';
        }
        return text;
    };
    CHECK(all() == "++++");
    REQUIRE(alone.connect("gpr", board.gpr));
    CHECK(all() == "++++");
    REQUIRE(alone.connect("csu", board.csu));
    CHECK(all() == "+---");
    REQUIRE(alone.connect("rdc", board.rdc));
    CHECK(all() == "----");
    write32(board.rdc, rdc_mrc(0), 0);
    REQUIRE(alone.connect("tzasc", board.tzc));
    CHECK(all() == "----");
    // SREQ without the semaphore block.
    board.open_peripherals();
    write32(board.rdc, rdc_pdap(102), 0x400000ff);
    CHECK(granted(uart1));
    REQUIRE(alone.connect("semaphore2", board.semaphore2));
    CHECK_FALSE(granted(uart1));
}
