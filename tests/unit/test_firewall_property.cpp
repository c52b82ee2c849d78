// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The firewall against a second, naive implementation that judges one byte at a time.
 *
 * The oracle below is written from the manual's text alone: it keeps raw register values, does region
 * arithmetic in 128 bits with divisions, and takes rights from the sp table instead of a formula.
 */
#include <algorithm>
#include <chrono>
#include <random>
#include <set>

#include "catch.hpp"
#include "test_firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

__extension__ using Wide = unsigned __int128;
using Random = std::mt19937_64;

constexpr std::uint64_t window_end = 0x140000000;

struct Oracle {
    struct Registers {
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        std::uint32_t attributes = 0x1c;
    };

    Oracle() { region[0].attributes = 0xc0000000; }

    void write(std::uint32_t offset, std::uint32_t value) {
        switch (offset) {
            case 0x004:
                action = value & 3;
                return;
            case 0x008:
                if ((select & 1) == 0) {
                    range = value & 0x8000000f;
                }
                return;
            case 0x00c:
                select = value & 7;
                return;
            case 0x034:
                if ((select & 2) == 0) {
                    inversion = (value & 1) != 0;
                }
                return;
            default:
                break;
        }
        const unsigned number = (offset - 0x100) / 0x10;
        const int locked_from = range >> 31 != 0 ? 15 - static_cast<int>(range & 0xf) : 16;
        if (static_cast<int>(number) >= locked_from) {
            return;
        }
        if (number == 0) {
            if (offset == 0x108) {
                region[0].attributes = value & 0xf0000000;
            }
        } else if (offset % 0x10 == 0) {
            region[number].low = value & 0xffff8000;
        } else if (offset % 0x10 == 4) {
            region[number].high = value;
        } else {
            region[number].attributes = value & 0xf000ff7f;
        }
    }

    struct Extent {
        Wide base = 0;
        Wide size = 0;
    };

    /** Where an enabled region lies; size 0 if it has no effect. Addresses have 32 bits. */
    Extent extent(unsigned number) const {
        const std::uint32_t attributes = region[number].attributes;
        const unsigned code = attributes >> 1 & 0x3f;
        if ((attributes & 1) == 0 || code < 0x0e) {
            return {};
        }
        const Wide size = Wide{2} << code;
        return {region[number].low / size * size, size};
    }

    /** Region that judges a byte at a TZASC address. */
    unsigned judge(std::uint64_t address) const {
        for (unsigned number = 15; number >= 1; --number) {
            const auto [base, size] = extent(number);
            if (size == 0 || address < base || address >= base + size) {
                continue;
            }
            const auto subregion = static_cast<unsigned>((address - base) / (size / 8));
            if ((region[number].attributes & 0x100u << subregion) == 0) {
                return number;
            }
        }
        return 0;
    }

    /** Number of the region that denies a byte at a CPU address, -1 if it is granted. */
    int denied_by(std::uint64_t address, Direction direction, World world) const {
        if (!enabled || address < dram || address >= window_end) {
            return -1;
        }
        const unsigned number = judge(address - dram);
        const SpRow& row = sp_table[region[number].attributes >> 28];
        const std::string rights = inversion ? row.inverted : row.normal;
        const std::size_t column = (world == World::non_secure ? 2 : 0) + (direction == Direction::write);
        return rights[column] == '-' ? static_cast<int>(number) : -1;
    }

    /** CPU addresses at which the verdict could change. */
    std::set<std::uint64_t> borders() const {
        std::set<std::uint64_t> all = {dram, window_end};
        for (unsigned number = 1; number < 16; ++number) {
            const auto [base, size] = extent(number);
            for (unsigned eighth = 0; size != 0 && eighth <= 8; ++eighth) {
                const Wide border = dram + base + size / 8 * eighth;
                if (border < window_end) {
                    all.insert(static_cast<std::uint64_t>(border));
                }
            }
        }
        return all;
    }

    bool enabled = false;
    bool inversion = false;
    std::uint32_t action = 1;
    std::uint32_t range = 0;
    std::uint32_t select = 0;
    Registers region[16];
};

std::uint64_t below(Random& random, std::uint64_t limit) {
    return random() % limit;
}

bool chance(Random& random, unsigned percent) {
    return below(random, 100) < percent;
}

std::uint32_t any_base(Random& random) {
    // Few distinct places, so that regions overlap and touch often.
    const auto place = static_cast<std::uint32_t>(below(random, 6) * 0x24000000);
    switch (below(random, 3)) {
        case 0:
            return place;
        case 1:
            return place + static_cast<std::uint32_t>(below(random, 64) << 15);
        default:
            return static_cast<std::uint32_t>(random());
    }
}

std::uint32_t any_attributes(Random& random) {
    auto code = static_cast<std::uint32_t>(0x0e + below(random, 0x12));
    if (chance(random, 6)) {
        code = static_cast<std::uint32_t>(below(random, 64));
    } else if (chance(random, 40)) {
        code = static_cast<std::uint32_t>(0x0e + below(random, 6));
    }
    const auto disabled = static_cast<std::uint32_t>(chance(random, 50) ? 0 : below(random, 256));
    const auto junk = static_cast<std::uint32_t>(chance(random, 10) ? random() & 0x0fff0080 : 0);
    return static_cast<std::uint32_t>(below(random, 16)) << 28 | junk | disabled << 8 | code << 1 |
           (chance(random, 85) ? 1u : 0u);
}

/** Writes the same to both: a random program of regions, inversion, action, enable and a few locks. */
void program(Random& random, FirewallBoard& board, Oracle& oracle) {
    const auto write = [&](std::uint32_t offset, std::uint32_t value) {
        write32(board.tzc, offset, value);
        oracle.write(offset, value);
    };
    for (unsigned count = 4 + static_cast<unsigned>(below(random, 40)); count > 0; --count) {
        const auto number = static_cast<unsigned>(below(random, 16));
        write(tzc_low(number), any_base(random));
        if (chance(random, 10)) {
            write(tzc_high(number), static_cast<std::uint32_t>(random()));
        }
        write(tzc_attributes(number), any_attributes(random));
        if (chance(random, 4)) {
            write(0x034, static_cast<std::uint32_t>(random()));
        }
        if (chance(random, 3)) {
            write(0x008, static_cast<std::uint32_t>(random()));
        }
        if (chance(random, 2)) {
            write(0x00c, static_cast<std::uint32_t>(random()));
        }
    }
    write(0x004, static_cast<std::uint32_t>(random()));
    oracle.enabled = chance(random, 95);
    write32(board.gpr, gpr10, oracle.enabled ? 1 : 0);
}

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

void check_access(Random& random, FirewallBoard& board, const Oracle& oracle,
                  const std::vector<std::uint64_t>& borders) {
    const Transaction transaction = FirewallBoard::at(any_address(random, borders), any_direction(random),
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
void check_runs(Random& random, const FirewallBoard& board, const Oracle& oracle,
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
void check_access_runs(const FirewallBoard& board, World world, std::uint64_t first, std::uint64_t length) {
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

TEST_CASE("1000 random programs x 1000 accesses agree with the naive oracle") {
    Random random(20240607);
    unsigned denied = 0;
    for (unsigned number = 0; number < 1000; ++number) {
        INFO("program " << number);
        FirewallBoard board;
        Oracle oracle;
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

TEST_CASE("runs of the worst program are fast") {
    FirewallBoard board;
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
