// SPDX-License-Identifier: MIT
/*
 * Relocation on arm64: data, and the immediate fields of the A64 instructions that GCC and clang
 * leave to the linker in code that is not position-independent.
 *
 * A branch reaches 128 MiB. Modules lie below the image and mostly reach it; where one does not,
 * the branch goes to the symbol's slot, a veneer in the module's own text:
 *
 *	ldr	x16, .+8	x16 is the register that the procedure call standard leaves to veneers
 *	br	x16
 *	.quad	target
 *
 * Its last word serves as the symbol's GOT entry, too.
 *
 * Source: ELF for the Arm 64-bit Architecture (IHI 0056), "Relocation"; Arm ARM, C6, the encodings.
 */
#include <elf.h>
#include "reloc.h"

#ifndef R_AARCH64_PLT32
#define R_AARCH64_PLT32		314
#endif

/* What is computed, where it goes, and how it is checked. */
enum calc { ABS, PREL, PAGE, GOT, GOT_PAGE };	/* S+A, S+A-P, Page(S+A)-Page(P); G: address of the word with S */
enum form {
	DATA,				/* bytes */
	MOVW_UNSIGNED,			/* MOVZ/MOVK: 16 bits of the value, at 'lsb' */
	MOVW_SIGNED,			/* the same; becomes MOVN with ~X for negative X */
	ADR,				/* 21 bits, split into immlo and immhi */
	IMM12,				/* bits 10..21: offset in a 4 KiB page, scaled by the access size */
	BRANCH,				/* a word offset of 'bits' bits at 'shift' */
};

struct rule {
	const char *name;
	u8 calc, form;
	u8 bits;	/* DATA, BRANCH, ADR: width of the value that must fit; MOVW: checked width, 0: unchecked */
	u8 lsb;		/* MOVW: lowest bit taken; IMM12: log2 of the access size; BRANCH: field position */
};

static const struct rule rules[] = {
	[R_AARCH64_ABS64]		= { "R_AARCH64_ABS64", ABS, DATA, 64 },
	[R_AARCH64_ABS32]		= { "R_AARCH64_ABS32", ABS, DATA, 32 },
	[R_AARCH64_ABS16]		= { "R_AARCH64_ABS16", ABS, DATA, 16 },
	[R_AARCH64_PREL64]		= { "R_AARCH64_PREL64", PREL, DATA, 64 },
	[R_AARCH64_PREL32]		= { "R_AARCH64_PREL32", PREL, DATA, 32 },
	[R_AARCH64_PREL16]		= { "R_AARCH64_PREL16", PREL, DATA, 16 },
	[R_AARCH64_PLT32]		= { "R_AARCH64_PLT32", PREL, DATA, 32 },

	[R_AARCH64_MOVW_UABS_G0]	= { "R_AARCH64_MOVW_UABS_G0", ABS, MOVW_UNSIGNED, 16, 0 },
	[R_AARCH64_MOVW_UABS_G0_NC]	= { "R_AARCH64_MOVW_UABS_G0_NC", ABS, MOVW_UNSIGNED, 0, 0 },
	[R_AARCH64_MOVW_UABS_G1]	= { "R_AARCH64_MOVW_UABS_G1", ABS, MOVW_UNSIGNED, 32, 16 },
	[R_AARCH64_MOVW_UABS_G1_NC]	= { "R_AARCH64_MOVW_UABS_G1_NC", ABS, MOVW_UNSIGNED, 0, 16 },
	[R_AARCH64_MOVW_UABS_G2]	= { "R_AARCH64_MOVW_UABS_G2", ABS, MOVW_UNSIGNED, 48, 32 },
	[R_AARCH64_MOVW_UABS_G2_NC]	= { "R_AARCH64_MOVW_UABS_G2_NC", ABS, MOVW_UNSIGNED, 0, 32 },
	[R_AARCH64_MOVW_UABS_G3]	= { "R_AARCH64_MOVW_UABS_G3", ABS, MOVW_UNSIGNED, 0, 48 },
	[R_AARCH64_MOVW_SABS_G0]	= { "R_AARCH64_MOVW_SABS_G0", ABS, MOVW_SIGNED, 17, 0 },
	[R_AARCH64_MOVW_SABS_G1]	= { "R_AARCH64_MOVW_SABS_G1", ABS, MOVW_SIGNED, 33, 16 },
	[R_AARCH64_MOVW_SABS_G2]	= { "R_AARCH64_MOVW_SABS_G2", ABS, MOVW_SIGNED, 49, 32 },
	[R_AARCH64_MOVW_PREL_G0]	= { "R_AARCH64_MOVW_PREL_G0", PREL, MOVW_SIGNED, 17, 0 },
	[R_AARCH64_MOVW_PREL_G0_NC]	= { "R_AARCH64_MOVW_PREL_G0_NC", PREL, MOVW_UNSIGNED, 0, 0 },
	[R_AARCH64_MOVW_PREL_G1]	= { "R_AARCH64_MOVW_PREL_G1", PREL, MOVW_SIGNED, 33, 16 },
	[R_AARCH64_MOVW_PREL_G1_NC]	= { "R_AARCH64_MOVW_PREL_G1_NC", PREL, MOVW_UNSIGNED, 0, 16 },
	[R_AARCH64_MOVW_PREL_G2]	= { "R_AARCH64_MOVW_PREL_G2", PREL, MOVW_SIGNED, 49, 32 },
	[R_AARCH64_MOVW_PREL_G2_NC]	= { "R_AARCH64_MOVW_PREL_G2_NC", PREL, MOVW_UNSIGNED, 0, 32 },
	[R_AARCH64_MOVW_PREL_G3]	= { "R_AARCH64_MOVW_PREL_G3", PREL, MOVW_SIGNED, 64, 48 },

	[R_AARCH64_ADR_PREL_LO21]	= { "R_AARCH64_ADR_PREL_LO21", PREL, ADR, 21 },
	[R_AARCH64_ADR_PREL_PG_HI21]	= { "R_AARCH64_ADR_PREL_PG_HI21", PAGE, ADR, 33 },
	[R_AARCH64_ADR_PREL_PG_HI21_NC]	= { "R_AARCH64_ADR_PREL_PG_HI21_NC", PAGE, ADR, 64 },
	[R_AARCH64_ADD_ABS_LO12_NC]	= { "R_AARCH64_ADD_ABS_LO12_NC", ABS, IMM12, 0, 0 },
	[R_AARCH64_LDST8_ABS_LO12_NC]	= { "R_AARCH64_LDST8_ABS_LO12_NC", ABS, IMM12, 0, 0 },
	[R_AARCH64_LDST16_ABS_LO12_NC]	= { "R_AARCH64_LDST16_ABS_LO12_NC", ABS, IMM12, 0, 1 },
	[R_AARCH64_LDST32_ABS_LO12_NC]	= { "R_AARCH64_LDST32_ABS_LO12_NC", ABS, IMM12, 0, 2 },
	[R_AARCH64_LDST64_ABS_LO12_NC]	= { "R_AARCH64_LDST64_ABS_LO12_NC", ABS, IMM12, 0, 3 },
	[R_AARCH64_LDST128_ABS_LO12_NC]	= { "R_AARCH64_LDST128_ABS_LO12_NC", ABS, IMM12, 0, 4 },

	/* For symbols that may be missing (weak): the compiler loads the address, since ADRP might not reach 0. */
	[R_AARCH64_ADR_GOT_PAGE]	= { "R_AARCH64_ADR_GOT_PAGE", GOT_PAGE, ADR, 33 },
	[R_AARCH64_LD64_GOT_LO12_NC]	= { "R_AARCH64_LD64_GOT_LO12_NC", GOT, IMM12, 0, 3 },

	[R_AARCH64_LD_PREL_LO19]	= { "R_AARCH64_LD_PREL_LO19", PREL, BRANCH, 19, 5 },
	[R_AARCH64_TSTBR14]		= { "R_AARCH64_TSTBR14", PREL, BRANCH, 14, 5 },
	[R_AARCH64_CONDBR19]		= { "R_AARCH64_CONDBR19", PREL, BRANCH, 19, 5 },
	[R_AARCH64_JUMP26]		= { "R_AARCH64_JUMP26", PREL, BRANCH, 26, 0 },
	[R_AARCH64_CALL26]		= { "R_AARCH64_CALL26", PREL, BRANCH, 26, 0 },
};

#define GOT_IN_SLOT	8	/* where in a veneer the word with the symbol's address is */
#define R_AARCH64_NONE_OLD 256	/* IHI 0056 before 2012; still in use */

static const struct rule *rule_of(u32 type)
{
	return type < sizeof(rules) / sizeof(rules[0]) && rules[type].name ? &rules[type] : NULL;
}

/* Put @value into the @bits wide field of @insn at @shift. */
static u32 insert(u32 insn, u64 value, unsigned int bits, unsigned int shift)
{
	u32 mask = ((1u << bits) - 1) << shift;

	return (insn & ~mask) | (((u32)value << shift) & mask);
}

static int apply_data(const struct reloc *r, const struct rule *rule, u64 x)
{
	unsigned int bits = rule->bits;

	if (r->room < bits / 8)
		return -EFAULT;
	/*
	 * The ABI lets 16 and 32-bit fields hold signed or unsigned values. An absolute one may be
	 * either (CRCs are unsigned); a distance is signed, so that overflow cannot hide.
	 */
	if (bits < 64 && !fits_signed((s64)x, bits) && !(rule->calc == ABS && x >> bits == 0))
		return -ERANGE;
	memcpy(r->loc, &x, bits / 8);
	return 0;
}

static int apply_movw(const struct reloc *r, const struct rule *rule, u64 x, u32 insn)
{
	bool negative = rule->form == MOVW_SIGNED && (s64)x < 0;

	if (rule->form == MOVW_SIGNED) {
		if (rule->bits < 64 && !fits_signed((s64)x, rule->bits))
			return -ERANGE;
		/* opc, bits 30:29: 00 MOVN, 10 MOVZ */
		insn = insert(insn, negative ? 0 : 2, 2, 29);
	} else if (rule->bits && x >> rule->bits) {
		return -ERANGE;
	}
	set_le32(r->loc, insert(insn, (negative ? ~x : x) >> rule->lsb, 16, 5));
	return 0;
}

static int apply_insn(const struct reloc *r, const struct rule *rule, u64 x)
{
	u32 insn = get_le32(r->loc);
	u64 imm;

	switch (rule->form) {
	case MOVW_UNSIGNED:
	case MOVW_SIGNED:
		return apply_movw(r, rule, x, insn);
	case ADR:
		if (rule->bits < 64 && !fits_signed((s64)x, rule->bits))
			return -ERANGE;
		imm = rule->calc == PREL ? x : x >> 12;
		set_le32(r->loc, insert(insert(insn, imm, 2, 29), imm >> 2, 19, 5));
		return 0;
	case IMM12:
		if (x & ((1u << rule->lsb) - 1))
			return -EINVAL;
		set_le32(r->loc, insert(insn, (x & 0xfff) >> rule->lsb, 12, 10));
		return 0;
	default:	/* BRANCH */
		if (x & 3)
			return -EINVAL;
		if (!fits_signed((s64)x, rule->bits + 2) &&
		    (r->type == R_AARCH64_JUMP26 || r->type == R_AARCH64_CALL26) && r->slot && !r->addend)
			x = r->slot - r->place;
		if (!fits_signed((s64)x, rule->bits + 2))
			return -ERANGE;
		set_le32(r->loc, insert(insn, x >> 2, rule->bits, rule->lsb));
		return 0;
	}
}

static int arm64_apply(const struct reloc *r)
{
	const struct rule *rule = rule_of(r->type);
	u64 x = r->sym + (u64)r->addend;

	if (r->type == R_AARCH64_NONE || r->type == R_AARCH64_NONE_OLD)
		return 0;
	if (!rule)
		return -ENOEXEC;
	if (rule->calc == GOT || rule->calc == GOT_PAGE) {
		if (!r->slot)
			return -ENOEXEC;
		x = r->slot + GOT_IN_SLOT + (u64)r->addend;
	}
	if (rule->calc == PREL)
		x -= r->place;
	else if (rule->calc == PAGE || rule->calc == GOT_PAGE)
		x = (x & ~0xfffULL) - (r->place & ~0xfffULL);
	if (rule->form == DATA)
		return apply_data(r, rule, x);
	if (r->room < 4)
		return -EFAULT;
	if (r->place & 3)
		return -EINVAL;
	return apply_insn(r, rule, x);
}

/* Inside a module every branch reaches: its text and init lie in one region of 128 MiB. */
static bool arm64_wants_slot(u32 type, bool undefined)
{
	return (undefined && (type == R_AARCH64_JUMP26 || type == R_AARCH64_CALL26)) ||
	       type == R_AARCH64_ADR_GOT_PAGE || type == R_AARCH64_LD64_GOT_LO12_NC;
}

static void arm64_write_slot(u8 *at, u64 target)
{
	set_le32(at, 0x58000050);	/* ldr x16, .+8 */
	set_le32(at + 4, 0xd61f0200);	/* br x16 */
	set_le64(at + 8, target);
}

static const char *arm64_type_name(u32 type)
{
	const struct rule *rule = rule_of(type);

	if (type == R_AARCH64_NONE || type == R_AARCH64_NONE_OLD)
		return "R_AARCH64_NONE";
	return rule ? rule->name : NULL;
}

const struct reloc_machine reloc_arm64 = {
	.machine = EM_AARCH64,
	.name = "arm64",
	.slot_bytes = 16,
	.slot_is_code = true,
	.wants_slot = arm64_wants_slot,
	.write_slot = arm64_write_slot,
	.apply = arm64_apply,
	.type_name = arm64_type_name,
};
