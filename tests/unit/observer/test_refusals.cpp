// SPDX-License-Identifier: GPL-2.0-or-later
/** What blocks refuse by themselves: exactly one report for a register that a write did not get its way with.
 */
#include "../catch.hpp"
#include "../firewall/firewall_board.hpp"
#include "observer/bus_monitor.hpp"
#include "soc/ocotp.hpp"
#include "soc/src.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** One block, and the accesses made to it. */
template <typename Block>
struct Refusing {
    Refusing() { block.reset(); }

    /** What a write of @p size bytes at @p offset had refused, as "kind index@offset+size" each. */
    std::string write(std::uint64_t offset, std::uint64_t value, unsigned size = 4, Transaction by = {}) {
        host.refusals.clear();
        by = register_access(by, offset, size, Direction::write);
        by.address += base;
        answer = block.write(0, offset, value, size, by);
        return told(by);
    }

    std::string read(std::uint64_t offset, unsigned size = 4, Transaction by = {}) {
        host.refusals.clear();
        by = register_access(by, offset, size, Direction::read);
        by.address += base;
        answer = block.read(0, offset, size, by).response;
        return told(by);
    }

    std::uint32_t value(std::uint64_t offset) { return read32(block, offset); }

    std::string told(const Transaction& by) const {
        std::string text;
        for (const auto& [access, refusal] : host.refusals) {
            CHECK(refusal.answer == answer);
            CHECK(access.master == by.master);
            CHECK(access.world == by.world);
            CHECK(access.domain == by.domain);
            CHECK(access.direction == by.direction);
            text += text.empty() ? "" : ", ";
            text += std::string(name(refusal.refuser)) + " " + std::to_string(refusal.index) + "@" +
                    std::to_string(access.address - base) + "+" + std::to_string(access.size);
        }
        return text;
    }

    static constexpr std::uint64_t base = 0x3000'0000;
    FakeHost host;
    Block block{host};
    Response answer{};
};

Transaction from(Master master, Domain domain) {
    Transaction by;
    by.master = master;
    by.domain = domain;
    return by;
}

}  // namespace

TEST_CASE("CSU: what a lock withholds is reported once, with the number of the first rule", "[observer]") {
    Refusing<Csu> csu;
    CHECK(csu.write(csu_csl(40), 0x00ff01ff) == "");
    CHECK(csu.write(csu_csl(40), 0x003301ff) == "");
    CHECK(csu.write(csu_csl(40), 0x003300ff) == "csu 40@80+4");
    CHECK(csu.write(csu_csl(40), 0xff, 1) == "");
    CHECK(csu.write(csu_csl(40), 0x33, 1) == "csu 40@80+1");
    CHECK(csu.write(csu_csl(40), 0x01ff0033) == "csu 40@80+4");
    CHECK(csu.value(csu_csl(40)) == 0x01ff01ff);
    CHECK(csu.write(csu_csl(40) + 2, 0x00ff, 2) == "csu 41@82+2");
    CHECK(csu.write(csu_csl(38), 0x01ff00ff'00330033, 8) == "csu 40@80+4");
    CHECK(csu.value(csu_csl(38)) == 0x00330033);
    CHECK(csu.write(csu_sa0, 0x55555555 | 1u << 11) == "");
    CHECK(csu.write(csu_sa0, 0x55555555) == "csu 5@536+4");
    CHECK(csu.write(csu_sa0 + 1, 0x5d ^ 4, 1) == "csu 5@537+1");
    CHECK(csu.write(csu_sa1, 3) == "");
    CHECK(csu.write(csu_sa1, 0) == "csu 16@540+4");
    CHECK(csu.write(csu_hp0, 0x55555555) == "");
}

TEST_CASE("RDC: locked assignments, rights and slots", "[observer]") {
    Refusing<Rdc> rdc;
    CHECK(rdc.write(rdc_mda(15), 0x80000001) == "");
    CHECK(rdc.write(rdc_mda(15), 0x80000001) == "");
    CHECK(rdc.write(rdc_mda(15), 0x80000002) == "rdc 15@572+4");
    CHECK(rdc.write(rdc_mda(15), 0x00000001) == "rdc 15@572+4");
    CHECK(rdc.write(rdc_mda(15), 0xff, 1) == "rdc 15@572+1");
    CHECK(rdc.write(rdc_mda(14), 0x00000002'00000001, 8) == "rdc 15@572+4");
    CHECK(rdc.value(rdc_mda(14)) == 1);
    CHECK(rdc.value(rdc_mda(15)) == 0x80000001);
    CHECK(rdc.write(rdc_pdap(102), 0x8000000c) == "");
    CHECK(rdc.write(rdc_pdap(102), 0x800000ff, 4, from(Master::m4, 1)) == "rdc 102@1432+4");
    CHECK(rdc.write(rdc_pdap(103), 0xff) == "");

    CHECK(rdc.write(rdc_mrsa(3), 0x100000) == "");
    CHECK(rdc.write(rdc_mrea(3), 0x200000) == "");
    CHECK(rdc.write(rdc_mrc(3), 0x8000000c) == "");
    CHECK(rdc.write(rdc_mrsa(3), 0x100000) == "");
    CHECK(rdc.write(rdc_mrsa(3), 0x180000) == "rdc 3@2096+4");
    CHECK(rdc.write(rdc_mrea(3), 0) == "rdc 3@2100+4");
    CHECK(rdc.write(rdc_mrc(3), 0x8000000c | 0x40000000) == "");  // a locked slot may be put in force
    CHECK(rdc.write(rdc_mrc(3), 0x8000000c) == "rdc 3@2104+4");
    CHECK(rdc.write(rdc_mrc(3), 0xc00000ff) == "rdc 3@2104+4");
    CHECK(rdc.value(rdc_mrc(3)) == 0xc000000c);
    CHECK(rdc.write(rdc_mrc(4), 0x40000000) == "");
    CHECK(rdc.write(0x000, 0) == "");  // read-only for everybody
}

TEST_CASE("RDC semaphores: gates of somebody else", "[observer]") {
    Refusing<RdcSemaphore> semaphore;
    const Transaction a53 = from(Master::a53, 0), other_domain = from(Master::a53, 1),
                      m4 = from(Master::m4, 1);
    CHECK(semaphore.write(5, 2, 1, a53) == "");
    CHECK(semaphore.write(5, 2, 1, a53) == "");
    CHECK(semaphore.write(5, 2, 1, other_domain) == "rdc-gate 5@5+1");
    CHECK(semaphore.write(5, 0, 1, other_domain) == "rdc-gate 5@5+1");
    CHECK(semaphore.write(5, 7, 1, m4) == "rdc-gate 5@5+1");
    CHECK(semaphore.write(6, 2, 1, m4) == "rdc-gate 6@6+1");  // in the name of the A53
    CHECK(semaphore.write(6, 7, 1, m4) == "");
    CHECK(semaphore.write(4, 0, 4, m4) == "rdc-gate 5@4+4");
    CHECK(semaphore.value(4) == 0x0200);
    CHECK(semaphore.write(7, 0, 1, m4) == "");
    CHECK(semaphore.write(5, 0, 1, a53) == "");
    CHECK(semaphore.write(rstgt, 0xe2, 2, m4) == "");
    CHECK(semaphore.write(rstgt, 0x051d, 2, a53) == "rdc-gate 5@64+2");
    CHECK(semaphore.write(rstgt, 0x051d, 2, m4) == "");  // the sequence was over
}

TEST_CASE("IOMUXC_GPR: fields that are locked, and their locks", "[observer]") {
    Refusing<IomuxcGpr> block;
    CHECK(block.write(gpr10, 0x10001) == "");
    CHECK(block.write(gpr10, 0x10001) == "");
    CHECK(block.write(gpr10, 0x10005) == "");
    CHECK(block.write(gpr10, 0x10004) == "gpr 10@40+4");
    CHECK(block.write(gpr10, 0x00005) == "gpr 10@40+4");
    CHECK(block.write(gpr10, 0, 1) == "gpr 10@40+1");
    CHECK(block.value(gpr10) == 0x10001);
    CHECK(block.write(gpr11, 0x0c01'0c01) == "");
    CHECK(block.write(gpr10, 0x0c00'0c01'0001'0001, 8) == "gpr 11@44+4");
    CHECK(block.write(0x04, 0xffffffff) == "");
}

TEST_CASE("TZASC: the non-secure world, locked regions and locked locks", "[observer]") {
    Refusing<Tzc380> tzc;
    const Transaction linux_kernel = non_secure_access();
    CHECK(tzc.read(0x000, 4, linux_kernel) == "tzasc 0@0+4");
    CHECK(tzc.answer == Response::slverr);
    CHECK(tzc.write(0x138, 0, 4, linux_kernel) == "tzasc 3@312+4");
    CHECK(tzc.write(0x1f8, 0, 8, linux_kernel) == "tzasc 15@504+8");
    CHECK(tzc.write(0x800, 0, 1, linux_kernel) == "tzasc 0@2048+1");
    CHECK(tzc.read(0x138) == "");

    CHECK(tzc.write(0x1e8, 0xf000001d) == "");
    CHECK(tzc.write(0x008, 0x80000001) == "");  // regions 14 and 15
    CHECK(tzc.write(0x1e8, 0xf000001d) == "");
    CHECK(tzc.write(0x1e8, 0) == "tzasc 14@488+4");
    CHECK(tzc.write(0x1e0, 0x8000) == "tzasc 14@480+4");
    CHECK(tzc.write(0x1e4, 1) == "tzasc 14@484+4");
    CHECK(tzc.write(0x1eb, 0, 1) == "tzasc 14@491+1");
    CHECK(tzc.value(0x1e8) == 0xf000001d);
    CHECK(tzc.write(0x1d8, 0xf000001d) == "");
    CHECK(tzc.write(0x1d8, 0x0, 8) == "");
    CHECK(tzc.write(0x00c, 7) == "");
    CHECK(tzc.write(0x008, 0x80000001) == "");
    CHECK(tzc.write(0x008, 0) == "tzasc 0@8+4");
    CHECK(tzc.write(0x030, 3) == "tzasc 0@48+4");
    CHECK(tzc.write(0x034, 1) == "tzasc 0@52+4");
    CHECK(tzc.write(0x00c, 6) == "");
    CHECK(tzc.write(0x008, 0x8000000f) == "");
    CHECK(tzc.write(0x108, 0xf0000000) == "tzasc 0@264+4");
}

TEST_CASE("TZASC: lockdown_select after secure_boot_lock", "[observer]") {
    FakeHost host;
    IomuxcGpr gpr(host);
    Tzc380 tzc(host);
    tzc.connect("gpr", gpr);
    gpr.reset();
    tzc.reset();
    write32(tzc, 0x00c, 1);
    write32(gpr, 0x04, 1u << 23);
    CHECK(host.refusals.empty());
    write32(tzc, 0x00c, 1);
    CHECK(host.refusals.empty());
    write32(tzc, 0x00c, 0);
    REQUIRE(host.refusals.size() == 1);
    CHECK(host.refusals[0].refusal.refuser == Refuser::tzasc);
    CHECK(host.refusals[0].access.address == 0x00c);
}

TEST_CASE("SRC: functions of other domains, and who may say whose they are", "[observer]") {
    Refusing<Src> src;
    const Transaction mine = from(Master::a53, 0), other = from(Master::a53, 1);
    CHECK(src.write(0x44, 1, 4, other) == "");
    CHECK(src.write(0x44, 0x81000001, 4, mine) == "");
    CHECK(src.write(0x44, 0x81000000, 4, mine) == "");
    CHECK(src.write(0x44, 0x81000001, 4, other) == "src 17@68+4");
    CHECK(src.write(0x44, 1, 1, other) == "src 17@68+1");
    CHECK(src.write(0x44, 0xc1000000, 4, mine) == "");
    CHECK(src.write(0x44, 0x83000000, 4, mine) == "src 17@68+4");
    CHECK(src.write(0x44, 0xc1000000, 4, other) == "");
    CHECK(src.value(0x44) == 0xc1000000);
    CHECK(src.write(0x0c, 0x81000000 | src.value(0x0c), 4, mine) == "");
    CHECK(src.write(0x0c, 0x81000002 | src.value(0x0c), 4, other) == "src 3@12+4");  // clears itself
    CHECK(src.write(0x0c, 0x81000002 | src.value(0x0c), 4, mine) == "");
}

TEST_CASE("OCOTP: locked words and signals", "[observer]") {
    Refusing<Ocotp> ocotp;
    CHECK(ocotp.read(0x400 + 0x10 * 0x10) == "ocotp 16@1280+4");  // OTPMK
    CHECK(ocotp.read(0x400 + 0x10 * 0x24) == "");
    CHECK(ocotp.write(0x400 + 0x10 * 0x01, ocotp.value(0x410)) == "");
    CHECK(ocotp.write(0x400 + 0x10 * 0x01, 0) == "ocotp 1@1040+4");
    CHECK(ocotp.write(0x400 + 0x10 * 0x38, 5) == "");
    CHECK(ocotp.write(0x08, 0xffff03ff) == "");
    CHECK(ocotp.write(0x04, 0x3e770001) == "");
    CHECK(ocotp.write(0x20, 0xffffffff) == "ocotp 1@32+4");
    CHECK(ocotp.write(0x08, 0xffff03ff) == "");
    CHECK(ocotp.write(0x04, 0x10) == "");
    CHECK(ocotp.write(0x30, 1) == "ocotp 16@48+4");
    CHECK(ocotp.write(0x64, 1u << 31) == "");
    CHECK(ocotp.write(0x64, 1u << 31) == "");
    for (std::uint64_t alias : {0x60, 0x64, 0x68, 0x6c}) {
        CHECK(ocotp.write(alias, alias == 0x68 ? 1u << 31 : 1) == "ocotp 0@" + std::to_string(alias) + "+4");
    }
    CHECK(ocotp.value(0x60) == 1u << 31);
    CHECK(ocotp.write(0x400, 1) == "");  // read-only for everybody
}

TEST_CASE("an observer's access is no refusal on record", "[observer]") {
    Refusing<Tzc380> tzc;
    Transaction monitor = non_secure_access();
    monitor.debug = true;
    CHECK(tzc.read(0x100, 4, monitor) == "");
}

TEST_CASE("a refused access is on record as the firewall's denials are, and counted", "[observer]") {
    FirewallBoard board;
    FakeHost monitor_host;
    BusMonitor monitor(monitor_host);
    Transaction by = board.from(2, World::non_secure, 0x303e0014, Direction::write, 2);
    by.master = Master::m4;
    for (int i = 0; i < 3; ++i) {
        monitor.refused(by, {Refuser::csu, 11, Response::slverr});
    }
    Transaction observer = by;
    observer.debug = true;
    monitor.refused(observer, {Refuser::csu, 12});
    const auto found = monitor.log().query({});
    REQUIRE(found.size() == 1);
    CHECK(found[0].count == 3);
    CHECK(found[0].denier == "csu");
    CHECK(found[0].index == 11);
    CHECK(found[0].master == Master::m4);
    CHECK(found[0].world == World::non_secure);
    CHECK(found[0].domain == 2);
    CHECK(found[0].direction == Direction::write);
    CHECK(found[0].address == 0x303e0014);
    CHECK(found[0].length == 2);
    CHECK(found[0].answer == Response::slverr);
    CHECK_FALSE(found[0].injected());
    const auto rules = monitor.log().rule_counters();
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].counter.writes == 3);
}

TEST_CASE("a million refused accesses take no more memory than the record has", "[observer]") {
    FakeHost host;
    BusMonitor monitor(host);
    Transaction by;
    by.direction = Direction::write;
    constexpr std::uint64_t accesses = 1'000'000;
    for (std::uint64_t i = 0; i < accesses; ++i) {
        host.time += 100;
        by.address = 0x30900000 + (i & 0xffff);
        monitor.refused(by, {Refuser::caam, static_cast<unsigned>(i % 5)});
    }
    const ViolationLog& log = monitor.log();
    CHECK(log.accesses() == accesses);
    CHECK(log.size() <= ViolationLog::default_capacity);
    CHECK(log.rule_counters().size() == 5);
}
