// SPDX-License-Identifier: GPL-2.0-or-later
/** VP8's published test vectors, where they are: every shown frame has the checksum that came with it. */
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "../../../firmware/guest/play/ivf.hpp"
#include "../../../tools/players/vp8_player.hpp"
#include "../catch.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr unsigned vector_count = 61;

std::vector<std::uint8_t> contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/** First word of each line. */
std::vector<std::string> checksums(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::vector<std::string> sums;
    for (std::string line; std::getline(file, line);) {
        sums.push_back(line.substr(0, line.find(' ')));
    }
    return sums;
}

void play_vector(const std::filesystem::path& path) {
    const auto file = contents(path);
    std::string problem;
    const auto ivf = play::Ivf::parse(file, problem);
    CAPTURE(path.filename().string(), problem);
    REQUIRE(ivf.has_value());
    REQUIRE(ivf->fourcc == "VP80");
    const auto expected = checksums(path.string() + ".md5");
    Vp8TestPlayer player;
    std::size_t shown = 0, wrong = 0;
    for (const auto& frame : ivf->frames) {
        const bool decoded = player.decode(frame);
        CAPTURE(shown, player.problem);
        REQUIRE(decoded);
        REQUIRE(player.port->strays == 0);
        if (player.shown) {
            REQUIRE(shown < expected.size());
            wrong += md5_of(player.picture()) == expected[shown] ? 0 : 1;
            ++shown;
        }
    }
    CHECK(shown == expected.size());
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("VP8's published vectors have their checksums", "[vpu]") {
    const char* folder = std::getenv("SVP_VECTORS");
    if (folder == nullptr) {
        std::cout << "skipped: VP8's published vectors; SVP_VECTORS names no folder with vp8/*.ivf\n";
        return;
    }
    unsigned played = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / "vp8")) {
        if (entry.path().extension() == ".ivf") {
            play_vector(entry.path());
            ++played;
        }
    }
    CHECK(played == vector_count);
}
