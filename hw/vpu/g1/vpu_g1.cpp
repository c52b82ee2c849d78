// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/vpu_g1.hpp"

#include <algorithm>
#include <cstdio>

#include "vpu/g1/job.hpp"
#include "vpu/host_port.hpp"
#include "vpu/job/metered_port.hpp"

namespace svp {

namespace {

using namespace vpu::g1;

constexpr std::uint32_t window = 0x10000;
constexpr unsigned finish_timer = 0;

/** Product number 6731; the version below it is not known. */
constexpr std::uint32_t id_value = 0x67310000;

constexpr std::uint32_t interrupt_offset = 4 * interrupt::number;
/** What the decoder sets and software clears: DEC_IRQ, RDY, BUS, BUFFER, ASO, ERROR, SLICE, TIMEOUT, PIC_INF.
 */
constexpr std::uint32_t status_bits = interrupt::dec_irq | 0x7f000u | 1u << 24;
constexpr std::uint32_t control_bits = interrupt::dec_e | interrupt::dec_irq_dis;

/** Nanoseconds that a macroblock takes, roughly: 1080p at 60 pictures a second. */
constexpr std::uint64_t macroblock_ns = 2000;

}  // namespace

/** The job that work() is at; it may stand still for a while. */
struct VpuG1::Running {
    Running(Host& host, std::uint32_t which, const Words& registers,
            std::unique_ptr<vpu::JobRecordWriter> taking_note)
        : number(which), port(host), meter(port), writer(std::move(taking_note)) {
        vpu::MemoryPort* outermost = &meter;
        if (writer != nullptr) {
            recording.emplace(meter, *writer);
            outermost = &*recording;
        }
        job = Job::make(registers, *outermost);
    }

    std::uint32_t number;
    vpu::HostPort port;
    vpu::MeteredPort meter;
    std::unique_ptr<vpu::JobRecordWriter> writer;  ///< only if jobs are recorded
    std::optional<vpu::RecordingPort> recording;
    std::unique_ptr<Job> job;  ///< none if this decoder cannot do it
};

VpuG1::VpuG1(Host& host)
    : BankDevice(host, "vpu-g1", window, registers(*this)),
      statistics_("g1", codec_names),
      recorder_(host, "g1", vpu::DecoderKind::g1) {}

VpuG1::~VpuG1() = default;

std::vector<Register> VpuG1::registers(VpuG1& self) {
    return {
        {.offset = 0x000, .name = "ID", .reset = id_value, .read_only = all_bits},
        {.offset = interrupt_offset,
         .name = "INTERRUPT",
         .read_only = ~(status_bits | control_bits),
         .on_write = [&self](const WriteEvent& event) { self.interrupt_written(event); }},
        {.offset = 0x008, .name = "CONFIG"},
        {.offset = 0x00c, .name = "DEC_CTRL0", .count = 7},
        {.offset = 0x028, .name = "FWD_PIC"},
        {.offset = 0x02c, .name = "DEC_CTRL7"},
        {.offset = 0x030, .name = "ADDR_STR"},
        {.offset = 0x034, .name = "ADDR_DST"},
        {.offset = 0x038, .name = "ADDR_REF", .count = 16},
        {.offset = 0x078, .name = "REF_PIC", .count = 8},
        {.offset = 0x098, .name = "LT_REF"},
        {.offset = 0x09c, .name = "VALID_REF"},
        {.offset = 0x0a0, .name = "ADDR_QTABLE"},
        {.offset = 0x0a4, .name = "ADDR_DIR_MV"},
        {.offset = 0x0a8, .name = "BD_REF_PIC", .count = 5},
        {.offset = 0x0bc, .name = "BD_P_REF_PIC"},
        {.offset = 0x0c0, .name = "ERR_CONC"},
        {.offset = 0x0c4, .name = "PRED_FLT"},
        {.offset = 0x0c8, .name = "SWREG50"},
        {.offset = 0x0cc, .name = "REF_BUF_CTRL", .count = 4},
        {.offset = 0x0dc, .name = "REF_BUF_CTRL2"},
        {.offset = 0x0e0, .name = "SWREG56", .count = 4},
        {.offset = 0x0f0, .name = "PP_INTERRUPT"},
        {.offset = 0x0f4, .name = "PP_DEV_CONFIG"},
        {.offset = 0x0f8, .name = "PP_IN", .count = 4, .kind = Kind::unmodelled},
        {.offset = 0x108, .name = "PP_OUT_LUMA_BASE"},
        {.offset = 0x10c, .name = "PP_OUT", .count = 5, .kind = Kind::unmodelled},
        {.offset = 0x120, .name = "PP_INPUT_SIZE"},
        {.offset = 0x124, .name = "PP_SCALING", .count = 12, .kind = Kind::unmodelled},
        {.offset = 0x154, .name = "PP_CONTROL"},
        {.offset = 0x158, .name = "PP_MASK", .count = 2, .kind = Kind::unmodelled},
        {.offset = 0x160, .name = "PP_MASK1_ORIG_WIDTH"},
        {.offset = 0x164, .name = "PP_MASK2", .count = 3, .kind = Kind::unmodelled},
        {.offset = 0x170, .name = "PP_DISPLAY_WIDTH_IN_EXT"},
        {.offset = 0x174, .name = "PP_FUSE", .count = 8, .kind = Kind::unmodelled},
        {.offset = 0x194, .name = "SOFT_RESET", .kind = Kind::unmodelled},
        {.offset = 0x198, .name = "SWREG102", .count = 26},
    };
}

void VpuG1::interrupt_written(const WriteEvent& event) {
    // Status bits can be cleared, not set.
    const std::uint32_t cleared = event.before & event.after & status_bits;
    bank().set(interrupt_offset, cleared | (event.after & control_bits));
    const bool start = (event.after & interrupt::dec_e) != 0;
    if (start && !busy_) {
        begin();
    } else if (!start && busy_) {
        abort();
    }
    update_irq();
}

void VpuG1::begin() {
    for (unsigned i = 0; i < register_count; ++i) {
        job_[i] = bank().value(4 * i);
    }
    busy_ = true;
    ++number_;
    host().request_work();
}

void VpuG1::abort() {
    // A late job has been counted already.
    if (busy_ && late_until_ == 0) {
        statistics_.add_aborted();
    }
    busy_ = false;
    late_until_ = 0;
    ++number_;
    host().cancel(finish_timer);
}

void VpuG1::lose_state() {
    abort();
    BankDevice::reset();
    update_irq();
}

void VpuG1::reset() {
    running_.reset();
    lose_state();
    statistics_.reset();
}

std::span<const PropertyInfo> VpuG1::properties() const {
    return {&vpu::Recorder::property, 1};
}

std::optional<std::string> VpuG1::set_text(std::string_view name, std::string_view value) {
    if (name != vpu::Recorder::property.name) {
        return BankDevice::set_text(name, value);
    }
    recorder_.set_folder(value);
    return std::nullopt;
}

/** One line about a job that is not there. */
static void tell_unsupported(Host& host, Registers registers) {
    char line[96];
    std::snprintf(line, sizeof line, "vpu-g1: a job of mode %u%s is not there, it ends in an error",
                  value(registers, dec_mode),
                  value(registers, pp_pipeline_e) != 0 ? " with the post-processor" : "");
    host.log(LogKind::unimplemented, line);
}

/** Works at the job until it is over, given up, or to be put off; its status, 0 unless it is over. */
std::uint32_t VpuG1::run() {
    std::uint32_t status = running_->job == nullptr ? interrupt::dec_error_int : 0;
    while (status == 0) {
        if (host().work_must_end() || number_ != running_->number) {
            return 0;
        }
        status = running_->job->step();
        host().work_takes(macroblock_ns * std::max(running_->job->macroblocks_per_step(), 1u));
    }
    return status;
}

bool VpuG1::work() {
    for (;;) {
        Words registers{};
        std::uint32_t number = 0;
        bool wanted = false;
        host().exclusive([&] {
            wanted = busy_ && late_until_ == 0;
            registers = job_;
            number = number_;
        });
        if (!wanted) {
            running_.reset();
            return false;
        }
        if (running_ == nullptr || running_->number != number) {
            running_.reset();
            running_ = std::make_unique<Running>(host(), number, registers, recorder_.begin(registers));
        }
        const std::uint32_t status = run();
        if (status == 0 && number_ == number) {
            return true;
        }
        const std::string problem = number_ == number ? record(status) : std::string();
        host().exclusive([&] {
            if (!problem.empty()) {
                host().log(LogKind::unimplemented, problem);
            }
            if (number_ == number) {
                finish(status, job_end(status));
            }
        });
        running_.reset();
    }
}

/** Puts the job on record if that is wanted. A line for the log if it cannot be. */
std::string VpuG1::record(std::uint32_t status) {
    return running_->writer != nullptr ? recorder_.end(*running_->writer, status) : std::string();
}

/** What the job that run() was at has been, if it ended with @p status. */
vpu::JobEnd VpuG1::job_end(std::uint32_t status) const {
    vpu::JobEnd done{.codec = Job::codec(job_), .field = Job::field(job_)};
    done.traffic = running_->meter.traffic();
    done.error = running_->job == nullptr                    ? vpu::JobError::unsupported
                 : (status & interrupt::dec_bus_int) != 0    ? vpu::JobError::bus
                 : (status & interrupt::dec_buffer_int) != 0 ? vpu::JobError::stream_end
                 : (status & interrupt::dec_error_int) != 0  ? vpu::JobError::stream
                                                             : vpu::JobError::none;
    return done;
}

/** The job is over; who waits learns of it now, or when faults let it. */
void VpuG1::finish(std::uint32_t status, const vpu::JobEnd& done) {
    if (done.error == vpu::JobError::unsupported) {
        tell_unsupported(host(), job_);
    }
    statistics_.add(done);
    const std::uint32_t shown =
        job_end_status(host(), status, status_bits & ~interrupt::dec_irq, interrupt::dec_error_int);
    host().job_ended(statistics_.report(done, shown));
    const std::int64_t time = job_end_time(host(), host().bus_delay());
    if (time <= host().now()) {
        end(shown);
        return;
    }
    late_status_ = shown;
    late_until_ = time;
    if (time != never) {
        host().schedule(finish_timer, time);
    }
}

void VpuG1::end(std::uint32_t status) {
    busy_ = false;
    late_until_ = 0;
    const std::uint32_t before = bank().value(interrupt_offset);
    const bool quiet = (before & interrupt::dec_irq_dis) != 0;
    bank().set(interrupt_offset, (before & ~interrupt::dec_e) | status | (quiet ? 0 : interrupt::dec_irq));
    update_irq();
}

void VpuG1::timer_expired(unsigned) {
    if (busy_ && late_until_ != 0) {
        end(late_status_);
    }
}

void VpuG1::update_irq() {
    const std::uint32_t stored = bank().value(interrupt_offset);
    host().set_irq(0, (stored & interrupt::dec_irq) != 0 && (stored & interrupt::dec_irq_dis) == 0);
}

void VpuG1::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(busy_);
    for (std::uint32_t& word : job_) {
        archive.value(word);
    }
    archive.value(late_status_);
    archive.value(late_until_);
    statistics_.exchange(archive);
    if (archive.writing()) {
        return;
    }
    running_.reset();
    const bool started = (bank().value(interrupt_offset) & interrupt::dec_e) != 0;
    if (started != busy_ || (!busy_ && late_until_ != 0) || (late_status_ & ~status_bits) != 0) {
        archive.fail("the stream holds an impossible job of the vpu-g1");
    }
    bank().check_read_only(archive);
}

void VpuG1::resume() {
    ++number_;
    update_irq();
    if (late_until_ != 0 && late_until_ != never) {
        host().schedule(finish_timer, late_until_);
    } else if (busy_ && late_until_ == 0) {
        host().request_work();
    }
}

}  // namespace svp
