// SPDX-License-Identifier: GPL-2.0-or-later
/** The headers of VP9 as the trusted application svp-vp9 reads them: like the player, and with an end
 * whatever the bytes are. */
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "../../../firmware/guest/play/ivf.hpp"
#include "../catch.hpp"
#include "../vpu/vp9_streams.hpp"
#include "vp9_headers_pair.hpp"
#include "vp9_samples.hpp"

using namespace svp;
using namespace svp::test;

namespace {

Bytes contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/** What is said of a key frame some bits of whose header, from bit @p at on, are @p value. */
std::string fault_of(unsigned at, unsigned bits, unsigned value) {
    Bytes sample = key_frame();
    for (unsigned n = 0; n < bits; ++n) {
        const unsigned place = at + n, mask = 0x80u >> place % 8;
        const bool set = (value >> (bits - 1 - n) & 1) != 0;
        sample[place / 8] =
            static_cast<std::uint8_t>(set ? sample[place / 8] | mask : sample[place / 8] & ~mask);
    }
    Vp9HeadersPair pair;
    pair.take(sample);
    return pair.fault;
}

}  // namespace

TEST_CASE("svp-vp9: headers are read as the player reads them", "[guest]") {
    for (const Vp9Stream& stream : vp9_streams) {
        Vp9HeadersPair pair;
        for (const Bytes& sample : samples_of(stream.data)) {
            CAPTURE(stream.name);
            REQUIRE(pair.take(sample));
            REQUIRE(pair.difference == "");
            CHECK(pair.answer.count >= 1);
        }
    }
}

TEST_CASE("svp-vp9: headers of published streams are read as the player reads them", "[guest]") {
    const char* folder = std::getenv("SVP_VECTORS");
    if (folder == nullptr) {
        std::cout << "skipped: headers of VP9's vectors; SVP_VECTORS names no folder with vp9/*.ivf\n";
        return;
    }
    unsigned streams = 0, frames = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "vp9")) {
        if (entry.path().extension() != ".ivf") {
            continue;
        }
        const Bytes file = contents(entry.path());
        std::string problem;
        const auto ivf = play::Ivf::parse(file, problem);
        CAPTURE(entry.path().filename().string(), problem);
        REQUIRE(ivf.has_value());
        Vp9HeadersPair pair;
        for (const auto& chunk : ivf->frames) {
            const bool taken = pair.take(chunk);
            CAPTURE(frames, pair.fault);
            REQUIRE(taken);
            REQUIRE(pair.difference == "");
            frames += pair.answer.count;
        }
        ++streams;
    }
    std::cout << "headers of " << frames << " frames in " << streams << " streams of VP9\n";
    CHECK(streams >= 100);
}

TEST_CASE("svp-vp9: what no decoder works by is refused, and the stream goes on", "[guest]") {
    // Bits of a key frame of profile 0: marker 2, profile 2, existing 1, type 1, shown 1, resilient 1, sync
    // code 24, colour 3, range 1, width 16, height 16.
    CHECK(fault_of(0, 2, 1) == "there is no frame marker");
    CHECK(fault_of(2, 2, 2) == "only profiles 0 and 2 are decoded");
    CHECK(fault_of(2, 2, 3) == "only profiles 0 and 2 are decoded");
    CHECK(fault_of(4, 4, 8) == "the picture to be shown is not there");
    CHECK(fault_of(5, 1, 1) == "a reference has no picture");
    CHECK(fault_of(8, 8, 0x48) == "there is no sync code");
    CHECK(fault_of(32, 3, 7) == "RGB is not decoded");
    CHECK(fault_of(36, 16, 0x1000) == "the picture is larger than 4096x2304");
    CHECK(fault_of(36, 32, 0x0fff0fff) == "the picture is larger than 4096x2304");

    Vp9HeadersPair pair;
    Bytes sample = key_frame();
    CHECK_FALSE(pair.take({}));
    CHECK(pair.fault == "the sample is empty");
    CHECK_FALSE(pair.take(Bytes{0}));
    CHECK(pair.take(sample));
    // Nothing changes; but as the first of all it was none.
    CHECK(pair.take(Bytes{0}));
    CHECK(pair.answer.frames[0].kind == SVP_VP9_NOTHING);
    const std::size_t header = pair.answer.frames[0].size;
    CHECK(header == 1);
    for (std::size_t size = 1; size < 12; ++size) {
        CHECK_FALSE(pair.take(std::span(sample).first(size)));
    }
    Bytes index = {0xc1, 1, 200, 0xc1};
    CHECK_FALSE(pair.take(index));
    CHECK(pair.fault == "a frame is longer than its sample");
    // Only the index: no frame at all
    CHECK(pair.take(Bytes{0xc0, 0, 0xc0}));
    CHECK(pair.answer.count == 0);
    CHECK(pair.take(sample));
}

TEST_CASE("svp-vp9: a header is never read beyond what is given of its frame", "[guest]") {
    svp_vp9_stream stream{};
    const Bytes sample = key_frame();
    svp_vp9_frame whole{};
    whole.size = static_cast<std::uint32_t>(sample.size());
    REQUIRE(svp_vp9_parse(&stream, sample.data(), sample.size(), &whole) == nullptr);
    const std::size_t end = whole.header.uncompressed_header_size + whole.header.compressed_header_size;
    for (std::size_t size = 0; size <= end; ++size) {
        // Memory of just that size, whose end the sanitizers watch
        const Bytes given(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(size));
        svp_vp9_frame frame{};
        frame.size = static_cast<std::uint32_t>(sample.size());
        const char* const fault = svp_vp9_parse(&stream, given.data(), given.size(), &frame);
        CHECK((fault == nullptr) == (size == end));
    }
}

TEST_CASE("svp-vp9: changed streams are refused, or read as the player reads them", "[guest]") {
    std::mt19937 noise(5);
    unsigned taken = 0, refused = 0;
    for (unsigned round = 0; round < 300; ++round) {
        for (const Vp9Stream& stream : vp9_streams) {
            Vp9HeadersPair pair;
            for (Bytes sample : samples_of(stream.data)) {
                const std::size_t first = std::min<std::size_t>(sample.size(), 120);
                for (unsigned changes = noise() % 4; changes > 0; --changes) {
                    sample[noise() % first] ^= static_cast<std::uint8_t>(1u << noise() % 8);
                }
                sample.resize(noise() % 8 == 0 ? 1 + noise() % sample.size() : sample.size());
                ++(pair.take(sample) ? taken : refused);
                CAPTURE(stream.name, round);
                REQUIRE(pair.difference == "");
            }
        }
    }
    CHECK(taken > 1000);
    CHECK(refused > 1000);
}

TEST_CASE("svp-vp9: bytes in the place of probabilities show in the answer, hence keys are for one use",
          "[guest]") {
    // What the README says a client can read by it, about 20 bytes of each frame.
    const auto answer = [](const Bytes& bytes) {
        svp_vp9_frame frame{};
        frame.header.flags = SVP_VP9_KEY_FRAME;
        frame.header.quant.base_q_idx = 60;
        const bool is_read = svp_vp9_parse_compressed(bytes.data(), bytes.size(), &frame) == nullptr;
        return std::pair(is_read, bytes_of(frame.changes));
    };
    std::mt19937 noise(6);
    constexpr unsigned rounds = 200;
    std::size_t total = 0, shown = 0, hidden = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        Bytes bytes(SVP_VP9_MAX_HEADER);
        std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(noise()); });
        bytes[0] &= 0x7f;
        const auto whole = answer(bytes);
        REQUIRE(whole.first);
        std::size_t used = 1;
        while (!answer(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(used))).first) {
            ++used;
        }
        total += used;
        // The last bits of the decoder's value decide nothing.
        for (std::size_t bit = 1; bit + 16 < 8 * used; ++bit) {
            Bytes other = bytes;
            other[bit / 8] ^= static_cast<std::uint8_t>(0x80u >> bit % 8);
            ++(answer(other) != whole ? shown : hidden);
        }
    }
    CHECK(total / rounds >= 15);
    CHECK(total / rounds <= 25);
    // The two largest changes are one.
    CHECK(hidden * 1000 < shown);
}
