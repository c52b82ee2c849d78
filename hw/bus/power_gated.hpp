// SPDX-License-Identifier: GPL-2.0-or-later
/** What can lose its power while the chip goes on. */
#pragma once

namespace svp {

class PowerGated {
 public:
    /** The block comes back from a loss of power: power-on state, outputs driven accordingly. */
    virtual void lose_state() = 0;

    /** False as long as something that it had begun before the loss has not ended. */
    virtual bool started_anew() const { return true; }

 protected:
    ~PowerGated() = default;
};

}  // namespace svp
