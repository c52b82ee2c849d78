// SPDX-License-Identifier: GPL-2.0-or-later
/** Two register banks before one decoder: turns at the engine, who reaches memory, and what one sees of the
 * other. */
#include "../catch.hpp"
#include "../every_core.hpp"
#include "../fake_host.hpp"
#include "../fuzz_operations.hpp"
#include "decoder_hostile.hpp"
#include "g1_board.hpp"
#include "vpu/g2/vpu_g2.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** A G1 with a second bank, whose host has a memory of its own with the same contents. */
struct Banks : G1Board {
    Banks() {
        bank.reset();
        REQUIRE(bank.connect("engine", g1));
    }
    /** The job that the first bank is programmed with, for the second one. */
    void copy_job() {
        for (unsigned number = 2; number < 60; ++number) {
            write32(bank, 4 * number, read32(g1, 4 * number));
        }
        other.memory = host.memory;
        other.memory.accesses.clear();
        host.memory.accesses.clear();
    }
    std::vector<std::uint8_t> other_picture() const {
        return other.memory.bytes(output, player.picture_size);
    }
    static bool all_of(const FakeMemory& memory, Master master) {
        return std::all_of(memory.accesses.begin(), memory.accesses.end(),
                           [&](const FakeMemory::Access& access) { return access.master == master; });
    }

    FakeHost other;
    VpuG1Bank bank{other};
};

}  // namespace

TEST_CASE("jobs of two banks come one after the other, who waits longest first", "[vpu]") {
    Banks board;
    const auto expected = board.next(true);
    board.copy_job();
    write32(board.bank, interrupt, dec_e);
    // The second bank has the engine as soon as it is at work; it stops in the middle.
    unsigned steps = 0;
    board.other.must_end = [&] { return ++steps > 1; };
    CHECK(board.other.run_work(board.bank));
    CHECK(read32(board.bank, interrupt) == dec_e);

    board.start();
    CHECK(board.host.run_work(board.g1));
    CHECK_FALSE(board.host.work_requested);
    CHECK(read32(board.g1, interrupt) == dec_e);
    CHECK(board.host.memory.accesses.empty());

    board.other.must_end = nullptr;
    CHECK(board.other.run_work(board.bank));
    CHECK(read32(board.bank, interrupt) == (irq | rdy));
    CHECK(board.other_picture() == expected);
    // The first bank's turn, which it is told of.
    CHECK(read32(board.g1, interrupt) == dec_e);
    CHECK(board.host.work_requested);
    board.host.run_work(board.g1);
    CHECK(board.acknowledge() == (irq | rdy));
    CHECK(board.picture() == expected);
}

TEST_CASE("each bank has a master, an interrupt, registers and counters of its own", "[vpu]") {
    Banks board;
    board.next(true);
    board.copy_job();
    write32(board.bank, 4 * 20, 0x12345678);
    CHECK(read32(board.g1, 4 * 20) != 0x12345678);
    write32(board.bank, interrupt, dec_e);
    board.other.run_work(board.bank);
    CHECK(read32(board.g1, interrupt) == 0);
    CHECK(board.other.irq[0]);
    CHECK_FALSE(board.host.irq[0]);
    CHECK(board.host.memory.accesses.empty());
    CHECK_FALSE(board.other.memory.accesses.empty());
    CHECK(Banks::all_of(board.other.memory, Master::vpu_bank1));
    board.run();
    CHECK(Banks::all_of(board.host.memory, Master::vpu_decoder));
    CHECK(board.host.jobs.size() == 1);
    CHECK(board.other.jobs.size() == 1);
}

TEST_CASE("who gives a job up leaves the engine to the other bank", "[vpu]") {
    Banks board;
    const auto expected = board.next(true);
    board.copy_job();
    const bool waits = GENERATE(false, true);
    CAPTURE(waits);
    board.host.must_end = [] { return true; };
    board.start();
    board.host.run_work(board.g1);
    write32(board.bank, interrupt, dec_e);
    board.other.run_work(board.bank);
    CHECK(read32(board.bank, interrupt) == dec_e);
    board.host.must_end = nullptr;
    if (waits) {  // who only stands in line leaves it
        write32(board.bank, interrupt, 0);
        CHECK_FALSE(board.other.work_requested);
        board.host.work_requested = true;
        board.host.run_work(board.g1);
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK_FALSE(board.other.work_requested);
        write32(board.bank, interrupt, dec_e);
    } else {
        write32(board.g1, interrupt, 0);
        CHECK(board.other.work_requested);
    }
    board.other.run_work(board.bank);
    CHECK(read32(board.bank, interrupt) == (irq | rdy));
    CHECK(board.other_picture() == expected);
}

TEST_CASE("a loss of power of the decoder is one of both banks", "[vpu]") {
    Banks board;
    board.next(true);
    board.copy_job();
    board.start();
    write32(board.bank, interrupt, dec_e);
    board.g1.lose_state();
    for (Device* bank : {static_cast<Device*>(&board.g1), static_cast<Device*>(&board.bank)}) {
        CHECK(read32(*bank, interrupt) == 0);
        CHECK(read32(*bank, 4 * 13) == 0);
    }
    board.host.run_work(board.g1);
    board.other.run_work(board.bank);
    CHECK(board.host.memory.accesses.empty());
    CHECK(board.other.memory.accesses.empty());
    // But not the other way round.
    write32(board.g1, 4 * 13, 0x1000);
    board.bank.lose_state();
    CHECK(read32(board.g1, 4 * 13) == 0x1000);
}

TEST_CASE("both banks' jobs begin anew when a state is loaded", "[vpu]") {
    Banks board;
    const auto expected = board.next(true);
    board.copy_job();
    board.host.must_end = [] { return true; };
    board.start();
    board.host.run_work(board.g1);
    write32(board.bank, interrupt, dec_e);
    board.other.run_work(board.bank);
    const auto first = board.g1.save(), second = board.bank.save();

    Banks later;
    later.output = board.output;
    later.host.memory = board.host.memory;
    later.other.memory = board.other.memory;
    // What waits there is gone with what it had.
    write32(later.bank, interrupt, dec_e);
    later.other.run_work(later.bank);
    REQUIRE_FALSE(later.g1.load(first).has_value());
    REQUIRE_FALSE(later.bank.load(second).has_value());
    CHECK(later.host.work_requested);
    later.host.run_work(later.g1);
    CHECK(read32(later.g1, interrupt) == (irq | rdy));
    later.other.run_work(later.bank);
    CHECK(read32(later.bank, interrupt) == (irq | rdy));
    CHECK(later.host.memory.bytes(board.output, board.player.picture_size) == expected);
    CHECK(later.other.memory.bytes(board.output, board.player.picture_size) == expected);
}

TEST_CASE("a bank belongs to a first bank of the same decoder", "[vpu]") {
    FakeHost host;
    VpuG1 g1{host};
    VpuG2 g2{host};
    VpuG1Bank bank{host}, another{host};
    VpuG2Bank bank_of_g2{host};
    CHECK_FALSE(bank.connect("engine", g2));
    CHECK_FALSE(bank.connect("engine", another));
    CHECK_FALSE(bank.connect("g1", g1));
    CHECK_FALSE(g1.connect("engine", g1));
    CHECK(bank.connect("engine", g1));
    CHECK(bank_of_g2.connect("engine", g2));
}

TEST_CASE("a decoder that is reset after a state that was none can be saved and loaded", "[vpu]") {
    // A bit that no status has, as fuzz_decoders found it.
    constexpr std::uint8_t input[] = {0x31, 1, 0x35, 0x31, 0x31, 1, 0x36, 0x31, 0x32};
    CHECK(run_hostile_decoders(input).sound);
}

TEST_CASE("hostile accesses leave every bank of both decoders sound", "[vpu]") {
    Random random(20);
    unsigned jobs = 0;
    const unsigned long rounds = fuzz_operations() / 1000;
    for (unsigned long round = 0; round < rounds; ++round) {
        std::vector<std::uint8_t> input(64 + random.below(1000));
        for (std::uint8_t& byte : input) {
            byte = static_cast<std::uint8_t>(random.next());
        }
        const HostileDecodersEnd end = run_hostile_decoders(input);
        CAPTURE(round);
        CHECK(end.strays == 0);
        CHECK(end.sound);
        jobs += end.jobs;
    }
    CHECK(jobs > rounds / 2);
}
