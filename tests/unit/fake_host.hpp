// SPDX-License-Identifier: GPL-2.0-or-later
/** Surroundings for a device core under test: records what the core asks for, and moves time by hand. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "svp/device.hpp"

namespace svp::test {

/** Memory on the fake bus: bytes at addresses, ranges that a firewall would deny, and every access on record.
 */
class FakeMemory {
 public:
    /** Addresses for which accesses of one direction get an answer, without data if it is a denial. */
    struct Fence {
        std::uint64_t first;
        std::uint64_t last;
        Direction direction;
        Response answer;
        bool moves_data = false;
    };
    struct Access {
        Master master;
        World world;
        Direction direction;
        std::uint64_t address;
        std::size_t size;
        bool operator==(const Access&) const = default;
    };

    Response read(Master master, World world, std::uint64_t address, std::span<std::uint8_t> data) {
        accesses.push_back({master, world, Direction::read, address, data.size()});
        Response worst = Response::okay;
        for (std::size_t i = 0; i < data.size(); ++i) {
            const Fence* fence = fence_at(address + i, Direction::read);
            worst = fence != nullptr ? std::max(worst, fence->answer) : worst;
            data[i] = fence != nullptr && !fence->moves_data ? 0 : byte(address + i);
        }
        return worst;
    }
    Response write(Master master, World world, std::uint64_t address, std::span<const std::uint8_t> data) {
        accesses.push_back({master, world, Direction::write, address, data.size()});
        Response worst = Response::okay;
        for (std::size_t i = 0; i < data.size(); ++i) {
            const Fence* fence = fence_at(address + i, Direction::write);
            worst = fence != nullptr ? std::max(worst, fence->answer) : worst;
            if (fence == nullptr || fence->moves_data) {
                pages[(address + i) >> 12].resize(4096);
                pages[(address + i) >> 12][(address + i) & 4095] = data[i];
            }
        }
        return worst;
    }

    /** What lies at an address, past every fence; 0 where nothing was put. */
    std::uint8_t byte(std::uint64_t address) const {
        const auto page = pages.find(address >> 12);
        return page == pages.end() ? std::uint8_t{0} : page->second[address & 4095];
    }
    std::vector<std::uint8_t> bytes(std::uint64_t address, std::size_t size) const {
        std::vector<std::uint8_t> result(size);
        for (std::size_t i = 0; i < size; ++i) {
            result[i] = byte(address + i);
        }
        return result;
    }
    void put(std::uint64_t address, std::span<const std::uint8_t> data) {
        for (std::size_t i = 0; i < data.size(); ++i) {
            pages[(address + i) >> 12].resize(4096);
            pages[(address + i) >> 12][(address + i) & 4095] = data[i];
        }
    }

    /** A fence is in the way of an access of that direction. */
    bool fenced(std::uint64_t address, std::size_t size, Direction direction) const {
        return std::any_of(fences.begin(), fences.end(), [&](const Fence& fence) {
            return fence.direction == direction && fence.first < address + size && fence.last >= address;
        });
    }

    std::vector<Fence> fences;
    std::vector<Access> accesses;

 private:
    const Fence* fence_at(std::uint64_t address, Direction direction) const {
        const auto found = std::find_if(fences.begin(), fences.end(), [&](const Fence& fence) {
            return fence.direction == direction && address >= fence.first && address <= fence.last;
        });
        return found == fences.end() ? nullptr : &*found;
    }

    std::map<std::uint64_t, std::vector<std::uint8_t>> pages;
};

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
    Response bus_read(Master master, World own_world, std::uint64_t address,
                      std::span<std::uint8_t> data) override {
        return memory.read(master, own_world, address, data);
    }
    Response bus_write(Master master, World own_world, std::uint64_t address,
                       std::span<const std::uint8_t> data) override {
        return memory.write(master, own_world, address, data);
    }
    bool bus_pass(Master, World, std::uint64_t source, std::uint64_t target, std::size_t size,
                  const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        const bool same = source == target, apart = source + size <= target || target + size <= source;
        if (!passes || !(same || apart) || memory.fenced(source, size, Direction::read) ||
            memory.fenced(target, size, Direction::write)) {
            return false;
        }
        // What the target holds meanwhile is nobody's business.
        std::vector<std::uint8_t> from = memory.bytes(source, size), to(size, 0xa5);
        move(from.data(), same ? from.data() : to.data());
        memory.put(target, same ? from : to);
        passed += size;
        return true;
    }
    std::int64_t bus_delay() override { return std::exchange(delay, 0); }
    void request_work() override { work_requested = true; }
    bool work_must_end() override { return must_end ? must_end() : false; }
    void exclusive(const std::function<void()>& section) override {
        nested = nested || std::exchange(inside, true);
        section();
        inside = false;
    }

    /** Calls Device::work() as often as the device asks for it; true if there was anything to do. */
    bool run_work(Device& device) {
        const bool asked = work_requested;
        while (work_requested) {
            work_requested = false;
            if (device.work()) {
                work_requested = true;
                break;
            }
        }
        return asked;
    }

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
    FakeMemory memory;
    std::int64_t delay = 0;    ///< what bus_delay() says next, ns
    bool passes = true;        ///< bus_pass() is possible
    std::uint64_t passed = 0;  ///< bytes that went that way
    bool work_requested = false;
    bool inside = false;  ///< in an exclusive section
    bool nested = false;  ///< a section was begun inside of another one, which would never end elsewhere
    std::function<bool()> must_end;  ///< answers work_must_end(); false without one
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
