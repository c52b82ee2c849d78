// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * HEVC in films (ISO/IEC 14496-15): parameter sets from hvcC or from samples, units with their lengths in
 * front.
 */
#pragma once

#include "../play/hevc_player.hpp"
#include "film_player.hpp"

namespace svp::film {

class HevcFilm : public CodecPlayer {
 public:
    explicit HevcFilm(play::Target& target) : player_(target) {}

    bool configure(std::span<const std::uint8_t> configuration) override;
    bool take(std::span<const std::uint8_t> sample) override;
    bool finish() override { return player_.finish(); }
    std::string problem() const override { return problem_.empty() ? player_.problem() : problem_; }

 private:
    bool take_unit(std::span<const std::uint8_t> bytes);

    play::HevcPlayer player_;
    unsigned length_bytes_ = 4;
    std::string problem_;
};

}  // namespace svp::film
