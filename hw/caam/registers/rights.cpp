// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/registers/rights.hpp"

#include <array>
#include <vector>

namespace svp::caam {

namespace {

constexpr std::uint32_t all = all_bits;
constexpr std::uint32_t none = 0;

// Fields.
constexpr std::uint32_t owner_number = 0xf;            ///< PRIM_DID, OUT_DID, RTIC_DID, DPRIM_DID
constexpr std::uint32_t isolation = 0x7ffu << 19;      ///< PRIM_ICID, OUT_ICID
constexpr std::uint32_t separate_output = 1u << 30;    ///< USE_OUT
constexpr std::uint32_t second_number = 0xfu << 16;    ///< DNONSEQ_DID
constexpr std::uint32_t generator_config = 3u << 9;    ///< SCFGR: RNGSH0, RDB
constexpr std::uint32_t signing_config = 0x1fu << 27;  ///< SCFGR: MPPKRC, MPCURVE
constexpr std::uint32_t small_table = 0x7f;            ///< PBSL without its lock

using enum Grant;

// clang-format off: a table
//   offset  count stride name             reads  writes, as long as
constexpr AccessRow rows[] = {
    {Page::controller, 0x004, 1, 4, "MCFGR", all, all, unclaimed},
    {Page::controller, 0x008, 1, 4, "PAGE0_SDID", all, none, page},
    {Page::controller, 0x00c, 1, 4, "SCFGR", all, generator_config | signing_config,
     unclaimed},  // not PRIBLOB, VIRT_EN, locks
    {Page::controller, 0x010, 4, 8, "JRDID_MS", all, owner_number | isolation | separate_output, unclaimed},
    {Page::controller, 0x014, 4, 8, "JRDID_LS", all, owner_number | isolation, unclaimed},
    {Page::controller, 0x058, 1, 4, "DEBUGCTL", all, all, unclaimed},
    {Page::controller, 0x05c, 1, 4, "JRSTARTR", all, all, unclaimed},
    {Page::controller, 0x060, 1, 4, "RTIC_OWN", all, owner_number, unclaimed},
    {Page::controller, 0x064, 8, 4, "RTIC_DID", all, owner_number, unclaimed},
    {Page::controller, 0x094, 1, 4, "DECORSR", all, all, deco},  // but no ring of the secure world's
    {Page::controller, 0x09c, 1, 4, "DECORR", all, all, deco},
    {Page::controller, 0x0a0, 1, 4, "DECO0DID_MS", all, owner_number, deco_unclaimed},
    {Page::controller, 0x0a4, 1, 4, "DECO0DID_LS", all, owner_number | second_number, deco_unclaimed},
    {Page::controller, 0x120, 1, 4, "DAR", all, all, unclaimed},
    {Page::controller, 0x124, 1, 4, "DRR", all, all, unclaimed},
    {Page::controller, 0x184, 4, 8, "JRSMVBAR", all, none, page},
    {Page::controller, 0x220, 1, 4, "PBSL", all, small_table, unclaimed},
    {Page::controller, 0x240, 16, 4, "AXI timing", all, all, unclaimed},
    {Page::controller, 0x300, 16, 4, "MPPKR", all, none, page},
    {Page::controller, 0x380, 8, 4, "MPMR", all, all, unclaimed},
    {Page::controller, 0x3c0, 8, 4, "MPTESTR", all, none, page},
    {Page::controller, 0x3f8, 1, 4, "MPECC", all, none, page},
    {Page::controller, 0x400, 24, 4, "JDKEKR", none, none, page},
    {Page::controller, 0x4e0, 2, 4, "SKNR", none, none, page},
    {Page::controller, 0x500, 20, 4, "DMA status", all, all, unclaimed},
    {Page::controller, 0x600, 1, 4, "RTMCTL", all, all, unclaimed},
    {Page::controller, 0x604, 1, 4, "RTSCMISC", all, all, unclaimed},
    {Page::controller, 0x608, 1, 4, "RTPKRRNG", all, all, unclaimed},
    {Page::controller, 0x60c, 1, 4, "RTPKRMAX", all, all, unclaimed},
    {Page::controller, 0x610, 1, 4, "RTSDCTL", all, all, unclaimed},
    {Page::controller, 0x614, 1, 4, "RTSBLIM", all, all, unclaimed},
    {Page::controller, 0x618, 1, 4, "RTFRQMIN", all, all, unclaimed},
    {Page::controller, 0x61c, 1, 4, "RTFRQMAX", all, all, unclaimed},
    {Page::controller, 0x620, 1, 4, "RTSCML", all, all, unclaimed},
    {Page::controller, 0x624, 6, 4, "RTSCRL", all, all, unclaimed},
    {Page::controller, 0x63c, 1, 4, "RTSTATUS", all, none, page},
    {Page::controller, 0x640, 16, 4, "RTENT", none, none, page},
    {Page::controller, 0x6c0, 1, 4, "RDSTA", all, none, page},
    {Page::controller, 0x6d0, 2, 4, "RDINT", all, none, page},
    {Page::controller, 0x6e0, 4, 4, "RDHCNTL", all, all, unclaimed},
    {Page::controller, 0xb00, 1, 4, "REIS", all, all, unclaimed},
    {Page::controller, 0xb04, 1, 4, "REIE", all, all, unclaimed},
    {Page::controller, 0xb08, 1, 4, "REIF", all, all, unclaimed},
    {Page::controller, 0xb0c, 1, 4, "REIH", all, all, unclaimed},
    {Page::controller, 0xc00, 128, 4, "HT", none, none, page},

    {Page::ring, 0x000, 2, 4, "IRBAR", all, all, page},
    {Page::ring, 0x00c, 1, 4, "IRSR", all, all, page},
    {Page::ring, 0x014, 1, 4, "IRSAR", all, none, page},
    {Page::ring, 0x01c, 1, 4, "IRJAR", all, all, page},
    {Page::ring, 0x020, 2, 4, "ORBAR", all, all, page},
    {Page::ring, 0x02c, 1, 4, "ORSR", all, all, page},
    {Page::ring, 0x034, 1, 4, "ORJRR", all, all, page},
    {Page::ring, 0x03c, 1, 4, "ORSFR", all, none, page},
    {Page::ring, 0x044, 1, 4, "JRSTAR", all, none, page},
    {Page::ring, 0x04c, 1, 4, "JRINTR", all, all, page},
    {Page::ring, 0x050, 2, 4, "JRCFGR", all, all, page},
    {Page::ring, 0x05c, 1, 4, "IRRIR", all, none, page},
    {Page::ring, 0x064, 1, 4, "ORWIR", all, none, page},
    {Page::ring, 0x06c, 1, 4, "JRCR", all, all, page},
    {Page::ring, 0x704, 1, 4, "JRAAV", all, none, page},
    {Page::ring, 0x800, 8, 4, "JRAAA", all, none, page},
    {Page::ring, 0xe00, 1, 4, "REIR0", all, none, page},  // of jobs of the reader's world
    {Page::ring, 0xe08, 2, 4, "REIR2", all, none, page},
    {Page::ring, 0xe10, 1, 4, "REIR4", all, none, page},
    {Page::ring, 0xe14, 1, 4, "REIR5", all, none, page},

    {Page::assurance, 0x000, 1024, 4, "RTIC", all, all, page},

    {Page::deco, 0x000, 512, 4, "CCB", all, none, page},
    {Page::deco, 0x800, 2, 4, "DJQCR", all, all, page},
    {Page::deco, 0x808, 2, 4, "DJQDAR", all, none, page},
    {Page::deco, 0x810, 2, 4, "DOPSTA", all, none, page},
    {Page::deco, 0x820, 8, 4, "DPDIDSR", all, none, page},
    {Page::deco, 0x840, 8, 4, "DMTH", all, none, page},
    {Page::deco, 0x880, 64, 4, "DGTR", all, none, page},
    {Page::deco, 0xa00, 64, 4, "DESB", all, all, page},  // reads only what its own world wrote
    {Page::deco, 0xe00, 1, 4, "DDJR", all, none, page},
    {Page::deco, 0xe04, 1, 4, "DDDR", all, none, page},
    {Page::deco, 0xe08, 6, 4, "DDJP", all, none, page},
};

// What page 0 and the rings' pages show at the same offsets; DECO's page shows it without secure memory.
// Secure memory is the owner's of a partition, whose number is bounded by the world of the access.
constexpr std::uint32_t partition_stride = 16;
constexpr AccessRow secure_memory_rows[] = {
    {Page::ring, 0xa00, 16, partition_stride, "SMSDID", all, none, page},
    {Page::ring, 0xa04, 16, partition_stride, "SMAPR", all, all, page},
    {Page::ring, 0xa08, 16, partition_stride, "SMAG2", all, all, page},
    {Page::ring, 0xa0c, 16, partition_stride, "SMAG1", all, all, page},
    {Page::ring, 0xbd0, 4, 4, "SMWPJRR", all, all, unclaimed},
    {Page::ring, 0xbe4, 1, 4, "SMCR", all, all, page},
    {Page::ring, 0xbec, 1, 4, "SMCSR", all, none, page},
    {Page::ring, 0xfb4, 1, 4, "SMSTA", all, none, page},
    {Page::ring, 0xfbc, 1, 4, "SMPO", all, none, page},
    {Page::ring, 0xfd8, 2, 4, "SMVID", all, none, page},
};
constexpr AccessRow common_rows[] = {
    {Page::ring, 0xf00, 14, 4, "PC", all, none, page},
    {Page::ring, 0xfa0, 1, 4, "CRNR_MS", all, none, page},
    {Page::ring, 0xfa4, 1, 4, "CRNR_LS", all, none, page},
    {Page::ring, 0xfa8, 1, 4, "CTPR_MS", all, none, page},
    {Page::ring, 0xfac, 1, 4, "CTPR_LS", all, none, page},
    {Page::ring, 0xfc0, 2, 4, "FAR", all, none, page},  // of jobs of the reader's world
    {Page::ring, 0xfc8, 1, 4, "FADID", all, none, page},
    {Page::ring, 0xfcc, 1, 4, "FADR", all, none, page},
    {Page::ring, 0xfd4, 1, 4, "CSTA", all, none, page},
    {Page::ring, 0xfe0, 1, 4, "RVID", all, none, page},
    {Page::ring, 0xfe4, 1, 4, "CCBVID", all, none, page},
    {Page::ring, 0xfe8, 1, 4, "CHAVID_MS", all, none, page},
    {Page::ring, 0xfec, 1, 4, "CHAVID_LS", all, none, page},
    {Page::ring, 0xff0, 1, 4, "CHANUM_MS", all, none, page},
    {Page::ring, 0xff4, 1, 4, "CHANUM_LS", all, none, page},
    {Page::ring, 0xff8, 1, 4, "CAAMVID_MS", all, none, page},
    {Page::ring, 0xffc, 1, 4, "CAAMVID_LS", all, none, page},
};
// clang-format on

constexpr std::uint32_t page_words = 1024;
constexpr std::size_t page_kinds = 4;

struct Table {
    std::vector<AccessRow> rows;
    std::array<std::array<std::uint16_t, page_words>, page_kinds> at{};  ///< number of the row + 1

    Table() {
        const auto add = [this](AccessRow row, Page page) {
            row.page = page;
            rows.push_back(row);
            for (std::uint32_t i = 0; i < row.count; ++i) {
                at[static_cast<std::size_t>(page)][(row.offset + i * row.stride) / 4] =
                    static_cast<std::uint16_t>(rows.size());
            }
        };
        for (const AccessRow& row : caam::rows) {
            add(row, row.page);
        }
        for (const Page page : {Page::controller, Page::ring}) {
            for (const AccessRow& row : secure_memory_rows) {
                add(row, page);
            }
        }
        for (const Page page : {Page::controller, Page::ring, Page::deco}) {
            for (const AccessRow& row : common_rows) {
                add(row, page);
            }
        }
    }
};

const Table& table() {
    static const Table made;
    return made;
}

}  // namespace

std::span<const AccessRow> access_table() {
    return table().rows;
}

const AccessRow* access_row(Page page, std::uint32_t offset) {
    const std::uint16_t number = table().at[static_cast<std::size_t>(page)].at(offset / 4);
    return number == 0 ? nullptr : &table().rows[number - 1];
}

}  // namespace svp::caam
