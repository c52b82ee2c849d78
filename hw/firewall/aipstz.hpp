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
 * Only processors and the debug access port write its registers; for other masters they are read only, and a
 * try is on record. Otherwise they were memory that every master has, whatever RDC and CSU say: a decoder
 * could put there what nobody else reads. The i.MX 6's descriptions ask for a trusted master, without saying
 * which ones are.
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
