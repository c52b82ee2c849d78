// SPDX-License-Identifier: GPL-2.0-or-later
/** PLLs and clock roots, as Linux's clock drivers use them. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/anatop.hpp"
#include "soc/ccm.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint64_t crystal = 25'000'000;

std::uint64_t field(std::uint32_t value, unsigned low, unsigned high) {
    return value >> low & ((1ull << (high - low + 1)) - 1);
}

/** Rate of a fractional PLL in Hz, worked out from its registers. */
std::uint64_t fractional_rate(Device& anatop, std::uint32_t offset) {
    const std::uint32_t cfg0 = read32(anatop, offset);
    const std::uint32_t cfg1 = read32(anatop, offset + 4);
    const std::uint64_t reference = crystal / (field(cfg0, 5, 10) + 1) * 8;
    const std::uint64_t multiplied =
        reference * (field(cfg1, 0, 6) + 1) + (reference * field(cfg1, 7, 30) >> 24);
    return multiplied / (2 * (field(cfg0, 0, 4) + 1));
}

/** Rate of a two-stage PLL in Hz. */
std::uint64_t two_stage_rate(Device& anatop, std::uint32_t offset) {
    const std::uint32_t cfg2 = read32(anatop, offset + 8);
    return crystal * 2 * (field(cfg2, 13, 18) + 1) * (field(cfg2, 7, 12) + 1) /
           ((field(cfg2, 25, 27) + 1) * (field(cfg2, 19, 24) + 1) * (field(cfg2, 1, 6) + 1));
}

constexpr std::uint32_t lock = 1u << 31;

}  // namespace

TEST_CASE("PLL rates after a boot loader", "[soc]") {
    FakeHost host;
    Anatop anatop(host);
    CHECK(fractional_rate(anatop, 0x28) == 1'000'000'000);
    CHECK(fractional_rate(anatop, 0x18) == 800'000'000);
    CHECK(fractional_rate(anatop, 0x20) == 600'000'000);
    CHECK(two_stage_rate(anatop, 0x30) == 800'000'000);
    CHECK(two_stage_rate(anatop, 0x3c) == 1'000'000'000);
    CHECK(two_stage_rate(anatop, 0x48) == 1'000'000'000);
    CHECK(two_stage_rate(anatop, 0x60) == 800'000'000);
}

TEST_CASE("a PLL is locked exactly while it has power", "[soc]") {
    struct Pll {
        std::uint32_t offset;
        std::uint32_t power_down;
    };
    for (const Pll& pll : {Pll{0x00, 1u << 19},
                           {0x08, 1u << 19},
                           {0x10, 1u << 19},
                           {0x18, 1u << 19},
                           {0x20, 1u << 19},
                           {0x28, 1u << 19},
                           {0x30, 1u << 7},
                           {0x3c, 1u << 7},
                           {0x48, 1u << 7},
                           {0x54, 1u << 7},
                           {0x60, 1u << 7}}) {
        CAPTURE(pll.offset);
        FakeHost host;
        Anatop anatop(host);
        const std::uint32_t before = read32(anatop, pll.offset);
        CHECK(((before & lock) != 0) == ((before & pll.power_down) == 0));
        for (unsigned job = 0; job < 2; ++job) {
            write32(anatop, pll.offset, read32(anatop, pll.offset) | pll.power_down);
            CHECK((read32(anatop, pll.offset) & lock) == 0);
            write32(anatop, pll.offset, read32(anatop, pll.offset) & ~pll.power_down);
            CHECK((read32(anatop, pll.offset) & lock) != 0);
        }
    }
}

TEST_CASE("new dividers are acknowledged and the acknowledgement goes away", "[soc]") {
    for (std::uint32_t offset : {0x00u, 0x20u}) {
        CAPTURE(offset);
        FakeHost host;
        Anatop anatop(host);
        for (std::uint32_t divider : {38u, 17u}) {
            write32(anatop, offset + 4, divider);
            CHECK((read32(anatop, offset) & 1u << 11) == 0);
            write32(anatop, offset, read32(anatop, offset) | 1u << 12);
            CHECK((read32(anatop, offset) & 1u << 11) != 0);
            write32(anatop, offset, read32(anatop, offset) & ~(1u << 12));
            CHECK((read32(anatop, offset) & 1u << 11) == 0);
            CHECK(fractional_rate(anatop, offset) == 20'000'000ull * (divider + 1));
        }
    }
}

TEST_CASE("clock roots and gates keep what is written, also through their aliases", "[soc]") {
    FakeHost host;
    Ccm ccm(host);
    struct Job {
        std::uint32_t offset;
        std::uint32_t fields;
    };
    for (const Job& job :
         {Job{0xa100, 0x1707003f}, {0xc680, 0x1707003f}, {0x4560, 0x3333}, {0x8e0, 0x3333}}) {
        CAPTURE(job.offset);
        write32(ccm, job.offset, 0x12345678);
        CHECK(read32(ccm, job.offset) == (0x12345678 & job.fields));
        write32(ccm, job.offset + 8, 0xffffffff);
        CHECK(read32(ccm, job.offset) == 0);
        write32(ccm, job.offset + 4, 0x3);
        CHECK(read32(ccm, job.offset) == 0x3);
        write32(ccm, job.offset + 0xc, 0x31);
        CHECK(read32(ccm, job.offset) == (0x32 & job.fields));
    }
    CHECK(host.guest_errors.empty());
    SECTION("the rest of the window is reported") {
        write32(ccm, 0x8040, 1);
        CHECK(read32(ccm, 0xc700) == 0);
        CHECK(host.guest_errors.size() == 2);
    }
}

TEST_CASE("rates that a boot loader sets up for the buses", "[soc]") {
    FakeHost host;
    Ccm ccm(host);
    // imx8mq_ahb_sels[1] is 133 MHz, IPG is half of it.
    CHECK(field(read32(ccm, 0x9000), 24, 26) == 1);
    CHECK(field(read32(ccm, 0x9000), 0, 5) == 0);
    CHECK(field(read32(ccm, 0x9080), 0, 5) == 1);
    write32(ccm, 0x9000, 0);
    ccm.reset();
    CHECK(read32(ccm, 0x9000) == 0x11000000);
}
