// SPDX-License-Identifier: MIT
/*
 * Generated bugs: thousands of small programs that each commit one crime. Whatever a program does is told to
 * the model (kfence_gen_model.c) first; then exactly the reports that the model names have to be in the log, each with its
 * class, address, distance, object, damage, stacks, tasks and CPUs.
 *
 * A program: an object of some size, alignment and side is made; perhaps freed; then an access of some width at some
 * distance, or a wrong free; then it is freed or kept alive beside the others. Allocation, free and crime each happen in
 * some context. All combinations of place, side, direction, freed or not, and context get their turn; size,
 * distance, width and the rest are drawn.
 *
 * Two grounds. "Quiet": only the test's own caches are guarded, so every object of the pool is known, and crimes may reach any
 * distance. "Whole kernel": kmalloc() with everybody else's objects around; crimes stay where only the test's object counts.
 */
#include <linux/cpumask.h>
#include <linux/kfence.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <paddock/slab.h>
#include "kfence_gen.h"

unsigned int kfence_gen_seed = 1;
module_param_named(seed, kfence_gen_seed, uint, 0644);
static unsigned int programs_wanted;	/* 0: as many as suit the machine */
module_param_named(programs, programs_wanted, uint, 0644);

/*
 * 8 of each combination, or 1 of each where CPUs have to wait for each other at every free: on a busy host, which runs a
 * guest's CPUs one after the other, that takes its time. tests/system/test_kfence_gen.py runs all of them there.
 */
unsigned int kfence_gen_programs(void)
{
	return programs_wanted ?: num_online_cpus() > 1 ? 342 : 2736;
}

/* Where the crime is aimed. The last three are frees. */
enum place {
	AT_EDGE,	/* the bytes next to the object, perhaps half inside */
	IN_GUARD,	/* the guard page next to it */
	IN_PAGE,	/* its own page */
	WILD,		/* up to three pages away */
	FREE_TWICE, FREE_INSIDE, FREE_GUARD,
	PLACES
};
static const char *const place_names[PLACES] = {
	"edge", "guard", "page", "wild", "free twice", "free inside", "free guard"
};

struct program {
	enum place place;
	bool right, write, freed_first;
	enum gen_context alloc_in, free_in, crime_in;
	unsigned int width;
	u64 value;
	unsigned long addr;
	struct kmem_cache *cache;	/* NULL: kmalloc() */
	unsigned int size;
	char *p;
};

#define GEN_CACHES 40
#define GEN_CROWD 64

struct ground {
	struct kunit *test;
	bool quiet;
	struct rnd_state rng;
	struct gen_model model;
	struct kmem_cache *caches[GEN_CACHES];
	char *crowd[GEN_CROWD];		/* objects that live on */
	struct gen_due due[8];
	unsigned int nr_due, reports, silent;
	unsigned int by_kind[8];
	int loglevel;			/* of the console, before */
};

static u32 below(struct ground *g, u32 n)
{
	return prandom_u32_state(&g->rng) % n;
}

/* ---- What programs do, each a function that reports name ---- */

static noinline __noclone void gen_alloc(void *arg)
{
	struct program *pr = arg;

	pr->p = pr->cache ? kmem_cache_alloc(pr->cache, GFP_ATOMIC) : kmalloc(pr->size, GFP_ATOMIC);
	barrier();
}

static noinline __noclone void gen_access(void *arg)
{
	const struct program *pr = arg;

	if (pr->write) {
		switch (pr->width) {
		case 1: WRITE_ONCE(*(u8 *)pr->addr, pr->value); break;
		case 2: WRITE_ONCE(*(u16 *)pr->addr, pr->value); break;
		case 4: WRITE_ONCE(*(u32 *)pr->addr, pr->value); break;
		case 8: WRITE_ONCE(*(u64 *)pr->addr, pr->value); break;
		}
	} else {
		switch (pr->width) {
		case 1: READ_ONCE(*(u8 *)pr->addr); break;
		case 2: READ_ONCE(*(u16 *)pr->addr); break;
		case 4: READ_ONCE(*(u32 *)pr->addr); break;
		case 8: READ_ONCE(*(u64 *)pr->addr); break;
		}
	}
}

struct free_call {
	struct kmem_cache *cache;
	void *p;
};

static noinline __noclone void gen_free(void *arg)
{
	struct free_call *f = arg;

	if (f->cache)
		kmem_cache_free(f->cache, f->p);
	else
		kfree(f->p);
	barrier();
}

/* The frame below gen_call(), by context. */
static const char *frame_of(enum gen_context context)
{
	switch (context) {
	case GEN_TIMER:		return "in_timer";
	case GEN_HRTIMER:	return "in_hrtimer";
	case GEN_IPI:		return "in_ipi";
	case GEN_WORK:		return "in_work";
	case GEN_OTHER_CPU:	return "in_kthread";
	default:		return "gen_run_in";
	}
}

/* The console is silent while programs run; not about this. */
#define GEN_ASSERT(g, condition, fmt, ...) do {						\
		if (!(condition)) {							\
			console_loglevel = (g)->loglevel;				\
			KUNIT_ASSERT_FAILURE((g)->test, #condition " " fmt, ##__VA_ARGS__);	\
		}									\
	} while (0)

/* ---- Doing them, with the model told ---- */

static void now_due(struct ground *g, const struct gen_expected *e, unsigned int n, const struct gen_actor *who,
		    const char *fn, enum gen_context context)
{
	for (unsigned int i = 0; i < n; i++) {
		struct gen_due *d = &g->due[g->nr_due++];

		GEN_ASSERT(g, g->nr_due <= ARRAY_SIZE(g->due), "");
		d->e = e[i];
		d->who = *who;
		d->fn = fn;
		d->by = frame_of(context);
		if (e[i].object >= 0)
			d->object = g->model.objects[e[i].object];
	}
}

static void do_free(struct ground *g, struct kmem_cache *cache, char *p, enum gen_context context)
{
	int object = gen_model_object(&g->model, p);
	bool right = object >= 0 && g->model.objects[object].live && g->model.objects[object].p == p;
	struct free_call f = { .cache = cache, .p = p };
	struct gen_expected e[GEN_MAX_EXPECTED];
	unsigned int n = gen_model_free_at(&g->model, p, e);
	struct gen_actor who;

	gen_run_in(g->test, context, gen_free, &f, &who);
	if (right)
		g->model.objects[object].free = who;
	now_due(g, e, n, &who, "gen_free", context);
}

static void do_access(struct ground *g, struct program *pr)
{
	struct gen_expected e[GEN_MAX_EXPECTED];
	unsigned int n = gen_model_access(&g->model, pr->addr, pr->width, pr->write, pr->value, e);
	struct gen_actor who;

	gen_run_in(g->test, pr->crime_in, gen_access, pr, &who);
	now_due(g, e, n, &who, "gen_access", pr->crime_in);
}

/* kmalloc()'s caches are aligned to their size, but those of 96 and 192 bytes. */
static unsigned int kmalloc_align(unsigned int size)
{
	if ((size > 64 && size <= 96) || (size > 128 && size <= 192))
		return 8;
	return max(8u, (unsigned int)roundup_pow_of_two(size));
}

/* An object on the wanted side; those on the wrong one are given back, which is a correct program of its own. */
static void do_alloc(struct ground *g, struct program *pr)
{
	unsigned int align = pr->cache ? pr->cache->align : kmalloc_align(pr->size);
	unsigned int at_right = (PAGE_SIZE - pr->size) & ~(align - 1), at;
	int object;

	for (int tries = 0; tries < 100000; tries++) {
		struct gen_actor who;

		gen_run_in(g->test, pr->alloc_in, gen_alloc, pr, &who);
		GEN_ASSERT(g, pr->p, "");
		if (!is_kfence_address(pr->p)) {	/* sampling: not its turn */
			kfree(pr->p);
			continue;
		}
		at = offset_in_page(pr->p);
		object = gen_model_object(&g->model, pr->p);
		GEN_ASSERT(g, at == 0 || at == at_right, "offset %u of %u bytes", at, pr->size);
		GEN_ASSERT(g, ksize(pr->p) == pr->size, "%zu %u", ksize(pr->p), pr->size);
		GEN_ASSERT(g, object >= 0 && object < g->model.nr && !g->model.objects[object].live, "number %d", object);
		gen_model_alloc(&g->model, pr->p, pr->size, pr->cache ? pr->cache->name : "kmalloc-", &who);
		if (at == (pr->right ? at_right : 0))
			return;
		do_free(g, pr->cache, pr->p, GEN_THREAD);
	}
	GEN_ASSERT(g, false, "no object of %u bytes on the %s side", pr->size, pr->right ? "right" : "left");
}

/* ---- Making them ---- */

static unsigned int some_size(struct ground *g)
{
	static const u16 edges[] = { 1, 7, 8, 9, 32, 73, 2048, 4080, 4095, 4096 };

	if (!below(g, 4))
		return edges[below(g, ARRAY_SIZE(edges))];
	return 1 + below(g, 1u << (1 + below(g, 12)));	/* small ones as often as large ones */
}

/* Any, but most often one that needs no other CPU's or timer's help: those wait for their turn on a busy host. */
static enum gen_context some_context(struct ground *g)
{
	return below(g, below(g, 8) ? GEN_TIMER : GEN_CONTEXTS);
}

/* Combination @n of all there are, round and round. */
static void choose(struct ground *g, struct program *pr, unsigned int n)
{
	unsigned int accesses = FREE_TWICE * 2 * 2;

	*pr = (struct program){ .right = n & 1, .crime_in = n / 2 % GEN_CONTEXTS };
	n = n / 2 / GEN_CONTEXTS % (accesses + PLACES - FREE_TWICE);
	if (n < accesses) {
		pr->write = n & 1;
		pr->freed_first = n & 2;
		pr->place = n / 4;
	} else {
		pr->place = FREE_TWICE + n - accesses;
		pr->freed_first = pr->place == FREE_TWICE || below(g, 2);
	}
	pr->alloc_in = g->quiet ? some_context(g) : GEN_THREAD;
	pr->free_in = some_context(g);
	pr->width = 1 << below(g, 4);
	pr->value = (u64)prandom_u32_state(&g->rng) << 32 | prandom_u32_state(&g->rng);
	if (pr->width < 8)
		pr->value &= (1ull << pr->width * 8) - 1;
	pr->cache = g->quiet ? g->caches[below(g, GEN_CACHES)] : NULL;
	pr->size = g->quiet ? pr->cache->object_size : some_size(g);
}

static unsigned long aim_anywhere(struct ground *g, const struct program *pr)
{
	unsigned long p = (unsigned long)pr->p, page = p & PAGE_MASK;

	switch (pr->place) {
	case AT_EDGE:
		return pr->right ? p + pr->size - below(g, pr->width) : p - 1 - below(g, pr->width);
	case IN_GUARD:
	case FREE_GUARD:
		return (below(g, 2) ? page + PAGE_SIZE : page - PAGE_SIZE) + below(g, PAGE_SIZE);
	case IN_PAGE:
	case FREE_INSIDE:
		return page + below(g, PAGE_SIZE);
	case WILD:
		return page + below(g, 7 * PAGE_SIZE) - 3 * PAGE_SIZE;
	default:
		return p;
	}
}

/* Would this be judged rightly, whatever lies in the pages around that the model does not know? */
static bool aim_is_safe(struct ground *g, const struct program *pr, unsigned long addr)
{
	unsigned long last = addr + pr->width - 1, page = (unsigned long)pr->p & PAGE_MASK;
	bool at_left = !offset_in_page(pr->p), at_end = (unsigned long)pr->p + pr->size == page + PAGE_SIZE;

	if (addr < g->model.base || last >= g->model.base + (2 * g->model.nr + 2) * PAGE_SIZE)
		return false;
	if (g->quiet)
		return true;
	if (pr->place == FREE_GUARD || (pr->place == WILD && pr->freed_first))
		return false;
	if (addr >= page && last < page + PAGE_SIZE)
		return true;
	if (pr->freed_first)
		return false;
	/* In a guard, and nearer to our object than any other can be. */
	return at_left && last < page + PAGE_SIZE ? addr > page - 2040 : at_end && last < page + PAGE_SIZE + 2040 && addr >= page;
}

static void aim(struct ground *g, struct program *pr)
{
	for (int tries = 0; tries < 1000; tries++) {
		pr->addr = aim_anywhere(g, pr);
		if (aim_is_safe(g, pr, pr->addr))
			return;
		/* Nothing of this place is safe here: take another. */
		if (tries % 50 == 49)
			pr->place = pr->place >= FREE_TWICE ? FREE_INSIDE : IN_PAGE;
	}
}

static struct kmem_cache *cache_of(struct ground *g, const char *p)
{
	int object = gen_model_object(&g->model, p), i = 0;

	while (g->quiet && g->caches[i]->name != g->model.objects[object].cache)
		i++;
	return g->quiet ? g->caches[i] : NULL;
}

/* Keep the object alive beside the others, or free it, or free an older one instead. */
static void clean_up(struct ground *g, struct program *pr)
{
	unsigned int i = below(g, GEN_CROWD * 2);
	int object = gen_model_object(&g->model, pr->p);
	char *leaves = pr->p;

	if (!g->model.objects[object].live || g->model.objects[object].p != pr->p)
		return;
	if (g->quiet && i < GEN_CROWD) {
		leaves = g->crowd[i];
		g->crowd[i] = pr->p;
	}
	if (!leaves)
		return;
	do_free(g, cache_of(g, leaves), leaves, pr->free_in);
}

static void perform(struct ground *g, struct program *pr)
{
	do_alloc(g, pr);
	aim(g, pr);
	if (pr->freed_first)
		do_free(g, pr->cache, pr->p, pr->free_in);
	if (pr->place >= FREE_TWICE)
		do_free(g, pr->cache, (char *)pr->addr, pr->crime_in);
	else
		do_access(g, pr);
	clean_up(g, pr);
}

/* ---- Judging them ---- */

/* For the count at the end. */
static void count_kind(struct ground *g, const char *kind)
{
	static const char *const kinds[] = { "out-of-bounds r", "out-of-bounds w", "use-after-free r", "use-after-free w",
					     "memory corruption", "invalid free", "invalid r", "invalid w" };

	for (int i = 0; i < ARRAY_SIZE(kinds); i++)
		g->by_kind[i] += !strncmp(kind, kinds[i], strlen(kinds[i]));
}

static void judge(struct ground *g)
{
	static struct kfence_seen seen[ARRAY_SIZE(g->due)];
	unsigned int n = kfence_seen_all(seen, ARRAY_SIZE(seen));

	kfence_seen_start();
	for (unsigned int i = 0; i < min(n, g->nr_due); i++) {
		gen_judge(g->test, &g->due[i], &seen[i]);
		count_kind(g, seen[i].kind);
	}
	KUNIT_EXPECT_EQ_MSG(g->test, n, g->nr_due, "reports; first: %s, expected: %s", n ? seen[0].kind : "none",
			    g->nr_due ? g->due[0].e.kind : "none");
	for (unsigned int i = 0; n != g->nr_due && i < min_t(unsigned int, n, ARRAY_SIZE(seen)); i++)
		kunit_info(g->test, "report: %s at 0x%lx in %s, object %lu, stack %s\n", seen[i].kind, seen[i].addr,
			   seen[i].function, seen[i].number, seen[i].access_stack);
	g->reports += n;
	g->silent += !n;
	g->nr_due = 0;
}

/* ---- Grounds ---- */

static struct kmem_cache *hushed[256];
static unsigned int nr_hushed;

/* Nobody but who comes later is guarded. */
static void hush_others(void)
{
	struct kmem_cache *s;

	kfence_param_set("order0_page", "0");
	slab_mutex_lock();
	list_for_each_entry(s, &slab_caches, list) {
		if (!s->kfence_enable || nr_hushed == ARRAY_SIZE(hushed))
			continue;
		slab_set_kfence_enable(s, false);
		hushed[nr_hushed++] = s;
	}
	slab_mutex_unlock();
}

static void unhush_others(void *unused)
{
	struct kmem_cache *s;
	unsigned int i;

	slab_mutex_lock();
	list_for_each_entry(s, &slab_caches, list) {
		for (i = 0; i < nr_hushed && hushed[i] != s; i++)
			;
		if (i < nr_hushed)
			slab_set_kfence_enable(s, true);
	}
	nr_hushed = 0;
	slab_mutex_unlock();
	kfence_param_set("order0_page", "1");
}

static void make_caches(struct ground *g)
{
	for (int i = 0; i < GEN_CACHES; i++) {
		char name[24];

		snprintf(name, sizeof(name), "gen-%d", i);
		g->caches[i] = kmem_cache_create(name, i < 3 ? (i ? i * 4095 - 4094 : 32) : some_size(g),
						 1 << below(g, 8), SLAB_NO_MERGE, NULL);
		KUNIT_ASSERT_NOT_NULL(g->test, g->caches[i]);
	}
}

/* A first crime tells where the pool is: the number in its report counts the pages before the object. */
static unsigned long find_pool(struct kunit *test, struct kmem_cache *cache)
{
	struct kfence_seen r;
	char *p = kfence_test_alloc(test, cache, 32, GFP_KERNEL, KFENCE_LEFT);

	READ_ONCE(p[-1]);
	kfence_expect(test, "out-of-bounds read", p - 1, __func__, p, 32, &r);
	kfence_test_free(cache, p);
	return ((unsigned long)p & PAGE_MASK) - (2 * r.number + 2) * PAGE_SIZE;
}

static void leave_ground(void *arg)
{
	struct ground *g = arg;

	console_loglevel = g->loglevel;
	for (int i = 0; i < GEN_CACHES; i++)
		kmem_cache_destroy(g->caches[i]);
	gen_model_free(&g->model);
}

static void enter_ground(struct kunit *test, struct ground *g, bool quiet)
{
	unsigned long base;

	g->test = test;
	g->quiet = quiet;
	g->loglevel = console_loglevel;
	prandom_seed_state(&g->rng, kfence_gen_seed);
	if (quiet) {
		KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unhush_others, NULL), 0);
		hush_others();
		KUNIT_ASSERT_EQ(test, kfence_setup("-1", "255", "global"), 0);
	}
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, leave_ground, g), 0);
	if (quiet)
		make_caches(g);
	base = find_pool(test, g->caches[0]);
	KUNIT_ASSERT_TRUE(test, gen_model_init(&g->model, base, quiet ? 255 : 1000));
	/* What find_pool() has used. */
	kfence_seen_start();
}

static void tell(struct ground *g, const char *when, unsigned int i, const struct program *pr)
{
	kunit_info(g->test, "%s %u: %s, %s, %s, %s, contexts alloc %d free %d crime %d, %u bytes at 0x%lx, width %u, address 0x%lx\n",
		   when, i, place_names[pr->place], pr->right ? "right" : "left", pr->write ? "write" : "read",
		   pr->freed_first ? "freed" : "live", pr->alloc_in, pr->free_in, pr->crime_in, pr->size,
		   (unsigned long)pr->p, pr->width, pr->addr);
}

/* The log is read, not the console: it is silent while reports come. False: the case has failed. */
static bool perform_and_judge(struct ground *g, struct program *pr, void (*step)(struct ground *, struct program *))
{
	console_loglevel = CONSOLE_LOGLEVEL_SILENT;
	step(g, pr);
	console_loglevel = g->loglevel;
	judge(g);
	return READ_ONCE(g->test->status) != KUNIT_FAILURE;
}

/* The objects that were kept alive, with the damage that wild writes have done to them. */
static void free_one_of_crowd(struct ground *g, struct program *pr)
{
	do_free(g, cache_of(g, pr->p), pr->p, pr->free_in);
}

static void run_programs(struct kunit *test, bool quiet, unsigned int programs)
{
	struct ground *g = kunit_kzalloc(test, sizeof(*g), GFP_KERNEL);
	struct program pr = {};

	KUNIT_ASSERT_NOT_NULL(test, g);
	enter_ground(test, g, quiet);
	for (unsigned int i = 0; i < programs; i++) {
		choose(g, &pr, i);
		if (!perform_and_judge(g, &pr, perform))
			return tell(g, "program", i, &pr);
	}
	for (unsigned int i = 0; i < GEN_CROWD; i++) {
		pr.p = g->crowd[i];
		if (pr.p && !perform_and_judge(g, &pr, free_one_of_crowd))
			return tell(g, "left over", i, &pr);
	}
	kunit_info(test, "seed %u: %u programs, %u reports: out-of-bounds %u+%u, use-after-free %u+%u, corruption %u, invalid free %u, invalid %u+%u; %u rightly silent\n",
		   kfence_gen_seed, programs, g->reports, g->by_kind[0], g->by_kind[1], g->by_kind[2], g->by_kind[3],
		   g->by_kind[4], g->by_kind[5], g->by_kind[6], g->by_kind[7], g->silent);
}

static void generated_bugs(struct kunit *test)
{
	run_programs(test, true, kfence_gen_programs());
}

static void generated_bugs_kmalloc(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "1000", "global"), 0);
	run_programs(test, false, (kfence_gen_programs() + 3) / 4);
}

/* As many tokens per millisecond as anybody can use: what is sampled is reported as in full mode. */
static void generated_bugs_sampled(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kfence_setup("1", "1000", "global"), 0);
	KUNIT_ASSERT_EQ(test, kfence_param_set("burst", "1000000"), 0);
	run_programs(test, false, kfence_gen_programs() / 8);
	KUNIT_EXPECT_EQ(test, kfence_param_set("burst", "0"), 0);
}

static struct kunit_case gen_cases[] = {
	KUNIT_CASE(generated_bugs),
	KUNIT_CASE(generated_bugs_kmalloc),
	KUNIT_CASE(generated_bugs_sampled),
	{}
};

static struct kunit_suite gen_suite = {
	.name = "kfence_generated",
	.suite_exit = kfence_suite_exit,
	.test_cases = gen_cases,
};
kunit_test_suite(gen_suite);
