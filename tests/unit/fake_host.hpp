// SPDX-License-Identifier: GPL-2.0-or-later
/** Surroundings for a device core under test: records what the core asks for, and moves time by hand. */
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "svp/device.hpp"

namespace svp::test {

class FakeHost : public Host {
 public:
    void set_irq(unsigned line, bool level) override {
        if (level && !irq[line]) {
            ++irq_edges[line];
        }
        irq[line] = level;
    }
    std::int64_t now() override { return time; }
    void schedule(unsigned timer, std::int64_t deadline) override { deadlines[timer] = deadline; }
    void cancel(unsigned timer) override { deadlines.erase(timer); }
    void log(LogKind kind, std::string_view message) override {
        (kind == LogKind::guest_error ? guest_errors : unimplemented).emplace_back(message);
    }
    void cpu_on(unsigned cpu, std::uint64_t entry) override {
        powered[cpu] = true;
        entries[cpu] = entry;
        ++power_ons[cpu];
    }
    void cpu_off(unsigned cpu) override {
        powered[cpu] = false;
        ++power_offs[cpu];
    }
    bool cpu_halted(unsigned cpu) override { return halted[cpu]; }
    void policy_changed() override { ++policy_changes; }

    /** Moves virtual time on by @p nanoseconds and runs the timers of @p device that fall due, in order. */
    void advance(Device& device, std::int64_t nanoseconds) {
        const std::int64_t end = time + nanoseconds;
        for (;;) {
            auto next = deadlines.end();
            for (auto it = deadlines.begin(); it != deadlines.end(); ++it) {
                if (it->second <= end && (next == deadlines.end() || it->second < next->second)) {
                    next = it;
                }
            }
            if (next == deadlines.end()) {
                break;
            }
            const unsigned timer = next->first;
            time = next->second > time ? next->second : time;
            deadlines.erase(next);
            device.timer_expired(timer);
        }
        time = end;
    }

    std::map<unsigned, bool> irq;
    std::map<unsigned, unsigned> irq_edges;  ///< rising edges seen on each line
    std::map<unsigned, std::int64_t> deadlines;
    std::map<unsigned, bool> powered;
    std::map<unsigned, bool> halted;
    std::map<unsigned, std::uint64_t> entries;
    std::map<unsigned, unsigned> power_ons;
    std::map<unsigned, unsigned> power_offs;
    std::vector<std::string> guest_errors;
    std::vector<std::string> unimplemented;
    std::int64_t time = 0;
    unsigned policy_changes = 0;
};

/** A 32-bit access by the secure A53, as most register tests want it. */
inline Transaction secure_access() {
    return Transaction{};
}

/** The same by the non-secure A53. */
inline Transaction non_secure_access() {
    Transaction transaction;
    transaction.world = World::non_secure;
    return transaction;
}

inline std::uint32_t read32(Device& device, std::uint64_t offset, const Transaction& by = secure_access(),
                            unsigned region = 0) {
    return static_cast<std::uint32_t>(device.read(region, offset, 4, by).value);
}

inline Response write32(Device& device, std::uint64_t offset, std::uint32_t value,
                        const Transaction& by = secure_access(), unsigned region = 0) {
    return device.write(region, offset, value, 4, by);
}

}  // namespace svp::test
