// SPDX-License-Identifier: GPL-2.0-or-later
#include "hevc_lists.hpp"

#include <algorithm>
#include <array>

namespace svp::play {

namespace {

// Table 7-6, in the order of the diagonal scan: intra, inter.
constexpr std::uint8_t default_8x8[2][64] = {
    {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 17, 16, 17, 18, 17, 18, 18, 17, 18, 21,
     19, 20, 21, 20, 19, 21, 24, 22, 22, 24, 24, 22, 22, 24, 25, 25, 27, 30, 27, 25, 25, 29,
     31, 35, 35, 31, 29, 36, 41, 44, 41, 36, 47, 54, 54, 47, 65, 70, 65, 88, 88, 115},
    {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 18, 18, 18, 18, 18, 18, 20,
     20, 20, 20, 20, 20, 20, 24, 24, 24, 24, 24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25, 28,
     28, 28, 28, 28, 28, 33, 33, 33, 33, 33, 41, 41, 41, 41, 54, 54, 54, 71, 71, 91}};

/** Place of entry @p index of the up-right diagonal scan in raster order. */
unsigned diagonal(unsigned size, unsigned index) {
    unsigned next = 0;
    for (unsigned sum = 0; sum < 2 * size - 1; ++sum) {
        for (unsigned x = sum < size ? 0 : sum - size + 1; x <= std::min(sum, size - 1); ++x) {
            if (next++ == index) {
                return (sum - x) * size + x;
            }
        }
    }
    return 0;
}

/** List @p matrix of size @p size_id: 0 4x4, 1 8x8, 2 16x16, 3 32x32 (two of those). */
std::span<__u8> list_of(v4l2_ctrl_hevc_scaling_matrix& lists, unsigned size_id, unsigned matrix) {
    switch (size_id) {
        case 0:
            return lists.scaling_list_4x4[matrix];
        case 1:
            return lists.scaling_list_8x8[matrix];
        case 2:
            return lists.scaling_list_16x16[matrix];
        default:
            return lists.scaling_list_32x32[matrix];
    }
}

void set_dc(v4l2_ctrl_hevc_scaling_matrix& lists, unsigned size_id, unsigned matrix, unsigned value) {
    if (size_id == 2) {
        lists.scaling_list_dc_coef_16x16[matrix] = static_cast<__u8>(value);
    } else if (size_id == 3) {
        lists.scaling_list_dc_coef_32x32[matrix] = static_cast<__u8>(value);
    }
}

unsigned dc_of(const v4l2_ctrl_hevc_scaling_matrix& lists, unsigned size_id, unsigned matrix) {
    return size_id == 2 ? lists.scaling_list_dc_coef_16x16[matrix]
                        : lists.scaling_list_dc_coef_32x32[matrix % 2];
}

void set_default(v4l2_ctrl_hevc_scaling_matrix& lists, unsigned size_id, unsigned matrix) {
    const std::span<__u8> list = list_of(lists, size_id, matrix);
    const unsigned inter = size_id == 3 ? matrix : matrix / 3;
    for (unsigned i = 0; i < list.size(); ++i) {
        list[diagonal(size_id == 0 ? 4 : 8, i)] = size_id == 0 ? 16 : default_8x8[inter][i];
    }
    set_dc(lists, size_id, matrix, 16);
}

}  // namespace

v4l2_ctrl_hevc_scaling_matrix hevc_default_lists() {
    v4l2_ctrl_hevc_scaling_matrix lists{};
    for (unsigned size_id = 0; size_id < 4; ++size_id) {
        for (unsigned matrix = 0; matrix < (size_id == 3 ? 2u : 6u); ++matrix) {
            set_default(lists, size_id, matrix);
        }
    }
    return lists;
}

bool read_hevc_lists(Bits& bits, v4l2_ctrl_hevc_scaling_matrix& lists) {
    for (unsigned size_id = 0; size_id < 4; ++size_id) {
        for (unsigned matrix = 0; matrix < (size_id == 3 ? 2u : 6u); ++matrix) {
            const std::span<__u8> list = list_of(lists, size_id, matrix);
            if (!bits.flag()) {  // scaling_list_pred_mode_flag
                const unsigned delta = bits.ue();
                if (delta > matrix) {
                    return false;
                }
                if (delta == 0) {
                    set_default(lists, size_id, matrix);
                    continue;
                }
                std::ranges::copy(list_of(lists, size_id, matrix - delta), list.begin());
                set_dc(lists, size_id, matrix, dc_of(lists, size_id, matrix - delta));
                continue;
            }
            int next = 8;
            if (size_id > 1) {
                next = bits.se() + 8;
                set_dc(lists, size_id, matrix, static_cast<unsigned>(next));
            }
            for (unsigned i = 0; i < list.size(); ++i) {
                next = (next + bits.se() + 256) & 255;
                list[diagonal(size_id == 0 ? 4 : 8, i)] = static_cast<__u8>(next);
            }
        }
    }
    return !bits.overrun();
}

namespace {

/** A set that is told as what it differs from another one by, (7-61) and (7-62). */
bool read_predicted(Bits& bits, const std::vector<HevcReferenceSet>& sets, unsigned index, unsigned count,
                    HevcReferenceSet& set) {
    const unsigned back = index == count ? bits.ue() + 1 : 1;
    const bool negative = bits.flag();
    const unsigned magnitude = bits.ue() + 1;
    if (back > index || magnitude > 32768) {
        return false;
    }
    const int delta = negative ? -static_cast<int>(magnitude) : static_cast<int>(magnitude);
    const HevcReferenceSet& from = sets[index - back];
    // In the order of j: pictures before, pictures after, the reference set's own picture.
    std::vector<int> deltas;
    for (const auto& entry : from.before) {
        deltas.push_back(entry.delta + delta);
    }
    for (const auto& entry : from.after) {
        deltas.push_back(entry.delta + delta);
    }
    deltas.push_back(delta);
    for (const int each : deltas) {
        const bool used = bits.flag();
        const bool kept = used || bits.flag();  // use_delta_flag
        if (kept && each < 0) {
            set.before.push_back({each, used});
        } else if (kept && each > 0) {
            set.after.push_back({each, used});
        }
    }
    const auto nearer = [](const auto& a, const auto& b) { return std::abs(a.delta) < std::abs(b.delta); };
    std::ranges::stable_sort(set.before, nearer);
    std::ranges::stable_sort(set.after, nearer);
    return true;
}

}  // namespace

bool read_hevc_set(Bits& bits, const std::vector<HevcReferenceSet>& sets, unsigned index, unsigned count,
                   HevcReferenceSet& set) {
    set = {};
    if (index != 0 && bits.flag()) {  // inter_ref_pic_set_prediction_flag
        return read_predicted(bits, sets, index, count, set) && set.before.size() + set.after.size() <= 16;
    }
    const unsigned before = bits.ue(), after = bits.ue();
    if (before > 16 || after > 16 - before) {
        return false;
    }
    int delta = 0;
    for (unsigned i = 0; i < before; ++i) {
        delta -= static_cast<int>(bits.ue() % 32768) + 1;
        const bool used = bits.flag();
        set.before.push_back({delta, used});
    }
    delta = 0;
    for (unsigned i = 0; i < after; ++i) {
        delta += static_cast<int>(bits.ue() % 32768) + 1;
        const bool used = bits.flag();
        set.after.push_back({delta, used});
    }
    return !bits.overrun();
}

}  // namespace svp::play
