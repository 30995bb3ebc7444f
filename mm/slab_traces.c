// SPDX-License-Identifier: MIT
/*
 * Who has the objects: /sys/kernel/debug/slab/<cache>/{alloc_traces,free_traces}, in Linux's format.
 *
 * For caches that track their users (slub_debug=U). Objects in use are grouped by where they were allocated
 * (or freed the last time before that), the most frequent first:
 *
 *      20 kmalloc_it+0x1c/0x40 [mod] waste=240/12 age=10/55/99 pid=12-14 cpus=0-1
 *         kmalloc_it+0x1c/0x40 [mod]
 *         ...
 *
 * count, caller, bytes that were not asked for (all, each), ms since then (least, mean, most), threads, CPUs, nodes.
 *
 * What a reader sees is collected when the file is opened. Debugfs waits for an open that runs before it takes
 * the file away, and kmem_cache_destroy() for debugfs: the cache stays as long as it is looked at.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/stackdepot.h>
#include <arch/time.h>
#include <paddock/slab.h>
#include "slab.h"

struct location {
	unsigned long count;	/* 0: an unused place */
	unsigned long addr;	/* 0: it never happened */
	u32 stack, waste;
	u64 min_ms, max_ms, sum_ms;
	int min_pid, max_pid;
	cpumask_t cpus;
	nodemask_t nodes;
};

/* An open hash while it is filled; then sorted, the unused places last. */
struct traces {
	enum track_kind kind;
	u64 now_ns;
	unsigned int bits;		/* log2 of the places */
	unsigned int nr;		/* used */
	bool full;
	struct location at[];
};

#define FIRST_BITS	7

/* Its place, or an unused one; one in four stays unused, so that the search ends. */
static struct location *find_location(struct traces *t, const struct track *track)
{
	unsigned int mask = (1u << t->bits) - 1;
	unsigned int i = hash_64(track->addr ^ ((u64)track->stack << 20) ^ track->waste, t->bits);

	while (t->at[i].count && (t->at[i].addr != track->addr || t->at[i].stack != track->stack ||
				  t->at[i].waste != track->waste))
		i = (i + 1) & mask;
	return &t->at[i];
}

static void add_track(struct traces *t, const struct track *track, int node)
{
	struct location *l = find_location(t, track);
	u64 ms = (t->now_ns - min(t->now_ns, track->when_ns)) / 1000000;

	if (!l->count) {
		if (t->nr >= (3u << t->bits) / 4) {
			t->full = true;
			return;
		}
		t->nr++;
		*l = (struct location){ .addr = track->addr, .stack = track->stack, .waste = track->waste,
					.min_ms = ms, .max_ms = ms, .min_pid = track->pid, .max_pid = track->pid };
	}
	l->count++;
	l->sum_ms += ms;
	l->min_ms = min(l->min_ms, ms);
	l->max_ms = max(l->max_ms, ms);
	l->min_pid = min(l->min_pid, track->pid);
	l->max_pid = max(l->max_pid, track->pid);
	cpumask_set_cpu(track->cpu, &l->cpus);
	node_set(node, l->nodes);
}

/* Node lock held. */
static void add_slab(struct kmem_cache *s, struct page *slab, void *arg)
{
	struct traces *t = arg;

	for (unsigned int i = 0; i < slab->slab_objects && !t->full; i++)
		if (!test_bit(i, slab_free_map(slab)))
			add_track(t, slab_track(s, slab_object(s, slab, i), t->kind), page_kind_node(slab));
}

static int by_count(const void *a, const void *b)
{
	unsigned long x = ((const struct location *)a)->count, y = ((const struct location *)b)->count;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Again with twice the room until it suffices: nothing can be allocated under the lock. NULL: no memory. */
static struct traces *collect(struct kmem_cache *s, enum track_kind kind)
{
	for (unsigned int bits = FIRST_BITS; ; bits++) {
		struct traces *t = kvzalloc(struct_size(t, at, 1ul << bits), GFP_KERNEL);

		if (!t)
			return NULL;
		t->kind = kind;
		t->bits = bits;
		t->now_ns = arch_clock_ns();
		slab_for_each_slab(s, add_slab, t);
		if (!t->full) {
			sort(t->at, 1ul << bits, sizeof(t->at[0]), by_count, NULL);
			return t;
		}
		kvfree(t);
	}
}

static void show_location(struct seq_file *m, const struct location *l)
{
	unsigned long *entries;
	unsigned int nr;

	seq_printf(m, "%7ld ", l->count);
	if (l->addr)
		seq_printf(m, "%pS", (void *)l->addr);
	else
		seq_puts(m, "<not-available>");
	if (l->waste)
		seq_printf(m, " waste=%lu/%u", l->count * l->waste, l->waste);
	if (l->min_ms != l->max_ms)
		seq_printf(m, " age=%llu/%llu/%llu", l->min_ms, l->sum_ms / l->count, l->max_ms);
	else
		seq_printf(m, " age=%llu", l->min_ms);
	if (l->min_pid != l->max_pid)
		seq_printf(m, " pid=%d-%d", l->min_pid, l->max_pid);
	else
		seq_printf(m, " pid=%d", l->min_pid);
	if (num_online_cpus() > 1)
		seq_printf(m, " cpus=%*pbl", cpumask_pr_args(&l->cpus));
	if (num_online_nodes() > 1)
		seq_printf(m, " nodes=%*pbl", nodemask_pr_args(&l->nodes));
	seq_putc(m, '\n');
	nr = l->stack ? stack_depot_fetch(l->stack, &entries) : 0;
	for (unsigned int i = 0; i < nr; i++)
		seq_printf(m, "        %pS\n", (void *)entries[i]);
	if (nr)
		seq_putc(m, '\n');
}

static int traces_show(struct seq_file *m, void *unused)
{
	struct traces *t = m->private;

	if (!t->nr)
		seq_puts(m, "No data\n");
	for (unsigned int i = 0; i < t->nr; i++)
		show_location(m, &t->at[i]);
	return 0;
}

static int traces_open(struct inode *inode, struct file *file, enum track_kind kind)
{
	struct traces *t = collect(inode->i_private, kind);
	int err = t ? single_open(file, traces_show, t) : -ENOMEM;

	if (err)
		kvfree(t);
	return err;
}

static int alloc_traces_open(struct inode *inode, struct file *file)
{
	return traces_open(inode, file, TRACK_ALLOC);
}

static int free_traces_open(struct inode *inode, struct file *file)
{
	return traces_open(inode, file, TRACK_FREE);
}

static int traces_release(struct inode *inode, struct file *file)
{
	kvfree(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

#define TRACES_FOPS(which)						\
static const struct file_operations which##_fops = {			\
	.open = which##_open,						\
	.read = seq_read,						\
	.llseek = seq_lseek,						\
	.release = traces_release,					\
}

TRACES_FOPS(alloc_traces);
TRACES_FOPS(free_traces);

static struct dentry *slab_dir;

void slab_traces_add(struct kmem_cache *s)
{
	if (!slab_dir || !(s->flags & SLAB_STORE_USER))
		return;
	s->traces = debugfs_create_dir(s->name, slab_dir);
	debugfs_create_file("alloc_traces", 0400, s->traces, s, &alloc_traces_fops);
	debugfs_create_file("free_traces", 0400, s->traces, s, &free_traces_fops);
}

void slab_traces_remove(struct kmem_cache *s)
{
	debugfs_remove(s->traces);
}

static int __init slab_traces_init(void)
{
	struct kmem_cache *s;

	slab_mutex_lock();
	slab_dir = debugfs_create_dir("slab", NULL);
	list_for_each_entry(s, &slab_caches, list)
		slab_traces_add(s);
	slab_mutex_unlock();
	return 0;
}
fs_initcall(slab_traces_init);
