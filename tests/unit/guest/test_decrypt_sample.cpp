// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Which bytes of a sample svp-decrypt takes for encrypted, what it refuses, and where its cipher starts anew.
 */
#include <string>

#include "../catch.hpp"
#include "decrypt_board.hpp"

using namespace svp::test;

namespace {

OwnedSample make(std::uint32_t scheme, std::uint64_t size, Subsamples subsamples = {},
                 std::uint32_t crypt = 0, std::uint32_t skip = 0, std::uint32_t iv_size = 16) {
    OwnedSample owned;
    owned.subsamples = std::move(subsamples);
    owned.sample.scheme = scheme;
    owned.sample.size = size;
    owned.sample.crypt_blocks = crypt;
    owned.sample.skip_blocks = skip;
    owned.sample.iv_size = iv_size;
    return owned;
}

/** The steps of a sample as text: c<clear bytes>, e<encrypted bytes>, '!' before one that restarts the
 * cipher. */
std::string steps(OwnedSample owned) {
    svp_walk walk;
    svp_step step;
    std::string text;
    svp_walk_start(&walk, &owned.get());
    while (svp_walk_next(&walk, &step))
        text += (step.restart ? "!" : "") + std::string(step.encrypted ? "e" : "c") +
                std::to_string(step.size) + " ";
    return text;
}

std::string fault(OwnedSample owned) {
    const char* const text = svp_sample_fault(&owned.get());
    return text ? text : "";
}

}  // namespace

TEST_CASE("svp-decrypt: encrypted bytes of each scheme", "[guest]") {
    CHECK(steps(make(SVP_SCHEME_CTR, 1000)) == "!e1000 ");
    CHECK(steps(make(SVP_SCHEME_CBC, 1600)) == "!e1600 ");
    CHECK(steps(make(SVP_SCHEME_CENC, 50, {{10, 20}, {0, 5}, {15, 0}})) == "c10 !e20 e5 c15 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 100)) == "!e96 c4 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 100, {}, 1, 0)) == "!e96 c4 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 15)) == "c15 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 200, {}, 1, 9)) == "!e16 c144 e16 c24 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 90, {}, 2, 1)) == "!e32 c16 e32 c10 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 60, {{1, 20}, {3, 36}}, 1, 1)) == "c1 !e16 c4 c3 !e16 c16 c4 ");
    CHECK(steps(make(SVP_SCHEME_CBCS, 40, {}, 3, 2)) == "!e32 c8 ");
}

TEST_CASE("svp-decrypt: the block counter of cenc has 64 bits", "[guest]") {
    OwnedSample owned = make(SVP_SCHEME_CENC, 100);
    std::memset(owned.sample.iv, 0xff, sizeof(owned.sample.iv));
    owned.sample.iv[15] = 0xfe;  // two blocks before the end
    CHECK(steps(owned) == "!e32 !e68 ");
    owned.sample.iv_size = 8;
    CHECK(steps(owned) == "!e100 ");
    owned.sample.iv_size = 16;
    owned.sample.scheme = SVP_SCHEME_CTR;
    CHECK(steps(owned) == "!e100 ");

    owned.sample.scheme = SVP_SCHEME_CENC;
    svp_walk walk;
    svp_step step;
    svp_walk_start(&walk, &owned.get());
    REQUIRE(svp_walk_next(&walk, &step));
    REQUIRE(svp_walk_next(&walk, &step));
    const Bytes expected = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(Bytes(step.iv, step.iv + 16) == expected);
}

TEST_CASE("svp-decrypt: descriptions that are refused", "[guest]") {
    CHECK(fault(make(4, 16)) == "unknown scheme");
    CHECK(fault(make(SVP_SCHEME_CTR, 0)) == "the sample is empty");
    CHECK(fault(make(SVP_SCHEME_CTR, 16, {}, 0, 0, 8)) == "wrong size of the initialization vector");
    CHECK(fault(make(SVP_SCHEME_CENC, 16, {}, 0, 0, 12)) == "wrong size of the initialization vector");
    CHECK(fault(make(SVP_SCHEME_CBC, 17)) == "the sample is not made of whole blocks");
    CHECK(fault(make(SVP_SCHEME_CBCS, 16, {}, 16, 1)) == "impossible pattern");
    CHECK(fault(make(SVP_SCHEME_CBCS, 16, {}, 0, 1)) == "impossible pattern");
    CHECK(fault(make(SVP_SCHEME_CENC, 16, {}, 1, 9)) == "the scheme has no pattern");
    CHECK(fault(make(SVP_SCHEME_CTR, 16, {{0, 16}})) == "the scheme has no sub-samples");
    CHECK(fault(make(SVP_SCHEME_CENC, 16, {{0, 8}, {0, 0}, {0, 8}})) == "a sub-sample is empty");
    CHECK(fault(make(SVP_SCHEME_CENC, 16, {{0, 15}})) == "sub-samples are shorter than the sample");
    CHECK(fault(make(SVP_SCHEME_CENC, 16, {{0, 16}, {1, 0}})) == "sub-samples are longer than the sample");
    CHECK(fault(make(SVP_SCHEME_CENC, 14, {{UINT32_MAX, UINT32_MAX}, {8, 8}})) ==
          "sub-samples are longer than the sample");
    CHECK(fault(make(SVP_SCHEME_CENC, SVP_DECRYPT_MAX_SUBSAMPLES + 1,
                     Subsamples(SVP_DECRYPT_MAX_SUBSAMPLES + 1, {0, 1}))) == "too many sub-samples");
    CHECK(fault(make(SVP_SCHEME_CENC, SVP_DECRYPT_MAX_SUBSAMPLES,
                     Subsamples(SVP_DECRYPT_MAX_SUBSAMPLES, {0, 1})))
              .empty());
    CHECK(fault(make(SVP_SCHEME_CBCS, 16, {}, 15, 15, 8)).empty());
}
