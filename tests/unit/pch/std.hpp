// SPDX-License-Identifier: GPL-2.0-or-later
/** What of the standard library most cores read, compiled once. Other builds of the cores do without. */
#ifndef SVP_TESTS_UNIT_PCH_STD_HPP
#define SVP_TESTS_UNIT_PCH_STD_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#endif
