// SPDX-License-Identifier: MIT
/*
 * Red-black trees; the header has the interface and the invariants.
 *
 * Insertion hangs a red node in, which can only break "no red node has a red child", and moves
 * that fault upwards until a rotation ends it. Removal of a black node leaves one side a black
 * node short, and moves that deficit upwards in the same way. Each step is one of a few cases,
 * and each case exists in two mirror images: `side` says which child is meant.
 * Source: Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms, "Red-Black Trees".
 */
#include <linux/export.h>
#include <linux/rbtree.h>

enum side { LEFT, RIGHT };

static struct rb_node **child_slot(struct rb_node *node, enum side side)
{
	return side == LEFT ? &node->rb_left : &node->rb_right;
}

static struct rb_node *child(const struct rb_node *node, enum side side)
{
	return side == LEFT ? node->rb_left : node->rb_right;
}

static enum side side_of(const struct rb_node *node, const struct rb_node *parent)
{
	return parent->rb_left == node ? LEFT : RIGHT;
}

/* No child counts as black. */
static bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & RB_BLACK);
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & RB_BLACK);
}

static void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= RB_BLACK;
}

static void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~(unsigned long)RB_BLACK;
}

static void copy_color(struct rb_node *node, const struct rb_node *from)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~(unsigned long)RB_BLACK) |
				  (from->__rb_parent_color & RB_BLACK);
}

/* Where @old hung, @new hangs now. */
static void replace_child(struct rb_node *parent, struct rb_node *old, struct rb_node *new,
			  struct rb_root *root)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else
		WRITE_ONCE(*child_slot(parent, side_of(old, parent)), new);
}

/*
 *     node                up
 *    /    \             /    \
 *   a      up    ->   node    c       for side == LEFT: node goes down to the left
 *         /  \        /  \
 *        b    c      a    b
 */
static void rotate(struct rb_node *node, enum side side, struct rb_root *root)
{
	struct rb_node *up = child(node, !side), *moved = child(up, side);
	struct rb_node *parent = rb_parent(node);

	*child_slot(node, !side) = moved;
	if (moved)
		set_parent(moved, node);
	replace_child(parent, node, up, root);
	set_parent(up, parent);
	*child_slot(up, side) = node;
	set_parent(node, up);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent;

	while (is_red(parent = rb_parent(node))) {
		/* A red node is not the root, so there is a grandparent, and it is black. */
		struct rb_node *grand = rb_parent(parent);
		enum side side = side_of(parent, grand);
		struct rb_node *uncle = child(grand, !side);

		if (is_red(uncle)) {
			/* Both red: their blackness comes from the grandparent; go on there. */
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (side_of(node, parent) != side) {
			/* Bent: make the line straight. */
			rotate(parent, side, root);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate(grand, !side, root);
		return;
	}
	set_black(root->rb_node);
}
EXPORT_SYMBOL(rb_insert_color);

/* Below @parent, the side where @node hangs (it may be NULL) is one black node short. */
static void repair_deficit(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	while (parent && !is_red(node)) {
		enum side side = parent->rb_left == node ? LEFT : RIGHT;
		struct rb_node *sibling = child(parent, !side);

		if (is_red(sibling)) {
			/* Get a black sibling. */
			set_black(sibling);
			set_red(parent);
			rotate(parent, side, root);
			sibling = child(parent, !side);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			/* Let the other side be short, too: the deficit moves up. */
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!is_red(child(sibling, !side))) {
			set_black(child(sibling, side));
			set_red(sibling);
			rotate(sibling, !side, root);
			sibling = child(parent, !side);
		}
		copy_color(sibling, parent);
		set_black(parent);
		set_black(child(sibling, !side));
		rotate(parent, side, root);
		return;
	}
	if (node)
		set_black(node);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = rb_parent(node), *orphan;
	bool lost_black;

	if (node->rb_left && node->rb_right) {
		/* The next in order has no left child: it is easy to take out, and takes our place. */
		struct rb_node *heir = node->rb_right;

		while (heir->rb_left)
			heir = heir->rb_left;
		lost_black = !is_red(heir);
		orphan = heir->rb_right;
		if (heir == node->rb_right) {
			parent = heir;
		} else {
			parent = rb_parent(heir);
			parent->rb_left = orphan;
			if (orphan)
				set_parent(orphan, parent);
			heir->rb_right = node->rb_right;
			set_parent(heir->rb_right, heir);
		}
		replace_child(rb_parent(node), node, heir, root);
		heir->__rb_parent_color = node->__rb_parent_color;
		heir->rb_left = node->rb_left;
		set_parent(heir->rb_left, heir);
	} else {
		lost_black = !is_red(node);
		orphan = node->rb_left ?: node->rb_right;
		replace_child(parent, node, orphan, root);
		if (orphan)
			set_parent(orphan, parent);
	}
	if (lost_black)
		repair_deficit(orphan, parent, root);
}
EXPORT_SYMBOL(rb_erase);

static struct rb_node *outermost(struct rb_node *node, enum side side)
{
	while (node && child(node, side))
		node = child(node, side);
	return node;
}

static struct rb_node *neighbour(const struct rb_node *node, enum side side)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (child(node, side))
		return outermost(child(node, side), !side);
	while ((parent = rb_parent(node)) && side_of(node, parent) == side)
		node = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, LEFT);
}
EXPORT_SYMBOL(rb_first);

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, RIGHT);
}
EXPORT_SYMBOL(rb_last);

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, RIGHT);
}
EXPORT_SYMBOL(rb_next);

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, LEFT);
}
EXPORT_SYMBOL(rb_prev);

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (victim->rb_left)
		set_parent(victim->rb_left, new);
	if (victim->rb_right)
		set_parent(victim->rb_right, new);
	replace_child(rb_parent(victim), victim, new, root);
}
EXPORT_SYMBOL(rb_replace_node);

static struct rb_node *deepest_left(struct rb_node *node)
{
	while (node->rb_left || node->rb_right)
		node = node->rb_left ?: node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return root->rb_node ? deepest_left(root->rb_node) : NULL;
}
EXPORT_SYMBOL(rb_first_postorder);

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest_left(parent->rb_right);
	return parent;
}
EXPORT_SYMBOL(rb_next_postorder);
