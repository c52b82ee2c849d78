// SPDX-License-Identifier: GPL-2.0-or-later
#include <random>

#include "../catch.hpp"
#include "observer/fault_injector.hpp"

using namespace svp;

namespace {

constexpr std::uint64_t heap = 0xc000'0000;

/** An injector with the firewall's blocks, and two interrupt lines of one device. */
struct Bench {
    Bench() {
        for (const char* target : {"tzasc", "rdc", "csu", "gpr"}) {
            injector.add_target(target);
        }
        injector.add_line("caam", 0);
        injector.add_line("usdhc1", 0);
        injector.add_line("usdhc1", 1);
    }

    std::uint32_t inject(Fault fault) {
        const auto injected = injector.inject(std::move(fault), now);
        INFO(injected.error);
        REQUIRE(injected.id != 0);
        return injected.id;
    }

    std::string refusal(Fault fault) { return injector.inject(std::move(fault), now).error; }

    Outcome pass(Transaction transaction) { return injector.before(transaction, now); }

    const FaultInjector::Entry& entry(std::uint32_t id) {
        for (const auto& entry : injector.list()) {
            if (entry.id == id) {
                return entry;
            }
        }
        FAIL("no fault " << id);
        return injector.list().front();
    }

    /** Line effects since the last call, "1+" for line 1 going high. */
    std::string lines() {
        std::string text;
        for (const FaultEffect& effect : injector.take_effects()) {
            if (effect.kind == FaultEffect::Kind::drive_line) {
                text += std::to_string(effect.line) + (effect.level ? "+" : "-");
            }
        }
        return text;
    }

    FaultInjector injector;
    std::int64_t now = 1000;
};

Transaction write_at(std::uint64_t address, std::uint32_t size = 8, Master master = Master::caam) {
    Transaction transaction;
    transaction.address = address;
    transaction.size = size;
    transaction.direction = Direction::write;
    transaction.master = master;
    transaction.world = World::non_secure;
    transaction.domain = 1;
    return transaction;
}

Transaction read_at(std::uint64_t address, std::uint32_t size = 8, Master master = Master::caam) {
    Transaction transaction = write_at(address, size, master);
    transaction.direction = Direction::read;
    return transaction;
}

Fault fault_of(FaultKind kind, std::uint64_t times = 1) {
    Fault fault;
    fault.kind = kind;
    fault.times = times;
    fault.mask = 0xff;
    return fault;
}

Fault interrupt_fault(FaultKind kind, std::uint64_t times = 1) {
    Fault fault = fault_of(kind, times);
    fault.device = "usdhc1";
    fault.line = 1;
    fault.duration = kind == FaultKind::lose_interrupt ? 0 : 100;
    return fault;
}

std::vector<std::byte> saved(FaultInjector& injector) {
    Archive archive;
    injector.exchange(archive);
    return archive.take();
}

std::string loaded(FaultInjector& injector, const std::vector<std::byte>& state) {
    Archive archive(state);
    injector.exchange(archive);
    return archive.error();
}

}  // namespace

TEST_CASE("with nothing armed transactions and lines pass unchanged", "[observer]") {
    Bench bench;
    CHECK_FALSE(bench.injector.armed());
    Transaction transaction = write_at(heap);
    const Outcome outcome = bench.injector.before(transaction, 0);
    CHECK_FALSE(outcome.hit());
    CHECK(outcome.moves());
    CHECK(transaction.master == Master::caam);
    CHECK(bench.injector.set_line(1, true, 0));
    CHECK_FALSE(bench.injector.set_line(1, false, 0));
    CHECK_FALSE(bench.injector.has_effects());
    CHECK_FALSE(bench.injector.wake_at());
    CHECK(bench.injector.last_before_edge(0) == ~std::uint64_t{0});
}

TEST_CASE("what each kind does to a transaction", "[observer]") {
    Bench bench;
    SECTION("answer") {
        Fault fault = fault_of(FaultKind::answer);
        fault.answer = Response::decerr;
        const auto id = bench.inject(fault);
        const Outcome outcome = bench.pass(read_at(heap));
        CHECK(outcome.fault == id);
        CHECK(outcome.answer == Response::decerr);
        CHECK_FALSE(outcome.moves());
    }
    SECTION("answer OKAY lets data move") {
        Fault fault = fault_of(FaultKind::answer);
        fault.answer = Response::okay;
        bench.inject(fault);
        CHECK(bench.pass(read_at(heap)).moves());
    }
    SECTION("drop") {
        bench.inject(fault_of(FaultKind::drop));
        CHECK_FALSE(bench.pass(read_at(heap)).hit());
        const Outcome outcome = bench.pass(write_at(heap));
        CHECK(outcome.drop);
        CHECK_FALSE(outcome.moves());
        CHECK_FALSE(outcome.answer);
    }
    SECTION("delay") {
        Fault fault = fault_of(FaultKind::delay, 2);
        fault.duration = 70;
        bench.inject(fault);
        bench.inject(fault);
        CHECK(bench.pass(read_at(heap)).delay == 140);
        CHECK_FALSE(bench.pass(read_at(heap, 8, Master::a53)).hit());
    }
    SECTION("world, master, domain") {
        Fault world = fault_of(FaultKind::change_world);
        world.world = World::secure;
        Fault master = fault_of(FaultKind::change_master);
        master.master = Master::dcss;
        Fault domain = fault_of(FaultKind::change_domain);
        domain.domain = 3;
        const auto first = bench.inject(world);
        bench.inject(master);
        bench.inject(domain);
        Transaction transaction = read_at(heap);
        const Outcome outcome = bench.injector.before(transaction, bench.now);
        CHECK(transaction.world == World::secure);
        CHECK(transaction.master == Master::dcss);
        CHECK(transaction.domain == 3);
        CHECK(outcome.fault == first);
        CHECK(outcome.master_changed);
        CHECK(outcome.domain == Domain{3});
        CHECK(outcome.moves());
    }
}

TEST_CASE("zero and corrupt touch the window only", "[observer]") {
    Bench bench;
    Fault corrupt = fault_of(FaultKind::corrupt);
    corrupt.match.emplace().first = heap + 2;
    corrupt.match->last = heap + 9;
    corrupt.mask = 0x8000'0000'0000'00ff;  // byte lanes 0 and 7
    bench.inject(corrupt);
    Fault zero = fault_of(FaultKind::zero);
    zero.match.emplace().first = heap + 12;
    zero.match->last = heap + 13;
    bench.inject(zero);

    std::vector<std::byte> data(16, std::byte{0x11});
    const Outcome outcome = bench.pass(read_at(heap, 16));
    CHECK(outcome.moves());
    outcome.edit(heap, data);
    const unsigned expected[16] = {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x91,
                                   0xee, 0x11, 0x11, 0x11, 0x00, 0x00, 0x11, 0x11};
    for (unsigned i = 0; i < 16; ++i) {
        INFO("byte " << i);
        CHECK(static_cast<unsigned>(data[i]) == expected[i]);
    }

    // The same in two pieces.
    std::vector<std::byte> pieces(16, std::byte{0x11});
    outcome.edit(heap, std::span(pieces).first(5));
    outcome.edit(heap + 5, std::span(pieces).subspan(5));
    CHECK(pieces == data);
    outcome.edit(heap, {});
}

TEST_CASE("nth, times and not-before", "[observer]") {
    struct Row {
        std::uint64_t nth;
        std::uint64_t times;
        std::int64_t not_before;
        const char* hits;  ///< one letter a transaction, at times 1000, 1010, 1020 ...
    };
    const Row rows[] = {
        {1, 1, 0, "x......."},    {1, 3, 0, "xxx....."},    {1, 0, 0, "xxxxxxxx"}, {3, 1, 0, "..x....."},
        {3, 2, 0, "..xx...."},    {8, 0, 0, ".......x"},    {9, 0, 0, "........"}, {1, 1, 1030, "...x...."},
        {2, 0, 1031, ".....xxx"}, {1, 1, 5000, "........"},
    };
    for (const Row& row : rows) {
        INFO("nth " << row.nth << " times " << row.times << " not before " << row.not_before);
        Bench bench;
        Fault fault = fault_of(FaultKind::zero, row.times);
        fault.nth = row.nth;
        fault.not_before = row.not_before;
        const auto id = bench.inject(fault);
        std::string seen;
        std::int64_t last = -1;
        for (unsigned i = 0; i < 8; ++i) {
            const bool hit = bench.pass(read_at(heap)).hit();
            seen += hit ? 'x' : '.';
            last = hit ? bench.now : last;
            bench.now += 10;
        }
        CHECK(seen == row.hits);
        const auto hits = static_cast<std::uint64_t>(std::ranges::count(seen, 'x'));
        CHECK(bench.entry(id).hits == hits);
        CHECK(bench.entry(id).last_hit == last);
        CHECK(bench.entry(id).spent() == (row.times != 0 && hits == row.times));
        CHECK(bench.injector.armed() != bench.entry(id).spent());
    }
}

TEST_CASE("an observer's access meets no fault and counts for none", "[observer]") {
    Bench bench;
    const auto id = bench.inject(fault_of(FaultKind::zero));
    Transaction transaction = read_at(heap);
    transaction.debug = true;
    CHECK_FALSE(bench.pass(transaction).hit());
    CHECK(bench.entry(id).matches == 0);
}

TEST_CASE("faults are matched against what the master sent", "[observer]") {
    Bench bench;
    Fault change = fault_of(FaultKind::change_master);
    change.master = Master::gpu;
    bench.inject(change);
    Fault on_gpu = fault_of(FaultKind::zero);
    on_gpu.match.emplace().masters = 1u << static_cast<unsigned>(Master::gpu);
    const auto id = bench.inject(on_gpu);
    bench.pass(read_at(heap));
    CHECK(bench.entry(id).matches == 0);
}

TEST_CASE("state faults at a time", "[observer]") {
    Bench bench;
    bench.injector.take_effects();
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "rdc";
    flip.offset = 0x808;
    flip.bit = 31;
    flip.not_before = 5000;
    const auto id = bench.inject(flip);
    CHECK_FALSE(bench.injector.has_effects());
    CHECK(bench.injector.wake_at() == 5000);
    bench.injector.expired(4999);
    CHECK_FALSE(bench.injector.has_effects());
    bench.injector.expired(5001);
    const auto effects = bench.injector.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(effects[0] == FaultEffect{.kind = FaultEffect::Kind::change_register,
                                    .target = 1,
                                    .offset = 0x808,
                                    .invert = 0x8000'0000,
                                    .fault = id});
    CHECK(bench.entry(id).spent());
    CHECK_FALSE(bench.injector.wake_at());
    bench.injector.expired(9000);
    CHECK_FALSE(bench.injector.has_effects());
}

TEST_CASE("state faults without a time happen at once", "[observer]") {
    Bench bench;
    bench.inject(fault_of(FaultKind::disable_tzasc));
    Fault lose = fault_of(FaultKind::lose_state);
    lose.target = "tzasc";
    bench.inject(lose);
    const auto effects = bench.injector.take_effects();
    REQUIRE(effects.size() == 2);
    CHECK(
        effects[0] ==
        FaultEffect{
            .kind = FaultEffect::Kind::change_register, .target = 3, .offset = 0x28, .clear = 1, .fault = 1});
    CHECK(effects[1] == FaultEffect{.kind = FaultEffect::Kind::lose_state, .target = 0, .fault = 2});
}

TEST_CASE("a state fault can wait for a transaction", "[observer]") {
    Bench bench;
    Fault fault = fault_of(FaultKind::disable_tzasc, 2);
    fault.match.emplace().first = heap;
    fault.nth = 2;
    const auto id = bench.inject(fault);
    bench.injector.take_effects();
    CHECK_FALSE(bench.pass(read_at(heap)).hit());
    CHECK_FALSE(bench.pass(read_at(0x4000'0000)).hit());
    CHECK_FALSE(bench.injector.has_effects());
    const Outcome outcome = bench.pass(read_at(heap));
    CHECK(outcome.fault == id);
    CHECK(outcome.moves());
    CHECK(bench.injector.take_effects().size() == 1);
    bench.pass(read_at(heap));
    CHECK(bench.injector.take_effects().size() == 2);  // the register, and that nothing waits any more
    CHECK_FALSE(bench.injector.armed());
}

TEST_CASE("a lost interrupt stays away until the device signals anew", "[observer]") {
    Bench bench;
    Fault fault = interrupt_fault(FaultKind::lose_interrupt);
    fault.nth = 2;
    const auto id = bench.inject(fault);
    auto& injector = bench.injector;
    CHECK(injector.set_line(1, true, 1));
    CHECK(injector.set_line(2, true, 1));
    CHECK(injector.set_line(2, true, 2));  // no edge
    CHECK_FALSE(injector.set_line(2, false, 3));
    CHECK_FALSE(injector.set_line(2, true, 4));
    CHECK(bench.entry(id).spent());
    CHECK_FALSE(injector.set_line(2, true, 5));
    CHECK_FALSE(injector.set_line(2, false, 6));
    CHECK(injector.set_line(2, true, 7));
    CHECK(bench.entry(id).hits == 1);
    CHECK_FALSE(injector.lines_armed());
}

TEST_CASE("removing the fault gives the lost signal back", "[observer]") {
    for (bool all : {false, true}) {
        Bench bench;
        const auto id = bench.inject(interrupt_fault(FaultKind::lose_interrupt, 0));
        CHECK_FALSE(bench.injector.set_line(2, true, 1));
        if (all) {
            bench.injector.clear();
        } else {
            CHECK(bench.injector.remove(id));
        }
        CHECK(bench.lines() == "2+");
        CHECK(bench.injector.set_line(2, true, 2));
        CHECK_FALSE(bench.injector.remove(id));
    }
}

TEST_CASE("a repeated interrupt comes again when it was served", "[observer]") {
    Bench bench;
    auto& injector = bench.injector;
    CHECK(injector.set_line(2, true, 0));  // was high before the fault came
    bench.inject(interrupt_fault(FaultKind::repeat_interrupt));
    CHECK(injector.set_line(2, false, 1000));
    CHECK(injector.wake_at() == 1100);
    injector.expired(1099);
    CHECK(bench.lines().empty());
    injector.expired(1100);
    CHECK(bench.lines() == "2-");
    CHECK_FALSE(injector.wake_at());
    CHECK(injector.set_line(2, true, 1200));
    CHECK_FALSE(injector.set_line(2, false, 1300));
}

TEST_CASE("a repetition that meets the next signal does not end it", "[observer]") {
    Bench bench;
    auto& injector = bench.injector;
    bench.inject(interrupt_fault(FaultKind::repeat_interrupt));
    injector.set_line(2, true, 1000);
    CHECK(injector.set_line(2, false, 1010));
    CHECK(injector.set_line(2, true, 1020));
    injector.expired(1110);
    CHECK(bench.lines().empty());
    CHECK_FALSE(injector.set_line(2, false, 1200));
}

TEST_CASE("a swallowed signal is not repeated", "[observer]") {
    Bench bench;
    bench.inject(interrupt_fault(FaultKind::lose_interrupt));
    const auto id = bench.inject(interrupt_fault(FaultKind::repeat_interrupt));
    CHECK_FALSE(bench.injector.set_line(2, true, 1));
    CHECK_FALSE(bench.injector.set_line(2, false, 2));
    CHECK(bench.entry(id).matches == 0);
}

TEST_CASE("a spurious interrupt at a time", "[observer]") {
    Bench bench;
    Fault fault = interrupt_fault(FaultKind::spurious_interrupt);
    fault.not_before = 2000;
    bench.inject(fault);
    CHECK(bench.lines().empty());
    bench.injector.expired(2000);
    CHECK(bench.lines() == "2+");
    CHECK(bench.injector.wake_at() == 2100);
    CHECK(bench.injector.set_line(2, true, 2050));
    bench.injector.expired(2100);
    CHECK(bench.lines().empty());
    CHECK_FALSE(bench.injector.set_line(2, false, 2200));
}

TEST_CASE("removing a spurious interrupt, and a reset, end it", "[observer]") {
    Bench bench;
    const auto id = bench.inject(interrupt_fault(FaultKind::spurious_interrupt));
    CHECK(bench.lines() == "2+");
    bench.injector.remove(id);
    CHECK(bench.lines() == "2-");
    bench.inject(interrupt_fault(FaultKind::spurious_interrupt));
    bench.injector.set_line(0, true, 0);
    bench.injector.reset_lines();
    CHECK(bench.lines().empty());
    CHECK_FALSE(bench.injector.wake_at());
    CHECK(bench.injector.list().size() == 1);
}

TEST_CASE("names that the board does not have", "[observer]") {
    Bench bench;
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "caam";
    CHECK(bench.refusal(flip) == "target: no firewall block 'caam' on this board");
    Fault interrupt = interrupt_fault(FaultKind::lose_interrupt);
    interrupt.device = "dcss";
    CHECK(bench.refusal(interrupt) == "device: no interrupt line of a 'dcss' on this board");
    interrupt.device = "usdhc1";
    interrupt.line = 2;
    CHECK(bench.refusal(interrupt) == "line: 'usdhc1' has no interrupt line 2");
    interrupt.line = 0;
    interrupt.nth = 0;
    CHECK(bench.refusal(interrupt).starts_with("nth: "));
    FaultInjector bare;
    CHECK(bare.inject(fault_of(FaultKind::disable_tzasc), 0).error.starts_with("target: "));
    CHECK(bench.injector.list().empty());
}

TEST_CASE("the list is bounded and numbers are used once", "[observer]") {
    Bench bench;
    for (unsigned i = 1; i <= FaultInjector::max_faults; ++i) {
        CHECK(bench.inject(fault_of(FaultKind::zero)) == i);
    }
    CHECK(bench.refusal(fault_of(FaultKind::zero)) == "there are 256 faults already; remove some");
    CHECK(bench.injector.remove(7));
    CHECK_FALSE(bench.injector.remove(7));
    CHECK_FALSE(bench.injector.remove(0));
    CHECK(bench.inject(fault_of(FaultKind::zero)) == FaultInjector::max_faults + 1);
    bench.injector.clear();
    CHECK(bench.injector.list().empty());
    CHECK_FALSE(bench.injector.armed());
    CHECK(bench.inject(fault_of(FaultKind::zero)) == FaultInjector::max_faults + 2);
}

TEST_CASE("addresses that views keep behind their fence", "[observer]") {
    Bench bench;
    Fault fault = fault_of(FaultKind::zero);
    FaultMatch& match = fault.match.emplace();
    match.masters = 1u << 0;
    match.world = World::non_secure;
    match.first = heap + 0x1ffc;
    match.last = heap + 0x2003;
    bench.inject(fault);
    struct Row {
        std::uint64_t address;
        bool watched;
        std::uint64_t last;
    };
    const Row rows[] = {
        {0, false, heap + 0xfff},
        {heap + 0xfff, false, heap + 0xfff},
        {heap + 0x1000, true, heap + 0x2fff},
        {heap + 0x2fff, true, heap + 0x2fff},
        {heap + 0x3000, false, ~std::uint64_t{0}},
    };
    for (const Row& row : rows) {
        CHECK(bench.injector.watched(row.address, World::non_secure, Direction::read) == row.watched);
        CHECK(bench.injector.last_before_edge(row.address) == row.last);
    }
    const auto watched = [&](World world, Direction direction, std::uint32_t masters) {
        return bench.injector.watched(heap + 0x1000, world, direction, masters);
    };
    CHECK_FALSE(watched(World::secure, Direction::read, 1));
    CHECK(watched(World::non_secure, Direction::write, 1));
    CHECK_FALSE(watched(World::non_secure, Direction::read, ~1u));

    bench.injector.take_effects();
    bench.pass(read_at(heap + 0x2000, 4, Master::a53));
    CHECK_FALSE(watched(World::non_secure, Direction::read, 1));
    const auto effects = bench.injector.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].kind == FaultEffect::Kind::watch_changed);
    // Removing what waits no more changes nothing for views.
    bench.injector.clear();
    CHECK_FALSE(bench.injector.has_effects());
}

TEST_CASE("a window to the end of the address space, and one for a single direction", "[observer]") {
    Bench bench;
    Fault fault = fault_of(FaultKind::drop);
    fault.match.emplace().first = ~std::uint64_t{0};
    bench.inject(fault);
    CHECK(bench.injector.last_before_edge(0) == ~std::uint64_t{0xfff} - 1);
    CHECK(bench.injector.last_before_edge(~std::uint64_t{0}) == ~std::uint64_t{0});
    CHECK(bench.injector.watched(~std::uint64_t{0}, World::secure, Direction::write));
    CHECK_FALSE(bench.injector.watched(~std::uint64_t{0}, World::secure, Direction::read));
}

namespace {

Fault random_fault(std::mt19937& random) {
    Fault fault;
    fault.kind = static_cast<FaultKind>(random() % (static_cast<unsigned>(last_fault_kind) + 1));
    if (random() % 2) {
        FaultMatch& match = fault.match.emplace();
        match.masters = static_cast<std::uint32_t>(random()) & FaultMatch::all_masters;
        if (random() % 2) {
            match.world = random() % 2 ? World::secure : World::non_secure;
        }
        if (random() % 2) {
            match.direction = random() % 2 ? Direction::read : Direction::write;
        }
        match.first = heap + random() % 64;
        match.last = match.first + random() % 64;
    }
    fault.nth = random() % 3 ? 1 : random() % 4;
    fault.not_before = random() % 3 ? 0 : static_cast<std::int64_t>(random() % 3000);
    fault.times = random() % 3 ? 1 : random() % 4;
    fault.answer = static_cast<Response>(random() % 3);
    fault.mask = random() % 4 * 0x0101;
    fault.world = random() % 2 ? World::secure : World::non_secure;
    fault.master = static_cast<Master>(random() % 28);
    fault.domain = static_cast<Domain>(random() % 5);
    fault.duration = static_cast<std::int64_t>(random() % 200);
    constexpr const char* targets[] = {"tzasc", "rdc", "gpr", "nothing"};
    fault.target = targets[random() % 4];
    fault.offset = static_cast<std::uint32_t>(random() % 64 * 2);
    fault.bit = static_cast<std::uint8_t>(random() % 33);
    fault.device = random() % 4 ? "usdhc1" : "caam";
    fault.line = static_cast<std::uint32_t>(random() % 3);
    return fault;
}

/** One random step; a text of all that came of it. */
std::string random_step(FaultInjector& injector, std::mt19937& random, std::int64_t now) {
    std::string text;
    switch (random() % 8) {
        case 0:
            text = std::to_string(injector.inject(random_fault(random), now).id);
            break;
        case 1:
            text = injector.remove(static_cast<std::uint32_t>(random() % 60)) ? "removed" : "not there";
            break;
        case 2:
        case 3: {
            const auto line = static_cast<unsigned>(random() % 3);
            text = injector.set_line(line, random() % 2 != 0, now) ? "high" : "low";
            break;
        }
        case 4:
            injector.expired(now);
            break;
        default: {
            Transaction transaction =
                random() % 2 ? read_at(heap + random() % 128) : write_at(heap + random() % 128);
            transaction.master = static_cast<Master>(random() % master_count);
            const Outcome outcome = injector.before(transaction, now);
            text = std::to_string(outcome.fault) + " " + std::to_string(outcome.drop) +
                   std::to_string(outcome.moves()) + " " + std::to_string(outcome.delay) + " " +
                   std::to_string(outcome.edits.size()) + " " + std::string(name(transaction.master)) +
                   std::string(name(transaction.world)) + std::to_string(transaction.domain);
        }
    }
    for (const FaultEffect& effect : injector.take_effects()) {
        text += " effect " + std::to_string(static_cast<int>(effect.kind)) + " " +
                std::to_string(effect.target) + " " + std::to_string(effect.offset) + " " +
                std::to_string(effect.clear) + " " + std::to_string(effect.invert) + " " +
                std::to_string(effect.line) + " " + std::to_string(effect.level);
    }
    return text;
}

}  // namespace

TEST_CASE("saved at any moment, a restored injector decides alike", "[observer]") {
    unsigned eventful = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        Bench bench;
        Bench other;
        std::mt19937 random(seed);
        std::int64_t now = 0;
        for (unsigned step = 0; step < 300; ++step) {
            now += static_cast<std::int64_t>(random() % 40);
            if (step == 120) {
                const auto state = saved(bench.injector);
                REQUIRE(loaded(other.injector, state) == "");
                REQUIRE(saved(other.injector) == state);
                other.injector.take_effects();
            }
            std::mt19937 copy = random;
            const std::string what = random_step(bench.injector, random, now);
            eventful += what.size() > 20 ? 1u : 0u;
            if (step >= 120) {
                REQUIRE(random_step(other.injector, copy, now) == what);
            }
        }
        REQUIRE(bench.injector.list() == other.injector.list());
    }
    CHECK(eventful > 1000);
}

TEST_CASE("an injector that failed to load holds nothing, and works", "[observer]") {
    Bench bench;
    bench.inject(fault_of(FaultKind::zero, 0));
    bench.inject(interrupt_fault(FaultKind::spurious_interrupt));
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "rdc";
    flip.not_before = 99'999;
    bench.inject(flip);
    const auto state = saved(bench.injector);

    FaultInjector elsewhere;
    CHECK_FALSE(loaded(elsewhere, state).empty());
    CHECK(elsewhere.list().empty());
    CHECK_FALSE(elsewhere.armed());

    for (std::size_t length = 0; length < state.size(); ++length) {
        Bench other;
        other.inject(fault_of(FaultKind::zero));
        REQUIRE_FALSE(
            loaded(other.injector, {state.begin(), state.begin() + static_cast<std::ptrdiff_t>(length)})
                .empty());
        REQUIRE(other.injector.list().empty());
        REQUIRE_FALSE(other.injector.armed());
        REQUIRE(other.injector.inject(fault_of(FaultKind::zero), 0).id != 0);
    }
}

TEST_CASE("damaged states are refused or are lists that could have been made", "[observer]") {
    Bench bench;
    std::mt19937 random(3);
    for (unsigned i = 0; i < 200; ++i) {
        random_step(bench.injector, random, i * 10);
    }
    const auto state = saved(bench.injector);
    unsigned refused = 0;
    for (unsigned round = 0; round < 20'000; ++round) {
        auto damaged = state;
        for (unsigned i = 0; i <= random() % 3; ++i) {
            damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        }
        Bench other;
        refused += loaded(other.injector, damaged).empty() ? 0u : 1u;
        for (const auto& entry : other.injector.list()) {
            Fault fault = entry.fault;
            REQUIRE_FALSE(fault.complete());
            REQUIRE(fault == entry.fault);
        }
        for (unsigned i = 0; i < 10; ++i) {
            random_step(other.injector, random, 5000 + i);
        }
    }
    CHECK(refused > 1000);
}

namespace {

/** The end of a job of "vpu" never comes. */
Fault device_fault(const char* trouble = "stall") {
    Fault fault;
    fault.kind = FaultKind::disturb_device;
    fault.device = "vpu";
    fault.trouble = trouble;
    return fault;
}

}  // namespace

TEST_CASE("faults in a device wait for its occasions, and are counted", "[observer]") {
    Bench bench;
    const unsigned other = bench.injector.add_device("caam", {"stall"});
    const unsigned vpu = bench.injector.add_device("vpu", {"stall", "error-status"});
    const auto happens = [&](unsigned device, const char* trouble) {
        return bench.injector.device_fault(device, trouble, bench.now) != nullptr;
    };
    CHECK_FALSE(happens(vpu, "stall"));
    Fault fault = device_fault();
    fault.nth = 2;
    fault.times = 2;
    fault.value = 7;
    const auto id = bench.inject(fault);
    CHECK_FALSE(bench.injector.armed());  // no transaction is asked about
    CHECK_FALSE(bench.injector.wake_at());
    CHECK_FALSE(happens(other, "stall"));
    CHECK_FALSE(happens(vpu, "error-status"));
    for (const bool expected : {false, true, true, false}) {
        CHECK(happens(vpu, "stall") == expected);
    }
    CHECK(bench.entry(id).matches == 3);
    CHECK(bench.entry(id).hits == 2);
    CHECK(bench.entry(id).last_hit == bench.now);
    CHECK(bench.entry(id).spent());
    bench.injector.clear();

    // Of two that fit, the first one is heard; both have happened.
    Fault first = device_fault("error-status");
    first.value = 1;
    Fault second = first;
    second.value = 2;
    second.times = 0;
    bench.inject(first);
    bench.inject(second);
    CHECK(bench.injector.device_fault(vpu, "error-status", bench.now)->value == 1);
    CHECK(bench.injector.device_fault(vpu, "error-status", bench.now)->value == 2);
    Archive out;
    bench.injector.exchange(out);
    const auto state = out.take();
    Bench twin;
    twin.injector.add_device("caam", {"stall"});
    CHECK(twin.injector.add_device("vpu", {"stall", "error-status"}) == vpu);
    Archive in(state);
    twin.injector.exchange(in);
    CHECK(in.error().empty());
    CHECK(twin.injector.device_fault(vpu, "error-status", bench.now)->value == 2);
    twin.injector.clear();
    CHECK(twin.injector.device_fault(vpu, "error-status", bench.now) == nullptr);
}

TEST_CASE("faults that no device has are refused", "[observer]") {
    Bench bench;
    CHECK(bench.refusal(device_fault()) == "device: nothing can go wrong in a 'vpu' of this board");
    bench.injector.add_device("vpu", {"stall", "error-status"});
    CHECK(bench.refusal(device_fault("fire")) == "fault: 'vpu' has no 'fire', it has stall, error-status");
    Fault fault = device_fault();
    fault.match.emplace();
    CHECK(bench.refusal(fault) == "match: disturb-device waits for the device, not for a transaction");
    fault = device_fault();
    fault.duration = Fault::max_stall + 1;
    CHECK(bench.refusal(fault) == "duration: 0 to 3600000000000 ns");
}
