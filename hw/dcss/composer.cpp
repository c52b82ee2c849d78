// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/composer.hpp"

#include <algorithm>
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

std::uint32_t packed(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return red >> dropped_bits << 16 | green >> dropped_bits << 8 | blue >> dropped_bits;
}

/** @p pixel over black. */
std::uint32_t over_black(const Pixel& pixel, std::uint32_t alpha) {
    if (alpha == component_max) {
        return packed(pixel[0], pixel[1], pixel[2]);
    }
    const auto weighted = [alpha](std::uint32_t component) {
        return (component * alpha + component_max / 2) / component_max;
    };
    return packed(weighted(pixel[0]), weighted(pixel[1]), weighted(pixel[2]));
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
    if ((control & dtg::ch1_enable) != 0) {
        const Corner first = corner(bank.value(dtg::ch1_top));
        const Corner last = corner(bank.value(dtg::ch1_top + 4));
        put_channel(bank,
                    {first.x - top.x, first.y - top.y, distance(first.x, last.x), distance(first.y, last.y)},
                    screen);
    }
    if ((control & (dtg::ch2_enable | dtg::ch3_enable)) != 0) {
        host_.log(LogKind::unimplemented, "dcss: channels 2 and 3 are not shown");
    }
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

void Composer::put_channel(const RegisterBank& bank, const Rectangle& place, Size screen) {
    const std::uint32_t background = bank.value(dtg::ch1_background);
    fill(place, screen,
         packed(background >> 20 & component_max, background >> 10 & component_max,
                background & component_max));
    const Channel channel = Channel::of(bank, 0);
    if (!channel.unmodelled.empty() && channel.shows) {
        host_.log(LogKind::unimplemented, "dcss: " + std::string(channel.unmodelled) + " are not shown");
    }
    if (!channel.shows || !channel.unmodelled.empty() || place.width == 0 || place.height == 0) {
        return;
    }
    const Source source(host_, channel);
    if (source.answer() != Response::okay) {
        return;
    }
    const std::uint32_t control = bank.value(dtg::control_status);
    const bool per_pixel = (control & dtg::ch1_per_pixel_alpha) != 0;
    const std::uint32_t global = ten_bits_of(control >> dtg::global_alpha_shift);

    Scaler scaler(channel, source);
    std::vector<Pixel> line(std::min(place.width, channel.scaled.width));
    for (std::uint32_t y = 0; y < std::min(place.height, channel.scaled.height); ++y) {
        const std::int32_t at_y = place.top + static_cast<std::int32_t>(y);
        if (at_y < 0 || at_y >= static_cast<std::int32_t>(screen.height)) {
            continue;
        }
        scaler.line(y, line);
        std::uint32_t* out = &pixels_[static_cast<std::size_t>(at_y) * screen.width];
        for (std::uint32_t x = 0; x < line.size(); ++x) {
            const std::int32_t at_x = place.left + static_cast<std::int32_t>(x);
            if (at_x >= 0 && at_x < static_cast<std::int32_t>(screen.width)) {
                out[at_x] = over_black(line[x], per_pixel ? line[x][3] : global);
            }
        }
    }
}

}  // namespace svp::dcss
