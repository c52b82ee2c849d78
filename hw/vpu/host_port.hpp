// SPDX-License-Identifier: GPL-2.0-or-later
/** A decoder's port to memory by way of the board's bus. */
#pragma once

#include "bus/address_lines.hpp"
#include "svp/host.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

class HostPort : public MemoryPort {
 public:
    HostPort(Host& host, Master master) : host_(host), master_(master) {}

    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        return move_over_32_lines(address, data, [&](std::uint32_t first, std::span<std::uint8_t> part) {
            return host_.bus_read(by(stream), first, part);
        });
    }
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        return move_over_32_lines(address, data,
                                  [&](std::uint32_t first, std::span<const std::uint8_t> part) {
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
    Initiator by(Stream stream) const { return {master_, World::non_secure, stream}; }
    static Rows rows(const Rectangle& lines) { return {lines.base, lines.stride, lines.width, lines.height}; }
    static bool wraps(const Rectangle& lines) {
        return lines.base + std::uint64_t{lines.stride} * lines.height + lines.width > end_of_32_lines;
    }

    Host& host_;
    Master master_;
};

}  // namespace svp::vpu
