// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * The samples of a film, from the tables of its track and of its fragments.
 */
#pragma once

#include "boxes.hpp"
#include "film.hpp"

namespace svp::film {

class Tables {
 public:
    /** Samples go to @p film, which knows its encryption; @p constant: the vector of all samples, if there is
     * one. */
    Tables(Film& film, Bytes file, Bytes constant);

    /** Tables of `moov`. */
    decrypt::Result<decrypt::Done> read_track(Bytes trak, Bytes stbl);
    /** A fragment: body of `moof`, which lies at @p offset of the file. */
    decrypt::Result<decrypt::Done> read_fragment(Bytes moof, std::uint64_t offset, std::uint32_t track,
                                                 Bytes mvex);

 private:
    /** Values of a fragment's samples that do not say it themselves. */
    struct Defaults {
        std::uint32_t duration = 0, size = 0, flags = 0;
    };

    decrypt::Result<decrypt::Done> read_places(Bytes stbl, std::size_t count);
    void read_times(Bytes stbl, std::size_t count);
    decrypt::Result<decrypt::Done> read_run(Bytes trun, const Defaults& defaults, std::uint64_t base,
                                            std::uint64_t& at);
    decrypt::Result<decrypt::Done> read_encryption(Bytes holder, Bytes sizes_holder, std::uint64_t base,
                                                   std::size_t first);
    /** One row of `senc`. */
    bool read_row(Reader& rows, bool has_parts, Sample& sample);

    Film& film_;
    Bytes file_;
    Bytes constant_;
    std::uint64_t fragment_time_ = 0;
};

}  // namespace svp::film
