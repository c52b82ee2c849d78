// SPDX-License-Identifier: GPL-2.0-or-later
/** IVF files: a header, then frames with their lengths. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace svp::play {

/** A file's header, and its frames in their order. */
struct Ivf {
    std::string fourcc;  ///< codec, four characters
    unsigned width = 0;  ///< pixels
    unsigned height = 0;
    std::vector<std::span<const std::uint8_t>> frames;  ///< parts of the file's bytes

    /** From a whole file, which has to outlive the result. A frame that the file's end cuts is left out.
     * Nothing, and @p problem says why, if it is no such file. */
    static std::optional<Ivf> parse(std::span<const std::uint8_t> file, std::string& problem);
};

}  // namespace svp::play
