// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a master tells about the data that it moves, where somebody follows them (DataListener). All of it may
 * be left untold: then what was read once is held to be in all that is written afterwards.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "svp/host.hpp"

namespace svp {

class DataFollower {
 public:
    /** Nothing that was read before is in the master's buffers any more: a job begins. Anywhere in work(). */
    virtual void forget_data() = 0;

    /** What was read is now in registers as well, which @p by has at @p address. Inside Host::exclusive(). */
    virtual void show_data(const Initiator& by, std::uint64_t address) = 0;

    /** Host::bus_read() of what only tells the master what to do: a descriptor, a table of addresses. */
    virtual Response read_steering(const Initiator& by, std::uint64_t address,
                                   std::span<std::uint8_t> data) = 0;

    /**
     * Host::bus_write() of what tells nothing of the data that were read: a status, or data encrypted with a
     * key that only the secure world has.
     */
    virtual Response write_harmless(const Initiator& by, std::uint64_t address,
                                    std::span<const std::uint8_t> data) = 0;

    /** Host::bus_transform() where what is written is such data. */
    virtual bool transform_harmless(const Initiator& by, std::uint64_t source, std::uint64_t target,
                                    std::size_t size,
                                    const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) = 0;

 protected:
    ~DataFollower() = default;
};

}  // namespace svp
