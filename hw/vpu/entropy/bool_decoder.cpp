// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/entropy/bool_decoder.hpp"

namespace svp::vpu {

void BoolDecoder::start(MemoryPort& port, const StreamRange& range, unsigned range_state, unsigned value,
                        int value_bits) {
    port_ = &port;
    address_ = range.address;
    left_ = range.length;
    position_ = 0;
    filled_ = 0;
    padding_ = 0;
    answer_ = Response::okay;
    range_ = range_state;
    window_ = std::uint64_t{value & 0xff} << 56;
    valid_ = value_bits;
    read_ahead();
    if (position_ < filled_) {
        const int bits = 8 - static_cast<int>(range.start_bit & 7);
        window_ |= std::uint64_t{buffer_[position_++] & (0xffu >> (8 - bits))} << (64 - valid_ - bits);
        valid_ += bits;
    }
}

void BoolDecoder::fill() {
    while (valid_ <= 56) {
        if (position_ == filled_) {
            read_ahead();
        }
        if (position_ == filled_) {
            padding_ += static_cast<unsigned>(56 - valid_) + 8u;
            valid_ = 64;
            return;
        }
        window_ |= std::uint64_t{buffer_[position_++]} << (56 - valid_);
        valid_ += 8;
    }
}

void BoolDecoder::read_ahead() {
    const std::uint32_t length = std::min(left_, window_size);
    position_ = 0;
    filled_ = length;
    if (length != 0) {
        answer_ =
            std::max(answer_, port_->read(Stream::bitstream, address_, std::span(buffer_).first(length)));
        address_ += length;
        left_ -= length;
    }
}

}  // namespace svp::vpu
