// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays HEVC on the engine without a device around it: the guest's player, a driver, the engine, and a flat
 * memory. */
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../../firmware/guest/play/hevc_player.hpp"
#include "flat_port.hpp"
#include "frame_buffers.hpp"
#include "g2_hevc_driver.hpp"
#include "md5.hpp"
#include "planar_picture.hpp"
#include "vpu/g2/hevc_job.hpp"
#include "vpu/hevc/decoder.hpp"

namespace svp::test {

class HevcTestPlayer : private play::Target {
    play::HevcPlayer player_{*this};

 public:
    static constexpr std::uint32_t tables_at = 0x1000;
    static constexpr std::uint32_t scaling_at = tables_at;
    static constexpr std::uint32_t tile_sizes_at = 0x2000;
    static constexpr std::uint32_t stream_at = 0x10000;
    static constexpr std::uint32_t stream_room = 8u << 20;
    static constexpr std::uint32_t edges_at = stream_at + stream_room;

    HevcTestPlayer() = default;
    HevcTestPlayer(const HevcTestPlayer&) = delete;
    HevcTestPlayer& operator=(const HevcTestPlayer&) = delete;

    /** Decodes a whole stream. False, with problem set, if something in it cannot be decoded; that is its
     * end, unless keep_going. */
    bool play(std::span<const std::uint8_t> file) {
        const bool played = player_.play(file);
        if (problem.empty()) {
            problem = player_.problem();
        }
        const bool good = played && problem.empty();
        if (problem.empty() && !player_.any()) {
            problem = player_.refused();
        }
        return good;
    }

    std::optional<FlatPort> port;
    G2Registers registers{};
    vpu::Result result = vpu::Result::done;
    std::string problem;  ///< the first one
    bool keep_going = false;
    bool tiled = false;     ///< pictures are taken from the tiles, and there is no other output
    unsigned pictures = 0;  ///< jobs
    unsigned width = 0;     ///< of visible frames, pixels
    unsigned height = 0;
    unsigned depth = 8;
    /** Gets visible frames in their order, planar; samples of 10 bits in two bytes, the lower one first. */
    std::function<void(std::span<const std::uint8_t>)> output;
    /** Called when all is ready for a job. */
    std::function<void()> before_job;

 private:
    bool begin(const play::Format& format, const play::Controls&) override {
        if (format.width > vpu::hevc::max_side || format.height > vpu::hevc::max_side ||
            format.width * format.height > vpu::hevc::max_samples) {
            problem = "pictures of " + std::to_string(format.visible_width) + "x" +
                      std::to_string(format.visible_height) +
                      ", at most as many samples as 4096x2304 are possible";
            return false;
        }
        format_ = format;
        width = format.visible_width;
        height = format.visible_height;
        depth = format.depth;
        layout_ = G2Layout(format.width, format.height, depth);
        raster_stride_ = (format.width + 15) / 16 * 16 * (depth == 8 ? 1 : 2);
        const std::uint32_t raster_size = raster_stride_ * ((format.height + 15) / 16 * 16) * 3 / 2;
        room_ = (layout_.size + raster_size + 255) / 256 * 256;
        lines_ = (format.height + 63) / 64 * 64;
        pictures_at_ = (edges_at + 60 * 20 * lines_ * depth / 8 + 255) / 256 * 256;
        port.emplace(pictures_at_ + std::size_t{format.frames} * room_);
        buffers_.reset(format.frames);
        return true;
    }

    bool decode(const play::Job& job) override {
        if (job.data.size() > stream_room) {
            return fail("a picture of " + std::to_string(job.data.size()) + " bytes");
        }
        prepare(job);
        if (before_job) {
            before_job();
        }
        vpu::hevc::Decoder decoder(vpu::g2::hevc_parameters(registers), *port);
        result = decoder.decode();
        ++pictures;
        return result == vpu::Result::done ||
               fail("picture " + std::to_string(pictures) + ": the engine ends with " +
                    std::to_string(static_cast<int>(result)));
    }

    bool show(std::uint64_t frame) override {
        if (output) {
            output(tiled ? visible_tiled(address_of(buffers_.of(frame)))
                         : visible(address_of(buffers_.of(frame))));
        }
        return true;
    }

    void release(std::uint64_t frame) override { buffers_.release(frame); }

    bool fail(const std::string& text) {
        problem = problem.empty() ? text : problem;
        return keep_going;
    }

    std::uint32_t address_of(unsigned buffer) const { return pictures_at_ + buffer * room_; }

    void prepare(const play::Job& job) {
        const auto& controls = std::get<play::HevcControls>(job.controls);
        const std::uint32_t current = address_of(buffers_.of(job.frame));
        const std::uint32_t raster = current + layout_.size;
        const std::uint32_t raster_chroma = raster + raster_stride_ * ((format_.height + 15) / 16 * 16);
        const unsigned columns = controls.pps.num_tile_columns_minus1;
        const std::uint32_t filter_size = 8 * lines_ * columns * depth / 8, sao_size = 6 * filter_size;
        G2HevcDriver driver(registers);
        driver.fill(controls, {stream_at, static_cast<std::uint32_t>(job.data.size()), stream_room, current,
                               tiled ? 0 : raster, tiled ? 0 : raster_chroma, scaling_at, tile_sizes_at,
                               edges_at, edges_at + filter_size, edges_at + filter_size + sao_size, layout_,
                               [this, current](std::uint64_t time) {
                                   const auto known = buffers_.find(time / play::time_stamp(1));
                                   return known ? address_of(*known) : current;
                               }});
        const auto put = [this](std::uint32_t at, const std::vector<std::uint8_t>& bytes) {
            std::copy(bytes.begin(), bytes.end(), port->cells.begin() + at);
        };
        put(scaling_at, G2HevcDriver::scaling(controls));
        put(tile_sizes_at, G2HevcDriver::tile_sizes(controls));
        put(stream_at, job.data);
        port->open.clear();
        const auto open = [this](vpu::Stream stream, std::uint32_t first, std::size_t size) {
            port->open.insert({stream, {first, static_cast<std::uint32_t>(size)}});
        };
        open(vpu::Stream::bitstream, stream_at, job.data.size());
        open(vpu::Stream::table, scaling_at, G2HevcDriver::scaling_size);
        open(vpu::Stream::table, tile_sizes_at, G2HevcDriver::tile_sizes_size);
        open(vpu::Stream::edge, edges_at, filter_size);
        open(vpu::Stream::edge, edges_at + filter_size, sao_size);
        open(vpu::Stream::edge, edges_at + filter_size + sao_size, 4 * lines_ * columns);
        for (unsigned buffer = 0; buffer < format_.frames; ++buffer) {
            open(vpu::Stream::reference, address_of(buffer), layout_.motion);
            open(vpu::Stream::motion, address_of(buffer) + layout_.motion, layout_.motion_size);
        }
        open(vpu::Stream::picture, current, layout_.motion);
        if (!tiled) {
            open(vpu::Stream::picture, raster, room_ - layout_.size);
        }
    }

    std::span<const std::uint8_t> visible(std::uint32_t address) {
        const std::uint8_t* luma = port->cells.data() + address + layout_.size;
        const std::size_t size = std::size_t{raster_stride_} * ((format_.height + 15) / 16 * 16);
        put_planar({luma, luma + size, raster_stride_, format_.left, format_.top, width, height, depth},
                   planes_);
        return planes_;
    }

    std::span<const std::uint8_t> visible_tiled(std::uint32_t address) {
        planes_.clear();
        const unsigned columns = (format_.width + 7) / 8 * 8;
        const auto put = [&](std::uint32_t plane, unsigned x, unsigned y) {
            const unsigned tile = y / 4 * (columns / 4) + x / 4;
            const unsigned bit = (tile * 16 + y % 4 * 4 + x % 4) * depth;
            const std::uint8_t* at = port->cells.data() + plane + bit / 8;
            if (depth == 8) {
                planes_.push_back(*at);
            } else {
                const unsigned value = (at[0] | unsigned{at[1]} << 8) >> bit % 8 & 0x3ff;
                planes_.push_back(static_cast<std::uint8_t>(value));
                planes_.push_back(static_cast<std::uint8_t>(value >> 8));
            }
        };
        for (unsigned y = 0; y < height; ++y) {
            for (unsigned x = 0; x < width; ++x) {
                put(address, format_.left + x, format_.top + y);
            }
        }
        for (unsigned plane = 0; plane < 2; ++plane) {
            for (unsigned y = 0; y < (height + 1) / 2; ++y) {
                for (unsigned x = 0; x < (width + 1) / 2; ++x) {
                    put(address + layout_.chroma, 2 * (format_.left / 2 + x) + plane, format_.top / 2 + y);
                }
            }
        }
        return planes_;
    }

    play::Format format_;
    std::vector<std::uint8_t> planes_;
    G2Layout layout_;
    FrameBuffers buffers_;
    std::uint32_t raster_stride_ = 0;
    std::uint32_t room_ = 0;
    std::uint32_t lines_ = 0;  ///< of buffers at edges of tiles
    std::uint32_t pictures_at_ = 0;
};

}  // namespace svp::test
