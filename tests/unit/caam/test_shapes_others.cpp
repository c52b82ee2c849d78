// SPDX-License-Identifier: GPL-2.0-or-later
/** Descriptors of U-Boot 2026.10 and of Trusty for the i.MX8MQ. Both poll; Trusty names the data before the
 * operation. */
#include "reference_pk.hpp"
#include "shapes.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using reference::Aes;
using reference::digest_of;
using reference::nist;
using reference::part;

namespace {

/** Pieces of a buffer as a table; @p size bytes from @p at on, in pieces of different sizes. */
std::uint64_t scattered(ShapeRun& run, std::uint64_t at, std::size_t size) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> pieces;
    for (std::size_t done = 0; done < size;) {
        const std::size_t piece = std::min(run.size(1, size / 3 + 1), size - done);
        pieces.emplace_back(at + done, u32(piece));
        done += piece;
    }
    return run.board.table(pieces);
}

void instantiate(ShapeRun& run, bool separated_by_jump) {
    for (const unsigned handle : {0u, 1u}) {
        if ((read32(run.board.caam, 0x6c0) >> handle & 1) != 0) {
            run.runs(Program::job().operation(rng | rng_handle(handle) | init_final));
        }
    }
    Program p = Program::job();
    p.operation(rng | init | rng_resistant).jump(j_class1).clear_written(1);
    if ((read32(run.board.caam, 0x6c0) & 1u << 30) == 0) {
        p.operation(rng | rng_secure_keys).jump(j_class1).clear_written(1);
    }
    p.operation(rng | rng_handle(1) | init | rng_resistant);
    if (separated_by_jump) {
        p.jump(j_class1);
    }
    run.runs(p);
    CHECK((read32(run.board.caam, 0x6c0) & 0x40000033) == 0x40000033);
}

// U-Boot

template <bool table>
void uboot_hash_shape(ShapeRun& run) {
    for (const auto& [reference, algorithm] :
         {std::pair(&nettle_sha1, sha1), std::pair(&nettle_sha256, sha256)}) {
        const Bytes data = run.data(run.size(100, 3000));
        const auto from = run.put(data), out = run.room(32);
        run.runs(Program::job()
                     .operation(algorithm | init_final | encrypt)
                     .fifo_load_ext(class2 | (table ? sgf : 0), fl_msg | fl_last2,
                                    table ? scattered(run, from, data.size()) : from, data.size())
                     .store(class2, r_context, 0, out, reference->digest_size));
        CHECK(run.at(out, reference->digest_size) == digest_of(*reference, data));
    }
}

template <bool opens>
void uboot_blob_shape(ShapeRun& run) {
    const Bytes secret = run.data(run.size(16, 500)), modifier = run.data(16);
    const std::size_t size = secret.size();
    const auto modifier_at = run.put(modifier), blob = run.room(size + 48), back = run.room(size);
    run.runs(Program::job()
                 .key(class2, modifier_at, 16)
                 .seq_in(run.put(secret), u32(size))
                 .seq_out(blob, u32(size + 48))
                 .operation(encap_blob));
    CHECK(part(run.at(blob, size + 48), 32, size) != secret);
    if (opens) {
        run.runs(Program::job()
                     .key(class2, modifier_at, 16)
                     .seq_in(blob, u32(size + 48))
                     .seq_out(back, u32(size))
                     .operation(decap_blob));
        CHECK(run.at(back, size) == secret);
    }
}

/** A key for HAB in secure memory, through the page of ring 0. */
void uboot_dek_shape(ShapeRun& run) {
    constexpr std::uint32_t jr0 = 0x1000, partition = 1u << 8;
    const Bytes secret = run.data(16), modifier = hex("66550010 00000000");
    auto& caam = run.board.caam;
    write32(caam, jr0 + 0xbe4, partition | 3);
    write32(caam, jr0 + 0xa14, 0xff);
    write32(caam, jr0 + 0xa18, 0xf);
    write32(caam, jr0 + 0xa1c, 0xffffffff);
    write32(caam, jr0 + 0xbe4, 1u << 16 | partition | 1);
    for (std::uint32_t i = 0; i < 16; i += 4) {
        std::uint32_t word = 0;
        for (unsigned k = 0; k < 4; ++k) {
            word |= static_cast<std::uint32_t>(secret[i + k]) << (8 * k);
        }
        caam.write(1, 0x1000 + i, word, 4, secure_access());
    }
    const auto blob = run.room(64);
    run.runs(Program::job()
                 .load(class2, r_key, 12, modifier)
                 .seq_in(0x101000, 16)
                 .seq_out(blob, 64)
                 .operation(encap_blob | 8));
    CHECK(part(run.at(blob, 64), 32, 16) != secret);
    caam.write(1, 0x1000, 0, 4, secure_access());
    run.runs(Program::job()
                 .load(class2, r_key, 12, modifier)
                 .seq_in(blob, 64)
                 .seq_out(0x101000, 16)
                 .operation(decap_blob | 8));
    CHECK(caam.read(1, 0x1000, 1, secure_access()).value == secret[0]);
    CHECK(caam.read(1, 0x100f, 1, secure_access()).value == secret[15]);
}

void uboot_power_shape(ShapeRun& run) {
    Bytes n = run.data(256), a = run.data(256);
    n[0] |= 0x80;
    n[255] |= 1;
    a[0] &= 0x7f;
    const Bytes e = run.round == 0 ? hex("010001") : run.data(256);
    const auto out = run.room(256);
    run.runs(Program::job()
                 .fifo_load(class1, fl_n, run.put(n), 256)
                 .fifo_load(class1, fl_a, run.put(a), 256)
                 .key(class1 | k_pk_e, run.put(e), e.size())
                 .operation(1u << 24 | 8u << 20 | 6)
                 .fifo_store(0, fs_b, out, 256));
    CHECK(run.at(out, 256) == reference::power(a, e, n));
}

/** mfgprot gen and sign; U-Boot's block for the public key has no length. */
void manufacturing_shape(ShapeRun& run) {
    constexpr std::uint32_t curve = 3u << 17;
    const Bytes message = run.data(run.size(1, 64));
    const auto point = run.room(64), digest_at = run.room(32), c = run.room(32), d = run.room(32);
    run.runs(with_block({curve, low(run.put(text("mfg"))), 3}, 7u << 24 | 0x14u << 16), 2);
    run.runs(with_block({curve, low(point)}, 6u << 24 | 0x14u << 16), 2);
    run.runs(with_block({curve, low(run.put(message)), low(digest_at), low(c), low(d), u32(message.size())},
                        6u << 24 | 0x15u << 16),
             2);
    CHECK(reference::ecdsa_fits(nist(2), run.at(point, 64), run.at(digest_at, 32), run.at(c, 32),
                                run.at(d, 32)));
    CHECK(run.at(digest_at, 32) == digest_of(nettle_sha256, join({Bytes(32), message})));
}

const Shape uboot_shapes[] = {
    {"random numbers", [](ShapeRun& run) { instantiate(run, false); }},
    {"digest", uboot_hash_shape<false>},
    {"digest from a table", uboot_hash_shape<true>},
    {"blob made", uboot_blob_shape<false>},
    {"blob opened", uboot_blob_shape<true>},
    {"blob of a key in secure memory", uboot_dek_shape},
    {"modular power", uboot_power_shape},
    {"manufacturing protection", manufacturing_shape},
};

// Trusty

/** Loads and stores by tables of the caller's pages, in front of the operation. */
Program trusty_cipher(ShapeRun& run, std::uint32_t operation, const Bytes& key, std::uint64_t iv_at,
                      std::size_t iv_size, std::uint32_t iv_offset, std::uint64_t from, std::uint64_t to,
                      std::size_t size) {
    Program p = Program::job();
    p.key(class1, run.put(key), key.size());
    if (iv_size > 0) {
        p.load(class1, r_context, iv_offset, iv_at, iv_size);
    }
    p.fifo_load_ext(class1 | sgf, fl_msg | fl_last1, scattered(run, from, size), size);
    p.fifo_store_ext(sgf, fs_msg, scattered(run, to, size), size);
    p.operation(operation);
    if (iv_size > 0) {
        p.store(class1, r_context, iv_offset, iv_at, iv_size);
    }
    return p;
}

template <bool encrypts>
void trusty_ecb_shape(ShapeRun& run) {
    const Bytes key = run.data(16), data = run.data(run.size(64, 9000, 16));
    const auto to = run.room(data.size());
    run.runs(trusty_cipher(run, aes_ecb | init_final | (encrypts ? encrypt : decrypt), key, 0, 0, 0,
                           run.put(data), to, data.size()),
             2);
    CHECK(run.at(to, data.size()) == Aes(key).ecb(encrypts, data));
}

template <bool encrypts>
void trusty_cbc_shape(ShapeRun& run) {
    const Bytes key = run.data(32), iv = run.data(16), data = run.data(run.size(64, 20000, 16));
    const auto to = run.room(data.size()), iv_at = run.put(iv);
    run.runs(trusty_cipher(run, aes_cbc | init_final | (encrypts ? encrypt : decrypt), key, iv_at, 16, 0,
                           run.put(data), to, data.size()),
             2);
    Bytes next = iv;
    CHECK(run.at(to, data.size()) == Aes(key).cbc(encrypts, next, data));
    CHECK(run.at(iv_at, 16) == next);
}

void trusty_ctr_shape(ShapeRun& run) {
    const Bytes key = run.data(16), iv = run.data(16), data = run.data(run.size(64, 70000));
    const auto to = run.room(data.size()), iv_at = run.put(iv);
    run.runs(trusty_cipher(run, aes_ctr | init, key, iv_at, 16, 16, run.put(data), to, data.size()), 2);
    Bytes next = iv;
    CHECK(run.at(to, data.size()) == Aes(key).ctr(next, data));
    CHECK(run.at(iv_at, 16) == next);
}

/** What is left of the last block's key stream comes from encrypting zeros with its counter. */
void trusty_ctr_tail_shape(ShapeRun& run) {
    const Bytes key = run.data(16), iv = run.data(16), data = run.data(16 * run.size(2, 9) + run.size(1, 15));
    const std::size_t whole = data.size() / 16 * 16, rest = data.size() - whole;
    const auto from = run.put(data), to = run.room(data.size()), iv_at = run.put(iv),
               zeros = run.put(Bytes(16)), stream_at = run.room(16);
    run.runs(trusty_cipher(run, aes_ctr | init, key, iv_at, 16, 16, from, to, whole), 2);
    run.runs(trusty_cipher(run, aes_ctr | init, key, iv_at, 16, 16, zeros, stream_at, 16), 2);
    Bytes next = iv;
    const Bytes expected = Aes(key).ctr(next, data);
    CHECK(join({run.at(to, whole), reference::mixed(part(data, whole, rest), run.at(stream_at, rest))}) ==
          expected);
    CHECK(run.at(iv_at, 16) == next);
}

template <bool encrypts>
void trusty_gcm_shape(ShapeRun& run) {
    const Bytes key = run.data(32), iv = run.data(12), aad = run.data(run.size(1, 100)),
                clear = run.data(run.size(1, 3000));
    const Bytes sealed = Aes(key).gcm(iv, aad, clear);
    const std::size_t size = clear.size();
    const auto to = run.room(size), tag_at = run.room(16);
    Program p = Program::job();
    p.key(class1, run.put(key), 32)
        .operation(aes_gcm | init_final | (encrypts ? encrypt : decrypt | icv_check))
        .fifo_load(class1, fl_iv | fl_flush1, run.put(iv), 12)
        .fifo_load(class1, fl_aad | fl_flush1, run.put(aad), aad.size());
    if (encrypts) {
        p.fifo_load_ext(class1, fl_msg | fl_last1, run.put(clear), size)
            .fifo_store_ext(0, fs_msg, to, size)
            .store(class1, r_context, 0, tag_at, 16);
        run.runs(p, 2);
        CHECK(join({run.at(to, size), run.at(tag_at, 16)}) == sealed);
        return;
    }
    p.fifo_load_ext(class1, fl_msg | fl_flush1, run.put(part(sealed, 0, size)), size)
        .fifo_store_ext(0, fs_msg, to, size)
        .fifo_load(class1, fl_icv | fl_last1, run.put(part(sealed, size, 16)), 16);
    run.runs(p, 2);
    CHECK(run.at(to, size) == clear);
}

void trusty_des3_shape(ShapeRun& run) {
    const Bytes key = run.data(24), iv = run.data(8), data = run.data(run.size(64, 2000, 8));
    const auto to = run.room(data.size()), iv_at = run.put(iv);
    run.runs(
        trusty_cipher(run, des3_cbc | init_final | encrypt, key, iv_at, 8, 0, run.put(data), to, data.size()),
        2);
    Bytes next = iv;
    CHECK(run.at(to, data.size()) == reference::des3_cbc(true, key, next, data));
}

template <std::size_t size_limit>
void trusty_hash_shape(ShapeRun& run) {
    const bool strong = size_limit > 0xffff;
    const Bytes data = run.data(run.size(size_limit - 500, size_limit));
    const nettle_hash& reference = strong ? nettle_sha256 : nettle_sha1;
    const auto from = run.put(data), out = run.room(32);
    Program p = Program::job().operation((strong ? sha256 : sha1) | init_final | encrypt);
    if (strong) {
        p.fifo_load_ext(class2, fl_msg | fl_last2, from, data.size());
    } else {
        p.fifo_load(class2, fl_msg | fl_last2, from, data.size());
    }
    run.runs(p.store(class2, r_context, 0, out, reference.digest_size), 2);
    CHECK(run.at(out, reference.digest_size) == digest_of(reference, data));
}

template <bool opens>
void trusty_blob_shape(ShapeRun& run) {
    const Bytes secret = run.data(run.size(1, 200)), modifier = run.data(16);
    const std::size_t size = secret.size();
    const auto blob = run.room(size + 48), back = run.room(size);
    run.runs(Program::job()
                 .load(class2, r_key, 0, modifier)
                 .seq_in(run.put(secret), u32(size))
                 .seq_out(blob, u32(size + 48))
                 .operation(encap_blob),
             2);
    CHECK(part(run.at(blob, size + 48), 32, size) != secret);
    // Not with the modifier of somebody else.
    Program p = Program::job();
    p.load(class2, r_key, 0, opens ? modifier : run.data(16))
        .seq_in(blob, u32(size + 48))
        .seq_out(back, u32(size))
        .operation(decap_blob);
    CHECK(error_of(run.board.run(p, 2)) == (opens ? 0 : 0x2000001a));
    CHECK(run.at(back, size) == (opens ? secret : Bytes(size, 0xee)));
}

/** The key that blobs are made with, as a value of the chip: it depends on the modifier and on nothing else.
 */
void trusty_mkvb_shape(ShapeRun& run) {
    const Bytes modifiers[] = {run.data(16), run.data(16)};
    Bytes values[4];
    for (unsigned i = 0; i < 4; ++i) {
        const auto at = run.room(32);
        run.runs(
            Program::job().load(class2, r_key, 0, modifiers[i % 2]).seq_out(at, 32).operation(encap_blob | 2),
            2);
        values[i] = run.at(at, 32);
    }
    CHECK(values[0] == values[2]);
    CHECK(values[1] == values[3]);
    CHECK(values[0] != Bytes(32, 0xee));
}

void trusty_random_shape(ShapeRun& run) {
    const std::size_t size = run.size(1, 500);
    const auto one = run.room(size + 8), other = run.room(size + 8);
    for (const auto at : {one, other}) {
        run.runs(Program::job().operation(rng).fifo_store_ext(0, fs_rng, at, size), 2);
    }
    CHECK((size < 4 || run.at(one, size) != run.at(other, size)));
    CHECK(run.at(one + size, 8) == Bytes(8, 0xee));
}

const Shape trusty_shapes[] = {
    {"random numbers: both handles and keys", [](ShapeRun& run) { instantiate(run, true); }},
    {"random numbers", trusty_random_shape},
    {"aes-ecb encrypt, tables", trusty_ecb_shape<true>},
    {"aes-ecb decrypt, tables", trusty_ecb_shape<false>},
    {"aes-cbc encrypt, tables", trusty_cbc_shape<true>},
    {"aes-cbc decrypt, tables", trusty_cbc_shape<false>},
    {"aes-ctr, tables", trusty_ctr_shape},
    {"aes-ctr, rest of a key stream", trusty_ctr_tail_shape},
    {"aes-gcm encrypt", trusty_gcm_shape<true>},
    {"aes-gcm decrypt", trusty_gcm_shape<false>},
    {"des3-cbc", trusty_des3_shape},
    {"sha1", trusty_hash_shape<2000>},
    {"sha256 of more than 64 KiB", trusty_hash_shape<100000>},
    {"blob", trusty_blob_shape<true>},
    {"blob with a wrong modifier", trusty_blob_shape<false>},
    {"key of the chip", trusty_mkvb_shape},
    {"manufacturing protection", manufacturing_shape},
};

}  // namespace

TEST_CASE("caam shapes: U-Boot", "[caam]") {
    ReadyBoard board;
    run_shapes(board, uboot_shapes, 8);
}

TEST_CASE("caam shapes: Trusty", "[caam]") {
    ReadyBoard board;
    run_shapes(board, trusty_shapes, 13);
}
