// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kind of stream it is, by its first bytes. */
#include <algorithm>
#include <initializer_list>

#include "hevc_player.hpp"
#include "mpeg2_parser.hpp"
#include "target.hpp"

namespace svp::play {

namespace {

bool begins(std::span<const std::uint8_t> file, std::initializer_list<std::uint8_t> with) {
    return file.size() >= with.size() && std::equal(with.begin(), with.end(), file.begin());
}

/** A start code, and a NAL unit that H.264 streams begin with. */
bool is_h264(std::span<const std::uint8_t> file) {
    const auto zeros = static_cast<std::size_t>(
        std::find_if(file.begin(), file.end(), [](std::uint8_t byte) { return byte != 0; }) - file.begin());
    if (zeros < 2 || zeros + 1 >= file.size() || file[zeros] != 1 || (file[zeros + 1] & 0x80) != 0) {
        return false;
    }
    // Slice, IDR slice, SEI, parameter sets, delimiter. HEVC's 0x40 and more are none of them.
    const unsigned type = file[zeros + 1] & 31u;
    return type == 1 || (type >= 5 && type <= 9);
}

}  // namespace

Ending play(std::span<const std::uint8_t> file, Target& target) {
    if (begins(file, {'D', 'K', 'I', 'F'})) {
        // Its codec is behind signature, version and length of the header.
        const auto codec = file.subspan(std::min<std::size_t>(file.size(), 8));
        return begins(codec, {'V', 'P', '9', '0'}) ? play_vp9(file, target) : play_vp8(file, target);
    }
    if (is_mpeg2(file)) {
        return play_mpeg2(file, target);
    }
    if (is_hevc(file)) {
        return play_hevc(file, target);
    }
    if (is_h264(file)) {
        return play_h264(file, target);
    }
    return {
        true,
        "neither IVF with VP8 or VP9, nor H.264 or HEVC (Annex B) or MPEG-2 video, which are decoded so far"};
}

}  // namespace svp::play
