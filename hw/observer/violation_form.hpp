// SPDX-License-Identifier: GPL-2.0-or-later
/** What the bus monitor has on record as objects: the types of hw/qemu/svp-violations.json and
 * SvpFaultOpenings. */
#pragma once

#include <string>
#include <vector>

#include "observer/fault_openings.hpp"
#include "observer/violation_log.hpp"
#include "svp/member.hpp"

namespace svp {

/** Members of a SvpViolation; with its line of text if @p with_text. All names begin with @p prefix. */
std::vector<Member> members_of(const Violation& violation, bool with_text, const std::string& prefix = {});

/** Members of a SvpViolationLog with those records that @p filter asks for. */
std::vector<Member> members_of(const ViolationLog& log, const ViolationLog::Filter& filter, bool with_text);

/** Members of a SvpViolationCounters. */
std::vector<Member> counters_of(const ViolationLog& log);

/** Members of a SvpFaultOpenings. */
std::vector<Member> members_of(const FaultOpenings& openings);

}  // namespace svp
