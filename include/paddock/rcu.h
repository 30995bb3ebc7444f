/* SPDX-License-Identifier: MIT */
/* RCU, for the kernel's own start-up and for looking at what waits. */
#pragma once

#include <linux/percpu.h>
#include <linux/rcupdate.h>

/*
 * rcu_idle_enter/exit - this CPU is about to halt and reads nothing; it woke, or an interrupt came.
 * Context: interrupts masked. irq_enter_from() asks rcu_idle first, which is false nearly always.
 */
DECLARE_PER_CPU(bool, rcu_idle);
void rcu_idle_enter(void);
void rcu_idle_exit(void);

/* Start the thread that runs callbacks. Context: boot, first thread. */
void rcu_start(void);

/* Call @visit for callbacks that wait or run, under a lock; it returns false to stop. Returns how many were seen. */
unsigned int rcu_for_each_callback(bool (*visit)(struct rcu_head *head, void *ctx), void *ctx);
