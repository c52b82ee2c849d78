// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A second, naive implementation of the whole access policy, one byte at a time.
 *
 * It is written from the fact sheet alone: raw register values, lock rules at each write, addresses of
 * peripherals by the arithmetic of their 64 KiB slots instead of a table. It shares no code with the
 * firewall.
 */
#pragma once

#include <vector>

#include "firewall_board.hpp"
#include "tzasc_oracle.hpp"

namespace svp::test {

struct FirewallOracle {
    struct Verdict {
        Denier denier = Denier::none;
        unsigned index = 0;
    };

    FirewallOracle() {
        std::fill(std::begin(csl), std::end(csl), 0x00330033);
        std::fill(std::begin(pdap), std::end(pdap), 0xff);
        std::fill(std::begin(mrc), std::end(mrc), 0xff);
    }

    // Registers.

    void write_rdc(std::uint32_t offset, std::uint32_t value) {
        if (offset >= 0x200 && offset < 0x200 + 4 * 27) {
            std::uint32_t& reg = mda[(offset - 0x200) / 4];
            reg = reg >> 31 != 0 ? reg : value & 0x80000003;
        } else if (offset >= 0x400 && offset < 0x600) {
            std::uint32_t& reg = pdap[(offset - 0x400) / 4];
            reg = reg >> 31 != 0 ? reg : value & 0xc00000ff;
        } else if (offset >= 0x800 && offset < 0xc00) {
            write_slot((offset - 0x800) / 16, offset % 16, value);
        }
    }

    void write_slot(unsigned slot, unsigned which, std::uint32_t value) {
        const bool locked = mrc[slot] >> 31 != 0;
        if (which == 0 && !locked) {
            mrsa[slot] = value & 0xffffff80;
        } else if (which == 4 && !locked) {
            mrea[slot] = value & 0xffffff80;
        } else if (which == 8) {
            mrc[slot] = locked ? mrc[slot] | (value & 0x40000000) : value & 0xc00000ff;
        } else if (which == 12 && (value & 0x10) != 0) {
            mrvs[slot] &= ~0x10u;
        }
    }

    void write_csu(std::uint32_t offset, std::uint32_t value) {
        if (offset < 0x100) {
            for (unsigned half : {0u, 16u}) {
                if ((csl[offset / 4] >> half & 0x100) == 0) {
                    csl[offset / 4] = (csl[offset / 4] & ~(0x1ffu << half)) | (value & 0x1ffu << half);
                }
            }
            return;
        }
        const bool low = offset == csu_hp0 || offset == csu_sa0 || offset == csu_hpcontrol0;
        std::uint32_t* const word = offset < csu_sa0 ? hp : offset < csu_hpcontrol0 ? sa : hpcontrol;
        std::uint32_t& reg = word[low ? 0 : 1];
        for (unsigned field = 0; field < (low ? 16u : 2u); ++field) {
            if ((reg >> (2 * field + 1) & 1) == 0) {
                reg = (reg & ~(3u << 2 * field)) | (value & 3u << 2 * field);
            }
        }
    }

    void write_gpr(std::uint32_t offset, std::uint32_t value) {
        std::uint32_t& reg = offset == gpr10 ? this->gpr10_value : gpr11_value;
        const std::uint32_t lockable = offset == gpr10 ? 0xf : 0x3c3f;
        std::uint32_t result = value;
        for (unsigned bit = 0; bit < 16; ++bit) {
            const std::uint32_t pair = 0x10001u << bit;
            if ((lockable >> bit & 1) != 0 && (reg >> (16 + bit) & 1) != 0) {
                result = (result & ~pair) | (reg & pair);
            }
        }
        reg = result;
    }

    static unsigned semaphore_number(Master master) {
        const auto number = static_cast<unsigned>(master);
        return number == 0                                                    ? 1
               : number == 1                                                  ? 6
               : number == 11 || number == 12 || number == 24 || number == 26 ? 3
                                                                              : 0;
    }

    void write_gate(unsigned index, unsigned value, Master master, Domain domain) {
        const unsigned number = semaphore_number(master) + 1;
        if (gate_holder[index] == 0 && value % 16 == number) {
            gate_holder[index] = number;
            gate_domain[index] = domain;
        } else if (gate_holder[index] == number && gate_domain[index] == domain && value % 16 == 0) {
            gate_holder[index] = 0;
        }
    }

    // Addresses.

    /** CSL and PDAP index of a peripheral, -1 if there is none. */
    static int peripheral(std::uint64_t address) {
        const auto among = [](int index, std::initializer_list<int> list) {
            for (int each : list) {
                if (each == index) {
                    return index;
                }
            }
            return -1;
        };
        const auto within = [address](std::uint64_t first, std::uint64_t length) {
            return address >= first && address < first + length;
        };
        const auto slot = [address](std::uint64_t base) {
            return static_cast<int>((address - base) / 0x10000);
        };
        if (within(0x30000000, 0x100000)) {
            const int index = 77 + slot(0x30000000);
            return slot(0x30000000) == 15 ? 90 : among(index, {78, 80, 81, 82});
        }
        if (within(0x30200000, 0x200000)) {
            const int index = slot(0x30200000);
            return index == 5 || index == 11 || index == 16 || index > 30 ? -1 : index;
        }
        if (within(0x30660000, 0x1a0000)) {
            const int index = 32 + slot(0x30600000);
            return index <= 48 || index >= 59 ? index : -1;
        }
        if (within(0x30800000, 0x100000)) {
            return among(96 + slot(0x30800000), {97, 98, 99, 100, 102, 104, 105, 106, 107, 108, 111});
        }
        if (within(0x30900000, 0x40000)) {
            return 114;
        }
        if (within(0x30a00000, 0x200000)) {
            const int index = 64 + slot(0x30a00000);
            return index <= 76 ? index : among(index, {84, 85, 86, 87, 88, 91, 93, 94});
        }
        if (within(0x32e00000, 0x40000)) {
            return 32 + slot(0x32e00000);
        }
        struct {
            std::uint64_t first, length;
            int index;
        } const others[] = {
            {0x32c00000, 0x100000, 45},    {0x32f80000, 0x10000, 56},    {0x33000000, 0x8000, 123},
            {0x3c000000, 0x2000000, 115},  {0x38800000, 0x100000, 116},  {0x38100000, 0x200000, 117},
            {0x38300000, 0x40000, 120},    {0x28000000, 0x1000000, 121}, {0x007e0000, 0x40000, 124},
            {0x08000000, 0x10000000, 125}, {0x38000000, 0x40000, 126},   {0x33800000, 0x800000, 127},
            {0x18000000, 0x10000000, 127}, {0x00100000, 0x8000, 114},
        };
        for (const auto& other : others) {
            if (within(other.first, other.length)) {
                return other.index;
            }
        }
        return -1;
    }

    /** Memory slots that may cover an address: first and one past the last. */
    static std::pair<unsigned, unsigned> slots_at(std::uint64_t address) {
        struct {
            std::uint64_t first, end;
            unsigned first_slot, end_slot;
        } const windows[] = {{0x40000000, 0x140000000, 0, 8},  {0x20000000, 0x28000000, 8, 12},
                             {0x33c00000, 0x34000000, 8, 12},  {0x08000000, 0x18000000, 12, 20},
                             {0x18000000, 0x20000000, 20, 24}, {0x33800000, 0x33c00000, 20, 24},
                             {0x00900000, 0x00920000, 24, 29}, {0x00180000, 0x00188000, 29, 34},
                             {0x007e0000, 0x00820000, 34, 39}, {0x38800000, 0x38900000, 39, 43},
                             {0x38100000, 0x38300000, 43, 47}, {0x38000000, 0x38040000, 47, 51},
                             {0x38300000, 0x38340000, 51, 55}, {0x28000000, 0x29000000, 55, 59},
                             {0x3c000000, 0x3e000000, 59, 64}};
        for (const auto& window : windows) {
            if (address >= window.first && address < window.end) {
                return {window.first_slot, window.end_slot};
            }
        }
        return {0, 0};
    }

    static bool is_dram(std::uint64_t address) { return address >= 0x40000000 && address < 0x140000000; }
    static std::uint64_t slot_coordinate(std::uint64_t address) {
        return is_dram(address) ? address - 0x40000000 : address;
    }

    // Rights.

    static bool slot_is_fine_grained(unsigned slot) { return slot >= 24 && slot < 39; }

    std::pair<std::uint64_t, std::uint64_t> extent(unsigned slot) const {
        const std::uint64_t grain = slot_is_fine_grained(slot) ? 128 : 4096;
        return {mrsa[slot] / grain * grain, (mrea[slot] + grain - 1) / grain * grain};
    }

    /** First slot that denies, -1 if none does. */
    int denying_slot(std::uint64_t address, Direction direction, Domain domain) const {
        const auto [first, end] = slots_at(address);
        const std::uint64_t at = slot_coordinate(address);
        for (unsigned slot = first; slot < end; ++slot) {
            const auto [low, high] = extent(slot);
            const unsigned right = direction == Direction::write ? 1u << domain * 2 : 2u << domain * 2;
            if ((mrc[slot] & 0x40000000) != 0 && at >= low && at < high && (mrc[slot] & right) == 0) {
                return static_cast<int>(slot);
            }
        }
        return -1;
    }

    bool csl_allows(unsigned index, World world, bool privileged, Direction direction) const {
        // SUR SSR NUR NSR SUW SSW NUW NSW from bit 0 up.
        std::uint32_t right = 1;
        right <<= privileged ? 1 : 0;
        right <<= world == World::non_secure ? 2 : 0;
        right <<= direction == Direction::write ? 4 : 0;
        return (csl[index / 2] >> (index % 2 == 0 ? 0 : 16) & right) != 0;
    }

    bool ocram_guarded(std::uint64_t address) const {
        if (address >= 0x900000 && address < 0x920000) {
            return (gpr11_value & 1) != 0 && address >= 0x900000 + (gpr11_value / 2 % 32) * 4096;
        }
        return (gpr11_value & 0x400) != 0 && address >= 0x180000 + (gpr11_value / 2048 % 8) * 4096;
    }

    Verdict judge(std::uint64_t address, Direction direction, World world, Domain domain,
                  bool privileged) const {
        const int index = peripheral(address);
        if (index >= 0) {
            const auto number = static_cast<unsigned>(index);
            if (!csl_allows(number, world, privileged, direction)) {
                return {Denier::csl, number};
            }
            if ((pdap[number] & (direction == Direction::write ? 1u : 2u) << domain * 2) == 0) {
                return {Denier::rdc_peripheral, number};
            }
            if ((pdap[number] & 0x40000000) != 0 &&
                (gate_holder[number] == 0 || gate_domain[number] != domain)) {
                return {Denier::rdc_semaphore, number};
            }
        }
        const int slot = denying_slot(address, direction, domain);
        if (slot >= 0) {
            return {Denier::rdc_region, static_cast<unsigned>(slot)};
        }
        if (is_dram(address)) {
            const int region = tzc.denied_by(address, direction, world);
            return region < 0 ? Verdict{} : Verdict{Denier::tzc, static_cast<unsigned>(region)};
        }
        const bool on_chip =
            (address >= 0x900000 && address < 0x920000) || (address >= 0x180000 && address < 0x188000);
        if (on_chip && ocram_guarded(address)) {
            const unsigned number = address < 0x900000 ? 119 : 118;
            return csl_allows(number, world, privileged, direction) ? Verdict{}
                                                                    : Verdict{Denier::ocram, number};
        }
        return {};
    }

    Response response(Denier denier) const {
        if (denier == Denier::tzc) {
            return (tzc.action & 1) != 0 ? Response::decerr : Response::okay;
        }
        return denier != Denier::none && (gpr10_value & 4) != 0 ? Response::slverr : Response::okay;
    }

    // Masters.

    Domain domain_of(unsigned master) const { return static_cast<Domain>(mda[master] & 3); }

    /** SA, HP and HPCONTROL field of a master, -1 if it has none. */
    static int field_of(unsigned master) {
        constexpr int fields[27] = {0, 1,  5,  5,  6, 3, 3, 3,  13, 14, 16, 2,  2, 8,
                                    8, 10, 11, 12, 7, 4, 4, -1, 9,  9,  15, 17, 2};
        return fields[master];
    }

    World world_of(unsigned master, World own) const {
        const int field = field_of(master);
        if (field <= 0 || field == 16) {
            return own;
        }
        return (sa[field / 16] >> field % 16 * 2 & 1) != 0 ? World::non_secure : World::secure;
    }

    bool privileged(unsigned master, bool own) const {
        const int field = field_of(master);
        if (field < 0) {
            return own;
        }
        const int word = field / 16;
        const bool forced = (hpcontrol[word] >> field % 16 * 2 & 1) != 0;
        return forced ? (hp[word] >> field % 16 * 2 & 1) != 0 : own;
    }

    /** CPU addresses at which a verdict could change. */
    std::vector<std::uint64_t> borders() const {
        std::set<std::uint64_t> all = tzc.borders();
        for (unsigned slot = 0; slot < 64; ++slot) {
            const std::uint64_t base = slot < 8 ? 0x40000000 : 0;
            if ((mrc[slot] & 0x40000000) != 0) {
                all.insert(base + extent(slot).first);
                all.insert(base + extent(slot).second);
            }
        }
        for (std::uint64_t page = 0; page <= 32; ++page) {
            all.insert(0x900000 + page * 0x1000);
        }
        for (std::uint64_t page = 0; page <= 8; ++page) {
            all.insert(0x180000 + page * 0x1000);
        }
        for (std::uint64_t base : {0x30200000, 0x30600000, 0x30800000, 0x30a00000, 0x32e00000}) {
            for (std::uint64_t slot = 0; slot < 32; ++slot) {
                all.insert(base + slot * 0x10000);
            }
        }
        for (std::uint64_t edge :
             {0x7e0000,   0x820000,   0x8000000,  0x18000000, 0x20000000, 0x28000000, 0x29000000,
              0x30010000, 0x30020000, 0x30030000, 0x30060000, 0x300f0000, 0x30100000, 0x30900000,
              0x30940000, 0x32c00000, 0x32d00000, 0x32f80000, 0x32f90000, 0x33000000, 0x33008000,
              0x33800000, 0x33c00000, 0x34000000, 0x38000000, 0x38040000, 0x38100000, 0x38300000,
              0x38340000, 0x38800000, 0x38900000, 0x3c000000, 0x3e000000}) {
            all.insert(edge);
        }
        return {all.begin(), all.end()};
    }

    TzascOracle tzc;
    std::uint32_t gpr10_value = 0;
    std::uint32_t gpr11_value = 0;
    std::uint32_t mda[27] = {};
    std::uint32_t pdap[128];
    std::uint32_t mrsa[64] = {};
    std::uint32_t mrea[64] = {};
    std::uint32_t mrc[64];
    std::uint32_t mrvs[64] = {};
    std::uint32_t csl[64];
    std::uint32_t hp[2] = {};
    std::uint32_t sa[2] = {0x55555555, 5};
    std::uint32_t hpcontrol[2] = {};
    unsigned gate_holder[128] = {};
    unsigned gate_domain[128] = {};
};

}  // namespace svp::test
