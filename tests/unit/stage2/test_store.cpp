// SPDX-License-Identifier: GPL-2.0-or-later
/** What a store that is ignored still does to registers; the instructions are as GNU as encodes them. */
#include <iterator>
#include <limits>

#include "../catch.hpp"

extern "C" {
#include "store.h"
}

namespace {

constexpr std::int64_t stays = std::numeric_limits<std::int64_t>::min();
constexpr int no_status = -1;

struct Row {
    std::uint32_t instruction;
    std::int64_t by;  ///< how far the base moves
    unsigned base;
    int status;
};

}  // namespace

TEST_CASE("a store moves its base if it is indexed", "[stage2]") {
    const Row rows[] = {
        {0xf9000020, stays, 0, no_status},  // str x0, [x1]
        {0xf8008420, 8, 1, no_status},      // str x0, [x1], #8
        {0xf81f8c20, -8, 1, no_status},     // str x0, [x1, #-8]!
        {0x380ff4e0, 255, 7, no_status},    // strb w0, [x7], #255
        {0x78100ce0, -256, 7, no_status},   // strh w0, [x7, #-256]!
        {0xf81f8020, stays, 0, no_status},  // stur x0, [x1, #-8]
        {0xf8008820, stays, 0, no_status},  // sttr x0, [x1, #8]
        {0x3ca26820, stays, 0, no_status},  // str q0, [x1, x2]
        {0x3c810523, 16, 9, no_status},     // str q3, [x9], #16
        {0xa8810c82, 16, 4, no_status},     // stp x2, x3, [x4], #16
        {0x28bf0c82, -8, 4, no_status},     // stp w2, w3, [x4], #-8
        {0xa9bc0fe2, -64, 31, no_status},   // stp x2, x3, [sp, #-64]!
        {0xa9010c82, stays, 0, no_status},  // stp x2, x3, [x4, #16]
        {0xac8104a0, 32, 5, no_status},     // stp q0, q1, [x5], #32
        {0x6dbf04a0, -16, 5, no_status},    // stp d0, d1, [x5, #-16]!
        {0x2c8104a0, 8, 5, no_status},      // stp s0, s1, [x5], #8
        {0xa8010c82, stays, 0, no_status},  // stnp x2, x3, [x4, #16]
        {0xd50b7423, stays, 0, no_status},  // dc zva, x3
        {0xd50b7e23, stays, 0, no_status},  // dc civac, x3
        {0x4c007000, stays, 0, no_status},  // st1 {v0.16b}, [x0]
        {0x0d000c00, stays, 0, no_status},  // st1 {v0.b}[3], [x0]
        {0xc89ffc20, stays, 0, no_status},  // stlr x0, [x1]
        {0xc8057c20, stays, 0, 5},          // stxr w5, x0, [x1]
        {0x881efc20, stays, 0, 30},         // stlxr w30, w0, [x1]
        {0xc8260820, stays, 0, 6},          // stxp w6, x0, x2, [x1]
    };
    for (const Row& row : rows) {
        CAPTURE(std::hex, row.instruction);
        store_effect effect;
        REQUIRE(store_look(row.instruction, &effect));
        CHECK(effect.moves_base == (row.by != stays));
        if (effect.moves_base) {
            CHECK(effect.base == row.base);
            CHECK(effect.by == row.by);
        }
        CHECK((effect.has_status ? static_cast<int>(effect.status) : no_status) == row.status);
    }
}

TEST_CASE("what is no store, or moves its base in a way of its own, is not known", "[stage2]") {
    // st1 {v0.16b}, [x0], #16; st1 {v0.b}[3], [x0], #1; st4 {v0.16b-v3.16b}, [x0], x3; add x0, x0, #1;
    // nothing
    for (const std::uint32_t instruction : {0x4c9f7000u, 0x0d9f0c00u, 0x4c830000u, 0x91000400u, 0u}) {
        CAPTURE(instruction);
        store_effect effect;
        CHECK_FALSE(store_look(instruction, &effect));
    }
}

TEST_CASE("behind an instruction a single step is over, and an IT block of Thumb has one less", "[stage2]") {
    constexpr std::uint64_t step = 1u << 21, user_thumb = 0x30, flags = 0xf0000000;
    const auto block = [](std::uint64_t it) { return (it >> 2) << 10 | (it & 3) << 25; };
    CHECK(store_state_behind(flags | 0x3c5 | step) == (flags | 0x3c5));
    // 64 bits, and 32 bits outside Thumb: no such block
    CHECK(store_state_behind(flags) == flags);
    CHECK(store_state_behind(0x10 | step) == 0x10);
    CHECK(store_state_behind(flags | user_thumb) == (flags | user_thumb));
    // As ITAdvance() of the manual has them: four instructions
    const std::uint64_t states[] = {0x03, 0x06, 0x0c, 0x18, 0x00};
    for (unsigned n = 0; n + 1 < std::size(states); ++n) {
        CAPTURE(n);
        CHECK(store_state_behind(flags | user_thumb | block(states[n])) ==
              (flags | user_thumb | block(states[n + 1])));
    }
    CHECK(store_state_behind(user_thumb | block(0xe8)) == user_thumb);
    CHECK(store_state_behind(user_thumb | block(0xf4)) == (user_thumb | block(0xe8)));
}
