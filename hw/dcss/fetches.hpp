// SPDX-License-Identifier: GPL-2.0-or-later
/** What the display controller reads for a frame, as far as firewalls are concerned. */
#pragma once

#include <cstdint>
#include <vector>

#include "svp/register_bank.hpp"
#include "svp/transaction.hpp"

namespace svp::dcss {

/** Rows from @p base on, as many of @p height as end below 4 GiB. */
Rows rows_below_end(std::uint32_t base, std::uint64_t stride, std::uint64_t width, std::uint64_t height);

/**
 * What channel @p number reads for a frame, one for each plane, none if its prefetch does not run: by the
 * prefetch's own sizes, which are those of the picture rounded up; or all tiles of the picture that the DTRC
 * reads for it.
 */
std::vector<Rows> fetches(const RegisterBank& bank, unsigned number);

}  // namespace svp::dcss
