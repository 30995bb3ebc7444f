// SPDX-License-Identifier: MIT
/*
 * Where a module's sections go, and what may be done with them.
 *
 * Two areas in the module address range, each of whole pages, each region of one permission:
 *
 *   core  | text R-X | rodata R-- | ro_after_init | data RW- |      stays
 *   init  | text R-X | rodata R-- | data RW- |                      freed after init
 *
 * While the module is being linked everything is writable and nothing executable; layout_protect()
 * changes that before the first instruction runs. Invariant: no page is ever both.
 *
 * Not loaded: .modinfo and __versions (read from the file), .data..percpu (goes to each CPU's
 * area), and what is not SHF_ALLOC. All offsets stay below ELF_ALLOC_MAX_BYTES, which elf.c checked,
 * so the sums here cannot overflow.
 */
#include <linux/mm.h>
#include <linux/moduleloader.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <arch/cpu.h>
#include <paddock/pgtable.h>
#include <paddock/pmalloc.h>
#include "internal.h"

static const char *const region_names[NR_REGIONS] = {
	[CORE_TEXT] = "text", [CORE_RODATA] = "rodata", [CORE_RO_AFTER_INIT] = "ro_after_init",
	[CORE_DATA] = "data", [INIT_TEXT] = "init text", [INIT_RODATA] = "init rodata",
	[INIT_DATA] = "init data",
};

static enum region region_for(const struct elf_image *img, unsigned int i)
{
	const Elf64_Shdr *s = &img->sections[i];
	const char *name = elf_section_name(img, i);
	bool init, data;

	if (!(s->sh_flags & SHF_ALLOC))
		return NO_REGION;
	/* Most names differ early: that spares the calls. */
	init = name[0] == '.' && name[1] == 'i' && !strncmp(name, ".init", 5);
	data = name[0] == '.' && name[1] == 'd' && !strncmp(name, ".data..", 7);
	if ((data && !strncmp(name, ".data..percpu", 13)) ||
	    (name[0] && (name[1] == 'm' || name[1] == '_') && (!strcmp(name, ".modinfo") || !strcmp(name, "__versions"))))
		return NO_REGION;
	if (s->sh_flags & SHF_EXECINSTR)
		return init ? INIT_TEXT : CORE_TEXT;
	/* Both are sealed after init; write-rare may change the second (module_private.wr_start). */
	if (data && (!strcmp(name, ".data..ro_after_init") || !strcmp(name, ".data..wr_after_init")))
		return CORE_RO_AFTER_INIT;
	if (s->sh_flags & SHF_WRITE)
		return init ? INIT_DATA : CORE_DATA;
	return init ? INIT_RODATA : CORE_RODATA;
}

static unsigned long align_up(unsigned long v, unsigned long align)
{
	return align > 1 ? (v + align - 1) & ~(align - 1) : v;
}

/* Give each section its offset in its region; section_addr[] holds offsets until the areas are there. */
static void place_sections(struct load_info *info)
{
	struct elf_image *img = &info->img;
	enum region r;
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Shdr *s = &img->sections[i];
		unsigned long *bytes;

		r = region_for(img, i);
		info->section_region[i] = r;
		if (r == NO_REGION)
			continue;
		bytes = &info->priv->region[r].bytes;
		info->section_addr[i] = align_up(*bytes, s->sh_addralign);
		*bytes = info->section_addr[i] + s->sh_size;
	}
	if (info->nr_slots) {
		r = info->machine->slot_is_code ? CORE_TEXT : CORE_RODATA;
		info->slots = align_up(info->priv->region[r].bytes, info->machine->slot_bytes);
		info->priv->region[r].bytes = info->slots +
			(unsigned long)info->nr_slots * info->machine->slot_bytes;
	}
}

static int allocate_area(struct module_private *priv, enum region first, enum region end)
{
	unsigned long bytes = 0;
	enum region r;
	char *area;

	for (r = first; r < end; r++)
		bytes += PAGE_ALIGN(priv->region[r].bytes);
	if (!bytes)
		return 0;
	area = module_alloc(bytes);
	if (!area)
		return -ENOMEM;
	for (r = first; r < end; r++) {
		bytes = priv->region[r].bytes;
		if (!bytes)
			continue;
		/* Old bytes behind the last section are nobody's, but nobody shall execute them. */
		memset(area, 0, r == CORE_TEXT || r == INIT_TEXT ? PAGE_ALIGN(bytes) : bytes);
		priv->region[r].start = (unsigned long)area;
		area += PAGE_ALIGN(priv->region[r].bytes);
	}
	return 0;
}

/* One slot per symbol that a relocation may need one for. */
static int count_slots(struct load_info *info)
{
	struct elf_image *img = &info->img;
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Rela *r = elf_section_data(img, i);
		size_t n = img->sections[i].sh_size / sizeof(*r);

		if (!elf_is_applied_rela(img, i))
			continue;
		for (; n--; r++) {
			unsigned int sym = ELF64_R_SYM(r->r_info);
			bool undefined = elf_symbol_section(img, sym) == ELF_SYM_UNDEF;

			if (!info->machine->wants_slot(ELF64_R_TYPE(r->r_info), undefined))
				continue;
			if (!info->slot_of) {
				info->slot_of = kvcalloc(img->nr_syms, sizeof(u32), GFP_KERNEL);
				if (!info->slot_of)
					return -ENOMEM;
			}
			if (!info->slot_of[sym])
				info->slot_of[sym] = ++info->nr_slots;
		}
	}
	return 0;
}

int layout_module(struct load_info *info)
{
	struct module_private *priv = info->priv;
	unsigned int i;
	int err;

	info->section_addr = kvcalloc(info->img.nr_sections, sizeof(unsigned long), GFP_KERNEL);
	info->section_region = kvcalloc(info->img.nr_sections, 1, GFP_KERNEL);
	if (!info->section_addr || !info->section_region)
		return -ENOMEM;
	info->section_region[0] = NO_REGION;
	err = count_slots(info);
	if (err)
		return err;
	place_sections(info);
	err = allocate_area(priv, CORE_TEXT, FIRST_INIT_REGION);
	if (err)
		return err;
	err = allocate_area(priv, FIRST_INIT_REGION, NR_REGIONS);
	if (err)
		return err;

	priv->init_text = priv->region[INIT_TEXT].start;
	for (i = 1; i < info->img.nr_sections; i++)
		if (info->section_region[i] != NO_REGION)
			info->section_addr[i] += priv->region[info->section_region[i]].start;
	i = elf_find_section(&info->img, ".data..wr_after_init");
	if (i && info->section_region[i] == CORE_RO_AFTER_INIT) {
		priv->wr_start = info->section_addr[i];
		priv->wr_bytes = info->img.sections[i].sh_size;
	}
	if (info->nr_slots)
		info->slots += priv->region[info->machine->slot_is_code ? CORE_TEXT : CORE_RODATA].start;
	return 0;
}

void layout_copy(struct load_info *info)
{
	unsigned int i;

	for (i = 1; i < info->img.nr_sections; i++) {
		const void *bytes = elf_section_data(&info->img, i);

		if (info->section_region[i] != NO_REGION && bytes && info->img.sections[i].sh_size)
			memcpy((void *)info->section_addr[i], bytes, info->img.sections[i].sh_size);
	}
}

static int protect_region(struct module_region *r, int (*how)(unsigned long, int))
{
	return r->start && r->bytes ? how(r->start, PAGE_ALIGN(r->bytes) >> PAGE_SHIFT) : 0;
}

int layout_protect(struct module_private *priv)
{
	static const enum region text[] = { CORE_TEXT, INIT_TEXT }, rodata[] = { CORE_RODATA, INIT_RODATA };
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(text); i++) {
		struct module_region *r = &priv->region[text[i]];

		if (!r->start)
			continue;
		arch_sync_code((void *)r->start, r->bytes);
		err = protect_region(r, set_memory_rox);
		if (err)
			return err;
	}
	for (i = 0; i < ARRAY_SIZE(rodata); i++) {
		err = protect_region(&priv->region[rodata[i]], set_memory_ro);
		if (err)
			return err;
	}
	return 0;
}

int layout_protect_after_init(struct module_private *priv)
{
	struct module_region *r = &priv->region[CORE_RO_AFTER_INIT];
	int err;

	if (!r->start || !r->bytes)
		return 0;
	/* In the linear map as well. */
	err = kernel_change_prot_alias(r->start, PAGE_ALIGN(r->bytes), 0, PT_WRITE);
	if (err)
		return err;
	priv->alias_sealed = true;
	return priv->wr_bytes ? pmalloc_allow_wr(priv->mod, priv->wr_start, priv->wr_start + priv->wr_bytes) : 0;
}

static void free_area(struct module_private *priv, enum region first, enum region end)
{
	void *area = NULL;
	enum region r;

	/* The first region that is there starts the area; module_memfree() makes it writable again. */
	for (r = first; r < end; r++) {
		if (!area)
			area = (void *)priv->region[r].start;
		/* Cleared before the memory goes: readers in any context find nothing there. */
		WRITE_ONCE(priv->region[r].start, 0);
	}
	module_memfree(area);
}

void layout_free_init(struct module_private *priv)
{
	free_area(priv, FIRST_INIT_REGION, NR_REGIONS);
}

void layout_free(struct module_private *priv)
{
	struct module_region *r = &priv->region[CORE_RO_AFTER_INIT];

	layout_free_init(priv);
	/* Whoever gets the pages next writes to them by the linear map. */
	if (priv->alias_sealed)
		kernel_restore_alias(r->start, PAGE_ALIGN(r->bytes));
	free_area(priv, CORE_TEXT, FIRST_INIT_REGION);
}

enum region layout_region_of(const struct module_private *priv, unsigned long addr)
{
	enum region r;

	for (r = 0; r < NR_REGIONS; r++) {
		unsigned long start = READ_ONCE(priv->region[r].start);

		if (start && addr - start < priv->region[r].bytes)
			return r;
	}
	return NO_REGION;
}

unsigned long layout_bytes(const struct module_private *priv, bool init)
{
	unsigned long bytes = 0;
	enum region r;

	for (r = init ? FIRST_INIT_REGION : CORE_TEXT; r < (init ? NR_REGIONS : FIRST_INIT_REGION); r++)
		if (priv->region[r].start)
			bytes += PAGE_ALIGN(priv->region[r].bytes);
	return bytes;
}

const char *layout_region_name(enum region r)
{
	return r < NR_REGIONS ? region_names[r] : "nowhere";
}
