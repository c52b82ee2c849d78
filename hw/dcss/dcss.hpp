// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Display controller (DCSS) of the i.MX 8M Quad.
 *
 * Hardware: a bus master that fetches up to three pictures for each frame, scales them, puts one over the
 * other and sends what comes of it to the HDMI transmitter. Nearly all of its registers are written by its
 * context loader, from lists in memory, between two frames.
 *
 * Reference: Linux, drivers/gpu/drm/imx/dcss, for registers and for the order of events that its driver
 * counts on. No register description is public.
 *
 * Interface: QOM type "imx8mq.dcss", two windows: 0x2d000 bytes with all blocks, and the 4 KiB of BLKCTL.
 * Lines, in parentheses the input of irqsteer: 0 context loader (6), 1 DTG's LINE0 (8), 2 DTG's LINE1 (9),
 * 3 and 4 DTRC of channels 2 (16) and 3 (17). Three timers. Role "anatop": where the pixel clock comes from.
 *
 * The context loader begins at the start of a frame, if ENABLE is set then; without frames, a little after
 * it was set: never in the write itself. At its end ENABLE reads 0, and all statuses that are due appear at
 * once. The loader reads lists as the non-secure world, also where the CSU makes the display a secure master:
 * what it reads becomes registers, and an address that is none is in AHB_ERR_ADDR, all of which non-secure
 * software reads. That is a decision of this model. An item of a list that names no register, or one of the
 * loader itself, is left out (AHB_ERR); a list whose read is answered by a bus error ends the run (RD_ERR),
 * and nothing of it is complete. Where the firewall answers a denied read with zeros, a list's items are
 * zero, and so not for any register.
 *
 * The DTG's line interrupts are latched whatever INT_MASK says, and drive lines 1 and 2 where it lets them.
 *
 * At the start of each frame, what the prefetches are to read for it is judged, without a look at the data:
 * so a denied fetch is on record though nobody watches. An answer that is a bus error shows in the prefetch's
 * status. begin_look() and finish_look() give the picture on the screen when somebody looks; their reads are
 * an observer's, and show what the fetches of that frame were allowed, or what a fault made of them, and no
 * more: what has been closed since is black at once, what has been opened since is there with the next frame.
 *
 * Faults that can be injected: "underrun", "lost-vblank", "ahb-error". Property "crc": 1 has the picture of
 * each frame composed, looked at or not, and counters() give the CRCs of the last ones. work() does that; of
 * frames that begin while it is at one, it leaves out all. Three registers at 0x2c000, which the chip has
 * not, tell the guest of the last one (registers.hpp).
 *
 * Not modelled (README.md says what is assumed of the rest): RGB with less than 32 bits a pixel, tiles of GPU
 * and decoders that the prefetch itself would have to know; underruns; SUBSAM's 4:2:2 and 4:2:0; what of the
 * write scaler is in write_back.hpp; DEC400D, Dolby and LUT loader, whose words keep what is written and
 * tell so in the log ("unimp"); lines for LINE2 and LINE3 of the DTG, which are latched only; DB_PEND_SB_REC
 * and SB_PEND_DISP_ACTIVE of the loader, since nothing is received while something is loaded; what BLKCTL's
 * resets and clock selections do; the moment at which single lists are loaded (see context_loader.hpp) and
 * rates out of 24 to 120 frames a second (see timing.hpp).
 */
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/deadline.hpp"
#include "dcss/composer.hpp"
#include "dcss/context_loader.hpp"
#include "dcss/registers.hpp"
#include "dcss/report.hpp"
#include "dcss/timing.hpp"
#include "dcss/write_back.hpp"
#include "soc/anatop.hpp"

namespace svp {

class Dcss : public BankDevice, private dcss::ContextLoader::Port {
 public:
    explicit Dcss(Host& host);

    unsigned irq_lines() const override { return 5; }
    unsigned timers() const override { return timer_count; }
    void reset() override;
    void timer_expired(unsigned timer) override;
    bool work() override;
    bool connect(std::string_view role, Device& peer) override;
    std::vector<Counter> counters() const override;
    std::span<const PropertyInfo> properties() const override;
    std::optional<std::string> set_property(std::string_view name, std::uint64_t value) override;
    std::span<const DeviceFaultInfo> possible_faults() const override;

    /**
     * A look at the screen, in two parts: what is to be seen is settled by the first one, in microseconds, as
     * all members are called. The second one takes tens of milliseconds for a large picture, and may run on a
     * thread, beside all members but these three.
     */
    void begin_look() { composer_.begin(bank(), exceptions_, underrun_); }
    /** The picture on the screen; it stays until the next call. */
    dcss::Screen finish_look() { return composer_.finish(); }
    /** Lines that looks have changed since the last call of this. */
    dcss::Lines take_changes() { return composer_.take_changes(); }
    /** Both parts at once. */
    dcss::Screen compose() {
        begin_look();
        return finish_look();
    }

 protected:
    void exchange(Archive& archive) override;
    std::uint32_t state_version() const override { return 5; }
    void resume() override;

 private:
    static std::vector<Register> rows(Dcss& self);

    Response read_list(std::uint32_t address, std::span<std::uint8_t> data) override;
    bool write_register(std::uint32_t address, std::uint32_t value) override;

    bool on() const { return (bank().value(dcss::dtg::control_status) & dcss::dtg::start) != 0; }
    bool load_wanted() const {
        return (bank().value(dcss::ctxld::control_status) & dcss::ctxld::enable) != 0;
    }
    std::uint32_t frame_lines() const;
    std::int64_t frame_length() const;

    void loader_written(const WriteEvent& event);
    void timing_written();
    void clear_interrupts(const WriteEvent& event);

    void begin_load();
    void step_load();
    void load_later(std::int64_t delay);
    void end_load();
    void loader_due();

    void schedule_line();
    void line_due();
    void begin_frame();
    void judge_fetches();
    void prefetched(unsigned channel, Response answer);
    void begin_write_back();
    std::int64_t write_interval() const;
    void write_back_due();
    void write_part();
    void take_crc();
    std::uint32_t read_crc(std::uint32_t index) const;
    void reach_line();
    void update_irqs();

    enum Timer : unsigned { line_timer, loader_timer, write_timer, timer_count };

    dcss::ContextLoader loader_;
    dcss::Timing timing_;
    dcss::Composer composer_;      ///< of looks
    dcss::Composer crc_composer_;  ///< of frames whose CRC is wanted: a look may be under way
    /** Of the frame that was judged last; not saved: what is loaded is judged anew with its next frame. */
    dcss::FrameExceptions exceptions_;
    dcss::WriteBack write_back_;
    const Anatop* anatop_ = nullptr;

    std::uint32_t interrupts_ = 0;       ///< INT_STATUS
    std::uint32_t failed_address_ = 0;   ///< AHB_ERR_ADDR
    std::uint32_t ending_ = 0;           ///< statuses for the end of the load that is under way
    Deadline loader_due_{loader_timer};  ///< when the loader goes on; without that it does at the next frame

    bool underrun_ = false;         ///< a fault: what is fetched for this frame comes too late
    bool item_refused_ = false;     ///< a fault: the next item of a list is
    bool with_crc_ = false;         ///< a property
    dcss::FrameCrcs crcs_;          ///< not saved: what is loaded was composed somewhere else
    std::uint64_t crc_wanted_ = 0;  ///< number of the frame that work() is to compose, 0 if there is none

    std::uint64_t frames_ = 0;
    std::uint64_t underruns_ = 0;
    std::uint64_t lost_vblanks_ = 0;
    std::array<std::uint64_t, dcss::channel_count> fetched_{};  ///< frames that a channel has fetched
    std::array<std::uint64_t, dcss::channel_count> refused_{};  ///< of these, with a denied part
    std::uint64_t loads_ = 0;
    std::uint64_t items_ = 0;
    std::uint64_t failed_loads_ = 0;  ///< with RD_ERR or AHB_ERR
    std::uint64_t written_ = 0;       ///< frames that the write scaler has sent to memory
};

}  // namespace svp
