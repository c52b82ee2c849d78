// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * OP-TEE 4.10's descriptors: public keys, big numbers, hardware keys, blobs, manufacturing protection. The
 * searches for primes, which are descriptors that jump to each other, are in test_pk.cpp.
 */
#include "pk_vectors.hpp"
#include "reference_pk.hpp"
#include "shapes.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using reference::Big;
using reference::digest_of;
using reference::nist;
using reference::part;
using reference::RsaKey;

namespace {

constexpr std::uint32_t pk_function = 1u << 24 | 8u << 20, pk_to_a = 1u << 8, pk_f2m = 1u << 17;

constexpr std::uint32_t protocol(std::uint32_t identifier, std::uint32_t info = 0) {
    return identifier << 16 | info;
}

/** Private keys in memory: plain, or black with ECB or CCM. */
enum class Black { no, ecb, ccm };

std::uint64_t stored(ShapeRun& run, const Bytes& key, Black black) {
    const auto plain = run.put(key);
    if (black == Black::no) {
        return plain;
    }
    const auto at = run.room(key.size() + 32);
    run.runs(Program::job()
                 .key(class1 | k_pk_e, plain, key.size())
                 .fifo_store(0, black == Black::ecb ? fs_e_ecb : 0x12, at, key.size()));
    return at;
}

// RSA

template <bool padded>
void rsa_encrypt_shape(ShapeRun& run) {
    const RsaKey key(run.data(64), run.data(64));
    Bytes message = run.data(padded ? 50 : 128);
    message[0] = 0;
    const auto out = run.room(128);
    run.runs(with_block({3u << 12 | 128, low(run.put(message)), low(out), low(run.put(key.n)),
                         low(run.put(key.e)), u32(message.size())},
                        protocol(0x18, padded ? 1u << 12 : 0)));
    if (!padded) {
        CHECK(run.at(out, 128) == reference::power(message, key.e, key.n));
        return;
    }
    // PKCS #1 v1.5: 00 02, random bytes without a zero, 00, message.
    const Bytes block = reference::power(run.at(out, 128), key.d, key.n);
    CHECK(part(block, 0, 2) == hex("0002"));
    CHECK(std::count(block.begin() + 2, block.begin() + 77, 0) == 0);
    CHECK(block[77] == 0);
    CHECK(part(block, 78, 50) == message);
}

template <unsigned form, bool padded, Black black>
void rsa_decrypt_shape(ShapeRun& run) {
    const RsaKey key(run.data(64), run.data(64));
    const Bytes text = run.data(40);
    Bytes filler(85, 0x5a);
    const Bytes block =
        padded ? join({hex("0002"), filler, Bytes(1), text}) : join({Bytes(1), run.data(127)});
    const auto in = run.put(reference::power(block, key.e, key.n)), out = run.room(128), tmp1 = run.room(64),
               tmp2 = run.room(64), length = run.room(4);
    const auto at = [&](const Bytes& secret) { return low(stored(run, secret, black)); };
    std::vector<std::uint32_t> words = {form == 3 ? 128u : 128u << 12 | 128, low(in), low(out)};
    if (form == 1) {
        words.insert(words.end(), {low(run.put(key.n)), at(key.d)});
    } else if (form == 2) {
        words.insert(words.end(), {at(key.d), at(key.p), at(key.q), low(tmp1), low(tmp2), 64u << 12 | 64});
    } else {
        words.insert(words.end(), {at(key.qinv), at(key.p), at(key.q), at(key.dp), at(key.dq), low(tmp1),
                                   low(tmp2), 64u << 12 | 64});
    }
    const std::uint32_t protection = black == Black::no ? 0 : black == Black::ecb ? 1u << 8 : 3u << 8;
    Program p = with_block(words, protocol(0x19, protection | (form - 1) | (padded ? 1u << 12 : 0)));
    if (padded) {
        p.store(deco, r_math(0), 4, length, 4);
    }
    run.runs(p);
    CHECK(run.at(out, padded ? 40 : 128) == (padded ? text : block));
    if (padded) {
        CHECK(run.board.word_at(length) == 40);
    }
}

void rsa_finish_shape(ShapeRun& run) {
    const RsaKey key(run.data(64), run.data(64));
    const auto n = run.room(128), d = run.room(160), d_size = run.room(4), dp = run.room(96),
               dq = run.room(96), inverse = run.room(96);
    run.runs(with_block({0, 64, 128u << 16 | 3, low(run.put(key.p)), low(run.put(key.q)), low(run.put(key.e)),
                         low(n), low(d), low(d_size), low(dp), low(dq), low(inverse)},
                        protocol(0x1a)));
    CHECK(run.at(n, 128) == key.n);
    CHECK(run.at(dp, 64) == key.dp);
    CHECK(run.at(dq, 64) == key.dq);
    CHECK(run.at(inverse, 64) == key.qinv);
    // Any exponent that undoes e will do: that modulo the least common multiple is shorter than RsaKey's.
    const Bytes message = join({Bytes(1), run.data(127)}), found = run.at(d, run.board.word_at(d_size));
    CHECK(reference::power(reference::power(message, key.e, key.n), found, key.n) == message);
}

// Curves

template <unsigned domain, Black black>
void ec_key_pair_shape(ShapeRun& run) {
    const std::size_t size = nist(domain).size;
    const auto secret = run.room(size + 32), point = run.room(2 * size), digest_at = run.put(run.data(32)),
               c = run.room(size), d = run.room(size);
    const std::uint32_t info = black == Black::no ? 0 : black == Black::ecb ? 4 : 4 | 16;
    run.runs(with_block({1u << 25 | domain << 7, low(secret), low(point)}, protocol(0x14, 2 | info)));
    if (black == Black::no) {
        CHECK(reference::Point(nist(domain), run.at(secret, size), true).bytes() == run.at(point, 2 * size));
    }
    run.runs(with_block({1u << 22 | domain << 7, low(secret), low(digest_at), low(c), low(d), 32},
                        protocol(0x15, 2u << 10 | 2 | info)));
    CHECK(reference::ecdsa_fits(nist(domain), run.at(point, 2 * size), run.at(digest_at, 32), run.at(c, size),
                                run.at(d, size)));
}

Bytes secret_below(ShapeRun& run, unsigned domain) {
    Bytes secret = run.data(nist(domain).size);
    secret[0] = 0;
    secret[1] = domain == 4 ? 1 : secret[1];
    return secret;
}

template <unsigned domain, Black black>
void ecdsa_sign_shape(ShapeRun& run) {
    const std::size_t size = nist(domain).size;
    const Bytes secret = secret_below(run, domain), digest = run.data(32);
    const auto c = run.room(size), d = run.room(size);
    const std::uint32_t info = black == Black::no ? 0 : black == Black::ecb ? 4 : 4 | 16;
    run.runs(with_block(
        {1u << 22 | domain << 7, low(stored(run, secret, black)), low(run.put(digest)), low(c), low(d), 32},
        protocol(0x15, 2u << 10 | 2 | info)));
    CHECK(reference::ecdsa_fits(nist(domain), reference::Point(nist(domain), secret, true).bytes(), digest,
                                run.at(c, size), run.at(d, size)));
}

/** A signature of the standard's example fits, and does not once the digest is another one. */
void ecdsa_verify_shape(ShapeRun& run) {
    const auto& row = pk::curves[run.round == 0 ? 1 : 0];
    const std::uint32_t domain = row.number;
    Bytes digest = pk::message_sha256;
    REQUIRE(reference::ecdsa_fits(nist(domain), row.A, digest, row.r, row.s));
    const auto verify = [&] {
        return error_of(run.board.run(
            with_block({1u << 22 | domain << 7, low(run.put(row.A)), low(run.put(digest)),
                        low(run.put(row.r)), low(run.put(row.s)), low(run.room(2 * row.size)), 32},
                       protocol(0x16, 2u << 10 | 2))));
    };
    CHECK(verify() == 0);
    digest[run.size(0, 19)] ^= 0x40;
    CHECK(verify() == 0x40000086);
}

template <unsigned domain>
void ecdh_shape(ShapeRun& run) {
    const std::size_t size = nist(domain).size;
    const Bytes mine = secret_below(run, domain), theirs = secret_below(run, domain);
    const reference::Point point(nist(domain), theirs, true);
    const auto z = run.room(size);
    run.runs(with_block({1u << 25 | domain << 7, low(run.put(point.bytes())), low(run.put(mine)), low(z)},
                        protocol(0x17, 2)));
    CHECK(run.at(z, size) == point.times(nist(domain), mine));
}

// DSA and DH in a group of 1024 bits

constexpr std::uint32_t group_sizes = 128u << 7 | 20;

void dsa_sign_shape(ShapeRun& run) {
    const Bytes digest = run.data(20), secret = join({Bytes(1), run.data(19)});
    const auto c = run.room(20), d = run.room(20);
    run.runs(
        with_block({group_sizes, low(run.put(pk::dsa_p)), low(run.put(pk::dsa_q)), low(run.put(pk::dsa_g)),
                    low(run.put(secret)), low(run.put(digest)), low(c), low(d), 20},
                   protocol(0x15, 2u << 10)));
    const Bytes y = reference::power(pk::dsa_g, secret, pk::dsa_p);
    CHECK(reference::dsa_fits(pk::dsa_p, pk::dsa_q, pk::dsa_g, y, digest, run.at(c, 20), run.at(d, 20)));
}

void dsa_verify_shape(ShapeRun& run) {
    Bytes digest = pk::message_sha1;
    REQUIRE(reference::dsa_fits(pk::dsa_p, pk::dsa_q, pk::dsa_g, pk::dsa_y, digest, pk::dsa_r, pk::dsa_s));
    const auto verify = [&] {
        return error_of(run.board.run(
            with_block({group_sizes, low(run.put(pk::dsa_p)), low(run.put(pk::dsa_q)),
                        low(run.put(pk::dsa_g)), low(run.put(pk::dsa_y)), low(run.put(digest)),
                        low(run.put(pk::dsa_r)), low(run.put(pk::dsa_s)), low(run.room(256)), 20},
                       protocol(0x16, 2u << 10))));
    };
    CHECK(verify() == 0);
    digest[run.size(0, 19)] ^= 1;
    CHECK(verify() == 0x40000086);
}

void dh_key_pair_shape(ShapeRun& run) {
    const auto secret = run.room(20), open = run.room(128);
    run.runs(with_block({group_sizes, low(run.put(pk::dsa_p)), low(run.put(Bytes(20, 0xff))),
                         low(run.put(pk::dsa_g)), low(secret), low(open)},
                        protocol(0x14)));
    CHECK(run.at(open, 128) == reference::power(pk::dsa_g, run.at(secret, 20), pk::dsa_p));
}

void dh_shape(ShapeRun& run) {
    const Bytes secret = run.data(20), other = reference::power(pk::dsa_g, run.data(20), pk::dsa_p);
    const auto z = run.room(128);
    run.runs(with_block(
        {group_sizes, low(run.put(pk::dsa_p)), 0, low(run.put(other)), low(run.put(secret)), low(z)},
        protocol(0x17)));
    CHECK(run.at(z, 128) == reference::power(other, secret, pk::dsa_p));
}

// Big numbers

void xor_shape(ShapeRun& run) {
    const std::size_t size = run.size(1, 256);
    const Bytes a = run.data(size), b = run.data(size);
    const auto out = run.room(size);
    run.runs(Program::job()
                 .load_word(class1, r_pk_n_size, u32(size))
                 .fifo_load(class1, fl_a, run.put(a), size)
                 .fifo_load(class1, fl_b, run.put(b), size)
                 .operation(pk_function | pk_f2m | 2)
                 .fifo_store(0, fs_b, out, size));
    CHECK(run.at(out, size) == reference::mixed(a, b));
}

template <std::uint32_t function>
void modular_shape(ShapeRun& run) {
    const std::size_t size = run.size(64, 256, 8);
    Bytes n = run.data(size), a = run.data(size), b = run.data(size);
    n[0] |= 0x80;
    n[size - 1] |= 1;
    a[0] &= 0x7f;
    b[0] &= 0x7f;
    const auto out = run.room(size);
    Program p =
        Program::job().fifo_load(class1, fl_n, run.put(n), size).fifo_load(class1, fl_a, run.put(a), size);
    if (function == 6) {
        p.key(class1 | k_pk_e, run.put(b), size);
    } else {
        p.fifo_load(class1, fl_b, run.put(b), size);
    }
    run.runs(p.operation(pk_function | function).fifo_store(0, fs_b, out, size));
    Big expected;
    switch (function) {
        case 2:
            mpz_add(expected.value, Big(a).value, Big(b).value);
            break;
        case 5:
            mpz_mul(expected.value, Big(a).value, Big(b).value);
            break;
        case 6:
            mpz_powm(expected.value, Big(a).value, Big(b).value, Big(n).value);
            break;
        default:
            mpz_set(expected.value, Big(a).value);
            break;
    }
    mpz_mod(expected.value, expected.value, Big(n).value);
    CHECK(run.at(out, size) == expected.bytes(size));
}

void prime_test_shape(ShapeRun& run) {
    const RsaKey key(run.data(64), run.data(64));
    const auto test = [&](const Bytes& number) {
        return error_of(run.board.run(Program::job()
                                          .fifo_load(class1, fl_n, run.put(number), number.size())
                                          .fifo_load(class1, fl_a, run.data(8))
                                          .fifo_load(class1, fl_b, hex("0a"))
                                          .operation(pk_function | 0xf)
                                          .jump(j_halt_user | j_pk_prime, 0x11)
                                          .jump(j_halt_user | j_all, 0x22)));
    };
    CHECK(test(key.p) == 0x30000011);
    CHECK(test(key.n) == 0x30000022);
}

// Keys of the chip

/** The hardware unique key: the same at every call, without random input. */
void mkvb_shape(ShapeRun& run) {
    const auto one = run.room(32), other = run.room(32);
    for (const auto at : {one, other}) {
        run.runs(Program::job()
                     .key(class2, text("OP-TEE HUK test."))
                     .seq_out(at, 32)
                     .operation(encapsulation | 0x0du << 16 | 2),
                 2);
    }
    CHECK(run.at(one, 32) == run.at(other, 32));
    CHECK(run.at(one, 32) != Bytes(32, 0xee));
}

template <bool black>
void blob_shape(ShapeRun& run) {
    const Bytes secret = run.data(32), modifier = run.data(16), message = run.data(16);
    const std::uint32_t form = 0x0du << 16 | (black ? 4 : 0);
    const auto from = run.put(secret), blob = run.room(80), back = run.room(48), out = run.room(16);
    if (black) {
        run.runs(Program::job().key(class1, from, 32).fifo_store(class1, fs_key_ecb, from, 32), 2);
        CHECK(run.at(from, 32) != secret);
    }
    run.runs(Program::job()
                 .key(class2, modifier)
                 .seq_in(from, 32)
                 .seq_out(blob, 80)
                 .operation(encapsulation | form),
             2);
    run.runs(Program::job()
                 .key(class2, modifier)
                 .seq_in(blob, 80)
                 .seq_out(back, 32)
                 .operation(decapsulation | form),
             2);
    CHECK((run.at(back, 32) == secret) == !black);
    run.runs(Program::job()
                 .key(class1 | (black ? k_encrypted : 0), back, 32)
                 .operation(aes_ecb | init_final | encrypt)
                 .fifo_load(class1, fl_msg | fl_last1, run.put(message), 16)
                 .fifo_store(0, fs_msg, out, 16),
             2);
    CHECK(run.at(out, 16) == reference::Aes(secret).ecb(true, message));
}

template <bool ccm>
void black_key_shape(ShapeRun& run) {
    const std::size_t size = run.round == 0 ? 16 : 32;
    const Bytes secret = run.data(size), message = run.data(16);
    const auto black = run.room(64), out = run.room(16);
    run.runs(Program::job()
                 .key(class1, run.put(secret), size)
                 .fifo_store(class1, ccm ? fs_key_ccm : fs_key_ecb, black, size));
    CHECK(run.at(black + (ccm ? size + 12 : size), 8) == Bytes(8, 0xee));
    run.runs(Program::job()
                 .key(class1 | k_encrypted | (ccm ? k_ccm : 0), black, size)
                 .operation(aes_ecb | init_final | encrypt)
                 .fifo_load(class1, fl_msg | fl_last1, run.put(message), 16)
                 .fifo_store(0, fs_msg, out, 16));
    CHECK(run.at(out, 16) == reference::Aes(secret).ecb(true, message));
}

/** A key for the boot loader, in a page of secure memory that nobody reads any more, becomes a blob. */
void dek_blob_shape(ShapeRun& run) {
    constexpr std::uint32_t jr2 = 0x3000, partition = 1u << 8;
    const auto open_page = [&] {
        write32(run.board.caam, jr2 + 0xbe4, partition | 3);  // what was there goes
        write32(run.board.caam, jr2 + 0xa14, 0xff);
        write32(run.board.caam, jr2 + 0xa1c, 0xffffffff);
        write32(run.board.caam, jr2 + 0xa18, 0xffffffff);
        write32(run.board.caam, jr2 + 0xbe4, 3u << 16 | partition | 1);
    };
    const auto close_page = [&] {
        write32(run.board.caam, jr2 + 0xa1c, 1u << 1);
        write32(run.board.caam, jr2 + 0xa18, 0);
        write32(run.board.caam, jr2 + 0xa14, 0xb008);
    };
    const Bytes secret = run.data(16), modifier = hex("66550010 00000000");
    open_page();
    run.runs(
        Program::job()
            .operation(aes_ecb | init_final | encrypt)
            .key(class1, Bytes(16))
            .fifo_load(class1, fl_msg | fl_last1, run.put(reference::Aes(Bytes(16)).ecb(false, secret)), 16)
            .fifo_store(0, fs_msg, 0x103000, 16),
        2);
    close_page();
    CHECK(run.board.caam.read(1, 0x3000, 4, secure_access()).response == Response::slverr);
    const auto blob = run.room(64);
    const auto job = [&](std::uint32_t in, std::uint32_t out, bool opens) {
        return Program::job()
            .load(class2, r_key, 12, modifier)
            .seq_in(in, opens ? 64 : 16)
            .seq_out(out, opens ? 16 : 64)
            .operation((opens ? decapsulation : encapsulation) | 0x0du << 16 | 8);
    };
    run.runs(job(0x103000, low(blob), false), 2);
    CHECK(part(run.at(blob, 64), 32, 16) != secret);
    open_page();
    close_page();
    run.runs(job(low(blob), 0x103000, true), 2);
    // The page is closed; that the blob opened there says its tag was right. In a plain buffer it does not
    // open.
    CHECK(error_of(run.board.run(job(low(blob), low(run.room(16)), true), 2)) != 0);
}

// Manufacturing protection

void manufacturing_shape(ShapeRun& run, bool signs) {
    constexpr std::uint32_t curve = 3u << 17;
    const auto point = run.room(64), digest_at = run.room(32), c = run.room(32), d = run.room(32);
    run.runs(with_block({curve, low(run.put(text("manufacturing"))), 13}, encapsulation | 0x14u << 16), 2);
    run.runs(with_block({curve, low(point), 64}, decapsulation | 0x14u << 16), 2);
    CHECK(reference::Point(nist(2), run.at(point, 64)).on_curve);
    if (!signs) {
        return;
    }
    const Bytes message = run.data(run.size(1, 100));
    Bytes chip;
    for (std::uint32_t offset = 0; offset < 32; offset += 4) {
        const Bytes word = Big(static_cast<unsigned long>(read32(run.board.caam, 0x380 + offset))).bytes(4);
        chip.insert(chip.end(), word.begin(), word.end());
    }
    run.runs(with_block({curve, low(run.put(message)), low(digest_at), low(c), low(d), u32(message.size())},
                        decapsulation | 0x15u << 16),
             2);
    CHECK(run.at(digest_at, 32) == digest_of(nettle_sha256, join({chip, message})));
    CHECK(reference::ecdsa_fits(nist(2), run.at(point, 64), run.at(digest_at, 32), run.at(c, 32),
                                run.at(d, 32)));
}

/** The private key never shows; that it is always the same one does. */
void manufacturing_key_shape(ShapeRun& run) {
    const auto one = run.room(64), other = run.room(64);
    for (const auto at : {one, other}) {
        run.runs(with_block({3u << 17, low(run.put(text("a passphrase"))), 12}, encapsulation | 0x14u << 16),
                 2);
        run.runs(with_block({3u << 17, low(at)}, decapsulation | 0x14u << 16), 2);
    }
    CHECK(run.at(one, 64) == run.at(other, 64));
}

const Shape shapes[] = {
    {"rsa encrypt", rsa_encrypt_shape<false>},
    {"rsa encrypt, PKCS #1 v1.5", rsa_encrypt_shape<true>},
    {"rsa decrypt, form 1", rsa_decrypt_shape<1, false, Black::no>},
    {"rsa decrypt, form 2", rsa_decrypt_shape<2, false, Black::no>},
    {"rsa decrypt, form 3", rsa_decrypt_shape<3, false, Black::no>},
    {"rsa decrypt, form 1, PKCS #1 v1.5", rsa_decrypt_shape<1, true, Black::no>},
    {"rsa decrypt, form 2, PKCS #1 v1.5", rsa_decrypt_shape<2, true, Black::no>},
    {"rsa decrypt, form 3, PKCS #1 v1.5", rsa_decrypt_shape<3, true, Black::no>},
    {"rsa decrypt, form 1, black key in ECB form", rsa_decrypt_shape<1, false, Black::ecb>},
    {"rsa decrypt, form 3, black key in CCM form", rsa_decrypt_shape<3, true, Black::ccm>},
    {"rsa key from its primes", rsa_finish_shape},
    {"key pair, P-256", ec_key_pair_shape<2, Black::no>},
    {"key pair, P-384, black", ec_key_pair_shape<3, Black::ecb>},
    {"key pair, P-521", ec_key_pair_shape<4, Black::no>},
    {"ecdsa sign, P-192", ecdsa_sign_shape<0, Black::no>},
    {"ecdsa sign, P-224, black key in ECB form", ecdsa_sign_shape<1, Black::ecb>},
    {"ecdsa sign, P-256, black key in CCM form", ecdsa_sign_shape<2, Black::ccm>},
    {"ecdsa sign, P-521", ecdsa_sign_shape<4, Black::no>},
    {"ecdsa verify", ecdsa_verify_shape},
    {"ecdh, P-256", ecdh_shape<2>},
    {"ecdh, P-384", ecdh_shape<3>},
    {"ecdh, P-521", ecdh_shape<4>},
    {"dsa sign", dsa_sign_shape},
    {"dsa verify", dsa_verify_shape},
    {"dh key pair", dh_key_pair_shape},
    {"dh shared secret", dh_shape},
    {"big numbers: exclusive or", xor_shape},
    {"big numbers: sum", modular_shape<2>},
    {"big numbers: product", modular_shape<5>},
    {"big numbers: power", modular_shape<6>},
    {"big numbers: remainder", modular_shape<7>},
    {"big numbers: prime test", prime_test_shape},
    {"hardware unique key", mkvb_shape},
    {"blob", blob_shape<false>},
    {"blob of a black key", blob_shape<true>},
    {"black key in ECB form", black_key_shape<false>},
    {"black key in CCM form", black_key_shape<true>},
    {"blob of a key in secure memory", dek_blob_shape},
    {"manufacturing protection: private key", manufacturing_key_shape},
    {"manufacturing protection: public key", [](ShapeRun& run) { manufacturing_shape(run, false); }},
    {"manufacturing protection: signature", [](ShapeRun& run) { manufacturing_shape(run, true); }},
};

}  // namespace

TEST_CASE("caam shapes: OP-TEE, public keys, big numbers, keys of the chip", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    run_shapes(board, shapes, 20);
}
