// SPDX-License-Identifier: MIT
/*
 * What KFENCE has done: counters, and the files /sys/kernel/debug/kfence/{stats,objects}.
 *
 * stats is Linux's list of "name: number" with objects and pages told apart, then the pool's size on
 * each node. objects lists each object with its stacks, as a report would show it.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include "kfence.h"

DEFINE_PER_CPU(struct kfence_counts, kfence_counts);

static const char *const names[KFENCE_COUNTERS] = {
	[KFENCE_COUNT_SLAB_ALLOCS] = "total slab allocations",
	[KFENCE_COUNT_SLAB_FREES] = "total slab frees",
	[KFENCE_COUNT_SLAB_ZOMBIES] = "zombie slab allocations",
	[KFENCE_COUNT_PAGE_ALLOCS] = "total page allocations",
	[KFENCE_COUNT_PAGE_FREES] = "total page frees",
	[KFENCE_COUNT_BUGS] = "total bugs",
	[KFENCE_COUNT_SKIP_INCOMPAT] = "skipped allocations (incompatible)",
	[KFENCE_COUNT_SKIP_CAPACITY] = "skipped allocations (capacity)",
	[KFENCE_COUNT_SKIP_COVERED] = "skipped allocations (covered)",
};

long kfence_count_sum(enum kfence_counter which)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&kfence_counts, cpu)->n[which]);
	return sum;
}

/* Those that went are counted first: an object that comes and goes meanwhile must not make this negative. */
long kfence_slabs_now(void)
{
	long gone = kfence_count_sum(KFENCE_COUNT_SLAB_FREES) + kfence_count_sum(KFENCE_COUNT_SLAB_ZOMBIES);

	return kfence_count_sum(KFENCE_COUNT_SLAB_ALLOCS) - gone;
}

long kfence_pages_now(void)
{
	long gone = kfence_count_sum(KFENCE_COUNT_PAGE_FREES);

	return kfence_count_sum(KFENCE_COUNT_PAGE_ALLOCS) - gone;
}

static void show_bytes(struct seq_file *seq, unsigned long bytes)
{
	if (bytes < SZ_1M)
		seq_printf(seq, "%lu KB\n", bytes / SZ_1K);
	else if (bytes < SZ_1G)
		seq_printf(seq, "%lu MB\n", bytes / SZ_1M);
	else
		seq_printf(seq, "%lu GB\n", bytes / SZ_1G);
}

static int stats_show(struct seq_file *seq, void *unused)
{
	struct kfence_area *area;
	int i;

	seq_printf(seq, "enabled: %i\n", kfence_is_enabled());
	for (i = 0; i < KFENCE_COUNTERS; i++) {
		if (i == KFENCE_COUNT_SLAB_ALLOCS)
			seq_printf(seq, "currently slab allocated: %ld\n", kfence_slabs_now());
		if (i == KFENCE_COUNT_PAGE_ALLOCS)
			seq_printf(seq, "currently page allocated: %ld\n", kfence_pages_now());
		seq_printf(seq, "%s: %ld\n", names[i], kfence_count_sum(i));
	}

	seq_puts(seq, "\nnode\tobject_size\tpool_size\n");
	mutex_lock(&kfence_areas_lock);
	for_each_online_node(i) {
		unsigned long objects = 0, bytes = 0;

		list_for_each_entry(area, &kfence_areas, list) {
			if (area->node != i)
				continue;
			objects += area->nr_objects;
			bytes += area->end - area->start;
		}
		seq_printf(seq, "%-8d%-16lu", i, objects);
		show_bytes(seq, bytes);
	}
	mutex_unlock(&kfence_areas_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* ---- objects: a position is the number of objects before it, over all areas ---- */

struct place {
	struct kfence_area *area;
	unsigned long index;
};

static void *objects_find(struct seq_file *seq, loff_t pos)
{
	struct place *place = seq->private;
	struct kfence_area *area;

	list_for_each_entry(area, &kfence_areas, list) {
		if (pos < area->nr_objects) {
			*place = (struct place){ area, pos };
			return place;
		}
		pos -= area->nr_objects;
	}
	return NULL;
}

static void *objects_start(struct seq_file *seq, loff_t *pos)
{
	mutex_lock(&kfence_areas_lock);
	return objects_find(seq, *pos);
}

static void *objects_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct place *place = v;

	++*pos;
	if (++place->index < place->area->nr_objects)
		return place;
	return objects_find(seq, *pos);
}

static void objects_stop(struct seq_file *seq, void *v)
{
	mutex_unlock(&kfence_areas_lock);
}

static int objects_show(struct seq_file *seq, void *v)
{
	struct place *place = v;
	struct kfence_object *obj = &place->area->objects[place->index];
	unsigned long flags = kfence_object_lock(obj);
	struct kfence_object copy = *obj;

	kfence_object_unlock(obj, flags);
	kfence_print_object(seq, &copy, kfence_object_number(place->area, obj));
	seq_puts(seq, "---------------------------------\n");
	return 0;
}

static const struct seq_operations objects_sops = {
	.start = objects_start,
	.next = objects_next,
	.stop = objects_stop,
	.show = objects_show,
};

static int objects_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &objects_sops, sizeof(struct place));
}

static const struct file_operations objects_fops = {
	.owner = THIS_MODULE,
	.open = objects_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

static int __init kfence_debugfs_init(void)
{
	struct dentry *dir = debugfs_create_dir("kfence", NULL);

	debugfs_create_file("stats", 0444, dir, NULL, &stats_fops);
	debugfs_create_file("objects", 0400, dir, NULL, &objects_fops);
	return 0;
}
late_initcall(kfence_debugfs_init);
