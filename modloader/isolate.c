// SPDX-License-Identifier: MIT
/*
 * Isolation of out-of-tree modules: who gets a slot, and which symbols are bound to it.
 *
 *	module.oot_list=a,b      the modules to isolate, from their next load on
 *	module.oot_page_limit=n  how many empty slabs each of their caches may keep
 *	module.oot_slots=n       how many modules at a time, on the command line only (16)
 *	module.oot_lock=1        none of these settings changes any more until reboot
 *
 * More can be asked for each: isolate_options.c.
 *
 * A module's code does not know. It calls __kmalloc and reads kmalloc_caches as every module does;
 * for an isolated one the loader binds these undefined symbols to the slot's own functions and
 * caches (mm/oot.c). So isolation costs nothing at run time, and nothing looks up its caller.
 *
 * Slots. A name keeps its slot as long as the slot holds any page: dirty pages stay with
 * the module that dirtied them, across rmmod and list changes. Rule S: a slot changes hands only when its
 * owner is neither on a list nor loaded and the slot has no page and no object.
 *
 * The lock. What the settings say is data like any other, and a module that is to be fenced in could write there. With
 * oot_lock the files refuse (EPERM), and the pages that the settings lie in are read-only (<paddock/pmalloc.h>). Who
 * has which slot goes on changing: it is no setting.
 *
 * Locks: module_mutex guards list and slots. The parameters are set by boot's first thread, or
 * through their files.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/isolation.h>
#include <paddock/pmalloc.h>
#include "internal.h"
#include "name_list.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "module."

static struct name_list oot_list __lockable(oot);
static char slot_owner[OOT_SLOTS_MAX][MODULE_NAME_LEN];	/* "": never used */
static unsigned int nr_slots __lockable(oot) = OOT_SLOTS_DEFAULT;	/* set once, by the command line */
static bool locked __lockable(oot);		/* set once, and sealed by it with all the others */
static bool boot_is_over;

/* ---- module.oot_list ---- */

static int oot_list_set(const char *val, const struct kernel_param *kp)
{
	/* module.oot_slots may come behind this on the command line: isolate_init() cuts what is too much. */
	unsigned int max = boot_is_over ? nr_slots : OOT_SLOTS_MAX;
	struct name_list *names;
	int err;

	if (!val)
		return -EINVAL;
	names = kzalloc(sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	err = name_list_parse(names, val, max, NULL);
	if (!err || (err == -ENOSPC && !boot_is_over)) {
		mutex_lock(&module_mutex);
		err = isolate_settings_locked() ? -EPERM : 0;
		if (!err)
			oot_list = *names;
		mutex_unlock(&module_mutex);
	}
	kfree(names);
	return err;
}

static int oot_list_get(char *buffer, const struct kernel_param *kp)
{
	int n;

	mutex_lock(&module_mutex);
	n = name_list_show(&oot_list, buffer, NULL);
	mutex_unlock(&module_mutex);
	return n;
}

static const struct kernel_param_ops oot_list_ops = { .set = oot_list_set, .get = oot_list_get };
module_param_cb(oot_list, &oot_list_ops, NULL, 0644);

/* ---- module.oot_slots ---- */

static int oot_slots_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int err = val ? kstrtouint(val, 0, &n) : -EINVAL;

	if (err)
		return err;
	if (!n || n > OOT_SLOTS_MAX)
		return -ERANGE;
	nr_slots = n;
	return 0;
}

static int oot_slots_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%u\n", nr_slots);
}

static const struct kernel_param_ops oot_slots_ops = { .set = oot_slots_set, .get = oot_slots_get };
module_param_cb(oot_slots, &oot_slots_ops, NULL, 0444);

/* ---- module.oot_page_limit ---- */

static unsigned long page_limit __lockable(oot) = ULONG_MAX;

static int page_limit_set(const char *val, const struct kernel_param *kp)
{
	unsigned long limit = ULONG_MAX;	/* what "-1" says */
	int err = !val ? -EINVAL : sysfs_streq(val, "-1") ? 0 : kstrtoul(val, 0, &limit);

	if (err)
		return err;
	mutex_lock(&module_mutex);
	if (isolate_settings_locked()) {
		err = -EPERM;
	} else {
		page_limit = limit;
		oot_set_page_limit(limit);
	}
	mutex_unlock(&module_mutex);
	return err;
}

static int page_limit_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long limit = READ_ONCE(page_limit);

	return limit == ULONG_MAX ? sprintf(buffer, "-1\n") : sprintf(buffer, "%lu\n", limit);
}

static const struct kernel_param_ops page_limit_ops = { .set = page_limit_set, .get = page_limit_get };
module_param_cb(oot_page_limit, &page_limit_ops, NULL, 0644);

/* ---- module.oot_lock ---- */

bool isolate_settings_locked(void)
{
	/* On the command line the lock counts for what comes later, wherever it stands. */
	return locked && boot_is_over;
}

/* Returns: 0, or -ENOMEM: the files refuse, but the pages stay writable (pmalloc has said so). */
static int seal_settings(void)
{
	int err = pmalloc_lock_group(oot);

	pr_info("module.oot_lock: the isolation settings stay as they are until reboot\n");
	return err;
}

static int oot_lock_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val ?: "1", &on);

	if (err)
		return err;
	mutex_lock(&module_mutex);
	if (isolate_settings_locked()) {
		err = on ? 0 : -EPERM;
	} else {
		locked = on;
		if (isolate_settings_locked())
			err = seal_settings();
	}
	mutex_unlock(&module_mutex);
	return err;
}

static const struct kernel_param_ops oot_lock_ops = { .set = oot_lock_set, .get = param_get_bool };
module_param_cb(oot_lock, &oot_lock_ops, &locked, 0644);

static int __init isolate_init(void)
{
	mutex_lock(&module_mutex);
	boot_is_over = true;
	if (oot_list.count > nr_slots) {
		pr_warn("module.oot_list: more than %u names; the first %u are used\n", nr_slots, nr_slots);
		oot_list.count = nr_slots;
	}
	if (locked)
		seal_settings();
	mutex_unlock(&module_mutex);
	return 0;
}
late_initcall(isolate_init);

/* ---- Slots ---- */

static bool wants_slot(const char *name)
{
	return name_list_find(&oot_list, name) >= 0 || isolate_is_named(name);
}

/* May @slot be given to another name? Rule S. */
static bool slot_is_free(unsigned int slot)
{
	const char *owner = slot_owner[slot];

	return !owner[0] || (!wants_slot(owner) && !find_module(owner) && oot_slot_is_clean(slot));
}

static int choose_slot(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_slots; i++)
		if (slot_owner[i][0] && module_names_equal(slot_owner[i], name))
			return i;
	for (i = 0; i < nr_slots; i++)
		if (slot_is_free(i))
			return i;
	return -ENOSPC;
}

int isolate_module(struct load_info *info)
{
	int slot, err;

	info->priv->oot_slot = -1;
	if (!wants_slot(info->name))
		return 0;
	slot = choose_slot(info->name);
	if (slot < 0) {
		/* Not loaded rather than loaded unfenced: whoever listed it wants it fenced. */
		load_complain(info, "no oot-kmalloc slot is free: all %u hold pages of other modules",
			      nr_slots);
		return -ENOSPC;
	}
	err = oot_slot_open(slot);
	if (err)
		return err;
	info->priv->oot_slot = slot;
	return 0;
}

static struct oot_text text_of(const struct load_info *info, enum region r)
{
	const struct module_region *region = &info->priv->region[r];
	unsigned long start = (unsigned long)region->start;

	return (struct oot_text){ start, start ? start + region->bytes : 0 };
}

void isolate_announce(struct load_info *info)
{
	int slot = info->priv->oot_slot;
	struct oot_options options;

	if (slot < 0)
		return;
	isolate_options(info->name, &options);
	options.text[0] = text_of(info, CORE_TEXT);
	options.text[1] = text_of(info, INIT_TEXT);
	oot_slot_enter(slot, info->name, &options);
	strscpy(slot_owner[slot], info->name, sizeof(slot_owner[slot]));
	pr_info("Module %s use oot-kmalloc-%d.\n", info->name, slot);
}

unsigned long isolate_symbol(struct load_info *info, const char *name, const char **target)
{
	return info->priv->oot_slot < 0 ? 0 : oot_slot_symbol(info->priv->oot_slot, name, target);
}
