// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * VP9 in films (VP Codec ISO Media File Format Binding): a sample is a frame or a superframe, and each gives
 * one picture to be shown.
 *
 * Players need both headers of a frame. A film leaves both clear (the binding asks for the first one only),
 * and the index of a superframe; or it is encrypted as a whole, and a trusted application reads them.
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

/** Samples that are encrypted as a whole. */
class Vp9FilmWithoutHeaders : public CodecPlayer {
 public:
    Vp9FilmWithoutHeaders(play::Target& target, HeaderReader* headers) : player_(target), headers_(headers) {}

    bool configure(std::span<const std::uint8_t>) override {
        problem_ = headers_ == nullptr ? "the film's headers are encrypted, and nobody here reads them" : "";
        return headers_ != nullptr;
    }
    bool take(std::span<const std::uint8_t> sample) override {
        decrypt::Result<std::vector<play::Vp9ReadFrame>> frames = headers_->read_headers(sample);
        if (!frames.ok()) {
            problem_ = frames.error().text;
            return false;
        }
        return player_.take(std::move(frames.value()));
    }
    bool finish() override { return true; }
    std::string problem() const override { return problem_; }
    unsigned start_code_bytes() const override { return 0; }
    bool shows_at_once() const override { return true; }

 private:
    play::Vp9Player player_;
    HeaderReader* headers_;
    std::string problem_;
};

}  // namespace svp::film
