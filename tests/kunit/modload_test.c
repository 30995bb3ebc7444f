// SPDX-License-Identifier: MIT
/*
 * Loading under bad conditions: mutated real modules, each allocation failing in turn, many rounds. After each
 * case the kernel holds exactly what it held before (mm_watch). And a veneer, executed.
 *
 * make test runs a short form; longer ones by parameters on the command line:
 *
 *	kunit=modload modload_test.mutants=20000 modload_test.seed=7 modload_test.cycles=10000 modload_test.sweeps=5
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/fault_inject.h>
#include <paddock/module.h>
#include "../../modloader/internal.h"
#include "../fuzz/elf_mutate.h"
#include "ko.h"
#include "mm_kunit.h"

static unsigned int mutants = 120;
module_param(mutants, uint, 0644);
static unsigned long seed = 1;
module_param(seed, ulong, 0644);
static unsigned int cycles = 20;
module_param(cycles, uint, 0644);
static unsigned int sweeps = 1;		/* of 5 modules whose allocations fail */
module_param(sweeps, uint, 0644);

static struct module_errbuf err_text;	/* tests run one after the other */

static int load(const void *data, size_t len, const char *args, unsigned int flags)
{
	err_text.len = 0;
	err_text.text[0] = 0;
	return module_load(data, len, args, flags, &err_text);
}

/* The modules on the list; the newest one's name. */
static unsigned int count_modules(char *newest)
{
	unsigned int n = 0;
	struct module *mod;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &modules, list)
		if (!n++)
			strscpy(newest, mod->name, MODULE_NAME_LEN);
	rcu_read_unlock();
	return n;
}

/* ---- Mutants ---- */

/*
 * All of the load but the module's own code, which after a relocation has gone astray may do anything. A copy of exactly
 * the file's size each time, so that KFENCE and the guard behind vmalloc's pages see a read behind its end.
 */
static bool try_mutant(struct kunit *test, struct ko ko, u64 mutant)
{
	unsigned int before, flags = MODULE_LOAD_NO_INIT;
	char name[MODULE_NAME_LEN] = "";
	u8 *copy = kvmalloc(ko.len, GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, ko.data, ko.len);
	elf_mutate(copy, ko.len, mutant);
	if (mutant % 2)		/* further in, when it is the names or the CRCs that are changed */
		flags |= MODULE_LOAD_IGNORE_MODVERSIONS | MODULE_LOAD_IGNORE_VERMAGIC;
	pr_debug("mutant %llu\n", mutant);	/* should it crash, the log says which */
	before = count_modules(name);
	err = load(copy, ko.len, "", flags);
	kvfree(copy);
	if (err) {
		KUNIT_EXPECT_LT(test, err, 0);
		KUNIT_EXPECT_EQ_MSG(test, before, count_modules(name), "mutant %llu: %d", mutant, err);
		return false;
	}
	KUNIT_EXPECT_EQ(test, before + 1, count_modules(name));
	KUNIT_EXPECT_EQ_MSG(test, 0, module_unload(name, 0, &err_text), "mutant %llu: %s", mutant, err_text.text);
	return true;
}

static void mutants_are_survived(struct kunit *test)
{
	static const char *const names[] = { "hello", "params", "counter_lib", "victim", "proc_file", "ticker" };
	struct ko ko[ARRAY_SIZE(names)];
	int loglevel = console_loglevel;
	unsigned int i, loaded = 0;
	struct mm_watch watch;

	kunit_info(test, "seed %lu", seed);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		ko[i] = ko_read(test, names[i]);
	mm_watch_begin(test, &watch);
	console_loglevel = 2;	/* a line for each mutant stays in the ring; a crash is seen */
	for (i = 0; i < mutants; i++)
		loaded += try_mutant(test, ko[i % ARRAY_SIZE(ko)], seed * 1000003 + i);
	console_loglevel = loglevel;
	mm_watch_end(test, &watch);
	kunit_info(test, "%u of %u mutants could be loaded", loaded, i);
	/* A mutator that makes only rubbish would test the first checks alone; one that changes nothing, none. */
	KUNIT_EXPECT_GT(test, loaded, mutants / 20);
	KUNIT_EXPECT_LT(test, loaded, mutants - mutants / 5);
}

/* ---- Each allocation fails in turn ---- */

struct scenario {
	const char *module, *args;
	const char *needs;		/* loaded before */
};

static void fail_each_of_load(struct kunit *test, const struct scenario *s, struct ko ko)
{
	char name[MODULE_NAME_LEN];
	unsigned int before = count_modules(name), nth = 0, survived = 0;
	struct mm_watch watch;
	bool fired;
	int err;

	mm_watch_begin(test, &watch);
	do {
		fail_nth_begin(++nth);
		err = load(ko.data, ko.len, s->args, 0);
		fired = fail_nth_end();
		if (!err)
			KUNIT_EXPECT_EQ(test, 0, module_unload(s->module, 0, &err_text));
		/* vmalloc() knows another way when a spare hole or a large page is not to be had; the loader has none. */
		survived += fired && !err;
		if (err)
			KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "%s: allocation %u", s->module, nth);
		KUNIT_EXPECT_EQ(test, before, count_modules(name));
	} while (fired && nth < 2000);
	mm_watch_end(test, &watch);
	KUNIT_EXPECT_GT(test, nth, 20u);
	KUNIT_EXPECT_LE_MSG(test, survived, 6u, "%s: swallowed failures", s->module);
	kunit_info(test, "%s: each of %u allocations of the load failed once", s->module, nth - 1);
}

/* Unloading may not fail for want of memory: there is nobody who could do it later. */
static void fail_each_of_unload(struct kunit *test, const struct scenario *s, struct ko ko)
{
	struct mm_watch watch;
	unsigned int nth = 0;
	bool fired;

	mm_watch_begin(test, &watch);
	do {
		KUNIT_ASSERT_EQ(test, 0, load(ko.data, ko.len, s->args, 0));
		fail_nth_begin(++nth);
		KUNIT_EXPECT_EQ(test, 0, module_unload(s->module, 0, &err_text));
		fired = fail_nth_end();
	} while (fired && nth < 200);
	mm_watch_end(test, &watch);
}

static void every_allocation_may_fail(struct kunit *test)
{
	static const struct scenario scenarios[] = {
		{ "counter_user", "step=2", "counter_lib" },
		{ "params", "list=1,2,3 who=somebody title=abc", NULL },
		{ "counter_lib", "", NULL },
		{ "hello", "", NULL },
		{ "proc_file", "", NULL },
	};
	int loglevel = console_loglevel;

	for (unsigned int i = 0; i < min_t(unsigned int, sweeps, ARRAY_SIZE(scenarios)); i++) {
		const struct scenario *s = &scenarios[i];
		struct ko ko = ko_read(test, s->module);

		if (s->needs) {
			struct ko lib = ko_read(test, s->needs);

			KUNIT_ASSERT_EQ(test, 0, load(lib.data, lib.len, "", 0));
		}
		console_loglevel = 4;	/* what fails here is told as an error */
		fail_each_of_load(test, s, ko);
		fail_each_of_unload(test, s, ko);
		console_loglevel = loglevel;
		if (s->needs)
			KUNIT_EXPECT_EQ(test, 0, module_unload(s->needs, 0, &err_text));
	}
}

/* ---- Rounds ---- */

static void rounds_leave_nothing(struct kunit *test)
{
	static const char *const names[] = { "hello", "counter_lib", "params" };
	struct ko ko[ARRAY_SIZE(names)];
	int loglevel = console_loglevel;
	struct mm_watch watch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		ko[i] = ko_read(test, names[i]);
	mm_watch_begin(test, &watch);
	console_loglevel = CONSOLE_LOGLEVEL_SILENT;
	for (i = 0; i < cycles; i++) {
		const struct ko *k = &ko[i % ARRAY_SIZE(ko)];

		KUNIT_ASSERT_EQ(test, 0, load(k->data, k->len, "", 0));
		KUNIT_ASSERT_EQ(test, 0, module_unload(names[i % ARRAY_SIZE(names)], 0, &err_text));
	}
	console_loglevel = loglevel;
	mm_watch_end(test, &watch);
	kunit_info(test, "%u times loaded and unloaded", i);
}

/* ---- Veneers ---- */

#define FAR_BYTES	(16UL << 20)

static noinline int far_target(int a, int b)
{
	return 100 * a + b;
}

/*
 * A branch in vmalloc's range, which is far from the image: relocated, it goes to the veneer beside it, and that to the
 * target with the arguments as they were. Executed for real.
 */
static void a_far_branch_takes_the_veneer(struct kunit *test)
{
	const u32 branch = 0x14000000;		/* b . */
	int (*code)(int, int);
	struct reloc r = { .type = R_AARCH64_JUMP26, .room = 4, .sym = (unsigned long)far_target };
	u8 *area, *page;

	if (!native_machine->slot_is_code)
		kunit_skip(test, "every call reaches its target: no veneers on this machine");
	/* The range begins 128 MiB behind the image's start: a few more are beyond every function's reach. */
	area = vmalloc(FAR_BYTES);
	KUNIT_ASSERT_NOT_NULL(test, area);
	page = area + FAR_BYTES - PAGE_SIZE;
	KUNIT_EXPECT_GT(test, (long)page - (long)far_target, 128L << 20);
	set_le32(page, branch);
	r.loc = page;
	r.place = (unsigned long)page;
	KUNIT_EXPECT_EQ(test, -ERANGE, native_machine->apply(&r));
	r.slot = (unsigned long)page + native_machine->slot_bytes;
	native_machine->write_slot((u8 *)r.slot, r.sym);
	KUNIT_EXPECT_EQ(test, 0, native_machine->apply(&r));
	KUNIT_ASSERT_EQ(test, 0, set_memory_rox((unsigned long)page, 1));
	code = (void *)page;
	KUNIT_EXPECT_EQ(test, 1207, code(12, 7));
	KUNIT_EXPECT_EQ(test, 0, set_memory_nx((unsigned long)page, 1));
	KUNIT_EXPECT_EQ(test, 0, set_memory_rw((unsigned long)page, 1));
	vfree(area);
}

static struct kunit_case modload_cases[] = {
	KUNIT_CASE(a_far_branch_takes_the_veneer),
	KUNIT_CASE(mutants_are_survived),
	KUNIT_CASE(every_allocation_may_fail),
	KUNIT_CASE(rounds_leave_nothing),
	{ }
};

static struct kunit_suite modload_suite = {
	.name = "modload",
	.test_cases = modload_cases,
};
kunit_test_suite(modload_suite);
