// SPDX-License-Identifier: GPL-2.0-or-later
/** What keeps bus masters off the bus for a while, whatever their rights are. */
#pragma once

#include <cstdint>

#include "firewall/change_listener.hpp"

namespace svp {

class MasterHold {
 public:
    virtual ~MasterHold() = default;

    /** Masters that do not get onto the bus now, bit n for master n; never the application cores. */
    virtual std::uint32_t held_masters() const = 0;

    /** Has @p listener called when held_masters() may have changed; it must outlive this object. */
    void set_listener(ChangeListener& listener) { listener_ = &listener; }

 protected:
    void notify_hold() {
        if (listener_ != nullptr) {
            listener_->source_changed();
        }
    }

 private:
    ChangeListener* listener_ = nullptr;
};

}  // namespace svp
