// SPDX-License-Identifier: GPL-2.0-or-later
/** HEVC's test streams, where they are: the whole output of each has the checksum that came with it, in
 * lines and in tiles. */
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "../../tools/players/hevc_player.hpp"
#include "catch.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Longest stream that is played without SVP_VECTORS_ALL, bytes. */
constexpr std::uintmax_t short_stream = 24'000;

/** The last job again, of a picture that is filtered across columns of tiles: without what it keeps at their
 * edges the picture is another one, and the job ends all the same. */
void check_denied_edges(HevcTestPlayer& player) {
    const auto good = player.port->cells;
    for (const Response denial : {Response::okay, Response::slverr}) {
        player.port->denied_stream = vpu::Stream::edge;
        player.port->denial = denial;
        vpu::hevc::Decoder decoder(vpu::g2::hevc_parameters(player.registers), *player.port);
        CHECK(decoder.decode() == (denial == Response::okay ? vpu::Result::done : vpu::Result::bus_error));
        const bool same = player.port->cells == good;  // no message has room for either
        CHECK((same == (denial != Response::okay)));
        player.port->cells = good;
    }
}

void play_vector(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> data{std::istreambuf_iterator<char>(file), {}};
    std::string expected;
    std::ifstream(path.string() + ".md5") >> expected;
    for (const bool tiled : {false, true}) {
        HevcTestPlayer player;
        player.tiled = tiled;
        std::vector<std::uint8_t> output;
        player.output = [&output](std::span<const std::uint8_t> planes) {
            output.insert(output.end(), planes.begin(), planes.end());
        };
        const bool played = player.play(data);
        CAPTURE(path.filename().string(), tiled, player.problem);
        CHECK(played);
        CHECK(player.port->strays == 0);
        CHECK(md5_of(output) == expected);
        if (player.registers[179] != 0 && (player.registers[7] >> 24 & 1) != 0) {
            check_denied_edges(player);
        }
    }
}

}  // namespace

TEST_CASE("HEVC's test streams have their checksums") {
    const char* folder = std::getenv("SVP_VECTORS");
    if (folder == nullptr) {
        std::cout << "skipped: HEVC's test streams; SVP_VECTORS names no folder with hevc/*\n";
        return;
    }
    const bool all = std::getenv("SVP_VECTORS_ALL") != nullptr;
    unsigned played = 0, left_out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "hevc")) {
        if (!std::filesystem::exists(entry.path().string() + ".md5")) {
            continue;
        }
        if (!all && entry.file_size() > short_stream) {
            ++left_out;
            continue;
        }
        play_vector(entry.path());
        ++played;
    }
    if (left_out != 0) {
        std::cout << "skipped: " << left_out << " longer HEVC streams; SVP_VECTORS_ALL plays them\n";
    }
    CHECK(played > 0);
}
