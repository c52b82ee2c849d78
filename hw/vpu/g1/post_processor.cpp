// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/post_processor.hpp"

#include <algorithm>

namespace svp::vpu::g1 {

namespace {

constexpr Field pp_output_base{66, 0, 32};
constexpr Field pp_output_width{85, 4, 11};
constexpr Field pp_output_height{85, 15, 11};
constexpr Field pp_output_format{85, 26, 3};
constexpr Field pp_input_format{85, 29, 3};
constexpr unsigned format_yuyv = 3;
constexpr unsigned format_nv12 = 1;

constexpr unsigned lines_at_once = 16;
constexpr std::uint8_t no_colour = 128;

}  // namespace

PostProcessor::PostProcessor(Registers registers, const Picture& picture, MemoryPort& port)
    : port_(port),
      picture_(picture),
      output_(value(registers, pp_output_base)),
      width_(value(registers, pp_output_width)),
      height_(value(registers, pp_output_height)),
      samples_(std::size_t{picture.width} * picture.height * 3 / 2, no_colour),
      written_(picture.height) {}

bool PostProcessor::possible(Registers registers) {
    return value(registers, pp_pipeline_e) == 0 || (value(registers, pp_output_format) == format_yuyv &&
                                                    value(registers, pp_input_format) == format_nv12);
}

void PostProcessor::take(std::uint32_t address, std::span<const std::uint8_t> data) {
    const std::uint32_t offset = address - picture_.base;
    if (offset >= samples_.size() || data.size() > samples_.size() - offset) {
        return;
    }
    std::copy(data.begin(), data.end(), samples_.begin() + offset);
    for (std::size_t at = offset; at < offset + data.size(); at += picture_.width) {
        if (at / picture_.width < written_.size()) {
            written_[at / picture_.width] = true;
        }
    }
}

Response PostProcessor::read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) {
    return port_.read(stream, address, data);
}

Response PostProcessor::read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) {
    return port_.read_rows(stream, lines, data);
}

Response PostProcessor::write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) {
    if (stream == Stream::picture) {
        take(address, data);
    }
    return port_.write(stream, address, data);
}

Response PostProcessor::write_rows(Stream stream, const Rectangle& lines,
                                   std::span<const std::uint8_t> data) {
    if (stream == Stream::picture) {
        for (std::uint32_t y = 0; y < lines.height; ++y) {
            take(lines.base + y * lines.stride, data.subspan(std::size_t{y} * lines.width, lines.width));
        }
    }
    return port_.write_rows(stream, lines, data);
}

bool PostProcessor::put_out() {
    const unsigned last = std::min(height_, picture_.height),
                   width = std::min(width_, picture_.width) / 2 * 2;
    std::vector<std::uint8_t> row(std::size_t{2} * width);
    for (const unsigned end = std::min(line_ + lines_at_once, last); line_ < end; ++line_) {
        if (!written_[line_]) {
            continue;
        }
        const std::uint8_t* luma = samples_.data() + std::size_t{line_} * picture_.width;
        const std::uint8_t* chroma =
            samples_.data() + std::size_t{picture_.width} * (picture_.height + line_ / 2);
        for (unsigned x = 0; x < width; ++x) {
            row[2 * x] = luma[x];
            row[2 * x + 1] = chroma[x];  // Cb and Cr in turn, as they stand there
        }
        answer_ = std::max(answer_, port_.write(Stream::picture, output_ + line_ * 2 * width_, row));
    }
    return line_ < last;
}

}  // namespace svp::vpu::g1
