// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/vp9/reference_contexts.hpp"

namespace svp::vpu::vp9 {

namespace {

bool refers(const Block& block, unsigned reference) {
    return block.reference[0] == reference || block.reference[1] == reference;
}

/** The only one of both that there is. */
const Block* single_edge(const Neighbours& around) {
    return around.above != nullptr ? around.above : around.left;
}

/** For single_ref_p1, where one of the neighbours is inter and no other one is. */
unsigned last_beside_intra(const Block& edge) {
    if (!edge.compound()) {
        return edge.reference[0] == last_frame ? 4 : 0;
    }
    return refers(edge, last_frame) ? 2 : 1;
}

/** For single_ref_p2, where the other neighbour is intra. */
unsigned golden_beside_intra(const Block& edge) {
    if (edge.compound()) {
        return refers(edge, golden_frame) ? 3 : 1;
    }
    return edge.reference[0] == last_frame ? 3 : edge.reference[0] == golden_frame ? 4 : 0;
}

/** For single_ref_p2, where both are inter with one reference each. */
unsigned golden_of_singles(unsigned above, unsigned left) {
    if (above == last_frame && left == last_frame) {
        return 3;
    }
    if (above == last_frame || left == last_frame) {
        return (above == last_frame ? left : above) == golden_frame ? 4 : 0;
    }
    return (above == golden_frame ? 2u : 0u) + (left == golden_frame ? 2u : 0u);
}

/** For single_ref_p2, where both are inter, at least one of them with two references. */
unsigned golden_of_compounds(const Block& above, const Block& left) {
    if (above.compound() && left.compound()) {
        if (above.reference[0] == left.reference[0] && above.reference[1] == left.reference[1]) {
            return refers(above, golden_frame) ? 3 : 0;
        }
        return 2;
    }
    const Block& single = above.compound() ? left : above;
    const bool golden = refers(above.compound() ? above : left, golden_frame);
    switch (single.reference[0]) {
        case golden_frame:
            return golden ? 4 : 3;
        case altref_frame:
            return golden ? 1 : 0;
        default:
            return golden ? 3 : 1;
    }
}

}  // namespace

unsigned is_inter_context(const Neighbours& around) {
    if (around.above != nullptr && around.left != nullptr) {
        const bool above = around.above->inter(), left = around.left->inter();
        return !above && !left ? 3 : above && left ? 0 : 1;
    }
    const Block* edge = single_edge(around);
    return edge != nullptr && !edge->inter() ? 2 : 0;
}

unsigned comp_mode_context(const Parameters& parameters, const Neighbours& around) {
    const unsigned fixed = parameters.fixed_reference;
    if (around.above != nullptr && around.left != nullptr) {
        const Block& above = *around.above;
        const Block& left = *around.left;
        if (above.compound() && left.compound()) {
            return 4;
        }
        if (!above.compound() && !left.compound()) {
            return (above.reference[0] == fixed) != (left.reference[0] == fixed) ? 1 : 0;
        }
        const Block& single = above.compound() ? left : above;
        return single.reference[0] == fixed || !single.inter() ? 3 : 2;
    }
    const Block* edge = single_edge(around);
    if (edge == nullptr) {
        return 1;
    }
    return edge->compound() ? 3 : edge->reference[0] == fixed ? 1 : 0;
}

unsigned comp_ref_context(const Parameters& parameters, const Neighbours& around) {
    const unsigned fixed = parameters.fixed_reference;
    const auto& variable = parameters.variable_reference;
    // Which of two references is the variable one.
    const unsigned index = parameters.sign_bias[fixed] ? 0 : 1;
    const auto variable_of = [index](const Block& block) {
        return unsigned{block.reference[block.compound() ? index : 0]};
    };
    if (around.above == nullptr || around.left == nullptr) {
        const Block* edge = single_edge(around);
        if (edge == nullptr || !edge->inter()) {
            return 2;
        }
        const bool other = variable_of(*edge) != variable[1];
        return edge->compound() ? (other ? 4 : 0) : other ? 3 : 0;
    }
    const Block& above = *around.above;
    const Block& left = *around.left;
    if (!above.inter() && !left.inter()) {
        return 2;
    }
    if (!above.inter() || !left.inter()) {
        return variable_of(above.inter() ? above : left) != variable[1] ? 3 : 1;
    }
    const unsigned of_above = variable_of(above), of_left = variable_of(left);
    if (of_above == of_left && of_above == variable[1]) {
        return 0;
    }
    if (!above.compound() && !left.compound()) {
        if ((of_above == fixed && of_left == variable[0]) || (of_left == fixed && of_above == variable[0])) {
            return 4;
        }
        return of_above == of_left ? 3 : 1;
    }
    if (above.compound() && left.compound()) {
        return of_above == of_left ? 4 : 2;
    }
    const unsigned of_single = above.compound() ? of_left : of_above;
    const unsigned of_compound = above.compound() ? of_above : of_left;
    if (of_compound == variable[1] && of_single != variable[1]) {
        return 1;
    }
    return of_single == variable[1] && of_compound != variable[1] ? 2 : 4;
}

unsigned single_ref_p1_context(const Neighbours& around) {
    if (around.above == nullptr || around.left == nullptr) {
        const Block* edge = single_edge(around);
        return edge == nullptr || !edge->inter() ? 2 : last_beside_intra(*edge);
    }
    const Block& above = *around.above;
    const Block& left = *around.left;
    if (!above.inter() && !left.inter()) {
        return 2;
    }
    if (!above.inter() || !left.inter()) {
        return last_beside_intra(above.inter() ? above : left);
    }
    if (above.compound() && left.compound()) {
        return refers(above, last_frame) || refers(left, last_frame) ? 2 : 1;
    }
    if (!above.compound() && !left.compound()) {
        return (above.reference[0] == last_frame ? 2u : 0u) + (left.reference[0] == last_frame ? 2u : 0u);
    }
    const Block& single = above.compound() ? left : above;
    const unsigned last = refers(above.compound() ? above : left, last_frame) ? 1 : 0;
    return single.reference[0] == last_frame ? 3 + last : last;
}

unsigned single_ref_p2_context(const Neighbours& around) {
    if (around.above == nullptr || around.left == nullptr) {
        const Block* edge = single_edge(around);
        if (edge == nullptr || !edge->inter() || (edge->reference[0] == last_frame && !edge->compound())) {
            return 2;
        }
        const bool golden = refers(*edge, golden_frame);
        return edge->compound() ? (golden ? 3 : 0) : golden ? 4 : 0;
    }
    const Block& above = *around.above;
    const Block& left = *around.left;
    if (!above.inter() && !left.inter()) {
        return 2;
    }
    if (!above.inter() || !left.inter()) {
        return golden_beside_intra(above.inter() ? above : left);
    }
    if (above.compound() || left.compound()) {
        return golden_of_compounds(above, left);
    }
    return golden_of_singles(above.reference[0], left.reference[0]);
}

}  // namespace svp::vpu::vp9
