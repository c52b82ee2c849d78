/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First non-secure code, where BL31 enters BL33 (0x40200000, EL2). BL31 hands
 * over x0 = 0 and x1..x3 not zero, Linux wants the device tree in x0 and the
 * others zero (Documentation/arch/arm64/booting.rst).
 */
#define DEVICE_TREE	0x43000000
#define KERNEL		0x44000000

	.text
	.global	_start
_start:
	ldr	x0, =DEVICE_TREE
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	ldr	x4, =KERNEL
	br	x4
	.ltorg
