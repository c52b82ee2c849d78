// SPDX-License-Identifier: GPL-2.0-or-later
/** What svp-show is to put on a plane. */
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kms.hpp"

namespace svp::screen {

struct PlaneRequest {
    std::string plane;
    Picture picture;
    std::string file, heap;
    std::optional<Area> source, target;
    std::vector<std::pair<std::string, std::string>> properties;

    /** As svp-show's --help has it. */
    static decrypt::Result<PlaneRequest> parse(const std::string& text);

    /** A framebuffer with the picture. */
    decrypt::Result<std::uint32_t> make(Screen& screen) const;
    decrypt::Result<decrypt::Done> put(const Screen& screen, Commit& commit, std::uint32_t framebuffer,
                                       const drm_mode_modeinfo& mode) const;
};

/** Sets a property to a number, or to the value with that name. */
void set_property(Commit& commit, const Object& object, const std::string& name, const std::string& value);

}  // namespace svp::screen
