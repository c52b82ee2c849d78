// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/hdmi_tx.hpp"

#include <string>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x100000;

constexpr std::uint8_t hdcp_tx = 7;
constexpr std::uint8_t hdcp_status = 6;
constexpr std::uint8_t authenticated = 1;

constexpr std::uint32_t status_event = 1u << 4;

constexpr PropertyInfo property_list[] = {
    {"hdcp", "1: the link to the screen is protected"},
};

}  // namespace

HdmiTx::HdmiTx(Host& host) : BankDevice(host, "hdmi-tx", window, registers(*this)) {}

std::vector<Register> HdmiTx::registers(HdmiTx& self) {
    constexpr FieldAccess read_only = FieldAccess::read_only;
    return {
        {.offset = 0x00,
         .name = "APB_CTRL",
         .fields = {{"CPU_RESET", 0, 1, FieldAccess::unmodelled},
                    {"CPU_STALLED", 1, 1, FieldAccess::unmodelled},
                    {"DRAM_PATH", 2, 1, FieldAccess::unmodelled},
                    {"IRAM_PATH", 3, 1, FieldAccess::unmodelled}}},
        {.offset = 0x08, .name = "MAILBOX_FULL", .access = read_only},
        {.offset = 0x0c,
         .name = "MAILBOX_EMPTY",
         .access = read_only,
         .on_read = [&self](std::uint32_t, std::uint32_t) { return self.left_ == 0 ? 1u : 0u; }},
        {.offset = 0x10,
         .name = "MAILBOX_TX_DATA",
         .fields = {{"DATA", 0, 8}},
         .on_write = [&self](const WriteEvent& event) { self.take(static_cast<std::uint8_t>(event.after)); }},
        {.offset = 0x14,
         .name = "MAILBOX_RX_DATA",
         .access = read_only,
         .on_read = [&self](const ReadEvent& event) { return self.next_of_answer(event.by.debug); }},
        {.offset = 0x18,
         .name = "KEEP_ALIVE",
         .access = read_only,
         .on_read = [&self](const ReadEvent& event) -> std::uint32_t {
             return event.by.debug ? self.alive_ : ++self.alive_;
         }},
        {.offset = 0x44,
         .name = "SW_EVENT0",
         .access = read_only,
         .on_read = [&self](const ReadEvent& event) { return self.events(event.by.debug); }},
        {.offset = 0x48, .name = "SW_EVENT1", .access = read_only},
        {.offset = 0x4c, .name = "SW_EVENT2", .access = read_only},
        {.offset = 0x50, .name = "SW_EVENT3", .access = read_only},
    };
}

void HdmiTx::reset() {
    BankDevice::reset();
    events_ = 0;
    alive_ = 0;
    taken_ = 0;
    left_ = 0;
}

std::span<const PropertyInfo> HdmiTx::properties() const {
    return property_list;
}

bool HdmiTx::at_any_time(std::string_view name) const {
    return name == property_list[0].name;
}

std::optional<std::string> HdmiTx::set_property(std::string_view name, std::uint64_t value) {
    if (name != property_list[0].name) {
        return Device::set_property(name, value);
    }
    if (value > 1) {
        return "hdcp is 0 or 1";
    }
    events_ |= protected_ != (value != 0) ? status_event : 0;
    protected_ = value != 0;
    return std::nullopt;
}

/** A byte of a request; what follows its header is of no interest. */
void HdmiTx::take(std::uint8_t byte) {
    if (taken_ < header_size) {
        request_[taken_] = byte;
    }
    ++taken_;
    const std::uint32_t length = std::uint32_t{request_[2]} << 8 | request_[3];
    if (taken_ >= header_size && taken_ == header_size + length) {
        taken_ = 0;
        answer();
    }
}

void HdmiTx::answer() {
    left_ = 0;
    if (request_[1] != hdcp_tx || request_[0] != hdcp_status) {
        host().log(LogKind::unimplemented, "hdmi-tx: opcode " + std::to_string(request_[0]) + " of module " +
                                               std::to_string(request_[1]) + " has no answer");
        return;
    }
    answer_ = {hdcp_status, hdcp_tx, 0, status_size, 0, protected_ ? authenticated : std::uint8_t{0}};
    left_ = static_cast<std::uint32_t>(answer_.size());
}

std::uint32_t HdmiTx::next_of_answer(bool looks_only) {
    if (left_ == 0) {
        return 0;
    }
    const std::uint32_t byte = answer_[answer_.size() - left_];
    left_ -= looks_only ? 0 : 1;
    return byte;
}

/** Reading them takes them away. */
std::uint32_t HdmiTx::events(bool looks_only) {
    const std::uint32_t events = events_;
    events_ = looks_only ? events : 0;
    return events;
}

void HdmiTx::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(events_, status_event);
    archive.value(alive_);
    for (std::uint8_t& byte : request_) {
        archive.value(byte);
    }
    archive.value(taken_, header_size + 0xffff);
    for (std::uint8_t& byte : answer_) {
        archive.value(byte);
    }
    archive.value(left_, static_cast<std::uint32_t>(answer_.size()));
    if (archive.writing()) {
        return;
    }
    const std::uint32_t length = std::uint32_t{request_[2]} << 8 | request_[3];
    if (taken_ >= header_size && taken_ >= header_size + length) {
        archive.fail("the stream holds an impossible request of the hdmi-tx");
        taken_ = 0;
    }
}

}  // namespace svp
