// SPDX-License-Identifier: MIT
/*
 * What can be seen of pools: /sys/kernel/debug/pmalloc/pools, one line a pool, and per pool a folder
 * /sys/kernel/pmalloc/<name> with protected, avail, size and chunks.
 *
 *	protected   1: all its pages are sealed, but for those nothing is in yet
 *	avail       bytes that can still be had without growing
 *	size        bytes of its pages
 *	chunks      runs of addresses it consists of
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "pmalloc.h"

/* ---- Folders ---- */

struct pm_folder {
	struct kobject kobj;
	const struct pmalloc_pool *pool;	/* its files go before it does */
};

static struct kobject *pmalloc_kobj;

struct pm_attribute {
	struct attribute attr;
	unsigned long (*value)(const struct pmalloc_pool *pool);	/* pm_mutex */
};

/* Bytes behind the cursor. It may move on: an older value is fine here. */
static unsigned long avail_bytes(const struct pmalloc_pool *pool)
{
	const struct pm_chunk *open = pool->open_chunk;
	unsigned long next = READ_ONCE(pool->cursor->next);

	return open && next ? open->va + (unsigned long)open->nr_pages * PAGE_SIZE - next : 0;
}

static unsigned long protected_value(const struct pmalloc_pool *pool)
{
	if (!pool->chunks)
		return 0;
	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
		u32 used = chunk->nr_pages;

		if (chunk == pool->open_chunk)
			used = PFN_UP(READ_ONCE(pool->cursor->next) - chunk->va);
		if (chunk->sealed_pages < used)
			return 0;
	}
	return 1;
}

static unsigned long size_value(const struct pmalloc_pool *pool)
{
	unsigned long pages = 0;

	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next)
		pages += chunk->held_pages;
	return pages * PAGE_SIZE;
}

static unsigned long chunks_value(const struct pmalloc_pool *pool)
{
	return pool->nr_chunks;
}

static struct pm_attribute attr_protected = { { "protected", 0444 }, protected_value };
static struct pm_attribute attr_avail = { { "avail", 0444 }, avail_bytes };
static struct pm_attribute attr_size = { { "size", 0444 }, size_value };
static struct pm_attribute attr_chunks = { { "chunks", 0444 }, chunks_value };

static struct attribute *pool_attrs[] = {
	&attr_protected.attr, &attr_avail.attr, &attr_size.attr, &attr_chunks.attr, NULL
};
ATTRIBUTE_GROUPS(pool);

static ssize_t pool_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	const struct pmalloc_pool *pool = container_of(kobj, struct pm_folder, kobj)->pool;
	ssize_t n = -ENODEV;

	mutex_lock(&pm_mutex);
	if (pool_is_live(pool))
		n = sprintf(buf, "%lu\n", container_of(attr, struct pm_attribute, attr)->value(pool));
	mutex_unlock(&pm_mutex);
	return n;
}

static const struct sysfs_ops pool_sysfs_ops = { .show = pool_attr_show };

static void folder_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct pm_folder, kobj));
}

static const struct kobj_type pool_ktype = {
	.sysfs_ops = &pool_sysfs_ops,
	.release = folder_release,
	.default_groups = pool_groups,
};

struct pm_folder *folder_create(const struct pmalloc_pool *pool)
{
	struct pm_folder *folder = pmalloc_kobj ? kzalloc(sizeof(*folder), GFP_KERNEL) : NULL;

	if (!folder)
		return NULL;
	folder->pool = pool;
	if (kobject_init_and_add(&folder->kobj, &pool_ktype, pmalloc_kobj, "%s", pool->name)) {
		pr_err("pmalloc: no folder for pool \"%s\"\n", pool->name);
		kobject_put(&folder->kobj);
		return NULL;
	}
	return folder;
}

void folder_destroy(struct pm_folder *folder)
{
	if (!folder)
		return;
	kobject_del(&folder->kobj);
	kobject_put(&folder->kobj);
}

/* ---- debugfs: pools ---- */

static int pools_show(struct seq_file *m, void *unused)
{
	const struct pmalloc_pool *pool;
	struct frame_counts frames;
	struct pool_stats s;

	seq_puts(m, "name                     owner            mode       pages sealed       used     wasted    objects\n");
	mutex_lock(&pm_mutex);
	for_each_pool(pool) {
		pool_get_stats(pool, &s);
		seq_printf(m, "%-24s %-16s %-8s %7lu %6lu %10lu %10lu %10lu%s\n", pool->name, pool->owner_name,
			   pm_mode_names[pool->mode], s.pages, s.sealed_pages, s.bytes_used, s.bytes_wasted, s.objects,
			   pool->owner_gone ? " (owner gone)" : "");
	}
	frames_count(&frames);
	mutex_unlock(&pm_mutex);
	seq_printf(m, "\npages: %lu in pools, %lu for records (%lu vault, %lu frame tables), %lu kept free\n", frames.chunk,
		   frames.vault + frames.table, frames.vault, frames.table, frames.free);
	if (!seal_is_on())
		seq_puts(m, "pmalloc.seal=0: sealed pages are writable\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pools);

static int audit_show(struct seq_file *m, void *unused)
{
	return pmalloc_audit_show(m);
}
DEFINE_SHOW_ATTRIBUTE(audit);

static int pointers_show(struct seq_file *m, void *unused)
{
	return pmalloc_pointers_show(m);
}
DEFINE_SHOW_ATTRIBUTE(pointers);

static int __init pmalloc_files_init(void)
{
	struct dentry *dir = debugfs_create_dir("pmalloc", NULL);
	const struct pmalloc_pool *pool;

	debugfs_create_file("pools", 0400, dir, NULL, &pools_fops);
	debugfs_create_file("audit", 0400, dir, NULL, &audit_fops);
	debugfs_create_file("pointers", 0400, dir, NULL, &pointers_fops);
	pmalloc_kobj = kobject_create_and_add("pmalloc", kernel_kobj);
	if (!pmalloc_kobj)
		return -ENOMEM;
	/* Pools that were made before there was a /sys. */
	for_each_pool(pool) {
		struct pm_folder *folder = folder_create(pool);

		mutex_lock(&pm_mutex);
		vault_set(&pool->folder, folder);
		mutex_unlock(&pm_mutex);
	}
	return 0;
}
fs_initcall(pmalloc_files_init);
