// SPDX-License-Identifier: GPL-2.0-or-later
/** Descriptors as Linux 7.3 builds them (caamalg, caamhash, key_gen): shared ones with the key, and jobs. */
#pragma once

#include "shapes.hpp"

namespace svp::test::linux_driver {

using namespace svp::test::caam_fields;

inline Program sequences(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size,
                         std::uint32_t in_flags = 0) {
    return Program::job().seq_in(in, u32(in_size), in_flags).seq_out(out, u32(out_size));
}

// Ciphers

struct Skcipher {
    std::uint32_t algorithm;
    bool encrypts;
    std::uint32_t iv_at;
    bool rfc3686 = false;
};

inline Program skcipher_shared(const Skcipher& form, const Bytes& key, std::size_t iv_size,
                               const Bytes& nonce) {
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared, 0).key(class1, key);
    if (form.rfc3686) {
        p.load(0, r_output, 0, nonce).move(m_ofifo, m_ctx1, 16, 4, m_wait);
    }
    p.target_here(skip);
    if (iv_size > 0) {
        p.seq_load(class1, r_context, form.iv_at, iv_size);
    }
    if (form.rfc3686) {
        p.load(class1, r_context, form.iv_at + 8, hex("00000001"));
    }
    // Decryption with a block mode has a branch for keys that are shared already.
    if (form.encrypts || form.iv_at != 0) {
        p.operation(form.algorithm | init | (form.encrypts ? encrypt : decrypt));
    } else {
        p.jump(j_shared, 3)
            .operation(form.algorithm | init_final)
            .jump(j_all, 2)
            .operation(form.algorithm | 0x1000 | init_final);
    }
    p.math(add, s0_sil, 0, d_vsol, 4)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .seq_fifo_store(vlf, fs_msg);
    if (iv_size > 0) {
        p.seq_store(class1, r_context, form.iv_at, iv_size);
    }
    return p;
}

// Authenticated encryption

inline void derived(Program& p, const Bytes& key) {
    p.operation(0x23u << 16 | u32(key.size())).bytes(key);
    for (std::size_t i = (key.size() + 3) / 4; i < 16; ++i) {
        p.word(0);
    }
}

/** What both ciphers of authenc share: keys, and the nonce of rfc3686. */
inline Program authenc_keys(const Bytes& auth_key, const Bytes& key, const Bytes& nonce) {
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared, 0);
    derived(p, auth_key);
    p.key(class1, key);
    if (!nonce.empty()) {
        p.load(0, r_output, 0, nonce).move(m_ofifo, m_ctx1, 16, 4);
    }
    return p.target_here(skip);
}

inline Program authenc_job(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size,
                           std::size_t assoc) {
    return sequences(in, in_size, out, out_size).math(add, s0_zero, s1_imm, d_override, 4).word(u32(assoc));
}

/** @p nothing: neither AAD nor text follows the IV. */
inline Program gcm_job(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size,
                       std::size_t aad_size, const Bytes& iv, bool nothing = false) {
    return sequences(in, in_size, out, out_size)
        .math(add, s0_zero, s1_imm, 3, 4)
        .word(u32(aad_size))
        .fifo_load(class1, fl_iv | fl_flush1 | (nothing ? fl_last1 : 0), iv);
}

inline Program gcm_key_and_operation(const Bytes& key, bool encrypts) {
    Program p = Program::shared(share_serial);
    const unsigned skip = p.here();
    p.jump(j_shared, 0).key(class1, key).target_here(skip);
    return p.operation(aes_gcm | init_final | (encrypts ? encrypt : decrypt | icv_check));
}

inline Program gcm_shared(const Bytes& key, bool encrypts) {
    Program p = gcm_key_and_operation(key, encrypts);
    if (!encrypts) {
        p.math(add, s0_zero, 3, d_vsil, 4);
        const unsigned no_aad = p.here();
        p.jump(j_z, 0)
            .math(add, s0_zero, 3, d_vsol, 4)
            .seq_fifo_store(vlf, fs_skip)
            .seq_fifo_load(class1 | vlf, fl_aad | fl_flush1)
            .target_here(no_aad)
            .math(sub, s0_sol, 0, d_vsil, 4);
        const unsigned no_text = p.here();
        return p.jump(j_z, 0)
            .math(sub, s0_sol, 0, d_vsol, 4)
            .seq_fifo_store(vlf, fs_msg)
            .seq_fifo_load(class1 | vlf, fl_msg | fl_flush1)
            .target_here(no_text)
            .seq_fifo_load(class1, fl_icv | fl_last1, 16);
    }
    p.math(sub, s0_sil, 0, d_vsol, 4);
    const unsigned nothing = p.here();
    p.jump(j_z, 0).math(add, s0_zero, 3, d_vsil, 4);
    const unsigned no_aad = p.here();
    p.jump(j_z, 0)
        .math(add, s0_zero, 3, d_vsol, 4)
        .seq_fifo_store(vlf, fs_skip)
        .math(sub, s0_sil, 3, d_vsol, 4);
    const unsigned no_text = p.here();
    p.jump(j_z, 0).seq_fifo_load(class1 | vlf, fl_aad | fl_flush1).target_here(no_aad);
    return p.math(sub, s0_sil, 0, d_vsil, 4)
        .seq_fifo_store(vlf, fs_msg)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .jump(j_all, 2)
        .target_here(no_text)
        .seq_fifo_load(class1 | vlf, fl_aad | fl_last1)
        .target_here(nothing)
        .seq_store(class1, r_context, 0, 16);
}

/** ESP: the IV of 8 bytes stands behind the AAD, and is skipped in input and output. */
inline Program rfc4106_shared(const Bytes& key, bool encrypts) {
    Program p = gcm_key_and_operation(key, encrypts);
    p.math(sub, 3, s1_imm, d_vsil, 4).word(8).math(add, s0_zero, 3, d_vsol, 4);
    if (!encrypts) {
        return p.seq_fifo_load(class1 | vlf, fl_aad | fl_flush1)
            .seq_fifo_load(0, 0, 8)
            .math(sub, s0_sol, 3, d_vsil, 4)
            .seq_fifo_load(class1, fl_msg)
            .seq_fifo_store(vlf, fs_skip)
            .math(sub, s0_sol, 0, d_vsol, 4)
            .seq_fifo_store(vlf, fs_msg)
            .seq_fifo_load(class1 | vlf, fl_msg | fl_flush1)
            .seq_fifo_load(class1, fl_icv | fl_last1, 16);
    }
    p.seq_fifo_store(vlf, fs_skip).math(sub, s0_sil, 3, d_vsol, 4);
    const unsigned none = p.here();
    p.jump(j_z, 0)
        .seq_fifo_load(class1 | vlf, fl_aad | fl_flush1)
        .seq_fifo_store(0, fs_msg)
        .seq_fifo_load(0, 0, 8)
        .math(add, s0_vsol, 0, d_vsil, 4)
        .seq_fifo_store(vlf, fs_msg)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1);
    const unsigned over = p.here();
    return p.jump(j_all, 0)
        .target_here(none)
        .seq_fifo_load(class1 | vlf, fl_aad | fl_last1)
        .target_here(over)
        .seq_store(class1, r_context, 0, 16);
}

/** Everything is AAD; a MOVE whose length the descriptor writes itself copies it. */
inline Program rfc4543_shared(const Bytes& key, bool encrypts) {
    const std::uint32_t length = encrypts ? s0_sil : s0_sol;
    Program p = gcm_key_and_operation(key, encrypts);
    p.math(sub, length, 0, 3, 4);
    const unsigned patch = p.here();
    p.move(m_descbuf, m_math3, 0, 6).move(m_math3, m_descbuf, 0, 8, m_wait);
    p.math(sub, length, 0, d_vsil, 4).math(sub, length, 0, d_vsol, 4).seq_fifo_store(vlf, fs_msg);
    p.seq_fifo_load(both | vlf, fl_aad | (encrypts ? fl_last_both : fl_last2 | fl_flush1));
    p.words[patch] |= 4 * p.here() << 8;
    p.words[patch + 1] |= 4 * p.here() << 8;
    p.auto_entries(false).move(m_block_class, m_ofifo, 0, 0);
    if (encrypts) {
        return p.seq_store(class1, r_context, 0, 16);
    }
    return p.auto_entries(true).seq_fifo_load(class1, fl_icv | fl_last1, 16);
}

inline Program rfc4543_job(std::uint64_t in, std::size_t in_size, std::uint64_t out, std::size_t out_size,
                           const Bytes& iv) {
    return sequences(in, in_size, out, out_size).fifo_load(class1, fl_iv | fl_flush1, iv);
}

// Message digests and MACs

struct Digest {
    const nettle_hash& reference;
    std::uint32_t algorithm, protocol;
    std::size_t state, split_words;
};
inline const Digest digests[] = {
    {nettle_md5, md5, 0x20, 16, 8},
    {nettle_sha1, sha1, 0x21, 20, 10},
    {nettle_sha224, sha224, 0x22, 32, 16},
    {nettle_sha256, sha256, 0x23, 32, 16},
};

/** @p key empty: a plain digest. */
inline Program digest_shared(const Digest& digest, std::uint32_t state, std::size_t result, bool imports,
                             const Bytes& key) {
    Program p = Program::shared(share_serial);
    std::uint32_t mode = digest.algorithm;
    if (!key.empty() && state != update) {
        const unsigned skip = p.here();
        p.jump(j_shared, 0).operation(digest.protocol << 16 | u32(key.size())).bytes(key);
        for (std::size_t i = (key.size() + 3) / 4; i < digest.split_words; ++i) {
            p.word(0);
        }
        p.target_here(skip);
        mode |= hmac_precomputed;
    }
    if (imports) {
        p.seq_load(class2, r_context, 0, digest.state + 8);
    }
    return p.operation(mode | state | encrypt)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class2 | vlf, fl_msg | fl_last2)
        .seq_store(class2, r_context, 0, result);
}

inline Program mac_shared(bool xcbc, std::uint32_t state, const Bytes& key, std::uint64_t first_key,
                          std::size_t result) {
    Program p = Program::shared(share_serial | keep_context);
    const unsigned skip = p.here();
    p.jump(j_shared & ~j_jsl,
           0);  // Linux leaves JSL out: a condition of the public key engine, never true here
    const bool begins = state == init || state == init_final;
    if (begins || !xcbc) {
        p.key(class1, key);
    } else {
        p.key(class1 | k_encrypted, first_key, key.size());
    }
    if (!begins) {
        p.seq_load(class1, r_context, 0, xcbc ? 48 : 32);
    }
    p.target_here(skip)
        .operation((xcbc ? aes_xcbc : aes_cmac) | state | encrypt)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
        .seq_store(class1, r_context, 0, result);
    if (xcbc && state == init) {
        p.fifo_store(class1, fs_key_ecb, first_key, key.size());
    }
    return p;
}

}  // namespace svp::test::linux_driver
