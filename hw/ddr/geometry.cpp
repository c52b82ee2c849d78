// SPDX-License-Identifier: GPL-2.0-or-later
#include "ddr/geometry.hpp"

#include "svp/register_bank.hpp"

namespace svp {

namespace {

constexpr Field lpddr4 = {"lpddr4", 5};
constexpr Field data_bus_width = {"data_bus_width", 12, 2};  ///< 0 full, 1 half, 2 a quarter
constexpr Field active_ranks = {"active_ranks", 24, 2};      ///< 1 for one, 3 for two
constexpr unsigned bytes_of_full_width = 4;
constexpr Field three_quarters = {"lpddr4_3gb_6gb_12gb", 29, 2};

/** A field that places some bits of an address; its highest value says that there are none. */
struct Placed {
    unsigned map;
    unsigned shift;
    unsigned width;
    unsigned bits = 1;
};

/** Columns below bit 2 have no field: they are the lowest bits of the HIF address. */
constexpr unsigned implied_columns = 2;
constexpr Placed placed_bits[] = {
    {0, 0, 5},                                        // rank
    {1, 0, 6}, {1, 8, 6}, {1, 16, 6},                 // banks 0 to 2
    {2, 0, 4}, {2, 8, 4}, {2, 16, 4},    {2, 24, 4},  // columns 2 to 5
    {3, 0, 4}, {3, 8, 4}, {3, 16, 4},    {3, 24, 4},  // columns 6 to 9
    {4, 0, 4}, {4, 8, 4},                             // columns 10 and 11
    {5, 0, 4}, {5, 8, 4}, {5, 16, 4, 9}, {5, 24, 4},  // rows 0, 1, 2 to 10, 11
    {6, 0, 4}, {6, 8, 4}, {6, 16, 4},    {6, 24, 4},  // rows 12 to 15
};

}  // namespace

std::uint64_t mapped_bytes(const DdrAddressMap& map) {
    unsigned bits = implied_columns;
    for (const Placed& place : placed_bits) {
        const Field field = {"", place.shift, place.width};
        if (field.of(map.addrmap[place.map]) != field.of(field.mask())) {
            bits += place.bits;
        }
    }
    const std::uint64_t bytes = std::uint64_t{bytes_of_full_width >> data_bus_width.of(map.mstr)} << bits;
    return three_quarters.of(map.addrmap[6]) == 0 ? bytes : bytes - bytes / 4;
}

bool is_lpddr4(const DdrAddressMap& map) {
    return lpddr4.of(map.mstr) != 0;
}

unsigned ranks_of(const DdrAddressMap& map) {
    return active_ranks.of(map.mstr) == 3 ? 2 : 1;
}

}  // namespace svp
