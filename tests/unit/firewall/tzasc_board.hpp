// SPDX-License-Identifier: GPL-2.0-or-later
/** TZASC, IOMUXC_GPR and firewall wired as on the board, and shorthand for programming them. */
#pragma once

#include "../fake_host.hpp"
#include "firewall/firewall.hpp"
#include "firewall/iomuxc_gpr.hpp"
#include "firewall/tzc380.hpp"

namespace svp::test {

inline constexpr std::uint64_t dram = 0x40000000;

// Offsets as in the fact sheet, on purpose not taken from the code under test.
inline constexpr std::uint32_t tzc_action = 0x004;
inline constexpr std::uint32_t tzc_lockdown_range = 0x008;
inline constexpr std::uint32_t tzc_lockdown_select = 0x00c;
inline constexpr std::uint32_t tzc_int_status = 0x010;
inline constexpr std::uint32_t tzc_int_clear = 0x014;
inline constexpr std::uint32_t tzc_fail_address_low = 0x020;
inline constexpr std::uint32_t tzc_fail_address_high = 0x024;
inline constexpr std::uint32_t tzc_fail_control = 0x028;
inline constexpr std::uint32_t tzc_fail_id = 0x02c;
inline constexpr std::uint32_t tzc_speculation = 0x030;
inline constexpr std::uint32_t tzc_inversion = 0x034;
inline constexpr std::uint32_t tzc_itcrg = 0xe00;
inline constexpr std::uint32_t tzc_itip = 0xe04;
inline constexpr std::uint32_t tzc_itop = 0xe08;
inline constexpr std::uint32_t gpr1 = 0x04;
inline constexpr std::uint32_t gpr10 = 0x28;
inline constexpr std::uint32_t gpr11 = 0x2c;

constexpr std::uint32_t tzc_low(unsigned region) {
    return 0x100 + 0x10 * region;
}
constexpr std::uint32_t tzc_high(unsigned region) {
    return 0x104 + 0x10 * region;
}
constexpr std::uint32_t tzc_attributes(unsigned region) {
    return 0x108 + 0x10 * region;
}

/** The sp table of the manual, one row a code: rights without and with security inversion, each as secure
 * read, secure write, non-secure read, non-secure write. */
struct SpRow {
    const char* normal;
    const char* inverted;
};
inline constexpr SpRow sp_table[16] = {
    {"----", "----"}, {"-w-w", "---w"}, {"r-r-", "--r-"}, {"rwrw", "--rw"},
    {"-w--", "-w--"}, {"-w-w", "-w-w"}, {"rwr-", "-wr-"}, {"rwrw", "-wrw"},
    {"r---", "r---"}, {"rw-w", "r--w"}, {"r-r-", "r-r-"}, {"rwrw", "r-rw"},
    {"rw--", "rw--"}, {"rw-w", "rw-w"}, {"rwr-", "rwr-"}, {"rwrw", "rwrw"},
};

struct TzascBoard {
    TzascBoard() {
        tzc.connect("gpr", gpr);
        firewall.connect("tzasc", tzc);
        firewall.connect("gpr", gpr);
        reset();
    }

    void reset() {
        gpr.reset();
        tzc.reset();
        firewall.reset();
    }

    /** Puts the TZASC into the DRAM path. */
    void enable() { write32(gpr, gpr10, 1); }

    /** Programs a region at a TZASC address and enables it. */
    void region(unsigned number, std::uint32_t base, std::uint32_t size, std::uint32_t sp,
                std::uint32_t disabled = 0) {
        write32(tzc, tzc_low(number), base);
        write32(tzc, tzc_attributes(number), sp << 28 | disabled << 8 | size << 1 | 1);
    }

    static Transaction at(std::uint64_t address, Direction direction, World world, std::uint32_t size = 4) {
        Transaction transaction;
        transaction.address = address;
        transaction.size = size;
        transaction.direction = direction;
        transaction.world = world;
        return transaction;
    }

    bool granted(std::uint64_t address, Direction direction, World world, std::uint32_t size = 4) const {
        return firewall.decide(at(address, direction, world, size)).granted;
    }

    /** "rwr-": rights at one address in the order of sp_table. */
    std::string rights(std::uint64_t address) const {
        std::string text;
        for (World world : {World::secure, World::non_secure}) {
            text += granted(address, Direction::read, world) ? 'r' : '-';
            text += granted(address, Direction::write, world) ? 'w' : '-';
        }
        return text;
    }

    FakeHost tzc_host;
    FakeHost gpr_host;
    FakeHost host;  ///< the firewall's own
    IomuxcGpr gpr{gpr_host};
    Tzc380 tzc{tzc_host};
    Firewall firewall{host};
};

}  // namespace svp::test
