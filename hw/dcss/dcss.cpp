// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/dcss.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "bus/address_lines.hpp"
#include "bus/data_follower.hpp"
#include "dcss/dtrc.hpp"
#include "dcss/fetches.hpp"

namespace svp {

namespace {

using namespace dcss;

constexpr unsigned blk_ctrl_region = 1;

constexpr unsigned loader_line = 0;
constexpr unsigned kick_line = 1;
constexpr unsigned vblank_line = 2;
constexpr unsigned detiler_line = 3;  // of channel 2; the next one of channel 3

/** Virtual time that ContextLoader::items_per_step take, and what a load without frames waits, ns. */
constexpr std::int64_t step_time = 1000000;
constexpr std::int64_t idle_time = 10000;

/** Where the lines of LINE0 to LINE3 stand, in their order. */
constexpr std::array<std::uint32_t, 4> line_registers = {dtg::line0_int, dtg::line1_int, dtg::line2_int,
                                                         dtg::line3_int};

constexpr Initiator initiator{Master::dcss, World::non_secure};

constexpr Initiator loader{.master = Master::dcss, .never_secure = true};

constexpr DeviceFaultInfo fault_list[] = {
    {"underrun",
     "for a frame, all channels show their backgrounds, and running prefetches have errors of buffers"},
    {"lost-vblank", "a frame's line interrupt LINE1 does not come"},
    {"ahb-error", "the first item of the next list is not written, as if no register were at its address"},
};

constexpr PropertyInfo property_list[] = {
    {"crc", "1: compose each frame, and keep the CRCs of the last ones", 0},
};

}  // namespace

Dcss::Dcss(Host& host)
    : BankDevice(host, "dcss", window, rows(*this)), composer_(host), crc_composer_(host), write_back_(host) {
    add_window("dcss-blk-ctrl", blk_ctrl_size, blk_ctrl_rows());
}

std::vector<Register> Dcss::rows(Dcss& self) {
    return dcss::rows({
        .loader_control = [&self](const WriteEvent& event) { self.loader_written(event); },
        .timing = [&self](const WriteEvent&) { self.timing_written(); },
        .interrupt_control = [&self](const WriteEvent& event) { self.clear_interrupts(event); },
        .interrupt_mask = [&self](const WriteEvent&) { self.update_irqs(); },
        .unmasked_status =
            [&self](unsigned channel) {
                const std::uint32_t at = dpr::base + channel * dpr::stride;
                return self.bank().value(at + dpr::irq_nonmask_status) &
                       ~self.bank().value(at + dpr::irq_mask);
            },
        .interrupt_status = [&self](std::uint32_t, std::uint32_t) { return self.interrupts_; },
        .failed_address = [&self](std::uint32_t, std::uint32_t) { return self.failed_address_; },
        .frame_crc = [&self](std::uint32_t index, std::uint32_t) { return self.read_crc(index); },
        .detiler_control =
            [&self](unsigned channel, const WriteEvent& event) {
                Dtrc::control_written(self.bank(), channel, event.before);
                self.update_irqs();
            },
        .detiler_interrupt = [&self](const WriteEvent&) { self.update_irqs(); },
    });
}

bool Dcss::connect(std::string_view role, Device& peer) {
    if (role != "anatop") {
        return false;
    }
    anatop_ = dynamic_cast<const Anatop*>(&peer);
    return anatop_ != nullptr;
}

void Dcss::reset() {
    host().cancel(line_timer);
    loader_due_.clear(host());
    host().cancel(write_timer);
    write_back_.stop();
    BankDevice::reset();
    loader_.stop();
    timing_.stop();
    interrupts_ = 0;
    failed_address_ = 0;
    ending_ = 0;
    underrun_ = false;
    item_refused_ = false;
    exceptions_ = {};
    crcs_.clear();
    crc_wanted_ = 0;
    frames_ = 0;
    underruns_ = 0;
    lost_vblanks_ = 0;
    fetched_.fill(0);
    refused_.fill(0);
    loads_ = 0;
    items_ = 0;
    failed_loads_ = 0;
    written_ = 0;
    update_irqs();
}

std::vector<Counter> Dcss::counters() const {
    std::vector<Counter> result = {
        {"sends", on() && (bank().value(subsam::sys_ctrl) & subsam::run) != 0},
        {"frames", frames_},
        {"underruns", underruns_},
        {"lost-vblanks", lost_vblanks_},
        {"composed-lines", composer_.composed_lines() + crc_composer_.composed_lines()},
        {"written-frames", written_},
        {"context-loader.loads", loads_},
        {"context-loader.items", items_},
        {"context-loader.failed-loads", failed_loads_},
    };
    for (unsigned channel = 0; channel < channel_count; ++channel) {
        const std::string name = "channels." + std::to_string(channel) + ".";
        report_channel(result, bank(), channel);
        result.push_back({name + "fetched-frames", fetched_[channel]});
        result.push_back({name + "refused-frames", refused_[channel]});
    }
    crcs_.report(result);
    return result;
}

std::span<const PropertyInfo> Dcss::properties() const {
    return property_list;
}

std::optional<std::string> Dcss::set_property(std::string_view name, std::uint64_t value) {
    if (name != property_list[0].name) {
        return Device::set_property(name, value);
    }
    if (value > 1) {
        return "crc is 0 or 1";
    }
    with_crc_ = value != 0;
    return std::nullopt;
}

std::span<const DeviceFaultInfo> Dcss::possible_faults() const {
    return fault_list;
}

// The context loader.

Response Dcss::read_list(std::uint32_t address, std::span<std::uint8_t> data) {
    return move_over_32_lines(address, data, [&](std::uint32_t first, std::span<std::uint8_t> part) {
        return host().bus_read(loader, first, part);
    });
}

bool Dcss::write_register(std::uint32_t address, std::uint32_t value) {
    if (address < bus_address || std::exchange(item_refused_, false)) {
        return false;
    }
    const auto offset = static_cast<std::uint32_t>(address - bus_address);
    Transaction by;
    by.address = address;
    by.direction = Direction::write;
    by.master = Master::dcss;
    by.world = World::non_secure;
    if (bank().names(offset) && (offset < ctxld::base || offset >= ctxld::end)) {
        bank().write(offset, value, 4, by);
        return true;
    }
    if (offset >= blk_ctrl && bank(blk_ctrl_region).names(offset - blk_ctrl)) {
        bank(blk_ctrl_region).write(offset - blk_ctrl, value, 4, by);
        return true;
    }
    return false;
}

void Dcss::loader_written(const WriteEvent& event) {
    const bool wanted = (event.after & ctxld::enable) != 0;
    const bool before = (event.before & ctxld::enable) != 0;
    if (wanted && !before && !on()) {
        load_later(idle_time);
    } else if (!wanted && before) {
        loader_.stop();
        ending_ = 0;
        loader_due_.clear(host());
    }
    update_irqs();
}

void Dcss::load_later(std::int64_t delay) {
    loader_due_.set(host(), host().now() + delay);
}

void Dcss::begin_load() {
    const std::uint32_t sb_count = bank().value(ctxld::sb_count);
    loader_.begin({.db_base = bank().value(ctxld::db_base),
                   .db_count = bank().value(ctxld::db_count),
                   .sb_base = bank().value(ctxld::sb_base),
                   .sb_hp_count = sb_count & 0xffff,
                   .sb_lp_count = sb_count >> 16});
    ending_ = 0;
    item_refused_ = host().fault("ahb-error").has_value();
    step_load();
}

void Dcss::step_load() {
    const ContextLoader::Outcome outcome = loader_.step(*this);
    items_ += outcome.items;
    if (outcome.address_failed && (ending_ & ctxld::ahb_err) == 0) {
        failed_address_ = outcome.failed_address;
    }
    ending_ |= outcome.statuses;
    const std::int64_t delay = host().bus_delay();
    if (outcome.more) {
        load_later(step_time + delay);
    } else if (delay > 0) {
        load_later(delay);
    } else {
        end_load();
    }
}

/** Statuses never appear before ENABLE reads 0: the driver clears them then, and would wait for ever. */
void Dcss::end_load() {
    const std::uint32_t control = bank().value(ctxld::control_status);
    bank().set(ctxld::control_status, (control & ~ctxld::enable) | ending_);
    ++loads_;
    failed_loads_ += (ending_ & (ctxld::rd_err | ctxld::ahb_err)) != 0 ? 1 : 0;
    ending_ = 0;
    update_irqs();
}

void Dcss::loader_due() {
    loader_due_.forget();
    if (loader_.running()) {
        step_load();
    } else if (ending_ != 0) {
        end_load();
    } else if (load_wanted() && !on()) {
        begin_load();
    }
}

// The display timing generator.

std::uint32_t Dcss::frame_lines() const {
    return (bank().value(dtg::total) >> 16 & dtg::coordinate_mask) + 1;
}

std::int64_t Dcss::frame_length() const {
    const std::uint32_t width = (bank().value(dtg::total) & dtg::coordinate_mask) + 1;
    return Timing::frame_length(width, frame_lines(), anatop_ == nullptr ? 0 : anatop_->video_pll2_rate());
}

void Dcss::timing_written() {
    if (on() && !timing_.running()) {
        exceptions_ = {};
        timing_.start(host().now(), frame_length(), frame_lines());
    } else if (!on() && timing_.running()) {
        timing_.stop();
        host().cancel(line_timer);
        host().cancel(write_timer);
        write_back_.stop();
        if (load_wanted() && !loader_.running() && !loader_due_.waits()) {
            load_later(idle_time);
        }
    }
    schedule_line();
}

void Dcss::schedule_line() {
    if (!timing_.running()) {
        return;
    }
    std::array<std::uint32_t, line_registers.size()> wanted{};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] = bank().value(line_registers[i]) >> 16;
    }
    host().schedule(line_timer, timing_.next(wanted));
}

void Dcss::line_due() {
    if (!timing_.running()) {
        return;
    }
    if (timing_.at_end()) {
        begin_frame();
    } else {
        timing_.reach(host().now());
    }
    reach_line();
    schedule_line();
}

/** What is loaded now is what the frame shows, and its vertical blank comes after it. */
void Dcss::begin_frame() {
    timing_.begin_frame(host().now(), frame_length(), frame_lines());
    ++frames_;
    if (load_wanted() && !loader_.running() && !loader_due_.waits()) {
        begin_load();
    }
    for (unsigned channel = 0; channel < channel_count; ++channel) {
        Dtrc::begin_frame(bank(), channel);
    }
    underrun_ = host().fault("underrun").has_value();
    underruns_ += underrun_ ? 1 : 0;
    judge_fetches();
    begin_write_back();
    take_crc();
}

void Dcss::take_crc() {
    if (with_crc_ && on() && crc_wanted_ == 0) {
        crc_composer_.begin(bank(), exceptions_, underrun_);
        crc_wanted_ = frames_;
        host().request_work();
    }
}

bool Dcss::work() {
    std::uint64_t frame = 0;
    host().exclusive([&] { frame = crc_wanted_; });
    if (frame != 0) {
        const std::uint32_t crc = crc_of(crc_composer_.finish().pixels);
        host().exclusive([&] {
            crcs_.add(frame, crc);
            crc_wanted_ = 0;
        });
    }
    return false;
}

std::uint32_t Dcss::read_crc(std::uint32_t index) const {
    const FrameCrcs::Entry& last = crcs_.last();
    const std::uint64_t words[frame_crc::count] = {frames_, last.frame, last.crc};
    return with_crc_ ? static_cast<std::uint32_t>(words[index]) : 0;
}

void Dcss::judge_fetches() {
    // What is still to be written is of the frame before.
    if (DataFollower* follower = host().data_follower(); follower != nullptr && !write_back_.under_way()) {
        follower->forget_data();
    }
    exceptions_ = {};
    for (unsigned channel = 0; channel < channel_count && on(); ++channel) {
        const std::array<Rows, fetch_count> fetches = dcss::fetches(bank(), channel);
        std::array<Judgement, fetch_count> judged;
        bool fetched = false, granted = true;
        for (unsigned number = 0; number < fetch_count; ++number) {
            if (fetches[number].height == 0) {
                continue;
            }
            judged[number] = host().bus_judge_rows(initiator, fetches[number]);
            fetched = true;
            granted = granted && judged[number].granted;
            exceptions_[channel][number] = std::move(judged[number].exceptions);
        }
        if (!fetched) {
            continue;
        }
        ++fetched_[channel];
        refused_[channel] += granted ? 0 : 1;
        if (fetches[0].height != 0 || fetches[1].height != 0) {
            prefetched(channel, std::max(judged[0].answer, judged[1].answer));
        }
        if (fetches[memory_fetch].height != 0) {
            bank().set(rdsrc::control_status,
                       bank().value(rdsrc::control_status) | rdsrc::frame_complete |
                           (judged[memory_fetch].answer == Response::okay ? 0 : rdsrc::error));
        }
    }
    // A fetch that comes late would be an underrun.
    static_cast<void>(host().bus_delay());
}

/** Says in the status of a prefetch how its fetches of a frame were answered. */
void Dcss::prefetched(unsigned channel, Response answer) {
    const std::uint32_t status = dpr::base + channel * dpr::stride + dpr::irq_nonmask_status;
    bank().set(status, bank().value(status) | dpr::irq_done | dpr::irq_run | dpr::irq_shadow_loaded |
                           (answer == Response::okay ? 0 : dpr::irq_axi_read_error) |
                           (underrun_ ? dpr::irq_buffers : 0));
}

// The write scaler.

/** A frame that begins while the emulator is late with the one before is not written. */
void Dcss::begin_write_back() {
    if (on() && !underrun_ && !write_back_.under_way() && write_back_.begin(bank(), exceptions_)) {
        host().schedule(write_timer, host().now() + write_interval());
    }
}

/** From one part to the next one, ns: the last one comes before the next frame. */
std::int64_t Dcss::write_interval() const {
    return timing_.length() / (write_back_.steps() + 1);
}

void Dcss::write_back_due() {
    write_part();
    if (write_back_.under_way()) {
        host().schedule(write_timer, host().now() + write_interval());
    }
}

void Dcss::write_part() {
    write_back_.step();
    if (write_back_.under_way()) {
        return;
    }
    ++written_;
    const std::uint32_t control = bank().value(wrscl::control_status);
    bank().set(wrscl::control_status, ((control & wrscl::repeat) != 0 ? control : control & ~wrscl::enable) |
                                          wrscl::frame_complete |
                                          (write_back_.answer() == Response::okay ? 0 : wrscl::error));
}

void Dcss::reach_line() {
    for (std::size_t i = 0; i < line_registers.size(); ++i) {
        if (bank().value(line_registers[i]) >> 16 != timing_.line()) {
            continue;
        }
        if (i == 1 && host().fault("lost-vblank")) {
            ++lost_vblanks_;
        } else {
            interrupts_ |= 1u << i;
        }
    }
    update_irqs();
}

void Dcss::clear_interrupts(const WriteEvent& event) {
    interrupts_ &= ~event.written;
    update_irqs();
}

void Dcss::update_irqs() {
    const std::uint32_t load = bank().value(ctxld::control_status);
    const std::uint32_t loader_raised = (load & ctxld::statuses) >> ctxld::status_over_enable;
    host().set_irq(loader_line, (loader_raised & load) != 0);
    const std::uint32_t raised = interrupts_ & bank().value(dtg::int_mask);
    host().set_irq(kick_line, (raised & 1u << 0) != 0);
    host().set_irq(vblank_line, (raised & 1u << 1) != 0);
    for (unsigned index = 0; index < dtrc::count; ++index) {
        const std::uint32_t at = dtrc::base + index * dtrc::stride;
        host().set_irq(detiler_line + index, (bank().value(at + dtrc::frame_done) &
                                              bank().value(at + dtrc::interrupt_enable)) != 0);
    }
}

void Dcss::timer_expired(unsigned timer) {
    if (timer == line_timer) {
        line_due();
    } else if (timer == loader_timer) {
        loader_due();
    } else {
        write_back_due();
    }
}

// Saved state.

void Dcss::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    loader_.exchange(archive);
    timing_.exchange(archive);
    archive.value(interrupts_, dtg::line_interrupts);
    archive.value(failed_address_);
    archive.value(ending_);
    loader_due_.exchange(archive);
    archive.value(underrun_);
    archive.value(item_refused_);
    archive.value(frames_);
    archive.value(underruns_);
    archive.value(lost_vblanks_);
    for (std::uint64_t& count : fetched_) {
        archive.value(count);
    }
    for (std::uint64_t& count : refused_) {
        archive.value(count);
    }
    archive.value(loads_);
    archive.value(items_);
    archive.value(failed_loads_);
    archive.value(written_);
    if (archive.writing()) {
        return;
    }
    bank().check_read_only(archive);
    bank(blk_ctrl_region).check_read_only(archive);
    const bool loading = loader_.running() || ending_ != 0;
    const bool waits = loading || (load_wanted() && !on());
    if (timing_.running() != on() || (loading && !load_wanted()) || (waits && !loader_due_.waits()) ||
        (ending_ & ~ctxld::statuses) != 0) {
        archive.fail("the stream holds an impossible load or frame of the dcss");
    }
}

void Dcss::resume() {
    exceptions_ = {};
    crc_wanted_ = 0;
    host().cancel(write_timer);
    write_back_.stop();
    update_irqs();
    schedule_line();
    loader_due_.resume(host());
}

}  // namespace svp
