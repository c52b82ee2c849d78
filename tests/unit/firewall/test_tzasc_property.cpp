// SPDX-License-Identifier: GPL-2.0-or-later
/** The path to DRAM with the TZASC alone, against a second, naive implementation. */
#include <algorithm>
#include <chrono>

#include "../catch.hpp"
#include "tzasc_oracle.hpp"

using namespace svp;
using namespace svp::test;

namespace {

std::uint64_t any_address(Random& random, const std::vector<std::uint64_t>& borders) {
    if (chance(random, 60)) {
        return borders[below(random, borders.size())] + below(random, 33) - 16;
    }
    if (chance(random, 95)) {
        return dram + below(random, 0x100000000);
    }
    return chance(random, 50) ? random() : below(random, 0x180000000);
}

std::uint32_t any_size(Random& random) {
    if (chance(random, 97)) {
        return 1u << below(random, 5);
    }
    return static_cast<std::uint32_t>(chance(random, 90) ? below(random, 40) : below(random, 5000));
}

World any_world(Random& random) {
    return chance(random, 50) ? World::secure : World::non_secure;
}

Direction any_direction(Random& random) {
    return chance(random, 50) ? Direction::read : Direction::write;
}

void check_access(Random& random, TzascBoard& board, const TzascOracle& oracle,
                  const std::vector<std::uint64_t>& borders) {
    const Transaction transaction = TzascBoard::at(any_address(random, borders), any_direction(random),
                                                   any_world(random), any_size(random));
    int denied_by = -1;
    std::uint64_t denied_at = 0;
    for (std::uint64_t byte = 0; byte < transaction.size && denied_by < 0; ++byte) {
        const std::uint64_t address = transaction.address + byte;
        if (address < transaction.address) {
            break;
        }
        denied_by = oracle.denied_by(address, transaction.direction, transaction.world);
        denied_at = address;
    }
    const Verdict verdict = board.firewall.decide(transaction);
    const bool same =
        denied_by < 0
            ? verdict.granted && verdict.denier == Denier::none
            : !verdict.granted && verdict.denier == Denier::tzc &&
                  verdict.index == static_cast<unsigned>(denied_by) && verdict.address == denied_at &&
                  verdict.response == ((oracle.action & 1) != 0 ? Response::decerr : Response::okay);
    if (!same) {
        FAIL("address 0x" << std::hex << transaction.address << " size " << transaction.size << " "
                          << name(transaction.world) << " " << name(transaction.direction)
                          << ": oracle's denier is " << std::dec << denied_by << ", decide() says "
                          << verdict.granted << " by region " << verdict.index);
    }
}

/** Runs cover the range without gaps, never meet an equal neighbour, and agree with the oracle and decide().
 */
void check_runs(Random& random, const TzascBoard& board, const TzascOracle& oracle,
                const std::vector<std::uint64_t>& borders, World world, std::uint64_t first,
                std::uint64_t length) {
    for (Direction direction : {Direction::read, Direction::write}) {
        const std::vector<Run> runs = board.firewall.runs(world, 0, direction, first, length);
        const auto granted = [&](std::uint64_t address) {
            return oracle.denied_by(address, direction, world) < 0;
        };
        REQUIRE(runs.empty() == (length == 0));
        std::uint64_t expected = first;
        bool good = true;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const Run& run = runs[i];
            const std::uint64_t last = run.first + (run.length - 1);
            good = good && run.length > 0 && run.first == expected &&
                   (i == 0 || run.granted != runs[i - 1].granted);
            for (std::uint64_t probe : {run.first, last, run.first + below(random, run.length)}) {
                good = good && granted(probe) == run.granted;
                good = good && board.granted(probe, direction, world, 1) == run.granted;
            }
            good = good && (i == 0 || granted(run.first - 1) != run.granted);
            good = good && (i + 1 == runs.size() || granted(last + 1) != run.granted);
            expected = last + 1;
        }
        good = good && (runs.empty() || expected == first + length);
        // Not an edge too few: at every possible border, either side is in a run that says the same.
        for (std::uint64_t border : borders) {
            for (std::uint64_t probe : {border - 1, border, border + 1}) {
                if (probe >= first && probe - first < length) {
                    const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& each) {
                        return probe - each.first < each.length;
                    });
                    good = good && run != runs.end() && run->granted == granted(probe);
                }
            }
        }
        if (!good) {
            FAIL(name(world) << " " << name(direction) << " runs from 0x" << std::hex << first
                             << ", length 0x" << length);
        }
    }
}

/** The two-direction form is what the one-direction form says, cut only where either changes. */
void check_access_runs(const TzascBoard& board, World world, std::uint64_t first, std::uint64_t length) {
    const auto both = board.firewall.access_runs(world, 0, first, length);
    for (Direction direction : {Direction::read, Direction::write}) {
        std::vector<Run> joined;
        for (const AccessRun& run : both) {
            const bool granted = direction == Direction::read ? run.read : run.write;
            if (!joined.empty() && joined.back().granted == granted) {
                joined.back().length += run.length;
            } else {
                joined.push_back({run.first, run.length, granted});
            }
        }
        REQUIRE(joined == board.firewall.runs(world, 0, direction, first, length));
    }
    for (std::size_t i = 1; i < both.size(); ++i) {
        REQUIRE((both[i].read != both[i - 1].read || both[i].write != both[i - 1].write));
    }
}

}  // namespace

TEST_CASE("1000 random programs x 1000 accesses agree with the naive oracle", "[firewall]") {
    Random random(20240607);
    unsigned denied = 0;
    for (unsigned number = 0; number < 1000; ++number) {
        INFO("program " << number);
        TzascBoard board;
        TzascOracle oracle;
        program(random, board, oracle);
        const std::set<std::uint64_t> set = oracle.borders();
        const std::vector<std::uint64_t> borders(set.begin(), set.end());
        for (unsigned count = 0; count < 1000; ++count) {
            check_access(random, board, oracle, borders);
        }
        for (World world : {World::secure, World::non_secure}) {
            check_runs(random, board, oracle, borders, world, dram, 0x100000000);
            check_runs(random, board, oracle, borders, world, 0, 0xffffffffffffffff);
            const std::uint64_t first = any_address(random, borders);
            const std::uint64_t length =
                std::min(chance(random, 50) ? below(random, 0x20000) : below(random, 0x100000000), ~first);
            check_runs(random, board, oracle, borders, world, first, length);
            check_access_runs(board, world, 0, 0xffffffffffffffff);
            check_access_runs(board, world, first, length);
        }
        denied += board.granted(dram, Direction::read, World::non_secure) ? 0 : 1;
    }
    // The programs are neither all open nor all closed.
    CHECK(denied > 100);
    CHECK(denied < 900);
}

TEST_CASE("runs of the worst program are fast", "[firewall]") {
    TzascBoard board;
    board.enable();
    const bool side_by_side = GENERATE(true, false);
    for (unsigned number = 1; number < 16; ++number) {
        // Either 15 regions of 8 alternating sub-regions each, or as deeply nested as it gets.
        if (side_by_side) {
            board.region(number, number << 28, 0x1b, 0xf, 0x55);
        } else {
            board.region(number, 0, 0x1e - number, number % 2 == 0 ? 0x3 : 0xc, 0x55);
        }
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
    WARN("best of 200: " << best << " us, " << found << " runs");
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    CHECK(best < 2000);
#else
    CHECK(best < 100);
#endif
}
