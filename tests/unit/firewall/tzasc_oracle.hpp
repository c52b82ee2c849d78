// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A second, naive implementation of the TZC-380 that judges one byte at a time, and random programs for it.
 *
 * It is written from the manual's text alone: it keeps raw register values, does region arithmetic in 128
 * bits with divisions, and takes rights from the sp table instead of a formula.
 */
#pragma once

#include <random>
#include <set>

#include "tzasc_board.hpp"

namespace svp::test {

__extension__ using Wide = unsigned __int128;
using Random = std::mt19937_64;

inline constexpr std::uint64_t window_end = 0x140000000;

struct TzascOracle {
    struct Registers {
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        std::uint32_t attributes = 0x1c;
    };

    TzascOracle() { region[0].attributes = 0xc0000000; }

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

inline std::uint64_t below(Random& random, std::uint64_t limit) {
    return random() % limit;
}

inline bool chance(Random& random, unsigned percent) {
    return below(random, 100) < percent;
}

inline std::uint32_t any_base(Random& random) {
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

inline std::uint32_t any_attributes(Random& random) {
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
inline void program(Random& random, TzascBoard& board, TzascOracle& oracle) {
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

}  // namespace svp::test
