// SPDX-License-Identifier: GPL-2.0-or-later
/* See kms.hpp. */
#include "kms.hpp"

#include <drm/drm.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace svp::screen {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::Result;
using decrypt::system_error;

namespace {

constexpr unsigned devices = 4;
constexpr std::uint32_t connected = 1;
constexpr std::uint32_t primary = 1;  // value of a plane's property "type"
/** A frame takes at most 42 ms; the kernel gives a commit up after ten seconds. */
constexpr int patience_ms = 60'000;

int call(const Descriptor& file, unsigned long request, void* argument) {
    int result = 0;
    do {
        result = ioctl(file.get(), request, argument);
    } while (result != 0 && (errno == EINTR || errno == EAGAIN));
    return result;
}

template <typename T>
std::uint64_t address(const std::vector<T>& list) {
    return reinterpret_cast<std::uint64_t>(list.data());
}

std::map<std::string, std::uint64_t> names_of(const Descriptor& device, drm_mode_get_property& property) {
    std::map<std::string, std::uint64_t> names;
    if ((property.flags & (DRM_MODE_PROP_ENUM | DRM_MODE_PROP_BITMASK)) == 0) {
        return names;
    }
    std::vector<drm_mode_property_enum> values(property.count_enum_blobs);
    property.count_values = 0;
    property.enum_blob_ptr = address(values);
    if (call(device, DRM_IOCTL_MODE_GETPROPERTY, &property) == 0) {
        for (const drm_mode_property_enum& value : values) {
            names[value.name] = value.value;
        }
    }
    return names;
}

std::string text_of(std::uint32_t width, std::uint32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

Commit& Commit::set(const Object& object, const std::string& property, std::uint64_t value) {
    const auto found = object.properties.find(property);
    if (found == object.properties.end()) {
        problem_ = "no property '" + property + "'";
        return *this;
    }
    values_[object.id][found->second.id] = value;
    return *this;
}

Commit& Commit::choose(const Object& object, const std::string& property, const std::string& value) {
    const auto found = object.properties.find(property);
    if (found == object.properties.end() || !found->second.names.contains(value)) {
        problem_ = "no property '" + property + "' with a value '" + value + "'";
        return *this;
    }
    return set(object, property, found->second.names.at(value));
}

Commit& Commit::place(const Object& plane, std::uint32_t framebuffer, const Area& source,
                      const Area& target) {
    const auto fixed_point = [](std::uint32_t value) { return std::uint64_t{value} << 16; };
    set(plane, "FB_ID", framebuffer).set(plane, "CRTC_ID", screen_.crtc().id);
    set(plane, "SRC_X", fixed_point(source.x)).set(plane, "SRC_Y", fixed_point(source.y));
    set(plane, "SRC_W", fixed_point(source.width)).set(plane, "SRC_H", fixed_point(source.height));
    set(plane, "CRTC_X", target.x).set(plane, "CRTC_Y", target.y);
    return set(plane, "CRTC_W", target.width).set(plane, "CRTC_H", target.height);
}

Commit& Commit::reset(const Object& plane) {
    static const std::map<std::string, std::uint64_t> unset = {{"alpha", 0xffff},
                                                               {"rotation", 1},
                                                               {"SCALING_FILTER", 0},
                                                               {"COLOR_RANGE", 0},
                                                               {"pixel blend mode", 0}};
    for (const auto& [property, value] : unset) {
        if (plane.properties.contains(property)) {
            set(plane, property, value);
        }
    }
    return set(plane, "FB_ID", 0).set(plane, "CRTC_ID", 0);
}

Result<Done> Commit::submit(std::uint32_t flags) {
    if (!problem_.empty()) {
        return Error{problem_};
    }
    std::vector<std::uint32_t> objects, counts, properties;
    std::vector<std::uint64_t> values;
    for (const auto& [object, settings] : values_) {
        objects.push_back(object);
        counts.push_back(static_cast<std::uint32_t>(settings.size()));
        for (const auto& [property, value] : settings) {
            properties.push_back(property);
            values.push_back(value);
        }
    }
    drm_mode_atomic atomic{};
    atomic.flags = flags;
    atomic.count_objs = static_cast<std::uint32_t>(objects.size());
    atomic.objs_ptr = address(objects);
    atomic.count_props_ptr = address(counts);
    atomic.props_ptr = address(properties);
    atomic.prop_values_ptr = address(values);
    // Busy: what was asked for before is not on the screen yet.
    for (int waited = 0; call(screen_.device(), DRM_IOCTL_MODE_ATOMIC, &atomic) != 0; ++waited) {
        if (errno != EBUSY || waited == patience_ms) {
            return system_error("the screen's new contents", errno);
        }
        usleep(1000);
    }
    return Done{};
}

Result<Done> Commit::now(bool may_set_mode) {
    return submit(may_set_mode ? DRM_MODE_ATOMIC_ALLOW_MODESET : 0);
}

Result<Done> Commit::soon() {
    return submit(DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT);
}

Result<Done> Commit::possible() {
    return submit(DRM_MODE_ATOMIC_TEST_ONLY | DRM_MODE_ATOMIC_ALLOW_MODESET);
}

Result<Object> Screen::object(std::uint32_t id, std::uint32_t type) const {
    drm_mode_obj_get_properties count{};
    count.obj_id = id;
    count.obj_type = type;
    if (call(device_, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &count) != 0) {
        return system_error("properties of the screen", errno);
    }
    std::vector<std::uint32_t> numbers(count.count_props);
    std::vector<std::uint64_t> values(count.count_props);
    count.props_ptr = address(numbers);
    count.prop_values_ptr = address(values);
    if (call(device_, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &count) != 0) {
        return system_error("properties of the screen", errno);
    }
    Object object;
    object.id = id;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        drm_mode_get_property property{};
        property.prop_id = numbers[i];
        if (call(device_, DRM_IOCTL_MODE_GETPROPERTY, &property) != 0) {
            return system_error("a property of the screen", errno);
        }
        const std::string name = property.name;
        object.properties[name] = {numbers[i], values[i], names_of(device_, property)};
    }
    return object;
}

Result<Done> Screen::find_output(const std::vector<std::uint32_t>& connectors,
                                 const std::vector<std::uint32_t>& crtcs) {
    for (const std::uint32_t id : connectors) {
        drm_mode_get_connector connector{};
        connector.connector_id = id;
        if (call(device_, DRM_IOCTL_MODE_GETCONNECTOR, &connector) != 0 ||
            connector.connection != connected || connector.count_encoders == 0) {
            continue;
        }
        std::vector<std::uint32_t> encoders(connector.count_encoders);
        modes_.resize(connector.count_modes);
        connector.encoders_ptr = address(encoders);
        connector.modes_ptr = address(modes_);
        connector.count_props = 0;
        if (call(device_, DRM_IOCTL_MODE_GETCONNECTOR, &connector) != 0) {
            return system_error("the connector", errno);
        }
        modes_.resize(std::min<std::size_t>(modes_.size(), connector.count_modes));
        drm_mode_get_encoder encoder{};
        encoder.encoder_id = encoders[0];
        if (call(device_, DRM_IOCTL_MODE_GETENCODER, &encoder) != 0 || encoder.possible_crtcs == 0) {
            return system_error("the connector's encoder", errno);
        }
        const auto number = static_cast<unsigned>(__builtin_ctz(encoder.possible_crtcs));
        if (number >= crtcs.size()) {
            return Error{"the connector has no CRTC"};
        }
        Result<Object> found = object(id, DRM_MODE_OBJECT_CONNECTOR);
        if (!found.ok()) {
            return found.error();
        }
        connector_ = std::move(found.value());
        found = object(crtcs[number], DRM_MODE_OBJECT_CRTC);
        if (!found.ok()) {
            return found.error();
        }
        crtc_ = std::move(found.value());
        return find_planes(number);
    }
    return Error{"no connector has a screen"};
}

Result<Done> Screen::find_planes(unsigned crtc_number) {
    drm_mode_get_plane_res resources{};
    if (call(device_, DRM_IOCTL_MODE_GETPLANERESOURCES, &resources) != 0) {
        return system_error("planes", errno);
    }
    std::vector<std::uint32_t> numbers(resources.count_planes);
    resources.plane_id_ptr = address(numbers);
    if (call(device_, DRM_IOCTL_MODE_GETPLANERESOURCES, &resources) != 0) {
        return system_error("planes", errno);
    }
    for (const std::uint32_t number : numbers) {
        drm_mode_get_plane plane{};
        plane.plane_id = number;
        if (call(device_, DRM_IOCTL_MODE_GETPLANE, &plane) != 0 ||
            (plane.possible_crtcs >> crtc_number & 1) == 0) {
            continue;
        }
        Result<Object> found = object(number, DRM_MODE_OBJECT_PLANE);
        if (!found.ok()) {
            return found.error();
        }
        planes_.push_back(std::move(found.value()));
    }
    const auto height = [](const Object& plane) {
        const auto found = plane.properties.find("zpos");
        return found == plane.properties.end() ? 0 : found->second.value;
    };
    std::stable_sort(planes_.begin(), planes_.end(),
                     [&](const Object& one, const Object& other) { return height(one) < height(other); });
    return Done{};
}

Result<Screen> Screen::open() {
    std::string problem = "no display below /dev/dri; is its driver loaded (svp-screen)?";
    for (unsigned number = 0; number < devices; ++number) {
        Result<Descriptor> device =
            Descriptor::open("/dev/dri/card" + std::to_string(number), O_RDWR | O_CLOEXEC);
        if (!device.ok()) {
            continue;
        }
        Screen screen;
        screen.device_ = std::move(device.value());
        for (const std::uint64_t wanted : {DRM_CLIENT_CAP_UNIVERSAL_PLANES, DRM_CLIENT_CAP_ATOMIC}) {
            drm_set_client_cap capability{wanted, 1};
            if (call(screen.device_, DRM_IOCTL_SET_CLIENT_CAP, &capability) != 0) {
                return system_error("atomic modesetting", errno);
            }
        }
        drm_mode_card_res resources{};
        if (call(screen.device_, DRM_IOCTL_MODE_GETRESOURCES, &resources) != 0) {
            return system_error("resources of the display", errno);
        }
        std::vector<std::uint32_t> connectors(resources.count_connectors), crtcs(resources.count_crtcs);
        resources.connector_id_ptr = address(connectors);
        resources.crtc_id_ptr = address(crtcs);
        resources.count_fbs = resources.count_encoders = 0;
        if (call(screen.device_, DRM_IOCTL_MODE_GETRESOURCES, &resources) != 0) {
            return system_error("resources of the display", errno);
        }
        const Result<Done> found = screen.find_output(connectors, crtcs);
        if (found.ok()) {
            return screen;
        }
        problem = found.error().text;
    }
    return Error{problem};
}

std::optional<drm_mode_modeinfo> Screen::mode(const std::string& name) const {
    for (const drm_mode_modeinfo& mode : modes_) {
        const bool preferred = (mode.type & DRM_MODE_TYPE_PREFERRED) != 0;
        if (name.empty() ? preferred : text_of(mode.hdisplay, mode.vdisplay) == name) {
            return mode;
        }
    }
    return name.empty() && !modes_.empty() ? std::optional(modes_[0]) : std::nullopt;
}

const Object* Screen::plane(const std::string& name) const {
    unsigned overlays = 0;
    for (const Object& plane : planes_) {
        const auto type = plane.properties.find("type");
        const bool first = type != plane.properties.end() && type->second.value == primary;
        if (name == (first ? "primary" : "overlay-" + std::to_string(++overlays))) {
            return &plane;
        }
    }
    return nullptr;
}

Result<std::uint32_t> Screen::add_picture(int dma_buf, const Picture& picture) {
    drm_prime_handle handle{};
    handle.fd = dma_buf;
    if (call(device_, DRM_IOCTL_PRIME_FD_TO_HANDLE, &handle) != 0) {
        return system_error("a picture's memory", errno);
    }
    drm_mode_fb_cmd2 command{};
    command.width = picture.width;
    command.height = picture.height;
    command.pixel_format = picture.fourcc;
    command.flags = picture.modifier != 0 ? DRM_MODE_FB_MODIFIERS : 0;
    for (unsigned plane = 0; plane < picture.planes; ++plane) {
        command.handles[plane] = handle.handle;
        command.pitches[plane] = picture.pitches[plane];
        command.offsets[plane] = picture.offsets[plane];
        command.modifier[plane] = picture.modifier;
    }
    const int result = call(device_, DRM_IOCTL_MODE_ADDFB2, &command);
    const int number = errno;
    // The framebuffer keeps the memory.
    drm_gem_close close{};
    close.handle = handle.handle;
    call(device_, DRM_IOCTL_GEM_CLOSE, &close);
    if (result != 0) {
        return system_error("a picture of " + text_of(picture.width, picture.height), number);
    }
    return command.fb_id;
}

void Screen::remove_picture(std::uint32_t framebuffer) {
    call(device_, DRM_IOCTL_MODE_RMFB, &framebuffer);
}

Result<Descriptor> Screen::allocate(std::size_t bytes) const {
    constexpr std::uint32_t line = 4096;
    drm_mode_create_dumb dumb{};
    dumb.width = line;
    dumb.height = static_cast<std::uint32_t>((bytes + line - 1) / line);
    dumb.bpp = 8;
    if (call(device_, DRM_IOCTL_MODE_CREATE_DUMB, &dumb) != 0) {
        return system_error(std::to_string(bytes) + " bytes for a picture", errno);
    }
    drm_prime_handle handle{};
    handle.handle = dumb.handle;
    handle.flags = DRM_CLOEXEC | DRM_RDWR;
    const int result = call(device_, DRM_IOCTL_PRIME_HANDLE_TO_FD, &handle);
    const int number = errno;
    drm_mode_destroy_dumb destroy{};
    destroy.handle = dumb.handle;
    call(device_, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
    if (result != 0) {
        return system_error("a picture's memory", number);
    }
    return Descriptor(handle.fd);
}

Result<Done> Screen::start(Commit& commit, const drm_mode_modeinfo& mode) {
    drm_mode_create_blob blob{};
    blob.data = reinterpret_cast<std::uint64_t>(&mode);
    blob.length = sizeof mode;
    if (call(device_, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob) != 0) {
        return system_error("a mode", errno);
    }
    commit.set(connector_, "CRTC_ID", crtc_.id).set(crtc_, "MODE_ID", blob.blob_id).set(crtc_, "ACTIVE", 1);
    return commit.now(true);
}

Result<Shown> Screen::wait_shown() {
    pollfd wait{device_.get(), POLLIN, 0};
    int ready = 0;
    do {
        ready = poll(&wait, 1, patience_ms);
    } while (ready < 0 && errno == EINTR);
    drm_event_vblank event{};
    if (ready <= 0) {
        return Error{"the screen does not show what it was given"};
    }
    if (read(device_.get(), &event, sizeof event) < static_cast<ssize_t>(sizeof event)) {
        return system_error("the screen's events", errno);
    }
    return Shown{event.sequence, std::uint64_t{event.tv_sec} * 1'000'000 + event.tv_usec};
}

Area fitted(std::uint32_t width, std::uint32_t height, const drm_mode_modeinfo& mode) {
    const std::uint32_t across = mode.hdisplay, down = mode.vdisplay;
    Area area{0, 0, across, down};
    if (std::uint64_t{width} * down > std::uint64_t{height} * across) {
        area.height = static_cast<std::uint32_t>(std::uint64_t{height} * across / width);
    } else {
        area.width = static_cast<std::uint32_t>(std::uint64_t{width} * down / height);
    }
    area.x = (across - area.width) / 2;
    area.y = (down - area.height) / 2;
    return area;
}

}  // namespace svp::screen
