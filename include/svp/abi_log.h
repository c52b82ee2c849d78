/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The C interface of the bus monitor (hw/bus/bus_monitor.hpp): record of violations, injected faults, interrupt lines.
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

/* Selects all where a number or an enumerator is asked for. */
#define SVP_ANY (-1)

/* Masters by RDC MDA index. */
unsigned svp_master_count(void) SVP_NOEXCEPT;
/* NULL if there is no master of that number; lives for ever. */
const char *svp_master_name(unsigned master) SVP_NOEXCEPT;
/* Number of a name, SVP_ANY if there is none. */
int svp_master_number(const char *name) SVP_NOEXCEPT;

bool svp_is_monitor(SvpDevice *device) SVP_NOEXCEPT;

/* Violations; see svp::Violation. Times are virtual nanoseconds. */

/* What became of an access; see svp::AccessState, whose order this is. */
typedef enum {
    SVP_ACCESS_DENIED,
    SVP_ACCESS_GRANTED,
    SVP_ACCESS_REFUSED,
    SVP_ACCESS_CHANGED,
    SVP_ACCESS_PASSED,
} SvpAccessState;

/* What data is to its master; see svp::Stream, whose order this is. */
typedef enum {
    SVP_STREAM_NONE,
    SVP_STREAM_BITSTREAM,
    SVP_STREAM_TABLE,
    SVP_STREAM_SEGMENT_MAP,
    SVP_STREAM_MOTION,
    SVP_STREAM_REFERENCE,
    SVP_STREAM_PICTURE,
    SVP_STREAM_EDGE,
    SVP_STREAM_COUNTS,
} SvpStream;

typedef struct SvpDenial {
    uint64_t sequence;
    int64_t first_time;
    int64_t last_time;
    uint64_t count;
    uint64_t address;
    uint64_t length; /* bytes */
    uint64_t pc;
    int32_t cpu;    /* -1: not a CPU's, or not known which */
    uint32_t fault; /* 0: nothing injected played a part */
    const char *denier;
    uint16_t index;
    uint8_t master;
    uint8_t domain;
    bool secure;
    bool write;
    SvpResponse answer;
    SvpAccessState state;
    SvpStream stream;
} SvpDenial;

typedef struct SvpDenialFilter {
    uint64_t since; /* smallest sequence number */
    int master;     /* or SVP_ANY */
    int secure;     /* 0, 1 or SVP_ANY */
    size_t limit;   /* most records */
} SvpDenialFilter;

typedef struct SvpDenialTotals {
    uint64_t accesses; /* put on record since the last clear */
    uint64_t granted;  /* of them, those that a fault let through */
    uint64_t merged;   /* of them, those that only raised the count of a record */
    uint64_t dropped;  /* of them, those whose record was overwritten */
    uint64_t next_sequence;
    size_t held;
    size_t capacity;
} SvpDenialTotals;

typedef struct SvpDenialCounter {
    const char *denier; /* NULL: counter of a master */
    uint16_t index;     /* of the denier's rule, or number of the master */
    uint64_t reads;     /* denied, or refused by a fault */
    uint64_t writes;
    uint64_t granted_reads; /* because of a fault */
    uint64_t granted_writes;
    uint64_t changed_reads; /* permitted, and hit by a fault */
    uint64_t changed_writes;
} SvpDenialCounter;

/* Calls @each for every matching record, oldest first. @each must not call back. */
void svp_monitor_query(SvpDevice *monitor, const SvpDenialFilter *filter,
                       void (*each)(void *opaque, const SvpDenial *denial), void *opaque) SVP_NOEXCEPT;
void svp_monitor_totals(SvpDevice *monitor, SvpDenialTotals *totals) SVP_NOEXCEPT;
/* Calls @each for masters and rules that have accesses on record. */
void svp_monitor_counters(SvpDevice *monitor, void (*each)(void *opaque, const SvpDenialCounter *counter),
                          void *opaque) SVP_NOEXCEPT;
/* Puts on record what SvpHostOps.refused() was called with. */
void svp_monitor_refused(SvpDevice *monitor, const SvpRefusal *refusal) SVP_NOEXCEPT;
void svp_monitor_clear(SvpDevice *monitor, bool counters) SVP_NOEXCEPT;
/* One line, to be freed with svp_free(). */
char *svp_denial_text(const SvpDenial *denial) SVP_NOEXCEPT;

/* What the monitor asks of the emulator; members may be NULL. */
typedef struct SvpMonitorOps {
    /* Place of the CPU access being handled; false if there is none. */
    bool (*cpu_place)(void *opaque, int32_t *cpu, uint64_t *pc);
    /* Something was recorded; @merged if only an older record's count rose. */
    void (*recorded)(void *opaque, const SvpDenial *denial, bool merged);
    /* The receiver of a line shall see @level. */
    void (*drive_line)(void *opaque, unsigned line, bool level);
} SvpMonitorOps;

void svp_monitor_set_ops(SvpDevice *monitor, const SvpMonitorOps *ops, void *opaque) SVP_NOEXCEPT;

/*
 * Events. `now` is in nanoseconds of a clock of the caller's own. Each call tells by true that an event is due, with how
 * many denied accesses had none of their own before it. *@wake is when svp_monitor_event_expired() is wanted, -1: never.
 */
bool svp_monitor_event(SvpDevice *monitor, int64_t now, bool merged, uint64_t *dropped,
                       int64_t *wake) SVP_NOEXCEPT;
/* As above; the event is about @newest, which is filled in. */
bool svp_monitor_event_expired(SvpDevice *monitor, int64_t now, SvpDenial *newest, uint64_t *dropped,
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

/* What faults on firewall state have opened; see svp::Opening. */
typedef struct SvpOpening {
    uint32_t fault;
    uint32_t masters;   /* bit n: master n */
    uint8_t domains;    /* bit n: domain n */
    uint8_t privileges; /* b0: user accesses, b1: privileged ones */
    bool secure;
    bool write;
    bool open; /* still so */
    uint64_t first;
    uint64_t last;
} SvpOpening;

/* Calls @each for every opening, the oldest first; *@lost is how many had no room. @each must not call back. */
void svp_monitor_openings(SvpDevice *monitor, void (*each)(void *opaque, const SvpOpening *opening), void *opaque,
                          uint64_t *lost) SVP_NOEXCEPT;

/* Interrupt lines. */

/* Makes a line known under a device's name and the number that it has there; its number for the calls below. */
unsigned svp_monitor_add_line(SvpDevice *monitor, const char *device, uint32_t number) SVP_NOEXCEPT;
/* The device drives its line; the level that the receiver is to see. */
bool svp_monitor_set_line(SvpDevice *monitor, unsigned line, bool level) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
