/* SPDX-License-Identifier: MIT */
/* Interrupt handlers for drivers, and the work that follows them: softirqs, tasklets. */
#pragma once

#include <linux/types.h>
#include <linux/bitops.h>
#include <linux/hardirq.h>
#include <linux/irqreturn.h>
#include <linux/irqflags.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>

#define IRQF_TRIGGER_NONE	0x0
#define IRQF_TRIGGER_RISING	0x1
#define IRQF_TRIGGER_FALLING	0x2
#define IRQF_TRIGGER_HIGH	0x4
#define IRQF_TRIGGER_LOW	0x8
#define IRQF_TRIGGER_MASK	0xf
#define IRQF_SHARED		0x80
#define IRQF_PROBE_SHARED	0x100
#define IRQF_TIMER		0x200
#define IRQF_PERCPU		0x400
#define IRQF_NOBALANCING	0x800
#define IRQF_ONESHOT		0x2000
#define IRQF_NO_SUSPEND		0x4000
#define IRQF_NO_THREAD		0x10000
#define IRQF_NO_AUTOEN		0x80000

/*
 * Functions through which every interrupt, and every softirq, goes: what lies above them on a stack is what was
 * interrupted. See filter_irq_stacks().
 */
#define __irq_entry	noinline __section(".irqentry.text")
#define __softirq_entry	__irq_entry

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);

/* One handler of a line. [I] but for next, thread_wanted. */
struct irqaction {
	irq_handler_t handler;
	void *dev_id;
	struct irqaction *next;		/* [L] the descriptor's lock */
	irq_handler_t thread_fn;
	struct task_struct *thread;
	unsigned int irq, flags;
	unsigned long thread_wanted;	/* [A] */
	const char *name;
};

/*
 * request_irq - call @handler, in hard interrupt context, when line @irq fires.
 * @dev_id: given back to it; must be unique (not NULL) with IRQF_SHARED.
 * threaded: @handler may be NULL or return IRQ_WAKE_THREAD; @thread_fn runs in a thread.
 * Context: thread. Returns: 0, -EINVAL (no such line, bad flags), -EBUSY (taken, not shareable), -ENOMEM.
 */
int __must_check request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
				      unsigned long flags, const char *name, void *dev_id);
static inline int __must_check request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
					   const char *name, void *dev_id)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev_id);
}
static inline int __must_check request_any_context_irq(unsigned int irq, irq_handler_t handler,
						       unsigned long flags, const char *name, void *dev_id)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev_id);
}
/* Waits until the handler does not run any more. Returns the name, or NULL if it was not there. */
const void *free_irq(unsigned int irq, void *dev_id);

/* Nest. disable_irq() waits for running handlers, so must not be called from them. */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
bool disable_hardirq(unsigned int irq);
void enable_irq(unsigned int irq);
int irq_set_affinity(unsigned int irq, const struct cpumask *cpumask);
#define irq_set_affinity_hint(irq, m)	irq_set_affinity(irq, m)
static inline int irq_set_irq_wake(unsigned int irq, unsigned int on) { return 0; }

enum {
	HI_SOFTIRQ = 0,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};
extern const char *const softirq_to_name[NR_SOFTIRQS];
struct softirq_action {
	void (*action)(struct softirq_action *);
};

void open_softirq(int nr, void (*action)(struct softirq_action *));
/* Run softirq @nr on this CPU soon: at the end of the interrupt, or at once. Context: any. */
void raise_softirq(unsigned int nr);
void raise_softirq_irqoff(unsigned int nr);	/* interrupts are masked already */
void do_softirq(void);

/*
 * Tasklets: run once per schedule, in softirq context, never twice at once.
 */
struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;		/* [A] TASKLET_STATE_* */
	atomic_t count;			/* 0: enabled */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

enum {
	TASKLET_STATE_SCHED,
	TASKLET_STATE_RUN
};

#define DECLARE_TASKLET(name, _callback) struct tasklet_struct name = { \
	.count = ATOMIC_INIT(0), .callback = _callback, .use_callback = true }
#define DECLARE_TASKLET_DISABLED(name, _callback) struct tasklet_struct name = { \
	.count = ATOMIC_INIT(1), .callback = _callback, .use_callback = true }
#define DECLARE_TASKLET_OLD(name, _func) struct tasklet_struct name = { \
	.count = ATOMIC_INIT(0), .func = _func }
#define from_tasklet(var, callback_tasklet, tasklet_fieldname) \
	container_of(callback_tasklet, typeof(*var), tasklet_fieldname)

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void __tasklet_schedule(struct tasklet_struct *t);
void __tasklet_hi_schedule(struct tasklet_struct *t);
static inline void tasklet_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		__tasklet_schedule(t);
}
static inline void tasklet_hi_schedule(struct tasklet_struct *t)
{
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		__tasklet_hi_schedule(t);
}
/* Unschedule and wait until it does not run; it must not be scheduled again meanwhile. Context: thread. */
void tasklet_kill(struct tasklet_struct *t);
void tasklet_unlock_wait(struct tasklet_struct *t);
static inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
	smp_mb__after_atomic();
}
static inline void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	tasklet_unlock_wait(t);
	smp_mb();
}
static inline void tasklet_enable(struct tasklet_struct *t)
{
	smp_mb__before_atomic();
	atomic_dec(&t->count);
}
