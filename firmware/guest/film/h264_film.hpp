// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * H.264 in films (ISO/IEC 14496-15): parameter sets from avcC or from samples, units with their lengths in
 * front.
 */
#pragma once

#include "../play/h264_player.hpp"
#include "film_player.hpp"

namespace svp::film {

class H264Film : public CodecPlayer {
 public:
    explicit H264Film(play::Target& target) : player_(target) {}

    bool configure(std::span<const std::uint8_t> configuration) override;
    bool take(std::span<const std::uint8_t> sample) override;
    bool finish() override { return player_.end_of_sample() && player_.finish(); }
    std::string problem() const override { return problem_.empty() ? player_.problem() : problem_; }

 private:
    bool take_sets(class Reader& reader, unsigned count);

    play::H264Player player_;
    unsigned length_bytes_ = 4;
    std::string problem_;
};

}  // namespace svp::film
