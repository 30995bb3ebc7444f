/* SPDX-License-Identifier: MIT */
/*
 * Relocation: writing addresses into a module's code and data. One file per machine; both are pure
 * functions on bytes, compiled into every kernel and into the host's tests.
 */
#pragma once

#include "base.h"

/*
 * One relocation to apply.
 *
 * Symbols as in the psABIs: S the symbol's address, A the addend, P the place's.
 */
struct reloc {
	u8 *loc;	/* the bytes to change, here and now */
	size_t room;	/* bytes from loc to the end of its section */
	u64 place;	/* P: the address at which those bytes will be used */
	u32 type;
	u64 sym;	/* S */
	s64 addend;	/* A */
	u64 slot;	/* this symbol's slot (see below), or 0: it has none */
};

/*
 * A machine's rules.
 *
 * Slots: what an instruction cannot reach directly it reaches through a small record near it. On
 * x86_64 this is a GOT entry, 8 bytes of read-only data with S; on arm64 a veneer, 16 bytes of
 * code that jump to S and hold S as data. The loader keeps room for one slot per symbol that wants one.
 */
struct reloc_machine {
	u16 machine;			/* EM_X86_64… */
	const char *name;		/* as the build calls it: "x86_64" */
	unsigned int lead_bytes;	/* of an instruction in front of its relocated field, at most (for people) */
	unsigned int slot_bytes;
	bool slot_is_code;

	/* Might a relocation of @type need a slot? @undefined: against a symbol outside the module. */
	bool (*wants_slot)(u32 type, bool undefined);
	void (*write_slot)(u8 *at, u64 target);

	/*
	 * apply - change the bytes at r->loc.
	 *
	 * Context: any; touches nothing but the field.
	 * Returns: 0, or with the bytes unchanged:
	 *          -ERANGE  the value does not fit into the field
	 *          -EINVAL  the value or the place is misaligned for this instruction
	 *          -EFAULT  the field does not lie inside the section
	 *          -ENOEXEC the type is not one that may occur in a module
	 */
	int (*apply)(const struct reloc *r);

	/* "R_X86_64_PC32", or NULL for an unknown type. */
	const char *(*type_name)(u32 type);
};

extern const struct reloc_machine reloc_x86_64, reloc_arm64;

static inline bool fits_signed(s64 v, unsigned int bits)
{
	return v >= -(1LL << (bits - 1)) && v < 1LL << (bits - 1);
}
