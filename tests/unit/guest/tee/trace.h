/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OP-TEE's console, of which nothing is shown. See tee_internal_api.h. */
#ifndef SVP_TEST_TRACE_H
#define SVP_TEST_TRACE_H

#include <stdio.h>

#define IMSG(...)	((void)snprintf(NULL, 0, __VA_ARGS__))

#endif
