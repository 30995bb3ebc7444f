// SPDX-License-Identifier: MIT
/* Files in /proc that tell what no other part of the kernel owns. Formats: Linux, proc(5). */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/sched/loadavg.h>
#include <paddock/irq.h>
#include <paddock/sched.h>
#include <linux/timekeeping.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/utsname.h>
#include <generated/utsrelease.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include "internal.h"

static struct new_utsname names = {
	.sysname = "Paddock",
	.nodename = "paddock",
	.release = UTS_RELEASE,
	.version = "#1 SMP PREEMPT",
	.machine = ARCH_UTS_MACHINE,
	.domainname = "(none)",
};

struct new_utsname *utsname(void)
{
	return &names;
}
EXPORT_SYMBOL_GPL(utsname);

static int cmdline_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", boot_info.cmdline);
	return 0;
}

static int version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s version %s (gcc %s) %s\n", names.sysname, names.release, __VERSION__,
		   names.version);
	return 0;
}

static int uptime_show(struct seq_file *m, void *v)
{
	u64 idle = 0, up = div_u64(ktime_get_boottime_ns(), 10000000);
	unsigned int cpu;

	for_each_online_cpu(cpu)
		idle += cpu_idle_ns(cpu);
	idle = div_u64(idle, 10000000);
	seq_printf(m, "%llu.%02u %llu.%02u\n", div_u64(up, 100), (unsigned int)(up % 100),
		   div_u64(idle, 100), (unsigned int)(idle % 100));
	return 0;
}

static int loadavg_show(struct seq_file *m, void *v)
{
	unsigned long load[3];

	get_avenrun(load, FIXED_1 / 200, 0);
	seq_printf(m, "%lu.%02lu %lu.%02lu %lu.%02lu %u/%u %d\n", LOAD_INT(load[0]), LOAD_FRAC(load[0]),
		   LOAD_INT(load[1]), LOAD_FRAC(load[1]), LOAD_INT(load[2]), LOAD_FRAC(load[2]),
		   nr_running(), threads_snapshot(NULL, 0), current->pid);
	return 0;
}

/* ---- One record per CPU ---- */

static void *cpu_start(struct seq_file *m, loff_t *pos)
{
	*pos = cpumask_next(*pos - 1, cpu_online_mask);
	return *pos < nr_cpu_ids ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *cpu_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return cpu_start(m, pos);
}

static void no_stop(struct seq_file *m, void *v)
{
}

static int cpuinfo_show(struct seq_file *m, void *v)
{
	arch_show_cpuinfo(m, (unsigned long)v - 1);
	return 0;
}

static const struct seq_operations cpuinfo_ops = {
	.start = cpu_start, .next = cpu_next, .stop = no_stop, .show = cpuinfo_show,
};

/* ---- Symbols ---- */

/* Position n: the n-th symbol of the kernel; behind its last, those of the modules. */
struct symbol {
	unsigned long addr;
	char type;
	const char *name;
	char name_buf[KSYM_NAME_LEN];
	char module[MODULE_NAME_LEN];
};

static unsigned int kernel_symbols;	/* how many; constant */

static void *kallsyms_at(struct seq_file *m, loff_t pos)
{
	struct symbol *s = m->private;
	int exported;

	s->module[0] = '\0';
	if (kallsyms_get(pos, &s->addr, &s->type, &s->name))
		return s;
	if (module_get_kallsym(pos - kernel_symbols, &s->addr, &s->type, s->name_buf, s->module,
			       &exported) < 0)
		return NULL;
	s->name = s->name_buf;
	return s;
}

static void *kallsyms_start(struct seq_file *m, loff_t *pos)
{
	return kallsyms_at(m, *pos);
}

static void *kallsyms_next(struct seq_file *m, void *v, loff_t *pos)
{
	return kallsyms_at(m, ++*pos);
}

static int kallsyms_show(struct seq_file *m, void *v)
{
	const struct symbol *s = v;

	if (s->type == '?')		/* of a module's init, which is gone */
		return 0;
	seq_printf(m, "%016lx %c %s", s->addr, s->type, s->name);
	if (s->module[0])
		seq_printf(m, "\t[%s]", s->module);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations kallsyms_ops = {
	.start = kallsyms_start, .next = kallsyms_next, .stop = no_stop, .show = kallsyms_show,
};

/* ---- Physical memory ---- */

static int compare_ranges(const void *a, const void *b)
{
	const struct boot_range *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

static const struct {
	const char *name;
	const char *start, *end;
} image_parts[] = {
	{ "Kernel code", _stext, _etext },
	{ "Kernel rodata", _srodata, _erodata },
	{ "Kernel data", _sdata, _edata },
	{ "Kernel bss", __bss_start, __bss_stop },
};

static int iomem_show(struct seq_file *m, void *v)
{
	static const char *const type_names[] = {
		[BOOT_RAM] = "System RAM", [BOOT_RESERVED] = "Reserved", [BOOT_ACPI] = "ACPI Tables",
	};
	unsigned int n = boot_info.nr_ranges;
	struct boot_range *r = kmemdup(boot_info.ranges, n * sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	sort(r, n, sizeof(*r), compare_ranges, NULL);
	for (unsigned int i = 0; i < n; i++) {
		u64 end = r[i].base + r[i].size - 1;

		if (!r[i].size)
			continue;
		seq_printf(m, "%08llx-%08llx : %s\n", r[i].base, end, type_names[r[i].type]);
		for (unsigned int k = 0; r[i].type == BOOT_RAM && k < ARRAY_SIZE(image_parts); k++) {
			u64 from = __pa_symbol(image_parts[k].start);

			if (from >= r[i].base && from <= end)
				seq_printf(m, "  %08llx-%08llx : %s\n", from,
					   (u64)__pa_symbol(image_parts[k].end) - 1,
					   image_parts[k].name);
		}
	}
	kfree(r);
	return 0;
}

/* ---- File systems ---- */

static int filesystems_show(struct seq_file *m, void *v)
{
	seq_puts(m, "nodev\tsysfs\nnodev\tproc\nnodev\tdebugfs\nnodev\tdevtmpfs\nnodev\tramfs\n");
	return 0;
}

static int mounts_show(struct seq_file *m, void *v)
{
	struct super_block *sb;
	struct path path;

	list_for_each_entry(sb, mount_list(), s_list) {
		path.dentry = sb->s_root;
		seq_printf(m, "%s ", sb->s_source);
		seq_path(m, &path, " \t\n\\");
		seq_printf(m, " %s rw 0 0\n", sb->s_type);
	}
	return 0;
}

static int __init proc_files_init(void)
{
	unsigned long addr;
	const char *name;
	char type;

	while (kallsyms_get(kernel_symbols, &addr, &type, &name))
		kernel_symbols++;
	proc_create_single("cmdline", 0, NULL, cmdline_show);
	proc_create_single("version", 0, NULL, version_show);
	proc_create_single("uptime", 0, NULL, uptime_show);
	proc_create_single("loadavg", 0, NULL, loadavg_show);
	proc_create_seq("cpuinfo", 0, NULL, &cpuinfo_ops);
	proc_create_seq_private("kallsyms", 0444, NULL, &kallsyms_ops, sizeof(struct symbol), NULL);
	proc_create_single("interrupts", 0, NULL, show_interrupts);
	proc_create_single("iomem", 0400, NULL, iomem_show);
	proc_create_single("filesystems", 0, NULL, filesystems_show);
	proc_mkdir("self", NULL);
	proc_create_single("self/mounts", 0, NULL, mounts_show);
	return 0;
}
fs_initcall(proc_files_init);
