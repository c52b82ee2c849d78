// SPDX-License-Identifier: GPL-2.0-or-later
/* See hevc_film.hpp. */
#include "hevc_film.hpp"

#include "boxes.hpp"

namespace svp::film {

namespace {

/** What is behind is encrypted: no header is longer. */
constexpr std::size_t most_header = 4096;
/** Of hvcC, up to the byte with the size of lengths: profile, level, formats. */
constexpr unsigned general_bytes = 21;
constexpr std::size_t unit_header = 2;

}  // namespace

bool HevcFilm::take_unit(Bytes bytes) {
    const play::HevcUnit unit{play::h264_unit(bytes, most_header)};
    return unit.payload.size() <= unit_header || player_.take(unit);
}

bool HevcFilm::configure(std::span<const std::uint8_t> configuration) {
    Reader reader(configuration);
    reader.take(general_bytes);
    length_bytes_ = (reader.u8() & 3u) + 1;
    for (unsigned arrays = reader.u8(); arrays != 0; --arrays) {
        reader.u8();  // the units' type, which they say themselves
        for (unsigned units = reader.u16(); units != 0 && !reader.is_short(); --units) {
            const Bytes bytes = reader.take(reader.u16());
            if (!reader.is_short() && !take_unit(bytes)) {
                return false;
            }
        }
    }
    if (reader.is_short()) {
        problem_ = "the film's configuration ('hvcC') is cut";
    }
    return !reader.is_short();
}

bool HevcFilm::take(std::span<const std::uint8_t> sample) {
    Reader reader(sample);
    while (!reader.left().empty()) {
        const Bytes bytes = reader.take(reader.number(length_bytes_));
        if (reader.is_short()) {
            problem_ = "the sample ends in the middle of a unit";
            return false;
        }
        if (!take_unit(bytes)) {
            return false;
        }
    }
    return player_.end_of_sample();
}

}  // namespace svp::film
