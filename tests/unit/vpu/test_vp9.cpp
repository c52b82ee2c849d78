// SPDX-License-Identifier: GPL-2.0-or-later
/** VP9 on the engine: small streams of libvpx with its checksums, denied and cut jobs, hostile registers. */
#include "../../../tools/players/vp9_player.hpp"
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "vp9_hostile.hpp"
#include "vp9_resized_stream.hpp"
#include "vp9_streams.hpp"

using namespace svp;
using namespace svp::test;
using vpu::Stream;
using vpu::vp9::Result;

namespace {

std::vector<std::span<const std::uint8_t>> frames_of(std::span<const std::uint8_t> data) {
    std::vector<std::span<const std::uint8_t>> frames;
    while (data.size() >= 2) {
        const std::size_t size = data[0] | std::size_t{data[1]} << 8;
        frames.push_back(data.subspan(2, size));
        data = data.subspan(2 + size);
    }
    return frames;
}

const Vp9Stream& stream_named(std::string_view name) {
    return *std::ranges::find(vp9_streams, name, &Vp9Stream::name);
}

/** What becomes of a stream whose last job is changed by @p change. */
struct Outcome {
    Result result;
    std::vector<std::uint8_t> picture;  ///< the last one that was shown
};
template <typename Change>
Outcome play_with(std::string_view name, unsigned job, const Change& change) {
    Vp9TestPlayer player;
    Outcome outcome{Result::done, {}};
    player.output = [&outcome](const Vp9Picture& picture) { outcome.picture = picture.planes; };
    player.before_job = [&] {
        if (player.pictures + 1 == job) {
            change(player);
        }
    };
    for (const auto& frame : frames_of(stream_named(name).data)) {
        const bool played = player.play(frame);
        outcome.result = player.result;
        if (player.pictures == job) {
            return outcome;
        }
        REQUIRE(played);
    }
    return outcome;
}

}  // namespace

TEST_CASE("VP9 streams decode to what libvpx decodes them to", "[vpu]") {
    for (const Vp9Stream& stream : vp9_streams) {
        for (const bool raster : {false, true}) {
            CAPTURE(stream.name, raster);
            Vp9TestPlayer player;
            player.raster = raster;
            std::vector<std::uint8_t> all;
            player.output = [&all](const Vp9Picture& picture) {
                all.insert(all.end(), picture.planes.begin(), picture.planes.end());
            };
            for (const auto& frame : frames_of(stream.data)) {
                const bool played = player.play(frame);
                CAPTURE(player.problem);
                REQUIRE(played);
                REQUIRE(player.port->strays == 0);
            }
            CHECK(md5_of(all) == stream.checksum);
        }
    }
}

TEST_CASE("VP9 segments are told anew where the size of pictures changes", "[vpu]") {
    Vp9TestPlayer player;
    std::vector<std::uint8_t> all;
    player.output = [&all](const Vp9Picture& picture) {
        all.insert(all.end(), picture.planes.begin(), picture.planes.end());
    };
    const std::vector<std::uint8_t> stream = vp9_resized_stream();
    for (const auto& frame : frames_of(stream)) {
        REQUIRE(player.play(frame));
    }
    CHECK(md5_of(all) == vp9_resized_md5);
}

TEST_CASE("of a VP9 superframe the last picture comes out", "[vpu]") {
    std::vector<std::vector<std::uint8_t>> all, some;
    for (const bool together : {false, true}) {
        Vp9TestPlayer player;
        player.output = [&](const Vp9Picture& picture) { (together ? some : all).push_back(picture.planes); };
        const auto frames = frames_of(stream_named("segments").data);
        for (std::size_t i = 0; i < frames.size(); i += together ? 2 : 1) {
            std::vector<std::uint8_t> chunk(frames[i].begin(), frames[i].end());
            if (together && i + 1 < frames.size()) {
                REQUIRE(play::vp9_shows(frames[i]));
                REQUIRE(play::vp9_shows(frames[i + 1]));
                chunk.insert(chunk.end(), frames[i + 1].begin(), frames[i + 1].end());
                chunk.push_back(0xc9);  // an index of two sizes with two bytes each
                for (const std::size_t size : {frames[i].size(), frames[i + 1].size()}) {
                    chunk.push_back(static_cast<std::uint8_t>(size));
                    chunk.push_back(static_cast<std::uint8_t>(size >> 8));
                }
                chunk.push_back(0xc9);
            }
            REQUIRE(player.play(chunk));
        }
    }
    for (std::size_t i = 1; i < all.size(); i += 2) {
        CHECK((some.at(i / 2) == all[i]));
    }
    CHECK(some.size() == (all.size() + 1) / 2);
}

TEST_CASE("a VP9 job depends on nothing but its registers and memory", "[vpu]") {
    const auto alone = play_with("altref", 5, [](Vp9TestPlayer&) {});
    REQUIRE(alone.result == Result::done);
    const auto again = play_with("altref", 5, [](Vp9TestPlayer& player) {
        // Half of it, and another one, between.
        vpu::vp9::Decoder half(vpu::g2::vp9_parameters(player.registers), *player.port);
        CHECK(half.decode_some() == Result::more);
        const auto other = play_with("segments", 2, [](Vp9TestPlayer&) {});
        CHECK(other.result == Result::done);
    });
    CHECK(again.result == Result::done);
    CHECK(again.picture == alone.picture);
}

TEST_CASE("a VP9 job ends over whatever it may not read or write", "[vpu]") {
    struct Row {
        const char* name;
        unsigned job;
        Stream stream;
        Result result;
        bool same;  ///< the picture
    };
    const Row rows[] = {
        {"altref", 3, Stream::bitstream, Result::done, false},
        {"altref", 3, Stream::table, Result::done, false},
        {"altref", 3, Stream::reference, Result::done, false},
        {"altref", 3, Stream::picture, Result::done, false},
        // The picture itself does not need them.
        {"altref", 3, Stream::counts, Result::done, true},
        // Without the list there is no tile.
        {"tiles", 1, Stream::table, Result::stream_error, false},
        {"tiles", 1, Stream::edge, Result::done, false},
        {"tiles", 1, Stream::motion, Result::done, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name, static_cast<int>(row.stream));
        const auto open = play_with(row.name, row.job, [](Vp9TestPlayer&) {});
        const auto deny = [&row](Response answer) {
            return play_with(row.name, row.job, [&](Vp9TestPlayer& player) {
                player.port->denied_stream = row.stream;
                player.port->denial = answer;
            });
        };
        const auto denied = deny(Response::okay);
        // What is denied reads as zeros: a legal stream of other pictures, or one that is not legal.
        const bool may_be_illegal = row.stream == Stream::bitstream || row.stream == Stream::table;
        CHECK((denied.result == row.result || (may_be_illegal && denied.result != Result::bus_error)));
        CHECK((denied.result != Result::done || (denied.picture == open.picture) == row.same));
        if (row.stream != Stream::motion) {
            CHECK(deny(Response::slverr).result == Result::bus_error);
        }
    }
}

TEST_CASE("denied segments and vectors are zeros, and show in later VP9 pictures", "[vpu]") {
    for (const auto& [name, stream] :
         {std::pair{"segments", Stream::segment_map}, std::pair{"altref", Stream::motion}}) {
        CAPTURE(name);
        Vp9TestPlayer player;
        std::vector<std::uint8_t> all;
        player.keep_going = true;
        player.output = [&all](const Vp9Picture& picture) {
            all.insert(all.end(), picture.planes.begin(), picture.planes.end());
        };
        player.before_job = [&player, which = stream] { player.port->denied_stream = which; };
        for (const auto& frame : frames_of(stream_named(name).data)) {
            player.play(frame);
        }
        CHECK(md5_of(all) != stream_named(name).checksum);
    }
}

TEST_CASE("a VP9 stream that ends early is found out", "[vpu]") {
    for (const std::uint32_t left : {0u, 1u, 20u, 60u}) {
        CAPTURE(left);
        const auto cut = play_with("altref", 1, [left](Vp9TestPlayer& player) {
            player.registers[6] = left + (player.registers[5] >> 25) / 8;
        });
        CHECK(cut.result == Result::stream_exhausted);
        // The buffer's end counts as well.
        const auto buffer = play_with("altref", 1, [left](Vp9TestPlayer& player) {
            player.registers[258] = player.registers[259] + left + (player.registers[5] >> 25) / 8;
        });
        CHECK(buffer.result == Result::stream_exhausted);
    }
    const auto sizes = play_with("tiles", 1, [](Vp9TestPlayer& player) {
        const vpu::StreamRange stream = vpu::g2::vp9_parameters(player.registers).stream;
        player.port->cells[stream.address] = 0x7f;  // of the first tile
    });
    CHECK(sizes.result == Result::stream_exhausted);
}

TEST_CASE("VP9 jobs that cannot be are refused and move nothing", "[vpu]") {
    struct Change {
        unsigned number;
        std::uint32_t mask;
        std::uint32_t value;
    };
    constexpr Change changes[] = {
        {4, 0x1fffu << 19, 0},                       // no column
        {4, 0x1fffu << 6, 0},                        // no row
        {4, 0x1fffu << 19, 513u << 19},              // more than 4096 samples wide
        {4, 0x1fffu << 6, 289u << 6},                // more than 2304 lines
        {8, 15u << 4, 1u << 4 | 1u << 6},            // 9 bits
        {8, 15u << 4, 2u << 6},                      // luma of 10 bits, chroma of 8
        {11, 7u << 27, 5u << 27},                    // no such set of transforms
        {11, 3u << 4, 3u << 4},                      // no such mode of references
        {10, 0xffffffff, 21u << 19 | 1u << 14 | 2},  // more tiles than the list has
        {10, 0xffffffff, 1u << 19 | 23u << 14 | 2},
        {10, 0xffffffff, 0u << 19 | 1u << 14 | 2},
        {17, 7u << 15, 5u << 15},  // a segment with a fourth reference
    };
    for (const Change& change : changes) {
        CAPTURE(change.number, change.value);
        std::uint64_t accesses = 0;
        const auto refused = play_with("altref", 1, [&](Vp9TestPlayer& player) {
            player.registers[change.number] = (player.registers[change.number] & ~change.mask) | change.value;
            vpu::vp9::Decoder decoder(vpu::g2::vp9_parameters(player.registers), *player.port);
            CHECK(decoder.decode() == Result::impossible);
            accesses = player.port->accesses;
        });
        CHECK(refused.result == Result::impossible);
        CHECK(accesses == 0);
    }
    // References of impossible sizes end the job once they are needed.
    const auto huge = play_with("altref", 3, [](Vp9TestPlayer& player) {
        for (const unsigned number : {33u, 34u, 35u}) {
            player.registers[number] = 0xffffffff;
        }
    });
    CHECK(huge.result == Result::stream_error);
}

TEST_CASE("VP9 survives any registers and any bytes, in bounded time, inside of what it is told", "[vpu]") {
    std::uint64_t state = 0x6a09e667f3bcc908;
    const auto random = [&state] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::uint32_t>(state >> 32);
    };
    unsigned done = 0;
    const unsigned long rounds = fuzz_operations() / 500;
    for (unsigned long round = 0; round < rounds; ++round) {
        std::vector<std::uint8_t> input(4 * std::size(vp9_register_numbers) + 4096);
        for (std::uint8_t& byte : input) {
            byte = static_cast<std::uint8_t>(random() >> 8);
        }
        std::span<const std::uint8_t> rest = input;
        G2Registers registers = take_vp9_registers(rest);
        if (round % 8 != 0) {  // mostly what may be
            registers[4] = (1 + random() % 24) << 19 | (1 + random() % 24) << 6;
            registers[8] = (random() & 1) * (2u << 4 | 2u << 6) | (random() & (1u << 16 | 1u << 3));
            registers[10] = random() % 4 == 0 ? 1u << 19 | 2u << 14 | 2 : 0;
            registers[11] = (registers[11] & ~(7u << 27 | 3u << 4)) | random() % 5 << 27 | random() % 3 << 4;
            registers[13] = (registers[13] & ~(63u << 3)) | 1u << 3 | 2u << 5 | 3u << 7;
            for (const unsigned number : {14u, 15u, 16u, 17u, 18u, 19u, 31u, 32u}) {
                registers[number] = (registers[number] & ~(7u << 15)) | random() % 5 << 15;
            }
            for (unsigned i = 0; i < 3; ++i) {
                registers[33 + i] = (8 * (registers[4] >> 19)) << 16 | (8 * (registers[4] >> 6 & 0x1fff));
                registers[36 + i] = random() % 2 == 0 ? 0x40004000 : 0x21005aaa;
            }
            registers[258] = 1u << 20;
            registers[259] = 16 * (random() % 16);
            registers[6] = 1u << 16;
        }
        const HostileEnd end = run_hostile_vp9(registers, rest);
        REQUIRE(end.strays == 0);
        REQUIRE(end.bounded);
        done += end.result == Result::done ? 1 : 0;
    }
    CHECK(done > rounds / 8);
}
