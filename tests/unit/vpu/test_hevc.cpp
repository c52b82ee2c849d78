// SPDX-License-Identifier: GPL-2.0-or-later
/** HEVC jobs: a stream that is known, streams that are denied or cut, registers that are hostile. */
#include <random>

#include "../../../firmware/guest/play/hevc_extensions.hpp"
#include "../../../tools/players/hevc_player.hpp"
#include "../catch.hpp"
#include "../fuzz_operations.hpp"
#include "hevc_hostile.hpp"
#include "hevc_stream.hpp"

using namespace svp;
using namespace svp::test;
using vpu::Result;
using vpu::Stream;

namespace {

/** Plays the stream; its pictures. */
std::vector<std::uint8_t> played(HevcTestPlayer& player, const std::vector<std::uint8_t>& stream) {
    std::vector<std::uint8_t> output;
    player.output = [&output](std::span<const std::uint8_t> planes) {
        output.insert(output.end(), planes.begin(), planes.end());
    };
    CHECK(player.play(stream));
    CHECK(player.problem.empty());
    return output;
}

}  // namespace

TEST_CASE("an HEVC stream has its checksum, in lines and in tiles", "[vpu]") {
    for (const bool tiled : {false, true}) {
        HevcTestPlayer player;
        player.tiled = tiled;
        CHECK(md5_of(played(player, hevc_stream())) == hevc_stream_md5);
        CHECK(player.pictures == hevc_stream_pictures);
        CHECK(player.port->strays == 0);
    }
}

TEST_CASE("what waits behind an HEVC sequence is shown, or not, as the next one says", "[vpu]") {
    const std::vector<std::uint8_t> one = hevc_stream();
    const std::vector<std::uint8_t> idr{0, 0, 1, 0x28, 1}, end_of_sequence{0, 0, 1, 0x48, 1};
    const auto first_slice = std::ranges::search(one, idr).begin() - one.begin();
    for (const bool ended : {false, true}) {
        for (const bool dropped : {false, true}) {
            CAPTURE(ended, dropped);
            std::vector<std::uint8_t> stream = one;
            if (ended) {
                stream.insert(stream.end(), end_of_sequence.begin(), end_of_sequence.end());
            }
            stream.insert(stream.end(), one.begin(), one.end());
            if (dropped) {  // no_output_of_prior_pics_flag
                stream[stream.size() - one.size() + static_cast<std::size_t>(first_slice) + idr.size()] |=
                    0x40;
            }
            HevcTestPlayer player;
            unsigned shown = 0;
            player.output = [&shown](std::span<const std::uint8_t>) { ++shown; };
            CHECK(player.play(stream));
            CHECK(player.pictures == 2 * hevc_stream_pictures);
            CHECK(shown == 2 * hevc_stream_pictures - (dropped ? 2 : 0));
        }
    }
}

TEST_CASE("HEVC is refused for the extensions that it uses, not for its profile's name", "[vpu]") {
    std::vector<std::uint8_t> stream = hevc_stream();
    const std::vector<std::uint8_t> set{0, 0, 1, 0x42, 1, 1, 1, 0x60};
    const auto place = std::ranges::search(stream, set).begin();
    REQUIRE(place != stream.end());
    place[6] = 4;  // general_profile_idc
    place[7] = 8;  // compatible with no other one
    HevcTestPlayer player;
    CHECK(player.play(stream));
    CHECK(player.pictures == hevc_stream_pictures);
}

/** Bits from a text of 0 and 1, and what @p read makes of them. */
static std::string extension(const std::string& text, bool picture) {
    std::vector<std::uint8_t> bytes(text.size() / 8 + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (text[i] - '0') << (7 - i % 8));
    }
    play::Bits bits(bytes, 0);
    return picture ? play::hevc_pps_extension(bits, true) : play::hevc_sps_extension(bits, 1);
}

TEST_CASE("the extensions of HEVC's parameter sets are found behind whatever precedes them", "[vpu]") {
    const std::string none = "0", range = "11000000", screen = "10001000";
    // vui_parameters(): 4:3 samples by numbers, colours, a window, timing with a model of both kinds
    const std::string aspect =
                          "1"
                          "11111111" +
                          std::string(32, '1'),
                      colours =
                          "0"
                          "1"
                          "1011"
                          "1" +
                          std::string(24, '0');
    const std::string window =
        "0"
        "000"
        "1"
        "1"
        "1"
        "1"
        "1";
    const std::string model =
        "1"
        "1"
        "0" +
        std::string(8 + 15, '1') +
        "1"
        "1"
        "010" +
        "1"
        "1"
        "0"
        "1"
        "1"
        "1" +
        "1"
        "1"
        "0"
        "1"
        "1"
        "0" +
        "0"
        "0"
        "1" +
        "1"
        "1"
        "1"
        "1"
        "1"
        "0";
    const std::string timing = "1" + std::string(64, '0') +
                               "0"
                               "1" +
                               model;
    const std::string usability = "1" + aspect + colours + window + timing +
                                  "1"
                                  "000"
                                  "11111";
    for (const std::string& front : {std::string("0"), usability}) {
        CAPTURE(front);
        CHECK(extension(front + none, false).empty());
        CHECK(extension(front + range + "0" + std::string(9, '0'), false).empty());
        CHECK(extension(front + range + "0" + "000000100", false) == "HEVC with range extensions");
        CHECK(extension(front + screen + "0", false) == "HEVC with extensions for screen content");
    }
    CHECK(extension(none, true).empty());
    CHECK(extension(range + "0" +
                        "1"
                        "00"
                        "1"
                        "1",
                    true)
              .empty());
    CHECK(extension(range + "0" +
                        "010"
                        "00"
                        "1"
                        "1",
                    true) == "HEVC with range extensions");
    CHECK(extension(range + "0" +
                        "1"
                        "01",
                    true) == "HEVC with range extensions");
    CHECK(extension(range + "0" +
                        "1"
                        "00"
                        "1"
                        "010",
                    true) == "HEVC with range extensions");
    CHECK(extension(screen + "0", true) == "HEVC with extensions for screen content");
}

TEST_CASE("an HEVC job with a denied stream ends", "[vpu]") {
    struct Row {
        Stream denied;
        Result result;
    };
    for (const Row& row : {Row{Stream::bitstream, Result::stream_exhausted}, Row{Stream::table, Result::done},
                           Row{Stream::reference, Result::done}, Row{Stream::picture, Result::done},
                           Row{Stream::motion, Result::done}}) {
        CAPTURE(static_cast<int>(row.denied));
        HevcTestPlayer player;
        played(player, hevc_stream());
        REQUIRE(player.result == Result::done);
        const auto good = player.port->cells;
        // The last job once more, with the registers that it had.
        for (const Response denial : {Response::okay, Response::slverr}) {
            player.port->denied_stream = row.denied;
            player.port->denial = denial;
            vpu::hevc::Decoder decoder(vpu::g2::hevc_parameters(player.registers), *player.port);
            const Result result = decoder.decode();
            if (denial == Response::slverr) {
                CHECK(result == Result::bus_error);
            } else {
                // Without its vectors a picture may turn out not to be possible.
                CHECK((result == row.result ||
                       (row.denied == Stream::motion && result == Result::stream_error)));
            }
            if (row.denied == Stream::bitstream || row.denied == Stream::picture) {
                CHECK((player.port->cells == good));
            } else if (denial == Response::okay && row.denied != Stream::motion) {
                CHECK((player.port->cells != good));
            }
        }
    }
}

TEST_CASE("an HEVC stream that is cut ends its job with an error, and writes no picture", "[vpu]") {
    HevcTestPlayer player;
    played(player, hevc_stream());
    const std::uint32_t length = player.registers[6];
    for (std::uint32_t cut = 0; cut + 1 < length; ++cut) {
        CAPTURE(cut);
        player.registers[6] = cut;
        const auto before = player.port->bytes_written;
        vpu::hevc::Decoder decoder(vpu::g2::hevc_parameters(player.registers), *player.port);
        const Result result = decoder.decode();
        REQUIRE((result == Result::stream_exhausted || result == Result::stream_error));
        REQUIRE(player.port->bytes_written == before);
    }
}

TEST_CASE("HEVC jobs that are not possible end at once, and write nothing", "[vpu]") {
    HevcTestPlayer player;
    played(player, hevc_stream());
    struct Row {
        unsigned number, shift, width, value;
    };
    for (const Row& row :
         {Row{4, 19, 13, 0}, {4, 6, 13, 0},  {4, 19, 13, 0x1fff}, {12, 13, 3, 2}, {12, 10, 3, 3},
          {12, 10, 3, 7},    {13, 13, 3, 1}, {13, 13, 3, 3},      {13, 10, 3, 6}, {13, 7, 3, 5},
          {13, 4, 3, 5},     {8, 6, 2, 1},   {8, 6, 2, 2},        {8, 4, 2, 2},   {10, 24, 7, 60},
          {10, 24, 7, 127},  {5, 5, 6, 5},   {4, 0, 5, 17},       {13, 0, 4, 1},  {13, 0, 4, 7}}) {
        CAPTURE(row.number, row.shift, row.value);
        G2Registers registers = player.registers;
        registers[row.number] &= ~(((1u << row.width) - 1) << row.shift);
        registers[row.number] |= row.value << row.shift;
        const auto before = player.port->bytes_written;
        vpu::hevc::Decoder decoder(vpu::g2::hevc_parameters(registers), *player.port);
        CHECK(decoder.decode() == Result::impossible);
        CHECK(player.port->bytes_written == before);
    }
}

TEST_CASE("hostile HEVC jobs reach nothing but what registers name", "[vpu]") {
    std::mt19937 engine(6);
    const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
    const std::uint64_t rounds = fuzz_operations() / 800 + 50;
    std::uint64_t decoded = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        G2Words registers;
        for (std::uint32_t& value : registers) {
            value = random();
        }
        // Mostly possible, so that what lies behind is reached: small pictures, sound sizes of blocks.
        make_possible(registers, 20);
        std::vector<std::uint8_t> memory(4096 + random() % 509);
        for (auto& byte : memory) {
            byte = static_cast<std::uint8_t>(random());
        }
        for (std::size_t i = 0; i + 16 < memory.size(); i += 256 + random() % 512) {
            const std::uint8_t unit[] = {
                0, 0, 1, static_cast<std::uint8_t>(random() % 2 != 0 ? 0x26 : 0x02), 1, 0x80};
            std::copy(std::begin(unit), std::end(unit), memory.begin() + static_cast<std::ptrdiff_t>(i));
        }
        const HostileEnd end = run_hostile_hevc(registers, memory);
        CAPTURE(round);
        REQUIRE(end.strays == 0);
        REQUIRE(end.bounded);
        decoded += end.result != Result::impossible ? 1 : 0;
    }
    CHECK(decoded > rounds / 2);
}
