// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/bus_monitor.hpp"

#include <algorithm>
#include <utility>

#include "observer/leak_form.hpp"

namespace svp {

namespace {

constexpr unsigned fault_timer = 0;

constexpr std::string_view log_size = "log-size";
constexpr std::string_view merge_window = "merge-window";
constexpr std::string_view leak_oracle = "leak-oracle";
constexpr std::string_view withheld_base = "withheld-base";
constexpr std::string_view withheld_bytes = "withheld-bytes";
constexpr PropertyInfo property_list[] = {
    {log_size, "violations kept on record", ViolationLog::default_capacity},
    {merge_window, "time in which repetitions are counted as one record, ns",
     static_cast<std::uint64_t>(ViolationLog::default_merge_window)},
    {leak_oracle, "1: data that non-secure software may not read are followed", 0},
    {withheld_base, "first address that software keeps from non-secure software by itself", 0},
    {withheld_bytes, "how many bytes it keeps so", 0},
};

constexpr std::string_view roles[] = {"tzasc", "rdc", "csu", FaultInjector::gpr_target};

std::string out_of_range(std::string_view name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
    return std::string(name) + " is " + std::to_string(value) + ", must be " + std::to_string(low) + " to " +
           std::to_string(high);
}

}  // namespace

BusMonitor::BusMonitor(Host& host) : Device(host) {}

Outcome BusMonitor::disturb(Transaction& transaction) {
    Outcome outcome = injector_.before(transaction, host().now());
    if (injector_.has_effects()) {
        settle();
    }
    return outcome;
}

void BusMonitor::denied(const Transaction& transaction, std::uint64_t address, std::uint64_t length,
                        std::string_view denier, unsigned index, Response answer, const Outcome& outcome) {
    if (transaction.debug) {
        return;
    }
    Violation violation;
    violation.address = address;
    violation.length = length;
    violation.denier = denier;
    violation.index = static_cast<std::uint16_t>(std::min<unsigned>(index, ViolationLog::max_index));
    violation.answer = answer;
    violation.fault = outcome.fault;
    record(violation, transaction);
}

void BusMonitor::granted(const Transaction& transaction, std::uint64_t address, std::uint64_t length,
                         std::uint32_t fault, Response answer) {
    Violation violation;
    violation.address = address;
    violation.length = length;
    violation.answer = answer;
    violation.fault = fault;
    violation.state = AccessState::granted;
    decided_by_fault(violation, transaction);
}

void BusMonitor::faulted(const Transaction& transaction, const Outcome& outcome, Response answer) {
    Violation violation;
    violation.address = transaction.address;
    violation.length = transaction.size;
    violation.answer = answer;
    violation.fault = outcome.fault;
    violation.state = answer != Response::okay                 ? AccessState::refused
                      : outcome.drop || !outcome.edits.empty() ? AccessState::changed
                                                               : AccessState::passed;
    decided_by_fault(violation, transaction);
}

/** Records what no rule denied: under the number of the fault. */
void BusMonitor::decided_by_fault(Violation violation, const Transaction& transaction) {
    if (transaction.debug) {
        return;
    }
    violation.denier = fault_denier;
    violation.index =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(violation.fault, ViolationLog::max_index));
    record(violation, transaction);
}

void BusMonitor::refused(Transaction access, const Refusal& refusal) {
    if (refusal.inside && domains_ != nullptr) {
        access.domain = domains_->domain_of(access.master);
    }
    denied(access, access.address, access.size, name(refusal.refuser), refusal.index, refusal.answer);
}

void BusMonitor::record(Violation violation, const Transaction& transaction) {
    violation.first_time = host().now();
    violation.master = transaction.master;
    violation.world = transaction.world;
    violation.domain = transaction.domain;
    violation.direction = transaction.direction;
    violation.stream = transaction.stream;
    if (transaction.master == Master::a53 && callbacks_.cpu_place) {
        if (const auto place = callbacks_.cpu_place()) {
            violation.cpu = place->first;
            violation.pc = place->second;
        }
    }
    const auto recorded = log_.record(violation);
    if (callbacks_.recorded) {
        callbacks_.recorded(recorded.violation, recorded.merged);
    }
}

bool BusMonitor::set_line(unsigned line, bool level) {
    const bool seen = injector_.set_line(line, level, host().now());
    if (injector_.lines_armed()) {
        settle();
    }
    return seen;
}

unsigned BusMonitor::add_device(std::string device, std::span<const DeviceFaultInfo> faults) {
    std::vector<std::string_view> names;
    for (const DeviceFaultInfo& fault : faults) {
        names.push_back(fault.name);
    }
    return injector_.add_device(std::move(device), std::move(names));
}

std::optional<DeviceFault> BusMonitor::device_fault(unsigned device, std::string_view name) {
    const Fault* fault = injector_.device_fault(device, name, host().now());
    return fault != nullptr ? std::optional(DeviceFault{fault->value, fault->duration}) : std::nullopt;
}

/** What is wrong with the register that @p fault names, as far as its block is known. */
std::optional<std::string> BusMonitor::unknown_register(const Fault& fault) const {
    const auto target = std::ranges::find(targets_, fault.target, &Target::role);
    if (fault.kind != FaultKind::flip_bit || target == targets_.end() || fault.offset % 4 != 0 ||
        target->block->has_register(fault.offset)) {
        return std::nullopt;
    }
    return "offset: '" + fault.target + "' has no register at " + std::to_string(fault.offset);
}

FaultInjector::Injected BusMonitor::inject(Fault fault) {
    if (auto problem = unknown_register(fault)) {
        return {0, *problem};
    }
    const auto injected = injector_.inject(std::move(fault), host().now());
    settle();
    return injected;
}

bool BusMonitor::remove_fault(std::uint32_t id) {
    const bool removed = injector_.remove(id);
    settle();
    return removed;
}

void BusMonitor::clear_faults() {
    injector_.clear();
    settle();
}

/** Has everything done that the injector decided, and sets the timer for what it will decide next. */
void BusMonitor::settle() {
    bool watch_changed = false;
    while (injector_.has_effects()) {
        for (const FaultEffect& effect : injector_.take_effects()) {
            watch_changed = watch_changed || effect.kind == FaultEffect::Kind::watch_changed;
            carry_out(effect);
        }
    }
    if (const auto wake = injector_.wake_at()) {
        host().schedule(fault_timer, *wake);
    } else {
        host().cancel(fault_timer);
    }
    if (!watch_changed) {
        return;
    }
    ++watch_generation_;
    notify();
}

void BusMonitor::alter_openings(const std::function<bool(FaultOpenings&)>& change) {
    if (change(openings_)) {
        ++watch_generation_;
    }
}

/** Changes a block's state, and lets the listener see what that opens. */
void BusMonitor::disturb_state(const FaultEffect& effect) {
    if (fault_listener_ != nullptr) {
        fault_listener_->before_state_fault();
    }
    FaultTarget& block = *targets_[effect.target].block;
    if (effect.kind == FaultEffect::Kind::lose_state) {
        block.lose_state();
    } else {
        block.disturb(effect.offset, effect.clear, effect.invert);
    }
    if (fault_listener_ != nullptr) {
        fault_listener_->after_state_fault(effect.fault);
    }
}

void BusMonitor::carry_out(const FaultEffect& effect) {
    switch (effect.kind) {
        case FaultEffect::Kind::change_register:
        case FaultEffect::Kind::lose_state:
            disturb_state(effect);
            break;
        case FaultEffect::Kind::drive_line:
            if (callbacks_.drive_line) {
                callbacks_.drive_line(effect.line, effect.level);
            }
            break;
        case FaultEffect::Kind::watch_changed:
            break;
    }
}

/** The bus never calls these two: there is no window. */
ReadResult BusMonitor::read(unsigned, std::uint64_t, unsigned, const Transaction&) {
    return {0, Response::decerr};
}

Response BusMonitor::write(unsigned, std::uint64_t, std::uint64_t, unsigned, const Transaction&) {
    return Response::decerr;
}

void BusMonitor::reset() {
    injector_.reset_lines();
    settle();
    if (!openings_.any_open()) {
        return;
    }
    openings_.close();  // power-on state is nobody's opening
    ++watch_generation_;
    notify();
}

void BusMonitor::timer_expired(unsigned) {
    injector_.expired(host().now());
    settle();
}

void BusMonitor::clear_log(bool counters) {
    log_.clear(counters);
    if (counters && leaks_ != nullptr) {
        leaks_->clear_log();
    }
}

std::vector<Counter> BusMonitor::counters() const {
    return leaks_ == nullptr ? std::vector<Counter>() : members_of(*leaks_);
}

bool BusMonitor::connect(std::string_view role, Device& peer) {
    auto* target = dynamic_cast<FaultTarget*>(&peer);
    const auto* known = std::ranges::find(roles, role);
    if (target == nullptr || known == std::end(roles)) {
        return false;
    }
    if (const auto* domains = dynamic_cast<const DomainSource*>(&peer)) {
        domains_ = domains;
    }
    targets_.push_back({*known, target});
    injector_.add_target(std::string(role));
    return true;
}

std::span<const PropertyInfo> BusMonitor::properties() const {
    return property_list;
}

std::optional<std::string> BusMonitor::set_property(std::string_view name, std::uint64_t value) {
    if (name == log_size) {
        if (value < 1 || value > ViolationLog::max_capacity) {
            return out_of_range(name, value, 1, ViolationLog::max_capacity);
        }
        log_.set_capacity(value);
        return std::nullopt;
    }
    if (name == merge_window) {
        constexpr std::uint64_t hour = 3'600'000'000'000;
        if (value > hour) {
            return out_of_range(name, value, 0, hour);
        }
        log_.set_merge_window(static_cast<std::int64_t>(value));
        return std::nullopt;
    }
    if (name == leak_oracle) {
        if (value > 1) {
            return out_of_range(name, value, 0, 1);
        }
        leaks_ = value == 0 ? nullptr
                            : std::make_unique<LeakOracle>([this] { return host().now(); },
                                                           [this](const Leak& leak, bool again) {
                                                               if (callbacks_.leaked) {
                                                                   callbacks_.leaked(leak, again);
                                                               }
                                                           });
        return std::nullopt;
    }
    if (name == withheld_base || name == withheld_bytes) {
        (name == withheld_base ? withheld_base_ : withheld_bytes_) = value;
        return std::nullopt;
    }
    return "no property " + std::string(name);
}

std::uint64_t BusMonitor::last_before_withheld_edge(std::uint64_t address) const {
    if (leaks_ != nullptr && withheld_bytes_ != 0 && address < withheld_base_) {
        return withheld_base_ - 1;
    }
    const std::uint64_t last = withheld_base_ + (withheld_bytes_ - 1);
    return withheld(address) && last >= withheld_base_ ? last : ~std::uint64_t{0};
}

void BusMonitor::follow(const Transaction& access) {
    Cargo cargo;
    if (access.master == Master::a53 && access.world == World::secure && callbacks_.cpu_place) {
        const auto place = callbacks_.cpu_place();
        const bool known = place && static_cast<unsigned>(place->first) < LeakOracle::cpus;
        cargo.holder = known
                           ? static_cast<Holder>(LeakOracle::first_cpu + static_cast<unsigned>(place->first))
                           : Holder{0};
    }
    if (access.direction == Direction::read) {
        leaks_->read(cargo, access, access.size);
    } else {
        leaks_->written(cargo, access, access.size);
    }
}

void BusMonitor::exchange(Archive& archive) {
    log_.exchange(archive);
    injector_.exchange(archive);
    openings_.exchange(archive, injector_.next_id());
    bool follows = leaks_ != nullptr;
    archive.value(follows);
    if (follows != (leaks_ != nullptr)) {
        archive.fail(follows ? "the state is of a machine with a leak oracle"
                             : "the state is of a machine without a leak oracle");
    } else if (follows) {
        leaks_->exchange(archive);
    }
    if (!archive.writing()) {
        ++watch_generation_;
    }
}

/** Lines are not driven: their receivers have a saved state of their own. */
void BusMonitor::resume() {
    limiter_.reset();
    settle();
}

}  // namespace svp
