// SPDX-License-Identifier: GPL-2.0-or-later
/** Where what lies beside the current macroblock is found (clause 6.4.12). */
#pragma once

#include "vpu/h264/macroblock.hpp"

namespace svp::vpu::h264 {

class Neighbours {
 public:
    /** A macroblock and a luma sample in it; none: not available. */
    struct Place {
        Macroblock* mb = nullptr;
        int x = 0;
        int y = 0;

        unsigned block() const { return static_cast<unsigned>(x / 4 + y / 4 * 4); }
        unsigned part() const { return static_cast<unsigned>(x / 8 + y / 8 * 2); }
        explicit operator bool() const { return mb != nullptr; }
    };

    /** Only macroblocks of slice number @p slice are available; with 0, all that are decoded. */
    Neighbours(Picture& picture, unsigned slice) : picture_(picture), slice_(slice) {}

    /** Macroblock (@p x, @p y) is the current one; its field flag has to be set. */
    void move(unsigned x, unsigned y) {
        x_ = x;
        y_ = y;
        current_ = &picture_.at(x, y);
        if (picture_.job.mbaff) {
            const unsigned top = y & ~1u;
            a_ = x > 0 ? available(x - 1, top) : nullptr;
            b_ = top > 0 ? available(x, top - 2) : nullptr;
            c_ = top > 0 && x + 1 < picture_.width ? available(x + 1, top - 2) : nullptr;
            d_ = top > 0 && x > 0 ? available(x - 1, top - 2) : nullptr;
            return;
        }
        a_ = x > 0 ? available(x - 1, y) : nullptr;
        b_ = y > 0 ? available(x, y - 1) : nullptr;
        c_ = y > 0 && x + 1 < picture_.width ? available(x + 1, y - 1) : nullptr;
        d_ = y > 0 && x > 0 ? available(x - 1, y - 1) : nullptr;
    }

    /** The place of luma sample (@p x, @p y), -1 to 16 and -1 to 15, by the current macroblock's first one.
     */
    Place at(int x, int y) const {
        if (x >= 0 && y >= 0) {
            return x < 16 ? Place{current_, x, y} : Place{};
        }
        if (picture_.job.mbaff) {
            return in_pairs(x, y);
        }
        if (y >= 0) {
            return {a_, 15, y};
        }
        return {x < 0 ? d_ : x < 16 ? b_ : c_, x & 15, 15};
    }

    /** Macroblocks to the left and above: mbAddrA and mbAddrB of clause 6.4.11.1. */
    const Macroblock* left() const { return at(-1, 0).mb; }
    const Macroblock* above() const { return at(0, -1).mb; }

    /** First macroblocks of the pairs beside (MBAFF). */
    const Macroblock* left_pair() const { return a_; }
    const Macroblock* above_pair() const { return b_; }

    Macroblock& current() const { return *current_; }
    unsigned x() const { return x_; }
    unsigned y() const { return y_; }

 private:
    Macroblock* available(unsigned x, unsigned y) const {
        Macroblock& mb = picture_.at(x, y);
        return mb.slice != 0 && (slice_ == 0 || mb.slice == slice_) ? &mb : nullptr;
    }
    Macroblock* bottom(Macroblock* top) const { return top + picture_.width; }
    Place in_pairs(int x, int y) const;

    Picture& picture_;
    unsigned slice_;
    unsigned x_ = 0;
    unsigned y_ = 0;
    Macroblock* current_ = nullptr;
    Macroblock* a_ = nullptr;
    Macroblock* b_ = nullptr;
    Macroblock* c_ = nullptr;
    Macroblock* d_ = nullptr;
};

}  // namespace svp::vpu::h264
