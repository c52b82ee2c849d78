// SPDX-License-Identifier: GPL-2.0-or-later
/* See v4l2_queue.hpp. */
#include "v4l2_queue.hpp"

#include <fcntl.h>

#include <cerrno>

#include "v4l2_device.hpp"

namespace svp::play {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::HeapBuffer;
using decrypt::Mapping;
using decrypt::Result;
using decrypt::system_error;

Result<std::unique_ptr<V4l2Queue>> V4l2Queue::make(const Descriptor& video, unsigned type, unsigned count,
                                                   unsigned size, const std::string& heap) {
    auto queue = std::unique_ptr<V4l2Queue>(new V4l2Queue);
    queue->video_ = &video;
    queue->type_ = type;
    queue->memory_ = heap.empty() ? V4L2_MEMORY_MMAP : V4L2_MEMORY_DMABUF;
    queue->size_ = size;
    v4l2_requestbuffers request{};
    request.type = type;
    request.count = count;
    request.memory = queue->memory_;
    if (call(video, VIDIOC_REQBUFS, &request) != 0) {
        return system_error(std::to_string(count) + " buffers of " + std::to_string(size) + " bytes", errno);
    }
    queue->made_ = true;
    if (request.count < count) {
        return Error{"only " + std::to_string(request.count) + " of " + std::to_string(count) +
                     " buffers of " + std::to_string(size) + " bytes are to be had"};
    }
    for (unsigned index = 0; index < request.count; ++index) {
        Result<Done> added = heap.empty() ? queue->map(index) : queue->allocate(heap);
        if (!added.ok()) {
            return added.error();
        }
    }
    return queue;
}

V4l2Queue::~V4l2Queue() {
    buffers_.clear();
    if (made_) {
        int type = static_cast<int>(type_);
        call(*video_, VIDIOC_STREAMOFF, &type);
        v4l2_requestbuffers none{};
        none.type = type_;
        none.memory = memory_;
        call(*video_, VIDIOC_REQBUFS, &none);
    }
}

Result<Done> V4l2Queue::start() {
    int type = static_cast<int>(type_);
    if (call(*video_, VIDIOC_STREAMON, &type) != 0) {
        return system_error("start of the decoder", errno);
    }
    return Done{};
}

Result<Done> V4l2Queue::queue(unsigned index, std::size_t used, std::uint64_t microseconds,
                              std::uint32_t flags, int request) {
    v4l2_plane plane{};
    v4l2_buffer buffer = description(plane);
    buffer.index = index;
    buffer.flags = flags;
    buffer.timestamp.tv_sec = static_cast<decltype(buffer.timestamp.tv_sec)>(microseconds / 1'000'000);
    buffer.timestamp.tv_usec = static_cast<decltype(buffer.timestamp.tv_usec)>(microseconds % 1'000'000);
    plane.bytesused = static_cast<std::uint32_t>(used);
    plane.length = static_cast<std::uint32_t>(size_);
    if (memory_ == V4L2_MEMORY_DMABUF) {
        plane.m.fd = buffers_[index].heap->descriptor();
    }
    if (request >= 0) {
        buffer.flags |= V4L2_BUF_FLAG_REQUEST_FD;
        buffer.request_fd = request;
    }
    if (call(*video_, VIDIOC_QBUF, &buffer) != 0) {
        return system_error(type_ == stream_type ? "a buffer for the stream" : "a buffer for the picture",
                            errno);
    }
    return Done{};
}

std::optional<V4l2Queue::Taken> V4l2Queue::take() {
    v4l2_plane plane{};
    v4l2_buffer buffer = description(plane);
    if (call(*video_, VIDIOC_DQBUF, &buffer) != 0) {
        return std::nullopt;
    }
    return Taken{buffer.index,
                 static_cast<std::uint64_t>(buffer.timestamp.tv_sec) * 1'000'000 +
                     static_cast<std::uint64_t>(buffer.timestamp.tv_usec),
                 (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0};
}

v4l2_buffer V4l2Queue::description(v4l2_plane& plane) const {
    v4l2_buffer buffer{};
    buffer.type = type_;
    buffer.memory = memory_;
    buffer.length = 1;
    buffer.m.planes = &plane;
    return buffer;
}

Result<Done> V4l2Queue::map(unsigned index) {
    v4l2_plane plane{};
    v4l2_buffer buffer = description(plane);
    buffer.index = index;
    if (call(*video_, VIDIOC_QUERYBUF, &buffer) != 0) {
        return system_error("a buffer of the driver", errno);
    }
    Result<Mapping> mapping = Mapping::make(*video_, plane.length, "a buffer of the driver",
                                            static_cast<off_t>(plane.m.mem_offset));
    if (!mapping.ok()) {
        return mapping.error();
    }
    v4l2_exportbuffer request{};
    request.type = type_;
    request.index = index;
    request.flags = O_CLOEXEC | O_RDWR;
    if (call(*video_, VIDIOC_EXPBUF, &request) != 0) {
        return system_error("a dma-buf of the driver", errno);
    }
    buffers_.push_back({std::nullopt, Descriptor(request.fd), std::move(mapping.value())});
    return Done{};
}

Result<Done> V4l2Queue::allocate(const std::string& heap) {
    Result<HeapBuffer> made = HeapBuffer::allocate(heap, size_);
    if (!made.ok()) {
        return made.error();
    }
    Buffer buffer;
    Result<Mapping> mapping = Mapping::make(made.value().file(), size_, heap);
    if (mapping.ok()) {
        buffer.mapping = std::move(mapping.value());
    }
    buffer.heap = std::move(made.value());
    buffers_.push_back(std::move(buffer));
    return Done{};
}

}  // namespace svp::play
