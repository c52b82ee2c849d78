// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/outcome.hpp"

namespace svp {

void Outcome::edit(std::uint64_t address, std::span<std::byte> data) const {
    for (const DataEdit& edit : edits) {
        for (std::size_t i = 0; i < data.size(); ++i) {
            const std::uint64_t at = address + i;
            if (at < edit.first || at > edit.last) {
                continue;
            }
            data[i] =
                edit.mask == 0 ? std::byte{0} : data[i] ^ static_cast<std::byte>(edit.mask >> (8 * (at % 8)));
        }
    }
}

}  // namespace svp
