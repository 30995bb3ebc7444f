// SPDX-License-Identifier: MIT
/*
 * KUnit: what a suite said, to be read again: /sys/kernel/debug/kunit/<suite>/results. Written to, its
 * neighbour "run" runs the suite once more.
 *
 * Suites of modules have such a folder from their first run until the module goes; those of the kernel run
 * at boot, with the console as their reader. Lines are kept one by one, since a case may print where nothing
 * can be moved (an interrupt handler): one that finds no memory is missing, and the end of the file says so.
 *
 * Lock: kunit_log.lock, a leaf; in any context.
 */
#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>
#include "kunit.h"

struct kunit_log {
	spinlock_t lock;
	struct list_head lines;		/* [lock] struct line */
	unsigned int lost;		/* [lock] lines for which there was no memory */
	bool done;			/* [lock] the run is over, with this: */
	enum kunit_status status;
};

struct line {
	struct list_head list;
	char text[];
};

/* ---- Lines ---- */

static void append(struct kunit_log *log, const char *fmt, va_list args)
{
	char *text = kvasprintf(GFP_ATOMIC, printk_skip_level(fmt), args);
	struct line *line = text ? kmalloc(struct_size(line, text, strlen(text) + 1), GFP_ATOMIC) : NULL;
	unsigned long flags;

	if (line)
		strcpy(line->text, text);
	spin_lock_irqsave(&log->lock, flags);
	if (line)
		list_add_tail(&line->list, &log->lines);
	else
		log->lost++;
	spin_unlock_irqrestore(&log->lock, flags);
	kfree(text);
}

void kunit_say(struct kunit_log *log, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	if (!log)
		return;
	va_start(args, fmt);
	append(log, fmt, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(kunit_say);

void kunit_log_clear(struct kunit_log *log)
{
	struct line *line, *next;
	LIST_HEAD(old);

	if (!log)
		return;
	spin_lock_irq(&log->lock);
	list_splice_init(&log->lines, &old);
	log->lost = 0;
	log->done = false;
	spin_unlock_irq(&log->lock);
	list_for_each_entry_safe(line, next, &old, list)
		kfree(line);
}

void kunit_log_finish(struct kunit_log *log, enum kunit_status status)
{
	if (!log)
		return;
	spin_lock_irq(&log->lock);
	log->done = true;
	log->status = status;
	spin_unlock_irq(&log->lock);
}

/* ---- Files ---- */

static struct dentry *kunit_dir;	/* /sys/kernel/debug/kunit, from the first suite on */

/* As if the suite had run alone, whatever ran before it. */
static int results_show(struct seq_file *m, void *unused)
{
	struct kunit_suite *suite = m->private;
	struct kunit_log *log = suite->log;
	struct line *line;

	seq_puts(m, "KTAP version 1\n1..1\n");
	spin_lock_irq(&log->lock);
	list_for_each_entry(line, &log->lines, list)
		seq_puts(m, line->text);
	if (log->lost)
		seq_printf(m, "# %u lines are missing: there was no memory for them\n", log->lost);
	if (log->done)
		seq_printf(m, "%s 1 %s%s\n", log->status == KUNIT_FAILURE ? "not ok" : "ok", suite->name,
			   log->status == KUNIT_SKIPPED ? " # SKIP" : "");
	spin_unlock_irq(&log->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(results);

static ssize_t run_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct kunit_suite *suite = file_inode(file)->i_private;

	kunit_run_suites(&suite, 1, NULL);
	return count;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
	.llseek = noop_llseek,
};

void kunit_log_reset(struct kunit_suite *suite)
{
	suite->log = NULL;
	suite->debugfs = NULL;
}

void kunit_log_attach(struct kunit_suite *suite)
{
	struct kunit_log *log;

	if (suite->log)		/* named twice in the module's list of suites */
		return;
	log = kzalloc(sizeof(*log), GFP_KERNEL);
	if (!log)
		return;
	suite->log = log;
	spin_lock_init(&log->lock);
	INIT_LIST_HEAD(&log->lines);
	if (!kunit_dir)
		kunit_dir = debugfs_create_dir("kunit", NULL);
	suite->debugfs = debugfs_create_dir(suite->name, kunit_dir);
	debugfs_create_file("results", 0444, suite->debugfs, suite, &results_fops);
	debugfs_create_file("run", 0200, suite->debugfs, suite, &run_fops);
}

void kunit_log_detach(struct kunit_suite *suite)
{
	debugfs_remove(suite->debugfs);		/* waits for who reads or runs it */
	kunit_log_clear(suite->log);
	kfree(suite->log);
	kunit_log_reset(suite);
}
