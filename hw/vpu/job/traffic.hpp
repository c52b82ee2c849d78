// SPDX-License-Identifier: GPL-2.0-or-later
/** How much a decoder has moved, by what it is to it. */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "svp/transaction.hpp"

namespace svp::vpu {

/** Bytes that were asked for, those that a firewall denied among them. */
struct Traffic {
    using ByStream = std::array<std::uint64_t, static_cast<std::size_t>(last_stream) + 1>;

    ByStream read{};
    ByStream written{};

    void add(const Traffic& other) {
        for (std::size_t i = 0; i < read.size(); ++i) {
            read[i] += other.read[i];
            written[i] += other.written[i];
        }
    }
    static std::uint64_t sum(const ByStream& bytes) {
        std::uint64_t all = 0;
        for (const std::uint64_t each : bytes) {
            all += each;
        }
        return all;
    }
};

}  // namespace svp::vpu
