// SPDX-License-Identifier: GPL-2.0-or-later
/* See film_screen.hpp. */
#include "film_screen.hpp"

#include <algorithm>
#include <cstdio>

namespace svp::film {

FilmScreen::FilmScreen(const Film& film, ScreenOptions options, Control control)
    : film_(film), options_(std::move(options)), control_(std::move(control)), paused_(options_.paused) {
    for (const Sample& sample : film.samples) {
        last_ = std::max(last_, sample.time);
    }
}

bool FilmScreen::begin(const play::Format& format, const play::Buffers& buffers) {
    ++counts_.begins;
    queue_.clear();
    kept_.clear();
    std::printf(
        "buffers %s streams=%ux%zu pictures=%ux%zu size=%ux%u visible=%ux%u+%u+%u stride=%u lines=%u "
        "layout=%s\n",
        options_.heap.empty() ? "-" : options_.heap.c_str(), buffers.streams, buffers.stream_bytes,
        buffers.pictures, buffers.picture_bytes, format.width, format.height, format.visible_width,
        format.visible_height, format.left, format.top, buffers.surface.stride, buffers.surface.lines,
        play::name_of(buffers.surface.layout));
    std::fflush(stdout);
    return display_ == nullptr || display_->begin(format, buffers);
}

bool FilmScreen::drain() {
    while (!queue_.empty() && !quits_ && !seeks_) {
        if (!show_first()) {
            break;
        }
    }
    queue_.clear();
    hold();
    return (display_ == nullptr || display_->drain()) && !quits_;
}

bool FilmScreen::picture(const play::Picture& picture) {
    const Sample& sample = player_->sample_of(picture.frame);
    if (discards_ || sample.time < skip_) {
        return true;
    }
    skip_ = INT64_MIN;
    queue_.push_back({picture, sample.time, sample.duration, Clock::now()});
    while (queue_.size() > options_.queue && !quits_ && !seeks_) {
        show_first();
    }
    return !quits_;
}

bool FilmScreen::keeps(unsigned buffer) const {
    return std::find(kept_.begin(), kept_.end(), buffer) != kept_.end() ||
           (display_ != nullptr && display_->keeps(buffer)) ||
           std::any_of(queue_.begin(), queue_.end(),
                       [buffer](const Waiting& each) { return each.picture.buffer == buffer; });
}

bool FilmScreen::let_go() {
    if (quits_ || seeks_) {
        // The decoder needs it before it can be told.
        if (!queue_.empty()) {
            queue_.pop_front();
            return true;
        }
    }
    if (!queue_.empty()) {
        show_first();
        return true;
    }
    if (kept_.size() > 1) {
        kept_.pop_front();
        return true;
    }
    return display_ != nullptr && display_->let_go();
}

void FilmScreen::error(const std::string& text) {
    ++counts_.errors;
    std::printf("error %s\n", text.c_str());
    std::fflush(stdout);
}

bool FilmScreen::go_on() {
    Command command;
    while (control_.wait(0, command)) {
        obey(command);
    }
    while (!queue_.empty() && !paused_ && options_.clocked && running_ &&
           Clock::now() >= due(queue_.front().time) && show_first()) {
    }
    return !quits_;
}

FilmScreen::Clock::time_point FilmScreen::due(std::int64_t time) const {
    return zero_ +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(film_.seconds(time)));
}

void FilmScreen::set_clock(std::int64_t time) {
    running_ = true;
    zero_ = Clock::now() -
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(film_.seconds(time)));
}

void FilmScreen::obey(const Command& command) {
    switch (command.kind) {
        case Command::Kind::pause:
            paused_ = true;
            steps_ = 0;
            break;
        case Command::Kind::play:
            paused_ = running_ = false;
            break;
        case Command::Kind::step:
            paused_ = true;
            steps_ += command.count;
            break;
        case Command::Kind::seek:
            seeks_ = true;
            seek_time_ = static_cast<std::int64_t>(std::max(0.0, command.seconds) * film_.timescale);
            break;
        case Command::Kind::quit:
            quits_ = true;
            break;
    }
    told_pause_ = false;
}

void FilmScreen::hold() {
    Command command;
    while (!quits_ && !seeks_ && paused_ && steps_ == 0) {
        if (!told_pause_) {
            // Whoever waits for the pause finds the last picture on the screen.
            if (display_ != nullptr && !display_->drain()) {
                quits_ = true;
            }
            std::printf("paused %u\n", counts_.shown);
            std::fflush(stdout);
            told_pause_ = true;
        }
        if (control_.wait(-1, command)) {
            obey(command);
        }
    }
}

bool FilmScreen::wait_for(const Waiting& picture) {
    Command command;
    for (;;) {
        hold();
        if (quits_ || seeks_) {
            return false;
        }
        if (paused_ || !options_.clocked) {
            if (!control_.wait(0, command)) {
                return true;
            }
            obey(command);
            continue;
        }
        if (!running_) {
            set_clock(picture.time);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due(picture.time) - Clock::now());
        if (left.count() <= 0) {
            return true;
        }
        if (control_.wait(static_cast<int>(std::min<long long>(left.count(), 1000)), command)) {
            obey(command);
        }
    }
}

bool FilmScreen::show_first() {
    if (!wait_for(queue_.front())) {
        return false;
    }
    const Waiting picture = queue_.front();
    queue_.pop_front();
    const bool by_clock = options_.clocked && !paused_;
    if (by_clock && !queue_.empty() && Clock::now() >= due(queue_.front().time)) {
        drop(picture);
        return true;
    }
    counts_.late += by_clock && Clock::now() > due(picture.time + picture.duration) ? 1 : 0;
    show_now(picture);
    steps_ -= paused_ && steps_ != 0 ? 1 : 0;
    return true;
}

void FilmScreen::drop(const Waiting& picture) {
    ++counts_.dropped;
    // Whose fault it is: the decoder's, or that of who had the CPU, or the display, meanwhile.
    const Clock::time_point wanted = due(picture.time);
    const bool decoded_late = picture.decoded > wanted;
    const std::chrono::duration<double, std::milli> late =
        (decoded_late ? picture.decoded : Clock::now()) - wanted;
    std::printf("dropped %u %.0f %s %.0f ms\n", counts_.shown + counts_.dropped,
                1000 * film_.seconds(picture.time), decoded_late ? "decoded late by" : "held up for",
                late.count());
    std::fflush(stdout);
}

void FilmScreen::show_now(const Waiting& picture) {
    ++counts_.shown;
    if (display_ != nullptr && !display_->picture(picture.picture)) {
        quits_ = true;
    }
    kept_.push_back(picture.picture.buffer);
    while (kept_.size() > options_.kept) {
        kept_.pop_front();
    }
    if (!options_.quiet) {
        std::printf("shown %u %.0f %u\n", counts_.shown, 1000 * film_.seconds(picture.time),
                    picture.picture.buffer);
        std::fflush(stdout);
    }
    if (options_.progress) {
        std::fprintf(stderr, "\r%.2f s of %.2f s, %u pictures, %u dropped ", film_.seconds(picture.time),
                     film_.seconds(last_), counts_.shown, counts_.dropped);
    }
}

bool FilmScreen::wants_seek(std::int64_t& time) {
    time = seek_time_;
    return seeks_;
}

void FilmScreen::begin_seek() {
    queue_.clear();
    discards_ = true;
}

void FilmScreen::skip_to(std::int64_t time) {
    skip_ = std::min(time, last_);
    seeks_ = discards_ = running_ = false;
}

}  // namespace svp::film
