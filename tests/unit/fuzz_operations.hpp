// SPDX-License-Identifier: GPL-2.0-or-later
/** How much the random tests try. */
#pragma once

#include <cstdlib>

namespace svp::test {

/** Random operations of one test: SVP_FUZZ_OPERATIONS in the environment, or 200 000. At least 1. */
inline unsigned long fuzz_operations() {
    constexpr unsigned long default_operations = 200'000;
    const char* given = std::getenv("SVP_FUZZ_OPERATIONS");
    const unsigned long wanted = given == nullptr ? 0 : std::strtoul(given, nullptr, 10);
    return wanted == 0 ? default_operations : wanted;
}

}  // namespace svp::test
