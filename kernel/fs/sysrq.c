// SPDX-License-Identifier: MIT
/* /proc/sysrq-trigger: one letter, one deed. The letters are Linux's. */
#include <linux/sysrq.h>
#include <linux/proc_fs.h>
#include <linux/printk.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/mm.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <arch/cpu.h>
#include "internal.h"

static void crash(int key)
{
	panic("sysrq triggered crash\n");
}

static void reboot(int key)
{
	arch_reboot();
}

static void power_off(int key)
{
	arch_power_off();
}

static void memory(int key)
{
	show_mem(0, NULL);
}

static void threads(int key)
{
	show_state();
}

static void loglevel(int key)
{
	console_loglevel = key - '0';
	pr_info("Loglevel set to %d\n", key - '0');
}

static const struct sysrq_key {
	char key;
	void (*run)(int key);
	const char *help, *action;
} keys[] = {
	{ 'b', reboot, "reboot(b)", "Resetting" },
	{ 'c', crash, "crash(c)", "Trigger a crash" },
	{ 'm', memory, "show-memory-usage(m)", "Show Memory" },
	{ 'o', power_off, "poweroff(o)", "Power Off" },
	{ 't', threads, "show-task-states(t)", "Show State" },
};

void handle_sysrq(int key)
{
	if (key >= '0' && key <= '9') {
		loglevel(key);
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].key == key) {
			pr_info("sysrq: %s\n", keys[i].action);
			keys[i].run(key);
			return;
		}
	}
	pr_info("sysrq: HELP : loglevel(0-9)");
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		pr_cont(" %s", keys[i].help);
	pr_cont("\n");
}

static ssize_t trigger_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	if (count)
		handle_sysrq(buf[0]);
	return count;
}

static const struct proc_ops trigger_ops = {
	.proc_write = trigger_write,
	.proc_lseek = noop_llseek,
};

static int __init sysrq_init(void)
{
	proc_create("sysrq-trigger", S_IWUSR, NULL, &trigger_ops);
	return 0;
}
fs_initcall(sysrq_init);
