// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * PFUZE100 (MMPF0100) power management chip, as fitted on the i.MX 8M Quad EVK.
 *
 * Hardware: six buck regulators, a boost regulator, six linear regulators, a DDR reference and the supply of
 * the always-on domain, with interrupt status and 8-bit registers on I2C (address 8).
 *
 * Reference: MMPF0100 data sheet for names and fields; Linux, pfuze100-regulator.c, for the registers in use
 * and the steps of the voltages; imx8mq-evk.dts for the range that each supply of the board may have.
 *
 * Interface: QOM type "imx8mq.pfuze100", carrier I2C; window 0 is the register file of 256 bytes; no line, no
 * property. After reset every supply has a voltage inside the board's range, and those that the board needs
 * are on.
 *
 * Not modelled: the supplies themselves; nothing on this board loses power. No interrupt ever occurs. The OTP
 * pages (0x80 to 0xff, selected by PAGE) read 0, and writes to them are ignored and logged. Reset ignores the
 * difference between power-on reset and a reset by the SoC.
 */
#pragma once

#include <array>
#include <cstdint>

#include "svp/device.hpp"

namespace svp {

class Pfuze100 : public Device {
 public:
    static constexpr std::uint32_t register_count = 256;

    explicit Pfuze100(Host& host);

    std::span<const RegionInfo> regions() const override;
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;

 protected:
    void exchange(Archive& archive) override;

 private:
    std::uint8_t read_register(std::uint32_t number);
    void write_register(std::uint32_t number, std::uint8_t value);

    std::array<std::uint8_t, register_count> values_{};
};

}  // namespace svp
