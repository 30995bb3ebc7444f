// SPDX-License-Identifier: MIT
/*
 * The life of a thread: made, joined, ended, freed.
 *
 * Ending takes three steps, because a thread cannot free the stack it stands on:
 *   do_exit()         in the thread: leaves the list of threads, switches away with state TASK_DEAD
 *   task_leave_cpu()  in the next thread on that CPU: gives the stack back, wakes who joins
 *   put after RCU     frees the task_struct, when nobody who found it in the list can still look
 *
 * References: the thread holds one itself, dropped by the third step; who joins holds another.
 *
 * Locks: task_list_lock guards task_list and the pids, stack_lock the store of free stacks; both are
 * leaves, interrupt-safe.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/thread.h>
#include <arch/time.h>
#include <asm/layout.h>
#include <paddock/alloc_watch.h>
#include <paddock/sched.h>
#include "sched.h"

LIST_HEAD(task_list);
DEFINE_RAW_SPINLOCK(task_list_lock);
static pid_t last_pid;			/* [L] */
static unsigned int nr_threads;		/* [L] */

struct thread_block {
	struct task_struct task;
	struct kthread kthread;
};

/* ---- stacks: a few are kept, since mapping one costs more than all the rest of a thread ---- */

#define KEPT_STACKS 8
static DEFINE_RAW_SPINLOCK(stack_lock);
static void *kept_stacks[KEPT_STACKS];	/* [L] */
static unsigned int nr_kept;		/* [L] */

static void *stack_alloc(int node)
{
	unsigned long flags;
	void *stack = NULL;

	raw_spin_lock_irqsave(&stack_lock, flags);
	/* Who counts allocations shall not find one's stack with another. */
	if (nr_kept && !alloc_is_watched())
		stack = kept_stacks[--nr_kept];
	raw_spin_unlock_irqrestore(&stack_lock, flags);
	if (stack)
		return stack;
	return __vmalloc_node_range(THREAD_SIZE, THREAD_ALIGN, VMALLOC_START, VMALLOC_END, GFP_KERNEL,
				    PAGE_KERNEL, VM_STACK, node, __builtin_return_address(0));
}

/* Returns false when the store is full: the caller frees it where that is allowed. */
static bool stack_keep(void *stack)
{
	unsigned long flags;
	bool kept;

	raw_spin_lock_irqsave(&stack_lock, flags);
	kept = nr_kept < KEPT_STACKS && !alloc_is_watched();
	if (kept)
		kept_stacks[nr_kept++] = stack;
	raw_spin_unlock_irqrestore(&stack_lock, flags);
	return kept;
}

void thread_drop_kept_stacks(void)
{
	unsigned long flags;
	void *stack;

	do {
		raw_spin_lock_irqsave(&stack_lock, flags);
		stack = nr_kept ? kept_stacks[--nr_kept] : NULL;
		raw_spin_unlock_irqrestore(&stack_lock, flags);
		vfree(stack);
	} while (stack);
}

/* ---- making ---- */

static int thread_entry(void *unused)
{
	struct kthread *self = current->kthread;
	int ret = -EINTR;

	if (!test_bit(KTHREAD_SHOULD_STOP, &self->flags)) {
		if (test_bit(KTHREAD_SHOULD_PARK, &self->flags))
			kthread_parkme();
		ret = self->fn(self->data);
	}
	return ret;
}

struct task_struct *thread_make(int (*fn)(void *), void *data, int node, const char *fmt, va_list args)
{
	struct thread_block *block = kzalloc(sizeof(*block), GFP_KERNEL);
	struct task_struct *t;
	unsigned long flags;

	if (!block)
		return ERR_PTR(-ENOMEM);
	t = &block->task;
	t->stack = stack_alloc(node);
	if (!t->stack) {
		kfree(block);
		return ERR_PTR(-ENOMEM);
	}

	t->preempt_count = 1;		/* dropped by thread_start() */
	t->no_resched = 1;
	t->__state = TASK_UNINTERRUPTIBLE;	/* until its first wakeup */
	t->flags = PF_KTHREAD;
	raw_spin_lock_init(&t->pi_lock);
	t->cpu = raw_smp_processor_id();
	t->static_prio = 120;
	t->prio = LEVEL_NORMAL + 20;
	INIT_LIST_HEAD(&t->run_list);
	cpumask_copy(&t->cpus_mask, cpu_possible_mask);
	t->cpus_ptr = &t->cpus_mask;
	t->nr_cpus_allowed = cpumask_weight(&t->cpus_mask);
	vsnprintf(t->comm, sizeof(t->comm), fmt, args);
	t->start_time = arch_clock_ns();
	t->parent = current;
	t->ppid = current->pid;
	t->alloc_scope = current->alloc_scope;
	t->make_it_fail = current->make_it_fail;
	refcount_set(&t->usage, 1);

	t->kthread = &block->kthread;
	t->kthread->fn = fn;
	t->kthread->data = data;
	init_completion(&t->kthread->exited);
	init_completion(&t->kthread->parked);
	arch_thread_init(&t->thread, t->stack + THREAD_SIZE, thread_entry, NULL);

	raw_spin_lock_irqsave(&task_list_lock, flags);
	t->pid = t->tgid = ++last_pid;
	list_add_tail_rcu(&t->tasks, &task_list);
	nr_threads++;
	raw_spin_unlock_irqrestore(&task_list_lock, flags);
	return t;
}

struct task_struct *thread_create(int (*fn)(void *), void *arg, const char *fmt, ...)
{
	struct task_struct *t;
	va_list args;

	va_start(args, fmt);
	t = thread_make(fn, arg, NUMA_NO_NODE, fmt, args);
	va_end(args);
	if (!IS_ERR(t)) {
		t->allowed_signals = ~0UL;
		get_task_struct(t);
	}
	return t;
}

struct task_struct *thread_run(int (*fn)(void *), void *arg, const char *fmt, ...)
{
	struct task_struct *t;
	va_list args;

	va_start(args, fmt);
	t = thread_make(fn, arg, NUMA_NO_NODE, fmt, args);
	va_end(args);
	if (!IS_ERR(t)) {
		t->allowed_signals = ~0UL;
		get_task_struct(t);
		wake_up_new_task(t);
	}
	return t;
}

/* A secondary CPU's idle thread: in no list and no queue; its CPU starts on its stack. */
struct task_struct *idle_thread_create(unsigned int cpu)
{
	struct task_struct *t = kzalloc(sizeof(struct thread_block), GFP_KERNEL);

	if (!t)
		return NULL;
	t->stack = stack_alloc(NUMA_NO_NODE);
	if (!t->stack) {
		kfree(t);
		return NULL;
	}
	t->preempt_count = 1;
	t->no_resched = 1;
	t->flags = PF_KTHREAD | PF_IDLE;
	raw_spin_lock_init(&t->pi_lock);
	t->cpu = cpu;
	t->on_cpu = t->on_rq = 1;
	t->static_prio = 120;
	t->prio = NR_LEVELS;
	INIT_LIST_HEAD(&t->run_list);
	INIT_LIST_HEAD(&t->tasks);
	__cpumask_set_cpu(cpu, &t->cpus_mask);
	t->cpus_ptr = &t->cpus_mask;
	t->nr_cpus_allowed = 1;
	snprintf(t->comm, sizeof(t->comm), "swapper/%u", cpu);
	refcount_set(&t->usage, 2);
	return t;
}

/* ---- ending ---- */

struct task_struct *get_task_struct(struct task_struct *t)
{
	refcount_inc(&t->usage);
	return t;
}
EXPORT_SYMBOL(get_task_struct);

void put_task_struct(struct task_struct *t)
{
	if (refcount_dec_and_test(&t->usage))
		kfree(container_of(t, struct thread_block, task));
}
EXPORT_SYMBOL(put_task_struct);

static void put_task_rcu(struct rcu_head *head)
{
	struct task_struct *t = container_of(head, struct task_struct, rcu);

	if (t->stack) {
		vfree(t->stack);
		t->stack = NULL;
	}
	put_task_struct(t);
}

/* Interrupts are masked, no lock is held, and @dead will never run again. */
void task_leave_cpu(struct task_struct *dead)
{
	struct kthread *kthread = dead->kthread;

	if (stack_keep(dead->stack))
		dead->stack = NULL;
	WRITE_ONCE(dead->exit_state, EXIT_DEAD);
	/* The one who joins may drop the last reference but ours as soon as this is done. */
	complete_all(&kthread->exited);
	call_rcu(&dead->rcu, put_task_rcu);
}

/* Who ends in the middle of something has to be able to sleep nevertheless. */
static void allow_preemption(struct task_struct *self)
{
	if (unlikely(irqs_disabled())) {
		pr_info("note: %s[%d] exited with irqs disabled\n", self->comm, self->pid);
		arch_irq_enable();
	}
	if (unlikely(in_atomic())) {
		pr_info("note: %s[%d] exited with preempt_count %d\n", self->comm, self->pid,
			preempt_count());
		self->preempt_count = 0;
	}
}

void do_exit(long code)
{
	struct task_struct *self = current;
	unsigned long flags;

	if (unlikely(in_interrupt()))
		panic("Aiee, killing interrupt handler!");
	if (unlikely(is_idle_task(self)))
		panic("Attempted to kill the idle task!");
	if (unlikely(self->pid == 1))
		panic("Attempted to kill init! exitcode=0x%08lx", code);

	allow_preemption(self);
	if (unlikely(self->nr_held))
		mutex_thread_exit(self);
	watch_thread_exit();
	if (self->flags & PF_WQ_WORKER)
		wq_worker_died(self);

	__set_current_state(TASK_RUNNING);
	self->flags |= PF_EXITING;
	self->exit_code = self->kthread->result = code;

	raw_spin_lock_irqsave(&task_list_lock, flags);
	list_del_rcu(&self->tasks);
	nr_threads--;
	raw_spin_unlock_irqrestore(&task_list_lock, flags);

	schedule_dead();
}

void make_task_dead(int signr)
{
	struct task_struct *self = current;

	if (unlikely(self->flags & PF_EXITING)) {
		/* do_exit() itself failed: doing it again would fail again. Its stack and what it held stay. */
		pr_alert("Fixing recursive fault but reboot is needed!\n");
		allow_preemption(self);
		for (;;) {
			__set_current_state(TASK_UNINTERRUPTIBLE);
			schedule();
		}
	}
	if (self->kthread)
		set_bit(KTHREAD_OOPSED, &self->kthread->flags);
	do_exit(signr);
}

static int join_result(struct task_struct *task)
{
	return test_bit(KTHREAD_OOPSED, &task->kthread->flags) ? THREAD_OOPSED : task->kthread->result;
}

int thread_join(struct task_struct *task)
{
	int ret;

	wait_for_completion(&task->kthread->exited);
	ret = join_result(task);
	put_task_struct(task);
	return ret;
}

int thread_join_interruptible(struct task_struct *task, int *status)
{
	if (wait_for_completion_interruptible(&task->kthread->exited))
		return -ERESTARTSYS;
	*status = join_result(task);
	put_task_struct(task);
	return 0;
}

/* ---- looking at threads ---- */

void set_task_comm(struct task_struct *tsk, const char *from)
{
	strscpy(tsk->comm, from, sizeof(tsk->comm));
}

char *__get_task_comm(char *to, size_t len, struct task_struct *tsk)
{
	strscpy(to, tsk->comm, len);
	return to;
}
EXPORT_SYMBOL_GPL(__get_task_comm);

struct task_struct *find_task_by_vpid(pid_t nr)
{
	struct task_struct *p;

	for_each_process(p)
		if (p->pid == nr)
			return p;
	return NULL;
}

char task_state_to_char(struct task_struct *t)
{
	unsigned int state = READ_ONCE(t->__state);

	if (t->exit_state || state & TASK_DEAD)
		return 'X';
	if (state & TASK_PARKED)
		return 'P';
	if (state & TASK_NOLOAD)
		return 'I';
	if (state & TASK_UNINTERRUPTIBLE)
		return 'D';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	return 'R';
}

unsigned int task_state_index(struct task_struct *t)
{
	static const char order[] = "RSDTtXZPI";

	return strchr(order, task_state_to_char(t)) - order;
}

bool thread_saved_frame(struct task_struct *t, unsigned long *fp, unsigned long *pc)
{
	unsigned long frame = READ_ONCE(t->sched_fp);
	unsigned long stack = (unsigned long)READ_ONCE(t->stack);

	if (READ_ONCE(t->on_cpu) || !stack || frame < stack || frame > stack + THREAD_SIZE - 16)
		return false;
	*fp = ((unsigned long *)frame)[0];
	*pc = ((unsigned long *)frame)[1];
	return true;
}

/* Is @pc in one of the functions by which threads wait, whatever they wait for? */
static bool is_waiting_function(unsigned long pc)
{
	static const char *const prefixes[] = {
		"schedule", "wait_", "io_schedule", "mutex_", "__mutex", "down", "rwsem_", "msleep", "usleep",
		"thread_join", "kthread_parkme", "__kthread_parkme", "prepare_to_wait", "swait",
	};
	static char buf[KSYM_NAME_LEN];		/* task_list_lock */
	const char *name = kallsyms_lookup(pc, NULL, NULL, NULL, buf);

	if (!name)
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strstarts(name, prefixes[i]))
			return true;
	return false;
}

/*
 * The function that waits, for ps: the first one up the stack that is no means of waiting. The thread may run
 * on meanwhile: then the answer is about a moment that never was, but nothing outside its stack is read.
 */
static unsigned long waiting_in(struct task_struct *t)
{
	unsigned long stack = (unsigned long)READ_ONCE(t->stack), fp, pc;

	if (!thread_saved_frame(t, &fp, &pc))
		return 0;
	for (unsigned int depth = 0; depth < 8 && is_waiting_function(pc); depth++) {
		if (fp < stack || fp > stack + THREAD_SIZE - 16 || fp & 7)
			break;
		pc = READ_ONCE(((unsigned long *)fp)[1]);
		fp = READ_ONCE(((unsigned long *)fp)[0]);
	}
	return pc;
}

unsigned int threads_snapshot(struct thread_info_row *rows, unsigned int max)
{
	unsigned long flags;
	unsigned int n = 0;
	struct task_struct *t;

	raw_spin_lock_irqsave(&task_list_lock, flags);
	list_for_each_entry(t, &task_list, tasks) {
		struct thread_info_row *row = &rows[n];

		if (n++ >= max)
			continue;
		row->pid = t->pid;
		row->ppid = t->ppid;
		get_task_comm(row->comm, t);
		row->state = task_state_to_char(t);
		row->cpu = task_cpu(t);
		row->nice = rt_task(t) ? -100 - (int)t->rt_priority : task_nice(t);
		row->cpu_ns = READ_ONCE(t->sum_exec_ns);
		row->start_ns = t->start_time;
		row->nvcsw = t->nvcsw;
		row->nivcsw = t->nivcsw;
		row->wchan = waiting_in(t);
	}
	raw_spin_unlock_irqrestore(&task_list_lock, flags);
	return n;
}

void sched_show_task(struct task_struct *p)
{
	unsigned long fp, pc;
	unsigned int depth;

	pr_info("task:%-15.15s state:%c pid:%-5d ppid:%-6d cpu:%u runtime:%llu us\n", p->comm,
		task_state_to_char(p), p->pid, p->ppid, task_cpu(p), p->sum_exec_ns / 1000);
	if (p->blocked_on)
		pr_info(" waits for mutex %pS\n", p->blocked_on);
	if (!thread_saved_frame(p, &fp, &pc))
		return;
	pr_info("Call Trace:\n");
	for (depth = 0; depth < 16 && pc; depth++) {
		unsigned long stack = (unsigned long)p->stack;

		pr_info(" %pS\n", (void *)pc);
		if (fp < stack || fp > stack + THREAD_SIZE - 16 || fp & 7)
			break;
		pc = ((unsigned long *)fp)[1];
		fp = ((unsigned long *)fp)[0];
	}
}
EXPORT_SYMBOL_GPL(sched_show_task);

void show_state(void)
{
	struct task_struct *t;

	rcu_read_lock();
	for_each_process(t)
		sched_show_task(t);
	rcu_read_unlock();
}
