// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/anatop.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;
constexpr std::uint32_t chip_imx8mq = 0x00824010;

using Fields = std::vector<Field>;

constexpr Field lock = {"PLL_LOCK", 31, 1, FieldAccess::read_only};

// CFG0 and CFG1 of a fractional PLL: rate = reference / (REFCLK_DIV + 1) * 8 * (1 + INT_DIV + FRAC_DIV /
// 2^24) / (2 * (OUTPUT_DIV + 1)).
namespace fractional {
constexpr Field reference_divider = {"PLL_REFCLK_DIV_VAL", 5, 6};
constexpr Field newdiv_ack = {"PLL_NEWDIV_ACK", 11, 1, FieldAccess::read_only};
constexpr Field newdiv_value = {"PLL_NEWDIV_VAL", 12};
constexpr Field lock_select = {"PLL_LOCK_SEL", 15};
constexpr Field power_down = {"PLL_PD", 19};
constexpr Field clock_enable = {"PLL_CLKE", 21};
const Fields cfg0_fields = {{"PLL_OUTPUT_DIV_VAL", 0, 5},
                            reference_divider,
                            newdiv_ack,
                            newdiv_value,
                            {"PLL_COUNTCLK_SEL", 13},
                            {"PLL_BYPASS", 14},
                            lock_select,
                            {"PLL_REFCLK_SEL", 16, 2},
                            {"PLL_PD_OVERRIDE", 18},
                            power_down,
                            {"PLL_CLKE_OVERRIDE", 20},
                            clock_enable,
                            lock};
const Fields cfg1_fields = {{"PLL_INT_DIV_CTL", 0, 7}, {"PLL_FRAC_DIV_CTL", 7, 24}};

constexpr std::uint32_t reference_5_mhz = reference_divider.in(0, 4);  // 25 MHz crystal divided by 5
constexpr std::uint32_t on = clock_enable.mask() | lock_select.mask() | reference_5_mhz;
constexpr std::uint32_t off = power_down.mask() | lock_select.mask() | reference_5_mhz;
}  // namespace fractional

/** INT_DIV for a multiple of 20 MHz, with the reference above and OUTPUT_DIV 0. */
constexpr std::uint32_t fractional_mhz(std::uint32_t mhz) {
    return mhz / 20 - 1;
}

// CFG0 to CFG2 of a two-stage PLL: rate = reference * 2 * (DIVF1 + 1) * (DIVF2 + 1)
// / ((DIVR1 + 1) * (DIVR2 + 1) * (OUTPUT_DIV + 1)).
namespace two_stage {
constexpr Field lock_select = {"PLL_LOCK_SEL", 3};
constexpr Field bypass_second = {"PLL_BYPASS2", 4};  // the reference comes out
constexpr Field bypass_first = {"PLL_BYPASS1", 5};
constexpr Field power_down = {"PLL_PD", 7};
constexpr Field clock_enable = {"PLL_CLKE", 9};
constexpr Field divq = {"PLL_OUTPUT_DIV_VAL", 1, 6};
constexpr Field divf2 = {"PLL_FEEDBACK_DIVF2", 7, 6};
constexpr Field divf1 = {"PLL_FEEDBACK_DIVF1", 13, 6};
constexpr Field divr2 = {"PLL_REF_DIVR2", 19, 6};
constexpr Field divr1 = {"PLL_REF_DIVR1", 25, 3};
constexpr Field reference_select = {"PLL_REFCLK_SEL", 0, 2};
const Fields cfg0_fields = {reference_select, {"PLL_COUNTCLK_SEL", 2},
                            lock_select,      bypass_second,
                            bypass_first,     {"PLL_PD_OVERRIDE", 6},
                            power_down,       {"PLL_CLKE_OVERRIDE", 8},
                            clock_enable,     lock};
const Fields cfg1_fields = {{"PLL_SSE", 0}, {"PLL_SSMF", 1, 4}, {"PLL_SSMD", 5, 3}, {"PLL_SSDS", 8}};
const Fields cfg2_fields = {{"PLL_FILTER_RANGE", 0}, divq, divf2, divf1, divr2, divr1};

/** The system PLLs have eight divided outputs as well, each with an enable and an override of it. */
const Fields system_cfg0_fields = {{"PLL_REFCLK_SEL", 0, 2},
                                   {"PLL_COUNTCLK_SEL", 2},
                                   lock_select,
                                   bypass_second,
                                   bypass_first,
                                   {"PLL_PD_OVERRIDE", 6},
                                   power_down,
                                   {"PLL_DIV20_OVERRIDE", 8},
                                   {"PLL_DIV20_CLKE", 9},
                                   {"PLL_DIV10_OVERRIDE", 10},
                                   {"PLL_DIV10_CLKE", 11},
                                   {"PLL_DIV8_OVERRIDE", 12},
                                   {"PLL_DIV8_CLKE", 13},
                                   {"PLL_DIV6_OVERRIDE", 14},
                                   {"PLL_DIV6_CLKE", 15},
                                   {"PLL_DIV5_OVERRIDE", 16},
                                   {"PLL_DIV5_CLKE", 17},
                                   {"PLL_DIV4_OVERRIDE", 18},
                                   {"PLL_DIV4_CLKE", 19},
                                   {"PLL_DIV3_OVERRIDE", 20},
                                   {"PLL_DIV3_CLKE", 21},
                                   {"PLL_DIV2_OVERRIDE", 22},
                                   {"PLL_DIV2_CLKE", 23},
                                   {"PLL_CLKE_OVERRIDE", 24},
                                   {"PLL_CLKE", 25},
                                   lock};
constexpr std::uint32_t system_clock_enables = 0x02aaaa00;  // the PLL's output and its eight divided ones
constexpr std::uint32_t system_on = lock_select.mask() | system_clock_enables;
constexpr std::uint32_t on = lock_select.mask() | clock_enable.mask();
constexpr std::uint32_t off = lock_select.mask() | power_down.mask();

/** First stage 25 MHz * 80 = 2 GHz, divided by 30; second stage times @p feedback * 2, divided by 2. */
constexpr std::uint32_t dividers(std::uint32_t feedback) {
    return divr2.in(divf1.in(divf2.in(0, feedback - 1), 39), 29);
}
constexpr std::uint32_t at_800_mhz = dividers(12);
constexpr std::uint32_t at_1_ghz = dividers(15);
}  // namespace two_stage

/** What PLL_REFCLK_SEL names, in Hz: two crystals, the HDMI transmitter's clock, and nothing. */
constexpr std::uint64_t references[] = {25000000, 27000000, 27000000, 0};
constexpr std::uint32_t video_pll2_cfg0 = 0x54;

std::uint32_t read_fractional(std::uint32_t, std::uint32_t stored) {
    using namespace fractional;
    return lock.in(newdiv_ack.in(stored, newdiv_value.of(stored)), power_down.of(stored) ^ 1);
}

std::uint32_t read_two_stage(std::uint32_t, std::uint32_t stored) {
    return lock.in(stored, two_stage::power_down.of(stored) ^ 1);
}

void add_fractional(std::vector<Register>& rows, std::uint32_t offset, std::string_view cfg0,
                    std::string_view cfg1, std::uint32_t setting, std::uint32_t divider) {
    rows.push_back({.offset = offset,
                    .name = cfg0,
                    .reset = setting,
                    .fields = fractional::cfg0_fields,
                    .on_read = read_fractional});
    rows.push_back({.offset = offset + 4, .name = cfg1, .reset = divider, .fields = fractional::cfg1_fields});
}

void add_two_stage(std::vector<Register>& rows, std::uint32_t offset, std::string_view cfg0,
                   std::string_view cfg1, std::string_view cfg2, const Fields& cfg0_fields,
                   std::uint32_t setting, std::uint32_t dividers) {
    rows.push_back(
        {.offset = offset, .name = cfg0, .reset = setting, .fields = cfg0_fields, .on_read = read_two_stage});
    rows.push_back({.offset = offset + 4, .name = cfg1, .fields = two_stage::cfg1_fields});
    rows.push_back({.offset = offset + 8, .name = cfg2, .reset = dividers, .fields = two_stage::cfg2_fields});
}

std::vector<Register> registers() {
    std::vector<Register> rows;
    add_fractional(rows, 0x00, "AUDIO_PLL1_CFG0", "AUDIO_PLL1_CFG1", fractional::off, 0);
    add_fractional(rows, 0x08, "AUDIO_PLL2_CFG0", "AUDIO_PLL2_CFG1", fractional::off, 0);
    add_fractional(rows, 0x10, "VIDEO_PLL1_CFG0", "VIDEO_PLL1_CFG1", fractional::off, 0);
    add_fractional(rows, 0x18, "GPU_PLL_CFG0", "GPU_PLL_CFG1", fractional::on, fractional_mhz(800));
    add_fractional(rows, 0x20, "VPU_PLL_CFG0", "VPU_PLL_CFG1", fractional::on, fractional_mhz(600));
    add_fractional(rows, 0x28, "ARM_PLL_CFG0", "ARM_PLL_CFG1", fractional::on, fractional_mhz(1000));

    using namespace two_stage;
    add_two_stage(rows, 0x30, "SYS_PLL1_CFG0", "SYS_PLL1_CFG1", "SYS_PLL1_CFG2", system_cfg0_fields,
                  system_on, at_800_mhz);
    add_two_stage(rows, 0x3c, "SYS_PLL2_CFG0", "SYS_PLL2_CFG1", "SYS_PLL2_CFG2", system_cfg0_fields,
                  system_on, at_1_ghz);
    add_two_stage(rows, 0x48, "SYS_PLL3_CFG0", "SYS_PLL3_CFG1", "SYS_PLL3_CFG2", system_cfg0_fields, on,
                  at_1_ghz);
    add_two_stage(rows, video_pll2_cfg0, "VIDEO_PLL2_CFG0", "VIDEO_PLL2_CFG1", "VIDEO_PLL2_CFG2",
                  two_stage::cfg0_fields, off, 0);
    add_two_stage(rows, 0x60, "DRAM_PLL_CFG0", "DRAM_PLL_CFG1", "DRAM_PLL_CFG2", two_stage::cfg0_fields, on,
                  at_800_mhz);

    rows.push_back({.offset = 0x6c,
                    .name = "DIGPROG",
                    .reset = chip_imx8mq,
                    .fields = {{"DIGPROG_MINOR", 0, 8, FieldAccess::read_only},
                               {"DIGPROG_MAJOR_LOWER", 8, 8, FieldAccess::read_only},
                               {"DIGPROG_MAJOR_UPPER", 16, 8, FieldAccess::read_only}}});
    rows.push_back({.offset = 0x70,
                    .name = "OSC_MISC_CFG",
                    .fields = {{"OSC_32K_SEL", 0},
                               {"OSC_25M_CLKE_OVERRIDE", 1},
                               {"OSC_25M_CLKE", 2},
                               {"OSC_27M_CLKE_OVERRIDE", 3},
                               {"OSC_27M_CLKE", 4}}});
    rows.push_back({.offset = 0x74,
                    .name = "PLLOUT_MONITOR_CFG",
                    .fields = {{"PLLOUT_MONITOR_CLK_SEL", 0, 4}, {"PLLOUT_MONITOR_CKE", 4}}});
    rows.push_back({.offset = 0x78,
                    .name = "FRAC_PLLOUT_DIV_CFG",
                    .fields = {{"AUDIO_PLL1_DIV_VAL", 0, 3},
                               {"AUDIO_PLL2_DIV_VAL", 4, 3},
                               {"VIDEO_PLL1_DIV_VAL", 8, 3},
                               {"GPU_PLL_DIV_VAL", 12, 3},
                               {"VPU_PLL_DIV_VAL", 16, 3},
                               {"ARM_PLL_DIV_VAL", 20, 3}}});
    rows.push_back({.offset = 0x7c,
                    .name = "SCCG_PLLOUT_DIV_CFG",
                    .fields = {{"SYSTEM_PLL1_DIV_VAL", 0, 3},
                               {"SYSTEM_PLL2_DIV_VAL", 4, 3},
                               {"SYSTEM_PLL3_DIV_VAL", 8, 3},
                               {"DRAM_PLL_DIV_VAL", 12, 3},
                               {"VIDEO_PLL2_DIV_VAL", 16, 3}}});
    return rows;
}

}  // namespace

Anatop::Anatop(Host& host) : BankDevice(host, "anatop", window, registers()) {}

std::uint64_t Anatop::video_pll2_rate() const {
    using namespace two_stage;
    const std::uint32_t cfg2 = bank().value(video_pll2_cfg0 + 8);
    const auto divider = [cfg2](const Field& field) { return std::uint64_t{field.of(cfg2)} + 1; };
    if (bank().get<bool>(video_pll2_cfg0, power_down)) {
        return 0;
    }
    const std::uint64_t reference = references[reference_select.of(bank().value(video_pll2_cfg0))];
    if (bank().get<bool>(video_pll2_cfg0, bypass_second)) {
        return reference;
    }
    if (bank().get<bool>(video_pll2_cfg0, bypass_first)) {
        return reference * divider(divf2) / (divider(divr2) * divider(divq));
    }
    return reference * 2 * divider(divf1) * divider(divf2) /
           (divider(divr1) * divider(divr2) * divider(divq));
}

}  // namespace svp
