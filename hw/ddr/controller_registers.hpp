// SPDX-License-Identifier: GPL-2.0-or-later
/** Offsets and fields of the DDR controller's registers; names as in U-Boot's table for the i.MX 8M. */
#pragma once

#include <cstdint>
#include <string_view>

#include "svp/register_bank.hpp"

namespace svp::ddrc {

constexpr std::uint32_t mstr = 0x000;
constexpr std::uint32_t stat = 0x004;
constexpr std::uint32_t mrctrl0 = 0x010;
constexpr std::uint32_t mrctrl1 = 0x014;
constexpr std::uint32_t mrstat = 0x018;
constexpr std::uint32_t pwrctl = 0x030;
constexpr std::uint32_t dfimisc = 0x1b0;
constexpr std::uint32_t dfistat = 0x1bc;
constexpr std::uint32_t addrmap0 = 0x200;
constexpr std::uint32_t swctl = 0x320;
constexpr std::uint32_t swstat = 0x324;
constexpr std::uint32_t sbrctl = 0xf24;
constexpr std::uint32_t sbrstat = 0xf28;

constexpr Field mr_type = {"mr_type", 0};  ///< 1: read
constexpr Field mr_wr = {"mr_wr", 31};     ///< starts it, and clears itself
constexpr Field mr_addr = {"mr_addr", 8, 8};
constexpr Field selfref_sw = {"selfref_sw", 5};
constexpr Field dfi_init_complete_en = {"dfi_init_complete_en", 0};
constexpr Field dfi_init_start = {"dfi_init_start", 5};
constexpr Field sw_done = {"sw_done", 0};
constexpr Field scrub_en = {"scrub_en", 0};

/** STAT.operating_mode */
constexpr std::uint32_t mode_init = 0, mode_normal = 1, mode_self_refresh = 3;
/** SBRSTAT: scrub_busy is bit 0. */
constexpr std::uint32_t scrub_done = 2;

/** The monitor's: bit 3 of the first tells that the second has a mode register's value. */
constexpr std::uint32_t mrr0_dat = 0x40, mrr1_dat = 0x44;
constexpr Field mrr_valid = {"MRR_VALID", 3, 1, FieldAccess::read_only};

/** Registers that only keep what is written, at consecutive offsets. */
struct Kept {
    std::uint32_t offset;
    std::string_view name;
    std::uint32_t count = 1;
};

constexpr Kept kept[] = {
    {0x008, "MSTR1"},
    {0x01c, "MRCTRL2"},
    {0x020, "DERATEEN"},
    {0x024, "DERATEINT"},
    {0x028, "MSTR2"},
    {0x034, "PWRTMG"},
    {0x038, "HWLPCTL"},
    {0x03c, "HWFFCCTL"},
    {0x050, "RFSHCTL0"},
    {0x054, "RFSHCTL1"},
    {0x058, "RFSHCTL2"},
    {0x060, "RFSHCTL3"},
    {0x064, "RFSHTMG"},
    {0x070, "ECCCFG0"},
    {0x074, "ECCCFG1"},
    {0x07c, "ECCCLR"},
    {0x0b8, "ECCPOISONADDR", 2},
    {0x0c0, "CRCPARCTL", 3},
    {0x0d0, "INIT", 8},
    {0x0f0, "DIMMCTL"},
    {0x0f4, "RANKCTL"},
    {0x100, "DRAMTMG", 18},
    {0x180, "ZQCTL", 3},
    {0x190, "DFITMG0"},
    {0x194, "DFITMG1"},
    {0x198, "DFILPCFG", 2},
    {0x1a0, "DFIUPD", 3},
    {0x1b4, "DFITMG2"},
    {0x1b8, "DFITMG3"},
    {0x1c0, "DBICTL"},
    {0x1c4, "DFIPHYMSTR"},
    {0x1d0, "TRAINCTL", 3},
    {addrmap0, "ADDRMAP", 12},
    {0x240, "ODTCFG"},
    {0x244, "ODTMAP"},
    {0x250, "SCHED"},
    {0x254, "SCHED1"},
    {0x25c, "PERFHPR1"},
    {0x264, "PERFLPR1"},
    {0x26c, "PERFWR1"},
    {0x274, "PERFVPR1"},
    {0x278, "PERFVPW1"},
    {0x280, "DQMAP", 6},
    {0x300, "DBG0"},
    {0x304, "DBG1"},
    {0x30c, "DBGCMD"},
    {0x330, "OCPARCFG", 4},
    {0x36c, "POISONCFG"},
    {0x400, "PCCFG"},
    {0x404, "PCFGR_0"},
    {0x408, "PCFGW_0"},
    {0x40c, "PCFGC_0"},
    {0x410, "PCFGIDMASKCH"},
    {0x414, "PCFGIDVALUECH"},
    {0x490, "PCTRL_0"},
    {0x494, "PCFGQOS0_0"},
    {0x498, "PCFGQOS1_0"},
    {0x49c, "PCFGWQOS0_0"},
    {0x4a0, "PCFGWQOS1_0"},
    {0xf04, "SARBASE0"},
    {0xf08, "SARSIZE0"},
    {0xf2c, "SBRWDATA", 2},
    {0xf34, "PDCH"},
    {0xf38, "SBRSTART0"},
    {0xf40, "SBRRANGE0"},
};

/** Registers whose value is 0: nothing goes wrong here, and nothing waits. */
constexpr Kept quiet[] = {
    {0x040, "HWFFCSTAT"},  {0x078, "ECCSTAT"},     {0x080, "ECCERRCNT"},  {0x084, "ECCCADDR", 2},
    {0x08c, "ECCCSYN", 3}, {0x0a4, "ECCUADDR", 2}, {0x0ac, "ECCUSYN", 3}, {0x0cc, "CRCPARSTAT"},
    {0x18c, "ZQSTAT"},     {0x1dc, "TRAINSTAT"},   {0x308, "DBGCAM"},     {0x310, "DBGSTAT"},
    {0x370, "POISONSTAT"}, {0x3fc, "PSTAT"},
};

/** What each of the three further frequencies has of its own, from 0x2000, 0x3000 and 0x4000 on. */
constexpr std::uint32_t frequency_step = 0x1000, frequencies = 3;
constexpr Kept of_a_frequency[] = {
    {0x2020, "FREQ_DERATEEN"},  {0x2024, "FREQ_DERATEINT"}, {0x2050, "FREQ_RFSHCTL0"},
    {0x2064, "FREQ_RFSHTMG"},   {0x20dc, "FREQ_INIT3"},     {0x20e0, "FREQ_INIT4"},
    {0x20e8, "FREQ_INIT6"},     {0x20ec, "FREQ_INIT7"},     {0x20f4, "FREQ_RANKCTL"},
    {0x2100, "FREQ_DRAMTMG0"},  {0x2104, "FREQ_DRAMTMG1"},  {0x2108, "FREQ_DRAMTMG2"},
    {0x210c, "FREQ_DRAMTMG3"},  {0x2110, "FREQ_DRAMTMG4"},  {0x2114, "FREQ_DRAMTMG5"},
    {0x2118, "FREQ_DRAMTMG6"},  {0x211c, "FREQ_DRAMTMG7"},  {0x2120, "FREQ_DRAMTMG8"},
    {0x2124, "FREQ_DRAMTMG9"},  {0x2128, "FREQ_DRAMTMG10"}, {0x212c, "FREQ_DRAMTMG11"},
    {0x2130, "FREQ_DRAMTMG12"}, {0x2134, "FREQ_DRAMTMG13"}, {0x2138, "FREQ_DRAMTMG14"},
    {0x213c, "FREQ_DRAMTMG15"}, {0x2140, "FREQ_DRAMTMG16"}, {0x2144, "FREQ_DRAMTMG17"},
    {0x2180, "FREQ_ZQCTL0"},    {0x2190, "FREQ_DFITMG0"},   {0x2194, "FREQ_DFITMG1"},
    {0x21b4, "FREQ_DFITMG2"},   {0x21b8, "FREQ_DFITMG3"},   {0x2240, "FREQ_ODTCFG"},
};

}  // namespace svp::ddrc
