// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whose turn it is at an engine that several register files share: one job at a time, and the next one is of
 * who has waited longest.
 *
 * All calls belong where no two run at once: register handlers, or Host::exclusive().
 */
#pragma once

#include <algorithm>
#include <vector>

namespace svp::vpu {

template <typename User>
class EngineTurns {
 public:
    /** True if @p user has the engine, or gets it now. If not it waits, and release() will name it.
     */
    bool take(User& user) {
        if (std::find(line_.begin(), line_.end(), &user) == line_.end()) {
            line_.push_back(&user);
        }
        return line_.front() == &user;
    }

    /** @p user needs the engine no longer, or does not wait any more. Who has it now that had not; else null.
     */
    User* release(User& user) {
        const bool had = !line_.empty() && line_.front() == &user;
        std::erase(line_, &user);
        return had && !line_.empty() ? line_.front() : nullptr;
    }

 private:
    std::vector<User*> line_;  ///< the first one has the engine
};

}  // namespace svp::vpu
