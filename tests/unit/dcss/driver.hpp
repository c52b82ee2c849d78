// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What Linux's display driver does with the controller, as far as the controller can tell: which registers it
 * writes itself, which by lists, and what its interrupt handlers count on.
 */
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "../fake_host.hpp"
#include "dcss/dcss.hpp"
#include "soc/anatop.hpp"

namespace svp::test {

/** A mode as in an EDID: sizes in pixels and lines, clock in Hz. */
struct DcssMode {
    std::uint32_t width, height, hfront, hsync, hback, vfront, vsync, vback;
    std::uint32_t pll2;  ///< VIDEO_PLL2_CFG2 that gives its clock
    std::uint64_t clock;

    std::uint32_t total_width() const { return width + hfront + hsync + hback; }
    std::uint32_t total_height() const { return height + vfront + vsync + vback; }
};

/** Dividers of the two-stage PLL, all as in the formula. */
constexpr std::uint32_t dcss_pll2(std::uint32_t divr1, std::uint32_t divf1, std::uint32_t divr2,
                                  std::uint32_t divf2, std::uint32_t divq) {
    return (divr1 - 1) << 25 | (divr2 - 1) << 19 | (divf1 - 1) << 13 | (divf2 - 1) << 7 | (divq - 1) << 1;
}

/** 25 MHz * 2 * 33 * 27 / 25 / 12 = 148.5 MHz. */
inline constexpr DcssMode dcss_1080p{1920,     1080, 88, 44, 148, 4, 5, 36, dcss_pll2(1, 33, 25, 27, 12),
                                     148500000};
/** 25 MHz * 2 * 32 * 25 / 25 / 40 = 40 MHz. */
inline constexpr DcssMode dcss_600p{800, 600, 40, 128, 88, 1, 4, 23, dcss_pll2(1, 32, 25, 25, 40), 40000000};

/** What a plane shows, in the driver's terms. */
struct DcssPlane {
    std::uint32_t address = 0x50000000;
    std::uint32_t pitch = 0;              ///< bytes
    std::uint32_t width = 0, height = 0;  ///< of the picture in memory
    std::uint32_t x = 0, y = 0;           ///< on the screen
    std::uint32_t screen_width = 0, screen_height = 0;
    std::uint32_t tile = 0;                           ///< 0 linear, 1 Vivante tiles, 2 super-tiles
    std::array<std::uint32_t, 4> select{3, 2, 1, 0};  ///< bytes of alpha, red, green, blue
    bool ten_bits = false;
    std::uint32_t order = 0;  ///< of ten-bit components
    bool flip_x = false, flip_y = false;
    std::uint32_t turns = 0;  ///< quarters, counter-clockwise
    bool per_pixel_alpha = false;
    std::uint32_t alpha = 255;
    /** Taps by phase, vertical and horizontal; 1:1 by default. */
    using Taps = std::array<std::array<int, 7>, 16>;
    Taps vertical = middle(), horizontal = middle();
    int vertical_start = 0, horizontal_start = 0;

    static Taps middle() {
        Taps taps{};
        for (auto& phase : taps) {
            phase[3] = 1024;
        }
        return taps;
    }
    bool turned() const { return turns % 2 != 0; }
    std::uint32_t source_width() const { return turned() ? height : width; }
    std::uint32_t source_height() const { return turned() ? width : height; }
    /** In 1/8192, rounded. */
    static std::uint32_t increment(std::uint32_t from, std::uint32_t to) {
        return ((from << 13) + to / 2) / to;
    }
};

class DcssDriver {
 public:
    static constexpr std::uint32_t list_at = 0x48000000;  ///< four lists, 1 MiB apart
    static constexpr std::uint32_t bus_base = 0x32e00000;
    static constexpr std::uint32_t dpr = 0x18000, ss = 0x1b000, scaler = 0x1c000, dtg = 0x20000,
                                   ctxld = 0x23000;
    static constexpr std::uint32_t enable = 1u << 0, rd_err = 1u << 16, ahb_err = 1u << 22;
    static constexpr std::uint32_t complete = 7u << 17;

    DcssDriver() {
        anatop.reset();
        dcss.reset();
        REQUIRE(dcss.connect("anatop", anatop));
        probe();
    }

    std::uint32_t read(std::uint32_t offset) { return read32(dcss, offset, non_secure_access()); }
    void write(std::uint32_t offset, std::uint32_t value) {
        write32(dcss, offset, value, non_secure_access());
    }

    void probe() {
        write32(dcss, 0x10, 0, non_secure_access(), 1);
        write32(dcss, 0x04, 0x17, non_secure_access(), 1);
        write(ctxld, 0x01 << 2 | 1u << 4 | 1u << 6 | 1u << 8 | rd_err | ahb_err);
        for (unsigned channel = 0; channel < 3; ++channel) {
            write(dpr + channel * 0x1000 + 0x20, 0xff);
        }
    }

    /** A register of the double-buffered context; written at once as well as long as nothing is shown. */
    void write_dtg(std::uint32_t offset, std::uint32_t value) {
        if (!shown) {
            write(dtg + offset, value);
        }
        db.emplace_back(value, bus_base + dtg + offset);
    }
    void write_ss(std::uint32_t offset, std::uint32_t value) {
        if (!shown) {
            write(ss + offset, value);
        }
        sb.emplace_back(value, bus_base + ss + offset);
    }
    /** A register of the single-buffered context. */
    void write_sb(std::uint32_t offset, std::uint32_t value) { sb.emplace_back(value, bus_base + offset); }

    void set_mode(const DcssMode& mode) {
        write32(anatop, 0x5c, mode.pll2);
        write32(anatop, 0x54, 1u << 9 | 1u << 3);
        left = mode.hsync + mode.hback - 1;
        top = mode.vsync + mode.vfront + mode.vback - 1;
        const std::uint32_t bottom = top + mode.height;
        write_ss(0x70, 0x41614161);
        write_ss(0x60, 0);
        write_dtg(0x04, (mode.total_height() - 1) << 16 | (mode.total_width() - 1));
        write_dtg(0x08, top << 16 | left);
        write_dtg(0x0c, bottom << 16 | (left + mode.width));
        write_dtg(0x28, 99 * bottom / 100);
        write_dtg(0x54, 0);
        write_dtg(0x50, (90 * bottom / 100) << 16);
        write_ss(0x10, (mode.total_height() - 1) << 16 | (mode.total_width() - 1));
        write_ss(0x00, 1);
        write_dtg(0x00, control = 0xff005188);
        shown = true;
        write(dtg + 0x60, read(dtg + 0x5c) & 1);
        write(dtg + 0x68, 3);
        armed = true;
    }

    /** A commit that sets a channel up, channel 1 by default. */
    void set_plane(const DcssPlane& plane, std::uint32_t channel = 0) {
        const std::uint32_t fetch = dpr + channel * 0x1000;
        const std::uint32_t scale = scaler + channel * 0x400;
        const auto up = [](std::uint32_t value, std::uint32_t unit) {
            return (value + unit - 1) / unit * unit;
        };
        write_sb(fetch + 0xa0, up(plane.width, plane.tile == 0 ? 16 : 4));
        write_sb(fetch + 0xb0, up(plane.height, 4));
        write_sb(fetch + 0x90, 2);
        write_sb(fetch + 0xc0, plane.address);
        write_sb(fetch + 0x110, 0);
        set_scaler(plane, scale);
        write_dtg(0x10 + 8 * channel, (top + plane.y) << 16 | (left + plane.x));
        write_dtg(0x14 + 8 * channel,
                  (top + plane.y + plane.screen_height) << 16 | (left + plane.x + plane.screen_width));
        write_sb(fetch + 0x50, 3 | plane.tile << 2 | 2u << 8 | plane.select[3] << 12 | plane.select[2] << 14 |
                                   plane.select[1] << 16 | plane.select[0] << 18);
        write_sb(fetch + 0x70,
                 (plane.flip_x ? 1 : 0) | (plane.flip_y ? 2 : 0) | plane.turns << 2 | plane.pitch << 16);
        write_sb(fetch + 0x200, 0x38);
        control |= 1u << (2 - channel);
        if (channel == 0) {
            control = (control & ~0xff000400u) | (plane.per_pixel_alpha ? 1u << 10 : plane.alpha << 24);
        }
        write_dtg(0x00, control);
        write_sb(fetch, 5);
        write_sb(scale, 0x11);
        armed = true;
        event = true;
    }
    void set_scaler(const DcssPlane& plane, std::uint32_t at) {
        const auto size = [](std::uint32_t width, std::uint32_t height) {
            return (height - 1) << 16 | (width - 1);
        };
        write_sb(at + 0x08, plane.order << 8);
        write_sb(at + 0x0c, plane.ten_bits ? 0x22 : 0);
        write_sb(at + 0x10, 2);
        write_sb(at + 0x14, 2);
        for (const std::uint32_t chroma : {0u, 4u}) {
            write_sb(at + 0x18 + chroma, size(plane.source_width(), plane.source_height()));
            write_sb(at + 0x20 + chroma, size(plane.screen_width, plane.screen_height));
        }
        write_sb(at + 0x48, static_cast<std::uint32_t>(plane.vertical_start));
        write_sb(at + 0x4c, DcssPlane::increment(plane.source_height(), plane.screen_height));
        write_sb(at + 0x50, static_cast<std::uint32_t>(plane.horizontal_start));
        write_sb(at + 0x54, DcssPlane::increment(plane.source_width(), plane.screen_width));
        set_taps(at + 0x80, plane.vertical);
        set_taps(at + 0x140, plane.horizontal);
    }
    void set_taps(std::uint32_t at, const DcssPlane::Taps& taps) {
        for (std::uint32_t phase = 0; phase < 16; ++phase) {
            std::array<std::uint32_t, 7> tap{};
            for (unsigned i = 0; i < 7; ++i) {
                tap[i] = static_cast<std::uint32_t>(taps[phase][i]) & 0xfff;
            }
            write_sb(at + 4 * phase, tap[0] << 16 | tap[1] << 4 | tap[2] >> 8);
            write_sb(at + 0x40 + 4 * phase, (tap[2] & 0xff) << 20 | tap[3] << 8 | tap[4] >> 4);
            write_sb(at + 0x80 + 4 * phase, (tap[4] & 0xf) << 24 | tap[5] << 12 | tap[6]);
        }
    }

    /** A commit that changes the picture's address and no more. */
    void flip(std::uint32_t address) {
        write_sb(dpr + 0xc0, address);
        armed = true;
        event = true;
    }

    /** Runs the machine for @p nanoseconds; its interrupts are handled as soon as they are raised. */
    void run(std::int64_t nanoseconds) {
        const std::int64_t end = host.time + nanoseconds;
        while (true) {
            std::int64_t next = end;
            for (const auto& [timer, deadline] : host.deadlines) {
                next = deadline < next ? deadline : next;
            }
            host.advance(dcss, next > host.time ? next - host.time : 0);
            host.run_work(dcss);
            handle_interrupts();
            if (host.time >= end) {
                break;
            }
        }
    }
    /** Until the event of the last commit has been sent; false if @p frames were not enough. */
    bool run_to_event(unsigned frames) {
        for (const unsigned last = vblanks + frames; event && vblanks < last;) {
            run(100000);
        }
        return !event;
    }

    void handle_interrupts() {
        for (int rounds = 0; host.irq[0] || host.irq[1] || host.irq[2]; ++rounds) {
            REQUIRE(rounds < 10);
            if (host.irq[0]) {
                handle_loader();
            }
            if (host.irq[1]) {
                handle_kick();
            }
            if (host.irq[2]) {
                handle_vblank();
            }
        }
    }

    void handle_loader() {
        const std::uint32_t status = read(ctxld);
        statuses.push_back(status);
        if ((status & complete) != 0 && (status & enable) == 0 && in_use) {
            in_use = false;
        }
        write(ctxld + 8, status & (complete | rd_err | ahb_err | 1u << 20));
    }

    void handle_kick() {
        const std::uint32_t status = read(dtg + 0x5c);
        if ((status & 1) == 0) {
            return;
        }
        ++kicks;
        if (armed && !in_use) {
            armed = false;
            load();
        }
        write(dtg + 0x60, status & 1);
    }

    void handle_vblank() {
        if ((read(dtg + 0x5c) & 2) == 0) {
            return;
        }
        ++vblanks;
        vblank_times.push_back(host.time);
        if (event && db.empty() && sb.empty() && !in_use) {
            event = false;
        }
        write(dtg + 0x60, read(dtg + 0x60) | 2);
    }

    /** Hands both contexts over, and begins new ones elsewhere. */
    void load() {
        const std::uint32_t db_at = list_at + current * 0x100000;
        const std::uint32_t sb_at = db_at + 0x200000;
        put(db_at, db);
        put(sb_at, sb);
        write(ctxld + 0x10, db.empty() ? 0 : db_at);
        write(ctxld + 0x14, static_cast<std::uint32_t>(db.size()));
        write(ctxld + 0x18, sb.empty() ? 0 : sb_at);
        write(ctxld + 0x1c, static_cast<std::uint32_t>(sb.size()));
        write(ctxld + 4, enable);
        in_use = true;
        current ^= 1;
        db.clear();
        sb.clear();
    }

    void put(std::uint32_t at, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& items) {
        std::vector<std::uint8_t> bytes;
        for (const auto& [value, address] : items) {
            for (const std::uint32_t word : {value, address}) {
                for (unsigned shift = 0; shift < 32; shift += 8) {
                    bytes.push_back(static_cast<std::uint8_t>(word >> shift));
                }
            }
        }
        host.memory.put(at, bytes);
    }

    FakeHost host;
    Anatop anatop{host};
    Dcss dcss{host};
    bool shown = false;   ///< the driver's in_use of DTG and SUBSAM
    bool in_use = false;  ///< the loader's
    bool armed = false;
    bool event = false;  ///< somebody waits for the end of a flip
    std::uint32_t control = 0;
    std::uint32_t left = 0, top = 0;  ///< of the screen, in the DTG's coordinates
    unsigned current = 0;
    unsigned kicks = 0;
    unsigned vblanks = 0;
    std::vector<std::int64_t> vblank_times;
    std::vector<std::uint32_t> statuses;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> db, sb;
};

}  // namespace svp::test
