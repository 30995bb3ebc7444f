// SPDX-License-Identifier: MIT
/*
 * Several CPUs: which there are, bringing them up, running functions on each other.
 *
 * Cross-calls: each CPU has a lock-free list of calls to make. Who adds the first one sends the IPI. A caller
 * that waits spins on its own entry, and serves the calls queued for itself meanwhile if it has
 * interrupts masked, so two CPUs that call each other cannot wait for ever.
 */
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/llist.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <paddock/init.h>
#include <paddock/sched.h>
#include <paddock/smp.h>

struct cpumask __cpu_possible_mask __ro_after_init = { { 1 } };
struct cpumask __cpu_online_mask = { { 1 } };
const struct cpumask cpu_mask_none = { { 0 } };
const struct cpumask cpu_mask_all_bits = { { GENMASK(NR_CPUS - 1, 0) } };
unsigned int nr_cpu_ids __ro_after_init = 1;
EXPORT_SYMBOL(__cpu_possible_mask);
EXPORT_SYMBOL(__cpu_online_mask);
EXPORT_SYMBOL(nr_cpu_ids);

#define BIT8(n) BIT(n), BIT((n) + 1), BIT((n) + 2), BIT((n) + 3), BIT((n) + 4), BIT((n) + 5), BIT((n) + 6), BIT((n) + 7)
const unsigned long cpu_bit_words[NR_CPUS] = { BIT8(0), BIT8(8), BIT8(16), BIT8(24) };
_Static_assert(NR_CPUS == 32, "cpu_bit_words lists as many");
EXPORT_SYMBOL(cpu_bit_words);


static DEFINE_PER_CPU(struct llist_head, call_queue);

/* ---- Which CPUs ---- */

static unsigned int max_cpus __initdata = NR_CPUS;

static int __init nosmp(char *arg)
{
	max_cpus = 1;
	return 0;
}
early_param("nosmp", nosmp);

static int __init maxcpus(char *arg)
{
	unsigned int n;

	if (!arg || kstrtouint(arg, 10, &n))
		return -EINVAL;
	max_cpus = clamp(n, 1u, (unsigned int)NR_CPUS);
	return 0;
}
early_param("maxcpus", maxcpus);

static int __init nr_cpus(char *arg)
{
	return maxcpus(arg);
}
early_param("nr_cpus", nr_cpus);

void __init smp_find_possible_cpus(void)
{
	nr_cpu_ids = min(arch_smp_find_cpus(), max_cpus);
	__cpu_possible_mask.bits[0] = GENMASK(nr_cpu_ids - 1, 0);
}

/* ---- Bring-up ---- */

static DECLARE_COMPLETION(cpu_up_done);

void secondary_main(unsigned int cpu)
{
	__this_cpu_write(cpu_number, cpu);
	arch_cpu_init(cpu);
	arch_trap_init(cpu);
	arch_irq_init_cpu(cpu);
	arch_time_init_cpu(cpu);
	sched_init_cpu(cpu, current);
	cpumask_set_cpu(cpu, &__cpu_online_mask);
	complete(&cpu_up_done);
	arch_irq_enable();
	cpu_idle_loop();
}

static void __init start_cpu(unsigned int cpu)
{
	struct task_struct *idle = idle_thread_create(cpu);
	int err;

	if (!idle) {
		pr_err("smp: no memory for CPU%u\n", cpu);
		return;
	}
	reinit_completion(&cpu_up_done);
	err = arch_smp_start_cpu(cpu, idle);
	if (!err && !wait_for_completion_timeout(&cpu_up_done, HZ))
		err = -ETIMEDOUT;
	if (err)
		pr_err("smp: CPU%u did not start: error %d\n", cpu, err);
	else
		cpu_stopper_start(cpu);
}

void __init smp_init(void)
{
	unsigned int cpu;

	cpu_stopper_start(0);
	for_each_possible_cpu(cpu)
		if (cpu)
			start_cpu(cpu);
	pr_info("smp: Brought up %u CPU%s\n", num_online_cpus(), num_online_cpus() == 1 ? "" : "s");
}

/* ---- Cross-calls ---- */

#define CSD_LOCKED	1	/* queued, or its function has not begun (async) or not ended (waited for) yet */
#define CSD_WAIT	2

void smp_flush_call_queue(void)
{
	struct llist_node *n = llist_reverse_order(llist_del_all(this_cpu_ptr(&call_queue)));

	while (n) {
		call_single_data_t *csd = container_of(n, call_single_data_t, node);
		smp_call_func_t func = csd->func;
		void *info = csd->info;

		n = n->next;
		if (csd->flags & CSD_WAIT) {
			func(info);
			smp_store_release(&csd->flags, 0);	/* after this it may be gone */
		} else {
			smp_store_release(&csd->flags, 0);	/* the caller may use it again */
			func(info);
		}
	}
}

static void queue_call(unsigned int cpu, call_single_data_t *csd)
{
	if (llist_add(&csd->node, &per_cpu(call_queue, cpu)))
		arch_smp_send_ipi(cpu, IPI_CALL_FUNCTION);
}

static void wait_for_call(call_single_data_t *csd)
{
	while (smp_load_acquire(&csd->flags) & CSD_LOCKED) {
		if (irqs_disabled())
			smp_flush_call_queue();
		arch_cpu_relax();
	}
}

static void call_here(smp_call_func_t func, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	call_single_data_t csd;
	int this_cpu = get_cpu(), err = 0;

	if (cpu == this_cpu) {
		call_here(func, info);
	} else if ((unsigned int)cpu >= nr_cpu_ids || !cpu_online(cpu)) {
		err = -ENXIO;
	} else {
		/* The entry is on this stack, so even without @wait it is waited for until the function begins. */
		csd = (call_single_data_t){ .func = func, .info = info,
					    .flags = CSD_LOCKED | (wait ? CSD_WAIT : 0) };
		queue_call(cpu, &csd);
		wait_for_call(&csd);
	}
	put_cpu();
	return err;
}
EXPORT_SYMBOL(smp_call_function_single);

int smp_call_function_single_async(int cpu, call_single_data_t *csd)
{
	u32 idle = 0;
	int err = 0;

	if ((unsigned int)cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -ENXIO;
	if (!__atomic_compare_exchange_n(&csd->flags, &idle, CSD_LOCKED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return -EBUSY;
	preempt_disable();
	if (cpu == raw_smp_processor_id()) {
		csd->flags = 0;
		call_here(csd->func, csd->info);
	} else {
		queue_call(cpu, csd);
	}
	preempt_enable();
	return err;
}
EXPORT_SYMBOL_GPL(smp_call_function_single_async);

/* One set of entries per calling CPU; a nested caller (an interrupt on top) waits for each in turn instead. */
struct many_calls {
	bool busy;
	call_single_data_t csd[NR_CPUS];
};
static DEFINE_PER_CPU(struct many_calls, many_calls);

void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	struct many_calls *m;
	unsigned int cpu, this_cpu;
	unsigned long flags;
	bool mine;

	preempt_disable();
	this_cpu = raw_smp_processor_id();
	local_irq_save(flags);
	m = this_cpu_ptr(&many_calls);
	mine = !m->busy;
	m->busy = true;
	local_irq_restore(flags);
	for_each_cpu(cpu, mask) {
		if (cpu == this_cpu || !cpu_online(cpu))
			continue;
		if (!mine) {
			smp_call_function_single(cpu, func, info, wait);
			continue;
		}
		m->csd[cpu] = (call_single_data_t){ .func = func, .info = info,
						    .flags = CSD_LOCKED | (wait ? CSD_WAIT : 0) };
		queue_call(cpu, &m->csd[cpu]);
	}
	if (mine) {
		for_each_cpu(cpu, mask)
			if (cpu != this_cpu)
				wait_for_call(&m->csd[cpu]);
		WRITE_ONCE(m->busy, false);
	}
	preempt_enable();
}
EXPORT_SYMBOL(smp_call_function_many);

void smp_call_function(smp_call_func_t func, void *info, int wait)
{
	smp_call_function_many(cpu_online_mask, func, info, wait);
}
EXPORT_SYMBOL(smp_call_function);

int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info, int wait)
{
	unsigned int cpu = get_cpu();
	int err;

	if (!cpumask_test_cpu(cpu, mask))
		cpu = cpumask_first_and(mask, cpu_online_mask);
	err = smp_call_function_single(cpu, func, info, wait);
	put_cpu();
	return err;
}
EXPORT_SYMBOL_GPL(smp_call_function_any);

void on_each_cpu_cond_mask(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait,
			   const struct cpumask *mask)
{
	struct cpumask wanted = { { 0 } };
	unsigned int cpu;

	preempt_disable();
	for_each_cpu(cpu, mask)
		if (cpu_online(cpu) && (!cond || cond(cpu, info)))
			cpumask_set_cpu(cpu, &wanted);
	smp_call_function_many(&wanted, func, info, wait);
	if (cpumask_test_cpu(raw_smp_processor_id(), &wanted))
		call_here(func, info);
	preempt_enable();
}
EXPORT_SYMBOL(on_each_cpu_cond_mask);

void on_each_cpu_cond(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait)
{
	on_each_cpu_cond_mask(cond, func, info, wait, cpu_online_mask);
}
EXPORT_SYMBOL(on_each_cpu_cond);

void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait)
{
	on_each_cpu_cond_mask(NULL, func, info, wait, mask);
}
EXPORT_SYMBOL(on_each_cpu_mask);

void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_cond_mask(NULL, func, info, wait, cpu_online_mask);
}
EXPORT_SYMBOL(on_each_cpu);

struct on_cpu {
	struct work_struct work;
	int (*func)(void *);
	void *data;
	int ret;
};

static void run_on_cpu(struct work_struct *work)
{
	struct on_cpu *oc = container_of(work, struct on_cpu, work);

	oc->ret = oc->func(oc->data);
}

int smp_call_on_cpu(unsigned int cpu, int (*func)(void *), void *par, bool phys)
{
	struct on_cpu oc = { .func = func, .data = par };

	if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -ENXIO;
	INIT_WORK_ONSTACK(&oc.work, run_on_cpu);
	queue_work_on(cpu, system_wq, &oc.work);
	flush_work(&oc.work);
	destroy_work_on_stack(&oc.work);
	return oc.ret;
}
EXPORT_SYMBOL_GPL(smp_call_on_cpu);

static void do_nothing(void *unused)
{
}

void kick_all_cpus_sync(void)
{
	smp_mb();
	smp_call_function(do_nothing, NULL, 1);
}
EXPORT_SYMBOL_GPL(kick_all_cpus_sync);

void smp_send_reschedule(int cpu)
{
	arch_smp_send_ipi(cpu, IPI_RESCHEDULE);
}

void wake_up_all_idle_cpus(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (cpu != raw_smp_processor_id() && idle_cpu(cpu))
			smp_send_reschedule(cpu);
}
EXPORT_SYMBOL_GPL(wake_up_all_idle_cpus);

/* ---- Arriving ---- */

static struct cpumask stopped;

void smp_send_stop(void)
{
	unsigned int cpu, me = raw_smp_processor_id();
	u64 deadline = arch_clock_ns() + NSEC_PER_SEC;

	for_each_online_cpu(cpu)
		if (cpu != me)
			arch_smp_send_ipi(cpu, IPI_STOP);
	for_each_online_cpu(cpu)
		while (cpu != me && !cpumask_test_cpu(cpu, &stopped) && arch_clock_ns() < deadline)
			arch_cpu_relax();
}

void handle_ipi(unsigned int kind)
{
	irq_count_ipi(kind);
	switch (kind) {
	case IPI_RESCHEDULE:
		sched_ipi();
		break;
	case IPI_CALL_FUNCTION:
		smp_flush_call_queue();
		break;
	case IPI_STOP:
		cpumask_set_cpu(raw_smp_processor_id(), &stopped);
		arch_cpu_halt_forever();
	}
}

/* ---- Sets of CPUs as text ---- */

int cpulist_parse(const char *buf, struct cpumask *dst)
{
	return bitmap_parselist(buf, cpumask_bits(dst), nr_cpu_ids);
}
EXPORT_SYMBOL_GPL(cpulist_parse);

int cpumask_parse(const char *buf, struct cpumask *dst)
{
	return bitmap_parse(buf, UINT_MAX, cpumask_bits(dst), nr_cpu_ids);
}
EXPORT_SYMBOL_GPL(cpumask_parse);
