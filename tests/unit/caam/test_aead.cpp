// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Authenticated encryption: GCM and CCM (SP 800-38D and C), rfc4106, rfc4543, authenc with CBC and rfc3686,
 * authenc without a cipher; in the descriptor shapes of Linux and OP-TEE. Expected values: the standards'
 * vectors, the others from Python's cryptography and hmac modules.
 */
#include <optional>

#include "caam_board.hpp"
#include "linux_descriptors.hpp"
#include "optee_descriptors.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::linux_driver;
using namespace svp::test::optee_driver;

namespace {

struct Gcm {
    const char* name;
    Bytes key, iv, aad, clear, cipher, tag;
};

/** McGrew and Viega's test cases for GCM, by their numbers. */
const Gcm gcm_cases[] = {
    {"1",
     hex("00000000000000000000000000000000"),
     hex("000000000000000000000000"),
     {},
     {},
     {},
     hex("58e2fccefa7e3061367f1d57a4e7455a")},
    {"2",
     hex("00000000000000000000000000000000"),
     hex("000000000000000000000000"),
     {},
     Bytes(16),
     hex("0388dace60b6a392f328c2b971b2fe78"),
     hex("ab6e47d42cec13bdf53a67b21257bddf")},
    {"4", hex("feffe9928665731c6d6a8f9467308308"), hex("cafebabefacedbaddecaf888"),
     hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
     hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
         "b16aedf5aa0de657ba637b39"),
     hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
         "1ba30b396a0aac973d58e091"),
     hex("5bc94fbc3221a5db94fae95ae7121a47")},
    {"16", hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
     hex("cafebabefacedbaddecaf888"), hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
     hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
         "b16aedf5aa0de657ba637b39"),
     hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
         "c5f61e6393ba7a0abcc9f662"),
     hex("76fc6ece0f4e1768cddf8853bb2d551b")},
};

/** The same key and text as case 4, with IVs that are not 12 bytes long: cases 5 and 6. */
const Gcm long_iv_cases[] = {
    {"5", gcm_cases[2].key, hex("cafebabefacedbad"), gcm_cases[2].aad, gcm_cases[2].clear,
     hex("61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b22b097544d4896b42"
         "4989b5e1ebac0f07c23f4598"),
     hex("3612d2e79e3b0785561be14aaca2fccb")},
    {"6", gcm_cases[2].key,
     hex("9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416a"
         "e"
         "dbf5a0de6a57a637b39b"),
     gcm_cases[2].aad, gcm_cases[2].clear,
     hex("8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6f"
         "d62875d2aca417034c34aee5"),
     hex("619cc5aefffe0bfa462af43c1699d050")},
};

}  // namespace

TEST_CASE("caam aead: GCM in Linux's descriptors", "[caam]") {
    for (const Gcm& row : gcm_cases) {
        CAPTURE(row.name);
        ReadyBoard board;
        const std::size_t size = row.aad.size() + row.clear.size();
        const auto clear = board.put(join({row.aad, row.clear}));
        const auto out = board.allocate(size + 16);
        board.host.memory.put(out, row.aad);  // drivers copy the AAD themselves
        CHECK(board.run_shared(gcm_shared(row.key, true),
                               gcm_job(clear, size, out, size + 16, row.aad.size(), row.iv, size == 0)) == 0);
        CHECK(board.bytes(out, size + 16) == join({row.aad, row.cipher, row.tag}));

        const auto back = board.allocate(size);
        board.host.memory.put(back, row.aad);
        CHECK(board.run_shared(gcm_shared(row.key, false),
                               gcm_job(out, size + 16, back, size, row.aad.size(), row.iv, false)) == 0);
        CHECK(board.bytes(back, size) == join({row.aad, row.clear}));

        // One bit anywhere in AAD, text or tag: the tag does not fit.
        for (const std::size_t at : {std::size_t{0}, size / 2, size, size + 15}) {
            Bytes bad = board.bytes(out, size + 16);
            bad[at] ^= 0x10;
            const auto forged = board.put(bad);
            CHECK(error_of(board.run_shared(
                      gcm_shared(row.key, false),
                      gcm_job(forged, size + 16, back, size, row.aad.size(), row.iv, false))) == 0x2000001a);
        }
    }
}

TEST_CASE("caam aead: GCM of AAD alone", "[caam]") {
    // Python: AESGCM(key).encrypt(iv, b"", aad).
    ReadyBoard board;
    const Gcm& row = gcm_cases[2];
    const auto in = board.put(row.aad);
    const auto out = board.allocate(64);
    CHECK(board.run_shared(gcm_shared(row.key, true), gcm_job(in, 20, out, 36, 20, row.iv, false)) == 0);
    CHECK(board.bytes(out + 20, 16) == hex("346434fd51d5cd0c5887ec63e39b907a"));
    const auto both_parts = board.put(join({row.aad, board.bytes(out + 20, 16)}));
    CHECK(board.run_shared(gcm_shared(row.key, false), gcm_job(both_parts, 36, out, 20, 20, row.iv, false)) ==
          0);
}

TEST_CASE("caam aead: GCM in OP-TEE's steps, also with long IVs", "[caam]") {
    for (const auto& rows :
         {std::span<const Gcm>(gcm_cases).subspan(2), std::span<const Gcm>(long_iv_cases)}) {
        for (const auto& [row, in_steps] : {std::pair(rows[0], false), std::pair(rows[0], true),
                                            std::pair(rows[1], false), std::pair(rows[1], true)}) {
            CAPTURE(row.name, in_steps);
            ReadyBoard board;
            const auto key = board.put(row.key);
            const std::size_t key_size = row.key.size();
            const auto context = board.allocate(64);
            const auto nonce = board.put(row.iv);
            const auto aad = board.put(row.aad);
            const auto from = board.put(row.clear);
            const auto to = board.allocate(row.clear.size());
            const auto begin = [&] { return Program::job().key(class1 | k_plain_store, key, key_size); };
            if (!in_steps) {
                CHECK(board.run(begin()
                                    .operation(aes_gcm | init_final | encrypt)
                                    .fifo_load(class1, fl_iv | fl_flush1, nonce, row.iv.size())
                                    .fifo_load(class1, fl_aad | fl_flush1, aad, row.aad.size())
                                    .fifo_load(class1, fl_msg | fl_last1, from, row.clear.size())
                                    .fifo_store(0, fs_msg, to, row.clear.size())
                                    .store(class1, r_context, 0, context, 64)) == 0);
            } else {
                CHECK(board.run(begin()
                                    .operation(aes_gcm | init | encrypt)
                                    .fifo_load(class1, fl_iv | fl_flush1, nonce, row.iv.size())
                                    .fifo_load(class1, fl_aad | fl_last1, aad, row.aad.size())
                                    .store(class1, r_context, 0, context, 64)) == 0);
                CHECK(board.bytes(context + 48, 8) == hex("00000000000000a0"));
                CHECK(board.run(begin()
                                    .load(class1, r_context, 0, context, 64)
                                    .operation(aes_gcm | update | encrypt)
                                    .fifo_load(class1, fl_msg | fl_last1, from, 32)
                                    .fifo_store(0, fs_msg, to, 32)
                                    .store(class1, r_context, 0, context, 64)) == 0);
                CHECK(board.run(begin()
                                    .load(class1, r_context, 0, context, 64)
                                    .operation(aes_gcm | final | encrypt)
                                    .fifo_load(class1, fl_msg | fl_last1, from + 32, row.clear.size() - 32)
                                    .fifo_store(0, fs_msg, to + 32, row.clear.size() - 32)
                                    .store(class1, r_context, 0, context, 64)) == 0);
            }
            CHECK(board.bytes(to, row.clear.size()) == row.cipher);
            CHECK(board.bytes(context, 16) == row.tag);
        }
    }
}

TEST_CASE("caam aead: OP-TEE's detour around a counter overflow gives the right tag", "[caam]") {
    // An IV of 16 bytes whose Y0 ends in ff ff ff fe, found by search: one block, then the counter wraps.
    for (const bool encrypts : {true, false}) {
        CAPTURE(encrypts);
        ReadyBoard board;
        const Bytes key_bytes = hex("feffe9928665731c6d6a8f9467308308");
        const auto key = board.put(key_bytes);
        const Bytes clear = counting(60);
        // The context after init, made by hand: GHASH 0, counter and Y0 as if the IV had given them.
        const Bytes y0 = hex("00112233445566778899aabbfffffffe");
        const auto one_go = [&](const Bytes& source) {
            const auto context = board.put(join({Bytes(16), y0, y0, Bytes(16)}));
            const auto from = board.put(source);
            const auto to = board.allocate(64);
            CHECK(board.run(Program::job()
                                .key(class1, key, 16)
                                .load(class1, r_context, 0, context, 64)
                                .operation(aes_gcm | final | (encrypts ? encrypt : decrypt))
                                .fifo_load(class1, fl_msg | fl_last1, from, 60)
                                .fifo_store(0, fs_msg, to, 60)
                                .store(class1, r_context, 0, context, 64)) == 0);
            return std::pair(board.bytes(to, 60), board.bytes(context, 16));
        };
        const auto [expected, tag] = one_go(clear);
        const auto context = board.put(join({Bytes(16), y0, y0, Bytes(16)}));
        const auto from = board.put(clear);
        const auto to = board.allocate(64);
        CHECK(board.run(gcm_around_overflow(key, context, from, to, encrypts)) == 0);
        CHECK(board.bytes(to, 60) == expected);
        CHECK(board.bytes(context, 16) == tag);
    }
}

TEST_CASE("caam aead: rfc4106 skips the IV in input and output", "[caam]") {
    ReadyBoard board;
    const Gcm& row = gcm_cases[2];
    // Input: AAD, IV of 8 bytes, text. Salt and IV are the nonce; AAD and IV both count as associated.
    const Bytes salt(row.iv.begin(), row.iv.begin() + 4);
    const Bytes iv(row.iv.begin() + 4, row.iv.end());
    const std::size_t assoc = row.aad.size() + 8;
    const std::size_t size = assoc + row.clear.size();
    const auto in = board.put(join({row.aad, iv, row.clear}));
    const auto out = board.put(join({row.aad, iv}));
    CHECK(board.run_shared(rfc4106_shared(row.key, true),
                           gcm_job(in, size, out, size + 16, assoc, join({salt, iv}), false)) == 0);
    CHECK(board.bytes(out, size + 16) == join({row.aad, iv, row.cipher, row.tag}));
    const auto back = board.put(join({row.aad, iv}));
    CHECK(board.run_shared(rfc4106_shared(row.key, false),
                           gcm_job(out, size + 16, back, size, assoc, join({salt, iv}), false)) == 0);
    CHECK(board.bytes(back, size) == join({row.aad, iv, row.clear}));
}

TEST_CASE("caam aead: rfc4543 copies by a MOVE that the descriptor writes itself", "[caam]") {
    const Gcm& row = gcm_cases[2];
    // Everything is AAD: Python, AESGCM(key).encrypt(iv, b"", counting bytes).
    struct Row {
        std::size_t size;
        Bytes tag;
    };
    const Row rows[] = {{60, hex("63aa491e65445bf9a50ff3320beea811")},
                        {3000, hex("9cb0fff005a7210aa597ed77f8077e6a")},
                        {65000, hex("cfdb67d1b9223ed541fc06588bac4c45")}};
    for (const Row& one : rows) {
        for (const bool encrypts : {true, false}) {
            CAPTURE(one.size, encrypts);
            ReadyBoard board;
            const Bytes message = counting(one.size);
            const auto in = board.put(message);
            const auto out = board.allocate(one.size + 16);
            REQUIRE(board.run_shared(rfc4543_shared(row.key, true),
                                     rfc4543_job(in, one.size, out, one.size + 16, row.iv)) == 0);
            CHECK(board.bytes(out, one.size) == message);
            if (!encrypts) {
                const auto back = board.allocate(one.size);
                CHECK(board.run_shared(rfc4543_shared(row.key, false),
                                       rfc4543_job(out, one.size + 16, back, one.size, row.iv)) == 0);
                CHECK(board.bytes(back, one.size) == message);
                Bytes bad = board.bytes(out, one.size + 16);
                bad[one.size / 2] ^= 1;
                const auto forged = board.put(bad);
                CHECK(error_of(board.run_shared(
                          rfc4543_shared(row.key, false),
                          rfc4543_job(forged, one.size + 16, back, one.size, row.iv))) == 0x2000001a);
            } else {
                CHECK(board.bytes(out + one.size, 16) == one.tag);
            }
        }
    }
}

TEST_CASE("caam aead: CCM in OP-TEE's steps", "[caam]") {
    // SP 800-38C, example 2: tag of 6 bytes, and RFC 3610, packet vector 1.
    struct Row {
        Bytes key, nonce, aad, clear, cipher, tag;
    };
    const Row rows[] = {
        {hex("404142434445464748494a4b4c4d4e4f"), hex("1011121314151617"),
         hex("000102030405060708090a0b0c0d0e0f"), hex("202122232425262728292a2b2c2d2e2f"),
         hex("d2a1f0e051ea5f62081a7792073d593d"), hex("1fc64fbfaccd")},
        {hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"), hex("00000003020100a0a1a2a3a4a5"), hex("0001020304050607"),
         hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
         hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac384"), hex("17e8d12cfdf926e0")},
    };
    for (const Row& row : rows) {
        ReadyBoard board;
        const std::size_t q = 15 - row.nonce.size();
        Bytes b0(16), counter(16);
        b0[0] = static_cast<std::uint8_t>(0x40 | (row.tag.size() - 2) / 2 << 3 | (q - 1));
        counter[0] = static_cast<std::uint8_t>(q - 1);
        std::copy(row.nonce.begin(), row.nonce.end(), b0.begin() + 1);
        std::copy(row.nonce.begin(), row.nonce.end(), counter.begin() + 1);
        b0[15] = static_cast<std::uint8_t>(row.clear.size());
        const auto first = board.put(join({b0, counter}));
        const auto aad = board.put(join({Bytes{0, static_cast<std::uint8_t>(row.aad.size())}, row.aad}));
        const auto context = board.allocate(56);
        const auto from = board.put(row.clear);
        const auto back = board.put(row.cipher);
        const auto to = board.allocate(32);
        const auto crypt = [&](bool encrypts, std::uint64_t source) {
            CHECK(board.run(Program::job()
                                .key(class1, row.key)
                                .load(class1, r_context, 0, first, 32)
                                .operation(aes_ccm | init_final | (encrypts ? encrypt : decrypt))
                                .fifo_load(class1, fl_aad | fl_flush1, aad, row.aad.size() + 2)
                                .fifo_load(class1, fl_msg | fl_last1, source, row.clear.size())
                                .fifo_store(0, fs_msg, to, row.clear.size())
                                .store(class1, r_context, 0, context, 56)) == 0);
        };
        crypt(true, from);
        CHECK(board.bytes(to, row.cipher.size()) == row.cipher);
        CHECK(board.bytes(context + 32, row.tag.size()) == row.tag);
        crypt(false, back);
        CHECK(board.bytes(to, row.clear.size()) == row.clear);
        Bytes tag = board.bytes(context, row.tag.size());
        const Bytes mask = board.bytes(context + 32, row.tag.size());
        for (std::size_t i = 0; i < tag.size(); ++i) {
            tag[i] ^= mask[i];
        }
        CHECK(tag == row.tag);

        // In steps: the context goes to memory and back.
        CHECK(board.run(Program::job()
                            .key(class1, row.key)
                            .load(class1, r_context, 0, first, 32)
                            .operation(aes_ccm | init | encrypt)
                            .fifo_load(class1, fl_aad | fl_last1, aad, row.aad.size() + 2)
                            .store(class1, r_context, 0, context, 56)) == 0);
        CHECK(board.run(Program::job()
                            .key(class1, row.key)
                            .load(class1, r_context, 0, context, 56)
                            .operation(aes_ccm | update | encrypt)
                            .fifo_load(class1, fl_msg | fl_last1, from, 16)
                            .fifo_store(0, fs_msg, to, 16)
                            .store(class1, r_context, 0, context, 56)) == 0);
        const std::size_t rest = row.clear.size() - 16;
        Program last = Program::job();
        last.key(class1, row.key)
            .load(class1, r_context, 0, context, 56)
            .operation(aes_ccm | final | encrypt)
            .fifo_load(class1, fl_msg | fl_last1, rest > 0 ? from + 16 : 0, rest);
        if (rest > 0) {
            last.fifo_store(0, fs_msg, to + 16, rest);
        }
        CHECK(board.run(last.store(class1, r_context, 0, context, 56)) == 0);
        CHECK(board.bytes(to, row.cipher.size()) == row.cipher);
        CHECK(board.bytes(context + 32, row.tag.size()) == row.tag);

        // The hardware's own check.
        for (const bool good : {true, false}) {
            Bytes given = row.tag;
            given[2] ^= good ? 0 : 4;
            CHECK(error_of(board.run(Program::job()
                                         .key(class1, row.key)
                                         .load(class1, r_context, 0, first, 32)
                                         .operation(aes_ccm | init_final | decrypt | icv_check)
                                         .fifo_load(class1, fl_aad | fl_flush1, aad, row.aad.size() + 2)
                                         .fifo_load(class1, fl_msg | fl_flush1, back, row.clear.size())
                                         .fifo_load(class1, fl_icv | fl_last1, given)
                                         .fifo_store(0, fs_msg, to, row.clear.size()))) ==
                  (good ? 0 : 0x2000001a));
        }
    }
}

namespace {

const Bytes auth_key = hex("000102030405060708090a0b0c0d0e0f1011121314151617");
const Bytes cipher_key = hex("2b7e151628aed2a6abf7158809cf4f3c");
const Bytes cipher_iv = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

/** Derived key in the form of Linux: immediate, with room for the split key behind it. */
void derived(Program& p, std::uint32_t protocol, const Bytes& key, std::size_t split_words) {
    p.operation(protocol << 16 | static_cast<std::uint32_t>(key.size())).bytes(key);
    for (std::size_t i = (key.size() + 3) / 4; i < split_words; ++i) {
        p.word(0);
    }
}

struct Authenc {
    const char* name;
    std::uint32_t protocol, hash;
    std::size_t split_words, icv;
    Bytes tag;
};

/** AAD counting(20), text counting(48, 100), CBC; Python: AES from cryptography, hmac.new(key, aad +
 * ciphertext). */
const Authenc authenc_rows[] = {
    {"hmac(md5)", 0x20, md5, 8, 16, hex("a1f900781629db39d14bd7b96ac8da03")},
    {"hmac(sha1)", 0x21, sha1, 10, 20, hex("9b95e7cfde4c9c049f4c63bbd6b21fe571892bc8")},
    {"hmac(sha224)", 0x22, sha224, 16, 28, hex("1af0669b670dca2dc4b48a7802a7a4b4ff0e66893bc975b6bf97d41a")},
    {"hmac(sha256)", 0x23, sha256, 16, 32,
     hex("69e96e1290a96c1a1bbd2b463caa7e767a85956670f4baf2e9f2612b11cb79cd")},
};

Program authenc_shared(const Authenc& row, bool encrypts, bool counter_mode) {
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared, 0);
    derived(p, row.protocol, auth_key, row.split_words);
    p.key(class1, cipher_key);
    if (counter_mode) {
        p.load(0, r_output, 0, hex("00e0017b")).move(m_ofifo, m_ctx1, 16, 4);
    }
    p.target_here(skip);
    p.operation(row.hash | hmac_precomputed | init_final | (encrypts ? encrypt : decrypt | icv_check))
        .math(add, s0_zero, s1_override, d_vsil, 4)
        .math(add, s0_zero, s1_override, d_vsol, 4)
        .seq_fifo_store(vlf, fs_skip)
        .seq_fifo_load(class2 | vlf, fl_msg);
    if (counter_mode) {
        p.load(class1, r_context, 28, hex("00000001"));
    }
    p.operation((counter_mode ? aes_ctr : aes_cbc) | init_final | (encrypts ? encrypt : decrypt))
        .math(add, encrypts ? s0_sil : s0_sol, 0, d_vsil, 4)
        .math(add, encrypts ? s0_sil : s0_sol, 0, d_vsol, 4)
        .seq_fifo_store(vlf, fs_msg)
        .seq_fifo_load(both | vlf, (encrypts ? fl_msg_snoop : fl_msg) | fl_last_both);
    // Linux says "last" to class 2 twice when it decrypts: for the message, and for its ICV.
    if (encrypts) {
        p.seq_store(class2, r_context, 0, row.icv);
    } else {
        p.seq_fifo_load(class2, fl_icv | fl_last2, row.icv);
    }
    return p;
}

Program authenc_job(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size,
                    std::size_t assoc, const Bytes& iv, std::uint32_t iv_at) {
    return Program::job()
        .seq_in(in, static_cast<std::uint32_t>(in_size))
        .seq_out(out, static_cast<std::uint32_t>(out_size))
        .math(add, s0_zero, s1_imm, d_override, 4)
        .word(static_cast<std::uint32_t>(assoc))
        .load(class1, r_context, iv_at, iv);
}

}  // namespace

TEST_CASE("caam aead: authenc with CBC and HMAC, both ways, in place too", "[caam]") {
    for (const Authenc& row : authenc_rows) {
        for (const bool in_place : {false, true}) {
            CAPTURE(row.name, in_place);
            ReadyBoard board;
            board.instantiate();
            const Bytes aad = counting(20), clear = counting(48, 100);
            const auto in = board.allocate(68 + row.icv);
            board.host.memory.put(in, join({aad, clear}));
            const auto out = in_place ? in : board.put(aad);
            CHECK(board.run_shared(authenc_shared(row, true, false),
                                   authenc_job(in, 68, out, 68 + row.icv, 20, cipher_iv, 0)) == 0);
            CHECK(board.bytes(out, 20) == aad);
            CHECK(board.bytes(out + 20, 48) ==
                  hex("6a5d2bc2d05a360e446e669439702473f928e069231bd73519cfdffc5bf91fec"
                      "ce21da370725ec7652f97ee6f2c993e1"));
            CHECK(board.bytes(out + 68, row.icv) == row.tag);
            const auto back = in_place ? out : board.put(aad);
            CHECK(board.run_shared(authenc_shared(row, false, false),
                                   authenc_job(out, 68 + row.icv, back, 68, 20, cipher_iv, 0)) == 0);
            CHECK(board.bytes(back + 20, 48) == clear);
        }
    }
}

TEST_CASE("caam aead: authenc with rfc3686", "[caam]") {
    ReadyBoard board;
    const Bytes aad = counting(20), clear = counting(45, 100);
    const Bytes iv(cipher_iv.begin(), cipher_iv.begin() + 8);
    const Bytes cipher =
        hex("0ff8fe114d73a4976a4d3a1abb2cc92e56a7ff19f2639af1316c0db137a8a4bc507be27172aa2b16523c6a92d5");
    const Bytes tag = hex("c6f60be51034e62d1f69f6609b717cb78a494570");
    const Authenc& row = authenc_rows[1];
    const auto in = board.put(join({aad, clear}));
    const auto out = board.put(aad);
    CHECK(board.run_shared(authenc_shared(row, true, true), authenc_job(in, 65, out, 85, 20, iv, 20)) == 0);
    CHECK(board.bytes(out, 85) == join({aad, cipher, tag}));
    const auto back = board.put(aad);
    CHECK(board.run_shared(authenc_shared(row, false, true), authenc_job(out, 85, back, 65, 20, iv, 20)) ==
          0);
    CHECK(board.bytes(back, 65) == join({aad, clear}));
    Bytes bad = board.bytes(out, 85);
    bad[84] ^= 1;
    const auto forged = board.put(bad);
    CHECK(error_of(board.run_shared(authenc_shared(row, false, true),
                                    authenc_job(forged, 85, back, 65, 20, iv, 20))) == 0x2000004a);
}

TEST_CASE("caam aead: a random IV made by the hardware, echoed and authenticated", "[caam]") {
    ReadyBoard board;
    const Authenc& row = authenc_rows[3];
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared, 0);
    derived(p, row.protocol, auth_key, row.split_words);
    p.key(class1, cipher_key).target_here(skip);
    p.load_word(0, r_info, 2u << 24 | 0xfu << 20 | 1u << 28 | 3u << 16 | 16)
        .auto_entries(false)
        .move(m_block_deco, m_ctx1, 0, 16, m_wait)
        .auto_entries(true)
        .move(m_ctx1, m_ofifo, 0, 16)
        .operation(row.hash | hmac_precomputed | init_final | encrypt)
        .math(add, s0_zero, s1_override, d_vsil, 4)
        .math(add, s0_zero, s1_override, d_vsol, 4)
        .seq_fifo_store(vlf, fs_skip)
        .seq_fifo_load(class2 | vlf, fl_msg)
        .load_word(0, r_info, 2u << 30 | 1u << 24 | 0xfu << 20 | 16)
        .load_word(class2, r_data_size, 16)
        .operation(aes_cbc | init_final | encrypt)
        .math(add, s0_sil, 0, d_vsol, 4)
        .seq_fifo_load(0, 0, 16)
        .math(add, s0_sil, 0, d_vsil, 4)
        .jump(j_nifp)
        .seq_fifo_load(both | vlf, fl_msg_snoop | fl_last_both)
        .seq_fifo_store(vlf, fs_msg)
        .seq_store(class2, r_context, 0, 32);
    const Bytes aad = counting(20), clear = counting(48, 100);
    const auto in = board.put(join({aad, Bytes(16), clear}));
    Bytes seen_iv;
    for (int round = 0; round < 2; ++round) {
        const auto out = board.put(aad);
        CHECK(board.run_shared(p, Program::job()
                                      .seq_in(in, 84)
                                      .seq_out(out, 84 + 32)
                                      .math(add, s0_zero, s1_imm, d_override, 4)
                                      .word(20)) == 0);
        const Bytes iv = board.bytes(out + 20, 16);
        CHECK(iv != seen_iv);
        seen_iv = iv;
        // The other way: the IV is part of what is authenticated.
        Program back = Program::shared(share_serial | keep_context);
        derived(back, row.protocol, auth_key, row.split_words);
        back.key(class1, cipher_key)
            .operation(row.hash | hmac_precomputed | init_final | decrypt | icv_check)
            .math(add, s0_zero, s1_override, d_vsil, 4)
            .math(add, s0_override, s1_imm, d_vsol, 4)
            .word(16)
            .seq_fifo_store(vlf, fs_skip)
            .seq_fifo_load(class2 | vlf, fl_msg)
            .seq_load(class1, r_context, 0, 16)
            .move(m_ctx1, m_in2, 0, 16)
            .operation(aes_cbc | init_final | decrypt)
            .math(add, s0_sol, 0, d_vsil, 4)
            .math(add, s0_sol, 0, d_vsol, 4)
            .seq_fifo_store(vlf, fs_msg)
            .seq_fifo_load(both | vlf, fl_msg | fl_last_both)
            .seq_fifo_load(class2, fl_icv | fl_last2, 32);
        const auto again = board.put(join({aad, iv}));
        CHECK(board.run_shared(back, Program::job()
                                         .seq_in(out, 84 + 32)
                                         .seq_out(again, 84)
                                         .math(add, s0_zero, s1_imm, d_override, 4)
                                         .word(20)) == 0);
        CHECK(board.bytes(again, 84) == join({aad, iv, clear}));
    }
}

TEST_CASE("caam aead: authenc without a cipher copies by a MOVE that the descriptor writes itself",
          "[caam]") {
    struct Row {
        std::size_t size;
        Bytes tag;
    };
    for (const Row& row : {Row{68, hex("fa5002f9efd89f709e028f1bb7d78daaf04faa1a")},
                           Row{40000, hex("28cf1ea5ebd91aa7201e9c835153e0c19277567f")}}) {
        CAPTURE(row.size);
        ReadyBoard board;
        const auto shared = [&](bool forward) {
            const std::uint32_t math_number = forward ? 3 : 2;
            Program p = Program::shared(share_serial);
            derived(p, 0x21, auth_key, 10);
            if (!forward) {
                p.operation(sha1 | hmac_precomputed | init_final | decrypt | icv_check);
            }
            const std::uint32_t length = forward ? s0_sil : s0_sol;
            p.math(sub, length, 0, math_number, 4)
                .math(add, s0_zero, math_number, d_vsil, 4)
                .math(add, s0_zero, math_number, d_vsol, 4);
            const unsigned read_move = p.here();
            p.move(m_descbuf, m_math0 + math_number, 0, 6)
                .move(m_math0 + math_number, m_descbuf, 0, 8, m_wait);
            if (forward) {
                p.operation(sha1 | hmac_precomputed | init_final | encrypt);
            }
            p.seq_fifo_store(vlf, fs_msg).seq_fifo_load(both | vlf, fl_msg | fl_flush1 | fl_last_both);
            if (!forward) {
                p.jump(j_all);
            }
            p.words[read_move] |= 4 * p.here() << 8;
            p.words[read_move + 1] |= 4 * p.here() << 8;
            p.auto_entries(false).move(m_block_class, m_ofifo, 0, 0, m_aux_ls);
            if (forward) {
                p.seq_store(class2, r_context, 0, 20);
            } else {
                p.auto_entries(true).seq_fifo_load(class2, fl_icv | fl_last2, 20);
            }
            return p;
        };
        const Bytes message = counting(row.size);
        const auto size = static_cast<std::uint32_t>(row.size);
        const auto in = board.put(message);
        const auto out = board.allocate(row.size + 20);
        CHECK(board.run_shared(shared(true), Program::job().seq_in(in, size).seq_out(out, size + 20)) == 0);
        CHECK(board.bytes(out, row.size + 20) == join({message, row.tag}));
        const auto back = board.allocate(row.size);
        CHECK(board.run_shared(shared(false), Program::job().seq_in(out, size + 20).seq_out(back, size)) ==
              0);
        CHECK(board.bytes(back, row.size) == message);
        Bytes bad = board.bytes(out, row.size + 20);
        bad[3] ^= 0x80;
        const auto forged = board.put(bad);
        CHECK(error_of(board.run_shared(shared(false),
                                        Program::job().seq_in(forged, size + 20).seq_out(back, size))) ==
              0x2000004a);
    }
}
