// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Attempts to learn a black key by using a part of it: each row makes the engine work with one unknown byte
 * of the key at a time and compares with all 256 guesses. None may succeed.
 */
#include <functional>

#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

constexpr std::uint32_t r_pk_e_size = 0x13, fl_e = 0x09, fs_e_ccm = 0x12, fs_split_ccm = 0x16;
constexpr std::uint32_t pk_power = 1u << 24 | 8u << 20 | 6,
                        pk_copy_a_to_e = 1u << 24 | 8u << 20 | 2u << 10 | 0x11;
constexpr std::uint32_t rsa_decrypt = 0x19u << 16;

/** How a key was wrapped: FIFO STORE's type, KEY's flags, the bytes that are added. */
struct Form {
    const char* name;
    std::uint32_t store, flags;
    bool ccm;
};
constexpr Form forms[] = {{"ECB", 0x24, 0, false},
                          {"CCM", 0x14, k_ccm, true},
                          {"ECB, trusted", 0x25, k_trusted, false},
                          {"CCM, trusted", 0x15, k_ccm | k_trusted, true}};

/** What a job showed. */
struct Seen {
    std::uint32_t status;
    Bytes output;
};

class Laboratory : public ReadyBoard {
 public:
    Laboratory() {
        instantiate();
        message_ = put(counting(64, 7));
        out_ = allocate(64);
    }

    /** In the secure world's ring, which may use every KEK. */
    std::uint32_t run(const Program& p) { return ReadyBoard::run(p, 2); }

    /** The black form of a key, as whoever owns the key makes it. */
    std::uint64_t blacken(const Bytes& key, const Form& form, std::uint32_t number = class1) {
        const auto at = allocate(key.size() + 32);
        REQUIRE(run(Program::job().key(number, key).fifo_store(number, form.store, at, key.size())) == 0);
        return at;
    }
    Seen see(Program p, std::uint32_t size) {
        host.memory.put(out_, Bytes(64));
        const std::uint32_t status = run(p);
        return {status, bytes(out_, size)};
    }
    Seen aes(Program p) {
        return see(p.operation(aes_ecb | init_final | encrypt)
                       .fifo_load(class1, fl_msg | fl_last1, message_, 16)
                       .fifo_store(0, fs_msg, out_, 16),
                   16);
    }
    Seen des(Program p) {
        return see(p.operation(des_ecb | init_final | encrypt)
                       .fifo_load(class1, fl_msg | fl_last1, message_, 16)
                       .fifo_store(0, fs_msg, out_, 16),
                   16);
    }
    Seen mac(Program p, std::uint32_t aai = hmac) {
        return see(p.operation(sha256 | aai | init_final)
                       .fifo_load(class2, fl_msg | fl_last2, message_, 16)
                       .jump(j_class2)
                       .store(class2, r_context, 0, out_, 32),
                   32);
    }
    /** The message to the power of E. */
    Seen power(Program p) {
        return see(p.fifo_load(class1, fl_n, modulus_, 64)
                       .fifo_load(class1, fl_a, message_, 32)
                       .operation(pk_power)
                       .fifo_store(0, fs_b, out_, 64),
                   64);
    }
    /** The same by the protocol, with a private exponent of @p size bytes. */
    Seen rsa(std::uint64_t exponent, std::uint32_t size, std::uint32_t protection) {
        Program p = Program::job();
        p.word(size << 12 | 64)
            .word(static_cast<std::uint32_t>(message64_))
            .word(static_cast<std::uint32_t>(out_))
            .word(static_cast<std::uint32_t>(modulus_))
            .word(static_cast<std::uint32_t>(exponent));
        p.words[0] |= static_cast<std::uint32_t>(p.size()) << 16;
        return see(p.operation(rsa_decrypt | protection << 8), 64);
    }

 private:
    std::uint64_t message_ = 0, out_ = 0;
    std::uint64_t modulus_ = put(join({Bytes{0xf1}, counting(62, 3), Bytes{0x0d}}));
    std::uint64_t message64_ = put(join({Bytes{0}, counting(63, 5)}));
};

/** @p size bytes, all zero but one. */
Bytes only(std::size_t size, std::size_t at, std::uint8_t value) {
    Bytes key(size);
    key[at] = value;
    return key;
}

/** The first @p known bytes of a key and one more. */
Bytes longer(const Bytes& secret, std::size_t known, std::uint8_t value) {
    Bytes key(secret.begin(), secret.begin() + static_cast<std::ptrdiff_t>(known));
    key.push_back(value);
    return key;
}

using Use = std::function<Seen(std::size_t at)>;
using Guess = std::function<Seen(std::size_t at, std::uint8_t value)>;

/** How many bytes of @p secret, of those that are tried, the attempt finds. */
unsigned recovered(const Bytes& secret, std::initializer_list<std::size_t> tried, const Use& use,
                   const Guess& guess) {
    unsigned found = 0;
    for (const std::size_t at : tried) {
        const Seen seen = use(at);
        if (seen.status != 0) {
            continue;
        }
        for (unsigned value = 0; value < 256; ++value) {
            const Seen other = guess(at, static_cast<std::uint8_t>(value));
            if (other.status == 0 && other.output == seen.output) {
                found += value == secret[at] ? 1 : 0;
                break;
            }
        }
    }
    return found;
}

/** All but one byte of class 1's or class 2's key register are overwritten, by any way there is. */
Program& overwrite(Program& p, const std::string& way, std::uint32_t number, std::size_t size,
                   std::size_t at) {
    const std::uint32_t target = number == class1 ? m_key1 : m_key2;
    const auto part = [&](std::size_t first, std::size_t length) {
        const auto offset = static_cast<std::uint32_t>(first);
        while (length > 0) {
            const auto step = static_cast<std::uint32_t>(std::min<std::size_t>(length, 8));
            if (way == "LOAD") {
                p.load(number, r_key, offset + 0, Bytes(length));
                return;
            }
            if (way == "MOVE from MATH") {
                p.move(m_math0, target, static_cast<std::uint32_t>(first), step);
            } else if (way == "MOVE from the context") {
                p.move(m_ctx1, target, static_cast<std::uint32_t>(first), step);
            } else {
                p.load(0, r_output, 0, Bytes(step))
                    .move(m_ofifo, target, static_cast<std::uint32_t>(first), step, m_wait);
            }
            first += step;
            length -= step;
        }
    };
    part(0, at);
    part(at + 1, size - at - 1);
    return p;
}

const Bytes secret16 = hex("c3a1f00d5be71942d8865a3ce99b07f4");

}  // namespace

TEST_CASE("caam oracles: the method finds a key that is really used in parts", "[caam]") {
    Laboratory lab;
    const auto use = [&](std::size_t at) {
        return lab.aes(Program::job().key(class1, only(16, at, secret16[at])));
    };
    const auto guess = [&](std::size_t at, std::uint8_t value) {
        return lab.aes(Program::job().key(class1, only(16, at, value)));
    };
    CHECK(recovered(secret16, {0, 7, 15}, use, guess) == 3);
}

TEST_CASE("caam oracles: a loaded key register cannot be changed in part", "[caam]") {
    Laboratory lab;
    for (const Form& form : forms) {
        const auto black = lab.blacken(secret16, form);
        const auto loaded = [&](std::uint32_t number) {
            Program p = Program::job();
            p.key(number | k_encrypted | form.flags, black, 16);
            return p;
        };
        for (const std::string way :
             {"LOAD", "MOVE from MATH", "MOVE from the context", "MOVE from the FIFO"}) {
            CAPTURE(form.name, way);
            CHECK(recovered(
                      secret16, {0, 9},
                      [&](std::size_t at) {
                          Program p = loaded(class1);
                          return lab.aes(overwrite(p, way, class1, 16, at));
                      },
                      [&](std::size_t at, std::uint8_t value) {
                          return lab.aes(Program::job().key(class1, only(16, at, value)));
                      }) == 0);
            CHECK(recovered(
                      secret16, {0, 9},
                      [&](std::size_t at) {
                          Program p = loaded(class2);
                          return lab.mac(overwrite(p, way, class2, 16, at));
                      },
                      [&](std::size_t at, std::uint8_t value) {
                          return lab.mac(Program::job().key(class2, only(16, at, value)));
                      }) == 0);
        }
    }
    // Refused, each with the error of its command.
    const auto black = lab.blacken(secret16, forms[0]);
    const auto status = [&](const std::function<void(Program&)>& then) {
        Program p = Program::job();
        p.key(class1 | k_encrypted, black, 16);
        then(p);
        return error_of(lab.run(p));
    };
    CHECK(status([](Program& p) { p.load(class1, r_key, 15, Bytes(1)); }) == 0x40000007);
    CHECK(status([](Program& p) { p.load_word(class1, r_key_size, 8); }) == 0x40000007);
    CHECK(status([](Program& p) { p.move(m_math0, m_key1, 0, 8); }) == 0x4000000c);
    // CLRW clears key and lock; a whole new key may come any time.
    CHECK(status([](Program& p) { p.clear_written(1u << 6).load(class1, r_key, 0, Bytes(16)); }) == 0);
    CHECK(status([](Program& p) { p.key(class1, Bytes(24)); }) == 0);
}

TEST_CASE("caam oracles: a key is used with the length that it has, or not at all", "[caam]") {
    Laboratory lab;
    const auto prefix = [&](std::size_t at, std::uint8_t value) {
        return lab.mac(Program::job().key(class2, longer(secret16, at, value)));
    };
    for (const Form& form : forms) {
        CAPTURE(form.name);
        const auto black = lab.blacken(secret16, form);
        const std::uint32_t flags = k_encrypted | form.flags;
        // KEY with a shorter length.
        CHECK(recovered(
                  secret16, {0, 1, 8, 9},
                  [&](std::size_t at) { return lab.mac(Program::job().key(class2 | flags, black, at + 1)); },
                  prefix) == 0);
        // The size register behind it.
        CHECK(recovered(
                  secret16, {0, 1},
                  [&](std::size_t at) {
                      return lab.mac(Program::job()
                                         .key(class2 | flags, black, 16)
                                         .load_word(class2, r_key_size, static_cast<std::uint32_t>(at + 1)));
                  },
                  prefix) == 0);
        // Stored again with a shorter length, which is a key of its own then.
        for (const Form& second : forms) {
            CHECK(recovered(
                      secret16, {0, 1},
                      [&](std::size_t at) {
                          const auto part = lab.allocate(64);
                          const std::uint32_t status =
                              lab.run(Program::job()
                                          .key(class1 | flags, black, 16)
                                          .fifo_store(class1, second.store, part, at + 1));
                          return status != 0 ? Seen{status, {}}
                                             : lab.mac(Program::job().key(class2 | k_encrypted | second.flags,
                                                                          part, at + 1));
                      },
                      prefix) == 0);
        }
        // A shorter key over it, then the old size: what lies behind the new one.
        CHECK(recovered(
                  secret16, {15, 14},
                  [&](std::size_t at) {
                      return lab.aes(Program::job()
                                         .key(class1 | flags, black, 16)
                                         .key(class1, Bytes(at))
                                         .load_word(class1, r_key_size, 16));
                  },
                  [&](std::size_t at, std::uint8_t value) {
                      return lab.aes(Program::job().key(class1, only(16, at, value)));
                  }) == 0);
        // By way of a blob that is made of a part of it.
        CHECK(recovered(
                  secret16, {0, 1},
                  [&](std::size_t at) {
                      const auto size = static_cast<std::uint32_t>(at + 1);
                      const std::uint32_t blob_form = 4u | (form.ccm ? 1u << 8 : 0);
                      const auto blob = lab.allocate(64), part = lab.allocate(64);
                      const std::uint32_t status = lab.run(Program::job()
                                                               .seq_in(black, size)
                                                               .seq_out(blob, size + 48)
                                                               .operation(encap_blob | blob_form));
                      if (status != 0) {
                          return Seen{status, {}};
                      }
                      const std::uint32_t opened = lab.run(Program::job()
                                                               .seq_in(blob, size + 48)
                                                               .seq_out(part, size)
                                                               .operation(decap_blob | blob_form));
                      return opened != 0 ? Seen{opened, {}}
                                         : lab.mac(Program::job().key(
                                               class2 | k_encrypted | (form.ccm ? k_ccm : 0), part, size));
                  },
                  prefix) == 0);
    }
}

TEST_CASE("caam oracles: blocks of black keys cannot be put together anew", "[caam]") {
    Laboratory lab;
    const Bytes secret = join({secret16, Bytes{0x9d}});
    for (const Form& form : {forms[0], forms[2]}) {
        const auto black = lab.blacken(secret, form), known = lab.blacken(counting(17), form);
        const Bytes front = lab.bytes(known, 16), end = lab.bytes(black + 16, 16);
        const auto mixed = lab.put(join({front, end}));
        CHECK(recovered(
                  secret, {16},
                  [&](std::size_t) {
                      return lab.mac(Program::job().key(class2 | k_encrypted | form.flags, mixed, 17));
                  },
                  [&](std::size_t, std::uint8_t value) {
                      return lab.mac(Program::job().key(class2, longer(counting(17), 16, value)));
                  }) == 0);
        // The last block as a key of one byte.
        CHECK(recovered(
                  secret, {16},
                  [&](std::size_t) {
                      return lab.mac(Program::job().key(class2 | k_encrypted | form.flags, black + 16, 1));
                  },
                  [&](std::size_t, std::uint8_t value) {
                      return lab.mac(Program::job().key(class2, Bytes{value}));
                  }) == 0);
        // The same block twice does not look the same.
        const auto twice = lab.blacken(join({secret16, secret16}), form);
        CHECK(lab.bytes(twice, 16) != lab.bytes(twice + 16, 16));
    }
}

TEST_CASE("caam oracles: parts of a DES key", "[caam]") {
    Laboratory lab;
    const Bytes secret(secret16.begin(), secret16.begin() + 8);
    for (const Form& form : forms) {
        CAPTURE(form.name);
        const auto black = lab.blacken(secret, form);
        // One bit of each byte is parity, so a guess may be right without being equal.
        const Seen seen = lab.des([&] {
            Program p = Program::job();
            p.key(class1 | k_encrypted | form.flags, black, 8);
            return overwrite(p, "LOAD", class1, 8, 0);
        }());
        bool found = false;
        for (unsigned value = 0; seen.status == 0 && value < 256; ++value) {
            found =
                found ||
                lab.des(Program::job().key(class1, only(8, 0, static_cast<std::uint8_t>(value)))).output ==
                    seen.output;
        }
        CHECK_FALSE(found);
    }
}

TEST_CASE("caam oracles: PKHA's E keeps the size of a key", "[caam]") {
    Laboratory lab;
    const Bytes key = join({counting(112, 100), secret16});  // the last byte is the lowest one
    const auto tail = [&](std::size_t known, std::uint8_t value) {
        Bytes part{value};
        part.insert(part.end(), key.end() - static_cast<std::ptrdiff_t>(known), key.end());
        return lab.power(Program::job().key(class1 | k_pk_e, part));
    };
    // Counted from the end: the exponent's lowest bytes.
    const Bytes backwards(key.rbegin(), key.rend());
    for (const Form& form : {forms[0], forms[1]}) {
        CAPTURE(form.name);
        const auto black = lab.allocate(160);
        const std::uint32_t flags = class1 | k_pk_e | k_encrypted | form.flags;
        REQUIRE(lab.run(Program::job().key(class1, key).fifo_store(class1, form.store, black, 128)) == 0);
        CHECK(lab.power(Program::job().key(flags, black, 128)).status == 0);
        const auto size = [](std::size_t at) { return static_cast<std::uint32_t>(at + 1); };
        CHECK(recovered(
                  backwards, {0, 1},
                  [&](std::size_t at) {
                      return lab.power(
                          Program::job().key(flags, black, 128).load_word(class1, r_pk_e_size, size(at)));
                  },
                  tail) == 0);
        CHECK(recovered(
                  backwards, {0, 1},
                  [&](std::size_t at) {
                      return lab.power(Program::job()
                                           .key(flags, black, 128)
                                           .clear_written(1u << 15)
                                           .load_word(class1, r_pk_e_size, size(at)));
                  },
                  tail) == 0);
        // Stored again in part.
        CHECK(recovered(
                  backwards, {0, 1},
                  [&](std::size_t at) {
                      const auto part = lab.allocate(64);
                      const std::uint32_t store = form.ccm ? fs_e_ccm : fs_e_ecb;
                      const std::uint32_t status = lab.run(
                          Program::job().key(flags, black, 128).fifo_store(class1, store, part, at + 1));
                      return status != 0 ? Seen{status, {}}
                                         : lab.power(Program::job().key(flags, part, at + 1));
                  },
                  tail) == 0);
        CHECK(lab.run(Program::job()
                          .key(flags, black, 128)
                          .fifo_store(class1, form.ccm ? fs_e_ccm : fs_e_ecb, lab.allocate(192), 128)) == 0);
        // Another number over a part of it: 256 bytes, of which the lower 128 are replaced.
        const Bytes wide = join({Bytes(127), Bytes{0xb7}, key});
        const auto wide_black = lab.allocate(320);
        REQUIRE(lab.run(Program::job()
                            .key(class1 | k_pk_e, lab.put(wide), 256)
                            .fifo_store(class1, form.ccm ? fs_e_ccm : fs_e_ecb, wide_black, 256)) == 0);
        const auto upper = [&](std::size_t, std::uint8_t value) {
            return lab.power(Program::job().key(class1 | k_pk_e,
                                                lab.put(join({Bytes(127), Bytes{value}, Bytes(128)})), 256));
        };
        const Bytes upper_byte{0xb7};
        CHECK(recovered(
                  upper_byte, {0},
                  [&](std::size_t) {
                      return lab.power(Program::job()
                                           .key(flags, wide_black, 256)
                                           .fifo_load(class1, fl_e, lab.put(Bytes(128)), 128)
                                           .load_word(class1, r_pk_e_size, 256));
                  },
                  upper) == 0);
        CHECK(recovered(
                  upper_byte, {0},
                  [&](std::size_t) {
                      return lab.power(Program::job()
                                           .key(flags, wide_black, 256)
                                           .fifo_load(class1, fl_a, lab.put(Bytes(128)), 128)
                                           .operation(pk_copy_a_to_e)
                                           .load_word(class1, r_pk_e_size, 256));
                  },
                  upper) == 0);
    }
}

TEST_CASE("caam oracles: halves of a split key", "[caam]") {
    Laboratory lab;
    const Bytes halves = counting(64, 40);
    const auto plain = lab.put(halves), black = lab.allocate(96);
    REQUIRE(lab.run(Program::job()
                        .key(class2 | k_split | k_plain_store, plain, 64)
                        .fifo_store(class2, fs_split_ecb, black, 64)) == 0);
    for (const std::string way : {"LOAD", "MOVE from MATH"}) {
        CAPTURE(way);
        CHECK(recovered(
                  halves, {1, 40},
                  [&](std::size_t at) {
                      Program p = Program::job();
                      p.key(class2 | k_split | k_encrypted, black, 64);
                      return lab.mac(overwrite(p, way, class2, 64, at), hmac_precomputed);
                  },
                  [&](std::size_t at, std::uint8_t value) {
                      return lab.mac(Program::job().key(class2 | k_split | k_plain_store,
                                                        lab.put(only(64, at, value)), 64),
                                     hmac_precomputed);
                  }) == 0);
    }
    const auto part = lab.allocate(96);
    for (const std::uint32_t type : {fs_split_ecb, fs_split_ccm}) {
        CHECK(error_of(lab.run(Program::job()
                                   .key(class2 | k_split | k_encrypted, black, 64)
                                   .fifo_store(class2, type, part, 32))) == 0x4000000b);
    }
}

TEST_CASE("caam oracles: private exponents of RSA with a shorter length", "[caam]") {
    Laboratory lab;
    const Bytes backwards(secret16.rbegin(), secret16.rend());
    for (const Form& form : {forms[0], forms[1]}) {
        CAPTURE(form.name);
        const auto black = lab.blacken(secret16, form);
        const std::uint32_t protection = form.ccm ? 3 : 1;
        CHECK(lab.rsa(black, 16, protection).status == 0);
        CHECK(lab.rsa(black, 16, protection).output == lab.rsa(lab.put(secret16), 16, 0).output);
        // The beginning of the exponent, not its end, is what a shorter length gives.
        CHECK(recovered(
                  secret16, {0, 1},
                  [&](std::size_t at) {
                      return lab.rsa(black, static_cast<std::uint32_t>(at + 1), protection);
                  },
                  [&](std::size_t at, std::uint8_t value) {
                      return lab.rsa(lab.put(longer(secret16, at, value)), static_cast<std::uint32_t>(at + 1),
                                     0);
                  }) == 0);
    }
}

TEST_CASE("caam oracles: numbers of the generator that come again give no two keys the same stream",
          "[caam]") {
    // With a seed the generator starts anew at a reset: the same key encryption keys and the same nonces.
    Laboratory lab;
    const auto job = [&](const Bytes& key) {
        const auto at = lab.allocate(64);
        REQUIRE(lab.run(Program::job().key(class1, key).fifo_store(class1, fs_key_ccm, at, 16)) == 0);
        return lab.bytes(at, 28);
    };
    const auto blob = [&](const Bytes& data) {
        const auto at = lab.allocate(64);
        REQUIRE(lab.run(Program::job().seq_in(lab.put(data), 16).seq_out(at, 64).operation(encap_blob)) == 0);
        return lab.bytes(at, 64);
    };
    const Bytes known = counting(16);
    const Bytes black = job(secret16), in_blob = blob(secret16);
    lab.caam.reset();
    lab.set_up();
    lab.instantiate();
    const Bytes other = job(known), other_blob = blob(known);
    const auto stream_gives = [&](const Bytes& one, const Bytes& two, std::size_t at) {
        Bytes result(16);
        for (std::size_t i = 0; i < 16; ++i) {
            result[i] = static_cast<std::uint8_t>(one[at + i] ^ two[at + i] ^ known[i]);
        }
        return result;
    };
    CHECK(stream_gives(black, other, 6) != secret16);
    CHECK(stream_gives(in_blob, other_blob, 32) != secret16);
}
