// SPDX-License-Identifier: GPL-2.0-or-later
/** Application cores and peripheral units switched on and off, in the steps of TF-A and Linux. */
#include "../catch.hpp"
#include "../fake_device.hpp"
#include "../fake_host.hpp"
#include "bus/fault_target.hpp"
#include "soc/ccm.hpp"
#include "soc/gpc.hpp"
#include "soc/src.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t lpcr_a53_ad = 0x04;
constexpr std::uint32_t cpu_pgc_up = 0xf0;
constexpr std::uint32_t cpu_pgc_down = 0xfc;
constexpr std::uint32_t pu_up = 0xf8;
constexpr std::uint32_t pu_down = 0x104;
constexpr std::uint32_t handshake = 0x1fc;
constexpr std::uint32_t a53rcr1 = 0x08;
constexpr std::uint32_t wfi_power_down[] = {1u << 0, 1u << 2, 1u << 16, 1u << 18};

std::uint32_t gate(unsigned number) {
    return 0x800 + 0x40 * number;
}

/** The two controllers as the machine joins them, and the firmware's register accesses. */
struct Power {
    Power() {
        REQUIRE(gpc.connect("src", src));
        src.reset();
        gpc.reset();
    }

    void set_bits(Device& device, std::uint32_t offset, std::uint32_t bits) {
        write32(device, offset, read32(device, offset) | bits);
    }
    void clear_bits(Device& device, std::uint32_t offset, std::uint32_t bits) {
        write32(device, offset, read32(device, offset) & ~bits);
    }

    void set_entry(unsigned cpu, std::uint64_t entry) {
        write32(src, 0x74 + 8 * cpu, static_cast<std::uint32_t>(entry >> 24) & 0xffff);
        write32(src, 0x78 + 8 * cpu, static_cast<std::uint32_t>(entry >> 2) & 0x3fffff);
    }

    /** PSCI CPU_ON as firmware does it. */
    void cpu_on(unsigned cpu, std::uint64_t entry) {
        set_entry(cpu, entry);
        clear_bits(gpc, lpcr_a53_ad, wfi_power_down[cpu]);
        clear_bits(src, a53rcr1, 1u << cpu);
        set_bits(gpc, gate(cpu), 1);
        set_bits(gpc, cpu_pgc_up, 1u << cpu);
        REQUIRE((read32(gpc, cpu_pgc_up) & 1u << cpu) == 0);
        clear_bits(gpc, gate(cpu), 1);
        set_bits(src, a53rcr1, 1u << cpu);
    }

    /** PSCI CPU_OFF up to the point where the core itself executes WFI. */
    void cpu_off(unsigned cpu) {
        set_bits(gpc, lpcr_a53_ad, wfi_power_down[cpu] | 1u << (20 + cpu));
        set_bits(gpc, gate(cpu), 1);
    }

    FakeHost host;
    Src src{host};
    Gpc gpc{host};
};

}  // namespace

TEST_CASE("entry addresses come from two registers a core", "[soc]") {
    Power power;
    struct Entry {
        unsigned cpu;
        std::uint64_t address;
    };
    for (const Entry& entry : {Entry{0, 0x00910000}, {1, 0x00910138}, {2, 0x40200004}, {3, 0x3f'ffff'fffc}}) {
        power.set_entry(entry.cpu, entry.address);
        CHECK(power.src.entry_point(entry.cpu) == entry.address);
    }
    CHECK(read32(power.src, 0x78) == 0x00244000);
    CHECK(power.src.entry_point(0) == 0x00910000);
    SECTION("bits beyond the two fields do not count") {
        write32(power.src, 0x7c, 0xffff0000);
        write32(power.src, 0x80, 0xffc00000);
        CHECK(power.src.entry_point(1) == 0);
    }
}

TEST_CASE("each core starts at its own entry and only when it is asked to", "[soc]") {
    Power power;
    CHECK(power.host.power_ons.empty());
    power.cpu_on(2, 0x00910000);
    CHECK(power.host.powered[2]);
    CHECK(power.host.entries[2] == 0x00910000);
    CHECK(power.host.power_ons.size() == 1);
    power.cpu_on(1, 0xdeadbee0);
    CHECK(power.host.entries[1] == 0xdeadbee0);
    power.cpu_on(3, 0x12'3456'7890);
    CHECK(power.host.entries[3] == 0x12'3456'7890);
    CHECK(power.host.power_ons[1] == 1);
    CHECK(power.host.power_ons[2] == 1);
    CHECK(power.host.power_offs.empty());
}

TEST_CASE("a core that was told to power down does so when it reaches WFI", "[soc]") {
    for (unsigned cpu : {1u, 3u}) {
        CAPTURE(cpu);
        Power power;
        power.cpu_on(cpu, 0x910000);
        power.host.halted[cpu] = true;  // WFI of an idle core takes no power away
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[cpu] == 0);

        power.host.halted[cpu] = false;
        power.cpu_off(cpu);
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[cpu] == 0);
        power.host.halted[cpu] = true;
        power.host.advance(power.gpc, Gpc::poll_interval);
        CHECK(power.host.power_offs[cpu] == 1);
        CHECK((read32(power.gpc, gate(cpu) + 0xc) & 1) == 1);
        CHECK(power.host.deadlines.empty());
    }
}

TEST_CASE("off, on, off and on again, two cores interleaved", "[soc]") {
    Power power;
    power.cpu_on(1, 0x910000);
    power.cpu_on(2, 0x910000);
    for (unsigned round = 1; round <= 3; ++round) {
        CAPTURE(round);
        power.cpu_off(1);
        power.cpu_off(2);
        power.host.halted[2] = true;
        power.host.advance(power.gpc, 200'000);
        CHECK(power.host.power_offs[1] == round - 1);
        CHECK(power.host.power_offs[2] == round);
        power.host.halted[1] = true;
        power.host.advance(power.gpc, 200'000);
        CHECK(power.host.power_offs[1] == round);

        power.host.halted[1] = power.host.halted[2] = false;
        power.cpu_on(2, 0x910000 + 0x1000 * round);
        CHECK(power.host.entries[2] == 0x910000 + 0x1000 * round);
        power.cpu_on(1, 0x920000 + 0x1000 * round);
        CHECK(power.host.entries[1] == 0x920000 + 0x1000 * round);
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[1] == round);
        CHECK(power.host.power_ons[1] == round + 1);
        CHECK(power.host.power_ons[2] == round + 1);
    }
}

TEST_CASE("a pending power-down is called off", "[soc]") {
    Power power;
    power.cpu_on(3, 0x910000);
    power.cpu_off(3);
    REQUIRE_FALSE(power.host.deadlines.empty());
    SECTION("by clearing the request") {
        power.clear_bits(power.gpc, lpcr_a53_ad, wfi_power_down[3]);
        CHECK(power.host.deadlines.empty());
        power.host.halted[3] = true;
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[3] == 0);
    }
    SECTION("by clearing the other half of the request") {
        power.clear_bits(power.gpc, lpcr_a53_ad, 1u << 23);
        CHECK(power.host.deadlines.empty());
    }
    SECTION("by closing the power gate to requests") {
        power.clear_bits(power.gpc, gate(3), 1);
        power.host.halted[3] = true;
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[3] == 0);
    }
    SECTION("by a new CPU_ON, which restarts the core") {
        power.cpu_on(3, 0x930000);
        power.host.halted[3] = true;
        power.host.advance(power.gpc, 10'000'000);
        CHECK(power.host.power_offs[3] == 1);
        CHECK(power.host.power_ons[3] == 2);
        CHECK(power.host.entries[3] == 0x930000);
        CHECK(power.host.powered[3]);
    }
}

TEST_CASE("waiting for one core does not put off another", "[soc]") {
    Power power;
    power.cpu_on(1, 0x910000);
    power.cpu_on(2, 0x910000);
    power.cpu_off(1);
    power.host.halted[1] = true;
    for (unsigned step = 0; step < 10; ++step) {
        power.host.advance(power.gpc, Gpc::poll_interval / 4);
        power.set_bits(power.gpc, gate(2), 1);  // somebody keeps writing
    }
    CHECK(power.host.power_offs[1] == 1);
}

TEST_CASE("releasing a core's reset alone starts it, since all cores have power after reset", "[soc]") {
    for (unsigned cpu : {1u, 2u}) {
        CAPTURE(cpu);
        Power power;
        power.set_entry(cpu, 0x40200000);
        power.set_bits(power.src, a53rcr1, 1u << cpu);
        CHECK(power.host.entries[cpu] == 0x40200000);
        power.set_bits(power.src, a53rcr1, 1u << cpu);
        CHECK(power.host.power_ons[cpu] == 1);
        power.clear_bits(power.src, a53rcr1, 1u << cpu);
        CHECK(power.host.power_offs[cpu] == 1);
        CHECK_FALSE(power.host.powered[cpu]);
        power.set_bits(power.src, a53rcr1, 1u << cpu);
        CHECK(power.host.power_ons[cpu] == 2);
    }
}

TEST_CASE("core 0 is always enabled, but may lose its power", "[soc]") {
    Power power;
    power.clear_bits(power.src, a53rcr1, 1);
    CHECK(read32(power.src, a53rcr1) == 1);
    CHECK(power.host.power_offs[0] == 0);
    power.cpu_off(0);
    power.host.halted[0] = true;
    power.host.advance(power.gpc, 100'000);
    CHECK(power.host.power_offs[0] == 1);
    power.host.halted[0] = false;
    power.cpu_on(0, 0x914000);
    CHECK(power.host.power_ons[0] == 1);
    CHECK(power.host.entries[0] == 0x914000);
}

TEST_CASE("a core without power does not start when its reset is released", "[soc]") {
    Power power;
    power.set_entry(1, 0x910000);
    power.set_bits(power.gpc, gate(1), 1);
    write32(power.gpc, cpu_pgc_down, 1u << 1);
    CHECK(read32(power.gpc, cpu_pgc_down) == 0);
    power.set_bits(power.src, a53rcr1, 1u << 1);
    CHECK(power.host.power_ons[1] == 0);
    write32(power.gpc, cpu_pgc_up, 1u << 1);
    CHECK(power.host.power_ons[1] == 1);
    SECTION("and software may take its power away again") {
        write32(power.gpc, cpu_pgc_down, 1u << 1);
        CHECK(power.host.power_offs[1] == 1);
    }
    SECTION("but not while its gate ignores requests") {
        power.clear_bits(power.gpc, gate(1), 1);
        write32(power.gpc, cpu_pgc_down, 1u << 1);
        CHECK(power.host.power_offs[1] == 0);
    }
}

TEST_CASE("without a reset controller no core is started", "[soc]") {
    FakeHost host;
    Gpc gpc(host);
    Ccm other(host);
    CHECK_FALSE(gpc.connect("src", other));
    CHECK_FALSE(gpc.connect("clock", other));
    gpc.reset();
    write32(gpc, cpu_pgc_up, 0xf);
    CHECK(host.power_ons.empty());
}

TEST_CASE("power state is part of the saved state", "[soc]") {
    Power power;
    power.cpu_on(1, 0x910000);
    power.cpu_on(2, 0x920000);
    power.cpu_off(2);
    const auto gpc_state = power.gpc.save();
    const auto src_state = power.src.save();

    Power twin;
    REQUIRE_FALSE(twin.src.load(src_state).has_value());
    REQUIRE_FALSE(twin.gpc.load(gpc_state).has_value());
    CHECK(twin.host.power_ons.empty());
    CHECK(twin.host.power_offs.empty());
    twin.host.halted[1] = twin.host.halted[2] = true;
    twin.host.advance(twin.gpc, 200'000);
    CHECK(twin.host.power_offs[2] == 1);
    CHECK(twin.host.power_offs[1] == 0);
    twin.cpu_on(2, 0x930000);
    CHECK(twin.host.entries[2] == 0x930000);
    CHECK(twin.gpc.load(std::span(gpc_state).first(gpc_state.size() - 1)).has_value());
    auto five_cores = gpc_state;
    five_cores.back() = std::byte{0x1f};
    CHECK(twin.gpc.load(five_cores).has_value());
}

TEST_CASE("a reset brings the power state back to one running core", "[soc]") {
    Power power;
    power.cpu_on(1, 0x910000);
    power.cpu_off(1);
    power.host.deadlines.clear();  // as the caller of reset() does
    power.src.reset();
    power.gpc.reset();
    power.host.halted[1] = true;
    power.host.advance(power.gpc, 1'000'000);
    CHECK(power.host.power_offs[1] == 0);
    power.cpu_on(1, 0x940000);
    CHECK(power.host.power_ons[1] == 2);
    CHECK(power.host.entries[1] == 0x940000);
}

TEST_CASE("requests of peripheral units finish at once", "[soc]") {
    Power power;
    struct Unit {
        unsigned request;
        unsigned gate;
    };
    // Linux: VPU, DISP, PCIE2.
    for (const Unit& unit : {Unit{8, 24}, {10, 26}, {13, 29}}) {
        CAPTURE(unit.request);
        for (unsigned job = 0; job < 2; ++job) {
            power.set_bits(power.gpc, pu_up, 1u << unit.request);
            CHECK(read32(power.gpc, pu_up) == 0);
            power.clear_bits(power.gpc, gate(unit.gate), 1);
            power.set_bits(power.gpc, gate(unit.gate), 1);
            power.set_bits(power.gpc, pu_down, 1u << unit.request);
            CHECK(read32(power.gpc, pu_down) == 0);
            CHECK((read32(power.gpc, gate(unit.gate) + 0xc) & 1) == 1);
            write32(power.gpc, gate(unit.gate) + 0xc, 1);
            CHECK((read32(power.gpc, gate(unit.gate) + 0xc) & 1) == 0);
        }
    }
    CHECK((read32(power.gpc, gate(23) + 0xc) & 1) == 0);
}

TEST_CASE("bus handshakes are acknowledged", "[soc]") {
    Power power;
    struct Pair {
        std::uint32_t request;
        std::uint32_t acknowledge;
    };
    for (const Pair& pair : {Pair{1u << 6, 1u << 26}, {1u << 5, 1u << 25}, {1u << 4, 1u << 24}}) {
        CHECK((read32(power.gpc, handshake) & pair.acknowledge) == 0);
        power.set_bits(power.gpc, handshake, pair.request);
        CHECK((read32(power.gpc, handshake) & pair.acknowledge) == pair.acknowledge);
    }
    power.clear_bits(power.gpc, handshake, 1u << 5);
    CHECK((read32(power.gpc, handshake) & 7u << 24) == (1u << 26 | 1u << 24));
}

TEST_CASE("low-power modes other than STOP are reported as missing", "[soc]") {
    Power power;
    power.set_bits(power.gpc, 0x00, 0xa);  // STOP is there
    power.set_bits(power.gpc, 0x108, 0xa);
    power.set_bits(power.gpc, 0x14, 1u << 31);
    CHECK(power.host.unimplemented.empty());
    write32(power.gpc, 0x00, 0x1);  // WAIT
    write32(power.gpc, 0x108, 0x1);
    power.set_bits(power.gpc, lpcr_a53_ad, 1u << 8);  // power by interrupt
    REQUIRE(power.host.unimplemented.size() == 3);
    CHECK(power.host.unimplemented[0] == "gpc: LPCR_A53_BSC.LPM0 asks for WAIT, which has no effect");
    CHECK(power.host.unimplemented[1] == "gpc: LPCR_A53_BSC2.LPM2 asks for WAIT, which has no effect");
    CHECK(power.host.unimplemented[2].find("LPCR_A53_AD.EN_C0_IRQ_PUP") != std::string::npos);
}

TEST_CASE("domain control and lock of a reset control register", "[soc]") {
    FakeHost host;
    Src src(host);
    src.reset();
    Transaction domain_1 = secure_access();
    domain_1.domain = 1;
    const std::uint32_t gpu_rcr = 0x40;
    write32(src, gpu_rcr, 0x82000000);  // only domain 1 may write the function bit from now on
    write32(src, gpu_rcr, 0x82000001);
    CHECK(read32(src, gpu_rcr) == 0x82000000);
    write32(src, gpu_rcr, 0x82000001, domain_1);
    CHECK(read32(src, gpu_rcr) == 0x82000001);
    write32(src, gpu_rcr, 0x84000000);  // anybody may change the domains until they are locked
    CHECK(read32(src, gpu_rcr) == 0x84000001);
    write32(src, gpu_rcr, 0xc2000001, domain_1);
    write32(src, gpu_rcr, 0x0f000000, domain_1);
    CHECK(read32(src, gpu_rcr) == 0xc2000000);
    write32(src, gpu_rcr, 0x8f000001);
    CHECK(read32(src, gpu_rcr) == 0xc2000000);
    src.reset();
    CHECK(read32(src, gpu_rcr) == 0);
    SECTION("a refused write starts no core") {
        Gpc gpc(host);
        REQUIRE(gpc.connect("src", src));
        gpc.reset();
        write32(src, a53rcr1, 0x82000001);
        write32(src, a53rcr1, 0x8200000f);
        CHECK(host.power_ons.empty());
        write32(src, a53rcr1, 0x82000003, domain_1);
        CHECK(host.power_ons[1] == 1);
    }
}

TEST_CASE("reset cause is cleared by writing 1", "[soc]") {
    FakeHost host;
    Src src(host);
    src.reset();
    CHECK(read32(src, 0x5c) == 1);
    write32(src, 0x5c, 0);
    CHECK(read32(src, 0x5c) == 1);
    write32(src, 0x5c, 1);
    CHECK(read32(src, 0x5c) == 0);
}

namespace {

constexpr std::uint32_t lpcr_a53_bsc = 0x00;
constexpr std::uint32_t slpcr = 0x14;
constexpr std::uint32_t imr_core0 = 0x30;
constexpr std::uint32_t lpcr_a53_bsc2 = 0x108;
constexpr std::uint32_t wake_power_up[] = {1u << 9, 1u << 11, 1u << 25, 1u << 27};
constexpr unsigned uart1 = 26;
constexpr unsigned last_spi = 127;

/** A firewall that counts how often it lost its state. */
class Forgetful : public FakeDevice, public FaultTarget {
 public:
    using FakeDevice::FakeDevice;
    bool has_register(std::uint32_t) const override { return false; }
    void disturb(std::uint32_t, std::uint32_t, std::uint32_t) override {}
    void lose_state() override { ++losses; }
    unsigned losses = 0;
};

/** PSCI SYSTEM_SUSPEND in the steps of TF-A, with core @p cpu the last one. */
struct Sleeper : Power {
    Sleeper() {
        REQUIRE(gpc.connect("tzasc", tzasc));
        REQUIRE(gpc.connect("rdc", rdc));
        REQUIRE(gpc.connect("csu", csu));
        REQUIRE(gpc.connect("caam", caam));
        for (unsigned word = 0; word < 4; ++word) {
            write32(gpc, imr_core0 + 4 * word, 0xffffffff);
        }
    }

    void unmask(unsigned line) { clear_bits(gpc, imr_core0 + 4 * (line / 32), 1u << line % 32); }

    void suspend(unsigned cpu) {
        set_entry(cpu, 0x910000);
        cpu_off(cpu);
        set_bits(gpc, lpcr_a53_bsc, 0xa);
        set_bits(gpc, lpcr_a53_bsc2, 0xa);
        set_bits(gpc, lpcr_a53_ad, wake_power_up[cpu]);
        set_bits(gpc, slpcr, 1u << 31);
    }

    void wfi(unsigned cpu) {
        host.halted[cpu] = true;
        host.advance(gpc, 2 * Gpc::poll_interval);
    }

    unsigned losses() const { return tzasc.losses * 100 + rdc.losses * 10 + csu.losses; }

    Forgetful tzasc{host}, rdc{host}, csu{host}, caam{host};
};

}  // namespace

TEST_CASE("deep sleep: the last core stops, the TZASC forgets, an unmasked interrupt wakes", "[soc]") {
    for (const unsigned line : {0u, uart1, 32u, last_spi}) {
        CAPTURE(line);
        Sleeper chip;
        chip.unmask(line);
        for (unsigned turn = 1; turn <= 2; ++turn) {
            chip.suspend(0);
            chip.wfi(0);
            CHECK_FALSE(chip.host.powered[0]);
            CHECK(chip.losses() == 100 * turn);
            chip.gpc.set_input((line + 1) % Gpc::input_count, true);  // masked
            chip.host.advance(chip.gpc, 1'000'000);
            CHECK(chip.host.power_ons[0] == turn - 1);
            chip.host.halted[0] = false;
            chip.gpc.set_input(line, true);
            CHECK(chip.host.power_ons[0] == turn);
            CHECK(chip.host.entries[0] == 0x910000);
            chip.gpc.set_input(line, false);
            chip.gpc.set_input(line, true);  // awake already
            CHECK(chip.host.power_ons[0] == turn);
            chip.gpc.set_input(line, false);
        }
    }
}

TEST_CASE("deep sleep needs its switch, STOP for all cores, and no core at work", "[soc]") {
    Sleeper chip;
    chip.unmask(uart1);
    chip.suspend(0);
    SECTION("no EN_DSM") {
        chip.clear_bits(chip.gpc, slpcr, 1u << 31);
    }
    SECTION("core 1 in RUN") {
        chip.clear_bits(chip.gpc, lpcr_a53_bsc, 0xc);
    }
    SECTION("core 2 in RUN") {
        chip.clear_bits(chip.gpc, lpcr_a53_bsc2, 0x3);
    }
    SECTION("core 0 in WAIT") {
        chip.clear_bits(chip.gpc, lpcr_a53_bsc, 0x3);
        chip.set_bits(chip.gpc, lpcr_a53_bsc, 0x1);
    }
    SECTION("core 3 runs") {
        chip.cpu_on(3, 0x920000);
    }
    chip.wfi(0);
    CHECK(chip.host.power_offs[0] == 1);
    CHECK(chip.losses() == 0);
    chip.gpc.set_input(uart1, true);
    CHECK(chip.host.power_ons[0] == 0);
}

TEST_CASE("an interrupt that is pending already wakes the chip at once, on the core that slept last",
          "[soc]") {
    Sleeper chip;
    chip.unmask(uart1);
    chip.gpc.set_input(uart1, true);
    chip.cpu_on(2, 0x920000);
    chip.cpu_off(0);
    chip.suspend(2);
    chip.host.halted[0] = chip.host.halted[2] = true;
    chip.host.advance(chip.gpc, Gpc::poll_interval + Gpc::poll_interval / 2);
    CHECK(chip.losses() == 100);
    CHECK(chip.host.power_ons[2] == 2);
    CHECK(chip.host.entries[2] == 0x910000);
    CHECK(chip.host.power_ons[0] == 0);
}

TEST_CASE("which blocks forget is a property", "[soc]") {
    struct Row {
        std::uint64_t loses;
        unsigned losses;
    };
    CHECK(Sleeper().gpc.properties()[0].default_value == 9);
    for (const Row& row : {Row{0, 0}, {1, 100}, {2, 10}, {4, 1}, {7, 111}, {8, 0}, {9, 100}, {15, 111}}) {
        CAPTURE(row.loses);
        Sleeper chip;
        REQUIRE_FALSE(chip.gpc.set_property("dsm-loses", row.loses).has_value());
        chip.suspend(0);
        chip.wfi(0);
        CHECK(chip.losses() == row.losses);
        CHECK(chip.caam.losses == (row.loses >= 8 ? 1 : 0));
    }
    Sleeper chip;
    CHECK(chip.gpc.set_property("dsm-loses", 16).has_value());
    CHECK(chip.gpc.set_property("dsm-gains", 1).has_value());
    CHECK_FALSE(chip.gpc.connect("tzasc", chip.src));
}

TEST_CASE("a sleeping chip is saved asleep, and a reset wakes it", "[soc]") {
    Sleeper chip;
    chip.unmask(uart1);
    chip.gpc.set_input(uart1 + 1, true);
    chip.suspend(0);
    chip.wfi(0);
    SECTION("saved") {
        const auto gpc_state = chip.gpc.save();
        const auto src_state = chip.src.save();
        Sleeper twin;
        REQUIRE_FALSE(twin.src.load(src_state).has_value());
        REQUIRE_FALSE(twin.gpc.load(gpc_state).has_value());
        CHECK(twin.losses() == 0);
        CHECK(twin.gpc.save() == gpc_state);
        twin.gpc.set_input(uart1, true);
        CHECK(twin.host.power_ons[0] == 1);
    }
    SECTION("a line that was high counts when its mask goes") {
        chip.unmask(uart1 + 1);
        CHECK(chip.host.power_ons[0] == 1);
    }
    SECTION("reset") {
        chip.src.reset();
        chip.gpc.reset();
        chip.gpc.set_input(uart1, true);
        CHECK(chip.host.power_ons[0] == 0);
    }
}

TEST_CASE("SRSR collects who reset the chip, from power-on to power-on", "[soc]") {
    FakeHost host;
    Src src(host);
    src.reset();
    const Transaction by = secure_access();
    CHECK(read32(src, 0x5c, by) == 1);
    CHECK(host.irq[Src::power_on_line]);

    struct Cause {
        unsigned input;
        std::uint32_t bit;
    };
    std::uint32_t expected = 0;
    write32(src, 0x5c, 1, by);
    for (const Cause cause : {Cause{0, 1u << 4}, Cause{1, 1u << 8}, Cause{2, 1u << 7}}) {
        src.set_input(cause.input, true);
        src.set_input(cause.input, false);
        src.reset();
        expected |= cause.bit;
        CHECK(read32(src, 0x5c, by) == expected);
        CHECK_FALSE(host.irq[Src::power_on_line]);
    }
    write32(src, 0x5c, 1u << 8, by);
    CHECK(read32(src, 0x5c, by) == (expected & ~(1u << 8)));
    src.reset();
    CHECK(read32(src, 0x5c, by) == 1);
    CHECK(host.irq[Src::power_on_line]);
}

TEST_CASE("the SRC tells how the board has the chip boot", "[soc]") {
    FakeHost host;
    Src src(host);
    src.reset();
    CHECK(read32(src, 0x58) == 0x4000);
    CHECK(read32(src, 0x70) == 0x02000000);
    CHECK(src.set_property("boot-cfg", 0x1400) == std::nullopt);
    CHECK(src.set_property("boot-mode", 1) == std::nullopt);
    CHECK(src.set_property("boot-mode", 3).has_value());
    CHECK(src.set_property("boot-cfg", 0x100000000).has_value());
    src.reset();
    CHECK(read32(src, 0x58) == 0x1400);
    CHECK(read32(src, 0x70) == 0x01000000);
}
