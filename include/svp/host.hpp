// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a device core may ask of its surroundings.
 *
 * In the emulator the C adapters in hw/qemu answer; in unit tests tests/unit/fake_host.hpp does. A core never
 * sees anything else of the outside, and never learns where in the address space it sits.
 */
#pragma once

#include <cstdint>
#include <string_view>

namespace svp {

/** Why a core logs: the guest did something the manual forbids, or something this model does not have. */
enum class LogKind : std::uint8_t { guest_error, unimplemented };

class Host {
 public:
    virtual ~Host() = default;

    /** Drives interrupt output @p line (0-based, below Device::irq_lines()) to @p level. */
    virtual void set_irq(unsigned line, bool level) = 0;

    /** Virtual time in nanoseconds; never goes back, stands still while the machine is stopped. */
    virtual std::int64_t now() = 0;

    /** Calls Device::timer_expired(@p timer) at virtual time @p deadline (ns); replaces an earlier deadline.
     */
    virtual void schedule(unsigned timer, std::int64_t deadline) = 0;

    /** Takes back what schedule() asked for; without effect when nothing is pending. */
    virtual void cancel(unsigned timer) = 0;

    /** One line for the log, without line end. */
    virtual void log(LogKind kind, std::string_view message) = 0;

    /** Starts application core @p cpu at @p entry in EL3, AArch64, secure, as after its power-on reset. */
    virtual void cpu_on(unsigned cpu, std::uint64_t entry) = 0;

    /** Takes power from application core @p cpu. */
    virtual void cpu_off(unsigned cpu) = 0;

    /** True while application core @p cpu is stopped in WFI or WFE. */
    virtual bool cpu_halted(unsigned cpu) = 0;

    /** The access rights that a firewall gives have changed; address-range views must be worked out anew. */
    virtual void policy_changed() = 0;
};

}  // namespace svp
