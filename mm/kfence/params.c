// SPDX-License-Identifier: MIT
/*
 * KFENCE's parameters: kfence.X on the command line, /sys/module/kfence/parameters/X afterwards.
 *
 * The command line only notes values; kfence_init() acts on them. From then on writing to
 * sample_interval switches KFENCE on and off. After `echo 1 > lock` nothing here changes any more, so that
 * a fence that was set up cannot be taken down by whom it guards against.
 *
 * Locks: kfence_mutex in every setter.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/panic_notifier.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <paddock/pmalloc.h>
#include "kfence.h"
#include "params.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "kfence."

long kfence_sample_interval __lockable(kfence) = 100;
unsigned long kfence_num_objects __lockable(kfence) = 255;
bool kfence_per_node __lockable(kfence);
char kfence_booting_max[256] __lockable(kfence) = KFENCE_BOOTING_MAX_DEFAULT;
bool kfence_params_ready;
enum kfence_fault_action kfence_fault_action __lockable(kfence);
unsigned long kfence_skip_covered_thresh __lockable(kfence) = 75;
unsigned int kfence_burst __lockable(kfence);
bool kfence_order0_page __lockable(kfence) = true;
bool kfence_rearm __lockable(kfence), kfence_deferrable __lockable(kfence);

static bool locked __lockable(kfence);		/* set once, and sealed by it with all the others */
static bool check_on_panic __lockable(kfence);

/*
 * Every setter is a function of the text that runs with the mutex held, and not at all when locked.
 * kernel_param's arg points at it.
 */
typedef int (*setter_fn)(const char *val);

static int set_guarded(const char *val, const struct kernel_param *kp)
{
	int err = -EPERM;

	if (!val)
		return -EINVAL;
	mutex_lock(&kfence_mutex);
	if (!locked)
		err = ((setter_fn)kp->arg)(val);
	mutex_unlock(&kfence_mutex);
	return err;
}

/* name: the parameter. The setter is set_<name>(), the getter get_<name>(). */
#define KFENCE_PARAM(name, perm)							\
	static const struct kernel_param_ops ops_##name = { .set = set_guarded, .get = get_##name };	\
	module_param_cb(name, &ops_##name, (void *)set_##name, perm)

/* ---- Numbers and switches ---- */

static int set_bool(const char *val, bool *flag)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (!err)
		WRITE_ONCE(*flag, on);
	return err;
}

static int get_bool(char *buf, bool flag)
{
	return sprintf(buf, "%d\n", flag);
}

#define KFENCE_BOOL_PARAM(name, variable, perm)						\
	static int set_##name(const char *val) { return set_bool(val, &(variable)); }		\
	static int get_##name(char *buf, const struct kernel_param *kp) { return get_bool(buf, variable); } \
	KFENCE_PARAM(name, perm)

KFENCE_BOOL_PARAM(order0_page, kfence_order0_page, 0644);
KFENCE_BOOL_PARAM(check_on_panic, check_on_panic, 0644);
KFENCE_BOOL_PARAM(rearm, kfence_rearm, 0644);
KFENCE_BOOL_PARAM(deferrable, kfence_deferrable, 0444);

int kfence_guard_pages(bool on)
{
	int err = -EPERM;

	mutex_lock(&kfence_mutex);
	if (!locked) {
		WRITE_ONCE(kfence_order0_page, on);
		err = 0;
	}
	mutex_unlock(&kfence_mutex);
	return err;
}

static int set_burst(const char *val)
{
	unsigned int n;
	int err = kstrtouint(val, 0, &n);

	if (err)
		return err;
	if (n >= INT_MAX)
		return -ERANGE;
	WRITE_ONCE(kfence_burst, n);
	return 0;
}

static int get_burst(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%u\n", kfence_burst);
}
KFENCE_PARAM(burst, 0644);

static int set_skip_covered_thresh(const char *val)
{
	unsigned long n;
	int err = kstrtoul(val, 0, &n);

	if (err)
		return err;
	if (n > ULONG_MAX / 2 / (1ul << 32))	/* it is multiplied with a number of objects */
		return -ERANGE;
	WRITE_ONCE(kfence_skip_covered_thresh, n);
	return 0;
}

static int get_skip_covered_thresh(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%lu\n", kfence_skip_covered_thresh);
}
KFENCE_PARAM(skip_covered_thresh, 0644);

/* ---- The pool ---- */

static int set_num_objects(const char *val)
{
	unsigned long n;
	int err = kstrtoul(val, 0, &n);

	if (err)
		return err;
	if (!n)
		return -EINVAL;
	if (kfence_enabled)
		return -EBUSY;
	kfence_num_objects = n;
	return 0;
}

static int get_num_objects(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%lu\n", kfence_num_objects);
}
KFENCE_PARAM(num_objects, 0644);

static const char *const pool_modes[] = { "global", "node" };

static int set_pool_mode(const char *val)
{
	int mode = sysfs_match_string(pool_modes, val);

	if (mode < 0)
		return mode;
	if (kfence_enabled)
		return -EBUSY;
	kfence_per_node = mode;
	return 0;
}

static int get_pool_mode(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", pool_modes[kfence_per_node]);
}
KFENCE_PARAM(pool_mode, 0644);

/* A file to read, and a boot option to set: it limits what booting takes. Checked by kfence_init(). */
module_param_string(booting_max, kfence_booting_max, sizeof(kfence_booting_max), 0444);

/* ---- On, off, full mode ---- */

static int set_sample_interval(const char *val)
{
	long n;
	int err = kstrtol(val, 0, &n);

	if (err)
		return err;
	if (!kfence_params_ready) {
		kfence_sample_interval = n;
		return 0;
	}
	if (!kfence_enabled) {
		err = n ? kfence_enable(n, kfence_num_objects, kfence_per_node) : 0;
		if (err)
			return err;
	} else if (!n) {
		kfence_disable();
	} else if ((n < 0) != kfence_full_mode()) {
		return -EINVAL;
	} else if (n > 0) {
		kfence_sample_set_interval(n);
	}
	kfence_sample_interval = n;
	return 0;
}

static int get_sample_interval(char *buf, const struct kernel_param *kp)
{
	bool on = kfence_enabled || !kfence_params_ready;

	return sprintf(buf, "%ld\n", on ? kfence_sample_interval : 0);
}
KFENCE_PARAM(sample_interval, 0644);

/* ---- What follows a report ---- */

static const char *const fault_actions[] = { "report", "oops", "panic" };

static int set_fault(const char *val)
{
	int action = sysfs_match_string(fault_actions, val);

	if (action < 0)
		return action;
	WRITE_ONCE(kfence_fault_action, action);
	return 0;
}

static int get_fault(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", fault_actions[kfence_fault_action]);
}
KFENCE_PARAM(fault, 0644);

/* ---- Checking now, and when all is lost ---- */

static int set_check(const char *val)
{
	bool on;
	int err = kstrtobool(val, &on);

	if (err || !on || !kfence_params_ready)
		return err;
	if (kfence_check_all(true))
		kfence_act_on_fault(NULL);
	return 0;
}

static int get_check(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "0\n");
}
KFENCE_PARAM(check, 0200);

void kfence_check_on_panic(void)
{
	/* No repair: a dump taken afterwards is to show the damage. */
	if (check_on_panic)
		kfence_check_all(false);
}

static int panic_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	kfence_check_on_panic();
	return NOTIFY_DONE;
}

static struct notifier_block panic_block = { .notifier_call = panic_event };

static int __init panic_check_init(void)
{
	return atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
}
core_initcall(panic_check_init);

/* ---- The lock ---- */

void kfence_seal_if_locked(void)
{
	/* Before that, kfence_init() has yet to act on the settings, and may limit them. */
	if (locked && kfence_params_ready)
		pmalloc_lock_group(kfence);
}

static int set_lock(const char *val)
{
	int err = set_bool(val, &locked);

	kfence_seal_if_locked();
	return err;
}

static int get_lock(char *buf, const struct kernel_param *kp)
{
	return get_bool(buf, locked);
}
KFENCE_PARAM(lock, 0644);
