// SPDX-License-Identifier: MIT
/* See mm_kunit.h. */
#include <linux/kfence.h>
#include <linux/string.h>
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
