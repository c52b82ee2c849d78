// SPDX-License-Identifier: GPL-2.0-or-later
/* See beside.hpp. */
#include "beside.hpp"

#include <algorithm>

namespace svp::film {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

namespace {

constexpr char plane_name[] = "overlay-1";
/** Pictures that wait: a step of the player may give more than one. */
constexpr unsigned queued = 4;

play::Memory memory_of(const BesideSettings& settings) {
    play::Memory memory;
    memory.picture_heap = settings.heap;
    memory.spare = queued + play::Display::buffers;
    return memory;
}

}  // namespace

Result<std::unique_ptr<Beside>> Beside::open(const BesideSettings& settings) {
    Result<MappedFile> file = MappedFile::open(settings.file);
    if (!file.ok()) {
        return file.error();
    }
    Result<Film> film = Film::parse(file.value().bytes());
    if (!film.ok()) {
        return Error{settings.file + ": " + film.error().text};
    }
    if (film.value().scheme != Scheme::none) {
        return Error{settings.file + ": a film beside another is a clear one"};
    }
    return std::unique_ptr<Beside>(new Beside(std::move(file.value()), std::move(film.value()), settings));
}

Beside::Beside(MappedFile file, Film film, const BesideSettings& settings)
    : file_(std::move(file)),
      film_(std::move(film)),
      area_(settings.area),
      decoder_(memory_of(settings), *this),
      player_(film_, file_.bytes(), decoder_) {}

bool Beside::picture(const play::Picture& picture) {
    queue_.push_back(picture);
    return true;
}

bool Beside::keeps(unsigned buffer) const {
    return on_screen_ == buffer ||
           std::any_of(queue_.begin(), queue_.end(),
                       [buffer](const play::Picture& each) { return each.buffer == buffer; });
}

Result<Done> Beside::put(screen::Screen& screen, screen::Commit& commit) {
    bool again = false;
    while (queue_.empty()) {
        if (player_.step()) {
            continue;
        }
        const std::string& problem = !problem_.empty()            ? problem_
                                     : decoder_.failure().empty() ? player_.problem()
                                                                  : decoder_.failure();
        if (!problem.empty() || again || !player_.seek(0)) {
            return Error{"the film beside: " + (problem.empty() ? "it has no picture" : problem)};
        }
        again = true;
    }
    const play::Picture next = queue_.front();
    queue_.pop_front();
    const Result<std::uint32_t> framebuffer = framebuffers_.of(screen, next);
    if (!framebuffer.ok()) {
        return framebuffer.error();
    }
    const screen::Object* plane = screen.plane(plane_name);
    if (plane == nullptr) {
        return Error{"the display has no second plane for a film beside"};
    }
    play::place(commit, *plane, next, framebuffer.value(), area_);
    on_screen_ = next.buffer;
    return Done{};
}

}  // namespace svp::film
