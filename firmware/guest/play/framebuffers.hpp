// SPDX-License-Identifier: GPL-2.0-or-later
/** Decoded pictures as the display takes them. */
#pragma once

#include <cstdint>
#include <map>

#include "../screen/kms.hpp"
#include "screen.hpp"

namespace svp::play {

/** One for each buffer of a decoder, made when it is shown for the first time. */
class Framebuffers {
 public:
    decrypt::Result<std::uint32_t> of(screen::Screen& screen, const Picture& picture);
    /** The decoder's buffers are others from now on. */
    void clear(screen::Screen& screen);

 private:
    std::map<unsigned, std::uint32_t> numbers_;
};

/** Shows the visible part of a picture, with the colours that its size suggests. */
void place(screen::Commit& commit, const screen::Object& plane, const Picture& picture,
           std::uint32_t framebuffer, const screen::Area& area);

}  // namespace svp::play
