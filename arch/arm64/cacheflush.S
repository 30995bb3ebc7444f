/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance by address.
 * Source: Arm ARM (DDI 0487J.a), B2.4.4 "Ordering of instruction fetches": clean data to the point of
 * unification, DSB, invalidate instructions, DSB, ISB. CTR_EL0 has the line sizes (log2 of words).
 */
#include <linux/linkage.h>

	.text
SYM_FUNC_START(dcache_clean_poc)
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4			/* DminLine */
	mov	x2, #4
	lsl	x2, x2, x3
	sub	x3, x2, #1
	bic	x0, x0, x3
1:	dc	cvac, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret
SYM_FUNC_END(dcache_clean_poc)

SYM_FUNC_START(icache_sync_range)
	mrs	x3, ctr_el0
	ubfx	x4, x3, #16, #4
	mov	x2, #4
	lsl	x2, x2, x4
	sub	x4, x2, #1
	bic	x4, x0, x4
1:	dc	cvau, x4
	add	x4, x4, x2
	cmp	x4, x1
	b.lo	1b
	dsb	ish
	and	x4, x3, #0xf			/* IminLine */
	mov	x2, #4
	lsl	x2, x2, x4
	sub	x4, x2, #1
	bic	x4, x0, x4
2:	ic	ivau, x4
	add	x4, x4, x2
	cmp	x4, x1
	b.lo	2b
	dsb	ish
	isb
	ret
SYM_FUNC_END(icache_sync_range)
