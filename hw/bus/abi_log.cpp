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

#include "bus/abi_device.hpp"
#include "bus/bus_monitor.hpp"
#include "bus/fault_form.hpp"

namespace {

static_assert(SVP_ACCESS_DENIED == static_cast<int>(svp::AccessState::denied));
static_assert(SVP_ACCESS_CHANGED == static_cast<int>(svp::AccessState::changed));
static_assert(SVP_ACCESS_PASSED == static_cast<int>(svp::last_access_state));
static_assert(SVP_STREAM_COUNTS == static_cast<int>(svp::last_stream));

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

svp::Direction direction(bool write) {
    return write ? svp::Direction::write : svp::Direction::read;
}

SvpDenial denial(const svp::Violation& violation) {
    SvpDenial result{};
    result.sequence = violation.sequence;
    result.first_time = violation.first_time;
    result.last_time = violation.last_time;
    result.count = violation.count;
    result.address = violation.address;
    result.length = violation.length;
    result.pc = violation.pc;
    result.cpu = violation.cpu;
    result.fault = violation.fault;
    result.denier = violation.denier.data();  // a std::string of the log: ends with a zero byte
    result.index = violation.index;
    result.master = static_cast<std::uint8_t>(violation.master);
    result.domain = violation.domain;
    result.secure = violation.world == svp::World::secure;
    result.write = violation.direction == svp::Direction::write;
    result.answer = static_cast<SvpResponse>(violation.answer);
    result.state = static_cast<SvpAccessState>(violation.state);
    result.stream = static_cast<SvpStream>(violation.stream);
    return result;
}

svp::Violation violation(const SvpDenial& denial) {
    svp::Violation result;
    result.sequence = denial.sequence;
    result.first_time = denial.first_time;
    result.last_time = denial.last_time;
    result.count = denial.count;
    result.address = denial.address;
    result.length = denial.length;
    result.pc = denial.pc;
    result.cpu = denial.cpu;
    result.fault = denial.fault;
    result.denier = denial.denier;
    result.index = denial.index;
    result.master = static_cast<svp::Master>(denial.master);
    result.domain = denial.domain;
    result.world = world(denial.secure);
    result.direction = direction(denial.write);
    result.answer = static_cast<svp::Response>(denial.answer);
    result.state = static_cast<svp::AccessState>(denial.state);
    result.stream = static_cast<svp::Stream>(denial.stream);
    return result;
}

SvpDenialCounter denial_counter(const char* denier, std::uint16_t index,
                                const svp::ViolationLog::Counter& counter) {
    SvpDenialCounter result{};
    result.denier = denier;
    result.index = index;
    result.reads = counter.reads;
    result.writes = counter.writes;
    result.granted_reads = counter.granted_reads;
    result.granted_writes = counter.granted_writes;
    result.changed_reads = counter.changed_reads;
    result.changed_writes = counter.changed_writes;
    return result;
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

void svp_monitor_query(SvpDevice* monitor, const SvpDenialFilter* filter,
                       void (*each)(void* opaque, const SvpDenial* denial), void* opaque) noexcept {
    svp::ViolationLog::Filter wanted;
    wanted.since = filter->since;
    wanted.limit = filter->limit;
    if (filter->master != SVP_ANY) {
        wanted.master = static_cast<svp::Master>(filter->master);
    }
    if (filter->secure != SVP_ANY) {
        wanted.world = world(filter->secure != 0);
    }
    for (const svp::Violation& found : monitor_of(monitor).log().query(wanted)) {
        const SvpDenial given = denial(found);
        each(opaque, &given);
    }
}

void svp_monitor_totals(SvpDevice* monitor, SvpDenialTotals* totals) noexcept {
    const svp::ViolationLog& log = monitor_of(monitor).log();
    *totals = {log.accesses(),      log.granted(), log.merged(),  log.dropped(),
               log.next_sequence(), log.size(),    log.capacity()};
}

void svp_monitor_counters(SvpDevice* monitor, void (*each)(void* opaque, const SvpDenialCounter* counter),
                          void* opaque) noexcept {
    const svp::ViolationLog& log = monitor_of(monitor).log();
    for (unsigned master = 0; master < svp::master_count; ++master) {
        const auto& counter = log.counter(static_cast<svp::Master>(master));
        if (counter.total() != 0) {
            const SvpDenialCounter given =
                denial_counter(nullptr, static_cast<std::uint16_t>(master), counter);
            each(opaque, &given);
        }
    }
    for (const auto& rule : log.rule_counters()) {
        const SvpDenialCounter given = denial_counter(rule.denier.data(), rule.index, rule.counter);
        each(opaque, &given);
    }
}

void svp_monitor_refused(SvpDevice* monitor, const SvpRefusal* refusal) noexcept {
    monitor_of(monitor).refused(refusal->access, refusal->refusal);
}

void svp_monitor_clear(SvpDevice* monitor, bool counters) noexcept {
    monitor_of(monitor).clear_log(counters);
}

char* svp_denial_text(const SvpDenial* denial) noexcept {
    return duplicate(svp::text(violation(*denial)));
}

void svp_monitor_set_ops(SvpDevice* monitor, const SvpMonitorOps* ops, void* opaque) noexcept {
    svp::BusMonitor::Surroundings surroundings;
    if (ops->cpu_place != nullptr) {
        surroundings.cpu_place = [ops, opaque]() -> std::optional<std::pair<std::int32_t, std::uint64_t>> {
            std::pair<std::int32_t, std::uint64_t> place;
            return ops->cpu_place(opaque, &place.first, &place.second) ? std::optional(place) : std::nullopt;
        };
    }
    if (ops->recorded != nullptr) {
        surroundings.recorded = [ops, opaque](const svp::Violation& violation, bool merged) {
            const SvpDenial given = denial(violation);
            ops->recorded(opaque, &given, merged);
        };
    }
    if (ops->drive_line != nullptr) {
        surroundings.drive_line = [ops, opaque](unsigned line, bool level) {
            ops->drive_line(opaque, line, level);
        };
    }
    monitor_of(monitor).set_surroundings(std::move(surroundings));
}

bool svp_monitor_event(SvpDevice* monitor, std::int64_t now, bool merged, std::uint64_t* dropped,
                       std::int64_t* wake) noexcept {
    svp::EventLimiter& limiter = monitor_of(monitor).limiter();
    const auto event = limiter.occurred(now, !merged);
    *wake = wake_of(limiter);
    return due(event, dropped);
}

bool svp_monitor_event_expired(SvpDevice* monitor, std::int64_t now, SvpDenial* newest,
                               std::uint64_t* dropped, std::int64_t* wake) noexcept {
    svp::BusMonitor& core = monitor_of(monitor);
    const auto event = core.limiter().expired(now);
    *wake = wake_of(core.limiter());
    const svp::Violation* violation = core.log().newest();
    if (violation == nullptr) {
        return false;  // cleared in the meantime: nothing left to tell
    }
    *newest = denial(*violation);
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
}

void svp_monitor_openings(SvpDevice* monitor, void (*each)(void* opaque, const SvpOpening* opening),
                          void* opaque, std::uint64_t* lost) noexcept {
    const svp::FaultOpenings& openings = monitor_of(monitor).openings();
    *lost = openings.lost();
    for (const svp::Opening& opening : openings.list()) {
        SvpOpening given{};
        given.fault = opening.fault;
        given.masters = opening.masters;
        given.domains = opening.domains;
        given.privileges = opening.privileges;
        given.secure = opening.world == svp::World::secure;
        given.write = opening.direction == svp::Direction::write;
        given.open = opening.open;
        given.first = opening.first;
        given.last = opening.last;
        each(opaque, &given);
    }
}

unsigned svp_monitor_add_line(SvpDevice* monitor, const char* device, std::uint32_t number) noexcept {
    return monitor_of(monitor).add_line(device, number);
}

bool svp_monitor_set_line(SvpDevice* monitor, unsigned line, bool level) noexcept {
    return monitor_of(monitor).set_line(line, level);
}
