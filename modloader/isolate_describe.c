// SPDX-License-Identifier: MIT
/*
 * What insmod -n tells about an isolated module: each rewritten symbol, what it is bound to, and one instruction
 * that uses it, as the file has it and as it will run.
 *
 *	kmalloc_caches -> oot_kmalloc_caches at 0xffffffff81234567
 *	    stomp+0x1a  48 8b 3d 00 00 00 00  becomes  48 8b 3d 12 34 56 78
 *
 * The module has been linked by then (link.c) and is about to be thrown away. One that was refused gets the lines
 * without instructions: it was not.
 */
#include <linux/kernel.h>
#include "internal.h"

#define FIELD_BYTES 4	/* of every relocation on code, both machines */

/* The function of section @section that has the byte at @offset. */
static const char *function_at(struct load_info *info, unsigned int section, u64 offset, u64 *start)
{
	for (unsigned int i = 1; i < info->img.nr_syms; i++) {
		const Elf64_Sym *sym = &info->img.syms[i];

		if (ELF64_ST_TYPE(sym->st_info) == STT_FUNC && elf_symbol_section(&info->img, i) == (int)section &&
		    offset >= sym->st_value && offset - sym->st_value < sym->st_size) {
			*start = sym->st_value;
			return elf_symbol_name(&info->img, i);
		}
	}
	return NULL;
}

static void describe_bytes(struct load_info *info, const char *before, const u8 *bytes, unsigned int n)
{
	module_err(info->err, "%s", before);
	while (n--)
		module_err(info->err, " %02x", *bytes++);
}

static void describe_place(struct load_info *info, unsigned int section, const Elf64_Rela *r)
{
	unsigned int lead = min_t(u64, info->machine->lead_bytes, r->r_offset);
	const u8 *file = elf_section_data(&info->img, section);
	const char *function;
	u64 start;

	function = function_at(info, section, r->r_offset, &start);
	if (!function || !file)
		return;
	module_err(info->err, "      %s+0x%llx ", function, (unsigned long long)(r->r_offset - lead - start));
	describe_bytes(info, "", file + r->r_offset - lead, lead + FIELD_BYTES);
	describe_bytes(info, "  becomes ", (const u8 *)info->section_addr[section] + r->r_offset - lead, lead + FIELD_BYTES);
	module_err(info->err, "\n");
}

/* The first relocation in code that uses symbol @sym. */
static void describe_use(struct load_info *info, unsigned int sym)
{
	for (unsigned int i = 1; i < info->img.nr_sections; i++) {
		unsigned int target = info->img.sections[i].sh_info;
		const Elf64_Rela *r;
		size_t n;

		if (!elf_is_applied_rela(&info->img, i) || info->section_region[target] == NO_REGION ||
		    !(info->img.sections[target].sh_flags & SHF_EXECINSTR))
			continue;
		r = elf_section_data(&info->img, i);
		for (n = info->img.sections[i].sh_size / sizeof(*r); n--; r++) {
			if (ELF64_R_SYM(r->r_info) == sym) {
				describe_place(info, target, r);
				return;
			}
		}
	}
}

void isolate_describe(struct load_info *info, bool linked)
{
	unsigned int n = 0;

	if (info->priv->oot_slot < 0)
		return;
	module_err(info->err, "  isolated in oot-kmalloc-%d; ", info->priv->oot_slot);
	for (unsigned int i = 1; i < info->img.nr_syms; i++) {
		const char *target;

		if (elf_symbol_section(&info->img, i) != ELF_SYM_UNDEF ||
		    !isolate_symbol(info, elf_symbol_name(&info->img, i), &target))
			continue;
		module_err(info->err, "%s    %s -> %s at 0x%lx\n", n++ ? "" : "rewritten:\n", elf_symbol_name(&info->img, i),
			   target, info->symbol_value[i]);
		if (linked)
			describe_use(info, i);
	}
	if (!n)
		module_err(info->err, "nothing in it is rewritten\n");
}
