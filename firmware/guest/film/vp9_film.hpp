// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * VP9 in films (VP Codec ISO Media File Format Binding): a sample is a frame or a superframe, and each gives
 * one picture to be shown.
 *
 * Players need both headers of a frame, which is why a film has to leave both clear: the binding asks for the
 * first one only. The index of a superframe is clear as well.
 */
#pragma once

#include "../play/vp9_player.hpp"
#include "film_player.hpp"

namespace svp::film {

class Vp9Film : public CodecPlayer {
 public:
    explicit Vp9Film(play::Target& target) : player_(target) {}

    bool configure(std::span<const std::uint8_t>) override { return true; }
    bool take(std::span<const std::uint8_t> sample) override {
        return player_.take(sample) && player_.problem().empty();
    }
    bool finish() override { return true; }
    std::string problem() const override { return player_.problem(); }
    unsigned start_code_bytes() const override { return 0; }
    bool shows_at_once() const override { return true; }

 private:
    play::Vp9Player player_;
};

}  // namespace svp::film
