// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi.h on top of svp::Device and svp::Host. */
#include "svp/abi.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "bus/data_follower.hpp"
#include "bus/live_properties.hpp"
#include "firewall/firewall.hpp"
#include "firewall/policy_form.hpp"
#include "interface/abi_device.hpp"
#include "interface/catalogue.hpp"
#include "observer/bus_monitor.hpp"
#include "svp/device.hpp"

namespace {

/** svp::CorePower whose calls go to the adapter's C functions. */
class AdapterCores final : public svp::CorePower {
 public:
    AdapterCores(const SvpCoreOps* ops, void* opaque) : ops_(ops), opaque_(opaque) {}

    void cpu_on(unsigned cpu, std::uint64_t entry) override { ops_->on(opaque_, cpu, entry); }
    void cpu_off(unsigned cpu) override { ops_->off(opaque_, cpu); }
    bool cpu_halted(unsigned cpu) override { return ops_->halted(opaque_, cpu); }

 private:
    const SvpCoreOps* ops_;
    void* opaque_;
};

/** svp::Host whose calls go to the adapter's C functions. */
class AdapterHost final : public svp::Host, public svp::DataFollower {
 public:
    AdapterHost(const SvpHostOps* ops, void* opaque) : ops_(ops), opaque_(opaque) {}

    svp::DataFollower* data_follower() override { return this; }
    void set_irq(unsigned line, bool level) override {
        if (ops_->set_irq != nullptr) {
            ops_->set_irq(opaque_, line, level);
        }
    }
    std::int64_t now() override { return ops_->now(opaque_); }
    void schedule(unsigned timer, std::int64_t deadline) override {
        if (ops_->schedule != nullptr) {
            ops_->schedule(opaque_, timer, deadline);
        }
    }
    void cancel(unsigned timer) override {
        if (ops_->cancel != nullptr) {
            ops_->cancel(opaque_, timer);
        }
    }
    void log(svp::LogKind kind, std::string_view message) override {
        ops_->log(opaque_, static_cast<SvpLogKind>(kind), std::string(message).c_str());
    }
    void random(std::span<std::uint8_t> bytes) override { ops_->random(opaque_, bytes.data(), bytes.size()); }
    svp::CorePower* core_power() override { return cores_ ? &*cores_ : nullptr; }
    void policy_changed() override {
        if (ops_->policy_changed != nullptr) {
            ops_->policy_changed(opaque_);
        }
    }
    void refused(const svp::Transaction& access, const svp::Refusal& refusal) override {
        if (ops_->refused != nullptr) {
            const SvpRefusal whole{access, refusal};
            ops_->refused(opaque_, &whole);
        }
    }
    bool store(const std::string& path, std::span<const std::uint8_t> data) override {
        return ops_->store != nullptr && ops_->store(opaque_, path.c_str(), data.data(), data.size());
    }
    void job_ended(const svp::JobReport& job) override {
        if (ops_->job_ended != nullptr) {
            const SvpJob report{job.number, job.kind.data(), job.status, job.bytes_read, job.bytes_written};
            ops_->job_ended(opaque_, &report);
        }
    }
    svp::Response bus_read(const svp::Initiator& by, std::uint64_t address,
                           std::span<std::uint8_t> data) override {
        if (bus_ == nullptr) {
            std::ranges::fill(data, std::uint8_t{0});
            return svp::Response::decerr;
        }
        return ended(bus_->read(by, address, data, cargo_));
    }
    svp::Response bus_write(const svp::Initiator& by, std::uint64_t address,
                            std::span<const std::uint8_t> data) override {
        return bus_ == nullptr ? svp::Response::decerr : ended(bus_->write(by, address, data, cargo_));
    }
    svp::Response bus_read_rows(const svp::Initiator& by, const svp::Rows& rows,
                                std::span<std::uint8_t> data) override {
        if (bus_ == nullptr) {
            std::ranges::fill(data, std::uint8_t{0});
            return svp::Response::decerr;
        }
        return ended(bus_->read_rows(by, rows, data, cargo_));
    }
    svp::Response bus_write_rows(const svp::Initiator& by, const svp::Rows& rows,
                                 std::span<const std::uint8_t> data) override {
        return bus_ == nullptr ? svp::Response::decerr : ended(bus_->write_rows(by, rows, data, cargo_));
    }
    svp::Judgement bus_judge_rows(const svp::Initiator& by, const svp::Rows& rows) override {
        return bus_ == nullptr ? svp::Judgement{svp::Response::decerr, false, {}}
                               : bus_->judge_rows(by, rows, cargo_);
    }
    svp::Response bus_look_rows(const svp::Initiator& by, const svp::Rows& rows,
                                std::span<const svp::JudgedPiece> exceptions,
                                std::span<std::uint8_t> data) override {
        if (bus_ == nullptr) {
            std::ranges::fill(data, std::uint8_t{0});
            return svp::Response::decerr;
        }
        return bus_->look_rows(by, rows, exceptions, data);
    }
    bool bus_transform(const svp::Initiator& by, std::uint64_t source, std::uint64_t target, std::size_t size,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        return bus_ != nullptr && bus_->transform(by, source, target, size, move, cargo_);
    }
    void forget_data() override {
        if (leaks_ != nullptr) {
            exclusive([this] { leaks_->forget(cargo_.holder); });
        }
    }
    void show_data(const svp::Initiator& by, std::uint64_t address) override {
        if (leaks_ != nullptr) {
            leaks_->show(cargo_.holder, by.master, address);
        }
    }
    svp::Response read_steering(const svp::Initiator& by, std::uint64_t address,
                                std::span<std::uint8_t> data) override {
        return leaks_ == nullptr
                   ? bus_read(by, address, data)
                   : ended(bus_->read(by, address, data, {.holder = cargo_.holder, .steers = true}));
    }
    svp::Response write_harmless(const svp::Initiator& by, std::uint64_t address,
                                 std::span<const std::uint8_t> data) override {
        return leaks_ == nullptr ? bus_write(by, address, data)
                                 : ended(bus_->write(by, address, data, harmless()));
    }
    bool transform_harmless(const svp::Initiator& by, std::uint64_t source, std::uint64_t target,
                            std::size_t size,
                            const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        return bus_ != nullptr && bus_->transform(by, source, target, size, move, harmless());
    }
    std::int64_t bus_delay() override { return delay_.exchange(0); }
    void request_work() override { worker_->request(worker_opaque_); }
    bool work_must_end() override { return worker_->must_end(worker_opaque_); }
    void work_takes(std::uint64_t nanoseconds) override { worker_->takes(worker_opaque_, nanoseconds); }
    void exclusive(const std::function<void()>& section) override {
        /** Gives the lock back however the section ends. */
        struct Lock {
            explicit Lock(AdapterHost& host) : host_(host) { host_.lock(true); }
            ~Lock() { host_.lock(false); }
            Lock(const Lock&) = delete;
            Lock& operator=(const Lock&) = delete;
            AdapterHost& host_;
        };
        const Lock lock(*this);
        section();
    }

    std::optional<svp::DeviceFault> fault(std::string_view name) override {
        return monitor_ != nullptr ? monitor_->device_fault(number_, name) : std::nullopt;
    }

    void attach(svp::Bus& bus) { bus_ = &bus; }
    void attach(const SvpWorkerOps* ops, void* opaque) {
        worker_ = ops;
        worker_opaque_ = opaque;
    }
    void attach(const SvpCoreOps* ops, void* opaque) { cores_.emplace(ops, opaque); }
    /** @p number is what the monitor calls this device. */
    void attach(svp::BusMonitor& monitor, unsigned number) {
        monitor_ = &monitor;
        number_ = number;
    }
    /** Data of this device are followed. */
    void attach(svp::LeakOracle& leaks) {
        leaks_ = &leaks;
        cargo_.holder = leaks.add_holder();
    }
    /** What came before a reset or a load is none of the state's. */
    void forget_delay() { delay_ = 0; }

 private:
    svp::Cargo harmless() const { return {.holder = cargo_.holder, .harmless = true}; }
    void lock(bool taken) { worker_->lock(worker_opaque_, taken); }

    svp::Response ended(const svp::Bus::Result& result) {
        if (result.delay != 0) {
            delay_ += result.delay;
        }
        return result.answer;
    }

    const SvpHostOps* ops_;
    void* opaque_;
    const SvpWorkerOps* worker_ = nullptr;
    void* worker_opaque_ = nullptr;
    std::optional<AdapterCores> cores_;
    svp::Bus* bus_ = nullptr;
    svp::BusMonitor* monitor_ = nullptr;
    unsigned number_ = 0;
    svp::LeakOracle* leaks_ = nullptr;  ///< there is a bus then
    svp::Cargo cargo_;
    std::atomic<std::int64_t> delay_ = 0;  ///< since the core last asked, ns
};

const svp::CatalogueEntry& entry(unsigned type) {
    return svp::catalogue()[type];
}

/** A copy that svp_free() takes back. */
void* duplicate(const void* data, std::size_t length) {
    void* copy = std::malloc(length == 0 ? 1 : length);
    if (copy == nullptr) {
        throw std::bad_alloc();
    }
    if (length != 0) {
        std::memcpy(copy, data, length);
    }
    return copy;
}

void report(char** error, const std::string& text) {
    if (error != nullptr) {
        *error = static_cast<char*>(duplicate(text.c_str(), text.size() + 1));
    }
}

}  // namespace

/** A core together with its host. */
struct SvpDevice {
    SvpDevice(unsigned type, const SvpHostOps* ops, void* opaque)
        : host(ops, opaque), core(entry(type).create(host)) {}

    AdapterHost host;
    std::unique_ptr<svp::Device> core;
};

svp::Transaction svp_transaction_of(const SvpTransaction& access) {
    svp::Transaction result;
    result.address = access.address;
    result.size = access.size;
    result.direction = access.write ? svp::Direction::write : svp::Direction::read;
    result.master = static_cast<svp::Master>(access.master);
    result.world = access.secure ? svp::World::secure : svp::World::non_secure;
    result.domain = access.domain;
    result.privileged = access.privileged;
    result.debug = access.debug;
    return result;
}

svp::Device& svp_core_of(SvpDevice& device) {
    return *device.core;
}

void svp_attach_monitor(SvpDevice& device, svp::BusMonitor& monitor, unsigned number) {
    device.host.attach(monitor, number);
}

void svp_attach_leaks(SvpDevice& device, svp::LeakOracle& leaks) {
    device.host.attach(leaks);
}

void svp_give_members(std::span<const svp::Member> members, SvpTakeMember* each, void* opaque) {
    for (const svp::Member& member : members) {
        SvpMember given{member.name.c_str(), SVP_MEMBER_EMPTY, nullptr, 0};
        if (const auto* number = std::get_if<std::uint64_t>(&member.value)) {
            given.kind = SVP_MEMBER_NUMBER;
            given.number = *number;
        } else if (const auto* text = std::get_if<std::string>(&member.value)) {
            given.kind = SVP_MEMBER_TEXT;
            given.text = text->c_str();
        } else if (const auto* truth = std::get_if<bool>(&member.value)) {
            given.kind = SVP_MEMBER_TRUTH;
            given.number = *truth ? 1 : 0;
        }
        each(opaque, &given);
    }
}

namespace {

/** Asked at every access: the caller's word that it is one is taken. */
svp::Firewall& firewall_of(SvpDevice* device) {
    return static_cast<svp::Firewall&>(*device->core);
}

}  // namespace

// noexcept on every definition: an exception that would cross the C boundary ends the process instead.

unsigned svp_type_count() noexcept {
    return static_cast<unsigned>(svp::catalogue().size());
}
const char* svp_type_name(unsigned type) noexcept {
    return entry(type).type;
}
const char* svp_type_description(unsigned type) noexcept {
    return entry(type).description;
}
SvpCarrier svp_type_carrier(unsigned type) noexcept {
    return static_cast<SvpCarrier>(entry(type).carrier);
}
bool svp_type_asks_domain(unsigned type) noexcept {
    return entry(type).asks_domain;
}

SvpDevice* svp_device_create(unsigned type, const SvpHostOps* ops, void* opaque) noexcept {
    return new SvpDevice(type, ops, opaque);
}

void svp_device_destroy(SvpDevice* device) noexcept {
    delete device;
}

unsigned svp_device_region_count(SvpDevice* device) noexcept {
    return static_cast<unsigned>(device->core->regions().size());
}

const char* svp_device_region_name(SvpDevice* device, unsigned region) noexcept {
    return device->core->regions()[region].name.data();
}

std::uint64_t svp_device_region_size(SvpDevice* device, unsigned region) noexcept {
    return device->core->regions()[region].size;
}

unsigned svp_device_irq_lines(SvpDevice* device) noexcept {
    return device->core->irq_lines();
}
unsigned svp_device_irq_inputs(SvpDevice* device) noexcept {
    return device->core->irq_inputs();
}
unsigned svp_device_timers(SvpDevice* device) noexcept {
    return device->core->timers();
}

const char* svp_device_property_name(SvpDevice* device, unsigned index) noexcept {
    const auto list = device->core->properties();
    return index < list.size() ? list[index].name.data() : nullptr;
}

const char* svp_device_property_description(SvpDevice* device, unsigned index) noexcept {
    return device->core->properties()[index].description.data();
}

std::uint64_t svp_device_property_default(SvpDevice* device, unsigned index) noexcept {
    return device->core->properties()[index].default_value;
}

bool svp_device_property_is_text(SvpDevice* device, unsigned index) noexcept {
    return device->core->properties()[index].text;
}

bool svp_device_property_at_any_time(SvpDevice* device, const char* name) noexcept {
    const auto* live = dynamic_cast<const svp::LiveProperties*>(device->core.get());
    return live != nullptr && live->at_any_time(name);
}

bool svp_device_set_text(SvpDevice* device, const char* name, const char* value, char** error) noexcept {
    const auto problem = device->core->set_text(name, value);
    if (problem) {
        report(error, *problem);
    }
    return !problem;
}

bool svp_device_set_property(SvpDevice* device, const char* name, std::uint64_t value,
                             char** error) noexcept {
    const auto problem = device->core->set_property(name, value);
    if (problem) {
        report(error, *problem);
    }
    return !problem;
}

void svp_device_attach_worker(SvpDevice* device, const SvpWorkerOps* ops, void* opaque) noexcept {
    device->host.attach(ops, opaque);
}

void svp_device_attach_cores(SvpDevice* device, const SvpCoreOps* ops, void* opaque) noexcept {
    device->host.attach(ops, opaque);
}

void svp_device_attach_bus(SvpDevice* device, SvpBus* bus) noexcept {
    device->host.attach(svp_bus_of(*bus));
}

bool svp_device_connect(SvpDevice* device, const char* role, SvpDevice* peer) noexcept {
    return device->core->connect(role, *peer->core);
}

SvpResponse svp_device_read(SvpDevice* device, unsigned region, std::uint64_t offset, unsigned size,
                            const SvpTransaction* by, std::uint64_t* value) noexcept {
    const svp::ReadResult result = device->core->read(region, offset, size, svp_transaction_of(*by));
    *value = result.value;
    return static_cast<SvpResponse>(result.response);
}

SvpResponse svp_device_write(SvpDevice* device, unsigned region, std::uint64_t offset, std::uint64_t value,
                             unsigned size, const SvpTransaction* by) noexcept {
    return static_cast<SvpResponse>(
        device->core->write(region, offset, value, size, svp_transaction_of(*by)));
}

char* svp_device_register_name(SvpDevice* device, unsigned region, std::uint64_t offset) noexcept {
    const std::string name = device->core->register_name(region, offset);
    return static_cast<char*>(duplicate(name.c_str(), name.size() + 1));
}

void svp_device_reset(SvpDevice* device) noexcept {
    device->host.forget_delay();
    device->core->reset();
}
void svp_device_timer_expired(SvpDevice* device, unsigned timer) noexcept {
    device->core->timer_expired(timer);
}
bool svp_device_work(SvpDevice* device) noexcept {
    return device->core->work();
}
void svp_device_set_input(SvpDevice* device, unsigned line, bool level) noexcept {
    device->core->set_input(line, level);
}

void svp_device_counters(SvpDevice* device, SvpTakeMember* each, void* opaque) noexcept {
    svp_give_members(device->core->counters(), each, opaque);
}

std::uint8_t* svp_device_save(SvpDevice* device, std::size_t* length) noexcept {
    const auto state = device->core->save();
    *length = state.size();
    return static_cast<std::uint8_t*>(duplicate(state.data(), state.size()));
}

bool svp_device_load(SvpDevice* device, const std::uint8_t* state, std::size_t length,
                     char** error) noexcept {
    device->host.forget_delay();
    const auto problem = device->core->load({reinterpret_cast<const std::byte*>(state), length});
    if (problem) {
        report(error, *problem);
    }
    return !problem;
}

void svp_free(void* memory) noexcept {
    std::free(memory);
}

void svp_firewall_complete(SvpDevice* firewall, SvpTransaction* access) noexcept {
    const auto master = static_cast<svp::Master>(access->master);
    const auto own = access->secure ? svp::World::secure : svp::World::non_secure;
    const auto found = firewall_of(firewall).identity(master, own);
    access->domain = found.domain;
    if (master != svp::Master::a53) {
        access->secure = found.world == svp::World::secure;
        access->privileged = found.privileged;
    }
}

void svp_firewall_policy(SvpDevice* firewall, int secure, int domain, bool slaves, SvpTakeMember* each,
                         void* opaque) noexcept {
    std::optional<svp::World> world;
    std::optional<svp::Domain> only;
    if (secure != SVP_ANY) {
        world = secure != 0 ? svp::World::secure : svp::World::non_secure;
    }
    if (domain != SVP_ANY) {
        only = static_cast<svp::Domain>(domain);
    }
    svp_give_members(svp::policy_of(firewall_of(firewall), world, only, slaves), each, opaque);
}

void svp_firewall_masters(SvpDevice* firewall, SvpTakeMember* each, void* opaque) noexcept {
    svp_give_members(svp::masters_of(firewall_of(firewall)), each, opaque);
}
