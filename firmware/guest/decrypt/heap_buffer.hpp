// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * A buffer of a protected heap: a dma-buf that this program cannot read, for decoders, displays and OP-TEE.
 */
#pragma once

#include <cstdint>
#include <string>

#include "descriptor.hpp"

namespace svp::decrypt {

class HeapBuffer {
 public:
    /** Who made the heap, and hence who takes its buffers to OP-TEE. */
    enum class Kind {
        secure_heap,  ///< module secure_heap: by /dev/secure_heap_tee
        tee           ///< the TEE subsystem ("protected,..."): by /dev/tee0
    };

    /**
     * `heap`: a name below /dev/dma_heap, or its distinctive part: "video" for "video-protected",
     * "secure-video" for "protected,secure-video". `size` in bytes; the buffer has whole pages.
     */
    static Result<HeapBuffer> allocate(const std::string& heap, std::uint64_t size);

    Kind kind() const { return kind_; }
    const Descriptor& file() const { return file_; }
    int descriptor() const { return file_.get(); }
    std::uint64_t size() const { return size_; }

 private:
    Descriptor file_;
    std::uint64_t size_ = 0;
    Kind kind_ = Kind::secure_heap;
};

}  // namespace svp::decrypt
