// SPDX-License-Identifier: MIT
/*
 * Linked lists: the link lies in the element, and container_of() finds the element behind the link.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/slab.h>

struct card {
	struct list_head list;
	struct hlist_node hnode;
	struct llist_node lnode;
	int rank;
};

static struct card cards[6];
static LIST_HEAD(hand);
static LIST_HEAD(pile);

static void show(const char *what, struct list_head *head)
{
	char line[80] = "";
	struct card *c;
	int n = 0, nr = 0;

	list_for_each_entry(c, head, list) {
		n += scnprintf(line + n, sizeof(line) - n, " %d", c->rank);
		nr++;
	}
	pr_info("%s:%s (%d)\n", what, line, nr);
}

static int by_rank(void *unused, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct card, list)->rank - list_entry(b, struct card, list)->rank;
}

static void try_lists(void)
{
	struct card *c, *tmp;
	int i;

	for (i = 0; i < ARRAY_SIZE(cards); i++) {
		cards[i].rank = (i * 5 + 3) % 7;
		list_add_tail(&cards[i].list, &hand);
	}
	show("hand", &hand);
	list_move(&cards[3].list, &hand);
	show("moved to the front", &hand);
	list_sort(NULL, &hand, by_rank);
	show("sorted", &hand);
	list_for_each_entry_safe(c, tmp, &hand, list)
		if (c->rank & 1)
			list_move_tail(&c->list, &pile);
	show("even", &hand);
	show("odd", &pile);
	list_for_each_entry_reverse(c, &pile, list)
		pr_info("backwards %d\n", c->rank);
	list_rotate_left(&pile);
	show("rotated", &pile);
	list_swap(pile.next, pile.prev);
	show("swapped ends", &pile);
	list_splice_tail_init(&pile, &hand);
	show("joined", &hand);
	pr_info("pile is %s, hand is %s\n", list_empty(&pile) ? "empty" : "not empty",
		list_is_singular(&hand) ? "one card" : "more than one");
	pr_info("first %d, last %d, after the first %d\n", list_first_entry(&hand, struct card, list)->rank,
		list_last_entry(&hand, struct card, list)->rank,
		list_next_entry(list_first_entry(&hand, struct card, list), list)->rank);
}

static void try_hlists(void)
{
	HLIST_HEAD(head);
	struct card *c;
	int i;

	for (i = 0; i < 3; i++)
		hlist_add_head(&cards[i].hnode, &head);
	hlist_add_behind(&cards[3].hnode, &cards[0].hnode);
	hlist_del_init(&cards[1].hnode);
	hlist_for_each_entry(c, &head, hnode)
		pr_info("hlist %d\n", c->rank);
	pr_info("%s\n", hlist_unhashed(&cards[1].hnode) ? "unhashed" : "hashed");
}

static void try_llists(void)
{
	LLIST_HEAD(stack);
	struct card *c;
	int i;

	for (i = 0; i < 3; i++)
		pr_info("was %s\n", llist_add(&cards[i].lnode, &stack) ? "empty" : "not empty");
	llist_for_each_entry(c, llist_reverse_order(llist_del_all(&stack)), lnode)
		pr_info("llist %d\n", c->rank);
}

static int __init lists_init(void)
{
	try_lists();
	try_hlists();
	try_llists();
	return 0;
}

static void __exit lists_exit(void)
{
}

module_init(lists_init);
module_exit(lists_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Linked lists");
