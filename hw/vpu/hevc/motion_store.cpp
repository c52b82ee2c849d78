// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/motion_store.hpp"

#include <algorithm>

namespace svp::vpu::hevc {

namespace {

constexpr std::uint32_t entry_size = 12;
constexpr std::uint8_t used_bit = 1, long_term_bit = 2;  // of a list; those of the second one 2 further up

unsigned sixteenths(unsigned samples) {
    return (samples + 15) / 16;
}

void put_16(std::uint8_t* to, std::int16_t value) {
    to[0] = static_cast<std::uint8_t>(value);
    to[1] = static_cast<std::uint8_t>(value >> 8);
}

std::int16_t get_16(const std::uint8_t* from) {
    return static_cast<std::int16_t>(from[0] | from[1] << 8);
}

}  // namespace

MotionStore::MotionStore(MemoryPort& port, const Parameters& job)
    : port_(port), job_(job), columns_(sixteenths(job.width)), lines_(sixteenths(job.height)) {}

StoredMotion MotionStore::at(unsigned reference, unsigned x, unsigned y) {
    Kept& kept = kept_[reference];
    if (kept.lines.empty()) {
        kept.bytes.resize(std::size_t{columns_} * lines_ * entry_size);
        kept.lines.resize(lines_);
    }
    const unsigned line = y / 16, size = columns_ * entry_size;
    std::uint8_t* bytes = kept.bytes.data() + std::size_t{line} * size;
    if (!kept.lines[line]) {
        kept.lines[line] = true;
        answer_ = std::max(
            answer_,
            port_.read(Stream::motion, job_.references[reference].motion + line * size, {bytes, size}));
    }
    const std::uint8_t* entry = bytes + x / 16 * entry_size;
    StoredMotion motion;
    for (unsigned list = 0; list < 2; ++list) {
        motion.mv[list] = {get_16(entry + 4 * list), get_16(entry + 4 * list + 2)};
        motion.distance[list] = static_cast<std::int8_t>(entry[8 + list]);
        motion.used[list] = (entry[10] >> 2 * list & used_bit) != 0;
        motion.long_term[list] = (entry[10] >> 2 * list & long_term_bit) != 0;
    }
    return motion;
}

Response write_motion(MemoryPort& port, const Picture& picture) {
    const unsigned columns = sixteenths(picture.job.width), lines = sixteenths(picture.job.height);
    JobVector<std::uint8_t> bytes(std::size_t{columns} * lines * entry_size);
    std::uint8_t* to = bytes.data();
    for (unsigned y = 0; y < picture.job.height; y += 16) {
        for (unsigned x = 0; x < picture.job.width; x += 16, to += entry_size) {
            const Motion& motion = picture.motion[picture.unit(x, y)];
            for (unsigned list = 0; list < 2; ++list) {
                if (!motion.uses(list)) {
                    continue;
                }
                const Reference& reference = picture.job.references[motion.picture[list]];
                put_16(to + 4 * list, motion.mv[list].x);
                put_16(to + 4 * list + 2, motion.mv[list].y);
                to[8 + list] = static_cast<std::uint8_t>(reference.distance);
                to[10] |= static_cast<std::uint8_t>((used_bit | (reference.long_term ? long_term_bit : 0))
                                                    << 2 * list);
            }
        }
    }
    return port.write(Stream::motion, picture.job.motion, bytes);
}

}  // namespace svp::vpu::hevc
