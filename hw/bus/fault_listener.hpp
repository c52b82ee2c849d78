// SPDX-License-Identifier: GPL-2.0-or-later
/** Who looks at rights before and after a fault has changed a firewall block's state. */
#pragma once

#include <cstdint>

namespace svp {

class FaultListener {
 public:
    /** A fault is about to change registers or state of a block. */
    virtual void before_state_fault() = 0;
    /** It has, and this is its identifier. */
    virtual void after_state_fault(std::uint32_t fault) = 0;

 protected:
    ~FaultListener() = default;
};

}  // namespace svp
