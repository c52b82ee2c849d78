/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QMP side of the board: what svp_qmp.c offers to the rest of the adapters,
 * and what it wants of them.
 */
#ifndef HW_SVP_QMP_H
#define HW_SVP_QMP_H

#include "qapi/qapi-types-svp.h"
#include "svp/abi_log.h"

/* The QAPI form of a record; with its line of text if @text. */
SvpViolation *svp_violation_info(const SvpDenial *denial, bool text);

/*
 * One access by way of the firewalls: @length bytes at @address, as @master;
 * @secure is the world of a master that chooses its own. Where a read is
 * denied @data becomes zero. The worst answer of all parts.
 */
typedef SvpResponse SvpTestPortAccess(void *opaque, unsigned master,
                                      bool secure, uint64_t address, void *data,
                                      uint64_t length, bool write);

/* Says who does what svp-test-port asks for; without that the command fails. */
void svp_qmp_set_test_port(SvpTestPortAccess *access, void *opaque);

#endif
