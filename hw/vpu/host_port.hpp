// SPDX-License-Identifier: GPL-2.0-or-later
/** A decoder's port to memory by way of the board's bus, as master "vpu". */
#pragma once

#include "svp/host.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

class HostPort : public MemoryPort {
 public:
    explicit HostPort(Host& host) : host_(host) {}

    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        return each_part(address, data, [&](std::uint32_t first, std::span<std::uint8_t> part) {
            return host_.bus_read(by(stream), first, part);
        });
    }
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        return each_part(address, data, [&](std::uint32_t first, std::span<const std::uint8_t> part) {
            return host_.bus_write(by(stream), first, part);
        });
    }
    Response read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) override {
        return wraps(lines) ? MemoryPort::read_rows(stream, lines, data)
                            : host_.bus_read_rows(by(stream), rows(lines), data);
    }
    Response write_rows(Stream stream, const Rectangle& lines, std::span<const std::uint8_t> data) override {
        return wraps(lines) ? MemoryPort::write_rows(stream, lines, data)
                            : host_.bus_write_rows(by(stream), rows(lines), data);
    }

 private:
    static Initiator by(Stream stream) { return {Master::vpu_decoder, World::non_secure, stream}; }
    static Rows rows(const Rectangle& lines) { return {lines.base, lines.stride, lines.width, lines.height}; }
    static bool wraps(const Rectangle& lines) {
        return lines.base + std::uint64_t{lines.stride} * lines.height + lines.width > std::uint64_t{1} << 32;
    }

    /** What goes over the last of 32-bit addresses goes on at 0. */
    template <typename Span, typename Move>
    static Response each_part(std::uint32_t address, Span data, const Move& move) {
        const std::uint64_t room = (std::uint64_t{1} << 32) - address;
        if (data.size() <= room) {
            return data.empty() ? Response::okay : move(address, data);
        }
        return std::max(move(address, data.first(room)), each_part(0, data.subspan(room), move));
    }

    Host& host_;
};

}  // namespace svp::vpu
