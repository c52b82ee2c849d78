// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random descriptors: nothing crashes, nothing runs for ever, every job comes back, and a state can be saved
 * afterwards. Random register traffic beside it.
 */
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "caam_hostile.hpp"

using namespace svp;
using namespace svp::test;

TEST_CASE("caam fuzz: random descriptors", "[caam]") {
    HostileRandom random(20260101);
    std::array<unsigned long, 16> sources{};
    const unsigned long count = fuzz_operations() / 100 + 1;
    for (unsigned long i = 0; i < count; ++i) {
        ++sources[run_hostile(hostile::hostile_input(random)) >> 28];
    }
    // The mixture reaches good ends, engines' errors and DECO's errors.
    CHECK(sources[0] > 0);
    CHECK(sources[2] > 0);
    CHECK(sources[4] > 0);
}

TEST_CASE("caam fuzz: random register traffic, with jobs between", "[caam]") {
    HostileRandom random(77);
    SmallHost host;
    Caam caam(host);
    caam.reset();
    caam.set_limits({.commands = 100, .table_entries = 100, .bytes = 1u << 16, .public_key_ns = 1'000'000});
    constexpr std::uint32_t ring_offsets[] = {0x04, 0x0c, 0x1c, 0x24, 0x2c,  0x34,
                                              0x4c, 0x50, 0x54, 0x6c, 0xbe4, 0xa04};
    for (unsigned long i = 0; i < fuzz_operations() / 2; ++i) {
        Transaction by;
        by.world = random() % 2 == 0 ? World::secure : World::non_secure;
        by.domain = static_cast<Domain>(random() % 4);
        const unsigned size = 1u << random() % 4;
        const bool memory = random() % 16 == 0;
        std::uint64_t offset = random() % (memory ? 0x8000 : 0x40000);
        std::uint64_t value = random();
        if (!memory && random() % 4 != 0) {
            offset = random() % 4 * 0x1000 + ring_offsets[random() % std::size(ring_offsets)];
            value = random() % 3 == 0 ? SmallHost::base + (random() & 0x3ff00) : random() % 16;
        }
        offset = std::min<std::uint64_t>(offset, (memory ? 0x8000 : 0x40000) - size);
        if (random() % 3 == 0) {
            static_cast<void>(caam.read(memory, offset, size, by));
        } else {
            static_cast<void>(caam.write(memory, offset, value, size, by));
        }
        if (random() % 64 == 0) {
            host.run_work(caam);
        }
        if (random() % 5000 == 0) {
            const auto state = caam.save();
            REQUIRE_FALSE(caam.load(state).has_value());
        }
        host.guest_errors.clear();
        host.unimplemented.clear();
    }
    caam.reset();
    CHECK(read32(caam, 0x1000 + 0x3c) == 0);
}
