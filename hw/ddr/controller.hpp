// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * DDR controller (DDRC).
 *
 * Hardware: a DesignWare uMCTL2: timing, address map, refresh, mode registers of the DRAM, and the handshake
 * by which the PHY tells that it is ready. Beside it are the performance monitor, through which software gets
 * mode registers, and a register that says which kind of DRAM is there.
 *
 * Reference: U-Boot, drivers/ddr/imx/imx8m and its timing tables for the i.MX 8M Quad EVK: names, offsets,
 * what is polled, and in which order.
 *
 * Interface: QOM type "imx8mq.ddr-controller"; windows: the controller (0x3d400000), the performance monitor
 * (0x3d800000), the control register (0x3d000000). Property "size": bytes of DRAM on the board. The PHY asks
 * mismatch() before it trains and tells by training_ended() what came of it. dfi_init_complete answers
 * dfi_init_start once the PHY is trained; with that and dfi_init_complete_en the controller is in normal
 * mode.
 *
 * Not modelled: DRAM works whatever stands here, also before and without any training, and holds its content.
 * Timing, refresh, ECC and its scrubber (which is done at once), quality of service and error injection are
 * storage. Mode registers can be read (MR5, MR6, MR7, MR8), writing them changes nothing. The monitor counts
 * nothing. Reset values that no source gives are 0. The SRC's resets do not reach it.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bus/bank_device.hpp"
#include "ddr/geometry.hpp"

namespace svp {

class DdrController : public BankDevice {
 public:
    explicit DdrController(Host& host);

    void reset() override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

    /** Why the DRAM of this board cannot be trained with what software wrote; none if it can. */
    std::optional<std::string> mismatch() const;

    void training_began();
    void training_ended(bool passed);

 protected:
    void exchange(Archive& archive) override;

 private:
    static std::vector<Register> registers(DdrController& self);
    static std::vector<Register> monitor(DdrController& self);

    DdrAddressMap address_map() const;
    std::uint32_t operating_mode() const;
    void mode_register_asked(const WriteEvent& event);
    std::uint32_t mode_register(std::uint32_t number) const;

    std::uint64_t size_;        ///< bytes
    bool trained_ = false;      ///< the PHY's last training passed
    bool initialised_ = false;  ///< it has answered dfi_init_start since
};

}  // namespace svp
