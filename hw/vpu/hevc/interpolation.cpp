// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/interpolation.hpp"

namespace svp::vpu::hevc {

namespace {

constexpr unsigned max_side = 64;

constexpr std::int16_t luma_taps[4][8] = {{0, 0, 0, 64, 0, 0, 0, 0},
                                          {-1, 4, -10, 58, 17, -5, 1, 0},
                                          {-1, 4, -11, 40, 40, -11, 4, -1},
                                          {0, 1, -5, 17, 58, -10, 4, -1}};
constexpr std::int16_t chroma_taps[8][4] = {{0, 64, 0, 0},    {-2, 58, 10, -2}, {-4, 54, 16, -2},
                                            {-6, 46, 28, -4}, {-4, 36, 36, -4}, {-4, 28, 46, -6},
                                            {-2, 16, 54, -4}, {-2, 10, 58, -2}};

/** One dimension: samples lie @p step apart along the filter. */
template <unsigned taps, typename In>
void filter(const In* from, std::ptrdiff_t stride, std::ptrdiff_t step, const std::int16_t* coefficients,
            int shift, unsigned width, unsigned height, std::int16_t* to) {
    from -= (taps / 2 - 1) * step;
    for (unsigned y = 0; y < height; ++y, from += stride, to += prediction_stride) {
        for (unsigned x = 0; x < width; ++x) {
            int sum = 0;
            for (unsigned i = 0; i < taps; ++i) {
                sum += coefficients[i] *
                       from[static_cast<std::ptrdiff_t>(x) + static_cast<std::ptrdiff_t>(i) * step];
            }
            to[x] = static_cast<std::int16_t>(sum >> shift);
        }
    }
}

template <unsigned taps, typename Sample>
void interpolate(const Source<Sample>& from, const std::int16_t* horizontal, const std::int16_t* vertical,
                 unsigned width, unsigned height, std::int16_t* to) {
    constexpr int shift = depth_of<Sample> - 8;
    if (horizontal == nullptr && vertical == nullptr) {
        for (unsigned y = 0; y < height; ++y, to += prediction_stride) {
            const Sample* line = from.samples + std::ptrdiff_t{y} * from.stride;
            for (unsigned x = 0; x < width; ++x) {
                to[x] = static_cast<std::int16_t>(line[x] << (14 - depth_of<Sample>));
            }
        }
    } else if (vertical == nullptr) {
        filter<taps>(from.samples, from.stride, 1, horizontal, shift, width, height, to);
    } else if (horizontal == nullptr) {
        filter<taps>(from.samples, from.stride, from.stride, vertical, shift, width, height, to);
    } else {
        constexpr unsigned before = taps / 2 - 1;
        std::int16_t between[(max_side + taps) * prediction_stride];
        filter<taps>(from.samples - std::ptrdiff_t{before} * from.stride, from.stride, 1, horizontal, shift,
                     width, height + taps - 1, between);
        filter<taps>(between + before * prediction_stride, prediction_stride, prediction_stride, vertical, 6,
                     width, height, to);
    }
}

}  // namespace

template <typename Sample>
void interpolate_luma(const Source<Sample>& from, unsigned x, unsigned y, unsigned width, unsigned height,
                      std::int16_t* to) {
    interpolate<8>(from, x == 0 ? nullptr : luma_taps[x], y == 0 ? nullptr : luma_taps[y], width, height, to);
}

template <typename Sample>
void interpolate_chroma(const Source<Sample>& from, unsigned x, unsigned y, unsigned width, unsigned height,
                        std::int16_t* to) {
    interpolate<4>(from, x == 0 ? nullptr : chroma_taps[x], y == 0 ? nullptr : chroma_taps[y], width, height,
                   to);
}

template <typename Sample>
void put(Sample* to, std::ptrdiff_t stride, const std::int16_t* from, unsigned width, unsigned height) {
    constexpr int shift = 14 - depth_of<Sample>;
    for (unsigned y = 0; y < height; ++y, to += stride, from += prediction_stride) {
        for (unsigned x = 0; x < width; ++x) {
            to[x] = clip_sample<Sample>((from[x] + (1 << (shift - 1))) >> shift);
        }
    }
}

template <typename Sample>
void put_mean(Sample* to, std::ptrdiff_t stride, const std::int16_t* a, const std::int16_t* b, unsigned width,
              unsigned height) {
    constexpr int shift = 15 - depth_of<Sample>;
    for (unsigned y = 0; y < height; ++y, to += stride, a += prediction_stride, b += prediction_stride) {
        for (unsigned x = 0; x < width; ++x) {
            to[x] = clip_sample<Sample>((a[x] + b[x] + (1 << (shift - 1))) >> shift);
        }
    }
}

template <typename Sample>
void put_weighted(Sample* to, std::ptrdiff_t stride, const std::int16_t* from, const Weighting& weighting,
                  int shift, unsigned width, unsigned height) {
    const int rounding = shift >= 1 ? 1 << (shift - 1) : 0;
    for (unsigned y = 0; y < height; ++y, to += stride, from += prediction_stride) {
        for (unsigned x = 0; x < width; ++x) {
            to[x] = clip_sample<Sample>(((from[x] * weighting.scale + rounding) >> shift) + weighting.offset);
        }
    }
}

template <typename Sample>
void put_weighted(Sample* to, std::ptrdiff_t stride, const std::int16_t* a, const Weighting& weight_a,
                  const std::int16_t* b, const Weighting& weight_b, int shift, unsigned width,
                  unsigned height) {
    const int rounding = (weight_a.offset + weight_b.offset + 1) * (1 << shift);
    for (unsigned y = 0; y < height; ++y, to += stride, a += prediction_stride, b += prediction_stride) {
        for (unsigned x = 0; x < width; ++x) {
            to[x] = clip_sample<Sample>((a[x] * weight_a.scale + b[x] * weight_b.scale + rounding) >>
                                        (shift + 1));
        }
    }
}

#define SVP_INSTANTIATE(Sample)                                                                         \
    template void interpolate_luma(const Source<Sample>&, unsigned, unsigned, unsigned, unsigned,       \
                                   std::int16_t*);                                                      \
    template void interpolate_chroma(const Source<Sample>&, unsigned, unsigned, unsigned, unsigned,     \
                                     std::int16_t*);                                                    \
    template void put(Sample*, std::ptrdiff_t, const std::int16_t*, unsigned, unsigned);                \
    template void put_mean(Sample*, std::ptrdiff_t, const std::int16_t*, const std::int16_t*, unsigned, \
                           unsigned);                                                                   \
    template void put_weighted(Sample*, std::ptrdiff_t, const std::int16_t*, const Weighting&, int,     \
                               unsigned, unsigned);                                                     \
    template void put_weighted(Sample*, std::ptrdiff_t, const std::int16_t*, const Weighting&,          \
                               const std::int16_t*, const Weighting&, int, unsigned, unsigned);
SVP_INSTANTIATE(std::uint8_t)
SVP_INSTANTIATE(std::uint16_t)
#undef SVP_INSTANTIATE

}  // namespace svp::vpu::hevc
