// SPDX-License-Identifier: MIT
/*
 * printk: from a format to the log (log_ring.c), and from there to the consoles (console.c).
 *
 * Two things keep messages whole:
 *
 *  - Each message is formatted on the caller's stack and put into the log in one piece.
 *  - cpu_sync, a lock that its CPU may take again: held while a message is put, and by
 *    printk_cpu_sync_get_irqsave() for a report of many. A CPU that cannot get it for SYNC_PATIENCE
 *    rounds goes on without it (the log's store stands that): lines may mix then, nothing hangs.
 *    While it waits it keeps the interrupt state that it came with, so that the holder may wait
 *    for its answer to a cross-call.
 *
 * A text without newline at its end stays in cont, with its caller, until the caller continues it
 * (KERN_CONT) or another message comes.
 *
 * Lock order: cpu_sync is a leaf below everything; console_lock is only tried under it.
 */
#include <arch/cpu.h>
#include <arch/time.h>
#include <linux/console.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <paddock/log.h>
#include "console.h"
#include "log_ring.h"

int console_printk[4] = {
	CONSOLE_LOGLEVEL_DEFAULT,	/* console_loglevel */
	MESSAGE_LOGLEVEL_DEFAULT,	/* default_message_loglevel */
	CONSOLE_LOGLEVEL_MIN,		/* minimum_console_loglevel */
	CONSOLE_LOGLEVEL_DEFAULT,	/* default_console_loglevel */
};
EXPORT_SYMBOL_GPL(console_printk);

/* ---- One CPU at a time ---- */

#define NO_CPU		(-1)
#define SYNC_PATIENCE	(1ul << 28)	/* some seconds of looking */

static int sync_owner = NO_CPU;		/* the CPU that has cpu_sync */
static int sync_depth;			/* [owner] how often it took it */

unsigned long __printk_cpu_sync_get(void)
{
	unsigned long flags, tries = 0;

	for (;;) {
		int cpu, none = NO_CPU;

		flags = arch_irq_save();
		cpu = raw_smp_processor_id();
		if (READ_ONCE(sync_owner) == cpu ||
		    __atomic_compare_exchange_n(&sync_owner, &none, cpu, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			break;
		/* The owner was stopped by our panic, or hangs. */
		if (panic_on_this_cpu() || ++tries > SYNC_PATIENCE) {
			WRITE_ONCE(sync_owner, cpu);
			WRITE_ONCE(sync_depth, 0);
			break;
		}
		arch_irq_restore(flags);
		arch_cpu_relax();
	}
	sync_depth++;
	return flags;
}
EXPORT_SYMBOL(__printk_cpu_sync_get);

void __printk_cpu_sync_put(unsigned long flags)
{
	/* An owner that was robbed has nothing to give back. */
	if (READ_ONCE(sync_owner) == raw_smp_processor_id() && --sync_depth == 0)
		__atomic_store_n(&sync_owner, NO_CPU, __ATOMIC_RELEASE);
	arch_irq_restore(flags);
}
EXPORT_SYMBOL(__printk_cpu_sync_put);

/* ---- The open line ---- */

/* Guarded by cpu_sync and busy: who comes in between on the same CPU (a fault, an NMI) passes it by. */
static struct {
	struct log_info info;
	char text[LOG_TEXT_MAX];
	bool open;
	bool busy;
} cont;

static void cont_close(void)
{
	if (cont.open) {
		cont.open = false;
		log_ring_put(&cont.info, cont.text);
	}
}

static bool cont_fits(const struct log_info *info)
{
	return cont.open && cont.info.caller == info->caller &&
	       cont.info.len + info->len < LOG_TEXT_MAX;
}

/* ---- The message ---- */

static u32 caller_id(void)
{
	return in_task() ? current->pid : 0x80000000 + raw_smp_processor_id();
}

/* Reads the control characters in front. Returns the text behind them. */
static const char *parse_prefix(const char *text, int *level, bool *is_cont)
{
	for (;;) {
		int c = printk_get_level(text);

		if (!c)
			return text;
		if (c == 'c')
			*is_cont = true;
		else if (*level == LOGLEVEL_DEFAULT)
			*level = c - '0';
		text += 2;
	}
}

/* Into the open line, or as a new one. False: it is a message of its own, to be put as it is. */
static bool store_in_cont(struct log_info *info, const char *text, bool is_cont, bool newline)
{
	if (is_cont && cont_fits(info)) {
		memcpy(cont.text + cont.info.len, text, info->len);
		cont.info.len += info->len;
		if (newline)
			cont_close();
		return true;
	}
	cont_close();
	if (newline || !info->len)
		return false;
	cont.info = *info;
	memcpy(cont.text, text, info->len);
	cont.open = true;
	return true;
}

static void store(struct log_info *info, const char *text, bool is_cont, bool newline)
{
	unsigned long flags = __printk_cpu_sync_get();
	bool stored = false;

	if (!cont.busy) {
		cont.busy = true;
		barrier();
		stored = store_in_cont(info, text, is_cont, newline);
		barrier();
		cont.busy = false;
	}
	if (!stored && (info->len || !is_cont))
		log_ring_put(info, text);
	__printk_cpu_sync_put(flags);
}

/*
 * vprintk_emit - the whole way of one message.
 * @facility: 0 for the kernel's. @level: LOGLEVEL_DEFAULT: what the text says.
 */
int vprintk_emit(int facility, int level, const void *dev_info, const char *fmt, va_list args)
{
	char buf[LOG_TEXT_MAX];
	int len = vscnprintf(buf, sizeof(buf), fmt, args), printed = len;
	bool is_cont = false, newline = false;
	struct log_info info = { .ts_ns = arch_clock_ns(), .facility = facility };
	const char *text = buf;

	if (facility == 0)
		text = parse_prefix(buf, &level, &is_cont);
	len -= text - buf;
	if (len && text[len - 1] == '\n') {
		newline = true;
		len--;
	}
	info.level = level == LOGLEVEL_DEFAULT ? default_message_loglevel : level & 7;
	info.len = len;
	info.caller = caller_id();
	store(&info, text, is_cont, newline);
	console_flush();
	return printed;
}
EXPORT_SYMBOL(vprintk_emit);

int vprintk(const char *fmt, va_list args)
{
	return vprintk_emit(0, LOGLEVEL_DEFAULT, NULL, fmt, args);
}
EXPORT_SYMBOL(vprintk);

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(_printk);

/* ---- Reading ---- */

static u64 clear_seq;		/* [A] */

bool log_read(u64 seq, struct log_entry *e)
{
	struct log_info info;

	if (!log_ring_get(&seq, &info, e->text, sizeof(e->text), false))
		return false;
	e->seq = seq;
	e->ts_ns = info.ts_ns;
	e->caller = info.caller;
	e->facility = info.facility;
	e->level = info.level;
	e->len = info.len;
	return true;
}

u64 log_first_seq(void)
{
	return log_ring_first();
}

u64 log_next_seq(void)
{
	return log_ring_next();
}

u64 log_clear_seq(void)
{
	return READ_ONCE(clear_seq);
}

void log_clear(void)
{
	WRITE_ONCE(clear_seq, log_ring_next());
}

static bool show_time = true;
module_param_named(time, show_time, bool, 0644);

size_t log_format(const struct log_entry *e, char *buf, size_t size)
{
	unsigned long usec = e->ts_ns / 1000;
	const char *text = e->text;
	size_t n = 0;

	do {
		size_t line = strchrnul(text, '\n') - text;

		if (show_time)
			n += scnprintf(buf + n, size - n, "[%5lu.%06lu] ", usec / 1000000,
				       usec % 1000000);
		n += scnprintf(buf + n, size - n, "%.*s\n", (int)line, text);
		text += line;
	} while (*text++);
	return n;
}

/* ---- Options ---- */

static int __init loglevel_setup(char *arg)
{
	int level;

	if (kstrtoint(arg, 0, &level)) {
		pr_warn("loglevel=%s: not a number\n", arg);
		return -EINVAL;
	}
	console_loglevel = clamp(level, CONSOLE_LOGLEVEL_MIN, 15);
	return 0;
}
early_param("loglevel", loglevel_setup);

static int __init quiet_setup(char *arg)
{
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	return 0;
}
early_param("quiet", quiet_setup);

static int __init debug_setup(char *arg)
{
	console_loglevel = CONSOLE_LOGLEVEL_DEBUG;
	return 0;
}
early_param("debug", debug_setup);

/* ---- Holding back ---- */

static DEFINE_RATELIMIT_STATE(printk_ratelimit_state, DEFAULT_RATELIMIT_INTERVAL,
			      DEFAULT_RATELIMIT_BURST);

int printk_ratelimit(void)
{
	return __ratelimit(&printk_ratelimit_state);
}
EXPORT_SYMBOL(printk_ratelimit);

bool printk_timed_ratelimit(unsigned long *caller_jiffies, unsigned int interval_msecs)
{
	unsigned long elapsed = jiffies - *caller_jiffies;

	if (*caller_jiffies && elapsed <= msecs_to_jiffies(interval_msecs))
		return false;
	*caller_jiffies = jiffies;
	return true;
}
EXPORT_SYMBOL(printk_timed_ratelimit);
