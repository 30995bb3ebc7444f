// SPDX-License-Identifier: MIT
/*
 * From a file to linked bytes: open (is it a module for this kernel?) and link (every section at its
 * place, every address written, every table checked, protections on).
 *
 * The file is not trusted (elf.h), and what relocation made of it is not either: struct module is
 * rebuilt from three of its fields, and names and pointers in the tables that the kernel reads are
 * checked to lie inside the module. What the module's code does when it runs is its own affair.
 *
 * Nothing here runs the module's code or makes it visible. Locking: link_module() needs module_mutex.
 */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/elf.h>
#include <paddock/isolation.h>
#include <paddock/params.h>
#include <paddock/percpu.h>
#include "internal.h"

/* ---- Open ---- */

static bool is_module_name(const char *name)
{
	size_t n = strlen(name), i;

	if (!n || n >= MODULE_NAME_LEN)
		return false;
	for (i = 0; i < n; i++)
		if (!isalnum(name[i]) && !strchr("_-.+", name[i]))
			return false;
	return name[0] != '.';
}

int link_open(struct load_info *info, const void *image, size_t len)
{
	const char *name, *name_inside;	/* .modinfo's; struct module's */
	int err;

	info->name = "module";
	if ((unsigned long)image % 8)
		return -EINVAL;
	err = elf_open(&info->img, image, len, ELF_ARCH);
	if (err) {
		if (err == -ENOEXEC)
			load_complain(info, "%s", info->img.why);
		return err;
	}
	info->this_module = elf_find_section(&info->img, ".gnu.linkonce.this_module");
	info->percpu = elf_find_section(&info->img, ".data..percpu");
	name = elf_modinfo(&info->img, "name", NULL);
	if (!info->this_module || !name || !is_module_name(name)) {
		load_complain(info, "no module found in object: it has no %s", !info->this_module ?
			      ".gnu.linkonce.this_module section" : "valid name in .modinfo");
		return -ENOEXEC;
	}
	info->name = name;
	if (elf_count_sections(&info->img, ".gnu.linkonce.this_module") != 1 ||
	    elf_count_sections(&info->img, ".data..percpu") > 1) {
		load_complain(info, "more than one section .gnu.linkonce.this_module or .data..percpu");
		return -ENOEXEC;
	}
	/* Before its struct module is believed: of another kernel it may have another size. */
	err = versions_check_vermagic(info);
	if (!err)
		err = versions_check_layout(info);
	if (err)
		return err;
	name_inside = elf_section_data(&info->img, info->this_module);
	if (!name_inside || info->img.sections[info->this_module].sh_size != sizeof(struct module) ||
	    info->img.sections[info->this_module].sh_addralign < __alignof__(struct module)) {
		load_complain(info, ".gnu.linkonce.this_module section size must match the kernel's built struct module size at run time");
		return -ENOEXEC;
	}
	if ((info->img.sections[info->this_module].sh_flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR)) !=
	    (SHF_ALLOC | SHF_WRITE)) {
		load_complain(info, ".gnu.linkonce.this_module is not writable data");
		return -ENOEXEC;
	}
	/* The file is aligned to 8 bytes only: no struct module can be looked at in it. */
	name_inside += offsetof(struct module, name);
	if (strnlen(name_inside, MODULE_NAME_LEN) == MODULE_NAME_LEN || strcmp(name_inside, name)) {
		load_complain(info, "name in .modinfo and in struct module differ");
		return -ENOEXEC;
	}
	return 0;
}

/* ---- Link ---- */

bool module_has_string(const struct module_private *priv, const char *s)
{
	enum region r = layout_region_of(priv, (unsigned long)s);
	size_t room;

	if (r == NO_REGION)
		return false;
	room = priv->region[r].start + priv->region[r].bytes - (unsigned long)s;
	return strnlen(s, room) < room;
}

static bool module_has_code(const struct module_private *priv, unsigned long addr, bool init_too)
{
	enum region r = layout_region_of(priv, addr);

	return r == CORE_TEXT || (init_too && r == INIT_TEXT);
}

static int relocation_failed(struct load_info *info, unsigned int target, const Elf64_Rela *r, int err)
{
	const char *type = info->machine->type_name(ELF64_R_TYPE(r->r_info));
	const char *symbol = elf_symbol_name(&info->img, ELF64_R_SYM(r->r_info));
	const char *section = elf_section_name(&info->img, target);
	unsigned int number = ELF64_R_TYPE(r->r_info);

	if (!symbol[0] && elf_symbol_section(&info->img, ELF64_R_SYM(r->r_info)) > 0)
		symbol = elf_section_name(&info->img, elf_symbol_section(&info->img, ELF64_R_SYM(r->r_info)));
	if (err == -ENOEXEC)
		load_complain(info, "unknown relocation type %u (%s) against %.60s in section %s", number,
			      type ? type : "?", symbol, section);
	else
		load_complain(info, "%s in relocation type %u (%s) against %.60s%c%#llx at %s+%#llx",
			      err == -ERANGE ? "overflow" : err == -EFAULT ? "place outside the section" : "misaligned",
			      number, type ? type : "?", symbol, r->r_addend < 0 ? '-' : '+',
			      r->r_addend < 0 ? -(u64)r->r_addend : (u64)r->r_addend, section,
			      (unsigned long long)r->r_offset);
	return -ENOEXEC;
}

/* Apply the relocations of one section, whose bytes are at @bytes and will be used at @place. */
static int relocate_section(struct load_info *info, unsigned int rela, u8 *bytes, unsigned long place)
{
	const Elf64_Rela *r = elf_section_data(&info->img, rela);
	unsigned int target = info->img.sections[rela].sh_info;
	size_t n = info->img.sections[rela].sh_size / sizeof(*r), size = info->img.sections[target].sh_size;

	for (; n--; r++) {
		/* An offset behind the section leaves no room there. */
		size_t at = min_t(u64, r->r_offset, size);
		unsigned int sym = ELF64_R_SYM(r->r_info);
		u32 slot = info->slot_of ? info->slot_of[sym] : 0;
		struct reloc reloc = {
			.loc = bytes + at, .room = size - at,
			.place = place + at, .type = ELF64_R_TYPE(r->r_info),
			.sym = info->symbol_value[sym], .addend = r->r_addend,
			.slot = slot ? info->slots + (slot - 1) * info->machine->slot_bytes : 0,
		};
		int err = info->machine->apply(&reloc);

		if (err)
			return relocation_failed(info, target, r, err);
	}
	return 0;
}

static int relocate(struct load_info *info)
{
	unsigned int i;
	int err;

	for (i = 0; info->slot_of && i < info->img.nr_syms; i++)
		if (info->slot_of[i])
			info->machine->write_slot((u8 *)info->slots + (info->slot_of[i] - 1) * info->machine->slot_bytes,
						  info->symbol_value[i]);
	for (i = 1; i < info->img.nr_sections; i++) {
		unsigned int target = info->img.sections[i].sh_info;

		if (!elf_is_applied_rela(&info->img, i))
			continue;
		if (info->percpu && target == info->percpu)
			err = relocate_section(info, i, info->percpu_image, (unsigned long)info->percpu_area);
		else if (info->section_region[target] != NO_REGION)
			err = relocate_section(info, i, (u8 *)info->section_addr[target], info->section_addr[target]);
		else
			err = 0;	/* .modinfo and __versions are read in the file */
		if (err)
			return err;
	}
	return 0;
}

/* A per-CPU section gets an address in the template, and its contents go to every CPU's copy. */
static int percpu_prepare(struct load_info *info)
{
	const Elf64_Shdr *s = &info->img.sections[info->percpu];
	const void *bytes;

	if (!info->percpu || !s->sh_size)
		return 0;
	info->percpu_area = percpu_alloc_module(s->sh_size, max_t(u64, s->sh_addralign, 8));
	if (!info->percpu_area) {
		load_complain(info, "could not allocate %llu bytes percpu data", (unsigned long long)s->sh_size);
		return -ENOMEM;
	}
	info->priv->percpu = info->percpu_area;
	info->priv->percpu_bytes = s->sh_size;
	info->percpu_image = kvzalloc(s->sh_size, GFP_KERNEL);
	if (!info->percpu_image)
		return -ENOMEM;
	bytes = elf_section_data(&info->img, info->percpu);
	if (bytes)
		memcpy(info->percpu_image, bytes, s->sh_size);
	return 0;
}

static void percpu_copy(struct load_info *info)
{
	unsigned int cpu;

	if (!info->percpu_image)
		return;
	for_each_possible_cpu(cpu)
		memcpy(per_cpu_ptr(info->percpu_area, cpu), info->percpu_image, info->priv->percpu_bytes);
}

/*
 * A table of @entry_bytes entries in section @name, at its place in memory; NULL with *count 0 when
 * there is none. ERR_PTR when it is malformed.
 */
static void *find_table(struct load_info *info, const char *name, size_t entry_bytes, unsigned int *count)
{
	unsigned int i = elf_find_section(&info->img, name);
	const Elf64_Shdr *s = &info->img.sections[i];

	*count = 0;
	if (!i || !s->sh_size)
		return NULL;
	if (info->section_region[i] == NO_REGION || s->sh_size % entry_bytes || s->sh_type == SHT_NOBITS ||
	    info->section_addr[i] % 4) {
		load_complain(info, "section %s: not a table of %zu-byte entries", name, entry_bytes);
		return ERR_PTR(-ENOEXEC);
	}
	*count = s->sh_size / entry_bytes;
	return (void *)info->section_addr[i];
}

/* KUnit writes into suites and cases, and stops at a case without a function. */
static bool suite_is_sound(const struct module_private *priv, const struct kunit_suite *suite)
{
	const struct module_region *data = &priv->region[CORE_DATA];
	const struct kunit_case *test_case;
	unsigned long at = (unsigned long)suite, end = data->start + data->bytes;

	if (at % 8 || at < data->start || at > end || end - at < sizeof(*suite) ||
	    strnlen(suite->name, sizeof(suite->name)) == sizeof(suite->name))
		return false;
	for (test_case = suite->test_cases;; test_case++) {
		at = (unsigned long)test_case;
		if (at % 8 || at < data->start || at > end || end - at < sizeof(*test_case))
			return false;
		if (!test_case->run_case)
			return true;
		if (!module_has_string(priv, test_case->name))
			return false;
	}
}

static int check_suites(struct load_info *info)
{
	struct module *mod = info->mod;
	unsigned int i;

	for (i = 0; i < mod->num_kunit_suites; i++) {
		if (!suite_is_sound(info->priv, mod->kunit_suites[i])) {
			load_complain(info, "KUnit suite %u is not in the module's data, or its list of cases does not end there", i);
			return -ENOEXEC;
		}
	}
	return 0;
}

static int check_code_tables(struct load_info *info)
{
	struct module *mod = info->mod;
	unsigned int i;

	for (i = 0; i < mod->num_exentries; i++) {
		const s32 *e = (const s32 *)mod->extable + 2 * i;

		if (!module_has_code(info->priv, (unsigned long)&e[0] + e[0], true) ||
		    !module_has_code(info->priv, (unsigned long)&e[1] + e[1], true))
			goto bad;
	}
	for (i = 0; i < mod->num_bugs; i++) {
		const struct bug_entry *b = &mod->bug_table[i];

		if (!module_has_code(info->priv, bug_addr(b), true) ||
		    !module_has_string(info->priv, offset_to_ptr(&b->file_offset)))
			goto bad;
	}
	return 0;
bad:
	load_complain(info, "exception or bug table points outside the module's code");
	return -ENOEXEC;
}

/* struct module as the file has it: believe its hooks only after a look, and nothing else. */
static int rebuild_struct_module(struct load_info *info)
{
	struct module *mod = info->mod;
	int (*init)(void) = mod->init;
	void (*exit)(void) = mod->exit;

	memset(mod, 0, sizeof(*mod));
	strscpy(mod->name, info->name, sizeof(mod->name));
	mod->init = init;
	mod->exit = exit;
	mod->priv = info->priv;
	mod->state = MODULE_STATE_UNFORMED;
	INIT_LIST_HEAD(&mod->list);
	if ((init && !module_has_code(info->priv, (unsigned long)init, true)) ||
	    (exit && !module_has_code(info->priv, (unsigned long)exit, false))) {
		load_complain(info, "init or exit function is not in the module's code");
		return -ENOEXEC;
	}
	if (info->flags & MODULE_LOAD_NO_INIT)
		mod->init = NULL, mod->exit = NULL;
	return 0;
}

static int find_tables(struct load_info *info)
{
	struct module *mod = info->mod;
	int err;

	mod->syms = find_table(info, "__ksymtab", sizeof(*mod->syms), &mod->num_syms);
	mod->kp = find_table(info, "__param", sizeof(*mod->kp), &mod->num_kp);
	mod->extable = find_table(info, "__ex_table", 2 * sizeof(s32), &mod->num_exentries);
	mod->bug_table = find_table(info, "__bug_table", sizeof(*mod->bug_table), &mod->num_bugs);
	mod->kunit_suites = find_table(info, "__kunit_suites", sizeof(*mod->kunit_suites), &mod->num_kunit_suites);
	if (IS_ERR(mod->syms) || IS_ERR(mod->kp) || IS_ERR(mod->extable) || IS_ERR(mod->bug_table) ||
	    IS_ERR(mod->kunit_suites))
		return -ENOEXEC;
	err = symbols_check_exports(info);
	if (!err)
		err = params_check(info);
	if (!err)
		err = check_suites(info);
	if (!err)
		err = check_code_tables(info);
	return err;
}

static int keep_strings(struct load_info *info)
{
	struct module_private *priv = info->priv;
	const char *version = elf_modinfo(&info->img, "version", NULL);
	const char *srcversion = elf_modinfo(&info->img, "srcversion", NULL);
	unsigned int note = elf_find_section(&info->img, ".note.gnu.build-id");
	char *boot = module_boot_params(info->name);

	/* name.x=y of the command line first, so that what insmod was given overrides it. */
	if (boot)
		priv->args = kasprintf(GFP_KERNEL, "%s%s", boot, info->args);
	kfree(boot);
	if (!priv->args || (version && !(priv->version = kstrdup(version, GFP_KERNEL))) ||
	    (srcversion && !(priv->srcversion = kstrdup(srcversion, GFP_KERNEL))))
		return -ENOMEM;
	info->mod->version = priv->version;
	info->mod->srcversion = priv->srcversion;
	info->mod->args = priv->args;
	/* An ELF note: name size 4, descriptor size, type 3, "GNU\0", the id. */
	if (note && elf_section_data(&info->img, note) && info->img.sections[note].sh_size >= 16) {
		const u8 *n = elf_section_data(&info->img, note);

		priv->build_id_len = min_t(u64, get_le32(n + 4), sizeof(priv->build_id));
		priv->build_id_len = min_t(u64, priv->build_id_len, info->img.sections[note].sh_size - 16);
		memcpy(priv->build_id, n + 16, priv->build_id_len);
	}
	return 0;
}

/* ---- All of it ---- */

/* The license decides about EXPORT_SYMBOL_GPL, and taints. */
static bool license_is_gpl(const char *license)
{
	static const char *const gpl[] = { "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL",
		"Dual MIT/GPL", "Dual MPL/GPL" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gpl); i++)
		if (!strcmp(license, gpl[i]))
			return true;
	return false;
}

int link_module(struct load_info *info)
{
	const char *license = elf_modinfo(&info->img, "license", NULL);
	struct module_private *priv;
	int err;

	info->gpl = license && license_is_gpl(license);
	info->priv = priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return -ENOMEM;
	INIT_LIST_HEAD(&priv->uses);
	INIT_LIST_HEAD(&priv->users);
	priv->oot_slot = -1;
	if ((err = isolate_module(info)) ||
	    (err = percpu_prepare(info)) ||
	    (err = layout_module(info)))
		return err;
	layout_copy(info);
	info->mod = priv->mod = (struct module *)info->section_addr[info->this_module];
	if ((err = symbols_resolve(info)) ||
	    (err = relocate(info)) ||
	    (err = rebuild_struct_module(info)) ||
	    (err = find_tables(info)) ||
	    (err = keep_strings(info)) ||
	    (err = kallsyms_add_module(info)) ||
	    (err = layout_protect(priv)))
		return err;
	percpu_copy(info);
	return 0;
}

/* ---- modinfo ---- */

int module_modinfo(const void *image, size_t len, int (*emit)(void *ctx, const char *tag, const char *value),
		   void *ctx, struct module_errbuf *err_text)
{
	struct load_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	const char *item = NULL;
	int err;

	if (!info)
		return -ENOMEM;
	info->name = "module";
	info->err = err_text;
	err = elf_open(&info->img, image, len, ELF_ARCH);
	if (err)
		module_err(err_text, "%s\n", info->img.why);
	while (!err && (item = elf_modinfo_next(&info->img, item))) {
		const char *eq = strchr(item, '=');
		char *tag = eq ? kstrndup(item, eq - item, GFP_KERNEL) : NULL;

		if (eq)
			err = tag ? emit(ctx, tag, eq + 1) : -ENOMEM;
		kfree(tag);
	}
	kfree(info);
	return err;
}

int module_show_rewrites(const void *image, size_t len,
			 int (*emit)(void *ctx, const char *symbol, const char *target), void *ctx,
			 struct module_errbuf *err_text)
{
	struct load_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	unsigned int i, k;
	int err;

	if (!info)
		return -ENOMEM;
	err = elf_open(&info->img, image, len, ELF_ARCH);
	if (err)
		module_err(err_text, "%s\n", info->img.why);
	for (i = 1; !err && i < info->img.nr_syms; i++) {
		const char *name, *target;

		if (elf_symbol_section(&info->img, i) != ELF_SYM_UNDEF)
			continue;
		for (k = 0; !err && (name = oot_rewritten_name(k, &target)); k++)
			if (!strcmp(name, elf_symbol_name(&info->img, i)))
				err = emit(ctx, name, target);
	}
	kfree(info);
	return err;
}
