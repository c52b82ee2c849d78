// SPDX-License-Identifier: GPL-2.0-or-later
/** Linux 7.3's descriptors: caamhash and key_gen; caampkc, caamrng, blob_gen and ctrl. */
#include "linux_descriptors.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::linux_driver;
using reference::digest_of;
using reference::hmac_of;
using reference::part;

namespace {

// Message digests

Bytes expected_digest(const Digest& digest, const Bytes& key, const Bytes& data) {
    return key.empty() ? digest_of(digest.reference, data) : hmac_of(digest.reference, key, data);
}

/** The digest in one job; @p with_key: HMAC with a derived key. */
template <bool with_key>
void digest_shape(ShapeRun& run) {
    for (const Digest& digest : digests) {
        CAPTURE(digest.reference.name);
        const Bytes key = with_key ? run.data(run.size(5, 4 * digest.split_words)) : Bytes(),
                    data = run.data(run.size(0, 500));
        const auto out = run.room(64);
        run.runs_shared(digest_shared(digest, init_final, digest.reference.digest_size, false, key),
                        sequences(run.put(data), data.size(), out, digest.reference.digest_size));
        CHECK(run.at(out, digest.reference.digest_size) == expected_digest(digest, key, data));
    }
}

enum class Step { first, update, final };

/** A digest in three steps; what is looked at is the step's own result, and the end. */
template <Step step, bool with_key>
void stepped_digest_shape(ShapeRun& run) {
    for (const Digest& digest : digests) {
        CAPTURE(digest.reference.name);
        const std::size_t context_size = digest.state + 8, first = run.size(1, 3) * 64,
                          more = run.size(1, 20) * 64;
        const std::size_t rest = step == Step::final ? run.size(1, 200) : 1;
        const Bytes key = with_key ? run.data(20) : Bytes(), data = run.data(first + more + rest);
        const auto from = run.put(data), context = run.room(context_size), out = run.room(64);
        run.runs_shared(digest_shared(digest, init, context_size, false, key),
                        sequences(from, first, context, context_size));
        if (step == Step::first) {
            // Big-endian count of what was hashed, the key's block included.
            CHECK(run.at(context + digest.state, 8) ==
                  reference::Big(static_cast<unsigned long>(first + (with_key ? 64 : 0))).bytes(8));
        }
        const std::pair<std::uint64_t, std::uint32_t> middle[] = {{context, u32(context_size)},
                                                                  {from + first, u32(more)}};
        run.runs_shared(digest_shared(digest, update, context_size, true, key),
                        sequences(run.board.table(middle), context_size + more, context, context_size, sgf));
        if (step == Step::update) {
            CHECK(run.at(context + digest.state, 8) ==
                  reference::Big(static_cast<unsigned long>(first + more + (with_key ? 64 : 0))).bytes(8));
        }
        const std::pair<std::uint64_t, std::uint32_t> last[] = {{context, u32(context_size)},
                                                                {from + first + more, u32(rest)}};
        const std::size_t size = digest.reference.digest_size;
        run.runs_shared(digest_shared(digest, final, size, true, key),
                        sequences(run.board.table(last), context_size + rest, out, size, sgf));
        CHECK(run.at(out, size) == expected_digest(digest, key, data));
    }
}

/** Keys longer than a block are digested first, by a job of their own. */
void long_key_shape(ShapeRun& run) {
    for (const Digest& digest : digests) {
        CAPTURE(digest.reference.name);
        const std::size_t size = digest.reference.digest_size;
        const Bytes key = run.data(run.size(65, 300));
        const auto at = run.put(key);
        run.runs(Program::job()
                     .operation(digest.algorithm | init_final | encrypt)
                     .seq_in(at, u32(key.size()))
                     .math(add, s0_sil, 0, d_vsil, 4)
                     .seq_fifo_load(class2 | vlf, fl_msg | fl_last2)
                     .seq_out(at, u32(size))
                     .seq_store(class2, r_context, 0, size));
        CHECK(run.at(at, size) == digest_of(digest.reference, key));
    }
}

/** A key that is derived from where it lies in memory. */
void pointed_key_shape(ShapeRun& run) {
    const Digest& digest = digests[3];
    const Bytes key = run.data(40), data = run.data(100);
    const auto out = run.room(32), key_at = run.put(key);
    Program p = Program::shared(share_serial);
    p.operation(digest.protocol << 16 | 2u << 14 | u32(key.size())).word(low(key_at));
    for (std::size_t i = 1; i < digest.split_words; ++i) {
        p.word(0);
    }
    p.operation(digest.algorithm | hmac_precomputed | init_final | encrypt)
        .math(add, s0_sil, 0, d_vsil, 4)
        .seq_fifo_load(class2 | vlf, fl_msg | fl_last2)
        .seq_store(class2, r_context, 0, 32);
    run.runs_shared(p, sequences(run.put(data), data.size(), out, 32));
    CHECK(run.at(out, 32) == hmac_of(digest.reference, key, data));
}

/** Before era 6: a job makes the split key, which leaves wrapped, and others load it so. */
void split_key_shape(ShapeRun& run) {
    for (const Digest& digest : digests) {
        CAPTURE(digest.reference.name);
        const std::size_t split_size = 2 * digest.state;
        const Bytes key = run.data(run.size(16, 64)), data = run.data(200);
        const auto split = run.room(split_size), out = run.room(32);
        run.runs(Program::job()
                     .key(class2, run.put(key), key.size())
                     .operation(digest.algorithm | hmac | init | decrypt)
                     .fifo_load(class2, fl_msg | fl_last2, Bytes())
                     .jump(j_class2)
                     .fifo_store(0, fs_split_ecb, split, split_size));
        run.runs(Program::job()
                     .key(class2 | k_split | k_encrypted, split, split_size)
                     .operation(digest.algorithm | hmac_precomputed | init_final | encrypt)
                     .fifo_load_ext(class2, fl_msg | fl_last2, run.put(data), data.size())
                     .store(class2, r_context, 0, out, digest.reference.digest_size));
        CHECK(run.at(out, digest.reference.digest_size) == hmac_of(digest.reference, key, data));
    }
}

// MACs of the cipher engine

Bytes expected_mac(bool xcbc, const Bytes& key, const Bytes& data) {
    return xcbc ? reference::xcbc(key, data) : reference::cmac(key, data);
}

template <bool xcbc>
void mac_shape(ShapeRun& run) {
    const Bytes key = run.data(16), data = run.data(run.size(1, 700));
    const auto out = run.room(16);
    run.runs_shared(mac_shared(xcbc, init_final, key, 0, 16), sequences(run.put(data), data.size(), out, 16));
    CHECK(run.at(out, 16) == expected_mac(xcbc, key, data));
}

/** In steps; @p updates: how many there are between first and final. */
template <bool xcbc, unsigned updates>
void stepped_mac_shape(ShapeRun& run) {
    const Bytes key = run.data(16), data = run.data(16 + 32 * updates + run.size(1, 40));
    const std::size_t context_size = xcbc ? 48 : 32;
    const auto from = run.put(data), context = run.room(context_size), first_key = run.room(16),
               out = run.room(16);
    run.runs_shared(mac_shared(xcbc, init, key, first_key, context_size),
                    sequences(from, 16, context, context_size));
    if (!xcbc) {
        CHECK(run.at(context + 16, 16) == reference::Aes(key).ecb(true, Bytes(16)));  // L
    } else {
        CHECK(run.at(first_key, 16) != reference::Aes(key).ecb(true, Bytes(16, 1)));  // K1 is black
    }
    std::size_t done = 16;
    for (unsigned i = 0; i < updates; ++i, done += 32) {
        const std::pair<std::uint64_t, std::uint32_t> pieces[] = {{context, u32(context_size)},
                                                                  {from + done, 32}};
        run.runs_shared(mac_shared(xcbc, update, key, first_key, context_size),
                        sequences(run.board.table(pieces), context_size + 32, context, context_size, sgf));
    }
    const std::pair<std::uint64_t, std::uint32_t> last[] = {{context, u32(context_size)},
                                                            {from + done, u32(data.size() - done)}};
    run.runs_shared(mac_shared(xcbc, final, key, first_key, 16),
                    sequences(run.board.table(last), context_size + data.size() - done, out, 16, sgf));
    CHECK(run.at(out, 16) == expected_mac(xcbc, key, data));
}

// Public keys, random numbers, blobs

void rsa_public_shape(ShapeRun& run) {
    const reference::RsaKey key(run.data(64), run.data(64));
    Bytes message = run.data(128);
    message[0] = 0;
    const auto out = run.room(128);
    run.runs(with_block(
        {3u << 12 | 128, low(run.put(message)), low(out), low(run.put(key.n)), low(run.put(key.e)), 128},
        0x18u << 16));
    CHECK(run.at(out, 128) == reference::power(message, key.e, key.n));
}

template <unsigned form>
void rsa_private_shape(ShapeRun& run) {
    const reference::RsaKey key(run.data(64), run.data(64));
    Bytes message = run.data(128);
    message[0] = 0;
    const auto in = run.put(reference::power(message, key.e, key.n)), out = run.room(128),
               tmp1 = run.room(64), tmp2 = run.room(64);
    std::vector<std::uint32_t> block = {form == 3 ? 128u : 128u << 12 | 128, low(in), low(out)};
    if (form == 1) {
        block.insert(block.end(), {low(run.put(key.n)), low(run.put(key.d))});
    } else if (form == 2) {
        block.insert(block.end(), {low(run.put(key.d)), low(run.put(key.p)), low(run.put(key.q)), low(tmp1),
                                   low(tmp2), 64u << 12 | 64});
    } else {
        block.insert(block.end(),
                     {low(run.put(key.qinv)), low(run.put(key.p)), low(run.put(key.q)), low(run.put(key.dp)),
                      low(run.put(key.dq)), low(tmp1), low(tmp2), 64u << 12 | 64});
    }
    run.runs(with_block(block, 0x19u << 16 | (form - 1)));
    CHECK(run.at(out, 128) == message);
}

void random_shape(ShapeRun& run) {
    const std::size_t size = 32;
    const auto one = run.room(size + 16), other = run.room(size + 16);
    for (const auto at : {one, other}) {
        run.runs(Program::job().operation(rng | rng_resistant).fifo_store(0, fs_rng, at, size));
    }
    CHECK(run.at(one, size) != run.at(other, size));
    CHECK(run.at(one, size) != Bytes(size, 0xee));
    CHECK(run.at(one + size, 16) == Bytes(16, 0xee));
}

template <bool decapsulates>
void blob_shape(ShapeRun& run) {
    const Bytes secret = run.data(run.size(1, 300)), modifier = run.data(16);
    const std::size_t size = secret.size();
    const auto blob = run.room(size + 48), back = run.room(size);
    run.runs(Program::job()
                 .load(class2, r_key, 0, modifier)
                 .seq_in(run.put(secret), u32(size))
                 .seq_out(blob, u32(size + 48))
                 .operation(7u << 24 | 0x0du << 16));
    CHECK(part(run.at(blob, size + 48), 32, size) != secret);
    if (decapsulates) {
        run.runs(Program::job()
                     .load(class2, r_key, 0, modifier)
                     .seq_in(blob, u32(size + 48))
                     .seq_out(back, u32(size))
                     .operation(6u << 24 | 0x0du << 16));
        CHECK(run.at(back, size) == secret);
    }
}

// The generator through DECO's window, by hand

void write_deco(ReadyBoard& board, const Program& program) {
    write32(board.caam, 0x0094, 1);
    CHECK(read32(board.caam, 0x0094) >> 31 == 1);
    write32(board.caam, 0x009c, 1);
    CHECK((read32(board.caam, 0x009c) & 0x10000) != 0);
    for (std::uint32_t i = 0; i < program.size(); ++i) {
        write32(board.caam, 0x8a00 + 4 * i, program.words[i]);
    }
    write32(board.caam, 0x8800, 1u << 29 | (program.size() >= 4 ? 1u << 28 : 0));
    board.host.run_work(board.caam);
    CHECK(read32(board.caam, 0x8e04) >> 31 == 0);
    const std::uint32_t status = read32(board.caam, 0x8810) & 0xf00000ff;
    CHECK((status == 0 || status == 0x70000000));
    write32(board.caam, 0x009c, 0);
    write32(board.caam, 0x0094, 0);
}

std::uint32_t handles(ReadyBoard& board) {
    return read32(board.caam, 0x6c0) & 0x33;
}

void uninstantiate(ReadyBoard& board, unsigned handle) {
    if ((handles(board) >> handle & 1) != 0) {
        write_deco(board, Program::job()
                              .operation(rng | rng_handle(handle) | init_final)
                              .jump(j_class1 | j_halt | j_all, 0));
    }
}

template <unsigned handle>
void instantiate_shape(ShapeRun& run) {
    uninstantiate(run.board, handle);
    CHECK((handles(run.board) >> handle & 0x11) == 0);
    Program p = Program::job().operation(rng | rng_handle(handle) | init | rng_resistant);
    // The keys cannot be made twice: Linux looks first whether they are there.
    if ((read32(run.board.caam, 0x6c0) & 1u << 30) == 0) {
        p.jump(j_class1).clear_written(1).operation(rng | rng_secure_keys);
    }
    write_deco(run.board, p.jump(j_class1 | j_halt | j_all, 0));
    CHECK((handles(run.board) >> handle & 0x11) == 0x11);
    CHECK((read32(run.board.caam, 0x6c0) & 1u << 30) != 0);  // SKVN
}

void uninstantiate_shape(ShapeRun& run) {
    uninstantiate(run.board, 1);
    CHECK(handles(run.board) == 0x11);
    instantiate_shape<1>(run);
}

const Shape hash_shapes[] = {
    {"digest", digest_shape<false>},
    {"digest in steps: first", stepped_digest_shape<Step::first, false>},
    {"digest in steps: update", stepped_digest_shape<Step::update, false>},
    {"digest in steps: final", stepped_digest_shape<Step::final, false>},
    {"hmac, derived key", digest_shape<true>},
    {"hmac in steps: first", stepped_digest_shape<Step::first, true>},
    {"hmac in steps: update", stepped_digest_shape<Step::update, true>},
    {"hmac in steps: final", stepped_digest_shape<Step::final, true>},
    {"key longer than a block", long_key_shape},
    {"derived key from a pointer", pointed_key_shape},
    {"split key before era 6", split_key_shape},
    {"xcbc", mac_shape<true>},
    {"xcbc: first and final", stepped_mac_shape<true, 0>},
    {"xcbc: first, updates, final", stepped_mac_shape<true, 2>},
    {"cmac", mac_shape<false>},
    {"cmac: first and final", stepped_mac_shape<false, 0>},
    {"cmac: first, updates, final", stepped_mac_shape<false, 3>},
};

/** The first row brings the generator up for the others. */
const Shape other_shapes[] = {
    {"handle 0 and keys through DECO", instantiate_shape<0>},
    {"handle 1 through DECO", instantiate_shape<1>},
    {"uninstantiation through DECO", uninstantiate_shape},
    {"rsa public", rsa_public_shape},
    {"rsa private, form 1", rsa_private_shape<1>},
    {"rsa private, form 2", rsa_private_shape<2>},
    {"rsa private, form 3", rsa_private_shape<3>},
    {"random bytes", random_shape},
    {"blob encapsulation", blob_shape<false>},
    {"blob decapsulation", blob_shape<true>},
};

}  // namespace

TEST_CASE("caam shapes: Linux, hashes and MACs", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    run_shapes(board, hash_shapes, 14);
}

TEST_CASE("caam shapes: Linux, public keys, random numbers, blobs", "[caam]") {
    ReadyBoard board;
    run_shapes(board, other_shapes, 10);
}
