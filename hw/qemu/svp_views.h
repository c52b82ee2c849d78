/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address-range views of DRAM: what a class of masters sees of it under the
 * present firewall policy.
 *
 * A class is a pair of world and domain. Its view is a container in which
 * permitted ranges are plain aliases of the RAM, at no cost, and everything
 * else is an I/O fence that asks the firewall about each access, records a
 * denied one and answers as the hardware does. Ranges that may only be read,
 * or only written, stay behind the fence, which then forwards the permitted
 * direction: a read-only alias would neither record a write nor stop one by
 * DMA.
 *
 * DRAM shows up again above the fitted size, up to the end of the window (4
 * GiB): the controller ignores the address bits it does not need. Every image
 * is judged by its own address.
 *
 * Reprogramming works out the runs anew and, if they differ, lays out the
 * aliases in one memory transaction while no vCPU runs: vCPUs keep indices
 * into the old layout, and would reach wrong devices otherwise.
 */
#ifndef HW_SVP_VIEWS_H
#define HW_SVP_VIEWS_H

#include "exec/memory.h"
#include "svp_device.h"

typedef struct SvpViews SvpViews;

/*
 * Views of @ram under the policy of the core @firewall; QOM children of
 * @owner. Lives as long as the machine.
 */
SvpViews *svp_views_new(Object *owner, SvpDeviceState *firewall,
                        MemoryRegion *ram);

/*
 * The view of a class of masters; created at the first call for it. To be
 * mapped at svp_views_base() in whatever is the address space of such a
 * master.
 */
MemoryRegion *svp_views_get(SvpViews *views, bool secure, unsigned domain);

hwaddr svp_views_base(SvpViews *views);

#endif
