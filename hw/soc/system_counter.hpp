// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * System counter: the time base of the generic timers, with two comparators.
 *
 * Hardware: a 56-bit counter in three frames of 64 KiB: read (0x306a0000), compare (0x306b0000) and control
 * (0x306c0000). It counts the 25 MHz crystal divided by 3, or the 32768 Hz clock. Each comparator raises its
 * interrupt while it is enabled and the counter has reached its value.
 *
 * Reference: Arm DDI0487, chapter "System Level Implementation of the Generic Timer"; NXP's device headers of
 * the i.MX 8 and 9 families (SYS_CTR_READ, SYS_CTR_COMPARE, SYS_CTR_CONTROL) for the layout; Linux,
 * timer-imx-sysctr.c, for the divider by 3 and the comparator's use.
 *
 * Interface: QOM type "imx8mq.system-counter"; windows 0 "read", 1 "compare", 2 "control"; lines 0 (SPI 47)
 * and 1 (SPI 48), one for each comparator; two timers, likewise; no property. One tick of the base clock is
 * exactly 120 ns of virtual time, as it is for a QEMU CPU with cntfrq 8333333, and the count starts with
 * virtual time: CNTCV and the CPUs' CNTPCT are equal.
 *
 * Not modelled: the CPUs count on their own, so that stopping, setting or slowing this counter does not reach
 * them. HDBG (stop in debug) is stored. A reset does not set the count back to 0, since the CPUs' count goes
 * on as well; the counter reads as running, as the boot ROM leaves it. CNTID reads 0.
 */
#pragma once

#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class SystemCounter : public BankDevice {
 public:
    static constexpr unsigned comparator_count = 2;
    static constexpr unsigned read_frame = 0;
    static constexpr unsigned compare_frame = 1;
    static constexpr unsigned control_frame = 2;

    /** So many ticks in so many nanoseconds. */
    struct Rate {
        std::uint64_t ticks;
        std::uint64_t nanoseconds;
    };

    explicit SystemCounter(Host& host);

    unsigned irq_lines() const override { return comparator_count; }
    unsigned timers() const override { return comparator_count; }

    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    void reset() override;
    void timer_expired(unsigned timer) override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    static std::vector<Register> read_registers(SystemCounter& self);
    static std::vector<Register> compare_registers(SystemCounter& self);
    static std::vector<Register> control_registers(SystemCounter& self);

    std::uint64_t ticks_since_base(std::int64_t time, Rate rate) const;
    std::uint64_t count_at(std::int64_t time) const;
    std::uint64_t compare_value(unsigned comparator) const;
    bool reached(unsigned comparator, std::int64_t time) const;
    void control_written(const WriteEvent& event);
    void count_written(unsigned half, const WriteEvent& event);
    void update(unsigned comparator);
    void update_all();

    std::uint64_t base_count_ = 0;  ///< count at base_time_, ticks
    std::int64_t base_time_ = 0;    ///< ns of virtual time
    std::int64_t access_time_ =
        0;  ///< the current read's, so that both halves of the count are of one moment
};

}  // namespace svp
