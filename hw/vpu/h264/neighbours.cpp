// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/neighbours.hpp"

namespace svp::vpu::h264 {

/** Clause 6.4.12.2. Lines of the picture stay next to each other whether pairs are frames or fields. */
Neighbours::Place Neighbours::in_pairs(int x, int y) const {
    const bool is_bottom = (y_ & 1) != 0;
    const bool field = current_->field;
    if (y >= 0) {
        if (a_ == nullptr) {
            return {};
        }
        if (a_->field == field) {
            return {is_bottom ? bottom(a_) : a_, 15, y};
        }
        if (field) {
            const int line = 2 * y + (is_bottom ? 1 : 0);
            return {line < 16 ? a_ : bottom(a_), 15, line & 15};
        }
        const int line = y + (is_bottom ? 16 : 0);
        return {line % 2 == 0 ? a_ : bottom(a_), 15, line / 2};
    }
    if (!field && is_bottom) {
        if (x >= 16) {
            return {};
        }
        if (x >= 0) {
            return {current_ - picture_.width, x, 15};
        }
        if (a_ == nullptr) {
            return {};
        }
        return a_->field ? Place{bottom(a_), 15, 7} : Place{a_, 15, 15};
    }
    Macroblock* pair = x < 0 ? d_ : x < 16 ? b_ : c_;
    if (pair == nullptr) {
        return {};
    }
    if (field && !is_bottom) {
        return pair->field ? Place{pair, x & 15, 15} : Place{bottom(pair), x & 15, 14};
    }
    return {bottom(pair), x & 15, 15};
}

}  // namespace svp::vpu::h264
