// SPDX-License-Identifier: MIT
/*
 * Handles: a device that gives out numbers for what it keeps, and finds it again by them.
 *
 *	insmod sessions
 *	echo open alice > /dev/sessions		the smallest free number
 *	echo rename 0 bob > /dev/sessions	another object behind the same number
 *	echo close 0 > /dev/sessions
 *	cat /dev/sessions			number, seat, name
 *
 * An IDR leads from numbers to sessions, an IDA gives each a seat from 100 on. Readers look up under RCU, and take a
 * reference that keeps the session while they use it (kref). `talk` turns a static key, for messages that are nearly always off.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define FIRST_SEAT	100
#define MAX_SESSIONS	70

struct session {
	struct kref ref;
	struct rcu_head rcu;
	int seat;
	char name[16];
};

static DEFINE_MUTEX(lock);	/* changes of the IDR */
static DEFINE_IDR(sessions);
static DEFINE_IDA(seats);
static DEFINE_STATIC_KEY_FALSE(talk);

static int talk_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (err)
		return err;
	if (on)
		static_branch_enable(&talk);
	else
		static_branch_disable(&talk);
	return 0;
}

static int talk_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%c\n", static_key_enabled(&talk) ? 'Y' : 'N');
}

static const struct kernel_param_ops talk_ops = { .set = talk_set, .get = talk_get };
module_param_cb(talk, &talk_ops, NULL, 0644);
MODULE_PARM_DESC(talk, "say what happens");

#define say(fmt, ...) do { if (static_branch_unlikely(&talk)) pr_info(fmt, ##__VA_ARGS__); } while (0)

/* ---- One session ---- */

static struct session *make_session(const char *name)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->seat = ida_alloc_min(&seats, FIRST_SEAT, GFP_KERNEL);
	if (s->seat < 0) {
		int err = s->seat;

		kfree(s);
		return ERR_PTR(err);
	}
	kref_init(&s->ref);
	strscpy(s->name, name, sizeof(s->name));
	return s;
}

static void session_release(struct kref *ref)
{
	struct session *s = container_of(ref, struct session, ref);

	say("%s leaves seat %d\n", s->name, s->seat);
	ida_free(&seats, s->seat);
	kfree_rcu(s, rcu);
}

/* With a reference. */
static struct session *get_session(int id)
{
	struct session *s;

	rcu_read_lock();
	s = idr_find(&sessions, id);
	if (s && !kref_get_unless_zero(&s->ref))
		s = NULL;
	rcu_read_unlock();
	return s;
}

/* ---- Commands ---- */

static int do_open(const char *name)
{
	struct session *s = make_session(name);
	int id;

	if (IS_ERR(s))
		return PTR_ERR(s);
	mutex_lock(&lock);
	id = idr_alloc(&sessions, s, 0, MAX_SESSIONS, GFP_KERNEL);
	mutex_unlock(&lock);
	if (id < 0)
		kref_put(&s->ref, session_release);
	else
		say("%s is session %d\n", name, id);
	return id < 0 ? id : 0;
}

static int do_rename(int id, const char *name)
{
	struct session *s = make_session(name), *old;

	if (IS_ERR(s))
		return PTR_ERR(s);
	mutex_lock(&lock);
	old = idr_replace(&sessions, s, id);
	mutex_unlock(&lock);
	if (IS_ERR(old)) {
		kref_put(&s->ref, session_release);
		return PTR_ERR(old);
	}
	kref_put(&old->ref, session_release);
	return 0;
}

static int do_close(int id)
{
	struct session *s = get_session(id), *gone;

	if (!s)
		return -ENOENT;
	mutex_lock(&lock);
	gone = idr_remove(&sessions, id);
	mutex_unlock(&lock);
	kref_put(&s->ref, session_release);
	if (gone)
		kref_put(&gone->ref, session_release);
	return 0;
}

static ssize_t sessions_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char line[48], *rest = line, *verb, *word;
	int err, id;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = '\0';
	rest = strim(line);
	verb = strsep(&rest, " ");
	word = rest ? strsep(&rest, " ") : NULL;
	if (!word)
		return -EINVAL;
	if (!strcmp(verb, "open"))
		err = do_open(word);
	else if (kstrtoint(word, 10, &id))
		err = -EINVAL;
	else if (!strcmp(verb, "close"))
		err = do_close(id);
	else if (!strcmp(verb, "rename") && rest)
		err = do_rename(id, rest);
	else
		err = -EINVAL;
	return err ? err : count;
}

static int sessions_show(struct seq_file *m, void *unused)
{
	struct session *s;
	int id;

	mutex_lock(&lock);
	idr_for_each_entry(&sessions, s, id)
		seq_printf(m, "%d %d %s\n", id, s->seat, s->name);
	mutex_unlock(&lock);
	return 0;
}

static int sessions_open(struct inode *inode, struct file *file)
{
	return single_open(file, sessions_show, NULL);
}

static const struct file_operations sessions_fops = {
	.owner = THIS_MODULE,
	.open = sessions_open,
	.read = seq_read,
	.write = sessions_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct miscdevice sessions_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sessions",
	.fops = &sessions_fops,
	.mode = 0666,
};

static int __init sessions_init(void)
{
	return misc_register(&sessions_dev);
}

static int drop_one(int id, void *p, void *count)
{
	struct session *s = p;

	kref_put(&s->ref, session_release);
	++*(int *)count;
	return 0;
}

static void __exit sessions_exit(void)
{
	int left = 0;

	misc_deregister(&sessions_dev);
	idr_for_each(&sessions, drop_one, &left);
	idr_destroy(&sessions);
	pr_info("%d sessions were open, seats are %s\n", left, ida_is_empty(&seats) ? "free" : "taken");
	ida_destroy(&seats);
}

module_init(sessions_init);
module_exit(sessions_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Sample: numbers for objects with IDR and IDA");
