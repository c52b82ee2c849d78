// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * TrustZone address space controller in front of the DDR controller.
 *
 * Hardware: Arm CoreLink TZC-380, revision r0p1. Up to 16 regions, each a power of two from 32 KiB up and cut
 * into eight sub-regions that can be disabled one by one. An access is judged by the highest-numbered enabled
 * region whose addressed sub-region is enabled; region 0 lies under everything and is always enabled. Who the
 * master is plays no part: only world and direction do.
 *
 * Reference: Arm DDI0431B/C (registers; sp table; sub-regions; action; denied transactions), NXP LS1012A RM
 * 10.4.1.7-8 (secure_boot_lock), MIMX8MQ6 device header (GPR1[23]); reset values also from a public register
 * header of another chip with this block.
 *
 * Interface: QOM type "imx8mq.tzasc", region 0 of 64 KiB (registers in the first 4 KiB), interrupt line 0 is
 * tzasc_int. Role "gpr" (imx8mq.iomuxc-gpr) is the secure_boot_lock input. Addresses are the TZASC's own: on
 * the i.MX 8M they count from the start of DRAM. permission(), latch() and the like are for the firewall.
 *
 * Not modelled:
 * - Speculative accesses: the bits of speculation_control store, nothing sees the bus earlier or later.
 * - AXI identifiers: fail_id holds the master's RDC MDA index.
 * Assumptions where no public text decides:
 * - A reserved size code (below 0x0e) leaves an enabled region without effect; the write is logged.
 * - A size beyond the address width covers all addresses, and sub-regions keep their eighths of it. Base bits
 *   beyond the address width store but do not compare.
 * - secure_boot_lock is caught: once seen high, lockdown_select is read-only until reset. Bits of
 *   lockdown_select work as soon as they are set.
 * - int_status latches whatever `action` says; the interrupt needs action[1]. int_clear leaves the fail
 *   registers standing until the next denial.
 * - A non-secure register access reads 0, writes nothing and is answered SLVERR.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/fault_target.hpp"
#include "bus/policy_source.hpp"

namespace svp {

class IomuxcGpr;

/** Build options of the block that chips choose differently. */
struct Tzc380Parameters {
    unsigned regions;        ///< 2 to 16
    unsigned address_width;  ///< bits, 32 to 64
};

/** i.MX 8M Quad: configuration register 0x1f0f. */
inline constexpr Tzc380Parameters imx8mq_tzasc = {.regions = 16, .address_width = 32};

class Tzc380 : public BankDevice, public PolicySource, public FaultTarget, private PolicyListener {
 public:
    static constexpr unsigned max_regions = 16;

    /** What the registers of one region come to. */
    struct Region {
        bool enabled = false;
        std::uint8_t size_log2 = 0;            ///< 15 to 64
        std::uint8_t disabled_subregions = 0;  ///< bit n: sub-region n
        std::uint8_t grants = 0;               ///< secure read 8, write 4; non-secure read 2, write 1
        std::uint64_t base = 0;                ///< multiple of the size
        bool operator==(const Region&) const = default;
    };
    using Regions = std::array<Region, max_regions>;

    struct Permission {
        bool granted;
        unsigned region;  ///< whose sp field decided
    };

    explicit Tzc380(Host& host, const Tzc380Parameters& parameters = imx8mq_tzasc);

    /** Judges one byte, without trace. */
    Permission permission(std::uint64_t address, Direction direction, World world) const;

    /** Last address up to which one and the same region decides, counted from @p address. */
    std::uint64_t last_before_edge(std::uint64_t address) const;

    /** All regions as they are in force. */
    const Regions& effective_regions() const { return regions_; }

    /** What a master sees when this block denies its access. */
    Response denial_response() const;

    /** Records a denied access and raises the interrupt as `action` says; the address is the TZASC's own. */
    void latch(const Transaction& denied);

    unsigned irq_lines() const override { return 1; }
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;
    bool has_register(std::uint32_t offset) const override { return bank().holds_state(offset); }
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) override;
    void lose_state() override;
    bool connect(std::string_view role, Device& peer) override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    /** Everything about the first denied access, and whether more followed. */
    struct Failure {
        bool status = false;
        bool overrun = false;
        std::uint64_t address = 0;
        std::uint32_t control = 0;
        std::uint32_t id = 0;
    };

    std::vector<Register> declaration();
    std::vector<Register> control_rows();
    std::vector<Register> failure_rows();
    std::vector<Register> region_rows();
    std::vector<Register> identification_rows();
    bool region_locked(unsigned number) const;
    void check_size(unsigned number, const WriteEvent& event);
    void refuse(std::uint64_t offset, const Transaction& by);
    Region decode(unsigned number) const;
    bool decode_all();
    void rights_written();
    void update_irq();
    void source_changed() override;

    Tzc380Parameters parameters_;
    Regions regions_;
    Failure failure_;
    bool boot_lock_seen_ = false;
    IomuxcGpr* gpr_ = nullptr;
};

}  // namespace svp
