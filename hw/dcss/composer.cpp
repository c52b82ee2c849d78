// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/composer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "dcss/layer.hpp"
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

constexpr unsigned dropped_bits = 2;

struct Corner {
    std::int32_t x, y;
};
Corner corner(std::uint32_t word) {
    return {static_cast<std::int32_t>(word & dtg::coordinate_mask),
            static_cast<std::int32_t>(word >> 16 & dtg::coordinate_mask)};
}

/** From @p first to @p last, or nothing. */
std::uint32_t distance(std::int32_t first, std::int32_t last) {
    return last > first ? static_cast<std::uint32_t>(last - first) : 0;
}

/** Registers of a channel in the DTG. */
struct ChannelRegisters {
    std::uint32_t enable;  ///< bit of CONTROL_STATUS
    std::uint32_t background;
};
constexpr std::array<ChannelRegisters, channel_count> channel_registers = {{
    {dtg::ch1_enable, dtg::ch1_background},
    {dtg::ch2_enable, dtg::ch2_background},
    {dtg::ch3_enable, dtg::ch3_background},
}};

// A word of the picture under way, which is also that of a background register.
constexpr unsigned red_shift = 20;
constexpr unsigned green_shift = 10;

std::uint32_t packed(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return red << red_shift | green << green_shift | blue;
}

std::uint32_t eight_bits_each(std::uint32_t word) {
    const auto component = [word](unsigned shift) { return (word >> shift & component_max) >> dropped_bits; };
    return component(red_shift) << 16 | component(green_shift) << 8 | component(0);
}

std::uint32_t over(const Pixel& pixel, std::uint32_t alpha, std::uint32_t below) {
    if (alpha == component_max) {
        return packed(pixel[0], pixel[1], pixel[2]);
    }
    const auto mixed = [&](std::uint32_t component, unsigned shift) {
        const std::uint32_t other = below >> shift & component_max;
        return (component * alpha + other * (component_max - alpha) + component_max / 2) / component_max;
    };
    return packed(mixed(pixel[0], red_shift), mixed(pixel[1], green_shift), mixed(pixel[2], 0));
}

}  // namespace

Screen Composer::compose(const RegisterBank& bank) {
    const std::uint32_t control = bank.value(dtg::control_status);
    const Corner top = corner(bank.value(dtg::disp_top));
    const Corner bottom = corner(bank.value(dtg::disp_bot));
    const Size screen{distance(top.x, bottom.x), distance(top.y, bottom.y)};
    const bool sent = (control & dtg::start) != 0 && (bank.value(subsam::sys_ctrl) & subsam::run) != 0;
    pixels_.clear();
    if (!sent || screen.width == 0 || screen.height == 0) {
        return {};
    }
    if (screen.width > Channel::side_max || screen.width * screen.height > Channel::area_max) {
        host_.log(LogKind::unimplemented, "dcss: screens of more than 4096 x 2304 pixels are not there");
        return {};
    }
    pixels_.assign(std::size_t{screen.width} * screen.height, 0);
    for (unsigned number = channel_count; number-- > 0;) {
        if ((control & channel_registers[number].enable) != 0) {
            const Corner first = corner(bank.value(dtg::ch1_top + 8 * number));
            const Corner last = corner(bank.value(dtg::ch1_top + 8 * number + 4));
            put_channel(
                bank, number,
                {first.x - top.x, first.y - top.y, distance(first.x, last.x), distance(first.y, last.y)},
                screen);
        }
    }
    std::ranges::transform(pixels_, pixels_.begin(), eight_bits_each);
    return {screen.width, screen.height, pixels_};
}

void Composer::fill(const Rectangle& place, Size screen, std::uint32_t colour) {
    const std::int32_t right = std::min(place.left + static_cast<std::int32_t>(place.width),
                                        static_cast<std::int32_t>(screen.width));
    const std::int32_t bottom = std::min(place.top + static_cast<std::int32_t>(place.height),
                                         static_cast<std::int32_t>(screen.height));
    for (std::int32_t y = std::max(place.top, 0); y < bottom; ++y) {
        for (std::int32_t x = std::max(place.left, 0); x < right; ++x) {
            pixels_[static_cast<std::size_t>(y) * screen.width + static_cast<std::size_t>(x)] = colour;
        }
    }
}

void Composer::put_channel(const RegisterBank& bank, unsigned number, const Rectangle& place, Size screen) {
    const std::uint32_t background = bank.value(channel_registers[number].background);
    const Channel channel = Channel::of(bank, number);
    if (!channel.unmodelled.empty() && channel.shows) {
        host_.log(LogKind::unimplemented, "dcss: " + std::string(channel.unmodelled) + " are not shown");
    }
    if (place.width == 0 || place.height == 0) {
        return;
    }
    if (!channel.shows || !channel.unmodelled.empty()) {
        fill(place, screen, background);
        return;
    }
    const Source source(host_, channel);
    if (source.answer() != Response::okay) {
        fill(place, screen, background);
        return;
    }
    const std::uint32_t control = bank.value(dtg::control_status);
    const bool per_pixel = number == 0 && (control & dtg::ch1_per_pixel_alpha) != 0;
    const std::uint32_t global =
        number == 0 ? ten_bits_of(control >> dtg::global_alpha_shift) : component_max;

    Scaler scaler(channel, source);
    const Size shown{std::min(place.width, channel.scaled.width),
                     std::min(place.height, channel.scaled.height)};
    const auto right = place.left + static_cast<std::int32_t>(shown.width);
    const auto below = place.top + static_cast<std::int32_t>(shown.height);
    fill({right, place.top, place.width - shown.width, place.height}, screen, background);
    fill({place.left, below, shown.width, place.height - shown.height}, screen, background);
    std::vector<Pixel> line(shown.width);
    for (std::uint32_t y = 0; y < shown.height; ++y) {
        const std::int32_t at_y = place.top + static_cast<std::int32_t>(y);
        if (at_y < 0 || at_y >= static_cast<std::int32_t>(screen.height)) {
            continue;
        }
        scaler.line(y, line);
        std::uint32_t* out = &pixels_[static_cast<std::size_t>(at_y) * screen.width];
        for (std::uint32_t x = 0; x < line.size(); ++x) {
            const std::int32_t at_x = place.left + static_cast<std::int32_t>(x);
            if (at_x >= 0 && at_x < static_cast<std::int32_t>(screen.width)) {
                out[at_x] = over(line[x], per_pixel ? line[x][3] : global, out[at_x]);
            }
        }
    }
}

}  // namespace svp::dcss
