// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/firewall.hpp"

#include <algorithm>
#include <limits>

#include "firewall/csu.hpp"
#include "firewall/firewall_denials.hpp"
#include "firewall/iomuxc_gpr.hpp"
#include "firewall/master_hold.hpp"
#include "firewall/rdc.hpp"
#include "firewall/rdc_semaphore.hpp"
#include "firewall/tzc380.hpp"
#include "observer/bus_monitor.hpp"

namespace svp {

namespace {

constexpr std::uint64_t address_last = std::numeric_limits<std::uint64_t>::max();
constexpr unsigned ocram_csl = 118;
constexpr Rdc::Rights all_rights = 0xff;

/** Last byte of a range that has at least one; it ends with the address space at the latest. */
std::uint64_t last_of(std::uint64_t first, std::uint64_t length) {
    return length - 1 > address_last - first ? address_last : first + (length - 1);
}

}  // namespace

struct Firewall::Policy {
    std::uint32_t held_masters = 0;
    bool tzc_in_path = false;
    Tzc380::Regions tzc_regions;
    Rdc::Slots slots;
    std::array<Rdc::Rights, peripheral_count> domain_rights{};
    std::array<Csu::Rights, peripheral_count> world_rights{};
    std::array<std::uint64_t, 2> ocram_edges{};
    std::array<Domain, master_count> domains{};
    std::array<World, master_count> worlds{};
    std::array<std::array<bool, 2>, master_count> privileges{};
    std::uint64_t watch_generation = 0;
    bool operator==(const Policy&) const = default;

    /** True if only rights to memory differ: the TZASC's, or where the on-chip memories are guarded. */
    bool same_but_memories(Policy other) const {
        other.tzc_in_path = tzc_in_path;
        other.tzc_regions = tzc_regions;
        other.ocram_edges = ocram_edges;
        return *this == other;
    }
};

static_assert(FaultInjector::max_faults == 256 && FaultOpenings::limit == 512, "max_dram_runs counts them");

Firewall::Firewall(Host& host) : Device(host), last_policy_(std::make_unique<Policy>(policy())) {}

Firewall::~Firewall() = default;

bool Firewall::tzc_in_path() const {
    return tzc_ != nullptr && gpr_ != nullptr && gpr_->tzasc_enabled();
}

/** True if @p master is kept off the bus, whatever its rights are. */
bool Firewall::held(Master master) const {
    return any_held(1u << static_cast<unsigned>(master));
}

/** The same for a set of masters, bit n for master n: if one of them is held. */
bool Firewall::any_held(std::uint32_t masters) const {
    return hold_ != nullptr && (masters & hold_->held_masters()) != 0;
}

Firewall::Policy Firewall::policy() const {
    Policy now;
    now.held_masters = hold_ == nullptr ? 0 : hold_->held_masters();
    now.tzc_in_path = tzc_in_path();
    if (now.tzc_in_path) {
        now.tzc_regions = tzc_->effective_regions();
    }
    if (rdc_ != nullptr) {
        now.slots = rdc_->effective_slots();
    }
    for (unsigned index = 0; index < peripheral_count; ++index) {
        now.domain_rights[index] = domain_rights(index);
        now.world_rights[index] = csu_ == nullptr ? all_rights : csu_->rights(index);
    }
    for (const Slave& slave : slaves()) {
        if (slave.guard == Guard::ocram) {
            // Without an edge the level does not matter, and with an open level the edge does not.
            const std::uint64_t end = slave.first + slave.length;
            const std::uint64_t edge = now.world_rights[slave.index] == all_rights ? end : ocram_edge(slave);
            now.ocram_edges[slave.index - ocram_csl] = edge;
            if (edge == end) {
                now.world_rights[slave.index] = all_rights;
            }
        }
    }
    for (unsigned number = 0; number < master_count; ++number) {
        const auto master = static_cast<Master>(number);
        now.domains[number] = domain_of(master);
        now.worlds[number] = world_of(master);
        now.privileges[number] = {privileged(master, false), privileged(master, true)};
    }
    now.watch_generation = monitor_ == nullptr ? 0 : monitor_->watch_generation();
    return now;
}

/** True if rights or identities are not those of which others were last told. */
bool Firewall::policy_differs() const {
    return policy() != *last_policy_;
}

void Firewall::source_changed() {
    if (in_fault_) {
        return;  // told when what the fault opens is known: no access gets past unseen
    }
    const Policy now = policy();
    if (now != *last_policy_) {
        gate_generation_ += now.same_but_memories(*last_policy_) ? 0 : 1;
        *last_policy_ = now;
        last_denials_.reset();
        if (end_openings()) {
            ++gate_generation_;
            last_policy_->watch_generation = monitor_->watch_generation();
        }
        host().policy_changed();
        tell_leak_oracle();
    }
}

/** PDAP of a peripheral, reduced to what the semaphore gate leaves if one is needed. */
std::uint8_t Firewall::domain_rights(unsigned index) const {
    if (rdc_ == nullptr) {
        return all_rights;
    }
    Rdc::Rights rights = rdc_->peripheral_rights(index);
    for (Domain domain = 0; rdc_->semaphore_required(index) && domain < Rdc::domain_count; ++domain) {
        if (!gate_held(index, domain)) {
            rights &= static_cast<Rdc::Rights>(~(3u << 2 * domain));
        }
    }
    return rights;
}

bool Firewall::gate_held(unsigned index, Domain domain) const {
    const RdcSemaphore* semaphore = semaphores_[index / RdcSemaphore::gate_count];
    return semaphore == nullptr || semaphore->held_by(index % RdcSemaphore::gate_count, domain);
}

/** First address of an on-chip RAM that the CSU guards, the one past its end if there is none. */
std::uint64_t Firewall::ocram_edge(const Slave& slave) const {
    const std::uint64_t end = slave.first + slave.length;
    if (gpr_ == nullptr || csu_ == nullptr) {
        return end;
    }
    const auto from = slave.index == ocram_csl ? gpr_->ocram_guarded_from() : gpr_->ocram_s_guarded_from();
    return from ? slave.first + *from : end;
}

Verdict Firewall::denial(Denier denier, unsigned index, std::uint64_t address) const {
    Response response = Response::okay;
    if (denier == Denier::tzc) {
        response = tzc_->denial_response();
    } else if (gpr_ != nullptr && gpr_->security_error_response()) {
        response = Response::slverr;
    }
    return {false, response, denier, index, address};
}

/** The first block on the way that denies answers; those behind it do not see the access. */
Verdict Firewall::judge(std::uint64_t address, Direction direction, const Requester& by) const {
    const Slave* slave = place_of(address).slave;
    if (slave == nullptr) {
        return {};
    }
    if (slave->guard == Guard::peripheral) {
        const Denier denier = peripheral_denier(slave->index, direction, by);
        if (denier != Denier::none) {
            return denial(denier, slave->index, address);
        }
    }
    if (rdc_ != nullptr) {
        const Rdc::Permission rdc =
            rdc_->permission(slave->first_slot, slave->slots, address - slave->origin, direction, by.domain);
        if (!rdc.granted) {
            return denial(Denier::rdc_region, rdc.slot, address);
        }
    }
    if (slave->guard == Guard::tzasc && tzc_in_path()) {
        const Tzc380::Permission tzc = tzc_->permission(address - slave->origin, direction, by.world);
        if (!tzc.granted) {
            return denial(Denier::tzc, tzc.region, address);
        }
    }
    if (slave->guard == Guard::ocram && address >= ocram_edge(*slave) &&
        !Csu::allows(csu_->rights(slave->index), by.world, by.privileged, direction)) {
        return denial(Denier::ocram, slave->index, address);
    }
    return {};
}

/** What denies an access to a peripheral, apart from memory slots. */
Denier Firewall::peripheral_denier(unsigned index, Direction direction, const Requester& by) const {
    if (csu_ != nullptr && !Csu::allows(csu_->rights(index), by.world, by.privileged, direction)) {
        return Denier::csl;
    }
    if (rdc_ == nullptr) {
        return Denier::none;
    }
    if (!Rdc::allows(rdc_->peripheral_rights(index), by.domain, direction)) {
        return Denier::rdc_peripheral;
    }
    return Rdc::allows(domain_rights(index), by.domain, direction) ? Denier::none : Denier::rdc_semaphore;
}

/** Last address up to which no block in the path changes its mind, counted from @p address. */
std::uint64_t Firewall::last_before_edge(std::uint64_t address) const {
    const Place place = place_of(address);
    if (place.slave == nullptr) {
        return place.last;
    }
    const Slave& slave = *place.slave;
    std::uint64_t last = place.last;
    const auto limit = [&last, &slave](std::uint64_t offset) {
        last = std::min(last, offset > address_last - slave.origin ? address_last : slave.origin + offset);
    };
    if (rdc_ != nullptr) {
        limit(rdc_->last_before_edge(slave.first_slot, slave.slots, address - slave.origin));
    }
    if (slave.guard == Guard::tzasc && tzc_in_path()) {
        limit(tzc_->last_before_edge(address - slave.origin));
    }
    if (slave.guard == Guard::ocram && address < ocram_edge(slave)) {
        last = std::min(last, ocram_edge(slave) - 1);
    }
    return last;
}

Verdict Firewall::decide(const Transaction& transaction) const {
    if (transaction.size == 0) {
        return {};
    }
    if (held(transaction.master)) {
        return {false, Response::slverr, Denier::deep_sleep, 0, transaction.address};
    }
    const Requester by = {transaction.world, transaction.domain, transaction.privileged};
    const std::uint64_t last = last_of(transaction.address, transaction.size);
    std::uint64_t at = transaction.address;
    for (;;) {
        const Verdict verdict = judge(at, transaction.direction, by);
        const std::uint64_t end = last_before_edge(at);
        if (!verdict.granted || end >= last) {
            return verdict;
        }
        at = end + 1;
    }
}

/** The transaction as it is judged after faults. */
Transaction Firewall::disturbed(const Transaction& transaction, Outcome& outcome) {
    Transaction result = transaction;
    outcome = monitor_->before(result);
    if (outcome.master_changed) {
        result.domain = domain_of(result.master);
    }
    if (outcome.domain) {
        result.domain = *outcome.domain;
    }
    return result;
}

Decision Firewall::access(const Transaction& transaction) {
    Decision decision;
    Outcome& outcome = decision.outcome;
    Verdict& verdict = decision;
    const Transaction judged = monitor_ == nullptr ? transaction : disturbed(transaction, outcome);
    verdict = decide(judged);
    if (judged.debug) {
        return decision;
    }
    if (!verdict.granted) {
        latch(judged, verdict);
        if (monitor_ != nullptr) {
            verdict.response = outcome.answer.value_or(verdict.response);
            monitor_->denied(judged, verdict.address, denied_length(judged, verdict), name(verdict.denier),
                             verdict.index, verdict.response, outcome);
        }
    } else if (outcome.hit()) {
        hit_by_fault(transaction, judged, outcome, verdict);
    } else if (monitor_ != nullptr && monitor_->openings().any_open()) {
        granted_by_fault(transaction, judged, 0, verdict.response);
    }
    return decision;
}

/** How many bytes from the first denied one on the same rule denies. */
std::uint64_t Firewall::denied_length(const Transaction& transaction, const Verdict& verdict) const {
    const Requester by = {transaction.world, transaction.domain, transaction.privileged};
    const std::uint64_t last = last_of(transaction.address, transaction.size);
    if (verdict.denier == Denier::deep_sleep) {
        return last - verdict.address + 1;
    }
    std::uint64_t end = std::min(last, last_before_edge(verdict.address));
    while (end < last) {
        const Verdict next = judge(end + 1, transaction.direction, by);
        if (next.denier != verdict.denier || next.index != verdict.index) {
            break;
        }
        end = std::min(last, last_before_edge(end + 1));
    }
    return end - verdict.address + 1;
}

/** The block that denied an access keeps it in its own registers, if it has any for that. */
void Firewall::latch(const Transaction& transaction, const Verdict& verdict) {
    if (verdict.denier == Denier::deep_sleep) {
        return;
    }
    const std::uint64_t offset = verdict.address - place_of(verdict.address).slave->origin;
    if (verdict.denier == Denier::rdc_region) {
        rdc_->latch(verdict.index, transaction.domain, offset);
    } else if (verdict.denier == Denier::tzc) {
        // Edges of rights lie on page borders, where a bus transaction ends: the denied one starts here.
        Transaction denied = transaction;
        denied.address = offset;
        tzc_->latch(denied);
    }
}

bool Firewall::granted_at_any_privilege(std::uint64_t address, Direction direction, World world,
                                        Domain domain) const {
    // The path to DRAM does not look at privilege.
    const Slave* slave = place_of(address).slave;
    const bool indifferent = slave == nullptr || slave->guard == Guard::tzasc;
    return judge(address, direction, {world, domain, true}).granted &&
           (indifferent || judge(address, direction, {world, domain, false}).granted);
}

/** True if an injected fault waits for such accesses of one of @p masters, has opened the place to them, or
 * the leak oracle is to see them: views keep them behind their fence then. */
bool Firewall::watched(std::uint64_t address, Direction direction, World world, Domain domain,
                       std::uint32_t masters) const {
    return monitor_ != nullptr && masters != 0 &&
           (monitor_->watched(address, world, direction, masters) ||
            monitor_->opened(address, world, domain, direction, masters) ||
            kept_for_leak_oracle(address, world, masters));
}

std::vector<AccessRun> Firewall::access_runs(World world, Domain domain, std::uint64_t first,
                                             std::uint64_t length, std::uint32_t masters) const {
    std::vector<AccessRun> runs;
    if (length == 0) {
        return runs;
    }
    const std::uint64_t last = last_of(first, length);
    if (any_held(masters)) {
        return {{first, last - first + 1, false, false}};
    }
    std::uint64_t at = first;
    for (;;) {
        const bool read = granted_at_any_privilege(at, Direction::read, world, domain) &&
                          !watched(at, Direction::read, world, domain, masters);
        const bool write = granted_at_any_privilege(at, Direction::write, world, domain) &&
                           !watched(at, Direction::write, world, domain, masters);
        std::uint64_t end = std::min(last, last_before_edge(at));
        if (monitor_ != nullptr && masters != 0) {
            end = std::min(end, monitor_->last_before_edge(at));
        }
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
                                std::uint64_t length, bool privileged) const {
    std::vector<Run> runs;
    if (length == 0) {
        return runs;
    }
    const std::uint64_t last = last_of(first, length);
    std::uint64_t at = first;
    for (;;) {
        const bool granted = judge(at, direction, {world, domain, privileged}).granted;
        const std::uint64_t end = std::min(last, last_before_edge(at));
        if (!runs.empty() && runs.back().granted == granted) {
            runs.back().length += end - at + 1;
        } else {
            runs.push_back({at, end - at + 1, granted});
        }
        if (end == last) {
            return runs;
        }
        at = end + 1;
    }
}

std::uint64_t Firewall::run_length(const Transaction& transaction, std::uint64_t length) const {
    if (length == 0) {
        return 0;
    }
    const Requester by = {transaction.world, transaction.domain, transaction.privileged};
    const std::uint64_t first = transaction.address;
    const std::uint64_t last = last_of(first, length);
    if (held(transaction.master)) {
        return last - first + 1;
    }
    const bool granted = judge(first, transaction.direction, by).granted;
    std::uint64_t end = std::min(last, last_before_edge(first));
    while (end < last && judge(end + 1, transaction.direction, by).granted == granted) {
        end = std::min(last, last_before_edge(end + 1));
    }
    return end - first + 1;
}

bool Firewall::grants_quietly(const Transaction& range) const {
    const std::vector<AccessRun> runs = access_runs(range.world, range.domain, range.address, range.size,
                                                    1u << static_cast<unsigned>(range.master));
    return runs.size() == 1 && (range.direction == Direction::read ? runs[0].read : runs[0].write);
}

AccessRights Firewall::peripheral_rights(unsigned index, World world, Domain domain, bool privileged) const {
    const Requester by = {world, domain, privileged};
    return {peripheral_denier(index, Direction::read, by) == Denier::none,
            peripheral_denier(index, Direction::write, by) == Denier::none};
}

Domain Firewall::domain_of(Master master) const {
    return rdc_ == nullptr ? Domain{0} : rdc_->domain_of(master);
}

World Firewall::world_of(Master master, World own) const {
    return csu_ == nullptr ? own : csu_->world_of(master, own);
}

bool Firewall::privileged(Master master, bool own) const {
    return csu_ == nullptr ? own : csu_->privileged(master, own);
}

Transaction Firewall::identity(Master master, World own_world, bool own_privileged) const {
    Transaction transaction;
    transaction.size = 0;
    transaction.master = master;
    transaction.world = world_of(master, own_world);
    transaction.domain = domain_of(master);
    transaction.privileged = privileged(master, own_privileged);
    return transaction;
}

/** The bus never calls these two: there is no window. */
ReadResult Firewall::read(unsigned, std::uint64_t, unsigned, const Transaction&) {
    return {0, Response::decerr};
}

Response Firewall::write(unsigned, std::uint64_t, std::uint64_t, unsigned, const Transaction&) {
    return Response::decerr;
}

template <typename Block>
bool Firewall::adopt(Block*& place, Device& peer) {
    auto* block = dynamic_cast<Block*>(&peer);
    if (block == nullptr) {
        return false;
    }
    place = block;
    block->add_listener(*this);
    source_changed();
    return true;
}

bool Firewall::connect(std::string_view role, Device& peer) {
    if (role == "tzasc") {
        return adopt(tzc_, peer);
    }
    if (role == "gpr") {
        return adopt(gpr_, peer);
    }
    if (role == "rdc") {
        return adopt(rdc_, peer);
    }
    if (role == "monitor") {
        const bool fits = adopt(monitor_, peer);
        if (fits) {
            monitor_->set_fault_listener(*this);
            tell_leak_oracle();
        }
        return fits;
    }
    if (role == "csu") {
        return adopt(csu_, peer);
    }
    if (role == "gpc") {
        return adopt(hold_, peer);
    }
    if (role == "semaphore1") {
        return adopt(semaphores_[0], peer);
    }
    return role == "semaphore2" && adopt(semaphores_[1], peer);
}

}  // namespace svp
