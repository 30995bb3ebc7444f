/* SPDX-License-Identifier: MIT */
/* The finders behind kernel/deferred.c: the (skip + 1)-th item whose function lies in [start, end), copied. */
#pragma once

#include <linux/types.h>

#include <paddock/deferred.h>

/* Does @p point into [start, end)? */
static inline bool points_into(const void *p, unsigned long start, unsigned long end)
{
	return (unsigned long)p >= start && (unsigned long)p < end;
}

struct rb_node;
struct rb_root_cached;
/*
 * The (*skip + 1)-th node of a tree whose function, as @function_of tells it, lies in [start, end); or NULL, with *skip
 * less by those that do. Context: any; the tree's lock held.
 */
struct rb_node *deferred_find_node(struct rb_root_cached *tree, unsigned long start, unsigned long end,
				   unsigned int *skip, unsigned long (*function_of)(const struct rb_node *n));

/*
 * Each: copies the (skip + 1)-th item into *out. Returns false when there are fewer. Context: thread; takes and drops
 * the locks of what it looks at, so the item may be gone at once.
 */
bool timers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool hrtimers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool irqs_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
/*
 * Take a scheduled tasklet off its list, even a disabled one, for which tasklet_kill() would wait for
 * ever; wait until it does not run. Context: thread.
 */
struct tasklet_struct;
void tasklet_forget(struct tasklet_struct *t);
bool notifiers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
/* Take it off its chain, whichever that is; what it calls now has ended. Context: thread, may sleep. */
struct notifier_block;
void notifier_unregister(struct notifier_block *nb);
/* Files and devices: kernel/fs/{leftover,misc,chrdev}.c. The function is where the operations or the data lie. */
bool files_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
void file_forget(const struct deferred *item);
bool open_files_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool misc_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool cdevs_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
struct cdev;
void cdev_forget(struct cdev *p);
/* What a module registered without the kernel needing its code: those that it asked for, or that are its by owner. */
bool devices_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool classes_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool regions_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
void region_forget(const void *object);
bool tasklets_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
