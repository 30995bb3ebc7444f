/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/sched.h>

struct pt_regs;

/* The trace of a thread that does not run (NULL: of the caller); @sp is ignored. Context: any. */
void show_stack(struct task_struct *task, unsigned long *sp, const char *log_lvl);
/* "CPU: …", registers and trace of interrupted code. */
void show_regs(struct pt_regs *regs);
