// SPDX-License-Identifier: MIT
/*
 * What an isolated module has: while it is loaded in /sys/module/<name>/memory, and in the log what it leaves
 * behind when it goes, or when its init has failed.
 *
 *	Module foo left 3 objects, 192 bytes
 *	  2 objects, 128 bytes (60 asked for each) allocated at make_session+0x15/0x30 [foo], oot-kmalloc-0-64
 *	  1 object, 64 bytes allocated at foo_init+0x21/0x80 [foo], oot-kmalloc-0-64
 *
 * Objects are known by their slot (mm/oot_slot.c, mm/quarantine.c). It comes after module_drain() has told and ended
 * what was still to run, while the module's text is there to be named.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <paddock/isolation.h>
#include <paddock/pmalloc.h>
#include "internal.h"

static const char *plural(unsigned long n)
{
	return n == 1 ? "" : "s";
}

/* ---- What KFENCE saw ---- */

static const char *const fate_names[NR_OOT_FATES] = {
	[OOT_TOO_LARGE] = "too large", [OOT_POOL_FULL] = "pool full",
	[OOT_SWITCHED_OFF] = "switched off", [OOT_SPECIAL] = "DMA",
};

static unsigned long allocations(const struct oot_memory *m)
{
	unsigned long sum = 0;

	for (int i = 0; i < NR_OOT_FATES; i++)
		sum += m->seen[i];
	return sum;
}

/* Tenths of a percent, rounded. */
static unsigned long guarded_permille(const struct oot_memory *m)
{
	unsigned long all = allocations(m);

	return all ? (m->seen[OOT_GUARDED] * 1000 + all / 2) / all : 1000;
}

/* "10412 allocations, 10398 guarded (99.9%), 14 not: 9 too large, 5 pool full" */
static int coverage_text(const struct oot_memory *m, char *buf, size_t size)
{
	unsigned long all = allocations(m), missed = all - m->seen[OOT_GUARDED], permille = guarded_permille(m);
	const char *separator = ": ";
	int n;

	n = scnprintf(buf, size, "%lu allocation%s, %lu guarded (%lu.%lu%%), %lu not", all, plural(all),
		      m->seen[OOT_GUARDED], permille / 10, permille % 10, missed);
	for (int i = 0; i < NR_OOT_FATES; i++) {
		if (i == OOT_GUARDED || !m->seen[i])
			continue;
		n += scnprintf(buf + n, size - n, "%s%lu %s", separator, m->seen[i], fate_names[i]);
		separator = ", ";
	}
	return n;
}

/* ---- /sys/module/<name>/memory ---- */

int verdict_memory_show(const struct module *mod, char *buf)
{
	struct oot_memory m;
	int n;

	oot_slot_memory(mod->priv->oot_slot, &m);
	n = sysfs_emit(buf, "live: %lu object%s, %lu bytes\n", m.objects, plural(m.objects), m.bytes);
	n += sysfs_emit_at(buf, n, "pages: %lu, %lu of them cached, peak %lu\n", m.pages, m.cached_pages, m.peak_pages);
	if (m.quota != ULONG_MAX)
		n += sysfs_emit_at(buf, n, "quota: %lu pages\n", m.quota);
	if (m.failed)
		n += sysfs_emit_at(buf, n, "refused: %lu allocation%s\n", m.failed, plural(m.failed));
	if (kfence_full_mode()) {
		n += sysfs_emit_at(buf, n, "kfence: ");
		n += coverage_text(&m, buf + n, PAGE_SIZE - n);
		n += sysfs_emit_at(buf, n, "\n");
	} else if (kfence_is_enabled()) {
		n += sysfs_emit_at(buf, n, "kfence: %lu guarded; allocations are counted in full mode only\n",
				   m.seen[OOT_GUARDED]);
	} else {
		n += sysfs_emit_at(buf, n, "kfence: off\n");
	}
	return n;
}

/* ---- At the end ---- */

static void tell_site(const struct oot_left *l)
{
	char site[KSYM_SYMBOL_LEN], asked[40] = "", where[40] = "a large kmalloc()";

	if (l->asked)
		snprintf(asked, sizeof(asked), " (%u asked for%s)", l->asked, l->objects == 1 ? "" : " each");
	if (l->cache)
		strscpy(where, l->cache, sizeof(where));
	if (l->site)
		sprint_symbol(site, l->site);
	if (l->site || l->site_name)
		pr_warn("  %lu object%s, %lu bytes%s allocated at %s, %s\n", l->objects, plural(l->objects), l->bytes,
			asked, l->site_name ?: site, where);
	else
		pr_warn("  %lu object%s, %lu bytes%s, call site not noted, %s\n", l->objects, plural(l->objects),
			l->bytes, asked, where);
}

static void tell_objects(const struct module *mod, const struct oot_leftovers *left)
{
	unsigned long not_noted = 0;

	for (unsigned int i = 0; i < min_t(unsigned int, left->nr_caches, ARRAY_SIZE(left->caches)); i++)
		pr_warn("Module %s left a cache: %s\n", mod->name, left->caches[i]);
	if (!left->objects)
		return;
	pr_warn("Module %s left %lu object%s, %lu bytes\n", mod->name, left->objects, plural(left->objects), left->bytes);
	for (unsigned int i = 0; i < left->nr_sites; i++) {
		tell_site(&left->left[i]);
		if (!left->left[i].site && !left->left[i].site_name)
			not_noted += left->left[i].objects;
	}
	if (not_noted)
		pr_warn("  %lu of them without a noted call site: load it with module.oot_sites=%s, and all are noted\n", not_noted,
			mod->name);
}

/* They go with the module (pmalloc_module_gone()), but it should have said so itself. */
static void tell_pools(const struct module *mod)
{
	struct pmalloc_left pool;

	for (unsigned int n = 0; pmalloc_module_pool(mod, n, &pool); n++)
		pr_warn("Module %s left a pool: %s, %lu object%s, %lu bytes in %lu page%s\n", mod->name, pool.name,
			pool.objects, plural(pool.objects), pool.bytes, pool.pages, plural(pool.pages));
}

static void tell_coverage(const struct module *mod)
{
	char text[160];
	struct oot_memory m;

	if (!kfence_full_mode())
		return;
	oot_slot_memory(mod->priv->oot_slot, &m);
	if (guarded_permille(&m) >= 950)
		return;
	coverage_text(&m, text, sizeof(text));
	pr_warn("Module %s: KFENCE saw less than 95%%: %s\n", mod->name, text);
}

void verdict_init_done(struct module *mod)
{
	const struct module_region *text = &mod->priv->region[INIT_TEXT];

	if (mod->priv->oot_slot < 0)
		return;
	mutex_lock(&module_mutex);
	oot_slot_init_done(mod->priv->oot_slot, text->start, text->start + text->bytes);
	mutex_unlock(&module_mutex);
}

void verdict_deliver(struct module *mod)
{
	struct oot_leftovers *left;

	if (mod->priv->oot_slot < 0)
		return;
	/* kfree_rcu() and the like: what is on its way is not left behind. */
	rcu_barrier();
	tell_coverage(mod);
	left = kmalloc(sizeof(*left), GFP_KERNEL | __GFP_NOFAIL);
	mutex_lock(&module_mutex);
	oot_slot_leave(mod->priv->oot_slot, mod, left);
	mutex_unlock(&module_mutex);
	tell_objects(mod, left);
	tell_pools(mod);
	kfree(left);
}
