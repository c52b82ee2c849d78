// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/src.hpp"

#include <array>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t a53rcr1 = 0x08;
constexpr std::uint32_t gpr1 = 0x74;

// Fields that every reset control register has.
constexpr std::uint32_t domains_shift = 24;
constexpr std::uint32_t domain_lock = 1u << 30;
constexpr std::uint32_t domain_enable = 1u << 31;
constexpr std::uint32_t domain_fields = 0xcf000000;  // these two and the four domains
constexpr std::uint32_t all_domains = 0x8f000000;

/** Watchdog and temperature resets are masked by 5 and pass with 10 in their 4-bit fields. */
constexpr std::uint32_t not_masked = 0xa;

/** Boot from QSPI flash, as this board does; BOOT_CFG[14:12] = 4. */
constexpr std::uint32_t boot_from_qspi = 0x4000;
/** BMOD = 2: internal boot. */
constexpr std::uint32_t internal_boot = 2u << 24;
constexpr std::uint32_t force_cold_boot = 1u << 5;

// SRSR
constexpr std::uint32_t srsr = 0x5c;
constexpr std::uint32_t power_on_reset = 1;
constexpr std::array<std::uint32_t, Src::watchdog_count> watchdog_reset = {1u << 4, 1u << 8, 1u << 7};

constexpr std::uint32_t passed_reset_fields = 0x7ffe;

// M4RCR
constexpr std::uint32_t m4rcr = 0x0c;
constexpr std::uint32_t enable_m4 = 1u << 3;
constexpr std::uint32_t m4_self_clearing = 0x6;

/** The function bits are the named domains' if there are any; a lock holds who they are. */
std::uint32_t withheld_from(std::uint32_t, std::uint32_t stored, const Transaction& by) {
    const unsigned domain_bit = domains_shift + (by.domain & 3u);
    const bool closed = (stored & domain_enable) != 0 && (stored >> domain_bit & 1) == 0;
    return (closed ? ~domain_fields : 0) | ((stored & domain_lock) != 0 ? domain_fields : 0);
}

}  // namespace

Src::Src(Host& host) : BankDevice(host, "src", window, registers(*this)) {}

Register Src::guarded(Src& self, std::uint32_t offset, std::string_view name, std::uint32_t fields,
                      std::uint32_t reset) {
    return {.offset = offset,
            .name = name,
            .reset = reset,
            .read_only = ~(fields | domain_fields),
            .lock = {.bits = withheld_from, .refuser = Refuser::src, .first = offset / 4},
            .on_write = [&self, offset](const WriteEvent& event) { self.control_written(offset, event); }};
}

std::vector<Register> Src::registers(Src& self) {
    std::vector<Register> rows = {
        guarded(self, 0x00, "SCR", 0xf0, not_masked << 4),
        guarded(self, 0x04, "A53RCR0", 0x3fffff, not_masked << 16),
        guarded(self, a53rcr1, "A53RCR1", 0x7e, 1),  // core 0 is always enabled
        guarded(self, m4rcr, "M4RCR", 0x3ff, not_masked << 4 | enable_m4),
        guarded(self, 0x20, "USBOPHY1_RCR", 0x1, 1),
        guarded(self, 0x24, "USBOPHY2_RCR", 0x1, 1),
        guarded(self, 0x28, "MIPIPHY_RCR", 0x3e, 0),
        guarded(self, 0x2c, "PCIEPHY_RCR", 0x1dfff, 0),
        guarded(self, 0x30, "HDMI_RCR", 0x1, 0),
        guarded(self, 0x34, "DISP_RCR", 0x1, 0),
        guarded(self, 0x40, "GPU_RCR", 0x1, 0),
        guarded(self, 0x44, "VPU_RCR", 0x1, 0),
        guarded(self, 0x48, "PCIE2_RCR", 0x1dfff, 0),
        guarded(self, 0x4c, "MIPIPHY1_RCR", 0x7, 0),
        guarded(self, 0x50, "MIPIPHY2_RCR", 0x7, 0),
        {.offset = 0x58, .name = "SBMR1", .reset = boot_from_qspi, .read_only = all_bits},
        {.offset = srsr,
         .name = "SRSR",
         .reset = power_on_reset,
         .read_only = ~0x3fdu,
         .write_1_clear = 0x3fd},
        {.offset = 0x68, .name = "SISR", .read_only = all_bits},
        {.offset = 0x6c, .name = "SIMR", .reset = 0x3ff, .read_only = ~passed_reset_fields},
        {.offset = 0x70, .name = "SBMR2", .reset = internal_boot, .read_only = ~force_cold_boot},
        {.offset = gpr1, .name = "GPR1", .count = 8},
        {.offset = gpr1 + 0x20, .name = "GPR9", .read_only = all_bits},
        {.offset = gpr1 + 0x24, .name = "GPR10"},
        guarded(self, 0x1000, "DDRC_RCR", 0xf, all_domains),
        guarded(self, 0x1004, "DDRC2_RCR", 0xf, all_domains),
    };
    for (Register& row : rows) {
        if (row.name == "A53RCR0" || row.name == "M4RCR") {
            row.kind = Kind::unmodelled;
        }
    }
    return rows;
}

void Src::control_written(std::uint32_t offset, const WriteEvent& event) {
    if (offset == m4rcr) {
        bank().set(offset, event.after & ~m4_self_clearing);
    }
    if (offset == a53rcr1 && event.after != event.before && observer_ != nullptr) {
        observer_->core_enables_changed();
    }
}

void Src::set_input(unsigned line, bool level) {
    if (level && line < watchdog_count) {
        coming_ |= watchdog_reset[line];
    }
}

void Src::reset() {
    const std::uint32_t causes = bank().value(srsr);
    const bool power_on = coming_ == 0;

    BankDevice::reset();
    if (!power_on) {
        bank().set(srsr, causes | coming_);
    }
    coming_ = 0;
    host().set_irq(power_on_line, power_on);
}

bool Src::core_enabled(unsigned cpu) const {
    return (bank().value(a53rcr1) >> cpu & 1) != 0;
}

std::uint64_t Src::entry_point(unsigned cpu) const {
    const std::uint64_t high = bank().value(gpr1 + 8 * cpu) & 0xffff;
    const std::uint64_t low = bank().value(gpr1 + 8 * cpu + 4) & 0x3fffff;
    return (high << 22 | low) << 2;
}

}  // namespace svp
