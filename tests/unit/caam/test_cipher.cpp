// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * AES and DES as streams: vectors of NIST SP 800-38A, IEEE P1619 and FIPS 46-3 era tables, in the descriptor
 * shapes of Linux, OP-TEE and Trusty.
 */
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

/** SP 800-38A, appendix F: four blocks of text for all modes. */
const Bytes nist_text =
    hex("6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710");
const Bytes nist_key128 = hex("2b7e151628aed2a6abf7158809cf4f3c");
const Bytes nist_key192 = hex("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b");
const Bytes nist_key256 = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
const Bytes nist_iv = hex("000102030405060708090a0b0c0d0e0f");
const Bytes nist_counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

struct Vector {
    const char* name;
    std::uint32_t mode;
    const Bytes& key;
    Bytes cipher;
};

const Vector nist_vectors[] = {
    {"F.1.1 ECB 128", aes_ecb, nist_key128,
     hex("3ad77bb40d7a3660a89ecaf32466ef97 f5d3d58503b9699de785895a96fdbaaf"
         "43b1cd7f598ece23881b00e3ed030688 7b0c785e27e8ad3f8223207104725dd4")},
    {"F.1.3 ECB 192", aes_ecb, nist_key192,
     hex("bd334f1d6e45f25ff712a214571fa5cc 974104846d0ad3ad7734ecb3ecee4eef"
         "ef7afd2270e2e60adce0ba2face6444e 9a4b41ba738d6c72fb16691603c18e0e")},
    {"F.1.5 ECB 256", aes_ecb, nist_key256,
     hex("f3eed1bdb5d2a03c064b5a7e3db181f8 591ccb10d410ed26dc5ba74a31362870"
         "b6ed21b99ca6f4f9f153e7b1beafed1d 23304b7a39f9f3ff067d8d8f9e24ecc7")},
    {"F.2.1 CBC 128", aes_cbc, nist_key128,
     hex("7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
         "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7")},
    {"F.2.3 CBC 192", aes_cbc, nist_key192,
     hex("4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a"
         "571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd")},
    {"F.2.5 CBC 256", aes_cbc, nist_key256,
     hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d"
         "39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b")},
    {"F.3.13 CFB 128", aes_cfb, nist_key128,
     hex("3b3fd92eb72dad20333449f8e83cfb4a c8a64537a0b3a93fcde3cdad9f1ce58b"
         "26751f67a3cbb140b1808cf187a4f4df c04b05357c5d1c0eeac4c66f9ff7f2e6")},
    {"F.4.1 OFB 128", aes_ofb, nist_key128,
     hex("3b3fd92eb72dad20333449f8e83cfb4a 7789508d16918f03f53c52dac54ed825"
         "9740051e9c5fecf64344f7a82260edcc 304c6528f659c77866a510d9c1d6ae5e")},
    {"F.5.1 CTR 128", aes_ctr, nist_key128,
     hex("874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff"
         "5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee")},
    {"F.5.3 CTR 192", aes_ctr, nist_key192,
     hex("1abc932417521ca24f2b0459fe7e6e0b 090339ec0aa6faefd5ccc2c6f4ce8e94"
         "1e36b26bd1ebc670d1bd1d665620abf7 4f78a7f6d29809585a97daec58c6b050")},
    {"F.5.5 CTR 256", aes_ctr, nist_key256,
     hex("601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"
         "2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6")},
};

std::uint32_t context_offset(std::uint32_t mode) {
    return mode == aes_ctr ? 16 : 0;
}

const Bytes& iv_of(std::uint32_t mode) {
    return mode == aes_ctr ? nist_counter : nist_iv;
}

/** Linux's shared descriptor of a cipher: key inline, IV from the front of the input, new IV behind the
 * output. */
Program linux_skcipher(std::uint32_t mode, const Bytes& key, bool encrypts, std::size_t iv_size) {
    Program program = Program::shared(share_serial | keep_context);
    const unsigned skip = program.here();
    program.jump(j_shared | j_all, 0).key(class1, key).target_here(skip);
    if (iv_size > 0) {
        program.seq_load(class1, r_context, context_offset(mode), iv_size);
    }
    if (!encrypts && (mode >> 16 & 0xff) == 0x10 && mode != aes_ctr) {
        // The expanded key would be there if the descriptor were shared, which it never is.
        const unsigned shared = program.here();
        program.jump(j_shared | j_all, 0).operation(mode | init | decrypt);
        const unsigned over = program.here();
        program.jump(j_all, 0)
            .target_here(shared)
            .operation(mode | 0x1000 | init | decrypt)
            .target_here(over);
    } else {
        program.operation(mode | init | (encrypts ? encrypt : decrypt));
    }
    program.math(add, s0_sil, 0, d_vsol, 4)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .seq_fifo_store(vlf, fs_msg);
    if (iv_size > 0) {
        program.seq_store(class1, r_context, context_offset(mode), iv_size);
    }
    return program;
}

Program linux_job(std::uint64_t in, std::uint32_t in_flags, std::uint64_t out, std::uint32_t out_flags,
                  std::size_t length) {
    return Program::job()
        .seq_in(in, static_cast<std::uint32_t>(length), in_flags)
        .seq_out(out, static_cast<std::uint32_t>(length), out_flags);
}

}  // namespace

TEST_CASE("caam cipher: SP 800-38A in OP-TEE's descriptors, both ways", "[caam]") {
    for (const Vector& vector : nist_vectors) {
        for (const bool encrypts : {true, false}) {
            CAPTURE(vector.name, encrypts);
            ReadyBoard board;
            const Bytes& source = encrypts ? nist_text : vector.cipher;
            const auto key = board.put(vector.key);
            const auto context = board.put(iv_of(vector.mode));
            const auto from = board.put(source);
            const auto to = board.allocate(64);
            const std::uint32_t offset = context_offset(vector.mode);
            Program job = Program::job();
            job.key(class1 | k_plain_store, key, vector.key.size());
            if (vector.mode != aes_ecb) {
                job.load(class1, r_context, offset, context, 16);
            }
            job.operation(vector.mode | (vector.mode == aes_ecb ? init_final : init) |
                          (encrypts ? encrypt : decrypt))
                .fifo_load(class1, fl_msg | fl_last1, from, 64)
                .fifo_store(0, fs_msg, to, 64);
            if (vector.mode != aes_ecb) {
                job.store(class1, r_context, offset, context, 16);
            }
            CHECK(board.run(job) == 0);
            CHECK(board.bytes(to, 64) == (encrypts ? vector.cipher : nist_text));
            if (vector.mode == aes_cbc) {
                CHECK(board.bytes(context, 16) == Bytes(vector.cipher.end() - 16, vector.cipher.end()));
            }
            if (vector.mode == aes_ctr) {
                CHECK(board.bytes(context, 16) == hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdff03"));
            }
        }
    }
}

TEST_CASE("caam cipher: SP 800-38A in Linux's shared descriptors, with tables, and twice", "[caam]") {
    for (const Vector& vector : nist_vectors) {
        if (vector.mode == aes_cfb || vector.mode == aes_ofb) {
            continue;
        }
        for (const bool encrypts : {true, false}) {
            CAPTURE(vector.name, encrypts);
            ReadyBoard board;
            const Bytes& source = encrypts ? nist_text : vector.cipher;
            const Bytes& result = encrypts ? vector.cipher : nist_text;
            const std::size_t iv_size = vector.mode == aes_ecb ? 0 : 16;
            const auto iv = board.put(iv_of(vector.mode));
            const auto from = board.put(source);
            const auto to = board.allocate(64);
            const auto new_iv = board.allocate(16);
            const std::pair<std::uint64_t, std::uint32_t> in_ecb[] = {
                {from, 5}, {from + 5, 27}, {from + 32, 32}};
            const std::pair<std::uint64_t, std::uint32_t> in_iv[] = {
                {iv, 16}, {from, 5}, {from + 5, 27}, {from + 32, 32}};
            const std::pair<std::uint64_t, std::uint32_t> out_ecb[] = {{to, 40}, {to + 40, 24}};
            const std::pair<std::uint64_t, std::uint32_t> out_iv[] = {{to, 40}, {to + 40, 24}, {new_iv, 16}};
            const auto in = iv_size > 0 ? board.table(in_iv) : board.table(in_ecb);
            const auto out = iv_size > 0 ? board.table(out_iv) : board.table(out_ecb);
            const Program shared = linux_skcipher(vector.mode, vector.key, encrypts, iv_size);
            for (int round = 0; round < 2; ++round) {
                CHECK(board.run_shared(shared, linux_job(in, sgf, out, sgf, 64 + iv_size)) == 0);
                CHECK(board.bytes(to, 64) == result);
                board.host.memory.put(to, Bytes(64));
            }
            if (vector.mode == aes_cbc) {
                CHECK(board.bytes(new_iv, 16) == Bytes(vector.cipher.end() - 16, vector.cipher.end()));
            }
        }
    }
}

TEST_CASE("caam cipher: in place, any alignment, a message cut anywhere gives the same", "[caam]") {
    ReadyBoard board;
    const Bytes message = counting(1000);
    const Bytes iv = counting(16, 77);
    const auto one_go = [&](std::uint32_t mode, std::size_t size) {
        const auto buffer = board.put(std::span(message).first(size));
        REQUIRE(board.run(Program::job()
                              .key(class1, nist_key256)
                              .load(class1, r_context, context_offset(mode), iv)
                              .operation(mode | init | encrypt)
                              .fifo_load(class1, fl_msg | fl_last1, buffer, size)
                              .fifo_store(0, fs_msg, buffer, size)) == 0);
        return board.bytes(buffer, size);
    };
    const Bytes cbc = one_go(aes_cbc, 992);
    const Bytes ctr = one_go(aes_ctr, 999);
    for (const std::size_t cut : {1u, 15u, 16u, 17u, 100u, 500u, 991u}) {
        CAPTURE(cut);
        const auto first = board.put(std::span(message).first(cut));
        const auto second = board.allocate(1000) + 3;
        board.host.memory.put(second, std::span(message).subspan(cut));
        const auto to = board.allocate(1000) + 1;
        for (const auto& [mode, size, expected] :
             {std::tuple(aes_cbc, std::size_t{992}, cbc), std::tuple(aes_ctr, std::size_t{999}, ctr)}) {
            CHECK(board.run(Program::job()
                                .key(class1, nist_key256)
                                .load(class1, r_context, context_offset(mode), iv)
                                .operation(mode | init | encrypt)
                                .fifo_load(class1, fl_msg, first, cut)
                                .fifo_load(class1, fl_msg | fl_last1, second, size - cut)
                                .fifo_store(0, fs_msg, to, size)) == 0);
            CHECK(board.bytes(to, size) == expected);
        }
    }
}

TEST_CASE("caam cipher: a counter of 128 bits wraps, and a part of a block uses one up", "[caam]") {
    ReadyBoard board;
    const auto context = board.put(Bytes(16, 0xff));
    const auto to = board.allocate(512);
    const auto from = board.put(Bytes(40));
    CHECK(board.run(Program::job()
                        .key(class1, nist_key128)
                        .load(class1, r_context, 16, context, 16)
                        .operation(aes_ctr | init | encrypt)
                        .fifo_load(class1, fl_msg | fl_last1, from, 40)
                        .fifo_store(0, fs_msg, to, 40)
                        .store(class1, r_context, 16, context, 16)) == 0);
    // E(ff..ff), E(0), E(1): computed with another library.
    CHECK(board.bytes(to, 40) ==
          hex("8af2860142f786f409307c1a3f7eaaac 7df76b0c1ab899b33e42f047b91b546f 57127d4034b1bebf"));
    CHECK(board.bytes(context, 16) == hex("00000000000000000000000000000002"));
}

TEST_CASE("caam cipher: transfers may stand in front of the operation, and stores in front of loads",
          "[caam]") {
    ReadyBoard board;
    const auto from = board.put(nist_text);
    const auto to = board.allocate(64);
    SECTION("as Trusty does") {
        CHECK(board.run(Program::job()
                            .key(class1, nist_key128)
                            .load(class1, r_context, 0, nist_iv)
                            .fifo_load(class1, fl_msg | fl_last1, from, 64)
                            .fifo_store(0, fs_msg, to, 64)
                            .operation(aes_cbc | init_final | encrypt)) == 0);
    }
    SECTION("store first") {
        CHECK(board.run(Program::job()
                            .key(class1, nist_key128)
                            .load(class1, r_context, 0, nist_iv)
                            .operation(aes_cbc | init_final | encrypt)
                            .fifo_store(0, fs_msg, to, 64)
                            .fifo_load(class1, fl_msg | fl_last1, from, 64)) == 0);
    }
    CHECK(board.bytes(to, 64) == nist_vectors[3].cipher);
}

TEST_CASE("caam cipher: several stores share one message, several loads feed one store", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(nist_text);
    const auto to = board.allocate(64);
    CHECK(board.run(Program::job()
                        .key(class1, nist_key128)
                        .operation(aes_ecb | init_final | encrypt)
                        .fifo_load(class1, fl_msg, from, 8)
                        .fifo_load(class1, fl_msg, from + 8, 40)
                        .fifo_load_ext(class1, fl_msg | fl_last1, from + 48, 16)
                        .fifo_store(0, fs_msg, to, 7)
                        .fifo_store_ext(0, fs_msg, to + 7, 33)
                        .fifo_store(0, fs_msg, to + 40, 24)) == 0);
    CHECK(board.bytes(to, 64) == nist_vectors[0].cipher);
}

TEST_CASE("caam cipher: sizes that do not fit are the engine's errors", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(nist_text);
    const auto to = board.allocate(64);
    const auto with = [&](std::uint32_t mode, std::size_t key_size, std::size_t size) {
        return board.run(Program::job()
                             .key(class1, counting(key_size))
                             .operation(mode | init_final | encrypt)
                             .fifo_load(class1, fl_msg | fl_last1, from, size)
                             .fifo_store(0, fs_msg, to, size));
    };
    CHECK(error_of(with(aes_ecb, 16, 15)) == 0x20000012);
    CHECK(error_of(with(aes_cbc, 16, 33)) == 0x20000012);
    CHECK(error_of(with(aes_cbc, 15, 32)) == 0x20000013);
    CHECK(error_of(with(des_cbc, 8, 12)) == 0x20000022);
    CHECK(error_of(with(des_cbc, 16, 16)) == 0x20000023);
    CHECK(error_of(with(des3_cbc, 8, 16)) == 0x20000023);
    CHECK(error_of(with(aes(0x0f), 16, 16)) == 0x20000011);   // a counter of 120 bits
    CHECK(error_of(with(aes(0xe0), 16, 16)) == 0x20000011);   // no such mode
    CHECK(error_of(with(aes_xts, 32, 16)) == 0x20000011);     // the low-power engine has no XTS
    CHECK(error_of(with(0x02300000, 16, 16)) == 0x2000000f);  // ARC4 is not there
    CHECK(with(aes_ecb, 16, 16) == 0);
}

TEST_CASE("caam cipher: DES and triple DES", "[caam]") {
    ReadyBoard board;
    struct Row {
        std::uint32_t mode;
        Bytes key, iv, clear, cipher;
    };
    const Row rows[] = {
        // FIPS 81, tables B1 and C1: "Now is the time for all ".
        {des_ecb,
         hex("0123456789abcdef"),
         {},
         text("Now is the time for all "),
         hex("3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53")},
        {des_cbc, hex("0123456789abcdef"), hex("1234567890abcdef"), text("Now is the time for all "),
         hex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6")},
        // SP 800-67, appendix B: "The qufck brown fox jump".
        {des3_ecb,
         hex("0123456789abcdef23456789abcdef01456789abcdef0123"),
         {},
         text("The qufck brown fox jump"),
         hex("a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900")},
    };
    for (const Row& row : rows) {
        for (const bool encrypts : {true, false}) {
            CAPTURE(row.mode, encrypts);
            const Bytes& source = encrypts ? row.clear : row.cipher;
            const auto from = board.put(row.iv.empty() ? source : join({row.iv, source}));
            const std::size_t size = source.size() + row.iv.size();
            const auto to = board.allocate(size);
            Program shared = Program::shared(share_serial);
            shared.key(class1, row.key);
            if (!row.iv.empty()) {
                shared.seq_load(class1, r_context, 0, 8);
            }
            shared.operation(row.mode | init_final | (encrypts ? encrypt : decrypt))
                .math(add, s0_sil, 0, d_vsol, 4)
                .math(add, s0_sil, 0, d_vsil, 4)
                .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                .seq_fifo_store(vlf, fs_msg);
            if (!row.iv.empty()) {
                shared.seq_store(class1, r_context, 0, 8);
            }
            CHECK(board.run_shared(shared, linux_job(from, 0, to, 0, size)) == 0);
            CHECK(board.bytes(to, source.size()) == (encrypts ? row.cipher : row.clear));
            if (!row.iv.empty()) {
                CHECK(board.bytes(to + source.size(), 8) == Bytes(row.cipher.end() - 8, row.cipher.end()));
            }
        }
    }
}

TEST_CASE("caam cipher: rfc3686 takes its nonce through the output FIFO", "[caam]") {
    ReadyBoard board;
    // RFC 3686, test vector 3: 36 bytes.
    const Bytes key = hex("7691be035e5020a8ac6e618529f9a0dc");
    const Bytes nonce = hex("00e0017b");
    const Bytes iv = hex("27777f3f4a1786f0");
    const Bytes clear = counting(36);
    const Bytes cipher = hex("c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f");
    Program shared = Program::shared(share_serial | keep_context);
    const unsigned skip = shared.here();
    shared.jump(j_shared, 0)
        .key(class1, key)
        .load(0, r_output, 0, nonce)
        .move(m_ofifo, m_ctx1, 16, 4, m_wait)
        .target_here(skip)
        .seq_load(class1, r_context, 20, 8)
        .load(class1, r_context, 28, hex("00000001"))
        .operation(aes_ctr | init | encrypt)
        .math(add, s0_sil, 0, d_vsol, 4)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .seq_fifo_store(vlf, fs_msg)
        .seq_store(class1, r_context, 20, 8);
    const auto from = board.put(join({iv, clear}));
    const auto to = board.allocate(64);
    CHECK(board.run_shared(shared, linux_job(from, 0, to, 0, 44)) == 0);
    CHECK(board.bytes(to, 36) == cipher);
    CHECK(board.bytes(to + 36, 8) == iv);
}

TEST_CASE("caam cipher: XTS", "[caam]") {
    CaamBoard board;
    REQUIRE_FALSE(board.caam.set_property("aes-class", 4));
    board.set_up();
    const auto xts = [&](const Bytes& key, const Bytes& tweak, const Bytes& source, bool encrypts,
                         std::uint64_t sector_size) {
        Bytes size(8);
        for (unsigned i = 0; i < 8; ++i) {
            size[7 - i] = static_cast<std::uint8_t>(sector_size >> (8 * i));
        }
        const auto from = board.put(join({tweak, source}));
        const auto to = board.allocate(source.size() + 16);
        Program shared = Program::shared(share_serial | keep_context);
        shared.key(class1, key)
            .load(class1, r_context, 0x28, size)
            .seq_load(class1, r_context, 0x20, 8)
            .seq_load(class1, r_context, 0x30, 8)
            .operation(aes_xts | init_final | (encrypts ? encrypt : decrypt))
            .math(add, s0_sil, 0, d_vsol, 4)
            .math(add, s0_sil, 0, d_vsil, 4)
            .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
            .seq_fifo_store(vlf, fs_msg)
            .seq_store(class1, r_context, 0x20, 8)
            .seq_store(class1, r_context, 0x30, 8);
        CHECK(board.run_shared(shared, linux_job(from, 0, to, 0, source.size() + 16)) == 0);
        return board.bytes(to, source.size());
    };
    struct Row {
        Bytes key, tweak, clear, cipher;
    };
    const Row rows[] = {
        // IEEE P1619, vectors 2, 15 (17 bytes) and 16 (18 bytes).
        {hex("1111111111111111111111111111111122222222222222222222222222222222"),
         hex("33333333330000000000000000000000"), Bytes(32, 0x44),
         hex("c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0")},
        {hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0"),
         hex("9a785634120000000000000000000000"), counting(17), hex("6c1625db4671522d3d7599601de7ca09ed")},
        {hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0"),
         hex("9a785634120000000000000000000000"), counting(18), hex("d069444b7a7e0cab09e24447d24deb1fedbf")},
    };
    for (const Row& row : rows) {
        CHECK(xts(row.key, row.tweak, row.clear, true, 1u << 15) == row.cipher);
        CHECK(xts(row.key, row.tweak, row.cipher, false, 1u << 15) == row.clear);
    }
    SECTION("a sector ends where its size says") {
        const Bytes& key = rows[0].key;
        const Bytes message = counting(64);
        Bytes next = rows[0].tweak;
        ++next[0];
        const Bytes half1 =
            xts(key, rows[0].tweak, Bytes(message.begin(), message.begin() + 32), true, 1u << 15);
        const Bytes half2 = xts(key, next, Bytes(message.begin() + 32, message.end()), true, 1u << 15);
        CHECK(xts(key, rows[0].tweak, message, true, 32) == join({half1, half2}));
    }
    SECTION("cut into any pieces") {
        const Bytes message = counting(300);
        const Bytes whole = xts(rows[1].key, rows[1].tweak, message, true, 1u << 15);
        const auto at = board.put(message);
        for (const std::size_t cut : {1u, 16u, 31u, 32u, 33u, 284u, 299u}) {
            CAPTURE(cut);
            const auto to = board.allocate(300);
            CHECK(board.run(Program::job()
                                .key(class1, rows[1].key)
                                .load(class1, r_context, 0x28, hex("0000000000008000"))
                                .load(class1, r_context, 0x20, std::span(rows[1].tweak).first(8))
                                .operation(aes_xts | init_final | encrypt)
                                .fifo_load(class1, fl_msg, at, cut)
                                .fifo_load(class1, fl_msg | fl_last1, at + cut, 300 - cut)
                                .fifo_store(0, fs_msg, to, 300)) == 0);
            CHECK(board.bytes(to, 300) == whole);
        }
    }
    SECTION("less than a block") {
        CHECK(error_of(board.run(Program::job()
                                     .key(class1, rows[0].key)
                                     .operation(aes_xts | init_final | encrypt)
                                     .fifo_load(class1, fl_msg | fl_last1, counting(15)))) == 0x20000012);
    }
}

TEST_CASE("caam cipher: big messages, in big pieces", "[caam]") {
    ReadyBoard board;
    const std::size_t size = 3 * 65536 + 4321;
    const Bytes message = counting(size);
    const auto from = board.put(message);
    const auto to = board.allocate(size);
    const auto back = board.allocate(size);
    const auto run_ctr = [&](std::uint64_t source, std::uint64_t target) {
        return board.run(Program::job()
                             .key(class1, nist_key128)
                             .load(class1, r_context, 16, nist_counter)
                             .operation(aes_ctr | init | encrypt)
                             .fifo_load_ext(class1, fl_msg | fl_last1, source, size)
                             .fifo_store_ext(0, fs_msg, target, size));
    };
    board.host.memory.accesses.clear();
    CHECK(run_ctr(from, to) == 0);
    std::size_t data_accesses = 0;
    for (const auto& access : board.host.memory.accesses) {
        data_accesses += access.size >= 4096 ? 1 : 0;
        // Never byte by byte, and no output is read back.
        CHECK((access.direction == Direction::write || access.address < to || access.address >= to + size));
    }
    CHECK(data_accesses <= 10);
    CHECK(run_ctr(to, back) == 0);
    CHECK(board.bytes(back, size) == message);
    CHECK(board.caam.work_done()[svp::caam::Work::aes_ctr].bytes == 2 * size);
    CHECK(board.caam.work_done()[svp::caam::Work::aes_ctr].operations == 2);
}
