// SPDX-License-Identifier: MIT
/*
 * Loading a module: the order of things.
 *
 *   open     check the file, its name, its version string            (link.c, elf.c, versions.c)
 *   link     under module_mutex: place sections, bind symbols, apply relocations, check the tables
 *            that the kernel will read, protect (link.c); then the module goes on the list as COMING
 *   start    without the mutex, since module code runs: parameters, files, init; then LIVE
 *
 * A failure in link undoes everything by module_free(). A failure in start takes the module
 * through GOING. If init oopses, its thread dies in start: the module stays COMING for ever and its
 * memory stays, because nobody knows what points to it; all that only the load needs has been
 * freed before.
 */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <asm/elf.h>
#include <paddock/driver_call.h>
#include <paddock/params.h>
#include <paddock/pmalloc.h>
#include "internal.h"

DEFINE_MUTEX(module_mutex);
LIST_HEAD(modules);
const struct reloc_machine *const native_machine = &ELF_RELOC;

static BLOCKING_NOTIFIER_HEAD(module_notifiers);
/* Woken when a module leaves the state COMING. */
static DECLARE_WAIT_QUEUE_HEAD(module_wq);

/* ---- Telling ---- */

void module_err(struct module_errbuf *err, const char *fmt, ...)
{
	va_list ap;
	char *p;

	if (!err || err->len >= sizeof(err->text))
		return;
	p = err->text + err->len;
	va_start(ap, fmt);
	err->len += vscnprintf(p, sizeof(err->text) - err->len, fmt, ap);
	va_end(ap);
	make_printable(p);
}

void load_complain(struct load_info *info, const char *fmt, ...)
{
	char line[320];
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	make_printable(line);
	pr_err("%s: %s\n", info->name, line);
	module_err(info->err, "%s: %s\n", info->name, line);
}

/* ---- Names ---- */

static struct module *find_by_name(const char *name)
{
	struct module *mod;

	list_for_each_entry_rcu(mod, &modules, list)
		if (module_names_equal(mod->name, name))
			return mod;
	return NULL;
}

struct module *find_module(const char *name)
{
	return find_by_name(name);
}

bool module_is_dead(const struct module *mod)
{
	const struct task_struct *loader = mod->priv->loader;

	return mod->state != MODULE_STATE_LIVE && loader && (READ_ONCE(loader->flags) & PF_EXITING);
}

static bool is_settled(const char *name)
{
	const struct module *mod;
	bool settled;

	mutex_lock(&module_mutex);
	mod = find_by_name(name);
	settled = !mod || mod->state == MODULE_STATE_LIVE || module_is_dead(mod) || mod->priv->lingering ||
		mod->priv->loader == current;
	mutex_unlock(&module_mutex);
	return settled;
}

/* Take module_mutex with no module of this name there; or fail without it. */
static int claim_name(struct load_info *info)
{
	const struct module *mod;
	int err = -EBUSY;
	long left;

	/* Looks again now and then: a thread that dies wakes nobody here. */
	do {
		left = wait_event_interruptible_timeout(module_wq, is_settled(info->name), HZ / 4);
		if (left < 0)
			return -EINTR;
	} while (!left);
	mutex_lock(&module_mutex);
	mod = find_by_name(info->name);
	if (!mod)
		return 0;
	if (mod->state == MODULE_STATE_LIVE) {
		load_complain(info, "module is already loaded");
		err = -EEXIST;
	} else {
		load_complain(info, "a module of this name is on its way in or out%s", mod->priv->lingering ?
			      ": something still runs its code, see rmmod" : module_is_dead(mod) ?
			      ": its thread died, and it stays until reboot" : "");
	}
	mutex_unlock(&module_mutex);
	return err;
}

static void note_taints(struct load_info *info)
{
	struct module *mod = info->mod;
	const char *license = elf_modinfo(&info->img, "license", NULL);

	if (!elf_modinfo(&info->img, "intree", NULL)) {
		if (!test_taint(TAINT_OOT_MODULE))
			pr_warn("%s: loading out-of-tree module taints kernel.\n", info->name);
		add_taint(TAINT_OOT_MODULE, LOCKDEP_STILL_OK);
		mod->taints |= 1UL << TAINT_OOT_MODULE;
	}
	if (!info->gpl) {
		if (!test_taint(TAINT_PROPRIETARY_MODULE))
			pr_warn("%s: module license '%s' taints kernel.\n", info->name,
				license ? license : "unspecified");
		add_taint(TAINT_PROPRIETARY_MODULE, LOCKDEP_NOW_UNRELIABLE);
		mod->taints |= 1UL << TAINT_PROPRIETARY_MODULE;
	}
	if (info->forced) {
		add_taint(TAINT_FORCED_MODULE, LOCKDEP_NOW_UNRELIABLE);
		mod->taints |= 1UL << TAINT_FORCED_MODULE;
	}
}

/* gdb's breakpoint sits here (tools/gdb/paddock.py): it reads the arguments and adds the symbols. */
noinline void module_gdb_hook(const char *name, const char *sections);
noinline void module_gdb_hook(const char *name, const char *sections)
{
	printk(KERN_DEBUG "add-symbol-file %s.ko%s\n", name, sections);
	barrier();
}

static void tell_gdb(struct load_info *info)
{
	static const char *const wanted[] = { ".text", ".rodata", ".data", ".bss", ".init.text", ".exit.text" };
	char text[256];
	unsigned int i, n = 0;

	text[0] = 0;
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		unsigned int s = elf_find_section(&info->img, wanted[i]);

		if (s && info->img.sections[s].sh_size && info->section_region[s] != NO_REGION)
			n += scnprintf(text + n, sizeof(text) - n, " -s %s 0x%lx", wanted[i], info->section_addr[s]);
	}
	module_gdb_hook(info->name, text);
}

/* What insmod -n says: where things would go and what would be bound elsewhere. */
static void describe_plan(struct load_info *info)
{
	enum region r;

	module_err(info->err, "%s: would load\n", info->name);
	for (r = 0; r < NR_REGIONS; r++)
		if (info->priv->region[r].start)
			module_err(info->err, "  %-14s %6lu bytes\n", layout_region_name(r), info->priv->region[r].bytes);
	module_err(info->err, "  %u sections, %u symbols, %u exports, %u parameters, %u slots\n",
		   info->img.nr_sections, info->img.nr_syms, info->mod->num_syms, info->mod->num_kp, info->nr_slots);
	isolate_describe(info, true);
}

/* ---- Start ---- */

static void notify(struct module *mod)
{
	blocking_notifier_call_chain(&module_notifiers, mod->state, mod);
}

int register_module_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&module_notifiers, nb);
}
EXPORT_SYMBOL(register_module_notifier);

int unregister_module_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&module_notifiers, nb);
}
EXPORT_SYMBOL(unregister_module_notifier);

static int unknown_param(char *param, char *val, const char *doing, void *arg)
{
	pr_warn("%s: unknown parameter '%s' ignored\n", doing, param);
	return 0;
}

/* What is wrong with a parameter, as in the log, on insmod's stderr, too. */
static void tell_person(void *err_text, const char *line)
{
	module_err(err_text, "%s\n", line);
}

static int set_params(struct module *mod, struct module_errbuf *err_text)
{
	char *rest = params_parse(mod->name, (char *)mod->priv->args, mod->kp, mod->num_kp, -32768, 32767, mod,
				  unknown_param, tell_person, err_text);

	if (IS_ERR(rest))
		return PTR_ERR(rest);
	if (rest)
		pr_warn("%s: parameters '%s' after `--' ignored\n", mod->name, rest);
	return 0;
}

void module_set_state(struct module *mod, enum module_state state)
{
	mutex_lock(&module_mutex);
	WRITE_ONCE(mod->state, state);
	mutex_unlock(&module_mutex);
	wake_up_all(&module_wq);
}

void module_notify(struct module *mod)
{
	notify(mod);
}

/* Run init. The module is COMING; a reference is held for it. */
static int run_init(struct module *mod)
{
	int err = mod->init ? call_driver("initcall", NULL, mod->init) : 0;

	if (err > 0) {
		pr_warn("%s: '%s'->init suspiciously returned %d, it should follow 0/-E convention\n"
			"%s: loading module anyway...\n", "do_init_module", mod->name, err, "do_init_module");
		err = 0;
	}
	return err;
}

static int start_module(struct module *mod, struct module_errbuf *err_text)
{
	struct module_private *priv = mod->priv;
	int err;

	notify(mod);	/* COMING */
	err = set_params(mod, err_text);
	if (err)
		goto fail;
	err = module_sysfs_add(mod);
	if (err)
		goto fail;
	err = run_init(mod);
	if (err)
		goto fail_sysfs;

	/* Read-only before anybody may count on it; init's memory goes when its code is done. */
	err = layout_protect_after_init(priv);
	if (err)
		pr_err("%s: __ro_after_init stays writable (err %d)\n", mod->name, err);
	pmalloc_module_live(mod);	/* what init got by GFP_SEAL */
	module_set_state(mod, MODULE_STATE_LIVE);
	put_task_struct(priv->loader);
	priv->loader = NULL;
	notify(mod);	/* LIVE */
	verdict_init_done(mod);
	if (module_drain_init(mod))
		layout_free_init(priv);
	module_put(mod);
	return 0;

fail_sysfs:
	module_set_state(mod, MODULE_STATE_GOING);
	module_sysfs_remove(mod);
fail:
	module_set_state(mod, MODULE_STATE_GOING);
	notify(mod);	/* GOING */
	module_retire(mod, err_text);
	wake_up_all(&module_wq);
	return err;
}

/* ---- All of it ---- */

static void free_info(struct load_info *info)
{
	kvfree(info->section_addr);
	kvfree(info->section_region);
	kvfree(info->symbol_value);
	kvfree(info->slot_of);
	kvfree(info->version_slots);
	kvfree(info->percpu_image);
	kfree(info);
}

int module_load(const void *image, size_t len, const char *args, unsigned int flags, struct module_errbuf *err_text)
{
	struct load_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	struct module *mod = NULL;
	int err;

	if (!info)
		return -ENOMEM;
	info->args = args ? args : "";
	info->flags = flags;
	info->err = err_text;
	info->machine = native_machine;

	err = link_open(info, image, len);
	if (!err)
		err = claim_name(info);
	if (err)
		goto out;
	err = link_module(info);
	if (!err && (flags & MODULE_LOAD_DRY_RUN)) {
		describe_plan(info);
	} else if (!err) {
		err = module_sysfs_prepare(info);
		if (!err)
			err = constants_seal(info->mod);
	}
	if (!err && !(flags & MODULE_LOAD_DRY_RUN)) {
		mod = info->mod;
		note_taints(info);
		isolate_announce(info);
		tell_gdb(info);
		mod->state = MODULE_STATE_COMING;
		atomic_set(&mod->refcnt, 2);	/* being loaded, and init at work */
		info->priv->loader = get_task_struct(current);
		list_add_rcu(&mod->list, &modules);
	} else if (info->priv) {
		module_free(info->priv);
	}
	mutex_unlock(&module_mutex);
out:
	free_info(info);
	/* From here on nothing is left that an oops in init could leak but the module itself. */
	return mod ? start_module(mod, err_text) : err;
}
