// SPDX-License-Identifier: GPL-2.0-or-later
/** Whether a block beside the current one may be used, clause 6.4.1. */
#pragma once

#include <array>
#include <cstdint>

#include "vpu/hevc/picture.hpp"

namespace svp::vpu::hevc {

class Availability {
 public:
    explicit Availability(const Picture& picture)
        : picture_(picture), shift_(picture.job.log2_ctb), mask_((1u << shift_) - 1) {}

    /** The current coding tree block, by its number line by line, and its SliceAddrRs. */
    void begin(unsigned ctb, std::int32_t slice_address);

    /** Whether the block at @p x, @p y has been decoded before that at @p from_x, @p from_y, in the current
     * coding tree block, and is in the same slice and tile. */
    bool operator()(unsigned from_x, unsigned from_y, int x, int y) const {
        if (x < 0 || y < 0 || x >= static_cast<int>(picture_.job.width) ||
            y >= static_cast<int>(picture_.job.height)) {
            return false;
        }
        const auto column = static_cast<unsigned>(x), line = static_cast<unsigned>(y);
        const unsigned to_left = ctb_x_ - (column >> shift_), up = ctb_y_ - (line >> shift_);
        if (to_left == 0 && up == 0) {
            return order(column & mask_, line & mask_) < order(from_x & mask_, from_y & mask_);
        }
        // One to the left, above to the left, above, above to the right.
        return to_left == 1 ? (up == 0 ? beside_[0] : up == 1 && beside_[1])
                            : up == 1 && (to_left == 0 ? beside_[2] : to_left == ~0u && beside_[3]);
    }

    bool left() const { return beside_[0]; }
    bool above() const { return beside_[2]; }
    bool above_right() const { return beside_[3]; }

 private:
    /** Position in the order of decoding within a coding tree block, by units of 4 samples. */
    static unsigned order(unsigned x, unsigned y) { return spread[x / 4] | unsigned{spread[y / 4]} << 1; }
    bool usable(int ctb_x, int ctb_y, unsigned ctb, std::int32_t slice_address) const;

    static constexpr std::array<std::uint8_t, 16> spread = {0,  1,  4,  5,  16, 17, 20, 21,
                                                            64, 65, 68, 69, 80, 81, 84, 85};

    const Picture& picture_;
    unsigned shift_;
    unsigned mask_;
    unsigned ctb_x_ = 0;
    unsigned ctb_y_ = 0;
    bool beside_[4] = {};
};

}  // namespace svp::vpu::hevc
