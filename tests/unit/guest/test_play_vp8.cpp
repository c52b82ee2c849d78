// SPDX-License-Identifier: GPL-2.0-or-later
/** The player's parsers of IVF files and VP8 frame headers: what cannot be such a thing, in one clear line.
 */
#include "../../../firmware/guest/play/ivf.hpp"
#include "../../../firmware/guest/play/vp8_header.hpp"
#include "../../pictures/vp8_generator.hpp"
#include "../catch.hpp"

using namespace svp;
using namespace svp::test;

namespace {

std::string problem_of(std::span<const std::uint8_t> data) {
    std::string problem;
    play::Vp8Parser parser;
    CHECK_FALSE(parser.parse(data, problem).has_value());
    return problem;
}

}  // namespace

TEST_CASE("a VP8 frame that is cut anywhere is refused, or its partitions end where it ends", "[guest]") {
    Vp8Generator generator(33, 17, 0, 4);
    const auto key = generator.frame(true), inter = generator.frame(false);
    unsigned refused = 0;
    for (const auto* frame : {&key, &inter}) {
        for (std::size_t length = 0; length < frame->size(); length += length < 4000 ? 1 : 97) {
            play::Vp8Parser parser;
            std::string problem;
            if (frame == &inter) {
                REQUIRE(parser.parse(key, problem).has_value());
            }
            const std::vector<std::uint8_t> cut(frame->begin(),
                                                frame->begin() + static_cast<std::ptrdiff_t>(length));
            const auto parsed = parser.parse(cut, problem);
            refused += parsed ? 0 : 1;
            REQUIRE((parsed.has_value() || !problem.empty()));
            if (parsed) {
                std::size_t sum = (frame == &key ? 10u : 3u) + parsed->control.first_part_size +
                                  3u * (parsed->control.num_dct_parts - 1u);
                for (unsigned i = 0; i < parsed->control.num_dct_parts; ++i) {
                    sum += parsed->control.dct_part_sizes[i];
                }
                REQUIRE(sum == length);
            }
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("what is no VP8 frame is refused with the reason", "[guest]") {
    Vp8Generator generator(16, 16, 0, 9);
    auto key = generator.frame(true);
    CHECK(problem_of(generator.frame(false)) == "the stream does not begin with a key frame");
    CHECK(problem_of(std::vector<std::uint8_t>(2)) == "a frame of 2 bytes has no header");
    CHECK(problem_of(std::span(key).first(9)).find("goes over the end") != std::string::npos);
    CHECK(problem_of(std::vector<std::uint8_t>{0x10, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 16, 0}) ==
          "the frame ends inside its header");
    key[4] = 0;
    CHECK(problem_of(key) == "a key frame without its start code");
}

TEST_CASE("a VP8 parser says what lasts and what is of one frame", "[guest]") {
    Vp8Generator generator(70, 30, 2, 12);
    play::Vp8Parser parser;
    std::string problem;
    const auto key = parser.parse(generator.frame(true), problem);
    REQUIRE(key.has_value());
    CHECK(key->control.width == 70);
    CHECK(key->control.height == 30);
    CHECK(key->control.version == 2);
    CHECK((key->control.flags & V4L2_VP8_FRAME_FLAG_KEY_FRAME) != 0);
    CHECK(key->golden == play::Vp8Update::current);
    CHECK(key->altref == play::Vp8Update::current);
    CHECK(key->update_last);
    CHECK(key->control.coder_state.range >= 128);
    const auto inter = parser.parse(generator.frame(false), problem);
    REQUIRE(inter.has_value());
    CHECK(inter->control.width == 70);
    CHECK((inter->control.flags & V4L2_VP8_FRAME_FLAG_KEY_FRAME) == 0);
}

TEST_CASE("IVF files are read up to the last whole frame", "[guest]") {
    const std::vector<std::vector<std::uint8_t>> frames{{1, 2, 3}, {}, {4, 5, 6, 7}};
    const auto file = Vp8Generator::ivf(40, 20, frames);
    std::string problem;
    const auto whole = play::Ivf::parse(file, problem);
    REQUIRE(whole.has_value());
    CHECK(whole->fourcc == "VP80");
    CHECK(whole->width == 40);
    CHECK(whole->height == 20);
    REQUIRE(whole->frames.size() == 3);
    CHECK(whole->frames[1].empty());
    CHECK(whole->frames[2][3] == 7);
    for (std::size_t length = 0; length < file.size(); ++length) {
        const std::vector<std::uint8_t> bytes(file.begin(),
                                              file.begin() + static_cast<std::ptrdiff_t>(length));
        const auto cut = play::Ivf::parse(bytes, problem);
        CHECK(cut.has_value() == (length >= 32));
        CHECK((!cut || cut->frames.size() < 3));
    }
    CHECK_FALSE(play::Ivf::parse(std::vector<std::uint8_t>(100), problem).has_value());
    CHECK(problem == "no IVF file: it does not begin with DKIF");
}
