// SPDX-License-Identifier: GPL-2.0-or-later
#include <functional>

#include "../catch.hpp"
#include "observer/fault_form.hpp"

using namespace svp;

namespace {

constexpr std::uint64_t heap = 0xc000'0000;

Fault make(FaultKind kind) {
    Fault fault;
    fault.kind = kind;
    return fault;
}

std::vector<FaultKind> all_kinds() {
    std::vector<FaultKind> kinds;
    for (unsigned number = 0; number <= static_cast<unsigned>(last_fault_kind); ++number) {
        kinds.push_back(static_cast<FaultKind>(number));
    }
    return kinds;
}

/** A fault of each kind that needs nothing more. */
Fault sensible(FaultKind kind) {
    Fault fault = make(kind);
    fault.mask = 1;
    fault.duration = kind == FaultKind::delay ? 5 : 0;
    fault.target = fault.on_state() ? "tzasc" : "";
    fault.device = fault.on_interrupt() || fault.on_device() ? "usdhc1" : "";
    fault.trouble = fault.on_device() ? "stall" : "";
    return fault;
}

}  // namespace

TEST_CASE("kinds have a name and a place where they act", "[observer]") {
    unsigned transaction = 0;
    unsigned state = 0;
    unsigned interrupt = 0;
    for (FaultKind kind : all_kinds()) {
        INFO(name(kind));
        CHECK(name(kind) != "?");
        const Fault fault = make(kind);
        CHECK(fault.on_transaction() + fault.on_state() + fault.on_interrupt() + fault.on_device() == 1);
        transaction += fault.on_transaction();
        state += fault.on_state();
        interrupt += fault.on_interrupt();
    }
    CHECK(transaction == 8);
    CHECK(state == 3);
    CHECK(interrupt == 3);
    CHECK(name(static_cast<FaultKind>(static_cast<unsigned>(last_fault_kind) + 1)) == "?");
}

TEST_CASE("which transactions a match fits", "[observer]") {
    struct Row {
        const char* what;
        bool fits;
        std::function<void(FaultMatch&, Transaction&)> change;
    };
    const Row rows[] = {
        {"everything", true, [](FaultMatch&, Transaction&) {}},
        {"its master", true, [](FaultMatch& m, Transaction&) { m.masters = 1u << 10; }},
        {"another master", false, [](FaultMatch& m, Transaction&) { m.masters = ~(1u << 10); }},
        {"its world", true, [](FaultMatch& m, Transaction&) { m.world = World::non_secure; }},
        {"other world", false, [](FaultMatch& m, Transaction&) { m.world = World::secure; }},
        {"its direction", true, [](FaultMatch& m, Transaction&) { m.direction = Direction::write; }},
        {"other direction", false, [](FaultMatch& m, Transaction&) { m.direction = Direction::read; }},
        {"window over all", true,
         [](FaultMatch& m, Transaction&) {
             m.first = heap - 1;
             m.last = heap + 100;
         }},
        {"window of its last byte", true, [](FaultMatch& m, Transaction&) { m.first = m.last = heap + 63; }},
        {"window of its first byte", true, [](FaultMatch& m, Transaction&) { m.first = m.last = heap; }},
        {"window behind it", false, [](FaultMatch& m, Transaction&) { m.first = heap + 64; }},
        {"window before it", false, [](FaultMatch& m, Transaction&) { m.last = heap - 1; }},
        {"no byte", false, [](FaultMatch&, Transaction& t) { t.size = 0; }},
        {"up to the last address", true,
         [](FaultMatch& m, Transaction& t) {
             t.address = ~std::uint64_t{0} - 3;
             m.first = m.last = ~std::uint64_t{0};
         }},
        {"no wrap to address 0", false,
         [](FaultMatch& m, Transaction& t) {
             t.address = ~std::uint64_t{0} - 3;
             m.last = 100;
         }},
        {"a master that is none", false,
         [](FaultMatch& m, Transaction& t) {
             t.master = static_cast<Master>(42);
             m.masters = ~0u;
         }},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        FaultMatch match;
        Transaction transaction;
        transaction.address = heap;
        transaction.size = 64;
        transaction.master = Master::caam;
        transaction.world = World::non_secure;
        transaction.direction = Direction::write;
        row.change(match, transaction);
        CHECK(match.fits(transaction) == row.fits);
    }
}

TEST_CASE("a sensible fault of each kind is accepted, and once completed it stays as it is", "[observer]") {
    for (FaultKind kind : all_kinds()) {
        INFO(name(kind));
        Fault fault = sensible(kind);
        CHECK_FALSE(fault.complete());
        const Fault completed = fault;
        CHECK_FALSE(fault.complete());
        CHECK(fault == completed);
        CHECK(fault.match.has_value() == fault.on_transaction());
    }
}

TEST_CASE("what is left out is filled in", "[observer]") {
    Fault drop = sensible(FaultKind::drop);
    REQUIRE_FALSE(drop.complete());
    CHECK(drop.match->direction == Direction::write);

    Fault delay = sensible(FaultKind::delay);
    REQUIRE_FALSE(delay.complete());
    CHECK(delay.match->masters == (1u << 4 | 1u << 10 | 1u << 17 | 1u << 21 | 1u << 25));

    Fault spurious = sensible(FaultKind::spurious_interrupt);
    REQUIRE_FALSE(spurious.complete());
    CHECK(spurious.duration == 1'000'000);
}

TEST_CASE("nonsense is refused and the field is named", "[observer]") {
    struct Row {
        FaultKind kind;
        const char* field;
        std::function<void(Fault&)> change;
    };
    const auto match = [](auto change) { return [change](Fault& f) { change(f.match.emplace()); }; };
    const Row rows[] = {
        {FaultKind::answer, "masters", match([](FaultMatch& m) { m.masters = 0; })},
        {FaultKind::answer, "masters", match([](FaultMatch& m) { m.masters = 1u << 27; })},
        {FaultKind::answer, "last", match([](FaultMatch& m) {
             m.first = 8;
             m.last = 7;
         })},
        {FaultKind::answer, "nth", [](Fault& f) { f.nth = 0; }},
        {FaultKind::answer, "not-before", [](Fault& f) { f.not_before = -1; }},
        {FaultKind::answer, "not-before",
         [](Fault& f) { f.not_before = std::numeric_limits<std::int64_t>::max(); }},
        {FaultKind::answer, "label", [](Fault& f) { f.label = std::string(65, 'x'); }},
        {FaultKind::corrupt, "mask", [](Fault& f) { f.mask = 0; }},
        {FaultKind::change_domain, "domain", [](Fault& f) { f.domain = 4; }},
        {FaultKind::change_master, "master", [](Fault& f) { f.master = static_cast<Master>(27); }},
        {FaultKind::change_master, "master", [](Fault& f) { f.master = static_cast<Master>(27); }},
        {FaultKind::drop, "direction", match([](FaultMatch& m) { m.direction = Direction::read; })},
        {FaultKind::delay, "duration", [](Fault& f) { f.duration = 0; }},
        {FaultKind::delay, "duration", [](Fault& f) { f.duration = Fault::max_delay + 1; }},
        {FaultKind::delay, "duration", [](Fault& f) { f.duration = -5; }},
        {FaultKind::delay, "masters", match([](FaultMatch& m) { m.masters = 1u << 0; })},
        {FaultKind::flip_bit, "bit", [](Fault& f) { f.bit = 32; }},
        {FaultKind::flip_bit, "offset", [](Fault& f) { f.offset = 2; }},
        {FaultKind::flip_bit, "times", [](Fault& f) { f.times = 2; }},
        {FaultKind::flip_bit, "times", [](Fault& f) { f.times = 0; }},
        {FaultKind::lose_state, "nth", [](Fault& f) { f.nth = 2; }},
        {FaultKind::lose_state, "target", [](Fault& f) { f.target = std::string(32, 'x'); }},
        {FaultKind::lose_interrupt, "match", [](Fault& f) { f.match.emplace(); }},
        {FaultKind::lose_interrupt, "device", [](Fault& f) { f.device = std::string(32, 'x'); }},
        {FaultKind::repeat_interrupt, "duration", [](Fault& f) { f.duration = -1; }},
        {FaultKind::spurious_interrupt, "duration", [](Fault& f) { f.duration = Fault::max_delay + 1; }},
        {FaultKind::spurious_interrupt, "times", [](Fault& f) { f.times = 3; }},
        {static_cast<FaultKind>(99), "kind", [](Fault&) {}},
    };
    for (const Row& row : rows) {
        Fault fault = sensible(row.kind);
        row.change(fault);
        const auto problem = fault.complete();
        INFO(name(row.kind) << ", field " << row.field << ": " << problem.value_or("accepted"));
        CHECK((problem && problem->starts_with(std::string(row.field) + ": ")));
    }
}

TEST_CASE("faults on state and pulses may wait for transactions, and then repeat", "[observer]") {
    for (FaultKind kind : {FaultKind::flip_bit, FaultKind::lose_state, FaultKind::disable_tzasc,
                           FaultKind::spurious_interrupt}) {
        Fault fault = sensible(kind);
        fault.match.emplace();
        fault.nth = 5;
        fault.times = 0;
        CHECK_FALSE(fault.complete());
        CHECK(fault.waits_for_transaction());
        CHECK_FALSE(fault.waits_for_time());
    }
}

TEST_CASE("a fault is an object and back", "[observer]") {
    for (FaultKind kind : all_kinds()) {
        INFO(name(kind));
        Fault fault = sensible(kind);
        fault.label = "what it is for";
        fault.answer = kind == FaultKind::answer ? Response::okay : fault.answer;
        fault.mask = kind == FaultKind::corrupt ? 0xf0 : 0;
        fault.value = fault.on_device() ? 0x123456789 : 0;
        fault.target = kind == FaultKind::disable_tzasc ? "" : fault.target;
        REQUIRE_FALSE(fault.complete());
        if (fault.match) {
            fault.match->masters = 1u << 4 | 1u << 26;
            fault.match->world = World::secure;
            fault.match->first = 5;
        }
        Fault other;
        const auto members = members_of(fault);
        CHECK_FALSE(read_fault(members, other));
        CHECK(other == fault);
        for (const Member& member : members_of(fault, "3.fault.")) {
            CHECK(member.name.starts_with("3.fault."));
        }
    }
}

TEST_CASE("what is left out has a default, an empty match matches all", "[observer]") {
    Fault fault;
    CHECK_FALSE(read_fault(std::vector<Member>{{"kind", std::string("drop")}}, fault));
    CHECK_FALSE(fault.match);
    CHECK(fault.nth == 1);
    CHECK(fault.times == 1);
    CHECK_FALSE(
        read_fault(std::vector<Member>{{"kind", std::string("drop")}, {"match", std::monostate()}}, fault));
    REQUIRE(fault.match);
    CHECK(*fault.match == FaultMatch());
    CHECK_FALSE(read_fault(
        std::vector<Member>{{"kind", std::string("zero")}, {"match.masters", std::monostate()}}, fault));
    CHECK(fault.complete() == "masters: none is named");
}

TEST_CASE("members that make no fault are named", "[observer]") {
    const Member kind{"kind", std::string("change-domain")};
    struct Row {
        Member member;
        const char* problem;
    };
    for (const Row& row :
         {Row{{"domain", std::uint64_t{256}}, "domain: 256 is out of range"},
          {{"domain", std::string("2")}, "domain: of another type"},
          {{"mask", std::uint64_t{1}}, "mask: a fault of this kind has no such member"},
          {{"match.world", std::string("mine")}, "world: there is no 'mine'"},
          {{"match.masters.0", std::string("?")}, "masters.0: there is no '?'"},
          {{"match.masters.1", std::string("a53")}, "masters.1: a fault of this kind has no such member"},
          {{"not-before", ~std::uint64_t{0}}, "not-before: 18446744073709551615 is out of range"}}) {
        Fault fault;
        CHECK(read_fault(std::vector<Member>{kind, row.member}, fault) == row.problem);
    }
    Fault fault;
    CHECK(read_fault(std::vector<Member>{{"kind", std::string("explode")}}, fault) ==
          "kind: there is no 'explode'");
    CHECK(read_fault(std::vector<Member>{{"kind", std::string("delay")}, {"duration", std::uint64_t{0}}},
                     fault) == "duration: 0 is out of range");
}

TEST_CASE("faults survive a saved state", "[observer]") {
    for (FaultKind kind : all_kinds()) {
        Fault fault = sensible(kind);
        fault.label = "what it is for";
        fault.nth = fault.waits_for_time() ? 1 : 7;
        fault.not_before = 123;
        REQUIRE_FALSE(fault.complete());
        if (fault.match) {
            fault.match->world = World::secure;
            fault.match->first = 5;
        }
        Archive out;
        fault.exchange(out);
        const auto state = out.take();
        Archive in(state);
        Fault other;
        other.exchange(in);
        CHECK(in.error().empty());
        CHECK(in.exhausted());
        CHECK(other == fault);
    }
}
