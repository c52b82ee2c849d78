// SPDX-License-Identifier: GPL-2.0-or-later
/** G2's registers, interrupts, jobs that it does not have, and their records. */
#include "../catch.hpp"
#include "../every_core.hpp"
#include "../fake_host.hpp"
#include "../interface/counters.hpp"
#include "vpu/g2/vpu_g2.hpp"
#include "vpu/job/replay.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint32_t interrupt = 4, dec_e = 1u << 0, irq_dis = 1u << 4, abort_e = 1u << 5, irq = 1u << 8,
                        abort_int = 1u << 11, error = 1u << 16;

/** A job whose codec is none that there is. */
void program_no_codec(VpuG2& g2) {
    write32(g2, 4 * 3, 3u << 27);
}

}  // namespace

TEST_CASE("G2 answers jobs of codecs that it lacks with an error", "[vpu]") {
    FakeHost host;
    VpuG2 g2(host);
    g2.reset();
    CHECK(read32(g2, 0) == 0x67320000);
    program_no_codec(g2);
    for (unsigned job = 0; job < 2; ++job) {
        write32(g2, interrupt, dec_e);
        CHECK(read32(g2, interrupt) == dec_e);
        CHECK(host.run_work(g2));
        CHECK(read32(g2, interrupt) == (irq | error));
        CHECK(host.irq[0]);
        // As Linux's handler: DEC_IRQ and the results next to it by read-modify-write.
        write32(g2, interrupt, read32(g2, interrupt) & ~(irq | 0x7800u));
        CHECK_FALSE(host.irq[0]);
        CHECK(read32(g2, interrupt) == error);
    }
    CHECK(host.unimplemented ==
          std::vector<std::string>(2, "vpu-g2: a job of mode 3 is not there, it ends in an error"));
    write32(g2, interrupt, dec_e | irq_dis);
    host.run_work(g2);
    CHECK(read32(g2, interrupt) == (error | irq_dis));
    CHECK(host.irq_edges[0] == 2);
    CHECK(counted(g2) == std::map<std::string, std::uint64_t>{{"jobs", 3}, {"errors.unsupported", 3}});
    CHECK(host.jobs.size() == 3);
}

TEST_CASE("G2's registers are stored, and lost with its power", "[vpu]") {
    FakeHost host;
    VpuG2 g2(host);
    g2.reset();
    for (unsigned number = 2; number < 512; ++number) {
        write32(g2, 4 * number, 0xa5a50000 | number);
    }
    for (unsigned number = 2; number < 512; ++number) {
        REQUIRE(read32(g2, 4 * number) == (0xa5a50000 | number));
    }
    write32(g2, interrupt, 0xffffffff & ~(dec_e | abort_e));
    CHECK(read32(g2, interrupt) == irq_dis);
    write32(g2, interrupt, dec_e);
    g2.lose_state();
    CHECK_FALSE(host.irq[0]);
    for (unsigned number = 1; number < 512; ++number) {
        REQUIRE(read32(g2, 4 * number) == 0);
    }
    CHECK(counted(g2) == std::map<std::string, std::uint64_t>{{"aborted", 1}});
}

TEST_CASE("G2 gives a job up when ABORT_E is written, and says so", "[vpu]") {
    for (const bool quiet : {false, true}) {
        CAPTURE(quiet);
        FakeHost host;
        VpuG2 g2(host);
        g2.reset();
        program_no_codec(g2);
        write32(g2, interrupt, abort_e);
        CHECK(read32(g2, interrupt) == 0);  // nothing is under way
        write32(g2, interrupt, dec_e);
        // As Linux's reset: the control bits beside what is there, and then it waits for DEC_E.
        write32(g2, interrupt, read32(g2, interrupt) | abort_e | (quiet ? irq_dis : 0));
        CHECK(read32(g2, interrupt) == (quiet ? abort_int | irq_dis : abort_int | irq));
        CHECK(host.irq[0] == !quiet);
        host.run_work(g2);
        CHECK(host.jobs.empty());
        CHECK(counter(g2, "aborted") == 1);
        write32(g2, interrupt, 0);
        CHECK(read32(g2, interrupt) == 0);
        write32(g2, interrupt, dec_e);
        host.run_work(g2);
        CHECK(read32(g2, interrupt) == (irq | error));
    }
}

TEST_CASE("a job of G2 goes on from a saved state", "[vpu]") {
    FakeHost host, twin_host;
    VpuG2 g2(host), twin(twin_host);
    g2.reset();
    twin.reset();
    program_no_codec(g2);
    write32(g2, interrupt, dec_e);
    const auto state = g2.save();
    REQUIRE_FALSE(twin.load(state).has_value());
    CHECK(twin.save() == state);
    CHECK(twin_host.work_requested);
    twin_host.run_work(twin);
    CHECK(read32(twin, interrupt) == (irq | error));
}

TEST_CASE("jobs of G2 are recorded and run again", "[vpu]") {
    FakeHost host;
    VpuG2 g2(host);
    g2.reset();
    REQUIRE_FALSE(g2.set_text("record", "folder").has_value());
    program_no_codec(g2);
    write32(g2, interrupt, dec_e);
    host.run_work(g2);
    REQUIRE(host.stored.size() == 1);
    CHECK(host.stored.begin()->first == "folder/g2-000001.job");
    std::string problem;
    auto record = vpu::JobRecord::parse(host.stored.begin()->second, problem);
    REQUIRE(record.has_value());
    CHECK(record->decoder == vpu::DecoderKind::g2);
    CHECK(record->registers.size() == 512);
    CHECK(record->status == error);
    const auto again = vpu::replay(*record);
    CHECK(again.codec == "unsupported");
    CHECK(again.status == error);
    CHECK(again.differences.empty());
    record->registers.resize(128);
    CHECK(vpu::replay(*record).differences == std::vector<std::string>{"128 registers, G2 has 512"});
}
