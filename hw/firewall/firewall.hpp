// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The one place where an access to DRAM is granted or denied.
 *
 * Hardware: not one block but the path from the interconnect to the DDR controller of the i.MX 8M Quad. Every
 * access to the 4 GiB DRAM window goes through the TZASC (a TZC-380) if IOMUXC_GPR10[0] TZASC_EN is set, and
 * around it otherwise. The TZASC sees addresses relative to the start of the window. A denied read gives
 * zeros and a denied write is dropped, whatever the response is; whoever moves the data does that.
 *
 * Reference: Arm DDI0431 (TZC-380) on regions, permissions and denied transactions; NXP's TF-A and OP-TEE
 * ports for the address offset; MIMX8MQ6 device header for IOMUXC_GPR10.
 *
 * Interface: QOM type "imx8mq.firewall", no MMIO region, no interrupt line. Roles "tzasc" (imx8mq.tzasc) and
 * "gpr" (imx8mq.iomuxc-gpr); without either of them nothing is ever denied. Host::policy_changed() of this
 * device is called whenever the result of decide() may differ from before for some access.
 *
 * Not modelled: RDC, CSU and OCRAM protection join here with their blocks. Addresses are judged as the master
 * puts them on the bus, so an alias of a cell above the installed memory size has rights of its own, as on
 * silicon. Data that is already in a cache is not judged again there; the emulator has no caches.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "firewall/change_listener.hpp"
#include "svp/device.hpp"

namespace svp {

class IomuxcGpr;
class Tzc380;

/** The block that denied an access. */
enum class Denier : std::uint8_t { none, tzc };

std::string_view name(Denier denier);

/** What becomes of one access. */
struct Verdict {
    bool granted = true;
    Response response = Response::okay;  ///< what the master sees; a denied access may well be answered OKAY
    Denier denier = Denier::none;
    unsigned region = 0;        ///< number of the denier's region
    std::uint64_t address = 0;  ///< CPU address of the first denied byte
};

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

class Firewall : public Device, private ChangeListener {
 public:
    /** DRAM as CPUs and masters address it, bytes. */
    static constexpr std::uint64_t dram_base = 0x4000'0000;
    static constexpr std::uint64_t dram_size = 0x1'0000'0000;

    explicit Firewall(Host& host);
    ~Firewall() override;

    /**
     * Judges every byte of @p transaction without leaving a trace: granted only if each one is. Bytes outside
     * the DRAM window are not this device's business and count as granted; so does a transaction of size 0.
     */
    Verdict decide(const Transaction& transaction) const;

    /** decide(), and the denying block latches the violation and raises its interrupt, unless
     * transaction.debug. */
    Verdict access(const Transaction& transaction);

    /**
     * Cuts [@p first, @p first + @p length) into the fewest runs of equal verdict, in rising order and
     * without gaps. A range that would pass the end of the 64-bit address space ends there.
     */
    std::vector<Run> runs(World world, Domain domain, Direction direction, std::uint64_t first,
                          std::uint64_t length) const;

    /** The same for both directions at once, as address-range views need it. */
    std::vector<AccessRun> access_runs(World world, Domain domain, std::uint64_t first,
                                       std::uint64_t length) const;

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
    /** All that decide() depends on, to tell a real change of rights from a mere register write. */
    struct Policy;

    void source_changed() override;
    Policy policy() const;
    bool tzc_in_path() const;
    Verdict judge(std::uint64_t address, Direction direction, World world, Domain domain) const;
    std::uint64_t last_alike(std::uint64_t address) const;

    Tzc380* tzc_ = nullptr;
    IomuxcGpr* gpr_ = nullptr;
    std::unique_ptr<Policy> last_policy_;
};

}  // namespace svp
