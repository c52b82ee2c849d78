// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/src.hpp"

#include <array>

namespace svp {

namespace {

using Fields = std::vector<Field>;

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t a53rcr1 = 0x08;
constexpr Field core_enable[Src::core_count] = {{"A53_CORE0_ENABLE", 0, 1, FieldAccess::read_only},  // always
                                                {"A53_CORE1_ENABLE", 1},
                                                {"A53_CORE2_ENABLE", 2},
                                                {"A53_CORE3_ENABLE", 3}};
constexpr std::uint32_t gpr1 = 0x74;

// Fields that every reset control register has.
constexpr Field domain[] = {{"DOMAIN0", 24}, {"DOMAIN1", 25}, {"DOMAIN2", 26}, {"DOMAIN3", 27}};
constexpr Field domain_lock = {"LOCK", 30};
constexpr Field domain_enable = {"DOM_EN", 31};
constexpr std::uint32_t domain_fields =
    bits_of({domain[0], domain[1], domain[2], domain[3], domain_lock, domain_enable});
constexpr std::uint32_t all_domains = domain_fields & ~domain_lock.mask();

/** Watchdog and temperature resets are masked by 5 and pass with 10 in their 4-bit fields. */
constexpr std::uint32_t not_masked = 0xa;

// SBMR1 and SBMR2
constexpr std::uint32_t sbmr1 = 0x58, sbmr2 = 0x70;
constexpr std::uint32_t boot_from_qspi = 0x4000;  ///< BOOT_CFG[14:12] = 4
constexpr Field boot_mode = {"BMOD", 24, 2, FieldAccess::read_only};
constexpr std::uint32_t internal_boot = 2;
constexpr PropertyInfo property_list[] = {
    {"boot-cfg", "value of SBMR1: what the pins or fuses BOOT_CFG say", boot_from_qspi},
    {"boot-mode", "what the pins BOOT_MODE say: 0 fuses, 1 serial download, 2 internal boot", internal_boot},
};

// SRSR
constexpr std::uint32_t srsr = 0x5c;
constexpr std::uint32_t power_on_reset = 1;
constexpr std::array<std::uint32_t, Src::watchdog_count> watchdog_reset = {1u << 4, 1u << 8, 1u << 7};

const Fields cause_fields = {
    {"IPP_RESET_B", 0, 1, FieldAccess::write_1_clear},      {"CSU_RESET_B", 2, 1, FieldAccess::write_1_clear},
    {"IPP_USER_RESET_B", 3, 1, FieldAccess::write_1_clear}, {"WDOG1_RST_B", 4, 1, FieldAccess::write_1_clear},
    {"JTAG_RST_B", 5, 1, FieldAccess::write_1_clear},       {"JTAG_SW_RST", 6, 1, FieldAccess::write_1_clear},
    {"WDOG3_RST_B", 7, 1, FieldAccess::write_1_clear},      {"WDOG4_RST_B", 8, 1, FieldAccess::write_1_clear},
    {"TEMPSENSE_RST_B", 9, 1, FieldAccess::write_1_clear}};

const Fields passed_reset_masks = {{"MASK_HSICPHY_PASSED_RESET", 1},
                                   {"MASK_OTGPHY1_PASSED_RESET", 2},
                                   {"MASK_OTGPHY2_PASSED_RESET", 3},
                                   {"MASK_MIPIPHY_PASSED_RESET", 4},
                                   {"MASK_PCIE1_PHY_PASSED_RESET", 5},
                                   {"MASK_HDMI_PASSED_RESET", 6},
                                   {"MASK_DISPLAY_PASSED_RESET", 7},
                                   {"MASK_M4C_PASSED_RESET", 8},
                                   {"MASK_M4P_PASSED_RESET", 9},
                                   {"MASK_GPU_PASSED_RESET", 10},
                                   {"MASK_VPU_PASSED_RESET", 11},
                                   {"MASK_PCIE2_PHY_PASSED_RESET", 12},
                                   {"MASK_MIPI_CSI1_PHY_PASSED_RESET", 13},
                                   {"MASK_MIPI_CSI2_PHY_PASSED_RESET", 14}};

// M4RCR; the M4 itself is not there.
constexpr std::uint32_t m4rcr = 0x0c;
constexpr Field m4_core_reset = {"SW_M4C_RST", 1, 1, FieldAccess::unmodelled};      ///< clears itself
constexpr Field m4_platform_reset = {"SW_M4P_RST", 2, 1, FieldAccess::unmodelled};  ///< clears itself
constexpr Field enable_m4 = {"ENABLE_M4", 3, 1, FieldAccess::unmodelled};
const Fields m4_fields = {{"SW_M4C_NON_SCLR_RST", 0, 1, FieldAccess::unmodelled},
                          m4_core_reset,
                          m4_platform_reset,
                          enable_m4,
                          {"MASK_WDOG3_RST", 4, 4, FieldAccess::unmodelled},
                          {"WDOG3_RST_OPTION_M4", 8, 1, FieldAccess::unmodelled},
                          {"WDOG3_RST_OPTION", 9, 1, FieldAccess::unmodelled}};

/** A reset of each core that does nothing, @p first is core 0's bit. */
void add_core_resets(Fields& fields, const std::array<std::string_view, Src::core_count>& names,
                     unsigned first) {
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        fields.push_back({names[cpu], first + cpu, 1, FieldAccess::unmodelled});
    }
}

Fields a53rcr0_fields() {
    Fields fields;
    add_core_resets(
        fields, {"A53_CORE_POR_RESET0", "A53_CORE_POR_RESET1", "A53_CORE_POR_RESET2", "A53_CORE_POR_RESET3"},
        0);
    add_core_resets(fields, {"A53_CORE_RESET0", "A53_CORE_RESET1", "A53_CORE_RESET2", "A53_CORE_RESET3"}, 4);
    add_core_resets(fields, {"A53_DBG_RESET0", "A53_DBG_RESET1", "A53_DBG_RESET2", "A53_DBG_RESET3"}, 8);
    add_core_resets(fields, {"A53_ETM_RESET0", "A53_ETM_RESET1", "A53_ETM_RESET2", "A53_ETM_RESET3"}, 12);
    fields.push_back({"MASK_WDOG1_RST", 16, 4, FieldAccess::unmodelled});
    fields.push_back({"A53_SOC_DBG_RESET", 20, 1, FieldAccess::unmodelled});
    fields.push_back({"A53_L2RESET", 21, 1, FieldAccess::unmodelled});
    return fields;
}

const Fields pcie_fields = {{"PCIE_PHY_POWER_ON_RESET_N", 0},
                            {"PCIEPHY_G_RST", 1},
                            {"PCIEPHY_BTN", 2},
                            {"PCIEPHY_PERST", 3},
                            {"PCIE_CTRL_APPS_CLK_REQ", 4},
                            {"PCIE_CTRL_APPS_RST", 5},
                            {"PCIE_CTRL_APPS_EN", 6},
                            {"PCIE_CTRL_APPS_READY", 7},
                            {"PCIE_CTRL_APPS_ENTER", 8},
                            {"PCIE_CTRL_APPS_EXIT", 9},
                            {"PCIE_CTRL_APPS_PME", 10},
                            {"PCIE_CTRL_APPS_TURNOFF", 11},
                            {"PCIE_CTRL_CFG_L1_AUX", 12},
                            {"PCIE_CTRL_SYS_INT", 14},
                            {"PCIE_CTRL_APP_UNLOCK_MSG", 15},
                            {"PCIE_CTRL_APP_XFER_PENDING", 16}};
const Fields dsi_fields = {{"MIPI_DSI_RESET_BYTE_N", 1},
                           {"MIPI_DSI_RESET_N", 2},
                           {"MIPI_DIS_DPI_RESET_N", 3},
                           {"MIPI_DIS_ESC_RESET_N", 4},
                           {"MIPI_DIS_PCLK_RESET_N", 5}};
const Fields csi_fields = {
    {"MIPI_CSI_CORE_RESET", 0}, {"MIPI_CSI_PHY_REF_RESET", 1}, {"MIPI_CSI_ESC_RESET", 2}};
const Fields ddrc_fields = {
    {"DDRC_PRST", 0}, {"DDRC_CORE_RST", 1}, {"DDRC_PHY_RESET", 2}, {"DDRC_PHY_PWROKIN", 3}};

/** The function bits are the named domains' if there are any; a lock holds who they are. */
std::uint32_t withheld_from(std::uint32_t, std::uint32_t stored, const Transaction& by) {
    const bool closed = domain_enable.of(stored) != 0 && domain[by.domain & 3u].of(stored) == 0;
    return (closed ? ~domain_fields : 0) | (domain_lock.of(stored) != 0 ? domain_fields : 0);
}

}  // namespace

Src::Src(Host& host)
    : BankDevice(host, "src", window, registers(*this)),
      boot_cfg_(boot_from_qspi),
      boot_mode_(internal_boot) {}

Register Src::guarded(Src& self, std::uint32_t offset, std::string_view name, std::vector<Field> fields,
                      std::uint32_t reset) {
    fields.insert(fields.end(), std::begin(domain), std::end(domain));
    fields.insert(fields.end(), {domain_lock, domain_enable});
    return {.offset = offset,
            .name = name,
            .reset = reset,
            .fields = std::move(fields),
            .lock = {.bits = withheld_from, .refuser = Refuser::src, .first = offset / 4},
            .on_write = [&self, offset](const WriteEvent& event) { self.control_written(offset, event); }};
}

std::vector<Register> Src::registers(Src& self) {
    return {
        guarded(self, 0x00, "SCR", {{"MASK_TEMPSENSE_RESET", 4, 4}}, not_masked << 4),
        guarded(self, 0x04, "A53RCR0", a53rcr0_fields(), not_masked << 16),
        guarded(self, a53rcr1, "A53RCR1",
                {core_enable[0], core_enable[1], core_enable[2], core_enable[3], {"A53_RST_SLOW", 4, 3}}, 1),
        guarded(self, m4rcr, "M4RCR", m4_fields, not_masked << 4 | enable_m4.mask()),
        guarded(self, 0x20, "USBOPHY1_RCR", {{"OTG1_PHY_RESET", 0}}, 1),
        guarded(self, 0x24, "USBOPHY2_RCR", {{"OTG2_PHY_RESET", 0}}, 1),
        guarded(self, 0x28, "MIPIPHY_RCR", dsi_fields, 0),
        guarded(self, 0x2c, "PCIEPHY_RCR", pcie_fields, 0),
        guarded(self, 0x30, "HDMI_RCR", {{"HDMI_PHY_APB_RESET", 0}}, 0),
        guarded(self, 0x34, "DISP_RCR", {{"DISP_RESET", 0}}, 0),
        guarded(self, 0x40, "GPU_RCR", {{"GPU_RESET", 0}}, 0),
        guarded(self, 0x44, "VPU_RCR", {{"VPU_RESET", 0}}, 0),
        guarded(self, 0x48, "PCIE2_RCR", pcie_fields, 0),
        guarded(self, 0x4c, "MIPIPHY1_RCR", csi_fields, 0),
        guarded(self, 0x50, "MIPIPHY2_RCR", csi_fields, 0),
        {.offset = sbmr1, .name = "SBMR1", .reset = boot_from_qspi, .access = FieldAccess::read_only},
        {.offset = srsr, .name = "SRSR", .reset = power_on_reset, .fields = cause_fields},
        {.offset = 0x68, .name = "SISR", .access = FieldAccess::read_only},
        {.offset = 0x6c, .name = "SIMR", .reset = 0x3ff, .fields = passed_reset_masks},
        {.offset = sbmr2,
         .name = "SBMR2",
         .reset = boot_mode.in(0, internal_boot),
         .fields = {{"FUSE_FORCE_COLD_BOOT", 5}, boot_mode}},
        {.offset = gpr1, .name = "GPR1", .count = 8},
        {.offset = gpr1 + 0x20, .name = "GPR9", .access = FieldAccess::read_only},
        {.offset = gpr1 + 0x24, .name = "GPR10"},
        guarded(self, 0x1000, "DDRC_RCR", ddrc_fields, all_domains),
        guarded(self, 0x1004, "DDRC2_RCR", ddrc_fields, all_domains),
    };
}

void Src::control_written(std::uint32_t offset, const WriteEvent& event) {
    if (offset == m4rcr) {
        bank().set(offset, m4_core_reset, false);
        bank().set(offset, m4_platform_reset, false);
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
    bank().set(sbmr1, boot_cfg_);
    bank().set(sbmr2, boot_mode, boot_mode_);
    if (!power_on) {
        bank().set(srsr, causes | coming_);
    }
    coming_ = 0;
    host().set_irq(power_on_line, power_on);
}

std::span<const PropertyInfo> Src::properties() const {
    return property_list;
}

std::optional<std::string> Src::set_property(std::string_view name, std::uint64_t value) {
    if (name == property_list[0].name && value <= all_bits) {
        boot_cfg_ = static_cast<std::uint32_t>(value);
    } else if (name == property_list[1].name && value <= internal_boot) {
        boot_mode_ = static_cast<std::uint32_t>(value);
    } else {
        return "no property " + std::string(name) + " of value " + std::to_string(value);
    }
    return std::nullopt;
}

bool Src::core_enabled(unsigned cpu) const {
    return bank().get<bool>(a53rcr1, core_enable[cpu]);
}

std::uint64_t Src::entry_point(unsigned cpu) const {
    const std::uint64_t high = bank().value(gpr1 + 8 * cpu) & 0xffff;
    const std::uint64_t low = bank().value(gpr1 + 8 * cpu + 4) & 0x3fffff;
    return (high << 22 | low) << 2;
}

}  // namespace svp
