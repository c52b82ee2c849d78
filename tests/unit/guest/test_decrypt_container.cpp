// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * svp-decrypt's files and command line: what is taken, what is refused, and that no input does harm.
 */
#include <random>

#include "../catch.hpp"
#include "arguments.hpp"
#include "container.hpp"

using namespace svp::decrypt;

namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

/** A header with two samples, the second one with two sub-samples. */
Bytes good_header() {
    Bytes bytes = {'S', 'V', 'P', 'E', 'N', 'C', '1', 0};
    for (const std::uint32_t value : {168u, 2u, 0u, 0u, 8u, 64u, 2u, 0u})
        put(bytes, value);
    bytes.resize(bytes.size() + 64, 0xbb);
    put(bytes, 100);
    put(bytes, 0);
    bytes.resize(bytes.size() + 16, 0x11);
    put(bytes, 50);
    put(bytes, 2);
    bytes.resize(bytes.size() + 16, 0x22);
    for (const std::uint32_t value : {10u, 20u, 5u, 15u})
        put(bytes, value);
    return bytes;
}

}  // namespace

TEST_CASE("svp-decrypt: a container", "[guest]") {
    const Bytes header = good_header();
    REQUIRE(header.size() == 168);
    REQUIRE(Container::is_container(header));
    REQUIRE(Container::header_size(header).value() == header.size());
    const auto container = Container::parse(header);
    REQUIRE(container.ok());
    CHECK(container.value().blob == Bytes(64, 0xbb));
    CHECK(container.value().data_offset == 168);
    CHECK(container.value().data_size == 150);
    REQUIRE(container.value().samples.size() == 2);
    CHECK(container.value().samples[0].size == 100);
    CHECK(container.value().samples[0].description.scheme == SVP_SCHEME_CENC);
    CHECK(container.value().samples[1].description.iv[15] == 0x22);
    REQUIRE(container.value().samples[1].description.subsamples.size() == 2);
    CHECK(container.value().samples[1].description.subsamples[1].encrypted == 15);
}

TEST_CASE("svp-decrypt: a container that ends early, anywhere", "[guest]") {
    const Bytes header = good_header();
    for (std::size_t size = 0; size < header.size(); size++)
        CHECK_FALSE(Container::parse(std::span(header).first(size)).ok());
}

TEST_CASE("svp-decrypt: containers with bytes changed by chance", "[guest]") {
    std::mt19937 random(1);
    for (int turn = 0; turn < 20'000; turn++) {
        Bytes header = good_header();
        for (int change = 0; change < 3; change++)
            header[random() % header.size()] = static_cast<std::uint8_t>(random() % 2 ? 0xff : random());
        const auto container = Container::parse(header);
        if (container.ok())
            CHECK(container.value().samples.size() <= header.size() / 24);
        else
            CHECK_FALSE(container.error().text.empty());
    }
}

TEST_CASE("svp-decrypt: command line", "[guest]") {
    const auto arguments =
        Arguments::parse({"FILE", "--mode", "cbcs", "--iv", "0102030405060708", "--pattern", "1:9", "--key",
                          "K", "--heap", "vault", "--offset", "4097", "--skew", "3"});
    REQUIRE(arguments.ok());
    CHECK(arguments.value().file == "FILE");
    CHECK(arguments.value().heap == "vault");
    CHECK(arguments.value().offset == 4097);
    REQUIRE(arguments.value().raw.has_value());
    CHECK(arguments.value().raw->scheme == SVP_SCHEME_CBCS);
    CHECK(arguments.value().raw->iv_size == 8);
    CHECK(arguments.value().raw->iv[7] == 8);
    CHECK(arguments.value().raw->skip_blocks == 9);
    CHECK_FALSE(Arguments::parse({}).ok());
    CHECK_FALSE(Arguments::parse({"--offset", "99999999999999999999"}).ok());
    CHECK_FALSE(Arguments::parse({"FILE", "--pattern", ":"}).ok());
    CHECK_FALSE(Arguments::parse({"FILE", "--iv", "0"}).ok());
    CHECK(Arguments::parse({"--help"}).value().task == Arguments::Task::help);
}

TEST_CASE("svp-decrypt: sub-samples as text", "[guest]") {
    const auto subsamples = parse_subsamples("# clear encrypted\n1 2\n\n3 4294967295 # all\r\n");
    REQUIRE(subsamples.ok());
    REQUIRE(subsamples.value().size() == 2);
    CHECK(subsamples.value()[1].encrypted == 4294967295u);
    CHECK(parse_subsamples("").value().empty());
    for (const char* text : {"1", "1 2 3", "1 -2", "x y", "1 4294967296", " 1 2"})
        CHECK_FALSE(parse_subsamples(text).ok());
}
