// SPDX-License-Identifier: GPL-2.0-or-later
/** What the display controller tells an observer of what it shows. */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "svp/device.hpp"
#include "svp/register_bank.hpp"

namespace svp::dcss {

/** Adds the settings of channel @p number: all of them whenever it is asked, 0 and empty while its prefetch
 * does not run. */
void report_channel(std::vector<Counter>& to, const RegisterBank& bank, unsigned number);

/** CRC-32 (IEEE 802.3) of words, each with its lowest byte first. */
std::uint32_t crc_of(std::span<const std::uint32_t> words);

/** The CRCs of the last frames. */
class FrameCrcs {
 public:
    static constexpr std::size_t kept = 8;

    void add(std::uint64_t frame, std::uint32_t crc);
    void clear() { *this = FrameCrcs(); }
    /** Adds them as "crcs.0" and so on, the newest one first. */
    void report(std::vector<Counter>& to) const;

    struct Entry {
        std::uint64_t frame;  ///< its number, from 1; 0 if there is none
        std::uint32_t crc;
    };
    const Entry& last() const { return entries_.front(); }

 private:
    std::array<Entry, kept> entries_{};
};

}  // namespace svp::dcss
