// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory around an engine on its own, from address 0 on, that knows which addresses a job may touch for
 * what.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "vpu/memory_port.hpp"

namespace svp::test {

/** Ranges are open to accesses of a kind; accesses that do not lie in one of them are strays. */
class FlatPort : public vpu::MemoryPort {
 public:
    struct Range {
        std::uint32_t first;
        std::uint32_t size;
    };

    explicit FlatPort(std::size_t size) : cells(size) {}

    Response read(vpu::Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        if (reaches(stream, address, data.size())) {
            std::copy_n(cells.begin() + address, data.size(), data.begin());
        } else {
            std::ranges::fill(data, std::uint8_t{0});
        }
        bytes_read += data.size();
        return denied(stream) ? denial : Response::okay;
    }
    Response write(vpu::Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        if (reaches(stream, address, data.size())) {
            std::ranges::copy(data, cells.begin() + address);
        }
        bytes_written += data.size();
        return denied(stream) ? denial : Response::okay;
    }
    Response read_rows(vpu::Stream stream, const vpu::Rectangle& lines,
                       std::span<std::uint8_t> data) override {
        if (!is_open(stream, lines)) {
            return MemoryPort::read_rows(stream, lines, data);
        }
        for (std::size_t y = 0; y < lines.height; ++y) {
            std::copy_n(cells.begin() + lines.base + static_cast<std::ptrdiff_t>(y * lines.stride),
                        lines.width, data.begin() + static_cast<std::ptrdiff_t>(y * lines.width));
        }
        accesses += lines.height;
        bytes_read += std::uint64_t{lines.width} * lines.height;
        return Response::okay;
    }

    std::vector<std::uint8_t> cells;
    std::multimap<vpu::Stream, Range> open;
    std::optional<vpu::Stream> denied_stream;
    Response denial = Response::okay;  ///< answer to a denied access
    std::uint64_t strays = 0;          ///< accesses that were not wholly inside of an open range
    std::uint64_t accesses = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;

 private:
    bool denied(vpu::Stream stream) const { return denied_stream == stream; }

    bool in_open_range(vpu::Stream stream, std::uint64_t address, std::uint64_t size) const {
        const auto [first, last] = open.equal_range(stream);
        return address + size <= cells.size() && std::any_of(first, last, [&](const auto& entry) {
                   const Range& range = entry.second;
                   return address >= range.first && address + size <= std::uint64_t{range.first} + range.size;
               });
    }
    /** All of the rectangle may be accessed, gaps between its lines included. */
    bool is_open(vpu::Stream stream, const vpu::Rectangle& lines) const {
        return lines.height != 0 && lines.stride != lines.width && !denied(stream) &&
               in_open_range(stream, lines.base,
                             std::uint64_t{lines.height - 1} * lines.stride + lines.width);
    }
    bool reaches(vpu::Stream stream, std::uint32_t address, std::size_t size) {
        ++accesses;
        if (!in_open_range(stream, address, size)) {
            ++strays;
            return false;
        }
        return !denied(stream);
    }
};

}  // namespace svp::test
