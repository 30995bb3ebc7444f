// SPDX-License-Identifier: MIT
/*
 * What can be seen of caches: /sys/kernel/slab/<cache>/ and /proc/slabinfo, in Linux's formats.
 *
 * A cache's folder holds a reference to it: kmem_cache_destroy() takes the folder away, and the cache
 * itself goes when the last open file of it is closed (kobject release).
 * The folder of a cache that may be merged has a name of its own (slab_merge.c), and the cache's names are links to it.
 * Caches that exist before the file tree get their folders from slab_sysfs_init().
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/slab.h>
#include "slab.h"

struct slab_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kmem_cache *s, char *buf);
	ssize_t (*store)(struct kmem_cache *s, const char *buf, size_t len);
};

#define SLAB_ATTR_RO(name) static struct slab_attribute name##_attr = __ATTR_RO_MODE(name, 0444)
#define SLAB_ATTR_RW(name) static struct slab_attribute name##_attr = __ATTR_RW_MODE(name, 0644)

/* ---- Layout ---- */

#define SHOW_FIELD(name, format, value)					\
static ssize_t name##_show(struct kmem_cache *s, char *buf)		\
{									\
	return sysfs_emit(buf, format "\n", value);			\
}									\
SLAB_ATTR_RO(name)

SHOW_FIELD(slab_size, "%u", s->size);
SHOW_FIELD(object_size, "%u", s->object_size);
SHOW_FIELD(objs_per_slab, "%u", s->objects);
SHOW_FIELD(order, "%u", s->order);
SHOW_FIELD(align, "%u", s->align);
SHOW_FIELD(aliases, "%d", s->refcount < 0 ? 0 : s->refcount - 1);
SHOW_FIELD(hwcache_align, "%d", !!(s->flags & SLAB_HWCACHE_ALIGN));
SHOW_FIELD(reclaim_account, "%d", !!(s->flags & SLAB_RECLAIM_ACCOUNT));
SHOW_FIELD(destroy_by_rcu, "%d", !!(s->flags & SLAB_TYPESAFE_BY_RCU));
SHOW_FIELD(cache_dma, "%d", !!(s->flags & SLAB_CACHE_DMA));
SHOW_FIELD(sanity_checks, "%d", !!(s->flags & SLAB_CONSISTENCY_CHECKS));
SHOW_FIELD(red_zone, "%d", !!(s->flags & SLAB_RED_ZONE));
SHOW_FIELD(poison, "%d", !!(s->flags & SLAB_POISON));
SHOW_FIELD(store_user, "%d", !!(s->flags & SLAB_STORE_USER));
SHOW_FIELD(trace, "%d", !!(s->flags & SLAB_TRACE));
SHOW_FIELD(usersize, "%u", s->object_size);

static ssize_t ctor_show(struct kmem_cache *s, char *buf)
{
	return s->ctor ? sysfs_emit(buf, "%pS\n", s->ctor) : 0;
}
SLAB_ATTR_RO(ctor);

/* ---- Counts: a sum, then each node's share, "12 N0=8 N1=4" ---- */

static ssize_t emit_by_node(char *buf, const unsigned long *nodes)
{
	unsigned long sum = 0;
	int node, len;

	for_each_online_node(node)
		sum += nodes[node];
	len = sysfs_emit(buf, "%lu", sum);
	for_each_online_node(node)
		if (nodes[node])
			len += sysfs_emit_at(buf, len, " N%d=%lu", node, nodes[node]);
	return len + sysfs_emit_at(buf, len, "\n");
}

#define SHOW_NODES(name, field)						\
static ssize_t name##_show(struct kmem_cache *s, char *buf)		\
{									\
	struct slab_stats stats;					\
									\
	slab_get_stats(s, &stats);					\
	return emit_by_node(buf, stats.field);				\
}									\
SLAB_ATTR_RO(name)

SHOW_NODES(objects, node_active);
SHOW_NODES(total_objects, node_total);
SHOW_NODES(slabs, node_slabs);
SHOW_NODES(partial, node_partial);

static ssize_t objects_partial_show(struct kmem_cache *s, char *buf)
{
	struct slab_stats stats;

	/* Used objects of partly used slabs: all used ones less those of full slabs. */
	slab_get_stats(s, &stats);
	return sysfs_emit(buf, "%lu\n", stats.partial_slabs ? stats.active_objs - min(stats.active_objs,
			  (stats.slabs - stats.partial_slabs - stats.empty_slabs) * s->objects) : 0);
}
SLAB_ATTR_RO(objects_partial);

/* Linux: slabs that a CPU allocates from. Here a CPU has magazines; in slabs' worth. */
static ssize_t cpu_slabs_show(struct kmem_cache *s, char *buf)
{
	struct slab_stats stats;

	slab_get_stats(s, &stats);
	for (int node = 0; node < MAX_NUMNODES; node++)
		stats.node_cpu_objs[node] = DIV_ROUND_UP(stats.node_cpu_objs[node], s->objects);
	return emit_by_node(buf, stats.node_cpu_objs);
}
SLAB_ATTR_RO(cpu_slabs);

/* What each CPU's magazines hold, other nodes' objects included: "objects(slabs' worth) C0=…(…)" */
static ssize_t slabs_cpu_partial_show(struct kmem_cache *s, char *buf)
{
	unsigned int objects[NR_CPUS] = { 0 }, sum = 0, slabs = 0;
	int cpu, len;

	for_each_online_cpu(cpu) {
		objects[cpu] = magazines_count(per_cpu_ptr(s->cpu, cpu), s->capacity);
		for (int node = 0; s->remote && node < MAX_NUMNODES; node++)
			if (s->node[node])
				objects[cpu] += magazines_count(per_cpu_ptr(s->remote, cpu) + node, s->capacity);
		sum += objects[cpu];
		slabs += DIV_ROUND_UP(objects[cpu], s->objects);
	}
	len = sysfs_emit(buf, "%u(%u)", sum, slabs);
	for_each_online_cpu(cpu)
		if (objects[cpu])
			len += sysfs_emit_at(buf, len, " C%d=%u(%u)", cpu, objects[cpu],
					     DIV_ROUND_UP(objects[cpu], s->objects));
	return len + sysfs_emit_at(buf, len, "\n");
}
SLAB_ATTR_RO(slabs_cpu_partial);

/* ---- Limits ---- */

/* Empty slabs that each node keeps. Lowered, it takes effect when the next slab becomes empty, as in Linux. */
static ssize_t min_partial_show(struct kmem_cache *s, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(s->keep_empty));
}

static ssize_t min_partial_store(struct kmem_cache *s, const char *buf, size_t len)
{
	unsigned int slabs;
	int err = kstrtouint(buf, 10, &slabs);

	if (err)
		return err;
	if (s->flags & SLAB_KEEP_PAGES)		/* module.oot_page_limit says it for isolated modules' caches */
		return -EINVAL;
	WRITE_ONCE(s->keep_empty, slabs);
	return len;
}
SLAB_ATTR_RW(min_partial);

/*
 * Objects that are kept ready for CPUs beside those in their own two magazines: here, in full magazines in each
 * node's depot. Caches with checks have none, and as in Linux want none.
 */
static ssize_t cpu_partial_show(struct kmem_cache *s, char *buf)
{
	return sysfs_emit(buf, "%lu\n", slab_is_debug(s) ? 0UL : (unsigned long)READ_ONCE(s->depot_limit) * s->capacity);
}

static ssize_t cpu_partial_store(struct kmem_cache *s, const char *buf, size_t len)
{
	unsigned int objects;
	int err = kstrtouint(buf, 10, &objects);

	if (err)
		return err;
	if (objects && slab_is_debug(s))
		return -EINVAL;
	WRITE_ONCE(s->depot_limit, objects / s->capacity + !!(objects % s->capacity));
	slab_drain(s);
	return len;
}
SLAB_ATTR_RW(cpu_partial);

/* ---- Commands ---- */

static ssize_t shrink_show(struct kmem_cache *s, char *buf)
{
	return 0;
}

static ssize_t shrink_store(struct kmem_cache *s, const char *buf, size_t len)
{
	if (buf[0] != '1')
		return -EINVAL;
	kmem_cache_shrink(s);
	return len;
}
SLAB_ATTR_RW(shrink);

static ssize_t validate_show(struct kmem_cache *s, char *buf)
{
	return 0;
}

static ssize_t validate_store(struct kmem_cache *s, const char *buf, size_t len)
{
	if (buf[0] != '1' || !slab_is_debug(s))
		return -EINVAL;
	slab_validate(s);
	return len;
}
SLAB_ATTR_RW(validate);

/* Two views of one switch. */
static ssize_t kfence_enable_show(struct kmem_cache *s, char *buf)
{
	return sysfs_emit(buf, "%d\n", s->kfence_enable);
}

static ssize_t kfence_enable_store(struct kmem_cache *s, const char *buf, size_t len)
{
	bool on;
	int err = kstrtobool(buf, &on);

	if (err)
		return err;
	slab_set_kfence_enable(s, on);
	return len;
}
SLAB_ATTR_RW(kfence_enable);

static ssize_t skip_kfence_show(struct kmem_cache *s, char *buf)
{
	return sysfs_emit(buf, "%d\n", !s->kfence_enable);
}

static ssize_t skip_kfence_store(struct kmem_cache *s, const char *buf, size_t len)
{
	bool skip;
	int err = kstrtobool(buf, &skip);

	if (err)
		return err;
	slab_set_kfence_enable(s, !skip);
	return len;
}
SLAB_ATTR_RW(skip_kfence);

/* Pages of empty slabs that stay with an isolated module's cache. */
static ssize_t oot_page_show(struct kmem_cache *s, char *buf)
{
	return sysfs_emit(buf, "%lu\n", s->flags & SLAB_KEEP_PAGES ? slab_kept_slabs(s) << s->order : 0);
}
SLAB_ATTR_RO(oot_page);

static struct attribute *slab_attrs[] = {
	&slab_size_attr.attr, &object_size_attr.attr, &objs_per_slab_attr.attr, &order_attr.attr,
	&align_attr.attr, &aliases_attr.attr, &min_partial_attr.attr, &cpu_partial_attr.attr, &ctor_attr.attr,
	&objects_attr.attr, &objects_partial_attr.attr, &total_objects_attr.attr, &slabs_attr.attr,
	&partial_attr.attr, &cpu_slabs_attr.attr, &slabs_cpu_partial_attr.attr, &hwcache_align_attr.attr, &reclaim_account_attr.attr,
	&destroy_by_rcu_attr.attr, &cache_dma_attr.attr, &sanity_checks_attr.attr, &red_zone_attr.attr,
	&poison_attr.attr, &store_user_attr.attr, &trace_attr.attr, &usersize_attr.attr, &shrink_attr.attr,
	&validate_attr.attr, &kfence_enable_attr.attr, &skip_kfence_attr.attr, &oot_page_attr.attr, NULL
};
ATTRIBUTE_GROUPS(slab);

static ssize_t slab_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	return container_of(attr, struct slab_attribute, attr)->show(container_of(kobj, struct kmem_cache, kobj), buf);
}

static ssize_t slab_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t len)
{
	struct slab_attribute *a = container_of(attr, struct slab_attribute, attr);

	return a->store ? a->store(container_of(kobj, struct kmem_cache, kobj), buf, len) : -EIO;
}

static const struct sysfs_ops slab_sysfs_ops = { .show = slab_attr_show, .store = slab_attr_store };

static void slab_kobj_release(struct kobject *kobj)
{
	slab_free_cache(container_of(kobj, struct kmem_cache, kobj));
}

static const struct kobj_type slab_ktype = {
	.sysfs_ops = &slab_sysfs_ops,
	.release = slab_kobj_release,
	.default_groups = slab_groups,
};

/* ---- Folders, and the names that lead to them ---- */

static struct kset *slab_kset;

/* A name that a mergeable cache was asked for by. */
struct slab_name {
	struct list_head list;
	struct kmem_cache *s;
	char name[];
};

static LIST_HEAD(slab_names);	/* slab_mutex; each has a link in slab_kset once that exists */

static int link_name(struct slab_name *n)
{
	return slab_kset ? sysfs_create_link(&slab_kset->kobj, &n->s->kobj, n->name) : 0;
}

static void drop_name(struct slab_name *n)
{
	if (slab_kset)
		sysfs_remove_link(&slab_kset->kobj, n->name);
	list_del(&n->list);
	kfree(n);
}

static struct slab_name *find_name(const char *name)
{
	struct slab_name *n;

	list_for_each_entry(n, &slab_names, list)
		if (!strcmp(n->name, name))
			return n;
	return NULL;
}

/*
 * kmem_cache_destroy() is told a cache and no name: while others use it, the link of who left stays, as in Linux.
 * A new cache of that name takes the link over.
 */
void slab_sysfs_add_name(struct kmem_cache *s, const char *name)
{
	struct slab_name *n = kmalloc(struct_size(n, name, strlen(name) + 1), GFP_KERNEL), *old;
	int err = -ENOMEM;

	if (n) {
		n->s = s;
		strcpy(n->name, name);
		strreplace(n->name, '/', '!');	/* as kobjects do: a name is one part of a path */
		old = find_name(n->name);
		if (old)
			drop_name(old);
		list_add_tail(&n->list, &slab_names);
		err = link_name(n);
		if (err) {
			list_del(&n->list);
			kfree(n);
		}
	}
	if (err)
		pr_err("slab: no link for %s (error: %d)\n", name, err);
}

static int add_folder(struct kmem_cache *s)
{
	char id[SLAB_ID_LEN];

	if (slab_is_mergeable(s))
		slab_unique_id(s, id);
	s->kobj.kset = slab_kset;
	return kobject_init_and_add(&s->kobj, &slab_ktype, NULL, "%s", slab_is_mergeable(s) ? id : s->name);
}

int slab_sysfs_add(struct kmem_cache *s)
{
	struct slab_name *leftover = find_name(s->name);
	int err = 0;

	slab_traces_add(s);
	if (leftover)
		drop_name(leftover);
	if (slab_kset)		/* else slab_sysfs_init() will */
		err = add_folder(s);
	if (!err && slab_is_mergeable(s))
		slab_sysfs_add_name(s, s->name);
	return err;
}

void slab_sysfs_remove(struct kmem_cache *s)
{
	struct slab_name *n, *next;

	slab_traces_remove(s);
	list_for_each_entry_safe(n, next, &slab_names, list)
		if (n->s == s)
			drop_name(n);
	if (s->kobj.state_in_sysfs)
		kobject_del(&s->kobj);
}

static int __init slab_sysfs_init(void)
{
	struct slab_name *n;
	struct kmem_cache *s;

	slab_mutex_lock();
	slab_kset = kset_create_and_add("slab", NULL, kernel_kobj);
	if (slab_kset) {
		list_for_each_entry(s, &slab_caches, list)
			if (add_folder(s))
				pr_err("slab: no folder for %s\n", s->name);
		list_for_each_entry(n, &slab_names, list)
			if (link_name(n))
				pr_err("slab: no link for %s\n", n->name);
	}
	slab_mutex_unlock();
	return slab_kset ? 0 : -ENOMEM;
}
subsys_initcall(slab_sysfs_init);

/* ---- /proc/slabinfo ---- */

static void *slabinfo_start(struct seq_file *m, loff_t *pos)
{
	slab_mutex_lock();
	return seq_list_start_head(&slab_caches, *pos);
}

static void *slabinfo_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &slab_caches, pos);
}

static void slabinfo_stop(struct seq_file *m, void *v)
{
	slab_mutex_unlock();
}

static int slabinfo_show(struct seq_file *m, void *v)
{
	struct slab_stats stats;
	struct kmem_cache *s;

	if (v == &slab_caches) {
		seq_puts(m, "slabinfo - version: 2.1\n");
		seq_puts(m, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>");
		seq_puts(m, " : tunables <limit> <batchcount> <sharedfactor>");
		seq_puts(m, " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
		return 0;
	}
	s = list_entry(v, struct kmem_cache, list);
	slab_get_stats(s, &stats);
	seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d", s->name, stats.active_objs, stats.total_objs, s->size,
		   s->objects, 1 << s->order);
	seq_printf(m, " : tunables %4u %4u %4u", 0, 0, 0);
	seq_printf(m, " : slabdata %6lu %6lu %6lu\n", stats.slabs, stats.slabs, 0UL);
	return 0;
}

static const struct seq_operations slabinfo_ops = {
	.start = slabinfo_start,
	.next = slabinfo_next,
	.stop = slabinfo_stop,
	.show = slabinfo_show,
};

static int __init slabinfo_init(void)
{
	proc_create_seq("slabinfo", 0400, NULL, &slabinfo_ops);
	return 0;
}
fs_initcall(slabinfo_init);
