// SPDX-License-Identifier: MIT
/*
 * arch/x86_64/insn.c: what an instruction does to memory. The texts are objdump's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arch/trap.h>
#include <asm/x86.h>

static const struct pt_regs regs = {
	.ax = 0x1122334455667788, .cx = 3,	.dx = 0xaabb,	   .bx = 0x3000, .sp = 0x4000, .bp = 0x5000,
	.si = 0x6000,		  .di = 0x7000, .r8 = 0x8000,	   .r9 = 0x9000, .r10 = 0xa000, .r11 = 0xb000,
	.r12 = 0xc000,		  .r13 = 0xd000, .r14 = 0xe000,	   .r15 = 0xf000, .ip = 0x100000,
};

struct expect {
	const char *bytes;	/* hex */
	const char *text;
	unsigned long addr;
	int size;
	bool read, write;
	long long value;	/* -1: none */
};

static size_t parse_hex(const char *s, u8 *code)
{
	size_t n = 0;

	for (; s[0] && s[1]; s += 2, s += *s == ' ')
		code[n++] = strtol((char[]){ s[0], s[1], 0 }, NULL, 16);
	return n;
}

static const struct expect expected[] = {
	{ "89 07", "mov %eax,(%rdi)", 0x7000, 4, false, true, 0x55667788 },
	{ "48 89 47 08", "mov %rax,0x8(%rdi)", 0x7008, 8, false, true, 0x1122334455667788 },
	{ "66 89 07", "mov %ax,(%rdi)", 0x7000, 2, false, true, 0x7788 },
	{ "88 27", "mov %ah,(%rdi)", 0x7000, 1, false, true, 0x77 },
	{ "40 88 37", "mov %sil,(%rdi)", 0x7000, 1, false, true, 0 },
	{ "44 88 07", "mov %r8b,(%rdi)", 0x7000, 1, false, true, 0 },
	{ "c6 07 41", "movb $0x41,(%rdi)", 0x7000, 1, false, true, 0x41 },
	{ "48 c7 00 ff ff ff ff", "movq $0xffffffffffffffff,(%rax)", 0x1122334455667788, 8, false, true, -2 },
	{ "c7 44 8b fc 01 00 00 00", "movl $0x1,-0x4(%rbx,%rcx,4)", 0x3008, 4, false, true, 1 },
	{ "8b 04 25 10 00 00 00", "mov 0x10,%eax", 0x10, 4, true, false, -1 },
	{ "8b 05 10 00 00 00", "mov 0x10(%rip),%eax", 0x100016, 4, true, false, -1 },
	{ "83 05 10 00 00 00 01", "addl $0x1,0x10(%rip)", 0x100017, 4, true, true, -1 },
	{ "0f b6 07", "movzbl (%rdi),%eax", 0x7000, 1, true, false, -1 },
	{ "48 0f be 07", "movsbq (%rdi),%rax", 0x7000, 1, true, false, -1 },
	{ "48 63 07", "movslq (%rdi),%rax", 0x7000, 4, true, false, -1 },
	{ "01 07", "add %eax,(%rdi)", 0x7000, 4, true, true, -1 },
	{ "39 07", "cmp %eax,(%rdi)", 0x7000, 4, true, false, -1 },
	{ "83 3f 00", "cmpl $0x0,(%rdi)", 0x7000, 4, true, false, -1 },
	{ "f0 0f c1 07", "lock xadd %eax,(%rdi)", 0x7000, 4, true, true, -1 },
	{ "f0 48 0f b1 17", "lock cmpxchg %rdx,(%rdi)", 0x7000, 8, true, true, 0xaabb },
	{ "87 07", "xchg %eax,(%rdi)", 0x7000, 4, true, true, 0x55667788 },
	{ "f3 aa", "rep stos %al,%es:(%rdi)", 0x7000, 1, false, true, 0x88 },
	{ "f3 48 ab", "rep stos %rax,%es:(%rdi)", 0x7000, 8, false, true, 0x1122334455667788 },
	{ "ff 07", "incl (%rdi)", 0x7000, 4, true, true, -1 },
	{ "48 f7 1f", "negq (%rdi)", 0x7000, 8, true, true, -1 },
	{ "ff 50 18", "call *0x18(%rax)", 0x11223344556677a0, 8, true, false, -1 },
	{ "0f 94 07", "sete (%rdi)", 0x7000, 1, false, true, -1 },
	{ "0f 44 07", "cmove (%rdi),%eax", 0x7000, 4, true, false, -1 },
	{ "65 8b 07", "mov %gs:(%rdi),%eax", 0x7000, 4, true, false, -1 },
	{ "f0 0f ba 2f 05", "lock btsl $0x5,(%rdi)", 0x7000, 4, true, true, -1 },
	{ "49 89 04 24", "mov %rax,(%r12)", 0xc000, 8, false, true, 0x1122334455667788 },
	{ "43 8b 44 f5 00", "mov 0x0(%r13,%r14,8),%eax", 0xd000 + 8 * 0xe000, 4, true, false, -1 },
};

static void knows_what_compilers_emit(void **state)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct expect *e = &expected[i];
		struct insn_access a;
		struct x86_operand operand;
		u8 code[16];
		size_t len = parse_hex(e->bytes, code);

		assert_int_equal(x86_decode_access(code, len, &regs, 0, &a, &operand), 0);
		assert_string_equal(a.text, e->text);
		assert_int_equal(operand.addr, e->addr);
		assert_int_equal(a.size_bytes, e->size);
		assert_int_equal(a.read, e->read);
		assert_int_equal(a.write, e->write);
		assert_int_equal(a.has_value, e->value != -1);
		if (e->value != -1)
			assert_int_equal(a.value, e->value == -2 ? -1 : e->value);
		/* Cut short, it is not known any more. */
		while (len--)
			assert_int_equal(x86_decode_access(code, len, &regs, 0, &a, &operand), -ENOENT);
	}
}

static void a_string_move_is_read_or_write_by_its_address(void **state)
{
	static const u8 rep_movsb[] = { 0xf3, 0xa4 };
	struct insn_access a;
	struct x86_operand operand;

	assert_int_equal(x86_decode_access(rep_movsb, 2, &regs, 0x7000, &a, &operand), 0);
	assert_true(a.write && !a.read);
	assert_string_equal(a.base, "%rdi");
	assert_int_equal(x86_decode_access(rep_movsb, 2, &regs, 0x6000, &a, &operand), 0);
	assert_true(a.read && !a.write);
	assert_string_equal(a.base, "%rsi");
	assert_string_equal(a.text, "rep movsb %ds:(%rsi),%es:(%rdi)");
}

static void register_operands_are_no_memory_access(void **state)
{
	static const u8 mov[] = { 0x89, 0xc7 }, push[] = { 0x50 }, ret[] = { 0xc3 }, bad[] = { 0x06 };
	struct insn_access a;
	struct x86_operand operand;

	assert_int_equal(x86_decode_access(mov, 2, &regs, 0, &a, &operand), -ENOENT);
	assert_int_equal(x86_decode_access(push, 1, &regs, 0, &a, &operand), -ENOENT);
	assert_int_equal(x86_decode_access(ret, 1, &regs, 0, &a, &operand), -ENOENT);
	assert_int_equal(x86_decode_access(bad, 1, &regs, 0, &a, &operand), -ENOENT);
}

static void random_bytes_do_no_harm(void **state)
{
	unsigned int seed = getenv("SEED") ? atoi(getenv("SEED")) : (unsigned int)time(NULL);

	print_message("SEED=%u\n", seed);
	srand(seed);
	for (int round = 0; round < 300000; round++) {
		size_t len = rand() % 16;
		u8 *code = malloc(len + !len);	/* exactly: the sanitizer sees a byte too far */
		struct insn_access a;
		struct x86_operand operand;

		for (size_t i = 0; i < len; i++)
			code[i] = rand();
		if (!x86_decode_access(code, len, &regs, rand(), &a, &operand)) {
			assert_true(a.size_bytes >= 1 && a.size_bytes <= 16);
			assert_true(strlen(a.text) < sizeof(a.text));
		}
		free(code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_compilers_emit),
		cmocka_unit_test(a_string_move_is_read_or_write_by_its_address),
		cmocka_unit_test(register_operands_are_no_memory_access),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
