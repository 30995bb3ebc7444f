// SPDX-License-Identifier: MIT
/*
 * Relocation on x86_64: the types that GCC's and clang's -mcmodel=kernel output can hold.
 *
 * That model puts kernel and modules into the top 2 GiB, so a symbol fits into a sign-extended
 * 32-bit field, and any two places are within reach of a 32-bit displacement.
 *
 * Source: System V ABI, AMD64 Architecture Processor Supplement, 4.4 "Relocation".
 */
#include <elf.h>
#include "reloc.h"

#ifndef R_X86_64_GOTPCRELX
#define R_X86_64_GOTPCRELX	41
#define R_X86_64_REX_GOTPCRELX	42
#endif

struct field {
	const char *name;
	u8 bytes;
	enum { NOTHING, ABS_UNSIGNED, ABS_SIGNED, PC_RELATIVE, GOT_RELATIVE } kind;
};

static const struct field fields[] = {
	[R_X86_64_NONE]		= { "R_X86_64_NONE", 0, NOTHING },
	[R_X86_64_64]		= { "R_X86_64_64", 8, ABS_SIGNED },
	[R_X86_64_PC32]		= { "R_X86_64_PC32", 4, PC_RELATIVE },
	/* A call that could go through a PLT; in the kernel all calls are direct. */
	[R_X86_64_PLT32]	= { "R_X86_64_PLT32", 4, PC_RELATIVE },
	[R_X86_64_GOTPCREL]	= { "R_X86_64_GOTPCREL", 4, GOT_RELATIVE },
	[R_X86_64_32]		= { "R_X86_64_32", 4, ABS_UNSIGNED },
	[R_X86_64_32S]		= { "R_X86_64_32S", 4, ABS_SIGNED },
	[R_X86_64_16]		= { "R_X86_64_16", 2, ABS_UNSIGNED },
	[R_X86_64_PC16]		= { "R_X86_64_PC16", 2, PC_RELATIVE },
	[R_X86_64_8]		= { "R_X86_64_8", 1, ABS_SIGNED },
	[R_X86_64_PC8]		= { "R_X86_64_PC8", 1, PC_RELATIVE },
	[R_X86_64_PC64]		= { "R_X86_64_PC64", 8, PC_RELATIVE },
	[R_X86_64_GOTPCRELX]	= { "R_X86_64_GOTPCRELX", 4, GOT_RELATIVE },
	[R_X86_64_REX_GOTPCRELX] = { "R_X86_64_REX_GOTPCRELX", 4, GOT_RELATIVE },
};

static const struct field *field_of(u32 type)
{
	return type < sizeof(fields) / sizeof(fields[0]) && fields[type].name ? &fields[type] : NULL;
}

static bool fits(const struct field *f, u64 v)
{
	unsigned int bits = f->bytes * 8;

	if (bits == 64)
		return true;
	if (f->kind == ABS_UNSIGNED)
		return v >> bits == 0;
	return fits_signed((s64)v, bits);
}

static int x86_64_apply(const struct reloc *r)
{
	const struct field *f = field_of(r->type);
	u64 v;

	if (!f)
		return -ENOEXEC;
	switch (f->kind) {
	case NOTHING:
		return 0;
	case ABS_UNSIGNED:
	case ABS_SIGNED:
		v = r->sym + (u64)r->addend;
		break;
	case PC_RELATIVE:
		v = r->sym + (u64)r->addend - r->place;
		break;
	default:	/* GOT_RELATIVE */
		if (!r->slot)
			return -ENOEXEC;
		v = r->slot + (u64)r->addend - r->place;
		break;
	}
	if (r->room < f->bytes)
		return -EFAULT;
	if (!fits(f, v))
		return -ERANGE;
	memcpy(r->loc, &v, f->bytes);
	return 0;
}

static bool x86_64_wants_slot(u32 type, bool undefined)
{
	const struct field *f = field_of(type);

	return f && f->kind == GOT_RELATIVE;
}

static void x86_64_write_slot(u8 *at, u64 target)
{
	set_le64(at, target);
}

static const char *x86_64_type_name(u32 type)
{
	const struct field *f = field_of(type);

	return f ? f->name : NULL;
}

const struct reloc_machine reloc_x86_64 = {
	.machine = EM_X86_64,
	.name = "x86_64",
	.lead_bytes = 3,
	.slot_bytes = 8,
	.wants_slot = x86_64_wants_slot,
	.write_slot = x86_64_write_slot,
	.apply = x86_64_apply,
	.type_name = x86_64_type_name,
};
