// SPDX-License-Identifier: GPL-2.0-or-later
/* See film_tables.hpp. */
#include "film_tables.hpp"

#include <algorithm>
#include <string>

namespace svp::film {

using decrypt::Done;
using decrypt::Error;
using decrypt::Result;

namespace {

/** A day at 120 pictures a second. */
constexpr std::size_t most_samples = 12'000'000;
/** Flags of `senc`, `tfhd`, `trun`, and of samples. */
constexpr std::uint32_t has_subsamples = 2;
constexpr std::uint32_t base_given = 1, description_given = 2, duration_default = 8, size_default = 0x10,
                        flags_default = 0x20;
constexpr std::uint32_t offset_given = 1, first_flags_given = 4, durations_given = 0x100, sizes_given = 0x200,
                        flags_given = 0x400, shifts_given = 0x800;
constexpr std::uint32_t not_sync = 0x10000;

/** Version and flags, then the rest. */
struct Full {
    unsigned version;
    std::uint32_t flags;
    Reader reader;

    explicit Full(Bytes body) : version(0), flags(0), reader(body) {
        const std::uint32_t word = reader.u32();
        version = word >> 24;
        flags = word & 0xffffffu;
    }
};

Error cut(const std::string& name) {
    return Error{"the film's table '" + name + "' is cut"};
}

}  // namespace

Tables::Tables(Film& film, Bytes file, Bytes constant) : film_(film), file_(file), constant_(constant) {
    if (!constant_.empty()) {
        film_.iv_size = static_cast<unsigned>(std::min<std::size_t>(constant_.size(), 16));
    }
}

Result<Done> Tables::read_track(Bytes trak, Bytes stbl) {
    Full sizes(find(stbl, "stsz"));
    const std::uint32_t same = sizes.reader.u32();
    const std::size_t count = sizes.reader.u32();
    if (count > most_samples || (same == 0 && count > sizes.reader.left().size() / 4) ||
        count > file_.size()) {
        return cut("stsz");
    }
    if (count == 0) {
        return Done{};
    }
    film_.samples.resize(count);
    for (Sample& sample : film_.samples) {
        sample.size = same != 0 ? same : sizes.reader.u32();
    }
    const Result<Done> placed = read_places(stbl, count);
    if (!placed.ok()) {
        return placed;
    }
    read_times(stbl, count);
    return film_.scheme == Scheme::none ? Result<Done>(Done{}) : read_encryption(trak, stbl, 0, 0);
}

/** Chunks, and which samples lie in which. */
Result<Done> Tables::read_places(Bytes stbl, std::size_t count) {
    const bool large = find(stbl, "stco").empty();
    Full chunks(find(stbl, large ? "co64" : "stco"));
    const unsigned width = large ? 8 : 4;
    const std::uint32_t chunk_count = chunks.reader.u32();
    Full runs(find(stbl, "stsc"));
    const std::uint32_t run_count = runs.reader.u32();
    if (chunk_count > chunks.reader.left().size() / width || run_count > runs.reader.left().size() / 12) {
        return cut(large ? "co64" : "stco");
    }
    std::size_t number = 0;
    std::uint32_t next = runs.reader.u32();
    for (std::uint32_t run = 0; run < run_count; ++run) {
        const std::uint32_t first = next, each = runs.reader.u32();
        runs.reader.u32();
        next = run + 1 < run_count ? runs.reader.u32() : chunk_count + 1;
        for (std::uint32_t chunk = first; chunk < next && number < count; ++chunk) {
            std::uint64_t at = chunks.reader.number(width);
            for (std::uint32_t n = 0; n < each && number < count; ++n, ++number) {
                film_.samples[number].offset = at;
                at += film_.samples[number].size;
            }
            if (chunks.reader.is_short()) {
                return cut(large ? "co64" : "stco");
            }
        }
    }
    return number == count ? Result<Done>(Done{})
                           : Error{"the film's table 'stsc' does not place all samples"};
}

void Tables::read_times(Bytes stbl, std::size_t count) {
    Full times(find(stbl, "stts"));
    times.reader.u32();
    std::int64_t time = 0;
    std::uint32_t left = 0, duration = 0;
    for (std::size_t number = 0; number < count; ++number, --left) {
        while (left == 0 && !times.reader.left().empty()) {
            left = times.reader.u32();
            duration = times.reader.u32();
        }
        left = std::max(left, 1u);  // the table is short: as before
        film_.samples[number].time = time;
        film_.samples[number].duration = duration;
        time += duration;
    }
    Full shifts(find(stbl, "ctts"));
    shifts.reader.u32();
    for (std::size_t number = 0; number < count && !shifts.reader.left().empty();) {
        const std::uint32_t run = shifts.reader.u32();
        const auto shift = static_cast<std::int32_t>(shifts.reader.u32());
        for (std::uint32_t n = 0; n < run && number < count; ++n) {
            film_.samples[number++].time += shift;
        }
    }
    const Bytes table = find(stbl, "stss");
    Full sync(table);
    sync.reader.u32();
    for (Sample& sample : film_.samples) {
        sample.sync = table.empty();
    }
    while (!sync.reader.left().empty()) {
        const std::size_t number = sync.reader.u32();
        if (number != 0 && number <= count) {
            film_.samples[number - 1].sync = true;
        }
    }
}

bool Tables::read_row(Reader& rows, bool has_parts, Sample& sample) {
    const Bytes iv = constant_.empty() ? rows.take(film_.iv_size) : constant_;
    std::copy_n(iv.begin(), std::min(iv.size(), sample.iv.size()), sample.iv.begin());
    sample.first_subsample = film_.subsamples.size();
    if (has_parts) {
        sample.subsamples = rows.u16();
        for (std::size_t n = 0; n < sample.subsamples && !rows.is_short(); ++n) {
            const std::uint32_t clear = rows.u16();
            film_.subsamples.push_back({clear, rows.u32()});
        }
    }
    return !rows.is_short();
}

/** How the samples from @p first on are encrypted; @p base: what offsets count from. */
Result<Done> Tables::read_encryption(Bytes holder, Bytes sizes_holder, std::uint64_t base,
                                     std::size_t first) {
    const std::size_t count = film_.samples.size() - first;
    const Bytes senc = find(holder, "senc").empty() ? find(sizes_holder, "senc") : find(holder, "senc");
    if (!senc.empty()) {
        Full full(senc);
        if (full.reader.u32() != count) {
            return Error{"the film's table 'senc' is not for all samples"};
        }
        for (std::size_t n = first; n < first + count; ++n) {
            if (!read_row(full.reader, (full.flags & has_subsamples) != 0, film_.samples[n])) {
                return cut("senc");
            }
        }
        return Done{};
    }
    const Bytes saio = find(sizes_holder, "saio"), saiz = find(sizes_holder, "saiz");
    if (saio.empty() || saiz.empty()) {
        for (std::size_t n = first; n < first + count && !constant_.empty(); ++n) {
            std::copy_n(constant_.begin(), film_.iv_size, film_.samples[n].iv.begin());
        }
        return constant_.empty() ? Result<Done>(Error{"the film has no vectors ('senc', 'saio')"}) : Done{};
    }
    Full places(saio), sizes(saiz);
    for (Full* full : {&places, &sizes}) {
        full->reader.take((full->flags & 1) != 0 ? 8 : 0);
    }
    const std::uint8_t same = sizes.reader.u8();
    sizes.reader.u32();
    const std::uint32_t offsets = places.reader.u32();
    const std::uint64_t at = base + (places.version != 0 ? places.reader.u64() : places.reader.u32());
    if (offsets != 1 || at > file_.size()) {
        return Error{"the film's vectors do not lie in one piece ('saio')"};
    }
    Reader rows(file_.subspan(static_cast<std::size_t>(at)));
    for (std::size_t n = first; n < first + count; ++n) {
        const std::uint8_t size = same != 0 ? same : sizes.reader.u8();
        Reader row(rows.take(size));
        if (!read_row(row, size > (constant_.empty() ? film_.iv_size : 0), film_.samples[n])) {
            return cut("saiz");
        }
    }
    return Done{};
}

Result<Done> Tables::read_fragment(Bytes moof, std::uint64_t offset, std::uint32_t track, Bytes mvex) {
    Defaults common;
    Boxes extends(mvex);
    while (const auto box = extends.next()) {
        Full trex(box->body);
        if (box->name == "trex" && trex.reader.u32() == track) {
            trex.reader.u32();
            common = {trex.reader.u32(), trex.reader.u32(), trex.reader.u32()};
        }
    }
    Boxes boxes(moof);
    while (const auto box = boxes.next()) {
        Full head(find(box->body, "tfhd"));
        if (box->name != "traf" || head.reader.u32() != track) {
            continue;
        }
        const auto given = [&head](std::uint32_t flag) { return (head.flags & flag) != 0; };
        const std::uint64_t base = given(base_given) ? head.reader.u64() : offset;
        head.reader.take(given(description_given) ? 4 : 0);
        Defaults defaults = common;
        defaults.duration = given(duration_default) ? head.reader.u32() : common.duration;
        defaults.size = given(size_default) ? head.reader.u32() : common.size;
        defaults.flags = given(flags_default) ? head.reader.u32() : common.flags;
        const Bytes time = find(box->body, "tfdt");
        if (!time.empty()) {
            Full full(time);
            fragment_time_ = full.version != 0 ? full.reader.u64() : full.reader.u32();
        }
        const std::size_t first = film_.samples.size();
        std::uint64_t at = base;
        Boxes runs(box->body);
        while (const auto run = runs.next()) {
            if (run->name == "trun") {
                const Result<Done> done = read_run(run->body, defaults, base, at);
                if (!done.ok()) {
                    return done;
                }
            }
        }
        if (film_.scheme != Scheme::none && film_.samples.size() != first) {
            const Result<Done> done = read_encryption(box->body, box->body, base, first);
            if (!done.ok()) {
                return done;
            }
        }
    }
    return Done{};
}

Result<Done> Tables::read_run(Bytes trun, const Defaults& defaults, std::uint64_t base, std::uint64_t& at) {
    Full full(trun);
    const auto given = [&full](std::uint32_t flag) { return (full.flags & flag) != 0; };
    const std::size_t count = full.reader.u32();
    if (given(offset_given)) {
        at = base + static_cast<std::uint64_t>(
                        static_cast<std::int64_t>(static_cast<std::int32_t>(full.reader.u32())));
    }
    const std::uint32_t first_flags = given(first_flags_given) ? full.reader.u32() : defaults.flags;
    const std::size_t row =
        4u * (given(durations_given) + given(sizes_given) + given(flags_given) + given(shifts_given));
    if (count > full.reader.left().size() / std::max<std::size_t>(row, 1) ||
        count > most_samples - film_.samples.size()) {
        return cut("trun");
    }
    for (std::size_t n = 0; n < count; ++n) {
        Sample sample;
        sample.duration = given(durations_given) ? full.reader.u32() : defaults.duration;
        sample.size = given(sizes_given) ? full.reader.u32() : defaults.size;
        const std::uint32_t flags = given(flags_given) ? full.reader.u32()
                                    : n == 0           ? first_flags
                                                       : defaults.flags;
        const std::int32_t shift = given(shifts_given) ? static_cast<std::int32_t>(full.reader.u32()) : 0;
        sample.sync = (flags & not_sync) == 0;
        sample.offset = at;
        sample.time = static_cast<std::int64_t>(fragment_time_) + shift;
        at += sample.size;
        fragment_time_ += sample.duration;
        film_.samples.push_back(sample);
    }
    return Done{};
}

}  // namespace svp::film
