/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The C interface of the bus monitor (hw/observer/bus_monitor.hpp): record of violations, injected faults, interrupt lines.
 *
 * `monitor` is always a device for which svp_is_monitor() is true. All calls are made under QEMU's big lock. Texts that
 * a call hands out live until the next call that changes what they are about, unless it says otherwise.
 */
#ifndef SVP_ABI_LOG_H
#define SVP_ABI_LOG_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Masters by RDC MDA index. */
unsigned svp_master_count(void) SVP_NOEXCEPT;
/* NULL if there is no master of that number; lives for ever. */
const char *svp_master_name(unsigned master) SVP_NOEXCEPT;
/* Number of a name, SVP_ANY if there is none. */
int svp_master_number(const char *name) SVP_NOEXCEPT;

bool svp_is_monitor(SvpDevice *device) SVP_NOEXCEPT;

/*
 * Violations. What the calls below give are the members of the type of hw/qemu/svp-violations.json that their comment
 * names.
 */

/* A record; lives during the call that hands it out. */
typedef struct SvpRecord SvpRecord;

typedef struct SvpViolationFilter {
    uint64_t since; /* smallest sequence number */
    int master;     /* or SVP_ANY */
    int secure;     /* 0, 1 or SVP_ANY */
    size_t limit;   /* most records */
    bool text;      /* with each record's line of text */
} SvpViolationFilter;

/* SvpViolation, without a line of text. */
void svp_record_members(const SvpRecord *record, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;
/* One line, to be freed with svp_free(). */
char *svp_record_text(const SvpRecord *record) SVP_NOEXCEPT;
/* SvpViolationLog. */
void svp_monitor_query(SvpDevice *monitor, const SvpViolationFilter *filter, SvpTakeMember *each,
                       void *opaque) SVP_NOEXCEPT;
/* SvpViolationCounters. */
void svp_monitor_counters(SvpDevice *monitor, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;
/* Puts on record what SvpHostOps.refused() was called with. */
void svp_monitor_refused(SvpDevice *monitor, const SvpRefusal *refusal) SVP_NOEXCEPT;
void svp_monitor_clear(SvpDevice *monitor, bool counters) SVP_NOEXCEPT;

/* What the monitor asks of the emulator; members may be NULL. */
typedef struct SvpMonitorOps {
    /* Place of the CPU access being handled; false if there is none. */
    bool (*cpu_place)(void *opaque, int32_t *cpu, uint64_t *pc);
    /* Something was recorded; @merged if only an older record's count rose. */
    void (*recorded)(void *opaque, const SvpRecord *record, bool merged);
    /* The receiver of a line shall see @level. */
    void (*drive_line)(void *opaque, unsigned line, bool level);
    /* The leak oracle has found something: one line, that lives during the call. @again: an older record took it in. */
    void (*leaked)(void *opaque, const char *text, bool again);
} SvpMonitorOps;

void svp_monitor_set_ops(SvpDevice *monitor, const SvpMonitorOps *ops, void *opaque) SVP_NOEXCEPT;

/*
 * Events. `now` is in nanoseconds of a clock of the caller's own. Each call tells by true that an event is due, with how
 * many denied accesses had none of their own before it. *@wake is when svp_monitor_event_expired() is wanted, -1: never.
 */
bool svp_monitor_event(SvpDevice *monitor, int64_t now, bool merged, uint64_t *dropped,
                       int64_t *wake) SVP_NOEXCEPT;
/* As above; the event is about *@newest, which lives until something else is recorded. */
bool svp_monitor_event_expired(SvpDevice *monitor, int64_t now, const SvpRecord **newest, uint64_t *dropped,
                               int64_t *wake) SVP_NOEXCEPT;

/*
 * Faults, as the members of SvpFault in hw/qemu/svp-faults.json. Identifier of the new fault; 0: *@error is a text to be
 * freed with svp_free().
 */
uint32_t svp_monitor_inject(SvpDevice *monitor, const SvpMember *members, size_t count, char **error) SVP_NOEXCEPT;
bool svp_monitor_remove_fault(SvpDevice *monitor, uint32_t id) SVP_NOEXCEPT;
void svp_monitor_clear_faults(SvpDevice *monitor) SVP_NOEXCEPT;
/* Gives the list of faults, a list of SvpFaultInfo; nothing if it is empty. */
void svp_monitor_faults(SvpDevice *monitor, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;
/* Makes a device known under the board's name for it, so that faults may happen in it. */
void svp_monitor_add_device(SvpDevice *monitor, SvpDevice *device, const char *name) SVP_NOEXCEPT;

/* What faults on firewall state have opened: SvpFaultOpenings of hw/qemu/svp-faults.json. */
void svp_monitor_openings(SvpDevice *monitor, SvpTakeMember *each, void *opaque) SVP_NOEXCEPT;

/* The leak oracle (hw/observer/leak_oracle.hpp). False: there is none, and the calls below do nothing. */
bool svp_monitor_follows_data(SvpDevice *monitor) SVP_NOEXCEPT;
/* @fitted bytes of RAM appear from @base on, again and again for @window bytes. */
void svp_monitor_add_memory(SvpDevice *monitor, uint64_t base, uint64_t window, uint64_t fitted) SVP_NOEXCEPT;
/* Until the call with false, changes of the policy come of a reset or of loading a state. */
void svp_monitor_hold_policy(SvpDevice *monitor, bool on) SVP_NOEXCEPT;
/* The machine is reset: what memories hold is not known any more. */
void svp_monitor_forget_data(SvpDevice *monitor) SVP_NOEXCEPT;
/* The CPU goes on in the non-secure world. */
void svp_monitor_left_secure_world(SvpDevice *monitor, unsigned cpu) SVP_NOEXCEPT;

/* Interrupt lines. */

/* Makes a line known under a device's name and the number that it has there; its number for the calls below. */
unsigned svp_monitor_add_line(SvpDevice *monitor, const char *device, uint32_t number) SVP_NOEXCEPT;
/* The device drives its line; the level that the receiver is to see. */
bool svp_monitor_set_line(SvpDevice *monitor, unsigned line, bool level) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
