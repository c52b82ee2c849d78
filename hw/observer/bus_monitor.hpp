// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The observer's end of the bus: keeps the record of violations and lets faults happen.
 *
 * Hardware: none; the guest can neither see nor reach it.
 *
 * Interface: QOM type "imx8mq.bus-monitor", no MMIO region, no interrupt line, one timer. Roles "tzasc",
 * "rdc", "csu" and "gpr" take a block that is a FaultTarget; faults name it by its role. The firewall is this
 * device's user: it calls before() and denied(), granted() or faulted() for each transaction, and is its
 * listener, for faults as well, and keeps the list of what they have opened. Properties "log-size" (records)
 * and "merge-window" (ns) as in violation_log.hpp; "leak-oracle" 1 has protected data followed
 * (leak_oracle.hpp), which is part of the saved state then; "withheld-base" and "withheld-bytes" name memory
 * that it takes for protected though the firewalls leave it to non-secure CPUs, as a hypervisor keeps its
 * guest out of it: their accesses are seen, too. Reset leaves record and faults alone: they belong to the
 * observer. Both are part of the saved state, so that a snapshot brings back what was known and armed when it
 * was taken.
 *
 * Not modelled: see violation_log.hpp and fault_injector.hpp.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/domain_source.hpp"
#include "bus/fault_listener.hpp"
#include "bus/fault_target.hpp"
#include "bus/policy_source.hpp"
#include "observer/event_limiter.hpp"
#include "observer/fault_injector.hpp"
#include "observer/fault_openings.hpp"
#include "observer/leak_oracle.hpp"
#include "observer/violation_log.hpp"
#include "svp/device.hpp"

namespace svp {

class BusMonitor : public Device, public PolicySource {
 public:
    /** Name under which the record has what a fault did where no block denied anything; index is the fault.
     */
    static constexpr std::string_view fault_denier = "fault";

    /** What this device asks of the emulator, or tells it, beyond Host. Members may be empty. */
    struct Callbacks {
        /** Number and program counter of the application core whose access is being handled, if one's is. */
        std::function<std::optional<std::pair<std::int32_t, std::uint64_t>>()> cpu_place;
        /** Something was recorded; @p merged as in ViolationLog. */
        std::function<void(const Violation&, bool merged)> recorded;
        /** Interrupt line @p line shall have level @p level at its receiver. */
        std::function<void(unsigned line, bool level)> drive_line;
        /** The leak oracle has found something; @p again: an older record took it in. */
        std::function<void(const Leak&, bool again)> leaked = {};
    };

    explicit BusMonitor(Host& host);

    void set_callbacks(Callbacks callbacks) { callbacks_ = std::move(callbacks); }

    /** Has @p listener look at rights around faults on state; it must outlive this device. */
    void set_fault_listener(FaultListener& listener) { fault_listener_ = &listener; }

    // For whoever moves transactions.

    /**
     * Applies the faults that wait for @p transaction; to be called for each one. Firewall registers may
     * change inside this call.
     */
    Outcome before(Transaction& transaction) { return injector_.armed() ? disturb(transaction) : Outcome{}; }

    /**
     * Puts on record that [@p address, @p address + @p length) of @p transaction was denied. @p outcome is
     * what before() said of it.
     */
    void denied(const Transaction& transaction, std::uint64_t address, std::uint64_t length,
                std::string_view denier, unsigned index, Response answer, const Outcome& outcome = {});

    /**
     * Puts on record that [@p address, @p address + @p length) of @p transaction was granted because of fault
     * number @p fault, and that its data moved.
     */
    void granted(const Transaction& transaction, std::uint64_t address, std::uint64_t length,
                 std::uint32_t fault, Response answer);

    /**
     * Puts on record that a fault hit a transaction that no block denied, nor would have denied without it.
     */
    void faulted(const Transaction& transaction, const Outcome& outcome, Response answer);

    /** Puts on record that the block behind @p refusal refused all of @p access, see Host::refused(). */
    void refused(Transaction access, const Refusal& refusal);

    /** What faults on state have opened. */
    const FaultOpenings& openings() const { return openings_; }
    /** Has @p change alter them; if it says true, watches may answer otherwise. */
    void alter_openings(const std::function<bool(FaultOpenings&)>& change);

    // Where protected data go.

    /** Null unless the property "leak-oracle" is set. */
    LeakOracle* leaks() { return leaks_.get(); }
    const LeakOracle* leaks() const { return leaks_.get(); }
    /** True at addresses that the properties "withheld-base" and "withheld-bytes" name, if there is a leak
     * oracle. */
    bool withheld(std::uint64_t address) const {
        return leaks_ != nullptr && address >= withheld_base_ && address - withheld_base_ < withheld_bytes_;
    }
    /** Data of @p access, which was granted and is none of a master of ours, have moved. Not if leaks() is
     * null. */
    void follow(const Transaction& access);

    // For views; see fault_injector.hpp.

    bool watched(std::uint64_t address, World world, Direction direction, std::uint32_t masters) const {
        return injector_.watched(address, world, direction, masters);
    }
    /** True if a fault has opened the place to one of @p masters in this world and domain. */
    bool opened(std::uint64_t address, World world, Domain domain, Direction direction,
                std::uint32_t masters) const {
        return openings_.keeps_fence(address, world, domain, direction, masters);
    }
    std::uint64_t last_before_edge(std::uint64_t address) const {
        return std::min({injector_.last_before_edge(address), openings_.last_before_edge(address),
                         last_before_withheld_edge(address)});
    }
    /** Another number whenever watched() or opened() may answer otherwise. */
    std::uint64_t watch_generation() const { return watch_generation_; }

    // For interrupt lines.

    unsigned add_line(std::string device, std::uint32_t number) {
        return injector_.add_line(std::move(device), number);
    }
    /** A device drives @p line; the level for its receiver. */
    bool set_line(unsigned line, bool level);

    // For devices in which something may go wrong.

    /** @p device is what the board calls it; gives the number for device_fault(). */
    unsigned add_device(std::string device, std::span<const DeviceFaultInfo> faults);
    /** See Host::fault(). */
    std::optional<DeviceFault> device_fault(unsigned device, std::string_view name);

    // For the observer.

    FaultInjector::Injected inject(Fault fault);
    bool remove_fault(std::uint32_t id);
    void clear_faults();
    const std::vector<FaultInjector::Entry>& faults() const { return injector_.list(); }

    const ViolationLog& log() const { return log_; }
    /** Also what the leak oracle has on record, but not what it knows, if @p counters. */
    void clear_log(bool counters);

    /** Of the stream of violations, what a listener is to be told; see event_limiter.hpp. */
    EventLimiter& limiter() { return limiter_; }

    std::span<const RegionInfo> regions() const override { return {}; }
    unsigned timers() const override { return 1; }
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;
    void timer_expired(unsigned timer) override;
    bool connect(std::string_view role, Device& peer) override;
    /** What the leak oracle has found, if there is one. */
    std::vector<Counter> counters() const override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

 protected:
    std::uint32_t state_version() const override { return 4; }
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    struct Target {
        std::string_view role;
        FaultTarget* block;
    };

    std::uint64_t last_before_withheld_edge(std::uint64_t address) const;
    Outcome disturb(Transaction& transaction);
    std::optional<std::string> unknown_register(const Fault& fault) const;
    void record(Violation violation, const Transaction& transaction);
    void decided_by_fault(Violation violation, const Transaction& transaction);
    void disturb_state(const FaultEffect& effect);
    void settle();
    void carry_out(const FaultEffect& effect);

    ViolationLog log_;
    FaultInjector injector_;
    FaultOpenings openings_;
    EventLimiter limiter_;
    std::unique_ptr<LeakOracle> leaks_;
    std::uint64_t withheld_base_ = 0;
    std::uint64_t withheld_bytes_ = 0;
    Callbacks callbacks_;
    std::vector<Target> targets_;  ///< numbered as the injector numbers them
    std::uint64_t watch_generation_ = 0;
    FaultListener* fault_listener_ = nullptr;
    const DomainSource* domains_ = nullptr;
};

}  // namespace svp
