// SPDX-License-Identifier: GPL-2.0-or-later
/** What a hostile guest's screen shows to begin with: a few bytes choose format, size, scaling, turns and
 * colours of each channel, among all that the controller can do, and the rest is right for that. */
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "../fake_host.hpp"
#include "dcss/dcss.hpp"

namespace svp::test {

class HostileScene {
 public:
    static constexpr std::uint32_t lists = 0x1000;  ///< of the context loader
    static constexpr std::uint32_t width = 96, height = 64;

    /** Where channel @p number finds its picture; behind the channels, what the write scaler makes. */
    static constexpr std::uint32_t picture(unsigned number) { return 0x10000 * (1 + number); }

    /** @p next gives the bytes that choose, 0 where there are no more. */
    HostileScene(Dcss& dcss, FakeHost& host, std::function<std::uint8_t()> next)
        : dcss_(dcss), host_(host), next_(std::move(next)) {}

    void set() {
        using namespace dcss;
        seed_ = next_();
        write(dtg::total, 0x00500070);
        write(dtg::disp_bot, height << 16 | width);
        write(dtg::line0_int, 50u << 16);
        write(dtg::int_mask, 3);
        write(subsam::sys_ctrl, 1);
        for (unsigned channel = 0; channel < channel_count; ++channel) {
            set_channel(channel);
        }
        if (next_() % 4 == 1) {
            set_matrix(hdr10::output_pipe * hdr10::stride + hdr10::csc_a);
        }
        set_memory();
        write(ctxld::db_base, lists);
        write(ctxld::db_count, 4);
        write(ctxld::sb_base, lists + 0x20);
        write(ctxld::sb_count, 2u << 16 | 4);
        write(ctxld::control_status, 0x1fc);
        const std::uint32_t alpha = next_();
        write(dtg::control_status, 0x107 | alpha << 24 | (alpha % 2) << 10);
    }

 private:
    /** How a picture lies in memory. */
    struct Format {
        std::uint32_t mode;   ///< MODE_CTRL0
        std::uint32_t depth;  ///< BIT_DEPTH
        std::uint32_t source_format;
        std::uint32_t bits;      ///< of a line, a pixel
        std::uint32_t detiler;   ///< DTCTRL: 0 or 8; 2 if it is not asked
        std::uint32_t settings;  ///< DCTL
    };
    static constexpr std::uint32_t two_planes = 0xc1;
    static constexpr std::array<Format, 12> formats = {{
        {0xe4203, 0, 2, 32, 2, 0},             // RGB
        {0xe4203, 0x22, 2, 32, 2, 0},          // 10:10:10:2
        {0x00243, 0, 2, 32, 2, 0},             // AYUV
        {0x00141, 0, 1, 16, 2, 0},             // 4:2:2
        {two_planes, 0, 0, 8, 2, 0},           // NV12
        {two_planes, 0x22, 0, 10, 2, 0},       // NV15
        {two_planes | 0x100, 2, 0, 16, 2, 0},  // P010
        {0xe4207, 0, 2, 32, 2, 0},             // tiles of the GPU
        {0xe420b, 0, 2, 32, 2, 0},             // super-tiles
        {two_planes, 0, 0, 8, 0, 3},           // tiles of G2
        {two_planes, 0x22, 0, 10, 0, 1},       // with ten bits
        {two_planes, 0, 0, 8, 8, 3},           // tiles of G1
    }};
    static constexpr unsigned from_memory = formats.size(), to_memory = from_memory + 1;

    void write(std::uint32_t offset, std::uint32_t value) { write32(dcss_, offset, value); }
    std::uint32_t any() { return seed_ = seed_ * 1664525 + 1013904223; }
    static std::uint32_t size(std::uint32_t w, std::uint32_t h) { return (h - 1) << 16 | (w - 1); }

    void set_channel(unsigned number) {
        using namespace dcss;
        const unsigned kind = next_() % (to_memory + 1);
        if (kind == from_memory) {
            return set_reader(number);
        }
        const Format& format = formats[kind == to_memory ? next_() % formats.size() : kind];
        const bool video = format.source_format == scaler::format_420;
        const std::uint32_t turns = next_();
        const std::uint32_t w = 16 + next_() % 49, h = 8 + next_() % 57;
        const std::uint32_t across = 1 + next_() % width, down = 1 + next_() % height;
        const std::uint32_t at = scaler::base + number * scaler::stride;
        const std::uint32_t fetch = dpr::base + number * dpr::stride;
        const std::uint32_t base = format.detiler == 2 ? picture(number) : 0;
        const std::uint32_t chroma = format.detiler == 2 ? base + 0x4000 : 0x10000000;
        const std::uint32_t side = 64 * format.bits / 8;
        write(fetch + dpr::mode_ctrl0, format.mode | (video ? (turns & 0xc0) << 4 : 0));
        write(fetch + dpr::frame_ctrl0,
              (format.detiler == 2 ? side : 64 * format.bits / 8) << 16 | (video ? turns & 3 : turns & 15));
        write(fetch + dpr::frame_1p_pix_x, w);
        write(fetch + dpr::frame_1p_pix_y, h);
        write(fetch + dpr::frame_1p_base, base);
        write(fetch + dpr::frame_2p_pix_x, w);
        write(fetch + dpr::frame_2p_pix_y, h / 2);
        write(fetch + dpr::frame_2p_base, chroma);
        if (format.detiler != 2 && number > 0) {
            set_detiler(number, format);
        }
        set_scaler(at, format, w, h, across, down);
        write(dtg::ch1_top + 8 * number, (turns >> 4) % 4 * 0x00050003);
        write(dtg::ch1_top + 8 * number + 4, down << 16 | across);
        if ((turns & 0x20) != 0) {
            set_matrix(number * hdr10::stride + hdr10::csc_a);
            set_tables(number);
        }
        write(fetch, 1);
        write(at, kind == to_memory ? 0x101 : 0x1);
        if (kind == to_memory) {
            write(wrscl::address, picture(3));
            write(wrscl::pitch, 4 * width);
            write(wrscl::control_status, wrscl::word_ten_bits << wrscl::word_shift | 3);
        }
    }
    void set_detiler(unsigned number, const Format& format) {
        using namespace dcss;
        const std::uint32_t at = dtrc::base + (number - 1) * dtrc::stride;
        for (const std::uint32_t half : {0u, dtrc::bank_stride}) {
            write(at + half + dtrc::luma_data, picture(number));
            write(at + half + dtrc::chroma_data, picture(number) + 0x4000);
            write(at + half + dtrc::size, 8u << 16 | 8);
            write(at + half + dtrc::luma_window_end, 0x10000);
            write(at + half + dtrc::chroma_window, 0x10000000);
            write(at + half + dtrc::settings, format.settings);
        }
        write(at + dtrc::interrupt_enable, 1);
        write(at + dtrc::control, format.detiler);
    }
    void set_scaler(std::uint32_t at, const Format& format, std::uint32_t w, std::uint32_t h,
                    std::uint32_t across, std::uint32_t down) {
        using namespace dcss;
        const bool yuv = (format.mode & dpr::mode_yuv) != 0;
        const std::uint32_t half_w = format.source_format != scaler::format_444 ? 2 : 1;
        const std::uint32_t half_h = format.source_format == scaler::format_420 ? 2 : 1;
        write(at + scaler::sdata_ctrl, yuv ? 1 : 0);
        write(at + scaler::bit_depth, format.depth);
        write(at + scaler::src_format, format.source_format);
        write(at + scaler::dst_format, scaler::format_444);
        write(at + scaler::src_lum_res, size(w, h));
        write(at + scaler::src_chr_res, size(w / half_w, h / half_h));
        write(at + scaler::dst_lum_res, size(across, down));
        write(at + scaler::dst_lum_res + 4, size(across, down));
        set_filter(at, scaler::v_lum_inc, scaler::coef_vlum, h, down);
        set_filter(at, scaler::h_lum_inc, scaler::coef_hlum, w, across);
        set_filter(at, scaler::v_chr_start + 4, scaler::coef_vchr, h / half_h, down);
        set_filter(at, scaler::h_chr_start + 4, scaler::coef_hchr, w / half_w, across);
    }
    /** 1:1, the nearest sample, or any filter. */
    void set_filter(std::uint32_t at, std::uint32_t increment, std::uint32_t coefficients, std::uint32_t from,
                    std::uint32_t to) {
        const unsigned how = next_() % 4;
        write(at + increment, how == 0 ? 1u << 13 : ((from << 13) + to / 2) / to);
        for (std::uint32_t word = 0; word < dcss::scaler::coef_words; ++word) {
            const bool middle = word / 16 == 1;
            write(at + coefficients + 4 * word, how < 2 ? (middle ? 1024u << 8 : 0) : any());
        }
    }
    void set_matrix(std::uint32_t at) {
        for (std::uint32_t offset = dcss::hdr10::csc_coefficients; offset < dcss::hdr10::csc_post_max + 12;
             offset += 4) {
            write(at + offset, any() >> 8);
        }
        write(at, 3);
    }
    /** A few words: there are thousands. */
    void set_tables(unsigned number) {
        using namespace dcss;
        for (unsigned i = 0; i < 24; ++i) {
            const std::uint32_t table = hdr10::table + i % 3 * hdr10::table_stride;
            write(number * hdr10::stride + table + any() % hdr10::table_words * 4, any() >> 16);
        }
        write(number * hdr10::stride + hdr10::table_control, 3);
        write(number * hdr10::stride + hdr10::csc_b, any() % 2 == 0 ? 3 : 0);
        write(hdr10::output_pipe * hdr10::stride + hdr10::output_control, any() % 4 == 0 ? 6 : 1);
    }
    void set_reader(unsigned number) {
        using namespace dcss;
        write(rdsrc::address, picture(next_() % 4));
        write(rdsrc::pitch, 4 * width);
        write(rdsrc::width, 1 + next_() % width);
        write(rdsrc::height, 1 + next_() % height);
        write(rdsrc::control_status, wrscl::word_ten_bits << wrscl::word_shift);
        write(dtg::ch1_top + 8 * number + 4, height << 16 | width);
        write(scaler::base + number * scaler::stride, 0x1001);
    }
    void set_memory() {
        std::vector<std::uint8_t> bytes(0x8000);
        for (unsigned number = 0; number < 4; ++number) {
            for (std::uint8_t& value : bytes) {
                value = static_cast<std::uint8_t>(any() >> 24);
            }
            host_.memory.put(picture(number), bytes);
        }
    }

    Dcss& dcss_;
    FakeHost& host_;
    std::function<std::uint8_t()> next_;
    std::uint32_t seed_ = 0;
};

}  // namespace svp::test
