// SPDX-License-Identifier: MIT
/*
 * The arch contract's promises, the same source on both processors: restartable magazines, probes, the
 * clock and the alarm, interrupts masked and unmasked, translations dropped.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <arch/percpu.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <paddock/pgtable.h>
#include <paddock/sched.h>

/* ---- Magazines ---- */

#define THINGS		20
#define ROUNDS		200000
#define INTERRUPT_NS	20000

static DEFINE_PER_CPU(void **, test_head);

static __restart_text void *test_pop(void)
{
	return arch_magazine_pop(&test_head);
}

static __restart_text bool test_push(void *p)
{
	return arch_magazine_push(&test_head, p);
}

/* As push_if wants it. */
static DEFINE_PER_CPU(u32, test_word) __aligned(PAGE_SIZE);

static __restart_text bool test_push_if(void *p, u32 value)
{
	return arch_magazine_push_if(&test_head, p, 0xf00, &test_word, value);
}

struct magazine_run {
	struct hrtimer timer;
	void **block;
	unsigned long interrupts, rounds, refused;
	bool ok;
};

/* From the interrupt: take some, put them back in another order, so that every slot changes. */
static enum hrtimer_restart disturb(struct hrtimer *timer)
{
	struct magazine_run *run = container_of(timer, struct magazine_run, timer);
	void *p[5];
	int n = 0, want = run->interrupts++ % 5 + 1;

	while (n < want && (p[n] = test_pop()))
		n++;
	for (int i = 0; i < n; i++) {
		if (!test_push(p[i]))
			run->refused++;
	}
	hrtimer_forward_now(timer, ns_to_ktime(INTERRUPT_NS));
	return HRTIMER_RESTART;
}

static int magazine_thread(void *arg)
{
	struct magazine_run *run = arg;
	u32 seen = 0;

	this_cpu_write(test_head, run->block);
	this_cpu_write(test_word, 7);
	for (unsigned long i = 1; i <= THINGS; i++)
		test_push((void *)i);

	hrtimer_init(&run->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	run->timer.function = disturb;
	hrtimer_start(&run->timer, ns_to_ktime(INTERRUPT_NS), HRTIMER_MODE_REL_PINNED_HARD);
	for (; run->rounds < ROUNDS || run->interrupts < 100; run->rounds++) {
		void *a = test_pop(), *b = test_pop();

		if (!a || !b || !test_push(a) || !test_push_if(b, 7))
			run->refused++;
	}
	hrtimer_cancel(&run->timer);

	/* Each thing is there once. */
	for (int i = 0; i < THINGS; i++)
		seen |= 1u << (unsigned long)test_pop();
	run->ok = seen == ((1u << (THINGS + 1)) - 2) && !test_pop();
	this_cpu_write(test_head, NULL);
	return 0;
}

static void magazine_survives_interrupts(struct kunit *test)
{
	struct magazine_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	struct task_struct *t;

	/* kmalloc sizes that are powers of two are aligned to themselves. */
	run->block = kunit_kzalloc(test, MAGAZINE_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, (unsigned long)run->block % MAGAZINE_BYTES, 0);
	t = thread_create(magazine_thread, run, "magazine_test");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	kthread_bind(t, 0);
	wake_up_process(t);
	KUNIT_EXPECT_EQ(test, thread_join(t), 0);
	KUNIT_EXPECT_TRUE(test, run->ok);
	KUNIT_EXPECT_EQ(test, run->refused, 0);
	KUNIT_EXPECT_GE(test, run->interrupts, 100);
}

static void magazine_knows_empty_and_full(struct kunit *test)
{
	void **block = kunit_kzalloc(test, MAGAZINE_BYTES, GFP_KERNEL);
	unsigned long n = 0;

	preempt_disable();
	this_cpu_write(test_head, block);
	if (test_pop())
		n = 1000;
	while (test_push((void *)(n + 1)))
		n++;
	KUNIT_EXPECT_EQ(test, n, MAGAZINE_SLOTS - 1);
	for (; n && test_pop() == (void *)n; n--)
		;
	KUNIT_EXPECT_EQ(test, n, 0);
	KUNIT_EXPECT_NULL(test, test_pop());
	this_cpu_write(test_head, NULL);
	preempt_enable();
}

static void magazine_takes_on_condition(struct kunit *test)
{
	void **block = kunit_kzalloc(test, MAGAZINE_BYTES, GFP_KERNEL);
	unsigned long n = 0;

	preempt_disable();
	this_cpu_write(test_head, block);
	this_cpu_write(test_word, 7);
	KUNIT_EXPECT_FALSE(test, test_push_if((void *)8, 6));
	KUNIT_EXPECT_FALSE(test, test_push_if((void *)0x108, 7));	/* a bit that must be 0 */
	KUNIT_EXPECT_FALSE(test, test_push_if((void *)0x108, 6));
	KUNIT_EXPECT_NULL(test, test_pop());
	KUNIT_EXPECT_TRUE(test, test_push_if((void *)8, 7));
	KUNIT_EXPECT_FALSE(test, test_push_if((void *)8, 7));	/* on top already */
	while (test_push_if((void *)(n + 1), 7))
		n++;
	KUNIT_EXPECT_EQ(test, n, MAGAZINE_SLOTS - 2);
	this_cpu_write(test_head, NULL);
	KUNIT_EXPECT_FALSE(test, test_push_if((void *)9, 8));	/* head is not looked at */
	preempt_enable();
}

/* ---- Probes ---- */

static const u64 constant = 0x1122334455667788;

static void probe_reads_what_is_there(struct kunit *test)
{
	u64 v = 0;

	for (unsigned int size = 1; size <= 8; size *= 2) {
		v = 0;
		KUNIT_EXPECT_EQ(test, arch_probe_read(&v, &constant, size), 0);
		KUNIT_EXPECT_EQ(test, v, constant & (~0ull >> (64 - 8 * size)));
	}
}

static void probe_of_nothing_is_efault(struct kunit *test)
{
	char *area = vmalloc(PAGE_SIZE);
	u64 v = 5;

	KUNIT_ASSERT_NOT_NULL(test, area);
	for (unsigned int size = 1; size <= 8; size *= 2) {
		KUNIT_EXPECT_EQ(test, arch_probe_read(&v, (void *)16, size), -EFAULT);
		KUNIT_EXPECT_EQ(test, arch_probe_write((void *)16, &v, size), -EFAULT);
		KUNIT_EXPECT_EQ(test, arch_probe_read(&v, area + PAGE_SIZE, size), -EFAULT);
		/* Neither a low nor a high address: x86_64 has another exception for these. */
		KUNIT_EXPECT_EQ(test, arch_probe_read(&v, (void *)0x4141414141414140, size), -EFAULT);
		KUNIT_EXPECT_EQ(test, arch_probe_write((void *)0x4141414141414140, &v, size), -EFAULT);
	}
	KUNIT_EXPECT_EQ(test, v, 5);
	vfree(area);
}

static void probe_write_to_constant_is_efault(struct kunit *test)
{
	u64 v = 1;

	KUNIT_EXPECT_EQ(test, arch_probe_write((void *)&constant, &v, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, READ_ONCE(constant), 0x1122334455667788);
	/* Code, by the image's address and by its alias in the linear map. */
	KUNIT_EXPECT_EQ(test, arch_probe_write((void *)test_pop, &v, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, arch_probe_write(lm_alias(test_pop), &v, 4), -EFAULT);
}

/* ---- Time ---- */

static void read_clock(void *out)
{
	*(u64 *)out = arch_clock_ns();
}

static void clock_agrees_on_all_cpus(struct kunit *test)
{
	unsigned int cpu;

	for (int round = 0; round < 20; round++) {
		for_each_online_cpu(cpu) {
			u64 before, there = 0, after;

			before = arch_clock_ns();
			smp_call_function_single(cpu, read_clock, &there, 1);
			after = arch_clock_ns();
			KUNIT_EXPECT_GE(test, there, before);
			KUNIT_EXPECT_GE(test, after, there);
		}
	}
}

static void clock_and_cycles_agree(struct kunit *test)
{
	u64 ns = arch_clock_ns(), cycles = arch_cycles(), by_cycles;

	mdelay(5);
	ns = arch_clock_ns() - ns;
	cycles = arch_cycles() - cycles;
	by_cycles = cycles * 1000 / (arch_cycles_hz() / 1000000);
	KUNIT_EXPECT_GE(test, ns, 5000000);
	/* Read one after the other, so not quite the same span. */
	KUNIT_EXPECT_LT(test, abs((s64)(ns - by_cycles)), (s64)(ns / 4));
}

struct alarm {
	struct hrtimer timer;
	u64 fired_ns;
};

static enum hrtimer_restart note_time(struct hrtimer *timer)
{
	WRITE_ONCE(container_of(timer, struct alarm, timer)->fired_ns, ktime_get_ns());
	return HRTIMER_NORESTART;
}

static void alarm_is_never_early(struct kunit *test)
{
	static const u32 delays_us[] = { 1, 10, 100, 1000, 5000, 20000 };
	struct alarm *alarm = kunit_kzalloc(test, sizeof(*alarm), GFP_KERNEL);

	hrtimer_init(&alarm->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	alarm->timer.function = note_time;
	for (int i = 0; i < ARRAY_SIZE(delays_us); i++) {
		u64 due = ktime_get_ns() + delays_us[i] * 1000ull;

		alarm->fired_ns = 0;
		hrtimer_start(&alarm->timer, ns_to_ktime(due), HRTIMER_MODE_ABS);
		for (int ms = 0; ms < 2000 && !READ_ONCE(alarm->fired_ns); ms++)
			msleep(1);
		KUNIT_EXPECT_GE(test, alarm->fired_ns, due);
	}
	hrtimer_cancel(&alarm->timer);
}

/* ---- Interrupts ---- */

static void interrupt_masking_nests(struct kunit *test)
{
	unsigned long outer, inner;

	KUNIT_EXPECT_FALSE(test, arch_irqs_disabled_flags(arch_irq_flags()));
	outer = arch_irq_save();
	KUNIT_EXPECT_TRUE(test, arch_irqs_disabled_flags(arch_irq_flags()));
	inner = arch_irq_save();
	arch_irq_restore(inner);
	KUNIT_EXPECT_TRUE(test, arch_irqs_disabled_flags(arch_irq_flags()));
	arch_irq_restore(outer);
	KUNIT_EXPECT_FALSE(test, arch_irqs_disabled_flags(arch_irq_flags()));
}

/* ---- Entries of page tables ---- */

static void entries_say_what_they_were_made_of(struct kunit *test)
{
	static const pgprot_bits_t prots[] = {
		PT_KERNEL_RX, PT_KERNEL_RO, PT_KERNEL_RW, PT_KERNEL_DEV, PT_KERNEL_RW & ~PT_PRESENT,
	};

	for (unsigned int level = 0; level < 3; level++) {
		if (level == 2 && !arch_pt_has_1g())
			continue;
		for (int i = 0; i < ARRAY_SIZE(prots); i++) {
			pte_t e = arch_pt_leaf(5ull << 30, prots[i], level);

			KUNIT_EXPECT_FALSE(test, arch_pt_is_none(e));
			KUNIT_EXPECT_TRUE(test, arch_pt_is_leaf(e, level));
			KUNIT_EXPECT_FALSE(test, arch_pt_is_table(e, level));
			KUNIT_EXPECT_EQ(test, arch_pt_pa(e, level), 5ull << 30);
			KUNIT_EXPECT_EQ(test, arch_pt_prot(e, level), prots[i]);
		}
	}
	for (unsigned int level = 1; level < PT_LEVELS; level++) {
		pte_t e = arch_pt_table(0x12345000);

		KUNIT_EXPECT_TRUE(test, arch_pt_is_table(e, level));
		KUNIT_EXPECT_FALSE(test, arch_pt_is_leaf(e, level));
		KUNIT_EXPECT_EQ(test, arch_pt_pa(e, level), 0x12345000);
	}
}

static void touch_page(void *page)
{
	READ_ONCE(*(char *)page);
}

static atomic_t still_readable;

static void probe_page(void *page)
{
	char c;

	if (!arch_probe_read(&c, page, 1))
		atomic_inc(&still_readable);
}

static void shootdown_reaches_every_cpu(struct kunit *test)
{
	unsigned long page = __get_free_pages(GFP_KERNEL, 0);

	KUNIT_ASSERT_NE(test, page, 0);
	KUNIT_ASSERT_EQ(test, kernel_split_range(page, PAGE_SIZE), 0);
	for (int round = 0; round < 50; round++) {
		on_each_cpu(touch_page, (void *)page, 1);
		KUNIT_ASSERT_TRUE(test, kernel_page_protect(page, false));
		if (round & 1)
			arch_tlb_shootdown_page(page);
		else
			arch_tlb_flush_range_all(page, page + PAGE_SIZE);
		atomic_set(&still_readable, 0);
		on_each_cpu(probe_page, (void *)page, 1);
		KUNIT_EXPECT_EQ(test, atomic_read(&still_readable), 0);
		kernel_page_protect(page, true);
	}
	free_pages(page, 0);
}

static struct kunit_case arch_cases[] = {
	KUNIT_CASE(magazine_survives_interrupts),
	KUNIT_CASE(magazine_knows_empty_and_full),
	KUNIT_CASE(magazine_takes_on_condition),
	KUNIT_CASE(probe_reads_what_is_there),
	KUNIT_CASE(probe_of_nothing_is_efault),
	KUNIT_CASE(probe_write_to_constant_is_efault),
	KUNIT_CASE(clock_agrees_on_all_cpus),
	KUNIT_CASE(clock_and_cycles_agree),
	KUNIT_CASE(alarm_is_never_early),
	KUNIT_CASE(interrupt_masking_nests),
	KUNIT_CASE(entries_say_what_they_were_made_of),
	KUNIT_CASE(shootdown_reaches_every_cpu),
	{}
};

static struct kunit_suite arch_suite = {
	.name = "arch",
	.test_cases = arch_cases,
};
kunit_test_suite(arch_suite);
