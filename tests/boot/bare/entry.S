/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start of every core, exception vectors, the way to non-secure EL1 and back. */
#include "machine.h"

	.section .text.start, "ax"
	.global	_start
_start:
	b	start
	.balign	8
	/* Which groups of tests run: one bit each; whoever writes the flash may change it. */
	.global	selection
selection:
	.word	0xffffffff

start:
	msr	spsel, #1
	mrs	x19, mpidr_el1
	and	x19, x19, #0xff
	adr	x0, vectors
	msr	vbar_el3, x0
	msr	vbar_el1, x0

	cbnz	x19, 2f
	ldr	x0, =bss_start
	ldr	x1, =bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
2:
	ldr	x0, =cpus
	mov	x1, #CPU_BYTES
	madd	x0, x19, x1, x0
	msr	tpidr_el3, x0
	msr	tpidr_el0, x0
	ldr	x1, =stacks
	add	x2, x19, #1
	mov	x3, #(2 * STACK_BYTES)
	madd	x1, x2, x3, x1
	sub	x2, x1, #STACK_BYTES
	str	x2, [x0, #CPU_NS_STACK]
	mov	sp, x1
	cbnz	x19, 3f
	bl	main
3:	bl	secondary_main
4:	wfi
	b	4b

/* u64 ns_call(function, a, b, c): the SMC below comes back through lower_sync. */
	.text
	.global	ns_call
ns_call:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mrs	x9, tpidr_el3
	mov	x10, sp
	str	x10, [x9, #CPU_EL3_SP]
	ldr	x10, [x9, #CPU_NS_STACK]
	msr	sp_el1, x10
	adr	x10, ns_enter
	msr	elr_el3, x10
	mov	x10, #0x3c5		/* EL1h, DAIF masked */
	msr	spsr_el3, x10
	eret
ns_enter:
	mov	x9, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	blr	x9
	smc	#0
	b	.

/*
 * u64 user_call(function, a, b) runs it at EL0, in USER_VIEW; user_call_flat() at its physical address, for a first
 * stage that is off. To be called at EL1. FAULT_MARK if an exception ended it.
 */
	.global	user_call, user_call_flat
user_call_flat:
	mov	x3, #0
	b	1f
user_call:
	mov	x3, #USER_VIEW
1:	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mrs	x9, tpidr_el0
	mov	x10, sp
	str	x10, [x9, #CPU_EL1_SP]
	add	x9, x0, x3
	adr	x10, user_enter
	add	x10, x10, x3
	msr	elr_el1, x10
	mov	x10, #0x3c0		/* EL0t, DAIF masked */
	msr	spsr_el1, x10
	mov	x0, x1
	mov	x1, x2
	eret
user_enter:
	blr	x9
	svc	#0
	b	.

user_back:
	mrs	x9, tpidr_el0
	mrs	x10, esr_el1
	lsr	x11, x10, #26
	cmp	x11, #EC_SVC64
	b.eq	1f
	str	x10, [x9, #CPU_ESR]
	ldr	x0, =FAULT_MARK
1:	ldr	x10, [x9, #CPU_EL1_SP]
	mov	sp, x10
	b	2f

lower_sync:
	mrs	x9, currentel
	cmp	x9, #(1 << 2)
	b.eq	user_back
	mrs	x9, esr_el3
	lsr	x9, x9, #26
	cmp	x9, #EC_SMC64
	b.ne	stray_lower
	mrs	x9, tpidr_el3
	ldr	x10, [x9, #CPU_EL3_SP]
	mov	sp, x10
2:	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* Synchronous exception at the level where it happened. The frame holds x0 to x30 by number. */
here_sync:
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
	str	x30, [sp, #240]
	mov	x4, sp
	mrs	x0, tpidr_el0
	mrs	x19, currentel
	cmp	x19, #(3 << 2)
	b.ne	1f
	mrs	x1, esr_el3
	mrs	x2, far_el3
	mrs	x3, elr_el3
	bl	on_exception
	msr	elr_el3, x0
	b	2f
1:	mrs	x1, esr_el1
	mrs	x2, far_el1
	mrs	x3, elr_el1
	bl	on_exception
	msr	elr_el1, x0
2:	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldr	x30, [sp, #240]
	add	sp, sp, #256
	eret

stray_lower:
	mov	x0, #16
stray:
	mrs	x19, currentel
	cmp	x19, #(3 << 2)
	b.ne	1f
	mrs	x1, esr_el3
	mrs	x2, far_el3
	mrs	x3, elr_el3
	b	on_stray_exception
1:	mrs	x1, esr_el1
	mrs	x2, far_el1
	mrs	x3, elr_el1
	b	on_stray_exception

	/* One table for both levels. */
	.macro	vector number, target
	.balign	128
	.ifb	\target
	mov	x0, #\number
	b	stray
	.else
	b	\target
	.endif
	.endm

	.balign	2048
vectors:
	vector	0
	vector	1
	vector	2
	vector	3
	vector	4, here_sync
	vector	5
	vector	6
	vector	7
	vector	8, lower_sync
	vector	9
	vector	10
	vector	11
	vector	12
	vector	13
	vector	14
	vector	15

	.section .bss.stacks, "aw", @nobits
	.balign	16
stacks:	.skip	MAX_CPUS * 2 * STACK_BYTES
