// SPDX-License-Identifier: GPL-2.0-or-later
/** Where slices and their segments of random HEVC pictures end. */
#pragma once

#include "hevc_sets.hpp"
#include "vpu/hevc/picture.hpp"

namespace svp::test {

/** Where segments may and must end (clauses 6.3.1 and 7.4.7.1): whole tiles, or within one; what begins
 * within a row of a wavefront ends in it. */
class SegmentEnds {
 public:
    SegmentEnds(const vpu::hevc::TileLayout& tiles, const vpu::hevc::Parameters& job)
        : tiles_(tiles), job_(job), often_(job.sao ? 0 : below(30)) {}

    /** Whether the next segment is a dependent one. */
    bool dependent() const { return dependent_; }

    void begin(unsigned at, bool dependent) {
        const bool tile_start = tiles_.first_in_tile(tiles_.raster(at));
        segment_ = {tile_start && chance(50), !row_start(at)};
        if (!dependent) {
            slice_ = {tile_start && chance(50), !row_start(at)};
        }
        segment_.whole_tiles = segment_.whole_tiles && (slice_.whole_tiles || !job_.tiles);
    }

    /** Whether the segment ends behind the coding tree block @p at, by decoding order. */
    bool after(unsigned at) {
        dependent_ = false;
        if (at + 1 == tiles_.total()) {
            return true;
        }
        const bool tile_end = job_.tiles && tiles_.first_in_tile(tiles_.raster(at + 1));
        const bool row_end = job_.entropy_sync && row_start(at + 1);
        const auto must = [&](const Part& part) {
            return (job_.tiles && !part.whole_tiles && tile_end) || (part.within_row && row_end);
        };
        const auto can = [&](const Part& part) { return !job_.tiles || !part.whole_tiles || tile_end; };
        if (must(slice_) || (can(slice_) && chance(often_))) {
            return true;
        }
        dependent_ = job_.dependent_slices && (must(segment_) || (can(segment_) && chance(segments_)));
        return dependent_ || must(segment_);
    }

 private:
    struct Part {
        bool whole_tiles = false;
        bool within_row = false;
    };

    bool row_start(unsigned at) const {
        const unsigned raster = tiles_.raster(at);
        return raster % tiles_.width() == tiles_.first_column(raster);
    }

    const vpu::hevc::TileLayout& tiles_;
    const vpu::hevc::Parameters& job_;
    /** Slices, per cent. Not where there are sample offsets: libavcodec departs from the standard in corners
     * of slices. */
    unsigned often_;
    unsigned segments_ = below(50);
    Part slice_, segment_;
    bool dependent_ = false;
};

}  // namespace svp::test
