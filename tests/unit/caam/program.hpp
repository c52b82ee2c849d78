// SPDX-License-Identifier: GPL-2.0-or-later
/** Writes descriptors as drivers do: one function a command, with the command's fields as arguments. */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace svp::test {

using Bytes = std::vector<std::uint8_t>;

/** Bytes written in hexadecimal; spaces are for the eye. */
inline Bytes hex(std::string_view text) {
    Bytes bytes;
    unsigned digits = 0;
    std::uint8_t value = 0;
    for (const char letter : text) {
        if (letter == ' ' || letter == '\n') {
            continue;
        }
        const int digit = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
        value = static_cast<std::uint8_t>(value << 4 | digit);
        if (++digits % 2 == 0) {
            bytes.push_back(value);
        }
    }
    return bytes;
}

inline Bytes text(std::string_view letters) {
    return {letters.begin(), letters.end()};
}

inline Bytes join(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/** 0, 1, 2, ... modulo 251: every byte tells where it belongs. */
inline Bytes counting(std::size_t size, unsigned first = 0) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>((i + first) % 251);
    }
    return bytes;
}

namespace caam_fields {

// Classes.
inline constexpr std::uint32_t class1 = 1u << 25, class2 = 2u << 25, both = 3u << 25, deco = 3u << 25;
// Algorithms of OPERATION: type, ALG, AAI.
inline constexpr std::uint32_t op_class1 = 2u << 24, op_class2 = 4u << 24;
constexpr std::uint32_t aes(std::uint32_t aai) {
    return op_class1 | 0x10u << 16 | aai << 4;
}
inline constexpr std::uint32_t aes_ctr = aes(0x00), aes_cbc = aes(0x10), aes_ecb = aes(0x20),
                               aes_cfb = aes(0x30), aes_ofb = aes(0x40), aes_xts = aes(0x50),
                               aes_cmac = aes(0x60), aes_xcbc = aes(0x70), aes_ccm = aes(0x80),
                               aes_gcm = aes(0x90);
inline constexpr std::uint32_t des_cbc = op_class1 | 0x20u << 16 | 0x100,
                               des_ecb = op_class1 | 0x20u << 16 | 0x200,
                               des3_cbc = op_class1 | 0x21u << 16 | 0x100,
                               des3_ecb = op_class1 | 0x21u << 16 | 0x200;
inline constexpr std::uint32_t md5 = op_class2 | 0x40u << 16, sha1 = op_class2 | 0x41u << 16,
                               sha224 = op_class2 | 0x42u << 16, sha256 = op_class2 | 0x43u << 16,
                               sha384 = op_class2 | 0x44u << 16, sha512 = op_class2 | 0x45u << 16;
inline constexpr std::uint32_t hmac = 1u << 4, hmac_precomputed = 4u << 4;
inline constexpr std::uint32_t update = 0, init = 4, final = 8, init_final = 12;
inline constexpr std::uint32_t icv_check = 2, encrypt = 1, decrypt = 0;
inline constexpr std::uint32_t rng = op_class1 | 0x50u << 16;
inline constexpr std::uint32_t rng_secure_keys = 1u << 12, rng_resistant = 2;
constexpr std::uint32_t rng_handle(std::uint32_t number) {
    return number << 4;
}

// FIFO LOAD and FIFO STORE types.
inline constexpr std::uint32_t fl_a0 = 0x00, fl_n = 0x08, fl_a = 0x0c, fl_b = 0x0d, fl_no_entry = 0x0f,
                               fl_msg = 0x10, fl_msg_snoop = 0x18, fl_iv = 0x20, fl_bits = 0x28,
                               fl_aad = 0x30, fl_icv = 0x38;
inline constexpr std::uint32_t fl_flush1 = 1, fl_last1 = 2, fl_last2 = 4, fl_last_both = 6;
inline constexpr std::uint32_t fs_a = 0x0c, fs_b = 0x0d, fs_n = 0x08, fs_e_ecb = 0x22, fs_key_ccm = 0x14,
                               fs_key_ecb = 0x24, fs_split_ecb = 0x26, fs_output_ecb = 0x28, fs_msg = 0x30,
                               fs_rng = 0x34, fs_rng_fifo = 0x35, fs_metadata = 0x3e, fs_skip = 0x3f;

// LOAD and STORE registers.
inline constexpr std::uint32_t r_mode = 0x00, r_key_size = 0x01, r_data_size = 0x02, r_control = 0x06,
                               r_override = 0x07, r_clear = 0x08, r_pk_a_size = 0x10, r_pk_n_size = 0x12,
                               r_context = 0x20, r_key = 0x40, r_descriptor = 0x40, r_job = 0x41,
                               r_shared = 0x42, r_info_size = 0x70, r_info_size_math = 0x71, r_info = 0x7a,
                               r_input = 0x7c, r_output = 0x7e;
constexpr std::uint32_t r_math(std::uint32_t number) {
    return 0x08 + number;
}
constexpr std::uint32_t r_math_dword(std::uint32_t number) {
    return 0x30 + number;
}
constexpr std::uint32_t r_math_bytes(std::uint32_t number) {
    return 0x38 + number;
}

// MATH: function, operands.
enum MathFunction : std::uint32_t {
    add,
    addc,
    sub,
    subb,
    bit_or,
    bit_and,
    bit_xor,
    lshift,
    rshift,
    shld,
    zbyte,
    bswap
};
inline constexpr std::uint32_t s0_imm = 4, s0_override = 7, s0_sil = 8, s0_sol = 9, s0_vsil = 0xa,
                               s0_vsol = 0xb, s0_zero = 0xc, s0_one = 0xf;
inline constexpr std::uint32_t s1_imm = 4, s1_override = 7, s1_vsil = 8, s1_vsol = 9, s1_input = 0xa,
                               s1_output = 0xb, s1_one = 0xc, s1_zero = 0xf;
inline constexpr std::uint32_t d_override = 7, d_sil = 8, d_sol = 9, d_vsil = 0xa, d_vsol = 0xb, d_none = 0xf;

// MOVE ends.
inline constexpr std::uint32_t m_ctx1 = 0, m_ctx2 = 1, m_ofifo = 2, m_descbuf = 3, m_math0 = 4, m_math2 = 6,
                               m_math3 = 7, m_block_deco = 8, m_block_class = 9, m_block = 0xa, m_in1 = 8,
                               m_in2 = 9, m_in = 0xa, m_pk_a = 0xc, m_key1 = 0xd, m_key2 = 0xe;
inline constexpr std::uint32_t m_wait = 1u << 24, m_aux_ls = 1u << 25, m_aux_ms = 2u << 25;

// JUMP: type, test, conditions.
inline constexpr std::uint32_t j_local = 0, j_increment = 1u << 20, j_call = 2u << 20, j_decrement = 3u << 20,
                               j_non_local = 4u << 20, j_return = 6u << 20, j_halt = 8u << 20,
                               j_halt_user = 0xcu << 20;
inline constexpr std::uint32_t j_all = 0, j_none = 1u << 16, j_any = 2u << 16, j_not_all = 3u << 16;
inline constexpr std::uint32_t j_jsl = 1u << 24, j_shared = 0x4000 | j_jsl, j_nop = 0x0200 | j_jsl,
                               j_nifp = 0x0400 | j_jsl, j_calm = 0x1000 | j_jsl, j_pk_zero = 0x8000,
                               j_pk_gcd = 0x4000, j_pk_prime = 0x2000, j_n = 0x0800, j_z = 0x0400,
                               j_c = 0x0200, j_nv = 0x0100;
inline constexpr std::uint32_t j_class1 = class1, j_class2 = class2;

// Flags of several commands.
inline constexpr std::uint32_t sgf = 1u << 24, vlf = 1u << 24, imm = 1u << 23, ext = 1u << 22;
inline constexpr std::uint32_t k_encrypted = 1u << 22, k_no_write_back = 1u << 21, k_ccm = 1u << 20,
                               k_pk_e = 1u << 16, k_split = 3u << 16, k_trusted = 1u << 15,
                               k_plain_store = 1u << 14;
inline constexpr std::uint32_t seq_pre = 1u << 23, seq_ext = 1u << 22, seq_rto = 1u << 21;
// OPERATION with protocols: making and opening a blob.
inline constexpr std::uint32_t encapsulation = 7u << 24, decapsulation = 6u << 24;
inline constexpr std::uint32_t encap_blob = encapsulation | 0x0du << 16,
                               decap_blob = decapsulation | 0x0du << 16;

// Shared descriptors: how they are shared, and whether the context stays.
inline constexpr std::uint32_t share_serial = 2u << 8, keep_context = 1u << 12;
inline constexpr std::uint32_t share_defer_reverse = 4u << 8 | 1u << 11;

}  // namespace caam_fields

/** Words of a descriptor, header included; the length in the header follows. */
class Program {
 public:
    static Program job(std::uint32_t flags = 0) { return Program(0xb0800000 | flags); }
    static Program shared(std::uint32_t flags = 0) { return Program(0xb8800000 | flags); }

    std::vector<std::uint32_t> words;

    std::size_t size() const { return words.size(); }
    Program& word(std::uint32_t value) {
        words.push_back(value);
        words[0] = (words[0] & ~0x7fu) | static_cast<std::uint32_t>(words.size() & 0x7f);
        return *this;
    }
    /** Bytes as they lie in memory, filled up to whole words. */
    Program& bytes(std::span<const std::uint8_t> data) {
        for (std::size_t i = 0; i < data.size(); i += 4) {
            std::uint32_t value = 0;
            for (std::size_t k = 0; k < 4 && i + k < data.size(); ++k) {
                value |= static_cast<std::uint32_t>(data[i + k]) << (8 * k);
            }
            word(value);
        }
        return *this;
    }

    Program& key(std::uint32_t flags, std::uint64_t address, std::size_t length) {
        return command(0x00, flags, length).pointer(address);
    }
    Program& key(std::uint32_t flags, std::span<const std::uint8_t> data) {
        return command(0x00, flags | 1u << 23, data.size()).bytes(data);
    }
    Program& load(std::uint32_t flags, std::uint32_t target, std::uint32_t offset, std::uint64_t address,
                  std::size_t length) {
        return command(0x02, flags | target << 16 | offset << 8, length).pointer(address);
    }
    Program& load(std::uint32_t flags, std::uint32_t target, std::uint32_t offset,
                  std::span<const std::uint8_t> data) {
        return command(0x02, flags | 1u << 23 | target << 16 | offset << 8, data.size()).bytes(data);
    }
    /** A word register by number; @p length 0 means 4. */
    Program& load_word(std::uint32_t flags, std::uint32_t target, std::uint32_t value,
                       std::uint32_t offset = 0, std::size_t length = 4) {
        return command(0x02, flags | 1u << 23 | target << 16 | offset << 8, length).word(value);
    }
    Program& clear_written(std::uint32_t bits) { return load_word(0, 0x08, bits); }
    Program& auto_entries(bool on) {
        return command(0x02, 3u << 25 | 1u << 23 | 0x06u << 16, on ? 4u << 8 : 8u << 8);
    }
    Program& seq_load(std::uint32_t flags, std::uint32_t target, std::uint32_t offset, std::size_t length) {
        return command(0x03, flags | target << 16 | offset << 8, length);
    }
    Program& store(std::uint32_t flags, std::uint32_t source, std::uint32_t offset, std::uint64_t address,
                   std::size_t length) {
        return command(0x0a, flags | source << 16 | offset << 8, length).pointer(address);
    }
    Program& seq_store(std::uint32_t flags, std::uint32_t source, std::uint32_t offset, std::size_t length) {
        return command(0x0b, flags | source << 16 | offset << 8, length);
    }
    Program& fifo_load(std::uint32_t flags, std::uint32_t type, std::uint64_t address, std::size_t length) {
        return command(0x04, flags | type << 16, length).pointer(address);
    }
    Program& fifo_load_ext(std::uint32_t flags, std::uint32_t type, std::uint64_t address,
                           std::size_t length) {
        return command(0x04, flags | 1u << 22 | type << 16, 0)
            .pointer(address)
            .word(static_cast<std::uint32_t>(length));
    }
    Program& fifo_load(std::uint32_t flags, std::uint32_t type, std::span<const std::uint8_t> data) {
        return command(0x04, flags | 1u << 23 | type << 16, data.size()).bytes(data);
    }
    Program& seq_fifo_load(std::uint32_t flags, std::uint32_t type, std::size_t length = 0) {
        return command(0x05, flags | type << 16, length);
    }
    Program& fifo_store(std::uint32_t flags, std::uint32_t type, std::uint64_t address, std::size_t length) {
        return command(0x0c, flags | type << 16, length).pointer(address);
    }
    Program& fifo_store_ext(std::uint32_t flags, std::uint32_t type, std::uint64_t address,
                            std::size_t length) {
        return command(0x0c, flags | 1u << 22 | type << 16, 0)
            .pointer(address)
            .word(static_cast<std::uint32_t>(length));
    }
    Program& seq_fifo_store(std::uint32_t flags, std::uint32_t type, std::size_t length = 0) {
        return command(0x0d, flags | type << 16, length);
    }
    Program& move(std::uint32_t source, std::uint32_t target, std::uint32_t offset, std::uint32_t length,
                  std::uint32_t flags = 0) {
        return command(0x0f, flags | source << 20 | target << 16 | offset << 8, length);
    }
    Program& move_len(std::uint32_t source, std::uint32_t target, std::uint32_t offset, std::uint32_t math,
                      std::uint32_t flags = 0) {
        return command(0x0e, flags | source << 20 | target << 16 | offset << 8, math);
    }
    Program& operation(std::uint32_t fields) { return command(0x10, fields, 0); }
    /** @p offset: words from this command, as the hardware counts. */
    Program& jump(std::uint32_t flags, int offset = 1) {
        return command(0x14, flags, static_cast<std::uint8_t>(offset));
    }
    Program& jump_to(std::uint32_t flags, std::uint64_t address) {
        return command(0x14, flags, 0).pointer(address);
    }
    Program& math(std::uint32_t function, std::uint32_t source0, std::uint32_t source1, std::uint32_t target,
                  std::uint32_t length, std::uint32_t flags = 0) {
        return command(0x15, flags | function << 20 | source0 << 16 | source1 << 12 | target << 8, length);
    }
    Program& math_byte(std::uint32_t function, std::uint32_t source, std::uint32_t value,
                       std::uint32_t target, std::uint32_t length) {
        return command(0x1d, function << 20 | source << 16 | target << 12 | value << 4, length);
    }
    Program& seq_in(std::uint64_t address, std::uint32_t length, std::uint32_t flags = 0) {
        return command(0x1e, flags | 1u << 22, 0).pointer(address).word(length);
    }
    Program& seq_out(std::uint64_t address, std::uint32_t length, std::uint32_t flags = 0) {
        return command(0x1f, flags | 1u << 22, 0).pointer(address).word(length);
    }
    /** More of the same sequence (RTO, PRE): no pointer. */
    Program& seq_more(bool input, std::uint32_t flags, std::uint32_t length) {
        return command(input ? 0x1e : 0x1f, flags | 1u << 22, 0).word(length);
    }

    /** Where the next word will stand. */
    unsigned here() const { return static_cast<unsigned>(words.size()); }
    /** Lets the JUMP at word @p at go to the next word. */
    Program& target_here(unsigned at) {
        words[at] |= static_cast<std::uint8_t>(here() - at);
        return *this;
    }

 private:
    explicit Program(std::uint32_t header) : words{header | 1} {}
    Program& command(std::uint32_t opcode, std::uint32_t fields, std::size_t length) {
        return word(opcode << 27 | fields | static_cast<std::uint32_t>(length));
    }
    Program& pointer(std::uint64_t address) { return word(static_cast<std::uint32_t>(address)); }
};

}  // namespace svp::test
