// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Bridge from the system bus to a peripheral bus.
 *
 * Hardware: AIPSTZ of the i.MX 8M Quad, four of them. MPR says which masters the bridge trusts and whether it
 * keeps their privilege; OPACR gives each 64 KiB slot behind the bridge a write protection, a supervisor
 * protection and a demand for trusted masters.
 *
 * Reference: TF-A for i.MX 8M (addresses, the values all firmware writes), Linux's binding of the same block
 * in the i.MX 8M Plus (numbers of masters).
 *
 * Interface: QOM type "imx8mq.aipstz", region 0 of 64 KiB, no interrupt line.
 *
 * Not modelled: enforcement. The bridge lets everything pass; a value that would not is stored and logged.
 * Because of that the registers reset to the values that let everything pass, not to the hardware's.
 */
#pragma once

#include "svp/device.hpp"
#include "svp/register_bank.hpp"

namespace svp {

class Aipstz : public Device {
 public:
    explicit Aipstz(Host& host);

    std::span<const RegionInfo> regions() const override;
    ReadResult read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) override;
    Response write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                   const Transaction& by) override;
    void reset() override;

 protected:
    void exchange(Archive& archive) override;

 private:
    void written(const WriteEvent& event, std::uint32_t passing);

    RegisterBank bank_;
};

}  // namespace svp
