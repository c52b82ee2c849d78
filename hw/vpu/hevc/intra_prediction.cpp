// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/intra_prediction.hpp"

#include <bit>
#include <cstdlib>
#include <cstring>

namespace svp::vpu::hevc {

namespace {

constexpr unsigned max_size = 32;

/** intraPredAngle, table 8-5, for modes from 2 on. */
constexpr std::int8_t angles[33] = {32,  26,  21,  17,  13, 9,  5,  2, 0, -2, -5, -9, -13, -17, -21, -26, -32,
                                    -26, -21, -17, -13, -9, -5, -2, 0, 2, 5,  9,  13, 17,  21,  26,  32};
/** invAngle, table 8-6, for modes 11 to 25. */
constexpr std::int16_t inverse_angles[15] = {-4096, -1638, -910, -630, -482, -390,  -315, -256,
                                             -315,  -390,  -482, -630, -910, -1638, -4096};

/** Samples beside a block in one line: from the last one at the bottom left up to the corner, then on to the
 * last one at the top right. */
template <typename Sample>
struct Border {
    Sample line[4 * max_size + 1];
    Sample* corner = nullptr;  ///< p[-1][-1]

    Sample left(unsigned y) const { return *(corner - 1 - y); }
    const Sample* top() const { return corner + 1; }
};

/** Takes what is available, and puts the nearest one before in the place of what is not (8.4.4.2.2). */
template <typename Sample>
void gather(const Plane<Sample>& plane, const IntraBlock& block, Border<Sample>& border) {
    const unsigned size = 1u << block.log2_size, unit = block.component == 0 ? 4 : 2;
    const unsigned units = 2 * size / unit;
    border.corner = border.line + 2 * size;
    const std::uint32_t all = units == 32 ? ~0u : (1u << units) - 1;
    const std::uint32_t left = block.left & all, top = block.top & all;
    if (left == 0 && top == 0 && !block.corner) {
        std::fill_n(border.line, 4 * size + 1, static_cast<Sample>(1 << (depth_of<Sample> - 1)));
        return;
    }
    const Sample* from = plane.samples.data() + std::ptrdiff_t{block.y} * plane.stride + block.x;
    for (std::uint32_t rest = left; rest != 0; rest &= rest - 1) {
        const unsigned first = unit * static_cast<unsigned>(std::countr_zero(rest));
        for (unsigned y = first; y < first + unit; ++y) {
            *(border.corner - 1 - y) = from[std::ptrdiff_t{y} * plane.stride - 1];
        }
    }
    if (block.corner) {
        *border.corner = from[-plane.stride - 1];
    }
    if (top == all) {
        std::copy_n(from - plane.stride, 2 * size, border.corner + 1);
    } else {
        for (std::uint32_t rest = top; rest != 0; rest &= rest - 1) {
            const unsigned first = unit * static_cast<unsigned>(std::countr_zero(rest));
            std::copy_n(from - plane.stride + first, unit, border.corner + 1 + first);
        }
    }
    if (left == all && top == all && block.corner) {
        return;
    }
    // From the bottom left to the top right.
    Sample last = left != 0 ? *(border.corner - unit * static_cast<unsigned>(32 - std::countl_zero(left)))
                  : block.corner ? *border.corner
                                 : *(border.corner + 1 + unit * static_cast<unsigned>(std::countr_zero(top)));
    for (unsigned i = units; i-- > 0;) {
        Sample* const first = border.corner - unit * (i + 1);
        if ((left >> i & 1) == 0) {
            std::fill_n(first, unit, last);
        }
        last = first[unit - 1];
    }
    if (!block.corner) {
        *border.corner = last;
    }
    last = *border.corner;
    for (unsigned i = 0; i < units; ++i) {
        Sample* const first = border.corner + 1 + unit * i;
        if ((top >> i & 1) == 0) {
            std::fill_n(first, unit, last);
        }
        last = first[unit - 1];
    }
}

bool wants_filter(const IntraBlock& block) {
    if (block.component != 0 || block.mode == intra_dc || block.log2_size == 2) {
        return false;
    }
    const int mode = static_cast<int>(block.mode);
    const int distance = std::min(std::abs(mode - 26), std::abs(mode - 10));
    return distance > (block.log2_size == 3 ? 7 : block.log2_size == 4 ? 1 : 0);
}

/** Clause 8.4.4.2.3. */
template <typename Sample>
void filter(const IntraBlock& block, Border<Sample>& border) {
    const unsigned size = 1u << block.log2_size, count = 4 * size;
    const int first = border.line[0], last = border.line[count], corner = *border.corner;
    const int middle_left = border.line[size], middle_top = border.line[3 * size];
    const int limit = 1 << (depth_of<Sample> - 5);
    if (block.strong && size == 32 && std::abs(corner + last - 2 * middle_top) < limit &&
        std::abs(corner + first - 2 * middle_left) < limit) {
        for (int i = 1; i < 64; ++i) {
            border.line[i] = static_cast<Sample>(((64 - i) * first + i * corner + 32) >> 6);
            border.line[64 + i] = static_cast<Sample>(((64 - i) * corner + i * last + 32) >> 6);
        }
        return;
    }
    Sample filtered[4 * max_size + 1];
    for (unsigned i = 1; i < count; ++i) {
        filtered[i] =
            static_cast<Sample>((border.line[i - 1] + 2 * border.line[i] + border.line[i + 1] + 2) >> 2);
    }
    std::copy_n(filtered + 1, count - 1, border.line + 1);
}

template <typename Sample>
void predict_planar(Sample* to, std::ptrdiff_t stride, const Border<Sample>& border, unsigned log2_size) {
    const int size = 1 << log2_size;
    const Sample* top = border.top();
    const int right = top[size], bottom = border.left(static_cast<unsigned>(size));
    for (int y = 0; y < size; ++y, to += stride) {
        const int left = border.left(static_cast<unsigned>(y));
        for (int x = 0; x < size; ++x) {
            to[x] = static_cast<Sample>(((size - 1 - x) * left + (x + 1) * right + (size - 1 - y) * top[x] +
                                         (y + 1) * bottom + size) >>
                                        (log2_size + 1));
        }
    }
}

template <typename Sample>
void predict_dc(Sample* to, std::ptrdiff_t stride, const Border<Sample>& border, const IntraBlock& block) {
    const unsigned size = 1u << block.log2_size;
    unsigned sum = size;
    for (unsigned i = 0; i < size; ++i) {
        sum += border.left(i) + static_cast<unsigned>(border.top()[i]);
    }
    const unsigned dc = sum >> (block.log2_size + 1);
    for (unsigned y = 0; y < size; ++y) {
        std::fill_n(to + std::ptrdiff_t{y} * stride, size, static_cast<Sample>(dc));
    }
    if (block.component == 0 && size < 32) {
        to[0] = static_cast<Sample>((border.left(0) + 2 * dc + border.top()[0] + 2) >> 2);
        for (unsigned i = 1; i < size; ++i) {
            to[i] = static_cast<Sample>((border.top()[i] + 3 * dc + 2) >> 2);
            to[std::ptrdiff_t{i} * stride] = static_cast<Sample>((border.left(i) + 3 * dc + 2) >> 2);
        }
    }
}

/** Fills @p reference, whose element 0 is the corner, along the side that the mode points to: @p direction 1
 * is the top, -1 the left one. The other side goes before it as far as the angle reaches. */
template <typename Sample>
void project(const Border<Sample>& border, int direction, int angle, int inverse, int size,
             Sample* reference) {
    const Sample* corner = border.corner;
    const int count = angle < 0 ? size : 2 * size;
    for (int i = 0; i <= count; ++i) {
        reference[i] = corner[direction * i];
    }
    const int last = size * angle >> 5;
    for (int i = -1; last < -1 && i >= last; --i) {
        reference[i] = corner[-direction * ((i * inverse + 128) >> 8)];
    }
}

/** One line of an angular mode, along its main direction. */
template <typename Sample>
void angular_line(Sample* to, const Sample* reference, int position, int size) {
    const int whole = position >> 5, part = position & 31;
    const Sample* from = reference + whole + 1;
    if (part == 0) {
        std::copy_n(from, size, to);
        return;
    }
    for (int x = 0; x < size; ++x) {
        to[x] = static_cast<Sample>(((32 - part) * from[x] + part * from[x + 1] + 16) >> 5);
    }
}

template <typename Sample>
void predict_angular(Sample* to, std::ptrdiff_t stride, const Border<Sample>& border,
                     const IntraBlock& block) {
    const int size = 1 << block.log2_size, angle = angles[block.mode - 2];
    const int inverse = angle < 0 ? inverse_angles[block.mode - 11] : 0;
    const bool smooth = block.component == 0 && size < 32;
    Sample memory[3 * max_size + 1];
    Sample* reference = memory + max_size;
    const int corner = *border.corner;
    if (block.mode >= 18) {
        project(border, 1, angle, inverse, size, reference);
        for (int y = 0; y < size; ++y) {
            angular_line(to + y * stride, reference, (y + 1) * angle, size);
        }
        for (int y = 0; block.mode == intra_vertical && smooth && y < size; ++y) {
            to[y * stride] = clip_sample<Sample>(border.top()[0] +
                                                 ((border.left(static_cast<unsigned>(y)) - corner) >> 1));
        }
        return;
    }
    project(border, -1, angle, inverse, size, reference);
    Sample column[max_size];
    for (int x = 0; x < size; ++x) {
        angular_line(column, reference, (x + 1) * angle, size);
        for (int y = 0; y < size; ++y) {
            to[y * stride + x] = column[y];
        }
    }
    for (int x = 0; block.mode == intra_horizontal && smooth && x < size; ++x) {
        to[x] = clip_sample<Sample>(border.left(0) + ((border.top()[x] - corner) >> 1));
    }
}

}  // namespace

template <typename Sample>
void predict_intra(Plane<Sample>& plane, const IntraBlock& block) {
    Border<Sample> border;
    gather(plane, block, border);
    if (wants_filter(block)) {
        filter(block, border);
    }
    Sample* to = plane.at(block.x, block.y);
    switch (block.mode) {
        case intra_planar:
            predict_planar(to, plane.stride, border, block.log2_size);
            break;
        case intra_dc:
            predict_dc(to, plane.stride, border, block);
            break;
        default:
            predict_angular(to, plane.stride, border, block);
            break;
    }
}

template void predict_intra(Plane<std::uint8_t>& plane, const IntraBlock& block);
template void predict_intra(Plane<std::uint16_t>& plane, const IntraBlock& block);

}  // namespace svp::vpu::hevc
