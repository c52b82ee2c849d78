// SPDX-License-Identifier: GPL-2.0-or-later
/** Catch2 in whichever major version the distribution has: 2 on Debian 12, 3 on Debian 13. */
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
