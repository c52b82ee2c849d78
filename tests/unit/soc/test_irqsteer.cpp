// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupt steering, as irq-imx-irqsteer uses it. */
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "soc/irqsteer.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Lines 32 to 63 stand in the first word, 0 to 31 in the second. */
std::uint32_t word_of(unsigned line) {
    return line < 32 ? 1 : 0;
}
std::uint32_t mask_register(unsigned line) {
    return 0x04 + 4 * word_of(line);
}
std::uint32_t set_register(unsigned line) {
    return 0x0c + 4 * word_of(line);
}
std::uint32_t status_register(unsigned line) {
    return 0x14 + 4 * word_of(line);
}

}  // namespace

TEST_CASE("an unmasked line reaches the output, a masked one does not", "[soc]") {
    for (unsigned line : {0u, 6u, 9u, 31u, 32u, 63u}) {
        CAPTURE(line);
        FakeHost host;
        Irqsteer steer(host);
        const std::uint32_t bit = 1u << line % 32;
        write32(steer, 0x00, 1);
        steer.set_input(line, true);
        CHECK_FALSE(host.irq[0]);
        CHECK(read32(steer, status_register(line)) == 0);
        write32(steer, mask_register(line), bit);
        CHECK(host.irq[0]);
        CHECK(read32(steer, status_register(line)) == bit);
        CHECK(read32(steer, status_register(63 - line)) == 0);
        CHECK(read32(steer, 0x20) == 1);
        steer.set_input(line, false);
        CHECK_FALSE(host.irq[0]);
        CHECK(read32(steer, 0x20) == 0);
        steer.set_input(line, true);
        CHECK(host.irq[0]);
        write32(steer, mask_register(line), 0);
        CHECK_FALSE(host.irq[0]);
        CHECK(host.irq_edges[0] == 2);
    }
}

TEST_CASE("the output stays high until the last line is low", "[soc]") {
    FakeHost host;
    Irqsteer steer(host);
    write32(steer, 0x00, 1);
    write32(steer, mask_register(8), 1u << 8 | 1u << 9);
    steer.set_input(8, true);
    steer.set_input(9, true);
    CHECK(read32(steer, status_register(8)) == 0x300);
    steer.set_input(8, false);
    CHECK(host.irq[0]);
    CHECK(read32(steer, status_register(8)) == 0x200);
    steer.set_input(9, false);
    CHECK_FALSE(host.irq[0]);
}

TEST_CASE("channel, master disable and software requests", "[soc]") {
    FakeHost host;
    Irqsteer steer(host);
    write32(steer, mask_register(40), 1u << 8);
    steer.set_input(40, true);
    CHECK_FALSE(host.irq[0]);
    write32(steer, 0x00, 1);
    CHECK(host.irq[0]);
    write32(steer, 0x1c, 1);
    CHECK_FALSE(host.irq[0]);
    write32(steer, 0x1c, 0);
    CHECK(host.irq[0]);
    steer.set_input(40, false);
    write32(steer, set_register(40), 1u << 8);
    CHECK(host.irq[0]);
    CHECK(read32(steer, status_register(40)) == 1u << 8);
    write32(steer, set_register(40), 0);
    CHECK_FALSE(host.irq[0]);
}

TEST_CASE("levels of the inputs outlive a reset and a save", "[soc]") {
    FakeHost host;
    Irqsteer steer(host);
    steer.set_input(16, true);
    steer.set_input(64, true);  // there is no such line
    steer.reset();
    CHECK_FALSE(host.irq[0]);
    write32(steer, 0x00, 1);
    write32(steer, mask_register(16), 1u << 16);
    CHECK(host.irq[0]);

    FakeHost twin_host;
    Irqsteer twin(twin_host);
    REQUIRE(twin.load(steer.save()) == std::nullopt);
    CHECK(twin_host.irq[0]);
    twin.set_input(16, false);
    CHECK_FALSE(twin_host.irq[0]);
}
