// SPDX-License-Identifier: GPL-2.0-or-later
#include "../catch.hpp"
#include "tzasc_board.hpp"

using namespace svp;
using namespace svp::test;

TEST_CASE("48 GPRs reset to 0 and store, what follows is a hole", "[firewall]") {
    FakeHost host;
    IomuxcGpr gpr(host);
    gpr.reset();
    for (std::uint32_t number = 0; number < 48; ++number) {
        CHECK(read32(gpr, 4 * number) == 0);
        write32(gpr, 4 * number, 0xdead0000 + number, non_secure_access());
    }
    for (std::uint32_t number = 0; number < 48; ++number) {
        CHECK(read32(gpr, 4 * number) == 0xdead0000 + number);
    }
    CHECK(host.guest_errors.empty());
    for (std::uint32_t offset = 48 * 4; offset < 0x10000; offset += 4) {
        write32(gpr, offset, 0xffffffff);
        if (read32(gpr, offset) != 0) {
            FAIL("offset 0x" << std::hex << offset << " stores");
        }
    }
    CHECK_FALSE(host.guest_errors.empty());
    gpr.reset();
    for (std::uint32_t number = 0; number < 48; ++number) {
        CHECK(read32(gpr, 4 * number) == 0);
    }
}

TEST_CASE("each lock bit of GPR10 and GPR11 freezes its field and itself until reset", "[firewall]") {
    struct Lock {
        std::uint32_t offset;
        unsigned bit;
        unsigned locked;
    };
    std::vector<Lock> locks;
    for (unsigned bit : {16u, 17u, 18u, 19u}) {
        locks.push_back({gpr10, bit, bit - 16});
    }
    for (unsigned bit : {16u, 17u, 18u, 19u, 20u, 21u, 26u, 27u, 28u, 29u}) {
        locks.push_back({gpr11, bit, bit - 16});
    }
    for (const Lock& lock : locks) {
        for (bool value : {false, true}) {
            INFO("offset " << lock.offset << " bit " << lock.bit << " value " << value);
            FakeHost host;
            IomuxcGpr gpr(host);
            gpr.reset();
            const std::uint32_t field = (value ? 1u : 0u) << lock.locked;
            // Value and lock in one write: the lock comes after the value.
            write32(gpr, lock.offset, field | 1u << lock.bit);
            const std::uint32_t frozen = 1u << lock.bit | 1u << lock.locked;
            for (std::uint32_t attempt : {0u, 0xffffffffu, ~field, 1u << lock.bit}) {
                write32(gpr, lock.offset, attempt);
                CHECK((read32(gpr, lock.offset) & frozen) == (field | 1u << lock.bit));
            }
            for (unsigned byte = 0; byte < 4; ++byte) {
                gpr.write(0, lock.offset + byte, 0, 1, secure_access());
                gpr.write(0, lock.offset + byte, 0xff, 1, non_secure_access());
            }
            CHECK((read32(gpr, lock.offset) & frozen) == (field | 1u << lock.bit));
            gpr.reset();
            CHECK(read32(gpr, lock.offset) == 0);
        }
    }
}

TEST_CASE("bits of GPR10 and GPR11 without a lock of their own stay writable", "[firewall]") {
    FakeHost host;
    IomuxcGpr gpr(host);
    gpr.reset();
    write32(gpr, gpr10, 0xffffffff);
    write32(gpr, gpr10, 0);
    CHECK(read32(gpr, gpr10) == 0x000f000f);
    write32(gpr, gpr11, 0xffffffff);
    write32(gpr, gpr11, 0);
    CHECK(read32(gpr, gpr11) == 0x3c3f3c3f);
}

TEST_CASE("what U-Boot writes to GPR10 and GPR11 holds", "[firewall]") {
    FakeHost host;
    IomuxcGpr gpr(host);
    gpr.reset();
    CHECK_FALSE(gpr.tzasc_enabled());
    CHECK_FALSE(gpr.security_error_response());
    for (std::uint32_t bit : {0u, 16u, 1u, 17u}) {
        write32(gpr, gpr10, read32(gpr, gpr10) | 1u << bit);
    }
    CHECK(read32(gpr, gpr10) == 0x00030003);
    CHECK(gpr.tzasc_enabled());
    write32(gpr, gpr10, 0xc);
    CHECK(read32(gpr, gpr10) == 0x0003000f);
    CHECK(gpr.security_error_response());
    write32(gpr, gpr11, read32(gpr, gpr11) | 0x421);
    write32(gpr, gpr11, read32(gpr, gpr11) | 0x3c3f0000);
    write32(gpr, gpr11, 0);
    CHECK(read32(gpr, gpr11) == 0x3c3f0421);
}

TEST_CASE("GPR1[23] alone is secure_boot_lock", "[firewall]") {
    FakeHost host;
    IomuxcGpr gpr(host);
    gpr.reset();
    write32(gpr, gpr1, ~(1u << 23));
    CHECK_FALSE(gpr.secure_boot_lock());
    write32(gpr, gpr1, 1u << 23);
    CHECK(gpr.secure_boot_lock());
}
