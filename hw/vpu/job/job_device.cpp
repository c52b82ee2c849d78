// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job/job_device.hpp"

#include <algorithm>

#include "bus/data_follower.hpp"
#include "vpu/host_port.hpp"
#include "vpu/job/metered_port.hpp"
#include "vpu/job/register_field.hpp"

namespace svp::vpu {

namespace {

constexpr std::uint32_t interrupt_offset = 4 * interrupt::number;
constexpr std::uint32_t control_bits = interrupt::dec_e | interrupt::dec_irq_dis;

/** Nanoseconds that a macroblock takes, roughly: 1080p at 60 pictures a second. */
constexpr std::uint64_t macroblock_ns = 2000;

}  // namespace

/** The job that work() is at; it may stand still for a while. */
struct JobDevice::Running {
    Running(const JobDevice& device, Host& host, std::uint32_t which, std::vector<std::uint32_t> taken,
            std::unique_ptr<JobRecordWriter> taking_note)
        : number(which),
          registers(std::move(taken)),
          port(host, device.traits_.master),
          meter(port),
          writer(std::move(taking_note)) {
        MemoryPort* outermost = &meter;
        if (writer != nullptr) {
            recording.emplace(meter, *writer);
            outermost = &*recording;
        }
        job = device.make_job(registers, *outermost);
    }

    std::uint32_t number;
    std::vector<std::uint32_t> registers;
    HostPort port;
    MeteredPort meter;
    std::unique_ptr<JobRecordWriter> writer;  ///< only if jobs are recorded
    std::optional<RecordingPort> recording;
    std::unique_ptr<Job> job;  ///< none if this decoder cannot do it
};

JobDevice::JobDevice(Host& host, const DecoderTraits& traits, std::vector<Register> rows)
    : BankDevice(host, traits.block, traits.window, std::move(rows)),
      traits_(traits),
      job_(traits.registers),
      statistics_(traits.name, traits.codecs),
      recorder_(host, traits.name, traits.kind) {}

JobDevice::~JobDevice() = default;

Register JobDevice::interrupt_row(JobDevice& self, std::uint32_t status_bits, std::uint32_t controls) {
    return {.offset = interrupt_offset,
            .name = "INTERRUPT",
            .read_only = ~(status_bits | control_bits | controls),
            .on_write = [&self](const WriteEvent& event) { self.interrupt_written(event); }};
}

void JobDevice::interrupt_written(const WriteEvent& event) {
    // Status bits can be cleared, not set.
    const std::uint32_t cleared = event.before & event.after & traits_.status_bits;
    bank().set(interrupt_offset, cleared | (event.after & control_bits));
    const bool start = (event.after & interrupt::dec_e) != 0;
    if (start && !busy_) {
        begin();
    } else if (!start && busy_) {
        abort();
    }
    update_irq();
}

void JobDevice::begin() {
    for (unsigned i = 0; i < traits_.registers; ++i) {
        job_[i] = bank().value(4 * i);
    }
    busy_ = true;
    ++number_;
    host().request_work();
}

bool JobDevice::abort() {
    const bool under_way = busy_;
    // A late job has been counted already.
    if (busy_ && !late_end_.waits()) {
        statistics_.add_aborted();
    }
    busy_ = false;
    late_end_.clear(host());
    ++number_;
    leave_engine();
    return under_way;
}

bool JobDevice::connect(std::string_view role, Device& peer) {
    auto* owner = dynamic_cast<JobDevice*>(&peer);
    if (role != "engine" || !traits_.second_bank || owner == nullptr || owner->traits_.second_bank ||
        owner->traits_.kind != traits_.kind) {
        return false;
    }
    turns_ = &owner->own_turns_;
    owner->banks_.push_back(this);
    return true;
}

/** The engine is free for whoever waits for it, if this device had it. */
void JobDevice::leave_engine() {
    if (JobDevice* next = turns_->release(*this)) {
        next->host().request_work();
    }
}

void JobDevice::lose_state() {
    abort();
    late_status_ = 0;
    BankDevice::reset();
    update_irq();
    for (JobDevice* bank : banks_) {
        bank->lose_state();
    }
}

void JobDevice::reset() {
    running_.reset();
    lose_state();
    statistics_.reset();
}

std::span<const PropertyInfo> JobDevice::properties() const {
    return {&Recorder::property, 1};
}

std::optional<std::string> JobDevice::set_text(std::string_view name, std::string_view value) {
    if (name != Recorder::property.name) {
        return BankDevice::set_text(name, value);
    }
    recorder_.set_folder(value);
    return std::nullopt;
}

/** Works at the job until it is over, given up, or to be put off; its status, 0 unless it is over. */
std::uint32_t JobDevice::run() {
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

bool JobDevice::work() {
    for (;;) {
        std::vector<std::uint32_t> registers;
        std::uint32_t number = 0;
        bool wanted = false;
        host().exclusive([&] {
            wanted = busy_ && !late_end_.waits() && turns_->take(*this);
            registers = job_;
            number = number_;
        });
        if (!wanted) {
            running_.reset();
            return false;
        }
        if (running_ == nullptr || running_->number != number) {
            running_.reset();
            if (DataFollower* follower = host().data_follower()) {
                follower->forget_data();
            }
            auto writer = recorder_.begin(registers);
            running_ =
                std::make_unique<Running>(*this, host(), number, std::move(registers), std::move(writer));
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
std::string JobDevice::record(std::uint32_t status) {
    return running_->writer != nullptr ? recorder_.end(*running_->writer, status) : std::string();
}

/** What the job that run() was at has been, if it ended with @p status. */
JobEnd JobDevice::job_end(std::uint32_t status) const {
    JobEnd done{.codec = codec(job_), .field = field(job_)};
    done.traffic = running_->meter.traffic();
    done.error = running_->job == nullptr                   ? JobError::unsupported
                 : (status & interrupt::dec_bus_int) != 0   ? JobError::bus
                 : (status & traits_.stream_end) != 0       ? JobError::stream_end
                 : (status & interrupt::dec_error_int) != 0 ? JobError::stream
                                                            : JobError::none;
    return done;
}

/** The job is over; who waits learns of it now, or when faults let it. */
void JobDevice::finish(std::uint32_t status, const JobEnd& done) {
    leave_engine();
    if (done.error == JobError::unsupported) {
        host().log(LogKind::unimplemented, std::string(traits_.block) + ": a job of " + kind_of(job_) +
                                               " is not there, it ends in an error");
    }
    statistics_.add(done);
    const std::uint32_t shown =
        job_end_status(host(), status, traits_.status_bits & ~interrupt::dec_irq, interrupt::dec_error_int);
    host().job_ended(statistics_.report(done, shown));
    const std::int64_t time = job_end_time(host(), host().bus_delay());
    if (time <= host().now()) {
        end(shown);
        return;
    }
    late_status_ = shown;
    late_end_.set(host(), time);
}

void JobDevice::end(std::uint32_t status) {
    busy_ = false;
    late_end_.forget();
    const std::uint32_t before = bank().value(interrupt_offset);
    const bool quiet = (before & interrupt::dec_irq_dis) != 0;
    bank().set(interrupt_offset, (before & ~interrupt::dec_e) | status | (quiet ? 0 : interrupt::dec_irq));
    update_irq();
}

void JobDevice::timer_expired(unsigned) {
    if (busy_ && late_end_.waits()) {
        end(late_status_);
    }
}

void JobDevice::update_irq() {
    const std::uint32_t stored = bank().value(interrupt_offset);
    host().set_irq(0, (stored & interrupt::dec_irq) != 0 && (stored & interrupt::dec_irq_dis) == 0);
}

void JobDevice::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(busy_);
    for (std::uint32_t& word : job_) {
        archive.value(word);
    }
    archive.value(late_status_);
    late_end_.exchange(archive);
    statistics_.exchange(archive);
    if (archive.writing()) {
        return;
    }
    running_.reset();
    turns_->release(*this);
    const bool started = (bank().value(interrupt_offset) & interrupt::dec_e) != 0;
    if (started != busy_ || (!busy_ && late_end_.waits()) || (late_status_ & ~traits_.status_bits) != 0) {
        archive.fail("the stream holds an impossible job of the " + std::string(traits_.block));
    }
    bank().check_read_only(archive);
}

void JobDevice::resume() {
    ++number_;
    update_irq();
    late_end_.resume(host());
    if (busy_ && !late_end_.waits()) {
        host().request_work();
    }
}

}  // namespace svp::vpu
