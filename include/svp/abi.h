/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The C interface between device cores (C++20) and QEMU adapters (C).
 *
 * Everything an adapter can do with a core, and everything a core can ask of the emulator. No exception crosses it:
 * calls that can fail say so by their value, and a C++ exception inside a call ends the process with a message.
 */
#ifndef SVP_ABI_H
#define SVP_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define SVP_NOEXCEPT noexcept
#else
#define SVP_NOEXCEPT
#endif

typedef struct SvpDevice SvpDevice;

/* Selects all where a number or an enumerator is asked for. */
#define SVP_ANY (-1)

/* Values of svp::Response. */
typedef enum { SVP_OKAY = 0, SVP_SLVERR = 1, SVP_DECERR = 2 } SvpResponse;

/* Values of svp::LogKind. */
typedef enum { SVP_LOG_GUEST_ERROR = 0, SVP_LOG_UNIMPLEMENTED = 1 } SvpLogKind;

/* Values of svp::Carrier. */
typedef enum { SVP_CARRIER_SYSBUS = 0, SVP_CARRIER_I2C = 1 } SvpCarrier;

/* Who performs an access; the C form of svp::Transaction. */
typedef struct SvpTransaction {
    uint64_t address; /* bytes; physical address */
    uint32_t size;    /* bytes */
    bool write;
    bool secure;
    bool privileged;
    bool debug;     /* an observer's access: judged, never recorded */
    uint8_t master; /* svp::Master */
    uint8_t domain; /* 0 to 3 */
} SvpTransaction;

/* A refused access (svp::Transaction) with what refused it (svp::Refusal), to be passed on as it is. */
typedef struct SvpRefusal SvpRefusal;

/* A job that a device has ended; the C form of svp::JobReport. */
typedef struct SvpJob {
    uint64_t number;
    const char *kind;
    uint32_t status;
    uint64_t bytes_read;
    uint64_t bytes_written;
} SvpJob;

/* A part of an object; the C form of svp::Member. */
typedef enum { SVP_MEMBER_NUMBER, SVP_MEMBER_TEXT, SVP_MEMBER_TRUTH, SVP_MEMBER_EMPTY } SvpMemberKind;

typedef struct SvpMember {
    const char *name;
    SvpMemberKind kind;
    const char *text; /* NULL unless it is one */
    uint64_t number;  /* of a truth value 0 or 1 */
} SvpMember;

/* Gets the members of an object one by one; what @member points to lives during the call. */
typedef void SvpTakeMember(void *opaque, const SvpMember *member);

/* What a core asks of the emulator; see svp::Host. `opaque` is what svp_device_create() was given. Those that a kind of
 * device has no use for may be NULL. */
typedef struct SvpHostOps {
    void (*set_irq)(void *opaque, unsigned line, bool level);
    int64_t (*now)(void *opaque);
    void (*schedule)(void *opaque, unsigned timer, int64_t deadline);
    void (*cancel)(void *opaque, unsigned timer);
    void (*log)(void *opaque, SvpLogKind kind, const char *message);
    void (*random)(void *opaque, void *data, size_t length);
    void (*policy_changed)(void *opaque);
    void (*refused)(void *opaque, const SvpRefusal *refusal); /* for svp_monitor_refused() */
    bool (*store)(void *opaque, const char *path, const void *data, size_t length);
    void (*job_ended)(void *opaque, const SvpJob *job);
} SvpHostOps;

/* Abilities that a device gets only where its adapter has them; each with an `opaque` of its own. */

/* Work beside the emulator; see svp::Host. */
typedef struct SvpWorkerOps {
    void (*request)(void *opaque);
    bool (*must_end)(void *opaque);
    void (*takes)(void *opaque, uint64_t nanoseconds);
    void (*lock)(void *opaque, bool taken); /* Host::exclusive() takes it before and gives it back after */
} SvpWorkerOps;

/* Power of the application cores; see svp::CorePower. */
typedef struct SvpCoreOps {
    void (*on)(void *opaque, unsigned cpu, uint64_t entry);
    void (*off)(void *opaque, unsigned cpu);
    bool (*halted)(void *opaque, unsigned cpu);
} SvpCoreOps;

/* The catalogue: types are numbered from 0 to svp_type_count() - 1. Strings live for ever. */
unsigned svp_type_count(void) SVP_NOEXCEPT;
const char *svp_type_name(unsigned type) SVP_NOEXCEPT;
const char *svp_type_description(unsigned type) SVP_NOEXCEPT;
SvpCarrier svp_type_carrier(unsigned type) SVP_NOEXCEPT;
/* True if its register accesses have to be completed by svp_firewall_complete(). */
bool svp_type_asks_domain(unsigned type) SVP_NOEXCEPT;

/* A core in its power-on state; `ops` must outlive it. */
SvpDevice *svp_device_create(unsigned type, const SvpHostOps *ops, void *opaque) SVP_NOEXCEPT;
void svp_device_destroy(SvpDevice *device) SVP_NOEXCEPT;

unsigned svp_device_region_count(SvpDevice *device) SVP_NOEXCEPT;
const char *svp_device_region_name(SvpDevice *device, unsigned region) SVP_NOEXCEPT;
uint64_t svp_device_region_size(SvpDevice *device, unsigned region) SVP_NOEXCEPT;
unsigned svp_device_irq_lines(SvpDevice *device) SVP_NOEXCEPT;
unsigned svp_device_irq_inputs(SvpDevice *device) SVP_NOEXCEPT;
unsigned svp_device_timers(SvpDevice *device) SVP_NOEXCEPT;

/* Properties are numbered from 0; a NULL name ends the list. */
const char *svp_device_property_name(SvpDevice *device, unsigned index) SVP_NOEXCEPT;
const char *svp_device_property_description(SvpDevice *device, unsigned index) SVP_NOEXCEPT;
uint64_t svp_device_property_default(SvpDevice *device, unsigned index) SVP_NOEXCEPT;
/* True if the property is a text, for svp_device_set_text(), and no number. */
bool svp_device_property_is_text(SvpDevice *device, unsigned index) SVP_NOEXCEPT;
/* True if the property of that name may be set while the machine runs. */
bool svp_device_property_at_any_time(SvpDevice *device, const char *name) SVP_NOEXCEPT;
/* False: `error` (if not NULL) gets a text to be freed with svp_free(). */
bool svp_device_set_text(SvpDevice *device, const char *name, const char *value, char **error) SVP_NOEXCEPT;
bool svp_device_set_property(SvpDevice *device, const char *name, uint64_t value, char **error) SVP_NOEXCEPT;

/* Abilities from outside; `ops` must outlive the device. */
void svp_device_attach_worker(SvpDevice *device, const SvpWorkerOps *ops, void *opaque) SVP_NOEXCEPT;
void svp_device_attach_cores(SvpDevice *device, const SvpCoreOps *ops, void *opaque) SVP_NOEXCEPT;

/* Makes `peer` known to `device` under `role`; false if the core has no such role. */
bool svp_device_connect(SvpDevice *device, const char *role, SvpDevice *peer) SVP_NOEXCEPT;

/* Register access of 1, 2, 4 or 8 bytes inside a region. */
SvpResponse svp_device_read(SvpDevice *device, unsigned region, uint64_t offset, unsigned size,
                            const SvpTransaction *by, uint64_t *value) SVP_NOEXCEPT;
SvpResponse svp_device_write(SvpDevice *device, unsigned region, uint64_t offset, uint64_t value, unsigned size,
                             const SvpTransaction *by) SVP_NOEXCEPT;

/* Name of the register at `offset`, to be freed with svp_free(); "-" if the core declares none there. */
char *svp_device_register_name(SvpDevice *device, unsigned region, uint64_t offset) SVP_NOEXCEPT;

void svp_device_reset(SvpDevice *device) SVP_NOEXCEPT;
void svp_device_timer_expired(SvpDevice *device, unsigned timer) SVP_NOEXCEPT;
/* Runs beside all other calls; see svp::Device::work(). */
bool svp_device_work(SvpDevice *device) SVP_NOEXCEPT;
void svp_device_set_input(SvpDevice *device, unsigned line, bool level) SVP_NOEXCEPT;

/* Calls @each for all that the device tells of itself. */
void svp_device_counters(SvpDevice *device, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;

/* Saved state; the buffer is freed with svp_free(). */
uint8_t *svp_device_save(SvpDevice *device, size_t *length) SVP_NOEXCEPT;
bool svp_device_load(SvpDevice *device, const uint8_t *state, size_t length, char **error) SVP_NOEXCEPT;

void svp_free(void *memory) SVP_NOEXCEPT;

/* The calls below take the board's firewall, a core of type "imx8mq.firewall". */

/* Completes an access of a master that says no more of itself than its number (the A53 says world and privilege, too). */
void svp_firewall_complete(SvpDevice *firewall, SvpTransaction *access) SVP_NOEXCEPT;

/* Gives the policy in force, a list of SvpPolicyView of hw/qemu/svp-bus.json: of both worlds and all domains, or of one. */
void svp_firewall_policy(SvpDevice *firewall, int secure, int domain, bool slaves, SvpTakeMember *each,
                         void *opaque) SVP_NOEXCEPT;
/* Gives what the bus adds to each master, a list of SvpPolicyMaster. */
void svp_firewall_masters(SvpDevice *firewall, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
