// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/motion_store.hpp"

namespace svp::vpu::vp9 {

namespace {

/** Of an 8x8 in its row of 64x64 blocks. */
std::size_t offset_of(unsigned column, unsigned row) {
    return std::size_t{column / 8} * MotionStore::superblock_bytes +
           (std::size_t{row % 8} * 8 + column % 8) * MotionStore::block_bytes;
}

void put_number(std::uint8_t* to, std::int16_t value) {
    const auto bits = static_cast<std::uint16_t>(value);
    to[0] = static_cast<std::uint8_t>(bits);
    to[1] = static_cast<std::uint8_t>(bits >> 8);
}

std::int16_t number_at(const std::uint8_t* from) {
    return static_cast<std::int16_t>(from[0] | from[1] << 8);
}

}  // namespace

Response MotionStore::read_row(unsigned row) {
    if (!parameters_.previous_motion) {
        return Response::okay;
    }
    const std::uint32_t size = parameters_.superblock_columns() * superblock_bytes;
    bytes_.resize(size);
    const Response answer = port_.read(Stream::motion, parameters_.motion_in + row * size, bytes_);
    previous_.resize(std::size_t{parameters_.superblock_columns()} * 64);
    for (unsigned i = 0; i < previous_.size(); ++i) {
        const std::uint8_t* from = bytes_.data() + offset_of(i / 8, i % 8);
        StoredMotion& motion = previous_[i];
        for (unsigned k = 0; k < 2; ++k) {
            motion.vectors[k] = {number_at(from + 4 * k), number_at(from + 4 * k + 2)};
            motion.reference[k] = from[8 + k] & 3;
        }
    }
    return answer;
}

Response MotionStore::write_row(const Frame& frame, unsigned row) {
    if (!parameters_.write_motion) {
        return Response::okay;
    }
    const std::uint32_t size = parameters_.superblock_columns() * superblock_bytes;
    bytes_.assign(size, 0);
    for (unsigned y = 8 * row; y < std::min(8 * row + 8, frame.rows()); ++y) {
        for (unsigned x = 0; x < frame.columns(); ++x) {
            const Block& block = frame.at(x, y);
            std::uint8_t* to = bytes_.data() + offset_of(x, y);
            for (unsigned k = 0; k < 2; ++k) {
                put_number(to + 4 * k, block.vector()[k].row);
                put_number(to + 4 * k + 2, block.vector()[k].column);
                to[8 + k] = block.reference[k];
            }
        }
    }
    return port_.write(Stream::motion, parameters_.motion_out + row * size, bytes_);
}

}  // namespace svp::vpu::vp9
