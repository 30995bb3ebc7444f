// SPDX-License-Identifier: MIT
/*
 * /proc/sys: settings as files. The mechanism, the handlers, and the kernel's own settings.
 *
 * A handler works on a whole value: it makes its text into the caller's buffer, or parses it. Parsing
 * checks everything before it stores anything.
 */
#include <linux/sysctl.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/init.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <linux/minmax.h>
#include "internal.h"

const int sysctl_vals[] = { 0, 1, 2, 100, INT_MAX };
EXPORT_SYMBOL(sysctl_vals);

struct ctl_table_header {
	struct ctl_table *table;
	char path[];
};

/* ---- Handlers ---- */

/* Text of a read: all at once, and nothing behind it. */
static int give_text(const char *text, size_t len, void *buffer, size_t *lenp, loff_t *ppos)
{
	ssize_t n = simple_read_from_buffer(buffer, *lenp, ppos, text, len);

	if (n < 0)
		return n;
	*lenp = n;
	return 0;
}

int proc_dostring(struct ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	char *data = table->data;
	size_t len;
	char *text;
	int err;

	if (!data || !table->maxlen) {
		*lenp = 0;
		return 0;
	}
	if (write) {
		len = strcspn(buffer, "\n");
		if (len >= (size_t)table->maxlen)
			return -EINVAL;
		memcpy(data, buffer, len);
		data[len] = '\0';
		return 0;
	}
	text = kasprintf(GFP_KERNEL, "%s\n", data);
	if (!text)
		return -ENOMEM;
	err = give_text(text, strlen(text), buffer, lenp, ppos);
	kfree(text);
	return err;
}
EXPORT_SYMBOL(proc_dostring);

enum kind { KIND_INT, KIND_UINT, KIND_ULONG, KIND_BOOL };

static size_t kind_size(enum kind kind)
{
	return kind == KIND_ULONG ? sizeof(long) : kind == KIND_BOOL ? sizeof(bool) : sizeof(int);
}

static int parse_value(const char *word, enum kind kind, const struct ctl_table *t, s64 *val)
{
	unsigned long u;
	unsigned int ui;
	int i, err;

	switch (kind) {
	case KIND_INT:
	case KIND_BOOL:
		err = kstrtoint(word, 0, &i);
		*val = i;
		if (!err && kind == KIND_BOOL && (i < 0 || i > 1))
			err = -EINVAL;
		if (!err && ((t->extra1 && i < *(int *)t->extra1) ||
			     (t->extra2 && i > *(int *)t->extra2)))
			err = -EINVAL;
		break;
	case KIND_UINT:
		err = kstrtouint(word, 0, &ui);
		*val = ui;
		if (!err && ((t->extra1 && ui < *(unsigned int *)t->extra1) ||
			     (t->extra2 && ui > *(unsigned int *)t->extra2)))
			err = -ERANGE;
		break;
	default:
		err = kstrtoul(word, 0, &u);
		*val = u;
		if (!err && ((t->extra1 && u < *(unsigned long *)t->extra1) ||
			     (t->extra2 && u > *(unsigned long *)t->extra2)))
			err = -EINVAL;
	}
	return err == -ERANGE && kind != KIND_UINT ? -EINVAL : err;
}

static void store_value(void *at, enum kind kind, s64 val)
{
	switch (kind) {
	case KIND_BOOL:
		*(bool *)at = val;
		break;
	case KIND_ULONG:
		*(unsigned long *)at = val;
		break;
	default:
		*(int *)at = val;
	}
}

static int print_value(char *buf, size_t size, const void *at, enum kind kind)
{
	switch (kind) {
	case KIND_BOOL:
		return scnprintf(buf, size, "%d", *(const bool *)at);
	case KIND_INT:
		return scnprintf(buf, size, "%d", *(const int *)at);
	case KIND_UINT:
		return scnprintf(buf, size, "%u", *(const unsigned int *)at);
	default:
		return scnprintf(buf, size, "%lu", *(const unsigned long *)at);
	}
}

#define VALUES_MAX 16

static int do_vector(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos,
		     enum kind kind)
{
	unsigned int n = t->maxlen / kind_size(kind), i = 0;
	s64 values[VALUES_MAX];
	char *word, *rest = buffer;
	char text[VALUES_MAX * 24];
	size_t len = 0;
	int err;

	if (!t->data || !n) {
		*lenp = 0;
		return 0;
	}
	n = min(n, (unsigned int)VALUES_MAX);
	if (!write) {
		for (i = 0; i < n; i++) {
			if (i)
				text[len++] = '\t';
			len += print_value(text + len, sizeof(text) - len - 1,
					   t->data + i * kind_size(kind), kind);
		}
		text[len++] = '\n';
		return give_text(text, len, buffer, lenp, ppos);
	}
	while ((word = strsep(&rest, " \t\n"))) {
		if (!*word)
			continue;
		if (i == n)
			break;		/* as Linux: what is too much is passed over */
		err = parse_value(word, kind, t, &values[i++]);
		if (err)
			return err;
	}
	if (!i)
		return -EINVAL;
	for (unsigned int k = 0; k < i; k++)
		store_value(t->data + k * kind_size(kind), kind, values[k]);
	return 0;
}

int proc_dointvec(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table unlimited = *t;

	unlimited.extra1 = unlimited.extra2 = NULL;
	return do_vector(&unlimited, write, buffer, lenp, ppos, KIND_INT);
}
EXPORT_SYMBOL(proc_dointvec);

int proc_douintvec(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table unlimited = *t;

	unlimited.extra1 = unlimited.extra2 = NULL;
	return do_vector(&unlimited, write, buffer, lenp, ppos, KIND_UINT);
}
EXPORT_SYMBOL(proc_douintvec);

int proc_dointvec_minmax(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return do_vector(t, write, buffer, lenp, ppos, KIND_INT);
}
EXPORT_SYMBOL(proc_dointvec_minmax);

int proc_douintvec_minmax(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return do_vector(t, write, buffer, lenp, ppos, KIND_UINT);
}
EXPORT_SYMBOL_GPL(proc_douintvec_minmax);

int proc_doulongvec_minmax(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return do_vector(t, write, buffer, lenp, ppos, KIND_ULONG);
}
EXPORT_SYMBOL(proc_doulongvec_minmax);

int proc_dobool(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return do_vector(t, write, buffer, lenp, ppos, KIND_BOOL);
}
EXPORT_SYMBOL(proc_dobool);

/* ---- Files ---- */

static int sys_open(struct inode *inode, struct file *file)
{
	const struct ctl_table *t = pde_data(inode);

	if ((file->f_mode & FMODE_WRITE) && !(t->mode & S_IWUGO))
		return -EACCES;
	return 0;
}

static ssize_t sys_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct ctl_table *t = pde_data(file->f_inode);
	int err = t->proc_handler(t, 0, buf, &count, pos);

	return err ? err : count;
}

static ssize_t sys_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct ctl_table *t = pde_data(file->f_inode);
	size_t len = count;
	char *text;
	int err;

	if (count >= PAGE_SIZE)
		return -ENOMEM;
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = t->proc_handler(t, 1, text, &len, pos);
	kfree(text);
	if (err)
		return err;
	*pos += count;
	return count;
}

static const struct proc_ops sys_proc_ops = {
	.proc_open = sys_open,
	.proc_read = sys_read,
	.proc_write = sys_write,
	.proc_lseek = default_llseek,
};

/* Make the folders of "sys/a/b" that are missing. */
static void make_folders(char *path)
{
	struct file_stat st;
	char full[128];

	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		snprintf(full, sizeof(full), "/proc/%s", path);
		if (path_stat(NULL, full, &st))
			proc_mkdir(path, NULL);
		*slash = '/';
	}
}

struct ctl_table_header *register_sysctl(const char *path, struct ctl_table *table)
{
	size_t size = strlen(path) + 8;
	struct ctl_table_header *h = kmalloc(sizeof(*h) + size, GFP_KERNEL);
	struct ctl_table *t;

	if (!h)
		return NULL;
	h->table = table;
	snprintf(h->path, size, "sys/%s/", path);
	make_folders(h->path);
	for (t = table; t->procname; t++) {
		char *name = kasprintf(GFP_KERNEL, "%s%s", h->path, t->procname);
		bool ok = name && t->proc_handler && proc_create_data(name, t->mode, NULL,
								      &sys_proc_ops, t);

		kfree(name);
		if (!ok)
			goto undo;
	}
	return h;

undo:
	/* Only what was made: mark the end here for the removal. */
	while (t-- > table) {
		char *name = kasprintf(GFP_KERNEL, "%s%s", h->path, t->procname);

		if (name)
			remove_proc_entry(name, NULL);
		kfree(name);
	}
	kfree(h);
	return NULL;
}
EXPORT_SYMBOL(register_sysctl);

void unregister_sysctl_table(struct ctl_table_header *h)
{
	char name[128];

	if (!h)
		return;
	for (struct ctl_table *t = h->table; t->procname; t++) {
		snprintf(name, sizeof(name), "%s%s", h->path, t->procname);
		remove_proc_entry(name, NULL);
	}
	kfree(h);
}
EXPORT_SYMBOL(unregister_sysctl_table);

/* ---- The kernel's own ---- */

static int do_taint(struct ctl_table *t, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	unsigned long value = get_taint();
	struct ctl_table tmp = { .data = &value, .maxlen = sizeof(value) };
	int err = proc_doulongvec_minmax(&tmp, write, buffer, lenp, ppos);

	/* Bits can be added, never taken away. */
	if (!err && write) {
		for (unsigned int i = 0; i < TAINT_FLAGS_COUNT; i++)
			if (value >> i & 1)
				add_taint(i, LOCKDEP_STILL_OK);
	}
	return err;
}

static struct ctl_table kern_table[] = {
	{ .procname = "ostype", .mode = 0444, .proc_handler = proc_dostring },
	{ .procname = "osrelease", .mode = 0444, .proc_handler = proc_dostring },
	{ .procname = "version", .mode = 0444, .proc_handler = proc_dostring },
	{ .procname = "arch", .mode = 0444, .proc_handler = proc_dostring },
	{ .procname = "hostname", .mode = 0644, .proc_handler = proc_dostring },
	{ .procname = "printk", .data = console_printk, .maxlen = sizeof(console_printk), .mode = 0644,
	  .proc_handler = proc_dointvec_minmax, .extra1 = SYSCTL_ZERO },
	{ .procname = "panic", .data = &panic_timeout, .maxlen = sizeof(int), .mode = 0644,
	  .proc_handler = proc_dointvec },
	{ .procname = "panic_on_oops", .data = &panic_on_oops, .maxlen = sizeof(int), .mode = 0644,
	  .proc_handler = proc_dointvec },
	{ .procname = "panic_on_warn", .data = &panic_on_warn, .maxlen = sizeof(int), .mode = 0644,
	  .proc_handler = proc_dointvec_minmax, .extra1 = SYSCTL_ZERO, .extra2 = SYSCTL_ONE },
	{ .procname = "tainted", .mode = 0644, .proc_handler = do_taint },
	{ }
};

static struct ctl_table fs_table[] = {
	{ .procname = "file-nr", .data = &nr_files, .maxlen = sizeof(long), .mode = 0444,
	  .proc_handler = proc_doulongvec_minmax },
	{ .procname = "inode-nr", .data = &nr_inodes, .maxlen = sizeof(long), .mode = 0444,
	  .proc_handler = proc_doulongvec_minmax },
	{ .procname = "dentry-nr", .data = &nr_dentries, .maxlen = sizeof(long), .mode = 0444,
	  .proc_handler = proc_doulongvec_minmax },
	{ }
};

static int __init proc_sysctl_init(void)
{
	struct new_utsname *uts = utsname();
	char *const names[] = { uts->sysname, uts->release, uts->version, uts->machine, uts->nodename };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		kern_table[i].data = names[i];
		kern_table[i].maxlen = __NEW_UTS_LEN + 1;
	}
	register_sysctl_init("kernel", kern_table);
	register_sysctl_init("fs", fs_table);
	return 0;
}
fs_initcall(proc_sysctl_init);
