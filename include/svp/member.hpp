// SPDX-License-Identifier: GPL-2.0-or-later
/** A part of an object that goes to or comes from an observer: what a device tells, what a fault is. */
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace svp {

struct Member {
    /**
     * Where it stands in the object: names of members and places in lists, from 0, joined by dots, as
     * "rings.0.jobs". A name has small letters, digits and '-'.
     */
    std::string name;
    /** A number, a text, a truth value; nothing for an object or list that is there and empty. */
    std::variant<std::uint64_t, std::string, bool, std::monostate> value;
};

}  // namespace svp
