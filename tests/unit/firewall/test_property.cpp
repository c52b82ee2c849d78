// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random programs of TZASC, RDC, CSU, semaphores and GPR against the naive oracle: verdicts, answers,
 * latches, runs, masters. SVP_PROGRAMS in the environment sets how many programs there are, of 1000 accesses
 * each.
 */
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

#include "../catch.hpp"
#include "firewall_oracle.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr unsigned default_programs = 2000;
constexpr unsigned accesses = 1000;

unsigned program_count() {
    const char* text = std::getenv("SVP_PROGRAMS");
    const unsigned long wanted = text == nullptr ? default_programs : std::strtoul(text, nullptr, 10);
    return wanted == 0 ? default_programs : static_cast<unsigned>(wanted);
}

std::uint32_t word(Random& random) {
    return static_cast<std::uint32_t>(random());
}

/** A slot's memory, in the slot's own coordinates. */
struct Window {
    unsigned first_slot, end_slot;
    std::uint64_t base, length;
};

constexpr Window windows[] = {
    {0, 8, 0, 0x100000000},           {8, 12, 0x20000000, 0x8000000},  {8, 12, 0x33c00000, 0x400000},
    {12, 20, 0x08000000, 0x10000000}, {20, 24, 0x18000000, 0x8000000}, {24, 29, 0x900000, 0x20000},
    {29, 34, 0x180000, 0x8000},       {34, 39, 0x7e0000, 0x40000},     {39, 43, 0x38800000, 0x100000},
    {43, 47, 0x38100000, 0x200000},   {47, 51, 0x38000000, 0x40000},   {51, 55, 0x38300000, 0x40000},
    {55, 59, 0x28000000, 0x1000000},  {59, 64, 0x3c000000, 0x2000000}};

/** An address in a window; one of few distinct ones most of the time, so that slots abut and overlap. */
std::uint32_t place(Random& random, const Window& window) {
    std::uint64_t offset = below(random, 9) * (window.length / 8);
    if (chance(random, 40)) {
        offset = below(random, window.length);
    }
    const std::uint64_t address = window.base + offset;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(address, 0xffffffff));
}

struct Bench {
    FirewallBoard board;
    FirewallOracle oracle;

    void rdc(std::uint32_t offset, std::uint32_t value) {
        write32(board.rdc, offset, value);
        oracle.write_rdc(offset, value);
    }
    void csu(std::uint32_t offset, std::uint32_t value) {
        write32(board.csu, offset, value);
        oracle.write_csu(offset, value);
    }
    void gpr(std::uint32_t offset, std::uint32_t value) {
        write32(board.gpr, offset, value);
        oracle.write_gpr(offset, value);
        oracle.tzc.enabled = (oracle.gpr10_value & 1) != 0;
    }
    void gate(unsigned index, unsigned value, Master master, Domain domain) {
        Transaction by;
        by.master = master;
        by.domain = domain;
        (index < 64 ? board.semaphore1 : board.semaphore2).write(0, index % 64, value, 1, by);
        oracle.write_gate(index, value, master, domain);
    }
};

void program_slots(Random& random, Bench& bench) {
    const unsigned lock_chance = chance(random, 30) ? 20 : 0;
    for (unsigned count = static_cast<unsigned>(below(random, 30)); count > 0; --count) {
        const Window& window = windows[chance(random, 50) ? 0 : below(random, std::size(windows))];
        const auto slot =
            window.first_slot + static_cast<unsigned>(below(random, window.end_slot - window.first_slot));
        std::uint32_t control = word(random) & 0xff;
        control |= chance(random, 50) ? word(random) & 0xff : 0;
        control |= chance(random, 80) ? 0x40000000 : 0;
        control |= chance(random, lock_chance) ? 0x80000000 : 0;
        bench.rdc(rdc_mrsa(slot), place(random, window));
        bench.rdc(rdc_mrea(slot), place(random, window));
        bench.rdc(rdc_mrc(slot), control);
    }
    for (unsigned count = static_cast<unsigned>(below(random, 4)); count > 0; --count) {
        bench.rdc(0x800 + 4 * static_cast<std::uint32_t>(below(random, 256)), word(random));
    }
}

void program_peripherals(Random& random, Bench& bench) {
    for (std::uint32_t index = 0; index < 128; ++index) {
        if (chance(random, 40)) {
            constexpr std::uint32_t levels[] = {0xff, 0xbb, 0x3f, 0x3b, 0x33, 0x22, 0x03, 0x00};
            std::uint32_t value = chance(random, 70) ? levels[below(random, 8)] * 0x10001 : word(random);
            value |= chance(random, 5) ? 0x01000100 : 0;
            bench.csu(csu_csl(index), value);
        }
        if (chance(random, 30)) {
            const std::uint32_t flags =
                (chance(random, 30) ? 0x40000000 : 0) | (chance(random, 10) ? 0x80000000 : 0);
            bench.rdc(rdc_pdap(index), flags | (word(random) & word(random) & 0xff) | (word(random) & 0xf0));
        }
        for (unsigned count = static_cast<unsigned>(below(random, 3)); count > 0; --count) {
            const auto master = static_cast<Master>(below(random, 27));
            const auto domain = static_cast<Domain>(below(random, 4));
            const unsigned value = chance(random, 70) ? FirewallOracle::semaphore_number(master) + 1
                                                      : static_cast<unsigned>(below(random, 16));
            bench.gate(index, chance(random, 20) ? 0 : value, master, domain);
        }
    }
}

void program_masters(Random& random, Bench& bench) {
    for (unsigned count = static_cast<unsigned>(below(random, 40)); count > 0; --count) {
        const auto master = static_cast<unsigned>(below(random, 27));
        bench.rdc(rdc_mda(master), (chance(random, 10) ? 0x80000000 : 0) | (word(random) & 3));
    }
    for (std::uint32_t offset : {csu_hp0, csu_hp1, csu_sa0, csu_sa1, csu_hpcontrol0, csu_hpcontrol1}) {
        for (unsigned count = static_cast<unsigned>(below(random, 3)); count > 0; --count) {
            bench.csu(offset, word(random) & (chance(random, 20) ? word(random) : 0x55555555));
        }
    }
}

void program_all(Random& random, Bench& bench) {
    program(random, bench.board, bench.oracle.tzc);
    program_slots(random, bench);
    program_peripherals(random, bench);
    program_masters(random, bench);
    bench.gpr(gpr11, chance(random, 80) ? word(random) : 0);
    if (chance(random, 30)) {
        bench.gpr(gpr11, word(random));
    }
    bench.gpr(gpr10, (word(random) & 0x000f000e) | (chance(random, 90) ? 1 : 0));
    if (chance(random, 30)) {
        bench.gpr(gpr10, word(random));
    }
}

std::uint64_t any_address(Random& random, const std::vector<std::uint64_t>& borders) {
    if (chance(random, 55)) {
        return borders[below(random, borders.size())] + below(random, 33) - 16;
    }
    switch (below(random, 8)) {
        case 0:
        case 1:
            return dram + below(random, 0x100000000);
        case 2:
            return ocram + below(random, 0x20000);
        case 3:
            return ocram_s + below(random, 0x8000);
        case 4:
            return 0x30000000 + below(random, 0xc00000);
        case 5:
            return 0x32c00000 + below(random, 0x400000);
        case 6: {
            const Window& window = windows[below(random, std::size(windows))];
            return (window.first_slot == 0 ? dram : 0) + window.base + below(random, window.length);
        }
        default:
            return chance(random, 10) ? random() : below(random, 0x180000000);
    }
}

std::uint32_t any_size(Random& random) {
    if (chance(random, 97)) {
        return 1u << below(random, 4);
    }
    return static_cast<std::uint32_t>(chance(random, 90) ? below(random, 40) : below(random, 3000));
}

Transaction any_transaction(Random& random, const std::vector<std::uint64_t>& borders) {
    return FirewallBoard::from(
        static_cast<Domain>(below(random, 4)), chance(random, 50) ? World::secure : World::non_secure,
        any_address(random, borders), chance(random, 50) ? Direction::read : Direction::write,
        any_size(random), chance(random, 50));
}

using Tally = std::map<Denier, unsigned>;

/** First denied byte of a transaction, as the oracle has it. */
struct Expected {
    FirewallOracle::Verdict verdict;
    std::uint64_t address = 0;
};

Expected expect(const FirewallOracle& oracle, const Transaction& transaction) {
    Expected expected;
    for (std::uint64_t byte = 0; byte < transaction.size && expected.verdict.denier == Denier::none; ++byte) {
        expected.address = transaction.address + byte;
        if (expected.address < transaction.address) {
            break;
        }
        expected.verdict = oracle.judge(expected.address, transaction.direction, transaction.world,
                                        transaction.domain, transaction.privileged);
    }
    return expected;
}

void check_access(Random& random, Bench& bench, const std::vector<std::uint64_t>& borders, Tally& tally) {
    const Transaction transaction = any_transaction(random, borders);
    const Expected expected = expect(bench.oracle, transaction);
    const bool leave_trace = chance(random, 10);
    const Verdict verdict =
        leave_trace ? bench.board.firewall.access(transaction) : bench.board.firewall.decide(transaction);
    const bool granted = expected.verdict.denier == Denier::none;
    const bool same =
        verdict.granted == granted && verdict.denier == expected.verdict.denier &&
        verdict.response == bench.oracle.response(expected.verdict.denier) &&
        (granted || (verdict.index == expected.verdict.index && verdict.address == expected.address));
    if (!same) {
        FAIL("address 0x" << std::hex << transaction.address << " size " << transaction.size << " "
                          << name(transaction.world) << " domain " << unsigned{transaction.domain} << " "
                          << (transaction.privileged ? "supervisor " : "user ") << name(transaction.direction)
                          << ": oracle says " << name(expected.verdict.denier) << " " << std::dec
                          << expected.verdict.index << ", decide() says " << name(verdict.denier) << " "
                          << verdict.index);
    }
    ++tally[verdict.denier];
    if (leave_trace && verdict.denier == Denier::rdc_region) {
        std::uint32_t& latch = bench.oracle.mrvs[verdict.index];
        if ((latch & 0x10) == 0) {
            const std::uint64_t at = FirewallOracle::slot_coordinate(expected.address);
            latch = (static_cast<std::uint32_t>(at) & 0xffffffe0) | 0x10 | transaction.domain;
        }
        REQUIRE(read32(bench.board.rdc, rdc_mrvs(verdict.index)) == latch);
        if (chance(random, 30)) {
            bench.rdc(rdc_mrvs(verdict.index), 0x10);
        }
    }
}

/** Runs cover the range without gaps, never meet an equal neighbour, and agree with the oracle and decide().
 */
void check_runs(Random& random, const Bench& bench, const std::vector<std::uint64_t>& borders,
                const Transaction& as, std::uint64_t first, std::uint64_t length) {
    const std::vector<Run> runs =
        bench.board.firewall.runs(as.world, as.domain, as.direction, first, length, as.privileged);
    const auto granted = [&](std::uint64_t address) {
        return bench.oracle.judge(address, as.direction, as.world, as.domain, as.privileged).denier ==
               Denier::none;
    };
    bool good = runs.empty() == (length == 0);
    std::uint64_t next = first;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        const std::uint64_t last = run.first + (run.length - 1);
        good = good && run.length > 0 && run.first == next && (i == 0 || run.granted != runs[i - 1].granted);
        for (std::uint64_t probe : {run.first, last, run.first + below(random, run.length)}) {
            Transaction access = as;
            access.address = probe;
            access.size = 1;
            good = good && granted(probe) == run.granted &&
                   bench.board.firewall.decide(access).granted == run.granted;
        }
        next = last + 1;
    }
    good = good && (runs.empty() || next == first + length);
    Transaction access = as;
    access.address = first;
    good = good && bench.board.firewall.run_length(access, length) == (runs.empty() ? 0 : runs[0].length);
    std::size_t at = 0;
    for (std::uint64_t border : borders) {
        for (std::uint64_t probe : {border - 1, border}) {
            if (probe < first || probe - first >= length) {
                continue;
            }
            while (probe - runs[at].first >= runs[at].length) {
                ++at;
            }
            good = good && runs[at].granted == granted(probe);
        }
    }
    if (!good) {
        FAIL(name(as.world) << " " << name(as.direction) << " domain " << unsigned{as.domain}
                            << " runs from 0x" << std::hex << first << ", length 0x" << length);
    }
}

/** The two-direction form has what both privileges share, in the fewest runs. */
void check_access_runs(const Bench& bench, World world, Domain domain, std::uint64_t first,
                       std::uint64_t length) {
    const auto both = bench.board.firewall.access_runs(world, domain, first, length);
    const auto one = [&](Direction direction, bool privileged) {
        return bench.board.firewall.runs(world, domain, direction, first, length, privileged);
    };
    const std::vector<Run> forms[4] = {one(Direction::read, true), one(Direction::read, false),
                                       one(Direction::write, true), one(Direction::write, false)};
    std::size_t at[4] = {};
    std::uint64_t next = first;
    std::size_t used = 0;
    // Step from edge to edge of any of the four.
    for (std::uint64_t left = length; left > 0;) {
        std::uint64_t step = left;
        bool right[4];
        for (unsigned form = 0; form < 4; ++form) {
            while (next - forms[form][at[form]].first >= forms[form][at[form]].length) {
                ++at[form];
            }
            const Run& run = forms[form][at[form]];
            right[form] = run.granted;
            step = std::min(step, run.length - (next - run.first));
        }
        while (next - both[used].first >= both[used].length) {
            ++used;
        }
        REQUIRE(both[used].read == (right[0] && right[1]));
        REQUIRE(both[used].write == (right[2] && right[3]));
        next += step;
        left -= step;
    }
    for (std::size_t i = 1; i < both.size(); ++i) {
        REQUIRE((both[i].read != both[i - 1].read || both[i].write != both[i - 1].write));
    }
    REQUIRE(used + 1 == both.size());
}

void check_masters(const Bench& bench) {
    bool good = true;
    for (unsigned number = 0; number < 27; ++number) {
        for (World own : {World::secure, World::non_secure}) {
            for (bool privileged : {false, true}) {
                const Transaction identity =
                    bench.board.firewall.identity(static_cast<Master>(number), own, privileged);
                good = good && identity.domain == bench.oracle.domain_of(number) &&
                       identity.world == bench.oracle.world_of(number, own) &&
                       identity.privileged == bench.oracle.privileged(number, privileged);
            }
        }
    }
    REQUIRE(good);
}

void check_all_runs(Random& random, const Bench& bench, const std::vector<std::uint64_t>& borders) {
    struct {
        std::uint64_t first, length;
    } const ranges[] = {{dram, 0x100000000}, {ocram, 0x20000},
                        {ocram_s, 0x8000},   {0x30000000, 0x10000000},
                        {0, 0x180000000},    {any_address(random, borders), below(random, 0x20000)}};
    for (const auto& range : ranges) {
        const Transaction as = any_transaction(random, borders);
        const std::uint64_t length = std::min(range.length, ~range.first);
        check_runs(random, bench, borders, as, range.first, length);
        check_access_runs(bench, as.world, as.domain, range.first, length);
    }
}

}  // namespace

TEST_CASE("random programs of all blocks agree with the naive oracle", "[firewall]") {
    Random random(0x8d0c2026);
    Tally tally;
    const unsigned programs = program_count();
    const auto start = std::chrono::steady_clock::now();
    for (unsigned number = 0; number < programs; ++number) {
        INFO("program " << number);
        Bench bench;
        program_all(random, bench);
        check_masters(bench);
        const std::vector<std::uint64_t> borders = bench.oracle.borders();
        for (unsigned count = 0; count < accesses; ++count) {
            check_access(random, bench, borders, tally);
        }
        check_all_runs(random, bench, borders);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    // Every kind of denial is met often, and so is the absence of one.
    std::string summary;
    for (Denier denier : {Denier::none, Denier::tzc, Denier::rdc_region, Denier::rdc_peripheral,
                          Denier::rdc_semaphore, Denier::csl, Denier::ocram}) {
        summary.append(" ").append(name(denier)).append(" ").append(std::to_string(tally[denier]));
        CHECK(tally[denier] > programs * accesses / 200);
    }
    WARN(programs << " programs of " << accesses << " accesses in " << took.count() << " s:" << summary);
}

TEST_CASE("runs of the worst program of TZASC and RDC are fast", "[firewall]") {
    FirewallBoard board;
    board.enable();
    const bool side_by_side = GENERATE(true, false);
    for (unsigned number = 1; number < 16; ++number) {
        if (side_by_side) {
            board.region(number, number << 28, 0x1b, 0xf, 0x55);
        } else {
            board.region(number, 0, 0x1e - number, number % 2 == 0 ? 0x3 : 0xc, 0x55);
        }
    }
    for (std::uint32_t slot = 0; slot < 8; ++slot) {
        board.slot(slot, (slot << 29) + 0x3000, (slot << 29) + 0x1fffd000, slot % 2 == 0 ? 0x3f : 0xfd);
    }
    double best = 1e9;
    std::size_t found = 0;
    for (unsigned round = 0; round < 200; ++round) {
        const auto start = std::chrono::steady_clock::now();
        found = board.firewall.access_runs(World::non_secure, 0, dram, 0x100000000).size();
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    CHECK(found > (side_by_side ? 100 : 30));
    CHECK(found <= Firewall::max_dram_runs);
    double write = 1e9;
    for (std::uint32_t round = 0; round < 200; ++round) {
        const auto start = std::chrono::steady_clock::now();
        write32(board.rdc, rdc_mrc(3), round % 2 == 0 ? 0x400000ff : 0x40000000);
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
        write = std::min(write, took.count());
    }
    WARN("best of 200: " << best << " us for " << found << " runs, " << write << " us for a register write");
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    CHECK(best < 2000);
#else
    CHECK(best < 100);
#endif
}
