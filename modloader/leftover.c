// SPDX-License-Identifier: MIT
/*
 * What a module leaves behind when it goes: timers, work, threads, handlers that would run its code, files and
 * devices that would read its data, and folders, classes and device numbers, which would only be in the next one's way.
 *
 * Linux frees the text regardless, and the first timer that fires executes whatever is there then. Here
 * the loader looks first (kernel/deferred.c), when nobody calls the module any more: its exit has
 * returned, or its init has failed. Everything found is named, with the function in the module, and
 * ended. What cannot be ended, a thread that does not stop or a work item that does not return, keeps
 * the module: it stays on the list as a lingering one, memory and symbols and all, and rmmod may be
 * tried again. Invariant: no code of a module runs in freed memory.
 *
 * Timers and queued work that end here are told as warnings: they are the module's bugs even so.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <paddock/deferred.h>
#include "internal.h"

#define TOLD_MAX 16	/* lines in the log and on the terminal; the rest is counted */

struct telling {
	struct module *mod;
	struct module_errbuf *err;
	unsigned int told, more;
	const char *where;	/* "", or what is special about it */
};

static void tell(const struct deferred *item, const char *outcome, void *ctx)
{
	struct telling *t = ctx;
	const char *kind = deferred_kind_name(item->kind);
	char line[200], function[100] = "";

	if (++t->told > TOLD_MAX) {
		t->more++;
		return;
	}
	if (deferred_has_function(item->kind))
		scnprintf(function, sizeof(function), "%s %ps", item->kind == DEFERRED_THREAD && !item->owned ? " in" : "",
			  (void *)item->function);
	scnprintf(line, sizeof(line), "Module %s left %s %s%s%s%s%s%s: %s", t->mod->name, strchr("hiRo", kind[0]) ? "an" : "a",
		  kind, function, t->where, item->detail[0] ? " (" : "", item->detail, item->detail[0] ? ")" : "",
		  outcome ? outcome : item->kind == DEFERRED_THREAD ? "it does not stop" :
		  item->kind == DEFERRED_OPEN ? "it is open" : "it does not end");
	pr_warn("%s\n", line);
	module_err(t->err, "%s\n", line);
}

/* Code and data: functions lie in the one, what files and devices need in the other. */
static unsigned int drain_area(struct module *mod, enum region first, enum region end, struct telling *t)
{
	unsigned long from = 0, to = 0;
	enum region r;

	for (r = first; r < end; r++) {
		const struct module_region *region = &mod->priv->region[r];

		if (!region->start)
			continue;
		if (!from)
			from = region->start;
		to = region->start + region->bytes;
	}
	return from ? deferred_drain(from, to, tell, t) : 0;
}

unsigned int module_drain(struct module *mod, struct module_errbuf *err)
{
	struct telling t = { .mod = mod, .err = err, .where = "" };
	unsigned int stay = 0;

	/* A callback that runs at this moment may start itself again: let it end before the look. */
	synchronize_rcu();
	stay += drain_area(mod, CORE_TEXT, FIRST_INIT_REGION, &t);
	stay += drain_area(mod, FIRST_INIT_REGION, NR_REGIONS, &t);
	if (t.more) {
		pr_warn("Module %s left %u more\n", mod->name, t.more);
		module_err(err, "Module %s left %u more\n", mod->name, t.more);
	}
	mod->priv->lingering = stay != 0;
	if (stay) {
		pr_err("Module %s stays in memory until that ends; try rmmod again then\n", mod->name);
		module_err(err, "Module %s stays in memory until that ends; try rmmod again then\n", mod->name);
	}
	return stay;
}

bool module_drain_init(struct module *mod)
{
	struct telling t = { .mod = mod, .where = " in its init memory" };

	if (!drain_area(mod, FIRST_INIT_REGION, NR_REGIONS, &t))
		return true;
	pr_err("Module %s: its init memory stays until the module goes\n", mod->name);
	return false;
}
