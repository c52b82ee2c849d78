// SPDX-License-Identifier: GPL-2.0-or-later
#include "ddr/phy.hpp"

#include <algorithm>

#include "ddr/controller.hpp"

namespace svp {

namespace {

constexpr RegionInfo windows[] = {{"ddr-phy", 16 << 20}};
constexpr std::uint32_t register_count = (16 << 20) / 4;
constexpr unsigned register_bits = 16;

// Numbers of registers
constexpr std::uint32_t cal_busy = 0x20097;
constexpr std::uint32_t uct_shadow_regs = 0xd0004;
constexpr std::uint32_t dct_write_prot = 0xd0031;
constexpr std::uint32_t uct_write_only_shadow = 0xd0032;
constexpr std::uint32_t uct_dat_write_only_shadow = 0xd0034;
constexpr std::uint32_t micro_reset = 0xd0099;

constexpr std::uint16_t no_message = 1;  ///< in UctShadowRegs
constexpr std::uint16_t training_passed = 0x07;
constexpr std::uint16_t training_failed = 0xff;

}  // namespace

DdrPhy::DdrPhy(Host& host) : Device(host) {}

std::span<const RegionInfo> DdrPhy::regions() const {
    return windows;
}

std::uint16_t DdrPhy::value(std::uint32_t number) const {
    switch (number) {
        case cal_busy:
            return 0;
        case uct_shadow_regs:
            return waiting_ ? 0 : no_message;
        case uct_write_only_shadow:
            return message_;
        case uct_dat_write_only_shadow:
            return 0;
        default:
            break;
    }
    const auto page = pages_.find(number / page_registers);
    return page == pages_.end() ? std::uint16_t{0} : page->second[number % page_registers];
}

void DdrPhy::set(std::uint32_t number, std::uint16_t value) {
    const auto page = pages_.find(number / page_registers);
    if (page != pages_.end()) {
        page->second[number % page_registers] = value;
    } else if (value != 0) {
        pages_[number / page_registers][number % page_registers] = value;
    }
}

void DdrPhy::written(std::uint32_t number, std::uint16_t before, std::uint16_t after) {
    if (number == dct_write_prot && after == 0) {
        waiting_ = false;
    } else if (number == micro_reset && before != 0 && after == 0) {
        train();
    }
}

void DdrPhy::train() {
    std::optional<std::string> problem = "there is no DDR controller";
    if (controller_ != nullptr) {
        controller_->training_began();
        problem = controller_->mismatch();
        controller_->training_ended(!problem);
    }
    if (problem) {
        host().log(LogKind::guest_error, "ddr-phy: training fails: " + *problem);
    }
    message_ = problem ? training_failed : training_passed;
    waiting_ = true;
}

ReadResult DdrPhy::read(unsigned, std::uint64_t offset, unsigned size, const Transaction&) {
    const std::uint64_t first = offset / 4 * 4;
    std::uint64_t words = value(static_cast<std::uint32_t>(first / 4));
    if (first + 4 < offset + size) {
        words |= std::uint64_t{value(static_cast<std::uint32_t>(first / 4 + 1))} << 32;
    }
    return {words >> (8 * (offset - first))};
}

Response DdrPhy::write(unsigned, std::uint64_t offset, std::uint64_t value, unsigned size,
                       const Transaction&) {
    for (std::uint64_t at = offset; at < offset + size;) {
        const auto number = static_cast<std::uint32_t>(at / 4);
        const std::uint64_t end = std::min<std::uint64_t>(offset + size, std::uint64_t{number} * 4 + 4);
        const unsigned shift = static_cast<unsigned>(8 * (at % 4));
        const std::uint64_t lanes = ((std::uint64_t{1} << 8 * (end - at)) - 1) << shift;
        const std::uint64_t data = value >> (8 * (at - offset)) << shift;
        const std::uint16_t before = this->value(number);
        const auto after = static_cast<std::uint16_t>((before & ~lanes) | (data & lanes));
        set(number, after);
        if ((lanes & ((1u << register_bits) - 1)) != 0) {
            written(number, before, after);
        }
        at = end;
    }
    return Response::okay;
}

void DdrPhy::reset() {
    pages_.clear();
    message_ = 0;
    waiting_ = false;
}

bool DdrPhy::connect(std::string_view role, Device& peer) {
    if (role != "controller") {
        return false;
    }
    controller_ = dynamic_cast<DdrController*>(&peer);
    return controller_ != nullptr;
}

void DdrPhy::exchange(Archive& archive) {
    archive.value(message_, training_failed);
    archive.value(waiting_);
    auto count = static_cast<std::uint32_t>(pages_.size());
    archive.value(count, register_count / page_registers);
    if (archive.writing()) {
        for (auto& [number, page] : pages_) {
            std::uint32_t place = number;
            archive.value(place);
            for (std::uint16_t& word : page) {
                archive.value(word);
            }
        }
        return;
    }
    pages_.clear();
    for (std::uint32_t n = 0; n < count && archive.ok(); ++n) {
        std::uint32_t place = 0;
        archive.value(place, register_count / page_registers - 1);
        for (std::uint16_t& word : pages_[place]) {
            archive.value(word);
        }
    }
    if (archive.ok() && pages_.size() != count) {
        archive.fail("a block of the DDR PHY is there twice");
    }
}

}  // namespace svp
