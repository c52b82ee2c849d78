// SPDX-License-Identifier: GPL-2.0-or-later
/** CSU: security levels, world and privilege of masters, locks; and the AIPSTZ bridges. */
#include "../catch.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Rights of a CSL as "rwrwrwrw": secure supervisor, secure user, non-secure supervisor, non-secure user. */
std::string level(Csu::Rights rights) {
    std::string text;
    for (World world : {World::secure, World::non_secure}) {
        for (bool privileged : {true, false}) {
            text += Csu::allows(rights, world, privileged, Direction::read) ? 'r' : '-';
            text += Csu::allows(rights, world, privileged, Direction::write) ? 'w' : '-';
        }
    }
    return text;
}

}  // namespace

TEST_CASE("the eight security levels give what TF-A says they do", "[firewall]") {
    CHECK(level(0xff) == "rwrwrwrw");
    CHECK(level(0xbb) == "rwrwrw--");
    CHECK(level(0x3f) == "rwrwr-r-");
    CHECK(level(0x3b) == "rwrwr---");
    CHECK(level(0x33) == "rwrw----");
    CHECK(level(0x22) == "rw------");
    CHECK(level(0x03) == "r-r-----");
    CHECK(level(0x00) == "--------");
}

TEST_CASE("CSU registers reset as documented and store only the bits they have", "[firewall]") {
    FakeHost host;
    Csu csu(host);
    csu.reset();
    for (unsigned word = 0; word < 64; ++word) {
        CHECK(read32(csu, 4 * word) == 0x00330033);
    }
    struct {
        std::uint32_t offset, reset, mask;
    } const rows[] = {{0x000, 0x00330033, 0x00ff00ff}, {0x0fc, 0x00330033, 0x00ff00ff},
                      {0x200, 0, 0x55555555},          {0x204, 0, 5},
                      {0x218, 0x55555555, 0x55555555}, {0x21c, 5, 5},
                      {0x358, 0, 0x55555555},          {0x35c, 0, 5}};
    for (const auto& row : rows) {
        CHECK(read32(csu, row.offset) == row.reset);
        for (std::uint32_t value : {row.mask, 0u, row.mask & 0x12345678}) {
            write32(csu, row.offset, value | (~row.mask & 0x54005400));
            CHECK(read32(csu, row.offset) == value);
        }
    }
    CHECK(host.guest_errors.empty());
    write32(csu, 0x230, 0xffffffff);
    write32(csu, 0x368, 0xffffffff);
    CHECK(host.unimplemented.size() == 2);
    CHECK(read32(csu, 0x100) == 0);
    CHECK(host.guest_errors.size() == 1);
    CHECK(csu.irq_lines() == 1);
    CHECK(host.irq[0] == false);
}

TEST_CASE("the property opens all CSLs from the next reset on", "[firewall]") {
    FakeHost host;
    Csu csu(host);
    REQUIRE(csu.properties().size() == 1);
    CHECK(csu.properties()[0].name == "csl-open");
    CHECK(csu.properties()[0].default_value == 0);
    CHECK(csu.set_property("csl-open", 2).has_value());
    CHECK(csu.set_property("open", 1).has_value());
    CHECK_FALSE(csu.set_property("csl-open", 1).has_value());
    for (unsigned round = 0; round < 2; ++round) {
        csu.reset();
        for (unsigned word = 0; word < 64; ++word) {
            CHECK(read32(csu, 4 * word) == 0x00ff00ff);
            write32(csu, 4 * word, 0x01000122);
            CHECK(read32(csu, 4 * word) == 0x01000122);
        }
    }
    CHECK_FALSE(csu.set_property("csl-open", 0).has_value());
    csu.reset();
    CHECK(read32(csu, 0) == 0x00330033);
}

TEST_CASE("each CSL has its own place and its own lock", "[firewall]") {
    for (unsigned index = 0; index < 128; ++index) {
        FirewallBoard board;
        board.csl(index, 0x100 | index);
        CHECK(board.csu.rights(index) == index);
        for (std::uint32_t value : {0u, 0x00ff00ffu, 0xffffffffu}) {
            write32(board.csu, csu_csl(index), value);
            CHECK(board.csu.rights(index) == index);
            CHECK(board.csu.rights(index ^ 1) == (value == 0 ? 0 : 0xff));
        }
        for (unsigned other = 0; other < 128; ++other) {
            if (other != index && other != (index ^ 1) && board.csu.rights(other) != 0x33) {
                FAIL("CSL " << index << " changes " << other);
            }
        }
        board.csu.write(0, csu_csl(index) & ~7u, 0, 8, secure_access());
        board.csu.write(0, csu_csl(index) + index % 2 * 2, 0xff, 1, secure_access());
        CHECK(board.csu.rights(index) == index);
        board.reset();
        CHECK(board.csu.rights(index) == 0x33);
    }
}

TEST_CASE("what TF-A and NXP's firmware write opens everything, with and without locks", "[firewall]") {
    FakeHost host;
    Csu csu(host);
    csu.reset();
    for (unsigned word = 0; word < 64; ++word) {
        write32(csu, 4 * word, 0x00ff00ff);
    }
    write32(csu, 0, 0);
    CHECK(csu.rights(0) == 0);
    for (unsigned word = 0; word < 64; ++word) {
        write32(csu, 4 * word, 0xffffffff);
        CHECK(read32(csu, 4 * word) == 0x01ff01ff);
        write32(csu, 4 * word, 0);
        CHECK(read32(csu, 4 * word) == 0x01ff01ff);
    }
}

TEST_CASE("SA decides the world of masters that cannot, by NXP's numbers", "[firewall]") {
    struct {
        Master master;
        unsigned field;  ///< 99: drives its own
    } const rows[] = {
        {Master::a53, 99},        {Master::m4, 1},          {Master::pcie1, 5},
        {Master::pcie2, 5},       {Master::vpu_decoder, 6}, {Master::lcdif, 3},
        {Master::csi1, 3},        {Master::csi2, 3},        {Master::coresight, 13},
        {Master::dap, 14},        {Master::caam, 99},       {Master::sdma1_peripheral, 2},
        {Master::sdma1_burst, 2}, {Master::apbh_dma, 8},    {Master::raw_nand, 8},
        {Master::usdhc1, 10},     {Master::usdhc2, 11},     {Master::dcss, 12},
        {Master::gpu, 7},         {Master::usb1, 4},        {Master::usb2, 4},
        {Master::test_port, 99},  {Master::enet_tx, 9},     {Master::enet_rx, 9},
        {Master::sdma2, 15},      {Master::sdma1_spba1, 2}, {Master::vpu_bank1, 17},
    };
    for (const auto& row : rows) {
        INFO(name(row.master));
        FirewallBoard board;
        const auto worlds = [&] {
            std::string text;
            for (World own : {World::secure, World::non_secure}) {
                text += board.firewall.world_of(row.master, own) == World::secure ? 's' : 'n';
            }
            return text;
        };
        CHECK(worlds() == (row.field == 99 ? "sn" : "nn"));
        for (unsigned field = 0; field < 18; ++field) {
            const std::uint32_t offset = field < 16 ? csu_sa0 : csu_sa1;
            write32(board.csu, offset, read32(board.csu, offset) & ~(1u << field % 16 * 2));
            CHECK(worlds() == (row.field == 99 ? "sn" : field == row.field ? "ss" : "nn"));
            write32(board.csu, offset, read32(board.csu, offset) | 1u << field % 16 * 2);
        }
    }
    FakeHost host;
    Firewall alone(host);
    CHECK(alone.world_of(Master::gpu) == World::non_secure);
    CHECK(alone.world_of(Master::gpu, World::secure) == World::secure);
    CHECK(alone.domain_of(Master::gpu) == 0);
}

TEST_CASE("HPCONTROL puts HP in the place of the master's own privilege", "[firewall]") {
    FirewallBoard board;
    const auto privileges = [&](Master master) {
        std::string text;
        for (bool own : {false, true}) {
            text += board.firewall.identity(master, World::secure, own).privileged ? 'p' : 'u';
        }
        return text;
    };
    CHECK(privileges(Master::vpu_decoder) == "up");
    write32(board.csu, csu_hp0, 1u << 12);
    CHECK(privileges(Master::vpu_decoder) == "up");
    write32(board.csu, csu_hpcontrol0, 1u << 12);
    CHECK(privileges(Master::vpu_decoder) == "pp");
    CHECK(privileges(Master::gpu) == "up");
    write32(board.csu, csu_hp0, 0);
    CHECK(privileges(Master::vpu_decoder) == "uu");
    write32(board.csu, csu_hpcontrol1, 1);
    CHECK(privileges(Master::caam) == "uu");
    CHECK(privileges(Master::test_port) == "up");
}

TEST_CASE("each lock of HP, SA and HPCONTROL freezes its field and itself", "[firewall]") {
    struct {
        std::uint32_t offset;
        unsigned fields;
    } const rows[] = {{csu_hp0, 16}, {csu_hp1, 2},         {csu_sa0, 16},
                      {csu_sa1, 2},  {csu_hpcontrol0, 16}, {csu_hpcontrol1, 2}};
    for (const auto& row : rows) {
        for (unsigned field = 0; field < row.fields; ++field) {
            for (std::uint32_t value : {0u, 1u}) {
                FakeHost host;
                Csu csu(host);
                csu.reset();
                const unsigned shift = 2 * field;
                write32(csu, row.offset, (2 | value) << shift);
                for (std::uint32_t attempt : {0u, 0xffffffffu, 0x55555555u, 0u}) {
                    write32(csu, row.offset, attempt);
                    CHECK((read32(csu, row.offset) >> shift & 3) == (2 | value));
                }
                csu.reset();
                CHECK((read32(csu, row.offset) >> shift & 2) == 0);
            }
        }
    }
}

TEST_CASE("saved state of the CSU round-trips, and bad states are refused", "[firewall]") {
    FirewallBoard board;
    board.csl(120, 0x122);
    write32(board.csu, csu_sa0, 0x12345678);
    write32(board.csu, csu_hpcontrol0, 0x0f);
    const std::vector<std::byte> good = board.csu.save();
    FirewallBoard twin;
    const unsigned changes = twin.host.policy_changes;
    REQUIRE_FALSE(twin.csu.load(good).has_value());
    CHECK(twin.csu.save() == good);
    CHECK(twin.host.policy_changes == changes + 1);
    twin.csl(120, 0xff);
    CHECK(twin.csu.rights(120) == 0x22);
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK(twin.csu.load(std::span(good).first(length)).has_value());
    }
    unsigned refused = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::vector<std::byte> bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
        refused += twin.csu.load(bad).has_value() ? 1 : 0;
    }
    CHECK(refused > 8 * good.size() / 4);
    CHECK(refused < 8 * good.size());
}

TEST_CASE("AIPSTZ stores, and says so when a value would restrict something", "[firewall]") {
    FakeHost host;
    Aipstz bridge(host);
    bridge.reset();
    CHECK(read32(bridge, 0x00) == 0x77777777);
    CHECK(read32(bridge, 0x04) == 0x77777777);
    for (std::uint32_t offset = 0x40; offset <= 0x50; offset += 4) {
        CHECK(read32(bridge, offset) == 0);
        // What all firmware writes, and buffering.
        write32(bridge, offset, 0);
        write32(bridge, offset, 0x88888888);
        CHECK(read32(bridge, offset) == 0x88888888);
    }
    write32(bridge, 0x00, 0x77777777);
    write32(bridge, 0x04, 0xffffffff);
    CHECK(host.unimplemented.empty());
    write32(bridge, 0x50, 0x00000004);
    write32(bridge, 0x00, 0x77777776);
    CHECK(host.unimplemented.size() == 2);
    write32(bridge, 0x50, 0x00000004);
    CHECK(host.unimplemented.size() == 2);
    CHECK(host.guest_errors.empty());
    CHECK(read32(bridge, 0x54) == 0);
    CHECK(host.guest_errors.size() == 1);
    const auto state = bridge.save();
    Aipstz twin(host);
    CHECK_FALSE(twin.load(state).has_value());
    CHECK(read32(twin, 0x50) == 4);
    bridge.reset();
    CHECK(read32(bridge, 0x50) == 0);
}

TEST_CASE("AIPSTZ is set up by processors only, and tries of others are on record", "[firewall]") {
    for (unsigned number = 0; number < master_count; ++number) {
        const auto master = static_cast<Master>(number);
        const bool may = master == Master::a53 || master == Master::m4 || master == Master::dap;
        for (const World world : {World::secure, World::non_secure}) {
            for (const std::uint32_t offset : {0x00u, 0x04u, 0x40u, 0x50u}) {
                CAPTURE(number, offset);
                FakeHost host;
                Aipstz bridge(host);
                bridge.reset();
                const std::uint32_t before = read32(bridge, offset);
                Transaction by;
                by.master = master;
                by.world = world;
                write32(bridge, offset, before, by);
                CHECK(host.refusals.empty());
                for (std::uint32_t lane = 0; lane < 4; ++lane) {
                    bridge.write(0, offset + lane, 0x5a, 1,
                                 register_access(by, offset + lane, 1, Direction::write));
                }
                CHECK(read32(bridge, offset) == (may ? 0x5a5a5a5a : before));
                REQUIRE(host.refusals.size() == (may ? 0 : 4));
                for (const auto& refused : host.refusals) {
                    CHECK(refused.refusal.refuser == Refuser::aipstz);
                    CHECK(refused.refusal.index == offset / 4);
                }
            }
        }
    }
}
