// SPDX-License-Identifier: GPL-2.0-or-later
/* See v4l2_decoder.hpp. */
#include "v4l2_decoder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/media.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../decrypt/heap_buffer.hpp"

namespace svp::play {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::HeapBuffer;
using decrypt::Mapping;
using decrypt::Result;
using decrypt::system_error;

namespace {

constexpr unsigned stream_type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
constexpr unsigned picture_type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
constexpr unsigned nodes = 64;
/** The kernel gives a job up after two seconds; this is for a kernel that does not. */
constexpr int patience_ms = 60'000;
constexpr unsigned smallest_stream = 256 << 10;
// Not in all of the headers that this is built with.
constexpr std::uint32_t p010 = v4l2_fourcc('P', '0', '1', '0');
constexpr std::uint32_t nv12_4l4 = v4l2_fourcc('V', 'T', '1', '2');
constexpr std::uint32_t nv15_4l4 = v4l2_fourcc('V', 'T', '1', '5');

std::uint32_t pixel_format(Codec codec) {
    switch (codec) {
        case Codec::vp8:
            return V4L2_PIX_FMT_VP8_FRAME;
        case Codec::h264:
            return V4L2_PIX_FMT_H264_SLICE;
        case Codec::hevc:
            return V4L2_PIX_FMT_HEVC_SLICE;
        case Codec::mpeg2:
            break;
    }
    return V4L2_PIX_FMT_MPEG2_SLICE;
}

const char* name_of(Codec codec) {
    switch (codec) {
        case Codec::vp8:
            return "VP8";
        case Codec::h264:
            return "H.264";
        case Codec::hevc:
            return "HEVC";
        case Codec::mpeg2:
            break;
    }
    return "MPEG-2";
}

/** Repeats a call that a signal interrupts. */
int call(const Descriptor& file, unsigned long request, void* argument) {
    int result = 0;
    do {
        result = ioctl(file.get(), request, argument);
    } while (result != 0 && errno == EINTR);
    return result;
}

bool takes(const Descriptor& video, std::uint32_t wanted) {
    for (unsigned index = 0; index < nodes; ++index) {
        v4l2_fmtdesc description{};
        description.index = index;
        description.type = stream_type;
        if (call(video, VIDIOC_ENUM_FMT, &description) != 0) {
            return false;
        }
        if (description.pixelformat == wanted) {
            return true;
        }
    }
    return false;
}

/** Name of the media device that a video node belongs to. */
std::string media_of(const std::string& video) {
    std::string found;
    if (DIR* folder = opendir(("/sys/class/video4linux/" + video + "/device").c_str())) {
        while (const dirent* entry = readdir(folder)) {
            if (std::strncmp(entry->d_name, "media", 5) == 0) {
                found = entry->d_name;
            }
        }
        closedir(folder);
    }
    return found;
}

std::vector<v4l2_ext_control> list_of(const Controls& controls) {
    std::vector<v4l2_ext_control> list;
    const auto add = [&list](std::uint32_t id, const auto& control) {
        v4l2_ext_control entry{};
        entry.id = id;
        entry.size = sizeof control;
        entry.ptr = const_cast<void*>(static_cast<const void*>(&control));
        list.push_back(entry);
    };
    if (const auto* vp8 = std::get_if<v4l2_ctrl_vp8_frame>(&controls)) {
        add(V4L2_CID_STATELESS_VP8_FRAME, *vp8);
    } else if (const auto* h264 = std::get_if<H264Controls>(&controls)) {
        add(V4L2_CID_STATELESS_H264_SPS, h264->sps);
        add(V4L2_CID_STATELESS_H264_PPS, h264->pps);
        if ((h264->pps.flags & V4L2_H264_PPS_FLAG_SCALING_MATRIX_PRESENT) != 0) {
            add(V4L2_CID_STATELESS_H264_SCALING_MATRIX, h264->scaling);
        }
        add(V4L2_CID_STATELESS_H264_DECODE_PARAMS, h264->decode);
    } else if (const auto* mpeg2 = std::get_if<Mpeg2Controls>(&controls)) {
        add(V4L2_CID_STATELESS_MPEG2_SEQUENCE, mpeg2->sequence);
        add(V4L2_CID_STATELESS_MPEG2_PICTURE, mpeg2->picture);
        add(V4L2_CID_STATELESS_MPEG2_QUANTISATION, mpeg2->quantisation);
    } else if (const auto* hevc = std::get_if<HevcControls>(&controls)) {
        add(V4L2_CID_STATELESS_HEVC_SPS, hevc->sps);
        add(V4L2_CID_STATELESS_HEVC_PPS, hevc->pps);
        add(V4L2_CID_STATELESS_HEVC_SCALING_MATRIX, hevc->scaling);
        add(V4L2_CID_STATELESS_HEVC_DECODE_PARAMS, hevc->decode);
    }
    return list;
}

}  // namespace

/** Buffers of one side of the decoder, one plane each. */
class V4l2Decoder::Queue {
 public:
    struct Buffer {
        std::optional<HeapBuffer> heap;
        Mapping mapping;
    };

    /** Buffers of @p size bytes each, at least @p count. */
    static Result<std::unique_ptr<Queue>> make(const Descriptor& video, unsigned type, unsigned count,
                                               unsigned size, const std::string& heap) {
        auto queue = std::make_unique<Queue>();
        queue->video_ = &video;
        queue->type_ = type;
        queue->memory_ = heap.empty() ? V4L2_MEMORY_MMAP : V4L2_MEMORY_DMABUF;
        queue->size_ = size;
        v4l2_requestbuffers request{};
        request.type = type;
        request.count = count;
        request.memory = queue->memory_;
        if (call(video, VIDIOC_REQBUFS, &request) != 0) {
            return system_error(std::to_string(count) + " buffers of " + std::to_string(size) + " bytes",
                                errno);
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
    ~Queue() {
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

    std::size_t count() const { return buffers_.size(); }
    std::size_t size() const { return size_; }
    /** Its memory; nothing if the CPU may not have it. */
    std::span<std::uint8_t> bytes(unsigned index) const { return buffers_[index].mapping.bytes(); }

    Result<Done> start() {
        int type = static_cast<int>(type_);
        if (call(*video_, VIDIOC_STREAMON, &type) != 0) {
            return system_error("start of the decoder", errno);
        }
        return Done{};
    }

    Result<Done> queue(unsigned index, std::size_t used, std::uint64_t microseconds, std::uint32_t flags,
                       int request) {
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

    struct Taken {
        unsigned index;
        std::uint64_t microseconds;
        bool error;
    };

    /** A buffer that the driver is done with; nothing if there is none. */
    std::optional<Taken> take() {
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

 private:
    v4l2_buffer description(v4l2_plane& plane) const {
        v4l2_buffer buffer{};
        buffer.type = type_;
        buffer.memory = memory_;
        buffer.length = 1;
        buffer.m.planes = &plane;
        return buffer;
    }

    Result<Done> map(unsigned index) {
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
        buffers_.push_back({std::nullopt, std::move(mapping.value())});
        return Done{};
    }

    Result<Done> allocate(const std::string& heap) {
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

    const Descriptor* video_ = nullptr;
    std::uint32_t type_ = 0;
    std::uint32_t memory_ = V4L2_MEMORY_MMAP;
    std::size_t size_ = 0;
    bool made_ = false;
    std::vector<Buffer> buffers_;
};

V4l2Decoder::V4l2Decoder(Memory memory, Output& output) : memory_(std::move(memory)), output_(output) {}

V4l2Decoder::~V4l2Decoder() = default;

bool V4l2Decoder::fail(const Error& error) {
    failure_ = error.text;
    return false;
}

bool V4l2Decoder::lacks(const std::string& text) {
    unsupported_ = true;
    failure_ = text;
    return false;
}

/** Opens the first decoder that takes the codec, and its media device. */
Result<Done> V4l2Decoder::open(Codec codec) {
    for (unsigned number = 0; number < nodes; ++number) {
        const std::string name = "video" + std::to_string(number);
        Result<Descriptor> video = Descriptor::open("/dev/" + name, O_RDWR | O_NONBLOCK);
        if (!video.ok() || !takes(video.value(), pixel_format(codec))) {
            continue;
        }
        const std::string media = media_of(name);
        if (media.empty()) {
            continue;
        }
        Result<Descriptor> controller = Descriptor::open("/dev/" + media, O_RDWR);
        if (!controller.ok()) {
            return controller.error();
        }
        int request = -1;
        if (call(controller.value(), MEDIA_IOC_REQUEST_ALLOC, &request) != 0) {
            return system_error("a request of /dev/" + media, errno);
        }
        v4l2_capability capability{};
        call(video.value(), VIDIOC_QUERYCAP, &capability);
        device_ = "/dev/" + name + " (" + reinterpret_cast<const char*>(capability.card) + ")";
        video_ = std::move(video.value());
        media_ = std::move(controller.value());
        request_ = Descriptor(request);
        return Done{};
    }
    unsupported_ = true;
    return Error{std::string("no decoder for ") + name_of(codec) +
                 " below /dev/video*; are the drivers loaded (svp-video)?"};
}

void V4l2Decoder::close() {
    streams_.reset();
    pictures_.reset();
    request_ = Descriptor();
    media_ = Descriptor();
    video_ = Descriptor();
    buffers_.clear();
    driver_has_.clear();
}

bool V4l2Decoder::begin(const Format& format, const Controls& first) {
    close();
    format_ = format;
    const Result<Done> opened = open(format.codec);
    if (!opened.ok()) {
        return fail(opened.error());
    }
    const Result<Done> configured = configure(first);
    return configured.ok() || fail(configured.error());
}

Result<Done> V4l2Decoder::configure(const Controls& first) {
    v4l2_format stream{};
    stream.type = stream_type;
    stream.fmt.pix_mp.pixelformat = pixel_format(format_.codec);
    stream.fmt.pix_mp.width = format_.width;
    stream.fmt.pix_mp.height = format_.height;
    stream.fmt.pix_mp.num_planes = 1;
    stream.fmt.pix_mp.plane_fmt[0].sizeimage =
        std::max(smallest_stream, 3 * format_.width * format_.height / 2);
    if (call(video_, VIDIOC_S_FMT, &stream) != 0) {
        return system_error("format of the stream", errno);
    }
    if (stream.fmt.pix_mp.width != format_.width || stream.fmt.pix_mp.height != format_.height) {
        unsupported_ = true;
        return Error{"pictures of " + std::to_string(format_.width) + "x" + std::to_string(format_.height) +
                     ", the driver would have " + std::to_string(stream.fmt.pix_mp.width) + "x" +
                     std::to_string(stream.fmt.pix_mp.height)};
    }
    // What the stream is like may decide which pictures the driver offers.
    auto controls = list_of(first);
    v4l2_ext_controls set{};
    set.which = V4L2_CTRL_WHICH_CUR_VAL;
    set.count = 1;
    set.controls = controls.data();
    if (call(video_, VIDIOC_S_EXT_CTRLS, &set) != 0) {
        unsupported_ = true;
        return system_error(std::string("what this ") + name_of(format_.codec) + " asks for", errno);
    }
    v4l2_format picture{};
    const Result<Done> chosen = choose_layout(picture);
    if (!chosen.ok()) {
        return chosen.error();
    }
    auto streams =
        Queue::make(video_, stream_type, 1, stream.fmt.pix_mp.plane_fmt[0].sizeimage, memory_.stream_heap);
    if (!streams.ok()) {
        return streams.error();
    }
    streams_ = std::move(streams.value());
    if (streams_->bytes(0).empty()) {
        return Error{"heap '" + memory_.stream_heap + "': the stream cannot be written there by the CPU"};
    }
    auto pictures = Queue::make(video_, picture_type, format_.frames,
                                picture.fmt.pix_mp.plane_fmt[0].sizeimage, memory_.picture_heap);
    if (!pictures.ok()) {
        return pictures.error();
    }
    pictures_ = std::move(pictures.value());
    driver_has_.assign(pictures_->count(), false);
    for (Queue* queue : {streams_.get(), pictures_.get()}) {
        const Result<Done> started = queue->start();
        if (!started.ok()) {
            return started.error();
        }
    }
    return Done{};
}

/** Sets the layout of pictures; @p picture is what the driver makes of it. */
Result<Done> V4l2Decoder::choose_layout(v4l2_format& picture) {
    struct Choice {
        std::uint32_t format;
        const char* name;
        Layout layout;
    };
    const Choice choice = memory_.packed ? Choice{V4L2_PIX_FMT_YUYV, "YUYV", Layout::nv12}
                          : memory_.tiled && format_.depth == 8
                              ? Choice{nv12_4l4, "NV12_4L4", Layout::nv12_4l4}
                          : memory_.tiled      ? Choice{nv15_4l4, "NV15_4L4", Layout::nv15_4l4}
                          : format_.depth == 8 ? Choice{V4L2_PIX_FMT_NV12, "NV12", Layout::nv12}
                                               : Choice{p010, "P010", Layout::p010};
    picture.type = picture_type;
    if (call(video_, VIDIOC_G_FMT, &picture) != 0) {
        return system_error("format of pictures", errno);
    }
    picture.fmt.pix_mp.pixelformat = choice.format;
    if (call(video_, VIDIOC_S_FMT, &picture) != 0) {
        return system_error("the layout of pictures", errno);
    }
    if (picture.fmt.pix_mp.pixelformat != choice.format || picture.fmt.pix_mp.num_planes != 1) {
        unsupported_ = true;
        return Error{std::string("the driver has no pictures in ") + choice.name};
    }
    stride_ = picture.fmt.pix_mp.plane_fmt[0].bytesperline;
    surface_ = {choice.layout, stride_, picture.fmt.pix_mp.height};
    return Done{};
}

Result<Done> V4l2Decoder::queue_job(const Job& job, unsigned stream, const std::optional<unsigned>& picture) {
    if (picture) {
        const Result<Done> queued = pictures_->queue(*picture, 0, 0, 0, -1);
        if (!queued.ok()) {
            return queued.error();
        }
        driver_has_[*picture] = true;
    }
    auto controls = list_of(job.controls);
    v4l2_ext_controls set{};
    set.which = V4L2_CTRL_WHICH_REQUEST_VAL;
    set.request_fd = request_.get();
    set.count = static_cast<std::uint32_t>(controls.size());
    set.controls = controls.data();
    if (call(video_, VIDIOC_S_EXT_CTRLS, &set) != 0) {
        return system_error("controls of a picture", errno);
    }
    // The driver keeps the picture of a first field until the second one comes.
    const std::uint32_t hold = job.field && !job.second ? V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF : 0;
    const Result<Done> queued = streams_->queue(stream, job.data.size(), job.frame, hold, request_.get());
    if (!queued.ok()) {
        return queued.error();
    }
    if (ioctl(request_.get(), MEDIA_REQUEST_IOC_QUEUE) != 0) {
        return system_error("a request", errno);
    }
    return Done{};
}

/** Waits for the job; true if the hardware gave it up. */
Result<bool> V4l2Decoder::finish_job(const Job& job) {
    pollfd wait{request_.get(), POLLPRI, 0};
    int ready = 0;
    do {
        ready = poll(&wait, 1, patience_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        return Error{"the driver does not end a job"};
    }
    const auto stream = streams_->take();
    if (!stream) {
        return system_error("the stream's buffer", errno);
    }
    if (ioctl(request_.get(), MEDIA_REQUEST_IOC_REINIT) != 0) {
        return system_error("a request", errno);
    }
    bool error = stream->error;
    while (const auto picture = pictures_->take()) {
        driver_has_[picture->index] = false;
        error = error || (picture->error && picture->microseconds == job.frame);
    }
    return error;
}

bool V4l2Decoder::decode(const Job& job) {
    ++jobs_;
    const std::string which = "frame " + std::to_string(job.frame);
    if (job.field && format_.codec == Codec::mpeg2) {
        return lacks("MPEG-2 with field pictures, which Linux's driver cannot decode");
    }
    const std::span<std::uint8_t> stream = streams_->bytes(0);
    std::optional<unsigned> picture;
    if (!buffers_.contains(job.frame)) {
        for (unsigned index = 0; index < driver_has_.size() && !picture; ++index) {
            const bool used = std::any_of(buffers_.begin(), buffers_.end(),
                                          [index](const auto& entry) { return entry.second == index; });
            if (!used && !driver_has_[index]) {
                picture = index;
            }
        }
        if (!picture) {
            return fail(Error{which + ": no buffer is free"});
        }
        buffers_[job.frame] = *picture;
    }
    if (job.data.size() > stream.size()) {
        output_.error(which + ": " + std::to_string(job.data.size()) + " bytes, the buffer has " +
                      std::to_string(stream.size()));
        return true;
    }
    std::copy(job.data.begin(), job.data.end(), stream.begin());
    const Result<Done> queued = queue_job(job, 0, picture);
    if (!queued.ok()) {
        return fail(Error{which + ": " + queued.error().text});
    }
    const Result<bool> error = finish_job(job);
    if (!error.ok()) {
        return fail(Error{which + ": " + error.error().text});
    }
    if (error.value()) {
        output_.error(which + ": the decoder reports an error");
    }
    return true;
}

bool V4l2Decoder::show(std::uint64_t frame) {
    const auto buffer = buffers_.find(frame);
    if (buffer == buffers_.end()) {
        output_.error("frame " + std::to_string(frame) + " was not decoded");
        return true;
    }
    if (driver_has_[buffer->second]) {
        // A field without its other one is kept for that until the driver is told that it does not come.
        v4l2_decoder_cmd flush{};
        flush.cmd = V4L2_DEC_CMD_FLUSH;
        call(video_, VIDIOC_DECODER_CMD, &flush);
        while (const auto picture = pictures_->take()) {
            driver_has_[picture->index] = false;
        }
    }
    const std::span<const std::uint8_t> bytes = pictures_->bytes(buffer->second);
    if (format_.codec == Codec::hevc && bytes.size() >= bytes_of(surface_)) {
        return output_.planes(format_.visible_width, format_.visible_height,
                              visible_planes(format_, bytes, surface_)) ||
               fail(Error{"pictures cannot be written"});
    }
    const bool written = memory_.packed ? output_.packed_picture(format_, bytes, stride_)
                                        : output_.picture(format_, bytes, stride_);
    return written || fail(Error{"pictures cannot be written"});
}

void V4l2Decoder::release(std::uint64_t frame) {
    buffers_.erase(frame);
}

}  // namespace svp::play
