// SPDX-License-Identifier: GPL-2.0-or-later
/** How a block tells others that what it stands for has changed. */
#pragma once

#include <algorithm>
#include <vector>

namespace svp {

class ChangeListener {
 public:
    /** Outputs or effective rights of a block that this listener is connected to differ from before. */
    virtual void source_changed() = 0;

 protected:
    ~ChangeListener() = default;
};

/** Base of what rights depend on. */
class ChangeSource {
 public:
    /** Has @p listener called when rights, or outputs, may differ from before; it must outlive this object.
     */
    void add_listener(ChangeListener& listener) {
        if (std::ranges::find(listeners_, &listener) == listeners_.end()) {
            listeners_.push_back(&listener);
        }
    }

 protected:
    ~ChangeSource() = default;

    void notify() {
        for (ChangeListener* listener : listeners_) {
            listener->source_changed();
        }
    }

 private:
    std::vector<ChangeListener*> listeners_;
};

}  // namespace svp
