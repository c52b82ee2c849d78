// SPDX-License-Identifier: GPL-2.0-or-later
/* See control.hpp. */
#include "control.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace svp::film {

using decrypt::Descriptor;
using decrypt::Result;

Result<Control> Control::open(const std::string& path) {
    Control control;
    if (!path.empty()) {
        // For writing as well: a FIFO then has no end when its other users go.
        Result<Descriptor> file = Descriptor::open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
        if (!file.ok()) {
            return file.error();
        }
        control.file_ = std::move(file.value());
    }
    return control;
}

void Control::take_lines() {
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
        const std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        const std::size_t blank = line.find(' ');
        const std::string word = line.substr(0, blank);
        const char* const value = blank == std::string::npos ? "" : line.c_str() + blank + 1;
        Command command;
        if (word == "pause") {
            command.kind = Command::Kind::pause;
        } else if (word == "play") {
            command.kind = Command::Kind::play;
        } else if (word == "step") {
            command.kind = Command::Kind::step;
            command.count = *value != 0 ? static_cast<unsigned>(std::strtoul(value, nullptr, 10)) : 1;
        } else if (word == "seek") {
            command.kind = Command::Kind::seek;
            command.seconds = std::strtod(value, nullptr);
        } else if (word == "quit") {
            command.kind = Command::Kind::quit;
        } else {
            std::fprintf(stderr, "svp-play: '%s' is none of pause, play, step COUNT, seek SECONDS, quit\n",
                         line.c_str());
            continue;
        }
        commands_.push_back(command);
    }
}

bool Control::wait(int milliseconds, Command& command) {
    if (commands_.empty()) {
        pollfd wait{file_.get(), POLLIN, 0};
        if (poll(&wait, 1, milliseconds) > 0) {
            char bytes[256];
            const ssize_t got = read(file_.get(), bytes, sizeof bytes);
            if (got > 0) {
                text_.append(bytes, static_cast<std::size_t>(got));
            }
            take_lines();
        }
    }
    if (commands_.empty()) {
        return false;
    }
    command = commands_.front();
    commands_.pop_front();
    return true;
}

}  // namespace svp::film
