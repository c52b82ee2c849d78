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
 * Interface: QOM type "imx8mq.gpc", one 64 KiB window, no line (SPI 87 never fires), one timer, no property.
 * Role "src" (imx8mq.src) must be connected, or no core is ever started. A core runs while it has power here
 * and is not held in reset there: on the rising edge of that it starts at the SRC's entry address
 * (Host::cpu_on), on the falling edge it is stopped (Host::cpu_off). After reset all cores have power and
 * core 0 runs, which the machine sees to. A core whose EN_Cn_WFI_PDN (LPCR_A53_AD) and PCR (its PGC control
 * register) are set loses power when it is found in WFI; that is looked at every 50 us of virtual time.
 *
 * Not modelled: interrupts do not pass through this block, so IMR has no effect, ISR reads 0, and no
 * interrupt brings a core back that has lost power (EN_Cn_IRQ_PUP). EN_Cn_WFI_PDN_DIS, which TF-A sets
 * together with EN_Cn_WFI_PDN, does not undo it. Low-power modes of the whole chip (LPM fields, EN_DSM,
 * slots) are stored and logged when asked for. Peripheral units always work; requests finish at once and only
 * leave their mark in the unit's status register. Reset values that no source gives are 0.
 */
#pragma once

#include <cstdint>

#include "soc/bank_device.hpp"
#include "soc/src.hpp"

namespace svp {

class Gpc : public BankDevice, private Src::Observer {
 public:
    /** How often a core that is to lose power is looked at, in ns of virtual time. */
    static constexpr std::int64_t poll_interval = 50'000;

    explicit Gpc(Host& host);
    ~Gpc() override;

    unsigned timers() const override { return 1; }
    void timer_expired(unsigned timer) override;
    void reset() override;

    /** Role "src"; an imx8mq.src must outlive this device. */
    bool connect(std::string_view role, Device& peer) override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    static std::vector<Register> registers(Gpc& self);
    static void add_power_gates(Gpc& self, std::vector<Register>& rows);

    void core_enables_changed() override { update_cores(); }
    void set_power(std::uint32_t cores, bool on);
    void update_cores();
    std::uint32_t gated_cores() const;
    bool loses_power_in_wfi(unsigned cpu) const;
    void look_again();
    void finish_unit_request(std::uint32_t offset, const WriteEvent& event, bool down);
    void report_low_power_mode(const WriteEvent& event, std::uint32_t fields, const char* name);

    Src* src_ = nullptr;
    std::uint8_t powered_ = 0;  ///< bit n: core n has power
    std::uint8_t running_ = 0;  ///< bit n: core n was started and not stopped since
    bool polling_ = false;      ///< the timer is scheduled
};

}  // namespace svp
