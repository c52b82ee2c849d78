// SPDX-License-Identifier: GPL-2.0-or-later
/** The MPEG-2 engine: random legal streams against libavcodec's checksums, test streams where they are, and
 * what must not disturb it. */
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numbers>

#include "../../../tools/players/mpeg2_player.hpp"
#include "../../../tools/players/vp8_player.hpp"
#include "../../pictures/mpeg2_generator.hpp"
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "mpeg2_hostile.hpp"

using namespace svp;
using namespace svp::test;
using vpu::mpeg2::Result;

namespace {

using Bytes = std::vector<std::uint8_t>;

/** A stream of about eight frames, and the checksum that libavcodec 59 (ffmpeg 5.1, its default inverse DCT)
 * has for all pictures in output order. */
struct Expected {
    unsigned mb_width;
    unsigned mb_height;
    bool interlaced;
    std::uint64_t seed;
    const char* checksum;
};

constexpr Expected expected[] = {
    {3, 3, false, 0, "4357bbe90823389a8d18a881bf30e540"},
    {4, 4, true, 1, "72a0c21bf75506304e5139d8eb65fe71"},
    {5, 5, false, 2, "c3e842734ce5fa4fd93683d0eb4fa3bf"},
    {6, 4, true, 3, "166dbb64423c195adad0701f149e65d8"},
    {3, 4, false, 4, "a53b94321efcf3d45cf00e1fde0cbeb1"},
    {4, 4, true, 5, "a4292108c7d3d51b0a1f873fc838b923"},
    {5, 3, false, 6, "62055917e173dbacbebc8d4060ad6bf6"},
    {6, 4, true, 7, "67103ca50b9d5833d0b2c5ac48246f12"},
    {3, 5, false, 8, "49cdb2e1388132a9257442a8759e1e42"},
    {4, 4, true, 9, "453bf22aa1c0ce46b9078c42bf6f0ea8"},
    {5, 4, false, 10, "1d5d1af4a0cec462283dd9f2980ee815"},
    {6, 4, true, 11, "7dbdfe6e1801713a4e3ad97c0fb090b9"},
    {3, 3, false, 12, "d9f98a23b8ec6140d11ad0bab35f20cf"},
    {4, 4, true, 13, "16c77864d3bf68dd921351717a1c162e"},
    {5, 5, false, 14, "aa431f14824cae0ee90ddd505ab9ca53"},
    {6, 4, true, 15, "e75b6df41aa7a50417ae87e153e40b34"},
    {3, 4, false, 16, "bbf53130840560ec47cb69e21d96d7c8"},
    {4, 4, true, 17, "26f27960dd80ffcb729461c4e682f211"},
    {5, 3, false, 18, "94cba1010a96698b36fefc11538e41f5"},
    {6, 4, true, 19, "94130f477309f639aa8faf2e79b584b7"},
    {3, 5, false, 20, "33b72c6dd951b15af2de4ef125f88c65"},
    {4, 4, true, 21, "558164e10bd400fa7abee0aa18088e7d"},
    {5, 4, false, 22, "4c069d89ddacbe55bee2a9d3384a3bf9"},
    {6, 4, true, 23, "e35c13350c8cc3b174644c4d8e4b3c48"},
};

Bytes stream_of(const Expected& stream) {
    return Mpeg2Generator(stream.mb_width, stream.mb_height, stream.interlaced, stream.seed).stream(8);
}

/** Slices of a picture of a stream, any one. */
Bytes slices_of(const Bytes& stream, std::uint64_t number) {
    std::vector<Bytes> pictures;
    std::string problem;
    play::Mpeg2Parser parser(stream);
    while (const auto picture = parser.next(problem)) {
        pictures.emplace_back(picture->slices.begin(), picture->slices.end());
    }
    return pictures.at(number % pictures.size());
}

/** Memory from address 0 on in which all is open but one class of stream. */
class OpenPort : public vpu::MemoryPort {
 public:
    explicit OpenPort(std::size_t size) : cells(size) {}

    Response read(vpu::Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        std::ranges::fill(data, std::uint8_t{0});
        if (address + data.size() > cells.size()) {
            ++strays;
        } else if (stream != denied) {
            std::copy_n(cells.begin() + address, data.size(), data.begin());
        }
        return stream == denied ? denial : Response::okay;
    }
    Response write(vpu::Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        if (address + data.size() > cells.size()) {
            ++strays;
        } else if (stream != denied) {
            std::ranges::copy(data, cells.begin() + address);
        }
        return stream == denied ? denial : Response::okay;
    }

    Bytes cells;
    unsigned strays = 0;
    static inline std::optional<vpu::Stream> denied;
    static inline Response denial = Response::okay;
};
using Player = Mpeg2TestPlayer<OpenPort>;

/** All pictures of a stream in output order, one behind the other. */
Bytes pictures_of(Player& player, const Bytes& stream) {
    Bytes pictures;
    player.play(stream, [&pictures](std::span<const std::uint8_t> picture) {
        pictures.insert(pictures.end(), picture.begin(), picture.end());
    });
    return pictures;
}

Bytes contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("random MPEG-2 streams decode to what libavcodec decodes them to", "[vpu]") {
    for (const Expected& stream : expected) {
        CAPTURE(stream.seed);
        Player player;
        const Bytes pictures = pictures_of(player, stream_of(stream));
        CAPTURE(player.problem);
        CHECK(md5_of(pictures) == stream.checksum);
        CHECK(player.port->strays == 0);
    }
}

TEST_CASE("MPEG-2 test streams have their checksums", "[vpu]") {
    const char* folder = std::getenv("SVP_VECTORS");
    if (folder == nullptr) {
        std::cout << "skipped: MPEG-2 test streams; SVP_VECTORS names no folder with mpeg2/*.m2v\n";
        return;
    }
    unsigned played = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "mpeg2")) {
        if (entry.path().extension() != ".m2v") {
            continue;
        }
        CAPTURE(entry.path().filename().string());
        Player player;
        const Bytes pictures = pictures_of(player, contents(entry.path()));
        std::string sum;
        std::ifstream(entry.path().string() + ".md5") >> sum;
        // Streams that were cut out of others may end within a picture, which is then no picture.
        const bool whole =
            std::ranges::all_of(player.results, [](Result result) { return result == Result::done; });
        CHECK((md5_of(pictures) == sum || !whole));
        ++played;
    }
    CHECK(played > 0);
}

TEST_CASE("an MPEG-2 job finishes over whatever it may not read or write", "[vpu]") {
    const Bytes stream = stream_of(expected[1]);
    Player open;
    const Bytes pictures = pictures_of(open, stream);
    const auto done = [](const Player& player) {
        return std::ranges::count(player.results, Result::done) ==
               static_cast<std::ptrdiff_t>(player.results.size());
    };
    REQUIRE(done(open));
    for (const vpu::Stream denied :
         {vpu::Stream::bitstream, vpu::Stream::table, vpu::Stream::reference, vpu::Stream::picture}) {
        CAPTURE(static_cast<int>(denied));
        OpenPort::denied = denied;
        Player player;
        CHECK(pictures_of(player, stream) != pictures);
        // Without its bitstream there is no slice; all else that is missing is zero, and no more is said.
        CHECK(done(player) == (denied != vpu::Stream::bitstream));
        OpenPort::denial = Response::slverr;
        Player refused;
        pictures_of(refused, stream);
        CHECK(std::ranges::count(refused.results, Result::bus_error) > 0);
        OpenPort::denial = Response::okay;
    }
    OpenPort::denied.reset();
}

TEST_CASE("MPEG-2 streams that are cut or damaged end with an error, never with a done", "[vpu]") {
    const Bytes stream = stream_of(expected[0]);
    for (std::size_t cut : {stream.size() / 7, stream.size() / 3, stream.size() / 2}) {
        CAPTURE(cut);
        Player player;
        pictures_of(player, Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(cut)));
        REQUIRE_FALSE(player.results.empty());
        CHECK(player.results.back() != Result::done);
    }
    std::string problem;
    const Bytes nothing, garbage(1000, 0x55),
        mpeg1 = {0, 0, 1, 0xb3, 0x10, 0, 0x10, 0x13, 0xff, 0xff, 0xe0, 0xa0};
    for (const Bytes& bytes : {nothing, garbage, mpeg1}) {
        play::Mpeg2Parser parser(bytes);
        CHECK_FALSE(parser.next(problem).has_value());
        CHECK_FALSE(problem.empty());
    }
}

TEST_CASE("MPEG-2 survives any registers and any bytes, in bounded time, inside of what it is told",
          "[vpu]") {
    std::mt19937_64 random(7);
    unsigned decoded = 0;
    const unsigned long rounds = fuzz_operations() / 400;
    for (unsigned long round = 0; round < rounds; ++round) {
        const bool field = random() % 2 == 0;
        const Expected stream = {3 + static_cast<unsigned>(random() % 3), 4, field, round % 16, ""};
        Bytes bytes = round % 4 == 0 ? Bytes(4096) : slices_of(stream_of(stream), random());
        for (unsigned change = 0; change < random() % 40; ++change) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        std::array<std::uint32_t, vpu::g1::register_count> registers{};
        for (std::uint32_t& value : registers) {
            value = static_cast<std::uint32_t>(random());
        }
        if (round % 8 != 0) {
            registers[4] = (stream.mb_width << 23 | stream.mb_height << 11) | (registers[4] & 0x60);
            registers[6] = static_cast<std::uint32_t>(bytes.size());
            registers[12] = 0;
        }
        const HostileEnd end = run_hostile_mpeg2(vpu::g1::mpeg2_parameters(registers), bytes);
        REQUIRE(end.strays == 0);
        REQUIRE(end.bounded);
        decoded += end.result == Result::done || end.result == Result::stream_error ? 1 : 0;
    }
    CHECK(decoded > 0);
}

TEST_CASE("an MPEG-2 picture takes no more of a stream than it can need", "[vpu]") {
    std::array<std::uint32_t, vpu::g1::register_count> registers{};
    registers[4] = 3u << 23 | 3u << 11;
    registers[6] = 0xffffff;  // bytes, without a start code
    const Bytes zeros(4096);
    const HostileEnd end = run_hostile_mpeg2(vpu::g1::mpeg2_parameters(registers), zeros);
    CHECK(end.result == Result::stream_exhausted);
    CHECK(end.bounded);
}

TEST_CASE("MPEG-2's inverse DCT is one, within the error that the standard allows", "[vpu]") {
    // A block of one coefficient each, through a stream that holds nothing else.
    struct Samples {
        int value[64];
    };
    const auto transform = [](unsigned position, int size) {
        vpu::mpeg2::Parameters parameters;
        parameters.mb_width = parameters.mb_height = 1;
        vpu::mpeg2::Matrices matrices;
        matrices.non_intra.fill(16);
        vpu::mpeg2::BlockParser block(parameters, matrices);
        block.set_scale(1);
        // Escape, run, level; end of block. A level's value is (2 * level + 1) * 16 * 2 / 32.
        OpenPort port(64);
        const std::uint64_t bits = std::uint64_t{1} << 58 | std::uint64_t{position} << 52 |
                                   std::uint64_t{static_cast<std::uint32_t>(size)} << 40 |
                                   std::uint64_t{2} << 38;
        for (unsigned i = 0; i < 8; ++i) {
            port.cells[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
        }
        vpu::BitReader reader(port, 0, 8);
        REQUIRE(block.parse_non_intra(reader));
        std::uint8_t grey[64];
        std::fill_n(grey, 64, std::uint8_t{128});
        block.add(grey, 8);
        Samples samples{};
        std::transform(grey, grey + 64, samples.value, [](std::uint8_t sample) { return sample - 128; });
        return samples;
    };
    for (unsigned position = 1; position < 63; ++position) {
        const int level = 100, value = 2 * level + 1;
        const Samples samples = transform(position, level);
        const unsigned place = vpu::mpeg2::scans[0][position], u = place % 8, v = place / 8;
        for (unsigned i = 0; i < 64; ++i) {
            const auto wave = [](unsigned frequency, unsigned at) {
                return (frequency == 0 ? std::sqrt(0.5) : 1.0) *
                       std::cos((2 * at + 1) * frequency * std::numbers::pi / 16);
            };
            const double exact = value * wave(u, i % 8) * wave(v, i / 8) / 4;
            REQUIRE(std::abs(samples.value[i] - exact) <= 1.0);
        }
    }
}
