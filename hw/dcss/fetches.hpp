// SPDX-License-Identifier: GPL-2.0-or-later
/** What the display controller reads for a frame, as far as firewalls are concerned. */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dcss/registers.hpp"
#include "svp/judgement.hpp"
#include "svp/register_bank.hpp"
#include "svp/transaction.hpp"

namespace svp::dcss {

/** Rows from @p base on, as many of @p height as end below 4 GiB. */
Rows rows_below_end(std::uint32_t base, std::uint64_t stride, std::uint64_t width, std::uint64_t height);

/** Fetches of a channel: its prefetch's one for each plane, and RDSRC's. */
inline constexpr unsigned fetch_count = 3;
inline constexpr unsigned memory_fetch = 2;

/**
 * What channel @p number reads for a frame; without a row where it reads nothing. By the prefetch's own
 * sizes, which are those of the picture rounded up, if it runs; or all tiles of the picture that the DTRC
 * reads for it.
 */
std::array<Rows, fetch_count> fetches(const RegisterBank& bank, unsigned number);

/** What each fetch has met with when its frame was judged, as Judgement::exceptions. */
using FetchExceptions = std::array<std::vector<JudgedPiece>, fetch_count>;
using FrameExceptions = std::array<FetchExceptions, channel_count>;

}  // namespace svp::dcss
