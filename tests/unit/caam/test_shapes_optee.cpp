// SPDX-License-Identifier: GPL-2.0-or-later
/** OP-TEE 4.10's descriptors: ciphers, digests, MACs, authenticated encryption. Plain jobs without a shared
 * part. */
#include "optee_descriptors.hpp"
#include "shapes.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::optee_driver;
using reference::Aes;
using reference::digest_of;
using reference::hmac_of;
using reference::mixed;
using reference::part;

namespace {

// Random numbers

void instantiate_shape(ShapeRun& run) {
    for (const unsigned handle : {0u, 1u}) {
        if ((read32(run.board.caam, 0x6c0) >> handle & 1) != 0) {
            run.runs(Program::job().operation(rng | rng_handle(handle) | init_final), 2);
        }
    }
    CHECK((read32(run.board.caam, 0x6c0) & 3) == 0);
    Program p = Program::job();
    p.operation(rng | rng_handle(0) | init | rng_resistant).jump(j_class1).clear_written(1);
    p.operation(rng | rng_handle(1) | init | rng_resistant);
    if ((read32(run.board.caam, 0x6c0) & 1u << 30) == 0) {
        p.jump(j_class1).clear_written(1).operation(rng | rng_secure_keys);
    }
    run.runs(p, 2);
    CHECK((read32(run.board.caam, 0x6c0) & 0x33) == 0x33);
}

void random_shape(ShapeRun& run) {
    const auto one = run.room(48), other = run.room(48);
    for (const auto at : {one, other}) {
        run.runs(Program::job().operation(rng | rng_resistant).fifo_store(0, fs_rng, at, 40), 2);
    }
    CHECK(run.at(one, 40) != run.at(other, 40));
    CHECK(run.at(one + 40, 8) == Bytes(8, 0xee));
}

// Digests

struct Digest {
    const nettle_hash& reference;
    std::uint32_t algorithm;
    std::size_t state;
};
const Digest digests[] = {
    {nettle_md5, md5, 16}, {nettle_sha1, sha1, 20}, {nettle_sha224, sha224, 32}, {nettle_sha256, sha256, 32}};

/** The split key of HMAC: made by an empty message, wrapped, loaded without saying so. */
std::uint64_t split_key(ShapeRun& run, const Digest& digest, const Bytes& key) {
    const auto split = run.room(2 * digest.state);
    run.runs(Program::job()
                 .key(class2 | k_plain_store, run.put(key), key.size())
                 .operation(digest.algorithm | hmac | init | decrypt)
                 .fifo_load(class2, fl_msg | fl_last2, Bytes())
                 .jump(j_class2)
                 .fifo_store(0, fs_split_ecb, split, 2 * digest.state));
    return split;
}

/** @p steps: 1 in one job; otherwise init, updates, final, whose context is loaded behind the operation. */
template <bool keyed, unsigned steps>
void digest_shape(ShapeRun& run) {
    for (const Digest& digest : digests) {
        CAPTURE(digest.reference.name);
        const Bytes key = keyed ? run.data(run.size(10, 64)) : Bytes(),
                    data = run.data(64 * (steps - 1) + run.size(1, 300));
        const auto split = keyed ? split_key(run, digest, key) : 0, from = run.put(data),
                   context = run.room(64), out = run.room(32);
        const auto begin = [&](std::uint32_t state) {
            Program p = Program::job();
            if (keyed) {
                p.key(class2 | k_split, split, 2 * digest.state);
            }
            return p.operation(digest.algorithm | (keyed ? hmac_precomputed : 0) | state | encrypt);
        };
        const std::size_t size = digest.reference.digest_size, context_size = digest.state + 8;
        for (unsigned step = 0; step < steps; ++step) {
            const bool is_last = step + 1 == steps;
            Program p = begin((step == 0 ? init : update) | (is_last ? final : update));
            if (step > 0) {
                p.load(class2, r_context, 0, context, context_size);
            }
            const std::size_t part_size = is_last ? data.size() - 64 * step : 64;
            p.fifo_load_ext(class2, fl_msg | fl_last2, from + 64 * step, part_size);
            run.runs(p.store(class2, r_context, 0, is_last ? out : context, is_last ? size : context_size));
        }
        CHECK(run.at(out, size) ==
              (keyed ? hmac_of(digest.reference, key, data) : digest_of(digest.reference, data)));
    }
}

// Ciphers

struct Mode {
    std::uint32_t operation;
    std::uint32_t context_at;
    std::size_t context_size;
};

/** Jobs of a cipher, one after the other over a context in memory. */
Bytes crypt(ShapeRun& run, const Mode& mode, bool encrypts, const Bytes& key, std::uint64_t context,
            const Bytes& data, std::size_t step) {
    const auto from = run.put(data), to = run.room(data.size());
    for (std::size_t done = 0; done < data.size(); done += step) {
        const std::size_t size = std::min(step, data.size() - done);
        Program p = Program::job().key(class1, run.put(key), key.size());
        if (mode.context_size > 0) {
            p.load(class1, r_context, mode.context_at, context, mode.context_size);
        }
        p.operation(mode.operation | init | (encrypts ? encrypt : decrypt))
            .fifo_load_ext(class1, fl_msg | fl_last1, from + done, size);
        p.fifo_store_ext(0, fs_msg, to + done, size);
        if (mode.context_size > 0) {
            p.store(class1, r_context, mode.context_at, context, mode.context_size);
        }
        run.runs(p);
    }
    return run.at(to, data.size());
}

template <bool encrypts, bool in_steps>
void ecb_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 16 : 24), data = run.data(run.size(64, 4000, 16));
    CHECK(crypt(run, {aes_ecb, 0, 0}, encrypts, key, 0, data, in_steps ? 48 * 16 : data.size()) ==
          Aes(key).ecb(encrypts, data));
}

template <bool encrypts, bool in_steps>
void cbc_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 16 : 32), iv = run.data(16),
                data = run.data(run.size(64, 4000, 16));
    const auto context = run.put(iv);
    Bytes next = iv;
    const Bytes expected = Aes(key).cbc(encrypts, next, data);
    CHECK(crypt(run, {aes_cbc, 0, 16}, encrypts, key, context, data, in_steps ? 48 * 16 : data.size()) ==
          expected);
    CHECK(run.at(context, 16) == next);
}

template <bool in_steps>
void ctr_shape(ShapeRun& run) {
    const Bytes key = run.data(16), iv = join({run.data(14), hex("fffe")}),
                data = run.data(run.size(64, 4000));
    const auto context = run.put(iv);
    Bytes next = iv;
    const Bytes expected = Aes(key).ctr(next, data);
    CHECK(crypt(run, {aes_ctr, 16, 16}, true, key, context, data, in_steps ? 48 * 16 : data.size()) ==
          expected);
    CHECK(run.at(context, 16) == next);
}

template <bool encrypts>
void des3_shape(ShapeRun& run) {
    const Bytes key = run.data(24), iv = run.data(8), data = run.data(run.size(64, 1000, 8));
    const auto context = run.put(iv);
    Bytes next = iv;
    const Bytes expected = reference::des3_cbc(encrypts, key, next, data);
    CHECK(crypt(run, {des3_cbc, 0, 8}, encrypts, key, context, data, 256) == expected);
    CHECK(run.at(context, 8) == next);
}

/** XTS over the engine's ECB: the tweaks are software's. */
void xts_by_ecb_shape(ShapeRun& run) {
    const Bytes key = run.data(32), tweak = run.data(16), data = run.data(64);
    Bytes mask = crypt(run, {aes_ecb, 0, 0}, true, part(key, 16, 16), 0, tweak, 16), out;
    for (std::size_t at = 0; at < data.size(); at += 16) {
        const Bytes block =
            mixed(crypt(run, {aes_ecb, 0, 0}, true, part(key, 0, 16), 0, mixed(part(data, at, 16), mask), 16),
                  mask);
        out.insert(out.end(), block.begin(), block.end());
        unsigned carry = 0;
        for (std::uint8_t& byte : mask) {
            const unsigned twice = 2u * byte + carry;
            byte = static_cast<std::uint8_t>(twice);
            carry = twice >> 8;
        }
        mask[0] = static_cast<std::uint8_t>(mask[0] ^ (carry != 0 ? 0x87 : 0));
    }
    CHECK(out == reference::xts(true, key, tweak, data));
}

/** CBC-MAC: the last block of a CBC with IV 0. */
void cbc_mac_shape(ShapeRun& run) {
    const Bytes key = run.data(16), data = run.data(run.size(32, 512, 16));
    const auto context = run.put(Bytes(16));
    static_cast<void>(crypt(run, {aes_cbc, 0, 16}, true, key, context, data, 32));
    Bytes iv(16);
    static_cast<void>(Aes(key).cbc(true, iv, data));
    CHECK(run.at(context, 16) == iv);
}

template <unsigned steps>
void cmac_shape(ShapeRun& run) {
    const Bytes key = run.data(16), data = run.data(32 * (steps - 1) + run.size(1, 100));
    const auto from = run.put(data), context = run.room(32), out = run.room(16);
    for (unsigned step = 0; step < steps; ++step) {
        const bool is_last = step + 1 == steps;
        Program p = Program::job().key(class1, run.put(key), 16);
        if (step > 0) {
            p.load(class1, r_context, 0, context, 32);
        }
        p.operation(aes_cmac | (step == 0 ? init : update) | (is_last ? final : update) | encrypt);
        p.fifo_load_ext(class1, fl_msg | fl_last1, from + 32 * step, is_last ? data.size() - 32 * step : 32);
        run.runs(p.store(class1, r_context, 0, is_last ? out : context, is_last ? 16 : 32));
    }
    CHECK(run.at(out, 16) == reference::cmac(key, data));
}

// Authenticated encryption

/** B0 and the first counter (SP 800-38C, A), and the AAD with its length in front. */
struct Ccm {
    Ccm(ShapeRun& run, std::size_t nonce_size, std::size_t tag_size)
        : key(run.data(16)),
          nonce(run.data(nonce_size)),
          aad(run.data(run.size(1, 60))),
          clear(run.data(run.size(33, 200))),
          tag(tag_size) {
        const std::size_t q = 15 - nonce.size();
        Bytes b0(16), counter(16);
        b0[0] = static_cast<std::uint8_t>(0x40 | (tag - 2) / 2 << 3 | (q - 1));
        counter[0] = static_cast<std::uint8_t>(q - 1);
        std::copy(nonce.begin(), nonce.end(), b0.begin() + 1);
        std::copy(nonce.begin(), nonce.end(), counter.begin() + 1);
        b0[15] = static_cast<std::uint8_t>(clear.size());
        first = run.put(join({b0, counter}));
        aad_at = run.put(join({Bytes{0, static_cast<std::uint8_t>(aad.size())}, aad}));
        sealed = Aes(key).ccm(nonce, aad, clear, tag);
        key_at = run.put(key);
    }
    Bytes key, nonce, aad, clear, sealed;
    std::size_t tag;
    std::uint64_t first, aad_at, key_at;
};

template <bool encrypts, bool in_steps>
void ccm_shape(ShapeRun& run) {
    const Ccm ccm(run, run.round == 0 ? 13 : 8, run.round == 0 ? 8 : 16);
    const std::size_t size = ccm.clear.size();
    const auto from = run.put(encrypts ? ccm.clear : part(ccm.sealed, 0, size)), to = run.room(size),
               context = run.room(56);
    const std::uint32_t direction = encrypts ? encrypt : decrypt;
    const auto begin = [&](std::uint64_t loaded, std::size_t loaded_size, std::uint32_t state) {
        return Program::job()
            .key(class1, ccm.key_at, 16)
            .load(class1, r_context, 0, loaded, loaded_size)
            .operation(aes_ccm | state | direction);
    };
    if (in_steps) {
        run.runs(begin(ccm.first, 32, init)
                     .fifo_load(class1, fl_aad | fl_last1, ccm.aad_at, ccm.aad.size() + 2)
                     .store(class1, r_context, 0, context, 56));
        run.runs(begin(context, 56, update)
                     .fifo_load(class1, fl_msg | fl_last1, from, 32)
                     .fifo_store(0, fs_msg, to, 32)
                     .store(class1, r_context, 0, context, 56));
        run.runs(begin(context, 56, final)
                     .fifo_load(class1, fl_msg | fl_last1, from + 32, size - 32)
                     .fifo_store(0, fs_msg, to + 32, size - 32)
                     .store(class1, r_context, 0, context, 56));
    } else {
        run.runs(begin(ccm.first, 32, init_final)
                     .fifo_load(class1, fl_aad | fl_flush1, ccm.aad_at, ccm.aad.size() + 2)
                     .fifo_load(class1, fl_msg | fl_last1, from, size)
                     .fifo_store(0, fs_msg, to, size)
                     .store(class1, r_context, 0, context, 56));
    }
    CHECK(run.at(to, size) == (encrypts ? part(ccm.sealed, 0, size) : ccm.clear));
    const Bytes tag = encrypts ? run.at(context + 32, ccm.tag)
                               : mixed(run.at(context, ccm.tag), run.at(context + 32, ccm.tag));
    CHECK(tag == part(ccm.sealed, size, ccm.tag));
}

template <bool encrypts, bool in_steps>
void gcm_shape(ShapeRun& run) {
    const Bytes key = run.data(run.round == 0 ? 16 : 32), iv = run.data(run.round == 0 ? 12 : 40),
                aad = run.data(run.size(1, 60));
    const Bytes clear = run.data(run.size(33, 3000)), sealed = Aes(key).gcm(iv, aad, clear);
    const std::size_t size = clear.size();
    const auto key_at = run.put(key), iv_at = run.put(iv), aad_at = run.put(aad), to = run.room(size),
               context = run.room(64);
    const auto from = run.put(encrypts ? clear : part(sealed, 0, size));
    const auto begin = [&](std::uint32_t state) {
        Program p = Program::job().key(class1 | k_plain_store, key_at, key.size());
        if (state == update || state == final) {
            p.load(class1, r_context, 0, context, 64);
        }
        return p.operation(aes_gcm | state | (encrypts ? encrypt : decrypt));
    };
    if (in_steps) {
        run.runs(begin(init)
                     .fifo_load(class1, fl_iv | fl_flush1, iv_at, iv.size())
                     .fifo_load(class1, fl_aad | fl_last1, aad_at, aad.size())
                     .store(class1, r_context, 0, context, 64));
        run.runs(begin(update)
                     .fifo_load(class1, fl_msg | fl_last1, from, 32)
                     .fifo_store(0, fs_msg, to, 32)
                     .store(class1, r_context, 0, context, 64));
        run.runs(begin(final)
                     .fifo_load_ext(class1, fl_msg | fl_last1, from + 32, size - 32)
                     .fifo_store_ext(0, fs_msg, to + 32, size - 32)
                     .store(class1, r_context, 0, context, 64));
    } else {
        run.runs(begin(init_final)
                     .fifo_load(class1, fl_iv | fl_flush1, iv_at, iv.size())
                     .fifo_load(class1, fl_aad | fl_flush1, aad_at, aad.size())
                     .fifo_load_ext(class1, fl_msg | fl_last1, from, size)
                     .fifo_store_ext(0, fs_msg, to, size)
                     .store(class1, r_context, 0, context, 64));
    }
    CHECK(run.at(to, size) == (encrypts ? part(sealed, 0, size) : clear));
    CHECK(run.at(context, 16) == part(sealed, size, 16));
}

template <bool encrypts>
void gcm_overflow_shape(ShapeRun& run) {
    const Bytes key = run.data(16), input = run.data(60), y0 = join({run.data(12), hex("fffffffe")});
    const Aes aes(key);
    Bytes stream;
    for (const char* counter : {"ffffffff", "00000000", "00000001", "00000002"}) {
        const Bytes block = aes.ecb(true, join({part(y0, 0, 12), hex(counter)}));
        stream.insert(stream.end(), block.begin(), block.end());
    }
    const Bytes expected = mixed(input, part(stream, 0, 60)), cipher = encrypts ? expected : input;
    // GHASH of the ciphertext, from another IV's tag: GHASH + E(Y0).
    const Bytes other_iv(12), other_stream = [&] {
        Bytes counter = join({other_iv, hex("00000002")});
        return aes.ctr(counter, Bytes(60));
    }();
    const Bytes other_tag = part(aes.gcm(other_iv, {}, mixed(cipher, other_stream)), 60, 16);
    const Bytes tag =
        mixed(mixed(other_tag, aes.ecb(true, join({other_iv, hex("00000001")}))), aes.ecb(true, y0));

    const auto context = run.put(join({Bytes(16), y0, y0, Bytes(16)})), key_at = run.put(key),
               from = run.put(input), to = run.room(60);
    run.runs(gcm_around_overflow(key_at, context, from, to, encrypts));
    CHECK(run.at(to, 60) == expected);
    CHECK(run.at(context, 16) == tag);
}

const Shape shapes[] = {
    {"random numbers: both handles and keys", instantiate_shape},
    {"random numbers: generate", random_shape},
    {"digest in one job", digest_shape<false, 1>},
    {"digest: init, final", digest_shape<false, 2>},
    {"digest: init, updates, final", digest_shape<false, 4>},
    {"hmac in one job, split key", digest_shape<true, 1>},
    {"hmac: init, final", digest_shape<true, 2>},
    {"hmac: init, updates, final", digest_shape<true, 3>},
    {"aes-ecb encrypt", ecb_shape<true, false>},
    {"aes-ecb decrypt in steps", ecb_shape<false, true>},
    {"aes-cbc encrypt", cbc_shape<true, false>},
    {"aes-cbc encrypt in steps", cbc_shape<true, true>},
    {"aes-cbc decrypt", cbc_shape<false, false>},
    {"aes-cbc decrypt in steps", cbc_shape<false, true>},
    {"aes-ctr", ctr_shape<false>},
    {"aes-ctr in steps", ctr_shape<true>},
    {"aes-xts by ecb", xts_by_ecb_shape},
    {"des3-cbc encrypt", des3_shape<true>},
    {"des3-cbc decrypt", des3_shape<false>},
    {"aes-cbc-mac", cbc_mac_shape},
    {"aes-cmac in one job", cmac_shape<1>},
    {"aes-cmac: init, final", cmac_shape<2>},
    {"aes-cmac: init, updates, final", cmac_shape<4>},
    {"aes-ccm encrypt in one job", ccm_shape<true, false>},
    {"aes-ccm encrypt: init, update, final", ccm_shape<true, true>},
    {"aes-ccm decrypt in one job", ccm_shape<false, false>},
    {"aes-ccm decrypt: init, update, final", ccm_shape<false, true>},
    {"aes-gcm encrypt in one job", gcm_shape<true, false>},
    {"aes-gcm encrypt: init, update, final", gcm_shape<true, true>},
    {"aes-gcm decrypt in one job", gcm_shape<false, false>},
    {"aes-gcm decrypt: init, update, final", gcm_shape<false, true>},
    {"aes-gcm encrypt around a counter overflow", gcm_overflow_shape<true>},
    {"aes-gcm decrypt around a counter overflow", gcm_overflow_shape<false>},
};

}  // namespace

TEST_CASE("caam shapes: OP-TEE, ciphers, digests, MACs", "[caam]") {
    ReadyBoard board;
    run_shapes(board, shapes, 20);
}
