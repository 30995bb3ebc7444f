// SPDX-License-Identifier: MIT
/*
 * Reports of what the kernel did wrong: WARN and BUG, and exceptions that nothing handles.
 *
 * An oops is printed as one piece (printk_cpu_sync), so that those of two CPUs do not mix; then it
 * ends the thread, which may have held locks: what hangs afterwards hangs because of it. Where no
 * thread can be ended it is a panic. The lines and their order are Linux's.
 */
#include <arch/cpu.h>
#include <arch/thread.h>
#include <arch/trap.h>
#include <asm/bug.h>
#include <linux/console.h>
#include <linux/export.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/utsname.h>
#include <paddock/log.h>

#define CUT_HERE	"------------[ cut here ]------------\n"
#define MAX_TRACE	48

/* ---- Pieces of a report ---- */

void dump_stack_print_info(const char *log_lvl)
{
	const char *hardware = arch_hardware_name();

	printk("%sCPU: %d PID: %d Comm: %.20s %s %s %s\n", log_lvl, raw_smp_processor_id(),
	       current->pid, current->comm, print_tainted(), init_utsname()->release,
	       init_utsname()->version);
	if (hardware)
		printk("%sHardware name: %s\n", log_lvl, hardware);
}

void show_regs_print_info(const char *log_lvl)
{
	dump_stack_print_info(log_lvl);
}

/* @nr_exact: so many entries in front are where code was, all others where it will return to. */
static void print_trace(const char *log_lvl, const unsigned long *trace, unsigned int n,
			unsigned int nr_exact)
{
	/* The macros may be of several lines; printk takes the level for all. */
	printk("%s" ARCH_TRACE_BEGIN, log_lvl);
	for (unsigned int i = 0; i < n; i++) {
		if (n == MAX_TRACE && i == MAX_TRACE - 1)
			printk("%s ...\n", log_lvl);
		else if (i < nr_exact)
			printk("%s %pS\n", log_lvl, (void *)trace[i]);
		else
			printk("%s %pB\n", log_lvl, (void *)trace[i]);
	}
	if (sizeof(ARCH_TRACE_END) > 1)
		printk("%s" ARCH_TRACE_END, log_lvl);
}

static void print_trace_regs(const char *log_lvl, struct pt_regs *regs)
{
	unsigned long trace[MAX_TRACE];
	unsigned int n = stack_trace_save_regs(regs, trace, MAX_TRACE, ARCH_TRACE_SKIPS_PC);

	print_trace(log_lvl, trace, n, !ARCH_TRACE_SKIPS_PC);
}

void dump_stack_lvl(const char *log_lvl)
{
	unsigned long trace[MAX_TRACE], flags;
	unsigned int n = stack_trace_save(trace, MAX_TRACE, 0);

	printk_cpu_sync_get_irqsave(flags);
	dump_stack_print_info(log_lvl);
	print_trace(log_lvl, trace, n, 0);
	printk_cpu_sync_put_irqrestore(flags);
}
EXPORT_SYMBOL(dump_stack_lvl);

void dump_stack(void)
{
	dump_stack_lvl(KERN_DEFAULT);
}
EXPORT_SYMBOL(dump_stack);

void show_stack(struct task_struct *task, unsigned long *sp, const char *log_lvl)
{
	unsigned long trace[MAX_TRACE];

	print_trace(log_lvl, trace, stack_trace_save_tsk(task ?: current, trace, MAX_TRACE, 0), 0);
}

void show_regs(struct pt_regs *regs)
{
	dump_stack_print_info(KERN_DEFAULT);
	arch_show_regs(regs);
	print_trace_regs(KERN_DEFAULT, regs);
}

static void print_oops_end_marker(void)
{
	/* The number told boots apart; Linux prints zeros, too, by now. */
	pr_warn("---[ end trace %016llx ]---\n", 0ull);
}

/* ---- The bracket around an oops ---- */

void oops_enter(void)
{
	__atomic_fetch_add(&oops_in_progress, 1, __ATOMIC_SEQ_CST);
	console_verbose();
}

void oops_exit(void)
{
	print_oops_end_marker();
	__atomic_fetch_sub(&oops_in_progress, 1, __ATOMIC_SEQ_CST);
}

bool oops_may_print(void)
{
	return true;
}

static void __noreturn end_thread(void)
{
	if (in_interrupt())
		panic("Fatal exception in interrupt");
	if (panic_on_oops)
		panic("Fatal exception");
	make_task_dead(SIGSEGV);
}

static void print_oops(const char *what, struct pt_regs *regs, unsigned long code)
{
	static int die_counter;
	unsigned long flags;

	oops_enter();
	printk_cpu_sync_get_irqsave(flags);
	printk(KERN_DEFAULT ARCH_DIE_PREFIX "%s: " ARCH_DIE_CODE " [#%d] SMP\n", what, code,
	       __atomic_add_fetch(&die_counter, 1, __ATOMIC_RELAXED));
	if (ARCH_DIE_MODULES_FIRST)
		print_modules();
	show_regs(regs);
	if (!ARCH_DIE_MODULES_FIRST)
		print_modules();
	arch_show_oops_code(regs);
	oops_exit();
	printk_cpu_sync_put_irqrestore(flags);
	add_taint(TAINT_DIE, LOCKDEP_NOW_UNRELIABLE);
}

void die(const char *what, struct pt_regs *regs, unsigned long code)
{
	print_oops(what, regs, code);
	end_thread();
}

void handle_stack_overflow(struct pt_regs *regs, unsigned long addr)
{
	void *stack = task_stack_page(current);

	pr_emerg("BUG: TASK stack guard page was hit at %px (stack is %px..%px)\n", (void *)addr,
		 stack, stack + THREAD_SIZE - 1);
	print_oops("stack guard page", regs, 0);
	/* The exception's stack must be free for the next one; the thread's holds nothing any more. */
	arch_restart_on_stack(stack + THREAD_SIZE, end_thread);
}

/* ---- WARN and BUG ---- */

extern struct bug_entry __start___bug_table[], __stop___bug_table[];

struct bug_entry *find_bug(unsigned long addr)
{
	for (struct bug_entry *bug = __start___bug_table; bug < __stop___bug_table; bug++)
		if (bug_addr(bug) == addr)
			return bug;
	return module_find_bug(addr);
}

void __warn_printk(const char *fmt, ...)
{
	va_list args;

	pr_warn(CUT_HERE);
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
}
EXPORT_SYMBOL(__warn_printk);

static void warn(const struct bug_entry *bug, struct pt_regs *regs)
{
	unsigned long flags;

	printk_cpu_sync_get_irqsave(flags);
	if (!(bug->flags & BUGFLAG_NO_CUT_HERE))
		pr_warn(CUT_HERE);
	pr_warn("WARNING: CPU: %d PID: %d at %s:%d %pS\n", raw_smp_processor_id(), current->pid,
		(const char *)offset_to_ptr(&bug->file_offset), bug->line, (void *)regs_pc(regs));
	print_modules();
	show_regs(regs);
	print_oops_end_marker();
	printk_cpu_sync_put_irqrestore(flags);
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
	check_panic_on_warn("kernel");
}

enum bug_trap_type report_bug(unsigned long addr, struct pt_regs *regs)
{
	const struct bug_entry *bug = find_bug(addr);

	if (!bug)
		return BUG_TRAP_TYPE_NONE;
	if (bug->flags & BUGFLAG_WARNING) {
		warn(bug, regs);
		return BUG_TRAP_TYPE_WARN;
	}
	pr_crit(CUT_HERE);
	pr_crit("kernel BUG at %s:%u!\n", (const char *)offset_to_ptr(&bug->file_offset), bug->line);
	return BUG_TRAP_TYPE_BUG;
}

bool handle_bug_trap(struct pt_regs *regs)
{
	switch (report_bug(regs_pc(regs), regs)) {
	case BUG_TRAP_TYPE_WARN:
		regs_set_pc(regs, regs_pc(regs) + ARCH_BUG_INSN_BYTES);
		return true;
	case BUG_TRAP_TYPE_BUG:
		die(ARCH_BUG_NAME, regs, 0);
	default:
		return false;
	}
}
