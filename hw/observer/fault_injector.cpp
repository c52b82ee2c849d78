// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/fault_injector.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace svp {

namespace {

constexpr std::uint64_t page_mask = 0xfff;
constexpr std::uint64_t address_last = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint32_t gpr10 = 0x28;
constexpr std::uint32_t gpr10_tzasc_en = 1u << 0;

std::uint64_t first_page(const FaultMatch& match) {
    return match.first & ~page_mask;
}

std::uint64_t last_page(const FaultMatch& match) {
    return match.last | page_mask;
}

/** Waits for transactions, and has hits left. */
bool waits(const FaultInjector::Entry& entry) {
    return entry.fault.waits_for_transaction() && !entry.spent();
}

}  // namespace

unsigned FaultInjector::add_target(std::string name) {
    targets_.push_back(std::move(name));
    return static_cast<unsigned>(targets_.size() - 1);
}

unsigned FaultInjector::add_line(std::string device, std::uint32_t number) {
    lines_.push_back({.device = std::move(device), .number = number});
    return static_cast<unsigned>(lines_.size() - 1);
}

unsigned FaultInjector::add_device(std::string name, std::vector<std::string_view> troubles) {
    devices_.push_back({std::move(name), std::move(troubles)});
    return static_cast<unsigned>(devices_.size() - 1);
}

std::optional<unsigned> FaultInjector::target_number(std::string_view name) const {
    const auto found = std::ranges::find(targets_, name);
    return found == targets_.end() ? std::nullopt
                                   : std::optional(static_cast<unsigned>(found - targets_.begin()));
}

std::optional<unsigned> FaultInjector::line_number(std::string_view device, std::uint32_t number) const {
    const auto found = std::ranges::find_if(
        lines_, [&](const Line& line) { return line.device == device && line.number == number; });
    return found == lines_.end() ? std::nullopt
                                 : std::optional(static_cast<unsigned>(found - lines_.begin()));
}

/** The same for a fault in a device. */
std::string FaultInjector::unknown_trouble(const Fault& fault) const {
    const auto device = std::ranges::find(devices_, fault.device, &Named::name);
    if (device == devices_.end()) {
        return "device: nothing can go wrong in a '" + fault.device + "' of this board";
    }
    if (std::ranges::find(device->troubles, fault.trouble) != device->troubles.end()) {
        return {};
    }
    std::string all;
    for (const std::string_view trouble : device->troubles) {
        all += (all.empty() ? "" : ", ") + std::string(trouble);
    }
    return "fault: '" + fault.device + "' has no '" + fault.trouble + "', it has " + all;
}

/** What of the board the fault names that is not there; empty if all is. */
std::string FaultInjector::unknown_name(const Fault& fault) const {
    if (fault.on_state()) {
        const std::string_view target =
            fault.kind == FaultKind::disable_tzasc ? gpr_target : std::string_view(fault.target);
        if (!target_number(target)) {
            return "target: no firewall block '" + std::string(target) + "' on this board";
        }
    }
    if (fault.on_device()) {
        return unknown_trouble(fault);
    }
    if (!fault.on_interrupt() || line_number(fault.device, fault.line)) {
        return {};
    }
    const bool there =
        std::ranges::any_of(lines_, [&](const Line& line) { return line.device == fault.device; });
    return there ? "line: '" + fault.device + "' has no interrupt line " + std::to_string(fault.line)
                 : "device: no interrupt line of a '" + fault.device + "' on this board";
}

FaultInjector::Injected FaultInjector::inject(Fault fault, std::int64_t now) {
    if (auto problem = fault.complete()) {
        return {0, *problem};
    }
    if (auto problem = unknown_name(fault); !problem.empty()) {
        return {0, problem};
    }
    if (entries_.size() == max_faults || next_id_ == std::numeric_limits<std::uint32_t>::max()) {
        return {0, "there are " + std::to_string(max_faults) + " faults already; remove some"};
    }
    const std::uint32_t id = next_id_++;
    entries_.push_back({.id = id, .fault = std::move(fault)});
    rearm();
    if (entries_.back().fault.waits_for_transaction()) {
        effects_.push_back({.kind = FaultEffect::Kind::watch_changed});
    }
    expired(now);
    return {id, {}};
}

bool FaultInjector::remove(std::uint32_t id) {
    const auto found = std::ranges::find(entries_, id, &Entry::id);
    if (found == entries_.end()) {
        return false;
    }
    if (waits(*found)) {
        effects_.push_back({.kind = FaultEffect::Kind::watch_changed});
    }
    entries_.erase(found);
    release_lines(id);
    rearm();
    return true;
}

void FaultInjector::clear() {
    while (!entries_.empty()) {
        remove(entries_.back().id);
    }
}

/** Works out the two flags that keep the common case to one branch. */
void FaultInjector::rearm() {
    transactions_armed_ = std::ranges::any_of(entries_, waits);
    devices_armed_ = std::ranges::any_of(
        entries_, [](const Entry& entry) { return entry.fault.on_device() && !entry.spent(); });
    lines_armed_ = std::ranges::any_of(lines_, &Line::disturbed) ||
                   std::ranges::any_of(entries_, [](const Entry& entry) {
                       return entry.fault.waits_for_interrupt() && !entry.spent();
                   });
}

/** Counts an occurrence that fits; true if the fault hits it. */
bool FaultInjector::occurrence(Entry& entry, std::int64_t now) {
    if (entry.spent() || now < entry.fault.not_before) {
        return false;
    }
    ++entry.matches;
    if (entry.matches < entry.fault.nth) {
        return false;
    }
    ++entry.hits;
    entry.last_hit = now;
    return true;
}

Outcome FaultInjector::hit(Transaction& transaction, std::int64_t now) {
    Outcome outcome;
    const Transaction sent = transaction;
    bool spent = false;
    for (Entry& entry : entries_) {
        const Fault& fault = entry.fault;
        if (!fault.match || !fault.match->fits(sent) || !occurrence(entry, now)) {
            continue;
        }
        if (outcome.fault == 0) {
            outcome.fault = entry.id;
        }
        if (fault.on_transaction()) {
            act(entry, transaction, outcome);
        } else {
            happen(entry, now);
        }
        spent = spent || entry.spent();
    }
    if (spent) {
        effects_.push_back({.kind = FaultEffect::Kind::watch_changed});
        rearm();
    }
    return outcome;
}

const Fault* FaultInjector::hit_device(unsigned device, std::string_view trouble, std::int64_t now) {
    const Fault* happens = nullptr;
    for (Entry& entry : entries_) {
        const Fault& fault = entry.fault;
        if (fault.on_device() && fault.device == devices_[device].name && fault.trouble == trouble &&
            occurrence(entry, now) && happens == nullptr) {
            happens = &fault;
        }
    }
    rearm();
    return happens;
}

/** What a fault on transactions does to one. */
void FaultInjector::act(const Entry& entry, Transaction& transaction, Outcome& outcome) const {
    const Fault& fault = entry.fault;
    if (fault.changes_identity() && outcome.identity_fault == 0) {
        outcome.identity_fault = entry.id;
    }
    switch (fault.kind) {
        case FaultKind::answer:
            outcome.answer = fault.answer;
            break;
        case FaultKind::zero:
            outcome.edits.push_back({fault.match->first, fault.match->last, 0});
            break;
        case FaultKind::corrupt:
            outcome.edits.push_back({fault.match->first, fault.match->last, fault.mask});
            break;
        case FaultKind::change_world:
            transaction.world = fault.world;
            break;
        case FaultKind::change_master:
            transaction.master = fault.master;
            outcome.master_changed = true;
            break;
        case FaultKind::change_domain:
            transaction.domain = fault.domain;
            outcome.domain = fault.domain;
            break;
        case FaultKind::drop:
            outcome.drop = true;
            break;
        case FaultKind::delay:
            outcome.delay += fault.duration;
            break;
        default:
            break;
    }
}

/** What a fault on state, or a pulse, does when its time or its transaction has come. */
void FaultInjector::happen(Entry& entry, std::int64_t now) {
    const Fault& fault = entry.fault;
    FaultEffect effect{.kind = FaultEffect::Kind::change_register, .fault = entry.id};
    switch (fault.kind) {
        case FaultKind::flip_bit:
            effect.target = *target_number(fault.target);
            effect.offset = fault.offset;
            effect.invert = std::uint32_t{1} << fault.bit;
            break;
        case FaultKind::disable_tzasc:
            effect.target = *target_number(gpr_target);
            effect.offset = gpr10;
            effect.clear = gpr10_tzasc_en;
            break;
        case FaultKind::lose_state:
            effect.kind = FaultEffect::Kind::lose_state;
            effect.target = *target_number(fault.target);
            break;
        default:
            pulse(*line_number(fault.device, fault.line), entry.id, now + fault.duration);
            return;
    }
    effects_.push_back(effect);
}

void FaultInjector::pulse(unsigned number, std::uint32_t fault, std::int64_t until) {
    Line& line = lines_[number];
    const bool before = line.output();
    line.forced_by = fault;
    line.forced_until = std::max(line.forced_until, until);
    if (!before) {
        effects_.push_back({.kind = FaultEffect::Kind::drive_line, .line = number, .level = true});
    }
    lines_armed_ = true;
}

bool FaultInjector::disturb_line(unsigned number, bool level, std::int64_t now) {
    Line& line = lines_[number];
    if (line.level != level) {
        line.level = level;
        signal_changed(number, level, now);
    }
    return line.output();
}

/** A device raised or lowered its line while faults wait for that. */
void FaultInjector::signal_changed(unsigned number, bool rising, std::int64_t now) {
    Line& line = lines_[number];
    const FaultKind waiting = rising ? FaultKind::lose_interrupt : FaultKind::repeat_interrupt;
    // A signal that was swallowed never came, so it is not repeated either.
    const bool swallowed = !rising && line.blocked_by != 0;
    if (!rising) {
        line.blocked_by = 0;
    }
    for (Entry& entry : entries_) {
        const Fault& fault = entry.fault;
        if (fault.kind != waiting || swallowed || fault.device != line.device || fault.line != line.number ||
            !occurrence(entry, now)) {
            continue;
        }
        if (rising) {
            line.blocked_by = entry.id;
        } else {
            line.forced_by = entry.id;
            line.forced_until = std::max(line.forced_until, now + fault.duration);
        }
    }
    rearm();
}

/** Ends whatever fault number @p fault still does to lines. */
void FaultInjector::release_lines(std::uint32_t fault) {
    for (unsigned number = 0; number < lines_.size(); ++number) {
        Line& line = lines_[number];
        const bool before = line.output();
        if (line.blocked_by == fault) {
            line.blocked_by = 0;
        }
        if (line.forced_by == fault) {
            line.forced_by = 0;
            line.forced_until = 0;
        }
        if (line.output() != before) {
            effects_.push_back(
                {.kind = FaultEffect::Kind::drive_line, .line = number, .level = line.output()});
        }
    }
}

std::optional<std::int64_t> FaultInjector::wake_at() const {
    std::optional<std::int64_t> earliest;
    const auto consider = [&](std::int64_t time) { earliest = std::min(earliest.value_or(time), time); };
    for (const Entry& entry : entries_) {
        if (entry.fault.waits_for_time() && !entry.spent()) {
            consider(entry.fault.not_before);
        }
    }
    for (const Line& line : lines_) {
        if (line.forced_by != 0) {
            consider(line.forced_until);
        }
    }
    return earliest;
}

void FaultInjector::expired(std::int64_t now) {
    for (unsigned number = 0; number < lines_.size(); ++number) {
        Line& line = lines_[number];
        if (line.forced_by == 0 || now < line.forced_until) {
            continue;
        }
        line.forced_by = 0;
        line.forced_until = 0;
        if (!line.output()) {
            effects_.push_back({.kind = FaultEffect::Kind::drive_line, .line = number, .level = false});
        }
    }
    for (Entry& entry : entries_) {
        if (entry.fault.waits_for_time() && occurrence(entry, now)) {
            happen(entry, now);
        }
    }
    rearm();
}

std::vector<FaultEffect> FaultInjector::take_effects() {
    return std::exchange(effects_, {});
}

bool FaultInjector::watched(std::uint64_t address, World world, Direction direction,
                            std::uint32_t masters) const {
    return armed() && std::ranges::any_of(entries_, [&](const Entry& entry) {
               if (!waits(entry)) {
                   return false;
               }
               const FaultMatch& match = *entry.fault.match;
               return (match.masters & masters) != 0 && match.world.value_or(world) == world &&
                      match.direction.value_or(direction) == direction && address >= first_page(match) &&
                      address <= last_page(match);
           });
}

std::uint64_t FaultInjector::last_before_edge(std::uint64_t address) const {
    std::uint64_t last = address_last;
    if (!armed()) {
        return last;
    }
    for (const Entry& entry : entries_) {
        if (!waits(entry)) {
            continue;
        }
        const FaultMatch& match = *entry.fault.match;
        if (address < first_page(match)) {
            last = std::min(last, first_page(match) - 1);
        } else if (address <= last_page(match)) {
            last = std::min(last, last_page(match));
        }
    }
    return last;
}

void FaultInjector::reset_lines() {
    for (Line& line : lines_) {
        line.level = false;
        line.blocked_by = 0;
        line.forced_by = 0;
        line.forced_until = 0;
    }
    std::erase_if(effects_,
                  [](const FaultEffect& effect) { return effect.kind == FaultEffect::Kind::drive_line; });
    rearm();
}

void FaultInjector::exchange(Archive& archive) {
    auto count = static_cast<std::uint32_t>(entries_.size());
    archive.value(count, max_faults);
    archive.value(next_id_);
    if (archive.ok() && next_id_ == 0) {
        archive.fail("the stream numbers faults from 0");
    }
    if (!archive.writing()) {
        entries_.assign(archive.ok() ? count : 0, Entry{});
        effects_.assign(1, {.kind = FaultEffect::Kind::watch_changed});
    }
    std::uint32_t previous = 0;
    for (Entry& entry : entries_) {
        exchange_entry(archive, entry, previous);
        previous = entry.id;
    }
    auto lines = static_cast<std::uint32_t>(lines_.size());
    archive.value(lines);
    if (archive.ok() && lines != lines_.size()) {
        archive.fail("the stream holds " + std::to_string(lines) + " interrupt lines, the board has " +
                     std::to_string(lines_.size()));
    }
    for (Line& line : lines_) {
        exchange_line(archive, line);
    }
    if (!archive.writing() && !archive.ok()) {
        entries_.clear();
        next_id_ = std::max<std::uint32_t>(next_id_, 1);
        reset_lines();
    }
    rearm();
}

void FaultInjector::exchange_entry(Archive& archive, Entry& entry, std::uint32_t previous) {
    archive.value(entry.id);
    entry.fault.exchange(archive);
    archive.value(entry.matches);
    archive.value(entry.hits);
    archive.value(entry.last_hit);
    if (archive.writing() || !archive.ok()) {
        return;
    }
    if (entry.id <= previous || entry.id >= next_id_) {
        archive.fail("the stream holds faults in no order");
    } else if (auto problem = unknown_name(entry.fault); !problem.empty()) {
        archive.fail("the stream holds a fault for another board; " + problem);
    } else if (entry.hits > entry.matches || (entry.fault.times != 0 && entry.hits > entry.fault.times)) {
        archive.fail("the stream holds a fault with impossible counts");
    }
}

void FaultInjector::exchange_line(Archive& archive, Line& line) {
    archive.value(line.level);
    archive.value(line.blocked_by, next_id_ - 1);
    archive.value(line.forced_by, next_id_ - 1);
    archive.value(line.forced_until, 2 * static_cast<std::uint64_t>(Fault::max_time));
    if (line.forced_by == 0) {
        line.forced_until = 0;
    }
}

}  // namespace svp
