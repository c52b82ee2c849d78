// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Decoded pictures on a plane of the screen: from the decoder's buffers, without a copy, each at its time.
 *
 * What is on the screen, or about to be, is not written to: see keeps().
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../screen/plane_request.hpp"
#include "framebuffers.hpp"
#include "screen.hpp"

namespace svp::play {

struct DisplaySettings {
    std::string plane = "primary";
    std::string mode;                   ///< "WIDTHxHEIGHT", or empty for the screen's own
    std::string later_mode;             ///< another one, or empty
    unsigned later = 0;                 ///< after so many pictures
    std::optional<screen::Area> area;   ///< where on the screen; by default as large as fits
    unsigned rate = 25;                 ///< pictures a second; 0: each as it comes
    unsigned frames = 0;                ///< after so many it is done; 0: never
    bool protect = false;               ///< ask for content protection
    std::vector<std::string> overlays;  ///< planes that stay as they are, as svp-show has them
};

/** Shows something of its own whenever a picture is shown. */
class Companion {
 public:
    virtual ~Companion() = default;
    virtual decrypt::Result<decrypt::Done> put(screen::Screen& screen, screen::Commit& commit) = 0;
};

class Display : public Screen {
 public:
    /** Buffers that it needs beside the decoder's: one is shown, one waits for its frame. */
    static constexpr unsigned buffers = 2;

    /** @p other: gets all pictures as well, and what goes wrong. */
    static decrypt::Result<Display> open(const DisplaySettings& settings, Screen& other);

    /** @p companion: shows pictures beside the others; nullptr: nobody does. */
    void accompany(Companion* companion) { companion_ = companion; }

    bool begin(const Format& format, const Buffers& buffers) override;
    bool drain() override { return finish(); }
    bool picture(const Picture& picture) override;
    bool keeps(unsigned buffer) const override { return on_screen_ == buffer || waiting_ == buffer; }
    bool let_go() override { return waiting_.has_value() && finish(); }
    void error(const std::string& text) override { other_->error(text); }

    /** Waits until the last picture is on the screen. */
    bool finish();
    /** It has shown as many as it was to. */
    bool done() const { return settings_.frames != 0 && pictures_ == settings_.frames; }
    /** "pictures=61 late=0 frames=150 ms=2441": frames and milliseconds from the first to the last. */
    std::string report() const;

 private:
    using Clock = std::chrono::steady_clock;

    explicit Display(Screen& other) : other_(&other) {}
    bool failed(const decrypt::Error& error);
    decrypt::Result<decrypt::Done> start(const Picture& picture, std::uint32_t framebuffer);
    decrypt::Result<decrypt::Done> put(screen::Commit& commit, const Picture& picture,
                                       std::uint32_t framebuffer);
    void wait_for_time();

    Screen* other_;
    DisplaySettings settings_;
    std::optional<screen::Screen> screen_;
    drm_mode_modeinfo mode_{}, later_mode_{};
    std::vector<screen::PlaneRequest> overlays_;
    Companion* companion_ = nullptr;
    Framebuffers framebuffers_;
    std::optional<unsigned> on_screen_, waiting_;
    bool started_ = false;
    Clock::time_point first_time_;
    unsigned pictures_ = 0;
    unsigned late_ = 0;  ///< that came after their time by more than a picture's
    screen::Shown first_, last_;
};

}  // namespace svp::play
