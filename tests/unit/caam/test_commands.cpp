// SPDX-License-Identifier: GPL-2.0-or-later
/** The interpreter's commands one by one, sequences and tables, and descriptors that ought not to be. */
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

/** Value of MATH0 after @p program. */
std::uint64_t math0(CaamBoard& board, Program program) {
    const auto out = board.allocate(8);
    REQUIRE(board.run(program.store(deco, r_math_bytes(0), 0, out, 8)) == 0);
    std::uint64_t value = 0;
    for (const std::uint8_t byte : board.bytes(out, 8)) {
        value = value << 8 | byte;
    }
    return value;
}

Program with_math(std::uint64_t a, std::uint64_t b) {
    Program p = Program::job();
    for (const auto& [number, value] : {std::pair(1u, a), std::pair(2u, b)}) {
        Bytes bytes(8);
        for (unsigned i = 0; i < 8; ++i) {
            bytes[7 - i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
        p.load(deco, r_math_bytes(number), 0, bytes);
    }
    return p;
}

}  // namespace

TEST_CASE("caam command: MATH", "[caam]") {
    ReadyBoard board;
    struct Row {
        std::uint32_t function;
        std::uint64_t a, b;
        std::uint32_t length;
        std::uint64_t result;
        bool n, z, c;
    };
    const Row rows[] = {
        {add, 5, 7, 8, 12, false, false, false},
        {add, 0xffffffff, 1, 4, 0, false, true, true},
        {add, 0xffffffff, 1, 8, 0x100000000, false, false, false},
        {add, 0x7fffffff, 1, 4, 0x80000000, true, false, false},
        {sub, 5, 7, 4, 0xfffffffe, true, false, true},
        {sub, 7, 7, 8, 0, false, true, false},
        {bit_or, 0xf0, 0x0f, 1, 0xff, true, false, false},
        {bit_and, 0xf0f0, 0xff00, 2, 0xf000, true, false, false},
        {bit_xor, 0xaaaa, 0xffff, 2, 0x5555, false, false, false},
        {lshift, 1, 63, 8, 0x8000000000000000, true, false, false},
        {lshift, 3, 64, 8, 0, false, true, true},
        {rshift, 0x8000000000000000, 60, 8, 8, false, false, false},
        {bswap, 0x0102030405060708, 0, 8, 0x0807060504030201, false, false, false},
        {shld, 0x1111111122222222, 0x3333333344444444, 8, 0x2222222233333333, false, false, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.function, row.a, row.b, row.length);
        CHECK(math0(board, with_math(row.a, row.b).math(row.function, 1, 2, 0, row.length)) == row.result);
        for (const auto& [condition, expected] :
             {std::pair(j_n, row.n), std::pair(j_z, row.z), std::pair(j_c, row.c)}) {
            CAPTURE(condition);
            const std::uint32_t status = board.run(with_math(row.a, row.b)
                                                       .math(row.function, 1, 2, 0, row.length)
                                                       .jump(j_halt_user | condition, 1)
                                                       .jump(j_halt_user, 2));
            CHECK(error_of(status) == (expected ? 0x30000001 : 0x30000002));
        }
    }
    // Carry goes on, unless flags are kept.
    CHECK(math0(board, with_math(~0ull, 1).math(add, 1, 2, 3, 8).math(addc, s0_zero, s1_zero, 0, 8)) == 1);
    CHECK(math0(board, with_math(0, 1).math(sub, 1, 2, 3, 8).math(subb, s0_zero, s1_zero, 0, 8)) == ~0ull);
    CHECK(math0(board,
                with_math(~0ull, 1).math(add, 1, 2, 3, 8, 1u << 25).math(addc, s0_zero, s1_zero, 0, 8)) == 0);
    // Immediate operands: one word, two words with the upper one first, one of eight bytes.
    CHECK(math0(board, Program::job().math(add, s0_zero, s1_imm, 0, 4).word(0xdeadbeef)) == 0xdeadbeef);
    CHECK(math0(board, Program::job().math(add, s0_imm, s1_zero, 0, 8).word(1).word(2)) == 0x100000002);
    CHECK(math0(board, Program::job().math(add, s0_imm, s1_one, 0, 8, 1u << 26).word(9)) == 10);
    CHECK(math0(board, with_math(0x100, 0).math_byte(sub, 1, 0xff, 0, 8)) == 1);
    for (const std::uint32_t bad :
         {0xa8000003u, 0xa8f00008u, 0xa8050008u, 0xa80000f8u | 5u << 8, 0xa8006008u, 0xa8000608u}) {
        CHECK(error_of(board.run(Program::job().word(bad))) == 0x4000000e);
    }
}

TEST_CASE("caam command: MATH registers by words, by bytes, and with offsets", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(32);
    CHECK(board.run(Program::job()
                        .load(deco, r_math(0), 4, hex("78563412"))
                        .load(deco, r_math_bytes(1), 0, hex("0102030405060708"))
                        .load(deco, r_math_dword(2), 0, hex("0403020108070605"))
                        .move(m_math0, m_math3, 4, 4)
                        .store(deco, r_math_bytes(0), 0, out, 32)) == 0);
    CHECK(board.bytes(out, 32) == hex("0000000012345678 0102030405060708 0102030405060708 0000000000000000"));
    CHECK(board.run(Program::job()
                        .load(deco, r_math_bytes(1), 0, hex("0102030405060708"))
                        .store(deco, r_math(1), 0, out, 8)
                        .store(deco, r_math(1), 4, out + 8, 4)) == 0);
    CHECK(board.bytes(out, 12) == hex("0403020108070605 08070605"));
    // MATH0 to MATH3 lie one behind the other, and not beyond.
    CHECK(error_of(board.run(Program::job().load(deco, r_math_bytes(3), 0, counting(9)))) == 0x40000007);
    CHECK(error_of(board.run(Program::job().store(deco, r_math_bytes(3), 0, out, 9))) == 0x40000008);
}

TEST_CASE("caam command: JUMP", "[caam]") {
    ReadyBoard board;
    const auto status = [&](const Program& p) { return error_of(board.run(p)); };
    // Tests over nothing: all true holds, any true does not, and so on.
    CHECK(status(Program::job().jump(j_halt_user | j_all, 1)) == 0x30000001);
    CHECK(status(Program::job().jump(j_halt_user | j_none, 1)) == 0x30000001);
    CHECK(status(Program::job().jump(j_halt_user | j_any, 1)) == 0);
    CHECK(status(Program::job().jump(j_halt_user | j_not_all, 1)) == 0);
    CHECK(status(Program::job().jump(j_halt, 0)) == 0x70000000);
    CHECK(status(Program::job().math(sub, s0_zero, s1_zero, 0, 8).jump(j_halt, 0)) == 0x70000004);
    // State: nothing is ever shared, everything has moved.
    CHECK(status(Program::job().jump(j_halt_user | j_shared, 1)) == 0);
    CHECK(status(Program::job().jump(j_halt_user | j_calm | j_nop | j_nifp, 1)) == 0x30000001);
    // A loop that counts down, a subroutine, a jump over words that are no commands.
    Program loop = Program::job();
    loop.math(add, s0_zero, s1_imm, 0, 4).word(5).math(add, 1, s1_one, 1, 4);
    loop.jump(j_decrement | j_none | j_n | j_z, -1);
    CHECK(math0(board, loop.math(add, 1, s1_zero, 0, 8)) == 5);
    Program call = Program::job();
    call.jump(j_call, 3)
        .math(add, 0, s1_one, 0, 8)
        .jump(j_all, 3)
        .math_byte(add, 0, 10, 0, 8)
        .jump(j_return, 0);
    CHECK(math0(board, call) == 11);
    CHECK(status(Program::job().jump(j_all, 3).word(0xffffffff).word(0xffffffff)) == 0);
    CHECK(status(Program::job().jump(j_all, 60)) == 0x4000000d);
    CHECK(status(Program::job().jump(j_all, -60)) == 0x4000000d);
    CHECK(status(Program::job().jump(5u << 20, 1)) == 0x4000000d);
    // A non-local jump keeps registers, and marks the status of an error behind it.
    const auto out = board.allocate(8);
    const auto second = board.put(Program::job().store(deco, r_math(0), 4, out, 4));
    CHECK(board.run(Program::job().load_word(deco, r_math(0), 77, 4).jump_to(j_non_local, second)) == 0);
    CHECK(board.word_at(out) == 77);
    const auto broken = board.put(Program::job().word(0xffffffff & ~(7u << 27)));
    CHECK(board.run(Program::job().jump_to(j_non_local, broken)) == 0x48000104);
}

TEST_CASE("caam command: a status names the word where it happened", "[caam]") {
    ReadyBoard board;
    const std::uint32_t status =
        board.run(Program::job().math(add, s0_zero, s1_imm, 0, 4).word(1).word(0x30000000));
    CHECK(status == 0x40000304);
    // With a shared descriptor the count begins at the shared header.
    Program shared = Program::shared();
    shared.math(add, 0, 0, 0, 4).word(0x30000000);
    CHECK(board.run_shared(shared, Program::job()) == 0x40000204);
}

TEST_CASE("caam command: headers that are none", "[caam]") {
    ReadyBoard board;
    const auto header = [&](std::uint32_t word) {
        const auto at = board.allocate(256);
        board.put_words(at, std::array{word, 0u, 0u, 0u});
        return error_of(board.run_at(at));
    };
    CHECK(header(0) == 0x40000013);
    CHECK(header(0xb0800000) == 0x40000013);  // no length
    CHECK(header(0xb0000001) == 0x40000013);  // ONE is missing
    CHECK(header(0xb0808001) == 0x40000013);  // ZRO is set
    CHECK(header(0xb0800041) == 0x40000013);  // longer than the buffer
    CHECK(header(0xb0800001 | 5u << 16) == 0x40000013);
    CHECK(header(0xb0804001) == 0x4000000f);  // trusted
    CHECK(header(0xb8800001) == 0x40000013);  // a shared one as a job
    CHECK(header(0xb0801002) == 0x40000013);  // a shared one of no words
    CHECK(header(0xb0801002 | 63u << 16) == 0x40000013);
    CHECK(header(0xb0801002 | 4u << 16) == 0x40000012);  // nothing there
    CHECK(header(0xb0800001) == 0);
}

TEST_CASE("caam command: jobs may run their own part first or the shared one first", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(8);
    Program shared = Program::shared();
    shared.math(add, s0_zero, s1_imm, 0, 4).word(1).store(deco, r_math(0), 4, out, 4);
    const auto at = board.put(shared);
    for (const bool reverse : {false, true}) {
        Program job = Program::job(1u << 12 | static_cast<std::uint32_t>(shared.size()) << 16 |
                                   (reverse ? 1u << 11 : 0));
        job.word(static_cast<std::uint32_t>(at))
            .math(add, s0_zero, s1_imm, 0, 4)
            .word(2)
            .store(deco, r_math(0), 4, out, 4);
        CHECK(board.run(job) == 0);
        CHECK(board.word_at(out) == (reverse ? 1 : 2));
    }
}

TEST_CASE("caam command: STORE writes descriptors back, patched or not", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(16);
    Program p = Program::job();
    p.math(add, s0_zero, s1_imm, 1, 4).word(0xabcd);
    p.move(m_math0 + 1, m_descbuf, 28, 8, m_wait);
    // STORE of job words 7 and 8 to where the descriptor came from; words 7 and 8 are operands of a jump over
    // them.
    p.word(0x0au << 27 | deco | r_job << 16 | 7u << 8 | 2);
    p.jump(j_all, 4).word(0).word(0).word(0);
    while (p.size() < 9) {
        p.word(0);
    }
    const auto at = board.put(p);
    CHECK(board.run_at(at) == 0);
    CHECK(board.word_at(at + 28) == 0);
    CHECK(board.word_at(at + 32) == 0xabcd);
    CHECK(board.run(Program::job().store(deco, r_descriptor, 0, out, 1)) == 0);
    CHECK(board.word_at(out) == 0xb0800003);
    CHECK(error_of(board.run(Program::job().word(0x0au << 27 | deco | r_shared << 16 | 1))) == 0x40000008);
    CHECK(error_of(board.run(Program::job().store(deco, r_descriptor, 60, out, 5))) == 0x40000008);
}

TEST_CASE("caam command: sequences skip, go on, and start again", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(counting(64)), to = board.allocate(64);
    const auto out = board.allocate(8);
    CHECK(board.run(Program::job()
                        .seq_in(from, 24)
                        .seq_out(to, 40)
                        .seq_load(class1, r_context, 0, 8)
                        .seq_fifo_load(0, 0, 4)
                        .seq_load(class1, r_context, 8, 4)
                        .seq_more(true, seq_pre, 16)
                        .math(add, s0_sil, s1_zero, 0, 4)
                        .store(deco, r_math(0), 4, out, 4)
                        .seq_load(class1, r_context, 12, 8)
                        .seq_more(true, seq_rto, 24)
                        .seq_load(class1, r_context, 20, 4)
                        .seq_store(class1, r_context, 0, 12)
                        .seq_fifo_store(0, fs_skip, 4)
                        .seq_store(class1, r_context, 12, 12)
                        .math(add, s0_sol, s1_zero, 0, 4)
                        .store(deco, r_math(0), 4, out + 4, 4)) == 0);
    CHECK(board.word_at(out) == 24);
    CHECK(board.word_at(out + 4) == 12);
    Bytes expected(28);
    const Bytes source = counting(64);
    std::copy_n(source.begin(), 8, expected.begin());
    std::copy_n(source.begin() + 12, 4, expected.begin() + 8);
    std::copy_n(source.begin() + 16, 8, expected.begin() + 16);
    std::copy_n(source.begin(), 4, expected.begin() + 24);
    CHECK(board.bytes(to, 28) == expected);
    CHECK(error_of(board.run(Program::job().seq_in(from, 7).seq_load(class1, r_context, 0, 8))) ==
          0x40000007);
    CHECK(error_of(board.run(Program::job().seq_out(to, 7).seq_store(class1, r_context, 0, 8))) ==
          0x40000008);
    CHECK(error_of(board.run(Program::job().seq_in(from, 7).seq_fifo_load(class1, fl_msg, 8))) == 0x4000000a);
    CHECK(error_of(board.run(Program::job().seq_out(to, 7).seq_fifo_store(0, fs_msg, 8))) == 0x4000000b);
    for (const std::uint32_t flag : {1u << 26, 1u << 25, 1u << 20}) {
        CHECK(error_of(board.run(Program::job().seq_in(from, 8, flag))) == 0x40000010);
    }
    CHECK(board.host.unimplemented.size() == 3);
}

TEST_CASE("caam command: tables chain, have offsets and holes, and may be wrong", "[caam]") {
    ReadyBoard board;
    const auto a = board.put(counting(64)), to = board.allocate(32);
    const auto second = board.allocate(64), first = board.allocate(64);
    const auto low = [](std::uint64_t address) { return static_cast<std::uint32_t>(address); };
    board.put_words(second, std::array<std::uint32_t, 8>{0, low(a), 0, 0, 0, low(a) + 40, 8 | 1u << 30, 2});
    board.put_words(first, std::array<std::uint32_t, 8>{0, low(a), 8, 4, 0, low(second), 1u << 31, 0});
    const auto load = [&](std::uint64_t table, std::size_t size) {
        return error_of(board.run(Program::job()
                                      .load(class1 | sgf, r_context, 0, table, size)
                                      .store(class1, r_context, 0, to, 16)));
    };
    CHECK(load(first, 16) == 0);
    Bytes expected;
    const Bytes source = counting(64);
    expected.insert(expected.end(), source.begin() + 4, source.begin() + 12);
    expected.insert(expected.end(), source.begin() + 42, source.begin() + 50);
    CHECK(board.bytes(to, 16) == expected);
    CHECK(load(first, 17) == 0x40000001);
    board.put_words(first, std::array<std::uint32_t, 4>{0, 0, 0, 0});
    CHECK(load(first, 16) == 0x40000002);
    // A table that points to itself.
    board.put_words(first, std::array<std::uint32_t, 4>{0, low(first), 1u << 31, 0});
    CHECK(load(first, 16) == 0x4000001c);
}

TEST_CASE("caam command: what can never end is ended by the watchdog", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(counting(64)), to = board.allocate(64);
    const auto status = [&](const Program& p) { return error_of(board.run(p)); };
    CHECK(status(Program::job().jump(j_all, 0)) == 0x4000001c);
    Program pair = Program::job();
    CHECK(status(pair.jump(j_all, 1).jump(j_all, -1)) == 0x4000001c);
    // A store that nothing feeds; a class that waits for its last byte; a move from an empty FIFO.
    CHECK(status(Program::job().fifo_store(0, fs_msg, to, 16)) == 0x4000001c);
    CHECK(
        status(Program::job().operation(sha256 | init_final | encrypt).fifo_load(class2, fl_msg, from, 64)) ==
        0x4000001c);
    CHECK(status(Program::job().operation(sha256 | init_final | encrypt).jump(j_class2)) == 0x4000001c);
    CHECK(status(Program::job().move(m_ofifo, m_ctx1, 0, 16, m_wait)) == 0x4000001c);
    CHECK(status(Program::job().move(m_ofifo, m_ctx1, 0, 16)) == 0x4000001c);
    CHECK(status(Program::job().math(add, s0_zero, s1_input, 0, 8)) == 0x4000001c);
    CHECK(status(Program::job().math(add, s0_zero, s1_output, 0, 8)) == 0x4000001c);
    CHECK(status(Program::job().fifo_load_ext(class1, fl_msg, from, 1u << 30)) == 0x4000001c);
    CHECK(status(Program::job().fifo_load(class1, fl_no_entry, from, 1000)) == 0x4000001c);
    // A loop that queues data, or stores, for which nobody ever comes: no more of it than the FIFOs could
    // hold.
    Program loads = Program::job();
    CHECK(status(loads.fifo_load(class1, fl_msg, from, 64).jump(j_all, -2)) == 0x4000001c);
    Program stores = Program::job();
    CHECK(status(stores.fifo_store(0, fs_msg, to, 64).jump(j_all, -2)) == 0x4000001c);
    // A length of nearly 4 GiB is wrong before it is anything else.
    CHECK(status(Program::job()
                     .math(add, s0_zero, s1_imm, 0, 4)
                     .word(0xfffffff0)
                     .move_len(m_ctx1, m_ctx2, 0, 0)) == 0x4000000c);
    // Two descriptors that jump to each other.
    const auto first = board.allocate(64), second = board.allocate(64);
    board.put_words(first, Program::job().jump_to(j_non_local, second).words);
    board.put_words(second, Program::job().jump_to(j_non_local, first).words);
    CHECK(error_of(board.run_at(first)) == 0x4000001c);
    // And the ring lives on.
    CHECK(status(Program::job()) == 0);
}

TEST_CASE("caam command: registers that do not exist, lengths that do not fit", "[caam]") {
    ReadyBoard board;
    const auto at = board.put(counting(64)), to = board.allocate(64);
    const auto status = [&](const Program& p) { return error_of(board.run(p)); };
    CHECK(status(Program::job().load(class1, r_context, 100, counting(29))) == 0x40000015);
    CHECK(status(Program::job().store(class2, r_context, 120, to, 9)) == 0x40000015);
    CHECK(status(Program::job().load(class1, 0x3f, 0, counting(4))) == 0x40000007);
    CHECK(status(Program::job().load(0, 0x3f, 0, counting(4))) == 0x40000007);
    CHECK(status(Program::job().load(deco, 0x3f, 0, counting(4))) == 0x40000007);
    CHECK(status(Program::job().load(0, 0x76, 0, counting(4))) == 0x40000007);
    CHECK(status(Program::job().load(0, r_clear, 0, counting(3))) == 0x40000007);
    CHECK(status(Program::job().store(0, r_clear, 0, to, 4)) == 0x40000008);
    CHECK(status(Program::job().key(0, at, 16)) == 0x40000006);
    CHECK(status(Program::job().key(deco, at, 16)) == 0x40000006);
    CHECK(status(Program::job().key(class1, at, 200)) == 0x40000006);
    CHECK(status(Program::job().key(class1 | k_split, at, 64)) == 0x40000006);
    CHECK(status(Program::job().key(class2 | k_pk_e, at, 64)) == 0x40000006);
    CHECK(status(Program::job().key(class1 | 2u << 16, at, 16)) == 0x40000006);
    CHECK(status(Program::job().fifo_load(0, fl_msg, at, 16)) == 0x4000000a);
    CHECK(status(Program::job().fifo_load(class2, fl_n, at, 16)) == 0x4000000a);
    CHECK(status(Program::job().fifo_load(class1, fl_bits, at, 16)) == 0x4000000a);
    CHECK(status(Program::job().fifo_load(class1, fl_n, at, 513)) == 0x20000082);
    CHECK(status(Program::job().fifo_load(class1, fl_a, at, 513)) == 0x20000084);
    CHECK(status(Program::job().fifo_load(class1, fl_b, at, 513)) == 0x20000085);
    CHECK(status(Program::job().fifo_store(0, 0x3d, to, 16)) == 0x4000000b);
    CHECK(status(Program::job().fifo_store(0, fs_skip, to, 16)) == 0x4000000b);
    CHECK(status(Program::job().fifo_store(0, fs_metadata, to, 16)) == 0x4000000b);
    CHECK(status(Program::job().fifo_store(0, fs_a, to, 513)) == 0x4000000b);
    CHECK(status(Program::job().move(m_ctx1, m_math0, 120, 16)) == 0x4000000c);
    CHECK(status(Program::job().move(0xf, m_math0, 0, 8)) == 0x4000000c);
    CHECK(status(Program::job().move(m_ctx1, 0xf, 0, 8)) == 0x4000000c);
    CHECK(status(Program::job().move(m_math3, m_descbuf, 250, 8)) == 0x4000000c);
    CHECK(status(Program::job().word(0x12u << 27)) == 0x4000000f);  // SIGNATURE
    CHECK(status(Program::job().word(0x19u << 27)) == 0x40000004);
    CHECK(status(Program::job().operation(3u << 24)) == 0x40000009);
    CHECK(status(Program::job().operation(7u << 24 | 1u << 16)) == 0x40000081);  // IPsec
    CHECK(status(Program::job().word(0x00800010 | class1)) == 0x40000004);  // its immediate data is missing
}

TEST_CASE("caam command: counters tell what was done where", "[caam]") {
    using svp::caam::Work;
    ReadyBoard board;
    board.instantiate();
    const auto before = board.caam.work_done();
    const auto from = board.put(counting(64)), to = board.allocate(64);
    CHECK(board.run(Program::job()
                        .key(class1, counting(16))
                        .operation(aes_cbc | init_final | encrypt)
                        .fifo_load(class1, fl_msg | fl_last1, from, 64)
                        .fifo_store(0, fs_msg, to, 64)) == 0);
    CHECK(board.run(Program::job()
                        .operation(sha256 | init_final | encrypt)
                        .fifo_load(class2, fl_msg | fl_last2, from, 64)) == 0);
    CHECK(error_of(board.run(Program::job().word(0x19u << 27))) == 0x40000004);
    const auto& after = board.caam.work_done();
    CHECK(after.jobs() == before.jobs() + 3);
    CHECK(after.sources[1].jobs == before.sources[1].jobs + 3);
    CHECK(after.sources[1].failed == before.sources[1].failed + 1);
    CHECK(after.sources[2].jobs == 0);
    CHECK(after.read == before.read + 2 * 64 + 4 * (11 + 4 + 2));
    CHECK(after.written == before.written + 64);
    CHECK(after[Work::aes_cbc].operations == before[Work::aes_cbc].operations + 1);
    CHECK(after[Work::aes_cbc].bytes == before[Work::aes_cbc].bytes + 64);
    CHECK(after[Work::sha256].operations == before[Work::sha256].operations + 1);
    CHECK(after[Work::sha256].bytes == before[Work::sha256].bytes + 64);
    CHECK(after[Work::hmac_sha256].operations == 0);
    CHECK(after[Work::aes_ctr].operations == 0);
    CHECK(read32(board.caam, 0xf04) == after.jobs());
    CHECK(read32(board.caam, 0x2f1c) == 64);  // PC_OB_ENCRYPT
}
