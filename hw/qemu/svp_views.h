/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address-range views: what a bus master sees of the board under the present
 * firewall policy.
 *
 * Memory: permitted ranges are plain aliases of the RAM, at no cost, and
 * everything else is an I/O fence that asks the firewall about each access,
 * records a denied one and answers as the hardware does. Ranges that may only
 * be read, or only written, stay behind the fence, which then forwards the
 * permitted direction: a read-only alias would neither record a write nor stop
 * one by DMA. A memory shows up again above its fitted size, up to the end of
 * its window: the controller ignores the address bits it does not need. Every
 * image is judged by its own address.
 *
 * Peripherals: one that is open to every access of the master lies in its view
 * as it is; any other one lies behind a fence.
 *
 * A view belongs to a master, not to a world and domain: those follow from the
 * master and the policy, and change with it.
 *
 * Reprogramming works out the runs anew and, if they differ, lays out the
 * aliases in one memory transaction while no vCPU runs: vCPUs keep indices into
 * the old layout, and would reach wrong devices otherwise.
 */
#ifndef HW_SVP_VIEWS_H
#define HW_SVP_VIEWS_H

#include "exec/memory.h"
#include "svp_device.h"

/* Size of every view in bytes: the physical address space of a Cortex-A53. */
#define SVP_VIEW_SIZE (1ULL << 40)

/*
 * Views under the policy of the core @firewall, with the faults of the core
 * @monitor; QOM children of @owner. @devices holds all that is not judged
 * memory. Lives as long as the machine.
 */
SvpViews *svp_views_new(Object *owner, SvpDeviceState *firewall,
                        SvpDeviceState *monitor, MemoryRegion *devices);

/*
 * @ram appears from @base on, again and again for @window bytes. To be called
 * for each judged memory before the first view is asked for.
 */
void svp_views_add_memory(SvpViews *views, const char *name, hwaddr base,
                          uint64_t window, MemoryRegion *ram);

/* What the application cores see in one world: memories and devices. */
MemoryRegion *svp_views_cpu(SvpViews *views, bool secure);

/*
 * What a DMA master of number @master (svp::Master) sees: memories, and with
 * @devices those behind a fence, which tells them who asks. For QEMU's models:
 * what they have mapped is written back by the rights of that moment.
 */
MemoryRegion *svp_views_master(SvpViews *views, uint8_t master, bool devices);

/*
 * What whoever looks from outside sees: the rights are those of the debug
 * access port, and nothing is recorded.
 */
MemoryRegion *svp_views_observer(SvpViews *views);

/*
 * Waits until the views are as the policy says; under QEMU's big lock, which is
 * given back meanwhile. For those who change a policy from outside of a CPU: a
 * CPU's own next instruction sees what it has changed.
 */
void svp_views_settle(SvpViews *views);

/* For svp_bus.c and devices. */

SvpDevice *svp_views_firewall(SvpViews *views);
SvpDevice *svp_views_monitor(SvpViews *views);

/* Everything, with its images and without any fence. */
AddressSpace *svp_views_raw(SvpViews *views);

/* Another number after each change of the policy. */
unsigned svp_views_policy_generation(SvpViews *views);

/* Bytes of judged memory from @address to its end, 0: none is there. */
uint64_t svp_views_memory_left(SvpViews *views, uint64_t address);

#endif
