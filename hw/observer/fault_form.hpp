// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A fault as an object: the members of SvpFault in hw/qemu/svp-faults.json. This is the one place that knows
 * which member a kind of fault has, in both directions.
 */
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "observer/fault.hpp"
#include "svp/member.hpp"

namespace svp {

/** Members of the object that describes @p fault; all names begin with @p prefix. */
std::vector<Member> members_of(const Fault& fault, const std::string& prefix = {});

/** Reads a fault; an error text that begins with a member's name if the members are not those of one. */
std::optional<std::string> read_fault(std::span<const Member> members, Fault& fault);

}  // namespace svp
