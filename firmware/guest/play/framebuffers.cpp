// SPDX-License-Identifier: GPL-2.0-or-later
/* See framebuffers.hpp. */
#include "framebuffers.hpp"

namespace svp::play {

using decrypt::Result;

namespace {

/** From here on pictures are coded with BT.709 (its recommendation is for television of high definition). */
constexpr unsigned high_definition = 720;

std::uint32_t fourcc_of(Layout layout) {
    switch (layout) {
        case Layout::p010:
            return screen::fourcc("P010");
        case Layout::nv15_4l4:
            return screen::fourcc("NV15");
        case Layout::nv12:
        case Layout::nv12_4l4:
            break;
    }
    return screen::fourcc("NV12");
}

/** A decoder's picture as the display takes it. */
screen::Picture described(const Picture& picture) {
    const Surface& surface = picture.surface;
    const bool tiled = surface.layout == Layout::nv12_4l4 || surface.layout == Layout::nv15_4l4;
    screen::Picture result;
    result.width = picture.format.width;
    result.height = picture.format.height;
    result.fourcc = picture.packed ? screen::fourcc("YUYV") : fourcc_of(surface.layout);
    result.planes = picture.packed ? 1 : 2;
    result.modifier = tiled && !picture.packed ? screen::tiled : 0;
    result.pitches = {picture.stride, picture.stride};
    result.offsets = {0, picture.stride * surface.lines};
    return result;
}

}  // namespace

Result<std::uint32_t> Framebuffers::of(screen::Screen& screen, const Picture& picture) {
    const auto known = numbers_.find(picture.buffer);
    if (known != numbers_.end()) {
        return known->second;
    }
    Result<std::uint32_t> made = screen.add_picture(picture.descriptor, described(picture));
    if (made.ok()) {
        numbers_[picture.buffer] = made.value();
    }
    return made;
}

void Framebuffers::clear(screen::Screen& screen) {
    for (const auto& [buffer, number] : numbers_) {
        screen.remove_picture(number);
    }
    numbers_.clear();
}

void place(screen::Commit& commit, const screen::Object& plane, const Picture& picture,
           std::uint32_t framebuffer, const screen::Area& area) {
    const Format& format = picture.format;
    commit.place(plane, framebuffer, {format.left, format.top, format.visible_width, format.visible_height},
                 area);
    if (plane.properties.contains("COLOR_ENCODING")) {
        commit.choose(plane, "COLOR_ENCODING",
                      format.visible_height >= high_definition ? "ITU-R BT.709 YCbCr" : "ITU-R BT.601 YCbCr");
    }
}

}  // namespace svp::play
