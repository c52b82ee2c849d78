// SPDX-License-Identifier: GPL-2.0-or-later
#include <functional>
#include <random>

#include "../catch.hpp"
#include "observer/violation_log.hpp"

using namespace svp;

namespace {

constexpr std::int64_t window = ViolationLog::default_merge_window;

/** A non-secure CPU's read of a protected heap. */
Violation heap_read() {
    Violation violation;
    violation.first_time = 1'000'002'000;
    violation.address = 0xc000'0000;
    violation.length = 8;
    violation.pc = 0x4008'1234;
    violation.cpu = 1;
    violation.denier = "tzc";
    violation.index = 3;
    violation.world = World::non_secure;
    return violation;
}

std::vector<std::byte> saved(ViolationLog& log) {
    Archive archive;
    log.exchange(archive);
    return archive.take();
}

std::string loaded(ViolationLog& log, const std::vector<std::byte>& state) {
    Archive archive(state);
    log.exchange(archive);
    if (archive.ok() && !archive.exhausted()) {
        archive.fail("too long");
    }
    return archive.error();
}

/** The sum that must always hold. */
void check_sum(const ViolationLog& log) {
    std::uint64_t held = 0;
    for (const Violation& violation : log.query({})) {
        held += violation.count;
    }
    CHECK(held + log.dropped() == log.accesses());
}

bool same(const ViolationLog& a, const ViolationLog& b) {
    if (a.query({}) != b.query({}) || a.next_sequence() != b.next_sequence() ||
        a.accesses() != b.accesses() || a.merged() != b.merged() || a.dropped() != b.dropped()) {
        return false;
    }
    for (unsigned master = 0; master < master_count; ++master) {
        if (a.counter(static_cast<Master>(master)) != b.counter(static_cast<Master>(master))) {
            return false;
        }
    }
    const auto rules = a.rule_counters();
    const auto others = b.rule_counters();
    return std::ranges::equal(rules, others, [](const auto& x, const auto& y) {
        return x.denier == y.denier && x.index == y.index && x.counter == y.counter;
    });
}

/** Any violation of a small set, so that some repeat. */
Violation random_violation(std::mt19937& random, std::int64_t now) {
    constexpr Master masters[] = {Master::a53, Master::a53, Master::caam, Master::vpu_decoder};
    constexpr std::string_view deniers[] = {"tzc", "tzc", "rdc"};
    Violation violation;
    violation.first_time = now;
    violation.address = 0x4000'0000 + random() % 4 * 0x800;
    violation.length = random() % 4 == 0 ? 0x900 : 8;
    violation.master = masters[random() % 4];
    violation.world = random() % 2 ? World::secure : World::non_secure;
    violation.domain = static_cast<Domain>(random() % 2);
    violation.direction = random() % 2 ? Direction::read : Direction::write;
    violation.denier = deniers[random() % 3];
    violation.index = static_cast<std::uint16_t>(random() % 2);
    violation.cpu = violation.master == Master::a53 ? static_cast<std::int32_t>(random() % 2) : -1;
    violation.fault = random() % 8 == 0 ? 5 : 0;
    return violation;
}

}  // namespace

TEST_CASE("a violation as one line", "[observer]") {
    struct Row {
        std::function<void(Violation&)> change;
        const char* line;
    };
    const Row rows[] = {
        {[](Violation&) {},
         "#0 1.000002000s a53 non-secure domain 0 read 0xc0000000+8 denied by tzc 3, answer OKAY, cpu 1 "
         "pc 0x40081234"},
        {[](Violation& v) {
             v.sequence = 7;
             v.first_time = 0;
             v.master = Master::vpu_decoder;
             v.world = World::secure;
             v.domain = 2;
             v.direction = Direction::write;
             v.address = 0x9;
             v.length = 4096;
             v.denier = "rdc";
             v.index = 0;
             v.answer = Response::slverr;
             v.cpu = -1;
         },
         "#7 0.000000000s vpu secure domain 2 write 0x00000009+4096 denied by rdc 0, answer SLVERR"},
        {[](Violation& v) {
             v.count = 12;
             v.last_time = 61'000'000'001;
             v.answer = Response::decerr;
             v.fault = 4;
         },
         "#0 1.000002000s a53 non-secure domain 0 read 0xc0000000+8 denied by tzc 3, answer DECERR, cpu 1 "
         "pc 0x40081234, x 12 until 61.000000001s, injected by fault 4"},
    };
    for (const Row& row : rows) {
        Violation violation = heap_read();
        row.change(violation);
        CHECK(text(violation) == row.line);
    }
}

TEST_CASE("records are numbered and hold what was denied", "[observer]") {
    ViolationLog log;
    CHECK(log.newest() == nullptr);
    CHECK(log.next_sequence() == 1);
    Violation other = heap_read();
    other.master = Master::caam;
    other.count = 99;
    other.sequence = 77;
    CHECK_FALSE(log.record(heap_read()).merged);
    CHECK_FALSE(log.record(other).merged);

    const auto all = log.query({});
    REQUIRE(all.size() == 2);
    Violation expected = heap_read();
    expected.sequence = 1;
    expected.last_time = expected.first_time;
    CHECK(all[0] == expected);
    CHECK(all[1].sequence == 2);
    CHECK(all[1].count == 1);
    CHECK(log.newest()->master == Master::caam);
    CHECK(log.accesses() == 2);
    CHECK(log.merged() == 0);
    CHECK(log.dropped() == 0);
}

TEST_CASE("what counts as a repetition", "[observer]") {
    struct Row {
        const char* what;
        bool merged;
        std::function<void(Violation&)> change;
    };
    const Row rows[] = {
        {"the same again", true, [](Violation&) {}},
        {"end of the same page", true, [](Violation& v) { v.address = 0xc000'0ff8; }},
        {"other size", true, [](Violation& v) { v.length = 1; }},
        {"other instruction of the same page", true, [](Violation& v) { v.pc = 0x4008'1ffc; }},
        {"just inside the window", true, [](Violation& v) { v.first_time += window - 1; }},
        {"window over", false, [](Violation& v) { v.first_time += window; }},
        {"next page", false, [](Violation& v) { v.address = 0xc000'1000; }},
        {"into the next page", false, [](Violation& v) { v.length = 0x1001; }},
        {"other code page", false, [](Violation& v) { v.pc = 0x4008'2000; }},
        {"other core", false, [](Violation& v) { v.cpu = 2; }},
        {"other master", false, [](Violation& v) { v.master = Master::m4; }},
        {"other world", false, [](Violation& v) { v.world = World::secure; }},
        {"other domain", false, [](Violation& v) { v.domain = 1; }},
        {"other direction", false, [](Violation& v) { v.direction = Direction::write; }},
        {"other denier", false, [](Violation& v) { v.denier = "rdc"; }},
        {"other rule", false, [](Violation& v) { v.index = 4; }},
        {"other answer", false, [](Violation& v) { v.answer = Response::decerr; }},
        {"injected", false, [](Violation& v) { v.fault = 1; }},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        ViolationLog log;
        log.record(heap_read());
        Violation second = heap_read();
        row.change(second);
        const auto recorded = log.record(second);
        CHECK(recorded.merged == row.merged);
        CHECK(recorded.violation.count == (row.merged ? 2 : 1));
        CHECK(recorded.violation.last_time == second.first_time);
        CHECK(log.size() == (row.merged ? 1 : 2));
        CHECK(log.accesses() == 2);
        CHECK(log.merged() == (row.merged ? 1 : 0));
        check_sum(log);
    }
}

TEST_CASE("without a merge window every access has its record", "[observer]") {
    ViolationLog log(8, 0);
    log.record(heap_read());
    CHECK_FALSE(log.record(heap_read()).merged);
    CHECK(log.size() == 2);
}

TEST_CASE("a record takes repetitions for one window, counted from its first access", "[observer]") {
    ViolationLog log;
    Violation again = heap_read();
    for (int i = 0; i < 10; ++i) {
        log.record(again);
        again.first_time += window / 4;
    }
    const auto all = log.query({});
    REQUIRE(all.size() == 3);
    CHECK(all[0].count == 4);
    CHECK(all[1].count == 4);
    CHECK(all[2].count == 2);
    CHECK(all[1].first_time == heap_read().first_time + window);
}

TEST_CASE("repetitions are recognised between violations of other pages", "[observer]") {
    ViolationLog log;
    for (int round = 0; round < 100; ++round) {
        for (std::uint64_t page = 0; page < 16; ++page) {
            Violation violation = heap_read();
            violation.address += page << 12;
            log.record(violation);
        }
    }
    CHECK(log.size() == 16);
    CHECK(log.accesses() == 1600);
}

TEST_CASE("ten million denied accesses neither grow nor flood the record", "[observer]") {
    constexpr std::uint64_t accesses = 10'000'000;
    constexpr std::int64_t each = 300;  // ns, what a denied access costs in the emulator
    ViolationLog log;
    Violation violation = heap_read();
    const std::int64_t begin = violation.first_time;
    for (std::uint64_t i = 0; i < accesses; ++i) {
        violation.first_time = begin + static_cast<std::int64_t>(i) * each;
        violation.address = 0xc000'0000 + i % 512 * 8;
        log.record(violation);
    }
    CHECK(log.accesses() == accesses);
    CHECK(log.size() == static_cast<std::size_t>(accesses * each / window));
    CHECK(log.merged() == accesses - log.size());
    CHECK(log.dropped() == 0);
    CHECK(log.counter(Master::a53).reads == accesses);
    check_sum(log);
}

TEST_CASE("a full record forgets its oldest entries and says how many accesses they were", "[observer]") {
    ViolationLog log(4);
    for (std::uint64_t i = 0; i < 10; ++i) {
        Violation violation = heap_read();
        violation.address += i << 12;
        log.record(violation);
        log.record(violation);
    }
    const auto all = log.query({});
    REQUIRE(all.size() == 4);
    CHECK(all.front().sequence == 7);
    CHECK(all.back().sequence == 10);
    CHECK(log.dropped() == 12);
    CHECK(log.accesses() == 20);
    CHECK(log.counter(Master::a53).total() == 20);
    check_sum(log);
}

TEST_CASE("a record that was overwritten takes no repetition", "[observer]") {
    ViolationLog log(1);
    Violation other = heap_read();
    other.address += 0x1000;
    log.record(heap_read());
    log.record(other);
    CHECK_FALSE(log.record(heap_read()).merged);
    CHECK(log.size() == 1);
    CHECK(log.dropped() == 2);
}

TEST_CASE("query by sequence, master, world and number", "[observer]") {
    ViolationLog log(8);
    for (std::uint64_t i = 0; i < 12; ++i) {
        Violation violation = heap_read();
        violation.address += i << 12;
        violation.master = i % 2 ? Master::caam : Master::a53;
        violation.world = i % 3 ? World::secure : World::non_secure;
        log.record(violation);
    }
    // Records 1 to 12 were written, 5 to 12 are held.
    struct Row {
        ViolationLog::Filter filter;
        std::vector<std::uint64_t> sequences;
    };
    const Row rows[] = {
        {{}, {5, 6, 7, 8, 9, 10, 11, 12}},
        {{.since = 1}, {5, 6, 7, 8, 9, 10, 11, 12}},
        {{.since = 11}, {11, 12}},
        {{.since = 13}, {}},
        {{.since = ~std::uint64_t{0}}, {}},
        {{.limit = 0}, {}},
        {{.limit = 3}, {5, 6, 7}},
        {{.master = Master::caam}, {6, 8, 10, 12}},
        {{.since = 7, .master = Master::a53, .limit = 2}, {7, 9}},
        {{.master = Master::gpu}, {}},
        {{.world = World::non_secure}, {7, 10}},
        {{.master = Master::caam, .world = World::non_secure}, {10}},
    };
    for (const Row& row : rows) {
        std::vector<std::uint64_t> sequences;
        for (const Violation& violation : log.query(row.filter)) {
            sequences.push_back(violation.sequence);
        }
        CHECK(sequences == row.sequences);
    }
}

TEST_CASE("counters by master and by rule", "[observer]") {
    ViolationLog log(2);
    struct Row {
        Master master;
        Direction direction;
        std::string_view denier;
        std::uint16_t index;
        unsigned times;
    };
    const Row rows[] = {
        {Master::a53, Direction::read, "tzc", 3, 5},    {Master::a53, Direction::write, "tzc", 3, 2},
        {Master::a53, Direction::write, "csl", 114, 1}, {Master::gpu, Direction::read, "rdc", 1, 4},
        {Master::gpu, Direction::read, "tzc", 0, 1},
    };
    for (const Row& row : rows) {
        Violation violation = heap_read();
        violation.master = row.master;
        violation.direction = row.direction;
        violation.denier = row.denier;
        violation.index = row.index;
        for (unsigned i = 0; i < row.times; ++i) {
            violation.address += 0x1000;
            log.record(violation);
        }
    }
    const auto check = [&] {
        CHECK(log.counter(Master::a53) == ViolationLog::Counter{5, 3});
        CHECK(log.counter(Master::gpu) == ViolationLog::Counter{5, 0});
        CHECK(log.counter(Master::caam).total() == 0);
        const auto rules = log.rule_counters();
        REQUIRE(rules.size() == 4);
        CHECK(rules[0].denier == "tzc");
        CHECK(rules[0].index == 0);
        CHECK(rules[0].counter == ViolationLog::Counter{1, 0});
        CHECK(rules[1].counter == ViolationLog::Counter{5, 2});
        CHECK(rules[2].denier == "csl");
        CHECK(rules[2].index == 114);
        CHECK(rules[3].denier == "rdc");
        CHECK(rules[3].counter == ViolationLog::Counter{4, 0});
    };
    check();
    CHECK(log.next_sequence() == 14);

    log.clear(false);
    CHECK(log.query({}).empty());
    CHECK(log.accesses() == 0);
    CHECK(log.dropped() == 0);
    check();
    CHECK(log.record(heap_read()).violation.sequence == 14);

    log.clear(true);
    CHECK(log.counter(Master::a53).total() == 0);
    CHECK(log.rule_counters().empty());
    CHECK_FALSE(log.record(heap_read()).merged);
    CHECK(log.newest()->sequence == 15);
}

TEST_CASE("a change of size keeps the newest", "[observer]") {
    ViolationLog log(8);
    const auto add = [&](unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            Violation violation = heap_read();
            violation.address += log.next_sequence() << 12;
            log.record(violation);
        }
    };
    add(6);
    log.set_capacity(4);
    CHECK(log.capacity() == 4);
    CHECK(log.query({}).front().sequence == 3);
    CHECK(log.dropped() == 2);
    add(3);
    check_sum(log);
    log.set_capacity(100);
    add(50);
    CHECK(log.size() == 54);
    CHECK(log.query({}).front().sequence == 6);
    check_sum(log);
    log.set_capacity(0);
    CHECK(log.capacity() == 1);
    log.set_capacity(~std::size_t{0});
    CHECK(log.capacity() == ViolationLog::max_capacity);
    CHECK(log.query({}).size() == 1);
    check_sum(log);
}

TEST_CASE("lengths, indices and names out of range", "[observer]") {
    struct Row {
        std::uint64_t address;
        std::uint64_t length;
        std::uint64_t recorded;
    };
    const Row rows[] = {
        {0x4000'0000, 0, 1},
        {~std::uint64_t{0}, 8, 1},
        {~std::uint64_t{0} - 7, 8, 8},
        {~std::uint64_t{0} - 7, 9, 8},
        {0, ~std::uint64_t{0}, ~std::uint64_t{0}},
        {1, ~std::uint64_t{0}, ~std::uint64_t{0}},
        {2, ~std::uint64_t{0}, ~std::uint64_t{0} - 1},
    };
    for (const Row& row : rows) {
        Violation violation = heap_read();
        violation.address = row.address;
        violation.length = row.length;
        ViolationLog log;
        CHECK(log.record(violation).violation.length == row.recorded);
    }
    ViolationLog log;
    Violation odd = heap_read();
    odd.index = 0xffff;
    odd.domain = 0xff;
    odd.master = static_cast<Master>(200);
    odd.denier = "a-name-that-is-much-longer-than-any-block-is-called";
    const Violation& recorded = log.record(odd).violation;
    CHECK(recorded.index == ViolationLog::max_index);
    CHECK(recorded.domain == 3);
    CHECK(recorded.denier == std::string_view("a-name-that-is-much-longer-than-any-block").substr(0, 31));
    CHECK(text(recorded).find("s ? non-secure") != std::string::npos);
}

TEST_CASE("more deniers than places share the last one", "[observer]") {
    ViolationLog log;
    for (int i = 0; i < 100; ++i) {
        Violation violation = heap_read();
        const std::string name = "block-" + std::to_string(i);
        violation.denier = name;
        log.record(violation);
    }
    const auto rules = log.rule_counters();
    REQUIRE(rules.size() == ViolationLog::max_deniers);
    CHECK(rules[30].denier == "block-30");
    CHECK(rules[31].denier == "other");
    CHECK(rules[31].counter.total() == 69);
}

TEST_CASE("save and load at any moment, and the log goes on alike", "[observer]") {
    unsigned repetitions = 0;
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        ViolationLog log(16, 2000);
        ViolationLog other(16, 2000);
        std::int64_t now = 0;
        for (unsigned step = 0; step < 400; ++step) {
            now += static_cast<std::int64_t>(random() % 50);
            if (step == 150 || step == 300) {
                if (step == 300) {
                    log.clear(false);
                }
                const auto state = saved(log);
                REQUIRE(loaded(other, state).empty());
                REQUIRE(saved(other) == state);
            }
            const Violation violation = random_violation(random, now);
            const bool merged = log.record(violation).merged;
            if (step >= 150) {
                REQUIRE(other.record(violation).merged == merged);
                repetitions += merged ? 1u : 0u;
            }
        }
        REQUIRE(same(log, other));
        check_sum(log);
    }
    CHECK(repetitions > 100);
}

TEST_CASE("a loaded record takes repetitions", "[observer]") {
    ViolationLog log;
    log.record(heap_read());
    ViolationLog other;
    REQUIRE(loaded(other, saved(log)).empty());
    CHECK(other.record(heap_read()).merged);
}

TEST_CASE("a state with more records than there is room for is refused", "[observer]") {
    ViolationLog large(64);
    for (std::uint64_t i = 0; i < 20; ++i) {
        Violation violation = heap_read();
        violation.address += i << 12;
        large.record(violation);
    }
    ViolationLog small(8);
    CHECK(loaded(small, saved(large)).find("at most 8") != std::string::npos);
    CHECK(small.query({}).empty());
    CHECK_FALSE(small.record(heap_read()).merged);
    check_sum(small);
}

TEST_CASE("cut states are refused and leave an empty, working log", "[observer]") {
    std::mt19937 random(1);
    ViolationLog log(8);
    for (int i = 0; i < 30; ++i) {
        log.record(random_violation(random, i));
    }
    const auto state = saved(log);
    for (std::size_t length = 0; length < state.size(); ++length) {
        ViolationLog other(8);
        other.record(heap_read());
        REQUIRE_FALSE(
            loaded(other, {state.begin(), state.begin() + static_cast<std::ptrdiff_t>(length)}).empty());
        REQUIRE(other.query({}).empty());
        REQUIRE(other.record(heap_read()).violation.count == 1);
        check_sum(other);
    }
}

TEST_CASE("damaged states are refused or make sense", "[observer]") {
    std::mt19937 random(2);
    ViolationLog log(8);
    for (int i = 0; i < 30; ++i) {
        log.record(random_violation(random, i));
    }
    const auto state = saved(log);
    unsigned refused = 0;
    for (unsigned round = 0; round < 20'000; ++round) {
        auto damaged = state;
        for (unsigned i = 0; i <= random() % 3; ++i) {
            damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        }
        ViolationLog other(8);
        refused += loaded(other, damaged).empty() ? 0u : 1u;
        for (unsigned i = 0; i < 10; ++i) {
            other.record(random_violation(random, 1000 + i));
        }
        std::uint64_t held = 0;
        for (const Violation& violation : other.query({})) {
            held += violation.count;
            REQUIRE_FALSE(text(violation).empty());
        }
        REQUIRE(held + other.dropped() == other.accesses());
        REQUIRE(other.size() <= 8);
        static_cast<void>(other.rule_counters());
    }
    CHECK(refused > 1000);
}
