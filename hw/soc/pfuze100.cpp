// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/pfuze100.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace svp {

namespace {

constexpr RegionInfo region_list[] = {{"pfuze100", Pfuze100::register_count}};

constexpr std::uint32_t otp_pages = 0x80;

struct ByteRegister {
    std::uint8_t number;
    const char* name;
    std::uint8_t reset;
    std::uint8_t writable;
    std::uint8_t write_1_clear = 0;
};

/** Selector of a buck regulator: @p millivolts in steps of 25 mV from @p base. */
constexpr std::uint8_t buck(unsigned millivolts, unsigned base) {
    return static_cast<std::uint8_t>((millivolts - base) / 25);
}

/** Enabled linear regulator: @p millivolts in steps of @p step from @p base. */
constexpr std::uint8_t linear(unsigned millivolts, unsigned base, unsigned step) {
    return static_cast<std::uint8_t>(0x10 | (millivolts - base) / step);
}

constexpr std::uint8_t core_volts = buck(900, 300);  // SW1AB and SW1C
constexpr std::uint8_t ddr_volts = buck(1100, 400);  // SW2
constexpr std::uint8_t soc_volts = buck(900, 400);   // SW3A and SW3B
constexpr std::uint8_t io_volts = buck(1800, 400);   // SW4
constexpr std::uint8_t automatic = 0x08;             // SWxMODE: pulse skipping when it pays, also in standby
constexpr std::uint8_t volts = 0x3f;
constexpr std::uint8_t mode = 0x2f;
constexpr std::uint8_t configuration = 0xfd;

/** In rising order of the numbers. */
constexpr ByteRegister registers[] = {
    {0x00, "DEVICEID", 0x10, 0},
    {0x03, "SILICONREVID", 0x21, 0},
    {0x04, "FABID", 0x00, 0},
    {0x05, "INTSTAT0", 0, 0, 0x3f},
    {0x06, "INTMASK0", 0x3f, 0x3f},
    {0x07, "INTSENSE0", 0x01, 0},  // PWRON is high
    {0x08, "INTSTAT1", 0, 0, 0x7f},
    {0x09, "INTMASK1", 0x7f, 0x7f},
    {0x0a, "INTSENSE1", 0, 0},
    {0x0e, "INTSTAT3", 0, 0, 0x81},
    {0x0f, "INTMASK3", 0x81, 0x81},
    {0x10, "INTSENSE3", 0, 0},
    {0x11, "INTSTAT4", 0, 0, 0x3f},
    {0x12, "INTMASK4", 0x3f, 0x3f},
    {0x13, "INTSENSE4", 0, 0},
    {0x1a, "COINCTL", 0, 0x0f},
    {0x1b, "PWRCTL", 0x10, 0xff},
    {0x1c, "MEMA", 0, 0xff},
    {0x1d, "MEMB", 0, 0xff},
    {0x1e, "MEMC", 0, 0xff},
    {0x1f, "MEMD", 0, 0xff},
    {0x20, "SW1ABVOLT", core_volts, volts},
    {0x21, "SW1ABSTBY", core_volts, volts},
    {0x22, "SW1ABOFF", core_volts, volts},
    {0x23, "SW1ABMODE", automatic, mode},
    {0x24, "SW1ABCONF", 0, configuration},
    {0x2e, "SW1CVOLT", core_volts, volts},
    {0x2f, "SW1CSTBY", core_volts, volts},
    {0x30, "SW1COFF", core_volts, volts},
    {0x31, "SW1CMODE", automatic, mode},
    {0x32, "SW1CCONF", 0, configuration},
    {0x35, "SW2VOLT", ddr_volts, volts},
    {0x36, "SW2STBY", ddr_volts, volts},
    {0x37, "SW2OFF", ddr_volts, volts},
    {0x38, "SW2MODE", automatic, mode},
    {0x39, "SW2CONF", 0, configuration},
    {0x3c, "SW3AVOLT", soc_volts, volts},
    {0x3d, "SW3ASTBY", soc_volts, volts},
    {0x3e, "SW3AOFF", soc_volts, volts},
    {0x3f, "SW3AMODE", automatic, mode},
    {0x40, "SW3ACONF", 0, configuration},
    {0x43, "SW3BVOLT", soc_volts, volts},
    {0x44, "SW3BSTBY", soc_volts, volts},
    {0x45, "SW3BOFF", soc_volts, volts},
    {0x46, "SW3BMODE", automatic, mode},
    {0x47, "SW3BCONF", 0, configuration},
    {0x4a, "SW4VOLT", io_volts, volts},
    {0x4b, "SW4STBY", io_volts, volts},
    {0x4c, "SW4OFF", io_volts, volts},
    {0x4d, "SW4MODE", automatic, mode},
    {0x4e, "SW4CONF", 0, configuration},
    {0x66, "SWBSTCTL", 0x48, 0x6f},    // 5.0 V, automatic
    {0x6a, "VREFDDRCTL", 0x10, 0x70},  // on
    {0x6b, "VSNVSCTL", 0x06, 0x07},    // 3.0 V
    {0x6c, "VGEN1CTL", linear(1500, 800, 50), 0x7f},
    {0x6d, "VGEN2CTL", linear(900, 800, 50), 0x7f},
    {0x6e, "VGEN3CTL", linear(1800, 1800, 100), 0x7f},
    {0x6f, "VGEN4CTL", linear(1800, 1800, 100), 0x7f},
    {0x70, "VGEN5CTL", linear(3300, 1800, 100), 0x7f},
    {0x71, "VGEN6CTL", linear(2800, 1800, 100), 0x7f},
    {0x7f, "PAGE", 0, 0x1f},
};

const ByteRegister* find(std::uint32_t number) {
    const auto* found = std::lower_bound(
        std::begin(registers), std::end(registers), number,
        [](const ByteRegister& declared, std::uint32_t wanted) { return declared.number < wanted; });
    return found != std::end(registers) && found->number == number ? found : nullptr;
}

void report(Host& host, LogKind kind, const char* what, std::uint32_t number) {
    char line[80];
    std::snprintf(line, sizeof line, "pfuze100: %s register 0x%02x", what, number);
    host.log(kind, line);
}

}  // namespace

Pfuze100::Pfuze100(Host& host) : Device(host) {
    Pfuze100::reset();
}

std::span<const RegionInfo> Pfuze100::regions() const {
    return region_list;
}

void Pfuze100::reset() {
    values_.fill(0);
    for (const ByteRegister& declared : registers) {
        values_[declared.number] = declared.reset;
    }
}

std::uint8_t Pfuze100::read_register(std::uint32_t number) {
    if (number < otp_pages && find(number) == nullptr) {
        report(host(), LogKind::guest_error, "read of the unassigned", number);
    } else if (number >= otp_pages) {
        report(host(), LogKind::unimplemented, "read of the OTP", number);
    }
    return values_[number];
}

void Pfuze100::write_register(std::uint32_t number, std::uint8_t value) {
    const ByteRegister* declared = find(number);
    if (declared == nullptr) {
        const bool otp = number >= otp_pages;
        report(host(), otp ? LogKind::unimplemented : LogKind::guest_error,
               otp ? "write to the OTP" : "write to the unassigned", number);
        return;
    }
    std::uint8_t& stored = values_[number];
    const unsigned kept = stored & ~declared->writable & ~(value & declared->write_1_clear);
    stored = static_cast<std::uint8_t>(kept | (value & declared->writable));
}

ReadResult Pfuze100::read(unsigned, std::uint64_t offset, unsigned size, const Transaction&) {
    ReadResult result;
    for (unsigned byte = 0; byte < size; ++byte) {
        const auto number = static_cast<std::uint32_t>((offset + byte) % register_count);
        result.value |= static_cast<std::uint64_t>(read_register(number)) << (8 * byte);
    }
    return result;
}

Response Pfuze100::write(unsigned, std::uint64_t offset, std::uint64_t value, unsigned size,
                         const Transaction&) {
    for (unsigned byte = 0; byte < size; ++byte) {
        const auto number = static_cast<std::uint32_t>((offset + byte) % register_count);
        write_register(number, static_cast<std::uint8_t>(value >> (8 * byte)));
    }
    return Response::okay;
}

void Pfuze100::exchange(Archive& archive) {
    archive.bytes(std::as_writable_bytes(std::span(values_)));
}

}  // namespace svp
