// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Jobs that stand still: at any point, however long they are; saved there and loaded elsewhere they end as if
 * nothing had happened. And nothing that a guest puts into a ring keeps the emulator.
 */
#include <random>

#include "caam_board.hpp"
#include "caam_hostile.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::ring_register;

namespace {

constexpr std::uint32_t pk_power = 1u << 24 | 8u << 20 | 6, pk_prime = 1u << 24 | 8u << 20 | 0xf;

/** Asked at every point, and standing still at once. */
constexpr caam::JobLimits impatient{.put_back_ns = 0, .grace_ns = 0, .question_ns = 0};

struct PauseBoard : ReadyBoard {
    PauseBoard() {
        instantiate();
        in = put(counting(size, 11));
        out = allocate(size + 64);
    }
    static constexpr std::uint32_t size = 150'000;
    std::uint64_t in = 0, out = 0;
};

using Build = std::function<Program(PauseBoard&)>;
struct Row {
    const char* name;
    Build build;
};

Program cipher(PauseBoard& board, std::uint32_t operation, std::size_t key, std::uint32_t size) {
    return Program::job()
        .key(class1, counting(key, 5))
        .load(class1, r_context, 0, counting(64, 1))
        .operation(operation)
        .fifo_load_ext(class1, fl_msg | fl_last1, board.in, size)
        .fifo_store_ext(0, fs_msg, board.out, size)
        .jump(j_class1)
        .store(class1, r_context, 0, board.out + size, 64);
}

Program digest(PauseBoard& board, std::uint32_t operation, std::uint32_t size) {
    return Program::job()
        .key(class2, counting(20, 5))
        .operation(operation)
        .fifo_load_ext(class2, fl_msg | fl_last2, board.in, size)
        .jump(j_class2)
        .store(class2, r_context, 0, board.out, 64);
}

Program aead(PauseBoard& board, std::uint32_t operation, std::uint32_t size) {
    return Program::job()
        .key(class1, counting(16, 5))
        .load(class1, r_context, 0, counting(48, 1))
        .operation(operation)
        .fifo_load(class1, fl_iv | fl_flush1, counting(12, 2))
        .fifo_load(class1, fl_aad | fl_flush1, counting(21, 3))
        .fifo_load_ext(class1, fl_msg | fl_last1, board.in, size)
        .fifo_store_ext(0, fs_msg, board.out, size)
        .jump(j_class1)
        .store(class1, r_context, 0, board.out + size, 64);
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
        {"AES-ECB", [](PauseBoard& b) { return cipher(b, aes_ecb | init_final | encrypt, 16, 131072); }},
        {"AES-CBC", [](PauseBoard& b) { return cipher(b, aes_cbc | init_final | encrypt, 24, 131072); }},
        {"AES-CBC, decryption", [](PauseBoard& b) { return cipher(b, aes_cbc | init_final, 32, 131072); }},
        {"AES-CTR",
         [](PauseBoard& b) { return cipher(b, aes_ctr | init_final | encrypt, 16, PauseBoard::size - 3); }},
        {"AES-CFB", [](PauseBoard& b) { return cipher(b, aes_cfb | init_final | encrypt, 16, 100'001); }},
        {"AES-OFB", [](PauseBoard& b) { return cipher(b, aes_ofb | init_final | encrypt, 16, 100'001); }},
        {"3DES-CBC", [](PauseBoard& b) { return cipher(b, des3_cbc | init_final | encrypt, 24, 80'000); }},
        {"DES-ECB", [](PauseBoard& b) { return cipher(b, des_ecb | init_final, 8, 80'000); }},
        {"AES-GCM", [](PauseBoard& b) { return aead(b, aes_gcm | init_final | encrypt, 99'999); }},
        {"AES-CCM",
         [](PauseBoard& b) {
             return Program::job()
                 .key(class1, counting(16, 5))
                 .load(class1, r_context, 0, counting(48, 1))
                 .operation(aes_ccm | init_final | encrypt)
                 .fifo_load(class1, fl_aad | fl_flush1, counting(21, 3))
                 .fifo_load_ext(class1, fl_msg | fl_last1, b.in, 99'999)
                 .fifo_store_ext(0, fs_msg, b.out, 99'999)
                 .jump(j_class1)
                 .store(class1, r_context, 0, b.out + 100'000, 48);
         }},
        {"AES-CMAC",
         [](PauseBoard& b) {
             return Program::job()
                 .key(class1, counting(16, 5))
                 .operation(aes_cmac | init_final)
                 .fifo_load_ext(class1, fl_msg | fl_last1, b.in, 99'999)
                 .jump(j_class1)
                 .store(class1, r_context, 0, b.out, 32);
         }},
        {"MD5", [](PauseBoard& b) { return digest(b, md5 | init_final, 99'999); }},
        {"SHA-1", [](PauseBoard& b) { return digest(b, sha1 | hmac | init_final, 99'999); }},
        {"SHA-256", [](PauseBoard& b) { return digest(b, sha256 | hmac | init_final, 99'999); }},
        {"SHA-512", [](PauseBoard& b) { return digest(b, sha512 | hmac | init_final, 99'999); }},
        {"both classes, with what class 1 puts out",
         [](PauseBoard& b) {
             return Program::job()
                 .key(class1, counting(16, 5))
                 .key(class2, counting(20, 6))
                 .operation(aes_cbc | init_final | encrypt)
                 .operation(sha256 | hmac | init_final | encrypt)
                 .fifo_store_ext(0, fs_msg, b.out, 98304)
                 .fifo_load_ext(both, fl_msg_snoop | fl_last_both, b.in, 98304)
                 .jump(both)
                 .store(class2, r_context, 0, b.out + 98304, 32);
         }},
        {"tables",
         [](PauseBoard& b) {
             const std::pair<std::uint64_t, std::uint32_t> from[] = {
                 {b.in + 7, 5}, {b.in, 70'000}, {b.in + 9, 9'995}};
             const std::pair<std::uint64_t, std::uint32_t> to[] = {{b.out, 33'333}, {b.out + 40'000, 46'667}};
             const auto source = b.table(from), target = b.table(to);
             return Program::job()
                 .key(class1, counting(16, 5))
                 .operation(aes_ctr | init_final | encrypt)
                 .seq_in(source, 80'000, sgf)
                 .seq_out(target, 80'000, sgf)
                 .math(add, s0_sil, s1_zero, d_vsil, 4)
                 .math(add, s0_sol, s1_zero, d_vsol, 4)
                 .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                 .seq_fifo_store(vlf, fs_msg);
         }},
        {"a loop of moves and stores",
         [](PauseBoard& b) {
             Program p = Program::job();
             p.load_word(deco, r_math(0), 0).load_word(deco, r_math(1), 40, 4);
             const unsigned top = p.here();
             p.math(add, 0, s1_one, 0, 8)
                 .move(m_math0, m_ofifo, 0, 8)
                 .move(m_ofifo, m_math2, 0, 8, m_wait)
                 .store(deco, r_math(2), 0, b.out, 8)
                 .math(sub, 1, s1_one, 1, 8);
             return p.jump(j_not_all | j_z, static_cast<int>(top) - static_cast<int>(p.here()))
                 .store(deco, r_math(2), 0, b.out + 8, 8);
         }},
        {"random numbers",
         [](PauseBoard& b) {
             return Program::job().operation(rng).fifo_store_ext(0, fs_rng, b.out, 60'000);
         }},
        {"a test for primality",
         [](PauseBoard& b) {
             return Program::job()
                 .load_word(deco, r_math(0), 1)
                 .store(deco, r_math(0), 0, b.out, 4)
                 .fifo_load(class1, fl_n, b.put(hex("ffffffffffffffffffffffffffffff61")), 16)
                 .fifo_load(class1, fl_a, b.in, 16)
                 .fifo_load(class1, fl_b, b.put(Bytes{40}), 1)
                 .operation(pk_prime)
                 .jump(j_halt | j_all | j_pk_prime, 0);
         }},
        {"powers",
         [](PauseBoard& b) {
             Program p = Program::job();
             p.fifo_load(class1, fl_n, b.put(hex("f000000000000000000000000000000d")), 16)
                 .fifo_load(class1, fl_a, b.in, 16)
                 .key(class1 | k_pk_e, hex("010001"));
             for (unsigned i = 0; i < 6; ++i) {
                 p.operation(pk_power);
             }
             return p.fifo_store(0, fs_b, b.out, 16);
         }},
        {"a blob",
         [](PauseBoard& b) {
             const auto blob = b.allocate(100);
             return Program::job()
                 .key(class2, counting(16, 9))
                 .seq_in(b.in, 40)
                 .seq_out(blob, 88)
                 .operation(encap_blob)
                 .seq_in(blob, 88)
                 .seq_out(b.out, 40)
                 .operation(decap_blob);
         }},
        {"an error in the middle",
         [](PauseBoard& b) {
             return Program::job()
                 .key(class1, counting(16, 5))
                 .operation(aes_cbc | init_final | encrypt)
                 .fifo_load_ext(class1, fl_msg | fl_last1, b.in, 70'001)
                 .fifo_store_ext(0, fs_msg, b.out, 70'001);
         }},
    };
    return all;
}

struct Ending {
    std::uint32_t status = 0;
    Bytes output;
    bool operator==(const Ending&) const = default;
};

Ending outcome(const FakeHost& host, Caam& core, std::uint64_t out) {
    return {read32(core, 0x2000 + jrstar), host.memory.bytes(out, PauseBoard::size + 64)};
}

}  // namespace

TEST_CASE("caam pause: a job that is saved and loaded at any point ends as if it had not been", "[caam]") {
    unsigned stops = 0;
    for (const Row& row : rows()) {
        for (const bool transforms : {true, false}) {
            CAPTURE(row.name, transforms);
            PauseBoard straight;
            REQUIRE_FALSE(straight.caam.set_property("md-class", 1));
            straight.host.transforms = transforms;
            straight.enqueue(1, straight.put(row.build(straight)));
            straight.host.run_work(straight.caam);
            REQUIRE(straight.get(1, orsfr) == 1);
            const Ending expected = outcome(straight.host, straight.caam, straight.out);

            PauseBoard board;
            REQUIRE_FALSE(board.caam.set_property("md-class", 1));
            board.caam.set_limits(impatient);
            board.host.transforms = transforms;
            board.enqueue(1, board.put(row.build(board)));
            // The machine stops again and again, and another one goes on.
            std::mt19937 random(static_cast<unsigned>(transforms) + 7);
            FakeHost* host = &board.host;
            Caam* core = &board.caam;
            std::vector<std::unique_ptr<FakeHost>> hosts;
            std::vector<std::unique_ptr<Caam>> cores;
            for (unsigned moves = 0; read32(*core, 0x2000 + orsfr) == 0; ++moves) {
                REQUIRE(moves < 2000);
                unsigned left = 1 + random() % 4;
                host->must_end = [&left] { return left == 0 || --left == 0; };
                host->work_requested = true;
                host->run_work(*core);
                host->must_end = nullptr;
                ++stops;
                const auto state = core->save();
                auto next_host = std::make_unique<FakeHost>();
                next_host->memory = host->memory;
                next_host->memory.accesses.clear();
                next_host->transforms = transforms;
                next_host->time = host->time;
                auto next = std::make_unique<Caam>(*next_host);
                REQUIRE_FALSE(next->set_property("md-class", 1));
                REQUIRE_FALSE(next->set_property("master-key", 0x5678));
                next->set_limits(impatient);
                REQUIRE_FALSE(next->load(state).has_value());
                REQUIRE(next->save() == state);
                host = next_host.get();
                core = next.get();
                hosts.push_back(std::move(next_host));
                cores.push_back(std::move(next));
                if (hosts.size() > 2) {
                    cores.erase(cores.begin());
                    hosts.erase(hosts.begin());
                }
            }
            CHECK(outcome(*host, *core, board.out) == expected);
            CHECK(core->work_done().sources[1].jobs == straight.caam.work_done().sources[1].jobs);
            CHECK(core->work_done().read == straight.caam.work_done().read);
            CHECK(core->work_done().written == straight.caam.work_done().written);
            for (std::size_t kind = 0; kind < caam::work_kinds; ++kind) {
                const auto which = static_cast<caam::Work>(kind);
                CAPTURE(kind);
                CHECK(core->work_done()[which].operations == straight.caam.work_done()[which].operations);
                CHECK(core->work_done()[which].bytes == straight.caam.work_done()[which].bytes);
            }
        }
    }
    CHECK(stops > 500);
}

TEST_CASE("caam pause: no descriptor keeps the emulator", "[caam]") {
    // What a job may do between two questions, and after it was told to end, in its own reckoning.
    constexpr std::uint64_t most_ns = 200'000'000;
    struct Long {
        const char* name;
        std::function<Program(PauseBoard&)> build;
    };
    const std::vector<Long> all = {
        {"a loop that has written",
         [](PauseBoard& b) {
             Program p = Program::job();
             p.store(deco, r_math(0), 0, b.out, 8);
             return p.jump(0, -2);
         }},
        {"a loop", [](PauseBoard&) { return Program::job().jump(0, 0 + 0).jump(0, -1); }},
        {"8 GiB of triple DES onto the same page",
         [](PauseBoard& b) {
             return Program::job()
                 .key(class1, counting(24, 5))
                 .operation(des3_cbc | init_final | encrypt)
                 .seq_in(b.in, 0xfffffff8)
                 .seq_out(b.out, 0xfffffff8)
                 .seq_fifo_load(class1 | ext, fl_msg | fl_last1)
                 .word(0xfffffff8)
                 .seq_fifo_store(ext, fs_msg)
                 .word(0xfffffff8);
         }},
        {"4 GiB of random numbers",
         [](PauseBoard& b) {
             return Program::job().operation(rng).fifo_store_ext(0, fs_rng, b.out, 0xffffffff);
         }},
        {"64 rounds of a test for primality, over and over",
         [](PauseBoard& b) {
             Program p = Program::job();
             p.store(deco, r_math(0), 0, b.out, 8)
                 .fifo_load(class1, fl_n, b.put(hex("ffffffffffffffffffffffffffffff61")), 16)
                 .fifo_load(class1, fl_a, b.in, 16)
                 .fifo_load(class1, fl_b, b.put(Bytes{64}), 1)
                 .operation(pk_prime);
             return p.jump(0, -1);
         }},
    };
    for (const Long& row : all) {
        CAPTURE(row.name);
        PauseBoard board;
        board.enqueue(1, board.put(row.build(board)));
        // A machine that gives it 5 ms, then stops for good.
        board.host.taken = 0;
        board.host.must_end = [&] { return board.host.taken > 5'000'000; };
        board.host.run_work(board.caam);
        CHECK(board.host.work_requested);
        CHECK(board.host.taken > 5'000'000);
        CHECK(board.host.taken < most_ns);
        CHECK(board.get(1, orsfr) == 0);
        CHECK(board.host.memory.accesses.size() < 2'000'000);
        const auto state = board.caam.save();
        FakeHost other;
        Caam twin(other);
        CHECK_FALSE(twin.load(state).has_value());
        CHECK(twin.save() == state);
        // It goes on, and a reset ends it.
        board.host.taken = 0;
        board.host.run_work(board.caam);
        CHECK(board.host.taken > 5'000'000);
        board.caam.reset();
        board.host.must_end = nullptr;
        board.host.run_work(board.caam);
        CHECK(board.get(1, orsfr) == 0);
    }
}

TEST_CASE("caam pause: a ring that its own jobs keep full gives way", "[caam]") {
    PauseBoard board;
    board.host.taken = 0;
    // The bus leads back to the rings: the job removes its result and adds itself again.
    Caam& core = board.caam;
    struct Loop : FakeHost {
        Caam* core = nullptr;
        unsigned kicks = 0;
        Response bus_write(const Initiator& by, std::uint64_t address,
                           std::span<const std::uint8_t> data) override {
            if (address >= 0x30900000 && address < 0x30940000) {
                write32(*core, address - 0x30900000, data[0]);
                ++kicks;
                return Response::okay;
            }
            return FakeHost::bus_write(by, address, data);
        }
    } host;
    static_cast<void>(core);
    Caam own(host);
    host.core = &own;
    own.reset();
    const auto program = Program::job()
                             .load_word(deco, r_math(0), 1)
                             .store(deco, r_math(0), 0, 0x30901000 + orjrr, 4)
                             .store(deco, r_math(0), 0, 0x30901000 + irjar, 4);
    Bytes bytes;
    for (const std::uint32_t word : program.words) {
        for (unsigned i = 0; i < 4; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
        }
    }
    host.memory.put(0x40000000, bytes);
    for (std::uint64_t i = 0; i < 4; ++i) {
        host.memory.put(0x40001000 + 4 * i, Bytes{0, 0, 0, 0x40});
    }
    write32(own, 0x1000 + irbar, 0x40001000);
    write32(own, 0x1000 + irsr, 4);
    write32(own, 0x1000 + orbar, 0x40002000);
    write32(own, 0x1000 + orsr, 4);
    write32(own, 0x1000 + irjar, 2);
    host.must_end = [&] { return host.taken > 5'000'000; };
    host.run_work(own);
    CHECK(host.kicks > 100);
    CHECK(host.taken < 10'000'000);
    CHECK(host.work_requested);
}

TEST_CASE("caam pause: a job that was put back needs no place in its ring", "[caam]") {
    PauseBoard board;
    board.caam.set_limits({.put_back_ns = 0});
    const auto powers = [&](std::uint64_t to) {
        Program p = Program::job();
        p.fifo_load(class1, fl_n, board.put(hex("f000000000000000000000000000000d")), 16)
            .fifo_load(class1, fl_a, board.in, 16)
            .key(class1 | k_pk_e, hex("010001"));
        for (unsigned i = 0; i < 6; ++i) {
            p.operation(pk_power);
        }
        return p.fifo_store(0, fs_b, to, 16);
    };
    unsigned asked = 0;
    SECTION("the ring's size changes under the only job") {
        const auto job = board.put(powers(board.out));
        board.enqueue(1, job);
        board.host.must_end = [&] {
            if (++asked == 3) {
                board.set(1, irsr, 0);
                board.set(1, irbar, 0x40000000);
            }
            return asked == 4;
        };
        board.host.run_work(board.caam);
        CHECK((board.get(1, jrintr) >> 8 & 0x1f) == 5);
        CHECK(board.get(1, irsar) <= CaamBoard::ring_entries);
        CHECK(board.get(1, irrir) <= 4 * CaamBoard::ring_entries);
        FakeHost other;
        Caam twin(other);
        CHECK_FALSE(twin.load(board.caam.save()).has_value());
        board.host.must_end = nullptr;
        board.host.run_work(board.caam);
        CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(job));
    }
    SECTION("software has used its place again") {
        const auto first = board.put(powers(board.out));
        std::vector<std::uint64_t> others;
        for (unsigned i = 0; i < CaamBoard::ring_entries; ++i) {
            others.push_back(board.put(Program::job()
                                           .load_word(deco, r_math(0), i + 1)
                                           .store(deco, r_math(0), 0, board.out + 64 + 4 * i, 4)));
        }
        board.enqueue(1, first);
        board.host.must_end = [&] {
            if (++asked == 3) {
                // While the first is under way the whole ring is free.
                for (const auto other : others) {
                    board.enqueue(1, other);
                }
            }
            return asked == 4;
        };
        board.host.run_work(board.caam);
        CHECK(asked == 4);
        CHECK(board.get(1, irsar) == 0);
        CHECK((board.get(1, jrintr) & 2) == 0);
        const auto state = board.caam.save();
        FakeHost other;
        Caam twin(other);
        CHECK_FALSE(twin.load(state).has_value());
        CHECK(twin.save() == state);
        board.host.must_end = nullptr;
        board.host.run_work(board.caam);
        CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(first));
        board.host.run_work(board.caam);
        for (unsigned i = 0; i < CaamBoard::ring_entries; ++i) {
            CHECK(board.result(1).descriptor == static_cast<std::uint32_t>(others[i]));
            CHECK(board.word_at(board.out + 64 + 4 * i) == i + 1);
        }
    }
}

TEST_CASE("caam pause: DECO by hand stands still and goes on as well", "[caam]") {
    PauseBoard board;
    board.caam.set_limits(impatient);
    const auto program = Program::job()
                             .load_word(deco, r_math(0), 0x12345678)
                             .store(deco, r_math(0), 0, board.out, 4)
                             .math(add, 0, 0, 1, 8)
                             .store(deco, r_math(1), 4, board.out + 4, 4);
    write32(board.caam, 0x094, 1);
    write32(board.caam, 0x09c, 1);
    for (std::size_t i = 0; i < program.words.size(); ++i) {
        write32(board.caam, 0x8a00 + 4 * i, program.words[i]);
    }
    write32(board.caam, 0x8800, 1u << 29 | 1u << 28);
    unsigned stops = 0;
    board.host.must_end = [&] { return ++stops % 2 == 0; };
    for (unsigned i = 0; i < 20; ++i) {
        board.host.run_work(board.caam);
        const auto state = board.caam.save();
        REQUIRE_FALSE(board.caam.load(state).has_value());
        REQUIRE(board.caam.save() == state);
    }
    CHECK(read32(board.caam, 0x8e04) == 0);
    CHECK(board.word_at(board.out) == 0x12345678);
}
