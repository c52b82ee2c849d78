// SPDX-License-Identifier: GPL-2.0-or-later
/** DDR controller and PHY, as U-Boot's SPL sets them up; values from its table for the i.MX 8M Quad EVK. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "ddr/controller.hpp"
#include "ddr/phy.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint64_t gibi = std::uint64_t{1} << 30;

constexpr std::uint32_t mstr = 0x000, stat = 0x004, pwrctl = 0x030, dfimisc = 0x1b0, dfistat = 0x1bc,
                        swctl = 0x320, swstat = 0x324;

/** MSTR, and ADDRMAP0 to 6, of the EVK: two ranks of 16 rows. */
constexpr std::uint32_t evk_mstr = 0xa3080020;
constexpr std::uint32_t evk_map[] = {0x15, 0x00080808, 0, 0, 0x1f1f, 0x07070707, 0x08080707};

DdrAddressMap evk() {
    DdrAddressMap map{evk_mstr, {}};
    std::copy(std::begin(evk_map), std::end(evk_map), map.addrmap.begin());
    return map;
}

/** A board with so much DRAM, its controller and its PHY. */
struct Dram {
    explicit Dram(std::uint64_t size) : controller(host), phy(host) {
        REQUIRE(controller.set_property("size", size) == std::nullopt);
        REQUIRE(phy.connect("controller", controller));
        controller.reset();
        phy.reset();
    }
    void set_up(std::uint32_t type = evk_mstr) {
        write32(controller, mstr, type);
        for (std::uint32_t n = 0; n < std::size(evk_map); ++n) {
            write32(controller, 0x200 + 4 * n, evk_map[n]);
        }
        write32(controller, pwrctl, 0xa0);
        write32(controller, dfimisc, 0x10);
    }
    void put(std::uint32_t number, std::uint32_t value) {
        phy.write(0, 4 * std::uint64_t{number}, value, 2, secure_access());
    }
    std::uint32_t get(std::uint32_t number) {
        return static_cast<std::uint32_t>(phy.read(0, 4 * std::uint64_t{number}, 2, secure_access()).value);
    }
    /** Starts the training code; the message that comes of it, acknowledged. */
    std::uint32_t train() {
        for (const unsigned step : {9, 1, 0}) {
            put(0xd0099, step);
        }
        REQUIRE((get(0xd0004) & 1) == 0);
        const std::uint32_t message = get(0xd0032);
        put(0xd0031, 0);
        REQUIRE((get(0xd0004) & 1) == 1);
        put(0xd0031, 1);
        CHECK((get(0xd0004) & 1) == 1);  // there is no second one
        put(0xd0099, 1);
        return message;
    }

    FakeHost host;
    DdrController controller;
    DdrPhy phy;
};

}  // namespace

TEST_CASE("a map's fields give the bytes that it reaches", "[ddr]") {
    CHECK(mapped_bytes(evk()) == 4 * gibi);
    CHECK(ranks_of(evk()) == 2);
    CHECK(is_lpddr4(evk()));

    DdrAddressMap map = evk();
    map.addrmap[0] = 0x1f;  // no rank bit
    CHECK(mapped_bytes(map) == 2 * gibi);
    map.addrmap[6] = 0x0f080707;  // nor row 15
    CHECK(mapped_bytes(map) == gibi);
    map.addrmap[6] = 0x2f080707;  // rows of 3/4
    CHECK(mapped_bytes(map) == gibi / 4 * 3);
    map.addrmap[6] = 0x0f080707;
    map.mstr = 0x01081020;  // half the bus, one rank
    CHECK(mapped_bytes(map) == gibi / 2);
    CHECK(ranks_of(map) == 1);
    map.addrmap[1] = 0x003f0808;  // two bank bits
    CHECK(mapped_bytes(map) == gibi / 4);
    map.addrmap[3] = 0x0f000000;  // column 9 is missing
    CHECK(mapped_bytes(map) == gibi / 8);
    map.addrmap[5] = 0x070f0707;  // rows 2 to 10
    CHECK(mapped_bytes(map) == gibi / 8 / 512);
    map.mstr = 0x01080001;
    CHECK_FALSE(is_lpddr4(map));

    DdrAddressMap all{0, {}};
    CHECK(mapped_bytes(all) == std::uint64_t{4} << 32);
    all.addrmap.fill(0xffffffff);
    CHECK(mapped_bytes(all) == 12);
}

TEST_CASE("DRAM fits where all of it, or three quarters, are there", "[ddr]") {
    CHECK(dram_fits(4 * gibi, 4 * gibi));
    CHECK(dram_fits(4 * gibi, 3 * gibi));
    CHECK_FALSE(dram_fits(4 * gibi, 3 * gibi - 1));
    CHECK_FALSE(dram_fits(4 * gibi, 2 * gibi));
    CHECK(dram_fits(2 * gibi, 4 * gibi));
}

TEST_CASE("SPL's way to a DRAM in normal mode", "[ddr]") {
    Dram dram(3 * gibi);
    dram.set_up();
    CHECK((read32(dram.controller, swstat) & 1) == 0);
    write32(dram.controller, swctl, 1);
    CHECK((read32(dram.controller, swstat) & 1) == 1);
    CHECK((read32(dram.controller, stat) & 3) == 0);
    CHECK((read32(dram.controller, dfistat) & 1) == 0);

    write32(dram.controller, dfimisc, 0x30);  // before any training nobody answers
    CHECK((read32(dram.controller, dfistat) & 1) == 0);
    write32(dram.controller, dfimisc, 0x10);

    CHECK((dram.get(0xd0004) & 1) == 1);
    CHECK(dram.train() == 0x07);
    CHECK(dram.train() == 0x07);  // another frequency
    CHECK((dram.get(0x20097) & 1) == 0);
    CHECK((read32(dram.controller, dfistat) & 1) == 0);
    write32(dram.controller, dfimisc, 0x30);
    CHECK((read32(dram.controller, dfistat) & 1) == 1);
    write32(dram.controller, dfimisc, 0x10);
    CHECK((read32(dram.controller, stat) & 3) == 0);
    write32(dram.controller, dfimisc, 0x11);
    CHECK((read32(dram.controller, stat) & 3) == 3);
    write32(dram.controller, pwrctl, 0x80);
    CHECK((read32(dram.controller, stat) & 3) == 1);
    CHECK(dram.host.guest_errors.empty());

    SECTION("a further training begins anew") {
        CHECK(dram.train() == 0x07);
        CHECK((read32(dram.controller, stat) & 3) == 0);
    }
    SECTION("a state goes on in another machine") {
        Dram other(3 * gibi);
        REQUIRE(other.controller.load(dram.controller.save()) == std::nullopt);
        REQUIRE(other.phy.load(dram.phy.save()) == std::nullopt);
        CHECK((read32(other.controller, stat) & 3) == 1);
    }
    SECTION("a reset ends it") {
        dram.controller.reset();
        dram.phy.reset();
        CHECK((read32(dram.controller, dfistat) & 1) == 0);
        CHECK(dram.get(0xd0099) == 0);
    }
}

TEST_CASE("training fails where the board has another DRAM", "[ddr]") {
    SECTION("too little") {
        Dram dram(gibi);
        dram.set_up();
        CHECK(dram.train() == 0xff);
        REQUIRE(dram.host.guest_errors.size() == 1);
        CHECK(dram.host.guest_errors[0].find("4096 MiB of addresses, the board has 1024 MiB") !=
              std::string::npos);
        write32(dram.controller, dfimisc, 0x31);
        CHECK((read32(dram.controller, dfistat) & 1) == 0);
    }
    SECTION("another kind") {
        Dram dram(3 * gibi);
        dram.set_up(0x83080010);  // DDR4
        CHECK(dram.train() == 0xff);
        CHECK(dram.host.guest_errors.at(0).find("LPDDR4") != std::string::npos);
    }
    SECTION("without a controller") {
        FakeHost host;
        DdrPhy phy(host);
        phy.write(0, 4 * 0xd0099, 1, 2, secure_access());
        phy.write(0, 4 * 0xd0099, 0, 2, secure_access());
        CHECK(phy.read(0, 4 * 0xd0032, 2, secure_access()).value == 0xff);
    }
}

TEST_CASE("registers of the PHY are 16 bits in a word each", "[ddr]") {
    Dram dram(3 * gibi);
    for (std::uint32_t number = 0x50000; number < 0x50000 + 0x4000; ++number) {
        dram.put(number, static_cast<std::uint16_t>(number * 7));
    }
    for (std::uint32_t number = 0x50000; number < 0x50000 + 0x4000; ++number) {
        REQUIRE(dram.get(number) == (number * 7 & 0xffff));
    }
    CHECK(read32(dram.phy, 4 * 0x50003) == (0x50003u * 7 & 0xffff));
    CHECK(dram.phy.read(0, 4 * 0x50002, 8, secure_access()).value ==
          (std::uint64_t{0x50003u * 7 & 0xffff} << 32 | (0x50002u * 7 & 0xffff)));
    CHECK(dram.phy.read(0, 4 * 0x50002 + 1, 1, secure_access()).value % 256 == (0x50002u * 7 >> 8 & 0xff));
    write32(dram.phy, 4 * 0x3fffff, 0xabcd1234);
    CHECK(read32(dram.phy, 4 * 0x3fffff) == 0x1234);
    dram.phy.write(0, 4 * 0x10, 0x1111222233334444, 8, secure_access());
    CHECK(dram.get(0x10) == 0x4444);
    CHECK(dram.get(0x11) == 0x2222);
    dram.phy.write(0, 4 * 0x10 + 1, 0x99, 1, secure_access());
    CHECK(dram.get(0x10) == 0x9944);
    dram.phy.write(0, 4 * 0x10 + 2, 0x7777, 2, secure_access());  // the empty half
    CHECK(read32(dram.phy, 4 * 0x10) == 0x9944);

    Dram other(3 * gibi);
    REQUIRE(other.phy.load(dram.phy.save()) == std::nullopt);
    CHECK(other.get(0x53fff) == (0x53fffu * 7 & 0xffff));
    CHECK(other.get(0x10) == 0x9944);
    CHECK(other.phy.save() == dram.phy.save());
}

TEST_CASE("mode registers tell what the DRAM is", "[ddr]") {
    struct Row {
        std::uint64_t size;
        std::uint32_t density;
    };
    for (const Row row : {Row{gibi, 0}, Row{2 * gibi, 2}, Row{3 * gibi, 3}, Row{4 * gibi, 4}}) {
        CAPTURE(row.size);
        Dram dram(row.size);
        dram.set_up();
        const auto mode_register = [&dram](std::uint32_t number) {
            write32(dram.controller, 0x40, 1, secure_access(), 1);
            CHECK((read32(dram.controller, 0x40, secure_access(), 1) & 8) == 0);
            write32(dram.controller, 0x10, 0x11);
            write32(dram.controller, 0x14, number << 8);
            write32(dram.controller, 0x10, 0x80000011);
            CHECK(read32(dram.controller, 0x10) == 0x11);
            CHECK((read32(dram.controller, 0x18) & 1) == 0);
            CHECK((read32(dram.controller, 0x40, secure_access(), 1) & 8) == 8);
            const std::uint32_t value = read32(dram.controller, 0x44, secure_access(), 1);
            write32(dram.controller, 0x40, 4, secure_access(), 1);
            CHECK((read32(dram.controller, 0x40, secure_access(), 1) & 8) == 0);
            return value;
        };
        CHECK(mode_register(5) == 0xff);
        CHECK(mode_register(8) == row.density << 2);
        CHECK(mode_register(6) == 0);
    }
}

TEST_CASE("the size of the DRAM has limits", "[ddr]") {
    FakeHost host;
    DdrController controller(host);
    CHECK(controller.set_property("size", 0).value().find("4294967296") != std::string::npos);
    CHECK(controller.set_property("size", 4 * gibi + 1).has_value());
    CHECK(controller.set_property("size", 4 * gibi) == std::nullopt);
    CHECK(controller.set_property("ranks", 1).value() == "no property ranks");
}
