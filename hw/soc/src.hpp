// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * System reset controller (SRC).
 *
 * Hardware: holds the application cores and several peripherals in reset, tells the cause of the last reset
 * and the boot mode, and keeps ten general-purpose registers of which the first eight name the address where
 * each application core starts after its reset.
 *
 * Reference: MIMX8MQ6 device header and register description (CMSIS-SVD) for names, fields and reset values;
 * TF-A, gpc_common.c, for the entry address (two registers a core: bits 39:24 and 23:2 of it) and the order
 * of steps that start a core; Linux, reset-imx7.c.
 *
 * Interface: QOM type "imx8mq.src", one 64 KiB window, properties "boot-cfg" (SBMR1: BOOT_CFG) and
 * "boot-mode" (SBMR2.BMOD: 0 fuses, 1 serial download, 2 internal), by default those of a boot from QSPI
 * flash. Line 0 is SPI 89, which never fires; line 1 is high after a reset by power-on and low after any
 * other, for the watchdogs' own status. Inputs 0 to 2: WDOG1 to WDOG3 are about to reset the chip. The GPC is
 * told of every change of the core enables through Src::Observer.
 *
 * SRSR collects the causes of all resets since the last power-on, until software clears them. A reset that no
 * input has announced is one by power-on: the machine's start, and whoever resets the board from outside.
 *
 * Domain control works as the fields say: with DOM_EN set, only masters of the domains in bits 27 to 24
 * change the function bits; LOCK freezes DOM_EN, the domains and itself until reset.
 *
 * Not modelled: pulling a peripheral's reset; the bits are stored. A53RCR0 (per-core resets) and M4RCR (there
 * is no M4) are stored and logged. Of the causes in SRSR only power-on and the watchdogs exist here; that
 * WDOG_B, a pin, makes the board's PMIC power-cycle the chip is not modelled. Every reset clears the
 * general-purpose registers. Reset values that no source gives are 0. DDRC_RCR and DDRC2_RCR read as a
 * boot loader leaves them, since DRAM works from the start.
 */
#pragma once

#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class Src : public BankDevice {
 public:
    static constexpr unsigned core_count = 4;

    /** Who must know when a core's reset is asserted or released. */
    class Observer {
     public:
        virtual ~Observer() = default;
        /** core_enabled() of some core may have changed. */
        virtual void core_enables_changed() = 0;
    };

    static constexpr unsigned watchdog_count = 3;
    static constexpr unsigned power_on_line = 1;

    explicit Src(Host& host);

    unsigned irq_lines() const override { return 2; }
    unsigned irq_inputs() const override { return watchdog_count; }
    void set_input(unsigned line, bool level) override;
    void reset() override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

    /** True if core @p cpu (below core_count) is not held in reset by A53RCR1. */
    bool core_enabled(unsigned cpu) const;

    /** Address at which core @p cpu (below core_count) starts, as GPR1 to GPR8 say. */
    std::uint64_t entry_point(unsigned cpu) const;

    /** At most one; nullptr ends the relation. */
    void set_observer(Observer* observer) { observer_ = observer; }

 private:
    static std::vector<Register> registers(Src& self);
    static Register guarded(Src& self, std::uint32_t offset, std::string_view name, std::vector<Field> fields,
                            std::uint32_t reset);
    void control_written(std::uint32_t offset, const WriteEvent& event);

    Observer* observer_ = nullptr;
    std::uint32_t boot_cfg_;
    std::uint32_t boot_mode_;
    std::uint32_t coming_ = 0;  ///< causes, as in SRSR, of the reset that is about to come
};

}  // namespace svp
