// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A screen by the kernel's modesetting interface (DRM/KMS), atomic: properties by their names, pictures from
 * dma-bufs or from memory of the display's driver.
 *
 * One screen, one user: the device is this program's until it ends.
 */
#pragma once

#include <drm/drm_mode.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../decrypt/descriptor.hpp"

namespace svp::screen {

struct Property {
    std::uint32_t id = 0;
    std::uint64_t value = 0;
    std::map<std::string, std::uint64_t> names;  ///< of its values, if they have any
};

/** A plane, CRTC or connector. */
struct Object {
    std::uint32_t id = 0;
    std::map<std::string, Property> properties;
};

/** Rectangles in pixels. */
struct Area {
    std::uint32_t x = 0, y = 0, width = 0, height = 0;
};

/** A picture in memory, as DRM_IOCTL_MODE_ADDFB2 has it. */
struct Picture {
    std::uint32_t width = 0, height = 0;
    std::uint32_t fourcc = 0;
    std::uint64_t modifier = 0;  ///< 0: line by line
    std::array<std::uint32_t, 2> pitches{};
    std::array<std::uint32_t, 2> offsets{};
    unsigned planes = 1;
};

/** When something was on the screen for the first time. */
struct Shown {
    std::uint32_t frame = 0;         ///< number of the screen's frame
    std::uint64_t microseconds = 0;  ///< CLOCK_MONOTONIC
};

class Screen;

/** Changes that take effect together. */
class Commit {
 public:
    explicit Commit(Screen& screen) : screen_(screen) {}

    /** A property by its name; an unknown one makes the commit fail, with its name. */
    Commit& set(const Object& object, const std::string& property, std::uint64_t value);
    /** The same with a value that has a name. */
    Commit& choose(const Object& object, const std::string& property, const std::string& value);
    Commit& place(const Object& plane, std::uint32_t framebuffer, const Area& source, const Area& target);
    /** Hides a plane, and leaves nothing of what somebody else had set. */
    Commit& reset(const Object& plane);

    /** Does it, and returns once it is on the screen. */
    decrypt::Result<decrypt::Done> now(bool may_set_mode);
    /** Asks for it; Screen::wait_shown() tells when it is on the screen. */
    decrypt::Result<decrypt::Done> soon();
    /** Asks whether it could be done. */
    decrypt::Result<decrypt::Done> possible();

 private:
    decrypt::Result<decrypt::Done> submit(std::uint32_t flags);

    Screen& screen_;
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint64_t>> values_;  ///< by object and property
    std::string problem_;
};

class Screen {
 public:
    /** The first device below /dev/dri that has a connector with a screen. */
    static decrypt::Result<Screen> open();

    /** Modes as "WIDTHxHEIGHT", the preferred one first. */
    const std::vector<drm_mode_modeinfo>& modes() const { return modes_; }
    /** The mode "WIDTHxHEIGHT", or the preferred one for an empty name. */
    std::optional<drm_mode_modeinfo> mode(const std::string& name) const;

    const Object& connector() const { return connector_; }
    const Object& crtc() const { return crtc_; }
    /** From the lowest to the top. */
    const std::vector<Object>& planes() const { return planes_; }
    /** "primary", or "overlay-1" and so on from below; nothing if there is none. */
    const Object* plane(const std::string& name) const;

    /** Reads an object's properties again. */
    decrypt::Result<Object> object(std::uint32_t id, std::uint32_t type) const;

    /** Number of a framebuffer for a picture in a dma-buf. */
    decrypt::Result<std::uint32_t> add_picture(int dma_buf, const Picture& picture);
    void remove_picture(std::uint32_t framebuffer);
    /** A dma-buf of the driver's own memory that this program may map. */
    decrypt::Result<decrypt::Descriptor> allocate(std::size_t bytes) const;

    /** Starts the screen with a mode. */
    decrypt::Result<decrypt::Done> start(Commit& commit, const drm_mode_modeinfo& mode);

    /** Waits for the end of the last soon(). */
    decrypt::Result<Shown> wait_shown();

    const decrypt::Descriptor& device() const { return device_; }

 private:
    decrypt::Result<decrypt::Done> find_output(const std::vector<std::uint32_t>& connectors,
                                               const std::vector<std::uint32_t>& crtcs);
    decrypt::Result<decrypt::Done> find_planes(unsigned crtc_number);

    decrypt::Descriptor device_;
    Object connector_, crtc_;
    std::vector<Object> planes_;
    std::vector<drm_mode_modeinfo> modes_;
};

/** Four characters as DRM has them. */
constexpr std::uint32_t fourcc(const char (&name)[5]) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[0])) |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[1])) << 8 |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[2])) << 16 |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[3])) << 24;
}

/** DRM_FORMAT_MOD_VIVANTE_TILED: tiles of 4 x 4, which is how Hantro's G2 writes pictures as well. */
inline constexpr std::uint64_t tiled = 0x0600000000000001;

/** The largest area with the shape of @p width x @p height in the middle of a screen. */
Area fitted(std::uint32_t width, std::uint32_t height, const drm_mode_modeinfo& mode);

}  // namespace svp::screen
