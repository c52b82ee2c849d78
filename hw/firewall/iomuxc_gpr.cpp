// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/iomuxc_gpr.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;

constexpr std::uint32_t gpr1 = 0x04;
constexpr std::uint32_t gpr10 = 0x28;
constexpr std::uint32_t gpr11 = 0x2c;

constexpr Field secure_boot_lock_pin = {"TZASC1_SECURE_BOOT_LOCK", 23};

// GPR10
constexpr Field tzasc_en = {"TZASC_EN", 0};
constexpr Field sec_err_resp_en = {"SEC_ERR_RESP_EN", 2};
const std::vector<Field> gpr10_fields = {tzasc_en,
                                         {"TZASC_ID_SWAP_BYPASS", 1},
                                         sec_err_resp_en,
                                         {"EXC_ERR_RESP_EN", 3},
                                         {"storage_4", 4, 12},
                                         {"TZASC_EN_LOCK", 16},
                                         {"TZASC_ID_SWAP_BYPASS_LOCK", 17},
                                         {"SEC_ERR_RESP_EN_LOCK", 18},
                                         {"EXC_ERR_RESP_EN_LOCK", 19},
                                         {"storage_20", 20, 12}};
constexpr std::uint32_t gpr10_locks = 0xfu << 16;

// GPR11; addresses count 4 KiB pages.
constexpr Field ocram_tz_en = {"OCRAM_TZ_EN", 0};
constexpr Field ocram_tz_addr = {"OCRAM_TZ_ADDR", 1, 5};
constexpr Field ocram_s_tz_en = {"OCRAM_S_TZ_EN", 10};
constexpr Field ocram_s_tz_addr = {"OCRAM_S_TZ_ADDR", 11, 3};
const std::vector<Field> gpr11_fields = {ocram_tz_en,
                                         ocram_tz_addr,
                                         {"storage_6", 6, 4},
                                         ocram_s_tz_en,
                                         ocram_s_tz_addr,
                                         {"storage_14", 14, 2},
                                         {"OCRAM_TZ_EN_LOCK", 16},
                                         {"OCRAM_TZ_ADDR_LOCK", 17, 5},
                                         {"storage_22", 22, 4},
                                         {"OCRAM_S_TZ_EN_LOCK", 26},
                                         {"OCRAM_S_TZ_ADDR_LOCK", 27, 3},
                                         {"storage_30", 30, 2}};
constexpr std::uint32_t gpr11_locks = 0x3c3fu << 16;

constexpr unsigned lock_distance = 16;
constexpr std::uint32_t page_size = 0x1000;

/** Where protection begins, if it is on. */
std::optional<std::uint32_t> guarded_from(std::uint32_t value, const Field& enable, const Field& address) {
    if (enable.of(value) == 0) {
        return std::nullopt;
    }
    return address.of(value) * page_size;
}

/** Its lock bits @p locks freeze themselves when they are set, and the fields that they lock. */
WriteLock frozen_by(std::uint32_t locks, unsigned number) {
    return {
        .bits = [locks](std::uint32_t, std::uint32_t stored,
                        const Transaction&) { return (stored & locks) | (stored & locks) >> lock_distance; },
        .refuser = Refuser::gpr,
        .first = number};
}

}  // namespace

IomuxcGpr::IomuxcGpr(Host& host) : BankDevice(host) {
    add_window("iomuxc-gpr", window_size,
               {{.offset = 0x00, .name = "GPR0"},
                {.offset = gpr1,
                 .name = "GPR1",
                 .fields = {{"storage_0", 0, 23}, secure_boot_lock_pin, {"storage_24", 24, 8}},
                 .on_write = [this](const WriteEvent&) { notify(); }},
                {.offset = 0x08, .name = "GPR2-9", .count = 8},
                {.offset = gpr10,
                 .name = "GPR10",
                 .fields = gpr10_fields,
                 .lock = frozen_by(gpr10_locks, 10),
                 .on_write = [this](const WriteEvent&) { notify(); }},
                {.offset = gpr11,
                 .name = "GPR11",
                 .fields = gpr11_fields,
                 .lock = frozen_by(gpr11_locks, 11),
                 .on_write = [this](const WriteEvent&) { notify(); }},
                {.offset = 0x30, .name = "GPR12-47", .count = register_count - 12}});
}

bool IomuxcGpr::tzasc_enabled() const {
    return bank().get<bool>(gpr10, tzasc_en);
}

bool IomuxcGpr::security_error_response() const {
    return bank().get<bool>(gpr10, sec_err_resp_en);
}

std::optional<std::uint32_t> IomuxcGpr::ocram_guarded_from() const {
    return guarded_from(bank().value(gpr11), ocram_tz_en, ocram_tz_addr);
}

std::optional<std::uint32_t> IomuxcGpr::ocram_s_guarded_from() const {
    return guarded_from(bank().value(gpr11), ocram_s_tz_en, ocram_s_tz_addr);
}

bool IomuxcGpr::secure_boot_lock() const {
    return bank().get<bool>(gpr1, secure_boot_lock_pin);
}

void IomuxcGpr::reset() {
    BankDevice::reset();
    notify();
}

void IomuxcGpr::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    bank().disturb(offset, clear, invert);
    notify();
}

void IomuxcGpr::resume() {
    notify();
}

}  // namespace svp
