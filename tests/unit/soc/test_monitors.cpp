// SPDX-License-Identifier: GPL-2.0-or-later
/** Thermal monitor and power management chip, as qoriq_thermal and pfuze100-regulator use them. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/pfuze100.hpp"
#include "soc/tmu.hpp"
#include "soc/vpu_blk_ctrl.hpp"

using namespace svp;
using namespace svp::test;

namespace {

std::uint8_t read8(Pfuze100& chip, std::uint32_t number) {
    return static_cast<std::uint8_t>(chip.read(0, number, 1, secure_access()).value);
}

void write8(Pfuze100& chip, std::uint32_t number, std::uint8_t value) {
    chip.write(0, number, value, 1, secure_access());
}

}  // namespace

TEST_CASE("temperatures are valid while their site is monitored", "[soc]") {
    FakeHost host;
    Tmu tmu(host);
    CHECK(tmu.set_property("cpu-temperature", 61) == std::nullopt);
    CHECK(tmu.set_property("gpu-temperature", 0) == std::nullopt);
    CHECK(tmu.set_property("vpu-temperature", 125) == std::nullopt);
    tmu.reset();
    CHECK((read32(tmu, 0xbf8) >> 8 & 0xff) == 1);
    CHECK(read32(tmu, 0x100) == 0);
    write32(tmu, 0x00, 0x8c00e000);
    CHECK(read32(tmu, 0x00) == 0x8c00e000);
    CHECK(read32(tmu, 0x100) == (0x80000000 | 61));
    CHECK(read32(tmu, 0x110) == 0x80000000);
    CHECK(read32(tmu, 0x124) == (0x80000000 | 125));
    CHECK(read32(tmu, 0x130) == 0);
    CHECK(read32(tmu, 0x40) == (0x80000000 | 125));
    CHECK(read32(tmu, 0x44) == 0x80000000);
    write32(tmu, 0x00, 0x8c004000);
    CHECK(read32(tmu, 0x100) == 0);
    CHECK(read32(tmu, 0x110) == 0x80000000);
    CHECK(read32(tmu, 0x120) == 0);
    write32(tmu, 0x00, 0x0c00e000);  // sites selected, monitoring off
    CHECK(read32(tmu, 0x100) == 0);
    CHECK(read32(tmu, 0x110) == 0);
    CHECK(read32(tmu, 0x40) == 0);
    SECTION("bad properties") {
        CHECK(tmu.set_property("cpu-temperature", 126).value().find("125") != std::string::npos);
        CHECK(tmu.set_property("temperature", 1).value() == "no property temperature");
    }
    SECTION("thresholds are reported as missing") {
        write32(tmu, 0x50, 0x80000050);
        write32(tmu, 0x20, 0x80000000);
        REQUIRE(host.unimplemented.size() == 3);
        CHECK(host.unimplemented[0].find("TMHTITR.TEMP") != std::string::npos);
        CHECK(host.unimplemented[1].find("TMHTITR.EN") != std::string::npos);
        CHECK(host.unimplemented[2].find("TIER.ITTEIE") != std::string::npos);
    }
}

TEST_CASE("temperatures of a saved machine replace those of the new one", "[soc]") {
    FakeHost host;
    Tmu hot(host);
    CHECK(hot.set_property("cpu-temperature", 99) == std::nullopt);
    write32(hot, 0x00, 0x80008000);
    Tmu cold(host);
    REQUIRE(cold.load(hot.save()) == std::nullopt);
    CHECK(read32(cold, 0x100) == (0x80000000 | 99));
    auto state = hot.save();
    state.back() = std::byte{200};
    CHECK(cold.load(state).has_value());
}

TEST_CASE("the PMIC identifies itself", "[soc]") {
    FakeHost host;
    Pfuze100 chip(host);
    CHECK(read8(chip, 0x00) == 0x10);
    CHECK(read8(chip, 0x03) == 0x21);
    CHECK(read8(chip, 0x04) == 0x00);
    write8(chip, 0x00, 0xff);
    CHECK(read8(chip, 0x00) == 0x10);
    CHECK(chip.read(0, 0x00, 8, secure_access()).value == 0x01'3f'00'00'21'00'00'10);
}

TEST_CASE("every supply of the EVK is inside the range of its device tree", "[soc]") {
    struct Supply {
        std::uint32_t number;
        std::uint32_t selector;
        std::uint32_t base;  ///< microvolts
        std::uint32_t step;
        std::uint32_t lowest;
        std::uint32_t highest;
        std::uint32_t enable;  ///< 0: cannot be told from this register
    };
    constexpr Supply supplies[] = {
        {0x20, 0x3f, 300000, 25000, 825000, 1100000, 0},       // sw1ab
        {0x2e, 0x3f, 300000, 25000, 825000, 1100000, 0},       // sw1c
        {0x35, 0x3f, 400000, 25000, 1100000, 1100000, 0},      // sw2
        {0x3c, 0x3f, 400000, 25000, 825000, 1100000, 0},       // sw3a
        {0x43, 0x3f, 400000, 25000, 825000, 1100000, 0},       // sw3b
        {0x4a, 0x3f, 400000, 25000, 1800000, 1800000, 0},      // sw4
        {0x66, 0x03, 5000000, 50000, 5000000, 5150000, 0x48},  // swbst
        {0x6c, 0x0f, 800000, 50000, 800000, 1550000, 0x10},    // vgen1
        {0x6d, 0x0f, 800000, 50000, 850000, 975000, 0x10},
        {0x6e, 0x0f, 1800000, 100000, 1675000, 1975000, 0x10},
        {0x6f, 0x0f, 1800000, 100000, 1625000, 1875000, 0x10},
        {0x70, 0x0f, 1800000, 100000, 3075000, 3625000, 0x10},
        {0x71, 0x0f, 1800000, 100000, 1800000, 3300000, 0x10},
    };
    FakeHost host;
    Pfuze100 chip(host);
    for (const Supply& supply : supplies) {
        CAPTURE(supply.number);
        const std::uint32_t value = read8(chip, supply.number);
        const std::uint32_t microvolts = supply.base + (value & supply.selector) * supply.step;
        CHECK(microvolts >= supply.lowest);
        CHECK(microvolts <= supply.highest);
        CHECK((value & supply.enable) == supply.enable);
        CHECK((value & 0x80) == 0);
    }
    // VSNVS: the seventh voltage is 3.0 V. Bucks work in mode 8, and SW2 to SW4 in the lower range.
    CHECK(read8(chip, 0x6b) == 6);
    CHECK((read8(chip, 0x6a) & 0x10) != 0);
    for (std::uint32_t number : {0x23u, 0x31u, 0x38u, 0x3fu, 0x46u, 0x4du}) {
        CHECK(read8(chip, number) == 8);
    }
}

TEST_CASE("voltages are set and reset", "[soc]") {
    FakeHost host;
    Pfuze100 chip(host);
    struct Job {
        std::uint32_t number;
        std::uint8_t value;
        std::uint8_t expected;
    };
    for (const Job& job :
         {Job{0x2e, 0x20, 0x20}, {0x4a, 0xff, 0x3f}, {0x70, 0xff, 0x7f}, {0x6b, 0xff, 0x07}}) {
        CAPTURE(job.number);
        const std::uint8_t before = read8(chip, job.number);
        write8(chip, job.number, job.value);
        CHECK(read8(chip, job.number) == job.expected);
        Pfuze100 twin(host);
        REQUIRE(twin.load(chip.save()) == std::nullopt);
        CHECK(read8(twin, job.number) == job.expected);
        chip.reset();
        CHECK(read8(chip, job.number) == before);
    }
    CHECK(host.guest_errors.empty());
}

TEST_CASE("unknown registers of the PMIC are reported", "[soc]") {
    FakeHost host;
    Pfuze100 chip(host);
    write8(chip, 0x01, 0xff);
    CHECK(read8(chip, 0x01) == 0);
    CHECK(host.guest_errors.size() == 2);
    write8(chip, 0x7f, 1);
    write8(chip, 0xa8, 0xff);
    CHECK(read8(chip, 0xa8) == 0);
    CHECK(host.unimplemented.size() == 2);
}

TEST_CASE("resets and clocks of the decoders are stored", "[soc]") {
    FakeHost host;
    VpuBlkCtrl block(host);
    write32(block, 0x00, 0xffffffff);
    CHECK(read32(block, 0x00) == 3);
    write32(block, 0x0c, 0xffffffff);
    CHECK(read32(block, 0x0c) == 0xffffffff);
    CHECK(host.guest_errors.empty());
}
