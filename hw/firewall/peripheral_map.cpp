// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/peripheral_map.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace svp {

namespace {

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t mebi = 1024 * kibi;

/** A 64 KiB slot of an AIPS bus. */
constexpr Slave slot(std::uint64_t first, std::string_view name, std::uint8_t index,
                     std::uint64_t length = 64 * kibi) {
    return {first, length, name, Guard::peripheral, index, 0, 0, 0};
}

/** A slave that RDC memory slots can cut; they count from address 0. */
constexpr Slave large(std::uint64_t first, std::uint64_t length, std::string_view name, std::uint8_t index,
                      std::uint8_t first_slot, std::uint8_t slots) {
    return {first, length, name, Guard::peripheral, index, first_slot, slots, 0};
}

constexpr Slave map[] = {
    slot(0x00100000, "caam_secure_ram", 114, 32 * kibi),
    {0x00180000, 32 * kibi, "ocram_s", Guard::ocram, 119, 29, 5, 0},
    large(0x007e0000, 256 * kibi, "tcm", 124, 34, 5),
    {0x00900000, 128 * kibi, "ocram", Guard::ocram, 118, 24, 5, 0},
    large(0x08000000, 256 * mebi, "qspi_memory", 125, 12, 8),
    large(0x18000000, 128 * mebi, "pcie1_memory", 127, 20, 4),
    large(0x20000000, 128 * mebi, "pcie2_memory", 127, 8, 4),
    large(0x28000000, 16 * mebi, "dap", 121, 55, 4),

    // AIPS-1
    slot(0x30010000, "sai1", 78),
    slot(0x30030000, "sai6", 80),
    slot(0x30040000, "sai5", 81),
    slot(0x30050000, "sai4", 82),
    slot(0x300f0000, "spba2", 90),
    slot(0x30200000, "gpio1", 0),
    slot(0x30210000, "gpio2", 1),
    slot(0x30220000, "gpio3", 2),
    slot(0x30230000, "gpio4", 3),
    slot(0x30240000, "gpio5", 4),
    slot(0x30260000, "tmu", 6),
    slot(0x30270000, "ana_osc", 7),
    slot(0x30280000, "wdog1", 8),
    slot(0x30290000, "wdog2", 9),
    slot(0x302a0000, "wdog3", 10),
    slot(0x302c0000, "sdma2", 12),
    slot(0x302d0000, "gpt1", 13),
    slot(0x302e0000, "gpt2", 14),
    slot(0x302f0000, "gpt3", 15),
    slot(0x30310000, "romcp", 17),
    slot(0x30320000, "lcdif", 18),
    slot(0x30330000, "iomuxc", 19),
    slot(0x30340000, "iomuxc_gpr", 20),
    slot(0x30350000, "ocotp", 21),
    slot(0x30360000, "anatop", 22),
    slot(0x30370000, "snvs", 23),
    slot(0x30380000, "ccm", 24),
    slot(0x30390000, "src", 25),
    slot(0x303a0000, "gpc", 26),
    slot(0x303b0000, "rdc_semaphore1", 27),
    slot(0x303c0000, "rdc_semaphore2", 28),
    slot(0x303d0000, "rdc", 29),
    slot(0x303e0000, "csu", 30),

    // AIPS-2
    slot(0x30660000, "pwm1", 38),
    slot(0x30670000, "pwm2", 39),
    slot(0x30680000, "pwm3", 40),
    slot(0x30690000, "pwm4", 41),
    slot(0x306a0000, "syscnt_rd", 42),
    slot(0x306b0000, "syscnt_cmp", 43),
    slot(0x306c0000, "syscnt_ctrl", 44),
    slot(0x306d0000, "hdmi_ctrl", 45),
    slot(0x306e0000, "gpt6", 46),
    slot(0x306f0000, "gpt5", 47),
    slot(0x30700000, "gpt4", 48),
    slot(0x307b0000, "mtr", 59),
    slot(0x307c0000, "perfmon1", 60),
    slot(0x307d0000, "perfmon2", 61),
    slot(0x307e0000, "platform_ctrl", 62),
    slot(0x307f0000, "qosc", 63),

    // AIPS-3
    slot(0x30810000, "spdif1", 97),
    slot(0x30820000, "ecspi1", 98),
    slot(0x30830000, "ecspi2", 99),
    slot(0x30840000, "ecspi3", 100),
    slot(0x30860000, "uart1", 102),
    slot(0x30880000, "uart3", 104),
    slot(0x30890000, "uart2", 105),
    slot(0x308a0000, "spdif2", 106),
    slot(0x308b0000, "sai2", 107),
    slot(0x308c0000, "sai3", 108),
    slot(0x308f0000, "spba1", 111),
    slot(0x30900000, "caam", 114, 256 * kibi),
    slot(0x30a00000, "mipi_dsi_phy", 64),
    slot(0x30a10000, "mipi_dsi_ctrl", 65),
    slot(0x30a20000, "i2c1", 66),
    slot(0x30a30000, "i2c2", 67),
    slot(0x30a40000, "i2c3", 68),
    slot(0x30a50000, "i2c4", 69),
    slot(0x30a60000, "uart4", 70),
    slot(0x30a70000, "mipi_csi1", 71),
    slot(0x30a80000, "mipi_csi_phy1", 72),
    slot(0x30a90000, "csi1", 73),
    slot(0x30aa0000, "mu_a", 74),
    slot(0x30ab0000, "mu_b", 75),
    slot(0x30ac0000, "sema_hs", 76),
    slot(0x30b40000, "usdhc1", 84),
    slot(0x30b50000, "usdhc2", 85),
    slot(0x30b60000, "mipi_csi2", 86),
    slot(0x30b70000, "mipi_csi_phy2", 87),
    slot(0x30b80000, "csi2", 88),
    slot(0x30bb0000, "qspi", 91),
    slot(0x30bd0000, "sdma1", 93),
    slot(0x30be0000, "enet1", 94),

    slot(0x32c00000, "hdmi_controller", 45, 1 * mebi),
    slot(0x32e00000, "dcss_mst0", 32),
    slot(0x32e10000, "dcss_mst1", 33),
    slot(0x32e20000, "dcss_mst2", 34),
    slot(0x32e30000, "dcss_mst3", 35),
    slot(0x32f80000, "tzasc", 56),
    slot(0x33000000, "apbh_dma", 123, 32 * kibi),
    large(0x33800000, 4 * mebi, "pcie1", 127, 20, 4),
    large(0x33c00000, 4 * mebi, "pcie2", 127, 8, 4),
    large(0x38000000, 256 * kibi, "gpu", 126, 47, 4),
    large(0x38100000, 2 * mebi, "usb", 117, 43, 4),
    large(0x38300000, 256 * kibi, "vpu", 120, 51, 4),
    large(0x38800000, 1 * mebi, "gic", 116, 39, 4),
    large(0x3c000000, 32 * mebi, "ddrc", 115, 59, 5),
    {dram_window_base, dram_window_size, "dram", Guard::tzasc, 0, 0, 8, dram_window_base},
};

constexpr bool well_formed() {
    std::uint64_t end = 0;
    for (const Slave& slave : map) {
        if (slave.first < end || slave.length == 0 || slave.index >= peripheral_count) {
            return false;
        }
        end = slave.first + slave.length;
    }
    return true;
}
static_assert(well_formed(), "ranges must ascend without overlap");

}  // namespace

std::span<const Slave> slaves() {
    return map;
}

Place place_of(std::uint64_t address) {
    const auto next = std::upper_bound(std::begin(map), std::end(map), address,
                                       [](std::uint64_t at, const Slave& slave) { return at < slave.first; });
    if (next != std::begin(map)) {
        const Slave& slave = *std::prev(next);
        if (address - slave.first < slave.length) {
            return {&slave, slave.first + (slave.length - 1)};
        }
    }
    return {nullptr, next == std::end(map) ? std::numeric_limits<std::uint64_t>::max() : next->first - 1};
}

std::string_view peripheral_name(unsigned index) {
    for (const Slave& slave : map) {
        if (slave.guard != Guard::tzasc && slave.index == index) {
            return slave.name;
        }
    }
    return "?";
}

}  // namespace svp
