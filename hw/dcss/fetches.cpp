// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/fetches.hpp"

#include <algorithm>

#include "bus/address_lines.hpp"
#include "dcss/channel.hpp"
#include "dcss/dtrc.hpp"
#include "dcss/fields.hpp"
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

/** More lines than a picture can have: scalers count them with 12 bits, and prefetch rounds up to 8. */
constexpr std::uint32_t fetched_lines_max = 4096 + 8;

}  // namespace

Rows rows_below_end(std::uint32_t base, std::uint64_t stride, std::uint64_t width, std::uint64_t height) {
    const std::uint64_t room = end_of_32_lines - base;
    if (width == 0 || width > room) {
        return {base, stride, 0, 0};
    }
    const std::uint64_t most = stride == 0 ? height : (room - width) / stride + 1;
    return {base, stride, static_cast<std::size_t>(width), static_cast<std::size_t>(std::min(height, most))};
}

std::array<Rows, fetch_count> fetches(const RegisterBank& bank, unsigned number) {
    const std::uint32_t at = dpr::base + number * dpr::stride;
    std::array<Rows, fetch_count> result{};
    if ((bank.value(scaler::base + number * scaler::stride + scaler::ctrl) & scaler::memory_to_output) != 0) {
        result[memory_fetch] = rows_below_end(bank.value(rdsrc::address), bank.value(rdsrc::pitch),
                                              std::uint64_t{bank.value(rdsrc::width)} * Channel::pixel_size,
                                              bank.value(rdsrc::height));
    }
    if ((bank.value(at + dpr::system_ctrl0) & dpr::run) == 0) {
        return result;
    }
    if (const auto detiled = Dtrc::read_by(bank, number)) {
        for (std::size_t i = 0; i < detiled->planes.size(); ++i) {
            result[i] = rows_of(detiled->planes[i], detiled->tiling);
        }
        return result;
    }
    const std::uint32_t mode = bank.value(at + dpr::mode_ctrl0);
    const std::uint32_t tiles = mode >> dpr::tile_shift & 7;
    const std::uint32_t bits = mode >> dpr::pixel_size_shift & 3;
    if (bits == 3 || tiles > dpr::tile_gpu_super) {
        return result;
    }
    const std::uint32_t side = tiles == dpr::tile_linear ? 1 : tiles == dpr::tile_gpu ? 4 : 64;
    const std::uint32_t pitch = bank.value(at + dpr::frame_ctrl0) >> dpr::pitch_shift;
    const auto plane = [&](std::uint32_t base, std::uint32_t x, std::uint32_t y) {
        const std::uint32_t lines = std::min(bank.value(at + y), fetched_lines_max);
        const std::uint64_t width = std::uint64_t{rounded_up(bank.value(at + x), side)} * side << bits;
        return rows_below_end(bank.value(at + base), std::uint64_t{pitch} * side, width,
                              rounded_up(lines, side) / side);
    };
    result[0] = plane(dpr::frame_1p_base, dpr::frame_1p_pix_x, dpr::frame_1p_pix_y);
    if ((mode & dpr::mode_two_planes) != 0) {
        result[1] = plane(dpr::frame_2p_base, dpr::frame_2p_pix_x, dpr::frame_2p_pix_y);
    }
    return result;
}

}  // namespace svp::dcss
