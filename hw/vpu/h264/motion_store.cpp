// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/motion_store.hpp"

#include <algorithm>

namespace svp::vpu::h264 {

namespace {

// The upper 24 bits of a part: bit 0 it is there, bit 1 refIdx is 0, bits 2 and 3 how it was coded,
// bits 4 to 7 the slot, bits 8 and 9 the structure.
constexpr unsigned present = 1;
constexpr unsigned index_0 = 2;
constexpr unsigned part_size = 16;

std::uint32_t packed(const Vector& mv) {
    return (static_cast<std::uint32_t>(mv.x) & 0x3fff) | (static_cast<std::uint32_t>(mv.y) & 0xfff) << 14;
}

Vector unpacked(std::uint32_t bits) {
    return {static_cast<std::int16_t>(static_cast<std::int32_t>(bits << 18) >> 18),
            static_cast<std::int16_t>(static_cast<std::int32_t>(bits << 6) >> 20)};
}

/** Bits @p first to first + 25 of a part. */
std::uint32_t vector_bits(const std::uint8_t* part, unsigned first) {
    std::uint64_t window = 0;
    for (unsigned i = 0; i < 5 && first / 8 + i < part_size; ++i) {
        window |= std::uint64_t{part[first / 8 + i]} << 8 * i;
    }
    return static_cast<std::uint32_t>(window >> first % 8) & 0x3ffffff;
}

void put_part(const Picture& picture, const Macroblock& mb, unsigned part, std::uint8_t* bytes) {
    const auto coding = picture.job.structure != whole_frame ? MotionStore::Coding::field_picture
                        : mb.field                           ? MotionStore::Coding::field_macroblock
                                                             : MotionStore::Coding::frame;
    std::uint32_t info = static_cast<std::uint32_t>(coding) << 2;
    const unsigned list = mb.ref[0][part] >= 0 ? 0 : 1;
    std::uint64_t low = 0, high = 0;
    if (!mb.intra() && mb.ref[list][part] >= 0) {
        const std::uint8_t picture_id = mb.picture[list][part];
        info |= present | (mb.ref[list][part] == 0 ? index_0 : 0) | (picture_id / 4u) << 4 |
                (picture_id % 4u) << 8;
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned block = part % 2 * 2 + part / 2 * 8 + i % 2 + i / 2 * 4;
            const std::uint64_t bits = packed(mb.mv[list][block]);
            const unsigned first = 26 * i;
            if (first < 64) {
                low |= bits << first;
                high |= first > 38 ? bits >> (64 - first) : 0;
            } else {
                high |= bits << (first - 64);
            }
        }
    }
    high |= std::uint64_t{info} << 40;
    for (unsigned i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(low >> 8 * i);
        bytes[8 + i] = static_cast<std::uint8_t>(high >> 8 * i);
    }
}

std::uint32_t info_of(const std::uint8_t* part) {
    return part[13] | static_cast<std::uint32_t>(part[14]) << 8 | static_cast<std::uint32_t>(part[15]) << 16;
}

}  // namespace

Response write_motion(MemoryPort& port, const Picture& picture) {
    std::vector<std::uint8_t> row(std::size_t{picture.width} * motion_size);
    Response answer = Response::okay;
    for (unsigned y = 0; y < picture.height; ++y) {
        for (unsigned x = 0; x < picture.width; ++x) {
            for (unsigned part = 0; part < 4; ++part) {
                put_part(picture, picture.at(x, y), part, row.data() + x * motion_size + part * part_size);
            }
        }
        const auto offset = y * static_cast<std::uint32_t>(row.size());
        answer = std::max(answer, port.write(Stream::motion, picture.job.motion + offset, row));
    }
    return answer;
}

const std::uint8_t* MotionStore::fetch(unsigned slot, unsigned index) {
    const unsigned total = job_.mb_width * job_.mb_height;
    index = std::min(index, total - 1);
    JobVector<std::uint8_t>& rows = rows_[slot];
    if (rows.empty()) {
        rows.resize(std::size_t{total} * motion_size);
        fetched_[slot].resize(job_.mb_height);
    }
    const unsigned row = index / job_.mb_width;
    if (fetched_[slot][row] == 0) {
        fetched_[slot][row] = 1;
        const std::uint32_t size = job_.mb_width * motion_size;
        const std::uint32_t base = job_.slots[slot].address + (job_.monochrome ? 256 : 384) * total;
        answer_ = std::max(answer_, port_.read(Stream::motion, base + row * size,
                                               std::span(rows).subspan(std::size_t{row} * size, size)));
    }
    return rows.data() + std::size_t{index} * motion_size;
}

MotionStore::Coding MotionStore::coding(unsigned slot, unsigned index) {
    const std::uint32_t coding = info_of(fetch(slot, index)) >> 2 & 3;
    return static_cast<Coding>(std::min(coding, 2u));
}

Colocated MotionStore::at(unsigned slot, unsigned index, unsigned block) {
    const std::uint8_t* part = fetch(slot, index) + (block % 4 / 2 + block / 8 * 2) * part_size;
    const std::uint32_t info = info_of(part);
    Colocated found;
    found.intra = (info & present) == 0;
    if (!found.intra) {
        found.index_0 = (info & index_0) != 0;
        found.slot = static_cast<std::uint8_t>(info >> 4 & 15);
        found.structure = static_cast<Structure>(info >> 8 & 3);
        found.mv = unpacked(vector_bits(part, 26 * (block % 2 + block / 4 % 2 * 2)));
    }
    return found;
}

}  // namespace svp::vpu::h264
