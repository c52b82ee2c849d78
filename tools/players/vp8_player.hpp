// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays VP8 on the engine without a device around it: parser, driver, engine, and a flat memory. */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flat_port.hpp"
#include "g1_vp8_driver.hpp"
#include "md5.hpp"
#include "planar_picture.hpp"
#include "vpu/g1/vp8_job.hpp"
#include "vpu/vp8/decoder.hpp"

namespace svp::test {

class Vp8TestPlayer {
 public:
    static constexpr unsigned buffer_count = 4;  ///< three references and the picture that is being made
    static constexpr std::uint32_t stream_at = 0x10000;
    static constexpr std::uint32_t stream_room = 4u << 20;
    static constexpr std::uint32_t table_at = 0x1000;
    static constexpr std::uint32_t map_at = 0x4000;
    static constexpr std::uint32_t map_room = 0x9000;
    static constexpr std::uint32_t pictures_at = stream_at + stream_room;

    /** Decodes one frame. False, with problem set, if the header is none or the engine does not finish. */
    bool decode(std::span<const std::uint8_t> data) {
        if (data.empty()) {
            return true;  // a dropped frame: the last one is shown again
        }
        const auto frame = parser.parse(data, problem);
        if (!frame) {
            return false;
        }
        if (frame->control.width > 16 * vpu::vp8::max_mb_width ||
            frame->control.height > 16 * vpu::vp8::max_mb_height) {
            problem = "pictures of " + std::to_string(frame->control.width) + "x" +
                      std::to_string(frame->control.height) + ", at most 4096x2304 are possible";
            return false;
        }
        prepare(*frame, data);
        vpu::vp8::Decoder decoder(vpu::g1::vp8_parameters(registers), *port);
        result = decoder.decode();
        if (result != vpu::vp8::Result::done) {
            problem = "the engine ends with " + std::to_string(static_cast<int>(result));
            return false;
        }
        update_references(*frame);
        shown = frame->show;
        return true;
    }

    /** The visible part of the picture that was decoded last, planar. */
    const std::vector<std::uint8_t>& picture() {
        const std::size_t stride = (width + 15u) / 16 * 16, lines = (height + 15u) / 16 * 16;
        const std::uint8_t* luma = port->cells.data() + address_of(current);
        put_planar({luma, luma + stride * lines, stride, 0, 0, width, height}, planes_);
        return planes_;
    }

    std::uint32_t address_of(unsigned buffer) const { return pictures_at + buffer * picture_size; }

    /** Parses a frame's header, and lays out what its job needs; registers are ready then. */
    void prepare(const play::Vp8Frame& frame, std::span<const std::uint8_t> data) {
        if (frame.control.width != width || frame.control.height != height) {
            set_size(frame.control.width, frame.control.height);
        }
        current = 0;
        while (current == last || current == golden || current == altref) {
            ++current;
        }
        std::copy(data.begin(), data.end(), port->cells.begin() + stream_at);
        const auto table = g1_probability_table(frame.control);
        std::copy(table.begin(), table.end(), port->cells.begin() + table_at);
        if (V4L2_VP8_FRAME_IS_KEY_FRAME(&frame.control)) {
            std::fill_n(port->cells.begin() + map_at, map_room, std::uint8_t{0});
        }
        const auto address = [this](unsigned buffer) {
            return buffer < buffer_count ? address_of(buffer) : 0u;
        };
        g1_fill_registers(
            frame.control,
            {stream_at, table_at, map_at, address(current), address(last), address(golden), address(altref)},
            registers);
        port->open.clear();
        const auto open = [this](vpu::Stream stream, std::uint32_t first, std::size_t size) {
            port->open.insert({stream, {first, static_cast<std::uint32_t>(size)}});
        };
        open(vpu::Stream::bitstream, stream_at, data.size());
        open(vpu::Stream::table, table_at, table.size());
        const std::size_t map = ((width + 15u) / 16 * ((height + 15u) / 16) + 3u) / 4;
        open(vpu::Stream::segment_map, map_at, map);
        for (unsigned buffer = 0; buffer < buffer_count; ++buffer) {
            open(vpu::Stream::reference, address_of(buffer), picture_size);
        }
        open(vpu::Stream::picture, address_of(current), picture_size);
    }

    void update_references(const play::Vp8Frame& frame) {
        const auto updated = [&](play::Vp8Update update, unsigned keep) {
            switch (update) {
                case play::Vp8Update::current:
                    return current;
                case play::Vp8Update::last:
                    return last;
                case play::Vp8Update::golden:
                    return golden;
                case play::Vp8Update::altref:
                    return altref;
                default:
                    return keep;
            }
        };
        const unsigned new_golden = updated(frame.golden, golden), new_altref = updated(frame.altref, altref);
        golden = new_golden;
        altref = new_altref;
        last = frame.update_last ? current : last;
    }

    play::Vp8Parser parser;
    std::optional<FlatPort> port;
    G1Registers registers{};
    vpu::vp8::Result result = vpu::vp8::Result::done;
    std::string problem;
    unsigned width = 0;  ///< of the visible picture, pixels
    unsigned height = 0;
    bool shown = false;
    unsigned current = 0;
    unsigned last = buffer_count;  ///< buffer of each reference; buffer_count: none yet
    unsigned golden = buffer_count;
    unsigned altref = buffer_count;
    std::uint32_t picture_size = 0;

 private:
    std::vector<std::uint8_t> planes_;

    void set_size(unsigned new_width, unsigned new_height) {
        width = new_width;
        height = new_height;
        picture_size = (width + 15) / 16 * 16 * ((height + 15) / 16 * 16) * 3 / 2;
        port.emplace(pictures_at + std::size_t{buffer_count} * picture_size);
        last = golden = altref = buffer_count;
    }
};

}  // namespace svp::test
