// SPDX-License-Identifier: GPL-2.0-or-later
/** Whatever a guest does with the display controller, it stays within bounds. */
#include "dcss_hostile.hpp"

#include "../catch.hpp"
#include "../every_core.hpp"

using namespace svp;
using namespace svp::test;

TEST_CASE("random programs of a hostile guest do no harm", "[dcss]") {
    Random random(50);
    unsigned pictures = 0, writes = 0;
    for (unsigned round = 0; round < 60; ++round) {
        std::vector<std::uint8_t> program(400);
        for (std::uint8_t& value : program) {
            value = static_cast<std::uint8_t>(random.next());
        }
        const HostileDisplayEnd end = run_hostile_display(program);
        INFO("round " << round);
        CHECK(end.strays == 0);
        CHECK(end.sound);
        CHECK(end.same);
        pictures += end.pictures;
        writes += end.writes;
    }
    CHECK(pictures > 60);
    CHECK(writes > 100);
}
