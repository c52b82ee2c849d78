// SPDX-License-Identifier: GPL-2.0-or-later
/* See display.hpp. */
#include "display.hpp"

#include <thread>

namespace svp::play {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

Result<Display> Display::open(const DisplaySettings& settings, Screen& other) {
    Result<screen::Screen> screen = screen::Screen::open();
    if (!screen.ok()) {
        return screen.error();
    }
    Display display(other);
    display.settings_ = settings;
    display.screen_ = std::move(screen.value());
    const auto mode = display.screen_->mode(settings.mode);
    if (!mode) {
        return Error{"the screen has no mode '" + settings.mode + "'"};
    }
    const auto later = display.screen_->mode(settings.later_mode);
    if (!later) {
        return Error{"the screen has no mode '" + settings.later_mode + "'"};
    }
    display.mode_ = *mode;
    display.later_mode_ = *later;
    if (display.screen_->plane(settings.plane) == nullptr) {
        return Error{"the display has no plane '" + settings.plane + "'"};
    }
    for (const std::string& text : settings.overlays) {
        Result<screen::PlaneRequest> overlay = screen::PlaneRequest::parse(text);
        if (!overlay.ok()) {
            return overlay.error();
        }
        display.overlays_.push_back(std::move(overlay.value()));
    }
    return display;
}

bool Display::failed(const Error& error) {
    other_->error(error.text);
    return false;
}

bool Display::begin(const Format& format, const Buffers& buffers) {
    if (!finish()) {
        return false;
    }
    framebuffers_.clear(*screen_);
    on_screen_.reset();
    return other_->begin(format, buffers);
}

Result<Done> Display::put(screen::Commit& commit, const Picture& picture, std::uint32_t framebuffer) {
    const Format& format = picture.format;
    place(commit, *screen_->plane(settings_.plane), picture, framebuffer,
          settings_.area.value_or(screen::fitted(format.visible_width, format.visible_height, mode_)));
    return companion_ != nullptr ? companion_->put(*screen_, commit) : Result<Done>(Done{});
}

/** The first picture of a mode. */
Result<Done> Display::start(const Picture& picture, std::uint32_t framebuffer) {
    screen::Commit commit(*screen_);
    for (const screen::Object& plane : screen_->planes()) {
        commit.reset(plane);
    }
    place(commit, *screen_->plane(settings_.plane), picture, framebuffer,
          settings_.area.value_or(
              screen::fitted(picture.format.visible_width, picture.format.visible_height, mode_)));
    for (const screen::PlaneRequest& overlay : overlays_) {
        const Result<std::uint32_t> made = overlay.make(*screen_);
        if (!made.ok()) {
            return made.error();
        }
        const Result<Done> laid = overlay.put(*screen_, commit, made.value(), mode_);
        if (!laid.ok()) {
            return laid.error();
        }
    }
    if (settings_.protect) {
        commit.choose(screen_->connector(), "Content Protection", "Desired");
    }
    return screen_->start(commit, mode_);
}

void Display::wait_for_time() {
    if (settings_.rate == 0) {
        return;
    }
    const std::chrono::duration<double> since(static_cast<double>(pictures_) / settings_.rate);
    const auto time = first_time_ + std::chrono::duration_cast<Clock::duration>(since);
    const std::chrono::duration<double> missed = Clock::now() - time;
    late_ += missed.count() > 1.0 / settings_.rate ? 1 : 0;
    std::this_thread::sleep_until(time);
}

bool Display::picture(const Picture& picture) {
    if (!other_->picture(picture)) {
        return false;
    }
    const Result<std::uint32_t> made = framebuffers_.of(*screen_, picture);
    if (!made.ok()) {
        return failed(made.error());
    }
    if (!finish()) {
        return false;
    }
    const bool changes = pictures_ != 0 && pictures_ == settings_.later;
    mode_ = changes ? later_mode_ : mode_;
    if (!started_ || changes) {
        const Result<Done> begun = start(picture, made.value());
        if (!begun.ok()) {
            return failed(begun.error());
        }
        first_time_ = started_ ? first_time_ : Clock::now();
        started_ = true;
        on_screen_ = picture.buffer;
    }
    wait_for_time();
    ++pictures_;
    screen::Commit commit(*screen_);
    const Result<Done> laid = put(commit, picture, made.value());
    if (!laid.ok()) {
        return failed(laid.error());
    }
    const Result<Done> asked = commit.soon();
    if (!asked.ok()) {
        return failed(asked.error());
    }
    waiting_ = picture.buffer;
    return !done() || !finish();
}

bool Display::finish() {
    if (!waiting_) {
        return true;
    }
    const Result<screen::Shown> shown = screen_->wait_shown();
    if (!shown.ok()) {
        return failed(shown.error());
    }
    last_ = shown.value();
    first_ = pictures_ == 1 ? last_ : first_;
    on_screen_ = waiting_;
    waiting_.reset();
    return true;
}

std::string Display::report() const {
    return "pictures=" + std::to_string(pictures_) + " late=" + std::to_string(late_) +
           " frames=" + std::to_string(last_.frame - first_.frame) +
           " ms=" + std::to_string((last_.microseconds - first_.microseconds) / 1000);
}

}  // namespace svp::play
