// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The decoders' way to memory: the only one that an engine has.
 *
 * Every access names what it is for. Addresses have 32 bits, as the decoders' have; what runs over the end of
 * them goes on at 0. Data of a denied read are zero and a denied write changes nothing, both by the bus.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "svp/transaction.hpp"

namespace svp::vpu {

using svp::Stream;

/** Lines of memory: @p width bytes each, one every @p stride bytes. */
struct Rectangle {
    std::uint32_t base = 0;    ///< address of the first line
    std::uint32_t stride = 0;  ///< bytes from a line to the next
    std::uint32_t width = 0;   ///< bytes, at most stride
    std::uint32_t height = 0;  ///< lines
};

class MemoryPort {
 public:
    virtual ~MemoryPort() = default;

    /** Fills @p data from @p address on. */
    virtual Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) = 0;
    virtual Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) = 0;

    /** Fills @p data, width * height bytes, with the lines of @p lines one behind the other. */
    virtual Response read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) {
        return each_row(lines, data, [&](std::uint32_t address, std::span<std::uint8_t> row) {
            return read(stream, address, row);
        });
    }
    virtual Response write_rows(Stream stream, const Rectangle& lines, std::span<const std::uint8_t> data) {
        return each_row(lines, data, [&](std::uint32_t address, std::span<const std::uint8_t> row) {
            return write(stream, address, row);
        });
    }

 private:
    template <typename Span, typename Move>
    static Response each_row(const Rectangle& lines, Span data, const Move& move) {
        if (lines.stride == lines.width) {
            return move(lines.base, data.first(std::size_t{lines.width} * lines.height));
        }
        Response worst = Response::okay;
        for (std::uint32_t y = 0; y < lines.height; ++y) {
            worst = std::max(worst, move(lines.base + y * lines.stride,
                                         data.subspan(std::size_t{y} * lines.width, lines.width)));
        }
        return worst;
    }
};

}  // namespace svp::vpu
