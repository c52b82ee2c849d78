// SPDX-License-Identifier: GPL-2.0-or-later
/** Transfers of a master that has 32 address lines: what goes over the last address goes on at 0. */
#pragma once

#include <algorithm>
#include <cstdint>

#include "svp/transaction.hpp"

namespace svp {

/** One more than the last address of 32 lines. */
inline constexpr std::uint64_t end_of_32_lines = std::uint64_t{1} << 32;

/**
 * Moves @p data, a span, by one or two calls of @p move(address, part).
 *
 * @return the worst answer of both; okay for no data
 */
template <typename Span, typename Move>
Response move_over_32_lines(std::uint32_t address, Span data, const Move& move) {
    const std::uint64_t room = end_of_32_lines - address;
    if (data.size() <= room) {
        return data.empty() ? Response::okay : move(address, data);
    }
    const Response below = move(address, data.first(static_cast<std::size_t>(room)));
    return std::max(below, move(0, data.subspan(static_cast<std::size_t>(room))));
}

}  // namespace svp
