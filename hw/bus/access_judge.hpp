// SPDX-License-Identifier: GPL-2.0-or-later
/** Who judges the transactions of bus masters: the board's firewalls, or what a test puts in their place. */
#pragma once

#include <cstdint>

#include "bus/verdict.hpp"
#include "svp/transaction.hpp"

namespace svp {

class AccessJudge {
 public:
    virtual ~AccessJudge() = default;

    /**
     * A transaction of size 0 that carries what the bus adds to an access of @p master: world, domain and
     * privilege. @p own_world and @p own_privileged are what the master itself drives.
     */
    virtual Transaction identity(Master master, World own_world, bool own_privileged) const = 0;

    /**
     * How many bytes from the address of @p transaction on have the same verdict, @p length at most, without
     * a look at its size. 0 only if @p length is.
     */
    virtual std::uint64_t run_length(const Transaction& transaction, std::uint64_t length) const = 0;

    /** Judges @p transaction and records what is to be recorded: to be called once for each. */
    virtual Decision access(const Transaction& transaction) = 0;

    /** True if access() grants each part of @p range, and does nothing else: neither record nor fault. */
    virtual bool grants_quietly(const Transaction& range) const = 0;
};

}  // namespace svp
