// SPDX-License-Identifier: MIT
/*
 * What never changes of a loaded module, in a sealed pool of the kernel's: its functions, its tables, its name.
 *
 * struct module lies in the module's own data, which the module, or whoever else gets a wild pointer, can write. What the
 * kernel calls and follows long after the load (exit, exports, exception table) is copied here when the module is linked. A
 * module whose own copy differs later has been tampered with: that is told once, and the sealed copy counts.
 *
 * Records are of one size and used again, so that loading costs a few write-rares and no page. Lock: module_mutex.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/pmalloc.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "internal.h"

struct module_constants {
	const struct module_constants *next;	/* all records, used or not */
	const struct module *mod;		/* NULL: not in use */
	char name[MODULE_NAME_LEN];
	struct module_hooks hooks;
};

static struct pmalloc_pool *pool __wr_after_init;
static const struct module_constants *records __wr_after_init;

static const struct module_constants *find_record(const struct module *mod)
{
	const struct module_constants *c = records;

	while (c && c->mod != mod)
		c = c->next;
	return c;
}

static const struct module_constants *new_record(void)
{
	const struct module_constants *c;

	if (!pool)
		wr_assign(pool, pmalloc_create_pool("modules", PMALLOC_MODE_START_WR));
	c = pool ? pmalloc(pool, sizeof(*c)) : NULL;
	if (c) {
		wr_ptr(&c->next, records);
		wr_assign(records, c);
	}
	return c;
}

static int __init constants_init(void)
{
	/* A first record, free. */
	return new_record() ? 0 : -ENOMEM;
}
late_initcall(constants_init);

static struct module_hooks hooks_of(const struct module *mod)
{
	return (struct module_hooks){
		.exit = mod->exit, .syms = mod->syms, .num_syms = mod->num_syms, .kp = mod->kp, .num_kp = mod->num_kp,
		.extable = mod->extable, .num_exentries = mod->num_exentries, .bug_table = mod->bug_table,
		.num_bugs = mod->num_bugs, .priv = mod->priv,
	};
}

int constants_seal(const struct module *mod)
{
	const struct module_constants *c = find_record(NULL) ?: new_record();
	struct module_constants new = { .next = c ? c->next : NULL, .mod = mod, .hooks = hooks_of(mod) };

	if (!c)
		return -ENOMEM;
	strscpy(new.name, mod->name, sizeof(new.name));
	wr_memcpy(c, &new, sizeof(new));
	return 0;
}

void constants_release(const struct module *mod)
{
	const struct module_constants *c = mod ? find_record(mod) : NULL;

	if (c)
		wr_ptr(&c->mod, NULL);
}

struct module_hooks constants_hooks(const struct module *mod)
{
	const struct module_constants *c = find_record(mod);
	struct module_hooks now = hooks_of(mod);

	if (!c)
		return now;
	if (memcmp(&now, &c->hooks, sizeof(now)) || strcmp(mod->name, c->name))
		pr_err("BUG: module %s: its struct module was overwritten (exit %pS, was %pS); the sealed copy counts\n",
		       c->name, now.exit, c->hooks.exit);
	return c->hooks;
}
