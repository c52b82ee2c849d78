// SPDX-License-Identifier: GPL-2.0-or-later
/** Who takes the pictures that a decoder of the kernel made, and who brings it its bitstreams. */
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "../decrypt/heap_buffer.hpp"
#include "surface.hpp"
#include "target.hpp"

namespace svp::play {

/** A decoded picture in its buffer. */
struct Picture {
    const Format& format;
    std::uint64_t frame = 0;
    unsigned buffer = 0;                  ///< number of the buffer
    int descriptor = -1;                  ///< of the buffer's dma-buf
    std::span<const std::uint8_t> bytes;  ///< none: the CPU may not read it
    Surface surface;                      ///< how it lies there, if it is not packed
    unsigned stride = 0;                  ///< bytes of a row
    bool packed = false;                  ///< YUYV, else NV12
};

/** What buffers there are, and what is in each. */
struct Buffers {
    unsigned streams = 0;
    std::size_t stream_bytes = 0;
    unsigned pictures = 0;
    std::size_t picture_bytes = 0;
    Surface surface;  ///< of pictures
};

class Screen {
 public:
    virtual ~Screen() = default;

    /** New buffers, nothing is kept of those before. False ends the player. */
    virtual bool begin(const Format&, const Buffers&) { return true; }
    /** The buffers will vanish: what is kept must be shown by now. */
    virtual bool drain() { return true; }
    /** The next picture in output order. False ends the player. */
    virtual bool picture(const Picture& picture) = 0;
    /** The buffer is looked at, or waits for its time. */
    virtual bool keeps(unsigned) const { return false; }
    /** Waits until one buffer less is kept; false if none is. */
    virtual bool let_go() { return false; }
    /** What went wrong with a picture; decoding goes on. */
    virtual void error(const std::string& text) = 0;
};

/** Puts bitstreams into buffers that the CPU cannot write. */
class StreamWriter {
 public:
    virtual ~StreamWriter() = default;
    /** Writes what the decoder wants of @p job to the beginning of @p buffer; returns how many bytes that
     * are. */
    virtual decrypt::Result<std::size_t> write(const Job& job, const decrypt::HeapBuffer& buffer) = 0;
};

}  // namespace svp::play
