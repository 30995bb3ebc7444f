/* SPDX-License-Identifier: MIT */
/*
 * Use everything that elf_open() promised, the way the loader does, so that a sanitizer sees a
 * broken promise: every name, symbol, relocation, modinfo item, and all relocations applied to
 * copies of their sections. Shared by the unit tests and the fuzzer.
 */
#pragma once

#include <assert.h>
#include "../../modloader/elf.h"
#include "../../modloader/reloc.h"

/* Sums up what was read, so that the compiler cannot leave the reading out. */
static volatile size_t elf_walk_sink;

static void walk_relocations(const struct elf_image *img, unsigned int i, const struct reloc_machine *m)
{
	const Elf64_Shdr *s = &img->sections[i], *t = &img->sections[s->sh_info];
	const Elf64_Rela *r = elf_section_data(img, i);
	size_t n = s->sh_size / sizeof(*r), k;
	u8 *bytes = malloc(t->sh_size ? t->sh_size : 1), *slot = malloc(m->slot_bytes);

	if (elf_section_data(img, s->sh_info))
		memcpy(bytes, elf_section_data(img, s->sh_info), t->sh_size);
	for (k = 0; k < n; k++) {
		unsigned int sym = ELF64_R_SYM(r[k].r_info), type = ELF64_R_TYPE(r[k].r_info);
		struct reloc reloc = {
			.loc = bytes + (r[k].r_offset > t->sh_size ? 0 : r[k].r_offset),
			.room = r[k].r_offset > t->sh_size ? 0 : t->sh_size - r[k].r_offset,
			.place = 0xffffffffa0000000 + r[k].r_offset,
			.type = type,
			.sym = img->syms[sym].st_value + 0xffffffffa0100000,
			.addend = r[k].r_addend,
		};
		int err;

		if (m->wants_slot(type, elf_symbol_section(img, sym) == ELF_SYM_UNDEF)) {
			m->write_slot(slot, reloc.sym);
			reloc.slot = 0xffffffffa0200000;
		}
		err = m->apply(&reloc);
		assert(err == 0 || err == -ERANGE || err == -EINVAL || err == -EFAULT || err == -ENOEXEC);
		elf_walk_sink += err + (m->type_name(type) ? strlen(m->type_name(type)) : 0);
	}
	free(slot);
	free(bytes);
}

static void elf_walk(const struct elf_image *img, const struct reloc_machine *m)
{
	const char *item = NULL;
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const u8 *data = elf_section_data(img, i);
		size_t k;

		elf_walk_sink += strlen(elf_section_name(img, i)) + elf_section_is_alloc(img, i);
		for (k = 0; data && k < img->sections[i].sh_size; k += 61)
			elf_walk_sink += data[k];
		if (elf_is_applied_rela(img, i))
			walk_relocations(img, i, m);
	}
	for (i = 1; i < img->nr_syms; i++) {
		int section = elf_symbol_section(img, i);

		assert(section < (int)img->nr_sections && section >= ELF_SYM_COMMON);
		elf_walk_sink += strlen(elf_symbol_name(img, i));
	}
	while ((item = elf_modinfo_next(img, item)))
		elf_walk_sink += strlen(item);
	elf_walk_sink += elf_modinfo(img, "name", NULL) != NULL;
	elf_walk_sink += elf_find_section(img, ".modinfo") + elf_count_sections(img, ".text");
}
