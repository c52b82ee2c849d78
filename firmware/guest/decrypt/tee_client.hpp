// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A client of OP-TEE through /dev/tee0: one session, shared memory, calls.
 *
 * Reference: Linux, include/uapi/linux/tee.h.
 */
#pragma once

#include <linux/tee.h>

#include <array>
#include <cstdint>

#include "descriptor.hpp"
#include "uuid.hpp"

namespace svp::decrypt {

Uuid decrypt_uuid(bool unchecked);

/** What a result of a TA means for the user of svp-decrypt; `origin` says who gave it. */
Error tee_error(std::uint32_t result, std::uint32_t origin);

/** Memory that OP-TEE can be referred to. */
struct SharedMemory {
    Descriptor file;
    Mapping mapping;  ///< empty for a dma-buf
    std::int32_t id = -1;
};

class TeeClient {
 public:
    static constexpr std::size_t parameters = 4;
    using Parameters = std::array<tee_ioctl_param, parameters>;

    static Result<TeeClient> open(const Uuid& uuid);

    /** Ordinary memory, mapped. */
    Result<SharedMemory> allocate(std::size_t size) const;
    /** A dma-buf of a heap of the TEE subsystem. */
    Result<SharedMemory> add(int descriptor, std::uint64_t size) const;

    Result<Done> invoke(std::uint32_t function, Parameters& parameters) const;

    static tee_ioctl_param memory(std::uint64_t type, const SharedMemory& memory, std::uint64_t offset,
                                  std::uint64_t size);

 private:
    Descriptor device_;
    std::uint32_t session_ = 0;
};

}  // namespace svp::decrypt
