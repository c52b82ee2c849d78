/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loader stub of the emulated i.MX 8M Quad: what SPL does on a board.
 *
 * Runs in place from the QSPI window, on CPU 0, at EL3, secure, MMU and caches
 * off, without RAM of its own: it has no stack. It opens the DDR firewall the
 * way U-Boot does, copies the images that mkflash.py has listed in the table,
 * and enters BL31. README.md has the layout and the addresses.
 *
 * Registers that live through the whole stub:
 *   x19 table   x20 next entry   x21 entries left   x22 number of the image, from 1
 *   x23 UART1   x28, x29 return addresses of put_text and put_number
 */

#define UART1			0x30860000
#define UART_UTXD		0x40
#define UART_UCR1		0x80
#define UART_UCR2		0x84
#define UART_UTS		0xb4
#define UCR1_UARTEN		0x0001
#define UCR2_IRTS_WS_TX_RX_SRST	0x4027	/* ignore RTS, 8 bits, both ways on, out of reset */
#define UTS_TXFULL_BIT		4
#define TXFULL_POLLS		0x100000	/* a dead UART must not stop the boot */

#define IOMUXC_GPR10		0x30340028
#define GPR10_TZASC_ON		0x30003		/* enable, ID swap bypass, and both locks */
#define TZASC_REGION0_ATTR	0x32f80108
#define TZASC_ALL_ACCESS	0xf0000000
#define SNVS_LPCR		0x30370038
#define LPCR_POWER_OFF		0x61		/* as TF-A's SYSTEM_OFF */

#define BL31_ENTRY		0x00910000
#define SECURE_DDR		0xf0000000
#define SECURE_DDR_ALIAS	0x70000000	/* the same cells if DDR is 1 or 2 GiB */

#define TABLE_MAGIC		0x46505653	/* "SVPF" */
#define TABLE_COUNT		4
#define TABLE_TOTAL		8
#define TABLE_ENTRIES		16
#define ENTRY_LOAD		0
#define ENTRY_SIZE		8
#define ENTRY_OFFSET		12
#define ENTRY_CRC		16
#define ENTRY_BYTES		24

	.arch	armv8-a+crc
	.section .text.start, "ax"
	.global	_start
_start:
	mrs	x0, mpidr_el1
	tst	x0, #0xff
	b.ne	park

	mov	x23, #(UART1 & 0xffff)
	movk	x23, #(UART1 >> 16), lsl #16
	ldr	w0, [x23, #UART_UCR1]
	orr	w0, w0, #UCR1_UARTEN
	str	w0, [x23, #UART_UCR1]
	ldr	w0, [x23, #UART_UCR2]
	mov	w1, #UCR2_IRTS_WS_TX_RX_SRST
	orr	w0, w0, w1
	str	w0, [x23, #UART_UCR2]

	/*
	 * Region 0 open to all first, then the switch: the manual wants no DDR
	 * traffic while TZASC_EN changes, hence before the first copy.
	 */
	ldr	x0, =TZASC_REGION0_ATTR
	mov	w1, #TZASC_ALL_ACCESS
	str	w1, [x0]
	ldr	x0, =IOMUXC_GPR10
	ldr	w1, [x0]
	ldr	w2, =GPR10_TZASC_ON
	orr	w1, w1, w2
	str	w1, [x0]
	dsb	sy

	ldr	x19, =flash_table
	ldr	w0, [x19]
	ldr	w1, =TABLE_MAGIC
	cmp	w0, w1
	b.ne	no_table
	ldr	w21, [x19, #TABLE_COUNT]

	adr	x0, text_banner
	bl	put_text
	ldr	w0, [x19, #TABLE_TOTAL]
	bl	put_number
	adr	x0, text_bytes
	bl	put_text
	mov	w0, w21
	bl	put_number
	adr	x0, text_images
	bl	put_text

	/* Is there DDR of its own at the secure address, or does it wrap? */
	ldr	x0, =SECURE_DDR
	ldr	x1, =SECURE_DDR_ALIAS
	ldr	w2, [x1]
	mvn	w3, w2
	str	w3, [x0]
	dsb	sy
	ldr	w4, [x1]
	str	w2, [x1]
	cmp	w4, w2
	b.ne	small_ddr

	add	x20, x19, #TABLE_ENTRIES
	mov	w22, #1
next_image:
	cbz	w21, enter_bl31
	ldr	x0, [x20, #ENTRY_LOAD]
	ldr	w1, [x20, #ENTRY_SIZE]
	ldr	w2, [x20, #ENTRY_OFFSET]
	ldr	x3, =flash_start
	add	x2, x2, x3
	mov	w5, #-1
	/* Sizes are multiples of 16. The sum is that of zlib, over what is written. */
copy:
	ldp	x6, x7, [x2], #16
	stp	x6, x7, [x0], #16
	crc32x	w5, w5, x6
	crc32x	w5, w5, x7
	subs	w1, w1, #16
	b.hi	copy
	mvn	w5, w5
	ldr	w6, [x20, #ENTRY_CRC]
	cmp	w5, w6
	b.ne	damaged
	add	x20, x20, #ENTRY_BYTES
	add	w22, w22, #1
	sub	w21, w21, #1
	b	next_image

enter_bl31:
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	ldr	x4, =BL31_ENTRY
	br	x4

no_table:
	adr	x0, text_no_table
	bl	put_text
	b	power_off

small_ddr:
	adr	x0, text_small_ddr
	bl	put_text
	b	power_off

damaged:
	adr	x0, text_image
	bl	put_text
	mov	w0, w22
	bl	put_number
	adr	x0, text_damaged
	bl	put_text

power_off:
	ldr	x0, =SNVS_LPCR
	ldr	w1, [x0]
	mov	w2, #LPCR_POWER_OFF
	orr	w1, w1, w2
	str	w1, [x0]
	dsb	sy
park:
	wfi
	b	park

/* x0: text, ends with a zero byte. Uses x1-x4. */
put_text:
	mov	x28, x30
1:	ldrb	w1, [x0], #1
	cbz	w1, 2f
	bl	put_byte
	b	1b
2:	ret	x28

/* w0: number, printed in decimal. Uses x1-x7. */
put_number:
	mov	x29, x30
	ldr	w5, =1000000000
	mov	w6, #10
1:	cmp	w5, #1			/* no leading zeroes, but at least one digit */
	b.eq	2f
	cmp	w0, w5
	b.hs	2f
	udiv	w5, w5, w6
	b	1b
2:	udiv	w1, w0, w5
	msub	w0, w1, w5, w0
	add	w1, w1, #'0'
	bl	put_byte
	udiv	w5, w5, w6
	cbnz	w5, 2b
	ret	x29

/* w1: byte. Uses x2, x3. */
put_byte:
	mov	w3, #TXFULL_POLLS
1:	ldr	w2, [x23, #UART_UTS]
	tbz	w2, #UTS_TXFULL_BIT, 2f
	subs	w3, w3, #1
	b.ne	1b
2:	str	w1, [x23, #UART_UTXD]
	ret

text_banner:	.asciz	"svp-boot: flash image "
text_bytes:	.asciz	" bytes, "
text_images:	.asciz	" images\r\n"
text_no_table:	.asciz	"svp-boot: no image table in the flash\r\n"
text_small_ddr:	.asciz	"svp-boot: DDR is smaller than 3 GiB, OP-TEE needs 0xf0000000\r\n"
text_image:	.asciz	"svp-boot: image "
text_damaged:	.asciz	" is damaged (checksum)\r\n"
	.balign	8
	.ltorg
