// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Central security unit: rights of the worlds at peripherals, and the world of masters.
 *
 * Hardware: CSU of the i.MX 8M Quad. A config security level (CSL) for each of 128 slaves says whether
 * secure and non-secure, supervisor and user accesses may read and write. For masters that cannot drive their
 * own protection signals, SA says whether they are secure, and HP with HPCONTROL whether they are privileged.
 * Each field has a lock bit, which holds until reset.
 *
 * Reference: TF-A's i.MX 8M CSU driver (offsets, packing, levels, meaning of SA), NXP U-Boot for i.MX 8MQ
 * (indices of slaves and masters), i.MX 6 (reset value of CSL, offsets of ALARM_MASK and IRQCTRL).
 *
 * Interface: QOM type "imx8mq.csu", region 0 of 64 KiB, interrupt line 0 (alarm, never raised). Property
 * "csl-open": 1 makes every CSL start as 0xff, unlocked, which is how boot firmware leaves them and what a
 * kernel needs that is started without any; 0, the default, is the hardware's 0x33, secure only. The
 * accessors are for the firewall. The block's own registers are guarded by its CSL, 30, like those of any
 * other slave.
 *
 * Not modelled: alarms; ALARM_MASK and IRQCTRL only store.
 * Assumptions where no public text decides:
 * - SA resets to 1, non-secure, for every master: U-Boot for this chip reports that USB, with SA untouched,
 *   does not reach secure memory.
 * - A53 and CAAM drive their own world, whatever SA says, and so does the RDC test port, which has no SA
 * index.
 * - Fields of masters above 17 do not exist and read 0. On the chip 16 is the last; 17 is ours, of the second
 *   register bank of the video decoders, and stores only on a board without one.
 */
#pragma once

#include <cstdint>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/fault_target.hpp"
#include "bus/policy_source.hpp"

namespace svp {

class Csu : public BankDevice, public PolicySource, public FaultTarget {
 public:
    static constexpr unsigned slave_count = 128;
    static constexpr unsigned master_fields = 18;

    /** The eight rights of one CSL. */
    using Rights = std::uint8_t;

    explicit Csu(Host& host);

    /** True if @p rights let such an access pass. */
    static bool allows(Rights rights, World world, bool privileged, Direction direction);

    /** CSL of a slave without its lock bit; @p index below 128. */
    Rights rights(unsigned index) const;

    /** World of an access by @p master, which itself says @p own. */
    World world_of(Master master, World own) const;

    /** Whether an access by @p master, which itself says @p own, is privileged. */
    bool privileged(Master master, bool own) const;

    unsigned irq_lines() const override { return 1; }
    void reset() override;
    bool has_register(std::uint32_t offset) const override { return bank().holds_state(offset); }
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) override;
    void lose_state() override { reset(); }
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    std::vector<Register> declaration();
    Register master_row(std::uint32_t offset, std::string_view name, std::uint32_t reset, unsigned word);
    void written(const WriteEvent& event);
    bool master_field(std::uint32_t first_offset, unsigned field) const;
    void open();

    bool csl_open_ = false;
};

}  // namespace svp
