// SPDX-License-Identifier: GPL-2.0-or-later
/** The decoders' registers, jobs, interrupts, power and saved state; pictures are test_vp8.cpp's. */
#include "../../../tools/players/vp8_player.hpp"
#include "../../pictures/vp8_generator.hpp"
#include "../catch.hpp"
#include "../fake_host.hpp"
#include "../interface/counters.hpp"
#include "g1_board.hpp"
#include "soc/gpc.hpp"
#include "soc/vpu_blk_ctrl.hpp"
#include "vpu/g2/vpu_g2.hpp"
#include "vpu/host_port.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t bus = 1u << 13, buffer = 1u << 14, error = 1u << 16;
using Board = G1Board;

}  // namespace

TEST_CASE("G1 decodes one job after another and says so", "[vpu]") {
    Board board;
    for (unsigned job = 0; job < 4; ++job) {
        CAPTURE(job);
        const auto expected = board.next(job == 0);
        board.start();
        CHECK(read32(board.g1, interrupt) == dec_e);
        CHECK_FALSE(board.host.irq[0]);
        CHECK(board.host.run_work(board.g1));
        CHECK(board.host.irq[0]);
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK_FALSE(board.host.irq[0]);
        CHECK(read32(board.g1, interrupt) == 0);
        CHECK(board.picture() == expected);
        CHECK(read32(board.g1, 4 * 13) == board.output);  // registers stay
    }
    CHECK(board.host.irq_edges[0] == 4);
    CHECK_FALSE(board.host.nested);
    CHECK(board.host.guest_errors.empty());
    CHECK(board.host.unimplemented.empty());
    CHECK(board.host.taken > 4 * 3 * 3 * 1000u);
    unsigned others = 0;
    for (const auto& access : board.host.memory.accesses) {
        others += access.master != Master::vpu_decoder || access.world != World::non_secure ? 1 : 0;
    }
    CHECK(others == 0);
}

TEST_CASE("G1 writes pictures in rows, not byte by byte", "[vpu]") {
    Board board;
    board.next(true);
    board.host.memory.accesses.clear();
    board.run();
    unsigned writes = 0;
    for (const auto& access : board.host.memory.accesses) {
        writes += access.direction == Direction::write ? 1 : 0;
    }
    CHECK(writes <= 3 * 2 + 1);  // luma and chroma of three rows of macroblocks, and a segment map
}

TEST_CASE("G1's registers are stored; its identification and status are not software's", "[vpu]") {
    Board board;
    CHECK(read32(board.g1, 0) == 0x67310000);
    write32(board.g1, 0, 0xffffffff);
    CHECK(read32(board.g1, 0) == 0x67310000);
    for (unsigned number = 2; number < 60; ++number) {
        CAPTURE(number);
        CHECK(read32(board.g1, 4 * number) == 0);
        write32(board.g1, 4 * number, 0xa5a50000 | number);
        CHECK(read32(board.g1, 4 * number) == (0xa5a50000 | number));
    }
    CHECK(board.host.unimplemented.empty());
    write32(board.g1, 4 * 60, 0);  // as drivers do for each job without the post-processor
    CHECK(board.host.unimplemented.empty());
    write32(board.g1, 4 * 79, 2);  // scaling
    CHECK(board.host.unimplemented.size() == 1);
    write32(board.g1, interrupt, 0xffffffff & ~dec_e);
    CHECK(read32(board.g1, interrupt) == irq_dis);
    CHECK_FALSE(board.host.irq[0]);
}

TEST_CASE("G1 keeps quiet with its interrupt disabled", "[vpu]") {
    Board board;
    board.next(true);
    write32(board.g1, interrupt, dec_e | irq_dis);
    board.host.run_work(board.g1);
    CHECK(read32(board.g1, interrupt) == (rdy | irq_dis));
    CHECK(board.host.irq_edges[0] == 0);
}

TEST_CASE("what G1 may not read or write does not stop it, but an error on the bus does", "[vpu]") {
    struct Row {
        std::uint64_t first;
        std::uint64_t last;
        Direction direction;
        Response answer;
        std::uint32_t status;
    };
    const std::uint64_t stream = Vp8TestPlayer::stream_at, table = Vp8TestPlayer::table_at;
    for (const Row& row : {Row{stream, stream + 0xffff, Direction::read, Response::okay, rdy},
                           {table, table + 0xfff, Direction::read, Response::okay, rdy},
                           {Vp8TestPlayer::pictures_at, ~0u, Direction::read, Response::okay, rdy},
                           {Vp8TestPlayer::pictures_at, ~0u, Direction::write, Response::okay, rdy},
                           {stream, stream + 0xffff, Direction::read, Response::slverr, bus},
                           {table, table + 0xfff, Direction::read, Response::slverr, bus},
                           {Vp8TestPlayer::pictures_at, ~0u, Direction::read, Response::decerr, bus},
                           {Vp8TestPlayer::pictures_at, ~0u, Direction::write, Response::slverr, bus}}) {
        CAPTURE(row.first, row.answer);
        Board board;
        const auto key = board.next(true);
        board.run();
        REQUIRE(board.acknowledge() == (irq | rdy));
        const auto expected = board.next(false);
        board.host.memory.fences.push_back({row.first, row.last, row.direction, row.answer});
        board.run();
        CHECK(board.acknowledge() == (irq | row.status));
        CHECK(board.picture() != expected);
        // The next job is none the worse for it.
        board.host.memory.fences.clear();
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
}

TEST_CASE("jobs that G1 cannot do end in an error, and the next one is done", "[vpu]") {
    struct Row {
        unsigned number;
        std::uint32_t value;
        std::uint32_t status;
        bool unimplemented;
    };
    for (const Row& row :
         {Row{3, 0u << 28, error, false},        // H.264, in a stream that has no slice of it
          {3, 4u << 28, error, true},            // VC-1
          {3, 5u << 28, error | buffer, false},  // MPEG-2, in a stream that has no slice of it
          {60, 2, error, true},                  // post-processor, with RGB
          {4, 0, error, false},                  // no size
          {9, 0, error | buffer, false}}) {      // no stream
        CAPTURE(row.number, row.value);
        Board board;
        const auto expected = board.next(true);
        write32(board.g1, 4 * row.number, row.value);
        board.host.unimplemented.clear();
        board.run();
        CHECK(board.acknowledge() == (irq | row.status));
        CHECK(board.host.unimplemented.empty() != row.unimplemented);
        write32(board.g1, 4 * 60, 0);
        board.program();
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
}

TEST_CASE("the post-processor puts pictures out as YUYV beside the decoder's", "[vpu]") {
    constexpr std::uint32_t at = 0x300000;
    struct Size {
        unsigned width, height;
    };
    for (const Size& size : {Size{48, 48}, {48, 40}, {46, 2}, {64, 64}, {0, 0}}) {
        CAPTURE(size.width, size.height);
        Board board;
        for (unsigned job = 0; job < 2; ++job) {
            const auto expected = board.next(job == 0);
            board.host.memory.put(at, std::vector<std::uint8_t>(2 * 64 * 64, 0xee));
            write32(board.g1, 4 * 60, 1u << 1);
            write32(board.g1, 4 * 61, 0x70);
            write32(board.g1, 4 * 66, at);
            write32(board.g1, 4 * 85, 1u << 29 | 3u << 26 | size.height << 15 | size.width << 4);
            board.run();
            CHECK(board.acknowledge() == (irq | rdy));
            CHECK(board.picture() == expected);
            std::vector<std::uint8_t> packed(2 * 64 * 64, 0xee);
            for (unsigned y = 0; y < std::min(size.height, 48u); ++y) {
                for (unsigned x = 0; x < std::min(size.width, 48u); ++x) {
                    packed[2 * (y * size.width + x)] = expected[y * 48 + x];
                    packed[2 * (y * size.width + x) + 1] = expected[48 * 48 + y / 2 * 48 + x];
                }
            }
            CHECK(board.host.memory.bytes(at, packed.size()) == packed);
        }
        CHECK(board.host.unimplemented.empty());
    }
}

TEST_CASE("a post-processor that no memory answers is a bus error", "[vpu]") {
    Board board;
    const auto expected = board.next(true);
    write32(board.g1, 4 * 60, 1u << 1);
    write32(board.g1, 4 * 66, 0x08000000);
    board.host.memory.fences.push_back({0x08000000, 0x08ffffff, Direction::write, Response::slverr});
    write32(board.g1, 4 * 85, 1u << 29 | 3u << 26 | 48u << 15 | 48u << 4);
    board.run();
    CHECK(board.acknowledge() == (irq | bus));
    CHECK(board.picture() == expected);
}

TEST_CASE("G1 takes a job's registers at its start", "[vpu]") {
    Board board;
    const auto expected = board.next(true);
    board.start();
    for (unsigned number = 2; number < 60; ++number) {
        write32(board.g1, 4 * number, 0xffffffff);
    }
    board.host.run_work(board.g1);
    CHECK(board.acknowledge() == (irq | rdy));
    CHECK(board.picture() == expected);
}

TEST_CASE("a job of G1 that is given up leaves no word, before it runs and while it does", "[vpu]") {
    for (const bool running : {false, true}) {
        CAPTURE(running);
        Board board;
        const auto expected = board.next(true);
        unsigned asked = 0;
        if (running) {
            board.host.must_end = [&] {
                if (++asked == 2) {
                    write32(board.g1, interrupt, 0);
                }
                return false;
            };
        }
        board.start();
        if (!running) {
            write32(board.g1, interrupt, 0);
        }
        board.host.run_work(board.g1);
        CHECK(read32(board.g1, interrupt) == 0);
        CHECK(board.host.irq_edges[0] == 0);
        board.host.must_end = nullptr;
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
}

TEST_CASE("another job takes the place of one that was given up while it ran", "[vpu]") {
    Board board;
    const auto expected = board.next(true);
    unsigned asked = 0;
    board.host.must_end = [&] {
        if (++asked == 2) {
            write32(board.g1, interrupt, 0);
            write32(board.g1, interrupt, dec_e);
        }
        return false;
    };
    board.run();
    CHECK(board.host.irq_edges[0] == 1);
    CHECK(board.acknowledge() == (irq | rdy));
    CHECK(board.picture() == expected);
}

TEST_CASE("G1 loses everything with its power, in the middle of a job too", "[vpu]") {
    for (const bool running : {false, true}) {
        CAPTURE(running);
        Board board;
        const auto expected = board.next(true);
        unsigned asked = 0;
        if (running) {
            board.host.must_end = [&] {
                if (++asked == 2) {
                    board.g1.lose_state();
                }
                return false;
            };
            board.run();
        } else {
            board.run();
            CHECK(board.host.irq[0]);
            board.g1.lose_state();
        }
        CHECK_FALSE(board.host.irq[0]);
        for (unsigned number = 1; number < 128; ++number) {
            CHECK(read32(board.g1, 4 * number) == 0);
        }
        board.host.must_end = nullptr;
        board.program();
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
}

TEST_CASE("G1's work is put off between rows and goes on, here or from a saved state", "[vpu]") {
    Board board;
    const auto expected = board.next(true);
    board.start();
    unsigned asked = 0;
    board.host.must_end = [&] { return ++asked % 2 == 0; };
    CHECK(board.g1.work());
    CHECK(read32(board.g1, interrupt) == dec_e);
    const auto state = board.g1.save();

    Board twin;
    twin.player.picture_size = board.player.picture_size;
    twin.output = board.output;
    twin.host.memory = board.host.memory;
    REQUIRE_FALSE(twin.g1.load(state).has_value());
    CHECK(twin.host.work_requested);
    CHECK(twin.g1.save() == state);
    twin.host.run_work(twin.g1);
    CHECK(twin.acknowledge() == (irq | rdy));
    CHECK(twin.picture() == expected);

    unsigned turns = 1;
    while (board.g1.work()) {
        ++turns;
    }
    CHECK(turns >= 2);
    CHECK(board.acknowledge() == (irq | rdy));
    CHECK(board.picture() == expected);
}

TEST_CASE("faults that delay the bus delay the end of G1's job", "[vpu]") {
    Board board;
    board.next(true);
    board.host.delay = 5000;
    board.run();
    CHECK(read32(board.g1, interrupt) == dec_e);
    const auto state = board.g1.save();
    Board twin;
    REQUIRE_FALSE(twin.g1.load(state).has_value());
    for (Board* each : {&board, &twin}) {
        each->host.run_work(each->g1);
        each->host.advance(each->g1, 4999);
        CHECK(read32(each->g1, interrupt) == dec_e);
        each->host.advance(each->g1, 1);
        CHECK(each->acknowledge() == (irq | rdy));
    }
}

TEST_CASE("G1 counts jobs, pictures, and what they moved by its stream", "[vpu]") {
    Board board;
    CHECK(counted(board.g1).empty());
    std::map<std::string, std::uint64_t> moved;
    for (unsigned job = 0; job < 3; ++job) {
        board.next(job == 0);
        board.host.memory.accesses.clear();
        board.run();
        REQUIRE(board.acknowledge() == (irq | rdy));
        for (const auto& access : board.host.memory.accesses) {
            const bool write = access.direction == Direction::write;
            moved[std::string(write ? "bytes-written." : "bytes-read.") + std::string(name(access.stream))] +=
                access.size;
        }
    }
    CHECK(moved["bytes-read.table"] == 3 * 1208);
    CHECK(moved["bytes-written.picture"] == 3 * 3 * 3 * 384);
    moved.insert({{"jobs", 3}, {"frames", 3}, {"codecs.2.frames", 3}});
    CHECK(counted(board.g1) == moved);
    REQUIRE(board.host.jobs.size() == 3);
    CHECK(board.host.jobs[2].number == 3);
    CHECK(board.host.jobs[2].kind == "vp8");
    CHECK(board.host.jobs[2].status == rdy);
    CHECK(board.host.jobs[2].bytes_written >= 3 * 3 * 384);

    SECTION("a loss of power leaves the numbers, a saved state has them, a reset clears them") {
        board.g1.lose_state();
        CHECK(counted(board.g1) == moved);
        Board twin;
        REQUIRE_FALSE(twin.g1.load(board.g1.save()).has_value());
        CHECK(counted(twin.g1) == moved);
        board.g1.reset();
        CHECK(counted(board.g1).empty());
    }
    SECTION("errors are counted by kind, and jobs that were given up") {
        struct Row {
            unsigned number;
            std::uint32_t value;
            const char* error;
        };
        for (const Row& row : {Row{3, 4u << 28, "errors.unsupported"},
                               {60, 2, "errors.unsupported"},
                               {4, 0, "errors.stream"},
                               {9, 0, "errors.stream-end"},
                               {40, 0, "errors.bus"}}) {
            CAPTURE(row.error);
            const std::uint64_t before = counter(board.g1, row.error);
            write32(board.g1, 4 * row.number, row.value);
            board.host.memory.fences = {{0, 0xfff, Direction::read, Response::slverr}};
            board.run();
            CHECK(counter(board.g1, row.error) == before + 1);
            board.acknowledge();
            write32(board.g1, 4 * 60, 0);
            board.program();
        }
        CHECK(counter(board.g1, "jobs") == 8);
        CHECK(counter(board.g1, "frames") == 3);
        CHECK(board.host.jobs.size() == 8);
        CHECK(board.host.jobs[3].kind == "unsupported");
        board.start();
        write32(board.g1, interrupt, 0);
        board.start();
        board.g1.lose_state();
        CHECK(counter(board.g1, "aborted") == 2);
        CHECK(counter(board.g1, "jobs") == 8);
    }
}

TEST_CASE("two fields are a frame", "[vpu]") {
    constexpr std::string_view codecs[] = {"a", "b"};
    vpu::Statistics statistics("g1", codecs);
    const auto frames = [&] {
        for (const Counter& each : statistics.told()) {
            if (each.name == "frames") {
                return std::get<std::uint64_t>(each.value);
            }
        }
        return ~std::uint64_t{0};
    };
    for (const std::uint64_t expected : {0u, 1u, 1u, 2u}) {
        statistics.add({.codec = 1, .field = true});
        CHECK(frames() == expected);
    }
    statistics.add({.codec = 1, .field = true, .error = vpu::JobError::stream});
    CHECK(frames() == 2);
    statistics.add({.codec = 1});
    CHECK(frames() == 3);
}

TEST_CASE("a job of G1 stalls, for a time or until it is given up", "[vpu]") {
    Board board;
    const auto expected = board.next(true);
    SECTION("for a time") {
        board.host.faults["stall"] = {0, 7000};
        board.host.delay = 1000;
        board.run();
        board.host.advance(board.g1, 7999);
        CHECK(read32(board.g1, interrupt) == dec_e);
        board.host.advance(board.g1, 1);
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
    SECTION("for ever, here and in a saved state, but not longer than the job") {
        board.host.faults["stall"] = {0, 0};
        board.run();
        Board twin;
        REQUIRE_FALSE(twin.g1.load(board.g1.save()).has_value());
        twin.player.picture_size = board.player.picture_size;
        twin.output = board.output;
        twin.host.memory = board.host.memory;
        for (Board* each : {&board, &twin}) {
            CHECK(each->host.deadlines.empty());
            CHECK_FALSE(each->host.run_work(each->g1));
            CHECK(read32(each->g1, interrupt) == dec_e);
            CHECK(counter(each->g1, "jobs") == 1);
            write32(each->g1, interrupt, 0);
            CHECK(read32(each->g1, interrupt) == 0);
            CHECK_FALSE(each->host.irq[0]);
            each->run();
            CHECK(each->acknowledge() == (irq | rdy));
            CHECK(each->picture() == expected);
        }
    }
}

TEST_CASE("a job of G1 ends with the error that somebody injects", "[vpu]") {
    for (const auto& [value, status] :
         {std::pair{0u, error}, {bus, bus}, {~0u, 0x7f000u | 1u << 24}, {irq, error}}) {
        CAPTURE(value);
        Board board;
        board.next(true);
        board.host.faults["error-status"] = {value, 0};
        board.run();
        CHECK(board.host.jobs.back().status == status);
        CHECK(board.acknowledge() == (irq | status));
        CHECK(counter(board.g1, "frames") == 1);  // the picture is there all the same
        board.next(false);
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
    }
}

TEST_CASE("states that no job brings about are refused", "[vpu]") {
    Board board;
    board.next(true);
    const auto idle = board.g1.save();
    board.start();
    const auto busy = board.g1.save();
    REQUIRE(idle.size() == busy.size());
    std::size_t differences = 0;
    for (std::size_t i = 0; i < idle.size(); ++i) {
        if (idle[i] != busy[i]) {
            auto mixed = idle;
            mixed[i] = busy[i];
            Board twin;
            // DEC_E without a job, or a job without DEC_E; what the job's registers are is free.
            differences += twin.g1.load(mixed).has_value() ? 1 : 0;
        }
    }
    CHECK(differences == 2);
}

TEST_CASE("resets of VPU_BLK_CTRL and the VPU's power gate clear the decoders", "[vpu]") {
    FakeHost host, g1_host, g2_host;
    VpuG1 g1(g1_host);
    VpuG2 g2(g2_host);
    g1.reset();
    g2.reset();
    VpuBlkCtrl block(host);
    REQUIRE(block.connect("g1", g1));
    REQUIRE(block.connect("g2", g2));
    CHECK_FALSE(block.connect("g3", g1));
    CHECK_FALSE(block.connect("g1", block));
    Gpc gpc(host);
    REQUIRE(gpc.connect("vpu-g1", g1));
    REQUIRE(gpc.connect("vpu-g2", g2));
    CHECK_FALSE(gpc.connect("vpu-g1", block));
    const auto mark = [&] {
        write32(g1, 0x34, 1);
        write32(g2, 0x34, 1);
    };
    const auto kept = [&] { return read32(g1, 0x34) | read32(g2, 0x34) << 1; };

    mark();
    write32(block, 0, 3);
    CHECK(kept() == 3);  // out of reset
    write32(block, 0, 3);
    CHECK(kept() == 3);
    write32(block, 0, 1);
    CHECK(kept() == 2);
    mark();
    write32(block, 0, 2);
    CHECK(kept() == 1);
    mark();
    write32(block, 0, 0);
    CHECK(kept() == 2);  // G1 alone went into reset

    constexpr std::uint32_t pu_up = 0xf8, pu_down = 0x104, vpu_gate = 0xe00, display_gate = 0xe80;
    mark();
    write32(gpc, pu_down, 1u << 8);
    CHECK(kept() == 3);  // the gate does not follow requests yet
    write32(gpc, vpu_gate, 1);
    write32(gpc, display_gate, 1);
    write32(gpc, pu_down, 1u << 10);
    write32(gpc, pu_up, 1u << 8);
    CHECK(kept() == 3);
    write32(gpc, pu_down, 1u << 8);
    CHECK(kept() == 0);
}

TEST_CASE("the decoders' port goes on at address 0 behind the last one", "[vpu]") {
    FakeHost host;
    vpu::HostPort port(host, Master::vpu_decoder);
    std::vector<std::uint8_t> data(24);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::uint8_t>(i + 1);
    }
    CHECK(port.write(vpu::Stream::picture, 0xfffffff8, data) == Response::okay);
    CHECK(host.memory.byte(0xffffffff) == 8);
    CHECK(host.memory.byte(0) == 9);
    std::vector<std::uint8_t> back(24);
    CHECK(port.read(vpu::Stream::reference, 0xfffffff8, back) == Response::okay);
    CHECK(back == data);
    CHECK(host.memory.accesses.size() == 4);
    // Lines of a rectangle that lie apart.
    CHECK(port.read_rows(vpu::Stream::reference, {0xfffffffc, 6, 4, 3}, std::span(back).first(12)) ==
          Response::okay);
    CHECK(std::vector(back.begin(), back.begin() + 12) ==
          std::vector<std::uint8_t>{5, 6, 7, 8, 11, 12, 13, 14, 17, 18, 19, 20});
}
