// SPDX-License-Identifier: GPL-2.0-or-later
/** What the leak oracle has found as counters of the bus monitor. */
#pragma once

#include <vector>

#include "observer/leak_oracle.hpp"
#include "svp/member.hpp"

namespace svp {

/**
 * "leaks.events": events since the record was last cleared; "leaks.dropped": of them, those whose record had
 * to make room; "leaks.marked": bytes of memory with marked data; "leaks.list": the records, oldest first,
 * with their way in "path". Addresses are numbers, times nanoseconds; "text" has all of a record in a line.
 */
std::vector<Member> members_of(const LeakOracle& oracle);

}  // namespace svp
