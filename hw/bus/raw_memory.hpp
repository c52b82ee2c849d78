// SPDX-License-Identifier: GPL-2.0-or-later
/** The board behind its firewalls: what an emulator offers to whoever moves data that has been judged. */
#pragma once

#include <cstdint>
#include <span>

#include "svp/transaction.hpp"

namespace svp {

class RawMemory {
 public:
    virtual ~RawMemory() = default;

    /** Bytes of RAM from @p address to the end of its window; 0 where no RAM is. */
    virtual std::uint64_t ram_left(std::uint64_t address) = 0;

    /** Reads data.size() bytes at the address of @p by, whose size does not matter. Under the lock. */
    virtual Response read(const Transaction& by, std::span<std::uint8_t> data) = 0;
    virtual Response write(const Transaction& by, std::span<const std::uint8_t> data) = 0;

    /**
     * The cells of @p size bytes of RAM, which others see too; null if they are not in one piece. To be given
     * back by unmap(), with @p done false if nothing was written. Under the lock.
     */
    virtual std::uint8_t* map(std::uint64_t address, std::uint64_t size, bool writable) = 0;
    virtual void unmap(std::uint8_t* cells, std::uint64_t size, bool writable, bool done) = 0;

    /** Another number after each change of the policy. Under the lock. */
    virtual unsigned policy_generation() = 0;

    /** Has everything else stand still; false if the caller has seen to that already, and no unlock()
     * follows.
     */
    virtual bool lock() = 0;
    /** Ends that; what has become of rights meanwhile is in force when it returns. */
    virtual void unlock() = 0;
};

}  // namespace svp
