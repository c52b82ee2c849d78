// SPDX-License-Identifier: GPL-2.0-or-later
#include "rom/boot_image.hpp"

#include <algorithm>
#include <cstdio>

namespace svp {

namespace {

constexpr std::uint8_t ivt_tag = 0xd1;
constexpr std::uint8_t ivt_size = 32;
constexpr std::uint8_t ivt_version = 0x40, ivt_version_mask = 0xf0;

// Offsets in the IVT, and in boot data
constexpr std::size_t entry_at = 4, dcd_at = 12, boot_data_at = 16, self_at = 20;
constexpr std::size_t start_at = 0, length_at = 4, plugin_at = 8;
constexpr std::size_t boot_data_size = 12;

/** RAM that works before software has done anything; addresses, the second is behind the last byte. */
struct Ram {
    std::uint64_t first;
    std::uint64_t end;
};
constexpr Ram rams[] = {
    {0x00180000, 0x00188000},  // OCRAM_S
    {0x007e0000, 0x00820000},  // TCM of the Cortex-M4
    {0x00900000, 0x00920000},  // OCRAM
};
constexpr std::uint32_t dram = 0x40000000;  ///< all above

constexpr std::uint8_t container_tag = 0x87;
constexpr ForeignImage foreign[] = {
    {0x8000, ivt_tag, 0, "i.MX 8M Nano or Plus (its header is at 32 KiB)"},
    {0x8000, container_tag, 3, "i.MX 8, 8X or 9 (a container at 32 KiB)"},
    {0x0400, ivt_tag, 0, "i.MX 6 or 7 (its header is at 1 KiB)"},
};

std::uint32_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
    return bytes[at] | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 |
           std::uint32_t{bytes[at + 3]} << 24;
}

bool is_ivt(std::span<const std::uint8_t> header) {
    return header[0] == ivt_tag && header[1] == 0 && header[2] == ivt_size &&
           (header[3] & ivt_version_mask) == ivt_version;
}

std::string hex(std::uint64_t number) {
    char text[20];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return text;
}

BootImageCheck refused(std::string problem) {
    return {std::nullopt, std::move(problem)};
}

bool inside(std::uint64_t first, std::uint64_t length, const Ram& ram) {
    return first >= ram.first && first < ram.end && length <= ram.end - first;
}

/** Why the image cannot be loaded where it wants to; empty if it can. */
std::string place_problem(std::uint32_t start, std::uint32_t length) {
    if (length == 0) {
        return "an image without length";
    }
    if (std::ranges::any_of(rams, [=](const Ram& ram) { return inside(start, length, ram); })) {
        return "";
    }
    const std::string place = std::to_string(length) + " bytes for " + hex(start);
    return "an image of " + place +
           (start >= dram ? ", where no DRAM works yet" : ", where this chip has no RAM");
}

}  // namespace

BootImageCheck check_boot_image(std::span<const std::uint8_t> head) {
    if (head.size() < boot_head_size || !is_ivt(head)) {
        return refused("no image at 33 KiB");
    }
    const std::uint32_t self = word(head, self_at);
    const std::uint32_t boot_data = word(head, boot_data_at);
    if (boot_data < self || boot_data - self > boot_head_size - boot_data_size) {
        return refused("an image whose boot data (" + hex(boot_data) + ") are not behind its header (" +
                       hex(self) + ")");
    }
    const auto data = head.subspan(boot_data - self, boot_data_size);
    const std::uint32_t start = word(data, start_at);
    const std::uint32_t length = word(data, length_at);
    const std::uint32_t entry = word(head, entry_at);
    if (const std::string problem = place_problem(start, length); !problem.empty()) {
        return refused(problem);
    }
    if (self < start || self - start > ivt_offset || self - start >= length) {
        return refused("an image that begins at " + hex(start) + ", which does not fit its header's place (" +
                       hex(self) + ")");
    }
    if (entry < start || entry - start >= length || entry % 4 != 0) {
        return refused("an image whose entry (" + hex(entry) + ") is not inside of it");
    }
    if (word(data, plugin_at) != 0) {
        return refused("a plug-in, which this ROM does not run");
    }
    if (word(head, dcd_at) != 0) {
        return refused("an image with device configuration data (DCD), which this ROM does not run");
    }
    return {BootImage{ivt_offset - (self - start), start, length, entry}, ""};
}

std::span<const ForeignImage> foreign_images() {
    return foreign;
}

bool is_foreign(const ForeignImage& image, std::span<const std::uint8_t, 4> header) {
    return image.tag == ivt_tag ? is_ivt(header) : header[image.tag_at] == image.tag && header[0] == 0;
}

}  // namespace svp
