/* SPDX-License-Identifier: MIT */
/*
 * Threads, for the rest of the kernel: waiting for one, data for ps, the scheduler's figures.
 */
#pragma once

#include <linux/sched.h>

/*
 * thread_run - make and start a thread; its exit status is for thread_join().
 * Returns: the task, with a reference for the caller, or ERR_PTR(-ENOMEM).
 */
struct task_struct *thread_run(int (*fn)(void *), void *arg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * thread_create - as thread_run(), but it does not start before wake_up_process(): so that the caller
 * may bind it (set_cpus_allowed_ptr()) or note it first.
 */
struct task_struct *thread_create(int (*fn)(void *), void *arg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * thread_join - wait until @task has ended, and give its reference back.
 * Returns: what its function returned; or, when an oops ended it, THREAD_OOPSED.
 * Context: thread, sleeps uninterruptibly. Signals for the waiter stay pending.
 */
int thread_join(struct task_struct *task);
#define THREAD_OOPSED	(-4096)

/*
 * thread_join_interruptible - the same, but returns -ERESTARTSYS, reference kept, when a signal
 * arrives first; *status is set when it returns 0.
 */
int thread_join_interruptible(struct task_struct *task, int *status);

/* Free stacks that wait for the next thread are given back. Context: thread. */
void thread_drop_kept_stacks(void);

/* One line of ps, copied, so that the reader needs no lock afterwards. */
struct thread_info_row {
	pid_t pid, ppid;
	char comm[TASK_COMM_LEN];
	char state;			/* R S D I P X Z as ps shows them */
	unsigned int cpu;
	int nice;			/* or -100 - rt priority */
	u64 cpu_ns, start_ns;
	unsigned long nvcsw, nivcsw;
	unsigned long wchan;		/* who called schedule(), 0: it runs */
};
/* Fill up to @max rows, by pid. Returns how many threads there are. Context: thread. */
unsigned int threads_snapshot(struct thread_info_row *rows, unsigned int max);

/* For backtraces of a thread that does not run: frame pointer and stack bounds. False: it runs. */
bool thread_saved_frame(struct task_struct *t, unsigned long *fp, unsigned long *pc);

/*
 * Over all CPUs: switches since boot, threads that run or wait for a CPU; of one: ns that it idled since boot.
 * Context: any. No locks: an answer may be old.
 */
u64 nr_context_switches(void);
unsigned int nr_running(void);
u64 cpu_idle_ns(unsigned int cpu);
/* 1, 5, 15 minutes, in 1/2048 (FIXED_1). */
void get_avenrun(unsigned long *loads, unsigned long offset, int shift);
#define FSHIFT 11
#define FIXED_1 (1 << FSHIFT)
#define LOAD_INT(x) ((x) >> FSHIFT)
#define LOAD_FRAC(x) LOAD_INT(((x) & (FIXED_1 - 1)) * 100)

/* ---- between the scheduler, the timer interrupt (kernel/time) and other CPUs (kernel/smp.c) ---- */

/*
 * sched_tick - the alarm came: is the running thread's turn over?
 * Context: timer interrupt, interrupts masked. Returns: when to call again, ns, U64_MAX: no need.
 */
u64 sched_tick(u64 now);
/*
 * tick_program_slice - kernel/time: see to it that sched_tick() is called on this CPU at @deadline.
 * Context: scheduler, interrupts masked, run-queue lock held: takes no lock that is held around wakeups.
 */
void tick_program_slice(u64 deadline);
/* IPI_RESCHEDULE came; need_resched itself is looked at by irq_exit_to(). Context: interrupts masked. */
void sched_ipi(void);
/* Preempt on the way out of an interrupt that came with preemption allowed. Context: interrupts masked, kept so. */
void preempt_schedule_irq(void);

/* The thread that a secondary CPU starts in: on no list, no queue. NULL: no memory. Context: thread. */
struct task_struct *idle_thread_create(unsigned int cpu);
/* On @cpu itself, current is @idle: its run queue begins; then set_cpu_online, then cpu_idle_loop(). */
void sched_init_cpu(unsigned int cpu, struct task_struct *idle);
void __noreturn cpu_idle_loop(void);
