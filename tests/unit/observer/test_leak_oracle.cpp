// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where protected data go: each kind of event, what is none, and random programs against a naive oracle that
 * knows of every byte whether it is derived from a protected one. SVP_PROGRAMS in the environment sets how
 * many there are.
 */
#include <cstdlib>
#include <random>
#include <set>

#include "../catch.hpp"
#include "observer/leak_oracle.hpp"

using namespace svp;

namespace {

constexpr std::uint64_t ram = 0x40000000, fitted = 0x8000, window = 0x14000;
constexpr std::uint64_t heap = ram + 0x2000, ordinary = ram + 0x5000;
constexpr std::uint64_t registers = 0x30000000, closed_registers = 0x31000000;

/** RAM of eight pages, one and a half times again above, in which some pages are closed to Linux. */
class Bench {
 public:
    Bench() {
        oracle.set_rights({.readable = [this](std::uint64_t first,
                                              std::uint64_t length) { return readable(first, length); },
                           .reads_register = [](std::uint64_t at) { return at < closed_registers; }});
        oracle.add_memory(ram, window, fitted);
        close(heap);
    }

    void close(std::uint64_t page) {
        for (std::uint64_t at = page; at < ram + window; at += fitted) {
            closed.insert(at);  // with its images
        }
        oracle.policy_changed();
    }
    void open(std::uint64_t page) {
        closed.erase(page);
        oracle.policy_changed();
    }
    std::vector<AddressRange> readable(std::uint64_t first, std::uint64_t length) const {
        std::vector<AddressRange> result;
        for (std::uint64_t page = first; page < first + length; page += 0x1000) {
            if (closed.contains(page)) {
                continue;
            }
            if (!result.empty() && result.back().last + 1 == page) {
                result.back().last += 0x1000;
            } else {
                result.push_back({page, page + 0xfff});
            }
        }
        return result;
    }

    void read(Master master, std::uint64_t address, std::uint64_t size, World world = World::secure) {
        oracle.read(cargo(), access(master, address, world), size);
    }
    void write(Master master, std::uint64_t address, std::uint64_t size, World world = World::secure) {
        oracle.written(cargo(), access(master, address, world), size);
    }
    Cargo cargo() const { return {holder}; }
    static Transaction access(Master master, std::uint64_t address, World world = World::secure) {
        Transaction access;
        access.master = master;
        access.address = address;
        access.world = world;
        return access;
    }
    std::vector<LeakKind> kinds() const {
        std::vector<LeakKind> result;
        for (const Leak& leak : oracle.log().list()) {
            result.push_back(leak.kind);
        }
        return result;
    }
    const Leak& newest() const { return oracle.log().newest(); }

    std::int64_t time = 5;
    std::set<std::uint64_t> closed;
    unsigned told = 0, told_again = 0;
    LeakOracle oracle{[this] { return time; },
                      [this](const Leak&, bool again) { again ? ++told_again : ++told; }};
    Holder holder = oracle.add_holder();
};

using Kinds = std::vector<LeakKind>;
using Path = std::vector<LeakStep>;

}  // namespace

TEST_CASE("what a master reads of protected memory is marked until the master has forgotten it",
          "[observer]") {
    Bench bench;
    bench.read(Master::vpu_decoder, ordinary, 64);
    bench.write(Master::vpu_decoder, ordinary + 0x100, 64);
    CHECK(bench.kinds().empty());
    bench.read(Master::vpu_decoder, heap + 0x10, 4);
    bench.write(Master::vpu_decoder, heap + 0x200, 256);
    CHECK(bench.kinds().empty());
    CHECK(bench.oracle.marked() == 4);
    bench.write(Master::vpu_decoder, ordinary + 0x3f, 2);
    REQUIRE(bench.kinds() == Kinds{LeakKind::written});
    CHECK(bench.newest().first == ordinary + 0x3f);
    CHECK(bench.newest().last == ordinary + 0x40);
    CHECK(bench.newest().bytes == 2);
    CHECK(bench.oracle.path(bench.newest().origin) == Path{{Master::vpu_decoder, heap + 0x10, false}});
    CHECK(bench.oracle.marked() == 6);
    bench.oracle.forget(bench.holder);
    bench.write(Master::vpu_decoder, ordinary + 0x1000, 64);
    CHECK(bench.told + bench.told_again == 1);
    CHECK(text(bench.newest(), bench.oracle.path(bench.newest().origin)) ==
          "#1 0.000000005s vpu secure wrote 0x4000503f+2, which non-secure CPUs read: vpu read it at "
          "0x40002010");
}

TEST_CASE("what is written over marked data is no longer marked, as far as whole granules go", "[observer]") {
    Bench bench;
    bench.read(Master::caam, heap, 1);
    bench.write(Master::caam, ordinary, 256);
    CHECK(bench.oracle.marked() == 4);
    bench.oracle.forget(bench.holder);
    bench.write(Master::usdhc1, ordinary + 1, 64);
    CHECK(bench.oracle.marked() == 4);
    bench.write(Master::usdhc1, ordinary + 64, 130);
    CHECK(bench.oracle.marked() == 2);
    CHECK(bench.told == 1);
}

TEST_CASE("marked data that others carry on are known by their whole way", "[observer]") {
    Bench bench;
    bench.write(Master::caam, heap + 0x400, 64);
    bench.read(Master::vpu_decoder, heap + 0x400, 64);
    bench.write(Master::vpu_decoder, heap + 0x800, 64);
    bench.oracle.forget(bench.holder);
    bench.read(Master::vpu_decoder, heap + 0x800, 64);  // a reference: nobody new
    bench.write(Master::vpu_decoder, ordinary, 64);
    bench.oracle.forget(bench.holder);
    bench.read(Master::usb1, ordinary, 64, World::non_secure);
    REQUIRE(bench.kinds() == Kinds{LeakKind::written, LeakKind::delivered});
    CHECK(bench.newest().master == Master::usb1);
    CHECK(bench.oracle.path(bench.newest().origin) == Path{{Master::caam, heap, true},
                                                           {Master::vpu_decoder, heap + 0x400, false},
                                                           {Master::usb1, ordinary, false}});
}

TEST_CASE("masters that are not followed deliver what they read", "[observer]") {
    for (const auto& [master, world, leaks] :
         {std::tuple{Master::usdhc2, World::secure, true},
          std::tuple{Master::enet_tx, World::non_secure, true},
          std::tuple{Master::a53, World::non_secure, true}, std::tuple{Master::a53, World::secure, false},
          std::tuple{Master::dcss, World::non_secure, false}}) {
        Bench bench;
        bench.read(master, ordinary, 64, world);
        CHECK(bench.told == 0);
        bench.read(master, heap - 8, 16, world);
        CHECK(bench.told == (leaks ? 1u : 0u));
        if (leaks) {
            CHECK(bench.newest().first == heap);
            CHECK(bench.newest().bytes == 8);
        }
        bench.write(master, ordinary, 64, world);
        CHECK(bench.oracle.marked() == 1);
    }
}

TEST_CASE("memory that opens tells what is in it", "[observer]") {
    Bench bench;
    bench.write(Master::caam, heap + 0x40, 0x80);
    bench.write(Master::caam, heap + 0xc00, 1);
    bench.open(heap);
    REQUIRE(bench.kinds() == Kinds{LeakKind::opened});
    CHECK(bench.newest().count == 2);
    CHECK(bench.newest().bytes == 0x80 + 64);
    CHECK(bench.newest().first == heap + 0x40);
    CHECK(bench.newest().last == heap + 0xc3f);
    CHECK(bench.newest().master == Master::caam);
    bench.oracle.policy_changed();
    CHECK(bench.oracle.log().events() == 2);
}

TEST_CASE("one image is enough for memory to be open", "[observer]") {
    Bench bench;
    bench.write(Master::caam, heap, 64);
    CHECK(bench.oracle.is_protected(heap));
    bench.open(heap + fitted);
    CHECK_FALSE(bench.oracle.is_protected(heap));
    CHECK(bench.kinds() == Kinds{LeakKind::opened});
    bench.read(Master::vpu_decoder, heap + fitted, 1);
    bench.write(Master::vpu_decoder, heap, 1);
    CHECK(bench.newest().kind == LeakKind::written);
}

TEST_CASE("neither a reset nor the loading of a state opens anything", "[observer]") {
    Bench bench;
    bench.write(Master::caam, heap, 64);
    bench.oracle.hold(true);
    bench.open(heap);
    bench.oracle.hold(false);
    CHECK(bench.told == 0);
    CHECK_FALSE(bench.oracle.is_protected(heap));
    bench.close(heap);
    bench.read(Master::caam, heap, 1);
    bench.oracle.reset();
    CHECK(bench.oracle.marked() == 0);
    bench.write(Master::caam, ordinary, 64);
    CHECK(bench.told == 0);
}

TEST_CASE("registers show what is written to them, where non-secure software reads them", "[observer]") {
    Bench bench;
    bench.write(Master::caam, registers, 4);
    bench.read(Master::caam, heap, 4);
    bench.write(Master::caam, closed_registers, 4);
    CHECK(bench.told == 0);
    bench.write(Master::caam, registers, 4);
    CHECK(bench.kinds() == Kinds{LeakKind::shown});
    bench.oracle.show(bench.holder, Master::caam, registers + 8);
    CHECK(bench.newest().count == 2);
}

TEST_CASE("a CPU carries what it has read out of the secure world", "[observer]") {
    Bench bench;
    bench.holder = LeakOracle::first_cpu + 2;
    bench.read(Master::a53, heap, 8);
    bench.oracle.left_secure_world(1);
    CHECK(bench.told == 0);
    bench.oracle.left_secure_world(2);
    bench.oracle.left_secure_world(2);
    bench.oracle.left_secure_world(LeakOracle::cpus);
    REQUIRE(bench.kinds() == Kinds{LeakKind::left});
    CHECK(bench.newest().first == 2);
    CHECK(bench.newest().count == 1);
}

TEST_CASE("what steers a master, and what is encrypted, is not followed", "[observer]") {
    Bench bench;
    Cargo cargo = bench.cargo();
    cargo.steers = true;
    bench.oracle.read(cargo, Bench::access(Master::caam, heap), 64);
    bench.write(Master::caam, ordinary, 64);
    CHECK(bench.told == 0);
    bench.read(Master::caam, heap, 64);
    cargo.harmless = true;
    bench.oracle.written(cargo, Bench::access(Master::caam, ordinary), 64);
    CHECK(bench.told == 0);
    CHECK(bench.oracle.marked() == 0);
    bench.write(Master::caam, ordinary, 64);
    CHECK(bench.told == 1);
}

TEST_CASE("rows of one picture are one record, and the log is bounded", "[observer]") {
    Bench bench;
    bench.read(Master::vpu_decoder, heap, 1);
    for (std::uint64_t row = 0; row < 8; ++row) {
        bench.write(Master::vpu_decoder, ordinary + 0x100 * row, 16);
    }
    CHECK(bench.told == 1);
    CHECK(bench.newest().count == 8);
    CHECK(bench.newest().bytes == 128);
    CHECK(bench.newest().last == ordinary + 0x70f);

    LeakLog log;
    for (std::uint64_t i = 0; i < 2 * LeakLog::capacity; ++i) {
        Leak leak;
        leak.first = leak.last = i << 32;
        leak.origin = 1;
        log.record(leak);
    }
    CHECK(log.list().size() == LeakLog::capacity);
    CHECK(log.events() == 2 * LeakLog::capacity);
    CHECK(log.dropped() == LeakLog::capacity);
}

TEST_CASE("more origins than are told apart count as those that they come from", "[observer]") {
    Bench bench;
    bench.closed.clear();
    for (std::uint64_t at = ram; at < ram + window; at += 0x1000) {
        bench.closed.insert(at);
    }
    bench.oracle.policy_changed();
    for (unsigned i = 0; i < 5000; ++i) {
        const std::uint64_t page = ram + i % 8 * 0x1000;
        bench.oracle.forget(bench.holder);
        bench.read(i % 2 == 0 ? Master::caam : Master::vpu_decoder, page, 1);
        bench.write(i % 2 == 0 ? Master::caam : Master::vpu_decoder, ram + (i + 1) % 8 * 0x1000, 1);
    }
    bench.write(Master::caam, registers, 4);
    CHECK(bench.told == 1);
    CHECK(bench.oracle.path(bench.newest().origin).size() > 1000);
}

TEST_CASE("a saved state has marks, holders and records", "[observer]") {
    Bench bench;
    bench.write(Master::caam, heap + 0x40, 0x300);
    bench.read(Master::vpu_decoder, heap + 0x40, 1);
    bench.write(Master::vpu_decoder, ordinary, 100);
    Archive out;
    bench.oracle.exchange(out);
    const std::vector<std::byte> bytes = out.take();

    Bench other;
    Archive in{std::span(bytes)};
    other.oracle.exchange(in);
    REQUIRE(in.ok());
    CHECK(in.exhausted());
    CHECK(other.oracle.marked() == bench.oracle.marked());
    CHECK(other.oracle.log().list() == bench.oracle.log().list());
    other.write(Master::vpu_decoder, ordinary + 100, 100);
    CHECK(other.newest().count == 2);
    CHECK(other.oracle.path(other.newest().origin) == bench.oracle.path(bench.newest().origin));

    // Whatever the bytes are, what was loaded can be asked and can go on.
    std::mt19937 random(7);
    for (unsigned i = 0; i < 3000; ++i) {
        std::vector<std::byte> bad = bytes;
        for (unsigned n = 0; n <= random() % 3; ++n) {
            bad[random() % bad.size()] = static_cast<std::byte>(random());
        }
        bad.resize(random() % 4 == 0 ? random() % bad.size() : bad.size());
        Bench victim;
        Archive archive{std::span(bad)};
        victim.oracle.exchange(archive);
        for (const Leak& leak : victim.oracle.log().list()) {
            text(leak, victim.oracle.path(leak.origin));
        }
        victim.read(Master::vpu_decoder, ram, fitted);
        victim.write(Master::vpu_decoder, ram, fitted);
        victim.open(heap);
    }
}

TEST_CASE("very many marks are saved by the page", "[observer]") {
    DataMarks marks(64 << 20);
    for (std::uint64_t at = 0; at < marks.size(); at += 128) {
        marks.set(at, 1, static_cast<Mark>(1 + at / 128 % 2));
    }
    Archive out;
    marks.exchange(out, 2);
    const std::vector<std::byte> bytes = out.take();
    CHECK(bytes.size() < 1 << 20);
    DataMarks loaded(64 << 20);
    Archive in{std::span(bytes)};
    loaded.exchange(in, 2);
    REQUIRE(in.ok());
    CHECK(loaded.marked() == (64u << 20) / 64);
}

// Random programs

namespace {

/** Knows of every byte, and of every holder, whether it is derived from a byte that was protected when it
 * was read; and of every granule whether it ought to be marked. */
struct Naive {
    static constexpr std::uint64_t granule = 64;
    std::vector<bool> exact = std::vector<bool>(fitted);
    std::vector<bool> marked = std::vector<bool>(fitted / granule);
    std::array<bool, 3> exact_holder{}, holder{};
    std::uint64_t leaked = 0;  ///< bytes of all events

    void read(const Bench& bench, unsigned who, bool kept, std::uint64_t address, std::uint64_t size) {
        std::uint64_t found = 0;
        for (std::uint64_t at = address; at < address + size; ++at) {
            const std::uint64_t cell = (at - ram) % fitted;
            const bool here = closed(bench, cell) || marked[cell / granule];
            exact_holder[who] = exact_holder[who] || closed(bench, cell) || exact[cell];
            if (cell == 0 && at != address) {
                leaked += found;  // pieces end where cells begin anew
                found = 0;
            }
            found += !kept && (here || found != 0) ? 1 : 0;
            holder[who] = holder[who] || here;
        }
        leaked += found;
    }
    void write(const Bench& bench, unsigned who, std::uint64_t address, std::uint64_t size) {
        for (std::uint64_t at = address; at < address + size; ++at) {
            const std::uint64_t cell = (at - ram) % fitted;
            const bool inside = closed(bench, cell);
            exact[cell] = exact_holder[who] || inside;
            leaked += holder[who] && !inside ? 1 : 0;
            if (holder[who] || inside) {
                marked[cell / granule] = true;
            } else if (at % granule == 0 && at + granule <= address + size) {
                marked[cell / granule] = false;
            }
        }
    }
    static bool closed(const Bench& bench, std::uint64_t cell) {
        for (std::uint64_t at = ram + cell; at < ram + window; at += fitted) {
            if (!bench.closed.contains(at & ~std::uint64_t{0xfff})) {
                return false;
            }
        }
        return true;
    }
    void opened(const Bench& before, const Bench& now) {
        for (std::uint64_t cell = 0; cell < fitted; ++cell) {
            leaked += closed(before, cell) && !closed(now, cell) && marked[cell / granule] ? 1 : 0;
        }
    }
};

unsigned program_count() {
    const char* text = std::getenv("SVP_PROGRAMS");
    return (text == nullptr ? 2000u : static_cast<unsigned>(std::strtoul(text, nullptr, 10))) / 10;
}

std::uint64_t leaked(const Bench& bench) {
    std::uint64_t sum = 0;
    for (const Leak& leak : bench.oracle.log().list()) {
        sum += leak.bytes;
    }
    return sum;
}

}  // namespace

TEST_CASE("random programs leak what a naive oracle says", "[observer]") {
    std::mt19937_64 random(11);
    const auto below = [&random](std::uint64_t limit) { return random() % limit; };
    for (unsigned program = 0; program < program_count(); ++program) {
        Bench bench;
        Naive naive;
        const std::array<Holder, 3> holders = {bench.holder, bench.oracle.add_holder(),
                                               bench.oracle.add_holder()};
        constexpr std::array masters = {Master::vpu_decoder, Master::caam, Master::gpu};
        for (unsigned step = 0; step < 60; ++step) {
            const auto who = static_cast<unsigned>(below(3));
            const std::uint64_t address = ram + below(window - 0x900);
            const std::uint64_t size = 1 + below(below(4) == 0 ? 0x900 : 200);
            bench.holder = holders[who];
            switch (below(8)) {
                case 0: {
                    Bench before;
                    before.closed = bench.closed;
                    const std::uint64_t page = ram + below(window / 0x1000) * 0x1000;
                    below(2) == 0 ? bench.open(page) : bench.close(page);
                    naive.opened(before, bench);
                    break;
                }
                case 1:
                    bench.oracle.forget(holders[who]);
                    naive.holder[who] = naive.exact_holder[who] = false;
                    break;
                case 2:
                case 3:
                case 4:
                    bench.read(masters[who], address, size);
                    naive.read(bench, who, who != 2, address, size);
                    break;
                default:
                    bench.write(masters[who], address, size);
                    naive.write(bench, who, address, size);
            }
            REQUIRE(leaked(bench) == naive.leaked);
        }
        std::uint64_t marked = 0;
        for (const bool granule : naive.marked) {
            marked += granule ? 1 : 0;
        }
        CHECK(bench.oracle.marked() == marked);
        bool secret_is_readable = false;
        for (std::uint64_t cell = 0; cell < fitted; ++cell) {
            CHECK_FALSE((naive.exact[cell] && !naive.marked[cell / Naive::granule]));
            secret_is_readable = secret_is_readable || (naive.exact[cell] && !Naive::closed(bench, cell));
        }
        CHECK((!secret_is_readable || bench.oracle.log().events() != 0));
    }
}
