// SPDX-License-Identifier: GPL-2.0-or-later
/** The firewall and the bus monitor: what is put on record, what faults do to verdicts, state and views. */
#include <algorithm>

#include "../catch.hpp"
#include "firewall_board.hpp"
#include "observer/bus_monitor.hpp"

using namespace svp;
using namespace svp::test;

namespace {

struct MonitoredBoard : FirewallBoard {
    MonitoredBoard() {
        firewall.connect("monitor", monitor);
        monitor.connect("tzasc", tzc);
        monitor.connect("rdc", rdc);
        monitor.connect("csu", csu);
        monitor.connect("gpr", gpr);
    }

    std::uint32_t inject(const Fault& fault) {
        const auto injected = monitor.inject(fault);
        INFO(injected.error);
        REQUIRE(injected.id != 0);
        return injected.id;
    }

    /** A fault for any transaction at a page of DRAM. */
    static Fault at_page(FaultKind kind, std::uint64_t address) {
        Fault fault;
        fault.kind = kind;
        fault.match.emplace();
        fault.match->first = address;
        fault.match->last = address + 0xfff;
        return fault;
    }

    static Fault at_once(FaultKind kind, const char* target, std::uint32_t offset = 0, std::uint8_t bit = 0) {
        Fault fault;
        fault.kind = kind;
        fault.target = target;
        fault.offset = offset;
        fault.bit = bit;
        return fault;
    }

    FakeHost monitor_host;
    BusMonitor monitor{monitor_host};
};

}  // namespace

TEST_CASE("a refusal inside of a block is on record with its master's domain", "[firewall]") {
    MonitoredBoard board;
    write32(board.rdc, rdc_mda(10), 3);
    Transaction job;
    job.master = Master::caam;
    job.address = 0x100000;
    job.world = World::non_secure;
    board.monitor.refused(job, {Refuser::caam_secure_memory, 5, Response::slverr, true});
    // What came over the bus has a domain already.
    job.address = 0x200000;
    job.domain = 1;
    board.monitor.refused(job, {Refuser::caam_secure_memory, 5, Response::slverr});
    const auto recorded = board.monitor.log().query({});
    REQUIRE(recorded.size() == 2);
    CHECK(recorded[0].domain == 3);
    CHECK(recorded[1].domain == 1);
}

TEST_CASE("each kind of denial is on record under its rule, once", "[firewall]") {
    MonitoredBoard board;
    write32(board.gpr, gpr10, 1);
    write32(board.gpr, gpr11, 1);
    write32(board.tzc, tzc_action, 1);
    board.slot(3, 0x100000, 0x200000, 0);
    write32(board.rdc, rdc_pdap(102), 0x3f);
    write32(board.rdc, rdc_pdap(104), 0x400000ff);
    struct {
        Domain domain;
        World world;
        std::uint64_t address;
        const char* denier;
        unsigned index;
        Response answer;
    } const rows[] = {
        {0, World::non_secure, dram + 0x4000, "tzc", 0, Response::decerr},
        {1, World::secure, dram + 0x100000, "rdc-region", 3, Response::okay},
        {0, World::non_secure, ocram, "ocram", 118, Response::okay},
        {0, World::non_secure, uart1, "csl", 102, Response::okay},
        {3, World::secure, uart1, "rdc-peripheral", 102, Response::okay},
        {2, World::secure, 0x30880000, "rdc-semaphore", 104, Response::okay},
    };
    for (const auto& row : rows) {
        const std::uint64_t next = board.monitor.log().next_sequence();
        CHECK_FALSE(
            board.firewall.access(board.from(row.domain, row.world, row.address, Direction::write)).granted);
        REQUIRE(board.monitor.log().next_sequence() == next + 1);
        const Violation& violation = *board.monitor.log().newest();
        CHECK(violation.denier == row.denier);
        CHECK(violation.index == row.index);
        CHECK(violation.address == row.address);
        CHECK(violation.length == 4);
        CHECK(violation.domain == row.domain);
        CHECK(violation.world == row.world);
        CHECK(violation.answer == row.answer);
        CHECK_FALSE(violation.injected());
    }
    // Granted, judged and observed accesses are not.
    const std::uint64_t next = board.monitor.log().next_sequence();
    CHECK(board.firewall.access(board.from(0, World::secure, dram, Direction::read)).granted);
    board.firewall.decide(board.from(0, World::non_secure, dram, Direction::read));
    Transaction look = board.from(0, World::non_secure, dram, Direction::read);
    look.debug = true;
    board.firewall.access(look);
    CHECK(board.monitor.log().next_sequence() == next);
}

TEST_CASE("the length on record is that of the denied part", "[firewall]") {
    MonitoredBoard board;
    board.slot(0, 0x100000, 0x101000, 0);
    board.firewall.access(board.from(0, World::secure, dram + 0xfff00, Direction::read, 0x8000));
    const Violation& violation = *board.monitor.log().newest();
    CHECK(violation.address == dram + 0x100000);
    CHECK(violation.length == 0x1000);
}

TEST_CASE("a fault can deny what the firewall grants, and is on record as a fault", "[firewall]") {
    MonitoredBoard board;
    SECTION("another answer") {
        Fault fault = board.at_page(FaultKind::answer, dram);
        fault.answer = Response::slverr;
        const std::uint32_t id = board.inject(fault);
        const Verdict verdict =
            board.firewall.access(board.from(0, World::secure, dram + 8, Direction::read));
        CHECK_FALSE(verdict.granted);
        CHECK(verdict.response == Response::slverr);
        CHECK(verdict.denier == Denier::none);
        CHECK(board.monitor.log().newest()->denier == BusMonitor::fault_denier);
        CHECK(board.monitor.log().newest()->fault == id);
        CHECK(board.firewall.access(board.from(0, World::secure, dram + 8, Direction::read)).granted);
    }
    SECTION("a dropped write") {
        board.inject(board.at_page(FaultKind::drop, dram));
        const Verdict verdict =
            board.firewall.access(board.from(0, World::secure, dram + 8, Direction::write));
        CHECK_FALSE(verdict.granted);
        CHECK(verdict.response == Response::okay);
    }
    SECTION("a wrong world, judged as such") {
        board.enable();
        Fault fault = board.at_page(FaultKind::change_world, dram);
        fault.world = World::non_secure;
        const std::uint32_t id = board.inject(fault);
        const Verdict verdict = board.firewall.access(board.from(0, World::secure, dram, Direction::read));
        CHECK_FALSE(verdict.granted);
        CHECK(verdict.denier == Denier::tzc);
        CHECK((read32(board.tzc, tzc_fail_control) >> 21 & 1) == 1);
        CHECK(board.monitor.log().newest()->denier == "tzc");
        CHECK(board.monitor.log().newest()->fault == id);
    }
}

TEST_CASE("a fault can let pass what the firewall would deny, and that is on record too", "[firewall]") {
    MonitoredBoard board;
    board.slot(0, 0, 0x1000, 0x30);  // domain 2
    write32(board.rdc, rdc_mda(4), 2);
    SECTION("another master has another domain") {
        Fault fault = board.at_page(FaultKind::change_master, dram);
        fault.master = Master::vpu_decoder;
        board.inject(fault);
    }
    SECTION("another domain") {
        Fault fault = board.at_page(FaultKind::change_domain, dram);
        fault.domain = 2;
        board.inject(fault);
    }
    CHECK(board.firewall.access(board.from(0, World::secure, dram, Direction::read)).granted);
    CHECK(read32(board.rdc, rdc_mrvs(0)) == 0);
    CHECK(board.monitor.log().newest()->denier == BusMonitor::fault_denier);
    CHECK_FALSE(board.firewall.access(board.from(0, World::secure, dram, Direction::read)).granted);
    CHECK(board.monitor.log().newest()->denier == "rdc-region");
}

TEST_CASE("views keep the pages of armed faults behind their fence", "[firewall]") {
    MonitoredBoard board;
    const auto runs = [&](World world) { return board.firewall.access_runs(world, 0, dram, 0x100000000); };
    CHECK(runs(World::secure).size() == 1);
    const unsigned changes = board.host.policy_changes;
    Fault fault = board.at_page(FaultKind::corrupt, dram + 0x5000);
    fault.mask = 1;
    fault.match->direction = Direction::write;
    fault.match->world = World::secure;
    const std::uint32_t id = board.inject(fault);
    CHECK(board.host.policy_changes == changes + 1);
    CHECK(runs(World::secure) == std::vector<AccessRun>{{dram, 0x5000, true, true},
                                                        {dram + 0x5000, 0x1000, true, false},
                                                        {dram + 0x6000, 0xffffa000, true, true}});
    CHECK(runs(World::non_secure).size() == 1);
    CHECK(board.firewall.decide(board.from(0, World::secure, dram + 0x5000, Direction::write)).granted);
    board.monitor.remove_fault(id);
    CHECK(runs(World::secure).size() == 1);
    CHECK(board.host.policy_changes == changes + 2);
}

TEST_CASE("a fault keeps only views of the masters that it waits for behind their fence", "[firewall]") {
    MonitoredBoard board;
    Fault fault = board.at_page(FaultKind::zero, dram);
    fault.match->first = 0;
    fault.match->last = 0xffffffffffffffff;
    fault.match->masters = 1u << static_cast<unsigned>(Master::usdhc1);
    board.inject(fault);
    const auto runs = [&](std::uint32_t masters) {
        return board.firewall.access_runs(World::non_secure, 0, dram, 0x100000000, masters);
    };
    const std::vector<AccessRun> open = {{dram, 0x100000000, true, true}};
    const std::vector<AccessRun> fenced = {{dram, 0x100000000, false, false}};
    CHECK(runs(1u << static_cast<unsigned>(Master::a53)) == open);
    CHECK(runs(1u << static_cast<unsigned>(Master::usdhc2)) == open);
    CHECK(runs(1u << static_cast<unsigned>(Master::usdhc1)) == fenced);
    CHECK(runs(FaultMatch::all_masters) == fenced);
    CHECK(runs(0) == open);
}

TEST_CASE("a flipped bit takes effect at once, behind any lock", "[firewall]") {
    MonitoredBoard board;
    SECTION("TZASC region") {
        board.enable();
        write32(board.tzc, tzc_attributes(0), 0xc0000000);
        write32(board.tzc, tzc_lockdown_range, 0x8000000f);
        CHECK(board.rights(dram) == "rw--");
        board.inject(board.at_once(FaultKind::flip_bit, "tzasc", tzc_attributes(0), 29));
        CHECK(board.rights(dram) == "rwr-");
    }
    SECTION("RDC slot") {
        board.slot(0, 0, 0x1000, 0x80000000);
        CHECK(board.domain_rights(dram) == "--------");
        board.inject(board.at_once(FaultKind::flip_bit, "rdc", rdc_mrc(0), 30));
        CHECK(board.domain_rights(dram) == "rwrwrwrw");
    }
    SECTION("CSU level") {
        board.csl(102, 0x133);
        board.inject(board.at_once(FaultKind::flip_bit, "csu", csu_csl(102), 3));
        CHECK(board.firewall.peripheral_rights(102, World::non_secure, 0, true).read);
        CHECK_FALSE(board.firewall.peripheral_rights(102, World::non_secure, 0, true).write);
        CHECK_FALSE(board.firewall.peripheral_rights(102, World::non_secure, 0, false).read);
    }
    SECTION("GPR10 enable") {
        write32(board.gpr, gpr10, 0x10001);
        CHECK(board.rights(dram) == "rw--");
        board.inject(board.at_once(FaultKind::disable_tzasc, "gpr"));
        CHECK(read32(board.gpr, gpr10) == 0x10000);
        CHECK(board.rights(dram) == "rwrw");
    }
    SECTION("a bit that is not there") {
        board.inject(board.at_once(FaultKind::flip_bit, "rdc", rdc_mrsa(0), 3));
        CHECK(read32(board.rdc, rdc_mrsa(0)) == 0);
        FirewallBoard twin;
        CHECK_FALSE(twin.rdc.load(board.rdc.save()).has_value());
    }
}

TEST_CASE("blocks tell which registers faults can reach", "[firewall]") {
    FirewallBoard board;
    struct {
        FaultTarget& target;
        std::uint32_t offset;
        bool reachable;
    } const rows[] = {{board.tzc, tzc_action, true},      {board.tzc, tzc_attributes(15), true},
                      {board.tzc, tzc_int_status, false}, {board.tzc, 0xfe0, false},
                      {board.tzc, 0x005, false},          {board.tzc, 0xfffffffc, false},
                      {board.rdc, rdc_mda(26), true},     {board.rdc, rdc_mrvs(0), false},
                      {board.rdc, rdc_vir, false},        {board.rdc, 0xc00, false},
                      {board.csu, csu_sa1, true},         {board.csu, 0x100, false},
                      {board.gpr, gpr10, true},           {board.gpr, 0xc0, false}};
    for (const auto& row : rows) {
        CHECK(row.target.has_register(row.offset) == row.reachable);
    }
}

TEST_CASE("a block that loses its state is as after power-on", "[firewall]") {
    MonitoredBoard board;
    board.enable();
    write32(board.tzc, tzc_attributes(0), 0);
    write32(board.tzc, tzc_lockdown_select, 5);
    write32(board.gpr, gpr1, 1u << 23);
    board.slot(0, 0, 0x1000, 0xc0000000);
    board.csl(102, 0x100);
    board.inject(board.at_once(FaultKind::lose_state, "tzasc"));
    CHECK(read32(board.tzc, tzc_attributes(0)) == 0xc0000000);
    // The secure_boot_lock pin is still high and freezes what is there now.
    write32(board.tzc, tzc_lockdown_select, 7);
    CHECK(read32(board.tzc, tzc_lockdown_select) == 0);
    board.inject(board.at_once(FaultKind::lose_state, "rdc"));
    CHECK(board.domain_rights(dram) == "rwrwrwrw");
    board.inject(board.at_once(FaultKind::lose_state, "csu"));
    CHECK(board.csu.rights(102) == 0x33);
    board.inject(board.at_once(FaultKind::lose_state, "gpr"));
    CHECK(board.rights(dram) == "rwrw");
}

namespace {

/** A board on which each kind of rule keeps somebody from something. */
struct GuardedBoard : MonitoredBoard {
    static constexpr std::uint64_t heap = dram + 0x8000'0000;
    static constexpr std::uint32_t heap_size = 0x40'0000;

    GuardedBoard() {
        enable();
        write32(tzc, tzc_attributes(0), 0xf0000000);
        region(1, 0x8000'0000, 21, 0xc);       // 4 MiB, secure only
        slot(0, 0x1000'0000, 0x1010'0000, 3);  // domain 0 only
        csl(102, 0x33);                        // UART1: secure only
        write32(gpr, gpr11, 1);                // OCRAM: secure only
        write32(rdc, rdc_mda(static_cast<unsigned>(Master::gpu)), 3);
        write32(csu, csu_sa0, 0x55555555);  // all masters are non-secure
        write32(csu, csu_sa1, 0x55555555);
    }

    /** One access as the bus would carry it. */
    Transaction by(Master master, std::uint64_t address, Direction direction, std::uint32_t size = 4,
                   World own = World::non_secure) const {
        Transaction transaction = firewall.identity(master, own);
        transaction.address = address;
        transaction.direction = direction;
        transaction.size = size;
        return transaction;
    }

    const Violation& newest() const { return *monitor.log().newest(); }
};

}  // namespace

TEST_CASE("what a fault on a firewall's state lets through is on record as granted because of it",
          "[firewall]") {
    GuardedBoard board;
    struct {
        Fault fault;
        Master master;
        std::uint64_t address;
    } const rows[] = {
        {board.at_once(FaultKind::flip_bit, "tzasc", tzc_attributes(1), 0), Master::a53, board.heap + 0x40},
        {board.at_once(FaultKind::flip_bit, "tzasc", tzc_attributes(1), 29), Master::a53, board.heap + 0x40},
        {board.at_once(FaultKind::disable_tzasc, "gpr"), Master::usb1, board.heap + 0x123000},
        {board.at_once(FaultKind::flip_bit, "tzasc", tzc_attributes(1), 15), Master::gpu,
         board.heap + 0x3ffffc},
        {board.at_once(FaultKind::lose_state, "gpr"), Master::a53, board.heap},
        {board.at_once(FaultKind::flip_bit, "rdc", rdc_mrc(0), 30), Master::gpu, dram + 0x1000'0000},
        {board.at_once(FaultKind::lose_state, "rdc"), Master::gpu, dram + 0x100f'fffc},
        {board.at_once(FaultKind::flip_bit, "rdc", rdc_mrc(0), 7), Master::gpu, dram + 0x1000'0000},
        {board.at_once(FaultKind::flip_bit, "csu", csu_csl(102), 3), Master::a53, uart1},
        {board.at_once(FaultKind::flip_bit, "gpr", gpr11, 0), Master::a53, ocram},
    };
    for (std::size_t n = 0; n < std::size(rows); ++n) {
        CAPTURE(n);
        GuardedBoard here;
        REQUIRE_FALSE(
            here.firewall.access(here.by(rows[n].master, rows[n].address, Direction::read)).granted);
        CHECK(here.newest().state == AccessState::denied);
        const std::uint32_t id = here.inject(rows[n].fault);
        const Transaction read = here.by(rows[n].master, rows[n].address, Direction::read);
        REQUIRE(here.firewall.access(read).granted);
        CHECK(here.newest().state == AccessState::granted);
        CHECK(here.newest().fault == id);
        CHECK(here.newest().address == read.address);
        CHECK(here.newest().length == 4);
        CHECK(text(here.newest()).find(" granted because of fault 1, answer OKAY") != std::string::npos);
        CHECK(here.monitor.log().granted() == 1);
        const auto& counter = here.monitor.log().counter(rows[n].master);
        CHECK(counter.reads == 1);
        CHECK(counter.granted_reads == 1);
        CHECK(counter.granted_writes == 0);
        // Views keep it behind their fence, or nobody would see it.
        const std::uint32_t masters = 1u << static_cast<unsigned>(rows[n].master);
        CHECK_FALSE(here.firewall.access_runs(read.world, read.domain, read.address, 4, masters)[0].read);
        CHECK(here.firewall.decide(read).granted);
    }
}

TEST_CASE("a master that a fault has made another is granted because of that fault", "[firewall]") {
    SECTION("its world") {
        GuardedBoard board;
        const auto gpu_read = [&] { return board.by(Master::gpu, board.heap, Direction::read); };
        write32(board.rdc, rdc_mda(18), 0);
        REQUIRE(gpu_read().world == World::non_secure);
        REQUIRE_FALSE(board.firewall.access(gpu_read()).granted);
        const std::uint32_t id = board.inject(board.at_once(FaultKind::flip_bit, "csu", csu_sa0, 14));
        REQUIRE(gpu_read().world == World::secure);
        CHECK(board.firewall.access(gpu_read()).granted);
        CHECK(board.newest().state == AccessState::granted);
        CHECK(board.newest().fault == id);
    }
    SECTION("its domain") {
        GuardedBoard board;
        const auto gpu_write = [&] { return board.by(Master::gpu, dram + 0x1000'0010, Direction::write); };
        REQUIRE_FALSE(board.firewall.access(gpu_write()).granted);
        board.inject(board.at_once(FaultKind::flip_bit, "rdc", rdc_mda(18), 0));
        REQUIRE_FALSE(board.firewall.access(gpu_write()).granted);
        const auto id = board.inject(board.at_once(FaultKind::flip_bit, "rdc", rdc_mda(18), 1));
        CHECK(board.firewall.access(gpu_write()).granted);
        CHECK(board.newest().state == AccessState::granted);
        CHECK(board.newest().fault == id);
        CHECK(board.monitor.log().counter(Master::gpu).granted_writes == 1);
    }
    SECTION("by a glitch on the bus") {
        GuardedBoard board;
        Fault fault = board.at_page(FaultKind::change_world, board.heap);
        fault.world = World::secure;
        fault.times = 0;
        const auto id = board.inject(fault);
        const Transaction read = board.by(Master::a53, board.heap + 8, Direction::read, 8);
        CHECK(board.firewall.access(read).granted);
        CHECK(board.newest().state == AccessState::granted);
        CHECK(board.newest().fault == id);
        CHECK(board.newest().denier == BusMonitor::fault_denier);
        // One that may read there anyhow is not.
        CHECK(board.firewall.access(board.by(Master::a53, board.heap + 8, Direction::read, 8, World::secure))
                  .granted);
        CHECK(board.newest().state == AccessState::passed);
        CHECK(board.monitor.log().counter(Master::a53).granted_reads == 1);
        CHECK(board.monitor.log().counter(Master::a53).changed_reads == 1);
        CHECK(board.monitor.log().counter(Master::a53).reads == 0);
    }
}

TEST_CASE("a record tells what a fault made of an access that was permitted anyhow", "[firewall]") {
    struct {
        FaultKind kind;
        Direction direction;
        AccessState state;
        const char* words;
    } const rows[] = {
        {FaultKind::answer, Direction::read, AccessState::refused, "refused by fault 1, answer SLVERR"},
        {FaultKind::zero, Direction::read, AccessState::changed, "changed by fault 1, answer OKAY"},
        {FaultKind::drop, Direction::write, AccessState::changed, "changed by fault 1, answer OKAY"},
        {FaultKind::change_domain, Direction::read, AccessState::passed, "passed by fault 1, answer OKAY"},
    };
    for (const auto& row : rows) {
        GuardedBoard board;
        Fault fault = board.at_page(row.kind, dram);
        fault.domain = 1;
        board.inject(fault);
        board.firewall.access(board.by(Master::a53, dram + 4, row.direction));
        CHECK(board.newest().state == row.state);
        CHECK(text(board.newest()).find(row.words) != std::string::npos);
        CHECK(board.monitor.log().granted() == 0);
    }
}

TEST_CASE("a fault that opens what an answer then refuses has let nothing through", "[firewall]") {
    GuardedBoard board;
    Fault glitch = board.at_page(FaultKind::change_world, board.heap);
    glitch.world = World::secure;
    board.inject(glitch);
    board.inject(board.at_page(FaultKind::answer, board.heap));
    CHECK_FALSE(board.firewall.access(board.by(Master::a53, board.heap, Direction::read)).granted);
    CHECK(board.newest().state == AccessState::refused);
    CHECK(board.monitor.log().granted() == 0);
}

TEST_CASE("only the part that a fault opened is on record, and only for those whom it was closed to",
          "[firewall]") {
    GuardedBoard board;
    board.inject(board.at_once(FaultKind::disable_tzasc, "gpr"));
    const std::uint64_t next = board.monitor.log().next_sequence();
    CHECK(
        board.firewall.access(board.by(Master::a53, board.heap, Direction::read, 4, World::secure)).granted);
    CHECK(board.firewall.access(board.by(Master::a53, dram, Direction::write)).granted);
    CHECK(board.monitor.log().next_sequence() == next);
    CHECK(board.firewall.access(board.by(Master::usdhc1, board.heap - 0x100, Direction::write, 0x1000))
              .granted);
    CHECK(board.newest().address == board.heap);
    CHECK(board.newest().length == 0xf00);
}

TEST_CASE("an opening ends when software closes the place again, and with a reset", "[firewall]") {
    GuardedBoard board;
    board.inject(board.at_once(FaultKind::flip_bit, "tzasc", tzc_attributes(1), 0));
    const Transaction read = board.by(Master::a53, board.heap, Direction::read);
    SECTION("closed in part, then opened on purpose") {
        board.region(2, 0x8000'0000, 20, 0xc);  // the lower half
        CHECK_FALSE(board.firewall.access(read).granted);
        CHECK(board.newest().state == AccessState::denied);
        CHECK(board.firewall.access(board.by(Master::a53, board.heap + 0x20'0000, Direction::read)).granted);
        CHECK(board.newest().state == AccessState::granted);
        board.region(2, 0x8000'0000, 20, 0xf);
        const std::uint64_t next = board.monitor.log().next_sequence();
        CHECK(board.firewall.access(read).granted);
        CHECK(board.monitor.log().next_sequence() == next);
        CHECK(std::ranges::any_of(board.monitor.openings().list(),
                                  [](const Opening& opening) { return !opening.open; }));
    }
    SECTION("reset") {
        board.monitor.reset();
        board.reset();
        CHECK_FALSE(board.monitor.openings().any_open());
        const std::uint64_t next = board.monitor.log().next_sequence();
        CHECK(board.firewall.access(read).granted);
        CHECK(board.monitor.log().next_sequence() == next);
    }
    SECTION("the fault taken off the list: what it did stays") {
        board.monitor.clear_faults();
        CHECK(board.firewall.access(read).granted);
        CHECK(board.newest().state == AccessState::granted);
    }
    SECTION("saved and loaded") {
        BusMonitor twin(board.monitor_host);
        twin.connect("tzasc", board.tzc);
        twin.connect("rdc", board.rdc);
        twin.connect("csu", board.csu);
        twin.connect("gpr", board.gpr);
        board.firewall.access(read);
        REQUIRE_FALSE(twin.load(board.monitor.save()).has_value());
        CHECK(twin.openings().list() == board.monitor.openings().list());
        CHECK(twin.log().newest()->state == AccessState::granted);
        CHECK(twin.log().counter(Master::a53) == board.monitor.log().counter(Master::a53));
        CHECK(twin.save() == board.monitor.save());
    }
}

TEST_CASE("openings have bounds", "[firewall]") {
    FaultOpenings openings;
    Opening opening;
    opening.fault = 1;
    opening.masters = 1;
    opening.domains = 1;
    opening.privileges = Opening::any_privilege;
    for (std::uint64_t n = 0; n < FaultOpenings::limit + 10; ++n) {
        opening.first = 2 * n;
        opening.last = 2 * n;
        openings.add(opening);
    }
    CHECK(openings.list().size() == FaultOpenings::limit);
    CHECK(openings.lost() == 10);
    openings.close();
    CHECK_FALSE(openings.any_open());
    openings.add(opening);
    CHECK(openings.list().size() == FaultOpenings::limit);
    CHECK(openings.any_open());
}
