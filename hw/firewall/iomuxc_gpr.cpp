// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/iomuxc_gpr.hpp"

#include <algorithm>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;
constexpr RegionInfo windows[] = {{"iomuxc-gpr", window_size}};

constexpr std::uint32_t gpr1 = 0x04;
constexpr std::uint32_t gpr10 = 0x28;
constexpr std::uint32_t gpr11 = 0x2c;

constexpr std::uint32_t gpr1_tzasc1_secure_boot_lock = 1u << 23;
constexpr std::uint32_t gpr10_tzasc_en = 1u << 0;
constexpr std::uint32_t gpr10_sec_err_resp_en = 1u << 2;

/** Lock bits: TZASC_EN, TZASC_ID_SWAP_BYPASS, SEC_ERR_RESP_EN, EXC_ERR_RESP_EN. */
constexpr std::uint32_t gpr10_locks = 0xfu << 16;
/** Lock bits: OCRAM_TZ_EN, OCRAM_TZ_ADDR[5:1], OCRAM_S_TZ_EN at 10, OCRAM_S_TZ_ADDR[13:11]. */
constexpr std::uint32_t gpr11_locks = 0x3c3fu << 16;
constexpr unsigned lock_distance = 16;

// Fields of GPR11; addresses count 4 KiB pages.
constexpr unsigned ocram_tz_en = 0;
constexpr std::uint32_t ocram_tz_pages = 0x1f;
constexpr unsigned ocram_s_tz_en = 10;
constexpr std::uint32_t ocram_s_tz_pages = 0x7;
constexpr std::uint32_t page_size = 0x1000;

/** An enable bit with the address field right above it. */
std::optional<std::uint32_t> guarded_from(std::uint32_t value, unsigned enable, std::uint32_t pages) {
    if ((value >> enable & 1) == 0) {
        return std::nullopt;
    }
    return (value >> (enable + 1) & pages) * page_size;
}

/** Lock bits of GPR10 and GPR11 that are set, and the fields that they lock. */
std::uint32_t frozen(std::uint32_t index, std::uint32_t stored, const Transaction&) {
    const std::uint32_t locks = stored & (index == 0 ? gpr10_locks : gpr11_locks);
    return locks | locks >> lock_distance;
}

}  // namespace

IomuxcGpr::IomuxcGpr(Host& host)
    : Device(host),
      bank_(host, "iomuxc-gpr", window_size,
            {{.offset = 0x00, .name = "GPR0"},
             {.offset = gpr1, .name = "GPR1", .on_write = [this](const WriteEvent&) { notify(); }},
             {.offset = 0x08, .name = "GPR2-9", .count = 8},
             {.offset = gpr10,
              .name = "GPR10-11",
              .count = 2,
              .lock = {.bits = frozen, .refuser = Refuser::gpr, .first = 10},
              .on_write = [this](const WriteEvent&) { notify(); }},
             {.offset = 0x30, .name = "GPR12-47", .count = register_count - 12}}) {}

bool IomuxcGpr::tzasc_enabled() const {
    return (bank_.value(gpr10) & gpr10_tzasc_en) != 0;
}

bool IomuxcGpr::security_error_response() const {
    return (bank_.value(gpr10) & gpr10_sec_err_resp_en) != 0;
}

std::optional<std::uint32_t> IomuxcGpr::ocram_guarded_from() const {
    return guarded_from(bank_.value(gpr11), ocram_tz_en, ocram_tz_pages);
}

std::optional<std::uint32_t> IomuxcGpr::ocram_s_guarded_from() const {
    return guarded_from(bank_.value(gpr11), ocram_s_tz_en, ocram_s_tz_pages);
}

bool IomuxcGpr::secure_boot_lock() const {
    return (bank_.value(gpr1) & gpr1_tzasc1_secure_boot_lock) != 0;
}

void IomuxcGpr::add_listener(ChangeListener& listener) {
    if (std::find(listeners_.begin(), listeners_.end(), &listener) == listeners_.end()) {
        listeners_.push_back(&listener);
    }
}

void IomuxcGpr::notify() {
    for (ChangeListener* listener : listeners_) {
        listener->source_changed();
    }
}

std::span<const RegionInfo> IomuxcGpr::regions() const {
    return windows;
}

ReadResult IomuxcGpr::read(unsigned, std::uint64_t offset, unsigned size, const Transaction& by) {
    return {bank_.read(offset, size, by)};
}

Response IomuxcGpr::write(unsigned, std::uint64_t offset, std::uint64_t value, unsigned size,
                          const Transaction& by) {
    bank_.write(offset, value, size, by);
    return Response::okay;
}

void IomuxcGpr::reset() {
    bank_.reset();
    notify();
}

void IomuxcGpr::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    bank_.disturb(offset, clear, invert);
    notify();
}

void IomuxcGpr::exchange(Archive& archive) {
    bank_.exchange(archive);
}

void IomuxcGpr::resume() {
    notify();
}

}  // namespace svp
