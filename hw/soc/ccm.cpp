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

/** SETTING0 to SETTING3, for domains 0 to 3. */
constexpr std::uint32_t gate_fields = 0x3333;
/** POST_PODF, PRE_PODF, MUX and ENABLE. */
constexpr std::uint32_t target_fields = 0x1707003f;
/** AUTHEN_FAIL, TIMEOUT and VIOLATE; only the CLR form lowers them. */
constexpr std::uint32_t misc_fields = 0x111;
constexpr std::uint32_t post_fields = 0x1000003f;
constexpr std::uint32_t pre_fields = 0x17071707;
constexpr std::uint32_t access_fields = 0x9f13ffff;

constexpr std::uint32_t enable = 1u << 28;

/** ENABLE, input @p mux of the selector, dividers @p pre and @p post (1 is "not divided"). */
constexpr std::uint32_t root(std::uint32_t mux, std::uint32_t pre, std::uint32_t post) {
    return enable | mux << 24 | (pre - 1) << 16 | (post - 1);
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
    constexpr Kind unmodelled = Kind::unmodelled;
    return {
        {.offset = 0x0, .name = "GPR0", .alias = alias},
        {.offset = 0x800,
         .name = "PLL_CTRL",
         .read_only = ~gate_fields,
         .alias = alias,
         .count = pll_gates,
         .stride = 0x10},
        {.offset = 0x4000,
         .name = "CCGR",
         .read_only = ~gate_fields,
         .alias = alias,
         .count = gates,
         .stride = 0x10},
        {.offset = root_base,
         .name = "TARGET_ROOT",
         .read_only = ~target_fields,
         .alias = alias,
         .count = roots,
         .stride = root_step},
        {.offset = root_base + 0x10,
         .name = "MISC",
         .read_only = ~misc_fields,
         .alias = alias,
         .count = roots,
         .stride = root_step,
         .kind = unmodelled},
        {.offset = root_base + 0x20,
         .name = "POST",
         .read_only = ~post_fields,
         .alias = alias,
         .count = roots,
         .stride = root_step,
         .kind = unmodelled},
        {.offset = root_base + 0x30,
         .name = "PRE",
         .read_only = ~pre_fields,
         .alias = alias,
         .count = roots,
         .stride = root_step,
         .kind = unmodelled},
        {.offset = root_base + 0x70,
         .name = "ACCESS_CTRL",
         .read_only = ~access_fields,
         .alias = alias,
         .count = roots,
         .stride = root_step,
         .kind = unmodelled},
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
