// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Commands to a playing film, a line each: pause, play, step COUNT, seek SECONDS, quit.
 */
#pragma once

#include <deque>
#include <string>

#include "../decrypt/descriptor.hpp"

namespace svp::film {

struct Command {
    enum class Kind { pause, play, step, seek, quit };
    Kind kind = Kind::play;
    unsigned count = 0;  ///< step: pictures
    double seconds = 0;  ///< seek
};

class Control {
 public:
    /** From a FIFO or a terminal; nobody writes to an empty path. */
    static decrypt::Result<Control> open(const std::string& path);

    /** Waits up to @p milliseconds (-1: for ever) for a command; false if none came. */
    bool wait(int milliseconds, Command& command);

 private:
    void take_lines();

    decrypt::Descriptor file_;
    std::string text_;
    std::deque<Command> commands_;
};

}  // namespace svp::film
