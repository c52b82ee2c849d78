// SPDX-License-Identifier: GPL-2.0-or-later
/** How a policy block tells others that what it stands for has changed. */
#pragma once

namespace svp {

class ChangeListener {
 public:
    /** Outputs or effective rights of a block that this listener is connected to differ from before. */
    virtual void source_changed() = 0;

 protected:
    ~ChangeListener() = default;
};

}  // namespace svp
