// SPDX-License-Identifier: GPL-2.0-or-later
/* See film.hpp. */
#include "film.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "boxes.hpp"
#include "film_tables.hpp"

namespace svp::film {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

namespace {

/** Owner of our `pssh`, see scripts/svplib/film/protect.py. */
constexpr std::array<std::uint8_t, 16> system_id = {0x3a, 0x9e, 0x4c, 0x17, 0x52, 0xd8, 0x4f, 0x6b,
                                                    0x8e, 0x31, 0x53, 0x56, 0x50, 0x4b, 0x45, 0x59};
/** Of a visual sample entry, before the boxes in it. */
constexpr std::size_t visual_entry = 78;

/** A box with version and flags. */
struct Full {
    unsigned version;
    Reader reader;

    explicit Full(Bytes body) : version(body.empty() ? 0 : body[0]), reader(body) { reader.u32(); }
};

Result<Done> read_tenc(Bytes body, Film& film) {
    Full full(body);
    full.reader.u8();
    const unsigned pattern = full.reader.u8();
    if (full.version != 0) {
        film.crypt_blocks = pattern >> 4;
        film.skip_blocks = pattern & 15u;
    }
    const bool is_protected = full.reader.u8() == 1;
    film.iv_size = full.reader.u8();
    const Bytes number = full.reader.take(film.key_number.size());
    std::copy(number.begin(), number.end(), film.key_number.begin());
    if (full.reader.is_short() || !is_protected) {
        return Error{"the film's samples are not encrypted, though it says so ('tenc')"};
    }
    return Done{};
}

/** The vector that all samples have, if there is one. */
Bytes constant_iv(Bytes tenc, const Film& film) {
    Full full(tenc);
    full.reader.take(4 + film.key_number.size());
    return film.iv_size == 0 ? full.reader.take(full.reader.u8()) : Bytes{};
}

Result<Done> read_protection(Bytes sinf, Film& film) {
    const Bytes original = find(sinf, "frma"), schm = find(sinf, "schm"),
                tenc = find(find(sinf, "schi"), "tenc");
    if (original.size() < 4 || schm.size() < 8 || tenc.empty()) {
        return Error{"the film does not say how it is encrypted ('sinf')"};
    }
    std::copy_n(original.begin(), 4, film.codec.begin());
    const std::string scheme(schm.begin() + 4, schm.begin() + 8);
    if (scheme != "cenc" && scheme != "cbcs") {
        return Error{"the film's scheme is '" + scheme + "', only cenc and cbcs are known"};
    }
    film.scheme = scheme == "cenc" ? Scheme::cenc : Scheme::cbcs;
    return read_tenc(tenc, film);
}

struct Entry {
    Bytes tenc;
};

/** The track's sample description: codec, size, configuration, encryption. */
Result<Entry> read_entry(Bytes stsd, Film& film) {
    Full full(stsd);
    const std::uint32_t count = full.reader.u32();
    Boxes boxes(full.reader.left());
    const auto entry = boxes.next();
    if (!entry || entry->body.size() < visual_entry) {
        return Error{"the film does not describe its samples ('stsd')"};
    }
    if (count != 1) {
        return Error{"the film has " + std::to_string(count) +
                     " descriptions of its samples, one is supported"};
    }
    std::copy_n(entry->name.begin(), film.codec.size(), film.codec.begin());
    Reader reader(entry->body);
    reader.take(24);
    film.width = reader.u16();
    film.height = reader.u16();
    const Bytes inside = entry->body.subspan(visual_entry);
    Entry found;
    if (entry->name == "encv") {
        const Bytes sinf = find(inside, "sinf");
        const Result<Done> done = read_protection(sinf, film);
        if (!done.ok()) {
            return done.error();
        }
        found.tenc = find(find(sinf, "schi"), "tenc");
    }
    for (const std::string_view name : {"avcC", "hvcC", "vpcC"}) {
        film.configuration = film.configuration.empty() ? find(inside, name) : film.configuration;
    }
    return found;
}

/** The blob in a `pssh` of ours. */
void read_pssh(Bytes body, Film& film) {
    Full full(body);
    const Bytes owner = full.reader.take(system_id.size());
    if (!std::equal(owner.begin(), owner.end(), system_id.begin(), system_id.end())) {
        return;
    }
    if (full.version != 0) {
        full.reader.take(std::uint64_t{16} * full.reader.u32());
    }
    const Bytes blob = full.reader.take(full.reader.u32());
    film.blob.assign(blob.begin(), blob.end());
}

bool is_video(Bytes mdia) {
    Full full(find(mdia, "hdlr"));
    full.reader.u32();
    const Bytes kind = full.reader.take(4);
    return std::ranges::equal(kind, std::string_view("vide"));
}

/** Where the parts of a track are. */
struct Track {
    Bytes trak, stbl;
    std::uint32_t number = 0;
};

Result<Track> read_track(Bytes moov, Film& film) {
    Boxes boxes(moov);
    while (const auto box = boxes.next()) {
        if (box->name == "pssh") {
            read_pssh(box->body, film);
        }
    }
    Boxes tracks(moov);
    while (const auto box = tracks.next()) {
        const Bytes mdia = find(box->body, "mdia");
        if (box->name != "trak" || !is_video(mdia)) {
            continue;
        }
        Full header(find(box->body, "tkhd"));
        header.reader.take(header.version == 1 ? 16 : 8);
        Full media(find(mdia, "mdhd"));
        media.reader.take(media.version == 1 ? 16 : 8);
        film.timescale = media.reader.u32();
        if (film.timescale == 0) {
            return Error{"the film has no time scale"};
        }
        return Track{box->body, find(find(mdia, "minf"), "stbl"), header.reader.u32()};
    }
    return Error{"the film has no video track"};
}

/** Times from 0, samples inside of the file, sub-samples inside of samples. */
Result<Done> check(Film& film, Bytes file) {
    if (film.samples.empty()) {
        return Error{"the film has no samples"};
    }
    const auto first = std::min_element(film.samples.begin(), film.samples.end(),
                                        [](const Sample& a, const Sample& b) { return a.time < b.time; });
    const std::int64_t begin = first->time;
    for (std::size_t number = 0; number < film.samples.size(); ++number) {
        Sample& sample = film.samples[number];
        sample.time -= begin;
        const std::string which = "the film's sample " + std::to_string(number);
        if (sample.size == 0 || sample.offset > file.size() || sample.size > file.size() - sample.offset) {
            return Error{which + " does not lie in the file"};
        }
        std::uint64_t size = 0;
        for (const Subsample& part : film.parts(sample)) {
            size += std::uint64_t{part.clear} + part.encrypted;
        }
        if (sample.subsamples != 0 && size != sample.size) {
            return Error{which + " has " + std::to_string(sample.size) + " bytes, its sub-samples " +
                         std::to_string(size)};
        }
    }
    return Done{};
}

}  // namespace

Result<Film> Film::parse(std::span<const std::uint8_t> file) {
    const Bytes moov = find(file, "moov");
    if (moov.empty()) {
        return Error{"no MP4 file, or one without a description of its tracks ('moov')"};
    }
    Film film;
    const Result<Track> track = read_track(moov, film);
    if (!track.ok()) {
        return track.error();
    }
    const Result<Entry> entry = read_entry(find(track.value().stbl, "stsd"), film);
    if (!entry.ok()) {
        return entry.error();
    }
    Tables tables(film, file, constant_iv(entry.value().tenc, film));
    if (film.scheme != Scheme::none && film.iv_size != 0 && film.iv_size != 8 && film.iv_size != 16) {
        return Error{"the film's vectors have " + std::to_string(film.iv_size) +
                     " bytes, 8 or 16 are possible"};
    }
    Result<Done> done = tables.read_track(track.value().trak, track.value().stbl);
    Boxes boxes(file);
    for (auto box = boxes.next(); box && done.ok(); box = boxes.next()) {
        if (box->name == "moof") {
            done = tables.read_fragment(box->body, box->offset, track.value().number, find(moov, "mvex"));
        }
    }
    if (done.ok()) {
        done = check(film, file);
    }
    if (!done.ok()) {
        return done.error();
    }
    return film;
}

}  // namespace svp::film
