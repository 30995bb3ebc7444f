// SPDX-License-Identifier: MIT
/*
 * The end of the system: panic(); and the record of why it is not to be trusted any more: taint.
 *
 * A panic may come from anywhere, with any lock held and on several CPUs at once. The first CPU
 * goes through with it; others that come are stopped, and a panic inside the panic goes on
 * behind the point it reached. Nothing here takes a lock, but for what the notifiers do.
 */
#include <arch/cpu.h>
#include <arch/time.h>
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <paddock/log.h>

enum system_states system_state;
EXPORT_SYMBOL(system_state);

int panic_on_oops;
core_param(panic_on_oops, panic_on_oops, int, 0644);
int panic_on_warn;
core_param(panic_on_warn, panic_on_warn, int, 0644);
int panic_timeout;
core_param(panic, panic_timeout, int, 0644);
int oops_in_progress;
EXPORT_SYMBOL(oops_in_progress);

ATOMIC_NOTIFIER_HEAD(panic_notifier_list);
EXPORT_SYMBOL(panic_notifier_list);

static int __init oops_setup(char *arg)
{
	if (!arg || strcmp(arg, "panic") != 0)
		return -EINVAL;
	panic_on_oops = 1;
	return 0;
}
early_param("oops", oops_setup);

/* ---- Taint ---- */

const struct taint_flag taint_flags[TAINT_FLAGS_COUNT] = {
	[TAINT_PROPRIETARY_MODULE]	= { 'P', 'G', true },
	[TAINT_FORCED_MODULE]		= { 'F', ' ', true },
	[TAINT_CPU_OUT_OF_SPEC]		= { 'S', ' ', false },
	[TAINT_FORCED_RMMOD]		= { 'R', ' ', false },
	[TAINT_MACHINE_CHECK]		= { 'M', ' ', false },
	[TAINT_BAD_PAGE]		= { 'B', ' ', false },
	[TAINT_USER]			= { 'U', ' ', false },
	[TAINT_DIE]			= { 'D', ' ', false },
	[TAINT_OVERRIDDEN_ACPI_TABLE]	= { 'A', ' ', false },
	[TAINT_WARN]			= { 'W', ' ', false },
	[TAINT_CRAP]			= { 'C', ' ', true },
	[TAINT_FIRMWARE_WORKAROUND]	= { 'I', ' ', false },
	[TAINT_OOT_MODULE]		= { 'O', ' ', true },
	[TAINT_UNSIGNED_MODULE]		= { 'E', ' ', true },
	[TAINT_SOFTLOCKUP]		= { 'L', ' ', false },
	[TAINT_LIVEPATCH]		= { 'K', ' ', true },
	[TAINT_AUX]			= { 'X', ' ', true },
	[TAINT_RANDSTRUCT]		= { 'T', ' ', true },
	[TAINT_TEST]			= { 'N', ' ', true },
};

static unsigned long tainted_mask;

void add_taint(unsigned int flag, enum lockdep_ok lockdep_ok)
{
	set_bit(flag, &tainted_mask);
}
EXPORT_SYMBOL(add_taint);

int test_taint(unsigned int flag)
{
	return test_bit(flag, &tainted_mask);
}
EXPORT_SYMBOL(test_taint);

unsigned long get_taint(void)
{
	return READ_ONCE(tainted_mask);
}

const char *print_tainted(void)
{
	/* Two callers at once write the same letters, or differ in one just set. */
	static char text[TAINT_FLAGS_COUNT + sizeof("Tainted: ")];
	unsigned long mask = get_taint();
	char *s = text;

	if (!mask)
		return "Not tainted";
	s += sprintf(s, "Tainted: ");
	for (int i = 0; i < TAINT_FLAGS_COUNT; i++)
		*s++ = mask & BIT(i) ? taint_flags[i].c_true : taint_flags[i].c_false;
	*s = '\0';
	return text;
}

/* ---- Panic ---- */

#define NO_CPU (-1)
static int panic_cpu = NO_CPU;

bool panic_in_progress(void)
{
	return unlikely(READ_ONCE(panic_cpu) != NO_CPU);
}

bool panic_on_this_cpu(void)
{
	return panic_in_progress() && READ_ONCE(panic_cpu) == raw_smp_processor_id();
}

void check_panic_on_warn(const char *origin)
{
	if (panic_on_warn)
		panic("%s: panic_on_warn set ...\n", origin);
}
EXPORT_SYMBOL_GPL(check_panic_on_warn);

/* Interrupts are off for good, so the clock is watched. */
static void wait_ms(unsigned int ms)
{
	u64 end = arch_clock_ns() + ms * 1000000ull;

	while (arch_clock_ns() < end)
		arch_cpu_relax();
}

/* What panic= asks for. Without it the machine is turned off, so that whoever started it can tell. */
static void __noreturn leave(void)
{
	if (panic_timeout > 0) {
		pr_emerg("Rebooting in %d seconds..\n", panic_timeout);
		for (int i = 0; i < panic_timeout; i++)
			wait_ms(1000);
	}
	if (panic_timeout)
		arch_reboot();
	arch_power_off();
	arch_cpu_halt_forever();
}

/* How far the panic has come. One inside it goes on behind what it came from. */
static enum { TELL, NOTIFY, END, LEAVE } stage;

void panic(const char *fmt, ...)
{
	static char message[1024];
	int cpu, none = NO_CPU;
	va_list args;

	arch_irq_disable();
	preempt_disable();
	cpu = raw_smp_processor_id();
	if (!__atomic_compare_exchange_n(&panic_cpu, &none, cpu, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST) && none != cpu)
		arch_cpu_halt_forever();

	oops_in_progress++;
	switch (stage) {
	case TELL:
		stage = NOTIFY;
		console_verbose();
		smp_send_stop();
		va_start(args, fmt);
		vscnprintf(message, sizeof(message), fmt, args);
		va_end(args);
		strim(message);
		pr_emerg("Kernel panic - not syncing: %s\n", message);
		/* An oops has shown its stack already. */
		if (!test_taint(TAINT_DIE) && oops_in_progress <= 1)
			dump_stack();
		fallthrough;
	case NOTIFY:
		stage = END;
		atomic_notifier_call_chain(&panic_notifier_list, 0, message);
		fallthrough;
	case END:
		stage = LEAVE;
		pr_emerg("---[ end Kernel panic - not syncing: %s ]---\n", message);
		console_flush_emergency();
		/* After the last line: whoever watches the machine takes this for the end. */
		arch_panic_notify();
		fallthrough;
	case LEAVE:
		leave();
	}
	unreachable();
}
EXPORT_SYMBOL(panic);
