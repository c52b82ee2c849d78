// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/composer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "dcss/kernels.hpp"

namespace svp::dcss {

namespace {

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

constexpr std::int32_t ten_bits_of(std::uint32_t eight_bits) {
    return static_cast<std::int32_t>(eight_bits << 2 | eight_bits >> 6);
}

/** Of no screen. */
constexpr std::uint32_t no_line = ~0u;

Size screen_of(const RegisterBank& bank) {
    const bool sent = (bank.value(dtg::control_status) & dtg::start) != 0 &&
                      (bank.value(subsam::sys_ctrl) & subsam::run) != 0;
    const Corner top = corner(bank.value(dtg::disp_top));
    const Corner bottom = corner(bank.value(dtg::disp_bot));
    const Size size{distance(top.x, bottom.x), distance(top.y, bottom.y)};
    return sent && size.width != 0 && size.height != 0 ? size : Size{};
}

}  // namespace

Composer::Plan Composer::plan_of(const RegisterBank& bank, Size screen, bool late) {
    const std::uint32_t control = bank.value(dtg::control_status);
    const Corner top = corner(bank.value(dtg::disp_top));
    Plan plan;
    plan.screen = screen;
    plan.output = OutputPipe::of(bank);
    for (unsigned number = 0; number < channel_count; ++number) {
        Part& part = plan.parts[number];
        const Corner first = corner(bank.value(dtg::ch1_top + 8 * number));
        const Corner last = corner(bank.value(dtg::ch1_top + 8 * number + 4));
        part.place = {first.x - top.x, first.y - top.y, distance(first.x, last.x), distance(first.y, last.y)};
        part.enabled = (control & channel_registers[number].enable) != 0;
        if (!part.enabled) {
            continue;
        }
        part.background = bank.value(channel_registers[number].background);
        part.channel = Channel::of(bank, number);
        part.channel.shows = part.channel.shows && !late;
        part.colours = ColourPipe::of(bank, number);
        if (number == 0) {
            part.per_pixel = (control & dtg::ch1_per_pixel_alpha) != 0;
            part.alpha = ten_bits_of(control >> dtg::global_alpha_shift);
        }
    }
    return plan;
}

void Composer::tell_unmodelled() const {
    for (const Part& part : next_.parts) {
        if (part.channel.shows && !part.channel.unmodelled.empty()) {
            host_.log(LogKind::unimplemented,
                      "dcss: " + std::string(part.channel.unmodelled) + " are not shown");
        }
    }
}

/** True if @p to is @p from but for addresses, as it is when software shows another buffer. */
bool Composer::only_moves(Plan from, const Plan& to) {
    for (unsigned number = 0; number < channel_count; ++number) {
        std::array<Plane, 2>& planes = from.parts[number].channel.planes;
        for (std::size_t i = 0; i < planes.size(); ++i) {
            planes[i].base = to.parts[number].channel.planes[i].base;
        }
    }
    return from == to;
}

void Composer::move_to(const Plan& plan) {
    plan_ = plan;
    for (unsigned number = 0; number < channel_count; ++number) {
        layers_[number].move_to(plan_.parts[number].channel);
    }
}

/** Makes all ready for other settings. */
void Composer::adopt(const Plan& plan) {
    if (plan_.output != plan.output) {
        codes_ = OutputCodes(plan.output);
    }
    plan_ = plan;
    all_changed_ = true;
    pixels_.resize(std::size_t{plan_.screen.width} * plan_.screen.height);
    for (unsigned component = 0; component < line_.size(); ++component) {
        line_[component].resize(plan_.screen.width);
        sent_[component].resize(plan_.screen.width);
    }
    for (unsigned number = 0; number < channel_count; ++number) {
        const Part& part = plan_.parts[number];
        if (part.has_picture()) {
            const std::uint32_t width = std::min(part.place.width, part.channel.scaled.width);
            layers_[number].set(part.channel, part.colours, width, part.per_pixel);
        }
    }
}

/** Reads a channel's picture; true if it can be seen otherwise than before. */
bool Composer::read(unsigned number, const FetchExceptions& exceptions) {
    const Part& part = plan_.parts[number];
    if (!part.enabled || !part.has_picture() || part.place.width == 0 || part.place.height == 0) {
        return false;
    }
    return std::exchange(answers_[number], layers_[number].read(host_, exceptions)) != answers_[number];
}

void Composer::begin(const RegisterBank& bank, const FrameExceptions& exceptions, bool late) {
    const Size screen = screen_of(bank);
    if (screen.width > Channel::side_max || screen.width * screen.height > Channel::area_max) {
        host_.log(LogKind::unimplemented, "dcss: screens of more than 4096 x 2304 pixels are not there");
        next_ = {};
        return;
    }
    if (screen.width == 0) {
        next_ = {};
        return;
    }
    next_ = plan_of(bank, screen, late);
    exceptions_ = exceptions;
    if (next_ != plan_) {
        tell_unmodelled();
    }
}

Screen Composer::finish() {
    const Size screen = next_.screen;
    if (screen.width == 0) {
        return {};
    }
    if (next_ != plan_) {
        only_moves(plan_, next_) ? move_to(next_) : adopt(next_);
    }
    row_lines_.fill(no_line);
    for (unsigned number = 0; number < channel_count; ++number) {
        all_changed_ = read(number, exceptions_[number]) || all_changed_;
    }
    for (std::uint32_t y = 0; y < screen.height; ++y) {
        if (all_changed_ || changed(y)) {
            compose_line(y);
        }
    }
    all_changed_ = false;
    return {screen.width, screen.height, pixels_};
}

Lines Composer::take_changes() {
    return std::exchange(changes_, Lines{});
}

bool Composer::reaches(const Part& part, std::uint32_t y) const {
    const std::int64_t line = std::int64_t{y} - part.place.top;
    return part.enabled && part.place.width != 0 && line >= 0 && line < std::int64_t{part.place.height};
}

/** True if nothing of what lies below can be seen in line @p y. */
bool Composer::covers(const Part& part, std::uint32_t y) const {
    const bool opaque = !part.per_pixel && part.alpha == sample_max;
    return opaque && reaches(part, y) && part.place.left <= 0 &&
           part.place.left + std::int64_t{part.place.width} >= std::int64_t{plan_.screen.width};
}

std::uint32_t Composer::line_of(const Part& part, std::uint32_t y) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(y) - part.place.top);
}

/** True if there is something of a channel's picture in line @p y, which it reaches. */
bool Composer::shows(unsigned number, std::uint32_t y) const {
    const Part& part = plan_.parts[number];
    return part.has_picture() && answers_[number] == Response::okay &&
           line_of(part, y) < part.channel.scaled.height;
}

/** What a channel shows in line @p y. */
const SampleRows& Composer::rows(unsigned number, std::uint32_t y) {
    if (row_lines_[number] != y) {
        rows_[number] = layers_[number].line(line_of(plan_.parts[number], y));
        row_lines_[number] = y;
    }
    return rows_[number];
}

/** The same as covers(), with a look at the picture's own alpha. */
bool Composer::hides(unsigned number, std::uint32_t y) {
    const Part& part = plan_.parts[number];
    if (!part.per_pixel || !reaches(part, y) || !shows(number, y)) {
        return covers(part, y);
    }
    const std::int64_t width = std::min(part.place.width, part.channel.scaled.width);
    const std::int64_t end = plan_.screen.width;
    if (part.place.left > 0 || part.place.left + width < end) {
        return false;
    }
    const Sample* alpha = rows(number, y)[3] - part.place.left;
    Sample least = sample_max;
    for (std::int64_t x = 0; x < end; ++x) {
        least = std::min(least, alpha[x]);
    }
    return least == sample_max;
}

bool Composer::changed(std::uint32_t y) const {
    for (unsigned number = 0; number < channel_count; ++number) {
        const Part& part = plan_.parts[number];
        if (!reaches(part, y)) {
            continue;
        }
        if (shows(number, y) && layers_[number].changed(line_of(part, y))) {
            return true;
        }
        if (covers(part, y)) {
            return false;
        }
    }
    return false;
}

void Composer::compose_line(std::uint32_t y) {
    const std::uint32_t width = plan_.screen.width;
    unsigned lowest = 0;
    while (lowest < channel_count && !hides(lowest, y)) {
        ++lowest;
    }
    if (lowest == channel_count) {
        for (unsigned component = 0; component < 3; ++component) {
            std::fill_n(line_[component].data(), width, Sample{0});
        }
        lowest = channel_count - 1;
    }
    for (unsigned number = lowest + 1; number-- > 0;) {
        if (reaches(plan_.parts[number], y)) {
            put(number, y);
        }
    }
    SampleRows sent = {line_[0].data(), line_[1].data(), line_[2].data(), nullptr};
    plan_.output.convert(codes_, sent, sent_, width);
    pack(sent[0], sent[1], sent[2], &pixels_[std::size_t{y} * width], width);
    changes_.first = changes_.end == 0 ? y : std::min(changes_.first, y);
    changes_.end = std::max(changes_.end, y + 1);
    composed_lines_.fetch_add(1, std::memory_order_relaxed);
}

/** Colours the pixels from @p left to @p right of the line, as far as they are on the screen. */
void Composer::fill(std::int32_t left, std::int32_t right, std::uint32_t colour) {
    const std::int32_t first = std::max(left, 0);
    const std::int32_t end = std::min(right, static_cast<std::int32_t>(plan_.screen.width));
    for (unsigned component = 0; component < 3 && first < end; ++component) {
        const auto sample = static_cast<Sample>(colour >> (20 - 10 * component) & sample_max);
        std::fill(line_[component].data() + first, line_[component].data() + end, sample);
    }
}

void Composer::put(unsigned number, std::uint32_t y) {
    const Part& part = plan_.parts[number];
    const std::int32_t left = part.place.left;
    const std::int32_t right = left + static_cast<std::int32_t>(part.place.width);
    const auto width = static_cast<std::int32_t>(std::min(part.place.width, part.channel.scaled.width));
    const std::int32_t end = shows(number, y) ? left + width : left;
    fill(end, right, part.background);
    const std::int32_t first_x = std::max(left, 0);
    const std::int32_t end_x = std::min(end, static_cast<std::int32_t>(plan_.screen.width));
    if (first_x >= end_x) {
        return;
    }
    const SampleRows& from = rows(number, y);
    const auto count = static_cast<std::size_t>(end_x - first_x);
    const std::int32_t skipped = first_x - left;
    for (unsigned component = 0; component < 3; ++component) {
        const Sample* above = from[component] + skipped;
        Sample* below = line_[component].data() + first_x;
        if (part.per_pixel) {
            blend(above, from[3] + skipped, below, count);
        } else if (part.alpha == sample_max) {
            std::copy_n(above, count, below);
        } else {
            blend(above, part.alpha, below, count);
        }
    }
}

}  // namespace svp::dcss
