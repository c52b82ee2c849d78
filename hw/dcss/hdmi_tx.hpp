// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * HDMI transmitter, as far as software asks it whether the link is protected by HDCP.
 *
 * Hardware: a Cadence MHDP8501, whose own processor runs firmware that the boot ROM has loaded. Software
 * talks to that firmware by a mailbox, byte by byte: opcode, module, two bytes with the length of what
 * follows (the upper one first), and that. An answer has the same form.
 *
 * Reference: Linux, drivers/gpu/drm/bridge/cadence (MHDP8546, a relative), for registers, modules and
 * opcodes.
 *
 * Interface: QOM type "imx8mq.hdmi-tx", one window of 1 MiB, no line. Property "hdcp", at any time: 1 if the
 * link to the screen is protected. Module 7 (HDCP_TX), opcode 6 (status): five bytes, of which the first two
 * are the status of the port, 1 if it has been authenticated. SW_EVENT0 tells of a change once
 * (HDCP_TX_STATUS). The property is the host's, as the cable is: it is not in saved states.
 *
 * Not modelled: all else. The link comes up without it (README.md), messages to other modules are logged and
 * have no answer, and the firmware always runs.
 */
#pragma once

#include <array>
#include <cstdint>

#include "bus/bank_device.hpp"
#include "bus/live_properties.hpp"

namespace svp {

class HdmiTx : public BankDevice, public LiveProperties {
 public:
    explicit HdmiTx(Host& host);

    void reset() override;
    std::vector<Counter> counters() const override { return {{"link-protected", protected_}}; }
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;
    bool at_any_time(std::string_view name) const override;

 protected:
    void exchange(Archive& archive) override;

 private:
    static constexpr std::uint32_t header_size = 4;
    static constexpr std::uint32_t status_size = 5;

    static std::vector<Register> registers(HdmiTx& self);

    void take(std::uint8_t byte);
    void answer();
    std::uint32_t next_of_answer(bool looks_only);
    std::uint32_t events(bool looks_only);

    bool protected_ = false;
    std::uint32_t events_ = 0;  ///< SW_EVENT0
    std::uint8_t alive_ = 0;    ///< KEEP_ALIVE

    std::array<std::uint8_t, header_size> request_{};
    std::uint32_t taken_ = 0;  ///< bytes of a request, with its header
    std::array<std::uint8_t, header_size + status_size> answer_{};
    std::uint32_t left_ = 0;  ///< bytes of the answer, the last ones, that have not been read
};

}  // namespace svp
