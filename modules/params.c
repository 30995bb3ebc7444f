// SPDX-License-Identifier: MIT
/*
 * Parameters of every kind, told back at load and at unload.
 *
 *	insmod params count=3 name=sun list=1,2,3 verbose
 *	cat /sys/module/params/parameters/list
 *	echo 7 > /sys/module/params/parameters/count
 *
 * "level" has a setter of its own, which takes only 0 to 9; a bad value keeps the module out:
 *
 *	insmod params level=10	Numerical result out of range
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

static int count = 1;
module_param(count, int, 0644);
MODULE_PARM_DESC(count, "a number");

static unsigned long big;
module_param(big, ulong, 0444);
MODULE_PARM_DESC(big, "a large number");

static bool verbose;
module_param(verbose, bool, 0644);
MODULE_PARM_DESC(verbose, "say more");

static char *name = "world";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "whom to greet");

static char title[16] = "dear";
module_param_string(title, title, sizeof(title), 0644);
MODULE_PARM_DESC(title, "how to greet, at most 15 characters");

static int list[4];
static int list_count;
module_param_array(list, int, &list_count, 0444);
MODULE_PARM_DESC(list, "up to four numbers");

static int level = 5;

static int level_set(const char *val, const struct kernel_param *kp)
{
	int new, err;

	err = kstrtoint(val, 0, &new);
	if (err)
		return err;
	if (new < 0 || new > 9)
		return -ERANGE;
	return param_set_int(val, kp);
}

static const struct kernel_param_ops level_ops = {
	.set = level_set,
	.get = param_get_int,
};
module_param_cb(level, &level_ops, &level, 0644);
MODULE_PARM_DESC(level, "0 to 9");

static void tell(const char *when)
{
	int i;

	pr_info("%s: %s %s, count=%d big=%lu level=%d\n", when, title, name, count, big, level);
	for (i = 0; i < list_count; i++)
		pr_info("%s: list[%d]=%d\n", when, i, list[i]);
	if (verbose)
		pr_info("%s: that was all\n", when);
}

static int __init params_init(void)
{
	tell("init");
	return 0;
}

static void __exit params_exit(void)
{
	tell("exit");
}

module_init(params_init);
module_exit(params_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Parameters of every kind");
