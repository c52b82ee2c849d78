// SPDX-License-Identifier: GPL-2.0-or-later
/** Context variables of the arithmetic code (ITU-T H.265, clause 9.3), by the syntax elements that use them.
 */
#pragma once

#include <array>

#include "vpu/entropy/cabac_decoder.hpp"

namespace svp::vpu::hevc {

/** First context of each syntax element. */
namespace context {
enum : unsigned {
    sao_merge = 0,
    sao_type = sao_merge + 1,
    split_cu = sao_type + 1,
    transquant_bypass = split_cu + 3,
    cu_skip = transquant_bypass + 1,
    pred_mode = cu_skip + 3,
    part_mode = pred_mode + 1,
    prev_intra_luma = part_mode + 4,
    intra_chroma = prev_intra_luma + 1,
    merge_flag = intra_chroma + 1,
    merge_idx = merge_flag + 1,
    inter_pred_idc = merge_idx + 1,
    ref_idx = inter_pred_idc + 5,
    mvp_flag = ref_idx + 2,
    rqt_root_cbf = mvp_flag + 1,
    mvd_greater0 = rqt_root_cbf + 1,
    mvd_greater1 = mvd_greater0 + 1,
    split_transform = mvd_greater1 + 1,
    cbf_luma = split_transform + 3,
    cbf_chroma = cbf_luma + 2,
    transform_skip = cbf_chroma + 4,
    cu_qp_delta = transform_skip + 2,
    last_x_prefix = cu_qp_delta + 2,
    last_y_prefix = last_x_prefix + 18,
    coded_sub_block = last_y_prefix + 18,
    sig_coeff = coded_sub_block + 4,
    greater1 = sig_coeff + 42,
    greater2 = greater1 + 24,
    count = greater2 + 6,
};
}  // namespace context

using Contexts = std::array<CabacContext, context::count>;

/** Sets all of @p contexts for a slice: @p init_type 0 to 2 of clause 9.3.2.2, @p qp its SliceQpY. */
void initialise(Contexts& contexts, unsigned init_type, int qp);

}  // namespace svp::vpu::hevc
