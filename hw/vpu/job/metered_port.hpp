// SPDX-License-Identifier: GPL-2.0-or-later
/** A port that adds up what goes through it. */
#pragma once

#include "vpu/job/traffic.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu {

class MeteredPort : public MemoryPort {
 public:
    explicit MeteredPort(MemoryPort& inner) : inner_(inner) {}

    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        traffic_.read[static_cast<std::size_t>(stream)] += data.size();
        return inner_.read(stream, address, data);
    }
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        traffic_.written[static_cast<std::size_t>(stream)] += data.size();
        return inner_.write(stream, address, data);
    }
    Response read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) override {
        traffic_.read[static_cast<std::size_t>(stream)] += std::uint64_t{lines.width} * lines.height;
        return inner_.read_rows(stream, lines, data);
    }
    Response write_rows(Stream stream, const Rectangle& lines, std::span<const std::uint8_t> data) override {
        traffic_.written[static_cast<std::size_t>(stream)] += std::uint64_t{lines.width} * lines.height;
        return inner_.write_rows(stream, lines, data);
    }

    const Traffic& traffic() const { return traffic_; }

 private:
    MemoryPort& inner_;
    Traffic traffic_;
};

}  // namespace svp::vpu
