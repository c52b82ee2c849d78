// SPDX-License-Identifier: GPL-2.0-or-later
/* See v4l2_device.hpp. */
#include "v4l2_device.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "v4l2_controls.hpp"
#include "v4l2_queue.hpp"

namespace svp::play {

using decrypt::Descriptor;
using decrypt::Result;

namespace {

constexpr unsigned nodes = 64;

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

}  // namespace

int call(const Descriptor& file, unsigned long request, void* argument) {
    int result = 0;
    do {
        result = ioctl(file.get(), request, argument);
    } while (result != 0 && errno == EINTR);
    return result;
}

Result<V4l2Device> find_decoder(Codec codec, const std::string& place) {
    for (unsigned number = 0; number < nodes; ++number) {
        const std::string name = "video" + std::to_string(number);
        Result<Descriptor> video = Descriptor::open("/dev/" + name, O_RDWR | O_NONBLOCK);
        if (!video.ok() || !takes(video.value(), pixel_format(codec))) {
            continue;
        }
        v4l2_capability capability{};
        call(video.value(), VIDIOC_QUERYCAP, &capability);
        if (std::string(reinterpret_cast<const char*>(capability.bus_info)).find(place) ==
            std::string::npos) {
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
        return V4l2Device{std::move(video.value()), std::move(controller.value()),
                          "/dev/" + name + " (" + reinterpret_cast<const char*>(capability.card) + ")"};
    }
    return V4l2Device{};
}

}  // namespace svp::play
