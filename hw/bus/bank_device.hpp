// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A device core whose windows are register banks.
 *
 * Most blocks are no more than that; they derive from this class and add handlers, properties and lines where
 * they have any.
 */
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "svp/device.hpp"
#include "svp/register_bank.hpp"

namespace svp {

class BankDevice : public Device {
 public:
    std::span<const RegionInfo> regions() const override { return regions_; }

    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override {
        return {banks_[region].read(offset, size, by)};
    }

    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override {
        banks_[region].write(offset, value, size, by);
        return Response::okay;
    }

    void reset() override {
        for (RegisterBank& bank : banks_) {
            bank.reset();
        }
    }

    std::vector<BankPlace> banks() const override {
        std::vector<BankPlace> places;
        for (unsigned region = 0; region < banks_.size(); ++region) {
            places.push_back({region, 0, &banks_[region]});
        }
        return places;
    }

    /** The registers of a window. */
    const RegisterBank& bank(unsigned region = 0) const { return banks_[region]; }

 protected:
    /** A device without windows, until add_window(). */
    explicit BankDevice(Host& host) : Device(host) {}

    /** A device with one window; see add_window(). */
    BankDevice(Host& host, std::string_view block, std::uint32_t size, std::vector<Register> rows)
        : Device(host) {
        add_window(block, size, std::move(rows));
    }

    /** The next window: @p block is its name, and in log lines the block's; @p size its length in bytes. Only
     * in the constructor. */
    void add_window(std::string_view block, std::uint32_t size, std::vector<Register> rows) {
        regions_.push_back({block, size});
        banks_.emplace_back(host(), block, size, std::move(rows));
    }

    void exchange(Archive& archive) override {
        for (RegisterBank& bank : banks_) {
            bank.exchange(archive);
        }
    }

    RegisterBank& bank(unsigned region = 0) { return banks_[region]; }

 private:
    std::vector<RegionInfo> regions_;
    std::vector<RegisterBank> banks_;
};

}  // namespace svp
