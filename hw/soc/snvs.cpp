// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/snvs.hpp"

#include <limits>
#include <utility>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

// HPCR
constexpr std::uint32_t hpcr = 0x08;
constexpr Field rtc_enable = {"RTC_EN", 0};
constexpr Field hp_alarm_enable = {"HPTA_EN", 1};
constexpr Field time_synchronize = {"HP_TS", 16};

// HPSR
constexpr std::uint32_t hpsr = 0x14;
constexpr Field hp_alarm = {"HPTA", 0, 1, FieldAccess::write_1_clear};
constexpr Field button = {"BTN", 6, 1, FieldAccess::read_only};

// LPCR
constexpr std::uint32_t lpcr = 0x38;
constexpr Field srtc_enable = {"SRTC_ENV", 0};
constexpr Field lp_alarm_enable = {"LPTA_EN", 1};
constexpr Field dumb_pmic = {"DP_EN", 5};
constexpr Field turn_off = {"TOP", 6};

// LPSR
constexpr std::uint32_t lpsr = 0x4c;
constexpr Field lp_alarm = {"LPTA", 0, 1, FieldAccess::write_1_clear};
constexpr Field set_power_off = {"SPO", 18, 1, FieldAccess::write_1_clear};

constexpr std::uint32_t lp_first = 0x34;  // of the battery's half
constexpr std::uint32_t lp_last = 0x9c;
constexpr std::uint32_t lpgpr0_legacy = 0x68;
constexpr std::uint32_t lpgpr = 0x90;

constexpr unsigned count_width = 47;
constexpr std::uint64_t count_bits = (1ull << count_width) - 1;
constexpr unsigned high_width = 15;         ///< bits of a count's or alarm's upper register
constexpr unsigned ticks_of_a_second = 15;  // as a power of 2

// 32768 Hz, without a fraction
constexpr std::uint64_t rate_ticks = 512;
constexpr std::uint64_t rate_nanoseconds = 15'625'000;

constexpr unsigned lp_timer = 0;
constexpr unsigned hp_timer = 1;
constexpr unsigned key_timer = 2;

constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max() / 4;

constexpr PropertyInfo property_list[] = {
    {"epoch", "real time at the beginning of virtual time, in seconds since 1970", 0},
};

std::uint64_t ticks_in(std::int64_t nanoseconds) {
    const auto whole = static_cast<std::uint64_t>(nanoseconds);
    return whole / rate_nanoseconds * rate_ticks + whole % rate_nanoseconds * rate_ticks / rate_nanoseconds;
}

/** The shortest time in which that many ticks are counted; their number has 47 bits. */
std::int64_t time_for(std::uint64_t ticks) {
    return static_cast<std::int64_t>(ticks / rate_ticks * rate_nanoseconds +
                                     (ticks % rate_ticks * rate_nanoseconds + rate_ticks - 1) / rate_ticks);
}

}  // namespace

struct Snvs::Clock {
    std::uint32_t control;
    Field run;           ///< of `control`
    Field alarm_enable;  ///< of `control`
    std::uint32_t status;
    Field alarm;  ///< of `status`
    std::uint32_t count_high;
    const char* count_names[2];  ///< high half, low half
    unsigned timer;
};

const Snvs::Clock Snvs::lp = {lpcr,     srtc_enable, lp_alarm_enable,          lpsr,
                              lp_alarm, 0x50,        {"LPSRTCMR", "LPSRTCLR"}, lp_timer};
const Snvs::Clock Snvs::hp = {hpcr,     rtc_enable, hp_alarm_enable,        hpsr,
                              hp_alarm, 0x24,       {"HPRTCMR", "HPRTCLR"}, hp_timer};

Snvs::Snvs(Host& host) : BankDevice(host, "snvs", window, registers(*this)) {}

void Snvs::add_clock(Snvs& self, const Clock& clock, std::vector<Register>& rows) {
    for (unsigned half : {1u, 0u}) {
        rows.push_back(
            {.offset = clock.count_high + (half == 1 ? 0 : 4),
             .name = clock.count_names[half == 1 ? 0 : 1],
             .fields = {{half == 1 ? "HIGH" : "LOW", 0, half == 1 ? high_width : 32}},
             .on_read =
                 [&self, &clock, half](std::uint32_t, std::uint32_t) {
                     return static_cast<std::uint32_t>(self.count(clock) >> (32 * half));
                 },
             .on_write = [&self, &clock,
                          half](const WriteEvent& event) { self.count_written(clock, half, event); }});
    }
}

std::vector<Register> Snvs::registers(Snvs& self) {
    const auto alarm_moved = [&self](const Clock& clock) {
        return [&self, &clock](const WriteEvent&) { self.set_alarm(clock); };
    };
    const auto lines = [&self](const WriteEvent&) { self.update_lines(); };
    std::vector<Register> rows = {
        {.offset = hpcr,
         .name = "HPCR",
         .fields = {rtc_enable,
                    hp_alarm_enable,
                    {"DIS_PI", 2},
                    {"PI_EN", 3, 1, FieldAccess::unmodelled},
                    {"PI_FREQ", 4, 4},
                    {"HPCALB_EN", 8, 1, FieldAccess::unmodelled},
                    {"HPCALB_VAL", 10, 5, FieldAccess::unmodelled},
                    time_synchronize,
                    {"BTN_CONFIG", 24, 3},
                    {"BTN_MASK", 27}},
         .on_write = [&self](const WriteEvent& event) { self.control_written(hp, event); }},
        {.offset = hpsr,
         .name = "HPSR",
         .fields = {hp_alarm,
                    {"PI", 1, 1, FieldAccess::write_1_clear},
                    button,
                    {"BI", 7, 1, FieldAccess::write_1_clear}},
         .on_read = [&self](std::uint32_t,
                            std::uint32_t stored) { return button.in(stored, self.pressed_ ? 1 : 0); },
         .on_write = lines},
        {.offset = 0x2c,
         .name = "HPTAMR",
         .fields = {{"HPTA_MS", 0, high_width}},
         .on_write = alarm_moved(hp)},
        {.offset = 0x30, .name = "HPTALR", .on_write = alarm_moved(hp)},
        {.offset = lpcr,
         .name = "LPCR",
         .reset = srtc_enable.mask(),
         .fields = {srtc_enable,
                    lp_alarm_enable,
                    {"MC_ENV", 2, 1, FieldAccess::unmodelled},
                    {"LPWUI_EN", 3},
                    {"SRTC_INV_EN", 4},
                    dumb_pmic,
                    turn_off,
                    {"LPCALB_EN", 8, 1, FieldAccess::unmodelled},
                    {"LPCALB_VAL", 10, 5, FieldAccess::unmodelled},
                    {"BTN_PRESS_TIME", 16, 2},
                    {"DEBOUNCE", 18, 2},
                    {"ON_TIME", 20, 2},
                    {"PK_EN", 22},
                    {"PK_OVERRIDE", 23},
                    {"GPR_Z_DIS", 24}},
         .on_write = [&self](const WriteEvent& event) { self.control_written(lp, event); }},
        {.offset = lpsr,
         .name = "LPSR",
         .fields = {lp_alarm,
                    {"SRTCR", 1, 1, FieldAccess::write_1_clear},
                    {"MCR", 2, 1, FieldAccess::write_1_clear},
                    {"PGD", 3, 1, FieldAccess::write_1_clear},
                    {"ESVD", 16, 1, FieldAccess::write_1_clear},
                    {"EO", 17, 1, FieldAccess::write_1_clear},
                    set_power_off},
         .on_write = lines},
        {.offset = 0x58, .name = "LPTAR", .on_write = alarm_moved(lp)},
        {.offset = 0x5c, .name = "LPSMCMR", .access = FieldAccess::read_only},
        {.offset = 0x60, .name = "LPSMCLR", .access = FieldAccess::unmodelled},
        {.offset = 0x64, .name = "LPPGDR"},
        {.offset = lpgpr0_legacy,
         .name = "LPGPR0_LEGACY_ALIAS",
         .on_write = [&self](const WriteEvent& event) { self.bank().set(lpgpr, event.after); }},
        {.offset = lpgpr,
         .name = "LPGPR",
         .count = 4,
         .on_write =
             [&self](const WriteEvent& event) {
                 if (event.index == 0) {
                     self.bank().set(lpgpr0_legacy, event.after);
                 }
             }},
        {.offset = 0xbf8, .name = "HPVIDR1", .reset = 0x003e0301, .access = FieldAccess::read_only},
        {.offset = 0xbfc, .name = "HPVIDR2", .access = FieldAccess::read_only},
    };
    add_clock(self, hp, rows);
    add_clock(self, lp, rows);
    constexpr struct {
        std::uint32_t offset;
        const char* name;
    } security[] = {
        {0x00, "HPLR"},   {0x04, "HPCOMR"},   {0x0c, "HPSICR"},  {0x10, "HPSVCR"},
        {0x18, "HPSVSR"}, {0x1c, "HPHACIVR"}, {0x20, "HPHACR"},  {lp_first, "LPLR"},
        {0x3c, "LPMKCR"}, {0x40, "LPSVCR"},   {0x44, "LPTGFCR"}, {0x48, "LPTDCR"},
    };
    for (const auto& [offset, name] : security) {
        rows.push_back({.offset = offset, .name = name, .access = FieldAccess::unmodelled});
    }
    return rows;
}

std::span<const PropertyInfo> Snvs::properties() const {
    return property_list;
}

std::optional<std::string> Snvs::set_property(std::string_view name, std::uint64_t value) {
    if (name != property_list[0].name) {
        return Device::set_property(name, value);
    }
    if (value > std::numeric_limits<std::uint32_t>::max()) {
        return "epoch is " + std::to_string(value) + ", the SRTC holds 32 bits of seconds";
    }
    counters_[0] = {.count = value << ticks_of_a_second, .since = 0};
    return std::nullopt;
}

bool Snvs::runs(const Clock& clock) const {
    return bank().get<bool>(clock.control, clock.run);
}

bool Snvs::alarm_on(const Clock& clock) const {
    return runs(clock) && bank().get<bool>(clock.control, clock.alarm_enable);
}

std::uint64_t Snvs::count(const Clock& clock) {
    const Counter& last = counter(clock);
    const std::int64_t passed = host().now() - last.since;
    return (last.count + (runs(clock) && passed > 0 ? ticks_in(passed) : 0)) & count_bits;
}

std::uint64_t Snvs::alarm_time(const Clock& clock) const {
    if (&clock == &lp) {
        return static_cast<std::uint64_t>(bank().value(0x58)) << ticks_of_a_second;
    }
    return static_cast<std::uint64_t>(bank().value(0x2c)) << 32 | bank().value(0x30);
}

void Snvs::control_written(const Clock& clock, const WriteEvent& event) {
    const std::uint32_t changed = event.after ^ event.before;
    if (clock.run.of(changed) != 0) {
        bank().set(clock.control, event.before);
        counter(clock) = {.count = count(clock), .since = host().now()};
        bank().set(clock.control, event.after);
    }
    if (&clock == &hp) {
        if (time_synchronize.of(event.after) != 0) {
            counter(hp) = {.count = count(lp), .since = host().now()};
            bank().set(hpcr, time_synchronize, false);
        }
    } else if (dumb_pmic.of(event.after) == 0) {
        bank().set(lpcr, turn_off, false);  // the PMIC does not listen
    }
    if (clock.run.of(changed) != 0 || clock.alarm_enable.of(changed) != 0) {
        set_alarm(clock);
    }
    update_lines();
}

void Snvs::count_written(const Clock& clock, unsigned half, const WriteEvent& event) {
    if (runs(clock)) {
        host().log(LogKind::guest_error, std::string("snvs: ") + clock.count_names[half == 1 ? 0 : 1] +
                                             " is written while the clock runs");
        return;
    }
    const std::uint64_t lanes = static_cast<std::uint64_t>(event.lanes) << (32 * half);
    const std::uint64_t written = static_cast<std::uint64_t>(event.written) << (32 * half);
    counter(clock).count = ((counter(clock).count & ~lanes) | (written & lanes)) & count_bits;
}

/** The alarm was set or switched on; one in the present second or tick comes now. */
void Snvs::set_alarm(const Clock& clock) {
    const unsigned fraction = &clock == &lp ? ticks_of_a_second : 0;

    if (alarm_on(clock) && count(clock) >> fraction == alarm_time(clock) >> fraction) {
        latch(clock.status, clock.alarm);
    }
    schedule_alarm(clock);
}

void Snvs::schedule_alarm(const Clock& clock) {
    const std::uint64_t due = alarm_time(clock);

    if (alarm_on(clock) && due > count(clock)) {
        const Counter& last = counter(clock);
        const std::int64_t wait = time_for((due - last.count) & count_bits);
        if (wait < end_of_time - last.since) {
            host().schedule(clock.timer, last.since + wait);
            return;
        }
    }
    host().cancel(clock.timer);
}

void Snvs::timer_expired(unsigned timer) {
    if (timer == key_timer) {
        pressed_ = false;
        return;
    }
    const Clock& clock = timer == hp_timer ? hp : lp;
    if (count(clock) >= alarm_time(clock)) {
        latch(clock.status, clock.alarm);
    } else {
        schedule_alarm(clock);
    }
}

void Snvs::set_input(unsigned, bool level) {
    if (!level) {
        return;
    }
    pressed_ = true;
    release_time_ = host().now() + key_press_time;
    host().schedule(key_timer, release_time_);
    latch(lpsr, set_power_off);
}

void Snvs::latch(std::uint32_t offset, const Field& status) {
    bank().set(offset, status, true);
    update_lines();
}

void Snvs::update_lines() {
    const bool hp_due = bank().get<bool>(hpsr, hp_alarm) && bank().get<bool>(hpcr, hp_alarm_enable);
    const bool lp_due = bank().get<bool>(lpsr, lp_alarm) && bank().get<bool>(lpcr, lp_alarm_enable);
    const bool pmic = bank().get<bool>(lpcr, dumb_pmic);

    host().set_irq(alarm_line, hp_due || lp_due);
    host().set_irq(power_off_line, pmic && bank().get<bool>(lpcr, turn_off));
    host().set_irq(key_line, pmic && bank().get<bool>(lpsr, set_power_off));
}

void Snvs::reset() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> kept;
    for (const Register& row : bank().rows()) {
        for (std::uint32_t i = 0; i < row.count; ++i) {
            const std::uint32_t offset = row.offset + i * row.stride;
            if (offset >= lp_first && offset <= lp_last) {
                kept.emplace_back(offset, bank().value(offset));
            }
        }
    }
    BankDevice::reset();
    for (const auto& [offset, value] : kept) {
        bank().set(offset, offset == lpcr ? turn_off.in(value, 0) : value);
    }
    counters_[1] = {};
    pressed_ = false;
    resume();
}

void Snvs::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    for (Counter& counter : counters_) {
        archive.value(counter.count, count_bits);
        archive.value(counter.since, end_of_time);
    }
    archive.value(pressed_);
    archive.value(release_time_, end_of_time);
}

void Snvs::resume() {
    schedule_alarm(lp);
    schedule_alarm(hp);
    if (pressed_) {
        host().schedule(key_timer, release_time_);
    }
    update_lines();
}

}  // namespace svp
