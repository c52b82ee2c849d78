# SPDX-License-Identifier: GPL-2.0-or-later
srcs-y += entry.c sample.c stream.c
global-incdirs-y += . ../../pta
cppflags-$(UNCHECKED) += -DSVP_UNCHECKED
