// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/firewall.hpp"

#include <algorithm>
#include <limits>

#include "firewall/iomuxc_gpr.hpp"
#include "firewall/tzc380.hpp"

namespace svp {

namespace {

constexpr std::uint64_t dram_last = Firewall::dram_base + Firewall::dram_size - 1;
constexpr std::uint64_t address_last = std::numeric_limits<std::uint64_t>::max();

bool in_dram(std::uint64_t address) {
    return address >= Firewall::dram_base && address <= dram_last;
}

/** Last byte of a range that has at least one; it ends with the address space at the latest. */
std::uint64_t last_of(std::uint64_t first, std::uint64_t length) {
    return length - 1 > address_last - first ? address_last : first + (length - 1);
}

}  // namespace

std::string_view name(Denier denier) {
    switch (denier) {
        case Denier::none:
            return "none";
        case Denier::tzc:
            return "tzc";
    }
    return "?";
}

struct Firewall::Policy {
    bool tzc_in_path = false;
    Tzc380::Regions tzc_regions;
    bool operator==(const Policy&) const = default;
};

Firewall::Firewall(Host& host) : Device(host), last_policy_(std::make_unique<Policy>()) {}

Firewall::~Firewall() = default;

bool Firewall::tzc_in_path() const {
    return tzc_ != nullptr && gpr_ != nullptr && gpr_->tzasc_enabled();
}

Firewall::Policy Firewall::policy() const {
    Policy now;
    now.tzc_in_path = tzc_in_path();
    if (now.tzc_in_path) {
        now.tzc_regions = tzc_->effective_regions();
    }
    return now;
}

void Firewall::source_changed() {
    const Policy now = policy();
    if (now != *last_policy_) {
        *last_policy_ = now;
        host().policy_changed();
    }
}

/** Every block in the path may deny; the first one on the way from the master to the memory answers. */
Verdict Firewall::judge(std::uint64_t address, Direction direction, World world, Domain) const {
    if (!in_dram(address) || !tzc_in_path()) {
        return {};
    }
    const Tzc380::Permission tzc = tzc_->permission(address - dram_base, direction, world);
    if (!tzc.granted) {
        return {false, tzc_->denial_response(), Denier::tzc, tzc.region, address};
    }
    return {};
}

/** Last address up to which no block in the path changes its mind, counted from @p address. */
std::uint64_t Firewall::last_alike(std::uint64_t address) const {
    if (address < dram_base) {
        return dram_base - 1;
    }
    if (!in_dram(address)) {
        return address_last;
    }
    return tzc_in_path() ? std::min(dram_last, dram_base + tzc_->last_alike(address - dram_base)) : dram_last;
}

Verdict Firewall::decide(const Transaction& transaction) const {
    if (transaction.size == 0) {
        return {};
    }
    const std::uint64_t last = last_of(transaction.address, transaction.size);
    std::uint64_t at = transaction.address;
    for (;;) {
        const Verdict verdict = judge(at, transaction.direction, transaction.world, transaction.domain);
        const std::uint64_t alike = last_alike(at);
        if (!verdict.granted || alike >= last) {
            return verdict;
        }
        at = alike + 1;
    }
}

Verdict Firewall::access(const Transaction& transaction) {
    const Verdict verdict = decide(transaction);
    if (verdict.granted || transaction.debug) {
        return verdict;
    }
    // Edges of rights lie on page borders, where a bus transaction ends: the denied one starts here.
    Transaction denied = transaction;
    denied.address = verdict.address - dram_base;
    tzc_->latch(denied);
    return verdict;
}

std::vector<AccessRun> Firewall::access_runs(World world, Domain domain, std::uint64_t first,
                                             std::uint64_t length) const {
    std::vector<AccessRun> runs;
    if (length == 0) {
        return runs;
    }
    const std::uint64_t last = last_of(first, length);
    std::uint64_t at = first;
    for (;;) {
        const bool read = judge(at, Direction::read, world, domain).granted;
        const bool write = judge(at, Direction::write, world, domain).granted;
        const std::uint64_t end = std::min(last, last_alike(at));
        if (!runs.empty() && runs.back().read == read && runs.back().write == write) {
            runs.back().length += end - at + 1;
        } else {
            runs.push_back({at, end - at + 1, read, write});
        }
        if (end == last) {
            return runs;
        }
        at = end + 1;
    }
}

std::vector<Run> Firewall::runs(World world, Domain domain, Direction direction, std::uint64_t first,
                                std::uint64_t length) const {
    std::vector<Run> runs;
    for (const AccessRun& both : access_runs(world, domain, first, length)) {
        const bool granted = direction == Direction::read ? both.read : both.write;
        if (!runs.empty() && runs.back().granted == granted) {
            runs.back().length += both.length;
        } else {
            runs.push_back({both.first, both.length, granted});
        }
    }
    return runs;
}

/** The bus never calls these two: there is no window. */
ReadResult Firewall::read(unsigned, std::uint64_t, unsigned, const Transaction&) {
    return {0, Response::decerr};
}

Response Firewall::write(unsigned, std::uint64_t, std::uint64_t, unsigned, const Transaction&) {
    return Response::decerr;
}

bool Firewall::connect(std::string_view role, Device& peer) {
    if (auto* tzc = dynamic_cast<Tzc380*>(&peer); role == "tzasc" && tzc != nullptr) {
        tzc_ = tzc;
        tzc_->set_listener(*this);
        source_changed();
        return true;
    }
    if (auto* gpr = dynamic_cast<IomuxcGpr*>(&peer); role == "gpr" && gpr != nullptr) {
        gpr_ = gpr;
        gpr_->add_listener(*this);
        source_changed();
        return true;
    }
    return false;
}

}  // namespace svp
