// SPDX-License-Identifier: MIT
/*
 * Numbers for pointers: a radix tree of 64-way nodes, six bits of the number at each level.
 *
 *	root, shift 6      [ 0 | 1 | 2 | … | 63 ]      slot i: the node of numbers 64 i …
 *	                     |   |
 *	leaf, shift 0      [ … ] [ … ]                 slot i: the pointer of number 64 * … + i
 *
 * Each node has two bitmaps: `used`, slots with something in them, and `full`, slots behind which every number is
 * taken. So the smallest free number is a walk down with one "first zero bit" per level. The tree grows by a
 * new root above the old one; a node that is empty goes, after a grace period.
 *
 * Invariant: full bit i of a node = all of slot i's `full` bits (leaf: = its used bit). No node but the root is empty
 * between two calls.
 *
 * Locking: the caller's for changes; readers descend under RCU: a slot is published when what it points to is complete.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#define BITS		6
#define SLOTS		(1U << BITS)
#define MAX_LEVELS	6		/* 36 bits: more than a number has */

struct idr_node {
	unsigned int shift;		/* [I] of the number, for this level */
	u64 used, full;
	void __rcu *slot[SLOTS];
	union {
		struct rcu_head rcu;
		struct idr_node *next;	/* in a list of spare ones */
	};
};

/* ---- Nodes ---- */

static struct kmem_cache *node_cache;

/* Of idr_preload(): a new path and a new root for each level. Locking: interrupts off. */
struct spares {
	struct idr_node *first;
	unsigned int n;
};
static DEFINE_PER_CPU(struct spares, spares);

static struct idr_node *take_spare(void)
{
	struct idr_node *node;
	struct spares *s;
	unsigned long flags;

	local_irq_save(flags);
	s = this_cpu_ptr(&spares);
	node = s->first;
	if (node) {
		s->first = node->next;
		node->next = NULL;
		s->n--;
	}
	local_irq_restore(flags);
	return node;
}

static struct idr_node *new_node(unsigned int shift, gfp_t gfp)
{
	struct idr_node *node = kmem_cache_zalloc(node_cache, gfp | __GFP_NOWARN) ?: take_spare();

	if (node)
		node->shift = shift;
	return node;
}

void idr_preload(gfp_t gfp)
{
	for (;;) {
		struct idr_node *node;
		struct spares *s;

		preempt_disable();
		if (this_cpu_read(spares.n) >= 2 * MAX_LEVELS)
			return;
		preempt_enable();
		node = kmem_cache_zalloc(node_cache, gfp);
		preempt_disable();
		if (!node)
			return;
		local_irq_disable();
		s = this_cpu_ptr(&spares);
		node->next = s->first;
		s->first = node;
		s->n++;
		local_irq_enable();
		preempt_enable();
	}
}
EXPORT_SYMBOL(idr_preload);

static void free_node_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct idr_node, rcu));
}

static struct idr_node *child_of(const struct idr_node *node, unsigned int i)
{
	return rcu_dereference_raw(node->slot[i]);
}

static u64 last_of(const struct idr_node *node)
{
	return (1ULL << (node->shift + BITS)) - 1;
}

static unsigned int slot_of(const struct idr_node *node, u64 id)
{
	return (id >> node->shift) % SLOTS;
}

/* ---- Searching ---- */

/* The smallest free number >= @min below @node, whose numbers begin at @base. At most MAX_LEVELS deep. */
static bool find_free(const struct idr_node *node, u64 base, u64 min, u64 *id)
{
	unsigned int i = min > base ? (min - base) >> node->shift : 0;

	for (; i < SLOTS; i++) {
		u64 first = base + ((u64)i << node->shift);

		if (node->full >> i & 1)
			continue;
		if (!node->shift || !(node->used >> i & 1)) {
			*id = max(first, min);
			return true;
		}
		/* All that is free there may be smaller than @min. */
		if (find_free(child_of(node, i), first, min, id))
			return true;
	}
	return false;
}

/* The first pointer with a number >= @min. */
static void *find_entry(const struct idr_node *node, u64 base, u64 min, u64 *id)
{
	unsigned int i = min > base ? (min - base) >> node->shift : 0;

	for (; i < SLOTS; i++) {
		void *entry = rcu_dereference_raw(node->slot[i]);

		*id = base + ((u64)i << node->shift);
		if (entry && node->shift)
			entry = find_entry(entry, *id, min, id);
		if (entry)
			return entry;
	}
	return NULL;
}

/* The leaf of @id, or NULL; @path gets the nodes from the root to it. */
static struct idr_node *find_leaf(const struct idr *idr, u64 id, struct idr_node **path)
{
	struct idr_node *node = rcu_dereference_raw(idr->root);

	if (node && id > last_of(node))
		return NULL;
	while (node) {
		if (path)
			*path++ = node;
		if (!node->shift)
			return node;
		node = child_of(node, slot_of(node, id));
	}
	return NULL;
}

void *idr_find(const struct idr *idr, unsigned long id)
{
	struct idr_node *leaf;

	if (id < idr->idr_base || id > UINT_MAX)
		return NULL;
	leaf = find_leaf(idr, id - idr->idr_base, NULL);
	return leaf ? rcu_dereference_raw(leaf->slot[slot_of(leaf, id - idr->idr_base)]) : NULL;
}
EXPORT_SYMBOL_GPL(idr_find);

/* ---- Changing ---- */

/* Roots until @id has a place. */
static int grow(struct idr *idr, u64 id, gfp_t gfp)
{
	struct idr_node *root = rcu_dereference_raw(idr->root);

	while (!root || id > last_of(root)) {
		struct idr_node *new = new_node(root ? root->shift + BITS : 0, gfp);

		if (!new)
			return -ENOMEM;
		if (root && root->used) {
			new->used = 1;
			new->full = root->full == U64_MAX;
			new->slot[0] = root;
		} else if (root) {	/* one that a failed idr_alloc() has left */
			call_rcu(&root->rcu, free_node_rcu);
		}
		rcu_assign_pointer(idr->root, new);
		root = new;
	}
	return 0;
}

/* Up from the leaf: what has changed in a node's bitmaps is seen in its parent's; empty ones go. */
static void settle(struct idr *idr, struct idr_node **path, unsigned int depth, u64 id)
{
	while (depth--) {
		struct idr_node *node = path[depth], *parent = depth ? path[depth - 1] : NULL;
		u64 bit = parent ? 1ULL << slot_of(parent, id) : 0;

		if (!parent && !node->used)
			rcu_assign_pointer(idr->root, NULL);
		if (parent && !node->used) {
			rcu_assign_pointer(parent->slot[slot_of(parent, id)], NULL);
			parent->used &= ~bit;
		}
		if (parent)
			parent->full = node->full == U64_MAX ? parent->full | bit : parent->full & ~bit;
		if (!node->used)
			call_rcu(&node->rcu, free_node_rcu);
	}
}

static int insert(struct idr *idr, void *ptr, u64 id, gfp_t gfp)
{
	struct idr_node *path[MAX_LEVELS], *node, *child;
	unsigned int depth = 0;
	int err = grow(idr, id, gfp);

	if (err && !idr->root)
		return err;
	node = rcu_dereference_raw(idr->root);
	path[depth++] = node;
	while (!err && node->shift) {
		unsigned int i = slot_of(node, id);

		child = child_of(node, i);
		if (!child) {
			child = new_node(node->shift - BITS, gfp);
			if (!child) {
				err = -ENOMEM;
				break;
			}
			node->used |= 1ULL << i;
			rcu_assign_pointer(node->slot[i], child);
		}
		path[depth++] = node = child;
	}
	if (!err) {
		node->used |= 1ULL << slot_of(node, id);
		node->full |= 1ULL << slot_of(node, id);
		rcu_assign_pointer(node->slot[slot_of(node, id)], ptr);
	}
	settle(idr, path, depth, id);	/* takes away what a failure has left empty, too */
	return err;
}

int idr_alloc_u32(struct idr *idr, void *ptr, u32 *nextid, unsigned long max, gfp_t gfp)
{
	struct idr_node *root = rcu_dereference_raw(idr->root);
	u64 base = idr->idr_base, min = *nextid > base ? *nextid - base : 0, id = min;
	int err;

	if (root && min <= last_of(root) && !find_free(root, 0, min, &id))
		id = last_of(root) + 1;
	if (id + base > min_t(unsigned long, max, UINT_MAX))
		return -ENOSPC;
	err = insert(idr, ptr, id, gfp);
	if (!err)
		*nextid = id + base;
	return err;
}
EXPORT_SYMBOL_GPL(idr_alloc_u32);

int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = start;
	int err;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	err = idr_alloc_u32(idr, ptr, &id, end > 0 ? end - 1 : INT_MAX, gfp);
	return err ?: (int)id;
}
EXPORT_SYMBOL_GPL(idr_alloc);

int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = max_t(int, idr->idr_next, start);
	int err, max = end > 0 ? end - 1 : INT_MAX;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	if (err == -ENOSPC && id > start) {
		id = start;
		err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	}
	if (err)
		return err;
	idr->idr_next = id + 1;
	return id;
}
EXPORT_SYMBOL(idr_alloc_cyclic);

void *idr_remove(struct idr *idr, unsigned long id)
{
	struct idr_node *path[MAX_LEVELS], *leaf = NULL;
	unsigned int i;
	void *old;

	id -= idr->idr_base;
	if (id <= UINT_MAX)
		leaf = find_leaf(idr, id, path);
	if (!leaf || !(leaf->used >> slot_of(leaf, id) & 1))
		return NULL;
	i = slot_of(leaf, id);
	old = rcu_dereference_raw(leaf->slot[i]);
	rcu_assign_pointer(leaf->slot[i], NULL);
	leaf->used &= ~(1ULL << i);
	leaf->full &= ~(1ULL << i);
	settle(idr, path, path[0]->shift / BITS + 1, id);
	return old;
}
EXPORT_SYMBOL_GPL(idr_remove);

void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	struct idr_node *leaf = NULL;
	void *old;

	id -= idr->idr_base;
	if (id <= UINT_MAX)
		leaf = find_leaf(idr, id, NULL);
	if (!leaf || !(leaf->used >> slot_of(leaf, id) & 1))
		return ERR_PTR(-ENOENT);
	old = rcu_dereference_raw(leaf->slot[slot_of(leaf, id)]);
	rcu_assign_pointer(leaf->slot[slot_of(leaf, id)], ptr);
	return old;
}
EXPORT_SYMBOL(idr_replace);

/* ---- All of them ---- */

void *idr_get_next_ul(struct idr *idr, unsigned long *nextid)
{
	struct idr_node *root = rcu_dereference_raw(idr->root);
	u64 base = idr->idr_base, min = *nextid > base ? *nextid - base : 0, id;
	void *entry = root && min <= last_of(root) ? find_entry(root, 0, min, &id) : NULL;

	if (entry)
		*nextid = id + base;
	return entry;
}
EXPORT_SYMBOL(idr_get_next_ul);

void *idr_get_next(struct idr *idr, int *nextid)
{
	unsigned long id = *nextid;
	void *entry = idr_get_next_ul(idr, &id);

	if (!entry || WARN_ON_ONCE(id > INT_MAX))
		return NULL;
	*nextid = id;
	return entry;
}
EXPORT_SYMBOL(idr_get_next);

int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	unsigned long id;
	void *entry;
	int ret = 0;

	for (id = 0; !ret && (entry = idr_get_next_ul((struct idr *)idr, &id)); id++)
		ret = fn(id, entry, data);
	return ret;
}
EXPORT_SYMBOL(idr_for_each);

static void free_tree(struct idr_node *node)
{
	for (unsigned int i = 0; node->shift && i < SLOTS; i++)
		if (node->used >> i & 1)
			free_tree(child_of(node, i));
	call_rcu(&node->rcu, free_node_rcu);
}

void idr_destroy(struct idr *idr)
{
	struct idr_node *root = rcu_dereference_raw(idr->root);

	rcu_assign_pointer(idr->root, NULL);
	if (root)
		free_tree(root);
	idr->idr_next = 0;
}
EXPORT_SYMBOL(idr_destroy);

/* ---- IDA: an IDR whose pointers are NULL ---- */

void ida_init(struct ida *ida)
{
	idr_init(&ida->idr);
	spin_lock_init(&ida->lock);
}
EXPORT_SYMBOL(ida_init);

static int ida_try(struct ida *ida, u32 min, u32 max)
{
	unsigned long flags;
	u32 id = min;
	int err;

	spin_lock_irqsave(&ida->lock, flags);
	err = idr_alloc_u32(&ida->idr, NULL, &id, max, GFP_NOWAIT);
	spin_unlock_irqrestore(&ida->lock, flags);
	return err ?: (int)id;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	int id;

	if ((int)min < 0)
		return -ENOSPC;
	max = min_t(unsigned int, max, INT_MAX);
	id = ida_try(ida, min, max);
	if (id == -ENOMEM && gfpflags_allow_blocking(gfp)) {
		idr_preload(gfp);
		id = ida_try(ida, min, max);
		idr_preload_end();
	}
	return id;
}
EXPORT_SYMBOL(ida_alloc_range);

void ida_free(struct ida *ida, unsigned int id)
{
	struct idr_node *leaf;
	unsigned long flags;
	bool taken;

	if ((int)id < 0)
		return;
	spin_lock_irqsave(&ida->lock, flags);
	leaf = find_leaf(&ida->idr, id, NULL);
	taken = leaf && (leaf->used >> slot_of(leaf, id) & 1);
	idr_remove(&ida->idr, id);
	spin_unlock_irqrestore(&ida->lock, flags);
	WARN(!taken, "ida_free called for id=%d which is not allocated.\n", id);
}
EXPORT_SYMBOL(ida_free);

void ida_destroy(struct ida *ida)
{
	unsigned long flags;

	spin_lock_irqsave(&ida->lock, flags);
	idr_destroy(&ida->idr);
	spin_unlock_irqrestore(&ida->lock, flags);
}
EXPORT_SYMBOL(ida_destroy);

static int __init idr_setup(void)
{
	node_cache = kmem_cache_create("idr_node", sizeof(struct idr_node), 0, SLAB_PANIC, NULL);
	return 0;
}
core_initcall(idr_setup);
