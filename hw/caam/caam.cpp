// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/caam.hpp"

#include "caam/byte_order.hpp"
#include "caam/deco.hpp"

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
    {"rng-seed", "seed of the random number generator; 0: entropy of the host", 0},
    {"hab-locked", "1: the boot ROM has given all rings to the secure world and locked that", 0},
    {"secure-memory-base", "bus address of window 1, a multiple of 64 KiB", 0x100000},
};

constexpr std::uint32_t status_ring_read_error = 0x6000001e;
constexpr std::uint32_t error_bus_of_ring = 24;  ///< REIS.JBAE0

}  // namespace

Caam::Caam(Host& host)
    : Device(host),
      buffers_(std::make_unique<FlowBuffers>()),
      controller_(host, published_, secure_memory_, engine_, [this] { wake(); }),
      rings_{{{host, 0, controller_.shared_rows(0), [this] { wake(); }},
              {host, 1, controller_.shared_rows(1), [this] { wake(); }},
              {host, 2, controller_.shared_rows(2), [this] { wake(); }}}},
      assurance_(host, "caam rtic", page_bytes, {{.offset = 0, .name = "RTIC", .count = page_bytes / 4}}) {
    for (const PropertyInfo& property : property_list) {
        static_cast<void>(set_property(property.name, property.default_value));
    }
    Caam::reset();
}

Caam::~Caam() = default;

std::span<const RegionInfo> Caam::regions() const {
    return windows;
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
        engine_.rng.reset(value);
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
    engine_.rng.reset(seed_);
    engine_.keys.reset();
    engine_.mode = static_cast<SecurityMode>(mode_);
    engine_.violated = false;
    engine_.mp_private_key.clear();
    engine_.counters = {};
    published_ = {};
    published_.mode = engine_.mode;
    secure_memory_.reset();
    controller_.reset(hab_locked_);
    assurance_.reset();
    for (JobRing& ring : rings_) {
        ring.reset();
    }
    buffers_->wipe();
    turn_ = 0;
    late_waits_ = false;
}

/** The registers behind an offset; nullptr if they are not for this access, or there are none. */
RegisterBank* Caam::bank_at(std::uint64_t offset, const Transaction& by) {
    const std::uint64_t page = offset / page_bytes;
    if (page == 0) {
        return &controller_.page();
    }
    if (page <= ring_count) {
        const auto ring = static_cast<unsigned>(page - 1);
        const bool hidden = controller_.secure_owned(ring) && by.world == World::non_secure;
        return hidden ? nullptr : &rings_[ring].bank();
    }
    if (page == assurance_page) {
        return &assurance_;
    }
    return page == deco_page ? &controller_.deco() : nullptr;
}

ReadResult Caam::read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) {
    if (region == 1) {
        std::array<std::uint8_t, 8> bytes{};
        const Response answer = secure_memory_.read(offset, std::span(bytes).first(size), by);
        return {static_cast<std::uint64_t>(load_le32(bytes.data() + 4)) << 32 | load_le32(bytes.data()),
                answer};
    }
    RegisterBank* bank = offset % page_bytes + size <= page_bytes ? bank_at(offset, by) : nullptr;
    return {bank != nullptr ? bank->read(offset % page_bytes, size, by) : 0};
}

Response Caam::write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                     const Transaction& by) {
    if (region == 1) {
        std::array<std::uint8_t, 8> bytes;
        store_le32(bytes.data(), static_cast<std::uint32_t>(value));
        store_le32(bytes.data() + 4, static_cast<std::uint32_t>(value >> 32));
        return secure_memory_.write(offset, std::span<const std::uint8_t>(bytes).first(size), by);
    }
    RegisterBank* bank = offset % page_bytes + size <= page_bytes ? bank_at(offset, by) : nullptr;
    if (bank != nullptr) {
        bank->write(offset % page_bytes, value, size, by);
    }
    return Response::okay;
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
        engine_.rng.reset(seed_);
        engine_.mp_private_key.clear();
        engine_.mode = SecurityMode::failed;
        buffers_->wipe();
    }
    for (unsigned ring = 0; ring < ring_count; ++ring) {
        if (rings_[ring].has_request()) {
            Port port(host(), secure_memory_, controller_.owner(ring), true);
            rings_[ring].serve_request(port);
        }
    }
}

/** The rings take turns; DECO by hand goes first. */
bool Caam::next_task(Task& task) {
    if (late_waits_ && host().now() < late_until_) {
        return false;
    }
    if (late_waits_) {
        late_waits_ = false;
        finish(late_);
    }
    serve_requests();
    published_.busy = true;
    if (controller_.direct().wanted) {
        task.ring = -1;
        task.owner = controller_.direct_owner();
        task.words = controller_.direct_descriptor();
        return true;
    }
    for (unsigned i = 0; i < ring_count; ++i) {
        const unsigned ring = (turn_ + i) % ring_count;
        if (rings_[ring].can_run()) {
            turn_ = ring + 1;
            task.ring = static_cast<int>(ring);
            task.owner = controller_.owner(ring);
            task.ticket = rings_[ring].take();
            engine_.mp_message = controller_.manufacturing_message();
            engine_.blob_privilege = controller_.blob_privilege();
            return true;
        }
    }
    published_.busy = false;
    return false;
}

bool Caam::work() {
    for (;;) {
        if (host().work_must_end()) {
            return true;
        }
        Task task;
        bool found = false;
        host().exclusive([&] { found = next_task(task); });
        if (!found) {
            return false;
        }
        try {
            run(task);
        } catch (const JobPutBack&) {
            host().exclusive([&] { put_back(task); });
            return true;
        }
    }
}

/** Nothing of the job is left but random numbers that it has used up. */
void Caam::put_back(const Task& task) {
    engine_.counters = published_.counters;
    published_.busy = false;
    static_cast<void>(host().bus_delay());
    if (task.ring >= 0) {
        turn_ = static_cast<unsigned>(task.ring);
        rings_[turn_].give_back(task.ticket);
    }
}

void Caam::run(const Task& task) {
    Port port(host(), secure_memory_, task.owner);
    if (task.ring < 0) {
        Deco deco(port, engine_, *buffers_);
        const std::uint32_t status = deco.run_direct(task.words);
        host().exclusive([&] {
            controller_.finish_direct(status, deco.buffer());
            publish(port, -1, status);
        });
        return;
    }
    std::array<std::uint8_t, 4> entry{};
    Result result{static_cast<unsigned>(task.ring), task.ticket, task.owner, 0, status_ring_read_error, 0};
    if (port.try_read(task.ticket.entry, entry)) {
        Deco deco(port, engine_, *buffers_);
        result.descriptor = load_le32(entry.data());
        result.status = deco.run(result.descriptor);
        result.written = deco.sequence_output();
    }
    host().exclusive([&] {
        publish(port, task.ring, result.status);
        const std::int64_t delay = host().bus_delay();
        if (delay > 0) {
            late_ = result;
            late_waits_ = true;
            late_until_ = host().now() + delay;
            host().schedule(0, late_until_);
        } else {
            finish(result);
        }
    });
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
    const std::uint32_t source = status & 0xf0000000;
    Counters& counters = engine_.counters;
    Counters::Source& from = counters.sources[ring < 0 ? job_sources - 1 : static_cast<std::size_t>(ring)];
    ++from.jobs;
    from.failed += source == 0x20000000 || source == 0x40000000 || source == 0x60000000 ? 1 : 0;
    counters.read += port.bytes_read();
    counters.written += port.bytes_written();
    published_.counters = counters;
    published_.busy = false;
    if (published_.mode != SecurityMode::failed) {
        published_.rng_status = engine_.rng.status() | (engine_.keys.loaded() ? keys_valid : 0);
    }
    if (port.fault().happened) {
        published_.fault = port.fault();
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
    archive.list(engine_.mp_private_key, 128);
    controller_.exchange(archive);
    assurance_.exchange(archive);
    for (JobRing& ring : rings_) {
        ring.exchange(archive);
    }
    archive.value(turn_, ring_count);
    archive.value(violation_);
    archive.value(late_waits_);
    archive.value(late_until_);
    archive.value(late_.ring, ring_count - 1);
    archive.value(late_.ticket.entry);
    archive.value(late_.ticket.generation);
    archive.value(late_.owner.world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(late_.owner.did, 15);
    archive.value(late_.owner.icid, 0x7ff);
    archive.value(late_.owner.source, 7);
    archive.value(late_.descriptor);
    archive.value(late_.status);
    archive.value(late_.written);
}

void Caam::resume() {
    controller_.update_line();
    for (JobRing& ring : rings_) {
        ring.update_line();
    }
    host().cancel(0);
    if (late_waits_) {
        host().schedule(0, late_until_);
    }
    wake();
}

}  // namespace svp
