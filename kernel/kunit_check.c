// SPDX-License-Identifier: MIT
/*
 * KUnit: what a test case calls: failures in words, skipping, and resources that end with the case.
 */
#include <kunit/test.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "kunit.h"

struct kunit *kunit_get_current_test(void)
{
	return current->kunit_test;
}
EXPORT_SYMBOL_GPL(kunit_get_current_test);

void kunit_set_failure(struct kunit *test)
{
	WRITE_ONCE(test->status, KUNIT_FAILURE);
}

void __kunit_mark_skipped(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	/* What has failed before is not forgotten by skipping the rest. */
	if (READ_ONCE(test->status) != KUNIT_FAILURE)
		WRITE_ONCE(test->status, KUNIT_SKIPPED);
	va_start(args, fmt);
	vsnprintf(test->status_comment, sizeof(test->status_comment), fmt, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(__kunit_mark_skipped);

void __kunit_fail_current_test(const char *file, int line, const char *fmt, ...)
{
	struct kunit *test = kunit_get_current_test();
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (!test)
		return;
	kunit_set_failure(test);
	va_start(args, fmt);
	vaf.va = &args;
	kunit_err(test, "%s:%d: %pV", file, line, &vaf);
	va_end(args);
}
EXPORT_SYMBOL_GPL(__kunit_fail_current_test);

/* ---- Failures in words, Linux's ---- */

/* A literal needs no second line that says what it is. */
static bool is_literal(const char *text, long long value)
{
	long long v;

	return kstrtoll(text, 0, &v) == 0 && v == value;
}

static void print_integer(const char *text, long long v)
{
	if (!is_literal(text, v))
		printk(KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == %lld (0x%llx)\n", text, v, v);
}

static void print_pointer(const char *text, unsigned long v)
{
	if (strcmp(text, "NULL") != 0 && strcmp(text, "((void *)0)") != 0)
		printk(KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == %px\n", text, (void *)v);
}

static void print_string(const char *text, const char *s)
{
	/* "text" == text: the literal says it all. */
	if (*text != '"')
		printk(KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == \"%s\"\n", text, s);
}

static void print_memory(const char *text, const u8 *mem, const u8 *other, size_t size)
{
	char line[16 * 4 + 1];

	printk(KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s ==\n", text);
	for (size_t at = 0; at < size; at += 16) {
		int n = 0;

		for (size_t i = at; i < min(size, at + 16); i++)
			n += scnprintf(line + n, sizeof(line) - n,
				       !other || mem[i] == other[i] ? " %02x " : "<%02x>", mem[i]);
		printk(KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s\n", line);
	}
}

static void print_values(const struct kunit_assert *a, unsigned long long left,
			 unsigned long long right, size_t size)
{
	const char *const indent = KUNIT_SUBTEST_INDENT;

	switch (a->kind) {
	case KUNIT_UNARY:
		printk(KERN_ERR "%sExpected %s to be %s, but is %s\n", indent, a->left, a->op,
		       strcmp(a->op, "true") == 0 ? "false" : "true");
		break;
	case KUNIT_INTEGERS:
		printk(KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_integer(a->left, left);
		print_integer(a->right, right);
		break;
	case KUNIT_POINTERS:
		printk(KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_pointer(a->left, left);
		print_pointer(a->right, right);
		break;
	case KUNIT_STRINGS:
		printk(KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_string(a->left, (const char *)(unsigned long)left);
		print_string(a->right, (const char *)(unsigned long)right);
		break;
	case KUNIT_MEMORY:
		printk(KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		if (!left || !right) {
			print_pointer(a->left, left);
			print_pointer(a->right, right);
			break;
		}
		print_memory(a->left, (void *)(unsigned long)left, (void *)(unsigned long)right, size);
		print_memory(a->right, (void *)(unsigned long)right, (void *)(unsigned long)left, size);
		break;
	case KUNIT_NO_ERROR:
		if (left)
			printk(KERN_ERR "%sExpected %s is not error, but is: %lld\n", indent, a->left,
			       left);
		else
			printk(KERN_ERR "%sExpected %s is not null, but is\n", indent, a->left);
		break;
	case KUNIT_PLAIN:
		break;
	}
}

void __kunit_fail(struct kunit *test, const struct kunit_assert *assert, unsigned long long left,
		  unsigned long long right, size_t size, const char *fmt, ...)
{
	kunit_set_failure(test);
	kunit_err(test, "%s FAILED at %s:%d",
		  assert->type == KUNIT_ASSERTION ? "ASSERTION" : "EXPECTATION", assert->loc.file,
		  assert->loc.line);
	print_values(assert, left, right, size);
	if (fmt) {
		char message[256];
		va_list args;

		va_start(args, fmt);
		vsnprintf(message, sizeof(message), fmt, args);
		va_end(args);
		printk(KERN_ERR KUNIT_SUBTEST_INDENT "%s\n", strim(message));
	}
	if (assert->type == KUNIT_ASSERTION)
		kunit_abort(test);
}
EXPORT_SYMBOL_GPL(__kunit_fail);

/* ---- Resources ---- */

static void add_resource(struct kunit *test, struct kunit_resource *res)
{
	unsigned long flags;

	spin_lock_irqsave(&test->lock, flags);
	list_add_tail(&res->node, &test->resources);
	spin_unlock_irqrestore(&test->lock, flags);
}

static void release(struct kunit_resource *res)
{
	if (res->free)
		res->free(res);
	kfree(res);
}

struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test,
	int (*init)(struct kunit_resource *, void *), kunit_resource_free_t free, gfp_t gfp,
	void *context)
{
	struct kunit_resource *res = kzalloc(sizeof(*res), gfp);

	if (!res)
		return NULL;
	res->free = free;
	if (!init) {
		res->data = context;
	} else if (init(res, context)) {
		kfree(res);
		return NULL;
	}
	add_resource(test, res);
	return res;
}
EXPORT_SYMBOL_GPL(kunit_alloc_and_get_resource);

/* Takes the latest one that @match likes off the list; NULL: there is none. */
static struct kunit_resource *take_resource(struct kunit *test,
	bool (*match)(const struct kunit_resource *, const void *), const void *what)
{
	struct kunit_resource *res, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&test->lock, flags);
	list_for_each_entry_reverse(res, &test->resources, node) {
		if (!match || match(res, what)) {
			list_del(&res->node);
			found = res;
			break;
		}
	}
	spin_unlock_irqrestore(&test->lock, flags);
	return found;
}

void kunit_free_resources(struct kunit *test)
{
	struct kunit_resource *res;

	while ((res = take_resource(test, NULL, NULL)))
		release(res);
}

static void free_memory(struct kunit_resource *res)
{
	kfree(res->data);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	void *p = kmalloc_array(n, size, gfp);

	if (!p)
		return NULL;
	if (!kunit_alloc_and_get_resource(test, NULL, free_memory, gfp & ~__GFP_ZERO, p)) {
		kfree(p);
		return NULL;
	}
	return p;
}
EXPORT_SYMBOL_GPL(kunit_kmalloc_array);

static bool is_memory(const struct kunit_resource *res, const void *p)
{
	return res->free == free_memory && res->data == p;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	struct kunit_resource *res = ptr ? take_resource(test, is_memory, ptr) : NULL;

	if (res)
		release(res);
	else if (ptr)
		kunit_err(test, "kunit_kfree of what kunit_kmalloc did not give");
}
EXPORT_SYMBOL_GPL(kunit_kfree);

struct action {
	void (*fn)(void *);
	void *ctx;
};

static void run_action(struct kunit_resource *res)
{
	struct action *a = res->data;

	a->fn(a->ctx);
	kfree(a);
}

int kunit_add_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action *a = kmalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	*a = (struct action){ fn, ctx };
	if (kunit_alloc_and_get_resource(test, NULL, run_action, GFP_KERNEL, a))
		return 0;
	kfree(a);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(kunit_add_action);

int kunit_add_action_or_reset(struct kunit *test, void (*fn)(void *), void *ctx)
{
	int err = kunit_add_action(test, fn, ctx);

	if (err)
		fn(ctx);
	return err;
}
EXPORT_SYMBOL_GPL(kunit_add_action_or_reset);

static bool is_action(const struct kunit_resource *res, const void *what)
{
	const struct action *a = res->data, *wanted = what;

	return res->free == run_action && a->fn == wanted->fn && a->ctx == wanted->ctx;
}

void kunit_remove_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action wanted = { fn, ctx };
	struct kunit_resource *res = take_resource(test, is_action, &wanted);

	if (res) {
		kfree(res->data);
		kfree(res);
	}
}
EXPORT_SYMBOL_GPL(kunit_remove_action);

void kunit_release_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action wanted = { fn, ctx };
	struct kunit_resource *res = take_resource(test, is_action, &wanted);

	if (res)
		release(res);
}
EXPORT_SYMBOL_GPL(kunit_release_action);
