// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/availability.hpp"

namespace svp::vpu::hevc {

bool Availability::usable(int ctb_x, int ctb_y, unsigned ctb, std::int32_t slice_address) const {
    const TileLayout& tiles = picture_.tiles;
    if (ctb_x < 0 || ctb_y < 0 || ctb_x >= static_cast<int>(tiles.width())) {
        return false;
    }
    const unsigned other = static_cast<unsigned>(ctb_y) * tiles.width() + static_cast<unsigned>(ctb_x);
    return picture_.slice_address[other] == slice_address && tiles.tile(other) == tiles.tile(ctb);
}

void Availability::begin(unsigned ctb, std::int32_t slice_address) {
    ctb_x_ = ctb % picture_.tiles.width();
    ctb_y_ = ctb / picture_.tiles.width();
    const int x = static_cast<int>(ctb_x_), y = static_cast<int>(ctb_y_);
    beside_[0] = usable(x - 1, y, ctb, slice_address);
    beside_[1] = usable(x - 1, y - 1, ctb, slice_address);
    beside_[2] = usable(x, y - 1, ctb, slice_address);
    beside_[3] = usable(x + 1, y - 1, ctb, slice_address);
}

}  // namespace svp::vpu::hevc
