// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The one place where an access is granted or denied.
 *
 * Hardware: not one block but the paths from the interconnect to the slaves of the i.MX 8M Quad. An access to
 * DRAM meets the RDC's memory slots and then, if IOMUXC_GPR10[0] TZASC_EN is set, the TZASC (a TZC-380). One
 * to OCRAM or OCRAM_S meets the RDC's slots and then, where IOMUXC_GPR11 says so, the CSU. One to a
 * peripheral meets the CSU, the RDC's peripheral rights with the semaphore they may demand, and the RDC's
 * slots if there are any for it. A denied read gives zeros and a denied write is dropped, whatever the
 * response is; whoever moves the data does that. The TZASC answers as its `action` says, all others OKAY, or
 * SLVERR if IOMUXC_GPR10[2] SEC_ERR_RESP_EN is set.
 *
 * Reference: Arm DDI0431 (TZC-380) on regions, permissions and denied transactions; MIMX8MQ6 device header
 * for RDC, IOMUXC_GPR10 and GPR11; TF-A, NXP U-Boot and OP-TEE for the CSU and for address offsets. What lies
 * where is in peripheral_map.hpp.
 *
 * Interface: QOM type "imx8mq.firewall", no MMIO region, no interrupt line. Roles "tzasc" (imx8mq.tzasc),
 * "gpr" (imx8mq.iomuxc-gpr), "rdc" (imx8mq.rdc), "csu" (imx8mq.csu), "semaphore1" and "semaphore2"
 * (imx8mq.rdc-semaphore); what is not connected denies nothing. Role "gpc" (imx8mq.gpc): while it holds bus
 * masters, in deep sleep, each access of one is denied and answered SLVERR. Role "monitor"
 * (imx8mq.bus-monitor): record and faults. Host::policy_changed() of this device is called whenever the
 * result of decide() or identity() may differ from before for some access.
 *
 * Not modelled: addresses are judged as the master puts them on the bus, so an alias of a cell above the
 * installed memory size has rights of its own, as on silicon. Data that is already in a cache is not judged
 * again there; the emulator has no caches.
 * On silicon a transfer that deep sleep interrupts stands still and goes on later; here it ends in a bus
 * error, which the record shows, because most masters are models that cannot wait. Assumptions where no
 * public text decides: the order of the blocks given above. The first one that denies answers and latches,
 * those behind it never see the access. The RDC's peripheral rights of OCRAM and OCRAM_S (118, 119) have no
 * effect, their memory slots have.
 */
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bus/access_judge.hpp"
#include "bus/fault_listener.hpp"
#include "bus/policy_source.hpp"
#include "firewall/peripheral_map.hpp"
#include "svp/device.hpp"

namespace svp {

struct AddressRange;
class BusMonitor;
class Csu;
class IomuxcGpr;
class MasterHold;
class Rdc;
class RdcSemaphore;
class Tzc380;
struct Opening;
struct Outcome;

/** Consecutive bytes with the same verdict for one direction. */
struct Run {
    std::uint64_t first;   ///< CPU address
    std::uint64_t length;  ///< bytes, at least 1
    bool granted;
    bool operator==(const Run&) const = default;
};

/** Consecutive bytes with the same verdicts for both directions. */
struct AccessRun {
    std::uint64_t first;   ///< CPU address
    std::uint64_t length;  ///< bytes, at least 1
    bool read;
    bool write;
    bool operator==(const AccessRun&) const = default;
};

/** Rights at one place. */
struct AccessRights {
    bool read = true;
    bool write = true;
    bool operator==(const AccessRights&) const = default;
};

/** Addresses that are denied, all of them. */
struct DeniedRange {
    std::uint64_t first;
    std::uint64_t last;
};

class Firewall : public Device, public AccessJudge, private PolicyListener, private FaultListener {
 public:
    /** DRAM as CPUs and masters address it, bytes. */
    static constexpr std::uint64_t dram_base = dram_window_base;
    static constexpr std::uint64_t dram_size = dram_window_size;
    /** Set of all masters, for access_runs(). */
    static constexpr std::uint32_t every_master = 0xffffffff;

    /** Most runs that DRAM can be cut into: 15 regions with nine borders each, eight slots, 256 faults and
     * 512 openings with two. */
    static constexpr std::size_t max_dram_runs = 15 * 9 + 8 * 2 + 256 * 2 + 512 * 2 + 1;

    explicit Firewall(Host& host);
    ~Firewall() override;

    /**
     * Judges every byte of @p transaction without leaving a trace: granted only if each one is. Bytes that
     * no rule is about count as granted; so does a transaction of size 0.
     */
    Verdict decide(const Transaction& transaction) const;

    /**
     * decide(), and the denying block latches the violation and raises its interrupt, unless
     * transaction.debug. With a bus monitor, injected faults are applied to the transaction first, and
     * what is denied, or granted because of a fault, is put on record: call this once for each transaction
     * that shall have one record. The verdict is then about what the master sees: `granted` is false if a
     * fault keeps the data from moving. Who moves the data applies the outcome's edits to it.
     */
    Decision access(const Transaction& transaction) override;

    /**
     * Cuts [@p first, @p first + @p length) into the fewest runs of equal verdict, in rising order and
     * without gaps. A range that would pass the end of the 64-bit address space ends there.
     */
    std::vector<Run> runs(World world, Domain domain, Direction direction, std::uint64_t first,
                          std::uint64_t length, bool privileged = true) const;

    /** Length of the first of these runs, for the master and direction of @p transaction. */
    std::uint64_t run_length(const Transaction& transaction, std::uint64_t length) const override;

    bool grants_quietly(const Transaction& range) const override;

    /**
     * The same for both directions at once, as address-range views need it: a direction counts as granted
     * only if it is granted to privileged and to user accesses, no injected fault waits there for one of
     * @p masters (bit n: master n; with none the runs tell what is permitted), and none has opened it to one.
     */
    std::vector<AccessRun> access_runs(World world, Domain domain, std::uint64_t first, std::uint64_t length,
                                       std::uint32_t masters = every_master) const;

    /** What CSL, PDAP and semaphore @p index leave of an access to a peripheral; @p index below 128. */
    AccessRights peripheral_rights(unsigned index, World world, Domain domain, bool privileged) const;

    /** Who keeps the record, null if nobody does. */
    BusMonitor* monitor() const { return monitor_; }

    /** Another number after each change that may be about more than DRAM and the on-chip memories. */
    std::uint64_t gate_generation() const { return gate_generation_; }

    /** RDC domain of @p master. */
    Domain domain_of(Master master) const;

    /** World in which @p master acts; @p own is the world of masters that say so themselves (A53, CAAM). */
    World world_of(Master master, World own = World::non_secure) const;

    Transaction identity(Master master, World own_world = World::non_secure,
                         bool own_privileged = true) const override;

    std::span<const RegionInfo> regions() const override { return {}; }
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override {}
    bool connect(std::string_view role, Device& peer) override;

 protected:
    /** All state is in the blocks themselves. */
    void exchange(Archive&) override {}
    void resume() override { source_changed(); }

 private:
    /** All that decide() and identity() depend on, to tell a real change from a mere register write. */
    struct Policy;

    /** Who asks, as far as rights depend on it. */
    struct Requester {
        World world;
        Domain domain;
        bool privileged;
    };
    struct Denials;  ///< in firewall_denials.hpp

    void source_changed() override;
    void before_state_fault() override;
    void after_state_fault(std::uint32_t fault) override;
    Denials denials() const;
    std::vector<DeniedRange> denied_ranges(Direction direction, const Requester& by) const;
    void collect_openings(const Denials& before, const Denials& now, unsigned master, World own,
                          std::uint32_t fault, std::vector<Opening>& found) const;
    bool end_openings();
    void parts_open(const Opening& opening, std::vector<Opening>& parts) const;
    void hit_by_fault(const Transaction& sent, const Transaction& judged, const Outcome& outcome,
                      Verdict& verdict);
    bool granted_by_fault(const Transaction& sent, const Transaction& judged, std::uint32_t identity_fault,
                          Response answer);
    Policy policy() const;
    bool policy_differs() const;
    bool tzc_in_path() const;
    bool held(Master master) const;
    bool any_held(std::uint32_t masters) const;
    bool privileged(Master master, bool own) const;
    std::uint8_t domain_rights(unsigned index) const;
    bool gate_held(unsigned index, Domain domain) const;
    std::uint64_t ocram_edge(const Slave& slave) const;
    Verdict denial(Denier denier, unsigned index, std::uint64_t address) const;
    Verdict judge(std::uint64_t address, Direction direction, const Requester& by) const;
    std::uint64_t denied_length(const Transaction& transaction, const Verdict& verdict) const;
    void latch(const Transaction& transaction, const Verdict& verdict);
    Transaction disturbed(const Transaction& transaction, Outcome& outcome);
    Denier peripheral_denier(unsigned index, Direction direction, const Requester& by) const;
    template <typename Block>
    bool adopt(Block*& place, Device& peer);
    bool watched(std::uint64_t address, Direction direction, World world, Domain domain,
                 std::uint32_t masters) const;
    bool granted_at_any_privilege(std::uint64_t address, Direction direction, World world,
                                  Domain domain) const;
    std::uint64_t last_before_edge(std::uint64_t address) const;

    // For the leak oracle; in firewall_leaks.cpp.
    void tell_leak_oracle();
    bool linux_reads(std::uint64_t address) const;
    std::vector<AddressRange> linux_readable(std::uint64_t first, std::uint64_t length) const;
    bool kept_for_leak_oracle(std::uint64_t address, World world, std::uint32_t masters) const;

    Tzc380* tzc_ = nullptr;
    IomuxcGpr* gpr_ = nullptr;
    Rdc* rdc_ = nullptr;
    Csu* csu_ = nullptr;
    std::array<RdcSemaphore*, 2> semaphores_{};
    MasterHold* hold_ = nullptr;
    BusMonitor* monitor_ = nullptr;
    std::unique_ptr<Policy> last_policy_;
    std::unique_ptr<Denials> last_denials_;  ///< of last_policy_, once a fault wanted them
    std::uint64_t gate_generation_ = 0;
    bool in_fault_ = false;
};

}  // namespace svp
