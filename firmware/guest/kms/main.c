/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svp-kms: what any driver of a display promises by DRM/KMS, without knowing
 * which one it is. Debian has IGT for x86 only; these are checks of ours on what
 * IGT's core_*, kms_prop_blob, kms_addfb_basic, kms_plane, kms_atomic,
 * kms_vblank and kms_flip are about.
 */
#include "kms.h"

#include "../probe/check.h"

int main(void)
{
	struct display display;
	int ret = display_open(&display);

	if (ret) {
		check_impossible("kms.display", errno_name(ret));
		return check_status();
	}
	check_core(&display);
	check_blobs(&display);
	check_planes(&display);
	check_atomic(&display);
	check_vblanks(&display);
	check_flips(&display);
	return check_status();
}
