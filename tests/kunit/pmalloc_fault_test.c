// SPDX-License-Identifier: MIT
/*
 * pmalloc's faults: each crime in a thread that does not survive it, the report read from the log, the memory unchanged.
 * By every mode, every way to write, both mappings, on all CPUs in turn; and what is not a crime, beside them.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <paddock/fs.h>
#include <paddock/module.h>
#include "../../mm/kfence/params.h"
#include "crime.h"
#include "pmalloc_kunit.h"

/* ---- Crimes ---- */

static noinline void crime_store(void *p) { *(volatile u8 *)p = 0xff; }
static volatile size_t crime_bytes = 16;	/* not a constant, so that these are calls */
static noinline void crime_memset(void *p) { memset(p, 0xff, crime_bytes); }
static noinline void crime_memcpy(void *p) { memcpy(p, "overwritten text", crime_bytes); }
static noinline void crime_atomic(void *p) { atomic_inc((atomic_t *)((unsigned long)p & ~3ul)); }

static bool dies(struct kunit *test, void (*commit)(void *), void *p, unsigned int cpu)
{
	return crime_dies(test, "criminal", commit, p, cpu);
}

static unsigned int next_cpu(void)
{
	static unsigned int cpu;

	cpu = cpumask_next(cpu, cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	return cpu;
}

static void no_write_lands(struct kunit *test)
{
	static const struct {
		void (*commit)(void *);
		const char *in;
	} ways[] = {
		{ crime_store, "BUG: pmalloc: write to sealed memory in crime_store+0x" },
		{ crime_memset, "BUG: pmalloc: write to sealed memory in crime_memset+0x" },
		{ crime_memcpy, "BUG: pmalloc: write to sealed memory in crime_memcpy+0x" },
		{ crime_atomic, "BUG: pmalloc: write to sealed memory in crime_atomic+0x" },
	};
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit-crime", mode);
	u8 *p = make_sealed(test, pool, 5000);
	char line[64];

	for (int way = 0; way < ARRAY_SIZE(ways); way++) {
		for (int alias = 0; alias <= 1; alias++) {
			/* In the middle of a page, and where the object crosses a border. */
			u8 *at = way & 1 ? p + 4096 - ((unsigned long)p & 4095) : p + 8;
			u64 seq = log_next_seq();

			KUNIT_EXPECT_TRUE(test, dies(test, ways[way].commit, alias ? pm_alias(at) : at, next_cpu()));
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 5000));
			snprintf(line, sizeof(line), "pool \"kunit-crime\", mode %s, owner kernel", pm_mode_names[mode]);
			EXPECT_LINES(test, seq, ways[way].in, alias ? "(the linear map's alias of 0x" : "Write at 0x",
				     "crime_thread+0x", line, ", size=5000", "access: ", "allocated at:", "make_sealed+0x",
				     "no_write_lands+0x", "Comm: criminal");
		}
	}
	pmalloc_destroy_pool(pool);
}

static void the_report_has_object_and_offset(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-crime", PMALLOC_MODE_RO);
	u8 *objects[10];
	u64 seq;
	char line[96];

	for (int i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = pmalloc(pool, 100);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
	}
	pmalloc_protect_pool(pool);
	seq = log_next_seq();
	KUNIT_EXPECT_TRUE(test, dies(test, crime_store, objects[6] + 33, 0));
	snprintf(line, sizeof(line), "object 0x%lx-0x%lx, size=100, number 7 of 10 alike", (unsigned long)objects[6],
		 (unsigned long)objects[6] + 99);
	EXPECT_LINES(test, seq, line, "access: 1-byte write of 0xff at offset 33", "the_report_has_object_and_offset+0x");
	/* Behind the last object, in its page. */
	seq = log_next_seq();
	KUNIT_EXPECT_TRUE(test, dies(test, crime_store, objects[9] + 110, 0));
	EXPECT_LINES(test, seq, "no object: unused bytes of a sealed page");
	pmalloc_destroy_pool(pool);
}

/* ---- pmalloc's own records ---- */

static void records_cannot_be_overwritten(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-crime", PMALLOC_MODE_WR);
	u64 *p = (u64 *)make_sealed(test, pool, 64);
	const struct pm_chunk *chunk = pool->chunks;
	const void *const records[] = { &pool->mode, &pool->open_end, chunk, &chunk->sealed_pages, chunk->bitmap, chunk->runs,
					frame_at((unsigned long)p), &pm_root->pools };
	u64 seq = log_next_seq();

	for (int i = 0; i < ARRAY_SIZE(records); i++)
		KUNIT_EXPECT_FALSE(test, pm_can_write(records[i]));
	KUNIT_EXPECT_TRUE(test, dies(test, crime_memset, pool, next_cpu()));
	EXPECT_LINES(test, seq, "write to sealed memory in crime_memset+0x", "pmalloc's own records: the descriptor of",
		     "pool \"kunit-crime\", mode WR, owner kernel");
	seq = log_next_seq();
	KUNIT_EXPECT_TRUE(test, dies(test, crime_store, (void *)&chunk->sealed_pages, next_cpu()));
	EXPECT_LINES(test, seq, "pmalloc's own records: the page lists of", "pool \"kunit-crime\"");
	/* And the pool is as it was. */
	KUNIT_EXPECT_TRUE(test, pmalloc_verify(pool, p, 64));
	KUNIT_EXPECT_TRUE(test, wr_assign(p[1], 5ull));
	pmalloc_destroy_pool(pool);
}

/* What would make it writable by a call, or its address another's. */
static void functions_that_would_open_it_are_refused(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-open", PMALLOC_MODE_RO);
	u8 *p = make_sealed(test, pool, 5000);
	unsigned long page = (unsigned long)p & PAGE_MASK, alias = (unsigned long)pm_alias(p) & PAGE_MASK;
	struct page *frame = vmalloc_to_page(p);
	u64 seq = log_next_seq();

	KUNIT_EXPECT_EQ(test, set_memory_rw(page, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, set_memory_rw(alias, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, set_memory_x(page, 2), -EPERM);
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)pool & PAGE_MASK, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "pmalloc: set_memory of sealed memory at"), 4u);
	KUNIT_EXPECT_NULL(test, vmap(&frame, 1, VM_MAP, PAGE_KERNEL));
	vfree(p);
	vfree((void *)page);
	vunmap((void *)page);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "pmalloc: vmap of sealed memory at"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "pmalloc: vfree of sealed memory at"), 2u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "pmalloc: vunmap of sealed memory at"), 1u);
	/* Nor do the frames go back to the page allocator, or the object to the slabs. */
	free_page(alias);
	__free_pages(frame, 0);
	kfree(pm_alias(p));
	kfree(p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "it is sealed"), 1u);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 5000));
	pm_expect_sealed(test, p, 5000);
	KUNIT_EXPECT_TRUE(test, pmalloc_verify(pool, p, 5000));
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
	pmalloc_destroy_pool(pool);
}

/* ---- At the moment of sealing ---- */

struct racer {
	volatile unsigned long *word;
	struct completion running;
	unsigned long stores;
};

/* Until it is ended. */
static int racing_writer(void *arg)
{
	struct racer *r = arg;

	*r->word = 1;
	complete(&r->running);
	for (;;) {
		*r->word += 1;
		r->stores++;
		if (!(r->stores % 1024))
			cond_resched();
	}
	return 0;
}

static void no_write_after_the_seal(struct kunit *test)
{
	for (int round = 0; round < 4; round++) {
		struct pmalloc_pool *pool = pm_pool(test, "kunit-race", PMALLOC_MODE_RO);
		struct racer *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
		struct task_struct *task;
		unsigned long then;

		r->word = pzalloc(pool, 64);
		if (round & 1)
			r->word = pm_alias((void *)r->word);
		init_completion(&r->running);
		task = kthread_create(racing_writer, r, "racer");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
		get_task_struct(task);
		kthread_bind(task, next_cpu());
		wake_up_process(task);
		wait_for_completion(&r->running);
		schedule_timeout_uninterruptible(2);
		/* It writes right now, and until the very moment; from the return on nothing more. */
		KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), 0);
		then = *r->word;
		KUNIT_EXPECT_GE(test, then, 1UL);
		while (!READ_ONCE(task->exit_state))
			schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_EQ(test, *r->word, then);
		put_task_struct(task);
		pmalloc_destroy_pool(pool);
	}
}

/* ---- Write-rare among CPUs ---- */

struct watcher {
	const volatile unsigned long *word;
	bool stop;
	unsigned long reads, torn;
	unsigned long window_writes;
	struct completion done;
};

#define WINDOW 0x00005ea100000000UL	/* mm/pmalloc/window.c */

/* Reads the word all the time, and tries to write where the window would be. */
static int watch_thread(void *arg)
{
	struct watcher *w = arg;

	while (!READ_ONCE(w->stop)) {
		unsigned long value = *w->word;

		w->torn += value != 0 && value != ~0ul;
		w->window_writes += !arch_probe_write((void *)(WINDOW + offset_in_page((unsigned long)w->word)), &value, 8);
		w->reads++;
		if (!(w->reads % 256))
			cond_resched();
	}
	complete(&w->done);
	return 0;
}

static void other_cpus_see_old_or_new_and_no_window(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-wr", PMALLOC_MODE_START_WR);
	unsigned long *words = pcalloc(pool, 64, sizeof(*words));
	struct watcher *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct task_struct *task;

	KUNIT_ASSERT_NOT_NULL(test, words);
	w->word = &words[7];
	init_completion(&w->done);
	task = kthread_create(watch_thread, w, "watcher");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	kthread_bind(task, next_cpu());
	wake_up_process(task);
	for (int i = 0; i < 3000 || READ_ONCE(w->reads) < 1000; i++) {
		KUNIT_ASSERT_TRUE(test, wr_ulong(&words[7], i & 1 ? ~0ul : 0));
		KUNIT_ASSERT_EQ(test, words[7], i & 1 ? ~0ul : 0);
		if (i % 64 == 0)
			cond_resched();
	}
	WRITE_ONCE(w->stop, true);
	wait_for_completion(&w->done);
	KUNIT_EXPECT_EQ(test, w->torn, 0UL);
	KUNIT_EXPECT_EQ(test, w->window_writes, 0UL);
	KUNIT_EXPECT_EQ(test, words[6] | words[8], 0UL);
	pmalloc_destroy_pool(pool);
}

static void write_rare_works_on_every_cpu(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-wr", PMALLOC_MODE_WR);
	unsigned long *words = pcalloc(pool, 512, sizeof(*words));
	cpumask_t old = current->cpus_mask;
	unsigned int cpu;

	KUNIT_ASSERT_NOT_NULL(test, words);
	pmalloc_protect_pool(pool);
	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
		KUNIT_EXPECT_TRUE(test, wr_ulong(&words[cpu], cpu + 100));
		KUNIT_EXPECT_FALSE(test, pm_can_write((void *)WINDOW));
	}
	set_cpus_allowed_ptr(current, &old);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, words[cpu], cpu + 100UL);
	pmalloc_destroy_pool(pool);
}

static void write_rare_refuses(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-wr", PMALLOC_MODE_WR);
	unsigned long *a = pcalloc(pool, 8, sizeof(*a)), *b = pcalloc(pool, 8, sizeof(*b)), stack_word = 0;
	u64 seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	/* Fields 2 and 3 are constant, before the seal and after. */
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, &a[2], 16), 0);
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, &b[0], 8), 0);
	KUNIT_EXPECT_TRUE(test, wr_ulong(&a[1], 1));
	KUNIT_EXPECT_FALSE(test, wr_ulong(&a[2], 1));
	KUNIT_EXPECT_FALSE(test, wr_ulong(&a[3], 1));
	KUNIT_EXPECT_TRUE(test, wr_ulong(&a[4], 1));
	KUNIT_EXPECT_FALSE(test, wr_memset(&a[1], 0xff, 16));
	KUNIT_EXPECT_FALSE(test, wr_ulong(&b[0], 1));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "the word is closed (pmalloc_wr_deny)"), 4u);
	/* Out of the object, into the next. */
	KUNIT_EXPECT_FALSE(test, wr_memset(&a[7], 0xff, 24));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "it is not within one object"), 1u);
	/* Not a pool's; the alias, which is not the pool's address. */
	KUNIT_EXPECT_FALSE(test, wr_ulong(&stack_word, 1));
	KUNIT_EXPECT_FALSE(test, wr_ulong(pm_alias(&a[5]), 1));
	KUNIT_EXPECT_FALSE(test, wr_memset(&a[5], 0, SIZE_MAX - 8));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "it is no pool's memory"), 3u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "write-rare refused in write_rare_refuses+0x"), 8u);
	KUNIT_EXPECT_EQ(test, a[0] | a[2] | a[3] | a[5] | a[6] | a[7] | b[0] | b[1], 0UL);
	/* Bad arguments of deny. */
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, (u8 *)a + 4, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, a, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, a, 72), -EINVAL);
	KUNIT_EXPECT_EQ(test, pmalloc_wr_deny(pool, &stack_word, 8), -EINVAL);
	pmalloc_destroy_pool(pool);
}

/* ---- Copies ---- */

static void copies_into_sealed_memory_are_refused(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-copy", PMALLOC_MODE_RO);
	u8 *p = make_sealed(test, pool, 5000), buffer[32];
	u64 seq = log_next_seq();

	memset(buffer, 7, sizeof(buffer));
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(p, buffer, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(pm_alias(p), buffer, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_from_user(p + 10, (void __user *)buffer, 32), 32UL);
	KUNIT_EXPECT_EQ(test, copy_from_user(p + 4090 - offset_in_page(p), (void __user *)buffer, 32), 32UL);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)p, buffer, 32), 32UL);
	KUNIT_EXPECT_EQ(test, clear_user((void __user *)p, 5000), 5000UL);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "into sealed memory at"), 6u);
	/* Reading is nobody's harm. */
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)buffer, p, 32), 0UL);
	KUNIT_EXPECT_EQ(test, buffer[0], 0);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(buffer, p, 32), 0L);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 5000));
	pmalloc_destroy_pool(pool);
}

/* ---- GFP_SEAL ---- */

static void gfp_seal_gives_sealed_memory(struct kunit *test)
{
	volatile gfp_t flags = GFP_KERNEL | GFP_SEAL;
	volatile size_t size = 40;
	u8 *p[6] = { kmalloc(40, GFP_KERNEL | GFP_SEAL), kzalloc(40, GFP_KERNEL | GFP_SEAL), kmalloc(size, flags),
		     kmalloc(40, flags), kzalloc(20000, flags), kcalloc(4, 10, GFP_KERNEL | GFP_SEAL) };

	for (int i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(p[i], 40), 1);
		KUNIT_EXPECT_EQ(test, ksize(p[i]), i == 4 ? 20000UL : 40UL);
	}
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL | GFP_SEAL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kmalloc(8, GFP_NOWAIT | __GFP_NOWARN | GFP_SEAL));
	KUNIT_EXPECT_NULL(test, memchr_inv(p[1], 0, 40));
	KUNIT_EXPECT_NULL(test, memchr_inv(p[5], 0, 40));
	kfree(p[5]);
	KUNIT_EXPECT_EQ(test, is_pmalloc_object(p[5], 40), -1);
	pmalloc_protect_pool((struct pmalloc_pool *)chunk_at((unsigned long)p[0])->pool);
	for (int i = 0; i < 5; i++)
		pm_expect_sealed(test, p[i], 40);
	pmalloc_destroy_pool((struct pmalloc_pool *)chunk_at((unsigned long)p[0])->pool);
}

/* ---- Data of the image ---- */

static unsigned long wr_data[4] __wr_after_init = { 1, 2, 3, 4 };
static unsigned long ro_data __ro_after_init = 5;

static void data_sealed_after_init(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_FALSE(test, pm_can_write(&ro_data));
	KUNIT_EXPECT_FALSE(test, pm_can_write(lm_alias(&ro_data)));
	KUNIT_EXPECT_FALSE(test, pm_can_write(&wr_data[2]));
	KUNIT_EXPECT_FALSE(test, pm_can_write(lm_alias(&wr_data[2])));
	KUNIT_EXPECT_TRUE(test, wr_assign(wr_data[2], 33ul));
	KUNIT_EXPECT_EQ(test, READ_ONCE(wr_data[2]), 33UL);
	KUNIT_EXPECT_FALSE(test, wr_ulong(&ro_data, 6));
	KUNIT_EXPECT_EQ(test, READ_ONCE(ro_data), 5UL);
	KUNIT_EXPECT_TRUE(test, dies(test, crime_store, &wr_data[1], next_cpu()));
	EXPECT_LINES(test, seq, "BUG: pmalloc: write to sealed memory in crime_store+0x", "wr_data+0x8",
		     "__wr_after_init data of the kernel");
	KUNIT_EXPECT_EQ(test, READ_ONCE(wr_data[1]), 2UL);
	wr_assign(wr_data[2], 3ul);
}

/* ---- The kernel's own users ---- */

static void the_kernels_tables_are_sealed(struct kunit *test)
{
	extern char __start___ksymtab[], __stop___ksymtab[], __start___param[], __stop___param[];
	static const char *const pools[] = { "params", "modules" };
	char *const tables[][2] = { { __start___ksymtab, __stop___ksymtab }, { __start___param, __stop___param } };

	for (int i = 0; i < ARRAY_SIZE(tables); i++) {
		for (char *p = tables[i][0]; p < tables[i][1]; p += 64) {
			KUNIT_ASSERT_FALSE(test, pm_can_write(p));
			KUNIT_ASSERT_FALSE(test, pm_can_write(lm_alias(p)));
		}
	}
	for (int i = 0; i < ARRAY_SIZE(pools); i++) {
		const struct pmalloc_pool *pool = pm_pool_named(pools[i]);

		KUNIT_ASSERT_NOT_NULL(test, pool);
		KUNIT_EXPECT_PTR_EQ(test, pool->owner, NULL);
		KUNIT_ASSERT_NOT_NULL(test, pool->chunks);
		KUNIT_EXPECT_GT(test, pool->chunks->sealed_pages, 0u);
		pm_expect_sealed(test, (void *)pool->chunks->va, 64);
	}
}

/* A module whose exit function is replaced: the one that it was linked with is called. */
static bool wrong_exit_called;

static void wrong_exit(void)
{
	wrong_exit_called = true;
}

static void a_replaced_exit_is_not_called(struct kunit *test)
{
	struct module *mod;
	void *file;
	size_t len;
	u64 seq;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, "/lib/modules/hello.ko", &file, &len), 0);
	KUNIT_ASSERT_EQ(test, module_load(file, len, "", 0, NULL), 0);
	mod = find_module("hello");
	KUNIT_ASSERT_NOT_NULL(test, mod);
	seq = log_next_seq();
	mod->exit = wrong_exit;
	KUNIT_EXPECT_EQ(test, module_unload("hello", 0, NULL), 0);
	KUNIT_EXPECT_FALSE(test, wrong_exit_called);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "BUG: module hello: its struct module was overwritten (exit wrong_exit"), 1u);
	kvfree(file);
}

/* ---- Settings that are sealed by their lock: with kfence.lock=1, pmalloc.lock=1 and module.oot_lock=1 on the command line ---- */

static bool file_says_yes(struct kunit *test, const char *path)
{
	void *data;
	size_t len;
	bool yes;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, path, &data, &len), 0);
	yes = len && (*(char *)data == 'Y' || *(char *)data == '1');
	kvfree(data);
	return yes;
}

static void settings_are_sealed_once_locked(struct kunit *test)
{
	extern char __start_lock_pmalloc[], __end_lock_pmalloc[], __start_lock_kfence[], __end_lock_kfence[];
	extern char __start_lock_oot[], __end_lock_oot[];
	const struct {
		const char *file;
		char *start, *end;
	} groups[] = {
		{ "/sys/module/pmalloc/parameters/lock", __start_lock_pmalloc, __end_lock_pmalloc },
		{ "/sys/module/kfence/parameters/lock", __start_lock_kfence, __end_lock_kfence },
		{ "/sys/module/module/parameters/oot_lock", __start_lock_oot, __end_lock_oot },
	};

	for (int i = 0; i < ARRAY_SIZE(groups); i++) {
		bool locked = file_says_yes(test, groups[i].file);

		kunit_info(test, "%s: %s\n", groups[i].file, locked ? "locked" : "not locked");
		KUNIT_ASSERT_GT(test, groups[i].end - groups[i].start, 0L);
		for (char *p = groups[i].start; p < groups[i].end; p += 512) {
			KUNIT_EXPECT_EQ(test, pm_can_write(p), !locked);
			KUNIT_EXPECT_EQ(test, pm_can_write(lm_alias(p)), !locked);
		}
	}
	KUNIT_EXPECT_PTR_EQ(test, (char *)((unsigned long)&kfence_sample_interval & PAGE_MASK), __start_lock_kfence);
}

static struct kunit_case pmalloc_fault_cases[] = {
	KUNIT_CASE_PARAM(no_write_lands, modes_gen_params),
	KUNIT_CASE(the_report_has_object_and_offset),
	KUNIT_CASE(records_cannot_be_overwritten),
	KUNIT_CASE(functions_that_would_open_it_are_refused),
	KUNIT_CASE(no_write_after_the_seal),
	KUNIT_CASE(other_cpus_see_old_or_new_and_no_window),
	KUNIT_CASE(write_rare_works_on_every_cpu),
	KUNIT_CASE(write_rare_refuses),
	KUNIT_CASE(copies_into_sealed_memory_are_refused),
	KUNIT_CASE(gfp_seal_gives_sealed_memory),
	KUNIT_CASE(data_sealed_after_init),
	KUNIT_CASE(the_kernels_tables_are_sealed),
	KUNIT_CASE(a_replaced_exit_is_not_called),
	KUNIT_CASE(settings_are_sealed_once_locked),
	{}
};

static struct kunit_suite pmalloc_fault_suite = {
	.name = "pmalloc_fault",
	.test_cases = pmalloc_fault_cases,
};
kunit_test_suite(pmalloc_fault_suite);
