// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Conformance matrix: seven masters at five targets under the strict policy, with the TZASC in and out of the
 * path, each of its actions, and either answer of the security gaskets.
 *
 * The expectations are written by hand from the meaning of the policy's values, none is computed:
 *
 *   target     CPU address               MRC         domains                         TZASC
 *   NS RAM     0x40000000 - 0x70000000   0xc00000af  D0 RW, D1 RW, D2 R, D3 R        region 1, both worlds RW
 *   heap-in    0x70000000 - 0x72000000   0xc0000021  D0 W, D2 R                      region 3, secure RW
 *   heap-out   0x72000000 - 0x7e000000   0xc00000b0  D2 RW, D3 R                     region 2, secure RW
 *   TEE        0x7e000000 - 0x80000000   0xc0000003  D0 RW                           region 4, secure RW
 *   alias of   0xbe000000 (1 GiB fitted, so the same cells as the TEE's)
 *   TEE                                  in TEE's    D0 RW                           region 0, secure RW
 *
 * Masters: CPU and CAAM are D0, GPU D1, VPU D2, DCSS D3, uSDHC1 D0; VPU and DCSS are secure masters, GPU and
 * uSDHC1 are not; CAAM works for a secure job ring.
 */
#include "../catch.hpp"
#include "firewall_board.hpp"

using namespace svp;
using namespace svp::test;

namespace {

struct Target {
    const char* name;
    std::uint64_t address;
    unsigned slot;         ///< RDC memory slot that covers it
    std::uint32_t offset;  ///< of the address in DRAM
    unsigned region;       ///< TZASC region that covers it
};

constexpr Target targets[5] = {
    {"NS RAM", 0x40001000, 0, 0x00001000, 1},       {"heap-in", 0x70001000, 1, 0x30001000, 3},
    {"heap-out", 0x72001000, 2, 0x32001000, 2},     {"TEE", 0x7e001000, 3, 0x3e001000, 4},
    {"alias of TEE", 0xbe001000, 3, 0x7e001000, 0},
};

/**
 * What becomes of a read and of a write, in the order of the targets: '.' granted, 'R' denied by the RDC, 'T'
 * denied by the TZASC.
 */
struct Row {
    const char* name;
    Master master;
    World own;
    const char* with_tzasc[5];
    const char* without_tzasc[5];
};

// clang-format off
constexpr Row rows[7] = {
    {"NS CPU", Master::a53,         World::non_secure, {"..", "RT", "RR", "TT", "TT"}, {"..", "R.", "RR", "..", ".."}},
    {"S CPU",  Master::a53,         World::secure,     {"..", "R.", "RR", "..", ".."}, {"..", "R.", "RR", "..", ".."}},
    {"CAAM",   Master::caam,        World::secure,     {"..", "R.", "RR", "..", ".."}, {"..", "R.", "RR", "..", ".."}},
    {"VPU",    Master::vpu_decoder, World::non_secure, {".R", ".R", "..", "RR", "RR"}, {".R", ".R", "..", "RR", "RR"}},
    {"DCSS",   Master::dcss,        World::non_secure, {".R", "RR", ".R", "RR", "RR"}, {".R", "RR", ".R", "RR", "RR"}},
    {"GPU",    Master::gpu,         World::secure,     {"..", "RR", "RR", "RR", "RR"}, {"..", "RR", "RR", "RR", "RR"}},
    {"uSDHC",  Master::usdhc1,      World::secure,     {"..", "RT", "RR", "TT", "TT"}, {"..", "R.", "RR", "..", ".."}},
};
// clang-format on

void program_strict(FirewallBoard& board) {
    const auto slot = [&](unsigned number, std::uint32_t first, std::uint32_t end, std::uint32_t control) {
        write32(board.rdc, rdc_mrsa(number), first);
        write32(board.rdc, rdc_mrea(number), end);
        write32(board.rdc, rdc_mrc(number), control);
    };
    slot(0, 0x00000000, 0x30000000, 0xc00000af);
    slot(1, 0x30000000, 0x32000000, 0xc0000021);
    slot(2, 0x32000000, 0x3e000000, 0xc00000b0);
    slot(3, 0x3e000000, 0xffffff80, 0xc0000003);
    write32(board.rdc, rdc_mda(18), 0x80000001);
    write32(board.rdc, rdc_mda(4), 0x80000002);
    write32(board.rdc, rdc_mda(17), 0x80000003);
    for (unsigned master : {0u, 10u, 15u}) {
        write32(board.rdc, rdc_mda(master), 0x80000000);
    }
    // SA: VPU (6) and DCSS (12) secure, all others not; all locked.
    write32(board.csu, csu_sa0, 0xffffffff & ~(1u << 12) & ~(1u << 24));
    board.region(1, 0x00000000, 0x1d, 0x3);        // 1 GiB
    board.region(2, 0x30000000, 0x1b, 0xc, 0x80);  // 256 MiB but the last eighth
    board.region(3, 0x30000000, 0x18, 0xc);        // 32 MiB
    board.region(4, 0x3e000000, 0x18, 0xc);
    write32(board.tzc, tzc_lockdown_range, 0x8000000f);
    write32(board.tzc, tzc_lockdown_select, 1);
}

/** One cell of the matrix. */
struct Cell {
    const Row& row;
    const Target& target;
    Direction direction;
    bool tzasc;
    std::uint32_t action;
    bool error_response;
    char expected;
};

std::string check(const Cell& cell) {
    FirewallBoard board;
    program_strict(board);
    write32(board.tzc, tzc_action, cell.action);
    write32(board.gpr, gpr10, 0x000f0000u | (cell.tzasc ? 1u : 0u) | (cell.error_response ? 4u : 0u));

    Transaction access = board.firewall.identity(cell.row.master, cell.row.own);
    access.address = cell.target.address;
    access.size = 8;
    access.direction = cell.direction;
    const Verdict verdict = board.firewall.access(access);

    const std::uint32_t violation = read32(board.rdc, rdc_mrvs(cell.target.slot));
    const std::uint32_t status = read32(board.tzc, tzc_int_status);
    const bool interrupt = board.tzc_host.irq[0];
    for (unsigned slot = 0; slot < 8; ++slot) {
        if (slot != cell.target.slot && read32(board.rdc, rdc_mrvs(slot)) != 0) {
            return "another slot has latched";
        }
    }
    switch (cell.expected) {
        case '.':
            return verdict.granted && verdict.response == Response::okay && violation == 0 && status == 0 &&
                           !interrupt
                       ? ""
                       : "expected to pass";
        case 'R':
            return !verdict.granted && verdict.denier == Denier::rdc_region &&
                           verdict.index == cell.target.slot &&
                           verdict.response == (cell.error_response ? Response::slverr : Response::okay) &&
                           violation == (cell.target.offset | 0x10 | access.domain) && status == 0 &&
                           !interrupt
                       ? ""
                       : "expected to be denied by the RDC";
        case 'T': {
            const std::uint32_t control =
                (cell.direction == Direction::write ? 1u << 24 : 0u) | 1u << 21 | 1u << 20;
            const bool decerr = cell.action == 1 || cell.action == 3;
            return !verdict.granted && verdict.denier == Denier::tzc && verdict.index == cell.target.region &&
                           verdict.response == (decerr ? Response::decerr : Response::okay) &&
                           violation == 0 && status == 1 &&
                           interrupt == (cell.action == 2 || cell.action == 3) &&
                           read32(board.tzc, tzc_fail_address_low) == cell.target.offset &&
                           read32(board.tzc, tzc_fail_control) == control
                       ? ""
                       : "expected to be denied by the TZASC";
        }
        default:
            return "the table is wrong";
    }
}

}  // namespace

TEST_CASE("conformance matrix", "[firewall]") {
    unsigned cells = 0;
    for (const Row& row : rows) {
        for (std::size_t target = 0; target < 5; ++target) {
            for (Direction direction : {Direction::read, Direction::write}) {
                for (bool tzasc : {false, true}) {
                    const char expected =
                        (tzasc ? row.with_tzasc
                               : row.without_tzasc)[target][direction == Direction::write ? 1 : 0];
                    for (std::uint32_t action = 0; action < 4; ++action) {
                        for (bool error_response : {false, true}) {
                            const std::string problem = check(
                                {row, targets[target], direction, tzasc, action, error_response, expected});
                            INFO(row.name << ", " << targets[target].name << ", " << name(direction)
                                          << ", TZASC_EN " << tzasc << ", action " << action
                                          << ", SEC_ERR_RESP_EN " << error_response);
                            CHECK(problem.empty());
                            ++cells;
                        }
                    }
                }
            }
        }
    }
    CHECK(cells == 7 * 5 * 2 * 2 * 4 * 2);
}

TEST_CASE("the matrix's masters have the worlds and domains it speaks of", "[firewall]") {
    FirewallBoard board;
    program_strict(board);
    const auto is = [&](Master master, World own, World world, Domain domain) {
        const Transaction identity = board.firewall.identity(master, own);
        return identity.master == master && identity.world == world && identity.domain == domain;
    };
    CHECK(is(Master::a53, World::non_secure, World::non_secure, 0));
    CHECK(is(Master::a53, World::secure, World::secure, 0));
    CHECK(is(Master::caam, World::secure, World::secure, 0));
    CHECK(is(Master::vpu_decoder, World::non_secure, World::secure, 2));
    CHECK(is(Master::dcss, World::non_secure, World::secure, 3));
    CHECK(is(Master::gpu, World::secure, World::non_secure, 1));
    CHECK(is(Master::usdhc1, World::secure, World::non_secure, 0));
}
