// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svp-show: puts pictures on the planes of the screen and keeps them there until a line comes in, or its
 * input ends. Run it with --help. Status 1 if the display refuses something, 2 for a wrong call.
 */
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "plane_request.hpp"

namespace svp::screen {
namespace {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

constexpr char usage[] =
    "usage: svp-show [--list] [--mode WIDTHxHEIGHT] [--property NAME=VALUE] [--flips COUNT] [PLANE...]\n"
    "\n"
    "PLANE is NAME:KEY=VALUE[,KEY=VALUE...]; names are primary, overlay-1, ... from below. Keys:\n"
    "  format=FOURCC         XR24, AR24, NV12, P010, ... (required)\n"
    "  size=WxH              of the picture (required)\n"
    "  file=PATH             its lines without gaps, plane by plane; tiles as they stand in memory\n"
    "  tiled                 tiles of 4x4\n"
    "  heap=NAME             in a buffer of /dev/dma_heap/NAME; without a file it has what the heap gives\n"
    "  source=WxH+X+Y        the part that is shown (default: all)\n"
    "  target=WxH+X+Y        where (default: in the middle, as large as fits)\n"
    "  any other             a property of the plane: a number, or the name of a value\n"
    "--list prints modes and planes. --property sets one of the connector. --flips has the contents shown\n"
    "anew so many times, and tells how long that took.\n";

struct Arguments {
    bool help = false, list = false;
    std::string mode;
    unsigned flips = 0;
    std::vector<std::pair<std::string, std::string>> connector;
    std::vector<PlaneRequest> planes;
};

Result<Arguments> parse(int count, char** words) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const auto value = [&]() -> std::string { return i + 1 < count ? words[++i] : ""; };
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (word == "--list") {
            arguments.list = true;
        } else if (word == "--mode") {
            arguments.mode = value();
        } else if (word == "--flips") {
            arguments.flips = static_cast<unsigned>(std::strtoul(value().c_str(), nullptr, 10));
        } else if (word == "--property") {
            const std::string setting = value();
            const std::size_t equals = setting.find('=');
            if (equals == std::string::npos) {
                return Error{"--property: '" + setting + "' is no NAME=VALUE"};
            }
            arguments.connector.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
        } else if (word.starts_with("-")) {
            return Error{"unknown option '" + word + "', see --help"};
        } else {
            Result<PlaneRequest> plane = PlaneRequest::parse(word);
            if (!plane.ok()) {
                return plane.error();
            }
            arguments.planes.push_back(std::move(plane.value()));
        }
    }
    return arguments;
}

void list(const Screen& screen) {
    for (const drm_mode_modeinfo& mode : screen.modes()) {
        std::printf("mode %ux%u %u Hz\n", mode.hdisplay, mode.vdisplay, mode.vrefresh);
    }
    for (const char* name : {"primary", "overlay-1", "overlay-2"}) {
        if (const Object* plane = screen.plane(name)) {
            std::printf("plane %s id=%u\n", name, plane->id);
        }
    }
    std::printf("connector id=%u crtc id=%u\n", screen.connector().id, screen.crtc().id);
}

/** The same contents again and again, each time with a frame of its own. */
Result<Done> flip(Screen& screen, Commit& commit, unsigned count) {
    Shown first, last;
    for (unsigned number = 0; number <= count; ++number) {
        const Result<Done> asked = commit.soon();
        if (!asked.ok()) {
            return asked.error();
        }
        const Result<Shown> shown = screen.wait_shown();
        if (!shown.ok()) {
            return shown.error();
        }
        last = shown.value();
        first = number == 0 ? last : first;
    }
    const double seconds = static_cast<double>(last.microseconds - first.microseconds) / 1e6;
    std::printf("FLIPS count=%u frames=%u seconds=%.3f\n", count, last.frame - first.frame, seconds);
    return Done{};
}

Result<Done> show(const Arguments& arguments) {
    Result<Screen> opened = Screen::open();
    if (!opened.ok()) {
        return opened.error();
    }
    Screen& screen = opened.value();
    if (arguments.list) {
        list(screen);
        return Done{};
    }
    const auto mode = screen.mode(arguments.mode);
    if (!mode) {
        return Error{"--mode: the screen has no '" + arguments.mode + "', see --list"};
    }
    Commit contents(screen), planes(screen);
    for (const Object& plane : screen.planes()) {
        contents.reset(plane);
    }
    for (const PlaneRequest& request : arguments.planes) {
        Result<std::uint32_t> picture = request.make(screen);
        if (!picture.ok()) {
            return picture.error();
        }
        for (Commit* commit : {&contents, &planes}) {
            const Result<Done> put = request.put(screen, *commit, picture.value(), *mode);
            if (!put.ok()) {
                return put.error();
            }
        }
    }
    for (const auto& [name, value] : arguments.connector) {
        set_property(contents, screen.connector(), name, value);
    }
    Result<Done> done = screen.start(contents, *mode);
    if (!done.ok()) {
        return done.error();
    }
    std::printf("SHOWN %ux%u\n", mode->hdisplay, mode->vdisplay);
    std::fflush(stdout);
    if (arguments.flips != 0) {
        done = flip(screen, planes, arguments.flips);
        std::fflush(stdout);
    }
    if (done.ok()) {
        std::getchar();
    }
    return done;
}

}  // namespace
}  // namespace svp::screen

int main(int count, char** words) {
    const auto arguments = svp::screen::parse(count, words);
    if (!arguments.ok()) {
        std::fprintf(stderr, "svp-show: %s\n", arguments.error().text.c_str());
        return 2;
    }
    if (arguments.value().help) {
        std::fputs(svp::screen::usage, stdout);
        return 0;
    }
    const auto done = svp::screen::show(arguments.value());
    if (!done.ok()) {
        std::fprintf(stderr, "svp-show: %s\n", done.error().text.c_str());
        return 1;
    }
    return 0;
}
