// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The boot ROM: which device the chip boots from, what it loads, and what it leaves for software.
 *
 * Hardware: after a reset, core 0 runs the ROM in EL3. BOOT_MODE pins say whether it boots from a device that
 * BOOT_CFG names, from one that fuses name, or waits for a serial download by USB. What it finds at 33 KiB of
 * the device (boot_image.hpp) it copies into on-chip RAM and enters. Where that fails, it tries what is in
 * the other card slot, and then waits for a serial download.
 *
 * Reference: U-Boot's i.MX 8M support for BOOT_CFG, the record at 0x968 and its types; images that it makes.
 *
 * Interface: run_boot_rom(), which the machine calls at each reset, with itself as a BootMachine.
 *
 * Not modelled: serial download (nothing runs then), boot from QSPI, NAND and SPI, secondary images, HAB: the
 * chip is open, and the ROM's functions (vector tables at 0x880, API) are not there. The ROM takes no time
 * and leaves clocks, pins and the card's state as a reset leaves them. A second attempt on the other slot is
 * what the chip does while its fuses allow the manufacture mode. Assumption: BOOT_CFG[11:10] names the slot.
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rom/boot_image.hpp"

namespace svp {

/** Values of SBMR2.BMOD, and of the pins. */
enum class BootMode : std::uint8_t { fuses = 0, serial_download = 1, internal = 2 };

/** What the pins say, and the fuse word with BOOT_CFG and BT_FUSE_SEL. */
struct BootSettings {
    BootMode mode;
    std::uint16_t boot_cfg;
    std::uint32_t fuses;
};

/** Values of the record's type of device. */
enum class BootType : std::uint8_t { sd = 1, mmc = 2 };

inline constexpr unsigned boot_slots = 2;  ///< uSDHC1 and uSDHC2

/** What is in a slot: a card, or the part of an eMMC that it offers for booting. */
struct BootDevice {
    BootType type;
    std::uint64_t size;  ///< bytes
};

/** The board that the ROM works on. */
class BootMachine {
 public:
    virtual ~BootMachine() = default;
    /** What is in slot @p slot, below boot_slots. */
    virtual std::optional<BootDevice> device(unsigned slot) = 0;
    /** Reads from what is there; the range is inside of it. False: an error of the medium. */
    virtual bool read(unsigned slot, std::uint64_t offset, std::span<std::uint8_t> data) = 0;
    /** Writes on-chip RAM; the range is inside of one. */
    virtual void load(std::uint32_t address, std::span<const std::uint8_t> data) = 0;
    /** One line for whoever runs the emulator. */
    virtual void tell(const std::string& line) = 0;
};

/** Size of the record that 0x968 of the ROM points to, in bytes. */
inline constexpr std::size_t boot_record_size = 20;

struct BootResult {
    std::uint32_t entry;                                ///< where core 0 goes on
    std::array<std::uint8_t, boot_record_size> record;  ///< device and clocks
};

/** Does what the ROM does; none: it waits for a serial download. Says so by one line when it does, and by one
 * when it booted from another device than the first. */
std::optional<BootResult> run_boot_rom(const BootSettings& settings, BootMachine& machine);

/** BOOT_CFG for a slot: an SD card, or an eMMC. */
std::uint16_t boot_cfg_of(BootType type, unsigned slot);

}  // namespace svp
