// SPDX-License-Identifier: MIT
/*
 * Lists, red-black trees, bitmaps, sort, hash tables, fifos: each against something naive, with random
 * operations from a fixed seed. Also built for the host (make test-unit T=lib).
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/crc16.h>
#include <linux/crc32.h>
#include <linux/hashtable.h>
#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/sort.h>

static struct rnd_state rnd;

static unsigned int below(unsigned int n)
{
	return reciprocal_scale(prandom_u32_state(&rnd), n);
}

static int seed_rnd(struct kunit *test)
{
	prandom_seed_state(&rnd, 20240117);
	return 0;
}

/* ---- Lists ---- */

struct item {
	int v;
	struct list_head link;
	struct hlist_node hash;
};

/* The list's values, both ways round. */
static void expect_list(struct kunit *test, struct list_head *head, const char *want)
{
	char got[32];
	struct item *it;
	int n = 0;

	list_for_each_entry(it, head, link)
		got[n++] = '0' + it->v;
	got[n] = '\0';
	KUNIT_EXPECT_STREQ(test, got, want);
	list_for_each_entry_reverse(it, head, link)
		KUNIT_EXPECT_EQ(test, '0' + it->v, want[--n]);
}

static void lists_keep_order(struct kunit *test)
{
	LIST_HEAD(a);
	LIST_HEAD(b);
	struct item items[6], *it, *next;

	KUNIT_EXPECT_TRUE(test, list_empty(&a));
	for (int i = 0; i < 6; i++) {
		items[i].v = i;
		list_add_tail(&items[i].link, &a);
	}
	expect_list(test, &a, "012345");
	list_move(&items[3].link, &a);
	expect_list(test, &a, "301245");
	list_move_tail(&items[0].link, &a);
	expect_list(test, &a, "312450");
	list_cut_position(&b, &a, &items[1].link);
	expect_list(test, &b, "31");
	expect_list(test, &a, "2450");
	list_splice_tail_init(&b, &a);
	expect_list(test, &a, "245031");
	KUNIT_EXPECT_TRUE(test, list_empty(&b));
	list_for_each_entry_safe(it, next, &a, link)
		if (it->v % 2)
			list_del(&it->link);
	expect_list(test, &a, "240");
	KUNIT_EXPECT_PTR_EQ(test, items[3].link.next, LIST_POISON1);
	list_rotate_left(&a);
	expect_list(test, &a, "402");
	list_swap(&items[4].link, &items[2].link);
	expect_list(test, &a, "204");
	KUNIT_EXPECT_EQ(test, list_count_nodes(&a), 3);
	KUNIT_EXPECT_TRUE(test, list_is_last(&items[4].link, &a));
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&b, struct item, link));
}

static int compare_items(void *priv, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct item, link)->v / 10 - list_entry(b, struct item, link)->v / 10;
}

/* By tens only, so that the units show whether equal ones kept their order. */
static void list_sort_is_stable(struct kunit *test)
{
	struct item *items = kunit_kcalloc(test, 100, sizeof(*items), GFP_KERNEL), *it;

	KUNIT_ASSERT_NOT_NULL(test, items);
	for (int n = 0; n < 100; n++) {
		int units[20] = {}, last = 0, count = 0;
		LIST_HEAD(head);

		for (int i = 0; i < n; i++) {
			int tens = below(20);

			items[i].v = tens * 10 + units[tens];
			units[tens] += units[tens] < 9;
			list_add_tail(&items[i].link, &head);
		}
		list_sort(NULL, &head, compare_items);
		list_for_each_entry(it, &head, link) {
			KUNIT_ASSERT_LE(test, last, it->v);
			last = it->v;
			count++;
		}
		KUNIT_ASSERT_EQ(test, count, n);
	}
}

static void hash_tables_find_what_was_added(struct kunit *test)
{
	DEFINE_HASHTABLE(table, 3);
	struct item items[40], *it;
	struct hlist_node *next;
	int bucket, n = 0;

	for (int i = 0; i < 40; i++) {
		items[i].v = i * 17;
		hash_add(table, &items[i].hash, items[i].v);
	}
	for (int i = 0; i < 40; i++) {
		struct item *found = NULL;

		hash_for_each_possible(table, it, hash, i * 17)
			if (it->v == i * 17)
				found = it;
		KUNIT_EXPECT_PTR_EQ(test, found, &items[i]);
	}
	hash_for_each_safe(table, bucket, next, it, hash)
		if (it->v % 2)
			hash_del(&it->hash);
	hash_for_each(table, bucket, it, hash)
		n++;
	KUNIT_EXPECT_EQ(test, n, 20);
	KUNIT_EXPECT_FALSE(test, hash_empty(table));
}

/* ---- Red-black trees ---- */

struct leaf {
	unsigned int key;
	bool in;
	struct rb_node node;
};

static bool leaf_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct leaf, node)->key < rb_entry(b, struct leaf, node)->key;
}

/* Black nodes on each way down, or -1 when an invariant of <linux/rbtree.h> is broken. */
static int black_height(const struct rb_node *node, const struct rb_node *parent)
{
	int left, right;
	bool black;

	if (!node)
		return 0;
	black = node->__rb_parent_color & RB_BLACK;
	if (rb_parent(node) != parent)
		return -1;
	if (!black && parent && !(parent->__rb_parent_color & RB_BLACK))
		return -1;
	left = black_height(node->rb_left, node);
	right = black_height(node->rb_right, node);
	return left < 0 || left != right ? -1 : left + black;
}

static void trees_stay_balanced_and_sorted(struct kunit *test)
{
	enum { N = 200 };
	struct leaf *leaves = kunit_kcalloc(test, N, sizeof(*leaves), GFP_KERNEL);
	struct rb_root root = RB_ROOT;
	struct rb_node *node;
	int count = 0;

	KUNIT_ASSERT_NOT_NULL(test, leaves);
	for (int step = 0; step < 6000; step++) {
		struct leaf *leaf = &leaves[below(N)];
		unsigned int last = 0;
		int seen = 0;

		if (leaf->in) {
			rb_erase(&leaf->node, &root);
			count--;
		} else {
			leaf->key = below(500);
			rb_add(&leaf->node, &root, leaf_less);
			count++;
		}
		leaf->in = !leaf->in;
		if (step % 50)
			continue;
		KUNIT_ASSERT_GE(test, black_height(root.rb_node, NULL), 0);
		for (node = rb_first(&root); node; node = rb_next(node)) {
			KUNIT_ASSERT_LE(test, last, rb_entry(node, struct leaf, node)->key);
			last = rb_entry(node, struct leaf, node)->key;
			seen++;
		}
		KUNIT_ASSERT_EQ(test, seen, count);
		for (node = rb_last(&root); node; node = rb_prev(node))
			seen--;
		KUNIT_ASSERT_EQ(test, seen, 0);
		for (node = rb_first_postorder(&root); node; node = rb_next_postorder(node))
			seen++;
		KUNIT_ASSERT_EQ(test, seen, count);
	}
}

/* ---- Bitmaps ---- */

#define NBITS	200

static void expect_bits(struct kunit *test, const unsigned long *map, const bool *model)
{
	unsigned int weight = 0, first = NBITS, last = NBITS, zero = NBITS;

	for (unsigned int i = 0; i < NBITS; i++) {
		KUNIT_ASSERT_EQ(test, test_bit(i, map), model[i]);
		weight += model[i];
		if (model[i] && first == NBITS)
			first = i;
		if (!model[i] && zero == NBITS)
			zero = i;
		if (model[i])
			last = i;
	}
	KUNIT_ASSERT_EQ(test, bitmap_weight(map, NBITS), weight);
	KUNIT_ASSERT_EQ(test, find_first_bit(map, NBITS), first);
	KUNIT_ASSERT_EQ(test, find_first_zero_bit(map, NBITS), zero);
	KUNIT_ASSERT_EQ(test, find_last_bit(map, NBITS), last);
	KUNIT_ASSERT_EQ(test, bitmap_empty(map, NBITS), !weight);
	KUNIT_ASSERT_EQ(test, bitmap_full(map, NBITS), weight == NBITS);
}

static void bitmaps_agree_with_arrays(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS) = {};
	DECLARE_BITMAP(other, NBITS);
	bool model[NBITS] = {};

	/* What lies behind the last bit must not matter. */
	map[NBITS / 64] = ~0UL << (NBITS % 64);
	for (int step = 0; step < 1500; step++) {
		unsigned int at = below(NBITS), n = below(NBITS - at + 1);
		bool value = below(2);

		if (value)
			bitmap_set(map, at, n);
		else
			bitmap_clear(map, at, n);
		for (unsigned int i = at; i < at + n; i++)
			model[i] = value;
		expect_bits(test, map, model);
	}
	for (unsigned int shift = 0; shift < NBITS; shift += 7) {
		bitmap_shift_right(other, map, shift, NBITS);
		for (unsigned int i = 0; i < NBITS; i++)
			KUNIT_ASSERT_EQ(test, test_bit(i, other), i + shift < NBITS && model[i + shift]);
		bitmap_shift_left(other, map, shift, NBITS);
		for (unsigned int i = 0; i < NBITS; i++)
			KUNIT_ASSERT_EQ(test, test_bit(i, other), i >= shift && model[i - shift]);
	}
	bitmap_complement(other, map, NBITS);
	KUNIT_EXPECT_FALSE(test, bitmap_intersects(map, other, NBITS));
	bitmap_or(other, other, map, NBITS);
	KUNIT_EXPECT_TRUE(test, bitmap_full(other, NBITS));
	KUNIT_EXPECT_TRUE(test, bitmap_subset(map, other, NBITS));
	bitmap_and(other, other, map, NBITS);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(other, map, NBITS));
}

static void finds_areas(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS) = {};

	bitmap_set(map, 0, 10);
	bitmap_set(map, 15, 50);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, NBITS, 0, 5, 0), 10);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, NBITS, 0, 6, 0), 65);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, NBITS, 0, 8, 15), 80);
	KUNIT_EXPECT_GT(test, bitmap_find_next_zero_area(map, NBITS, 0, 150, 0), NBITS);
	KUNIT_EXPECT_EQ(test, bitmap_find_free_region(map, NBITS, 4), 80);
	KUNIT_EXPECT_EQ(test, bitmap_allocate_region(map, 80, 4), -EBUSY);
	bitmap_release_region(map, 80, 4);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, NBITS, 65), NBITS);
}

static void reads_bitmaps(struct kunit *test)
{
	DECLARE_BITMAP(map, 70);
	char text[64];

	KUNIT_EXPECT_EQ(test, bitmap_parselist("0-3,8, 60-69:1/3 \n", map, 70), 0);
	snprintf(text, sizeof(text), "%*pbl", 70, map);
	KUNIT_EXPECT_STREQ(test, text, "0-3,8,60,63,66,69");
	KUNIT_EXPECT_EQ(test, bitmap_parselist("70", map, 70), -ERANGE);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("3-1", map, 70), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1-", map, 70), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1x", map, 70), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("all", map, 70), 0);
	KUNIT_EXPECT_TRUE(test, bitmap_full(map, 70));
	KUNIT_EXPECT_EQ(test, bitmap_parse("3,00000000,8000000f\n", 32, map, 70), 0);
	snprintf(text, sizeof(text), "%*pbl", 70, map);
	KUNIT_EXPECT_STREQ(test, text, "0-3,31,64-65");
	KUNIT_EXPECT_EQ(test, bitmap_parse("g", 1, map, 70), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parse("ff,0,0", 9, map, 70), -EOVERFLOW);
}

/* ---- The rest ---- */

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void sorts(struct kunit *test)
{
	u32 array[300];

	for (int n = 0; n < ARRAY_SIZE(array); n += 1 + n / 8) {
		u32 sum = 0, after = 0;

		for (int i = 0; i < n; i++)
			sum += array[i] = below(n < 50 ? 1000 : 40);
		sort(array, n, sizeof(array[0]), compare_u32, NULL);
		for (int i = 0; i < n; i++) {
			after += array[i];
			if (i)
				KUNIT_ASSERT_LE(test, array[i - 1], array[i]);
		}
		KUNIT_ASSERT_EQ(test, sum, after);
		for (u32 key = 0; key < 50; key++) {
			u32 *found = bsearch(&key, array, n, sizeof(array[0]), compare_u32);
			bool there = false;

			for (int i = 0; i < n; i++)
				there |= array[i] == key;
			KUNIT_ASSERT_EQ(test, found != NULL, there);
			if (found)
				KUNIT_ASSERT_EQ(test, *found, key);
		}
	}
}

static void fifos_keep_order(struct kunit *test)
{
	DEFINE_KFIFO(fixed, int, 8);
	DECLARE_KFIFO_PTR(dynamic, int);
	int in = 0, out = 0, v, chunk[8];

	KUNIT_ASSERT_EQ(test, kfifo_alloc(&dynamic, 6, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, kfifo_size(&dynamic), 8);
	for (int step = 0; step < 1000; step++) {
		if (below(2)) {
			unsigned int n = below(8);

			for (int i = 0; i < n; i++)
				chunk[i] = in + i;
			KUNIT_ASSERT_EQ(test, kfifo_in(&dynamic, chunk, n), min(n, 8u - (in - out)));
			for (int i = 0; i < n && in - out < 8; i++)
				kfifo_put(&fixed, in++);
		} else {
			unsigned int n = below(8), got = kfifo_out(&dynamic, chunk, n);

			KUNIT_ASSERT_EQ(test, got, min(n, (unsigned int)(in - out)));
			for (int i = 0; i < got; i++) {
				KUNIT_ASSERT_TRUE(test, kfifo_get(&fixed, &v));
				KUNIT_ASSERT_EQ(test, v, out);
				KUNIT_ASSERT_EQ(test, chunk[i], out++);
			}
		}
		KUNIT_ASSERT_EQ(test, kfifo_len(&fixed), in - out);
		KUNIT_ASSERT_EQ(test, kfifo_is_full(&fixed), in - out == 8);
	}
	kfifo_free(&dynamic);
}

static void sums_agree_with_the_standards(struct kunit *test)
{
	/* The check values of the CRC catalogue, for "123456789". */
	KUNIT_EXPECT_EQ(test, ~crc32_le(~0u, (const u8 *)"123456789", 9), 0xcbf43926);
	KUNIT_EXPECT_EQ(test, ~crc32_be(~0u, (const u8 *)"123456789", 9), 0xfc891918);
	KUNIT_EXPECT_EQ(test, crc16(0, (const u8 *)"123456789", 9), 0xbb3d);
}

static void computes(struct kunit *test)
{
	u64 n = 1000000000007ull;
	u8 small;
	int i;

	KUNIT_EXPECT_EQ(test, do_div(n, 10), 7);
	KUNIT_EXPECT_EQ(test, n, 100000000000ull);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_div(~0ull >> 8, 256, 256), ~0ull >> 8);
	KUNIT_EXPECT_EQ(test, int_sqrt(0), 0);
	for (unsigned long r = 1; r < 100000; r = r * 3 + 1) {
		KUNIT_EXPECT_EQ(test, int_sqrt(r * r), r);
		KUNIT_EXPECT_EQ(test, int_sqrt(r * r - 1), r - 1);
	}
	KUNIT_EXPECT_EQ(test, gcd(48, 36), 12);
	KUNIT_EXPECT_EQ(test, lcm(4, 6), 12);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(33), 64);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(32), 32);
	KUNIT_EXPECT_EQ(test, order_base_2(5), 3);
	KUNIT_EXPECT_EQ(test, ilog2(4097), 12);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-7, 2), -4);
	KUNIT_EXPECT_EQ(test, hweight32(0xf0f0), 8);
	KUNIT_EXPECT_EQ(test, ror32(1, 1), 0x80000000);
	KUNIT_EXPECT_EQ(test, sign_extend32(0xff, 7), -1);
	KUNIT_EXPECT_TRUE(test, check_add_overflow(INT_MAX, 1, &i));
	KUNIT_EXPECT_FALSE(test, check_mul_overflow((u8)15, (u8)17, &small));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 31, &i));
	KUNIT_EXPECT_EQ(test, array_size(SIZE_MAX, 2), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, min(3, -4), -4);
	KUNIT_EXPECT_EQ(test, max_t(unsigned int, 3, -4), -4u);
	KUNIT_EXPECT_EQ(test, clamp(10, 1, 7), 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(lists_keep_order),
	KUNIT_CASE(list_sort_is_stable),
	KUNIT_CASE(hash_tables_find_what_was_added),
	KUNIT_CASE(trees_stay_balanced_and_sorted),
	KUNIT_CASE(bitmaps_agree_with_arrays),
	KUNIT_CASE(finds_areas),
	KUNIT_CASE(reads_bitmaps),
	KUNIT_CASE(sorts),
	KUNIT_CASE(fifos_keep_order),
	KUNIT_CASE(sums_agree_with_the_standards),
	KUNIT_CASE(computes),
	{}
};

static struct kunit_suite suite = { .name = "lib_structures", .init = seed_rnd, .test_cases = cases };
kunit_test_suite(suite);
