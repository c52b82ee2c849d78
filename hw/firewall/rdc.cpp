// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/rdc.hpp"

#include <algorithm>
#include <cstdio>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;

namespace reg {
constexpr std::uint32_t vir = 0x000;
constexpr std::uint32_t stat = 0x024;
constexpr std::uint32_t intctrl = 0x028;
constexpr std::uint32_t intstat = 0x02c;
constexpr std::uint32_t mda = 0x200;
constexpr std::uint32_t pdap = 0x400;
constexpr std::uint32_t mrsa = 0x800;
constexpr std::uint32_t mrea = 0x804;
constexpr std::uint32_t mrc = 0x808;
constexpr std::uint32_t mrvs = 0x80c;
constexpr std::uint32_t slot_stride = 0x10;
}  // namespace reg

constexpr Field vir_domains = {"NDID", 0, 4, FieldAccess::read_only};
constexpr Field vir_masters = {"NMSTR", 4, 8, FieldAccess::read_only};
constexpr Field vir_peripherals = {"NPER", 12, 8, FieldAccess::read_only};
constexpr Field vir_slots = {"NRGN", 20, 8, FieldAccess::read_only};
constexpr Field stat_did = {"DID", 0, 4, FieldAccess::read_only};
constexpr Field stat_pds = {"PDS", 8, 1, FieldAccess::read_only};
constexpr Field rci_en = {"RCI_EN", 0};
constexpr Field intstat_int = {"INT", 0, 1, FieldAccess::write_1_clear};
constexpr Field mda_did = {"DID", 0, 2};
constexpr Field lock = {"LCK", 31};
constexpr Field pdap_sreq = {"SREQ", 30};
constexpr Field mrc_ena = {"ENA", 30};
constexpr Field rights_of[] = {{"D0W", 0}, {"D0R", 1}, {"D1W", 2}, {"D1R", 3},
                               {"D2W", 4}, {"D2R", 5}, {"D3W", 6}, {"D3R", 7}};
constexpr std::uint32_t all_rights = 0xff;
constexpr Field vdid = {"VDID", 0, 2, FieldAccess::read_only};
constexpr Field violated = {"AD", 4, 1, FieldAccess::read_only};  // a write of 1 clears it, see slot_rows()
constexpr Field vadr = {"VADR", 5, 27, FieldAccess::read_only};

constexpr std::uint32_t vir_value = vir_domains.in(0, Rdc::domain_count) | vir_masters.in(0, master_count) |
                                    vir_peripherals.in(0, Rdc::peripheral_count) |
                                    vir_slots.in(0, Rdc::slot_count);

/** The rights of four domains, and what else there is. */
std::vector<Field> with_rights(std::initializer_list<Field> others) {
    std::vector<Field> fields(std::begin(rights_of), std::end(rights_of));
    fields.insert(fields.end(), others);
    return fields;
}

/** Slots of one memory: overlap matters among them, and their edges are multiples of the granularity. */
struct Group {
    unsigned first;
    unsigned end;
    std::uint32_t granularity;  ///< bytes
};

constexpr Group groups[] = {
    {0, 8, 4096},    // DRAM
    {8, 12, 4096},   // PCIe 2
    {12, 20, 4096},  // QSPI
    {20, 24, 4096},  // PCIe 1
    {24, 29, 128},   // OCRAM
    {29, 34, 128},   // OCRAM_S
    {34, 39, 128},   // TCM
    {39, 43, 4096},  // GIC
    {43, 47, 4096},  // USB
    {47, 51, 4096},  // GPU
    {51, 55, 4096},  // VPU
    {55, 59, 4096},  // DAP
    {59, 64, 4096},  // DDRC
};

const Group& group_of(unsigned slot) {
    return *std::find_if(std::begin(groups), std::end(groups),
                         [slot](const Group& group) { return slot < group.end; });
}

constexpr std::uint32_t slot_register(std::uint32_t first, unsigned slot) {
    return first + slot * reg::slot_stride;
}

bool covers(const Rdc::Slot& slot, std::uint64_t address) {
    return slot.enabled && address >= slot.first && address < slot.end;
}

}  // namespace

Rdc::Rdc(Host& host) : BankDevice(host) {
    add_window("rdc", window_size, declaration());
}

std::vector<Register> Rdc::declaration() {
    std::vector<Register> rows = control_rows();
    for (std::vector<Register> more : {assignment_rows(), slot_rows()}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

std::vector<Register> Rdc::control_rows() {
    return {
        {.offset = reg::vir,
         .name = "VIR",
         .reset = vir_value,
         .fields = {vir_domains, vir_masters, vir_peripherals, vir_slots}},
        {.offset = reg::stat,
         .name = "STAT",
         .reset = stat_pds.mask(),
         .fields = {stat_did, stat_pds},
         .on_read =
             [](const ReadEvent& event) { return stat_did.in(event.stored, mda_did.of(event.by.domain)); }},
        {.offset = reg::intctrl,
         .name = "INTCTRL",
         .fields = {rci_en},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        {.offset = reg::intstat,
         .name = "INTSTAT",
         .fields = {intstat_int},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
    };
}

std::vector<Register> Rdc::assignment_rows() {
    const WriteLock locked = {.bits = [](std::uint32_t, std::uint32_t stored,
                                         const Transaction&) { return lock.of(stored) != 0 ? all_bits : 0; },
                              .refuser = Refuser::rdc};
    const auto written = [this](const WriteEvent& event) {
        if (event.after != event.before) {
            notify();
        }
    };
    return {
        {.offset = reg::mda,
         .name = "MDA",
         .fields = {mda_did, lock},
         .count = master_count,
         .lock = locked,
         .on_write = written},
        {.offset = reg::pdap,
         .name = "PDAP",
         .reset = all_rights,
         .fields = with_rights({pdap_sreq, lock}),
         .count = peripheral_count,
         .lock = locked,
         .on_write = written},
    };
}

std::vector<Register> Rdc::slot_rows() {
    const auto slot_written = [this](const WriteEvent& event) { decode_slot(event.index); };
    const auto address = [this, slot_written](std::uint32_t offset, std::string_view name) {
        return Register{
            .offset = offset,
            .name = name,
            .fields = {{name == "MRSA" ? "SADR" : "EADR", 7, 25}},
            .count = slot_count,
            .stride = reg::slot_stride,
            .lock = {.bits = [this](std::uint32_t slot, std::uint32_t,
                                    const Transaction&) { return slot_locked(slot) ? all_bits : 0; },
                     .refuser = Refuser::rdc},
            .on_write = slot_written};
    };
    return {
        address(reg::mrsa, "MRSA"),
        address(reg::mrea, "MREA"),
        {.offset = reg::mrc,
         .name = "MRC",
         .reset = all_rights,
         .fields = with_rights({mrc_ena, lock}),
         .count = slot_count,
         .stride = reg::slot_stride,
         .lock = {.bits =
                      [](std::uint32_t, std::uint32_t stored, const Transaction&) {
                          // A locked slot may still be put in force, but not out of it.
                          return lock.of(stored) != 0 ? ~mrc_ena.mask() | stored : 0;
                      },
                  .refuser = Refuser::rdc},
         .on_write = slot_written},
        {.offset = reg::mrvs,
         .name = "MRVS",
         .fields = {vdid, violated, vadr},
         .count = slot_count,
         .stride = reg::slot_stride,
         .on_read = [this](std::uint32_t slot, std::uint32_t) { return violations_[slot]; },
         .on_write =
             [this](const WriteEvent& event) {
                 violations_[event.index] &= ~(event.written & violated.mask());
             }},
    };
}

bool Rdc::slot_locked(unsigned slot) const {
    return bank().get<bool>(slot_register(reg::mrc, slot), lock);
}

Rdc::Slot Rdc::decode(unsigned slot) const {
    const std::uint32_t control = bank().value(slot_register(reg::mrc, slot));
    const std::uint64_t below = group_of(slot).granularity - 1;
    const std::uint64_t first = bank().value(slot_register(reg::mrsa, slot)) & ~below;
    const std::uint64_t end = (bank().value(slot_register(reg::mrea, slot)) + below) & ~below;
    if (mrc_ena.of(control) == 0 || first >= end) {
        return {};
    }
    return {true, static_cast<Rights>(control), first, end};
}

void Rdc::decode_slot(unsigned slot) {
    const Slot fresh = decode(slot);
    if (fresh != slots_[slot]) {
        slots_[slot] = fresh;
        check_slot(slot);
        notify();
    }
}

/** Tells whoever debugs a policy what it may not have meant. */
void Rdc::check_slot(unsigned slot) {
    const Group& group = group_of(slot);
    const std::uint32_t edges =
        bank().value(slot_register(reg::mrsa, slot)) | bank().value(slot_register(reg::mrea, slot));
    char line[120];
    if (slots_[slot].enabled && edges % group.granularity != 0) {
        std::snprintf(line, sizeof line, "rdc: edges of slot %u are not multiples of %u, rounded outwards",
                      slot, group.granularity);
        host().log(LogKind::guest_error, line);
    }
    for (unsigned other = group.first; other < group.end && !overlap_reported_; ++other) {
        const bool overlap = other != slot && slots_[slot].enabled && slots_[other].enabled &&
                             slots_[slot].first < slots_[other].end && slots_[other].first < slots_[slot].end;
        if (overlap) {
            std::snprintf(line, sizeof line, "rdc: slots %u and %u overlap, both must allow an access", slot,
                          other);
            host().log(LogKind::guest_error, line);
            overlap_reported_ = true;
        }
    }
}

bool Rdc::allows(Rights rights, Domain domain, Direction direction) {
    return domain < domain_count &&
           (rights >> (2 * domain + (direction == Direction::read ? 1 : 0)) & 1) != 0;
}

Domain Rdc::domain_of(Master master) const {
    const auto index = static_cast<unsigned>(master);
    return index < master_count ? bank().get<Domain>(reg::mda + 4 * index, mda_did) : Domain{0};
}

Rdc::Permission Rdc::permission(unsigned first_slot, unsigned count, std::uint64_t address,
                                Direction direction, Domain domain) const {
    for (unsigned slot = first_slot; slot < first_slot + count; ++slot) {
        if (covers(slots_[slot], address) && !allows(slots_[slot].rights, domain, direction)) {
            return {false, slot};
        }
    }
    return {true, 0};
}

std::uint64_t Rdc::last_before_edge(unsigned first_slot, unsigned count, std::uint64_t address) const {
    std::uint64_t last = ~std::uint64_t{0};
    for (unsigned slot = first_slot; slot < first_slot + count; ++slot) {
        for (std::uint64_t edge : {slots_[slot].first, slots_[slot].end}) {
            if (edge > address) {
                last = std::min(last, edge - 1);
            }
        }
    }
    return last;
}

Rdc::Rights Rdc::peripheral_rights(unsigned index) const {
    return static_cast<Rights>(bank().value(reg::pdap + 4 * index));
}

bool Rdc::semaphore_required(unsigned index) const {
    return bank().get<bool>(reg::pdap + 4 * index, pdap_sreq);
}

void Rdc::latch(unsigned slot, Domain domain, std::uint64_t address) {
    // The first violation stays until software has taken notice of it.
    if (violated.of(violations_[slot]) == 0) {
        violations_[slot] =
            violated.in(vdid.in(static_cast<std::uint32_t>(address) & vadr.mask(), domain), 1);
    }
}

void Rdc::restored() {
    bank().set(reg::intstat, intstat_int, true);
    update_irq();
}

void Rdc::update_irq() {
    host().set_irq(0, bank().get<bool>(reg::intstat, intstat_int) && bank().get<bool>(reg::intctrl, rci_en));
}

void Rdc::reset() {
    BankDevice::reset();
    slots_ = {};
    violations_ = {};
    overlap_reported_ = false;
    update_irq();
    // Unconditional: after a failed load the listener has not heard of what is in force.
    notify();
}

void Rdc::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    bank().disturb(offset, clear, invert);
    for (unsigned slot = 0; slot < slot_count; ++slot) {
        slots_[slot] = decode(slot);
    }
    update_irq();
    notify();
}

void Rdc::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    for (std::uint32_t& violation : violations_) {
        archive.value(violation);
        if ((violation & ~bits_of({vdid, violated, vadr})) != 0) {
            archive.fail("the stream holds an impossible value for rdc register MRVS");
        }
    }
    if (!archive.writing()) {
        bank().check_read_only(archive);
        // Even a state that is about to be refused must not leave rights that no register shows.
        for (unsigned slot = 0; slot < slot_count; ++slot) {
            slots_[slot] = decode(slot);
        }
    }
}

void Rdc::resume() {
    update_irq();
    notify();
}

}  // namespace svp
