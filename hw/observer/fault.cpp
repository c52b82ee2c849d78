// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/fault.hpp"

#include <algorithm>

#include "bus/archive_text.hpp"

namespace svp {

namespace {

/** The master's bit in a set; a number beyond all masters is in no set. */
constexpr std::uint32_t bit_of(Master master) {
    const auto number = static_cast<unsigned>(master);
    return number < master_count ? std::uint32_t{1} << number : 0;
}

std::string too_large(const char* field, std::uint64_t value, std::uint64_t limit) {
    return std::string(field) + ": " + std::to_string(value) + " is more than " + std::to_string(limit);
}

std::optional<std::string> check_match(const FaultMatch& match) {
    if (match.masters == 0) {
        return "masters: none is named";
    }
    if ((match.masters & ~FaultMatch::all_masters) != 0) {
        return "masters: one that this chip does not have";
    }
    if (match.first > match.last) {
        return "last: lies below first";
    }
    return std::nullopt;
}

std::optional<std::string> check_trigger(const Fault& fault) {
    if (fault.nth == 0) {
        return "nth: counts from 1";
    }
    if (fault.not_before < 0 || fault.not_before > Fault::max_time) {
        return "not-before: no time of this clock";
    }
    if (fault.waits_for_interrupt() && fault.match) {
        return "match: " + std::string(name(fault.kind)) + " waits for an interrupt, not for a transaction";
    }
    if (fault.on_device() && fault.match) {
        return "match: " + std::string(name(fault.kind)) + " waits for the device, not for a transaction";
    }
    if (fault.waits_for_time() && fault.times != 1) {
        return "times: without a match it happens exactly once";
    }
    if (fault.waits_for_time() && fault.nth != 1) {
        return "nth: without a match there is nothing to count";
    }
    return std::nullopt;
}

std::optional<std::string> complete_drop(FaultMatch& match) {
    if (match.direction == Direction::read) {
        return "direction: only writes can be dropped";
    }
    match.direction = Direction::write;
    return std::nullopt;
}

std::optional<std::string> complete_delay(Fault& fault) {
    if (fault.duration < 1 || fault.duration > Fault::max_delay) {
        return "duration: 1 to " + std::to_string(Fault::max_delay) + " ns";
    }
    if (fault.match->masters == FaultMatch::all_masters) {
        fault.match->masters = Fault::patient_masters;
    }
    if ((fault.match->masters & ~Fault::patient_masters) != 0) {
        return "masters: only vpu, vpu-bank1, caam, dcss and testport can be delayed";
    }
    return std::nullopt;
}

/** Fields that have a range whatever the kind is. */
std::optional<std::string> check_ranges(const Fault& fault) {
    if (fault.label.size() > Fault::max_label) {
        return too_large("label", fault.label.size(), Fault::max_label) + " characters";
    }
    if (fault.target.size() > Fault::max_name) {
        return "target: longer than any name";
    }
    if (fault.device.size() > Fault::max_name) {
        return "device: longer than any name";
    }
    if (fault.trouble.size() > Fault::max_name) {
        return "fault: longer than any name";
    }
    if (fault.domain > 3) {
        return too_large("domain", fault.domain, 3);
    }
    if (name(fault.master) == "?") {
        return "master: this chip has no such one";
    }
    if (fault.bit > 31) {
        return too_large("bit", fault.bit, 31);
    }
    return name(fault.answer) == "?" ? std::optional<std::string>("answer: unknown") : std::nullopt;
}

std::optional<std::string> check_flip(const Fault& fault) {
    return fault.offset % 4 == 0 ? std::nullopt : std::optional<std::string>("offset: no multiple of 4");
}

std::optional<std::string> complete_pulse(Fault& fault) {
    if (fault.duration == 0) {
        fault.duration = Fault::default_pulse;
    }
    if (fault.duration < 1 || fault.duration > Fault::max_delay) {
        return "duration: 1 to " + std::to_string(Fault::max_delay) + " ns";
    }
    return std::nullopt;
}

std::optional<std::string> complete_kind(Fault& fault) {
    switch (fault.kind) {
        case FaultKind::corrupt:
            return fault.mask == 0 ? std::optional<std::string>("mask: 0 inverts nothing") : std::nullopt;
        case FaultKind::drop:
            return complete_drop(*fault.match);
        case FaultKind::delay:
            return complete_delay(fault);
        case FaultKind::flip_bit:
            return check_flip(fault);
        case FaultKind::repeat_interrupt:
        case FaultKind::spurious_interrupt:
            return complete_pulse(fault);
        case FaultKind::disturb_device:
            return fault.duration < 0 || fault.duration > Fault::max_stall
                       ? std::optional("duration: 0 to " + std::to_string(Fault::max_stall) + " ns")
                       : std::nullopt;
        case FaultKind::answer:
        case FaultKind::zero:
        case FaultKind::change_world:
        case FaultKind::change_master:
        case FaultKind::change_domain:
        case FaultKind::lose_state:
        case FaultKind::disable_tzasc:
        case FaultKind::lose_interrupt:
            return std::nullopt;
    }
    return "kind: unknown";
}

/** A flag and, if it is set, an enumerator up to @p last. */
template <typename Enum>
void exchange_optional(Archive& archive, std::optional<Enum>& item, Enum last) {
    bool there = item.has_value();
    Enum value = item.value_or(Enum{});
    archive.value(there);
    archive.value(value, static_cast<std::uint64_t>(last));
    item = there ? std::optional(value) : std::nullopt;
}

void exchange_match(Archive& archive, std::optional<FaultMatch>& item) {
    bool there = item.has_value();
    FaultMatch match = item.value_or(FaultMatch{});
    archive.value(there);
    archive.value(match.masters, FaultMatch::all_masters);
    exchange_optional(archive, match.world, World::non_secure);
    exchange_optional(archive, match.direction, Direction::write);
    archive.value(match.first);
    archive.value(match.last);
    item = there ? std::optional(match) : std::nullopt;
}

}  // namespace

std::string_view name(FaultKind kind) {
    switch (kind) {
        case FaultKind::answer:
            return "answer";
        case FaultKind::zero:
            return "zero";
        case FaultKind::corrupt:
            return "corrupt";
        case FaultKind::change_world:
            return "change-world";
        case FaultKind::change_master:
            return "change-master";
        case FaultKind::change_domain:
            return "change-domain";
        case FaultKind::drop:
            return "drop";
        case FaultKind::delay:
            return "delay";
        case FaultKind::flip_bit:
            return "flip-bit";
        case FaultKind::lose_state:
            return "lose-state";
        case FaultKind::disable_tzasc:
            return "disable-tzasc";
        case FaultKind::lose_interrupt:
            return "lose-interrupt";
        case FaultKind::repeat_interrupt:
            return "repeat-interrupt";
        case FaultKind::spurious_interrupt:
            return "spurious-interrupt";
        case FaultKind::disturb_device:
            return "disturb-device";
    }
    return "?";
}

bool FaultMatch::fits(const Transaction& transaction) const {
    if (transaction.size == 0 || (masters & bit_of(transaction.master)) == 0 ||
        world.value_or(transaction.world) != transaction.world ||
        direction.value_or(transaction.direction) != transaction.direction) {
        return false;
    }
    const std::uint64_t past = std::min<std::uint64_t>(transaction.size - 1, ~transaction.address);
    return transaction.address <= last && transaction.address + past >= first;
}

std::optional<std::string> Fault::complete() {
    if (name(kind) == "?") {
        return "kind: unknown";
    }
    if (on_transaction() && !match) {
        match.emplace();
    }
    if (match) {
        if (auto problem = check_match(*match)) {
            return problem;
        }
    }
    if (auto problem = check_trigger(*this)) {
        return problem;
    }
    if (auto problem = check_ranges(*this)) {
        return problem;
    }
    return complete_kind(*this);
}

void Fault::exchange(Archive& archive) {
    archive.value(kind, static_cast<std::uint64_t>(last_fault_kind));
    exchange_match(archive, match);
    archive.value(nth);
    archive.value(not_before);
    archive.value(times);
    archive.value(answer, static_cast<std::uint64_t>(Response::decerr));
    archive.value(mask);
    archive.value(world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(master, master_count - 1);
    archive.value(domain);
    archive.value(duration);
    exchange_text(archive, target, max_name);
    archive.value(offset);
    archive.value(bit);
    exchange_text(archive, device, max_name);
    archive.value(line);
    exchange_text(archive, trouble, max_name);
    archive.value(value);
    exchange_text(archive, label, max_label);
    if (archive.writing() || !archive.ok()) {
        return;
    }
    if (const auto problem = complete()) {
        archive.fail("the stream holds an impossible fault; " + *problem);
    }
}

}  // namespace svp
