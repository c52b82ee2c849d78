// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/caam.hpp"

#include "bus/data_follower.hpp"
#include "caam/byte_order.hpp"

namespace svp {

using namespace caam;

namespace {

constexpr std::uint32_t page_bytes = 0x1000;
constexpr std::uint64_t registers_bytes = 0x40000;
constexpr std::uint64_t assurance_page = 6;
constexpr std::uint64_t deco_page = 8;

constexpr RegionInfo windows[] = {{"caam", registers_bytes}, {"caam-secure-memory", SecureMemory::size}};

constexpr PropertyInfo property_list[] = {
    {"md-class", "digest engine: 0 up to SHA-256, 1 and 2 up to SHA-512", 0},
    {"aes-class", "AES engine: 3 without XTS, 4 with XTS", 3},
    {"mode", "state of security (CSTA.MOO): 0 non-secure, 1 secure, 2 trusted", 2},
    {"master-key", "number that the test master key is made from", 0},
    {"rng-seed", "seed of the random number generator; 0: the emulator's random numbers", 0},
    {"hab-locked", "1: the boot ROM has given all rings to the secure world and locked that", 0},
    {"secure-memory-base", "bus address of window 1, a multiple of 64 KiB", 0x100000},
};

constexpr std::uint32_t status_ring_read_error = 0x6000001e;
constexpr std::uint32_t error_bus_of_ring = 24;  ///< REIS.JBAE0

}  // namespace

Caam::Caam(Host& host)
    : Device(host),
      buffers_(std::make_unique<FlowBuffers>()),
      refusals_(host),
      controller_(host, published_, secure_memory_, engine_, events()),
      rings_{{{host, 0, controller_.shared_rows(0), [this] { wake(); }},
              {host, 1, controller_.shared_rows(1), [this] { wake(); }},
              {host, 2, controller_.shared_rows(2), [this] { wake(); }}}},
      assurance_(host, "caam rtic", page_bytes, {{.offset = 0, .name = "RTIC", .count = page_bytes / 4}}) {
    set_rights(controller_.page(), Page::controller, Refusals::no_ring);
    set_rights(controller_.deco(), Page::deco, Refusals::no_ring);
    set_rights(assurance_, Page::assurance, Refusals::no_ring);
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        set_rights(rings_[ring].bank(), Page::ring, ring);
    }
    for (const PropertyInfo& property : property_list) {
        static_cast<void>(set_property(property.name, property.default_value));
    }
    power_on_registers();
    power_on_engine();
}

Caam::~Caam() = default;

std::span<const RegionInfo> Caam::regions() const {
    return windows;
}

std::vector<BankPlace> Caam::banks() const {
    std::vector<BankPlace> places = {{0, 0, &controller_.page()},
                                     {0, assurance_page * page_bytes, &assurance_},
                                     {0, deco_page * page_bytes, &controller_.deco()}};
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        places.push_back({0, (ring + 1) * page_bytes, &rings_[ring].bank()});
    }
    return places;
}

std::span<const PropertyInfo> Caam::properties() const {
    return property_list;
}

std::optional<std::string> Caam::set_property(std::string_view name, std::uint64_t value) {
    const auto at_most = [&](std::uint64_t limit) -> std::optional<std::string> {
        if (value <= limit) {
            return std::nullopt;
        }
        return std::string(name) + " is " + std::to_string(value) + ", at most " + std::to_string(limit) +
               " is possible";
    };
    std::optional<std::string> problem;
    if (name == "md-class" && !(problem = at_most(2))) {
        engine_.md_class = static_cast<MdClass>(value);
    } else if (name == "aes-class") {
        if (value != 3 && value != 4) {
            return "aes-class is " + std::to_string(value) + ", 3 and 4 are possible";
        }
        engine_.aes_class = static_cast<AesClass>(value);
    } else if (name == "mode" && !(problem = at_most(2))) {
        mode_ = value;
        engine_.mode = published_.mode = static_cast<SecurityMode>(value);
    } else if (name == "master-key") {
        engine_.keys.set_master_seed(value);
    } else if (name == "rng-seed") {
        seed_ = value;
    } else if (name == "hab-locked" && !(problem = at_most(1))) {
        hab_locked_ = value != 0;
        controller_.reset(hab_locked_);
    } else if (name == "secure-memory-base") {
        if (value % 0x10000 != 0 || value > 0xffff0000) {
            return "secure-memory-base is " + std::to_string(value) +
                   ", it must be a multiple of 65536 below 4 GiB";
        }
        secure_memory_.set_base(value);
    } else if (!problem) {
        return Device::set_property(name, value);
    }
    return problem;
}

void Caam::reset() {
    draw_entropy();
    power_on_registers();
    power_on_engine();
}

/**
 * Registers and memories have their power-on state at once. What a job beside the lock works with waits until
 * that job has ended, which it does at its next command, and shows nothing of itself any more. Core 0 comes
 * back by way of the boot ROM, so its locks are there again.
 */
void Caam::lose_state() {
    draw_entropy();
    power_on_registers();
    controller_.update_line();
    for (JobRing& ring : rings_) {
        ring.update_line();
    }
    host().cancel(0);
    if (working_) {
        power_lost_ = true;
        engine_.violated = true;
    } else {
        power_on_engine();
    }
}

/** Drawn by whoever resets: on the thread that works the emulator has no repeatable numbers. */
void Caam::draw_entropy() {
    entropy_.fill(0);
    if (seed_ != 0) {
        store_be64(entropy_.data(), seed_);
    } else {
        host().random(entropy_);
    }
}

void Caam::power_on_registers() {
    published_ = {};
    published_.mode = static_cast<SecurityMode>(mode_);
    secure_memory_.reset();
    controller_.reset(hab_locked_);
    assurance_.reset();
    for (JobRing& ring : rings_) {
        ring.reset();
    }
    turn_ = 0;
    late_end_.forget();
}

/** All that only the thread that runs jobs touches. */
void Caam::power_on_engine() {
    engine_.rng.reset(entropy_);
    engine_.keys.reset();
    engine_.mode = static_cast<SecurityMode>(mode_);
    engine_.mp_private_key = {};
    engine_.counters = {};
    running_.reset();
    buffers_->wipe();
    working_ = power_lost_ = false;
    engine_.violated = published_.mode == SecurityMode::failed;  // again since the loss of power
}

/** A ring that the secure world takes from the other one, or gives to it, is reset: no job, address or late
 * result of one acts with the rights of the other. */
ControllerEvents Caam::events() {
    return {.wake = [this] { wake(); },
            .owner_changed =
                [this](unsigned ring) {
                    // What secure software has stored before it made the ring its own may stay there: OP-TEE
                    // restores its ring in that order after a sleep.
                    const bool secure = controller_.closed(Page::ring, ring) ||
                                        controller_.owner(ring).world == World::secure;
                    if (!secure || rings_[ring].acts_for(World::secure) == World::non_secure) {
                        rings_[ring].reset();
                        rings_[ring].update_line();
                    }
                },
            .assurance_changed = [this] { assurance_.reset(); }};
}

void Caam::set_rights(RegisterBank& bank, Page page, unsigned ring) {
    bank.set_rights([this, page](std::uint32_t offset,
                                 const Transaction& by) { return controller_.rights(page, offset, by); },
                    [this, page, ring](std::uint32_t offset, const Transaction& by) {
                        controller_.withheld(page, ring, offset, by);
                    });
}

/** The registers behind an offset. */
Caam::Target Caam::target(std::uint64_t offset, unsigned size, const Transaction& by) {
    const std::uint64_t number = offset / page_bytes;
    if (offset % page_bytes + size > page_bytes) {
        return {};
    }
    const unsigned ring =
        number >= 1 && number <= ring_count ? static_cast<unsigned>(number - 1) : Refusals::no_ring;
    Target found;
    Page page = Page::controller;
    if (number == 0) {
        found.bank = &controller_.page();
    } else if (ring < ring_count) {
        page = Page::ring;
        found = {&rings_[ring].bank(), &rings_[ring]};
    } else if (number == assurance_page) {
        page = Page::assurance;
        found.bank = &assurance_;
    } else if (number == deco_page) {
        page = Page::deco;
        found.bank = &controller_.deco();
    } else {
        return {};
    }
    if (by.world == World::non_secure && controller_.closed(page, ring)) {
        refusals_.registers(by, ring);
        return {};
    }
    return found;
}

ReadResult Caam::read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) {
    if (region == 1) {
        std::array<std::uint8_t, 8> bytes{};
        const Response answer = secure_memory_.read(offset, std::span(bytes).first(size), by);
        if (answer != Response::okay) {
            refusals_.memory(by, secure_memory_.partition_at(offset));
        }
        return {static_cast<std::uint64_t>(load_le32(bytes.data() + 4)) << 32 | load_le32(bytes.data()),
                answer};
    }
    const Target found = target(offset, size, by);
    return {found.bank != nullptr ? found.bank->read(offset % page_bytes, size, by) : 0};
}

Response Caam::write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                     const Transaction& by) {
    if (region == 1) {
        std::array<std::uint8_t, 8> bytes;
        store_le32(bytes.data(), static_cast<std::uint32_t>(value));
        store_le32(bytes.data() + 4, static_cast<std::uint32_t>(value >> 32));
        const Response answer =
            secure_memory_.write(offset, std::span<const std::uint8_t>(bytes).first(size), by);
        if (answer != Response::okay) {
            refusals_.memory(by, secure_memory_.partition_at(offset));
        }
        return answer;
    }
    const Target found = target(offset, size, by);
    if (found.ring != nullptr) {
        found.ring->write(offset % page_bytes, value, size, by);
    } else if (found.bank != nullptr) {
        found.bank->write(offset % page_bytes, value, size, by);
    }
    return Response::okay;
}

/** Whom jobs of a ring act for. */
Owner Caam::ring_owner(unsigned ring) const {
    Owner owner = controller_.owner(ring);
    owner.world = rings_[ring].acts_for(owner.world);
    return owner;
}

/** A violation lasts until the next reset, whatever the line does then. */
void Caam::set_input(unsigned, bool level) {
    const bool rises = level && !violation_;
    violation_ = level;
    if (!rises) {
        return;
    }
    engine_.violated = true;
    published_.mode = SecurityMode::failed;
    published_.rng_status = 0;
    secure_memory_.violation();
    controller_.report(1);
    wake();
}

void Caam::serve_requests() {
    if (engine_.violated.exchange(false)) {
        engine_.keys.zeroise();
        engine_.rng.forget();
        engine_.mp_private_key = {};
        engine_.mode = SecurityMode::failed;
        running_.reset();
        buffers_->wipe();
    }
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        if (rings_[ring].has_request()) {
            Port port(host(), secure_memory_, ring_owner(ring), true);
            rings_[ring].serve_request(port);
        }
    }
}

/** A job that stands still goes on before anything else; one that waits in its ring when its turn is still.
 */
bool Caam::goes_on() {
    if (!running_) {
        return false;
    }
    if (running_->returned) {
        JobRing& ring = rings_[static_cast<unsigned>(running_->task.ring)];
        const Owner owner = ring_owner(static_cast<unsigned>(running_->task.ring));
        // Begun for somebody else it begins anew.
        if (!ring.holds(running_->task.ticket) || !ring.can_run() || !(owner == running_->task.owner)) {
            running_.reset();
            return false;
        }
        running_->task.ticket = ring.take();
        running_->returned = false;
        engine_.counters = running_->counters.value_or(engine_.counters);
        running_->counters.reset();
        engine_.mp_message = controller_.manufacturing_message();
        engine_.blob_privilege = controller_.blob_privilege();
    }
    published_.busy = true;
    return true;
}

/** The rings take turns; DECO by hand goes first. True if there is a job to run. */
bool Caam::next_task() {
    if (late_end_.reached(host().now())) {
        late_end_.forget();
        finish(late_);
    } else if (late_end_.waits()) {
        return false;
    }
    if (running_ && !running_->returned) {
        return true;
    }
    serve_requests();
    if (goes_on()) {
        return true;
    }
    published_.busy = true;
    engine_.mp_message = controller_.manufacturing_message();
    engine_.blob_privilege = controller_.blob_privilege();
    Task task;
    if (controller_.direct().wanted) {
        task.owner = controller_.direct_owner();
        task.words = controller_.direct_descriptor();
        begin(task);
        return true;
    }
    for (unsigned i = 0; i < ring_count; ++i) {
        const unsigned ring = (turn_ + i) % ring_count;
        if (rings_[ring].can_run()) {
            turn_ = ring + 1;
            task.ring = static_cast<int>(ring);
            task.owner = ring_owner(ring);
            task.ticket = rings_[ring].take();
            begin(task);
            return true;
        }
    }
    published_.busy = false;
    return false;
}

void Caam::begin(const Task& task) {
    if (DataFollower* follower = host().data_follower()) {
        follower->forget_data();
    }
    running_.emplace(host(), secure_memory_, task, engine_, *buffers_);
    if (task.ring < 0) {
        running_->deco.begin_direct(task.words);
    }
}

bool Caam::work() {
    for (;;) {
        if (host().work_must_end()) {
            return true;
        }
        bool found = false;
        host().exclusive([&] { working_ = found = next_task(); });
        if (!found) {
            return false;
        }
        if (!run()) {
            host().exclusive([&] { pause(); });
            return true;
        }
    }
}

/** Begins the job or goes on with it; false if it stands still. */
bool Caam::run() {
    constexpr std::uint64_t job_ns = 2000;
    Running& running = *running_;
    Task& task = running.task;
    std::optional<std::uint32_t> status;
    if (task.ring >= 0 && !task.ticket.known) {
        std::array<std::uint8_t, 4> entry{};
        running.port.takes(job_ns);
        if (running.port.try_read(task.ticket.entry, entry)) {
            task.ticket.known = true;
            task.ticket.descriptor = load_le32(entry.data());
        } else {
            status = status_ring_read_error;
        }
    }
    if (!status) {
        running.deco.begin(task.ticket.descriptor);
        status = running.deco.run();
    }
    running.port.report();
    if (status) {
        host().exclusive([&] { end(*status); });
    }
    return status.has_value();
}

/**
 * The job stands still. If nothing outside has seen anything of it, it waits in its ring like one that was
 * not begun; a flush finds it there.
 */
void Caam::pause() {
    Running& running = *running_;
    working_ = false;
    if (power_lost_) {
        return power_on_engine();
    }
    running.delay += host().bus_delay();
    if (running.task.ring < 0 || !running.deco.repeatable()) {
        return;
    }
    const auto ring = static_cast<unsigned>(running.task.ring);
    turn_ = ring;
    rings_[ring].give_back(running.task.ticket);
    running.returned = true;
    running.counters = engine_.counters;
    engine_.counters = published_.counters;
    published_.busy = false;
}

/** Shows what the job has done, and tells who waits for it: now, or when faults let it. */
void Caam::end(std::uint32_t status) {
    Running& running = *running_;
    const Task& task = running.task;
    working_ = false;
    if (power_lost_) {
        static_cast<void>(host().bus_delay());
        return power_on_engine();
    }
    if (task.ring < 0) {
        controller_.finish_direct(status, running.deco.buffer());
        publish(running.port, -1, status);
        running_.reset();
        return;
    }
    constexpr std::uint32_t watchdog = 4u << 28 | static_cast<std::uint32_t>(DecoError::watchdog);
    status = job_end_status(host(), status, ~0u, watchdog);
    const Result result{static_cast<unsigned>(task.ring), task.ticket, task.owner,
                        task.ticket.descriptor,           status,      running.deco.sequence_output()};
    publish(running.port, task.ring, status);
    const std::int64_t time = job_end_time(host(), running.delay + host().bus_delay());
    running_.reset();
    if (time <= host().now()) {
        finish(result);
        return;
    }
    late_ = result;
    late_end_.set(host(), time);
}

void Caam::finish(const Result& result) {
    Port port(host(), secure_memory_, result.owner, true);
    rings_[result.ring].complete(result.ticket, port, result.descriptor, result.status, result.written);
}

void Caam::timer_expired(unsigned) {
    wake();
}

/** Shows what the job has changed. */
void Caam::publish(const Port& port, int ring, std::uint32_t status) {
    constexpr std::uint32_t keys_valid = 1u << 30;
    Counters& counters = engine_.counters;
    Counters::Source& from = counters.sources[ring < 0 ? job_sources - 1 : static_cast<std::size_t>(ring)];
    ++from.jobs;
    from.failed += failed(status) ? 1 : 0;
    counters.read += port.bytes_read();
    counters.written += port.bytes_written();
    published_.counters = counters;
    host().job_ended({counters.jobs(), "descriptor", status, port.bytes_read(), port.bytes_written()});
    published_.busy = false;
    if (published_.mode != SecurityMode::failed) {
        published_.rng_status = engine_.rng.status() | (engine_.keys.loaded() ? keys_valid : 0);
    }
    if (port.fault().happened) {
        published_.fault = port.fault();
        if (port.owner().world == World::non_secure) {
            published_.open_fault = port.fault();
        }
        const std::uint32_t shown =
            ring < 0 ? 0 : static_cast<std::uint32_t>(ring);  // DECO's in ring 0's place
        published_.ring_fault[shown] = port.fault();
        controller_.report(1u << (error_bus_of_ring + shown));
    }
}

void Caam::exchange(Archive& archive) {
    published_.exchange(archive);
    secure_memory_.exchange(archive);
    engine_.rng.exchange(archive);
    engine_.keys.exchange(archive);
    engine_.counters.exchange(archive);
    bool violated = engine_.violated;
    archive.value(violated);
    engine_.violated = violated;
    archive.value(engine_.mode, static_cast<std::uint64_t>(SecurityMode::failed));
    for (auto& key : engine_.mp_private_key) {
        archive.list(key, 128);
    }
    controller_.exchange(archive);
    assurance_.exchange(archive);
    for (JobRing& ring : rings_) {
        ring.exchange(archive);
    }
    archive.value(turn_, ring_count);
    archive.value(violation_);
    late_end_.exchange(archive);
    archive.value(late_.ring, ring_count - 1);
    late_.ticket.exchange(archive);
    late_.owner.exchange(archive);
    archive.value(late_.descriptor);
    archive.value(late_.status);
    archive.value(late_.written);
    exchange_running(archive);
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        if (!has_its_job(ring)) {
            archive.fail("the stream holds a ring whose job is nowhere");
        }
    }
}

/** A job that stands still, with all it needs to go on. */
void Caam::exchange_running(Archive& archive) {
    bool there = running_.has_value();
    archive.value(there);
    if (!archive.writing()) {
        running_.reset();
    }
    if (!there || !archive.ok()) {
        return;
    }
    Task task = running_ ? running_->task : Task();
    auto source = static_cast<std::uint32_t>(task.ring + 1);
    archive.value(source, ring_count);
    task.ring = static_cast<int>(source) - 1;
    task.ticket.exchange(archive);
    task.owner.exchange(archive);
    for (std::uint32_t& word : task.words) {
        archive.value(word);
    }
    archive.bytes(std::as_writable_bytes(std::span(engine_.mp_message)));
    archive.value(engine_.blob_privilege, 3);
    if (!running_) {
        running_.emplace(host(), secure_memory_, task, engine_, *buffers_);
    }
    archive.value(running_->returned);
    archive.value(running_->delay);
    bool counted = running_->counters.has_value();
    archive.value(counted);
    if (counted) {
        running_->counters = running_->counters.value_or(Counters());
        running_->counters->exchange(archive);
    }
    running_->deco.exchange(archive);
    if (running_->returned && task.ring < 0) {
        archive.fail("the stream holds a job by hand that waits in a ring");
    }
}

/** A ring whose job is under way waits for one that is. */
bool Caam::has_its_job(unsigned ring) const {
    const auto is = [&](unsigned number, const Ticket& ticket) {
        return number == ring && rings_[ring].made(ticket);
    };
    return !rings_[ring].busy() || (late_end_.waits() && is(late_.ring, late_.ticket)) ||
           (running_ && !running_->returned && running_->task.ring >= 0 &&
            is(static_cast<unsigned>(running_->task.ring), running_->task.ticket));
}

void Caam::resume() {
    controller_.update_line();
    for (JobRing& ring : rings_) {
        ring.update_line();
    }
    host().cancel(0);
    late_end_.resume(host());
    wake();
}

}  // namespace svp
