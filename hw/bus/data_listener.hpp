// SPDX-License-Identifier: GPL-2.0-or-later
/** Who follows the data that masters move over the bus. */
#pragma once

#include <cstdint>

#include "svp/transaction.hpp"

namespace svp {

/** Whose buffers data go through; 0: nobody's, each transfer is for itself. */
using Holder = std::uint8_t;

/** What data are to a master. */
struct Cargo {
    Holder holder = 0;
    bool steers = false;    ///< what is read tells the master what to do, and comes out of it nowhere
    bool harmless = false;  ///< what is written tells nothing of it: it is encrypted, or a status
};

class DataListener {
 public:
    /**
     * @p access.master has read the @p size bytes at the address of @p access, which was granted; its own
     * size does not matter. Under the lock.
     */
    virtual void read(const Cargo& cargo, const Transaction& access, std::uint64_t size) = 0;

    /** The same for a write. */
    virtual void written(const Cargo& cargo, const Transaction& access, std::uint64_t size) = 0;

 protected:
    ~DataListener() = default;
};

}  // namespace svp
