// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/layer.hpp"

#include <algorithm>

namespace svp::dcss {

namespace {

constexpr Initiator observer{Master::dcss, World::non_secure, Stream::none, true};

constexpr unsigned middle = Filter::taps / 2;
constexpr unsigned fraction_bits = 13;
constexpr unsigned phase_shift = 9;

/** Which 10-bit field, counted from the least significant one, and where alpha is. */
struct TenBits {
    std::uint8_t red, green, blue;  ///< bit where it begins
    std::uint8_t alpha;
};
constexpr TenBits ten_bit_order(std::uint32_t order) {
    switch (order) {
        case 5:
            return {0, 10, 20, 30};
        case 6:
            return {22, 12, 2, 0};
        case 11:
            return {2, 12, 22, 0};
        default:
            return {20, 10, 0, 30};
    }
}

std::uint16_t rounded(std::int32_t sum) {
    const std::int32_t value = (sum + static_cast<std::int32_t>(Filter::one / 2)) >> 10;
    return static_cast<std::uint16_t>(std::clamp<std::int32_t>(value, 0, component_max));
}

}  // namespace

Source::Source(Host& host, const Channel& channel) : channel_(channel) {
    const Rows rows = channel.rows(channel.stored);
    row_width_ = rows.width;
    const std::size_t last =
        channel.place(channel.stored.width - 1, channel.stored.height - 1, row_width_) + Channel::pixel_size;
    // What lies over the end of the addresses is zero.
    bytes_.resize(std::max(last, rows.width * rows.height));
    if (rows.width != 0 && rows.height != 0) {
        answer_ = host.bus_read_rows(observer, rows, std::span(bytes_).first(rows.width * rows.height));
    }
}

/** Bytes from the start to the pixel that line @p y, after flips and rotation, has at @p x. */
std::size_t Source::place(std::uint32_t x, std::uint32_t y) const {
    const Size stored = channel_.stored;
    std::uint32_t from_x = x;
    std::uint32_t from_y = y;
    switch (channel_.quarter_turns) {
        case 1:
            from_x = stored.width - 1 - y;
            from_y = x;
            break;
        case 2:
            from_x = stored.width - 1 - x;
            from_y = stored.height - 1 - y;
            break;
        case 3:
            from_x = y;
            from_y = stored.height - 1 - x;
            break;
        default:
            break;
    }
    from_x = channel_.flip_x ? stored.width - 1 - from_x : from_x;
    from_y = channel_.flip_y ? stored.height - 1 - from_y : from_y;
    return channel_.place(from_x, from_y, row_width_);
}

/** Calls @p unpack(pixel, bytes) for all pixels of a line. */
template <typename Unpack>
void Source::each(std::uint32_t y, std::span<Pixel> pixels, const Unpack& unpack) const {
    if (channel_.tiling == Tiling::linear && pixels.size() > 1) {
        // Whatever its direction, such a line goes through memory in equal steps.
        const auto first = static_cast<std::ptrdiff_t>(place(0, y));
        const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(place(1, y)) - first;
        for (std::size_t x = 0; x < pixels.size(); ++x) {
            unpack(pixels[x],
                   &bytes_[static_cast<std::size_t>(first + step * static_cast<std::ptrdiff_t>(x))]);
        }
        return;
    }
    for (std::uint32_t x = 0; x < pixels.size(); ++x) {
        unpack(pixels[x], &bytes_[place(x, y)]);
    }
}

void Source::line(std::uint32_t y, std::span<Pixel> pixels) const {
    const unsigned blue = channel_.select[0];
    const unsigned green = channel_.select[1];
    const unsigned red = channel_.select[2];
    const unsigned alpha = channel_.select[3];
    if (!channel_.ten_bits) {
        each(y, pixels, [=](Pixel& pixel, const std::uint8_t* bytes) {
            pixel = {ten_bits_of(bytes[red]), ten_bits_of(bytes[green]), ten_bits_of(bytes[blue]),
                     ten_bits_of(bytes[alpha])};
        });
        return;
    }
    const TenBits order = ten_bit_order(channel_.order);
    each(y, pixels, [=](Pixel& pixel, const std::uint8_t* bytes) {
        const std::uint32_t word = std::uint32_t{bytes[alpha]} << 24 | std::uint32_t{bytes[red]} << 16 |
                                   std::uint32_t{bytes[green]} << 8 | bytes[blue];
        const auto component = [word](unsigned shift) {
            return static_cast<std::uint16_t>(word >> shift & component_max);
        };
        pixel = {component(order.red), component(order.green), component(order.blue),
                 static_cast<std::uint16_t>((word >> order.alpha & 3) * (component_max / 3))};
    });
}

Scaler::Scaler(const Channel& channel, const Source& source) : channel_(channel), source_(source) {
    numbers_.fill(-1);
}

/** Line @p y of the source, or of its border. */
std::span<const Pixel> Scaler::source_line(std::int64_t y) {
    const Size size = source_.size();
    const std::int64_t number = std::clamp<std::int64_t>(y, 0, size.height - 1);
    const std::size_t place = static_cast<std::size_t>(number) % kept;
    std::vector<Pixel>& line = lines_[place];
    if (numbers_[place] != number) {
        line.resize(size.width);
        source_.line(static_cast<std::uint32_t>(number), line);
        numbers_[place] = number;
    }
    return line;
}

std::span<const Pixel> Scaler::vertical(std::uint32_t y) {
    const Filter& filter = channel_.vertical;
    if (filter.passes()) {
        return source_line(y);
    }
    const std::int64_t position = filter.start + std::int64_t{y} * filter.increment;
    const auto& taps =
        filter.coefficients[static_cast<std::size_t>(position >> phase_shift) % Filter::phases];
    std::array<const Pixel*, Filter::taps> lines{};
    for (unsigned tap = 0; tap < Filter::taps; ++tap) {
        lines[tap] = source_line((position >> fraction_bits) + tap - middle).data();
    }
    const std::size_t width = source_.size().width;
    sums_.assign(4 * width, 0);
    for (unsigned tap = 0; tap < Filter::taps; ++tap) {
        if (taps[tap] == 0) {
            continue;
        }
        const Pixel* line = lines[tap];
        for (std::size_t x = 0; x < width; ++x) {
            for (unsigned component = 0; component < 4; ++component) {
                sums_[4 * x + component] += taps[tap] * line[x][component];
            }
        }
    }
    filtered_.resize(width);
    for (std::size_t x = 0; x < width; ++x) {
        for (unsigned component = 0; component < 4; ++component) {
            filtered_[x][component] = rounded(sums_[4 * x + component]);
        }
    }
    return filtered_;
}

void Scaler::line(std::uint32_t y, std::span<Pixel> pixels) {
    const std::span<const Pixel> from = vertical(y);
    const Filter& filter = channel_.horizontal;
    const auto last = static_cast<std::int64_t>(from.size()) - 1;
    if (filter.passes()) {
        for (std::size_t x = 0; x < pixels.size(); ++x) {
            pixels[x] = from[std::min(x, from.size() - 1)];
        }
        return;
    }
    for (std::size_t x = 0; x < pixels.size(); ++x) {
        const std::int64_t position = filter.start + static_cast<std::int64_t>(x) * filter.increment;
        const auto& taps =
            filter.coefficients[static_cast<std::size_t>(position >> phase_shift) % Filter::phases];
        std::array<std::int32_t, 4> sum{};
        for (unsigned tap = 0; tap < Filter::taps; ++tap) {
            if (taps[tap] == 0) {
                continue;
            }
            const std::int64_t at = (position >> fraction_bits) + tap - middle;
            const Pixel& sample = from[static_cast<std::size_t>(std::clamp<std::int64_t>(at, 0, last))];
            for (unsigned component = 0; component < 4; ++component) {
                sum[component] += taps[tap] * sample[component];
            }
        }
        for (unsigned component = 0; component < 4; ++component) {
            pixels[x][component] = rounded(sum[component]);
        }
    }
}

}  // namespace svp::dcss
