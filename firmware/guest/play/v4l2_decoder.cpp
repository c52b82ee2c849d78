// SPDX-License-Identifier: GPL-2.0-or-later
/* See v4l2_decoder.hpp. */
#include "v4l2_decoder.hpp"

#include <linux/media.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

#include "v4l2_controls.hpp"
#include "v4l2_device.hpp"

namespace svp::play {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::Result;
using decrypt::system_error;

namespace {

/** The kernel gives a job up after two seconds; this is for a kernel that does not. */
constexpr int patience_ms = 60'000;
constexpr unsigned smallest_stream = 256 << 10;
// Not in all of the headers that this is built with.
constexpr std::uint32_t p010 = v4l2_fourcc('P', '0', '1', '0');
constexpr std::uint32_t nv12_4l4 = v4l2_fourcc('V', 'T', '1', '2');
constexpr std::uint32_t nv15_4l4 = v4l2_fourcc('V', 'T', '1', '5');
/** Of one side, by V4L2. */
constexpr unsigned most_buffers = 32;

}  // namespace

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

Result<Done> V4l2Decoder::open(Codec codec) {
    Result<V4l2Device> found = find_decoder(codec, memory_.decoder);
    if (!found.ok()) {
        return found.error();
    }
    if (found.value().video.get() < 0) {
        unsupported_ = true;
        return Error{std::string("no decoder for ") + name_of(codec) +
                     (memory_.decoder.empty() ? "" : " at " + memory_.decoder) +
                     " below /dev/video*; are the drivers loaded (svp-video)?"};
    }
    device_ = found.value().name;
    video_ = std::move(found.value().video);
    media_ = std::move(found.value().media);
    return make_requests(memory_.streams);
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
                                   static_cast<unsigned>(pictures_->count()), pictures_->size(), surface_});
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
    auto streams = V4l2Queue::make(video_, stream_type, memory_.streams,
                                   stream.fmt.pix_mp.plane_fmt[0].sizeimage, memory_.stream_heap);
    if (!streams.ok()) {
        return streams.error();
    }
    streams_ = std::move(streams.value());
    if (streams_->bytes(0).empty() && writer_ == nullptr) {
        return Error{"heap '" + memory_.stream_heap + "': the stream cannot be written there by the CPU"};
    }
    auto pictures =
        V4l2Queue::make(video_, picture_type, std::min(most_buffers, format_.frames + memory_.spare),
                        picture.fmt.pix_mp.plane_fmt[0].sizeimage, memory_.picture_heap);
    if (!pictures.ok()) {
        return pictures.error();
    }
    pictures_ = std::move(pictures.value());
    driver_has_.assign(pictures_->count(), false);
    for (V4l2Queue* queue : {streams_.get(), pictures_.get()}) {
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
