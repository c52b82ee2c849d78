// SPDX-License-Identifier: GPL-2.0-or-later
/** Who knows the domain of each bus master. */
#pragma once

#include "svp/transaction.hpp"

namespace svp {

class DomainSource {
 public:
    /** Domain of the accesses of @p master; 0 for one without a register. */
    virtual Domain domain_of(Master master) const = 0;

 protected:
    ~DomainSource() = default;
};

}  // namespace svp
