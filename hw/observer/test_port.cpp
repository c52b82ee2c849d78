// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/test_port.hpp"

#include <algorithm>

#include "bus/data_follower.hpp"

namespace svp {

namespace {

constexpr std::uint32_t region_size = 0x2000;
constexpr std::uint64_t board_address = 0x303f0000;  // for the leak oracle's records

namespace reg {
constexpr std::uint32_t id = 0x000;
constexpr std::uint32_t master = 0x004;
constexpr std::uint32_t source_low = 0x008;
constexpr std::uint32_t source_high = 0x00c;
constexpr std::uint32_t destination_low = 0x010;
constexpr std::uint32_t destination_high = 0x014;
constexpr std::uint32_t length = 0x018;
constexpr std::uint32_t pattern = 0x01c;
constexpr std::uint32_t command = 0x020;
constexpr std::uint32_t status = 0x024;
constexpr std::uint32_t interrupt = 0x028;
constexpr std::uint32_t data = 0x1000;
}  // namespace reg

constexpr std::uint32_t id_value = 0x54500001;
constexpr Field master_number = {"number", 0, 5};
constexpr Field master_secure = {"secure", 8};
constexpr Field status_busy = {"busy", 0, 1, FieldAccess::read_only};
constexpr Field status_done = {"done", 1, 1, FieldAccess::write_1_clear};
constexpr Field status_refused = {"refused", 2, 1, FieldAccess::write_1_clear};
constexpr Field status_answer = {"answer", 4, 2, FieldAccess::read_only};
constexpr Field interrupt_enable = {"enable", 0};
constexpr std::uint64_t step_ns = 1000;

/** True if @p length bytes from @p address on end inside the 64-bit address space. */
bool fits(std::uint64_t address, std::uint32_t length) {
    return length - 1 <= ~std::uint64_t{0} - address;
}

}  // namespace

TestPort::TestPort(Host& host) : BankDevice(host) {
    add_window("test-port", region_size, declaration());
}

std::vector<Register> TestPort::declaration() {
    return {
        {.offset = reg::id, .name = "ID", .reset = id_value, .access = FieldAccess::read_only},
        {.offset = reg::master, .name = "MASTER", .fields = {master_number, master_secure}},
        {.offset = reg::source_low, .name = "SOURCE_LOW"},
        {.offset = reg::source_high, .name = "SOURCE_HIGH"},
        {.offset = reg::destination_low, .name = "DESTINATION_LOW"},
        {.offset = reg::destination_high, .name = "DESTINATION_HIGH"},
        {.offset = reg::length, .name = "LENGTH"},
        {.offset = reg::pattern, .name = "PATTERN"},
        {.offset = reg::command,
         .name = "COMMAND",
         .access = FieldAccess::read_only,
         .on_write = [this](const WriteEvent& event) { command_written(event); }},
        {.offset = reg::status,
         .name = "STATUS",
         .fields = {status_busy, status_done, status_refused, status_answer},
         .on_read = [this](std::uint32_t, std::uint32_t stored) { return status_busy.in(stored, busy()); },
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        {.offset = reg::interrupt,
         .name = "INTERRUPT",
         .fields = {interrupt_enable},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        {.offset = reg::data, .name = "DATA", .count = window_size / 4},
    };
}

bool TestPort::acceptable(const Job& job) const {
    const bool reads = job.command != Command::write && job.command != Command::fill;
    const bool writes = job.command != Command::read;
    const bool through_window = job.command == Command::read || job.command == Command::write;
    return job.command != Command::none && job.command <= Command::fill &&
           name(static_cast<Master>(job.master)) != "?" && job.length >= 1 &&
           job.length <= (through_window ? window_size : max_length) &&
           (!reads || fits(job.source, job.length)) && (!writes || fits(job.destination, job.length));
}

void TestPort::command_written(const WriteEvent& event) {
    if (busy()) {
        host().log(LogKind::guest_error, "test-port: COMMAND written while a job is under way, ignored");
        return;
    }
    Job job;
    const auto address = [this](std::uint32_t low, std::uint32_t high) {
        return std::uint64_t{bank().value(high)} << 32 | bank().value(low);
    };
    job.command = static_cast<Command>(std::min<std::uint32_t>(event.written, 0xff));
    job.master = bank().get<std::uint8_t>(reg::master, master_number);
    job.secure = bank().get<bool>(reg::master, master_secure);
    job.source = address(reg::source_low, reg::source_high);
    job.destination = address(reg::destination_low, reg::destination_high);
    job.length = bank().value(reg::length);
    job.pattern = bank().value(reg::pattern);
    if (!acceptable(job)) {
        end(status_refused.mask());
        return;
    }
    for (std::uint32_t i = 0; job.command == Command::write && i < job.length; ++i) {
        job.data[i] = static_cast<std::uint8_t>(bank().value(reg::data + (i & ~3u)) >> i % 4 * 8);
    }
    bank().set(reg::status, 0);
    update_irq();
    job_ = job;
    delay_ = 0;
    host().request_work();
}

/** The next @p length bytes of @p job; what is read stays in @p buffer. */
Response TestPort::move(const Job& job, std::uint32_t length, std::span<std::uint8_t> buffer) {
    const Initiator by = {static_cast<Master>(job.master), job.secure ? World::secure : World::non_secure};
    Response answer = Response::okay;
    switch (job.command) {
        case Command::write:
            std::copy_n(job.data.begin(), length, buffer.begin());
            break;
        case Command::fill:
            for (std::uint32_t i = 0; i < length; ++i) {
                buffer[i] = static_cast<std::uint8_t>(job.pattern >> i % 4 * 8);
            }
            break;
        default:
            answer = host().bus_read(by, job.source + job.moved, buffer);
    }
    if (job.command != Command::read) {
        answer =
            std::max(answer, host().bus_write(by, job.destination + job.moved,
                                              std::span<const std::uint8_t>(buffer.data(), buffer.size())));
    }
    return answer;
}

bool TestPort::work() {
    Job job;
    host().exclusive([this, &job] { job = late_end_.waits() ? Job{} : job_; });
    DataFollower* follower = host().data_follower();
    if (follower != nullptr && job.moved == 0) {
        follower->forget_data();
    }
    std::vector<std::uint8_t> buffer;
    while (job.moved < job.length) {
        if (host().work_must_end()) {
            return true;
        }
        const std::uint32_t length = std::min(step_size, job.length - job.moved);
        buffer.resize(length);
        job.answer = std::max(job.answer, move(job, length, buffer));
        host().work_takes(step_ns + length / 2);
        job.moved += length;
        host().exclusive([&] { step_done(job, buffer); });
    }
    return false;
}

void TestPort::step_done(const Job& job, std::span<const std::uint8_t> buffer) {
    job_.moved = job.moved;
    job_.answer = job.answer;
    delay_ += host().bus_delay();
    if (DataFollower* follower = host().data_follower();
        job.command == Command::read && follower != nullptr) {
        follower->show_data({static_cast<Master>(job.master)}, board_address + reg::data);
    }
    for (std::uint32_t i = 0; job.command == Command::read && i < buffer.size(); ++i) {
        const std::uint32_t word = reg::data + (i & ~3u);
        const unsigned shift = i % 4 * 8;
        bank().set(word, (bank().value(word) & ~(0xffu << shift)) | std::uint32_t{buffer[i]} << shift);
    }
    if (job.moved == job.length) {
        finish();
    }
}

/** The data has moved; who waits learns of it now, or when faults let it. */
void TestPort::finish() {
    if (delay_ > 0) {
        late_end_.set(host(), host().now() + delay_);
    } else {
        end(0);
    }
}

void TestPort::end(std::uint32_t status) {
    bank().set(reg::status, status | bits_of({status_done}) |
                                status_answer.in(0, static_cast<std::uint32_t>(job_.answer)));
    job_ = {};
    delay_ = 0;
    late_end_.forget();
    update_irq();
}

void TestPort::timer_expired(unsigned) {
    end(0);
}

void TestPort::update_irq() {
    host().set_irq(
        0, bank().get<bool>(reg::status, status_done) && bank().get<bool>(reg::interrupt, interrupt_enable));
}

void TestPort::reset() {
    BankDevice::reset();
    job_ = {};
    delay_ = 0;
    late_end_.forget();
    update_irq();
}

void TestPort::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(job_.command, static_cast<std::uint64_t>(Command::fill));
    archive.value(job_.master, master_number.mask());
    archive.value(job_.secure);
    archive.value(job_.source);
    archive.value(job_.destination);
    archive.value(job_.length, max_length);
    archive.value(job_.pattern);
    archive.value(job_.moved, job_.length);
    archive.value(job_.answer, static_cast<std::uint64_t>(Response::decerr));
    archive.bytes(std::as_writable_bytes(std::span(job_.data)));
    archive.value(delay_);
    late_end_.exchange(archive);
    if (archive.writing()) {
        return;
    }
    const bool finishing = late_end_.waits();
    if (busy() ? !acceptable(job_) || (job_.moved == job_.length) != finishing : finishing) {
        archive.fail("the stream holds an impossible job of the test-port");
    }
    if ((bank().value(reg::status) & ~bits_of({status_done, status_refused, status_answer})) != 0) {
        archive.fail("the stream holds an impossible value for test-port register STATUS");
    }
}

void TestPort::resume() {
    update_irq();
    late_end_.resume(host());
    if (busy() && !late_end_.waits()) {
        host().request_work();
    }
}

}  // namespace svp
