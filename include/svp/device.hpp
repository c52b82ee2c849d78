// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Base class of every device core.
 *
 * A core decodes nothing but offsets inside its own regions. It is created by the catalogue
 * (hw/interface/catalogue.cpp) and turned into a QEMU device by hw/qemu/svp_device.c or svp_i2c.c, without
 * any C of its own.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "svp/archive.hpp"
#include "svp/host.hpp"
#include "svp/member.hpp"
#include "svp/transaction.hpp"

namespace svp {

/** One MMIO window of a device. */
struct RegionInfo {
    std::string_view name;
    std::uint64_t size;  ///< bytes
};

/** Value of a read; only the low 8 * size bits count. */
struct ReadResult {
    std::uint64_t value = 0;
    Response response = Response::okay;
};

/** A number, or a text, that whoever builds the machine may set before the first reset. */
struct PropertyInfo {
    std::string_view name;
    std::string_view description;
    std::uint64_t default_value = 0;
    bool text = false;  ///< set by set_text(), and empty by default
};

/** A number, or a short text, that a device tells whoever observes it. */
using Counter = Member;

/** Something that may go wrong in a device when somebody injects it; names and descriptions are literals. */
struct DeviceFaultInfo {
    std::string_view name;
    std::string_view description;
};

class RegisterBank;

/** A register bank, and where in a device's windows it is. */
struct BankPlace {
    unsigned region;
    std::uint64_t base;  ///< offset of its first register in the window
    const RegisterBank* bank;
};

class Device {
 public:
    explicit Device(Host& host) : host_(host) {}
    virtual ~Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /** MMIO windows, in the order in which read() and write() number them. */
    virtual std::span<const RegionInfo> regions() const = 0;
    virtual unsigned irq_lines() const { return 0; }
    virtual unsigned timers() const { return 0; }

    /** Interrupt inputs, numbered from 0; lines of other devices that this one collects. */
    virtual unsigned irq_inputs() const { return 0; }

    /** Input @p line (below irq_inputs()) has changed to @p level. Inputs are low when the device is created.
     */
    virtual void set_input(unsigned line, bool level) {
        static_cast<void>(line);
        static_cast<void>(level);
    }

    /**
     * Reads @p size (1, 2, 4, 8) bytes at @p offset; the bus has checked that they lie inside the region. The
     * address in @p by is where on the bus that is: for Host::refused(), not to be decoded.
     */
    virtual ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) = 0;
    virtual Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                           const Transaction& by) = 0;

    /** Power-on state. Interrupt outputs are driven low by the caller before, pending timers are cancelled.
     */
    virtual void reset() = 0;

    /** Deadline of schedule(@p timer) has passed. */
    virtual void timer_expired(unsigned timer) { static_cast<void>(timer); }

    /**
     * Does what Host::request_work() asked for. Runs beside all other members; see Host::exclusive(). Never
     * runs twice at once, nor during reset(), save() and load().
     *
     * Whatever a guest has asked for, it returns soon after Host::work_must_end() has become true, and state
     * can be saved then.
     *
     * @return true if there is more to do, and only Host::work_must_end() ended it: it is called again then,
     * unless a reset comes before. After a load, resume() asks for the work that a saved state calls for.
     */
    virtual bool work() { return false; }

    /** Makes @p peer known under @p role. False: this core has no such role, or @p peer is not of the right
     * kind. */
    virtual bool connect(std::string_view role, Device& peer) {
        static_cast<void>(role);
        static_cast<void>(peer);
        return false;
    }

    virtual std::span<const PropertyInfo> properties() const { return {}; }

    /** Sets a property; an error text if there is none of that name or @p value is out of range. */
    virtual std::optional<std::string> set_property(std::string_view name, std::uint64_t value) {
        static_cast<void>(value);
        return "no property " + std::string(name);
    }

    /** The same for a property that is a text. */
    virtual std::optional<std::string> set_text(std::string_view name, std::string_view value) {
        static_cast<void>(value);
        return "no text " + std::string(name);
    }

    /**
     * What the device has done and what state it is in, for an observer and not for the guest. The names are
     * the same each time. Never runs beside an exclusive section of work().
     */
    virtual std::vector<Counter> counters() const { return {}; }

    /** What Host::fault() may be asked for. */
    virtual std::span<const DeviceFaultInfo> possible_faults() const { return {}; }

    /** All register banks of the device, for whoever observes it. */
    virtual std::vector<BankPlace> banks() const { return {}; }

    /** Name of the register at an offset of a window, for traces; "-" if no bank names it. */
    std::string register_name(unsigned region, std::uint64_t offset) const;

    /** The whole state as bytes, for load() of a core whose state_version() is the same. */
    std::vector<std::byte> save();

    /** Takes over a saved state; an error text if the bytes are not such a state. Then resume() has not run.
     */
    std::optional<std::string> load(std::span<const std::byte> state);

 protected:
    Host& host() { return host_; }

    /** Puts every piece of state into the archive, or takes it from there. */
    virtual void exchange(Archive& archive) = 0;

    /** Format number of exchange(); raise it when the format changes. */
    virtual std::uint32_t state_version() const { return 1; }

    /** After a load: drive interrupt outputs and timers again from the state. */
    virtual void resume() {}

 private:
    Host& host_;
};

}  // namespace svp
