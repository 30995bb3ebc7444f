// SPDX-License-Identifier: MIT
/*
 * Isolation of out-of-tree modules: who gets a slot, and which symbols are bound to it.
 *
 *	module.oot_list=a,b      the modules to isolate, from their next load on
 *	module.oot_page_limit=n  how many empty slabs each of their caches may keep
 *
 * A module's code does not know. It calls __kmalloc and reads kmalloc_caches as every module does;
 * for an isolated one the loader binds these undefined symbols to the slot's own functions and
 * caches (mm/oot.c). So isolation costs nothing at run time, and nothing looks up its caller.
 *
 * Slots. A name keeps its slot as long as the slot holds any page: dirty pages stay with
 * the module that dirtied them, across rmmod and list changes. Rule S: a slot changes hands only when its
 * owner is neither on the list nor loaded and the slot has no page.
 *
 * Locks: module_mutex guards list and slots. The parameters are set by boot's first thread, or
 * through their files.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/isolation.h>
#include "internal.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "module."

struct oot_names {
	unsigned int count;
	char name[OOT_SLOTS_DEFAULT][MODULE_NAME_LEN];
};

static struct oot_names oot_list;
static char slot_owner[OOT_SLOTS_DEFAULT][MODULE_NAME_LEN];	/* "": never used */
static bool boot_is_over;

bool module_names_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

static bool on_list(const struct oot_names *names, const char *name)
{
	unsigned int i;

	for (i = 0; i < names->count; i++)
		if (module_names_equal(names->name[i], name))
			return true;
	return false;
}

/* ---- module.oot_list ---- */

/* One name of the list, @len characters; -EINVAL for what no module can be called. */
static int add_name(struct oot_names *names, const char *s, size_t len)
{
	char name[MODULE_NAME_LEN];
	size_t i;

	if (!len || len >= sizeof(name))
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (!isalnum(s[i]) && s[i] != '_' && s[i] != '-')
			return -EINVAL;
		name[i] = s[i];
	}
	name[len] = 0;
	if (on_list(names, name))
		return 0;
	if (names->count == ARRAY_SIZE(names->name))
		return -ENOSPC;
	strcpy(names->name[names->count++], name);
	return 0;
}

static int parse_names(struct oot_names *names, const char *s)
{
	size_t len;
	int err;

	s = skip_spaces(s);
	len = strlen(s);
	while (len && isspace(s[len - 1]))
		len--;
	while (len) {
		const char *comma = memchr(s, ',', len);
		size_t n = comma ? comma - s : len;

		err = add_name(names, s, n);
		if (err)
			return err;
		if (!comma)
			break;
		s += n + 1;
		len -= n + 1;
		if (!len)
			return -EINVAL;	/* a comma with nothing behind it */
	}
	return 0;
}

static int oot_list_set(const char *val, const struct kernel_param *kp)
{
	struct oot_names *names = kzalloc(sizeof(*names), GFP_KERNEL);
	int err;

	if (!names)
		return -ENOMEM;
	err = parse_names(names, val);
	if (err == -ENOSPC && !boot_is_over) {
		pr_warn("module.oot_list: more than %u names; the first %u are used\n", OOT_SLOTS_DEFAULT,
			OOT_SLOTS_DEFAULT);
		err = 0;
	}
	if (!err) {
		mutex_lock(&module_mutex);
		oot_list = *names;
		mutex_unlock(&module_mutex);
	}
	kfree(names);
	return err;
}

static int oot_list_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int i;
	int n = 0;

	mutex_lock(&module_mutex);
	for (i = 0; i < oot_list.count; i++)
		n += scnprintf(buffer + n, PAGE_SIZE - n, "%s%s", i ? "," : "", oot_list.name[i]);
	mutex_unlock(&module_mutex);
	return n + scnprintf(buffer + n, PAGE_SIZE - n, "\n");
}

static const struct kernel_param_ops oot_list_ops = { .set = oot_list_set, .get = oot_list_get };
module_param_cb(oot_list, &oot_list_ops, NULL, 0644);

/* ---- module.oot_page_limit ---- */

static unsigned long page_limit = ULONG_MAX;

static int page_limit_set(const char *val, const struct kernel_param *kp)
{
	unsigned long limit = ULONG_MAX;	/* what "-1" says */
	int err = sysfs_streq(val, "-1") ? 0 : kstrtoul(val, 0, &limit);

	if (err)
		return err;
	mutex_lock(&module_mutex);
	page_limit = limit;
	oot_set_page_limit(limit);
	mutex_unlock(&module_mutex);
	return 0;
}

static int page_limit_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long limit = READ_ONCE(page_limit);

	return limit == ULONG_MAX ? sprintf(buffer, "-1\n") : sprintf(buffer, "%lu\n", limit);
}

static const struct kernel_param_ops page_limit_ops = { .set = page_limit_set, .get = page_limit_get };
module_param_cb(oot_page_limit, &page_limit_ops, NULL, 0644);

static int __init isolate_init(void)
{
	boot_is_over = true;
	return 0;
}
late_initcall(isolate_init);

/* ---- Slots ---- */

/* May @slot be given to another name? Rule S. */
static bool slot_is_free(unsigned int slot)
{
	const char *owner = slot_owner[slot];

	return !owner[0] || (!on_list(&oot_list, owner) && !find_module(owner) && !oot_slot_pages(slot));
}

static int choose_slot(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slot_owner); i++)
		if (slot_owner[i][0] && module_names_equal(slot_owner[i], name))
			return i;
	for (i = 0; i < ARRAY_SIZE(slot_owner); i++)
		if (slot_is_free(i))
			return i;
	return -ENOSPC;
}

int isolate_module(struct load_info *info)
{
	int slot, err;

	info->priv->oot_slot = -1;
	if (!on_list(&oot_list, info->name))
		return 0;
	slot = choose_slot(info->name);
	if (slot < 0) {
		/* Not loaded rather than loaded unfenced: whoever listed it wants it fenced. */
		load_complain(info, "no oot-kmalloc slot is free: all %u hold pages of other modules",
			      OOT_SLOTS_DEFAULT);
		return -ENOSPC;
	}
	err = oot_slot_open(slot);
	if (err)
		return err;
	info->priv->oot_slot = slot;
	return 0;
}

void isolate_announce(struct load_info *info)
{
	int slot = info->priv->oot_slot;

	if (slot < 0)
		return;
	strscpy(slot_owner[slot], info->name, sizeof(slot_owner[slot]));
	pr_info("Module %s use oot-kmalloc-%d.\n", info->name, slot);
}

unsigned long isolate_symbol(struct load_info *info, const char *name, const char **target)
{
	return info->priv->oot_slot < 0 ? 0 : oot_slot_symbol(info->priv->oot_slot, name, target);
}

void isolate_describe(struct load_info *info)
{
	unsigned int i;

	if (info->priv->oot_slot < 0)
		return;
	module_err(info->err, "  isolated in oot-kmalloc-%d; rewritten:\n", info->priv->oot_slot);
	for (i = 1; i < info->img.nr_syms; i++) {
		const char *target;

		if (elf_symbol_section(&info->img, i) == ELF_SYM_UNDEF &&
		    isolate_symbol(info, elf_symbol_name(&info->img, i), &target))
			module_err(info->err, "    %s -> %s\n", elf_symbol_name(&info->img, i), target);
	}
}
