// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays MPEG-2 on the engine without a device around it: the guest's player, a driver, the engine, and
 * frames in output order. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../../firmware/guest/play/target.hpp"
#include "g1_mpeg2_driver.hpp"
#include "planar_picture.hpp"
#include "vpu/g1/mpeg2_job.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/mpeg2/decoder.hpp"

namespace svp::test {

/** A port to memory from address 0 on; what is beyond its end is not there. */
template <typename Port>
class Mpeg2TestPlayer : private play::Target {
 public:
    static constexpr std::uint32_t table_at = 0x1000, stream_at = 0x10000, stream_room = 4u << 20,
                                   frames_at = stream_at + stream_room;

    using Show = std::function<void(std::span<const std::uint8_t>)>;

    /** Decodes a whole stream; every frame goes to @p show in output order, visible part, planar. False if
     * the stream is none, which is the problem then, or the engine does not finish a picture. */
    bool play(std::span<const std::uint8_t> stream, const Show& show) {
        show_ = show;
        const play::Ending ending = play::play_mpeg2(stream, *this);
        problem = problem.empty() ? ending.problem : problem;
        return problem.empty() && std::ranges::all_of(results, [](vpu::mpeg2::Result result) {
                   return result == vpu::mpeg2::Result::done;
               });
    }

    std::string problem;  ///< of the stream; what the engine made of it are results
    unsigned width = 0;
    unsigned height = 0;
    std::optional<Port> port;
    std::vector<vpu::mpeg2::Result> results;  ///< of all jobs

 private:
    bool begin(const play::Format& format, const play::Controls&) override {
        if (format.visible_width == 0 || format.visible_width > 16 * vpu::mpeg2::max_mb_width ||
            format.visible_height == 0 || format.visible_height > 16 * vpu::mpeg2::max_mb_height) {
            problem = "pictures of " + std::to_string(format.visible_width) + "x" +
                      std::to_string(format.visible_height) + ", at most 1920x1088 are possible";
            return false;
        }
        format_ = format;
        width = format.visible_width;
        height = format.visible_height;
        frame_size_ = format.width * format.height * 3 / 2;
        port.emplace(frames_at + std::size_t{format.frames} * frame_size_);
        buffers_.clear();
        return true;
    }

    bool decode(const play::Job& job) override {
        if (job.data.size() > stream_room) {
            results.push_back(vpu::mpeg2::Result::impossible);
            return true;
        }
        const auto& controls = std::get<play::Mpeg2Controls>(job.controls);
        std::ranges::copy(job.data, port->cells.begin() + stream_at);
        std::ranges::copy(g1_quantizer_table(controls.quantisation), port->cells.begin() + table_at);
        const std::uint32_t output = address_of(buffer_of(job.frame));
        g1_fill_mpeg2_registers({controls.sequence, controls.picture, controls.quantisation, job.data},
                                {stream_at, table_at, output, reference(controls.picture.forward_ref_ts),
                                 reference(controls.picture.backward_ref_ts)},
                                registers_);
        vpu::mpeg2::Decoder decoder(vpu::g1::mpeg2_parameters(registers_), *port);
        results.push_back(decoder.decode());
        return true;
    }

    bool show(std::uint64_t frame) override {
        show_(visible(address_of(buffer_of(frame))));
        return true;
    }

    void release(std::uint64_t frame) override { buffers_.erase(frame); }

    std::uint32_t address_of(unsigned buffer) const { return frames_at + buffer * frame_size_; }

    /** Buffer of a frame, by its number in the stream. */
    unsigned buffer_of(std::uint64_t frame) {
        const auto known = buffers_.find(frame);
        if (known != buffers_.end()) {
            return known->second;
        }
        unsigned buffer = 0;
        while (buffer + 1 < format_.frames &&
               std::ranges::any_of(buffers_, [&](const auto& entry) { return entry.second == buffer; })) {
            ++buffer;
        }
        return buffers_[frame] = buffer;
    }

    /** Address of the frame with this time stamp, 0 if there is none. */
    std::uint32_t reference(std::uint64_t time) const {
        const auto known = buffers_.find(time / play::time_stamp(1));
        return known == buffers_.end() ? 0 : address_of(known->second);
    }

    std::span<const std::uint8_t> visible(std::uint32_t address) {
        const std::uint8_t* luma = port->cells.data() + address;
        const std::size_t size = std::size_t{format_.width} * format_.height;
        put_planar({luma, luma + size, format_.width, 0, 0, width, height}, planes_);
        return planes_;
    }

    Show show_;
    play::Format format_;
    std::vector<std::uint8_t> planes_;
    std::array<std::uint32_t, vpu::g1::register_count> registers_{};
    std::map<std::uint64_t, unsigned> buffers_;
    std::uint32_t frame_size_ = 0;
};

}  // namespace svp::test
