// SPDX-License-Identifier: GPL-2.0-or-later
/** Whatever a guest does with the display controller, it stays within bounds. */
#include "dcss_hostile.hpp"

#include "../catch.hpp"
#include "../every_core.hpp"

using namespace svp;
using namespace svp::test;

namespace {

constexpr std::uint8_t write_operation = 0, look_operation = 7;

/** Adds a write of @p value to the register at @p offset. */
void add_write(std::vector<std::uint8_t>& program, const RegisterBank& bank, std::uint32_t offset,
               std::uint32_t value) {
    const std::vector<Register>& rows = bank.rows();
    std::size_t number = 0;
    while (offset < rows[number].offset ||
           offset >= rows[number].offset + rows[number].count * rows[number].stride) {
        ++number;
    }
    const Register& row = rows[number];
    program.insert(program.end(), {write_operation, static_cast<std::uint8_t>(number >> 8),
                                   static_cast<std::uint8_t>(number),
                                   static_cast<std::uint8_t>((offset - row.offset) / row.stride)});
    if (row.alias != Alias::none) {
        program.push_back(0);
    }
    for (unsigned shift = 0; shift < 32; shift += 8) {
        program.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

}  // namespace

TEST_CASE("random programs of a hostile guest do no harm", "[dcss]") {
    Random random(50);
    FakeHost host;
    const Dcss dcss(host);
    const RegisterBank& bank = *dcss.banks().front().bank;
    unsigned pictures = 0, writes = 0;
    for (unsigned round = 0; round < 40; ++round) {
        // The screen is on, and so are all channels, with any settings.
        std::vector<std::uint8_t> program;
        const auto set = [&](std::uint32_t offset, std::uint32_t value) {
            add_write(program, bank, offset, value);
        };
        const auto any = [&] { return static_cast<std::uint32_t>(random.next()); };
        set(dcss::dtg::disp_bot, 0x00400060);
        set(dcss::subsam::sys_ctrl, 1);
        for (unsigned channel = 0; channel < dcss::channel_count; ++channel) {
            const std::uint32_t fetch = dcss::dpr::base + channel * dcss::dpr::stride;
            const std::uint32_t scale = dcss::scaler::base + channel * dcss::scaler::stride;
            const bool video = random.one_in(2);
            set(fetch + dcss::dpr::mode_ctrl0, video ? 0xc1 | (any() & 0xd00) : 0x203 | (any() & 0xff004));
            set(fetch + dcss::dpr::frame_ctrl0, any() & (video ? 0xffff0003 : 0xffff000f));
            set(fetch + dcss::dpr::frame_1p_base, random.one_in(2) ? any() : 0);
            set(scale + dcss::scaler::sdata_ctrl, video ? 1 : 0);
            set(scale + dcss::scaler::bit_depth, any());
            set(scale + dcss::scaler::src_format, video ? 0 : 2);
            set(scale + dcss::scaler::dst_format, 2);
            for (std::uint32_t offset = dcss::scaler::src_lum_res; offset < dcss::scaler::coef_vlum;
                 offset += 4) {
                if (bank.names(scale + offset)) {
                    set(scale + offset, any());
                }
            }
            set(dcss::dtg::ch1_top + 8 * channel + 4, any());
            set(fetch, 1);
            set(scale, random.one_in(3) ? 1 | (any() & 0x1100) : 1);
            if (channel > 0 && random.one_in(2)) {
                const std::uint32_t at = dcss::dtrc::base + (channel - 1) * dcss::dtrc::stride;
                for (std::uint32_t offset = 0; offset <= dcss::dtrc::settings; offset += 4) {
                    set(at + offset, any() & 0x00ffffff);
                }
                set(at + dcss::dtrc::luma_window, 0);
                set(at + dcss::dtrc::luma_window_end, 0xffffffff);
            }
        }
        set(dcss::wrscl::address, any());
        set(dcss::wrscl::pitch, any() & (random.one_in(2) ? 0xfff : 0xffffffff));
        set(dcss::wrscl::control_status, 2u << dcss::wrscl::word_shift | 3);
        for (std::uint32_t offset = dcss::rdsrc::address; offset <= dcss::rdsrc::height; offset += 4) {
            set(offset, any());
        }
        set(dcss::rdsrc::control_status, 2u << dcss::wrscl::word_shift);
        set(dcss::dtg::control_status, 0x107 | (any() & 0xff000400));
        program.push_back(look_operation);
        for (unsigned i = 0; i < 1200; ++i) {
            program.push_back(static_cast<std::uint8_t>(random.next()));
        }
        const HostileDisplayEnd end = run_hostile_display(program);
        CHECK(end.strays == 0);
        CHECK(end.sound);
        pictures += end.pictures;
        writes += end.writes;
    }
    CHECK(pictures > 40);
    CHECK(writes > 100);
}
