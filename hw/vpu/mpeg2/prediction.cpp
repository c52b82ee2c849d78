// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/mpeg2/prediction.hpp"

#include <algorithm>

#include "vpu/picture/lanes.hpp"

namespace svp::vpu::mpeg2 {

namespace {

Parity other(Parity parity) {
    return parity == Parity::top ? Parity::bottom : Parity::top;
}

/** Lines of one parity of a frame's macroblock. */
Target every_other_line(const Target& whole, Parity parity) {
    const auto first = static_cast<std::ptrdiff_t>(parity);
    return {whole.luma + first * whole.luma_stride, whole.cb + first * whole.chroma_stride,
            whole.cr + first * whole.chroma_stride, 2 * whole.luma_stride, 2 * whole.chroma_stride};
}

/** Half of a value, rounded to the nearest, and away from zero between two (section 4.1). */
int half(int value) {
    return (value + (value > 0 ? 1 : 0)) >> 1;
}

/** Half samples to the right and below are means of two or four (section 7.6.4); with @p average, the mean of
 * that and what is there already. */
template <unsigned columns, bool average>
void predict_lines(const ReferencePicture::Block& from, int right, int down, int lines, std::uint8_t* to,
                   std::ptrdiff_t stride) {
    for (unsigned x = 0; x < columns; x += 8) {
        const std::uint8_t* at = from.samples + x;
        const auto both = [&] { return load_samples(at) + load_samples(at + right); };
        std::uint8_t* out = to + x;
        Lanes upper = both();
        for (int line = 0; line < lines; ++line, out += stride) {
            at += from.stride;
            const Lanes lower = down != 0 ? both() : upper;
            Lanes value = (upper + lower + 2) >> 2;  // rounds as two do, if they are there twice
            if constexpr (average) {
                value = (load_samples(out) + value + 1) >> 1;
            }
            store_samples(out, value);
            upper = down != 0 || line + 1 == lines ? lower : both();
        }
    }
}

}  // namespace

ReferencePicture* Predictor::picture(std::uint32_t address) {
    for (std::shared_ptr<ReferencePicture>& known : pictures_) {
        if (known == nullptr) {
            known = std::make_shared<ReferencePicture>(port_, address, 16 * parameters_.mb_width,
                                                       16 * parameters_.mb_height);
        }
        if (known->address() == address) {
            return known.get();
        }
    }
    return pictures_.back().get();  // there are no more than four addresses
}

Response Predictor::answer() const {
    Response worst = Response::okay;
    for (const auto& picture : pictures_) {
        worst = picture == nullptr ? worst : std::max(worst, picture->answer());
    }
    return worst;
}

void Predictor::predict(const Motion& motion, unsigned x, unsigned y, const Target& target) {
    const Part whole{static_cast<int>(16 * x), static_cast<int>(16 * y), 16, target, false};
    switch (motion.type) {
        case MotionType::frame:
            return predict_frame(motion, whole);
        case MotionType::field:
            return parameters_.field_picture() ? predict_field_picture(motion, whole)
                                               : predict_fields(motion, whole);
        case MotionType::halves:
            return predict_halves(motion, whole);
        case MotionType::dual_prime:
            return predict_dual_prime(motion, whole);
    }
}

void Predictor::predict_frame(const Motion& motion, const Part& whole) {
    Part part = whole;
    for (unsigned s = 0; s < 2; ++s) {
        if (motion.used[s]) {
            predict_part(frame(s), motion.vector[0][s], part);
            part.average = true;
        }
    }
}

/** Fields of a frame, each by a vector of its own. */
void Predictor::predict_fields(const Motion& motion, const Part& whole) {
    for (unsigned r = 0; r < 2; ++r) {
        Part part{whole.x, whole.y / 2, 8, every_other_line(whole.target, static_cast<Parity>(r)), false};
        for (unsigned s = 0; s < 2; ++s) {
            if (motion.used[s]) {
                predict_part(field(s, motion.field[r][s]), motion.vector[r][s], part);
                part.average = true;
            }
        }
    }
}

void Predictor::predict_field_picture(const Motion& motion, const Part& whole) {
    Part part = whole;
    for (unsigned s = 0; s < 2; ++s) {
        if (motion.used[s]) {
            predict_part(field(s, motion.field[0][s]), motion.vector[0][s], part);
            part.average = true;
        }
    }
}

void Predictor::predict_halves(const Motion& motion, const Part& whole) {
    for (unsigned r = 0; r < 2; ++r) {
        const auto down = static_cast<std::ptrdiff_t>(r);
        Part part = whole;
        part.y += static_cast<int>(8 * r);
        part.lines = 8;
        part.target.luma += 8 * down * part.target.luma_stride;
        part.target.cb += 4 * down * part.target.chroma_stride;
        part.target.cr += 4 * down * part.target.chroma_stride;
        for (unsigned s = 0; s < 2; ++s) {
            if (motion.used[s]) {
                predict_part(field(s, motion.field[r][s]), motion.vector[r][s], part);
                part.average = true;
            }
        }
    }
}

/** Each field from both: the vector for the same parity, one that is derived from it for the other (7.6.3.6).
 */
void Predictor::predict_dual_prime(const Motion& motion, const Part& whole) {
    const Vector& same = motion.vector[0][0];
    const auto derived = [&](int distance, Parity predicted) {
        return Vector{half(distance * same.x) + motion.difference.x,
                      half(distance * same.y) + motion.difference.y + (predicted == Parity::top ? -1 : 1)};
    };
    const auto both = [&](Part part, Parity parity, int distance) {
        predict_part(field(0, parity), same, part);
        part.average = true;
        predict_part(field(0, other(parity)), derived(distance, parity), part);
    };
    if (parameters_.field_picture()) {
        both(whole, parameters_.structure == Structure::bottom_field ? Parity::bottom : Parity::top, 1);
        return;
    }
    for (const Parity parity : {Parity::top, Parity::bottom}) {
        // In time, the field that comes first lies nearer to the other one of the frame before.
        const bool first = (parity == Parity::top) == parameters_.top_field_first;
        both({whole.x, whole.y / 2, 8, every_other_line(whole.target, parity), false}, parity, first ? 1 : 3);
    }
}

void Predictor::predict_part(const Source& source, const Vector& vector, const Part& part) {
    predict_plane(source, &ReferencePicture::luma, part.x, part.y, 16, part.lines, vector, part.target.luma,
                  part.target.luma_stride, part.average);
    const Vector chroma{vector.x / 2, vector.y / 2};
    predict_plane(source, &ReferencePicture::cb, part.x / 2, part.y / 2, 8, part.lines / 2, chroma,
                  part.target.cb, part.target.chroma_stride, part.average);
    predict_plane(source, &ReferencePicture::cr, part.x / 2, part.y / 2, 8, part.lines / 2, chroma,
                  part.target.cr, part.target.chroma_stride, part.average);
}

void Predictor::predict_plane(const Source& source, Fetch fetch, int x, int y, int columns, int lines,
                              const Vector& vector, std::uint8_t* to, std::ptrdiff_t stride, bool average) {
    const int right = vector.x & 1, down = vector.y & 1;
    const ReferencePicture::Block block = (source.picture->*fetch)(
        x + (vector.x >> 1), y + (vector.y >> 1), columns + right, lines + down, source.lines);
    const auto chosen = columns == 16 ? (average ? predict_lines<16, true> : predict_lines<16, false>)
                                      : (average ? predict_lines<8, true> : predict_lines<8, false>);
    chosen(block, right, down, lines, to, stride);
}

}  // namespace svp::vpu::mpeg2
