// SPDX-License-Identifier: GPL-2.0-or-later
/* See h264_film.hpp. */
#include "h264_film.hpp"

#include "boxes.hpp"

namespace svp::film {

namespace {

/** What is behind is encrypted: no header is longer. */
constexpr std::size_t most_header = 4096;

}  // namespace

bool H264Film::take_sets(Reader& reader, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
        const play::H264Unit unit = play::h264_unit(reader.take(reader.u16()));
        if (reader.is_short() || unit.payload.empty()) {
            problem_ = "the film's configuration ('avcC') is cut";
            return false;
        }
        if (!player_.take(unit)) {
            return false;
        }
    }
    return true;
}

bool H264Film::configure(std::span<const std::uint8_t> configuration) {
    Reader reader(configuration);
    reader.take(4);
    length_bytes_ = (reader.u8() & 3u) + 1;
    if (reader.is_short()) {
        problem_ = "the film's configuration ('avcC') is cut";
        return false;
    }
    return take_sets(reader, reader.u8() & 31u) && take_sets(reader, reader.u8());
}

bool H264Film::take(std::span<const std::uint8_t> sample) {
    Reader reader(sample);
    while (!reader.left().empty()) {
        const Bytes bytes = reader.take(reader.number(length_bytes_));
        if (reader.is_short()) {
            problem_ = "the sample ends in the middle of a unit";
            return false;
        }
        const play::H264Unit unit = play::h264_unit(bytes, most_header);
        if (!unit.payload.empty() && !player_.take(unit)) {
            return false;
        }
    }
    return player_.end_of_sample();
}

}  // namespace svp::film
