// SPDX-License-Identifier: GPL-2.0-or-later
/** Offsets and fields of the GPC's registers; names and places as in the MIMX8MQ6 device header. */
#pragma once

#include "svp/register_bank.hpp"

namespace svp::gpc {

using Fields = std::vector<Field>;

namespace lpcr_a53_bsc {
constexpr std::uint32_t offset = 0x00;
/** Low-power modes of cores 0 and 1: 0 run, 1 wait, 2 stop. */
constexpr Field lpm[] = {{"LPM0", 0, 2}, {"LPM1", 2, 2}};
inline const Fields fields = {
    lpm[0],
    lpm[1],
    {"MST0_LPM_HSK_MASK", 6},
    {"CPU_CLK_ON_LPM", 14},
    {"MASK_CORE0_WFI", 16},
    {"MASK_CORE1_WFI", 17},
    {"MASK_CORE2_WFI", 18},
    {"MASK_CORE3_WFI", 19},
    {"IRQ_SRC_C2", 22},
    {"IRQ_SRC_C3", 23},
    {"MASK_SCU_WFI", 24},
    {"MASK_L2CC_WFI", 26},
    {"IRQ_SRC_C0", 28},
    {"IRQ_SRC_C1", 29},
    {"IRQ_SRC_A53_WUP", 30},
    {"MASK_DSM_TRIGGER", 31},
};
}  // namespace lpcr_a53_bsc

namespace lpcr_a53_bsc2 {
constexpr std::uint32_t offset = 0x108;
constexpr Field lpm[] = {{"LPM2", 0, 2}, {"LPM3", 2, 2}};
inline const Fields fields = {lpm[0], lpm[1]};
}  // namespace lpcr_a53_bsc2

/** Four of each kind, for cores 0 to 3. */
namespace lpcr_a53_ad {
constexpr std::uint32_t offset = 0x04;
constexpr Field wfi_pdn[] = {
    {"EN_C0_WFI_PDN", 0}, {"EN_C1_WFI_PDN", 2}, {"EN_C2_WFI_PDN", 16}, {"EN_C3_WFI_PDN", 18}};
/** Whose 1 means "enabled", despite the name. */
constexpr Field wfi_pdn_dis[] = {{"EN_C0_WFI_PDN_DIS", 20},
                                 {"EN_C1_WFI_PDN_DIS", 21},
                                 {"EN_C2_WFI_PDN_DIS", 22},
                                 {"EN_C3_WFI_PDN_DIS", 23}};
/** The core gets power when deep sleep ends. */
constexpr Field pup[] = {{"EN_C0_PUP", 9}, {"EN_C1_PUP", 11}, {"EN_C2_PUP", 25}, {"EN_C3_PUP", 27}};
inline const Fields fields = {
    wfi_pdn[0],
    {"EN_C0_PDN", 1},
    wfi_pdn[1],
    {"EN_C1_PDN", 3},
    {"EN_PLAT_PDN", 4},
    {"EN_L2_WFI_PDN", 5},
    {"EN_C0_IRQ_PUP", 8, 1, FieldAccess::unmodelled},
    pup[0],
    {"EN_C1_IRQ_PUP", 10, 1, FieldAccess::unmodelled},
    pup[1],
    wfi_pdn[2],
    {"EN_C2_PDN", 17},
    wfi_pdn[3],
    {"EN_C3_PDN", 19},
    wfi_pdn_dis[0],
    wfi_pdn_dis[1],
    wfi_pdn_dis[2],
    wfi_pdn_dis[3],
    {"EN_C2_IRQ_PUP", 24, 1, FieldAccess::unmodelled},
    pup[2],
    {"EN_C3_IRQ_PUP", 26, 1, FieldAccess::unmodelled},
    pup[3],
    {"L2PGE", 31},
};
}  // namespace lpcr_a53_ad

namespace slpcr {
constexpr std::uint32_t offset = 0x14;
constexpr Field en_dsm = {"EN_DSM", 31};
inline const Fields fields = {
    {"BYPASS_PMIC_READY", 0},
    {"SBYOS", 1},
    {"VSTBY", 2},
    {"STBY_COUNT", 3, 3},
    {"COSC_PWRDOWN", 6},
    {"COSC_EN", 7},
    {"OSCCNT", 8, 8},
    {"EN_A53_FASTWUP_WAIT_MODE", 16},
    {"EN_A53_FASTWUP_STOP_MODE", 17},
    {"EN_M4_FASTWUP_WAIT_MODE", 18},
    {"EN_M4_FASTWUP_STOP_MODE", 19},
    {"DISABLE_A53_IS_DSM", 23},
    {"REG_BYPASS_COUNT", 24, 6},
    {"RBC_EN", 30},
    en_dsm,
};
}  // namespace slpcr

/** Registers whose fields nothing in this model asks for. */
namespace stored {
inline const Fields lpcr_m4 = {{"LPM0", 0, 2},         {"EN_M4_PDN", 2},    {"EN_M4_PUP", 3},
                               {"CPU_CLK_ON_LPM", 14}, {"MASK_M4_WFI", 16}, {"MASK_DSM_TRIGGER", 31}};
inline const Fields mst_cpu_mapping = {{"MST0_CPU_MAPPING", 0}, {"MEMLP_RET_PGEN", 1, 31}};
inline const Fields mlpcr = {{"MEMLP_CTL_DIS", 0},    {"MEMLP_RET_SEL", 1},   {"ROMLP_PDN_DIS", 2},
                             {"MEMLP_ENT_CNT", 8, 8}, {"MEM_EXT_CNT", 16, 8}, {"MEMLP_RET_PGEN", 24, 8}};
inline const Fields ack_sel_a53 = {
    {"A53_C0_PGC_PDN_ACK", 0},  {"A53_C1_PGC_PDN_ACK", 1},  {"A53_PLAT_PGC_PDN_ACK", 2},
    {"A53_C2_PGC_PDN_ACK", 13}, {"A53_C3_PGC_PDN_ACK", 14}, {"A53_PGC_PDN_ACK", 15},
    {"A53_C0_PGC_PUP_ACK", 16}, {"A53_C1_PGC_PUP_ACK", 17}, {"A53_PLAT_PGC_PUP_ACK", 18},
    {"A53_C2_PGC_PUP_ACK", 29}, {"A53_C3_PGC_PUP_ACK", 30}, {"A53_PGC_PUP_ACK", 31}};
inline const Fields ack_sel_m4 = {{"M4_VIRTUAL_PGC_PDN_ACK", 0},
                                  {"M4_DUMMY_PGC_PDN_ACK", 15},
                                  {"M4_VIRTUAL_PGC_PUP_ACK", 16},
                                  {"M4_DUMMY_PGC_PUP_ACK", 31}};
inline const Fields misc = {{"M4_SLEEP_HOLD_REQ_B", 0},  {"A53_SLEEP_HOLD_REQ_B", 1},
                            {"GPC_IRQ_MASK", 5},         {"M4_PDN_REQ_MASK", 8},
                            {"A53_BYPASS_PUP_MASK", 24}, {"M4_BYPASS_PUP_MASK", 25}};
inline const Fields domain_mapping = {
    {"MF_A53_DOMAIN", 0},         {"MIPI_A53_DOMAIN", 2},      {"PCIE_A53_DOMAIN", 3},
    {"OTG1_A53_DOMAIN", 4},       {"OTG2_A53_DOMAIN", 5},      {"DDR1_A53_DOMAIN", 7},
    {"DDR2_A53_DOMAIN", 8},       {"GPU_A53_DOMAIN", 9},       {"VPU_A53_DOMAIN", 10},
    {"HDMI_A53_DOMAIN", 11},      {"DISP_A53_DOMAIN", 12},     {"MIPI_CSI1_A53_DOMAIN", 13},
    {"MIPI_CSI2_A53_DOMAIN", 14}, {"PCIE2_A53_DOMAIN", 15},    {"MF_M4_DOMAIN", 16},
    {"MIPI_M4_DOMAIN", 18},       {"PCIE_M4_DOMAIN", 19},      {"OTG1_M4_DOMAIN", 20},
    {"OTG2_M4_DOMAIN", 21},       {"DDR1_M4_DOMAIN", 23},      {"DDR2_M4_DOMAIN", 24},
    {"GPU_M4_DOMAIN", 25},        {"VPU_M4_DOMAIN", 26},       {"HDMI_M4_DOMAIN", 27},
    {"DISP_M4_DOMAIN", 28},       {"MIPI_CSI1_M4_DOMAIN", 29}, {"MIPI_CSI2_M4_DOMAIN", 30},
    {"PCIE2_M4_DOMAIN", 31}};
inline const Fields mix_flag = {{"MIX_PDN_FLAG", 0}};
inline const Fields unit_flags = {{"PU_PDN_FLG", 0, 14}};
}  // namespace stored

// Requests for power, of cores, of the mix and of peripheral units, up and down.
constexpr std::uint32_t cpu_pgc_sw_pup_req = 0xf0;
constexpr std::uint32_t mix_pgc_sw_pup_req = 0xf4;
constexpr std::uint32_t pu_pgc_sw_pup_req = 0xf8;
constexpr std::uint32_t cpu_pgc_sw_pdn_req = 0xfc;
constexpr std::uint32_t mix_pgc_sw_pdn_req = 0x100;
constexpr std::uint32_t pu_pgc_sw_pdn_req = 0x104;
/** Bit n for core n, as TF-A has it; see gpc.hpp. */
inline const Fields core_requests = {
    {"CORE0_A53", 0}, {"CORE1_A53", 1}, {"CORE2_A53", 2}, {"CORE3_A53", 3}, {"SCU_A53", 4}};
inline const Fields mix_request = {{"MIX", 0}};
inline const Fields unit_requests = {{"MIPI", 0},       {"PCIE", 1},  {"USB_OTG1", 2}, {"USB_OTG2", 3},
                                     {"PU4", 4},        {"DDR1", 5},  {"DDR2", 6},     {"GPU", 7},
                                     {"VPU", 8},        {"HDMI", 9},  {"DISP", 10},    {"MIPI_CSI1", 11},
                                     {"MIPI_CSI2", 12}, {"PCIE2", 13}};

namespace pu_pwrhsk {
constexpr std::uint32_t offset = 0x1fc;
/** The acknowledgements read as the requests are. */
struct Handshake {
    Field request;
    Field acknowledge[2];  ///< the second one without a name: there is none
};
constexpr Handshake handshakes[] = {
    {{"GPC_DDR1_CORE_CSYSREQ", 0},
     {{"GPC_DDR1_CORE_CSYSACK", 16, 1, FieldAccess::read_only},
      {"GPC_DDR1_CORE_CACTIVE", 17, 1, FieldAccess::read_only}}},
    {{"GPC_DDR1_AXI_CSYSREQ", 1},
     {{"GPC_DDR1_AXI_CSYSACK", 18, 1, FieldAccess::read_only},
      {"GPC_DDR1_AXI_CACTIVE", 19, 1, FieldAccess::read_only}}},
    {{"GPC_DDR2_CORE_CSYSREQ", 2},
     {{"GPC_DDR2_CORE_CSYSACK", 20, 1, FieldAccess::read_only},
      {"GPC_DDR2_CORE_CACTIVE", 21, 1, FieldAccess::read_only}}},
    {{"GPC_DDR2_AXI_CSYSREQ", 3},
     {{"GPC_DDR2_AXI_CSYSACK", 22, 1, FieldAccess::read_only},
      {"GPC_DDR2_AXI_CACTIVE", 23, 1, FieldAccess::read_only}}},
    {{"GPC_DISPMIX_PWRDNREQN", 4}, {{"GPC_DISPMIX_PWRDNACKN", 24, 1, FieldAccess::read_only}, {}}},
    {{"GPC_VPUMIX_PWRDNREQN", 5}, {{"GPC_VPUMIX_PWRDNACKN", 25, 1, FieldAccess::read_only}, {}}},
    {{"GPC_GPUMIX_PWRDNREQN", 6}, {{"GPC_GPUMIX_PWRDNACKN", 26, 1, FieldAccess::read_only}, {}}},
};
inline const Fields fields = [] {
    Fields all;
    for (const Handshake& handshake : handshakes) {
        all.push_back(handshake.request);
        for (const Field& acknowledge : handshake.acknowledge) {
            if (!acknowledge.name.empty()) {
                all.push_back(acknowledge);
            }
        }
    }
    return all;
}();
}  // namespace pu_pwrhsk

/** Power gating controllers: 0x40 bytes each. */
namespace pgc {
constexpr std::uint32_t cores = 0x800;
constexpr std::uint32_t scu = 0x900;
constexpr std::uint32_t mix = 0xa00;
constexpr std::uint32_t units = 0xc00;
constexpr std::uint32_t step = 0x40;
constexpr std::uint32_t status = 0x0c;
constexpr Field pcr = {"PCR", 0};                                 ///< the gate follows power-down requests
constexpr Field psr = {"PSR", 0, 1, FieldAccess::write_1_clear};  ///< power was down
inline const Fields ctrl_fields = {pcr,
                                   {"L2RSTDIS", 1, 6},
                                   {"DFTRAM_TCD1", 8, 6},
                                   {"L2RETN_TCD1_TDR", 16, 6},
                                   {"MEMPWR_TCD1_TDR_TRM", 24, 6}};
inline const Fields pupscr_fields = {
    {"SW", 0, 6}, {"PUP_WAIT_SCALL_OUT", 6}, {"SW2ISO", 7, 16}, {"PUP_SCALL_SCALLOUT_CNT", 23, 9}};
inline const Fields pdnscr_fields = {{"ISO", 0, 6},
                                     {"PDN_WAIT_SCALL_OUT", 7},
                                     {"ISO2SW", 8, 6},
                                     {"PDN_SCALL_SCALLOUT_CNT", 16, 8},
                                     {"PUP_SCPRE_SCALL_CNT", 24, 8}};
inline const Fields sr_fields = {
    psr, {"L2RETN_FLAG", 1}, {"ALLOFF_FLAG", 2}, {"PUP_CLK_DIV_SEL", 3, 4}, {"L2RSTDIS_DEASSERT_CNT", 8, 10}};
inline const Fields auxsw_fields = {{"SW2", 0, 6}, {"ISO2SW2", 8, 6}, {"PDN_CLK_DIV_SEL", 16, 4}};
}  // namespace pgc

}  // namespace svp::gpc
