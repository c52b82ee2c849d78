// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device core that is one window with one register bank.
 *
 * Most blocks of the SoC's clock, reset and power management are no more than that; they derive from this
 * class and add handlers, properties and lines where they have any.
 */
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "svp/device.hpp"
#include "svp/register_bank.hpp"

namespace svp {

class BankDevice : public Device {
 public:
    /** @p block is the name of the window and of the block in log lines; @p size its length in bytes. */
    BankDevice(Host& host, std::string_view block, std::uint32_t size, std::vector<Register> rows)
        : Device(host), region_{{{block, size}}}, bank_(host, block, size, std::move(rows)) {}

    std::span<const RegionInfo> regions() const override { return region_; }

    ReadResult read(unsigned, std::uint64_t offset, unsigned size, const Transaction& by) override {
        return {bank_.read(offset, size, by)};
    }

    Response write(unsigned, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override {
        bank_.write(offset, value, size, by);
        return Response::okay;
    }

    void reset() override { bank_.reset(); }

    /** The declaration, for tests that walk over all registers. */
    const RegisterBank& bank() const { return bank_; }

 protected:
    void exchange(Archive& archive) override { bank_.exchange(archive); }

    RegisterBank& bank() { return bank_; }

 private:
    std::array<RegionInfo, 1> region_;
    RegisterBank bank_;
};

}  // namespace svp
