// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/channel.hpp"

#include <algorithm>

#include "dcss/dtrc.hpp"
#include "dcss/fetches.hpp"
#include "dcss/fields.hpp"
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

/** What says how a picture is laid out. */
struct Settings {
    std::uint32_t mode, frame;  ///< of the prefetch
    std::uint32_t control, sdata, depth, source_format, destination_format;

    std::uint32_t tiles() const { return mode >> dpr::tile_shift & 7; }
    std::uint32_t pixel_size() const { return mode >> dpr::pixel_size_shift & 3; }
    bool two_planes() const { return (mode & dpr::mode_two_planes) != 0; }
    bool yuv() const { return (mode & dpr::mode_yuv) != 0; }
    bool ten_bits() const { return (depth & 3) == scaler::depth_ten; }
    std::uint32_t order() const { return sdata >> scaler::order_shift & 0xf; }
    unsigned quarter_turns() const { return frame >> dpr::rotation_shift & 3; }
};

Size size_of(std::uint32_t word) {
    return {(word & 0xfff) + 1, (word >> 16 & 0xfff) + 1};
}

Size turned(Size size, unsigned quarters) {
    return quarters % 2 == 0 ? size : Size{size.height, size.width};
}

constexpr std::string_view too_many_pixels = "pictures of more than 4096 x 2304 pixels";
constexpr std::string_view contradiction = "prefetch and scaler with different formats";

/** Coding and depth, or what of it is not there. */
std::string_view set_format(Channel& channel, const Settings& settings) {
    const bool planes = settings.two_planes();
    if (settings.yuv() != ((settings.sdata & scaler::sdata_yuv) != 0) || (planes && !settings.yuv())) {
        return contradiction;
    }
    channel.yuv = settings.yuv();
    switch (settings.source_format) {
        case scaler::format_420:
            channel.coding = Coding::planes;
            if (!planes || settings.pixel_size() == 2) {
                return contradiction;
            }
            channel.depth = settings.pixel_size() == 1 ? Depth::ten_of_high
                            : settings.ten_bits()      ? Depth::ten
                                                       : Depth::eight;
            return settings.pixel_size() == 1 && !settings.ten_bits() ? "samples of 8 of 16 bits"
                                                                      : std::string_view();
        case scaler::format_422:
            channel.coding = Coding::pairs;
            channel.depth = Depth::eight;
            if (planes || !settings.yuv() || settings.pixel_size() != 1) {
                return contradiction;
            }
            return settings.ten_bits() ? "4:2:2 with 10 bits" : std::string_view();
        default:
            channel.coding = Coding::words;
            channel.depth = settings.ten_bits() ? Depth::ten : Depth::eight;
            if (planes) {
                return contradiction;
            }
            return settings.pixel_size() != 2              ? "pixels of 8 and 16 bits"
                   : settings.yuv() && settings.ten_bits() ? "4:4:4 with 10 bits"
                                                           : std::string_view();
    }
}

/** The rest of what is not there, or empty. */
std::string_view unmodelled_in(const Channel& channel, const Settings& settings) {
    if (settings.destination_format != scaler::format_444) {
        return "scaling to chroma of half the width";
    }
    if (settings.tiles() > dpr::tile_gpu_super) {
        return "tiles of the video decoders without the detiler";
    }
    if (channel.coding != Coding::words && settings.tiles() != dpr::tile_linear) {
        return "tiles of the GPU with less than 32 bits a pixel";
    }
    if (channel.coding != Coding::words && settings.quarter_turns() % 2 != 0) {
        return "quarter turns of pictures with less than 32 bits a pixel";
    }
    if ((settings.frame & dpr::frame_order) != 0) {
        return "flips after rotation";
    }
    if ((settings.sdata & scaler::sdata_swap) != 0) {
        return "luma and chroma that the scaler swaps";
    }
    const std::uint32_t order = settings.order();
    if (order != 0 && order != 5 && order != 6 && order != 11) {
        return "orders of ten-bit components but four";
    }
    return {};
}

std::uint32_t line_bytes(const Channel& channel, std::uint32_t samples) {
    if (channel.coding != Coding::planes) {
        const std::uint32_t width = channel.coding == Coding::pairs ? rounded_up(samples, 2) : samples;
        return width * (channel.coding == Coding::pairs ? 2 : Channel::pixel_size);
    }
    switch (channel.depth) {
        case Depth::ten:
            return (samples * 10 + 7) / 8;
        case Depth::ten_of_high:
            return samples * 2;
        case Depth::eight:
            break;
    }
    return samples;
}

void set_planes(Channel& channel, const RegisterBank& bank, std::uint32_t fetch, std::uint32_t pitch) {
    const Size chroma = turned(channel.chroma, channel.quarter_turns);
    channel.planes[0] = {.base = bank.value(fetch + dpr::frame_1p_base),
                         .pitch = pitch,
                         .width = line_bytes(channel, channel.stored.width),
                         .lines = channel.stored.height};
    if (channel.coding == Coding::planes) {
        channel.planes[1] = {.base = bank.value(fetch + dpr::frame_2p_base),
                             .pitch = pitch,
                             .width = line_bytes(channel, 2 * chroma.width),
                             .lines = chroma.height};
        return;
    }
    const std::uint32_t side = channel.tiling == Tiling::linear     ? 1
                               : channel.tiling == Tiling::gpu_tile ? 4
                                                                    : 64;
    Plane& plane = channel.planes[0];
    plane.width = side == 1 ? plane.width : rounded_up(channel.stored.width, side) * Channel::pixel_size;
    plane.segment = side == 1 ? 0 : 4 * Channel::pixel_size;
}

/** The lines of a channel that come from the DTRC; what of that is not there, or empty. */
std::string_view set_detiled(Channel& channel, const RegisterBank& bank, unsigned number,
                             const Dtrc::Picture& picture) {
    const std::uint32_t control = bank.value(dtrc::base + (number - 1) * dtrc::stride + dtrc::control);
    if ((control & (dtrc::raster_swaps | dtrc::ten_bit_order)) != 0) {
        return "other orders of bytes in the detiler";
    }
    if (channel.coding != Coding::planes || channel.depth != (picture.ten_bits ? Depth::ten : Depth::eight) ||
        channel.planes[0].base != picture.luma_window || channel.planes[1].base != picture.chroma_window ||
        channel.planes[0].pitch != picture.line_bytes) {
        return "parts of lines of the detiler";
    }
    if (std::uint64_t{picture.planes[0].width} * picture.planes[0].lines > 2 * Channel::area_max) {
        return too_many_pixels;
    }
    channel.tiling = picture.tiling;
    channel.planes = picture.planes;
    return {};
}

void set_filters(Channel& channel, const RegisterBank& bank, std::uint32_t at) {
    using namespace scaler;
    const bool five = channel.coding == Coding::pairs;
    channel.vertical = Filter::of(bank, {at + v_lum_start, at + v_lum_inc, at + coef_vlum, 16}, five);
    channel.horizontal = Filter::of(bank, {at + h_lum_start, at + h_lum_inc, at + coef_hlum, 19}, false);
    if (channel.coding == Coding::words && !channel.yuv) {
        channel.chroma_vertical = channel.vertical;
        channel.chroma_horizontal = channel.horizontal;
        return;
    }
    channel.chroma_vertical =
        Filter::of(bank, {at + v_chr_start, at + v_chr_start + 4, at + coef_vchr, 16}, five);
    channel.chroma_horizontal =
        Filter::of(bank, {at + h_chr_start, at + h_chr_start + 4, at + coef_hchr, 19}, false);
}

bool too_large(Size size) {
    return size.width * size.height > Channel::area_max;
}

/** Passes all samples as they are. */
Filter plain_filter() {
    Filter filter;
    filter.increment = Filter::whole;
    for (Filter::Taps& taps : filter.coefficients) {
        taps[Filter::middle] = Filter::one;
    }
    return filter;
}

/** The picture that RDSRC reads: words with ten bits a component. */
Channel read_from_memory(const RegisterBank& bank, bool enabled) {
    Channel channel;
    channel.from_memory = true;
    const Size size{bank.value(rdsrc::width), bank.value(rdsrc::height)};
    channel.fetches = size.width != 0 && size.height != 0;
    channel.shows = channel.fetches && enabled;
    const std::uint32_t control = bank.value(rdsrc::control_status);
    if ((control >> wrscl::word_shift & wrscl::word_mask) != wrscl::word_ten_bits) {
        channel.unmodelled = "words of RDSRC with other components than three of ten bits";
    } else if (size.width > Channel::side_max || size.height > Channel::side_max || too_large(size)) {
        channel.unmodelled = too_many_pixels;
    }
    if (!channel.unmodelled.empty()) {
        return channel;
    }
    channel.depth = Depth::ten;
    channel.select = {0, 1, 2, 3};
    channel.stored = channel.source = channel.chroma = channel.scaled = size;
    channel.planes[0] = {.base = bank.value(rdsrc::address),
                         .pitch = bank.value(rdsrc::pitch),
                         .width = size.width * Channel::pixel_size,
                         .lines = size.height};
    channel.vertical = channel.horizontal = plain_filter();
    channel.chroma_vertical = channel.chroma_horizontal = plain_filter();
    return channel;
}

}  // namespace

Channel Channel::of(const RegisterBank& bank, unsigned number) {
    const std::uint32_t control = bank.value(scaler::base + number * scaler::stride + scaler::ctrl);
    if ((control & scaler::memory_to_output) != 0) {
        return read_from_memory(bank, (control & scaler::enable) != 0);
    }
    Channel channel = scaled_by(bank, number);
    channel.shows = channel.shows && (control & scaler::scale_to_memory) == 0;
    return channel;
}

Channel Channel::scaled_by(const RegisterBank& bank, unsigned number) {
    const std::uint32_t fetch = dpr::base + number * dpr::stride;
    const std::uint32_t scale = scaler::base + number * scaler::stride;
    const Settings settings{.mode = bank.value(fetch + dpr::mode_ctrl0),
                            .frame = bank.value(fetch + dpr::frame_ctrl0),
                            .control = bank.value(scale + scaler::ctrl),
                            .sdata = bank.value(scale + scaler::sdata_ctrl),
                            .depth = bank.value(scale + scaler::bit_depth),
                            .source_format = bank.value(scale + scaler::src_format),
                            .destination_format = bank.value(scale + scaler::dst_format)};
    Channel channel;
    channel.fetches = (bank.value(fetch + dpr::system_ctrl0) & dpr::run) != 0;
    channel.shows = channel.fetches && (settings.control & scaler::enable) != 0;
    channel.unmodelled = set_format(channel, settings);
    if (channel.unmodelled.empty()) {
        channel.unmodelled = unmodelled_in(channel, settings);
    }
    if (!channel.unmodelled.empty()) {
        return channel;
    }
    channel.tiling = static_cast<Tiling>(settings.tiles());
    for (unsigned component = 0; component < 4; ++component) {
        channel.select[component] =
            static_cast<std::uint8_t>(settings.mode >> (dpr::blue_select_shift + 2 * component) & 3);
    }
    channel.order = settings.order();
    channel.luma_first = (settings.mode & dpr::mode_luma_swap) != 0;
    channel.cr_first = (settings.mode & dpr::mode_chroma_swap) != 0;
    channel.flip_x = (settings.frame & dpr::frame_flip_x) != 0;
    channel.flip_y = (settings.frame & dpr::frame_flip_y) != 0;
    channel.quarter_turns = settings.quarter_turns();
    channel.source = size_of(bank.value(scale + scaler::src_lum_res));
    channel.chroma =
        channel.coding == Coding::words ? channel.source : size_of(bank.value(scale + scaler::src_chr_res));
    channel.scaled = size_of(bank.value(scale + scaler::dst_lum_res));
    channel.stored = turned(channel.source, channel.quarter_turns);
    if (too_large(channel.source) || too_large(channel.chroma)) {
        channel.unmodelled = too_many_pixels;
        return channel;
    }
    if (channel.coding == Coding::pairs) {
        channel.chroma = {(channel.source.width + 1) / 2, channel.source.height};
    }
    set_planes(channel, bank, fetch, settings.frame >> dpr::pitch_shift);
    if (const auto detiled = Dtrc::read_by(bank, number)) {
        channel.unmodelled = set_detiled(channel, bank, number, *detiled);
    }
    set_filters(channel, bank, scale);
    return channel;
}

std::uint32_t lines_of_row(Tiling tiling) {
    switch (tiling) {
        case Tiling::linear:
            return 1;
        case Tiling::gpu_super_tile:
            return 64;
        case Tiling::gpu_tile:
        case Tiling::decoder_tile:
        case Tiling::decoder_wide:
            break;
    }
    return 4;
}

Rows rows_of(const Plane& plane, Tiling tiling) {
    const std::uint32_t lines = lines_of_row(tiling);
    // The pitch of a decoder's tiles is that of a row of them, of the GPU's that of a line of pixels.
    const bool of_decoder = tiling == Tiling::decoder_tile || tiling == Tiling::decoder_wide;
    const std::uint64_t stride = std::uint64_t{plane.pitch} * (of_decoder ? 1 : lines);
    return rows_below_end(plane.base, stride, std::uint64_t{plane.width} * lines,
                          rounded_up(plane.lines, lines) / lines);
}

}  // namespace svp::dcss
