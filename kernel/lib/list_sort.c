// SPDX-License-Identifier: MIT
/*
 * Sorting lists: merge sort, bottom up.
 *
 * While it works the list is singly linked by next. runs[i] holds a sorted run of 2^i entries, or nothing:
 * like the bits of a counter, to which each entry adds one and carries by merging.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/list_sort.h>

#define MAX_RUNS 40

/* Equal entries keep their order: those of @a come first. */
static struct list_head *merge(void *priv, list_cmp_func_t cmp, struct list_head *a,
			       struct list_head *b)
{
	struct list_head first, *tail = &first;

	while (a && b) {
		struct list_head **from = cmp(priv, a, b) <= 0 ? &a : &b;

		tail->next = *from;
		tail = *from;
		*from = tail->next;
	}
	tail->next = a ?: b;
	return first.next;
}

void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp)
{
	struct list_head *runs[MAX_RUNS] = {}, *entry, *next, *sorted = NULL;

	if (list_empty(head))
		return;
	head->prev->next = NULL;
	for (entry = head->next; entry; entry = next) {
		int i = 0;

		next = entry->next;
		entry->next = NULL;
		for (; i < MAX_RUNS - 1 && runs[i]; i++) {
			entry = merge(priv, cmp, runs[i], entry);
			runs[i] = NULL;
		}
		runs[i] = entry;
	}
	for (int i = 0; i < MAX_RUNS; i++)
		if (runs[i])
			sorted = merge(priv, cmp, runs[i], sorted);

	/* The ring again. */
	INIT_LIST_HEAD(head);
	for (; sorted; sorted = next) {
		next = sorted->next;
		list_add_tail(sorted, head);
	}
}
EXPORT_SYMBOL(list_sort);
