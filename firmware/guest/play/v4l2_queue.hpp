// SPDX-License-Identifier: GPL-2.0-or-later
/** Buffers of one side of a decoder of the kernel (V4L2, memory to memory), one plane each. */
#pragma once

#include <linux/videodev2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../decrypt/descriptor.hpp"
#include "../decrypt/heap_buffer.hpp"

namespace svp::play {

/** The two sides. */
inline constexpr unsigned stream_type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
inline constexpr unsigned picture_type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;

class V4l2Queue {
 public:
    struct Taken {
        unsigned index;
        std::uint64_t microseconds;
        bool error;
    };

    /** Buffers of @p size bytes each, at least @p count; of the driver if @p heap is empty, else of
     * /dev/dma_heap/@p heap. @p video must outlive them. */
    static decrypt::Result<std::unique_ptr<V4l2Queue>> make(const decrypt::Descriptor& video, unsigned type,
                                                            unsigned count, unsigned size,
                                                            const std::string& heap);
    V4l2Queue(const V4l2Queue&) = delete;
    V4l2Queue& operator=(const V4l2Queue&) = delete;
    ~V4l2Queue();

    std::size_t count() const { return buffers_.size(); }
    std::size_t size() const { return size_; }
    /** Its memory; nothing if the CPU may not have it. */
    std::span<std::uint8_t> bytes(unsigned index) const { return buffers_[index].mapping.bytes(); }
    /** Nothing: the driver's own memory. */
    const decrypt::HeapBuffer* heap(unsigned index) const {
        return buffers_[index].heap ? &*buffers_[index].heap : nullptr;
    }
    int descriptor(unsigned index) const {
        return buffers_[index].heap ? buffers_[index].heap->descriptor() : buffers_[index].exported.get();
    }

    decrypt::Result<decrypt::Done> start();
    /** Gives a buffer to the driver. @p used: bytes of a stream; @p request: of the media device, or -1. */
    decrypt::Result<decrypt::Done> queue(unsigned index, std::size_t used, std::uint64_t microseconds,
                                         std::uint32_t flags, int request);
    /** A buffer that the driver is done with; nothing if there is none. */
    std::optional<Taken> take();

 private:
    struct Buffer {
        std::optional<decrypt::HeapBuffer> heap;
        decrypt::Descriptor exported;  ///< the driver's memory
        decrypt::Mapping mapping;
    };

    V4l2Queue() = default;
    v4l2_buffer description(v4l2_plane& plane) const;
    decrypt::Result<decrypt::Done> map(unsigned index);
    decrypt::Result<decrypt::Done> allocate(const std::string& heap);

    const decrypt::Descriptor* video_ = nullptr;
    std::uint32_t type_ = 0;
    std::uint32_t memory_ = V4L2_MEMORY_MMAP;
    std::size_t size_ = 0;
    bool made_ = false;
    std::vector<Buffer> buffers_;
};

}  // namespace svp::play
