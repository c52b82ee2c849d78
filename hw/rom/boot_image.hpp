// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the boot ROM finds at 33 KiB of a boot device: image vector table (IVT) and boot data.
 *
 * Hardware: the IVT is 32 bytes: a header (tag 0xd1, length 32 as a big-endian number, version 0x40 to 0x4f)
 * and the addresses of entry, device configuration data (DCD), boot data, itself and the signature (CSF), as
 * they are once the image lies in memory. Boot data are start and length of the image, and the plug-in flag.
 *
 * Reference: U-Boot, tools/imx8mimage.c and include/imximage.h, for the layout; images that it makes.
 *
 * Not modelled: DCD, plug-ins, and the separate container of NXP's HDMI firmware: such an image is refused.
 * CSF is not looked at: the chip is open.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace svp {

/** Where the IVT lies on every boot device, in bytes; in an eMMC's boot partition, too. */
inline constexpr std::uint32_t ivt_offset = 0x8400;

/** Bytes from there on that check_boot_image() wants. */
inline constexpr std::size_t boot_head_size = 4096;

/** An image that can be loaded. */
struct BootImage {
    std::uint32_t source;  ///< its first byte on the device
    std::uint32_t start;   ///< its first byte in memory
    std::uint32_t length;  ///< bytes, at most what the RAM there has
    std::uint32_t entry;   ///< inside of it, a multiple of 4
};

/** An image, or why there is none: a phrase like "no image at 33 KiB". */
struct BootImageCheck {
    std::optional<BootImage> image;
    std::string problem;
};

/** Judges @p head, the first boot_head_size bytes from ivt_offset on; anything may stand there. */
BootImageCheck check_boot_image(std::span<const std::uint8_t> head);

/** A place on a boot device where images for other chips begin, and the chips. */
struct ForeignImage {
    std::uint32_t offset;  ///< bytes
    std::uint8_t tag;      ///< of the header there, its first byte; for containers its fourth
    std::uint8_t tag_at;
    const char* chips;
};
std::span<const ForeignImage> foreign_images();

/** True if the first four bytes @p header at the place of @p foreign are such a header. */
bool is_foreign(const ForeignImage& image, std::span<const std::uint8_t, 4> header);

}  // namespace svp
