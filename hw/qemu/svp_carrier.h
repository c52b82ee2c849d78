/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the carriers of device cores (svp_device.c, svp_i2c.c) share: register
 * accesses, services, saved state.
 */
#ifndef HW_SVP_CARRIER_H
#define HW_SVP_CARRIER_H

#include "exec/memattrs.h"
#include "migration/vmstate.h"
#include "qom/object.h"
#include "svp/abi.h"

/*
 * Register accesses of @by->size bytes to the core of @device; all of them go
 * through here, and can be traced.
 */
MemTxResult svp_core_read(Object *device, SvpDevice *core, unsigned region,
                          uint64_t offset, const SvpTransaction *by,
                          uint64_t *value);
MemTxResult svp_core_write(Object *device, SvpDevice *core, unsigned region,
                           uint64_t offset, const SvpTransaction *by,
                           uint64_t value);

/* Host services that are the same for every carrier. */
void svp_log(void *opaque, SvpLogKind kind, const char *message);
void svp_random(void *opaque, void *data, size_t length);

/* False, with a warning, if it cannot be written. Needs no lock. */
bool svp_store(void *opaque, const char *path, const void *data,
               size_t length);

int64_t svp_now(void *opaque);

/*
 * Saved state of a core in a field of type SvpDevice *: a length and the
 * core's own versioned bytes.
 */
extern const VMStateInfo vmstate_info_svp_core;

#define VMSTATE_SVP_CORE(state)                                                \
    VMSTATE_SINGLE(core, state, 0, vmstate_info_svp_core, SvpDevice *)

/*
 * @form under the name of a core's type; lives for ever. System-bus devices
 * are told apart in a saved state by this name alone, so that one name for all
 * would make the state depend on the order of creation.
 */
const VMStateDescription *svp_vmstate_for_type(const VMStateDescription *form,
                                               unsigned type);

#endif
