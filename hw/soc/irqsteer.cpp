// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/irqsteer.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x1000;
constexpr std::uint32_t words = Irqsteer::input_count / 32;

constexpr std::uint32_t channctl = 0x00;
constexpr std::uint32_t chn_mask = 0x04;
constexpr std::uint32_t chn_set = chn_mask + 4 * words;
constexpr std::uint32_t chn_status = chn_set + 4 * words;
constexpr std::uint32_t chn_mintdis = chn_status + 4 * words;
constexpr std::uint32_t chn_mstrstat = chn_mintdis + 4;

constexpr Field channel_0 = {"CH0", 0};
constexpr Field master_disable = {"MINTDIS", 0};
constexpr Field master_status = {"STATUS", 0, 1, FieldAccess::read_only};

}  // namespace

Irqsteer::Irqsteer(Host& host) : BankDevice(host, "irqsteer", window, registers(*this)) {}

std::vector<Register> Irqsteer::registers(Irqsteer& self) {
    const auto written = [&self](const WriteEvent&) { self.update(); };
    return {
        {.offset = channctl, .name = "CHANNCTL", .fields = {channel_0}, .on_write = written},
        {.offset = chn_mask, .name = "CHN_MASK", .count = words, .on_write = written},
        {.offset = chn_set, .name = "CHN_SET", .count = words, .on_write = written},
        {.offset = chn_status,
         .name = "CHN_STATUS",
         .access = FieldAccess::read_only,
         .count = words,
         .on_read = [&self](std::uint32_t word, std::uint32_t) { return self.status(word); }},
        {.offset = chn_mintdis, .name = "CHN_MINTDIS", .fields = {master_disable}, .on_write = written},
        {.offset = chn_mstrstat,
         .name = "CHN_MSTRSTAT",
         .fields = {master_status},
         .on_read = [&self](std::uint32_t, std::uint32_t) { return self.pending() ? 1u : 0u; }},
    };
}

void Irqsteer::set_input(unsigned line, bool level) {
    if (line >= input_count) {
        return;
    }
    const std::uint64_t bit = std::uint64_t{1} << line;
    inputs_ = level ? inputs_ | bit : inputs_ & ~bit;
    update();
}

std::uint32_t Irqsteer::status(std::uint32_t word) const {
    const auto lines = static_cast<std::uint32_t>(inputs_ >> (32 * (words - 1 - word)));
    return (lines | bank().value(chn_set + 4 * word)) & bank().value(chn_mask + 4 * word);
}

bool Irqsteer::pending() const {
    bool any = false;
    for (std::uint32_t word = 0; word < words; ++word) {
        any = any || status(word) != 0;
    }
    return any;
}

void Irqsteer::update() {
    const bool on = bank().get<bool>(channctl, channel_0) && !bank().get<bool>(chn_mintdis, master_disable);
    host().set_irq(0, on && pending());
}

void Irqsteer::reset() {
    BankDevice::reset();
    update();
}

void Irqsteer::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(inputs_);
}

}  // namespace svp
