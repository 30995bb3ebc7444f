// SPDX-License-Identifier: MIT
/*
 * The module loader, in the kernel, with the sample modules of the initramfs: what a load leaves behind,
 * what a failed one leaves behind (nothing), W^X, symbols, dependencies, versions. Mutated files, failing
 * allocations and many rounds are modload_test.c's.
 */
#include <kunit/test.h>
#include <linux/kallsyms.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vermagic.h>
#include <paddock/module.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "../../modloader/internal.h"
#include "ko.h"
#include "mm_kunit.h"

static struct module_errbuf err_text;	/* tests run one after the other */

static int load(struct ko ko, const char *args, unsigned int flags)
{
	err_text.len = 0;
	err_text.text[0] = 0;
	return module_load(ko.data, ko.len, args, flags, &err_text);
}

static int unload(const char *name)
{
	err_text.len = 0;
	return module_unload(name, 0, &err_text);
}

static struct module *find(const char *name)
{
	struct module *mod;

	rcu_read_lock();
	mod = find_module(name);
	rcu_read_unlock();
	return mod;
}

static void load_and_unload(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");
	struct module *mod;

	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	mod = find("hello");
	KUNIT_ASSERT_NOT_NULL(test, mod);
	KUNIT_EXPECT_EQ(test, (int)MODULE_STATE_LIVE, (int)mod->state);
	KUNIT_EXPECT_EQ(test, 0, module_refcount(mod));
	KUNIT_EXPECT_TRUE(test, mod->taints & 1UL << TAINT_OOT_MODULE);
	KUNIT_EXPECT_EQ(test, 0, unload("hello"));
	KUNIT_EXPECT_NULL(test, find("hello"));
	KUNIT_EXPECT_EQ(test, -ENOENT, unload("hello"));
}

static void second_load_is_refused(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");

	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	KUNIT_EXPECT_EQ(test, -EEXIST, load(ko, "", 0));
	KUNIT_EXPECT_EQ(test, 0, unload("hello"));
}

static void in_use_means_no_unload(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");
	struct module *mod;

	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	mod = find("hello");
	KUNIT_EXPECT_TRUE(test, try_module_get(mod));
	KUNIT_EXPECT_EQ(test, 1, module_refcount(mod));
	KUNIT_EXPECT_EQ(test, -EWOULDBLOCK, unload("hello"));
	module_put(mod);
	KUNIT_EXPECT_EQ(test, 0, unload("hello"));
}

static unsigned int prot_at(unsigned long addr)
{
	unsigned int level;
	pte_t *e = kernel_page_entry(addr, &level);

	return e ? arch_pt_prot(*e, level) & (PT_PRESENT | PT_WRITE | PT_EXEC) : 0;
}

static unsigned long alias_of(unsigned long addr)
{
	return (unsigned long)__va(kernel_va_to_pa(addr));
}

static void text_is_rx_data_is_rw(struct kunit *test)
{
	struct ko ko = ko_read(test, "counter_lib");
	struct module *mod;

	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	mod = find("counter_lib");
	KUNIT_EXPECT_EQ(test, (unsigned int)(PT_PRESENT | PT_EXEC), prot_at((unsigned long)mod->exit));
	KUNIT_EXPECT_EQ(test, (unsigned int)(PT_PRESENT | PT_WRITE), prot_at((unsigned long)mod));
	KUNIT_EXPECT_EQ(test, (unsigned int)PT_PRESENT, prot_at((unsigned long)mod->syms));
	KUNIT_EXPECT_EQ(test, 0UL, kernel_count_wx(false));
	/* Through the linear map neither. */
	KUNIT_EXPECT_EQ(test, (unsigned int)PT_PRESENT, prot_at(alias_of((unsigned long)mod->exit)));
	KUNIT_EXPECT_EQ(test, (unsigned int)PT_PRESENT, prot_at(alias_of((unsigned long)mod->syms)));
	KUNIT_EXPECT_EQ(test, (unsigned int)(PT_PRESENT | PT_WRITE), prot_at(alias_of((unsigned long)mod)));
	KUNIT_EXPECT_EQ(test, 0UL, kernel_count_writable_aliases(true));
	KUNIT_EXPECT_EQ(test, 0, unload("counter_lib"));
}

/* Written by init, and by nobody after it; not through the linear map either. */
static void ro_after_init_is_read_only_after_init(struct kunit *test)
{
	struct ko ko = ko_read(test, "pmalloc_user");
	struct module *mod;
	unsigned long at;

	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	mod = find("pmalloc_user");
	at = mod->priv->region[CORE_RO_AFTER_INIT].start;
	KUNIT_EXPECT_NE(test, 0UL, at);
	KUNIT_EXPECT_EQ(test, (unsigned int)PT_PRESENT, prot_at(at));
	KUNIT_EXPECT_EQ(test, (unsigned int)PT_PRESENT, prot_at(alias_of(at)));
	KUNIT_EXPECT_EQ(test, 0, unload("pmalloc_user"));
}

/* Modules' pages lie together: several cost the linear map one large page, which comes back. */
static void modules_cost_one_large_page(struct kunit *test)
{
	static const char *const names[] = { "hello", "params", "counter_lib", "victim" };
	unsigned long k4[3], m2[3], g1[3];

	mm_settle();
	kernel_direct_map_bytes(&k4[0], &m2[0], &g1[0]);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_ASSERT_EQ(test, 0, load(ko_read(test, names[i]), "", 0));
	kernel_direct_map_bytes(&k4[1], &m2[1], &g1[1]);
	KUNIT_EXPECT_LE(test, k4[1], k4[0] + PT_LEVEL_SIZE(1));
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_EQ(test, 0, unload(names[i]));
	mm_settle();
	kernel_direct_map_bytes(&k4[2], &m2[2], &g1[2]);
	KUNIT_EXPECT_EQ(test, k4[2], k4[0]);
}

static void symbols_have_names(struct kunit *test)
{
	struct ko ko = ko_read(test, "counter_lib");
	unsigned long addr;
	char *text = kunit_kzalloc(test, KSYM_SYMBOL_LEN, GFP_KERNEL);
	struct module *mod;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_EQ(test, 0, load(ko, "", 0));
	mod = find("counter_lib");
	addr = kallsyms_lookup_name("counter_lib:counter_add");
	KUNIT_EXPECT_NE(test, 0UL, addr);
	KUNIT_EXPECT_EQ(test, addr, kallsyms_lookup_name("counter_add"));
	KUNIT_EXPECT_TRUE(test, is_module_text_address(addr));
	KUNIT_EXPECT_PTR_EQ(test, mod, __module_text_address(addr));
	KUNIT_EXPECT_FALSE(test, is_module_text_address((unsigned long)mod));
	KUNIT_EXPECT_TRUE(test, is_module_address((unsigned long)mod));
	sprint_symbol(text, addr + 1);
	KUNIT_EXPECT_EQ(test, 0, strncmp(text, "counter_add+0x1/0x", 18));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " [counter_lib]"));
	/* Init is gone, and its names with it. */
	KUNIT_EXPECT_EQ(test, 0UL, kallsyms_lookup_name("counter_lib_init"));
	KUNIT_EXPECT_EQ(test, 0, unload("counter_lib"));
	KUNIT_EXPECT_EQ(test, 0UL, kallsyms_lookup_name("counter_add"));
	KUNIT_EXPECT_FALSE(test, is_module_address(addr));
}

static void users_hold_what_they_use(struct kunit *test)
{
	struct ko lib = ko_read(test, "counter_lib"), user = ko_read(test, "counter_user");

	KUNIT_EXPECT_EQ(test, -ENOENT, load(user, "", 0));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "counter_add"));
	KUNIT_ASSERT_EQ(test, 0, load(lib, "", 0));
	KUNIT_ASSERT_EQ(test, 0, load(user, "step=2", 0));
	KUNIT_EXPECT_EQ(test, 1, module_refcount(find("counter_lib")));
	KUNIT_EXPECT_EQ(test, -EWOULDBLOCK, unload("counter_lib"));
	KUNIT_EXPECT_STREQ(test, "Module counter_lib is in use by: counter_user\n", err_text.text);
	KUNIT_EXPECT_EQ(test, 0, unload("counter_user"));
	KUNIT_EXPECT_EQ(test, 0, unload("counter_lib"));
}

static void unknown_symbols_are_explained(struct kunit *test)
{
	struct ko ko = ko_read(test, "unknown_symbol");

	KUNIT_EXPECT_EQ(test, -ENOENT, load(ko, "", 0));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "frobnicate_device"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "(is it kfree?)"));
	KUNIT_EXPECT_NULL(test, find("unknown_symbol"));
}

static void bad_parameters_keep_it_out(struct kunit *test)
{
	struct ko ko = ko_read(test, "params");

	KUNIT_EXPECT_EQ(test, -EINVAL, load(ko, "count=many", 0));
	KUNIT_EXPECT_EQ(test, -ERANGE, load(ko, "level=10", 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, load(ko, "list=1,2,3,4,5", 0));
	KUNIT_EXPECT_EQ(test, -ENOSPC, load(ko, "title=sixteen_letters!", 0));
	KUNIT_EXPECT_NULL(test, find("params"));
	KUNIT_EXPECT_EQ(test, 0, load(ko, "nosuch=1 count=0x10", 0));
	KUNIT_EXPECT_EQ(test, 0, unload("params"));
}

/* The first place of @text in the file, or NULL. */
static u8 *find_bytes(struct ko ko, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i + n <= ko.len; i++)
		if (!memcmp(ko.data + i, text, n))
			return ko.data + i;
	return NULL;
}

static void other_kernels_modules_are_refused(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");
	u8 *magic = find_bytes(ko, "SMP preempt", 11);

	KUNIT_ASSERT_NOT_NULL(test, magic);
	memcpy(magic, "SMQ", 3);
	KUNIT_EXPECT_EQ(test, -ENOEXEC, load(ko, "", 0));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "version magic '"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "the module has 'SMQ', this kernel 'SMP'"));
	KUNIT_EXPECT_EQ(test, 0, load(ko, "", MODULE_LOAD_IGNORE_VERMAGIC | MODULE_LOAD_DRY_RUN));
}

static void other_versions_are_refused(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");
	u8 *name = find_bytes(ko, "_printk\0\0\0\0\0\0\0\0", 15);

	if (!name)
		kunit_skip(test, "built without symbol versions");
	name[-8] ^= 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, load(ko, "", 0));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "declaration differs"));
	KUNIT_EXPECT_EQ(test, 0, load(ko, "", MODULE_LOAD_IGNORE_MODVERSIONS | MODULE_LOAD_DRY_RUN));
}

static void dry_run_leaves_nothing(struct kunit *test)
{
	struct ko ko = ko_read(test, "victim");
	struct mm_watch watch;

	mm_watch_begin(test, &watch);
	for (int i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, 0, load(ko, "", MODULE_LOAD_DRY_RUN));
	KUNIT_EXPECT_NOT_NULL(test, strstr(err_text.text, "victim: would load"));
	KUNIT_EXPECT_NULL(test, find("victim"));
	mm_watch_end(test, &watch);
}

static void truncated_files_are_refused(struct kunit *test)
{
	struct ko ko = ko_read(test, "hello");
	struct mm_watch watch;
	size_t len;

	mm_watch_begin(test, &watch);
	for (len = 0; len < ko.len; len += 37)
		KUNIT_EXPECT_EQ(test, -ENOEXEC, load((struct ko){ ko.data, len }, "", 0));
	mm_watch_end(test, &watch);
}

static struct kunit_case modloader_cases[] = {
	KUNIT_CASE(load_and_unload),
	KUNIT_CASE(second_load_is_refused),
	KUNIT_CASE(in_use_means_no_unload),
	KUNIT_CASE(text_is_rx_data_is_rw),
	KUNIT_CASE(ro_after_init_is_read_only_after_init),
	KUNIT_CASE(modules_cost_one_large_page),
	KUNIT_CASE(symbols_have_names),
	KUNIT_CASE(users_hold_what_they_use),
	KUNIT_CASE(unknown_symbols_are_explained),
	KUNIT_CASE(bad_parameters_keep_it_out),
	KUNIT_CASE(other_kernels_modules_are_refused),
	KUNIT_CASE(other_versions_are_refused),
	KUNIT_CASE(dry_run_leaves_nothing),
	KUNIT_CASE(truncated_files_are_refused),
	{ }
};

static struct kunit_suite modloader_suite = {
	.name = "modloader",
	.test_cases = modloader_cases,
};
kunit_test_suite(modloader_suite);
