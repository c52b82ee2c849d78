// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * DDR PHY.
 *
 * Hardware: a DesignWare DDR PHY: some thousand registers of 16 bits, and a micro-controller that runs the
 * training code which software puts into its memories. It tells software by a mailbox what it does: a major
 * message, or a string of a stream.
 *
 * Reference: U-Boot, drivers/ddr/imx/phy: the steps by which software loads and starts the code, the mailbox
 * protocol, the messages 0x07 (trained) and 0xff (failed), and what is read back.
 *
 * Interface: QOM type "imx8mq.ddr-phy", one window of 16 MiB (0x3c000000): register n is the lower half of
 * the word at 4 * n, the upper half is 0. Role "controller": the DDR controller, which knows the board's
 * DRAM.
 *
 * MicroReset: software writes 9, 1 and 0; with the 0 the training runs, and its only message is there at
 * once. UctShadowRegs bit 0 is 0 while a message waits; software reads it from UctWriteOnlyShadow, writes
 * DctWriteProt 0, sees bit 0 as 1, and writes DctWriteProt 1, which is when a next one may come.
 *
 * Not modelled: any training. The code is stored and not run, so that placeholders do as well as NXP's. It
 * passes unless the controller is set up for more DRAM, or another kind, than the board has. Streams are not
 * sent. All other registers keep what is written, whoever the owner of the bus (MicroContMuxSel) is;
 * calibration is never busy; results of the training, in the message block and in registers, are what
 * software had put there.
 */
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "svp/device.hpp"

namespace svp {

class DdrController;

class DdrPhy : public Device {
 public:
    explicit DdrPhy(Host& host);

    std::span<const RegionInfo> regions() const override;
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;
    bool connect(std::string_view role, Device& peer) override;

 protected:
    void exchange(Archive& archive) override;

 private:
    /** Consecutive registers; those that nobody writes take no room. */
    static constexpr std::uint32_t page_registers = 64;
    using Page = std::array<std::uint16_t, page_registers>;

    std::uint16_t value(std::uint32_t number) const;
    void set(std::uint32_t number, std::uint16_t value);
    void written(std::uint32_t number, std::uint16_t before, std::uint16_t after);
    void train();

    DdrController* controller_ = nullptr;
    std::map<std::uint32_t, Page> pages_;  ///< at most 65536, by the number of their first register / 64
    std::uint16_t message_ = 0;            ///< the mailbox's word
    bool waiting_ = false;                 ///< for software to read it
};

}  // namespace svp
