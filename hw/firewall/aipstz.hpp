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

#include "bus/bank_device.hpp"

namespace svp {

class Aipstz : public BankDevice {
 public:
    explicit Aipstz(Host& host);

 private:
    void written(const WriteEvent& event, std::uint32_t passing);
};

}  // namespace svp
