// SPDX-License-Identifier: MIT
/*
 * What people see of modules: /sys/module/<name>/… and /proc/modules, in Linux's formats.
 *
 *	coresize initsize initstate refcnt taint version srcversion
 *	memory                 of isolated modules: what they hold (verdict.c)
 *	sections/<section>     its address, 0400
 *	holders/<module>       links to the modules that use its symbols
 *	parameters/<name>      kernel/params.c
 *
 * The kobject lies in struct module, so the module's memory may only go when the last
 * reference to it has gone: module_sysfs_remove() waits for that.
 */
#include <linux/completion.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/panic.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "internal.h"

/* ---- One value per file ---- */

static ssize_t show_coresize(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%lu\n", layout_bytes(mk->mod->priv, false));
}

static ssize_t show_initsize(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%lu\n", layout_bytes(mk->mod->priv, true));
}

static ssize_t show_initstate(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	static const char *const names[] = {
		[MODULE_STATE_LIVE] = "live", [MODULE_STATE_COMING] = "coming",
		[MODULE_STATE_GOING] = "going", [MODULE_STATE_UNFORMED] = "unformed",
	};

	return sysfs_emit(buf, "%s\n", names[mk->mod->state]);
}

static ssize_t show_refcnt(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%i\n", module_refcount(mk->mod));
}

/* The letters of what a module brought: "OE". At least TAINT_FLAGS_COUNT + 1 bytes. */
static size_t taint_letters(const struct module *mod, char *buf)
{
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < TAINT_FLAGS_COUNT; i++)
		if (taint_flags[i].module && (mod->taints >> i & 1))
			buf[n++] = taint_flags[i].c_true;
	buf[n] = 0;
	return n;
}

static ssize_t show_taint(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	size_t n = taint_letters(mk->mod, buf);

	return n + sysfs_emit_at(buf, n, "\n");
}

static ssize_t show_version(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%s\n", mk->mod->version);
}

static ssize_t show_srcversion(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%s\n", mk->mod->srcversion);
}

static ssize_t show_memory(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return verdict_memory_show(mk->mod, buf);
}

static struct module_attribute attr_coresize = __ATTR(coresize, 0444, show_coresize, NULL);
static struct module_attribute attr_initsize = __ATTR(initsize, 0444, show_initsize, NULL);
static struct module_attribute attr_initstate = __ATTR(initstate, 0444, show_initstate, NULL);
static struct module_attribute attr_refcnt = __ATTR(refcnt, 0444, show_refcnt, NULL);
static struct module_attribute attr_taint = __ATTR(taint, 0444, show_taint, NULL);
static struct module_attribute attr_version = __ATTR(version, 0444, show_version, NULL);
static struct module_attribute attr_srcversion = __ATTR(srcversion, 0444, show_srcversion, NULL);

static struct module_attribute attr_memory = __ATTR(memory, 0444, show_memory, NULL);

static struct attribute *module_attrs[] = {
	&attr_coresize.attr, &attr_initsize.attr, &attr_initstate.attr, &attr_refcnt.attr,
	&attr_taint.attr, &attr_version.attr, &attr_srcversion.attr, &attr_memory.attr, NULL
};

static umode_t module_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	const struct module *mod = container_of(kobj, struct module_kobject, kobj)->mod;

	if ((attr == &attr_version.attr && !mod->version) || (attr == &attr_srcversion.attr && !mod->srcversion) ||
	    (attr == &attr_memory.attr && mod->priv->oot_slot < 0))
		return 0;
	return attr->mode;
}

static const struct attribute_group module_group = {
	.is_visible = module_attr_visible,
	.attrs = module_attrs,
};

/* ---- sections/ ---- */

struct section_attr {
	struct module_attribute attr;
	unsigned long addr;
};

/* One block: this, the attributes, the pointers to them, the names. */
struct module_sections {
	struct attribute_group group;
	struct section_attr attr[];
};

static ssize_t show_section(struct module_attribute *attr, struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "0x%016lx\n", container_of(attr, struct section_attr, attr)->addr);
}

static bool section_is_shown(struct load_info *info, unsigned int i)
{
	return info->section_region[i] != NO_REGION && info->img.sections[i].sh_size;
}

int module_sysfs_prepare(struct load_info *info)
{
	struct module_sections *sections;
	struct attribute **list;
	size_t n = 0, names = 0;
	unsigned int i, k = 0;
	char *pool;

	for (i = 1; i < info->img.nr_sections; i++) {
		if (section_is_shown(info, i)) {
			n++;
			names += strlen(elf_section_name(&info->img, i)) + 1;
		}
	}
	sections = kvzalloc(struct_size(sections, attr, n) + (n + 1) * sizeof(*list) + names, GFP_KERNEL);
	if (!sections)
		return -ENOMEM;
	list = (struct attribute **)&sections->attr[n];
	pool = (char *)&list[n + 1];
	sections->group.name = "sections";
	sections->group.attrs = list;
	for (i = 1; i < info->img.nr_sections; i++) {
		if (!section_is_shown(info, i))
			continue;
		sections->attr[k].attr.attr.name = pool;
		sections->attr[k].attr.attr.mode = 0400;
		sections->attr[k].attr.show = show_section;
		sections->attr[k].addr = info->section_addr[i];
		list[k] = &sections->attr[k].attr.attr;
		pool = stpcpy(pool, elf_section_name(&info->img, i)) + 1;
		k++;
	}
	info->priv->sections = sections;
	return 0;
}

void module_sysfs_free(struct module_private *priv)
{
	kvfree(priv->sections);
	priv->sections = NULL;
}

/* ---- The folder ---- */

static void unlink_holders(struct module *mod)
{
	struct module_use *use;

	mutex_lock(&module_mutex);
	list_for_each_entry(use, &mod->priv->uses, of_user)
		if (use->target->priv->holders_dir)
			sysfs_remove_link(use->target->priv->holders_dir, mod->name);
	mutex_unlock(&module_mutex);
}

/* A link to the module in the holders/ of each that it uses. */
static int link_holders(struct module *mod)
{
	struct module_use *use;
	int err = 0;

	mutex_lock(&module_mutex);
	list_for_each_entry(use, &mod->priv->uses, of_user) {
		struct kobject *dir = use->target->priv->holders_dir;

		if (dir && !err)
			err = sysfs_create_link(dir, &mod->mkobj.kobj, mod->name);
	}
	mutex_unlock(&module_mutex);
	if (err)
		unlink_holders(mod);
	return err;
}

/* Take the folder away and wait until nobody looks at the kobject any more. */
static void drop_kobject(struct module *mod)
{
	DECLARE_COMPLETION_ONSTACK(released);

	mod->mkobj.kobj_completion = &released;
	kobject_del(&mod->mkobj.kobj);
	kobject_put(&mod->mkobj.kobj);
	wait_for_completion(&released);
}

int module_sysfs_add(struct module *mod)
{
	struct module_private *priv = mod->priv;
	int err;

	mod->mkobj.mod = mod;
	mod->mkobj.kobj.kset = module_kset;
	err = kobject_init_and_add(&mod->mkobj.kobj, &module_ktype, NULL, "%s", mod->name);
	if (err)
		goto drop;
	err = sysfs_create_group(&mod->mkobj.kobj, &module_group);
	if (err)
		goto drop;
	err = sysfs_create_group(&mod->mkobj.kobj, &priv->sections->group);
	if (err)
		goto drop;
	err = module_param_sysfs_setup(mod, mod->kp, mod->num_kp);
	if (err)
		goto drop;
	priv->holders_dir = kobject_create_and_add("holders", &mod->mkobj.kobj);
	if (!priv->holders_dir) {
		err = -ENOMEM;
		goto drop_params;
	}
	err = link_holders(mod);
	if (err)
		goto drop_holders;
	return 0;

drop_holders:
	kobject_put(priv->holders_dir);
	priv->holders_dir = NULL;
drop_params:
	module_param_sysfs_remove(mod);
drop:
	drop_kobject(mod);
	return err;
}

void module_sysfs_remove(struct module *mod)
{
	struct kobject *holders = mod->priv->holders_dir;

	unlink_holders(mod);
	mutex_lock(&module_mutex);
	mod->priv->holders_dir = NULL;
	mutex_unlock(&module_mutex);
	kobject_put(holders);
	module_param_sysfs_remove(mod);
	drop_kobject(mod);
}

/* ---- /proc/modules ---- */

static void *modules_start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&module_mutex);
	return seq_list_start(&modules, *pos);
}

static void *modules_next(struct seq_file *m, void *p, loff_t *pos)
{
	return seq_list_next(p, &modules, pos);
}

static void modules_stop(struct seq_file *m, void *p)
{
	mutex_unlock(&module_mutex);
}

static const char *state_word(const struct module *mod)
{
	if (mod->priv->lingering)
		return "Lingering";
	if (module_is_dead(mod))
		return "Dead";
	switch (mod->state) {
	case MODULE_STATE_LIVE:
		return "Live";
	case MODULE_STATE_GOING:
		return "Unloading";
	default:
		return "Loading";
	}
}

/* "hello 16384 0 - Live 0xffffffffa0000000 (O)"; users are listed with a comma behind each. */
static int modules_show(struct seq_file *m, void *p)
{
	struct module *mod = list_entry(p, struct module, list);
	char letters[TAINT_FLAGS_COUNT + 3];
	struct module_use *use;

	seq_printf(m, "%s %lu %i ", mod->name, layout_bytes(mod->priv, false) + layout_bytes(mod->priv, true),
		   module_refcount(mod));
	list_for_each_entry(use, &mod->priv->users, of_target)
		seq_printf(m, "%s,", use->user->mod->name);
	if (mod->init && !mod->exit)
		seq_puts(m, "[permanent],");
	else if (list_empty(&mod->priv->users))
		seq_puts(m, "-");
	seq_printf(m, " %s 0x%016lx", state_word(mod), mod->priv->region[CORE_TEXT].start);
	if (taint_letters(mod, letters) || mod->state != MODULE_STATE_LIVE)
		seq_printf(m, " (%s%s)", letters, mod->state == MODULE_STATE_GOING ? "-" :
			   mod->state == MODULE_STATE_COMING ? "+" : "");
	seq_puts(m, "\n");
	return 0;
}

static const struct seq_operations modules_ops = {
	.start = modules_start, .next = modules_next, .stop = modules_stop, .show = modules_show,
};

/* ---- Oops ---- */

void print_modules(void)
{
	char letters[TAINT_FLAGS_COUNT + 1];
	struct module *mod;

	printk(KERN_DEFAULT "Modules linked in:");
	list_for_each_entry_rcu(mod, &modules, list) {
		const char *mark = mod->state == MODULE_STATE_GOING ? "-" : mod->state == MODULE_STATE_COMING ? "+" : "";
		size_t n = taint_letters(mod, letters);

		pr_cont(" %s%s%s%s%s", mod->name, n || mark[0] ? "(" : "", letters, mark, n || mark[0] ? ")" : "");
	}
	pr_cont("\n");
}

const struct exception_table_entry *search_module_extables(unsigned long addr)
{
	struct module *mod = __module_text_address(addr);
	unsigned int i;

	for (i = 0; mod && i < mod->num_exentries; i++) {
		const s32 *e = (const s32 *)mod->extable + 2 * i;

		if ((unsigned long)e + e[0] == addr)
			return (const struct exception_table_entry *)e;
	}
	return NULL;
}

struct bug_entry *module_find_bug(unsigned long bugaddr)
{
	struct module *mod = __module_text_address(bugaddr);
	unsigned int i;

	for (i = 0; mod && i < mod->num_bugs; i++)
		if (bug_addr(&mod->bug_table[i]) == bugaddr)
			return (struct bug_entry *)&mod->bug_table[i];
	return NULL;
}

static int __init proc_modules_init(void)
{
	return proc_create_seq("modules", 0444, NULL, &modules_ops) ? 0 : -ENOMEM;
}
fs_initcall(proc_modules_init);
