// SPDX-License-Identifier: MIT
/*
 * A hash table with a file in front: /proc/phonebook.
 *
 *	echo add anna 123 > /proc/phonebook
 *	echo del anna > /proc/phonebook
 *	cat /proc/phonebook
 *
 * Readers go through the table under RCU while others change it; what is taken out is freed only when
 * no reader can have it any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hashtable.h>
#include <linux/init.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct entry {
	struct hlist_node node;
	struct rcu_head rcu;
	unsigned long number;
	char name[16];
};

static DEFINE_HASHTABLE(book, 4);
static DEFINE_MUTEX(lock);	/* one writer at a time */

static u32 key_of(const char *name)
{
	return jhash(name, strlen(name), 0);
}

/* Context: RCU reader, or lock held. */
static struct entry *find(const char *name)
{
	struct entry *e;

	hash_for_each_possible_rcu(book, e, node, key_of(name))
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static int add(const char *name, unsigned long number)
{
	struct entry *e;

	if (find(name))
		return -EEXIST;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	strscpy(e->name, name, sizeof(e->name));
	e->number = number;
	hash_add_rcu(book, &e->node, key_of(name));
	return 0;
}

static int del(const char *name)
{
	struct entry *e = find(name);

	if (!e)
		return -ENOENT;
	hash_del_rcu(&e->node);
	kfree_rcu(e, rcu);
	return 0;
}

static int phonebook_show(struct seq_file *m, void *unused)
{
	unsigned int bucket, n = 0;
	struct entry *e;

	rcu_read_lock();
	hash_for_each_rcu(book, bucket, e, node) {
		seq_printf(m, "%-15s %8lu\n", e->name, e->number);
		n++;
	}
	rcu_read_unlock();
	seq_printf(m, "%u entries\n", n);
	return 0;
}

static int phonebook_open(struct inode *inode, struct file *file)
{
	return single_open(file, phonebook_show, NULL);
}

static int command(char *line)
{
	char *word = strsep(&line, " "), *name = strsep(&line, " ");
	unsigned long number;
	int err;

	if (!name || !*name || strlen(name) > 15)
		return -EINVAL;
	if (strcmp(word, "del") == 0)
		return del(name);
	if (strcmp(word, "add") != 0 || !line)
		return -EINVAL;
	err = kstrtoul(line, 10, &number);
	return err ? err : add(name, number);
}

static ssize_t phonebook_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char *line;
	int err;

	if (count > 80)
		return -E2BIG;
	line = memdup_user_nul(buf, count);
	if (IS_ERR(line))
		return PTR_ERR(line);
	mutex_lock(&lock);
	err = command(strim(line));
	mutex_unlock(&lock);
	kfree(line);
	return err ? err : count;
}

static const struct proc_ops phonebook_ops = {
	.proc_open = phonebook_open,
	.proc_read = seq_read,
	.proc_write = phonebook_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int __init phonebook_init(void)
{
	if (!proc_create("phonebook", 0644, NULL, &phonebook_ops))
		return -ENOMEM;
	pr_info("%u buckets, %s\n", (unsigned int)HASH_SIZE(book), hash_empty(book) ? "empty" : "not empty");
	return 0;
}

static void __exit phonebook_exit(void)
{
	struct hlist_node *tmp;
	unsigned int bucket;
	struct entry *e;

	remove_proc_entry("phonebook", NULL);
	hash_for_each_safe(book, bucket, tmp, e, node) {
		hash_del(&e->node);
		kfree(e);
	}
	rcu_barrier();	/* nothing of ours is waiting to be freed when we are gone */
}

module_init(phonebook_init);
module_exit(phonebook_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A hash table under RCU, behind a /proc file");
