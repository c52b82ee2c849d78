// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * For every core of the catalogue: whatever state it can be brought to by register accesses, inputs, time and
 * work, stopped at any point, is saved, is loaded again as the same state, and behaves the same afterwards.
 */
#include "../caam/caam_hostile.hpp"
#include "../every_core.hpp"
#include "../fuzz_operations.hpp"
#include "caam/caam.hpp"
#include "interface/catalogue.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Memory and stops that are the same for both cores of a comparison, by a number of its own. */
class RandomHost : public FakeHost {
 public:
    explicit RandomHost(std::uint64_t seed) : random(seed) {
        must_end = [this] { return random.one_in(12); };
    }
    /** Goes on as @p other, for another core. */
    void take_over(const RandomHost& other) {
        memory = other.memory;
        memory.accesses.clear();
        time = other.time;
        halted = other.halted;
        delay = other.delay;
        random = other.random;
    }
    Response bus_read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data) override {
        touch();
        return FakeHost::bus_read(by, address, data);
    }
    Response bus_write(const Initiator& by, std::uint64_t address,
                       std::span<const std::uint8_t> data) override {
        touch();
        return FakeHost::bus_write(by, address, data);
    }

    Random random;
    Device* core = nullptr;

 private:
    /** In the middle of a job somebody writes a register, or a fault delays an answer. */
    void touch() {
        memory.accesses.clear();
        if (core != nullptr && random.one_in(16)) {
            Device* const target = std::exchange(core, nullptr);
            const auto regions = target->regions();
            const auto region = static_cast<unsigned>(random.below(regions.size()));
            Transaction by;
            by.world = random.one_in(2) ? World::secure : World::non_secure;
            const std::uint64_t page = random.below((regions[region].size + 0xfff) / 0x1000);
            const std::uint64_t offset =
                (page * 0x1000 + 4 * random.below(32)) % regions[region].size & ~3ull;
            static_cast<void>(target->write(region, offset, random.below(16), 4, by));
            core = target;
        }
        if (random.one_in(200)) {
            delay = static_cast<std::int64_t>(random.below(2000));
        }
    }
};

constexpr std::uint64_t memory_base = 0x40000000, memory_size = 0x10000;

/** An access that brings work about more often than pure chance would. */
struct Pushed {
    unsigned region;
    std::uint64_t offset;
    std::uint32_t value;
};

Pushed push_caam(Random& random) {
    constexpr std::uint32_t ring[] = {0x04, 0x0c, 0x1c, 0x1c, 0x1c, 0x24, 0x2c, 0x34, 0x34, 0x4c, 0x50, 0x6c};
    constexpr std::uint32_t control[] = {0x10, 0x18, 0x20, 0x94, 0x9c, 0x0c, 0xbe4, 0xa04, 0xa0c, 0xb08};
    if (random.one_in(6)) {
        const bool by_hand = random.one_in(3);
        const std::uint64_t offset = by_hand ? 0x8800 : control[random.below(std::size(control))];
        return {0, offset, by_hand ? 0x30000000u : static_cast<std::uint32_t>(random.below(4))};
    }
    const std::uint32_t offset = ring[random.below(std::size(ring))];
    auto value = static_cast<std::uint32_t>(random.below(8));
    if (offset == 0x04 || offset == 0x24) {
        value = static_cast<std::uint32_t>(memory_base + (random.next() & 0xff00));
    } else if (offset == 0x50) {
        value = random.one_in(2) ? 0 : 0x40000000;
    }
    return {0, 0x1000 * (1 + random.below(3)) + offset, value};
}

Pushed push_test_port(Random& random) {
    constexpr std::uint32_t offsets[] = {0x04, 0x08, 0x10, 0x18, 0x1c, 0x20, 0x20, 0x24, 0x28};
    const std::uint32_t offset = offsets[random.below(std::size(offsets))];
    auto value = static_cast<std::uint32_t>(random.below(8));
    if (offset == 0x08 || offset == 0x10) {
        value = static_cast<std::uint32_t>(memory_base + random.below(memory_size));
    } else if (offset == 0x18) {
        value = random.one_in(24) ? 3u << 20 : static_cast<std::uint32_t>(random.below(4096));
    }
    return {0, offset, value};
}

/** Rings of descriptors that make sense more often than not. */
void fill_memory(RandomHost& bus, std::uint64_t seed) {
    HostileRandom random(seed);
    std::vector<std::uint8_t> all(memory_size);
    for (std::size_t at = 0; at < memory_size; at += 0x200) {
        const auto input = hostile::hostile_input(random);
        for (std::size_t i = 0; i < 0x200; ++i) {
            all[at + i] = 8 + i < input.size() ? input[8 + i] : static_cast<std::uint8_t>(random());
        }
        // Entries of rings: pages at 0x100 hold addresses of descriptors.
        for (std::size_t i = 0x100; i < 0x200 && at / 0x200 % 2 == 1; i += 4) {
            const std::uint32_t entry = static_cast<std::uint32_t>(memory_base + random() % 64 * 0x400);
            for (unsigned k = 0; k < 4; ++k) {
                all[at + i + k] = static_cast<std::uint8_t>(entry >> (8 * k));
            }
        }
    }
    bus.memory.put(memory_base, all);
}

/** One step of a life: an access, an input, time, or work up to where it is stopped. */
void step(Device& core, RandomHost& bus, Random& random, std::string_view type) {
    const bool caam = type == "imx8mq.caam", port = type == "imx8mq.test-port";
    if ((caam || port) && !random.one_in(4)) {
        const Pushed pushed = caam ? push_caam(random) : push_test_port(random);
        Transaction by;
        by.world = random.one_in(3) ? World::non_secure : World::secure;
        static_cast<void>(core.write(pushed.region, pushed.offset, pushed.value, 4, by));
    } else if (!core.regions().empty()) {
        random_access(core, random);
    }
    if (core.irq_inputs() != 0 && random.one_in(caam ? 400 : 4)) {
        core.set_input(static_cast<unsigned>(random.below(core.irq_inputs())), random.one_in(2));
    }
    if (random.one_in(8)) {
        bus.halted[static_cast<unsigned>(random.below(4))] = random.one_in(2);
        bus.advance(core, static_cast<std::int64_t>(random.below(200'000)));
    }
    if (random.one_in(4)) {
        bus.core = &core;
        bus.run_work(core);
        bus.core = nullptr;
    }
    bus.guest_errors.clear();
    bus.unimplemented.clear();
    bus.memory.accesses.clear();
}

/** What a guest reads; both cores are read alike, since reading may change something. */
std::vector<std::uint64_t> readings(Device& core) {
    std::vector<std::uint64_t> values;
    for (unsigned region = 0; region < core.regions().size(); ++region) {
        for (std::uint64_t offset = 0; offset + 4 <= core.regions()[region].size; offset += 4) {
            if (offset % 0x1000 < 0x180 || offset % 0x1000 >= 0xa00 || region > 0) {
                values.push_back(read32(core, offset, secure_access(), region));
            }
        }
    }
    return values;
}

std::unique_ptr<Device> fresh(Host& host, const CatalogueEntry& entry) {
    auto core = entry.create(host);
    if (auto* caam = dynamic_cast<Caam*>(core.get())) {
        static_cast<void>(caam->set_property("rng-seed", 1));
        caam->set_limits({.commands = 300,
                          .table_entries = 300,
                          .bytes = 1u << 18,
                          .public_key_ns = 3'000'000,
                          .put_back_ns = 1000,
                          .grace_ns = 0,
                          .question_ns = 0});
    }
    core->reset();
    return core;
}

std::vector<bool> lines(const RandomHost& bus, const Device& core) {
    std::vector<bool> levels;
    for (unsigned line = 0; line < core.irq_lines(); ++line) {
        const auto level = bus.irq.find(line);
        levels.push_back(level != bus.irq.end() && level->second);
    }
    return levels;
}

}  // namespace

TEST_CASE("saved state: every core, wherever it is stopped", "[interface]") {
    const auto few = static_cast<std::uint64_t>(fuzz_operations() / 100'000 + 1);
    for (const CatalogueEntry& entry : catalogue()) {
        const std::string_view type = entry.type;
        const std::uint64_t rounds = type == "imx8mq.caam" || type == "imx8mq.test-port" ? 2 * few + 2 : few;
        for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
            CAPTURE(entry.type, seed);
            RandomHost bus(seed);
            fill_memory(bus, seed);
            Random random(seed);
            auto core = fresh(bus, entry);
            for (unsigned stop = 0; stop < 4; ++stop) {
                const std::uint64_t steps = 1 + random.below(120);
                for (std::uint64_t i = 0; i < steps; ++i) {
                    step(*core, bus, random, entry.type);
                }
                const auto state = core->save();
                RandomHost other(seed);
                other.take_over(bus);
                auto twin = fresh(other, entry);
                const auto problem = twin->load(state);
                CAPTURE(stop, problem.value_or("none"));
                REQUIRE_FALSE(problem.has_value());
                REQUIRE(twin->save() == state);
                REQUIRE(lines(other, *twin) == lines(bus, *core));
                REQUIRE(other.deadlines == bus.deadlines);
                REQUIRE(readings(*twin) == readings(*core));
                // Both live on in the same way; work that one has asked for, the other asks for after the
                // load.
                Random for_one = random, for_other = random;
                other.work_requested = bus.work_requested = true;
                for (unsigned i = 0; i < 60; ++i) {
                    step(*core, bus, for_one, entry.type);
                    step(*twin, other, for_other, entry.type);
                }
                REQUIRE(twin->save() == core->save());
                REQUIRE(other.memory.bytes(memory_base, memory_size) ==
                        bus.memory.bytes(memory_base, memory_size));
                REQUIRE(lines(other, *twin) == lines(bus, *core));
                random = for_one;
            }
        }
    }
}
