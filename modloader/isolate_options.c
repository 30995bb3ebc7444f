// SPDX-License-Identifier: MIT
/*
 * What can be asked for an isolated module, beyond isolation itself. To be named in one of these is to be isolated: it is
 * by its slot that the kernel knows a module's allocations from others'.
 *
 *	module.oot_sites=a,b         note the call site of every allocation (by default: of the first 4096)
 *	module.oot_notes=n           another number than 4096; 0: none, and loads cost what they cost anybody
 *	module.oot_quota=a:100       a may hold 100 pages; also while it is loaded
 *	module.fail_alloc=a:3        a's third allocation fails;  a:stacks  each new call stack fails once
 *	module.kfence=a,b            KFENCE guards these modules' objects and nothing else; empty: everything again
 *
 * Each is a file under /sys/module/module/parameters, too, and but for what is said above counts from
 * the module's next load on. A bad text changes nothing. After module.oot_lock=1 (isolate.c) nothing does.
 *
 * Locks: module_mutex guards the lists.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/isolation.h>
#include <paddock/pmalloc.h>
#include <paddock/slab.h>
#include "internal.h"
#include "name_list.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "module."

static struct name_list sites __lockable(oot), quotas __lockable(oot), failures __lockable(oot), guarded __lockable(oot);

/* Parse @val and, if it is good and @admit (unless NULL) returns 0 for it, make it *@list. */
static int set_list(struct name_list *list, const char *val, int (*value)(const char *, unsigned long *),
		    int (*admit)(const struct name_list *new))
{
	struct name_list *new;
	int err;

	if (!val)
		return -EINVAL;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = name_list_parse(new, val, OOT_SLOTS_MAX, value);
	if (!err) {
		mutex_lock(&module_mutex);
		err = isolate_settings_locked() ? -EPERM : admit ? admit(new) : 0;
		if (!err)
			*list = *new;
		mutex_unlock(&module_mutex);
	}
	kfree(new);
	return err;
}

static int get_list(const struct name_list *list, char *buffer, int (*value)(unsigned long, char *, size_t))
{
	int n;

	mutex_lock(&module_mutex);
	n = name_list_show(list, buffer, value);
	mutex_unlock(&module_mutex);
	return n;
}

/* ---- module.oot_sites ---- */

static int sites_set(const char *val, const struct kernel_param *kp)
{
	return set_list(&sites, val, NULL, NULL);
}

static int sites_get(char *buffer, const struct kernel_param *kp)
{
	return get_list(&sites, buffer, NULL);
}

static const struct kernel_param_ops sites_ops = { .set = sites_set, .get = sites_get };
module_param_cb(oot_sites, &sites_ops, NULL, 0644);

/* ---- module.oot_notes ---- */

/* Enough for what a driver sets up, and no cost once it is at work. */
static unsigned int notes __lockable(oot) = 4096;

static int notes_set(const char *val, const struct kernel_param *kp)
{
	unsigned int number;
	int err = val ? kstrtouint(val, 0, &number) : -EINVAL;

	if (err)
		return err;
	mutex_lock(&module_mutex);
	err = isolate_settings_locked() ? -EPERM : 0;
	if (!err)
		notes = number;
	mutex_unlock(&module_mutex);
	return err;
}

static int notes_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%u\n", READ_ONCE(notes));
}

static const struct kernel_param_ops notes_ops = { .set = notes_set, .get = notes_get };
module_param_cb(oot_notes, &notes_ops, NULL, 0644);

/* ---- module.oot_quota ---- */

static int parse_pages(const char *text, unsigned long *out)
{
	return kstrtoul(text, 0, out);
}

static int show_number(unsigned long value, char *buf, size_t size)
{
	return scnprintf(buf, size, "%lu", value);
}

static unsigned long quota_of(const char *name)
{
	int i = name_list_find(&quotas, name);

	return i < 0 ? ULONG_MAX : quotas.item[i].value;
}

static int quota_set(const char *val, const struct kernel_param *kp)
{
	int err = set_list(&quotas, val, parse_pages, NULL);
	struct module *mod;

	if (err)
		return err;
	mutex_lock(&module_mutex);
	list_for_each_entry(mod, &modules, list)
		if (mod->priv->oot_slot >= 0)
			oot_slot_set_quota(mod->priv->oot_slot, quota_of(mod->name));
	mutex_unlock(&module_mutex);
	return 0;
}

static int quota_get(char *buffer, const struct kernel_param *kp)
{
	return get_list(&quotas, buffer, show_number);
}

static const struct kernel_param_ops quota_ops = { .set = quota_set, .get = quota_get };
module_param_cb(oot_quota, &quota_ops, NULL, 0644);

/* ---- module.fail_alloc ---- */

#define EVERY_STACK ULONG_MAX

static int parse_failure(const char *text, unsigned long *out)
{
	int err;

	if (!strcmp(text, "stacks")) {
		*out = EVERY_STACK;
		return 0;
	}
	err = kstrtoul(text, 0, out);
	if (!err && (!*out || *out == EVERY_STACK))
		err = -EINVAL;	/* they are counted from 1 */
	return err;
}

static int show_failure(unsigned long value, char *buf, size_t size)
{
	return value == EVERY_STACK ? scnprintf(buf, size, "stacks") : show_number(value, buf, size);
}

static int fail_set(const char *val, const struct kernel_param *kp)
{
	return set_list(&failures, val, parse_failure, NULL);
}

static int fail_get(char *buffer, const struct kernel_param *kp)
{
	return get_list(&failures, buffer, show_failure);
}

static const struct kernel_param_ops fail_ops = { .set = fail_set, .get = fail_get };
module_param_cb(fail_alloc, &fail_ops, NULL, 0644);

/* ---- module.kfence ---- */

/* Who is guarded follows from the list: nobody named, everybody. KFENCE refuses when its parameters are locked. */
static int admit_guarded(const struct name_list *new)
{
	return kfence_guard_pages(!new->count);
}

static int kfence_set(const char *val, const struct kernel_param *kp)
{
	int err = set_list(&guarded, val, NULL, admit_guarded);
	struct module *mod;
	bool only;

	if (err)
		return err;
	mutex_lock(&module_mutex);
	only = guarded.count;
	slab_kfence_all(!only);
	list_for_each_entry(mod, &modules, list)
		if (mod->priv->oot_slot >= 0)
			oot_slot_set_kfence(mod->priv->oot_slot, !only || name_list_find(&guarded, mod->name) >= 0);
	mutex_unlock(&module_mutex);
	return 0;
}

static int kfence_get(char *buffer, const struct kernel_param *kp)
{
	return get_list(&guarded, buffer, NULL);
}

static const struct kernel_param_ops kfence_ops = { .set = kfence_set, .get = kfence_get };
module_param_cb(kfence, &kfence_ops, NULL, 0644);

/* ---- For isolate.c ---- */

bool isolate_is_named(const char *name)
{
	return name_list_find(&sites, name) >= 0 || name_list_find(&quotas, name) >= 0 ||
		name_list_find(&failures, name) >= 0 || name_list_find(&guarded, name) >= 0;
}

void isolate_options(const char *name, struct oot_options *out)
{
	int i = name_list_find(&failures, name);
	unsigned long failure = i < 0 ? 0 : failures.item[i].value;

	*out = (struct oot_options){
		.sites = name_list_find(&sites, name) >= 0,
		.notes = notes,
		.quota = quota_of(name),
		.fail_nth = failure == EVERY_STACK ? 0 : failure,
		.fail_stacks = failure == EVERY_STACK,
		.kfence = !guarded.count || name_list_find(&guarded, name) >= 0,
		.kfence_only = guarded.count,
	};
}
