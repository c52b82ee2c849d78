// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/controller.hpp"

#include "caam/byte_order.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t page_bytes = 0x1000;

constexpr std::uint32_t mcfgr = 0x004;
constexpr std::uint32_t page0_sdid = 0x008;
constexpr std::uint32_t scfgr = 0x00c;
constexpr std::uint32_t jr_did = 0x010;
constexpr std::uint32_t debugctl = 0x058;
constexpr std::uint32_t jrstartr = 0x05c;
constexpr std::uint32_t rtic_own = 0x060;
constexpr std::uint32_t decorsr = 0x094;
constexpr std::uint32_t decorr = 0x09c;
constexpr std::uint32_t deco_did = 0x0a0;
constexpr std::uint32_t dar = 0x120;
constexpr std::uint32_t jr_smvbar = 0x184;
constexpr std::uint32_t pbsl = 0x220;
constexpr std::uint32_t dma_timing = 0x240;
constexpr std::uint32_t mppkr = 0x300;
constexpr std::uint32_t mpmr = 0x380;
constexpr std::uint32_t mptestr = 0x3c0;
constexpr std::uint32_t mpecc = 0x3f8;
constexpr std::uint32_t jdkekr = 0x400;
constexpr std::uint32_t sknr = 0x4e0;
constexpr std::uint32_t dma_status = 0x500;
constexpr std::uint32_t trng = 0x600;
constexpr std::uint32_t rdsta = 0x6c0;
constexpr std::uint32_t rdint = 0x6d0;
constexpr std::uint32_t reis = 0xb00;
constexpr std::uint32_t holding_tanks = 0xc00;

// MCFGR: PS stays 0, resets are over at once.
constexpr std::uint32_t mcfgr_fixed = 1u << 16 | 1u << 31 | 1u << 28;
constexpr std::uint32_t mcfgr_reset = 0x00002100;

constexpr std::uint32_t scfgr_priblob = 3u << 0;
constexpr std::uint32_t scfgr_mpmrl = 1u << 26;

constexpr std::uint32_t did_lock = 1u << 31;
constexpr std::uint32_t did_amtd_lock = 1u << 17;
constexpr std::uint32_t did_amtd = 1u << 16;
constexpr std::uint32_t did_tz_own = 1u << 15;
constexpr std::uint32_t did_primary_tz = 1u << 4;
/** What HAB leaves: secure, owner 1, locked. */
constexpr std::uint32_t did_hab = did_lock | did_tz_own | did_primary_tz | 1;

constexpr std::uint32_t debug_stop = 1u << 16;
constexpr std::uint32_t debug_stopped = 1u << 17;
constexpr std::uint32_t request_valid = 1u << 31;
constexpr std::uint32_t request_deco0 = 1u << 0;
constexpr std::uint32_t granted_deco0 = 1u << 16;
constexpr std::uint32_t deco_non_secure = 1u << 4;

// RTMCTL
constexpr std::uint32_t trng_program = 1u << 16;
constexpr std::uint32_t trng_stop_ok = 1u << 13;
constexpr std::uint32_t trng_error = 1u << 12;
constexpr std::uint32_t trng_entropy_valid = 1u << 10;
constexpr std::uint32_t trng_reset_defaults = 1u << 6;
constexpr std::uint32_t trng_fields = 0x1002f;

// DECO's page
constexpr std::uint32_t djqcr = 0x800;
constexpr std::uint32_t dopsta = 0x810;
constexpr std::uint32_t deco_math = 0x840;
constexpr std::uint32_t descriptor_buffer = 0xa00;
constexpr std::uint32_t dddr = 0xe04;
constexpr std::uint32_t whole_descriptor = 1u << 29;
constexpr std::uint32_t dddr_valid = 1u << 31;
constexpr std::uint32_t dddr_host_error = 0xdu << 20;

}  // namespace

Controller::Controller(Host& host, Published& published, SecureMemory& secure_memory, const Engine& engine,
                       std::function<void()> wake)
    : host_(host),
      published_(published),
      secure_memory_(secure_memory),
      engine_(engine),
      wake_(std::move(wake)),
      page_(host, "caam", page_bytes, page_rows()),
      deco_(host, "caam deco 0", page_bytes, deco_rows()) {}

void Controller::add_owner_rows(std::vector<Register>& rows) {
    for (unsigned ring = 0; ring <= ring_count; ++ring) {
        const std::uint32_t offset = jr_did + 8 * ring;
        rows.push_back(
            {.offset = offset, .name = "JRDID_MS", .on_write = [this, offset](const WriteEvent& event) {
                 owner_written(event, offset);
             }});
        rows.push_back(
            {.offset = offset + 4, .name = "JRDID_LS", .on_write = [this, offset](const WriteEvent& event) {
                 owner_written(event, offset + 4);
             }});
        rows.push_back({.offset = jr_smvbar + 8 * ring,
                        .name = "JRSMVBAR",
                        .on_read = [this](std::uint32_t, std::uint32_t) {
                            return static_cast<std::uint32_t>(secure_memory_.base() >> 16);
                        }});
    }
}

void Controller::add_trng_rows(std::vector<Register>& rows) {
    rows.push_back({.offset = trng,
                    .name = "RTMCTL",
                    .reset = trng_stop_ok | trng_entropy_valid | 1,
                    .read_only = ~(trng_fields | trng_error),
                    .write_1_clear = trng_error,
                    .on_write = [this](const WriteEvent& event) {
                        std::uint32_t value = event.after | trng_stop_ok;
                        const bool programming = (value & trng_program) != 0;
                        value = programming ? value & ~trng_entropy_valid : value | trng_entropy_valid;
                        if ((event.written & trng_reset_defaults) != 0) {
                            value = trng_stop_ok | (programming ? trng_program : trng_entropy_valid) | 1;
                        }
                        page_.set(trng, value);
                    }});
    rows.push_back({.offset = trng + 0x04, .name = "RTSCMISC", .reset = 0x0001001f});
    rows.push_back({.offset = trng + 0x08, .name = "RTPKRRNG", .reset = 0x09a3});
    rows.push_back({.offset = trng + 0x0c, .name = "RTPKRMAX", .reset = 0x6920});
    rows.push_back({.offset = trng + 0x10, .name = "RTSDCTL", .reset = 0x0c8009c4});
    rows.push_back({.offset = trng + 0x14, .name = "RTSBLIM", .reset = 0x3f});
    rows.push_back({.offset = trng + 0x18, .name = "RTFRQMIN", .reset = 0x640});
    rows.push_back({.offset = trng + 0x1c, .name = "RTFRQMAX", .reset = 0x6400});
    rows.push_back({.offset = trng + 0x20, .name = "RTSCML", .reset = 0x010c0568});
    rows.push_back({.offset = trng + 0x24, .name = "RTSCRL", .count = 6});
    rows.push_back({.offset = trng + 0x3c, .name = "RTSTATUS", .read_only = all_bits});
    rows.push_back({.offset = trng + 0x40, .name = "RTENT", .read_only = all_bits, .count = 16});
    rows.push_back({.offset = rdsta,
                    .name = "RDSTA",
                    .read_only = all_bits,
                    .on_read = [this](std::uint32_t, std::uint32_t) { return published_.rng_status; }});
    rows.push_back({.offset = rdint, .name = "RDINT", .read_only = all_bits, .count = 2});
    rows.push_back({.offset = 0x6e0, .name = "RDHCNTL", .count = 4});
}

std::vector<Register> Controller::page_rows() {
    const auto always = [](std::uint32_t value) {
        return [value](std::uint32_t, std::uint32_t stored) { return stored | value; };
    };
    std::vector<Register> rows = shared_rows(-1);
    add_owner_rows(rows);
    add_trng_rows(rows);
    const std::vector<Register> own = {
        {.offset = mcfgr, .name = "MCFGR", .reset = mcfgr_reset, .read_only = mcfgr_fixed},
        {.offset = page0_sdid, .name = "PAGE0_SDID"},
        {.offset = scfgr,
         .name = "SCFGR",
         .on_write = [this](const WriteEvent& event) { security_config_written(event); }},
        {.offset = debugctl,
         .name = "DEBUGCTL",
         .read_only = ~debug_stop,
         .on_read =
             [](std::uint32_t, std::uint32_t stored) {
                 return stored | ((stored & debug_stop) != 0 ? debug_stopped : 0);
             }},
        {.offset = jrstartr, .name = "JRSTARTR", .read_only = ~0xfu},
        {.offset = rtic_own, .name = "RTIC_OWN"},
        {.offset = rtic_own + 4, .name = "RTIC_DID", .count = 8},
        {.offset = decorsr, .name = "DECORSR", .read_only = ~3u, .on_read = always(request_valid)},
        {.offset = decorr,
         .name = "DECORR",
         .read_only = ~request_deco0,
         .on_read =
             [this](std::uint32_t, std::uint32_t stored) {
                 const bool granted = (stored & request_deco0) != 0 && (page_.value(decorsr) & 3) != 0;
                 return stored | (granted ? granted_deco0 : 0);
             }},
        {.offset = deco_did, .name = "DECO0DID", .count = 2},
        {.offset = dar, .name = "DAR", .count = 2},
        {.offset = pbsl, .name = "PBSL"},
        {.offset = dma_timing, .name = "AXI timing", .count = 16},
        {.offset = mppkr, .name = "MPPKR", .read_only = all_bits, .count = 16},
        {.offset = mpmr,
         .name = "MPMR",
         .count = 8,
         .on_write =
             [this](const WriteEvent& event) {
                 if ((page_.value(scfgr) & scfgr_mpmrl) != 0) {
                     page_.set(mpmr + 4 * event.index, event.before);
                 }
             }},
        {.offset = mptestr, .name = "MPTESTR", .read_only = all_bits, .count = 8},
        {.offset = mpecc, .name = "MPECC", .read_only = all_bits},
        // The keys themselves: JDKEKR, TDKEKR, TDSKR and the nonce. No mode of this model shows them.
        {.offset = jdkekr, .name = "JDKEKR", .read_only = all_bits, .count = 24},
        {.offset = sknr, .name = "SKNR", .read_only = all_bits, .count = 2},
        {.offset = dma_status, .name = "DMA status", .count = 20},
        {.offset = reis,
         .name = "REIS",
         .read_only = all_bits,
         .write_1_clear = all_bits,
         .on_write =
             [this](const WriteEvent& event) {
                 page_.set(reis, event.before & ~event.written);
                 update_line();
             }},
        {.offset = reis + 4, .name = "REIE", .on_write = [this](const WriteEvent&) { update_line(); }},
        {.offset = reis + 8,
         .name = "REIF",
         .on_write =
             [this](const WriteEvent& event) {
                 page_.set(reis + 8, 0);
                 report(event.written);
             }},
        {.offset = reis + 12, .name = "REIH"},
        {.offset = holding_tanks, .name = "HT", .read_only = all_bits, .count = 128},
    };
    rows.insert(rows.end(), own.begin(), own.end());
    return rows;
}

std::vector<Register> Controller::deco_rows() {
    // The descriptor buffer stands where other pages have secure memory.
    std::vector<Register> rows;
    add_counter_rows(rows);
    add_fault_rows(rows, -1);
    add_version_rows(rows);
    const std::vector<Register> own = {
        // Class registers show nothing between jobs; key registers never do.
        {.offset = 0x000, .name = "CCB", .read_only = all_bits, .count = 0x800 / 4},
        {.offset = djqcr,
         .name = "DJQCR",
         .count = 2,
         .on_write =
             [this](const WriteEvent& event) {
                 if (event.index == 0 && (event.written & whole_descriptor) != 0) {
                     deco_.set(djqcr, 0);
                     if ((page_.value(decorr) & request_deco0) != 0 && (page_.value(decorsr) & 3) != 0) {
                         direct_.wanted = true;
                         wake_();
                     }
                 }
             }},
        {.offset = 0x808, .name = "DJQDAR", .read_only = all_bits, .count = 2},
        {.offset = dopsta,
         .name = "DOPSTA",
         .read_only = all_bits,
         .count = 2,
         .on_read = [this](std::uint32_t index, std::uint32_t) { return index == 0 ? direct_.status : 0; }},
        {.offset = 0x820, .name = "DPDIDSR", .read_only = all_bits, .count = 8},
        {.offset = deco_math, .name = "DMTH", .read_only = all_bits, .count = 8},
        {.offset = 0x880, .name = "DGTR", .read_only = all_bits, .count = 64},
        {.offset = descriptor_buffer, .name = "DESB", .count = direct_words},
        {.offset = 0xe00, .name = "DDJR", .read_only = all_bits},
        {.offset = dddr,
         .name = "DDDR",
         .read_only = all_bits,
         .on_read =
             [this](std::uint32_t, std::uint32_t) {
                 return direct_.wanted ? dddr_valid : direct_.failed ? dddr_host_error : 0;
             }},
        {.offset = 0xe08, .name = "DDJP", .read_only = all_bits, .count = 6},
    };
    rows.insert(rows.end(), own.begin(), own.end());
    return rows;
}

void Controller::owner_written(const WriteEvent& event, std::uint32_t offset) {
    const std::uint32_t upper = offset & ~4u;
    const bool is_upper = offset == upper;
    const std::uint32_t rights = is_upper ? event.before : page_.value(upper);
    const bool refused =
        (rights & did_lock) != 0 || ((rights & did_tz_own) != 0 && event.by.world == World::non_secure);
    std::uint32_t value = refused ? event.before : event.after;
    if (is_upper && (event.before & did_amtd_lock) != 0) {
        value = (value & ~(did_amtd | did_amtd_lock)) | (event.before & (did_amtd | did_amtd_lock));
    }
    page_.set(offset, value);
}

/** PRIBLOB only ever gains bits, and the lock of MPMR only closes. */
void Controller::security_config_written(const WriteEvent& event) {
    page_.set(scfgr, event.after | (event.before & (scfgr_priblob | scfgr_mpmrl)));
}

void Controller::reset(bool hab_locked) {
    page_.reset();
    deco_.reset();
    direct_ = {};
    for (unsigned ring = 0; hab_locked && ring < ring_count; ++ring) {
        page_.set(jr_did + 8 * ring, did_hab);
    }
}

bool Controller::secure_owned(unsigned ring) const {
    return (page_.value(jr_did + 8 * ring) & did_tz_own) != 0;
}

Owner Controller::owner(unsigned ring) const {
    const std::uint32_t value = page_.value(jr_did + 8 * ring);
    Owner owner;
    owner.world = (value & did_primary_tz) != 0 ? World::secure : World::non_secure;
    owner.did = static_cast<std::uint8_t>(value & 0xf);
    owner.icid = static_cast<std::uint16_t>(value >> 19 & 0x7ff);
    owner.source = static_cast<std::uint8_t>(ring);
    return owner;
}

/** DECORSR counts the rings from 1. A DECO0DID that says non-secure wins. */
Owner Controller::direct_owner() const {
    const std::uint32_t selected = page_.value(decorsr) & 3;
    Owner result = owner(selected == 0 ? 0 : selected - 1);
    if ((page_.value(deco_did) & deco_non_secure) != 0) {
        result.world = World::non_secure;
        result.did = static_cast<std::uint8_t>(page_.value(deco_did) & 0xf);
    }
    result.source = 4;
    return result;
}

std::array<std::uint32_t, direct_words> Controller::direct_descriptor() const {
    std::array<std::uint32_t, direct_words> words{};
    for (std::uint32_t i = 0; i < words.size(); ++i) {
        words[i] = deco_.value(descriptor_buffer + 4 * i);
    }
    return words;
}

void Controller::finish_direct(std::uint32_t status, const std::array<std::uint32_t, direct_words>& buffer) {
    for (std::uint32_t i = 0; i < buffer.size(); ++i) {
        deco_.set(descriptor_buffer + 4 * i, buffer[i]);
    }
    constexpr std::uint32_t source_field = 0xf0000000;
    const std::uint32_t source = status & source_field;
    direct_.wanted = false;
    direct_.status = status;
    direct_.failed = source == 0x20000000 || source == 0x40000000;
}

std::array<std::uint8_t, 32> Controller::manufacturing_message() const {
    std::array<std::uint8_t, 32> bytes{};
    for (std::uint32_t i = 0; i < 8; ++i) {
        store_be32(bytes.data() + 4 * i, page_.value(mpmr + 4 * i));
    }
    return bytes;
}

std::uint8_t Controller::blob_privilege() const {
    return static_cast<std::uint8_t>(page_.value(scfgr) & scfgr_priblob);
}

void Published::exchange(Archive& archive) {
    const auto exchange_fault = [&](BusFault& one) {
        archive.value(one.happened);
        archive.value(one.address);
        archive.value(one.size);
        archive.value(one.write);
        archive.value(one.answer, static_cast<std::uint64_t>(Response::decerr));
        archive.value(one.purpose, static_cast<std::uint64_t>(Purpose::key));
        archive.value(one.owner.world, static_cast<std::uint64_t>(World::non_secure));
        archive.value(one.owner.did, 15);
        archive.value(one.owner.icid, 0x7ff);
        archive.value(one.owner.source, 7);
    };
    counters.exchange(archive);
    archive.value(rng_status);
    archive.value(mode, static_cast<std::uint64_t>(SecurityMode::failed));
    exchange_fault(fault);
    for (BusFault& one : ring_fault) {
        exchange_fault(one);
    }
    busy = false;
}

void Controller::report(std::uint32_t error_bits) {
    page_.set(reis, page_.value(reis) | error_bits);
    update_line();
}

void Controller::update_line() {
    host_.set_irq(line, (page_.value(reis) & page_.value(reis + 4)) != 0);
}

void Controller::exchange(Archive& archive) {
    page_.exchange(archive);
    deco_.exchange(archive);
    archive.value(direct_.wanted);
    archive.value(direct_.status);
    archive.value(direct_.failed);
}

}  // namespace svp::caam
