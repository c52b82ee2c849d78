// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * General-purpose registers beside the pin multiplexer, among them the switches of the memory firewalls.
 *
 * Hardware: IOMUXC_GPR of the i.MX 8M Quad, 48 registers of 32 bits that feed static signals to other blocks.
 * GPR1[23] is the secure_boot_lock input of the TZASC. GPR10 puts the TZASC into the DRAM path and chooses
 * the response of the security gaskets; GPR11 sets what part of the on-chip RAMs is protected. In GPR10 and
 * GPR11 each field in the lower half has lock bits 16 positions higher that freeze it, and themselves, until
 * reset.
 *
 * Reference: MIMX8MQ6 device header (field names and masks of IOMUXC_GPR), NXP U-Boot and OP-TEE for their
 * use.
 *
 * Interface: QOM type "imx8mq.iomuxc-gpr", region 0 of 64 KiB, no interrupt line. add_listener() for blocks
 * that the signals go to.
 *
 * Not modelled: all registers reset to 0, which is known for GPR10 and an assumption for the others. Fields
 * other than those above are storage. TZASC_ID_SWAP_BYPASS has no effect, because transactions carry no AXI
 * identifier.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/fault_target.hpp"
#include "bus/policy_source.hpp"

namespace svp {

class IomuxcGpr : public BankDevice, public PolicySource, public FaultTarget {
 public:
    static constexpr unsigned register_count = 48;

    explicit IomuxcGpr(Host& host);

    /** GPR10[0] TZASC_EN: DRAM traffic goes through the TZASC. */
    bool tzasc_enabled() const;

    /** GPR10[2] SEC_ERR_RESP_EN: security gaskets answer a denied access with SLVERR instead of OKAY. */
    bool security_error_response() const;

    /** GPR11: first byte of OCRAM that the CSU guards, counted from its start; none if OCRAM_TZ_EN is clear.
     * All that follows is guarded as well. */
    std::optional<std::uint32_t> ocram_guarded_from() const;

    /** The same for OCRAM_S. */
    std::optional<std::uint32_t> ocram_s_guarded_from() const;

    /** GPR1[23] TZASC1_SECURE_BOOT_LOCK. */
    bool secure_boot_lock() const;

    void reset() override;
    bool has_register(std::uint32_t offset) const override { return bank().holds_state(offset); }
    void disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) override;
    void lose_state() override { reset(); }

 protected:
    void resume() override;

 private:
};

}  // namespace svp
