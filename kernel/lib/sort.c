// SPDX-License-Identifier: MIT
/*
 * sort() by heapsort: in place, no recursion, O(n log n) for every input; and bsearch().
 */
#include <linux/bsearch.h>
#include <linux/export.h>
#include <linux/sort.h>
#include <linux/types.h>

static void swap_bytes(void *a, void *b, size_t n)
{
	char *x = a, *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		u64 t, u;

		__builtin_memcpy(&t, x, 8);
		__builtin_memcpy(&u, y, 8);
		__builtin_memcpy(x, &u, 8);
		__builtin_memcpy(y, &t, 8);
	}
	while (n--) {
		char t = *x;

		*x++ = *y;
		*y++ = t;
	}
}

/* What sort() and sort_r() differ in. */
struct how {
	size_t size;
	cmp_func_t cmp;
	swap_func_t swap;
	cmp_r_func_t cmp_r;
	swap_r_func_t swap_r;
	const void *priv;
};

static int compare(const struct how *h, const void *a, const void *b)
{
	return h->cmp ? h->cmp(a, b) : h->cmp_r(a, b, h->priv);
}

static void exchange(const struct how *h, void *a, void *b)
{
	if (h->swap)
		h->swap(a, b, h->size);
	else if (h->swap_r)
		h->swap_r(a, b, h->size, h->priv);
	else
		swap_bytes(a, b, h->size);
}

/* Invariant of the heap below @num: no element is less than its children, 2i + 1 and 2i + 2. */
static void sift_down(const struct how *h, char *base, size_t root, size_t num)
{
	size_t child;

	while ((child = 2 * root + 1) < num) {
		if (child + 1 < num &&
		    compare(h, base + child * h->size, base + (child + 1) * h->size) < 0)
			child++;
		if (compare(h, base + root * h->size, base + child * h->size) >= 0)
			return;
		exchange(h, base + root * h->size, base + child * h->size);
		root = child;
	}
}

static void heapsort(const struct how *h, void *base, size_t num)
{
	for (size_t i = num / 2; i-- > 0;)
		sift_down(h, base, i, num);
	while (num > 1) {
		num--;
		exchange(h, base, (char *)base + num * h->size);
		sift_down(h, base, 0, num);
	}
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap_func)
{
	struct how h = { .size = size, .cmp = cmp, .swap = swap_func };

	heapsort(&h, base, num);
}
EXPORT_SYMBOL(sort);

void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap_func,
	    const void *priv)
{
	struct how h = { .size = size, .cmp_r = cmp, .swap_r = swap_func, .priv = priv };

	heapsort(&h, base, num);
}
EXPORT_SYMBOL(sort_r);

void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp)
{
	const char *low = base;

	while (num) {
		const char *mid = low + num / 2 * size;
		int c = cmp(key, mid);

		if (c == 0)
			return (void *)mid;
		if (c > 0) {
			low = mid + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}
EXPORT_SYMBOL(bsearch);
