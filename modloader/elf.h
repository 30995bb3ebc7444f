/* SPDX-License-Identifier: MIT */
/*
 * A module's file, checked: after elf_open() succeeded, every accessor below stays inside the file
 * whatever the file says, so that the rest of the loader need not doubt an offset again.
 *
 * What is promised after success (the invariants that elf_open() establishes):
 *   E1 the header is ELF64, little-endian, ET_REL, of the wanted machine
 *   E2 each section but SHT_NOBITS lies inside the file, and no two overlap
 *   E3 sh_addralign is 0 or a power of two; of allocated sections at most a page
 *   E4 each section has a name, NUL-terminated inside the file
 *   E5 there is one symbol table, of whole entries; each name is NUL-terminated inside its string
 *      table; each section index names a section or is ABS, COMMON or undefined
 *   E6 each SHT_RELA of an allocated section has whole entries, uses that symbol table, its
 *      symbol indexes are in range, and its target has bytes in the file (not NOBITS)
 *   E7 .modinfo, if there is one, ends in NUL
 *   E8 no section is both writable and executable
 *
 * Source: System V gABI, chapter 4, "Object Files".
 */
#pragma once

#include <elf.h>
#include "base.h"

#define ELF_MAX_SECTIONS	(1u << 20)
#define ELF_ITEMS_KEPT		24
#define ELF_ALLOC_MAX_BYTES	(64UL << 20)	/* of all allocated sections together */

struct elf_image {
	const u8 *data;			/* the file; 8-byte aligned */
	size_t len;
	const Elf64_Ehdr *hdr;
	const Elf64_Shdr *sections;
	unsigned int nr_sections;
	const char *section_names;	/* ends in NUL */
	size_t section_names_len;
	unsigned int symtab;		/* section index */
	const Elf64_Sym *syms;
	unsigned int nr_syms;
	const u32 *shndx;		/* SHT_SYMTAB_SHNDX table of nr_syms entries, or NULL */
	const char *names;		/* of symbols; ends in NUL */
	size_t names_len;
	const char *modinfo;		/* "tag=value\0…", or NULL */
	size_t modinfo_len;
	u32 items[ELF_ITEMS_KEPT];	/* where its first strings begin: most are looked up again and again */
	unsigned int nr_items;
	char why[256];			/* after a failure: what is bad, one line without newline */
};

/*
 * elf_open - check @data, and fill @img.
 * @data:    the file, 8-byte aligned, unchanged as long as @img is used.
 * @machine: EM_X86_64 or EM_AARCH64.
 *
 * Context: thread; allocates (and frees) a list of sections to find overlaps.
 * Returns: 0, -ENOEXEC with img->why set, or -ENOMEM.
 */
int elf_open(struct elf_image *img, const void *data, size_t len, u16 machine);

/* Values of elf_symbol_section() that are no section index. */
enum { ELF_SYM_UNDEF = 0, ELF_SYM_ABS = -1, ELF_SYM_COMMON = -2 };

/* Section of symbol @i (SHN_XINDEX resolved), or one of the above. */
int elf_symbol_section(const struct elf_image *img, unsigned int i);
const char *elf_symbol_name(const struct elf_image *img, unsigned int i);
const char *elf_section_name(const struct elf_image *img, unsigned int i);
/* First section of this name, or 0. */
unsigned int elf_find_section(const struct elf_image *img, const char *name);
/* How many sections have this name. */
unsigned int elf_count_sections(const struct elf_image *img, const char *name);
/* Bytes of a section, or NULL for SHT_NOBITS. */
const void *elf_section_data(const struct elf_image *img, unsigned int i);

static inline bool elf_section_is_alloc(const struct elf_image *img, unsigned int i)
{
	return img->sections[i].sh_flags & SHF_ALLOC;
}

/* Does section @i hold relocations that the loader applies? E6 holds for those. Never for section 0. */
bool elf_is_applied_rela(const struct elf_image *img, unsigned int i);

/*
 * elf_modinfo - value of the first "tag=" at or behind @from in .modinfo, or NULL.
 * @from: NULL to start, else a value returned before: looks behind it.
 */
const char *elf_modinfo(const struct elf_image *img, const char *tag, const char *from);
/* The next "tag=value" string behind @item (NULL: the first), or NULL. */
const char *elf_modinfo_next(const struct elf_image *img, const char *item);
