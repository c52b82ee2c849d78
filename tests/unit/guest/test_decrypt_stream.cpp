// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * svp-decrypt's work on a sample against a reference by bytes: every length near an edge, and samples by
 * chance. The output is never read: what was there before makes no difference.
 */
#include "../catch.hpp"
#include "decrypt_board.hpp"

using namespace svp::test;

namespace {

using Random = std::mt19937;

std::uint32_t below(Random& random, std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}

Bytes noise(Random& random, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

/** A length that is often small, sometimes long enough for the cipher to work in place. */
std::uint32_t length(Random& random) {
    static constexpr std::uint32_t limits[] = {3, 17, 100, 3000, 20'000};
    return below(random, limits[below(random, 5)]);
}

OwnedSample random_sample(Random& random) {
    OwnedSample owned;
    svp_sample& sample = owned.sample;
    sample.scheme = below(random, 4);
    sample.iv_size = 16;
    for (auto& byte : sample.iv)
        byte = static_cast<std::uint8_t>(below(random, 3) ? 0xff : random());
    if (sample.scheme == SVP_SCHEME_CENC || sample.scheme == SVP_SCHEME_CBCS) {
        sample.iv_size = below(random, 2) ? 8 : 16;
        for (std::uint32_t count = below(random, 30); count > 0; count--) {
            const svp_decrypt_subsample next = {length(random), length(random)};
            if (next.clear || next.encrypted)
                owned.subsamples.push_back(next);
        }
    }
    if (sample.scheme == SVP_SCHEME_CBCS) {
        sample.crypt_blocks = below(random, 4);
        sample.skip_blocks = sample.crypt_blocks ? below(random, 16) : 0;
    }
    for (const auto& [clear, encrypted] : owned.subsamples)
        sample.size += clear + encrypted;
    if (owned.subsamples.empty())
        sample.size =
            16 * (1 + below(random, 2000)) + (sample.scheme == SVP_SCHEME_CBC ? 0 : below(random, 16));
    return owned;
}

void check_against_reference(OwnedSample& owned, Random& random) {
    const svp_sample& sample = owned.get();
    REQUIRE(svp_sample_fault(&sample) == nullptr);
    const Bytes in = noise(random, sample.size);
    const Bytes expected = reference(sample, in);
    for (const std::uint8_t before : {std::uint8_t{0x00}, std::uint8_t{0xa5}}) {
        const Decrypted seen = decrypt(sample, in, below(random, 64), below(random, 64), before);
        REQUIRE(seen.result == 0);
        REQUIRE_FALSE(seen.misused);
        REQUIRE(seen.total == sample.size);
        REQUIRE(seen.out == expected);
    }
}

}  // namespace

TEST_CASE("svp-decrypt: toy cipher is one", "[guest]") {
    Random random(1);
    for (int turn = 0; turn < 100; turn++) {
        Block block;
        const Bytes bytes = noise(random, block.size());
        std::copy(bytes.begin(), bytes.end(), block.begin());
        CHECK(toy_decrypt(toy_encrypt(block)) == block);
    }
}

TEST_CASE("svp-decrypt: lengths and places at edges", "[guest]") {
    Random random(2);
    for (const std::uint32_t edge : {16u, 64u, 2048u, 2112u, 4096u, 65536u, 131072u}) {
        for (int step = -17; step <= 17; step++) {
            OwnedSample owned;
            owned.sample.scheme = SVP_SCHEME_CTR;
            owned.sample.iv_size = 16;
            owned.sample.size = static_cast<std::uint64_t>(std::max(1, static_cast<int>(edge) + step));
            check_against_reference(owned, random);
        }
    }
}

TEST_CASE("svp-decrypt: samples by chance", "[guest]") {
    Random random(3);
    for (int turn = 0; turn < 400; turn++) {
        OwnedSample owned = random_sample(random);
        check_against_reference(owned, random);
    }
}

TEST_CASE("svp-decrypt: more pieces than there is room for", "[guest]") {
    Random random(4);
    for (const std::uint32_t encrypted : {1u, 5u, 15u, 16u, 17u}) {
        OwnedSample owned;
        owned.sample.scheme = SVP_SCHEME_CENC;
        owned.sample.iv_size = 8;
        owned.subsamples.assign(SVP_DECRYPT_MAX_SUBSAMPLES, {1, encrypted});
        owned.sample.size = SVP_DECRYPT_MAX_SUBSAMPLES * (1 + encrypted);
        check_against_reference(owned, random);
    }
    OwnedSample pattern;
    pattern.sample.scheme = SVP_SCHEME_CBCS;
    pattern.sample.iv_size = 16;
    pattern.sample.crypt_blocks = 1;
    pattern.sample.skip_blocks = 1;
    pattern.sample.size = 32 * (2 * SVP_STAGE_PIECES + 3) + 5;
    check_against_reference(pattern, random);
}

TEST_CASE("svp-decrypt: long runs go straight to the output", "[guest]") {
    Random random(5);
    OwnedSample owned;
    owned.sample.scheme = SVP_SCHEME_CTR;
    owned.sample.iv_size = 16;
    owned.sample.size = 1 << 20;
    const Bytes in = noise(random, owned.sample.size);
    CHECK(decrypt(owned.get(), in).direct == 1 << 20);
    CHECK(decrypt(owned.get(), in, 5, 16).direct == (1 << 20) - 64);
    CHECK(decrypt(owned.get(), in, 0, 7).direct == 1 << 20);
}

TEST_CASE("svp-decrypt: a failure of the cipher is handed on", "[guest]") {
    Random random(6);
    OwnedSample owned;
    owned.sample.scheme = SVP_SCHEME_CENC;
    owned.sample.iv_size = 8;
    owned.subsamples = {{3, 5000}, {0, 7}, {1, 9000}};
    owned.sample.size = 14011;
    const Bytes in = noise(random, owned.sample.size);
    const Decrypted good = decrypt(owned.get(), in);
    REQUIRE(good.result == 0);
    for (std::uint32_t number = 1; number <= 3; number++)
        CHECK(decrypt(owned.get(), in, 0, 0, 0, number).result == 0xbad);
}

TEST_CASE("svp-decrypt: any description is refused or done", "[guest]") {
    Random random(7);
    int accepted = 0;
    for (int turn = 0; turn < 20'000; turn++) {
        OwnedSample owned = random_sample(random);
        auto* const words = reinterpret_cast<std::uint32_t*>(&owned.sample);
        static constexpr std::uint32_t odd[] = {0, 1, 8, 15, 16, 17, 0x7fffffff, 0xffffffff};
        words[below(random, 4)] = odd[below(random, 8)];
        if (!owned.subsamples.empty() && below(random, 2))
            owned.subsamples[below(random, static_cast<std::uint32_t>(owned.subsamples.size()))].clear =
                odd[below(random, 8)];
        if (svp_sample_fault(&owned.get()))
            continue;
        svp_walk walk;
        svp_step step;
        std::uint64_t total = 0;
        svp_walk_start(&walk, &owned.get());
        while (svp_walk_next(&walk, &step)) {
            REQUIRE(step.size > 0);
            total += step.size;
        }
        REQUIRE(total == owned.sample.size);
        accepted++;
    }
    CHECK(accepted > 1000);
}
