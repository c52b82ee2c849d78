/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface of the bus (hw/bus/bus.hpp): transfers of masters that are models of this project. */
#ifndef SVP_ABI_BUS_H
#define SVP_ABI_BUS_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SvpBus SvpBus;

/* The board behind its firewalls; see svp::RawMemory. `opaque` is what svp_bus_create() was given. */
typedef struct SvpRawMemoryOps {
    uint64_t (*ram_left)(void *opaque, uint64_t address);
    SvpResponse (*read)(void *opaque, const SvpTransaction *by, void *data, uint64_t length);
    SvpResponse (*write)(void *opaque, const SvpTransaction *by, const void *data, uint64_t length);
    void *(*map)(void *opaque, uint64_t address, uint64_t length, bool writable);
    void (*unmap)(void *opaque, void *cells, uint64_t length, bool writable, bool done);
    unsigned (*policy_generation)(void *opaque);
    bool (*lock)(void *opaque);
    void (*unlock)(void *opaque);
} SvpRawMemoryOps;

/* A bus whose transactions the core `firewall` judges; all three must outlive it. */
SvpBus *svp_bus_create(SvpDevice *firewall, const SvpRawMemoryOps *ops, void *opaque) SVP_NOEXCEPT;

/* The bus that the core's masters are on; without one they get bus errors. */
void svp_device_attach_bus(SvpDevice *device, SvpBus *bus) SVP_NOEXCEPT;

/* The next transfers below have nothing to do with earlier ones: for a leak oracle. */
void svp_bus_begin(SvpBus *bus) SVP_NOEXCEPT;

/*
 * A transfer by master number `master`; `own_secure` is the world of one that says so itself. The worst answer; *delay
 * grows by the virtual nanoseconds by which faults put its end off.
 */
SvpResponse svp_bus_read(SvpBus *bus, unsigned master, bool own_secure, uint64_t address, void *data, uint64_t length,
                         int64_t *delay) SVP_NOEXCEPT;
SvpResponse svp_bus_write(SvpBus *bus, unsigned master, bool own_secure, uint64_t address, const void *data,
                          uint64_t length, int64_t *delay) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
