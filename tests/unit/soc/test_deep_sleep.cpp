// SPDX-License-Identifier: GPL-2.0-or-later
/** GPC and firewalls together: in deep sleep no master but the cores reaches anything, and firmware ends
 * that. */
#include "../catch.hpp"
#include "../fake_device.hpp"
#include "../firewall/firewall_board.hpp"
#include "soc/gpc.hpp"
#include "soc/src.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t lpcr_a53_bsc = 0x00;
constexpr std::uint32_t lpcr_a53_ad = 0x04;
constexpr std::uint32_t slpcr = 0x14;
constexpr std::uint32_t imr_core0 = 0x30;
constexpr std::uint32_t lpcr_a53_bsc2 = 0x108;
constexpr std::uint32_t gate_control = 0x800;
constexpr std::uint32_t enable_deep_sleep = 1u << 31;
constexpr unsigned wake_line = 26;
constexpr std::uint64_t nowhere = 0x301f0000;  // nothing guards it

/** The last core is about to stop in WFI, as PSCI SYSTEM_SUSPEND leaves things. */
struct SleepBoard : FirewallBoard {
    explicit SleepBoard(std::uint64_t loses) {
        REQUIRE(gpc.connect("src", src));
        REQUIRE(gpc.connect("tzasc", tzc));
        REQUIRE(gpc.connect("rdc", rdc));
        REQUIRE(gpc.connect("csu", csu));
        REQUIRE_FALSE(gpc.set_property("dsm-loses", loses).has_value());
        REQUIRE(firewall.connect("gpc", gpc));
        open_peripherals();
        write32(gpc, imr_core0, ~(1u << wake_line));
        for (unsigned word = 1; word < 4; ++word) {
            write32(gpc, imr_core0 + 4 * word, 0xffffffff);
        }
        write32(gpc, lpcr_a53_bsc, 0xa);
        write32(gpc, lpcr_a53_bsc2, 0xa);
        write32(gpc, lpcr_a53_ad, 1u << 0 | 1u << 20 | 1u << 9);
        write32(gpc, gate_control, 1);
        write32(gpc, slpcr, enable_deep_sleep);
    }

    void sleep() {
        gpc_host.halted[0] = true;
        gpc_host.advance(gpc, 2 * Gpc::poll_interval);
    }

    void wake() {
        gpc_host.halted[0] = false;
        gpc.set_input(wake_line, true);
        gpc.set_input(wake_line, false);
    }

    /** Masters, bit n, that cannot do this at an address. */
    std::uint32_t denied_masters(std::uint64_t address, Direction direction) const {
        std::uint32_t masters = 0;
        for (unsigned number = 0; number < master_count; ++number) {
            Transaction access = firewall.identity(static_cast<Master>(number));
            access.address = address;
            access.size = 4;
            access.direction = direction;
            const Verdict verdict = firewall.decide(access);
            masters |= verdict.granted ? 0 : 1u << number;
            if (!verdict.granted) {
                CHECK(verdict.denier == Denier::deep_sleep);
                CHECK(verdict.response == Response::slverr);
                CHECK(verdict.address == address);
            }
        }
        return masters;
    }

    bool held() const {
        constexpr std::uint32_t all_but_a53 = (1u << master_count) - 2;
        std::uint32_t all = 0;
        std::uint32_t every = all_but_a53;
        for (const std::uint64_t address : {dram, ocram, uart1, nowhere}) {
            for (const Direction direction : {Direction::read, Direction::write}) {
                all |= denied_masters(address, direction);
                every &= denied_masters(address, direction);
            }
        }
        CHECK((all == 0 || all == all_but_a53));
        CHECK(every == all);
        return all != 0;
    }

    FakeHost gpc_host;
    FakeHost src_host;
    Src src{src_host};
    Gpc gpc{gpc_host};
};

}  // namespace

TEST_CASE("masters are off the bus from deep sleep on until software clears EN_DSM, whatever is lost",
          "[soc]") {
    // With all that is lost open by itself, what denies can only be the sleep. 1 would close DRAM.
    for (const std::uint64_t loses : {0u, 2u}) {
        CAPTURE(loses);
        SleepBoard board(loses);
        for (unsigned turn = 0; turn < 2; ++turn) {
            CHECK_FALSE(board.held());
            board.sleep();
            CHECK(board.held());
            write32(board.gpc, slpcr, 0);  // a sleeping chip's software does not run
            CHECK(board.held());
            write32(board.gpc, slpcr, enable_deep_sleep);
            board.wake();
            CHECK(board.gpc_host.power_ons[0] == turn + 1);
            CHECK(board.held());
            write32(board.gpc, slpcr, enable_deep_sleep | 2);
            CHECK(board.held());
            write32(board.gpc, slpcr, 2);
            CHECK_FALSE(board.held());
            write32(board.gpc, slpcr, enable_deep_sleep);
            CHECK_FALSE(board.held());
        }
    }
}

TEST_CASE("the GPC's STOP line is high while the chip sleeps, and after such a state was loaded", "[soc]") {
    SleepBoard board(0);
    CHECK_FALSE(board.gpc_host.irq[Gpc::stop_line]);
    board.sleep();
    CHECK(board.gpc_host.irq[Gpc::stop_line]);
    const auto state = board.gpc.save();
    board.wake();
    CHECK_FALSE(board.gpc_host.irq[Gpc::stop_line]);
    REQUIRE_FALSE(board.gpc.load(state).has_value());
    CHECK(board.gpc_host.irq[Gpc::stop_line]);
    board.gpc.reset();
    CHECK_FALSE(board.gpc_host.irq[Gpc::stop_line]);
}

TEST_CASE("a CAAM that has started anew is back when the chip wakes, before all others", "[soc]") {
    struct Gated : FakeDevice, PowerGated {
        using FakeDevice::FakeDevice;
        void lose_state() override { ++losses; }
        bool started_anew() const override { return anew; }
        unsigned losses = 0;
        bool anew = true;
    };
    constexpr std::uint32_t others = (1u << master_count) - 2 - (1u << 10), caam_too = others | 1u << 10;
    for (const std::uint64_t loses : {0u, 2u, 8u, 10u}) {
        CAPTURE(loses);
        SleepBoard board(loses);
        FakeHost caam_host;
        Gated caam(caam_host);
        REQUIRE(board.gpc.connect("caam", caam));
        board.sleep();
        CHECK(caam.losses == (loses >= 8 ? 1 : 0));
        CHECK(board.denied_masters(dram, Direction::read) == caam_too);
        const unsigned changes = board.host.policy_changes;
        board.wake();
        CHECK(board.denied_masters(dram, Direction::read) == (loses >= 8 ? others : caam_too));
        CHECK(board.host.policy_changes == changes + (loses >= 8 ? 1 : 0));
        caam.anew = false;  // a job of the time before still ends
        CHECK(board.denied_masters(dram, Direction::read) == caam_too);
        caam.anew = true;
        write32(board.gpc, slpcr, 2);
        CHECK(board.denied_masters(dram, Direction::read) == 0);
    }
}

TEST_CASE("views of masters close with deep sleep, those of the cores and the table of rights do not",
          "[soc]") {
    SleepBoard board(0);
    const auto runs = [&](std::uint32_t masters) {
        return board.firewall.access_runs(World::non_secure, 0, dram, 0x1000, masters);
    };
    constexpr std::uint32_t a53 = 1;
    constexpr std::uint32_t usdhc1 = 1u << 15;
    const std::vector<AccessRun> open = {{dram, 0x1000, true, true}};
    const std::vector<AccessRun> closed = {{dram, 0x1000, false, false}};
    CHECK(runs(usdhc1) == open);
    const unsigned changes = board.host.policy_changes;
    board.sleep();
    CHECK(board.host.policy_changes == changes + 1);
    CHECK(runs(usdhc1) == closed);
    CHECK(runs(usdhc1 | a53) == closed);
    CHECK(runs(a53) == open);
    CHECK(runs(0) == open);
    Transaction access = board.firewall.identity(Master::usdhc1);
    access.address = dram;
    CHECK(board.firewall.run_length(access, 0x5000) == 0x5000);
    board.wake();
    write32(board.gpc, slpcr, 0);
    CHECK(runs(usdhc1) == open);
}

TEST_CASE("a master that meets deep sleep leaves no trace in the firewalls", "[soc]") {
    SleepBoard board(0);
    board.enable();
    write32(board.tzc, tzc_attributes(0), 0xc0000000);
    board.slot(1, 0, 0x100000, 0x03);
    board.sleep();
    for (const std::uint64_t address : {dram, dram + 0x200000, nowhere}) {
        Transaction access = board.firewall.identity(Master::usdhc1);
        access.address = address;
        access.size = 64;
        CHECK(board.firewall.access(access).denier == Denier::deep_sleep);
    }
    CHECK(read32(board.tzc, tzc_int_status) == 0);
    CHECK(read32(board.rdc, rdc_mrvs(1)) == 0);
}

TEST_CASE("whatever deep sleep costs the firewalls, no master meets them before firmware says so", "[soc]") {
    for (std::uint64_t loses = 0; loses <= 7; ++loses) {
        CAPTURE(loses);
        SleepBoard board(loses);
        const auto denier = [&](Master master, std::uint64_t address) {
            Transaction access = board.firewall.identity(master);
            access.address = address;
            access.size = 4;
            return board.firewall.decide(access).denier;
        };
        const auto check_held = [&] {
            for (unsigned number = 1; number < master_count; ++number) {
                for (const std::uint64_t address : {dram, ocram, uart1, nowhere}) {
                    CHECK(denier(static_cast<Master>(number), address) == Denier::deep_sleep);
                }
            }
            CHECK(denier(Master::a53, nowhere) == Denier::none);
        };
        board.sleep();
        check_held();
        board.wake();
        check_held();
        board.gpc.reset();
        CHECK(denier(Master::usdhc1, nowhere) == Denier::none);
    }
}

TEST_CASE("that masters are held is part of the saved state", "[soc]") {
    SleepBoard board(0);
    board.sleep();
    board.wake();
    const auto gpc_state = board.gpc.save();
    const auto src_state = board.src.save();
    SleepBoard twin(0);
    REQUIRE_FALSE(twin.src.load(src_state).has_value());
    CHECK_FALSE(twin.held());
    REQUIRE_FALSE(twin.gpc.load(gpc_state).has_value());
    CHECK(twin.held());
    write32(twin.gpc, slpcr, 0);
    CHECK_FALSE(twin.held());
}
