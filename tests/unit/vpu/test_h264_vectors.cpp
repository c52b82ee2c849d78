// SPDX-License-Identifier: GPL-2.0-or-later
/** H.264's test streams, where they are: the whole output of each has the checksum that came with it. */
#include "../../../tools/players/h264_player.hpp"
#include "../catch.hpp"
#include "vectors.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Longest stream that is played without SVP_VECTORS_ALL, bytes. */
constexpr std::uintmax_t short_stream = 60'000;

void play_vector(const Vector& vector) {
    H264TestPlayer player;
    std::vector<std::uint8_t> output;
    player.output = [&output](std::span<const std::uint8_t> planes) {
        output.insert(output.end(), planes.begin(), planes.end());
    };
    const bool played = player.play(vector.data);
    CAPTURE(vector.path.filename().string(), player.problem);
    CHECK(played);
    CHECK(player.port->strays == 0);
    CHECK(md5_of(output) == vector.md5);
}

}  // namespace

TEST_CASE("H.264's test streams have their checksums", "[vpu]") {
    play_vectors("h264", short_stream, play_vector);
}
