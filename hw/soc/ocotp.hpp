// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * On-chip one-time programmable memory (OCOTP) and its controller.
 *
 * Hardware: 256 fuse words, each with a shadow register that is loaded from the fuses at reset; software
 * reads and may override the shadows, programs fuses word by word behind an unlock key, and reads single fuse
 * words back. Word 0 holds the locks.
 *
 * Reference: MIMX8MQ6 device header for names, word numbers and lock fields; Linux, imx-ocotp.c, and OP-TEE,
 * imx_ocotp.c, for the programming sequence and the meaning of ERROR; imx8mq.dtsi for the unique ID (words 1
 * and 2) and the MAC address (word 0x24 and on).
 *
 * Interface: QOM type "imx8mq.ocotp", one 64 KiB window, no line. Properties "uid-low" and "uid-high" (32
 * bits each) and "mac" (48 bits, first byte on the wire uppermost) blow the fuses of a new chip; programmed
 * fuses survive reset and are part of the saved state. READ_FUSE_DATA reads 0xff0055aa after reset: boot ROM
 * revision B1 leaves it there, and TF-A, OP-TEE and Linux tell the revision by it.
 *
 * Not modelled: time. Programming and reloading are done before the next access, so BUSY and RELOAD_SHADOWS
 * read 0. TIMING is storage. The fuses' functions in other blocks (boot configuration, JTAG, SRK hash, HDCP
 * keys) are without effect. VERSION reads 0. A read-locked word reads 0xbadabada and sets ERROR; the lock
 * bits whose reads are locked are those of the OTP master key and the groups of SW_STICKY, which are reserved
 * or empty words anyway.
 */
#pragma once

#include <array>
#include <cstdint>

#include "bus/bank_device.hpp"

namespace svp {

class Ocotp : public BankDevice {
 public:
    static constexpr std::uint32_t word_count = 256;

    explicit Ocotp(Host& host);

    void reset() override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;

    /** Value of fuse word @p word, below word_count; not its shadow. */
    std::uint32_t fuse(std::uint32_t word) const { return fuses_[word]; }

 protected:
    void exchange(Archive& archive) override;

 private:
    static std::vector<Register> registers(Ocotp& self);

    void control_written(const WriteEvent& event);
    void data_written(const WriteEvent& event);
    void read_control_written(const WriteEvent& event);
    void sticky_written(const WriteEvent& event);
    std::uint32_t read_shadow(std::uint32_t word, const ReadEvent& event);
    void shadow_written(std::uint32_t word, const WriteEvent& event);

    void load_shadows();
    bool read_locked(std::uint32_t word) const;
    bool shadow_locked(std::uint32_t word) const;
    bool fuse_locked(std::uint32_t word) const;
    void fail(const char* what, std::uint32_t word);

    std::array<std::uint32_t, word_count> fuses_;
};

}  // namespace svp
