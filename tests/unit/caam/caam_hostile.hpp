// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Runs whatever bytes as descriptors, tables and data, for the fuzz test and the libFuzzer target. Any input
 * is a case.
 *
 * The input's head chooses the ring, properties and fences; its body fills memory from the descriptor on,
 * over and over. Words that look like pointers are moved into memory half of the time, so that commands find
 * something.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

#include "../fake_host.hpp"
#include "caam/caam.hpp"

namespace svp::test {

/** Memory of 64 KiB that answers at once; elsewhere there is nothing. */
class SmallHost : public FakeHost {
 public:
    static constexpr std::uint64_t base = 0x40000000;
    static constexpr std::size_t size = 0x10000;

    Response bus_read(const Initiator&, std::uint64_t address, std::span<std::uint8_t> data) override {
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        if (!inside(address, data.size())) {
            return Response::decerr;
        }
        if (hidden(address, data.size())) {
            return hidden_answer;
        }
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(address - base), data.size(), data.begin());
        return Response::okay;
    }
    Response bus_write(const Initiator&, std::uint64_t address, std::span<const std::uint8_t> data) override {
        if (!inside(address, data.size())) {
            return Response::decerr;
        }
        if (!hidden(address, data.size())) {
            std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(address - base));
            return Response::okay;
        }
        return hidden_answer;
    }

    bool bus_transform(const Initiator&, std::uint64_t source, std::uint64_t target, std::size_t length,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        if (!inside(source, length) || !inside(target, length) || hidden(source, length) ||
            hidden(target, length) ||
            (source != target && source < target + length && target < source + length)) {
            return false;
        }
        move(bytes.data() + (source - base), bytes.data() + (target - base));
        return true;
    }

    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(size);
    std::uint64_t hidden_first = 0, hidden_last = 0;
    Response hidden_answer = Response::okay;

 private:
    static bool inside(std::uint64_t address, std::size_t length) {
        return address >= base && length <= size && address - base <= size - length;
    }
    bool hidden(std::uint64_t address, std::size_t length) const {
        return address <= hidden_last && address + length > hidden_first;
    }
};

namespace hostile {

using HostileRandom = std::mt19937_64;

inline std::uint32_t any(HostileRandom& random) {
    return static_cast<std::uint32_t>(random());
}

/** A length that a command might have. */
inline std::uint32_t length(HostileRandom& random) {
    constexpr std::uint32_t common[] = {0, 1, 4, 8, 12, 15, 16, 20, 24, 32, 36, 64, 128, 200, 255};
    return random() % 8 == 0 ? any(random) & 0xffff : common[random() % std::size(common)];
}

inline std::uint32_t pointer(HostileRandom& random) {
    return static_cast<std::uint32_t>(SmallHost::base) + (any(random) & 0xfff0);
}

/** One command with fields that make sense more often than not; its operands follow. */
inline void command(HostileRandom& random, std::vector<std::uint32_t>& words) {
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
inline std::vector<std::uint8_t> hostile_input(HostileRandom& random) {
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

}  // namespace hostile

using hostile::HostileRandom;

/** Aborts if the engine breaks its promises; returns the status of the job. */
inline std::uint32_t run_hostile(std::span<const std::uint8_t> input) {
    constexpr std::size_t head = 8;
    constexpr std::uint64_t rings = SmallHost::base + SmallHost::size - 0x100;
    constexpr std::uint64_t descriptor = SmallHost::base + 0x100;
    if (input.size() < head + 4) {
        return 0;
    }
    static SmallHost host;
    static Caam caam(host);
    const std::uint8_t options = input[0];
    static_cast<void>(caam.set_property("rng-seed", 1));
    static_cast<void>(caam.set_property("aes-class", (options & 1) != 0 ? 4 : 3));
    static_cast<void>(caam.set_property("md-class", (options & 2) != 0 ? 1 : 0));
    caam.reset();
    const std::uint64_t patience = input[7] >= 128 ? 0 : 1'000'000;
    caam.set_limits({.commands = 3000,
                     .table_entries = 3000,
                     .bytes = 1u << 22,
                     .public_key_ns = 300'000'000,
                     .put_back_ns = patience,
                     .grace_ns = patience,
                     .question_ns = patience});
    host.hidden_first = SmallHost::base + 0x4000 + std::uint64_t{input[1]} * 64;
    host.hidden_last = host.hidden_first + std::uint64_t{input[2]} * 64;
    host.hidden_answer = static_cast<Response>(input[3] % 3);
    const auto body = input.subspan(head);
    for (std::size_t i = 0; i + 0x100 < SmallHost::size - 0x100; ++i) {
        host.bytes[0x100 + i] = body[i % body.size()];
    }
    // Headers that are headers, and pointers that point somewhere, in most cases.
    const auto set_word = [&](std::uint64_t address, std::uint32_t value) {
        for (unsigned i = 0; i < 4; ++i) {
            host.bytes[address - SmallHost::base + i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    };
    const auto get_word = [&](std::uint64_t address) {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < 4; ++i) {
            value |= static_cast<std::uint32_t>(host.bytes[address - SmallHost::base + i]) << (8 * i);
        }
        return value;
    };
    if ((options & 4) != 0) {
        set_word(descriptor, 0xb0800000 | (input[4] & 0x3f) | 1);
    }
    for (unsigned i = 1; (options & 8) != 0 && i < 64; ++i) {
        const std::uint32_t word = get_word(descriptor + 4 * i);
        if (word >> 28 == 4) {
            set_word(descriptor + 4 * i, static_cast<std::uint32_t>(SmallHost::base) | (word & 0xfffc));
        }
    }
    const unsigned ring = input[5] % 3;
    const std::uint32_t page = 0x1000 * (ring + 1);
    if ((options & 16) != 0) {
        // The generator is up and the KEKs are loaded, as in a system that has booted.
        const std::uint32_t start[] = {0xb0800009, 0x82500006, 0xa2000001, 0x12880004, 1,
                                       0x82501000, 0xa2000001, 0x12880004, 1};
        for (unsigned i = 0; i < 9; ++i) {
            set_word(rings - 0x40 + 4 * i, start[i]);
        }
        set_word(rings, static_cast<std::uint32_t>(rings - 0x40));
        set_word(rings + 4, static_cast<std::uint32_t>(descriptor));
    } else {
        set_word(rings, static_cast<std::uint32_t>(descriptor));
    }
    const std::uint32_t jobs = (options & 16) != 0 ? 2 : 1;
    write32(caam, page + 0x04, static_cast<std::uint32_t>(rings));
    write32(caam, page + 0x0c, 2);
    write32(caam, page + 0x24, static_cast<std::uint32_t>(rings + 0x80));
    write32(caam, page + 0x2c, 2);
    write32(caam, page + 0x1c, jobs);
    if ((options & 32) != 0) {
        // The same by hand, which has its turn first.
        write32(caam, 0x094, 1 + input[5] % 3);
        write32(caam, 0x09c, 1);
        for (unsigned i = 0; i < 64; ++i) {
            write32(caam, 0x8a00 + 4 * i, get_word(descriptor + 4 * i));
        }
        write32(caam, 0x8800, 1u << 29 | 1u << 28);
    }
    // Half of the jobs stand still again and again, and are saved and loaded there.
    const bool interrupted = input[7] >= 128;
    unsigned asked = 0, stops = 0;
    host.must_end = [&] { return interrupted && ++asked % (2 + input[7] % 15) == 0; };
    while (host.run_work(caam) && host.work_requested) {
        if (stops++ % 8 == 0) {
            const auto state = caam.save();
            if (caam.load(state).has_value() || caam.save() != state) {
                std::abort();
            }
        }
    }
    host.must_end = nullptr;
    if (read32(caam, 0x8e04) >> 31 != 0) {
        std::abort();  // by hand, it never ends
    }
    if (read32(caam, page + 0x3c) != jobs) {
        std::abort();  // a job that never ends
    }
    if (host.nested) {
        std::abort();  // would stand still for ever in the emulator
    }
    host.guest_errors.clear();
    host.unimplemented.clear();
    if (input[6] % 16 != 0) {
        return read32(caam, page + 0x44);
    }
    const auto state = caam.save();
    static SmallHost other;
    static Caam twin(other);
    if (twin.load(state).has_value() || twin.save() != state) {
        std::abort();
    }
    return read32(caam, page + 0x44);
}

}  // namespace svp::test
