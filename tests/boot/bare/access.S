/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See access.h. A load first puts a mark into its registers, so that one that aborts, and is then skipped, leaves the
 * mark behind: it must never bring data along.
 */
#include "access.h"

#define MARK 0xee

	.macro	mark_x registers:vararg
	mov	x9, #0x0101010101010101
	mov	x10, #MARK
	mul	x9, x9, x10
	.irp	r, \registers
	mov	\r, x9
	.endr
	.endm

	.macro	mark_v registers:vararg
	.irp	r, \registers
	movi	\r, #MARK
	.endr
	.endm

	/* name, bytes, flags; the code follows and ends with entry_end */
	.macro	entry name, bytes, flags
	.section .rodata.accesses, "a"
	.ascii	"\name"
	.balign	16, 0
	.quad	access_\@
	.word	\bytes, \flags
	.text
access_\@:
	.endm

	.macro	load_x name, bytes, flags, insn, width, store
	entry	\name, \bytes, \flags
	mark_x	x2
	\insn	\width\()2, [x0]
	\store	\width\()2, [x1]
	mov	x0, #0
	ret
	.endm

	.macro	store_x name, bytes, flags, insn, width, load
	entry	\name, \bytes, \flags | ACCESS_STORE
	\load	\width\()2, [x1]
	\insn	\width\()2, [x0]
	mov	x0, #0
	ret
	.endm

	.macro	load_pair name, bytes, flags, insn, width
	entry	\name, \bytes, \flags
	mark_x	x2, x3
	\insn	\width\()2, \width\()3, [x0]
	stp	\width\()2, \width\()3, [x1]
	mov	x0, #0
	ret
	.endm

	.macro	store_pair name, bytes, flags, insn, width
	entry	\name, \bytes, \flags | ACCESS_STORE
	ldp	\width\()2, \width\()3, [x1]
	\insn	\width\()2, \width\()3, [x0]
	mov	x0, #0
	ret
	.endm

	.macro	store_exclusive name, bytes, load, insn, width, from
	entry	\name, \bytes, ACCESS_STORE | ACCESS_ALIGNED | ACCESS_EXCLUSIVE
	\from	\width\()2, [x1]
	\load	\width\()3, [x0]
	\insn	w4, \width\()2, [x0]
	mov	w0, w4
	ret
	.endm

	.section .rodata.accesses, "a"
	.balign	16
	.global	accesses
accesses:
	.text

	load_x	ldrb, 1, 0, ldrb, w, strb
	load_x	ldrh, 2, 0, ldrh, w, strh
	load_x	ldr-w, 4, 0, ldr, w, str
	load_x	ldr-x, 8, 0, ldr, x, str
	load_pair ldp-w, 8, 0, ldp, w
	load_pair ldp-x, 16, 0, ldp, x
	load_pair ldnp-x, 16, 0, ldnp, x
	load_x	ldarb, 1, ACCESS_ALIGNED, ldarb, w, strb
	load_x	ldar-w, 4, ACCESS_ALIGNED, ldar, w, str
	load_x	ldar-x, 8, ACCESS_ALIGNED, ldar, x, str
	load_x	ldxrb, 1, ACCESS_ALIGNED, ldxrb, w, strb
	load_x	ldxrh, 2, ACCESS_ALIGNED, ldxrh, w, strh
	load_x	ldxr-w, 4, ACCESS_ALIGNED, ldxr, w, str
	load_x	ldxr-x, 8, ACCESS_ALIGNED, ldxr, x, str
	load_x	ldaxr-x, 8, ACCESS_ALIGNED, ldaxr, x, str
	load_pair ldxp-w, 8, ACCESS_ALIGNED, ldxp, w
	load_pair ldxp-x, 16, ACCESS_ALIGNED, ldxp, x

	entry	ldr-q, 16, 0
	mark_v	v0.16b
	ldr	q0, [x0]
	str	q0, [x1]
	mov	x0, #0
	ret

	entry	ldp-q, 32, 0
	mark_v	v0.16b, v1.16b
	ldp	q0, q1, [x0]
	stp	q0, q1, [x1]
	mov	x0, #0
	ret

	entry	ld1-4v, 64, 0
	mark_v	v0.16b, v1.16b, v2.16b, v3.16b
	ld1	{v0.16b - v3.16b}, [x0]
	st1	{v0.16b - v3.16b}, [x1]
	mov	x0, #0
	ret

	store_x	strb, 1, 0, strb, w, ldrb
	store_x	strh, 2, 0, strh, w, ldrh
	store_x	str-w, 4, 0, str, w, ldr
	store_x	str-x, 8, 0, str, x, ldr
	store_pair stp-w, 8, 0, stp, w
	store_pair stp-x, 16, 0, stp, x
	store_pair stnp-x, 16, 0, stnp, x
	store_x	stlrb, 1, ACCESS_ALIGNED, stlrb, w, ldrb
	store_x	stlr-w, 4, ACCESS_ALIGNED, stlr, w, ldr
	store_x	stlr-x, 8, ACCESS_ALIGNED, stlr, x, ldr
	store_exclusive stxrb, 1, ldxrb, stxrb, w, ldrb
	store_exclusive stxrh, 2, ldxrh, stxrh, w, ldrh
	store_exclusive stxr-w, 4, ldxr, stxr, w, ldr
	store_exclusive stxr-x, 8, ldxr, stxr, x, ldr
	store_exclusive stlxr-x, 8, ldaxr, stlxr, x, ldr

	entry	stxp-w, 8, ACCESS_STORE | ACCESS_ALIGNED | ACCESS_EXCLUSIVE
	ldp	w2, w3, [x1]
	ldxp	w5, w6, [x0]
	stxp	w4, w2, w3, [x0]
	mov	w0, w4
	ret

	entry	stxp-x, 16, ACCESS_STORE | ACCESS_ALIGNED | ACCESS_EXCLUSIVE
	ldp	x2, x3, [x1]
	ldxp	x5, x6, [x0]
	stxp	w4, x2, x3, [x0]
	mov	w0, w4
	ret

	entry	str-q, 16, ACCESS_STORE
	ldr	q0, [x1]
	str	q0, [x0]
	mov	x0, #0
	ret

	entry	stp-q, 32, ACCESS_STORE
	ldp	q0, q1, [x1]
	stp	q0, q1, [x0]
	mov	x0, #0
	ret

	entry	st1-4v, 64, ACCESS_STORE
	ld1	{v0.16b - v3.16b}, [x1]
	st1	{v0.16b - v3.16b}, [x0]
	mov	x0, #0
	ret

	/* The block of a Cortex-A53 is 64 bytes (DCZID_EL0.BS = 4). */
	entry	dc-zva, 64, ACCESS_STORE | ACCESS_ALIGNED | ACCESS_ZEROES
	dc	zva, x0
	mov	x0, #0
	ret

	.section .rodata.accesses, "a"
	.global	accesses_end
accesses_end:
	.text

	.macro	plain name, insn, width, from_address
	.global	\name
\name:
	.if	\from_address
	mark_x	x2
	\insn	\width\()2, [x0]
	str	x2, [x1]
	.else
	ldr	x2, [x1]
	\insn	\width\()2, [x0]
	.endif
	mov	x0, #0
	ret
	.endm

	plain	load_1, ldrb, w, 1
	plain	load_4, ldr, w, 1
	plain	load_8, ldr, x, 1
	plain	load_as_user, ldtr, x, 1
	plain	store_1, strb, w, 0
	plain	store_4, str, w, 0
	plain	store_8, str, x, 0
	plain	store_as_user, sttr, x, 0

	.arch_extension lse
	.global	atomic_add
atomic_add:
	ldr	x2, [x1]
	ldadd	x2, x3, [x0]
	str	x3, [x1]
	mov	x0, #0
	ret
