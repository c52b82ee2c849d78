// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/registers/job_ring.hpp"

#include <algorithm>
#include <array>

#include "caam/byte_order.hpp"
#include "caam/job_status.hpp"
#include "caam/registers/rights.hpp"

namespace svp::caam {

namespace {

constexpr std::uint32_t page = 0x1000;

constexpr std::uint32_t irbar = 0x00;
constexpr std::uint32_t irsr = 0x0c;
constexpr std::uint32_t irsar = 0x14;
constexpr std::uint32_t irjar = 0x1c;
constexpr std::uint32_t orbar = 0x20;
constexpr std::uint32_t orsr = 0x2c;
constexpr std::uint32_t orjrr = 0x34;
constexpr std::uint32_t orsfr = 0x3c;
constexpr std::uint32_t jrstar = 0x44;
constexpr std::uint32_t jrintr = 0x4c;
constexpr std::uint32_t jrcfgr = 0x50;
constexpr std::uint32_t irrir = 0x5c;
constexpr std::uint32_t orwir = 0x64;
constexpr std::uint32_t jrcr = 0x6c;
constexpr std::uint32_t jraav = 0x704;
constexpr std::uint32_t jraaa = 0x800;

constexpr Field ring_size = {"RS", 0, 10};
constexpr std::uint32_t interrupt_job = 1u << 0;
constexpr std::uint32_t interrupt_error = 1u << 1;
constexpr std::uint32_t halt_fields = 3u << 2;
constexpr std::uint32_t halt_in_progress = 1u << 2;
constexpr std::uint32_t halt_done = 2u << 2;
constexpr std::uint32_t error_type_fields = 0x1fu << 8;
constexpr std::uint32_t error_index_fields = 0x3fffu << 16;
constexpr std::uint32_t config_sequence_output = 1u << 30;
constexpr std::uint32_t config_mask = 1u << 0;
constexpr std::uint32_t command_reset = 1u << 0;
constexpr std::uint32_t command_park = 1u << 1;

constexpr unsigned error_status_write = 1;
constexpr unsigned error_input_alignment = 3;
constexpr unsigned error_output_alignment = 4;
constexpr unsigned error_input_busy = 5;
constexpr unsigned error_output_busy = 6;
constexpr unsigned error_reset_before_flush = 7;
constexpr unsigned error_removed_too_many = 8;
constexpr unsigned error_added_too_many = 9;

constexpr std::uint32_t entry_bytes = 4;

}  // namespace

JobRing::JobRing(Host& host, unsigned number, std::vector<Register> more_rows, std::function<void()> wake)
    : host_(host),
      number_(number),
      wake_(std::move(wake)),
      bank_(host, "caam job ring", page, rows(*this, std::move(more_rows))) {}

std::vector<Register> JobRing::rows(JobRing& self, std::vector<Register> more) {
    const auto guarded = [&self](std::uint32_t offset, bool input) {
        return [&self, offset, input](const WriteEvent& event) { self.guard(event, offset, input); };
    };
    const auto reads = [](const std::uint32_t& value) {
        return [&value](std::uint32_t, std::uint32_t) { return value; };
    };
    std::vector<Register> rows = {
        {.offset = irbar, .name = "IRBAR", .count = 2, .on_write = guarded(irbar, true)},
        {.offset = irsr, .name = "IRSR", .fields = {ring_size}, .on_write = guarded(irsr, true)},
        {.offset = irsar,
         .name = "IRSAR",
         .access = FieldAccess::read_only,
         .on_read =
             [&self](std::uint32_t, std::uint32_t) {
                 return self.input_size() - std::min(self.input_size(), self.waiting());
             }},
        {.offset = irjar,
         .name = "IRJAR",
         .access = FieldAccess::read_only,
         .on_write = [&self](const WriteEvent& event) { self.add_jobs(ring_size.of(event.written)); }},
        {.offset = orbar, .name = "ORBAR", .count = 2, .on_write = guarded(orbar, false)},
        {.offset = orsr, .name = "ORSR", .fields = {ring_size}, .on_write = guarded(orsr, false)},
        {.offset = orjrr,
         .name = "ORJRR",
         .access = FieldAccess::read_only,
         .on_write = [&self](const WriteEvent& event) { self.remove_results(ring_size.of(event.written)); }},
        {.offset = orsfr, .name = "ORSFR", .access = FieldAccess::read_only, .on_read = reads(self.results_)},
        {.offset = jrstar, .name = "JRSTAR", .access = FieldAccess::read_only},
        {.offset = jrintr,
         .name = "JRINTR",
         .access = FieldAccess::read_only,
         .on_read = reads(self.interrupt_),
         .on_write = [&self](const WriteEvent& event) { self.acknowledge(event.written); }},
        {.offset = jrcfgr,
         .name = "JRCFGR",
         .count = 2,
         .on_write = [&self](const WriteEvent&) { self.update_line(); }},
        {.offset = irrir,
         .name = "IRRIR",
         .access = FieldAccess::read_only,
         .on_read = [&self](std::uint32_t, std::uint32_t) { return self.read_index_ * entry_bytes; }},
        {.offset = orwir,
         .name = "ORWIR",
         .access = FieldAccess::read_only,
         .on_read = [&self](std::uint32_t,
                            std::uint32_t) { return self.write_index_ * self.result_bytes(); }},
        {.offset = jrcr,
         .name = "JRCR",
         .access = FieldAccess::read_only,
         .on_write = [&self](const WriteEvent& event) { self.command(event.written); }},
        {.offset = jraav, .name = "JRAAV", .access = FieldAccess::read_only},
        {.offset = jraaa, .name = "JRAAA", .access = FieldAccess::read_only, .count = 8},
    };
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return rows;
}

void JobRing::write(std::uint64_t offset, std::uint64_t value, unsigned size, const Transaction& by) {
    bool opens = false;
    for (std::uint64_t at = offset & ~3ull; at < offset + size && at < jraav; at += 4) {
        const AccessRow* row = access_row(Page::ring, static_cast<std::uint32_t>(at));
        opens = opens || (by.world == World::non_secure && row != nullptr && row->write != 0);
    }
    open_ = open_ || opens;
    bank_.write(offset, value, size, by);
    open_ = open_ || opens;  // also if it was a reset
}

void JobRing::reset() {
    bank_.reset();
    open_ = false;
    queued_ = results_ = read_index_ = write_index_ = interrupt_ = 0;
    halting_ = flushing_ = false;
    in_flight_ = returned_ = false;
    returned_descriptor_ = 0;
    ++generation_;
}

std::uint32_t JobRing::input_size() const {
    return bank_.value(irsr);
}

std::uint32_t JobRing::output_size() const {
    return bank_.value(orsr);
}

std::uint32_t JobRing::result_bytes() const {
    return (bank_.value(jrcfgr) & config_sequence_output) != 0 ? 12 : 8;
}

void JobRing::update_line() {
    const bool masked = (bank_.value(jrcfgr + 4) & config_mask) != 0;
    host_.set_irq(number_, !masked && (interrupt_ & (interrupt_job | interrupt_error)) != 0);
}

void JobRing::raise(std::uint32_t bits) {
    interrupt_ |= bits;
    update_line();
}

/** The first error stands until software has taken note of it. */
void JobRing::ring_error(unsigned type) {
    if ((interrupt_ & interrupt_error) == 0) {
        interrupt_ = (interrupt_ & ~(error_type_fields | error_index_fields)) | type << 8 |
                     (write_index_ << 16 & error_index_fields);
    }
    raise(interrupt_error);
}

/** Where the rings lie may not change while they are in use. */
void JobRing::guard(const WriteEvent& event, std::uint32_t offset, bool input) {
    if (in_flight_ || (input ? waiting() : results_) > 0) {
        bank_.set(offset + 4 * event.index, event.before);
        return ring_error(input ? error_input_busy : error_output_busy);
    }
    (input ? read_index_ : write_index_) = 0;
}

void JobRing::add_jobs(std::uint32_t count) {
    if (count > input_size() - queued_) {
        return ring_error(error_added_too_many);
    }
    if (count > 0 && bank_.value(irbar + 4) % 4 != 0) {
        return ring_error(error_input_alignment);
    }
    if (count > 0 && bank_.value(orbar + 4) % 4 != 0) {
        return ring_error(error_output_alignment);
    }
    queued_ += count;
    wake_();
}

void JobRing::remove_results(std::uint32_t count) {
    if (count > results_) {
        return ring_error(error_removed_too_many);
    }
    results_ -= count;
    if (waiting() > 0) {
        wake_();
    }
}

void JobRing::acknowledge(std::uint32_t bits) {
    const bool resumes = (interrupt_ & halt_fields) == halt_done && (bits & halt_done) != 0;
    if (resumes) {
        interrupt_ &= ~halt_fields;
    }
    interrupt_ &= ~(bits & ~halt_fields);
    if ((bits & interrupt_error) != 0) {
        interrupt_ &= ~(error_type_fields | error_index_fields);
    }
    update_line();
    if (resumes) {
        wake_();
    }
}

void JobRing::command(std::uint32_t bits) {
    const std::uint32_t halt = interrupt_ & halt_fields;
    if ((bits & command_reset) != 0 && halt == halt_done) {
        reset();
        update_line();
        return;
    }
    if ((bits & (command_reset | command_park)) == 0) {
        return;
    }
    if (halt == halt_in_progress) {
        // Reset before the flush is through; a flush after a park that has not ended is one.
        flushing_ = flushing_ || (bits & command_reset) != 0;
        return ring_error(error_reset_before_flush);
    }
    flushing_ = (bits & command_reset) != 0;
    if (!in_flight_ && (waiting() == 0 || !flushing_)) {
        interrupt_ = (interrupt_ & ~halt_fields) | halt_done;
        return;
    }
    interrupt_ = (interrupt_ & ~halt_fields) | halt_in_progress;
    halting_ = true;
    wake_();
}

void JobRing::serve_request(Port& port) {
    while (flushing_ && waiting() > 0 && results_ < output_size()) {
        const Ticket ticket = take();
        std::array<std::uint8_t, entry_bytes> entry{};
        if (!ticket.known) {
            static_cast<void>(port.try_read(ticket.entry, entry));
        }
        complete(ticket, port, ticket.known ? ticket.descriptor : load_le32(entry.data()),
                 JobError(DecoError::ring_reset).status, 0);
    }
    if (flushing_) {
        queued_ = 0;
        returned_ = false;
    }
    halting_ = flushing_ = false;
    interrupt_ = (interrupt_ & ~halt_fields) | halt_done;
}

bool JobRing::can_run() const {
    return waiting() > 0 && !in_flight_ && (interrupt_ & halt_fields) == 0 && results_ < output_size();
}

Ticket JobRing::take() {
    in_flight_ = true;
    if (returned_) {
        returned_ = false;
        return {0, generation_, true, returned_descriptor_};
    }
    const std::uint64_t base =
        static_cast<std::uint64_t>(bank_.value(irbar) & 0xf) << 32 | bank_.value(irbar + 4);
    const Ticket ticket{base + std::uint64_t{entry_bytes} * read_index_, generation_, false, 0};
    read_index_ = read_index_ + 1 >= input_size() ? 0 : read_index_ + 1;
    --queued_;
    return ticket;
}

void JobRing::give_back(const Ticket& ticket) {
    if (ticket.generation != generation_) {
        return;
    }
    in_flight_ = false;
    returned_ = true;
    returned_descriptor_ = ticket.descriptor;
}

void JobRing::complete(const Ticket& ticket, Port& port, std::uint32_t address, std::uint32_t status,
                       std::uint32_t sequence_output) {
    if (ticket.generation != generation_) {
        return;
    }
    in_flight_ = false;
    bank_.set(jrstar, status);
    write_result(port, address, status, sequence_output);
}

void JobRing::write_result(Port& port, std::uint32_t address, std::uint32_t status,
                           std::uint32_t sequence_output) {
    std::array<std::uint8_t, 12> bytes;
    store_le32(bytes.data(), address);
    store_le32(bytes.data() + 4, status);
    store_le32(bytes.data() + 8, sequence_output);
    const std::uint64_t base =
        static_cast<std::uint64_t>(bank_.value(orbar) & 0xf) << 32 | bank_.value(orbar + 4);
    const std::uint32_t size = result_bytes();
    port.set_harmless(true);
    try {
        port.write(base + std::uint64_t{size} * write_index_, std::span(bytes).first(size));
    } catch (const JobError&) {
        return ring_error(error_status_write);
    }
    write_index_ = write_index_ + 1 >= output_size() ? 0 : write_index_ + 1;
    ++results_;
    raise(interrupt_job);
}

void JobRing::exchange(Archive& archive) {
    bank_.exchange(archive);
    archive.value(queued_, input_size());
    archive.value(results_, output_size());
    archive.value(read_index_, ring_size.mask());
    archive.value(write_index_, ring_size.mask());
    archive.value(interrupt_);
    archive.value(halting_);
    archive.value(flushing_);
    archive.value(in_flight_);
    archive.value(open_);
    archive.value(generation_);
    archive.value(returned_);
    archive.value(returned_descriptor_);
    if (returned_ && in_flight_) {
        archive.fail("the stream holds a job that is under way and waits");
    }
}

}  // namespace svp::caam
