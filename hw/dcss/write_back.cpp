// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/write_back.hpp"

#include <algorithm>
#include <string>

#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

constexpr Initiator initiator{Master::dcss, World::non_secure};

/** A frame is written in no less parts, and none has more pixels unless a line has. */
constexpr std::uint32_t parts_min = 16;
constexpr std::uint32_t part_pixels = 65536;

std::uint32_t lines_of_part(Size size) {
    return std::clamp(part_pixels / size.width, 1u, (size.height + parts_min - 1) / parts_min);
}

/** The first channel whose scaler sends to memory; channel_count if there is none. */
unsigned writing_channel(const RegisterBank& bank) {
    unsigned number = 0;
    while (number < channel_count && (bank.value(scaler::base + number * scaler::stride + scaler::ctrl) &
                                      scaler::scale_to_memory) == 0) {
        ++number;
    }
    return number;
}

}  // namespace

bool WriteBack::begin(const RegisterBank& bank, const FrameExceptions& exceptions) {
    stop();
    const unsigned number = writing_channel(bank);
    const std::uint32_t control = bank.value(wrscl::control_status);
    if ((control & wrscl::enable) == 0 || number == channel_count) {
        return false;
    }
    Channel channel = Channel::scaled_by(bank, number);
    if (!channel.shows) {
        return false;
    }
    if ((control >> wrscl::word_shift & wrscl::word_mask) != wrscl::word_ten_bits) {
        channel.unmodelled = "words of the write scaler with other components than three of ten bits";
    }
    if (!channel.unmodelled.empty()) {
        host_.log(LogKind::unimplemented,
                  "dcss: " + std::string(channel.unmodelled) + " are not written to memory");
        return false;
    }
    if (channel != channel_) {
        channel_ = channel;
        layer_.set(channel_, ColourPipe{}, channel_.scaled.width, channel_.coding == Coding::words);
    }
    address_ = bank.value(wrscl::address);
    pitch_ = bank.value(wrscl::pitch);
    const Rows rows =
        rows_below_end(address_, pitch_, channel_.scaled.width * Channel::pixel_size, channel_.scaled.height);
    end_line_ = static_cast<std::uint32_t>(rows.height);
    exceptions_ = exceptions[number];
    reading_ = {};
    reads_ = true;
    part_ = lines_of_part(channel_.scaled);
    steps_ = layer_.parts() + (channel_.scaled.height + part_ - 1) / part_;
    next_line_ = 0;
    answer_ = Response::okay;
    under_way_ = true;
    return true;
}

void WriteBack::step() {
    if (reads_) {
        reads_ = layer_.read_part(host_, exceptions_, reading_);
        // A fetch that the bus answers with an error gives nothing to write.
        end_line_ = reading_.worst == Response::okay ? end_line_ : 0;
    } else {
        write_part();
    }
    under_way_ = reads_ || next_line_ < end_line_;
}

void WriteBack::write_part() {
    const std::uint32_t count = std::min(end_line_ - next_line_, part_);
    const std::size_t width = std::size_t{channel_.scaled.width} * Channel::pixel_size;
    bytes_.resize(count * width);
    for (std::uint32_t line = 0; line < count; ++line) {
        pack(layer_.line(next_line_ + line), std::span(bytes_).subspan(line * width, width));
    }
    if (count != 0) {
        const Rows rows{address_ + std::uint64_t{pitch_} * next_line_, pitch_, width, count};
        answer_ = std::max(answer_, host_.bus_write_rows(initiator, rows, bytes_));
    }
    next_line_ += count;
}

void WriteBack::pack(const SampleRows& rows, std::span<std::uint8_t> line) const {
    for (std::size_t x = 0; x < line.size() / Channel::pixel_size; ++x) {
        const auto part = [&](unsigned component) { return static_cast<std::uint32_t>(rows[component][x]); };
        const std::uint32_t alpha = channel_.coding != Coding::words ? 3 : part(3) >> 8;
        const std::uint32_t word = alpha << 30 | part(0) << 20 | part(1) << 10 | part(2);
        for (std::size_t i = 0; i < Channel::pixel_size; ++i) {
            line[x * Channel::pixel_size + i] = static_cast<std::uint8_t>(word >> 8 * i);
        }
    }
}

}  // namespace svp::dcss
