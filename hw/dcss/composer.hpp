// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The picture on the screen, put together from the registers and memory of this moment.
 *
 * Channel 1 lies over channel 2, that over channel 3, that over black. Inside its rectangle and outside of
 * its picture, and all over it if the bus answered a fetch with an error, a channel shows its background.
 * Channels 2 and 3 are opaque. A component of channel 1 is c * alpha + below * (1 - alpha), rounded to the
 * nearest, with the global alpha or the pixel's; its background is opaque. A screen has the upper eight bits
 * of ten.
 */
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dcss/channel.hpp"
#include "svp/host.hpp"

namespace svp::dcss {

/** A picture of 0x00RRGGBB words, line by line; without a pixel where nothing is sent out. */
struct Screen {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::span<const std::uint32_t> pixels;
};

class Composer {
 public:
    explicit Composer(Host& host) : host_(host) {}

    /** The result stays until the next call. */
    Screen compose(const RegisterBank& bank);

 private:
    /** Place of a channel on the screen, which it may exceed. */
    struct Rectangle {
        std::int32_t left, top;
        std::uint32_t width, height;
    };

    void put_channel(const RegisterBank& bank, unsigned number, const Rectangle& place, Size screen);
    void fill(const Rectangle& place, Size screen, std::uint32_t colour);

    Host& host_;
    std::vector<std::uint32_t> pixels_;  ///< ten bits of red, green and blue until all is composed
};

}  // namespace svp::dcss
