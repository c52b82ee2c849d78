// SPDX-License-Identifier: GPL-2.0-or-later
/** Hashes and MACs in the steps of Linux, OP-TEE and U-Boot. Expected values: Python's hashlib, hmac and
 * cryptography. */
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

struct Hash {
    const char* name;
    std::uint32_t algorithm, protocol;
    std::size_t digest, state, split_words;
    Bytes of_nothing, of_200, hmac_200;
};

/** Message: counting(200). HMAC key: bytes 1 to 40. */
const Hash hashes[] = {
    {"md5", md5, 0x20, 16, 16, 8, hex("d41d8cd98f00b204e9800998ecf8427e"),
     hex("fb7001d34b8e82c9b579be5005d5b0a5"), hex("fb9ae104177e22cc58616249b8a4fe60")},
    {"sha1", sha1, 0x21, 20, 20, 10, hex("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
     hex("54d11e99127d159799dbce10f51a75e697780478"), hex("84bec9952f82b6d2cc18cc8385047e8e7958b7e9")},
    {"sha224", sha224, 0x22, 28, 32, 16, hex("d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"),
     hex("ab3e334a37953e18f4f673736dddb64e850bfdf29d5a7ba268c567d9"),
     hex("735899ef3c4bdf4e859c6d3a8c65e8830bc6205d3eb1facbb74d5cc0")},
    {"sha256", sha256, 0x23, 32, 32, 16,
     hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
     hex("1901da1c9f699b48f6b2636e65cbf73abf99d0441ef67f5c540a42f7051dec6f"),
     hex("1124063bd01ed3b3257f99dbba96398c48059c55d1c7e11a5f719f89c713badd")},
};

const Bytes message = counting(200);

Bytes hmac_key() {
    Bytes key(40);
    for (std::size_t i = 0; i < key.size(); ++i) {
        key[i] = static_cast<std::uint8_t>(i + 1);
    }
    return key;
}

/** Linux's shared descriptor for a step: @p key empty for a plain hash. */
Program linux_hash(const Hash& hash, std::uint32_t state, std::size_t result, bool imports,
                   const Bytes& key) {
    Program p = Program::shared(share_serial);
    std::uint32_t mode = hash.algorithm;
    if (!key.empty() && state != update) {
        const unsigned skip = p.here();
        p.jump(j_shared, 0);
        p.operation(hash.protocol << 16 | static_cast<std::uint32_t>(key.size())).bytes(key);
        for (std::size_t i = (key.size() + 3) / 4; i < hash.split_words; ++i) {
            p.word(0);
        }
        p.target_here(skip);
        mode |= hmac_precomputed;
    }
    if (imports) {
        p.seq_load(class2, r_context, 0, hash.state + 8);
    }
    p.operation(mode | state | encrypt)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class2 | vlf, fl_msg | fl_last2)
        .seq_store(class2, r_context, 0, result);
    return p;
}

Program sequences(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size) {
    return Program::job()
        .seq_in(in, static_cast<std::uint32_t>(in_size))
        .seq_out(out, static_cast<std::uint32_t>(out_size));
}

}  // namespace

TEST_CASE("caam hash: Linux's digest, and first, update, final", "[caam]") {
    for (const Hash& hash : hashes) {
        for (const Bytes& key : {Bytes(), hmac_key()}) {
            CAPTURE(hash.name, key.size());
            ReadyBoard board;
            const Bytes& expected = key.empty() ? hash.of_200 : hash.hmac_200;
            const auto from = board.put(message);
            const auto out = board.allocate(128);
            CHECK(board.run_shared(linux_hash(hash, init_final, hash.digest, false, key),
                                   sequences(from, 200, out, hash.digest)) == 0);
            CHECK(board.bytes(out, hash.digest) == expected);

            const std::size_t context_size = hash.state + 8;
            const auto context = board.allocate(128);
            CHECK(board.run_shared(linux_hash(hash, init, context_size, false, key),
                                   sequences(from, 64, context, context_size)) == 0);
            // The update finds context and data one behind the other.
            const std::pair<std::uint64_t, std::uint32_t> pieces[] = {
                {context, static_cast<std::uint32_t>(context_size)}, {from + 64, 64}, {from + 128, 0x40}};
            const auto table = board.table(pieces);
            CHECK(board.run_shared(linux_hash(hash, update, context_size, true, key),
                                   Program::job()
                                       .seq_in(table, static_cast<std::uint32_t>(context_size + 128), sgf)
                                       .seq_out(context, static_cast<std::uint32_t>(context_size))) == 0);
            const std::pair<std::uint64_t, std::uint32_t> rest[] = {
                {context, static_cast<std::uint32_t>(context_size)}, {from + 192, 8}};
            const auto last = board.table(rest);
            CHECK(board.run_shared(linux_hash(hash, final, hash.digest, true, key),
                                   Program::job()
                                       .seq_in(last, static_cast<std::uint32_t>(context_size + 8), sgf)
                                       .seq_out(out, static_cast<std::uint32_t>(hash.digest))) == 0);
            CHECK(board.bytes(out, hash.digest) == expected);
        }
    }
}

TEST_CASE("caam hash: nothing hashed, with the length at zero", "[caam]") {
    for (const Hash& hash : hashes) {
        CAPTURE(hash.name);
        ReadyBoard board;
        const auto out = board.allocate(64);
        CHECK(board.run_shared(linux_hash(hash, init_final, hash.digest, false, {}),
                               sequences(0, 0, out, hash.digest)) == 0);
        CHECK(board.bytes(out, hash.digest) == hash.of_nothing);
    }
}

TEST_CASE("caam hash: OP-TEE loads a context after the operation", "[caam]") {
    for (const Hash& hash : hashes) {
        CAPTURE(hash.name);
        ReadyBoard board;
        const auto from = board.put(message);
        const auto context = board.allocate(128);
        const auto out = board.allocate(64);
        CHECK(board.run(Program::job()
                            .operation(hash.algorithm | init | encrypt)
                            .fifo_load(class2, fl_msg, from, 30)
                            .fifo_load(class2, fl_msg | fl_last2, from + 30, 98)
                            .store(class2, r_context, 0, context, hash.state + 8)) == 0);
        CHECK(board.run(Program::job()
                            .operation(hash.algorithm | update | encrypt)
                            .load(class2, r_context, 0, context, hash.state + 8)
                            .fifo_load(class2, fl_msg | fl_last2, from + 128, 64)
                            .store(class2, r_context, 0, context, hash.state + 8)) == 0);
        CHECK(board.run(Program::job()
                            .operation(hash.algorithm | final | encrypt)
                            .load(class2, r_context, 0, context, hash.state + 8)
                            .fifo_load_ext(class2, fl_msg | fl_last2, from + 192, 8)
                            .store(class2, r_context, 0, out, hash.digest)) == 0);
        CHECK(board.bytes(out, hash.digest) == hash.of_200);
    }
}

TEST_CASE("caam hash: OP-TEE's split key leaves encrypted and comes back without saying so", "[caam]") {
    for (const Hash& hash : hashes) {
        CAPTURE(hash.name);
        ReadyBoard board;
        board.instantiate();
        const auto key = board.put(hmac_key());
        const auto split = board.allocate(128);
        const auto from = board.put(message);
        const auto out = board.allocate(64);
        const std::size_t split_size = 2 * hash.state;
        CHECK(board.run(Program::job()
                            .key(class2 | k_plain_store, key, 40)
                            .operation(hash.algorithm | hmac | init | decrypt)
                            .fifo_load(class2, fl_msg | fl_last2, Bytes())
                            .fifo_store(0, fs_split_ecb, split, split_size)) == 0);
        CHECK(board.run(Program::job()
                            .key(class2 | k_split, split, split_size)
                            .operation(hash.algorithm | hmac_precomputed | init_final | encrypt)
                            .fifo_load_ext(class2, fl_msg | fl_last2, from, 200)
                            .store(class2, r_context, 0, out, hash.digest)) == 0);
        CHECK(board.bytes(out, hash.digest) == hash.hmac_200);
        // No byte more than it has: OP-TEE copies it with this length when it copies an operation.
        CHECK(board.bytes(split + split_size, 16) == Bytes(16));
        const auto copy = board.put(board.bytes(split, split_size));
        board.host.memory.put(out, Bytes(64));
        CHECK(board.run(Program::job()
                            .key(class2 | k_split, copy, split_size)
                            .operation(hash.algorithm | hmac_precomputed | init_final | encrypt)
                            .fifo_load_ext(class2, fl_msg | fl_last2, from, 200)
                            .store(class2, r_context, 0, out, hash.digest)) == 0);
        CHECK(board.bytes(out, hash.digest) == hash.hmac_200);
        // And as Linux did before era 6: with ENC.
        CHECK(board.run(Program::job()
                            .key(class2 | k_split | k_encrypted, split, split_size)
                            .operation(hash.algorithm | hmac_precomputed | init_final | encrypt)
                            .fifo_load_ext(class2, fl_msg | fl_last2, from, 200)
                            .store(class2, r_context, 0, out, hash.digest)) == 0);
        CHECK(board.bytes(out, hash.digest) == hash.hmac_200);
    }
}

TEST_CASE("caam hash: derived keys from pointers, and longer than a block", "[caam]") {
    // hmac.new(counting(100), counting(200)).
    const Bytes long_key_mac[] = {hex("c86294e68500b3e3ba994461cef511e6"),
                                  hex("d162081440e5a4989c2ffa8cf06931cef28e31b6"),
                                  hex("16bcdafc2f0db2b92c8c861e12b3eead5d06c1517d093287a3987c47"),
                                  hex("d3cd072b3e0181f795ddd3d7a49e845e5efeb888c07c503b4bf96645fec24f6f")};
    for (std::size_t i = 0; i < 4; ++i) {
        const Hash& hash = hashes[i];
        CAPTURE(hash.name);
        ReadyBoard board;
        board.instantiate();
        const auto key = board.put(counting(100));
        const auto from = board.put(message);
        const auto out = board.allocate(64);
        const auto with = [&](std::uint32_t forms) {
            Program p = Program::shared(share_serial);
            p.operation(hash.protocol << 16 | forms | 100).word(static_cast<std::uint32_t>(key));
            for (std::size_t k = 1; forms == 2u << 14 && k < hash.split_words; ++k) {
                p.word(0);
            }
            p.operation(hash.algorithm | hmac_precomputed | init_final | encrypt)
                .math(add, s0_sil, 0, d_vsil, 4)
                .seq_fifo_load(class2 | vlf, fl_msg | fl_last2)
                .seq_store(class2, r_context, 0, hash.digest);
            return p;
        };
        for (const std::uint32_t forms : {2u << 14, 2u << 14 | 2u << 12}) {
            for (int round = 0; round < 2; ++round) {
                board.host.memory.put(out, Bytes(64));
                CHECK(board.run_shared(with(forms), sequences(from, 200, out, hash.digest)) == 0);
                CHECK(board.bytes(out, hash.digest) == long_key_mac[i]);
            }
        }
        CHECK(board.bytes(key, 100) == counting(100));
    }
}

TEST_CASE("caam hash: an inner MAC is compared, and a wrong one is told", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(message);
    for (const bool good : {true, false}) {
        Bytes given = hashes[3].hmac_200;
        given.resize(16);
        given[15] ^= good ? 0 : 1;
        const std::uint32_t status =
            board.run(Program::job()
                          .key(class2, hmac_key())
                          .operation(sha256 | hmac | init_final | decrypt | icv_check)
                          .fifo_load(class2, fl_msg, from, 200)
                          .fifo_load(class2, fl_icv | fl_last2, given));
        CHECK(error_of(status) == (good ? 0 : 0x2000004a));
    }
}

TEST_CASE("caam hash: what the digest engine does not have", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(message);
    const auto with = [&](CaamBoard& on, std::uint32_t mode, std::size_t size) {
        return error_of(on.run(
            Program::job().operation(mode | encrypt).fifo_load(class2, fl_msg | fl_last2, from, size)));
    };
    CHECK(with(board, sha384 | init_final, 200) == 0x20000041);
    CHECK(with(board, sha512 | init_final, 200) == 0x20000041);
    CHECK(with(board, sha256 | 2u << 4 | init_final, 200) == 0x20000041);  // SMAC
    CHECK(with(board, sha256 | init, 100) == 0x20000042);                  // no whole blocks, more to come
    CHECK(with(board, sha256 | hmac_precomputed | init_final, 200) == 0x20000043);
    CHECK(with(board, op_class2 | 0x10u << 16 | init_final, 200) == 0x2000000f);  // AES is no class 2 engine

    CaamBoard big;
    REQUIRE_FALSE(big.caam.set_property("md-class", 1));
    big.set_up();
    const auto source = big.put(message);
    const auto out = big.allocate(64);
    CHECK(big.run(Program::job()
                      .operation(sha512 | init_final | encrypt)
                      .fifo_load(class2, fl_msg | fl_last2, source, 200)
                      .store(class2, r_context, 0, out, 64)) == 0);
    CHECK(big.bytes(out, 64) == hex("986058e9895e2c2ab8f9e8cbdf801db12a44842a56a91d5a4e87b1fc98b29372"
                                    "2c4664142e42c3c551ff898646268cd92b84ed230b8c94bed7798d4f27cd7465"));
    const auto context = big.allocate(72);
    CHECK(big.run(Program::job()
                      .operation(sha384 | init | encrypt)
                      .fifo_load(class2, fl_msg | fl_last2, source, 128)
                      .store(class2, r_context, 0, context, 72)) == 0);
    CHECK(big.run(Program::job()
                      .load(class2, r_context, 0, context, 72)
                      .operation(sha384 | final | encrypt)
                      .fifo_load(class2, fl_msg | fl_last2, source + 128, 72)
                      .store(class2, r_context, 0, out, 48)) == 0);
    CHECK(big.bytes(out, 48) == hex("7ea4bb2534c67036f49de7beb5fe8a2478df04ff3fef40a9cd4923999a590e99"
                                    "12df1297217ce1a021aa2fb1013498b8"));
}

TEST_CASE("caam hash: CMAC in one step and in several", "[caam]") {
    struct Row {
        std::size_t size;
        Bytes mac;
    };
    // Key of RFC 4493; messages counting(n).
    const Row rows[] = {{0, hex("bb1d6929e95937287fa37d129b756746")},
                        {16, hex("5c7efb43900da87c2b8d87ee066d791b")},
                        {40, hex("e54a9f1335b8fbc47a6ebbbbf6c52e45")},
                        {64, hex("95e64c86f13f39a1e8015c2e920159ea")},
                        {200, hex("3c96e1fbf1a0bc093b3629ac43fece2e")}};
    const Bytes key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    ReadyBoard board;
    const auto from = board.put(message);
    const auto out = board.allocate(32);
    const auto context = board.allocate(32);
    for (const Row& row : rows) {
        CAPTURE(row.size);
        CHECK(board.run_shared(Program::shared(share_serial)
                                   .key(class1, key)
                                   .operation(aes_cmac | init_final | encrypt)
                                   .math(add, s0_sil, 0, d_vsil, 4)
                                   .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                                   .seq_store(class1, r_context, 0, 16),
                               sequences(from, row.size, out, 16)) == 0);
        CHECK(board.bytes(out, 16) == row.mac);
        if (row.size <= 32) {
            continue;
        }
        CHECK(board.run(Program::job()
                            .key(class1, key)
                            .operation(aes_cmac | init | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from, 16)
                            .store(class1, r_context, 0, context, 32)) == 0);
        CHECK(board.run(Program::job()
                            .key(class1, key)
                            .load(class1, r_context, 0, context, 32)
                            .operation(aes_cmac | update | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from + 16, 16)
                            .store(class1, r_context, 0, context, 32)) == 0);
        CHECK(board.run(Program::job()
                            .key(class1, key)
                            .load(class1, r_context, 0, context, 32)
                            .operation(aes_cmac | final | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from + 32, row.size - 32)
                            .store(class1, r_context, 0, out, 16)) == 0);
        CHECK(board.bytes(out, 16) == row.mac);
    }
    CHECK(error_of(board.run(Program::job()
                                 .key(class1, key)
                                 .operation(aes_cmac | init | encrypt)
                                 .fifo_load(class1, fl_msg | fl_last1, from, 20))) == 0x20000012);
}

TEST_CASE("caam hash: XCBC keeps its first key as a black key between steps", "[caam]") {
    // RFC 3566, test cases 1 (nothing), 3 (16 bytes), 4 (20 bytes), 5 (32 bytes).
    struct Row {
        std::size_t size;
        Bytes mac;
    };
    const Row rows[] = {{0, hex("75f0251d528ac01c4573dfd584d79f29")},
                        {16, hex("d2a246fa349b68a79998a4394ff7a263")},
                        {20, hex("47f51b4564966215b8985c63055ed308")},
                        {32, hex("f54f0ec8d2b9f3d36807734bd5283fd4")}};
    const Bytes key = counting(16);
    ReadyBoard board;
    board.instantiate();
    const auto from = board.put(message);
    const auto out = board.allocate(16);
    const auto context = board.allocate(48);
    const auto first_key = board.allocate(16);
    for (const Row& row : rows) {
        CAPTURE(row.size);
        CHECK(board.run(Program::job()
                            .key(class1, key)
                            .operation(aes_xcbc | init_final | encrypt)
                            .fifo_load_ext(class1, fl_msg | fl_last1, from, row.size)
                            .store(class1, r_context, 0, out, 16)) == 0);
        CHECK(board.bytes(out, 16) == row.mac);
        if (row.size <= 16) {
            continue;
        }
        CHECK(board.run(Program::job()
                            .key(class1, key)
                            .operation(aes_xcbc | init | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from, 16)
                            .store(class1, r_context, 0, context, 48)
                            .fifo_store(class1, fs_key_ecb, first_key, 16)) == 0);
        CHECK(board.run(Program::job()
                            .key(class1 | k_encrypted, first_key, 16)
                            .load(class1, r_context, 0, context, 48)
                            .operation(aes_xcbc | final | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from + 16, row.size - 16)
                            .store(class1, r_context, 0, out, 16)) == 0);
        CHECK(board.bytes(out, 16) == row.mac);
    }
}

TEST_CASE("caam hash: OP-TEE takes a CBC-MAC from the last block of a CBC", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(message);
    const auto out = board.allocate(64);
    const auto context = board.put(Bytes(16));
    const Bytes key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    CHECK(board.run(Program::job()
                        .key(class1, key)
                        .load(class1, r_context, 0, context, 16)
                        .operation(aes_cbc | init | encrypt)
                        .fifo_load(class1, fl_msg | fl_last1, from, 48)
                        .fifo_store(0, fs_msg, out, 48)
                        .store(class1, r_context, 0, context, 16)) == 0);
    CHECK(board.bytes(context, 16) == board.bytes(out + 32, 16));
}

TEST_CASE("caam hash: U-Boot hashes from a table of 32 entries", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(message);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> pieces;
    for (std::uint32_t i = 0; i < 25; ++i) {
        pieces.emplace_back(from + 8 * i, 8);
    }
    const auto table = board.table(pieces);
    const auto out = board.allocate(32);
    CHECK(board.run(Program::job()
                        .operation(sha256 | init_final | encrypt)
                        .fifo_load_ext(class2 | sgf, fl_msg | fl_last2, table, 200)
                        .store(class2, r_context, 0, out, 32)) == 0);
    CHECK(board.bytes(out, 32) == hashes[3].of_200);
}
