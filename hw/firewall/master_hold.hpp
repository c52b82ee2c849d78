// SPDX-License-Identifier: GPL-2.0-or-later
/** What keeps bus masters off the bus for a while, whatever their rights are. */
#pragma once

#include <cstdint>

#include "bus/policy_source.hpp"

namespace svp {

/** Listeners are told when held_masters() may have changed. */
class MasterHold : public PolicySource {
 public:
    /** Masters that do not get onto the bus now, bit n for master n; never the application cores. */
    virtual std::uint32_t held_masters() const = 0;

 protected:
    ~MasterHold() = default;
};

}  // namespace svp
