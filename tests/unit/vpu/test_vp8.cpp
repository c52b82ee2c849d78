// SPDX-License-Identifier: GPL-2.0-or-later
/** The VP8 engine: random legal streams against libvpx's checksums, and what must not disturb it. */
#include "../../../tools/players/vp8_player.hpp"
#include "../../pictures/vp8_generator.hpp"
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "vp8_hostile.hpp"

using namespace svp;
using namespace svp::test;
using vpu::Stream;
using vpu::vp8::Result;

namespace {

/**
 * A stream of eight frames, and the checksum that libvpx 1.12 has for all shown pictures, planar and cropped.
 *
 * In version 3, libvpx leaves out the chroma of vectors that rounding to whole pixels leads out of its
 * border. None of these streams has one.
 */
struct Expected {
    unsigned width;
    unsigned height;
    unsigned version;
    std::uint64_t seed;
    const char* checksum;
};

constexpr Expected expected[] = {
    {28, 32, 0, 0, "f3198e46d59ab3141c435d14da11bae1"},  {54, 37, 1, 1, "4aa0497471860619ce13052816d01876"},
    {40, 33, 2, 2, "fcd8779c38cc72b7aa18cc76b5665a3c"},  {43, 11, 3, 3, "29db8549c9ba8a79a98fecd96bdace0b"},
    {28, 62, 0, 4, "31cfdf844a644017d463e0e1303b10df"},  {28, 65, 1, 5, "0fe7dabb2e7cb99b5f210e31487a3424"},
    {46, 68, 2, 6, "6c0467cd6cb0abba830468565a477449"},  {5, 14, 3, 7, "2461da1a2b29ee55c5fed1b41e3a632c"},
    {36, 45, 0, 8, "7661b3751dfe6cea1709cbdc417af2f1"},  {24, 13, 1, 9, "3adfbc785e11e80663316b690f05e68d"},
    {26, 33, 2, 10, "9916d2f2dba618f0e232bf95dc192961"}, {21, 24, 3, 11, "73606c9f549da8bcf3d88041a95a535e"},
    {14, 64, 0, 12, "fccf97e711bd943905be2236d47eea41"}, {62, 6, 1, 13, "0c825bd1d5156318f9cc43847a98bb82"},
    {73, 15, 2, 14, "a8e7f47b05d7577347d574ef1c350f71"}, {25, 45, 3, 15, "372e85c6b1935010a6031623365ba200"},
    {12, 48, 0, 16, "42f437127cff0414b7975a76f01a2373"}, {81, 27, 1, 17, "87d36b8cb450b76f76e78ef017a23df9"},
    {83, 12, 2, 18, "f847047508b9d59aa4216419bb78c709"}, {47, 52, 3, 19, "bd48e72df61155207e0804fd230f93a0"},
    {11, 7, 0, 20, "9381040c3b87568e74a3bb913738870d"},  {62, 43, 1, 21, "559b87eedfc646f76bb4e290b6064970"},
    {75, 14, 2, 22, "90a31d139ab1166d8b270e4a6b13d9fe"}, {11, 27, 3, 23, "ceee59c0e17cd7e805b2b5800afed978"},
    {38, 33, 0, 24, "3afd7188ab05a67d109acf1f8fbd478d"}, {84, 33, 1, 25, "36968b16bddfb4454ca61431fe447b20"},
    {53, 35, 2, 26, "04c1df6685f8bec20804eeed1735c871"}, {80, 2, 3, 27, "d0bcd3e4ba616ffef1a53dfe015d6213"},
    {34, 35, 0, 28, "b43730177daab6672c9cae486e1a982f"}, {29, 15, 1, 29, "bc3c4cdc84102047789184074f367153"},
    {57, 9, 2, 30, "795b67f786e30a0f7102d290cb1c2622"},  {6, 28, 3, 31, "12b0fe40e25e62b681be771cf3cbc15f"},
};

std::vector<std::vector<std::uint8_t>> stream_of(const Expected& stream) {
    Vp8Generator generator(stream.width, stream.height, stream.version, stream.seed);
    std::vector<std::vector<std::uint8_t>> frames;
    for (unsigned i = 0; i < 8; ++i) {
        frames.push_back(generator.frame(i == 0 || generator.below(12) == 0));
    }
    return frames;
}

/** All shown pictures of @p frames, one behind the other. */
std::vector<std::uint8_t> pictures_of(const std::vector<std::vector<std::uint8_t>>& frames) {
    Vp8TestPlayer player;
    std::vector<std::uint8_t> pictures;
    for (const auto& frame : frames) {
        const bool decoded = player.decode(frame);
        CAPTURE(player.problem);
        REQUIRE(decoded);
        REQUIRE(player.port->strays == 0);
        if (player.shown) {
            const auto picture = player.picture();
            pictures.insert(pictures.end(), picture.begin(), picture.end());
        }
    }
    return pictures;
}

/** A player that has decoded one key frame and is ready for the job of an interframe. */
struct Ready {
    explicit Ready(unsigned width = 64) {
        const auto frames = stream_of({width, 48, 0, 5, ""});
        REQUIRE(player.decode(frames[0]));
        data = frames[1];
        const auto header = player.parser.parse(data, player.problem);
        REQUIRE(header.has_value());
        frame = *header;
        player.prepare(frame, data);
    }
    Result run() {
        vpu::vp8::Decoder decoder(vpu::g1::vp8_parameters(player.registers), *player.port);
        return decoder.decode();
    }

    Vp8TestPlayer player;
    play::Vp8Frame frame{};
    std::vector<std::uint8_t> data;
};

}  // namespace

TEST_CASE("random VP8 streams decode to what libvpx decodes them to", "[vpu]") {
    for (const Expected& stream : expected) {
        CAPTURE(stream.width, stream.height, stream.version, stream.seed);
        CHECK(md5_of(pictures_of(stream_of(stream))) == stream.checksum);
    }
}

TEST_CASE("a VP8 job depends on nothing but its registers and memory", "[vpu]") {
    Ready once;
    REQUIRE(once.run() == Result::done);
    const auto alone = once.player.picture();
    // After another job, on a decoder that was given up half way, and again.
    Ready again;
    {
        const auto other = stream_of({64, 48, 0, 6, ""});
        Vp8TestPlayer before;
        REQUIRE(before.decode(other[0]));
        vpu::vp8::Decoder half(vpu::g1::vp8_parameters(again.player.registers), *again.player.port);
        CHECK(half.decode_some() == Result::more);
    }
    for (unsigned i = 0; i < 2; ++i) {
        REQUIRE(again.run() == Result::done);
        CHECK(again.player.picture() == alone);
    }
}

TEST_CASE("a VP8 job finishes over whatever it may not read or write", "[vpu]") {
    Ready ready;
    REQUIRE(ready.run() == Result::done);
    const auto open = ready.player.picture();
    for (const Stream stream : {Stream::bitstream, Stream::table, Stream::reference, Stream::picture}) {
        CAPTURE(static_cast<int>(stream));
        Ready denied;
        denied.player.port->denied_stream = stream;
        // All rights that are missing read as zero, and no more is said.
        CHECK(denied.run() == Result::done);
        CHECK(denied.player.picture() != open);
        denied.player.port->denial = Response::slverr;
        CHECK(denied.run() == Result::bus_error);
    }
}

TEST_CASE("a denied reference is black in the picture, and nothing else of it is", "[vpu]") {
    Ready ready;
    ready.player.port->denied_stream = Stream::reference;
    REQUIRE(ready.run() == Result::done);
    const auto denied = ready.player.picture();
    Ready zeros;
    for (unsigned buffer = 0; buffer < Vp8TestPlayer::buffer_count; ++buffer) {
        std::fill_n(zeros.player.port->cells.begin() + zeros.player.address_of(buffer),
                    zeros.player.picture_size, std::uint8_t{0});
    }
    REQUIRE(zeros.run() == Result::done);
    CHECK(denied == zeros.player.picture());
}

TEST_CASE("a VP8 stream that ends early is found out", "[vpu]") {
    // Zeros behind the end say little in many decisions, so it takes some macroblocks.
    Ready ready(640);
    const std::uint32_t sizes = 3 * (ready.frame.control.num_dct_parts - 1u);
    ready.player.registers[6] = sizes;      // no byte of the coefficients
    ready.player.registers[3] |= 1u << 26;  // which each macroblock has
    CHECK(ready.run() == Result::stream_exhausted);
    Ready control;
    control.player.registers[9] = (control.player.registers[9] & 0xff000000) | 8;
    CHECK(control.run() == Result::stream_exhausted);
    Ready nothing;
    nothing.player.registers[9] &= 0xff000000;
    CHECK(nothing.run() == Result::stream_exhausted);
}

TEST_CASE("VP8 jobs that cannot be are refused and move nothing", "[vpu]") {
    struct Change {
        unsigned number;
        std::uint32_t value;
    };
    constexpr Change changes[] = {
        {4, 0u << 23 | 3u << 11},            // no column
        {4, 4u << 23 | 0u << 11},            // no row
        {4, 257u << 23 | 3u << 11},          // more than 4096 samples wide
        {4, 4u << 23 | 145u << 11},          // more than 2304 lines
        {4, 0u << 23 | 3u << 11 | 7u << 3},  // by the extension of the width
        {5, 127},                            // no state of a boolean decoder
        {5, 0},
        {9, 2u << 24 | 100},  // three partitions
        {9, 15u << 24 | 100},
    };
    for (const Change& change : changes) {
        CAPTURE(change.number, change.value);
        Ready ready;
        ready.player.registers[change.number] = change.value;
        ready.player.port->accesses = 0;
        CHECK(ready.run() == Result::impossible);
        CHECK(ready.player.port->accesses == 0);
    }
}

TEST_CASE("VP8 survives any registers and any bytes, in bounded time, inside of what it is told", "[vpu]") {
    std::uint64_t state = 0x6a09e667f3bcc908;
    const auto random = [&state] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::uint32_t>(state >> 32);
    };
    unsigned done = 0;
    const unsigned long rounds = fuzz_operations() / 500;
    for (unsigned long round = 0; round < rounds; ++round) {
        std::vector<std::uint8_t> input(512 + 4096);
        for (std::uint8_t& byte : input) {
            byte = static_cast<std::uint8_t>(random() >> 8);
        }
        const auto set = [&input](unsigned number, std::uint32_t value) {
            for (unsigned i = 0; i < 4; ++i) {
                input[4 * number + i] = static_cast<std::uint8_t>(value >> 8 * i);
            }
        };
        if (round % 8 != 0) {  // mostly small pictures, a possible state and number of partitions
            set(4, (1 + random() % 6) << 23 | (1 + random() % 6) << 11);
            set(5, random() << 16 | (random() & 0xff00) | 128 | (random() & 127));
            set(9, ((1u << random() % 4) - 1) << 24 | (random() & 0x3fffff));
        }
        const HostileEnd end = run_hostile_vp8(input);
        REQUIRE(end.strays == 0);
        REQUIRE(end.bounded);
        done += end.result == Result::done ? 1 : 0;
    }
    CHECK(done > rounds / 4);
}
