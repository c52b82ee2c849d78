// SPDX-License-Identifier: GPL-2.0-or-later
/** Jobs of G1 on record: what is in a file, what it is good for elsewhere, and files that are none. */
#include <algorithm>
#include <set>

#include "../every_core.hpp"
#include "g1_board.hpp"
#include "vpu/job/replay.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t bus = 1u << 13, error = 1u << 16;

/** A board that records into "folder". */
struct Recording : G1Board {
    Recording() { REQUIRE_FALSE(g1.set_text("record", "folder").has_value()); }

    /** The file of the job that ended last. */
    const std::vector<std::uint8_t>& last() const {
        REQUIRE_FALSE(host.stored.empty());
        return host.stored.rbegin()->second;
    }
};

vpu::JobRecord parsed(const std::vector<std::uint8_t>& bytes) {
    std::string problem;
    auto record = vpu::JobRecord::parse(bytes, problem);
    INFO(problem);
    REQUIRE(record.has_value());
    CHECK(problem.empty());
    return *record;
}

/** A record by hand. */
class Writer {
 public:
    explicit Writer(const vpu::JobRecord& record) : writer_(record.decoder, record.registers) {}

    Writer& add(const vpu::JobRecord::Access& access) {
        writer_.access(access.direction, access.stream, access.answer, access.lines, access.data);
        return *this;
    }
    std::vector<std::uint8_t> end(std::uint32_t status) { return writer_.end(status); }

 private:
    vpu::JobRecordWriter writer_;
};

}  // namespace

TEST_CASE("a record has a job's registers, all that it moved, and its end", "[vpu]") {
    Recording board;
    for (unsigned job = 0; job < 2; ++job) {
        board.next(job == 0);
        board.host.memory.accesses.clear();
        board.run();
        REQUIRE(board.acknowledge() == (irq | rdy));
    }
    std::set<std::string> names;
    for (const auto& [name, bytes] : board.host.stored) {
        names.insert(name);
    }
    CHECK(names == std::set<std::string>{"folder/g1-000001.job", "folder/g1-000002.job"});
    const auto record = parsed(board.last());
    CHECK(record.decoder == vpu::DecoderKind::g1);
    CHECK(record.status == rdy);
    REQUIRE(record.registers.size() == 128);
    CHECK(record.registers[1] == dec_e);
    for (unsigned number = 2; number < 60; ++number) {
        CHECK(record.registers[number] == board.player.registers[number]);
    }
    std::size_t moved = 0, asked = 0;
    for (const auto& access : record.accesses) {
        moved += access.data.size();
        CHECK(access.answer == Response::okay);
        CHECK(access.stream != Stream::none);
        for (std::uint32_t y = 0; access.direction == Direction::write && y < access.lines.height; ++y) {
            const auto row = access.data.subspan(std::size_t{y} * access.lines.width, access.lines.width);
            CHECK(board.host.memory.bytes(access.lines.base + y * access.lines.stride, row.size()) ==
                  std::vector<std::uint8_t>(row.begin(), row.end()));
        }
    }
    for (const auto& access : board.host.memory.accesses) {
        asked += access.size;
    }
    CHECK(moved == asked);
}

TEST_CASE("a recorded job does the same again, whatever the firewall has made of it", "[vpu]") {
    struct Row {
        std::uint64_t first;
        std::uint64_t last;
        Direction direction;
        Response answer;
        std::uint32_t status;
    };
    const std::uint64_t stream = Vp8TestPlayer::stream_at, table = Vp8TestPlayer::table_at,
                        map = Vp8TestPlayer::map_at, pictures = Vp8TestPlayer::pictures_at;
    for (const Row& row : {Row{1, 0, Direction::read, Response::okay, rdy},  // nothing is denied
                           {stream, stream + 0xffff, Direction::read, Response::okay, rdy},
                           {table, table + 0xfff, Direction::read, Response::okay, rdy},
                           {map, map + 0xfff, Direction::write, Response::okay, rdy},
                           {pictures, ~0u, Direction::read, Response::okay, rdy},
                           {pictures, ~0u, Direction::write, Response::okay, rdy},
                           {table, table + 0xfff, Direction::read, Response::slverr, bus},
                           {pictures, ~0u, Direction::read, Response::decerr, bus},
                           {pictures, ~0u, Direction::write, Response::slverr, bus}}) {
        CAPTURE(row.first, row.direction, row.answer);
        Recording board;
        board.next(true);
        board.run();
        board.acknowledge();
        board.next(false);
        board.host.memory.fences.push_back({row.first, row.last, row.direction, row.answer});
        board.run();
        REQUIRE(board.acknowledge() == (irq | row.status));
        const auto record = parsed(board.last());
        CHECK(record.status == row.status);
        const vpu::Replay again = vpu::replay(record);
        CHECK(again.codec == "vp8");
        CHECK(again.status == row.status);
        CHECK(again.differences.empty());
        CHECK(again.remarks.empty());
        CHECK(again.read + again.written == [&] {
            std::uint64_t moved = 0;
            for (const auto& access : record.accesses) {
                moved += access.data.size();
            }
            return moved;
        }());
    }
}

TEST_CASE("a replay tells what is not the same", "[vpu]") {
    Recording board;
    board.next(true);
    board.run();
    const auto record = parsed(board.last());
    const auto lines_of = [](const std::vector<std::uint8_t>& bytes) {
        std::string text;
        const vpu::Replay again = vpu::replay(parsed(bytes));
        for (const auto* lines : {&again.differences, &again.remarks}) {
            for (const std::string& line : *lines) {
                text += line + "\n";
            }
        }
        return text;
    };
    const auto copy = [&record](const auto& change) {
        Writer writer(record);
        for (vpu::JobRecord::Access access : record.accesses) {
            std::vector<std::uint8_t> data(access.data.begin(), access.data.end());
            if (change(access, data)) {
                access.data = data;
                writer.add(access);
            }
        }
        return writer.end(record.status);
    };
    CHECK(copy([](auto&, auto&) { return true; }) == board.last());
    SECTION("another status") {
        Writer writer(record);
        for (const auto& access : record.accesses) {
            writer.add(access);
        }
        CHECK(lines_of(writer.end(error)) == "ended with 0x1000, recorded is 0x10000\n");
    }
    SECTION("another value") {
        bool done = false;
        std::uint32_t where = 0;
        const auto bytes = copy([&](auto& access, auto& data) {
            if (access.direction == Direction::write && access.stream == Stream::picture &&
                !std::exchange(done, true)) {
                data[access.lines.width + 3] ^= 1u;
                where = access.lines.base + access.lines.stride + 3;
            }
            return true;
        });
        char expected[96];
        std::snprintf(expected, sizeof expected,
                      "1 bytes, the first one at 0x%08x: written with other values than recorded\n", where);
        CHECK(lines_of(bytes) == expected);
    }
    SECTION("a write that is not there, and one too many") {
        const auto without = copy([](auto& access, auto&) { return access.direction == Direction::read; });
        // 3 x 3 macroblocks, and two bits for each in the segment map.
        CHECK(lines_of(without).find("3459 bytes, ") == 0);
        CHECK(lines_of(without).find("written now and not in the record") != std::string::npos);
        Writer more(record);
        for (const auto& access : record.accesses) {
            more.add(access);
        }
        const std::vector<std::uint8_t> data(5, 7);
        more.add({Direction::write, Stream::picture, Response::okay, {0xfffffffe, 5, 5, 1}, data});
        CHECK(lines_of(more.end(record.status)) ==
              "5 bytes, the first one at 0x00000000: written in the record only\n");
    }
    SECTION("a read that the record does not have") {
        const auto without = copy([](auto& access, auto&) { return access.stream != Stream::table; });
        CHECK(lines_of(without).find("read now and not in the record, taken for zeros") != std::string::npos);
    }
    SECTION("memory that somebody else has changed") {
        Writer more(record);
        for (const auto& access : record.accesses) {
            more.add(access);
            if (access.stream == Stream::table) {
                std::vector<std::uint8_t> data(access.data.begin(), access.data.end());
                data[0] ^= 1u;
                auto again = access;
                again.data = data;
                more.add(again);
            }
        }
        CHECK(lines_of(more.end(record.status)).find("changed by others while the job was recorded") !=
              std::string::npos);
    }
}

TEST_CASE("jobs are recorded only where that is wanted, and a full disk ends it", "[vpu]") {
    G1Board quiet;
    quiet.next(true);
    quiet.run();
    CHECK(quiet.host.stored.empty());
    REQUIRE(quiet.g1.properties().size() == 1);
    CHECK(quiet.g1.properties()[0].text);
    CHECK(quiet.g1.set_text("recording", "x") == "no text recording");
    CHECK(quiet.g1.set_property("record", 1) == "no property record");

    Recording board;
    board.next(true);
    board.run();
    board.acknowledge();
    board.host.disk_is_full = true;
    for (unsigned job = 0; job < 3; ++job) {
        const auto expected = board.next(false);
        board.run();
        CHECK(board.acknowledge() == (irq | rdy));
        CHECK(board.picture() == expected);
    }
    CHECK(board.host.stored.size() == 1);
    CHECK(board.host.stores_refused == 1);
}

TEST_CASE("a job that stands still is recorded as a whole, one that is given up is not", "[vpu]") {
    Recording board;
    board.next(true);
    unsigned asked = 0;
    board.host.must_end = [&] { return ++asked % 2 == 0; };
    board.start();
    while (board.g1.work()) {
    }
    board.host.must_end = nullptr;
    CHECK(asked > 4);
    REQUIRE(board.host.stored.size() == 1);
    CHECK(vpu::replay(parsed(board.last())).differences.empty());
    board.acknowledge();
    board.next(false);
    board.start();
    write32(board.g1, interrupt, 0);
    board.host.run_work(board.g1);
    CHECK(board.host.stored.size() == 1);
}

TEST_CASE("a job that G1 lacks is recorded with its registers", "[vpu]") {
    Recording board;
    board.next(true);
    write32(board.g1, 4 * 3, 4u << 28);
    board.run();
    const auto record = parsed(board.last());
    CHECK(record.status == error);
    CHECK(record.accesses.empty());
    CHECK(vpu::replay(record).codec == "unsupported");
    CHECK(vpu::replay(record).differences.empty());
}

TEST_CASE("a job that would fill the disk is not recorded", "[vpu]") {
    vpu::JobRecordWriter writer(vpu::DecoderKind::g1, std::vector<std::uint32_t>(128));
    const std::vector<std::uint8_t> megabyte(1u << 20);
    for (unsigned i = 0; i < 64; ++i) {
        writer.access(Direction::read, Stream::reference, Response::okay, {0, 1u << 20, 1u << 20, 1},
                      megabyte);
    }
    CHECK(writer.end(rdy).empty());
}

TEST_CASE("files that are no records are refused with a line", "[vpu]") {
    Recording board;
    board.next(true);
    board.run();
    const auto& whole = board.last();
    const auto problem_of = [](std::span<const std::uint8_t> bytes) {
        std::string problem;
        CHECK_FALSE(vpu::JobRecord::parse(bytes, problem).has_value());
        return problem;
    };
    const auto with = [&whole](std::size_t at, std::uint8_t value) {
        auto changed = whole;
        changed[at] = value;
        return changed;
    };
    const std::size_t first = 20 + 4 * 128;
    CHECK(problem_of({}) == "no record of a job: it does not begin with 'SVP-JOB'");
    CHECK(problem_of(with(0, 's')) == "no record of a job: it does not begin with 'SVP-JOB'");
    CHECK(problem_of(with(8, 2)) == "a record of format 2, format 1 is read");
    CHECK(problem_of(with(12, 7)) == "a record of decoder 7, whose engines are not there");
    CHECK(problem_of(with(18, 1)) == "65664 registers, at most 1024 are possible");
    CHECK(problem_of(with(first, 4)) == "an access of no kind that there is");
    CHECK(problem_of(with(first + 1, 99)) == "an access of no kind that there is");
    CHECK(problem_of(with(first + 15, 255)) == "the record ends early");
    auto longer = whole;
    longer.push_back(0);
    CHECK(problem_of(longer) == "bytes behind the end of the record");
    for (std::size_t length = 9; length < whole.size(); length += 1 + length / 16) {
        CAPTURE(length);
        CHECK(problem_of(std::span(whole).first(length)) == "the record ends early");
    }
    std::string problem;
    const auto few = vpu::JobRecordWriter(vpu::DecoderKind::g1, std::vector<std::uint32_t>(5)).end(rdy);
    const auto record = vpu::JobRecord::parse(few, problem);
    REQUIRE(record.has_value());
    CHECK(vpu::replay(*record).differences == std::vector<std::string>{"5 registers, G1 has 128"});
}

TEST_CASE("records with any changes are refused or run to an end", "[vpu]") {
    Recording board;
    board.next(true);
    board.run();
    board.next(false);
    board.run();
    Random random(11);
    unsigned run = 0;
    for (unsigned attempt = 0; attempt < 300; ++attempt) {
        auto bytes = board.last();
        for (std::uint64_t changes = 1 + random.below(8); changes != 0; --changes) {
            const std::size_t head = 20 + 4 * 128;
            bytes[20 + random.below(random.one_in(2) ? head - 20 : bytes.size() - 20)] ^=
                static_cast<std::uint8_t>(1u << random.below(8));
        }
        // Pictures of at most 8 x 8 macroblocks: larger ones do the same more often.
        bytes[20 + 16] = bytes[20 + 17] = 0;
        bytes[20 + 18] &= 0x01;
        bytes[20 + 19] &= 0x03;
        std::string problem;
        if (const auto record = vpu::JobRecord::parse(bytes, problem)) {
            CHECK(vpu::replay(*record).status != 0);
            ++run;
        }
    }
    CHECK(run > 100);
}
