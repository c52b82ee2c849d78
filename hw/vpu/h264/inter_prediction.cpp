// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/h264/inter_prediction.hpp"

#include <algorithm>

#include "vpu/h264/motion.hpp"

namespace svp::vpu::h264 {

namespace {

constexpr unsigned out_stride = 16;

std::uint8_t sample(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

template <typename Sample>
int six_taps(const Sample* at, std::ptrdiff_t step) {
    return at[-2 * step] - 5 * at[-step] + 20 * at[0] + 20 * at[step] - 5 * at[2 * step] + at[3 * step];
}

/** Half samples between neighbours @p step apart. */
void half(const std::uint8_t* at, std::ptrdiff_t stride, std::ptrdiff_t step, unsigned width, unsigned height,
          std::uint8_t* out) {
    for (unsigned y = 0; y < height; ++y, at += stride, out += out_stride) {
        for (unsigned x = 0; x < width; ++x) {
            out[x] = sample((six_taps(at + x, step) + 16) >> 5);
        }
    }
}

/** Half samples between four neighbours. */
void half_both(const std::uint8_t* at, std::ptrdiff_t stride, unsigned width, unsigned height,
               std::uint8_t* out) {
    std::int16_t rows[21 * 16];
    const std::uint8_t* line = at - 2 * stride;
    for (unsigned y = 0; y < height + 5; ++y, line += stride) {
        for (unsigned x = 0; x < width; ++x) {
            rows[16 * y + x] = static_cast<std::int16_t>(six_taps(line + x, 1));
        }
    }
    for (unsigned y = 0; y < height; ++y, out += out_stride) {
        for (unsigned x = 0; x < width; ++x) {
            out[x] = sample((six_taps(rows + 16 * (y + 2) + x, 16) + 512) >> 10);
        }
    }
}

void average(std::uint8_t* out, const std::uint8_t* other, std::ptrdiff_t stride, unsigned width,
             unsigned height) {
    for (unsigned y = 0; y < height; ++y, out += out_stride, other += stride) {
        for (unsigned x = 0; x < width; ++x) {
            out[x] = static_cast<std::uint8_t>((out[x] + other[x] + 1) >> 1);
        }
    }
}

/** Clause 8.4.2.2.2: @p x and @p y are eighths. */
void interpolate_chroma(const std::uint8_t* from, std::ptrdiff_t stride, int x, int y, unsigned width,
                        unsigned height, std::uint8_t* out) {
    for (unsigned line = 0; line < height; ++line, from += stride, out += out_stride) {
        for (unsigned i = 0; i < width; ++i) {
            const int upper = (8 - x) * from[i] + x * from[i + 1];
            const int lower = (8 - x) * from[stride + i] + x * from[stride + i + 1];
            out[i] = static_cast<std::uint8_t>(((8 - y) * upper + y * lower + 32) >> 6);
        }
    }
}

}  // namespace

void interpolate_luma(const std::uint8_t* from, std::ptrdiff_t stride, unsigned x_fraction,
                      unsigned y_fraction, unsigned width, unsigned height, std::uint8_t* out) {
    const std::uint8_t* at = from + 2 * stride + 2;
    std::uint8_t other[16 * 16];
    if (x_fraction == 0 && y_fraction == 0) {
        for (unsigned y = 0; y < height; ++y) {
            std::copy_n(at + y * stride, width, out + y * out_stride);
        }
    } else if (y_fraction == 0) {
        half(at, stride, 1, width, height, out);
        if (x_fraction != 2) {
            average(out, at + x_fraction / 2, stride, width, height);
        }
    } else if (x_fraction == 0) {
        half(at, stride, stride, width, height, out);
        if (y_fraction != 2) {
            average(out, at + y_fraction / 2 * stride, stride, width, height);
        }
    } else if (x_fraction == 2 || y_fraction == 2) {
        half_both(at, stride, width, height, out);
        if (y_fraction != 2) {
            half(at + y_fraction / 2 * stride, stride, 1, width, height, other);
            average(out, other, out_stride, width, height);
        } else if (x_fraction != 2) {
            half(at + x_fraction / 2, stride, stride, width, height, other);
            average(out, other, out_stride, width, height);
        }
    } else {
        half(at + y_fraction / 2 * stride, stride, 1, width, height, out);
        half(at + x_fraction / 2, stride, stride, width, height, other);
        average(out, other, out_stride, width, height);
    }
}

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
                            Samples& out) {
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
                     out.plane[0]);
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
    interpolate_chroma(cb.samples, cb.stride, mv.x & 7, chroma_y & 7, width, height, out.plane[1]);
    const ReferencePicture::Block cr = from.cr(cx, cy, columns, rows, lines);
    interpolate_chroma(cr.samples, cr.stride, mv.x & 7, chroma_y & 7, width, height, out.plane[2]);
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

bool InterPrediction::predict_block(const Slice& slice, const Block& block) {
    const Neighbours& where = slice.neighbours;
    const Macroblock& mb = where.current();
    const unsigned part = block.x / 8 + block.y / 8 * 2, first = block.x / 4 + block.y / 4 * 4;
    const Structure parity = Slice::parity(mb, where.y());
    const int ref[2] = {mb.ref[0][part], mb.ref[1][part]};
    Reference reference[2];
    Samples samples[2];
    for (unsigned list = 0; list < 2; ++list) {
        if (ref[list] < 0) {
            continue;
        }
        reference[list] = slice.lists.entry(list, static_cast<unsigned>(ref[list]), parity);
        if (reference[list].structure == no_field) {
            return false;
        }
        fetch(slice, reference[list], mb.mv[list][first], block, samples[list]);
    }
    for (unsigned plane = 0; plane < (picture_.job.monochrome ? 1u : 3u); ++plane) {
        const unsigned shift = plane == 0 ? 0 : 1;
        std::ptrdiff_t stride = 0;
        std::uint8_t* to = picture_.samples(plane, where.x(), where.y(), mb.field, stride) +
                           std::ptrdiff_t{block.y >> shift} * stride + (block.x >> shift);
        const Weights use = weights(slice, plane, ref, reference);
        const int denominator = use.log2_denominator;
        const bool both = ref[0] >= 0 && ref[1] >= 0;
        const unsigned one = ref[0] >= 0 ? 0 : 1;
        for (unsigned y = 0; y < block.height >> shift; ++y, to += stride) {
            const std::uint8_t* a = samples[both ? 0 : one].plane[plane] + y * out_stride;
            const std::uint8_t* b = samples[1].plane[plane] + y * out_stride;
            const unsigned width = block.width >> shift;
            if (!use.weighted) {
                for (unsigned x = 0; x < width; ++x) {
                    to[x] = both ? static_cast<std::uint8_t>((a[x] + b[x] + 1) >> 1) : a[x];
                }
            } else if (both) {
                const int offset = (use.offset[0] + use.offset[1] + 1) >> 1;
                for (unsigned x = 0; x < width; ++x) {
                    const int sum = a[x] * use.weight[0] + b[x] * use.weight[1] + (1 << denominator);
                    to[x] = sample((sum >> (denominator + 1)) + offset);
                }
            } else {
                const int rounding = denominator >= 1 ? 1 << (denominator - 1) : 0;
                for (unsigned x = 0; x < width; ++x) {
                    to[x] = sample(((a[x] * use.weight[one] + rounding) >> denominator) + use.offset[one]);
                }
            }
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
