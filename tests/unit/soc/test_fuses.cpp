// SPDX-License-Identifier: GPL-2.0-or-later
/** Fuses: identification, programming, shadows and locks, as imx-ocotp and OP-TEE use them. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/ocotp.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t ctrl = 0x00;
constexpr std::uint32_t ctrl_set = 0x04;
constexpr std::uint32_t ctrl_clear = 0x08;
constexpr std::uint32_t data = 0x20;
constexpr std::uint32_t read_ctrl = 0x30;
constexpr std::uint32_t read_fuse_data = 0x40;
constexpr std::uint32_t sticky = 0x50;
constexpr std::uint32_t error = 1u << 9;
constexpr std::uint32_t reload = 1u << 10;

std::uint32_t shadow(std::uint32_t word) {
    return 0x400 + 0x10 * word;
}

void program(Ocotp& ocotp, std::uint32_t word, std::uint32_t value) {
    write32(ocotp, ctrl, (read32(ocotp, ctrl) & ~0xffff00ffu) | word | 0x3e770000);
    write32(ocotp, data, value);
    CHECK((read32(ocotp, ctrl) & 0xffff0000) == 0);
}

bool failed(Ocotp& ocotp) {
    const bool set = (read32(ocotp, ctrl) & error) != 0;
    write32(ocotp, ctrl_clear, error);
    CHECK((read32(ocotp, ctrl) & error) == 0);
    return set;
}

}  // namespace

TEST_CASE("identification of the chip", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    CHECK(ocotp.set_property("uid-low", 0x11223344) == std::nullopt);
    CHECK(ocotp.set_property("uid-high", 0xaabbccdd) == std::nullopt);
    CHECK(ocotp.set_property("mac", 0x0a0b0c0d0e0f) == std::nullopt);
    ocotp.reset();
    CHECK(read32(ocotp, 0x40) == 0xff0055aa);
    CHECK(read32(ocotp, 0x410) == 0x11223344);
    CHECK(read32(ocotp, 0x420) == 0xaabbccdd);
    CHECK(read32(ocotp, 0x640) == 0x0c0d0e0f);
    CHECK(read32(ocotp, 0x650) == 0x00000a0b);
    CHECK(read32(ocotp, ctrl) == 0);
    SECTION("bad values are refused with the limit named") {
        CHECK(ocotp.set_property("uid-low", 0x1'0000'0000).value().find("4294967295") != std::string::npos);
        CHECK(ocotp.set_property("mac", 0x1'0000'0000'0000).has_value());
        CHECK(ocotp.set_property("serial", 1).value() == "no property serial");
    }
    SECTION("defaults are the declared ones") {
        Ocotp other(host);
        for (const PropertyInfo& property : other.properties()) {
            CHECK(other.set_property(property.name, property.default_value) == std::nullopt);
        }
        CHECK(read32(other, 0x640) == 0x9f055651);
    }
}

TEST_CASE("fuses can only be blown, and shadows follow on reload", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    const std::uint32_t words[] = {0x38, 0x3b, 0x07};
    for (std::uint32_t word : words) {
        CAPTURE(word);
        program(ocotp, word, 0x0000ff00);
        CHECK_FALSE(failed(ocotp));
        CHECK(read32(ocotp, shadow(word)) == 0);
        write32(ocotp, ctrl_set, reload);
        CHECK((read32(ocotp, ctrl) & reload) == 0);
        CHECK(read32(ocotp, shadow(word)) == 0x0000ff00);
        program(ocotp, word, 0x000000f1);
        write32(ocotp, ctrl_set, reload);
        CHECK(read32(ocotp, shadow(word)) == 0x0000fff1);
    }
    ocotp.reset();
    CHECK(read32(ocotp, shadow(0x38)) == 0x0000fff1);
    SECTION("they are part of the saved state") {
        Ocotp twin(host);
        CHECK(twin.load(ocotp.save()) == std::nullopt);
        twin.reset();
        CHECK(read32(twin, shadow(0x3b)) == 0x0000fff1);
    }
}

TEST_CASE("programming needs the key, for every word anew", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    for (std::uint32_t control : {0x00000038u, 0x3e760038u, 0x773e0038u}) {
        write32(ocotp, ctrl, control);
        write32(ocotp, data, 0xffffffff);
    }
    program(ocotp, 0x39, 1);
    write32(ocotp, data, 0xfffffffe);
    CHECK(ocotp.fuse(0x38) == 0);
    CHECK(ocotp.fuse(0x39) == 1);
    CHECK(host.guest_errors.size() == 4);
    CHECK_FALSE(failed(ocotp));
}

TEST_CASE("an override of a shadow lasts until reload or reset", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    write32(ocotp, shadow(0x24), 0x55667788);
    CHECK(read32(ocotp, shadow(0x24)) == 0x55667788);
    CHECK(ocotp.fuse(0x24) == 0x9f055651);
    write32(ocotp, ctrl_set, reload);
    CHECK(read32(ocotp, shadow(0x24)) == 0x9f055651);
    write32(ocotp, shadow(0x24), 1);
    ocotp.reset();
    CHECK(read32(ocotp, shadow(0x24)) == 0x9f055651);
}

TEST_CASE("locked words refuse with ERROR", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    program(ocotp, 0x01, 0xffffffff);  // the unique ID is locked in production
    CHECK(failed(ocotp));
    CHECK(ocotp.fuse(0x01) == 0x8d1c5d76);
    write32(ocotp, shadow(0x02), 0);
    CHECK(failed(ocotp));
    CHECK(read32(ocotp, shadow(0x02)) == 0x0b2361d4);
    write32(ocotp, shadow(0x00), 0);
    CHECK(failed(ocotp));

    SECTION("the MAC address, once its program lock is blown and loaded") {
        program(ocotp, 0x00, 1u << 14);
        program(ocotp, 0x25, 0x10000);
        CHECK_FALSE(failed(ocotp));
        write32(ocotp, ctrl_set, reload);
        program(ocotp, 0x25, 0x20000);
        CHECK(failed(ocotp));
        CHECK(ocotp.fuse(0x25) == 0x10204);
        write32(ocotp, shadow(0x25), 7);
        CHECK_FALSE(failed(ocotp));
        program(ocotp, 0x00, 1u << 15);
        write32(ocotp, ctrl_set, reload);
        write32(ocotp, shadow(0x25), 9);
        CHECK(failed(ocotp));
    }
    SECTION("nothing is programmed or reloaded while ERROR is set") {
        program(ocotp, 0x01, 1);
        write32(ocotp, ctrl, 0x3e770038 | error);
        write32(ocotp, data, 1);
        CHECK(ocotp.fuse(0x38) == 0);
        write32(ocotp, shadow(0x38), 5);
        write32(ocotp, ctrl_set, reload);
        CHECK(read32(ocotp, shadow(0x38)) == 5);
        CHECK(failed(ocotp));
        program(ocotp, 0x38, 1);
        CHECK(ocotp.fuse(0x38) == 1);
    }
    SECTION("ERROR cannot be set by software") {
        write32(ocotp, ctrl_set, error);
        CHECK_FALSE(failed(ocotp));
        write32(ocotp, ctrl, error);
        CHECK_FALSE(failed(ocotp));
    }
}

TEST_CASE("read-locked words give their pattern and set ERROR", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    CHECK(read32(ocotp, shadow(0x13)) == 0xbadabada);  // OTP master key
    CHECK(failed(ocotp));
    program(ocotp, 0x48, 0x1234);
    write32(ocotp, ctrl_set, reload);
    CHECK(read32(ocotp, shadow(0x48)) == 0x1234);
    write32(ocotp, sticky, 1u << 7);
    write32(ocotp, sticky, 0);
    CHECK(read32(ocotp, sticky) == 1u << 7);
    CHECK(read32(ocotp, shadow(0x48)) == 0xbadabada);
    CHECK(failed(ocotp));
    CHECK(read32(ocotp, shadow(0x47)) == 0);
    CHECK_FALSE(failed(ocotp));
    ocotp.reset();
    CHECK(read32(ocotp, shadow(0x48)) == 0x1234);
}

TEST_CASE("sticky bits close single words to writing", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    struct Job {
        std::uint32_t bit;
        std::uint32_t word;
    };
    for (const Job& job : {Job{1, 0x27}, {2, 0x23}}) {
        CAPTURE(job.word);
        program(ocotp, job.word, 1);
        CHECK_FALSE(failed(ocotp));
        write32(ocotp, sticky, 1u << job.bit);
        program(ocotp, job.word, 2);
        CHECK(failed(ocotp));
        write32(ocotp, shadow(job.word), 4);
        CHECK(failed(ocotp));
        CHECK(ocotp.fuse(job.word) == 1);
    }
}

TEST_CASE("fuse words are read back through READ_CTRL", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    for (std::uint32_t word : {0x24u, 0x02u}) {
        write32(ocotp, ctrl, word);
        write32(ocotp, read_ctrl, 1);
        CHECK(read32(ocotp, read_ctrl) == 0);
        CHECK(read32(ocotp, read_fuse_data) == ocotp.fuse(word));
    }
    write32(ocotp, ctrl, 0x10);
    write32(ocotp, read_ctrl, 1);
    CHECK(read32(ocotp, read_fuse_data) == 0xbadabada);
    CHECK(failed(ocotp));
}

TEST_CASE("software controllable signals stay once locked", "[soc]") {
    FakeHost host;
    Ocotp ocotp(host);
    write32(ocotp, 0x60, 0x6);
    write32(ocotp, 0x64, 0x80000000);
    write32(ocotp, 0x68, 0xffffffff);
    write32(ocotp, 0x6c, 0x1);
    CHECK(read32(ocotp, 0x60) == 0x80000006);
}
