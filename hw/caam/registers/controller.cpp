// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/registers/controller.hpp"

#include "caam/byte_order.hpp"
#include "caam/job_status.hpp"

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
const std::vector<Field> mcfgr_fields = {{"settings_0", 0, 16},   {"PS", 16, 1, FieldAccess::read_only},
                                         {"settings_17", 17, 11}, {"DMA_RST", 28, 1, FieldAccess::read_only},
                                         {"settings_29", 29, 2},  {"SWRST", 31, 1, FieldAccess::read_only}};
constexpr std::uint32_t mcfgr_reset = 0x00002100;

constexpr std::uint32_t scfgr_priblob = 3u << 0;
constexpr std::uint32_t scfgr_mpmrl = 1u << 26;
constexpr std::uint32_t scfgr_lck_trng = 1u << 11;
/** Bits that stay set until the next reset. */
constexpr std::uint32_t scfgr_sticky = scfgr_priblob | scfgr_mpmrl | scfgr_lck_trng;

constexpr std::uint32_t did_lock = 1u << 31;
constexpr std::uint32_t did_amtd_lock = 1u << 17;
constexpr std::uint32_t did_amtd = 1u << 16;
constexpr std::uint32_t did_tz_own = 1u << 15;
constexpr std::uint32_t did_primary_tz = 1u << 4;
constexpr std::uint32_t did_number = 0xf;
constexpr std::uint32_t did_secure = did_tz_own | did_primary_tz;
/** What HAB leaves: secure, owner 1, locked. */
constexpr std::uint32_t did_hab = did_lock | did_tz_own | did_primary_tz | 1;

constexpr Field debug_stop = {"STOP", 16};
constexpr Field debug_stopped = {"STOP_ACK", 17, 1, FieldAccess::read_only};
constexpr std::uint32_t request_valid = 1u << 31;
constexpr Field request_deco0 = {"RQD0", 0};
constexpr Field deco_ring = {"JR", 0, 2};
constexpr std::uint32_t granted_deco0 = 1u << 16;
constexpr std::uint32_t deco_non_secure = 1u << 4;

constexpr std::uint32_t lock_bit = 1u << 31;  ///< of RTIC_OWN, DECO0DID and PBSL
constexpr std::uint32_t assurance_tz = 1u << 4;

// RTMCTL
constexpr std::uint32_t trng_program = 1u << 16;
constexpr std::uint32_t trng_stop_ok = 1u << 13;
constexpr Field trng_error = {"ERR", 12, 1, FieldAccess::write_1_clear};
constexpr std::uint32_t trng_entropy_valid = 1u << 10;
constexpr std::uint32_t trng_reset_defaults = 1u << 6;
const std::vector<Field> trng_fields = {{"SAMP_MODE", 0, 2}, {"OSC_DIV", 2, 2},
                                        {"TRNG_ACC", 5},     {"ENT_VAL", 10, 1, FieldAccess::read_only},
                                        trng_error,          {"TSTOP_OK", 13, 1, FieldAccess::read_only},
                                        {"PRGM", 16}};
/** What is set up in program mode; TRNG_ACC and ERR serve run mode as well. */
constexpr std::uint32_t trng_program_fields = trng_program | trng_reset_defaults | 0xf;
constexpr std::uint32_t trng_status = 0x63c;  ///< the first register behind those of program mode

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
                       ControllerEvents events)
    : host_(host),
      published_(published),
      secure_memory_(secure_memory),
      engine_(engine),
      events_(std::move(events)),
      refusals_(host),
      page_(host, "caam", page_bytes, page_rows()),
      deco_(host, "caam deco 0", page_bytes, deco_rows()) {}

bool Controller::closed(Page page, unsigned ring) const {
    switch (page) {
        case Page::controller:
            return false;
        case Page::ring:
            return (page_.value(jr_did + 8 * ring) & did_tz_own) != 0;
        case Page::assurance:
            return (page_.value(rtic_own) & assurance_tz) != 0;
        case Page::deco:
            return requested_by_ == World::secure;
    }
    return true;
}

bool Controller::claimed() const {
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        if ((page_.value(jr_did + 8 * ring) & (did_tz_own | did_primary_tz)) != 0) {
            return true;
        }
    }
    return false;
}

/** Bits of a register of page 0 that a lock keeps as they are, whoever writes. */
std::uint32_t Controller::locked_bits(std::uint32_t offset) const {
    const auto whole = [this](std::uint32_t lock_offset, std::uint32_t lock) {
        return (page_.value(lock_offset) & lock) != 0 ? all_bits : 0;
    };
    if (offset >= jr_did && offset < jr_did + 8 * (ring_count + 1)) {
        const std::uint32_t upper = offset & ~4u;
        const bool amtd_locked = offset == upper && (page_.value(upper) & did_amtd_lock) != 0;
        return whole(upper, did_lock) | (amtd_locked ? did_amtd | did_amtd_lock : 0);
    }
    if (offset >= rtic_own && offset < rtic_own + 4 * 9) {
        return whole(rtic_own, lock_bit);
    }
    if (offset == deco_did || offset == deco_did + 4) {
        return whole(deco_did, lock_bit);
    }
    if (offset == pbsl) {
        return whole(pbsl, lock_bit);
    }
    if (offset == scfgr) {
        return page_.value(scfgr) & scfgr_sticky;
    }
    if (offset >= trng && offset < trng_status) {
        // Whoever is in program mode may finish; nobody gets into it again.
        const bool programming = (page_.value(trng) & trng_program) != 0;
        const std::uint32_t fields = offset == trng ? trng_program_fields : all_bits;
        return programming ? 0 : whole(scfgr, scfgr_lck_trng) & fields;
    }
    return offset >= mpmr && offset < mpmr + 4 * 8 ? whole(scfgr, scfgr_mpmrl) : 0;
}

RegisterRights Controller::rights(Page page, std::uint32_t offset, const Transaction& by) const {
    const std::uint32_t locked = page == Page::controller ? locked_bits(offset) : 0;
    if (by.world == World::secure) {
        return {all_bits, ~locked};
    }
    const AccessRow* row = access_row(page, offset);
    if (row == nullptr) {
        return {0, 0};
    }
    const bool deco_free = requested_by_ != World::secure;
    const bool granted = row->grant == Grant::page || (row->grant == Grant::unclaimed && !claimed()) ||
                         (row->grant == Grant::deco && deco_free) ||
                         (row->grant == Grant::deco_unclaimed && deco_free && !claimed());
    std::uint32_t read = row->read;
    if (page == Page::deco && offset >= descriptor_buffer && offset < descriptor_buffer + 4 * direct_words) {
        const std::uint32_t word = (offset - descriptor_buffer) / 4;
        read = (open_words_ >> word & 1) != 0 ? read : 0;
    }
    return {read, granted ? row->write & ~locked : 0};
}

void Controller::withheld(Page page, unsigned ring, std::uint32_t offset, const Transaction& by) {
    const bool owner = page == Page::controller && offset >= jr_did && offset < jr_did + 8 * ring_count;
    refusals_.registers(by, owner ? (offset - jr_did) / 8 : ring);
}

void Controller::add_owner_rows(std::vector<Register>& rows) {
    for (unsigned ring = 0; ring <= ring_count; ++ring) {
        const std::uint32_t offset = jr_did + 8 * ring;
        rows.push_back({.offset = offset,
                        .name = "JRDID_MS",
                        .on_write = [this, ring](const WriteEvent& event) { owner_written(event, ring); }});
        rows.push_back({.offset = offset + 4, .name = "JRDID_LS"});
        rows.push_back({.offset = jr_smvbar + 8 * ring,
                        .name = "JRSMVBAR",
                        .access = FieldAccess::unmodelled,
                        .on_read = [this](std::uint32_t, std::uint32_t) {
                            return static_cast<std::uint32_t>(secure_memory_.base() >> 16);
                        }});
    }
}

void Controller::add_trng_rows(std::vector<Register>& rows) {
    rows.push_back({.offset = trng,
                    .name = "RTMCTL",
                    .reset = trng_stop_ok | trng_entropy_valid | 1,
                    .fields = trng_fields,
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
    rows.push_back({.offset = trng + 0x3c, .name = "RTSTATUS", .access = FieldAccess::read_only});
    rows.push_back({.offset = trng + 0x40, .name = "RTENT", .access = FieldAccess::read_only, .count = 16});
    rows.push_back({.offset = rdsta,
                    .name = "RDSTA",
                    .access = FieldAccess::read_only,
                    .on_read = [this](std::uint32_t, std::uint32_t) { return published_.rng_status; }});
    rows.push_back({.offset = rdint, .name = "RDINT", .access = FieldAccess::read_only, .count = 2});
    rows.push_back({.offset = 0x6e0, .name = "RDHCNTL", .count = 4});
}

std::vector<Register> Controller::page_rows() {
    std::vector<Register> rows = shared_rows(-1);
    add_owner_rows(rows);
    add_direct_rows(rows);
    add_trng_rows(rows);
    const std::vector<Register> own = {
        {.offset = mcfgr, .name = "MCFGR", .reset = mcfgr_reset, .fields = mcfgr_fields},
        {.offset = page0_sdid, .name = "PAGE0_SDID"},
        {.offset = scfgr, .name = "SCFGR"},
        {.offset = debugctl,
         .name = "DEBUGCTL",
         .fields = {debug_stop, debug_stopped},
         .on_read = [](std::uint32_t,
                       std::uint32_t stored) { return debug_stopped.in(stored, debug_stop.of(stored)); }},
        {.offset = jrstartr, .name = "JRSTARTR", .fields = {{"Start_JR", 0, 4}}},
        {.offset = dar, .name = "DAR"},
        {.offset = dar + 4, .name = "DRR"},
        {.offset = pbsl, .name = "PBSL"},
        {.offset = dma_timing, .name = "AXI timing", .count = 16},
        {.offset = mppkr, .name = "MPPKR", .access = FieldAccess::read_only, .count = 16},
        {.offset = mpmr, .name = "MPMR", .count = 8},
        {.offset = mptestr, .name = "MPTESTR", .access = FieldAccess::read_only, .count = 8},
        {.offset = mpecc, .name = "MPECC", .access = FieldAccess::read_only},
        // The keys themselves: JDKEKR, TDKEKR, TDSKR and the nonce. No mode of this model shows them.
        {.offset = jdkekr, .name = "JDKEKR", .access = FieldAccess::read_only, .count = 24},
        {.offset = sknr, .name = "SKNR", .access = FieldAccess::read_only, .count = 2},
        {.offset = dma_status, .name = "DMA status", .count = 20},
        {.offset = reis,
         .name = "REIS",
         .access = FieldAccess::write_1_clear,
         .on_write = [this](const WriteEvent&) { update_line(); }},
        {.offset = reis + 4, .name = "REIE", .on_write = [this](const WriteEvent&) { update_line(); }},
        {.offset = reis + 8,
         .name = "REIF",
         .on_write =
             [this](const WriteEvent& event) {
                 page_.set(reis + 8, 0);
                 report(event.written);
             }},
        {.offset = reis + 12, .name = "REIH"},
        {.offset = holding_tanks, .name = "HT", .access = FieldAccess::read_only, .count = 128},
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
        {.offset = 0x000, .name = "CCB", .access = FieldAccess::read_only, .count = 0x800 / 4},
        {.offset = djqcr,
         .name = "DJQCR",
         .count = 2,
         .on_write = [this](const WriteEvent& event) { start_written(event); }},
        {.offset = 0x808, .name = "DJQDAR", .access = FieldAccess::read_only, .count = 2},
        {.offset = dopsta,
         .name = "DOPSTA",
         .access = FieldAccess::read_only,
         .count = 2,
         .on_read = [this](std::uint32_t index, std::uint32_t) { return index == 0 ? direct_.status : 0; }},
        {.offset = 0x820, .name = "DPDIDSR", .access = FieldAccess::read_only, .count = 8},
        {.offset = deco_math, .name = "DMTH", .access = FieldAccess::read_only, .count = 8},
        {.offset = 0x880, .name = "DGTR", .access = FieldAccess::read_only, .count = 64},
        {.offset = descriptor_buffer,
         .name = "DESB",
         .count = direct_words,
         .on_write = [this](const WriteEvent& event) { word_written(event); }},
        {.offset = 0xe00, .name = "DDJR", .access = FieldAccess::read_only},
        {.offset = dddr,
         .name = "DDDR",
         .access = FieldAccess::read_only,
         .on_read =
             [this](std::uint32_t, std::uint32_t) {
                 return direct_.wanted ? dddr_valid : direct_.failed ? dddr_host_error : 0;
             }},
        {.offset = 0xe08, .name = "DDJP", .access = FieldAccess::read_only, .count = 6},
    };
    rows.insert(rows.end(), own.begin(), own.end());
    return rows;
}

void Controller::owner_written(const WriteEvent& event, unsigned ring) {
    if (ring < ring_count && ((event.before ^ event.after) & did_secure) != 0) {
        events_.owner_changed(ring);
    }
}

void Controller::add_direct_rows(std::vector<Register>& rows) {
    rows.push_back({.offset = rtic_own, .name = "RTIC_OWN", .on_write = [this](const WriteEvent& event) {
                        if (((event.before ^ event.after) & assurance_tz) != 0) {
                            events_.assurance_changed();
                        }
                    }});
    rows.push_back({.offset = rtic_own + 4, .name = "RTIC_DID", .count = 8});
    rows.push_back({.offset = decorsr,
                    .name = "DECORSR",
                    .fields = {deco_ring},
                    .on_read = [](std::uint32_t, std::uint32_t stored) { return stored | request_valid; },
                    .on_write = [this](const WriteEvent& event) { ring_selected(event); }});
    rows.push_back({.offset = decorr,
                    .name = "DECORR",
                    .fields = {request_deco0},
                    .on_read =
                        [this](const ReadEvent& event) {
                            const bool requested =
                                request_deco0.of(event.stored) != 0 && page_.get(decorsr, deco_ring) != 0;
                            const bool granted = requested && (event.by.world == World::secure ||
                                                               requested_by_ != World::secure);
                            return event.stored | (granted ? granted_deco0 : 0);
                        },
                    .on_write = [this](const WriteEvent& event) { deco_requested(event); }});
    rows.push_back({.offset = deco_did, .name = "DECO0DID_MS"});
    rows.push_back({.offset = deco_did + 4, .name = "DECO0DID_LS"});
}

/** Nobody of the non-secure world takes the identity of a ring that is the secure world's. */
void Controller::ring_selected(const WriteEvent& event) {
    const std::uint32_t selected = event.after & 3;
    const bool secure =
        selected != 0 && (closed(Page::ring, selected - 1) || owner(selected - 1).world == World::secure);
    if (event.by.world == World::non_secure && secure) {
        page_.set(decorsr, event.before);
        return refusals_.registers(event.by, selected - 1);
    }
    selected_by_ = event.by.world;
}

/** What the secure world leaves in the DECO goes when it gives the DECO back. */
void Controller::deco_requested(const WriteEvent& event) {
    const bool requested = request_deco0.of(event.after) != 0;
    if (!requested && requested_by_ == World::secure) {
        for (std::uint32_t i = 0; i < direct_words; ++i) {
            deco_.set(descriptor_buffer + 4 * i, 0);
        }
        open_words_ = 0;
    }
    requested_by_ = requested ? event.by.world : World::non_secure;
}

/** A word is the non-secure world's from its first byte on, and the secure world's again when all is new. */
void Controller::word_written(const WriteEvent& event) {
    const std::uint64_t bit = std::uint64_t{1} << event.index;
    if (event.by.world == World::secure) {
        open_words_ = event.lanes == all_bits ? open_words_ & ~bit : open_words_;
        return;
    }
    if ((open_words_ & bit) == 0) {
        deco_.set(descriptor_buffer + 4 * event.index, event.written);
    }
    open_words_ |= bit;
}

void Controller::start_written(const WriteEvent& event) {
    if (event.index != 0 || (event.written & whole_descriptor) == 0) {
        return;
    }
    deco_.set(djqcr, 0);
    if (page_.get<bool>(decorr, request_deco0) && page_.get(decorsr, deco_ring) != 0) {
        direct_.starter = direct_.wanted ? weaker(direct_.starter, event.by.world) : event.by.world;
        direct_.wanted = true;
        events_.wake();
    }
}

void Controller::reset(bool hab_locked) {
    page_.reset();
    deco_.reset();
    direct_ = {};
    selected_by_ = World::secure;
    requested_by_ = World::non_secure;
    open_words_ = 0;
    for (unsigned ring = 0; hab_locked && ring < ring_count; ++ring) {
        page_.set(jr_did + 8 * ring, did_hab);
    }
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
    constexpr std::uint32_t length_field = 0x7f;
    const std::uint32_t selected = page_.value(decorsr) & 3;
    Owner result = owner(selected == 0 ? 0 : selected - 1);
    if ((page_.value(deco_did) & deco_non_secure) != 0) {
        result.world = World::non_secure;
        result.did = static_cast<std::uint8_t>(page_.value(deco_did) & did_number);
    }
    const std::uint32_t length = deco_.value(descriptor_buffer) & length_field;
    const std::uint64_t used = length >= direct_words ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
    if (((used | 1) & open_words_) != 0) {
        result.world = World::non_secure;
    }
    for (const World one : {direct_.starter, selected_by_, requested_by_}) {
        result.world = weaker(result.world, one);
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
    const bool taken_over = direct_.starter == World::non_secure && requested_by_ == World::secure;
    for (std::uint32_t i = 0; !taken_over && i < buffer.size(); ++i) {
        deco_.set(descriptor_buffer + 4 * i, buffer[i]);
    }
    if (!taken_over && direct_.starter == World::non_secure) {
        open_words_ = ~std::uint64_t{0};
    }
    direct_.wanted = false;
    direct_.status = status;
    direct_.failed = failed(status);
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
    counters.exchange(archive);
    archive.value(rng_status);
    archive.value(mode, static_cast<std::uint64_t>(SecurityMode::failed));
    fault.exchange(archive);
    open_fault.exchange(archive);
    for (BusFault& one : ring_fault) {
        one.exchange(archive);
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
    for (World* world : {&direct_.starter, &selected_by_, &requested_by_}) {
        archive.value(*world, static_cast<std::uint64_t>(World::non_secure));
    }
    archive.value(open_words_);
    archive.value(direct_.status);
    archive.value(direct_.failed);
}

}  // namespace svp::caam
