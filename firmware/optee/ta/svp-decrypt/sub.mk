# SPDX-License-Identifier: GPL-2.0-or-later
srcs-y += buffers.c entry.c key.c sample.c session.c stream.c
global-incdirs-y += . ../../pta
cppflags-$(UNCHECKED) += -DSVP_UNCHECKED
