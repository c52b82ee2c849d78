// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What lies where on the interconnect, and which entries of the firewalls guard it.
 *
 * Hardware: the address map of the i.MX 8M Quad as CPUs and masters see it, reduced to the ranges that a
 * security block has a say in. A peripheral has one number, which is its index in the CSU's CSL table and in
 * the RDC's PDAP table. Memories and some large slaves have a set of RDC memory slots, which may cut
 * them into pieces.
 *
 * Reference: MIMX8MQ6 device header (PDAP indices, memory slots), NXP U-Boot's security definitions (CSL
 * indices), Linux's imx8mq.dtsi (addresses).
 *
 * Interface: place_of() finds what an address belongs to; peripheral_name() names an index for people.
 *
 * Not modelled, because no public text says where they lie: CSL/PDAP 36 HDMI_SEC, 112/113 MOD_EN, 122
 * ROMCP_SEC. The AIPSTZ blocks have no index and are not guarded.
 * Assumptions: an index whose number fits its place in an AIPS bus is the 64 KiB slot there. DCSS_MST0 to 3
 * are the four 64 KiB slots from 0x32e00000. HDMI_CTRL is also the HDMI controller at 0x32c00000. The index
 * of a large slave (PCIe, QSPI, GPU, USB, VPU, GIC, DAP, M4, DDRC) covers all its windows, and so do its RDC
 * slots.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace svp {

/** What judges an access besides the RDC's memory slots. */
enum class Guard : std::uint8_t {
    tzasc,       ///< the TZC-380
    ocram,       ///< the CSL at `index`, over the part that IOMUXC_GPR11 protects
    peripheral,  ///< the CSL and the PDAP at `index`
};

/** One range with the same guards all over. */
struct Slave {
    std::uint64_t first;   ///< CPU address
    std::uint64_t length;  ///< bytes
    std::string_view name;
    Guard guard;
    std::uint8_t index;       ///< into CSL and PDAP tables; unused with Guard::tzasc
    std::uint8_t first_slot;  ///< first RDC memory slot
    std::uint8_t slots;       ///< number of RDC memory slots, 0 if there are none
    std::uint64_t origin;     ///< CPU address that RDC slots and TZASC count from
};

/** Where an address lies. */
struct Place {
    const Slave* slave;  ///< nullptr: nothing here is guarded
    std::uint64_t last;  ///< last address with the same answer
};

inline constexpr unsigned peripheral_count = 128;

/** DRAM as CPUs and masters address it, bytes. */
inline constexpr std::uint64_t dram_window_base = 0x4000'0000;
inline constexpr std::uint64_t dram_window_size = 0x1'0000'0000;

/** All guarded ranges, in ascending order and without overlap. */
std::span<const Slave> slaves();

Place place_of(std::uint64_t address);

/** Name of the first range with CSL/PDAP index @p index, "?" if no range has it. */
std::string_view peripheral_name(unsigned index);

}  // namespace svp
