// SPDX-License-Identifier: GPL-2.0-or-later
/** Long messages that go past the FIFOs (Host::bus_transform()): the same bytes, counters and errors as
 * through them. */
#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/ctr.h>

#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;

namespace {

struct Mode {
    const char* name;
    std::uint32_t operation, context_at;
    bool transforms;
};
constexpr Mode modes[] = {
    {"ctr", aes_ctr | decrypt, 16, true},        {"ctr encrypt", aes_ctr | encrypt, 16, true},
    {"cbc", aes_cbc | decrypt, 0, true},         {"ecb", aes_ecb | decrypt, 0, true},
    {"ecb encrypt", aes_ecb | encrypt, 0, true}, {"cbc encrypt", aes_cbc | encrypt, 0, false},
    {"cfb", aes_cfb | decrypt, 0, false},
};
const Bytes key = counting(32, 7), context = hex("00112233445566778899aabbfffffffe");

/** What the library says; the context is moved on as the engine must do it. */
Bytes expectation(const Mode& mode, const Bytes& input, Bytes& next) {
    aes256_ctx encrypting, decrypting;
    aes256_set_encrypt_key(&encrypting, key.data());
    aes256_set_decrypt_key(&decrypting, key.data());
    const auto encrypt_block = reinterpret_cast<nettle_cipher_func*>(aes256_encrypt);
    const auto decrypt_block = reinterpret_cast<nettle_cipher_func*>(aes256_decrypt);
    Bytes output(input.size());
    next = context;
    const std::string name = mode.name;
    if (name.starts_with("ctr")) {
        nettle_ctr_crypt(&encrypting, encrypt_block, 16, next.data(), input.size(), output.data(),
                         input.data());
    } else if (name == "cbc") {
        nettle_cbc_decrypt(&decrypting, decrypt_block, 16, next.data(), input.size(), output.data(),
                           input.data());
    } else if (name == "ecb") {
        aes256_decrypt(&decrypting, input.size(), output.data(), input.data());
    } else if (name == "ecb encrypt") {
        aes256_encrypt(&encrypting, input.size(), output.data(), input.data());
    } else {
        output.clear();
    }
    return output;
}

/** A job over pieces of memory; where they lie is up to the test. */
Program job(const Mode& mode, std::uint32_t from_flags, std::uint64_t from, std::uint32_t to_flags,
            std::uint64_t to, std::size_t size, std::uint64_t context_out) {
    return Program::job()
        .key(class1, key)
        .load(class1, r_context, mode.context_at, context)
        .operation(mode.operation | init_final)
        .fifo_store_ext(to_flags, fs_msg, to, size)
        .fifo_load_ext(class1 | from_flags, fl_msg | fl_last1, from, size)
        .store(class1, r_context, mode.context_at, context_out, 16);
}

}  // namespace

TEST_CASE("caam transform: cipher modes, sizes and places give what the library gives", "[caam]") {
    for (const Mode& mode : modes) {
        for (const std::size_t size : {4096u, 4080u, 4112u, 65536u, 65536u + 48, 200000u}) {
            for (const bool in_place : {false, true}) {
                CAPTURE(mode.name, size, in_place);
                ReadyBoard board;
                const Bytes input = counting(size, 11);
                const auto from = board.put(input), to = in_place ? from : board.allocate(size);
                const auto next_at = board.allocate(16);
                REQUIRE(board.run(job(mode, 0, from, 0, to, size, next_at)) == 0);
                CHECK((board.host.transformed > 0) == (mode.transforms && size > 4095));
                Bytes next;
                const Bytes expected = expectation(mode, input, next);
                if (!expected.empty()) {
                    CHECK(board.bytes(to, size) == expected);
                    CHECK(board.bytes(next_at, 16) == next);
                }
                // The same by way of the FIFOs.
                ReadyBoard slow;
                slow.host.transforms = false;
                const auto slow_from = slow.put(input), slow_to = in_place ? slow_from : slow.allocate(size);
                const auto slow_next = slow.allocate(16);
                REQUIRE(slow.run(job(mode, 0, slow_from, 0, slow_to, size, slow_next)) == 0);
                CHECK(slow.host.transformed == 0);
                CHECK(slow.bytes(slow_to, size) == board.bytes(to, size));
                CHECK(slow.bytes(slow_next, 16) == board.bytes(next_at, 16));
                CHECK(slow.caam.save() == board.caam.save());
            }
        }
    }
}

TEST_CASE("caam transform: odd ends, odd pieces, data around the long part", "[caam]") {
    const Mode& mode = modes[0];
    const std::size_t size = 150001;
    const Bytes input = counting(size, 3);
    Bytes next;
    const Bytes expected = expectation(mode, input, next);
    ReadyBoard board;
    const auto from = board.put(input), to = board.allocate(size), next_at = board.allocate(16);
    SECTION("tables of uneven pieces") {
        const std::pair<std::uint64_t, std::uint32_t> in[] = {
            {from, 5}, {from + 5, 70000}, {from + 70005, 79996}};
        const std::pair<std::uint64_t, std::uint32_t> out[] = {{to, 100003}, {to + 100003, 49998}};
        REQUIRE(board.run(job(mode, sgf, board.table(in), sgf, board.table(out), size, next_at)) == 0);
    }
    SECTION("in three loads, the first of them short") {
        REQUIRE(board.run(Program::job()
                              .key(class1, key)
                              .load(class1, r_context, 16, context)
                              .operation(mode.operation | init_final)
                              .fifo_store_ext(0, fs_msg, to, size)
                              .fifo_load(class1, fl_msg, from, 7)
                              .fifo_load_ext(class1, fl_msg, from + 7, 100000)
                              .fifo_load_ext(class1, fl_msg | fl_last1, from + 100007, size - 100007)
                              .store(class1, r_context, 16, next_at, 16)) == 0);
    }
    SECTION("in sequences, which count down") {
        REQUIRE(board.run(Program::job()
                              .key(class1, key)
                              .load(class1, r_context, 16, context)
                              .operation(mode.operation | init_final)
                              .seq_in(from, static_cast<std::uint32_t>(size))
                              .seq_out(to, static_cast<std::uint32_t>(size))
                              .math(add, s0_sil, s1_zero, d_vsil, 4)
                              .math(add, s0_sil, s1_zero, d_vsol, 4)
                              .seq_fifo_store(vlf, fs_msg)
                              .seq_fifo_load(class1 | vlf, fl_msg | fl_last1)
                              .store(class1, r_context, 16, next_at, 16)) == 0);
        CHECK(board.host.transformed > 100000);
    }
    CHECK(board.bytes(to, size) == expected);
    CHECK(board.bytes(next_at, 16) == next);
    CHECK(board.bytes(to + size, 64) == Bytes(64));
}

TEST_CASE("caam transform: places that overlap go by the FIFOs, with their result", "[caam]") {
    const Mode& mode = modes[2];
    constexpr std::size_t size = 100000 / 16 * 16;
    const Bytes input = counting(size, 5);
    Bytes results[2];
    for (const bool transforms : {false, true}) {
        ReadyBoard board;
        board.host.transforms = transforms;
        const auto from = board.allocate(size + 512), next_at = board.allocate(16);
        board.host.memory.put(from + 512, input);
        REQUIRE(board.run(job(mode, 0, from + 512, 0, from, size, next_at)) == 0);
        CHECK(board.host.transformed == 0);
        results[transforms ? 1 : 0] = board.bytes(from, size + 512);
    }
    CHECK(results[0] == results[1]);
}

TEST_CASE("caam transform: what is denied ends the job as it does without it", "[caam]") {
    constexpr std::size_t size = 200000 / 16 * 16;
    const Bytes input = counting(size, 9);
    for (const Direction direction : {Direction::read, Direction::write}) {
        Bytes results[2];
        std::uint32_t statuses[2];
        std::vector<std::byte> states[2];
        for (const bool transforms : {false, true}) {
            ReadyBoard board;
            board.host.transforms = transforms;
            const auto from = board.put(input), to = board.allocate(size), next_at = board.allocate(16);
            const std::uint64_t fence = (direction == Direction::read ? from : to) + 100000;
            board.host.memory.fences.push_back({fence, fence + 15, direction, Response::slverr});
            const std::size_t index = transforms ? 1 : 0;
            statuses[index] = board.run(job(modes[0], 0, from, 0, to, size, next_at));
            results[index] = board.bytes(to, size);
            states[index] = board.caam.save();
            CHECK((board.host.transformed > 0) == transforms);
        }
        CHECK(error_of(statuses[0]) == 0x40000016);
        CHECK(statuses[0] == statuses[1]);
        CHECK(results[0] == results[1]);
        CHECK(states[0] == states[1]);
        CHECK(std::all_of(results[1].begin() + 131072, results[1].end(),
                          [](std::uint8_t byte) { return byte == 0; }));
    }
}

TEST_CASE("caam transform: a wrong key ends a long job as a short one", "[caam]") {
    ReadyBoard board;
    const auto from = board.put(counting(65536)), to = board.allocate(65536);
    CHECK(error_of(board.run(Program::job()
                                 .key(class1, counting(17))
                                 .operation(aes_cbc | init_final)
                                 .fifo_load_ext(class1, fl_msg | fl_last1, from, 65536)
                                 .fifo_store_ext(0, fs_msg, to, 65536))) == 0x20000013);
    CHECK(board.host.transformed == 0);
    CHECK(board.bytes(to, 65536) == Bytes(65536));
}
