// SPDX-License-Identifier: GPL-2.0-or-later
/** The policy in force as objects: SvpPolicyView and SvpPolicyMaster of hw/qemu/svp-bus.json. */
#pragma once

#include <optional>
#include <vector>

#include "firewall/firewall.hpp"
#include "svp/member.hpp"

namespace svp {

/** Members of a list of SvpPolicyView: what each world and domain may do, or one of them; with on-chip
 * memories and guarded peripherals if @p with_slaves. */
std::vector<Member> policy_of(const Firewall& firewall, std::optional<World> world,
                              std::optional<Domain> domain, bool with_slaves);

/** Members of a list of SvpPolicyMaster: what the bus adds to each master's accesses. */
std::vector<Member> masters_of(const Firewall& firewall);

}  // namespace svp
