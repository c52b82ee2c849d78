// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivf.hpp"

#include <algorithm>
#include <string_view>

namespace svp::play {

namespace {

constexpr std::string_view signature = "DKIF";
constexpr std::size_t file_header = 32;
constexpr std::size_t frame_header = 12;

std::uint32_t little_endian(std::span<const std::uint8_t> bytes, std::size_t offset, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        value |= std::uint32_t{bytes[offset + i]} << 8 * i;
    }
    return value;
}

}  // namespace

std::optional<Ivf> Ivf::parse(std::span<const std::uint8_t> file, std::string& problem) {
    if (file.size() < file_header || !std::equal(signature.begin(), signature.end(), file.begin())) {
        problem = "no IVF file: it does not begin with DKIF";
        return std::nullopt;
    }
    Ivf ivf;
    ivf.fourcc.assign(file.begin() + 8, file.begin() + 12);
    ivf.width = little_endian(file, 12, 2);
    ivf.height = little_endian(file, 14, 2);
    std::size_t position = std::max<std::size_t>(little_endian(file, 6, 2), file_header);
    while (position < file.size() && file.size() - position >= frame_header) {
        const std::size_t length = little_endian(file, position, 4);
        position += frame_header;
        if (length > file.size() - position) {
            break;
        }
        ivf.frames.push_back(file.subspan(position, length));
        position += length;
    }
    return ivf;
}

}  // namespace svp::play
