// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/motion.hpp"

#include <algorithm>
#include <cstdlib>

namespace svp::vpu::h264 {

namespace {

/** Place of a block in the stream's order, by its raster one. */
constexpr std::uint8_t stream_order[16] = {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15};

int middle(int a, int b, int c) {
    return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

}  // namespace

int order_count(const Tables& tables, const Reference& reference) {
    const std::int32_t(&counts)[2] = tables.order_count[reference.slot];
    return reference.structure == top_field      ? counts[0]
           : reference.structure == bottom_field ? counts[1]
                                                 : std::min(counts[0], counts[1]);
}

int current_order_count(const Picture& picture, Structure parity) {
    const std::int32_t(&counts)[2] = picture.tables.current_order_count;
    if (!picture.job.mbaff) {
        return counts[0];
    }
    return parity == top_field      ? counts[0]
           : parity == bottom_field ? counts[1]
                                    : std::min(counts[0], counts[1]);
}

int Motion::order_count(const Reference& reference) const {
    return h264::order_count(picture_.tables, reference);
}
int Motion::current_order_count() const {
    return h264::current_order_count(picture_, parity());
}

void Motion::set(unsigned list, int ref, Vector mv, unsigned x, unsigned y, unsigned width,
                 unsigned height) const {
    Macroblock& mb = slice_.neighbours.current();
    for (unsigned row = y / 4; row < (y + height) / 4; ++row) {
        for (unsigned column = x / 4; column < (x + width) / 4; ++column) {
            mb.mv[list][4 * row + column] = mv;
        }
    }
    for (unsigned row = y / 8; row < (y + height + 7) / 8; ++row) {
        for (unsigned column = x / 8; column < (x + width + 7) / 8; ++column) {
            mb.ref[list][2 * row + column] = static_cast<std::int8_t>(ref);
            mb.picture[list][2 * row + column] =
                ref < 0 ? Macroblock::no_picture
                        : slice_.lists.entry(list, static_cast<unsigned>(ref), parity()).picture();
        }
    }
}

Motion::Neighbour Motion::neighbour(unsigned list, const Neighbours::Place& place) const {
    Neighbour found;
    found.available = static_cast<bool>(place);
    if (!place || place.mb->intra()) {
        return found;
    }
    found.ref = place.mb->ref[list][place.part()];
    if (found.ref < 0) {
        return found;
    }
    found.mv = place.mb->mv[list][place.block()];
    const Macroblock& mb = slice_.neighbours.current();
    if (mb.field && !place.mb->field) {
        found.ref *= 2;
        found.mv.y = static_cast<std::int16_t>(found.mv.y / 2);
    } else if (!mb.field && place.mb->field) {
        found.ref /= 2;
        found.mv.y = static_cast<std::int16_t>(found.mv.y * 2);
    }
    return found;
}

/** Left, above, above to the right (or to the left if that is not available), clause 8.4.1.3.2. */
void Motion::neighbours(unsigned list, unsigned x, unsigned y, unsigned width, Neighbour (&found)[3]) const {
    const Neighbours& where = slice_.neighbours;
    const int left = static_cast<int>(x) - 1, above = static_cast<int>(y) - 1;
    const int right = static_cast<int>(x + width);
    found[0] = neighbour(list, where.at(left, static_cast<int>(y)));
    found[1] = neighbour(list, where.at(static_cast<int>(x), above));
    Neighbours::Place corner = where.at(right, above);
    // Of the current macroblock only what comes earlier is there.
    if (corner.mb == &where.current() && stream_order[corner.block()] > stream_order[y / 4 * 4 + x / 4]) {
        corner = {};
    }
    found[2] = neighbour(list, corner ? corner : where.at(left, above));
}

Vector Motion::median(const Neighbour (&found)[3], int ref) {
    if (!found[1].available && !found[2].available && found[0].available) {
        return found[0].mv;
    }
    unsigned same = 0;
    const Neighbour* only = nullptr;
    for (const Neighbour& one : found) {
        if (one.ref == ref) {
            ++same;
            only = &one;
        }
    }
    if (same == 1) {
        return only->mv;
    }
    return {static_cast<std::int16_t>(middle(found[0].mv.x, found[1].mv.x, found[2].mv.x)),
            static_cast<std::int16_t>(middle(found[0].mv.y, found[1].mv.y, found[2].mv.y))};
}

Vector Motion::predict(unsigned list, int ref, unsigned x, unsigned y, unsigned width,
                       unsigned height) const {
    Neighbour found[3];
    neighbours(list, x, y, width, found);
    if (width == 16 && height == 8) {
        const Neighbour& preferred = y == 0 ? found[1] : found[0];
        if (preferred.ref == ref) {
            return preferred.mv;
        }
    } else if (width == 8 && height == 16) {
        const Neighbour& preferred = x == 0 ? found[0] : found[2];
        if (preferred.ref == ref) {
            return preferred.mv;
        }
    }
    return median(found, ref);
}

void Motion::skip_p() const {
    Neighbour found[3];
    neighbours(0, 0, 0, 16, found);
    const auto still = [](const Neighbour& one) {
        return !one.available || (one.ref == 0 && one.mv == Vector{});
    };
    const Vector mv = still(found[0]) || still(found[1]) ? Vector{} : median(found, 0);
    set(0, 0, mv, 0, 0, 16, 16);
    set(1, -1, {}, 0, 0, 16, 16);
}

/** Clause 8.4.1.2.1. */
Motion::ColocatedPlace Motion::colocated(unsigned block) {
    using Scale = ColocatedPlace::Scale;
    const Parameters& job = picture_.job;
    const Neighbours& where = slice_.neighbours;
    const unsigned x = where.x(), y = where.y(), width = job.mb_width;
    const bool field = where.current().field;
    const Reference first = slice_.lists.entry(1, 0, parity());
    if (job.direct_8x8_inference) {
        block = block / 8 * 12 + block % 4 / 2 * 3;  // corners stand for their parts
    }
    const unsigned column = block % 4, line = block / 4;
    const unsigned bottom_half = width * (job.mb_height / 2);
    const auto place = [&](unsigned row, unsigned block_row, Scale scale, bool in_bottom = false) {
        return ColocatedPlace{first.slot, row * width + x + (in_bottom ? bottom_half : 0),
                              4 * block_row + column, scale};
    };
    // The other field may be the current one, of which nothing is there yet.
    const bool field_picture = store_.coding(first.slot, first.structure == bottom_field ? bottom_half : 0) ==
                               MotionStore::Coding::field_picture;
    if (job.structure != whole_frame) {
        if (field_picture) {
            return place(y, line, Scale::same, first.structure == bottom_field);
        }
        if (store_.coding(first.slot, 2 * y * width + x) == MotionStore::Coding::field_macroblock) {
            return place(2 * y + (job.structure == bottom_field ? 1 : 0), line, Scale::same);
        }
        return place(2 * y + line / 2, (2 * line) % 4, Scale::frame_to_field);
    }
    const int now = h264::current_order_count(picture_, no_field);
    const auto nearer_bottom = [&] {
        const std::int32_t(&counts)[2] = picture_.tables.order_count[first.slot];
        return std::abs(std::int64_t{counts[0]} - now) >= std::abs(std::int64_t{counts[1]} - now);
    };
    if (field_picture) {
        if (field) {
            return place(y / 2, line, Scale::same, y % 2 != 0);
        }
        return place(y / 2, y % 2 * 2 + line / 2, Scale::field_to_frame, nearer_bottom());
    }
    const bool field_pair = job.mbaff && store_.coding(first.slot, (y & ~1u) * width + x) ==
                                             MotionStore::Coding::field_macroblock;
    if (field == field_pair) {
        return place(y, line, Scale::same);
    }
    if (field) {
        return place((y & ~1u) + line / 2, (2 * line) % 4, Scale::frame_to_field);
    }
    return place((y & ~1u) + (nearer_bottom() ? 1 : 0), y % 2 * 2 + line / 2, Scale::field_to_frame);
}

void Motion::spatial(unsigned parts) {
    Macroblock& mb = slice_.neighbours.current();
    int refs[2];
    Vector mvs[2];
    for (unsigned list = 0; list < 2; ++list) {
        Neighbour found[3];
        neighbours(list, 0, 0, 16, found);
        // The smallest index that is one.
        refs[list] = -1;
        for (const Neighbour& one : found) {
            if (one.ref >= 0 && (refs[list] < 0 || one.ref < refs[list])) {
                refs[list] = one.ref;
            }
        }
        mvs[list] = refs[list] < 0 ? Vector{} : median(found, refs[list]);
    }
    const bool none = refs[0] < 0 && refs[1] < 0;
    if (none) {
        refs[0] = refs[1] = 0;
    }
    const Reference first = slice_.lists.entry(1, 0, parity());
    const bool may_stand_still = !none && first.structure != no_field && !slice_.lists.long_term(first);
    const auto small = [](int value) { return value >= -1 && value <= 1; };
    for (unsigned part = 0; part < 4; ++part) {
        if ((parts >> part & 1) == 0) {
            continue;
        }
        const unsigned x = part % 2 * 8, y = part / 2 * 8;
        for (unsigned list = 0; list < 2; ++list) {
            set(list, refs[list], mvs[list], x, y, 8, 8);
        }
        for (unsigned i = 0; may_stand_still && i < 4; ++i) {
            const unsigned block = y + x / 4 + i % 2 + i / 2 * 4;
            const ColocatedPlace place = colocated(block);
            const Colocated there = store_.at(place.slot, place.index, place.block);
            if (there.intra || !there.index_0 || !small(there.mv.x) || !small(there.mv.y)) {
                continue;
            }
            for (unsigned list = 0; list < 2; ++list) {
                if (refs[list] == 0) {
                    mb.mv[list][block] = {};
                }
            }
        }
    }
}

/** Vector of the co-located block for the current one, and what it refers to; clause 8.4.1.2.3. */
Vector Motion::temporal_vector(const Colocated& found, const ColocatedPlace& place, Reference& reference,
                               int& ref) const {
    using Scale = ColocatedPlace::Scale;
    const Macroblock& mb = slice_.neighbours.current();
    Vector mv = found.mv;
    ref = 0;
    if (!found.intra) {
        Reference wanted{found.slot, found.structure};
        if (place.scale == Scale::frame_to_field) {
            wanted.structure = picture_.job.structure != whole_frame ? picture_.job.structure : parity();
            mv.y = static_cast<std::int16_t>(mv.y / 2);
        } else if (place.scale == Scale::field_to_frame) {
            wanted.structure = whole_frame;
            mv.y = static_cast<std::int16_t>(mv.y * 2);
        }
        for (unsigned i = 0; i < slice_.ref_count(0, mb); ++i) {
            if (slice_.lists.entry(0, i, parity()) == wanted) {
                ref = static_cast<int>(i);
                break;
            }
        }
    }
    reference = slice_.lists.entry(0, static_cast<unsigned>(ref), parity());
    return found.intra ? Vector{} : mv;
}

void Motion::temporal(unsigned parts) {
    Macroblock& mb = slice_.neighbours.current();
    const Reference first = slice_.lists.entry(1, 0, parity());
    for (unsigned part = 0; part < 4; ++part) {
        if ((parts >> part & 1) == 0) {
            continue;
        }
        const unsigned x = part % 2 * 8, y = part / 2 * 8;
        for (unsigned i = 0; i < 4; ++i) {
            const unsigned block = y + x / 4 + i % 2 + i / 2 * 4;
            const ColocatedPlace place = colocated(block);
            Reference reference;
            int ref = 0;
            const Vector mv =
                temporal_vector(store_.at(place.slot, place.index, place.block), place, reference, ref);
            Vector forward = mv, backward;
            const auto clipped = [](std::int64_t value) {
                return static_cast<int>(std::clamp<std::int64_t>(value, -128, 127));
            };
            const std::int64_t from = order_count(reference);
            const int between = clipped(std::int64_t{order_count(first)} - from);
            if (!slice_.lists.long_term(reference) && between != 0) {
                const int before = clipped(current_order_count() - from);
                const int factor = (16384 + std::abs(between / 2)) / between;
                const int scale = std::clamp((before * factor + 32) >> 6, -1024, 1023);
                forward = {static_cast<std::int16_t>((scale * mv.x + 128) >> 8),
                           static_cast<std::int16_t>((scale * mv.y + 128) >> 8)};
                backward = {static_cast<std::int16_t>(forward.x - mv.x),
                            static_cast<std::int16_t>(forward.y - mv.y)};
            }
            if (i == 0) {
                set(0, ref, forward, x, y, 8, 8);
                set(1, 0, backward, x, y, 8, 8);
            }
            mb.mv[0][block] = forward;
            mb.mv[1][block] = backward;
        }
    }
}

void Motion::direct(unsigned parts) {
    slice_.neighbours.current().direct_parts |= static_cast<std::uint8_t>(parts);
    if (slice_.header.direct_spatial) {
        spatial(parts);
    } else {
        temporal(parts);
    }
}

}  // namespace svp::vpu::h264
