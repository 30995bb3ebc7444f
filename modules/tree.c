// SPDX-License-Identifier: MIT
/*
 * A red-black tree: an ordered map whose nodes lie in the elements, so that inserting cannot fail.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rbtree.h>
#include <linux/slab.h>

struct city {
	struct rb_node node;
	int population;		/* the key, in thousands */
	const char *name;
};

static struct rb_root root = RB_ROOT;

static bool insert(struct city *city)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	while (*link) {
		struct city *here = rb_entry(*link, struct city, node);

		parent = *link;
		if (city->population == here->population)
			return false;
		link = city->population < here->population ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&city->node, parent, link);
	rb_insert_color(&city->node, &root);
	return true;
}

static struct city *find(int population)
{
	struct rb_node *n = root.rb_node;

	while (n) {
		struct city *city = rb_entry(n, struct city, node);

		if (population == city->population)
			return city;
		n = population < city->population ? n->rb_left : n->rb_right;
	}
	return NULL;
}

static void walk(void)
{
	struct rb_node *n;

	for (n = rb_first(&root); n; n = rb_next(n))
		pr_info("%5d %s\n", rb_entry(n, struct city, node)->population, rb_entry(n, struct city, node)->name);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct city, node)->population < rb_entry(b, struct city, node)->population;
}

/* A root that keeps its leftmost node at hand, and the library's own insertion. */
static void try_cached(void)
{
	static struct city c[] = { { .population = 7 }, { .population = 2 }, { .population = 5 } };
	struct rb_root_cached cached = RB_ROOT_CACHED;
	int i;

	for (i = 0; i < ARRAY_SIZE(c); i++)
		pr_info("%d is %sthe least\n", c[i].population, rb_add_cached(&c[i].node, &cached, less) ? "" : "not ");
	rb_erase_cached(rb_first_cached(&cached), &cached);
	pr_info("now %d is\n", rb_entry(rb_first_cached(&cached), struct city, node)->population);
}

static int __init tree_init(void)
{
	static const struct { int population; const char *name; } data[] = {
		{ 1897, "Hamburg" }, { 2161, "Paris" }, { 3769, "Berlin" }, { 556, "Leipzig" }, { 1488, "Muenchen" },
		{ 115, "Jena" }, { 2161, "Also Paris" }, { 88, "Gera" },
	};
	struct city *city;
	int i;

	for (i = 0; i < ARRAY_SIZE(data); i++) {
		city = kzalloc(sizeof(*city), GFP_KERNEL);
		if (!city)
			break;
		city->population = data[i].population;
		city->name = data[i].name;
		if (!insert(city)) {
			pr_info("%s: there is one of that size\n", city->name);
			kfree(city);
		}
	}
	walk();
	city = find(556);
	if (city) {
		pr_info("without %s:\n", city->name);
		rb_erase(&city->node, &root);
		RB_CLEAR_NODE(&city->node);
		kfree(city);
	}
	walk();
	pr_info("556 is %s\n", find(556) ? "still there" : "gone");
	try_cached();
	return 0;
}

static void __exit tree_exit(void)
{
	struct city *city, *next;
	int n = 0;

	rbtree_postorder_for_each_entry_safe(city, next, &root, node) {
		kfree(city);
		n++;
	}
	pr_info("%d freed\n", n);
}

module_init(tree_init);
module_exit(tree_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A red-black tree");
