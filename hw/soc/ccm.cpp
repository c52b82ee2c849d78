// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/ccm.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t pll_gates = 39;
constexpr std::uint32_t gates = 191;
constexpr std::uint32_t roots = 142;
constexpr std::uint32_t root_base = 0x8000;
constexpr std::uint32_t root_step = 0x80;

constexpr Field post_podf = {"POST_PODF", 0, 6};
constexpr Field pre_podf = {"PRE_PODF", 16, 3};
constexpr Field mux_select = {"MUX", 24, 3};
constexpr Field enable = {"ENABLE", 28};

/** ENABLE, input @p mux of the selector, dividers @p pre and @p post (1 is "not divided"). */
constexpr std::uint32_t root(std::uint32_t mux, std::uint32_t pre, std::uint32_t post) {
    return enable.in(mux_select.in(pre_podf.in(post_podf.in(0, post - 1), pre - 1), mux), 1);
}

struct RootSetting {
    std::uint32_t index;
    std::uint32_t value;
};

/** What a boot loader for the EVK leaves; the inputs are those of clk-imx8mq.c. */
constexpr RootSetting boot_roots[] = {
    {0, root(1, 1, 1)},    // ARM_A53: ARM PLL
    {16, root(1, 1, 1)},   // MAIN_AXI: system PLL 2, 333 MHz
    {26, root(1, 1, 1)},   // NOC: system PLL 1, 800 MHz
    {27, root(1, 1, 4)},   // NOC_APB: system PLL 1, 400 MHz, divided by 4
    {32, root(1, 1, 1)},   // AHB: system PLL 1, 133 MHz
    {33, root(0, 1, 2)},   // IPG: AHB divided by 2
    {65, root(1, 1, 1)},   // DRAM_APB: system PLL 2, 200 MHz
    {94, root(0, 1, 1)},   // UART1: crystal
    {95, root(0, 1, 1)},   // UART2: crystal
    {96, root(0, 1, 1)},   // UART3: crystal
    {97, root(0, 1, 1)},   // UART4: crystal
    {100, root(1, 1, 1)},  // GIC: system PLL 2, 200 MHz
    {114, root(0, 1, 1)},  // WDOG: crystal
};

std::vector<Register> registers() {
    constexpr Alias alias = Alias::set_clear_toggle;
    constexpr FieldAccess unmodelled = FieldAccess::unmodelled;
    // For domains 0 to 3.
    const std::vector<Field> settings = {
        {"SETTING0", 0, 2}, {"SETTING1", 4, 2}, {"SETTING2", 8, 2}, {"SETTING3", 12, 2}};
    return {
        {.offset = 0x0, .name = "GPR0", .alias = alias},
        {.offset = 0x800,
         .name = "PLL_CTRL",
         .fields = settings,
         .alias = alias,
         .count = pll_gates,
         .stride = 0x10},
        {.offset = 0x4000,
         .name = "CCGR",
         .fields = settings,
         .alias = alias,
         .count = gates,
         .stride = 0x10},
        {.offset = root_base,
         .name = "TARGET_ROOT",
         .fields = {post_podf, pre_podf, mux_select, enable},
         .alias = alias,
         .count = roots,
         .stride = root_step},
        {.offset = root_base + 0x10,
         .name = "MISC",
         .fields = {{"AUTHEN_FAIL", 0, 1, unmodelled},
                    {"TIMEOUT", 4, 1, unmodelled},
                    {"VIOLATE", 8, 1, unmodelled}},
         .alias = alias,
         .count = roots,
         .stride = root_step},
        {.offset = root_base + 0x20,
         .name = "POST",
         .fields = {{"POST_PODF", 0, 6, unmodelled}, {"SELECT", 28, 1, unmodelled}},
         .alias = alias,
         .count = roots,
         .stride = root_step},
        {.offset = root_base + 0x30,
         .name = "PRE",
         .fields = {{"PRE_PODF_B", 0, 3, unmodelled},
                    {"MUX_B", 8, 3, unmodelled},
                    {"EN_B", 12, 1, unmodelled},
                    {"PRE_PODF_A", 16, 3, unmodelled},
                    {"MUX_A", 24, 3, unmodelled},
                    {"EN_A", 28, 1, unmodelled}},
         .alias = alias,
         .count = roots,
         .stride = root_step},
        {.offset = root_base + 0x70,
         .name = "ACCESS_CTRL",
         .fields = {{"DOMAIN0_INFO", 0, 4, unmodelled},
                    {"DOMAIN1_INFO", 4, 4, unmodelled},
                    {"DOMAIN2_INFO", 8, 4, unmodelled},
                    {"DOMAIN3_INFO", 12, 4, unmodelled},
                    {"OWNER_ID", 16, 2, unmodelled},
                    {"MUTEX", 20, 1, unmodelled},
                    {"DOMAIN0_WHITELIST", 24, 1, unmodelled},
                    {"DOMAIN1_WHITELIST", 25, 1, unmodelled},
                    {"DOMAIN2_WHITELIST", 26, 1, unmodelled},
                    {"DOMAIN3_WHITELIST", 27, 1, unmodelled},
                    {"SEMA_EN", 28, 1, unmodelled},
                    {"LOCK", 31, 1, unmodelled}},
         .alias = alias,
         .count = roots,
         .stride = root_step},
    };
}

}  // namespace

Ccm::Ccm(Host& host) : BankDevice(host, "ccm", window, registers()) {
    Ccm::reset();
}

void Ccm::reset() {
    BankDevice::reset();
    for (const RootSetting& setting : boot_roots) {
        bank().set(root_base + setting.index * root_step, setting.value);
    }
}

}  // namespace svp
