// SPDX-License-Identifier: GPL-2.0-or-later
/** Decodes by a stateless decoder of the kernel: V4L2's memory-to-memory and request interfaces. */
#pragma once

#include <linux/videodev2.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../decrypt/descriptor.hpp"
#include "screen.hpp"
#include "surface.hpp"
#include "target.hpp"
#include "v4l2_queue.hpp"

namespace svp::play {

/** Buffers: from the driver, or from a heap below /dev/dma_heap. */
struct Memory {
    std::string stream_heap;   ///< empty: the driver
    std::string picture_heap;  ///< empty: the driver
    bool packed = false;       ///< pictures as YUYV, by the post-processor
    bool tiled = false;        ///< pictures in tiles, where there are such (HEVC)
    unsigned streams = 1;      ///< buffers for it; with more than one, jobs run while the next is prepared
    std::string decoder;       ///< address of its registers, as find_decoder() has it
    unsigned spare = 0;        ///< buffers for pictures beside those that the stream needs
};

class V4l2Decoder : public Target {
 public:
    /** @p writer: brings bitstreams into the buffers of stream_heap; nullptr: the CPU copies them. */
    V4l2Decoder(Memory memory, Screen& screen, StreamWriter* writer = nullptr);
    ~V4l2Decoder() override;

    bool begin(const Format& format, const Controls& first) override;
    bool decode(const Job& job) override;
    bool show(std::uint64_t frame) override;
    void release(std::uint64_t frame) override;

    /** Why it ended the player; empty otherwise. */
    const std::string& failure() const { return failure_; }
    /** The failure lies in the stream: the hardware lacks what it asks for. */
    bool unsupported() const { return unsupported_; }
    unsigned jobs() const { return jobs_; }
    /** Name of the driver's node and its card; empty before begin(). */
    const std::string& device() const { return device_; }

 private:
    bool fail(const decrypt::Error& error);
    bool lacks(const std::string& text);
    /** A job that the driver has. */
    struct Running {
        std::uint64_t frame;
        unsigned stream;
    };

    decrypt::Result<decrypt::Done> open(Codec codec);
    decrypt::Result<decrypt::Done> make_requests(unsigned count);
    decrypt::Result<unsigned> free_stream();
    decrypt::Result<unsigned> free_picture();
    decrypt::Result<std::size_t> write(const Job& job, unsigned stream);
    decrypt::Result<decrypt::Done> configure(const Controls& first);
    decrypt::Result<decrypt::Done> queue_job(const Job& job, unsigned stream, std::size_t bytes,
                                             const std::optional<unsigned>& picture);
    decrypt::Result<decrypt::Done> choose_layout(v4l2_format& picture);
    /** Waits for the oldest job. */
    decrypt::Result<decrypt::Done> finish_oldest();
    decrypt::Result<decrypt::Done> finish_all();
    void close();

    Memory memory_;
    Screen& screen_;
    StreamWriter* writer_;
    Format format_;
    std::string failure_;
    bool unsupported_ = false;
    std::string device_;
    unsigned jobs_ = 0;
    decrypt::Descriptor video_, media_;
    std::vector<decrypt::Descriptor> requests_;  ///< one for each buffer of the stream
    std::unique_ptr<V4l2Queue> streams_, pictures_;
    Surface surface_;  ///< of pictures, if they are not packed
    unsigned stride_ = 0;
    std::map<std::uint64_t, unsigned> buffers_;  ///< of frames
    std::vector<bool> driver_has_;               ///< buffers of pictures that are not back yet
    std::deque<Running> running_;
};

}  // namespace svp::play
