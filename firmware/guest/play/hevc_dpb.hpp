// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * HEVC's decoded picture buffer: picture order counts, reference picture sets, order of output
 * (ITU-T H.265, clauses 8.3.1, 8.3.2 and C.5.2).
 */
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hevc_parameter_sets.hpp"

namespace svp::play {

struct HevcFrame {
    std::uint64_t id = 0;  ///< counts pictures of the stream
    int order = 0;         ///< PicOrderCntVal
    bool reference = false;
    bool long_term = false;
    bool waiting = false;  ///< for its output
    unsigned latency = 0;  ///< pictures since it began to wait
};

class HevcDpb {
 public:
    using Show = std::function<bool(std::uint64_t id)>;

    /** Begins a picture: current() is it, and references() are those of its set. Shows what must be shown
     * before; false if @p show was. @p missing is set if a picture of the set is not there. */
    bool begin(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps, const Show& show,
               bool& missing);
    /** The picture is decoded. */
    bool finish(const HevcSps& sps, const Show& show);
    /** Shows all. */
    bool flush(const Show& show);
    /** The stream begins anew behind this. */
    void end_of_sequence() { anew_ = true; }

    const HevcFrame& current() const { return current_; }
    /** A leading picture that refers to what was never there: not to be decoded. */
    bool skipped(const HevcUnit& unit) const { return unit.rasl() && no_rasl_output_ && !unit.irap(); }
    /** Whether @p unit would begin a sequence. */
    bool starts(const HevcUnit& unit) const {
        return unit.irap() && (unit.idr() || unit.type() <= 18 || anew_);
    }
    const std::vector<HevcFrame>& frames() const { return frames_; }

    /** The current picture's set: places in frames(). */
    std::vector<std::size_t> before;
    std::vector<std::size_t> after;
    std::vector<std::size_t> long_term;

 private:
    void count_order(const HevcUnit& unit, const HevcSliceHeader& header, const HevcSps& sps);
    bool find_references(const HevcSliceHeader& header, const HevcSps& sps);
    bool bump(const Show& show);
    bool full(const HevcSps& sps) const;
    void drop_unused();

    std::vector<HevcFrame> frames_;
    HevcFrame current_;
    bool anew_ = true;
    bool no_rasl_output_ = true;  ///< NoRaslOutputFlag of the last random access point
    std::uint64_t next_id_ = 1;
    int previous_order_ = 0;  ///< of the last picture of the lowest layer that may be a reference
};

}  // namespace svp::play
