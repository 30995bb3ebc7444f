/* SPDX-License-Identifier: MIT */
/*
 * Threads. All are kernel threads; struct task_struct has Linux's names for what drivers look at.
 */
#pragma once

#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/thread_info.h>
#include <linux/spinlock.h>
#include <linux/refcount.h>
#include <linux/smp.h>
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <linux/errno.h>
#include <linux/llist.h>
#include <arch/thread.h>

#define TASK_COMM_LEN 16

/* States: what wakes the thread. Combined in try_to_wake_up()'s mask. */
#define TASK_RUNNING		0x0000	/* runs or waits for a CPU */
#define TASK_INTERRUPTIBLE	0x0001	/* sleeps; a signal wakes it */
#define TASK_UNINTERRUPTIBLE	0x0002
#define __TASK_STOPPED		0x0004
#define EXIT_DEAD		0x0010
#define EXIT_ZOMBIE		0x0020
#define TASK_PARKED		0x0040
#define TASK_DEAD		0x0080	/* has left the CPU for ever at its next switch */
#define TASK_WAKEKILL		0x0100	/* SIGKILL wakes it */
#define TASK_NOLOAD		0x0400
#define TASK_NEW		0x0800
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* task_struct.flags */
#define PF_IDLE		0x00000002	/* a CPU's idle thread */
#define PF_EXITING	0x00000004
#define PF_WQ_WORKER	0x00000020
#define PF_MEMALLOC	0x00000800
#define PF_KTHREAD	0x00200000
#define PF_NO_SETAFFINITY 0x04000000	/* bound for good */

/* Signals that the kernel itself uses; numbers as everywhere. */
#define SIGHUP	1
#define SIGINT	2
#define SIGQUIT	3
#define SIGKILL	9
#define SIGUSR1	10
#define SIGSEGV	11
#define SIGUSR2	12
#define SIGALRM	14
#define SIGTERM	15
#define SIGCHLD	17
#define SIGCONT	18
#define SIGSTOP	19

#define MAX_NICE	19
#define MIN_NICE	-20
#define SCHED_NORMAL	0
#define SCHED_FIFO	1
#define SCHED_RR	2
#define SCHED_BATCH	3
#define SCHED_IDLE	5
#define MAX_RT_PRIO	100

struct kthread;
struct completion;
struct mutex;
struct kunit;

/*
 * Field key: [I] set at creation, then constant   [T] the thread itself   [P] pi_lock
 *            [R] its run queue's lock   [A] atomic or single stores   [G] task_list_lock
 */
struct task_struct {
	union {
		struct thread_info thread_info;		/* offset 0, known to assembly */
		struct {
			struct arch_thread thread;	/* [R] while it does not run */
			int preempt_count;		/* [T] */
			u32 no_resched;			/* [R] */
			unsigned long ti_flags;		/* [A] */
		};
	};
	unsigned int __state;		/* [T] to sleep, [P] to wake */
	unsigned int flags;		/* [T] PF_* */
	void *stack;			/* [I] lowest byte; NULL when it has been taken back */

	/* Scheduling; see kernel/sched/core.c. */
	raw_spinlock_t pi_lock;		/* serializes wakeups and changes of affinity */
	int on_cpu;			/* [R] is running, its stack in use; cleared last */
	int on_rq;			/* [R] queued or running */
	unsigned int cpu;		/* [R] whose run queue */
	int prio;			/* [R] level in the run queue, 0 best */
	int static_prio;		/* [R] 100 + 20 + nice */
	unsigned int policy;		/* [R] */
	unsigned int rt_priority;	/* [R] */
	s64 slice_ns;			/* [R] what is left of its turn */
	u64 epoch;			/* [R] the turn it belongs to */
	u64 exec_start_ns;		/* [R] when it began to run or was last accounted */
	u64 sum_exec_ns;		/* [R] time on a CPU */
	unsigned long sched_fp;		/* [R] frame pointer in __schedule(), while it does not run */
	unsigned long nvcsw, nivcsw;	/* [R] switches by sleeping, by being preempted */
	struct list_head run_list;	/* [R] */
	cpumask_t cpus_mask;		/* [P,R] where it may run */
	const cpumask_t *cpus_ptr;	/* [I] &cpus_mask */
	int nr_cpus_allowed;		/* [P,R] */

	/* Identity. */
	pid_t pid, tgid;		/* [I] */
	char comm[TASK_COMM_LEN];	/* [A] readers may see half of a change, always terminated */
	u64 start_time;			/* [I] ns since boot */
	struct list_head tasks;		/* [G] all threads */
	struct task_struct *parent;	/* [I] for ps; may be gone: not dereferenced */
	pid_t ppid;			/* [I] */
	refcount_t usage;		/* [A] the last put frees the structure */

	/* Leaving. */
	int exit_state;			/* [A] 0, then EXIT_DEAD once it has left its last switch */
	int exit_code;			/* [T] what its function returned, or the oops's */
	struct kthread *kthread;	/* [I] kernel/sched/kthread.c */

	/* Signals: a set of numbers, for Ctrl-C and for threads that allow them. */
	unsigned long pending_signals;	/* [A] bit n: signal n waits */
	unsigned long allowed_signals;	/* [A] the others are dropped */

	/* Debugging. */
	struct mutex *blocked_on;	/* [T] the mutex it waits for */
	struct mutex *held_mutexes[8];	/* [T] mutexes it holds, as far as they fit */
	unsigned int nr_held;		/* [T] */
	unsigned int nr_held_told;	/* [T] so many were reported as left behind by a driver's function */
	int pagefault_disabled;		/* [T] */
	void *journal_info;
	struct kunit *kunit_test;	/* [T] the running test, if any */
	u32 alloc_scope;		/* [T] whose allocations it makes, inherited; mm/alloc_watch.c */
	unsigned int fail_nth;		/* [T] so many allocations from now one fails, 0: none; mm/fault_inject.c */
	bool fail_nth_watches;		/* [T] it holds alloc_watch_get() for that */
	bool fail_nth_quiet;		/* [T] */
	bool make_it_fail;		/* [T] task-filter of fault injection applies; inherited */
	void *worker;			/* [T] kernel/sched/workqueue.c */
	struct rcu_head rcu;		/* frees it after its last users on other CPUs */
};

#define current arch_current()
#define get_current() arch_current()

extern struct task_struct init_task;	/* the boot thread, later CPU 0's idle thread */
extern unsigned long init_stack[THREAD_SIZE / sizeof(long)];

#define set_task_state_raw(p, s) WRITE_ONCE((p)->__state, (s))
#define __set_current_state(state_value) WRITE_ONCE(current->__state, (state_value))
/* With a barrier: what the caller then reads (its wake condition) is read after the change. */
#define set_current_state(state_value) smp_store_mb(current->__state, (state_value))
#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)

/*
 * schedule - let another thread run; with a state other than TASK_RUNNING: sleep until woken.
 * Context: thread, preemption on, interrupts on or off (kept).
 */
void schedule(void);
void io_schedule(void);
long io_schedule_timeout(long timeout);
void yield(void);
/* Sleep in the state set before, at most @timeout jiffies (MAX_SCHEDULE_TIMEOUT: no limit). Returns what is left. */
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
void schedule_preempt_disabled(void);
int __cond_resched(void);
#define cond_resched() ({ might_sleep(); __cond_resched(); })
#define cond_resched_lock(lock) ({				\
	int __cr = need_resched() || spin_is_contended(lock);	\
	if (__cr) { spin_unlock(lock); __cond_resched(); spin_lock(lock); } \
	__cr;							\
})
#define cond_resched_rcu() do { rcu_read_unlock(); cond_resched(); rcu_read_lock(); } while (0)

/* Returns 1 when the thread was asleep in one of the states. Context: any. */
int wake_up_process(struct task_struct *tsk);
int wake_up_state(struct task_struct *tsk, unsigned int state);
/* First wakeup of a thread made by kthread_create(). */
void wake_up_new_task(struct task_struct *tsk);

void set_user_nice(struct task_struct *p, long nice);
#define task_nice(p) ((p)->static_prio - 120)
void sched_set_fifo(struct task_struct *p);
void sched_set_fifo_low(struct task_struct *p);
void sched_set_normal(struct task_struct *p, int nice);
static inline int rt_task(struct task_struct *p) { return p->policy == SCHED_FIFO || p->policy == SCHED_RR; }

/*
 * set_cpus_allowed_ptr - restrict @p to @new_mask; on return it does not run elsewhere.
 * Context: thread, may sleep. Returns: 0, -EINVAL (no online CPU in it, or bound for good).
 */
int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *new_mask);
void do_set_cpus_allowed(struct task_struct *p, const struct cpumask *new_mask);
#define task_cpu(p) READ_ONCE((p)->cpu)
int task_curr(const struct task_struct *p);
static inline bool is_idle_task(const struct task_struct *p) { return !!(p->flags & PF_IDLE); }
int idle_cpu(int cpu);

static inline pid_t task_pid_nr(const struct task_struct *tsk) { return tsk->pid; }
static inline pid_t task_pid_vnr(const struct task_struct *tsk) { return tsk->pid; }
static inline pid_t task_tgid_nr(const struct task_struct *tsk) { return tsk->tgid; }
static inline pid_t task_ppid_nr(const struct task_struct *tsk) { return tsk->ppid; }
char task_state_to_char(struct task_struct *tsk);
unsigned int task_state_index(struct task_struct *tsk);
void set_task_comm(struct task_struct *tsk, const char *from);
char *__get_task_comm(char *to, size_t len, struct task_struct *tsk);
#define get_task_comm(buf, tsk) __get_task_comm(buf, sizeof(buf), tsk)
static inline void *task_stack_page(const struct task_struct *task) { return task->stack; }

struct task_struct *get_task_struct(struct task_struct *t);
void put_task_struct(struct task_struct *t);

/* Signals: Ctrl-C and rmmod's impatience. */
int send_sig(int sig, struct task_struct *p, int priv);
static inline int signal_pending(struct task_struct *p)
{
	return unlikely(READ_ONCE(p->pending_signals) != 0);
}
static inline int fatal_signal_pending(struct task_struct *p)
{
	return unlikely(READ_ONCE(p->pending_signals) >> SIGKILL & 1);
}
static inline int signal_pending_state(unsigned int state, struct task_struct *p)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !signal_pending(p))
		return 0;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(p);
}
void flush_signals(struct task_struct *t);
/* Drivers' threads ignore signals but those they allow. 0, or -EINVAL. */
int allow_signal(int sig);
void disallow_signal(int sig);

/* Ends the running thread with @code, as when its function returns. */
void __noreturn do_exit(long code);
/* After an oops: note what it held, and end the thread. Panics where no thread may be ended. */
void __noreturn make_task_dead(int signr);

/* need_resched by name, as Linux's scheduler interfaces call it. */
static inline void clear_tsk_need_resched(struct task_struct *tsk) { WRITE_ONCE(tsk->no_resched, 1); }
static inline void set_tsk_need_resched(struct task_struct *tsk) { WRITE_ONCE(tsk->no_resched, 0); }
static inline int test_tsk_need_resched(struct task_struct *tsk) { return !READ_ONCE(tsk->no_resched); }

/* State, stack and times of one thread, of all ("show blocked"). */
void sched_show_task(struct task_struct *p);
void show_state(void);

u64 sched_clock(void);
u64 local_clock(void);

/* All threads; under rcu_read_lock() or tasklist lock. */
extern struct list_head task_list;
#define next_task(p) list_entry_rcu((p)->tasks.next, struct task_struct, tasks)
#define for_each_process(p) list_for_each_entry_rcu(p, &task_list, tasks)
#define for_each_process_thread(p, t) for_each_process(p) for ((t) = (p); (t); (t) = NULL)
struct task_struct *find_task_by_vpid(pid_t nr);
