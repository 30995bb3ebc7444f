// SPDX-License-Identifier: MIT
/*
 * Was this module built for this kernel?
 *
 * Two answers. The version string ("vermagic") names release and configuration; its words must be
 * equal. The section __versions has the CRC of each declaration that the module was compiled with;
 * it must be the exporter's. A module with CRCs may differ in the release, since they say it better.
 */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vermagic.h>
#include "internal.h"

static const char kernel_magic[] = VERMAGIC_STRING;

static const char *skip_word(const char *s)
{
	return s + strcspn(s, " ");
}

/* Name the first word that differs. */
static void explain_magic(struct load_info *info, const char *magic)
{
	const char *a = magic, *b = kernel_magic;
	unsigned int word = 1;

	for (;;) {
		size_t la, lb;

		a += strspn(a, " ");
		b += strspn(b, " ");
		la = strcspn(a, " ");
		lb = strcspn(b, " ");
		if (!la && !lb)
			return;
		if (la != lb || strncmp(a, b, la)) {
			module_err(info->err, "  word %u differs: the module has '%.*s', this kernel '%.*s'%s\n", word,
				   (int)min_t(size_t, la, 60), a, (int)lb, b,
				   word == 1 ? " (built for another release)" : "");
			return;
		}
		a += la;
		b += lb;
		word++;
	}
}

/* What the compiler says of itself, the first string of .comment; its length, 0: it says nothing. */
static size_t find_compiler(const struct load_info *info, const char **text)
{
	unsigned int i = elf_find_section(&info->img, ".comment");
	const char *s = i ? elf_section_data(&info->img, i) : NULL;
	size_t room = s ? info->img.sections[i].sh_size : 0;

	for (; room && !*s; room--)	/* linkers put an empty one in front */
		s++;
	*text = s;
	return strnlen(s, room);
}

/* GCC's ends in the version, as __VERSION__ has it; the rest is the distribution's. */
static bool is_our_compiler(const char *text, size_t n)
{
	static const char ours[] = __VERSION__;
	size_t len = sizeof(ours) - 1;

	return n > len && text[n - len - 1] == ' ' && !memcmp(text + n - len, ours, len);
}

void versions_explain_origin(struct load_info *info)
{
	const char *magic = elf_modinfo(&info->img, "vermagic", NULL);
	const char *source = elf_modinfo(&info->img, "srcversion", NULL);
	const char *compiler;
	size_t n = find_compiler(info, &compiler);

	module_err(info->err, "%s: it was built for '%.80s'%s%.40s\n", info->name, magic ? magic : "(no version magic)",
		   source ? ", srcversion " : "", source ? source : "");
	if (n && !is_our_compiler(compiler, n))
		module_err(info->err, "%s: its compiler was '%.*s', this kernel's GCC %s\n", info->name,
			   (int)min_t(size_t, n, 80), compiler, __VERSION__);
}

/*
 * The names of __versions by hash: slot h mod n holds the entry's number + 1, or the next free one
 * does. Half of the slots at most are taken, so that a search ends soon, and always ends.
 */
static u32 hash_name(const char *name)
{
	u32 h = 2166136261u;	/* FNV-1a */
	size_t i;

	for (i = 0; i < sizeof_field(struct modversion_info, name) && name[i]; i++)
		h = (h ^ (u8)name[i]) * 16777619u;
	return h;
}

static int index_versions(struct load_info *info)
{
	u32 slots = roundup_pow_of_two(2 * info->nr_versions), i;

	info->version_slots = kvcalloc(slots, sizeof(u32), GFP_KERNEL);
	if (!info->version_slots)
		return -ENOMEM;
	info->version_mask = slots - 1;
	for (i = 0; i < info->nr_versions; i++) {
		u32 at = hash_name(info->versions[i].name) & info->version_mask;

		while (info->version_slots[at])
			at = (at + 1) & info->version_mask;
		info->version_slots[at] = i + 1;
	}
	return 0;
}

static const struct modversion_info *find_version(struct load_info *info, const char *name)
{
	u32 at, i;

	for (at = hash_name(name) & info->version_mask; (i = info->version_slots[at]);
	     at = (at + 1) & info->version_mask)
		if (!strncmp(info->versions[i - 1].name, name, sizeof(info->versions->name)))
			return &info->versions[i - 1];
	return NULL;
}

int versions_check_vermagic(struct load_info *info)
{
	const char *magic = elf_modinfo(&info->img, "vermagic", NULL);
	const char *theirs = magic, *ours = kernel_magic;
	unsigned int i = elf_find_section(&info->img, "__versions");
	const Elf64_Shdr *s = &info->img.sections[i];

	if (i && (s->sh_type == SHT_NOBITS || s->sh_size % sizeof(struct modversion_info) || s->sh_offset % 8)) {
		load_complain(info, "section __versions is not a table of %zu-byte entries",
			      sizeof(struct modversion_info));
		return -ENOEXEC;
	}
	if (i && s->sh_size) {
		info->versions = elf_section_data(&info->img, i);
		info->nr_versions = s->sh_size / sizeof(struct modversion_info);
		if (index_versions(info))
			return -ENOMEM;
	}
	if (info->flags & MODULE_LOAD_IGNORE_VERMAGIC) {
		info->forced = true;
		return 0;
	}
	if (!magic) {
		load_complain(info, "no version magic (not built by Linux's or Paddock's kbuild?)");
		return -ENOEXEC;
	}
	if (info->nr_versions) {
		theirs = skip_word(theirs);
		ours = skip_word(ours);
	}
	if (!strcmp(theirs, ours))
		return 0;
	load_complain(info, "version magic '%s' should be '%s'", magic, kernel_magic);
	explain_magic(info, magic);
	versions_explain_origin(info);
	return -ENOEXEC;
}

bool versions_check_symbol(struct load_info *info, const char *name, u32 crc)
{
	const struct modversion_info *v;

	if (!crc || (info->flags & MODULE_LOAD_IGNORE_MODVERSIONS))
		return true;
	if (!info->nr_versions) {
		load_complain(info, "no symbol version for %s: the module was built without Module.symvers", name);
		return false;
	}
	v = find_version(info, name);
	if (!v) {
		/* Only this symbol lacks one: told once, and the name alone decides, as in Linux. */
		if (!info->told_no_version)
			pr_warn("%s: no symbol version for %s\n", info->name, name);
		info->told_no_version = true;
		return true;
	}
	if (v->crc == crc)
		return true;
	pr_warn("%s: disagrees about version of symbol %s\n", info->name, name);
	return false;
}

/*
 * Never called: exported so that its CRC covers the structures that a module brings along, and a
 * module built with another struct module is found out before it is believed.
 */
void module_layout(struct module *mod, struct modversion_info *ver, struct kernel_param *kp,
		   struct kernel_symbol *ks);
void module_layout(struct module *mod, struct modversion_info *ver, struct kernel_param *kp,
		   struct kernel_symbol *ks)
{
}
EXPORT_SYMBOL(module_layout);

int versions_check_layout(struct load_info *info)
{
	struct symbol_owner found;

	if (!symbols_find("module_layout", &found) || versions_check_symbol(info, "module_layout", found.sym->crc))
		return 0;
	module_err(info->err, "%s: built against another struct module; rebuild it against this tree\n", info->name);
	versions_explain_origin(info);
	return -ENOEXEC;
}
