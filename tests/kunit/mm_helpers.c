// SPDX-License-Identifier: MIT
/* See mm_kunit.h. */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kfence.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "mm_kunit.h"

unsigned int mm_logged(u64 seq, const char *text)
{
	struct log_entry *e = kmalloc(sizeof(*e), GFP_KERNEL);
	unsigned int count = 0;

	if (!e)
		return 0;
	for (; log_read(seq, e); seq = e->seq + 1)
		count += strstr(e->text, text) != NULL;
	kfree(e);
	return count;
}

static bool balance_is(long expected)
{
	/* Each look is a blur while other threads allocate; what is lost for good is missing from all of them. */
	for (int tries = 0; tries < 100; tries++) {
		if (page_balance() == expected)
			return true;
		if (tries % 10 == 9)
			mm_settle();
		else
			cond_resched();
	}
	return false;
}

long mm_balance(void)
{
	long last = page_balance(), now;
	int same = 0;

	for (int tries = 0; same < 5 && tries < 100; tries++, last = now) {
		now = page_balance();
		same = now == last ? same + 1 : 0;
	}
	return last;
}

void mm_watch_begin(struct kunit *test, struct mm_watch *w)
{
	mm_settle();
	KUNIT_ASSERT_EQ(test, 0, alloc_scope_begin(&w->scope));
	w->balance = mm_balance();
}

void mm_expect_balance(struct kunit *test, long balance)
{
	/* More may be found than before: a KFENCE area of an earlier suite, kept by somebody's object, has drained meanwhile. */
	if (!balance_is(balance) && mm_balance() < balance)
		KUNIT_FAIL(test, "%ld pages are nowhere", balance - page_balance());
}

void mm_expect_left(struct kunit *test, struct mm_watch *w, unsigned long objects, unsigned long pages)
{
	struct alloc_left left;

	mm_settle();
	alloc_scope_count(&w->scope, &left);
	KUNIT_EXPECT_EQ(test, left.objects, objects);
	KUNIT_EXPECT_EQ(test, left.pages, pages);
	mm_expect_balance(test, w->balance);
}

void mm_watch_end(struct kunit *test, struct mm_watch *w)
{
	struct alloc_left left;

	mm_settle();
	mm_expect_balance(test, w->balance);
	alloc_scope_end(&w->scope, &left, ALLOC_SCOPE_PRINT);
	KUNIT_EXPECT_EQ(test, left.objects, 0UL);
	KUNIT_EXPECT_EQ(test, left.pages, 0UL);
}

void *mm_plain_object(struct kmem_cache *s)
{
	void *object = kmem_cache_alloc(s, GFP_KERNEL);

	/* Full mode guards until its pool is used up: the guarded one is given back behind the plain one. */
	if (object && is_kfence_address(object)) {
		void *guarded = object;

		object = mm_plain_object(s);
		kmem_cache_free(s, guarded);
	}
	return object;
}

int mm_write_file(const char *path, const char *value)
{
	struct file *f = filp_open(path, O_WRONLY | O_TRUNC, 0);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = file_write_all(f, value, strlen(value));
	filp_close(f, NULL);
	return err;
}
