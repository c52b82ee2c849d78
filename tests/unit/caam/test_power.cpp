// SPDX-License-Identifier: GPL-2.0-or-later
/** Loss of power in deep sleep, whatever CAAM is doing then; and where its random numbers come from. */
#include "caam/registers/rights.hpp"
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::ring_register;

namespace {

constexpr std::uint32_t deco_word = 0x8a00, deco_start = 0x8800, start_all = 1u << 29;

/** What the secure world reads in all registers, page by page. */
std::vector<std::uint32_t> registers(CaamBoard& board) {
    constexpr std::pair<caam::Page, std::uint32_t> pages[] = {
        {caam::Page::controller, 0}, {caam::Page::ring, 0x1000},      {caam::Page::ring, 0x2000},
        {caam::Page::ring, 0x3000},  {caam::Page::assurance, 0x6000}, {caam::Page::deco, 0x8000}};
    std::vector<std::uint32_t> values;
    for (const auto& [page, first] : pages) {
        for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
            if (caam::access_row(page, offset) != nullptr) {
                values.push_back(read32(board.caam, first + offset));
            }
        }
    }
    return values;
}

std::vector<std::uint32_t> fresh() {
    CaamBoard board;
    return registers(board);
}

/** As BL31 and OP-TEE leave it, with something in every kind of register that holds state. */
struct UsedBoard : ReadyBoard {
    UsedBoard() {
        instantiate();
        write32(caam, 0x00c, 1u << 11 | 1u << 26 | 1);  // LCK_TRNG, MPMRL, PRIBLOB
        write32(caam, 0x004, 0x40002101);
        write32(caam, 0x060, 0x10);
        write32(caam, 0x6100, 0x1234);
        write32(caam, 0x220, 0x80000010);
        write32(caam, 0x3000 + 0xa14, 0xff);
        write32(caam, 0x3000 + 0xa1c, 1u << 1);
        write32(caam, 0x3000 + 0xbe4, 1u << 8 | 1);
        REQUIRE(run(Program::job().store(deco, r_math(0), 0, 0x100000, 4), 2) == 0);
        write32(caam, 0x94, 3);
        write32(caam, 0x9c, 1);
        write32(caam, deco_word + 4, 0x55aa55aa);
        write32(caam, 0xb04, 0xffffffff);
        write32(caam, 0xb08, 1);  // an error that raises line 3
        CHECK(host.irq[3]);
        set(1, jrcfgr, 0);
        CHECK(run(Program::job()) == 0);
    }
};

Program long_job(CaamBoard& board, std::uint64_t to) {
    return Program::job()
        .key(class1, counting(16, 5))
        .load(class1, r_context, 0, counting(32, 1))
        .operation(aes_ctr | init_final | encrypt)
        .fifo_load_ext(class1, fl_msg | fl_last1, board.put(Bytes(200'000)), 200'000)
        .fifo_store_ext(0, fs_msg, to, 200'000)
        .jump(j_class1);
}

/** Standing still, and asked, at every point. */
constexpr caam::JobLimits impatient{.put_back_ns = 0, .grace_ns = 0, .question_ns = 0};

}  // namespace

TEST_CASE("caam power: after a loss of power registers read as after power-on", "[caam]") {
    UsedBoard board;
    REQUIRE(registers(board) != fresh());
    board.caam.lose_state();
    CHECK(registers(board) == fresh());
    for (unsigned line = 0; line < 4; ++line) {
        CHECK_FALSE(board.host.irq[line]);
    }
    CHECK(board.caam.read(1, 0, 4, {}).response == Response::slverr);  // secure memory is nobody's again
    write32(board.caam, 0x3000 + 0xa14, 0xff);
    write32(board.caam, 0x3000 + 0xa1c, ~0u);
    write32(board.caam, 0x3000 + 0xbe4, 1u << 8 | 1);
    CHECK(board.caam.read(1, 0, 4, {}).value == 0);  // and empty
    CHECK_FALSE(board.host.work_requested);
}

TEST_CASE("caam power: rings and generator work when they are set up again, and keys are others", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const Bytes key = counting(32, 3), data = counting(16, 8);
    const auto black = board.allocate(48), from = board.put(data), to = board.allocate(16);
    const auto blob = board.allocate(64), opened = board.allocate(16);
    const auto encrypt_with = [&](Program p) {
        const std::uint32_t status = board.run(p.operation(aes_ecb | init_final | encrypt)
                                                   .fifo_load(class1, fl_msg | fl_last1, from, 16)
                                                   .fifo_store(0, fs_msg, to, 16));
        return std::pair(error_of(status), board.bytes(to, 16));
    };
    const auto with_plain = [&] { return encrypt_with(Program::job().key(class1, key)); };
    const auto with_black = [&] { return encrypt_with(Program::job().key(class1 | k_encrypted, black, 32)); };
    REQUIRE(board.run(Program::job().key(class1, key).fifo_store(class1, fs_key_ecb, black, 32)) == 0);
    const auto right = with_plain();
    REQUIRE(with_black() == right);
    const auto seal =
        Program::job().key(class2, counting(16)).seq_in(from, 16).seq_out(blob, 64).operation(encap_blob);
    const auto open =
        Program::job().key(class2, counting(16)).seq_in(blob, 64).seq_out(opened, 16).operation(decap_blob);
    REQUIRE(board.run(seal) == 0);

    board.caam.lose_state();
    CHECK((read32(board.caam, 0x6c0) & 0x40000003) == 0);
    board.set_up();
    CHECK(with_black().first == 0x40000024);  // no KEK
    CHECK(error_of(board.run(Program::job().operation(rng | rng_handle(0)).fifo_store(0, 0x34, to, 16))) ==
          0x20000054);
    board.instantiate();
    CHECK((read32(board.caam, 0x6c0) & 0x40000003) == 0x40000003);
    CHECK(with_plain() == right);
    REQUIRE(board.run(open) == 0);  // the master key is in fuses
    CHECK(board.bytes(opened, 16) == data);
}

TEST_CASE("caam power: new keys are drawn after each loss of power", "[caam]") {
    FakeHost host;
    Caam caam(host);
    REQUIRE_FALSE(caam.set_property("rng-seed", 0));
    CHECK(host.random_bytes == 0);  // whoever only looks at a device uses none up
    caam.reset();
    const std::size_t once = host.random_bytes;
    CHECK(once >= 32);
    caam.lose_state();
    CHECK(host.random_bytes == 2 * once);
    caam.set_input(0, true);
    host.run_work(caam);
    CHECK(host.random_bytes == 2 * once);
}

TEST_CASE("caam power: random numbers follow from the emulator's", "[caam]") {
    const auto numbers = [](unsigned randomness, unsigned draws) {
        ReadyBoard board;
        REQUIRE_FALSE(board.caam.set_property("rng-seed", 0));
        board.host.randomness = randomness;
        board.caam.reset();
        board.set_up();
        board.instantiate();
        const auto to = board.allocate(32);
        for (unsigned i = 0; i < draws; ++i) {
            CHECK(board.run(Program::job().operation(rng | rng_handle(0)).fifo_store(0, 0x34, to, 32)) == 0);
        }
        return board.bytes(to, 32);
    };
    CHECK(numbers(1, 1) == numbers(1, 1));
    CHECK(numbers(1, 3) == numbers(1, 3));
    CHECK(numbers(1, 1) != numbers(1, 2));
    CHECK(numbers(1, 1) != numbers(2, 1));
}

TEST_CASE("caam power: a job that loses its power shows nothing of itself", "[caam]") {
    enum class State { running, standing, by_hand, late };
    for (const State state : {State::running, State::standing, State::by_hand, State::late}) {
        CAPTURE(static_cast<int>(state));
        ReadyBoard board;
        board.instantiate();
        board.caam.set_limits(impatient);
        const auto to = board.allocate(200'000);
        const auto job = board.put(long_job(board, to));
        // The output ring of ring 1, and both of ring 2.
        constexpr std::uint64_t results = CaamBoard::first_address + 0x600;
        const auto before = board.bytes(results, 0x600);
        unsigned questions = 0;
        switch (state) {
            case State::running:
                // In the thread that works, but outside of exclusive(): as the other one would.
                board.host.must_end = [&] {
                    if (++questions == 4) {
                        board.caam.lose_state();
                    }
                    return false;
                };
                board.enqueue(1, job);
                board.enqueue(1, job);
                break;
            case State::standing:
                board.host.must_end = [&] { return ++questions > 3; };
                board.enqueue(1, job);
                break;
            case State::by_hand:
                board.host.must_end = [&] {
                    if (++questions == 4) {
                        board.caam.lose_state();
                    }
                    return false;
                };
                write32(board.caam, 0x94, 2);
                write32(board.caam, 0x9c, 1);
                for (std::uint32_t i = 0; i < 4; ++i) {
                    write32(board.caam, deco_word + 4 * i, i == 0 ? 0xb0800004 : 0xa0000001);
                }
                write32(board.caam, deco_start, start_all);
                break;
            case State::late:
                board.host.delay = 1000;
                board.enqueue(1, job);
                break;
        }
        board.host.run_work(board.caam);
        board.host.must_end = nullptr;
        if (state == State::standing || state == State::late) {
            board.caam.lose_state();
        }
        board.host.run_work(board.caam);
        board.host.advance(board.caam, 10'000);
        board.host.run_work(board.caam);
        CHECK(registers(board) == fresh());
        CHECK_FALSE(board.host.irq[1]);
        CHECK((board.bytes(results, 0x600) == before));
        // A saved state is that of a CAAM without power, too, and everything works again.
        CaamBoard twin;
        CHECK_FALSE(twin.caam.load(board.caam.save()));
        board.caam.set_limits({});
        board.set_up();
        board.instantiate();
        CHECK(board.run_at(board.put(long_job(board, to))) == 0);
        CHECK_FALSE(board.host.nested);
    }
}

TEST_CASE("caam power: what the boot ROM locks is locked on wake", "[caam]") {
    CaamBoard board;
    REQUIRE_FALSE(board.caam.set_property("hab-locked", 1));
    board.caam.reset();
    for (unsigned turn = 0; turn < 2; ++turn) {
        for (const std::uint32_t offset : {0x10u, 0x18u, 0x20u}) {
            CHECK(read32(board.caam, offset) == 0x80008011);
        }
        board.caam.lose_state();
    }
}

TEST_CASE("caam power: a violation that comes while a job still ends is not lost", "[caam]") {
    ReadyBoard board;
    board.caam.set_limits(impatient);
    unsigned questions = 0;
    board.host.must_end = [&] {
        if (++questions == 4) {
            board.caam.lose_state();
            board.caam.set_input(0, true);
        }
        return false;
    };
    board.enqueue(1, board.put(long_job(board, board.allocate(200'000))));
    board.host.run_work(board.caam);
    board.host.must_end = nullptr;
    board.host.run_work(board.caam);
    CHECK((read32(board.caam, 0xfd4) >> 8 & 3) == 3);
}
