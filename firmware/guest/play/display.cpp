// SPDX-License-Identifier: GPL-2.0-or-later
/* See display.hpp. */
#include "display.hpp"

#include <thread>

namespace svp::play {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

namespace {

/** From here on pictures are coded with BT.709 (its recommendation is for television of high definition). */
constexpr unsigned high_definition = 720;

std::uint32_t fourcc_of(Layout layout) {
    switch (layout) {
        case Layout::p010:
            return screen::fourcc("P010");
        case Layout::nv15_4l4:
            return screen::fourcc("NV15");
        case Layout::nv12:
        case Layout::nv12_4l4:
            break;
    }
    return screen::fourcc("NV12");
}

/** A decoder's picture as the display takes it. */
screen::Picture described(const Picture& picture) {
    const Surface& surface = picture.surface;
    const bool tiled = surface.layout == Layout::nv12_4l4 || surface.layout == Layout::nv15_4l4;
    screen::Picture result;
    result.width = picture.format.width;
    result.height = picture.format.height;
    result.fourcc = picture.packed ? screen::fourcc("YUYV") : fourcc_of(surface.layout);
    result.planes = picture.packed ? 1 : 2;
    result.modifier = tiled && !picture.packed ? screen::tiled : 0;
    result.pitches = {picture.stride, picture.stride};
    result.offsets = {0, picture.stride * surface.lines};
    return result;
}

}  // namespace

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
    display.mode_ = *mode;
    if (display.screen_->plane(settings.plane) == nullptr) {
        return Error{"the display has no plane '" + settings.plane + "'"};
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
    for (const auto& [buffer, framebuffer] : framebuffers_) {
        screen_->remove_picture(framebuffer);
    }
    framebuffers_.clear();
    on_screen_.reset();
    return other_->begin(format, buffers);
}

Result<std::uint32_t> Display::framebuffer(const Picture& picture) {
    const auto known = framebuffers_.find(picture.buffer);
    if (known != framebuffers_.end()) {
        return known->second;
    }
    Result<std::uint32_t> made = screen_->add_picture(picture.descriptor, described(picture));
    if (made.ok()) {
        framebuffers_[picture.buffer] = made.value();
    }
    return made;
}

void Display::put(screen::Commit& commit, const Picture& picture, std::uint32_t framebuffer) const {
    const screen::Object& plane = *screen_->plane(settings_.plane);
    const Format& format = picture.format;
    const screen::Area source{format.left, format.top, format.visible_width, format.visible_height};
    commit.place(plane, framebuffer, source,
                 settings_.area.value_or(screen::fitted(source.width, source.height, mode_)));
    if (plane.properties.contains("COLOR_ENCODING")) {
        commit.choose(plane, "COLOR_ENCODING",
                      source.height >= high_definition ? "ITU-R BT.709 YCbCr" : "ITU-R BT.601 YCbCr");
    }
}

/** The first picture: with it the screen gets its mode. */
Result<Done> Display::start(const Picture& picture, std::uint32_t framebuffer) {
    screen::Commit commit(*screen_);
    for (const screen::Object& plane : screen_->planes()) {
        commit.reset(plane);
    }
    put(commit, picture, framebuffer);
    if (settings_.protect) {
        commit.choose(screen_->connector(), "Content Protection", "Desired");
    }
    started_ = true;
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
    const Result<std::uint32_t> made = framebuffer(picture);
    if (!made.ok()) {
        return failed(made.error());
    }
    if (!finish()) {
        return false;
    }
    if (!started_) {
        const Result<Done> begun = start(picture, made.value());
        if (!begun.ok()) {
            return failed(begun.error());
        }
        first_time_ = Clock::now();
        on_screen_ = picture.buffer;
    }
    wait_for_time();
    ++pictures_;
    screen::Commit commit(*screen_);
    put(commit, picture, made.value());
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
