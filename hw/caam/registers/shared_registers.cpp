// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers that page 0, every job ring's page and DECO's page show at the same offsets: secure memory,
 * counters, faults, versions. What drivers decide by is written here: era 9, 3 rings, 32-bit pointers, little
 * endian, two generator handles.
 */
#include "caam/registers/controller.hpp"

namespace svp::caam {

namespace {

// Numbers in the order of CHAVID's nibbles: AES, DES, ARC4, MD, RNG, SNOW, KASUMI, PK.
constexpr std::uint32_t engines_present = 0x10011011;
constexpr std::uint32_t rng_version = 4u << 16;
constexpr std::uint32_t pk_version = 4u << 28;
constexpr std::uint32_t des_version = 1u << 4;
/** From revision 8 on the AES engine does GCM. */
constexpr std::uint32_t engine_revisions = 0x00000008;
constexpr std::uint32_t rings_and_deco = 3u << 28 | 1u << 24;

constexpr std::uint32_t parameters_upper = 2u << 8;  ///< two state handles of the generator; no PS, no QI
constexpr std::uint32_t parameters_lower = 1u << 0 | 1u << 1 | 1u << 10 | 1u << 13 | 1u << 14;
constexpr std::uint32_t secure_memory_upper =
    8u << 16 | (SecureMemory::partitions - 1u) << 12 | SecureMemory::pages;
constexpr std::uint32_t secure_memory_lower = 0x00020300;
constexpr std::uint32_t era = 9u << 24;
constexpr std::uint32_t block_id_upper = 0x0a160401;

constexpr std::uint32_t status_busy = 1u << 0;
constexpr std::uint32_t status_idle = 1u << 1;
constexpr std::uint32_t status_trng_idle = 1u << 2;

constexpr unsigned axi_slverr = 2;
constexpr unsigned axi_decerr = 3;

std::uint32_t axi_code(Response answer) {
    return answer == Response::okay ? 0 : answer == Response::slverr ? axi_slverr : axi_decerr;
}

std::uint32_t fault_detail(const BusFault& fault) {
    if (!fault.happened) {
        return 0;
    }
    constexpr std::uint32_t deco_block = 8u << 8;
    const std::uint32_t size = fault.size < 0x7f ? fault.size : 0x7f;
    return size | (fault.write ? 1u << 7 : 0) | deco_block |
           static_cast<std::uint32_t>(fault.owner.source & 7) << 12 |
           (fault.purpose == Purpose::data ? 1u << 15 : 0) | (fault.purpose == Purpose::key ? 1u << 25 : 0) |
           (fault.owner.world == World::non_secure ? 1u << 28 : 0) | axi_code(fault.answer) << 30;
}

std::uint32_t fault_owner(const BusFault& fault) {
    if (!fault.happened) {
        return 0;
    }
    return fault.owner.did | (fault.owner.world == World::non_secure ? 1u << 4 : 0) |
           static_cast<std::uint32_t>(fault.owner.icid) << 5;
}

/** Each page has a status of its own for each world: nobody changes what another one waits for. */
unsigned requester(int ring, const Transaction& by) {
    return static_cast<unsigned>(ring + 1) * 2 + (by.world == World::non_secure ? 1 : 0);
}

}  // namespace

/** The owner that an access through a page counts as: the ring's, with no more rights than who accesses. */
std::uint32_t Controller::identity(int ring, const Transaction& by) const {
    const Owner seen = owner(ring < 0 ? 0 : static_cast<unsigned>(ring));
    return SecureMemory::group_bit(seen.did, weaker(seen.world, by.world));
}

/** What went wrong in secure jobs is not shown to others. */
const BusFault& Controller::fault(int ring, const Transaction& by) const {
    static const BusFault nothing;
    if (ring < 0) {
        return by.world == World::secure ? published_.fault : published_.open_fault;
    }
    const BusFault& last = published_.ring_fault[static_cast<std::size_t>(ring)];
    return by.world == World::non_secure && last.owner.world == World::secure ? nothing : last;
}

std::vector<Register> Controller::shared_rows(int ring) {
    std::vector<Register> rows;
    add_memory_rows(rows, ring);
    add_counter_rows(rows);
    add_fault_rows(rows, ring);
    add_version_rows(rows);
    return rows;
}

void Controller::add_memory_rows(std::vector<Register>& rows, int ring) {
    for (unsigned partition = 0; partition < SecureMemory::partitions; ++partition) {
        const std::uint32_t base = 0xa00 + 16 * partition;
        rows.push_back({.offset = base, .name = "SMSDID", .access = FieldAccess::read_only});
        rows.push_back(
            {.offset = base + 4,
             .name = "SMAPR",
             .on_read = [this, partition](std::uint32_t,
                                          std::uint32_t) { return secure_memory_.permissions(partition); },
             .on_write =
                 [this, partition, ring](const WriteEvent& event) {
                     if (!secure_memory_.set_permissions(partition, event.written,
                                                         identity(ring, event.by))) {
                         refusals_.partition(event.by, partition);
                     }
                 }});
        for (unsigned which = 0; which < 2; ++which) {
            // SMAG2 stands in front of SMAG1.
            rows.push_back({.offset = base + 12 - 4 * which,
                            .name = which == 0 ? "SMAG1" : "SMAG2",
                            .on_read = [this, partition, which](
                                           std::uint32_t,
                                           std::uint32_t) { return secure_memory_.group(partition, which); },
                            .on_write =
                                [this, partition, which, ring](const WriteEvent& event) {
                                    if (!secure_memory_.set_group(partition, which, event.written,
                                                                  identity(ring, event.by))) {
                                        refusals_.partition(event.by, partition);
                                    }
                                }});
        }
    }
    rows.push_back({.offset = 0xbd0, .name = "SMWPJRR", .count = 4});
    rows.push_back({.offset = 0xbe4,
                    .name = "SMCR",
                    .access = FieldAccess::read_only,
                    .on_write = [this, ring](const WriteEvent& event) {
                        const auto refused = secure_memory_.command(event.written, identity(ring, event.by),
                                                                    requester(ring, event.by));
                        if (refused) {
                            refusals_.partition(event.by, *refused);
                        }
                    }});
    rows.push_back({.offset = 0xbec,
                    .name = "SMCSR",
                    .access = FieldAccess::read_only,
                    .on_read = [this, ring](const ReadEvent& event) {
                        return secure_memory_.command_status(requester(ring, event.by));
                    }});
    rows.push_back({.offset = 0xfb4, .name = "SMSTA", .access = FieldAccess::read_only});
    rows.push_back({.offset = 0xfbc,
                    .name = "SMPO",
                    .access = FieldAccess::read_only,
                    .on_read = [this, ring](const ReadEvent& event) {
                        return secure_memory_.partition_owners(identity(ring, event.by));
                    }});
    rows.push_back({.offset = 0xfd8,
                    .name = "SMVID",
                    .access = FieldAccess::read_only,
                    .count = 2,
                    .on_read = [](std::uint32_t index, std::uint32_t) {
                        return index == 0 ? secure_memory_upper : secure_memory_lower;
                    }});
}

void Controller::add_counter_rows(std::vector<Register>& rows) {
    rows.push_back({.offset = 0xf00,
                    .name = "PC",
                    .access = FieldAccess::read_only,
                    .count = 14,
                    .on_read = [this](std::uint32_t index, std::uint32_t) {
                        const Counters& counters = published_.counters;
                        const std::uint64_t values[] = {counters.jobs(),          counters.encryptions,
                                                        counters.decryptions,     counters.encrypted,
                                                        counters.protected_bytes, counters.decrypted,
                                                        counters.validated};
                        const std::uint64_t value = values[index / 2];
                        return static_cast<std::uint32_t>(index % 2 == 0 ? value >> 32 : value);
                    }});
}

void Controller::add_fault_rows(std::vector<Register>& rows, int ring) {
    const auto reads = [this](std::uint32_t (*value)(const BusFault&), int page) {
        return [this, value, page](const ReadEvent& event) { return value(fault(page, event.by)); };
    };
    const auto address = [this](int page) {
        return [this, page](const ReadEvent& event) {
            const std::uint64_t at = fault(page, event.by).address;
            return static_cast<std::uint32_t>(event.index == 0 ? at >> 32 : at);
        };
    };
    rows.push_back({.offset = 0xfc0,
                    .name = "FAR",
                    .access = FieldAccess::read_only,
                    .count = 2,
                    .on_read = address(-1)});
    rows.push_back({.offset = 0xfc8,
                    .name = "FADID",
                    .access = FieldAccess::read_only,
                    .on_read = reads(fault_owner, -1)});
    rows.push_back({.offset = 0xfcc,
                    .name = "FADR",
                    .access = FieldAccess::read_only,
                    .on_read = reads(fault_detail, -1)});
    if (ring < 0) {
        return;
    }
    rows.push_back({.offset = 0xe00,
                    .name = "REIR0",
                    .access = FieldAccess::read_only,
                    .on_read = [this, ring](const ReadEvent& event) {
                        constexpr std::uint32_t bus_error = 1u << 24;
                        return fault(ring, event.by).happened ? bus_error : 0u;
                    }});
    rows.push_back({.offset = 0xe08,
                    .name = "REIR2",
                    .access = FieldAccess::read_only,
                    .count = 2,
                    .on_read = address(ring)});
    rows.push_back({.offset = 0xe10,
                    .name = "REIR4",
                    .access = FieldAccess::read_only,
                    .on_read = [this, ring](const ReadEvent& event) {
                        const BusFault& seen = fault(ring, event.by);
                        return fault_owner(seen) | (seen.write ? 1u << 27 : 0) | axi_code(seen.answer) << 28;
                    }});
    rows.push_back({.offset = 0xe14,
                    .name = "REIR5",
                    .access = FieldAccess::read_only,
                    .on_read = reads(fault_detail, ring)});
}

void Controller::add_version_rows(std::vector<Register>& rows) {
    const auto constant = [&rows](std::uint32_t offset, std::string_view name, std::uint32_t value) {
        rows.push_back({.offset = offset, .name = name, .reset = value, .access = FieldAccess::read_only});
    };
    constant(0xfa0, "CRNR_MS", 0);
    constant(0xfa4, "CRNR_LS", engine_revisions);
    constant(0xfa8, "CTPR_MS", parameters_upper);
    constant(0xfac, "CTPR_LS", parameters_lower);
    constant(0xfe0, "RVID", 0x0a00'0001);
    constant(0xfe4, "CCBVID", era);
    constant(0xfe8, "CHAVID_MS", 0);
    rows.push_back({.offset = 0xfec,
                    .name = "CHAVID_LS",
                    .access = FieldAccess::read_only,
                    .on_read = [this](std::uint32_t, std::uint32_t) {
                        return static_cast<std::uint32_t>(engine_.aes_class) | des_version |
                               static_cast<std::uint32_t>(engine_.md_class) << 12 | rng_version | pk_version;
                    }});
    constant(0xff0, "CHANUM_MS", rings_and_deco);
    constant(0xff4, "CHANUM_LS", engines_present);
    constant(0xff8, "CAAMVID_MS", block_id_upper);
    constant(0xffc, "CAAMVID_LS", 0);
    rows.push_back({.offset = 0xfd4,
                    .name = "CSTA",
                    .access = FieldAccess::read_only,
                    .on_read = [this](std::uint32_t, std::uint32_t) {
                        return (published_.busy ? status_busy : status_idle) | status_trng_idle |
                               static_cast<std::uint32_t>(published_.mode) << 8;
                    }});
}

}  // namespace svp::caam
