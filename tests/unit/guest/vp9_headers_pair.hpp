// SPDX-License-Identifier: GPL-2.0-or-later
/** Two readers of VP9's headers side by side: the one of the trusted application svp-vp9, and the one of the
 * player, which shares nothing with it. */
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "../../../firmware/guest/play/vp9_header.hpp"

extern "C" {
#include "headers.h"
}

namespace svp::test {

/** Both follow one stream, sample by sample. */
class Vp9HeadersPair {
 public:
    /** False: the application refuses the sample, and forgets it. @p difference is not empty if it does not,
     * and the player reads another thing. */
    bool take(std::span<const std::uint8_t> sample) {
        answer = {};
        fault.clear();
        difference.clear();
        const std::size_t tail = std::min<std::size_t>(sample.size(), SVP_VP9_MAX_INDEX);
        if (refused(svp_vp9_divide(sample.data() + sample.size() - tail, tail,
                                   static_cast<std::uint32_t>(sample.size()), &answer))) {
            return false;
        }
        svp_vp9_stream stream = stream_;
        play::Vp9Parser parser = parser_;
        const auto others = play::vp9_frames(sample);
        differ(others.size() == answer.count, "number of frames");
        for (std::uint32_t n = 0; n < answer.count && difference.empty(); ++n) {
            svp_vp9_frame& frame = answer.frames[n];
            const auto bytes = sample.subspan(frame.offset, frame.size);
            differ(bytes.data() == others[n].data() && bytes.size() == others[n].size(), "place of a frame");
            if (refused(svp_vp9_parse(&stream, bytes.data(),
                                      std::min<std::size_t>(bytes.size(), SVP_VP9_MAX_HEADER), &frame))) {
                return false;
            }
            if (frame.kind != SVP_VP9_NOTHING) {
                compare(frame, bytes, parser);
            }
        }
        stream_ = stream;
        parser_ = parser;
        return true;
    }

    svp_vp9_answer answer{};
    std::string fault;       ///< what the application says of the sample
    std::string difference;  ///< what the two read differently

 private:
    bool refused(const char* text) {
        fault = text == nullptr ? "" : text;
        return text != nullptr;
    }
    void differ(bool same, const char* what) { difference = same || !difference.empty() ? difference : what; }
    void compare(const svp_vp9_frame& frame, std::span<const std::uint8_t> bytes, play::Vp9Parser& parser) {
        static_assert(sizeof(frame.header) == sizeof(v4l2_ctrl_vp9_frame));
        static_assert(sizeof(frame.changes) == sizeof(v4l2_ctrl_vp9_compressed_hdr));
        std::string problem;
        const auto other = parser.parse(bytes, problem);
        if (!other) {
            difference = "the player refuses it: " + problem;
            return;
        }
        differ(other->existing == (frame.kind == SVP_VP9_EXISTING), "show_existing_frame");
        if (other->existing) {
            differ(other->slot == frame.slot, "frame_to_show_map_idx");
            return;
        }
        differ(other->refresh == frame.refresh, "refresh_frame_flags");
        differ(std::ranges::equal(other->references, frame.references), "ref_frame_idx");
        differ(std::memcmp(&other->control, &frame.header, sizeof(frame.header)) == 0,
               "the uncompressed header");
        differ(std::memcmp(&other->compressed, &frame.changes, sizeof(frame.changes)) == 0,
               "the compressed header");
    }

    svp_vp9_stream stream_{};
    play::Vp9Parser parser_;
};

}  // namespace svp::test
