// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How much DRAM a DDR controller is set up for.
 *
 * Hardware: the controller makes column, bank, row and rank of the address on its host interface (HIF), which
 * counts units of the bus width. A field of ADDRMAP0 to ADDRMAP6 says for each of their bits which bit of the
 * HIF address it is, or that there is none.
 *
 * Reference: register names and fields of the DesignWare uMCTL2 as the i.MX 8M reference manuals list them;
 * the timing tables of U-Boot's i.MX 8M boards for values.
 *
 * Not modelled: bank groups and rows above bit 15 (ADDRMAP7 to 11), which LPDDR4 has not.
 */
#pragma once

#include <array>
#include <cstdint>

namespace svp {

/** Registers that an address depends on, as software wrote them. */
struct DdrAddressMap {
    std::uint32_t mstr;
    std::array<std::uint32_t, 7> addrmap;  ///< ADDRMAP0 to ADDRMAP6
};

/** Bytes between the lowest and the highest address that the map tells apart, 4 to 2^34. */
std::uint64_t mapped_bytes(const DdrAddressMap& map);

/** True if the map is for LPDDR4. */
bool is_lpddr4(const DdrAddressMap& map);

/** Ranks that the controller drives, 1 or 2. */
unsigned ranks_of(const DdrAddressMap& map);

/**
 * True if a DRAM of @p fitted bytes has what @p mapped bytes of addresses reach: all of it, or three quarters
 * where its dies hold 3, 6 or 12 Gbit, whose row numbers leave the uppermost quarter out.
 */
constexpr bool dram_fits(std::uint64_t mapped, std::uint64_t fitted) {
    return fitted >= mapped - mapped / 4;
}

}  // namespace svp
