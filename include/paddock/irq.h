/* SPDX-License-Identifier: MIT */
/* Interrupts, between the files of kernel/. */
#pragma once

#include <linux/types.h>

struct seq_file;

void softirq_init(void);			/* kernel/softirq.c; before the first interrupt */
void preempt_schedule_irq(void);		/* kernel/sched/core.c: see there */
int show_interrupts(struct seq_file *m, void *v);	/* /proc/interrupts */
