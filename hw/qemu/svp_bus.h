/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board behind its firewalls, as the bus of this project's masters
 * (hw/bus/bus.hpp) and the observer see it. What may be done there is decided
 * elsewhere.
 */
#ifndef HW_SVP_BUS_H
#define HW_SVP_BUS_H

#include "svp/abi_bus.h"
#include "svp_views.h"

/*
 * The bus under the policy of @views. Its transfers take QEMU's big lock for
 * each part anew, or keep it if the caller has it. Lives as long as the machine.
 */
SvpBus *svp_bus_new(SvpViews *views);

/*
 * The cells of judged memories, past all firewalls and faults; nobody judges or
 * records it. The other two want a range for which the first says true.
 */
bool svp_cells_inside(SvpViews *views, uint64_t address, uint64_t length);
void svp_cells_read(SvpViews *views, uint64_t address, void *data,
                    uint64_t length);
void svp_cells_write(SvpViews *views, uint64_t address, const void *data,
                     uint64_t length);

#endif
