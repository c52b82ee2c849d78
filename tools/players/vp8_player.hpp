// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Plays VP8 on the engine without a device around it: parser, driver, engine, and a flat memory that knows
 * which addresses a job may touch for what.
 */
#pragma once

#include <nettle/md5.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "g1_vp8_driver.hpp"
#include "vpu/g1/vp8_job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/vp8/decoder.hpp"

namespace svp::test {

/** Memory from address 0 on, with ranges that are open to accesses of a kind; all others are strays. */
class FlatPort : public vpu::MemoryPort {
 public:
    struct Range {
        std::uint32_t first;
        std::uint32_t size;
    };

    explicit FlatPort(std::size_t size) : cells(size) {}

    Response read(vpu::Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        ++accesses;
        bytes_read += data.size();
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        if (reachable(stream, address, data.size()) && !denied(stream)) {
            std::copy_n(cells.begin() + address, data.size(), data.begin());
        }
        return denied(stream) ? denial : Response::okay;
    }
    Response write(vpu::Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        ++accesses;
        bytes_written += data.size();
        if (reachable(stream, address, data.size()) && !denied(stream)) {
            std::copy(data.begin(), data.end(), cells.begin() + address);
        }
        return denied(stream) ? denial : Response::okay;
    }

    std::vector<std::uint8_t> cells;
    std::multimap<vpu::Stream, Range> open;
    std::optional<vpu::Stream> denied_stream;
    Response denial = Response::okay;  ///< answer to a denied access
    std::uint64_t strays = 0;          ///< accesses that were not wholly inside of an open range
    std::uint64_t accesses = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;

 private:
    bool denied(vpu::Stream stream) const { return denied_stream == stream; }
    bool reachable(vpu::Stream stream, std::uint32_t address, std::size_t size) {
        const auto [first, last] = open.equal_range(stream);
        for (auto range = first; range != last; ++range) {
            if (address >= range->second.first && size <= range->second.size &&
                address - range->second.first <= range->second.size - size &&
                address + size <= cells.size()) {
                return true;
            }
        }
        ++strays;
        return false;
    }
};

inline std::string md5_of(std::span<const std::uint8_t> data) {
    md5_ctx context;
    std::uint8_t digest[MD5_DIGEST_SIZE];
    md5_init(&context);
    md5_update(&context, data.size(), data.data());
    md5_digest(&context, sizeof digest, digest);
    std::string text;
    for (const std::uint8_t byte : digest) {
        constexpr char digits[] = "0123456789abcdef";
        text += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

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
    std::vector<std::uint8_t> picture() const {
        std::vector<std::uint8_t> planes;
        const std::uint8_t* luma = port->cells.data() + address_of(current);
        const std::size_t stride = (width + 15u) / 16 * 16, lines = (height + 15u) / 16 * 16;
        for (std::size_t y = 0; y < height; ++y) {
            planes.insert(planes.end(), luma + y * stride, luma + y * stride + width);
        }
        const std::uint8_t* chroma = luma + stride * lines;
        for (std::size_t plane = 0; plane < 2; ++plane) {
            for (std::size_t y = 0; y < (height + 1u) / 2; ++y) {
                for (std::size_t x = 0; x < (width + 1u) / 2; ++x) {
                    planes.push_back(chroma[y * stride + 2 * x + plane]);
                }
            }
        }
        return planes;
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
    void set_size(unsigned new_width, unsigned new_height) {
        width = new_width;
        height = new_height;
        picture_size = (width + 15) / 16 * 16 * ((height + 15) / 16 * 16) * 3 / 2;
        port.emplace(pictures_at + std::size_t{buffer_count} * picture_size);
        last = golden = altref = buffer_count;
    }
};

}  // namespace svp::test
