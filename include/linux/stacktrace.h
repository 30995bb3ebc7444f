/* SPDX-License-Identifier: MIT */
/* Return addresses of the callers, by the chain of frame pointers. */
#pragma once

#include <linux/types.h>

struct task_struct;
struct pt_regs;

/*
 * stack_trace_save - record the callers, innermost first: [0] is the caller of this function,
 * after @skipnr of them were left out.
 * Context: any. Each frame is checked against the bounds of the stack it lies on, so a broken
 *          chain ends the trace and does not fault.
 * Returns: the number of entries.
 */
unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr);
/* Of the code that was interrupted: [0] is its program counter. */
unsigned int stack_trace_save_regs(struct pt_regs *regs, unsigned long *store, unsigned int size,
				   unsigned int skipnr);
/* Of another thread that does not run: its trace may be torn if it starts to. */
unsigned int stack_trace_save_tsk(struct task_struct *task, unsigned long *store, unsigned int size,
				  unsigned int skipnr);
/*
 * filter_irq_stacks - of a trace, what belongs to the innermost interrupt or softirq, its entry included. Without one: all.
 * Returns: how many entries that is.
 */
unsigned int filter_irq_stacks(unsigned long *entries, unsigned int nr_entries);
/* One " %pS" line per entry, indented by @spaces. */
void stack_trace_print(const unsigned long *trace, unsigned int nr_entries, int spaces);
int stack_trace_snprint(char *buf, size_t size, const unsigned long *entries,
			unsigned int nr_entries, int spaces);
