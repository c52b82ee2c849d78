// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/channel.hpp"

#include <algorithm>

#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

constexpr std::uint64_t address_end = std::uint64_t{1} << 32;

/** More lines than a picture can have: scalers count them with 12 bits, and prefetch rounds up to 8. */
constexpr std::uint32_t fetched_lines_max = 4096 + 8;

// Fields of MODE_CTRL0.
constexpr unsigned tile_shift = 2;
constexpr std::uint32_t mode_yuv = 1u << 6;
constexpr std::uint32_t mode_two_planes = 1u << 7;
constexpr unsigned pixel_size_shift = 8;
constexpr unsigned blue_select_shift = 12;  // green, red and alpha follow, two bits each

// Fields of FRAME_CTRL0.
constexpr std::uint32_t frame_flip_x = 1u << 0;
constexpr std::uint32_t frame_flip_y = 1u << 1;
constexpr unsigned rotation_shift = 2;
constexpr std::uint32_t frame_order = 1u << 4;
constexpr unsigned pitch_shift = 16;

// Fields of the scaler.
constexpr std::uint32_t sdata_yuv = 1u << 0;
constexpr unsigned order_shift = 8;
constexpr std::uint32_t format_rgb = 2;
constexpr std::uint32_t depth_ten = 2;
constexpr std::uint32_t control_memory = 0x1100;  // SCALE2MEM, MEM2OFIFO

struct TileShape {
    std::uint32_t width, height;  ///< pixels
};
constexpr TileShape shape_of(Tiling tiling) {
    switch (tiling) {
        case Tiling::gpu_tile:
            return {4, 4};
        case Tiling::gpu_super_tile:
            return {64, 64};
        case Tiling::linear:
            break;
    }
    return {1, 1};
}

constexpr std::uint32_t up(std::uint32_t value, std::uint32_t unit) {
    return (value + unit - 1) / unit * unit;
}

/** Rows from @p base on, as many of @p height as end below 4 GiB. */
Rows below_end(std::uint32_t base, std::uint64_t stride, std::uint64_t width, std::uint64_t height) {
    const std::uint64_t room = address_end - base;
    if (width == 0 || width > room) {
        return {base, stride, 0, 0};
    }
    const std::uint64_t most = stride == 0 ? height : (room - width) / stride + 1;
    return {base, stride, static_cast<std::size_t>(width), static_cast<std::size_t>(std::min(height, most))};
}

/** @p bits bits of @p value as a two's complement. */
constexpr std::int32_t sign_extended(std::uint32_t value, unsigned bits) {
    const std::uint32_t sign = 1u << (bits - 1);
    return static_cast<std::int32_t>((value & (2 * sign - 1)) ^ sign) - static_cast<std::int32_t>(sign);
}

Filter filter_of(const RegisterBank& bank, std::uint32_t start, unsigned start_bits, std::uint32_t increment,
                 std::uint32_t coefficients) {
    Filter filter;
    filter.start = sign_extended(bank.value(start), start_bits);
    filter.increment = static_cast<std::int32_t>(bank.value(increment));
    for (std::uint32_t phase = 0; phase < Filter::phases; ++phase) {
        // Seven taps of 12 bits stand in 28 bits of each of three words.
        const std::uint32_t at = coefficients + 4 * phase;
        const std::uint32_t word[3] = {bank.value(at), bank.value(at + 0x40), bank.value(at + 0x80)};
        const std::uint32_t raw[Filter::taps] = {word[0] >> 16,
                                                 word[0] >> 4,
                                                 word[0] << 8 | word[1] >> 20,
                                                 word[1] >> 8,
                                                 word[1] << 4 | (word[2] >> 24 & 0xf),
                                                 word[2] >> 12,
                                                 word[2]};
        for (unsigned tap = 0; tap < Filter::taps; ++tap) {
            filter.coefficients[phase][tap] = static_cast<std::int16_t>(sign_extended(raw[tap], 12));
        }
    }
    return filter;
}

Size size_of(std::uint32_t word) {
    return {(word & 0xfff) + 1, (word >> 16 & 0xfff) + 1};
}

std::string_view unmodelled_in(std::uint32_t mode, std::uint32_t frame, std::uint32_t sdata,
                               std::uint32_t source_format, std::uint32_t destination_format,
                               std::uint32_t control) {
    if ((mode & (mode_yuv | mode_two_planes)) != 0 || (sdata & sdata_yuv) != 0 ||
        source_format != format_rgb || destination_format != format_rgb) {
        return "pictures of other formats than RGB";
    }
    if ((mode >> pixel_size_shift & 3) != 2) {
        return "pixels of 8 and 16 bits";
    }
    if ((mode >> tile_shift & 7) > static_cast<std::uint32_t>(Tiling::gpu_super_tile)) {
        return "tiles of the video decoders";
    }
    if ((frame & frame_order) != 0) {
        return "flips after rotation";
    }
    if ((control & control_memory) != 0) {
        return "scaling by way of memory";
    }
    const std::uint32_t order = sdata >> order_shift & 0xf;
    if (order != 0 && order != 5 && order != 6 && order != 11) {
        return "orders of ten-bit components but four";
    }
    return {};
}

}  // namespace

bool Filter::passes() const {
    constexpr std::array<std::int16_t, taps> middle = {0, 0, 0, one, 0, 0, 0};
    return start == 0 && increment == whole && coefficients[0] == middle;
}

Channel Channel::of(const RegisterBank& bank, unsigned number) {
    const std::uint32_t fetch = dpr::base + number * dpr::stride;
    const std::uint32_t scale = scaler::base + number * scaler::stride;
    const std::uint32_t mode = bank.value(fetch + dpr::mode_ctrl0);
    const std::uint32_t frame = bank.value(fetch + dpr::frame_ctrl0);
    const std::uint32_t sdata = bank.value(scale + scaler::sdata_ctrl);
    const std::uint32_t control = bank.value(scale + scaler::ctrl);

    Channel channel;
    channel.fetches = (bank.value(fetch + dpr::system_ctrl0) & dpr::run) != 0;
    channel.shows = channel.fetches && (control & scaler::enable) != 0;
    channel.unmodelled = unmodelled_in(mode, frame, sdata, bank.value(scale + scaler::src_format),
                                       bank.value(scale + scaler::dst_format), control);
    if (!channel.unmodelled.empty()) {
        return channel;
    }
    channel.tiling = static_cast<Tiling>(mode >> tile_shift & 7);
    channel.base = bank.value(fetch + dpr::frame_1p_base);
    channel.pitch = frame >> pitch_shift;
    for (unsigned component = 0; component < 4; ++component) {
        channel.select[component] =
            static_cast<std::uint8_t>(mode >> (blue_select_shift + 2 * component) & 3);
    }
    channel.ten_bits = (bank.value(scale + scaler::bit_depth) & 3) == depth_ten;
    channel.order = sdata >> order_shift & 0xf;
    channel.flip_x = (frame & frame_flip_x) != 0;
    channel.flip_y = (frame & frame_flip_y) != 0;
    channel.quarter_turns = frame >> rotation_shift & 3;
    channel.source = size_of(bank.value(scale + scaler::src_lum_res));
    channel.scaled = size_of(bank.value(scale + scaler::dst_lum_res));
    channel.stored =
        channel.quarter_turns % 2 == 0 ? channel.source : Size{channel.source.height, channel.source.width};
    channel.vertical = filter_of(bank, scale + scaler::v_lum_start, 16, scale + scaler::v_lum_inc,
                                 scale + scaler::coef_vlum);
    channel.horizontal = filter_of(bank, scale + scaler::h_lum_start, 19, scale + scaler::h_lum_inc,
                                   scale + scaler::coef_hlum);
    if (channel.source.width * channel.source.height > area_max) {
        channel.unmodelled = "pictures of more than 4096 x 2304 pixels";
    }
    return channel;
}

Rows Channel::rows(Size wanted) const {
    const TileShape tile = shape_of(tiling);
    const std::uint64_t width = std::uint64_t{up(wanted.width, tile.width)} * tile.height * pixel_size;
    return below_end(base, std::uint64_t{pitch} * tile.height, width,
                     up(wanted.height, tile.height) / tile.height);
}

std::size_t Channel::place(std::uint32_t x, std::uint32_t y, std::size_t row_width) const {
    const std::size_t in_tile = y % 4 * 4 + x % 4;
    switch (tiling) {
        case Tiling::gpu_tile:
            return y / 4 * row_width + (x / 4 * 16 + in_tile) * pixel_size;
        case Tiling::gpu_super_tile: {
            const std::size_t group = y % 64 / 16 * 8 + x % 64 / 8;
            const std::size_t tile = y % 16 / 4 * 2 + x % 8 / 4;
            return y / 64 * row_width + (x / 64 * 4096 + group * 128 + tile * 16 + in_tile) * pixel_size;
        }
        case Tiling::linear:
            break;
    }
    return y * row_width + std::size_t{x} * pixel_size;
}

std::vector<Rows> fetches(const RegisterBank& bank, unsigned number) {
    const std::uint32_t at = dpr::base + number * dpr::stride;
    const std::uint32_t mode = bank.value(at + dpr::mode_ctrl0);
    const std::uint32_t tiles = mode >> tile_shift & 7;
    const std::uint32_t bits = mode >> pixel_size_shift & 3;
    std::vector<Rows> result;
    if ((bank.value(at + dpr::system_ctrl0) & dpr::run) == 0 || bits == 3 ||
        tiles > static_cast<std::uint32_t>(Tiling::gpu_super_tile)) {
        return result;
    }
    const TileShape tile = shape_of(static_cast<Tiling>(tiles));
    const std::uint32_t pitch = bank.value(at + dpr::frame_ctrl0) >> pitch_shift;
    const auto add = [&](std::uint32_t base, std::uint32_t x, std::uint32_t y) {
        const std::uint32_t lines = std::min(bank.value(at + y), fetched_lines_max);
        const std::uint64_t width = std::uint64_t{up(bank.value(at + x), tile.width)} * tile.height << bits;
        const Rows rows = below_end(bank.value(at + base), std::uint64_t{pitch} * tile.height, width,
                                    up(lines, tile.height) / tile.height);
        if (rows.width != 0 && rows.height != 0) {
            result.push_back(rows);
        }
    };
    add(dpr::frame_1p_base, dpr::frame_1p_pix_x, dpr::frame_1p_pix_y);
    if ((mode & mode_two_planes) != 0) {
        add(dpr::frame_2p_base, dpr::frame_2p_pix_x, dpr::frame_2p_pix_y);
    }
    return result;
}

}  // namespace svp::dcss
