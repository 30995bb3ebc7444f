// SPDX-License-Identifier: MIT
/*
 * Fault injection into the allocators; see <paddock/fault_inject.h>.
 *
 * Whoever wants failures watches all allocations (alloc_watch.c), which makes them take the slow paths; those ask
 * here. The order of questions is Linux's: the thread's fail-nth first, then the attribute's chances.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <paddock/alloc_watch.h>
#include <paddock/fault_inject.h>
#include <paddock/isolation.h>

static struct {
	struct fault_attr attr;
	bool ignore_gfp_wait;		/* leave those alone that may sleep */
	bool ignore_gfp_highmem;
	unsigned int min_order;		/* leave smaller blocks alone; not by fail-nth */
} failslab = {
	.attr = FAULT_ATTR_INITIALIZER("failslab"),
}, fail_page_alloc = {
	.attr = FAULT_ATTR_INITIALIZER("fail_page_alloc"),
	.ignore_gfp_highmem = true,
	.min_order = 1,
};

/* ---- Deciding ---- */

static void tell(const struct fault_attr *attr)
{
	if (!attr->verbose)
		return;
	pr_notice("FAULT_INJECTION: forcing a failure.\n"
		  "name %s, interval %lu, probability %lu, space %d, times %d\n",
		  attr->name, attr->interval, attr->probability, atomic_read(&attr->space), atomic_read(&attr->times));
	if (attr->verbose > 1)
		dump_stack();
}

static bool chance_says_so(struct fault_attr *attr, ssize_t size)
{
	if (!attr->probability || !atomic_read(&attr->times))
		return false;
	if (attr->task_filter && !(in_task() && current->make_it_fail))
		return false;
	if (atomic_read(&attr->space) > size) {
		atomic_sub(size, &attr->space);
		return false;
	}
	if (attr->interval > 1 && ++attr->count % attr->interval)
		return false;
	return attr->probability > get_random_u32_below(100);
}

/* This thread's turn? *counts: it has a fail-nth, so chance is not asked. */
static bool nth_says_so(bool *counts)
{
	*counts = in_task() && current->fail_nth;
	return *counts && !--current->fail_nth;
}

bool should_fail(struct fault_attr *attr, ssize_t size, bool quiet)
{
	bool counts, fails = nth_says_so(&counts);

	if (!fails && (counts || !chance_says_so(attr, size)))
		return false;
	if (!quiet && !(fails && current->fail_nth_quiet))
		tell(attr);
	/* Racy: two at once may both see the last one. */
	if (atomic_read(&attr->times) > 0 && !fails)
		atomic_dec(&attr->times);
	return true;
}

/* By chance only, not every request qualifies; fail-nth counts all. */
static bool excused(gfp_t gfp, bool wait, bool highmem)
{
	if (in_task() && current->fail_nth)
		return false;
	return (wait && gfp & __GFP_DIRECT_RECLAIM) || (highmem && gfp & __GFP_HIGHMEM);
}

bool watch_fails_object(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	if (gfp & __GFP_NOFAIL)
		return false;
	if (alloc_scope_fails() || oot_fails(gfp))
		return true;
	return !excused(gfp, failslab.ignore_gfp_wait, false) &&
	       should_fail(&failslab.attr, size, gfp & __GFP_NOWARN);
}

bool watch_fails_pages(gfp_t gfp, unsigned int order)
{
	bool nth = in_task() && current->fail_nth;

	if (gfp & __GFP_NOFAIL)
		return false;
	if (alloc_scope_fails() || oot_fails(gfp))
		return true;
	if (!nth && order < fail_page_alloc.min_order)
		return false;
	return !excused(gfp, fail_page_alloc.ignore_gfp_wait, fail_page_alloc.ignore_gfp_highmem) &&
	       should_fail(&fail_page_alloc.attr, PAGE_SIZE << order, gfp & __GFP_NOWARN);
}

/* ---- One thread's n-th ---- */

static void set_fail_nth(unsigned int nth, bool quiet)
{
	bool watches = current->fail_nth_watches;

	current->fail_nth_quiet = quiet;
	current->fail_nth = 0;		/* not while the gates are opened */
	if (nth && !watches)
		alloc_watch_get();
	current->fail_nth_watches = nth;
	current->fail_nth = nth;
	if (!nth && watches)
		alloc_watch_put();
}

void fail_nth_begin(unsigned int nth)
{
	set_fail_nth(nth ?: UINT_MAX, true);
}
EXPORT_SYMBOL_GPL(fail_nth_begin);

bool fail_nth_end(void)
{
	bool fired = !current->fail_nth;

	set_fail_nth(0, false);
	return fired;
}
EXPORT_SYMBOL_GPL(fail_nth_end);

/* ---- /proc/self/fail-nth, make-it-fail ---- */

static ssize_t number_read(char __user *buf, size_t count, loff_t *pos, unsigned int n)
{
	char text[16];

	return simple_read_from_buffer(buf, count, pos, text, scnprintf(text, sizeof(text), "%u\n", n));
}

static ssize_t fail_nth_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return number_read(buf, count, pos, current->fail_nth);
}

static ssize_t fail_nth_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	unsigned int nth;
	int err = kstrtouint_from_user(buf, count, 0, &nth);

	if (err)
		return err;
	set_fail_nth(nth, false);
	return count;
}

static const struct proc_ops fail_nth_ops = {
	.proc_read = fail_nth_read, .proc_write = fail_nth_write,
};

static ssize_t make_it_fail_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return number_read(buf, count, pos, current->make_it_fail);
}

static ssize_t make_it_fail_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	unsigned int on;
	int err = kstrtouint_from_user(buf, count, 0, &on);

	if (err)
		return err;
	if (on > 1)
		return -EINVAL;
	current->make_it_fail = on;
	return count;
}

static const struct proc_ops make_it_fail_ops = {
	.proc_read = make_it_fail_read, .proc_write = make_it_fail_write,
};

/* ---- debugfs ---- */

static DEFINE_MUTEX(attr_mutex);

/* Watched while the probability is not zero. */
static int probability_set(void *data, u64 value)
{
	struct fault_attr *attr = data;

	if (value > 100)
		return -EINVAL;
	mutex_lock(&attr_mutex);
	if (value && !attr->probability)
		alloc_watch_get();
	else if (!value && attr->probability)
		alloc_watch_put();
	WRITE_ONCE(attr->probability, value);
	mutex_unlock(&attr_mutex);
	return 0;
}

static int probability_get(void *data, u64 *value)
{
	*value = ((struct fault_attr *)data)->probability;
	return 0;
}
DEFINE_SIMPLE_ATTRIBUTE(probability_fops, probability_get, probability_set, "%llu\n");

static struct dentry *__init create_attr(struct fault_attr *attr)
{
	struct dentry *dir = debugfs_create_dir(attr->name, NULL);

	debugfs_create_file("probability", 0600, dir, attr, &probability_fops);
	debugfs_create_ulong("interval", 0600, dir, &attr->interval);
	debugfs_create_atomic_t("times", 0600, dir, &attr->times);
	debugfs_create_atomic_t("space", 0600, dir, &attr->space);
	debugfs_create_ulong("verbose", 0600, dir, &attr->verbose);
	debugfs_create_bool("task-filter", 0600, dir, &attr->task_filter);
	return dir;
}

/* failslab=<interval>,<probability>,<space>,<times>: the same from boot on. */
static int __init setup_attr(struct fault_attr *attr, char *str)
{
	unsigned long interval, probability;
	int space, times;

	if (sscanf(str, "%lu,%lu,%d,%d", &interval, &probability, &space, &times) != 4 || probability > 100) {
		pr_warn("%s=%s: not <interval>,<probability>,<space>,<times>\n", attr->name, str);
		return 1;
	}
	attr->interval = interval;
	attr->probability = probability;
	atomic_set(&attr->space, space);
	atomic_set(&attr->times, times);
	return 1;
}

static int __init setup_failslab(char *str)
{
	return setup_attr(&failslab.attr, str);
}
__setup("failslab=", setup_failslab);

static int __init setup_fail_page_alloc(char *str)
{
	return setup_attr(&fail_page_alloc.attr, str);
}
__setup("fail_page_alloc=", setup_fail_page_alloc);

static int __init fault_inject_init(void)
{
	static const char *const folders[] = { "self", "thread-self" };
	struct dentry *dir = create_attr(&failslab.attr);
	char path[32];

	debugfs_create_bool("ignore-gfp-wait", 0600, dir, &failslab.ignore_gfp_wait);
	dir = create_attr(&fail_page_alloc.attr);
	debugfs_create_bool("ignore-gfp-wait", 0600, dir, &fail_page_alloc.ignore_gfp_wait);
	debugfs_create_bool("ignore-gfp-highmem", 0600, dir, &fail_page_alloc.ignore_gfp_highmem);
	debugfs_create_u32("min-order", 0600, dir, &fail_page_alloc.min_order);
	proc_mkdir("thread-self", NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++) {
		scnprintf(path, sizeof(path), "%s/fail-nth", folders[i]);
		proc_create(path, 0644, NULL, &fail_nth_ops);
		scnprintf(path, sizeof(path), "%s/make-it-fail", folders[i]);
		proc_create(path, 0644, NULL, &make_it_fail_ops);
	}
	/* Given on the command line: the boot is over now. */
	if (failslab.attr.probability)
		alloc_watch_get();
	if (fail_page_alloc.attr.probability)
		alloc_watch_get();
	return 0;
}
late_initcall(fault_inject_init);
