// SPDX-License-Identifier: MIT
/*
 * XArrays: radix trees of 64-way nodes, as in idr.c, for indexes of 64 bits, with marks.
 *
 * Each node has bitmaps of its slots: `used`, something is there; `full`, every index behind it is taken; and one per mark, an
 * entry behind it has it. So the next entry, the next marked one, and the smallest free index are each a walk down with
 * one "first bit" per level. The tree grows by a new root above the old one; an empty node goes, after a grace period.
 *
 * Invariant: inner bit i = what the child in slot i has of it (used, a mark: any bit; full: all). No node is empty between
 * two calls.
 *
 * Lock: xa_lock for changes. Readers descend under RCU: a slot is published when what it points to is complete.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#define BITS		6
#define SLOTS		(1U << BITS)
#define MAX_LEVELS	11		/* 66 bits */
#define MARKS		3

struct xa_node {
	unsigned int shift;		/* [I] of the index, for this level */
	u64 used, full, mark[MARKS];
	void __rcu *slot[SLOTS];
	struct rcu_head rcu;
};

/* The nodes from the root down to an index's leaf. */
struct path {
	struct xa_node *node[MAX_LEVELS];
	unsigned int n;
};

static struct kmem_cache *node_cache;

static int __init xarray_init(void)
{
	node_cache = KMEM_CACHE(xa_node, SLAB_PANIC);
	return 0;
}
early_initcall(xarray_init);

/* ---- Nodes ---- */

static void free_node_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct xa_node, rcu));
}

static unsigned int slot_of(const struct xa_node *node, unsigned long index)
{
	return (index >> node->shift) % SLOTS;
}

/* The last index that @node, being the root, reaches. */
static unsigned long last_of(const struct xa_node *node)
{
	return node->shift + BITS >= BITS_PER_LONG ? ULONG_MAX : (1UL << (node->shift + BITS)) - 1;
}

/* The last index behind slot @i of @node, on the way to @index. */
static unsigned long slot_end(const struct xa_node *node, unsigned long index, unsigned int i)
{
	unsigned long above = node->shift + BITS >= BITS_PER_LONG ? 0 : index & ~last_of(node);

	return above | ((unsigned long)i << node->shift) | ((1UL << node->shift) - 1);
}

static struct xa_node *child_of(const struct xa_node *node, unsigned int i)
{
	return rcu_dereference_raw(node->slot[i]);
}

static void assign_bit64(u64 *word, unsigned int bit, bool value)
{
	WRITE_ONCE(*word, value ? *word | 1ULL << bit : *word & ~(1ULL << bit));
}

/* ---- Looking ---- */

static struct xa_node *find_leaf(const struct xarray *xa, unsigned long index)
{
	struct xa_node *node = rcu_dereference_raw(xa->xa_head);

	if (!node || index > last_of(node))
		return NULL;
	while (node && node->shift)
		node = child_of(node, slot_of(node, index));
	return node;
}

static void *entry_at(const struct xarray *xa, unsigned long index)
{
	struct xa_node *leaf = find_leaf(xa, index);

	return leaf ? rcu_dereference_raw(leaf->slot[index % SLOTS]) : NULL;
}

static void *visible(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	void *entry;

	rcu_read_lock();
	entry = visible(entry_at(xa, index));
	rcu_read_unlock();
	return entry;
}
EXPORT_SYMBOL(xa_load);

enum what { USED, FREE, MARKED };

/* Slots of @node with something of @what behind them. */
static u64 slots_with(const struct xa_node *node, enum what what, xa_mark_t mark)
{
	switch (what) {
	case USED:
		return READ_ONCE(node->used);
	case FREE:
		return ~READ_ONCE(node->full);
	default:
		return READ_ONCE(node->mark[mark]);
	}
}

/*
 * One walk down to the first index from *@index on of which @what holds. Returns: true: *@index is it; false: there is none up to
 * *@index, from where to begin again; 0: there is none at all.
 */
static bool walk(const struct xa_node *node, unsigned long *index, enum what what, xa_mark_t mark)
{
	for (;;) {
		unsigned int i = slot_of(node, *index), first;
		u64 bits = slots_with(node, what, mark) & ~0ULL << i;
		const struct xa_node *child;

		if (!bits) {
			*index = slot_end(node, *index, SLOTS - 1) + 1;
			return false;
		}
		first = __builtin_ctzll(bits);
		if (first != i)
			*index = slot_end(node, *index, first - 1) + 1;
		if (!node->shift)
			return true;
		child = child_of(node, first);
		if (!child) {
			if (what == FREE)
				return true;
			/* It went while we looked. */
			*index = slot_end(node, *index, first) + 1;
			return false;
		}
		node = child;
	}
}

/* The first index from *@index on of which @what holds. Returns: false when there is none. */
static bool next_index(const struct xarray *xa, unsigned long *index, enum what what, xa_mark_t mark)
{
	for (;;) {
		struct xa_node *root = rcu_dereference_raw(xa->xa_head);

		if (!root || *index > last_of(root))
			return what == FREE;
		if (walk(root, index, what, mark))
			return true;
		if (!*index)
			return false;
	}
}

void *xa_find(struct xarray *xa, unsigned long *indexp, unsigned long max, xa_mark_t filter)
{
	unsigned long index = *indexp;
	void *entry = NULL;

	rcu_read_lock();
	while (!entry && next_index(xa, &index, filter == XA_PRESENT ? USED : MARKED, filter) && index <= max) {
		entry = visible(entry_at(xa, index));
		if (!entry && !++index)
			break;
	}
	rcu_read_unlock();
	if (entry)
		*indexp = index;
	return entry;
}
EXPORT_SYMBOL(xa_find);

void *xa_find_after(struct xarray *xa, unsigned long *indexp, unsigned long max, xa_mark_t filter)
{
	unsigned long index = *indexp + 1;
	void *entry = index && index <= max ? xa_find(xa, &index, max, filter) : NULL;

	if (entry)
		*indexp = index;
	return entry;
}
EXPORT_SYMBOL(xa_find_after);

unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max, unsigned int n, xa_mark_t filter)
{
	unsigned int i = 0;
	void *entry;

	for (entry = n ? xa_find(xa, &start, max, filter) : NULL; entry; entry = xa_find_after(xa, &start, max, filter)) {
		dst[i++] = entry;
		if (i == n)
			break;
	}
	return i;
}
EXPORT_SYMBOL(xa_extract);

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_node *leaf;
	bool set;

	rcu_read_lock();
	leaf = find_leaf(xa, index);
	set = leaf && READ_ONCE(leaf->mark[mark]) >> index % SLOTS & 1;
	rcu_read_unlock();
	return set;
}
EXPORT_SYMBOL(xa_get_mark);

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	struct xa_node *root;
	bool any;

	rcu_read_lock();
	root = rcu_dereference_raw(xa->xa_head);
	any = root && READ_ONCE(root->mark[mark]);
	rcu_read_unlock();
	return any;
}
EXPORT_SYMBOL(xa_marked);

/* ---- Nodes and what they say ---- */

/* The path to @index as far as there are nodes. */
static void find_path(struct xarray *xa, unsigned long index, struct path *p)
{
	struct xa_node *node = rcu_dereference_raw(xa->xa_head);

	p->n = 0;
	if (!node || index > last_of(node))
		return;
	while (node) {
		p->node[p->n++] = node;
		node = node->shift ? child_of(node, slot_of(node, index)) : NULL;
	}
}

/* The leaf is changed: bring what stands above it up to date, and take empty nodes away. */
static void update(struct xarray *xa, unsigned long index, struct path *p)
{
	for (unsigned int level = p->n; level-- > 0;) {
		struct xa_node *node = p->node[level], *parent = level ? p->node[level - 1] : NULL;
		unsigned int i = parent ? slot_of(parent, index) : 0;

		if (parent) {
			assign_bit64(&parent->used, i, node->used);
			assign_bit64(&parent->full, i, node->full == ~0ULL);
			for (unsigned int m = 0; m < MARKS; m++)
				assign_bit64(&parent->mark[m], i, node->mark[m]);
		}
		if (!node->used) {
			if (parent)
				rcu_assign_pointer(parent->slot[i], NULL);
			else
				rcu_assign_pointer(xa->xa_head, NULL);
			call_rcu(&node->rcu, free_node_rcu);
		}
	}
}

static void put_entry(struct xarray *xa, unsigned long index, void *entry, struct path *p)
{
	struct xa_node *leaf = p->node[p->n - 1];
	unsigned int i = index % SLOTS;

	rcu_assign_pointer(leaf->slot[i], entry);
	assign_bit64(&leaf->used, i, entry);
	assign_bit64(&leaf->full, i, entry);
	for (unsigned int m = 0; !entry && m < MARKS; m++)
		assign_bit64(&leaf->mark[m], i, false);
	update(xa, index, p);
}

/* ---- Memory: all nodes that a change needs are there before it begins ---- */

struct spares {
	struct xa_node *first;		/* the next one is in slot[0] */
	unsigned int n;
};

static struct xa_node *take_spare(struct spares *s, unsigned int shift)
{
	struct xa_node *node = s->first;

	s->first = node->slot[0];
	s->n--;
	node->slot[0] = NULL;
	node->shift = shift;
	return node;
}

static void free_spares(struct spares *s)
{
	while (s->n)
		kmem_cache_free(node_cache, take_spare(s, 0));
}

/* Of the smallest root that reaches @index. */
static unsigned int root_shift(unsigned long index)
{
	unsigned int shift = 0;

	while (shift + BITS < BITS_PER_LONG && index >> (shift + BITS))
		shift += BITS;
	return shift;
}

/* How many nodes there must be for @index, and are not. */
static unsigned int missing(struct xarray *xa, unsigned long index)
{
	struct xa_node *root = rcu_dereference_raw(xa->xa_head);
	unsigned int shift = root_shift(index);
	struct path p;

	if (!root)
		return shift / BITS + 1;
	if (index > last_of(root))	/* upwards, and down again on the other side */
		return (shift - root->shift) / BITS + shift / BITS;
	find_path(xa, index, &p);
	return root->shift / BITS + 1 - p.n;
}

static void unlock_type(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_unlock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_unlock_bh(xa);
	else
		xa_unlock(xa);
}

static void lock_type(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_lock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_lock_bh(xa);
	else
		xa_lock(xa);
}

/* Returns: 0, -ENOMEM, or 1: there is enough, but the lock was let go meanwhile. @s is the caller's to free. */
static int prepare(struct xarray *xa, unsigned long index, gfp_t gfp, struct spares *s)
{
	int dropped = 0;

	while (s->n < missing(xa, index)) {
		struct xa_node *node = kmem_cache_zalloc(node_cache, (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN);

		if (!node && (gfp & __GFP_DIRECT_RECLAIM)) {
			unlock_type(xa);
			node = kmem_cache_zalloc(node_cache, gfp);
			lock_type(xa);
			dropped = 1;
		}
		if (!node)
			return -ENOMEM;
		node->slot[0] = s->first;
		s->first = node;
		s->n++;
	}
	return dropped;
}

/* The whole path to @index; @s has what is missing. */
static void build_path(struct xarray *xa, unsigned long index, struct path *p, struct spares *s)
{
	struct xa_node *root = rcu_dereference_raw(xa->xa_head), *node;

	if (!root)
		rcu_assign_pointer(xa->xa_head, take_spare(s, root_shift(index)));
	while (root && index > last_of(root)) {
		node = take_spare(s, root->shift + BITS);
		node->slot[0] = root;
		node->used = 1;
		node->full = root->full == ~0ULL;
		for (unsigned int m = 0; m < MARKS; m++)
			node->mark[m] = root->mark[m] != 0;
		rcu_assign_pointer(xa->xa_head, node);
		root = node;
	}
	find_path(xa, index, p);
	while ((node = p->node[p->n - 1])->shift) {
		struct xa_node *child = take_spare(s, node->shift - BITS);

		rcu_assign_pointer(node->slot[slot_of(node, index)], child);
		p->node[p->n++] = child;
	}
}

/* ---- Changing ---- */

static void *error_entry(int err)
{
	return xa_mk_internal(err);
}

static bool no_entry(const void *entry)
{
	return WARN_ON_ONCE(xa_is_internal(entry) && !xa_is_zero(entry));
}

/* @entry to @index, for which there is memory. Returns: what was there. */
static void *exchange(struct xarray *xa, unsigned long index, void *entry, struct spares *s)
{
	void *old = entry_at(xa, index);
	struct path p;

	if (entry) {
		build_path(xa, index, &p, s);
		put_entry(xa, index, entry, &p);
	} else if (old) {
		find_path(xa, index, &p);
		put_entry(xa, index, NULL, &p);
	}
	return old;
}

/* __xa_store(), and with @compare only if @old is there. */
static void *change(struct xarray *xa, unsigned long index, bool compare, void *old, void *entry, gfp_t gfp)
{
	struct spares s = {};
	void *was;

	if (no_entry(entry))
		return error_entry(-EINVAL);
	if (entry && prepare(xa, index, gfp, &s) < 0) {
		was = error_entry(-ENOMEM);
	} else {
		was = entry_at(xa, index);
		if (!compare || was == old)
			exchange(xa, index, entry, &s);
	}
	free_spares(&s);
	return was;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (!entry && (xa->xa_flags & XA_FLAGS_TRACK_FREE))
		entry = XA_ZERO_ENTRY;
	return visible(change(xa, index, false, NULL, entry, gfp));
}
EXPORT_SYMBOL(__xa_store);

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	return visible(change(xa, index, true, old, entry, gfp));
}
EXPORT_SYMBOL(__xa_cmpxchg);

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *was = change(xa, index, true, NULL, entry ?: XA_ZERO_ENTRY, gfp);

	return xa_is_err(was) ? xa_err(was) : was ? -EBUSY : 0;
}
EXPORT_SYMBOL(__xa_insert);

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return visible(change(xa, index, false, NULL, NULL, 0));
}
EXPORT_SYMBOL(__xa_erase);

/* ---- Giving out indexes ---- */

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	struct spares s = {};
	unsigned long index;
	int err;

	if (WARN_ON_ONCE(!(xa->xa_flags & XA_FLAGS_TRACK_FREE)) || no_entry(entry))
		return -EINVAL;
	if ((xa->xa_flags & XA_FLAGS_ZERO_BUSY) && !limit.min)
		limit.min = 1;
	do {
		index = limit.min;
		if (index > limit.max || !next_index(xa, &index, FREE, 0) || index > limit.max)
			err = -EBUSY;
		else
			err = prepare(xa, index, gfp, &s);
	} while (err > 0);	/* somebody may have taken it meanwhile */
	if (!err) {
		*id = index;
		exchange(xa, index, entry ?: XA_ZERO_ENTRY, &s);
	}
	free_spares(&s);
	return err;
}
EXPORT_SYMBOL(__xa_alloc);

int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp)
{
	u32 from = max(*next, limit.min);
	int err = __xa_alloc(xa, id, entry, XA_LIMIT(from, limit.max), gfp), round = 0;

	/* Linux says so, too, when the count itself has wrapped. */
	if ((xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED) && !err) {
		xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
		round = 1;
	}
	if (err == -EBUSY && from > limit.min) {
		err = __xa_alloc(xa, id, entry, XA_LIMIT(limit.min, from - 1), gfp);
		round = 1;
	}
	if (err)
		return err;
	*next = *id + 1;
	if (!*next)
		xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
	return round;
}
EXPORT_SYMBOL(__xa_alloc_cyclic);

/* ---- Marks ---- */

static void change_mark(struct xarray *xa, unsigned long index, xa_mark_t mark, bool set)
{
	struct path p;

	/* Only what can be seen has marks. */
	if (WARN_ON_ONCE(mark >= MARKS) || !visible(entry_at(xa, index)))
		return;
	find_path(xa, index, &p);
	assign_bit64(&p.node[p.n - 1]->mark[mark], index % SLOTS, set);
	update(xa, index, &p);
}

void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	change_mark(xa, index, mark, true);
}
EXPORT_SYMBOL(__xa_set_mark);

void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	change_mark(xa, index, mark, false);
}
EXPORT_SYMBOL(__xa_clear_mark);

/* ---- The end ---- */

static void free_tree(struct xa_node *node)
{
	for (unsigned int i = 0; node->shift && i < SLOTS; i++)
		if (child_of(node, i))
			free_tree(child_of(node, i));
	call_rcu(&node->rcu, free_node_rcu);
}

void xa_destroy(struct xarray *xa)
{
	struct xa_node *root;
	unsigned long flags;

	xa_lock_irqsave(xa, flags);
	root = rcu_dereference_raw(xa->xa_head);
	rcu_assign_pointer(xa->xa_head, NULL);
	xa_unlock_irqrestore(xa, flags);
	if (root)
		free_tree(root);
}
EXPORT_SYMBOL(xa_destroy);
