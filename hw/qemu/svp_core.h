/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the adapters for device cores share: who an access is by, in the core's
 * terms, and what QEMU makes of the answer.
 */
#ifndef HW_SVP_CORE_H
#define HW_SVP_CORE_H

#include "exec/memattrs.h"
#include "migration/vmstate.h"
#include "qom/object.h"
#include "svp/abi.h"

/* RDC MDA indices of svp::Master that adapters name. */
#define SVP_MASTER_A53 0
#define SVP_MASTER_DAP 9

/*
 * The access that QEMU describes by @attrs. QEMU's CPU sets its attributes;
 * its stock DMA models and its monitor leave them unspecified, and are taken
 * for the non-secure debug access port. Under the qtest accelerator there is
 * no CPU: there an unspecified access stands for the secure CPU, so that tests
 * can program secure-only registers.
 */
SvpTransaction svp_transaction(MemTxAttrs attrs, uint64_t address,
                               unsigned size, bool write);

/*
 * Attributes that carry master, domain, world, privilege and "debug" of @access
 * to a device of this project, and the world to those of QEMU.
 */
MemTxAttrs svp_master_attrs(const SvpTransaction *access);

/* True for such attributes: then svp_transaction() knows the domain, too. */
bool svp_attrs_name_master(MemTxAttrs attrs);

/*
 * True for an access that a test makes by the qtest protocol: the views judge
 * it as a non-secure one of the CPUs; what no view guards takes it for secure.
 */
bool svp_attrs_are_qtests(MemTxAttrs attrs);

MemTxResult svp_memtx_result(SvpResponse response);

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

/* Host services that are the same for every adapter. */
void svp_log(void *opaque, SvpLogKind kind, const char *message);
void svp_random(void *opaque, void *data, size_t length);

/* False, with a warning, if it cannot be written. Needs no lock. */
bool svp_store(void *opaque, const char *path, const void *data,
               size_t length);

/* Application cores by number, for the power controller. */
extern const SvpCoreOps svp_core_ops;

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
