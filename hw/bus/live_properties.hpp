// SPDX-License-Identifier: GPL-2.0-or-later
/** Properties that somebody may turn while the board runs: a facet of a device that has such. */
#pragma once

#include <string_view>

namespace svp {

class LiveProperties {
 public:
    /** True if Device::set_property() takes @p name at any time, and not before the first reset only. */
    virtual bool at_any_time(std::string_view name) const = 0;

 protected:
    ~LiveProperties() = default;
};

}  // namespace svp
