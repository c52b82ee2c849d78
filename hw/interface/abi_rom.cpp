// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_rom.h on top of svp::run_boot_rom(). */
#include "svp/abi_rom.h"

#include <algorithm>

#include "rom/boot_rom.hpp"

namespace {

static_assert(SVP_BOOT_SLOTS == svp::boot_slots && SVP_BOOT_RECORD_SIZE == svp::boot_record_size);

/** svp::BootMachine whose calls go to the adapter's C functions. */
class AdapterMachine final : public svp::BootMachine {
 public:
    AdapterMachine(const SvpBootOps& ops, void* opaque) : ops_(ops), opaque_(opaque) {}

    std::optional<svp::BootDevice> device(unsigned slot) override {
        svp::BootDevice found{};
        const SvpBootType type = ops_.device(opaque_, slot, &found.size);
        found.type = static_cast<svp::BootType>(type);
        return type == SVP_BOOT_NOTHING ? std::nullopt : std::optional(found);
    }
    bool read(unsigned slot, std::uint64_t offset, std::span<std::uint8_t> data) override {
        return ops_.read(opaque_, slot, offset, data.data(), data.size());
    }
    void load(std::uint32_t address, std::span<const std::uint8_t> data) override {
        ops_.load(opaque_, address, data.data(), data.size());
    }
    void tell(const std::string& line) override { ops_.tell(opaque_, line.c_str()); }

 private:
    const SvpBootOps& ops_;
    void* opaque_;
};

}  // namespace

bool svp_boot_rom_run(const SvpBootSettings* settings, const SvpBootOps* ops, void* opaque,
                      SvpBootResult* result) noexcept {
    AdapterMachine machine(*ops, opaque);
    const auto found = svp::run_boot_rom(
        {static_cast<svp::BootMode>(settings->mode), settings->boot_cfg, settings->fuses}, machine);
    if (!found) {
        return false;
    }
    result->entry = found->entry;
    std::ranges::copy(found->record, result->record);
    return true;
}

std::uint16_t svp_boot_cfg(SvpBootType type, unsigned slot) noexcept {
    return svp::boot_cfg_of(static_cast<svp::BootType>(type), slot);
}
