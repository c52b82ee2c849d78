// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A second, clear film in the picture: with each picture of the protected one it shows its next, and begins
 * anew at its end.
 *
 * Its stream is read by the CPU. Where the decoder may not write ordinary memory its pictures are in the
 * protected heap as well.
 */
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "../play/display.hpp"
#include "../play/v4l2_decoder.hpp"
#include "film_player.hpp"
#include "mapped_file.hpp"

namespace svp::film {

struct BesideSettings {
    std::string file;  ///< empty: there is none
    screen::Area area;
    std::string heap;  ///< of its pictures; empty: the driver's memory
};

class Beside : public play::Companion, private play::Screen {
 public:
    static decrypt::Result<std::unique_ptr<Beside>> open(const BesideSettings& settings);

    decrypt::Result<decrypt::Done> put(screen::Screen& screen, screen::Commit& commit) override;

 private:
    Beside(MappedFile file, Film film, const BesideSettings& settings);
    bool picture(const play::Picture& picture) override;
    bool keeps(unsigned buffer) const override;
    void error(const std::string& text) override { problem_ = text; }

    MappedFile file_;
    Film film_;
    screen::Area area_;
    play::V4l2Decoder decoder_;
    FilmPlayer player_;
    play::Framebuffers framebuffers_;
    std::deque<play::Picture> queue_;
    std::optional<unsigned> on_screen_;
    std::string problem_;
};

}  // namespace svp::film
