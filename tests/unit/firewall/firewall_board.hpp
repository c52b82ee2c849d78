// SPDX-License-Identifier: GPL-2.0-or-later
/** All firewall blocks wired as on the board, and shorthand for programming them. */
#pragma once

#include <array>
#include <initializer_list>

#include "firewall/aipstz.hpp"
#include "firewall/csu.hpp"
#include "firewall/rdc.hpp"
#include "firewall/rdc_semaphore.hpp"
#include "tzasc_board.hpp"

namespace svp::test {

// Offsets and addresses as in the fact sheet, on purpose not taken from the code under test.
inline constexpr std::uint32_t rdc_vir = 0x000;
inline constexpr std::uint32_t rdc_stat = 0x024;
inline constexpr std::uint32_t rdc_intctrl = 0x028;
inline constexpr std::uint32_t rdc_intstat = 0x02c;
constexpr std::uint32_t rdc_mda(unsigned master) {
    return 0x200 + 4 * master;
}
constexpr std::uint32_t rdc_pdap(unsigned index) {
    return 0x400 + 4 * index;
}
constexpr std::uint32_t rdc_mrsa(unsigned slot) {
    return 0x800 + 0x10 * slot;
}
constexpr std::uint32_t rdc_mrea(unsigned slot) {
    return 0x804 + 0x10 * slot;
}
constexpr std::uint32_t rdc_mrc(unsigned slot) {
    return 0x808 + 0x10 * slot;
}
constexpr std::uint32_t rdc_mrvs(unsigned slot) {
    return 0x80c + 0x10 * slot;
}
inline constexpr std::uint32_t rstgt = 0x40;
constexpr std::uint32_t csu_csl(unsigned index) {
    return index / 2 * 4;
}
inline constexpr std::uint32_t csu_hp0 = 0x200;
inline constexpr std::uint32_t csu_hp1 = 0x204;
inline constexpr std::uint32_t csu_sa0 = 0x218;
inline constexpr std::uint32_t csu_sa1 = 0x21c;
inline constexpr std::uint32_t csu_hpcontrol0 = 0x358;
inline constexpr std::uint32_t csu_hpcontrol1 = 0x35c;

inline constexpr std::uint64_t ocram = 0x900000;
inline constexpr std::uint64_t ocram_s = 0x180000;
inline constexpr std::uint64_t uart1 = 0x30860000;  // CSL and PDAP 102
inline constexpr std::uint64_t vpu = 0x38300000;    // CSL and PDAP 120, slots 51 to 54

struct FirewallBoard : TzascBoard {
    FirewallBoard() {
        firewall.connect("rdc", rdc);
        firewall.connect("csu", csu);
        firewall.connect("semaphore1", semaphore1);
        firewall.connect("semaphore2", semaphore2);
        reset();
    }

    void reset() {
        TzascBoard::reset();
        for (Device* device : std::initializer_list<Device*>{&rdc, &csu, &semaphore1, &semaphore2, &aipstz}) {
            device->reset();
        }
    }

    /** Programs a memory slot and enables it. */
    void slot(unsigned number, std::uint32_t first, std::uint32_t end, std::uint32_t rights) {
        write32(rdc, rdc_mrsa(number), first);
        write32(rdc, rdc_mrea(number), end);
        write32(rdc, rdc_mrc(number), 0x40000000 | rights);
    }

    /** Sets one CSL, and its lock if @p rights has bit 8. */
    void csl(unsigned index, std::uint32_t rights) {
        csu.write(0, csu_csl(index) + index % 2 * 2, rights, 2, secure_access());
    }

    void open_peripherals() {
        for (unsigned word = 0; word < 64; ++word) {
            write32(csu, 4 * word, 0x00ff00ff);
        }
    }

    static Transaction from(Domain domain, World world, std::uint64_t address, Direction direction,
                            std::uint32_t size = 4, bool privileged = true) {
        Transaction transaction = at(address, direction, world, size);
        transaction.domain = domain;
        transaction.privileged = privileged;
        return transaction;
    }

    /** "rwrwrwrw": rights of domains 0 to 3 of one world at one address. */
    std::string domain_rights(std::uint64_t address, World world = World::secure) const {
        std::string text;
        for (Domain domain = 0; domain < 4; ++domain) {
            text += firewall.decide(from(domain, world, address, Direction::read)).granted ? 'r' : '-';
            text += firewall.decide(from(domain, world, address, Direction::write)).granted ? 'w' : '-';
        }
        return text;
    }

    FakeHost rdc_host;
    FakeHost csu_host;
    FakeHost semaphore_host;
    FakeHost aipstz_host;
    Rdc rdc{rdc_host};
    Csu csu{csu_host};
    RdcSemaphore semaphore1{semaphore_host};
    RdcSemaphore semaphore2{semaphore_host};
    Aipstz aipstz{aipstz_host};
};

}  // namespace svp::test
