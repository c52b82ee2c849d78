/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QMP side of the board: what svp_qmp.c and svp_qmp_bus.c share and offer to
 * the rest of the adapters, and what they want of them.
 */
#ifndef HW_SVP_QMP_H
#define HW_SVP_QMP_H

#include "qapi/qapi-types-svp.h"
#include "qapi/visitor.h"
#include "qobject/qdict.h"
#include "svp/abi_log.h"
#include "svp_device.h"

unsigned svp_qmp_master_number(SvpBusMaster master);

/*
 * The core of the only device of a type; NULL with an error if the machine has
 * none.
 */
SvpDevice *svp_qmp_core(const char *type, Error **errp);

/* A SvpTakeMember: collects members in a QDict, under their whole names. */
void svp_qmp_take_member(void *opaque, const SvpMember *member);

/* Visits what such members make up: an object, or a list if they are its. */
Visitor *svp_qmp_members_visitor(const QDict *flat);

/*
 * The QAPI object of @type that members in @flat make up. Cores give what the
 * schema says.
 */
#define SVP_QMP_MAKE(type, flat)                                               \
    ({                                                                         \
        Visitor *members_ = svp_qmp_members_visitor(flat);                     \
        type *object_ = NULL;                                                  \
                                                                               \
        visit_type_##type(members_, NULL, &object_, &error_abort);             \
        visit_free(members_);                                                  \
        object_;                                                               \
    })

/* The bus that commands are about; without that they fail. */
void svp_qmp_set_bus(SvpViews *views, SvpBus *bus);

/* Waits until what a command has changed is in force for CPUs, too. */
void svp_qmp_settle(void);

#endif
