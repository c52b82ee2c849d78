// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * svp-play's way with MP4 files: clear ones by copy, protected ones by OP-TEE and CAAM.
 */
#pragma once

#include <optional>
#include <string>

#include "../play/display.hpp"
#include "../play/v4l2_decoder.hpp"
#include "beside.hpp"
#include "film_screen.hpp"

namespace svp::film {

struct FilmArguments {
    std::string file;
    bool secure = false;  ///< refuse a film that is not encrypted
    std::string control;  ///< where commands come from
    unsigned repeat = 1;  ///< times that it is played
    play::Memory memory;
    ScreenOptions screen;
    std::optional<play::DisplaySettings> display;  ///< pictures go to the screen as well
    BesideSettings beside;                         ///< with a display: a second film in the picture
};

/** Plays it, and says how it went; returns the program's exit status. */
int play_film(FilmArguments arguments);

/** So many bytes tell whether a file is one. */
inline constexpr std::size_t beginning = 8;
/** Whether these first bytes are those of an MP4 file. */
bool is_film(std::span<const std::uint8_t> file);

}  // namespace svp::film
