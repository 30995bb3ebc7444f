// SPDX-License-Identifier: MIT
/*
 * Initcalls: functions of built-in code that run once at boot, in the order of their level.
 *
 * The linker sorts the entries by the section's name, "__initcall.<level>", so the table is already in
 * order. initcall_debug prints each with its result and time, as in Linux.
 */
#include <arch/time.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <paddock/driver_call.h>
#include <paddock/init.h>

extern const initcall_t __start___initcall[], __stop___initcall[];

bool initcall_debug;
core_param(initcall_debug, initcall_debug, bool, 0644);

/* The first steps of kmain() come before parameters have values. */
static int __init initcall_debug_early(char *val)
{
	return val ? kstrtobool(val, &initcall_debug) : (initcall_debug = true, 0);
}
early_param("initcall_debug", initcall_debug_early);

static void __init run_one(initcall_t fn)
{
	u64 begin = arch_clock_ns();
	int ret;

	if (initcall_debug)
		pr_info("calling  %pS @ 1\n", fn);
	ret = call_driver("initcall", NULL, fn);
	if (initcall_debug)
		pr_info("initcall %pS returned %d after %llu usecs\n", fn, ret,
			(arch_clock_ns() - begin) / 1000);
}

void __init do_initcalls(void)
{
	for (const initcall_t *fn = __start___initcall; fn < __stop___initcall; fn++)
		run_one(*fn);
}
