/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tee_internal_api.h. */
#include <tee_internal_api.h>
