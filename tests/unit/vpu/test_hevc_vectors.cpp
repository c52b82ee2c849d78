// SPDX-License-Identifier: GPL-2.0-or-later
/** HEVC's test streams, where they are: the whole output of each has the checksum that came with it, in
 * lines and in tiles. */
#include "../../../tools/players/hevc_player.hpp"
#include "../catch.hpp"
#include "vectors.hpp"

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

void play_vector(const Vector& vector) {
    for (const bool tiled : {false, true}) {
        HevcTestPlayer player;
        player.tiled = tiled;
        std::vector<std::uint8_t> output;
        player.output = [&output](std::span<const std::uint8_t> planes) {
            output.insert(output.end(), planes.begin(), planes.end());
        };
        const bool played = player.play(vector.data);
        CAPTURE(vector.path.filename().string(), tiled, player.problem);
        CHECK(played);
        CHECK(player.port->strays == 0);
        CHECK(md5_of(output) == vector.md5);
        if (player.registers[179] != 0 && (player.registers[7] >> 24 & 1) != 0) {
            check_denied_edges(player);
        }
    }
}

}  // namespace

TEST_CASE("HEVC's test streams have their checksums", "[vpu]") {
    play_vectors("hevc", short_stream, play_vector);
}
