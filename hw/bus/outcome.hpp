// SPDX-License-Identifier: GPL-2.0-or-later
/** What injected faults make of one transaction. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "svp/judgement.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** What becomes of one transaction because of faults. */
struct Outcome {
    std::uint32_t fault = 0;  ///< identifier of the first fault that hit the transaction, 0: none did
    std::uint32_t identity_fault = 0;  ///< of the first that made it somebody else's, 0: none did
    std::optional<Response> answer;    ///< answer instead of the true one
    bool drop = false;                 ///< the write must not reach its target
    bool master_changed = false;       ///< the caller looks up the new master's domain, then sets `domain`
    std::optional<Domain> domain;      ///< to be judged with, whatever the domain of the master is
    std::int64_t delay = 0;            ///< ns to complete later
    std::vector<DataEdit> edits;       ///< in this order

    bool hit() const { return fault != 0; }

    /** True if data may move as far as faults are concerned. */
    bool moves() const { return !drop && answer.value_or(Response::okay) == Response::okay; }

    /** Applies the edits to @p data, which lies at @p address: after a read, before a write. */
    void edit(std::uint64_t address, std::span<std::byte> data) const;
};

}  // namespace svp
