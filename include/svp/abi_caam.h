/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The C interface of CAAM (hw/caam/caam.hpp) beside that of every device: what it has done since its reset, up to the
 * end of the last job. All calls are made under QEMU's big lock.
 */
#ifndef SVP_ABI_CAAM_H
#define SVP_ABI_CAAM_H

#include "svp/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SVP_CAAM_RINGS 3

typedef struct SvpCaamSource {
    uint64_t jobs;   /* that have ended */
    uint64_t failed; /* of them, those that ended with an error */
} SvpCaamSource;

typedef struct SvpCaamTotals {
    SvpCaamSource rings[SVP_CAAM_RINGS];
    SvpCaamSource direct;   /* jobs that DECO ran by hand */
    uint64_t bytes_read;    /* from memory */
    uint64_t bytes_written; /* to memory */
} SvpCaamTotals;

/* One kind of work: cipher mode, digest, protocol and so on. */
typedef struct SvpCaamWork {
    const char *name; /* lives for ever */
    uint64_t operations;
    uint64_t bytes; /* fed to the engine, or taken from the random number generator */
} SvpCaamWork;

/* @caam is a core of type "imx8mq.caam". */
void svp_caam_totals(SvpDevice *caam, SvpCaamTotals *totals) SVP_NOEXCEPT;

/* Kinds of work are numbered from 0. */
unsigned svp_caam_work_count(void) SVP_NOEXCEPT;
void svp_caam_work(SvpDevice *caam, unsigned number, SvpCaamWork *work) SVP_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
