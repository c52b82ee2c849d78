// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Transfers against a naive view of them, byte by byte: random policies, faults, and policies that change
 * while data moves. SVP_TRANSFERS in the environment sets how many there are.
 */
#include <array>
#include <cstdlib>
#include <map>
#include <random>

#include "../catch.hpp"
#include "../firewall/firewall_board.hpp"
#include "bus/bus.hpp"
#include "observer/bus_monitor.hpp"

using namespace svp;
using namespace svp::test;

namespace {

using Random = std::mt19937_64;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t base = dram, size = 0x40000, grain = 0x8000;
constexpr Master master = Master::vpu_decoder;
constexpr unsigned mda = 4;

unsigned transfer_count() {
    const char* text = std::getenv("SVP_TRANSFERS");
    return text == nullptr ? 1200u : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

std::uint64_t below(Random& random, std::uint64_t limit) {
    return random() % limit;
}

/** Counts the bytes that it is told of. */
struct Listener final : DataListener {
    void read(const Cargo& cargo, const Transaction& access, std::uint64_t length) override {
        CHECK(access.direction == Direction::read);
        take(cargo, access, length);
    }
    void written(const Cargo& cargo, const Transaction& access, std::uint64_t length) override {
        CHECK(access.direction == Direction::write);
        take(cargo, access, length);
    }
    void take(const Cargo& cargo, const Transaction& access, std::uint64_t length) {
        CHECK(cargo.holder == 7);
        CHECK_FALSE(access.debug);
        first = std::min(first, access.address);
        end = std::max(end, access.address + length);
        bytes += length;
    }
    std::uint64_t bytes = 0, first = ~std::uint64_t{0}, end = 0;
};

/** Board, monitor and a piece of DRAM behind them, of which a part may be no RAM. */
class Bench : public FirewallBoard, public RawMemory {
 public:
    Bench() {
        firewall.connect("monitor", monitor);
        monitor.connect("tzasc", tzc);
        monitor.connect("rdc", rdc);
        monitor.set_callbacks({.cpu_place = {},
                               .recorded =
                                   [this](const Violation& violation, bool) {
                                       if (violation.state == AccessState::denied) {
                                           denied_bytes += violation.length;
                                           ++denials;
                                       }
                                   },
                               .drive_line = {}});
        REQUIRE_FALSE(monitor.set_property("merge-window", 0));
        write32(tzc, tzc_action, 0);
    }

    /** What a byte's rights are at this moment. */
    bool open(std::uint64_t address, Direction direction) const {
        Transaction one = firewall.identity(master);
        one.address = address;
        one.size = 1;
        one.direction = direction;
        return firewall.decide(one).granted;
    }

    // Registers of another world and domain every few pages.

    void random_policy(Random& random) {
        write32(gpr, gpr10, random() % 4 != 0);
        write32(tzc, tzc_attributes(0), random() % 2 == 0 ? 0xf0000000 : 0xc0000000);
        for (unsigned number = 1; number < 6; ++number) {
            random_region(random, number);
        }
        for (unsigned number = 0; number < 4; ++number) {
            random_slot(random, number);
        }
        write32(rdc, rdc_mda(mda), static_cast<std::uint32_t>(below(random, 4)));
        csu.write(0, csu_sa0, random() % 2, 4, secure_access());
    }
    void random_region(Random& random, unsigned number) {
        region(number, static_cast<std::uint32_t>(below(random, size / grain) * grain),
               static_cast<std::uint32_t>(14 + below(random, 3)),
               static_cast<std::uint32_t>(below(random, 16)));
    }
    void random_slot(Random& random, unsigned number) {
        const auto first = static_cast<std::uint32_t>(below(random, size / 0x1000) * 0x1000);
        slot(number, first, first + static_cast<std::uint32_t>(below(random, 0x10) * 0x1000),
             static_cast<std::uint32_t>(below(random, 256)));
    }

    // What is behind the firewalls.

    std::uint64_t ram_left(std::uint64_t address) override {
        return address - base < ram ? base + ram - address : 0;
    }
    Response read(const Transaction& by, std::span<std::uint8_t> data) override {
        moved(by, data.size(), Direction::read);
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = cell(by.address + i);
        }
        return Response::okay;
    }
    Response write(const Transaction& by, std::span<const std::uint8_t> data) override {
        moved(by, data.size(), Direction::write);
        for (std::size_t i = 0; i < data.size(); ++i) {
            cell(by.address + i) = data[i];
        }
        return Response::okay;
    }
    std::uint8_t* map(std::uint64_t address, std::uint64_t length, bool) override {
        const bool whole = length <= base + ram - address && !apart;
        mapped += whole ? 1 : 0;
        return whole ? &cell(address) : nullptr;
    }
    void unmap(std::uint8_t*, std::uint64_t, bool writable, bool done) override {
        --mapped;
        written = written || (writable && done);
    }
    unsigned policy_generation() override { return host.policy_changes; }
    bool lock() override {
        CHECK_FALSE(locked);
        locked = true;
        in_part = 0;
        ++parts;
        if (between) {
            between();
        }
        return true;
    }
    void unlock() override { locked = false; }

    std::uint8_t& cell(std::uint64_t address) {
        if (address - base >= size) {
            FAIL("moves what no transfer is about");
        }
        return cells[address - base];
    }

    FakeHost monitor_host;
    BusMonitor monitor{monitor_host};
    Bus bus{firewall, *this};
    Bytes cells = Bytes(size);
    std::uint64_t ram = size;       ///< bytes from `base` on that are RAM
    std::function<void()> between;  ///< happens before each part
    std::function<void(const Transaction&, std::size_t)> watch;
    std::uint64_t denied_bytes = 0, in_part = 0;
    unsigned denials = 0, parts = 0;
    int mapped = 0;
    bool locked = false, written = false, apart = false;

 private:
    void moved(const Transaction& by, std::size_t length, Direction direction) {
        CHECK(locked);
        CHECK(by.direction == direction);
        CHECK(by.master == master);
        in_part += length * (ram_left(by.address) == 0 ? Bus::slow_factor : 1);
        CHECK(in_part <= Bus::part);
        if (watch) {
            watch(by, length);
        }
    }
};

struct Range {
    std::uint64_t address;
    std::size_t length;
};

Range random_range(Random& random) {
    const std::uint64_t first = below(random, size), most = size - first;
    return {base + first,
            static_cast<std::size_t>(
                1 + below(random, random() % 2 == 0 ? most : std::min<std::uint64_t>(most, 64)))};
}

Bytes random_bytes(Random& random, std::size_t count) {
    static const Bytes pool = [] {
        Random same(1);
        Bytes bytes(2 * size);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(same() | 1);  // never what a denied read gives
        }
        return bytes;
    }();
    const auto begin = pool.begin() + static_cast<std::ptrdiff_t>(below(random, size));
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

/** One fault for all transactions that touch a window, and what it does there. */
struct Disturbance {
    FaultKind kind = FaultKind::delay;
    std::uint64_t first = 0, last = 0;
    bool meets(std::uint64_t from, std::uint64_t to) const { return first <= to && from <= last; }
};

Disturbance disturb(Random& random, Bench& bench) {
    constexpr FaultKind kinds[] = {FaultKind::zero, FaultKind::corrupt, FaultKind::drop, FaultKind::answer,
                                   FaultKind::delay};
    const Range window = random_range(random);
    Disturbance result{kinds[below(random, std::size(kinds))], window.address,
                       window.address + window.length - 1};
    Fault fault;
    fault.kind = result.kind;
    fault.match.emplace();
    fault.match->first = result.first;
    fault.match->last = result.last;
    fault.match->direction = result.kind == FaultKind::drop ? std::optional(Direction::write) : std::nullopt;
    fault.match->masters = 1u << mda;
    fault.times = 0;
    fault.answer = Response::decerr;
    fault.mask = result.kind == FaultKind::corrupt ? 0x8080808080808080 : 0;
    fault.duration = result.kind == FaultKind::delay ? 7 : 0;
    const auto injected = bench.monitor.inject(fault);
    INFO(injected.error);
    REQUIRE(injected.id != 0);
    return result;
}

/** What a transfer must come to, told from rights alone, byte by byte. */
struct Expected {
    Response answer = Response::okay;
    std::int64_t delay = 0;
    unsigned denied_transactions = 0;
    std::uint64_t denied = 0;
    Bytes data;               ///< of a read: what arrives; of a write: what is in the cells afterwards
    std::uint64_t moved = 0;  ///< bytes
};

Expected expect(Bench& bench, const Range& range, Direction direction, const Bytes& sent,
                const std::optional<Disturbance>& fault) {
    Expected expected;
    // No block's rights change within a page.
    std::vector<bool> pages;
    for (std::uint64_t page = base; page < base + size; page += 0x1000) {
        pages.push_back(bench.open(page, direction));
    }
    const auto open_at = [&](std::uint64_t address) { return pages[(address - base) / 0x1000]; };
    for (std::size_t begin = 0; begin < range.length;) {
        const bool open = open_at(range.address + begin);
        std::size_t end = begin + 1;
        while (end < range.length && open_at(range.address + end) == open) {
            ++end;
        }
        expected.denied_transactions += open ? 0 : 1;
        const bool hit = fault && fault->meets(range.address + begin, range.address + end - 1) &&
                         (fault->kind != FaultKind::drop || direction == Direction::write);
        const FaultKind kind = hit ? fault->kind : FaultKind::flip_bit;
        expected.denied += open ? 0 : end - begin;
        expected.delay += kind == FaultKind::delay ? 7 : 0;
        expected.answer = kind == FaultKind::answer ? Response::decerr : expected.answer;
        const bool moves = open && kind != FaultKind::drop && kind != FaultKind::answer;
        expected.moved += moves ? end - begin : 0;
        for (std::size_t i = begin; i < end; ++i) {
            const std::uint64_t at = range.address + i;
            const bool inside = hit && at >= fault->first && at <= fault->last;
            std::uint8_t byte = direction == Direction::read ? bench.cell(at) : sent[i];
            if (inside && kind == FaultKind::zero) {
                byte = 0;
            } else if (inside && kind == FaultKind::corrupt) {
                byte ^= 0x80;
            }
            expected.data.push_back(moves                          ? byte
                                    : direction == Direction::read ? std::uint8_t{0}
                                                                   : bench.cell(at));
        }
        begin = end;
    }
    return expected;
}

}  // namespace

TEST_CASE("bus: transfers are what their bytes' rights and faults make of them", "[bus]") {
    for (unsigned seed = 0; seed < transfer_count() / 4; ++seed) {
        Random random(seed);
        Bench bench;
        bench.cells = random_bytes(random, size);
        bench.random_policy(random);
        bench.ram = random() % 2 == 0 ? size : below(random, size);
        const std::optional<Disturbance> fault =
            random() % 2 == 0 ? std::optional(disturb(random, bench)) : std::nullopt;
        for (unsigned i = 0; i < 4; ++i) {
            INFO("seed " << seed << ", transfer " << i);
            const Range range = random_range(random);
            const Direction direction = random() % 2 == 0 ? Direction::read : Direction::write;
            Bytes data = random_bytes(random, range.length);
            const Expected expected = expect(bench, range, direction, data, fault);
            bench.denied_bytes = bench.denials = 0;
            Listener listener;
            bench.bus.set_listener(&listener);
            const Bus::Result result = direction == Direction::read
                                           ? bench.bus.read({master}, range.address, data, {7})
                                           : bench.bus.write({master}, range.address, data, {7});
            REQUIRE(listener.bytes == expected.moved);
            REQUIRE(result == Bus::Result{expected.answer, expected.delay});
            // One record for each transaction; it tells of the first rule that denies a part.
            REQUIRE(bench.denials == expected.denied_transactions);
            REQUIRE(bench.denied_bytes <= expected.denied);
            const Bytes now(
                bench.cells.begin() + static_cast<std::ptrdiff_t>(range.address - base),
                bench.cells.begin() + static_cast<std::ptrdiff_t>(range.address - base + range.length));
            REQUIRE((direction == Direction::read ? data : now) == expected.data);
            REQUIRE_FALSE(bench.locked);
        }
    }
}

TEST_CASE("bus: no byte moves by rights that are over", "[bus]") {
    for (unsigned seed = 0; seed < transfer_count() / 10; ++seed) {
        INFO("seed " << seed);
        Random random(seed);
        Bench bench;
        bench.cells = random_bytes(random, size);
        const Bytes before = bench.cells;
        bench.random_policy(random);
        bench.ram = below(random, size / 2);
        const Direction direction = random() % 2 == 0 ? Direction::read : Direction::write;
        // A byte's rights at the beginning and after each change; those of a denied piece are not asked
        // again.
        const Range range = {base + below(random, 0x1000), size - 0x1000};
        std::vector<bool> closed_once(size);
        const auto note = [&] {
            for (std::uint64_t page = 0; page < size; page += 0x1000) {
                const bool closed = !bench.open(base + page, direction);
                for (std::uint64_t i = page; closed && i < page + 0x1000; ++i) {
                    closed_once[i] = true;
                }
            }
        };
        note();
        bench.between = [&] {
            if (bench.parts > 1 && random() % 4 == 0) {
                random() % 2 == 0 ? bench.random_region(random, 3) : bench.random_slot(random, 2);
                note();
            }
        };
        std::vector<bool> seen(size);
        std::size_t twice = 0;
        bench.watch = [&](const Transaction& by, std::size_t length) {
            for (std::uint64_t at = by.address; at < by.address + length; ++at) {
                twice += seen[at - base] ? 1 : 0;
                seen[at - base] = true;
                if (at % 0x1000 == 0 || at == by.address) {
                    REQUIRE(bench.open(at, direction));
                }
            }
        };
        Bytes data = random_bytes(random, range.length);
        const Bytes sent = data;
        if (direction == Direction::read) {
            bench.bus.read({master}, range.address, data);
        } else {
            bench.bus.write({master}, range.address, data);
        }
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < range.length; ++i) {
            const std::uint64_t at = range.address + i - base;
            const std::uint8_t moved = direction == Direction::read ? before[at] : sent[i];
            const std::uint8_t kept = direction == Direction::read ? std::uint8_t{0} : before[at];
            const std::uint8_t now = direction == Direction::read ? data[i] : bench.cells[at];
            wrong += now != (seen[at] ? moved : kept) || (!seen[at] && !closed_once[at]);
        }
        REQUIRE(wrong == 0);
        REQUIRE(twice == 0);
        REQUIRE(bench.parts > 1);
    }
}

TEST_CASE("bus: rows of a rectangle come to what each of them would alone", "[bus]") {
    for (unsigned seed = 0; seed < transfer_count() / 10; ++seed) {
        INFO("seed " << seed);
        Random random(seed);
        Bench whole, single;
        whole.cells = single.cells = random_bytes(random, size);
        std::optional<Disturbance> fault;
        for (Bench* bench : {&whole, &single}) {
            Random same(seed + 1000);
            bench->random_policy(same);
            bench->ram = same() % 4 == 0 ? below(same, size) : size;
            if (same() % 3 == 0) {
                disturb(same, *bench);
            }
        }
        Rows rows{};
        rows.width = 1 + below(random, 300);
        rows.height = 1 + below(random, 64);
        rows.stride = random() % 8 == 0 ? below(random, 400) : rows.width + below(random, 4096);
        rows.stride = random() % 8 == 0 ? rows.width : rows.stride;
        const std::uint64_t extent = rows.stride * (rows.height - 1) + rows.width;
        rows.address = base + below(random, size - extent);
        const Direction direction = random() % 2 == 0 ? Direction::read : Direction::write;
        Bytes together = random_bytes(random, rows.width * rows.height), apart = together;
        const Initiator by = {master, World::non_secure, Stream::reference};
        const Bus::Result result = direction == Direction::read ? whole.bus.read_rows(by, rows, together)
                                                                : whole.bus.write_rows(by, rows, together);
        Bus::Result expected;
        if (rows.stride == rows.width) {
            expected = direction == Direction::read ? single.bus.read(by, rows.address, apart)
                                                    : single.bus.write(by, rows.address, apart);
        }
        for (std::size_t row = 0; rows.stride != rows.width && row < rows.height; ++row) {
            const std::span<std::uint8_t> data = std::span(apart).subspan(row * rows.width, rows.width);
            const std::uint64_t at = rows.address + row * rows.stride;
            const Bus::Result one =
                direction == Direction::read ? single.bus.read(by, at, data) : single.bus.write(by, at, data);
            expected = {std::max(expected.answer, one.answer), expected.delay + one.delay};
        }
        REQUIRE(result == expected);
        REQUIRE(together == apart);
        REQUIRE(whole.cells == single.cells);
        REQUIRE(whole.monitor.log().query({}) == single.monitor.log().query({}));
        REQUIRE(whole.monitor.faults() == single.monitor.faults());
        REQUIRE(whole.parts <= single.parts);
        for (const Violation& violation : whole.monitor.log().query({})) {
            REQUIRE(violation.stream == Stream::reference);
            REQUIRE(text(violation).find(" of reference ") != std::string::npos);
        }
    }
}

TEST_CASE("bus: rows that are granted without a trace are judged together, under one lock", "[bus]") {
    struct Counting : AccessJudge {
        explicit Counting(Firewall& judge) : firewall(judge) {}
        Transaction identity(Master who, World own, bool privileged) const override {
            return firewall.identity(who, own, privileged);
        }
        std::uint64_t run_length(const Transaction& by, std::uint64_t length) const override {
            return firewall.run_length(by, length);
        }
        Decision access(const Transaction& by) override {
            ++judged;
            return firewall.access(by);
        }
        bool grants_quietly(const Transaction& range) const override {
            return firewall.grants_quietly(range);
        }
        Firewall& firewall;
        unsigned judged = 0;
    };
    Bench bench;
    Counting judge(bench.firewall);
    Bus bus(judge, bench);
    Bytes data(64 * 64);
    const Rows rows = {base + 0x100, 0x800, 64, 64};
    CHECK(bus.read_rows({master}, rows, data) == Bus::Result{});
    CHECK(judge.judged == 1);
    CHECK(bench.parts == 1);
    // What is denied is asked for, and on record, row by row.
    bench.enable();
    bench.region(1, 0x10000, 15, 0xc);
    bench.region(0, 0, 0, 0xf);
    judge.judged = bench.parts = 0;
    CHECK(bus.read_rows({master}, rows, data) == Bus::Result{});
    CHECK(bench.denials == 32);
    CHECK(judge.judged == 1 + 32);
    CHECK(bench.parts == 1);
    // A change of the policy on the way is seen at the next row.
    std::size_t moved = 0;
    bench.watch = [&](const Transaction&, std::size_t) {
        if (++moved == 8) {
            bench.region(2, 0, 15, 0xc);
        }
    };
    bus.read_rows({master}, rows, data);
    CHECK(moved == 8);
}

TEST_CASE("bus: nothing is behind the end of the address space", "[bus]") {
    Bench bench;
    struct Edge : RawMemory {
        std::uint64_t ram_left(std::uint64_t) override { return 0; }
        Response read(const Transaction&, std::span<std::uint8_t> data) override {
            std::ranges::fill(data, std::uint8_t{0x11});
            return Response::okay;
        }
        Response write(const Transaction&, std::span<const std::uint8_t> data) override {
            count += data.size();
            return Response::slverr;
        }
        std::uint8_t* map(std::uint64_t, std::uint64_t, bool) override { return nullptr; }
        void unmap(std::uint8_t*, std::uint64_t, bool, bool) override {}
        unsigned policy_generation() override { return 0; }
        bool lock() override { return false; }
        void unlock() override { FAIL("not locked"); }
        std::size_t count = 0;
    } edge;
    Bus bus(bench.firewall, edge);
    Bytes data(0x20, 0xee);
    CHECK(bus.read({master}, 0xfffffffffffffff0, data).answer == Response::decerr);
    CHECK(std::count(data.begin(), data.end(), 0x11) == 0x10);
    CHECK(std::count(data.begin(), data.end(), 0) == 0x10);
    CHECK(bus.write({master}, 0xfffffffffffffff0, data).answer == Response::decerr);
    CHECK(edge.count == 0x10);
    CHECK(bus.write({master}, 0xffffffffffffffe0, data).answer == Response::slverr);
    CHECK(bus.read({master}, 0x1000, {}).answer == Response::okay);
    // Two rows are there, the third is not.
    std::ranges::fill(data, std::uint8_t{0xee});
    CHECK(bus.read_rows({master}, {0xffffffffffffff00, 0x80, 8, 4}, data).answer == Response::decerr);
    CHECK(std::count(data.begin(), data.end(), 0x11) == 0x10);
    CHECK(std::count(data.begin(), data.end(), 0) == 0x10);
}

TEST_CASE("bus: a port that is never secure has no rights of a secure master's", "[bus]") {
    Bench bench;
    write32(bench.gpr, gpr10, 1);
    bench.region(1, 0, 14, 0xc);  // the secure world's alone
    write32(bench.csu, csu_sa0, 0);
    REQUIRE(bench.firewall.identity(master).world == World::secure);
    Bytes pattern(64, 0x5a), seen(64);
    const Initiator plain{master}, control{.master = master, .never_secure = true};
    const Rows rows{base, 64, 64, 1};
    CHECK(bench.bus.write(plain, base, pattern).answer == Response::okay);
    CHECK(bench.bus.read(plain, base, seen).answer == Response::okay);
    CHECK(seen == pattern);
    CHECK(bench.bus.judge_rows(plain, rows).granted);
    CHECK(bench.denials == 0);

    bench.bus.read(control, base, seen);
    CHECK(seen == Bytes(64));
    CHECK(bench.denials == 1);
    bench.bus.write(control, base, Bytes(64, 0xff));
    CHECK(bench.denials == 2);
    CHECK_FALSE(bench.bus.judge_rows(control, rows).granted);
    CHECK_FALSE(bench.bus.transform(control, base, base, 64, [](const std::uint8_t*, std::uint8_t*) {}));
    bench.bus.read(plain, base, seen);
    CHECK(seen == pattern);
}

TEST_CASE("bus: cells are transformed only where that cannot be told from a read and a write", "[bus]") {
    Bench bench;
    bench.enable();
    bench.region(0, 0, 0, 0xf);
    bench.region(1, 0x10000, 15, 0xc);  // 64 KiB for the secure world
    unsigned calls = 0;
    const auto transform = [&](std::uint64_t source, std::uint64_t target, std::uint64_t length) {
        const unsigned before = calls;
        bench.written = false;
        const bool done = bench.bus.transform({master}, base + source, base + target, length,
                                              [&](const std::uint8_t* from, std::uint8_t* to) {
                                                  ++calls;
                                                  CHECK(bench.locked);
                                                  CHECK(from == &bench.cells[source]);
                                                  CHECK(to == &bench.cells[target]);
                                              },
                                              {7});
        CHECK((calls == before + 1) == done);
        CHECK(bench.written == done);
        CHECK(bench.mapped == 0);
        CHECK_FALSE(bench.locked);
        return done;
    };
    Listener listener;
    bench.bus.set_listener(&listener);
    CHECK(transform(0, 0x8000, 0x8000));
    CHECK(listener.bytes == 0x10000);
    CHECK(listener.end == base + 0x10000);
    bench.bus.set_listener(nullptr);
    CHECK(transform(0x40, 0x40, 0x100));
    CHECK_FALSE(transform(0, 0x8000, 0));
    CHECK_FALSE(transform(0, 0x80, 0x81));
    CHECK(transform(0, 0x80, 0x80));
    CHECK_FALSE(transform(0x80, 0, 0x81));
    CHECK_FALSE(transform(0, 0x8001, 0x8000));
    CHECK_FALSE(transform(0x10000, 0, 0x10));
    CHECK_FALSE(transform(0x20000, 0x1fff8, 0x10));
    CHECK_FALSE(transform(0x20000, size - 0x10, 0x11));
    CHECK(bench.denials == 0);  // nobody has asked for anything yet
    bench.apart = true;
    CHECK_FALSE(transform(0, 0x8000, 0x100));
    bench.apart = false;
    Fault fault;
    fault.kind = FaultKind::delay;
    fault.duration = 1;
    fault.match.emplace();
    fault.match->first = base;
    fault.match->last = base + 0xff;
    fault.match->masters = 1u << mda;
    const auto injected = bench.monitor.inject(fault);
    REQUIRE(injected.id != 0);
    CHECK_FALSE(transform(0, 0x8000, 0x100));
    CHECK(transform(0x1000, 0x8000, 0x100));
    bench.monitor.remove_fault(injected.id);
    CHECK(transform(0, 0x8000, 0x100));
}

TEST_CASE("judging rows comes to what the rights of their bytes are, and moves nothing", "[bus]") {
    Random random(20);
    Bench bench;
    bench.watch = [](const Transaction&, std::size_t) { FAIL("moves data"); };
    unsigned granted = 0;
    for (unsigned round = 0; round < 400; ++round) {
        CAPTURE(round);
        bench.random_policy(random);
        const std::size_t width = 1 + below(random, 0x3000);
        const std::size_t height = 1 + below(random, 8);
        const std::uint64_t stride = below(random, 3) == 0 ? width : width + below(random, 0x4000);
        const Rows rows{base + below(random, size - (stride * (height - 1) + width)), stride, width, height};
        bool open = true;
        for (std::size_t row = 0; row < height; ++row) {
            const std::uint64_t first = rows.address + row * stride;
            for (std::uint64_t at = first; at < first + width; at = (at | 0xfff) + 1) {
                open = open && bench.open(at, Direction::read);
            }
        }
        bench.denials = 0;
        const Initiator by{master, World::non_secure};
        Listener listener;
        bench.bus.set_listener(&listener);
        CHECK(bench.bus.judge_rows(by, rows, {7}).granted == open);
        CHECK((!open || (listener.first == rows.address &&
                         listener.end == rows.address + stride * (height - 1) + width)));
        CHECK((bench.denials == 0) == open);
        CHECK(bench.denials <= (stride * height >> 12) + 2);
        granted += open ? 1 : 0;

        bench.denials = 0;
        CHECK(bench.bus.judge_rows({master, World::non_secure, Stream::none, true}, rows).granted == open);
        CHECK(bench.denials == 0);  // nobody on the board asks
        bench.bus.set_listener(nullptr);
    }
    CHECK(granted > 40);
    CHECK(granted < 360);
    CHECK(bench.bus.judge_rows({master}, {~std::uint64_t{0} - 10, 64, 8, 2}).answer == Response::decerr);
    CHECK(bench.bus.judge_rows({master}, {base, 64, 0, 2}).granted);
}

TEST_CASE("a look finds what a judged read was allowed, by faults that are over as well", "[bus]") {
    constexpr FaultKind kinds[] = {FaultKind::zero, FaultKind::corrupt, FaultKind::answer,
                                   FaultKind::change_domain};
    unsigned hits = 0, closed = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        Random random(seed);
        Bench bench;
        bench.cells = random_bytes(random, size);
        bench.random_policy(random);
        const Range range = random_range(random);
        const Rows rows{range.address, range.length, range.length, 1};
        Fault fault;
        fault.kind = kinds[seed % std::size(kinds)];
        fault.match.emplace();
        fault.match->masters = 1u << mda;
        fault.match->first = base;
        fault.match->last = base + size / 2;
        fault.mask = fault.kind == FaultKind::corrupt ? 0x0101010101010101 : 0;
        fault.domain = static_cast<Domain>(below(random, 4));
        fault.times = 0;
        const unsigned id = bench.monitor.inject(fault).id;
        REQUIRE(id != 0);
        Bytes seen(range.length), looked(range.length);
        const Response answer = bench.bus.read({master}, range.address, seen).answer;
        const Judgement judged = bench.bus.judge_rows({master}, rows);
        CHECK(judged.answer == answer);
        bench.monitor.remove_fault(id);
        bench.denials = 0;
        const auto look = [&] { return bench.bus.look_rows({master}, rows, judged.exceptions, looked); };
        REQUIRE(look() == answer);
        REQUIRE((looked == seen));
        Bytes plain(range.length);
        bench.bus.read({master, World::non_secure, Stream::none, true}, range.address, plain);
        hits += plain != seen ? 1 : 0;

        // What is closed now is black at once, what is opened is not there yet.
        std::vector<bool> passed(range.length);
        for (const JudgedPiece& piece : judged.exceptions) {
            for (std::uint64_t at = piece.first; at <= piece.last; ++at) {
                passed[at - range.address] = piece.by_fault;
            }
        }
        bench.random_policy(random);
        look();
        for (std::size_t i = 0; i < range.length; i += 61) {
            const bool open = bench.open(range.address + i, Direction::read);
            REQUIRE(looked[i] == (open || passed[i] ? seen[i] : 0));
            closed += looked[i] != seen[i] ? 1 : 0;
        }
        CHECK(bench.denials == 0);
    }
    CHECK(hits > 20);
    CHECK(closed > 1000);
}
