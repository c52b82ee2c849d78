// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/dtrc.hpp"

#include <algorithm>

#include "dcss/fields.hpp"
#include "dcss/registers.hpp"
#include "vpu/picture/tiled_format.hpp"

namespace svp::dcss {

namespace {

constexpr std::uint32_t size_unit = 8;  ///< samples and lines that SIZE counts

std::uint32_t place_of(unsigned number) {
    return dtrc::base + (number - 1) * dtrc::stride;
}

unsigned current_bank(const RegisterBank& bank, unsigned number) {
    return bank.value(place_of(number) + dtrc::control) >> dtrc::current_shift;
}

bool detiles(const RegisterBank& bank, unsigned number) {
    return (bank.value(place_of(number) + dtrc::control) & dtrc::mode_mask) == dtrc::mode_detile;
}

constexpr std::uint32_t bytes_of(std::uint32_t samples, bool ten_bits) {
    return ten_bits ? samples / 4 * 5 : samples;
}

/** A plane of @p lines of @p width samples, the picture beginning at line @p top and sample @p left. */
Plane plane_of(std::uint32_t base, std::uint32_t width, std::uint32_t lines, std::uint32_t left,
               std::uint32_t top, const Dtrc::Picture& picture) {
    Plane plane;
    plane.base = base;
    plane.width = bytes_of(width, picture.ten_bits);
    plane.pitch = vpu::tile_side * plane.width;
    plane.lines = lines;
    plane.left = std::min(bytes_of(left, picture.ten_bits), plane.width);
    plane.top = std::min(top, lines);
    plane.segment =
        picture.ten_bits ? vpu::tile_line_bytes<std::uint16_t> : vpu::tile_line_bytes<std::uint8_t>;
    plane.segment *= picture.tiling == Tiling::decoder_wide ? 2 : 1;
    return plane;
}

}  // namespace

std::optional<Dtrc::Picture> Dtrc::read_by(const RegisterBank& bank, unsigned number) {
    if (number == 0 || !detiles(bank, number)) {
        return std::nullopt;
    }
    const std::uint32_t control = bank.value(place_of(number) + dtrc::control);
    const std::uint32_t at = place_of(number) + current_bank(bank, number) * dtrc::bank_stride;
    const std::uint32_t fetched = bank.value(dpr::base + number * dpr::stride + dpr::frame_1p_base);
    if (fetched < bank.value(at + dtrc::luma_window) || fetched >= bank.value(at + dtrc::luma_window_end)) {
        return std::nullopt;
    }
    const std::uint32_t settings = bank.value(at + dtrc::settings);
    const std::uint32_t size = bank.value(at + dtrc::size);
    const Size whole{(size & dtrc::size_mask) * size_unit, (size >> 16 & dtrc::size_mask) * size_unit};
    Size cropped = whole;
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    if ((settings & dtrc::crops) != 0) {
        const std::uint32_t origin = bank.value(at + dtrc::crop_origin);
        const std::uint32_t crop = bank.value(at + dtrc::crop_size);
        left = origin & dtrc::crop_mask & ~1u;
        top = origin >> 16 & dtrc::crop_mask & ~1u;
        cropped = {crop & dtrc::crop_mask, crop >> 16 & dtrc::crop_mask};
    }
    Picture picture{};
    picture.tiling = (control & dtrc::g1_tiles) != 0 ? Tiling::decoder_wide : Tiling::decoder_tile;
    picture.ten_bits = (settings & dtrc::eight_bits) == 0;
    picture.line_bytes = bytes_of(cropped.width, picture.ten_bits);
    picture.lines = cropped.height;
    picture.luma_window = bank.value(at + dtrc::luma_window);
    picture.chroma_window = bank.value(at + dtrc::chroma_window);
    picture.planes[0] =
        plane_of(bank.value(at + dtrc::luma_data), whole.width, whole.height, left, top, picture);
    picture.planes[1] =
        plane_of(bank.value(at + dtrc::chroma_data), whole.width, whole.height / 2, left, top / 2, picture);
    return picture;
}

void Dtrc::begin_frame(RegisterBank& bank, unsigned number) {
    if (number == 0 || !detiles(bank, number)) {
        return;
    }
    const std::uint32_t at = place_of(number);
    const auto settings_of = [&](unsigned which) { return at + which * dtrc::bank_stride + dtrc::settings; };
    const auto ready = [&](unsigned which) { return (bank.value(settings_of(which)) & dtrc::ready) != 0; };
    unsigned current = current_bank(bank, number);
    if (ready(current ^ 1)) {
        current ^= 1;
        bank.set(at + dtrc::control, bank.value(at + dtrc::control) ^ 1u << dtrc::current_shift);
    }
    if (ready(current)) {
        bank.set(settings_of(current), bank.value(settings_of(current)) & ~dtrc::ready);
    }
    if (read_by(bank, number)) {
        bank.set(at + dtrc::frame_done, 1);
    }
}

/** Software does not choose the bank, but by a reset. */
void Dtrc::control_written(RegisterBank& bank, unsigned number, std::uint32_t before) {
    constexpr std::uint32_t current = 1u << dtrc::current_shift;
    const std::uint32_t at = place_of(number);
    const std::uint32_t control = bank.value(at + dtrc::control) & ~current;
    if ((control & dtrc::hot_reset) == 0) {
        bank.set(at + dtrc::control, control | (before & current));
        return;
    }
    bank.set(at + dtrc::control, control & ~dtrc::hot_reset);
    bank.set(at + dtrc::frame_done, 0);
    for (const std::uint32_t settings : {at + dtrc::settings, at + dtrc::bank_stride + dtrc::settings}) {
        bank.set(settings, bank.value(settings) & ~dtrc::ready);
    }
}

}  // namespace svp::dcss
