/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface of views (hw/firewall/master_view.hpp): what a master reaches, and what becomes of all else. */
#ifndef SVP_ABI_VIEW_H
#define SVP_ABI_VIEW_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values of svp::Viewer. */
typedef enum { SVP_VIEWER_CPU = 0, SVP_VIEWER_OBSERVER = 1, SVP_VIEWER_MASTER = 2 } SvpViewer;

/* See svp::Stretch. */
typedef struct SvpStretch {
    uint64_t offset;
    uint64_t cell;
    uint64_t length;
} SvpStretch;

/* No policy cuts a memory into more stretches, images included. */
#define SVP_STRETCHES_MAX 1792

/* What injected faults do to the data of a transaction. */
typedef struct SvpOutcome SvpOutcome;

typedef struct SvpMasterView SvpMasterView;

/* `firewall` is a core of type "imx8mq.firewall" and must outlive the view; `own_secure` is the world of a master that
 * says so itself. */
SvpMasterView *svp_view_create(SvpDevice *firewall, SvpViewer viewer, unsigned master, bool own_secure) SVP_NOEXCEPT;
void svp_view_destroy(SvpMasterView *view) SVP_NOEXCEPT;

/* The policy has changed. */
void svp_view_update(SvpMasterView *view) SVP_NOEXCEPT;

/* MasterView::stretches(); returns how many there are, at most `room` are stored. */
size_t svp_view_stretches(SvpMasterView *view, uint64_t base, uint64_t window, uint64_t fitted, SvpStretch *stretches,
                          size_t room) SVP_NOEXCEPT;
bool svp_view_open(SvpMasterView *view, uint64_t first, uint64_t length) SVP_NOEXCEPT;

/*
 * Judges one access and records a denied one; the view fills in who `access` is by. `granted` tells whether data may
 * move. *outcome is what faults do to the data, to be freed with svp_outcome_free(), or NULL if that is nothing.
 */
SvpResponse svp_view_access(SvpMasterView *view, SvpTransaction *access, bool *granted,
                            SvpOutcome **outcome) SVP_NOEXCEPT;
/* Changes what was read at `address`, or is about to be written there. */
void svp_outcome_edit(const SvpOutcome *outcome, uint64_t address, void *data, size_t length) SVP_NOEXCEPT;
void svp_outcome_free(SvpOutcome *outcome) SVP_NOEXCEPT;

/* Start and length of the DRAM window, in bytes. */
void svp_firewall_dram(uint64_t *first, uint64_t *length) SVP_NOEXCEPT;

/* Guarded peripherals, numbered from 0; the name of one, with its range. */
unsigned svp_firewall_peripheral_count(void) SVP_NOEXCEPT;
const char *svp_firewall_peripheral(unsigned number, uint64_t *first, uint64_t *length) SVP_NOEXCEPT;

/* Another number after each change of the policy that is about more than DRAM and the on-chip memories. */
uint64_t svp_firewall_gate_generation(SvpDevice *firewall) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
