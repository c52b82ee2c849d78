// SPDX-License-Identifier: GPL-2.0-or-later
/** How a block that the firewalls' policy depends on tells others that the policy may have changed. */
#pragma once

#include <algorithm>
#include <vector>

namespace svp {

class PolicyListener {
 public:
    /** Registers or outputs of a block that this listener is connected to may differ from before. */
    virtual void source_changed() = 0;

 protected:
    ~PolicyListener() = default;
};

/** Base of what the policy depends on. */
class PolicySource {
 public:
    /** Has @p listener called when registers or outputs may differ from before; it must outlive this object.
     */
    void add_listener(PolicyListener& listener) {
        if (std::ranges::find(listeners_, &listener) == listeners_.end()) {
            listeners_.push_back(&listener);
        }
    }

 protected:
    ~PolicySource() = default;

    void notify() {
        for (PolicyListener* listener : listeners_) {
            listener->source_changed();
        }
    }

 private:
    std::vector<PolicyListener*> listeners_;
};

}  // namespace svp
