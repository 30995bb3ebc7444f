// SPDX-License-Identifier: MIT
/*
 * libFuzzer target for modloader/elf.c and reloc_*.c: the file is opened as a module of the machine that
 * it names, and if it is accepted, everything that was promised is used (tests/unit/elf_walk.h).
 *
 * The mutator knows ELF: random bytes would hardly ever get past the header. It picks a section header,
 * a symbol or a relocation of the input and changes one field to a value near what is there, near a
 * boundary, or random; now and then it leaves the work to libFuzzer's own mutations.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/elf_walk.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image img;
	uint8_t *copy;
	u16 machine = EM_X86_64;

	if (size >= sizeof(Elf64_Ehdr) && get_le16(data + offsetof(Elf64_Ehdr, e_machine)) == EM_AARCH64)
		machine = EM_AARCH64;
	copy = malloc(size ? size : 1);		/* aligned, and of exactly this size */
	memcpy(copy, data, size);
	if (elf_open(&img, copy, size, machine) == 0)
		elf_walk(&img, machine == EM_X86_64 ? &reloc_x86_64 : &reloc_arm64);
	else
		elf_walk_sink += strlen(img.why);
	free(copy);
	return 0;
}

static uint64_t rng;

static uint64_t next(void)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return rng >> 33 ^ rng;
}

static uint64_t new_value(uint64_t old, size_t size)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 24, 64, 0xff, 0xff00, 0xfff1, 0xfff2, 0xffff, 0x10000, 0x7fffffff,
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
static void change(uint8_t *data, size_t size, size_t at, size_t width)
{
	uint64_t v = 0;

	if (at > size || width > size - at)
		return;
	memcpy(&v, data + at, width);
	v = new_value(v, size);
	memcpy(data + at, &v, width);
}

static void change_header(uint8_t *data, size_t size)
{
	static const struct { size_t at, width; } fields[] = {
		{ offsetof(Elf64_Ehdr, e_shoff), 8 }, { offsetof(Elf64_Ehdr, e_shnum), 2 },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 2 }, { offsetof(Elf64_Ehdr, e_shentsize), 2 },
		{ offsetof(Elf64_Ehdr, e_machine), 2 }, { offsetof(Elf64_Ehdr, e_type), 2 },
	};
	unsigned int i = next() % (sizeof(fields) / sizeof(fields[0]));

	change(data, size, fields[i].at, fields[i].width);
}

static void change_section(uint8_t *data, size_t size, size_t header)
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
static void change_entry(uint8_t *data, size_t size, size_t header)
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

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	Elf64_Ehdr h;
	unsigned int n;

	rng = seed;
	if (size < sizeof(h) || next() % 8 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	for (n = 1 + next() % 4; n--;) {
		size_t header;

		memcpy(&h, data, sizeof(h));
		if (h.e_shoff > size || size - h.e_shoff < sizeof(Elf64_Shdr) || next() % 16 == 0) {
			change_header(data, size);
			continue;
		}
		header = h.e_shoff + next() % ((size - h.e_shoff) / sizeof(Elf64_Shdr)) * sizeof(Elf64_Shdr);
		if (next() % 2)
			change_section(data, size, header);
		else
			change_entry(data, size, header);
	}
	return size;
}
