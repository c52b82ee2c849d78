// SPDX-License-Identifier: GPL-2.0-or-later
/** Makes jobs of HEVC, and puts their frames in order: pictures of slices, references, the buffer of decoded
 * pictures. */
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "hevc_dpb.hpp"
#include "hevc_parameter_sets.hpp"
#include "target.hpp"

namespace svp::play {

/** True if @p file begins with a start code and a NAL unit that HEVC streams begin with. */
bool is_hevc(std::span<const std::uint8_t> file);

class HevcPlayer {
 public:
    explicit HevcPlayer(Target& target) : target_(target) {}

    /** Plays a whole stream (Annex B). False if the target ends it. */
    bool play(std::span<const std::uint8_t> stream);

    /** One unit of a stream. False if the target ends it. */
    bool take(const HevcUnit& unit);
    /** No more units of the picture that is gathered. False if the target ends it. */
    bool end_of_sample() { return finish_picture(); }
    /** Shows all frames that wait; what follows begins anew. */
    bool finish();

    bool any() const { return jobs_; }
    /** What of the stream cannot be understood; empty if nothing. */
    const std::string& problem() const { return problem_; }
    /** Why the last parameter set that was refused was so; of no concern as long as no picture needs it. */
    const std::string& refused() const { return refused_; }

 private:
    bool take_slice(const HevcUnit& unit);
    HevcControls controls_of(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps,
                             const HevcPps& pps) const;
    bool follow_size(const HevcSps& sps, const Controls& controls);
    bool finish_picture();
    void release();

    Target& target_;
    HevcParameterSets sets_;
    HevcDpb dpb_;
    Format format_;
    struct Picture {
        HevcUnit unit;  ///< its first slice
        HevcSliceHeader header;
    };
    std::optional<Picture> first_;    ///< of the picture that is gathered
    std::vector<std::uint8_t> data_;  ///< its slices
    std::vector<std::span<const std::uint8_t>> units_;
    std::set<std::uint64_t> live_;    ///< decoded and not released
    std::string problem_;
    std::string refused_;
    bool jobs_ = false;
};

}  // namespace svp::play
