// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A block that refuses an access by itself, behind all that the firewall granted.
 *
 * What counts as a refusal: a write whose effect the block withholds, or a read whose data it withholds,
 * because of a lock or because of who asks. What nobody could have changed or read, read-only bits and holes
 * among it, is none; nor is a write to a locked register that holds the written value already, for nothing
 * was withheld.
 */
#pragma once

#include <cstdint>
#include <string_view>

#include "svp/transaction.hpp"

namespace svp {

/** Kind of block that refuses, and what Refusal::index counts then. */
enum class Refuser : std::uint8_t {
    caam,                ///< job ring whose page or register it is; 4 for what belongs to none
    caam_secure_memory,  ///< partition
    tzasc,               ///< region; 0 for registers of none
    rdc,                 ///< memory slot, peripheral (PDAP) or master (MDA), as the address tells
    rdc_gate,            ///< gate of one semaphore unit
    csu,                 ///< slave (CSL) or master field, as the address tells
    gpr,                 ///< number n of IOMUXC_GPRn
    ocotp,               ///< number of the shadow register or fuse word
    src,                 ///< number of the register, its offset divided by 4
    aipstz,              ///< the same
};

/** Its name on record, the one of the QMP enumeration SvpDenier. */
std::string_view name(Refuser refuser);

struct Refusal {
    Refuser refuser;
    unsigned index = 0;
    Response answer = Response::okay;  ///< what the master sees
    /** The access never left the block, so no bus gave it a domain: its master's is meant, and read later. */
    bool inside = false;
};

}  // namespace svp
