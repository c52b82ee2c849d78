// SPDX-License-Identifier: GPL-2.0-or-later
/** What every file of tests reads, compiled once. */
#ifndef SVP_TESTS_UNIT_PCH_TESTS_HPP
#define SVP_TESTS_UNIT_PCH_TESTS_HPP

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "../fake_host.hpp"

#endif
