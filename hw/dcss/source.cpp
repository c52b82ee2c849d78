// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/source.hpp"

#include <algorithm>
#include <cstring>

#include "dcss/fetches.hpp"
#include "dcss/fields.hpp"
#include "dcss/samples.hpp"

namespace svp::dcss {

namespace {

constexpr Initiator observer{Master::dcss, World::non_secure, Stream::none, true};

/** Read at once, unless a row is longer. */
constexpr std::size_t part_bytes = 128 << 10;

constexpr std::uint32_t tile_lines = 4;

/** Super-tiles: bytes of a tile, of a group of 2 x 4 of them, of 8 x 4 groups. */
constexpr std::size_t tile_bytes = 4 * tile_lines * Channel::pixel_size;
constexpr std::size_t group_bytes = 8 * tile_bytes;
constexpr std::size_t super_bytes = 32 * group_bytes;

/** Bytes from the start of a row of super-tiles to the four pixels that begin at @p x of line @p y in it. */
constexpr std::size_t super_place(std::size_t x, std::uint32_t y) {
    return x / 64 * super_bytes + (y / 16 * 8 + x % 64 / 8) * group_bytes +
           (y % 16 / 4 * 2 + x % 8 / 4) * tile_bytes + y % 4 * 4 * Channel::pixel_size;
}

}  // namespace

void Source::set(const Channel& channel, bool alpha) {
    channel_ = channel;
    alpha_ = alpha;
    for (unsigned number = 0; number < channel.plane_count(); ++number) {
        const Plane& plane = channel.planes[number];
        const std::uint32_t lines = lines_of_row(channel.tiling);
        const std::size_t rows = rounded_up(plane.lines, lines) / lines;
        Bytes& bytes = bytes_[number];
        bytes.row = std::size_t{plane.width} * lines;
        bytes.now.resize(bytes.row * rows + spare);
        bytes.changed.assign(rows, true);
        bytes.known = false;
    }
}

std::size_t Source::rows_of_part(const Bytes& bytes) {
    return std::max<std::size_t>(part_bytes / std::max<std::size_t>(bytes.row, 1), 1);
}

std::uint32_t Source::parts() const {
    std::size_t count = 0;
    for (unsigned number = 0; number < channel_.plane_count(); ++number) {
        const std::size_t once = rows_of_part(bytes_[number]);
        count += (bytes_[number].changed.size() + once - 1) / once;
    }
    return static_cast<std::uint32_t>(count);
}

bool Source::read_part(Host& host, const FetchExceptions& exceptions, Reading& reading) {
    Bytes& bytes = bytes_[reading.plane];
    Rows rows = rows_of(channel_.planes[reading.plane], channel_.tiling);
    const std::size_t count = std::min(bytes.changed.size() - reading.row, rows_of_part(bytes));
    arriving_.resize(count * bytes.row);
    // Rows that would not lie below 4 GiB are zero.
    const std::size_t there = rows.height > reading.row ? std::min(rows.height - reading.row, count) : 0;
    const std::size_t arrived = rows.width * there;
    if (arrived != 0) {
        rows.address += rows.stride * reading.row;
        rows.height = there;
        const Response answer = host.bus_look_rows(
            observer, rows, exceptions[channel_.from_memory ? memory_fetch : reading.plane],
            std::span(arriving_).first(arrived));
        reading.worst = std::max(reading.worst, answer);
    }
    std::fill(arriving_.begin() + static_cast<std::ptrdiff_t>(arrived), arriving_.end(), std::uint8_t{0});
    take(bytes, reading.row, count);
    reading.row += count;
    if (reading.row == bytes.changed.size()) {
        bytes.known = true;
        reading.row = 0;
        ++reading.plane;
    }
    return reading.plane != channel_.plane_count();
}

/** Keeps rows that have arrived, and whether they are others than before. */
void Source::take(Bytes& bytes, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t* from = arriving_.data() + i * bytes.row;
        std::uint8_t* to = bytes.now.data() + (first + i) * bytes.row;
        const bool changed = !bytes.known || std::memcmp(from, to, bytes.row) != 0;
        bytes.changed[first + i] = changed;
        if (changed) {
            std::memcpy(to, from, bytes.row);
        }
    }
}

std::uint32_t Source::stored_line(Group group, std::uint32_t y) const {
    const std::uint32_t lines = group == Group::chroma ? channel_.chroma.height : channel_.source.height;
    const bool upside_down = channel_.flip_y != (channel_.quarter_turns == 2);
    return upside_down ? lines - 1 - y : y;
}

bool Source::changed(Group group, std::uint32_t y) const {
    const unsigned number = plane_of(group, channel_.coding);
    const std::vector<bool>& rows = bytes_[number].changed;
    if (channel_.quarter_turns % 2 != 0) {
        return std::ranges::find(rows, true) != rows.end();
    }
    const std::uint32_t line = stored_line(group, y) + channel_.planes[number].top;
    const std::size_t row = line / lines_of_row(channel_.tiling);
    return row < rows.size() && rows[row];
}

void Source::line(Group group, std::uint32_t y, RowSet& rows) {
    const bool sideways = channel_.quarter_turns % 2 != 0;
    unpack(group,
           sideways ? column(y) : line_of_plane(plane_of(group, channel_.coding), stored_line(group, y)),
           rows);
    if (sideways || !mirrored()) {
        return;
    }
    const std::size_t width = group == Group::chroma ? channel_.chroma.width : channel_.source.width;
    for (Row& row : rows) {
        std::reverse(row.data(), row.data() + width);
    }
}

/** Line @p y of the picture in plane @p number; behind its end are bytes that do not matter. */
const std::uint8_t* Source::line_of_plane(unsigned number, std::uint32_t y) {
    const Plane& plane = channel_.planes[number];
    const Bytes& bytes = bytes_[number];
    const std::uint32_t line = y + plane.top;
    const std::uint32_t lines = lines_of_row(channel_.tiling);
    line_.resize(std::size_t{2} * Channel::side_max * Channel::pixel_size + spare);
    if (line / lines >= bytes.changed.size()) {
        std::ranges::fill(line_, std::uint8_t{0});  // the picture is said to be larger than it is
        return line_.data();
    }
    const std::uint8_t* row = bytes.now.data() + line / lines * bytes.row;
    if (channel_.tiling == Tiling::linear) {
        return row;
    }
    const std::size_t segment = plane.segment;
    if (channel_.tiling == Tiling::gpu_super_tile) {
        for (std::size_t at = 0; at + segment <= plane.width; at += segment) {
            std::memcpy(&line_[at], row + super_place(at / Channel::pixel_size, line % lines), segment);
        }
        return line_.data();
    }
    for (std::size_t at = 0; at + segment <= plane.width; at += segment) {
        std::memcpy(&line_[at], row + at * tile_lines + line % tile_lines * segment, segment);
    }
    std::fill(line_.begin() + plane.width, line_.end(), std::uint8_t{0});
    return line_.data() + plane.left;
}

const std::uint8_t* Source::pixel(std::uint32_t x, std::uint32_t y) const {
    const std::uint8_t* row = bytes_[0].now.data() + y / lines_of_row(channel_.tiling) * bytes_[0].row;
    switch (channel_.tiling) {
        case Tiling::gpu_super_tile:
            return row + super_place(x, y % 64) + x % 4 * Channel::pixel_size;
        case Tiling::gpu_tile:
            return row + x / 4 * tile_bytes + (y % 4 * 4 + x % 4) * Channel::pixel_size;
        default:
            return row + std::size_t{x} * Channel::pixel_size;
    }
}

/** Line @p y of a picture of words that is turned by a quarter or three. */
const std::uint8_t* Source::column(std::uint32_t y) {
    const Size stored = channel_.stored;
    const bool once = channel_.quarter_turns == 1;
    std::uint32_t from_x = once ? stored.width - 1 - y : y;
    from_x = channel_.flip_x ? stored.width - 1 - from_x : from_x;
    line_.resize(std::size_t{2} * Channel::side_max * Channel::pixel_size + spare);
    for (std::uint32_t x = 0; x < stored.height; ++x) {
        const bool downwards = once != channel_.flip_y;
        const std::uint32_t from_y = downwards ? x : stored.height - 1 - x;
        std::memcpy(&line_[std::size_t{x} * Channel::pixel_size], pixel(from_x, from_y), Channel::pixel_size);
    }
    return line_.data();
}

void Source::unpack(Group group, const std::uint8_t* bytes, RowSet& rows) const {
    const std::size_t width = channel_.source.width;
    const std::size_t half = channel_.chroma.width;
    const std::size_t cb = channel_.cr_first ? 1 : 0;
    const std::size_t cr = 1 - cb;
    if (channel_.coding == Coding::pairs) {
        // UYVY, or YUYV with luma first.
        const std::size_t luma = channel_.luma_first ? 0 : 1;
        if (group == Group::luma) {
            return unpack_bytes(bytes, width, luma, 2, rows[0].data());
        }
        unpack_bytes(bytes, half, 1 - luma + 2 * cb, 4, rows[1].data());
        return unpack_bytes(bytes, half, 1 - luma + 2 * cr, 4, rows[2].data());
    }
    if (channel_.coding == Coding::planes) {
        const auto unpack = channel_.depth == Depth::eight         ? unpack_bytes
                            : channel_.depth == Depth::ten_of_high ? unpack_high_ten
                                                                   : unpack_packed_ten;
        if (group == Group::luma) {
            return unpack(bytes, width, 0, 1, rows[0].data());
        }
        unpack(bytes, half, cb, 2, rows[1].data());
        return unpack(bytes, half, cr, 2, rows[2].data());
    }
    std::array<Sample*, 4> to{};
    for (unsigned component = 0; component < 4; ++component) {
        const bool chroma = component == 1 || component == 2;
        const bool wanted = group == Group::all || chroma == (group == Group::chroma);
        to[component] = wanted && (component != 3 || alpha_) ? rows[component].data() : nullptr;
    }
    if (channel_.depth == Depth::ten) {
        return unpack_rgb_of_ten(bytes, width, channel_.select, channel_.order, to);
    }
    if (!channel_.yuv) {
        return unpack_rgb(bytes, width, channel_.select, to);
    }
    // AYUV: the selections are those of red, green and blue.
    for (unsigned component = 0; component < 3; ++component) {
        if (to[component] != nullptr) {
            unpack_bytes(bytes, width, 2 - component, 4, to[component]);
        }
    }
    unpack_rgb(bytes, width, {0, 1, 2, 3}, {nullptr, nullptr, nullptr, to[3]});
}

}  // namespace svp::dcss
