// SPDX-License-Identifier: MIT
/*
 * modloader/reloc_x86_64.c and reloc_arm64.c: each type writes the bytes that the psABI says, refuses
 * what does not fit at exactly the boundary, and touches nothing but its field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include "../../modloader/reloc.h"

#define P 0xffffffffa0001000ull		/* where the patched bytes will run */

/* One relocation on a buffer of 0xcc bytes (or an instruction), and what must come out. */
struct expect {
	u32 type;
	u64 s;
	s64 a;
	int err;
	u64 bytes;	/* the first 8 bytes afterwards, little-endian; only with err == 0 */
};

static int apply(const struct reloc_machine *m, u32 type, u64 s, s64 a, u64 place, u64 slot, u8 *buf)
{
	struct reloc r = { .loc = buf, .room = 8, .place = place, .type = type, .sym = s, .addend = a, .slot = slot };

	return m->apply(&r);
}

static void check_x86(const struct expect *e, size_t n)
{
	for (; n--; e++) {
		u8 buf[8];
		int err;

		memset(buf, 0xcc, sizeof(buf));
		err = apply(&reloc_x86_64, e->type, e->s, e->a, P, 0, buf);
		if (err != e->err)
			fail_msg("%s S=%#llx A=%lld: %d, expected %d", reloc_x86_64.type_name(e->type),
				 (unsigned long long)e->s, (long long)e->a, err, e->err);
		assert_int_equal(get_le64(buf), err ? 0xccccccccccccccccull : e->bytes);
	}
}

static void x86_64_writes_what_the_psabi_says(void **state)
{
	static const struct expect table[] = {
		{ R_X86_64_NONE, 1, 2, 0, 0xcccccccccccccccc },
		{ R_X86_64_64, 0x1122334455667780, 8, 0, 0x1122334455667788 },
		{ R_X86_64_64, 8, -16, 0, 0xfffffffffffffff8 },
		/* 32: zero-extended by the processor, so the value must be unsigned */
		{ R_X86_64_32, 0xffffffff, 0, 0, 0xccccccccffffffff },
		{ R_X86_64_32, 0xffffffff, 1, -ERANGE, 0 },
		{ R_X86_64_32, 0, -1, -ERANGE, 0 },
		/* 32S: sign-extended */
		{ R_X86_64_32S, 0xffffffff80000000, 0, 0, 0xcccccccc80000000 },
		{ R_X86_64_32S, 0x7fffffff, 0, 0, 0xcccccccc7fffffff },
		{ R_X86_64_32S, 0x7fffffff, 1, -ERANGE, 0 },
		{ R_X86_64_32S, 0xffffffff80000000, -1, -ERANGE, 0 },
		{ R_X86_64_16, 0xffff, 0, 0, 0xccccccccccccffff },
		{ R_X86_64_16, 0xffff, 1, -ERANGE, 0 },
		{ R_X86_64_8, 0x7f, 0, 0, 0xcccccccccccccc7f },
		{ R_X86_64_8, 0x80, 0, -ERANGE, 0 },
		{ R_X86_64_PC32, P + 0x100, -4, 0, 0xcccccccc000000fc },
		{ R_X86_64_PLT32, P - 0x100, -4, 0, 0xccccccccfffffefc },
		{ R_X86_64_PC32, P + 0x7fffffff, 0, 0, 0xcccccccc7fffffff },
		{ R_X86_64_PC32, P + 0x80000000, 0, -ERANGE, 0 },
		{ R_X86_64_PC32, P - 0x80000000, 0, 0, 0xcccccccc80000000 },
		{ R_X86_64_PC32, P - 0x80000001, 0, -ERANGE, 0 },
		{ R_X86_64_PC16, P + 0x7fff, 0, 0, 0xcccccccccccc7fff },
		{ R_X86_64_PC16, P + 0x8000, 0, -ERANGE, 0 },
		{ R_X86_64_PC8, P - 0x80, 0, 0, 0xcccccccccccccc80 },
		{ R_X86_64_PC8, P - 0x81, 0, -ERANGE, 0 },
		{ R_X86_64_PC64, 0x1000, 0, 0, 0x1000 - P },
		{ R_X86_64_GOTPCREL, P, 0, -ENOEXEC, 0 },	/* without a slot */
		{ R_X86_64_TPOFF32, P, 0, -ENOEXEC, 0 },
		{ 12345, P, 0, -ENOEXEC, 0 },
	};

	check_x86(table, sizeof(table) / sizeof(table[0]));
}

static void x86_64_got_goes_through_the_slot(void **state)
{
	static const u32 types[] = { R_X86_64_GOTPCREL, 41, 42 };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		u8 buf[8] = { 0 }, slot[8];

		assert_true(reloc_x86_64.wants_slot(types[i], false));
		assert_int_equal(apply(&reloc_x86_64, types[i], 0x123456789, -4, P, P + 0x2000, buf), 0);
		assert_int_equal(get_le32(buf), 0x1ffc);
		reloc_x86_64.write_slot(slot, 0x123456789);
		assert_int_equal(get_le64(slot), 0x123456789);
	}
	assert_false(reloc_x86_64.wants_slot(R_X86_64_PLT32, true));
}

static void fields_stay_inside_the_section(void **state)
{
	static const struct { const struct reloc_machine *m; u32 type; size_t bytes; } t[] = {
		{ &reloc_x86_64, R_X86_64_64, 8 }, { &reloc_x86_64, R_X86_64_32, 4 }, { &reloc_x86_64, R_X86_64_8, 1 },
		{ &reloc_arm64, R_AARCH64_ABS64, 8 }, { &reloc_arm64, R_AARCH64_ABS16, 2 }, { &reloc_arm64, R_AARCH64_ADD_ABS_LO12_NC, 4 },
	};
	unsigned int i;
	size_t room;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (room = 0; room <= t[i].bytes; room++) {
			u8 *buf = calloc(1, room ? room : 1);	/* the sanitizer sees a write behind it */
			struct reloc r = { .loc = buf, .room = room, .place = P, .type = t[i].type, .sym = 8 };

			assert_int_equal(t[i].m->apply(&r), room < t[i].bytes ? -EFAULT : 0);
			free(buf);
		}
	}
}

/* ---- arm64 ---- */

#define Q 0xffff800000001000ull

struct insn_expect {
	u32 type;
	u32 insn;	/* before */
	u64 s;
	s64 a;
	int err;
	u32 after;
};

static void check_arm64(const struct insn_expect *e, size_t n)
{
	for (; n--; e++) {
		u8 buf[8];
		int err;

		memset(buf, 0xcc, sizeof(buf));
		set_le32(buf, e->insn);
		err = apply(&reloc_arm64, e->type, e->s, e->a, Q, 0, buf);
		if (err != e->err || get_le32(buf) != (err ? e->insn : e->after))
			fail_msg("%s S=%#llx A=%lld: %d %#x, expected %d %#x", reloc_arm64.type_name(e->type),
				 (unsigned long long)e->s, (long long)e->a, err, get_le32(buf), e->err, e->after);
		assert_int_equal(get_le32(buf + 4), 0xcccccccc);
	}
}

static void arm64_writes_instructions(void **state)
{
	static const struct insn_expect table[] = {
		/* bl: 26 bits of words, 128 MiB each way */
		{ R_AARCH64_CALL26, 0x94000000, Q + 4, 0, 0, 0x94000001 },
		{ R_AARCH64_CALL26, 0x94000000, Q - 4, 0, 0, 0x97ffffff },
		{ R_AARCH64_CALL26, 0x94000000, Q + 0x7fffffc, 0, 0, 0x95ffffff },
		{ R_AARCH64_CALL26, 0x94000000, Q + 0x8000000, 0, -ERANGE, 0 },
		{ R_AARCH64_CALL26, 0x94000000, Q - 0x8000000, 0, 0, 0x96000000 },
		{ R_AARCH64_JUMP26, 0x14000000, Q - 0x8000004, 0, -ERANGE, 0 },
		{ R_AARCH64_JUMP26, 0x14000000, Q + 2, 0, -EINVAL, 0 },
		/* b.eq, cbz: 19 bits; tbz: 14 */
		{ R_AARCH64_CONDBR19, 0x54000000, Q + 0xffffc, 0, 0, 0x547fffe0 },
		{ R_AARCH64_CONDBR19, 0x54000000, Q + 0x100000, 0, -ERANGE, 0 },
		{ R_AARCH64_TSTBR14, 0x36000000, Q - 0x8000, 0, 0, 0x36040000 },
		{ R_AARCH64_TSTBR14, 0x36000000, Q + 0x8000, 0, -ERANGE, 0 },
		{ R_AARCH64_LD_PREL_LO19, 0x58000000, Q + 8, 0, 0, 0x58000040 },
		/* adr: 1 MiB; adrp: 4 GiB of pages */
		{ R_AARCH64_ADR_PREL_LO21, 0x10000000, Q + 5, 0, 0, 0x30000020 },
		{ R_AARCH64_ADR_PREL_LO21, 0x10000000, Q - 1, 0, 0, 0x70ffffe0 },
		{ R_AARCH64_ADR_PREL_LO21, 0x10000000, Q + 0x100000, 0, -ERANGE, 0 },
		{ R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, Q + 0x3fff, 0, 0, 0xf0000000 },
		{ R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, Q - 1, 0, 0, 0xf0ffffe0 },
		{ R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, Q + 0x100000000, 0, -ERANGE, 0 },
		{ R_AARCH64_ADR_PREL_PG_HI21_NC, 0x90000000, Q + 0x100000000, 0, 0, 0x90800000 },
		/* add, ldrb, ldrh, ldr w, ldr x, ldr q: the offset in the page, scaled */
		{ R_AARCH64_ADD_ABS_LO12_NC, 0x91000000, 0x12345abc, 0, 0, 0x912af000 },
		{ R_AARCH64_LDST8_ABS_LO12_NC, 0x39400000, 0x12345abd, 0, 0, 0x396af400 },
		{ R_AARCH64_LDST16_ABS_LO12_NC, 0x79400000, 0x12345abe, 0, 0, 0x79557c00 },
		{ R_AARCH64_LDST16_ABS_LO12_NC, 0x79400000, 0x12345abd, 0, -EINVAL, 0 },
		{ R_AARCH64_LDST32_ABS_LO12_NC, 0xb9400000, 0x12345abc, 0, 0, 0xb94abc00 },
		{ R_AARCH64_LDST64_ABS_LO12_NC, 0xf9400000, 0x12345ab8, 0, 0, 0xf9455c00 },
		{ R_AARCH64_LDST128_ABS_LO12_NC, 0x3dc00000, 0x12345ab0, 0, 0, 0x3dc2ac00 },
		{ R_AARCH64_LDST128_ABS_LO12_NC, 0x3dc00000, 0x12345ab8, 0, -EINVAL, 0 },
		/* movz and movk of one 16-bit piece */
		{ R_AARCH64_MOVW_UABS_G0, 0xd2800000, 0xffff, 0, 0, 0xd29fffe0 },
		{ R_AARCH64_MOVW_UABS_G0, 0xd2800000, 0x10000, 0, -ERANGE, 0 },
		{ R_AARCH64_MOVW_UABS_G0_NC, 0xf2800000, 0x123456789abcdef0, 0, 0, 0xf29bde00 },
		{ R_AARCH64_MOVW_UABS_G1, 0xd2a00000, 0xffffffff, 0, 0, 0xd2bfffe0 },
		{ R_AARCH64_MOVW_UABS_G1_NC, 0xf2a00000, 0x123456789abcdef0, 0, 0, 0xf2b35780 },
		{ R_AARCH64_MOVW_UABS_G2, 0xd2c00000, 0x1000000000000, 0, -ERANGE, 0 },
		{ R_AARCH64_MOVW_UABS_G2_NC, 0xf2c00000, 0x123456789abcdef0, 0, 0, 0xf2cacf00 },
		{ R_AARCH64_MOVW_UABS_G3, 0xf2e00000, 0x123456789abcdef0, 0, 0, 0xf2e24680 },
		/* signed: movz turns into movn for a negative value */
		{ R_AARCH64_MOVW_SABS_G0, 0xd2800000, 5, 0, 0, 0xd28000a0 },
		{ R_AARCH64_MOVW_SABS_G0, 0xd2800000, 0, -5, 0, 0x92800080 },
		{ R_AARCH64_MOVW_SABS_G0, 0xd2800000, 0, 0x10000, -ERANGE, 0 },
		{ R_AARCH64_MOVW_SABS_G0, 0xd2800000, 0, -0x10001, -ERANGE, 0 },
		{ R_AARCH64_MOVW_PREL_G1, 0xd2a00000, Q - 0x10000, 0, 0, 0x92a00000 },
	};

	check_arm64(table, sizeof(table) / sizeof(table[0]));
}

static void arm64_writes_data(void **state)
{
	static const struct { u32 type; u64 s; int err; u64 bytes; } t[] = {
		{ R_AARCH64_NONE, 1, 0, 0xcccccccccccccccc },
		{ 256, 1, 0, 0xcccccccccccccccc },
		{ R_AARCH64_ABS64, 0x1122334455667788, 0, 0x1122334455667788 },
		{ R_AARCH64_ABS32, 0xffffffff, 0, 0xccccccccffffffff },
		{ R_AARCH64_ABS32, 0xffffffff80000000, 0, 0xcccccccc80000000 },
		{ R_AARCH64_ABS32, 0x100000000, -ERANGE, 0 },
		{ R_AARCH64_ABS32, 0xffffffff7fffffff, -ERANGE, 0 },
		{ R_AARCH64_ABS16, 0xffff, 0, 0xccccccccccccffff },
		{ R_AARCH64_ABS16, 0x10000, -ERANGE, 0 },
		{ R_AARCH64_PREL64, Q + 0x123456789a, 0, 0x123456789a },
		{ R_AARCH64_PREL32, Q - 1, 0, 0xccccccccffffffff },
		{ R_AARCH64_PREL32, Q + 0x80000000, -ERANGE, 0 },
		{ R_AARCH64_PREL16, Q + 0x7fff, 0, 0xcccccccccccc7fff },
		{ R_AARCH64_PREL16, Q + 0x8000, -ERANGE, 0 },
		{ R_AARCH64_TLSLE_ADD_TPREL_LO12, 0, -ENOEXEC, 0 },
		{ 99999, 0, -ENOEXEC, 0 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		u8 buf[8];

		memset(buf, 0xcc, sizeof(buf));
		assert_int_equal(apply(&reloc_arm64, t[i].type, t[i].s, 0, Q, 0, buf), t[i].err);
		assert_int_equal(get_le64(buf), t[i].err ? 0xccccccccccccccccull : t[i].bytes);
	}
}

static void arm64_far_calls_take_the_veneer(void **state)
{
	u8 buf[8] = { 0 }, veneer[16];
	u64 target = 0xffff800123456780;

	assert_true(reloc_arm64.wants_slot(R_AARCH64_CALL26, true));
	assert_false(reloc_arm64.wants_slot(R_AARCH64_CALL26, false));
	set_le32(buf, 0x94000000);
	assert_int_equal(apply(&reloc_arm64, R_AARCH64_CALL26, target, 0, Q, Q + 0x400, buf), 0);
	assert_int_equal(get_le32(buf), 0x94000100);
	/* Within reach it goes straight, veneer or not. */
	set_le32(buf, 0x94000000);
	assert_int_equal(apply(&reloc_arm64, R_AARCH64_CALL26, Q + 8, 0, Q, Q + 0x400, buf), 0);
	assert_int_equal(get_le32(buf), 0x94000002);
	reloc_arm64.write_slot(veneer, target);
	assert_int_equal(get_le32(veneer), 0x58000050);
	assert_int_equal(get_le32(veneer + 4), 0xd61f0200);
	assert_int_equal(get_le64(veneer + 8), target);
}

/* The slot's last word is the GOT entry: adrp x0, page of it; ldr x0, [x0, its offset]. */
static void arm64_got_is_in_the_slot(void **state)
{
	static const u32 types[] = { R_AARCH64_ADR_GOT_PAGE, R_AARCH64_LD64_GOT_LO12_NC };
	u8 buf[8] = { 0 }, slot[16];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		assert_true(reloc_arm64.wants_slot(types[i], false));
		assert_int_equal(apply(&reloc_arm64, types[i], 0, 0, Q, 0, buf), -ENOEXEC);
	}
	set_le32(buf, 0x90000000);
	assert_int_equal(apply(&reloc_arm64, R_AARCH64_ADR_GOT_PAGE, 1, 0, Q, Q + 0x3ff8, buf), 0);
	assert_int_equal(get_le32(buf), 0x90000020);	/* Q + 0x4000: four pages on */
	set_le32(buf, 0xf9400000);
	assert_int_equal(apply(&reloc_arm64, R_AARCH64_LD64_GOT_LO12_NC, 1, 0, Q, Q + 0x3ab0, buf), 0);
	assert_int_equal(get_le32(buf), 0xf9455c00);	/* offset 0xab8 */
	reloc_arm64.write_slot(slot, 0x1122334455667788);
	assert_int_equal(get_le64(slot + 8), 0x1122334455667788);
}

static void arm64_misplaced_instructions_are_refused(void **state)
{
	u8 buf[8] = { 0 };

	assert_int_equal(apply(&reloc_arm64, R_AARCH64_CALL26, Q, 0, Q + 2, 0, buf), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_64_writes_what_the_psabi_says),
		cmocka_unit_test(x86_64_got_goes_through_the_slot),
		cmocka_unit_test(fields_stay_inside_the_section),
		cmocka_unit_test(arm64_writes_instructions),
		cmocka_unit_test(arm64_writes_data),
		cmocka_unit_test(arm64_far_calls_take_the_veneer),
		cmocka_unit_test(arm64_got_is_in_the_slot),
		cmocka_unit_test(arm64_misplaced_instructions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
