// SPDX-License-Identifier: GPL-2.0-or-later
/** The test port's registers and jobs, against the register map in hw/bus/README.md. */
#include <numeric>
#include <random>
#include <vector>

#include "../catch.hpp"
#include "../fake_host.hpp"
#include "../fuzz_operations.hpp"
#include "observer/test_port.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t reg_master = 0x4;
constexpr std::uint32_t reg_source = 0x8;
constexpr std::uint32_t reg_destination = 0x10;
constexpr std::uint32_t reg_length = 0x18;
constexpr std::uint32_t reg_pattern = 0x1c;
constexpr std::uint32_t reg_command = 0x20;
constexpr std::uint32_t reg_status = 0x24;
constexpr std::uint32_t reg_interrupt = 0x28;
constexpr std::uint32_t reg_data = 0x1000;

enum : std::uint32_t { read_command = 1, write_command = 2, copy_command = 3, fill_command = 4 };
enum : std::uint32_t { busy = 1, done = 2, refused = 4, slverr = 0x10, decerr = 0x20 };

constexpr std::uint32_t gpu = 18;
constexpr std::uint32_t secure = 0x100;
constexpr std::uint64_t memory = 0x1'2345'6780;

struct Port {
    Port() { core.reset(); }

    void put(std::uint32_t offset, std::uint32_t value) { write32(core, offset, value); }
    std::uint32_t get(std::uint32_t offset) { return read32(core, offset); }
    void put_address(std::uint32_t offset, std::uint64_t address) {
        put(offset, static_cast<std::uint32_t>(address));
        put(offset + 4, static_cast<std::uint32_t>(address >> 32));
    }
    void begin(std::uint32_t command, std::uint64_t source, std::uint64_t destination, std::uint32_t length,
               std::uint32_t master = gpu) {
        put(reg_master, master);
        put_address(reg_source, source);
        put_address(reg_destination, destination);
        put(reg_length, length);
        put(reg_command, command);
    }
    std::vector<std::uint8_t> window(std::size_t size) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            const ReadResult result = core.read(0, reg_data + i, 1, secure_access());
            bytes[i] = static_cast<std::uint8_t>(result.value);
        }
        return bytes;
    }

    FakeHost host;
    TestPort core{host};
};

std::vector<std::uint8_t> counting(std::size_t size, unsigned first) {
    std::vector<std::uint8_t> bytes(size);
    std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(first));
    return bytes;
}

}  // namespace

TEST_CASE("test port: registers after reset, and which bits can be written", "[observer]") {
    Port port;
    CHECK(port.get(0) == 0x54500001);
    struct {
        std::uint32_t offset, writable;
    } const rows[] = {{0x0, 0},           {0x4, 0x11f},       {0x8, 0xffffffff},  {0xc, 0xffffffff},
                      {0x10, 0xffffffff}, {0x14, 0xffffffff}, {0x18, 0xffffffff}, {0x1c, 0xffffffff},
                      {0x24, 0},          {0x28, 1},          {0x1000, ~0u},      {0x1ffc, ~0u}};
    for (const auto& row : rows) {
        const std::uint32_t before = port.get(row.offset);
        port.put(row.offset, 0xffffffff);
        CHECK(port.get(row.offset) == (before | row.writable));
        port.put(row.offset, 0);
        CHECK(port.get(row.offset) == (before & ~row.writable));
    }
    CHECK_FALSE(port.host.work_requested);
}

TEST_CASE("test port: two reads in a row, as another master and in another world", "[observer]") {
    Port port;
    port.host.memory.put(memory, counting(4096, 7));
    port.host.memory.put(memory + 4096, counting(16, 200));
    port.begin(read_command, memory, 0, 4096);
    CHECK(port.get(reg_status) == busy);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == done);
    CHECK(port.window(4096) == counting(4096, 7));

    port.begin(read_command, memory + 4097, 0, 3, 10 | secure);
    CHECK(port.get(reg_status) == busy);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == done);
    CHECK(port.window(3) == counting(3, 201));
    CHECK(port.window(5)[3] == 7 + 3);
    const std::vector<FakeMemory::Access> expected = {
        {Master::gpu, World::non_secure, Direction::read, memory, 4096},
        {Master::caam, World::secure, Direction::read, memory + 4097, 3}};
    CHECK(port.host.memory.accesses == expected);
}

TEST_CASE("test port: writes, copies and fills reach their destination and nothing else", "[observer]") {
    Port port;
    for (std::uint32_t i = 0; i < 8; i += 4) {
        port.put(reg_data + i, 0x03020100 + i * 0x01010101);
    }
    port.begin(write_command, 0, memory + 1, 5);
    CHECK(port.host.run_work(port.core));
    CHECK(port.host.memory.bytes(memory, 7) == std::vector<std::uint8_t>{0, 0, 1, 2, 3, 4, 0});
    port.begin(copy_command, memory + 2, memory + 0x10000, 3);
    CHECK(port.host.run_work(port.core));
    CHECK(port.host.memory.bytes(memory + 0xffff, 5) == std::vector<std::uint8_t>{0, 1, 2, 3, 0});
    port.put(reg_pattern, 0xddccbbaa);
    port.begin(fill_command, 0, memory + 0x20000, 6);
    CHECK(port.host.run_work(port.core));
    CHECK(port.host.memory.bytes(memory + 0x20000, 7) ==
          std::vector<std::uint8_t>{0xaa, 0xbb, 0xcc, 0xdd, 0xaa, 0xbb, 0});
    CHECK(port.get(reg_status) == done);
}

TEST_CASE("test port: a job keeps its parameters, and the data that the window had", "[observer]") {
    Port port;
    port.put(reg_data, 0x11111111);
    port.begin(write_command, 0, memory, 4);
    port.put(reg_data, 0x22222222);
    port.put_address(reg_destination, memory + 64);
    port.put(reg_length, 1);
    port.put(reg_command, fill_command);  // ignored
    CHECK(port.host.guest_errors.size() == 1);
    CHECK(port.host.run_work(port.core));
    CHECK(port.host.memory.bytes(memory, 4) == std::vector<std::uint8_t>(4, 0x11));
    CHECK(port.host.memory.byte(memory + 64) == 0);
    CHECK(port.host.memory.accesses.size() == 1);
}

TEST_CASE("test port: the worst answer stands until the next job, and denied data reads zero", "[observer]") {
    Port port;
    port.host.memory.put(memory, counting(32, 1));
    port.host.memory.fences = {
        {memory + 4, memory + 7, Direction::read, Response::decerr},
        {memory + 0x1000, memory + 0x1003, Direction::write, Response::slverr},
        {memory + 0x2000, memory + 0x2fff, Direction::read, Response::okay},
    };
    port.begin(read_command, memory, 0, 12);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == (done | decerr));
    CHECK(port.window(12) == std::vector<std::uint8_t>{1, 2, 3, 4, 0, 0, 0, 0, 9, 10, 11, 12});
    port.begin(copy_command, memory + 8, memory + 0x1000, 8);
    CHECK(port.get(reg_status) == busy);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == (done | slverr));
    CHECK(port.host.memory.bytes(memory + 0x1000, 8) ==
          std::vector<std::uint8_t>{0, 0, 0, 0, 13, 14, 15, 16});
    port.begin(copy_command, memory, memory + 0x1000, 8);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == (done | decerr));
    port.begin(read_command, memory + 0x2000, 0, 8);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == done);
}

TEST_CASE("test port: impossible jobs are refused at once and move nothing", "[observer]") {
    struct {
        std::uint32_t command, length, master;
        std::uint64_t source, destination;
    } const rows[] = {
        {0, 4, gpu, 0, 0},
        {5, 4, gpu, 0, 0},
        {0x101, 4, gpu, 0, 0},
        {read_command, 0, gpu, 0, 0},
        {read_command, 4097, gpu, 0, 0},
        {write_command, 4097, gpu, 0, 0},
        {copy_command, (64u << 20) + 1, gpu, 0, 0},
        {fill_command, 0, gpu, 0, 0},
        {read_command, 4, 27, 0, 0},
        {read_command, 4, 27, 0, 0},
        {read_command, 4, 31, 0, 0},
        {read_command, 4, gpu, ~std::uint64_t{0} - 2, 0},
        {copy_command, 4, gpu, 0, ~std::uint64_t{0} - 2},
    };
    for (const auto& row : rows) {
        Port port;
        port.put(reg_interrupt, 1);
        port.begin(row.command, row.source, row.destination, row.length, row.master);
        INFO("command " << row.command << " length " << row.length << " master " << row.master);
        CHECK(port.get(reg_status) == (done | refused));
        CHECK(port.host.irq[0]);
        CHECK_FALSE(port.host.run_work(port.core));
        CHECK(port.host.memory.accesses.empty());
        port.begin(read_command, ~std::uint64_t{0} - 3, ~std::uint64_t{0}, 4);
        CHECK(port.get(reg_status) == busy);
        CHECK(port.host.run_work(port.core));
        CHECK(port.get(reg_status) == done);
    }
}

TEST_CASE("test port: the interrupt follows done and its enable", "[observer]") {
    Port port;
    port.begin(fill_command, 0, memory, 4);
    CHECK(port.host.run_work(port.core));
    CHECK_FALSE(port.host.irq[0]);
    port.put(reg_interrupt, 1);
    CHECK(port.host.irq[0]);
    port.put(reg_status, done);
    CHECK_FALSE(port.host.irq[0]);
    CHECK(port.get(reg_status) == 0);
    port.begin(fill_command, 0, memory, 4);
    CHECK_FALSE(port.host.irq[0]);
    CHECK(port.host.run_work(port.core));
    CHECK(port.host.irq[0]);
    port.begin(fill_command, 0, memory, 4);
    CHECK_FALSE(port.host.irq[0]);
}

TEST_CASE("test port: a delayed answer puts the end off", "[observer]") {
    Port port;
    port.put(reg_interrupt, 1);
    port.host.time = 1000;
    port.begin(copy_command, memory, memory + 0x1000, 4);
    port.host.delay = 500;
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == busy);
    port.host.advance(port.core, 499);
    CHECK(port.get(reg_status) == busy);
    CHECK_FALSE(port.host.irq[0]);
    const auto state = port.core.save();
    port.host.advance(port.core, 1);
    CHECK(port.get(reg_status) == done);
    CHECK(port.host.irq[0]);

    // The same in another emulator; work that comes in between changes nothing.
    Port other;
    other.host.time = 1499;
    REQUIRE_FALSE(other.core.load(state));
    CHECK_FALSE(other.core.work());
    CHECK(other.get(reg_status) == busy);
    other.host.advance(other.core, 1);
    CHECK(other.get(reg_status) == done);
    CHECK(other.host.irq[0]);
    // The next job is not late.
    other.begin(copy_command, memory, memory + 0x1000, 4);
    CHECK(other.host.run_work(other.core));
    CHECK(other.get(reg_status) == done);
}

TEST_CASE("test port: a long job ends between steps when it must, and goes on later or elsewhere",
          "[observer]") {
    constexpr std::uint32_t length = (3u << 20) + 5;
    Port port;
    unsigned asked = 0;
    port.host.must_end = [&asked] { return ++asked == 3; };
    port.put(reg_pattern, 0x5a5a5a5a);
    port.begin(fill_command, 0, memory, length);
    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == busy);
    CHECK(port.host.memory.accesses.size() == 2);
    const auto state = port.core.save();

    CHECK(port.host.run_work(port.core));
    CHECK(port.get(reg_status) == done);
    CHECK(port.host.memory.accesses.size() == 4);
    CHECK(port.host.memory.accesses.back().address == memory + (3u << 20));
    CHECK(port.host.memory.accesses.back().size == 5);
    CHECK(port.host.memory.byte(memory + length - 1) == 0x5a);
    CHECK(port.host.memory.byte(memory + length) == 0);

    Port other;
    REQUIRE_FALSE(other.core.load(state));
    CHECK(other.host.work_requested);
    CHECK(other.host.run_work(other.core));
    CHECK(other.get(reg_status) == done);
    CHECK(other.host.memory.accesses.size() == 2);
    CHECK(other.host.memory.accesses.front().address == memory + (2u << 20));
}

TEST_CASE("test port: a reset forgets the job", "[observer]") {
    Port port;
    port.begin(fill_command, 0, memory, 4);
    port.core.reset();
    CHECK(port.get(reg_status) == 0);
    CHECK_FALSE(port.core.work());
    CHECK(port.host.memory.accesses.empty());
    CHECK(port.get(reg_status) == 0);
}

TEST_CASE("test port: bad saved states are refused", "[observer]") {
    Port port;
    port.begin(copy_command, memory, memory + 64, 4);
    const auto state = port.core.save();
    for (std::size_t length = 0; length < state.size(); length += 97) {
        Port other;
        CHECK(other.core.load(std::span(state).first(length)).has_value());
    }
    unsigned loaded = 0;
    for (std::size_t at = 0; at < state.size(); ++at) {
        auto changed = state;
        changed[at] ^= std::byte{0x80};
        Port other;
        loaded += other.core.load(changed) ? 0 : 1;
        other.host.run_work(other.core);
    }
    CHECK(loaded > 0);
    CHECK(loaded < state.size());
}

TEST_CASE("test port: random register traffic leads to no crash, and every job ends", "[observer]") {
    const unsigned long operations = fuzz_operations();
    std::mt19937_64 random(41);
    Port port;
    unsigned jobs = 0;
    for (unsigned long count = 0; count < operations; ++count) {
        const unsigned size = 1u << random() % 4;
        const std::uint64_t offset = random() % 8 == 0 ? random() % (0x2000 - size) : random() % 11 * 4;
        std::uint64_t value = random() % 3 == 0 ? random() % 6 : random();
        if (offset < reg_length + 4 && offset + size > reg_length) {
            value &= 0x0fff;  // more bytes are only slower
        }
        Transaction by = random() % 2 == 0 ? secure_access() : non_secure_access();
        by.size = size;
        if (random() % 4 == 0) {
            static_cast<void>(port.core.read(0, offset, size, by));
        } else {
            static_cast<void>(port.core.write(0, offset, value, size, by));
        }
        if (random() % 16 == 0) {
            jobs += port.host.run_work(port.core) ? 1 : 0;
            REQUIRE((port.get(reg_status) & busy) == 0);
            port.host.memory.accesses.clear();
            port.host.guest_errors.clear();
        }
        if (random() % 2048 == 0) {
            port.core.reset();
            port.host.memory = {};
            port.host.work_requested = false;
        }
    }
    CHECK(jobs > operations / 2000);
}
