// SPDX-License-Identifier: MIT
/*
 * Checking a module's file before anything in it is believed.
 *
 * One pass over the headers, one over the sections, one over the symbols, one over the relocations;
 * linear but for the sort that finds overlapping sections. All sums are done so that they cannot
 * wrap: "offset <= len && size <= len - offset". elf.h lists what holds afterwards (E1…E8).
 *
 * Also compiled on the host: tests/unit/test_elf.c, tests/fuzz/fuzz_elf.c.
 */
#include "elf.h"
#include "order.h"

/* One-line reasons; the value is the errno to return. */
#define BAD(img, ...) (scnprintf((img)->why, sizeof((img)->why), __VA_ARGS__), make_printable((img)->why), -ENOEXEC)

static bool in_file(const struct elf_image *img, u64 offset, u64 size)
{
	return offset <= img->len && size <= img->len - offset;
}

static bool is_power_of_two_or_0(u64 v)
{
	return (v & (v - 1)) == 0;
}

static const char *machine_name(u16 machine)
{
	return machine == EM_X86_64 ? "x86_64" : machine == EM_AARCH64 ? "arm64" : "other";
}

/* E1 */
static int check_header(struct elf_image *img, u16 machine)
{
	const Elf64_Ehdr *h = img->hdr;

	if (img->len < sizeof(*h))
		return BAD(img, "too short for an ELF header: %zu bytes", img->len);
	if (memcmp(h->e_ident, ELFMAG, SELFMAG))
		return BAD(img, "not an ELF file: it begins with %02x %02x %02x %02x", h->e_ident[0],
			   h->e_ident[1], h->e_ident[2], h->e_ident[3]);
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB)
		return BAD(img, "not a 64-bit little-endian ELF file");
	if (h->e_type != ET_REL)
		return BAD(img, "not a relocatable file (ELF type %u, want %u)", h->e_type, ET_REL);
	if (h->e_machine != machine)
		return BAD(img, "built for another machine: ELF machine %u (%s), this kernel is %u (%s)",
			   h->e_machine, machine_name(h->e_machine), machine, machine_name(machine));
	if (h->e_shentsize != sizeof(Elf64_Shdr))
		return BAD(img, "section header size is %u, want %zu", h->e_shentsize, sizeof(Elf64_Shdr));
	if (h->e_shoff % 8 || !h->e_shoff || !in_file(img, h->e_shoff, sizeof(Elf64_Shdr)))
		return BAD(img, "section headers at offset %#llx of a file of %zu bytes (truncated?)",
			   (unsigned long long)h->e_shoff, img->len);
	return 0;
}

/* The section table and the names of sections; large counts live in section 0. */
static int find_sections(struct elf_image *img)
{
	const Elf64_Ehdr *h = img->hdr;
	const Elf64_Shdr *zero = (const Elf64_Shdr *)(img->data + h->e_shoff);
	u64 count = h->e_shnum ? h->e_shnum : zero->sh_size;
	u64 names = h->e_shstrndx == SHN_XINDEX ? zero->sh_link : h->e_shstrndx;
	const Elf64_Shdr *s;

	if (count < 2 || count > ELF_MAX_SECTIONS ||
	    count > (img->len - h->e_shoff) / sizeof(Elf64_Shdr))
		return BAD(img, "%llu section headers do not fit into the file (truncated?)",
			   (unsigned long long)count);
	img->sections = zero;
	img->nr_sections = count;
	if (zero->sh_type != SHT_NULL)
		return BAD(img, "section 0 is not empty (type %u)", zero->sh_type);
	if (names == 0 || names >= count)
		return BAD(img, "section names are in section %llu of %llu",
			   (unsigned long long)names, (unsigned long long)count);
	s = &img->sections[names];
	if (s->sh_type != SHT_STRTAB || !s->sh_size || !in_file(img, s->sh_offset, s->sh_size) ||
	    img->data[s->sh_offset + s->sh_size - 1])
		return BAD(img, "section names (section %llu) are not a string table inside the file",
			   (unsigned long long)names);
	img->section_names = (const char *)img->data + s->sh_offset;
	img->section_names_len = s->sh_size;
	return 0;
}

/* E2 without overlap, E3, E4, E8 */
static int check_sections(struct elf_image *img)
{
	u64 alloc_bytes = 0;
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Shdr *s = &img->sections[i];
		const char *name;

		if (s->sh_name >= img->section_names_len)
			return BAD(img, "section %u: name at %#x is outside the names", i, s->sh_name);
		name = img->section_names + s->sh_name;
		if (s->sh_type != SHT_NOBITS &&
		    !in_file(img, s->sh_offset, s->sh_size))
			return BAD(img, "section %u (%.40s): offset %#llx size %#llx is outside the file of %zu bytes (truncated?)",
				   i, name, (unsigned long long)s->sh_offset,
				   (unsigned long long)s->sh_size, img->len);
		if (!is_power_of_two_or_0(s->sh_addralign))
			return BAD(img, "section %u (%.40s): alignment %#llx is not a power of two", i,
				   name, (unsigned long long)s->sh_addralign);
		if (!(s->sh_flags & SHF_ALLOC))
			continue;
		if (s->sh_addralign > PAGE_SIZE)
			return BAD(img, "section %u (%.40s): alignment %#llx is more than a page", i,
				   name, (unsigned long long)s->sh_addralign);
		if ((s->sh_flags & SHF_WRITE) && (s->sh_flags & SHF_EXECINSTR))
			return BAD(img, "section %u (%.40s): both writable and executable", i, name);
		if (s->sh_flags & (SHF_COMPRESSED | SHF_TLS))
			return BAD(img, "section %u (%.40s): compressed or thread-local", i, name);
		if (s->sh_size > ELF_ALLOC_MAX_BYTES)
			return BAD(img, "section %u (%.40s): size %#llx is more than a module may have",
				   i, name, (unsigned long long)s->sh_size);
		alloc_bytes += s->sh_size;
		if (alloc_bytes > ELF_ALLOC_MAX_BYTES)
			return BAD(img, "sections of together more than %lu MiB", ELF_ALLOC_MAX_BYTES >> 20);
	}
	return 0;
}

/* What lies at the start of a range: the ELF header, the section table, or a section's bytes. */
static u64 range_end(const struct elf_image *img, u64 which)
{
	if (which == 0)
		return sizeof(Elf64_Ehdr);
	if (which == img->nr_sections)
		return img->hdr->e_shoff + (u64)img->nr_sections * sizeof(Elf64_Shdr);
	return img->sections[which].sh_offset + img->sections[which].sh_size;
}

/* E2: the file's parts, headers included, do not overlap. */
static int check_overlap(struct elf_image *img)
{
	struct order *room = kvmalloc_array(2 * (img->nr_sections + 1), sizeof(*room), GFP_KERNEL), *r;
	unsigned int i, n = 0;
	int err = 0;

	if (!room)
		return -ENOMEM;
	room[n++] = (struct order){ 0, 0 };
	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Shdr *s = &img->sections[i];

		if (s->sh_type != SHT_NOBITS && s->sh_size)
			room[n++] = (struct order){ s->sh_offset, i };
	}
	room[n++] = (struct order){ img->hdr->e_shoff, img->nr_sections };
	r = order_sort(room, n);
	for (i = 1; i < n && !err; i++)
		if (r[i].key < range_end(img, r[i - 1].index))
			err = BAD(img, "sections %u and %u overlap in the file", (unsigned int)r[i - 1].index,
				  (unsigned int)r[i].index);
	kvfree(room);
	return err;
}

/* The table of large section indexes that belongs to the symbol table, if there is one. */
static int find_shndx(struct elf_image *img)
{
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Shdr *s = &img->sections[i];

		if (s->sh_type != SHT_SYMTAB_SHNDX || s->sh_link != img->symtab)
			continue;
		if (img->shndx || s->sh_offset % 4 || s->sh_size / sizeof(u32) < img->nr_syms)
			return BAD(img, "section %u: the table of section indexes is too short, misplaced or not the only one", i);
		img->shndx = (const u32 *)(img->data + s->sh_offset);
	}
	return 0;
}

static int find_symbols(struct elf_image *img)
{
	const Elf64_Shdr *s, *strings;
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		if (img->sections[i].sh_type != SHT_SYMTAB)
			continue;
		if (img->symtab)
			return BAD(img, "two symbol tables (sections %u and %u)", img->symtab, i);
		img->symtab = i;
	}
	if (!img->symtab)
		return BAD(img, "module has no symbols (stripped?)");
	s = &img->sections[img->symtab];
	if (s->sh_entsize != sizeof(Elf64_Sym) || s->sh_size % sizeof(Elf64_Sym) || s->sh_offset % 8 ||
	    s->sh_size / sizeof(Elf64_Sym) > 1u << 24)
		return BAD(img, "symbol table: entry size %llu, %llu bytes at %#llx",
			   (unsigned long long)s->sh_entsize, (unsigned long long)s->sh_size,
			   (unsigned long long)s->sh_offset);
	img->syms = (const Elf64_Sym *)(img->data + s->sh_offset);
	img->nr_syms = s->sh_size / sizeof(Elf64_Sym);
	if (s->sh_link == 0 || s->sh_link >= img->nr_sections)
		return BAD(img, "symbol names are in section %u of %u", s->sh_link, img->nr_sections);
	strings = &img->sections[s->sh_link];
	if (strings->sh_type != SHT_STRTAB || !strings->sh_size ||
	    img->data[strings->sh_offset + strings->sh_size - 1])
		return BAD(img, "symbol names (section %u) are not a NUL-terminated string table", s->sh_link);
	img->names = (const char *)img->data + strings->sh_offset;
	img->names_len = strings->sh_size;
	return find_shndx(img);
}

/* E5 */
static int check_symbols(struct elf_image *img)
{
	unsigned int i;

	/* Number 0 too: it should be empty, but a relocation may name it. */
	for (i = 0; i < img->nr_syms; i++) {
		const Elf64_Sym *sym = &img->syms[i];
		u64 section = sym->st_shndx;

		if (sym->st_name >= img->names_len)
			return BAD(img, "symbol %u: name at %#x is outside the names", i, sym->st_name);
		if (section == SHN_XINDEX) {
			if (!img->shndx)
				return BAD(img, "symbol %u: large section index without a table of them", i);
			section = img->shndx[i];
		} else if (section >= SHN_LORESERVE) {
			if (section == SHN_ABS || section == SHN_COMMON)
				continue;
			return BAD(img, "symbol %u: reserved section index %#llx", i, (unsigned long long)section);
		}
		if (section >= img->nr_sections)
			return BAD(img, "symbol %u (%.60s): in section %llu of %u", i,
				   img->names + sym->st_name, (unsigned long long)section, img->nr_sections);
	}
	return 0;
}

bool elf_is_applied_rela(const struct elf_image *img, unsigned int i)
{
	const Elf64_Shdr *s = &img->sections[i];

	return s->sh_type == SHT_RELA && s->sh_info && s->sh_info < img->nr_sections &&
	       elf_section_is_alloc(img, s->sh_info);
}

/*
 * E6. Relocations of debug sections are nobody's business here, nor are those of section 0, which is
 * no section: what names it as its target is not tied to any.
 */
static int check_relocations(struct elf_image *img)
{
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++) {
		const Elf64_Shdr *s = &img->sections[i];
		const Elf64_Rela *r;
		size_t k, n;

		if ((s->sh_type == SHT_RELA || s->sh_type == SHT_REL) && s->sh_info >= img->nr_sections)
			return BAD(img, "section %u: relocates section %u of %u", i, s->sh_info, img->nr_sections);
		if (s->sh_type == SHT_REL && s->sh_info && elf_section_is_alloc(img, s->sh_info))
			return BAD(img, "section %u: relocations without addends (SHT_REL)", i);
		if (!elf_is_applied_rela(img, i))
			continue;
		if (s->sh_entsize != sizeof(Elf64_Rela) || s->sh_size % sizeof(Elf64_Rela) ||
		    s->sh_offset % 8 || s->sh_link != img->symtab)
			return BAD(img, "section %u (%.40s): entry size %llu, %llu bytes at %#llx, symbols in section %u",
				   i, elf_section_name(img, i), (unsigned long long)s->sh_entsize,
				   (unsigned long long)s->sh_size, (unsigned long long)s->sh_offset, s->sh_link);
		if (img->sections[s->sh_info].sh_type == SHT_NOBITS && s->sh_size)
			return BAD(img, "section %u (%.40s): relocates a section without bytes", i,
				   elf_section_name(img, i));
		r = (const Elf64_Rela *)(img->data + s->sh_offset);
		n = s->sh_size / sizeof(*r);
		for (k = 0; k < n; k++)
			if (ELF64_R_SYM(r[k].r_info) >= img->nr_syms)
				return BAD(img, "section %u (%.40s): relocation %zu uses symbol %u of %u", i,
					   elf_section_name(img, i), k,
					   (unsigned int)ELF64_R_SYM(r[k].r_info), img->nr_syms);
	}
	return 0;
}

/* E7 */
static int find_modinfo(struct elf_image *img)
{
	unsigned int i = elf_find_section(img, ".modinfo");
	const Elf64_Shdr *s = &img->sections[i];
	const char *item;

	if (!i || !s->sh_size)
		return 0;
	if (s->sh_type == SHT_NOBITS || img->data[s->sh_offset + s->sh_size - 1])
		return BAD(img, ".modinfo does not end in NUL");
	img->modinfo = (const char *)img->data + s->sh_offset;
	img->modinfo_len = s->sh_size;
	for (item = NULL; img->nr_items < ELF_ITEMS_KEPT && (item = elf_modinfo_next(img, item)); img->nr_items++)
		img->items[img->nr_items] = item - img->modinfo;
	return 0;
}

int elf_open(struct elf_image *img, const void *data, size_t len, u16 machine)
{
	int err;

	memset(img, 0, sizeof(*img));
	img->data = data;
	img->len = len;
	img->hdr = data;
	if ((err = check_header(img, machine)) ||
	    (err = find_sections(img)) ||
	    (err = check_sections(img)) ||
	    (err = check_overlap(img)) ||
	    (err = find_symbols(img)) ||
	    (err = check_symbols(img)) ||
	    (err = check_relocations(img)) ||
	    (err = find_modinfo(img)))
		return err;
	return 0;
}

int elf_symbol_section(const struct elf_image *img, unsigned int i)
{
	u16 section = img->syms[i].st_shndx;

	switch (section) {
	case SHN_XINDEX:
		return img->shndx[i];
	case SHN_ABS:
		return ELF_SYM_ABS;
	case SHN_COMMON:
		return ELF_SYM_COMMON;
	default:
		return section;
	}
}

const char *elf_symbol_name(const struct elf_image *img, unsigned int i)
{
	return img->names + img->syms[i].st_name;
}

const char *elf_section_name(const struct elf_image *img, unsigned int i)
{
	return img->section_names + img->sections[i].sh_name;
}

/* Most names differ in the character behind the dot: that spares the call. */
static bool has_name(const struct elf_image *img, unsigned int i, const char *name)
{
	const char *s = elf_section_name(img, i);

	return s[0] == name[0] && s[0] && s[1] == name[1] && !strcmp(s, name);
}

unsigned int elf_find_section(const struct elf_image *img, const char *name)
{
	unsigned int i;

	for (i = 1; i < img->nr_sections; i++)
		if (has_name(img, i, name))
			return i;
	return 0;
}

unsigned int elf_count_sections(const struct elf_image *img, const char *name)
{
	unsigned int i, n = 0;

	for (i = 1; i < img->nr_sections; i++)
		n += has_name(img, i, name);
	return n;
}

const void *elf_section_data(const struct elf_image *img, unsigned int i)
{
	return img->sections[i].sh_type == SHT_NOBITS ? NULL : img->data + img->sections[i].sh_offset;
}

const char *elf_modinfo_next(const struct elf_image *img, const char *item)
{
	const char *end;

	if (!img->modinfo)
		return NULL;
	end = img->modinfo + img->modinfo_len;
	item = item ? item + strlen(item) + 1 : img->modinfo;
	while (item < end && !*item)		/* the linker pads between files */
		item++;
	return item < end ? item : NULL;
}

static bool has_tag(const char *item, const char *tag, size_t n)
{
	return item[0] == tag[0] && !strncmp(item, tag, n) && item[n] == '=';
}

const char *elf_modinfo(const struct elf_image *img, const char *tag, const char *from)
{
	size_t n = strlen(tag);
	const char *item = from;
	unsigned int i;

	for (i = 0; !from && i < img->nr_items; i++) {
		item = img->modinfo + img->items[i];
		if (has_tag(item, tag, n))
			return item + n + 1;
	}
	while ((item = elf_modinfo_next(img, item)))
		if (has_tag(item, tag, n))
			return item + n + 1;
	return NULL;
}
