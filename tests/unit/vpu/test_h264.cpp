// SPDX-License-Identifier: GPL-2.0-or-later
/** The H.264 engine: small streams written here, whose pictures are known, and what must not disturb it. */
#include "../../../tools/players/h264_player.hpp"
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "h264_hostile.hpp"

#include <random>

using namespace svp;
using namespace svp::test;
using vpu::Stream;
using vpu::h264::Result;

namespace {

/** Writes the syntax of clause 7.3, a NAL unit at a time. */
class StreamWriter {
 public:
    void bits(std::uint32_t value, unsigned count) {
        while (count-- != 0) {
            payload_.resize(bit_ / 8 + 1);
            payload_[bit_ / 8] |= static_cast<std::uint8_t>((value >> count & 1) << (7 - bit_ % 8));
            ++bit_;
        }
    }
    void ue(std::uint32_t value) {
        unsigned length = 0;
        while ((value + 1) >> (length + 1) != 0) {
            ++length;
        }
        bits(0, length);
        bits(value + 1, length + 1);
    }
    void se(int value) { ue(static_cast<std::uint32_t>(value > 0 ? 2 * value - 1 : -2 * value)); }
    void align() { bit_ = (bit_ + 7) / 8 * 8; }
    void begin(unsigned ref_idc, unsigned type) {
        payload_.clear();
        bit_ = 0;
        bits(ref_idc << 5 | type, 8);
    }
    /** Ends the unit with its stop bit. */
    void end() {
        bits(1, 1);
        bytes.insert(bytes.end(), {0, 0, 1});
        unsigned zeros = 0;
        for (const std::uint8_t byte : payload_) {
            if (zeros >= 2 && byte <= 3) {
                bytes.push_back(3);
                zeros = 0;
            }
            zeros = byte == 0 ? zeros + 1 : 0;
            bytes.push_back(byte);
        }
    }

    std::vector<std::uint8_t> bytes;

 private:
    std::vector<std::uint8_t> payload_;
    std::size_t bit_ = 0;
};

constexpr unsigned width = 4;  ///< macroblocks
constexpr unsigned height = 4;
constexpr unsigned luma_width = 16 * width;
constexpr unsigned luma_height = 16 * height;

/** Main profile, picture order by decoding order, CAVLC. */
void write_parameter_sets(StreamWriter& out, bool interlaced) {
    out.begin(3, 7);
    out.bits(77, 8);
    out.bits(0, 8);
    out.bits(30, 8);
    out.ue(0);
    out.ue(0);  // log2_max_frame_num 4
    out.ue(2);  // pic_order_cnt_type
    out.ue(2);  // max_num_ref_frames
    out.bits(0, 1);
    out.ue(width - 1);
    out.ue((interlaced ? height / 2 : height) - 1);
    out.bits(interlaced ? 0 : 1, 1);
    if (interlaced) {
        out.bits(0, 1);
    }
    out.bits(1, 1);  // direct_8x8_inference
    out.bits(0, 2);  // cropping, VUI
    out.end();
    out.begin(3, 8);
    out.ue(0);
    out.ue(0);
    out.bits(0, 2);
    out.ue(0);
    out.ue(0);
    out.ue(0);
    out.bits(0, 3);
    out.se(0);
    out.se(0);
    out.se(0);
    out.bits(0, 3);
    out.end();
}

/** A slice header of a whole picture: @p field 0 a frame, 1 a top field, 2 a bottom field. */
void write_slice_header(StreamWriter& out, bool intra, unsigned frame_num, unsigned field, bool interlaced) {
    const bool idr = intra && field != 2;
    out.begin(3, idr ? 5 : 1);
    out.ue(0);
    out.ue(intra ? 7 : 5);
    out.ue(0);
    out.bits(frame_num, 4);
    if (interlaced) {
        out.bits(field != 0 ? 1 : 0, 1);
        if (field != 0) {
            out.bits(field - 1, 1);
        }
    }
    if (idr) {
        out.ue(0);
    }
    if (!intra) {
        out.bits(0, 2);  // count of references, modification
    }
    out.bits(0, idr ? 2 : 1);  // marking
    out.se(0);
}

using Planes = std::vector<std::uint8_t>;
using Pictures = std::vector<Planes>;

Planes random_picture(std::uint32_t seed) {
    std::mt19937 random(seed);
    Planes planes(luma_width * luma_height * 3 / 2);
    for (auto& sample : planes) {
        sample = static_cast<std::uint8_t>(random());
    }
    return planes;
}

/** Macroblocks of raw samples: lines @p first, @p first + @p step and so on of @p planes. */
void write_pcm(StreamWriter& out, const Planes& planes, unsigned first, unsigned step) {
    for (unsigned mb = 0; mb < width * height / step; ++mb) {
        out.ue(25);
        out.align();
        const std::uint8_t* plane = planes.data();
        for (unsigned i = 0; i < 3; ++i) {
            const unsigned size = i == 0 ? 16 : 8, stride = size * width;
            for (unsigned y = 0; y < size; ++y) {
                const unsigned line = (mb / width * size + y) * step + first;
                for (unsigned x = 0; x < size; ++x) {
                    out.bits(plane[line * stride + mb % width * size + x], 8);
                }
            }
            plane += std::size_t{stride} * size * height;
        }
    }
}

StreamWriter intra_frame(const Planes& planes) {
    StreamWriter out;
    write_parameter_sets(out, false);
    write_slice_header(out, true, 0, 0, false);
    write_pcm(out, planes, 0, 1);
    out.end();
    return out;
}

/** A P frame: every macroblock moved by 2 samples to the left. */
void write_moved_frame(StreamWriter& out) {
    write_slice_header(out, false, 1, 0, false);
    for (unsigned mb = 0; mb < width * height; ++mb) {
        out.ue(0);  // none skipped
        out.ue(0);  // P_L0_16x16
        out.se(mb == 0 ? 8 : 0);
        out.se(0);
        out.ue(0);  // no coefficients
    }
    out.end();
}

Planes moved(const Planes& planes) {
    Planes out;
    std::size_t at = 0;
    for (unsigned i = 0; i < 3; ++i) {
        const unsigned stride = (i == 0 ? 16 : 8) * width, lines = (i == 0 ? 16 : 8) * height;
        for (unsigned y = 0; y < lines; ++y, at += stride) {
            for (unsigned x = 0; x < stride; ++x) {
                out.push_back(planes[at + std::min(x + (i == 0 ? 2 : 1), stride - 1)]);
            }
        }
    }
    return out;
}

Pictures shown_by(H264TestPlayer& player, const StreamWriter& stream) {
    Pictures shown;
    player.output = [&shown](std::span<const std::uint8_t> planes) {
        shown.emplace_back(planes.begin(), planes.end());
    };
    player.play(stream.bytes);
    return shown;
}

}  // namespace

TEST_CASE("an H.264 frame of raw samples is those samples", "[vpu]") {
    const Planes planes = random_picture(1);
    H264TestPlayer player;
    CHECK(shown_by(player, intra_frame(planes)) == Pictures{planes});
    CHECK(player.result == Result::done);
    CHECK(player.port->strays == 0);
}

TEST_CASE("an H.264 picture's parameter set may come before its sequence's", "[vpu]") {
    const Planes planes = random_picture(3);
    const StreamWriter stream = intra_frame(planes);
    const std::vector<std::uint8_t> start{0, 0, 1};
    const auto set = std::search(stream.bytes.begin() + 3, stream.bytes.end(), start.begin(), start.end());
    const auto slice = std::search(set + 3, stream.bytes.end(), start.begin(), start.end());
    StreamWriter other;
    other.bytes.assign(set, slice);
    other.bytes.insert(other.bytes.end(), stream.bytes.begin(), set);
    other.bytes.insert(other.bytes.end(), slice, stream.bytes.end());
    H264TestPlayer player;
    CHECK(shown_by(player, other) == Pictures{planes});
    CHECK(player.problem.empty());
}

TEST_CASE("H.264 of the Extended profile's tools is not for this decoder", "[vpu]") {
    for (const unsigned kind : {0u, 1u, 2u}) {
        CAPTURE(kind);
        StreamWriter stream = intra_frame(random_picture(4));
        if (kind == 0) {
            stream.begin(3, 2);  // a data partition
        } else {
            if (kind == 2) {
                stream.begin(3, 8);
                stream.ue(1);
                stream.ue(0);
                stream.bits(0, 2);
                stream.ue(1);  // two slice groups
                stream.end();
            }
            stream.begin(3, 1);
            stream.ue(0);
            stream.ue(kind == 1 ? 3 : 0);  // SP, or P with those groups
            stream.ue(kind == 1 ? 0 : 1);
        }
        stream.end();
        H264TestPlayer player;
        CHECK(shown_by(player, stream).empty());
        CHECK(player.pictures == 0);
        CHECK(player.problem.ends_with("which the decoder lacks"));
    }
}

TEST_CASE("H.264 of other samples than the decoder has is named", "[vpu]") {
    for (const bool deep : {false, true}) {
        CAPTURE(deep);
        StreamWriter stream;
        stream.begin(3, 7);
        stream.bits(deep ? 110 : 122, 8);
        stream.bits(0, 8);
        stream.bits(30, 8);
        stream.ue(0);
        stream.ue(deep ? 1 : 2);  // 4:2:0 or 4:2:2
        stream.ue(deep ? 2 : 0);
        stream.ue(deep ? 2 : 0);
        stream.bits(0, 2);
        stream.ue(0);
        stream.ue(2);
        stream.ue(2);
        stream.bits(0, 1);
        stream.ue(width - 1);
        stream.ue(height - 1);
        stream.bits(0b1100, 4);
        stream.end();
        H264TestPlayer player;
        CHECK(shown_by(player, stream).empty());
        CHECK(player.problem ==
              (deep ? "H.264 of 10 and 10 bits, 8 are possible" : "H.264 with other chroma than 4:2:0"));
    }
}

TEST_CASE("skipped H.264 macroblocks are their reference, moved ones lie beside", "[vpu]") {
    const Planes planes = random_picture(2);
    StreamWriter stream = intra_frame(planes);
    write_moved_frame(stream);
    write_slice_header(stream, false, 2, 0, false);
    stream.ue(width * height);
    stream.end();
    H264TestPlayer player;
    CHECK(shown_by(player, stream) == Pictures{planes, moved(planes), moved(planes)});
    CHECK(player.port->strays == 0);
}

TEST_CASE("H.264 fields are every second line, and refer to one another", "[vpu]") {
    const Planes planes = random_picture(3);
    StreamWriter stream;
    write_parameter_sets(stream, true);
    write_slice_header(stream, true, 0, 1, true);
    write_pcm(stream, planes, 0, 2);
    stream.end();
    SECTION("two of raw samples") {
        write_slice_header(stream, true, 0, 2, true);
        write_pcm(stream, planes, 1, 2);
        stream.end();
        H264TestPlayer player;
        CHECK(shown_by(player, stream) == Pictures{planes});
        CHECK(player.port->strays == 0);
    }
    SECTION("the second one skipped: luma of the first one") {
        write_slice_header(stream, false, 0, 2, true);
        stream.ue(width * height / 2);
        stream.end();
        H264TestPlayer player;
        const auto shown = shown_by(player, stream);
        REQUIRE(shown.size() == 1);
        for (unsigned y = 0; y < luma_height; y += 2) {
            const auto line = shown[0].begin() + std::ptrdiff_t{y} * luma_width;
            REQUIRE(std::equal(line, line + luma_width, planes.begin() + std::ptrdiff_t{y} * luma_width));
            REQUIRE(std::equal(line, line + luma_width, line + luma_width));
        }
    }
}

TEST_CASE("a second field is predicted directly where its own first field is the co-located one", "[vpu]") {
    // Of a frame whose bottom field came first nothing of the top one is in memory yet: how the frame was
    // coded is to be learnt from the bottom field. Made by a generator like tests/pictures/h264_random.cpp;
    // the checksum is that of libavcodec's pictures.
    const std::string text =
        "0000000167640028acca429403c78f28460000000168feb0ce03300000000125b820082cc27ffed6dcb312d0"
        "7a02963b19b122496eeee651dc2495bcf025bc799fa6b80047517e27758a91b66757362e11c7293f767c2e8d"
        "46a53ffc0000000121e203793ffb93d0c67f3f79eb8eca9eb1c8da14670d67ba7b6f5955548b9f35e793147a"
        "864b1e0000000141e5056317ff78c772d958d79fc13be6278927ad8803b495f57a4021bad976ed2263585f00"
        "00000141e585e213437f84d64d700000000121e78258c4af6a773cdfaab0a0f73b0bf877927356981c36ac8b"
        "d2f4fd60cacab265dc071ecc9a3aaea5e00000000121a9c0b90ce838810110cfcd63fd25905092cdae2ae569"
        "bc4be91bf619051efb5bb9241bea00016f0e946f0000000141aa411988113ff11171de1895d5f71283b96547"
        "0b124e2257741d800000000141ba6120cffef5d91e0d97c5f3b04a5aaa5badb73db50c55c00000000161bae0"
        "c1abfae49585e309a875a324e3e9108f899aac156c87fdd2db700000000161aac0fa2846ffa380";
    std::vector<std::uint8_t> stream;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        stream.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    H264TestPlayer player;
    std::vector<std::uint8_t> output;
    player.output = [&output](std::span<const std::uint8_t> planes) {
        output.insert(output.end(), planes.begin(), planes.end());
    };
    CHECK(player.play(stream));
    CHECK(player.port->strays == 0);
    CHECK(md5_of(output) == "a537513570188db631bf45e0367a8094");
}

TEST_CASE("an H.264 job with a denied stream ends", "[vpu]") {
    const Planes planes = random_picture(4);
    StreamWriter stream = intra_frame(planes);
    write_moved_frame(stream);
    struct Row {
        Stream denied;
        Result result;
    };
    for (const Row& row : {Row{Stream::bitstream, Result::stream_exhausted}, Row{Stream::table, Result::done},
                           Row{Stream::reference, Result::done}, Row{Stream::picture, Result::done},
                           Row{Stream::motion, Result::done}}) {
        CAPTURE(static_cast<int>(row.denied));
        H264TestPlayer player;
        shown_by(player, stream);
        REQUIRE(player.result == Result::done);
        // The last job once more, with the registers that it had.
        for (const Response denial : {Response::okay, Response::slverr}) {
            player.port->denied_stream = row.denied;
            player.port->denial = denial;
            const auto before = player.port->cells;
            vpu::h264::Decoder decoder(vpu::g1::h264_parameters(player.registers), *player.port);
            const Result result = decoder.decode();
            CHECK(result == (denial == Response::okay ? row.result : Result::bus_error));
            if (row.denied == Stream::reference && denial == Response::okay) {
                const std::uint32_t output = player.registers[13];
                CHECK(std::count(player.port->cells.begin() + output,
                                 player.port->cells.begin() + output + luma_width * luma_height * 3 / 2,
                                 0) == luma_width * luma_height * 3 / 2);
            }
            if (row.denied == Stream::bitstream) {
                CHECK(player.port->cells == before);
            }
        }
    }
}

TEST_CASE("an H.264 stream that is cut ends its job with an error, and writes no picture", "[vpu]") {
    const StreamWriter stream = intra_frame(random_picture(5));
    H264TestPlayer player;
    shown_by(player, stream);
    const std::uint32_t length = player.registers[6] & 0xffffff;
    for (std::uint32_t cut = 0; cut < length; cut += 97) {
        player.registers[6] = (player.registers[6] & 0xff000000) | cut;
        const auto before = player.port->bytes_written;
        vpu::h264::Decoder decoder(vpu::g1::h264_parameters(player.registers), *player.port);
        REQUIRE(decoder.decode() == Result::stream_exhausted);
        REQUIRE(player.port->bytes_written == before);
    }
}

TEST_CASE("hostile H.264 jobs reach nothing but what registers name", "[vpu]") {
    std::mt19937 engine(6);
    const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
    const std::uint64_t rounds = fuzz_operations() / 400 + 50;
    std::uint64_t decoded = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::uint8_t> input(512 + 4096 + random() % 509);
        for (auto& byte : input) {
            byte = static_cast<std::uint8_t>(random());
        }
        const auto set = [&input](unsigned number, std::uint32_t value) {
            for (unsigned i = 0; i < 4; ++i) {
                input[4 * number + i] = static_cast<std::uint8_t>(value >> 8 * i);
            }
        };
        // Mostly possible, so that what lies behind is reached: small pictures, sound lengths.
        const std::uint32_t kind = random();
        set(4, (1 + random() % 4) << 23 | (2 + random() % 2 * 2) << 11 | 4);
        set(3, (kind & 1) << 22 | (kind >> 1 & 1) << 10 | (kind >> 2 & 1) << 19 | (kind >> 3 & 1) << 12);
        set(6, 1u << 31 | (random() % 52) << 25 | (random() & 0xffff));
        set(7, (random() & 0xfc00ffff) | (kind >> 4 & 1) << 31 | 4u << 16);
        set(8, (random() & 0x8001ffff) | (kind >> 5 & 1) << 28 | 1u << 17);
        set(9, 2u << 19 | 2u << 14);
        set(39, 0xffffffff);
        for (std::size_t i = 512; i + 16 < input.size(); i += 256 + random() % 512) {
            const std::uint8_t unit[] = {0, 0, 1, static_cast<std::uint8_t>(random() % 2 != 0 ? 0x65 : 0x41),
                                         0x80};
            std::copy(std::begin(unit), std::end(unit), input.begin() + static_cast<std::ptrdiff_t>(i));
        }
        const HostileEnd end = run_hostile_h264(input);
        REQUIRE(end.strays == 0);
        REQUIRE(end.bounded);
        decoded += end.result != Result::impossible ? 1 : 0;
    }
    CHECK(decoded > rounds / 2);
}
