// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Hardware semaphores that the RDC can demand before it lets a domain use a peripheral.
 *
 * Hardware: RDC_SEMAPHORE of the i.MX 8M Quad, two of them: the first has the gates of peripherals 0 to 63,
 * the second those of 64 to 127. A gate is a byte: who holds it, and in which domain that master is. A master
 * locks a free gate by writing its own number plus 1, and sees by reading back whether it has won; writing 0
 * frees a gate that it holds itself. RSTGT frees gates of others by two writes in sequence.
 *
 * Reference: MIMX8MQ6 device header (registers), MCUXpresso SDK driver and example (locking, numbers of
 * masters, order of the reset patterns).
 *
 * Interface: QOM type "imx8mq.rdc-semaphore", region 0 of 64 KiB, no interrupt line. Which half of the
 * peripherals it has is said by the role under which the firewall knows it. held_by() is for the firewall.
 *
 * Not modelled: nothing known.
 * Assumptions where no public text decides:
 * - Masters have the numbers 1 (A53), 3 (SDMA), 6 (M4), all others 0. Holding means number and domain.
 * - The reset patterns are 0xe2, then 0x1d. The second write names the gate, 64 and above all of them, and
 * must come from the master that wrote the first. Any other write to RSTGT ends the sequence.
 * - Every master that reaches the block may use RSTGT; gate the block itself to prevent that.
 */
#pragma once

#include "bus/bank_device.hpp"
#include "bus/policy_source.hpp"

namespace svp {

class RdcSemaphore : public BankDevice, public PolicySource {
 public:
    static constexpr unsigned gate_count = 64;

    explicit RdcSemaphore(Host& host);

    /** True if a master in @p domain holds gate @p gate, which is below 64. */
    bool held_by(unsigned gate, Domain domain) const;

    void reset() override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    void gates_written(const WriteEvent& event);
    void reset_gate_written(const WriteEvent& event);
    void free_gates(unsigned number);
    void check_loaded(Archive& archive) const;
};

}  // namespace svp
