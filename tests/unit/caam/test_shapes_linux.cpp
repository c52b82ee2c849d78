// SPDX-License-Identifier: GPL-2.0-or-later
/** Linux 7.3's descriptors: caamalg. A shared descriptor with the key, and a job that names the sequences. */
#include "linux_descriptors.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::linux_driver;
using reference::Aes;
using reference::hmac_of;
using reference::part;

namespace {

constexpr std::size_t mac_size = 32;

// Ciphers

/** IV in front of the input, the next one behind the output: each in a table entry of its own. */
void check_skcipher(ShapeRun& run, const Skcipher& form, const Bytes& key, const Bytes& iv,
                    const Bytes& nonce, const Bytes& data, const Bytes& expected, const Bytes& next_iv) {
    const auto iv_at = run.put(iv), from = run.put(data), to = run.room(data.size()),
               next_at = run.room(iv.size() + 1);
    Program job = Program::job();
    if (iv.empty()) {
        job.seq_in(from, u32(data.size())).seq_out(to, u32(data.size()));
    } else {
        const std::pair<std::uint64_t, std::uint32_t> in[] = {
            {iv_at, u32(iv.size())}, {from, 16}, {from + 16, u32(data.size() - 16)}};
        const std::pair<std::uint64_t, std::uint32_t> out[] = {{to, u32(data.size())},
                                                               {next_at, u32(iv.size())}};
        job.seq_in(run.board.table(in), u32(iv.size() + data.size()), sgf)
            .seq_out(run.board.table(out), u32(data.size() + iv.size()), sgf);
    }
    run.runs_shared(skcipher_shared(form, key, iv.size(), nonce), job);
    CHECK(run.at(to, data.size()) == expected);
    CHECK(run.at(next_at, iv.size()) == next_iv);
}

template <bool encrypts>
void aes_ecb_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 16 : 32), data = run.data(run.size(32, 4096, 16));
    check_skcipher(run, {aes_ecb, encrypts, 0}, key, {}, {}, data, Aes(key).ecb(encrypts, data), {});
}

template <bool encrypts>
void aes_cbc_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 24 : 16), iv = run.data(16),
                data = run.data(run.size(32, 20000, 16));
    Bytes next = iv;
    const Bytes expected = Aes(key).cbc(encrypts, next, data);
    check_skcipher(run, {aes_cbc, encrypts, 0}, key, iv, {}, data, expected, next);
}

template <bool encrypts>
void aes_ctr_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 32 : 16), iv = run.data(16),
                data = run.data(run.size(33, 20000));
    Bytes next = iv;
    const Bytes expected = Aes(key).ctr(next, data);
    check_skcipher(run, {aes_ctr, encrypts, 16}, key, iv, {}, data, expected, next);
}

template <bool encrypts>
void rfc3686_shape(ShapeRun& run) {
    const Bytes key = run.data(16), nonce = run.data(4), iv = run.data(8),
                data = run.data(run.size(33, 3000));
    Bytes counter = join({nonce, iv, hex("00000001")});
    const Bytes expected = Aes(key).ctr(counter, data);
    check_skcipher(run, {aes_ctr, encrypts, 20, true}, key, iv, nonce, data, expected, iv);
}

template <bool encrypts>
void des3_cbc_shape(ShapeRun& run) {
    const Bytes key = run.data(24), iv = run.data(8), data = run.data(run.size(32, 2000, 8));
    Bytes next = iv;
    const Bytes expected = reference::des3_cbc(encrypts, key, next, data);
    check_skcipher(run, {des3_cbc, encrypts, 0}, key, iv, {}, data, expected, next);
}

/** On a chip whose AES has XTS. */
template <bool encrypts>
void xts_shape(ShapeRun& run) {
    const Bytes key = run.data(32), tweak = run.data(16), data = run.data(run.size(16, 4000));
    const auto in = run.put(join({tweak, data})), out = run.room(data.size() + 16);
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared, 0)
        .key(class1, key)
        .load(class1, r_context, 0x28, hex("0000000000008000"))
        .target_here(skip);
    p.seq_load(class1, r_context, 0x20, 8).seq_load(class1, r_context, 0x30, 8);
    if (encrypts) {
        p.operation(aes_xts | init_final | encrypt);
    } else {
        p.jump(j_shared, 3)
            .operation(aes_xts | init_final)
            .jump(j_all, 2)
            .operation(aes_xts | 0x1000 | init_final);
    }
    p.math(add, s0_sil, 0, d_vsol, 4)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .seq_fifo_store(vlf, fs_msg)
        .seq_store(class1, r_context, 0x20, 8)
        .seq_store(class1, r_context, 0x30, 8);
    run.runs_shared(p, sequences(in, data.size() + 16, out, data.size() + 16));
    CHECK(run.at(out, data.size()) == reference::xts(encrypts, key, tweak, data));
}

/** cbc(paes): a job opens the blob of a black key and jumps to the one that uses it. */
template <bool ccm>
void protected_key_shape(ShapeRun& run) {
    constexpr std::uint32_t form = 0x0du << 16 | 4 | (ccm ? 1u << 8 : 0);
    const Bytes key = run.data(32), iv = run.data(16), data = run.data(run.size(32, 1000, 16));
    const auto key_at = run.put(key), blob = run.room(80), black = run.room(64),
               in = run.put(join({iv, data})), out = run.room(data.size() + 16);
    run.runs(Program::job()
                 .key(class1, key_at, 32)
                 .fifo_store(class1, ccm ? fs_key_ccm : fs_key_ecb, key_at, 32)
                 .jump(j_nop)
                 .load(class2, r_key, 0, text("SECURE_KEY\0\0\0\0\0\0"))
                 .seq_in(key_at, 32)
                 .seq_out(blob, 80)
                 .operation(7u << 24 | form));
    const auto second = run.board.put(Program::job()
                                          .jump(j_nop)
                                          .key(class1 | k_encrypted | (ccm ? k_ccm : 0), black, 32)
                                          .seq_in(in, u32(data.size() + 16))
                                          .seq_out(out, u32(data.size() + 16))
                                          .seq_load(class1, r_context, 0, 16)
                                          .operation(aes_cbc | init | encrypt)
                                          .math(add, s0_sil, 0, d_vsol, 4)
                                          .math(add, s0_sil, 0, d_vsil, 4)
                                          .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                                          .seq_fifo_store(vlf, fs_msg)
                                          .seq_store(class1, r_context, 0, 16));
    run.runs(Program::job()
                 .load(class2, r_key, 0, text("SECURE_KEY\0\0\0\0\0\0"))
                 .seq_in(blob, 80)
                 .seq_out(black, 32)
                 .operation(6u << 24 | form)
                 .jump_to(j_non_local, second));
    Bytes next = iv;
    CHECK(run.at(out, data.size()) == Aes(key).cbc(true, next, data));
    CHECK(run.at(out + data.size(), 16) == next);
    CHECK(run.at(key_at, 32) != key);
}

// Authenticated encryption

/** Derived key for HMAC with SHA-256, immediate, with room for what replaces it. */
constexpr std::uint32_t keyed = sha256 | hmac_precomputed | init_final;

template <bool encrypts>
void null_shape(ShapeRun& run) {
    const Bytes key = run.data(run.size(16, 64)), data = run.data(run.size(17, 9000));
    const std::uint32_t number = encrypts ? 3 : 2, length = encrypts ? s0_sil : s0_sol;
    Program p = Program::shared(share_serial);
    const unsigned skip = p.here();
    p.jump(j_shared, 0);
    derived(p, key);
    p.target_here(skip);
    if (!encrypts) {
        p.operation(keyed | icv_check);
    }
    p.math(sub, length, 0, number, 4)
        .math(add, s0_zero, number, d_vsil, 4)
        .math(add, s0_zero, number, d_vsol, 4);
    const unsigned patch = p.here();
    p.move(m_descbuf, m_math0 + number, 0, 6).move(m_math0 + number, m_descbuf, 0, 8, m_wait);
    if (encrypts) {
        p.operation(keyed | encrypt);
    }
    p.seq_fifo_store(vlf, fs_msg).seq_fifo_load(both | vlf, fl_msg | fl_flush1 | fl_last_both);
    if (!encrypts) {
        p.jump(j_all);
    }
    p.words[patch] |= 4 * p.here() << 8;
    p.words[patch + 1] |= 4 * p.here() << 8;
    p.auto_entries(false).move(m_block_class, m_ofifo, 0, 0, m_aux_ls);
    const Bytes tag = hmac_of(nettle_sha256, key, data);
    const std::size_t size = data.size();
    if (encrypts) {
        p.seq_store(class2, r_context, 0, mac_size);
        const auto in = run.put(data), out = run.room(size + mac_size);
        run.runs_shared(p, sequences(in, size, out, size + mac_size));
        CHECK(run.at(out, size + mac_size) == join({data, tag}));
    } else {
        p.auto_entries(true).seq_fifo_load(class2, fl_icv | fl_last2, mac_size);
        const auto in = run.put(join({data, tag})), out = run.room(size);
        run.runs_shared(p, sequences(in, size + mac_size, out, size));
        CHECK(run.at(out, size) == data);
    }
}

template <bool counter_mode, bool encrypts>
void authenc_shape(ShapeRun& run) {
    const Bytes auth_key = run.data(run.size(16, 40)), key = run.data(16),
                nonce = counter_mode ? run.data(4) : Bytes();
    const Bytes iv = run.data(counter_mode ? 8 : 16), aad = run.data(run.size(8, 24, 4));
    const Bytes clear = run.data(counter_mode ? run.size(1, 3000) : run.size(16, 3200, 16));
    const std::uint32_t iv_at = counter_mode ? 20 : 0;
    Bytes chain = counter_mode ? join({nonce, iv, hex("00000001")}) : iv;
    const Bytes cipher = counter_mode ? Aes(key).ctr(chain, clear) : Aes(key).cbc(true, chain, clear);
    const Bytes tag = hmac_of(nettle_sha256, auth_key, join({aad, cipher}));
    Program p = authenc_keys(auth_key, key, nonce);
    p.operation(keyed | (encrypts ? encrypt : decrypt | icv_check))
        .math(add, s0_zero, s1_override, d_vsil, 4)
        .math(add, s0_zero, s1_override, d_vsol, 4)
        .seq_fifo_store(vlf, fs_skip)
        .seq_fifo_load(class2 | vlf, fl_msg);
    if (counter_mode) {
        p.load(class1, r_context, iv_at + 8, hex("00000001"));
    }
    const std::uint32_t cipher_form = counter_mode ? aes_ctr : aes_cbc;
    if (encrypts || counter_mode) {
        p.operation(cipher_form | init_final | (encrypts ? encrypt : decrypt));
    } else {
        p.jump(j_shared, 3)
            .operation(cipher_form | init_final)
            .jump(j_all, 2)
            .operation(cipher_form | 0x1000 | init_final);
    }
    p.math(add, encrypts ? s0_sil : s0_sol, 0, d_vsil, 4)
        .math(add, encrypts ? s0_sil : s0_sol, 0, d_vsol, 4)
        .seq_fifo_store(vlf, fs_msg)
        .seq_fifo_load(both | vlf, (encrypts ? fl_msg_snoop : fl_msg) | fl_last_both);
    const std::size_t size = aad.size() + clear.size();
    if (encrypts) {
        p.seq_store(class2, r_context, 0, mac_size);
        const auto in = run.put(join({aad, clear})),
                   out = run.put(join({aad, Bytes(clear.size() + mac_size)}));
        run.runs_shared(
            p, authenc_job(in, size, out, size + mac_size, aad.size()).load(class1, r_context, iv_at, iv));
        CHECK(run.at(out, size + mac_size) == join({aad, cipher, tag}));
    } else {
        p.seq_fifo_load(class2, fl_icv | fl_last2, mac_size);
        const auto in = run.put(join({aad, cipher, tag})), out = run.put(join({aad, Bytes(clear.size())}));
        run.runs_shared(
            p, authenc_job(in, size + mac_size, out, size, aad.size()).load(class1, r_context, iv_at, iv));
        CHECK(run.at(out, size) == join({aad, clear}));
    }
}

/** echainiv and seqiv: the IV goes into the output and under the MAC; for CBC the hardware makes it. */
template <bool counter_mode>
void givencrypt_shape(ShapeRun& run) {
    const Bytes auth_key = run.data(20), key = run.data(32), nonce = counter_mode ? run.data(4) : Bytes();
    const Bytes aad = run.data(16),
                clear = run.data(counter_mode ? run.size(1, 2000) : run.size(16, 2000, 16));
    const std::size_t iv_size = counter_mode ? 8 : 16;
    const std::uint32_t iv_at = counter_mode ? 20 : 0;
    const Bytes given_iv = run.data(iv_size);
    Program p = authenc_keys(auth_key, key, nonce);
    if (!counter_mode) {
        p.load_word(0, r_info, 2u << 24 | 0xfu << 20 | 1u << 28 | 3u << 16 | u32(iv_size))
            .auto_entries(false)
            .move(m_block_deco, m_ctx1, iv_at, u32(iv_size), m_wait)
            .auto_entries(true);
    }
    p.move(m_ctx1, m_ofifo, iv_at, u32(iv_size))
        .operation(keyed | encrypt)
        .math(add, s0_zero, s1_override, d_vsil, 4)
        .math(add, s0_zero, s1_override, d_vsol, 4)
        .seq_fifo_store(vlf, fs_skip)
        .seq_fifo_load(class2 | vlf, fl_msg)
        .load_word(0, r_info, 2u << 30 | 1u << 24 | 0xfu << 20 | u32(iv_size))
        .load_word(class2, r_data_size, u32(iv_size));
    if (counter_mode) {
        p.load(class1, r_context, iv_at + 8, hex("00000001"));
    }
    p.operation((counter_mode ? aes_ctr : aes_cbc) | init_final | encrypt)
        .math(add, s0_sil, 0, d_vsol, 4)
        .seq_fifo_load(0, 0, iv_size)
        .math(add, s0_sil, 0, d_vsil, 4)
        .jump(j_nifp)
        .seq_fifo_load(both | vlf, fl_msg_snoop | fl_last_both)
        .seq_fifo_store(vlf, fs_msg)
        .seq_store(class2, r_context, 0, mac_size);
    const std::size_t size = aad.size() + iv_size + clear.size();
    const auto in = run.put(join({aad, given_iv, clear})), out = run.put(join({aad, Bytes(size + mac_size)}));
    Program job = authenc_job(in, size, out, size + mac_size, aad.size());
    if (counter_mode) {
        job.load(class1, r_context, iv_at, given_iv);
    }
    run.runs_shared(p, job);
    const Bytes iv = run.at(out + aad.size(), iv_size);
    CHECK((iv == given_iv) == counter_mode);
    Bytes chain = counter_mode ? join({nonce, iv, hex("00000001")}) : iv;
    const Bytes cipher = counter_mode ? Aes(key).ctr(chain, clear) : Aes(key).cbc(true, chain, clear);
    CHECK(run.at(out + aad.size() + iv_size, clear.size() + mac_size) ==
          join({cipher, hmac_of(nettle_sha256, auth_key, join({aad, iv, cipher}))}));
}

template <bool encrypts>
void gcm_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 16 : 32), iv = run.data(12), aad = run.data(run.size(1, 60)),
                clear = run.data(run.size(1, 5000));
    const Bytes sealed = Aes(key).gcm(iv, aad, clear);
    const std::size_t size = aad.size() + clear.size();
    const Program p = gcm_shared(key, encrypts);
    if (encrypts) {
        const auto in = run.put(join({aad, clear})), out = run.put(join({aad, Bytes(clear.size() + 16)}));
        run.runs_shared(p, gcm_job(in, size, out, size + 16, aad.size(), iv));
        CHECK(run.at(out, size + 16) == join({aad, sealed}));
    } else {
        const auto in = run.put(join({aad, sealed})), out = run.put(join({aad, Bytes(clear.size())}));
        run.runs_shared(p, gcm_job(in, size + 16, out, size, aad.size(), iv));
        CHECK(run.at(out, size) == join({aad, clear}));
    }
}

template <bool encrypts>
void rfc4106_shape(ShapeRun& run) {
    const Bytes key = run.data(16), salt = run.data(4), iv = run.data(8), aad = run.data(8),
                clear = run.data(run.size(1, 3000));
    const Bytes sealed = Aes(key).gcm(join({salt, iv}), aad, clear);
    const std::size_t assoc = aad.size() + 8, size = assoc + clear.size();
    const Program p = rfc4106_shared(key, encrypts);
    if (encrypts) {
        const auto in = run.put(join({aad, iv, clear})),
                   out = run.put(join({aad, iv, Bytes(clear.size() + 16)}));
        run.runs_shared(p, gcm_job(in, size, out, size + 16, assoc, join({salt, iv})));
        CHECK(run.at(out, size + 16) == join({aad, iv, sealed}));
    } else {
        const auto in = run.put(join({aad, iv, sealed})), out = run.put(join({aad, iv, Bytes(clear.size())}));
        run.runs_shared(p, gcm_job(in, size + 16, out, size, assoc, join({salt, iv})));
        CHECK(run.at(out, size) == join({aad, iv, clear}));
    }
}

template <bool encrypts>
void rfc4543_shape(ShapeRun& run) {
    const Bytes key = run.data(16), iv = run.data(12), data = run.data(run.size(20, 9000));
    const Bytes tag = Aes(key).gcm(iv, data, {});
    const Program p = rfc4543_shared(key, encrypts);
    const std::size_t size = data.size();
    if (encrypts) {
        const auto in = run.put(data), out = run.room(size + 16);
        run.runs_shared(p, rfc4543_job(in, size, out, size + 16, iv));
        CHECK(run.at(out, size + 16) == join({data, tag}));
    } else {
        const auto in = run.put(join({data, tag})), out = run.room(size);
        run.runs_shared(p, rfc4543_job(in, size + 16, out, size, iv));
        CHECK(run.at(out, size) == data);
    }
}

/** Era 9 has no engine for it, and says so: Linux asks the versions first. */
void chachapoly_shape(ShapeRun& run) {
    const Bytes data = run.data(64);
    const auto in = run.put(data), out = run.room(80);
    Program p = Program::shared(share_serial | keep_context);
    p.key(class1, run.data(32))
        .operation(4u << 24 | 0xe0u << 16 | init_final | encrypt)
        .operation(2u << 24 | 0xd0u << 16 | init_final | encrypt);
    CHECK(error_of(run.board.run_shared(p, sequences(in, 64, out, 80))) == 0x2000000f);
    CHECK(run.at(out, 80) == Bytes(80, 0xee));
}

const Shape shapes[] = {
    {"ecb(aes) encrypt", aes_ecb_shape<true>},
    {"ecb(aes) decrypt", aes_ecb_shape<false>},
    {"cbc(aes) encrypt", aes_cbc_shape<true>},
    {"cbc(aes) decrypt", aes_cbc_shape<false>},
    {"ctr(aes) encrypt", aes_ctr_shape<true>},
    {"ctr(aes) decrypt", aes_ctr_shape<false>},
    {"rfc3686(ctr(aes)) encrypt", rfc3686_shape<true>},
    {"rfc3686(ctr(aes)) decrypt", rfc3686_shape<false>},
    {"cbc(des3_ede) encrypt", des3_cbc_shape<true>},
    {"cbc(des3_ede) decrypt", des3_cbc_shape<false>},
    {"xts(aes) encrypt", xts_shape<true>},
    {"xts(aes) decrypt", xts_shape<false>},
    {"cbc(paes), black key in ECB form", protected_key_shape<false>},
    {"cbc(paes), black key in CCM form", protected_key_shape<true>},
    {"authenc(hmac(sha256),ecb(cipher_null)) encrypt", null_shape<true>},
    {"authenc(hmac(sha256),ecb(cipher_null)) decrypt", null_shape<false>},
    {"authenc(hmac(sha256),cbc(aes)) encrypt", authenc_shape<false, true>},
    {"authenc(hmac(sha256),cbc(aes)) decrypt", authenc_shape<false, false>},
    {"echainiv(authenc(hmac(sha256),cbc(aes))) encrypt", givencrypt_shape<false>},
    {"authenc(hmac(sha256),rfc3686(ctr(aes))) encrypt", authenc_shape<true, true>},
    {"authenc(hmac(sha256),rfc3686(ctr(aes))) decrypt", authenc_shape<true, false>},
    {"seqiv(authenc(hmac(sha256),rfc3686(ctr(aes)))) encrypt", givencrypt_shape<true>},
    {"gcm(aes) encrypt", gcm_shape<true>},
    {"gcm(aes) decrypt", gcm_shape<false>},
    {"rfc4106(gcm(aes)) encrypt", rfc4106_shape<true>},
    {"rfc4106(gcm(aes)) decrypt", rfc4106_shape<false>},
    {"rfc4543(gcm(aes)) encrypt", rfc4543_shape<true>},
    {"rfc4543(gcm(aes)) decrypt", rfc4543_shape<false>},
    {"rfc7539(chacha20,poly1305) encrypt", chachapoly_shape},
};

}  // namespace

TEST_CASE("caam shapes: Linux, ciphers and authenticated encryption", "[caam]") {
    ReadyBoard board;
    REQUIRE_FALSE(board.caam.set_property("aes-class", 4));
    board.instantiate();
    run_shapes(board, shapes, 21);
}
