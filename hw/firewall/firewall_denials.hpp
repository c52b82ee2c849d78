// SPDX-License-Identifier: GPL-2.0-or-later
/** All that the firewall denies at one moment, and as whom each master comes: to be compared with another
 * moment. */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "firewall/firewall.hpp"

namespace svp {

struct Firewall::Denials {
    static constexpr unsigned domains = 4;

    /** In rising order, without two that touch. */
    std::vector<DeniedRange>& at(World world, Domain domain, bool privileged, Direction direction) {
        return ranges[index(world, domain, privileged, direction)];
    }
    const std::vector<DeniedRange>& at(World world, Domain domain, bool privileged,
                                       Direction direction) const {
        return ranges[index(world, domain, privileged, direction)];
    }
    Transaction& identity(unsigned master, World own, bool privileged) {
        return identities[master][own == World::secure ? 0 : 1][privileged ? 1 : 0];
    }
    const Transaction& identity(unsigned master, World own, bool privileged) const {
        return identities[master][own == World::secure ? 0 : 1][privileged ? 1 : 0];
    }

    static std::size_t index(World world, Domain domain, bool privileged, Direction direction) {
        return (world == World::secure ? 0u : 16u) + domain * 4u + (privileged ? 2u : 0u) +
               (direction == Direction::read ? 0u : 1u);
    }

    std::array<std::vector<DeniedRange>, 32> ranges;
    std::array<std::array<std::array<Transaction, 2>, 2>, master_count> identities{};
};

}  // namespace svp
