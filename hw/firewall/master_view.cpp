// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/master_view.hpp"

#include <algorithm>

#include "firewall/firewall.hpp"
#include "observer/bus_monitor.hpp"

namespace svp {

MasterView::MasterView(Firewall& firewall, Viewer viewer, Master master, World own_world)
    : firewall_(firewall), viewer_(viewer), own_world_(own_world) {
    identity_.master = master;
    update();
}

void MasterView::update() {
    identity_ = firewall_.identity(identity_.master, own_world_);
}

std::vector<Stretch> MasterView::stretches(std::uint64_t base, std::uint64_t window,
                                           std::uint64_t fitted) const {
    std::vector<Stretch> found;
    for (const AccessRun& run : firewall_.access_runs(identity_.world, identity_.domain, base, window,
                                                      1u << static_cast<unsigned>(identity_.master))) {
        if (!run.read || !run.write) {
            continue;
        }
        std::uint64_t offset = run.first - base;
        for (std::uint64_t left = run.length; left != 0;) {
            const std::uint64_t cell = offset % fitted;
            const std::uint64_t part = std::min(left, fitted - cell);
            found.push_back({offset, cell, part});
            offset += part;
            left -= part;
        }
    }
    return found;
}

bool MasterView::open(std::uint64_t first, std::uint64_t length) const {
    const auto runs = firewall_.access_runs(identity_.world, identity_.domain, first, length,
                                            1u << static_cast<unsigned>(identity_.master));
    return runs.size() == 1 && runs[0].read && runs[0].write;
}

Decision MasterView::access(Transaction& access) {
    access.master = identity_.master;
    access.world = identity_.world;
    access.domain = identity_.domain;
    if (viewer_ != Viewer::cpu) {
        access.privileged = identity_.privileged;
        access.debug = viewer_ == Viewer::observer;
    }
    Decision decision = firewall_.access(access);
    if (decision.granted && !access.debug && firewall_.monitor() != nullptr &&
        firewall_.monitor()->leaks() != nullptr) {
        firewall_.monitor()->follow(access);
    }
    return decision;
}

}  // namespace svp
