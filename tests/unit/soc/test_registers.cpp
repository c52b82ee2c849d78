// SPDX-License-Identifier: GPL-2.0-or-later
/** Registers of hw/soc against what is known of the chip, and its power and reset controllers together. */
#include "../every_core.hpp"
#include "../fuzz_operations.hpp"
#include "soc/gpc.hpp"
#include "soc/src.hpp"

using namespace svp;
using namespace svp::test;

namespace {

/** Written from the fact sheets, drivers and NXP's device header, not from the declarations under test. */
struct Expectation {
    const char* type;
    unsigned region;
    std::uint32_t offset;
    std::uint32_t reset;
    std::uint32_t writable;  ///< bits that can be made both 0 and 1 by plain writes
};

constexpr Expectation expectations[] = {
    // Fractional PLLs: LOCK reads 1 with power, so it toggles with PD although nobody can write it.
    {"imx8mq.anatop", 0, 0x00, 0x00088080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x04, 0x00000000, 0x7fffffff},
    {"imx8mq.anatop", 0, 0x08, 0x00088080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x10, 0x00088080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x18, 0x80208080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x1c, 39, 0x7fffffff},
    {"imx8mq.anatop", 0, 0x20, 0x80208080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x24, 29, 0x7fffffff},
    {"imx8mq.anatop", 0, 0x28, 0x80208080, 0x803fffff},
    {"imx8mq.anatop", 0, 0x2c, 49, 0x7fffffff},
    {"imx8mq.anatop", 0, 0x30, 0x82aaaa08, 0x83ffffff},
    {"imx8mq.anatop", 0, 0x34, 0, 0x1ff},
    {"imx8mq.anatop", 0, 0x38, 0x00ece580, 0x0fffffff},
    {"imx8mq.anatop", 0, 0x54, 0x00000088, 0x800003ff},
    {"imx8mq.anatop", 0, 0x60, 0x80000208, 0x800003ff},
    {"imx8mq.anatop", 0, 0x68, 0x00ece580, 0x0fffffff},
    {"imx8mq.anatop", 0, 0x6c, 0x00824010, 0},
    {"imx8mq.anatop", 0, 0x74, 0, 0x1f},
    {"imx8mq.anatop", 0, 0x78, 0, 0x777777},
    {"imx8mq.anatop", 0, 0x7c, 0, 0x77777},

    {"imx8mq.ccm", 0, 0x0000, 0, 0xffffffff},
    {"imx8mq.ccm", 0, 0x0800, 0, 0x3333},
    {"imx8mq.ccm", 0, 0x4000, 0, 0x3333},
    {"imx8mq.ccm", 0, 0x4220, 0, 0x3333},
    {"imx8mq.ccm", 0, 0x4be0, 0, 0x3333},
    {"imx8mq.ccm", 0, 0x8000, 0x11000000, 0x1707003f},
    {"imx8mq.ccm", 0, 0x9000, 0x11000000, 0x1707003f},
    {"imx8mq.ccm", 0, 0x9080, 0x10000001, 0x1707003f},
    {"imx8mq.ccm", 0, 0xaf00, 0x10000000, 0x1707003f},
    {"imx8mq.ccm", 0, 0xad00, 0, 0x1707003f},
    {"imx8mq.ccm", 0, 0xc680, 0, 0x1707003f},

    {"imx8mq.dcss", 0, 0x18000, 0, 0x1001f},
    {"imx8mq.dcss", 0, 0x18040, 0, 0},  // statuses are cleared by 1
    {"imx8mq.dcss", 0, 0x19050, 0, 0x000fffdf},
    {"imx8mq.dcss", 0, 0x1a070, 0, 0xffff001f},
    {"imx8mq.dcss", 0, 0x180c0, 0, 0xffffffff},
    {"imx8mq.dcss", 0, 0x1b040, 0, 0x9fff1fff},
    {"imx8mq.dcss", 0, 0x1c000, 0, 0x1111},
    {"imx8mq.dcss", 0, 0x1c418, 0, 0x0fff0fff},
    {"imx8mq.dcss", 0, 0x1c8bc, 0, 0x0fffffff},
    {"imx8mq.dcss", 0, 0x20004, 0, 0x1fff1fff},
    {"imx8mq.dcss", 0, 0x2005c, 0, 0},
    {"imx8mq.dcss", 0, 0x20060, 0, 0},
    {"imx8mq.dcss", 0, 0x20068, 0, 0xf},
    {"imx8mq.dcss", 0, 0x23000, 0, 0x1ff},
    {"imx8mq.dcss", 0, 0x23014, 0, 0xffff},
    {"imx8mq.dcss", 0, 0x23020, 0, 0},
    {"imx8mq.dcss", 1, 0x00, 0, 0x17},
    {"imx8mq.dcss", 1, 0x10, 0, 0x10131},

    {"imx8mq.gpc", 0, 0x000, 0x3ff0, 0xf5cf404f},
    {"imx8mq.gpc", 0, 0x004, 0x20, 0x8fff0f3f},
    {"imx8mq.gpc", 0, 0x008, 0x3ff0, 0x8001400f},
    {"imx8mq.gpc", 0, 0x014, 0xe000ff82, 0xff8fffff},
    {"imx8mq.gpc", 0, 0x024, 0x80008000, 0xe007e007},
    {"imx8mq.gpc", 0, 0x018, 0xff, 0xffffffff},
    {"imx8mq.gpc", 0, 0x020, 0x01010100, 0xffffff07},
    {"imx8mq.gpc", 0, 0x028, 0x80008000, 0x80018001},
    {"imx8mq.gpc", 0, 0x02c, 0x21, 0x03000123},
    {"imx8mq.gpc", 0, 0x030, 0, 0xffffffff},
    {"imx8mq.gpc", 0, 0x05c, 0, 0xffffffff},
    {"imx8mq.gpc", 0, 0x070, 0, 0},
    {"imx8mq.gpc", 0, 0x0ec, 0, 0xffbdffbd},
    {"imx8mq.gpc", 0, 0x0f0, 0, 0},
    {"imx8mq.gpc", 0, 0x0f8, 0, 0},
    {"imx8mq.gpc", 0, 0x104, 0, 0},
    {"imx8mq.gpc", 0, 0x108, 0, 0xf},
    {"imx8mq.gpc", 0, 0x1dc, 0, 0xffffffff},
    {"imx8mq.gpc", 0, 0x1fc, 0x00ff000f, 0x07ff007f},
    {"imx8mq.gpc", 0, 0x800, 0, 0x3f3f3f7f},
    {"imx8mq.gpc", 0, 0x910, 0, 0xffffffff},
    {"imx8mq.gpc", 0, 0xf40, 0, 0x3f3f3f7f},

    {"imx8mq.iomuxc", 0, 0x014, 0, 0x17},
    {"imx8mq.iomuxc", 0, 0x250, 0, 0x17},
    {"imx8mq.iomuxc", 0, 0x254, 0, 0x39ff},
    {"imx8mq.iomuxc", 0, 0x4b8, 0, 0x39ff},
    {"imx8mq.iomuxc", 0, 0x4bc, 0, 0x7},
    {"imx8mq.iomuxc", 0, 0x530, 0, 0x7},

    {"imx8mq.irqsteer", 0, 0x00, 0, 0x1},
    {"imx8mq.irqsteer", 0, 0x04, 0, 0xffffffff},
    {"imx8mq.irqsteer", 0, 0x08, 0, 0xffffffff},
    {"imx8mq.irqsteer", 0, 0x0c, 0, 0xffffffff},
    {"imx8mq.irqsteer", 0, 0x10, 0, 0xffffffff},
    {"imx8mq.irqsteer", 0, 0x14, 0, 0},
    {"imx8mq.irqsteer", 0, 0x18, 0, 0},
    {"imx8mq.irqsteer", 0, 0x1c, 0, 0x1},
    {"imx8mq.irqsteer", 0, 0x20, 0, 0},

    {"imx8mq.ocotp", 0, 0x00, 0, 0xffff00ff},
    {"imx8mq.ocotp", 0, 0x10, 0, 0xffffffff},
    {"imx8mq.ocotp", 0, 0x20, 0, 0},
    {"imx8mq.ocotp", 0, 0x30, 0, 0},
    {"imx8mq.ocotp", 0, 0x40, 0xff0055aa, 0xffffffff},
    {"imx8mq.ocotp", 0, 0x90, 0, 0},
    {"imx8mq.ocotp", 0, 0x400, 0x1f3, 0},
    {"imx8mq.ocotp", 0, 0x410, 0x8d1c5d76, 0},
    {"imx8mq.ocotp", 0, 0x420, 0x0b2361d4, 0},
    {"imx8mq.ocotp", 0, 0x440, 0, 0},
    {"imx8mq.ocotp", 0, 0x470, 0, 0xffffffff},
    {"imx8mq.ocotp", 0, 0x640, 0x9f055651, 0xffffffff},
    {"imx8mq.ocotp", 0, 0x650, 0x00000204, 0xffffffff},
    {"imx8mq.ocotp", 0, 0x13f0, 0, 0xffffffff},

    {"imx8mq.src", 0, 0x00, 0x000000a0, 0x8f0000f0},
    {"imx8mq.src", 0, 0x04, 0x000a0000, 0x8f3fffff},
    {"imx8mq.src", 0, 0x08, 0x00000001, 0x8f00007e},
    {"imx8mq.src", 0, 0x0c, 0x000000a8, 0x8f0003f9},
    {"imx8mq.src", 0, 0x20, 0x00000001, 0x8f000001},
    {"imx8mq.src", 0, 0x2c, 0, 0x8f01dfff},
    {"imx8mq.src", 0, 0x40, 0, 0x8f000001},
    {"imx8mq.src", 0, 0x58, 0x00004000, 0},
    {"imx8mq.src", 0, 0x6c, 0x3ff, 0x7ffe},
    {"imx8mq.src", 0, 0x70, 0x02000000, 0x20},
    {"imx8mq.src", 0, 0x74, 0, 0xffffffff},
    {"imx8mq.src", 0, 0x94, 0, 0},
    {"imx8mq.src", 0, 0x98, 0, 0xffffffff},

    {"imx8mq.system-counter", 0, 0x08, 0, 0},
    {"imx8mq.system-counter", 1, 0x20, 0, 0xffffffff},
    {"imx8mq.system-counter", 1, 0x24, 0, 0x00ffffff},
    {"imx8mq.system-counter", 1, 0x12c, 0, 0x7},  // ISTAT follows EN, since the count has reached 0
    {"imx8mq.system-counter", 2, 0x00, 0x00000103, 0x00000303},
    {"imx8mq.system-counter", 2, 0x04, 0x00000100, 0},
    {"imx8mq.system-counter", 2, 0x20, 8333333, 0},
    {"imx8mq.system-counter", 2, 0x24, 32768, 0},

    {"imx8mq.tmu", 0, 0x000, 0, 0x8c00ffff},
    {"imx8mq.tmu", 0, 0x008, 0, 0xf},
    {"imx8mq.tmu", 0, 0x020, 0, 0xe0000000},
    {"imx8mq.tmu", 0, 0x050, 0, 0x800000ff},
    {"imx8mq.tmu", 0, 0x100, 0, 0},
    {"imx8mq.tmu", 0, 0xbf8, 0x100, 0},
    {"imx8mq.tmu", 0, 0xf10, 0, 0x000f00ff},

    {"imx8mq.vpu-blk-ctrl", 0, 0x00, 0, 0x3},
    {"imx8mq.vpu-blk-ctrl", 0, 0x04, 0, 0x3},
    {"imx8mq.vpu-blk-ctrl", 0, 0x08, 0, 0xffffffff},
    {"imx8mq.vpu-blk-ctrl", 0, 0x10, 0, 0xffffffff},

    {"imx8mq.vpu-g1", 0, 0x000, 0x67310000, 0},
    {"imx8mq.vpu-g1", 0, 0x004, 0, 0x11},  // DEC_E and DEC_IRQ_DIS; status bits are the decoder's
    {"imx8mq.vpu-g1", 0, 0x008, 0, 0xffffffff},
    {"imx8mq.vpu-g1", 0, 0x0bc, 0, 0xffffffff},
    {"imx8mq.vpu-g1", 0, 0x154, 0, 0xffffffff},
    {"imx8mq.vpu-g1", 0, 0x1fc, 0, 0xffffffff},

    {"imx8mq.vpu-g2", 0, 0x000, 0x67320000, 0},
    {"imx8mq.vpu-g2", 0, 0x004, 0, 0x10},  // a start that is aborted as well is none
    {"imx8mq.vpu-g2", 0, 0x008, 0, 0xffffffff},
    {"imx8mq.vpu-g2", 0, 0x40c, 0, 0xffffffff},
};

}  // namespace

TEST_CASE("reset values and writable bits of the SoC's registers", "[soc]") {
    for (const Expectation& expected : expectations) {
        CAPTURE(expected.type, expected.region, expected.offset);
        FakeHost host;
        const auto core = make_core(host, expected.type);
        const Transaction by = secure_access();
        CHECK(read32(*core, expected.offset, by, expected.region) == expected.reset);
        write32(*core, expected.offset, 0, by, expected.region);
        const std::uint32_t zeros = read32(*core, expected.offset, by, expected.region);
        // All ones but SRC's DOM_EN and LOCK, which would close the register, and OCOTP's unlock key.
        const bool is_src = std::string_view(expected.type) == "imx8mq.src" && expected.offset < 0x58;
        write32(*core, expected.offset, is_src ? 0xbfffffff : 0xffffffff, by, expected.region);
        const std::uint32_t ones = read32(*core, expected.offset, by, expected.region);
        CHECK((zeros ^ ones) == expected.writable);
    }
}

TEST_CASE("random accesses to the power and reset controllers together", "[soc]") {
    FakeHost host;
    Random random(0xc0de);
    Src src(host);
    Gpc gpc(host);
    REQUIRE(gpc.connect("src", src));
    src.reset();
    gpc.reset();
    for (unsigned long step = 0; step < fuzz_operations(); ++step) {
        random_access(random.one_in(2) ? static_cast<Device&>(gpc) : src, random);
        if (random.one_in(8)) {
            host.halted[static_cast<unsigned>(random.below(4))] = random.one_in(2);
            host.advance(gpc, static_cast<std::int64_t>(random.below(200'000)));
        }
        host.guest_errors.clear();
        host.unimplemented.clear();
    }
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        CAPTURE(cpu);
        // Starts and stops alternate; core 0 begins running.
        const int balance = static_cast<int>(host.power_ons[cpu]) - static_cast<int>(host.power_offs[cpu]);
        CHECK(balance >= (cpu == 0 ? -1 : 0));
        CHECK(balance <= (cpu == 0 ? 0 : 1));
        CHECK(host.power_ons[cpu] > 10);
    }
}
