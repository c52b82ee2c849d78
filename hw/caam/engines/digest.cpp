// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/digest.hpp"

#include <cstring>

#include "caam/byte_order.hpp"

namespace svp::caam {

namespace {

struct Sizes {
    std::size_t digest, block, state;
};

constexpr Sizes sizes[] = {{16, 64, 16},  {20, 64, 20},  {28, 64, 32},  {32, 64, 32},
                           {48, 128, 64}, {64, 128, 64}, {28, 128, 64}, {32, 128, 64}};

const Sizes& sizes_of(DigestKind kind) {
    return sizes[static_cast<std::size_t>(kind)];
}

}  // namespace

std::optional<DigestKind> digest_of_algorithm(std::uint8_t algorithm) {
    if (algorithm < 0x40 || algorithm > 0x47) {
        return std::nullopt;
    }
    return static_cast<DigestKind>(algorithm - 0x40);
}

std::size_t digest_size(DigestKind kind) {
    return sizes_of(kind).digest;
}

std::size_t digest_block_size(DigestKind kind) {
    return sizes_of(kind).block;
}

std::size_t digest_state_size(DigestKind kind) {
    return sizes_of(kind).state;
}

Digest::Digest(DigestKind kind) : kind_(kind), context_{} {
    switch (kind) {
        case DigestKind::md5:
            md5_init(&context_.md5);
            break;
        case DigestKind::sha1:
            sha1_init(&context_.sha1);
            break;
        case DigestKind::sha224:
            sha224_init(&context_.sha256);
            break;
        case DigestKind::sha256:
            sha256_init(&context_.sha256);
            break;
        case DigestKind::sha384:
            sha384_init(&context_.sha512);
            break;
        case DigestKind::sha512:
            sha512_init(&context_.sha512);
            break;
        case DigestKind::sha512_224:
            sha512_224_init(&context_.sha512);
            break;
        case DigestKind::sha512_256:
            sha512_256_init(&context_.sha512);
            break;
    }
}

void Digest::update(std::span<const std::uint8_t> data) {
    switch (kind_) {
        case DigestKind::md5:
            md5_update(&context_.md5, data.size(), data.data());
            break;
        case DigestKind::sha1:
            sha1_update(&context_.sha1, data.size(), data.data());
            break;
        case DigestKind::sha224:
        case DigestKind::sha256:
            sha256_update(&context_.sha256, data.size(), data.data());
            break;
        default:
            sha512_update(&context_.sha512, data.size(), data.data());
            break;
    }
}

void Digest::finish(std::uint8_t* digest) {
    switch (kind_) {
        case DigestKind::md5:
            md5_digest(&context_.md5, MD5_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha1:
            sha1_digest(&context_.sha1, SHA1_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha224:
            sha224_digest(&context_.sha256, SHA224_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha256:
            sha256_digest(&context_.sha256, SHA256_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha384:
            sha384_digest(&context_.sha512, SHA384_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha512:
            sha512_digest(&context_.sha512, SHA512_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha512_224:
            sha512_224_digest(&context_.sha512, SHA224_DIGEST_SIZE, digest);
            break;
        case DigestKind::sha512_256:
            sha512_256_digest(&context_.sha512, SHA256_DIGEST_SIZE, digest);
            break;
    }
}

void Digest::save(std::uint8_t* state) const {
    switch (kind_) {
        case DigestKind::md5:
            for (std::size_t i = 0; i < 4; ++i) {
                store_le32(state + 4 * i, context_.md5.state[i]);
            }
            break;
        case DigestKind::sha1:
            for (std::size_t i = 0; i < 5; ++i) {
                store_be32(state + 4 * i, context_.sha1.state[i]);
            }
            break;
        case DigestKind::sha224:
        case DigestKind::sha256:
            for (std::size_t i = 0; i < 8; ++i) {
                store_be32(state + 4 * i, context_.sha256.state[i]);
            }
            break;
        default:
            for (std::size_t i = 0; i < 8; ++i) {
                store_be64(state + 8 * i, context_.sha512.state[i]);
            }
            break;
    }
}

void Digest::restore(const std::uint8_t* state, std::uint64_t bytes) {
    const std::uint64_t count = bytes / digest_block_size(kind_);
    switch (kind_) {
        case DigestKind::md5:
            for (std::size_t i = 0; i < 4; ++i) {
                context_.md5.state[i] = load_le32(state + 4 * i);
            }
            context_.md5.count = count;
            context_.md5.index = 0;
            break;
        case DigestKind::sha1:
            for (std::size_t i = 0; i < 5; ++i) {
                context_.sha1.state[i] = load_be32(state + 4 * i);
            }
            context_.sha1.count = count;
            context_.sha1.index = 0;
            break;
        case DigestKind::sha224:
        case DigestKind::sha256:
            for (std::size_t i = 0; i < 8; ++i) {
                context_.sha256.state[i] = load_be32(state + 4 * i);
            }
            context_.sha256.count = count;
            context_.sha256.index = 0;
            break;
        default:
            for (std::size_t i = 0; i < 8; ++i) {
                context_.sha512.state[i] = load_be64(state + 8 * i);
            }
            context_.sha512.count_low = count;
            context_.sha512.count_high = 0;
            context_.sha512.index = 0;
            break;
    }
}

void Digest::exchange(Archive& archive) {
    const auto all = [&](auto& context, auto& count) {
        for (auto& word : context.state) {
            archive.value(word);
        }
        archive.value(count);
        archive.value(context.index, digest_block_size(kind_) - 1);
        archive.bytes(std::as_writable_bytes(std::span(context.block)));
    };
    switch (kind_) {
        case DigestKind::md5:
            return all(context_.md5, context_.md5.count);
        case DigestKind::sha1:
            return all(context_.sha1, context_.sha1.count);
        case DigestKind::sha224:
        case DigestKind::sha256:
            return all(context_.sha256, context_.sha256.count);
        default:
            archive.value(context_.sha512.count_high);
            return all(context_.sha512, context_.sha512.count_low);
    }
}

std::vector<std::uint8_t> digest(DigestKind kind, std::span<const std::uint8_t> data) {
    std::vector<std::uint8_t> result(digest_size(kind));
    Digest computation(kind);
    computation.update(data);
    computation.finish(result.data());
    return result;
}

void split_key(DigestKind kind, std::span<const std::uint8_t> key, std::uint8_t* halves) {
    std::vector<std::uint8_t> block(digest_block_size(kind));
    std::vector<std::uint8_t> reduced;
    if (key.size() > block.size()) {
        reduced = digest(kind, key);
        key = reduced;
    }
    for (const std::uint8_t pad : {std::uint8_t{0x36}, std::uint8_t{0x5c}}) {
        for (std::size_t i = 0; i < block.size(); ++i) {
            block[i] = static_cast<std::uint8_t>((i < key.size() ? key[i] : 0) ^ pad);
        }
        Digest half(kind);
        half.update(block);
        half.save(halves);
        halves += digest_state_size(kind);
    }
}

std::vector<std::uint8_t> hmac(DigestKind kind, std::span<const std::uint8_t> key,
                               std::span<const std::uint8_t> data) {
    const std::size_t state = digest_state_size(kind);
    std::vector<std::uint8_t> halves(2 * state);
    split_key(kind, key, halves.data());
    std::vector<std::uint8_t> result(digest_size(kind));
    Digest inner(kind);
    inner.restore(halves.data(), digest_block_size(kind));
    inner.update(data);
    inner.finish(result.data());
    Digest outer(kind);
    outer.restore(halves.data() + state, digest_block_size(kind));
    outer.update(result);
    outer.finish(result.data());
    return result;
}

}  // namespace svp::caam
