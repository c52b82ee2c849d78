// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/probabilities.hpp"

#include <algorithm>
#include <cstring>

namespace svp::vpu::vp9 {

namespace {

/** Where each part is. */
constexpr std::size_t default_intra_mode_at = 0;
constexpr std::size_t default_intra_mode_tail_at = 800;
constexpr std::size_t segment_tree_at = 903;
constexpr std::size_t segment_predicted_at = 910;
constexpr std::size_t default_uv_mode_at = 928;
constexpr std::size_t default_uv_mode_tail_at = 1008;
constexpr std::size_t inter_mode_at = 1024;
constexpr std::size_t is_inter_at = 1052;
constexpr std::size_t uv_mode_at = 1056;
constexpr std::size_t tx_8x8_at = 1136;
constexpr std::size_t tx_16x16_at = 1138;
constexpr std::size_t tx_32x32_at = 1142;
constexpr std::size_t y_mode_tail_at = 1148;
constexpr std::size_t y_mode_at = 1152;
constexpr std::size_t partition_at = 1184;  ///< of key frames, then of others
constexpr std::size_t uv_mode_tail_at = 1312;
constexpr std::size_t interp_filter_at = 1322;
constexpr std::size_t comp_mode_at = 1330;
constexpr std::size_t skip_at = 1335;
constexpr std::size_t vectors_at = 1339;
constexpr std::size_t single_ref_at = 1408;
constexpr std::size_t comp_ref_at = 1418;
constexpr std::size_t coefficients_at = 1440;
static_assert(coefficients_at + 4 * 2 * 2 * sizeof(CoefficientProbabilities) == Probabilities::size);

}  // namespace

Probabilities::Probabilities(std::span<const std::uint8_t, size> table, bool intra_only) {
    const auto take = [&](auto& to, std::size_t from) { std::memcpy(&to, table.data() + from, sizeof to); };
    const auto modes = [&](IntraModeProbabilities* to, std::size_t count, std::size_t from,
                           std::size_t tail) {
        for (std::size_t i = 0; i < count; ++i) {
            std::copy_n(table.begin() + static_cast<std::ptrdiff_t>(from + 8 * i), 8, to[i]);
            to[i][8] = table[tail + i];
        }
    };
    modes(default_intra_mode[0], intra_modes * intra_modes, default_intra_mode_at,
          default_intra_mode_tail_at);
    modes(default_uv_mode, intra_modes, default_uv_mode_at, default_uv_mode_tail_at);
    modes(y_mode, 4, y_mode_at, y_mode_tail_at);
    modes(uv_mode, intra_modes, uv_mode_at, uv_mode_tail_at);
    take(segment_tree, segment_tree_at);
    take(segment_predicted, segment_predicted_at);
    take(inter_mode, inter_mode_at);
    take(is_inter, is_inter_at);
    take(partition, partition_at + (intra_only ? 0 : sizeof partition));
    take(tx_8x8, tx_8x8_at);
    take(tx_16x16, tx_16x16_at);
    take(tx_32x32, tx_32x32_at);
    take(interp_filter, interp_filter_at);
    take(comp_mode, comp_mode_at);
    take(skip, skip_at);
    take(single_ref, single_ref_at);
    take(comp_ref, comp_ref_at);
    take(vectors, vectors_at);
    take(coefficients, coefficients_at);
}

}  // namespace svp::vpu::vp9
