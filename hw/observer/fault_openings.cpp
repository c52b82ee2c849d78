// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/fault_openings.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace svp {

namespace {

constexpr std::uint64_t address_last = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t every_master = (std::uint32_t{1} << master_count) - 1;
constexpr std::uint8_t every_domain = 0xf;

/** Equal but for masters and domains, of which a master has one. */
bool same_right(const Opening& a, const Opening& b) {
    return a.fault == b.fault && a.privileges == b.privileges && a.world == b.world &&
           a.direction == b.direction && a.open == b.open && a.first == b.first && a.last == b.last;
}

std::uint64_t last_byte(const Transaction& access) {
    const std::uint64_t more = access.size == 0 ? 0 : access.size - 1;
    return more > address_last - access.address ? address_last : access.address + more;
}

}  // namespace

void FaultOpenings::add(const Opening& opening) {
    insert(opening);
}

void FaultOpenings::insert(const Opening& opening) {
    for (Opening& known : openings_) {
        if (same_right(known, opening)) {
            known.masters |= opening.masters;
            known.domains |= opening.domains;
            return;
        }
    }
    if (openings_.size() == limit) {
        const auto ended = std::ranges::find(openings_, false, &Opening::open);
        ++lost_;
        if (ended == openings_.end()) {
            return;
        }
        openings_.erase(ended);
    }
    openings_.push_back(opening);
    open_ += opening.open ? 1 : 0;
}

bool FaultOpenings::cut(const std::function<void(const Opening&, std::vector<Opening>&)>& still) {
    const std::vector<Opening> before = openings_;
    openings_.clear();
    open_ = 0;
    bool ended = false;
    std::vector<Opening> parts;
    for (const Opening& opening : before) {
        parts.clear();
        if (opening.open) {
            still(opening, parts);
        }
        if (opening.open && parts != std::vector<Opening>{opening}) {
            ended = true;
            Opening past = opening;
            past.open = false;
            insert(past);
        } else {
            insert(opening);
            continue;
        }
        for (const Opening& part : parts) {
            insert(part);
        }
    }
    return ended;
}

void FaultOpenings::close() {
    cut([](const Opening&, std::vector<Opening>&) {});
}

const Opening* FaultOpenings::find(const Transaction& access) const {
    const Opening* found = nullptr;
    const std::uint64_t last = last_byte(access);
    for (const Opening& opening : openings_) {
        const bool fits =
            opening.open && (opening.masters >> static_cast<unsigned>(access.master) & 1) != 0 &&
            (opening.domains >> access.domain & 1) != 0 &&
            (opening.privileges >> (access.privileged ? 1 : 0) & 1) != 0 && opening.world == access.world &&
            opening.direction == access.direction && opening.first <= last && opening.last >= access.address;
        if (fits && (found == nullptr || opening.first < found->first)) {
            found = &opening;
        }
    }
    return found;
}

bool FaultOpenings::keeps_fence(std::uint64_t address, World world, Domain domain, Direction direction,
                                std::uint32_t masters) const {
    return any_open() && std::ranges::any_of(openings_, [&](const Opening& opening) {
               return opening.open && (opening.masters & masters) != 0 &&
                      (opening.domains >> domain & 1) != 0 && opening.world == world &&
                      opening.direction == direction && address >= opening.first && address <= opening.last;
           });
}

std::uint64_t FaultOpenings::last_before_edge(std::uint64_t address) const {
    std::uint64_t last = address_last;
    for (const Opening& opening : openings_) {
        if (!opening.open) {
            continue;
        }
        if (address < opening.first) {
            last = std::min(last, opening.first - 1);
        } else if (address <= opening.last) {
            last = std::min(last, opening.last);
        }
    }
    return last;
}

void FaultOpenings::exchange(Archive& archive, std::uint32_t next_fault) {
    auto count = static_cast<std::uint32_t>(openings_.size());
    archive.value(count, limit);
    archive.value(lost_);
    if (!archive.writing()) {
        openings_.assign(archive.ok() ? count : 0, Opening{});
    }
    for (Opening& opening : openings_) {
        exchange_opening(archive, opening, next_fault);
    }
    if (!archive.writing() && !archive.ok()) {
        openings_.clear();
        lost_ = 0;
    }
    open_ = static_cast<std::size_t>(std::ranges::count(openings_, true, &Opening::open));
}

void FaultOpenings::exchange_opening(Archive& archive, Opening& opening, std::uint32_t next_fault) {
    archive.value(opening.fault, next_fault - 1);
    archive.value(opening.masters, every_master);
    archive.value(opening.domains, every_domain);
    archive.value(opening.privileges, Opening::any_privilege);
    archive.value(opening.world, static_cast<std::uint64_t>(World::non_secure));
    archive.value(opening.direction, static_cast<std::uint64_t>(Direction::write));
    archive.value(opening.open);
    archive.value(opening.first);
    archive.value(opening.last);
    if (!archive.writing() && archive.ok() && (opening.fault == 0 || opening.first > opening.last)) {
        archive.fail("the stream holds an opening of fault " + std::to_string(opening.fault) +
                     " at no address");
    }
}

}  // namespace svp
