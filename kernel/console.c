// SPDX-License-Identifier: MIT
/*
 * Consoles: showing the log on serial ports, and letting the shell write between messages.
 *
 * console_owner is a lock that printk() only tries: whoever has it shows everything that is in the
 * log, and looks again after letting go (Invariant: when nobody has or tries the lock, all complete
 * messages are shown). So a message is shown by its own CPU or by one
 * that is just printing, and no CPU ever waits for a serial port that another one has.
 *
 * In an oops, the CPU that is inside a console's write() already may go in once more; in a panic
 * the lock is ignored, since other CPUs have been stopped wherever they were.
 */
#include <arch/cpu.h>
#include <linux/console.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <paddock/log.h>
#include "console.h"
#include "log_ring.h"

#define NO_CPU (-1)

static struct console *consoles;	/* changed under the console lock */
static int console_owner = NO_CPU;	/* CPU that has the lock; NO_CPU: free */

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "printk."

static bool ignore_loglevel;
module_param_named(ignore_loglevel, ignore_loglevel, bool, 0644);

static int __init ignore_loglevel_setup(char *arg)
{
	ignore_loglevel = true;
	return 0;
}
early_param("ignore_loglevel", ignore_loglevel_setup);

/* A line of the log can be two of the console's, each with its time. */
#define SHOWN_MAX (4 * LOG_LINE_MAX)

/* For whoever has the lock; too large for a stack. */
static struct log_entry entry_buf;
static char shown_buf[SHOWN_MAX];

static bool trylock_this_cpu(void)
{
	int none = NO_CPU;

	return __atomic_compare_exchange_n(&console_owner, &none, raw_smp_processor_id(), false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* True when some console has not shown a message that is complete. */
static bool anything_new(void)
{
	for (struct console *con = consoles; con; con = con->next) {
		u64 seq = con->seq;
		struct log_info info;

		if (log_ring_get(&seq, &info, NULL, 0, false))
			return true;
	}
	return false;
}

/*
 * Show one console what is new, one message at a time with interrupts masked, so that a long log
 * does not hold them off.
 */
static void flush_one(struct console *con, struct log_entry *e, char *shown, bool skip_busy)
{
	for (;;) {
		u64 seq = con->seq;
		struct log_info info;
		unsigned long flags;
		size_t len;

		if (!log_ring_get(&seq, &info, e->text, sizeof(e->text), skip_busy))
			return;
		flags = arch_irq_save();
		if (seq > con->seq) {
			con->dropped += seq - con->seq;
			len = scnprintf(shown, SHOWN_MAX, "** %llu printk messages dropped **\n",
					seq - con->seq);
			con->write(con, shown, len);
		}
		con->seq = seq + 1;
		if (info.level < console_loglevel || ignore_loglevel) {
			e->ts_ns = info.ts_ns;
			len = log_format(e, shown, SHOWN_MAX);
			con->write(con, shown, len);
		}
		arch_irq_restore(flags);
	}
}

static void flush_all_locked(void)
{
	for (struct console *con = consoles; con; con = con->next)
		flush_one(con, &entry_buf, shown_buf, false);
}

void console_flush(void)
{
	/* Not switched out while others wait for us to show their messages. */
	preempt_disable();
	if (panic_on_this_cpu() ||
	    (oops_in_progress && READ_ONCE(console_owner) == raw_smp_processor_id())) {
		console_flush_emergency();
	} else {
		/*
		 * Either we see the lock free, or its holder sees our message after letting go: each
		 * side stores (message, lock), fences, and then looks at the other's. A message
		 * that is not complete is left to its writer, who comes here when it is.
		 */
		for (;;) {
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			if (!anything_new() || !trylock_this_cpu())
				break;
			flush_all_locked();
			__atomic_store_n(&console_owner, NO_CPU, __ATOMIC_RELEASE);
		}
	}
	preempt_enable();
}

void console_flush_emergency(void)
{
	/* Of its own, since the holder's may be in use further up this CPU's stack. */
	static struct log_entry e;
	static char shown[SHOWN_MAX];

	for (struct console *con = consoles; con; con = con->next)
		flush_one(con, &e, shown, panic_on_this_cpu());
}

/* ---- The lock, for threads ---- */

int console_trylock(void)
{
	preempt_disable();
	if (trylock_this_cpu())
		return 1;
	preempt_enable();
	return 0;
}
EXPORT_SYMBOL(console_trylock);

void console_lock(void)
{
	while (!console_trylock())
		arch_cpu_relax();
}
EXPORT_SYMBOL(console_lock);

void console_unlock(void)
{
	__atomic_store_n(&console_owner, NO_CPU, __ATOMIC_RELEASE);
	console_flush();
	preempt_enable();
}
EXPORT_SYMBOL(console_unlock);

int is_console_locked(void)
{
	return READ_ONCE(console_owner) != NO_CPU;
}
EXPORT_SYMBOL(is_console_locked);

void console_verbose(void)
{
	if (console_loglevel)
		console_loglevel = CONSOLE_LOGLEVEL_MOTORMOUTH;
}
EXPORT_SYMBOL_GPL(console_verbose);

/* ---- Who they are ---- */

/* console=ttyS0,115200: by name; the text behind the comma goes to the driver's setup(). */
static char preferred[32];
static char *preferred_options;

static int __init console_setup(char *arg)
{
	if (!arg || !*arg)
		return 0;
	strscpy(preferred, arg, sizeof(preferred));
	preferred_options = strchr(preferred, ',');
	if (preferred_options)
		*preferred_options++ = '\0';
	return 1;
}
__setup("console=", console_setup);

static bool is_preferred(const struct console *con)
{
	char name[sizeof(con->name) + 8];

	snprintf(name, sizeof(name), "%s%d", con->name, con->index < 0 ? 0 : con->index);
	return strcmp(name, preferred) == 0 || strcmp(con->name, preferred) == 0;
}

void register_console(struct console *con)
{
	u64 seq = con->flags & CON_PRINTBUFFER ? log_ring_first() : log_ring_next();
	bool prefer = is_preferred(con);
	struct console **slot;

	if (con->setup && con->setup(con, prefer ? preferred_options : NULL) != 0)
		return;
	console_lock();
	/* A real console takes over from the boot console where that one stopped. */
	for (slot = &consoles; *slot;) {
		struct console *other = *slot;

		if (other == con) {
			console_unlock();
			return;
		}
		if (other->flags & CON_BOOT && !(con->flags & CON_BOOT)) {
			seq = max(seq, other->seq);
			other->flags &= ~CON_ENABLED;
			*slot = other->next;
		} else {
			slot = &other->next;
		}
	}
	con->seq = seq;
	con->flags |= CON_ENABLED | (prefer ? CON_CONSDEV : 0);
	/* The preferred one is first: the shell talks to it. */
	if (prefer || !consoles) {
		con->next = consoles;
		consoles = con;
	} else {
		con->next = NULL;
		*slot = con;
	}
	console_unlock();
}
EXPORT_SYMBOL(register_console);

int unregister_console(struct console *con)
{
	int err = -ENODEV;

	console_lock();
	for (struct console **slot = &consoles; *slot; slot = &(*slot)->next) {
		if (*slot == con) {
			*slot = con->next;
			con->flags &= ~CON_ENABLED;
			err = 0;
			break;
		}
	}
	console_unlock();
	return err;
}
EXPORT_SYMBOL(unregister_console);

void console_write_raw(const char *s, size_t len)
{
	unsigned long flags;

	console_lock();
	if (consoles) {
		flags = arch_irq_save();
		consoles->write(consoles, s, len);
		arch_irq_restore(flags);
	}
	console_unlock();
}
