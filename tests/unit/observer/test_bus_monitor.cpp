// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>

#include "../catch.hpp"
#include "../fake_device.hpp"
#include "../fake_host.hpp"
#include "observer/bus_monitor.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint64_t heap = 0xc000'0000;

/** A firewall block with two registers and nothing behind them. */
class FakeBlock : public FakeDevice, public FaultTarget {
 public:
    using FakeDevice::FakeDevice;
    bool has_register(std::uint32_t offset) const override { return offset == 0 || offset == 0x28; }
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) override {
        registers[offset] = (registers[offset] & ~clear) ^ invert;
        ++disturbances;
    }
    void lose_state() override {
        registers.clear();
        ++losses;
    }

    std::map<std::uint32_t, std::uint32_t> registers;
    unsigned disturbances = 0;
    unsigned losses = 0;
};

struct Listener : PolicyListener {
    void source_changed() override { ++calls; }
    unsigned calls = 0;
};

struct Bench {
    Bench() {
        REQUIRE(monitor.connect("gpr", gpr));
        REQUIRE(monitor.connect("tzasc", tzasc));
        monitor.add_listener(listener);
        line = monitor.add_line("usdhc1", 0);
        monitor.set_callbacks({
            .cpu_place = [this] { return place; },
            .recorded =
                [this](const Violation& violation, bool merged) {
                    last = violation;
                    records += merged ? 0u : 1u;
                    repetitions += merged ? 1u : 0u;
                },
            .drive_line = [this](unsigned number, bool level) { driven[number] = level; },
        });
        monitor.reset();
    }

    std::uint32_t inject(Fault fault) {
        const auto injected = monitor.inject(std::move(fault));
        INFO(injected.error);
        REQUIRE(injected.id != 0);
        return injected.id;
    }

    FakeHost host;
    FakeHost other_host;
    FakeBlock gpr{other_host};
    FakeBlock tzasc{other_host};
    BusMonitor monitor{host};
    Listener listener;
    unsigned line = 0;
    std::optional<std::pair<std::int32_t, std::uint64_t>> place;
    Violation last;
    unsigned records = 0;
    unsigned repetitions = 0;
    std::map<unsigned, bool> driven;
};

Transaction cpu_read(std::uint64_t address = heap) {
    Transaction transaction = non_secure_access();
    transaction.address = address;
    transaction.size = 8;
    return transaction;
}

Fault fault_of(FaultKind kind) {
    Fault fault;
    fault.kind = kind;
    fault.mask = 1;
    fault.device = fault.on_interrupt() ? "usdhc1" : "";
    return fault;
}

}  // namespace

TEST_CASE("a denied access is recorded with time, place and rule", "[observer]") {
    Bench bench;
    bench.host.time = 500;
    bench.place = {2, 0xffff'8000'1000'0040};
    bench.monitor.denied(cpu_read(), heap + 4, 4, "tzc", 3, Response::decerr);
    CHECK(text(bench.last) ==
          "#1 0.000000500s a53 non-secure domain 0 read 0xc0000004+4 denied by tzc 3, answer DECERR, cpu 2 "
          "pc 0xffff800010000040");
    bench.monitor.denied(cpu_read(), heap + 4, 4, "tzc", 3, Response::decerr);
    CHECK(bench.records == 1);
    CHECK(bench.repetitions == 1);
    CHECK(bench.monitor.log().accesses() == 2);
}

TEST_CASE("only an application core's access has a program counter", "[observer]") {
    Bench bench;
    bench.place = {0, 0x1234};
    Transaction dma = cpu_read();
    dma.master = Master::usdhc1;
    bench.monitor.denied(dma, heap, 8, "rdc", 1, Response::okay);
    CHECK(bench.last.cpu == -1);
    CHECK(bench.last.pc == 0);
    bench.place.reset();
    bench.monitor.denied(cpu_read(), heap, 8, "rdc", 1, Response::okay);
    CHECK(bench.last.cpu == -1);
}

TEST_CASE("an observer's access is not recorded", "[observer]") {
    Bench bench;
    Transaction access = cpu_read();
    access.debug = true;
    bench.monitor.denied(access, heap, 8, "tzc", 3, Response::okay);
    CHECK(bench.monitor.log().accesses() == 0);
    CHECK(bench.records == 0);
}

TEST_CASE("it works without callbacks and listener", "[observer]") {
    FakeHost host;
    BusMonitor monitor(host);
    monitor.reset();
    monitor.add_line("caam", 0);
    monitor.denied(cpu_read(), heap, 8, "tzc", 100'000, Response::okay);
    CHECK(monitor.log().newest()->index == ViolationLog::max_index);
    CHECK(monitor.inject(fault_of(FaultKind::zero)).id != 0);
    Fault spurious = fault_of(FaultKind::spurious_interrupt);
    spurious.device = "caam";
    CHECK(monitor.inject(spurious).id != 0);
}

TEST_CASE("what a fault did is marked in the record", "[observer]") {
    Bench bench;
    Fault fault = fault_of(FaultKind::change_world);
    fault.world = World::secure;
    const auto id = bench.inject(fault);
    Transaction transaction = cpu_read();
    const Outcome outcome = bench.monitor.before(transaction);
    CHECK(transaction.world == World::secure);
    bench.monitor.denied(transaction, heap, 8, "tzc", 0, Response::okay, outcome);
    CHECK(bench.last.fault == id);
    CHECK(bench.last.world == World::secure);

    bench.inject(fault_of(FaultKind::zero));
    const Outcome zeroed = bench.monitor.before(transaction);
    bench.monitor.faulted(transaction, zeroed, Response::okay);
    CHECK(text(bench.last).find("changed by fault 2, answer OKAY, injected by fault 2") != std::string::npos);
}

TEST_CASE("registers are disturbed at once, at a time, and by a transaction", "[observer]") {
    Bench bench;
    bench.gpr.registers[0x28] = 0x0003'0001;
    bench.inject(fault_of(FaultKind::disable_tzasc));
    CHECK(bench.gpr.registers[0x28] == 0x0003'0000);

    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "gpr";
    flip.offset = 0x28;
    flip.bit = 17;
    flip.not_before = 1'000'000;
    bench.inject(flip);
    bench.host.advance(bench.monitor, 999'999);
    CHECK(bench.gpr.registers[0x28] == 0x0003'0000);
    bench.host.advance(bench.monitor, 1);
    CHECK(bench.gpr.registers[0x28] == 0x0001'0000);

    Fault lose = fault_of(FaultKind::lose_state);
    lose.target = "tzasc";
    lose.match.emplace().first = heap;
    bench.inject(lose);
    CHECK(bench.tzasc.losses == 0);
    Transaction transaction = cpu_read();
    bench.monitor.before(transaction);
    CHECK(bench.tzasc.losses == 1);
    CHECK(bench.gpr.losses == 0);
    CHECK(bench.gpr.disturbances == 2);
}

TEST_CASE("what cannot be disturbed is refused", "[observer]") {
    Bench bench;
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "tzasc";
    flip.offset = 4;
    CHECK(bench.monitor.inject(flip).error == "offset: 'tzasc' has no register at 4");
    flip.offset = 0xffff'fffc;
    CHECK(bench.monitor.inject(flip).error.starts_with("offset: "));
    flip.offset = 3;
    CHECK(bench.monitor.inject(flip).error == "offset: no multiple of 4");
    flip.offset = 0;
    flip.target = "rdc";
    CHECK(bench.monitor.inject(flip).error == "target: no firewall block 'rdc' on this board");
    CHECK(bench.monitor.faults().empty());
    CHECK_FALSE(bench.monitor.connect("vpu", bench.gpr));
    CHECK_FALSE(bench.monitor.connect("rdc", bench.monitor));
}

TEST_CASE("views hear when faults start and stop to wait for transactions", "[observer]") {
    Bench bench;
    const auto before = bench.monitor.watch_generation();
    Fault fault = fault_of(FaultKind::zero);
    fault.match.emplace().first = heap;
    const auto id = bench.inject(fault);
    CHECK(bench.listener.calls == 1);
    CHECK(bench.monitor.watch_generation() != before);
    CHECK(bench.monitor.watched(heap, World::secure, Direction::read, FaultMatch::all_masters));
    CHECK(bench.monitor.last_before_edge(0) == heap - 1);
    Transaction transaction = cpu_read();
    bench.monitor.before(transaction);
    CHECK(bench.listener.calls == 2);
    bench.monitor.before(transaction);
    CHECK(bench.monitor.remove_fault(id));
    CHECK(bench.listener.calls == 2);
    bench.inject(fault);
    bench.inject(fault);
    bench.monitor.clear_faults();
    CHECK(bench.listener.calls == 5);
}

TEST_CASE("interrupt lines with and without faults", "[observer]") {
    Bench bench;
    CHECK(bench.monitor.set_line(bench.line, true));
    bench.inject(fault_of(FaultKind::repeat_interrupt));
    CHECK(bench.monitor.set_line(bench.line, false));
    CHECK(bench.driven.empty());
    bench.host.advance(bench.monitor, Fault::default_pulse);
    CHECK(bench.driven.at(bench.line) == false);
    CHECK(bench.host.deadlines.empty());

    bench.inject(fault_of(FaultKind::spurious_interrupt));
    CHECK(bench.driven.at(bench.line) == true);
    bench.monitor.reset();
    CHECK(bench.host.deadlines.empty());
    CHECK_FALSE(bench.monitor.set_line(bench.line, false));
}

TEST_CASE("a reset leaves record and waiting faults alone", "[observer]") {
    Bench bench;
    bench.monitor.denied(cpu_read(), heap, 8, "tzc", 3, Response::okay);
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "gpr";
    flip.not_before = 100;
    bench.inject(flip);
    bench.inject(fault_of(FaultKind::zero));
    bench.host.deadlines.clear();  // as the adapter does before
    bench.monitor.reset();
    CHECK(bench.monitor.log().size() == 1);
    CHECK(bench.monitor.watched(heap, World::secure, Direction::read, FaultMatch::all_masters));
    bench.host.advance(bench.monitor, 100);
    CHECK(bench.gpr.registers[0] == 1);
}

TEST_CASE("record and faults are part of the saved state", "[observer]") {
    Bench bench;
    bench.monitor.denied(cpu_read(), heap, 8, "tzc", 3, Response::okay);
    Fault flip = fault_of(FaultKind::flip_bit);
    flip.target = "gpr";
    flip.not_before = 100;
    bench.inject(flip);
    Fault zero = fault_of(FaultKind::zero);
    zero.match.emplace().first = heap;
    bench.inject(zero);
    const auto state = bench.monitor.save();

    Bench other;
    other.monitor.denied(cpu_read(0x4000'0000), 0x4000'0000, 8, "rdc", 3, Response::okay);
    REQUIRE_FALSE(other.monitor.load(state));
    CHECK(other.monitor.save() == state);
    CHECK(other.listener.calls == 1);
    CHECK(other.monitor.watched(heap, World::secure, Direction::read, FaultMatch::all_masters));
    CHECK(other.monitor.log().query({}) == bench.monitor.log().query({}));
    other.host.advance(other.monitor, 100);
    CHECK(other.gpr.registers[0] == 1);

    // Back to a state without faults: nothing waits, and no timer runs.
    Bench empty;
    REQUIRE_FALSE(other.monitor.load(empty.monitor.save()));
    CHECK_FALSE(other.monitor.watched(heap, World::secure, Direction::read, FaultMatch::all_masters));
    CHECK(other.host.deadlines.empty());
    CHECK(other.monitor.log().size() == 0);
}

TEST_CASE("properties of the record", "[observer]") {
    FakeHost host;
    BusMonitor monitor(host);
    CHECK_FALSE(monitor.set_property("log-size", 2));
    CHECK_FALSE(monitor.set_property("merge-window", 0));
    for (unsigned i = 0; i < 5; ++i) {
        monitor.denied(cpu_read(), heap, 8, "tzc", 3, Response::okay);
    }
    CHECK(monitor.log().size() == 2);
    CHECK(monitor.log().dropped() == 3);
    CHECK(monitor.set_property("log-size", 0) == "log-size is 0, must be 1 to 131072");
    CHECK(monitor.set_property("log-size", 131'073));
    CHECK(monitor.set_property("merge-window", 3'600'000'000'001));
    CHECK(monitor.set_property("colour", 1) == "no property colour");
    for (const PropertyInfo& property : monitor.properties()) {
        CHECK_FALSE(monitor.set_property(property.name, property.default_value));
    }
}
