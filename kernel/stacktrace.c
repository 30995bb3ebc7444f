// SPDX-License-Identifier: MIT
/*
 * Stack traces along frame pointers.
 *
 * Both processors' functions begin by storing the caller's frame pointer and their return address
 * side by side and pointing the frame pointer there, so a stack is a list of struct frame, whose
 * addresses grow. Trap entry makes such a frame for the interrupted function, too (see the
 * architecture's entry.S), so the walk passes through interrupts.
 *
 * A broken chain must do no harm: each frame has to lie above the one before and below the end of
 * the thread's stack. KFENCE records two stacks for each object that it guards, so the loop is kept short.
 */
#include <arch/thread.h>
#include <arch/trap.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>

struct frame {
	unsigned long next;	/* the caller's */
	unsigned long ret;	/* where it goes on */
};

/* The highest address at which a frame can lie on @task's stack. */
static unsigned long last_frame(const struct task_struct *task)
{
	return (unsigned long)task->stack + THREAD_SIZE - sizeof(struct frame);
}

/* @frame: where to begin; anything, it is checked. */
static __always_inline unsigned int walk(unsigned long frame, const struct task_struct *task,
					 unsigned long *store, unsigned int size, unsigned int skip)
{
	unsigned long last = last_frame(task), below = (unsigned long)task->stack - 1;
	unsigned long *p = store, *end = store + size;

	for (; skip && frame > below && frame <= last; skip--) {
		below = frame;
		frame = ((const struct frame *)frame)->next;
	}
	while (p < end) {
		/* Two branches, never taken but at the end, are cheaper than one on both conditions. */
		if (unlikely(frame <= below))
			break;
		if (unlikely(frame > last))
			break;
		*p++ = ((const struct frame *)frame)->ret;
		below = frame;
		frame = ((const struct frame *)frame)->next;
	}
	/* The first frame of all has no caller. */
	if (p > store && !p[-1])
		p--;
	return p - store;
}

unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr)
{
	return walk((unsigned long)__builtin_frame_address(0), current, store, size, skipnr);
}
EXPORT_SYMBOL_GPL(stack_trace_save);

unsigned int stack_trace_save_regs(struct pt_regs *regs, unsigned long *store, unsigned int size,
				   unsigned int skipnr)
{
	unsigned long caller = arch_frameless_caller(regs);
	unsigned int n = 0;

	if (!size)
		return 0;
	if (skipnr)
		skipnr--;
	else
		store[n++] = regs_pc(regs);
	if (caller) {
		if (skipnr)
			skipnr--;
		else if (n < size)
			store[n++] = caller;
	}
	/* A call to nowhere has made no frame: its caller is known by the return address alone. */
	if (n < size && !kernel_text_address(regs_pc(regs)) &&
	    kernel_text_address(regs_return_address(regs)))
		store[n++] = regs_return_address(regs);
	return n + walk(regs_fp(regs), current, store + n, size - n, skipnr);
}

unsigned int stack_trace_save_tsk(struct task_struct *task, unsigned long *store, unsigned int size,
				  unsigned int skipnr)
{
	if (task == current)
		return stack_trace_save(store, size, skipnr + 1);
	if (!task->stack || task_curr(task))
		return 0;
	return walk(arch_thread_frame(&task->thread), task, store, size, skipnr);
}
EXPORT_SYMBOL_GPL(stack_trace_save_tsk);

extern char __irqentry_text_start[], __irqentry_text_end[];

unsigned int filter_irq_stacks(unsigned long *entries, unsigned int nr_entries)
{
	for (unsigned int i = 0; i < nr_entries; i++)
		if (entries[i] >= (unsigned long)__irqentry_text_start && entries[i] < (unsigned long)__irqentry_text_end)
			return i + 1;
	return nr_entries;
}
EXPORT_SYMBOL_GPL(filter_irq_stacks);

void stack_trace_print(const unsigned long *trace, unsigned int nr_entries, int spaces)
{
	for (unsigned int i = 0; i < nr_entries; i++)
		printk("%*c%pS\n", 1 + spaces, ' ', (void *)trace[i]);
}
EXPORT_SYMBOL_GPL(stack_trace_print);

int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries,
			unsigned int nr_entries, int spaces)
{
	int total = 0;

	for (unsigned int i = 0; i < nr_entries && size; i++) {
		int n = snprintf(buf, size, "%*c%pS\n", 1 + spaces, ' ', (void *)entries[i]);

		total += n;
		if (n >= size)
			break;
		buf += n;
		size -= n;
	}
	return total;
}
EXPORT_SYMBOL_GPL(stack_trace_snprint);
