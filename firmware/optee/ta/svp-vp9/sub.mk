# SPDX-License-Identifier: GPL-2.0-or-later
srcs-y += compressed.c entry.c headers.c range.c uncompressed.c
srcs-y += ../svp-decrypt/buffers.c ../svp-decrypt/key.c
srcs-y += ../svp-decrypt/sample.c ../svp-decrypt/session.c ../svp-decrypt/stream.c
global-incdirs-y += . ../svp-decrypt ../../pta
