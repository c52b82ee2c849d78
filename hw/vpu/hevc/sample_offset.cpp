// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/sample_offset.hpp"

#include <algorithm>

namespace svp::vpu::hevc {

namespace {

/** A coding tree block of one component. */
template <typename Sample>
struct Area {
    const Sample* from;
    Sample* to;
    std::ptrdiff_t from_stride;
    std::ptrdiff_t to_stride;
    unsigned width;
    unsigned height;
};

template <typename Sample>
void add_band_offsets(const Area<Sample>& area, const Sao& sao) {
    constexpr int shift = depth_of<Sample> - 5;
    std::int16_t table[32] = {};
    for (unsigned i = 0; i < 4; ++i) {
        table[(sao.band_or_class + i) & 31] = sao.offset[i];
    }
    for (unsigned y = 0; y < area.height; ++y) {
        const Sample* from = area.from + std::ptrdiff_t{y} * area.from_stride;
        Sample* to = area.to + std::ptrdiff_t{y} * area.to_stride;
        for (unsigned x = 0; x < area.width; ++x) {
            to[x] = clip_sample<Sample>(from[x] + table[from[x] >> shift]);
        }
    }
}

int sign(int value) {
    return (value > 0) - (value < 0);
}

/** Which coding tree blocks around one may be looked at: [line + 1][column + 1], -1 to 1 each. */
struct Around {
    bool usable[3][3];
};

template <typename Sample>
void add_edge_offsets(const Area<Sample>& area, const Sao& sao, const Around& around) {
    static constexpr std::int8_t directions[4][2] = {{-1, 0}, {0, -1}, {-1, -1}, {1, -1}};
    const int dx = directions[sao.band_or_class][0], dy = directions[sao.band_or_class][1];
    const std::ptrdiff_t step = dy * area.from_stride + dx;
    const int offsets[5] = {sao.offset[0], sao.offset[1], 0, sao.offset[2], sao.offset[3]};
    const int width = static_cast<int>(area.width), height = static_cast<int>(area.height);
    const auto put = [&](const Sample* from, Sample* to) {
        const int kind = 2 + sign(*from - from[step]) + sign(*from - from[-step]);
        *to = clip_sample<Sample>(*from + offsets[kind]);
    };
    const auto usable = [&](int x, int y) {
        return around.usable[y < 0 ? 0 : y >= height ? 2 : 1][x < 0 ? 0 : x >= width ? 2 : 1];
    };
    for (int y = 0; y < height; ++y) {
        const Sample* from = area.from + y * area.from_stride;
        Sample* to = area.to + y * area.to_stride;
        const auto put_if_usable = [&](int x) {
            if (usable(x + dx, y + dy) && usable(x - dx, y - dy)) {
                put(from + x, to + x);
            }
        };
        put_if_usable(0);
        if (dy != 0 && (y == 0 || y == height - 1)) {
            for (int x = 1; x < width - 1; ++x) {
                put_if_usable(x);
            }
        } else {
            for (int x = 1; x < width - 1; ++x) {
                put(from + x, to + x);
            }
        }
        put_if_usable(width - 1);
    }
}

Around around_of(const Picture& picture, unsigned ctb) {
    const TileLayout& tiles = picture.tiles;
    const int ctb_x = static_cast<int>(ctb % tiles.width()), ctb_y = static_cast<int>(ctb / tiles.width());
    Around around{};
    for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
            const int x = ctb_x + dx, y = ctb_y + dy;
            if (x < 0 || y < 0 || x >= static_cast<int>(tiles.width()) ||
                y >= static_cast<int>(tiles.height())) {
                continue;
            }
            const unsigned other = static_cast<unsigned>(y) * tiles.width() + static_cast<unsigned>(x);
            bool usable = picture.job.loop_filter_across_tiles || tiles.tile(other) == tiles.tile(ctb);
            if (picture.slice_address[other] != picture.slice_address[ctb]) {
                const unsigned later = tiles.order(other) > tiles.order(ctb) ? other : ctb;
                usable = usable && picture.slices[picture.slice[later]].filter_across;
            }
            around.usable[dy + 1][dx + 1] = usable;
        }
    }
    return around;
}

}  // namespace

template <typename Sample>
void offset_row(const Picture& picture, unsigned component, unsigned row, const Plane<Sample>& from,
                Plane<Sample>& to) {
    const unsigned log2_size = picture.job.log2_ctb - (component == 0 ? 0 : 1), side = 1u << log2_size;
    const unsigned y = row << log2_size, height = std::min(side, from.height - y);
    for (unsigned line = 0; line < height; ++line) {
        std::copy_n(from.at(0, y + line), from.width, to.at(0, line));
    }
    const bool exceptions =
        picture.job.transquant_bypass || (picture.job.pcm && picture.job.pcm_loop_filter_disabled);
    const unsigned unit = component == 0 ? 4 : 2;
    for (unsigned column = 0; column < picture.tiles.width(); ++column) {
        const unsigned ctb = row * picture.tiles.width() + column, x = column << log2_size;
        const Sao& sao = picture.sao[3 * std::size_t{ctb} + component];
        if (sao.type == SaoType::none) {
            continue;
        }
        const Area<Sample> area{
            from.at(x, y), to.at(x, 0), from.stride, to.stride, std::min(side, from.width - x), height};
        if (sao.type == SaoType::band) {
            add_band_offsets(area, sao);
        } else {
            add_edge_offsets(area, sao, around_of(picture, ctb));
        }
        for (unsigned v = 0; exceptions && v < area.height; v += unit) {
            for (unsigned u = 0; u < area.width; u += unit) {
                if ((picture.kind[picture.unit((x + u) * 4 / unit, (y + v) * 4 / unit)] &
                     block::unfiltered) == 0) {
                    continue;
                }
                for (unsigned line = 0; line < unit; ++line) {
                    std::copy_n(from.at(x + u, y + v + line), unit, to.at(x + u, v + line));
                }
            }
        }
    }
}

template void offset_row(const Picture& picture, unsigned component, unsigned row,
                         const Plane<std::uint8_t>& from, Plane<std::uint8_t>& to);
template void offset_row(const Picture& picture, unsigned component, unsigned row,
                         const Plane<std::uint16_t>& from, Plane<std::uint16_t>& to);

}  // namespace svp::vpu::hevc
