// SPDX-License-Identifier: MIT
/*
 * Each act of the kernel, interrupted and preempted between its instructions: an interrupt comes a little later each
 * time, does what may be done there, and wakes a thread of better priority that does the same act at once.
 *
 *   tools/vm --icount --smp 1 --append 'kunit=preempt preempt_test.points=5000' -c ''
 *
 * With -icount a nanosecond is an instruction, so that as many points as the act has instructions are all there are.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pmalloc.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <paddock/page.h>
#include <paddock/sched.h>
#include <paddock/slab.h>

static unsigned int points = 200;
module_param(points, uint, 0644);
MODULE_PARM_DESC(points, "how often each act is interrupted, at most once a nanosecond");

/* What went wrong inside acts, which have no test to tell: the line of the last. */
static int wrong_line;
#define EXPECT(condition) do { if (!(condition)) WRITE_ONCE(wrong_line, __LINE__); } while (0)

/* ---- Acts ---- */

/* Memory that is ours alone keeps what is written to it, whoever comes in between. */
static void fill_and_check(void *p, size_t n)
{
	static atomic_t marks;
	u32 mark = atomic_inc_return(&marks);

	if (!p) {
		EXPECT(p);
		return;
	}
	memset32(p, mark, n / 4);
	barrier();
	EXPECT(*(u32 *)p == mark && *(u32 *)(p + (n & ~3ul) - 4) == mark);
}

static void act_kmalloc(void)
{
	void *p = kmalloc(64, GFP_KERNEL), *q = kmalloc(192, GFP_KERNEL);

	fill_and_check(p, 64);
	fill_and_check(q, 192);
	kfree(p);
	kfree(q);
}

/* More than a magazine and a slab hold: through all layers. */
static void act_kmalloc_slow(void)
{
	void *p[12];

	for (int i = 0; i < ARRAY_SIZE(p); i++)
		fill_and_check(p[i] = kmalloc(8192, GFP_KERNEL), 8192);
	for (int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
}

static void act_new_cache(void)
{
	/* Two threads do it, of different names. */
	struct kmem_cache *s = kmem_cache_create(current->comm, 72, 0, SLAB_NO_MERGE, NULL);
	void *p;

	EXPECT(s);
	if (!s)
		return;
	fill_and_check(p = kmem_cache_alloc(s, GFP_KERNEL), 72);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void act_pages(void)
{
	static const unsigned int orders[] = { 0, 3, 5 };
	struct page *page[ARRAY_SIZE(orders)];

	for (int i = 0; i < ARRAY_SIZE(orders); i++) {
		page[i] = alloc_pages(GFP_KERNEL, orders[i]);
		fill_and_check(page[i] ? page_address(page[i]) : NULL, 64);
	}
	for (int i = 0; i < ARRAY_SIZE(orders); i++)
		if (page[i])
			__free_pages(page[i], orders[i]);
}

static void act_vmalloc(void)
{
	void *p = vmalloc(3 * PAGE_SIZE);

	fill_and_check(p, 3 * PAGE_SIZE);
	vfree(p);
}

static void act_pmalloc(void)
{
	struct pmalloc_pool *pool = pmalloc_create_pool(current->comm, PMALLOC_MODE_RO);
	void *p;

	EXPECT(pool);
	if (!pool)
		return;
	fill_and_check(p = pmalloc(pool, 64), 64);
	EXPECT(!pmalloc_protect_pool(pool));
	pmalloc_destroy_pool(pool);
}

static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static int inside;

static void act_mutex(void)
{
	mutex_lock(&mutex);
	EXPECT(!inside++);
	barrier();
	EXPECT(inside-- == 1);
	mutex_unlock(&mutex);
}

static void act_rwsem(void)
{
	static int readers, writers;

	down_read(&rwsem);
	WRITE_ONCE(readers, readers + 1);
	EXPECT(!READ_ONCE(writers));
	WRITE_ONCE(readers, readers - 1);
	up_read(&rwsem);
	down_write(&rwsem);
	EXPECT(!writers++);
	barrier();
	EXPECT(writers-- == 1);
	up_write(&rwsem);
}

static void complete_by_timer(struct timer_list *t)
{
}

static void act_timer(void)
{
	struct timer_list timer;

	timer_setup_on_stack(&timer, complete_by_timer, 0);
	mod_timer(&timer, jiffies + 100);
	mod_timer(&timer, jiffies + 50);
	EXPECT(del_timer_sync(&timer) == 1);
	destroy_timer_on_stack(&timer);
}

struct counting_work {
	struct work_struct work;
	int runs;
};

static void count_run(struct work_struct *work)
{
	container_of(work, struct counting_work, work)->runs++;
}

static void act_work(void)
{
	struct counting_work c = { .runs = 0 };

	INIT_WORK_ONSTACK(&c.work, count_run);
	EXPECT(schedule_work(&c.work));
	flush_work(&c.work);
	EXPECT(c.runs == 1);
	destroy_work_on_stack(&c.work);
}

static int return_5(void *unused)
{
	return 5;
}

static void act_thread(void)
{
	struct task_struct *t = thread_run(return_5, NULL, "acted");

	EXPECT(!IS_ERR(t) && thread_join(t) == 5);
}

struct rcu_freed {
	struct rcu_head rcu;
	int x;
};

static void act_rcu(void)
{
	struct rcu_freed *p = kmalloc(sizeof(*p), GFP_KERNEL);

	fill_and_check(p, sizeof(*p));
	if (p)
		kfree_rcu(p, rcu);
	synchronize_rcu();
}

static void act_file(void)
{
	struct file *f = filp_open("/proc/meminfo", O_RDONLY, 0);
	char text[64];
	loff_t pos = 0;

	if (IS_ERR(f)) {
		EXPECT(!IS_ERR(f));
		return;
	}
	EXPECT(kernel_read(f, text, sizeof(text), &pos) == sizeof(text) && !memcmp(text, "MemTotal:", 9));
	filp_close(f, NULL);
}

static const struct act {
	const char *name;
	void (*run)(void);
} acts[] = {
	{ "kmalloc", act_kmalloc }, { "kmalloc, slow", act_kmalloc_slow }, { "kmem_cache_create", act_new_cache },
	{ "alloc_pages", act_pages }, { "vmalloc", act_vmalloc }, { "pmalloc", act_pmalloc }, { "mutex", act_mutex },
	{ "rwsem", act_rwsem }, { "timer", act_timer }, { "work", act_work }, { "thread", act_thread }, { "rcu", act_rcu },
	{ "file", act_file },
};

/* ---- Interrupting them ---- */

struct intruder {
	struct hrtimer timer;
	struct task_struct *thread;
	const struct act *act;
	unsigned int turns;
};

static enum hrtimer_restart intrude(struct hrtimer *timer)
{
	struct intruder *in = container_of(timer, struct intruder, timer);
	void *p = kmalloc(64, GFP_ATOMIC), *q = (void *)__get_free_page(GFP_ATOMIC);

	fill_and_check(p, 64);
	fill_and_check(q, PAGE_SIZE);
	kfree(p);
	free_page((unsigned long)q);
	wake_up_process(in->thread);
	return HRTIMER_NORESTART;
}

static int intruding_thread(void *arg)
{
	struct intruder *in = arg;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
		if (kthread_should_stop())
			break;
		in->act->run();
		in->turns++;
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static u64 duration_of(const struct act *act)
{
	u64 start;

	act->run();
	act->run();
	start = ktime_get_ns();
	act->run();
	return ktime_get_ns() - start;
}

static void between_any_two_instructions(struct kunit *test)
{
	struct intruder in = { .act = test->param_value };
	u64 end = duration_of(in.act) + 2000, step, delay;

	/* Here the timer fires, and the intruder runs; elsewhere it would be no intruder. */
	KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id())), 0);
	WRITE_ONCE(wrong_line, 0);
	end = min(end, 20 * (u64)NSEC_PER_MSEC);
	step = max(end / max(points, 1u), 1ull);
	hrtimer_init(&in.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	in.timer.function = intrude;
	in.thread = kthread_create(intruding_thread, &in, "intruder");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, in.thread);
	kthread_bind(in.thread, smp_processor_id());
	sched_set_fifo(in.thread);
	wake_up_process(in.thread);
	for (delay = 0; delay < end; delay += step) {
		hrtimer_start(&in.timer, ns_to_ktime(delay), HRTIMER_MODE_REL_PINNED_HARD);
		in.act->run();
		/* Those that come too late do their act all the same. */
		while (hrtimer_active(&in.timer))
			cpu_relax();
	}
	KUNIT_EXPECT_EQ(test, kthread_stop(in.thread), 0);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpu_possible_mask), 0);
	KUNIT_EXPECT_EQ(test, wrong_line, 0);
	/* Those that came while the intruder slept in its own act are lost. */
	KUNIT_EXPECT_GT(test, in.turns, 0u);
	buddy_check();
}

static void act_desc(const struct act *act, char *desc)
{
	strscpy(desc, act->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(acts, acts, act_desc);

static struct kunit_case preempt_cases[] = {
	KUNIT_CASE_PARAM(between_any_two_instructions, acts_gen_params),
	{}
};

static struct kunit_suite preempt_suite = {
	.name = "preempt",
	.test_cases = preempt_cases,
};
kunit_test_suite(preempt_suite);
