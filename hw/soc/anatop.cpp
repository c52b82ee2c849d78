// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/anatop.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;
constexpr std::uint32_t chip_imx8mq = 0x00824010;

constexpr std::uint32_t lock = 1u << 31;

// CFG0 and CFG1 of a fractional PLL: rate = reference / (REFCLK_DIV + 1) * 8 * (1 + INT_DIV + FRAC_DIV /
// 2^24) / (2 * (OUTPUT_DIV + 1)).
constexpr std::uint32_t newdiv_ack = 1u << 11;
constexpr std::uint32_t newdiv_value = 1u << 12;
constexpr std::uint32_t fractional_lock_select = 1u << 15;
constexpr std::uint32_t fractional_power_down = 1u << 19;
constexpr std::uint32_t fractional_clock_enable = 1u << 21;
constexpr std::uint32_t fractional_cfg0_fields = 0x003ff7ff;
constexpr std::uint32_t fractional_cfg1_fields = 0x7fffffff;

constexpr std::uint32_t reference_5_mhz = 4u << 5;  // 25 MHz crystal divided by 5
constexpr std::uint32_t fractional_on = fractional_clock_enable | fractional_lock_select | reference_5_mhz;
constexpr std::uint32_t fractional_off = fractional_power_down | fractional_lock_select | reference_5_mhz;

/** INT_DIV for a multiple of 20 MHz, with the reference above and OUTPUT_DIV 0. */
constexpr std::uint32_t fractional_mhz(std::uint32_t mhz) {
    return mhz / 20 - 1;
}

// CFG0 to CFG2 of a two-stage PLL: rate = reference * 2 * (DIVF1 + 1) * (DIVF2 + 1)
// / ((DIVR1 + 1) * (DIVR2 + 1) * (OUTPUT_DIV + 1)).
constexpr std::uint32_t two_stage_lock_select = 1u << 3;
constexpr std::uint32_t two_stage_power_down = 1u << 7;
constexpr std::uint32_t two_stage_clock_enable = 1u << 9;
constexpr std::uint32_t system_clock_enables = 0x02aaaa00;  // the PLL's output and its eight divided ones
constexpr std::uint32_t system_cfg0_fields = 0x03ffffff;
constexpr std::uint32_t two_stage_cfg0_fields = 0x000003ff;
constexpr std::uint32_t two_stage_cfg1_fields = 0x000001ff;
constexpr std::uint32_t two_stage_cfg2_fields = 0x0fffffff;

constexpr std::uint64_t crystal = 25000000;  // Hz; the other references are not connected on the EVK
constexpr std::uint32_t video_pll2_cfg0 = 0x54;
constexpr std::uint32_t bypass_second_stage = 1u << 4;  // the reference comes out
constexpr std::uint32_t bypass_first_stage = 1u << 5;

/** First stage 25 MHz * 80 = 2 GHz, divided by 30; second stage times @p feedback * 2, divided by 2. */
constexpr std::uint32_t two_stage(std::uint32_t feedback) {
    return 29u << 19 | 39u << 13 | (feedback - 1) << 7;
}
constexpr std::uint32_t two_stage_800_mhz = two_stage(12);
constexpr std::uint32_t two_stage_1_ghz = two_stage(15);

std::uint32_t read_fractional(std::uint32_t, std::uint32_t stored) {
    return stored | ((stored & fractional_power_down) == 0 ? lock : 0) |
           ((stored & newdiv_value) != 0 ? newdiv_ack : 0);
}

std::uint32_t read_two_stage(std::uint32_t, std::uint32_t stored) {
    return stored | ((stored & two_stage_power_down) == 0 ? lock : 0);
}

void add_fractional(std::vector<Register>& rows, std::uint32_t offset, std::string_view cfg0,
                    std::string_view cfg1, std::uint32_t setting, std::uint32_t divider) {
    rows.push_back({.offset = offset,
                    .name = cfg0,
                    .reset = setting,
                    .read_only = ~fractional_cfg0_fields,
                    .on_read = read_fractional});
    rows.push_back(
        {.offset = offset + 4, .name = cfg1, .reset = divider, .read_only = ~fractional_cfg1_fields});
}

void add_two_stage(std::vector<Register>& rows, std::uint32_t offset, std::string_view cfg0,
                   std::string_view cfg1, std::string_view cfg2, std::uint32_t cfg0_fields,
                   std::uint32_t setting, std::uint32_t dividers) {
    rows.push_back({.offset = offset,
                    .name = cfg0,
                    .reset = setting,
                    .read_only = ~cfg0_fields,
                    .on_read = read_two_stage});
    rows.push_back({.offset = offset + 4, .name = cfg1, .read_only = ~two_stage_cfg1_fields});
    rows.push_back(
        {.offset = offset + 8, .name = cfg2, .reset = dividers, .read_only = ~two_stage_cfg2_fields});
}

std::vector<Register> registers() {
    std::vector<Register> rows;
    add_fractional(rows, 0x00, "AUDIO_PLL1_CFG0", "AUDIO_PLL1_CFG1", fractional_off, 0);
    add_fractional(rows, 0x08, "AUDIO_PLL2_CFG0", "AUDIO_PLL2_CFG1", fractional_off, 0);
    add_fractional(rows, 0x10, "VIDEO_PLL1_CFG0", "VIDEO_PLL1_CFG1", fractional_off, 0);
    add_fractional(rows, 0x18, "GPU_PLL_CFG0", "GPU_PLL_CFG1", fractional_on, fractional_mhz(800));
    add_fractional(rows, 0x20, "VPU_PLL_CFG0", "VPU_PLL_CFG1", fractional_on, fractional_mhz(600));
    add_fractional(rows, 0x28, "ARM_PLL_CFG0", "ARM_PLL_CFG1", fractional_on, fractional_mhz(1000));

    const std::uint32_t system_on = two_stage_lock_select | system_clock_enables;
    const std::uint32_t on = two_stage_lock_select | two_stage_clock_enable;
    const std::uint32_t off = two_stage_lock_select | two_stage_power_down;
    add_two_stage(rows, 0x30, "SYS_PLL1_CFG0", "SYS_PLL1_CFG1", "SYS_PLL1_CFG2", system_cfg0_fields,
                  system_on, two_stage_800_mhz);
    add_two_stage(rows, 0x3c, "SYS_PLL2_CFG0", "SYS_PLL2_CFG1", "SYS_PLL2_CFG2", system_cfg0_fields,
                  system_on, two_stage_1_ghz);
    add_two_stage(rows, 0x48, "SYS_PLL3_CFG0", "SYS_PLL3_CFG1", "SYS_PLL3_CFG2", system_cfg0_fields, on,
                  two_stage_1_ghz);
    add_two_stage(rows, video_pll2_cfg0, "VIDEO_PLL2_CFG0", "VIDEO_PLL2_CFG1", "VIDEO_PLL2_CFG2",
                  two_stage_cfg0_fields, off, 0);
    add_two_stage(rows, 0x60, "DRAM_PLL_CFG0", "DRAM_PLL_CFG1", "DRAM_PLL_CFG2", two_stage_cfg0_fields, on,
                  two_stage_800_mhz);

    rows.push_back({.offset = 0x6c, .name = "DIGPROG", .reset = chip_imx8mq, .read_only = all_bits});
    rows.push_back({.offset = 0x70, .name = "OSC_MISC_CFG", .read_only = ~0x1fu});
    rows.push_back({.offset = 0x74, .name = "PLLOUT_MONITOR_CFG", .read_only = ~0x1fu});
    rows.push_back({.offset = 0x78, .name = "FRAC_PLLOUT_DIV_CFG", .read_only = ~0x777777u});
    rows.push_back({.offset = 0x7c, .name = "SCCG_PLLOUT_DIV_CFG", .read_only = ~0x77777u});
    return rows;
}

}  // namespace

Anatop::Anatop(Host& host) : BankDevice(host, "anatop", window, registers()) {}

std::uint64_t Anatop::video_pll2_rate() const {
    const std::uint32_t cfg0 = bank().value(video_pll2_cfg0);
    const std::uint32_t cfg2 = bank().value(video_pll2_cfg0 + 8);
    const auto field = [cfg2](unsigned shift, unsigned width) {
        return (cfg2 >> shift & ((1u << width) - 1)) + 1;
    };
    const std::uint64_t divr1 = field(25, 3);
    const std::uint64_t divr2 = field(19, 6);
    const std::uint64_t divf1 = field(13, 6);
    const std::uint64_t divf2 = field(7, 6);
    const std::uint64_t divq = field(1, 6);
    if ((cfg0 & two_stage_power_down) != 0) {
        return 0;
    }
    if ((cfg0 & bypass_second_stage) != 0) {
        return crystal;
    }
    if ((cfg0 & bypass_first_stage) != 0) {
        return crystal * divf2 / (divr2 * divq);
    }
    return crystal * 2 * divf1 * divf2 / (divr1 * divr2 * divq);
}

}  // namespace svp
