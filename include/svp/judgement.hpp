// SPDX-License-Identifier: GPL-2.0-or-later
/** What becomes of accesses that are judged first and move data later, if at all. */
#pragma once

#include <cstdint>
#include <vector>

#include "svp/transaction.hpp"

namespace svp {

/** What a fault does to data on its way: bytes at [first, last] are set to 0 or have bits inverted. */
struct DataEdit {
    std::uint64_t first;
    std::uint64_t last;
    std::uint64_t mask;  ///< as in Fault; 0: the bytes become 0
};

/** Addresses at which a judged read has met with more than a plain grant. */
struct JudgedPiece {
    std::uint64_t first;
    std::uint64_t last;
    bool granted;                 ///< its data moves
    Response answer;              ///< to its master
    bool by_fault;                ///< granted, but would not have been without a fault
    std::vector<DataEdit> edits;  ///< by faults, in this order
};

/** What becomes of accesses that move no data. */
struct Judgement {
    Response answer = Response::okay;  ///< the worst of all
    bool granted = true;               ///< all of them
    /** What was denied or hit by faults, by rising addresses; all else was granted as it is. */
    std::vector<JudgedPiece> exceptions;
};

}  // namespace svp
