// SPDX-License-Identifier: GPL-2.0-or-later
/** Public key engine and protocols: RSA, DSA, ECDSA, DH, ECDH, prime search, in the descriptors of Linux,
 * OP-TEE and U-Boot. */
#include "caam_board.hpp"
#include "pk_vectors.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

constexpr std::uint32_t pk_operation = 1u << 24 | 8u << 20;
constexpr std::uint32_t to_a = 1u << 8, f2m = 1u << 17;
constexpr std::uint32_t pk_add = pk_operation | 2, pk_sub_ab = pk_operation | 3, pk_sub_ba = pk_operation | 4,
                        pk_mul = pk_operation | 5, pk_exp = pk_operation | 6, pk_mod = pk_operation | 7,
                        pk_inv = pk_operation | 8, pk_gcd = pk_operation | 0xe, pk_prime = pk_operation | 0xf;

/** Copies between registers with the size of the source: A 0, B 1, E 2, N 3; segments. */
constexpr std::uint32_t pk_copy(std::uint32_t from, std::uint32_t segment, std::uint32_t to,
                                std::uint32_t to_segment = 0) {
    return pk_operation | 0x11 | from << 17 | segment << 8 | to << 10 | to_segment << 6;
}

constexpr std::uint32_t uni(std::uint32_t protocol, std::uint32_t info = 0) {
    return protocol << 16 | info;
}

Program pdb_job(const std::vector<std::uint32_t>& pdb, std::uint32_t operation) {
    Program p = Program::job(static_cast<std::uint32_t>(pdb.size() + 1) << 16);
    for (const std::uint32_t word : pdb) {
        p.word(word);
    }
    return p.operation(operation);
}

std::uint32_t at(std::uint64_t address) {
    return static_cast<std::uint32_t>(address);
}

Bytes number(std::uint64_t value, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size && i < 8; ++i) {
        bytes[size - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return bytes;
}

Bytes rsa_clear() {
    Bytes message(128);
    for (std::size_t i = 0; i < 127; ++i) {
        message[i + 1] = static_cast<std::uint8_t>(i * 7 + 1);
    }
    return message;
}

/** A key in memory as a protocol wants it: plain, or black with ECB or CCM. */
struct StoredKey {
    std::uint64_t address;
};

StoredKey stored(CaamBoard& board, const Bytes& key, unsigned form) {
    if (form == 0) {
        return {board.put(key)};
    }
    const auto plain = board.put(key);
    const auto black = board.allocate(key.size() + 32);
    REQUIRE(board.run(Program::job()
                          .key(class1 | k_pk_e, plain, key.size())
                          .fifo_store(0, form == 1 ? fs_e_ecb : 0x12, black, key.size())) == 0);
    CHECK(board.bytes(black, 16) != Bytes(key.begin(), key.begin() + 16));
    return {black};
}

}  // namespace

TEST_CASE("caam pk: arithmetic of the engine", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(16);
    const auto calculate = [&](std::uint32_t operation, std::uint64_t a, std::uint64_t b, std::uint64_t n) {
        const std::uint32_t status = board.run(Program::job()
                                                   .fifo_load(class1, fl_n, number(n, 8))
                                                   .fifo_load(class1, fl_a, number(a, 8))
                                                   .fifo_load(class1, fl_b, number(b, 8))
                                                   .operation(operation)
                                                   .fifo_store(0, fs_b, out, 8));
        if (status != 0) {
            return std::uint64_t{status};
        }
        std::uint64_t value = 0;
        for (const std::uint8_t byte : board.bytes(out, 8)) {
            value = value << 8 | byte;
        }
        return value;
    };
    CHECK(calculate(pk_add, 1000, 2000, 2501) == 499);
    CHECK(calculate(pk_sub_ab, 1000, 2000, 2501) == 1501);
    CHECK(calculate(pk_sub_ba, 1000, 2000, 2501) == 1000);
    CHECK(calculate(pk_mul, 123456, 654321, 1000003) == 123456ull * 654321 % 1000003);
    CHECK(calculate(pk_mod, 1000000007, 0, 1234) == 1000000007 % 1234);
    CHECK(calculate(pk_inv, 3, 0, 11) == 4);
    CHECK(calculate(pk_gcd, 48, 0, 180) == 12);
    CHECK(calculate(pk_add | f2m, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 8) == 0xf0f0f0f0f0f0f0f0);
    // Montgomery: R is 2^128; the forms go in and out.
    CHECK(calculate(pk_operation | 0xc, 0, 0, 1000003) == 156649);
    CHECK(calculate(pk_mul | 1u << 18, 5, 7, 1000003) == 35ull * 3026 % 1000003);
    CHECK(calculate(pk_mul | 1u << 19, 3026ull * 5 % 1000003, 3026ull * 7 % 1000003, 1000003) == 35);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_add | 1u << 18, 1, 2, 10))) == 0x20000088);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_add, 1, 2, 0))) == 0x20000087);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_inv, 6, 0, 12))) == 0x20000087);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_mul, 6, 2, 12))) == 0x20000088);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_mul | f2m, 6, 2, 12))) == 0x20000081);
    CHECK(error_of(static_cast<std::uint32_t>(calculate(pk_operation | 0x3f, 6, 2, 12))) == 0x20000081);
}

TEST_CASE("caam pk: flags of the engine decide jumps", "[caam]") {
    ReadyBoard board;
    const auto ends = [&](std::uint32_t condition, std::uint32_t operation, std::uint64_t a,
                          std::uint64_t n) {
        return error_of(board.run(Program::job()
                                      .fifo_load(class1, fl_n, number(n, 8))
                                      .fifo_load(class1, fl_a, number(a, 8))
                                      .fifo_load(class1, fl_b, number(5, 1))
                                      .operation(operation)
                                      .jump(j_halt_user | j_all | condition, 0x11)
                                      .jump(j_halt_user | j_all, 0x22)));
    };
    CHECK(ends(j_pk_prime, pk_prime, 2, 1000000007) == 0x30000011);
    CHECK(ends(j_pk_prime, pk_prime, 2, 1000000007ull * 3) == 0x30000022);
    CHECK(ends(j_pk_prime, pk_prime, 0, 561) == 0x30000022);  // a Carmichael number
    CHECK(ends(j_pk_prime, pk_prime, 0, 1) == 0x30000022);
    for (const std::uint64_t prime : {3, 5, 7, 11, 13}) {
        CHECK(ends(j_pk_prime, pk_prime, 1, prime) == 0x30000011);
    }
    for (const std::uint64_t composite : {9, 15, 21, 25, 27}) {
        CHECK(ends(j_pk_prime, pk_prime, 1, composite) == 0x30000022);
    }
    CHECK(ends(j_pk_prime, pk_prime, 2, 1000) == 0x20000088);
    CHECK(ends(j_pk_gcd, pk_gcd, 7, 180) == 0x30000011);
    CHECK(ends(j_pk_gcd, pk_gcd, 6, 180) == 0x30000022);
    CHECK(ends(j_pk_zero, pk_mod, 360, 180) == 0x30000011);
    CHECK(ends(j_pk_zero, pk_mod, 361, 180) == 0x30000022);
}

TEST_CASE("caam pk: OP-TEE's XOR, with the size of N alone", "[caam]") {
    ReadyBoard board;
    const Bytes a = counting(32), b = counting(32, 100);
    Bytes expected(32);
    for (std::size_t i = 0; i < 32; ++i) {
        expected[i] = a[i] ^ b[i];
    }
    const auto out = board.allocate(32);
    CHECK(board.run(Program::job()
                        .load_word(class1, r_pk_n_size, 32)
                        .fifo_load(class1, fl_a, board.put(a), 32)
                        .fifo_load(class1, fl_b, board.put(b), 32)
                        .operation(pk_add | f2m)
                        .fifo_store(0, fs_b, out, 32)) == 0);
    CHECK(board.bytes(out, 32) == expected);
}

TEST_CASE("caam pk: U-Boot's modular exponentiation", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(128);
    CHECK(board.run(Program::job()
                        .fifo_load(class1, fl_n, board.put(pk::rsa_n), 128)
                        .fifo_load(class1, fl_a, board.put(rsa_clear()), 128)
                        .key(class1 | k_pk_e, board.put(hex("010001")), 3)
                        .operation(pk_exp)
                        .fifo_store(0, fs_b, out, 128)) == 0);
    CHECK(board.bytes(out, 128) == pk::rsa_cipher);
}

TEST_CASE("caam pk: points of a curve by the engine itself", "[caam]") {
    ReadyBoard board;
    const auto& row = pk::curves[1];
    const Bytes p = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    const Bytes a = hex("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc");
    const Bytes b = hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    const auto x = board.allocate(32), y = board.allocate(32);
    CHECK(board.run(Program::job()
                        .fifo_load(class1, fl_n, board.put(p), 32)
                        .fifo_load(class1, fl_a0, board.put(Bytes(row.B.begin(), row.B.begin() + 32)), 32)
                        .fifo_load(class1, 0x01, board.put(Bytes(row.B.begin() + 32, row.B.end())), 32)
                        .fifo_load(class1, 0x03, board.put(a), 32)
                        .fifo_load(class1, 0x04, board.put(b), 32)
                        .key(class1 | k_pk_e, board.put(row.da), 32)
                        .operation(pk_operation | 0xb)
                        .fifo_store(0, 0x05, x, 32)
                        .fifo_store(0, 0x06, y, 32)) == 0);
    CHECK(board.bytes(x, 32) == row.z);
    // (0, 0) is the neutral element.
    CHECK(board.run(Program::job()
                        .fifo_load(class1, fl_n, board.put(p), 32)
                        .fifo_load(class1, fl_a0, board.put(Bytes(32)), 32)
                        .fifo_load(class1, 0x01, board.put(Bytes(32)), 32)
                        .fifo_load(class1, 0x03, board.put(a), 32)
                        .fifo_load(class1, 0x04, board.put(b), 32)
                        .fifo_load(class1, 0x05, board.put(Bytes(row.B.begin(), row.B.begin() + 32)), 32)
                        .fifo_load(class1, 0x06, board.put(Bytes(row.B.begin() + 32, row.B.end())), 32)
                        .operation(pk_operation | 0x9)
                        .fifo_store(0, 0x05, x, 32)
                        .fifo_store(0, 0x06, y, 32)) == 0);
    CHECK(join({board.bytes(x, 32), board.bytes(y, 32)}) == row.B);
}

TEST_CASE("caam pk: RSA with the public key", "[caam]") {
    ReadyBoard board;
    const auto n = board.put(pk::rsa_n), e = board.put(hex("010001"));
    const auto f = board.put(rsa_clear()), g = board.allocate(128);
    const auto run = [&](std::uint32_t flags, std::uint64_t from, std::uint64_t to, std::uint32_t f_size,
                         std::uint32_t format) {
        return board.run(
            pdb_job({flags | 3u << 12 | 128, at(from), at(to), at(n), at(e), f_size}, uni(0x18, format)));
    };
    CHECK(run(0, f, g, 128, 0) == 0);
    CHECK(board.bytes(g, 128) == pk::rsa_cipher);
    const std::pair<std::uint64_t, std::uint32_t> in_pieces[] = {{f, 100}, {f + 100, 28}};
    const auto other = board.allocate(128);
    const std::pair<std::uint64_t, std::uint32_t> out_pieces[] = {{other, 1}, {other + 1, 127}};
    CHECK(run(3u << 30, board.table(in_pieces), board.table(out_pieces), 128, 0) == 0);
    CHECK(board.bytes(other, 128) == pk::rsa_cipher);
    // No smaller than the modulus; larger than it.
    const auto too_big = board.put(pk::rsa_n);
    CHECK(error_of(run(0, too_big, g, 128, 0)) == 0x40000089);
    CHECK(error_of(run(0, f, g, 129, 0)) == 0x40000089);
    CHECK(error_of(run(0, f, g, 118, 1u << 12)) == 0x40000089);
    CHECK(error_of(board.run(pdb_job({3u << 12 | 128, at(f), at(g), at(board.put(Bytes(128, 2))), at(e), 128},
                                     uni(0x18)))) == 0x20000088);
    CHECK(error_of(board.run(pdb_job({3u << 12, at(f), at(g), at(n), at(e), 128}, uni(0x18)))) == 0x40000089);
}

TEST_CASE("caam pk: RSA with three forms of the private key, plain and black", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto n = board.put(pk::rsa_n);
    const auto tmp1 = board.allocate(64), tmp2 = board.allocate(64);
    const auto to = board.allocate(128);
    const auto length_at = board.allocate(4);
    for (unsigned protection = 0; protection < 3; ++protection) {
        const std::uint32_t info = protection == 0 ? 0 : protection == 1 ? 1u << 8 : 3u << 8;
        const auto d = stored(board, pk::rsa_d, protection), p = stored(board, pk::rsa_p, protection),
                   q = stored(board, pk::rsa_q, protection), dp = stored(board, pk::rsa_dp, protection),
                   dq = stored(board, pk::rsa_dq, protection),
                   inverse = stored(board, pk::rsa_qinv, protection);
        for (unsigned form = 0; form < 3; ++form) {
            for (const bool padded : {false, true}) {
                CAPTURE(protection, form, padded);
                const auto g = board.put(padded ? pk::rsa_padded_cipher : pk::rsa_cipher);
                std::vector<std::uint32_t> pdb;
                if (form == 0) {
                    pdb = {128u << 12 | 128, at(g), at(to), at(n), at(d.address)};
                } else if (form == 1) {
                    pdb = {128u << 12 | 128, at(g),    at(to),   at(d.address), at(p.address),
                           at(q.address),    at(tmp1), at(tmp2), 64u << 12 | 64};
                } else {
                    pdb = {128,           at(g),         at(to),         at(inverse.address),
                           at(p.address), at(q.address), at(dp.address), at(dq.address),
                           at(tmp1),      at(tmp2),      64u << 12 | 64};
                }
                Program job = pdb_job(pdb, uni(0x19, info | form | (padded ? 1u << 12 : 0)));
                if (padded) {
                    job.store(deco, r_math(0), 4, length_at, 4);
                }
                board.host.memory.put(to, Bytes(128));
                CHECK(board.run(job) == 0);
                if (padded) {
                    CHECK(board.word_at(length_at) == 11);
                    CHECK(board.bytes(to, 12) == join({text("hello caam!"), Bytes(1)}));
                } else {
                    CHECK(board.bytes(to, 128) == rsa_clear());
                }
            }
        }
    }
    // What was not padded does not pass for it.
    const auto g = board.put(pk::rsa_cipher), d = board.put(pk::rsa_d);
    CHECK(error_of(board.run(
              pdb_job({128u << 12 | 128, at(g), at(to), at(n), at(d)}, uni(0x19, 1u << 12)))) == 0x40000088);
    CHECK(error_of(board.run(pdb_job({128u << 12 | 128, at(g), at(to), at(n), at(d)}, uni(0x19, 3)))) ==
          0x40000081);
}

TEST_CASE("caam pk: RSA padding for encryption comes off again", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto n = board.put(pk::rsa_n), e = board.put(hex("010001")), d = board.put(pk::rsa_d);
    const auto f = board.put(counting(50)), g = board.allocate(128), back = board.allocate(128),
               size = board.allocate(4);
    Bytes first;
    for (int round = 0; round < 2; ++round) {
        CHECK(board.run(pdb_job({3u << 12 | 128, at(f), at(g), at(n), at(e), 50}, uni(0x18, 1u << 12))) == 0);
        CHECK(board.bytes(g, 128) != first);
        first = board.bytes(g, 128);
        CHECK(board.run(pdb_job({128u << 12 | 128, at(g), at(back), at(n), at(d)}, uni(0x19, 1u << 12))
                            .store(deco, r_math(0), 4, size, 4)) == 0);
        CHECK(board.word_at(size) == 50);
        CHECK(board.bytes(back, 50) == counting(50));
    }
}

TEST_CASE("caam pk: an RSA key is completed from its primes", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto p = board.put(pk::rsa_p), q = board.put(pk::rsa_q), e = board.put(hex("010001"));
    const auto n = board.allocate(128), d = board.allocate(160), d_size = board.allocate(4),
               dp = board.allocate(96), dq = board.allocate(96), inverse = board.allocate(96);
    const std::vector<std::uint32_t> pdb = {0,     64,    128u << 16 | 3, at(p),  at(q),  at(e),
                                            at(n), at(d), at(d_size),     at(dp), at(dq), at(inverse)};
    CHECK(board.run(pdb_job(pdb, uni(0x1a))) == 0);
    CHECK(board.bytes(n, 128) == pk::rsa_n);
    CHECK(board.word_at(d_size) == pk::rsa_d_lcm.size());
    CHECK(board.bytes(d, pk::rsa_d_lcm.size()) == pk::rsa_d_lcm);
    CHECK(board.bytes(dp, 64) == pk::rsa_dp);
    CHECK(board.bytes(dq, 64) == pk::rsa_dq);
    CHECK(board.bytes(inverse, 64) == pk::rsa_qinv);
    // Black: the same key decrypts, and nothing of it is in memory.
    for (const bool ccm : {false, true}) {
        CHECK(board.run(pdb_job(pdb, uni(0x1a, 1u << 6 | (ccm ? 1u << 4 : 0)))) == 0);
        CHECK(board.bytes(dp, 64) != pk::rsa_dp);
        const auto g = board.put(pk::rsa_cipher), to = board.allocate(128);
        const auto size = static_cast<std::uint32_t>(pk::rsa_d_lcm.size());
        CHECK(board.run(pdb_job({size << 12 | 128, at(g), at(to), at(n), at(d)},
                                uni(0x19, (ccm ? 3u : 1u) << 8))) == 0);
        CHECK(board.bytes(to, 128) == rsa_clear());
    }
}

TEST_CASE("caam pk: ECDSA and ECDH on the curves of NIST", "[caam]") {
    for (const auto& row : pk::curves) {
        CAPTURE(row.name);
        ReadyBoard board;
        board.instantiate();
        const std::size_t size = row.size;
        const std::uint32_t domain = row.number << 7;
        const auto message = board.put(pk::message_sha256);
        const auto A = board.put(row.A), B = board.put(row.B), r = board.put(row.r), s = board.put(row.s);
        const auto tmp = board.allocate(2 * size);
        const auto verify = [&](std::uint64_t key, std::uint64_t first, std::uint64_t second,
                                std::uint64_t hash, std::uint32_t hash_size) {
            return board.run(
                pdb_job({1u << 22 | domain, at(key), at(hash), at(first), at(second), at(tmp), hash_size},
                        uni(0x16, 2u << 10 | 2)));
        };
        CHECK(verify(A, r, s, message, 32) == 0);
        CHECK(error_of(verify(B, r, s, message, 32)) == 0x40000086);
        CHECK(error_of(verify(A, s, r, message, 32)) == 0x40000086);
        Bytes other = pk::message_sha256;
        other[0] ^= 1;
        CHECK(error_of(verify(A, r, s, board.put(other), 32)) == 0x40000086);
        CHECK(error_of(verify(board.put(Bytes(2 * size, 1)), r, s, message, 32)) == 0x40000086);

        const auto c = board.allocate(size), d = board.allocate(size + 16);
        for (unsigned protection = 0; protection < 3; ++protection) {
            const auto key = stored(board, row.da, protection);
            const std::uint32_t info = protection == 0 ? 0 : protection == 1 ? 4 : 4 | 16;
            CHECK(board.run(pdb_job({1u << 22 | domain, at(key.address), at(message), at(c), at(d), 32},
                                    uni(0x15, 2u << 10 | 2 | info))) == 0);
            CHECK(verify(A, c, d, message, 32) == 0);

            const auto z = board.allocate(size);
            CHECK(board.run(
                      pdb_job({1u << 25 | domain, at(B), at(key.address), at(z)}, uni(0x17, 2 | info))) == 0);
            CHECK(board.bytes(z, size) == row.z);
        }
        // A message representative has the size of the order, and no length in the block.
        if (size > 40) {
            Bytes padded(size);
            std::copy(pk::message_sha256.begin(), pk::message_sha256.end(), padded.end() - 32);
            const auto representative = board.put(padded);
            const auto key = board.put(row.da);
            CHECK(board.run(pdb_job({1u << 22 | domain, at(key), at(representative), at(c), at(d)},
                                    uni(0x15, 2))) == 0);
            CHECK(board.run(pdb_job({1u << 22 | domain, at(A), at(representative), at(c), at(d), at(tmp)},
                                    uni(0x16, 2))) == 0);
        }
        // A new pair: what it signs verifies, and both sides agree on a secret.
        for (unsigned protection = 0; protection < 3; ++protection) {
            const std::uint32_t info = protection == 0 ? 0 : protection == 1 ? 4 : 4 | 16;
            const auto secret = board.allocate(size + 32), point = board.allocate(2 * size);
            CHECK(board.run(pdb_job({1u << 25 | domain, at(secret), at(point)}, uni(0x14, 2 | info))) == 0);
            const auto z1 = board.allocate(size), z2 = board.allocate(size);
            const auto mine = board.put(row.da);
            CHECK(board.run(pdb_job({1u << 25 | domain, at(A), at(secret), at(z1)}, uni(0x17, 2 | info))) ==
                  0);
            CHECK(board.run(pdb_job({1u << 25 | domain, at(point), at(mine), at(z2)}, uni(0x17, 2))) == 0);
            CHECK(board.bytes(z1, size) == board.bytes(z2, size));
            CHECK(board.run(pdb_job({1u << 22 | domain, at(secret), at(message), at(c), at(d), 32},
                                    uni(0x15, 2u << 10 | 2 | info))) == 0);
            CHECK(verify(point, c, d, message, 32) == 0);
        }
        // A point off the curve gives no secret.
        const auto z = board.allocate(size), key = board.put(row.da);
        CHECK(error_of(board.run(pdb_job(
                  {1u << 25 | domain, at(board.put(Bytes(2 * size, 3))), at(key), at(z)}, uni(0x17, 2)))) ==
              0x20000087);
    }
    ReadyBoard board;
    CHECK(error_of(board.run(pdb_job({1u << 25 | 5u << 7, 0, 0, 0}, uni(0x14, 2)))) == 0x40000082);
}

TEST_CASE("caam pk: DSA and DH", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const std::uint32_t sizes = 128u << 7 | 20;
    const auto p = board.put(pk::dsa_p), q = board.put(pk::dsa_q), g = board.put(pk::dsa_g),
               x = board.put(pk::dsa_x), y = board.put(pk::dsa_y), tmp = board.allocate(256);
    const auto verify = [&](std::uint64_t hash, std::uint32_t hash_size, std::uint64_t r, std::uint64_t s) {
        return board.run(
            pdb_job({sizes, at(p), at(q), at(g), at(y), at(hash), at(r), at(s), at(tmp), hash_size},
                    uni(0x16, 2u << 10)));
    };
    const auto short_hash = board.put(pk::message_sha1), long_hash = board.put(pk::message_sha256);
    CHECK(verify(short_hash, 20, board.put(pk::dsa_r), board.put(pk::dsa_s)) == 0);
    CHECK(verify(long_hash, 32, board.put(pk::dsa_r256), board.put(pk::dsa_s256)) == 0);
    CHECK(error_of(verify(short_hash, 20, board.put(pk::dsa_r256), board.put(pk::dsa_s256))) == 0x40000086);
    CHECK(error_of(verify(short_hash, 20, board.put(Bytes(20)), board.put(pk::dsa_s))) == 0x40000086);
    const auto c = board.allocate(20), d = board.allocate(32);
    CHECK(board.run(pdb_job({sizes, at(p), at(q), at(g), at(x), at(long_hash), at(c), at(d), 32},
                            uni(0x15, 2u << 10))) == 0);
    CHECK(verify(long_hash, 32, c, d) == 0);

    // DH: both ends.
    const auto other = board.put(pk::dh_other_public), z = board.allocate(128);
    CHECK(board.run(pdb_job({sizes, at(p), 0, at(other), at(x), at(z)}, uni(0x17))) == 0);
    CHECK(board.bytes(z, 128) == pk::dh_secret);
    const auto ones = board.put(Bytes(20, 0xff)), secret = board.allocate(48), open = board.allocate(128),
               z1 = board.allocate(128), z2 = board.allocate(128);
    CHECK(board.run(pdb_job({sizes, at(p), at(ones), at(g), at(secret), at(open)}, uni(0x14, 4))) == 0);
    CHECK(board.run(pdb_job({sizes, at(p), 0, at(open), at(x), at(z1)}, uni(0x17))) == 0);
    CHECK(board.run(pdb_job({sizes, at(p), 0, at(y), at(secret), at(z2)}, uni(0x17, 4))) == 0);
    CHECK(board.bytes(z1, 128) == board.bytes(z2, 128));
}

TEST_CASE("caam pk: OP-TEE's search for RSA primes, three descriptors that jump to each other", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    constexpr std::uint32_t size = 64;  // primes of 512 bits
    // The square root of 2 as a number that begins at the top, and the product of the primes from 3 to 53.
    const Bytes root =
        hex("b504f333f9de6484597d89b3754abe9f1d6f60ba893ba84ced17ac8583339915"
            "4afc83043ab8a2c3a8b1fe6fdc83db390f74a85e439c7b4a780487363dfa2768");
    const Bytes small_primes = hex("e221f97c30e94e1d");
    const auto e = board.put(hex("010001"));
    const auto sqrt_at = board.put(root), small_at = board.put(small_primes);
    const auto p = board.allocate(size), q = board.allocate(size);
    const auto ones = board.put(Bytes(size, 0xff));
    const auto setup_at = board.allocate(256), prime_p_at = board.allocate(256),
               prime_q_at = board.allocate(256), check_at = board.allocate(256);

    const auto setup = [&](std::uint64_t next) {
        return Program::job()
            .math(add, s0_imm, s1_zero, d_sol, 4)
            .word(5 * 512)
            .math(add, s0_imm, s1_zero, d_sil, 4)
            .word(5)
            .fifo_load(class1, 0x02, sqrt_at, size)
            .fifo_load(class1, 0x06, small_at, small_primes.size())
            .math_byte(lshift, s0_one, 0x3f, 2, 8)
            .load_word(class1, r_pk_n_size, size)
            .math(add, s0_zero, s1_imm, d_override, 4)
            .word(1000)
            .jump_to(j_non_local, next);
    };
    const auto prime = [&](std::uint64_t target, std::uint64_t next) {
        Program d = Program::job();
        d.math(add, s0_sol, s1_zero, d_vsol, 4);
        const unsigned retry_failed = d.here();
        const unsigned retry_new = d.here();
        d.math(sub, s0_vsol, s1_one, d_vsol, 4).jump(j_halt_user | j_n, 0x42);
        const unsigned retry_small = d.here();
        d.math(sub, s0_override, s1_one, d_override, 4).jump(j_halt_user | j_z, 0x2a);
        d.load_word(0, r_info, 1u << 28 | 2u << 24 | 0xfu << 20 | 3u << 16 | 16)
            .math(bit_or, 2, s1_input, 0, 8)
            .math(bit_or, s0_one, s1_input, 1, 8)
            .move(m_math0, m_in, 0, 16)
            .load_word(0, r_info, 1u << 30 | 8u << 20 | 8);
        d.load(0, r_info, 0, hex("00008342 30000000"));  // padding, random, N, 48 bytes
        d.load_word(0, r_info, 1u << 30 | 1u << 26 | 8u << 20 | 8)
            .operation(pk_copy(0, 2, 1))
            .operation(pk_copy(1, 0, 0))
            .operation(pk_mod | to_a)
            .operation(pk_copy(0, 2, 1))
            .operation(pk_add | f2m);
        d.jump(j_not_all | j_pk_zero, static_cast<int>(retry_small) - static_cast<int>(d.here()));
        const auto less_one = [&] {
            d.operation(pk_copy(3, 0, 0))
                .fifo_load(class1, fl_b, hex("01"))
                .operation(pk_add | f2m)
                .operation(pk_copy(1, 0, 3));
        };
        less_one();
        d.fifo_load(class1, fl_a, e, 3).operation(pk_gcd);
        d.jump(j_not_all | j_pk_gcd, static_cast<int>(retry_new) - static_cast<int>(d.here()));
        less_one();
        d.operation(pk_copy(1, 2, 0)).operation(pk_gcd);
        d.jump(j_not_all | j_pk_gcd, static_cast<int>(retry_new) - static_cast<int>(d.here()));
        d.math(add, s0_sil, s1_zero, d_vsil, 4);
        const unsigned retry_test = d.here();
        d.load(0, r_info, 0, hex("0000c346 40000000"));  // the same into A, 64 bytes, flush
        d.fifo_load(class1, fl_b, hex("01")).operation(pk_prime);
        d.jump(j_not_all | j_pk_prime, static_cast<int>(retry_failed) - static_cast<int>(d.here()));
        d.math(sub, s0_vsil, s1_one, d_vsil, 4);
        d.jump(j_none | j_n | j_z, static_cast<int>(retry_test) - static_cast<int>(d.here()));
        d.fifo_store(0, fs_n, target, size).jump_to(j_non_local, next);
        return d;
    };
    const auto check = [&](std::uint64_t again) {
        return Program::job()
            .fifo_load(class1, fl_b, p, size)
            .operation(pk_copy(3, 0, 0))
            .fifo_load(class1, fl_n, ones, size)
            .operation(pk_sub_ab)
            .load_word(0, r_control, 1u << 27)
            .move(m_ofifo, m_math0, 0, 16, m_wait)
            .move(m_ofifo, m_ctx1, 0, size - 16)
            .math(add, s0_zero, 0, 0, 8)
            .jump(j_not_all | j_z, 6)
            .math(bit_and, 1, s1_imm, 1, 8)
            .word(0xffffffff)
            .word(0xf0000000)
            .jump(j_all | j_z, 10)
            .jump(j_halt_user | j_all, 0xca)
            .math(add, s0_one, 0, 0, 8)
            .jump(j_halt_user | j_not_all | j_z, 0xca)
            .math(bit_and, 1, s1_imm, 1, 8)
            .word(0xffffffff)
            .word(0xf0000000)
            .math(add, 1, s1_imm, 1, 8, 1u << 26)
            .word(0x10000000)
            .jump(j_halt_user | j_not_all | j_z, 0xca)
            .jump_to(j_non_local, again);
    };
    board.put_words(setup_at, setup(prime_p_at).words);
    board.put_words(prime_p_at, prime(p, prime_q_at).words);
    board.put_words(prime_q_at, prime(q, check_at).words);
    board.put_words(check_at, check(prime_q_at).words);
    Bytes last;
    for (int round = 0; round < 2; ++round) {
        CHECK(error_of(board.run_at(setup_at)) == 0x300000ca);
        const Bytes found = board.bytes(p, size);
        CHECK(found != last);
        CHECK(found != board.bytes(q, size));
        last = found;
        for (const Bytes& candidate : {found, board.bytes(q, size)}) {
            CHECK(candidate >= root);
            CHECK((candidate.back() & 1) == 1);
            const auto at_prime = board.put(candidate);
            CHECK(error_of(board.run(Program::job()
                                         .fifo_load(class1, fl_n, at_prime, size)
                                         .fifo_load(class1, fl_a, hex("03"))
                                         .fifo_load(class1, fl_b, hex("14"))
                                         .operation(pk_prime)
                                         .jump(j_halt_user | j_pk_prime, 1))) == 0x30000001);
        }
    }
}

TEST_CASE("caam pk: OP-TEE's search for DSA primes hashes a number of the engine", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    // Step 11.1 of FIPS 186-4, A.1.1.2: hash(seed + n), from the last to the first.
    const Bytes seed = join({Bytes(31, 0x21), hex("fe")});
    const auto seed_at = board.put(seed), ones = board.put(Bytes(32, 0xff)), x = board.allocate(96);
    Program d = Program::job();
    d.seq_out(x, 96)
        .math_byte(lshift, s0_one, 63, 2, 8)
        .math(add, s0_zero, s1_imm, 0, 4)
        .word(3)
        .fifo_load(class1, fl_n, ones, 32)
        .fifo_load(class1, fl_b, hex("03"))
        .fifo_load(class1, fl_a, seed_at, 32)
        .operation(pk_add | to_a)
        .fifo_store(0, fs_a, seed_at, 32)
        .operation(pk_operation | 0x10 | 1u << 10 | 1u << 6)  // A0 to B1, size of N
        .fifo_load(class1, fl_b, hex("01"))
        .jump(j_nifp);
    const unsigned loop = d.here();
    d.clear_written(1u << 31 | 1u << 28 | 1u << 18)
        .operation(sha256 | init_final | encrypt)
        .load_word(0, r_control, 1u << 26)
        .move(m_ofifo, m_in2, 0, 32, m_wait | m_aux_ls)
        .math(sub, 2, s1_one, d_none, 8)
        .jump(j_any | j_n | j_z, 8)
        .move(m_ctx2, m_math0 + 1, 0, 8, m_wait)
        .math(bit_or, 2, 1, 1, 8)
        .move(m_math0 + 1, m_ofifo, 0, 8)
        .move(m_ctx2, m_ofifo, 8, 24, m_wait)
        .seq_fifo_store(0, fs_msg, 32)
        .math(bit_and, 2, s1_zero, 2, 8)
        .jump(j_all, 2)
        .seq_store(class2, r_context, 0, 32)
        .operation(pk_operation | 0x10 | 1u << 17 | 1u << 8)  // B1 to A0
        .operation(pk_sub_ab | to_a)
        .operation(pk_operation | 0x10 | 1u << 10 | 1u << 6);
    d.jump(j_decrement | j_none | j_n | j_z, static_cast<int>(loop) - static_cast<int>(d.here()));
    CHECK(board.run(d) == 0);
    // sha256(seed + 3), sha256(seed + 2), sha256(seed + 1), the first with its top bit set. Python.
    CHECK(board.bytes(seed_at, 32) == join({Bytes(30, 0x21), hex("2201")}));
    Bytes expected;
    for (const Bytes& number : {join({Bytes(30, 0x21), hex("2201")}), join({Bytes(30, 0x21), hex("2200")}),
                                join({Bytes(30, 0x21), hex("21ff")})}) {
        const auto from = board.put(number), to = board.allocate(32);
        REQUIRE(board.run(Program::job()
                              .operation(sha256 | init_final | encrypt)
                              .fifo_load(class2, fl_msg | fl_last2, from, 32)
                              .store(class2, r_context, 0, to, 32)) == 0);
        const Bytes hash = board.bytes(to, 32);
        expected.insert(expected.end(), hash.begin(), hash.end());
    }
    expected[0] |= 0x80;
    CHECK(board.bytes(x, 96) == expected);
}

TEST_CASE("caam pk: what goes into E does not come out", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto secret = board.put(counting(32)), out = board.allocate(64);
    const auto with_e = [&] { return Program::job().key(class1 | k_pk_e, secret, 32); };
    CHECK(error_of(board.run(with_e().fifo_store(0, 0x09, out, 32))) == 0x4000000b);
    CHECK(error_of(board.run(with_e().operation(pk_copy(2, 0, 1)).fifo_store(0, fs_b, out, 32))) ==
          0x20000081);
    CHECK(error_of(board.run(Program::job()
                                 .key(class1 | k_pk_e | k_no_write_back, secret, 32)
                                 .fifo_store(0, fs_e_ecb, out, 32))) == 0x4000000b);
    CHECK(board.run(with_e().fifo_store(0, fs_e_ecb, out, 32)) == 0);
    CHECK(board.bytes(out, 32) != counting(32));
}
