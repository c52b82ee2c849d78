/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arm64 Image that is entered at non-secure EL2, its way back from system suspend, and what a stolen core would run. */

	.section .text.image, "ax"
	.global image
image:
	b	start
	.word	0
	.quad	0			/* load offset */
	.quad	image_end - image
	.quad	0xa			/* little endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.word	0


	.global	selection
selection:
	.quad	0xffffffffffffffff	/* patched by the test: see intruder.c */
	.quad	0xffffffffffffffff

start:
	msr	daifset, #0xf
	ldr	x1, =stack_top
	mov	sp, x1
	ldr	x1, =vectors
	msr	vbar_el2, x1
	isb
	bl	intrude
0:	wfi
	b	0b

/* u64 firmware(u64 function, u64 a, u64 b, u64 c): a call that comes back */
	.global	firmware
firmware:
	smc	#0
	ret

/* Where PSCI has core 1 begin */
	.global	second_core
second_core:
	msr	daifset, #0xf
	ldr	x1, =second_stack_top
	mov	sp, x1
	ldr	x1, =vectors
	msr	vbar_el2, x1
	isb
	bl	second
1:	wfi
	b	1b

/* int suspend(void): PSCI SYSTEM_SUSPEND; 0 after the wake-up */
	.global	suspend
suspend:
	mov	x3, x30
	bl	save
	ldr	x0, =0xc400000e
	ldr	x1, =resumed
	mov	x2, #0
	smc	#0
	b	restore

/* int suspend_cpu(u64 state): PSCI CPU_SUSPEND; 0 after a wake-up from a state that is off */
	.global	suspend_cpu
suspend_cpu:
	mov	x3, x30
	bl	save
	mov	x1, x0
	ldr	x0, =0xc4000001
	ldr	x2, =resumed
	mov	x3, #0
	smc	#0
	b	restore

/*
 * void mark(void): returns once more if the core comes back without PSCI's
 * knowing, which is where the last call was made
 */
	.global	mark
mark:
	mov	x3, x30
	bl	save
	ldr	x0, =0x84000000
	smc	#0
	b	restore

resumed:
	mov	x0, #0
restore:
	ldr	x1, =vectors
	msr	vbar_el2, x1
	isb
	ldr	x10, =saved
	ldp	x19, x20, [x10, #0]
	ldp	x21, x22, [x10, #16]
	ldp	x23, x24, [x10, #32]
	ldp	x25, x26, [x10, #48]
	ldp	x27, x28, [x10, #64]
	ldp	x29, x30, [x10, #80]
	ldr	x9, [x10, #96]
	mov	sp, x9
	ret

/* Keeps what a function must not change, and x3 as the return address */
save:
	ldr	x10, =saved
	stp	x19, x20, [x10, #0]
	stp	x21, x22, [x10, #16]
	stp	x23, x24, [x10, #32]
	stp	x25, x26, [x10, #48]
	stp	x27, x28, [x10, #64]
	stp	x29, x3, [x10, #80]
	mov	x9, sp
	str	x9, [x10, #96]
	dsb	sy
	ret

/* Where the attacks have a core start: it tells its exception level */
	.balign	64
	.global	stolen
stolen:
	mrs	x0, CurrentEL
	lsr	x0, x0, #2
	ldr	x1, =stolen_level
	str	x0, [x1]
	dsb	sy
2:	wfe
	b	2b

	.ltorg

/* A synchronous abort is counted and the instruction skipped */
	.balign	2048
vectors:
	.rept	4
	.balign	128
	b	.
	.endr
	.balign	128
	stp	x0, x1, [sp, #-16]!
	ldr	x0, =aborts
	ldr	x1, [x0]
	add	x1, x1, #1
	str	x1, [x0]
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	ldp	x0, x1, [sp], #16
	eret
	.rept	11
	.balign	128
	b	.
	.endr
	.ltorg

	.bss
	.balign	8
	.global	stolen_level, aborts
	.balign	16
	.space	0x1000
second_stack_top:
saved:
	.space	104
stolen_level:
	.quad	0
aborts:
	.quad	0
