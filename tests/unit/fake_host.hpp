// SPDX-License-Identifier: GPL-2.0-or-later
/** Host of a device core under test: records what the core asks for, and moves time by hand. */
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

#include "bus/bus.hpp"
#include "svp/device.hpp"

namespace svp::test {

/**
 * What is on the other side of the bus: bytes at addresses, ranges that a firewall would deny, and every
 * transfer on record. Moved by the bus that the board has.
 */
class FakeMemory : private AccessJudge, private RawMemory {
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
        Stream stream = Stream::none;
        bool observer = false;
        bool never_secure = false;
        bool operator==(const Access&) const = default;
    };

    FakeMemory() = default;
    /** Takes over what is in there; each has a bus of its own. */
    FakeMemory(const FakeMemory& other) { *this = other; }
    FakeMemory& operator=(const FakeMemory& other) {
        fences = other.fences;
        accesses = other.accesses;
        judged = other.judged;
        denied = other.denied;
        pages = other.pages;
        return *this;
    }

    Response read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data) {
        accesses.push_back({by.master, by.own_world, Direction::read, address, data.size(), by.stream,
                            by.observer, by.never_secure});
        return bus_.read(by, address, data).answer;
    }
    Response write(const Initiator& by, std::uint64_t address, std::span<const std::uint8_t> data) {
        accesses.push_back(
            {by.master, by.own_world, Direction::write, address, data.size(), by.stream, by.observer});
        return bus_.write(by, address, data).answer;
    }
    Response read_rows(const Initiator& by, const Rows& rows, std::span<std::uint8_t> data) {
        accesses.push_back(
            {by.master, by.own_world, Direction::read, rows.address, data.size(), by.stream, by.observer});
        return bus_.read_rows(by, rows, data).answer;
    }
    Response write_rows(const Initiator& by, const Rows& rows, std::span<const std::uint8_t> data) {
        accesses.push_back(
            {by.master, by.own_world, Direction::write, rows.address, data.size(), by.stream, by.observer});
        return bus_.write_rows(by, rows, data).answer;
    }
    /** Leaves its own record; data of nobody are no access. */
    Judgement judge_rows(const Initiator& by, const Rows& rows) {
        judged.push_back({by.master, by.own_world, Direction::read, rows.address, rows.width * rows.height,
                          by.stream, by.observer});
        return bus_.judge_rows(by, rows);
    }
    Response look_rows(const Initiator& by, const Rows& rows, std::span<const JudgedPiece> exceptions,
                       std::span<std::uint8_t> data) {
        accesses.push_back(
            {by.master, by.own_world, Direction::read, rows.address, data.size(), by.stream, by.observer});
        return bus_.look_rows(by, rows, exceptions, data);
    }
    bool transform(const Initiator& by, std::uint64_t source, std::uint64_t target, std::size_t size,
                   const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) {
        return bus_.transform(by, source, target, size, move);
    }

    /** What lies at an address, past every fence; 0 where nothing was put. */
    std::uint8_t byte(std::uint64_t address) const {
        const auto page = pages.find(address >> 12);
        return page == pages.end() ? std::uint8_t{0} : page->second[address & 4095];
    }
    std::vector<std::uint8_t> bytes(std::uint64_t address, std::size_t size) const {
        std::vector<std::uint8_t> result(size);
        copy_out(address, result);
        return result;
    }
    void put(std::uint64_t address, std::span<const std::uint8_t> data) {
        for (std::size_t done = 0, count = 0; done < data.size(); done += count, address += count) {
            std::vector<std::uint8_t>& page = pages[address / page_size];
            page.resize(page_size);
            count = std::min(data.size() - done, page_size - address % page_size);
            std::copy_n(data.data() + done, count, page.data() + address % page_size);
        }
    }

    std::vector<Fence> fences;
    std::vector<Access> accesses;
    std::vector<Access> judged;       ///< without data
    std::vector<Transaction> denied;  ///< what the firewall would have on record

 private:
    /** RAM that is mapped: a copy, so that nobody sees what is written before it ends. */
    struct Mapped {
        std::uint64_t address;
        std::vector<std::uint8_t> cells;
    };

    static constexpr std::size_t page_size = 4096;

    void copy_out(std::uint64_t address, std::span<std::uint8_t> data) const {
        for (std::size_t done = 0, count = 0; done < data.size(); done += count, address += count) {
            const auto page = pages.find(address / page_size);
            count = std::min(data.size() - done, page_size - address % page_size);
            if (page == pages.end()) {
                std::fill_n(data.data() + done, count, std::uint8_t{0});
            } else {
                std::copy_n(page->second.data() + address % page_size, count, data.data() + done);
            }
        }
    }
    const Fence* fence_at(std::uint64_t address, Direction direction) const {
        const auto found = std::find_if(fences.begin(), fences.end(), [&](const Fence& fence) {
            return fence.direction == direction && address >= fence.first && address <= fence.last;
        });
        return found == fences.end() ? nullptr : &*found;
    }
    const Fence* fence_of(const Transaction& access) const {
        return fence_at(access.address, access.direction);
    }

    // Who judges.

    Transaction identity(Master master, World own_world, bool own_privileged) const override {
        Transaction transaction;
        transaction.size = 0;
        transaction.master = master;
        transaction.world = own_world;
        transaction.privileged = own_privileged;
        return transaction;
    }
    std::uint64_t run_length(const Transaction& transaction, std::uint64_t length) const override {
        const Fence* here = fence_of(transaction);
        std::uint64_t same = length;
        for (const Fence& fence : fences) {
            for (const std::uint64_t edge : {fence.first, fence.last + 1}) {
                if (fence.direction == transaction.direction && edge > transaction.address &&
                    fence_at(edge, transaction.direction) != here) {
                    same = std::min(same, edge - transaction.address);
                }
            }
        }
        return same;
    }
    Decision access(const Transaction& transaction) override {
        const Fence* fence = fence_of(transaction);
        Decision decision;
        if (fence != nullptr) {
            decision.granted = fence->moves_data;
            decision.response = fence->answer;
            if (!decision.granted && !transaction.debug) {
                denied.push_back(transaction);
            }
        }
        return decision;
    }
    bool grants_quietly(const Transaction& range) const override {
        return std::none_of(fences.begin(), fences.end(), [&](const Fence& fence) {
            return fence.direction == range.direction && fence.first < range.address + range.size &&
                   fence.last >= range.address;
        });
    }

    // What is judged: RAM everywhere.

    std::uint64_t ram_left(std::uint64_t address) override { return ~address; }
    Response read(const Transaction& by, std::span<std::uint8_t> data) override {
        copy_out(by.address, data);
        return Response::okay;
    }
    Response write(const Transaction& by, std::span<const std::uint8_t> data) override {
        put(by.address, data);
        return Response::okay;
    }
    std::uint8_t* map(std::uint64_t address, std::uint64_t size, bool writable) override {
        for (Mapped& other : mapped_) {
            if (other.address == address) {
                return other.cells.data();
            }
            if (other.address < address + size && address < other.address + other.cells.size()) {
                return other.cells.data() + 1;  // not the same cells, nor apart
            }
        }
        // What the target holds meanwhile is nobody's business.
        mapped_.push_back({address, writable ? std::vector<std::uint8_t>(size, 0xa5) : bytes(address, size)});
        return mapped_.back().cells.data();
    }
    void unmap(std::uint8_t* cells, std::uint64_t, bool writable, bool done) override {
        const auto found = std::find_if(mapped_.begin(), mapped_.end(),
                                        [&](const Mapped& mapped) { return mapped.cells.data() == cells; });
        if (writable && done) {
            put(found->address, found->cells);
        }
        if (!writable) {
            mapped_.clear();  // the source goes last
        }
    }
    unsigned policy_generation() override { return 0; }
    bool lock() override { return false; }
    void unlock() override {}

    std::map<std::uint64_t, std::vector<std::uint8_t>> pages;
    std::vector<Mapped> mapped_;
    Bus bus_{*this, *this};
};

class FakeHost : public Host, public CorePower {
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
    /** Other numbers each time, the same in every run. */
    void random(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(randomness = randomness * 5 + 0x3b);
        }
        random_bytes += bytes.size();
    }
    CorePower* core_power() override { return this; }
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
    void refused(const Transaction& access, const Refusal& refusal) override {
        if (!access.debug) {
            refusals.push_back({access, refusal});
        }
    }
    bool store(const std::string& path, std::span<const std::uint8_t> data) override {
        if (disk_is_full) {
            ++stores_refused;
            return false;
        }
        stored[path].assign(data.begin(), data.end());
        return true;
    }
    std::optional<DeviceFault> fault(std::string_view name) override {
        const auto found = faults.find(std::string(name));
        if (found == faults.end()) {
            return std::nullopt;
        }
        const DeviceFault happens = found->second;
        faults.erase(found);
        return happens;
    }
    void job_ended(const JobReport& job) override { jobs.push_back(job); }
    Response bus_read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data) override {
        return memory.read(by, address, data);
    }
    Response bus_write(const Initiator& by, std::uint64_t address,
                       std::span<const std::uint8_t> data) override {
        return memory.write(by, address, data);
    }
    Response bus_read_rows(const Initiator& by, const Rows& rows, std::span<std::uint8_t> data) override {
        return memory.read_rows(by, rows, data);
    }
    Response bus_write_rows(const Initiator& by, const Rows& rows,
                            std::span<const std::uint8_t> data) override {
        return memory.write_rows(by, rows, data);
    }
    Judgement bus_judge_rows(const Initiator& by, const Rows& rows) override {
        return memory.judge_rows(by, rows);
    }
    Response bus_look_rows(const Initiator& by, const Rows& rows, std::span<const JudgedPiece> exceptions,
                           std::span<std::uint8_t> data) override {
        return memory.look_rows(by, rows, exceptions, data);
    }
    bool bus_transform(const Initiator& by, std::uint64_t source, std::uint64_t target, std::size_t size,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        const bool done = transforms && memory.transform(by, source, target, size, move);
        transformed += done ? size : 0;
        return done;
    }
    std::int64_t bus_delay() override { return std::exchange(delay, 0); }
    void request_work() override { work_requested = true; }
    bool work_must_end() override { return must_end ? must_end() : false; }
    void work_takes(std::uint64_t nanoseconds) override { taken += nanoseconds; }
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
    unsigned randomness = 1;
    std::size_t random_bytes = 0;  ///< that were asked for
    unsigned policy_changes = 0;
    struct Refused {
        Transaction access;
        Refusal refusal;
    };
    std::vector<Refused> refusals;  ///< without those of an observer, which nobody records
    std::vector<JobReport> jobs;    ///< that have ended
    std::map<std::string, std::vector<std::uint8_t>> stored;  ///< files by path
    bool disk_is_full = false;
    unsigned stores_refused = 0;
    std::map<std::string, DeviceFault> faults;  ///< that happen at the next occasion
    FakeMemory memory;
    std::int64_t delay = 0;         ///< what bus_delay() says next, ns
    bool transforms = true;         ///< bus_transform() is possible
    std::uint64_t transformed = 0;  ///< bytes that went that way
    bool work_requested = false;
    bool inside = false;      ///< in an exclusive section
    bool nested = false;      ///< a section was begun inside of another one, which would never end elsewhere
    std::uint64_t taken = 0;  ///< ns that work() says it has taken
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

/** @p by as it reaches a register at @p offset of a window that begins the address space. */
inline Transaction register_access(Transaction by, std::uint64_t offset, unsigned size, Direction direction) {
    by.address = offset;
    by.size = size;
    by.direction = direction;
    return by;
}

inline std::uint32_t read32(Device& device, std::uint64_t offset, const Transaction& by = secure_access(),
                            unsigned region = 0) {
    return static_cast<std::uint32_t>(
        device.read(region, offset, 4, register_access(by, offset, 4, Direction::read)).value);
}

inline Response write32(Device& device, std::uint64_t offset, std::uint32_t value,
                        const Transaction& by = secure_access(), unsigned region = 0) {
    return device.write(region, offset, value, 4, register_access(by, offset, 4, Direction::write));
}

}  // namespace svp::test
