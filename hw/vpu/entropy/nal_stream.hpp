// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * NAL units of a byte stream in memory (H.264 Annex B), without their emulation prevention bytes.
 *
 * Memory is read a window at a time, not beyond the stream's length, and no more of it than a limit.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vpu/memory_port.hpp"

namespace svp::vpu {

class NalStream {
 public:
    /** @p length bytes from @p address on, of which at most @p limit are looked at. */
    NalStream(MemoryPort& port, std::uint32_t address, std::uint32_t length, std::uint32_t limit)
        : port_(port), address_(address), left_(length < limit ? length : limit) {}

    /** The next unit's bytes, its header first; good until the next call. Empty: there is none. */
    std::span<const std::uint8_t> next();

    /** Worst answer of the bus so far. */
    Response answer() const { return answer_; }

 private:
    /** Next byte, or -1. */
    int byte();
    bool find_start_code();
    /** Reads up to the next start code. False: to the end. */
    bool read_unit();

    MemoryPort& port_;
    std::uint32_t address_;
    std::uint32_t left_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
    bool started_ = false;  ///< the last unit ended with the start code of the next one
    Response answer_ = Response::okay;
    std::array<std::uint8_t, 4096> window_;
    std::vector<std::uint8_t> unit_;
};

}  // namespace svp::vpu
