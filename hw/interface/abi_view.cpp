// SPDX-License-Identifier: GPL-2.0-or-later
/** The C interface of include/svp/abi_view.h on top of svp::MasterView. */
#include "svp/abi_view.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "firewall/firewall.hpp"
#include "firewall/master_view.hpp"
#include "interface/abi_device.hpp"

struct SvpOutcome {
    svp::Outcome outcome;
};

struct SvpMasterView {
    svp::MasterView view;
};

// Each of the images of a RAM of a quarter of the window may cut one run more in two.
static_assert(SVP_STRETCHES_MAX >= svp::Firewall::max_dram_runs + 4);

namespace {

/** Guarded ranges that are no memory. */
const std::vector<svp::Slave>& peripherals() {
    static const std::vector<svp::Slave> list = [] {
        std::vector<svp::Slave> found;
        std::ranges::copy_if(svp::slaves(), std::back_inserter(found),
                             [](const svp::Slave& slave) { return slave.guard == svp::Guard::peripheral; });
        return found;
    }();
    return list;
}

}  // namespace

unsigned svp_firewall_peripheral_count() noexcept {
    return static_cast<unsigned>(peripherals().size());
}

const char* svp_firewall_peripheral(unsigned number, std::uint64_t* first, std::uint64_t* length) noexcept {
    const svp::Slave& slave = peripherals()[number];
    *first = slave.first;
    *length = slave.length;
    return slave.name.data();
}

SvpMasterView* svp_view_create(SvpDevice* firewall, SvpViewer viewer, unsigned master,
                               bool own_secure) noexcept {
    return new SvpMasterView{svp::MasterView(
        dynamic_cast<svp::Firewall&>(svp_core_of(*firewall)), static_cast<svp::Viewer>(viewer),
        static_cast<svp::Master>(master), own_secure ? svp::World::secure : svp::World::non_secure)};
}

void svp_view_destroy(SvpMasterView* view) noexcept {
    delete view;
}

void svp_view_update(SvpMasterView* view) noexcept {
    view->view.update();
}

std::size_t svp_view_stretches(SvpMasterView* view, std::uint64_t base, std::uint64_t window,
                               std::uint64_t fitted, SvpStretch* stretches, std::size_t room) noexcept {
    const auto found = view->view.stretches(base, window, fitted);
    for (std::size_t i = 0; i < std::min(room, found.size()); ++i) {
        stretches[i] = {found[i].offset, found[i].cell, found[i].length};
    }
    return found.size();
}

bool svp_view_open(SvpMasterView* view, std::uint64_t first, std::uint64_t length) noexcept {
    return view->view.open(first, length);
}

SvpResponse svp_view_access(SvpMasterView* view, SvpTransaction* access, bool* granted,
                            SvpOutcome** outcome) noexcept {
    svp::Transaction asked = svp_transaction_of(*access);
    svp::Decision decision = view->view.access(asked);
    access->master = static_cast<std::uint8_t>(asked.master);
    access->secure = asked.world == svp::World::secure;
    access->domain = asked.domain;
    access->privileged = asked.privileged;
    access->debug = asked.debug;
    *granted = decision.granted;
    *outcome = decision.outcome.edits.empty() ? nullptr : new SvpOutcome{std::move(decision.outcome)};
    return static_cast<SvpResponse>(decision.response);
}

void svp_outcome_edit(const SvpOutcome* outcome, std::uint64_t address, void* data,
                      std::size_t length) noexcept {
    outcome->outcome.edit(address, {static_cast<std::byte*>(data), length});
}

void svp_outcome_free(SvpOutcome* outcome) noexcept {
    delete outcome;
}

void svp_firewall_dram(std::uint64_t* first, std::uint64_t* length) noexcept {
    *first = svp::Firewall::dram_base;
    *length = svp::Firewall::dram_size;
}

std::uint64_t svp_firewall_gate_generation(SvpDevice* firewall) noexcept {
    return dynamic_cast<svp::Firewall&>(svp_core_of(*firewall)).gate_generation();
}
