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
/** Of one side, by V4L2. */
constexpr unsigned most_buffers = 32;

std::uint32_t pixel_format(Codec codec) {
    switch (codec) {
        case Codec::vp8:
            return V4L2_PIX_FMT_VP8_FRAME;
        case Codec::h264:
            return V4L2_PIX_FMT_H264_SLICE;
        case Codec::hevc:
            return V4L2_PIX_FMT_HEVC_SLICE;
        case Codec::vp9:
            return V4L2_PIX_FMT_VP9_FRAME;
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
        case Codec::vp9:
            return "VP9";
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
    } else if (const auto* vp9 = std::get_if<Vp9Controls>(&controls)) {
        add(V4L2_CID_STATELESS_VP9_FRAME, vp9->frame);
        add(V4L2_CID_STATELESS_VP9_COMPRESSED_HDR, vp9->compressed);
    }
    return list;
}

}  // namespace

/** Buffers of one side of the decoder, one plane each. */
class V4l2Decoder::Queue {
 public:
    struct Buffer {
        std::optional<HeapBuffer> heap;
        Descriptor exported;  ///< the driver's memory
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
    /** Nothing: the driver's own memory. */
    const HeapBuffer* heap(unsigned index) const {
        return buffers_[index].heap ? &*buffers_[index].heap : nullptr;
    }
    int descriptor(unsigned index) const {
        return buffers_[index].heap ? buffers_[index].heap->descriptor() : buffers_[index].exported.get();
    }

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

V4l2Decoder::V4l2Decoder(Memory memory, Screen& screen, StreamWriter* writer)
    : memory_(std::move(memory)), screen_(screen), writer_(writer) {}

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
        v4l2_capability capability{};
        call(video.value(), VIDIOC_QUERYCAP, &capability);
        device_ = "/dev/" + name + " (" + reinterpret_cast<const char*>(capability.card) + ")";
        video_ = std::move(video.value());
        media_ = std::move(controller.value());
        return make_requests(memory_.streams);
    }
    unsupported_ = true;
    return Error{std::string("no decoder for ") + name_of(codec) +
                 " below /dev/video*; are the drivers loaded (svp-video)?"};
}

Result<Done> V4l2Decoder::make_requests(unsigned count) {
    for (unsigned made = 0; made < count; ++made) {
        int request = -1;
        if (call(media_, MEDIA_IOC_REQUEST_ALLOC, &request) != 0) {
            return system_error("a request of the decoder", errno);
        }
        requests_.emplace_back(request);
    }
    return Done{};
}

void V4l2Decoder::close() {
    streams_.reset();
    pictures_.reset();
    requests_.clear();
    running_.clear();
    media_ = Descriptor();
    video_ = Descriptor();
    buffers_.clear();
    driver_has_.clear();
}

bool V4l2Decoder::begin(const Format& format, const Controls& first) {
    const Result<Done> finished = finish_all();
    if (!finished.ok()) {
        return fail(finished.error());
    }
    if (streams_ != nullptr && !screen_.drain()) {
        return false;
    }
    if (format.scaled) {
        return lacks("pictures that are predicted from some of another size, which Linux's driver cannot do");
    }
    close();
    format_ = format;
    const Result<Done> opened = open(format.codec);
    if (!opened.ok()) {
        return fail(opened.error());
    }
    const Result<Done> configured = configure(first);
    if (!configured.ok()) {
        return fail(configured.error());
    }
    return screen_.begin(format_, {static_cast<unsigned>(streams_->count()), streams_->size(),
                                   static_cast<unsigned>(pictures_->count()), pictures_->size(), stride_});
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
    auto streams = Queue::make(video_, stream_type, memory_.streams, stream.fmt.pix_mp.plane_fmt[0].sizeimage,
                               memory_.stream_heap);
    if (!streams.ok()) {
        return streams.error();
    }
    streams_ = std::move(streams.value());
    if (streams_->bytes(0).empty() && writer_ == nullptr) {
        return Error{"heap '" + memory_.stream_heap + "': the stream cannot be written there by the CPU"};
    }
    auto pictures = Queue::make(video_, picture_type, std::min(most_buffers, format_.frames + memory_.spare),
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

Result<Done> V4l2Decoder::queue_job(const Job& job, unsigned stream, std::size_t bytes,
                                    const std::optional<unsigned>& picture) {
    const int request = requests_[stream].get();
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
    set.request_fd = request;
    set.count = static_cast<std::uint32_t>(controls.size());
    set.controls = controls.data();
    if (call(video_, VIDIOC_S_EXT_CTRLS, &set) != 0) {
        return system_error("controls of a picture", errno);
    }
    // The driver keeps the picture of a first field until the second one comes.
    const std::uint32_t hold = job.field && !job.second ? V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF : 0;
    const Result<Done> queued = streams_->queue(stream, bytes, job.frame, hold, request);
    if (!queued.ok()) {
        return queued.error();
    }
    if (ioctl(request, MEDIA_REQUEST_IOC_QUEUE) != 0) {
        return system_error("a request", errno);
    }
    running_.push_back({job.frame, stream});
    return Done{};
}

Result<Done> V4l2Decoder::finish_oldest() {
    const Running job = running_.front();
    running_.pop_front();
    const int request = requests_[job.stream].get();
    pollfd wait{request, POLLPRI, 0};
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
    if (ioctl(request, MEDIA_REQUEST_IOC_REINIT) != 0) {
        return system_error("a request", errno);
    }
    bool error = stream->error;
    while (const auto picture = pictures_->take()) {
        driver_has_[picture->index] = false;
        error = error || (picture->error && picture->microseconds == job.frame);
    }
    if (error) {
        screen_.error("frame " + std::to_string(job.frame) + ": the decoder reports an error");
    }
    return Done{};
}

Result<Done> V4l2Decoder::finish_all() {
    while (!running_.empty()) {
        const Result<Done> finished = finish_oldest();
        if (!finished.ok()) {
            return finished;
        }
    }
    return Done{};
}

/** A buffer for the next job's stream. */
Result<unsigned> V4l2Decoder::free_stream() {
    for (;;) {
        for (unsigned index = 0; index < requests_.size(); ++index) {
            if (std::none_of(running_.begin(), running_.end(),
                             [index](const Running& job) { return job.stream == index; })) {
                return index;
            }
        }
        const Result<Done> finished = finish_oldest();
        if (!finished.ok()) {
            return finished.error();
        }
    }
}

/** A buffer for a picture, when the screen or the driver has given one back. */
Result<unsigned> V4l2Decoder::free_picture() {
    for (;;) {
        for (unsigned index = 0; index < driver_has_.size(); ++index) {
            const bool used = std::any_of(buffers_.begin(), buffers_.end(),
                                          [index](const auto& entry) { return entry.second == index; });
            if (!used && !driver_has_[index] && !screen_.keeps(index)) {
                return index;
            }
        }
        if (!running_.empty()) {
            const Result<Done> finished = finish_oldest();
            if (!finished.ok()) {
                return finished.error();
            }
        } else if (!screen_.let_go()) {
            return Error{"no buffer is free"};
        }
    }
}

Result<std::size_t> V4l2Decoder::write(const Job& job, unsigned stream) {
    if (writer_ != nullptr && streams_->heap(stream) != nullptr) {
        return writer_->write(job, *streams_->heap(stream));
    }
    const std::span<std::uint8_t> bytes = streams_->bytes(stream);
    if (job.data.size() > bytes.size()) {
        return Error{std::to_string(job.data.size()) + " bytes, the buffer has " +
                     std::to_string(bytes.size())};
    }
    std::copy(job.data.begin(), job.data.end(), bytes.begin());
    return job.data.size();
}

bool V4l2Decoder::decode(const Job& job) {
    ++jobs_;
    const std::string which = "frame " + std::to_string(job.frame);
    const auto stop = [&](const Error& error) { return fail(Error{which + ": " + error.text}); };
    if (job.field && format_.codec == Codec::mpeg2) {
        return lacks("MPEG-2 with field pictures, which Linux's driver cannot decode");
    }
    std::optional<unsigned> picture;
    if (!buffers_.contains(job.frame)) {
        const Result<unsigned> found = free_picture();
        if (!found.ok()) {
            return stop(found.error());
        }
        picture = found.value();
        buffers_[job.frame] = *picture;
    }
    const Result<unsigned> stream = free_stream();
    if (!stream.ok()) {
        return stop(stream.error());
    }
    const Result<std::size_t> written = write(job, stream.value());
    if (!written.ok()) {
        screen_.error(which + ": " + written.error().text);
        return true;
    }
    const Result<Done> queued = queue_job(job, stream.value(), written.value(), picture);
    if (!queued.ok()) {
        return stop(queued.error());
    }
    if (requests_.size() == 1) {
        const Result<Done> finished = finish_oldest();
        return finished.ok() || stop(finished.error());
    }
    return true;
}

bool V4l2Decoder::show(std::uint64_t frame) {
    const auto buffer = buffers_.find(frame);
    if (buffer == buffers_.end()) {
        screen_.error("frame " + std::to_string(frame) + " was not decoded");
        return true;
    }
    while (std::any_of(running_.begin(), running_.end(),
                       [frame](const Running& job) { return job.frame == frame; })) {
        const Result<Done> finished = finish_oldest();
        if (!finished.ok()) {
            return fail(finished.error());
        }
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
    const Picture picture{format_,
                          frame,
                          buffer->second,
                          pictures_->descriptor(buffer->second),
                          pictures_->bytes(buffer->second),
                          surface_,
                          stride_,
                          memory_.packed};
    return screen_.picture(picture) || fail(Error{"pictures cannot be shown"});
}

void V4l2Decoder::release(std::uint64_t frame) {
    buffers_.erase(frame);
}

}  // namespace svp::play
