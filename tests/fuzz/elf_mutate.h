/* SPDX-License-Identifier: MIT */
/*
 * A mutator that knows ELF: random bytes would hardly ever get past the header. It changes one field of a
 * section header, a symbol or a relocation to a value near what is there, near a boundary, or random.
 *
 * Shared by the fuzzer on the host (fuzz_elf.c) and the load loop in the kernel (tests/kunit/modload_test.c).
 */
#pragma once

#include <elf.h>
#include "../../modloader/base.h"

static u64 elf_mutate_rng;

static u64 next(void)
{
	elf_mutate_rng = elf_mutate_rng * 6364136223846793005ull + 1442695040888963407ull;
	return elf_mutate_rng >> 33 ^ elf_mutate_rng;
}

static u64 new_value(u64 old, size_t size)
{
	static const u64 edges[] = { 0, 1, 7, 8, 24, 64, 0xff, 0xff00, 0xfff1, 0xfff2, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x8000000000000000, ~0ull };

	switch (next() % 5) {
	case 0: return old + next() % 17 - 8;
	case 1: return size - next() % 65;
	case 2: return edges[next() % (sizeof(edges) / sizeof(edges[0]))];
	case 3: return next() % 40;			/* a section or type number */
	default: return old ^ 1ull << next() % 64;
	}
}

/* Change a field of @width bytes at @at, if the input has those. */
static void change(u8 *data, size_t size, size_t at, size_t width)
{
	u64 v = 0;

	if (at > size || width > size - at)
		return;
	memcpy(&v, data + at, width);
	v = new_value(v, size);
	memcpy(data + at, &v, width);
}

static void change_header(u8 *data, size_t size)
{
	static const struct { size_t at, width; } fields[] = {
		{ offsetof(Elf64_Ehdr, e_shoff), 8 }, { offsetof(Elf64_Ehdr, e_shnum), 2 },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 2 }, { offsetof(Elf64_Ehdr, e_shentsize), 2 },
		{ offsetof(Elf64_Ehdr, e_machine), 2 }, { offsetof(Elf64_Ehdr, e_type), 2 },
	};
	unsigned int i = next() % (sizeof(fields) / sizeof(fields[0]));

	change(data, size, fields[i].at, fields[i].width);
}

static void change_section(u8 *data, size_t size, size_t header)
{
	static const struct { size_t at, width; } fields[] = {
		{ offsetof(Elf64_Shdr, sh_name), 4 }, { offsetof(Elf64_Shdr, sh_type), 4 },
		{ offsetof(Elf64_Shdr, sh_flags), 8 }, { offsetof(Elf64_Shdr, sh_offset), 8 },
		{ offsetof(Elf64_Shdr, sh_size), 8 }, { offsetof(Elf64_Shdr, sh_link), 4 },
		{ offsetof(Elf64_Shdr, sh_info), 4 }, { offsetof(Elf64_Shdr, sh_addralign), 8 },
		{ offsetof(Elf64_Shdr, sh_entsize), 8 },
	};
	unsigned int i = next() % (sizeof(fields) / sizeof(fields[0]));

	change(data, size, header + fields[i].at, fields[i].width);
}

/* An entry of the table that the section at @header holds: symbols and relocations are what is read. */
static void change_entry(u8 *data, size_t size, size_t header)
{
	Elf64_Shdr s;
	size_t entry;

	memcpy(&s, data + header, sizeof(s));
	if (s.sh_type == SHT_NOBITS || s.sh_offset > size || s.sh_size > size - s.sh_offset || !s.sh_size)
		return;
	if (s.sh_type != SHT_SYMTAB && s.sh_type != SHT_RELA) {
		data[s.sh_offset + next() % s.sh_size] = next();
		return;
	}
	entry = s.sh_offset + next() % (s.sh_size / 24 + 1) * 24;
	if (s.sh_type == SHT_SYMTAB) {
		static const struct { size_t at, width; } fields[] = {
			{ offsetof(Elf64_Sym, st_name), 4 }, { offsetof(Elf64_Sym, st_info), 1 },
			{ offsetof(Elf64_Sym, st_shndx), 2 }, { offsetof(Elf64_Sym, st_value), 8 },
		};
		unsigned int i = next() % 4;

		change(data, size, entry + fields[i].at, fields[i].width);
	} else {
		static const size_t width[] = { 8, 4, 4, 8 }, at[] = { 0, 8, 12, 16 };	/* offset, type, symbol, addend */
		unsigned int i = next() % 4;

		change(data, size, entry + at[i], width[i]);
	}
}

/* Make one to four changes. @seed decides all: the same one makes the same mutant. @size: at least an ELF header. */
static void elf_mutate(u8 *data, size_t size, u64 seed)
{
	Elf64_Ehdr h;
	unsigned int n;

	elf_mutate_rng = seed;
	for (n = 1 + next() % 4; n--;) {
		size_t header;

		memcpy(&h, data, sizeof(h));
		if (h.e_shoff > size || size - h.e_shoff < sizeof(Elf64_Shdr) || next() % 64 == 0) {
			change_header(data, size);
			continue;
		}
		header = h.e_shoff + next() % ((size - h.e_shoff) / sizeof(Elf64_Shdr)) * sizeof(Elf64_Shdr);
		if (next() % 2)
			change_section(data, size, header);
		else
			change_entry(data, size, header);
	}
}
