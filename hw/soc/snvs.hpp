// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Secure non-volatile storage (SNVS): real-time clocks with alarms, the ON/OFF key, power-off.
 *
 * Hardware: a low-power half (LP) that a battery keeps alive, with a 47-bit counter of 32768 Hz (SRTC), an
 * alarm in seconds, general-purpose registers and the logic of the ON/OFF key, and a high-power half (HP)
 * with a counter and an alarm of its own. Both alarms wake the chip.
 *
 * Reference: i.MX 8M and i.MX 6 reference manuals, SNVS, for names, fields and offsets; Linux, rtc-snvs.c and
 * snvs_pwrkey.c; TF-A for power-off (LPCR.TOP with DP_EN).
 *
 * Interface: QOM type "imx8mq.snvs", one 64 KiB window. Line 0: alarms (SPI 19). Line 1: security violations
 * (SPI 20), never high. Line 2: ON/OFF key (SPI 4). Line 3: the board's power is to be switched off. Input 0:
 * somebody presses the key; each rising edge is one press of key_press_time. Property "epoch": what the SRTC
 * says at the beginning of virtual time, in seconds since 1970. A reset leaves the LP half as it is, as a
 * battery does; at first its clock runs.
 *
 * An alarm comes when its clock reaches the time that was set; times that have passed never come. Counters
 * are written while they stand still.
 *
 * Not modelled: security monitor, violations, tampering, zeroizable master key and locks: their registers are
 * storage, and HPSR tells no state of the monitor. The monotonic counter. Periodic interrupts (HPCR.PI_EN),
 * calibration. HPSR.BI and the key's configuration; a long press that switches off by itself. The clocks
 * count virtual time, so they stand still while the machine is stopped.
 *
 * Assumption: the revision in HPVIDR1; Linux takes a minor revision of 0 for the first i.MX 6, whose key told
 * of the release only.
 */
#pragma once

#include <array>
#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class Snvs : public BankDevice {
 public:
    /** How long a press of the key lasts, in ns of virtual time. */
    static constexpr std::int64_t key_press_time = 500'000'000;

    static constexpr unsigned alarm_line = 0;
    static constexpr unsigned key_line = 2;
    static constexpr unsigned power_off_line = 3;

    explicit Snvs(Host& host);

    unsigned irq_lines() const override { return 4; }
    unsigned irq_inputs() const override { return 1; }
    unsigned timers() const override { return 3; }

    void set_input(unsigned line, bool level) override;
    void timer_expired(unsigned timer) override;
    void reset() override;

    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    /** A counter of 47 bits that runs or stands still. */
    struct Counter {
        std::uint64_t count = 0;  ///< ticks at `since`
        std::int64_t since = 0;   ///< ns of virtual time
    };
    /** One of the two halves' clocks, and where its registers are. */
    struct Clock;

    static const Clock lp;
    static const Clock hp;

    static std::vector<Register> registers(Snvs& self);
    static void add_clock(Snvs& self, const Clock& clock, std::vector<Register>& rows);

    Counter& counter(const Clock& clock) { return counters_[&clock == &hp ? 1 : 0]; }
    bool runs(const Clock& clock) const;
    bool alarm_on(const Clock& clock) const;
    std::uint64_t count(const Clock& clock);
    std::uint64_t alarm_time(const Clock& clock) const;
    void control_written(const Clock& clock, const WriteEvent& event);
    void count_written(const Clock& clock, unsigned half, const WriteEvent& event);
    void set_alarm(const Clock& clock);
    void schedule_alarm(const Clock& clock);
    void latch(std::uint32_t offset, const Field& status);
    void update_lines();

    std::array<Counter, 2> counters_{};  ///< LP, HP
    bool pressed_ = false;               ///< the ON/OFF key
    std::int64_t release_time_ = 0;      ///< ns of virtual time, while it is pressed
};

}  // namespace svp
