// SPDX-License-Identifier: GPL-2.0-or-later
/* What the player of protected films makes of MP4 files: boxes and tables, also hostile ones, and which bytes
 * of a job are encrypted. */
#include <cstring>
#include <random>
#include <string>

#include "../../../firmware/guest/film/film_player.hpp"
#include "../catch.hpp"

namespace {

using namespace svp::film;
using Text = std::string;

Text number(std::uint64_t value, unsigned bytes) {
    Text text;
    while (bytes-- != 0) {
        text += static_cast<char>(value >> 8 * bytes);
    }
    return text;
}

Text box(const Text& name, const Text& body) {
    return number(8 + body.size(), 4) + name + body;
}

Text full(const Text& name, unsigned version, unsigned flags, const Text& body) {
    return box(name, number(version << 24 | flags, 4) + body);
}

const Text owner("\x3a\x9e\x4c\x17\x52\xd8\x4f\x6b\x8e\x31\x53\x56\x50\x4b\x45\x59", 16);
const Text key_number(16, 'K');

/** What may be different in a film of three samples of 40, 50 and 60 bytes. */
struct Recipe {
    Text scheme = "cenc";
    Text tenc = full("tenc", 0, 0, number(0x0000'0108, 4) + key_number);
    Text senc = full("senc", 0, 2,
                     number(3, 4) + Text(8, 'a') + number(1, 2) + number(8, 2) + number(32, 4) +  // 40
                         Text(8, 'b') + number(2, 2) + number(2, 2) + number(16, 4) + number(32, 2) +
                         number(0, 4) + Text(8, 'c') + number(1, 2) + number(60, 2) + number(0, 4));
    Text boxes_of_stbl;  ///< beside the others
    std::uint64_t first_chunk = 0;
};

/** A film whose samples lie behind everything else. */
Text film_of(const Recipe& recipe) {
    const auto moov = [&](std::uint64_t data) {
        const Text sinf =
            box("sinf", box("frma", "avc1") + full("schm", 0, 0, recipe.scheme + number(0x10000, 4)) +
                            box("schi", recipe.tenc));
        const Text entry = box("encv", Text(24, 0) + number(320, 2) + number(240, 2) + Text(50, 0) +
                                           box("avcC", Text("\1\x64\0\x1e\xff\xe0\0", 7)) + sinf);
        const Text stbl =
            full("stsd", 0, 0, number(1, 4) + entry) +
            full("stts", 0, 0, number(1, 4) + number(3, 4) + number(10, 4)) +
            full("ctts", 0, 0, number(2, 4) + number(1, 4) + number(10, 4) + number(2, 4) + number(20, 4)) +
            full("stss", 0, 0, number(1, 4) + number(1, 4)) +
            full("stsz", 0, 0, number(0, 4) + number(3, 4) + number(40, 4) + number(50, 4) + number(60, 4)) +
            full("stsc", 0, 0,
                 number(2, 4) + number(1, 4) + number(2, 4) + number(1, 4) + number(2, 4) + number(1, 4) +
                     number(1, 4)) +
            full("stco", 0, 0, number(2, 4) + number(recipe.first_chunk + data, 4) + number(data + 90, 4)) +
            recipe.boxes_of_stbl;
        const Text mdia = full("mdhd", 0, 0, Text(8, 0) + number(100, 4) + Text(8, 0)) +
                          full("hdlr", 0, 0, number(0, 4) + "vide" + Text(12, 0)) +
                          box("minf", box("stbl", stbl));
        const Text trak =
            full("tkhd", 0, 0, Text(8, 0) + number(1, 4) + Text(68, 0)) + box("mdia", mdia) + recipe.senc;
        const Text pssh =
            full("pssh", 1, 0, owner + number(1, 4) + key_number + number(64, 4) + Text(64, 'B'));
        return box("moov",
                   box("trak", trak) + full("pssh", 0, 0, Text(16, 'x') + number(4, 4) + "####") + pssh);
    };
    const Text ftyp = box("ftyp", "isom");
    return ftyp + moov(ftyp.size() + moov(0).size() + 8) + box("mdat", Text(150, 'S'));
}

std::span<const std::uint8_t> bytes(const Text& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Text error_of(const Recipe& recipe) {
    const Text text = film_of(recipe);
    const auto film = Film::parse(bytes(text));
    return film.ok() ? "" : film.error().text;
}

}  // namespace

TEST_CASE("A film's tables", "[guest]") {
    const Text text = film_of({});
    const auto parsed = Film::parse(bytes(text));
    REQUIRE(parsed.ok());
    const Film& film = parsed.value();
    CHECK(Text(film.codec.data(), 4) == "avc1");
    CHECK((film.width == 320 && film.height == 240 && film.timescale == 100));
    CHECK(film.scheme == Scheme::cenc);
    CHECK(film.blob == std::vector<std::uint8_t>(64, 'B'));
    REQUIRE(film.samples.size() == 3);
    const std::size_t data = text.size() - 150;
    const struct {
        std::size_t offset;
        std::uint32_t size;
        std::int64_t time;
        bool sync;
        std::uint8_t iv;
        std::size_t parts;
    } rows[] = {
        {data, 40, 0, true, 'a', 1}, {data + 40, 50, 20, false, 'b', 2}, {data + 90, 60, 30, false, 'c', 1}};
    for (unsigned n = 0; n < 3; ++n) {
        const Sample& sample = film.samples[n];
        CHECK(
            (sample.offset == rows[n].offset && sample.size == rows[n].size && sample.time == rows[n].time));
        CHECK((sample.sync == rows[n].sync && sample.duration == 10 && sample.iv[7] == rows[n].iv &&
               sample.iv[8] == 0));
        CHECK(film.parts(sample).size() == rows[n].parts);
    }
    CHECK(film.parts(film.samples[1])[0].encrypted == 16);
}

TEST_CASE("A film with one vector for all", "[guest]") {
    Recipe recipe;
    recipe.scheme = "cbcs";
    recipe.tenc = full("tenc", 1, 0, number(0x0019'0100, 4) + key_number + number(16, 1) + Text(16, 'v'));
    recipe.senc = "";
    const Text text = film_of(recipe);
    const auto film = Film::parse(bytes(text));
    REQUIRE(film.ok());
    CHECK((film.value().crypt_blocks == 1 && film.value().skip_blocks == 9 && film.value().iv_size == 16));
    CHECK(film.value().samples[2].iv[15] == 'v');
    CHECK(film.value().samples[2].subsamples == 0);
}

TEST_CASE("A film's mistakes have a line each", "[guest]") {
    Recipe scheme, senc, parts, chunk, count, vector;
    scheme.scheme = "cens";
    senc.senc.resize(senc.senc.size() - 2);
    senc.senc.replace(0, 4, number(senc.senc.size(), 4));
    parts.senc[8 + 4 + 4 + 8 + 2 + 1] = 9;
    chunk.first_chunk = 1000;
    count.senc[15] = 4;
    vector.tenc[8 + 4 + 3] = 7;
    CHECK(error_of(scheme) == "the film's scheme is 'cens', only cenc and cbcs are known");
    CHECK(error_of(senc) == "the film's table 'senc' is cut");
    CHECK(error_of(parts) == "the film's sample 0 has 40 bytes, its sub-samples 41");
    CHECK(error_of(chunk) == "the film's sample 0 does not lie in the file");
    CHECK(error_of(count) == "the film's table 'senc' is not for all samples");
    CHECK(error_of(vector) == "the film's vectors have 7 bytes, 8 or 16 are possible");
}

TEST_CASE("Films with wrong bytes are read to an end", "[guest]") {
    Recipe other;
    other.senc = "";
    other.boxes_of_stbl =
        full("saiz", 0, 0, number(16, 1) + number(3, 4)) + full("saio", 0, 0, number(1, 4) + number(40, 4));
    std::mt19937 noise(7);
    unsigned good = 0;
    for (const Text& whole : {film_of({}), film_of(other)}) {
        for (unsigned round = 0; round < 4000; ++round) {
            Text text = whole.substr(0, round % 8 == 0 ? noise() % whole.size() : whole.size());
            for (unsigned n = noise() % 4; n != 0 && !text.empty(); --n) {
                text[noise() % text.size()] = static_cast<char>(round % 3 == 0 ? 0xff : noise());
            }
            const auto film = Film::parse(bytes(text));
            good += film.ok() ? 1 : 0;
            for (std::size_t n = 0; film.ok() && n < film.value().samples.size(); ++n) {
                const Sample& sample = film.value().samples[n];
                REQUIRE(sample.offset + sample.size <= text.size());
                REQUIRE(film.value().parts(sample).size() == sample.subsamples);
            }
        }
    }
    CHECK(good > 500);
}

namespace {

/** job_encryption() of units given as (offset, size) of one sample. */
JobEncryption of(Scheme scheme, std::vector<Subsample> parts,
                 std::vector<std::pair<std::size_t, std::size_t>> units, unsigned start_code = 3) {
    static const std::array<std::uint8_t, 4096> data{};
    Film film;
    film.scheme = scheme;
    film.subsamples = std::move(parts);
    Sample sample;
    sample.subsamples = film.subsamples.size();
    sample.iv[15] = 0xff;
    std::vector<std::span<const std::uint8_t>> spans;
    for (const auto& [offset, size] : units) {
        spans.push_back(std::span<const std::uint8_t>(data).subspan(offset, size));
    }
    return job_encryption(film, sample, data.data(), spans, start_code);
}

Text shown(const JobEncryption& encryption) {
    Text text = encryption.problem;
    for (const Subsample& part : encryption.parts) {
        text += " " + std::to_string(part.clear) + "+" + std::to_string(part.encrypted);
    }
    return text;
}

}  // namespace

TEST_CASE("Encrypted bytes of a job", "[guest]") {
    // Units without their lengths of four bytes; three bytes of start code take their place.
    CHECK(shown(of(Scheme::cenc, {{20, 32}}, {{4, 48}})) == " 19+32");
    CHECK(shown(of(Scheme::cenc, {{20, 32}, {10, 16}}, {{4, 48}, {56, 22}})) == " 19+32 9+16");
    // A clear unit before, which is left out; clear bytes in two ranges; a unit without encrypted bytes.
    CHECK(shown(of(Scheme::cenc, {{120, 32}}, {{104, 48}})) == " 19+32");
    CHECK(shown(of(Scheme::cenc, {{100, 0}, {20, 32}}, {{4, 148}})) == " 119+32");
    CHECK(shown(of(Scheme::cenc, {{40, 0}}, {{4, 36}})) == " 39+0");
    CHECK(shown(of(Scheme::cenc, {{20, 32}, {40, 0}}, {{4, 48}, {56, 36}})) == " 19+32 39+0");
}

TEST_CASE("A second picture of a sample goes on in the stream of cenc", "[guest]") {
    const JobEncryption second = of(Scheme::cenc, {{20, 32}, {10, 16}}, {{56, 22}});
    CHECK(shown(second) == " 9+16");
    CHECK((second.iv[15] == 1 && second.iv[14] == 1));
    CHECK(of(Scheme::cbcs, {{20, 32}, {10, 16}}, {{56, 22}}).iv[15] == 0xff);
    CHECK(of(Scheme::cenc, {{20, 33}, {10, 16}}, {{57, 22}}).problem ==
          "a picture's stream of cipher blocks is no whole one");
    CHECK(of(Scheme::cenc, {{20, 32}, {10, 16}, {10, 16}}, {{4, 48}, {82, 22}}).problem ==
          "a picture's stream of cipher blocks is no whole one");
}

TEST_CASE("Frames of VP9's superframes have no start codes", "[guest]") {
    // Two frames, the second one hidden in the first one's sample, and their index; a frame without a whole
    // block.
    const std::vector<Subsample> parts = {{20, 32}, {10, 16}, {4, 0}};
    CHECK(shown(of(Scheme::cenc, parts, {{0, 52}}, 0)) == " 20+32");
    const JobEncryption second = of(Scheme::cenc, parts, {{52, 26}}, 0);
    CHECK(shown(second) == " 10+16");
    CHECK((second.iv[15] == 1 && second.iv[14] == 1));
    CHECK(shown(of(Scheme::cenc, {{20, 32}, {44, 16}}, {{52, 30}}, 0)) == " 30+0");
}

TEST_CASE("Ranges that do not fit to the units", "[guest]") {
    CHECK(of(Scheme::cenc, {}, {{4, 48}}).problem ==
          "the sample is encrypted as a whole, its headers cannot be read");
    CHECK(of(Scheme::cenc, {{20, 64}}, {{4, 40}, {48, 36}}).problem ==
          "an encrypted range goes over the end of a unit");
    CHECK(of(Scheme::cenc, {{20, 16}, {4, 16}}, {{4, 52}}).problem == "a unit lies in two encrypted ranges");
    CHECK(of(Scheme::cenc, {{20, 16}}, {{40, 8}}).problem == "a unit lies behind the ranges of its sample");
}

namespace {

/** Takes what comes. */
class Nowhere : public svp::play::Target {
 public:
    bool begin(const svp::play::Format&, const svp::play::Controls&) override { return true; }
    bool decode(const svp::play::Job&) override { return true; }
    bool show(std::uint64_t) override { return true; }
    void release(std::uint64_t) override {}
};

/** The problem of a film of that codec and configuration whose only sample is @p sample. */
Text problem_of(const Text& codec, const Text& configuration, const Text& sample) {
    Film film;
    std::copy_n(codec.begin(), film.codec.size(), film.codec.begin());
    film.configuration = bytes(configuration);
    film.timescale = 25;
    film.samples.push_back({});
    film.samples[0].size = static_cast<std::uint32_t>(sample.size());
    Nowhere nowhere;
    FilmPlayer player(film, bytes(sample), nowhere);
    while (player.step()) {
    }
    player.finish();
    return player.problem();
}

}  // namespace

TEST_CASE("Configurations and samples that are cut", "[guest]") {
    const Text avcc("\1\x64\0\x1e\xff\xe0\0", 7);
    const Text hvcc = Text(21, 0) + "\x3" + Text(1, 1) + "\x21" + number(1, 2) + number(4, 2) + Text(4, 'x');
    CHECK(problem_of("avc1", avcc, "").empty());
    CHECK(problem_of("hvc1", hvcc, "").empty());
    CHECK(problem_of("hvc1", hvcc, number(2, 4) + "xy").empty());
    CHECK(problem_of("avc1", avcc.substr(0, 4), "") == "the film's configuration ('avcC') is cut");
    for (std::size_t size = 0; size < hvcc.size(); ++size) {
        CHECK(problem_of("hvc1", hvcc.substr(0, size), "") == "the film's configuration ('hvcC') is cut");
    }
    for (const auto& [codec, configuration] : {std::pair(Text("avc1"), avcc), {"hvc1", hvcc}}) {
        CHECK(problem_of(codec, configuration, number(5, 4) + "xy") ==
              "sample 0: the sample ends in the middle of a unit");
    }
    CHECK(problem_of("vp09", "", "").empty());
    CHECK(problem_of("vp09", "", "xy") == "sample 0: frame 1: no frame marker");
    CHECK(problem_of("vp09", "", "\x82\x49\x83") == "sample 0: frame 1: a key frame without its sync code");
    CHECK(problem_of("av01", "", "") == "codec 'av01', only H.264, HEVC and VP9 are decoded");
}

TEST_CASE("Headers of VP9 that are encrypted are read by somebody else", "[guest]") {
    /** Says of a sample of any bytes that it is one key frame behind a byte by which nothing changes. */
    struct Reader : HeaderReader {
        svp::decrypt::Result<std::vector<svp::play::Vp9ReadFrame>> read_headers(
            std::span<const std::uint8_t> sample) override {
            if (sample.size() < 2) {
                return svp::decrypt::Error{"refused"};
            }
            svp::play::Vp9ReadFrame nothing, frame;
            nothing.nothing = true;
            nothing.data = sample.first(1);
            frame.frame.control.flags = V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_SHOW_FRAME;
            frame.frame.refresh = 255;
            frame.data = sample.subspan(1);
            return std::vector<svp::play::Vp9ReadFrame>{nothing, frame};
        }
    } reader;
    struct Target : Nowhere {
        bool decode(const svp::play::Job& job) override {
            jobs += Text(job.data.begin(), job.data.end()) + " ";
            return true;
        }
        bool show(std::uint64_t) override {
            jobs += "shown ";
            return true;
        }
        Text jobs;
    } target;
    const Text file = "?abc?de?";
    Film film;
    film.codec = {'v', 'p', '0', '9'};
    film.scheme = Scheme::cenc;
    film.samples = {{.offset = 0, .size = 4}, {.offset = 4, .size = 3}, {.offset = 7, .size = 1}};
    FilmPlayer player(film, bytes(file), target, &reader);
    while (player.step()) {
    }
    CHECK(target.jobs == "abc shown de shown ");
    CHECK(player.problem() == "sample 2: refused");
    CHECK(FilmPlayer(film, bytes(file), target).problem() ==
          "the film's headers are encrypted, and nobody here reads them");
}

TEST_CASE("Configurations and samples of any bytes are read to an end", "[guest]") {
    std::mt19937 noise(11);
    for (unsigned round = 0; round < 20'000; ++round) {
        Text configuration(noise() % 60, 0), sample(noise() % 200, 0);
        for (Text* text : {&configuration, &sample}) {
            for (char& byte : *text) {
                byte = static_cast<char>(noise() % 4 == 0 ? noise() : noise() % 4);
            }
        }
        const Text codecs[] = {"hvc1", "avc1", "vp09"};
        problem_of(codecs[round % 3], configuration, sample);
    }
}
