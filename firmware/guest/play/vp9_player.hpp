// SPDX-License-Identifier: GPL-2.0-or-later
/** Makes jobs of VP9 frames, and keeps track of the pictures that a stream has in its slots. */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "target.hpp"
#include "vp9_header.hpp"

namespace svp::play {

/** A frame whose headers somebody else has read. */
struct Vp9ReadFrame {
    Vp9Frame frame;
    bool nothing = false;  ///< one byte, by which nothing changes; there is no frame
    std::span<const std::uint8_t> data;
};

class Vp9Player {
 public:
    explicit Vp9Player(Target& target) : target_(target) {}

    /** One chunk of a file: a frame or a superframe. False if the target ends it. */
    bool take(std::span<const std::uint8_t> chunk);
    /** The same, already divided and read. */
    bool take(std::vector<Vp9ReadFrame> frames);

    /** There was something to decode. */
    bool any() const { return next_ != 1; }
    /** What is wrong with the last frame that could not be decoded. */
    const std::string& problem() const { return problem_; }
    void forget_problem() { problem_.clear(); }

 private:
    static constexpr std::uint64_t none = 0;

    bool take_frame(std::span<const std::uint8_t> data, bool visible);
    bool follow(Vp9Frame& frame, std::span<const std::uint8_t> data, bool visible);
    bool decode(Vp9Frame& frame, std::span<const std::uint8_t> data, bool visible);
    bool show(std::uint64_t frame);
    bool follow_size(const Vp9Frame& frame, const Controls& controls);
    void release_unless_needed(std::uint64_t frame);

    Target& target_;
    Vp9Parser parser_;
    Format format_;
    std::string problem_;
    std::uint64_t next_ = 1;
    unsigned number_ = 0;  ///< frames of the stream
    std::array<std::uint64_t, vp9_slots> slots_{};
    std::uint64_t shown_ = none;
};

}  // namespace svp::play
