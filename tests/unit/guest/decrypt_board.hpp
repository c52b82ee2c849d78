// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * What the tests of the TA svp-decrypt share: samples by chance, a toy cipher, and a reference that looks at
 * one byte at a time.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

extern "C" {
#include "stream.h"
}

namespace svp::test {

using Bytes = std::vector<std::uint8_t>;
using Block = std::array<std::uint8_t, SVP_DECRYPT_BLOCK>;
using Subsamples = std::vector<svp_decrypt_subsample>;

/** A permutation of blocks, so that each bit of a result depends on its own place; no secret is kept by it.
 */
inline Block toy_encrypt(Block block) {
    for (std::size_t n = 0; n < block.size(); n++)
        block[n] = static_cast<std::uint8_t>(block[n] * 7 + 31 * n + (n ? block[n - 1] : 0));
    return block;
}

inline Block toy_decrypt(Block block) {
    for (std::size_t n = block.size(); n-- > 0;)  // 183 * 7 = 1 (mod 256)
        block[n] = static_cast<std::uint8_t>((block[n] - 31 * n - (n ? block[n - 1] : 0)) * 183);
    return block;
}

inline bool is_counter_mode(std::uint32_t scheme) {
    return scheme == SVP_SCHEME_CTR || scheme == SVP_SCHEME_CENC;
}

/** Adds 1 to the last `width` bytes of a counter block. */
inline void count_up(Block& counter, std::size_t width) {
    for (std::size_t n = counter.size(); n-- > counter.size() - width;)
        if (++counter[n])
            return;
}

/** A cipher as CAAM offers it: a 128-bit counter, or chained blocks; notes what it is asked for. */
class ToyCipher {
 public:
    explicit ToyCipher(bool counts) : counts_(counts) {}

    svp_cipher interface() {
        svp_cipher cipher{};
        cipher.context = this;
        cipher.start = [](void* context, const std::uint8_t* iv) {
            auto* const self = static_cast<ToyCipher*>(context);
            std::copy_n(iv, self->state_.size(), self->state_.begin());
            self->started_ = true;
            return std::uint32_t{0};
        };
        cipher.run = [](void* context, const std::uint8_t* in, std::uint8_t* out, std::size_t size) {
            return static_cast<ToyCipher*>(context)->run(in, out, size);
        };
        return cipher;
    }

    bool misused = false;  ///< no whole blocks, or no start
    std::uint32_t runs = 0;
    std::uint32_t fail_at = 0;  ///< number of the run that fails

 private:
    std::uint32_t run(const std::uint8_t* in, std::uint8_t* out, std::size_t size) {
        if (++runs == fail_at)
            return 0xbad;
        misused |= !started_ || !size || size % SVP_DECRYPT_BLOCK;
        for (std::size_t at = 0; at + SVP_DECRYPT_BLOCK <= size; at += SVP_DECRYPT_BLOCK) {
            Block block, result;
            std::copy_n(in + at, block.size(), block.begin());
            if (counts_) {
                result = toy_encrypt(state_);
                count_up(state_, state_.size());
            } else {
                result = toy_decrypt(block);
            }
            for (std::size_t n = 0; n < block.size(); n++)
                out[at + n] = static_cast<std::uint8_t>(result[n] ^ (counts_ ? block[n] : state_[n]));
            if (!counts_)
                state_ = block;
        }
        return 0;
    }

    const bool counts_;
    bool started_ = false;
    Block state_{};
};

/** For each byte of a sample: number of its stream, or -1 if it is clear. Written from the standard, not from
 * the code. */
inline std::vector<int> streams_of(const svp_sample& sample) {
    std::vector<int> streams;
    Subsamples subsamples(sample.subsamples, sample.subsamples + sample.subsample_count);
    if (subsamples.empty())
        subsamples.push_back({0, static_cast<std::uint32_t>(sample.size)});
    int number = 0;
    for (const auto& [clear, encrypted] : subsamples) {
        streams.insert(streams.end(), clear, -1);
        const std::uint32_t period = sample.crypt_blocks + sample.skip_blocks;
        for (std::uint32_t at = 0; at < encrypted; at++) {
            const std::uint32_t block = at / SVP_DECRYPT_BLOCK;
            const bool whole = (block + 1) * SVP_DECRYPT_BLOCK <= encrypted;
            const bool chosen = !sample.skip_blocks || block % period < sample.crypt_blocks;
            const bool is_encrypted = is_counter_mode(sample.scheme) || (whole && chosen);
            streams.push_back(is_encrypted ? number : -1);
        }
        number += sample.scheme == SVP_SCHEME_CBCS;
    }
    return streams;
}

/** What a sample decrypts to, byte by byte. */
inline Bytes reference(const svp_sample& sample, const Bytes& in) {
    const std::vector<int> streams = streams_of(sample);
    Bytes out = in;
    Block iv{};
    std::copy_n(sample.iv, sample.iv_size, iv.begin());
    for (int stream = 0; stream <= static_cast<int>(sample.subsample_count); stream++) {
        std::vector<std::size_t> places;
        for (std::size_t at = 0; at < streams.size(); at++)
            if (streams[at] == stream)
                places.push_back(at);
        Block state = iv;
        for (std::size_t begin = 0; begin < places.size(); begin += SVP_DECRYPT_BLOCK) {
            const std::size_t count = std::min<std::size_t>(SVP_DECRYPT_BLOCK, places.size() - begin);
            Block block{};
            for (std::size_t n = 0; n < count; n++)
                block[n] = in[places[begin + n]];
            const Block mask = is_counter_mode(sample.scheme) ? block : state;
            const Block text = is_counter_mode(sample.scheme) ? toy_encrypt(state) : toy_decrypt(block);
            for (std::size_t n = 0; n < count; n++)
                out[places[begin + n]] = static_cast<std::uint8_t>(text[n] ^ mask[n]);
            if (is_counter_mode(sample.scheme))
                count_up(state, sample.scheme == SVP_SCHEME_CENC ? 8 : 16);
            else
                state = block;
        }
    }
    return out;
}

/** A sample with all that it points to. */
struct OwnedSample {
    Subsamples subsamples;
    svp_sample sample{};

    const svp_sample& get() {
        sample.subsamples = subsamples.data();
        sample.subsample_count = static_cast<std::uint32_t>(subsamples.size());
        return sample;
    }
};

/** Result of svp_stream_decrypt() with the toy cipher. */
struct Decrypted {
    std::uint32_t result;
    Bytes out;
    bool misused;
    std::uint64_t direct;
    std::uint64_t total;
};

/** `skew`: places of input and output within a cache line; `before`: what the output holds at first. */
inline Decrypted decrypt(const svp_sample& sample, const Bytes& in, std::size_t in_skew = 0,
                         std::size_t out_skew = 0, std::uint8_t before = 0, std::uint32_t fail_at = 0) {
    constexpr std::size_t line = 64;
    const auto stage = std::make_unique<svp_stage>();
    std::memset(stage.get(), 0xee, sizeof(*stage));
    const auto aligned = [](Bytes& bytes) {
        return (line - reinterpret_cast<std::uintptr_t>(bytes.data()) % line) % line;
    };
    Bytes source(in.size() + 2 * line), target(in.size() + 2 * line, before);
    const std::size_t from = aligned(source) + in_skew, to = aligned(target) + out_skew;
    std::copy(in.begin(), in.end(), source.begin() + static_cast<std::ptrdiff_t>(from));
    ToyCipher toy(is_counter_mode(sample.scheme));
    toy.fail_at = fail_at;
    const svp_cipher cipher = toy.interface();
    const std::uint32_t result =
        svp_stream_decrypt(&sample, source.data() + from, target.data() + to, &cipher, stage.get());
    const auto begin = target.begin() + static_cast<std::ptrdiff_t>(to);
    const auto end = begin + static_cast<std::ptrdiff_t>(in.size());
    const bool outside = std::any_of(target.begin(), begin, [&](auto byte) { return byte != before; }) ||
                         std::any_of(end, target.end(), [&](auto byte) { return byte != before; });
    return {result,
            {begin, end},
            toy.misused || outside,
            stage->direct,
            stage->direct + stage->collected + stage->copied};
}

}  // namespace svp::test
