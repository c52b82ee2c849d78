// SPDX-License-Identifier: GPL-2.0-or-later
/** What a device tells of itself, for tests. */
#pragma once

#include <map>
#include <string>

#include "../catch.hpp"
#include "svp/device.hpp"

namespace svp::test {

/** The number that @p device tells under @p name; the test fails if it tells none. */
inline std::uint64_t counter(const Device& device, std::string_view name) {
    for (const Counter& each : device.counters()) {
        if (each.name == name) {
            REQUIRE(std::holds_alternative<std::uint64_t>(each.value));
            return std::get<std::uint64_t>(each.value);
        }
    }
    FAIL("there is no counter " << name);
    return 0;
}

/** All numbers that are not 0, by name. */
inline std::map<std::string, std::uint64_t> counted(const Device& device) {
    std::map<std::string, std::uint64_t> found;
    for (const Counter& each : device.counters()) {
        if (const auto* number = std::get_if<std::uint64_t>(&each.value); number != nullptr && *number != 0) {
            found[each.name] = *number;
        }
    }
    return found;
}

}  // namespace svp::test
