/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries at EL2: from BL31, from PSCI for a core that comes up or wakes, and
 * from Linux by an exception. See README.md.
 */
#include "layout.h"

	.section .text.start, "ax"
	.global	_start
/* From BL31, core 0, MMU off. x0 to x3 are for what comes next, and stay as they are. */
_start:
	msr	daifset, #0xf
	mov	x20, x0
	mov	x21, x1
	mov	x22, x2
	mov	x23, x3
	ldr	x9, =(STAGE2_STACKS + STACK_BYTES)
	mov	sp, x9
	ldr	x9, =bss_start
	ldr	x10, =bss_end
1:	cmp	x9, x10
	b.hs	2f
	stp	xzr, xzr, [x9], #16
	b	1b
2:	bl	prepare
	mov	w24, w0
	mov	x0, x20
	mov	x1, x21
	mov	x2, x22
	mov	x3, x23
	ldr	x9, =NEXT_ENTRY
	cbnz	w24, 3f
	/* Another policy: what comes next is entered at EL2, as if nothing had been here */
	br	x9
3:	msr	elr_el2, x9
	eret

/* From PSCI, any core, MMU off. x0: what was given as the context, see calls.c */
	.global	warm_entry
warm_entry:
	msr	daifset, #0xf
	mrs	x9, mpidr_el1
	and	x9, x9, #3
	add	x9, x9, #1
	ldr	x10, =STAGE2_STACKS
	add	x10, x10, x9, lsl #12
	mov	sp, x10
	/* Before the stack is used: the caches may hold lines of it, which are met once the MMU is on */
	ldr	x0, =own_table
	ldr	x1, =vectors
	bl	switch_on
	bl	enter_again
	/* x0: the context that Linux gave */
	eret

/* Lowest level of the stack: all registers of Linux, x0 first */
	.macro	from_linux
	sub	sp, sp, #256
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	mov	x0, sp
	b	trapped
	.endm

	.macro	vector target
	.balign	0x80
	\target
	.endm

	.balign	0x800
	.global	vectors
vectors:
	.rept	8
	vector	"b unexpected"
	.endr
	/* From Linux, or a program of its: 64 bits, then 32 bits */
	vector	from_linux
	vector	"b unexpected"
	vector	"b unexpected"
	vector	"b unexpected"
	vector	from_linux
	vector	"b unexpected"
	vector	"b unexpected"
	vector	"b unexpected"

	.balign	0x80
trapped:
	bl	handle
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	add	sp, sp, #256
	eret

/* void firmware_call(struct registers *): the monitor's, with x0 to x17 as they are there, and back */
	.global	firmware_call
firmware_call:
	stp	x29, x30, [sp, #-32]!
	str	x0, [sp, #16]
	mov	x30, x0
	ldp	x0, x1, [x30]
	ldp	x2, x3, [x30, #16]
	ldp	x4, x5, [x30, #32]
	ldp	x6, x7, [x30, #48]
	ldp	x8, x9, [x30, #64]
	ldp	x10, x11, [x30, #80]
	ldp	x12, x13, [x30, #96]
	ldp	x14, x15, [x30, #112]
	ldp	x16, x17, [x30, #128]
	smc	#0
	ldr	x30, [sp, #16]
	stp	x0, x1, [x30]
	stp	x2, x3, [x30, #16]
	stp	x4, x5, [x30, #32]
	stp	x6, x7, [x30, #48]
	stp	x8, x9, [x30, #64]
	stp	x10, x11, [x30, #80]
	stp	x12, x13, [x30, #96]
	stp	x14, x15, [x30, #112]
	stp	x16, x17, [x30, #128]
	ldp	x29, x30, [sp], #32
	ret

/* void switch_on(u64 table, u64 vectors): the MMU of EL2, with the attributes of map.c */
	.global	switch_on
switch_on:
	msr	vbar_el2, x1
	msr	ttbr0_el2, x0
	ldr	x9, =0xff04			/* 0: device nGnRE, 1: write-back */
	msr	mair_el2, x9
	ldr	x9, =(0x80813500 | (64 - ADDRESS_BITS))	/* 4 KiB pages, write-back walks, inner shareable, 36 bits */
	msr	tcr_el2, x9
	dsb	sy
	tlbi	alle2
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	ldr	x9, =0x30c5183d			/* reserved bits, I, SA, C, M */
	msr	sctlr_el2, x9
	isb
	ret
	.ltorg
