// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/system_counter.hpp"

#include <limits>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

// Control and read frame.
constexpr std::uint32_t cntcr = 0x00;
constexpr std::uint32_t cntsr = 0x04;
constexpr std::uint32_t cntcv_low = 0x08;
constexpr std::uint32_t cntcv_high = 0x0c;
constexpr std::uint32_t cntfid0 = 0x20;

// CNTCR
constexpr Field running = {"EN", 0};
constexpr Field halt_debug = {"HDBG", 1};
constexpr Field base_clock = {"FCR0", 8};
constexpr Field slow_clock = {"FCR1", 9};

// CNTSR
constexpr Field base_clock_used = {"FCA0", 8, 1, FieldAccess::read_only};
constexpr Field slow_clock_used = {"FCA1", 9, 1, FieldAccess::read_only};

constexpr std::uint32_t base_frequency = 8'333'333;
constexpr std::uint32_t slow_frequency = 32'768;

// Compare frame; the second comparator follows 0x100 bytes later.
constexpr std::uint32_t comparator_step = 0x100;
constexpr std::uint32_t cmpcv_low = 0x20;
constexpr std::uint32_t cmpcv_high = 0x24;
constexpr std::uint32_t cmpcr = 0x2c;
constexpr Field compare_enable = {"EN", 0};
constexpr Field interrupt_mask = {"IMASK", 1};
constexpr Field compare_status = {"ISTAT", 2, 1, FieldAccess::read_only};

constexpr Field upper_count = {"HIGH", 0, 24};
constexpr std::uint64_t count_bits = 0x00ff'ffff'ffff'ffff;

using Rate = SystemCounter::Rate;

constexpr Rate base_rate = {1, 120};           // 25 MHz / 3
constexpr Rate slow_rate = {512, 15'625'000};  // 32768 Hz

Rate rate_of(std::uint32_t control) {
    return slow_clock.of(control) != 0 ? slow_rate : base_rate;
}

/** Ticks that fit into @p nanoseconds, without overflow of the product. */
std::uint64_t ticks_in(std::uint64_t nanoseconds, Rate rate) {
    return nanoseconds / rate.nanoseconds * rate.ticks +
           nanoseconds % rate.nanoseconds * rate.ticks / rate.nanoseconds;
}

/** Time until @p ticks more have been counted, or nothing if that lies beyond the end of virtual time. */
std::optional<std::int64_t> time_for(std::uint64_t ticks, Rate rate) {
    const std::uint64_t whole = ticks / rate.ticks;
    const std::uint64_t rest = (ticks % rate.ticks * rate.nanoseconds + rate.ticks - 1) / rate.ticks;
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 4);
    if (whole > limit / rate.nanoseconds) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(whole * rate.nanoseconds + rest);
}

std::uint32_t half_of(std::uint64_t count, unsigned half) {
    return static_cast<std::uint32_t>(count >> (32 * half));
}

}  // namespace

SystemCounter::SystemCounter(Host& host) : BankDevice(host) {
    add_window("sysctr-read", window, read_registers(*this));
    add_window("sysctr-compare", window, compare_registers(*this));
    add_window("sysctr-control", window, control_registers(*this));
}

std::vector<Register> SystemCounter::read_registers(SystemCounter& self) {
    const auto count = [&self](std::uint32_t half, std::uint32_t) {
        return half_of(self.count_at(self.access_time_), half);
    };
    return {
        {.offset = cntcv_low,
         .name = "CNTCV",
         .access = FieldAccess::read_only,
         .count = 2,
         .on_read = count},
        {.offset = 0xfd0, .name = "CNTID", .access = FieldAccess::read_only},
    };
}

std::vector<Register> SystemCounter::compare_registers(SystemCounter& self) {
    std::vector<Register> rows;
    for (unsigned comparator = 0; comparator < comparator_count; ++comparator) {
        const std::uint32_t base = comparator * comparator_step;
        const auto written = [&self, comparator](const WriteEvent&) { self.update(comparator); };
        const auto control = [&self, comparator](std::uint32_t, std::uint32_t stored) {
            return compare_status.in(stored, self.reached(comparator, self.access_time_) ? 1 : 0);
        };
        rows.push_back({.offset = base + cmpcv_low, .name = "CMPCVL", .on_write = written});
        rows.push_back(
            {.offset = base + cmpcv_high, .name = "CMPCVH", .fields = {upper_count}, .on_write = written});
        rows.push_back({.offset = base + cmpcr,
                        .name = "CMPCR",
                        .fields = {compare_enable, interrupt_mask, compare_status},
                        .on_read = control,
                        .on_write = written});
    }
    rows.push_back({.offset = 0xfd0, .name = "CNTID", .access = FieldAccess::read_only});
    return rows;
}

std::vector<Register> SystemCounter::control_registers(SystemCounter& self) {
    const auto acknowledged_clock = [&self](std::uint32_t, std::uint32_t) {
        const bool slow = self.bank(control_frame).get<bool>(cntcr, slow_clock);
        return (slow ? slow_clock_used : base_clock_used).mask();
    };
    const auto count = [&self](std::uint32_t half, std::uint32_t) {
        return half_of(self.count_at(self.access_time_), half);
    };
    return {
        {.offset = cntcr,
         .name = "CNTCR",
         .reset = bits_of({base_clock, halt_debug, running}),
         .fields = {running, halt_debug, base_clock, slow_clock},
         .on_write = [&self](const WriteEvent& event) { self.control_written(event); }},
        {.offset = cntsr,
         .name = "CNTSR",
         .fields = {base_clock_used, slow_clock_used},
         .on_read = acknowledged_clock},
        {.offset = cntcv_low,
         .name = "CNTCVL",
         .on_read = count,
         .on_write = [&self](const WriteEvent& event) { self.count_written(0, event); }},
        {.offset = cntcv_high,
         .name = "CNTCVH",
         .fields = {upper_count},
         .on_read = [count](std::uint32_t, std::uint32_t stored) { return count(1, stored); },
         .on_write = [&self](const WriteEvent& event) { self.count_written(1, event); }},
        {.offset = cntfid0, .name = "CNTFID0", .reset = base_frequency, .access = FieldAccess::read_only},
        {.offset = cntfid0 + 4, .name = "CNTFID1", .reset = slow_frequency, .access = FieldAccess::read_only},
        {.offset = cntfid0 + 8, .name = "CNTFID2", .access = FieldAccess::read_only},
        {.offset = 0xfd0, .name = "CNTID", .access = FieldAccess::read_only},
    };
}

ReadResult SystemCounter::read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) {
    access_time_ = host().now();
    return BankDevice::read(region, offset, size, by);
}

void SystemCounter::reset() {
    BankDevice::reset();
    base_count_ = 0;
    base_time_ = 0;
}

std::uint64_t SystemCounter::ticks_since_base(std::int64_t time, Rate rate) const {
    if (time < base_time_) {
        return 0;
    }
    return ticks_in(static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(base_time_), rate);
}

std::uint64_t SystemCounter::count_at(std::int64_t time) const {
    const std::uint32_t control = bank(control_frame).value(cntcr);
    const bool runs = running.of(control) != 0;
    return (base_count_ + (runs ? ticks_since_base(time, rate_of(control)) : 0)) & count_bits;
}

std::uint64_t SystemCounter::compare_value(unsigned comparator) const {
    const RegisterBank& compare = bank(compare_frame);
    const std::uint32_t base = comparator * comparator_step;
    return static_cast<std::uint64_t>(compare.value(base + cmpcv_high)) << 32 |
           compare.value(base + cmpcv_low);
}

bool SystemCounter::reached(unsigned comparator, std::int64_t time) const {
    const std::uint32_t control = bank(compare_frame).value(comparator * comparator_step + cmpcr);
    return compare_enable.of(control) != 0 && count_at(time) >= compare_value(comparator);
}

void SystemCounter::control_written(const WriteEvent& event) {
    if (event.after == event.before) {
        return;  // a new base would lose the fraction of a tick
    }
    const std::int64_t now = host().now();
    bank(control_frame).set(cntcr, event.before);
    base_count_ = count_at(now);
    base_time_ = now;
    bank(control_frame).set(cntcr, event.after);
    update_all();
}

void SystemCounter::count_written(unsigned half, const WriteEvent& event) {
    if (bank(control_frame).get<bool>(cntcr, running)) {
        host().log(LogKind::guest_error, "sysctr-control: CNTCV is written while the counter runs");
        return;
    }
    const std::uint32_t kept = half_of(base_count_, half) & ~event.lanes;
    const std::uint64_t changed =
        (kept | (event.written & event.lanes)) & (half == 0 ? ~0u : upper_count.mask());
    const std::uint64_t other = base_count_ & (half == 0 ? ~0xffff'ffffull : 0xffff'ffffull);
    base_count_ = other | changed << (32 * half);
    update_all();
}

void SystemCounter::update(unsigned comparator) {
    const std::uint32_t control = bank(compare_frame).value(comparator * comparator_step + cmpcr);
    const std::uint32_t counter = bank(control_frame).value(cntcr);
    const std::int64_t now = host().now();
    const bool due = reached(comparator, now);
    host().set_irq(comparator, due && interrupt_mask.of(control) == 0);
    if (compare_enable.of(control) != 0 && running.of(counter) != 0) {
        // The next change is the compare value, or the end of the count if that is reached already. It is
        // counted from the base, so that the deadline is the very tick.
        const Rate rate = rate_of(counter);
        const std::uint64_t next = due ? count_bits + 1 : compare_value(comparator);
        const auto wait = time_for(ticks_since_base(now, rate) + next - count_at(now), rate);
        if (wait) {
            host().schedule(comparator, base_time_ + *wait);
            return;
        }
    }
    host().cancel(comparator);
}

void SystemCounter::update_all() {
    for (unsigned comparator = 0; comparator < comparator_count; ++comparator) {
        update(comparator);
    }
}

void SystemCounter::timer_expired(unsigned timer) {
    update(timer);
}

void SystemCounter::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(base_count_, count_bits);
    archive.value(base_time_, std::numeric_limits<std::int64_t>::max() / 4);
}

void SystemCounter::resume() {
    update_all();
}

}  // namespace svp
