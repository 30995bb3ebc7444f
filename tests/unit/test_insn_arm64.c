// SPDX-License-Identifier: MIT
/*
 * arch/arm64/insn.c: an instruction of every group of loads and stores in words, as objdump writes it; its direction,
 * size and value; and any word at all without harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include "../../arch/arm64/insn.h"

int arch_probe_read(void *dst, const void *src, unsigned int size_bytes)
{
	memcpy(dst, src, size_bytes);
	return 0;
}

static struct pt_regs regs;

static int set_up(void **state)
{
	for (int i = 0; i < 31; i++)
		regs.regs[i] = 0x1122334455660000ull + 0x100 * i;
	regs.sp = 0x8000;
	regs.pc = 0x4000;
	return 0;
}

/* Words and text from aarch64-linux-gnu-objdump -d. */
static const struct { u32 insn; const char *text, *direction; } known[] = {
	{ 0x885f7c41, "ldxr w1, [x2]", "r" },
	{ 0x085ffc41, "ldaxrb w1, [x2]", "r" },
	{ 0xc8037fe1, "stxr w3, x1, [sp]", "w" },
	{ 0x4803fc81, "stlxrh w3, w1, [x4]", "w" },
	{ 0xc87f0861, "ldxp x1, x2, [x3]", "r" },
	{ 0xc8210c82, "stxp w1, x2, x3, [x4]", "w" },
	{ 0xc8dffc41, "ldar x1, [x2]", "r" },
	{ 0x089ffc41, "stlrb w1, [x2]", "w" },
	{ 0xc8e1fc62, "casal x1, x2, [x3]", "rw" },
	{ 0x08a17c62, "casb w1, w2, [x3]", "rw" },
	{ 0x58000003, "ldr x3, 0x4000", "r" },
	{ 0x98000003, "ldrsw x3, 0x4000", "r" },
	{ 0xa9400861, "ldp x1, x2, [x3]", "r" },
	{ 0x29ff0861, "ldp w1, w2, [x3, #-8]!", "r" },
	{ 0xa9ba7bfd, "stp x29, x30, [sp, #-96]!", "w" },
	{ 0xa8c67bfd, "ldp x29, x30, [sp], #96", "r" },
	{ 0xa8817c5f, "stp xzr, xzr, [x2], #16", "w" },
	{ 0x69410861, "ldpsw x1, x2, [x3, #8]", "r" },
	{ 0xa8010861, "stnp x1, x2, [x3, #16]", "w" },
	{ 0xb8210062, "ldadd w1, w2, [x3]", "rw" },
	{ 0xf8e10062, "ldaddal x1, x2, [x3]", "rw" },
	{ 0x38e11062, "ldclralb w1, w2, [x3]", "rw" },
	{ 0xb821007f, "stadd w1, [x3]", "rw" },
	{ 0x7861007f, "staddlh w1, [x3]", "rw" },
	{ 0x78a1007f, "ldaddah w1, wzr, [x3]", "rw" },
	{ 0xf8e18062, "swpal x1, x2, [x3]", "rw" },
	{ 0xb8bfc061, "ldapr w1, [x3]", "r" },
	{ 0xf9400041, "ldr x1, [x2]", "r" },
	{ 0xf9400441, "ldr x1, [x2, #8]", "r" },
	{ 0x39400441, "ldrb w1, [x2, #1]", "r" },
	{ 0x39c00041, "ldrsb w1, [x2]", "r" },
	{ 0x39800041, "ldrsb x1, [x2]", "r" },
	{ 0x79c00441, "ldrsh w1, [x2, #2]", "r" },
	{ 0xb9800441, "ldrsw x1, [x2, #4]", "r" },
	{ 0xb900045f, "str wzr, [x2, #4]", "w" },
	{ 0x79000fe7, "strh w7, [sp, #6]", "w" },
	{ 0x38001441, "strb w1, [x2], #1", "w" },
	{ 0xf81f8c41, "str x1, [x2, #-8]!", "w" },
	{ 0xf85fd041, "ldur x1, [x2, #-3]", "r" },
	{ 0x380ff041, "sturb w1, [x2, #255]", "w" },
	{ 0xb89fc041, "ldursw x1, [x2, #-4]", "r" },
	{ 0xf8400841, "ldtr x1, [x2]", "r" },
	{ 0x38003841, "sttrb w1, [x2, #3]", "w" },
	{ 0xf8636841, "ldr x1, [x2, x3]", "r" },
	{ 0xf8637841, "ldr x1, [x2, x3, lsl #3]", "r" },
	{ 0xb863d841, "ldr w1, [x2, w3, sxtw #2]", "r" },
	{ 0x38234841, "strb w1, [x2, w3, uxtw]", "w" },
	{ 0x78a3e841, "ldrsh x1, [x2, x3, sxtx]", "r" },
	{ 0x3dc00841, "ldr q1, [x2, #32]", "r" },
	{ 0xfc008441, "str d1, [x2], #8", "w" },
	{ 0xad000440, "stp q0, q1, [x2]", "w" },
	{ 0x3c626823, "ldr b3, [x1, x2]", "r" },
	{ 0xd50b7423, "dc zva, x3", "w" },
};

static void the_text_is_the_disassemblers(void **state)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct insn_access a;
		char direction[3];

		assert_int_equal(a64_decode_access(known[i].insn, &regs, regs.regs[2], &a), 0);
		assert_string_equal(a.text, known[i].text);
		snprintf(direction, sizeof(direction), "%s%s", a.read ? "r" : "", a.write ? "w" : "");
		assert_string_equal(direction, known[i].direction);
		assert_true(a.size_bytes);
		assert_true(!a.has_value || a.write);
	}
}

static void stored_values_are_told(void **state)
{
	struct insn_access a;

	a64_decode_access(0x38001441, &regs, 0, &a);		/* strb w1, [x2], #1 */
	assert_int_equal(a.size_bytes, 1);
	assert_true(a.has_value && a.value == (regs.regs[1] & 0xff));
	assert_string_equal(a.base, "x2");
	a64_decode_access(0x79000fe7, &regs, 0, &a);		/* strh w7, [sp, #6] */
	assert_true(a.size_bytes == 2 && a.value == (regs.regs[7] & 0xffff));
	assert_string_equal(a.base, "sp");
	a64_decode_access(0xb900045f, &regs, 0, &a);		/* str wzr, [x2, #4] */
	assert_true(a.size_bytes == 4 && a.has_value && a.value == 0);
	a64_decode_access(0xf81f8c41, &regs, 0, &a);		/* str x1, [x2, #-8]! */
	assert_true(a.size_bytes == 8 && a.value == regs.regs[1]);
	a64_decode_access(0xf8e18062, &regs, 0, &a);		/* swpal x1, x2, [x3] */
	assert_true(a.read && a.write && a.value == regs.regs[1]);
	a64_decode_access(0xb8210062, &regs, 0, &a);		/* ldadd w1, w2, [x3]: unknown before it is read */
	assert_false(a.has_value);
	a64_decode_access(0x39400441, &regs, 0, &a);		/* ldrb */
	assert_false(a.has_value);
}

static void a_pair_tells_the_register_that_was_hit(void **state)
{
	u32 stp = 0xa9ba7bfd;					/* stp x29, x30, [sp, #-96]! */
	struct insn_access a;

	a64_decode_access(stp, &regs, regs.sp - 96, &a);
	assert_true(a.size_bytes == 8 && a.value == regs.regs[29]);
	a64_decode_access(stp, &regs, regs.sp - 88, &a);
	assert_true(a.value == regs.regs[30]);
	a64_decode_access(0xa8817c5f, &regs, regs.regs[2] + 8, &a);	/* stp xzr, xzr, [x2], #16 */
	assert_true(a.has_value && a.value == 0);
}

static void other_instructions_are_not_known(void **state)
{
	/* nop, ret, b, add, mrs, brk, svc, prfm, casp, hvc, udf */
	static const u32 other[] = { 0xd503201f, 0xd65f03c0, 0x14000000, 0x91000400, 0xd5384100, 0xd4210000,
		0xd4000001, 0xf9800000, 0x08207c00, 0xd4000002, 0 };

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct insn_access a;

		assert_int_equal(a64_decode_access(other[i], &regs, 0, &a), -ENOENT);
		assert_int_equal(a.size_bytes, 0);
		assert_string_equal(a.text, "");
	}
}

static void any_word_is_survived(void **state)
{
	unsigned int seed = 1;

	for (unsigned int i = 0; i < 3000000; i++) {
		struct insn_access a;
		u32 insn = (u32)rand_r(&seed) << 16 ^ rand_r(&seed);

		if (a64_decode_access(insn, &regs, regs.regs[3], &a))
			continue;
		assert_true(a.size_bytes && (a.read || a.write) && a.base[0] && a.text[0]);
		assert_non_null(memchr(a.text, 0, sizeof(a.text)));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_the_disassemblers), cmocka_unit_test(stored_values_are_told),
		cmocka_unit_test(a_pair_tells_the_register_that_was_hit),
		cmocka_unit_test(other_instructions_are_not_known), cmocka_unit_test(any_word_is_survived),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
