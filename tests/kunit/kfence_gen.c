// SPDX-License-Identifier: MIT
/*
 * Generated bugs: thousands of small programs that each commit one crime, or none, in full mode. Each
 * crime is to be reported once, in its class, with address, distance, object and stacks; the innocent
 * ones not at all.
 *
 * A program is: an object of some size at some side of its page, made in some context (thread, interrupts
 * masked, under a spinlock, timer interrupt), one access or free. What is to be reported
 * follows from how it was made, not from what KFENCE does.
 */
#include <linux/completion.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include "kfence_kunit.h"

static unsigned int seed = 1;
module_param(seed, uint, 0644);
static unsigned int programs = 2000;
module_param(programs, uint, 0644);

enum crime {
	OUT_OF_BOUNDS, USE_AFTER_FREE, DAMAGE, DOUBLE_FREE, WRONG_FREE, INNOCENT, CRIMES
};

enum context { IN_THREAD, IRQS_OFF, UNDER_LOCK, IN_TIMER, CONTEXTS };

struct program {
	enum crime crime;
	enum context context;
	enum kfence_side side;
	size_t size;
	unsigned int width;	/* of the access: 1, 2, 4, 8 bytes */
	bool write;
	char *p;		/* the object */
	char *addr;		/* what is touched or freed */
};

static struct rnd_state rng;

static u32 below(u32 n)
{
	return prandom_u32_state(&rng) % n;
}

/* ---- Doing it ---- */

static noinline void gen_access(const struct program *g)
{
	if (g->write) {
		switch (g->width) {
		case 1: WRITE_ONCE(*(u8 *)g->addr, 0x41); break;
		case 2: WRITE_ONCE(*(u16 *)g->addr, 0x4141); break;
		case 4: WRITE_ONCE(*(u32 *)g->addr, 0x41414141); break;
		case 8: WRITE_ONCE(*(u64 *)g->addr, 0x4141414141414141); break;
		}
	} else {
		switch (g->width) {
		case 1: READ_ONCE(*(u8 *)g->addr); break;
		case 2: READ_ONCE(*(u16 *)g->addr); break;
		case 4: READ_ONCE(*(u32 *)g->addr); break;
		case 8: READ_ONCE(*(u64 *)g->addr); break;
		}
	}
}

/* The second half of a program: object in hand, commit the crime and clean up. */
static noinline void gen_commit(const struct program *g)
{
	switch (g->crime) {
	case OUT_OF_BOUNDS:
	case DAMAGE:
	case INNOCENT:
		gen_access(g);
		kfence_test_free(NULL, g->p);
		break;
	case USE_AFTER_FREE:
		kfence_test_free(NULL, g->p);
		gen_access(g);
		break;
	case DOUBLE_FREE:
		kfence_test_free(NULL, g->p);
		kfence_test_free(NULL, g->p);
		break;
	case WRONG_FREE:
		kfence_test_free(NULL, g->addr);
		kfence_test_free(NULL, g->p);
		break;
	case CRIMES:
		break;
	}
}

struct timed {
	struct timer_list timer;
	const struct program *program;
	struct completion done;
};

static void timed_fn(struct timer_list *timer)
{
	struct timed *t = from_timer(t, timer, timer);

	gen_commit(t->program);
	complete(&t->done);
}

static void run(const struct program *g)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;
	struct timed t;

	switch (g->context) {
	case IN_THREAD:
		gen_commit(g);
		break;
	case IRQS_OFF:
		local_irq_save(flags);
		gen_commit(g);
		local_irq_restore(flags);
		break;
	case UNDER_LOCK:
		spin_lock(&lock);
		gen_commit(g);
		spin_unlock(&lock);
		break;
	case IN_TIMER:
		t.program = g;
		init_completion(&t.done);
		timer_setup_on_stack(&t.timer, timed_fn, 0);
		mod_timer(&t.timer, jiffies);
		wait_for_completion(&t.done);
		del_timer_sync(&t.timer);
		destroy_timer_on_stack(&t.timer);
		break;
	case CONTEXTS:
		break;
	}
}

/* ---- Making it ---- */

static size_t some_size(void)
{
	/* Small ones as often as large ones. */
	return 1 + below(1u << (1 + below(12)));
}

/*
 * Choose the address for the crime. Returns false when this object has no place for it (no canary,
 * say), then the program becomes another one.
 */
static bool aim(struct program *g)
{
	char *page = (char *)PAGE_ALIGN_DOWN((unsigned long)g->p), *end = g->p + g->size;
	size_t room;

	switch (g->crime) {
	case OUT_OF_BOUNDS:
		/* In a guard page, and nearer to this object than any other can be. */
		if (g->side == KFENCE_LEFT)
			g->addr = g->p - g->width - below(1900);
		else
			g->addr = page + PAGE_SIZE + below(1900);
		break;
	case DAMAGE:
		g->write = true;
		room = page + PAGE_SIZE - end;
		if (g->p > page && (room < g->width || below(2))) {
			if (g->p - page < g->width)
				return false;
			g->addr = page + below(g->p - page - g->width + 1);
		} else {
			if (room < g->width)
				return false;
			g->addr = end + below(room - g->width + 1);
		}
		break;
	case WRONG_FREE:
		g->addr = g->p + 1 + below(PAGE_SIZE);
		if (g->addr >= page + PAGE_SIZE)
			g->addr = page + PAGE_SIZE - 1;
		if (g->addr == g->p)
			return false;
		break;
	case USE_AFTER_FREE:
	case INNOCENT:
		if (g->size < g->width)
			g->width = 1;
		g->addr = g->p + below(g->size - g->width + 1);
		break;
	default:
		g->addr = g->p;
		break;
	}
	return true;
}

static void make(struct kunit *test, struct program *g, bool innocent)
{
	do {
		g->crime = innocent ? INNOCENT : below(INNOCENT);
		g->context = below(CONTEXTS);
		g->side = below(2) ? KFENCE_LEFT : KFENCE_RIGHT;
		g->width = 1 << below(4);
		g->write = below(2);
		g->size = some_size();
		/* More than half of a page: aligned down, an object at the right may begin with the page. */
		if (g->side == KFENCE_RIGHT && g->size > PAGE_SIZE / 2)
			g->size = PAGE_SIZE / 2;
		g->p = kfence_test_alloc(test, NULL, g->size, GFP_KERNEL, g->side);
		if (aim(g))
			return;
		kfence_test_free(NULL, g->p);
	} while (1);
}

/* ---- Judging it ---- */

static void judge(struct kunit *test, const struct program *g)
{
	static const char *const frees = "kfence_test_free";
	const char *rw = g->write ? "write" : "read";
	struct kfence_seen r;
	char kind[32];

	switch (g->crime) {
	case OUT_OF_BOUNDS:
		snprintf(kind, sizeof(kind), "out-of-bounds %s", rw);
		/* Wider than what is left of the guard page: the processor names the first byte it missed. */
		kfence_expect(test, kind, g->addr, "gen_access", g->p, g->size, &r);
		break;
	case USE_AFTER_FREE:
		snprintf(kind, sizeof(kind), "use-after-free %s", rw);
		kfence_expect(test, kind, g->addr, "gen_access", g->p, g->size, &r);
		KUNIT_EXPECT_TRUE(test, r.has_free);
		break;
	case DAMAGE:
		kfence_expect(test, "memory corruption", g->addr, frees, g->p, g->size, &r);
		break;
	case DOUBLE_FREE:
		kfence_expect(test, "invalid free", g->p, frees, g->p, g->size, &r);
		KUNIT_EXPECT_TRUE(test, r.has_free);
		break;
	case WRONG_FREE:
		kfence_expect(test, "invalid free", g->addr, frees, g->p, g->size, &r);
		KUNIT_EXPECT_FALSE(test, r.has_free);
		break;
	default:
		kfence_expect_none(test);
	}
}

static void run_programs(struct kunit *test, bool innocent)
{
	int loglevel = console_loglevel;
	unsigned int i;

	prandom_seed_state(&rng, seed);
	kunit_info(test, "seed %u, %u programs\n", seed, programs);
	kfence_seen_start();
	console_loglevel = CONSOLE_LOGLEVEL_SILENT;	/* the log is read, not the console */
	for (i = 0; i < programs; i++) {
		struct program g;

		make(test, &g, innocent);
		run(&g);
		judge(test, &g);
		if (READ_ONCE(test->status) == KUNIT_FAILURE) {
			console_loglevel = loglevel;
			kunit_info(test, "program %u: crime %d context %d side %d size %zu width %u write %d at %+ld\n",
				   i, g.crime, g.context, g.side, g.size, g.width, g.write, (long)(g.addr - g.p));
			return;
		}
	}
	console_loglevel = loglevel;
}

static void generated_bugs(struct kunit *test)
{
	run_programs(test, false);
}

static void generated_correct(struct kunit *test)
{
	run_programs(test, true);
}

static struct kunit_case gen_cases[] = {
	KUNIT_CASE(generated_bugs),
	KUNIT_CASE(generated_correct),
	{}
};

static int gen_init(struct kunit_suite *suite)
{
	return kfence_setup("-1", "2000", "global");
}

static void gen_exit(struct kunit_suite *suite)
{
	kfence_restore();
}

static struct kunit_suite gen_suite = {
	.name = "kfence_generated",
	.suite_init = gen_init,
	.suite_exit = gen_exit,
	.test_cases = gen_cases,
};
kunit_test_suite(gen_suite);
