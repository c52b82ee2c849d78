// SPDX-License-Identifier: GPL-2.0-or-later
/** The firewall's part in telling what faults let through; its header says what is granted and denied at all.
 */
#include <algorithm>

#include "firewall/firewall.hpp"
#include "firewall/firewall_denials.hpp"
#include "observer/bus_monitor.hpp"

namespace svp {

namespace {

/** What of @p before lies in none of @p now; both in rising order. */
std::vector<DeniedRange> opened(const std::vector<DeniedRange>& before, const std::vector<DeniedRange>& now) {
    std::vector<DeniedRange> found;
    for (DeniedRange rest : before) {
        bool left = true;
        for (const DeniedRange& range : now) {
            if (range.last < rest.first || range.first > rest.last) {
                continue;
            }
            if (range.first > rest.first) {
                found.push_back({rest.first, range.first - 1});
            }
            if (range.last >= rest.last) {
                left = false;
                break;
            }
            rest.first = range.last + 1;
        }
        if (left) {
            found.push_back(rest);
        }
    }
    return found;
}

}  // namespace

/** All that is denied to a requester in one direction, from the first guarded address to the last. */
std::vector<DeniedRange> Firewall::denied_ranges(Direction direction, const Requester& by) const {
    std::vector<DeniedRange> ranges;
    constexpr std::uint64_t end = dram_base + dram_size - 1;
    for (std::uint64_t at = 0; at <= end;) {
        const std::uint64_t last = std::min(last_before_edge(at), end);
        if (!judge(at, direction, by).granted) {
            if (!ranges.empty() && ranges.back().last + 1 == at) {
                ranges.back().last = last;
            } else {
                ranges.push_back({at, last});
            }
        }
        at = last + 1;
    }
    return ranges;
}

Firewall::Denials Firewall::denials() const {
    Denials all;
    for (const World world : {World::secure, World::non_secure}) {
        for (Domain domain = 0; domain < Denials::domains; ++domain) {
            for (const bool privileged : {false, true}) {
                for (const Direction direction : {Direction::read, Direction::write}) {
                    all.at(world, domain, privileged, direction) =
                        denied_ranges(direction, {world, domain, privileged});
                }
            }
        }
    }
    for (unsigned number = 0; number < master_count; ++number) {
        for (const World own : {World::secure, World::non_secure}) {
            for (const bool privileged : {false, true}) {
                all.identity(number, own, privileged) =
                    identity(static_cast<Master>(number), own, privileged);
            }
        }
    }
    return all;
}

void Firewall::before_state_fault() {
    if (last_denials_ == nullptr) {
        last_denials_ = std::make_unique<Denials>(denials());
    }
    in_fault_ = true;
}

void Firewall::after_state_fault(std::uint32_t fault) {
    in_fault_ = false;
    if (!policy_differs()) {
        return;
    }
    const Denials now = denials();
    std::vector<Opening> found;
    for (unsigned number = 0; number < master_count; ++number) {
        for (const World own : {World::secure, World::non_secure}) {
            collect_openings(*last_denials_, now, number, own, fault, found);
        }
    }
    monitor_->alter_openings([&found](FaultOpenings& openings) {
        for (const Opening& opening : found) {
            openings.add(opening);
        }
        return !found.empty();
    });
    source_changed();
}

/** What one master that drives world @p own can do now, and could not before. */
void Firewall::collect_openings(const Denials& before, const Denials& now, unsigned master, World own,
                                std::uint32_t fault, std::vector<Opening>& found) const {
    if (name(static_cast<Master>(master)) == "?") {
        return;
    }
    std::vector<Opening> mine;
    for (const bool privileged : {false, true}) {
        const Transaction& then = before.identity(master, own, privileged);
        const Transaction& since = now.identity(master, own, privileged);
        // A master that does not say so itself has one privilege, and that need not be told apart.
        const bool says =
            now.identity(master, own, false).privileged != now.identity(master, own, true).privileged;
        const auto privileges =
            static_cast<std::uint8_t>(says ? 1u << (since.privileged ? 1 : 0) : Opening::any_privilege);
        for (const Direction direction : {Direction::read, Direction::write}) {
            for (const DeniedRange& range :
                 opened(before.at(then.world, then.domain, then.privileged, direction),
                        now.at(since.world, since.domain, since.privileged, direction))) {
                Opening opening;
                opening.fault = fault;
                opening.masters = 1u << master;
                opening.domains = static_cast<std::uint8_t>(1u << since.domain);
                opening.privileges = privileges;
                opening.world = since.world;
                opening.direction = direction;
                opening.first = range.first;
                opening.last = range.last;
                const auto known = std::ranges::find_if(mine, [&](const Opening& other) {
                    return other.direction == direction && other.first == range.first &&
                           other.last == range.last;
                });
                if (known == mine.end()) {
                    mine.push_back(opening);
                } else {
                    known->privileges |= privileges;
                }
            }
        }
    }
    found.insert(found.end(), mine.begin(), mine.end());
}

/** Software may have closed again what a fault opened. True if something has ended. */
bool Firewall::end_openings() {
    if (monitor_ == nullptr || !monitor_->openings().any_open()) {
        return false;
    }
    bool ended = false;
    monitor_->alter_openings([&](FaultOpenings& openings) {
        ended = openings.cut(
            [this](const Opening& opening, std::vector<Opening>& parts) { parts_open(opening, parts); });
        return ended;
    });
    return ended;
}

/** Appends to @p parts what is still granted of @p opening, to masters that still come as it says. */
void Firewall::parts_open(const Opening& opening, std::vector<Opening>& parts) const {
    Opening part = opening;
    for (unsigned number = 0; number < master_count; ++number) {
        const Transaction now = identity(static_cast<Master>(number), opening.world);
        if (now.world != opening.world || (opening.domains >> now.domain & 1) == 0) {
            part.masters &= ~(1u << number);
        }
    }
    if (part.masters == 0) {
        return;
    }
    const auto granted = [&](std::uint64_t address) {
        for (Domain domain = 0; domain < Denials::domains; ++domain) {
            for (const bool privileged : {false, true}) {
                if ((opening.domains >> domain & 1) != 0 &&
                    (opening.privileges >> (privileged ? 1 : 0) & 1) != 0 &&
                    judge(address, opening.direction, {opening.world, domain, privileged}).granted) {
                    return true;
                }
            }
        }
        return false;
    };
    bool follows = false;
    for (std::uint64_t at = opening.first;;) {
        const std::uint64_t last = std::min(last_before_edge(at), opening.last);
        const bool open = granted(at);
        if (open && follows) {
            parts.back().last = last;
        } else if (open) {
            part.first = at;
            part.last = last;
            parts.push_back(part);
        }
        follows = open;
        if (last == opening.last) {
            return;
        }
        at = last + 1;
    }
}

/** What becomes of an access that a fault hit and that no rule denies. */
void Firewall::hit_by_fault(const Transaction& sent, const Transaction& judged, const Outcome& outcome,
                            Verdict& verdict) {
    verdict.granted = outcome.moves();
    verdict.response = outcome.answer.value_or(verdict.response);
    verdict.address = judged.address;
    if (!verdict.granted || !granted_by_fault(sent, judged, outcome.identity_fault, verdict.response)) {
        monitor_->faulted(judged, outcome, verdict.response);
    }
}

/** Puts on record an access that some rule would have denied without a fault; false if none would. */
bool Firewall::granted_by_fault(const Transaction& sent, const Transaction& judged,
                                std::uint32_t identity_fault, Response answer) {
    if (const Opening* opening = monitor_->openings().find(judged)) {
        const std::uint64_t first = std::max(opening->first, judged.address);
        const std::uint64_t more =
            std::min<std::uint64_t>(judged.size - (first - judged.address) - 1, opening->last - first);
        monitor_->granted(judged, first, more + 1, opening->fault, answer);
        return true;
    }
    if (identity_fault == 0) {
        return false;
    }
    const Verdict without = decide(sent);
    if (without.granted) {
        return false;
    }
    monitor_->granted(judged, without.address, denied_length(sent, without), identity_fault, answer);
    return true;
}

}  // namespace svp
