// SPDX-License-Identifier: GPL-2.0-or-later
/** How injected faults get at the registers of a firewall block, behind its locks. */
#pragma once

#include <cstdint>

#include "bus/power_gated.hpp"

namespace svp {

class FaultTarget : public PowerGated {
 public:
    /** True if a register that holds state is declared at @p offset (bytes, multiple of 4). */
    virtual bool has_register(std::uint32_t offset) const = 0;

    /**
     * The stored value at @p offset loses the bits @p clear and has the bits @p invert inverted, whatever
     * masks and locks say; what follows from the value (rights, interrupt outputs) follows at once.
     */
    virtual void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) = 0;

 protected:
    ~FaultTarget() = default;
};

}  // namespace svp
