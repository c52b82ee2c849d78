// SPDX-License-Identifier: GPL-2.0-or-later
/** Job rings, owners, interrupts; what registers say; DECO by hand; secure memory; saved state. */
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::ring_register;

namespace {

/** A job that leaves a number in memory. */
Program mark(std::uint64_t at, std::uint32_t number) {
    return Program::job().load_word(deco, r_math(0), number).store(deco, r_math(0), 0, at, 4);
}

}  // namespace

TEST_CASE("caam ring: the registers that drivers decide by", "[caam]") {
    CaamBoard board;
    for (const std::uint32_t page : {0u, 0x1000u, 0x2000u, 0x3000u, 0x8000u}) {
        CAPTURE(page);
        CHECK(read32(board.caam, page + 0xfe4) >> 24 == 9);            // era
        CHECK(read32(board.caam, page + 0xff0) == 0x31000000);         // 3 rings, 1 DECO
        CHECK(read32(board.caam, page + 0xff4) == 0x10011011);         // AES, DES, MD, RNG, PK
        CHECK((read32(board.caam, page + 0xfec) & 0xf) == 3);          // AES, low power
        CHECK((read32(board.caam, page + 0xfec) >> 12 & 0xf) == 0);    // MD up to SHA-256
        CHECK((read32(board.caam, page + 0xfec) >> 16 & 0xf) == 4);    // RNG4
        CHECK((read32(board.caam, page + 0xfa4) & 0xf) >= 8);          // AES with GCM
        CHECK(read32(board.caam, page + 0xfa8) == 0x200);              // two handles; no PS, QI, VIRT_EN
        CHECK((read32(board.caam, page + 0xfac) & 0x6402) == 0x6402);  // blob, RSA, MP, derived keys
        CHECK(read32(board.caam, page + 0xff8) == 0x0a160401);
        CHECK((read32(board.caam, page + 0xfd4) & 0x50400) == 0);  // little endian
        CHECK(read32(board.caam, page + 0xfd4) == 0x206);          // idle, trusted
    }
    CHECK(read32(board.caam, 0xfdc) == 0x20300);
    CHECK(read32(board.caam, 0x184) == 0x10);
    write32(board.caam, 0x004, 0xffffffff);
    CHECK((read32(board.caam, 0x004) & 0x90010000) == 0);  // SWRST and DMA_RST are over, PS stays 0
    write32(board.caam, 0x00c, 0x2);
    write32(board.caam, 0x00c, 0x401);
    CHECK(read32(board.caam, 0x00c) == 0x403);  // PRIBLOB only grows
    for (std::uint32_t offset = 0x400; offset < 0x460; offset += 4) {
        CHECK(read32(board.caam, offset) == 0);  // JDKEK, TDKEK, TDSK
    }
    CHECK(board.host.guest_errors.empty());
}

TEST_CASE("caam ring: TRNG programming as Linux does it", "[caam]") {
    CaamBoard board;
    write32(board.caam, 0x600, read32(board.caam, 0x600) | 0x10020);
    CHECK((read32(board.caam, 0x600) & 0x400) == 0);
    write32(board.caam, 0x610, 3200u << 16 | 512);
    write32(board.caam, 0x600, (read32(board.caam, 0x600) & ~0x10020u) | 1);
    CHECK((read32(board.caam, 0x600) & 0x3401) == 0x2401);
    CHECK(read32(board.caam, 0x610) == (3200u << 16 | 512));
}

TEST_CASE("caam ring: jobs come back in order, with their addresses, over the rings' ends", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    for (std::uint32_t i = 0; i < 3 * CaamBoard::ring_entries; ++i) {
        CHECK(board.run(mark(at, i)) == 0);
        CHECK(board.word_at(at) == i);
        CHECK(board.get(1, irrir) == 4 * ((i + 1) % CaamBoard::ring_entries));
        CHECK(board.get(1, orwir) == 8 * ((i + 1) % CaamBoard::ring_entries));
    }
    std::vector<std::uint64_t> queued;
    for (std::uint32_t i = 0; i < CaamBoard::ring_entries; ++i) {
        queued.push_back(board.put(mark(at + 0, 100 + i)));
        board.enqueue(1, queued.back());
    }
    CHECK(board.get(1, irsar) == 0);
    board.host.run_work(board.caam);
    CHECK(board.get(1, irsar) == CaamBoard::ring_entries);
    CHECK(board.get(1, orsfr) == CaamBoard::ring_entries);
    // No place for results: the next jobs wait.
    const auto late = board.put(mark(at, 7));
    board.enqueue(1, late);
    board.host.run_work(board.caam);
    CHECK(board.word_at(at) == 107);
    CHECK(board.get(1, irsar) == CaamBoard::ring_entries - 1);
    for (const std::uint64_t descriptor : queued) {
        const auto seen = board.result(1);
        CHECK(seen.descriptor == static_cast<std::uint32_t>(descriptor));
        CHECK(seen.status == 0);
    }
    board.host.run_work(board.caam);
    CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(late));
    CHECK(board.word_at(at) == 7);
}

TEST_CASE("caam ring: the interrupt is set while masked, and its line follows the mask", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    board.set(1, jrcfgr, 1);
    board.run(mark(at, 1));
    CHECK(board.get(1, jrintr) == 1);
    CHECK_FALSE(board.host.irq[1]);
    board.set(1, jrcfgr, 0);
    CHECK(board.host.irq[1]);
    CHECK_FALSE(board.host.irq[0]);
    CHECK_FALSE(board.host.irq[2]);
    board.set(1, jrintr, 1);
    CHECK_FALSE(board.host.irq[1]);
    board.run(mark(at, 2));
    CHECK(board.host.irq[1]);
    board.set(1, jrintr, board.get(1, jrintr));
    CHECK(board.get(1, jrintr) == 0);
}

TEST_CASE("caam ring: wrong counts are ring errors", "[caam]") {
    ReadyBoard board;
    board.set(1, irjar, CaamBoard::ring_entries + 1);
    CHECK(board.get(1, jrintr) == (2u | 9u << 8));
    CHECK(board.host.irq[1]);
    board.set(1, jrintr, 2);
    CHECK(board.get(1, jrintr) == 0);
    board.set(1, orjrr, 1);
    CHECK((board.get(1, jrintr) & 0x1f02) == (2u | 8u << 8));
    board.set(1, jrintr, 2);
    board.enqueue(1, board.put(mark(board.allocate(4), 1)));
    const std::uint32_t base = board.get(1, irbar);
    board.set(1, irbar, 0x50000000);
    CHECK((board.get(1, jrintr) & 0x1f02) == (2u | 5u << 8));
    CHECK(board.get(1, irbar) == base);
    board.set(1, irsr, 3);
    CHECK(board.get(1, irsr) == CaamBoard::ring_entries);
    board.host.run_work(board.caam);
    CHECK(board.result(1).status == 0);
}

TEST_CASE("caam ring: flush, then reset, then a ring like new", "[caam]") {
    ReadyBoard board;
    SECTION("an idle ring, as at Linux's probe") {
        board.set(1, jrcr, 1);
        CHECK((board.get(1, jrintr) & 0xc) == 8);
        CHECK(board.get(1, irsr) == CaamBoard::ring_entries);
        board.set(1, jrcr, 1);
        CHECK(board.get(1, jrcr) == 0);
        CHECK(board.get(1, jrintr) == 0);
        CHECK(board.get(1, irsr) == 0);
        CHECK(board.get(1, irbar) == 0);
    }
    SECTION("queued jobs come back unfinished") {
        const auto at = board.allocate(4);
        const auto first = board.put(mark(at, 1)), second = board.put(mark(at, 2));
        board.enqueue(1, first);
        board.enqueue(1, second);
        board.set(1, jrcr, 1);
        CHECK((board.get(1, jrintr) & 0xc) == 4);
        board.host.run_work(board.caam);
        CHECK((board.get(1, jrintr) & 0xc) == 8);
        CHECK(board.get(1, irsar) == CaamBoard::ring_entries);
        for (const std::uint64_t descriptor : {first, second}) {
            const auto seen = board.result(1);
            CHECK(seen.descriptor == static_cast<std::uint32_t>(descriptor));
            CHECK(error_of(seen.status) == 0x4000001a);
        }
        CHECK(board.word_at(at) == 0);
        // OP-TEE goes on without a reset.
        board.set(1, jrintr, 8);
        CHECK((board.get(1, jrintr) & 0xc) == 0);
        CHECK(board.run(mark(at, 3)) == 0);
        CHECK(board.word_at(at) == 3);
    }
    SECTION("a reset ring can be set up again") {
        board.set(1, jrcr, 1);
        board.set(1, jrcr, 1);
        board.configure(1);
        const auto at = board.allocate(4);
        CHECK(board.run(mark(at, 5)) == 0);
        CHECK(board.word_at(at) == 5);
    }
}

TEST_CASE("caam ring: a parked ring keeps its jobs", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    board.set(1, jrcr, 2);
    CHECK((board.get(1, jrintr) & 0xc) == 8);
    board.enqueue(1, board.put(mark(at, 9)));
    board.host.run_work(board.caam);
    CHECK(board.get(1, orsfr) == 0);
    board.set(1, jrintr, 8);
    board.host.run_work(board.caam);
    CHECK(board.result(1).status == 0);
    CHECK(board.word_at(at) == 9);
}

TEST_CASE("caam ring: a ring's bus accesses are in its owner's world", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    for (const unsigned ring : {1u, 2u}) {
        board.host.memory.accesses.clear();
        CHECK(board.run(mark(at, ring), ring) == 0);
        const World expected = ring == 2 ? World::secure : World::non_secure;
        CHECK(board.host.memory.accesses.size() >= 4);
        for (const auto& access : board.host.memory.accesses) {
            CHECK(access.master == Master::caam);
            CHECK(access.world == expected);
        }
    }
}

TEST_CASE("caam ring: the secure world's ring does not exist for others", "[caam]") {
    ReadyBoard board;
    const Transaction other = non_secure_access();
    CHECK(read32(board.caam, 0x3000 + irsr) == CaamBoard::ring_entries);
    CHECK(read32(board.caam, 0x3000 + irsr, other) == 0);
    CHECK(read32(board.caam, 0x3000 + 0xfe4, other) == 0);
    write32(board.caam, 0x3000 + jrcr, 1, other);
    CHECK((read32(board.caam, 0x3000 + jrintr) & 0xc) == 0);
    CHECK(read32(board.caam, 0x2000 + irsr, other) == CaamBoard::ring_entries);
    // Nor can they take it: locked, and before that owned.
    write32(board.caam, 0x20, 1, other);
    CHECK(read32(board.caam, 0x20) == 0x800b8011);
    write32(board.caam, 0x20, 1);
    CHECK(read32(board.caam, 0x20) == 0x800b8011);
    write32(board.caam, 0x10, 0x8011);
    write32(board.caam, 0x10, 1, other);
    CHECK(read32(board.caam, 0x10) == 0x8011);
    write32(board.caam, 0x10, 1);
    CHECK(read32(board.caam, 0x10) == 1);
}

TEST_CASE("caam ring: rings that the boot ROM has locked", "[caam]") {
    CaamBoard board;
    REQUIRE_FALSE(board.caam.set_property("hab-locked", 1));
    board.caam.reset();
    for (unsigned ring = 0; ring < 3; ++ring) {
        write32(board.caam, 0x10 + 8 * ring, 1);
        CHECK((read32(board.caam, 0x10 + 8 * ring) & 0x80008011) == 0x80008011);
        CHECK(read32(board.caam, 0x1000 * (ring + 1) + 0xfe4, non_secure_access()) == 0);
    }
}

TEST_CASE("caam ring: a denied bus access ends the job and is latched", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(counting(64));
    const auto to = board.allocate(64);
    const auto copy = [&] {
        return Program::job()
            .key(class1, counting(16))
            .operation(aes_ecb | init_final | encrypt)
            .fifo_load(class1, fl_msg | fl_last1, from, 64)
            .fifo_store(0, fs_msg, to, 64);
    };
    SECTION("input") {
        board.host.memory.fences.push_back({from, from + 63, Direction::read, Response::slverr});
        const std::uint32_t status = board.run(copy());
        CHECK(error_of(status) == 0x40000016);
        CHECK(read32(board.caam, 0xfc4) == static_cast<std::uint32_t>(from));
        CHECK(read32(board.caam, 0xfcc) >> 30 == 2);
        CHECK((read32(board.caam, 0xfcc) & 0xff) == 64);
        CHECK((read32(board.caam, 0xfcc) >> 28 & 1) == 1);             // non-secure
        CHECK(read32(board.caam, 0xfc8) == (1u | 1u << 4 | 1u << 5));  // DID 1, non-secure, ICID 1
        CHECK(board.bytes(to, 64) == Bytes(64));
    }
    SECTION("output") {
        board.host.memory.fences.push_back({to, to + 63, Direction::write, Response::decerr});
        CHECK(error_of(board.run(copy(), 2)) == 0x40000016);
        CHECK(read32(board.caam, 0xfcc) >> 30 == 3);
        CHECK((read32(board.caam, 0xfcc) >> 7 & 1) == 1);  // a write
        CHECK((read32(board.caam, 0xfcc) >> 28 & 1) == 0);
        CHECK(read32(board.caam, 0xb00) == 1u << 26);  // ring 2
        CHECK_FALSE(board.host.irq[3]);
        write32(board.caam, 0xb04, 1u << 26);
        CHECK(board.host.irq[3]);
        write32(board.caam, 0xb00, 1u << 26);
        CHECK_FALSE(board.host.irq[3]);
    }
    SECTION("descriptor") {
        const auto descriptor = board.put(copy());
        board.host.memory.fences.push_back({descriptor, descriptor + 3, Direction::read, Response::slverr});
        CHECK(board.run_at(descriptor) == 0x40000016);
    }
    SECTION("a denial that answers OKAY reads zeros and goes on") {
        board.host.memory.fences.push_back({from, from + 63, Direction::read, Response::okay});
        CHECK(board.run(copy()) == 0);
        CHECK(board.bytes(to, 16) == hex("c6a13b37878f5b826f4f8162a1c8d879"));  // AES of zeros
    }
    SECTION("the output ring itself") {
        const auto ring = board.get(1, orbar);
        board.host.memory.fences.push_back({ring, ring + 63, Direction::write, Response::slverr});
        board.enqueue(1, board.put(copy()));
        board.host.run_work(board.caam);
        CHECK((board.get(1, jrintr) & 0x1f02) == (2u | 1u << 8));
        CHECK(board.get(1, orsfr) == 0);
    }
}

TEST_CASE("caam ring: a table's burst does not reach into a denied page", "[caam]") {
    ReadyBoard board;
    // The last entry of the table ends with its page; the next page is closed.
    const std::uint64_t page = 0x50001000;
    const auto from = board.put(counting(32));
    const auto to = board.allocate(32);
    board.put_words(page - 32,
                    std::array<std::uint32_t, 8>{0, static_cast<std::uint32_t>(from), 16, 0, 0,
                                                 static_cast<std::uint32_t>(from) + 16, 16 | 1u << 30, 0});
    board.host.memory.fences.push_back({page, page + 4095, Direction::read, Response::slverr});
    CHECK(board.run(Program::job()
                        .key(class1, counting(16))
                        .operation(aes_ecb | init_final | encrypt)
                        .fifo_load(class1 | sgf, fl_msg | fl_last1, page - 32, 32)
                        .fifo_store(0, fs_msg, to, 32)) == 0);
}

TEST_CASE("caam ring: generator as Linux brings it up through DECO", "[caam]") {
    CaamBoard board;
    const auto run_direct = [&](const Program& program) {
        write32(board.caam, 0x94, read32(board.caam, 0x94) | 1);
        CHECK((read32(board.caam, 0x94) >> 31) == 1);
        write32(board.caam, 0x9c, read32(board.caam, 0x9c) | 1);
        CHECK((read32(board.caam, 0x9c) >> 16 & 1) == 1);
        for (std::uint32_t i = 0; i < program.size(); ++i) {
            write32(board.caam, 0x8a00 + 4 * i, program.words[i]);
        }
        write32(board.caam, 0x8800, 1u << 29 | (program.size() >= 4 ? 1u << 28 : 0));
        CHECK(read32(board.caam, 0x8e04) >> 31 == 1);
        board.host.run_work(board.caam);
        CHECK(read32(board.caam, 0x8e04) >> 31 == 0);
        const std::uint32_t status = read32(board.caam, 0x8810) & 0xf00000ff;
        write32(board.caam, 0x9c, 0);
        return status;
    };
    CHECK(read32(board.caam, 0x6c0) == 0);
    CHECK(run_direct(Program::job()
                         .operation(rng | rng_handle(0) | init | rng_resistant)
                         .jump(j_class1)
                         .clear_written(1)
                         .operation(rng | rng_secure_keys)
                         .jump(j_class1 | j_halt, 0)) == 0x70000000);
    CHECK(read32(board.caam, 0x6c0) == 0x40000011);
    CHECK(run_direct(Program::job()
                         .operation(rng | rng_handle(1) | init | rng_resistant)
                         .jump(j_class1 | j_halt, 0)) == 0x70000000);
    CHECK(read32(board.caam, 0x6c0) == 0x40000033);
    CHECK(run_direct(Program::job().operation(rng | rng_handle(1) | init)) == 0x20000053);
    CHECK((read32(board.caam, 0x8e04) >> 20 & 0xf) == 0xd);
    CHECK(run_direct(Program::job().operation(rng | rng_secure_keys)) == 0x20000059);
    CHECK(run_direct(Program::job().operation(rng | rng_handle(1) | init_final).jump(j_class1 | j_halt, 0)) ==
          0x70000000);
    CHECK(read32(board.caam, 0x6c0) == 0x40000011);
}

TEST_CASE("caam ring: random numbers", "[caam]") {
    ReadyBoard board;
    const auto out = board.allocate(64);
    const auto generate = [&](std::size_t size) {
        return board.run(Program::job().operation(rng | rng_resistant).fifo_store(0, fs_rng, out, size));
    };
    CHECK(error_of(generate(32)) == 0x20000054);
    board.instantiate();
    CHECK(generate(32) == 0);
    const Bytes first = board.bytes(out, 32);
    CHECK(generate(32) == 0);
    CHECK(board.bytes(out, 32) != first);
    CHECK(first != Bytes(32));
    // The same seed gives the same numbers, another one others.
    ReadyBoard twin;
    twin.instantiate();
    const auto at = twin.allocate(64);
    CHECK(twin.run(Program::job().operation(rng).fifo_store(0, fs_rng, at, 32)) == 0);
    CHECK(twin.bytes(at, 32) == first);
    // Into the output FIFO, and from there on.
    board.host.memory.put(out, Bytes(32));
    CHECK(board.run(Program::job()
                        .operation(rng)
                        .seq_fifo_store(0, fs_rng_fifo, 16)
                        .fifo_store(0, fs_msg, out, 16)) == 0);
    CHECK(board.bytes(out, 16) != Bytes(16));
}

TEST_CASE("caam ring: secure memory belongs to the one who allocates it", "[caam]") {
    ReadyBoard board;
    constexpr std::uint32_t jr0 = 0x1000, jr1 = 0x2000, jr2 = 0x3000;
    Transaction linux_cpu = non_secure_access();
    Transaction tee_cpu = secure_access();
    const auto load = [&](std::uint64_t offset, const Transaction& by) {
        return board.caam.read(1, offset, 4, by);
    };
    CHECK(load(0, tee_cpu).response != Response::okay);  // nobody's page

    // As BL31 does through ring 0: partition 0, open to all, pages 0 and 1.
    write32(board.caam, 0x10, 1);
    write32(board.caam, jr0 + 0xbe4, 3);
    write32(board.caam, jr0 + 0xa04, 0xff);
    write32(board.caam, jr0 + 0xa08, 0xffffffff);
    write32(board.caam, jr0 + 0xa0c, 0xffffffff);
    write32(board.caam, jr0 + 0xbe4, 0 << 16 | 1);
    CHECK((read32(board.caam, jr0 + 0xbec) & 0xf000) == 0);
    write32(board.caam, jr0 + 0xbe4, 1 << 16 | 1);
    CHECK(board.caam.write(1, 4, 0x11223344, 4, linux_cpu) == Response::okay);
    CHECK(load(4, tee_cpu).value == 0x11223344);
    CHECK(load(0x2000, tee_cpu).response == Response::slverr);

    // OP-TEE: partition 1 and page 3, for the secure world's owner 1 alone, to be zeroed when given up.
    write32(board.caam, jr2 + 0xa14, 0xff);
    write32(board.caam, jr2 + 0xa1c, 0xffffffff);
    write32(board.caam, jr2 + 0xbe4, 3 << 16 | 1 << 8 | 1);
    CHECK((read32(board.caam, jr2 + 0xfbc) >> 2 & 3) == 3);
    CHECK((read32(board.caam, jr1 + 0xfbc) >> 2 & 3) == 2);
    CHECK(board.caam.write(1, 0x3000, 0xdeadbeef, 4, tee_cpu) == Response::okay);
    write32(board.caam, jr2 + 0xa1c, 1u << 1);
    write32(board.caam, jr2 + 0xa14, 0xb00f);
    write32(board.caam, jr2 + 0xa1c, 0xffffffff);
    CHECK(read32(board.caam, jr2 + 0xa1c) == 1u << 1);  // locked
    CHECK(load(0x3000, tee_cpu).value == 0xdeadbeef);
    CHECK(load(0x3000, linux_cpu).response == Response::slverr);
    CHECK(load(0x3000, linux_cpu).value == 0);
    // Nobody else gives it up.
    write32(board.caam, jr1 + 0xbe4, 1 << 8 | 3);
    CHECK((read32(board.caam, jr2 + 0xfbc) >> 2 & 3) == 3);
    write32(board.caam, jr2 + 0xbe4, 3 << 16 | 5);
    CHECK((read32(board.caam, jr2 + 0xbec) >> 6 & 3) == 3);

    // A job of either ring is judged by its ring's owner.
    const auto out = board.allocate(4);
    const auto fetch = [&](unsigned ring) {
        return board.run(
            Program::job().load(deco, r_math(0), 0, 0x103000, 4).store(deco, r_math(0), 0, out, 4), ring);
    };
    CHECK(fetch(2) == 0);
    CHECK(board.word_at(out) == 0xdeadbeef);
    CHECK(error_of(fetch(1)) == 0x40000016);

    write32(board.caam, jr2 + 0xbe4, 1 << 8 | 3);
    CHECK((read32(board.caam, jr2 + 0xfbc) >> 2 & 3) == 0);
    write32(board.caam, jr1 + 0xa14, 0xff);
    write32(board.caam, jr1 + 0xa1c, 0xffffffff);
    write32(board.caam, jr1 + 0xbe4, 3 << 16 | 1 << 8 | 1);
    CHECK(load(0x3000, linux_cpu).value == 0);
    CHECK(load(0x3000, linux_cpu).response == Response::okay);
}

TEST_CASE("caam ring: rings may lie in secure memory themselves", "[caam]") {
    ReadyBoard board;
    write32(board.caam, 0x2000 + 0xa04, 0xff);
    write32(board.caam, 0x2000 + 0xa0c, 0xffffffff);
    write32(board.caam, 0x2000 + 0xbe4, 1);
    const auto at = board.allocate(4);
    const auto descriptor = board.put(mark(at, 5));
    board.set(1, irbar, 0x100000);
    board.set(1, orbar, 0x100100);
    for (unsigned i = 0; i < 3; ++i) {
        board.caam.write(1, 4 * i, descriptor, 4, secure_access());
    }
    board.set(1, irjar, 1);
    board.host.run_work(board.caam);
    CHECK(board.word_at(at) == 5);
    CHECK(board.caam.read(1, 0x100, 4, secure_access()).value == descriptor);
    CHECK(board.caam.read(1, 0x104, 4, secure_access()).value == 0);
    board.set(1, irjar, 2);
    board.set(1, jrcr, 1);
    board.host.run_work(board.caam);
    CHECK(board.get(1, orsfr) == 3);
    CHECK_FALSE(board.host.nested);
}

TEST_CASE("caam ring: a security violation takes all keys", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto key = board.allocate(16);
    const auto wrap = [&] {
        return board.run(Program::job().key(class1, counting(16)).fifo_store(class1, fs_key_ecb, key, 16));
    };
    CHECK(wrap() == 0);
    write32(board.caam, 0x3000 + 0xa14, 0x80ff);
    write32(board.caam, 0x3000 + 0xa1c, 0xffffffff);
    write32(board.caam, 0x3000 + 0xbe4, 1 << 8 | 1);
    board.caam.write(1, 0, 0x55, 4, secure_access());
    board.caam.set_input(0, true);
    CHECK((read32(board.caam, 0xfd4) >> 8 & 3) == 3);
    CHECK(read32(board.caam, 0x6c0) == 0);
    CHECK(board.caam.read(1, 0, 4, secure_access()).value == 0);
    board.host.run_work(board.caam);
    CHECK(error_of(wrap()) == 0x40000024);
    CHECK(error_of(board.run(Program::job().key(class1 | k_encrypted, key, 16))) == 0x40000024);
}

TEST_CASE("caam ring: a saved state goes on where it was, with jobs in its rings", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto at = board.allocate(8);
    board.enqueue(1, board.put(mark(at, 1)));
    board.enqueue(1, board.put(mark(at + 4, 2)));
    board.enqueue(2, board.put(Program::job().operation(rng).fifo_store(0, fs_rng, board.allocate(16), 16)));
    // Ring 2 has its turn first. The machine stops after two jobs.
    unsigned asked = 0;
    board.host.must_end = [&] { return ++asked > 2; };
    CHECK(board.host.run_work(board.caam));
    CHECK(board.word_at(at) == 1);
    CHECK(board.word_at(at + 4) == 0);
    const auto state = board.caam.save();

    FakeHost host;
    host.memory = board.host.memory;
    Caam twin(host);
    REQUIRE_FALSE(twin.load(state).has_value());
    CHECK(twin.save() == state);
    CHECK(host.irq[1] == board.host.irq[1]);
    CHECK(read32(twin, 0x6c0) == 0x40000033);
    host.run_work(twin);
    CHECK(host.memory.byte(at + 4) == 2);
    CHECK(read32(twin, 0x2000 + orsfr) == 2);
    CHECK(read32(twin, 0x3000 + orsfr) == 1);

    board.host.must_end = nullptr;
    board.host.run_work(board.caam);
    CHECK(board.caam.save() == twin.save());
}

TEST_CASE("caam ring: a long public key job goes back to its ring when the machine stops", "[caam]") {
    ReadyBoard board;
    board.caam.set_limits({.put_back_ns = 0});
    const auto n = board.put(hex("f000000000000000000000000000000d")), a = board.put(counting(16, 9)),
               out = board.allocate(16);
    const auto power = [&](Program p, unsigned times) {
        p.fifo_load(class1, fl_n, n, 16).fifo_load(class1, fl_a, a, 16).key(class1 | k_pk_e, hex("010001"));
        for (unsigned i = 0; i < times; ++i) {
            p.operation(1u << 24 | 8u << 20 | 6);
        }
        return p.fifo_store(0, fs_b, out, 16);
    };
    unsigned asked = 0;
    const auto stop_at = [&](unsigned question) {
        asked = 0;
        board.host.must_end = [&asked, question] { return ++asked == question; };
    };
    SECTION("nothing has happened") {
        const auto first = board.put(power(Program::job(), 5)), second = board.put(mark(out + 8, 7));
        // At the ring's end, too.
        for (unsigned before = 0; before < CaamBoard::ring_entries; ++before) {
            CAPTURE(before);
            board.host.memory.put(out, Bytes(16));
            board.enqueue(1, first);
            board.enqueue(1, second);
            const auto counters = board.caam.work_done();
            stop_at(4);
            board.host.run_work(board.caam);
            CHECK(asked == 4);
            CHECK(board.host.work_requested);
            CHECK(board.get(1, irsar) == CaamBoard::ring_entries - 2);
            CHECK(board.get(1, orsfr) == 0);
            CHECK(board.bytes(out, 16) == Bytes(16));
            CHECK(board.caam.work_done()[svp::caam::Work::pkha].operations ==
                  counters[svp::caam::Work::pkha].operations);
            CHECK((read32(board.caam, 0xfd4) & 3) == 2);  // idle
            const auto state = board.caam.save();
            REQUIRE_FALSE(board.caam.load(state));
            board.host.must_end = nullptr;
            board.host.run_work(board.caam);
            CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(first));
            CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(second));
            CHECK(board.word_at(out + 8) == 7);
            CHECK(board.caam.work_done().sources[1].jobs == counters.sources[1].jobs + 2);
            board.run(mark(out, 1));
        }
    }
    SECTION("a flush meanwhile finds it in the ring") {
        const auto first = board.put(power(Program::job(), 5));
        board.enqueue(1, first);
        stop_at(4);
        board.host.run_work(board.caam);
        board.host.must_end = nullptr;
        board.set(1, jrcr, 1);
        board.host.run_work(board.caam);
        CHECK(error_of(board.result(1).status) == 0x4000001a);
        CHECK(board.bytes(out, 16) == Bytes(16));
    }
    SECTION("what has written, or changed the generator, ends first") {
        for (const bool writes : {true, false}) {
            Program p = Program::job();
            if (writes) {
                p.load_word(deco, r_math(0), 1).store(deco, r_math(0), 0, out + 4, 4);
            } else {
                p.operation(rng | init | rng_resistant);
            }
            const auto job = board.put(power(p, 5));
            board.enqueue(1, job);
            stop_at(3);
            board.host.run_work(board.caam);
            CHECK(board.result(1).status == 0);
            board.host.must_end = nullptr;
            board.host.run_work(board.caam);
        }
    }
}

TEST_CASE("caam ring: bad saved states are refused", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto state = board.caam.save();
    FakeHost host;
    Caam twin(host);
    const std::span<const std::byte> bytes(state);
    for (std::size_t length = 0; length < state.size(); length += 1 + state.size() / 97) {
        CHECK(twin.load(bytes.first(length)).has_value());
    }
    auto longer = state;
    longer.push_back(std::byte{0});
    CHECK(twin.load(longer).has_value());
    CHECK_FALSE(twin.load(state).has_value());
    CHECK(twin.save() == state);
}

TEST_CASE("caam ring: a job stalls, or ends with an error, when somebody injects that", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    SECTION("for a time") {
        board.host.faults["stall"] = {0, 5000};
        board.enqueue(1, board.put(mark(at, 1)));
        board.host.run_work(board.caam);
        board.host.advance(board.caam, 4999);
        CHECK(board.get(1, orsfr) == 0);
        board.host.advance(board.caam, 1);
        board.host.run_work(board.caam);
        CHECK(board.get(1, orsfr) == 1);
    }
    SECTION("until the reset") {
        board.host.faults["stall"] = {0, 0};
        board.enqueue(1, board.put(mark(at, 1)));
        board.enqueue(1, board.put(mark(at, 2)));
        board.host.run_work(board.caam);
        REQUIRE_FALSE(board.caam.load(board.caam.save()));
        board.host.run_work(board.caam);
        CHECK(board.host.deadlines.empty());
        CHECK(board.get(1, orsfr) == 0);
        CHECK(board.word_at(at) == 1);
        board.caam.reset();
        board.set_up();
        board.enqueue(1, board.put(mark(at, 3)));
        board.host.run_work(board.caam);
        CHECK(board.get(1, orsfr) == 1);
    }
    SECTION("with an error") {
        for (const auto& [value, status] : {std::pair{0u, 0x4000001cu}, {0x20001234u, 0x20001234u}}) {
            board.host.faults["error-status"] = {value, 0};
            board.enqueue(1, board.put(mark(at, 4)));
            board.host.run_work(board.caam);
            CHECK(board.result(1).status == status);
        }
        CHECK(board.caam.work_done().sources[1].failed == 2);
        board.enqueue(1, board.put(mark(at, 5)));
        board.host.run_work(board.caam);
        CHECK(board.result(1).status == 0);
    }
}

TEST_CASE("caam ring: delayed by a fault, a result comes late and once", "[caam]") {
    ReadyBoard board;
    const auto at = board.allocate(4);
    board.host.delay = 5000;
    board.enqueue(1, board.put(mark(at, 1)));
    board.enqueue(1, board.put(mark(at, 2)));
    board.host.run_work(board.caam);
    CHECK(board.get(1, orsfr) == 0);
    CHECK(board.host.deadlines.count(0) == 1);
    board.host.advance(board.caam, 5000);
    board.host.run_work(board.caam);
    CHECK(board.get(1, orsfr) == 2);
    CHECK(board.word_at(at) == 2);
}

TEST_CASE("caam ring: properties take what they can do and refuse the rest", "[caam]") {
    CaamBoard board;
    CHECK(board.caam.set_property("md-class", 3));
    CHECK(board.caam.set_property("aes-class", 2));
    CHECK(board.caam.set_property("mode", 3));
    CHECK(board.caam.set_property("hab-locked", 2));
    CHECK(board.caam.set_property("secure-memory-base", 0x100001));
    CHECK(board.caam.set_property("speed", 1));
    CHECK_FALSE(board.caam.set_property("mode", 0));
    board.caam.reset();
    CHECK(read32(board.caam, 0xfd4) == 0x006);
}
