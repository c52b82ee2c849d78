// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random descriptors: nothing crashes, nothing runs for ever, every job comes back, and a state can be saved
 * afterwards. Random register traffic beside it. SVP_FUZZ_OPERATIONS in the environment sets how many
 * descriptors there are.
 */
#include <random>

#include "catch.hpp"
#include "test_caam_hostile.hpp"
#include "test_caam_program.hpp"

using namespace svp;
using namespace svp::test;

namespace {

using Random = std::mt19937_64;

unsigned long operation_count() {
    constexpr unsigned long default_operations = 1500;
    const char* given = std::getenv("SVP_FUZZ_OPERATIONS");
    const unsigned long wanted = given == nullptr ? 0 : std::strtoul(given, nullptr, 10);
    return wanted == 0 ? default_operations : wanted;
}

std::uint32_t any(Random& random) {
    return static_cast<std::uint32_t>(random());
}

/** A length that a command might have. */
std::uint32_t length(Random& random) {
    constexpr std::uint32_t common[] = {0, 1, 4, 8, 12, 15, 16, 20, 24, 32, 36, 64, 128, 200, 255};
    return random() % 8 == 0 ? any(random) & 0xffff : common[random() % std::size(common)];
}

std::uint32_t pointer(Random& random) {
    return static_cast<std::uint32_t>(SmallHost::base) + (any(random) & 0x3fff0);
}

/** One command with fields that make sense more often than not; its operands follow. */
void command(Random& random, std::vector<std::uint32_t>& words) {
    const auto pick = [&](std::initializer_list<std::uint32_t> from) {
        return from.begin()[random() % from.size()];
    };
    const std::uint32_t number = static_cast<std::uint32_t>(random() % 4) << 25;
    const std::uint32_t size = length(random);
    switch (random() % 16) {
        case 0: {  // KEY
            const std::uint32_t flags = random() % 3 == 0 ? any(random) & 0x01f0c000 : 0;
            words.push_back(number | (random() % 4 == 0 ? 1u << 16 : 0) | flags | (size & 0x3ff));
            words.push_back(pointer(random));
            break;
        }
        case 1:  // LOAD immediate
            words.push_back(0x02u << 27 | number | 1u << 23 |
                            pick({0x20, 0x40, 0x08, 0x09, 0x30, 0x38, 0x3a, 0x06, 0x70, 0x71, 0x7a, 0x7c,
                                  0x7e, 0x10, 0x02})
                                << 16 |
                            (any(random) & 0x3c00) | (size & 0x1f));
            for (std::uint32_t i = 0; i < (size & 0x1f); i += 4) {
                words.push_back(any(random));
            }
            break;
        case 2:  // LOAD, STORE
            words.push_back(pick({0x02, 0x0a}) << 27 | number | pick({0x20, 0x40, 0x38, 0x08, 0x41}) << 16 |
                            (any(random) & 0x1f00) | (size & 0x3f));
            words.push_back(pointer(random));
            break;
        case 3:  // SEQ LOAD, SEQ STORE
            words.push_back(pick({0x03, 0x0b}) << 27 | number | pick({0x20, 0x40, 0x38}) << 16 |
                            (size & 0x3f));
            break;
        case 4:
        case 5:  // FIFO LOAD
            words.push_back(
                0x04u << 27 | number |
                (pick({0x10, 0x18, 0x20, 0x30, 0x38, 0x0f, 0x08, 0x0c, 0x0d, 0x02}) | (any(random) & 7))
                    << 16 |
                size);
            words.push_back(pointer(random));
            break;
        case 6:  // FIFO STORE
            words.push_back(
                0x0cu << 27 | number |
                pick({0x30, 0x30, 0x34, 0x35, 0x24, 0x14, 0x22, 0x26, 0x08, 0x0c, 0x0d, 0x28, 0x3f}) << 16 |
                size);
            words.push_back(pointer(random));
            break;
        case 7:  // SEQ FIFO LOAD and STORE
            words.push_back(0x05u << 27 | number | (random() % 2 != 0 ? 1u << 24 : 0) |
                            (pick({0x10, 0x18, 0x20, 0x30, 0x38}) | (any(random) & 7)) << 16 | size);
            words.push_back(0x0du << 27 | (random() % 2 != 0 ? 1u << 24 : 0) |
                            pick({0x30, 0x3f, 0x34}) << 16 | size);
            break;
        case 8:
        case 9:  // MOVE
            words.push_back(pick({0x0e, 0x0f, 0x0f}) << 27 | (any(random) & 0x07ffff00) | (size & 0xff));
            break;
        case 10:
        case 11: {  // OPERATION
            const std::uint32_t state = any(random) & 0xf;
            words.push_back(
                0x10u << 27 |
                pick({0x02100000 | pick({0, 0x100, 0x200, 0x300, 0x400, 0x500, 0x600, 0x700, 0x800, 0x900}) |
                          state,
                      0x02100000 | (any(random) & 0x1ff0) | state, 0x02200000 | pick({0x100, 0x200}) | state,
                      0x02210000 | pick({0x100, 0x200}) | state,
                      0x04400000 | pick({0, 1, 2, 3, 4, 5}) << 16 | pick({0, 0x10, 0x40}) | state,
                      0x02500000 | pick({0, 0x10, 0x1000}) | state,
                      0x01800000 | pick({2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 28}) |
                          (any(random) & 0xfff00),
                      0x00000000 |
                          pick({0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x20, 0x21, 0x23, 0x25}) << 16 |
                          (any(random) & 0xffff),
                      pick({0x06000000, 0x07000000}) | pick({0x0d, 0x14, 0x15}) << 16 |
                          pick({0, 2, 4, 8, 0x104})}));
            break;
        }
        case 12:  // JUMP
            words.push_back(0x14u << 27 | (random() % 3 == 0 ? any(random) & 0x07ffff00 : 0) |
                            static_cast<std::uint8_t>(random() % 9 == 0
                                                          ? -static_cast<int>(random() % 5)
                                                          : 1 + static_cast<int>(random() % 3)));
            break;
        case 13:  // MATH
            words.push_back(0x15u << 27 | (any(random) & 0x00ffff00) | pick({1, 2, 4, 8}));
            if (random() % 2 != 0) {
                words.push_back(any(random));
            }
            break;
        case 14:  // sequence pointers
            words.push_back(pick({0x1e, 0x1f}) << 27 | (random() % 4 == 0 ? any(random) & 0x01a00000 : 0) |
                            size);
            words.push_back(pointer(random));
            break;
        default:  // anything
            words.push_back(any(random));
            break;
    }
}

/** Input for run_hostile(): a head and a body that begins with a descriptor. */
std::vector<std::uint8_t> hostile_input(Random& random) {
    std::vector<std::uint32_t> words{0xb0800000};
    const std::size_t wanted = 2 + random() % 60;
    if (random() % 8 == 0) {
        // A parameter block in front.
        const std::size_t block = 1 + random() % 12;
        for (std::size_t i = 0; i < block; ++i) {
            words.push_back(random() % 3 == 0 ? any(random) & 0x0207ffff : pointer(random));
        }
        words[0] |= static_cast<std::uint32_t>(words.size()) << 16;
    }
    while (words.size() < wanted) {
        command(random, words);
    }
    words.resize(std::min<std::size_t>(words.size(), 64));
    std::vector<std::uint8_t> input(8);
    for (std::uint8_t& byte : input) {
        byte = static_cast<std::uint8_t>(random());
    }
    input[4] = static_cast<std::uint8_t>(words.size());
    for (const std::uint32_t word : words) {
        for (unsigned i = 0; i < 4; ++i) {
            input.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
        }
    }
    const std::size_t data = random() % 512;
    for (std::size_t i = 0; i < data; ++i) {
        input.push_back(static_cast<std::uint8_t>(random()));
    }
    return input;
}

}  // namespace

TEST_CASE("caam fuzz: random descriptors") {
    Random random(20260101);
    std::array<unsigned long, 16> sources{};
    const unsigned long count = operation_count();
    for (unsigned long i = 0; i < count; ++i) {
        ++sources[run_hostile(hostile_input(random)) >> 28];
    }
    // The mixture reaches good ends, engines' errors and DECO's errors.
    CHECK(sources[0] > 0);
    CHECK(sources[2] > 0);
    CHECK(sources[4] > 0);
}

TEST_CASE("caam fuzz: random register traffic, with jobs between") {
    Random random(77);
    SmallHost host;
    Caam caam(host);
    caam.reset();
    caam.set_limits({.commands = 100, .table_entries = 100, .bytes = 1u << 16, .public_key_ns = 1'000'000});
    constexpr std::uint32_t ring_offsets[] = {0x04, 0x0c, 0x1c, 0x24, 0x2c,  0x34,
                                              0x4c, 0x50, 0x54, 0x6c, 0xbe4, 0xa04};
    for (unsigned long i = 0; i < 40 * operation_count(); ++i) {
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
