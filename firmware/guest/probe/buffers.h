/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dma-bufs of another process, taken from it by root, and every way by
 * which a CPU could get at what is in them.
 */
#ifndef SVP_PROBE_BUFFERS_H
#define SVP_PROBE_BUFFERS_H

/*
 * One line for each buffer of process number pid:
 *
 *   BUFFER <bytes> mmap=<outcome> sync=... read=... import=... dumb-map=...
 *          export-mmap=...
 *
 * Outcomes are errno names; where bytes came "zeros", or the first 16 that
 * are none. Then
 *
 *   BUFFERS <count> data=<buffers of which a CPU got something>
 *
 * Returns 0, or 1 if the process has no dma-buf or cannot be looked at.
 */
int buffers_of(int pid);

#endif
