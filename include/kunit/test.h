/* SPDX-License-Identifier: MIT */
/*
 * KUnit: tests that run in the kernel, with Linux's interface, so that a suite can be built for both.
 *
 * A suite is a table of cases; kunit_test_suites() makes it known. Built-in suites run at boot with
 * "kunit" on the command line ("kunit=<suite glob>[.<case glob>]" for some), those of a module when it
 * is loaded. Results are printed in KTAP.
 *
 * Each case runs in a thread of its own: a failed assertion, or an oops, ends that thread and nothing
 * else. An expectation that fails is noted, and the case goes on.
 *
 * docs/debugging.md shows a suite.
 */
#pragma once

#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#define KUNIT_STATUS_COMMENT_SIZE	256
#define KUNIT_PARAM_DESC_SIZE		128
#define KUNIT_SUBTEST_INDENT		"    "
#define KUNIT_SUBSUBTEST_INDENT		"        "

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

struct dentry;
struct kunit;
struct kunit_log;

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	/* The parameter after @prev (NULL: the first), its description in @desc; NULL: no more. */
	const void *(*generate_params)(const void *prev, char *desc);
	/* private: */
	enum kunit_status status;
};

/* An entry without run_case ends the table. */
struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);	/* before all cases; an error fails the suite */
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);		/* before each case; an error fails it */
	void (*exit)(struct kunit *test);		/* after each case, in its thread if it still lives */
	struct kunit_case *test_cases;
	/* private: */
	int suite_init_err;
	struct dentry *debugfs;		/* /sys/kernel/debug/kunit/<name>, of a module's suite */
	struct kunit_log *log;		/* what its last run said, or NULL */
};

/* What a case allocated; taken back in reverse order when it is over, failed or not. */
struct kunit_resource;
typedef void (*kunit_resource_free_t)(struct kunit_resource *);

struct kunit_resource {
	void *data;
	const char *name;		/* to be found by, or NULL */
	kunit_resource_free_t free;	/* undoes it when the last reference goes, or NULL */
	/* private: */
	struct kref refcount;		/* one of the test, one of each who found it */
	struct list_head node;		/* under test->lock; empty: the test has it no more */
	bool should_kfree;
};

struct kunit {
	void *priv;			/* the suite's own */
	const char *name;
	const void *param_value;	/* of a case with parameters */
	int param_index;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct kunit_log *log;		/* the suite's */
	/* private: */
	spinlock_t lock;		/* guards the next two */
	enum kunit_status status;
	struct list_head resources;
	bool aborting;
};

#define KUNIT_CASE(test_name)	{ .run_case = test_name, .name = #test_name }
#define KUNIT_CASE_PARAM(test_name, gen_params) \
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params }
#define KUNIT_CASE_SLOW(test_name) KUNIT_CASE(test_name)

/* A generator over an array; get_desc(pointer to element, char *desc) may be NULL. */
#define KUNIT_ARRAY_PARAM(name, array, get_desc) \
	static const void *name##_gen_params(const void *prev, char *desc) \
	{ \
		typeof((array)[0]) *__next = prev ? ((typeof(__next))prev) + 1 : (array); \
		void (*__get_desc)(typeof(__next), char *) = get_desc; \
		if (__next - (array) >= ARRAY_SIZE((array))) \
			return NULL; \
		if (__get_desc) \
			__get_desc(__next, desc); \
		return __next; \
	}

/*
 * Suites are put into a table, __kunit_suites. The kernel's run at boot, a module's once it is live:
 * it may have an init and an exit function of its own, too.
 */
#define __kunit_test_suites(unique, suites_list...) \
	static struct kunit_suite * const unique[] __used __aligned(8) \
		__section("__kunit_suites") = { suites_list }
#define kunit_test_suites(suites_list...) \
	__kunit_test_suites(__UNIQUE_ID(kunit_suites_), suites_list)
#define kunit_test_suite(suite)			kunit_test_suites(&suite)
#define kunit_test_init_section_suites(s...)	kunit_test_suites(s)
#define kunit_test_init_section_suite(suite)	kunit_test_suites(&suite)

#define kunit_suite_for_each_test_case(suite, test_case) \
	for (test_case = (suite)->test_cases; test_case->run_case; test_case++)

/* Run suites now, as the boot does. Returns the number that failed. */
unsigned int kunit_run_suites(struct kunit_suite * const *suites, unsigned int n, const char *filter);

/* ---- Resources ---- */

/*
 * A resource ends with the case: @init (may be NULL: @context is the data) makes it, @free undoes it. Those
 * whose struct the caller has are added, the others allocated. Return 0, or init's error.
 */
int __kunit_add_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			 kunit_resource_free_t free, struct kunit_resource *res, void *data);

static inline int kunit_add_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
				     kunit_resource_free_t free, struct kunit_resource *res, void *data)
{
	res->name = NULL;
	res->should_kfree = false;
	return __kunit_add_resource(test, init, free, res, data);
}

/* -EEXIST when the test has one of that name. */
int kunit_add_named_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			     kunit_resource_free_t free, struct kunit_resource *res, const char *name, void *data);

/* The caller gets a reference of its own, to put. NULL: no memory, or @init failed. */
struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test,
	int (*init)(struct kunit_resource *, void *), kunit_resource_free_t free, gfp_t gfp, void *context);
/* Returns data, NULL on failure. */
void *kunit_alloc_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			   kunit_resource_free_t free, gfp_t gfp, void *context);

static inline void kunit_get_resource(struct kunit_resource *res)
{
	kref_get(&res->refcount);
}

void kunit_put_resource(struct kunit_resource *res);

/* Does @res look like @match_data? */
typedef bool (*kunit_resource_match_t)(struct kunit *test, struct kunit_resource *res, void *match_data);
bool kunit_resource_instance_match(struct kunit *test, struct kunit_resource *res, void *match_data);
bool kunit_resource_name_match(struct kunit *test, struct kunit_resource *res, void *match_name);
/* The latest that matches, with a reference to put; NULL: none. */
struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match, void *match_data);

static inline struct kunit_resource *kunit_find_named_resource(struct kunit *test, const char *name)
{
	return kunit_find_resource(test, kunit_resource_name_match, (void *)name);
}

/* remove: the test forgets this one. destroy: the latest that matches; -ENOENT: none. */
void kunit_remove_resource(struct kunit *test, struct kunit_resource *res);
int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data);

static inline int kunit_destroy_named_resource(struct kunit *test, const char *name)
{
	return kunit_destroy_resource(test, kunit_resource_name_match, (void *)name);
}

/* @action(@ctx) when the case is over; kunit_remove_action() forgets it, _release_ runs it now. */
int kunit_add_action(struct kunit *test, void (*action)(void *), void *ctx);
int kunit_add_action_or_reset(struct kunit *test, void (*action)(void *), void *ctx);
void kunit_remove_action(struct kunit *test, void (*action)(void *), void *ctx);
void kunit_release_action(struct kunit *test, void (*action)(void *), void *ctx);

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);

static inline void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp);
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc(test, size, gfp | __GFP_ZERO);
}

static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, n, size, gfp | __GFP_ZERO);
}

/* ---- Saying how it went ---- */

struct kunit *kunit_get_current_test(void);
void __kunit_fail_current_test(const char *file, int line, const char *fmt, ...) __printf(3, 4);
#define kunit_fail_current_test(fmt, ...) \
	__kunit_fail_current_test(__FILE__, __LINE__, fmt, ##__VA_ARGS__)

/* A line for the kernel's log, and for @log, to be read again (NULL: none). Context: any. */
void kunit_say(struct kunit_log *log, const char *fmt, ...) __printf(2, 3);

#define kunit_log(lvl, test_or_suite, fmt, ...)	kunit_say((test_or_suite)->log, lvl fmt "\n", ##__VA_ARGS__)
#define kunit_printk(lvl, test, fmt, ...) \
	kunit_log(lvl, test, KUNIT_SUBTEST_INDENT "# %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...)	kunit_printk(KERN_INFO, test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...)	kunit_printk(KERN_WARNING, test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)	kunit_printk(KERN_ERR, test, fmt, ##__VA_ARGS__)

void __kunit_mark_skipped(struct kunit *test, const char *fmt, ...) __printf(2, 3);
void __noreturn kunit_abort(struct kunit *test);
#define kunit_mark_skipped(test, fmt, ...)	__kunit_mark_skipped(test, fmt, ##__VA_ARGS__)
#define kunit_skip(test, fmt, ...) do { \
		kunit_mark_skipped((test), fmt, ##__VA_ARGS__); \
		kunit_abort(test); \
	} while (0)

/* ---- Expectations and assertions ---- */

enum kunit_assert_type {
	KUNIT_ASSERTION,	/* ends the case */
	KUNIT_EXPECTATION,
};

struct kunit_loc {
	int line;
	const char *file;
};

/* What was compared, as text: the report names what it was called and what it was. */
struct kunit_assert {
	enum kunit_assert_type type;
	struct kunit_loc loc;
	enum kunit_compare { KUNIT_UNARY, KUNIT_INTEGERS, KUNIT_POINTERS, KUNIT_STRINGS, KUNIT_MEMORY,
			     KUNIT_NO_ERROR, KUNIT_PLAIN } kind;
	const char *op;
	const char *left, *right;
};

/* @left, @right: the values, by kind; of memory @size bytes. Returns for expectations only. */
void __kunit_fail(struct kunit *test, const struct kunit_assert *assert, unsigned long long left,
		  unsigned long long right, size_t size, const char *fmt, ...) __printf(6, 7) __cold;

#define KUNIT_REPORT(test, t, k, o, l, r, lv, rv, size, fmt, ...) do { \
		static const struct kunit_assert __assert = { \
			.type = t, .loc = { __LINE__, __FILE__ }, .kind = k, \
			.op = o, .left = l, .right = r }; \
		__kunit_fail(test, &__assert, lv, rv, size, fmt, ##__VA_ARGS__); \
	} while (0)

#define KUNIT_UNARY_CHECK(test, t, condition, text, expected, fmt, ...) do { \
		if (unlikely(((condition) ? true : false) != (expected))) \
			KUNIT_REPORT(test, t, KUNIT_UNARY, (expected) ? "true" : "false", text, NULL, \
				     0, 0, 0, fmt, ##__VA_ARGS__); \
	} while (0)
#define KUNIT_BINARY_CHECK(test, t, k, l, o, r, fmt, ...) do { \
		const typeof(l) __kunit_l = (l); \
		const typeof(r) __kunit_r = (r); \
		if (unlikely(!(__kunit_l o __kunit_r))) \
			KUNIT_REPORT(test, t, k, #o, #l, #r, (unsigned long long)__kunit_l, \
				     (unsigned long long)__kunit_r, 0, fmt, ##__VA_ARGS__); \
	} while (0)
#define KUNIT_PTR_CHECK(test, t, l, o, r, fmt, ...) do { \
		const void *__kunit_l = (const void *)(l); \
		const void *__kunit_r = (const void *)(r); \
		if (unlikely(!(__kunit_l o __kunit_r))) \
			KUNIT_REPORT(test, t, KUNIT_POINTERS, #o, #l, #r, (unsigned long)__kunit_l, \
				     (unsigned long)__kunit_r, 0, fmt, ##__VA_ARGS__); \
	} while (0)
#define KUNIT_STR_CHECK(test, t, l, o, r, fmt, ...) do { \
		const char *__kunit_l = (l); \
		const char *__kunit_r = (r); \
		if (unlikely(!__kunit_l || !__kunit_r || !(strcmp(__kunit_l, __kunit_r) o 0))) \
			KUNIT_REPORT(test, t, KUNIT_STRINGS, #o, #l, #r, (unsigned long)__kunit_l, \
				     (unsigned long)__kunit_r, 0, fmt, ##__VA_ARGS__); \
	} while (0)
#define KUNIT_MEM_CHECK(test, t, l, o, r, size, fmt, ...) do { \
		const void *__kunit_l = (l); \
		const void *__kunit_r = (r); \
		const size_t __kunit_size = (size); \
		if (unlikely(!__kunit_l || !__kunit_r || \
			     !(memcmp(__kunit_l, __kunit_r, __kunit_size) o 0))) \
			KUNIT_REPORT(test, t, KUNIT_MEMORY, #o, #l, #r, (unsigned long)__kunit_l, \
				     (unsigned long)__kunit_r, __kunit_size, fmt, ##__VA_ARGS__); \
	} while (0)
#define KUNIT_NO_ERROR_CHECK(test, t, ptr, fmt, ...) do { \
		const void *__kunit_l = (ptr); \
		if (unlikely(IS_ERR_OR_NULL(__kunit_l))) \
			KUNIT_REPORT(test, t, KUNIT_NO_ERROR, NULL, #ptr, NULL, \
				     (unsigned long)__kunit_l, 0, 0, fmt, ##__VA_ARGS__); \
	} while (0)

#define KUNIT_SUCCEED(test)	do { (void)(test); } while (0)
#define KUNIT_FAIL(test, fmt, ...) \
	KUNIT_REPORT(test, KUNIT_EXPECTATION, KUNIT_PLAIN, NULL, NULL, NULL, 0, 0, 0, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FAILURE(test, fmt, ...) \
	KUNIT_REPORT(test, KUNIT_ASSERTION, KUNIT_PLAIN, NULL, NULL, NULL, 0, 0, 0, fmt, ##__VA_ARGS__)

/* KUNIT_EXPECT_x goes on when it does not hold, KUNIT_ASSERT_x ends the case; _MSG adds a message. */
#define KUNIT_EXPECT_TRUE_MSG(test, condition, fmt, ...) \
	KUNIT_UNARY_CHECK(test, KUNIT_EXPECTATION, condition, #condition, true, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, condition) \
	KUNIT_UNARY_CHECK(test, KUNIT_EXPECTATION, condition, #condition, true, NULL)
#define KUNIT_ASSERT_TRUE_MSG(test, condition, fmt, ...) \
	KUNIT_UNARY_CHECK(test, KUNIT_ASSERTION, condition, #condition, true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, condition) \
	KUNIT_UNARY_CHECK(test, KUNIT_ASSERTION, condition, #condition, true, NULL)
#define KUNIT_EXPECT_FALSE_MSG(test, condition, fmt, ...) \
	KUNIT_UNARY_CHECK(test, KUNIT_EXPECTATION, condition, #condition, false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, condition) \
	KUNIT_UNARY_CHECK(test, KUNIT_EXPECTATION, condition, #condition, false, NULL)
#define KUNIT_ASSERT_FALSE_MSG(test, condition, fmt, ...) \
	KUNIT_UNARY_CHECK(test, KUNIT_ASSERTION, condition, #condition, false, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, condition) \
	KUNIT_UNARY_CHECK(test, KUNIT_ASSERTION, condition, #condition, false, NULL)
#define KUNIT_EXPECT_EQ_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, ==, right, NULL)
#define KUNIT_ASSERT_EQ_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, ==, right, NULL)
#define KUNIT_EXPECT_NE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, !=, right, NULL)
#define KUNIT_ASSERT_NE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, !=, right, NULL)
#define KUNIT_EXPECT_LT_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, <, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, <, right, NULL)
#define KUNIT_ASSERT_LT_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, <, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, <, right, NULL)
#define KUNIT_EXPECT_LE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, <=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, <=, right, NULL)
#define KUNIT_ASSERT_LE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, <=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, <=, right, NULL)
#define KUNIT_EXPECT_GT_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, >, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, >, right, NULL)
#define KUNIT_ASSERT_GT_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, >, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, >, right, NULL)
#define KUNIT_EXPECT_GE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, >=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_EXPECTATION, KUNIT_INTEGERS, left, >=, right, NULL)
#define KUNIT_ASSERT_GE_MSG(test, left, right, fmt, ...) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, >=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE(test, left, right) \
	KUNIT_BINARY_CHECK(test, KUNIT_ASSERTION, KUNIT_INTEGERS, left, >=, right, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, left, ==, right, NULL)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, left, ==, right, NULL)
#define KUNIT_EXPECT_PTR_NE_MSG(test, left, right, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, left, right) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, left, !=, right, NULL)
#define KUNIT_ASSERT_PTR_NE_MSG(test, left, right, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, left, right) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, left, !=, right, NULL)
#define KUNIT_EXPECT_STREQ_MSG(test, left, right, fmt, ...) \
	KUNIT_STR_CHECK(test, KUNIT_EXPECTATION, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, left, right) \
	KUNIT_STR_CHECK(test, KUNIT_EXPECTATION, left, ==, right, NULL)
#define KUNIT_ASSERT_STREQ_MSG(test, left, right, fmt, ...) \
	KUNIT_STR_CHECK(test, KUNIT_ASSERTION, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, left, right) \
	KUNIT_STR_CHECK(test, KUNIT_ASSERTION, left, ==, right, NULL)
#define KUNIT_EXPECT_STRNEQ_MSG(test, left, right, fmt, ...) \
	KUNIT_STR_CHECK(test, KUNIT_EXPECTATION, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, left, right) \
	KUNIT_STR_CHECK(test, KUNIT_EXPECTATION, left, !=, right, NULL)
#define KUNIT_ASSERT_STRNEQ_MSG(test, left, right, fmt, ...) \
	KUNIT_STR_CHECK(test, KUNIT_ASSERTION, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, left, right) \
	KUNIT_STR_CHECK(test, KUNIT_ASSERTION, left, !=, right, NULL)
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, fmt, ...) \
	KUNIT_MEM_CHECK(test, KUNIT_EXPECTATION, left, ==, right, size, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	KUNIT_MEM_CHECK(test, KUNIT_EXPECTATION, left, ==, right, size, NULL)
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, fmt, ...) \
	KUNIT_MEM_CHECK(test, KUNIT_ASSERTION, left, ==, right, size, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, left, right, size) \
	KUNIT_MEM_CHECK(test, KUNIT_ASSERTION, left, ==, right, size, NULL)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, fmt, ...) \
	KUNIT_MEM_CHECK(test, KUNIT_EXPECTATION, left, !=, right, size, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size) \
	KUNIT_MEM_CHECK(test, KUNIT_EXPECTATION, left, !=, right, size, NULL)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, left, right, size, fmt, ...) \
	KUNIT_MEM_CHECK(test, KUNIT_ASSERTION, left, !=, right, size, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, left, right, size) \
	KUNIT_MEM_CHECK(test, KUNIT_ASSERTION, left, !=, right, size, NULL)
#define KUNIT_EXPECT_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, ptr, ==, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, ptr) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, ptr, ==, NULL, NULL)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, ptr, ==, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, ptr) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, ptr, ==, NULL, NULL)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, ptr, !=, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) \
	KUNIT_PTR_CHECK(test, KUNIT_EXPECTATION, ptr, !=, NULL, NULL)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, ptr, !=, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) \
	KUNIT_PTR_CHECK(test, KUNIT_ASSERTION, ptr, !=, NULL, NULL)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_NO_ERROR_CHECK(test, KUNIT_EXPECTATION, ptr, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) \
	KUNIT_NO_ERROR_CHECK(test, KUNIT_EXPECTATION, ptr, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	KUNIT_NO_ERROR_CHECK(test, KUNIT_ASSERTION, ptr, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) \
	KUNIT_NO_ERROR_CHECK(test, KUNIT_ASSERTION, ptr, NULL)
