// SPDX-License-Identifier: GPL-2.0-or-later
/** Short texts in saved state: a length and that many bytes. */
#pragma once

#include <span>
#include <string>

#include "svp/archive.hpp"

namespace svp {

/** Exchanges @p text, which may have at most @p max_size bytes. */
inline void exchange_text(Archive& archive, std::string& text, std::size_t max_size) {
    auto size = static_cast<std::uint16_t>(text.size());
    archive.value(size, max_size);
    if (!archive.ok()) {
        return;
    }
    text.resize(size);
    archive.bytes(std::as_writable_bytes(std::span(text)));
}

}  // namespace svp
