// SPDX-License-Identifier: GPL-2.0-or-later
#include "rom/boot_rom.hpp"

#include <algorithm>

namespace svp {

namespace {

// BOOT_CFG
constexpr unsigned device_shift = 12, device_mask = 7;
constexpr unsigned slot_shift = 10, slot_mask = 3;
constexpr std::uint32_t boot_from_fuses = 1u << 28;  ///< BT_FUSE_SEL

// The record
constexpr std::size_t instance_at = 1, type_at = 2, core_at = 4, tick_at = 16;
constexpr std::uint32_t core_frequency = 1000000000, tick_frequency = 8333333;  // Hz

/** The slot that the settings name; none: a device that is not modelled, or serial download. */
std::optional<unsigned> first_slot(const BootSettings& settings, std::string& problem) {
    std::uint32_t config = settings.boot_cfg;
    switch (settings.mode) {
        case BootMode::internal:
            break;
        case BootMode::fuses:
            config = settings.fuses;
            if ((settings.fuses & boot_from_fuses) == 0) {
                problem = "boot by fuses, and none is blown";
                return std::nullopt;
            }
            break;
        default:
            problem = "so its pins say";
            return std::nullopt;
    }
    const unsigned device = config >> device_shift & device_mask;
    const unsigned slot = config >> slot_shift & slot_mask;
    if (device != static_cast<unsigned>(BootType::sd) && device != static_cast<unsigned>(BootType::mmc)) {
        problem = "BOOT_CFG names a device other than SD and eMMC, which is not modelled";
        return std::nullopt;
    }
    if (slot >= boot_slots) {
        problem = "BOOT_CFG names uSDHC" + std::to_string(slot + 1) + ", which the chip does not have";
        return std::nullopt;
    }
    return slot;
}

std::string name_of(unsigned slot, const std::optional<BootDevice>& device) {
    const char* kind = !device ? "" : device->type == BootType::sd ? " (SD)" : " (eMMC)";
    return "uSDHC" + std::to_string(slot + 1) + kind;
}

/** The part of the first image for other chips that is there; empty if there is none. */
std::string foreign_on(unsigned slot, const BootDevice& device, BootMachine& machine) {
    for (const ForeignImage& foreign : foreign_images()) {
        std::array<std::uint8_t, 4> header{};
        if (foreign.offset + header.size() <= device.size && machine.read(slot, foreign.offset, header) &&
            is_foreign(foreign, header)) {
            return ", but one for " + std::string(foreign.chips);
        }
    }
    return "";
}

/** Loads the image of a slot; none, and why. */
std::optional<BootImage> load_from(unsigned slot, const std::optional<BootDevice>& device,
                                   BootMachine& machine, std::string& problem) {
    if (!device) {
        problem = "nothing there";
        return std::nullopt;
    }
    if (device->size < ivt_offset + boot_head_size) {
        problem = "too small for an image";
        return std::nullopt;
    }
    std::array<std::uint8_t, boot_head_size> head{};
    if (!machine.read(slot, ivt_offset, head)) {
        problem = "cannot be read";
        return std::nullopt;
    }
    BootImageCheck check = check_boot_image(head);
    if (!check.image) {
        problem = check.problem + (head[0] == 0 ? foreign_on(slot, *device, machine) : "");
        return std::nullopt;
    }
    const BootImage& image = *check.image;
    if (image.length > device->size - image.source) {
        problem = "an image that is cut off: " + std::to_string(image.length) + " bytes, " +
                  std::to_string(device->size - image.source) + " are there";
        return std::nullopt;
    }
    std::vector<std::uint8_t> bytes(image.length);
    if (!machine.read(slot, image.source, bytes)) {
        problem = "cannot be read";
        return std::nullopt;
    }
    const auto code = std::span(bytes).subspan(image.entry - image.start);
    if (std::ranges::all_of(code.first(std::min<std::size_t>(4, code.size())),
                            [](std::uint8_t byte) { return byte == 0; })) {
        problem = "an image without code: it has been cut off behind its header";
        return std::nullopt;
    }
    machine.load(image.start, bytes);
    return image;
}

void put(std::span<std::uint8_t> record, std::size_t at, std::uint32_t value) {
    for (std::size_t byte = 0; byte < 4; ++byte) {
        record[at + byte] = static_cast<std::uint8_t>(value >> (8 * byte));
    }
}

BootResult result_of(const BootImage& image, unsigned slot, BootType type) {
    BootResult result{image.entry, {}};
    result.record[instance_at] = static_cast<std::uint8_t>(slot);
    result.record[type_at] = static_cast<std::uint8_t>(type);
    put(result.record, core_at, core_frequency);
    put(result.record, tick_at, tick_frequency);
    return result;
}

}  // namespace

std::optional<BootResult> run_boot_rom(const BootSettings& settings, BootMachine& machine) {
    std::string story;
    std::string problem;
    const std::optional<unsigned> first = first_slot(settings, problem);
    for (unsigned attempt = 0; first && attempt < boot_slots; ++attempt) {
        const unsigned slot = (*first + attempt) % boot_slots;
        const std::optional<BootDevice> device = machine.device(slot);
        const auto image = load_from(slot, device, machine, problem);
        if (image) {
            if (!story.empty()) {
                machine.tell("boot ROM: " + story + "booting from " + name_of(slot, device));
            }
            return result_of(*image, slot, device->type);
        }
        story += name_of(slot, device) + ": " + problem + "; ";
    }
    machine.tell("boot ROM: " + (first ? story : problem + "; ") +
                 "serial download, which is not modelled: nothing runs");
    return std::nullopt;
}

std::uint16_t boot_cfg_of(BootType type, unsigned slot) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(type) << device_shift | slot << slot_shift);
}

}  // namespace svp
