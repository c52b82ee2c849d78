// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/entropy/bit_reader.hpp"

#include <algorithm>

namespace svp::vpu {

/** Reads the next window; false at the end. */
bool BitReader::read_window() {
    filled_ = std::min(left_, window_size);
    position_ = 0;
    if (filled_ == 0) {
        return false;
    }
    answer_ = std::max(answer_, port_.read(Stream::bitstream, address_, std::span(buffer_).first(filled_)));
    address_ += filled_;
    left_ -= filled_;
    return true;
}

void BitReader::fill() {
    while (valid_ <= 56) {
        std::uint8_t byte = 0;
        if (position_ < filled_ || read_window()) {
            byte = buffer_[position_++];
        } else {
            padding_ += 8;
        }
        window_ |= std::uint64_t{byte} << (56 - valid_);
        valid_ += 8;
    }
}

bool BitReader::find_start_code() {
    unsigned zeros = 0;
    while (!exhausted() && !(padding_ != 0 && padding_ == valid_)) {
        const std::uint32_t byte = get(8);
        if (byte == 1 && zeros >= 2) {
            return !exhausted();
        }
        zeros = byte == 0 ? zeros + 1 : 0;
    }
    return false;
}

}  // namespace svp::vpu
