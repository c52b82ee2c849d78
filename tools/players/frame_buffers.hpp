// SPDX-License-Identifier: GPL-2.0-or-later
/** Which buffer each frame of a stream has, as long as its player wants it. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

namespace svp::test {

class FrameBuffers {
 public:
    /** From now on there are @p count buffers, all of them free. */
    void reset(unsigned count) {
        count_ = count;
        used_.clear();
    }

    /** The buffer of a frame, by the frame's number in the stream; a free one if it has none yet, and the
     * last one if none is free. */
    unsigned of(std::uint64_t frame) {
        const auto [place, is_new] = used_.try_emplace(frame, count_);
        if (is_new) {
            unsigned buffer = 0;
            while (buffer + 1 < count_ && in_use(buffer)) {
                ++buffer;
            }
            place->second = buffer;
        }
        return place->second;
    }

    /** The same for a frame that may have none. */
    std::optional<unsigned> find(std::uint64_t frame) const {
        const auto known = used_.find(frame);
        return known == used_.end() ? std::nullopt : std::optional(known->second);
    }

    void release(std::uint64_t frame) { used_.erase(frame); }
    unsigned count() const { return count_; }

 private:
    bool in_use(unsigned buffer) const {
        return std::any_of(used_.begin(), used_.end(),
                           [&](const auto& entry) { return entry.second == buffer; });
    }

    std::map<std::uint64_t, unsigned> used_;
    unsigned count_ = 0;
};

}  // namespace svp::test
