// SPDX-License-Identifier: GPL-2.0-or-later
/** VP9's published test vectors and others, where they are: each whole output has the checksum that came with
 * it, from the tiled pictures and from those line by line. */
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "../../../firmware/guest/play/ivf.hpp"
#include "../../../tools/players/vp9_player.hpp"
#include "../catch.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr unsigned least_vectors = 100;

std::vector<std::uint8_t> contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void play_vector(const std::filesystem::path& path, bool raster) {
    const auto file = contents(path);
    std::string problem;
    const auto ivf = play::Ivf::parse(file, problem);
    CAPTURE(path.filename().string(), raster, problem);
    REQUIRE(ivf.has_value());
    REQUIRE(ivf->fourcc == "VP90");
    std::ifstream sums(path.string() + ".md5");
    std::string expected;
    sums >> expected;
    Vp9TestPlayer player;
    player.raster = raster;
    std::vector<std::uint8_t> all;
    player.output = [&all](const Vp9Picture& picture) {
        all.insert(all.end(), picture.planes.begin(), picture.planes.end());
    };
    for (const auto& chunk : ivf->frames) {
        const bool played = player.play(chunk);
        CAPTURE(player.pictures, player.problem);
        REQUIRE(played);
        REQUIRE(player.port->strays == 0);
    }
    CHECK(md5_of(all) == expected);
}

}  // namespace

TEST_CASE("VP9's vectors have their checksums", "[vpu]") {
    const char* folder = std::getenv("SVP_VECTORS");
    if (folder == nullptr) {
        std::cout << "skipped: VP9's vectors; SVP_VECTORS names no folder with vp9/*.ivf\n";
        return;
    }
    unsigned played = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "vp9")) {
        if (entry.path().extension() == ".ivf") {
            play_vector(entry.path(), played % 2 != 0);
            ++played;
        }
    }
    CHECK(played >= least_vectors);
}
