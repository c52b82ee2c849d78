// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace svp::decrypt {

/** UUID of a trusted application as Linux wants it (RFC 4122). */
using Uuid = std::array<std::uint8_t, 16>;

}  // namespace svp::decrypt
