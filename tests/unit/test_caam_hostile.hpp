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

#include <array>
#include <cstdlib>
#include <span>
#include <vector>

#include "caam/caam.hpp"
#include "fake_host.hpp"

namespace svp::test {

/** Memory of 256 KiB that answers at once; elsewhere there is nothing. */
class SmallHost : public FakeHost {
 public:
    static constexpr std::uint64_t base = 0x40000000;
    static constexpr std::size_t size = 0x40000;

    Response bus_read(Master, World, std::uint64_t address, std::span<std::uint8_t> data) override {
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
    Response bus_write(Master, World, std::uint64_t address, std::span<const std::uint8_t> data) override {
        if (!inside(address, data.size())) {
            return Response::decerr;
        }
        if (!hidden(address, data.size())) {
            std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(address - base));
            return Response::okay;
        }
        return hidden_answer;
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

/** Aborts if the engine breaks its promises; returns the status of the job. */
inline std::uint32_t run_hostile(std::span<const std::uint8_t> input) {
    constexpr std::size_t head = 8;
    constexpr std::uint64_t rings = SmallHost::base + SmallHost::size - 0x100;
    constexpr std::uint64_t descriptor = SmallHost::base + 0x100;
    if (input.size() < head + 4) {
        return 0;
    }
    SmallHost host;
    Caam caam(host);
    const std::uint8_t options = input[0];
    static_cast<void>(caam.set_property("rng-seed", 1));
    static_cast<void>(caam.set_property("aes-class", (options & 1) != 0 ? 4 : 3));
    static_cast<void>(caam.set_property("md-class", (options & 2) != 0 ? 1 : 0));
    caam.reset();
    caam.set_limits(
        {.commands = 3000, .table_entries = 3000, .bytes = 1u << 22, .public_key_ns = 300'000'000});
    host.hidden_first = SmallHost::base + 0x8000 + std::uint64_t{input[1]} * 64;
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
            set_word(descriptor + 4 * i, static_cast<std::uint32_t>(SmallHost::base) | (word & 0x3fffc));
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
    host.run_work(caam);
    if (read32(caam, page + 0x3c) != jobs) {
        std::abort();  // a job that never ends
    }
    const auto state = caam.save();
    SmallHost other;
    Caam twin(other);
    if (twin.load(state).has_value() || twin.save() != state) {
        std::abort();
    }
    return read32(caam, page + 0x44);
}

}  // namespace svp::test
