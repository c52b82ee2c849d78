// SPDX-License-Identifier: GPL-2.0-or-later
/** What the firewalls have to do with the leak oracle (observer/leak_oracle.hpp). */
#include <algorithm>

#include "firewall/firewall.hpp"
#include "firewall/tzc380.hpp"
#include "observer/bus_monitor.hpp"

namespace svp {

namespace {

constexpr std::uint32_t set_of(Master master) {
    return 1u << static_cast<unsigned>(master);
}

/** Masters that reach memory by transfers only, which the oracle sees all; and the debug port, which only
 * observers use. Secure CPUs read protected memory all the time. */
constexpr std::uint32_t seen_anyway = set_of(Master::a53) | set_of(Master::vpu_decoder) |
                                      set_of(Master::vpu_bank1) | set_of(Master::dcss) |
                                      set_of(Master::caam) | set_of(Master::dap);

}  // namespace

/** True if a non-secure CPU reads there, with or without privilege, and what runs on it does not keep it from
 * others. */
bool Firewall::linux_reads(std::uint64_t address) const {
    if (monitor_->withheld(address)) {
        return false;
    }
    const Domain domain = domain_of(Master::a53);
    return judge(address, Direction::read, {World::non_secure, domain, true}).granted ||
           judge(address, Direction::read, {World::non_secure, domain, false}).granted;
}

std::vector<AddressRange> Firewall::linux_readable(std::uint64_t first, std::uint64_t length) const {
    std::vector<AddressRange> result;
    const std::uint64_t last = first + (length - 1);
    for (std::uint64_t at = first;;) {
        const std::uint64_t end = std::min({last, last_before_edge(at), monitor_->last_before_edge(at)});
        if (linux_reads(at)) {
            if (!result.empty() && result.back().last + 1 == at) {
                result.back().last = end;
            } else {
                result.push_back({at, end});
            }
        }
        if (end == last) {
            return result;
        }
        at = end + 1;
    }
}

void Firewall::tell_leak_oracle() {
    LeakOracle* leaks = monitor_ == nullptr ? nullptr : monitor_->leaks();
    if (leaks == nullptr) {
        return;
    }
    leaks->set_rights({.readable = [this](std::uint64_t first,
                                          std::uint64_t length) { return linux_readable(first, length); },
                       .reads_register = [this](std::uint64_t address) { return linux_reads(address); }});
    leaks->policy_changed();
}

bool Firewall::kept_for_leak_oracle(std::uint64_t address, World world, std::uint32_t masters) const {
    if (monitor_->leaks() == nullptr) {
        return false;
    }
    const bool by_cpu = world == World::non_secure && (masters & set_of(Master::a53)) != 0;
    return (by_cpu && monitor_->withheld(address)) ||
           ((masters & ~seen_anyway) != 0 && !linux_reads(address));
}

}  // namespace svp
