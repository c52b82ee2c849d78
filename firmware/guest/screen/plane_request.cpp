// SPDX-License-Identifier: GPL-2.0-or-later
/* See plane_request.hpp. */
#include "plane_request.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "../decrypt/heap_buffer.hpp"

namespace svp::screen {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::HeapBuffer;
using decrypt::Mapping;
using decrypt::Result;
using decrypt::system_error;

namespace {

constexpr std::uint32_t side_max = 8192;
constexpr std::uint32_t pitch_unit = 64;

/** How a format fills memory. */
struct Layout {
    std::uint32_t fourcc;
    unsigned planes;
    std::uint32_t eighths;  ///< of a byte, for a pixel of the first plane
};
constexpr Layout layouts[] = {
    {fourcc("NV12"), 2, 8},  {fourcc("NV21"), 2, 8},  {fourcc("P010"), 2, 16}, {fourcc("NV15"), 2, 10},
    {fourcc("YUYV"), 1, 16}, {fourcc("UYVY"), 1, 16}, {fourcc("YVYU"), 1, 16}, {fourcc("VYUY"), 1, 16},
};

Layout layout_of(std::uint32_t format) {
    for (const Layout& layout : layouts) {
        if (layout.fourcc == format) {
            return layout;
        }
    }
    return {format, 1, 32};
}

std::uint32_t line_bytes(const Picture& picture) {
    return picture.width * layout_of(picture.fourcc).eighths / 8;
}

std::uint32_t lines_of(const Picture& picture, unsigned plane) {
    return plane == 0 ? picture.height : picture.height / 2;
}

std::optional<Area> area_of(const std::string& text) {
    Area area;
    char rest = 0;
    const int read =
        std::sscanf(text.c_str(), "%ux%u+%u+%u%c", &area.width, &area.height, &area.x, &area.y, &rest);
    return read == 4 || (read == 2 && text.find('+') == std::string::npos) ? std::optional(area)
                                                                           : std::nullopt;
}

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/** Lines of a file, to the places that they have in a picture. */
Result<Done> fill(const std::string& name, const Picture& picture, std::span<std::uint8_t> bytes) {
    const OpenFile file(std::fopen(name.c_str(), "rb"), std::fclose);
    if (!file) {
        return system_error(name, errno);
    }
    const std::uint32_t length = line_bytes(picture);
    for (unsigned plane = 0; plane < picture.planes; ++plane) {
        for (std::uint32_t y = 0; y < lines_of(picture, plane); ++y) {
            const std::size_t at = picture.offsets[plane] + std::size_t{y} * picture.pitches[plane];
            if (std::fread(bytes.data() + at, 1, length, file.get()) != length) {
                return Error{name + ": ends in line " + std::to_string(y) + " of plane " +
                             std::to_string(plane)};
            }
        }
    }
    return Done{};
}

}  // namespace

void set_property(Commit& commit, const Object& object, const std::string& name, const std::string& value) {
    char* end = nullptr;
    const unsigned long long number = std::strtoull(value.c_str(), &end, 0);
    if (!value.empty() && *end == 0) {
        commit.set(object, name, number);
    } else {
        commit.choose(object, name, value);
    }
}

Result<PlaneRequest> PlaneRequest::parse(const std::string& text) {
    PlaneRequest request;
    const std::size_t colon = text.find(':');
    request.plane = text.substr(0, colon);
    std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        const std::string setting = rest.substr(0, comma);
        rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
        const std::size_t equals = setting.find('=');
        const std::string key = setting.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
        if (key == "format" && value.size() == 4) {
            char name[5] = {};
            std::memcpy(name, value.data(), 4);
            request.picture.fourcc = fourcc(name);
        } else if (key == "size" && area_of(value)) {
            request.picture.width = area_of(value)->width;
            request.picture.height = area_of(value)->height;
        } else if (key == "tiled") {
            request.picture.modifier = tiled;
        } else if (key == "file" || key == "heap") {
            (key == "file" ? request.file : request.heap) = value;
        } else if ((key == "source" || key == "target") && area_of(value)) {
            (key == "source" ? request.source : request.target) = area_of(value);
        } else if (key == "format" || key == "size" || key == "source" || key == "target") {
            return Error{"'" + setting + "': see --help for what " + key + " may be"};
        } else {
            request.properties.emplace_back(key, value);
        }
    }
    Picture& picture = request.picture;
    if (picture.fourcc == 0 || picture.width - 1 >= side_max || picture.height - 1 >= side_max) {
        return Error{"'" + text + "' lacks a format, or a size up to 8192x8192"};
    }
    picture.planes = layout_of(picture.fourcc).planes;
    const std::uint32_t length = line_bytes(picture);
    const std::uint32_t pitch =
        picture.modifier != 0 ? length : (length + pitch_unit - 1) / pitch_unit * pitch_unit;
    picture.pitches = {pitch, pitch};
    picture.offsets = {0, pitch * picture.height};
    return request;
}

Result<std::uint32_t> PlaneRequest::make(Screen& screen) const {
    std::size_t size = 0;
    for (unsigned plane_number = 0; plane_number < picture.planes; ++plane_number) {
        size += std::size_t{picture.pitches[plane_number]} * lines_of(picture, plane_number);
    }
    std::optional<HeapBuffer> buffer;
    Descriptor own;
    const Descriptor* memory = &own;
    if (heap.empty()) {
        Result<Descriptor> allocated = screen.allocate(size);
        if (!allocated.ok()) {
            return allocated.error();
        }
        own = std::move(allocated.value());
    } else {
        Result<HeapBuffer> allocated = HeapBuffer::allocate(heap, size);
        if (!allocated.ok()) {
            return allocated.error();
        }
        buffer = std::move(allocated.value());
        memory = &buffer->file();
    }
    if (!file.empty()) {
        Result<Mapping> mapping = Mapping::make(*memory, size, "a picture");
        if (!mapping.ok()) {
            return mapping.error();
        }
        const Result<Done> filled = fill(file, picture, mapping.value().bytes());
        if (!filled.ok()) {
            return filled.error();
        }
    }
    return screen.add_picture(memory->get(), picture);
}

Result<Done> PlaneRequest::put(const Screen& screen, Commit& commit, std::uint32_t framebuffer,
                               const drm_mode_modeinfo& mode) const {
    const Object* object = screen.plane(plane);
    if (object == nullptr) {
        return Error{"the display has no plane '" + plane + "', see --list"};
    }
    commit.place(*object, framebuffer, source.value_or(Area{0, 0, picture.width, picture.height}),
                 target.value_or(fitted(picture.width, picture.height, mode)));
    for (const auto& [name, value] : properties) {
        set_property(commit, *object, name, value);
    }
    return Done{};
}

}  // namespace svp::screen
