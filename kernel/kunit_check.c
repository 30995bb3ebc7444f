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

static void print_integer(struct kunit_log *log, const char *text, long long v)
{
	if (!is_literal(text, v))
		kunit_say(log, KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == %lld (0x%llx)\n", text, v, v);
}

static void print_pointer(struct kunit_log *log, const char *text, unsigned long v)
{
	if (strcmp(text, "NULL") != 0 && strcmp(text, "((void *)0)") != 0)
		kunit_say(log, KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == %px\n", text, (void *)v);
}

static void print_string(struct kunit_log *log, const char *text, const char *s)
{
	/* "text" == text: the literal says it all. */
	if (*text != '"')
		kunit_say(log, KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s == \"%s\"\n", text, s);
}

static void print_memory(struct kunit_log *log, const char *text, const u8 *mem, const u8 *other, size_t size)
{
	char line[16 * 4 + 1];

	kunit_say(log, KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s ==\n", text);
	for (size_t at = 0; at < size; at += 16) {
		int n = 0;

		for (size_t i = at; i < min(size, at + 16); i++)
			n += scnprintf(line + n, sizeof(line) - n,
				       !other || mem[i] == other[i] ? " %02x " : "<%02x>", mem[i]);
		kunit_say(log, KERN_ERR KUNIT_SUBSUBTEST_INDENT "%s\n", line);
	}
}

static void print_values(struct kunit_log *log, const struct kunit_assert *a, unsigned long long left,
			 unsigned long long right, size_t size)
{
	const char *const indent = KUNIT_SUBTEST_INDENT;

	switch (a->kind) {
	case KUNIT_UNARY:
		kunit_say(log, KERN_ERR "%sExpected %s to be %s, but is %s\n", indent, a->left, a->op,
		       strcmp(a->op, "true") == 0 ? "false" : "true");
		break;
	case KUNIT_INTEGERS:
		kunit_say(log, KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_integer(log, a->left, left);
		print_integer(log, a->right, right);
		break;
	case KUNIT_POINTERS:
		kunit_say(log, KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_pointer(log, a->left, left);
		print_pointer(log, a->right, right);
		break;
	case KUNIT_STRINGS:
		kunit_say(log, KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		print_string(log, a->left, (const char *)(unsigned long)left);
		print_string(log, a->right, (const char *)(unsigned long)right);
		break;
	case KUNIT_MEMORY:
		kunit_say(log, KERN_ERR "%sExpected %s %s %s, but\n", indent, a->left, a->op, a->right);
		if (!left || !right) {
			print_pointer(log, a->left, left);
			print_pointer(log, a->right, right);
			break;
		}
		print_memory(log, a->left, (void *)(unsigned long)left, (void *)(unsigned long)right, size);
		print_memory(log, a->right, (void *)(unsigned long)right, (void *)(unsigned long)left, size);
		break;
	case KUNIT_NO_ERROR:
		if (left)
			kunit_say(log, KERN_ERR "%sExpected %s is not error, but is: %lld\n", indent, a->left,
			       left);
		else
			kunit_say(log, KERN_ERR "%sExpected %s is not null, but is\n", indent, a->left);
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
	print_values(test->log, assert, left, right, size);
	if (fmt) {
		char message[256];
		va_list args;

		va_start(args, fmt);
		vsnprintf(message, sizeof(message), fmt, args);
		va_end(args);
		kunit_say(test->log, KERN_ERR KUNIT_SUBTEST_INDENT "%s\n", strim(message));
	}
	if (assert->type == KUNIT_ASSERTION)
		kunit_abort(test);
}
EXPORT_SYMBOL_GPL(__kunit_fail);

/* ---- Resources ---- */

bool kunit_resource_instance_match(struct kunit *test, struct kunit_resource *res, void *match_data)
{
	return res->data == match_data;
}
EXPORT_SYMBOL_GPL(kunit_resource_instance_match);

bool kunit_resource_name_match(struct kunit *test, struct kunit_resource *res, void *match_name)
{
	return res->name && strcmp(res->name, match_name) == 0;
}
EXPORT_SYMBOL_GPL(kunit_resource_name_match);

static void last_put(struct kref *ref)
{
	struct kunit_resource *res = container_of(ref, struct kunit_resource, refcount);
	bool should_kfree = res->should_kfree;	/* read now: the struct is the owner's again */

	if (res->free)
		res->free(res);
	if (should_kfree)
		kfree(res);
}

void kunit_put_resource(struct kunit_resource *res)
{
	kref_put(&res->refcount, last_put);
}
EXPORT_SYMBOL_GPL(kunit_put_resource);

int __kunit_add_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			 kunit_resource_free_t free, struct kunit_resource *res, void *data)
{
	unsigned long flags;
	int err;

	res->free = free;
	kref_init(&res->refcount);
	if (init) {
		err = init(res, data);
		if (err)
			return err;
	} else {
		res->data = data;
	}
	spin_lock_irqsave(&test->lock, flags);
	list_add_tail(&res->node, &test->resources);
	spin_unlock_irqrestore(&test->lock, flags);
	return 0;
}
EXPORT_SYMBOL_GPL(__kunit_add_resource);

int kunit_add_named_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			     kunit_resource_free_t free, struct kunit_resource *res, const char *name, void *data)
{
	struct kunit_resource *other;

	if (!name)
		return -EINVAL;
	other = kunit_find_named_resource(test, name);
	if (other) {
		kunit_put_resource(other);
		return -EEXIST;
	}
	res->name = name;
	res->should_kfree = false;
	return __kunit_add_resource(test, init, free, res, data);
}
EXPORT_SYMBOL_GPL(kunit_add_named_resource);

static struct kunit_resource *make_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
					    kunit_resource_free_t free, gfp_t gfp, void *context, bool get)
{
	struct kunit_resource *res = kzalloc(sizeof(*res), gfp);

	if (!res)
		return NULL;
	res->should_kfree = true;
	if (__kunit_add_resource(test, init, free, res, context)) {
		kfree(res);
		return NULL;
	}
	if (get)
		kunit_get_resource(res);
	return res;
}

struct kunit_resource *kunit_alloc_and_get_resource(struct kunit *test,
	int (*init)(struct kunit_resource *, void *), kunit_resource_free_t free, gfp_t gfp, void *context)
{
	return make_resource(test, init, free, gfp, context, true);
}
EXPORT_SYMBOL_GPL(kunit_alloc_and_get_resource);

void *kunit_alloc_resource(struct kunit *test, int (*init)(struct kunit_resource *, void *),
			   kunit_resource_free_t free, gfp_t gfp, void *context)
{
	struct kunit_resource *res = make_resource(test, init, free, gfp, context, false);

	return res ? res->data : NULL;
}
EXPORT_SYMBOL_GPL(kunit_alloc_resource);

/* Latest first. @take: it leaves the list, and its reference is the caller's; otherwise one is added. */
static struct kunit_resource *search(struct kunit *test, kunit_resource_match_t match, void *what, bool take)
{
	struct kunit_resource *res, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&test->lock, flags);
	list_for_each_entry_reverse(res, &test->resources, node) {
		if (match && !match(test, res, what))
			continue;
		found = res;
		if (take)
			list_del_init(&res->node);
		else
			kunit_get_resource(res);
		break;
	}
	spin_unlock_irqrestore(&test->lock, flags);
	return found;
}

struct kunit_resource *kunit_find_resource(struct kunit *test, kunit_resource_match_t match, void *match_data)
{
	return search(test, match, match_data, false);
}
EXPORT_SYMBOL_GPL(kunit_find_resource);

void kunit_remove_resource(struct kunit *test, struct kunit_resource *res)
{
	unsigned long flags;
	bool was_linked;

	spin_lock_irqsave(&test->lock, flags);
	was_linked = !list_empty(&res->node);
	list_del_init(&res->node);
	spin_unlock_irqrestore(&test->lock, flags);
	if (was_linked)
		kunit_put_resource(res);
}
EXPORT_SYMBOL_GPL(kunit_remove_resource);

int kunit_destroy_resource(struct kunit *test, kunit_resource_match_t match, void *match_data)
{
	struct kunit_resource *res = search(test, match, match_data, true);

	if (!res)
		return -ENOENT;
	kunit_put_resource(res);
	return 0;
}
EXPORT_SYMBOL_GPL(kunit_destroy_resource);

void kunit_free_resources(struct kunit *test)
{
	while (kunit_destroy_resource(test, NULL, NULL) == 0)
		;
}

/* ---- Memory ---- */

static void free_memory(struct kunit_resource *res)
{
	kfree(res->data);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	void *p = kmalloc_array(n, size, gfp);

	if (!p)
		return NULL;
	if (!make_resource(test, NULL, free_memory, gfp & ~__GFP_ZERO, p, false)) {
		kfree(p);
		return NULL;
	}
	return p;
}
EXPORT_SYMBOL_GPL(kunit_kmalloc_array);

static bool is_memory(struct kunit *test, struct kunit_resource *res, void *p)
{
	return res->free == free_memory && res->data == p;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	if (ptr && kunit_destroy_resource(test, is_memory, (void *)ptr))
		KUNIT_FAIL(test, "kunit_kfree: %px already freed or not allocated by kunit", ptr);
}
EXPORT_SYMBOL_GPL(kunit_kfree);

/* ---- Actions ---- */

struct action {
	void (*fn)(void *);
	void *ctx;
};

static void run_action(struct kunit_resource *res)
{
	struct action *a = res->data;

	if (a->fn)
		a->fn(a->ctx);
	kfree(a);
}

int kunit_add_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action *a = kmalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	*a = (struct action){ fn, ctx };
	if (make_resource(test, NULL, run_action, GFP_KERNEL, a, false))
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

static bool is_action(struct kunit *test, struct kunit_resource *res, void *what)
{
	const struct action *a = res->data, *wanted = what;

	return res->free == run_action && a->fn == wanted->fn && a->ctx == wanted->ctx;
}

void kunit_remove_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action wanted = { fn, ctx };
	struct kunit_resource *res = search(test, is_action, &wanted, true);

	if (res) {
		((struct action *)res->data)->fn = NULL;	/* forgotten, not run */
		kunit_put_resource(res);
	}
}
EXPORT_SYMBOL_GPL(kunit_remove_action);

void kunit_release_action(struct kunit *test, void (*fn)(void *), void *ctx)
{
	struct action wanted = { fn, ctx };

	kunit_destroy_resource(test, is_action, &wanted);
}
EXPORT_SYMBOL_GPL(kunit_release_action);
