// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/csu.hpp"

#include <array>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;
constexpr PropertyInfo property_table[] = {
    {"csl-open", "1: peripherals start open to both worlds; 0: secure only, as the hardware resets", 0}};

namespace reg {
constexpr std::uint32_t csl = 0x000;
constexpr std::uint32_t hp0 = 0x200;
constexpr std::uint32_t hp1 = 0x204;
constexpr std::uint32_t sa0 = 0x218;
constexpr std::uint32_t sa1 = 0x21c;
constexpr std::uint32_t alarm_mask = 0x230;
constexpr std::uint32_t hpcontrol0 = 0x358;
constexpr std::uint32_t hpcontrol1 = 0x35c;
constexpr std::uint32_t irqctrl = 0x368;
}  // namespace reg

// Two CSLs to a word: rights in the low byte of each half, lock above it.
constexpr unsigned csl_words = Csu::slave_count / 2;
constexpr Field csl_rights[] = {{"CSL0", 0, 8}, {"CSL1", 16, 8}};
constexpr Field csl_lock[] = {{"LOCK0", 8}, {"LOCK1", 24}};
constexpr std::uint32_t csl_half[] = {bits_of({csl_rights[0], csl_lock[0]}),
                                      bits_of({csl_rights[1], csl_lock[1]})};
constexpr std::uint32_t csl_reset = 0x00330033;
constexpr std::uint32_t csl_opened = 0x00ff00ff;

// Sixteen masters to a word: value in the even bit, its lock in the odd one.
constexpr unsigned fields_per_word = 16;
constexpr std::uint32_t field_values = 0x55555555;
constexpr std::uint32_t field_locks = 0xaaaaaaaa;

/** Names of value and lock of each field of a word. */
constexpr const char* field_names[fields_per_word][2] = {
    {"M0", "L0"},   {"M1", "L1"},   {"M2", "L2"},   {"M3", "L3"},  {"M4", "L4"},   {"M5", "L5"},
    {"M6", "L6"},   {"M7", "L7"},   {"M8", "L8"},   {"M9", "L9"},  {"M10", "L10"}, {"M11", "L11"},
    {"M12", "L12"}, {"M13", "L13"}, {"M14", "L14"}, {"M15", "L15"}};

/** Fields that exist in a word of them. */
constexpr unsigned fields_in(unsigned word) {
    return word == 0 ? fields_per_word : Csu::master_fields - fields_per_word;
}

std::vector<Field> master_fields_of(unsigned word) {
    std::vector<Field> fields;
    for (unsigned n = 0; n < fields_in(word); ++n) {
        fields.push_back({field_names[n][0], 2 * n});
        fields.push_back({field_names[n][1], 2 * n + 1});
    }
    return fields;
}

/** All values of a word set, no lock. */
constexpr std::uint32_t all_set(unsigned word) {
    return field_values & (~0u >> (32 - 2 * fields_in(word)));
}

constexpr unsigned a53_field = 0;
constexpr unsigned caam_field = 16;
constexpr unsigned no_field = Csu::master_fields;

/** Index into HP, SA and HPCONTROL; NXP U-Boot for i.MX 8MQ. */
constexpr std::array<unsigned, master_count> fields = [] {
    std::array<unsigned, master_count> table{};
    table.fill(no_field);
    const auto set = [&table](Master master, unsigned field) {
        table[static_cast<std::size_t>(master)] = field;
    };
    set(Master::a53, a53_field);
    set(Master::m4, 1);
    set(Master::sdma1_peripheral, 2);
    set(Master::sdma1_burst, 2);
    set(Master::sdma1_spba1, 2);
    set(Master::lcdif, 3);
    set(Master::csi1, 3);
    set(Master::csi2, 3);
    set(Master::usb1, 4);
    set(Master::usb2, 4);
    set(Master::pcie1, 5);
    set(Master::pcie2, 5);
    set(Master::vpu_decoder, 6);
    set(Master::gpu, 7);
    set(Master::apbh_dma, 8);
    set(Master::raw_nand, 8);
    set(Master::enet_tx, 9);
    set(Master::enet_rx, 9);
    set(Master::usdhc1, 10);
    set(Master::usdhc2, 11);
    set(Master::dcss, 12);
    set(Master::coresight, 13);
    set(Master::dap, 14);
    set(Master::sdma2, 15);
    set(Master::caam, caam_field);
    set(Master::vpu_bank1, 17);  // ours: the chip has no such master
    return table;
}();

unsigned field_of(Master master) {
    const auto index = static_cast<std::size_t>(master);
    return index < fields.size() ? fields[index] : no_field;
}

}  // namespace

Csu::Csu(Host& host) : BankDevice(host) {
    add_window("csu", window_size, declaration());
}

std::vector<Register> Csu::declaration() {
    return {
        {.offset = reg::csl,
         .name = "CSL",
         .reset = csl_reset,
         .fields = {csl_rights[0], csl_lock[0], csl_rights[1], csl_lock[1]},
         .count = csl_words,
         .lock = {.bits =
                      [](std::uint32_t, std::uint32_t stored, const Transaction&) {
                          return (csl_lock[0].of(stored) != 0 ? csl_half[0] : 0) |
                                 (csl_lock[1].of(stored) != 0 ? csl_half[1] : 0);
                      },
                  .refuser = Refuser::csu,
                  .rules = 2},
         .on_write = [this](const WriteEvent& event) { written(event); }},
        master_row(reg::hp0, "HP0", 0, 0),
        master_row(reg::hp1, "HP1", 0, 1),
        master_row(reg::sa0, "SA0", all_set(0), 0),
        master_row(reg::sa1, "SA1", all_set(1), 1),
        {.offset = reg::alarm_mask, .name = "ALARM_MASK", .access = FieldAccess::unmodelled},
        master_row(reg::hpcontrol0, "HPCONTROL0", 0, 0),
        master_row(reg::hpcontrol1, "HPCONTROL1", 0, 1),
        {.offset = reg::irqctrl, .name = "IRQCTRL", .access = FieldAccess::unmodelled},
    };
}

Register Csu::master_row(std::uint32_t offset, std::string_view name, std::uint32_t reset, unsigned word) {
    return {.offset = offset,
            .name = name,
            .reset = reset,
            .fields = master_fields_of(word),
            .lock = {.bits =
                         [](std::uint32_t, std::uint32_t stored, const Transaction&) {
                             const std::uint32_t locks = stored & field_locks;
                             return locks | locks >> 1;
                         },
                     .refuser = Refuser::csu,
                     .first = word * fields_per_word,
                     .rules = fields_per_word},
            .on_write = [this](const WriteEvent& event) { written(event); }};
}

void Csu::written(const WriteEvent& event) {
    if (event.after != event.before) {
        notify();
    }
}

bool Csu::allows(Rights rights, World world, bool privileged, Direction direction) {
    const unsigned bit =
        (direction == Direction::write ? 4 : 0) + (world == World::non_secure ? 2 : 0) + (privileged ? 1 : 0);
    return (rights >> bit & 1) != 0;
}

Csu::Rights Csu::rights(unsigned index) const {
    return bank().get<Rights>(reg::csl + index / 2 * 4, csl_rights[index % 2]);
}

bool Csu::master_field(std::uint32_t first_offset, unsigned field) const {
    const std::uint32_t word = bank().value(first_offset + field / fields_per_word * 4);
    return (word >> (field % fields_per_word * 2) & 1) != 0;
}

World Csu::world_of(Master master, World own) const {
    const unsigned field = field_of(master);
    if (field == a53_field || field == caam_field || field == no_field) {
        return own;
    }
    return master_field(reg::sa0, field) ? World::non_secure : World::secure;
}

bool Csu::privileged(Master master, bool own) const {
    const unsigned field = field_of(master);
    if (field == no_field || !master_field(reg::hpcontrol0, field)) {
        return own;
    }
    return master_field(reg::hp0, field);
}

void Csu::open() {
    for (unsigned word = 0; csl_open_ && word < csl_words; ++word) {
        bank().set(reg::csl + 4 * word, csl_opened);
    }
}

void Csu::reset() {
    BankDevice::reset();
    open();
    host().set_irq(0, false);
    // Unconditional: after a failed load the listener has not heard of what is in force.
    notify();
}

void Csu::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    bank().disturb(offset, clear, invert);
    notify();
}

std::span<const PropertyInfo> Csu::properties() const {
    return property_table;
}

std::optional<std::string> Csu::set_property(std::string_view name, std::uint64_t value) {
    if (name != "csl-open") {
        return "no property " + std::string(name);
    }
    if (value > 1) {
        return "csl-open is " + std::to_string(value) + ", it must be 0 or 1";
    }
    csl_open_ = value != 0;
    return std::nullopt;
}

void Csu::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    if (!archive.writing()) {
        bank().check_read_only(archive);
    }
}

void Csu::resume() {
    notify();
}

}  // namespace svp
