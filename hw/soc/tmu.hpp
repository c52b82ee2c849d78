// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Thermal monitoring unit (TMU).
 *
 * Hardware: measures the temperature at three sites (CPU, GPU, VPU) and reports the last and the average
 * value of each, in degrees Celsius, with thresholds that can raise an alarm.
 *
 * Reference: MIMX8MQ6 device header for names and fields; Linux, qoriq_thermal.c (revision 1 of the block)
 * and imx8mq.dtsi for the sites. Site n is bit 15 - n of TMR.MSITE.
 *
 * Interface: QOM type "imx8mq.tmu", one 64 KiB window, no line, properties "cpu-temperature",
 * "gpu-temperature" and "vpu-temperature" in degrees Celsius, 0 to 125. A report is valid while monitoring is
 * on and its site selected.
 *
 * Not modelled: alarms. Thresholds and TIER are stored and logged, and TIDR never tells of one; SPI 49 never
 * fires. The measurement interval and the calibration are stored: every read is of a fresh, exact value, and
 * the average equals it. IPBRR0 gives the revision that Linux looks at, without the block's ID.
 */
#pragma once

#include <array>
#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class Tmu : public BankDevice {
 public:
    static constexpr unsigned site_count = 3;

    explicit Tmu(Host& host);

    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

 protected:
    void exchange(Archive& archive) override;

 private:
    static std::vector<Register> registers(Tmu& self);

    bool monitored(unsigned site) const;
    std::uint32_t report(unsigned site) const;
    std::uint32_t extreme(bool highest) const;

    std::array<std::uint8_t, site_count> temperatures_;  ///< degrees Celsius
};

}  // namespace svp
