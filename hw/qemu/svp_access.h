/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who an access is by, in the cores' terms and in those of QEMU, and what QEMU
 * makes of an answer.
 */
#ifndef HW_SVP_ACCESS_H
#define HW_SVP_ACCESS_H

#include "exec/memattrs.h"
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

#endif
