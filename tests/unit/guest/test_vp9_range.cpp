// SPDX-License-Identifier: GPL-2.0-or-later
/** A part of a sample, as svp-vp9 decrypts it, is what svp-decrypt makes of it within the whole. */
#include "../catch.hpp"
#include "decrypt_board.hpp"

extern "C" {
#include "range.h"
}

using namespace svp::test;

namespace {

Bytes decrypt_range(const svp_sample& sample, const Bytes& in, std::size_t offset, std::size_t size,
                    std::uint32_t fail_at = 0) {
    ToyCipher toy(true);
    toy.fail_at = fail_at;
    const svp_cipher cipher = toy.interface();
    const auto stage = std::make_unique<svp_stage>();
    // Memory of just that size, whose ends the sanitizers watch
    const Bytes given(in.begin() + static_cast<std::ptrdiff_t>(offset),
                      in.begin() + static_cast<std::ptrdiff_t>(offset + size));
    Bytes out(size, 0xa5);
    const std::uint32_t result =
        svp_range_decrypt(sample.iv, offset, given.data(), out.data(), size, &cipher, stage.get());
    CHECK(result == (fail_at != 0 ? 0xbad : 0));
    CHECK_FALSE(toy.misused);
    if (result == 0) {
        CHECK(stage->direct + stage->collected == size);
    }
    return out;
}

}  // namespace

TEST_CASE("svp-vp9: a part of a sample is decrypted as within the whole", "[guest]") {
    std::mt19937 random(8);
    svp_sample sample{};
    sample.scheme = SVP_SCHEME_CENC;
    sample.iv_size = 16;
    sample.size = 20'000;
    for (unsigned turn = 0; turn < 300; ++turn) {
        for (auto& byte : sample.iv) {
            // The block counter often runs over, within the sample and between its parts.
            byte = static_cast<std::uint8_t>(turn % 2 == 0 ? 0xff : random());
        }
        sample.iv[15] = static_cast<std::uint8_t>(random());
        Bytes in(sample.size);
        std::generate(in.begin(), in.end(), [&] { return static_cast<std::uint8_t>(random()); });
        const Bytes whole = reference(sample, in);
        const std::size_t offset = random() % (turn % 3 == 0 ? 40 : in.size());
        const std::size_t left = in.size() - offset;
        const std::size_t size = 1 + random() % (turn % 5 == 0 ? std::min<std::size_t>(left, 40) : left);
        const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(offset);
        CHECK(decrypt_range(sample, in, offset, size) ==
              Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
    }
}

TEST_CASE("svp-vp9: a failure of the cipher is handed on", "[guest]") {
    svp_sample sample{};
    const Bytes in(100);
    decrypt_range(sample, in, 5, 60, 1);
    decrypt_range(sample, in, 5, 60, 2);
}
