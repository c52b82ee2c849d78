// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * General power controller (GPC, second generation): power of the application cores and of the peripheral
 * units.
 *
 * Hardware: masks interrupts as wake-up sources, switches the power of four Cortex-A53 cores and thirteen
 * peripheral units on software's request or when a core stops in WFI, and does the bus handshakes before it
 * takes power away.
 *
 * Reference: MIMX8MQ6 device header and register description (CMSIS-SVD) for names, fields and reset values;
 * TF-A, imx8mq/gpc.c and gpc_common.c, for the cores; Linux, gpcv2.c, for the peripheral units and PU_PWRHSK.
 * The header numbers the requests of the cores 0, 1, 3 and 4 with the SCU in between; TF-A, with which all
 * four cores of the silicon start, uses bit n for core n, and so does this model.
 *
 * Interface: QOM type "imx8mq.gpc", one 64 KiB window. Line 0: SPI 87, never high. Line 1: the chip is in
 * STOP mode, which is deep sleep here. 128 inputs (the chip's SPIs 0 to 127), one timer. Role "src"
 * (imx8mq.src) must be connected, or no core is ever started. A core runs while it has power here and is not
 * held in reset there: on the rising edge of that it starts at the SRC's entry address (CorePower::cpu_on),
 * on the falling edge it is stopped (cpu_off). After reset all cores have power and core 0 runs, which the
 * machine sees to. A core whose EN_Cn_WFI_PDN (LPCR_A53_AD) and PCR (its PGC control register) are set loses
 * power when it is found in WFI; that is looked at every 50 us of virtual time.
 *
 * Deep sleep mode (DSM): entered when the last core loses power while SLPCR.EN_DSM is set and the LPM fields
 * of all cores say STOP. Roles "tzasc", "rdc", "csu" and "caam" are blocks that may lose their state; those
 * named by property "dsm-loses" (bit 0, 1, 2, 3; default 9: TZASC and CAAM) have their power-on state from
 * then on. An input that
 * IMR_CORE0_A53 does not mask ends it and gives power to the cores whose EN_Cn_PUP (LPCR_A53_AD) is set.
 * Everything else keeps its state, DRAM included. Bus masters other than the cores are off the bus from the
 * beginning of DSM until software clears SLPCR.EN_DSM (MasterHold): DMA stands still in deep sleep, and
 * firmware decides when it goes on. A CAAM that has lost its state is back when the chip wakes: it does only
 * what that firmware tells it, and OP-TEE makes the generator anew before BL31 ends DSM.
 *
 * Not modelled: outside of deep sleep interrupts do not pass through this block, so IMR has no effect, ISR
 * reads 0, and no interrupt brings a core back that has lost power alone (EN_Cn_IRQ_PUP). IRQ_SRC_A53_WUP and
 * IRQ_SRC_Cn: the inputs are always what wakes. WAIT mode, the slots and their acknowledgements, and the
 * counter before STOP (RBC) are stored. EN_Cn_WFI_PDN_DIS, which TF-A sets together with EN_Cn_WFI_PDN, does
 * not undo it. Peripheral units always work; requests finish at once and only leave their mark in the unit's
 * status register, but that of the VPU costs the decoders (roles "vpu-g1" and "vpu-g2") their state. Reset
 * values that no source gives are 0.
 *
 * Assumption: OP-TEE's driver says that the TZASC is not always powered on the i.MX 8M. The drivers of CAAM
 * in Linux and OP-TEE set up everything again when they resume, OP-TEE's without lifting the halt that it
 * asked for when it suspended, so both count on a loss of power. Public code names no other block that loses
 * its state here. Firmware of the i.MX 6UL had to be mended because the CSU does (CVE-2021-44149), hence the
 * property. That masters wait for EN_DSM to be cleared is assumed: public text
 * has their handshakes with low-power modes (LPCR_A53_BSC.MSTn_LPM_HSK_MASK), but not when they end.
 */
#pragma once

#include <array>
#include <cstdint>

#include "bus/bank_device.hpp"
#include "bus/power_gated.hpp"
#include "firewall/master_hold.hpp"
#include "soc/src.hpp"

namespace svp {

class Gpc : public BankDevice, public MasterHold, private Src::Observer {
 public:
    /** How often a core that is to lose power is looked at, in ns of virtual time. */
    static constexpr std::int64_t poll_interval = 50'000;

    explicit Gpc(Host& host);
    ~Gpc() override;

    static constexpr unsigned input_count = 128;
    static constexpr unsigned stop_line = 1;

    unsigned timers() const override { return 1; }
    unsigned irq_lines() const override { return 2; }
    unsigned irq_inputs() const override { return input_count; }
    void set_input(unsigned line, bool level) override;
    void timer_expired(unsigned timer) override;
    void reset() override;

    /** Role "src"; an imx8mq.src must outlive this device. Roles "tzasc", "rdc", "csu", "caam": what deep
     * sleep can cost its state. Roles "vpu-g1", "vpu-g2": what the VPU's power gate costs it. */
    bool connect(std::string_view role, Device& peer) override;

    std::uint32_t held_masters() const override;

    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

 protected:
    void exchange(Archive& archive) override;
    std::uint32_t state_version() const override { return 3; }
    void resume() override;

 private:
    static constexpr unsigned input_words = input_count / 32;

    static std::vector<Register> registers(Gpc& self);
    static void add_power_gates(Gpc& self, std::vector<Register>& rows);

    void core_enables_changed() override { update_cores(); }
    CorePower& core_power();
    void set_power(std::uint32_t cores, bool on);
    void update_cores();
    std::uint32_t gated_cores() const;
    bool loses_power_in_wfi(unsigned cpu) const;
    void look_again();
    void enter_deep_sleep();
    void set_asleep(bool asleep);
    void release_masters();
    void wake();
    void finish_unit_request(std::uint32_t offset, const WriteEvent& event, bool down);
    void report_wait_mode(const WriteEvent& event, const Field (&modes)[2], const char* name);

    Src* src_ = nullptr;
    std::array<PowerGated*, 4> gated_{};     ///< TZASC, RDC, CSU, CAAM; null: not connected
    std::array<PowerGated*, 2> decoders_{};  ///< behind the VPU's power gate; null: not connected
    std::uint32_t dsm_loses_ = 9;            ///< bit n: block n loses its state in deep sleep
    std::array<std::uint32_t, input_words> inputs_{};
    bool asleep_ = false;        ///< in deep sleep
    bool masters_held_ = false;  ///< since deep sleep began
    std::uint8_t powered_ = 0;   ///< bit n: core n has power
    std::uint8_t running_ = 0;   ///< bit n: core n was started and not stopped since
    bool polling_ = false;       ///< the timer is scheduled
};

}  // namespace svp
