/* SPDX-License-Identifier: MIT */
/*
 * Accesses that are allowed to fault: int arch_probe_read/write(dst, src, size_bytes).
 * Each size has one instruction that touches the doubtful address; the exception table sends it
 * to the exit with -EFAULT.
 */
#include <linux/linkage.h>

#define EFAULT	14
#define EINVAL	22

	.macro	may_fault insn:vararg
90:	\insn
	.pushsection __ex_table, "a"
	.balign	4
	.long	90b - ., 9f - .
	.popsection
	.endm

	/* \guarded: which of the two accesses may fault. */
	.macro	probe name, load, store
SYM_FUNC_START(\name)
	cmp	w2, #8
	b.eq	8f
	cmp	w2, #4
	b.eq	4f
	cmp	w2, #2
	b.eq	2f
	cmp	w2, #1
	b.ne	7f
	\load	ldrb w3, [x1]
	\store	strb w3, [x0]
	mov	w0, wzr
	ret
2:	\load	ldrh w3, [x1]
	\store	strh w3, [x0]
	mov	w0, wzr
	ret
4:	\load	ldr w3, [x1]
	\store	str w3, [x0]
	mov	w0, wzr
	ret
8:	\load	ldr x3, [x1]
	\store	str x3, [x0]
	mov	w0, wzr
	ret
7:	mov	w0, #-EINVAL
	ret
9:	mov	w0, #-EFAULT
	ret
SYM_FUNC_END(\name)
	.endm

	.macro	plain insn:vararg
	\insn
	.endm

	.text
	probe	arch_probe_read, may_fault, plain
	probe	arch_probe_write, plain, may_fault
