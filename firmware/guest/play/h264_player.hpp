// SPDX-License-Identifier: GPL-2.0-or-later
/** Makes jobs of H.264, and puts their frames in order: pictures of slices, references, the buffer of decoded
 * pictures. */
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "h264_dpb.hpp"
#include "h264_parameter_sets.hpp"
#include "target.hpp"

namespace svp::play {

class H264Player {
 public:
    explicit H264Player(Target& target) : target_(target) {}

    /** Plays a whole stream (Annex B). False if the target ends it. */
    bool play(std::span<const std::uint8_t> stream);

    /** One unit of a stream. False if the target ends it. */
    bool take(const H264Unit& unit);
    /** No more units of the picture that is gathered. False if the target ends it. */
    bool end_of_sample() { return finish_picture(); }

    /** One picture by hand, in the place of play(): @p job but for its data, and the target's begin() if its
     * size is new. */
    bool begin_picture(const H264SliceHeader& header, Job& job);
    /** The picture is decoded: marks references, shows and releases frames. */
    bool end_picture(const H264SliceHeader& header, const Job& job);
    /** Shows all frames that wait. */
    bool finish() { return show(0); }

    H264ParameterSets& sets() { return sets_; }
    const H264Dpb& dpb() const { return dpb_; }
    bool any() const { return jobs_; }
    /** What of the stream cannot be understood; empty if nothing. */
    const std::string& problem() const { return problem_; }
    /** Why the last parameter set that was refused was so; of no concern as long as no picture needs it. */
    const std::string& refused() const { return refused_; }

 private:
    struct Waiting {
        std::int64_t order;
        std::uint64_t frame;
    };

    H264Controls controls_of(const H264SliceHeader& header, const H264Sps& sps, const H264Pps& pps) const;
    bool follow_size(const H264Sps& sps, const Controls& controls);
    bool finish_picture();
    bool keep(const H264Sps& sps, const Job& job, std::int64_t order, std::int64_t order_after);
    bool show(std::size_t left);
    void release();
    const H264Pps& pps_of(const H264SliceHeader& header) const { return *sets_.pps(header.pps_id); }
    const H264Sps& sps_of(const H264SliceHeader& header) const {
        return *sets_.sps(pps_of(header).control.seq_parameter_set_id);
    }

    Target& target_;
    H264ParameterSets sets_;
    H264Dpb dpb_;
    Format format_;
    std::optional<H264SliceHeader> first_;  ///< of the picture that is gathered
    std::vector<std::uint8_t> data_;        ///< its slices
    std::vector<std::span<const std::uint8_t>> units_;
    std::vector<Waiting> waiting_;
    std::set<std::uint64_t> live_;  ///< decoded and not released
    std::string problem_;
    std::string refused_;
    bool jobs_ = false;
};

}  // namespace svp::play
