// SPDX-License-Identifier: GPL-2.0-or-later
/** What the files that make up the C interface share. */
#pragma once

#include <span>

#include "svp/abi.h"
#include "svp/abi_bus.h"
#include "svp/device.hpp"

namespace svp {
class Bus;
class BusMonitor;
class LeakOracle;
}  // namespace svp

/** What AdapterHost::refused() hands over; lives during that call. */
struct SvpRefusal {
    const svp::Transaction& access;
    const svp::Refusal& refusal;
};

/** The core behind the adapter's handle. */
svp::Device& svp_core_of(SvpDevice& device);

/** The C form of a transaction, as the cores have it. */
svp::Transaction svp_transaction_of(const SvpTransaction& access);

/** Has the core's Host::fault() ask @p monitor, which knows it by @p number. */
void svp_attach_monitor(SvpDevice& device, svp::BusMonitor& monitor, unsigned number);

/** Has @p leaks follow what the core's transfers move. */
void svp_attach_leaks(SvpDevice& device, svp::LeakOracle& leaks);

/** Hands members over one by one. */
void svp_give_members(std::span<const svp::Member> members, SvpTakeMember* each, void* opaque);

/** The bus behind the adapter's handle. */
svp::Bus& svp_bus_of(SvpBus& bus);
