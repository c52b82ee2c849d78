// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays VP9 on the engine without a device around it: the guest's player, a driver, the engine, and a flat
 * memory. */
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../../firmware/guest/play/vp9_player.hpp"
#include "flat_port.hpp"
#include "g2_vp9_driver.hpp"
#include "md5.hpp"
#include "planar_picture.hpp"
#include "vpu/g2/vp9_job.hpp"
#include "vpu/picture/tiled_format.hpp"
#include "vpu/vp9/decoder.hpp"

namespace svp::test {

/** A picture as it is seen; samples of 10 bits have two bytes, the lower one first. */
struct Vp9Picture {
    unsigned width = 0;
    unsigned height = 0;
    unsigned bit_depth = 8;
    std::vector<std::uint8_t> planes;
};

class Vp9TestPlayer : private play::Target {
    play::Vp9Player player_{*this};

 public:
    static constexpr std::uint32_t misc_at = 0x1000;
    static constexpr std::uint32_t maps_at = 0x8000;
    static constexpr std::uint32_t edge_at = 0x30000;
    static constexpr std::uint32_t stream_at = 0x400000;
    static constexpr std::uint32_t stream_room = 4u << 20;
    static constexpr std::uint32_t pictures_at = stream_at + stream_room;

    Vp9TestPlayer() = default;
    Vp9TestPlayer(const Vp9TestPlayer&) = delete;
    Vp9TestPlayer& operator=(const Vp9TestPlayer&) = delete;

    /** Plays a chunk of a file. False, with problem set, if something in it cannot be decoded; that is its
     * end, unless keep_going. */
    bool play(std::span<const std::uint8_t> chunk) {
        const bool played = player_.take(chunk);
        if (problem.empty()) {
            problem = player_.problem();
        }
        return played && problem.empty();
    }

    /** The stream goes on behind what could not be decoded. */
    void forget_problem() {
        problem.clear();
        player_.forget_problem();
    }

    std::optional<FlatPort> port;
    G2Registers registers{};
    vpu::vp9::Result result = vpu::vp9::Result::done;
    std::string problem;  ///< the first one
    bool keep_going = false;
    bool raster = false;                            ///< pictures line by line, too, which are shown then
    unsigned pictures = 0;                          ///< jobs
    std::function<void(const Vp9Picture&)> output;  ///< gets visible frames in their order
    std::function<void()> before_job;               ///< registers and memory are ready

    /** The tables' part of memory, behind a job. */
    std::span<const std::uint8_t> misc() const {
        return std::span(port->cells).subspan(misc_at, G2Vp9Driver::misc_size);
    }

 private:
    struct Buffer {
        G2Picture picture;
        std::uint32_t raster = 0;
        std::uint32_t room = 0;
    };

    bool begin(const play::Format& format, const play::Controls&) override {
        if (format.width > vpu::vp9::max_width || format.height > vpu::vp9::max_height) {
            problem = "pictures of " + std::to_string(format.visible_width) + "x" +
                      std::to_string(format.visible_height) + ", at most 4096x2304 are possible";
            return false;
        }
        format_ = format;
        free_.clear();
        if (!format.scaled || !port) {
            buffers_.clear();
            port.emplace(pictures_at);
        }
        return true;
    }

    bool decode(const play::Job& job) override {
        if (job.data.size() > stream_room) {
            return fail("a picture of " + std::to_string(job.data.size()) + " bytes");
        }
        std::copy(job.data.begin(), job.data.end(), port->cells.begin() + stream_at);
        const Buffer& current = make_buffer(job.frame);
        driver_.begin(std::get<play::Vp9Controls>(job.controls),
                      {stream_at, static_cast<std::uint32_t>(job.data.size()), stream_room, misc_at, maps_at,
                       edge_at, raster ? current.raster : 0,
                       raster ? current.raster + raster_luma_size(current) : 0, current.picture,
                       [this](std::uint64_t time) -> std::optional<G2Picture> {
                           const auto known = buffers_.find(time / play::time_stamp(1));
                           return known == buffers_.end() ? std::nullopt
                                                          : std::optional(known->second.picture);
                       }},
                      port->cells, registers);
        open_ranges(job.data.size(), current);
        if (before_job) {
            before_job();
        }
        vpu::vp9::Decoder decoder(vpu::g2::vp9_parameters(registers), *port);
        result = decoder.decode();
        ++pictures;
        if (result == vpu::vp9::Result::done) {
            driver_.end(port->cells);
            return true;
        }
        return fail("picture " + std::to_string(pictures) + ": the engine ends with " +
                    std::to_string(static_cast<int>(result)));
    }

    bool show(std::uint64_t frame) override {
        const auto known = buffers_.find(frame);
        if (output && known != buffers_.end()) {
            output(visible(known->second));
        }
        return true;
    }

    void release(std::uint64_t frame) override {
        const auto known = buffers_.find(frame);
        if (known != buffers_.end()) {
            if (known->second.room == room_of_format()) {
                free_.push_back(known->second.picture.address);
            }
            buffers_.erase(known);
        }
    }

    bool fail(const std::string& text) {
        problem = problem.empty() ? text : problem;
        return keep_going;
    }

    static unsigned raster_stride(const G2Picture& picture) { return (picture.width + 15) / 16 * 16; }
    static std::uint32_t raster_luma_size(const Buffer& buffer) {
        return raster_stride(buffer.picture) * ((buffer.picture.height + 15) / 16 * 16) *
               (buffer.picture.bit_depth == 8 ? 1 : 2);
    }
    G2Picture picture_of_format() const {
        return {0, format_.visible_width, format_.visible_height, format_.depth};
    }
    std::uint32_t room_of_format() const {
        Buffer buffer{picture_of_format(), 0, 0};
        return (buffer.picture.size() + 255) / 256 * 256 + (raster ? raster_luma_size(buffer) * 3 / 2 : 0);
    }

    /** Buffers are taken again only by pictures that need as much. */
    const Buffer& make_buffer(std::uint64_t frame) {
        Buffer buffer{picture_of_format(), 0, room_of_format()};
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(port->cells.size()));
            port->cells.resize(port->cells.size() + buffer.room);
        }
        buffer.picture.address = free_.back();
        free_.pop_back();
        buffer.raster = buffer.picture.address + (buffer.picture.size() + 255) / 256 * 256;
        return buffers_[frame] = buffer;
    }

    void open_ranges(std::size_t stream_length, const Buffer& current) {
        port->open.clear();
        const auto open = [this](vpu::Stream stream, std::uint32_t first, std::size_t size) {
            port->open.insert({stream, {first, static_cast<std::uint32_t>(size)}});
        };
        open(vpu::Stream::bitstream, stream_at, stream_length);
        open(vpu::Stream::table, misc_at, G2Vp9Driver::counts_at);
        open(vpu::Stream::counts, misc_at + G2Vp9Driver::counts_at, vpu::vp9::Counts::size);
        open(vpu::Stream::table, misc_at + G2Vp9Driver::tiles_at,
             G2Vp9Driver::misc_size - G2Vp9Driver::tiles_at);
        open(vpu::Stream::segment_map, maps_at, 2 * G2Vp9Driver::segment_map_size);
        open(vpu::Stream::edge, edge_at, G2Vp9Driver::tile_bsd_at);
        for (const auto& [frame, buffer] : buffers_) {
            open(vpu::Stream::reference, buffer.picture.address,
                 buffer.picture.motion() - buffer.picture.address);
            open(vpu::Stream::motion, buffer.picture.motion(), buffer.picture.motion_size());
        }
        open(vpu::Stream::picture, current.picture.address,
             current.picture.motion() - current.picture.address);
        open(vpu::Stream::motion, current.picture.motion(), current.picture.motion_size());
        if (raster) {
            open(vpu::Stream::picture, current.raster, raster_luma_size(current) * 3 / 2);
        }
    }

    /** Samples of a line of a plane from its tiles. */
    template <typename Sample>
    void read_line(const G2Picture& picture, bool luma, std::size_t y, std::vector<Sample>& line) const {
        const std::uint8_t* cells =
            port->cells.data() + (luma ? picture.address : picture.chroma()) +
            (y / 4 * (picture.stride() / 4) * 4 + y % 4) * vpu::tile_line_bytes<Sample>;
        for (std::size_t x = 0; x < line.size(); x += 4, cells += vpu::tile_bytes<Sample>) {
            vpu::unpack_tile_line(cells, line.data() + x);
        }
    }

    template <typename Sample>
    void show_tiles(const G2Picture& picture) {
        const std::size_t width = picture.width, height = picture.height;
        const std::size_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
        shown_.planes.resize(sizeof(Sample) * (width * height + 2 * half_width * half_height));
        std::vector<Sample> line((width + 7) / 8 * 8), half(line.size() / 2);
        std::uint8_t* to = shown_.planes.data();
        for (std::size_t y = 0; y < height; ++y, to += width * sizeof(Sample)) {
            read_line(picture, true, y, line);
            std::memcpy(to, line.data(), width * sizeof(Sample));
        }
        for (std::size_t y = 0; y < 2 * half_height; ++y, to += half_width * sizeof(Sample)) {
            read_line(picture, false, y % half_height, line);
            for (std::size_t x = 0; x < half.size(); ++x) {
                half[x] = line[2 * x + y / half_height];
            }
            std::memcpy(to, half.data(), half_width * sizeof(Sample));
        }
    }

    const Vp9Picture& visible(const Buffer& buffer) {
        const G2Picture& picture = buffer.picture;
        shown_.width = picture.width;
        shown_.height = picture.height;
        shown_.bit_depth = picture.bit_depth;
        if (raster) {
            const std::uint8_t* luma = port->cells.data() + buffer.raster;
            put_planar({luma, luma + raster_luma_size(buffer),
                        std::size_t{raster_stride(picture)} * (picture.bit_depth == 8 ? 1 : 2), 0, 0,
                        picture.width, picture.height, picture.bit_depth},
                       shown_.planes);
        } else if (picture.bit_depth == 8) {
            show_tiles<std::uint8_t>(picture);
        } else {
            show_tiles<std::uint16_t>(picture);
        }
        return shown_;
    }

    G2Vp9Driver driver_;
    play::Format format_;
    std::map<std::uint64_t, Buffer> buffers_;
    std::vector<std::uint32_t> free_;
    Vp9Picture shown_;
};

}  // namespace svp::test
