// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_log.h on top of svp::BusMonitor. */
#include "svp/abi_log.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "interface/abi_device.hpp"
#include "observer/bus_monitor.hpp"
#include "observer/fault_form.hpp"
#include "observer/violation_form.hpp"

namespace {

svp::BusMonitor& monitor_of(SvpDevice* device) {
    return dynamic_cast<svp::BusMonitor&>(svp_core_of(*device));
}

/** A copy that svp_free() takes back. */
char* duplicate(const std::string& text) {
    auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) {
        throw std::bad_alloc();
    }
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

svp::World world(bool secure) {
    return secure ? svp::World::secure : svp::World::non_secure;
}

/** The adapter's handle for a record is the record itself. */
const SvpRecord* record(const svp::Violation& violation) {
    return reinterpret_cast<const SvpRecord*>(&violation);
}

const svp::Violation& violation(const SvpRecord* record) {
    return *reinterpret_cast<const svp::Violation*>(record);
}

svp::Member member(const SvpMember& given) {
    switch (given.kind) {
        case SVP_MEMBER_NUMBER:
            return {given.name, given.number};
        case SVP_MEMBER_TEXT:
            return {given.name, std::string(given.text)};
        case SVP_MEMBER_TRUTH:
            return {given.name, given.number != 0};
        case SVP_MEMBER_EMPTY:
            break;
    }
    return {given.name, std::monostate()};
}

std::int64_t wake_of(const svp::EventLimiter& limiter) {
    return limiter.wake_at().value_or(-1);
}

bool due(const std::optional<svp::EventLimiter::Event>& event, std::uint64_t* dropped) {
    if (event) {
        *dropped = event->dropped;
    }
    return event.has_value();
}

}  // namespace

unsigned svp_master_count() noexcept {
    return svp::master_count;
}

const char* svp_master_name(unsigned master) noexcept {
    if (master >= svp::master_count) {
        return nullptr;
    }
    const std::string_view text = svp::name(static_cast<svp::Master>(master));
    return text == "?" ? nullptr : text.data();
}

int svp_master_number(const char* name) noexcept {
    for (unsigned master = 0; master < svp::master_count; ++master) {
        const char* candidate = svp_master_name(master);
        if (candidate != nullptr && std::strcmp(candidate, name) == 0) {
            return static_cast<int>(master);
        }
    }
    return SVP_ANY;
}

bool svp_is_monitor(SvpDevice* device) noexcept {
    return dynamic_cast<svp::BusMonitor*>(&svp_core_of(*device)) != nullptr;
}

void svp_monitor_query(SvpDevice* monitor, const SvpViolationFilter* filter, SvpTakeMember* each,
                       void* opaque) noexcept {
    svp::ViolationLog::Filter wanted;
    wanted.since = filter->since;
    wanted.limit = filter->limit;
    if (filter->master != SVP_ANY) {
        wanted.master = static_cast<svp::Master>(filter->master);
    }
    if (filter->secure != SVP_ANY) {
        wanted.world = world(filter->secure != 0);
    }
    svp_give_members(svp::members_of(monitor_of(monitor).log(), wanted, filter->text), each, opaque);
}

void svp_monitor_counters(SvpDevice* monitor, SvpTakeMember* each, void* opaque) noexcept {
    svp_give_members(svp::counters_of(monitor_of(monitor).log()), each, opaque);
}

void svp_record_members(const SvpRecord* record, SvpTakeMember* each, void* opaque) noexcept {
    svp_give_members(svp::members_of(violation(record), false), each, opaque);
}

char* svp_record_text(const SvpRecord* record) noexcept {
    return duplicate(svp::text(violation(record)));
}

void svp_monitor_refused(SvpDevice* monitor, const SvpRefusal* refusal) noexcept {
    monitor_of(monitor).refused(refusal->access, refusal->refusal);
}

void svp_monitor_clear(SvpDevice* monitor, bool counters) noexcept {
    monitor_of(monitor).clear_log(counters);
}

void svp_monitor_set_ops(SvpDevice* monitor, const SvpMonitorOps* ops, void* opaque) noexcept {
    svp::BusMonitor::Callbacks callbacks;
    if (ops->cpu_place != nullptr) {
        callbacks.cpu_place = [ops, opaque]() -> std::optional<std::pair<std::int32_t, std::uint64_t>> {
            std::pair<std::int32_t, std::uint64_t> place;
            return ops->cpu_place(opaque, &place.first, &place.second) ? std::optional(place) : std::nullopt;
        };
    }
    if (ops->recorded != nullptr) {
        callbacks.recorded = [ops, opaque](const svp::Violation& violation, bool merged) {
            ops->recorded(opaque, record(violation), merged);
        };
    }
    if (ops->leaked != nullptr) {
        svp::BusMonitor& core = monitor_of(monitor);
        callbacks.leaked = [&core, ops, opaque](const svp::Leak& leak, bool again) {
            ops->leaked(opaque, svp::text(leak, core.leaks()->path(leak.origin)).c_str(), again);
        };
    }
    if (ops->drive_line != nullptr) {
        callbacks.drive_line = [ops, opaque](unsigned line, bool level) {
            ops->drive_line(opaque, line, level);
        };
    }
    monitor_of(monitor).set_callbacks(std::move(callbacks));
}

bool svp_monitor_event(SvpDevice* monitor, std::int64_t now, bool merged, std::uint64_t* dropped,
                       std::int64_t* wake) noexcept {
    svp::EventLimiter& limiter = monitor_of(monitor).limiter();
    const auto event = limiter.occurred(now, !merged);
    *wake = wake_of(limiter);
    return due(event, dropped);
}

bool svp_monitor_event_expired(SvpDevice* monitor, std::int64_t now, const SvpRecord** newest,
                               std::uint64_t* dropped, std::int64_t* wake) noexcept {
    svp::BusMonitor& core = monitor_of(monitor);
    const auto event = core.limiter().expired(now);
    *wake = wake_of(core.limiter());
    const svp::Violation* newest_violation = core.log().newest();
    if (newest_violation == nullptr) {
        return false;  // cleared in the meantime: nothing left to tell
    }
    *newest = record(*newest_violation);
    return due(event, dropped);
}

std::uint32_t svp_monitor_inject(SvpDevice* monitor, const SvpMember* members, std::size_t count,
                                 char** error) noexcept {
    std::vector<svp::Member> object;
    for (const SvpMember& given : std::span(members, count)) {
        object.push_back(member(given));
    }
    svp::Fault fault;
    if (const auto problem = svp::read_fault(object, fault)) {
        *error = duplicate(*problem);
        return 0;
    }
    const auto injected = monitor_of(monitor).inject(std::move(fault));
    if (injected.id == 0) {
        *error = duplicate(injected.error);
    }
    return injected.id;
}

bool svp_monitor_remove_fault(SvpDevice* monitor, std::uint32_t id) noexcept {
    return monitor_of(monitor).remove_fault(id);
}

void svp_monitor_clear_faults(SvpDevice* monitor) noexcept {
    monitor_of(monitor).clear_faults();
}

void svp_monitor_faults(SvpDevice* monitor, SvpTakeMember* each, void* opaque) noexcept {
    std::size_t place = 0;
    for (const auto& entry : monitor_of(monitor).faults()) {
        const std::string prefix = std::to_string(place++) + ".";
        std::vector<svp::Member> info = svp::members_of(entry.fault, prefix + "fault.");
        info.push_back({prefix + "id", std::uint64_t{entry.id}});
        info.push_back({prefix + "matches", entry.matches});
        info.push_back({prefix + "hits", entry.hits});
        info.push_back({prefix + "spent", entry.spent()});
        if (entry.last_hit >= 0) {
            info.push_back({prefix + "last-hit", static_cast<std::uint64_t>(entry.last_hit)});
        }
        svp_give_members(info, each, opaque);
    }
}

void svp_monitor_add_device(SvpDevice* monitor, SvpDevice* device, const char* name) noexcept {
    const auto faults = svp_core_of(*device).possible_faults();
    if (!faults.empty()) {
        svp_attach_monitor(*device, monitor_of(monitor), monitor_of(monitor).add_device(name, faults));
    }
    if (svp::LeakOracle* leaks = monitor_of(monitor).leaks()) {
        svp_attach_leaks(*device, *leaks);
    }
}

bool svp_monitor_follows_data(SvpDevice* monitor) noexcept {
    return monitor_of(monitor).leaks() != nullptr;
}

void svp_monitor_add_memory(SvpDevice* monitor, std::uint64_t base, std::uint64_t window,
                            std::uint64_t fitted) noexcept {
    if (svp::LeakOracle* leaks = monitor_of(monitor).leaks()) {
        leaks->add_memory(base, window, fitted);
    }
}

void svp_monitor_hold_policy(SvpDevice* monitor, bool on) noexcept {
    if (svp::LeakOracle* leaks = monitor_of(monitor).leaks()) {
        leaks->hold(on);
    }
}

void svp_monitor_forget_data(SvpDevice* monitor) noexcept {
    if (svp::LeakOracle* leaks = monitor_of(monitor).leaks()) {
        leaks->reset();
    }
}

void svp_monitor_left_secure_world(SvpDevice* monitor, unsigned cpu) noexcept {
    if (svp::LeakOracle* leaks = monitor_of(monitor).leaks()) {
        leaks->left_secure_world(cpu);
    }
}

void svp_monitor_openings(SvpDevice* monitor, SvpTakeMember* each, void* opaque) noexcept {
    svp_give_members(svp::members_of(monitor_of(monitor).openings()), each, opaque);
}

unsigned svp_monitor_add_line(SvpDevice* monitor, const char* device, std::uint32_t number) noexcept {
    return monitor_of(monitor).add_line(device, number);
}

bool svp_monitor_set_line(SvpDevice* monitor, unsigned line, bool level) noexcept {
    return monitor_of(monitor).set_line(line, level);
}
