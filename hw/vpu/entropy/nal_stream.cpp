// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/entropy/nal_stream.hpp"

#include <algorithm>

namespace svp::vpu {

int NalStream::byte() {
    if (position_ == filled_) {
        if (left_ == 0) {
            return -1;
        }
        filled_ = std::min<std::size_t>(left_, window_.size());
        position_ = 0;
        answer_ =
            std::max(answer_, port_.read(Stream::bitstream, address_, std::span(window_).first(filled_)));
        address_ += static_cast<std::uint32_t>(filled_);
        left_ -= static_cast<std::uint32_t>(filled_);
    }
    return window_[position_++];
}

bool NalStream::find_start_code() {
    unsigned zeros = 0;
    for (int next = byte(); next >= 0; next = byte()) {
        if (next == 1 && zeros >= 2) {
            return true;
        }
        zeros = next == 0 ? zeros + 1 : 0;
    }
    return false;
}

bool NalStream::read_unit() {
    unit_.clear();
    unsigned zeros = 0;
    for (int next = byte(); next >= 0; next = byte()) {
        if (zeros >= 2 && next == 1) {
            unit_.erase(unit_.end() - static_cast<std::ptrdiff_t>(zeros), unit_.end());
            return true;
        }
        if (zeros >= 2 && next == 3) {
            zeros = 0;
            continue;
        }
        zeros = next == 0 ? zeros + 1 : 0;
        unit_.push_back(static_cast<std::uint8_t>(next));
    }
    return false;
}

std::span<const std::uint8_t> NalStream::next() {
    if (!started_ && !find_start_code()) {
        return {};
    }
    do {
        started_ = read_unit();
    } while (started_ && unit_.empty());
    return unit_;
}

}  // namespace svp::vpu
