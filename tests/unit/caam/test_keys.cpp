// SPDX-License-Identifier: GPL-2.0-or-later
/** Black keys, blobs, secure memory blobs, verification value of the master key, manufacturing protection. */
#include "caam/engines/curve.hpp"
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

constexpr std::uint32_t blob_master = 2, blob_black = 4, blob_memory = 8, blob_ccm = 1u << 8;
const Bytes modifier = text("SECURE_KEY______");

std::uint32_t encapsulate(CaamBoard& board, std::uint64_t from, std::uint64_t to, std::uint32_t size,
                          std::uint32_t flags = 0, const Bytes& with = modifier, unsigned ring = 1) {
    return board.run(Program::job()
                         .key(class2, with)
                         .seq_in(from, size)
                         .seq_out(to, size + 48)
                         .operation(encap_blob | flags),
                     ring);
}

std::uint32_t decapsulate(CaamBoard& board, std::uint64_t from, std::uint64_t to, std::uint32_t size,
                          std::uint32_t flags = 0, const Bytes& with = modifier) {
    return board.run(Program::job()
                         .key(class2, with)
                         .seq_in(from, size + 48)
                         .seq_out(to, size)
                         .operation(decap_blob | flags));
}

/** Whether @p secret stands anywhere in what the board's memory holds. */
bool in_memory(const CaamBoard& board, const Bytes& secret) {
    const Bytes all = board.bytes(CaamBoard::first_address, 0x20000);
    return std::search(all.begin(), all.end(), secret.begin(), secret.end()) != all.end();
}

}  // namespace

TEST_CASE("caam keys: a black key works like the plain one, and only while the KEKs live", "[caam]") {
    ReadyBoard board;
    const Bytes plain = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const auto from = board.put(Bytes(16)), to = board.allocate(16), other = board.allocate(16);
    const auto black = board.allocate(64);
    CHECK(error_of(board.run(Program::job().key(class1, plain).fifo_store(class1, fs_key_ecb, black, 32))) ==
          0x40000024);
    board.instantiate();
    unsigned ring = 1;
    const auto encrypt_with = [&](const auto& key) {
        Program p = Program::job();
        key(p);
        return board.run(p.operation(aes_ecb | init_final | encrypt)
                             .fifo_load(class1, fl_msg | fl_last1, from, 16)
                             .fifo_store(0, fs_msg, to, 16),
                         ring);
    };
    CHECK(encrypt_with([&](Program& p) { p.key(class1, plain); }) == 0);
    struct Row {
        std::uint32_t store, flags;
        std::size_t size;
    };
    for (const std::size_t size : {32u, 24u, 16u}) {
        for (const Row& row :
             {Row{fs_key_ecb, 0, (size + 15) / 16 * 16}, Row{fs_key_ccm, k_ccm, size + 12},
              Row{0x25, k_trusted, (size + 15) / 16 * 16}, Row{0x15, k_ccm | k_trusted, size + 12}}) {
            CAPTURE(size, row.store);
            ring = (row.flags & k_trusted) != 0 ? 2 : 1;
            const Bytes part(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size));
            board.host.memory.put(black, Bytes(64, 0xee));
            CHECK(board.run(Program::job().key(class1, part).fifo_store(class1, row.store, black, size),
                            ring) == 0);
            CHECK(board.bytes(black, 64) != Bytes(64, 0xee));
            CHECK(board.bytes(black + row.size, 64 - row.size) == Bytes(64 - row.size, 0xee));
            CHECK(encrypt_with([&](Program& p) { p.key(class1, part); }) == 0);
            const Bytes right = board.bytes(to, 16);
            CHECK(encrypt_with([&](Program& p) { p.key(class1 | k_encrypted | row.flags, black, size); }) ==
                  0);
            CHECK(board.bytes(to, 16) == right);
            // In the descriptor itself, too.
            const Bytes inline_key = board.bytes(black, row.size);
            Program p = Program::job();
            p.word(imm | k_encrypted | class1 | row.flags | static_cast<std::uint32_t>(size))
                .bytes(inline_key);
            CHECK(board.run(p.operation(aes_ecb | init_final | encrypt)
                                .fifo_load(class1, fl_msg | fl_last1, from, 16)
                                .fifo_store(0, fs_msg, other, 16),
                            ring) == 0);
            CHECK(board.bytes(other, 16) == right);
            if ((row.flags & k_ccm) != 0) {
                Bytes forged = inline_key;
                forged[7] ^= 1;
                const auto at = board.put(forged);
                CHECK(error_of(encrypt_with([&](Program& q) {
                          q.key(class1 | k_encrypted | row.flags, at, size);
                      })) == 0x2000001a);
            }
        }
    }
}

TEST_CASE("caam keys: no command brings a key register out in the clear", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const Bytes secret = counting(32, 3);
    const auto black = board.allocate(64);
    REQUIRE(board.run(Program::job().key(class1, secret).fifo_store(class1, fs_key_ecb, black, 32)) == 0);
    const auto out = board.allocate(64);
    for (const std::uint32_t number : {class1, class2}) {
        const auto loaded = [&] { return Program::job().key(number | k_encrypted, black, 32); };
        CHECK(error_of(board.run(loaded().store(number, r_key, 0, out, 32))) == 0x40000008);
        CHECK(error_of(board.run(loaded().seq_out(out, 32).seq_store(number, r_key, 0, 32))) == 0x40000008);
        CHECK(error_of(board.run(loaded().move(number == class1 ? m_key1 : m_key2, m_ofifo, 0, 32))) ==
              0x4000000c);
        CHECK(error_of(board.run(loaded().move(number == class1 ? m_key1 : m_key2, m_math0, 0, 8))) ==
              0x4000000c);
        CHECK(error_of(board.run(Program::job()
                                     .key(number | k_encrypted | k_no_write_back, black, 32)
                                     .fifo_store(number, fs_key_ecb, out, 32))) == 0x4000000b);
        CHECK(board.bytes(out, 64) == Bytes(64));
    }
    // The descriptor buffer holds a derived key, but not as it is.
    const auto shared = Program::shared(share_serial)
                            .operation(0x23u << 16 | 32)
                            .bytes(secret)
                            .word(0)
                            .word(0)
                            .word(0)
                            .word(0)
                            .word(0)
                            .word(0)
                            .word(0)
                            .word(0)
                            .store(deco, r_descriptor, 0, out, 20);
    const auto before = board.allocate(4);
    CHECK(board.run_shared(shared, Program::job()) == 0);
    CHECK((board.word_at(out + 4) & 0xf8c3ffff) ==
          0x00c30040);  // a KEY command now: class 2, split, 64 bytes
    CHECK(board.bytes(out + 8, 32) != secret);
    // Nothing of it is left for the next job.
    CHECK(error_of(board.run(Program::job().fifo_store(class1, fs_key_ecb, before, 16))) == 0x4000000b);
}

TEST_CASE("caam keys: a derived key takes the words of its split key and not one more", "[caam]") {
    struct Row {
        std::uint32_t protocol, words;
    };
    for (const Row& row : {Row{0x20, 8}, Row{0x21, 10}, Row{0x22, 16}, Row{0x23, 16}}) {
        CAPTURE(row.protocol);
        ReadyBoard board;
        board.instantiate();
        const Bytes key = counting(20);
        Program shared = Program::shared(share_serial).operation(row.protocol << 16 | 20).bytes(key);
        for (std::uint32_t i = 5; i < row.words; ++i) {
            shared.word(0);
        }
        const auto out = board.allocate(128);
        const auto length = static_cast<std::uint8_t>(row.words + 4);
        // Were the key one word longer, it would stand in place of this command.
        shared.store(deco, r_descriptor, 0, out, length);
        const std::uint32_t behind = shared.words.at(2 + row.words);
        CHECK(board.run_shared(shared, Program::job()) == 0);
        CHECK((board.word_at(out + 4) & 0xf8c3ffff) == (0x00c30000 | 4 * row.words));
        CHECK(board.bytes(out + 8, 20) != key);
        CHECK(board.word_at(out + 4 * (2 + row.words)) == behind);
    }
}

TEST_CASE("caam keys: blobs open again, with their modifier, unchanged", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    for (const std::uint32_t size : {1u, 16u, 33u, 1000u, 20000u}) {
        CAPTURE(size);
        const Bytes secret = counting(size, size);
        const auto from = board.put(secret), to = board.allocate(size + 48), back = board.allocate(size);
        REQUIRE(encapsulate(board, from, to, size) == 0);
        const Bytes blob = board.bytes(to, size + 48);
        CHECK(decapsulate(board, to, back, size) == 0);
        CHECK(board.bytes(back, size) == secret);
        // Each blob is another one.
        REQUIRE(encapsulate(board, from, to, size) == 0);
        CHECK(board.bytes(to, size + 48) != blob);
        for (const std::size_t at : {std::size_t{0}, std::size_t{32}, size + std::size_t{47}}) {
            Bytes forged = blob;
            forged[at] ^= 1;
            board.host.memory.put(back, Bytes(size));
            CHECK(error_of(decapsulate(board, board.put(forged), back, size)) == 0x2000001a);
            CHECK(board.bytes(back, size) == Bytes(size));
        }
        CHECK(error_of(decapsulate(board, board.put(blob), back, size, 0, text("another modifier"))) ==
              0x2000001a);
    }
}

TEST_CASE("caam keys: a blob opens on the same chip after a reset, and on no other", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto from = board.put(counting(32)), to = board.allocate(80);
    REQUIRE(encapsulate(board, from, to, 32) == 0);
    const Bytes blob = board.bytes(to, 80);
    struct Other {
        const char* name;
        std::uint64_t master, mode;
        bool opens;
    };
    for (const Other& other :
         {Other{"the same", 0x5678, 2, true}, Other{"another chip", 0x5679, 2, false},
          Other{"not trusted", 0x5678, 1, false}, Other{"not secure", 0x5678, 0, false}}) {
        CAPTURE(other.name);
        CaamBoard twin;
        REQUIRE_FALSE(twin.caam.set_property("master-key", other.master));
        REQUIRE_FALSE(twin.caam.set_property("mode", other.mode));
        REQUIRE_FALSE(twin.caam.set_property("rng-seed", 77));
        twin.caam.reset();
        twin.set_up();
        twin.instantiate();
        const auto back = twin.allocate(32);
        CHECK(error_of(decapsulate(twin, twin.put(blob), back, 32)) == (other.opens ? 0 : 0x2000001a));
        CHECK((twin.bytes(back, 32) == counting(32)) == other.opens);
    }
    // PRIBLOB tells blobs apart as well.
    write32(board.caam, 0x00c, 1);
    CHECK(error_of(decapsulate(board, to, board.allocate(32), 32)) == 0x2000001a);
}

TEST_CASE("caam keys: a blob of a black key never gives a plain one", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const Bytes secret = counting(32, 9);
    const auto message = board.put(Bytes(16)), out = board.allocate(16), plain_at = board.put(secret);
    REQUIRE(board.run(Program::job()
                          .key(class1, plain_at, 32)
                          .operation(aes_ecb | init_final | encrypt)
                          .fifo_load(class1, fl_msg | fl_last1, message, 16)
                          .fifo_store(0, fs_msg, out, 16)) == 0);
    const Bytes expected = board.bytes(out, 16);
    CHECK(in_memory(board, secret));
    board.host.memory.put(plain_at, Bytes(32));
    CHECK_FALSE(in_memory(board, secret));
    for (const bool ccm : {false, true}) {
        CAPTURE(ccm);
        const std::uint32_t form = blob_black | (ccm ? blob_ccm : 0);
        // Linux: the key becomes black where it stood, then goes into the blob.
        const auto key = board.put(secret);
        const auto blob = board.allocate(80);
        CHECK(board.run(Program::job()
                            .key(class1, key, 32)
                            .fifo_store(class1, ccm ? fs_key_ccm : fs_key_ecb, key, 32)
                            .jump(j_nop)
                            .key(class2, modifier)
                            .seq_in(key, 32)
                            .seq_out(blob, 80)
                            .operation(encap_blob | form)) == 0);
        CHECK(board.bytes(key, 32) != secret);
        CHECK_FALSE(in_memory(board, secret));
        // Linux, cbc(paes): one job opens the blob and jumps to the one that uses the key.
        const auto black = board.allocate(64);
        const auto second = board.put(Program::job()
                                          .jump(j_nop)
                                          .key(class1 | k_encrypted | (ccm ? k_ccm : 0), black, 32)
                                          .seq_in(message, 16)
                                          .seq_out(out, 16)
                                          .operation(aes_ecb | init | encrypt)
                                          .math(add, s0_sil, 0, d_vsol, 4)
                                          .math(add, s0_sil, 0, d_vsil, 4)
                                          .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                                          .seq_fifo_store(vlf, fs_msg));
        board.host.memory.put(out, Bytes(16));
        CHECK(board.run(Program::job()
                            .load(class2, r_key, 0, modifier)
                            .seq_in(blob, 80)
                            .seq_out(black, 32)
                            .operation(decap_blob | form)
                            .jump_to(j_non_local, second)) == 0);
        CHECK(board.bytes(out, 16) == expected);
        CHECK_FALSE(in_memory(board, secret));
        for (const std::uint32_t wrong : {0u, blob_black | (ccm ? 0 : blob_ccm), blob_memory}) {
            const auto plain = board.allocate(32);
            CHECK(error_of(decapsulate(board, blob, plain, 32, wrong)) != 0);
            CHECK(board.bytes(plain, 32) == Bytes(32));
        }
    }
}

TEST_CASE("caam keys: a blob of the secure world's ring is none of the other world's", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto from = board.put(counting(32)), to = board.allocate(80), back = board.allocate(32);
    for (const unsigned maker : {1u, 2u}) {
        REQUIRE(encapsulate(board, from, to, 32, 0, modifier, maker) == 0);
        for (const unsigned opener : {1u, 2u}) {
            CAPTURE(maker, opener);
            board.host.memory.put(back, Bytes(32));
            const std::uint32_t status = board.run(
                Program::job().key(class2, modifier).seq_in(to, 80).seq_out(back, 32).operation(decap_blob),
                opener);
            CHECK(error_of(status) == (maker == opener ? 0 : 0x2000001a));
            CHECK((board.bytes(back, 32) == counting(32)) == (maker == opener));
        }
    }
    const auto first = board.allocate(32), second = board.allocate(32);
    CHECK(board.run(Program::job().seq_out(first, 32).operation(encap_blob | blob_master), 1) == 0);
    CHECK(board.run(Program::job().seq_out(second, 32).operation(encap_blob | blob_master), 2) == 0);
    CHECK(board.bytes(first, 32) != board.bytes(second, 32));
}

TEST_CASE("caam keys: a blob of secure memory opens under the partition's rights alone", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    constexpr std::uint32_t jr2 = 0x3000;
    const auto partition = [&](std::uint32_t permissions, std::uint32_t group) {
        write32(board.caam, jr2 + 0xbe4, 1 << 8 | 3);  // what was there goes
        write32(board.caam, jr2 + 0xa14, permissions);
        write32(board.caam, jr2 + 0xa1c, group);
        write32(board.caam, jr2 + 0xbe4, 3 << 16 | 1 << 8 | 1);
    };
    const auto blob = board.allocate(64);
    const auto open = [&] {
        return error_of(board.run(Program::job()
                                      .load(class2, r_key, 12, Bytes(8))
                                      .seq_in(blob, 64)
                                      .seq_out(0x103000, 16)
                                      .operation(decap_blob | blob_memory),
                                  2));
    };
    partition(0x0f, 1u << 1);
    board.caam.write(1, 0x3000, 0x12345678, 4, secure_access());
    REQUIRE(board.run(Program::job()
                          .load(class2, r_key, 12, Bytes(8))
                          .seq_in(0x103000, 16)
                          .seq_out(blob, 64)
                          .operation(encap_blob | blob_memory),
                      2) == 0);
    partition(0x0f, 1u << 1);
    board.caam.write(1, 0x3000, 0, 4, secure_access());
    CHECK(open() == 0);
    CHECK(board.caam.read(1, 0x3000, 4, secure_access()).value == 0x12345678);
    partition(0xff, 1u << 1);
    CHECK(open() == 0x2000001a);
    partition(0x0f, 1u << 1 | 1u << 17);
    CHECK(open() == 0x2000001a);
}

TEST_CASE("caam keys: blob sizes and modes that cannot be", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto from = board.put(counting(64)), to = board.allocate(128);
    CHECK(error_of(board.run(Program::job().seq_in(from, 40).seq_out(to, 40).operation(decap_blob))) ==
          0x400000c4);
    CHECK(error_of(board.run(Program::job().seq_in(from, 32).seq_out(to, 79).operation(encap_blob))) ==
          0x400000c4);
    CHECK(error_of(board.run(Program::job().seq_in(from, 70000).seq_out(to, 80000).operation(encap_blob))) ==
          0x400000c4);
    CHECK(error_of(board.run(Program::job().seq_out(to, 32).operation(decap_blob | blob_master))) ==
          0x400000c1);
    CHECK(error_of(encapsulate(board, from, to, 32, blob_black | blob_memory)) == 0x400000c3);
    CHECK(error_of(encapsulate(board, from, to, 32, blob_memory)) == 0x400000c2);
    CHECK(error_of(board.run(Program::job().seq_in(from, 32).seq_out(to, 80).operation(0x0du << 16))) ==
          0x40000081);
}

TEST_CASE("caam keys: OP-TEE's hardware key and DEK blob", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto value = board.allocate(32);
    const auto ask = [&] {
        REQUIRE(board.run(Program::job().seq_out(value, 32).operation(encap_blob | blob_master), 2) == 0);
        return board.bytes(value, 32);
    };
    const Bytes first = ask();
    CHECK(first != Bytes(32));
    CHECK(ask() == first);
    write32(board.caam, 0x00c, 1);  // raised afterwards, so that nobody gets it again
    CHECK(ask() != first);
    write32(board.caam, 0x00c, 0);

    // DEK: data in page 3 of secure memory that nobody may read any more, only make blobs of.
    constexpr std::uint32_t jr2 = 0x3000;
    write32(board.caam, jr2 + 0xa14, 0xff);
    write32(board.caam, jr2 + 0xa1c, 0xffffffff);
    write32(board.caam, jr2 + 0xa18, 0xffffffff);
    write32(board.caam, jr2 + 0xbe4, 3 << 16 | 1 << 8 | 1);
    for (unsigned i = 0; i < 16; i += 4) {
        board.caam.write(1, 0x3000 + i, 0x04030201 + i, 4, secure_access());
    }
    write32(board.caam, jr2 + 0xa1c, 1u << 1);
    write32(board.caam, jr2 + 0xa18, 0);
    write32(board.caam, jr2 + 0xa14, 0xb008);
    CHECK(board.caam.read(1, 0x3000, 4, secure_access()).response == Response::slverr);
    const auto blob = board.allocate(64);
    const auto make = [&](unsigned ring) {
        return error_of(board.run(Program::job()
                                      .load(class2, r_key, 12, hex("66550010 00000000"))
                                      .seq_in(0x103000, 16)
                                      .seq_out(blob, 64)
                                      .operation(encap_blob | blob_memory),
                                  ring));
    };
    CHECK(make(1) == 0x400000c2);
    CHECK(make(2) == 0);
    // It opens as a blob of secure memory only, and into secure memory.
    const auto plain = board.allocate(16);
    Program open = Program::job();
    open.load(class2, r_key, 12, hex("66550010 00000000"))
        .seq_in(blob, 64)
        .seq_out(plain, 16)
        .operation(decap_blob);
    CHECK(error_of(board.run(open, 2)) == 0x2000001a);
    Program inside = Program::job();
    inside.load(class2, r_key, 12, hex("66550010 00000000"))
        .seq_in(blob, 64)
        .seq_out(0x103100, 16)
        .operation(decap_blob | blob_memory);
    CHECK(board.run(inside, 2) == 0);
}

TEST_CASE("caam keys: manufacturing protection signs what MPMR and the message say", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    constexpr std::uint32_t curve = 3u << 17;
    const auto pdb = [&](const std::vector<std::uint32_t>& words, std::uint32_t operation) {
        Program p = Program::job(static_cast<std::uint32_t>(words.size() + 1) << 16);
        for (const std::uint32_t word : words) {
            p.word(word);
        }
        return board.run(p.operation(operation), 2);
    };
    const auto at = [](std::uint64_t address) { return static_cast<std::uint32_t>(address); };
    constexpr std::uint32_t private_key = 7u << 24 | 0x14u << 16, public_key = 6u << 24 | 0x14u << 16,
                            sign = 6u << 24 | 0x15u << 16;
    const auto key = board.allocate(64), message = board.put(text("made here")), hash = board.allocate(32),
               c = board.allocate(32), d = board.allocate(32), tmp = board.allocate(64);
    CHECK(error_of(pdb({curve, at(key), 64}, public_key)) == 0x40000024);
    CHECK(pdb({curve, at(board.put(text("passphrase"))), 10}, private_key) == 0);
    CHECK(pdb({curve, at(key), 64}, public_key) == 0);
    const Bytes point = board.bytes(key, 64);
    board.host.memory.put(key, Bytes(64));
    CHECK(pdb({curve, at(key)}, public_key) == 0);  // U-Boot's block has no length
    CHECK(board.bytes(key, 64) == point);
    write32(board.caam, 0x380, 0x12345678);
    write32(board.caam, 0x00c, 1u << 26);
    write32(board.caam, 0x380, 0x9abcdef0);
    CHECK(read32(board.caam, 0x380) == 0x12345678);  // locked
    CHECK(pdb({curve, at(message), at(hash), at(c), at(d), 9}, sign) == 0);
    // The digest is over MPMR, 32 bytes, and the message.
    const auto both_parts = board.put(join({hex("12345678"), Bytes(28), text("made here")}));
    const auto expected = board.allocate(32);
    CHECK(board.run(Program::job()
                        .operation(sha256 | init_final | encrypt)
                        .fifo_load(class2, fl_msg | fl_last2, both_parts, 41)
                        .store(class2, r_context, 0, expected, 32)) == 0);
    CHECK(board.bytes(hash, 32) == board.bytes(expected, 32));
    // ECDSA with the public key says so.
    Program verify = Program::job(8u << 16);
    for (const std::uint32_t word : {1u << 22 | 2u << 7, at(key), at(hash), at(c), at(d), at(tmp), 32u}) {
        verify.word(word);
    }
    CHECK(board.run(verify.operation(0x16u << 16 | 2u << 10 | 2)) == 0);
    CHECK(error_of(pdb({4u << 17, at(key), 64}, public_key)) == 0x40000082);
    CHECK(error_of(pdb({curve, at(key), 63}, public_key)) == 0x40000089);
}

TEST_CASE("caam keys: the curves are the ones of FIPS 186-4", "[caam]") {
    for (unsigned number = 0; number < 5; ++number) {
        CAPTURE(number);
        const auto curve = svp::caam::nist_curve(number);
        REQUIRE(curve.has_value());
        CHECK(curve->contains(curve->generator));
        CHECK(curve->multiply(curve->order, curve->generator).infinity);
        CHECK(mpz_probab_prime_p(curve->p.get(), 20) != 0);
        CHECK(mpz_probab_prime_p(curve->order.get(), 20) != 0);
        CHECK((curve->p.bits() + 7) / 8 == curve->bytes);
    }
    CHECK_FALSE(svp::caam::nist_curve(5).has_value());
}
