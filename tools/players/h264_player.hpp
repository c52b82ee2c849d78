// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays H.264 on the engine without a device around it: the guest's player, a driver, the engine, and a flat
 * memory. */
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../../firmware/guest/play/h264_player.hpp"
#include "flat_port.hpp"
#include "frame_buffers.hpp"
#include "g1_h264_driver.hpp"
#include "g1_vp8_driver.hpp"
#include "md5.hpp"
#include "planar_picture.hpp"
#include "vpu/g1/h264_job.hpp"
#include "vpu/h264/decoder.hpp"

namespace svp::test {

class H264TestPlayer : private play::Target {
    play::H264Player player_{*this};

 public:
    static constexpr std::uint32_t table_at = 0x1000;
    static constexpr std::uint32_t stream_at = 0x10000;
    static constexpr std::uint32_t stream_room = 4u << 20;
    static constexpr std::uint32_t pictures_at = stream_at + stream_room;

    H264TestPlayer() = default;
    H264TestPlayer(const H264TestPlayer&) = delete;
    H264TestPlayer& operator=(const H264TestPlayer&) = delete;

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

    play::H264ParameterSets& sets = player_.sets();
    const play::H264Dpb& dpb = player_.dpb();
    std::optional<FlatPort> port;
    G1Registers registers{};
    vpu::h264::Result result = vpu::h264::Result::done;
    std::string problem;  ///< the first one
    bool keep_going = false;
    unsigned pictures = 0;  ///< jobs
    unsigned width = 0;     ///< of visible frames, pixels
    unsigned height = 0;
    std::function<void(std::span<const std::uint8_t>)>
        output;  ///< gets visible frames, planar, in their order

 protected:
    /** What the registers and memory of a picture's job are, but for its stream of @p stream_length bytes;
     * the address of its frame. */
    std::uint32_t begin_picture(const play::H264SliceHeader& header, std::size_t stream_length) {
        job_ = {};
        player_.begin_picture(header, job_);
        return prepare(job_, stream_length);
    }

    /** The picture is in memory. */
    void end_picture(const play::H264SliceHeader& header) { player_.end_picture(header, job_); }
    void finish() { player_.finish(); }

 private:
    bool begin(const play::Format& format, const play::Controls&) override {
        if (format.width > 16 * vpu::h264::max_mb_width || format.height > 16 * vpu::h264::max_mb_height) {
            problem = "pictures of " + std::to_string(format.visible_width) + "x" +
                      std::to_string(format.visible_height) + ", at most 4096x2304 are possible";
            return false;
        }
        format_ = format;
        width = format.visible_width;
        height = format.visible_height;
        macroblocks_ = format.width / 16 * (format.height / 16);
        picture_room_ = (448 * macroblocks_ + 32 + 255) / 256 * 256;
        buffers_.reset(format.frames);
        port.emplace(pictures_at + std::size_t{format.frames} * picture_room_);
        return true;
    }

    bool decode(const play::Job& job) override {
        if (job.data.size() > stream_room) {
            return fail("a picture of " + std::to_string(job.data.size()) + " bytes");
        }
        prepare(job, job.data.size());
        std::copy(job.data.begin(), job.data.end(), port->cells.begin() + stream_at);
        vpu::h264::Decoder decoder(vpu::g1::h264_parameters(registers), *port);
        result = decoder.decode();
        ++pictures;
        return result == vpu::h264::Result::done ||
               fail("picture " + std::to_string(pictures) + ": the engine ends with " +
                    std::to_string(static_cast<int>(result)));
    }

    bool show(std::uint64_t frame) override {
        if (output) {
            output(visible(address_of(buffers_.of(frame))));
        }
        return true;
    }

    void release(std::uint64_t frame) override { buffers_.release(frame); }

    bool fail(const std::string& text) {
        problem = problem.empty() ? text : problem;
        return keep_going;
    }

    std::uint32_t address_of(unsigned buffer) const { return pictures_at + buffer * picture_room_; }

    std::uint32_t prepare(const play::Job& job, std::size_t stream_length) {
        const auto& controls = std::get<play::H264Controls>(job.controls);
        const std::uint32_t current = address_of(buffers_.of(job.frame));
        driver_.fill(controls,
                     {stream_at, static_cast<std::uint32_t>(stream_length), table_at, current,
                      [this, current](std::uint64_t time) {
                          // One that is missing is read where the picture is made, as by Linux's driver
                          const auto known = buffers_.find(time / play::time_stamp(1));
                          return known ? address_of(*known) : current;
                      }},
                     registers);
        const auto table = driver_.table(controls);
        std::copy(table.begin(), table.end(), port->cells.begin() + table_at);
        open_ranges(stream_length, current);
        return current;
    }

    void open_ranges(std::size_t stream_length, std::uint32_t current) {
        port->open.clear();
        const auto open = [this](vpu::Stream stream, std::uint32_t first, std::size_t size) {
            port->open.insert({stream, {first, static_cast<std::uint32_t>(size)}});
        };
        const std::uint32_t bytes = (format_.gray ? 256 : 384) * macroblocks_;
        open(vpu::Stream::bitstream, stream_at, stream_length);
        open(vpu::Stream::table, table_at, G1H264Driver::table_size);
        for (unsigned buffer = 0; buffer < buffers_.count(); ++buffer) {
            open(vpu::Stream::reference, address_of(buffer), bytes);
            open(vpu::Stream::motion, address_of(buffer) + bytes, 64 * macroblocks_);
        }
        open(vpu::Stream::picture, current, bytes);
        open(vpu::Stream::motion, current + bytes, 64 * macroblocks_);
    }

    std::span<const std::uint8_t> visible(std::uint32_t address) {
        const std::uint8_t* luma = port->cells.data() + address;
        const std::size_t size = std::size_t{format_.width} * format_.height;
        put_planar({luma, format_.gray ? nullptr : luma + size, format_.width, format_.left, format_.top,
                    format_.visible_width, format_.visible_height},
                   planes_);
        return planes_;
    }

    G1H264Driver driver_;
    play::Format format_;
    play::Job job_;
    std::vector<std::uint8_t> planes_;
    FrameBuffers buffers_;
    unsigned macroblocks_ = 0;
    std::uint32_t picture_room_ = 0;
};

}  // namespace svp::test
