// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/inter_prediction.hpp"

#include <algorithm>

#include "vpu/h264/interpolation.hpp"
#include "vpu/h264/motion.hpp"

namespace svp::vpu::h264 {

namespace {

std::uint8_t sample(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

}  // namespace

ReferencePicture& InterPrediction::reference_picture(unsigned slot) {
    std::unique_ptr<ReferencePicture>& wanted = references_[slot];
    if (wanted == nullptr) {
        const Parameters& job = picture_.job;
        wanted = std::make_unique<ReferencePicture>(port_, job.slots[slot].address, 16 * job.mb_width,
                                                    16 * job.mb_height);
    }
    return *wanted;
}

Response InterPrediction::answer() const {
    Response worst = Response::okay;
    for (const auto& reference : references_) {
        worst = reference != nullptr ? std::max(worst, reference->answer()) : worst;
    }
    return worst;
}

void InterPrediction::fetch(const Slice& slice, const Reference& reference, Vector mv, const Block& block,
                            const Target& out) {
    ReferencePicture& from = reference_picture(reference.slot);
    const Neighbours& where = slice.neighbours;
    const bool field_of_frame = picture_.job.mbaff && where.current().field;
    const Lines lines = reference.structure == whole_frame ? Lines::all
                        : reference.structure == top_field ? Lines::top
                                                           : Lines::bottom;
    const auto mb_x = static_cast<int>(16 * where.x());
    const auto mb_y = static_cast<int>(field_of_frame ? where.y() / 2 * 16 : where.y() * 16);
    const int x = mb_x + static_cast<int>(block.x) + (mv.x >> 2),
              y = mb_y + static_cast<int>(block.y) + (mv.y >> 2);
    const auto x_fraction = static_cast<unsigned>(mv.x & 3), y_fraction = static_cast<unsigned>(mv.y & 3);
    const ReferencePicture::Block luma =
        from.luma(x - 2, y - 2, static_cast<int>(block.width) + 5, static_cast<int>(block.height) + 5, lines);
    interpolate_luma(luma.samples, luma.stride, x_fraction, y_fraction, block.width, block.height,
                     out.plane[0], out.stride[0]);
    if (picture_.job.monochrome) {
        return;
    }
    int chroma_y = mv.y;
    if (reference.structure != whole_frame) {
        const bool bottom = field_of_frame ? where.y() % 2 != 0 : picture_.job.structure == bottom_field;
        chroma_y += (bottom ? 2 : 0) - (reference.structure == bottom_field ? 2 : 0);
    }
    const int cx = mb_x / 2 + static_cast<int>(block.x / 2) + (mv.x >> 3);
    const int cy = mb_y / 2 + static_cast<int>(block.y / 2) + (chroma_y >> 3);
    const unsigned width = block.width / 2, height = block.height / 2;
    const int columns = static_cast<int>(width) + 1, rows = static_cast<int>(height) + 1;
    const ReferencePicture::Block cb = from.cb(cx, cy, columns, rows, lines);
    interpolate_chroma(cb.samples, cb.stride, mv.x & 7, chroma_y & 7, width, height, out.plane[1],
                       out.stride[1]);
    const ReferencePicture::Block cr = from.cr(cx, cy, columns, rows, lines);
    interpolate_chroma(cr.samples, cr.stride, mv.x & 7, chroma_y & 7, width, height, out.plane[2],
                       out.stride[2]);
}

/** Clause 8.4.2.3. */
InterPrediction::Weights InterPrediction::weights(const Slice& slice, unsigned plane, const int (&ref)[2],
                                                  const Reference (&reference)[2]) const {
    Weights out;
    const Macroblock& mb = slice.neighbours.current();
    if (slice.header.explicit_weights) {
        out.weighted = true;
        out.log2_denominator = static_cast<int>(slice.header.log2_denominator[plane]);
        for (unsigned list = 0; list < 2; ++list) {
            if (ref[list] >= 0) {
                const int index = mb.field ? ref[list] / 2 : ref[list];
                const Weight& entry = slice.header.weights[list][index];
                out.weight[list] = entry.weight[plane];
                out.offset[list] = entry.offset[plane];
            }
        }
        return out;
    }
    if (slice.header.type != SliceType::b || picture_.job.weighted_bipred != 2 || ref[0] < 0 || ref[1] < 0) {
        return out;
    }
    out.weighted = true;
    out.log2_denominator = 5;
    out.weight[0] = out.weight[1] = 32;
    const auto clipped = [](std::int64_t value) {
        return static_cast<int>(std::clamp<std::int64_t>(value, -128, 127));
    };
    const std::int64_t first = order_count(picture_.tables, reference[0]);
    const int now = current_order_count(picture_, Slice::parity(mb, slice.neighbours.y()));
    const int between = clipped(order_count(picture_.tables, reference[1]) - first),
              before = clipped(now - first);
    if (between == 0 || slice.lists.long_term(reference[0]) || slice.lists.long_term(reference[1])) {
        return out;
    }
    const int factor = (16384 + std::abs(between / 2)) / between;
    const int scale = std::clamp((before * factor + 32) >> 6, -1024, 1023) >> 2;
    if (scale >= -64 && scale <= 128) {
        out.weight[0] = 64 - scale;
        out.weight[1] = scale;
    }
    return out;
}

/** Samples of one list become those of the picture, clause 8.4.2.3.2. */
void InterPrediction::weigh(const Weights& use, unsigned list, std::uint8_t* to, std::ptrdiff_t stride,
                            unsigned width, unsigned height) {
    const int denominator = use.log2_denominator;
    const int rounding = denominator >= 1 ? 1 << (denominator - 1) : 0;
    for (unsigned y = 0; y < height; ++y, to += stride) {
        for (unsigned x = 0; x < width; ++x) {
            to[x] = sample(((to[x] * use.weight[list] + rounding) >> denominator) + use.offset[list]);
        }
    }
}

/** The same of both lists, where those of list 0 are in the picture already. */
void InterPrediction::weigh_both(const Weights& use, std::uint8_t* to, std::ptrdiff_t stride,
                                 const std::uint8_t* other, unsigned width, unsigned height) {
    const int denominator = use.log2_denominator, offset = (use.offset[0] + use.offset[1] + 1) >> 1;
    for (unsigned y = 0; y < height; ++y, to += stride, other += other_stride) {
        for (unsigned x = 0; x < width; ++x) {
            const int sum = to[x] * use.weight[0] + other[x] * use.weight[1] + (1 << denominator);
            to[x] = sample((sum >> (denominator + 1)) + offset);
        }
    }
}

bool InterPrediction::predict_block(const Slice& slice, const Block& block) {
    const Neighbours& where = slice.neighbours;
    const Macroblock& mb = where.current();
    const unsigned part = block.x / 8 + block.y / 8 * 2, first = block.x / 4 + block.y / 4 * 4;
    const Structure parity = Slice::parity(mb, where.y());
    const int ref[2] = {mb.ref[0][part], mb.ref[1][part]};
    const unsigned planes = picture_.job.monochrome ? 1 : 3;
    Target target{};
    for (unsigned plane = 0; plane < planes; ++plane) {
        const unsigned shift = plane == 0 ? 0 : 1;
        std::uint8_t* samples = picture_.samples(plane, where.x(), where.y(), mb.field, target.stride[plane]);
        target.plane[plane] =
            samples + std::ptrdiff_t{block.y >> shift} * target.stride[plane] + (block.x >> shift);
    }
    std::uint8_t samples[3][other_stride * 16];
    const Target other{{samples[0], samples[1], samples[2]}, {other_stride, other_stride, other_stride}};
    const bool both = ref[0] >= 0 && ref[1] >= 0;
    Reference reference[2];
    for (unsigned list = 0; list < 2; ++list) {
        if (ref[list] < 0) {
            continue;
        }
        reference[list] = slice.lists.entry(list, static_cast<unsigned>(ref[list]), parity);
        if (reference[list].structure == no_field) {
            return false;
        }
        fetch(slice, reference[list], mb.mv[list][first], block, both && list == 1 ? other : target);
    }
    for (unsigned plane = 0; plane < planes; ++plane) {
        const unsigned shift = plane == 0 ? 0 : 1, width = block.width >> shift,
                       height = block.height >> shift;
        const Weights use = weights(slice, plane, ref, reference);
        std::uint8_t* to = target.plane[plane];
        const std::ptrdiff_t stride = target.stride[plane];
        if (use.weighted && both) {
            weigh_both(use, to, stride, samples[plane], width, height);
        } else if (use.weighted) {
            weigh(use, ref[0] >= 0 ? 0 : 1, to, stride, width, height);
        } else if (both) {
            average(to, stride, samples[plane], other_stride, width, height);
        }
    }
    return true;
}

bool InterPrediction::predict(const Slice& slice) {
    const Macroblock& mb = slice.neighbours.current();
    const auto same_refs = [&mb](unsigned a, unsigned b) {
        return mb.ref[0][a] == mb.ref[0][b] && mb.ref[1][a] == mb.ref[1][b];
    };
    const auto same = [&mb](unsigned a, unsigned b) {
        return mb.mv[0][a] == mb.mv[0][b] && mb.mv[1][a] == mb.mv[1][b];
    };
    bool whole[4];
    for (unsigned part = 0; part < 4; ++part) {
        const unsigned first = part % 2 * 2 + part / 2 * 8;
        whole[part] = same(first, first + 1) && same(first, first + 4) && same(first, first + 5);
    }
    const auto joined = [&](unsigned a, unsigned b) {
        return whole[a] && whole[b] && same_refs(a, b) && same(a % 2 * 2 + a / 2 * 8, b % 2 * 2 + b / 2 * 8);
    };
    if (joined(0, 1) && joined(2, 3) && joined(0, 2)) {
        return predict_block(slice, {0, 0, 16, 16});
    }
    if (joined(0, 1) && joined(2, 3)) {
        return predict_block(slice, {0, 0, 16, 8}) && predict_block(slice, {0, 8, 16, 8});
    }
    if (joined(0, 2) && joined(1, 3)) {
        return predict_block(slice, {0, 0, 8, 16}) && predict_block(slice, {8, 0, 8, 16});
    }
    for (unsigned part = 0; part < 4; ++part) {
        const unsigned x = part % 2 * 8, y = part / 2 * 8;
        if (whole[part]) {
            if (!predict_block(slice, {x, y, 8, 8})) {
                return false;
            }
            continue;
        }
        for (unsigned i = 0; i < 4; ++i) {
            if (!predict_block(slice, {x + i % 2 * 4, y + i / 2 * 4, 4, 4})) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace svp::vpu::h264
